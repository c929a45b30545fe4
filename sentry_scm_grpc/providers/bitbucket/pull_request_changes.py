"""The changes of pull requests: https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pullrequests/

Bitbucket redirects from a pull request to the comparison of its commits, which may be in a fork. The address of the
next page is therefore that of the comparison. The differences come in one answer, of which 8 MiB are read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from sentry_scm_grpc.errors import FailedPrecondition
from sentry_scm_grpc.providers.bitbucket.api import PER_PAGE
from sentry_scm_grpc.providers.bitbucket.changes import CHANGES_PER_PAGE, change_of
from sentry_scm_grpc.providers.bitbucket.commits import commit_of
from sentry_scm_grpc.providers.bitbucket.pull_requests import BitbucketPullRequests
from sentry_scm_grpc.providers.bitbucket.refs import BYTES_AT_ONCE, BitbucketRefs, differences_in
from sentry_scm_grpc.providers.vendor.pages import Page
from sentry_scm_grpc.providers.vendor.pull_request_changes import PullRequestChanges
from sentry_scm_grpc.providers.vendor.reading import bad_answer, rows, text
from sentry_scm_grpc.providers.vendor.refs import DiffPage
from sentry_scm_grpc.v1 import refs_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb


class BitbucketPullRequestChanges(BitbucketRefs, BitbucketPullRequests, PullRequestChanges):
    def fetch_pull_request_commits(self, number: int, position: Any) -> Page[pb.Commit]:
        path = f"{self.path}/pullrequests/{number}/commits"
        found, after = self._page(path, {"pagelen": PER_PAGE}, position)
        return Page([commit_of(commit) for commit in found], after)

    def fetch_pull_request_files(self, number: int, position: Any) -> Page[pb.FileChange]:
        path, params = position or [f"{self.path}/pullrequests/{number}/diffstat", {"pagelen": CHANGES_PER_PAGE}]
        answer = self.http.get(path, params)
        return Page([change_of(change) for change in rows(answer, "values")], self._following(text(answer, "next")))

    def fetch_pull_request_diffs(self, number: int, wanted: Callable[[pb.FileChange], bool], position: Any) -> DiffPage:
        page = self.fetch_pull_request_files(number, position)
        changes = [change for change in page.items if wanted(change)]
        return DiffPage(self._differences(number, changes), page.next)

    def _differences(self, number: int, changes: Sequence[pb.FileChange]) -> Iterator[refs_pb2.FileDiff]:
        if not changes:
            return
        try:
            patch = self.http.get_bytes(f"{self.path}/pullrequests/{number}/diff", max_bytes=BYTES_AT_ONCE)
        except FailedPrecondition as error:
            if error.reason != "FILE_TOO_LARGE":
                raise
            patch = b""
        yield from differences_in(patch, changes)

    def _following(self, address: str) -> list[Any] | None:
        """Path and query of the next page, which must be one of this repository."""
        if not address:
            return None
        try:
            parts = urlsplit(address)
        except ValueError:
            raise bad_answer() from None
        if not parts.path.startswith(f"{self.path}/") or ".." in parts.path:
            raise bad_answer()
        return [parts.path, dict(parse_qsl(parts.query))]
