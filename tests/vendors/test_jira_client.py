"""pycontribs' jira and our adapter read the same of Jira Cloud and Jira Data Center."""

from __future__ import annotations

from typing import Any

import pytest
from jira import JIRA, JIRAError

from sentry_scm_grpc.errors import NotFound
from sentry_scm_grpc.testing.provider_facts import call_of
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.vendors import told
from tests.vendors.installation import Ours
from tests.vendors.jira import BUG, PROGRESS, Fake
from tests.vendors.serving import Served
from tests.vendors.world import MANY

VENDORS = ("jira", "jira_server")


@pytest.fixture
def client(server: Served) -> JIRA:
    fake = server.fake
    assert isinstance(fake, Fake)
    path = "/jira" if fake.key == "jira_server" else ""
    options = {"server": server.url + path, "rest_api_version": fake.rest[-1], "verify": False}
    return JIRA(options=options, token_auth="t", max_retries=0)


def their_issue(issue: Any) -> told.Issue:
    fields = issue.fields
    closed = fields.status.statusCategory.key == "done"
    return told.Issue(
        int(issue.key.rpartition("-")[2]), fields.summary, _text(issue.raw["fields"]["description"]), closed
    )


def _text(description: Any) -> str:
    """The words of a description, without the mark up of either product."""
    if isinstance(description, dict):
        return (
            "\n\n".join(_text(child) for child in description["content"])
            if "content" in description
            else description["text"]
        )
    return description or ""


def our_issue(issue: pb.TrackerIssue) -> told.Issue:
    return told.our_issue(issue, int(issue.key.rpartition("-")[2]))._replace(web_url="")


@pytest.mark.evidence("client", "GetExternalIssue")
def test_an_issue(ours: Ours, client: JIRA, server: Served) -> None:
    server.fake.world.issues[8].closed = True
    server.fake.world.issues[9].body = ""
    for number in (7, 8, 9):
        found = ours.issue(f"ROCKET-{number}", number)._replace(web_url="")
        assert found == their_issue(client.issue(f"ROCKET-{number}", fields="summary,description,status"))
    with pytest.raises(NotFound):
        ours.issue("ROCKET-9999", 9999)
    with pytest.raises(JIRAError):
        client.issue("ROCKET-9999", fields="summary")


@pytest.mark.evidence("client", "SearchIssues")
def test_a_search_for_issues(ours: Ours, client: JIRA, server: Served) -> None:
    server.fake.world.issues[7].title = 'it "breaks" (again)'
    for text, words in (("breaks", "breaks"), ('"breaks" (again)', r"\\\"breaks\\\" \\(again\\)")):
        query = f'text ~ "{words}" ORDER BY created DESC'
        fields = ["summary", "description", "status"]
        if server.fake.key == "jira":
            theirs = client.enhanced_search_issues(query, maxResults=0, fields=fields, use_post=True)
        else:
            theirs = client.search_issues(query, maxResults=False, fields=fields, use_post=True)
        found = ours.pages("SearchIssues", pb.SearchIssuesRequest(query=text), "issues")
        assert list(map(our_issue, found)) == list(map(their_issue, theirs))
        assert len(found) == (MANY if text == "breaks" else 1)


@pytest.mark.evidence("client", "SyncIssueStatus")
def test_a_status_and_the_ways_to_another(ours: Ours, client: JIRA, server: Served) -> None:
    steps = client.transitions("ROCKET-7", expand="transitions.fields")
    assert {step["id"]: step["to"]["statusCategory"]["key"] for step in steps} == {
        "11": "new",
        "21": "indeterminate",
        "31": "done",
    }
    ours.close("ROCKET-7")
    assert client.issue("ROCKET-7", fields="summary,status,description").fields.status.statusCategory.key == "done"
    client.transition_issue("ROCKET-7", "21")
    fake = server.fake
    assert isinstance(fake, Fake)
    assert (ours.issue("ROCKET-7", 7).closed, fake.statuses[7]) == (False, PROGRESS)


@pytest.mark.evidence("client", "CreateExternalIssue")
def test_an_issue_that_we_create_is_one_for_them(ours: Ours, client: JIRA, server: Served) -> None:
    request = pb.CreateExternalIssueRequest(
        title="It breaks", description="Here.", destination=server.fake.destination, metadata=server.fake.issue_metadata
    )
    call = call_of("CreateExternalIssue", request)
    ours.asked.add("CreateExternalIssue")
    made: pb.TrackerIssue = ours.adapter.create_issue(call, request)  # type: ignore[attr-defined]
    theirs = client.issue(made.key, fields="summary,description,status,project,issuetype")
    assert their_issue(theirs) == our_issue(made)
    assert (theirs.fields.project.id, theirs.fields.issuetype.id) == ("10000", BUG)


@pytest.mark.evidence("client", "ListIssueDestinations", vendors=("jira_server",))
@pytest.mark.parametrize("server", ["jira_server"], indirect=True)
def test_where_issues_can_be_created(ours: Ours, client: JIRA) -> None:
    found = ours.pages("ListIssueDestinations", pb.ListIssueDestinationsRequest(), "destinations")
    theirs = [
        (f"{project.id}/{kind.id}", f"{project.name} ({project.key}): {kind.name}")
        for project in client.projects()
        for kind in client.project_issue_types(project.id, maxResults=False)
    ]
    assert [(place.id, place.name) for place in found] == theirs
    (bug,) = [place for place in found if place.id == f"10000/{BUG}"]
    fields = {field.fieldId: field for field in client.project_issue_fields("10000", BUG, maxResults=False)}
    assert {field.name for field in bug.fields} == set(fields) - {
        *("summary", "description", "project", "issuetype", "attachment")
    }
    for field in bug.fields:
        assert field.label == fields[field.name].name
        choices = getattr(fields[field.name], "allowedValues", [])
        names = [getattr(choice, "value", None) or choice.name for choice in choices]
        assert [choice for choice in field.choices if " > " not in choice] == names


@pytest.mark.parametrize("path", ["myself", "mypermissions", "issuetype"])
def test_what_is_asked_of_a_credential_and_of_types_is_there_for_them_too(
    client: JIRA, server: Served, path: str
) -> None:
    if path == "myself":
        assert client.myself()["emailAddress"] == "ada@example.com"
    elif path == "mypermissions":
        known = client.my_permissions(permissions="BROWSE_PROJECTS")["permissions"]
        assert known["BROWSE_PROJECTS"]["havePermission"] is True
    else:
        assert [kind.name for kind in client.issue_types()] == ["Bug", "Task", "Sub-task"]
    assert not server.failures
