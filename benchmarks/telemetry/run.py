"""What observation adds to a call, in process: a list of one repository, unobserved, observed, traced and measured.

    python -m benchmarks.telemetry.run [--rounds 40] [--calls 100]

The variants take turns, in another order each round; the best round of each is compared, because what else the machine
does only ever makes one longer. An OpenTelemetry SDK cannot be taken away again, so those with one come after those
without, and are compared with unobserved calls of their own half. The last line is one JSON object: the time of a call
in each variant, as a multiple of that of an unobserved one.
"""

from __future__ import annotations

import json
import tempfile

from benchmarks.in_process import arguments, caller, measure, set_up

TOKEN = {"METRICS_TOKEN": "a token of the benchmark"}


def main() -> None:
    args = arguments(__doc__)
    with tempfile.TemporaryDirectory(prefix="scm-telemetry-") as data:
        set_up(data, {})
        from sentry_scm_grpc.interceptors.observe import ObserveInterceptor

        unobserved, observed = caller(without=ObserveInterceptor), caller()
        without = measure(
            args.rounds,
            args.calls,
            {
                "unobserved": (unobserved, {}),
                "audit and request ids, no SDK": (observed, {}),
                "and Prometheus": (observed, TOKEN),
            },
        )
        _start_sdk()
        with_sdk = measure(
            args.rounds,
            args.calls,
            {"unobserved": (unobserved, {}), "OpenTelemetry SDK, traces and metrics": (observed, {})},
        )
    report(without, with_sdk)


def _start_sdk() -> None:
    """One that records everything, and whose exporters drop it."""
    from opentelemetry import metrics, trace
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import InMemoryMetricReader
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

    class Dropping(SpanExporter):
        def export(self, spans: object) -> SpanExportResult:
            return SpanExportResult.SUCCESS

    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(Dropping()))
    trace.set_tracer_provider(provider)
    metrics.set_meter_provider(MeterProvider([InMemoryMetricReader()]))


def report(*halves: dict[str, float]) -> None:
    width = max(len(name) for half in halves for name in half)
    ratios: dict[str, float] = {}
    print(f"{'':{width}}  a call   added")
    for half in halves:
        base = half["unobserved"]
        for name, seconds in half.items():
            print(f"{name:{width}}  {seconds * 1e6:4.0f} µs  {(seconds - base) * 1e6:4.0f} µs")
            ratios[name.replace(",", "").replace(" ", "_")] = round(seconds / base, 3)
    print(json.dumps(ratios))


if __name__ == "__main__":
    main()
