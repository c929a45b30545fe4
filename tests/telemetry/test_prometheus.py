"""Shows metrics as Prometheus' text: who may read them, what they say, that two processes add up; the dashboard and the
alert rules name what there is.
"""

from __future__ import annotations

import http.client
import json
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from sentry_scm_grpc.rpc.received import keep_received
from sentry_scm_grpc.server.context import WebContext
from sentry_scm_grpc.telemetry import observers
from sentry_scm_grpc.testing import factories
from sentry_scm_grpc.testing.web_call import web_call
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.ports import free_ports
from tests.scenarios.running import Site

TOKEN = "a token of twenty-eight chars"
SERVICE = "sentry.integrations.scm.v1.ScmService"
MONITORING = Path(__file__).parents[2] / "docs/monitoring"


@pytest.fixture
def on(settings: Any) -> None:
    settings.SCM_GRPC = {**settings.SCM_GRPC, "METRICS_TOKEN": TOKEN}


def read(token: str | None = TOKEN) -> Any:
    headers: Any = {} if token is None else {"HTTP_AUTHORIZATION": f"Bearer {token}"}
    return Client().get("/grpc/metrics", **headers)


def samples(text: str) -> dict[tuple[str, ...], float]:
    """Name and label values -> value."""
    families = text_string_to_metric_families(text)
    return {(s.name, *s.labels.values()): s.value for family in families for s in family.samples}


class TestThePage:
    def test_without_a_token_in_the_settings_there_is_none(self) -> None:
        assert read("").status_code == 404

    @pytest.mark.parametrize("token", [None, "", "wrong", TOKEN + "x", "naïve"])
    def test_without_the_token_nobody_reads_it(self, on: None, token: str | None) -> None:
        answer = read(token)
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
        assert b"METRICS_TOKEN" in answer.content

    @pytest.mark.django_db
    def test_it_counts_calls_by_method_and_status(self, on: None) -> None:
        repository = factories.RepositoryFactory()
        key = {"x-api-key": factories.ApiKeyFactory(organization=repository.organization).plain}
        method = f"{SERVICE}/GetRepository"
        counted = ("rpc_server_call_duration_seconds_count", method)
        before = samples(read().content.decode())
        for id in (repository.id, repository.id, 10**6):
            web_call("GetRepository", pb.GetRepositoryRequest(repository_id=id), key)
        answer = read()
        assert answer.headers["Content-Type"].startswith("text/plain")
        after = samples(answer.content.decode())
        assert after[*counted, "OK"] == before.get((*counted, "OK"), 0) + 2
        assert after[*counted, "NOT_FOUND"] == before.get((*counted, "NOT_FOUND"), 0) + 1
        assert after["rpc_server_active_requests", method] == 0

    @pytest.mark.parametrize("token", ["short", TOKEN])
    def test_a_token_that_can_be_guessed_is_an_error_of_the_check(self, settings: Any, token: str) -> None:
        settings.SCM_GRPC = {**settings.SCM_GRPC, "METRICS_TOKEN": token}
        if token == TOKEN:
            call_command("check", "--tag", "sentry_scm_grpc")
        else:
            with pytest.raises(SystemCheckError, match="E028"):
                call_command("check", "--tag", "sentry_scm_grpc")


def test_two_processes_add_up(tmp_path: Path) -> None:
    directory = tmp_path / "metrics"
    directory.mkdir()
    site, (port,) = Site.make(tmp_path / "data"), free_ports(1)
    command = [*(sys.executable, "-m", "gunicorn", "--workers", "2", "--bind", f"127.0.0.1:{port}")]
    command += ["--log-level", "error", "tests.scenarios.wsgi:through_middleware"]
    environment = {"SCM_GRPC_METRICS_TOKEN": TOKEN, "PROMETHEUS_MULTIPROC_DIR": str(directory)}
    body = json.dumps({"repositoryId": site.repository_id})

    def ask(verb: str, path: str, body: str | None = None, **headers: str) -> bytes:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request(verb, path, body, headers)
        answer = connection.getresponse()
        assert answer.status == 200
        return answer.read()

    def call(number: int) -> bytes:
        headers = {"Content-Type": "application/json", "X-Api-Key": site.api_key}
        return ask("POST", f"/grpc/{SERVICE}/GetRepository", body, **headers)

    calls = 0
    with site.running(command, port, **environment), ThreadPoolExecutor(8) as pool:
        while calls < 2000 and len(list(directory.glob("histogram_*.db"))) < 2:
            calls += len(list(pool.map(call, range(40))))
        assert len(list(directory.glob("histogram_*.db"))) == 2, "both processes had calls"
        for _ in range(4):
            found = samples(ask("GET", "/grpc/metrics", Authorization=f"Bearer {TOKEN}").decode())
            assert found["rpc_server_call_duration_seconds_count", f"{SERVICE}/GetRepository", "OK"] == calls


# ---- what operators copy --------------------------------------------------------------------------------------------


@pytest.fixture
def exported(on: None) -> set[str]:
    """The names of everything that is exported, once each thing has happened."""
    with observers.vendor_call("github", "GET") as call:
        call.status = 200
    observers.quota_seen("github", "core", 0.5)
    from sentry_scm_grpc.telemetry.calls import ObservedCall

    context = WebContext({}, "/a.B/C", (), None)
    keep_received(context, b"request", "proto")
    observed = ObservedCall("/a.B/C", None, context)
    observers.began(observed)
    observers.sent(observed, pb.Repository(id=1))
    observers.ended(observed)
    return {name for name, *_ in samples(read().content.decode())}


def named_in(expression: str) -> set[str]:
    return set(
        re.findall(r"\b(?:rpc|scm)_[a-z_]+(?=[{\[\s)]|$)", re.sub(r'"[^"]*"|\b(by|on)\s*\([^)]*\)', "", expression))
    )


def test_the_dashboard_names_what_there_is(exported: set[str]) -> None:
    dashboard = json.loads((MONITORING / "grafana.json").read_text())
    expressions = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", ())]
    assert len(expressions) >= 8
    named = set().union(*map(named_in, expressions))
    assert len(named) >= 5
    assert named <= exported


def test_the_alert_rules_name_what_there_is(exported: set[str]) -> None:
    groups = yaml.safe_load((MONITORING / "alerts.yml").read_text())["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    assert {"ScmGrpcErrors", "ScmGrpcSlow", "ScmGrpcVendorQuotaLow"} <= {rule["alert"] for rule in rules}
    for rule in rules:
        named = named_in(rule["expr"])
        assert named
        assert named <= exported, rule["alert"]
        assert rule["annotations"]["description"]
