"""The synchronous client: connectrpc's client for gRPC-Web, with deadlines, retries and typed errors around it."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from types import EllipsisType, TracebackType
from typing import Any

from connectrpc.client import ConnectClientSync, ResponseMetadata
from connectrpc.errors import ConnectError
from google.protobuf.message import Message
from pyqwest import SyncClient, SyncHTTPTransport, SyncRequest, SyncResponse

from sentry_scm_grpc.client.downloads import Downloaded, Incoming, Progress, Target
from sentry_scm_grpc.client.methods import RpcMethods
from sentry_scm_grpc.client.requests import as_json, find_rpc, request_from_json
from sentry_scm_grpc.client.signing import HmacSigner
from sentry_scm_grpc.client.wire import Transport, Wire, items_of
from sentry_scm_grpc.rpc.policy import Rpc


class ScmClient(RpcMethods):
    """Calls a site that serves sentry-scm-grpc. Threads may share a client. A child process cannot use it if the fork
    comes after its first call.

    ``url`` is that of the site, with the site's prefix ("https://sentry.example.com/grpc"). Give one credential:
    ``api_key``, ``token`` (a bearer token) or ``signer`` (an HmacSigner). ``timeout`` is the deadline of a call with
    all its retries, in seconds (None: no limit). A stream has no deadline unless the call gives one. ``retries`` is how
    often a call is repeated if that is safe. ``transport`` goes to pyqwest.SyncHTTPTransport: ``tls_ca_cert``,
    ``proxy``, ``http_version``, ...

    Every call raises the subclass of ScmError for its status, and TypeError or ValueError for an invalid request.
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
        self._wire = Wire(url, api_key=api_key, token=token, signer=signer, timeout=timeout, retries=retries)
        self._transport = _Transport(SyncHTTPTransport, transport)
        self._connect = ConnectClientSync(
            self._wire.url, http_client=SyncClient(self._transport), **self._wire.options()
        )

    def __repr__(self) -> str:
        return f"ScmClient({self._wire.url!r})"

    def __enter__(self) -> ScmClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connections. Later calls raise RuntimeError."""
        made = self._transport.closed()
        if made is not None:
            made.close()

    def call(
        self, rpc: str, request: str | Mapping[str, Any] = "{}", *, timeout: float | EllipsisType | None = ...
    ) -> Iterator[dict[str, Any]]:
        """Calls an RPC by its name. The request is JSON (text, or already read); the answer is one dict for each
        message.

        Raises ValueError for an unknown RPC or an invalid request.
        """
        found = find_rpc(rpc)
        messages = self._messages(found, request_from_json(found, request), timeout)
        return (as_json(message) for message in messages)

    def streams(self, rpc: str) -> bool:
        """Whether an RPC returns a stream. Raises ValueError for an unknown RPC."""
        return find_rpc(rpc).streams

    def _invoke(self, rpc: Rpc, request: Message, timeout: float | EllipsisType | None) -> Any:
        messages = self._messages(rpc, request, timeout)
        if rpc.streams:
            return messages
        (message,) = messages
        return message

    def _pages(self, rpc: Rpc, request: Any, timeout: float | EllipsisType | None) -> Iterator[Any]:
        while True:
            page = self._invoke(rpc, request, timeout)
            yield from getattr(page, items_of(rpc))
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token

    def _download(
        self,
        rpc: Rpc,
        target: Target,
        request: Message,
        timeout: float | EllipsisType | None,
        progress: Progress | None,
    ) -> Downloaded:
        with (
            Incoming(rpc, target, request, progress) as incoming,
            closing(self._messages(rpc, request, timeout)) as messages,
        ):
            for message in messages:
                incoming.take(message)
            return incoming.finish()

    def _messages(
        self, rpc: Rpc, request: Message, timeout: float | EllipsisType | None
    ) -> Generator[Message, None, None]:
        """The messages of the answer. Repeats the call if that is safe, but never after a message was returned."""
        self._transport.check_usable()
        attempts = self._wire.attempts(rpc, timeout)
        while True:
            answer = ResponseMetadata()
            messages: Generator[Message, None, None] | None = None
            begun = False
            try:
                with answer:
                    messages = self._send(rpc, request, attempts.remaining_ms())
                # The metadata is in a context variable, which must not stay set while the caller is running.
                while (message := _next(messages, answer)) is not None:
                    begun = True
                    yield message
                return
            except ConnectError as error:
                pause = self._wire.pause_after(error, answer, attempts, begun)
            finally:
                if messages is not None:
                    messages.close()
            time.sleep(pause)

    def _send(self, rpc: Rpc, request: Message, timeout_ms: int | None) -> Any:
        arguments = self._wire.arguments(rpc, request, timeout_ms)
        if rpc.streams:
            return self._connect.execute_server_stream(**arguments)
        return (message for message in [self._connect.execute_unary(**arguments)])


def _next(messages: Any, answer: ResponseMetadata) -> Message | None:
    with answer:
        message: Message | None = next(messages, None)
        return message


class _Transport(Transport[SyncHTTPTransport]):
    def execute_sync(self, request: SyncRequest) -> SyncResponse:
        return self.made().execute_sync(request)
