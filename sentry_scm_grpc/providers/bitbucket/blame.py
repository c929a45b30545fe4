"""Blame, derived from a file's history."""

from __future__ import annotations

from sentry_scm_grpc.providers.bitbucket.api import BitbucketApi
from sentry_scm_grpc.providers.vendor.derived_blame import MAX_BYTES, VERSIONS, DerivedBlames
from sentry_scm_grpc.providers.vendor.http import quoted, quoted_path
from sentry_scm_grpc.providers.vendor.reading import string
from sentry_scm_grpc.source.line_history import Version


class BitbucketBlame(BitbucketApi, DerivedBlames):
    def fetch_versions(self, path: str, sha: str) -> tuple[list[Version], bool]:
        """The vendor follows renames: each version has the path of its time."""
        found, after = self._page(
            f"{self.path}/filehistory/{quoted(sha)}/{quoted_path(path)}", {"pagelen": VERSIONS}, None, immutable=True
        )
        return [Version(string(one, "commit", "hash"), string(one, "path")) for one in found], after is None

    def fetch_text(self, path: str, sha: str) -> bytes:
        return self.http.get_bytes(self._src(path, sha), max_bytes=MAX_BYTES, immutable=True)
