"""Sentry's own credentials: API keys, organization tokens, users' tokens, and what each may do."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import grpc
import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import CommandError, call_command
from sentry.models import ApiKey, ApiToken, Organization, OrganizationStatus
from sentry.testutils.factories import Factories
from sentry.utils.security.orgauthtoken_token import generate_token, hash_token

from sentry_scm_grpc.hosts.sentry.auth import UserTokenAuthenticator
from sentry_scm_grpc.rpc.policy import RPCS
from sentry_scm_grpc.testing.web_call import web_call
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.sentry_host.rows import Rows, user_metadata

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows(settings: Any) -> Rows:
    settings.SCM_GRPC = {**settings.SCM_GRPC, "CREDENTIAL_CACHE_SECONDS": 0}
    return Rows()


def listing(rows: Rows, metadata: Mapping[str, str]) -> Any:
    return web_call("ListRepositories", pb.ListRepositoriesRequest(organization_id=rows.organization.id), metadata)


def org_token(rows: Rows, *scopes: str) -> Mapping[str, str]:
    from sentry.models import OrgAuthToken

    token = generate_token(rows.organization.slug, "")
    OrgAuthToken.objects.create(
        organization_id=rows.organization.id,
        name="ci",
        token_hashed=hash_token(token),
        token_last_characters=token[-4:],
        scope_list=list(scopes),
    )
    return {"authorization": f"Bearer {token}"}


def test_an_api_key_comes_as_metadata_or_as_rest_takes_it(rows: Rows) -> None:
    key = rows.as_key("org:read")
    basic = base64.b64encode(f"{key['x-api-key']}:".encode()).decode()
    assert listing(rows, key).status is grpc.StatusCode.OK
    assert listing(rows, {"authorization": f"Basic {basic}"}).status is grpc.StatusCode.OK


def test_a_call_without_credentials_learns_what_the_site_accepts(rows: Rows) -> None:
    told = listing(rows, {"authorization": "Token abc"})
    assert told.reason == "NO_CREDENTIALS"
    assert "It has 'authorization', which is not accepted." in told.text
    for accepted in ("header 'x-api-key'", "an organization token as", "a user's token as"):
        assert accepted in told.text


def test_the_command_makes_a_key_that_reads_and_does_not_write(rows: Rows) -> None:
    out, err = io.StringIO(), io.StringIO()
    call_command("scm_grpc_key", rows.organization.slug, stdout=out, stderr=err)
    assert f"organization_id: {rows.organization.id};" in err.getvalue()
    key = {"x-api-key": out.getvalue().strip()}
    assert listing(rows, key).status is grpc.StatusCode.OK
    sync = web_call("SyncRepository", pb.SyncRepositoryRequest(repository_id=rows.repository().id), key)
    assert sync.reason == "SCOPE_MISSING", sync
    Organization.objects.exclude(id=rows.organization.id).delete()
    with pytest.raises(CommandError, match=f"There is no organization 'nobody'. There are: {rows.organization.slug}"):
        call_command("scm_grpc_key", "nobody")


@pytest.mark.parametrize(
    "metadata",
    [
        {"x-api-key": "0" * 32},
        {"x-api-key": "käse"},
        {"authorization": "Basic !!!"},
        {"authorization": "Bearer nope"},
        {"authorization": "Bearer a b"},
        {"authorization": "Bearer sntrys_nope"},
    ],
)
def test_bad_credentials_are_refused(rows: Rows, metadata: Mapping[str, str]) -> None:
    answer = listing(rows, metadata)
    assert (answer.status, answer.reason) == (grpc.StatusCode.UNAUTHENTICATED, "BAD_CREDENTIALS")


def test_a_key_that_is_switched_off_is_refused(rows: Rows) -> None:
    key = rows.as_key("org:read")
    ApiKey.objects.get(key=key["x-api-key"]).update(status=1)
    assert listing(rows, key).status is grpc.StatusCode.UNAUTHENTICATED


def test_a_key_opens_its_own_organization_alone(rows: Rows) -> None:
    assert listing(rows, Rows().as_key("org:read")).status is grpc.StatusCode.NOT_FOUND


def test_a_key_has_its_own_scopes_not_all_of_sentrys(rows: Rows) -> None:
    assert listing(rows, rows.as_key("event:read")).status is grpc.StatusCode.PERMISSION_DENIED


def test_a_key_of_an_organization_that_is_being_deleted_opens_nothing(rows: Rows) -> None:
    key = rows.as_key("org:read")
    rows.organization.update(status=OrganizationStatus.PENDING_DELETION)
    assert listing(rows, key).status is grpc.StatusCode.NOT_FOUND


def test_an_organization_token_has_its_scopes(rows: Rows) -> None:
    assert listing(rows, org_token(rows, "org:read")).status is grpc.StatusCode.OK
    assert listing(rows, org_token(rows, "event:read")).status is grpc.StatusCode.PERMISSION_DENIED


@pytest.mark.parametrize(
    ("rpc", "field"),
    [
        ("ListRepositories", "organization_id"),
        ("GetRepository", "repository_id"),
        ("ListCodeMappings", "organization_id"),
        ("GetCodeMapping", "code_mapping_id"),
    ],
)
def test_a_token_as_sentrys_pages_make_it_reads_what_rest_lets_it_read(rows: Rows, rpc: str, field: str) -> None:
    repository = rows.repository()
    ids = {
        "organization_id": rows.organization.id,
        "repository_id": repository.id,
        "code_mapping_id": rows.mapping(repository).id,
    }
    request = RPCS[rpc].request_class(**{field: ids[field]})
    assert web_call(rpc, request, org_token(rows, "org:ci")).status is grpc.StatusCode.OK


def test_a_token_as_sentrys_pages_make_it_writes_only_code_mappings_of_a_build(rows: Rows) -> None:
    writes = {name for name, rpc in RPCS.items() if rpc.writes and "org:ci" in rpc.scopes}
    assert writes == {"BatchUpsertCodeMappings"}
    request = pb.CreateCodeMappingRequest(
        organization_id=rows.organization.id, project_id=rows.project.id, repository_id=rows.repository().id
    )
    request.default_branch = "main"
    answer = web_call("CreateCodeMapping", request, org_token(rows, "org:ci"))
    assert (answer.status, answer.reason) == (grpc.StatusCode.PERMISSION_DENIED, "SCOPE_MISSING")


def test_a_users_token_has_what_both_the_token_and_the_role_allow(rows: Rows) -> None:
    member = Factories.create_user()
    Factories.create_member(organization=rows.organization, user=member, role="member")
    request = pb.DeleteRepositoryRequest(repository_id=rows.repository().id)
    assert listing(rows, user_metadata(member, {"org:read"})).status is grpc.StatusCode.OK
    answer = web_call("DeleteRepository", request, user_metadata(member, {"org:admin", "org:integrations"}))
    assert answer.status is grpc.StatusCode.PERMISSION_DENIED
    assert web_call("DeleteRepository", request, rows.as_owner("org:read")).status is grpc.StatusCode.PERMISSION_DENIED


def test_a_strangers_token_does_not_even_learn_that_the_organization_exists(rows: Rows) -> None:
    stranger = Factories.create_user(is_superuser=True)
    assert listing(rows, user_metadata(stranger, {"org:read"})).status is grpc.StatusCode.NOT_FOUND


def test_an_expired_token_and_one_of_an_inactive_user_are_refused(rows: Rows) -> None:
    expired, inactive = rows.as_owner("org:read"), rows.as_owner("org:read")
    from django.utils import timezone

    ApiToken.objects.get(token=expired["authorization"][7:]).update(expires_at=timezone.now())
    assert listing(rows, expired).status is grpc.StatusCode.UNAUTHENTICATED
    assert listing(rows, inactive).status is grpc.StatusCode.OK
    rows.owner.update(is_active=False)
    assert listing(rows, inactive).status is grpc.StatusCode.UNAUTHENTICATED


def test_projects_of_other_teams_are_closed_to_a_user_who_is_in_none(rows: Rows) -> None:
    rows.organization.update(flags=rows.organization.flags & ~1)  # No open membership.
    member = Factories.create_user()
    Factories.create_member(organization=rows.organization, user=member, role="member", teams=[])
    request = pb.ListExternalIssuesRequest(group_id=rows.group().id)
    answer = web_call("ListExternalIssues", request, user_metadata(member, {"event:read"}))
    assert (answer.status, answer.reason) == (grpc.StatusCode.PERMISSION_DENIED, "PROJECT_FORBIDDEN")
    assert web_call("ListExternalIssues", request, rows.as_owner("event:read")).status is grpc.StatusCode.OK


def test_the_system_token_is_refused_from_wherever_it_comes(rows: Rows) -> None:
    from sentry.auth.system import get_system_token

    answer = listing(rows, {"authorization": f"Bearer {get_system_token()}"})
    assert answer.status is grpc.StatusCode.UNAUTHENTICATED


def test_an_app_acts_where_it_is_installed_and_nowhere_else(rows: Rows) -> None:
    app = Factories.create_internal_integration(organization=rows.organization, scopes=["org:read"])
    token = app.installations.get().api_token.token
    metadata = {"authorization": f"Bearer {token}"}
    assert listing(rows, metadata).status is grpc.StatusCode.OK
    assert listing(Rows(), metadata).status is grpc.StatusCode.NOT_FOUND


def left_out(metadata: Mapping[str, str]) -> Any:
    return web_call("ListRepositories", pb.ListRepositoriesRequest(), metadata)


def test_the_organization_may_be_left_out_where_the_credential_has_one(rows: Rows) -> None:
    repository = rows.repository()
    app = Factories.create_internal_integration(organization=rows.organization, scopes=["org:read"])
    for credential in (
        rows.as_key("org:read"),
        org_token(rows, "org:read"),
        rows.as_owner("org:read"),
        {"authorization": f"Bearer {app.installations.get().api_token.token}"},
    ):
        answer = left_out(credential)
        assert answer.status is grpc.StatusCode.OK, answer
        assert [found.id for found in answer.message.repositories] == [repository.id]


def test_a_user_of_several_organizations_or_of_none_must_name_one(rows: Rows) -> None:
    second = Rows()
    Factories.create_member(organization=second.organization, user=rows.owner, role="member")
    stranger = user_metadata(Factories.create_user(), {"org:read"})
    for credential in (rows.as_owner("org:read"), stranger):
        answer = left_out(credential)
        assert (answer.status, answer.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELDS")
        assert "exactly one organization" in answer.violations["organization_id"]
    second.organization.update(status=OrganizationStatus.PENDING_DELETION)
    assert left_out(rows.as_owner("org:read")).status is grpc.StatusCode.OK


def test_a_token_that_is_bound_to_one_organization_need_not_name_it(
    rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert as_service_account(rows, monkeypatch, organization_id=rows.organization.id).status is grpc.StatusCode.OK
    assert left_out({"authorization": "Bearer 0123456789"}).status is grpc.StatusCode.OK


def test_a_good_credential_is_believed_for_the_time_set_and_no_longer(rows: Rows, settings: Any) -> None:
    key = rows.as_key("org:read")
    settings.SCM_GRPC = {**settings.SCM_GRPC, "CREDENTIAL_CACHE_SECONDS": 600}
    assert listing(rows, key).status is grpc.StatusCode.OK
    ApiKey.objects.get(key=key["x-api-key"]).update(status=1)
    assert listing(rows, key).status is grpc.StatusCode.OK
    settings.SCM_GRPC = {**settings.SCM_GRPC, "AUTHENTICATORS": ["org_token", "api_key"]}  # Made anew: nothing known.
    assert listing(rows, key).status is grpc.StatusCode.UNAUTHENTICATED


class ServiceAccount:
    """Sentry's REST authenticator of 2026 before a token that has no user: what it hands on."""

    def __init__(self, **fields: Any) -> None:
        self.found = (
            fields.pop("user", AnonymousUser()),
            SimpleNamespace(**{"entity_id": 7, "user_id": None, "organization_id": None, **fields}),
        )

    def authenticate(self, request: Any) -> Any:
        return self.found


def as_service_account(rows: Rows, monkeypatch: pytest.MonkeyPatch, **fields: Any) -> Any:
    monkeypatch.setattr(
        UserTokenAuthenticator,
        "rest_authenticator",
        lambda self: ServiceAccount(get_scopes=lambda: ["org:read", "org:admin"], **fields),
    )
    return listing(rows, {"authorization": "Bearer 0123456789"})


@pytest.mark.parametrize("user", [AnonymousUser(), None], ids=["anonymous", "none"])
def test_a_token_without_a_user_acts_in_the_organization_that_it_is_bound_to(
    rows: Rows, monkeypatch: pytest.MonkeyPatch, user: Any
) -> None:
    bound = {"user": user, "organization_id": rows.organization.id}
    assert as_service_account(rows, monkeypatch, **bound).status is grpc.StatusCode.OK
    answer = as_service_account(Rows(), monkeypatch, **bound)
    assert (answer.status, answer.reason) == (grpc.StatusCode.NOT_FOUND, "ORGANIZATION_NOT_FOUND")
    # What REST wants a user for stays closed.
    request = pb.DeleteRepositoryRequest(repository_id=rows.repository().id)
    answer = web_call("DeleteRepository", request, {"authorization": "Bearer 0123456789"})
    assert answer.status is grpc.StatusCode.PERMISSION_DENIED


@pytest.mark.parametrize("fields", [{}, {"user": None}, {"user": None, "user_id": 5, "organization_id": 1}], ids=str)
def test_a_token_of_nobody_is_refused_in_words(
    rows: Rows, monkeypatch: pytest.MonkeyPatch, fields: dict[str, Any]
) -> None:
    answer = as_service_account(rows, monkeypatch, **fields)
    assert (answer.status, answer.reason) == (grpc.StatusCode.UNAUTHENTICATED, "TOKEN_WITHOUT_USER")
