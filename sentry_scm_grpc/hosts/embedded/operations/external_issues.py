"""Operations on external issues and their links to groups."""

from __future__ import annotations

import logging

from django.db import DatabaseError, IntegrityError, transaction
from google.protobuf.empty_pb2 import Empty

from sentry_scm_grpc.errors import Aborted, AlreadyExists, FailedPrecondition, InvalidArgument, NotFound
from sentry_scm_grpc.hosts.embedded.messages import external_issue_message
from sentry_scm_grpc.hosts.embedded.models import ExternalIssue, Group, GroupLink
from sentry_scm_grpc.hosts.embedded.paging import page_by_id
from sentry_scm_grpc.hosts.embedded.rows import (
    LINKED_ISSUES,
    AnyExternalIssue,
    AnyIntegration,
    ExternalIssueRow,
    GroupRow,
)
from sentry_scm_grpc.hosts.issue_creation import issue_in_tracker
from sentry_scm_grpc.hosts.listed import Listed
from sentry_scm_grpc.rpc.call import EXTERNAL_ISSUE, GROUP, Call, needed
from sentry_scm_grpc.v1 import scm_pb2 as pb

log = logging.getLogger(__name__)

GROUP_STATUS = {pb.ISSUE_STATE_OPEN: Group.Status.UNRESOLVED, pb.ISSUE_STATE_CLOSED: Group.Status.RESOLVED}

LISTED = Listed(
    LINKED_ISSUES,
    pb.ListExternalIssuesResponse,
    lambda row, answer: answer.external_issues.append(external_issue_message(row)),
)


class ExternalIssueOperations:
    def create_external_issue(self, call: Call, request: pb.CreateExternalIssueRequest) -> pb.ExternalIssue:
        issue = issue_in_tracker(call, request)
        try:
            with transaction.atomic():
                row = _remember(call.integration, issue)
                if request.group_id:
                    GroupLink.objects.get_or_create(group_id=request.group_id, external_issue_id=row.id)
                return call.keep(external_issue_message(row, issue))
        except DatabaseError:
            log.exception(
                "The issue %s of integration %s was created but not stored", issue.key, request.integration_id
            )
            raise Aborted(
                f"The tracker has the issue {issue.key}, but it could not be stored here. Repeat the call with the"
                " same request_id, or link the issue with LinkExternalIssue.",
                reason="ISSUE_NOT_STORED",
                metadata={"key": issue.key, "web_url": issue.web_url},
            ) from None

    def link_external_issue(self, call: Call, request: pb.LinkExternalIssueRequest) -> pb.ExternalIssue:
        by_key = _names_a_key(request)
        issue: pb.TrackerIssue | None = needed(call, "get_issue")(request.key) if by_key else None
        try:
            with transaction.atomic():
                row: AnyExternalIssue = (
                    call.row(EXTERNAL_ISSUE) if issue is None else _remember(call.integration, issue)
                )
                GroupLink.objects.create(group_id=request.group_id, external_issue_id=row.id)
                return call.keep(external_issue_message(row, issue))
        except IntegrityError:
            raise _link_conflict(request, issue) from None

    def unlink_external_issue(self, call: Call, request: pb.UnlinkExternalIssueRequest) -> Empty:
        links = GroupLink.objects.filter(group=request.group_id, external_issue=request.external_issue_id)
        if not links.delete()[0]:
            raise _not_linked(request.group_id, request.external_issue_id)
        return Empty()

    def get_external_issue(self, call: Call, request: pb.GetExternalIssueRequest) -> pb.ExternalIssue:
        row: ExternalIssueRow = call.row(EXTERNAL_ISSUE)
        return external_issue_message(row, needed(call, "get_issue")(row.key))

    def list_external_issues(self, call: Call, request: pb.ListExternalIssuesRequest) -> pb.ListExternalIssuesResponse:
        return page_by_id(call, LISTED, group_id=request.group_id)

    def sync_issue_status(self, call: Call, request: pb.SyncIssueStatusRequest) -> Empty:
        row: ExternalIssueRow = call.row(EXTERNAL_ISSUE)
        group: GroupRow = call.row(GROUP)
        if not GroupLink.objects.filter(group_id=group.id, external_issue_id=row.id).exists():
            raise _not_linked(group.id, row.id)
        if request.direction == pb.SYNC_DIRECTION_GROUP_TO_TRACKER:
            resolved = group.status == Group.Status.RESOLVED
            needed(call, "set_issue_state")(row.key, pb.ISSUE_STATE_CLOSED if resolved else pb.ISSUE_STATE_OPEN)
            return Empty()
        status = GROUP_STATUS.get(needed(call, "get_issue")(row.key).state)
        if status is None:
            raise FailedPrecondition(
                f"The tracker does not say whether {row.key} is open. Look at the issue there.", reason="STATE_UNKNOWN"
            )
        Group.objects.filter(id=group.id).update(status=status)
        return Empty()


def _remember(integration: AnyIntegration, issue: pb.TrackerIssue) -> ExternalIssue:
    """The row of a tracker's issue, updated to the tracker's description. Must run in a transaction."""
    of = {"organization_id": integration.organization_id, "integration_id": integration.id, "key": issue.key}
    values = {
        "title": issue.title,
        "description": issue.description,
        "web_url": issue.web_url,
        "metadata": dict(issue.metadata),
    }
    # It is written before it is read: SQLite refuses a transaction that begins with a read if another one writes first.
    ExternalIssue.objects.bulk_create([ExternalIssue(**of, **values)], ignore_conflicts=True)
    rows = ExternalIssue.objects.filter(**of)
    rows.update(**values)
    return rows.get()


def _names_a_key(request: pb.LinkExternalIssueRequest) -> bool:
    """Whether the issue is named by integration and key instead of by id. Raises InvalidArgument for both or
    neither."""
    if request.external_issue_id:
        if request.key:
            raise InvalidArgument.of(("key", "must not be set together with external_issue_id"))
        return False
    if not request.key:
        raise InvalidArgument.of(("external_issue_id", "is required, or integration_id and key"))
    if not request.integration_id:
        raise InvalidArgument.of(("integration_id", "is required with key"))
    return True


def _link_conflict(request: pb.LinkExternalIssueRequest, issue: pb.TrackerIssue | None) -> AlreadyExists | Aborted:
    links = GroupLink.objects.filter(group=request.group_id)
    if issue is None:
        links = links.filter(external_issue=request.external_issue_id)
    else:
        links = links.filter(external_issue__integration=request.integration_id, external_issue__key=issue.key)
    existing = links.first()
    if existing is None:
        return Aborted("Another call changed the same rows. Repeat this one.")
    return AlreadyExists(
        f"The group is linked to the issue {existing.external_issue_id} already.",
        reason="LINK_EXISTS",
        metadata={"external_issue_id": str(existing.external_issue_id)},
    )


def _not_linked(group_id: int, external_issue_id: int) -> NotFound:
    return NotFound(
        f"The group {group_id} is not linked to the issue {external_issue_id}. ListExternalIssues shows its links.",
        reason="LINK_NOT_FOUND",
    )
