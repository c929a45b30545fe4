"""API keys: shown once, stored as a hash, refused when bad, expired or revoked, believed for a while."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import grpc
import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from sentry_scm_grpc.auth.authenticators import IncomingCall
from sentry_scm_grpc.errors import Unauthenticated
from sentry_scm_grpc.hosts.embedded import keys, models
from sentry_scm_grpc.hosts.embedded.authenticator import ApiKeyAuthenticator
from sentry_scm_grpc.rpc.policy import RPCS
from sentry_scm_grpc.testing import factories
from sentry_scm_grpc.testing.web_call import CallResult, web_call


def list_repositories(organization: models.Organization, key: str) -> CallResult:
    request = RPCS["ListRepositories"].request_class(organization_id=organization.id)
    return web_call("ListRepositories", request, {"x-api-key": key})


def test_a_new_key_lets_in_and_is_stored_nowhere(organization: models.Organization) -> None:
    row, plain = keys.make_key(organization, label="ci", scopes=["org:read", "org:read"])

    assert list_repositories(organization, plain).status is grpc.StatusCode.OK
    assert (row.label, row.scopes) == ("ci", ["org:read"])
    secret = plain.rpartition(f"scm_{row.prefix}_")[2]
    stored = models.ApiKey.objects.filter(id=row.id).values_list().get()
    assert len(secret) == 43
    assert not any(secret in str(value) for value in stored)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"active": False}, "API_KEY_REVOKED"),
        ({"expires": timezone.now() - timedelta(seconds=1)}, "API_KEY_EXPIRED"),
    ],
)
def test_a_revoked_or_expired_key_is_refused(
    organization: models.Organization, change: dict[str, Any], reason: str
) -> None:
    plain = factories.ApiKeyFactory(organization=organization, **change).plain

    answer = list_repositories(organization, plain)
    assert (answer.status, answer.reason) == (grpc.StatusCode.UNAUTHENTICATED, reason)


def test_the_secret_decides_and_not_the_prefix(organization: models.Organization) -> None:
    row = factories.ApiKeyFactory(organization=organization, active=False)
    other = factories.ApiKeyFactory(organization=organization)
    mixed = f"scm_{row.prefix}_{other.plain.rpartition(f'scm_{other.prefix}_')[2]}"

    answer = list_repositories(organization, mixed)
    assert (answer.status, answer.reason) == (grpc.StatusCode.UNAUTHENTICATED, "API_KEY_INVALID")
    assert mixed not in answer.text


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ({}, "Send an API key in the header 'x-api-key'."),
        ({"x-apikey": "KEY"}, "It has 'x-apikey', which is not accepted. Send an API key in the header 'x-api-key'."),
        ({"authorization": "Bearer KEY"}, "It has 'authorization', which is not accepted."),
        ({"x-api-key": "Bearer KEY"}, "without 'Bearer', quotes or spaces"),
        ({"x-api-key": "KE"}, "Send the whole key"),
        ({"x-api-key": "OTHER"}, "'keys create' makes another"),
    ],
)
@pytest.mark.parametrize("door", ["JSON", "gRPC-Web"])
def test_a_wrong_credential_says_what_was_wrong_and_what_to_do(
    organization: models.Organization, door: str, headers: dict[str, str], told: str
) -> None:
    """Over HTTP, as a caller without a client of ours sees it."""
    plain, (other, _, _) = keys.make_key(organization)[1], keys.new_secret()
    known = {"KEY": plain, "OTHER": other, "KE": plain[:-1], "Bearer KEY": f"Bearer {plain}"}
    sent = {name: known[value] for name, value in headers.items()}
    if door == "JSON":
        answer = Client().post(
            "/grpc/sentry.integrations.scm.v1.ScmService/ListRepositories",
            b"{}", content_type="application/json", headers=sent,
        )  # fmt: skip
        assert answer.status_code == 401
        text = answer.json()["message"]
    else:
        found = web_call("ListRepositories", RPCS["ListRepositories"].request_class(), sent)
        assert found.status is grpc.StatusCode.UNAUTHENTICATED
        text = found.text
    assert told in text
    assert plain not in text


@examples(deadline=None)
@given(st.text())
def test_any_other_text_is_refused_without_a_query(text: str) -> None:
    with pytest.raises(Unauthenticated):  # There is no database here.
        keys.check(text)


def test_revoking_says_whether_there_was_a_key(organization: models.Organization) -> None:
    row, plain = keys.make_key(organization, scopes=["org:read"])
    assert keys.revoke(row.id)
    assert not keys.revoke(row.id + 1)
    assert list_repositories(organization, plain).reason == "API_KEY_REVOKED"


@pytest.mark.django_db(transaction=True)
def test_a_database_that_can_only_be_read_refuses_no_good_key() -> None:
    row, plain = keys.make_key(factories.OrganizationFactory(), scopes=["org:read"])
    statement = {"sqlite": "PRAGMA query_only = {}", "postgresql": "SET default_transaction_read_only = {}"}
    with connection.cursor() as cursor:
        cursor.execute(statement[connection.vendor].format("on"))
        try:
            assert keys.check(plain).id == row.id
        finally:
            cursor.execute(statement[connection.vendor].format("off"))
    assert keys.check(plain).last_used is None


def test_the_last_use_is_noted_once_a_minute(organization: models.Organization, django_assert_num_queries: Any) -> None:
    row = factories.ApiKeyFactory(organization=organization)
    with django_assert_num_queries(2):
        keys.check(row.plain)
    with django_assert_num_queries(1):
        keys.check(row.plain)
    row.refresh_from_db()
    noted = row.last_used
    assert timezone.now() - noted < timedelta(minutes=1)

    models.ApiKey.objects.filter(id=row.id).update(last_used=noted - keys.LAST_USED_EVERY)
    with django_assert_num_queries(2):
        keys.check(row.plain)


def call_with(plain: str) -> IncomingCall:
    return IncomingCall("/pkg.Service/Rpc", {"x-api-key": plain}, "192.0.2.1", b"", "proto")


class TestCredentialCache:
    """A good key is believed for CREDENTIAL_CACHE_SECONDS in this process."""

    @pytest.fixture(autouse=True)
    def _minute(self, settings: Any) -> None:
        settings.SCM_GRPC = {**settings.SCM_GRPC, "CREDENTIAL_CACHE_SECONDS": 60}

    def test_a_known_key_costs_no_query(
        self, organization: models.Organization, django_assert_num_queries: Any
    ) -> None:
        authenticator = ApiKeyAuthenticator()
        call = call_with(factories.ApiKeyFactory(organization=organization, scopes=["org:read"]).plain)
        first = authenticator.authenticate(call)
        with django_assert_num_queries(0):
            again = authenticator.authenticate(call)
        assert again == first
        assert again.organization_id == organization.id
        assert again.scopes == {"org:read"}

    def test_it_is_not_believed_beyond_its_expiry(self, organization: models.Organization) -> None:
        authenticator = ApiKeyAuthenticator()
        soon = timezone.now() + timedelta(seconds=0.2)
        row = factories.ApiKeyFactory(organization=organization, expires=soon)
        authenticator.authenticate(call_with(row.plain))
        while timezone.now() < soon:
            pass
        with pytest.raises(Unauthenticated, match="expired"):
            authenticator.authenticate(call_with(row.plain))

    def test_a_refusal_is_not_remembered(self, organization: models.Organization) -> None:
        authenticator = ApiKeyAuthenticator()
        row = factories.ApiKeyFactory(organization=organization, active=False)
        with pytest.raises(Unauthenticated):
            authenticator.authenticate(call_with(row.plain))
        models.ApiKey.objects.update(active=True)
        assert authenticator.authenticate(call_with(row.plain)).key == f"api-key:{row.id}"

    def test_the_memory_is_bounded_and_holds_no_key(
        self, organization: models.Organization, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sentry_scm_grpc.hosts.embedded.authenticator.MAX_REMEMBERED", 3)
        authenticator = ApiKeyAuthenticator()
        for row in factories.ApiKeyFactory.create_batch(5, organization=organization):
            authenticator.authenticate(call_with(row.plain))
            assert row.plain not in repr(authenticator._known)
        assert len(authenticator._known) <= 3
