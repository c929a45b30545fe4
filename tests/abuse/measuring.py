"""What is measured while a server is attacked: how long another caller waits, memory, and processes that are left."""

from __future__ import annotations

import contextlib
import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType

_PSS = re.compile(r"^Pss:\s+(\d+) kB", re.MULTILINE)
_EVERY = 0.05


class Repeated:
    """Does something again and again on a thread of its own; ``longest`` is the longest that one time took."""

    def __init__(self, action: Callable[[], object], pause: float = 0.01) -> None:
        self.longest = 0.0
        self.failures: list[str] = []
        self._action, self._pause = action, pause
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        while True:
            started = time.monotonic()
            try:
                self._action()
            except AssertionError as error:
                self.failures.append(str(error))
            self.longest = max(self.longest, time.monotonic() - started)
            if self._stop.wait(self._pause):
                return

    def __enter__(self) -> Repeated:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()


class Slowness:
    """How much longer a piece of work takes than its processor needs for it: 1 where nothing else runs. It is measured
    for 3 ms, again after a ``pause`` in seconds."""

    def __init__(self, pause: float = _EVERY) -> None:
        self._wall = self._processor = 0.0
        self._worker = Repeated(self._work, pause)

    def _work(self) -> None:
        wall, processor = time.monotonic(), time.thread_time()
        while time.thread_time() - processor < 0.003:
            pass
        self._wall += time.monotonic() - wall
        self._processor += time.thread_time() - processor

    @property
    def factor(self) -> float:
        return max(self._wall / self._processor, 1.0) if self._processor else 1.0

    def __enter__(self) -> Slowness:
        self._worker.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._worker.__exit__(kind, error, trace)


class Memory:
    """The memory of a server and its children, in bytes; ``most`` is the most that was seen."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.first = self.most = self.now()
        self._sampler = Repeated(self._look, _EVERY)

    def now(self) -> int:
        return sum(map(_memory_of, [self._pid, *descendants(self._pid)]))

    def _look(self) -> None:
        self.most = max(self.most, self.now())

    def __enter__(self) -> Memory:
        self._sampler.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._sampler.__exit__(kind, error, trace)


def _memory_of(pid: int) -> int:
    """A process's own memory and its share of what it has with others."""
    # Gone by now, or about to go.
    with contextlib.suppress(OSError):
        found = _PSS.search(Path(f"/proc/{pid}/smaps_rollup").read_text())
        return int(found[1]) * 1024 if found else 0
    return 0


def descendants(pid: int) -> Iterator[int]:
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            with contextlib.suppress(OSError):
                for child in (task / "children").read_text().split():
                    yield int(child)
                    yield from descendants(int(child))


def gits(pid: int) -> list[int]:
    """The git processes of a server."""
    return [child for child in descendants(pid) if _name_of(child) == "git"]


def _name_of(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/comm").read_text().strip()
    return ""


def seconds_until(holds: Callable[[], object], most: float) -> float:
    """How long it takes until ``holds()`` is true, ``most`` at most."""
    started = time.monotonic()
    while not holds() and time.monotonic() - started < most:
        time.sleep(0.02)
    return time.monotonic() - started
