"""A site that answers what no good server does: bytes that the test writes, on connections that it cuts."""

from __future__ import annotations

import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from google.protobuf.message import Message

GRPC_WEB = "application/grpc-web+proto"


def frame(message: Message | bytes) -> bytes:
    """A message in its frame."""
    payload = message if isinstance(message, bytes) else message.SerializeToString()
    return struct.pack(">BI", 0, len(payload)) + payload


def trailers(status: int, **more: str) -> bytes:
    """The frame that ends an answer."""
    lines = {"grpc-status": str(status)} | {key.replace("_", "-"): value for key, value in more.items()}
    payload = "".join(f"{key}: {value}\r\n" for key, value in lines.items()).encode()
    return struct.pack(">BI", 0x80, len(payload)) + payload


class RawSite:
    """Sends ``answers`` one after the other, the last of them for ever, and counts the requests."""

    url = ""

    def __init__(self) -> None:
        self.answers: list[Callable[[BaseHTTPRequestHandler], None]] = []
        self.requests = 0

    def serve(self, handler: BaseHTTPRequestHandler) -> None:
        handler.rfile.read(int(handler.headers["content-length"]))
        self.requests += 1
        answer = self.answers[0] if len(self.answers) == 1 else self.answers.pop(0)
        answer(handler)


def whole(
    body: bytes = b"", status: int = 200, content_type: str = GRPC_WEB, **headers: str
) -> Callable[[BaseHTTPRequestHandler], None]:
    """An answer that is complete as far as HTTP goes."""

    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("content-type", content_type)
        handler.send_header("content-length", str(len(body)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return send


def cut(body: bytes) -> Callable[[BaseHTTPRequestHandler], None]:
    """An answer whose connection ends before HTTP's own end."""

    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("content-type", GRPC_WEB)
        handler.send_header("transfer-encoding", "chunked")
        handler.end_headers()
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(body), body))
        handler.close_connection = True

    return send


def hang_up(handler: BaseHTTPRequestHandler) -> None:
    """No answer at all."""
    handler.close_connection = True


@contextmanager
def running() -> Iterator[RawSite]:
    site = RawSite()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            site.serve(self)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        site.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield site
        finally:
            server.shutdown()
