"""How long something holds the interpreter, so that no other thread gets on."""

from __future__ import annotations

import threading
import time
from types import TracebackType

#: What a test allows. The promise is 0.1 seconds of a processor that does nothing else.
LONGEST_HOLD = 0.5


class Watch:
    """Ticks every 5 ms in a thread of its own; ``longest`` is the longest that a tick came late, in seconds.

    Time in which the machine let this process wait does not count: what holds the interpreter computes.
    """

    def __init__(self) -> None:
        self.longest = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._tick, daemon=True)

    def _tick(self) -> None:
        last, used = time.monotonic(), time.process_time()
        while not self._stop.wait(0.005):
            now, using = time.monotonic(), time.process_time()
            self.longest = max(self.longest, min(now - last - 0.005, using - used))
            last, used = now, using

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()
