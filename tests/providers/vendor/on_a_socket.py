"""A vendor on a real socket, whose answer a test sets, and our way to it.

The fixture ``vendor`` is in conftest.py.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import requests

from sentry_scm_grpc.providers.vendor.http import Http
from sentry_scm_grpc.providers.vendor.installation import Connection
from sentry_scm_grpc.v1 import scm_pb2 as pb


@dataclass
class Vendor:
    """A server whose response a test sets. It records the paths and headers of requests, and the sockets."""

    url: str = ""
    answer: Callable[[Any], None] = lambda handler: None
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    #: Of the connections so far, and of those that are open.
    sockets: int = 0
    open: set[socket.socket] = field(default_factory=set)

    def says(self, body: bytes, status: int = 200, **headers: str) -> None:
        self.answer = lambda handler: reply(handler, body, status, **headers)


def reply(handler: Any, body: bytes, status: int = 200, **headers: str) -> None:
    handler.send_response(status)
    for name, text in {"Content_Length": str(len(body)), **headers}.items():
        handler.send_header(name.replace("_", "-"), text)
    handler.end_headers()
    handler.wfile.write(body)


@contextmanager
def serving(vendor: Vendor, protocol: str) -> Iterator[None]:
    """``protocol`` is "HTTP/1.0", which closes each connection, or "HTTP/1.1", which keeps it."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = protocol
        disable_nagle_algorithm = True

        def setup(self) -> None:
            super().setup()
            vendor.sockets += 1
            vendor.open.add(self.connection)

        def finish(self) -> None:
            vendor.open.discard(self.connection)
            super().finish()

        def do_GET(self) -> None:
            self.data = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            vendor.asked.append((self.path, dict(self.headers)))
            vendor.answer(self)

        do_HEAD = do_PATCH = do_POST = do_GET

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 64

        def handle_error(self, *_: Any) -> None:
            """Quiet: a client that hangs up is part of some tests."""

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        vendor.url = f"http://127.0.0.1:{server.server_address[1]}"
        yield
        server.shutdown()


class Client:
    """Stands for Sentry's client: it calls requests, with a session for each request."""

    def __init__(self, vendor: Vendor) -> None:
        self.vendor = vendor

    def get(self, path: str, **options: Any) -> Any:
        return requests.get(self.vendor.url + path, **options)

    def head(self, path: str, **options: Any) -> Any:
        return requests.head(self.vendor.url + path, **options)

    def post(self, path: str, data: Any = None, **options: Any) -> Any:
        return requests.post(self.vendor.url + path, json=data, **{"allow_redirects": False, **options})

    def patch(self, path: str, data: Any = None, **options: Any) -> Any:
        return requests.patch(self.vendor.url + path, json=data, **{"allow_redirects": False, **options})


def http(
    vendor: Vendor,
    *,
    integration: int = 1,
    organization: int = 1,
    caller: str = "api-key:1",
    seconds_left: Callable[[], float | None] | None = None,
) -> Http:
    connection = Connection(
        installation=None,  # type: ignore[arg-type]
        integration=pb.Integration(id=integration, organization_id=organization),
        identifier=str,
        known_repositories=dict,
        map_error=lambda error: None,
        caller=caller,
        seconds_left=seconds_left or (lambda: None),
    )
    client: Any = Client(vendor)
    return Http(connection, lambda: client, lambda path: "all")


def within(seconds: float) -> Callable[[], float]:
    ends = time.monotonic() + seconds
    return lambda: ends - time.monotonic()
