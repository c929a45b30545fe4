"""What holds a git process within bounds: memory, processor, and an end no later than that of this process.

On Linux. Elsewhere a process has the end of its call alone.
"""

from __future__ import annotations

import os
import resource
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from math import ceil

from sentry_scm_grpc.conf import conf
from sentry_scm_grpc.rpc.budget import Budget

try:
    from fcntl import F_SETFL, F_SETOWN, fcntl
except ImportError:  # Windows.
    fcntl = None  # type: ignore[assignment]

#: What git may write to a file: its complaints are the only one.
MAX_FILE_BYTES = 1024 * 1024
#: git searches with two threads, which may both be at work all the time.
_THREADS = 2
# Whoever waits for a place looks so often whether the client is still there.
_LOOK_SECONDS = 0.5


class Lifeline:
    """A pipe that nobody writes to. The kernel ends the process that was tied to it when this process ends.

    The signal is SIGIO, which fcntl(2) sends to the owner of the reading end once the writing end is closed. Unlike
    PR_SET_PDEATHSIG it needs no code between fork and exec, and does not hang on the life of a thread.
    """

    def __init__(self) -> None:
        self.inherited, self._mine = os.pipe()

    def tie(self, pid: int) -> None:
        with suppress(OSError, AttributeError, TypeError):
            fcntl(self.inherited, F_SETOWN, pid)
            fcntl(self.inherited, F_SETFL, os.O_ASYNC | os.O_NONBLOCK)

    def close(self) -> None:
        """To be called when the process has ended."""
        os.close(self.inherited)
        os.close(self._mine)


def bound(process: subprocess.Popen[bytes], seconds: float | None) -> None:
    """Sets the limits of a process that has just begun; ``seconds`` are those that its call has left."""
    limits = {"CORE": (0, 0), "FSIZE": (MAX_FILE_BYTES, MAX_FILE_BYTES)}
    if memory := conf().MAX_PROCESS_BYTES:
        # Not RLIMIT_AS: the parts of a pack that git maps are no memory of its own.
        limits["DATA"] = memory, memory
    if seconds is not None:
        processor = ceil(seconds) * _THREADS + 1
        limits["CPU"] = processor, processor + 1
    # There is no prlimit() elsewhere than on Linux, and no process where it has ended already.
    with suppress(AttributeError, ProcessLookupError):
        for name, pair in limits.items():
            resource.prlimit(process.pid, getattr(resource, f"RLIMIT_{name}"), pair)


class AtWork:
    """The calls of this process that have git at work."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._processes: Counter[int] = Counter()

    @contextmanager
    def place(self, budget: Budget) -> Iterator[None]:
        """Waits until a call may start git; one that has a git may start another at once. Raises what the budget
        raises when its time is over."""
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
