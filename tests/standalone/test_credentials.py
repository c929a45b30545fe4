"""Credentials of each kind: added, checked, replaced, refused, revoked in the middle, and ending."""

from __future__ import annotations

import base64
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import serialization
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sentry_scm_grpc.command_line import UsageError
from sentry_scm_grpc.errors import ScmError
from sentry_scm_grpc.hosts.embedded import credentials, sealing, seed, vendors
from sentry_scm_grpc.hosts.embedded.commands import integrations
from sentry_scm_grpc.hosts.embedded.host import EmbeddedHost
from sentry_scm_grpc.hosts.embedded.models import Integration, VendorAccess
from sentry_scm_grpc.providers.registry import adapters
from sentry_scm_grpc.providers.vendor.base import Vendor
from sentry_scm_grpc.providers.vendor.credentials import APP, TOKEN, USER_TOKEN, Credential, Permission
from sentry_scm_grpc.rpc.policy import RPCS
from sentry_scm_grpc.testing import factories
from sentry_scm_grpc.testing.web_call import CallResult, web_call
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.standalone.network import Network
from tests.vendors import FAKES
from tests.vendors.fake import FakeVendor, Reply, answer_some
from tests.vendors.github_account import APP_ID, App

pytestmark = pytest.mark.django_db

Status = grpc.StatusCode
SECRET = "tell-nobody-7f3a"


def basic(user: str) -> str:
    return f"Basic {base64.b64encode(f'{user}:{SECRET}'.encode()).decode()}"


#: For each kind of credential of each vendor: the place, the credential, and how it is sent.
KINDS = {
    "github": ("github:acme", Credential(TOKEN, SECRET), f"Bearer {SECRET}"),
    "github_enterprise": (
        "github_enterprise:acme@https://ghe.example.com",
        Credential(TOKEN, SECRET),
        f"Bearer {SECRET}",
    ),
    "gitlab": ("gitlab:acme@https://gitlab.example.com", Credential(TOKEN, SECRET), f"Bearer {SECRET}"),
    "bitbucket access token": ("bitbucket:acme", Credential(TOKEN, SECRET), f"Bearer {SECRET}"),
    "bitbucket API token": (
        "bitbucket:acme",
        Credential(USER_TOKEN, SECRET, "ada@example.com"),
        basic("ada@example.com"),
    ),
    "bitbucket_server": ("bitbucket_server@https://stash.example.com", Credential(TOKEN, SECRET), f"Bearer {SECRET}"),
    "jira": (
        "jira@https://acme.atlassian.net",
        Credential(USER_TOKEN, SECRET, "ada@example.com"),
        basic("ada@example.com"),
    ),
    "jira_server": ("jira_server@https://tracker.example.com/jira", Credential(TOKEN, SECRET), f"Bearer {SECRET}"),
    "azure_devops": ("azure_devops:acme@https://acme.visualstudio.com", Credential(TOKEN, SECRET), basic("")),
}

#: Those of trackers, which have no repositories.
TRACKERS = ("jira", "jira_server")


class Account:
    """An organization of the embedded host that reaches a fake with a credential."""

    def __init__(self, fake: FakeVendor, place: str) -> None:
        self.fake = fake
        self.place = credentials.Place.read(place)
        self.organization = factories.OrganizationFactory()
        self._metadata = {"x-api-key": factories.ApiKeyFactory(organization=self.organization).plain}

    def add(self, credential: Credential) -> Integration:
        return credentials.add(self.organization, self.place, credential)

    def call(self, rpc_name: str, request: Any) -> CallResult:
        return web_call(rpc_name, request, self._metadata)

    def capability(self, integration: Integration, rpc_name: str) -> pb.Capability:
        request = pb.GetCapabilitiesRequest(organization_id=self.organization.id, integration_id=integration.id)
        told = self.call("GetCapabilities", request).message.capabilities
        return next(found for found in told if found.rpc == rpc_name)


@contextmanager
def account(network: Network, settings: Any, kind: str) -> Iterator[Account]:
    cache.clear()
    settings.VENDOR_CA_BUNDLE = str(network.authority)
    place, _, authorization = KINDS[kind]
    fake = FAKES[credentials.Place.read(place).key]()
    fake.accepted = {authorization}
    with network.installed(fake):
        yield Account(fake, place)


@pytest.fixture
def github(network: Network, settings: Any, db: None) -> Iterator[Account]:
    with account(network, settings, "github") as found:
        yield found


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in TRACKERS])
def test_from_nothing_to_a_call_with_each_kind_of_credential(network: Network, settings: Any, kind: str) -> None:
    with account(network, settings, kind) as found:
        integration = found.add(KINDS[kind][1])
        assert {call.headers["Authorization"] for call in found.fake.calls} == {KINDS[kind][2]}
        rows = [repository for repository, _ in EmbeddedHost().add_repositories(integration)]
        assert len(rows) == 251
        rocket = next(row for row in rows if row.url == found.fake.web)
        request = pb.ListCommitsRequest(repository_id=rocket.id, page_size=1)
        (commit,) = found.call("ListCommits", request).message.commits
        assert commit.key == found.fake.world.head
        # What was added once is known the next time.
        assert not any(added for _, added in EmbeddedHost().add_repositories(integration))
        assert len(list(found.organization.repositories.all())) == 251


@pytest.mark.parametrize("kind", TRACKERS)
def test_from_nothing_to_a_call_of_a_tracker(network: Network, settings: Any, kind: str) -> None:
    with account(network, settings, kind) as found:
        integration = found.add(KINDS[kind][1])
        assert {call.headers["Authorization"] for call in found.fake.calls} == {KINDS[kind][2]}
        assert credentials.access_of(integration).identity == "ada@example.com"
        request = pb.SearchIssuesRequest(integration_id=integration.id, query="breaks", page_size=1)
        (issue,) = found.call("SearchIssues", request).message.issues
        assert issue.key == found.fake.issue_key(250)
        host = EmbeddedHost()
        for add in (lambda: list(host.add_repositories(integration)), lambda: host.add_repository(integration, "x")):
            with pytest.raises(ScmError, match="is an issue tracker: it has no repositories") as refused:
                add()
            assert refused.value.code is Status.UNIMPLEMENTED


@pytest.mark.parametrize("kind", TRACKERS)
def test_jira_tells_what_a_credential_may_do(network: Network, settings: Any, kind: str) -> None:
    with account(network, settings, kind) as found:
        found.fake.permissions = ["BROWSE_PROJECTS"]  # type: ignore[attr-defined]
        integration = found.add(KINDS[kind][1])
        assert found.capability(integration, "GetExternalIssue").supported
        for rpc_name in ("CreateExternalIssue", "ListIssueDestinations"):
            lacking = found.capability(integration, rpc_name)
            assert (lacking.reason, "CREATE_ISSUES" in lacking.message) == ("SCOPE_MISSING", True)
        half = found.capability(integration, "SyncIssueStatus")
        assert (half.supported, "from the tracker to the group" in half.message) == (True, True)
        found.fake.permissions = []  # type: ignore[attr-defined]
        credentials.check(integration)
        for rpc_name in ("GetExternalIssue", "LinkExternalIssue", "SearchIssues", "SyncIssueStatus"):
            assert found.capability(integration, rpc_name).reason == "SCOPE_MISSING"
        for answer in ({}, {"permissions": None}, {"permissions": []}):
            answer_some(found.fake, lambda asked: asked.path.endswith("/mypermissions"), Reply(answer))
            with pytest.raises(ScmError) as bad:
                credentials.check(integration)
            assert bad.value.reason == "BAD_VENDOR_RESPONSE"


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("github", "rocket"),
        ("github", "acme/rocket"),
        ("gitlab", "acme/rocket"),
        ("gitlab", "7"),
        ("bitbucket access token", "rocket"),
        ("bitbucket_server", "ACME/rocket"),
        ("azure_devops", "moon base/Rocket"),
    ],
)
def test_a_repository_is_added_by_the_name_that_people_use(
    network: Network, settings: Any, kind: str, name: str
) -> None:
    with account(network, settings, kind) as found:
        row = EmbeddedHost().add_repository(found.add(KINDS[kind][1]), name)
        assert row.url == found.fake.web
        assert EmbeddedHost().refresh_repository(row) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_credential_that_the_vendor_refuses_is_not_kept(network: Network, settings: Any, kind: str) -> None:
    with account(network, settings, kind) as found:
        found.fake.accepted = {"another"}
        with pytest.raises(ScmError) as refused:
            found.add(KINDS[kind][1])
        assert refused.value.reason == "INTEGRATION_UNAUTHORIZED"
    assert not Integration.objects.exists()


@pytest.mark.parametrize("kind", ["github", "gitlab", "bitbucket access token"])
def test_an_account_that_is_not_there_is_named(network: Network, settings: Any, kind: str) -> None:
    with account(network, settings, kind) as found:
        found.place = credentials.Place(found.place.key, "nobody", found.place.address)
        route = found.fake._route
        found.fake.forced = lambda asked: Reply(found.fake.not_found, 404) if "nobody" in asked.path else route(asked)
        with pytest.raises(ScmError, match="'nobody'") as missing:
            found.add(KINDS[kind][1])
        assert missing.value.code is Status.NOT_FOUND


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("acme", "is not a provider"),
        ("git:acme", "is not a provider"),
        ("gihub:acme", r"Did you mean github\?"),
        ("github", "names no organization or user"),
        ("gitlab:acme@ftp://example.com", "is not like"),
        ("github_enterprise:acme", "names no address"),
        ("bitbucket_server:acme@https://example.com", "has none"),
        ("jira", "names no address"),
        ("jira:ROCKET@https://acme.atlassian.net", "has none"),
        ("github:acme@https://user:password@example.com", "is not like"),
    ],
)
def test_a_place_that_is_none_says_how_to_write_one(text: str, told: str) -> None:
    with pytest.raises(ScmError, match=told):
        credentials.Place.read(text)


# ---- a credential that ends, in the middle


def test_a_credential_that_is_revoked_in_the_middle_and_replaced(github: Account) -> None:
    integration = github.add(KINDS["github"][1])
    row = EmbeddedHost().add_repository(integration, "rocket")
    request = pb.ListCommitsRequest(repository_id=row.id, page_size=100)
    request.page_token = github.call("ListCommits", request).message.next_page_token
    github.fake.accepted = {"Bearer the new one"}
    answer = github.call("ListCommits", request)
    assert (answer.status, answer.reason) == (Status.FAILED_PRECONDITION, "INTEGRATION_UNAUTHORIZED")
    with pytest.raises(ScmError):
        credentials.check(integration)
    with pytest.raises(ScmError):
        credentials.rotate(integration, Credential(TOKEN, "a wrong one"))
    credentials.rotate(integration, Credential(TOKEN, "the new one"))
    assert len(github.call("ListCommits", request).message.commits) == 100


def test_a_credential_that_ends_is_told_of_before_and_fails_clearly_after(network: Network, settings: Any) -> None:
    with account(network, settings, "gitlab") as found:
        found.fake.token_ends = f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%d}"
        integration = found.add(KINDS["gitlab"][1])
        row = EmbeddedHost().add_repository(integration, "acme/rocket")
        ((told, to_fix),) = credentials.report()
        assert (found.fake.token_ends in told, f"'integrations rotate {integration.id}'" in told, to_fix) == (True,) * 3
        request = pb.ListCommitsRequest(repository_id=row.id, page_size=100)
        request.page_token = found.call("ListCommits", request).message.next_page_token
        # GitLab: https://docs.gitlab.com/user/profile/personal_access_tokens/#when-personal-access-tokens-expire
        found.fake.unauthorized = {"error": "invalid_token", "error_description": "Token is expired."}
        found.fake.accepted = {"Bearer the new one"}
        answer = found.call("ListCommits", request)
        assert (answer.status, answer.reason) == (Status.FAILED_PRECONDITION, "INTEGRATION_UNAUTHORIZED")
        found.fake.token_ends = f"{datetime.now(UTC) + timedelta(days=300):%Y-%m-%d}"
        credentials.rotate(integration, Credential(TOKEN, "the new one"))
        assert len(found.call("ListCommits", request).message.commits) == 100
        assert [to_fix for _, to_fix in credentials.report()] == [False]


@pytest.fixture
def app(github: Account) -> App:
    github.fake.app = App({"contents": "read", "issues": "write", "metadata": "read"})
    github.fake.accepted = {"nothing but tokens of the app"}
    return github.fake.app


def key_of(app: App) -> Credential:
    form = serialization.PrivateFormat.TraditionalOpenSSL
    pem = app.key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    return Credential(APP, pem.decode(), APP_ID)


def test_an_app_has_one_token_for_all_calls_and_processes(github: Account, app: App) -> None:
    integration = github.add(key_of(app))
    row = EmbeddedHost().add_repository(integration, "rocket")
    for number in range(3):
        request = pb.GetCommitRequest(repository_id=row.id, commit_sha=github.fake.world.commits[number].sha)
        assert github.call("GetCommit", request).status is Status.OK
    assert len(app.tokens) == 1
    # Another process finds it in the cache, where nobody can read it.
    kept = str(vars(cache)) + "".join(map(str, getattr(cache, "_cache", {}).values()))
    assert kept
    assert app.tokens[0] not in kept


def test_a_token_of_an_app_is_renewed_before_it_ends(github: Account, app: App) -> None:
    integration = github.add(key_of(app))
    row = EmbeddedHost().add_repository(integration, "rocket")
    # With less than five minutes left it is not kept, so each call asks for another.
    app.lives = 200
    credentials.check(integration)
    VendorAccess.objects.update(changed=datetime(2020, 1, 1, tzinfo=UTC))
    before = len(app.tokens)
    for number in range(2):
        request = pb.GetCommitRequest(repository_id=row.id, commit_sha=github.fake.world.commits[number].sha)
        assert github.call("GetCommit", request).status is Status.OK
    assert len(app.tokens) == before + 2


def test_a_token_of_an_app_that_is_revoked_early_is_renewed_within_the_call(github: Account, app: App) -> None:
    integration = github.add(key_of(app))
    row = EmbeddedHost().add_repository(integration, "rocket")
    github.fake.accepted = {"nothing"}
    answer = github.call("GetCommit", pb.GetCommitRequest(repository_id=row.id, commit_sha="main"))
    assert (answer.status, len(app.tokens)) == (Status.OK, 2)


@pytest.mark.parametrize("status", [403, 404])
def test_an_app_that_was_removed_or_suspended_is_no_lost_repository(github: Account, app: App, status: int) -> None:
    row = EmbeddedHost().add_repository(github.add(key_of(app)), "rocket")
    cache.clear()
    answer_some(github.fake, lambda asked: asked.path.startswith("/app/"), Reply(github.fake.not_found, status))
    answer = github.call("GetCommit", pb.GetCommitRequest(repository_id=row.id, commit_sha="main"))
    assert (answer.status, answer.reason) == (Status.FAILED_PRECONDITION, "INTEGRATION_UNAUTHORIZED")


def test_the_tokens_of_a_suspended_app_end_at_once(github: Account, app: App) -> None:
    row = EmbeddedHost().add_repository(github.add(key_of(app)), "rocket")
    age(app)
    # https://docs.github.com/en/apps/maintaining-github-apps/suspending-a-github-app-installation
    suspended = Reply({"message": "This installation has been suspended"}, 403)
    github.fake.forced = lambda asked: suspended
    request = pb.GetCommitRequest(repository_id=row.id, commit_sha="main")
    for _ in range(2):
        answer = github.call("GetCommit", request)
        assert (answer.status, answer.reason) == (Status.FAILED_PRECONDITION, "INTEGRATION_UNAUTHORIZED")
    github.fake.forced = None
    assert github.call("GetCommit", request).status is Status.OK


def test_what_an_app_is_not_allowed_costs_a_new_token_once(github: Account, app: App) -> None:
    row = EmbeddedHost().add_repository(github.add(key_of(app)), "rocket")
    age(app)
    answer_some(github.fake, lambda asked: "/commits" in asked.path, Reply({"message": "Not accessible"}, 403))
    before, github.fake.calls[:] = len(app.tokens), []
    for ref in ("main", "50%", "HEAD"):
        answer = github.call("GetCommit", pb.GetCommitRequest(repository_id=row.id, commit_sha=ref))
        assert (answer.status, answer.reason) == (Status.PERMISSION_DENIED, "VENDOR_FORBIDDEN")
    assert len(app.tokens) == before + 1
    # Each ref once, the first once more, and the token.
    assert len(github.fake.calls) == 3 + 1 + 1


def age(app: App) -> None:
    """The app's token is in the cache, and no longer new."""
    assert app.tokens
    for access in VendorAccess.objects.all():
        sealing.SealedTokens(access.integration_id, str(access.changed.timestamp())).forget("new")


def test_a_private_key_that_is_none_is_refused_without_being_shown(github: Account, app: App) -> None:
    with pytest.raises(ScmError, match="private key") as refused:
        github.add(Credential(APP, f"-----BEGIN {SECRET}", APP_ID))
    assert SECRET not in str(refused.value)


# ---- what a credential may do


def test_github_tells_scopes_and_the_end_of_a_classic_token(github: Account) -> None:
    github.fake.scopes, github.fake.token_ends = "read:org, gist", "2030-12-31 12:00:00 UTC"
    integration = github.add(KINDS["github"][1])
    access = credentials.access_of(integration)
    assert (access.identity, access.expires) == ("ada", datetime(2030, 12, 31, 12, tzinfo=UTC))
    lacking = github.capability(integration, "CreateExternalIssue")
    assert (lacking.supported, lacking.reason) == (False, "SCOPE_MISSING")
    assert "repo" in lacking.message
    # Public repositories can be read with any token, and the state of their issues.
    assert github.capability(integration, "GetFile").supported
    half = github.capability(integration, "SyncIssueStatus")
    assert (half.supported, "from the tracker to the group" in half.message) == (True, True)
    github.fake.scopes = "repo"
    credentials.check(integration)
    assert github.capability(integration, "CreateExternalIssue").supported


def test_of_a_fine_grained_token_nothing_is_claimed(github: Account) -> None:
    github.fake.scopes = None
    integration = github.add(KINDS["github"][1])
    assert credentials.access_of(integration).permissions is None
    assert github.capability(integration, "CreateExternalIssue").supported


def test_github_tells_the_permissions_of_an_app(github: Account, app: App) -> None:
    app.permissions = {"issues": "read", "metadata": "read"}
    integration = github.add(key_of(app))
    assert github.capability(integration, "GetFile").reason == "SCOPE_MISSING"
    assert github.capability(integration, "CreateExternalIssue").reason == "SCOPE_MISSING"
    assert github.capability(integration, "GetExternalIssue").supported
    half = github.capability(integration, "SyncIssueStatus")
    assert (half.supported, "from the tracker to the group" in half.message) == (True, True)
    # These need an app's "contents" too, and nothing at all.
    assert github.capability(integration, "DeriveCodeMappings").reason == "SCOPE_MISSING"
    # "contents: write" merges, and "pull_requests: write" the rest.
    for rpc_name in ("CreatePullRequest", "MergePullRequest", "CreateReview", "CreatePullRequestComment"):
        assert github.capability(integration, rpc_name).reason == "SCOPE_MISSING"
    app.permissions = {"pull_requests": "write", "contents": "read", "metadata": "read"}
    credentials.check(integration)
    assert github.capability(integration, "CreatePullRequest").supported
    assert github.capability(integration, "MergePullRequest").reason == "SCOPE_MISSING"
    assert github.capability(integration, "GetSourceUrl").supported
    app.permissions = {"metadata": "read"}
    credentials.check(integration)
    assert github.capability(integration, "SyncIssueStatus").reason == "SCOPE_MISSING"
    assert github.capability(integration, "SearchRepositories").supported


def test_gitlab_tells_scopes_and_the_end_of_a_token(network: Network, settings: Any) -> None:
    with account(network, settings, "gitlab") as found:
        found.fake.scopes, found.fake.token_ends = ["read_api"], "2030-12-31"
        integration = found.add(KINDS["gitlab"][1])
        assert credentials.access_of(integration).expires == datetime(2030, 12, 31, tzinfo=UTC)
        for rpc_name in ("CreateExternalIssue", "CreatePullRequest", "MergePullRequest", "CreateReview"):
            assert found.capability(integration, rpc_name).reason == "SCOPE_MISSING"
        assert found.capability(integration, "SearchCode").supported


def test_bitbucket_tells_scopes(network: Network, settings: Any) -> None:
    with account(network, settings, "bitbucket API token") as found:
        found.fake.scopes = ("read:user:bitbucket",)
        integration = found.add(KINDS["bitbucket API token"][1])
        assert found.capability(integration, "GetFile").reason == "SCOPE_MISSING"
        found.fake.scopes = ("read:repository:bitbucket",)
        credentials.check(integration)
        assert found.capability(integration, "GetFile").supported
        assert found.capability(integration, "CreatePullRequest").reason == "SCOPE_MISSING"


# ---- a token that sees more than the account of the place


def refused(found: Account, integration: Integration, place: str, *, number: str = "") -> None:
    """Every RPC that takes a repository or an issue of the vendor refuses those of another account."""
    at = {"organization_id": found.organization.id, "integration_id": integration.id}
    group = factories.GroupFactory(project=factories.ProjectFactory(organization=found.organization))
    known = factories.ExternalIssueFactory(integration=integration, organization=found.organization, key=f"{place}#7")
    link = pb.LinkExternalIssueRequest(group_id=group.id, integration_id=integration.id, key=f"{place}#8")
    field = "project" if found.fake.key == "gitlab" else "repo"
    for rpc_name, request in (
        ("CreateRepository", pb.CreateRepositoryRequest(**at, identifier=number or place)),
        ("CreateExternalIssue", pb.CreateExternalIssueRequest(**at, title="It breaks", destination=number or place)),
        ("CreateExternalIssue", pb.CreateExternalIssueRequest(**at, title="It breaks", metadata={field: place})),
        ("SearchIssues", pb.SearchIssuesRequest(**at, query="password", destination=number or place)),
        ("LinkExternalIssue", link),
        ("GetExternalIssue", pb.GetExternalIssueRequest(external_issue_id=known.id)),
    ):
        answer = found.call(rpc_name, request)
        assert (rpc_name, answer.status, answer.reason) == (rpc_name, Status.NOT_FOUND, "VENDOR_NOT_FOUND")


@pytest.mark.parametrize("place", ["other-org/secret", "acme-labs/secret"])
def test_repositories_and_issues_of_another_account_are_not_asked_for(github: Account, place: str) -> None:
    integration = github.add(KINDS["github"][1])
    github.fake.forget_calls()
    refused(github, integration, place)
    assert not github.fake.calls
    # GitHub takes an account's name in any case.
    request = pb.CreateRepositoryRequest(
        organization_id=github.organization.id, integration_id=integration.id, identifier="acme/rocket"
    )
    VendorAccess.objects.update(account="ACME")
    assert github.call("CreateRepository", request).status is Status.OK


def test_a_repository_that_has_moved_to_another_account_is_gone(github: Account) -> None:
    integration = github.add(KINDS["github"][1])
    row = EmbeddedHost().add_repository(integration, "rocket")
    moved = {**github.fake.get_repository(None, "rocket"), "full_name": "other-org/rocket"}
    answer_some(github.fake, lambda asked: asked.path == "/repos/acme/rocket", Reply(moved))
    request = pb.CheckRepositoryAccessRequest(repository_id=row.id)
    cache.clear()
    assert github.call("CheckRepositoryAccess", request).message.reason == "NOT_FOUND"


def test_projects_of_another_group_are_refused_by_path_and_by_number(network: Network, settings: Any) -> None:
    with account(network, settings, "gitlab") as found:
        integration = found.add(KINDS["gitlab"][1])
        other = {**found.fake._project("rocket"), "path_with_namespace": "other/acme/secret"}
        answer_some(found.fake, lambda asked: asked.path.endswith("/projects/7"), Reply(other))
        found.fake.forget_calls()
        refused(found, integration, "other/acme/secret", number="7")
        assert {call.path.rpartition("/projects/")[2] for call in found.fake.calls} == {"7"}
        # Nor are those listed that other groups share with this one.
        found.fake.forget_calls()
        list(EmbeddedHost().add_repositories(integration))
        assert {call.params["with_shared"] for call in found.fake.calls} == {"false"}


def test_issues_of_a_project_that_has_moved_to_another_group_are_not_found(network: Network, settings: Any) -> None:
    """GitLab leads from a project's old path to its new one."""
    with account(network, settings, "gitlab") as found:
        integration = found.add(KINDS["gitlab"][1])
        at = {"organization_id": found.organization.id, "integration_id": integration.id}
        request = pb.SearchIssuesRequest(**at, query="it breaks", destination="acme/rocket")
        assert found.call("SearchIssues", request).message.issues
        cache.clear()
        moved = [{**found.fake._issue(found.fake.world.issues[7]), "references": {"full": "other/rocket#7"}}]
        answer_some(found.fake, lambda asked: asked.path.endswith("/issues"), Reply(moved))
        answer = found.call("SearchIssues", request)
        assert (answer.status, answer.reason) == (Status.NOT_FOUND, "VENDOR_NOT_FOUND")


def test_repositories_of_another_workspace_are_not_asked_for(network: Network, settings: Any) -> None:
    with account(network, settings, "bitbucket access token") as found:
        integration = found.add(KINDS["bitbucket access token"][1])
        found.fake.forget_calls()
        with pytest.raises(ScmError) as missing:
            EmbeddedHost().add_repository(integration, "other/secret")
        assert (missing.value.reason, found.fake.calls) == ("VENDOR_NOT_FOUND", [])


# ---- the keys that encrypt


@pytest.fixture
def data(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv(sealing.VARIABLE, raising=False)
    settings.DATA = tmp_path
    return tmp_path


def test_keys_are_made_for_their_owner_alone(data: Path) -> None:
    assert sealing.unseal(sealing.seal(SECRET)) == SECRET
    assert stat.S_IMODE(sealing.keys_file().stat().st_mode) == 0o600
    sealing.keys_file().chmod(0o640)
    with pytest.raises(ImproperlyConfigured, match="chmod 600"):
        sealing.seal(SECRET)


def test_a_key_is_replaced_and_every_credential_with_it(data: Path, github: Account) -> None:
    integration = github.add(KINDS["github"][1])
    old, key = credentials.access_of(integration).sealed, sealing.keys_file().read_text()
    assert credentials.new_key() == 1
    new = credentials.access_of(integration).sealed
    assert new != old
    assert sealing.keys_file().read_text().split() != key.split()
    assert len(sealing.keys_file().read_text().split()) == 1
    assert sealing.unseal(new) == SECRET
    with pytest.raises(ScmError, match="cannot decrypt"):
        sealing.unseal(old)
    row = EmbeddedHost().add_repository(integration, "rocket")
    sealing.keys_file().write_text(Fernet.generate_key().decode())
    answer = github.call("GetCommit", pb.GetCommitRequest(repository_id=row.id, commit_sha="main"))
    assert (answer.status, answer.reason) == (Status.FAILED_PRECONDITION, "CREDENTIAL_UNREADABLE")


def test_keys_of_the_environment(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    monkeypatch.setenv(sealing.VARIABLE, old)
    sealed = sealing.seal(SECRET)
    monkeypatch.setenv(sealing.VARIABLE, f"{new},{old}")
    assert sealing.unseal(sealed) == SECRET
    assert Fernet(new).decrypt(sealing.seal(SECRET).encode()) == SECRET.encode()
    monkeypatch.setenv(sealing.VARIABLE, " ")
    with pytest.raises(ImproperlyConfigured, match=f"{sealing.VARIABLE} is empty"):
        sealing.seal("x")
    monkeypatch.setenv(sealing.VARIABLE, f"{SECRET},{old}")
    with pytest.raises(ImproperlyConfigured) as wrong:
        sealing.seal("x")
    assert SECRET not in str(wrong.value)
    assert not sealing.keys_file().exists()


def test_the_first_key_of_the_environment_encrypts_every_credential_anew(
    data: Path, github: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    monkeypatch.setenv(sealing.VARIABLE, old)
    integration = github.add(KINDS["github"][1])
    monkeypatch.setenv(sealing.VARIABLE, f"{new},{old}")
    assert credentials.new_key() == 1
    assert Fernet(new).decrypt(credentials.access_of(integration).sealed.encode()) == SECRET.encode()
    assert not sealing.keys_file().exists()


# ---- two commands at the same time


def once_asked(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Another command runs between the vendor's next answer and what is done with it."""
    ask = credentials._ask

    def hold(*given: Any) -> Any:
        monkeypatch.setattr(credentials, "_ask", ask)
        told = ask(*given)
        act()
        return told

    monkeypatch.setattr(credentials, "_ask", hold)


def secret_of(integration: Integration) -> str:
    return sealing.unseal(credentials.access_of(integration).sealed)


def test_a_check_keeps_the_credential_that_was_given_meanwhile(
    github: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    integration = github.add(KINDS["github"][1])
    github.fake.accepted.add("Bearer the new one")

    def replace() -> None:
        github.fake.scopes = "gist"
        credentials.rotate(integration, Credential(TOKEN, "the new one"))

    once_asked(monkeypatch, replace)
    assert "gist" in (credentials.check(integration).permissions or ())
    assert secret_of(integration) == "the new one"


def test_a_check_keeps_the_key_that_was_made_meanwhile(
    data: Path, github: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    integration = github.add(KINDS["github"][1])
    once_asked(monkeypatch, credentials.new_key)
    credentials.check(integration)
    assert secret_of(integration) == SECRET


def test_a_credential_that_is_added_or_replaced_is_under_the_key_that_was_made_meanwhile(
    data: Path, github: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    once_asked(monkeypatch, credentials.new_key)
    integration = github.add(KINDS["github"][1])
    assert secret_of(integration) == SECRET
    github.fake.accepted.add("Bearer the new one")
    once_asked(monkeypatch, credentials.new_key)
    credentials.rotate(integration, Credential(TOKEN, "the new one"))
    assert secret_of(integration) == "the new one"


# ---- the first start of a server


def test_two_accounts_are_served_with_one_variable_which_the_server_does_not_keep(
    github: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed.ensure_demo_organization()
    monkeypatch.setenv("GITHUB_TOKEN", SECRET)
    # Those of the token's own user.
    answer_some(github.fake, lambda asked: asked.path == "/user/repos", Reply([]))
    integrations.serve(["github:acme", "github:ada"])
    assert {row.access.account for row in Integration.objects.filter(access__isnull=False)} == {"acme", "ada"}
    assert "GITHUB_TOKEN" not in os.environ
    # The next start needs no variable.
    integrations.serve(["github:acme", "github:ada"])


def test_a_first_start_that_lists_half_of_the_repositories_says_how_to_add_the_rest(
    github: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed.ensure_demo_organization()
    monkeypatch.setenv("GITHUB_TOKEN", SECRET)
    answer_some(github.fake, lambda asked: asked.params.get("page") == "2", Reply({}, 502))
    with pytest.raises(UsageError) as failed:
        integrations.serve(["github:acme"])
    integration = Integration.objects.get(access__account="acme")
    assert f"repos add --integration {integration.id} --all" in str(failed.value)
    assert 0 < integration.repositories.count() < 251
    github.fake.forced = None
    integrations.add_repositories(integration.id, [])
    assert integration.repositories.count() == 251


# ---- one site, several vendors


def test_an_unreadable_credential_hides_no_repository_of_another_integration(github: Account) -> None:
    row = EmbeddedHost().add_repository(github.add(KINDS["github"][1]), "rocket")
    lost = factories.IntegrationFactory(organization=github.organization, provider_key="github")
    VendorAccess.objects.create(integration=lost, address="https://github.com", account="acme", sealed="of a lost key")
    other = factories.RepositoryFactory(
        organization=github.organization, integration=lost, url="https://github.com/acme/rocket-of-another"
    )

    def resolve(url: str) -> CallResult:
        request = pb.ResolveSourceUrlRequest(organization_id=github.organization.id, url=f"{url}/blob/main/src/app.py")
        return github.call("ResolveSourceUrl", request)

    assert resolve(row.url).message.repository_id == row.id
    assert resolve(other.url).reason == "CREDENTIAL_UNREADABLE"


def test_the_ids_of_two_integrations_never_share_a_limit_or_an_answer(github: Account) -> None:
    first = github.add(KINDS["github"][1])
    other = Account(github.fake, KINDS["github"][0])
    second = other.add(KINDS["github"][1])
    one, two = (EmbeddedHost().add_repository(integration, "rocket") for integration in (first, second))
    request = pb.GetCommitRequest(repository_id=one.id, commit_sha=github.fake.world.head)
    assert github.call("GetCommit", request).status is Status.OK
    assert other.call("GetCommit", request).status is Status.NOT_FOUND
    github.fake.forget_calls()
    request.repository_id = two.id
    assert other.call("GetCommit", request).status is Status.OK
    assert github.fake.calls


def test_an_account_of_many_repositories_is_decrypted_once_for_a_call(
    github: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    integration = github.add(KINDS["github"][1])
    assert len(list(EmbeddedHost().add_repositories(integration))) == 251
    decrypted = []
    unseal = vendors.unseal
    monkeypatch.setattr(vendors, "unseal", lambda sealed: decrypted.append(sealed) or unseal(sealed))
    url = "https://github.com/acme/repo-007/blob/main/src/app.py"
    request = pb.ResolveSourceUrlRequest(organization_id=github.organization.id, url=url)
    with CaptureQueriesContext(connection) as queries:
        assert github.call("ResolveSourceUrl", request).message.path == "src/app.py"
    assert len(decrypted) == 1
    assert len(queries) < 10


def test_removing_an_integration_removes_what_was_its(github: Account) -> None:
    integration = github.add(KINDS["github"][1])
    row = EmbeddedHost().add_repository(integration, "rocket")
    factories.CodeMappingFactory(repository=row, organization=github.organization)
    assert credentials.remove(integration) == 1
    assert not VendorAccess.objects.exists()
    answer = github.call("GetRepository", pb.GetRepositoryRequest(repository_id=row.id))
    assert answer.status is Status.NOT_FOUND


VENDORS = {key: kind for key, kind in adapters().items() if issubclass(kind, Vendor)}


@pytest.mark.parametrize("key", VENDORS)
def test_it_is_stated_what_every_operation_of_a_vendor_needs(key: str) -> None:
    """An RPC without a statement would never be SCOPE_MISSING."""
    adapter = VENDORS[key]
    asked = {rpc.needs: adapter.permission_for(rpc.needs) for rpc in RPCS.values() if adapter.supports(rpc.needs)}
    assert asked
    assert [operation for operation, permission in asked.items() if permission is None] == []
    assert adapter.standalone is not None
    if told := adapter.standalone.permissions:
        assert {*asked.values()} - {Permission.NOTHING} <= set(told)


def test_a_statement_is_about_an_operation_that_there_is() -> None:
    stated = {
        name for adapter in VENDORS.values() for kind in adapter.__mro__ for name in vars(kind).get("permissions", ())
    }
    assert stated <= {rpc.needs for rpc in RPCS.values()}
