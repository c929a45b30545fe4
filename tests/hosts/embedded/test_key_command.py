"""manage.py scm_grpc_key: a key that works at once, and a plain word where it cannot be made."""

from __future__ import annotations

import io

import grpc
import pytest
from django.core.management import CommandError, call_command

from sentry_scm_grpc.hosts.embedded import models
from sentry_scm_grpc.testing.web_call import web_call
from sentry_scm_grpc.v1 import scm_pb2 as pb

pytestmark = pytest.mark.django_db


def make(*arguments: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("scm_grpc_key", *arguments, stdout=out, stderr=err)
    return out.getvalue().strip(), err.getvalue()


def test_the_printed_key_opens_the_organization(organization: models.Organization) -> None:
    key, said = make(organization.slug)
    assert f"organization_id: {organization.id}; scopes: event:read, org:read, project:read" in said
    answer = web_call(
        "ListRepositories", pb.ListRepositoriesRequest(organization_id=organization.id), {"x-api-key": key}
    )
    assert answer.status is grpc.StatusCode.OK


def test_an_unknown_organization_is_answered_with_those_that_there_are(organization: models.Organization) -> None:
    with pytest.raises(CommandError, match=f"There is no organization 'nobody'. There are: {organization.slug}"):
        make("nobody")


def test_an_unknown_scope_is_refused(organization: models.Organization) -> None:
    with pytest.raises(CommandError, match="no RPC needs the scope org:reed"):
        make(organization.slug, "--scopes", "org:reed")
    assert not models.ApiKey.objects.exists()


def test_a_site_that_accepts_no_keys_says_so(organization: models.Organization, settings) -> None:
    settings.SCM_GRPC = {**settings.SCM_GRPC, "AUTHENTICATORS": []}
    assert "accepts no API keys yet" in make(organization.slug)[1]
