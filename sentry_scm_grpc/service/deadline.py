"""The deadline of the call that a thread is answering, for code that is not handed the call."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_seconds_left: ContextVar[Callable[[], float | None] | None] = ContextVar("scm_grpc_seconds_left", default=None)


@contextmanager
def within(seconds_left: Callable[[], float | None]) -> Iterator[None]:
    """Has ``seconds_left`` tell what is left of a call's time, here and in what copies this context."""
    token = _seconds_left.set(seconds_left)
    try:
        yield
    finally:
        _seconds_left.reset(token)


def seconds_left() -> float | None:
    """Seconds until the deadline, 0 at least; None where no call is answered or its caller gave none."""
    told = _seconds_left.get()
    left = None if told is None else told()
    return None if left is None else max(left, 0.0)
