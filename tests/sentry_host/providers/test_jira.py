from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import quote

import jwt

from sentry_scm_grpc.hosts.sentry import compat
from sentry_scm_grpc.hosts.sentry.operations.integrations import _try
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.vendors.jira import FINISHED, PROGRESS, TODO, Fake
from tests.vendors.scenarios.jira import *  # noqa: F403
from tests.vendors.scenarios.jira import fake_of, push, taken
from tests.vendors.site import OpenSite, Site


def map_statuses(site: Site, *, resolved: str, unresolved: str) -> None:
    """As the integration's settings in Sentry do it."""
    from sentry.models import IntegrationExternalProject

    IntegrationExternalProject.objects.create(
        organization_integration_id=site.rows.installed.id,  # type: ignore[attr-defined]
        external_id="10000",
        name="Rocket",
        resolved_status=resolved,
        unresolved_status=unresolved,
    )


def test_the_settings_say_which_status_a_resolved_issue_gets(site: Site) -> None:
    map_statuses(site, resolved=PROGRESS, unresolved=TODO)
    assert push(site, resolved=True).status.name == "OK"
    assert taken(site) == [{"transition": {"id": "21"}}]
    # It is that status which counts, in both directions, and not its category.
    group_id, issue_id = site.linked()
    found = site.call("GetExternalIssue", pb.GetExternalIssueRequest(external_issue_id=issue_id)).message
    assert found.state == pb.ISSUE_STATE_CLOSED
    pull = pb.SyncIssueStatusRequest(
        group_id=group_id, external_issue_id=issue_id, direction=pb.SYNC_DIRECTION_TRACKER_TO_GROUP
    )
    assert site.call("SyncIssueStatus", pull).status.name == "OK"
    assert site.is_resolved(type(site.rows.group()).objects.get(id=group_id))
    assert push(site, resolved=True).status.name == "OK"
    assert len(taken(site)) == 1


def test_a_mapped_status_that_the_workflow_does_not_lead_to_is_said_to_be_so(site: Site) -> None:
    fake = fake_of(site)
    fake.transitions = {"11": fake.transitions["11"]}
    map_statuses(site, resolved=FINISHED, unresolved=TODO)
    answer = push(site, resolved=True)
    assert (answer.status.name, answer.reason) == ("FAILED_PRECONDITION", "ISSUE_STATE_UNREACHABLE")


def test_the_operator_hears_whether_jira_is_reached(site: Site) -> None:
    (context,) = compat.integration_contexts(site.rows.organization.id, [site.fake.key])
    assert _try(context, site.rows.organization.id) is None
    assert [call.path.rpartition("/")[2] for call in site.fake.calls] == ["myself"]
    site.fake.accepted = {"nothing"}
    assert getattr(_try(context, site.rows.organization.id), "code", None) == 401


def test_sentrys_form_remembers_what_it_knows_by_its_id(site: Site) -> None:
    group = site.rows.group()
    request = pb.CreateExternalIssueRequest(
        title="It breaks",
        destination="ROCKET/Bug",
        group_id=group.id,
        metadata={**site.fake.issue_metadata, "priority": "High", "labels": "a"},
    )
    assert site.call("CreateExternalIssue", request).status.name == "OK"
    request.destination, request.metadata["priority"] = site.fake.destination, "2"
    assert site.call("CreateExternalIssue", request).status.name == "OK"
    (context,) = compat.integration_contexts(site.rows.organization.id, [site.fake.key])
    installation = compat.installation(context, site.rows.organization.id)
    known = installation.get_project_defaults(group.project_id)
    assert {name: known.get(name) for name in ("project", "issuetype", "priority", "labels")} == {
        "project": "10000",
        "issuetype": "10001",
        "priority": "2",
        "labels": "a",
    }


def test_each_request_to_the_cloud_is_signed_as_a_whole(open_site: OpenSite) -> None:
    """https://developer.atlassian.com/cloud/jira/platform/understanding-jwt-for-connect-apps/"""
    with open_site(Fake()) as site:
        sent: list[Any] = []
        route = site.fake._route

        def noted(asked: Any) -> Any:
            sent.append(asked)
            return route(asked)

        site.fake.forced = noted
        listed = pb.ListIssueDestinationsRequest(query="rocket")
        assert site.call("ListIssueDestinations", listed).status.name == "OK"
        assert site.call("SearchIssues", pb.SearchIssuesRequest(query='"a" & b=c?')).status.name == "OK"
        assert push(site, resolved=True).status.name == "OK"
    assert len(sent) > 8
    for asked in sent:
        kind, _, token = asked.headers["Authorization"].partition(" ")
        claims = jwt.decode(token, "shared-secret-of-the-app", algorithms=["HS256"])
        params = sorted((quote(name, safe="~"), quote(text, safe="~")) for name, text in asked.params.items())
        query = "&".join(f"{name}={text}" for name, text in params)
        signed = hashlib.sha256(f"{asked.method}&{asked.path}&{query}".encode()).hexdigest()
        assert (kind, claims["qsh"]) == ("JWT", signed), asked.path
