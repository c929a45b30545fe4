"""A vendor's fake on a socket, for clients that are not ours."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from tests.vendors.fake import FakeVendor, Request


@dataclass(frozen=True)
class Exchange:
    """A request, and the answer as it was sent."""

    request: Request
    status: int
    headers: dict[str, str]
    body: bytes


class Served(ThreadingHTTPServer):
    """Serves a fake, whose own addresses become those of the socket. Keeps each exchange."""

    daemon_threads = True

    def __init__(self, fake: FakeVendor) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.fake = fake
        self.url = f"http://127.0.0.1:{self.server_port}"
        fake.api = self.url + urlsplit(fake.api).path
        self.exchanges: list[Exchange] = []
        #: What a route raised: a request that the vendor does not know, or that it would refuse.
        self.failures: list[BaseException] = []
        self._lock = threading.Lock()
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        with self._lock:
            try:
                status, told, content = self.fake.answer(method, self.url + path, headers, body)
            except Exception as failure:
                self.failures.append(failure)
                return 500, {}, b""
            self.exchanges.append(Exchange(self.fake.calls[-1], status, told, content))
            return status, told, content


class FakeHandler(BaseHTTPRequestHandler):
    """Reads the requests and writes the answers of a fake."""

    protocol_version = "HTTP/1.1"
    # An answer whose head and body are two packets would wait for the client's acknowledgement in between.
    wbufsize = -1
    disable_nagle_algorithm = True

    def read_body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def write_answer(self, status: int, headers: Mapping[str, str], content: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        pass


class _Handler(FakeHandler):
    server: Served

    def _serve(self) -> None:
        self.write_answer(*self.server.answer(self.command, self.path, dict(self.headers), self.read_body()))

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _serve


@contextmanager
def served(fake: FakeVendor, judge: Callable[[Exchange], None] = lambda exchange: None) -> Iterator[Served]:
    """Serves a fake. At the end each exchange is judged, and no request may have failed in the fake."""
    server = Served(fake)
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
    if server.failures:
        raise AssertionError(f"{fake.key} could not answer: {server.failures}") from server.failures[0]
    for exchange in server.exchanges:
        judge(exchange)
