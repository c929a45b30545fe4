"""Web addresses of files."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote, urlsplit

from sentry_scm_grpc.providers.bitbucket.api import BitbucketApi
from sentry_scm_grpc.providers.vendor.source_urls import same_host
from sentry_scm_grpc.providers.vendor.urls import SourceUrls
from sentry_scm_grpc.v1 import scm_pb2 as pb

# The first line in "#lines-3,7:9"; older addresses have "#cl-3" and "#app.py-3".
_LINE = re.compile(r"(lines|cl)-(\d{1,9})(?!\d)")


class BitbucketUrls(BitbucketApi, SourceUrls):
    def url_of(self, path: str, ref: str, line: int) -> str:
        at = quote(ref or self.default_ref, safe="")
        return f"{self._web}/src/{at}/{quote(path)}" + (f"#lines-{line}" if line else "")

    def parse_source_url(self, url: str) -> pb.ResolvedSourceUrl | None:
        found, web = urlsplit(url), urlsplit(f"{self._web}/")
        if not same_host(found, web) or not found.path.lower().startswith(web.path.lower()):
            return None
        kind, *parts = (unquote(part) for part in found.path[len(web.path) :].split("/"))
        # A "/" in the name of a branch is quoted in an address. If it is not, only the default branch is recognized.
        branch = self.repository.default_branch.split("/") if self.repository else []
        length = len(branch) if branch and parts[: len(branch)] == branch else 1
        ref, path = "/".join(parts[:length]), "/".join(filter(None, parts[length:]))
        if kind not in ("src", "raw", "annotate") or not ref or not path:
            return None
        anchor = unquote(found.fragment)
        line = _LINE.match(f"lines{anchor.removeprefix(parts[-1])}" if anchor.startswith(f"{parts[-1]}-") else anchor)
        return pb.ResolvedSourceUrl(
            repository_id=self.repository_id, ref=ref, path=path, line_number=int(line[2]) if line else 0
        )

    @property
    def _web(self) -> str:
        """The address of the repository's pages."""
        known = self.repository.url if self.repository else ""
        return known.rstrip("/") or f"https://bitbucket.org/{self.full_name}"
