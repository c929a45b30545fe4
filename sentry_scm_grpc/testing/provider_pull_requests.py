"""The part of ``provider_contract`` about pull requests. It reads the repository's first ones, if it has any,
and writes its own."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from google.protobuf.field_mask_pb2 import FieldMask

from sentry_scm_grpc.errors import Aborted, AlreadyExists, NotFound
from sentry_scm_grpc.testing.provider_calls import ContractCalls, claims
from sentry_scm_grpc.testing.provider_facts import Facts
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls
from sentry_scm_grpc.v1 import refs_pb2

_NO_SUCH_NUMBER = 999_999_999
_SHA = re.compile(r"[0-9a-f]{40,64}\Z")


class PullRequestsContract(ContractCalls):
    @claims("list_pull_requests", "get_pull_request")
    def test_a_listed_pull_request_is_the_one_that_is_read(self, adapter: Any, facts: Facts) -> None:
        listed = list(self.pages(adapter, "ListPullRequests", pulls.ListPullRequestsRequest(), "pull_requests", 2))
        assert len({one.number for one in listed}) == len(listed)
        for one in listed[:3]:
            read = self.call(adapter, "GetPullRequest", pulls.GetPullRequestRequest(number=one.number))
            assert (read.number, read.title, read.state) == (one.number, one.title, one.state)
            assert read.head.branch == one.head.branch
            assert read.base.branch == one.base.branch
            assert read.base.commit_sha == "" or _SHA.match(read.base.commit_sha)

    @claims("list_pull_requests")
    def test_a_state_selects_pull_requests(self, adapter: Any) -> None:
        asked = pulls.ListPullRequestsRequest
        everything = {one.number: one.state for one in self._listed(adapter, asked())}
        for state in set(everything.values()) - {pulls.PULL_REQUEST_STATE_UNSPECIFIED}:
            of_state = {one.number for one in self._listed(adapter, asked(state=state))}
            assert of_state == {number for number, its in everything.items() if its == state}

    def _listed(self, adapter: Any, request: pulls.ListPullRequestsRequest) -> list[pulls.PullRequest]:
        return list(self.pages(adapter, "ListPullRequests", request, "pull_requests", 100))

    @claims("list_pull_requests", "list_pull_request_commits")
    def test_the_commits_of_a_pull_request(self, adapter: Any) -> None:
        for number in self._first(adapter):
            asked = pulls.ListPullRequestCommitsRequest(number=number)
            found = list(self.pages(adapter, "ListPullRequestCommits", asked, "commits", 2))
            assert len({one.key for one in found}) == len(found)
            assert all(_SHA.match(one.key) for one in found)

    @claims("list_pull_requests", "list_pull_request_files", "stream_pull_request_diff")
    def test_the_diff_of_a_pull_request_has_its_files(self, adapter: Any) -> None:
        for number in self._first(adapter):
            asked = pulls.ListPullRequestFilesRequest(number=number)
            files = [one.path for one in self.pages(adapter, "ListPullRequestFiles", asked, "file_changes", 2)]
            diff = self.call(adapter, "StreamPullRequestDiff", pulls.StreamPullRequestDiffRequest(number=number))
            assert {one.change.path for one in diff} == set(files)

    @claims("list_pull_requests", "list_pull_request_comments", "list_review_threads", "list_reviews")
    def test_what_people_said_about_a_pull_request(self, adapter: Any) -> None:
        for number in self._first(adapter):
            asked = pulls.ListPullRequestCommentsRequest(number=number)
            comments = list(self.pages(adapter, "ListPullRequestComments", asked, "comments", 2))
            in_threads = pulls.ListReviewThreadsRequest(number=number)
            threads = list(self.pages(adapter, "ListReviewThreads", in_threads, "threads", 2))
            of_lines = [comment for thread in threads for comment in thread.comments]
            assert not {one.id for one in comments} & {one.id for one in of_lines}
            for thread in threads:
                position = thread.position if thread.HasField("position") else thread.original_position
                assert position.path
                assert position.start_line <= position.line or not position.line
            reviews = pulls.ListReviewsRequest(number=number)
            found = list(self.pages(adapter, "ListReviews", reviews, "reviews", 2))
            assert all(one.state != pulls.REVIEW_STATE_PENDING for one in found)

    @claims("list_pull_requests", "batch_get_pull_request_status")
    def test_the_status_of_several_pull_requests(self, adapter: Any) -> None:
        numbers = [*self._first(adapter), _NO_SUCH_NUMBER]
        asked = pulls.BatchGetPullRequestStatusRequest(numbers=numbers)
        found = self.call(adapter, "BatchGetPullRequestStatus", asked).statuses
        assert [one.number for one in found] == numbers
        assert [one.HasField("error") for one in found] == [False] * (len(numbers) - 1) + [True]

    @claims(
        *("create_branch", "create_commit", "delete_branch", "get_pull_request"),
        *("create_pull_request", "update_pull_request", "merge_pull_request"),
    )
    def test_a_pull_request_is_opened_changed_and_merged(self, adapter: Any, facts: Facts) -> None:
        opening, commit = self._written(adapter, facts)
        made = self.call(adapter, "CreatePullRequest", opening)
        assert (made.title, made.body, made.state) == (opening.title, opening.body, pulls.PULL_REQUEST_STATE_OPEN)
        assert (made.head.branch, made.head.commit_sha, made.base.branch) == (opening.head, commit, opening.base)
        with pytest.raises(AlreadyExists) as raised:
            self.call(adapter, "CreatePullRequest", opening)
        assert raised.value.metadata["number"] == str(made.number)
        change = pulls.UpdatePullRequestRequest(
            number=made.number, title="Changed", update_mask=FieldMask(paths=["title"])
        )
        assert self.call(adapter, "UpdatePullRequest", change).title == "Changed"
        stale = pulls.MergePullRequestRequest(number=made.number, expected_head_sha=facts.head)
        with pytest.raises(Aborted) as moved:
            self.call(adapter, "MergePullRequest", stale)
        assert (moved.value.reason, moved.value.metadata["sha"]) == ("HEAD_MOVED", commit)
        merge = pulls.MergePullRequestRequest(number=made.number, expected_head_sha=commit)
        assert self.call(adapter, "MergePullRequest", merge).state == pulls.PULL_REQUEST_STATE_MERGED
        read = self.call(adapter, "GetPullRequest", pulls.GetPullRequestRequest(number=made.number))
        assert (read.state, read.title, read.body) == (pulls.PULL_REQUEST_STATE_MERGED, "Changed", opening.body)
        self._remove(adapter, opening)

    @claims(
        *("create_branch", "create_commit", "delete_branch", "create_pull_request", "list_pull_request_comments"),
        *("create_pull_request_comment", "update_pull_request_comment", "delete_pull_request_comment"),
    )
    def test_a_comment_is_written_changed_and_deleted(self, adapter: Any, facts: Facts) -> None:
        opening, _ = self._written(adapter, facts)
        number = self.call(adapter, "CreatePullRequest", opening).number
        made = self.call(
            adapter, "CreatePullRequestComment", pulls.CreatePullRequestCommentRequest(number=number, body="Hello.")
        )
        change = pulls.UpdatePullRequestCommentRequest(number=number, comment_id=made.id, body="Good *day*.")
        assert self.call(adapter, "UpdatePullRequestComment", change).id == made.id
        listing = pulls.ListPullRequestCommentsRequest(number=number)
        assert [(one.id, one.body) for one in self.call(adapter, "ListPullRequestComments", listing).comments] == [
            (made.id, "Good *day*.")
        ]
        deletion = pulls.DeletePullRequestCommentRequest(number=number, comment_id=made.id)
        self.call(adapter, "DeletePullRequestComment", deletion)
        assert not self.call(adapter, "ListPullRequestComments", listing).comments
        with pytest.raises(NotFound) as raised:
            self.call(adapter, "UpdatePullRequestComment", change)
        assert raised.value.reason == "COMMENT_NOT_FOUND"
        self._remove(adapter, opening)

    @claims(
        *("create_branch", "create_commit", "delete_branch", "create_pull_request", "list_review_threads"),
        *("create_review", "resolve_review_thread"),
    )
    def test_a_review_has_its_comment_where_it_was_made(self, adapter: Any, facts: Facts) -> None:
        opening, commit = self._written(adapter, facts)
        number = self.call(adapter, "CreatePullRequest", opening).number
        where = pulls.ReviewPosition(path=f"{opening.head}.txt", side=pulls.DIFF_SIDE_HEAD, line=1)
        review = pulls.CreateReviewRequest(
            number=number,
            state=pulls.REVIEW_STATE_COMMENTED,
            body="Nearly.",
            comments=[pulls.ReviewComment(position=where, body="Here.")],
            expected_head_sha=facts.head,
        )
        with pytest.raises(Aborted) as moved:
            self.call(adapter, "CreateReview", review)
        assert (moved.value.reason, moved.value.metadata["sha"]) == ("HEAD_MOVED", commit)
        review.expected_head_sha = commit
        assert self.call(adapter, "CreateReview", review).state == pulls.REVIEW_STATE_COMMENTED
        listing = pulls.ListReviewThreadsRequest(number=number)
        (thread,) = self.call(adapter, "ListReviewThreads", listing).threads
        found = thread.position
        assert (found.path, found.side, found.start_line, found.line) == (where.path, where.side, 0, 1)
        assert [one.body for one in thread.comments] == ["Here."]
        resolution = pulls.ResolveReviewThreadRequest(number=number, thread_id=thread.id)
        assert self.call(adapter, "ResolveReviewThread", resolution).resolved
        assert self.call(adapter, "ListReviewThreads", listing).threads[0].resolved
        self._remove(adapter, opening)

    def _written(self, adapter: Any, facts: Facts) -> tuple[pulls.CreatePullRequestRequest, str]:
        """What opens a pull request of two new branches, and the SHA of its commit, which adds one file of one line:
        the head's name with ".txt"."""
        base, head = (f"contract-{uuid4().hex[:12]}" for _ in range(2))
        for name in (base, head):
            self.call(adapter, "CreateBranch", refs_pb2.CreateBranchRequest(name=name, ref=facts.head))
        write = refs_pb2.CommitAction(kind=refs_pb2.COMMIT_ACTION_KIND_WRITE, path=f"{head}.txt", content=b"written\n")
        asked = refs_pb2.CreateCommitRequest(
            branch=head, expected_head_sha=facts.head, message="Write", actions=[write]
        )
        commit: str = self.call(adapter, "CreateCommit", asked).key
        opening = pulls.CreatePullRequestRequest(title="Written by a test", body="Here.\n\nAll.", head=head, base=base)
        return opening, commit

    def _remove(self, adapter: Any, opening: pulls.CreatePullRequestRequest) -> None:
        for name in (opening.base, opening.head):
            self.call(adapter, "DeleteBranch", refs_pb2.DeleteBranchRequest(name=name))

    @claims("get_pull_request")
    def test_an_unknown_pull_request(self, adapter: Any) -> None:
        reads: dict[str, Callable[..., Any]] = {
            "GetPullRequest": pulls.GetPullRequestRequest,
            "ListPullRequestCommits": pulls.ListPullRequestCommitsRequest,
            "ListPullRequestFiles": pulls.ListPullRequestFilesRequest,
        }
        for name, request in reads.items():
            if not adapter.supports(re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()):
                continue
            with pytest.raises(NotFound) as raised:
                self.call(adapter, name, request(number=_NO_SUCH_NUMBER))
            assert raised.value.reason == "PULL_REQUEST_NOT_FOUND"

    def _first(self, adapter: Any) -> list[int]:
        """The numbers of some pull requests."""
        page = self.call(adapter, "ListPullRequests", pulls.ListPullRequestsRequest(), 3)
        return [one.number for one in page.pull_requests]
