"""Shows that a call ends as it ends on grpcio's own server, differences named: the same service on both, both asked."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import grpc
import pytest
from google.protobuf.wrappers_pb2 import StringValue

from tests.server.echo import SCRIPTS, SERVICE, add_echo
from tests.server.wire import call, said


class Outcome(NamedTuple):
    code: int
    details: str
    texts: list[str]
    initial: set[tuple[str, str | bytes]]
    trailing: list[tuple[str, str | bytes]]


@pytest.fixture(scope="module")
def channel() -> Iterator[grpc.Channel]:
    server = grpc.server(ThreadPoolExecutor(4))
    add_echo(server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as made:
        yield made
    server.stop(None)


def natively(channel: grpc.Channel, rpc: str, texts: list[str], timeout: float | None) -> Outcome:
    sender = "stream" if rpc in ("Collect", "Chat") else "unary"
    make = getattr(channel, f"{sender}_stream" if rpc in ("Stream", "Chat") else f"{sender}_unary")
    method = make(f"/{SERVICE}/{rpc}", StringValue.SerializeToString, bytes)
    requests = [StringValue(value=text) for text in texts]
    argument = iter(requests) if sender == "stream" else requests[0]
    messages: list[bytes] = []
    ended: Any
    try:
        if rpc in ("Stream", "Chat"):
            ended = method(argument, timeout=timeout)
            messages.extend(ended)
        else:
            message, ended = method.with_call(argument, timeout=timeout)
            messages.append(message)
    except grpc.RpcError as error:
        ended = error
    found = [StringValue.FromString(message).value for message in messages]
    return Outcome(
        ended.code().value[0],
        ended.details() or "",
        found,
        {(key, value) for key, value in ended.initial_metadata() or ()},
        [(key, value) for key, value in ended.trailing_metadata() or ()],
    )


def here(rpc: str, texts: list[str], timeout: float | None) -> Outcome:
    environ = {} if timeout is None else {"HTTP_GRPC_TIMEOUT": f"{int(timeout * 1000)}m"}
    reply = call(rpc, said(*texts), **environ)
    skipped = ("content-type", "content-length")
    lines = [(key, value) for key, value in reply.trailer_lines if key not in OURS]
    return Outcome(
        reply.code,
        reply.message,
        reply.texts,
        {_decoded(key, value) for key, value in reply.headers.items() if key not in skipped},
        [_decoded(key, value) for key, value in lines],
    )


# grpcio has no request ids; test_status has ours.
OURS = ("grpc-status", "grpc-message", "x-request-id")


def _decoded(key: str, value: str) -> tuple[str, str | bytes]:
    return key, base64.b64decode(value + "==") if key.endswith("-bin") else value


# What is meant to be other than under grpcio, and why.
UNTOLD = "the text of an unexpected exception stays here"
DIFFERENT = {
    "boom": UNTOLD,
    "boom_after_two": UNTOLD,
    "upstream_failed": UNTOLD,
    "bug_that_looks_unimplemented": UNTOLD,
    "no_iterator": UNTOLD,
    "initial_twice": UNTOLD,
    "abort_swallowed": "grpcio lets set_code() undo an abort",
    "abort_swallowed_in_stream": "grpcio sends the messages that follow an abort",
    "yields_nothing": "grpcio takes None for the end of the stream",
    "code_as_number": "a number is taken for the code it is",
    "reserved_initial": "grpcio sends reserved names and then fails",
    "reserved_trailing": "grpcio sends reserved names",
    "cancel": "grpcio has no details for it",
    "cancel_stream": "grpcio has no details for it",
}
# Need a client that goes away, a file, or what only this transport says of a call; test_metadata has the bad metadata.
NOT_HERE = {"endless", "wait_for_file", "note_end_in_file", "facts", "metadata", "remaining", "outlive_deadline"}
# Whether a message of OK is sent depends on the version of grpcio.
NOT_HERE |= {
    "code_and_details",
    "stream_beyond_deadline",
    "callbacks",
    "not_found",
    *(name for name in SCRIPTS if name.startswith("bad ")),
}
STREAMS = {"initial_stream", "boom_after_two", "initial_late", "yields_nothing", "no_iterator", "abort_ok_after_two"}
STREAMS |= {"abort_swallowed_in_stream", "one_uncompressed", "cancel_stream"}
SAME = sorted(set(SCRIPTS) - set(DIFFERENT) - NOT_HERE)


@pytest.mark.parametrize("script", SAME)
def test_a_call_ends_as_under_grpcio(channel: grpc.Channel, script: str) -> None:
    rpc = "Stream" if script in STREAMS else "Unary"
    assert here(rpc, [script], None) == natively(channel, rpc, [script], None)


@pytest.mark.parametrize("script", sorted(DIFFERENT))
def test_a_difference_is_one(channel: grpc.Channel, script: str) -> None:
    """So that the list above names none that is gone."""
    rpc = "Stream" if script in STREAMS else "Unary"
    assert here(rpc, [script], None) != natively(channel, rpc, [script], None)


@pytest.mark.parametrize(
    ("rpc", "texts"),
    [
        ("Unary", ["hi"]),
        ("Stream", ["hi"]),
        ("Collect", ["a", "b"]),
        ("Collect", []),
        ("Chat", ["a", "b"]),
        ("Chat", []),
        ("Empty", ["hi"]),
        ("Unwritten", ["hi"]),
        ("UnwrittenStream", ["hi"]),
        ("Nope", ["hi"]),
    ],
)
def test_every_kind_of_method(channel: grpc.Channel, rpc: str, texts: list[str]) -> None:
    assert here(rpc, texts, None) == natively(channel, rpc, texts, None)


def test_a_deadline(channel: grpc.Channel) -> None:
    assert here("Sleep", ["0.2"], 0.05).code == natively(channel, "Sleep", ["0.2"], 0.05).code
