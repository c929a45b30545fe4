"""The bytes of a request as they arrived. They are kept on the call's context, to check a signature over them."""

from __future__ import annotations

from typing import Any, NamedTuple

import grpc

_NAME = "scm_received"


class Received(NamedTuple):
    """One message, decompressed and without its frame. ``encoding`` is "proto" or "json"."""

    data: bytes
    encoding: str


def keep_received(context: grpc.ServicerContext, data: bytes, encoding: str) -> None:
    setattr(context, _NAME, Received(data, encoding))


def received(context: grpc.ServicerContext) -> Received | None:
    """Returns None if the caller streams requests, or if the transport does not keep the bytes."""
    found: Received | None = getattr(context, _NAME, None)
    return found


def keeping_bytes(handler: Any) -> Any:
    """grpcio's handler for a method that takes one request; it also keeps the request's bytes on the context."""
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
