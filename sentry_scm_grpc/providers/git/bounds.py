"""Limits a git process: its memory, its processor time, and its life, which ends with that of this process.

This works on Linux. Elsewhere only the end of the call ends a process.
"""

from __future__ import annotations

import os
import resource
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from math import ceil

from sentry_scm_grpc.conf import conf
from sentry_scm_grpc.rpc.budget import Budget

try:
    from fcntl import F_SETFL, F_SETOWN, fcntl
except ImportError:  # Windows.
    fcntl = None  # type: ignore[assignment]

#: The most bytes that git may write to a file. In a call it writes only its error messages.
MAX_FILE_BYTES = 1024 * 1024
#: The same in the background, where it writes commit graphs. One of 50,000 commits has 3.5 MB.
MAX_GRAPH_BYTES = 512 * 1024 * 1024
#: git searches with two threads, which may both use the processor all the time.
_THREADS = 2
# How often a waiting call checks that the client is still there, in seconds.
_LOOK_SECONDS = 0.5
# How often the memory of processes that run at the same time is added up. git takes some 10 MiB in that time.
_ADD_UP_SECONDS = 0.01


class Lifeline:
    """A pipe that nobody writes to. When this process ends, the kernel ends the process that is tied to the pipe.

    The signal is SIGIO, which the owner of the reading end gets when the writing end is closed (fcntl(2)). Unlike
    PR_SET_PDEATHSIG, it needs no code between fork and exec, and does not depend on the life of a thread.
    """

    def __init__(self) -> None:
        self.inherited, self._mine = os.pipe()

    def tie(self, pid: int) -> None:
        with suppress(OSError, AttributeError, TypeError):
            fcntl(self.inherited, F_SETOWN, pid)
            fcntl(self.inherited, F_SETFL, os.O_ASYNC | os.O_NONBLOCK)

    def close(self) -> None:
        """Call it after the process has ended."""
        os.close(self.inherited)
        os.close(self._mine)


def bound(process: subprocess.Popen[bytes], seconds: float | None, file_bytes: int) -> None:
    """Sets the limits of a process that has just started. ``seconds`` is the time that its call has left."""
    limits = {"CORE": (0, 0), "FSIZE": (file_bytes, file_bytes)}
    if memory := conf().MAX_PROCESS_BYTES:
        # Not RLIMIT_AS, which would count the parts of a pack that git maps.
        limits["DATA"] = memory, memory
    if seconds is not None:
        processor = ceil(seconds) * _THREADS + 1
        limits["CPU"] = processor, processor + 1
    # prlimit() exists only on Linux, and the process may have ended already.
    with suppress(AttributeError, ProcessLookupError):
        for name, pair in limits.items():
            resource.prlimit(process.pid, getattr(resource, f"RLIMIT_{name}"), pair)


class AtWork:
    """The calls of this process that run git."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._processes: Counter[int] = Counter()

    @contextmanager
    def place(self, budget: Budget) -> Iterator[None]:
        """Waits until a call may start git. A call that already runs git may start another one at once. Raises the
        budget's error when its time is over."""
        call = id(budget)
        with self._changed:
            while call not in self._processes and 0 < conf().MAX_GIT_CALLS <= len(self._processes):
                budget.check()
                left = budget.seconds_left()
                self._changed.wait(_LOOK_SECONDS if left is None else min(left, _LOOK_SECONDS))
            self._processes[call] += 1
        try:
            yield
        finally:
            with self._changed:
                self._processes[call] -= 1
                if not self._processes[call]:
                    del self._processes[call]
                    self._changed.notify_all()


AT_WORK = AtWork()


class SharedMemory:
    """The memory of all git processes of this process together: above MAX_PROCESS_BYTES the largest one is ended.

    A single process keeps to that by its own limit. Two or more are watched, by one thread that ends with them.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # Whether it works for no call, and how it is ended.
        self._running: dict[int, tuple[bool, Callable[[], None]]] = {}
        self._watched = False

    @contextmanager
    def ending(self, pid: int, end: Callable[[], None], *, background: bool = False) -> Iterator[None]:
        """Calls ``end``, from another thread, if the process is the largest when memory runs out. A process that works
        in the background ends before those of calls."""
        with self._lock:
            self._running[pid] = background, end
            start = len(self._running) > 1 and not self._watched
            self._watched = self._watched or start
        if start:
            threading.Thread(target=self._watch, daemon=True, name="scm-grpc-git-memory").start()
        try:
            yield
        finally:
            with self._lock:
                del self._running[pid]

    def _watch(self) -> None:
        while True:
            with self._lock:
                if len(self._running) < 2:
                    self._watched = False
                    return
                sizes = {pid: _memory_of(pid) for pid in self._running}
                if 0 < conf().MAX_PROCESS_BYTES < sum(sizes.values()):
                    self._running[max(sizes, key=lambda pid: (self._running[pid][0], sizes[pid]))][1]()
            time.sleep(_ADD_UP_SECONDS)


def _memory_of(pid: int) -> int:
    """The bytes that a process has for itself, without the files that it maps; 0 where the system does not say."""
    with suppress(OSError, ValueError, IndexError), open(f"/proc/{pid}/statm") as file:
        _, resident, shared, *_ = map(int, file.read().split())
        return (resident - shared) * resource.getpagesize()
    return 0


SHARED_MEMORY = SharedMemory()
