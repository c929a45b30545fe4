"""The issue tracker of the embedded host: a table, so that issues can be created, found, linked and closed.

A mixin for adapters that use this host's ``Installation``. A key such as "DEMO-12" is the integration's tracker_key and
a number.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import transaction
from django.db.models import F, Q

from sentry_scm_grpc.errors import InvalidArgument, NotFound
from sentry_scm_grpc.hosts.embedded.installation import Installation
from sentry_scm_grpc.hosts.embedded.models import Integration, TrackerIssue
from sentry_scm_grpc.providers.git.adapter import GitAdapter
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.v1 import scm_pb2 as pb

# The largest value of a PositiveIntegerField in PostgreSQL.
MAX_NUMBER = 2**31 - 1


class TrackerOperations:
    installation: Installation
    #: The fields that CreateExternalIssue accepts in ``metadata``.
    ISSUE_FIELDS: ClassVar[tuple[pb.IssueField, ...]] = (
        pb.IssueField(name="state", label="State", choices=["open", "closed"], default_value="open"),
    )

    def list_issue_destinations(
        self, call: Call, request: pb.ListIssueDestinationsRequest
    ) -> pb.ListIssueDestinationsResponse:
        """One destination: the tracker of the integration."""
        integration = self._integration()
        answer = pb.ListIssueDestinationsResponse()
        if request.query.casefold() in integration.name.casefold():
            answer.destinations.add(
                id=integration.tracker_key, name=integration.name, kind="tracker", fields=self.ISSUE_FIELDS
            )
        return answer

    def create_issue(self, call: Call, request: pb.CreateExternalIssueRequest) -> pb.TrackerIssue:
        """Raises InvalidArgument for another destination, and for unknown metadata."""
        integration = self._integration()
        _check_destination(integration, request.destination)
        state = _state_of_fields(request)
        with transaction.atomic():
            # The update locks the row, so that no two issues get the same number.
            mine = Integration.objects.filter(id=integration.id)
            mine.update(last_issue_number=F("last_issue_number") + 1)
            issue = TrackerIssue.objects.create(
                integration=integration,
                number=mine.values_list("last_issue_number", flat=True).get(),
                title=request.title,
                description=request.description,
                state=state,
            )
            if call.attempt is not None:
                # In the same transaction as the issue, so that no attempt must search for it.
                call.attempt.note(key=issue.key)
        return _message(issue)

    def find_made_issue(
        self, call: Call, request: pb.CreateExternalIssueRequest, marker: str, asked: datetime
    ) -> pb.TrackerIssue | None:
        return None

    def get_issue(self, key: str) -> pb.TrackerIssue:
        """Raises NotFound."""
        return _message(self._issue(key))

    def set_issue_state(self, key: str, state: pb.IssueState.ValueType) -> None:
        """Raises NotFound."""
        issue = self._issue(key)
        TrackerIssue.objects.filter(id=issue.id).update(state=state)

    def search_issues(self, call: Call, request: pb.SearchIssuesRequest) -> pb.SearchIssuesResponse:
        """Issues with the text in their title or description, ignoring case, or with this key; newest first."""
        integration = self._integration()
        _check_destination(integration, request.destination)
        text = Q(title__icontains=request.query) | Q(description__icontains=request.query)
        if number := _number_in(integration, request.query):
            text |= Q(number=number)
        rows = TrackerIssue.objects.filter(text, integration=integration).order_by("-number")
        if call.cursor is not None:
            rows = rows.filter(number__lt=call.cursor)
        found = list(rows[: call.page_size + 1])
        page = found[: call.page_size]
        for issue in page:
            issue.integration = integration
        return pb.SearchIssuesResponse(
            issues=map(_message, page),
            next_page_token=call.next_page_token(page[-1].number if len(found) > len(page) else None),
        )

    def _integration(self) -> Integration:
        return Integration.objects.get(id=self.installation.integration_id)

    def _issue(self, key: str) -> TrackerIssue:
        integration = self._integration()
        number = _number_in(integration, key)
        issue = TrackerIssue.objects.filter(integration=integration, number=number).first() if number else None
        if issue is None:
            raise NotFound(
                f"The tracker has no issue {key!r}. SearchIssues finds the keys of issues.", reason="ISSUE_NOT_FOUND"
            )
        issue.integration = integration
        return issue


class GitWithTracker(TrackerOperations, GitAdapter):
    """Local git with the issues of this host's tracker."""

    installation: Installation


def _check_destination(integration: Integration, destination: str) -> None:
    if destination not in ("", integration.tracker_key):
        raise InvalidArgument.of(
            ("destination", f"is not a destination; leave it empty, or give {integration.tracker_key!r}"),
            reason="DESTINATION_NOT_FOUND",
        )


def _state_of_fields(request: pb.CreateExternalIssueRequest) -> pb.IssueState.ValueType:
    fields = dict(request.metadata)
    state = fields.pop("state", "open")
    problems = [(f"metadata[{name!r}]", "is not a field of this tracker") for name in sorted(fields)]
    if state not in ("open", "closed"):
        problems.append(("metadata['state']", "must be 'open' or 'closed'"))
    if problems:
        raise InvalidArgument.of(*problems)
    return pb.ISSUE_STATE_OPEN if state == "open" else pb.ISSUE_STATE_CLOSED


def _number_in(integration: Integration, key: str) -> int:
    """The number in a key of this tracker. 0 if it is not one."""
    prefix, _, digits = key.strip().rpartition("-")
    if prefix.upper() != integration.tracker_key.upper() or not (digits.isascii() and digits.isdigit()):
        return 0
    number = int(digits)
    return number if number <= MAX_NUMBER else 0


def _message(issue: TrackerIssue) -> pb.TrackerIssue:
    state: pb.IssueState.ValueType = issue.state  # type: ignore[assignment]
    return pb.TrackerIssue(key=issue.key, title=issue.title, description=issue.description, state=state)
