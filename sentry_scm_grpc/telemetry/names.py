"""The names of what is measured, the same for OpenTelemetry and Prometheus.

Source of those that begin with ``rpc.``: the semantic conventions for RPC metrics
(https://opentelemetry.io/docs/specs/semconv/rpc/rpc-metrics/).
"""

from __future__ import annotations

from typing import NamedTuple

from sentry_scm_grpc.telemetry.calls import ObservedCall, VendorCall


class Metric(NamedTuple):
    """``name`` and ``unit`` are those of OpenTelemetry; ``prometheus`` is the name that its exporters make of them."""

    name: str
    unit: str
    prometheus: str
    description: str


SECONDS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)
BYTES = (64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304)

CALL_DURATION = Metric("rpc.server.call.duration", "s", "rpc_server_call_duration_seconds", "How long calls took.")
ACTIVE = Metric("rpc.server.active_requests", "{request}", "rpc_server_active_requests", "Calls being answered.")
REQUEST_SIZE = Metric("rpc.server.request.size", "By", "rpc_server_request_size_bytes", "Sizes of requests.")
RESPONSE_SIZE = Metric("rpc.server.response.size", "By", "rpc_server_response_size_bytes", "Sizes of messages sent.")
VENDOR_DURATION = Metric(
    "scm.vendor.call.duration", "s", "scm_vendor_call_duration_seconds", "How long vendors took to answer."
)
VENDOR_QUOTA = Metric(
    "scm.vendor.quota.remaining",
    "1",
    "scm_vendor_quota_remaining_ratio",
    "The part of a rate limit that was left when the provider last told it, from 0 to 1.",
)

METHOD, STATUS, ERROR = "rpc.method", "rpc.response.status_code", "error.type"
PROVIDER, VERB, HTTP_STATUS, BUCKET = "scm.provider", "http.request.method", "http.response.status_code", "scm.bucket"


def attributes_of(call: ObservedCall) -> dict[str, str]:
    return {"rpc.system.name": "grpc", METHOD: call.name, STATUS: call.code.name}


def attributes_of_vendor(call: VendorCall) -> dict[str, str | int]:
    """``http.response.status_code`` is 0 if the vendor did not answer."""
    return {PROVIDER: call.provider, VERB: call.method, HTTP_STATUS: call.status}


def size_of(message: object) -> int | None:
    """The size of a message in protobuf's binary form, in bytes. None for anything else."""
    measure = getattr(message, "ByteSize", None)
    return None if measure is None else int(measure())
