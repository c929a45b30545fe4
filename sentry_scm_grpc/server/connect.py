"""The JSON door: the unary form of the Connect protocol, to the same handlers and interceptors, for curl and scripts.

    POST <prefix>/<service>/<Rpc>   Content-Type: application/json or application/proto
    GET  <prefix>/<service>/<Rpc>?connect=v1&encoding=json&message=...   where the contract says NO_SIDE_EFFECTS

Source: https://connectrpc.com/docs/protocol (unary requests, Get requests, errors). A form of another site can send
neither of the content types without a preflight.
"""

from __future__ import annotations

import binascii
import json
import logging
import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from math import ceil
from typing import Any
from urllib.parse import parse_qs

import grpc
from google.protobuf import json_format
from google.protobuf.message import DecodeError, Message
from google.rpc import error_details_pb2, status_pb2

from sentry_scm_grpc.rpc.json_values import has_such_values, misread
from sentry_scm_grpc.rpc.received import keep_received
from sentry_scm_grpc.server.context import WebContext
from sentry_scm_grpc.server.cors import Cors
from sentry_scm_grpc.server.described import Method, describe, near
from sentry_scm_grpc.server.exchange import COMPRESS_FROM, WsgiResponse, call, failed
from sentry_scm_grpc.server.failure import RpcFailure, too_large
from sentry_scm_grpc.server.framing import RequestBody, compress, decompress
from sentry_scm_grpc.server.json_form import to_json
from sentry_scm_grpc.server.media import ACCEPTED as GRPC_WEB
from sentry_scm_grpc.server.metadata import Headers, InvalidMetadata, Metadata, read_metadata, write_metadata

log = logging.getLogger("sentry_scm_grpc.server")

JSON = "json"
PROTO = "proto"
ACCEPTED = "application/json, application/proto"

#: The caller is checked only after the message is read, and text such as "{},{},{}," takes seconds to read for each
#: megabyte. So these limits apply to all values, and to those outside strings. Strings may contain many of these
#: characters, a field mask only some.
MAX_JSON_SIGNS = 100_000
MAX_JSON_VALUES = 20_000
_JSON_SIGNS = b"{[,"
# A string without an end also matches, so each byte is read only once, whatever the text.
_JSON_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)

_FROM_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_DETAILS_KEY = "grpc-status-details-bin"
_HTTP = {
    grpc.StatusCode.CANCELLED: (499, "Client Closed Request"),
    grpc.StatusCode.INVALID_ARGUMENT: (400, "Bad Request"),
    grpc.StatusCode.DEADLINE_EXCEEDED: (504, "Gateway Timeout"),
    grpc.StatusCode.NOT_FOUND: (404, "Not Found"),
    grpc.StatusCode.ALREADY_EXISTS: (409, "Conflict"),
    grpc.StatusCode.PERMISSION_DENIED: (403, "Forbidden"),
    grpc.StatusCode.RESOURCE_EXHAUSTED: (429, "Too Many Requests"),
    grpc.StatusCode.FAILED_PRECONDITION: (400, "Bad Request"),
    grpc.StatusCode.ABORTED: (409, "Conflict"),
    grpc.StatusCode.OUT_OF_RANGE: (400, "Bad Request"),
    grpc.StatusCode.UNIMPLEMENTED: (501, "Not Implemented"),
    grpc.StatusCode.UNAVAILABLE: (503, "Service Unavailable"),
    grpc.StatusCode.UNAUTHENTICATED: (401, "Unauthorized"),
}
_SERVER_ERROR = (500, "Internal Server Error")

#: Finds the handler of a path, with interceptors. None if the path is not an RPC.
Lookup = Callable[[str, Metadata], Any]


class ConnectDoor:
    """``max_receive_bytes`` applies before and after decompression."""

    def __init__(self, lookup: Lookup, cors: Cors, max_receive_bytes: int) -> None:
        self._lookup = lookup
        self._cors = cors
        self._limit = max_receive_bytes

    def claims(self, environ: Mapping[str, Any], path: str) -> bool:
        """Whether a request to an RPC's path uses the Connect protocol."""
        if environ["REQUEST_METHOD"] == "POST":
            return codec_of(environ.get("CONTENT_TYPE", "")) is not None
        if environ["REQUEST_METHOD"] == "GET":
            method = describe(path)
            return "connect=v1" in environ.get("QUERY_STRING", "").split("&") or (method is not None and method.safe)
        return False

    def handle(self, environ: dict[str, Any], path: str) -> WsgiResponse:
        """Answers a request that ``claims`` accepted."""
        body = RequestBody(environ)
        try:
            answer = self._answer(environ, path, body)
        except RpcFailure as failure:
            context = WebContext(environ, path, (), None)
            context.end(failure.code, failure.details)
            status = failure.status if isinstance(failure, _HttpFailure) else None
            answer = error_answer(*context.status(), list(failure.headers), status)
            context.finish()
        # The message of a GET or of a refused call has not been read.
        body.drain()
        if self._cors:
            answer.headers.extend(self._cors.headers(environ, answer.headers))
        return answer

    def _answer(self, environ: dict[str, Any], path: str, body: RequestBody) -> WsgiResponse:
        metadata = tuple([item for item in read_metadata(environ) if item.key[:8] != "connect-"])
        context = WebContext(environ, path, metadata, _read_timeout(environ))
        body.deadline = context.deadline
        try:
            behavior, method = self._find(environ, context, metadata)
            codec, data = self._read(environ, body)
            keep_received(context, data, codec)
            request = decode(codec, data, method.request_class)
        except RpcFailure:
            raise
        except Exception as error:
            # The handler of an interceptor, which runs before the real one.
            context.fail(error)
            return _made(environ, JSON, None, context)
        response = None if context.ended else call(behavior, request, context)
        return _made(environ, codec, response, context)

    def _find(self, environ: Mapping[str, Any], context: WebContext, metadata: Metadata) -> tuple[Any, Method]:
        path = context.method
        handler = self._lookup(path, metadata)
        method = describe(path)
        if handler is None or method is None:
            # 404 and not 501: the protocol says so, and access logs show it.
            raise _HttpFailure((404, "Not Found"), f"There is no RPC {path}.{near(path)}")
        if handler.unary_unary is None:
            text = f"{path} streams, which this form of Connect cannot. Call it over gRPC-Web."
            raise _HttpFailure((415, "Unsupported Media Type"), text, ("Accept-Post", GRPC_WEB))
        if environ["REQUEST_METHOD"] == "GET" and not method.safe:
            text = f"{path} may change something: send a POST request."
            raise _HttpFailure((405, "Method Not Allowed"), text, ("Allow", "POST"))
        return handler.unary_unary, method

    def _read(self, environ: Mapping[str, Any], body: RequestBody) -> tuple[str, bytes]:
        """Returns codec and message."""
        if environ["REQUEST_METHOD"] == "GET":
            return _read_query(environ, self._limit)
        return codec_of(environ["CONTENT_TYPE"]) or JSON, self._read_body(environ, body)

    def _read_body(self, environ: Mapping[str, Any], body: RequestBody) -> bytes:
        limit = self._limit
        if body.length is not None and body.length > limit:
            raise too_large(body.length, limit)
        data = body.read(limit + 1 if body.length is None else body.length)
        if len(data) > limit:
            raise too_large(len(data), limit)
        if body.length is not None and len(data) < body.length:
            raise _invalid(f"The body ends after {len(data)} of {body.length} bytes.")
        return _decompressed(data, environ.get("HTTP_CONTENT_ENCODING", ""), limit)


def _made(environ: Mapping[str, Any], codec: str, response: Any, context: WebContext) -> WsgiResponse:
    """The answer for the status of the call."""
    context.headers_sent = True
    try:
        data = b"" if failed(context) else _encoded(codec, response, context)
        headers = write_metadata(context.initial_metadata) if context.initial_metadata else []
        if context.plain_success():
            headers.append(("trailer-x-request-id", context.request_id))
            return _success(environ, codec, data, headers, context)
        code, details, trailing = context.status()
        if code is not grpc.StatusCode.OK:
            return error_answer(code, details, trailing, headers)
        headers += [(f"trailer-{key}", value) for key, value in write_metadata(trailing)]
        return _success(environ, codec, data, headers, context)
    except InvalidMetadata as error:
        log.error("%s set metadata that cannot be sent: %s", context.method, error)
        context.invalid()
        return error_answer(*context.status())
    finally:
        context.finish()


def _encoded(codec: str, response: Any, context: WebContext) -> bytes:
    """The response in bytes. The call fails if it cannot be a response."""
    try:
        if not isinstance(response, Message):
            raise TypeError(f"{type(response).__name__} is not a message")
        return encode(codec, response)
    except Exception:
        # Some messages have no JSON form: a Timestamp may be outside the years of JSON's form.
        log.exception("The response of %s cannot be serialized", context.method)
        context.end(grpc.StatusCode.INTERNAL, "Failed to serialize response!")
        return b""


def _success(
    environ: Mapping[str, Any], codec: str, data: bytes, headers: Headers, context: WebContext
) -> WsgiResponse:
    headers += [("Content-Type", f"application/{codec}"), ("Vary", "Accept-Encoding")]
    if environ["REQUEST_METHOD"] == "GET":
        # The answer depends on the credentials, which caches do not take into account.
        headers.append(("Cache-Control", "no-store"))
    if len(data) >= COMPRESS_FROM and context.may_compress and _takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", "")):
        data = compress(data)
        headers.append(("Content-Encoding", "gzip"))
    headers.append(("Content-Length", str(len(data))))
    return WsgiResponse(200, "OK", headers, [data])


@lru_cache(maxsize=128)
def codec_of(content_type: str) -> str | None:
    """JSON or PROTO for a Content-Type of unary Connect. None for any other, and for other charsets."""
    media_type, _, parameters = content_type.partition(";")
    if parameters and parameters.replace(" ", "").replace('"', "").lower() not in ("charset=utf-8", ""):
        return None
    return {"application/json": JSON, "application/proto": PROTO}.get(media_type.strip().lower())


def decode(codec: str, data: bytes, message_class: type[Message]) -> Message:
    """The request. Raises RpcFailure.

    Unknown fields are ignored, as in protobuf's binary form and by other Connect servers, because clients may be newer.
    Unknown names of enums are refused, as their unknown numbers are.
    """
    if codec == PROTO:
        try:
            return message_class.FromString(data)
        except DecodeError:
            raise _invalid(
                f"The body is not a {message_class.DESCRIPTOR.full_name} in protobuf's binary form."
            ) from None
    if sum(map(data.count, _JSON_SIGNS)) > MAX_JSON_SIGNS or (
        sum(map(_JSON_STRING.sub(b"", data).count, _JSON_SIGNS)) > MAX_JSON_VALUES
    ):
        raise RpcFailure(grpc.StatusCode.RESOURCE_EXHAUSTED, f"The JSON has more than {MAX_JSON_VALUES} values.")
    if not data.strip():
        raise _invalid("The body is empty; the JSON of a message without fields is {}.")
    try:
        made = json_format.Parse(data, message_class(), ignore_unknown_fields=True)
    except Exception as error:
        # protobuf before 5 raises other errors too: TypeError, OverflowError for an infinity, SystemError.
        own = isinstance(error, json_format.ParseError)
        why = str(error)[:200] if own else "it has another structure, is not UTF-8, or is nested too deeply"
        raise _invalid(f"The body is not the JSON of a {message_class.DESCRIPTOR.full_name}: {why}") from None
    if has_such_values(message_class.DESCRIPTOR) and (why := misread(json.loads(data), message_class.DESCRIPTOR)):
        raise _invalid(f"The body is not the JSON of a {message_class.DESCRIPTOR.full_name}: {why}")
    return made


def encode(codec: str, message: Message) -> bytes:
    if codec == PROTO:
        return message.SerializeToString()
    return to_json(message).encode()


def error_answer(
    code: grpc.StatusCode,
    message: str,
    trailing: Iterable[tuple[str, str | bytes]] | None = None,
    headers: Headers | None = None,
    status: tuple[int, str] | None = None,
) -> WsgiResponse:
    """An error in Connect's JSON, whatever the codec of the request. Raises InvalidMetadata."""
    name = "canceled" if code is grpc.StatusCode.CANCELLED else code.name.lower()
    body: dict[str, Any] = {"code": name}
    if message:
        body["message"] = message
    rest, again = [], []
    for key, value in trailing or ():
        if key == _DETAILS_KEY:
            details = status_pb2.Status.FromString(value).details
            body["details"] = [_detail(packed) for packed in details]
            again = _retry_after(details)
        else:
            rest.append((key, value))
    lines = [*(headers or []), *again, *((f"trailer-{key}", value) for key, value in write_metadata(rest))]
    # A message may quote half of a surrogate pair from the request's JSON.
    data = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
    lines += [("Content-Type", "application/json"), ("Content-Length", str(len(data)))]
    return WsgiResponse(*(status or _HTTP.get(code, _SERVER_ERROR)), lines, [data])


def _detail(packed: Any) -> dict[str, Any]:
    """One detail. "debug" is for people."""
    made: dict[str, Any] = {
        "type": packed.TypeName(),
        "value": b64encode(packed.value).rstrip(b"=").decode(),
    }
    known = getattr(error_details_pb2, packed.TypeName().rpartition(".")[2], None)
    if known is not None and packed.TypeName() == known.DESCRIPTOR.full_name:
        made["debug"] = json_format.MessageToDict(known.FromString(packed.value))
    return made


def _retry_after(details: Iterable[Any]) -> Headers:
    """The header for clients that know HTTP but not the details, such as curl --retry."""
    info = error_details_pb2.RetryInfo()
    found = [info.retry_delay.ToTimedelta().total_seconds() for packed in details if packed.Unpack(info)]
    return [("Retry-After", str(ceil(seconds))) for seconds in found]


class _HttpFailure(RpcFailure):
    """A call that Connect refuses with an HTTP status."""

    def __init__(self, status: tuple[int, str], details: str, *headers: tuple[str, str]) -> None:
        super().__init__(grpc.StatusCode.UNIMPLEMENTED, details, headers)
        self.status = status


def _invalid(details: str) -> RpcFailure:
    return RpcFailure(grpc.StatusCode.INVALID_ARGUMENT, details)


def _read_timeout(environ: Mapping[str, Any]) -> float | None:
    version = environ.get("HTTP_CONNECT_PROTOCOL_VERSION", "1")
    if version != "1":
        raise _invalid("The header Connect-Protocol-Version must be 1.")
    value = environ.get("HTTP_CONNECT_TIMEOUT_MS")
    if value is None:
        return None
    if not (value.isascii() and value.isdigit() and len(value) <= 10):
        raise _invalid("The header Connect-Timeout-Ms must be 1 to 10 digits.")
    return int(value) / 1000


def _read_query(environ: Mapping[str, Any], limit: int) -> tuple[str, bytes]:
    """Codec and message of a GET."""
    # Latin-1 represents bytes here, as everywhere in WSGI: a message in binary form is not text.
    try:
        query = parse_qs(environ["QUERY_STRING"], keep_blank_values=True, encoding="latin-1", max_num_fields=20)
    except ValueError:
        raise _invalid("The query has more than 20 parameters.") from None
    given = {key: values[0] for key, values in query.items()}
    if given.get("connect", "v1") != "v1":
        raise _invalid("The query parameter connect must be v1.")
    codec = given.get("encoding")
    if codec not in (JSON, PROTO):
        raise _invalid("The query parameter encoding must be json or proto.")
    if "message" not in given:
        raise _invalid("The query parameter message is missing: the request, in the encoding that is named.")
    data = given["message"].encode("latin-1")
    if given.get("base64") == "1":
        try:
            digits = data.rstrip(b"=").translate(_FROM_URL_SAFE)
            data = binascii.a2b_base64(digits + b"=" * (-len(digits) % 4), strict_mode=True)
        except binascii.Error:
            raise _invalid("The query parameter message is not base64.") from None
    if len(data) > limit:
        raise too_large(len(data), limit)
    return codec, _decompressed(data, given.get("compression", ""), limit)


def _decompressed(data: bytes, encoding: str, limit: int) -> bytes:
    if encoding in ("", "identity"):
        return data
    if encoding != "gzip":
        failure = "The compression of the message is not supported. Use gzip."
        raise RpcFailure(grpc.StatusCode.UNIMPLEMENTED, failure, (("Accept-Encoding", "gzip"),))
    try:
        return decompress(data, "gzip", limit)
    except RpcFailure as failure:
        if failure.code is grpc.StatusCode.INTERNAL:
            raise _invalid("The message is marked as gzip, but is not one complete gzip stream.") from None
        raise


@lru_cache(maxsize=128)
def _takes_gzip(accept_encoding: str) -> bool:
    for item in accept_encoding.lower().split(","):
        name, _, quality = item.replace(" ", "").partition(";")
        if name == "gzip":
            return quality not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
