"""What every host answers alike: integrations and what they can do, links of stack traces, web urls read back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import grpc
import pytest

from sentry_scm_grpc.hosts.embedded import models
from sentry_scm_grpc.rpc.policy import RPCS
from sentry_scm_grpc.testing import factories
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.hosts.embedded.conftest import Caller, git
from tests.hosts.embedded.test_every_rpc_answers import UNSUPPORTED

STATUS = grpc.StatusCode
URL = "https://git.example.com/acme/rocket"


@pytest.fixture
def repository(organization: models.Organization, git_repository: Path) -> models.Repository:
    row: models.Repository = factories.RepositoryFactory(organization=organization, path=git_repository, url=URL)
    return row


class TestListIntegrations:
    def test_lists_by_id_whatever_the_status(self, call: Caller, organization: models.Organization) -> None:
        first = factories.IntegrationFactory(organization=organization, name="disk", domain="git.example.com")
        factories.IntegrationFactory(organization=organization, status=pb.INTEGRATION_STATUS_DISABLED)
        factories.IntegrationFactory()

        answer = call("ListIntegrations").message
        assert answer.integrations[0] == pb.Integration(
            id=first.id,
            organization_id=organization.id,
            provider_key="git",
            name="disk",
            domain="git.example.com",
            status=pb.INTEGRATION_STATUS_ACTIVE,
        )
        assert [row.status for row in answer.integrations[1:]] == [pb.INTEGRATION_STATUS_DISABLED]

    def test_narrows_by_provider(self, call: Caller, organization: models.Organization) -> None:
        disk = factories.IntegrationFactory(organization=organization)
        hub = factories.IntegrationFactory(organization=organization, provider_key="vsts")
        for fields, row in (({"provider_key": "git"}, disk), ({"provider": pb.PROVIDER_AZURE_DEVOPS}, hub)):
            assert [found.id for found in call("ListIntegrations", **fields).message.integrations] == [row.id]

    def test_pages_hold_every_row_once(self, call: Caller, organization: models.Organization) -> None:
        rows = factories.IntegrationFactory.create_batch(3, organization=organization)
        pages = [[row.id for row in page.integrations] for page in call.pages("ListIntegrations", page_size=2)]
        assert pages == [[rows[0].id, rows[1].id], [rows[2].id]]


class TestGetCapabilities:
    def capabilities(self, call: Caller, integration: models.Integration) -> dict[str, pb.Capability]:
        answer = call("GetCapabilities", integration_id=integration.id).message
        assert answer.integration_id == integration.id
        assert [entry.rpc for entry in answer.capabilities] == list(RPCS)
        return {entry.rpc: entry for entry in answer.capabilities}

    def test_git_can_do_everything_that_needs_nobody_else(
        self, call: Caller, integration: models.Integration, settings: Any
    ) -> None:
        settings.SCM_GRPC = {**settings.SCM_GRPC, "GIT_WRITES": True}
        found = self.capabilities(call, integration)
        cannot = {entry.rpc: entry for entry in found.values() if not entry.supported}
        assert set(cannot) == UNSUPPORTED
        assert {entry.reason for entry in cannot.values()} == {"PROVIDER_UNSUPPORTED"}
        assert cannot["GetRepositoryPermission"].message.startswith("A git repository on disk has no users")
        assert cannot["CreateCommitStatus"].message.startswith("Git itself stores no statuses")

    def test_what_is_switched_off_is_named(self, call: Caller, integration: models.Integration, settings: Any) -> None:
        settings.SCM_GRPC = {**settings.SCM_GRPC, "RPCS": ["*", "-SearchCode"]}
        found = self.capabilities(call, integration)["SearchCode"]
        assert (found.supported, found.reason) == (False, "RPC_DISABLED")

    def test_without_an_adapter_rows_can_still_be_read(self, call: Caller, organization: models.Organization) -> None:
        odd = factories.IntegrationFactory(organization=organization, provider_key="cvs")
        found = self.capabilities(call, odd)
        assert found["ListRepositories"].supported
        assert found["UpdateCodeMapping"].supported
        for rpc in ("CreateRepository", "GetCommit", "CreateExternalIssue", "SearchRepositories"):
            assert (found[rpc].supported, found[rpc].reason) == (False, "PROVIDER_UNSUPPORTED")
            assert found[rpc].message

    def test_an_inactive_integration_is_described_too(self, call: Caller, integration: models.Integration) -> None:
        models.Integration.objects.update(status=pb.INTEGRATION_STATUS_DISABLED)
        assert self.capabilities(call, integration)["GetCommit"].supported


class TestGetStacktraceLink:
    """src/engine.py is on main; the branch "old" has src/boiler.py instead."""

    @pytest.fixture(autouse=True)
    def _old_branch(self, git_repository: Path) -> None:
        git(git_repository, "checkout", "-q", "-b", "old")
        git(git_repository, "mv", "src/engine.py", "src/boiler.py")
        git(git_repository, "commit", "-q", "-m", "Steam")
        git(git_repository, "checkout", "-q", "main")

    def link(self, call: Caller, repository: models.Repository, filepath: str, **fields: Any) -> Any:
        return call("GetStacktraceLink", repository_id=repository.id, filepath=filepath, **fields)

    def test_the_version_comes_first_then_the_default_branch(self, call: Caller, repository: models.Repository) -> None:
        at_version = self.link(call, repository, "src/boiler.py", version="old").message
        assert (at_version.ref, at_version.path) == ("old", "src/boiler.py")
        assert at_version.url.startswith(URL)
        fallen_back = self.link(call, repository, "src/engine.py", version="old").message
        assert (fallen_back.ref, fallen_back.path) == ("main", "src/engine.py")
        unknown_version = self.link(call, repository, "src/engine.py", version="never-was").message
        assert unknown_version.ref == "main"

    def test_a_code_mapping_turns_the_path(self, call: Caller, repository: models.Repository) -> None:
        mapping = factories.CodeMappingFactory(repository=repository, stack_root="/app/", default_branch="old")
        found = self.link(call, repository, "/app/boiler.py", code_mapping_id=mapping.id).message
        assert (found.ref, found.path) == ("old", "src/boiler.py")
        given = self.link(
            call, repository, "/app/engine.py", code_mapping_id=mapping.id, default_branch="main", line_number=2
        ).message
        assert (given.ref, given.path) == ("main", "src/engine.py")
        assert given.url.endswith("2")

        answer = self.link(call, repository, "/elsewhere/x.py", code_mapping_id=mapping.id)
        assert (answer.status, answer.reason) == (STATUS.INVALID_ARGUMENT, "CODE_MAPPING_MISMATCH")

    def test_a_code_mapping_of_another_repository_is_refused(self, call: Caller, repository: models.Repository) -> None:
        other = factories.CodeMappingFactory(repository__organization=repository.organization)
        answer = self.link(call, repository, "src/engine.py", code_mapping_id=other.id)
        assert (answer.status, answer.reason) == (STATUS.INVALID_ARGUMENT, "IDS_DO_NOT_MATCH")

    @pytest.mark.parametrize("path", ["/src/engine.py", "src/../../etc/passwd"])
    def test_a_path_that_is_none_of_a_repository_is_refused(
        self, call: Caller, repository: models.Repository, path: str
    ) -> None:
        answer = self.link(call, repository, path)
        assert answer.status is STATUS.INVALID_ARGUMENT
        assert set(answer.violations) == {"filepath"}

    def test_what_is_nowhere_is_not_found(self, call: Caller, repository: models.Repository) -> None:
        answer = self.link(call, repository, "src/wing.py", version="old")
        assert (answer.status, answer.reason) == (STATUS.NOT_FOUND, "FILE_NOT_FOUND")


class TestResolveSourceUrl:
    def test_is_the_way_back_of_get_source_url(self, call: Caller, repository: models.Repository) -> None:
        made = call("GetSourceUrl", repository_id=repository.id, path="src/engine.py", ref="main", line_number=2)
        assert call("ResolveSourceUrl", url=made.message.url).message == pb.ResolvedSourceUrl(
            repository_id=repository.id, ref="main", path="src/engine.py", line_number=2
        )

    def test_the_repository_with_the_longest_address_wins(
        self, call: Caller, repository: models.Repository, git_repository: Path
    ) -> None:
        url = call("GetSourceUrl", repository_id=repository.id, path="src/engine.py").message.url
        for shorter in ("https://git.example.com/acme", "https://git.example.com/acme/rock"):
            factories.RepositoryFactory(organization=repository.organization, path=git_repository, url=shorter)
        assert call("ResolveSourceUrl", url=url).message.repository_id == repository.id

    @pytest.mark.parametrize("change", [{"status": pb.REPOSITORY_STATUS_HIDDEN}, {"url": ""}, {"integration": None}])
    def test_other_addresses_and_inactive_repositories_are_not_found(
        self, call: Caller, repository: models.Repository, change: dict[str, Any]
    ) -> None:
        url = call("GetSourceUrl", repository_id=repository.id, path="src/engine.py").message.url
        assert call("ResolveSourceUrl", url=url.replace("rocket", "sled")).reason == "URL_NOT_KNOWN"
        models.Repository.objects.update(**change)
        answer = call("ResolveSourceUrl", url=url)
        assert (answer.status, answer.reason) == (STATUS.NOT_FOUND, "URL_NOT_KNOWN")
