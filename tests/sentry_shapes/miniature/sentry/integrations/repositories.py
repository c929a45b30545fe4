"""The repository providers: where a webhook is made before the row (Sentry 25), or after it by on_create_repository."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from sentry.integrations.installations import Installation
from sentry.integrations.services.repository import RpcRepository, of_row, repository_service
from sentry.models import Integration, Repository
from sentry.plugins.providers.integration_repository import RepoExistsError
from sentry.shapes import BEFORE, SHAPE


class Vendor(NamedTuple):
    path: Callable[[str], str]
    hooks: Callable[[Mapping[str, Any]], str]
    config: Callable[[str, Any], dict[str, Any]]
    external_id: Callable[[Any], str]
    slug: str


VENDORS = {
    "gitlab": Vendor(
        lambda identifier: f"/projects/{identifier}",
        lambda config: f"/projects/{config['project_id']}/hooks",
        lambda identifier, found: {"project_id": found["id"], "path": found["path_with_namespace"]},
        lambda found: f"gitlab.example.com:{found['id']}",
        "project_id",
    ),
    "bitbucket": Vendor(
        lambda identifier: f"/2.0/repositories/{identifier}",
        lambda config: f"/2.0/repositories/{config['name']}/hooks",
        lambda identifier, found: {"name": identifier},
        lambda found: str(found["uuid"]),
        "name",
    ),
    "bitbucket_server": Vendor(
        lambda identifier: "/rest/api/1.0/projects/{}/repos/{}".format(*identifier.split("/")),
        lambda config: "/rest/api/1.0/projects/{}/repos/{}/webhooks".format(*config["name"].split("/")),
        lambda identifier, found: {"name": identifier},
        lambda found: str(found["id"]),
        "name",
    ),
}


class RepositoryProvider:
    key: str

    def __init__(self, id: str) -> None:
        self.id = id
        self._vendor = VENDORS[self.key]

    def _client(self, integration_id: int) -> Any:
        return Installation(Integration.objects.get(id=integration_id), 0).get_client()

    def repository_external_slug(self, repository: Any) -> str:
        return str(repository.config[self._vendor.slug])

    def get_repository_data(self, organization: Any, config: dict[str, Any]) -> dict[str, Any]:
        found = self._client(config["installation"]).get(self._vendor.path(config["identifier"]))
        external_id = self._vendor.external_id(found)
        return {**config, "external_id": external_id, "kept": self._vendor.config(config["identifier"], found)}

    def create_repository(self, repo_config: Mapping[str, Any], organization: Any) -> tuple[Any, RpcRepository]:
        values = {"organization_id": organization.id, "provider": self.id, "external_id": repo_config["external_id"]}
        config = dict(repo_config["kept"])
        if SHAPE == BEFORE:
            config["webhook_id"] = self._webhook(repo_config["installation"], config)
        if Repository.objects.filter(**values, status=0, integration_id__isnull=False).exists():
            raise RepoExistsError
        kept = {"config": config, "integration_id": repo_config["installation"], "status": 0}
        row, _ = Repository.objects.update_or_create(
            **values, defaults={**kept, "name": repo_config["identifier"], "url": None}
        )
        made = of_row(row)
        if SHAPE != BEFORE:
            self.on_create_repository(made, organization)
        return {}, made

    def _webhook(self, integration_id: int, config: Mapping[str, Any]) -> Any:
        return self._client(integration_id).post(self._vendor.hooks(config), data={"push_events": True})["id"]

    if SHAPE != BEFORE:

        def on_create_repository(self, repo: RpcRepository, organization: Any) -> None:
            repo.config["webhook_id"] = self._webhook(repo.integration_id, repo.config)
            repository_service.update_repository(organization_id=organization.id, update=repo)


CLASSES: dict[str, Any] = {
    f"integrations:{key}": type(f"{key}Provider", (RepositoryProvider,), {"key": key}) for key in VENDORS
}
# In Sentry, without an adapter here.
CLASSES |= {"integrations:gitea": RepositoryProvider, "integrations:cursor_origin": RepositoryProvider}
