"""Web addresses of files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, quote, urlsplit

from sentry_scm_grpc.providers.azure_devops.addresses import place_of, same_addresses
from sentry_scm_grpc.providers.azure_devops.api import AzureDevOpsApi
from sentry_scm_grpc.providers.vendor.pages import is_full_sha
from sentry_scm_grpc.providers.vendor.urls import SourceUrls
from sentry_scm_grpc.v1 import scm_pb2 as pb

_VERSION = re.compile(r"G[BCT](refs/(heads|tags)/)?(?P<ref>.+)")


class AzureDevOpsUrls(AzureDevOpsApi, SourceUrls):
    @classmethod
    def same_addresses(cls, url: str) -> Iterator[str]:
        return same_addresses(url)

    def url_of(self, path: str, ref: str, line: int) -> str:
        """A ref that is not a full SHA is taken for a branch, because a tag cannot be recognized without a call."""
        asked = {"path": f"/{path}"}
        if ref:
            asked["version"] = f"{'GC' if is_full_sha(ref) else 'GB'}{ref}"
        if line:
            # The mark of a line ends at the first character of the next line.
            asked |= {"line": str(line), "lineEnd": str(line + 1), "lineStartColumn": "1", "lineEndColumn": "1"}
        return f"{self._web}?" + "&".join(f"{name}={quote(asked, safe='/')}" for name, asked in asked.items())

    def parse_source_url(self, url: str) -> pb.ResolvedSourceUrl | None:
        found = urlsplit(url)
        if place_of(url) != place_of(self._web):
            return None
        try:
            # Servers before 2018 put all of it behind a "#".
            asked = parse_qs(found.query) | parse_qs(found.fragment)
        except ValueError:  # The query has too many fields.
            return None
        path, version, line = (asked.get(name, [""])[0] for name in ("path", "version", "line"))
        known = _VERSION.fullmatch(version)
        if not path.startswith("/") or not path.strip("/") or (version and known is None):
            return None
        return pb.ResolvedSourceUrl(
            repository_id=self.repository_id,
            ref=re.sub(r"\Arefs/(heads|tags)/", "", known["ref"])
            if known
            else self.repository.default_branch
            if self.repository
            else "",
            path=path.strip("/"),
            line_number=int(line) if re.fullmatch(r"[0-9]{1,9}", line) else 0,
        )
