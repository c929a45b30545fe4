"""BatchUpsertCodeMappings on the embedded host."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sentry_scm_grpc.hosts.embedded import models
from sentry_scm_grpc.hosts.embedded.operations.code_mappings import CodeMappingOperations
from sentry_scm_grpc.rpc.principal import Principal
from sentry_scm_grpc.testing import factories
from sentry_scm_grpc.testing.web_call import web_call
from sentry_scm_grpc.v1 import lookup_pb2 as lookup
from tests.hosts.embedded.conftest import Caller
from tests.sites import metadata_of

STATUS = grpc.StatusCode


@pytest.fixture
def repository(organization: models.Organization) -> models.Repository:
    row: models.Repository = factories.RepositoryFactory(
        organization=organization, name="acme/rocket", url="https://git.example.com/acme/rocket"
    )
    return row


def outcomes(answer: Any) -> list[str]:
    """What became of each entry, or the reason why it failed."""
    names = lookup.CodeMappingOutcome.Name
    return [
        result.error.reason or names(result.outcome).removeprefix("CODE_MAPPING_OUTCOME_")
        for result in answer.message.results
    ]


def entry(root: str, **fields: Any) -> dict[str, Any]:
    given = {"stack_root": root, "source_root": "src/", "default_branch": "main", **fields}
    return given if "repository_id" in given else {"repository": {"name": "acme/rocket"}, **given}


class TestBatchUpsertCodeMappings:
    def upsert(self, call: Caller, *entries: dict[str, Any], **fields: Any) -> Any:
        return call("BatchUpsertCodeMappings", mappings=entries, **fields)

    def test_creates_updates_and_leaves_alone(
        self, call: Caller, project: models.Project, repository: models.Repository
    ) -> None:
        old, same = (
            factories.CodeMappingFactory(project=project, repository=repository, stack_root=root)
            for root in ("old/", "same/")
        )
        sibling = factories.RepositoryFactory(
            organization=call.organization, integration=repository.integration, name="acme/sibling"
        )
        entries = [
            entry("new/", repository={"clone_url": "git@git.example.com:acme/rocket.git"}),
            entry("old/", repository_id=sibling.id, source_root="lib/", default_branch="next"),
            entry("same/"),
        ]
        answer = self.upsert(call, *entries, project_slug=project.slug)
        assert outcomes(answer) == ["CREATED", "UPDATED", "UNCHANGED"]
        for result in answer.message.results:
            assert result.code_mapping == call("GetCodeMapping", code_mapping_id=result.code_mapping.id).message
        made, changed, kept = (result.code_mapping for result in answer.message.results)
        assert (made.stack_root, made.source_root, made.repository_id) == ("new/", "src/", repository.id)
        assert (changed.id, changed.repository_id, changed.source_root) == (old.id, sibling.id, "lib/")
        assert kept.id == same.id
        assert outcomes(self.upsert(call, *entries, project_id=project.id)) == ["UNCHANGED"] * 3
        assert models.CodeMapping.objects.count() == 3

    def test_one_that_fails_changes_nothing_and_the_others_are_stored(
        self, call: Caller, project: models.Project, repository: models.Repository
    ) -> None:
        loose = factories.RepositoryFactory(organization=call.organization, integration=None, default_branch="")
        foreign = factories.RepositoryFactory(name="acme/foreign")
        moved = factories.CodeMappingFactory(project=project, repository__organization=call.organization)
        before = call("GetCodeMapping", code_mapping_id=moved.id).message
        entries = [
            entry("a/"),
            entry("b/", repository={"name": "acme/foreign"}),
            entry("c/", repository_id=foreign.id),
            entry("d/", repository_id=loose.id),
            entry("e/", repository_id=loose.id, default_branch=""),
            entry(moved.stack_root),
            entry("f/"),
        ]
        answer = self.upsert(call, *entries, project_id=project.id)
        assert outcomes(answer) == [
            "CREATED",
            "REPOSITORY_NOT_FOUND",
            "REPOSITORY_NOT_FOUND",
            "NO_INTEGRATION",
            "DEFAULT_BRANCH_UNKNOWN",
            "IDS_DO_NOT_MATCH",
            "CREATED",
        ]
        assert [result.HasField("code_mapping") for result in answer.message.results].count(True) == 2
        roots = models.CodeMapping.objects.filter(project=project).values_list("stack_root", flat=True)
        assert set(roots) == {"a/", "f/", moved.stack_root}
        assert call("GetCodeMapping", code_mapping_id=moved.id).message == before

    def test_a_project_that_came_from_another_organization(
        self, call: Caller, project: models.Project, repository: models.Repository
    ) -> None:
        """Its old mapping is neither changed nor named."""
        left = factories.CodeMappingFactory(project=project, repository=repository, stack_root="left/")
        models.CodeMapping.objects.filter(id=left.id).update(organization=factories.OrganizationFactory())
        answers = [
            self.upsert(call, entry("left/", source_root="mine/"), project_id=project.id),
            call(
                "CreateCodeMapping",
                project_id=project.id,
                repository_id=repository.id,
                stack_root="left/",
                source_root="mine/",
                default_branch="main",
            ),
        ]
        assert outcomes(answers[0]) == [answers[1].reason] == ["CODE_MAPPING_EXISTS"]
        assert "code_mapping_id" not in str(answers[1])
        left.refresh_from_db()
        assert left.source_root != "mine/"

    def test_the_branch_that_is_left_out(
        self, call: Caller, project: models.Project, repository: models.Repository
    ) -> None:
        models.Repository.objects.filter(id=repository.id).update(default_branch="trunk")
        factories.CodeMappingFactory(
            project=project, repository=repository, stack_root="old/", default_branch="kept", source_root="x/"
        )
        entries = [entry(root, default_branch="") for root in ("new/", "old/")]
        answer = self.upsert(call, *entries, project_id=project.id)
        assert [result.code_mapping.default_branch for result in answer.message.results] == ["trunk", "kept"]

    @pytest.mark.parametrize(
        ("fields", "violations"),
        [
            ({"mappings": [entry("a/"), entry("a/")]}, {"mappings[1].stack_root"}),
            ({"mappings": [{"stack_root": "a/"}]}, {"mappings[0].repository_id"}),
            ({"mappings": [{"repository_id": 1, "repository": {"name": "x"}}]}, {"mappings[0].repository_id"}),
            ({"mappings": [{"repository": {"provider_key": "git"}}]}, {"mappings[0].repository"}),
            (
                {"mappings": [entry("a b/", default_branch="/x")]},
                {"mappings[0].stack_root", "mappings[0].default_branch"},
            ),
            ({"mappings": [entry(f"{n}/") for n in range(301)]}, {"mappings"}),
            ({"mappings": [entry("a/")], "project_slug": "both"}, {"project_id"}),
            ({"mappings": [entry("a/")], "project_id": 0}, {"project_id"}),
        ],
    )
    def test_invalid_fields_are_named_and_nothing_is_stored(
        self, call: Caller, project: models.Project, repository: models.Repository, fields: Any, violations: set[str]
    ) -> None:
        answer = call("BatchUpsertCodeMappings", **{"project_id": project.id, **fields})
        assert (answer.status, set(answer.violations)) == (STATUS.INVALID_ARGUMENT, violations)
        assert not models.CodeMapping.objects.exists()

    def test_another_organizations_project_is_not_found(self, call: Caller, repository: models.Repository) -> None:
        other = factories.ProjectFactory(slug="theirs")
        for slug in (other.slug, "nobodys"):
            answer = self.upsert(call, entry("a/"), project_slug=slug)
            assert (answer.status, answer.reason) == (STATUS.NOT_FOUND, "PROJECT_NOT_FOUND")
            assert answer.metadata == {"field": "project_slug"}

    def test_a_mapping_that_another_call_creates_meanwhile_is_changed(
        self, call: Caller, project: models.Project, repository: models.Repository, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        found = CodeMappingOperations.mappings_by_root
        asked: list[int] = []

        def first_before_the_other_writes(self: Any, *args: Any) -> Any:
            answer = found(self, *args)
            if not asked:
                factories.CodeMappingFactory(project=project, repository=repository, stack_root="a/", source_root="x/")
            asked.append(1)
            return answer

        monkeypatch.setattr(CodeMappingOperations, "mappings_by_root", first_before_the_other_writes)
        answer = self.upsert(call, entry("a/"), project_id=project.id)
        assert outcomes(answer) == ["UPDATED"]
        assert models.CodeMapping.objects.get().source_root == "src/"

    def test_a_repetition_with_the_request_id_answers_what_the_first_call_did(
        self, call: Caller, project: models.Project, repository: models.Repository
    ) -> None:
        first, again = (self.upsert(call, entry("a/"), project_id=project.id, request_id="one") for _ in range(2))
        assert outcomes(first) == outcomes(again) == ["CREATED"]

    def test_a_repetition_by_slug_is_for_who_still_reaches_the_project(
        self, call: Caller, project: models.Project, repository: models.Repository, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked = {"project_slug": project.slug, "request_id": "one"}
        assert outcomes(self.upsert(call, entry("a/"), **asked)) == ["CREATED"]
        # The embedded host's keys see every project; a user's token in a Sentry may not.
        monkeypatch.setattr(Principal, "may_see_project", lambda *_: False)
        again = self.upsert(call, entry("a/"), **asked)
        assert (again.status, again.reason) == (grpc.StatusCode.PERMISSION_DENIED, "PROJECT_FORBIDDEN")

    def test_the_scope_of_a_build_is_enough(
        self, call: Caller, project: models.Project, repository: models.Repository
    ) -> None:
        request = lookup.BatchUpsertCodeMappingsRequest(project_id=project.id, mappings=[entry("a/")])
        answer = web_call("BatchUpsertCodeMappings", request, metadata_of(call.organization, {"org:ci"}))
        assert outcomes(answer) == ["CREATED"]

    @pytest.mark.parametrize("count", [1, 300])
    def test_a_call_that_changes_nothing_costs_the_same_however_many(
        self, call: Caller, project: models.Project, repository: models.Repository, count: int
    ) -> None:
        entries = [entry(f"{n}/") for n in range(count)]
        self.upsert(call, *entries, project_id=project.id)
        models.ApiKey.objects.update(last_used=None)
        with CaptureQueriesContext(connection) as captured:
            assert outcomes(self.upsert(call, *entries, project_id=project.id)) == ["UNCHANGED"] * count
        assert len(captured) == 2 + 1 + 2  # The credential, the project, then repositories and mappings.
