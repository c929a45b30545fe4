"""The commits, files and differences of a pull request."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator
from typing import Any

from sentry_scm_grpc.providers.vendor.credentials import Permission
from sentry_scm_grpc.providers.vendor.pages import Page, fill
from sentry_scm_grpc.providers.vendor.pull_requests import PullRequests
from sentry_scm_grpc.providers.vendor.refs import DiffPage, Refs, Span, below, streamed
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls
from sentry_scm_grpc.v1 import refs_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb


class PullRequestChanges(PullRequests):
    """ListPullRequestCommits, ListPullRequestFiles, StreamPullRequestDiff."""

    permissions = dict.fromkeys(
        ("list_pull_request_commits", "list_pull_request_files", "stream_pull_request_diff"),
        Permission.READ_PULL_REQUESTS,
    )

    @abstractmethod
    def fetch_pull_request_commits(self, number: int, position: Any) -> Page[pb.Commit]:
        """Commits, newest first."""

    @abstractmethod
    def fetch_pull_request_files(self, number: int, position: Any) -> Page[pb.FileChange]: ...

    @abstractmethod
    def fetch_pull_request_diffs(self, number: int, wanted: Callable[[pb.FileChange], bool], position: Any) -> DiffPage:
        """The differences of files, filtered again by ``wanted``. A header is made here if the adapter sets none."""

    def list_pull_request_commits(
        self, call: Call, request: pulls.ListPullRequestCommitsRequest
    ) -> pulls.ListPullRequestCommitsResponse:
        def fetch(_: str, position: Any) -> Page[pb.Commit]:
            with self.pull_request_at_fault(request.number):
                return self.fetch_pull_request_commits(request.number, position)

        found = fill(call, "", fetch)
        commits = [self.completed(commit) for commit in found.items]
        return pulls.ListPullRequestCommitsResponse(commits=commits, **found.fields)

    def list_pull_request_files(
        self, call: Call, request: pulls.ListPullRequestFilesRequest
    ) -> pulls.ListPullRequestFilesResponse:
        def fetch(_: str, position: Any) -> Page[pb.FileChange]:
            with self.pull_request_at_fault(request.number):
                return self.fetch_pull_request_files(request.number, position)

        found = fill(call, "", fetch)
        return pulls.ListPullRequestFilesResponse(file_changes=found.items, **found.fields)

    def stream_pull_request_diff(
        self, call: Call, request: pulls.StreamPullRequestDiffRequest
    ) -> Iterator[refs_pb2.FileDiff]:
        wanted = below(request.paths)

        def fetch(position: Any) -> DiffPage:
            with self.pull_request_at_fault(request.number):
                return self.fetch_pull_request_diffs(request.number, wanted, position)

        return streamed(call, fetch, wanted)


class ComparedPullRequests(Refs, PullRequestChanges):
    """For a vendor whose pull requests name two commits. Files and differences are those of their comparison."""

    @abstractmethod
    def pull_request_span(self, number: int) -> Span | None:
        """The commits between which the pull request lies. None if it has no commits."""

    def fetch_pull_request_files(self, number: int, position: Any) -> Page[pb.FileChange]:
        span = self.pull_request_span(number)
        return self.fetch_compared_files(span, position) if span else Page([])

    def fetch_pull_request_diffs(self, number: int, wanted: Callable[[pb.FileChange], bool], position: Any) -> DiffPage:
        span = self.pull_request_span(number)
        return self.fetch_diffs(span, wanted, position) if span else DiffPage([])
