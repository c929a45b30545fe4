"""Web addresses of files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, quote, unquote, urlsplit

from sentry_scm_grpc.providers.bitbucket_server.api import BitbucketServerApi
from sentry_scm_grpc.providers.vendor.source_urls import same_host
from sentry_scm_grpc.providers.vendor.urls import SourceUrls
from sentry_scm_grpc.v1 import scm_pb2 as pb

# The address of a file. The repository may be a personal one.
_FILE = re.compile(
    r"/(projects/(?P<project>[^/]+)|users/(?P<user>[^/]+))/repos/(?P<slug>[^/]+)/(browse|raw|annotate)/(?P<path>.+)",
    re.DOTALL,
)
#: The first line in a list of lines and ranges.
_LINE = re.compile(r"(\d{1,9})(?!\d)")


class BitbucketServerUrls(BitbucketServerApi, SourceUrls):
    @classmethod
    def same_addresses(cls, url: str) -> Iterator[str]:
        yield url
        known = re.sub(r"/users/([^/]+)/repos/", r"/projects/~\1/repos/", url, count=1)
        yield re.sub(r"(/repos/[^/]+)/(raw|annotate)/", r"\1/browse/", known, count=1)
        # The repository itself. Sentry stores the address of its files.
        if home := re.fullmatch(r"(.*/repos/[^/]+)(?:/browse)?/?", known):
            yield home[1]
            yield f"{home[1]}/browse"

    def url_of(self, path: str, ref: str, line: int) -> str:
        at = f"?at={quote(ref, safe='')}" if ref else ""
        return f"{self._web}/{quote(path)}{at}" + (f"#{line}" if line else "")

    def parse_source_url(self, url: str) -> pb.ResolvedSourceUrl | None:
        found, base = urlsplit(url), urlsplit(self._base)
        path = unquote(found.path)
        if not same_host(found, base) or not path.lower().startswith(base.path.lower()):
            return None
        file = _FILE.fullmatch(path[len(base.path) :])
        if file is None:
            return None
        place = (file["project"] or f"~{file['user']}", file["slug"])
        if tuple(map(str.lower, place)) != tuple(map(str.lower, self.place)):
            return None
        try:
            at = parse_qs(found.query).get("at", [""])[0]
        except ValueError:  # The query has too many fields.
            return None
        line = _LINE.match(found.fragment)
        return pb.ResolvedSourceUrl(
            repository_id=self.repository_id,
            ref=re.sub(r"\Arefs/(heads|tags)/", "", at) or (self.repository.default_branch if self.repository else ""),
            path="/".join(filter(None, file["path"].split("/"))),
            line_number=int(line[1]) if line else 0,
        )

    @property
    def _web(self) -> str:
        """The address of the repository's files."""
        project, slug = self.place
        return f"{self._base}/projects/{quote(project)}/repos/{quote(slug)}/browse"
