"""The changes of pull requests: https://developer.atlassian.com/server/bitbucket/rest/v819/api-group-pull-requests/

A diff of all files is cut if it has many lines. Files that are cut there are asked for one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sentry_scm_grpc.providers.bitbucket_server.changes import MAX_CHANGES, change_of
from sentry_scm_grpc.providers.bitbucket_server.pull_requests import BitbucketServerPullRequests
from sentry_scm_grpc.providers.bitbucket_server.refs import BitbucketServerRefs, diffs_by_path
from sentry_scm_grpc.providers.vendor.http import quoted_path
from sentry_scm_grpc.providers.vendor.pages import VENDOR_LIMIT, Page
from sentry_scm_grpc.providers.vendor.pull_request_changes import PullRequestChanges
from sentry_scm_grpc.providers.vendor.refs import DiffPage
from sentry_scm_grpc.source.patches import counted
from sentry_scm_grpc.v1 import refs_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb


class BitbucketServerPullRequestChanges(BitbucketServerRefs, BitbucketServerPullRequests, PullRequestChanges):
    def fetch_pull_request_commits(self, number: int, position: Any) -> Page[pb.Commit]:
        found, after = self._page(f"{self.path}/pull-requests/{number}/commits", {}, position)
        return Page([self._commit(commit) for commit in found], after)

    def fetch_pull_request_files(self, number: int, position: Any) -> Page[pb.FileChange]:
        path = f"{self.path}/pull-requests/{number}/changes"
        found, after = self._page(path, {"withComments": "false"}, position)
        cut = after is None and (position or 0) + len(found) >= MAX_CHANGES
        return Page([change_of(change) for change in found], after, incomplete=VENDOR_LIMIT if cut else "")

    def fetch_pull_request_diffs(self, number: int, wanted: Callable[[pb.FileChange], bool], position: Any) -> DiffPage:
        page = self.fetch_pull_request_files(number, position)
        changes = [change for change in page.items if wanted(change)]
        return DiffPage(self._differences(number, changes), page.next, page.incomplete)

    def _differences(self, number: int, changes: Sequence[pb.FileChange]) -> Iterator[refs_pb2.FileDiff]:
        """The diff of all files is read again for each page of the list, so that none is kept."""
        whole = self._differences_by_path(number, "", "") if changes else {}
        for change in changes:
            found = whole.get(change.path)
            if found is None or found.truncated:
                found = self._differences_by_path(number, change.path, change.previous_path).get(change.path)
            diff = found or refs_pb2.FileDiff(truncated=True)
            change.binary = diff.change.binary
            change.additions, change.deletions = counted(diff.hunks)
            diff.change.CopyFrom(change)
            yield diff

    def _differences_by_path(self, number: int, path: str, previous: str) -> dict[str, refs_pb2.FileDiff]:
        below = f"/{quoted_path(path)}" if path else ""
        params = {"contextLines": "3", "withComments": "false", **({"srcPath": previous} if previous else {})}
        return diffs_by_path(self.http.get(f"{self.path}/pull-requests/{number}/diff{below}", params))
