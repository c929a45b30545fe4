"""What a user may do in a repository, as far as the server tells: not what the user's groups may do.

https://developer.atlassian.com/server/bitbucket/rest/v811/api-group-permission-management/
"""

from __future__ import annotations

from sentry_scm_grpc.providers.bitbucket_server.api import BitbucketServerApi
from sentry_scm_grpc.providers.vendor.http import quoted
from sentry_scm_grpc.providers.vendor.reading import string, text
from sentry_scm_grpc.providers.vendor.user_permissions import GROUPS_NOT_TOLD, UserPermissions
from sentry_scm_grpc.rpc.budget import current
from sentry_scm_grpc.v1 import lookup_pb2 as lookup

_LEVELS = {
    "REPO_READ": lookup.REPOSITORY_ACCESS_LEVEL_READ,
    "PROJECT_READ": lookup.REPOSITORY_ACCESS_LEVEL_READ,
    "REPO_WRITE": lookup.REPOSITORY_ACCESS_LEVEL_WRITE,
    "PROJECT_WRITE": lookup.REPOSITORY_ACCESS_LEVEL_WRITE,
    "REPO_ADMIN": lookup.REPOSITORY_ACCESS_LEVEL_ADMIN,
    "PROJECT_ADMIN": lookup.REPOSITORY_ACCESS_LEVEL_ADMIN,
}
_ADMIN = lookup.REPOSITORY_ACCESS_LEVEL_ADMIN


class BitbucketServerUserPermissions(BitbucketServerApi, UserPermissions):
    def fetch_permission(self, user: str) -> lookup.RepositoryPermission:
        """The higher of the permissions in the repository and in its project."""
        project, _ = self.place
        if project.lower() == f"~{user.lower()}":  # A personal repository.
            return lookup.RepositoryPermission(level=_ADMIN, role="owner")
        words = [*self._words(self.path, user), *self._words(f"/rest/api/1.0/projects/{quoted(project)}", user)]
        known = [word for word in words if word in _LEVELS]
        if not known:
            return lookup.RepositoryPermission(unknown_reason=GROUPS_NOT_TOLD)
        best = max(known, key=lambda word: _LEVELS[word])
        return lookup.RepositoryPermission(level=_LEVELS[best], role=best, at_least=_LEVELS[best] != _ADMIN)

    def _words(self, path: str, user: str) -> list[str]:
        """The filter also finds users whose names contain the text."""
        position = None
        while True:
            current().check()
            found, position = self._page(f"{path}/permissions/users", {"filter": user}, position)
            words = [
                string(one, "permission")
                for one in found
                if user.lower() in (text(one, "user", "name").lower(), text(one, "user", "slug").lower())
            ]
            if words or position is None:
                return words
