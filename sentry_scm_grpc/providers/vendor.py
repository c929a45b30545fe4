"""What the six vendors' adapters have in common: what Sentry's installation does the same for all of them.

A vendor's module adds constants, the reading of its repositories and issues, and what only it can do.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar

from sentry_scm_grpc.errors import InvalidArgument, NotFound, ScmError, Unavailable
from sentry_scm_grpc.providers.base import ProviderAdapter
from sentry_scm_grpc.providers.http import Http
from sentry_scm_grpc.providers.installation import Client, Connection, Installation
from sentry_scm_grpc.service.call import Call
from sentry_scm_grpc.v1 import scm_pb2 as pb

OWNER_AND_NAME = re.compile(r"[\w.~-]+/[\w.-]+\Z")


class Vendor(ProviderAdapter):
    """An adapter on an installation of Sentry's."""

    #: What identifies a repository at the vendor, and an example of it.
    identifier_format: ClassVar[re.Pattern[str]]
    identifier_example: ClassVar[str]

    installation: Connection

    @property
    def live(self) -> Installation:
        return self.installation.installation

    @cached_property
    def client(self) -> Client:
        return self.live.get_client()

    @cached_property
    def http(self) -> Http:
        """The vendor's API."""
        return Http(self.installation, lambda: self.client, self.rate_limit_of)

    def rate_limit_of(self, path: str) -> str:
        """The name of the rate limit by which the vendor counts a path, where it has several."""
        return "all"

    @abstractmethod
    def fetch_repository(self, identifier: str) -> pb.RemoteRepository:
        """Asks the vendor for a repository; the identifier has the right form."""

    def describe_repository(self, identifier: str) -> pb.RemoteRepository:
        if not has_form(self.identifier_format, identifier):
            raise InvalidArgument.of(("identifier", f"must be like {self.identifier_example!r} at {self.name}"))
        return self.fetch_repository(identifier)

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
        """Sentry's installation gives the whole list at once: a page is a part of it."""
        start = call.cursor or 0
        wanted = request.query.casefold()
        listed = [
            found
            for found in self.live.get_repositories(request.query or None)
            # Some vendors cannot search, others match more than the name.
            if wanted in str(found["name"]).casefold()
        ]
        page = listed[start : start + call.page_size]
        known = self.installation.known_repositories() if page else {}
        end = start + len(page)
        return pb.SearchRepositoriesResponse(
            repositories=[
                pb.RemoteRepository(
                    identifier=(identifier := str(found["identifier"])),
                    name=found["name"],
                    default_branch=found.get("default_branch") or "",
                    external_id=str(found.get("external_id") or ""),
                    repository_id=known.get(identifier, 0),
                )
                for found in page
            ],
            next_page_token=call.next_page_token(end if end < len(listed) else None),
        )


class Tracker(Vendor):
    """An adapter whose vendor has an issue tracker."""

    #: The vendor's name for the place of an issue, and the form of its value.
    destination_field: ClassVar[str]
    destination_format: ClassVar[re.Pattern[str]]
    destination_example: ClassVar[str]
    #: What else a new issue may have, and whether it must.
    issue_fields: ClassVar[Mapping[str, bool]] = {}
    #: The vendor's own names for an issue: groups "place" and "number".
    key_format: ClassVar[re.Pattern[str]]

    @abstractmethod
    def get_issue(self, key: str) -> pb.TrackerIssue:
        """Reads an issue by the key that Sentry stores."""

    def create_issue(self, call: Call, request: pb.CreateExternalIssueRequest) -> pb.TrackerIssue:
        made = self.live.create_issue(self._issue_data(request))
        key = self.live.make_external_key(made)
        return pb.TrackerIssue(
            key=key,
            title=made.get("title") or request.title,
            description=made.get("description") or "",
            web_url=made.get("url") or self.live.get_issue_url(key),
            state=pb.ISSUE_STATE_OPEN,
            metadata=made.get("metadata") or {},
        )

    def _issue_data(self, request: pb.CreateExternalIssueRequest) -> dict[str, Any]:
        """What Sentry's installation takes. Raises InvalidArgument."""
        place = request.destination or request.metadata.get(self.destination_field, "")
        violations = []
        if not has_form(self.destination_format, place):
            violations.append(("destination", f"must be like {self.destination_example!r} at {self.name}"))
        allowed = {self.destination_field, *self.issue_fields}
        for name in request.metadata:
            if name not in allowed:
                violations.append((f"metadata[{name[:64]!r}]", f"is none of {', '.join(sorted(allowed))}"))
        for name, required in self.issue_fields.items():
            if required and not request.metadata.get(name):
                violations.append((f"metadata[{name!r}]", "is required"))
        if violations:
            raise InvalidArgument.of(*violations)
        data = {"title": request.title, "description": request.description, **request.metadata}
        data[self.destination_field] = self.destination(place)
        return data

    def destination(self, place: str) -> str:
        """A destination as the vendor's paths want it."""
        return place

    def parts_of(self, key: str) -> tuple[str, str]:
        """The place and the number in a key. Raises NotFound for one of another form."""
        found = self.key_format.fullmatch(key)
        if found is None or not has_form(self.key_format, key):
            raise NotFound(
                f"{self.name} has no issue with this key. SearchIssues and ListExternalIssues show keys.",
                reason="ISSUE_NOT_FOUND",
            )
        return found["place"], found["number"]


# The reasons for which a repository counts as out of reach, and what CheckRepositoryAccess says; others are errors.
_NO_ACCESS = {
    "VENDOR_NOT_FOUND": "NOT_FOUND",
    "VENDOR_FORBIDDEN": "VENDOR_FORBIDDEN",
    "INTEGRATION_UNAUTHORIZED": "INTEGRATION_UNAUTHORIZED",
}


def has_form(form: re.Pattern[str], text: str) -> bool:
    """Whether a text that becomes part of a path has its form, and no segment that walks to another path."""
    return form.match(text) is not None and not {".", ".."} & set(text.replace("#", "/").split("/"))


def value(answer: Any, *path: str) -> Any:
    """A value deep in a vendor's answer that must be there. Raises Unavailable."""
    found = answer
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
        if found is None:
            raise Unavailable(
                "What the provider answered is not as its API describes it. Repeat the call later.",
                reason="BAD_VENDOR_RESPONSE",
            )
    return found


def text(answer: Any, *path: str) -> str:
    """A text deep in a vendor's answer; empty where it is absent or no text."""
    found = answer
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, str) else ""
