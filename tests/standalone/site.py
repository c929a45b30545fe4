"""The embedded host with an integration of a vendor's fake, and a credential of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.core.cache import cache

from sentry_scm_grpc.hosts.embedded import sealing
from sentry_scm_grpc.hosts.embedded.models import (
    CodeMapping,
    ExternalIssue,
    Group,
    GroupLink,
    VendorAccess,
)
from sentry_scm_grpc.providers.vendor.standalone import basic
from sentry_scm_grpc.testing import factories
from tests.standalone.network import Network
from tests.vendors.fake import FakeVendor
from tests.vendors.site import Site

#: A token that every fake accepts here, and how it is sent.
TOKEN = "vendor-token-that-nobody-may-see"
AUTHORIZATIONS = {"vsts": basic("", TOKEN), "jira": basic("ada@example.com", TOKEN)}
#: The users of tokens that have one.
USERS = {"jira": "ada@example.com"}
#: Where each vendor is, what the account there is, and what the vendor told of it when it was added.
PLACES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "github": ("https://github.com", "acme", {"repositories_path": "/orgs/acme/repos", "repositories_params": {}}),
    "github_enterprise": (
        "https://ghe.example.com",
        "acme",
        {"repositories_path": "/orgs/acme/repos", "repositories_params": {}},
    ),
    "gitlab": ("https://gitlab.example.com", "acme", {"group_id": 1}),
    "bitbucket": ("https://bitbucket.org", "acme", {}),
    "bitbucket_server": ("https://stash.example.com", "", {}),
    "vsts": ("https://acme.visualstudio.com", "acme", {}),
    "jira": ("https://acme.atlassian.net", "", {}),
    "jira_server": ("https://tracker.example.com/jira", "", {}),
}


class Rows:
    """An organization with a project and one integration, whose credential the fake accepts."""

    def __init__(self, fake: FakeVendor, **metadata: Any) -> None:
        address, account, facts = PLACES[fake.key]
        self.fake = fake
        self.project = factories.ProjectFactory()
        self.organization = self.project.organization
        self.integration = factories.IntegrationFactory(
            organization=self.organization, provider_key=fake.key, name="acme"
        )
        told = {name: metadata[name] for name in facts if name in metadata}
        self.access = VendorAccess.objects.create(
            integration=self.integration,
            address=metadata.get("base_url", address),
            account=account,
            kind="user_token" if fake.key in USERS else "token",
            user=USERS.get(fake.key, ""),
            sealed=sealing.seal(TOKEN),
            facts={**facts, **told},
        )
        fake.accepted = {AUTHORIZATIONS.get(fake.key, f"Bearer {TOKEN}")}

    def repository(self, name: str = "acme/rocket", **values: Any) -> Any:
        return factories.RepositoryFactory(
            **{
                "organization": self.organization,
                "integration": self.integration,
                "provider_key": self.fake.key,
                "name": name,
                "external_id": name,
                "config": {"name": name},
                # Sentry has it among the rest.
                "default_branch": values.get("config", {}).get("default_branch", ""),
                **values,
            }
        )

    def group(self) -> Any:
        return factories.GroupFactory(project=self.project)

    def issue(self, key: str) -> Any:
        return factories.ExternalIssueFactory(integration=self.integration, key=key)

    def link(self, group: Any, issue: Any) -> Any:
        return factories.GroupLinkFactory(group=group, external_issue=issue)

    def as_key(self, *scopes: str) -> Mapping[str, str]:
        return {"x-api-key": factories.ApiKeyFactory(organization=self.organization, scopes=sorted(scopes)).plain}

    as_owner = as_key


class StandaloneSite(Site):
    def update(self, row: Any, **values: Any) -> None:
        if "config" in values:
            values["default_branch"] = values["config"].get("default_branch", "")
        for name, value in values.items():
            setattr(row, name, value)
        row.save(update_fields=list(values))

    def resolve(self, group: Any) -> None:
        self.update(group, status=Group.Status.RESOLVED)

    def is_resolved(self, group: Any) -> bool:
        group.refresh_from_db()
        return bool(group.status == Group.Status.RESOLVED)

    def linked(self) -> tuple[int, int]:
        key = self.known.issue_key
        found = ExternalIssue.objects.filter(integration=self.rows.integration, key=key).first()
        link = GroupLink.objects.filter(external_issue=found).first() if found else None
        if link is None:
            link = self.rows.link(self.rows.group(), found or self.rows.issue(key))
        return link.group_id, link.external_issue_id

    def stored_issue(self, id: int) -> Any:
        return ExternalIssue.objects.get(id=id)

    def stored_mappings(self) -> Any:
        return CodeMapping.objects.filter(project=self.rows.project)


@contextmanager
def open_standalone(network: Network, fake: FakeVendor, **metadata: Any) -> Iterator[Site]:
    cache.clear()
    with network.installed(fake):
        yield StandaloneSite(fake, Rows(fake, **metadata))
