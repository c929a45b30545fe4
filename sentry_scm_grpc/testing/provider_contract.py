"""The tests that every provider adapter must pass: each operation that a class defines must do what the contract says.

Subclass ``ProviderContract`` in a test module, name the class, and give it two fixtures:

    class TestGitea(ProviderContract):
        adapter_class = GiteaAdapter

        @pytest.fixture
        def facts(self) -> Facts: ...       # what is in a repository that the adapter can reach

        @pytest.fixture
        def adapter(self, facts) -> ProviderAdapter: ...    # made for that repository

Tests of operations that the class does not define are left out.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import grpc
import pytest

from sentry_scm_grpc.errors import FailedPrecondition, InvalidArgument, NotFound, Unimplemented
from sentry_scm_grpc.providers.base import PROVIDERS
from sentry_scm_grpc.providers.registry import adapters
from sentry_scm_grpc.rpc.attempts import Attempt
from sentry_scm_grpc.rpc.policy import RPCS
from sentry_scm_grpc.testing.provider_calls import claims
from sentry_scm_grpc.testing.provider_checks import ChecksContract
from sentry_scm_grpc.testing.provider_facts import Facts, call_of
from sentry_scm_grpc.testing.provider_files import FilesContract
from sentry_scm_grpc.testing.provider_pull_requests import PullRequestsContract
from sentry_scm_grpc.testing.provider_refs import RefsContract
from sentry_scm_grpc.v1 import lookup_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb

_FULL_SHA = re.compile(r"([0-9a-f]{40}|[0-9a-f]{64})\Z")
_NO_SUCH_SHA = "f" * 40
_NO_SUCH_REF = "no-such-branch"
_NO_SUCH_PATH = "no/such/file.txt"


class _Attempt(Attempt):
    """An attempt without a row."""

    def note(self, **notes: str) -> None:
        self.notes.update(notes)


class ProviderContract(RefsContract, FilesContract, ChecksContract, PullRequestsContract):
    # ---- the class

    def test_it_is_found_under_its_key(self) -> None:
        cls = self.adapter_class
        assert adapters().get(cls.key) is cls
        assert re.fullmatch(r"[a-z][a-z0-9_]{0,63}", cls.key)
        assert cls.name
        assert cls.provider == PROVIDERS.get(cls.key, pb.PROVIDER_UNSPECIFIED)

    def test_what_it_claims_is_there(self) -> None:
        needed = {rpc.needs for rpc in RPCS.values() if rpc.needs} | {rpc.operation for rpc in RPCS.values()}
        claimed = [name for name in needed if self.adapter_class.supports(name)]
        assert claimed
        assert all(callable(getattr(self.adapter_class, name)) for name in claimed)
        unfilled = [
            name
            for name in dir(self.adapter_class)
            if getattr(getattr(self.adapter_class, name, None), "__isabstractmethod__", False)
        ]
        assert not unfilled, f"these are abstract: {', '.join(unfilled)}"

    # ---- repositories

    @claims("describe_repository")
    def test_a_repository_is_described_and_an_unknown_one_is_not(self, adapter: Any, facts: Facts) -> None:
        found = adapter.describe_repository(facts.identifier)
        assert found.identifier == facts.identifier
        assert found.name
        assert found.external_id
        with pytest.raises((NotFound, InvalidArgument, FailedPrecondition)):
            adapter.describe_repository(f"{facts.identifier}-no-such")

    @claims("search_repositories")
    def test_a_repository_is_found(self, adapter: Any, facts: Facts) -> None:
        request = pb.SearchRepositoriesRequest()
        found = list(self.pages(adapter, "SearchRepositories", request, "repositories", 2))
        identifiers = [repository.identifier for repository in found]
        assert facts.identifier in identifiers
        assert len(set(identifiers)) == len(identifiers)
        nothing = pb.SearchRepositoriesRequest(query="no-such-repository-anywhere")
        assert not list(self.pages(adapter, "SearchRepositories", nothing, "repositories", 2))

    @claims("check_repository_access")
    def test_a_repository_can_be_reached(self, adapter: Any) -> None:
        assert self.call(adapter, "CheckRepositoryAccess", pb.CheckRepositoryAccessRequest()).accessible

    @claims("get_repository_permission")
    def test_nobody_may_do_nothing(self, adapter: Any) -> None:
        request = lookup_pb2.GetRepositoryPermissionRequest(user="no-such-user-anywhere")
        try:
            found = self.call(adapter, "GetRepositoryPermission", request)
        except (NotFound, InvalidArgument):
            return
        # One that is public may be read by anybody.
        assert found.level <= lookup_pb2.REPOSITORY_ACCESS_LEVEL_READ
        assert bool(found.level) != bool(found.unknown_reason)

    # ---- commits

    @claims("get_commit")
    def test_a_commit_by_branch_and_by_sha(self, adapter: Any, facts: Facts) -> None:
        found = self.call(adapter, "GetCommit", pb.GetCommitRequest(commit_sha=facts.branch))
        assert found.key == facts.head
        assert found.repository_id == adapter.repository.id
        assert found.message
        assert found.author.name
        assert found.HasField("date_added")
        assert all(_FULL_SHA.match(parent) for parent in found.parent_keys)
        assert self.call(adapter, "GetCommit", pb.GetCommitRequest(commit_sha=facts.head)) == found

    @claims("get_commit")
    @pytest.mark.parametrize("ref", [_NO_SUCH_SHA, _NO_SUCH_REF])
    def test_a_commit_that_does_not_exist(self, adapter: Any, ref: str) -> None:
        with pytest.raises(NotFound):
            self.call(adapter, "GetCommit", pb.GetCommitRequest(commit_sha=ref))

    @claims("list_commits")
    def test_commits_come_in_pages_newest_first(self, adapter: Any, facts: Facts) -> None:
        commits = list(self.pages(adapter, "ListCommits", pb.ListCommitsRequest(), "commits", 2))
        keys = [commit.key for commit in commits]
        assert keys[0] == facts.head
        assert len(keys) >= 3
        assert len(set(keys)) == len(keys)
        assert list(self.pages(adapter, "ListCommits", pb.ListCommitsRequest(ref=facts.head), "commits", 7)) == commits

    @claims("list_commits")
    def test_commits_of_a_path_and_an_author_are_among_all(self, adapter: Any, facts: Facts) -> None:
        everything = {c.key: c for c in self.pages(adapter, "ListCommits", pb.ListCommitsRequest(), "commits", 100)}
        by_path = pb.ListCommitsRequest(path=facts.path)
        of_path = [commit.key for commit in self.pages(adapter, "ListCommits", by_path, "commits", 100)]
        assert of_path
        assert set(of_path) <= set(everything)
        name = everything[facts.head].author.name
        by_author = pb.ListCommitsRequest(author=name.upper())
        of_author = [commit.key for commit in self.pages(adapter, "ListCommits", by_author, "commits", 100)]
        assert of_author == [key for key, commit in everything.items() if commit.author.name == name]

    @claims("list_commits")
    def test_commits_of_a_ref_that_does_not_exist(self, adapter: Any) -> None:
        with pytest.raises(NotFound):
            self.call(adapter, "ListCommits", pb.ListCommitsRequest(ref=_NO_SUCH_REF))

    @claims("list_commits", "stream_commits")
    def test_the_stream_of_commits_is_the_list(self, adapter: Any) -> None:
        listed = list(self.pages(adapter, "ListCommits", pb.ListCommitsRequest(), "commits", 100))
        assert list(self.call(adapter, "StreamCommits", pb.StreamCommitsRequest())) == listed

    @claims("get_commit", "list_file_changes")
    def test_file_changes_are_those_of_the_commit(self, adapter: Any, facts: Facts) -> None:
        request = pb.ListFileChangesRequest(commit_sha=facts.head)
        changes = list(self.pages(adapter, "ListFileChanges", request, "file_changes", 1))
        commit = self.call(adapter, "GetCommit", pb.GetCommitRequest(commit_sha=facts.head))
        assert list(commit.file_changes) == changes
        assert all(change.path and change.kind for change in changes)

    # ---- blame

    @claims("get_commit_context")
    def test_who_changed_a_line(self, adapter: Any, facts: Facts) -> None:
        found = self.call(adapter, "GetCommitContext", _line(facts, 1))
        assert _FULL_SHA.match(found.blame_commit_id)
        assert found.blame_author.name
        assert (found.filename, found.line_number) == (facts.path, 1)
        assert found.repository_id == adapter.repository.id

    @claims("get_commit_context")
    def test_lines_and_files_that_do_not_exist_have_no_blame(self, adapter: Any, facts: Facts) -> None:
        with pytest.raises(InvalidArgument) as beyond:
            self.call(adapter, "GetCommitContext", _line(facts, 1_000_000))
        assert beyond.value.reason == "LINE_OUT_OF_RANGE"
        with pytest.raises(NotFound):
            self.call(adapter, "GetCommitContext", _line(facts, 1, path=_NO_SUCH_PATH))

    @claims("get_commit_context", "batch_get_commit_context")
    def test_a_batch_answers_as_single_calls_do(self, adapter: Any, facts: Facts) -> None:
        lines = [_line(facts, 2), _line(facts, 1), _line(facts, 1, path=_NO_SUCH_PATH), _line(facts, 1_000_000)]
        request = pb.BatchGetCommitContextRequest()
        for line in lines:
            request.lines.add(commit_sha=line.commit_sha, filepath=line.filepath, line_number=line.line_number)
        second, first, missing, beyond = self.call(adapter, "BatchGetCommitContext", request).results
        assert first.context == self.call(adapter, "GetCommitContext", lines[1])
        assert second.context == self.call(adapter, "GetCommitContext", lines[0])
        assert missing.error.code == grpc.StatusCode.NOT_FOUND.value[0]
        assert beyond.error.reason == "LINE_OUT_OF_RANGE"

    # ---- files

    @claims("check_file")
    def test_whether_a_path_exists(self, adapter: Any, facts: Facts) -> None:
        for path, exists in ((facts.path, True), (facts.directory, True), (_NO_SUCH_PATH, False)):
            found = self.call(adapter, "CheckFile", pb.CheckFileRequest(path=path, ref=facts.branch))
            assert found.exists is exists, path
        with pytest.raises(NotFound):
            self.call(adapter, "CheckFile", pb.CheckFileRequest(path=facts.path, ref=_NO_SUCH_REF))

    @claims("get_file")
    @pytest.mark.parametrize("by", ["branch", "head", "default"])
    def test_the_bytes_of_a_file(self, adapter: Any, facts: Facts, by: str) -> None:
        ref = {"branch": facts.branch, "head": facts.head, "default": ""}[by]
        found = self.call(adapter, "GetFile", pb.GetFileRequest(path=facts.path, ref=ref))
        assert found.content == facts.content
        assert (found.path, found.size_bytes) == (facts.path, len(facts.content))

    @claims("get_file")
    def test_a_file_that_cannot_be_had(self, adapter: Any, facts: Facts) -> None:
        with pytest.raises(FailedPrecondition) as large:
            self.call(adapter, "GetFile", pb.GetFileRequest(path=facts.path, max_bytes=1))
        assert large.value.reason == "FILE_TOO_LARGE"
        with pytest.raises(FailedPrecondition) as directory:
            self.call(adapter, "GetFile", pb.GetFileRequest(path=facts.directory))
        assert directory.value.reason == "NOT_A_FILE"
        with pytest.raises(NotFound):
            self.call(adapter, "GetFile", pb.GetFileRequest(path=_NO_SUCH_PATH))

    @claims("list_tree")
    def test_files_come_in_pages(self, adapter: Any, facts: Facts) -> None:
        entries = list(self.pages(adapter, "ListTree", pb.ListTreeRequest(ref=facts.branch), "entries", 2))
        paths = [entry.path for entry in entries]
        assert facts.path in paths
        assert facts.directory not in paths
        assert len(set(paths)) == len(paths)
        below = list(self.pages(adapter, "ListTree", pb.ListTreeRequest(path=facts.directory), "entries", 100))
        assert {entry.path for entry in below} == {p for p in paths if p.startswith(facts.directory + "/")}
        with pytest.raises(NotFound):
            self.call(adapter, "ListTree", pb.ListTreeRequest(ref=_NO_SUCH_REF))

    @claims("list_tree", "stream_tree", "list_paths")
    def test_the_stream_of_files_is_the_list(self, adapter: Any) -> None:
        listed = list(self.pages(adapter, "ListTree", pb.ListTreeRequest(), "entries", 100))
        assert list(self.call(adapter, "StreamTree", pb.StreamTreeRequest())) == listed
        assert list(adapter.list_paths(call_of("ListTree", pb.ListTreeRequest()))) == [entry.path for entry in listed]

    @claims("get_code_owners")
    def test_code_owners_or_that_there_are_none(self, adapter: Any, facts: Facts) -> None:
        request = pb.GetCodeOwnersRequest(paths=[facts.path])
        try:
            found = self.call(adapter, "GetCodeOwners", request)
        except NotFound as error:
            assert error.reason == "CODE_OWNERS_NOT_FOUND"  # noqa: PT017
        except Unimplemented as error:
            assert error.reason == "CODE_OWNERS_UNSUPPORTED"  # noqa: PT017
            assert self.call(adapter, "GetCodeOwners", pb.GetCodeOwnersRequest()).rules
        else:
            assert found.raw
            assert [owned.path for owned in found.path_owners] == [facts.path]

    @claims("get_source_url", "parse_source_url")
    @pytest.mark.parametrize("line", [0, 2])
    @pytest.mark.parametrize("path", ["", "docs/a b#c%d?e.md", "docs/ünï/文件.txt", "docs/a+b&c=d.md"])
    def test_a_web_address_leads_back(self, adapter: Any, facts: Facts, path: str, line: int) -> None:
        path = path or facts.path
        request = pb.GetSourceUrlRequest(path=path, ref=facts.head, line_number=line)
        url = self.call(adapter, "GetSourceUrl", request).url
        assert re.match(r"https?://\S+\Z", url)
        found = adapter.parse_source_url(url)
        assert (found.path, found.ref, found.line_number) == (path, facts.head, line)

    @claims("parse_source_url")
    @pytest.mark.parametrize("url", ["https://example.org/", "https://example.org/acme/rocket/blob/main/x.py"])
    def test_other_addresses_are_not_taken_for_its_own(self, adapter: Any, url: str) -> None:
        assert adapter.parse_source_url(url) is None

    @claims("search_code")
    def test_a_text_is_found_in_its_file_and_nonsense_nowhere(self, adapter: Any, facts: Facts) -> None:
        request = pb.SearchCodeRequest(query=facts.query)
        found = list(self.pages(adapter, "SearchCode", request, "matches", 2))
        assert facts.path in {match.path for match in found}
        nonsense = pb.SearchCodeRequest(query="zqxj" * 8)
        assert not list(self.pages(adapter, "SearchCode", nonsense, "matches", 2))

    # ---- issues

    @claims("create_issue", "get_issue", "set_issue_state")
    def test_an_issue_is_created_read_closed_and_opened(self, adapter: Any, facts: Facts) -> None:
        request = _issue(facts, "It breaks")
        made = adapter.create_issue(call_of("CreateExternalIssue", request), request)
        assert made.key
        assert adapter.get_issue(made.key).title == "It breaks"
        for state in (pb.ISSUE_STATE_CLOSED, pb.ISSUE_STATE_OPEN):
            adapter.set_issue_state(made.key, state)
            assert adapter.get_issue(made.key).state == state

    @claims("create_issue", "find_made_issue", "get_issue")
    def test_an_issue_that_was_made_by_an_attempt_is_found_by_its_marker(self, adapter: Any, facts: Facts) -> None:
        request = _issue(facts, "It breaks")
        call = call_of("CreateExternalIssue", request)
        call.attempt = attempt = _Attempt("0" * 64, 1, {})
        asked = datetime.now(UTC)
        made = adapter.create_issue(call, request)
        found = adapter.find_made_issue(call, request, attempt.marker, asked)
        # An adapter that creates an issue together with its note need not search for it.
        assert (found.key if found else attempt.notes["key"]) == made.key
        assert adapter.find_made_issue(call, request, "scm-request-of-another", asked) is None
        # Callers never see this one.
        assert attempt.marker not in made.description + adapter.get_issue(made.key).description

    @claims("create_issue", "search_issues", "get_issue")
    def test_an_issue_is_found_by_its_title(self, adapter: Any, facts: Facts) -> None:
        request = _issue(facts, "Zebra crossing ends")
        made = adapter.create_issue(call_of("CreateExternalIssue", request), request)
        search = pb.SearchIssuesRequest(query="zebra crossing", destination=facts.destination)
        found = list(self.pages(adapter, "SearchIssues", search, "issues", 1))
        assert [(issue.key, issue.title, issue.state) for issue in found] == [
            (made.key, "Zebra crossing ends", pb.ISSUE_STATE_OPEN)
        ]
        nonsense = pb.SearchIssuesRequest(query="zqxj" * 8, destination=facts.destination)
        assert not list(self.pages(adapter, "SearchIssues", nonsense, "issues", 2))

    @claims("list_issue_destinations")
    def test_where_issues_can_be_created(self, adapter: Any, facts: Facts) -> None:
        request = pb.ListIssueDestinationsRequest()
        found = list(self.pages(adapter, "ListIssueDestinations", request, "destinations", 70))
        places = {place.id: place for place in found}
        assert len(places) == len(found)
        assert all(place.name and place.kind for place in found)
        named = {field.name for field in places[facts.destination].fields}
        assert set(facts.issue_metadata) <= named
        nothing = pb.ListIssueDestinationsRequest(query="no-such-place-anywhere")
        assert not list(self.pages(adapter, "ListIssueDestinations", nothing, "destinations", 2))

    @claims("get_issue")
    def test_an_issue_that_does_not_exist(self, adapter: Any) -> None:
        with pytest.raises(NotFound):
            adapter.get_issue("no such key")


def _line(facts: Facts, number: int, path: str = "") -> pb.GetCommitContextRequest:
    return pb.GetCommitContextRequest(commit_sha=facts.head, filepath=path or facts.path, line_number=number)


def _issue(facts: Facts, title: str) -> pb.CreateExternalIssueRequest:
    return pb.CreateExternalIssueRequest(
        title=title, description="Here.", destination=facts.destination, metadata=facts.issue_metadata
    )
