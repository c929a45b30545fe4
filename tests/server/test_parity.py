"""Shows that a call ends alike on every door, and as on grpcio's own server but for the differences that are named.

The same service is on all of them, and all are asked.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import grpc
import pytest
from django.core.handlers.wsgi import WSGIHandler
from google.protobuf.wrappers_pb2 import StringValue

from sentry_scm_grpc.errors import UNEXPECTED
from sentry_scm_grpc.interceptors.errors import ErrorInterceptor
from sentry_scm_grpc.server.native import NativeServer
from sentry_scm_grpc.wsgi import wrap
from tests.server.echo import SCRIPTS, SERVICE, add_echo
from tests.server.wire import SERVER, echo_server, environ_of, said, through


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
        [(key, value) for key, value in ended.trailing_metadata() or () if key not in OURS],
    )


def here(rpc: str, texts: list[str], timeout: float | None, application: Any = SERVER) -> Outcome:
    """Over gRPC-Web."""
    environ = {} if timeout is None else {"HTTP_GRPC_TIMEOUT": f"{int(timeout * 1000)}m"}
    reply = through(application, environ_of(f"/grpc/{SERVICE}/{rpc}", said(*texts), **environ))
    skipped = ("content-type", "content-length", "vary")
    lines = [(key, value) for key, value in reply.trailer_lines if key not in OURS]
    return Outcome(
        reply.code,
        reply.message,
        reply.texts,
        {_decoded(key, value) for key, value in reply.header_lines if key not in skipped},
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
    **dict.fromkeys(
        [f"{way} 5" for way in ("abort", "abort_with_status", "set_code")]
        + ["set_code 5, raise", "abort_in_stream", "raise_after_code_in_stream"],
        "a number is taken for the code it is",
    ),
    **dict.fromkeys(
        ["abort 0", "abort_with_status 0", "set_code 0"],
        "0 is OK, and what fails is never OK",
    ),
    **dict.fromkeys(
        [
            f"{way} with {details}{then}"
            for way, then in (("abort", ""), ("abort_with_status", ""), ("set_code", ""), ("set_code", ", raise"))
            for details in ("None", "a lone surrogate", "a number", "bytes that are no text")
        ],
        "details that are no text do not lose the code",
    ),
    "code_without_details_then_raise": UNTOLD,
    "trailing_then_raise": UNTOLD,
    "cancel": "grpcio has no details for it",
    "cancel_stream": "grpcio has no details for it",
}
# Need a client that goes away, a file, or what only this transport says of a call; test_metadata has the bad metadata.
NOT_HERE = {"endless", "wait_for_file", "note_end_in_file", "facts", "metadata", "remaining", "outlive_deadline"}
# Whether a message of OK is sent depends on the version of grpcio.
NOT_HERE |= {
    "wait_for_departure",
    "wait_for_departure_in_stream",
    "code_and_details",
    "stream_beyond_deadline",
    "callbacks",
    "not_found",
    "set_code OK, raise",  # grpcio answers OK without a message, for which its client has no status.
    *(name for name in SCRIPTS if name.startswith("bad ")),
}
STREAMS = {"initial_stream", "boom_after_two", "initial_late", "yields_nothing", "no_iterator", "abort_ok_after_two"}
STREAMS |= {"abort_swallowed_in_stream", "one_uncompressed", "cancel_stream", "raise_after_code_in_stream"}
STREAMS |= {"abort_in_stream"}
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


# The doors of a site, to each other.


def as_json(application: Any, script: str) -> Outcome:
    reply = through(
        application,
        environ_of(f"/grpc/{SERVICE}/Unary", json.dumps(script).encode(), CONTENT_TYPE="application/json"),
    )
    said = json.loads(reply.body)
    failed = reply.status != 200
    name = {"canceled": "CANCELLED"}.get(said["code"], said["code"].upper()) if failed else "OK"
    prefix = "trailer-"
    skipped = ("content-type", "content-length", "vary")
    lines = [(key, value) for key, value in reply.header_lines if key not in skipped]
    trailing = [(key[len(prefix) :], value) for key, value in lines if key.startswith(prefix)]
    return Outcome(
        grpc.StatusCode[name].value[0],
        said.get("message", "") if failed else "",
        [] if failed else [said],
        {_decoded(key, value) for key, value in lines if not key.startswith(prefix)},
        [_decoded(key, value) for key, value in trailing if key not in OURS],
    )


DETAILS_KEY = "grpc-status-details-bin"
Door = Callable[[str], Outcome]


@pytest.fixture(params=["bare", "with the interceptor for errors"])
def doors(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[dict[str, Door]]:
    server = echo_server(interceptors=[] if request.param == "bare" else [ErrorInterceptor()])
    monkeypatch.setattr("sentry_scm_grpc.server.site.site_server", lambda: server)
    monkeypatch.setattr("sentry_scm_grpc.server.native.site_server", lambda: server)
    settings.MIDDLEWARE = ["sentry_scm_grpc.middleware.GrpcWebMiddleware"]
    middleware = WSGIHandler()
    wrapped = wrap(middleware)
    http2 = NativeServer("127.0.0.1:0")
    http2.start()

    def rpc_of(script: str) -> str:
        return "Stream" if script in STREAMS else "Unary"

    with grpc.insecure_channel(f"127.0.0.1:{http2.port}") as channel:
        yield {
            "wrapper": lambda script: here(rpc_of(script), [script], None, wrapped),
            "middleware": lambda script: here(rpc_of(script), [script], None, middleware),
            "native": lambda script: natively(channel, rpc_of(script), [script], None),
            "JSON": lambda script: as_json(wrapped, script),
        }
    http2.stop(0)


# Tell of the transport itself; streams have no JSON form; a cancelled stream of HTTP/2 carries no details.
NOT_ALIKE = {"facts", "metadata", "remaining", "outlive_deadline", "endless", "wait_for_file", "note_end_in_file"}
NOT_ALIKE |= {"wait_for_departure", "wait_for_departure_in_stream"}
NOT_ALIKE |= {"stream_beyond_deadline", "abort_with_status", "cancel", "cancel_stream", "callbacks"}
ALIKE = sorted(set(SCRIPTS) - NOT_ALIKE)


def comparable(outcome: Outcome) -> Outcome:
    """Without what names the one call. HTTP/2 keeps the order of the values of one key only."""
    details = re.sub("[0-9a-f]{32}", "ID", outcome.details)
    trailing = sorted((item for item in outcome.trailing if item[0] != DETAILS_KEY), key=lambda item: item[0])
    return outcome._replace(details=details, trailing=trailing)


@pytest.mark.django_db
def test_a_call_ends_alike_on_every_door(doors: dict[str, Door]) -> None:
    different = {}
    for script in ALIKE:
        found = {name: ask(script) for name, ask in doors.items() if name != "JSON" or script not in STREAMS}
        if any(comparable(outcome) != comparable(found["wrapper"]) for outcome in found.values()):
            different[script] = found
        assert not any("secret" in outcome.details for outcome in found.values())
    assert different == {}, "\n".join(f"{script}: {found}" for script, found in different.items())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("script", "code", "details"),
    [
        ("abort 5", 5, "d"),
        ("set_code 5", 5, "d"),
        ("set_code 5, raise", 5, "d"),
        ("set_code status, raise", 5, "d"),
        ("abort 0", 2, ""),
        ("set_code 0", 0, ""),
        ("set_code 0, raise", 2, "d"),
        ("abort 99", 2, "d"),
        ("abort name", 2, "d"),
        ("set_code True", 2, "d"),
        ("set_code None", 0, ""),
        ("abort with bytes", 5, "d ü"),
        ("abort with None", 5, ""),
        ("abort with a lone surrogate", 5, "d?"),
        ("set_code with None, raise", 5, UNEXPECTED),
        ("code_without_details", 5, ""),
        ("code_without_details_then_raise", 5, UNEXPECTED),
        ("code_then_raise_nothing", 5, "d"),
        ("details_then_raise", 2, "d"),
        ("abort_swallowed", 7, "not you"),
        ("abort_twice", 10, "second"),
        ("raise_after_code_in_stream", 5, "d"),
        ("abort_in_stream", 5, "d"),
        ("yields_nothing", 13, "Failed to serialize response!"),
        ("bad trailing: line break", 13, "Invalid metadata"),
        ("bad initial: line break", 13, "Invalid metadata"),
    ],
)
def test_with_this_status(doors: dict[str, Door], script: str, code: int, details: str) -> None:
    found = {name: ask(script)[:2] for name, ask in doors.items() if name != "JSON" or script not in STREAMS}
    assert found == dict.fromkeys(found, (code, details))


@pytest.mark.django_db
def test_repeated_metadata_stay_apart(doors: dict[str, Door]) -> None:
    for name, ask in doors.items():
        initial = {
            ("x-first", "1"),
            ("x-first", "2"),
            ("x-first", "3, 4"),
            ("x-first-bin", b"\0"),
            ("x-first-bin", b"\1,"),
        }
        assert ask("initial_repeated").initial == initial, name
        trailing = [("x-last", "1"), ("x-last", "2"), ("x-last-bin", b"\0\xff"), ("x-none-bin", b"")]
        assert ask("trailing").trailing == trailing, name
