"""The projects that Sentry's installation offers."""

from __future__ import annotations

from typing import Any

from sentry_scm_grpc.providers.gitlab.api import GitLabApi
from sentry_scm_grpc.providers.vendor.pages import Page
from sentry_scm_grpc.providers.vendor.reading import string, text
from sentry_scm_grpc.v1 import scm_pb2 as pb


class GitLabRepositories(GitLabApi):
    def fetch_repository(self, identifier: str) -> pb.RemoteRepository:
        return self._repository(self.http.get(f"/projects/{identifier}"))

    def fetch_repositories(self, query: str, position: Any) -> Page[pb.RemoteRepository]:
        found, after = self._projects(query, position)
        return Page([self._repository(project) for project in found], after)

    def _repository(self, found: Any) -> pb.RemoteRepository:
        number = string(found, "id")
        return pb.RemoteRepository(
            identifier=number,
            name=text(found, "name_with_namespace") or string(found, "path_with_namespace"),
            url=text(found, "web_url"),
            default_branch=text(found, "default_branch"),
            external_id=f"{self.live.model.metadata['instance']}:{number}",
            config={"path": string(found, "path_with_namespace")},
        )
