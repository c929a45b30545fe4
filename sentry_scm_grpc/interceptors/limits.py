"""Limits: how often a caller calls, how many calls run at a time, how long a stream lasts, how large an answer is.

Innermost, because it must know the caller. docs/reference/limits.md describes each limit and its errors.
"""

from __future__ import annotations

import logging
import weakref
from collections.abc import Callable, Iterator
from math import ceil
from time import monotonic
from typing import Any

import grpc

from sentry_scm_grpc.conf import conf
from sentry_scm_grpc.errors import Aborted, ResourceExhausted, Unavailable
from sentry_scm_grpc.interceptors.authentication import OPEN_SERVICES
from sentry_scm_grpc.interceptors.base import Behavior, CallInterceptor
from sentry_scm_grpc.rpc import limits
from sentry_scm_grpc.rpc.policy import BY_PATH, Rpc
from sentry_scm_grpc.rpc.principal import current_principal

log = logging.getLogger("sentry_scm_grpc")

#: The largest message that grpcio's clients accept by default.
MAX_ANSWER_BYTES = 4 * 1024 * 1024

_UNITS = {1: "second", 60: "minute", 3600: "hour", 86400: "day"}


class LimitInterceptor(CallInterceptor):
    def __init__(self) -> None:
        super().__init__()
        self._calls = limits.CallsUnderWay()

    def applies_to(self, method: str) -> bool:
        return not method.startswith(OPEN_SERVICES)

    def around(self, method: str, behavior: Behavior, streams: bool) -> Behavior:
        rpc = BY_PATH.get(method)

        def unary(request: Any, context: grpc.ServicerContext) -> Any:
            caller = self._enter()
            try:
                self._spend(rpc, caller)
                return sized(behavior(request, context))
            finally:
                self._calls.leave(caller)

        def streaming(request: Any, context: grpc.ServicerContext) -> Any:
            caller = self._enter()
            try:
                self._spend(rpc, caller)
                messages = behavior(request, context)
            except BaseException:
                self._calls.leave(caller)
                raise
            return LimitedStream(messages, self._calls.leaving(caller))

        return streaming if streams else unary

    def _enter(self) -> str:
        """Counts the call. Returns the caller's key. Raises ResourceExhausted."""
        principal = current_principal()
        caller = "" if principal is None else principal.key
        settings = conf()
        if full := self._calls.enter(caller, settings.MAX_CALLS_PER_CREDENTIAL, settings.MAX_CALLS):
            whose, most = (
                ("with your credentials", settings.MAX_CALLS_PER_CREDENTIAL)
                if full == "credential"
                else ("by this process", settings.MAX_CALLS)
            )
            raise ResourceExhausted(
                f"{most} calls are being answered {whose}, which is the limit. Make fewer calls at a time, or try"
                " again in a moment.",
                reason="TOO_MANY_CALLS",
                metadata={"limit": str(most), "of": full},
                retry_after=1,
            )
        return caller

    def _spend(self, rpc: Rpc | None, caller: str) -> None:
        """Counts one call of the caller's budget. Raises ResourceExhausted, Unavailable."""
        if rpc is None or not conf().RATE_LIMITS or (found := conf().budget(rpc.setting_names)) is None:
            return
        budget, rate = found
        try:
            used, seconds_left = limits.USES.count(f"{caller}\0{budget}", rate.seconds)
        except limits.CacheFailed as error:
            if error.__cause__ is not None:
                log.error("Calls cannot be counted, the cache %r fails: %r", conf().CACHE, error.__cause__)
            if ("write" if rpc.writes else "read") in conf().REFUSE_UNCOUNTED:
                raise Unavailable(
                    "The service cannot count calls now, and refuses calls of this kind until it can. Try again.",
                    reason="RATE_LIMITER_UNAVAILABLE",
                    retry_after=1,
                ) from None
            return
        if used > rate.calls:
            raise ResourceExhausted(
                f"Your credentials have used up the budget {budget!r}, {rate.calls} per {_UNITS[rate.seconds]}. Try"
                f" again in {ceil(seconds_left)} seconds.",
                reason="RATE_LIMITED",
                metadata={"budget": budget, "limit": str(rate)},
                retry_after=seconds_left,
            )


class LimitedStream(Iterator[Any]):
    """The messages of a stream, until it has lasted too long.

    ``release`` is called once: when the messages end, when the stream is closed, or when it is dropped unread.
    """

    def __init__(self, messages: Iterator[Any], release: Callable[[], None]) -> None:
        self._messages = messages
        self._release = weakref.finalize(self, release)
        self._release.atexit = False
        self._seconds = conf().MAX_STREAM_SECONDS
        self._until = monotonic() + self._seconds

    def __next__(self) -> Any:
        try:
            if self._seconds and monotonic() >= self._until:
                raise Aborted(
                    f"The stream has lasted {self._seconds} seconds, and none may last longer. Ask for less, or use the"
                    " RPC that gives the same in pages.",
                    reason="STREAM_TOO_LONG",
                    metadata={"max_seconds": str(self._seconds)},
                )
            return sized(next(self._messages))
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        try:
            close = getattr(self._messages, "close", None)
            if close is not None:
                close()
        finally:
            self._release()


def sized(message: Any) -> Any:
    """Returns the message. Raises ResourceExhausted if it is too large."""
    measure = getattr(message, "ByteSize", None)
    # The transport refuses an object that is not a message.
    size = measure() if measure else 0
    if size > MAX_ANSWER_BYTES:
        raise ResourceExhausted(
            f"The answer has {size} bytes, but the limit is {MAX_ANSWER_BYTES}. Ask for less: a smaller page, fewer"
            " items.",
            reason="ANSWER_TOO_LARGE",
            metadata={"size_bytes": str(size), "max_bytes": str(MAX_ANSWER_BYTES)},
        )
    return message
