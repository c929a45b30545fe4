"""Settings: from the dict, from the environment, and what is said about wrong ones."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured, MiddlewareNotUsed
from django.http import HttpResponse

from sentry_scm_grpc.conf import Conf, conf, faults, why_off
from sentry_scm_grpc.middleware import GrpcWebMiddleware
from sentry_scm_grpc.rpc.policy import RPCS
from sentry_scm_grpc.wsgi import wrap

DOCS = Path(__file__).parents[1] / "docs/reference/settings.md"


def test_nothing_is_on_and_nobody_is_let_in_by_default():
    assert not Conf().enabled(RPCS["ListRepositories"].setting_names)
    assert Conf().AUTHENTICATORS == ()


@pytest.mark.parametrize(
    ("rpcs", "on"),
    [
        (["read"], {"GetCommit"}),
        (["write"], {"DeleteRepository"}),
        (["*"], {"GetCommit", "DeleteRepository"}),
        (["*", "-write"], {"GetCommit"}),
        (["read", "-GetCommit"], set()),
        (["-read", "GetCommit"], {"GetCommit"}),
        ("GetCommit, DeleteRepository", {"GetCommit", "DeleteRepository"}),
        ({"*": True, "GetCommit": False}, {"DeleteRepository"}),
        (["ScmService.*"], {"GetCommit", "DeleteRepository"}),
        (["*", "-ScmService.*", "GetCommit"], {"GetCommit"}),
        (["-write", "ScmService.*"], {"GetCommit", "DeleteRepository"}),
    ],
)
def test_the_specific_beats_the_general(settings, rpcs, on):
    settings.SCM_GRPC = {"RPCS": rpcs}
    assert {name for name in ("GetCommit", "DeleteRepository") if conf().enabled(RPCS[name].setting_names)} == on


def test_the_environment_fills_in_what_the_dict_leaves_out(settings, monkeypatch):
    monkeypatch.setenv("SCM_GRPC_RPCS", "read,-SearchCode")
    monkeypatch.setenv("SCM_GRPC_PAGE_SIZE", "7")
    monkeypatch.setenv("SCM_GRPC_KEYS_MAY_ACT_AS_USERS", "true")
    monkeypatch.setenv("SCM_GRPC_CORS_ORIGINS", "https://a.example,https://b.example")
    settings.SCM_GRPC = {"PAGE_SIZE": 8}
    assert conf().PAGE_SIZE == 8
    assert conf().RPCS == {"read": True, "SearchCode": False}
    assert conf().KEYS_MAY_ACT_AS_USERS is True
    assert conf().CORS_ORIGINS == ("https://a.example", "https://b.example")


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("PAGE_SIZE", "many", "a whole number"),
        ("PAGE_SIZE", -1, "a whole number"),
        ("PAGE_SIZE", True, "a whole number"),
        ("CORS_ORIGINS", 5, "a list of strings"),
        ("KEYS_MAY_ACT_AS_USERS", 1, "True or False"),
        ("RPCS", {"read": "yes"}, "a list of strings"),
        ("RPCS", 5, "a list of strings"),
        ("RPCS", None, "a list of strings"),
        ("PAGE_SIZE", 0, "above zero"),
        ("PAGE_SIZE", "", "a whole number"),
        ("PAGE_SIZE", "1_000", "a whole number"),
        ("PAGE_SIZE", 1.5, "a whole number"),
        ("MAX_CALL_SECONDS", "-1", "a whole number"),
        ("EXPLORER", "maybe", "True or False"),
        ("EXPLORER", "", "True or False"),
        ("AUTHENTICATORS", {"api_key": True}, "a list of strings"),
        ("AUTHENTICATORS", [["api_key"]], "a list of strings"),
        ("GIT_ROOTS", b"/srv", "a list of strings"),
        ("PREFIX", None, "a string"),
        ("CACHE", "", "the name of a cache"),
        ("RATE_LIMITS", {"read": 600}, "calls per s, m, h or d"),
        ("RATE_LIMITS", {"read": "600"}, "calls per s, m, h or d"),
        ("RATE_LIMITS", {"read": {"m": 600}}, "calls per s, m, h or d"),
        ("RATE_LIMITS", "read", "such as read=600/m,write=60/m"),
        ("RATE_LIMITS", "read=-1/m", "calls per s, m, h or d"),
    ],
)
def test_a_value_that_cannot_be_read_is_refused_by_name(settings, key, value, told):
    settings.SCM_GRPC = {key: value}
    with pytest.raises(ImproperlyConfigured, match=f"{key} is .*{told}"):
        conf()


@pytest.mark.parametrize(
    ("text", "value"),
    [("true", True), ("True", True), ("1", True), ("on", True), ("yes", True), ("false", False), ("0", False)],
)
def test_a_boolean_of_the_environment(monkeypatch, settings, text, value):
    settings.SCM_GRPC = {}
    monkeypatch.setenv("SCM_GRPC_EXPLORER", text)
    conf.cache_clear()
    assert conf().EXPLORER is value


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("SCM_GRPC_PAGE_SIZE", "abc", "SCM_GRPC_PAGE_SIZE is 'abc'; it must be a whole number"),
        ("SCM_GRPC_EXPLORER", "maybe", "SCM_GRPC_EXPLORER is 'maybe'; it must be True or False"),
        ("SCM_GRPC_RPSC", "read", "The environment has SCM_GRPC_RPSC, which is not a setting."),
        ("SCM_GRPC_", "read", "The environment has SCM_GRPC_, which is not a setting."),
        ("SCM_GRPC_HMAC_KEYS", "{", "SCM_GRPC_HMAC_KEYS cannot be read: it is not valid JSON"),
        ("SCM_GRPC_HMAC_KEYS", '{"a": {"secrets": "s3cr3t"}}', "'secrets' of 'a' must be a list"),
    ],
)
def test_a_mistake_in_the_environment_is_a_line_of_the_check_and_turns_the_app_off(
    monkeypatch, settings, variable, value, told
):
    monkeypatch.setenv(variable, value)
    settings.SCM_GRPC = {}
    (fault,) = faults()
    assert told in fault.text
    assert "s3cr3t" not in fault.text
    assert "\n" not in fault.text
    assert told in why_off()
    with pytest.raises(MiddlewareNotUsed):
        GrpcWebMiddleware(lambda request: HttpResponse())
    assert wrap(site) is site


def site(environ, start_response):
    return []


@pytest.mark.parametrize(
    "name",
    [
        "DATA",
        "URL",
        "API_KEY",
        "BIND",
        # Kubernetes, of services called scm-grpc and scm-grpc-web.
        "SERVICE_HOST",
        "SERVICE_PORT",
        "SERVICE_PORT_GRPC_WEB",
        "PORT",
        "PORT_8800_TCP",
        "PORT_8800_TCP_ADDR",
        "WEB_SERVICE_HOST",
        "WEB_PORT_80_TCP_PROTO",
    ],
)
def test_variables_that_others_read_are_no_mistake(monkeypatch, settings, name):
    monkeypatch.setenv(f"SCM_GRPC_{name}", "x")
    settings.SCM_GRPC = {}
    assert faults() == []


def test_every_fault_is_told(settings, monkeypatch):
    monkeypatch.setenv("SCM_GRPC_RPSC", "read")
    settings.SCM_GRPC = {"PAGE_SIZE": "abc", "EXPLORER": "maybe", "PAGESIZE": 5, 7: 8}
    assert [fault.id for fault in faults()] == ["E004", "E004", "E004", "E001", "E001"]


def test_the_table_in_the_docs_has_every_setting_and_its_default():
    rows = {}
    for line in DOCS.read_text().splitlines():
        if line.startswith("| `") and not line.startswith("| `SCM_GRPC"):
            _, key, default, *_ = (cell.strip() for cell in line.split("|"))
            rows[key.strip("`")] = default.strip("`")
    assert set(rows) == {field.name for field in fields(Conf)}
    for name, default in rows.items():
        actual = getattr(Conf(), name)
        assert default == (str(actual) if not isinstance(actual, (tuple, dict)) and actual != "" else default)


def test_secrets_are_not_shown(settings):
    settings.SCM_GRPC = {"METRICS_TOKEN": b"a secret"}
    with pytest.raises(ImproperlyConfigured) as told:
        conf()
    assert "a secret" not in str(told.value)
    settings.SCM_GRPC = {
        "METRICS_TOKEN": "a secret",
        "HMAC_KEYS": {"a": {"secrets": ["a secret" * 4], "scopes": ["org:read"], "organizations": "*"}},
    }
    assert "a secret" not in repr(conf())
