"""Rows that several test modules start from."""

from __future__ import annotations

from collections.abc import Mapping

from sentry_scm_grpc.hosts.embedded.models import Organization
from sentry_scm_grpc.rpc import call
from sentry_scm_grpc.testing import factories
from sentry_scm_grpc.testing.every_rpc import Site


def metadata_of(organization: Organization, scopes: set[str] | None = None) -> Mapping[str, str]:
    """Metadata of a caller of the organization with these scopes; without, with all."""
    given = {} if scopes is None else {"scopes": sorted(scopes)}
    return {"x-api-key": factories.ApiKeyFactory(organization=organization, **given).plain}


def rows_of(organization: Organization) -> dict[int, int]:
    """One row of each resource, all belonging together: Resource -> id."""
    project = factories.ProjectFactory(organization=organization)
    integration = factories.IntegrationFactory(organization=organization)
    repository = factories.RepositoryFactory(organization=organization, integration=integration)
    mapping = factories.CodeMappingFactory(repository=repository, project=project)
    issue = factories.ExternalIssueFactory(integration=integration)
    return {
        call.ORGANIZATION: organization.id,
        call.PROJECT: project.id,
        call.INTEGRATION: integration.id,
        call.REPOSITORY: repository.id,
        call.CODE_MAPPING: mapping.id,
        call.EXTERNAL_ISSUE: issue.id,
        call.GROUP: factories.GroupFactory(project=project).id,
    }


def two_organizations() -> Site:
    mine, theirs = factories.OrganizationFactory.create_batch(2)
    return Site(rows_of(mine), rows_of(theirs), lambda scopes: metadata_of(mine, scopes))
