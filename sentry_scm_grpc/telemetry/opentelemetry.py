"""Traces and metrics with OpenTelemetry's API. The SDK that the site configures decides what happens to them. Without
an SDK this does nothing.

Sources: the semantic conventions for RPC and for gRPC (https://opentelemetry.io/docs/specs/semconv/rpc/), for HTTP
clients, and W3C Trace Context.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from time import perf_counter
from typing import Any

import grpc
from opentelemetry import context as contexts
from opentelemetry import metrics, propagate, trace
from opentelemetry.trace import SpanKind, Status, StatusCode

from sentry_scm_grpc.telemetry import names
from sentry_scm_grpc.telemetry.calls import ObservedCall, VendorCall
from sentry_scm_grpc.telemetry.observer import Observer

# For these statuses the conventions say that the server is at fault.
_FAULTS = {
    grpc.StatusCode.UNKNOWN,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.UNIMPLEMENTED,
    grpc.StatusCode.INTERNAL,
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DATA_LOSS,
}
_SPAN = "opentelemetry"
#: How many seconds pass until an SDK that was configured late is noticed.
LOOK_EVERY = 1.0


class OpenTelemetry(Observer):
    def __init__(self) -> None:
        name, number = "sentry_scm_grpc", version("sentry-scm-grpc")
        self._tracer = trace.get_tracer(name, number)
        meter = metrics.get_meter(name, number)
        self._duration = _histogram(meter, names.CALL_DURATION, names.SECONDS)
        self._request_size = _histogram(meter, names.REQUEST_SIZE, names.BYTES)
        self._response_size = _histogram(meter, names.RESPONSE_SIZE, names.BYTES)
        self._vendor_duration = _histogram(meter, names.VENDOR_DURATION, names.SECONDS)
        self._active = meter.create_up_down_counter(
            names.ACTIVE.name, unit=names.ACTIVE.unit, description=names.ACTIVE.description
        )
        self._quotas: dict[tuple[str, str], float] = {}
        self.look()
        quota = names.VENDOR_QUOTA
        # Not a gauge with a set method: older APIs lack it.
        meter.create_observable_gauge(quota.name, [self._read_quotas], unit=quota.unit, description=quota.description)

    # ---- calls

    def look(self) -> None:
        """Checks whether there is an SDK. A site may configure it after the first calls."""
        self._sleeps_until = perf_counter() + LOOK_EVERY
        self._is_measured, self._is_traced = _measured(), _traced()

    def began(self, call: ObservedCall) -> None:
        if call.started >= self._sleeps_until:
            self.look()
        if self._is_measured:
            self._active.add(1, {names.METHOD: call.name})
            call.kept["active"] = True
        if not self._is_traced:
            return
        # If the site has a span for the HTTP request, it has read the caller's context already.
        parent = None
        if not trace.get_current_span().get_span_context().is_valid:
            parent = propagate.extract(_texts(call))
        span = self._tracer.start_span(call.name, parent, SpanKind.SERVER, _attributes(call))
        call.kept[_SPAN] = span, trace.set_span_in_context(span)

    def entered(self, call: ObservedCall) -> Callable[[], None] | None:
        if _SPAN not in call.kept:
            return None
        token = contexts.attach(call.kept[_SPAN][1])
        return lambda: contexts.detach(token)

    def sent(self, call: ObservedCall, message: object) -> None:
        if "active" in call.kept and (size := names.size_of(message)) is not None:
            self._response_size.record(size, {"rpc.system.name": "grpc", names.METHOD: call.name})

    def ended(self, call: ObservedCall) -> None:
        if not call.kept:
            return
        # In its context, so that exemplars refer to the trace.
        leave = self.entered(call)
        if "active" in call.kept:
            self._active.add(-1, {names.METHOD: call.name})
            self._duration.record(call.seconds, _with_error(names.attributes_of(call), call))
            if (size := call.request_bytes) is not None:
                self._request_size.record(size, {"rpc.system.name": "grpc", names.METHOD: call.name})
        if leave is not None:
            _end_span(call.kept[_SPAN][0], call)
            leave()

    # ---- vendors

    def vendor_began(self, call: VendorCall) -> None:
        if _traced():
            attributes = {names.VERB: call.method, names.PROVIDER: call.provider}
            call.kept[_SPAN] = self._tracer.start_span(call.method, None, SpanKind.CLIENT, attributes)

    def vendor_ended(self, call: VendorCall) -> None:
        if _measured():
            self._vendor_duration.record(call.seconds, names.attributes_of_vendor(call))
        span = call.kept.get(_SPAN)
        if span is None:
            return
        if call.server:
            span.set_attribute("server.address", call.server)
        if call.status:
            span.set_attribute(names.HTTP_STATUS, call.status)
        if call.status >= 400 or call.error:
            span.set_attribute(names.ERROR, str(call.status) if call.status >= 400 else call.error)
            span.set_status(Status(StatusCode.ERROR))
        span.end()

    def quota_seen(self, provider: str, bucket: str, left: float) -> None:
        self._quotas[provider, bucket] = left

    def _read_quotas(self, options: Any) -> list[metrics.Observation]:
        return [
            metrics.Observation(left, {names.PROVIDER: provider, names.BUCKET: bucket})
            for (provider, bucket), left in list(self._quotas.items())
        ]


#: The only one of this process: an SDK registers the name of such an instrument once.
the_observer = cache(OpenTelemetry)


def _traced() -> bool:
    """Whether there is an SDK. The API's own tracers do nothing and need not be called."""
    return not type(trace.get_tracer_provider()).__module__.startswith("opentelemetry.trace")


def _measured() -> bool:
    return not type(metrics.get_meter_provider()).__module__.startswith("opentelemetry.metrics")


def _histogram(meter: metrics.Meter, metric: names.Metric, bounds: tuple[float, ...]) -> metrics.Histogram:
    try:
        return meter.create_histogram(
            metric.name, metric.unit, metric.description, explicit_bucket_boundaries_advisory=bounds
        )
    except TypeError:
        # An older API: the SDK of the site chooses the buckets.
        return meter.create_histogram(metric.name, metric.unit, metric.description)


def _texts(call: ObservedCall) -> dict[str, str]:
    return {key: value for key, value in call.context.invocation_metadata() if isinstance(value, str)}


def _attributes(call: ObservedCall) -> dict[str, str | int]:
    service, _, name = call.name.rpartition("/")
    attributes: dict[str, str | int] = {
        "rpc.system": "grpc",
        "rpc.system.name": "grpc",
        "rpc.service": service,
        "rpc.method": name,
        "scm.request_id": call.request_id,
    }
    if host := getattr(call.context, "server_address", ""):
        attributes["server.address"] = host
    return attributes


def _end_span(span: trace.Span, call: ObservedCall) -> None:
    span.set_attribute("rpc.grpc.status_code", call.code.value[0])
    span.set_attribute(names.STATUS, call.code.name)
    if call.organization_id:
        span.set_attribute("scm.organization_id", call.organization_id)
    if call.principal is not None:
        span.set_attribute("scm.principal", call.principal.key)
    if call.reason:
        span.set_attribute("scm.reason", call.reason)
    if call.code in _FAULTS:
        span.set_attribute(names.ERROR, call.code.name)
        span.set_status(Status(StatusCode.ERROR))
    if call.bug is not None:
        # Only its type: the text may contain data that a vendor sent.
        span.add_event("exception", {"exception.type": type(call.bug).__qualname__})
    span.end()


def _with_error(attributes: dict[str, str], call: ObservedCall) -> dict[str, str]:
    if call.code in _FAULTS:
        attributes[names.ERROR] = call.code.name
    return attributes
