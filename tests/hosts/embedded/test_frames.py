"""ResolveFrames on the embedded host, with git repositories."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import grpc
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sentry_scm_grpc.hosts import frames
from sentry_scm_grpc.hosts.embedded import models
from sentry_scm_grpc.testing import factories
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.hosts.embedded.conftest import Caller, git

PATH = "src/engine.py"


@pytest.fixture
def repository(organization: models.Organization, git_repository: Path) -> models.Repository:
    (git_repository / "CODEOWNERS").write_text("*.py @rockets\n")
    git(git_repository, "add", ".")
    git(git_repository, "commit", "-q", "-m", "Somebody owns it")
    row: models.Repository = factories.RepositoryFactory(
        organization=organization, path=git_repository, url="https://git.example.com/acme/rocket"
    )
    return row


@pytest.fixture
def mapping(repository: models.Repository, project: models.Project) -> models.CodeMapping:
    row: models.CodeMapping = factories.CodeMappingFactory(
        repository=repository, project=project, stack_root="/app/", source_root=""
    )
    return row


class TestResolveFrames:
    def resolve(self, call: Caller, project: models.Project, *given: dict[str, Any], **fields: Any) -> Any:
        frames = [{"path": f"/app/{PATH}", "line_number": 2, **frame} for frame in given]
        return call("ResolveFrames", project_id=project.id, frames=frames, **fields).message

    def test_mapping_path_url_blame_and_owners(
        self, call: Caller, project: models.Project, mapping: models.CodeMapping
    ) -> None:
        (frame,) = self.resolve(call, project, {}).frames
        assert (frame.code_mapping_id, frame.repository_id) == (mapping.id, mapping.repository_id)
        assert (frame.path, frame.ref, frame.exists, frame.reason) == (PATH, "main", True, "")
        asked = {"path": PATH, "ref": "main", "line_number": 2, "repository_id": mapping.repository_id}
        assert frame.url == call("GetSourceUrl", **asked).message.url
        line = {"commit_sha": "main", "filepath": PATH, "line_number": 2}
        blame = call("GetCommitContext", repository_id=mapping.repository_id, **line).message
        assert frame.blame == blame
        assert blame.message == "Lift off\n"
        owners = call("GetCodeOwners", repository_id=mapping.repository_id, paths=[PATH]).message.path_owners[0]
        assert frame.owners == owners
        assert list(owners.owners) == ["@rockets"]
        assert frame.topmost_own

    def test_each_frame_says_why_it_is_not_resolved(
        self, call: Caller, project: models.Project, mapping: models.CodeMapping
    ) -> None:
        answer = self.resolve(
            call,
            project,
            {"in_app": False},
            {"path": "<string>"},
            {"path": ""},
            {"path": "/app/lib/python3.11/site-packages/x.py"},
            {"path": "/elsewhere/x.py"},
            {"path": "/app/src/nothing.py"},
            {"line_number": 99},
            {"line_number": 0},
        )
        assert [frame.reason for frame in answer.frames] == [
            "NOT_IN_APP",
            "RUNTIME_CODE",
            "NO_PATH",
            "LIBRARY",
            "NO_CODE_MAPPING",
            "FILE_NOT_FOUND",
            "",
            "",
        ]
        assert all(frame.message for frame in answer.frames[:6])
        missing, beyond, without_line = answer.frames[5:]
        assert (missing.path, missing.HasField("exists"), missing.exists) == ("src/nothing.py", True, False)
        assert not missing.HasField("owners")
        assert (beyond.exists, beyond.blame_error.reason) == (True, "LINE_OUT_OF_RANGE")
        assert (without_line.HasField("exists"), without_line.blame_error.reason) == (False, "NO_LINE")
        assert list(without_line.owners.owners) == ["@rockets"]
        assert without_line.url.endswith(PATH)

    def test_the_topmost_is_the_own_frame_nearest_to_the_failure(
        self, call: Caller, project: models.Project, mapping: models.CodeMapping
    ) -> None:
        given: list[dict[str, Any]] = [{"line_number": 1}, {}, {"path": "/app/src/nothing.py"}, {"in_app": False}]
        marked = [frame.topmost_own for frame in self.resolve(call, project, *given).frames]
        assert marked == [False, True, False, False]
        marked = [frame.topmost_own for frame in self.resolve(call, project, *given, newest_first=True).frames]
        assert marked == [True, False, False, False]

    def test_the_version_is_tried_before_the_default_branch(
        self, call: Caller, project: models.Project, mapping: models.CodeMapping, git_repository: Path
    ) -> None:
        git(git_repository, "tag", "v1")
        (git_repository / PATH).write_text("# moved down\nthrust = 9.81\nburn = True\n")
        (git_repository / "src" / "new.py").write_text("x = 1\n")
        git(git_repository, "add", ".")
        git(git_repository, "commit", "-q", "-m", "Further down")
        new = {"path": "/app/src/new.py", "line_number": 1}
        old, on_branch = self.resolve(call, project, {"line_number": 1}, new, version="v1").frames
        assert (old.ref, old.blame.code_snippet) == ("v1", "thrust = 9.81")
        assert (on_branch.ref, on_branch.exists) == ("main", True)
        (unknown,) = self.resolve(call, project, {"line_number": 1}, version="no-such-release").frames
        assert (unknown.ref, unknown.blame.code_snippet) == ("main", "# moved down")

    def test_a_file_that_is_not_in_the_first_repository_is_looked_for_in_the_next(
        self, call: Caller, project: models.Project, mapping: models.CodeMapping, tmp_path: Path
    ) -> None:
        other = tmp_path / "other"
        other.mkdir()
        (other / "engine.py").write_text("a\nb\n")
        git(other, "init", "-q", "-b", "main")
        git(other, "add", ".")
        git(other, "commit", "-q", "-m", "Other")
        row = factories.RepositoryFactory(organization=call.organization, path=other)
        nearer = factories.CodeMappingFactory(
            repository=row, project=project, stack_root="/app/src/", source_root="lib/"
        )
        (frame,) = self.resolve(call, project, {}).frames
        assert (frame.code_mapping_id, frame.path) == (mapping.id, PATH)
        (lost,) = self.resolve(call, project, {"path": "/app/src/nothing.py"}).frames
        assert (lost.reason, lost.code_mapping_id, lost.path) == ("FILE_NOT_FOUND", nearer.id, "lib/nothing.py")
        models.CodeMapping.objects.filter(id=nearer.id).update(source_root="")
        (frame,) = self.resolve(call, project, {}).frames
        assert (frame.repository_id, frame.path, frame.owners.owners) == (row.id, "engine.py", [])
        assert frame.HasField("owners")  # That repository has no file of owners.

    def test_a_repository_that_cannot_be_read_is_the_reason_of_its_frames_alone(
        self, call: Caller, project: models.Project, mapping: models.CodeMapping
    ) -> None:
        hidden = factories.RepositoryFactory(organization=call.organization, status=pb.REPOSITORY_STATUS_HIDDEN)
        factories.CodeMappingFactory(repository=hidden, project=project, stack_root="/hidden/", source_root="")
        gone = factories.RepositoryFactory(organization=call.organization)
        factories.CodeMappingFactory(repository=gone, project=project, stack_root="/gone/", source_root="")
        first, second, good = self.resolve(call, project, {"path": "/hidden/x.py"}, {"path": "/gone/x.py"}, {}).frames
        assert first.reason == "REPOSITORY_INACTIVE"
        assert (second.path, second.HasField("exists"), bool(second.blame_error.reason)) == ("x.py", False, True)
        assert second.owners_error.reason == second.blame_error.reason
        assert good.exists

    def test_more_mappings_than_are_tried_are_told(
        self, call: Caller, project: models.Project, mapping: models.CodeMapping, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(frames, "MAX_MAPPINGS", 1)
        assert not self.resolve(call, project, {}).incomplete
        factories.CodeMappingFactory(repository=mapping.repository, project=project)
        answer = self.resolve(call, project, {})
        assert (answer.incomplete, answer.incomplete_reason) == (True, "TOO_MANY_MAPPINGS")

    def test_more_places_than_are_tried_are_told(
        self, call: Caller, project: models.Project, mapping: models.CodeMapping
    ) -> None:
        roots = ["/app/" + "a/" * depth for depth in range(1, 11)]
        for root in roots:
            factories.CodeMappingFactory(repository=mapping.repository, project=project, stack_root=root)
        (frame,) = self.resolve(call, project, {"path": roots[-1] + "x.py"}).frames
        assert frame.reason == "MAPPINGS_NOT_ALL_TRIED"

    @pytest.mark.parametrize("count", [1, 100])
    def test_a_hundred_frames_cost_as_many_queries_and_asks_as_one(
        self,
        call: Caller,
        project: models.Project,
        mapping: models.CodeMapping,
        count: int,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        from sentry_scm_grpc.providers.git.adapter import GitAdapter

        asked: list[str] = []
        for name in ("batch_get_commit_context", "get_code_owners", "get_commit_context", "check_file"):
            kept = getattr(GitAdapter, name)

            def counting(*args: Any, name: str = name, kept: Any = kept) -> Any:
                asked.append(name)
                return kept(*args)

            monkeypatch.setattr(GitAdapter, name, counting)
        with CaptureQueriesContext(connection) as captured:
            answer = self.resolve(call, project, *({"line_number": 1 + n % 2} for n in range(count)))
        assert all(frame.exists and frame.blame.blame_commit_id for frame in answer.frames)
        assert asked == ["batch_get_commit_context", "get_code_owners"]
        # The credential, the project, the mappings, and the repositories with their integrations.
        assert len(captured) == 2 + 1 + 1 + 1

    @pytest.mark.parametrize(
        ("fields", "violations"),
        [
            ({"frames": [{"path": "x"}] * 101}, {"frames"}),
            ({"frames": [{"path": "x", "line_number": -1}]}, {"frames[0].line_number"}),
            ({"frames": [{"path": "x" * 4097}]}, {"frames[0].path"}),
            ({"frames": [{"path": "x"}], "version": "a..b"}, {"version"}),
        ],
    )
    def test_invalid_fields_are_named(
        self, call: Caller, project: models.Project, fields: dict[str, Any], violations: set[str]
    ) -> None:
        answer = call("ResolveFrames", project_id=project.id, **fields)
        assert (answer.status, set(answer.violations)) == (grpc.StatusCode.INVALID_ARGUMENT, violations)
