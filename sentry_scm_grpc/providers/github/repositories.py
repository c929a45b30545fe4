"""The repositories that the app can see."""

from __future__ import annotations

from typing import Any

from sentry_scm_grpc.providers.github.api import GitHubApi
from sentry_scm_grpc.providers.vendor.pages import Page
from sentry_scm_grpc.providers.vendor.reading import string, text
from sentry_scm_grpc.v1 import scm_pb2 as pb


class GitHubRepositories(GitHubApi):
    def fetch_repository(self, identifier: str) -> pb.RemoteRepository:
        return self._repository(self.http.get(f"/repos/{identifier}"))

    def fetch_repositories(self, query: str, position: Any) -> Page[pb.RemoteRepository]:
        """All repositories that the app can see.

        GitHub's search would find only whole words, and also repositories without access.
        """
        found, after = self._account(position)
        return Page([self._repository(repository) for repository in found], after)

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
