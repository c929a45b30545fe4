"""Signed calls into a Sentry: the key opens the organization that was signed, where Sentry has it and it is active."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from sentry.models import OrganizationStatus

from sentry_scm_grpc.testing.web_call import CallResult, web_call
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.auth import signed as by
from tests.auth.signed import signed
from tests.sentry_host.rows import Rows

pytestmark = pytest.mark.django_db

NOT_FOUND = grpc.StatusCode.NOT_FOUND


@pytest.fixture
def rows(settings: Any) -> Rows:
    settings.DEBUG = True  # One process: a cache of its own does.
    rows = Rows()
    settings.SCM_GRPC = {
        **settings.SCM_GRPC,
        "AUTHENTICATORS": ["api_key", "org_token", "user_token", "hmac"],
        "CREDENTIAL_CACHE_SECONDS": 0,
        "HMAC_KEYS": {"reports": by.key(scopes=["org:read"]), "one": by.key([rows.organization.id])},
    }
    return rows


def listing(organization_id: int, signed_for: int, **changed: Any) -> CallResult:
    request = pb.ListRepositoriesRequest(organization_id=organization_id)
    return web_call("ListRepositories", request, signed("ListRepositories", request, signed_for, **changed))


def test_a_service_reads_the_organization_that_it_signed_for(rows: Rows) -> None:
    repository, mine, other = rows.repository(), rows.organization.id, Rows().organization.id
    assert [found.id for found in listing(mine, mine).message.repositories] == [repository.id]
    assert listing(mine, mine, key_id="one").status is grpc.StatusCode.OK
    assert listing(other, mine).status is NOT_FOUND
    assert listing(other, other, key_id="one").reason == "SIGNATURE_INVALID"
    request = pb.DeleteRepositoryRequest(repository_id=repository.id)
    answer = web_call("DeleteRepository", request, signed("DeleteRepository", request, mine))
    assert answer.status is grpc.StatusCode.PERMISSION_DENIED


def test_an_organization_that_is_not_there_or_going_opens_nothing(rows: Rows) -> None:
    mine = rows.organization.id
    for nowhere in (mine + 10_000, 10**17):
        assert listing(nowhere, nowhere).status is NOT_FOUND
        assert listing(mine, nowhere).status is NOT_FOUND
    rows.organization.update(status=OrganizationStatus.PENDING_DELETION)
    assert listing(mine, mine).status is NOT_FOUND


def test_a_signature_beside_a_token_or_a_key_is_refused(rows: Rows) -> None:
    mine = rows.organization.id
    request = pb.ListRepositoriesRequest(organization_id=mine)
    signature = signed("ListRepositories", request, mine)
    for other in (rows.as_owner("org:read"), rows.as_key("org:read")):
        answer = web_call("ListRepositories", request, {**signature, **other})
        assert (answer.status.name, answer.reason) == ("UNAUTHENTICATED", "TWO_CREDENTIALS")


def test_a_key_in_two_headers_is_two_credentials(rows: Rows) -> None:
    metadata = {**rows.as_key("org:read"), "authorization": "Basic Zm9vOg=="}
    answer = web_call("ListRepositories", pb.ListRepositoriesRequest(organization_id=rows.organization.id), metadata)
    assert (answer.status.name, answer.reason) == ("UNAUTHENTICATED", "TWO_CREDENTIALS")
