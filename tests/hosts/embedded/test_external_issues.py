"""External issues of the embedded host: created, linked, read, searched and synchronized with its tracker."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from django.db import DatabaseError

from sentry_scm_grpc.hosts.embedded import models
from sentry_scm_grpc.testing import factories
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.hosts.embedded.conftest import Caller

STATUS = grpc.StatusCode


@pytest.fixture
def group(project: models.Project) -> models.Group:
    row: models.Group = factories.GroupFactory(project=project)
    return row


@pytest.fixture
def linked(integration: models.Integration, group: models.Group) -> models.ExternalIssue:
    """An issue that the group is linked to."""
    row: models.ExternalIssue = factories.GroupLinkFactory(
        external_issue__integration=integration, group=group
    ).external_issue
    return row


class TestCreateExternalIssue:
    def test_is_made_in_the_tracker_and_linked(
        self, call: Caller, integration: models.Integration, group: models.Group
    ) -> None:
        made = call(
            "CreateExternalIssue",
            integration_id=integration.id,
            title="It is broken",
            description="Since Monday",
            group_id=group.id,
        ).message
        assert made == pb.ExternalIssue(
            id=made.id,
            organization_id=call.organization.id,
            integration_id=integration.id,
            key="DEMO-1",
            title="It is broken",
            description="Since Monday",
            state=pb.ISSUE_STATE_OPEN,
        )
        assert call("GetExternalIssue", external_issue_id=made.id).message == made
        (found,) = call("ListExternalIssues", group_id=group.id).message.external_issues
        made.state = pb.ISSUE_STATE_UNSPECIFIED  # A list does not ask the tracker.
        assert found == made

    def test_takes_the_fields_that_the_destination_names(self, call: Caller, integration: models.Integration) -> None:
        (place,) = call("ListIssueDestinations", integration_id=integration.id).message.destinations
        assert (place.kind, [field.name for field in place.fields]) == ("tracker", ["state"])

        def create(**fields: Any) -> Any:
            return call("CreateExternalIssue", integration_id=integration.id, title="x", **fields)

        made = create(destination=place.id, metadata={"state": "closed"}).message
        assert made.state == pb.ISSUE_STATE_CLOSED
        refused = create(metadata={"state": "open-ish", "color": "red"})
        assert set(refused.violations) == {"metadata['state']", "metadata['color']"}
        assert create(destination="elsewhere").reason == "DESTINATION_NOT_FOUND"
        assert models.TrackerIssue.objects.count() == 1

    def test_a_request_id_makes_one_issue(self, call: Caller, integration: models.Integration) -> None:
        fields = {"integration_id": integration.id, "title": "x", "request_id": "once"}
        assert call("CreateExternalIssue", **fields).message == call("CreateExternalIssue", **fields).message
        assert models.TrackerIssue.objects.count() == 1

    def test_when_the_row_cannot_be_written_a_repetition_links_the_same_issue(
        self, call: Caller, integration: models.Integration, group: models.Group, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fields = {"integration_id": integration.id, "title": "x", "group_id": group.id, "request_id": "once"}

        def fail(*_: Any, **__: Any) -> None:
            raise DatabaseError("the disk is full of secrets")

        with monkeypatch.context() as patch:
            patch.setattr(models.GroupLink.objects, "get_or_create", fail)
            failed = call("CreateExternalIssue", **fields)
        assert (failed.status, failed.reason) == (STATUS.ABORTED, "ISSUE_NOT_STORED")
        assert failed.metadata == {"key": "DEMO-1", "web_url": ""}
        assert "secrets" not in failed.text
        assert not models.ExternalIssue.objects.exists()  # All or nothing.

        made = call("CreateExternalIssue", **fields).message
        assert made.key == "DEMO-1"
        assert models.TrackerIssue.objects.count() == 1
        assert [row.id for row in call("ListExternalIssues", group_id=group.id).message.external_issues] == [made.id]

    def test_numbers_follow_each_other_in_each_tracker(self, call: Caller, organization: models.Organization) -> None:
        here, there = (factories.IntegrationFactory(organization=organization, tracker_key=key) for key in ("A", "B"))
        keys = [
            call("CreateExternalIssue", integration_id=row.id, title="x").message.key for row in (here, here, there)
        ]
        assert keys == ["A-1", "A-2", "B-1"]


class TestLinkExternalIssue:
    def test_by_key_the_tracker_is_asked(
        self, call: Caller, integration: models.Integration, group: models.Group
    ) -> None:
        issue = factories.TrackerIssueFactory(integration=integration, title="Old trouble")
        fields = {"group_id": group.id, "integration_id": integration.id, "key": issue.key}
        made = call("LinkExternalIssue", **fields).message
        assert (made.key, made.title, made.state) == (issue.key, "Old trouble", pb.ISSUE_STATE_OPEN)

        again = call("LinkExternalIssue", **fields)
        assert (again.status, again.reason) == (STATUS.ALREADY_EXISTS, "LINK_EXISTS")
        assert again.metadata == {"external_issue_id": str(made.id)}

    def test_by_id_a_known_issue_is_linked_to_another_group(
        self, call: Caller, project: models.Project, linked: models.ExternalIssue
    ) -> None:
        other = factories.GroupFactory(project=project)
        made = call("LinkExternalIssue", group_id=other.id, external_issue_id=linked.id).message
        assert made.id == linked.id
        again = call("LinkExternalIssue", group_id=other.id, external_issue_id=linked.id)
        assert again.metadata == {"external_issue_id": str(linked.id)}

    @pytest.mark.parametrize(
        "key", ["DEMO-2", "OTHER-1", "DEMO-", "DEMO-x", "DEMO-99999999999999999999", "1", "-1", "²"]
    )
    def test_a_key_that_the_tracker_has_not_is_not_found(
        self, call: Caller, integration: models.Integration, group: models.Group, key: str
    ) -> None:
        factories.TrackerIssueFactory(integration=integration)
        answer = call("LinkExternalIssue", group_id=group.id, integration_id=integration.id, key=key)
        assert (answer.status, answer.reason) == (STATUS.NOT_FOUND, "ISSUE_NOT_FOUND")
        assert not models.ExternalIssue.objects.exists()

    @pytest.mark.parametrize(
        ("names", "field"),
        [
            ([], "external_issue_id"),
            (["key"], "integration_id"),
            (["integration_id"], "external_issue_id"),
            (["external_issue_id", "integration_id", "key"], "key"),
        ],
    )
    def test_the_issue_is_named_in_one_way(
        self, call: Caller, group: models.Group, linked: models.ExternalIssue, names: list[str], field: str
    ) -> None:
        known = {"external_issue_id": linked.id, "integration_id": linked.integration.id, "key": linked.key}
        answer = call("LinkExternalIssue", group_id=group.id, **{name: known[name] for name in names})
        assert answer.status is STATUS.INVALID_ARGUMENT
        assert set(answer.violations) == {field}


class TestUnlinkExternalIssue:
    def test_removes_the_link_and_keeps_the_issue(
        self, call: Caller, group: models.Group, linked: models.ExternalIssue
    ) -> None:
        fields = {"group_id": group.id, "external_issue_id": linked.id}
        assert call("UnlinkExternalIssue", **fields).status is STATUS.OK
        assert not call("ListExternalIssues", group_id=group.id).message.external_issues
        assert call("GetExternalIssue", external_issue_id=linked.id).message.key == linked.key
        again = call("UnlinkExternalIssue", **fields)
        assert (again.status, again.reason) == (STATUS.NOT_FOUND, "LINK_NOT_FOUND")


class TestReading:
    def test_an_issue_is_read_live(self, call: Caller, linked: models.ExternalIssue) -> None:
        models.TrackerIssue.objects.update(title="New name", state=pb.ISSUE_STATE_CLOSED)
        message = call("GetExternalIssue", external_issue_id=linked.id).message
        assert (message.title, message.state) == ("New name", pb.ISSUE_STATE_CLOSED)

    def test_one_that_left_the_tracker_is_not_found(self, call: Caller, linked: models.ExternalIssue) -> None:
        models.TrackerIssue.objects.all().delete()
        answer = call("GetExternalIssue", external_issue_id=linked.id)
        assert (answer.status, answer.reason) == (STATUS.NOT_FOUND, "ISSUE_NOT_FOUND")

    def test_pages_hold_every_link_once(
        self, call: Caller, integration: models.Integration, group: models.Group
    ) -> None:
        links = factories.GroupLinkFactory.create_batch(5, group=group, external_issue__integration=integration)
        pages = call.pages("ListExternalIssues", group_id=group.id, page_size=2)
        found = [[row.id for row in page.external_issues] for page in pages]
        ids = [link.external_issue.id for link in links]
        assert found == [ids[:2], ids[2:4], ids[4:]]


class TestSearchIssues:
    def test_finds_by_text_and_by_key_newest_first(self, call: Caller, integration: models.Integration) -> None:
        for title in ("Engine on fire", "Paint", "engine cold"):
            factories.TrackerIssueFactory(integration=integration, title=title)
        factories.TrackerIssueFactory(title="Engine of somebody else")

        def keys(query: str, **fields: Any) -> list[str]:
            pages = call.pages("SearchIssues", integration_id=integration.id, query=query, **fields)
            return [issue.key for page in pages for issue in page.issues]

        assert keys("ENGINE") == keys("engine", page_size=1) == ["DEMO-3", "DEMO-1"]
        assert keys("demo-2") == ["DEMO-2"]
        assert keys("%") == []


class TestSyncIssueStatus:
    @pytest.mark.parametrize(
        ("status", "state"),
        [
            (models.Group.Status.RESOLVED, pb.ISSUE_STATE_CLOSED),
            (models.Group.Status.UNRESOLVED, pb.ISSUE_STATE_OPEN),
        ],
    )
    def test_both_ways(
        self,
        call: Caller,
        group: models.Group,
        linked: models.ExternalIssue,
        status: str,
        state: pb.IssueState.ValueType,
    ) -> None:
        fields = {"group_id": group.id, "external_issue_id": linked.id}
        models.Group.objects.update(status=status)
        for wrong in (pb.ISSUE_STATE_OPEN, pb.ISSUE_STATE_CLOSED):
            models.TrackerIssue.objects.update(state=wrong)
            answer = call("SyncIssueStatus", direction=pb.SYNC_DIRECTION_GROUP_TO_TRACKER, **fields)
            assert answer.status is STATUS.OK
            assert models.TrackerIssue.objects.get().state == state
        for other in models.Group.Status.values:
            models.Group.objects.update(status=other)
            answer = call("SyncIssueStatus", direction=pb.SYNC_DIRECTION_TRACKER_TO_GROUP, **fields)
            assert answer.status is STATUS.OK
            group.refresh_from_db()
            assert group.status == status

    def test_only_across_a_link(self, call: Caller, project: models.Project, linked: models.ExternalIssue) -> None:
        other = factories.GroupFactory(project=project)
        answer = call(
            "SyncIssueStatus",
            group_id=other.id,
            external_issue_id=linked.id,
            direction=pb.SYNC_DIRECTION_TRACKER_TO_GROUP,
        )
        assert (answer.status, answer.reason) == (STATUS.NOT_FOUND, "LINK_NOT_FOUND")
