"""External issues and their links to groups, stored in the same way as by Sentry's own endpoint."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from django.db import IntegrityError
from google.protobuf.empty_pb2 import Empty

from sentry_scm_grpc.errors import AlreadyExists, FailedPrecondition, InvalidArgument, NotFound, ScmError, Unavailable
from sentry_scm_grpc.hosts.issue_creation import issue_in_tracker
from sentry_scm_grpc.hosts.sentry import compat, messages
from sentry_scm_grpc.hosts.sentry.rows import ISSUE_LINK, LINKED_ISSUES
from sentry_scm_grpc.rpc.call import EXTERNAL_ISSUE, GROUP, Call, needed
from sentry_scm_grpc.rpc.host import Adapter
from sentry_scm_grpc.v1 import scm_pb2 as pb

log = logging.getLogger("sentry_scm_grpc")

FEATURES = ("organizations:integrations-issue-basic", "organizations:integrations-issue-sync")
# GroupLink.Relationship.references.
REFERENCES = 2
# GroupStatus.
UNRESOLVED, RESOLVED = 0, 1


class IssueOperations:
    def create_external_issue(self, call: Call, request: pb.CreateExternalIssueRequest) -> pb.ExternalIssue:
        needed(call, "create_issue")
        group = call.row(GROUP)
        _check_features(call)
        made = issue_in_tracker(call, request)
        try:
            return self._store_created(call, request, made, group)
        except ScmError:
            raise
        except Exception as error:
            log.error("The issue %s was created, but not stored", made.key, exc_info=error)
            raise Unavailable(
                "The tracker has the new issue, but it could not be stored here. Repeat the call with the same"
                " request_id, or link it by its key with LinkExternalIssue.",
                reason="ISSUE_NOT_STORED",
                metadata={"key": made.key, "web_url": made.web_url},
            ) from error

    def _store_created(
        self, call: Call, request: pb.CreateExternalIssueRequest, made: pb.TrackerIssue, group: Any
    ) -> pb.ExternalIssue:
        with compat.atomic(_issues()):
            issue, created = _stored(call, call.adapter.installation.integration.id, made)
            if group is not None:
                _link(call, group, issue, made, new=True)
            answer = _kept(call, issue, made)
        if created:
            compat.tell_issue_created(call, type(self))
        fields = _remembered(call.adapter, request)
        if group is not None and fields:
            installation = call.adapter.installation.installation
            compat.store_issue_defaults(installation, group.project, compat.user_of(call.principal), fields)
        return answer

    def link_external_issue(self, call: Call, request: pb.LinkExternalIssueRequest) -> pb.ExternalIssue:
        known, group = call.row(EXTERNAL_ISSUE), call.row(GROUP)
        if (known is None) == (not request.key):
            raise InvalidArgument.of(("external_issue_id", "is required, unless integration_id and key are given"))
        if known is None and not request.integration_id:
            raise InvalidArgument.of(("integration_id", "is required with key"))
        _check_features(call)
        found: pb.TrackerIssue = needed(call, "get_issue")(request.key or known.key)
        with compat.atomic(_issues()):
            issue, created = _stored(call, call.adapter.installation.integration.id, found)
            _link(call, group, issue, found, new=False)
            answer = _kept(call, issue, found)
        if created:
            compat.tell_issue_linked(call, type(self))
        return answer

    def unlink_external_issue(self, call: Call, request: pb.UnlinkExternalIssueRequest) -> Empty:
        group, issue = call.row(GROUP), call.row(EXTERNAL_ISSUE)
        with compat.atomic(_links()):
            links = _links().objects.filter(linked_type=ISSUE_LINK, linked_id=issue.id)
            deleted, _ = links.filter(group_id=group.id, project_id=group.project_id).delete()
            if not deleted:
                raise _not_linked(issue)
            if not links.exists():
                issue.delete()
        return Empty()

    def get_external_issue(self, call: Call, request: pb.GetExternalIssueRequest) -> pb.ExternalIssue:
        row = call.row(EXTERNAL_ISSUE)
        found: pb.TrackerIssue = needed(call, "get_issue")(row.key)
        answer = messages.external_issue(row, found.web_url)
        answer.title, answer.description, answer.state = found.title, found.description, found.state
        return answer

    def list_external_issues(self, call: Call, request: pb.ListExternalIssuesRequest) -> pb.ListExternalIssuesResponse:
        group = call.row(GROUP)
        found = LINKED_ISSUES(
            call.page_size + 1,
            group_id=group.id,
            project_id=group.project_id,
            organization_id=call.organization_id,
            after_id=call.cursor or 0,
        )
        page, more = found[: call.page_size], len(found) > call.page_size
        urls = _web_urls(call, page)
        return pb.ListExternalIssuesResponse(
            external_issues=[messages.external_issue(row, urls.get(row.id, "")) for row in page],
            next_page_token=call.next_page_token(page[-1].id if more else None),
        )

    def sync_issue_status(self, call: Call, request: pb.SyncIssueStatusRequest) -> Empty:
        group, issue = call.row(GROUP), call.row(EXTERNAL_ISSUE)
        links = _links().objects.filter(group_id=group.id, linked_type=ISSUE_LINK, linked_id=issue.id)
        if not links.exists():
            raise _not_linked(issue)
        if request.direction == pb.SYNC_DIRECTION_GROUP_TO_TRACKER:
            _push_status(call, group, issue)
        else:
            found: pb.TrackerIssue = needed(call, "get_issue")(issue.key)
            _pull_status(group, found.state)
        return Empty()


def _issues() -> Any:
    return compat.model("ExternalIssue")


def _links() -> Any:
    return compat.model("GroupLink")


def _check_features(call: Call) -> None:
    organization = compat.model("Organization").objects.get(id=call.organization_id)
    if not any(compat.feature_on(name, organization, compat.user_of(call.principal)) for name in FEATURES):
        raise FailedPrecondition(
            "Your organization does not have Sentry's issue integrations. Its owner can add them.", reason="FEATURE_OFF"
        )


def _stored(call: Call, integration_id: int, found: pb.TrackerIssue) -> tuple[Any, bool]:
    """The updated row for a tracker's issue, and whether it is new."""
    values = {
        "title": found.title,
        "description": found.description,
        "metadata": dict(found.metadata) or None,
    }
    issue, created = _issues().objects.get_or_create(
        organization_id=call.organization_id, integration_id=integration_id, key=found.key, defaults=values
    )
    if not created:
        issue.update(**values)
    return issue, created


def _kept(call: Call, issue: Any, found: pb.TrackerIssue) -> pb.ExternalIssue:
    answer = messages.external_issue(issue, found.web_url)
    answer.state = found.state
    return call.keep(answer)


def _link(call: Call, group: Any, issue: Any, found: pb.TrackerIssue, *, new: bool) -> None:
    """The link, and the line in the group's history that Sentry's pages show."""
    try:
        with compat.atomic(_links()):
            _links().objects.create(
                group_id=group.id,
                project_id=group.project_id,
                linked_type=ISSUE_LINK,
                linked_id=issue.id,
                relationship=REFERENCES,
            )
    except IntegrityError as error:
        raise AlreadyExists(
            "The group is linked to this issue already.",
            reason="LINK_EXISTS",
            metadata={"external_issue_id": str(issue.id)},
        ) from error
    data = {
        "title": issue.title,
        "provider": call.adapter.name,
        "location": found.web_url,
        "label": (issue.metadata or {}).get("display_name") or issue.key,
        "new": new,
    }
    compat.record_issue_activity(group, compat.user_of(call.principal), data)


def _not_linked(issue: Any) -> NotFound:
    return NotFound(
        "The group is not linked to this issue. ListExternalIssues shows its links.",
        reason="LINK_NOT_FOUND",
        metadata={"external_issue_id": str(issue.id)},
    )


def _remembered(adapter: Adapter, request: pb.CreateExternalIssueRequest) -> Mapping[str, str]:
    """The fields of the request as Sentry's form knows them. An adapter of another package may have no such method."""
    known: Callable[[pb.CreateExternalIssueRequest], Mapping[str, str]] | None
    known = getattr(adapter, "remembered_fields", None)
    return request.metadata if known is None else known(request)


def _web_urls(call: Call, issues: list[Any]) -> dict[int, str]:
    """The web pages of stored issues, without asking their trackers."""
    wanted = {issue.integration_id for issue in issues}
    contexts = compat.integration_contexts(call.organization_id, ()) if wanted else []
    urls: dict[int, str] = {}
    installations = {c.id: compat.installation(c, call.organization_id) for c in contexts if c.id in wanted}
    for issue in issues:
        try:
            urls[issue.id] = installations[issue.integration_id].get_issue_url(issue.key)
        # The integration is gone or the key has an older form. Only the page is unknown.
        except (KeyError, ValueError, AttributeError, NotImplementedError):
            continue
    return urls


def _push_status(call: Call, group: Any, issue: Any) -> None:
    set_state = needed(call, "set_issue_state")
    if group.status not in (UNRESOLVED, RESOLVED):
        raise FailedPrecondition(
            "The group is neither resolved nor unresolved, so there is no status to copy.", reason="GROUP_STATUS"
        )
    set_state(issue.key, pb.ISSUE_STATE_CLOSED if group.status == RESOLVED else pb.ISSUE_STATE_OPEN)


def _pull_status(group: Any, state: pb.IssueState.ValueType) -> None:
    if state == pb.ISSUE_STATE_UNSPECIFIED:
        raise FailedPrecondition("The tracker does not say whether the issue is open.", reason="ISSUE_STATE_UNKNOWN")
    resolve = state == pb.ISSUE_STATE_CLOSED
    if (group.status == RESOLVED) != resolve:
        compat.set_group_status(group, resolve)
