"""Settings: from the dict, from the environment, and what is said about wrong ones."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from sentry_scm_grpc.conf import Conf, conf
from sentry_scm_grpc.rpc.policy import RPCS

DOCS = Path(__file__).parents[1] / "docs" / "settings.md"


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
    ],
)
def test_a_value_that_cannot_be_read_is_refused_by_name(settings, key, value, told):
    settings.SCM_GRPC = {key: value}
    with pytest.raises(ImproperlyConfigured, match=f"{key} is .*{told}"):
        conf()


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
