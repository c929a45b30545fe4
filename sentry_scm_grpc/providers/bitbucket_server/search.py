"""Code search, as the server's own search page does it."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any

from sentry_scm_grpc.errors import InvalidArgument
from sentry_scm_grpc.providers.bitbucket_server.api import BitbucketServerApi, following
from sentry_scm_grpc.providers.vendor.pages import VENDOR_LIMIT, Page
from sentry_scm_grpc.providers.vendor.reading import number, rows, string, text, value
from sentry_scm_grpc.providers.vendor.search import CodeSearch, literal
from sentry_scm_grpc.providers.vendor.urls import SourceUrls
from sentry_scm_grpc.v1 import scm_pb2 as pb

MATCHES_PER_PAGE = 25


class BitbucketServerSearch(BitbucketServerApi, SourceUrls, CodeSearch):
    def fetch_matches(self, query: str, path: str, ref: str, position: Any) -> Page[pb.CodeMatch]:
        """The server finds consecutive words and ignores punctuation. Lines without the exact text are dropped here."""
        phrase = re.sub(r'["\\]', " ", query)
        if not re.search(r"\w", phrase):
            raise InvalidArgument.of(("query", "must contain a letter or a digit at Bitbucket Server"))
        project, slug = self.place
        asked = {
            "query": f'"{phrase}" project:{project} repo:{slug}',
            "entities": {"code": {"start": position or 0, "limit": MATCHES_PER_PAGE}},
        }
        answer = value(self.http.query("/rest/search/latest/search", asked), "code")
        files = rows(answer, "values")
        matches = [match for file in files for match in self._matches_in(file, literal(query))]
        return Page(
            matches,
            following(answer, "nextStart"),
            incomplete=VENDOR_LIMIT if any(map(_hides_hits, files)) else "",
        )

    def _matches_in(self, found: Mapping[str, Any], wanted: re.Pattern[str]) -> list[pb.CodeMatch]:
        place = (text(found, "repository", "project", "key"), text(found, "repository", "slug"))
        if tuple(map(str.lower, place)) != tuple(map(str.lower, self.place)):
            return []
        path, blocks = string(found, "file"), value(found, "hitContexts")
        matches = []
        for block in blocks if isinstance(blocks, list) else []:
            for line in rows({"lines": block}, "lines"):
                shown = html.unescape(re.sub(r"</?em>", "", text(line, "text")))
                if hit := wanted.search(shown):
                    at = number(line, "line")
                    url = self.url_of(path, "", at)
                    match = pb.CodeMatch(path=path, line_number=at, column=hit.start() + 1, line=shown[:1024], url=url)
                    matches.append(match)
        return matches


def _hides_hits(found: Mapping[str, Any]) -> bool:
    """Whether a file has more hits than the response contains."""
    blocks = found.get("hitContexts")
    lines = [line for block in blocks for line in rows({"lines": block}, "lines")] if isinstance(blocks, list) else []
    return number(found, "hitCount") > sum(text(line, "text").count("<em>") for line in lines)
