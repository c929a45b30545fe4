"""The bytes of a request as they came, kept on the call's context for who checks a signature over them."""

from __future__ import annotations

from typing import Any, NamedTuple

import grpc

_NAME = "scm_received"


class Received(NamedTuple):
    """One message without compression and framing; ``encoding`` is "proto" or "json"."""

    data: bytes
    encoding: str


def keep_received(context: grpc.ServicerContext, data: bytes, encoding: str) -> None:
    setattr(context, _NAME, Received(data, encoding))


def received(context: grpc.ServicerContext) -> Received | None:
    """None where the caller streams requests, or the transport keeps none."""
    found: Received | None = getattr(context, _NAME, None)
    return found


def keeping_bytes(handler: Any) -> Any:
    """grpcio's handler of a method that takes one request, with the request's bytes kept on the context."""
    kind = "unary_stream" if handler.response_streaming else "unary_unary"
    behavior = getattr(handler, kind)
    deserialize = handler.request_deserializer or bytes

    def deserialized(data: bytes) -> tuple[bytes, Any]:
        return data, deserialize(data)

    def keeping(request: tuple[bytes, Any], context: grpc.ServicerContext) -> Any:
        data, message = request
        keep_received(context, data, "proto")
        return behavior(message, context)

    make = getattr(grpc, f"{kind}_rpc_method_handler")
    return make(keeping, request_deserializer=deserialized, response_serializer=handler.response_serializer)
