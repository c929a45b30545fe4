"""What a user may do in a repository.

https://developer.atlassian.com/cloud/bitbucket/rest/api-group-workspaces/
"""

from __future__ import annotations

import re

from sentry_scm_grpc.errors import InvalidArgument
from sentry_scm_grpc.providers.bitbucket.api import BitbucketApi
from sentry_scm_grpc.providers.vendor.http import quoted
from sentry_scm_grpc.providers.vendor.reading import rows, string
from sentry_scm_grpc.providers.vendor.user_permissions import CUSTOM_ROLE, VISIBILITY_NOT_TOLD, UserPermissions
from sentry_scm_grpc.v1 import lookup_pb2 as lookup

_LEVELS = {
    "read": lookup.REPOSITORY_ACCESS_LEVEL_READ,
    "write": lookup.REPOSITORY_ACCESS_LEVEL_WRITE,
    "admin": lookup.REPOSITORY_ACCESS_LEVEL_ADMIN,
}
_ACCOUNT_ID = re.compile(r"[\w:-]+\Z", re.ASCII)
_UUID = re.compile(r"\{[0-9a-fA-F-]+\}\Z")


class BitbucketUserPermissions(BitbucketApi, UserPermissions):
    def fetch_permission(self, user: str) -> lookup.RepositoryPermission:
        """The effective permission, those of the user's groups included. Only the workspace's admins may ask."""
        if not (_UUID.match(user) or _ACCOUNT_ID.match(user)):
            raise InvalidArgument.of(("user", "must be an account id, or a UUID in braces"))
        field = "uuid" if user.startswith("{") else "account_id"
        workspace, _, slug = self.full_name.partition("/")
        path = f"/2.0/workspaces/{quoted(workspace)}/permissions/repositories/{quoted(slug)}"
        found = rows(self.http.get(path, {"q": f'user.{field}="{user}"'}), "values")
        if not found:
            return self._of_others()
        word = string(found[0], "permission")
        level = _LEVELS.get(word, lookup.REPOSITORY_ACCESS_LEVEL_UNSPECIFIED)
        return lookup.RepositoryPermission(level=level, role=word, unknown_reason="" if level else CUSTOM_ROLE)

    def _of_others(self) -> lookup.RepositoryPermission:
        private = self.http.get(self.path).get("is_private")
        if not isinstance(private, bool):
            return lookup.RepositoryPermission(unknown_reason=VISIBILITY_NOT_TOLD)
        level = lookup.REPOSITORY_ACCESS_LEVEL_NONE if private else lookup.REPOSITORY_ACCESS_LEVEL_READ
        return lookup.RepositoryPermission(level=level)
