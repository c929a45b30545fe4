"""PostgreSQL is stopped and started during calls: they fail with UNAVAILABLE, and succeed again without a restart."""

from __future__ import annotations

import threading
from collections import Counter

from sentry_scm_grpc.client import ScmError
from sentry_scm_grpc.client.errors import Status
from tests.reliability.place import Place
from tests.reliability.services import redis
from tests.waiting import eventually


def test_a_restart_of_the_database_during_calls(place: Place) -> None:
    outcomes: Counter[str] = Counter()
    stop = threading.Event()

    with redis(place.cache_port, place.directory), place.server() as server, place.client(server.url) as client:

        def read() -> None:
            while not stop.is_set():
                try:
                    client.get_repository(repository_id=place.site.repository_id)
                    outcomes["OK"] += 1
                except ScmError as error:
                    outcomes[error.status.name] += 1

        callers = [threading.Thread(target=read) for _ in range(4)]
        for caller in callers:
            caller.start()
        try:
            for _ in range(2):
                eventually(_more(outcomes, "OK"), "calls succeed")
                place.database.stop()
                eventually(_more(outcomes, "UNAVAILABLE"), "calls fail while the database is gone")
                place.database.start()
                eventually(_more(outcomes, "OK", 50), "calls succeed again, without a restart of the server")
        finally:
            stop.set()
            for caller in callers:
                caller.join()
    assert set(outcomes) == {"OK", "UNAVAILABLE"}, outcomes


def test_the_error_says_that_it_passes(place: Place) -> None:
    with redis(place.cache_port, place.directory), place.server() as server:
        place.database.stop()
        try:
            with place.client(server.url) as client:
                error = _failure(client, place)
        finally:
            place.database.start()
        assert (error.status, error.reason) == (Status.UNAVAILABLE, "DATABASE_UNAVAILABLE")
        assert error.retry_after is not None
        with place.client(server.url, retries=3) as client:
            client.get_repository(repository_id=place.site.repository_id)


def _failure(client: object, place: Place) -> ScmError:
    try:
        client.get_repository(repository_id=place.site.repository_id)  # type: ignore[attr-defined]
    except ScmError as error:
        return error
    raise AssertionError("the call succeeded without a database")


def _more(outcomes: Counter[str], name: str, count: int = 5) -> object:
    before = outcomes[name]
    return lambda: outcomes[name] >= before + count
