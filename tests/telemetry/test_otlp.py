"""Shows that traces and metrics arrive at a collector by OTLP over HTTP: a real receiver decodes what it is sent."""

from __future__ import annotations

import gzip
import threading
from collections import defaultdict
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from tests.telemetry.conftest import Sdk
from tests.telemetry.test_opentelemetry import PARENT, SERVICE, TRACE, get_repository


class Collector:
    def __init__(self, url: str) -> None:
        self.url = url
        #: The bodies that arrived, by path.
        self.received: dict[str, list[bytes]] = defaultdict(list)


@pytest.fixture
def collector() -> Iterator[Collector]:
    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            body = gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body
            made.received[self.path].append(body)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        made = Collector(f"http://127.0.0.1:{server.server_address[1]}")
        yield made
        server.shutdown()


@pytest.mark.django_db
def test_otlp_arrives_at_a_collector(sdk: Sdk, collector: Collector) -> None:
    processor = BatchSpanProcessor(OTLPSpanExporter(f"{collector.url}/v1/traces"))
    sdk.tracer_provider.add_span_processor(processor)
    try:
        get_repository(traceparent=f"00-{TRACE}-{PARENT}-01")
        assert processor.force_flush()
    finally:
        processor.shutdown()
    (body,) = collector.received["/v1/traces"]
    spans = [
        span
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
        if scope.scope.name == "sentry_scm_grpc"
    ]
    assert [(span.name, span.trace_id.hex(), span.parent_span_id.hex()) for span in spans] == [
        (f"{SERVICE}/GetRepository", TRACE, PARENT)
    ]

    measured = sdk.reader.get_metrics_data()
    assert measured is not None
    OTLPMetricExporter(f"{collector.url}/v1/metrics").export(measured)
    (body,) = collector.received["/v1/metrics"]
    sent = ExportMetricsServiceRequest.FromString(body)
    names = {m.name for resource in sent.resource_metrics for scope in resource.scope_metrics for m in scope.metrics}
    assert {"rpc.server.call.duration", "rpc.server.active_requests"} <= names
