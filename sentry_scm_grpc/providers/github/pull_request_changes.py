"""The changes of pull requests: https://docs.github.com/en/rest/pulls/pulls

GitHub tells at most 250 commits, with the oldest first, and 3,000 files.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sentry_scm_grpc.providers.github.changes import change_of
from sentry_scm_grpc.providers.github.pull_requests import GitHubPullRequests
from sentry_scm_grpc.providers.github.refs import GitHubRefs, diffs_of
from sentry_scm_grpc.providers.vendor.pages import VENDOR_LIMIT, Page
from sentry_scm_grpc.providers.vendor.pull_request_changes import PullRequestChanges
from sentry_scm_grpc.providers.vendor.reading import number as count_of
from sentry_scm_grpc.providers.vendor.reading import rows
from sentry_scm_grpc.providers.vendor.refs import DiffPage
from sentry_scm_grpc.v1 import scm_pb2 as pb

#: The most commits and files that GitHub tells.
COMMITS_TOLD, FILES_TOLD = 250, 3000
COMMIT_PAGES = 3


class GitHubPullRequestChanges(GitHubRefs, GitHubPullRequests, PullRequestChanges):
    def fetch_pull_request_commits(self, number: int, position: Any) -> Page[pb.Commit]:
        """All at once, because the newest are on the last page."""
        path, found, page = f"{self.path}/pulls/{number}", [], None
        for _ in range(COMMIT_PAGES):
            commits, page = self._page(f"{path}/commits", {}, page)
            found += rows(commits)
            if page is None:
                break
        cut = len(found) >= COMMITS_TOLD and count_of(self.http.get(path), "commits") > len(found)
        commits = [self._commit(commit) for commit in reversed(found)]
        return Page(commits, incomplete=VENDOR_LIMIT if cut else "")

    def fetch_pull_request_files(self, number: int, position: Any) -> Page[pb.FileChange]:
        found, after, incomplete = self._files_of(number, position)
        return Page([change_of(file) for file in found], after, incomplete=incomplete)

    def fetch_pull_request_diffs(self, number: int, wanted: Callable[[pb.FileChange], bool], position: Any) -> DiffPage:
        found, after, incomplete = self._files_of(number, position)
        return DiffPage(diffs_of(found), after, incomplete=incomplete)

    def _files_of(self, number: int, position: Any) -> tuple[list[Any], Any, str]:
        found, after = self._page(f"{self.path}/pulls/{number}/files", {}, position)
        files, page = rows(found), position or 1
        cut = after is None and page * len(files) >= FILES_TOLD
        return files, after, VENDOR_LIMIT if cut else ""
