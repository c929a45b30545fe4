"""Sentry's WSGI application, whose worker dies, or loses its database connection, at a given place of a call.

The file that SENTRY_TEST_KILL names says where, for the next RPC alone: "before 3" or "after 3" is the third statement
of the database that changes or locks something, "end" is when all is done and nothing is answered; "lose 3" is a
connection that PostgreSQL ends before the third statement of any kind. Where it came to that, a file beside it is made.
"""

from __future__ import annotations

import io
import os
import signal
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

from sentry.wsgi import application as sentry_application  # isort: skip

import psycopg2
from django.db import connection, connections

from sentry_scm_grpc.dispatch import idempotency
from sentry_scm_grpc.rpc import attempts

# What a client waits after a kill, so that the tests do not wait long.
attempts.LEASE = idempotency.LEASE = timedelta(seconds=0.15)
attempts.SETTLE = timedelta(seconds=0.05)

PLAN = Path(os.environ["SENTRY_TEST_KILL"])
REACHED = PLAN.with_suffix(".reached")


class Killer:
    """Counts the statements of a call, and does what is planned at one of them."""

    def __init__(self, plan: str) -> None:
        self.plan = plan
        self.statements = self.changes = 0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.statements += 1
        if self.plan == f"lose {self.statements}":
            REACHED.touch()
            end_connection()
        # Between reads nothing is different from what it was before them.
        if sql.lstrip().startswith("SELECT") and "FOR UPDATE" not in sql:
            return execute(sql, params, many, context)
        self.changes += 1
        self.reach(f"before {self.changes}")
        result = execute(sql, params, many, context)
        self.reach(f"after {self.changes}")
        return result

    def reach(self, place: str) -> None:
        if place == self.plan:
            REACHED.touch()
            os.kill(os.getpid(), signal.SIGKILL)


def end_connection() -> None:
    """As a restart of PostgreSQL, a failover or a pooler does it."""
    own = connection.connection.info.backend_pid
    other = psycopg2.connect(connection.connection.dsn)
    other.autocommit = True
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 1000)", [own])
    other.close()


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    if environ["REQUEST_METHOD"] != "POST" or not PLAN.exists():
        return sentry_application(environ, start_response)
    killer = Killer(PLAN.read_text())
    PLAN.unlink()
    connection.ensure_connection()
    with connection.execute_wrapper(killer):
        answered = list(sentry_application(environ, start_response))
    killer.reach("end")
    return answered


def warm() -> None:
    """gunicorn loads this once and forks: a worker that starts anew has everything there but connections."""
    path = "/grpc/sentry.integrations.scm.v1.ScmService/GetRepository"
    environ = {"REQUEST_METHOD": "POST", "PATH_INFO": path, "CONTENT_TYPE": "application/grpc-web+proto"}
    where = {"SERVER_NAME": "localhost", "SERVER_PORT": "80", "wsgi.url_scheme": "http"}
    list(sentry_application({**environ, **where, "wsgi.input": io.BytesIO(bytes(5))}, lambda *_: None))
    connections.close_all()


warm()
