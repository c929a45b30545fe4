"""What only asyncio has: many calls at a time, tasks that are cancelled, and timeouts of the caller's own.

All else that AsyncScmClient does is shown by the other modules, whose scenarios it runs too.
"""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Iterator
from contextlib import aclosing

import grpc
import pytest

from sentry_scm_grpc import errors as server
from sentry_scm_grpc.client import AsyncScmClient, ScmClient, errors
from sentry_scm_grpc.rpc.policy import RPCS
from sentry_scm_grpc.v1 import scm_pb2
from tests.client.site import Scm


def test_it_has_the_methods_of_the_other_with_the_same_arguments() -> None:
    for rpc in RPCS.values():
        method, other = getattr(ScmClient, rpc.operation), getattr(AsyncScmClient, rpc.operation)
        assert inspect.signature(method) == inspect.signature(other)
    assert inspect.signature(ScmClient.__init__) == inspect.signature(AsyncScmClient.__init__)
    public = [name for name in vars(ScmClient) if not name.startswith("_")]
    assert all(hasattr(AsyncScmClient, name) for name in public)


def test_calls_run_at_a_time(scm: Scm) -> None:
    together = threading.Barrier(4)

    def answer(request: scm_pb2.GetRepositoryRequest, context: grpc.ServicerContext) -> scm_pb2.Repository:
        together.wait(10)
        return scm_pb2.Repository(id=request.repository_id)

    scm.answers["GetRepository"] = answer

    async def calls() -> list[int]:
        async with AsyncScmClient(scm.url) as client:
            found = await asyncio.gather(*(client.get_repository(repository_id=n) for n in range(1, 5)))
            return [repository.id for repository in found]

    assert asyncio.run(calls()) == list(range(1, 5))


class TestCancelling:
    @pytest.fixture
    def ended(self, scm: Scm) -> threading.Event:
        """Set when the endless stream that StreamCommits answers with has ended on the server."""
        ended = threading.Event()

        def answer(request: object, context: grpc.ServicerContext) -> Iterator[scm_pb2.Commit]:
            try:
                while True:
                    yield scm_pb2.Commit(message="x" * 100_000)
            finally:
                ended.set()

        scm.answers["StreamCommits"] = answer
        return ended

    def test_a_cancelled_task_ends_its_stream_on_the_server(self, scm: Scm, ended: threading.Event) -> None:
        async def reads(client: AsyncScmClient, begun: asyncio.Event) -> None:
            async for _ in client.stream_commits(repository_id=7):
                begun.set()

        async def main() -> None:
            async with AsyncScmClient(scm.url) as client:
                begun = asyncio.Event()
                task = asyncio.create_task(reads(client, begun))
                await begun.wait()
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
                assert task.cancelled()
                assert await asyncio.to_thread(ended.wait, 5)

        asyncio.run(main())

    def test_a_stream_that_is_closed_ends_too(self, scm: Scm, ended: threading.Event) -> None:
        async def main() -> None:
            async with AsyncScmClient(scm.url) as client:
                async with aclosing(client.stream_commits(repository_id=7)) as commits:
                    await anext(commits)
                assert await asyncio.to_thread(ended.wait, 5)

        asyncio.run(main())

    def test_a_call_without_an_answer_is_cancelled_and_not_repeated(self, scm: Scm) -> None:
        arrived, over = threading.Event(), threading.Event()

        def answer(request: object, context: grpc.ServicerContext) -> scm_pb2.Repository:
            arrived.set()
            over.wait(10)
            return scm_pb2.Repository()

        scm.answers["GetRepository"] = answer

        async def main() -> None:
            async with AsyncScmClient(scm.url) as client:
                task = asyncio.create_task(client.get_repository(repository_id=7))
                await asyncio.to_thread(arrived.wait, 5)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
                over.set()
                assert (await client.check_file(repository_id=7)).exists is False, "the client goes on"

        asyncio.run(main())
        assert [call.rpc for call in scm.seen] == ["GetRepository", "CheckFile"]

    def test_the_callers_timeout_is_asyncios(self, scm: Scm) -> None:
        over = threading.Event()
        scm.answers["GetRepository"] = lambda request, context: over.wait(10) and scm_pb2.Repository()

        async def main() -> None:
            async with AsyncScmClient(scm.url) as client:
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0.2):
                        await client.get_repository(repository_id=7)
                with pytest.raises(errors.DeadlineExceeded):
                    await client.get_repository(repository_id=7, timeout=0.2)
            over.set()

        asyncio.run(main())

    def test_a_pause_between_attempts_is_cancelled(self, scm: Scm) -> None:
        scm.failures = [server.ResourceExhausted("Too many calls.", retry_after=20)]

        async def main() -> None:
            async with AsyncScmClient(scm.url) as client:
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(1):
                        await client.get_repository(repository_id=7)

        asyncio.run(main())
        assert len(scm.seen) == 1


def test_one_client_may_serve_loops_that_follow_each_other(scm: Scm) -> None:
    client = AsyncScmClient(scm.url)

    async def call() -> None:
        await client.get_repository(repository_id=7)

    asyncio.run(call())
    asyncio.run(call())
    asyncio.run(client.close())
    assert len(scm.seen) == 2
