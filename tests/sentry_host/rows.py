"""Rows that the tests inside Sentry start from, made by Sentry's own factories."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import cache
from typing import Any

from django.core.cache import caches
from django.db import connection
from sentry.testutils.factories import Factories

from sentry_scm_grpc.providers.vendor.connections import POOLS
from sentry_scm_grpc.rpc import call
from tests.vendors import FAKES


def key_metadata(organization: Any, scopes: set[str]) -> Mapping[str, str]:
    """Metadata of an API key of the organization with these scopes."""
    return {"x-api-key": Factories.create_api_key(organization, scope_list=sorted(scopes)).key}


def user_metadata(user: Any, scopes: set[str]) -> Mapping[str, str]:
    """Metadata of a token of the user with these scopes."""
    token = Factories.create_user_auth_token(user, scope_list=sorted(scopes))
    return {"authorization": f"Bearer {token.token}"}


@cache
def _private_key() -> str:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    # The vendor's client reads the key anew for each request, which takes seven times as long with 2048 bits.
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    form = serialization.PrivateFormat.TraditionalOpenSSL
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def _identity_data(provider: str) -> dict[str, Any] | None:
    """What Sentry keeps of the person who installed an integration, where the vendor's client signs with it."""
    if provider in ("bitbucket_server", "jira_server"):
        return {
            "consumer_key": "consumer",
            "private_key": _private_key(),
            "access_token": "vendor-token",
            "access_token_secret": "secret",
        }
    if provider in ("gitlab", "vsts"):
        return {
            "access_token": "vendor-token",
            "refresh_token": "refresh",
            "expires": time.time() + 86400,
            "created_at": time.time(),
        }
    return None


class Rows:
    """An organization with a project and one integration. ``integration`` has values that differ from the usual ones.

    Within a test's transaction these are standing rows, read anew: no two that a test asks for are the same, and what
    the test changes is rolled back. Elsewhere they are made, and stay.
    """

    owner: Any
    organization: Any
    team: Any
    project: Any
    integration: Any

    def __init__(self, provider: str = "github", **integration: Any) -> None:
        self.provider = provider
        standing = _not_yet_taken.get(provider) if connection.in_atomic_block else None
        if standing:
            self._read(standing.pop())
        else:
            self._make()
        changed = {name: value for name, value in integration.items() if getattr(self.integration, name) != value}
        if changed:
            self.integration.update(**changed)

    def _read(self, ids: Mapping[str, int]) -> None:
        from sentry.models import Integration, Project, Team, User

        self.owner = User.objects.get(id=ids["owner"])
        self.team = Team.objects.get(id=ids["team"])
        self.project = Project.objects.select_related("organization").get(id=ids["project"])
        self.organization = self.project.organization
        self.integration = Integration.objects.get(id=ids["integration"])

    def _make(self) -> None:
        self.owner = Factories.create_user()
        self.organization = Factories.create_organization(owner=self.owner)
        self.team = Factories.create_team(self.organization, members=[self.owner])
        self.project = Factories.create_project(organization=self.organization, teams=[self.team])
        self.integration = Factories.create_integration(
            self.organization,
            external_id=f"{self.provider}-{self.organization.id}",
            provider=self.provider,
            name="acme",
            metadata=dict(FAKES[self.provider].integration_metadata),
        )
        data = _identity_data(self.provider)
        if data is not None:
            owner = Factories.create_identity_provider(self.integration)
            identity = Factories.create_identity(self.owner, owner, f"person-{self.owner.id}", data=data)
            self.installed.update(default_auth_id=identity.id)

    @property
    def installed(self) -> Any:
        """The integration's place in the organization."""
        from sentry.models import OrganizationIntegration

        return OrganizationIntegration.objects.get(
            organization_id=self.organization.id, integration_id=self.integration.id
        )

    def repository(self, name: str = "acme/rocket", **values: Any) -> Any:
        from sentry.models import Repository

        return Repository.objects.create(
            **{
                "organization_id": self.organization.id,
                "name": name,
                "url": f"https://github.com/{name}",
                "provider": f"integrations:{self.provider}",
                "external_id": name,
                "config": {"name": name},
                "integration_id": self.integration.id,
                **values,
            }
        )

    def mapping(self, repository: Any, **values: Any) -> Any:
        return Factories.create_code_mapping(
            self.project, repository, self.installed, **{"stack_root": "app/", "source_root": "src/", **values}
        )

    def group(self, **values: Any) -> Any:
        return Factories.create_group(self.project, **values)

    def issue(self, key: str = "acme/rocket#1", **values: Any) -> Any:
        from sentry.models import ExternalIssue

        return ExternalIssue.objects.create(
            organization_id=self.organization.id, integration_id=self.integration.id, key=key, **values
        )

    def link(self, group: Any, issue: Any) -> Any:
        from sentry.models import GroupLink

        return GroupLink.objects.create(
            group_id=group.id,
            project_id=group.project_id,
            linked_type=GroupLink.LinkedType.issue,
            linked_id=issue.id,
            relationship=GroupLink.Relationship.references,
        )

    def as_key(self, *scopes: str) -> Mapping[str, str]:
        return key_metadata(self.organization, set(scopes))

    def as_owner(self, *scopes: str) -> Mapping[str, str]:
        return user_metadata(self.owner, set(scopes))

    def ids(self) -> dict[int, int]:
        """One row of each resource, all belonging together: Resource -> id."""
        repository = self.repository()
        return {
            call.ORGANIZATION: self.organization.id,
            call.PROJECT: self.project.id,
            call.INTEGRATION: self.integration.id,
            call.REPOSITORY: repository.id,
            call.CODE_MAPPING: self.mapping(repository).id,
            call.EXTERNAL_ISSUE: self.issue().id,
            call.GROUP: self.group().id,
        }


#: Rows that stand in the database before the first test, by provider. Making them for each test took more than half of
#: the time of all tests.
_standing: dict[str, list[Mapping[str, int]]] = {}
#: Those of them that the test that runs has not asked for.
_not_yet_taken: dict[str, list[Mapping[str, int]]] = {}


def make_standing_rows() -> None:
    """Makes a set of rows for each vendor, and a second one of GitHub's for the tests that need two organizations."""
    for provider in (*FAKES, "github"):
        made = Rows(provider)
        ids = {name: getattr(made, name).id for name in ("owner", "team", "project", "integration")}
        _standing.setdefault(provider, []).append(ids)


def begin_test() -> None:
    """Forgets what was remembered of the standing rows, which the test before this one may have changed."""
    from sentry.models import OrganizationOption
    from sentry.utils.redis import redis_clusters

    _not_yet_taken.update({provider: list(sets) for provider, sets in _standing.items()})
    for kept in caches.all():
        kept.clear()
    redis_clusters.get("default").flushdb()
    POOLS.forget()
    OrganizationOption.objects.clear_local_cache()  # Those of projects and users, too.
