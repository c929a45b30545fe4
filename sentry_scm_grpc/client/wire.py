"""What both clients share: bytes and headers of a call, the transport of the HTTP library, and the reaction to
failures."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Mapping
from types import EllipsisType
from typing import Any, Generic, NamedTuple, TypeVar
from urllib.parse import urlsplit

from connectrpc.client import ResponseMetadata
from connectrpc.errors import ConnectError
from connectrpc.method import IdempotencyLevel, MethodInfo, StreamType
from connectrpc.protocol import ProtocolType
from google.protobuf.message import Message

from sentry_scm_grpc import __version__
from sentry_scm_grpc.client.errors import cause_of, scm_error
from sentry_scm_grpc.client.retry import Attempts
from sentry_scm_grpc.client.signing import HmacSigner
from sentry_scm_grpc.rpc.policy import RPCS, Rpc

log = logging.getLogger("sentry_scm_grpc.client")

#: The largest message of an answer, in bytes. The largest that the service sends contains a file of 3 MiB.
MAX_MESSAGE_BYTES = 16 * 1024 * 1024
#: How many idle connections are kept. With more calls at the same time, some connections are opened anew.
KEPT_CONNECTIONS = 32

_Made = TypeVar("_Made")


class Wire:
    """What a client knows about its site. ``options()`` and ``arguments()`` are for connectrpc's client."""

    def __init__(
        self,
        url: str,
        *,
        api_key: str = "",
        token: str = "",
        signer: HmacSigner | None = None,
        timeout: float | None = 30.0,
        retries: int = 3,
    ) -> None:
        if sum(map(bool, (api_key, token, signer))) > 1:
            raise ValueError("Give one of api_key, token and signer: a site refuses a call with two credentials.")
        self.url = _checked(url)
        self._timeout = timeout
        self._retries = retries
        self._headers = _headers(api_key, token)
        self._signer = signer

    def options(self) -> dict[str, Any]:
        return {
            "protocol": ProtocolType.GRPC_WEB,
            "codec": Codec(),
            "send_compression": None,
            "read_max_bytes": MAX_MESSAGE_BYTES,
        }

    def attempts(self, rpc: Rpc, timeout: float | EllipsisType | None) -> Attempts:
        """The attempts at a call with this timeout. Without one, a unary call has the client's and a stream has
        none."""
        if isinstance(timeout, EllipsisType):
            timeout = None if rpc.streams else self._timeout
        return Attempts(rpc, timeout, self._retries)

    def arguments(self, rpc: Rpc, request: Message, timeout_ms: int | None) -> dict[str, Any]:
        """The arguments of one attempt."""
        headers: Mapping[str, str] = self._headers
        encoded = Encoded(request.SerializeToString())
        if self._signer is not None:
            # For each attempt again, because a signature is valid once.
            headers = {**headers, **self._signer.headers(rpc.path, encoded.data)}
        return {"request": encoded, "method": _METHODS[rpc.name], "headers": headers, "timeout_ms": timeout_ms}

    def pause_after(self, error: ConnectError, answer: ResponseMetadata, attempts: Attempts, begun: bool) -> float:
        """Seconds until the next attempt. Raises ScmError if there must be none, as after a message was returned."""
        failure = scm_error(error, answer, self.url)
        pause = None if begun else attempts.pause_after(failure)
        if pause is None:
            # An error from the server needs no cause. For a broken connection, the first exception of the chain is the
            # cause.
            raise failure from None if "grpc-status" in answer.trailers else cause_of(error)
        log.info("%s is tried again in %.1f s after %s", attempts.rpc.name, pause, failure)
        return pause


class Transport(Generic[_Made]):
    """pyqwest's transport, made at the first request. Making it starts threads, which a forked process does not have.
    So a client of a preloaded application works in the workers that are forked from it."""

    # The process in which pyqwest's threads run, if there are any; for both kinds of clients.
    _home: int | None = None

    def __init__(self, make: Callable[..., _Made], options: Mapping[str, Any]) -> None:
        # No redirects: they would send the credentials to another address.
        defaults = {
            "tls_include_system_certs": True,
            "follow_redirects": False,
            "pool_max_idle_per_host": KEPT_CONNECTIONS,
        }
        self._make = make
        self._options = {**defaults, **options}
        self._lock = threading.Lock()
        self._made: _Made | None = None
        self._closed = False

    def check_usable(self) -> None:
        """Raises RuntimeError if requests would hang or fail."""
        if self._closed:
            raise RuntimeError("The client is closed.")
        if Transport._home not in (None, os.getpid()):
            raise RuntimeError(
                "The process was forked after a client made its first call, and its HTTP library's threads were left"
                " behind. Make the first call after the fork."
            )

    def made(self) -> _Made:
        with self._lock:
            if self._made is None:
                Transport._home = os.getpid()
                self._made = self._make(**self._options)
            return self._made

    def closed(self) -> _Made | None:
        """What must be closed now, if anything."""
        with self._lock:
            self._closed = True
            return self._made


class Encoded(NamedTuple):
    """A request in bytes, so that exactly the signed bytes are sent."""

    data: bytes


class Codec:
    """connectrpc's default codec is for another protobuf library. The messages here are Google's."""

    def name(self) -> str:
        return "proto"

    def encode(self, message: Encoded) -> bytes:
        return message.data

    def decode(self, data: bytes | bytearray, message_class: type[Message]) -> Message:
        return message_class.FromString(bytes(data))


def items_of(rpc: Rpc) -> str:
    """The name of the field that holds the items of a page."""
    return next(field.name for field in rpc.method.output_type.fields if field.name != "next_page_token")


def _method(rpc: Rpc) -> MethodInfo[Any, Any]:
    return MethodInfo(
        name=rpc.name,
        service_name=rpc.service,
        input=rpc.request_class,
        output=rpc.response_class,
        # This is used for HTTP GET only, which gRPC-Web does not have.
        idempotency_level=IdempotencyLevel.UNKNOWN,
        stream_type=StreamType.SERVER_STREAM if rpc.streams else StreamType.UNARY,
    )


_METHODS = {name: _method(rpc) for name, rpc in RPCS.items()}


def _checked(url: str) -> str:
    parts = urlsplit(url)
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError(
            "The URL of the site must have no user, query or fragment. Give credentials as api_key or token."
        )
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{url!r} is not the URL of a site. Write http://host:port or https://host.")
    return url.rstrip("/")


def _headers(api_key: str, token: str) -> dict[str, str]:
    headers = {"user-agent": f"sentry-scm-grpc-python/{__version__}"}
    if api_key:
        headers["x-api-key"] = api_key
    if token:
        headers["authorization"] = f"Bearer {token}"
    if not all(value.isascii() and value.isprintable() for value in headers.values()):
        raise ValueError("The API key or token has characters that no credential has. Was a line break copied with it?")
    return headers
