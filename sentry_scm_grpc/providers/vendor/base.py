"""The base of every vendor's adapter: the way to the vendor's API, and its repositories.

Each capability is a class in a module of this package: ``commits``, ``blame``, ``files``, ``urls``, ``code_owners``,
``tree``, ``search``, ``issues``. A vendor's adapter inherits those that its vendor has, and defines their abstract
methods. These methods ask the vendor through ``self.http``. Everything else (deadlines, limits, caching, filters, page
tokens) is handled here. For all of them:

- If a thing does not exist, let the Absent pass that ``self.http`` raises for a 404. The base then finds out whether
  the repository, the ref or the path is missing. If the adapter knows which one it is, it raises an error of
  ``errors``.
- An empty ``ref`` means the default branch.
- A ``position`` is None for the first page, and then ``Page.next`` of the page before: any JSON value.
- ``Page.incomplete`` has a reason if the vendor leaves out items.
- Read an answer about a full SHA (``is_full_sha``) with ``immutable=True``.
- The capability names in ``permissions`` what each of its operations needs of a credential.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar

from sentry_scm_grpc.errors import InvalidArgument, ScmError
from sentry_scm_grpc.providers.base import ProviderAdapter
from sentry_scm_grpc.providers.vendor.absence import Absent, Lack, lack_by_status, repository_lost
from sentry_scm_grpc.providers.vendor.credentials import Permission
from sentry_scm_grpc.providers.vendor.http import Http
from sentry_scm_grpc.providers.vendor.installation import Client, Connection, Installation
from sentry_scm_grpc.providers.vendor.pages import Page, fill
from sentry_scm_grpc.providers.vendor.standalone import Standalone
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.v1 import scm_pb2 as pb

OWNER_AND_NAME = re.compile(r"[\w.~-]+/[\w.-]+\Z")


class Vendor(ProviderAdapter):
    """An adapter that works on an installation of Sentry."""

    #: What identifies a repository at the vendor, and an example of it.
    identifier_format: ClassVar[re.Pattern[str]]
    identifier_example: ClassVar[str]

    #: How the vendor is reached with a credential of the site's own. None if it cannot be.
    standalone: ClassVar[type[Standalone] | None] = None

    #: What the operations need that this class serves, or that a subclass may add.
    permissions: ClassVar[Mapping[str, Permission]] = {
        "describe_repository": Permission.READ_REPOSITORIES,
        "check_repository_access": Permission.READ_REPOSITORIES,
        "search_repositories": Permission.READ_REPOSITORIES,
    }

    installation: Connection

    @classmethod
    def permission_for(cls, operation: str) -> Permission | None:
        """What an operation needs, from the nearest class that says so. None if no class does."""
        told = (vars(kind).get("permissions", {}) for kind in cls.__mro__)
        return next((permissions[operation] for permissions in told if operation in permissions), None)

    @property
    def live(self) -> Installation:
        return self.installation.installation

    @cached_property
    def client(self) -> Client:
        return self.live.get_client()

    @cached_property
    def http(self) -> Http:
        """The vendor's API."""
        return Http(self.installation, lambda: self.client, self.rate_limit_of, self.lack_of)

    def rate_limit_of(self, path: str) -> str:
        """The name of the rate limit that applies to a path, if the vendor has several."""
        return "all"

    def lack_of(self, status: int, told: Any) -> Lack | None:
        """What is missing, by the status and the JSON of an error response. None if nothing is missing.

        An adapter may instead raise the error that the response means.
        """
        return lack_by_status(status, told)

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

    def check_account(self, path: str) -> None:
        """Raises Absent for a repository of an account that is not the installation's.

        The installations of a Sentry see no others, but a token may. A value that is not a path names no account.
        """
        if "/" in path and isinstance(self.live, Standalone) and not self.live.covers(path):
            raise Absent()

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


def has_form(form: re.Pattern[str], text: str) -> bool:
    """Whether a text that becomes part of a path is valid, and has no segment "." or ".."."""
    return form.match(text) is not None and not {".", ".."} & set(text.replace("#", "/").split("/"))
