"""The servicer of the transport's tests: built by hand on protobuf's well-known types, of all four kinds.

A request to Unary is a StringValue that names what to do; the answer is a StringValue.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import descriptor_pool
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from google.protobuf.struct_pb2 import Struct
from google.protobuf.wrappers_pb2 import StringValue

SERVICE = "echo.Echo"


def _describe() -> None:
    """Makes the service known to the JSON door, which reads messages by their descriptors."""
    file = FileDescriptorProto(name="tests/echo.proto", package="echo", syntax="proto3")
    file.dependency.extend(["google/protobuf/struct.proto", "google/protobuf/wrappers.proto"])
    service = file.service.add(name="Echo")
    text = ".google.protobuf.StringValue"
    for name in ("Unary", "Stream", "Collect", "Chat", "Empty", "Sleep", "Unwritten", "UnwrittenStream"):
        service.method.add(
            name=name,
            input_type=text,
            output_type=".google.protobuf.Struct" if name == "Empty" else text,
            client_streaming=name in ("Collect", "Chat"),
            server_streaming=name in ("Stream", "Chat", "UnwrittenStream"),
        )
    descriptor_pool.Default().AddSerializedFile(file.SerializeToString())


_describe()

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


def deaf(requests: Iterator[StringValue], context: Any) -> StringValue:
    """Reads none of the requests."""
    return StringValue(value="deaf")


def deaf_chat(requests: Iterator[StringValue], context: Any) -> Iterator[StringValue]:
    yield deaf(requests, context)


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
        "Deaf": _made(grpc.stream_unary_rpc_method_handler, deaf),
        "DeafChat": _made(grpc.stream_stream_rpc_method_handler, deaf_chat),
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


@script
def initial_stream(context: Any) -> Iterator[StringValue]:
    yield initial(context)


@script
def initial_twice(context: Any) -> StringValue:
    context.send_initial_metadata((("x-first", "1"),))
    context.send_initial_metadata((("x-first", "2"),))
    return StringValue()


@script
def initial_late(context: Any) -> Iterator[StringValue]:
    yield StringValue(value="one")
    try:
        context.send_initial_metadata((("x-first", "1"),))
    except ValueError:
        yield StringValue(value="too late")


@script
def trailing(context: Any) -> StringValue:
    context.set_trailing_metadata((("x-last", "1"), ("x-last", "2"), ("x-last-bin", b"\0\xff"), ("x-none-bin", b"")))
    assert [key for key, _ in context.trailing_metadata()] == ["x-last", "x-last", "x-last-bin", "x-none-bin"]
    return StringValue(value="trailing")


@script
def metadata(context: Any) -> StringValue:
    return StringValue(value=repr([(item.key, item.value) for item in context.invocation_metadata()]))


# Ways to end.


@script
def boom(context: Any) -> StringValue:
    raise RuntimeError("secret database password")


@script
def boom_after_two(context: Any) -> Iterator[StringValue]:
    yield StringValue(value="one")
    yield StringValue(value="two")
    raise RuntimeError("secret database password")


@script
def upstream_failed(context: Any) -> StringValue:
    raise grpc.RpcError("an upstream call failed")


@script
def bug_that_looks_unimplemented(context: Any) -> StringValue:
    raise NotImplementedError("an abstract helper")


@script
def nothing(context: Any) -> None:
    return None


@script
def yields_nothing(context: Any) -> Iterator[None]:
    yield None


@script
def wrong_type(context: Any) -> dict[str, str]:
    return {"value": "no message"}


@script
def no_iterator(context: Any) -> int:
    return 7


@script
def code_and_message(context: Any) -> StringValue:
    context.set_code(grpc.StatusCode.NOT_FOUND)
    context.set_details("no such thing: 100% of “them”\r\n")
    return StringValue(value="ignored")


@script
def code_then_raise(context: Any) -> StringValue:
    context.set_code(grpc.StatusCode.NOT_FOUND)
    context.set_details("gone")
    raise KeyError("secret")


@script
def code_as_number(context: Any) -> StringValue:
    context.set_code(5)
    return StringValue()


@script
def code_unknown(context: Any) -> StringValue:
    context.set_code(99)
    return StringValue()


@script
def abort(context: Any) -> None:
    context.abort(grpc.StatusCode.PERMISSION_DENIED, "not you")


@script
def abort_ok(context: Any) -> None:
    context.abort(grpc.StatusCode.OK, "all is well")


@script
def abort_ok_after_two(context: Any) -> Iterator[StringValue]:
    yield StringValue(value="one")
    yield StringValue(value="two")
    context.abort(grpc.StatusCode.OK, "all is well")


@script
def abort_swallowed(context: Any) -> StringValue:
    try:
        context.abort(grpc.StatusCode.PERMISSION_DENIED, "not you")
    except Exception:
        context.set_code(grpc.StatusCode.OK)
        context.set_details("never mind")
    return StringValue(value="secret")


@script
def abort_swallowed_in_stream(context: Any) -> Iterator[StringValue]:
    try:
        context.abort(grpc.StatusCode.PERMISSION_DENIED, "not you")
    except Exception:
        yield StringValue(value="secret")


@dataclass
class Status(grpc.Status):
    code: grpc.StatusCode
    details: str
    trailing_metadata: Any


@script
def abort_with_status(context: Any) -> None:
    context.abort_with_status(
        Status(grpc.StatusCode.FAILED_PRECONDITION, "not now", (("grpc-status-details-bin", b"\x08\x09"),))
    )


@script
def cancel(context: Any) -> StringValue:
    context.cancel()
    assert not context.is_active()
    return StringValue(value="ignored")


# Statuses of every kind, by the text of the request: "abort 5", "set_code 5", "set_code 5, raise", "abort, bytes".

CODES: dict[str, Any] = {
    "status": grpc.StatusCode.NOT_FOUND,
    "5": 5,
    "0": 0,
    "OK": grpc.StatusCode.OK,
    "99": 99,
    "-1": -1,
    "name": "NOT_FOUND",
    "None": None,
    "True": True,
    "pair": grpc.StatusCode.NOT_FOUND.value,
}
DETAILS: dict[str, Any] = {
    "text": "d",
    "bytes": "d ü".encode(),
    "bytes that are no text": b"d\xff",
    "a lone surrogate": "d\ud800",
    "empty": "",
    "None": None,
    "a number": 7,
}


def _scripts_of_statuses(name: str, code: Any, details: Any) -> dict[str, Script]:
    def abort(context: Any) -> None:
        context.abort(code, details)

    def abort_with_status(context: Any) -> None:
        context.abort_with_status(Status(code, details, (("x-last", "1"),)))

    def set_code(context: Any) -> StringValue:
        context.set_code(code)
        context.set_details(details)
        return StringValue(value="answer")

    def set_code_and_raise(context: Any) -> None:
        set_code(context)
        raise RuntimeError("secret database password")

    return {
        f"abort {name}": abort,
        f"abort_with_status {name}": abort_with_status,
        f"set_code {name}": set_code,
        f"set_code {name}, raise": set_code_and_raise,
    }


for _name, _code in CODES.items():
    SCRIPTS.update(_scripts_of_statuses(_name, _code, "d"))
for _name, _details in DETAILS.items():
    SCRIPTS.update(_scripts_of_statuses(f"with {_name}", grpc.StatusCode.NOT_FOUND, _details))


@script
def code_without_details(context: Any) -> StringValue:
    context.set_code(grpc.StatusCode.NOT_FOUND)
    return StringValue(value="ignored")


@script
def code_without_details_then_raise(context: Any) -> None:
    context.set_code(grpc.StatusCode.NOT_FOUND)
    raise RuntimeError("secret database password")


@script
def code_then_raise_nothing(context: Any) -> None:
    context.set_code(grpc.StatusCode.NOT_FOUND)
    context.set_details("d")
    raise Exception


@script
def details_then_raise(context: Any) -> None:
    context.set_details("d")
    raise RuntimeError("secret database password")


@script
def details_without_code(context: Any) -> StringValue:
    context.set_details("d")
    return StringValue(value="answer")


@script
def abort_twice(context: Any) -> None:
    try:
        context.abort(grpc.StatusCode.NOT_FOUND, "first")
    finally:
        context.abort(grpc.StatusCode.ABORTED, "second")


@script
def trailing_after_abort(context: Any) -> None:
    try:
        context.abort(grpc.StatusCode.NOT_FOUND, "d")
    finally:
        context.set_trailing_metadata((("x-last", "1"),))


@script
def trailing_then_raise(context: Any) -> None:
    context.set_trailing_metadata((("x-last", "1"),))
    raise RuntimeError("secret database password")


@script
def abort_without_trailing(context: Any) -> None:
    context.set_trailing_metadata((("x-last", "1"),))
    context.abort_with_status(Status(grpc.StatusCode.NOT_FOUND, "d", None))


@script
def raise_after_code_in_stream(context: Any) -> Iterator[StringValue]:
    yield StringValue(value="one")
    context.set_code(5)
    context.set_details("d")
    raise RuntimeError("secret database password")


@script
def abort_in_stream(context: Any) -> Iterator[StringValue]:
    yield StringValue(value="one")
    context.abort(5, "d")


@script
def initial_repeated(context: Any) -> StringValue:
    pairs = [("x-first", "1"), ("x-first", "2"), ("x-first", "3, 4"), ("x-first-bin", b"\0"), ("x-first-bin", b"\1,")]
    context.send_initial_metadata(pairs)
    return StringValue(value="initial")


# The context.


@script
def facts(context: Any) -> StringValue:
    assert context.is_active()
    assert context.code() is None
    assert context.details() is None
    context.set_compression(grpc.Compression.NoCompression)
    context.disable_next_message_compression()
    facts = (context.peer(), context.peer_identities(), context.peer_identity_key(), dict(context.auth_context()))
    return StringValue(value=repr(facts))


@script
def code_and_details(context: Any) -> StringValue:
    context.set_code(grpc.StatusCode.OK)
    context.set_details("fine")
    assert context.code() is grpc.StatusCode.OK
    assert context.details() == b"fine"
    return StringValue()


@script
def uncompressed(context: Any) -> StringValue:
    context.set_compression(grpc.Compression.NoCompression)
    return StringValue(value="compressible " * 1000)


@script
def one_uncompressed(context: Any) -> Iterator[StringValue]:
    for number in range(3):
        if number == 1:
            context.disable_next_message_compression()
        yield StringValue(value="compressible " * 1000)


@script
def remaining(context: Any) -> StringValue:
    return StringValue(value=str(context.time_remaining()))


@script
def outlive_deadline(context: Any) -> StringValue:
    while context.is_active():
        time.sleep(0.001)
    assert context.time_remaining() == 0
    return StringValue(value="too late")


@script
def stream_beyond_deadline(context: Any) -> Iterator[StringValue]:
    yield StringValue(value="in time")
    while context.is_active():
        time.sleep(0.001)
    yield StringValue(value="too late")


CALLED_BACK: list[str] = []


@script
def callbacks(context: Any) -> StringValue:
    assert context.add_callback(lambda: CALLED_BACK.append("first"))
    assert context.add_callback(lambda: 1 / 0)
    assert context.add_callback(lambda: CALLED_BACK.append("last"))
    return StringValue()


CLOSED: list[str] = []


@script
def endless(context: Any) -> Iterator[StringValue]:
    context.add_callback(lambda: CLOSED.append("callback"))
    try:
        while True:
            yield StringValue(value="x" * 1000)
    finally:
        CLOSED.append("generator")


# Metadata that cannot be sent, by the text of the request.

BAD_METADATA: dict[str, tuple[Any, ...]] = {
    "line break": ("x-a", "1\r\ngrpc-status: 7"),
    "not ASCII": ("x-a", "é"),
    "control character": ("x-a", "\x01"),
    "upper case": ("X-A", "1"),
    "space in the key": ("x a", "1"),
    "bytes without -bin": ("x-a", b"\xff"),
    "no text": ("x-a", 1),
    "no bytes": ("x-a-bin", 1),
    "no pair": ("x-a",),
}


def _bad(kind: str, name: str) -> None:
    def act(context: Any) -> StringValue:
        method = context.send_initial_metadata if kind == "initial" else context.set_trailing_metadata
        method((BAD_METADATA[name],))
        return StringValue(value="ignored")

    SCRIPTS[f"bad {kind}: {name}"] = act


for _kind in ("initial", "trailing"):
    for _name in BAD_METADATA:
        _bad(_kind, _name)

RESERVED = (
    ("grpc-status", "7"),
    ("grpc-message", "forged"),
    ("grpc-encoding", "br"),
    ("content-type", "text/html"),
    ("content-length", "1"),
    ("connection", "close"),
    ("transfer-encoding", "chunked"),
    ("access-control-allow-origin", "*"),
)


@script
def reserved_initial(context: Any) -> StringValue:
    context.send_initial_metadata((*RESERVED, ("x-kept", "1")))
    return StringValue(value="fine")


@script
def reserved_trailing(context: Any) -> StringValue:
    context.set_trailing_metadata((*RESERVED, ("x-kept", "1"), ("grpc-retry-pushback-ms", "5")))
    return StringValue(value="fine")


@script
def cancel_stream(context: Any) -> Iterator[StringValue]:
    context.cancel()
    yield StringValue(value="ignored")


# For real servers, whose process is another: files are the way to see and steer. The metadata "x-file" names one.


def _file(context: Any) -> Path:
    return Path(dict(context.invocation_metadata())["x-file"])


@script
def wait_for_file(context: Any) -> Iterator[StringValue]:
    """Sends the second message when the file exists: a client that makes it has got the first before."""
    yield StringValue(value="first")
    while not _file(context).exists():
        time.sleep(0.005)
    yield StringValue(value="second")


@script
def note_end_in_file(context: Any) -> Iterator[StringValue]:
    try:
        while True:
            yield StringValue(value="x" * 65536)
    finally:
        _file(context).write_text("closed")


@script
def wait_for_departure(context: Any) -> StringValue:
    """Says in a file that it waits, and in the end that it was told that the client has gone."""
    gone = threading.Event()
    context.add_callback(gone.set)
    _file(context).write_text("waiting")
    if gone.wait(30):
        _file(context).write_text(f"active: {context.is_active()}")
    return StringValue(value="never read")


@script
def wait_for_departure_in_stream(context: Any) -> Iterator[StringValue]:
    yield wait_for_departure(context)
