"""The changes of merge requests: https://docs.gitlab.com/api/merge_requests/

Files and differences are those of a comparison of the two commits that GitLab names as the ends of the newest version.
"""

from __future__ import annotations

from typing import Any

from sentry_scm_grpc.providers.gitlab.commits import commit_of
from sentry_scm_grpc.providers.gitlab.pull_requests import GitLabPullRequests
from sentry_scm_grpc.providers.gitlab.refs import GitLabRefs
from sentry_scm_grpc.providers.vendor.pages import Page
from sentry_scm_grpc.providers.vendor.pull_request_changes import ComparedPullRequests
from sentry_scm_grpc.providers.vendor.reading import text
from sentry_scm_grpc.providers.vendor.refs import Span
from sentry_scm_grpc.v1 import scm_pb2 as pb


class GitLabPullRequestChanges(GitLabRefs, GitLabPullRequests, ComparedPullRequests):
    def fetch_pull_request_commits(self, number: int, position: Any) -> Page[pb.Commit]:
        found, after = self._page(f"{self.path}/merge_requests/{number}/commits", {}, position)
        return Page([commit_of(commit, self._web) for commit in found], after)

    def pull_request_span(self, number: int) -> Span | None:
        """None for a merge request without commits."""
        found = self.http.get(f"{self.path}/merge_requests/{number}")
        base, head = (text(found, "diff_refs", f"{end}_sha") for end in ("base", "head"))
        return Span(base, head, from_merge_base=False) if base and head else None
