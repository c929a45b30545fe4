"""What the embedded host says of failures of its database and its disk."""

from __future__ import annotations

import errno
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2.errors
import pytest
from django.db import DatabaseError, InternalError, OperationalError
from django.db.backends.sqlite3.base import DatabaseWrapper

from sentry_scm_grpc.errors import Aborted, ScmError, Unavailable
from sentry_scm_grpc.hosts.embedded.host import EmbeddedHost


def of_driver(kind: str) -> DatabaseError:
    """Django's error for one of PostgreSQL's, as Sentry makes them anew: without an SQLSTATE."""
    error = OperationalError("text in any language")
    error.__cause__ = getattr(psycopg2.errors, kind)("text in any language")
    return error


def mapped(error: Exception) -> ScmError:
    found = EmbeddedHost().map_error(error)
    assert found is not None
    assert str(error) not in found.message
    assert found.retry_after
    return found


@pytest.mark.parametrize("kind", ["DeadlockDetected", "SerializationFailure", "LockNotAvailable"])
def test_a_lost_race_is_aborted_and_may_be_repeated(kind: str) -> None:
    assert isinstance(mapped(of_driver(kind)), Aborted)


@pytest.mark.parametrize("kind", ["DiskFull", "OutOfMemory", "ReadOnlySqlTransaction", "IoError", "DataCorrupted"])
def test_postgresql_that_cannot_store(kind: str) -> None:
    error = mapped(of_driver(kind))
    assert isinstance(error, Unavailable)
    assert error.reason == "STORAGE_UNAVAILABLE"


@pytest.mark.parametrize(
    "kind", ["AdminShutdown", "CrashShutdown", "CannotConnectNow", "TooManyConnections", "QueryCanceled"]
)
def test_postgresql_that_is_not_reached(kind: str) -> None:
    error = mapped(of_driver(kind))
    assert isinstance(error, Unavailable)
    assert error.reason == "DATABASE_UNAVAILABLE"


@contextmanager
def database(path: Path) -> Iterator[DatabaseWrapper]:
    from django.db import connections

    made = DatabaseWrapper({**connections.settings["default"], "NAME": str(path), "OPTIONS": {"timeout": 0}}, "other")
    try:
        yield made
    finally:
        made.close()


def test_sqlite_whose_file_is_missing_damaged_full_or_read_only(tmp_path: Path, django_db_blocker: object) -> None:
    def failure(path: Path, *statements: str) -> ScmError:
        with django_db_blocker.unblock(), database(path) as made:  # type: ignore[attr-defined]
            try:
                for statement in statements:
                    made.cursor().execute(statement)
            except DatabaseError as error:
                return mapped(error)
        raise AssertionError("nothing failed")

    (tmp_path / "damaged").write_bytes(b"no database " * 1000)
    fill = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 9999) INSERT INTO t SELECT i FROM n"
    found = [
        failure(tmp_path / "nowhere" / "db", "SELECT 1"),
        failure(tmp_path / "damaged", "SELECT * FROM sqlite_master"),
        failure(tmp_path / "full", "PRAGMA max_page_count = 3", "CREATE TABLE t (i INTEGER)", fill),
        failure(tmp_path / "read-only", "PRAGMA query_only = 1", "CREATE TABLE t (i INTEGER)"),
    ]
    assert {(type(error), error.reason) for error in found} == {(Unavailable, "STORAGE_UNAVAILABLE")}


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.EACCES])
def test_a_disk_that_takes_nothing(number: int) -> None:
    error = mapped(OSError(number, "text of the system", "/var/secret/place"))
    assert error.reason == "STORAGE_UNAVAILABLE"
    assert "secret" not in error.message


def test_no_directory_for_temporary_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", lambda: [str(tmp_path / "nowhere")])
    monkeypatch.setattr(tempfile, "tempdir", None)
    with pytest.raises(FileNotFoundError) as caught:
        tempfile.gettempdir()
    assert mapped(caught.value).reason == "STORAGE_UNAVAILABLE"


def test_a_locked_database_is_told_by_its_code(tmp_path: Path, django_db_blocker: object) -> None:
    other = sqlite3.connect(tmp_path / "db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with (
        django_db_blocker.unblock(),  # type: ignore[attr-defined]
        database(tmp_path / "db") as made,
        pytest.raises(OperationalError) as caught,
    ):
        made.cursor().execute("CREATE TABLE t (i INTEGER)")
    other.close()
    assert isinstance(mapped(caught.value), Aborted)


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("no such column: scm"),
        InternalError("x"),
        RuntimeError("database is locked"),
        FileNotFoundError(errno.ENOENT, "x"),
    ],
)
def test_anything_else_is_unexpected(error: Exception) -> None:
    assert EmbeddedHost().map_error(error) is None
