"""nginx in front of two servers, round robin, one killed and started again: nothing that matters is in a process.

Page tokens, request ids, nonces, rate limits, streams and the retries of the Python client hold throughout.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import threading
import urllib.request
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

import pytest

from sentry_scm_grpc.client import HmacSigner, ScmClient, ScmError
from sentry_scm_grpc.rpc.policy import RPCS
from sentry_scm_grpc.testing.web_call import parse_answer
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.ports import free_ports
from tests.reliability.place import Place
from tests.reliability.services import children, nginx, redis
from tests.waiting import eventually

SECRET = "5f0c9a4e1b7d4a6f8c2e3d9b0a1f7e6c"
KEYS = json.dumps({"reports": {"secrets": [SECRET], "scopes": ["org:read"], "organizations": "*"}})
BUDGET = 25


@dataclass
class Cluster:
    place: Place
    url: str
    ports: list[int]
    servers: list[contextlib.ExitStack]

    def start(self, index: int) -> None:
        limits = {"SCM_GRPC_RATE_LIMITS": f"ResolveSourceUrl={BUDGET}/d"}
        keys = {"SCM_GRPC_AUTHENTICATORS": "api_key,hmac", "SCM_GRPC_HMAC_KEYS": KEYS}
        self.servers[index].enter_context(self.place.server(self.ports[index], **limits, **keys))

    def kill(self, index: int) -> None:
        """Master and workers at once, in the middle of whatever they do."""
        master = next(pid for pid in children(os.getpid()) if f":{self.ports[index]}" in _command_line(pid))
        for pid in (master, *children(master)):
            os.kill(pid, signal.SIGKILL)
        self.servers[index].close()


@pytest.fixture
def cluster(place: Place) -> Iterator[Cluster]:
    with redis(place.cache_port, place.directory), contextlib.ExitStack() as all:
        ports = free_ports(2)
        servers = [all.enter_context(contextlib.ExitStack()) for _ in ports]
        url = all.enter_context(nginx(ports, place.directory))
        cluster = Cluster(place, url, ports, servers)
        for index in range(2):
            cluster.start(index)
        yield cluster


def test_one_of_two_servers_is_killed_and_comes_back(cluster: Cluster) -> None:
    place = cluster.place
    organization = place.site.organization_id
    with place.client(cluster.url, retries=8) as client:
        for number in range(9):
            _create(client, place, f"app{number}/", request_id=f"listed-{number}")
        listed = [row.id for row in client.iter_code_mappings(organization_id=organization)]
        assert len(listed) == 9
        done, stop = Counter[str](), threading.Event()

        def call_on() -> None:
            number = 0
            while not stop.is_set():
                number += 1
                # Two rows a page: every list goes over both servers, with tokens of either. New rows come last.
                rows = client.iter_code_mappings(organization_id=organization, page_size=2)
                assert [row.id for row in islice(rows, 9)] == listed, "a page was lost, repeated or mixed up"
                name = f"{threading.get_ident()}-{number}"
                # Twice, as a client that did not hear the answer: on either server it is the same row.
                first, second = (_create(client, place, f"{name}/", request_id=name) for _ in range(2))
                assert first.id == second.id
                done["rounds"] += 1

        with ThreadPoolExecutor(4) as pool:
            calls = [pool.submit(call_on) for _ in range(4)]
            try:
                for index in (0, 1):
                    _more_rounds(done, calls)
                    cluster.kill(index)
                    _more_rounds(done, calls)
                    cluster.start(index)
                _more_rounds(done, calls)
            finally:
                stop.set()
            for call in calls:
                call.result()
        roots = Counter(row.stack_root for row in client.iter_code_mappings(organization_id=organization))
        assert set(roots.values()) == {1}, "a row was made twice"
        assert len(roots) == len(listed) + done["rounds"]


def test_a_stream_of_the_server_that_stays_goes_on(cluster: Cluster) -> None:
    ends = Counter[str]()

    def read_to_the_end(number: int) -> None:
        path = "/grpc/scm.scenarios.v1.ScenarioService/Count"
        body = b"\x08\x64\x10\x32"  # 100 numbers, one every 50 ms
        headers = {"Content-Type": "application/grpc-web+proto", "x-api-key": cluster.place.site.api_key}
        request = urllib.request.Request(cluster.url + path, b"\0\0\0\0\4" + body, headers)
        with contextlib.suppress(OSError), urllib.request.urlopen(request) as answer:
            if b"grpc-status:0" in answer.read():
                ends["whole"] += 1

    with ThreadPoolExecutor(8) as pool:
        for number in range(8):
            pool.submit(read_to_the_end, number)
        threading.Event().wait(1.5)
        cluster.kill(0)
    # Round robin gave each server half; those of the killed one break off without a status, which clients report.
    assert ends["whole"] == 4


def test_a_signature_is_good_once_whichever_server_sees_it(cluster: Cluster) -> None:
    path = RPCS["ListRepositories"].path
    message = pb.ListRepositoriesRequest(organization_id=cluster.place.site.organization_id).SerializeToString()
    signer = HmacSigner("reports", SECRET, cluster.place.site.organization_id)
    for _ in range(4):
        signed = signer.headers(path, message)
        reasons = [_posted(cluster.url, path, message, signed) for _ in range(4)]
        assert reasons[0] == ""
        assert set(reasons[1:]) == {"SIGNATURE_INVALID"}, reasons


def test_the_budget_is_one_for_both_servers(cluster: Cluster) -> None:
    organization = cluster.place.site.organization_id
    with cluster.place.client(cluster.url) as client:

        def call(_: int) -> str:
            try:
                client.resolve_source_url(organization_id=organization, url="https://x.example.com/a")
            except ScmError as error:
                return error.reason
            return ""

        with ThreadPoolExecutor(8) as pool:
            reasons = Counter(pool.map(call, range(3 * BUDGET)))
    assert reasons == {"URL_NOT_KNOWN": BUDGET, "RATE_LIMITED": 2 * BUDGET}


def _create(client: ScmClient, place: Place, stack_root: str, request_id: str) -> pb.CodeMapping:
    return client.create_code_mapping(
        organization_id=place.site.organization_id,
        repository_id=place.site.repository_id,
        project_id=1,
        stack_root=stack_root,
        source_root="src/",
        default_branch="main",
        request_id=request_id,
    )


def _posted(url: str, path: str, message: bytes, headers: dict[str, str]) -> str:
    body = b"\0" + len(message).to_bytes(4, "big") + message
    headers = {"Content-Type": "application/grpc-web+proto", **headers}
    with urllib.request.urlopen(urllib.request.Request(url + path, body, headers)) as answer:
        return parse_answer(answer.read(), pb.ListRepositoriesResponse).reason


def _more_rounds(done: Counter[str], calls: list[Future[None]]) -> None:
    before = done["rounds"]
    eventually(lambda: done["rounds"] >= before + 20 or any(call.done() for call in calls), "rounds go on", 60)


def _command_line(pid: int) -> str:
    with open(f"/proc/{pid}/cmdline") as file:
        return file.read()
