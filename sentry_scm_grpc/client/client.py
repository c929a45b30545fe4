"""The synchronous client: connectrpc's client speaking gRPC-Web, and around it deadlines, retries and typed errors."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Generator, Iterator, Mapping
from types import EllipsisType, TracebackType
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from connectrpc.client import ConnectClientSync, ResponseMetadata
from connectrpc.errors import ConnectError
from connectrpc.method import IdempotencyLevel, MethodInfo, StreamType
from connectrpc.protocol import ProtocolType
from google.protobuf.message import Message
from pyqwest import SyncClient, SyncHTTPTransport, SyncRequest, SyncResponse

from sentry_scm_grpc import __version__
from sentry_scm_grpc.client.errors import scm_error
from sentry_scm_grpc.client.methods import RpcMethods
from sentry_scm_grpc.client.requests import as_json, find_rpc, request_from_json
from sentry_scm_grpc.client.retry import Attempts
from sentry_scm_grpc.client.signing import HmacSigner
from sentry_scm_grpc.service.policy import RPCS, SERVICE, Rpc

log = logging.getLogger("sentry_scm_grpc.client")

#: Bytes: a message of an answer may be this large. The largest that the service means to send holds a file of 3 MiB.
MAX_MESSAGE_BYTES = 16 * 1024 * 1024
#: Idle connections that are kept; more threads than this open some anew.
KEPT_CONNECTIONS = 32


class ScmClient(RpcMethods):
    """Calls a site that serves sentry-scm-grpc. Threads may share one. A fork after its first call leaves it unusable
    in the child.

    ``url`` is that of the site, with a prefix where the site has one ("https://sentry.example.com/grpc"). ``api_key``
    and ``token`` (a bearer token) are credentials, ``signer`` (an HmacSigner) is another: give one of them. ``timeout``
    is the deadline of a call, all its retries included, in seconds (None: no limit); a stream has none unless it is
    given to the call. ``retries`` is how often a call that can
    be repeated safely is made again. ``transport`` goes to pyqwest.SyncHTTPTransport: ``tls_ca_cert``, ``proxy``,
    ``http_version``, ...

    Every call raises ScmError, by its subclass for the status; TypeError or ValueError for a request that cannot be
    made.
    """

    def __init__(
        self,
        url: str,
        *,
        api_key: str = "",
        token: str = "",
        signer: HmacSigner | None = None,
        timeout: float | None = 30.0,
        retries: int = 3,
        **transport: Any,
    ) -> None:
        self._url = _checked(url)
        self._timeout = timeout
        self._retries = retries
        if sum(map(bool, (api_key, token, signer))) > 1:
            raise ValueError("Give one of api_key, token and signer: a site refuses a call with two credentials.")
        self._headers = _headers(api_key, token)
        self._signer = signer
        # No redirects: they would carry the credentials to wherever they point.
        defaults = {
            "tls_include_system_certs": True,
            "follow_redirects": False,
            "pool_max_idle_per_host": KEPT_CONNECTIONS,
        }
        self._transport = _Transport(defaults | transport)
        self._connect = ConnectClientSync(
            self._url,
            protocol=ProtocolType.GRPC_WEB,
            codec=_Codec(),
            send_compression=None,
            read_max_bytes=MAX_MESSAGE_BYTES,
            http_client=SyncClient(self._transport),
        )

    def __repr__(self) -> str:
        return f"ScmClient({self._url!r})"

    def __enter__(self) -> ScmClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connections. A call after that raises RuntimeError."""
        self._transport.close()

    def call(
        self, rpc: str, request: str | Mapping[str, Any] = "{}", *, timeout: float | EllipsisType | None = ...
    ) -> Iterator[dict[str, Any]]:
        """Any RPC by its name, JSON in (text, or read) and out: one dict for each message of the answer.

        Raises ValueError for an unknown RPC or a request that is none of its.
        """
        found = find_rpc(rpc)
        messages = self._messages(found, request_from_json(found, request), timeout)
        return (as_json(message) for message in messages)

    def streams(self, rpc: str) -> bool:
        """Whether an RPC answers with a stream. Raises ValueError for an unknown one."""
        return find_rpc(rpc).streams

    def _invoke(self, rpc: Rpc, request: Message, timeout: float | EllipsisType | None) -> Any:
        messages = self._messages(rpc, request, timeout)
        if rpc.streams:
            return messages
        (message,) = messages
        return message

    def _pages(self, rpc: Rpc, request: Any, timeout: float | EllipsisType | None) -> Iterator[Any]:
        items = next(f.name for f in rpc.method.output_type.fields if f.name != "next_page_token")
        while True:
            page = self._invoke(rpc, request, timeout)
            yield from getattr(page, items)
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token

    def _messages(
        self, rpc: Rpc, request: Message, timeout: float | EllipsisType | None
    ) -> Generator[Message, None, None]:
        """The messages of the answer. Repeats the call where that is safe, never after a message was handed on."""
        if isinstance(timeout, EllipsisType):
            timeout = None if rpc.streams else self._timeout
        self._transport.check_usable()
        attempts = Attempts(rpc, timeout, self._retries)
        while True:
            answer = ResponseMetadata()
            messages: Generator[Message, None, None] | None = None
            handed_on = False
            try:
                with answer:
                    messages = self._send(rpc, request, attempts.remaining_ms())
                # Metadata is kept in a context variable, which must not be left set while the caller has the turn.
                while (message := _next(messages, answer)) is not None:
                    handed_on = True
                    yield message
                return
            except ConnectError as error:
                failure = scm_error(error, answer, self._url)
                pause = None if handed_on else attempts.pause_after(failure)
                if pause is None:
                    raise failure from error
            finally:
                if messages is not None:
                    messages.close()
            log.info("%s is tried again in %.1f s after %s", rpc.name, pause, failure)
            time.sleep(pause)

    def _send(self, rpc: Rpc, request: Message, timeout_ms: int | None) -> Any:
        headers: Mapping[str, str] = self._headers
        encoded = _Encoded(request.SerializeToString())
        if self._signer is not None:
            # Each attempt anew: a signature is good once.
            headers = {**headers, **self._signer.headers(rpc.path, encoded.data)}
        arguments: dict[str, Any] = {
            "request": encoded,
            "method": _METHODS[rpc.name],
            "headers": headers,
            "timeout_ms": timeout_ms,
        }
        if rpc.streams:
            return self._connect.execute_server_stream(**arguments)
        return (message for message in [self._connect.execute_unary(**arguments)])


def _next(messages: Any, answer: ResponseMetadata) -> Message | None:
    with answer:
        message: Message | None = next(messages, None)
        return message


class _Transport:
    """pyqwest's transport, made at the first request: making it starts threads, which a fork does not take along. So a
    client that a preloaded application holds works in the workers that are forked from it.
    """

    # The process in which pyqwest's threads run, once there are any.
    _home: int | None = None

    def __init__(self, options: dict[str, Any]) -> None:
        self._options = options
        self._lock = threading.Lock()
        self._made: SyncHTTPTransport | None = None
        self._closed = False

    def check_usable(self) -> None:
        """Raises RuntimeError where a request could only hang or fail."""
        if self._closed:
            raise RuntimeError("The client is closed.")
        if _Transport._home not in (None, os.getpid()):
            raise RuntimeError(
                "The process was forked after a ScmClient made its first call, and its HTTP library's threads were left"
                " behind. Make the first call after the fork."
            )

    def execute_sync(self, request: SyncRequest) -> SyncResponse:
        with self._lock:
            if self._made is None:
                _Transport._home = os.getpid()
                self._made = SyncHTTPTransport(**self._options)
        return self._made.execute_sync(request)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            if self._made is not None:
                self._made.close()


class _Encoded(NamedTuple):
    """A request in bytes, so that the bytes that are signed are those that are sent."""

    data: bytes


class _Codec:
    """connectrpc's default codec is for another protobuf library; the messages here are Google's."""

    def name(self) -> str:
        return "proto"

    def encode(self, message: _Encoded) -> bytes:
        return message.data

    def decode(self, data: bytes | bytearray, message_class: type[Message]) -> Message:
        return message_class.FromString(bytes(data))


def _method(rpc: Rpc) -> MethodInfo[Any, Any]:
    return MethodInfo(
        name=rpc.name,
        service_name=SERVICE.full_name,
        input=rpc.request_class,
        output=rpc.response_class,
        # What this says is used for HTTP GET only, which gRPC-Web does not have.
        idempotency_level=IdempotencyLevel.UNKNOWN,
        stream_type=StreamType.SERVER_STREAM if rpc.streams else StreamType.UNARY,
    )


_METHODS = {name: _method(rpc) for name, rpc in RPCS.items()}


def _checked(url: str) -> str:
    parts = urlsplit(url)
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError("The URL of the site has no user, query or fragment. Credentials are api_key or token.")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{url!r} is no URL of a site; write http://host:port or https://host.")
    return url.rstrip("/")


def _headers(api_key: str, token: str) -> dict[str, str]:
    headers = {"user-agent": f"sentry-scm-grpc-python/{__version__}"}
    if api_key:
        headers["x-api-key"] = api_key
    if token:
        headers["authorization"] = f"Bearer {token}"
    if not all(value.isascii() and value.isprintable() for value in headers.values()):
        raise ValueError("The API key or token has characters that no credential has: was a line break copied along?")
    return headers
