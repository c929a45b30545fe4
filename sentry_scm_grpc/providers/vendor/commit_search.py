"""Search in commits. Most vendors cannot search messages: their lists are read and compared here."""

from __future__ import annotations

from functools import partial
from typing import Any

from sentry_scm_grpc.providers.vendor.commits import Commits
from sentry_scm_grpc.providers.vendor.credentials import Permission
from sentry_scm_grpc.providers.vendor.pages import Page, fill
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.v1 import files_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb

#: What GetCapabilities says of a vendor whose lists are read.
READ_HERE = (
    "The provider does not search messages, so the list of commits is read, 100 in a call, at most 20 calls for a page."
    " A page may be empty although later ones are not."
)


class CommitSearch(Commits):
    """SearchCommits."""

    permissions = {"search_commits": Permission.READ_CODE}

    def search_commits(self, call: Call, request: files_pb2.SearchCommitsRequest) -> files_pb2.SearchCommitsResponse:
        found = fill(call, request.ref, partial(self._found_commits, request), self.sha_of)
        return files_pb2.SearchCommitsResponse(commits=found.items, **found.fields)

    def _found_commits(self, request: files_pb2.SearchCommitsRequest, ref: str, position: Any) -> Page[pb.Commit]:
        page = self.fetch_found(request, ref, position)
        wanted = request.message.casefold()
        return Page(
            [commit for commit in page.items if wanted in commit.message.casefold()],
            page.next,
            page.ref,
            page.incomplete,
        )

    def fetch_found(self, request: files_pb2.SearchCommitsRequest, ref: str, position: Any) -> Page[pb.Commit]:
        """A page of commits that may match. They are filtered again here by message.

        By default, all that fit the other criteria. Override it if the vendor searches messages.
        """
        return self.listed(request, ref, position)
