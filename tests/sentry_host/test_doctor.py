"""The doctor inside Sentry: each integration is asked, and what fails is said without what the vendor sent."""

from __future__ import annotations

import io
import ipaddress
from typing import Any

import pytest
import responses
from django.core.management import CommandError, call_command

from tests.sentry_host.rows import Rows

pytestmark = pytest.mark.django_db

REPOSITORIES = "https://api.github.com/installation/repositories"


def doctor(*options: str) -> str:
    out = io.StringIO()
    try:
        call_command("scm_grpc", "doctor", *options, stdout=out)
    except CommandError as error:
        out.write(f"error: {error}")
    return out.getvalue()


@responses.activate
def test_an_integration_that_answers_is_reached() -> None:
    rows = Rows()
    responses.get(REPOSITORIES, json={"total_count": 0, "repositories": []})
    report = doctor()
    assert "host            sentry" in report
    assert f"github 'acme' of {rows.organization.slug} (integration {rows.integration.id}): reached" in report


@responses.activate
def test_an_integration_that_was_uninstalled_is_named_with_the_reason() -> None:
    Rows()
    responses.get(REPOSITORIES, status=401, json={"message": "Bad credentials vendor-token"})
    report = doctor()
    assert "INTEGRATION_UNAUTHORIZED" in report
    assert "vendor-token" not in report
    assert "to fix." in report


# What no Sentry of 2023 had yet.
NEWER = {
    "model ProjectRepository",
    "how a repository was added to a project",
    "exception IntegrationConfigurationError",
    "exception IntegrationResourceNotFoundError",
    "exception IntegrationFeatureNotImplementedError",
}


def test_this_sentry_has_all_that_the_app_needs() -> None:
    lines = doctor("--offline").partition("this Sentry\n")[2].partition("\n\n")[0].splitlines()
    kinds = {line.split()[0] for line in lines}
    assert {"found", "as"} <= kinds
    missing = {line.partition("missing")[2].partition(":")[0].strip() for line in lines if line.split()[0] == "missing"}
    assert missing == NEWER
    assert "  as here  code mappings have project and repository in columns of their own" in lines


def test_a_vendor_at_an_address_that_sentry_does_not_call_is_named(monkeypatch: Any) -> None:
    from sentry.net import socket

    monkeypatch.setattr(socket, "DISALLOWED_IPS", frozenset({ipaddress.ip_network("10.0.0.0/8")}))
    socket.is_ipaddress_allowed.cache_clear()
    rows = Rows(
        "gitlab", metadata={"base_url": "https://10.1.2.3", "domain_name": "10.1.2.3/acme", "instance": "10.1.2.3"}
    )
    report = doctor("--offline")
    socket.is_ipaddress_allowed.cache_clear()
    assert f"(integration {rows.integration.id}): Sentry does not call 10.1.2.3, because 10.1.2.3 is in" in report
    assert "1 to fix." in report
