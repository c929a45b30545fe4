"""The repositories of an organization."""

from __future__ import annotations

from typing import Any

from sentry_scm_grpc.providers.azure_devops.addresses import without_user
from sentry_scm_grpc.providers.azure_devops.api import AzureDevOpsApi
from sentry_scm_grpc.providers.vendor.pages import Page
from sentry_scm_grpc.providers.vendor.reading import rows, string, text
from sentry_scm_grpc.v1 import scm_pb2 as pb


class AzureDevOpsRepositories(AzureDevOpsApi):
    def fetch_repository(self, identifier: str) -> pb.RemoteRepository:
        return self._repository(self.http.get(self._repository_path(identifier)))

    def fetch_repositories(self, query: str, position: Any) -> Page[pb.RemoteRepository]:
        """All repositories of the organization: Azure DevOps lists them in one response."""
        found = rows(self.http.get(f"{self.instance}_apis/git/repositories"), "value")
        return Page([self._repository(repository) for repository in found])

    def _repository(self, found: Any) -> pb.RemoteRepository:
        return pb.RemoteRepository(
            identifier=string(found, "id"),
            name=string(found, "name"),
            url=text(found, "_links", "web", "href") or text(found, "webUrl") or without_user(text(found, "remoteUrl")),
            default_branch=text(found, "defaultBranch").removeprefix("refs/heads/"),
            external_id=string(found, "id"),
            config={
                "instance": self.instance,
                "project": string(found, "project", "name"),
                "name": string(found, "name"),
            },
        )
