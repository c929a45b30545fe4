"""The part of ``provider_contract`` about refs, comparisons and the writes of RefService."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest

from sentry_scm_grpc.errors import Aborted, FailedPrecondition, NotFound
from sentry_scm_grpc.testing.provider_calls import ContractCalls, claims
from sentry_scm_grpc.testing.provider_facts import Facts
from sentry_scm_grpc.v1 import refs_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb

_FULL_SHA = re.compile(r"([0-9a-f]{40}|[0-9a-f]{64})\Z")
_NO_SUCH_REF = "no-such-branch"


class RefWritesContract(ContractCalls):
    @claims("create_branch", "create_commit", "delete_branch", "get_ref")
    def test_a_commit_is_made_on_a_branch_of_its_own(self, adapter: Any, facts: Facts) -> None:
        name = self._branch(adapter, facts)
        write = refs_pb2.CommitAction(kind=refs_pb2.COMMIT_ACTION_KIND_WRITE, path=f"{name}.txt", content=b"written\n")
        request = refs_pb2.CreateCommitRequest(
            branch=name, expected_head_sha=facts.head, message="Write a file", actions=[write]
        )
        made = self.call(adapter, "CreateCommit", request)
        assert list(made.parent_keys) == [facts.head]
        assert self.call(adapter, "GetRef", refs_pb2.GetRefRequest(ref=name)).commit_sha == made.key
        for rpc, stale in (
            ("CreateCommit", request),
            ("DeleteBranch", refs_pb2.DeleteBranchRequest(name=name, expected_sha=facts.head)),
        ):
            with pytest.raises(Aborted) as raised:
                self.call(adapter, rpc, stale)
            assert (raised.value.reason, raised.value.metadata["sha"]) == ("HEAD_MOVED", made.key)
        self.call(adapter, "DeleteBranch", refs_pb2.DeleteBranchRequest(name=name, expected_sha=made.key))
        with pytest.raises(NotFound):
            self.call(adapter, "GetRef", refs_pb2.GetRefRequest(ref=name))

    @claims("create_branch", "update_branch", "delete_branch", "get_commit")
    def test_a_branch_moves_back_only_by_force(self, adapter: Any, facts: Facts) -> None:
        name = self._branch(adapter, facts)
        commit = self.call(adapter, "GetCommit", pb.GetCommitRequest(commit_sha=facts.head))
        request = refs_pb2.UpdateBranchRequest(name=name, ref=commit.parent_keys[0])
        with pytest.raises(FailedPrecondition) as raised:
            self.call(adapter, "UpdateBranch", request)
        assert raised.value.reason == "NOT_FAST_FORWARD"
        request.force = True
        assert self.call(adapter, "UpdateBranch", request).commit_sha == commit.parent_keys[0]
        self.call(adapter, "DeleteBranch", refs_pb2.DeleteBranchRequest(name=name))

    def _branch(self, adapter: Any, facts: Facts) -> str:
        """A new branch at the head."""
        name = f"contract-{uuid4().hex[:12]}"
        made = self.call(adapter, "CreateBranch", refs_pb2.CreateBranchRequest(name=name, ref=facts.head))
        assert (made.name, made.commit_sha) == (name, facts.head)
        return name


class RefsContract(RefWritesContract):
    def _parent(self, adapter: Any, facts: Facts) -> str:
        """The first parent of the head."""
        commit = self.call(adapter, "GetCommit", pb.GetCommitRequest(commit_sha=facts.head))
        return str(commit.parent_keys[0])

    @claims("list_branches")
    def test_branches_come_in_pages(self, adapter: Any, facts: Facts) -> None:
        found = list(self.pages(adapter, "ListBranches", refs_pb2.ListBranchesRequest(), "branches", 2))
        shas = {branch.name: branch.commit_sha for branch in found}
        assert shas[facts.branch] == facts.head
        assert len(shas) == len(found)
        assert all(map(_FULL_SHA.match, shas.values()))
        request = refs_pb2.ListBranchesRequest(prefix=facts.branch)
        beginning = [branch.name for branch in self.pages(adapter, "ListBranches", request, "branches", 100)]
        assert sorted(beginning) == sorted(name for name in shas if name.startswith(facts.branch))

    @claims("list_tags")
    def test_tags_come_in_pages(self, adapter: Any) -> None:
        found = list(self.pages(adapter, "ListTags", refs_pb2.ListTagsRequest(), "tags", 2))
        assert len({tag.name for tag in found}) == len(found)
        assert all(_FULL_SHA.match(tag.commit_sha) for tag in found if tag.commit_sha)
        request = refs_pb2.ListTagsRequest(prefix="no-such-tag")
        assert not list(self.pages(adapter, "ListTags", request, "tags", 100))

    @claims("get_ref")
    def test_what_a_text_names(self, adapter: Any, facts: Facts) -> None:
        expected = {
            facts.branch: (refs_pb2.REF_KIND_BRANCH, facts.branch),
            f"refs/heads/{facts.branch}": (refs_pb2.REF_KIND_BRANCH, facts.branch),
            facts.head: (refs_pb2.REF_KIND_COMMIT, facts.head),
        }
        for text, (kind, name) in expected.items():
            found = self.call(adapter, "GetRef", refs_pb2.GetRefRequest(ref=text))
            assert (found.kind, found.name, found.commit_sha) == (kind, name, facts.head), text
        for text in (_NO_SUCH_REF, f"refs/tags/{_NO_SUCH_REF}", "f" * 40):
            with pytest.raises(NotFound) as raised:
                self.call(adapter, "GetRef", refs_pb2.GetRefRequest(ref=text))
            assert raised.value.reason == "REF_NOT_FOUND", text

    @claims("compare_commits", "get_commit")
    def test_commits_between_two(self, adapter: Any, facts: Facts) -> None:
        parent = self._parent(adapter, facts)
        request = refs_pb2.CompareCommitsRequest(base=parent, head=facts.branch)
        found = self.call(adapter, "CompareCommits", request)
        assert found.commits[0].key == facts.head
        assert found.merge_base_sha in ("", parent)
        if found.HasField("ahead_by"):
            assert found.ahead_by == len(found.commits)
        same = self.call(adapter, "CompareCommits", refs_pb2.CompareCommitsRequest(base=facts.branch, head=facts.head))
        assert not same.commits
        request = refs_pb2.CompareCommitsRequest(base=_NO_SUCH_REF, head=facts.branch)
        with pytest.raises(NotFound):
            self.call(adapter, "CompareCommits", request)

    @claims("get_merge_base", "get_commit")
    def test_the_merge_base_of_a_commit_and_its_parent(self, adapter: Any, facts: Facts) -> None:
        parent = self._parent(adapter, facts)
        found = self.call(adapter, "GetMergeBase", refs_pb2.GetMergeBaseRequest(refs=[facts.branch, parent]))
        assert found.commit_sha == parent

    @claims("list_compared_files", "list_file_changes", "get_commit")
    def test_files_between_two_are_those_of_the_commit(self, adapter: Any, facts: Facts) -> None:
        parent = self._parent(adapter, facts)
        request = refs_pb2.ListComparedFilesRequest(base=parent, head=facts.head)
        found = self.pages(adapter, "ListComparedFiles", request, "file_changes", 2)
        of_commit = pb.ListFileChangesRequest(commit_sha=facts.head)
        expected = self.pages(adapter, "ListFileChanges", of_commit, "file_changes", 100)
        assert {(change.path, change.kind) for change in found} == {(change.path, change.kind) for change in expected}

    @claims("stream_diff", "list_file_changes")
    def test_the_diff_of_a_commit_has_its_files(self, adapter: Any, facts: Facts) -> None:
        diffs = list(self.call(adapter, "StreamDiff", refs_pb2.StreamDiffRequest(head=facts.head)))
        of_commit = pb.ListFileChangesRequest(commit_sha=facts.head)
        expected = self.pages(adapter, "ListFileChanges", of_commit, "file_changes", 100)
        assert {diff.change.path for diff in diffs} == {change.path for change in expected}
        assert all(diff.hunks.startswith(b"@@") for diff in diffs if diff.hunks)
