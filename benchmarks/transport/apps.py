"""The WSGI applications that are compared, and, as ``python -m benchmarks.transport.apps NAME PORT``, native servers.

raw answers with bytes that were made before; all others run the handler. Ours check an API key, the toggle and the
limits; sonora, connectrpc and grpcio check nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from struct import pack
from typing import Any

import grpc

from benchmarks.transport.answer import METHOD, PATH, SERVICE, handlers, list_repositories
from sentry_scm_grpc.v1 import scm_pb2 as pb


def raw() -> Any:
    message = list_repositories(pb.ListRepositoriesRequest(), None).SerializeToString()
    trailers = b"grpc-status:0\r\n"
    body = pack(">BI", 0, len(message)) + message + pack(">BI", 0x80, len(trailers)) + trailers
    headers = [("Content-Type", "application/grpc-web+proto"), ("Content-Length", str(len(body)))]

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        start_response("200 OK", headers)
        return [body]

    return application


def sonora() -> Any:
    from sonora.wsgi import grpcWSGI

    server = grpcWSGI()
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, handlers()),))
    return server


def signals() -> Any:
    """Sonora with what a Django site needs around it: the signals that close stale database connections."""
    import django
    from django.core.signals import request_finished, request_started

    django.setup()
    server = sonora()

    def application(environ: dict[str, Any], start_response: Any) -> Any:
        request_started.send(sender=signals, environ=environ)
        try:
            yield from server(environ, start_response)
        finally:
            request_finished.send(sender=signals)

    return application


def connect() -> Any:
    from connectrpc.compat import google_protobuf_codecs
    from connectrpc.method import IdempotencyLevel, MethodInfo, StreamType
    from connectrpc.server import ConnectWSGIApplication, EndpointSync

    method = MethodInfo(
        name=METHOD,
        service_name=SERVICE,
        input=pb.ListRepositoriesRequest,
        output=pb.ListRepositoriesResponse,
        idempotency_level=IdempotencyLevel.NO_SIDE_EFFECTS,
        stream_type=StreamType.UNARY,
    )

    class Application(ConnectWSGIApplication):
        path = f"/{SERVICE}"

    endpoint = EndpointSync.unary(method=method, function=list_repositories)
    return Application(endpoints={PATH: endpoint}, codecs=google_protobuf_codecs())


def middleware() -> Any:
    """The Django site of the embedded host, our middleware first and alone."""
    from django.core.wsgi import get_wsgi_application

    application = get_wsgi_application()
    _answer_here()
    return application


def wrap() -> Any:
    from django.core.wsgi import get_wsgi_application

    from sentry_scm_grpc.wsgi import wrap

    application = wrap(get_wsgi_application())
    _answer_here()
    return application


def _answer_here() -> None:
    from sentry_scm_grpc.server.site import site_server

    site_server().add_registered_method_handlers(SERVICE, handlers())


def grpcio(port: int) -> None:
    server = grpc.server(ThreadPoolExecutor(4))
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, handlers()),))
    server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    server.wait_for_termination()


def native(port: int) -> None:
    import django

    django.setup()
    _answer_here()
    from sentry_scm_grpc.server.native import serve_native

    serve_native(f"127.0.0.1:{port}")


def __getattr__(name: str) -> Any:
    """``app_<name>`` for WSGI servers, ``app_<name>_json`` for the same in JSON."""
    if name.startswith("app_"):
        make: Callable[[], Any] = globals()[name.removeprefix("app_").removesuffix("_json")]
        return make()
    raise AttributeError(name)


if __name__ == "__main__":
    {"grpcio": grpcio, "native": native}[sys.argv[1]](int(sys.argv[2]))
