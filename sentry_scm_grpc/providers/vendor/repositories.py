"""The repositories of a vendor's account: CreateRepository, SyncRepository, CheckRepositoryAccess, SearchRepositories.

A vendor that is only an issue tracker has none.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from typing import Any, ClassVar

from sentry_scm_grpc.errors import InvalidArgument, ScmError
from sentry_scm_grpc.providers.vendor.absence import Absent, repository_lost
from sentry_scm_grpc.providers.vendor.base import Vendor, has_form
from sentry_scm_grpc.providers.vendor.credentials import Permission
from sentry_scm_grpc.providers.vendor.pages import Page, fill
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.v1 import scm_pb2 as pb

OWNER_AND_NAME = re.compile(r"[\w.~-]+/[\w.-]+\Z")


class Repositories(Vendor):
    """An adapter whose vendor has repositories."""

    permissions = {
        "describe_repository": Permission.READ_REPOSITORIES,
        "check_repository_access": Permission.READ_REPOSITORIES,
        "search_repositories": Permission.READ_REPOSITORIES,
    }

    #: What identifies a repository at the vendor, and an example of it.
    identifier_format: ClassVar[re.Pattern[str]]
    identifier_example: ClassVar[str]

    def check_repository(self, identifier: str = "") -> None:
        """Raises NotFound (VENDOR_NOT_FOUND) if the vendor does not have the repository, or hides it, in one call.

        Without an identifier, it checks the repository of the call.
        """
        try:
            self.fetch_repository(identifier or self.installation.identifier())
        except Absent:
            raise repository_lost() from None

    @abstractmethod
    def fetch_repository(self, identifier: str) -> pb.RemoteRepository:
        """Asks the vendor for a repository. The identifier is valid."""

    def describe_repository(self, identifier: str) -> pb.RemoteRepository:
        if not has_form(self.identifier_format, identifier):
            raise InvalidArgument.of(("identifier", f"must be like {self.identifier_example!r} at {self.name}"))
        self.check_account(identifier)
        found = self.fetch_repository(identifier)
        # It may be known by a number, or have moved.
        self.check_account(found.config.get("path") or found.identifier)
        return found

    def check_repository_access(
        self, call: Call, request: pb.CheckRepositoryAccessRequest
    ) -> pb.CheckRepositoryAccessResponse:
        try:
            self.describe_repository(self.installation.identifier())
        except Exception as error:
            known = error if isinstance(error, ScmError) else call.host.map_error(error)
            if known is None or known.reason not in _NO_ACCESS:
                raise
            return pb.CheckRepositoryAccessResponse(reason=_NO_ACCESS[known.reason], message=known.message)
        return pb.CheckRepositoryAccessResponse(accessible=True)

    def search_repositories(self, call: Call, request: pb.SearchRepositoriesRequest) -> pb.SearchRepositoriesResponse:
        wanted = request.query.casefold()

        def fetch(_: str, position: Any) -> Page[pb.RemoteRepository]:
            page = self.fetch_repositories(request.query, position)
            # Some vendors cannot search. Others search more than the name.
            fitting = [found for found in page.items if wanted in found.name.casefold()]
            return Page(fitting, page.next, incomplete=page.incomplete)

        found = fill(call, "", fetch)
        known = self.installation.known_repositories() if found.items else {}
        for repository in found.items:
            repository.repository_id = known.get(repository.identifier, 0)
        return pb.SearchRepositoriesResponse(repositories=found.items, **found.fields)

    def fetch_repositories(self, query: str, position: Any) -> Page[pb.RemoteRepository]:
        """The provider's repositories. By default, all that Sentry's installation lists, as one page."""
        listed = self.live.get_repositories(query or None)
        return Page(
            [
                pb.RemoteRepository(
                    identifier=str(found["identifier"]),
                    name=found["name"],
                    default_branch=found.get("default_branch") or "",
                    external_id=str(found.get("external_id") or ""),
                )
                for found in listed
            ]
        )

    @property
    def repository_id(self) -> int:
        return 0 if self.repository is None else self.repository.id

    @property
    def default_ref(self) -> str:
        """The ref of the default branch, for vendors that require a ref."""
        return (self.repository.default_branch if self.repository else "") or "HEAD"


# What CheckRepositoryAccess answers, by the reason of the error. Any other reason is an error.
_NO_ACCESS = {
    "VENDOR_NOT_FOUND": "NOT_FOUND",
    "VENDOR_FORBIDDEN": "VENDOR_FORBIDDEN",
    "VENDOR_DISABLED": "VENDOR_DISABLED",
    "INTEGRATION_UNAUTHORIZED": "INTEGRATION_UNAUTHORIZED",
}
