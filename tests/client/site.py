"""A site for the client to call: the contract's services on our gRPC-Web server, with answers written by the test."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import grpc

from sentry_scm_grpc.errors import ScmError
from sentry_scm_grpc.rpc.policy import RPCS, SERVICES, Rpc
from sentry_scm_grpc.server.web import ScmGrpcWSGI


@dataclass
class Seen:
    """A call as the server saw it. ``time_remaining`` is far above a day where the caller gave no deadline."""

    rpc: str
    request: Any
    metadata: dict[str, str | bytes]
    time_remaining: float


class Scm:
    """Answers every RPC with what ``answers`` holds for it, else with an empty message or stream.

    While there are ``failures``, each call takes one of them instead.
    """

    url = ""

    def __init__(self) -> None:
        self.answers: dict[str, Callable[[Any, grpc.ServicerContext], Any]] = {}
        self.failures: list[ScmError] = []
        self.seen: list[Seen] = []

    def serve(self, rpc: Rpc, request: Any, context: grpc.ServicerContext) -> Any:
        metadata = dict(context.invocation_metadata())
        self.seen.append(Seen(rpc.name, request, metadata, context.time_remaining()))
        if self.failures:
            context.abort_with_status(self.failures.pop(0).to_rpc_status(request_id="request-1"))
        answer = self.answers.get(rpc.name)
        if answer is not None:
            return answer(request, context)
        return iter(()) if rpc.streams else rpc.response_class()


def _serve_with(rpc: Rpc) -> Any:
    return lambda self, request, context: self.serve(rpc, request, context)


for _rpc in RPCS.values():
    setattr(Scm, _rpc.name, _serve_with(_rpc))


def application(scm: Scm) -> ScmGrpcWSGI:
    app = ScmGrpcWSGI()
    for name, file in SERVICES.items():
        generated = import_module(f"{file.__name__}_grpc")
        getattr(generated, f"add_{name.rpartition('.')[2]}Servicer_to_server")(scm, app)
    return app


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is part of the tests."""


class _Handler(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def running(scm: Scm) -> Iterator[Scm]:
    """Serves on a free port of this machine while the context lasts."""
    with make_server("127.0.0.1", 0, application(scm), _Server, _Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        scm.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield scm
        finally:
            server.shutdown()


def await_port(port: int) -> None:
    """Waits until somebody listens there. Raises AssertionError after two minutes."""
    for _ in range(1200):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server does not come up")
