"""What a user of the vendor may do in a repository."""

from __future__ import annotations

from abc import abstractmethod

from sentry_scm_grpc.errors import NotFound
from sentry_scm_grpc.providers.vendor.absence import Absent
from sentry_scm_grpc.providers.vendor.credentials import Permission
from sentry_scm_grpc.providers.vendor.repositories import Repositories
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.v1 import lookup_pb2 as lookup

GROUPS_NOT_TOLD, CUSTOM_ROLE, VISIBILITY_NOT_TOLD = "GROUPS_NOT_TOLD", "CUSTOM_ROLE", "VISIBILITY_NOT_TOLD"


class UserPermissions(Repositories):
    """GetRepositoryPermission."""

    permissions = {"get_repository_permission": Permission.READ_REPOSITORIES}

    @abstractmethod
    def fetch_permission(self, user: str) -> lookup.RepositoryPermission:
        """The level or the reason why it is not known, and the vendor's word for it.

        Raises Absent if the user or the repository is missing, or ``user_not_found``.
        """

    def get_repository_permission(
        self, call: Call, request: lookup.GetRepositoryPermissionRequest
    ) -> lookup.RepositoryPermission:
        try:
            found = self.fetch_permission(request.user)
        except Absent:
            self.check_repository()
            raise user_not_found(self.name, request.user) from None
        found.repository_id, found.user = request.repository_id, request.user
        return found


def user_not_found(vendor: str, user: str) -> NotFound:
    return NotFound(
        f"{vendor} has no user {user!r} that the credential may see.",
        reason="USER_NOT_FOUND",
        metadata={"field": "user"},
    )
