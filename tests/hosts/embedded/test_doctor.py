"""manage.py scm_grpc doctor: what is served, and what to fix, in plain words."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from sentry_scm_grpc.hosts.embedded import models
from sentry_scm_grpc.models import RequestId
from sentry_scm_grpc.testing import factories


def doctor(*options: str) -> str:
    out = io.StringIO()
    try:
        call_command("scm_grpc", "doctor", *options, stdout=out)
    except CommandError as error:
        out.write(f"error: {error}")
    return out.getvalue()


def test_what_works_is_said(git_repository: Path, integration: models.Integration) -> None:
    factories.RepositoryFactory(
        integration=integration, organization=integration.organization, name="rocket", path=git_repository
    )
    report = doctor()
    assert "host            embedded" in report
    assert "authenticators  api_key" in report
    assert "ListRepositories" in report
    assert "rocket (repository 1): reached" in report.replace(
        f"repository {models.Repository.objects.get().id}", "repository 1"
    )
    assert report.endswith("Nothing to fix.\n")


def test_a_repository_that_is_gone_is_named_with_the_reason(integration: models.Integration) -> None:
    factories.RepositoryFactory(integration=integration, organization=integration.organization, name="lost")
    report = doctor()
    assert "lost" in report
    assert "There is no git repository at this path" in report
    assert report.endswith("error: 1 to fix.")
    assert "not asked" in doctor("--offline")


@pytest.mark.django_db
def test_a_forgotten_migration_is_named() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {RequestId._meta.db_table}")
    report = doctor("--offline")
    assert "Run 'migrate'." in report
    assert report.endswith("error: 1 to fix.")


@pytest.mark.django_db
def test_mistakes_in_the_settings_are_listed(settings) -> None:
    settings.SCM_GRPC = {"RPCS": ["reed"], "AUTHENTICATORS": []}
    report = doctor()
    assert "Did you mean 'read'?" in report
    assert "every call is refused" in report
    assert "No RPC is on" in report
    assert report.endswith("error: 3 to fix.")
