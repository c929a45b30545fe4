"""The servicer of the transport's tests: built by hand on protobuf's well-known types, of all four kinds.

A request to Unary is a StringValue that names what to do; the answer is a StringValue.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import grpc
from google.protobuf.struct_pb2 import Struct
from google.protobuf.wrappers_pb2 import StringValue

SERVICE = "echo.Echo"

# What "unary" and "stream" do, by the text of the request.
Script = Callable[[Any], Any]
SCRIPTS: dict[str, Script] = {}


def script(function: Script) -> Script:
    SCRIPTS[function.__name__] = function
    return function


def unary(request: StringValue, context: Any) -> Any:
    act = SCRIPTS.get(request.value)
    return StringValue(value=request.value) if act is None else act(context)


def stream(request: StringValue, context: Any) -> Iterator[Any]:
    act = SCRIPTS.get(request.value)
    if act is None:
        for number in range(3):
            yield StringValue(value=f"{request.value} {number}")
    else:
        yield from act(context)


def collect(requests: Iterator[StringValue], context: Any) -> StringValue:
    return StringValue(value=",".join(request.value for request in requests))


def chat(requests: Iterator[StringValue], context: Any) -> Iterator[StringValue]:
    for request in requests:
        yield StringValue(value=f"you said {request.value}")


def empty(request: StringValue, context: Any) -> Struct:
    return Struct()


def sleep(request: StringValue, context: Any) -> StringValue:
    time.sleep(float(request.value))
    return request


def unwritten(request: Any, context: Any) -> Any:
    """As generated code answers a method that was not written."""
    context.set_code(grpc.StatusCode.UNIMPLEMENTED)
    context.set_details("Method not implemented!")
    raise NotImplementedError("Method not implemented!")


def _made(make: Callable[..., Any], behavior: Callable[..., Any], response: Any = StringValue) -> Any:
    return make(behavior, request_deserializer=StringValue.FromString, response_serializer=response.SerializeToString)


def method_handlers() -> dict[str, Any]:
    return {
        "Unary": _made(grpc.unary_unary_rpc_method_handler, unary),
        "Stream": _made(grpc.unary_stream_rpc_method_handler, stream),
        "Collect": _made(grpc.stream_unary_rpc_method_handler, collect),
        "Chat": _made(grpc.stream_stream_rpc_method_handler, chat),
        "Empty": _made(grpc.unary_unary_rpc_method_handler, empty, Struct),
        "Sleep": _made(grpc.unary_unary_rpc_method_handler, sleep),
        "Unwritten": _made(grpc.unary_unary_rpc_method_handler, unwritten),
        "UnwrittenStream": _made(grpc.unary_stream_rpc_method_handler, unwritten),
    }


def add_echo(server: Any) -> None:
    """As the function in generated code of before 1.63."""
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, method_handlers()),))


# Metadata.


@script
def initial(context: Any) -> StringValue:
    context.send_initial_metadata((("x-first", "1"), ("x-first-bin", b"\0\xff")))
    return StringValue(value="initial")
