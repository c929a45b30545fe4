"""The caller, and what it may do in which organization."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Principal:
    """A caller that has proved its identity.

    ``key`` names the credential for logs and limits, such as "api-key:12"; it is not secret. This class is for a
    credential of one organization. A subclass is for the credential of a person, who may belong to several.
    """

    key: str
    organization_id: int | None
    scopes: frozenset[str]
    user_id: int | None = None

    def scopes_in(self, organization_id: int) -> frozenset[str] | None:
        """What the caller may do in an organization. None if it is not one of the caller's."""
        return self.scopes if organization_id == self.organization_id else None

    def only_organization(self) -> int | None:
        """The organization of the caller. None if the caller has none, or several."""
        return self.organization_id

    def organizations(self, limit: int) -> list[int] | None:
        """The ids of the caller's organizations, at most ``limit``. None if the site cannot tell."""
        return [] if self.organization_id is None else [self.organization_id]

    def may_see_project(self, organization_id: int, project_id: int) -> bool:
        """Whether the caller may see a project of its organization."""
        return True


# Set by the authentication interceptor around each call.
_current: ContextVar[Principal | None] = ContextVar("sentry_scm_grpc_principal", default=None)


def current_principal() -> Principal | None:
    """The caller of the RPC that this thread is answering. A streaming handler must ask before its first ``yield``."""
    return _current.get()
