"""The rows that the command line creates: an organization to start with, its integration, keys and repositories."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from sentry_scm_grpc.command_line import UsageError
from sentry_scm_grpc.errors import ScmError
from sentry_scm_grpc.hosts.embedded import keys
from sentry_scm_grpc.hosts.embedded.host import EmbeddedHost
from sentry_scm_grpc.hosts.embedded.models import Group, Integration, Organization, Project, Repository
from sentry_scm_grpc.rpc.policy import RPCS
from sentry_scm_grpc.v1 import scm_pb2 as pb

DEMO = "demo"


@transaction.atomic
def ensure_demo_organization() -> str:
    """Makes the organization "demo" with its project and integration. Returns its first key, or "" if it existed."""
    demo, made = Organization.objects.get_or_create(slug=DEMO, defaults={"name": "Demo"})
    if not made:
        return ""
    project = Project.objects.create(organization=demo, slug="backend", name="Backend")
    Group.objects.create(project=project, title="ZeroDivisionError: division by zero")
    demo_integration()
    every_scope = sorted(set().union(*(rpc.scopes for rpc in RPCS.values())))
    return create_key(demo, "demo", every_scope, days=0)


def print_key(key: str) -> bool:
    """Shows the key of ``ensure_demo_organization``, if it made one."""
    if key:
        print(f"Organization {organization(DEMO).id} (demo). Its API key, shown only now: {key}", flush=True)
    return bool(key)


def demo_integration() -> Integration:
    found, _ = Integration.objects.get_or_create(
        organization=organization(DEMO),
        provider_key="git",
        defaults={"name": "Local repositories", "tracker_key": "DEMO"},
    )
    return found


def organization(slug: str) -> Organization:
    try:
        return Organization.objects.get(slug=slug)
    except Organization.DoesNotExist:
        raise UsageError(f"there is no organization {slug!r}. 'serve' makes the organization 'demo'.") from None


def create_key(owner: Organization, label: str, scopes: Iterable[str], days: int) -> str:
    """Returns the new key. The database holds a hash of it only."""
    expires = timezone.now() + timedelta(days=days) if days else None
    return keys.make_key(owner, label=label, scopes=scopes, expires=expires)[1]


def add_repository(integration: Integration, path: Path) -> Repository:
    """Returns the row of a repository on disk, and makes it if there is none."""
    try:
        return EmbeddedHost().add_repository(integration, str(path.expanduser().resolve()))
    except ScmError as error:
        raise UsageError(error.message) from None


def repositories(ids: list[int]) -> list[Repository]:
    """Raises UsageError if an id is not that of a repository."""
    found = list(Repository.objects.filter(id__in=ids).order_by("id"))
    if missing := sorted(set(ids) - {repository.id for repository in found}):
        raise UsageError(f"there is no repository {missing[0]}. 'repos list' shows the repositories and their ids.")
    return found


def remove_repository(repository: Repository) -> str:
    """Deletes the row. Returns the repository's directory, or "" if another repository is served from there."""
    EmbeddedHost().remove_repository(repository.id)
    path = repository.config.get("path", "")
    return "" if Repository.objects.filter(config__path=path).exists() else path


def sync_repositories(ids: Iterable[int]) -> Iterator[tuple[Repository, list[pb.RepositoryChange]]]:
    wanted = list(ids)
    for repository in repositories(wanted) if wanted else Repository.objects.order_by("id"):
        try:
            yield repository, EmbeddedHost().refresh_repository(repository)
        except ScmError as error:
            raise UsageError(f"repository {repository.id}: {error.message}") from None
