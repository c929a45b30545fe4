"""What a user may do in a project: https://docs.gitlab.com/api/project_members/"""

from __future__ import annotations

from typing import Any

from sentry_scm_grpc.providers.gitlab.api import GitLabApi
from sentry_scm_grpc.providers.vendor.absence import Absent
from sentry_scm_grpc.providers.vendor.http import quoted
from sentry_scm_grpc.providers.vendor.reading import number, rows, string, text
from sentry_scm_grpc.providers.vendor.user_permissions import (
    CUSTOM_ROLE,
    VISIBILITY_NOT_TOLD,
    UserPermissions,
    user_not_found,
)
from sentry_scm_grpc.v1 import lookup_pb2 as lookup

# https://docs.gitlab.com/user/permissions/
_ROLES = {
    20: ("Reporter", lookup.REPOSITORY_ACCESS_LEVEL_READ),
    30: ("Developer", lookup.REPOSITORY_ACCESS_LEVEL_WRITE),
    40: ("Maintainer", lookup.REPOSITORY_ACCESS_LEVEL_MAINTAIN),
    50: ("Owner", lookup.REPOSITORY_ACCESS_LEVEL_ADMIN),
}
#: These read the code only where anyone may.
_GUESTS = {0: "No access", 5: "Minimal access", 10: "Guest", 15: "Planner"}


class GitLabUserPermissions(GitLabApi, UserPermissions):
    def fetch_permission(self, user: str) -> lookup.RepositoryPermission:
        id = user if user.isdecimal() and user.isascii() else self._id_of(user)
        try:
            told = self.http.get(f"{self.path}/members/all/{id}")
        except Absent:
            return self._of_others("")
        level = number(told, "access_level")
        if level in _GUESTS:
            return self._of_others(_GUESTS[level])
        if level not in _ROLES:
            return lookup.RepositoryPermission(role=str(level), unknown_reason=CUSTOM_ROLE)
        role, known = _ROLES[level]
        return lookup.RepositoryPermission(level=known, role=role)

    def _id_of(self, user: str) -> str:
        found = rows(self.http.get("/users", {"username": user}))
        if not found:
            raise user_not_found(self.name, user)
        return quoted(string(found[0], "id"))

    def _of_others(self, role: str) -> lookup.RepositoryPermission:
        """What somebody may do who is not a member, or is a guest."""
        project: Any = self.http.get(self.path)
        visibility, code = text(project, "visibility"), text(project, "repository_access_level")
        if visibility == "private":
            return lookup.RepositoryPermission(level=lookup.REPOSITORY_ACCESS_LEVEL_NONE, role=role)
        if visibility in ("public", "internal") and code == "enabled":
            return lookup.RepositoryPermission(level=lookup.REPOSITORY_ACCESS_LEVEL_READ, role=role)
        return lookup.RepositoryPermission(role=role, unknown_reason=VISIBILITY_NOT_TOLD)
