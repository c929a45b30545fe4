"""What the command line puts into a new database: one organization to start with, its integration, its repositories."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path

from django.utils import timezone

from sentry_scm_grpc.errors import ScmError
from sentry_scm_grpc.hosts.embedded import keys
from sentry_scm_grpc.hosts.embedded.data import CommandError
from sentry_scm_grpc.hosts.embedded.host import EmbeddedHost
from sentry_scm_grpc.hosts.embedded.models import Group, Integration, Organization, Project, Repository
from sentry_scm_grpc.rpc.policy import RPCS
from sentry_scm_grpc.v1 import scm_pb2 as pb

DEMO = "demo"


def ensure_demo_organization() -> str:
    """Makes the organization "demo" and what belongs to it. Returns its first key; empty where it is there already."""
    demo, made = Organization.objects.get_or_create(slug=DEMO, defaults={"name": "Demo"})
    if not made:
        return ""
    project = Project.objects.create(organization=demo, slug="backend", name="Backend")
    Group.objects.create(project=project, title="ZeroDivisionError: division by zero")
    demo_integration()
    every_scope = sorted(set().union(*(rpc.scopes for rpc in RPCS.values())))
    return create_key(demo, "demo", every_scope, days=0)


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
        raise CommandError(f"there is no organization {slug!r}; 'serve' makes the organization 'demo'.") from None


def create_key(owner: Organization, label: str, scopes: Iterable[str], days: int) -> str:
    """The new key, whose secret part is stored nowhere."""
    expires = timezone.now() + timedelta(days=days) if days else None
    return keys.make_key(owner, label=label, scopes=scopes, expires=expires)[1]


def add_repository(integration: Integration, path: Path) -> Repository:
    """The row of a repository on disk, made where there is none."""
    try:
        return EmbeddedHost().add_repository(integration, str(path.expanduser().resolve()))
    except ScmError as error:
        raise CommandError(error.message) from None


def repositories(ids: list[int]) -> list[Repository]:
    """Raises CommandError for an id that no repository has."""
    found = list(Repository.objects.filter(id__in=ids).order_by("id"))
    if missing := sorted(set(ids) - {repository.id for repository in found}):
        raise CommandError(f"there is no repository {missing[0]}; 'repos list' shows them.")
    return found


def remove_repository(repository: Repository) -> str:
    """Deletes the row. Returns the directory, where no other repository lies there; empty otherwise."""
    EmbeddedHost().remove_repository(repository.id)
    path = repository.config.get("path", "")
    return "" if Repository.objects.filter(config__path=path).exists() else path


def sync_repositories(ids: Iterable[int]) -> Iterator[tuple[Repository, list[pb.RepositoryChange]]]:
    wanted = list(ids)
    for repository in repositories(wanted) if wanted else Repository.objects.order_by("id"):
        try:
            yield repository, EmbeddedHost().refresh_repository(repository)
        except ScmError as error:
            raise CommandError(f"repository {repository.id}: {error.message}") from None
