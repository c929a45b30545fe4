"""Code mappings of the embedded host: made, listed, changed, deleted, and derived from stack traces."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import grpc
import pytest

from sentry_scm_grpc.errors import DeadlineExceeded, Unavailable
from sentry_scm_grpc.hosts.base import SkippedRepositories
from sentry_scm_grpc.hosts.embedded import models
from sentry_scm_grpc.rpc.budget import Budget
from sentry_scm_grpc.testing import factories
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.hosts.embedded.conftest import Caller, git

STATUS = grpc.StatusCode


@pytest.fixture
def repository(organization: models.Organization) -> models.Repository:
    row: models.Repository = factories.RepositoryFactory(organization=organization)
    return row


@pytest.fixture
def mapping(repository: models.Repository) -> models.CodeMapping:
    row: models.CodeMapping = factories.CodeMappingFactory(repository=repository)
    return row


class TestCreateCodeMapping:
    def create(self, call: Caller, project: models.Project, repository: models.Repository, **fields: Any) -> Any:
        given = {"stack_root": "app/", "source_root": "src/", "default_branch": "main", **fields}
        return call("CreateCodeMapping", project_id=project.id, repository_id=repository.id, **given)

    def test_can_be_read_afterwards(self, call: Caller, project: models.Project, repository: models.Repository) -> None:
        made = self.create(call, project, repository).message
        assert made == pb.CodeMapping(
            id=made.id,
            organization_id=call.organization.id,
            project_id=project.id,
            repository_id=repository.id,
            stack_root="app/",
            source_root="src/",
            default_branch="main",
        )
        assert call("GetCodeMapping", code_mapping_id=made.id).message == made
        assert list(call("ListCodeMappings").message.code_mappings) == [made]

    def test_a_stack_root_is_mapped_once_in_a_project(
        self, call: Caller, project: models.Project, repository: models.Repository
    ) -> None:
        made = self.create(call, project, repository).message
        again = self.create(call, project, repository, source_root="lib/")
        assert (again.status, again.reason) == (STATUS.ALREADY_EXISTS, "CODE_MAPPING_EXISTS")
        assert again.metadata == {"code_mapping_id": str(made.id)}

        other = factories.ProjectFactory(organization=project.organization)
        assert self.create(call, other, repository).status is STATUS.OK

    def test_a_repository_without_integration_is_a_failed_precondition(
        self, call: Caller, project: models.Project
    ) -> None:
        loose = factories.RepositoryFactory(organization=project.organization, integration=None)
        answer = self.create(call, project, loose)
        assert (answer.status, answer.reason) == (STATUS.FAILED_PRECONDITION, "NO_INTEGRATION")


class TestListCodeMappings:
    def test_narrows_by_project_and_repository(self, call: Caller, organization: models.Organization) -> None:
        first, second = factories.CodeMappingFactory.create_batch(2, repository__organization=organization)
        factories.CodeMappingFactory()

        def ids(**fields: Any) -> list[int]:
            return [row.id for row in call("ListCodeMappings", **fields).message.code_mappings]

        assert ids() == [first.id, second.id]
        assert ids(project_id=first.project.id) == [first.id]
        assert ids(repository_id=second.repository.id) == [second.id]
        assert ids(project_id=first.project.id, repository_id=second.repository.id) == []

    def test_pages_hold_every_row_once(self, call: Caller, repository: models.Repository) -> None:
        rows = factories.CodeMappingFactory.create_batch(5, repository=repository)
        pages = [[row.id for row in page.code_mappings] for page in call.pages("ListCodeMappings", page_size=2)]
        ids = [row.id for row in rows]
        assert pages == [ids[:2], ids[2:4], ids[4:]]


class TestUpdateCodeMapping:
    def update(self, call: Caller, row: models.CodeMapping, *paths: str, **values: Any) -> Any:
        changed = pb.CodeMapping(id=row.id, **values)
        return call("UpdateCodeMapping", code_mapping=changed, update_mask={"paths": list(paths)})

    def test_changes_what_the_mask_names_and_nothing_else(self, call: Caller, mapping: models.CodeMapping) -> None:
        before = call("GetCodeMapping", code_mapping_id=mapping.id).message
        after = self.update(call, mapping, "source_root", source_root="lib/", stack_root="ignored/").message
        before.source_root = "lib/"
        assert after == before == call("GetCodeMapping", code_mapping_id=mapping.id).message

    def test_may_move_to_another_project_and_repository(self, call: Caller, mapping: models.CodeMapping) -> None:
        project = factories.ProjectFactory(organization=mapping.organization)
        repository = factories.RepositoryFactory(
            organization=mapping.organization, integration=mapping.repository.integration
        )
        after = self.update(
            call, mapping, "project_id", "repository_id", project_id=project.id, repository_id=repository.id
        ).message
        assert (after.project_id, after.repository_id) == (project.id, repository.id)

    def test_a_repository_of_another_integration_is_refused(self, call: Caller, mapping: models.CodeMapping) -> None:
        other = factories.RepositoryFactory(organization=mapping.organization)
        answer = self.update(call, mapping, "repository_id", repository_id=other.id)
        assert (answer.status, answer.reason) == (STATUS.INVALID_ARGUMENT, "IDS_DO_NOT_MATCH")
        assert set(answer.violations) == {"code_mapping.repository_id"}

    def test_rows_of_others_are_not_found(self, call: Caller, mapping: models.CodeMapping) -> None:
        foreign = factories.CodeMappingFactory()
        project = self.update(call, mapping, "project_id", project_id=foreign.project.id)
        assert (project.status, project.reason) == (STATUS.NOT_FOUND, "PROJECT_NOT_FOUND")
        repository = self.update(call, mapping, "repository_id", repository_id=foreign.repository.id)
        assert (repository.status, repository.reason) == (STATUS.NOT_FOUND, "REPOSITORY_NOT_FOUND")

    def test_a_taken_stack_root_changes_nothing(self, call: Caller, mapping: models.CodeMapping) -> None:
        other = factories.CodeMappingFactory(repository=mapping.repository, project=mapping.project)
        answer = self.update(
            call, mapping, "stack_root", "source_root", stack_root=other.stack_root, source_root="lib/"
        )
        assert (answer.status, answer.reason) == (STATUS.ALREADY_EXISTS, "CODE_MAPPING_EXISTS")
        assert answer.metadata == {"code_mapping_id": str(other.id)}
        mapping.refresh_from_db()
        assert mapping.source_root == "src/"

    @pytest.mark.parametrize(
        ("paths", "fields"),
        [
            (["nonsense", "id"], {"update_mask"}),
            (["*"], {"code_mapping.project_id", "code_mapping.repository_id", "code_mapping.default_branch"}),
            (["default_branch"], {"code_mapping.default_branch"}),
        ],
    )
    def test_refuses_other_fields_and_missing_values(
        self, call: Caller, mapping: models.CodeMapping, paths: list[str], fields: set[str]
    ) -> None:
        answer = self.update(call, mapping, *paths)
        assert answer.status is STATUS.INVALID_ARGUMENT
        assert set(answer.violations) == fields


@pytest.mark.parametrize(
    "status",
    [pb.REPOSITORY_STATUS_HIDDEN, pb.REPOSITORY_STATUS_PENDING_DELETION, pb.REPOSITORY_STATUS_DELETION_IN_PROGRESS],
)
def test_nothing_is_mapped_to_a_repository_that_cannot_be_read(
    call: Caller, project: models.Project, mapping: models.CodeMapping, status: int
) -> None:
    hidden = factories.RepositoryFactory(
        organization=mapping.organization, integration=mapping.repository.integration, status=status
    )
    values = {"stack_root": "new/", "source_root": "src/", "default_branch": "main"}
    moved = pb.CodeMapping(id=mapping.id, repository_id=hidden.id)
    answers = [
        call("ListBranches", repository_id=hidden.id),
        call("CreateCodeMapping", project_id=project.id, repository_id=hidden.id, **values),
        call("UpdateCodeMapping", code_mapping=moved, update_mask={"paths": ["repository_id"]}),
    ]
    assert [(answer.status, answer.reason) for answer in answers] == [
        (STATUS.FAILED_PRECONDITION, "REPOSITORY_INACTIVE")
    ] * 3
    entries = [
        {"repository_id": hidden.id, **values},
        {"repository": {"name": hidden.name}, **values, "stack_root": "a/"},
    ]
    batch = call("BatchUpsertCodeMappings", project_id=project.id, mappings=entries).message
    assert [result.error.reason for result in batch.results] == ["REPOSITORY_INACTIVE"] * 2
    assert models.CodeMapping.objects.get().repository_id == mapping.repository_id


def test_a_deleted_mapping_is_gone(call: Caller, mapping: models.CodeMapping) -> None:
    assert call("DeleteCodeMapping", code_mapping_id=mapping.id).status is STATUS.OK
    assert call("GetCodeMapping", code_mapping_id=mapping.id).reason == "CODE_MAPPING_NOT_FOUND"


class TestDeriveCodeMappings:
    """The repository on disk holds src/engine.py."""

    @pytest.fixture
    def on_disk(self, organization: models.Organization, git_repository: Path) -> models.Repository:
        row: models.Repository = factories.RepositoryFactory(organization=organization, path=git_repository)
        return row

    def derive(self, call: Caller, project: models.Project, *paths: str, **fields: Any) -> Any:
        return call("DeriveCodeMappings", project_id=project.id, stacktrace_paths=list(paths), **fields)

    def test_finds_mappings_and_stores_nothing(
        self, call: Caller, project: models.Project, on_disk: models.Repository
    ) -> None:
        answer = self.derive(call, project, "/usr/app/src/engine.py", "nowhere/else.py").message
        (found,) = answer.mappings
        assert (found.id, found.repository_id, found.project_id) == (0, on_disk.id, project.id)
        assert found.default_branch == "main"
        path = "/usr/app/src/engine.py"
        assert found.source_root + path.removeprefix(found.stack_root) == "src/engine.py"
        assert list(answer.unmatched_paths) == ["nowhere/else.py"]
        assert not models.CodeMapping.objects.exists()

    def test_stores_them_once_when_asked(
        self, call: Caller, project: models.Project, on_disk: models.Repository
    ) -> None:
        (first,) = self.derive(call, project, "/usr/app/src/engine.py", store=True).message.mappings
        assert call("GetCodeMapping", code_mapping_id=first.id).message == first
        (again,) = self.derive(call, project, "/usr/app/src/engine.py", store=True).message.mappings
        (unstored,) = self.derive(call, project, "/usr/app/src/engine.py").message.mappings
        assert again == unstored == first

    def test_what_somebody_mapped_stays(
        self, call: Caller, project: models.Project, on_disk: models.Repository
    ) -> None:
        (found,) = self.derive(call, project, "/usr/app/src/engine.py").message.mappings
        by_hand = factories.CodeMappingFactory(
            repository=on_disk, project=project, stack_root=found.stack_root, source_root="by/hand/"
        )
        (again,) = self.derive(call, project, "/usr/app/src/engine.py", store=True).message.mappings
        assert again == found  # With id 0: it is not stored.
        by_hand.refresh_from_db()
        assert by_hand.source_root == "by/hand/"

    def test_a_windows_path_leads_back_to_its_file(
        self, call: Caller, project: models.Project, on_disk: models.Repository
    ) -> None:
        frame = "C:\\build\\src\\engine.py"
        (mapping,) = self.derive(call, project, frame, store=True).message.mappings
        for filepath in (
            frame,
            "c:/BUILD/src/engine.py",
            "file:///C:/build/src/engine.py",
            "C:\\build\\.\\src\\\\engine.py",
        ):
            found = call(
                "GetStacktraceLink",
                repository_id=on_disk.id,
                filepath=filepath,
                code_mapping_id=mapping.id,
                line_number=2,
            )
            assert (found.status, found.message.path) == (STATUS.OK, "src/engine.py")
        found = call("GetStacktraceLink", repository_id=on_disk.id, filepath="src\\engine.py")
        assert found.message.path == "src/engine.py"

    def test_a_root_that_somebody_wrote_with_other_slashes_is_taken(
        self, call: Caller, project: models.Project, on_disk: models.Repository
    ) -> None:
        by_hand = factories.CodeMappingFactory(
            repository=on_disk, project=project, stack_root="C:/build/", source_root=""
        )
        (found,) = self.derive(call, project, "C:\\build\\src\\engine.py", store=True).message.mappings
        assert found.id == by_hand.id
        assert models.CodeMapping.objects.count() == 1

    def test_a_damaged_repository_is_named_and_the_others_are_read(
        self, call: Caller, project: models.Project, on_disk: models.Repository, tmp_path: Path
    ) -> None:
        damaged = tmp_path / "damaged"
        git(tmp_path, "clone", "-q", "--no-hardlinks", str(tmp_path / "rocket"), str(damaged))
        for path in (damaged / ".git/objects").rglob("*"):
            if path.is_file():
                path.chmod(0o644)
                path.write_bytes(b"damaged")
        gone = tmp_path / "gone"
        rows = [factories.RepositoryFactory(organization=project.organization, path=path) for path in (damaged, gone)]
        answer = self.derive(call, project, "/usr/app/src/engine.py", "nowhere/else.py", store=True).message
        assert [mapping.repository_id for mapping in answer.mappings] == [on_disk.id]
        assert (answer.incomplete, answer.incomplete_reason) == (True, "REPOSITORIES_SKIPPED")
        skipped = {one.repository_id: (one.reason, one.message) for one in answer.skipped_repositories}
        assert set(skipped) == {row.id for row in rows}
        assert all(reason and message for reason, message in skipped.values())
        # Nobody knows: the repositories that were not read may have it.
        assert list(answer.unmatched_paths) == []

    def test_a_repository_without_its_path_is_named_too(
        self, call: Caller, project: models.Project, on_disk: models.Repository
    ) -> None:
        odd = factories.RepositoryFactory(organization=project.organization)
        models.Repository.objects.filter(id=odd.id).update(config={})
        answer = self.derive(call, project, "/usr/app/src/engine.py").message
        assert [mapping.repository_id for mapping in answer.mappings] == [on_disk.id]
        assert [one.repository_id for one in answer.skipped_repositories] == [odd.id]


@pytest.mark.parametrize("error", [DeadlineExceeded("Late."), Unavailable("Down."), ValueError("a bug")])
def test_a_call_whose_time_is_over_skips_nothing(error: Exception) -> None:
    call: Any = SimpleNamespace(budget=Budget(0.0), host=SimpleNamespace(map_error=lambda error: None))
    skipped = SkippedRepositories(call)
    with pytest.raises(DeadlineExceeded):
        skipped.add(1, error)
    assert skipped.found == []


class TestStacktraceLinks:
    @pytest.fixture
    def on_disk(self, organization: models.Organization, git_repository: Path) -> models.Repository:
        (git_repository / "src" / "cafe\u0301.py").write_text("x\n")
        (git_repository / "a\\b.py").write_text("x\n")
        git(git_repository, "add", ".")
        git(git_repository, "commit", "-q", "-m", "Odd names")
        row: models.Repository = factories.RepositoryFactory(organization=organization, path=git_repository)
        return row

    def test_letters_with_marks_are_found_in_either_form(self, call: Caller, on_disk: models.Repository) -> None:
        found = call("GetStacktraceLink", repository_id=on_disk.id, filepath="src/caf\u00e9.py").message
        assert found.path == "src/cafe\u0301.py"

    def test_a_file_with_a_backslash_in_its_name_stays_within_reach(
        self, call: Caller, on_disk: models.Repository
    ) -> None:
        assert call("CheckFile", repository_id=on_disk.id, path="a\\b.py").message.exists

    def test_a_root_ends_at_a_name(self, call: Caller, on_disk: models.Repository) -> None:
        mapping = factories.CodeMappingFactory(repository=on_disk, stack_root="src/eng", source_root="src/eng")
        answer = call(
            "GetStacktraceLink", repository_id=on_disk.id, filepath="src/engine.py", code_mapping_id=mapping.id
        )
        assert (answer.status, answer.reason) == (STATUS.INVALID_ARGUMENT, "CODE_MAPPING_MISMATCH")

    @pytest.mark.parametrize("filepath", ["src/", "src\\"])
    def test_a_directory_is_refused(self, call: Caller, on_disk: models.Repository, filepath: str) -> None:
        answer = call("GetStacktraceLink", repository_id=on_disk.id, filepath=filepath)
        assert set(answer.violations) == {"filepath"}
