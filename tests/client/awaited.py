"""AsyncScmClient to be used as if it were ScmClient: so both are held to the same scenarios."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Generator
from functools import cached_property
from typing import Any, cast

from sentry_scm_grpc.client import AsyncScmClient, ScmClient


class Awaited:
    """Each call runs its client's event loop until it has what it wants."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self._client = AsyncScmClient(*arguments, **options)

    @cached_property
    def _loop(self) -> asyncio.AbstractEventLoop:
        return asyncio.new_event_loop()

    def __getattr__(self, name: str) -> Any:
        def method(*arguments: Any, **fields: Any) -> Any:
            answer = getattr(self._client, name)(*arguments, **fields)
            if inspect.iscoroutine(answer):
                return self._loop.run_until_complete(answer)
            return self._all(answer) if inspect.isasyncgen(answer) else answer

        return method

    def _all(self, answer: Any) -> Generator[Any, None, None]:
        end = object()
        try:
            while (item := self._loop.run_until_complete(_next(answer, end))) is not end:
                yield item
        finally:
            self._loop.run_until_complete(answer.aclose())

    def __repr__(self) -> str:
        return repr(self._client).removeprefix("Async")

    def __enter__(self) -> Awaited:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()


async def _next(answer: Any, end: object) -> Any:
    return await anext(answer, end)


def awaited(*arguments: Any, **options: Any) -> ScmClient:
    return cast(ScmClient, Awaited(*arguments, **options))
