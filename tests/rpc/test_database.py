"""A database that is locked, slow or silent holds no call beyond its end; on SQLite in a file, and on PostgreSQL."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connections, transaction
from django.db.backends.sqlite3.base import DatabaseWrapper

from sentry_scm_grpc.errors import Aborted, DeadlineExceeded, ScmError
from sentry_scm_grpc.rpc.budget import Budget, at_most, beyond, spending
from sentry_scm_grpc.rpc.database import held
from sentry_scm_grpc.rpc.storage import storage_error
from tests.waiting import eventually


@pytest.fixture
def database(tmp_path: Path, django_db_blocker: Any) -> Iterator[DatabaseWrapper]:
    """A SQLite database of its own with one row, which waits 20 seconds for locks."""
    settings = {**connections.settings["default"], "NAME": str(tmp_path / "db"), "OPTIONS": {"timeout": 20}}
    settings["ENGINE"] = "django.db.backends.sqlite3"
    made = DatabaseWrapper(settings, "of_test")
    connections["of_test"] = made
    connections.settings["of_test"] = settings
    try:
        with django_db_blocker.unblock():
            with made.cursor() as cursor:
                cursor.execute("CREATE TABLE kept (number INTEGER)")
                cursor.execute("INSERT INTO kept VALUES (1)")
            yield made
    finally:
        made.close()
        del connections["of_test"], connections.settings["of_test"]


@contextmanager
def a_call(seconds: float) -> Iterator[None]:
    with spending(Budget(seconds)), held():
        yield


@contextmanager
def locked(database: DatabaseWrapper) -> Iterator[None]:
    other = sqlite3.connect(database.settings_dict["NAME"], isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        other.rollback()
        other.close()


def numbers(database: DatabaseWrapper) -> list[int]:
    with database.cursor() as cursor:
        return [number for (number,) in cursor.execute("SELECT number FROM kept ORDER BY number")]


def insert(database: DatabaseWrapper, number: int) -> None:
    with database.cursor() as cursor:
        cursor.execute("INSERT INTO kept VALUES (%s)", [number])


def mapped(error: Exception) -> ScmError | None:
    return error if isinstance(error, ScmError) else storage_error(error)


@pytest.mark.parametrize("transactional", [False, True])
@pytest.mark.parametrize("what", [insert, lambda database, _: numbers(database)], ids=["write", "read"])
def test_a_lock_is_waited_for_as_long_as_the_call_has_time(
    database: DatabaseWrapper, transactional: bool, what: Any
) -> None:
    began = time.monotonic()
    with locked(database), pytest.raises((DatabaseError, ScmError)) as caught, a_call(0.4):  # noqa: PT012
        try:
            if transactional:
                with transaction.atomic("of_test"):
                    what(database, 2)
            else:
                what(database, 2)
        except DatabaseError as error:
            raise mapped(error) or error from error
    assert isinstance(caught.value, DeadlineExceeded)
    assert 0.3 < time.monotonic() - began < 5
    with a_call(5):
        insert(database, 3)
    assert numbers(database) == [1, 3]


def test_outside_a_call_a_lock_is_waited_for_as_the_settings_say(database: DatabaseWrapper) -> None:
    with a_call(0.4):
        numbers(database)
    numbers(database)
    ((milliseconds,),) = database.connection.execute("PRAGMA busy_timeout").fetchall()
    assert milliseconds == 20_000


def test_a_lock_that_outlasts_the_settings_is_a_conflict(database: DatabaseWrapper) -> None:
    database.close()
    database.settings_dict["OPTIONS"] = {"timeout": 0.1}
    with locked(database), pytest.raises(DatabaseError) as caught, a_call(20):
        insert(database, 2)
    assert isinstance(storage_error(caught.value), Aborted)


def test_a_statement_that_computes_for_long_is_interrupted(database: DatabaseWrapper) -> None:
    began = time.monotonic()
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    with pytest.raises(DeadlineExceeded), a_call(0.3), database.cursor() as cursor:  # noqa: PT012
        cursor.execute(endless)
        cursor.fetchall()
    assert time.monotonic() - began < 5
    assert numbers(database) == [1]


def test_a_savepoint_of_a_late_call_is_rolled_back_with_its_transaction(database: DatabaseWrapper) -> None:
    with pytest.raises(DeadlineExceeded), a_call(0.2), transaction.atomic("of_test"):  # noqa: PT012
        insert(database, 2)
        with transaction.atomic("of_test"):
            insert(database, 3)
            eventually(lambda: not _left(), "the call's end")
            insert(database, 4)
    assert numbers(database) == [1]


def test_a_late_call_begins_no_statement_but_what_has_time_of_its_own(database: DatabaseWrapper) -> None:
    with a_call(0.0):
        with pytest.raises(DeadlineExceeded):
            insert(database, 2)
        with beyond(5):
            insert(database, 3)
    assert numbers(database) == [1, 3]


def test_time_of_its_own_ends_nothing_after_it(database: DatabaseWrapper) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"
    with a_call(20), transaction.atomic("of_test"), database.cursor() as cursor:
        with at_most(0.1):
            cursor.execute(endless)
        began = time.monotonic()
        while time.monotonic() < began + 0.5:
            assert cursor.fetchone() is not None


def test_what_a_call_can_do_without_holds_it_for_a_moment_only(database: DatabaseWrapper) -> None:
    with locked(database), a_call(20):
        began = time.monotonic()
        with pytest.raises((DatabaseError, ScmError)), at_most(0.2):
            insert(database, 2)
        assert time.monotonic() - began < 5
    with a_call(20):
        insert(database, 3)


def test_a_client_that_goes_ends_the_statement(database: DatabaseWrapper) -> None:
    limits = Budget(20)
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    threading.Timer(0.2, limits.leave).start()
    began = time.monotonic()
    with pytest.raises(ScmError), spending(limits), held(), database.cursor() as cursor:  # noqa: PT012
        cursor.execute(endless)
        cursor.fetchall()
    assert time.monotonic() - began < 10


def test_no_query_is_added(database: DatabaseWrapper) -> None:
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(database) as captured, a_call(1):  # type: ignore[arg-type]
        numbers(database)
    assert len(captured) == 1


def test_a_fork_goes_on_ending_statements(database: DatabaseWrapper) -> None:
    with a_call(5):
        numbers(database)
    child = os.fork()
    if child == 0:
        code = 1
        try:
            database.connection = None
            database.connect()
            with a_call(0.2), database.cursor() as cursor:
                cursor.execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n")
        except DeadlineExceeded:
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0


def _left() -> float | None:
    from sentry_scm_grpc.rpc import budget

    return budget.current().seconds_left()
