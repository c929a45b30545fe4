"""Observation: the single place where the audit log, traces, metrics and Sentry see every call.

Outermost, so that it sees the final status of every call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import perf_counter
from typing import Any

import grpc

from sentry_scm_grpc.interceptors.authentication import OPEN_SERVICES
from sentry_scm_grpc.interceptors.base import Behavior, CallInterceptor
from sentry_scm_grpc.telemetry import observers
from sentry_scm_grpc.telemetry.calls import ObservedCall, _current


class ObserveInterceptor(CallInterceptor):
    def applies_to(self, method: str) -> bool:
        # Load balancers check the health all the time.
        return not method.startswith(OPEN_SERVICES)

    def around(self, method: str, behavior: Behavior, streams: bool) -> Behavior:
        def unary(request: Any, context: grpc.ServicerContext) -> Any:
            call = ObservedCall(method, request, context)
            observers.began(call)
            try:
                with _Working(call):
                    call.response = behavior(request, context)
            except BaseException:
                _end(call, grpc.StatusCode.UNKNOWN)
                raise
            observers.sent(call, call.response)
            _end(call, grpc.StatusCode.OK)
            return call.response

        def streaming(request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
            call = ObservedCall(method, request, context)
            observers.began(call)
            messages: Any = None
            code = grpc.StatusCode.UNKNOWN
            try:
                with _Working(call):
                    messages = iter(behavior(request, context))
                while True:
                    with _Working(call):
                        try:
                            call.response = next(messages)
                        except StopIteration:
                            break
                    observers.sent(call, call.response)
                    yield call.response
                code = grpc.StatusCode.OK
            except GeneratorExit:
                code = grpc.StatusCode.CANCELLED
                raise
            finally:
                close = getattr(messages, "close", None)
                try:
                    if close is not None:
                        with _Working(call):
                            close()
                finally:
                    _end(call, code)

        return streaming if streams else unary


class _Working:
    """The time in which this thread works on a call. Between messages of a stream it may do other work."""

    __slots__ = ("_call", "_leaving", "_token")

    def __init__(self, call: ObservedCall) -> None:
        self._call = call

    def __enter__(self) -> None:
        self._token = _current.set(self._call)
        self._leaving: list[Callable[[], None]] = observers.entered(self._call)

    def __exit__(self, *_: object) -> None:
        for leave in reversed(self._leaving):
            leave()
        _current.reset(self._token)


def _end(call: ObservedCall, code: grpc.StatusCode) -> None:
    """``code`` is the status if nothing else has ended the call."""
    call.seconds = perf_counter() - call.started
    given = call.context.code()  # type: ignore[attr-defined]
    left = call.context.time_remaining()
    if left is not None and left <= 0:
        call.code = grpc.StatusCode.DEADLINE_EXCEEDED
    elif given is not None and given is not grpc.StatusCode.OK and isinstance(given, grpc.StatusCode):
        call.code = given
    else:
        call.code = code
    observers.ended(call)
