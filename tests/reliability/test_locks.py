"""PostgreSQL whose rows are locked, that hangs or that is cut off: calls end at their deadlines, and go on after."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from typing import Any

import psycopg2

from tests.ports import free_ports
from tests.reliability.calls import Answer, Caller
from tests.reliability.network import a_machine
from tests.reliability.place import Place
from tests.reliability.services import redis
from tests.scenarios.running import ROOT
from tests.waiting import eventually

DEADLINE = 1.0
#: How much later a call may be answered, on a machine that is busy.
LATE = 1.5


@contextlib.contextmanager
def rows_locked(place: Place) -> Iterator[None]:
    """As by somebody who forgot to commit."""
    with contextlib.closing(psycopg2.connect(place.database.url)) as other, other.cursor() as cursor:
        cursor.execute("LOCK TABLE scm_embedded_repository, sentry_scm_grpc_requestid IN ACCESS EXCLUSIVE MODE")
        yield
        other.rollback()


def kinds_of_calls(place: Place) -> list[tuple[str, dict[str, Any]]]:
    """A read, a write, and a write with a request id."""
    named = {"repository_id": place.site.repository_id}
    return [
        ("GetRepository", named),
        ("SyncRepository", named),
        ("SyncRepository", {**named, "request_id": str(uuid.uuid4())}),
    ]


def all_answer(caller: Caller, place: Place) -> None:
    for rpc, request in kinds_of_calls(place):
        eventually(caller.succeeds(rpc, **request), f"{rpc} succeeds", 60)


def none_is_late(caller: Caller, place: Place, times: int = 1) -> list[Answer]:
    found = [caller.call(rpc, DEADLINE, **request) for _ in range(times) for rpc, request in kinds_of_calls(place)]
    assert max(answer.seconds for answer in found) < DEADLINE + LATE, found
    return found


def test_locked_rows_hold_no_call_beyond_its_deadline(place: Place) -> None:
    with redis(place.cache_port, place.directory), place.server() as server:
        caller = Caller(server.url, place.site.api_key)
        all_answer(caller, place)
        with rows_locked(place):
            assert {answer.code for answer in none_is_late(caller, place)} == {"deadline_exceeded"}
            # Nobody waits on at the database for a client that has been answered.
            eventually(lambda: place.database.waiting() == 0, "the cancelled statements end")
        all_answer(caller, place)


def test_a_database_that_hangs_holds_no_call_beyond_its_deadline(place: Place) -> None:
    with redis(place.cache_port, place.directory), place.server() as server:
        caller = Caller(server.url, place.site.api_key)
        all_answer(caller, place)
        with place.database.frozen():
            # The first on an open connection, the others on new ones.
            assert {answer.code for answer in none_is_late(caller, place, 2)} == {"deadline_exceeded"}
        all_answer(caller, place)


def test_a_cut_network_holds_no_call_beyond_its_deadline(place: Place) -> None:
    (port,) = free_ports(1)
    with a_machine() as machine, contextlib.ExitStack() as open_until_the_end:
        place.database.listen_at(machine.services)
        open_until_the_end.enter_context(redis(place.cache_port, place.directory, machine.services))
        log = open_until_the_end.enter_context((place.directory / "cut-off.log").open("wb"))
        environment = {
            "SCM_GRPC_DATABASE_URL": place.database.url.replace("127.0.0.1", machine.services),
            "SCM_GRPC_CACHE_URL": f"rediscache://{machine.services}:{place.cache_port}",
            "SCM_GRPC_RATE_LIMITS": "*=100000/m",
        }
        bind = ["--bind", f"{machine.address}:{port}", "--threads", "8", "--worker-class", "gthread"]
        server = subprocess.Popen(
            machine.command(sys.executable, "-m", "gunicorn", *bind, "tests.scenarios.wsgi:through_middleware"),
            cwd=ROOT,
            env={**os.environ, **place.site.environment, **environment},
            stdout=log,
            stderr=log,
        )
        try:
            caller = Caller(f"http://{machine.address}:{port}", place.site.api_key)
            eventually(caller.is_up, "the server is up", 60)
            all_answer(caller, place)
            with machine.cut_off():
                codes = {answer.code for answer in none_is_late(caller, place, 2)}
                assert codes <= {"deadline_exceeded", "unavailable"}
            all_answer(caller, place)
        finally:
            server.terminate()
            server.wait(timeout=60)
