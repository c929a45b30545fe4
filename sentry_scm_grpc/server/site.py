"""The one server of this site: the gRPC-Web WSGI application with our interceptors and servicers.

Further servicers are registered on it with their generated functions, from an AppConfig.ready:

    add_EchoServicer_to_server(Echo(), site_server())
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import grpc

from sentry_scm_grpc.conf import conf

if TYPE_CHECKING:
    from sentry_scm_grpc.server.web import ScmGrpcWSGI


def interceptors() -> list[grpc.ServerInterceptor]:  # type: ignore[type-arg]
    """The interceptors of every transport, outermost first."""
    from sentry_scm_grpc.interceptors.authentication import AuthenticationInterceptor
    from sentry_scm_grpc.interceptors.errors import ErrorInterceptor
    from sentry_scm_grpc.interceptors.limits import LimitInterceptor
    from sentry_scm_grpc.interceptors.observe import ObserveInterceptor
    from sentry_scm_grpc.interceptors.toggle import ToggleInterceptor

    return [
        ObserveInterceptor(),
        ErrorInterceptor(),
        ToggleInterceptor(),
        AuthenticationInterceptor(),
        LimitInterceptor(),
    ]


@cache
def site_server() -> ScmGrpcWSGI:
    """The gRPC-Web server that the middleware and the WSGI wrapper serve. Raises ImportError without sonora."""
    from sentry_scm_grpc.server.web import ScmGrpcWSGI

    return ScmGrpcWSGI(
        prefix=conf().PREFIX,
        interceptors=interceptors(),
        max_receive_bytes=conf().MAX_MESSAGE_BYTES,
        cors_origins=conf().CORS_ORIGINS,
    )


def add_servicers(server: Any) -> None:
    """Registers the contract's services on a server of any kind, and health checks if grpcio-health-checking is
    installed."""
    from sentry_scm_grpc.dispatch.dispatcher import servicers
    from sentry_scm_grpc.rpc.policy import SERVICES

    for servicer, add_to in servicers():
        add_to(servicer, server)
    if find_spec("grpc_health") is not None:
        from grpc_health.v1 import health, health_pb2, health_pb2_grpc

        class CheckOnly(health.HealthServicer):
            def Watch(self, request: Any, context: grpc.ServicerContext, *_: Any) -> None:
                # Everyone may call it, and an endless stream would hold one of the few threads of the site.
                context.abort(grpc.StatusCode.UNIMPLEMENTED, "Watch is not served here; call Check.")

        health_servicer = CheckOnly()
        for name in SERVICES:
            health_servicer.set(name, health_pb2.HealthCheckResponse.SERVING)
        health_pb2_grpc.add_HealthServicer_to_server(health_servicer, server)
