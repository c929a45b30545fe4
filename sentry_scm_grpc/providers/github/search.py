"""Code search: https://docs.github.com/en/rest/search/search#search-code"""

from __future__ import annotations

from typing import Any

from sentry_scm_grpc.providers.github.api import GitHubApi
from sentry_scm_grpc.providers.vendor.pages import Page
from sentry_scm_grpc.providers.vendor.reading import string, text
from sentry_scm_grpc.providers.vendor.search import CodeSearch
from sentry_scm_grpc.v1 import scm_pb2 as pb


class GitHubSearch(GitHubApi, CodeSearch):
    def fetch_matches(self, query: str, path: str, ref: str, position: Any) -> Page[pb.CodeMatch]:
        # Without this qualifier GitHub does not search forks.
        found, after, incomplete = self._search("/search/code", query, self.full_name, "fork:true", position)
        return Page(
            [
                pb.CodeMatch(path=string(match, "path"), url=text(match, "html_url"))
                for match in found
                if text(match, "repository", "full_name").lower() == self.full_name.lower()
            ],
            after,
            incomplete=incomplete,
        )
