"""The same metrics for Prometheus, in the registry of prometheus_client.

With PROMETHEUS_MULTIPROC_DIR, which prometheus_client reads, the text covers all processes of the server.
"""

from __future__ import annotations

import os
from functools import cache
from typing import Any

import prometheus_client
from prometheus_client import multiprocess

from sentry_scm_grpc.telemetry import names
from sentry_scm_grpc.telemetry.calls import ObservedCall, VendorCall
from sentry_scm_grpc.telemetry.observer import Observer


class Prometheus(Observer):
    def __init__(self) -> None:
        self._metrics = _metrics()

    def began(self, call: ObservedCall) -> None:
        self._metrics.active.labels(call.name).inc()

    def sent(self, call: ObservedCall, message: object) -> None:
        if (size := names.size_of(message)) is not None:
            self._metrics.response_size.labels(call.name).observe(size)

    def ended(self, call: ObservedCall) -> None:
        self._metrics.active.labels(call.name).dec()
        self._metrics.duration.labels(call.name, call.code.name).observe(call.seconds)
        if (size := call.request_bytes) is not None:
            self._metrics.request_size.labels(call.name).observe(size)

    def vendor_ended(self, call: VendorCall) -> None:
        self._metrics.vendor_duration.labels(call.provider, call.method, call.status).observe(call.seconds)

    def quota_seen(self, provider: str, bucket: str, left: float) -> None:
        self._metrics.vendor_quota.labels(provider, bucket).set(left)


class _Metrics:
    """One object for each process, because a registry accepts a name only once."""

    def __init__(self) -> None:
        self.duration = _histogram(names.CALL_DURATION, names.SECONDS, names.METHOD, names.STATUS)
        self.request_size = _histogram(names.REQUEST_SIZE, names.BYTES, names.METHOD)
        self.response_size = _histogram(names.RESPONSE_SIZE, names.BYTES, names.METHOD)
        self.vendor_duration = _histogram(
            names.VENDOR_DURATION, names.SECONDS, names.PROVIDER, names.VERB, names.HTTP_STATUS
        )
        # Over all running processes: calls are added up, and the lowest value of a quota is used.
        self.active = _gauge(names.ACTIVE, "livesum", names.METHOD)
        self.vendor_quota = _gauge(names.VENDOR_QUOTA, "livemin", names.PROVIDER, names.BUCKET)


_metrics = cache(_Metrics)


def _label(name: str) -> str:
    return name.replace(".", "_")


def _histogram(metric: names.Metric, bounds: tuple[float, ...], *labels: str) -> prometheus_client.Histogram:
    return prometheus_client.Histogram(metric.prometheus, metric.description, map(_label, labels), buckets=bounds)


def _gauge(metric: names.Metric, mode: Any, *labels: str) -> prometheus_client.Gauge:
    return prometheus_client.Gauge(metric.prometheus, metric.description, map(_label, labels), multiprocess_mode=mode)


def exposition(accept: str) -> tuple[str, bytes]:
    """Content type and text: of this process, or of all if PROMETHEUS_MULTIPROC_DIR is set."""
    registry = prometheus_client.REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = prometheus_client.CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    encode, content_type = prometheus_client.exposition.choose_encoder(accept)
    return content_type, encode(registry)
