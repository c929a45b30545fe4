"""What one call may use: time, bytes and items in this process, and the resources of the processes that it starts.

Every call has one budget, ``Call.budget``. Code without access to the call uses ``current()``. A loop over the contents
of a repository or a vendor's answer calls ``check()`` in each turn, ``read()`` for bytes that it reads into memory, and
``keep()`` for items that it collects. docs/reference/limits.md describes the limits for callers and operators.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock, Timer
from time import monotonic
from typing import TypeVar

import grpc

from sentry_scm_grpc.conf import conf
from sentry_scm_grpc.errors import Aborted, Cancelled, DeadlineExceeded, ResourceExhausted, ScmError

T = TypeVar("T")

_budget: ContextVar[Budget | None] = ContextVar("scm_grpc_budget", default=None)


class Budget:
    """The budget of one call.

    ``caller_seconds`` is the time until the caller's deadline; None if there is none. A stream may last longer than
    other calls, and each of its messages has all the bytes and items of the budget.
    """

    __slots__ = (
        "_bytes_left",
        "_client_left",
        "_enders",
        "_ends",
        "_is_own_end",
        "_items_left",
        "_lock",
        "_own_seconds",
        "_streams",
    )

    def __init__(self, caller_seconds: float | None = None, *, streams: bool = False) -> None:
        limits = conf()
        self._start(caller_seconds, (limits.MAX_STREAM_SECONDS if streams else limits.MAX_CALL_SECONDS) or None)
        self._streams = streams
        self._bytes_left = limits.MAX_CALL_BYTES or None
        self._items_left = limits.MAX_CALL_ITEMS or None

    @classmethod
    def of(cls, context: grpc.ServicerContext, *, streams: bool) -> Budget:
        """The budget of a call, which ends with it and when its client goes."""
        left = context.time_remaining()
        # grpcio reports about 292 years if the caller gave no deadline.
        made = cls(None if left is None or left > 10**8 else left, streams=streams)
        if context.add_callback(made.leave) is False:
            made.leave()
        return made

    @classmethod
    def unlimited(cls) -> Budget:
        """A budget without limits, for code outside calls, such as commands and tests."""
        budget = cls.__new__(cls)
        budget._start(None, None)
        budget._streams = False
        budget._bytes_left = budget._items_left = None
        return budget

    def _start(self, caller_seconds: float | None, own_seconds: float | None) -> None:
        self._own_seconds = own_seconds
        self._is_own_end = own_seconds is not None and (caller_seconds is None or own_seconds <= caller_seconds)
        seconds = own_seconds if self._is_own_end else caller_seconds
        self._ends = None if seconds is None else monotonic() + seconds
        self._client_left = False
        self._lock = Lock()
        self._enders: dict[object, Callable[[], None]] = {}

    # ---- time

    def seconds_left(self) -> float | None:
        """Seconds until the call's end, never negative; None if it has no end."""
        if self._client_left:
            return 0.0
        return None if self._ends is None else max(self._ends - monotonic(), 0.0)

    def check(self) -> None:
        """Raises ``too_late()`` if the time is over or the client is gone. Takes about 0.1 microseconds."""
        if self._client_left or (self._ends is not None and monotonic() >= self._ends):
            raise self.too_late()

    def too_late(self) -> ScmError:
        """The error for a call whose time is over."""
        if self._client_left:
            return Cancelled("The client closed the connection.")
        if not self._is_own_end:
            return DeadlineExceeded(
                "The deadline passed before the answer was complete. Give the call more time, or ask for less."
            )
        seconds = str(self._own_seconds)
        if self._streams:
            return Aborted(
                f"The stream has lasted {seconds} seconds, and none may last longer. Ask for less, or use the RPC that"
                " gives the same in pages.",
                reason="STREAM_TOO_LONG",
                metadata={"max_seconds": seconds},
            )
        return DeadlineExceeded(
            f"The call has lasted {seconds} seconds, and none may last longer. Ask for less.",
            reason="CALL_TOO_LONG",
            metadata={"limit": "MAX_CALL_SECONDS", "max": seconds},
        )

    # ---- memory

    def read(self, count: int) -> None:
        """Counts bytes that are read into memory. Raises ResourceExhausted (CALL_TOO_LARGE)."""
        if self._bytes_left is not None:
            self._bytes_left -= count
            if self._bytes_left < 0:
                raise too_large("MAX_CALL_BYTES", conf().MAX_CALL_BYTES, "bytes")

    def keep(self, count: int = 1) -> None:
        """Counts items that are kept in memory. Raises ResourceExhausted (CALL_TOO_LARGE)."""
        if self._items_left is not None:
            self._items_left -= count
            if self._items_left < 0:
                raise too_large("MAX_CALL_ITEMS", conf().MAX_CALL_ITEMS, "items")

    # ---- the end

    def finish(self) -> None:
        """Says that the work with this budget is over: what others go on using, such as a connection, stays."""
        self._ends = None

    def leave(self) -> None:
        """Stops all work for this call, because the call is over or its client is gone."""
        with self._lock:
            self._client_left = True
            enders = list(self._enders.values())
        for end in enders:
            end()

    @contextmanager
    def ending(self, end: Callable[[], None], seconds: float | None = None) -> Iterator[None]:
        """Calls ``end`` from another thread if the call's time or ``seconds`` run out, or the client disconnects, while
        the block is running."""
        key = object()
        with self._lock:
            self._enders[key] = end
        # Ask for the time only now: if the client disconnects from here on, either this line or leave() notices.
        times = [left for left in (self.seconds_left(), seconds) if left is not None]
        timer = Timer(max(min(times), 0.0), end) if times else None
        try:
            if timer is not None:
                timer.daemon = True
                timer.start()
            yield
        finally:
            if timer is not None:
                timer.cancel()
            with self._lock:
                del self._enders[key]

    # ---- streams

    def messages(self, messages: Iterator[T]) -> Iterator[T]:
        """Yields the messages of a stream. Each is made with this budget as the current one, and with all its bytes and
        items."""
        end = object()
        try:
            while True:
                self._bytes_left = conf().MAX_CALL_BYTES or None
                self._items_left = conf().MAX_CALL_ITEMS or None
                with spending(self):
                    message = next(messages, end)
                if message is end:
                    return
                yield message  # type: ignore[misc]
        finally:
            close = getattr(messages, "close", None)
            if close is not None:
                close()


_UNLIMITED = Budget.unlimited()


class spending:
    """Makes a budget the current one, here and in copies of this context."""

    # A class, because every call uses it and a generator would take several times as long.
    __slots__ = ("_spent", "_token")

    def __init__(self, budget: Budget) -> None:
        self._spent = budget

    def __enter__(self) -> None:
        self._token = _budget.set(self._spent)

    def __exit__(self, *_: object) -> None:
        _budget.reset(self._token)


def current() -> Budget:
    """The budget of the call that this thread is answering; an unlimited one outside calls."""
    return _budget.get() or _UNLIMITED


def current_or_none() -> Budget | None:
    return _budget.get()


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Limits optional work of a call to so many seconds; it also ends with the call."""
    left = current().seconds_left()
    with beyond(seconds if left is None else min(left, seconds)):
        yield


@contextmanager
def beyond(seconds: float) -> Iterator[None]:
    """Gives work so many seconds of its own, for what must be done even if the call's time is over."""
    made = Budget.unlimited()
    made._start(None, seconds)
    try:
        with spending(made):
            yield
    finally:
        made.finish()


def too_large(limit: str, most: int, what: str) -> ResourceExhausted:
    """The error for a call that takes too much. ``limit`` is the name of a setting, or of a limit in
    docs/reference/limits.md."""
    return ResourceExhausted(
        f"The call needs more than {most} {what}, which is the limit. Ask for less, or ask the operator about {limit}.",
        reason="CALL_TOO_LARGE",
        metadata={"limit": limit, "max": str(most)},
    )
