"""Sentry's own client, on a real socket: the connection of one call serves the next, and equal calls ask once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from django.core.cache import cache
from django.db import connections

from sentry_scm_grpc.providers.vendor.connections import POOLS
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.providers.vendor.in_threads import started, waiting
from tests.sentry_host.providers.installed import rows_of
from tests.sentry_host.providers.site import SentrySite
from tests.vendors.bitbucket_server import Fake
from tests.vendors.serving import Served
from tests.waiting import eventually

pytestmark = pytest.mark.django_db


class Counting(Served):
    """Counts the connections that it takes."""

    connections = 0

    def process_request(self, *args: Any) -> None:
        self.connections += 1
        super().process_request(*args)


@pytest.fixture
def server() -> Iterator[Counting]:
    cache.clear()
    POOLS.forget()
    server = Counting(Fake())
    yield server
    server.shutdown()
    server.server_close()
    POOLS.forget()
    assert not server.failures


def site_of(server: Counting) -> SentrySite:
    site = SentrySite(server.fake, rows_of(server.fake))
    integration = site.rows.integration
    integration.metadata = {**integration.metadata, "base_url": server.url}
    integration.save()
    return site


def test_the_second_call_opens_no_socket(server: Counting) -> None:
    site = site_of(server)
    shas = [commit.sha for commit in server.fake.world.commits[:2]]
    for sha in shas:
        asked = len(server.exchanges)
        answer = site.call("GetCommit", pb.GetCommitRequest(commit_sha=sha))
        assert answer.status is grpc.StatusCode.OK, answer
        assert len(server.exchanges) > asked
        assert server.connections == 1


def test_what_sentry_asks_by_itself_has_connections_of_its_own(server: Counting) -> None:
    site = site_of(server)
    site.call("GetCommit", pb.GetCommitRequest(commit_sha=server.fake.world.head))
    installation = site.rows.integration.get_installation(site.rows.organization.id)
    installation.get_client().get_repos()
    assert server.connections == 2


@pytest.mark.django_db(transaction=True)
def test_equal_calls_at_the_same_time_ask_the_vendor_once(server: Counting) -> None:
    site = site_of(server)
    request = pb.GetCommitRequest(repository_id=site.repository.id, commit_sha=server.fake.world.head)
    site.call("ListCommits", pb.ListCommitsRequest())
    server.exchanges.clear()
    gate = threading.Event()
    server.fake.forced = lambda asked: (gate.wait(30), server.fake._route(asked))[1]

    def ask() -> Any:
        try:
            return site.call("GetCommit", request)
        finally:
            connections.close_all()

    calls = [started(ask) for _ in range(4)]
    eventually(lambda: waiting() == 3, "three calls wait for the first")
    gate.set()
    answers = [call.result(30) for call in calls]
    assert {answer.status for answer in answers} == {grpc.StatusCode.OK}
    assert len({answer.message.SerializeToString() for answer in answers}) == 1
    paths = [exchange.request.path for exchange in server.exchanges]
    assert len(paths) == len(set(paths)) > 0
