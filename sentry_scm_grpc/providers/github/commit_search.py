"""Search in commits: https://docs.github.com/en/rest/search/search#search-commits

GitHub has an index of the default branch of each repository that is not a fork. It finds whole words. All else is
looked for in the list of commits.
"""

from __future__ import annotations

import re
from typing import Any

from sentry_scm_grpc.providers.github.api import SEARCH_CHARACTERS
from sentry_scm_grpc.providers.github.commits import GitHubCommits
from sentry_scm_grpc.providers.vendor.commit_search import CommitSearch
from sentry_scm_grpc.providers.vendor.commits import fits, moment_of
from sentry_scm_grpc.providers.vendor.pages import Page
from sentry_scm_grpc.providers.vendor.reading import moment_text, text
from sentry_scm_grpc.v1 import files_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb


class GitHubCommitSearch(GitHubCommits, CommitSearch):
    def fetch_found(self, request: files_pb2.SearchCommitsRequest, ref: str, position: Any) -> Page[pb.Commit]:
        """The position of a list is a number, that of a search a list with a number."""
        is_search = isinstance(position, list)
        if position is None:
            is_search = self._is_indexed(request)
        if not is_search:
            return self.listed(request, ref, position)
        since, until = (moment_text(moment_of(request, name)) for name in ("since", "until"))
        dates = f"committer-date:{since or '*'}..{until or '*'}" if since or until else ""
        found, after, incomplete = self._search(
            "/search/commits",
            request.message,
            self.full_name,
            dates,
            position[0] if position else None,
            sort="committer-date",
            order="desc",
        )
        commits = [
            self.completed(self._commit(one))
            for one in found
            if text(one, "repository", "full_name").lower() == self.full_name.lower()
        ]
        fitting = [commit for commit in commits if fits(commit, request)]
        return Page(fitting, None if after is None else [after], incomplete=incomplete)

    def _is_indexed(self, request: files_pb2.SearchCommitsRequest) -> bool:
        """Whether GitHub's search can answer."""
        words = request.message
        if not re.search(r"\w", words) or len(words) > SEARCH_CHARACTERS or request.path:
            return False
        known = self.http.get(self.path)
        default = text(known, "default_branch")
        return request.ref in ("", "HEAD", default) and known.get("fork") is False
