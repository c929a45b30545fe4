"""The list of observers: the audit log, OpenTelemetry, Prometheus and those of the host.

An observer that fails never makes a call fail.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from importlib.util import find_spec
from time import perf_counter
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed

from sentry_scm_grpc.conf import conf
from sentry_scm_grpc.rpc.host import current_host
from sentry_scm_grpc.telemetry.audit import AuditLog
from sentry_scm_grpc.telemetry.calls import ObservedCall, VendorCall
from sentry_scm_grpc.telemetry.observer import Observer

log = logging.getLogger("sentry_scm_grpc.telemetry")


@cache
def observers() -> tuple[Observer, ...]:
    """The observers of this process."""
    found: list[Observer] = [AuditLog()]
    if find_spec("opentelemetry") is not None and find_spec("opentelemetry.trace") is not None:
        from sentry_scm_grpc.telemetry.opentelemetry import the_observer

        found.append(the_observer())
    if conf().METRICS_TOKEN and find_spec("prometheus_client") is not None:
        from sentry_scm_grpc.telemetry.prometheus import Prometheus

        found.append(Prometheus())
    # Without a host calls are refused, and observers must see that.
    with suppress(ImproperlyConfigured):
        found += current_host().observers()
    return tuple(found)


class _Hooks:
    """For each hook, the methods of those observers that override it."""

    def __init__(self, found: Sequence[Observer]) -> None:
        def having(hook: str) -> tuple[Any, ...]:
            default = getattr(Observer, hook)
            return tuple(getattr(each, hook) for each in found if getattr(type(each), hook) is not default)

        self.began: tuple[Callable[[ObservedCall], None], ...] = having("began")
        self.entered: tuple[Callable[[ObservedCall], Callable[[], None] | None], ...] = having("entered")
        self.sent: tuple[Callable[[ObservedCall, object], None], ...] = having("sent")
        self.ended: tuple[Callable[[ObservedCall], None], ...] = having("ended")[::-1]


@cache
def _hooks() -> _Hooks:
    return _Hooks(observers())


def began(call: ObservedCall) -> None:
    for hook in _hooks().began:
        try:
            hook(call)
        except Exception:
            _failed(hook)


def entered(call: ObservedCall) -> list[Callable[[], None]]:
    """The thread begins to work on the call. Call the returned function when it no longer does; the last observer is
    called first."""
    leaving = []
    for hook in _hooks().entered:
        try:
            leave = hook(call)
        except Exception:
            _failed(hook)
        else:
            if leave is not None:
                leaving.append(leave)
    return leaving


def sent(call: ObservedCall, message: object) -> None:
    for hook in _hooks().sent:
        try:
            hook(call, message)
        except Exception:
            _failed(hook)


def ended(call: ObservedCall) -> None:
    for hook in _hooks().ended:
        try:
            hook(call)
        except Exception:
            _failed(hook)


@contextmanager
def vendor_call(provider: str, method: str) -> Iterator[VendorCall]:
    """Surrounds one request to a vendor. The block stores what it learns in the object."""
    call = VendorCall(provider, method)
    for observer in observers():
        try:
            observer.vendor_began(call)
        except Exception:
            _failed(observer.vendor_began)
    try:
        yield call
    except BaseException as error:
        call.error = call.error or type(error).__name__
        raise
    finally:
        call.seconds = perf_counter() - call.started
        for observer in observers():
            try:
                observer.vendor_ended(call)
            except Exception:
                _failed(observer.vendor_ended)


def quota_seen(provider: str, bucket: str, left: float) -> None:
    """A vendor has told that this part (0 to 1) of a rate limit is left."""
    for observer in observers():
        try:
            observer.quota_seen(provider, bucket, left)
        except Exception:
            _failed(observer.quota_seen)


def _failed(hook: Any) -> None:
    log.exception("%s failed; the call goes on", type(hook.__self__).__name__)


def _forget(*, setting: str, **_: object) -> None:
    if setting in ("SCM_GRPC", "INSTALLED_APPS"):
        observers.cache_clear()
        _hooks.cache_clear()


setting_changed.connect(_forget)
