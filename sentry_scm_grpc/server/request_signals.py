"""Django's request signals around a call that Django's own handler does not see.

``Signal.send`` costs about as much as the rest of the transport, and most of what it does changes nothing for a call.
So the work of Django's own receivers is done here directly, where there is something to do:

- ``close_old_connections`` and ``reset_queries``: for the connections that this thread has opened;
- ``close_caches``: if a cache of the site has something to close, as memcached has;
- ``reset_urlconf``: never, because a call resolves no URL.

The receivers of other apps, such as a Sentry's option store, are called as Django calls them. The list of receivers is
read again whenever it changes.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from django.core.cache import caches, close_caches
from django.core.cache.backends.base import BaseCache
from django.core.handlers.base import reset_urlconf
from django.core.signals import request_finished, request_started, setting_changed
from django.db import close_old_connections, connections, reset_queries
from django.db.backends.signals import connection_created
from django.dispatch import Signal


class _Opened(threading.local):
    """The connections of this thread by alias. Closed ones among them do no harm."""

    def __init__(self) -> None:
        # A thread may have opened connections before this module was imported.
        self.connections: dict[str, Any] = {connection.alias: connection for connection in connections.all()}


_opened = _Opened()


def _note(*, connection: Any, **_: Any) -> None:
    alias = connection.alias
    # Django makes connections for itself, such as one without a database.
    if alias in connections and connections[alias] is connection:
        _opened.connections[alias] = connection


connection_created.connect(_note, dispatch_uid=__name__)


class _Plan(NamedTuple):
    """What sending a signal has to do. ``whole``: only ``Signal.send`` does all of it."""

    receivers: list[Any]
    whole: bool
    resets: bool
    closes: bool
    others: tuple[Callable[[], Any], ...]


class _Shortened:
    """A request signal that is sent without those receivers of Django that have nothing to do."""

    def __init__(self, signal: Signal) -> None:
        self._signal = signal
        self._plans: dict[object, _Plan] = {}

    def send(self, sender: object, named: Mapping[str, Any]) -> None:
        plan = self._plans.get(sender)
        if plan is None or plan.receivers != self._signal.receivers:
            plan = self._plans[sender] = self._read(sender)
        if plan.whole:
            self._signal.send(sender=sender, **named)
            return
        if plan.closes or plan.resets:
            for connection in _opened.connections.values():
                if plan.resets and connection.queries_log:
                    connection.queries_log.clear()
                if plan.closes:
                    connection.close_if_unusable_or_obsolete()
        for find in plan.others:
            if (receiver := find()) is not None:
                receiver(signal=self._signal, sender=sender, **named)

    def forget(self) -> None:
        self._plans.clear()

    def _read(self, sender: object) -> _Plan:
        known = list(self._signal.receivers)
        found: Any = self._signal._live_receivers(sender)
        # Django 5 treats coroutine functions separately.
        live, awaited = found if isinstance(found, tuple) else (found, ())
        done_here: list[Any] = [close_old_connections, reset_queries, reset_urlconf]
        if not any(_has_to_close(alias) for alias in caches):
            done_here.append(close_caches)
        others = tuple(_weakly(receiver) for receiver in live if receiver not in done_here)
        return _Plan(known, bool(awaited), reset_queries in live, close_old_connections in live, others)


def _has_to_close(alias: str) -> bool:
    return type(caches[alias]).close is not BaseCache.close


def _weakly(receiver: Any) -> Callable[[], Any]:
    """Finds the receiver while it exists: Django keeps most of them by weak references."""
    try:
        return weakref.WeakMethod(receiver) if hasattr(receiver, "__self__") else weakref.ref(receiver)
    except TypeError:
        # It allows no weak reference, so Django keeps it too.
        return lambda: receiver


_STARTED, _FINISHED = _Shortened(request_started), _Shortened(request_finished)


def started(sender: object, environ: Mapping[str, Any]) -> None:
    """A call begins."""
    _STARTED.send(sender, {"environ": environ})


def finished(sender: object) -> None:
    """The call that began last in this thread has ended."""
    _FINISHED.send(sender, {})


def _forget(*, setting: str, **_: Any) -> None:
    if setting in ("CACHES", "DATABASES"):
        _STARTED.forget()
        _FINISHED.forget()


setting_changed.connect(_forget)
