"""Shows that a call through the wrapper does for connections, caches and other apps what a request of Django does."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import django
import pytest
from django.core.cache.backends.locmem import LocMemCache
from django.core.signals import request_finished, request_started
from django.db import connections
from google.protobuf.wrappers_pb2 import StringValue

from sentry_scm_grpc.wsgi import wrap
from tests.server.echo import SCRIPTS
from tests.server.wire import echo_server, environ_of, said, through

pytestmark = pytest.mark.django_db

#: The kinds of receivers that Django calls. It awaits coroutines since 5.0.
RECEIVERS = ("function", "coroutine") if django.VERSION >= (5, 0) else ("function",)


class ClosingCache(LocMemCache):
    """A cache that has something to close, as memcached has."""

    closed: ClassVar[list[str]] = []

    def close(self, **kwargs: Any) -> None:
        self.closed.append("closed")


@pytest.fixture(autouse=True)
def _site(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sentry_scm_grpc.server.site.site_server", echo_server)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Any]:
    """A connection of this thread beside the tests' own, which is in a transaction and never closed."""
    connections.settings["beside"] = {
        **connections.settings["default"],
        "NAME": str(tmp_path / "beside.sqlite3"),
        "CONN_MAX_AGE": None,
        "TEST": {},
    }
    made: Any = connections["beside"]
    # Django's test case refuses connections that were not there when it began.
    made.ensure_connection = lambda: made.connection is None and made.connect()
    made.ensure_connection()
    yield made
    made.close()
    del connections["beside"]
    del connections.settings["beside"]


def call(text: str = "hi") -> None:
    def site(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        raise AssertionError("not an RPC")

    assert through(wrap(site), environ_of("/grpc/echo.Echo/Unary", said(text))).code == 0


class TestConnections:
    def test_one_that_lives_on_is_kept(self, connection: Any) -> None:
        raw = connection.connection
        call()
        call()
        assert connection.connection is raw

    def test_one_that_is_too_old_is_closed(self, connection: Any) -> None:
        connection.close_at = 0.0
        call()
        assert connection.connection is None

    def test_one_that_is_opened_in_a_call_is_closed_after_it(
        self, connection: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        connection.close()
        connection.settings_dict["CONN_MAX_AGE"] = 0
        seen: list[Any] = []

        def use(context: Any) -> StringValue:
            connection.ensure_connection()
            seen.append(connection.connection)
            return StringValue(value="used")

        monkeypatch.setitem(SCRIPTS, "use", use)
        call("use")
        assert seen[0] is not None
        assert connection.connection is None

    def test_one_with_another_autocommit_is_closed(self, connection: Any) -> None:
        connection.set_autocommit(False)
        call()
        assert connection.connection is None

    def test_the_log_of_queries_starts_anew(self, connection: Any) -> None:
        connection.force_debug_cursor = True
        connection.cursor().execute("SELECT 1")
        assert len(connection.queries_log) == 1
        call()
        assert len(connection.queries_log) == 0


class TestCaches:
    def test_one_with_something_to_close_is_closed_after_the_call(self, settings: Any) -> None:
        from django.core.cache import caches

        settings.CACHES = {
            **settings.CACHES,
            "closing": {"BACKEND": f"{__name__}.ClosingCache", "LOCATION": "closing"},
        }
        caches["closing"].set("a", 1)
        ClosingCache.closed.clear()
        call()
        assert ClosingCache.closed == ["closed"]


class TestOtherApps:
    def test_their_receivers_are_called(self) -> None:
        seen: list[tuple[str, Any]] = []

        def started(sender: Any, environ: Any, **named: Any) -> None:
            seen.append(("started", environ["PATH_INFO"]))

        def finished(sender: Any, **named: Any) -> None:
            seen.append(("finished", sender))

        request_started.connect(started)
        request_finished.connect(finished)
        call()
        request_started.disconnect(started)
        request_finished.disconnect(finished)
        call()
        assert seen == [("started", "/grpc/echo.Echo/Unary"), ("finished", wrap)]

    def test_one_of_another_sender_is_not_called(self) -> None:
        seen: list[Any] = []
        request_started.connect(seen.append, sender=call)
        call()
        request_started.disconnect(seen.append, sender=call)
        assert seen == []

    def test_one_whose_object_is_gone_is_not_kept(self) -> None:
        seen: list[str] = []

        class Listener:
            def hear(self, **named: Any) -> None:
                seen.append("heard")

        listener = Listener()
        request_finished.connect(listener.hear)
        call()
        del listener
        gc.collect()
        call()
        assert seen == ["heard"]

    @pytest.mark.parametrize("kind", RECEIVERS)
    def test_their_receivers_are_called_after_a_call(self, kind: str) -> None:
        seen: list[str] = []

        def function(**named: Any) -> None:
            seen.append("function")

        async def coroutine(**named: Any) -> None:
            seen.append("coroutine")

        receiver = {"function": function, "coroutine": coroutine}[kind]
        request_finished.connect(receiver)
        call()
        request_finished.disconnect(receiver)
        assert seen == [kind]

    def test_an_error_of_one_is_not_hidden(self) -> None:
        def finished(**named: Any) -> None:
            raise RuntimeError("of another app")

        request_finished.connect(finished)
        try:
            with pytest.raises(RuntimeError, match="of another app"):
                call()
        finally:
            request_finished.disconnect(finished)
