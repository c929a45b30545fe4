"""Every cell of the matrix: each RPC that asks a vendor is answered, and whatever goes wrong at the vendor has the same
status, whichever RPC it befalls.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4
from zlib import crc32

import grpc
import pytest
from django.core.cache import cache
from google.protobuf.message import Message

from sentry_scm_grpc.hosts import current_host
from sentry_scm_grpc.rpc.policy import RPCS
from sentry_scm_grpc.testing.web_call import CallResult
from sentry_scm_grpc.v1 import checks_pb2, files_pb2, refs_pb2
from sentry_scm_grpc.v1 import lookup_pb2 as lookup
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.vendors.fake import Reply, Request
from tests.vendors.site import Site, is_only_standalone, keys_that_serve

pytestmark = pytest.mark.django_db

Status = grpc.StatusCode


def scratch(site: Site, ref: str = "") -> str:
    """A new branch at a commit, or at the older one. Where the vendor fails, the name of none."""
    name = f"scm-{uuid4().hex[:8]}"
    if site.fake.forced is None:
        site.call("CreateBranch", refs_pb2.CreateBranchRequest(name=name, ref=ref or site.known.older))
    return name


def opening(site: Site) -> pulls.CreatePullRequestRequest:
    """Of the newest commit, into a branch at the one before."""
    return pulls.CreatePullRequestRequest(
        title="Written by a test", head=scratch(site, site.known.head), base=scratch(site)
    )


def opened(site: Site) -> int:
    """The number of a new pull request. Where the vendor fails, that of another one."""
    made = site.call("CreatePullRequest", opening(site)) if site.fake.forced is None else None
    return made.message.number if made is not None else site.known.pull_request


def written(site: Site, **fields: Any) -> pulls.PullRequestComment:
    """A new comment on a pull request. Where the vendor fails, one that is not there."""
    if site.fake.forced is not None:
        return pulls.PullRequestComment(id="1.1" if site.fake.key == "vsts" else "1")
    request = pulls.CreatePullRequestCommentRequest(number=site.known.pull_request, body="Written by a test", **fields)
    made: pulls.PullRequestComment = site.call("CreatePullRequestComment", request).message
    return made


def begun(site: Site) -> str:
    """A new thread on a file. Where the vendor fails, one that is not there."""
    if site.fake.forced is not None:
        return "1"
    listing = pulls.ListPullRequestFilesRequest(number=site.known.pull_request, page_size=1)
    path = site.call("ListPullRequestFiles", listing).message.file_changes[0].path
    comment = written(site, position=pulls.ReviewPosition(path=path))
    threads = site.pages("ListReviewThreads", pulls.ListReviewThreadsRequest(number=site.known.pull_request), "threads")
    found: str = next(thread.id for thread in threads if comment.id in [one.id for one in thread.comments])
    return found


#: A good request for each RPC that asks a vendor. They take names from ``site.known`` alone: tests/live makes them of
#: real vendors.
REQUESTS: dict[str, Callable[[Site], Message]] = {
    "SyncRepository": lambda site: pb.SyncRepositoryRequest(),
    "CheckRepositoryAccess": lambda site: pb.CheckRepositoryAccessRequest(),
    "GetCommit": lambda site: pb.GetCommitRequest(commit_sha=site.known.branch),
    "ListCommits": lambda site: pb.ListCommitsRequest(),
    "StreamCommits": lambda site: pb.StreamCommitsRequest(),
    "ListFileChanges": lambda site: pb.ListFileChangesRequest(commit_sha=site.known.branch),
    "GetCommitContext": lambda site: pb.GetCommitContextRequest(
        commit_sha=site.known.head, filepath=site.known.path, line_number=1
    ),
    "BatchGetCommitContext": lambda site: pb.BatchGetCommitContextRequest(
        lines=[pb.SourceLine(commit_sha=site.known.head, filepath=site.known.path, line_number=1)]
    ),
    "CheckFile": lambda site: pb.CheckFileRequest(path=site.known.path),
    "GetFile": lambda site: pb.GetFileRequest(path=site.known.path),
    "ListTree": lambda site: pb.ListTreeRequest(),
    "StreamTree": lambda site: pb.StreamTreeRequest(),
    "GetCodeOwners": lambda site: pb.GetCodeOwnersRequest(),
    "GetStacktraceLink": lambda site: pb.GetStacktraceLinkRequest(
        filepath=site.known.path, default_branch=site.known.branch
    ),
    "DeriveCodeMappings": lambda site: pb.DeriveCodeMappingsRequest(
        project_id=site.rows.project.id, stacktrace_paths=[f"/srv/code/{site.known.path}"]
    ),
    "CreateExternalIssue": lambda site: pb.CreateExternalIssueRequest(
        title="It breaks",
        description="Here.",
        destination=site.known.destination,
        metadata=dict(site.known.issue_metadata),
    ),
    "LinkExternalIssue": lambda site: pb.LinkExternalIssueRequest(
        group_id=site.rows.group().id, key=site.known.issue_key
    ),
    "GetExternalIssue": lambda site: pb.GetExternalIssueRequest(external_issue_id=site.linked()[1]),
    "SyncIssueStatus": lambda site: pb.SyncIssueStatusRequest(
        group_id=site.linked()[0],
        external_issue_id=site.linked()[1],
        direction=pb.SYNC_DIRECTION_TRACKER_TO_GROUP,
    ),
    "ListIssueDestinations": lambda site: pb.ListIssueDestinationsRequest(),
    "SearchRepositories": lambda site: pb.SearchRepositoriesRequest(),
    "SearchCode": lambda site: pb.SearchCodeRequest(query=site.known.text),
    "SearchIssues": lambda site: pb.SearchIssuesRequest(
        query=site.known.issue_text, destination=site.known.destination
    ),
    "ListBranches": lambda site: refs_pb2.ListBranchesRequest(),
    "ListTags": lambda site: refs_pb2.ListTagsRequest(),
    "GetRef": lambda site: refs_pb2.GetRefRequest(ref=site.known.branch),
    "CompareCommits": lambda site: refs_pb2.CompareCommitsRequest(base=site.known.older, head=site.known.branch),
    "GetMergeBase": lambda site: refs_pb2.GetMergeBaseRequest(refs=[site.known.older, site.known.branch]),
    "ListComparedFiles": lambda site: refs_pb2.ListComparedFilesRequest(base=site.known.older, head=site.known.branch),
    "ListDirectory": lambda site: files_pb2.ListDirectoryRequest(),
    "StreamBlame": lambda site: files_pb2.StreamBlameRequest(path=site.known.path),
    "StreamArchive": lambda site: files_pb2.StreamArchiveRequest(),
    "SearchCommits": lambda site: files_pb2.SearchCommitsRequest(message=site.known.title),
    "FindFiles": lambda site: files_pb2.FindFilesRequest(globs=[f"/{site.known.path}"]),
    "BatchGetFiles": lambda site: files_pb2.BatchGetFilesRequest(paths=[site.known.path]),
    "StreamFile": lambda site: files_pb2.StreamFileRequest(path=site.known.path),
    "StreamDiff": lambda site: refs_pb2.StreamDiffRequest(base=site.known.older, head=site.known.branch),
    "ListCommitStatuses": lambda site: checks_pb2.ListCommitStatusesRequest(commit_sha=site.known.branch),
    "CreateCommitStatus": lambda site: checks_pb2.CreateCommitStatusRequest(
        commit_sha=site.known.branch,
        key="scm-grpc/live",
        state=checks_pb2.CHECK_STATE_SUCCESS,
        url="https://ci.example.com/1",
    ),
    "GetPullRequest": lambda site: pulls.GetPullRequestRequest(number=site.known.pull_request),
    "ListPullRequests": lambda site: pulls.ListPullRequestsRequest(),
    "ListPullRequestCommits": lambda site: pulls.ListPullRequestCommitsRequest(number=site.known.pull_request),
    "ListPullRequestFiles": lambda site: pulls.ListPullRequestFilesRequest(number=site.known.pull_request),
    "StreamPullRequestDiff": lambda site: pulls.StreamPullRequestDiffRequest(number=site.known.pull_request),
    "ListCheckRuns": lambda site: checks_pb2.ListCheckRunsRequest(commit_sha=site.known.branch),
    "GetCheckRun": lambda site: checks_pb2.GetCheckRunRequest(check_run_id=site.known.check_run),
    "CreateCheckRun": lambda site: checks_pb2.CreateCheckRunRequest(
        commit_sha=site.known.branch, name="scm-grpc-live", state=checks_pb2.CHECK_STATE_SUCCESS
    ),
    "UpdateCheckRun": lambda site: checks_pb2.UpdateCheckRunRequest(
        check_run_id=site.known.check_run, state=checks_pb2.CHECK_STATE_SUCCESS
    ),
    "ListPipelines": lambda site: checks_pb2.ListPipelinesRequest(),
    "ListPipelineJobs": lambda site: checks_pb2.ListPipelineJobsRequest(pipeline_id=site.known.pipeline),
    "StreamJobLog": lambda site: checks_pb2.StreamJobLogRequest(job_id=site.known.job),
}
REQUESTS["GetRepositoryPermission"] = lambda site: lookup.GetRepositoryPermissionRequest(user=site.known.user)
# Each makes what it needs first, so that it can be repeated. A vendor that fails makes nothing.
REQUESTS |= {
    "CreateBranch": lambda site: refs_pb2.CreateBranchRequest(name=f"scm-{uuid4().hex[:8]}", ref=site.known.head),
    "UpdateBranch": lambda site: refs_pb2.UpdateBranchRequest(name=scratch(site), ref=site.known.head),
    "DeleteBranch": lambda site: refs_pb2.DeleteBranchRequest(name=scratch(site)),
    "CreateCommit": lambda site: refs_pb2.CreateCommitRequest(
        branch=scratch(site),
        expected_head_sha=site.known.older,
        message="Write a file",
        actions=[
            refs_pb2.CommitAction(
                kind=refs_pb2.COMMIT_ACTION_KIND_WRITE, path=f"scm/{uuid4().hex}.txt", content=b"written\n"
            )
        ],
    ),
    "ListPullRequestComments": lambda site: pulls.ListPullRequestCommentsRequest(number=site.known.pull_request),
    "ListReviewThreads": lambda site: pulls.ListReviewThreadsRequest(number=site.known.pull_request),
    "ListReviews": lambda site: pulls.ListReviewsRequest(number=site.known.pull_request),
    "CreatePullRequest": opening,
    "UpdatePullRequest": lambda site: pulls.UpdatePullRequestRequest(
        number=opened(site), title="Changed", update_mask={"paths": ["title"]}
    ),
    "MergePullRequest": lambda site: pulls.MergePullRequestRequest(number=opened(site)),
    "CreateReview": lambda site: pulls.CreateReviewRequest(
        number=site.known.pull_request, state=pulls.REVIEW_STATE_COMMENTED, body="Written by a test"
    ),
    "ResolveReviewThread": lambda site: pulls.ResolveReviewThreadRequest(
        number=site.known.pull_request, thread_id=begun(site)
    ),
    "CreatePullRequestComment": lambda site: pulls.CreatePullRequestCommentRequest(
        number=site.known.pull_request, body="Written by a test"
    ),
    "UpdatePullRequestComment": lambda site: pulls.UpdatePullRequestCommentRequest(
        number=site.known.pull_request, comment_id=written(site).id, body="Changed by a test"
    ),
    "DeletePullRequestComment": lambda site: pulls.DeletePullRequestCommentRequest(
        number=site.known.pull_request, comment_id=written(site).id
    ),
    "BatchGetPullRequestStatus": lambda site: pulls.BatchGetPullRequestStatusRequest(numbers=[site.known.pull_request]),
}
#: What asks no vendor for its answer, and what has a test of its own.
OTHERS = {"GetSourceUrl", "ResolveSourceUrl", "CreateRepository"}
OTHERS |= {"ResolveFrames", "SyncRepositories"}

FAILURES = {
    401: (Status.FAILED_PRECONDITION, "INTEGRATION_UNAUTHORIZED"),
    403: (Status.PERMISSION_DENIED, "VENDOR_FORBIDDEN"),
    429: (Status.RESOURCE_EXHAUSTED, "VENDOR_RATE_LIMITED"),
    500: (Status.UNAVAILABLE, "PROVIDER_UNAVAILABLE"),
}
#: That a repository cannot be read is what the one tells, and what the other goes on without.
ANSWERED = {("CheckRepositoryAccess", 401), ("CheckRepositoryAccess", 403)}
ANSWERED |= {("DeriveCodeMappings", status) for status in FAILURES}


def failures_of(site: Site, rpc_name: str) -> Mapping[int, tuple[Any, str]]:
    """All of them on the embedded host. A Sentry is asked one for each cell, by turns: what its clients raise does not
    depend on the RPC.
    """
    if current_host().key != "sentry":
        return FAILURES
    status = [*FAILURES][crc32(f"{site.fake.key} {rpc_name}".encode()) % len(FAILURES)]
    return {status: FAILURES[status]}


def outcome(answer: CallResult) -> tuple[Any, str | None]:
    """The status and the reason, of the first line where a batch has one for each."""
    first = next(iter(answer.messages), None)
    if answer.status is Status.OK and hasattr(first, "results"):
        error = first.results[0].error
        if error.code:
            return next(code for code in Status if code.value[0] == error.code), error.reason
    return answer.status, answer.reason or None


def test_the_requests_are_those_of_the_whole_matrix() -> None:
    assert set(REQUESTS) == {rpc.name for rpc in RPCS.values() if rpc.needs} - OTHERS


@pytest.mark.rpcs("CreateRepository")
def test_a_repository_is_added_or_it_is_clear_why_not(vendor: Site) -> None:
    request = pb.CreateRepositoryRequest(identifier=vendor.fake.identifier)
    for status, expected in FAILURES.items():
        cache.clear()
        vendor.fake.forced = lambda asked, status=status: Reply({"message": "?"}, status)
        assert outcome(vendor.call("CreateRepository", request)) == expected, status
    cache.clear()
    hooks = {"id": 1, "uuid": "{1}", "message": ""}

    def answer(asked: Request) -> Reply:
        is_hook = asked.method == "POST" and re.search(r"hooks|subscriptions", asked.path)
        return Reply(hooks, 201) if is_hook else vendor.fake._route(asked)

    vendor.fake.forced = answer
    made = vendor.call("CreateRepository", request).message
    assert (made.url, made.provider_key) == (vendor.fake.web, vendor.fake.key)
    again = vendor.call("CreateRepository", request)
    assert (again.status, again.metadata["repository_id"]) == (Status.ALREADY_EXISTS, str(made.id))


def test_each_cell_is_answered_and_fails_clearly(vendor: Site) -> None:
    wrong = []
    for name in REQUESTS:
        if vendor.fake.key not in keys_that_serve([name]) or is_only_standalone(vendor, RPCS[name].needs):
            continue
        cache.clear()
        vendor.fake.forced = None
        vendor.fake.forget_calls()
        if (answer := vendor.call(name, REQUESTS[name](vendor))).status is not Status.OK:
            wrong.append(f"{name}: {answer.status} {answer.reason}")
        assert vendor.fake.calls, name
        for status, expected in failures_of(vendor, name).items():
            cache.clear()
            vendor.fake.forced = lambda request, status=status: Reply({"message": "?"}, status)
            found = outcome(vendor.call(name, REQUESTS[name](vendor)))
            if found != ((Status.OK, None) if (name, status) in ANSWERED else expected):
                wrong.append(f"{name} {status}: {found}")
    assert not wrong, "\n".join(wrong)
