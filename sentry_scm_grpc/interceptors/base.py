"""A base class for interceptors with one method: what happens around a call.

The standard ``grpc.ServerInterceptor`` sees the handler of a call, not the call. This class wraps each handler once and
keeps the result, so a call costs only a look-up.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Any

import grpc

#: The number of handlers that are kept. Only a proxy that serves any method name has as many.
MAX_REMEMBERED = 1000

Behavior = Callable[[Any, grpc.ServicerContext], Any]


class CallInterceptor(grpc.ServerInterceptor):  # type: ignore[type-arg]
    """Wraps the behavior of every method, unary or streaming, in ``around``."""

    def __init__(self) -> None:
        self._wrapped: dict[str, tuple[Any, Any]] = {}

    @abstractmethod
    def around(self, method: str, behavior: Behavior, streams: bool) -> Behavior:
        """The behavior to run in place of ``behavior``. ``method`` is the full path, such as "/pkg.Service/Rpc"."""

    def applies_to(self, method: str) -> bool:
        return True

    def intercept_service(self, continuation: Callable[[Any], Any], handler_call_details: Any) -> Any:
        handler = continuation(handler_call_details)
        method: str = handler_call_details.method
        if handler is None or not self.applies_to(method):
            return handler
        inner, wrapped = self._wrapped.get(method, (None, None))
        if inner is not handler:
            wrapped = self._wrap(method, handler)
            if len(self._wrapped) >= MAX_REMEMBERED:
                self._wrapped.clear()
            self._wrapped[method] = (handler, wrapped)
        return wrapped

    def _wrap(self, method: str, handler: Any) -> Any:
        for kind in ("unary_unary", "unary_stream", "stream_unary", "stream_stream"):
            behavior = getattr(handler, kind)
            if behavior is not None:
                make = getattr(grpc, f"{kind}_rpc_method_handler")
                return make(
                    self.around(method, behavior, kind.endswith("stream")),
                    request_deserializer=handler.request_deserializer,
                    response_serializer=handler.response_serializer,
                )
        return handler
