"""Rows that the tests start from, and calls on them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from typing import Any

from django.contrib.auth.models import User
from sentry.models import (
    ApiKey,
    ApiToken,
    Commit,
    Integration,
    Organization,
    OrganizationIntegration,
    Project,
    Repository,
    RepositoryProjectPathConfig,
)
from sentry.shapes import AFTER, BEFORE, SHAPE

from sentry_scm_grpc.rpc.policy import RPCS
from sentry_scm_grpc.testing.web_call import CallResult, web_call

SCOPES = ["org:read", "org:write", "org:admin", "org:integrations", "project:read"]
_numbers = count(1)


class Rows:
    """An organization with a project, an integration and an API key that may do all."""

    def __init__(self, address: str, provider: str = "gitlab") -> None:
        self.number = next(_numbers)
        self.organization = Organization.objects.create(slug=f"acme-{self.number}")
        self.project = self.make_project("rocket")
        self.integration = self.integrate(provider, address)
        self.key = ApiKey.objects.create(
            key=f"{self.number:032x}", organization_id=self.organization.id, scope_list=SCOPES
        ).key

    def make_project(self, slug: str) -> Project:
        return Project.objects.create(organization=self.organization, slug=slug)

    def integrate(self, provider: str, address: str) -> Integration:
        metadata = {
            "base_url": address,
            "domain_name": "vendor.example.com/acme",
            "instance": "gitlab.example.com",
        }
        made = Integration.objects.create(
            provider=provider, name="acme", external_id=f"{provider}-{self.number}", metadata=metadata
        )
        OrganizationIntegration.objects.create(organization_id=self.organization.id, integration=made)
        return made

    def repository(self, name: str = "acme/rocket", **values: Any) -> Repository:
        return Repository.objects.create(
            **{
                "organization_id": self.organization.id,
                "name": name,
                "provider": f"integrations:{self.integration.provider}",
                "external_id": name,
                "config": {"project_id": 7, "path": name, "name": name, "webhook_id": 1},
                "integration_id": self.integration.id,
                **values,
            }
        )

    def commit(self, repository: Repository, number: int, **values: Any) -> Commit:
        return Commit.objects.create(
            organization_id=self.organization.id, repository_id=repository.id, key=f"{number:040x}", **values
        )

    def mapping(self, repository: Repository, project: Project | None = None, **values: Any) -> Any:
        """A row as Sentry itself would make it."""
        project = project or self.project
        if SHAPE != AFTER:
            values |= {"project": project, "repository": repository}
        if SHAPE != BEFORE:
            values["project_repository"] = link_of(project, repository)
        return RepositoryProjectPathConfig.objects.create(
            **{
                "organization_integration_id": OrganizationIntegration.objects.get(integration=self.integration).id,
                "organization_id": self.organization.id,
                "integration_id": self.integration.id,
                "stack_root": "app/",
                "source_root": "src/",
                "default_branch": "main",
                **values,
            }
        )

    def token(self, *, bound_to: Organization | None = None) -> Mapping[str, str]:
        """Metadata of a user's token, which may be bound to an organization."""
        user = User.objects.create(username=f"ada-{self.number}-{next(_numbers)}")
        made = ApiToken.objects.create(
            token=f"sntryu_{user.id}",
            user=user,
            scope_list=SCOPES,
            scoping_organization_id=None if bound_to is None else bound_to.id,
        )
        return {"authorization": f"Bearer {made.token}"}

    def call(self, rpc: str, metadata: Mapping[str, str] | None = None, **fields: Any) -> CallResult:
        request = RPCS[rpc].request_class(**fields)
        return web_call(rpc, request, {"x-api-key": self.key} if metadata is None else metadata)


def link_of(project: Project, repository: Repository) -> Any:
    from sentry.models.projectrepository import ProjectRepository, ProjectRepositorySource

    return ProjectRepository.objects.get_or_create_with_source(
        project.id, repository.id, ProjectRepositorySource.AUTO_NAME_MATCH
    )[0]
