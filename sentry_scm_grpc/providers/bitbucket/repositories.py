"""The repositories of a workspace."""

from __future__ import annotations

from typing import Any

from sentry_scm_grpc.providers.bitbucket.api import PER_PAGE, BitbucketApi
from sentry_scm_grpc.providers.vendor.http import quoted
from sentry_scm_grpc.providers.vendor.pages import Page
from sentry_scm_grpc.providers.vendor.reading import string, text
from sentry_scm_grpc.v1 import scm_pb2 as pb


class BitbucketRepositories(BitbucketApi):
    def fetch_repository(self, identifier: str) -> pb.RemoteRepository:
        return repository_of(self.http.get(f"/2.0/repositories/{identifier}"))

    def fetch_repositories(self, query: str, position: Any) -> Page[pb.RemoteRepository]:
        """The repositories of the workspace. Sentry stores its UUID, or its name as the integration's name."""
        workspace = self.live.model.metadata.get("uuid") or self.live.model.name
        found, after = self._page(f"/2.0/repositories/{quoted(workspace)}", {"pagelen": PER_PAGE}, position)
        return Page([repository_of(repository) for repository in found], after)


def repository_of(found: Any) -> pb.RemoteRepository:
    full_name = string(found, "full_name")
    return pb.RemoteRepository(
        identifier=full_name,
        name=full_name,
        url=text(found, "links", "html", "href") or f"https://bitbucket.org/{full_name}",
        default_branch=text(found, "mainbranch", "name"),
        external_id=string(found, "uuid"),
        config={"name": full_name},
    )
