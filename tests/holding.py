"""How long something holds the interpreter, so that no other thread gets on."""

from __future__ import annotations

import threading
import time
from types import TracebackType

#: What a test allows. The promise is 0.1 seconds; a busy machine adds to it.
LONGEST_HOLD = 0.5


class Watch:
    """Ticks every 5 ms in a thread of its own; ``longest`` is the longest that a tick came late, in seconds."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._tick, daemon=True)

    def _tick(self) -> None:
        last = time.monotonic()
        while not self._stop.wait(0.005):
            now = time.monotonic()
            self.longest = max(self.longest, now - last - 0.005)
            last = now

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()
