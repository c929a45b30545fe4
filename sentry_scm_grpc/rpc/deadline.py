"""The deadline of the call that a thread is answering, for code without access to the call."""

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
    """Makes ``seconds_left`` return the rest of a call's time, here and in copies of this context."""
    token = _seconds_left.set(seconds_left)
    try:
        yield
    finally:
        _seconds_left.reset(token)


def seconds_left() -> float | None:
    """Seconds until the deadline, never negative: the end of the call's budget, or an earlier one set by ``within``.
    None if there is none."""
    told = _seconds_left.get()
    ends = [left for left in (budget.current().seconds_left(), told and told()) if left is not None]
    return max(min(ends), 0.0) if ends else None


def check() -> None:
    """Raises DeadlineExceeded if no time is left."""
    if seconds_left() == 0:
        raise budget.current().too_late()


@contextmanager
def cut_off(response: Any, seconds: float) -> Iterator[None]:
    """Stops reading the body of a ``requests.Response`` after so many seconds, by shutting down its connection.

    The timeout of requests applies to each single read, so a server that sends one byte now and then never exceeds it.
    """
    with shut_down_after(response.raw, seconds):
        yield


@contextmanager
def shut_down_after(stream: Any, seconds: float) -> Iterator[None]:
    """Shuts a connection down if the block takes longer than so many seconds, or if the call's client disconnects.
    ``stream`` has its descriptor."""
    try:
        # Use a copy of the descriptor: the stream's own number may belong to another file by then.
        connection = socket.socket(fileno=os.dup(stream.fileno()))
    except (AttributeError, OSError):
        # The connection is gone or never existed: the whole answer is here.
        yield
        return
    try:
        with budget.current().ending(partial(_shut_down, connection), seconds):
            yield
    finally:
        connection.close()


def _shut_down(connection: socket.socket) -> None:
    # The server may have closed it, or the body may be complete by now.
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
