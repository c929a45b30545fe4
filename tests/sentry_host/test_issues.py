"""External issues inside Sentry: the tracker's issue, Sentry's rows, and what Sentry's pages show of a link."""

from __future__ import annotations

import json
from typing import Any

import grpc
import pytest
import responses
from django.db import DatabaseError
from sentry.constants import ObjectStatus
from sentry.models import Activity, ExternalIssue, Group, GroupLink, GroupStatus
from sentry.signals import integration_issue_created, integration_issue_linked
from sentry.types.activity import ActivityType

from sentry_scm_grpc.testing.web_call import web_call
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.sentry_host.rows import Rows

pytestmark = pytest.mark.django_db

ISSUE = {
    "number": 12,
    "title": "Engine stops",
    "body": "At T+12",
    "html_url": "https://github.com/acme/rocket/issues/12",
    "state": "open",
}
ISSUES_URL = "https://api.github.com/repos/acme/rocket/issues"


@pytest.fixture
def rows() -> Rows:
    return Rows()


def create(rows: Rows, caller: Any = None, **fields: Any) -> Any:
    request = pb.CreateExternalIssueRequest(
        organization_id=rows.organization.id,
        integration_id=rows.integration.id,
        **{"title": "Engine stops", "description": "At T+12", "destination": "acme/rocket", **fields},
    )
    return web_call("CreateExternalIssue", request, caller or rows.as_owner("event:write"))


def sent(number: int = 0) -> Any:
    """The JSON that the vendor got."""
    return json.loads(responses.calls[number].request.body)


def heard(signal: Any, call: Any) -> list[Any]:
    """What a signal's receivers were told while something was done."""
    told: list[Any] = []

    def receiver(**what: Any) -> None:
        told.append(what)

    signal.connect(receiver)
    try:
        call()
    finally:
        signal.disconnect(receiver)
    return told


# ---- create ----------------------------------------------------------------------------------------------------------


@responses.activate
def test_an_issue_is_created_linked_and_shown_as_sentrys_own_page_does(rows: Rows) -> None:
    responses.post(ISSUES_URL, json=ISSUE)
    group = rows.group()
    answers: list[Any] = []
    told = heard(integration_issue_created, lambda: answers.append(create(rows, group_id=group.id)))
    made = answers[0].message
    assert (made.key, made.title, made.web_url) == ("acme/rocket#12", "Engine stops", ISSUE["html_url"])
    assert made.state == pb.ISSUE_STATE_OPEN
    row = ExternalIssue.objects.get(id=made.id)
    assert (row.key, row.organization_id, row.integration_id) == (made.key, rows.organization.id, rows.integration.id)
    assert GroupLink.objects.filter(group_id=group.id, linked_id=row.id, linked_type=3, relationship=2).count() == 1
    activity = Activity.objects.get(group=group, type=ActivityType.CREATE_ISSUE.value)
    assert activity.user_id == rows.owner.id
    assert (activity.data["label"], activity.data["provider"]) == ("acme/rocket#12", "GitHub")
    assert [(what["user"].id, what["organization"].id) for what in told] == [(rows.owner.id, rows.organization.id)]
    defaults = rows.installed.config["project_issue_defaults"][str(rows.project.id)]
    assert defaults == {"repo": "acme/rocket"}
    assert sent()["title"] == "Engine stops"


@responses.activate
def test_without_a_group_the_issue_is_created_and_linked_to_nothing(rows: Rows) -> None:
    responses.post(ISSUES_URL, json=ISSUE)
    made = create(rows).message
    assert not GroupLink.objects.filter(linked_id=made.id).exists()


@responses.activate
def test_gitlabs_issue_keeps_the_name_that_sentry_shows() -> None:
    rows = Rows("gitlab")
    api = "https://gitlab.example.com/api/v4/projects/7"
    issue = {"iid": 5, "title": "Engine stops", "description": "At T+12", "web_url": "https://gitlab.example.com/i/5"}
    responses.post(f"{api}/issues", json=issue)
    responses.get(api, json={"id": 7, "path_with_namespace": "acme/rocket"})
    made = create(rows, destination="7", group_id=rows.group().id).message
    assert made.key == "gitlab.example.com/acme:acme/rocket#5"
    row = ExternalIssue.objects.get(id=made.id)
    installation = rows.integration.get_installation(organization_id=rows.organization.id)
    assert installation.get_issue_display_name(row) == "acme/rocket#5"


@responses.activate
@pytest.mark.parametrize(
    ("fields", "violation"),
    [
        ({"destination": ""}, "destination"),
        ({"destination": "../../user"}, "destination"),
        ({"metadata": {"milestone": "1"}}, "metadata['milestone']"),
        ({"title": " "}, "title"),
    ],
)
def test_what_is_wrong_is_named_before_the_tracker_is_asked(rows: Rows, fields: dict[str, Any], violation: str) -> None:
    answer = create(rows, **fields)
    assert answer.status is grpc.StatusCode.INVALID_ARGUMENT
    assert violation in answer.violations
    assert not responses.calls


@responses.activate
def test_an_issue_that_could_not_be_stored_is_linked_by_the_repetition(rows: Rows, monkeypatch: Any) -> None:
    posted = responses.post(ISSUES_URL, json=ISSUE)
    responses.get(f"{ISSUES_URL}/12", json=ISSUE)
    group = rows.group()

    def broken(*args: Any, **kwargs: Any) -> None:
        raise DatabaseError("the disk is full, and the password is hunter2")

    # The database's failure cannot be had otherwise in a test; everything else is real.
    monkeypatch.setattr(GroupLink.objects, "create", broken)
    caller = rows.as_owner("event:write")
    failed = create(rows, caller, group_id=group.id, request_id="once")
    assert (failed.status, failed.reason) == (grpc.StatusCode.UNAVAILABLE, "ISSUE_NOT_STORED")
    assert failed.metadata == {"key": "acme/rocket#12", "web_url": ISSUE["html_url"]}
    assert "hunter2" not in failed.text
    assert not ExternalIssue.objects.filter(organization_id=rows.organization.id).exists()

    monkeypatch.undo()
    made = create(rows, caller, group_id=group.id, request_id="once").message
    assert made.key == "acme/rocket#12"
    assert posted.call_count == 1
    assert GroupLink.objects.filter(group_id=group.id, linked_id=made.id).exists()
    # Answered from memory.
    assert create(rows, caller, group_id=group.id, request_id="once").message == made
    assert posted.call_count == 1


def test_a_server_without_a_tracker_says_so() -> None:
    rows = Rows("bitbucket_server")
    answer = create(rows, destination="PROJ/rocket")
    assert (answer.status, answer.reason) == (grpc.StatusCode.UNIMPLEMENTED, "PROVIDER_UNSUPPORTED")


@responses.activate
def test_a_tracker_that_is_switched_off_is_no_bug_and_its_answer_stays_inside(rows: Rows) -> None:
    responses.post(ISSUES_URL, status=410, json={"message": "Issues are disabled, token ghs_secret"})
    answer = create(rows)
    assert (answer.status, answer.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "VENDOR_DISABLED")
    assert "ghs_secret" not in answer.text


# ---- link and unlink -------------------------------------------------------------------------------------------------


def link(rows: Rows, group: Any, **fields: Any) -> Any:
    request = pb.LinkExternalIssueRequest(group_id=group.id, **fields)
    return web_call("LinkExternalIssue", request, rows.as_owner("event:write"))


@responses.activate
def test_a_trackers_issue_is_linked_by_its_key(rows: Rows) -> None:
    responses.get(f"{ISSUES_URL}/12", json=ISSUE)
    group = rows.group()
    fields = {"integration_id": rows.integration.id, "key": "acme/rocket#12"}
    answers: list[Any] = []
    told = heard(integration_issue_linked, lambda: answers.append(link(rows, group, **fields)))
    linked = answers[0].message
    assert (linked.key, linked.title, linked.state) == ("acme/rocket#12", "Engine stops", pb.ISSUE_STATE_OPEN)
    assert len(told) == 1
    assert Activity.objects.get(group=group, type=ActivityType.CREATE_ISSUE.value).data["new"] is False
    again = link(rows, group, **fields)
    assert (again.status, again.metadata) == (
        grpc.StatusCode.ALREADY_EXISTS,
        {"external_issue_id": str(linked.id)},
    )


@responses.activate
def test_a_known_issue_is_linked_to_another_group_and_brought_up_to_date(rows: Rows) -> None:
    responses.get(f"{ISSUES_URL}/12", json=ISSUE)
    issue = rows.issue("acme/rocket#12", title="Old")
    assert link(rows, rows.group(), external_issue_id=issue.id).message.id == issue.id
    issue.refresh_from_db()
    assert issue.title == "Engine stops"


@pytest.mark.parametrize("key", ["rocket", "acme/rocket#x", "../../user#1", "acme/rocket#1/../../x"])
@responses.activate
def test_a_key_of_another_form_is_not_found_and_not_asked_for(rows: Rows, key: str) -> None:
    answer = link(rows, rows.group(), integration_id=rows.integration.id, key=key)
    assert (answer.status, answer.reason) == (grpc.StatusCode.NOT_FOUND, "ISSUE_NOT_FOUND")
    assert not responses.calls


def test_a_link_names_an_issue_in_one_way(rows: Rows) -> None:
    assert link(rows, rows.group()).status is grpc.StatusCode.INVALID_ARGUMENT
    assert link(rows, rows.group(), key="acme/rocket#1").status is grpc.StatusCode.INVALID_ARGUMENT


def test_the_last_unlink_removes_the_row_and_an_earlier_one_does_not(rows: Rows) -> None:
    issue, first, second = rows.issue(), rows.group(), rows.group()
    rows.link(first, issue)
    rows.link(second, issue)
    for group, left in ((first, True), (second, False)):
        request = pb.UnlinkExternalIssueRequest(group_id=group.id, external_issue_id=issue.id)
        assert web_call("UnlinkExternalIssue", request, rows.as_key("event:admin")).status is grpc.StatusCode.OK
        assert ExternalIssue.objects.filter(id=issue.id).exists() is left


def test_an_unlink_of_what_is_not_linked_is_not_found(rows: Rows) -> None:
    request = pb.UnlinkExternalIssueRequest(group_id=rows.group().id, external_issue_id=rows.issue().id)
    answer = web_call("UnlinkExternalIssue", request, rows.as_key("event:admin"))
    assert (answer.status, answer.reason) == (grpc.StatusCode.NOT_FOUND, "LINK_NOT_FOUND")


# ---- reading ---------------------------------------------------------------------------------------------------------


@responses.activate
def test_an_issue_is_read_live(rows: Rows) -> None:
    responses.get(f"{ISSUES_URL}/12", json={**ISSUE, "state": "closed", "title": "Engine stopped"})
    request = pb.GetExternalIssueRequest(external_issue_id=rows.issue("acme/rocket#12", title="Old").id)
    found = web_call("GetExternalIssue", request, rows.as_key("event:read")).message
    assert (found.title, found.state) == ("Engine stopped", pb.ISSUE_STATE_CLOSED)


def test_the_issues_of_a_group_are_rows_even_where_the_integration_is_gone(rows: Rows) -> None:
    group = rows.group()
    known, orphan = rows.issue("acme/rocket#1"), rows.issue("acme/rocket#2")
    orphan.update(integration_id=999999)
    for issue in (known, orphan):
        rows.link(group, issue)
    rows.link(rows.group(), rows.issue("acme/rocket#3"))
    request = pb.ListExternalIssuesRequest(group_id=group.id)
    found = web_call("ListExternalIssues", request, rows.as_key("event:read")).message.external_issues
    assert [(issue.key, issue.web_url) for issue in found] == [
        ("acme/rocket#1", "https://github.com/acme/rocket/issues/1"),
        ("acme/rocket#2", ""),
    ]


def test_an_issue_whose_integration_is_gone_says_so(rows: Rows) -> None:
    issue = rows.issue("acme/rocket#1")
    issue.update(integration_id=999999)
    request = pb.GetExternalIssueRequest(external_issue_id=issue.id)
    answer = web_call("GetExternalIssue", request, rows.as_key("event:read"))
    assert (answer.status, answer.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "NO_INTEGRATION")


# ---- status ----------------------------------------------------------------------------------------------------------


def sync(rows: Rows, group: Any, issue: Any, direction: int) -> Any:
    request = pb.SyncIssueStatusRequest(group_id=group.id, external_issue_id=issue.id, direction=direction)
    return web_call("SyncIssueStatus", request, rows.as_key("event:write"))


@responses.activate
@pytest.mark.parametrize(("status", "state"), [(GroupStatus.RESOLVED, "closed"), (GroupStatus.UNRESOLVED, "open")])
def test_a_groups_status_is_carried_to_the_tracker(rows: Rows, status: int, state: str) -> None:
    responses.patch(f"{ISSUES_URL}/12", json=ISSUE)
    group, issue = rows.group(status=status), rows.issue("acme/rocket#12")
    rows.link(group, issue)
    assert sync(rows, group, issue, pb.SYNC_DIRECTION_GROUP_TO_TRACKER).status is grpc.StatusCode.OK
    assert sent() == {"state": state}


@responses.activate
@pytest.mark.parametrize(
    ("before", "state", "after", "activity"),
    [
        (GroupStatus.UNRESOLVED, "closed", GroupStatus.RESOLVED, ActivityType.SET_RESOLVED),
        (GroupStatus.RESOLVED, "open", GroupStatus.UNRESOLVED, ActivityType.SET_UNRESOLVED),
        (GroupStatus.IGNORED, "open", GroupStatus.IGNORED, None),
        (GroupStatus.RESOLVED, "closed", GroupStatus.RESOLVED, None),
    ],
)
def test_the_trackers_state_is_carried_to_the_group(
    rows: Rows, before: int, state: str, after: int, activity: ActivityType | None
) -> None:
    responses.get(f"{ISSUES_URL}/12", json={**ISSUE, "state": state})
    group, issue = rows.group(status=before), rows.issue("acme/rocket#12")
    rows.link(group, issue)
    assert sync(rows, group, issue, pb.SYNC_DIRECTION_TRACKER_TO_GROUP).status is grpc.StatusCode.OK
    assert Group.objects.get(id=group.id).status == after
    written = list(Activity.objects.filter(group=group).values_list("type", flat=True))
    assert written == ([] if activity is None else [activity.value])


def test_a_status_is_not_carried_where_there_is_no_link(rows: Rows) -> None:
    answer = sync(rows, rows.group(), rows.issue(), pb.SYNC_DIRECTION_TRACKER_TO_GROUP)
    assert (answer.status, answer.reason) == (grpc.StatusCode.NOT_FOUND, "LINK_NOT_FOUND")


def test_groups_that_sentry_does_not_show_are_not_found(rows: Rows) -> None:
    request = pb.ListExternalIssuesRequest(group_id=rows.group(status=GroupStatus.PENDING_DELETION).id)
    assert web_call("ListExternalIssues", request, rows.as_key("event:read")).status is grpc.StatusCode.NOT_FOUND


# ---- integrations ----------------------------------------------------------------------------------------------------


def test_integrations_are_listed_with_their_state_and_without_their_secrets(rows: Rows) -> None:
    rows.installed.update(status=ObjectStatus.DISABLED)
    request = pb.ListIntegrationsRequest(organization_id=rows.organization.id)
    (found,) = web_call("ListIntegrations", request, rows.as_key("org:read")).message.integrations
    assert (found.id, found.provider_key, found.name, found.domain, found.status) == (
        rows.integration.id,
        "github",
        "acme",
        "github.com/acme",
        pb.INTEGRATION_STATUS_DISABLED,
    )
    assert "vendor-token" not in str(found)


def test_the_capabilities_of_a_vendor_say_what_it_lacks() -> None:
    rows = Rows("bitbucket_server")
    request = pb.GetCapabilitiesRequest(organization_id=rows.organization.id, integration_id=rows.integration.id)
    found = web_call("GetCapabilities", request, rows.as_key("org:read")).message.capabilities
    said = {capability.rpc: (capability.supported, capability.reason) for capability in found}
    assert said["CreateRepository"] == (True, "")
    assert said["CreateExternalIssue"] == (False, "PROVIDER_UNSUPPORTED")
