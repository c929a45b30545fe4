"""CreateExternalIssue creates one issue at the tracker, however often it is called with the same request id."""

from __future__ import annotations

from datetime import datetime

from sentry_scm_grpc.rpc.attempts import outcome_unknown
from sentry_scm_grpc.rpc.call import Call, needed
from sentry_scm_grpc.v1 import scm_pb2 as pb


def issue_in_tracker(call: Call, request: pb.CreateExternalIssueRequest) -> pb.TrackerIssue:
    """The tracker's issue: the one that an earlier attempt with this request id created, or a new one.

    Raises FailedPrecondition (OUTCOME_UNKNOWN) if it is unknown whether there is one.
    """
    create = needed(call, "create_issue")
    if call.attempt is None:
        made: pb.TrackerIssue = create(call, request)
        return made
    notes = call.attempt.notes
    if key := notes.get("key"):
        made = needed(call, "get_issue")(key)
        return made
    found = _found(call, request, call.attempt.marker, notes["asked"]) if "asked" in notes else None
    if found is None:
        with call.making():
            found = create(call, request)
    if notes.get("key") != found.key:  # A tracker of the same database has noted it with the issue.
        call.attempt.note(key=found.key)
    return found


def _found(call: Call, request: pb.CreateExternalIssueRequest, marker: str, asked: str) -> pb.TrackerIssue | None:
    """The issue that the tracker created for an attempt that did not get the answer."""
    if not call.adapter.supports("find_made_issue"):
        raise outcome_unknown("an issue")
    found: pb.TrackerIssue | None = needed(call, "find_made_issue")(
        call, request, marker, datetime.fromisoformat(asked)
    )
    return found
