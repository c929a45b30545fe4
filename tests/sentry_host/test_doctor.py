"""The doctor inside Sentry: each integration is asked, and what fails is said without what the vendor sent."""

from __future__ import annotations

import io

import pytest
import responses
from django.core.management import CommandError, call_command

from tests.sentry_host.rows import Rows

pytestmark = pytest.mark.django_db

REPOSITORIES = "https://api.github.com/installation/repositories"


def doctor() -> str:
    out = io.StringIO()
    try:
        call_command("scm_grpc", "doctor", stdout=out)
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
