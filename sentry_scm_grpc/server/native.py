"""The native transport: the servicers and interceptors of the other transports, over HTTP/2 with grpcio.

Needs the extra "native" (grpcio-health-checking, grpcio-reflection). TLS takes PEM files. With an authority for client
certificates, every client must present one.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from sentry_scm_grpc.conf import conf
from sentry_scm_grpc.interceptors.authentication import OPEN_SERVICES
from sentry_scm_grpc.interceptors.base import Behavior, CallInterceptor
from sentry_scm_grpc.rpc.received import keeping_bytes
from sentry_scm_grpc.server import request_signals
from sentry_scm_grpc.server.native_context import NativeContext
from sentry_scm_grpc.server.site import site_server

log = logging.getLogger("sentry_scm_grpc")

#: How long running calls may continue after SIGTERM, in seconds. Less than the 30 that Kubernetes gives a process.
GRACE_SECONDS = 10
#: So many seconds after the grace, the process ends in any case.
LAST_SECONDS = 2
#: A stream that exceeds its longest duration by this many seconds is waiting for its client to read, and is cut off.
STALLED_SECONDS = 5.0
#: How many clients can watch the health at the same time. Each occupies a thread, so they have threads of their own.
WATCHERS = 10


class NativeServer:
    """A server that has bound its port. It answers after ``start``.

    ``bind`` is "host:port" ("0.0.0.0:50051", "[::1]:0") or "unix:/path". The TLS arguments are files. Raises ValueError
    if arguments do not fit together, and OSError if a file cannot be read or a port cannot be used.
    """

    def __init__(
        self,
        bind: str,
        *,
        tls_cert: str | Path | None = None,
        tls_key: str | Path | None = None,
        client_ca: str | Path | None = None,
    ) -> None:
        credentials = _credentials(tls_cert, tls_key, client_ca)
        if credentials is None and not _stays_on_this_machine(bind):
            log.warning("%s is served without TLS: credentials cross the network in the clear.", bind)
        self._calls = _CallsUnderWay()
        self._server = grpc.server(
            ThreadPoolExecutor(conf().NATIVE_THREADS, thread_name_prefix="scm-grpc"),
            interceptors=[DjangoRequestInterceptor(self._calls)],
            maximum_concurrent_rpcs=conf().NATIVE_MAX_CALLS or None,
            options=[
                ("grpc.max_receive_message_length", conf().MAX_MESSAGE_BYTES),
                # Without this, two servers on one port would each get half of the calls, and nobody would notice.
                ("grpc.so_reuseport", 0),
            ],
        )
        # Its own health checks hide those of the site, because only they know when this server ends.
        # With the non-blocking form, a client that cancels Watch at the wrong moment blocks the whole server.
        self._health = health.HealthServicer(
            experimental_non_blocking=False,
            experimental_thread_pool=ThreadPoolExecutor(WATCHERS, thread_name_prefix="scm-grpc-watch"),
        )
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        services = site_server().service_names()
        for name in services:
            self._health.set(name, health_pb2.HealthCheckResponse.SERVING)
        reflection.enable_server_reflection({*services, health.SERVICE_NAME, reflection.SERVICE_NAME}, self._server)
        self._server.add_generic_rpc_handlers((SiteHandlers(),))
        try:
            #: The port, also if ``bind`` lets the system choose it.
            self.port: int = (
                self._server.add_insecure_port(bind)
                if credentials is None
                else self._server.add_secure_port(bind, credentials)
            )
        except RuntimeError:
            raise OSError(
                f"{bind} cannot be served: the address is in use or not on this machine. Stop what listens there, or"
                " choose another with --bind."
            ) from None

    def start(self) -> None:
        self._server.start()

    def stop(self, grace: float = GRACE_SECONDS) -> None:
        """Sets health checks to NOT_SERVING, refuses new calls, and waits ``grace`` seconds for running calls."""
        self._health.enter_graceful_shutdown()
        stopped = self._server.stop(grace)
        self._calls.wait_for_the_last(grace)
        # Clients that watch the health would stay for the whole grace. The last answers get a moment to leave.
        self._server.stop(min(grace, 1.0))
        stopped.wait(1.0)

    def busy(self) -> bool:
        """Whether calls are running."""
        return bool(self._calls)


def serve_native(
    bind: str,
    *,
    tls_cert: str | Path | None = None,
    tls_key: str | Path | None = None,
    client_ca: str | Path | None = None,
    grace: int = GRACE_SECONDS,
    ready: Callable[[int], None] | None = None,
) -> None:
    """Serves until SIGTERM or SIGINT, then stops gracefully. A second signal ends the process at once.

    Running calls have ``grace`` seconds. If one takes longer, the process exits without it. Must be called from the
    main thread, because of the signals. ``ready`` gets the port. Raises as NativeServer does.
    """
    server = NativeServer(bind, tls_cert=tls_cert, tls_key=tls_key, client_ca=client_ca)
    stopping = False

    def stop(number: int, frame: object) -> None:
        nonlocal stopping
        signal.signal(number, signal.SIG_DFL)
        stopping = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    server.start()
    if ready is not None:
        ready(server.port)
    # No long wait: a signal that comes just before a thread begins to wait does not wake it.
    while not stopping:
        time.sleep(0.2)
    # The kernel does this even if a library blocks the interpreter.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(grace + LAST_SECONDS)
    server.stop(grace)
    if server.busy():
        # A thread that is still working would keep the interpreter from ending.
        logging.shutdown()
        os._exit(0)
    signal.alarm(0)


class _CallsUnderWay:
    """The number of running calls."""

    def __init__(self) -> None:
        self._count = 0
        self._changed = threading.Condition()

    def __enter__(self) -> None:
        with self._changed:
            self._count += 1

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._count -= 1
            self._changed.notify_all()

    def __bool__(self) -> bool:
        with self._changed:
            return self._count > 0

    def wait_for_the_last(self, seconds: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._count == 0, seconds)


class SiteHandlers(grpc.GenericRpcHandler):  # type: ignore[type-arg]
    """Every RPC of the site's gRPC-Web server, with the site's interceptors."""

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:
        metadata: Any = handler_call_details.invocation_metadata or ()
        return site_server().lookup(handler_call_details.method, metadata)


class DjangoRequestInterceptor(CallInterceptor):
    """Sends Django's request signals around a call. They close stale connections and clear a Sentry's option caches.

    Outermost, so that the request ends when a stream ends in any way.
    """

    def __init__(self, calls: _CallsUnderWay) -> None:
        super().__init__()
        self._calls = calls

    def applies_to(self, method: str) -> bool:
        # Health checks use no rows, and a client that watches would keep the server from stopping.
        return not method.startswith(OPEN_SERVICES)

    def _wrap(self, method: str, handler: Any) -> Any:
        wrapped = super()._wrap(method, handler)
        # The check of a signature needs the message as it arrived. grpcio shows it only to the deserializer.
        return wrapped if handler.request_streaming else keeping_bytes(wrapped)

    def around(self, method: str, behavior: Behavior, streams: bool) -> Behavior:
        environ = {"REQUEST_METHOD": "POST", "PATH_INFO": method}

        def unary(request: Any, context: grpc.ServicerContext) -> Any:
            native = NativeContext(context, method)
            response = None
            with self._calls:
                request_signals.started(DjangoRequestInterceptor, environ)
                try:
                    try:
                        response = behavior(request, native)
                    except Exception as error:
                        native.fail(error)
                    native.settle()
                    return response
                finally:
                    request_signals.finished(DjangoRequestInterceptor)

        def streaming(request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
            native = NativeContext(context, method)
            with self._calls, _cut_off_when_stalled(context):
                request_signals.started(DjangoRequestInterceptor, environ)
                try:
                    yield from _until_ended(behavior, request, native)
                    native.settle()
                finally:
                    request_signals.finished(DjangoRequestInterceptor)

        return streaming if streams else unary


def _until_ended(behavior: Behavior, request: Any, context: NativeContext) -> Iterator[Any]:
    """The messages of a handler, up to its abort."""
    messages: Any = None
    try:
        messages = iter(behavior(request, context))
        for message in messages:
            if message is None:
                # grpcio takes this as the end of the stream.
                context.end(grpc.StatusCode.INTERNAL, "Failed to serialize response!")
            if context.ended:
                break
            yield message
    except Exception as error:
        context.fail(error)
    finally:
        close = getattr(messages, "close", None)
        if close is not None:
            close()


@contextmanager
def _cut_off_when_stalled(context: grpc.ServicerContext) -> Iterator[None]:
    """Ends a stream whose client does not read: its thread waits to send, and nothing else would wake it."""
    timer = threading.Timer(conf().MAX_STREAM_SECONDS + STALLED_SECONDS, context.cancel)
    timer.daemon = True
    if conf().MAX_STREAM_SECONDS:
        timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _credentials(
    tls_cert: str | Path | None, tls_key: str | Path | None, client_ca: str | Path | None
) -> grpc.ServerCredentials | None:
    if tls_cert is None and tls_key is None:
        if client_ca is not None:
            raise ValueError("Client certificates need TLS: give the server's certificate and its key too.")
        return None
    if tls_cert is None or tls_key is None:
        raise ValueError("TLS needs both the certificate and its key.")
    pair = (Path(tls_key).read_bytes(), Path(tls_cert).read_bytes())
    authority = None if client_ca is None else Path(client_ca).read_bytes()
    return grpc.ssl_server_credentials([pair], authority, require_client_auth=authority is not None)


def _stays_on_this_machine(bind: str) -> bool:
    if bind.startswith(("unix:", "unix-abstract:")):
        return True
    host = bind.rpartition(":")[0].strip("[]")
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
