"""Ends database work with the call that needs it: no statement and no wait for a lock lasts longer than the call.

SQLite waits for a lock as long as the call has time. If a statement of PostgreSQL is still running at the end of the
call, it is cancelled and its connection is shut down, because a server that hangs does not react to a cancel request.
The call then fails with ``Budget.too_late()``. This adds no queries, and changes nothing outside calls.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache, wraps
from math import ceil
from typing import Any

from django.db import connections
from django.db.backends.signals import connection_created

from sentry_scm_grpc.rpc import budget
from sentry_scm_grpc.rpc.budget import Budget

# How often running statements are checked, and how long PostgreSQL has to cancel one, in seconds.
_EVERY = 0.05
_TO_CANCEL = 0.25
# Statements that end a transaction may run after the call's time is over.
_ENDINGS = ("ROLLBACK", "RELEASE")
_TO_END = 0.25
_ENTRY = "_scm_grpc_entry"
_BUSY = "_scm_grpc_busy"


@cache
def hold() -> None:
    """Sets this up. Called once, when Django is ready."""

    connection_created.connect(_hold_connection, dispatch_uid=__name__)
    for connection in connections.all():
        # Connections may be open already.
        _hold_connection(connection=connection)
    classes = {type(connection) for connection in connections.all() if connection.vendor == "postgresql"}
    for made_by in classes:
        made_by.get_new_connection = _connecting_in_time(made_by.get_new_connection)  # type: ignore[method-assign]


class held:
    """Surrounds the answering of a call. Afterwards, other calls can use the connections."""

    __slots__ = ()

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None:
        used = _used.connections
        while used:
            _drop_entry(used.pop())


def _hold_connection(*, connection: Any, **_: Any) -> None:
    if _in_time not in connection.execute_wrappers:
        # At the front: Django's own method to add a wrapper removes the last one later.
        connection.execute_wrappers.insert(0, _in_time)


def _in_time(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    connection, limits = context["connection"], budget.current()
    left = limits.seconds_left()
    if left is None:
        _drop_entry(connection)
        _wait_for_locks(connection, None)
        return execute(sql, params, many, context)
    if left <= 0:
        if not str(sql).startswith(_ENDINGS):
            raise limits.too_late()
        left = _TO_END
    _wait_for_locks(connection, left)
    entry = connection.__dict__.get(_ENTRY)
    if entry is None or entry.limits is not limits or entry.raw is not connection.connection:
        _drop_entry(connection)
        entry = connection.__dict__[_ENTRY] = _Entry(connection, limits)
        _used.connections.append(connection)
        _WATCH.add(entry)
    entry.begin()
    try:
        return execute(sql, params, many, context)
    finally:
        if entry.end() or not limits.seconds_left():
            _refuse_late(entry, limits, sql)


def _refuse_late(entry: _Entry, limits: Budget, sql: Any) -> None:
    """Raises the call's own error in place of the statement's. A late cancel must not hit the next statement."""
    if entry.stopped_at is not None and entry.connection.vendor == "postgresql":
        _shut_down(entry.raw)
        if not entry.connection.in_atomic_block:
            # The next statement makes a new connection. In a transaction, Django does this at its end.
            entry.connection.close()
    if not str(sql).startswith(_ENDINGS):
        raise limits.too_late()


def _drop_entry(connection: Any) -> None:
    entry = connection.__dict__.pop(_ENTRY, None)
    if entry is not None:
        entry.drop()


def _wait_for_locks(connection: Any, left: float | None) -> None:
    """Makes SQLite wait for locks for so many seconds at most, and no longer than the settings say."""
    if connection.vendor != "sqlite":
        return
    configured = int(connection.settings_dict.get("OPTIONS", {}).get("timeout", 5) * 1000)
    wanted = configured if left is None else min(configured, max(ceil(left * 1000), 1))
    raw = connection.connection
    known_raw, known = connection.__dict__.get(_BUSY, (None, configured))
    if wanted != (known if known_raw is raw else configured):
        # Use the driver's connection: then this is not counted as a query. It reads no file.
        raw.execute(f"PRAGMA busy_timeout = {wanted}")
        connection.__dict__[_BUSY] = raw, wanted


class _Used(threading.local):
    """The connections for which this thread has made an entry."""

    def __init__(self) -> None:
        self.connections: list[Any] = []


_used = _Used()


class _Entry:
    """A connection that a call is using."""

    __slots__ = ("_dropped", "_lock", "_running", "connection", "limits", "raw", "stopped_at")

    def __init__(self, connection: Any, limits: Budget) -> None:
        self.connection = connection
        self.raw = connection.connection
        self.limits = limits
        self.stopped_at: float | None = None
        self._running = self._dropped = False
        self._lock = threading.Lock()

    def begin(self) -> None:
        with self._lock:
            self._running = True

    def end(self) -> bool:
        """Returns whether the statement was stopped."""
        with self._lock:
            self._running = False
            return self.stopped_at is not None

    def drop(self) -> None:
        with self._lock:
            self._dropped = True
        _WATCH.remove(self)

    def look(self) -> None:
        """Stops the statement on the connection if the call's time is over."""
        if self.limits.seconds_left() != 0:
            return
        with self._lock:
            # A transaction is working from its first statement to its end, also between statements.
            at_work = self._running or not self.connection.autocommit
            if self._dropped or not at_work or self.raw is not self.connection.connection:
                return
            if self.connection.vendor == "sqlite":
                self.stopped_at = time.monotonic()
                self.raw.interrupt()
            elif self.connection.vendor != "postgresql":
                return
            elif self.stopped_at is None:
                self.stopped_at = time.monotonic()
                # A COMMIT is never cancelled: one that waits for a replica would take effect without it.
                if self._running:
                    threading.Thread(target=_cancel, args=[self.connection, self.raw], daemon=True).start()
            elif time.monotonic() >= self.stopped_at + _TO_CANCEL:
                _shut_down(self.raw)


class _Watch:
    """One thread that checks all connections. It sleeps while no call uses one."""

    def __init__(self) -> None:
        self._entries: dict[int, _Entry] = {}
        self._some = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def add(self, entry: _Entry) -> None:
        self._entries[id(entry)] = entry
        if not self._some.is_set():
            self._some.set()
        # A forked process does not have the thread.
        if self._thread is None or not self._thread.is_alive():
            self._start()

    def remove(self, entry: _Entry) -> None:
        self._entries.pop(id(entry), None)

    def _start(self) -> None:
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="scm-grpc-database", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        pause = threading.Event()
        while True:
            self._some.wait()
            pause.wait(_EVERY)
            for entry in list(self._entries.values()):
                with suppress(Exception):
                    entry.look()
            if not self._entries:
                self._some.clear()
                # An entry that was added in between saw the event still set.
                if self._entries:
                    self._some.set()


_WATCH = _Watch()


def _forked() -> None:
    global _WATCH
    _WATCH = _Watch()


os.register_at_fork(after_in_child=_forked)


def _cancel(connection: Any, raw: Any) -> None:
    """Cancels over a second connection: psycopg2's ``cancel()`` blocks the interpreter while a server hangs."""
    with suppress(Exception):
        parameters = {**connection.get_connection_params(), "connect_timeout": 2}
        pid = raw.info.backend_pid
        with suppress(KeyError):
            del parameters["cursor_factory"]
        made = connection.Database.connect(**parameters)
        try:
            with made.cursor() as cursor:
                cursor.execute("SELECT pg_cancel_backend(%s)", [pid])
        finally:
            made.close()


def _shut_down(raw: Any) -> None:
    # Use a copy of the descriptor: the driver may close its own at any time, or have closed it already.
    with suppress(Exception), socket.socket(fileno=os.dup(raw.fileno())) as stream:
        stream.shutdown(socket.SHUT_RDWR)


def _connecting_in_time(connect: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(connect)
    def connect_in_time(self: Any, parameters: Any) -> Any:
        limits = budget.current()
        left = limits.seconds_left()
        if left is None:
            return connect(self, parameters)
        if left <= 0:
            raise limits.too_late()
        # libpq waits this long for each address, and never less than two seconds. So the thread may outlast the call a
        # little.
        return _Connecting(connect, self, {"connect_timeout": max(ceil(left), 2), **parameters}).wait(left, limits)

    return connect_in_time


class _Connecting:
    """Connects in a separate thread, and stops waiting for it if that takes too long."""

    def __init__(self, connect: Callable[..., Any], connection: Any, parameters: Any) -> None:
        self._lock = threading.Lock()
        self._done = threading.Event()
        self._given_up = False
        self._made: Any = None
        self._error: BaseException | None = None
        threading.Thread(target=self._run, args=[connect, connection, parameters], daemon=True).start()

    def _run(self, connect: Callable[..., Any], connection: Any, parameters: Any) -> None:
        try:
            made = connect(connection, parameters)
        except BaseException as error:
            self._error = error
        else:
            with self._lock:
                self._made = made
                if self._given_up:
                    made.close()
        self._done.set()

    def wait(self, seconds: float, limits: Budget) -> Any:
        with limits.ending(self._done.set):
            self._done.wait(seconds)
        with self._lock:
            if self._error is not None:
                raise self._error
            if self._made is None:
                self._given_up = True
                raise limits.too_late()
            return self._made
