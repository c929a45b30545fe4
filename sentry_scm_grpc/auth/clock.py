"""The times that the clock has shown already. If the clock is set back, a used signature must not become valid
again."""

from __future__ import annotations

import logging
import time
from threading import Lock

log = logging.getLogger("sentry_scm_grpc.auth")

#: A clock may be set by so many seconds. Nonces are kept this much longer than their signatures are valid.
TOLERATED = 50
# If there are more jumps, the first two periods and the time between them become one.
MOST_STRETCHES = 100


class Clock:
    """Remembers for one process the periods that the clock showed before it jumped."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._past: list[tuple[float, float]] = []
        self._began, self._began_ticks = time.time(), time.monotonic()

    def has_been(self, moment: float, within: float) -> bool:
        """Whether the clock was within so many seconds of a moment before its last jump."""
        with self._lock:
            return any(began - within <= moment <= ended + within for began, ended in self._past)

    def look(self) -> None:
        """Detects a jump since the last call of this method."""
        with self._lock:
            now, ticks = time.time(), time.monotonic()
            expected = self._began + ticks - self._began_ticks
            if abs(now - expected) <= TOLERATED:
                return
            log.warning("The clock was set by %d seconds", now - expected)
            self._past.append((self._began, expected))
            self._began, self._began_ticks = now, ticks
            if len(self._past) > MOST_STRETCHES:
                first, second, *others = self._past
                self._past = [(min(first[0], second[0]), max(first[1], second[1])), *others]
