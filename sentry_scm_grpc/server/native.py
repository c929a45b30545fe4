"""The native door: the servicers and interceptors of the other doors, over HTTP/2 with grpcio.

Needs the extra "native" (grpcio-health-checking, grpcio-reflection). TLS is PEM files; with an authority for client
certificates every client has to show one.
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

#: How long calls under way may go on after SIGTERM, in seconds: less than the 30 that Kubernetes gives a process.
GRACE_SECONDS = 10
#: After the grace and so many seconds the process ends whatever it does.
LAST_SECONDS = 2
#: A stream that outlives the longest life by this many seconds is waiting for its client to read, and is cut off.
STALLED_SECONDS = 5.0
#: So many can watch health at a time. They have threads of their own: each keeps one for as long as it watches.
WATCHERS = 10


class NativeServer:
    """A server that has its port; it answers after ``start``.

    ``bind`` is "host:port" ("0.0.0.0:50051", "[::1]:0") or "unix:/path"; the TLS arguments are files. Raises ValueError
    for arguments that do not fit together and OSError for a file that cannot be read or a port that cannot be had.
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
                # Two servers on one port would each get half of the calls, and nobody would know.
                ("grpc.so_reuseport", 0),
            ],
        )
        # Its own health checks, which stand before the site's: only they know of this server's end.
        # Non-blocking, a watcher who cancels at the wrong moment makes its Watch lock up the whole server.
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
            #: The port, also where ``bind`` left the choice to the system.
            self.port: int = (
                self._server.add_insecure_port(bind)
                if credentials is None
                else self._server.add_secure_port(bind, credentials)
            )
        except RuntimeError:
            raise OSError(f"{bind} cannot be served: the address is taken or not of this machine.") from None

    def start(self) -> None:
        self._server.start()

    def stop(self, grace: float = GRACE_SECONDS) -> None:
        """Says NOT_SERVING to health checks, refuses new calls, waits for those under way for ``grace`` seconds."""
        self._health.enter_graceful_shutdown()
        stopped = self._server.stop(grace)
        self._calls.wait_for_the_last(grace)
        # Those who watch health would stay for all of the grace. The last answers get a moment to leave.
        self._server.stop(min(grace, 1.0))
        stopped.wait(1.0)

    def busy(self) -> bool:
        """Whether calls are being answered."""
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
    """Serves until SIGTERM or SIGINT, then stops gracefully; a second signal ends the process at once.

    Calls under way have ``grace`` seconds. One that does not end in this time is left where it is: then the process
    exits here. To be called from the main thread, which signals need. ``ready`` is told the port. Raises as
    NativeServer does.
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
    # Never one long wait: a signal that comes just before a thread begins to wait does not wake it.
    while not stopping:
        time.sleep(0.2)
    # The kernel does it, even where a library holds the interpreter.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(grace + LAST_SECONDS)
    server.stop(grace)
    if server.busy():
        # A thread that works on would keep the interpreter from ending.
        logging.shutdown()
        os._exit(0)
    signal.alarm(0)


class _CallsUnderWay:
    """How many calls are being answered."""

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
    """Every RPC that the site's gRPC-Web server has, within the site's interceptors."""

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:
        metadata: Any = handler_call_details.invocation_metadata or ()
        return site_server().lookup(handler_call_details.method, metadata)


class DjangoRequestInterceptor(CallInterceptor):
    """Makes a call a request in Django's eyes: its signals close stale connections and clear a Sentry's option caches.

    Outermost, so that the end of a stream, however it comes, is the end of the request.
    """

    def __init__(self, calls: _CallsUnderWay) -> None:
        super().__init__()
        self._calls = calls

    def applies_to(self, method: str) -> bool:
        # They touch no rows, and a watcher of health would keep the server from stopping.
        return not method.startswith(OPEN_SERVICES)

    def _wrap(self, method: str, handler: Any) -> Any:
        wrapped = super()._wrap(method, handler)
        # Whoever checks a signature needs the message as it came, which grpcio lets nobody but the deserializer see.
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
    """The messages of a handler; none that follows its abort."""
    messages: Any = None
    try:
        messages = iter(behavior(request, context))
        for message in messages:
            if message is None:
                # For grpcio the end of the stream.
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
