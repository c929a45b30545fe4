"""Repositories of the embedded host: listed by name, added from disk, changed, refreshed and deleted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import grpc
import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sentry_scm_grpc.hosts.embedded import models
from sentry_scm_grpc.testing import factories
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.hosts.embedded.conftest import Caller, git

STATUS = grpc.StatusCode
NAMES = st.text("aBé%_/ ", min_size=1, max_size=3)
ODD_CONFIGS: list[Any] = [["no object"], {"path": 5}]
if connection.vendor != "postgresql":  # It takes no half of a character.
    ODD_CONFIGS.append({"path": "half \ud800"})


class TestListRepositories:
    @pytest.mark.parametrize("config", ODD_CONFIGS)
    def test_one_odd_config_does_not_fail_the_list(
        self, call: Caller, organization: models.Organization, config: Any
    ) -> None:
        good, odd = (factories.RepositoryFactory(organization=organization, name=name) for name in "ab")
        models.Repository.objects.filter(id=odd.id).update(config=config)
        found = call("ListRepositories").message.repositories
        assert [one.id for one in found] == [good.id, odd.id]

    def test_lists_active_ones_by_name(self, call: Caller, organization: models.Organization) -> None:
        for name in ("b", "a", "c"):
            factories.RepositoryFactory(organization=organization, name=name)
        factories.RepositoryFactory(organization=organization, status=pb.REPOSITORY_STATUS_HIDDEN)
        factories.RepositoryFactory(name="of somebody else")

        answer = call("ListRepositories").message
        assert [row.name for row in answer.repositories] == ["a", "b", "c"]
        assert answer.next_page_token == ""

    def test_tells_everything_of_a_repository(self, call: Caller, organization: models.Organization) -> None:
        row = factories.RepositoryFactory(
            organization=organization, url="https://git.example.com/acme/rocket", config={"path": "/srv", "depth": 3}
        )
        (message,) = call("ListRepositories").message.repositories
        assert message == pb.Repository(
            id=row.id,
            organization_id=organization.id,
            name=row.name,
            url="https://git.example.com/acme/rocket",
            external_id=row.external_id,
            status=pb.REPOSITORY_STATUS_ACTIVE,
            date_added=message.date_added,
            config={"path": "/srv", "depth": "3"},
            default_branch="main",
            integration_id=row.integration.id,
            provider_key="git",
        )
        assert message.date_added.ToMicroseconds() == int(row.date_added.timestamp() * 1_000_000)

    def test_narrows_by_name_integration_and_provider(self, call: Caller, organization: models.Organization) -> None:
        rocket = factories.RepositoryFactory(organization=organization, name="acme/Rocket")
        hub = factories.RepositoryFactory(organization=organization, name="acme/sled", provider_key="github")

        def ids(**fields: Any) -> list[int]:
            return [row.id for row in call("ListRepositories", **fields).message.repositories]

        assert ids(query="rOCK") == [rocket.id]
        assert ids(query="%") == []
        assert ids(integration_id=hub.integration.id) == [hub.id]
        assert ids(provider_key="git") == [rocket.id]
        assert ids(provider=pb.PROVIDER_GITHUB) == [hub.id]
        assert ids(provider=pb.PROVIDER_GITLAB) == []

    @given(names=st.lists(NAMES, max_size=8), late=st.lists(NAMES, max_size=4), page_size=st.integers(1, 4))
    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_pages_hold_every_row_once_in_order_while_others_are_added(
        self, call: Caller, integration: models.Integration, names: list[str], late: list[str], page_size: int
    ) -> None:
        models.Repository.objects.all().delete()
        owners = {"organization": integration.organization, "integration": integration}
        rows = [factories.RepositoryFactory(name=name, **owners) for name in names]
        found = []
        for page in call.pages("ListRepositories", page_size=page_size):
            assert len(page.repositories) == page_size or not page.next_page_token
            found += [row.id for row in page.repositories]
            for name in late:
                factories.RepositoryFactory(name=name, **owners)
            late = []
        assert {row.id for row in rows} <= set(found)
        in_order = models.Repository.objects.order_by("name", "id").values_list("id", flat=True)
        assert found == [id for id in in_order if id in found]


class TestCreateRepository:
    def test_adds_what_is_on_disk(self, call: Caller, integration: models.Integration, git_repository: Path) -> None:
        message = call("CreateRepository", integration_id=integration.id, identifier=str(git_repository)).message
        assert message.integration_id == integration.id
        assert message.default_branch == "main"
        assert message.config["path"] == str(git_repository)
        assert call("GetRepository", repository_id=message.id).message == message

    def test_a_second_time_it_is_there_already(
        self, call: Caller, integration: models.Integration, git_repository: Path
    ) -> None:
        fields = {"integration_id": integration.id, "identifier": str(git_repository)}
        first = call("CreateRepository", **fields).message
        again = call("CreateRepository", **fields)
        assert (again.status, again.reason) == (STATUS.ALREADY_EXISTS, "REPOSITORY_EXISTS")
        assert again.metadata == {"repository_id": str(first.id)}

    def test_a_hidden_one_comes_back(self, call: Caller, integration: models.Integration, git_repository: Path) -> None:
        fields = {"integration_id": integration.id, "identifier": str(git_repository)}
        first = call("CreateRepository", **fields).message
        models.Repository.objects.update(status=pb.REPOSITORY_STATUS_HIDDEN, name="old")
        assert call("CreateRepository", **fields).message == first

    def test_one_whose_deletion_runs_is_a_failed_precondition(
        self, call: Caller, integration: models.Integration, git_repository: Path
    ) -> None:
        fields = {"integration_id": integration.id, "identifier": str(git_repository)}
        call("CreateRepository", **fields)
        models.Repository.objects.update(status=pb.REPOSITORY_STATUS_DELETION_IN_PROGRESS)
        answer = call("CreateRepository", **fields)
        assert (answer.status, answer.reason) == (STATUS.FAILED_PRECONDITION, "REPOSITORY_INACTIVE")

    def test_what_is_not_there_is_not_found(
        self, call: Caller, integration: models.Integration, git_repository: Path
    ) -> None:
        missing = str(git_repository.parent / "missing")
        assert call("CreateRepository", integration_id=integration.id, identifier=missing).status is STATUS.NOT_FOUND
        assert not models.Repository.objects.exists()

    def test_an_inactive_integration_is_a_failed_precondition(
        self, call: Caller, integration: models.Integration, git_repository: Path
    ) -> None:
        models.Integration.objects.update(status=pb.INTEGRATION_STATUS_DISABLED)
        answer = call("CreateRepository", integration_id=integration.id, identifier=str(git_repository))
        assert (answer.status, answer.reason) == (STATUS.FAILED_PRECONDITION, "INTEGRATION_INACTIVE")

    def test_an_integration_without_adapter_is_unimplemented(
        self, call: Caller, organization: models.Organization
    ) -> None:
        odd = factories.IntegrationFactory(organization=organization, provider_key="cvs")
        answer = call("CreateRepository", integration_id=odd.id, identifier="x")
        assert (answer.status, answer.reason) == (STATUS.UNIMPLEMENTED, "PROVIDER_UNSUPPORTED")

    def test_a_request_id_makes_it_safe_to_repeat(
        self, call: Caller, integration: models.Integration, git_repository: Path
    ) -> None:
        fields = {"integration_id": integration.id, "identifier": str(git_repository), "request_id": "add-rocket"}
        first = call("CreateRepository", **fields).message
        assert call("CreateRepository", **fields).message == first
        other = call("CreateRepository", **{**fields, "identifier": "another"})
        assert (other.status, other.reason) == (STATUS.ALREADY_EXISTS, "REQUEST_ID_REUSED")


class TestUpdateRepository:
    @pytest.fixture
    def row(self, organization: models.Organization) -> models.Repository:
        made: models.Repository = factories.RepositoryFactory(organization=organization, name="old")
        return made

    def update(self, call: Caller, row: models.Repository, *paths: str, **values: Any) -> Any:
        return call(
            "UpdateRepository", repository=pb.Repository(id=row.id, **values), update_mask={"paths": list(paths)}
        )

    def test_changes_what_the_mask_names_and_nothing_else(self, call: Caller, row: models.Repository) -> None:
        before = call("GetRepository", repository_id=row.id).message
        after = self.update(
            call, row, "name", "url", name="new", url="https://x.example/new", default_branch="no"
        ).message
        before.name, before.url = "new", "https://x.example/new"
        assert after == before == call("GetRepository", repository_id=row.id).message

    def test_a_star_means_every_field(self, call: Caller, row: models.Repository) -> None:
        after = self.update(call, row, "*", name="new", status=pb.REPOSITORY_STATUS_ACTIVE).message
        assert (after.name, after.url, after.default_branch) == ("new", "", "")

    @pytest.mark.parametrize("status", [pb.REPOSITORY_STATUS_HIDDEN, pb.REPOSITORY_STATUS_DISABLED])
    def test_hidden_and_disabled_are_one(
        self, call: Caller, row: models.Repository, status: pb.RepositoryStatus.ValueType
    ) -> None:
        assert self.update(call, row, "status", status=status).message.status == pb.REPOSITORY_STATUS_HIDDEN
        active = self.update(call, row, "status", status=pb.REPOSITORY_STATUS_ACTIVE).message
        assert active.status == pb.REPOSITORY_STATUS_ACTIVE

    @pytest.mark.parametrize(
        ("paths", "values", "field"),
        [
            (["nonsense"], {}, "update_mask"),
            (["organization_id"], {"organization_id": 7}, "update_mask"),
            (["*", "name"], {"name": "x"}, "update_mask"),
            ([], {}, "update_mask"),
            (["status"], {}, "repository.status"),
            (["status"], {"status": pb.REPOSITORY_STATUS_PENDING_DELETION}, "repository.status"),
            (["name"], {"name": "  "}, "repository.name"),
            (["name"], {"name": "x" * 513}, "repository.name"),
            (["url"], {"url": "javascript:alert(1)"}, "repository.url"),
            (["url"], {"url": "https://user:hunter2@github.com/acme/rocket"}, "repository.url"),
            (["default_branch"], {"default_branch": "--upload-pack=x"}, "repository.default_branch"),
        ],
    )
    def test_refuses_other_fields_and_bad_values(
        self, call: Caller, row: models.Repository, paths: list[str], values: dict[str, Any], field: str
    ) -> None:
        answer = self.update(call, row, *paths, **values)
        assert answer.status is STATUS.INVALID_ARGUMENT
        assert set(answer.violations) == {field}

    def test_one_whose_deletion_runs_cannot_be_changed(self, call: Caller, row: models.Repository) -> None:
        models.Repository.objects.update(status=pb.REPOSITORY_STATUS_PENDING_DELETION)
        answer = self.update(call, row, "name", name="new")
        assert (answer.status, answer.reason) == (STATUS.FAILED_PRECONDITION, "REPOSITORY_INACTIVE")


class TestDeleteRepository:
    def test_takes_the_code_mappings_along(self, call: Caller, organization: models.Organization) -> None:
        repository = factories.RepositoryFactory(organization=organization)
        mapping = factories.CodeMappingFactory(repository=repository)
        assert call("DeleteRepository", repository_id=repository.id).status is STATUS.OK
        assert call("GetRepository", repository_id=repository.id).reason == "REPOSITORY_NOT_FOUND"
        assert call("GetCodeMapping", code_mapping_id=mapping.id).reason == "CODE_MAPPING_NOT_FOUND"

    def test_repeated_with_a_request_id_it_answers_the_same(
        self, call: Caller, organization: models.Organization
    ) -> None:
        repository = factories.RepositoryFactory(organization=organization)
        for _ in range(2):
            answer = call("DeleteRepository", repository_id=repository.id, request_id="delete-it")
            assert answer.status is STATUS.OK


class TestSyncRepository:
    def test_tells_what_changed_on_disk(
        self, call: Caller, integration: models.Integration, git_repository: Path
    ) -> None:
        added = call("CreateRepository", integration_id=integration.id, identifier=str(git_repository)).message
        git(git_repository, "branch", "-m", "main", "trunk")

        answer = call("SyncRepository", repository_id=added.id).message
        assert list(answer.changes) == [
            pb.RepositoryChange(field="default_branch", old_value="main", new_value="trunk")
        ]
        added.default_branch = "trunk"
        assert answer.repository == added == call("GetRepository", repository_id=added.id).message
        assert not call("SyncRepository", repository_id=added.id).message.changes

    def test_an_inactive_repository_is_a_failed_precondition(
        self, call: Caller, organization: models.Organization
    ) -> None:
        row = factories.RepositoryFactory(organization=organization, status=pb.REPOSITORY_STATUS_HIDDEN)
        answer = call("SyncRepository", repository_id=row.id)
        assert (answer.status, answer.reason) == (STATUS.FAILED_PRECONDITION, "REPOSITORY_INACTIVE")

    def test_one_without_integration_is_a_failed_precondition(
        self, call: Caller, organization: models.Organization
    ) -> None:
        row = factories.RepositoryFactory(organization=organization, integration=None)
        answer = call("SyncRepository", repository_id=row.id)
        assert (answer.status, answer.reason) == (STATUS.FAILED_PRECONDITION, "NO_INTEGRATION")


def test_search_tells_which_repositories_are_added(
    call: Caller, integration: models.Integration, git_repository: Path
) -> None:
    (found,) = call("SearchRepositories", integration_id=integration.id).message.repositories
    assert found.repository_id == 0
    added = call("CreateRepository", integration_id=integration.id, identifier=found.identifier).message
    (found,) = call("SearchRepositories", integration_id=integration.id).message.repositories
    assert found.repository_id == added.id
