"""What a Sentry shows about calls: a transaction and unexpected errors in its own project, and Sentry's own metrics.

Written for sentry-sdk 1.45 (hubs) and 2 (scopes): which one a Sentry has depends on its age.
``telemetry.error_reports`` keeps credentials out of both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import grpc
import sentry_sdk

from sentry_scm_grpc.hosts.sentry import compat
from sentry_scm_grpc.telemetry.calls import ObservedCall, _current
from sentry_scm_grpc.telemetry.observer import Observer

# Sentry's span statuses are those of gRPC in lower case, with these exceptions.
_STATUSES = {grpc.StatusCode.INTERNAL: "internal_error", grpc.StatusCode.UNKNOWN: "unknown_error"}
_TRANSACTION = "sentry"
_REPORTED = "sentry.reported"


class SentryTelemetry(Observer):
    """Needs only the SDK, so any Django site that reports errors to a Sentry can use it."""

    def began(self, call: ObservedCall) -> None:
        if not _is_active():
            return
        with _own_scope() as scope:
            outer = scope.transaction
            # The SDK's own transaction for the HTTP request would be a second one for the call, always with status
            # "ok".
            headers = dict(call.context.invocation_metadata() if outer is None else outer.iter_headers())
            continued = sentry_sdk.continue_trace(headers, op="rpc.server", name=call.method, source="route")
            transaction = sentry_sdk.start_transaction(continued)
        if outer is not None:
            outer.sampled = False
        transaction.set_tag("request_id", call.request_id)
        call.kept[_TRANSACTION] = transaction

    def entered(self, call: ObservedCall) -> Callable[[], None] | None:
        if not _is_active():
            return None
        scopes = ExitStack()
        _fill(scopes.enter_context(_own_scope()), call)

        def leave() -> None:
            with scopes:
                _report(call)

        return leave

    def ended(self, call: ObservedCall) -> None:
        if not _is_active():
            return
        # The reports belong to this call, but the thread has left it.
        token = _current.set(call)
        try:
            with _own_scope() as scope:
                _fill(scope, call)
                _report(call)
                _finish(call)
        finally:
            _current.reset(token)


class SentryMetrics(Observer):
    def ended(self, call: ObservedCall) -> None:
        name = call.method.rpartition("/")[2] if call.rpc is None else call.rpc.name
        tags = {"rpc": name, "status": call.code.name.lower()}
        metrics = compat.metrics()
        metrics.incr("scm_grpc.calls", tags=tags, sample_rate=1.0)
        metrics.timing("scm_grpc.duration", call.seconds, tags=tags, sample_rate=1.0)


def _report(call: ObservedCall) -> None:
    """Reports the bug once. If the SDK took it from the log already, it recognizes the exception."""
    if call.bug is not None and _REPORTED not in call.kept:
        call.kept[_REPORTED] = True
        sentry_sdk.capture_exception(call.bug)


def _finish(call: ObservedCall) -> None:
    transaction = call.kept.get(_TRANSACTION)
    if transaction is None:
        return
    transaction.set_status(_STATUSES.get(call.code, call.code.name.lower()))
    if call.reason:
        transaction.set_tag("scm_reason", call.reason)
    if call.organization_id:
        transaction.set_tag("organization", call.organization_id)
    transaction.finish()


def _fill(scope: Any, call: ObservedCall) -> None:
    if _TRANSACTION in call.kept:
        scope.span = call.kept[_TRANSACTION]
    scope.set_tag("request_id", call.request_id)
    scope.set_tag("rpc", call.name)


def _is_active() -> bool:
    # Version 1 has no get_client.
    if hasattr(sentry_sdk, "get_client"):
        return bool(sentry_sdk.get_client().is_active())
    return sentry_sdk.Hub.current.client is not None


@contextmanager
def _own_scope() -> Iterator[Any]:
    """A scope that is dropped afterwards, so that tags, breadcrumbs and trace of one call do not get into another."""
    if not hasattr(sentry_sdk, "new_scope"):
        with sentry_sdk.push_scope() as scope:
            yield scope
    else:
        with sentry_sdk.isolation_scope(), sentry_sdk.new_scope() as scope:
            yield scope
