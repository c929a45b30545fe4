"""Repositories: https://docs.gitea.com/api/#tag/repository"""

from __future__ import annotations

from typing import Any

from scm_grpc_gitea.api import GiteaApi
from sentry_scm_grpc.providers.vendor.http import quoted_path
from sentry_scm_grpc.providers.vendor.pages import Page
from sentry_scm_grpc.providers.vendor.reading import string, text
from sentry_scm_grpc.v1 import scm_pb2 as pb


class GiteaRepositories(GiteaApi):
    def fetch_repository(self, identifier: str) -> pb.RemoteRepository:
        return self._repository(self.http.get(f"/repos/{quoted_path(identifier)}"))

    def fetch_repositories(self, query: str, position: Any) -> Page[pb.RemoteRepository]:
        found, after = self._page("/repos/search", {"q": query} if query else {}, position, "data")
        return Page([self._repository(one) for one in found], after)

    def _repository(self, found: Any) -> pb.RemoteRepository:
        full_name = string(found, "full_name")
        return pb.RemoteRepository(
            identifier=full_name,
            name=full_name,
            url=text(found, "html_url"),
            default_branch=text(found, "default_branch"),
            external_id=string(found, "id"),
            config={"name": full_name},
        )
