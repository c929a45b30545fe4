"""How Gitea's API is asked: the address and the token, paths, pages.

The address and the token of the Gitea come from the environment: GITEA_URL, GITEA_TOKEN.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import requests

from sentry_scm_grpc.providers.vendor.commits import Commits
from sentry_scm_grpc.providers.vendor.http import quoted_path
from sentry_scm_grpc.providers.vendor.installation import Connection
from sentry_scm_grpc.providers.vendor.reading import rows
from sentry_scm_grpc.v1 import scm_pb2 as pb

PER_PAGE = 50  # Gitea's own limit, where its operator has not changed it.


class Client:
    """Gitea with our token. As ``providers.vendor.http`` requires, it passes keyword arguments on to requests."""

    def __init__(self, url: str, token: str) -> None:
        self._api = f"{url.rstrip('/')}/api/v1"
        self._token = token

    def get(self, path: str, **options: Any) -> Any:
        return self._call("GET", path, options)

    def post(self, path: str, data: Any = None, **options: Any) -> Any:
        return self._call("POST", path, {"json": data, **options})

    def _call(self, method: str, path: str, options: dict[str, Any]) -> Any:
        # ``providers.vendor.http`` passes ``auth``, through which it reads the response.
        headers = {"Authorization": f"token {self._token}", **options.pop("headers", {})}
        with requests.Session() as session:
            session.trust_env = False
            return session.request(method, self._api + path, headers=headers, **options)


class GiteaApi(Commits):
    def __init__(self, installation: Any, repository: pb.Repository | None = None) -> None:
        super().__init__(connection(installation, repository), repository)

    @cached_property
    def client(self) -> Any:
        return Client(os.environ["GITEA_URL"], os.environ.get("GITEA_TOKEN", ""))

    @property
    def path(self) -> str:
        return f"/repos/{quoted_path(self.installation.identifier())}"

    def _page(
        self, path: str, params: Mapping[str, Any], position: Any, *within: str
    ) -> tuple[list[Mapping[str, Any]], int | None]:
        """A page, and the number of the next one. ``within`` is where the list is in the response."""
        page = position or 1
        answer = self.http.fetch(path, {**params, "limit": PER_PAGE, "page": page})
        return rows(answer.data, *within), page + 1 if answer.next_url else None


def connection(installation: Any, repository: pb.Repository | None) -> Connection:
    """What the base of adapters needs from the embedded host."""
    from sentry_scm_grpc.hosts.embedded.models import Repository

    def known_repositories() -> dict[str, int]:
        known = Repository.objects.filter(integration_id=installation.integration_id)
        return {str(row.config.get("name")): row.id for row in known}

    return Connection(
        installation=installation,
        integration=pb.Integration(id=installation.integration_id, organization_id=installation.organization_id),
        identifier=lambda: repository.config["name"] if repository is not None else "",
        known_repositories=known_repositories,
        # ``providers.vendor.http`` maps the HTTP statuses. This client raises no other exceptions.
        map_error=lambda error: None,
        caller="",
        # The embedded host does not say. Each call of Gitea may then take 30 seconds.
        seconds_left=lambda: None,
    )
