"""What observation adds to a call, in process: a list of one repository, unobserved, observed, traced and measured.

    python -m benchmarks.telemetry.run [--rounds 40] [--calls 100]

The variants take turns, in another order each round; the best round of each is compared, because what else the machine
does only ever makes one longer. An OpenTelemetry SDK cannot be taken away again, so those with one come after those
without, and are compared with unobserved calls of their own half. The last line is one JSON object: the time of a call
in each variant, as a multiple of that of an unobserved one.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import tempfile
import time
from collections.abc import Callable

TOKEN = {"METRICS_TOKEN": "a token of the benchmark"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--calls", type=int, default=100)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="scm-telemetry-") as data:
        _set_up(data)
        unobserved, observed = _caller(observed=False), _caller(observed=True)
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


def _set_up(data: str) -> None:
    os.environ.update(SCM_GRPC_DATA=data, SCM_GRPC_LOG_LEVEL="WARNING", SCM_GRPC_RPCS="read")
    os.environ["DJANGO_SETTINGS_MODULE"] = "sentry_scm_grpc.hosts.embedded.settings"
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)


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


Variant = tuple[Callable[[], None], dict[str, str]]


def measure(rounds: int, calls: int, variants: dict[str, Variant]) -> dict[str, float]:
    """Variant -> seconds for one call, of the best round."""
    from django.test import override_settings

    times: dict[str, list[float]] = {name: [] for name in variants}
    for _ in range(rounds):
        for name in random.sample(list(variants), len(variants)):
            call, given = variants[name]
            with override_settings(SCM_GRPC={"AUTHENTICATORS": ["api_key"], "RPCS": ["read"], **given}):
                call()
                started = time.perf_counter()
                for _ in range(calls):
                    call()
                times[name].append((time.perf_counter() - started) / calls)
    return {name: min(found) for name, found in times.items()}


def _caller(observed: bool) -> Callable[[], None]:
    from sentry_scm_grpc.interceptors.observe import ObserveInterceptor
    from sentry_scm_grpc.server.site import add_servicers, interceptors
    from sentry_scm_grpc.server.web import ScmGrpcWSGI
    from sentry_scm_grpc.testing import factories
    from sentry_scm_grpc.v1 import scm_pb2 as pb

    server = ScmGrpcWSGI(interceptors=[i for i in interceptors() if observed or not isinstance(i, ObserveInterceptor)])
    add_servicers(server)
    organization = factories.OrganizationFactory()
    factories.RepositoryFactory(organization=organization)
    message = pb.ListRepositoriesRequest(organization_id=organization.id).SerializeToString()
    body = b"\0" + len(message).to_bytes(4, "big") + message
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/sentry.integrations.scm.v1.ScmService/ListRepositories",
        "CONTENT_TYPE": "application/grpc-web+proto",
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_X_API_KEY": factories.ApiKeyFactory(organization=organization).plain,
    }

    def call() -> None:
        answer = server.handle({**environ, "wsgi.input": io.BytesIO(body)})
        assert answer is not None
        assert b"grpc-status:0" in b"".join(answer.body)

    return call


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
