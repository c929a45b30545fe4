"""Repositories inside Sentry: rows read and changed as Sentry's own endpoints do."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
import responses
from sentry.constants import ObjectStatus
from sentry.models import Commit, Repository

from sentry_scm_grpc.testing.web_call import web_call
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.sentry_host.rows import Rows

pytestmark = pytest.mark.django_db

GITHUB = {
    "id": 1296269,
    "full_name": "acme/rocket",
    "html_url": "https://github.com/acme/rocket",
    "default_branch": "main",
}


@pytest.fixture
def rows() -> Rows:
    return Rows()


def names_of(answer: pb.ListRepositoriesResponse) -> list[str]:
    return [found.name for found in answer.repositories]


# ---- reading ---------------------------------------------------------------------------------------------------------


def test_repositories_are_listed_by_name_page_by_page(rows: Rows) -> None:
    for name in ("acme/c", "acme/a", "acme/b"):
        rows.repository(name)
    request = pb.ListRepositoriesRequest(organization_id=rows.organization.id, page_size=2)
    first = web_call("ListRepositories", request, rows.as_key("org:read")).message
    request.page_token = first.next_page_token
    second = web_call("ListRepositories", request, rows.as_key("org:read")).message
    assert names_of(first) == ["acme/a", "acme/b"]
    assert names_of(second) == ["acme/c"]
    assert not second.next_page_token


def test_repositories_that_share_a_name_are_neither_lost_nor_doubled_between_pages(rows: Rows) -> None:
    ids = {rows.repository("same", external_id=str(number)).id for number in range(5)}
    request = pb.ListRepositoriesRequest(organization_id=rows.organization.id, page_size=2)
    seen: list[int] = []
    while not seen or request.page_token:
        page = web_call("ListRepositories", request, rows.as_key("org:read")).message
        seen += [found.id for found in page.repositories]
        request.page_token = page.next_page_token
    assert sorted(seen) == sorted(ids)


@pytest.mark.parametrize(
    ("filters", "wanted"),
    [
        ({"provider": pb.PROVIDER_GITHUB}, ["acme/app", "plugin/era"]),
        ({"provider": pb.PROVIDER_GITLAB}, ["acme/lab"]),
        ({"provider_key": "visualstudio"}, ["azure"]),
        ({"provider": pb.PROVIDER_GITHUB, "provider_key": "gitlab"}, []),
        ({"query": "ACME"}, ["acme/app", "acme/lab"]),
    ],
)
def test_the_list_is_filtered(rows: Rows, filters: dict[str, Any], wanted: list[str]) -> None:
    rows.repository("acme/app")
    rows.repository("acme/lab", provider="integrations:gitlab", integration_id=None)
    rows.repository("plugin/era", provider="github", integration_id=None)
    rows.repository("azure", provider="visualstudio", integration_id=None)
    rows.repository("acme/hidden", status=ObjectStatus.HIDDEN)
    request = pb.ListRepositoriesRequest(organization_id=rows.organization.id, **filters)
    assert names_of(web_call("ListRepositories", request, rows.as_key("org:read")).message) == wanted


def test_the_number_of_queries_does_not_grow_with_the_page(rows: Rows, django_assert_max_num_queries: Any) -> None:
    for number in range(30):
        rows.repository(f"acme/{number}")
    metadata = rows.as_key("org:read")
    with django_assert_max_num_queries(4):
        request = pb.ListRepositoriesRequest(organization_id=rows.organization.id, page_size=30)
        assert len(web_call("ListRepositories", request, metadata).message.repositories) == 30


@pytest.mark.parametrize("config", [{}, {"name": None, "webhook_secret": "s3cret"}, ["odd"]])
def test_a_row_without_provider_and_with_an_odd_config_is_shown(rows: Rows, config: Any) -> None:
    # As Sentry's own derivation of code mappings makes them.
    row = rows.repository(provider=None, external_id=None, url=None, config=config, integration_id=None)
    found = web_call("GetRepository", pb.GetRepositoryRequest(repository_id=row.id), rows.as_key("org:read")).message
    assert (found.name, found.provider, found.provider_key, found.integration_id) == ("acme/rocket", 0, "", 0)
    assert dict(found.config) == {}


def test_what_a_row_holds_is_shown_and_a_secret_is_not(rows: Rows) -> None:
    row = rows.repository(config={"name": "acme/rocket", "default_branch": "main", "webhook_secret": "s3cret"})
    found = web_call("GetRepository", pb.GetRepositoryRequest(repository_id=row.id), rows.as_key("org:read")).message
    assert dict(found.config) == {"name": "acme/rocket", "default_branch": "main"}
    assert (found.provider, found.provider_key, found.default_branch) == (pb.PROVIDER_GITHUB, "github", "main")
    assert found.date_added.ToDatetime(row.date_added.tzinfo) == row.date_added


# ---- create ----------------------------------------------------------------------------------------------------------


def create(rows: Rows, metadata: Any = None, identifier: str = "acme/rocket") -> Any:
    request = pb.CreateRepositoryRequest(
        organization_id=rows.organization.id, integration_id=rows.integration.id, identifier=identifier
    )
    return web_call("CreateRepository", request, metadata or rows.as_owner("org:write"))


def github_knows_the_repository() -> None:
    responses.get("https://api.github.com/repos/acme/rocket", json=GITHUB)
    responses.get("https://api.github.com/repos/acme/rocket/hooks", json=[])


@responses.activate
def test_a_repository_is_created_through_sentrys_own_provider(rows: Rows) -> None:
    github_knows_the_repository()
    made = create(rows).message
    row = Repository.objects.get(id=made.id)
    assert (row.provider, row.external_id, row.integration_id) == (
        "integrations:github",
        "1296269",
        rows.integration.id,
    )
    assert (row.name, row.url, row.config["name"]) == ("acme/rocket", "https://github.com/acme/rocket", "acme/rocket")
    assert made.default_branch == "main"


@responses.activate
def test_creating_it_again_says_which_one_there_is(rows: Rows) -> None:
    github_knows_the_repository()
    first = create(rows).message
    again = create(rows)
    assert again.status is grpc.StatusCode.ALREADY_EXISTS
    assert again.metadata == {"repository_id": str(first.id)}
    assert Repository.objects.filter(organization_id=rows.organization.id).count() == 1


@responses.activate
def test_creating_a_hidden_repository_brings_it_back(rows: Rows) -> None:
    github_knows_the_repository()
    row = rows.repository(external_id="1296269", status=ObjectStatus.HIDDEN)
    assert create(rows).message.id == row.id
    assert Repository.objects.get(id=row.id).status == ObjectStatus.ACTIVE


@responses.activate
def test_a_repository_without_an_integration_gets_one_and_keeps_its_id(rows: Rows) -> None:
    github_knows_the_repository()
    row = rows.repository(external_id="1296269", integration_id=None)
    found = create(rows).message
    assert (found.id, found.integration_id) == (row.id, rows.integration.id)


@responses.activate
def test_gitlab_gets_one_webhook_and_a_duplicate_none() -> None:
    rows = Rows("gitlab")
    project = {
        "id": 7,
        "path_with_namespace": "acme/rocket",
        "name_with_namespace": "Acme / Rocket",
        "web_url": "https://gitlab.example.com/acme/rocket",
        "default_branch": "trunk",
    }
    responses.get("https://gitlab.example.com/api/v4/projects/7", json=project)
    hook = responses.post("https://gitlab.example.com/api/v4/projects/7/hooks", json={"id": 99})
    made = create(rows, identifier="7").message
    assert (made.name, made.external_id, made.default_branch) == ("Acme / Rocket", "gitlab.example.com:7", "trunk")
    assert create(rows, identifier="7").status is grpc.StatusCode.ALREADY_EXISTS
    assert hook.call_count == 1


@responses.activate
def test_an_organization_key_may_not_create_unless_the_operator_says_so(rows: Rows, settings: Any) -> None:
    github_knows_the_repository()
    refused = create(rows, rows.as_key("org:write"))
    assert (refused.status, refused.reason) == (grpc.StatusCode.PERMISSION_DENIED, "USER_REQUIRED")
    settings.SCM_GRPC = {**settings.SCM_GRPC, "KEYS_MAY_ACT_AS_USERS": True}
    assert create(rows, rows.as_key("org:write")).message.name == "acme/rocket"


@responses.activate
@pytest.mark.parametrize("identifier", ["rocket", "../x", "acme/..", "acme/rocket/hooks", "acme/rocket?x"])
def test_an_identifier_that_is_none_is_refused_before_the_vendor_is_asked(rows: Rows, identifier: str) -> None:
    answer = create(rows, identifier=identifier)
    assert answer.status is grpc.StatusCode.INVALID_ARGUMENT
    assert "identifier" in answer.violations
    assert not responses.calls


# ---- update and delete -----------------------------------------------------------------------------------------------


def update(rows: Rows, paths: list[str], **values: Any) -> Any:
    request = pb.UpdateRepositoryRequest(repository=pb.Repository(**values))
    request.update_mask.paths.extend(paths)
    return web_call("UpdateRepository", request, rows.as_owner("org:write"))


def test_hiding_a_repository_deletes_its_commits_as_sentry_does(rows: Rows) -> None:
    row = rows.repository()
    Commit.objects.create(organization_id=rows.organization.id, repository_id=row.id, key="a" * 40)
    found = update(rows, ["status"], id=row.id, status=pb.REPOSITORY_STATUS_HIDDEN).message
    assert found.status == pb.REPOSITORY_STATUS_HIDDEN
    assert not Commit.objects.filter(repository_id=row.id).exists()


def test_only_what_the_mask_names_is_changed(rows: Rows) -> None:
    row = rows.repository(integration_id=None)
    Commit.objects.create(organization_id=rows.organization.id, repository_id=row.id, key="a" * 40)
    values = {"integration_id": rows.integration.id, "status": pb.REPOSITORY_STATUS_HIDDEN, "name": "other"}
    found = update(rows, ["integration_id"], id=row.id, **values).message
    assert (found.integration_id, found.status) == (rows.integration.id, pb.REPOSITORY_STATUS_ACTIVE)
    assert Commit.objects.filter(repository_id=row.id).exists()


@pytest.mark.parametrize(
    ("paths", "values", "field"),
    [
        (["name"], {"name": "x"}, "update_mask"),
        (["status"], {"status": pb.REPOSITORY_STATUS_PENDING_DELETION}, "repository.status"),
        (["integration_id"], {}, "repository.integration_id"),
    ],
)
def test_what_cannot_be_changed_is_named(rows: Rows, paths: list[str], values: dict[str, Any], field: str) -> None:
    answer = update(rows, paths, id=rows.repository().id, **values)
    assert answer.status is grpc.StatusCode.INVALID_ARGUMENT
    assert set(answer.violations) == {field}


def test_the_new_integration_must_be_the_organizations(rows: Rows) -> None:
    answer = update(rows, ["integration_id"], id=rows.repository().id, integration_id=Rows().integration.id)
    assert (answer.status, answer.reason) == (grpc.StatusCode.NOT_FOUND, "INTEGRATION_NOT_FOUND")


def test_a_deletion_is_scheduled_and_can_be_taken_back(rows: Rows) -> None:
    row = rows.repository()
    request = pb.DeleteRepositoryRequest(repository_id=row.id)
    for _ in range(2):
        assert web_call("DeleteRepository", request, rows.as_owner("org:admin")).status is grpc.StatusCode.OK
    pending = web_call("GetRepository", pb.GetRepositoryRequest(repository_id=row.id), rows.as_key("org:read")).message
    assert (pending.name, pending.status) == ("acme/rocket", pb.REPOSITORY_STATUS_PENDING_DELETION)
    from sentry.models.scheduledeletion import RegionScheduledDeletion

    assert RegionScheduledDeletion.objects.filter(object_id=row.id, model_name="Repository").count() == 1
    back = update(rows, ["status"], id=row.id, status=pb.REPOSITORY_STATUS_ACTIVE).message
    assert (back.name, back.external_id) == ("acme/rocket", "acme/rocket")


def test_a_deletion_that_runs_cannot_be_taken_back(rows: Rows) -> None:
    row = rows.repository(status=ObjectStatus.DELETION_IN_PROGRESS)
    answer = update(rows, ["status"], id=row.id, status=pb.REPOSITORY_STATUS_ACTIVE)
    assert answer.status is grpc.StatusCode.FAILED_PRECONDITION


# ---- with the provider -----------------------------------------------------------------------------------------------


def sync(rows: Rows, row: Any) -> Any:
    return web_call("SyncRepository", pb.SyncRepositoryRequest(repository_id=row.id), rows.as_key("org:write"))


@responses.activate
def test_a_sync_stores_and_tells_what_changed_and_makes_no_webhook(rows: Rows) -> None:
    row = rows.repository(external_id="1296269", config={"name": "acme/rocket"})
    renamed = {**GITHUB, "full_name": "acme/spaceship", "html_url": "https://github.com/acme/spaceship"}
    responses.get("https://api.github.com/repos/acme/rocket", json=renamed)
    answer = sync(rows, row).message
    assert {change.field: change.new_value for change in answer.changes} == {
        "name": "acme/spaceship",
        "url": "https://github.com/acme/spaceship",
        "default_branch": "main",
        "config.name": "acme/spaceship",
    }
    row.refresh_from_db()
    assert (row.name, row.config) == ("acme/spaceship", {"name": "acme/spaceship", "default_branch": "main"})
    assert [call.request.method for call in responses.calls] == ["GET"]


@responses.activate
def test_a_sync_that_finds_another_repository_under_the_name_changes_nothing(rows: Rows) -> None:
    row = rows.repository(external_id="4711")
    responses.get("https://api.github.com/repos/acme/rocket", json=GITHUB)
    answer = sync(rows, row)
    assert (answer.status, answer.reason) == (grpc.StatusCode.NOT_FOUND, "REPOSITORY_REPLACED")
    row.refresh_from_db()
    assert row.external_id == "4711"


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"integration_id": None}, "NO_INTEGRATION"),
        ({"integration_id": 999999}, "NO_INTEGRATION"),
        ({"provider": None, "config": {}, "integration_id": None}, "NO_INTEGRATION"),
        ({"status": ObjectStatus.HIDDEN}, "REPOSITORY_INACTIVE"),
        ({"status": ObjectStatus.PENDING_DELETION}, "REPOSITORY_INACTIVE"),
    ],
)
def test_a_repository_that_cannot_be_reached_says_why(rows: Rows, values: dict[str, Any], reason: str) -> None:
    answer = sync(rows, rows.repository(**values))
    assert (answer.status, answer.reason) == (grpc.StatusCode.FAILED_PRECONDITION, reason)


def test_an_integration_that_is_switched_off_says_so(rows: Rows) -> None:
    row = rows.repository()
    rows.installed.update(status=ObjectStatus.DISABLED)
    answer = sync(rows, row)
    assert (answer.status, answer.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "INTEGRATION_INACTIVE")


@responses.activate
@pytest.mark.parametrize(
    ("status", "reason"), [(404, "NOT_FOUND"), (403, "VENDOR_FORBIDDEN"), (401, "INTEGRATION_UNAUTHORIZED")]
)
def test_that_a_repository_is_out_of_reach_is_an_answer(rows: Rows, status: int, reason: str) -> None:
    responses.get("https://api.github.com/repos/acme/rocket", status=status, json={"message": "no"})
    request = pb.CheckRepositoryAccessRequest(repository_id=rows.repository().id)
    answer = web_call("CheckRepositoryAccess", request, rows.as_key("org:read")).message
    assert (answer.accessible, answer.reason) == (False, reason)


@responses.activate
def test_that_the_vendor_is_down_is_none(rows: Rows) -> None:
    responses.get("https://api.github.com/repos/acme/rocket", status=500, json={})
    request = pb.CheckRepositoryAccessRequest(repository_id=rows.repository().id)
    answer = web_call("CheckRepositoryAccess", request, rows.as_key("org:read"))
    assert answer.status is grpc.StatusCode.UNAVAILABLE


@pytest.mark.parametrize(
    "config", [["no object"], {"default_branch": 5, "name": "half \ud800"}, {"pending_deletion_name": []}]
)
def test_one_odd_config_does_not_fail_the_list(rows: Rows, config: Any) -> None:
    good, odd = rows.repository(), rows.repository("acme/odd", config=config)
    request = pb.ListRepositoriesRequest(organization_id=rows.organization.id)
    found = web_call("ListRepositories", request, rows.as_key("org:read")).message.repositories
    assert [(one.id, one.name) for one in found] == [(odd.id, "acme/odd"), (good.id, "acme/rocket")]
