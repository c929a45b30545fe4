"""What the embedded host hands to an adapter: which integration it serves, and where repositories may be."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sentry_scm_grpc.conf import conf
from sentry_scm_grpc.hosts.embedded.models import Integration


@dataclass(frozen=True)
class Installation:
    integration_id: int
    organization_id: int
    #: Absolute, without symbolic links. A repository outside of them is refused.
    roots: tuple[Path, ...]

    @classmethod
    def of(cls, integration: Integration) -> Installation:
        return cls(integration.id, integration.organization_id, _resolved(conf().GIT_ROOTS))


@lru_cache(maxsize=8)
def _resolved(roots: tuple[str, ...]) -> tuple[Path, ...]:
    # Once, as every call asks: a root that is a link and is turned elsewhere is followed after a restart.
    return tuple(Path(root).expanduser().resolve() for root in roots)
