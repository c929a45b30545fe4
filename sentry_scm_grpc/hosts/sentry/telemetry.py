"""What a Sentry sees of calls: a transaction and unexpected errors in its own project, and Sentry's own metrics.

Written for sentry-sdk 1.45 (hubs) and 2 (scopes), which Sentry pins by its age.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import grpc
import sentry_sdk

from sentry_scm_grpc.telemetry.calls import ObservedCall
from sentry_scm_grpc.telemetry.observer import Observer

# Sentry's span statuses are gRPC's own in lower case, but for these.
_STATUSES = {grpc.StatusCode.INTERNAL: "internal_error", grpc.StatusCode.UNKNOWN: "unknown_error"}
_SECRET = ("authorization", "cookie", "x-api-key", "x-signature")
_KEY = "sentry"
# push_scope is its name before version 2.
_new_scope: Callable[[], Any] = getattr(sentry_sdk, "new_scope", None) or sentry_sdk.push_scope


class SentryTelemetry(Observer):
    def began(self, call: ObservedCall) -> None:
        if not _is_active():
            return
        scope = _current_scope()
        outer = scope.transaction
        # The SDK's own for the HTTP request would be a second one of the same call, with status "ok" always.
        headers = dict(call.context.invocation_metadata() if outer is None else outer.iter_headers())
        with _new_scope():
            continued = sentry_sdk.continue_trace(headers, op="rpc.server", name=call.method, source="route")
            transaction = sentry_sdk.start_transaction(continued)
        if outer is not None:
            outer.sampled = False
        transaction.set_tag("request_id", call.request_id)
        call.kept[_KEY] = transaction

    def entered(self, call: ObservedCall) -> Callable[[], None] | None:
        if _KEY not in call.kept:
            return None
        manager = _new_scope()
        _fill(manager.__enter__(), call)
        return lambda: manager.__exit__(None, None, None)

    def ended(self, call: ObservedCall) -> None:
        from sentry.utils import metrics

        name = call.method.rpartition("/")[2] if call.rpc is None else call.rpc.name
        tags = {"rpc": name, "status": call.code.name.lower()}
        metrics.incr("scm_grpc.calls", tags=tags, sample_rate=1.0)
        metrics.timing("scm_grpc.duration", call.seconds, tags=tags, sample_rate=1.0)
        if _KEY in call.kept:
            with _new_scope() as scope:
                _fill(scope, call)
                _report(call)


def _report(call: ObservedCall) -> None:
    transaction = call.kept[_KEY]
    if call.bug is not None:
        # Where the SDK has taken it from the log already, it knows it again.
        sentry_sdk.capture_exception(call.bug)
    transaction.set_status(_STATUSES.get(call.code, call.code.name.lower()))
    if call.reason:
        transaction.set_tag("scm_reason", call.reason)
    if call.organization_id:
        transaction.set_tag("organization", call.organization_id)
    transaction.finish()


def _fill(scope: Any, call: ObservedCall) -> None:
    scope.span = call.kept[_KEY]
    scope.set_tag("request_id", call.request_id)
    scope.set_tag("rpc", call.name)
    scope.add_event_processor(_without_credentials)


def _without_credentials(event: Any, hint: Any) -> Any:
    """The SDK adds the HTTP request's headers, of which it knows fewer to be secret than there are, and the variables
    of every frame: among them metadata, rows of tokens, whose ``repr`` has the token, and what goes to vendors."""
    headers = event.get("request", {}).get("headers", {})
    for name in [name for name in headers if name.lower() in _SECRET]:
        headers[name] = "[Filtered]"
    for stacks in (event.get("exception"), event.get("threads")):
        for value in (stacks or {}).get("values") or ():
            for frame in (value.get("stacktrace") or {}).get("frames") or ():
                frame.pop("vars", None)
    return event


def _is_active() -> bool:
    if hasattr(sentry_sdk, "get_client"):
        return bool(sentry_sdk.get_client().is_active())
    return sentry_sdk.Hub.current.client is not None


def _current_scope() -> Any:
    return sentry_sdk.get_current_scope() if hasattr(sentry_sdk, "get_client") else sentry_sdk.Hub.current.scope
