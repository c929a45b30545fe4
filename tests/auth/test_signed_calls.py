"""Signed calls: who is let in, for what, and how all others are refused, by gRPC-Web into a Django site."""

from __future__ import annotations

from typing import Any

import grpc
import pytest

from sentry_scm_grpc.hosts.embedded.models import Organization
from sentry_scm_grpc.testing import factories
from sentry_scm_grpc.testing.web_call import Answer, web_call
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.auth import signed as by
from tests.auth.signed import signed

pytestmark = pytest.mark.django_db

OK, UNAUTHENTICATED = grpc.StatusCode.OK, grpc.StatusCode.UNAUTHENTICATED


@pytest.fixture
def organization() -> Organization:
    made: Organization = factories.OrganizationFactory()
    return made


@pytest.fixture(autouse=True)
def _keys(settings: Any, organization: Organization) -> None:
    settings.DEBUG = True  # One process: its cache does.
    settings.SCM_GRPC = {
        **settings.SCM_GRPC,
        "AUTHENTICATORS": ["hmac", "api_key"],
        "HMAC_KEYS": {
            "reports": by.key([organization.id]),
            "all": by.key(secrets=["a" * 32]),
            "reader": by.key([organization.id], scopes=["org:read"]),
            "past": by.key(expires="2020-01-01"),
        },
    }


def listing(organization: Organization, **changed: Any) -> Answer:
    request = pb.ListRepositoriesRequest(organization_id=organization.id)
    return web_call("ListRepositories", request, signed("ListRepositories", request, organization.id, **changed))


def test_a_signed_call_is_let_in(organization: Organization) -> None:
    assert listing(organization).status is OK


def test_the_old_secret_does_during_a_rotation(organization: Organization, settings: Any) -> None:
    assert listing(organization, secret=by.OLD).status is OK
    settings.SCM_GRPC = {**settings.SCM_GRPC, "HMAC_KEYS": {"reports": by.key(secrets=[by.NEW])}}
    assert listing(organization, secret=by.OLD).reason == "SIGNATURE_INVALID"
    assert listing(organization, secret=by.NEW).status is OK
