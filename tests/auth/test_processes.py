"""Several processes with one cache: a signature is good once among all, a guesser is slowed down by all."""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import django
import pytest
import requests

from sentry_scm_grpc.auth.brute_force import OF_CREDENTIAL_AND_SOURCE
from sentry_scm_grpc.rpc.policy import RPCS
from sentry_scm_grpc.testing.web_call import parse_answer
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.auth import signed as by
from tests.ports import free_ports
from tests.scenarios.running import Site, running

CACHES = {
    "dbcache": None,  # The embedded host's own.
    "pymemcache": lambda port: ["memcached", "-u", "nobody", "-l", "127.0.0.1", "-p", str(port)],
}
if django.VERSION >= (4, 0):  # Before, Django had none for Redis.
    CACHES["rediscache"] = lambda port: ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--save", ""]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    site = Site.make(tmp_path_factory.mktemp("processes") / "data")
    keys = {"reports": by.key([site.organization_id]), "builds": by.key("*")}
    site.environment |= {"SCM_GRPC_AUTHENTICATORS": "hmac", "SCM_GRPC_HMAC_KEYS": json.dumps(keys)}
    return site


@pytest.fixture(scope="module", params=CACHES)
def urls(site: Site, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """Of two servers that share a cache."""
    cache_port, *ports = free_ports(3)
    environment, log = {}, tmp_path_factory.mktemp("cache") / "log"
    with contextlib.ExitStack() as stack:
        if (command := CACHES[request.param]) is not None:
            stack.enter_context(running(command(cache_port), cache_port, {}, log))
            environment = {"SCM_GRPC_CACHE_URL": f"{request.param}://127.0.0.1:{cache_port}"}
        for port in ports:
            stack.enter_context(site.running(site.gunicorn(port), port, **environment))
        yield [f"http://127.0.0.1:{port}" for port in ports]


def get_repository(url: str, site: Site, header: str = "", **changed: str) -> str:
    """The reason of the refusal, or "let in"."""
    rpc, data = RPCS["GetRepository"], pb.GetRepositoryRequest(repository_id=site.repository_id).SerializeToString()
    signature = header or by.header(rpc.path, data, site.organization_id, **changed)
    reply = requests.post(
        f"{url}/grpc{rpc.path}",
        b"\0" + len(data).to_bytes(4, "big") + data,
        headers={"content-type": "application/grpc-web+proto", "x-signature": signature},
        timeout=20,
    )
    answer = parse_answer(reply.content, rpc.response_class)
    return answer.reason or "let in"


def test_of_one_signature_sent_at_once_to_two_servers_one_is_let_in(site: Site, urls: list[str]) -> None:
    data = pb.GetRepositoryRequest(repository_id=site.repository_id).SerializeToString()
    with ThreadPoolExecutor(8) as pool:
        for _ in range(5):
            header = by.header(RPCS["GetRepository"].path, data, site.organization_id)
            answers = Counter(pool.map(lambda n: get_repository(urls[n % 2], site, header), range(8)))  # noqa: B023
            assert answers == {"let in": 1, "SIGNATURE_INVALID": 7}


def test_failures_count_wherever_they_are_met(site: Site, urls: list[str]) -> None:
    answers = [get_repository(urls[n % 2], site, key_id="builds", secret="w" * 32) for n in range(30)]
    # A minute may end in between.
    assert OF_CREDENTIAL_AND_SOURCE <= answers.count("SIGNATURE_INVALID") <= 2 * OF_CREDENTIAL_AND_SOURCE
    assert answers.count("TOO_MANY_BAD_CREDENTIALS") >= 30 - 2 * OF_CREDENTIAL_AND_SOURCE
