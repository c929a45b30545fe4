"""The way of one call from a handler to an HTTP answer: runs the handler, frames its messages, ends with the
trailers."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import grpc

from sentry_scm_grpc.server.context import WebContext
from sentry_scm_grpc.server.cors import Cors
from sentry_scm_grpc.server.failure import RpcFailure
from sentry_scm_grpc.server.framing import COMPRESSED, TRAILERS, as_text, compress, frame
from sentry_scm_grpc.server.media import TEXT
from sentry_scm_grpc.server.metadata import Headers, InvalidMetadata, write_metadata, write_trailers

log = logging.getLogger("sentry_scm_grpc.server")

# For fewer bytes gzip costs more than it saves.
COMPRESS_FROM = 1024


class WsgiResponse(NamedTuple):
    """An HTTP response. A list is the whole body. An iterator makes it piece by piece and must be closed."""

    status: int
    reason: str
    headers: Headers
    body: list[bytes] | Iterator[bytes]


def call(behavior: Callable[[Any, WebContext], Any], request: Any, context: WebContext) -> Any:
    """Runs a handler's behavior. An exception sets the status of the context, and the result is None."""
    try:
        return behavior(request, context)
    except Exception as error:
        context.fail(error)
        return None


class Responder:
    """Makes the answer of one call. ``form`` is the Content-Type of the answer."""

    __slots__ = ("_cors", "_environ", "_gzip", "_text", "form")

    def __init__(self, environ: Mapping[str, Any], form: str, cors: Cors) -> None:
        self.form = form
        self._text = form is TEXT
        self._environ = environ
        self._cors = cors
        accepted = environ.get("HTTP_GRPC_ACCEPT_ENCODING")
        self._gzip = accepted is not None and "gzip" in accepted.replace(" ", "").lower().split(",")

    def refuse(self, failure: RpcFailure, context: WebContext) -> WsgiResponse:
        """The answer to a call that did not reach a handler."""
        context.end(failure.code, failure.details)
        trailers = self.trailers(context)
        context.finish()
        return self._whole(trailers, [], list(failure.headers))

    def unary(self, behavior: Callable[..., Any], request: Any, serialize: Any, context: WebContext) -> WsgiResponse:
        """Runs a behavior that returns one message."""
        try:
            response = call(behavior, request, context)
            message = None if failed(context) else _serialized(response, serialize, context)
            initial = _initial_metadata(context)
            trailers = self.trailers(context)
            if message is None or context.status()[0] is not grpc.StatusCode.OK:
                return self._whole(trailers, initial, [])
            if not self._gzip:
                return self._whole(frame(0, message) + trailers, initial, [])
            flags, message = self._maybe_compressed(message, context)
            extra = [("grpc-encoding", "gzip")] if flags else []
            return self._whole(frame(flags, message) + trailers, initial, extra)
        finally:
            context.finish()

    def stream(self, behavior: Callable[..., Any], request: Any, serialize: Any, context: WebContext) -> WsgiResponse:
        """Runs a behavior that returns an iterator of messages. The first message is made before this returns, so that
        the headers can contain the initial metadata."""
        stream = MessageStream(self, behavior, request, serialize, context)
        try:
            first = next(stream)
            initial = _initial_metadata(context)
            if context.ended and not stream.finished:
                first = self.encode(self.trailers(context))
                stream.close()
        except BaseException:
            stream.close()
            raise
        if stream.finished:
            return self._headed([first], initial, [("Content-Length", str(len(first)))])
        stream.push_back(first)
        extra = [("grpc-encoding", "gzip")] if self._gzip else []
        return self._headed(stream, initial, extra)

    def message(self, message: bytes, context: WebContext) -> bytes:
        return self.encode(frame(*self._maybe_compressed(message, context)))

    def trailers(self, context: WebContext) -> bytes:
        """The trailers frame before encoding. The call fails if metadata cannot be sent."""
        if context.plain_success():
            return frame(TRAILERS, b"grpc-status:0\r\nx-request-id:%b\r\n" % context.request_id.encode("ascii"))
        code, details, metadata = context.status()
        try:
            lines = write_metadata(metadata)
        except InvalidMetadata as error:
            log.error("%s set trailing metadata that cannot be sent: %s", context.method, error)
            context.invalid()
            code, details, metadata = context.status()
            lines = write_metadata(metadata)
        return frame(TRAILERS, write_trailers(code.value[0], details, lines))

    def encode(self, data: bytes) -> bytes:
        return as_text(data) if self._text else data

    def _maybe_compressed(self, message: bytes, context: WebContext) -> tuple[int, bytes]:
        wanted = self._gzip and context.may_compress and context.compress_next and len(message) >= COMPRESS_FROM
        context.compress_next = True
        return (COMPRESSED, compress(message)) if wanted else (0, message)

    def _whole(self, body: bytes, initial: Headers, extra: Headers) -> WsgiResponse:
        body = self.encode(body)
        extra.append(("Content-Length", str(len(body))))
        return self._headed([body], initial, extra)

    def _headed(self, body: list[bytes] | Iterator[bytes], initial: Headers, extra: Headers) -> WsgiResponse:
        cors = self._cors.headers(self._environ, initial) if self._cors else ()
        return WsgiResponse(200, "OK", [("Content-Type", self.form), *extra, *cors, *initial], body)


class MessageStream(Iterator[bytes]):
    """The body of a streaming answer. Each message is sent when it is made. The trailers come last, however the stream
    ends."""

    def __init__(
        self, responder: Responder, behavior: Callable[..., Any], request: Any, serialize: Any, context: WebContext
    ) -> None:
        self.finished = False
        self._responder = responder
        self._context = context
        self._serialize = serialize
        self._pushed_back: bytes | None = None
        self._messages: Any = call(lambda *args: iter(behavior(*args)), request, context)

    def push_back(self, chunk: bytes) -> None:
        self._pushed_back = chunk

    def __next__(self) -> bytes:
        if self._pushed_back is not None:
            chunk, self._pushed_back = self._pushed_back, None
            return chunk
        if self.finished:
            raise StopIteration
        message = self._next_message()
        if message is not None:
            self._context.headers_sent = True
            return self._responder.message(message, self._context)
        trailers = self._responder.trailers(self._context)
        self.close()
        return self._responder.encode(trailers)

    def _next_message(self) -> bytes | None:
        """The next message, serialized. None if the call has ended in any way."""
        context = self._context
        if context.ended or self._messages is None:
            return None
        try:
            message = next(self._messages)
        except StopIteration:
            return None
        except Exception as error:
            context.fail(error)
            return None
        return None if context.ended else _serialized(message, self._serialize, context)

    def close(self) -> None:
        """Ends the call, also if the client disconnected: closes the handler's generator and runs callbacks."""
        if self.finished:
            return
        self.finished = True
        try:
            close = getattr(self._messages, "close", None)
            if close is not None:
                close()
        except Exception:
            log.exception("%s failed when its stream was closed", self._context.method)
        finally:
            self._context.finish()


def failed(context: WebContext) -> bool:
    return context.ended or context.code() not in (None, grpc.StatusCode.OK)


def _serialized(message: Any, serialize: Any, context: WebContext) -> bytes | None:
    try:
        data = message if serialize is None else serialize(message)
        if isinstance(data, bytes):
            return data
    except Exception:
        log.exception("%s returned %s, which cannot be serialized", context.method, type(message).__name__)
    else:
        log.error("%s returned %s, which is not a message", context.method, type(message).__name__)
    context.end(grpc.StatusCode.INTERNAL, "Failed to serialize response!")
    return None


def _initial_metadata(context: WebContext) -> Headers:
    if context.initial_metadata is None:
        return []
    try:
        return write_metadata(context.initial_metadata)
    except InvalidMetadata as error:
        log.error("%s sent initial metadata that cannot be sent: %s", context.method, error)
        context.invalid()
        return []
