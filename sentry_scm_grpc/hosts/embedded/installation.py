"""What the embedded host hands to an adapter: which integration it serves, and where repositories may be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from sentry_scm_grpc.conf import conf
from sentry_scm_grpc.hosts.embedded.models import Repository
from sentry_scm_grpc.hosts.embedded.rows import AnyIntegration


@dataclass(frozen=True)
class Installation:
    integration_id: int
    organization_id: int
    roots: tuple[Path, ...]
    graphs: Path | None

    @classmethod
    def of(cls, integration: AnyIntegration) -> Installation:
        roots = (*conf().GIT_ROOTS, *_roots_of_the_command_line())
        return cls(integration.id, integration.organization_id, _resolved(roots), getattr(settings, "GIT_GRAPHS", None))

    def known_repositories(self, paths: Iterable[str]) -> Mapping[str, int]:
        rows = Repository.objects.filter(integration_id=self.integration_id, external_id__in=list(paths))
        return dict(rows.values_list("external_id", "id"))


def _roots_of_the_command_line() -> tuple[str, ...]:
    """The directories that ``repos add`` and ``serve --repo`` have written down, also since this process began."""
    file: Path | None = getattr(settings, "GIT_ROOTS_FILE", None)
    if file is None:
        return ()
    try:
        state = file.stat()
    except FileNotFoundError:
        return ()
    return _lines_of(file, (state.st_ino, state.st_mtime_ns, state.st_size))


@lru_cache(maxsize=2)
def _lines_of(file: Path, state: tuple[int, int, int]) -> tuple[str, ...]:
    """``state`` tells one content of the file from the next."""
    return tuple(file.read_text().splitlines())


@lru_cache(maxsize=8)
def _resolved(roots: tuple[str, ...]) -> tuple[Path, ...]:
    # Once, as every call asks: a root that is a link and is turned elsewhere is followed after a restart.
    return tuple(Path(root).expanduser().resolve() for root in roots)
