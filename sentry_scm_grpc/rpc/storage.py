"""Turns failures of the database and the disk into status errors.

Each failure is known by its class or its number, because its text depends on the language. Sentry wraps PostgreSQL's
errors and loses their numbers, so the classes of psycopg and psycopg2 decide.
"""

from __future__ import annotations

import errno
import logging
import sqlite3
from collections.abc import Iterator

from django.db import DatabaseError, InterfaceError, connections

from sentry_scm_grpc.errors import Aborted, ScmError, Unavailable
from sentry_scm_grpc.rpc import budget

log = logging.getLogger("sentry_scm_grpc")

#: What psycopg and psycopg2 raise if PostgreSQL ends a connection or, without an SQLSTATE, if no connection is
#: available.
_LOST = {
    *("AdminShutdown", "CrashShutdown", "CannotConnectNow", "IdleSessionTimeout", "IdleInTransactionSessionTimeout"),
    *("TooManyConnections", "SqlclientUnableToEstablishSqlconnection", "ConnectionException", "ConnectionFailure"),
    *("ConnectionDoesNotExist", "SqlserverRejectedEstablishmentOfSqlconnection", "ConnectionTimeout"),
    *("OperationalError", "InterfaceError", "DatabaseError"),
}
_READ_ONLY = {"ReadOnlySqlTransaction"}
_NO_STORAGE = {
    *("DiskFull", "InsufficientResources", "OutOfMemory", "ConfigurationLimitExceeded", "IoError", "SystemError"),
    *("UndefinedFile", "DuplicateFile", "DataCorrupted", "IndexCorrupted"),
}
_CONFLICTS = {"DeadlockDetected", "SerializationFailure", "LockNotAvailable", "TransactionRollback"}
_TIMEOUTS = {"QueryCanceled", "TransactionTimeout"}

# Primary result codes of SQLite. An extended code, such as SQLITE_IOERR_WRITE, has more bits above the lowest byte.
_SQLITE_STORAGE = {
    *(sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN),
    *(sqlite3.SQLITE_PERM, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB),
}
_SQLITE_CONFLICTS = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}

_FILES = {
    *(errno.ENOSPC, errno.EROFS, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EACCES, errno.EPERM),
    *(errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ESTALE),
}


def storage_error(error: BaseException) -> ScmError | None:
    """The status error for a failure of the database or the disk. None for any other error."""
    if isinstance(error, DatabaseError | InterfaceError):
        return _of_database(error)
    for cause in _chain(error):
        # Derived classes, such as those of requests, have other meanings.
        if isinstance(cause, OSError) and type(cause) in (OSError, PermissionError) and cause.errno in _FILES:
            return _no_storage(f"{errno.errorcode[cause.errno]}, {cause.strerror}")
        if isinstance(cause, FileNotFoundError) and cause.filename is None and "temporary directory" in str(cause):
            return _no_storage("no usable temporary directory")
    return None


def _of_database(error: Exception) -> ScmError | None:
    limits = budget.current()
    kinds = list(_kinds(error))
    if limits.seconds_left() == 0 and any(kind for kind, _ in kinds):
        return limits.too_late()
    for kind, what in kinds:
        if kind == "storage":
            return _no_storage(what)
        if kind == "read only":
            _connect_anew()
            return _no_storage(what)
        if kind == "conflict":
            return Aborted("Another call was changing the same rows. Repeat this one.", retry_after=1)
        if kind == "timeout":
            return _unreachable(what)
    if any(kind == "lost" for kind, _ in kinds) or _database_is_gone():
        return _unreachable(type(error).__name__)
    return None


def _kinds(error: BaseException) -> Iterator[tuple[str | None, str]]:
    """What is known about the errors of a chain: the kind of each, and a name for the log."""
    for cause in _chain(error):
        name = type(cause).__name__
        if isinstance(cause, sqlite3.Error):
            # Errors of the driver itself have no code.
            code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
            kind = (
                "storage"
                if code in _SQLITE_STORAGE
                else "conflict"
                if code in _SQLITE_CONFLICTS
                else "timeout"
                if code == sqlite3.SQLITE_INTERRUPT
                else None
            )
            yield kind, getattr(cause, "sqlite_errorname", name)
        elif type(cause).__module__.partition(".")[0] in ("psycopg", "psycopg2"):
            yield _of_psycopg(name), name


def _of_psycopg(name: str) -> str | None:
    kinds = {
        "read only": _READ_ONLY,
        "storage": _NO_STORAGE,
        "conflict": _CONFLICTS,
        "timeout": _TIMEOUTS,
        "lost": _LOST,
    }
    return next((kind for kind, names in kinds.items() if name in names), None)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__


def _database_is_gone() -> bool:
    """Whether a connection of this thread is broken, so that the error is not a wrong statement."""
    return any(
        connection.errors_occurred and (connection.connection is None or not connection.is_usable())
        for connection in connections.all()
    )


def _connect_anew() -> None:
    """Closes connections: a server that became a replica accepts no writes, and a new connection finds the primary."""
    for connection in connections.all():
        if not connection.in_atomic_block:
            connection.close()


def _no_storage(what: str) -> Unavailable:
    # No traceback: every call would write one while the disk is full.
    log.error("The service cannot store or read what it needs: %s", what)
    return Unavailable(
        "The service cannot use its storage now: it is full, read-only or unreachable. The log names the reason."
        " Repeat the call later; repeat a write with the same request_id.",
        reason="STORAGE_UNAVAILABLE",
        retry_after=10,
    )


def _unreachable(what: str) -> Unavailable:
    log.error("The database cannot be reached: %s", what)
    return Unavailable(
        "The service cannot reach its database. Repeat the call in a moment; repeat a write with the same request_id.",
        reason="DATABASE_UNAVAILABLE",
        retry_after=1,
    )
