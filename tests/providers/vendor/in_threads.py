"""Calls in threads of their own, and what the threads wait for."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from sentry_scm_grpc.providers.vendor import flights


def started(call: Callable[[], Any]) -> Future[Any]:
    """A call in a thread of its own."""
    future: Future[Any] = Future()

    def run() -> None:
        try:
            future.set_result(call())
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future


def waiting() -> int:
    """How many threads wait for the answer to another one's question."""
    found = 0
    for frame in sys._current_frames().values():
        stack, at = [], frame
        while at is not None:
            stack.append((at.f_code.co_filename, at.f_code.co_name))
            at = at.f_back  # type: ignore[assignment]
        share = next((n for n, (file, name) in enumerate(stack) if (file, name) == (flights.__file__, "share")), 0)
        found += bool(share) and stack[share - 1][1] == "wait"
    return found
