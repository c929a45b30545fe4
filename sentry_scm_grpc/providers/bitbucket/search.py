"""Code search: https://developer.atlassian.com/cloud/bitbucket/rest/api-group-search/"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from sentry_scm_grpc.errors import InvalidArgument
from sentry_scm_grpc.providers.bitbucket.api import PER_PAGE, BitbucketApi
from sentry_scm_grpc.providers.vendor.http import quoted
from sentry_scm_grpc.providers.vendor.pages import VENDOR_LIMIT, Page
from sentry_scm_grpc.providers.vendor.reading import number, rows, string, text, told_rows
from sentry_scm_grpc.providers.vendor.search import CodeSearch, literal
from sentry_scm_grpc.providers.vendor.urls import SourceUrls
from sentry_scm_grpc.v1 import scm_pb2 as pb


class BitbucketSearch(BitbucketApi, SourceUrls, CodeSearch):
    def fetch_matches(self, query: str, path: str, ref: str, position: Any) -> Page[pb.CodeMatch]:
        """The vendor finds consecutive words and ignores punctuation. Lines without the exact text are dropped here."""
        phrase = re.sub(r'["\\]', " ", query)
        if not re.search(r"\w", phrase):
            raise InvalidArgument.of(("query", "must contain a letter or a digit at Bitbucket"))
        workspace, _, slug = self.full_name.partition("/")
        found, after = self._page(
            f"/2.0/workspaces/{quoted(workspace)}/search/code",
            {"search_query": f'"{phrase}" repo:{slug}', "pagelen": PER_PAGE},
            position,
        )
        matches = [match for file in found for match in self._matches_in(file, literal(query))]
        return Page(matches, after, incomplete=VENDOR_LIMIT if any(map(hides_matches, found)) else "")

    def _matches_in(self, found: Mapping[str, Any], wanted: re.Pattern[str]) -> list[pb.CodeMatch]:
        home = f"/2.0/repositories/{self.full_name}/src/".lower()
        if not urlsplit(string(found, "file", "links", "self", "href")).path.lower().startswith(home):
            return []
        path = string(found, "file", "path")
        matches = []
        for block in told_rows(found, "content_matches"):
            for line in rows(block, "lines"):
                shown = "".join(text(segment, "text") for segment in rows(line, "segments"))
                if place := wanted.search(shown):
                    at = number(line, "line")
                    url = self.url_of(path, "", at)
                    match = pb.CodeMatch(
                        path=path, line_number=at, column=place.start() + 1, line=shown[:1024], url=url
                    )
                    matches.append(match)
        return matches


def hides_matches(found: Mapping[str, Any]) -> bool:
    """Whether a file has more matches than the response contains."""
    lines = [line for block in told_rows(found, "content_matches") for line in rows(block, "lines")]
    shown = sum(segment.get("match") is True for line in lines for segment in rows(line, "segments"))
    return number(found, "content_match_count") > shown
