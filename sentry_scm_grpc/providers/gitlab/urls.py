"""Web addresses of files."""

from __future__ import annotations

from sentry_scm_grpc.providers.gitlab.api import GitLabApi
from sentry_scm_grpc.providers.vendor.source_urls import address_of, parsed
from sentry_scm_grpc.providers.vendor.urls import SourceUrls
from sentry_scm_grpc.v1 import scm_pb2 as pb


class GitLabUrls(GitLabApi, SourceUrls):
    def url_of(self, path: str, ref: str, line: int) -> str:
        return address_of(f"{self._web}/-", ref or self.default_ref, path, line)

    def parse_source_url(self, url: str) -> pb.ResolvedSourceUrl | None:
        return parsed(url, self._web, self.repository)
