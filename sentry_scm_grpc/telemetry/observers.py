"""Those who watch calls: the audit log, OpenTelemetry, Prometheus and what the host adds. Each hangs on this one list.

An observer that fails never makes a call fail.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from importlib.util import find_spec
from time import perf_counter

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
    # Without a host calls are refused, and that is to be seen.
    with suppress(ImproperlyConfigured):
        found += current_host().observers()
    return tuple(found)


def began(call: ObservedCall) -> None:
    for observer in observers():
        try:
            observer.began(call)
        except Exception:
            _failed(observer)


def entered(call: ObservedCall) -> list[Callable[[], None]]:
    """The thread works on the call now. What is returned is to be called when it no longer does, last first."""
    leaving = []
    for observer in observers():
        try:
            leave = observer.entered(call)
        except Exception:
            _failed(observer)
        else:
            if leave is not None:
                leaving.append(leave)
    return leaving


def sent(call: ObservedCall, message: object) -> None:
    for observer in observers():
        try:
            observer.sent(call, message)
        except Exception:
            _failed(observer)


def ended(call: ObservedCall) -> None:
    for observer in reversed(observers()):
        try:
            observer.ended(call)
        except Exception:
            _failed(observer)


@contextmanager
def vendor_call(provider: str, method: str) -> Iterator[VendorCall]:
    """Around one call of a vendor, which notes in the object what it learns."""
    call = VendorCall(provider, method)
    for observer in observers():
        try:
            observer.vendor_began(call)
        except Exception:
            _failed(observer)
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
                _failed(observer)


def quota_seen(provider: str, bucket: str, left: float) -> None:
    """A vendor has said that this part (0 to 1) of a rate limit is left."""
    for observer in observers():
        try:
            observer.quota_seen(provider, bucket, left)
        except Exception:
            _failed(observer)


def _failed(observer: Observer) -> None:
    log.exception("%s failed; the call goes on", type(observer).__name__)


def _forget(*, setting: str, **_: object) -> None:
    if setting in ("SCM_GRPC", "INSTALLED_APPS"):
        observers.cache_clear()


setting_changed.connect(_forget)
