"""The gRPC-Web server: sonora's WSGI application with what it lacks. It serves any servicer and knows nothing about
SCM.

The steps of a request, in this order: is it an RPC; method and content type; metadata and deadline; interceptors; the
message; the handler. docs/explanation/transport.md lists what is added to sonora, and the tests that show it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial, reduce
from typing import TYPE_CHECKING, Any, NamedTuple

import grpc
from sonora.wsgi import grpcWSGI

from sentry_scm_grpc.interceptors.base import CallInterceptor
from sentry_scm_grpc.rpc.received import keep_received
from sentry_scm_grpc.server.connect import ACCEPTED as CONNECT
from sentry_scm_grpc.server.connect import ConnectDoor
from sentry_scm_grpc.server.context import WebContext
from sentry_scm_grpc.server.cors import Cors
from sentry_scm_grpc.server.described import describe
from sentry_scm_grpc.server.exchange import Responder, WsgiResponse
from sentry_scm_grpc.server.failure import RpcFailure, broken
from sentry_scm_grpc.server.framing import RequestBody, ThenDrained, decoding_base64, read_messages, read_one_message
from sentry_scm_grpc.server.media import ACCEPTED, TEXT, answer_form, grpc_web_form, is_grpc_web
from sentry_scm_grpc.server.metadata import Headers, Metadata, read_metadata, read_timeout

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger("sentry_scm_grpc.server")

_ENCODINGS = ("identity", "gzip")
_NO_ENCODING = "Send the body without Content-Encoding; compress messages, and say so in grpc-encoding."


class HandlerCallDetails(NamedTuple):
    """What interceptors learn about a call."""

    method: str
    invocation_metadata: Metadata


class ScmGrpcWSGI(grpcWSGI):  # type: ignore[misc]
    """A WSGI application that answers gRPC-Web and passes all other requests to ``application``.

    RPCs are served at ``/<service>/<method>``, and also below ``prefix``. ``max_receive_bytes`` limits one message,
    before and after decompression. Pages of ``cors_origins`` may call from a browser.
    """

    def __init__(
        self,
        application: WSGIApplication | None = None,
        *,
        prefix: str = "/grpc",
        interceptors: Sequence[grpc.ServerInterceptor[Any, Any]] = (),
        max_receive_bytes: int = 4 * 1024 * 1024,
        cors_origins: Iterable[str] = (),
    ) -> None:
        super().__init__(application, enable_cors=False)
        self._prefix = "/" + prefix.strip("/") if prefix.strip("/") else ""
        self._limit = max_receive_bytes
        self._cors = Cors(cors_origins)
        self._connect = ConnectDoor(self.lookup, self._cors, max_receive_bytes)
        self._known: dict[str, Any] = {}
        self._services: dict[str, list[grpc.GenericRpcHandler[Any, Any]]] = {}
        # Interceptors that only look at the method are called once for each method.
        self._asks_once = all(
            getattr(type(each), "intercept_service", None) is CallInterceptor.intercept_service for each in interceptors
        )
        self._resolved: dict[str, Any] = {}
        self._intercepted: Callable[[HandlerCallDetails], Any] = reduce(
            lambda inner, interceptor: partial(interceptor.intercept_service, inner), reversed(interceptors), self._find
        )

    # Methods with which generated code registers servicers; their names differ with its age.

    def add_generic_rpc_handlers(self, generic_rpc_handlers: Iterable[grpc.GenericRpcHandler[Any, Any]]) -> None:
        for handler in generic_rpc_handlers:
            if isinstance(handler, grpc.ServiceRpcHandler):
                self._services.setdefault(handler.service_name(), []).append(handler)
            else:
                self._handlers.append(handler)
        self._resolved.clear()

    def add_registered_method_handlers(self, service_name: str, method_handlers: Mapping[str, Any]) -> None:
        self._services.setdefault(service_name, [])
        self._known.update({f"/{service_name}/{name}": handler for name, handler in method_handlers.items()})
        self._resolved.clear()

    def lookup(self, method: str, metadata: Metadata) -> grpc.RpcMethodHandler[Any, Any] | None:
        """The handler of a method such as "/pkg.Service/Rpc", with interceptors. Raises what they raise."""
        handler: grpc.RpcMethodHandler[Any, Any] | None = self._resolved.get(method)
        if handler is None:
            handler = self._intercepted(HandlerCallDetails(method, metadata))
            if self._asks_once and self._registered(method) is not None:
                self._resolved[method] = handler
        return handler

    def method_at(self, path: str) -> str:
        """The method of a path, which need not exist: the path without the prefix."""
        prefix = self._prefix
        return path[len(prefix) :] if prefix and path.startswith(prefix + "/") else path

    def knows(self, method: str) -> bool:
        """Whether a registered service has this method."""
        return self._registered(method) is not None

    def service_names(self) -> list[str]:
        """The names of the registered services."""
        return list(self._services)

    def _is_ours(self, path: str) -> bool:
        """Whether a path is below the prefix or names a registered service. The site has no page there."""
        method = self.method_at(path)
        return method is not path or method.rpartition("/")[0][1:] in self._services

    def _registered(self, method: str) -> Any:
        handler = self._known.get(method)
        if handler is None and (services := self._services.get(method.rpartition("/")[0][1:])):
            details: Any = HandlerCallDetails(method, ())
            handler = next(filter(None, (service.service(details) for service in services)), None)
            if handler is not None:
                self._known[method] = handler
        return handler

    def _find(self, details: Any) -> Any:
        handler = self._registered(details.method)
        if handler is None:
            # Handlers that decide anew for each call, such as proxies.
            handler = next(filter(None, (generic.service(details) for generic in self._handlers)), None)
        return handler

    # One request.

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        answer = self.handle(environ)
        if answer is None:
            if self._application is not None:
                passed_on: Iterable[bytes] = self._application(environ, start_response)
                return passed_on
            RequestBody(environ).drain()
            answer = _plain(404, "Not Found", "There is no such RPC here.", [])
        # Before returning, because some servers read status and headers before they ask for the first piece of the
        # body.
        start_response(f"{answer.status} {answer.reason}", answer.headers)
        return answer.body

    def serves(self, environ: WSGIEnvironment) -> bool:
        """Whether handle() or a page below the prefix may answer this request. It does not read the body."""
        path = environ.get("PATH_INFO", "")
        return (
            is_grpc_web(environ.get("CONTENT_TYPE", ""))
            or self._is_ours(path)
            or (path == self._prefix and path != "")
            or _is_grpc_web_preflight(environ)
        )

    def handle(self, environ: WSGIEnvironment) -> WsgiResponse | None:
        """The answer to a request that is an RPC, or should be one by its path. None for any other, whose body is not
        read."""
        content_type = environ.get("CONTENT_TYPE", "")
        path = environ.get("PATH_INFO", "")
        method = self.method_at(path)
        verb = environ["REQUEST_METHOD"]
        form = grpc_web_form(content_type)
        if verb == "POST" and form is not None:
            if environ.get("HTTP_CONTENT_ENCODING", "identity") != "identity":
                return self._refuse(
                    environ, 415, "Unsupported Media Type", _NO_ENCODING, ("Accept-Encoding", "identity")
                )
            return self._call(environ, method, form)
        ours = self._is_ours(path)
        if ours and self._connect.claims(environ, method):
            return self._connect.handle(environ, method)
        known = self.knows(method)
        if verb == "OPTIONS":
            if known or ((ours or _is_grpc_web_preflight(environ)) and self._cors.admits(environ)):
                return self._options(environ, method)
            return None
        if verb == "POST" and (known or is_grpc_web(content_type)):
            accepted = f"{ACCEPTED}, {CONNECT}"
            told = f"This content type is not accepted. Send 'Content-Type: application/json', or one of: {accepted}."
            return self._refuse(environ, 415, "Unsupported Media Type", told, ("Accept-Post", accepted))
        if known:
            return self._refuse(environ, 405, "Method Not Allowed", "Send a POST request.", ("Allow", _verbs(method)))
        return None

    def _options(self, environ: WSGIEnvironment, method: str) -> WsgiResponse:
        RequestBody(environ).drain()
        headers = [("Allow", _verbs(method)), ("Content-Length", "0")]
        if "HTTP_ORIGIN" in environ:
            headers += self._cors.preflight(environ, "GET, POST")
        return WsgiResponse(204, "No Content", headers, [])

    def _refuse(
        self, environ: WSGIEnvironment, status: int, reason: str, text: str, hint: tuple[str, str]
    ) -> WsgiResponse:
        RequestBody(environ).drain()
        answer = _plain(status, reason, text, [hint, *self._cors.headers(environ, [])])
        # Some servers send the body of an answer to HEAD.
        return answer._replace(body=[]) if environ["REQUEST_METHOD"] == "HEAD" else answer

    def _call(self, environ: WSGIEnvironment, method: str, form: str) -> WsgiResponse:
        responder = Responder(environ, answer_form(form, environ.get("HTTP_ACCEPT", "")), self._cors)
        body = RequestBody(environ)
        try:
            return self._run(environ, method, form is TEXT, body, responder)
        except RpcFailure as failure:
            body.drain()
            return responder.refuse(failure, WebContext(environ, method, (), None))

    def _run(
        self, environ: WSGIEnvironment, method: str, text: bool, body: RequestBody, responder: Responder
    ) -> WsgiResponse:
        timeout = environ.get("HTTP_GRPC_TIMEOUT")
        metadata = read_metadata(environ)
        context = WebContext(environ, method, metadata, None if timeout is None else read_timeout(timeout))
        body.deadline = context.deadline
        try:
            handler: Any = self.lookup(method, metadata)
        except Exception as error:
            body.drain()
            context.fail(error)
            return responder.unary(lambda request, context: None, None, None, context)
        if handler is None:
            raise RpcFailure(grpc.StatusCode.UNIMPLEMENTED, "Method not found!")
        encoding = environ.get("HTTP_GRPC_ENCODING", "identity").lower()
        if encoding not in _ENCODINGS:
            raise RpcFailure(
                grpc.StatusCode.UNIMPLEMENTED,
                "The compression that the header grpc-encoding names is not supported; use gzip or identity.",
                (("grpc-accept-encoding", ", ".join(_ENCODINGS)),),
            )
        request: Any
        if handler.request_streaming:
            request = _requests(body, text, encoding, self._limit, handler.request_deserializer, context)
        else:
            message = read_one_message(body, text, encoding, self._limit)
            keep_received(context, message, "proto")
            request = _deserialized(message, handler.request_deserializer)
        if context.expired():
            raise RpcFailure(grpc.StatusCode.DEADLINE_EXCEEDED, "Deadline Exceeded")
        behavior = handler.unary_unary or handler.unary_stream or handler.stream_unary or handler.stream_stream
        run = responder.stream if handler.response_streaming else responder.unary
        answer = run(behavior, request, handler.response_serializer, context)
        return answer._replace(body=ThenDrained(answer.body, body)) if handler.request_streaming else answer

    # No-ops: the WSGI server owns the sockets.

    def start(self) -> None:
        """Does nothing: the WSGI server serves."""

    def stop(self, grace: float | None = None) -> threading.Event:
        """Does nothing. The returned event is set."""
        stopped = threading.Event()
        stopped.set()
        return stopped

    def wait_for_termination(self, timeout: float | None = None) -> bool:
        """Returns at once."""
        return False


def _deserialized(message: bytes, deserialize: Any) -> Any:
    if deserialize is None:
        return message
    try:
        return deserialize(message)
    except Exception:
        raise broken("Exception deserializing request!") from None


def _requests(
    body: RequestBody, text: bool, encoding: str, limit: int, deserialize: Any, context: WebContext
) -> Iterator[Any]:
    """The messages that a client streams, each as soon as it has arrived."""
    read = decoding_base64(body.read) if text else body.read
    try:
        for message in read_messages(read, encoding, limit):
            if context.expired():
                context.abort(grpc.StatusCode.DEADLINE_EXCEEDED, "Deadline Exceeded")
            yield _deserialized(message, deserialize)
    except RpcFailure as failure:
        context.abort(failure.code, failure.details)


def _is_grpc_web_preflight(environ: Mapping[str, Any]) -> bool:
    """Whether a browser asks for permission to send what only gRPC-Web clients send."""
    return (
        environ["REQUEST_METHOD"] == "OPTIONS"
        and "x-grpc-web" in environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", "").lower()
    )


def _verbs(method: str) -> str:
    """The HTTP methods of an RPC. Connect allows GET for RPCs that only read."""
    described = describe(method)
    return "GET, POST, OPTIONS" if described is not None and described.safe else "POST, OPTIONS"


def _plain(status: int, reason: str, text: str, headers: Headers) -> WsgiResponse:
    body = f"{text}\n".encode()
    return WsgiResponse(
        status,
        reason,
        [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body))), *headers],
        [body],
    )
