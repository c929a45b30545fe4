"""GetCaller, BatchLookupRepositories and BatchUpsertCodeMappings inside Sentry."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from sentry.models import RepositoryProjectPathConfig
from sentry.testutils.factories import Factories

from sentry_scm_grpc.hosts import callers
from sentry_scm_grpc.testing.web_call import web_call
from sentry_scm_grpc.v1 import lookup_pb2 as lookup
from tests.sentry_host.rows import Rows, user_metadata
from tests.sentry_host.test_credentials import org_token

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows() -> Rows:
    return Rows()


def get_caller(metadata: Any, **fields: Any) -> Any:
    return web_call("GetCaller", lookup.GetCallerRequest(**fields), metadata)


def projects(organization: Any) -> list[tuple[int, str]]:
    return [(project.id, project.slug) for project in organization.projects]


class TestGetCaller:
    def test_a_key_belongs_to_one_organization_and_sees_its_active_projects(self, rows: Rows) -> None:
        from sentry.constants import ObjectStatus

        leaving = Factories.create_project(rows.organization)
        leaving.update(status=ObjectStatus.PENDING_DELETION)
        answer = get_caller(rows.as_key("org:read")).message
        assert answer.kind == "api-key"
        assert answer.credential.startswith("api-key:")
        assert not answer.HasField("user")
        (mine,) = answer.organizations
        assert (mine.id, mine.slug, mine.name) == (
            rows.organization.id,
            rows.organization.slug,
            rows.organization.name,
        )
        assert projects(mine) == [(rows.project.id, rows.project.slug)]
        assert list(mine.scopes) == ["org:read"]
        # Sentry wants a user to add a repository.
        assert "ListRepositories" in mine.rpcs
        assert "CreateRepository" not in mine.rpcs
        assert "DeleteRepository" not in mine.rpcs

    def test_an_organization_token_too(self, rows: Rows) -> None:
        answer = get_caller(org_token(rows, "org:ci")).message
        assert answer.kind == "org-token"
        assert [(found.id, list(found.scopes)) for found in answer.organizations] == [
            (rows.organization.id, ["org:ci"])
        ]
        assert "GetRepository" in answer.organizations[0].rpcs
        assert "SearchCode" not in answer.organizations[0].rpcs

    def test_a_user_is_told_every_organization_with_the_scopes_there(self, rows: Rows) -> None:
        other = Factories.create_organization(flags=0)  # Members see the projects of their teams.
        team = Factories.create_team(other)
        seen = Factories.create_project(other, teams=[team])
        Factories.create_project(other, teams=[Factories.create_team(other)])
        Factories.create_member(user=rows.owner, organization=other, role="member", teams=[team])
        Factories.create_organization()
        metadata = user_metadata(rows.owner, {"org:read", "org:admin"})
        answer = get_caller(metadata).message
        assert answer.kind == "user-token"
        assert (answer.user.id, answer.user.username, answer.user.is_app) == (rows.owner.id, rows.owner.username, False)
        found = {organization.id: organization for organization in answer.organizations}
        assert list(found) == sorted([rows.organization.id, other.id])
        assert list(found[rows.organization.id].scopes) == ["org:admin", "org:read"]
        assert list(found[other.id].scopes) == ["org:read"]
        assert "DeleteRepository" in found[rows.organization.id].rpcs
        assert "DeleteRepository" not in found[other.id].rpcs
        assert projects(found[other.id]) == [(seen.id, seen.slug)]

        one = get_caller(metadata, organization_id=other.id).message
        assert list(one.organizations) == [found[other.id]]
        assert not answer.incomplete

    def test_an_organization_without_membership_is_not_found(self, rows: Rows) -> None:
        other = Factories.create_organization()
        answer = get_caller(user_metadata(rows.owner, {"org:read"}), organization_id=other.id)
        assert answer.status is grpc.StatusCode.NOT_FOUND

    def test_more_organizations_than_it_returns(self, rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(callers, "MAX_ORGANIZATIONS", 1)
        Factories.create_organization(owner=rows.owner)
        answer = get_caller(user_metadata(rows.owner, {"org:read"})).message
        assert len(answer.organizations) == 1
        assert (answer.incomplete, answer.incomplete_reason) == (True, "TOO_MANY_ORGANIZATIONS")


def find(rows: Rows, *keys: dict[str, Any], **fields: Any) -> list[Any]:
    request = lookup.BatchLookupRepositoriesRequest(organization_id=rows.organization.id, repositories=keys, **fields)
    results = web_call("BatchLookupRepositories", request, rows.as_key("org:ci")).message.results
    return [result.repository.id or result.error for result in results]


class TestBatchLookupRepositories:
    def test_by_each_kind_of_key(self, rows: Rows) -> None:
        row = rows.repository(external_id="17")
        old = rows.repository("acme/old", provider="github", external_id="18", url=None, integration_id=None)
        keys = [
            {"name": "Acme/Rocket"},
            {"external_id": "17", "provider_key": "github"},
            {"clone_url": "git@GitHub.com:acme/rocket.git"},
            {"clone_url": "https://github.com/Acme/Rocket.git"},
            {"external_id": "18", "provider_key": "github"},
        ]
        assert find(rows, *keys) == [row.id] * 4 + [old.id]
        (error,) = find(rows, {"name": "acme/old"}, integration_id=rows.integration.id)
        assert error.reason == "REPOSITORY_NOT_FOUND"

    def test_another_organizations_is_not_found(self, rows: Rows) -> None:
        Rows().repository(external_id="17")
        keys = [{"name": "acme/rocket"}, {"external_id": "17"}, {"clone_url": "git@github.com:acme/rocket"}]
        assert [error.reason for error in find(rows, *keys)] == ["REPOSITORY_NOT_FOUND"] * 3

    @pytest.mark.parametrize("provider", ["vsts", "bitbucket_server"])
    def test_addresses_of_other_vendors(self, provider: str) -> None:
        rows = Rows(provider)
        stored, asked = {
            "vsts": ("https://acme.visualstudio.com/space/_git/rocket", "git@ssh.dev.azure.com:v3/acme/space/rocket"),
            "bitbucket_server": (
                "https://bb.example.com/projects/ACME/repos/rocket/browse",
                "ssh://git@bb.example.com:7999/acme/rocket.git",
            ),
        }[provider]
        row = rows.repository(url=stored)
        assert find(rows, {"clone_url": asked}) == [row.id]

    def test_a_hundred_cost_as_many_queries_as_one(self, rows: Rows) -> None:
        made = [rows.repository(f"acme/r{n}") for n in range(100)]
        keys = [{"clone_url": f"git@github.com:acme/r{n}.git"} if n % 2 else {"name": f"ACME/R{n}"} for n in range(100)]
        find(rows, keys[0])
        counts = []
        for asked in (keys[:1], keys):
            with CaptureQueriesContext(connection) as captured:
                assert find(rows, *asked) == [row.id for row in made[: len(asked)]]
            counts.append(len(captured))
        assert counts[0] == counts[1], captured.captured_queries


def upsert(rows: Rows, *entries: dict[str, Any], metadata: Any = None, **fields: Any) -> Any:
    request = lookup.BatchUpsertCodeMappingsRequest(
        organization_id=rows.organization.id,
        mappings=[{"source_root": "src/", "default_branch": "main", **entry} for entry in entries],
        **fields or {"project_id": rows.project.id},
    )
    return web_call("BatchUpsertCodeMappings", request, metadata or org_token(rows, "org:ci"))


ROCKET = {"name": "acme/rocket"}


class TestBatchUpsertCodeMappings:
    def test_an_organization_token_stores_the_mappings_of_a_build(self, rows: Rows) -> None:
        repository = rows.repository()
        old = rows.mapping(repository, stack_root="old/", default_branch="main")
        entries = [
            {"repository": {"clone_url": "git@github.com:acme/rocket.git"}, "stack_root": "new/"},
            {"repository": ROCKET, "stack_root": "old/", "source_root": "lib/"},
            {"repository": {"name": "acme/nobody"}, "stack_root": "x/"},
        ]
        answer = upsert(rows, *entries, project_slug=rows.project.slug).message
        assert [result.outcome for result in answer.results] == [
            lookup.CODE_MAPPING_OUTCOME_CREATED,
            lookup.CODE_MAPPING_OUTCOME_UPDATED,
            lookup.CODE_MAPPING_OUTCOME_FAILED,
        ]
        made = RepositoryProjectPathConfig.objects.get(id=answer.results[0].code_mapping.id)
        assert (made.project_id, made.repository_id, made.stack_root) == (rows.project.id, repository.id, "new/")
        assert (made.organization_integration_id, made.automatically_generated) == (rows.installed.id, False)
        old.refresh_from_db()
        assert (old.source_root, old.stack_root) == ("lib/", "old/")
        again = upsert(rows, *entries[:2]).message
        assert [result.outcome for result in again.results] == [lookup.CODE_MAPPING_OUTCOME_UNCHANGED] * 2

    @pytest.mark.parametrize("id", [2**31, 2**63 - 1])
    def test_an_id_that_no_row_can_have_is_not_found(self, rows: Rows, id: int) -> None:
        """Sentry's fields refuse it with an assertion."""
        rows.repository()
        missing, found = upsert(
            rows, {"repository_id": id, "stack_root": "a/"}, {"repository": ROCKET, "stack_root": "b/"}
        ).message.results
        assert missing.error.reason == "REPOSITORY_NOT_FOUND"
        assert found.outcome == lookup.CODE_MAPPING_OUTCOME_CREATED

    def test_another_organizations_rows_are_neither_found_nor_told(self, rows: Rows) -> None:
        theirs = Rows()
        repository = theirs.repository()
        theirs.mapping(repository, stack_root="a/")
        entries = [{"repository_id": repository.id, "stack_root": "a/"}, {"repository": ROCKET, "stack_root": "b/"}]
        for result in upsert(rows, *entries).message.results:
            assert result.error.reason == "REPOSITORY_NOT_FOUND"
        for fields in ({"project_id": theirs.project.id}, {"project_slug": theirs.project.slug}):
            answer = upsert(rows, *entries, **fields)
            assert answer.status is grpc.StatusCode.NOT_FOUND
        projects = [rows.project.id, theirs.project.id]
        assert RepositoryProjectPathConfig.objects.filter(project_id__in=projects).count() == 1

    def test_a_repository_without_an_integration_is_refused_alone(self, rows: Rows) -> None:
        loose = rows.repository("acme/loose", integration_id=None)
        rows.repository()
        entries = [
            {"repository_id": loose.id, "stack_root": "a/"},
            {"repository": ROCKET, "stack_root": "b/"},
        ]
        results = upsert(rows, *entries).message.results
        assert results[0].error.reason == "NO_INTEGRATION"
        assert results[1].outcome == lookup.CODE_MAPPING_OUTCOME_CREATED

    def test_a_user_who_does_not_see_the_project_is_refused(self, rows: Rows) -> None:
        rows.organization.flags.allow_joinleave = False
        rows.organization.save()
        member = Factories.create_user()
        Factories.create_member(organization=rows.organization, user=member, role="member", teams=[])
        rows.repository()
        for fields in ({"project_slug": rows.project.slug}, {"project_id": rows.project.id}):
            metadata = user_metadata(member, {"org:read"})
            answer = upsert(rows, {"repository": ROCKET, "stack_root": "a/"}, metadata=metadata, **fields)
            assert (answer.status, answer.reason) == (grpc.StatusCode.PERMISSION_DENIED, "PROJECT_FORBIDDEN")
