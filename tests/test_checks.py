"""System checks: each mistake of an operator is named, with a hint."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from typing import Any

import pytest

from sentry_scm_grpc.checks import MIDDLEWARE, check_installation
from sentry_scm_grpc.providers import registry
from sentry_scm_grpc.testing.web_call import web_call

BUDGET = ("CALL_SECONDS", "CALL_BYTES", "CALL_ITEMS", "PROCESS_BYTES", "GIT_CALLS")
GOOD = {"RPCS": ["read"], "AUTHENTICATORS": ["api_key"]}


def found(settings: Any, **given: Any) -> dict[str, Any]:
    settings.SCM_GRPC = {**GOOD, **given}
    return {message.id.rpartition(".")[2]: message for message in check_installation(None)}


def test_a_good_installation_has_nothing_to_complain_of(settings):
    assert found(settings) == {}


@pytest.mark.parametrize(
    ("given", "id", "hint"),
    [
        ({"PAGE_SIZE": "many"}, "E001", "docs/reference/settings.md"),
        ({"RPC": ["read"]}, "E004", "'RPCS'"),
        ({"RPCS": ["ListRepositorys"]}, "E005", "'ListRepositories'"),
        ({"RPCS": ["reads"]}, "E005", "'read'"),
        ({"RPCS": []}, "I006", "['read']"),
        ({"HOST": "nowhere"}, "E009", "INSTALLED_APPS"),
        ({"AUTHENTICATORS": []}, "W010", "'api_key'"),
        ({"AUTHENTICATORS": ["apikey"]}, "E011", "'api_key'"),
        ({"AUTHENTICATORS": ["no.such.Thing"]}, "E011", "docs"),
        ({"CORS_ORIGINS": ["https://app.example.com/"]}, "E012", "no path"),
        ({"CORS_ORIGINS": ["*"]}, "E012", "no wildcard"),
        *(({f"MAX_{name}": 0}, "W030", "docs/reference/limits.md") for name in BUDGET),
        ({"MAX_PROCESS_BYTES": 1024}, "E031", "docs/reference/limits.md"),
    ],
)
def test_mistakes_in_the_dict(settings, given, id, hint):
    message = found(settings, **given)[id]
    assert hint in message.hint


def test_the_middleware_must_be_there_and_first(settings):
    settings.MIDDLEWARE = []
    assert MIDDLEWARE in found(settings)["W007"].hint
    settings.MIDDLEWARE = ["django.middleware.common.CommonMiddleware", MIDDLEWARE]
    assert "front" in found(settings)["W008"].hint


def test_without_a_host_app_there_is_no_host(settings):
    settings.INSTALLED_APPS = ["sentry_scm_grpc"]
    assert "hosts.embedded" in found(settings)["E009"].hint


def test_a_broken_adapter_is_reported_and_disables_only_itself(settings, monkeypatch):
    good = EntryPoint("git", "sentry_scm_grpc.hosts.embedded.tracker:GitWithTracker", registry.GROUP)
    broken = EntryPoint("acme", "acme_scm.no_such_module:Adapter", registry.GROUP)
    not_one = EntryPoint("odd", "collections:OrderedDict", registry.GROUP)
    monkeypatch.setattr(registry, "entry_points", lambda group: [good, broken, not_one])
    registry.forget()
    try:
        settings.SCM_GRPC = GOOD
        warned = [m.msg for m in check_installation(None) if m.id == "sentry_scm_grpc.W003"]
        assert len(warned) == 2
        assert "'acme'" in warned[0]
        assert "OrderedDict" in warned[1]
        assert set(registry.adapters()) == {"git"}
    finally:
        registry.forget()


def test_an_adapter_whose_extra_is_not_installed_is_no_mistake(settings, monkeypatch):
    extra = EntryPoint("acme", "acme_scm.no_such_module:Adapter [acme]", registry.GROUP)
    monkeypatch.setattr(registry, "entry_points", lambda group: [extra])
    registry.forget()
    try:
        assert found(settings) == {}
        assert registry.adapters() == {}
    finally:
        registry.forget()


def test_without_sonora_the_site_starts_and_the_check_says_what_to_install(settings, monkeypatch):
    monkeypatch.setattr("sentry_scm_grpc.checks.find_spec", lambda name: None)
    assert "pip install --no-deps" in found(settings)["E002"].hint


@pytest.mark.django_db
def test_a_site_that_is_not_configured_says_so_to_callers_without_details(settings):
    from sentry_scm_grpc.v1 import scm_pb2 as pb

    settings.SCM_GRPC = {"RPCS": ["read"], "AUTHENTICATORS": ["no.such.Thing"]}
    answer = web_call("ListRepositories", pb.ListRepositoriesRequest(organization_id=1))
    assert answer.reason == "NOT_CONFIGURED"
    assert "no.such" not in answer.text
