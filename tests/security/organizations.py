"""Two organizations whose rows lie interleaved in the tables, each with a git repository; texts name their owner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps

from sentry_scm_grpc.hosts.embedded.models import Organization
from sentry_scm_grpc.rpc import call
from sentry_scm_grpc.testing import factories
from tests.hosts.embedded.conftest import git
from tests.once import copy_of
from tests.sites import metadata_of

ROWS = 5
OURS, THEIRS = "ours-6d1e", "theirs-c0de"


@dataclass
class Tenant:
    """An organization with ``ROWS`` sets of rows; in each set all belong together."""

    word: str
    organization: Organization
    metadata: Mapping[str, str]
    sets: list[dict[int, int]]  # Resource -> id
    path: Path
    sha: str


def two_tenants(directory: Path) -> tuple[Tenant, Tenant]:
    """Rows are made in turns, so that ids alternate."""
    organizations = [factories.OrganizationFactory(slug=word, name=word) for word in (OURS, THEIRS)]
    paths = [copy_of(_repository, word, to=directory / word) for word in (OURS, THEIRS)]
    sets: list[list[dict[int, int]]] = [[], []]
    for number in range(ROWS):
        for turn, organization in enumerate(organizations):
            sets[turn].append(_rows(organization, paths[turn], (OURS, THEIRS)[turn], number))
    ours, theirs = (
        Tenant(word, organization, metadata_of(organization), rows, path, git(path, "rev-parse", "HEAD"))
        for word, organization, rows, path in zip((OURS, THEIRS), organizations, sets, paths, strict=True)
    )
    return ours, theirs


def _repository(path: Path, word: str) -> None:
    (path / "src").mkdir()
    (path / "src" / "engine.py").write_text(f"thrust = '{word}'\n")
    (path / "CODEOWNERS").write_text(f"*.py @{word}\n")
    git(path, "init", "-q", "-b", "main", "--template=")
    git(path, "add", ".")
    git(path, "commit", "-q", "-m", f"Lift off of {word}")
    git(path, "branch", f"{word}-stable")
    git(path, "tag", "-a", "-m", f"The first release of {word}", "v1.0")
    (path / f"{word}.txt").write_text("")
    git(path, "add", ".")
    git(path, "commit", "-q", "-m", f"Landing of {word}")


def _rows(organization: Organization, path: Path, word: str, number: int) -> dict[int, int]:
    project = factories.ProjectFactory(organization=organization, name=f"{word} {number}")
    integration = factories.IntegrationFactory(organization=organization, name=f"{word} {number}")
    repository = factories.RepositoryFactory(
        organization=organization,
        integration=integration,
        path=path,
        name=f"{word}/{number}",
        url=f"https://git.example.com/{word}/{number}",
    )
    mapping = factories.CodeMappingFactory(repository=repository, project=project, stack_root=f"{word}-{number}/")
    issue = factories.ExternalIssueFactory(integration=integration, title=f"{word} is broken {number}")
    group = factories.GroupFactory(project=project, title=f"{word} failed {number}")
    factories.GroupLinkFactory(external_issue=issue, group=group)
    return {
        call.ORGANIZATION: organization.id,
        call.PROJECT: project.id,
        call.INTEGRATION: integration.id,
        call.REPOSITORY: repository.id,
        call.CODE_MAPPING: mapping.id,
        call.EXTERNAL_ISSUE: issue.id,
        call.GROUP: group.id,
    }


def snapshot(tenant: Tenant) -> list[dict[str, Any]]:
    """Every row of the tenant's organization as it is in the database."""
    found = [Organization.objects.filter(id=tenant.organization.id).values()]
    for model in apps.get_app_config("scm_embedded").get_models():
        names = {field.name for field in model._meta.get_fields()}
        path = next((p for p in _PATHS if p.partition("__")[0] in names), None)
        if path is not None and model is not Organization:
            # When a key was used is no secret of anybody's.
            found.append(model._default_manager.filter(**{path: tenant.organization.id}).order_by("pk").values())
    return [{k: v for k, v in row.items() if k != "last_used"} for rows in found for row in rows]


_PATHS = ("organization", "project__organization", "integration__organization", "external_issue__organization")
