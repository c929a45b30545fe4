"""The asyncio client: the methods, errors, retries and deadlines of the synchronous client, for ``await``."""

from __future__ import annotations

import asyncio
import atexit
import time
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine, Mapping
from contextlib import aclosing
from functools import cache
from types import EllipsisType, TracebackType
from typing import Any, cast

from connectrpc.client import ConnectClient, ResponseMetadata
from connectrpc.errors import ConnectError
from google.protobuf.message import Message
from pyqwest import Client, HTTPTransport, Request, Response

from sentry_scm_grpc.client.downloads import Downloaded, Incoming, Progress, Target
from sentry_scm_grpc.client.errors import ScmError
from sentry_scm_grpc.client.methods import AsyncRpcMethods
from sentry_scm_grpc.client.requests import as_json, find_rpc, request_from_json
from sentry_scm_grpc.client.signing import HmacSigner
from sentry_scm_grpc.client.wire import Transport, Wire, items_of
from sentry_scm_grpc.rpc.policy import Rpc

SECONDS_AT_EXIT = 0.05


class AsyncScmClient(AsyncRpcMethods):
    """ScmClient for asyncio. It has the same arguments and methods.

    Await an RPC. Read a stream or an iterator over pages with ``async for``. Tasks may share a client. If a task is
    cancelled, its call ends, also on the server. ``transport`` goes to pyqwest.HTTPTransport.
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
        self._transport = _Transport(_make_transport, transport)
        self._connect = ConnectClient(self._wire.url, http_client=Client(self._transport), **self._wire.options())

    def __repr__(self) -> str:
        return f"AsyncScmClient({self._wire.url!r})"

    async def __aenter__(self) -> AsyncScmClient:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Closes the connections. Later calls raise RuntimeError."""
        made = self._transport.closed()
        if made is not None:
            await made.aclose()

    def call(
        self, rpc: str, request: str | Mapping[str, Any] = "{}", *, timeout: float | EllipsisType | None = ...
    ) -> AsyncIterator[dict[str, Any]]:
        """Calls an RPC by its name. The request is JSON (text, or already read); the answer is one dict for each
        message.

        Raises ValueError for an unknown RPC or an invalid request.
        """
        found = find_rpc(rpc)
        messages = self._messages(found, request_from_json(found, request), timeout)
        return (as_json(message) async for message in messages)

    def streams(self, rpc: str) -> bool:
        """Whether an RPC returns a stream. Raises ValueError for an unknown RPC."""
        return find_rpc(rpc).streams

    def _invoke(self, rpc: Rpc, request: Message, timeout: float | EllipsisType | None) -> Any:
        return self._messages(rpc, request, timeout) if rpc.streams else self._one(rpc, request, timeout)

    async def _one(self, rpc: Rpc, request: Message, timeout: float | EllipsisType | None) -> Any:
        try:
            (message,) = [message async for message in self._messages(rpc, request, timeout)]
        except ScmError as error:
            # The traceback should show the line that made the call, not the client.
            raise error.with_traceback(None)  # noqa: B904
        return message

    async def _pages(self, rpc: Rpc, request: Any, timeout: float | EllipsisType | None) -> AsyncIterator[Any]:
        while True:
            page = await self._one(rpc, request, timeout)
            for item in getattr(page, items_of(rpc)):
                yield item
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token

    async def _download(
        self,
        rpc: Rpc,
        target: Target,
        request: Message,
        timeout: float | EllipsisType | None,
        progress: Progress | None,
    ) -> Downloaded:
        with Incoming(rpc, target, request, progress) as incoming:
            async with aclosing(self._messages(rpc, request, timeout)) as messages:
                async for message in messages:
                    incoming.take(message)
            return incoming.finish()

    async def _messages(
        self, rpc: Rpc, request: Message, timeout: float | EllipsisType | None
    ) -> AsyncGenerator[Message, None]:
        """The messages of the answer. Repeats the call if that is safe, but never after a message was returned."""
        self._transport.check_usable()
        attempts = self._wire.attempts(rpc, timeout)
        while True:
            answer = ResponseMetadata()
            messages = self._send(rpc, request, attempts.remaining_ms())
            begun = False
            try:
                # The metadata is in a context variable, which must not stay set while the caller is running.
                while (message := await _next(messages, answer)) is not None:
                    begun = True
                    yield message
                return
            except ConnectError as error:
                if isinstance(error.__cause__, asyncio.CancelledError):
                    # connectrpc turns it into an error, which asyncio would not recognize as a cancellation.
                    raise error.__cause__ from None
                pause = self._wire.pause_after(error, answer, attempts, begun)
            finally:
                await messages.aclose()
            await asyncio.sleep(pause)

    def _send(self, rpc: Rpc, request: Message, timeout_ms: int | None) -> AsyncGenerator[Message, None]:
        arguments = self._wire.arguments(rpc, request, timeout_ms)
        if rpc.streams:
            # It is a generator, although its annotation does not say so. Closing it ends the call.
            return cast("AsyncGenerator[Message, None]", self._connect.execute_server_stream(**arguments))
        return _only(self._connect.execute_unary(**arguments))


async def _only(answer: Coroutine[Any, Any, Message]) -> AsyncGenerator[Message, None]:
    yield await answer


async def _next(messages: AsyncGenerator[Message, None], answer: ResponseMetadata) -> Message | None:
    with answer:
        return await anext(messages, None)


def _make_transport(**options: Any) -> HTTPTransport:
    _let_threads_finish_at_exit()
    return HTTPTransport(**options)


@cache
def _let_threads_finish_at_exit() -> None:
    """Lets pyqwest's threads release Python objects before exit. They do that a moment after a call has ended. If
    Python is shutting down then, the process aborts (seen with pyqwest 0.12 on Python 3.11). A short sleep gives them
    the lock before."""
    atexit.register(time.sleep, SECONDS_AT_EXIT)


class _Transport(Transport[HTTPTransport]):
    async def execute(self, request: Request) -> Response:
        return await self.made().execute(request)
