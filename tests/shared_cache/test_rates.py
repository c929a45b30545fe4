"""Rate limits across processes: two real servers with one Redis or memcached let exactly the budget through."""

from __future__ import annotations

import contextlib
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import django
import pytest

from sentry_scm_grpc.client import ScmClient, ScmError
from tests.ports import free_ports
from tests.scenarios.running import Site, running
from tests.waiting import eventually

BUDGET, CALLS = 60, 200


def memcached(port: int) -> list[str]:
    return ["memcached", "-u", "nobody", "-l", "127.0.0.1", "-p", str(port)]


def redis(port: int) -> list[str]:
    return ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--save", ""]


CACHES = {"pymemcache": memcached}
if django.VERSION >= (4, 0):  # Before, Django had none for Redis.
    CACHES["rediscache"] = redis


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """On SQLite, since two processes of tests would make the same site in one PostgreSQL."""
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv("SCM_GRPC_DATABASE_URL", raising=False)
        yield Site.make(tmp_path_factory.mktemp("limits") / "data")


@contextlib.contextmanager
def two_servers(site: Site, **environment: str) -> Iterator[list[str]]:
    """Their URLs."""
    ports = free_ports(2)
    with contextlib.ExitStack() as servers:
        for port in ports:
            servers.enter_context(site.running(site.gunicorn(port), port, **environment))
        yield [f"http://127.0.0.1:{port}" for port in ports]


@pytest.mark.parametrize("cache", CACHES)
def test_of_many_calls_at_once_to_two_processes_exactly_the_budget_passes(
    site: Site, cache: str, tmp_path: Path
) -> None:
    (cache_port,) = free_ports(1)
    with (
        running(CACHES[cache](cache_port), cache_port, {}, tmp_path / "cache.log"),
        two_servers(
            site,
            SCM_GRPC_CACHE_URL=f"{cache}://127.0.0.1:{cache_port}",
            SCM_GRPC_RATE_LIMITS=f"read={BUDGET}/d",
            SCM_GRPC_MAX_CALLS_PER_CREDENTIAL="0",
        ) as urls,
        contextlib.ExitStack() as open,
        ThreadPoolExecutor(8) as pool,
    ):
        clients = [open.enter_context(ScmClient(url, api_key=site.api_key, retries=0)) for url in urls]

        def call(number: int) -> tuple[int, str]:
            server = number % len(clients)
            try:
                clients[server].get_repository(repository_id=site.repository_id)
            except ScmError as error:
                return server, error.reason
            return server, "passed"

        outcomes = Counter(pool.map(call, range(CALLS)))
    answers = Counter({reason: outcomes[0, reason] + outcomes[1, reason] for _, reason in outcomes})
    assert answers == {"passed": BUDGET, "RATE_LIMITED": CALLS - BUDGET}
    assert outcomes[0, "passed"] > 0 < outcomes[1, "passed"], "one server let nothing through: nothing was shared"


@pytest.mark.parametrize("cache", CACHES)
def test_without_the_cache_reads_pass_and_writes_are_refused(site: Site, cache: str, tmp_path: Path) -> None:
    (cache_port, port) = free_ports(2)
    environment = {
        "SCM_GRPC_CACHE_URL": f"{cache}://127.0.0.1:{cache_port}",
        "SCM_GRPC_RATE_LIMITS": "*=1/d",
    }

    def reason(call: Callable[..., Any]) -> str:
        try:
            call(repository_id=site.repository_id)
        except ScmError as error:
            return error.reason
        return "passed"

    with (
        site.running(site.gunicorn(port), port, **environment),
        ScmClient(f"http://127.0.0.1:{port}", api_key=site.api_key, retries=0, timeout=20) as client,
    ):
        read, write = client.get_repository, client.delete_repository
        with running(CACHES[cache](cache_port), cache_port, {}, tmp_path / "cache.log"):
            assert [reason(read), reason(read)] == ["passed", "RATE_LIMITED"]
        for _ in range(3):
            assert [reason(read), reason(write)] == ["passed", "RATE_LIMITER_UNAVAILABLE"]
        with socket.socket() as silent:
            # It takes connections and never answers.
            silent.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            silent.bind(("127.0.0.1", cache_port))
            silent.listen()
            for _ in range(2):
                assert [reason(read), reason(write)] == ["passed", "RATE_LIMITER_UNAVAILABLE"]
                time.sleep(1)  # So long it is left alone.
        with running(CACHES[cache](cache_port), cache_port, {}, tmp_path / "cache.log"):
            eventually(lambda: reason(read) == "RATE_LIMITED", "the cache came back")
