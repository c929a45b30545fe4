"""The issues of a vendor's tracker."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from sentry_scm_grpc.errors import InvalidArgument, NotFound
from sentry_scm_grpc.providers.vendor.base import Vendor, has_form
from sentry_scm_grpc.providers.vendor.credentials import Permission
from sentry_scm_grpc.providers.vendor.marks import CLOCKS_DIFFER_MINUTES, HTML_COMMENT, marked, unmarked
from sentry_scm_grpc.providers.vendor.pages import MAX_VENDOR_PAGES, Page, fill
from sentry_scm_grpc.rpc.attempts import outcome_unknown
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.rpc.policy import RPCS
from sentry_scm_grpc.v1 import scm_pb2 as pb

_OPERATIONS = ("create_issue", "get_issue", "set_issue_state", "list_issue_destinations", "search_issues")


def tracker_alone(name: str) -> Mapping[str, str]:
    """``ProviderAdapter.missing`` of a tracker that does not host source code."""
    why = f"{name} is an issue tracker: it has no repositories. Use the integration that has the repository."
    return {rpc.needs: why for rpc in RPCS.values() if rpc.needs and rpc.needs not in _OPERATIONS}


class Tracker(Vendor):
    """An adapter whose vendor has an issue tracker: CreateExternalIssue, GetExternalIssue, LinkExternalIssue.

    If it also defines ``set_issue_state(key: str, state: pb.IssueState)``, it serves SyncIssueStatus.
    """

    permissions = {
        "get_issue": Permission.READ_ISSUES,
        "create_issue": Permission.WRITE_ISSUES,
        "set_issue_state": Permission.WRITE_ISSUES,
    }

    #: The vendor's name for the destination of an issue, and the form of its value.
    destination_field: ClassVar[str]
    destination_format: ClassVar[re.Pattern[str]]
    destination_example: ClassVar[str]
    #: The other fields of a new issue, and whether each is required.
    issue_fields: ClassVar[Mapping[str, bool]] = {}
    #: The form of an issue's key, with the groups "place" and "number".
    key_format: ClassVar[re.Pattern[str]]
    #: The form of the mark of a request id in a description. The markup of most vendors hides a comment.
    mark_format: ClassVar[str] = HTML_COMMENT

    @abstractmethod
    def get_issue(self, key: str) -> pb.TrackerIssue:
        """The issue with the key that Sentry stores."""

    def create_issue(self, call: Call, request: pb.CreateExternalIssueRequest) -> pb.TrackerIssue:
        data = self._issue_data(request)
        if call.attempt is not None:
            data["description"] = marked(request.description, self.mark_format, call.attempt.marker)
        data["description"] = self.written_description(data["description"])
        made = self.live.create_issue(data)
        key = self.live.make_external_key(made)
        return pb.TrackerIssue(
            key=key,
            title=made.get("title") or request.title,
            description=unmarked(self.read_description(made.get("description") or "")),
            web_url=made.get("url") or self.live.get_issue_url(key),
            state=pb.ISSUE_STATE_OPEN,
            metadata=made.get("metadata") or {},
        )

    def written_description(self, text: str) -> str:
        """A description as the vendor gets it."""
        return text

    def read_description(self, text: str) -> str:
        """The reverse."""
        return text

    @abstractmethod
    def fetch_issues_since(
        self, place: str, title: str, since: datetime, position: Any
    ) -> Page[tuple[str, pb.TrackerIssue]]:
        """The issues created in a place since a time, each with its description as the vendor stores it.

        They must come from the vendor's list of issues: a search index may be out of date. The vendor may narrow the
        list by the title. The descriptions in the messages are ``unmarked``.
        """

    def find_made_issue(
        self, call: Call, request: pb.CreateExternalIssueRequest, marker: str, asked: datetime
    ) -> pb.TrackerIssue | None:
        """The issue with this mark that was requested at this time, or None.

        Raises FailedPrecondition (OUTCOME_UNKNOWN) if too many issues were created since.
        """
        place = self.place_of(request)
        since, position = asked - timedelta(minutes=CLOCKS_DIFFER_MINUTES), None
        for _ in range(MAX_VENDOR_PAGES):
            page = self.fetch_issues_since(place, request.title, since, position)
            for description, issue in page.items:
                if marker in description:
                    return issue
            position = page.next
            if position is None:
                return None
        raise outcome_unknown("an issue")

    def place_of(self, request: pb.CreateExternalIssueRequest) -> str:
        """Where a new issue goes, for ``fetch_issues_since``. Raises InvalidArgument."""
        place: str = self._issue_data(request)[self.destination_field]
        return place

    def remembered_fields(self, request: pb.CreateExternalIssueRequest) -> Mapping[str, str]:
        """The fields of a new issue as Sentry's own form has them, which offers them again the next time."""
        destination = {self.destination_field: request.destination} if request.destination else {}
        return {**request.metadata, **destination}

    def _issue_data(self, request: pb.CreateExternalIssueRequest) -> dict[str, Any]:
        """The argument for Sentry's installation. Raises InvalidArgument."""
        place = request.destination or request.metadata.get(self.destination_field, "")
        violations = []
        if not has_form(self.destination_format, place):
            violations.append(("destination", f"must be like {self.destination_example!r} at {self.name}"))
        allowed = {self.destination_field, *self.issue_fields}
        for name in request.metadata:
            if name not in allowed:
                violations.append((f"metadata[{name[:64]!r}]", f"is not one of {', '.join(sorted(allowed))}"))
        for name, required in self.issue_fields.items():
            if required and not request.metadata.get(name):
                violations.append((f"metadata[{name!r}]", "is required"))
        if violations:
            raise InvalidArgument.of(*violations)
        self.check_destination(place)
        data = {"title": request.title, "description": request.description, **request.metadata}
        data[self.destination_field] = self.destination(place)
        return data

    def check_destination(self, place: str) -> None:
        """Raises Absent for a place of an account that is not the installation's."""
        self.check_account(place)

    def destination(self, place: str) -> str:
        """A destination in the form that the vendor's paths need."""
        return place

    def parts_of(self, key: str) -> tuple[str, str]:
        """The place and the number in a key. Raises NotFound if the key has another form, and Absent for an issue of
        an account that is not the installation's."""
        found = self.key_format.fullmatch(key)
        if found is None or not has_form(self.key_format, key):
            raise NotFound(
                f"{self.name} has no issue with this key. SearchIssues and ListExternalIssues show keys.",
                reason="ISSUE_NOT_FOUND",
            )
        self.check_account(found["place"])
        return found["place"], found["number"]


class IssueSearch(Tracker):
    """SearchIssues."""

    permissions = {"search_issues": Permission.READ_ISSUES}

    #: Whether the vendor searches only within one place.
    search_wants_destination: ClassVar[bool] = True

    @abstractmethod
    def fetch_issues(self, query: str, destination: str, position: Any) -> Page[pb.TrackerIssue]:
        """Issues found by a text. The destination is valid, or empty."""

    def search_issues(self, call: Call, request: pb.SearchIssuesRequest) -> pb.SearchIssuesResponse:
        place = request.destination
        if not place and self.search_wants_destination:
            raise InvalidArgument.of(
                ("destination", f"is required: {self.name} searches in one place, such as {self.destination_example!r}")
            )
        if place and not has_form(self.destination_format, place):
            raise InvalidArgument.of(("destination", f"must be like {self.destination_example!r} at {self.name}"))
        if place:
            self.check_destination(place)

        def fetch(_: str, position: Any) -> Page[pb.TrackerIssue]:
            return self.fetch_issues(request.query, place, position)

        found = fill(call, "", fetch)
        return pb.SearchIssuesResponse(issues=found.items, **found.fields)


class IssueDestinations(Tracker):
    """ListIssueDestinations."""

    permissions = {"list_issue_destinations": Permission.READ_REPOSITORIES}

    @abstractmethod
    def fetch_destinations(self, query: str, position: Any) -> Page[pb.IssueDestination]:
        """Destinations with id, name and kind. Their fields are set here."""

    def list_issue_destinations(
        self, call: Call, request: pb.ListIssueDestinationsRequest
    ) -> pb.ListIssueDestinationsResponse:
        wanted = request.query.casefold()

        def fetch(_: str, position: Any) -> Page[pb.IssueDestination]:
            page = self.fetch_destinations(request.query, position)
            return Page([found for found in page.items if wanted in found.name.casefold()], page.next)

        listed = fill(call, "", fetch)
        for destination in listed.items:
            named = {field.name for field in destination.fields}
            for name, required in self.issue_fields.items():
                if name not in named:
                    destination.fields.add(name=name, label=name.replace("_", " "), required=required)
        return pb.ListIssueDestinationsResponse(destinations=listed.items, next_page_token=listed.next_page_token)
