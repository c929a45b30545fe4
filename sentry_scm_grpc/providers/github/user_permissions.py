"""What a user may do in a repository: https://docs.github.com/en/rest/collaborators/collaborators"""

from __future__ import annotations

from sentry_scm_grpc.providers.github.api import GitHubApi
from sentry_scm_grpc.providers.vendor.http import quoted
from sentry_scm_grpc.providers.vendor.reading import string, text
from sentry_scm_grpc.providers.vendor.user_permissions import CUSTOM_ROLE, UserPermissions
from sentry_scm_grpc.v1 import lookup_pb2 as lookup

_LEVELS = {
    "none": lookup.REPOSITORY_ACCESS_LEVEL_NONE,
    "read": lookup.REPOSITORY_ACCESS_LEVEL_READ,
    "triage": lookup.REPOSITORY_ACCESS_LEVEL_TRIAGE,
    "write": lookup.REPOSITORY_ACCESS_LEVEL_WRITE,
    "maintain": lookup.REPOSITORY_ACCESS_LEVEL_MAINTAIN,
    "admin": lookup.REPOSITORY_ACCESS_LEVEL_ADMIN,
}


class GitHubUserPermissions(GitHubApi, UserPermissions):
    def fetch_permission(self, user: str) -> lookup.RepositoryPermission:
        """The role may be one of the organization's own. Then the permission is the one that it is based on."""
        told = self.http.get(f"{self.path}/collaborators/{quoted(user)}/permission")
        role, permission = text(told, "role_name"), string(told, "permission")
        level = _LEVELS.get(role) or _LEVELS.get(permission, lookup.REPOSITORY_ACCESS_LEVEL_UNSPECIFIED)
        return lookup.RepositoryPermission(
            level=level, role=role or permission, unknown_reason="" if level else CUSTOM_ROLE
        )
