"""The deadline of the call that a thread is answering, for code that is not handed the call."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import partial
from typing import Any

from sentry_scm_grpc.rpc import budget

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
    """Seconds until the deadline, 0 at least: that of the call's budget, or an earlier one of ``within``. None where
    there is none."""
    told = _seconds_left.get()
    ends = [left for left in (budget.current().seconds_left(), told and told()) if left is not None]
    return max(min(ends), 0.0) if ends else None


def check() -> None:
    """Raises DeadlineExceeded where no time is left."""
    if seconds_left() == 0:
        raise budget.current().too_late()


@contextmanager
def cut_off(response: Any, seconds: float) -> Iterator[None]:
    """Ends reading the body of a ``requests.Response`` after so many seconds, by shutting its connection down.

    A timeout of requests is that of each single read: a server that sends a byte now and then keeps to it for ever.
    """
    with shut_down_after(response.raw, seconds):
        yield


@contextmanager
def shut_down_after(stream: Any, seconds: float) -> Iterator[None]:
    """Shuts a connection down where what is done here takes longer, or the call's client has gone. ``stream`` has its
    descriptor."""
    try:
        # A descriptor of our own: that of the stream may belong to somebody else by then.
        connection = socket.socket(fileno=os.dup(stream.fileno()))
    except (AttributeError, OSError):
        # There is no connection, or not any more: all of the answer is here.
        yield
        return
    try:
        with budget.current().ending(partial(_shut_down, connection), seconds):
            yield
    finally:
        connection.close()


def _shut_down(connection: socket.socket) -> None:
    # The other side may have been quicker, or the body read in the meantime.
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
