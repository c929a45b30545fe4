"""The audit log: one line of JSON for each write and each refused call, on the logger ``sentry_scm_grpc.audit``.

It tells who called what on which rows, and the result. It contains no contents of messages and no credential. The JSON
is ASCII, so that no value can start a new line. docs/how-to/observability.md lists the fields.
"""

from __future__ import annotations

import json
import logging
from typing import Any

import grpc

from sentry_scm_grpc.auth.source import FORWARDED, source_of
from sentry_scm_grpc.rpc.call import RESOURCE_NAMES
from sentry_scm_grpc.telemetry.calls import ObservedCall
from sentry_scm_grpc.telemetry.observer import Observer

log = logging.getLogger("sentry_scm_grpc.audit")

_REFUSALS = (
    grpc.StatusCode.UNAUTHENTICATED,
    grpc.StatusCode.PERMISSION_DENIED,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
)
# A refused call may look like a mistake: a row of another organization is NOT_FOUND, and an RPC that is off
# UNIMPLEMENTED.
_REFUSING_REASONS = {
    "RPC_DISABLED",
    *(f"{name.upper().replace(' ', '_')}_NOT_FOUND" for name in RESOURCE_NAMES.values()),
}


class AuditLog(Observer):
    def ended(self, call: ObservedCall) -> None:
        writes = call.rpc is not None and call.rpc.writes
        if call.code is grpc.StatusCode.OK and not writes:
            return
        refused = call.code in _REFUSALS or call.reason in _REFUSING_REASONS
        if not (refused or writes) or not log.isEnabledFor(logging.INFO):
            return
        entry = _entry(call, "refusal" if refused else "write")
        # The message is complete without a formatter; JsonFormatter uses the values instead.
        log.info("%s", json.dumps(entry), extra={"audit": entry})


def _entry(call: ObservedCall, event: str) -> dict[str, Any]:
    forwarded = {key: value for key, value in call.context.invocation_metadata() if key == FORWARDED}
    entry: dict[str, Any] = {
        "event": event,
        "request_id": call.request_id,
        "principal": None if call.principal is None else call.principal.key,
        "rpc": call.name if call.rpc is None else call.rpc.name,
        "organization_id": call.organization_id or None,
        "targets": call.targets,
        "status": call.code.name,
        "reason": call.reason,
        "duration_ms": round(call.seconds * 1000, 1),
        "peer": source_of(call.context.peer(), forwarded),
    }
    if call.code is grpc.StatusCode.OK and (made := getattr(call.response, "id", 0)):
        entry["result_id"] = made
    return entry
