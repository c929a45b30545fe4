"""Connections to a vendor are used again by the same integration, on a real HTTP server."""

from __future__ import annotations

import os
import socket
import threading
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
import requests
from urllib3 import HTTPConnectionPool, PoolManager

from sentry_scm_grpc.errors import Cancelled, DeadlineExceeded, Unavailable
from sentry_scm_grpc.providers.vendor import connections
from sentry_scm_grpc.providers.vendor.connections import POOLS
from sentry_scm_grpc.rpc.budget import Budget, spending
from tests.providers.vendor.on_a_socket import Client, Vendor, http, reply, within
from tests.waiting import eventually


@pytest.fixture(autouse=True)
def _no_connections_of_other_tests() -> Iterator[None]:
    POOLS.forget()
    yield
    POOLS.forget()


def hang_up(handler: Any) -> None:
    """Ends the connection without an answer to the request that it has read."""
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


def test_a_second_read_opens_no_socket(keeping: Vendor) -> None:
    keeping.says(b'{"n": 1}')
    for n in range(3):
        assert http(keeping).get(f"/commit/{n}") == {"n": 1}
    assert http(keeping).query("/graphql", {"query": "..."}) == {"n": 1}
    http(keeping).head("/file")
    assert len(keeping.asked) == 5
    assert keeping.sockets == 1


@pytest.mark.parametrize(
    "other",
    [
        lambda vendor: http(vendor, integration=2).get("/commit"),
        # It may have credentials of its own for the same integration.
        lambda vendor: http(vendor, organization=2).get("/commit"),
        lambda vendor: http(vendor).get("/commit", verify=False),
        # Not repeated if the connection ends, so it does not use one that may.
        lambda vendor: http(vendor).patch("/commit", {}),
        lambda vendor: http(vendor).post("/commit", {}),
        # Sentry's own requests.
        lambda vendor: Client(vendor).get("/commit"),
    ],
)
def test_a_connection_is_used_only_for_what_it_was_opened_for(keeping: Vendor, other: Callable[[Vendor], Any]) -> None:
    keeping.says(b"{}")
    http(keeping).get("/commit")
    other(keeping)
    assert keeping.sockets == 2
    http(keeping).get("/commit")
    assert keeping.sockets == 2


class OtherManager(PoolManager):
    """As in old versions of Sentry, whose own pool manager checks addresses."""


class OtherPools(PoolManager):
    """As in newer ones, which tell their pools how to check an address."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.pool_classes_by_scheme = {"http": partial(HTTPConnectionPool, source_address=None)}


@pytest.mark.parametrize("manager", [OtherManager, OtherPools])
def test_other_ways_of_connecting_are_not_mixed(keeping: Vendor, manager: type[PoolManager]) -> None:
    class Adapter(requests.adapters.HTTPAdapter):
        def init_poolmanager(self, *args: Any, **options: Any) -> None:
            super().init_poolmanager(*args, **options)
            kind = PoolManager if manager is OtherPools else OtherManager
            self.poolmanager.__class__ = kind
            self.poolmanager.pool_classes_by_scheme = manager().pool_classes_by_scheme

    def checked(path: str, **options: Any) -> Any:
        with requests.Session() as session:
            session.mount("http://", Adapter())
            return session.get(keeping.url + path, **options)

    keeping.says(b"{}")
    http(keeping).get("/commit")
    for _ in range(2):
        way = http(keeping)
        way._client().get = checked  # type: ignore[method-assign]
        way.get("/commit")
    assert keeping.sockets == 2


def test_a_connection_that_the_vendor_closed_meanwhile_is_replaced(keeping: Vendor) -> None:
    keeping.says(b"{}", Connection="close")
    for _ in range(3):
        assert http(keeping).get("/commit") == {}
    keeping.says(b"{}")
    http(keeping).get("/commit")
    for idle in list(keeping.open):
        idle.shutdown(socket.SHUT_RDWR)
    assert http(keeping).get("/commit") == {}


def test_a_read_on_a_connection_that_the_vendor_closes_at_this_moment_is_repeated(keeping: Vendor) -> None:
    keeping.says(b'{"n": 1}')
    # As many idle connections as are kept.
    with ThreadPoolExecutor(connections.MAX_IDLE) as threads:
        meeting = threading.Barrier(connections.MAX_IDLE, timeout=20)

        def met(handler: Any) -> None:
            meeting.wait()
            reply(handler, b'{"n": 1}')

        keeping.answer = met
        assert list(threads.map(lambda n: http(keeping).get(f"/{n}"), range(connections.MAX_IDLE)))
    old = keeping.sockets
    assert old == connections.MAX_IDLE

    idle = set(keeping.open)

    def only_new(handler: Any) -> None:
        if handler.connection in idle:
            hang_up(handler)
        else:
            reply(handler, b'{"n": 2}')

    keeping.answer = only_new
    assert http(keeping).get("/again") == {"n": 2}
    assert http(keeping).query("/graphql", {}) == {"n": 2}


def test_a_new_connection_that_ends_is_an_error_at_once(keeping: Vendor) -> None:
    keeping.answer = hang_up
    with pytest.raises(Unavailable):
        http(keeping).get("/commit")
    assert len(keeping.asked) == 1


def test_nothing_is_repeated_for_a_client_that_has_gone(keeping: Vendor) -> None:
    keeping.says(b"{}")
    http(keeping).get("/commit")
    budget = Budget()

    def late(handler: Any) -> None:
        budget.leave()
        hang_up(handler)

    keeping.answer = late
    with spending(budget), pytest.raises(Cancelled):
        http(keeping, seconds_left=budget.seconds_left).get("/commit")
    assert len(keeping.asked) == 2


def test_a_body_that_was_not_read_to_its_end_is_no_part_of_the_next_answer(keeping: Vendor) -> None:
    def endless(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000000")
        handler.end_headers()
        handler.wfile.write(b"[" * 500)
        handler.wfile.flush()
        go_on.wait(20)

    go_on = threading.Event()
    keeping.answer = endless
    with pytest.raises(DeadlineExceeded):
        http(keeping, seconds_left=within(0.5)).get("/large")
    keeping.says(b'{"n": 1}')
    assert http(keeping).get("/commit") == {"n": 1}
    go_on.set()


def test_idle_connections_are_closed(keeping: Vendor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "IDLE_SECONDS", 0.2)
    keeping.says(b"{}")
    http(keeping).get("/commit")
    eventually(lambda: not keeping.open, "the connection is closed")
    assert len(POOLS) == 0
    eventually(lambda: "scm-grpc-idle-connections" not in {t.name for t in threading.enumerate()}, "the thread ends")
    http(keeping).get("/commit")
    assert keeping.sockets == 2


def test_the_connections_of_a_process_are_bounded(keeping: Vendor) -> None:
    keeping.says(b"{}")
    for integration in range(1, connections.MAX_POOLS + 6):
        http(keeping, integration=integration).get("/commit")
    assert len(POOLS) == connections.MAX_POOLS
    eventually(lambda: len(keeping.open) == connections.MAX_POOLS, "the others are closed")


def test_many_threads_get_the_answers_to_their_own_questions(keeping: Vendor) -> None:
    keeping.answer = lambda handler: reply(handler, b'{"path": "%s"}' % handler.path.encode())
    with ThreadPoolExecutor(16) as threads:
        paths = [f"/commit/{n}" for n in range(300)]
        assert list(threads.map(lambda path: http(keeping).get(path)["path"], paths)) == paths
    assert keeping.sockets < 150
    assert len(keeping.open) <= 16


def test_a_forked_process_opens_its_own(keeping: Vendor) -> None:
    keeping.says(b'{"n": 1}')
    http(keeping).get("/commit")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if not child:
        code = 1
        try:
            code = 0 if http(keeping, seconds_left=within(10)).get("/commit") == {"n": 1} else 2
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert keeping.sockets == 2
    # The child's end has not closed the parent's connection.
    assert http(keeping).get("/commit") == {"n": 1}
    assert keeping.sockets == 2
