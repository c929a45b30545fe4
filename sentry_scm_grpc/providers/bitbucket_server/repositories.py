"""The repositories that the integration administers."""

from __future__ import annotations

from typing import Any

from sentry_scm_grpc.providers.bitbucket_server.api import BitbucketServerApi
from sentry_scm_grpc.providers.vendor.pages import Page
from sentry_scm_grpc.providers.vendor.reading import string
from sentry_scm_grpc.v1 import scm_pb2 as pb


class BitbucketServerRepositories(BitbucketServerApi):
    def fetch_repository(self, identifier: str) -> pb.RemoteRepository:
        project, _, slug = identifier.partition("/")
        return self._repository(self.http.get(f"/rest/api/1.0/projects/{project}/repos/{slug}"))

    def fetch_repositories(self, query: str, position: Any) -> Page[pb.RemoteRepository]:
        """The repositories to which the integration can add a webhook, as in Sentry.

        An installation that adds none says which permission it needs instead.
        """
        permission = self.live.model.metadata.get("repository_permission", "REPO_ADMIN")
        found, after = self._page("/rest/api/1.0/repos", {"permission": permission}, position)
        return Page([self._repository(repository) for repository in found], after)

    def _repository(self, found: Any) -> pb.RemoteRepository:
        project, slug = string(found, "project", "key"), string(found, "slug")
        return pb.RemoteRepository(
            identifier=f"{project}/{slug}",
            name=f"{project}/{slug}",
            url=f"{self._base}/projects/{project}/repos/{slug}/browse",
            external_id=string(found, "id"),
            config={"name": f"{project}/{slug}", "project": project},
        )
