"""Calls to the oracle, Envoy before the native door, and to gunicorn and granian have the same answers, but for what
docs/explanation/transport.md explains."""

from __future__ import annotations

import base64
import gzip
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.clients.conftest import SERVERS, Served
from tests.clients.raw import BINARY, TEXT, Request, frame, send
from tests.scenarios import scenarios_pb2 as pb
from tests.scenarios.running import ROOT

SERVICE = "/scm.scenarios.v1.ScenarioService"
HELLO = frame(pb.EchoRequest(text="hello").SerializeToString())
METADATA = {"x-echo": "ping", "x-echo-bin": "AAEC/f7/"}


def echo(body: bytes = HELLO, content_type: str = BINARY, **headers: str) -> Request:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request(f"{SERVICE}/Echo", body, content_type, named)


def fail(**fields: object) -> Request:
    return Request(f"{SERVICE}/Fail", frame(pb.FailRequest(**fields).SerializeToString()))  # type: ignore[arg-type]


def count(headers: dict[str, str] | None = None, content_type: str = BINARY, **fields: object) -> Request:
    body = frame(pb.CountRequest(**fields).SerializeToString())  # type: ignore[arg-type]
    body = base64.b64encode(body) if content_type == TEXT else body
    return Request(f"{SERVICE}/Count", body, content_type, headers or {})


def sleep(milliseconds: int, **headers: str) -> Request:
    body = frame(pb.SleepRequest(milliseconds=milliseconds).SerializeToString())
    return Request(f"{SERVICE}/Sleep", body, BINARY, {name.replace("_", "-"): value for name, value in headers.items()})


CASES: dict[str, Request] = {
    "unary": echo(),
    "unary, text": echo(base64.b64encode(HELLO), TEXT),
    "unary, Accept is text": echo(Accept="application/grpc-web-text"),
    "unary, Accept is */*": echo(Accept="*/*"),
    "content type without +proto": echo(content_type="application/grpc-web"),
    "content type in capitals": echo(content_type="Application/GRPC-Web+Proto"),
    "content type with a parameter": echo(content_type="application/grpc-web+proto; charset=utf-8"),
    "content type of another codec": echo(content_type="application/grpc-web+json"),
    "content type text/plain": echo(content_type="text/plain"),
    "no messages": Request(f"{SERVICE}/Nothing", frame(b"")),
    "empty message": echo(frame(b"")),
    "unicode": echo(frame(pb.EchoRequest(text="grüße, 世界, 🦀").SerializeToString())),
    "large answer": echo(frame(pb.EchoRequest(answer_bytes=3 << 20).SerializeToString())),
    "metadata": echo(**METADATA),
    "metadata, padded": echo(x_echo_bin="AAE="),
    "metadata, repeated in one line": echo(x_echo="a, b"),
    "status": fail(code=10, message="grüße\n100%"),
    "status with details": fail(with_details=True, message="is bad"),
    "status without a message": fail(code=5),
    "unexpected exception": fail(**{"raise": True, "message": "secret"}),
    "stream": count(to=20),
    "stream, text": count(to=20, content_type=TEXT),
    "stream without messages": count(),
    "stream that fails": count(to=3, code=10, message="enough"),
    "stream that fails at once": count(code=10, message="enough"),
    "stream, metadata": count(METADATA, to=2),
    "stream without messages, metadata": count(METADATA),
    "deadline in time": sleep(1, grpc_timeout="50S"),
    "deadline passed": sleep(500, grpc_timeout="100m"),
    "deadline of nothing": echo(grpc_timeout="0m"),
    "malformed deadline": echo(grpc_timeout="soon"),
    "deadline of nine digits": echo(grpc_timeout="100000000m"),
    # After one message, however busy the machine is.
    "deadline passed in a stream": count({"grpc-timeout": "5S"}, to=2, milliseconds_between=6000),
    "unknown method": Request(f"{SERVICE}/Nowhere", frame(b"")),
    "unknown service": Request("/scm.scenarios.v1.NoService/Echo", HELLO),
    "method that is declared only": Request(f"{SERVICE}/Missing", frame(b"")),
    "two messages": echo(HELLO + HELLO),
    "no message": echo(b""),
    "frame cut short": echo(HELLO[:-1]),
    "header cut short": echo(HELLO[:3]),
    "frame that announces too much": echo(b"\0\xff\xff\xff\xff" + HELLO[5:]),
    "message too large": echo(frame(pb.EchoRequest(data=bytes(4 << 20)).SerializeToString())),
    "no protobuf": echo(frame(b"\xff\xff\xff")),
    "no UTF-8 in a string": echo(frame(b"\x0a\x02\xff\xfe")),
    "gzip": echo(frame(gzip.compress(HELLO[5:]), 1), grpc_encoding="gzip"),
    "invalid gzip": echo(frame(HELLO[5:], 1), grpc_encoding="gzip"),
    "compressed without a name": echo(frame(gzip.compress(HELLO[5:]), 1)),
    "unknown compression": echo(frame(HELLO[5:], 1), grpc_encoding="snappy"),
    "answer in gzip": echo(frame(pb.EchoRequest(answer_bytes=9999).SerializeToString()), grpc_accept_encoding="gzip"),
    "trailers in the request": echo(HELLO + frame(b"x: y\r\n", 0x80)),
    "GET": Request(f"{SERVICE}/Echo", b"", verb="GET"),
    "no credentials": echo(x_api_key="no"),
}


# What the answers begin with, ours and the oracle's, where they are not equal.
DIFFERENCES = {
    "unary, text": ("grpc-status 0 as text", "grpc-status 0, 1 messages"),
    "stream, text": ("grpc-status 0 as text", "grpc-status 0, 20 messages"),
    "content type in capitals": ("grpc-status 0", "HTTP 503"),
    "content type with a parameter": ("grpc-status 0", "HTTP 503"),
    "content type of another codec": ("HTTP 415", "HTTP 503"),
    "content type text/plain": ("HTTP 415", "HTTP 503"),
    "malformed deadline": ("grpc-status 13", "grpc-status 13"),
    "deadline of nine digits": ("grpc-status 13", "grpc-status 0"),
    "two messages": ("grpc-status 12", "grpc-status 0"),
    "no message": ("grpc-status 12", "grpc-status 12"),
    "frame cut short": ("grpc-status 13", "grpc-status 12"),
    "header cut short": ("grpc-status 13", "grpc-status 12"),
    "frame that announces too much": ("grpc-status 8", "grpc-status 8"),
    "message too large": ("grpc-status 8", "grpc-status 8"),
    "invalid gzip": ("grpc-status 13", "grpc-status 13"),
    "compressed without a name": ("grpc-status 13", "grpc-status 13"),
    "unknown compression": ("grpc-status 12", "grpc-status 13"),
    "trailers in the request": ("grpc-status 13", "grpc-status 0"),
    "GET": ("HTTP 400", "grpc-status 14"),
}


@pytest.mark.parametrize("name", CASES)
def test_answers(served: Served, name: str) -> None:
    urls = [served.url(server) for server in ("envoy", *SERVERS)]
    with ThreadPoolExecutor(len(urls)) as pool:
        oracle, *answers = pool.map(lambda url: send(url, CASES[name], served.site.api_key), urls)
    for ours in answers:
        if name not in DIFFERENCES:
            assert ours == oracle, (ours.summary(), oracle.summary())
            continue
        begins = DIFFERENCES[name]
        assert ours.summary().startswith(begins[0])
        assert oracle.summary().startswith(begins[1])


def test_every_difference_is_explained() -> None:
    page = (ROOT / "docs/explanation/transport.md").read_text()
    table = page.partition("## The oracle")[2].partition("\n## ")[0]
    rows = {line.split("|")[1].strip() for line in table.splitlines() if line.startswith("| ")}
    assert rows - {"call", "---"} == set(DIFFERENCES)
