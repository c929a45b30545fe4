"""The client of the transport's tests: bytes to the WSGI application and back, so that tests say what is sent."""

from __future__ import annotations

import base64
import io
import struct
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import unquote

from google.protobuf.wrappers_pb2 import StringValue

from sentry_scm_grpc.server.web import ScmGrpcWSGI
from tests.server.echo import add_echo

BINARY = "application/grpc-web+proto"
TEXT = "application/grpc-web-text"


class Reply(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes
    header_lines: Sequence[tuple[str, str]] = ()

    @property
    def frames(self) -> list[tuple[int, bytes]]:
        """Flags and payload of each frame, the trailers' included."""
        data = b64decode_pieces(self.body) if "text" in self.headers["content-type"] else self.body
        found = []
        while data:
            flags, length = struct.unpack(">BI", data[:5])
            assert len(data) >= 5 + length, "the body ends within a frame"
            found.append((flags, data[5 : 5 + length]))
            data = data[5 + length :]
        return found

    @property
    def messages(self) -> list[bytes]:
        plain = self.headers.get("grpc-encoding") != "gzip"
        return [p if plain or not f & 1 else zlib.decompress(p, 31) for f, p in self.frames if not f & 0x80]

    @property
    def texts(self) -> list[str]:
        return [StringValue.FromString(message).value for message in self.messages]

    @property
    def trailer_lines(self) -> list[tuple[str, str]]:
        flags, block = self.frames[-1]
        assert flags == 0x80, "the last frame is not the trailers"
        assert block.endswith(b"\r\n")
        return [tuple(line.split(":", 1)) for line in block.decode("ascii")[:-2].split("\r\n")]  # type: ignore[misc]

    @property
    def trailers(self) -> dict[str, str]:
        return dict(self.trailer_lines)

    @property
    def code(self) -> int:
        return int(self.trailers["grpc-status"])

    @property
    def message(self) -> str:
        return unquote(self.trailers.get("grpc-message", ""))


def b64decode_pieces(text: bytes) -> bytes:
    """As Google's client decodes: four characters at a time."""
    return b"".join(base64.b64decode(text[i : i + 4], validate=True) for i in range(0, len(text), 4))


def framed(payload: bytes, flags: int = 0) -> bytes:
    return struct.pack(">BI", flags, len(payload)) + payload


def said(*texts: str) -> bytes:
    """The frames of StringValue requests."""
    return b"".join(framed(StringValue(value=text).SerializeToString()) for text in texts)


def environ_of(path: str, body: bytes = b"", *, verb: str = "POST", **environ: Any) -> dict[str, Any]:
    made = {
        "REQUEST_METHOD": verb,
        "PATH_INFO": path,
        "CONTENT_TYPE": BINARY,
        "CONTENT_LENGTH": str(len(body)),
        "REMOTE_ADDR": "192.0.2.7",
        "REMOTE_PORT": "4711",
        "HTTP_HOST": "scm.example",
        "wsgi.input": io.BytesIO(body),
        **environ,
    }
    return {key: value for key, value in made.items() if value is not None}


def through(application: Any, environ: Mapping[str, Any]) -> Reply:
    """Calls a WSGI application as granian does: status and headers must be there when the call returns."""
    started: list[tuple[str, list[tuple[str, str]]]] = []
    body: Iterable[bytes] = application(environ, lambda status, headers, *_: started.append((status, headers)))
    status, headers = started[0]
    content = b"".join(body)
    if hasattr(body, "close"):
        body.close()
    lines = [(name.lower(), value) for name, value in headers]
    reply = Reply(int(status.split()[0]), dict(lines), content, lines)
    repeated = {name for name, _ in lines if sum(name == other for other, _ in lines) > 1}
    assert all(name.startswith(("x-", "trailer-x-")) for name in repeated), f"{repeated} were sent twice"
    if environ["REQUEST_METHOD"] == "HEAD":
        assert content == b""
    elif "content-length" in reply.headers:
        assert int(reply.headers["content-length"]) == len(content)
    return reply


def echo_server(**options: Any) -> ScmGrpcWSGI:
    server = ScmGrpcWSGI(**options)
    add_echo(server)
    return server


SERVER = echo_server()


def call(rpc: str, body: bytes = b"", **environ: Any) -> Reply:
    """Calls an RPC of the echo service; upper-case keywords go into the environ, None leaves one out."""
    return through(SERVER, environ_of(f"/echo.Echo/{rpc}", body, **environ))


def run(rpc: str, script: str, **environ: Any) -> Reply:
    """Calls an RPC with the name of the script that it is to act."""
    return call(rpc, said(script), **environ)
