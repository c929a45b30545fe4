"""Code search: https://docs.gitlab.com/api/search/"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sentry_scm_grpc.errors import InvalidArgument
from sentry_scm_grpc.providers.gitlab.api import GitLabApi
from sentry_scm_grpc.providers.vendor.pages import Page
from sentry_scm_grpc.providers.vendor.reading import number, string, text
from sentry_scm_grpc.providers.vendor.search import CodeSearch
from sentry_scm_grpc.providers.vendor.urls import SourceUrls
from sentry_scm_grpc.v1 import scm_pb2 as pb

# Parts of a text that GitLab's search does not take literally: its filters, and white space, which it joins to one
# space.
_NOT_LITERAL = re.compile(r'(?<![^\s"])-?(?:filename|path|extension|blob)(?=:)|[^\S ]+|\s{2,}|"')


class GitLabSearch(GitLabApi, SourceUrls, CodeSearch):
    def fetch_matches(self, query: str, path: str, ref: str, position: Any) -> Page[pb.CodeMatch]:
        """Searches for the longest part that GitLab takes literally. Lines without the whole text are dropped here."""
        part = literal_part(query)
        if not part:
            raise InvalidArgument.of(("query", "must contain more than quotes and white space at GitLab"))
        params = {"scope": "blobs", "search_type": "basic", "search": part, **({"ref": ref} if ref else {})}
        found, after = self._page(f"{self.path}/search", params, position)
        if ref and not found and position is None:
            self.look_up(ref)
        wanted = re.compile(re.escape(query), re.IGNORECASE)
        return Page([match for snippet in found for match in self._matches_in(snippet, wanted, ref)], after)

    def _matches_in(self, found: Mapping[str, Any], wanted: re.Pattern[str], ref: str) -> list[pb.CodeMatch]:
        if str(found.get("project_id")) != self.installation.identifier():
            return []
        path = text(found, "path") or string(found, "filename")
        start = number(found, "startline") or 1
        matches = []
        for at, line in enumerate(text(found, "data").split("\n"), start):
            if hit := wanted.search(line):
                url = self.url_of(path, ref, at)
                matches.append(
                    pb.CodeMatch(path=path, line_number=at, column=hit.start() + 1, line=line[:1024], url=url)
                )
        return matches


def literal_part(query: str) -> str:
    """The longest part of a text that GitLab's search takes literally. Empty if there is none."""
    return max((part.strip() for part in _NOT_LITERAL.split(query)), key=len)
