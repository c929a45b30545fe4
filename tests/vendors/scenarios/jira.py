"""What only Jira has: fields by project and type, markup, JQL, workflows, and that it has no repositories."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import grpc
import pytest
import requests
from django.core.cache import cache
from google.protobuf.message import Message

from sentry_scm_grpc.providers.vendor import http
from sentry_scm_grpc.rpc import attempts
from sentry_scm_grpc.rpc.policy import RPCS
from sentry_scm_grpc.testing.web_call import CallResult, web_call
from sentry_scm_grpc.v1 import lookup_pb2, refs_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.vendors import FAKES, jira
from tests.vendors.fake import Reply, Request
from tests.vendors.jira import BUG, FINISHED, NOTES, OWNER, PROGRESS, SEVERITY, STORY_POINTS, SUBTASK, TASK
from tests.vendors.scenarios.every_cell import REQUESTS
from tests.vendors.site import SCOPES, OpenSite, Site
from tests.vendors.world import MANY

pytestmark = pytest.mark.django_db

Status = grpc.StatusCode
UNKNOWN = {"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"}
LOCKED = {"X-Seraph-LoginReason": "AUTHENTICATION_DENIED"}
SECRET = "token-in-the-page-of-the-vendor"


@pytest.fixture(params=["jira", "jira_server"])
def site(request: pytest.FixtureRequest, open_site: OpenSite) -> Iterator[Site]:
    with open_site(FAKES[request.param]()) as site:
        yield site


def fake_of(site: Site) -> jira.Fake:
    assert isinstance(site.fake, jira.Fake)
    return site.fake


def create(site: Site, destination: str = "", description: str = "", **metadata: str) -> CallResult:
    request = pb.CreateExternalIssueRequest(
        title="It breaks",
        description=description,
        destination=destination or site.fake.destination,
        metadata={**(site.fake.issue_metadata if not destination or destination.endswith(BUG) else {}), **metadata},
    )
    return site.call("CreateExternalIssue", request)


# ---- a tracker alone


def test_repositories_are_unimplemented_with_a_sentence_that_says_why(site: Site) -> None:
    told = {
        found.rpc: found for found in site.call("GetCapabilities", pb.GetCapabilitiesRequest()).message.capabilities
    }
    asking = {rpc.name for rpc in RPCS.values() if rpc.needs} - site.from_rows
    lacking = {name for name in asking if not told[name].supported}
    assert asking - lacking == {
        "CreateExternalIssue",
        "GetExternalIssue",
        "LinkExternalIssue",
        "SearchIssues",
        "SyncIssueStatus",
        "ListIssueDestinations",
    }
    for name in lacking:
        assert told[name].reason == "PROVIDER_UNSUPPORTED"
        assert "is an issue tracker: it has no repositories" in told[name].message
    for rpc_name, request in (
        ("SearchRepositories", pb.SearchRepositoriesRequest()),
        ("CreateRepository", pb.CreateRepositoryRequest(identifier="ROCKET")),
        ("SyncRepositories", lookup_pb2.SyncRepositoriesRequest()),
        ("ListBranches", refs_pb2.ListBranchesRequest()),
        ("GetFile", pb.GetFileRequest(path="a.py")),
    ):
        answer = site.call(rpc_name, request)
        assert (answer.status, answer.reason) == (Status.UNIMPLEMENTED, "PROVIDER_UNSUPPORTED")
        assert "is an issue tracker: it has no repositories" in answer.text
    assert not site.fake.calls


def test_it_is_listed_by_its_key_as_the_contract_has_no_number_for_it(site: Site) -> None:
    (listed,) = site.call(
        "ListIntegrations", pb.ListIntegrationsRequest(provider_key=site.fake.key)
    ).message.integrations
    assert (listed.provider, listed.provider_key) == (pb.PROVIDER_UNSPECIFIED, site.fake.key)


# ---- who may ask

#: A good request for each RPC that asks a tracker, and the scopes that do not suffice.
ASKED: dict[str, Callable[[Site], Message]] = {
    name: make
    for name, make in REQUESTS.items()
    if name
    in (
        *("CreateExternalIssue", "GetExternalIssue", "LinkExternalIssue"),
        *("SearchIssues", "SyncIssueStatus", "ListIssueDestinations"),
    )
}
ASKED["UnlinkExternalIssue"] = lambda site: pb.UnlinkExternalIssueRequest(
    group_id=site.linked()[0], external_issue_id=site.linked()[1]
)
ASKED["ListExternalIssues"] = lambda site: pb.ListExternalIssuesRequest(group_id=site.linked()[0])


@pytest.mark.parametrize("rpc_name", ASKED)
def test_who_may_not_ask_does_not_reach_jira(site: Site, open_site: OpenSite, settings: Any, rpc_name: str) -> None:
    request = ASKED[rpc_name](site)
    for name in ("organization_id", "integration_id"):
        if name in request.DESCRIPTOR.fields_by_name:
            setattr(request, name, (site.rows.organization if name == "organization_id" else site.rows.integration).id)
    expected = {}
    expected["no credentials"] = web_call(rpc_name, request, {})
    expected["a scope that is missing"] = web_call(rpc_name, request, site.rows.as_key("team:admin"))
    with open_site(FAKES[site.fake.key]()) as other:
        expected["another organization"] = web_call(rpc_name, request, other.rows.as_owner(*SCOPES))
        assert not other.fake.calls
    known = settings.SCM_GRPC
    settings.SCM_GRPC = {**known, "RPCS": ["*", f"-{rpc_name}"]}
    expected["switched off"] = site.call(rpc_name, request)
    settings.SCM_GRPC = known
    assert {why: answer.status for why, answer in expected.items()} == {
        "no credentials": Status.UNAUTHENTICATED,
        "a scope that is missing": Status.PERMISSION_DENIED,
        "another organization": Status.NOT_FOUND,
        "switched off": Status.UNIMPLEMENTED,
    }
    assert expected["switched off"].reason == "RPC_DISABLED"
    assert not site.fake.calls


@pytest.mark.parametrize(
    ("rpc_name", "request_", "field"),
    [
        ("CreateExternalIssue", pb.CreateExternalIssueRequest(destination="ROCKET/Bug"), "title"),
        ("GetExternalIssue", pb.GetExternalIssueRequest(), "external_issue_id"),
        ("LinkExternalIssue", pb.LinkExternalIssueRequest(key="ROCKET-7"), "group_id"),
        ("SearchIssues", pb.SearchIssuesRequest(), "query"),
        ("SearchIssues", pb.SearchIssuesRequest(query="x", destination="../x"), "destination"),
        ("SearchIssues", pb.SearchIssuesRequest(query="x", page_size=-1), "page_size"),
        ("SyncIssueStatus", pb.SyncIssueStatusRequest(group_id=1, external_issue_id=1), "direction"),
        ("ListIssueDestinations", pb.ListIssueDestinationsRequest(page_size=-1), "page_size"),
    ],
)
def test_a_field_that_breaks_its_rules_does_not_reach_jira(
    site: Site, rpc_name: str, request_: Message, field: str
) -> None:
    answer = site.call(rpc_name, copy.copy(request_))
    assert (answer.status, list(answer.violations)) == (Status.INVALID_ARGUMENT, [field])
    assert not site.fake.calls


# ---- destinations and fields


def test_a_destination_is_a_project_and_a_type_with_its_fields(site: Site) -> None:
    found = site.pages("ListIssueDestinations", pb.ListIssueDestinationsRequest(page_size=50), "destinations")
    assert len(found) == len({place.id for place in found}) == len(fake_of(site).projects) * 3
    by_id = {place.id: place for place in found}
    bug, task, subtask = (by_id[f"10000/{kind}"] for kind in (BUG, TASK, SUBTASK))
    assert (bug.name, bug.kind) == ("Rocket (ROCKET): Bug", "project")
    fields = {field.name: field for field in bug.fields}
    assert set(fields) == {"reporter", "labels", "priority", "components", STORY_POINTS, NOTES, SEVERITY, OWNER}
    assert list(fields[SEVERITY].choices) == ["High", "Low", "Mid, or so", "Mid, or so > Mid"]
    assert (fields[SEVERITY].label, fields[SEVERITY].required) == ("Severity", True)
    assert (fields["priority"].required, fields["priority"].default_value) == (False, "Medium")
    assert {field.name for field in task.fields if field.required} == set()
    assert {field.name for field in subtask.fields if field.required} == {"parent"}


@pytest.mark.parametrize(
    ("query", "count"), [("rocket", 3), ("(p07)", 3), ("sub-task", 24), ("P11): t", 1), ("no such", 0)]
)
def test_destinations_are_found_by_a_part_of_their_name(site: Site, query: str, count: int) -> None:
    found = site.pages("ListIssueDestinations", pb.ListIssueDestinationsRequest(query=query), "destinations")
    assert len(found) == count
    assert all(query in place.name.casefold() or query.casefold() in place.name.casefold() for place in found)
    # The fields are asked for only where they are wanted.
    asked = [call for call in site.fake.calls if call.path.rpartition("/")[2].isdecimal()]
    assert len(asked) <= count * 3


def test_a_project_in_which_nothing_can_be_created_is_no_destination(site: Site) -> None:
    route = site.fake._route
    site.fake.forced = lambda asked: (
        Reply(site.fake.not_found, 404) if "/createmeta/10001/" in asked.path else route(asked)
    )
    found = site.pages("ListIssueDestinations", pb.ListIssueDestinationsRequest(), "destinations")
    assert len(found) == (len(fake_of(site).projects) - 1) * 3


@pytest.mark.parametrize(
    ("name", "given", "sent"),
    [
        (SEVERITY, "low", {"id": "21"}),
        (SEVERITY, "21", {"id": "21"}),
        (SEVERITY, "Mid, or so > Mid", {"id": "22", "child": {"id": "30"}}),
        ("components", "Engine", [{"id": "40"}]),
        ("components", '["Fins, all", "40"]', [{"id": "41"}, {"id": "40"}]),
        ("priority", "High", {"id": "2"}),
        ("labels", "a, b,", ["a", "b"]),
        (STORY_POINTS, "3", 3),
        (STORY_POINTS, "0.5", 0.5),
    ],
)
def test_a_text_becomes_what_the_field_takes(site: Site, name: str, given: str, sent: Any) -> None:
    made = create(site, **{name: given}).message
    assert fake_of(site).fields[int(made.key.rpartition("-")[2])][name] == sent


def test_people_are_named_as_jira_names_them(site: Site) -> None:
    fake = fake_of(site)
    create(site, reporter=fake.user).message  # noqa: B018
    sent = fake.fields[MANY + 1]
    assert sent["reporter"] == sent[OWNER] == {fake.user_field: fake.user}


def test_a_text_with_markup_is_written_as_markup(site: Site) -> None:
    create(site, **{NOTES: "a **bold** word"}).message  # noqa: B018
    sent = fake_of(site).fields[MANY + 1][NOTES]
    assert "a *bold* word" in sent if isinstance(sent, str) else sent["content"][0]["content"][1]["text"] == "bold"


@pytest.mark.parametrize(
    ("metadata", "field"),
    [
        ({SEVERITY: "Worst"}, SEVERITY),
        ({SEVERITY: "High > Mid"}, SEVERITY),
        ({SEVERITY: ""}, SEVERITY),
        ({"components": "[1]"}, "components"),
        ({"components": "["}, "components"),
        ({STORY_POINTS: "many"}, STORY_POINTS),
        ({STORY_POINTS: "nan"}, STORY_POINTS),
        ({"attachment": "x"}, "attachment"),
        ({"summary": "another"}, "summary"),
        ({"customfield_99": "x"}, "customfield_99"),
        ({"reporter": "nobody"}, "reporter"),
    ],
)
def test_a_field_that_is_wrong_is_named(site: Site, metadata: dict[str, str], field: str) -> None:
    answer = create(site, **metadata)
    assert answer.status is Status.INVALID_ARGUMENT
    assert list(answer.violations) == [f"metadata[{field!r}]"]
    assert len(site.fake.world.issues) == MANY


def test_what_jira_refuses_is_told_by_field_and_not_in_its_words(site: Site) -> None:
    errors = {"summary": SECRET, "description": SECRET, "project": SECRET, SEVERITY: SECRET, f"{SECRET} ü": "x"}
    route = site.fake._route
    site.fake.forced = lambda asked: (
        Reply({"errorMessages": [SECRET], "errors": errors}, 400) if asked.path.endswith("/issue") else route(asked)
    )
    answer = create(site)
    assert (answer.status, answer.reason) == (Status.INVALID_ARGUMENT, "VENDOR_INVALID")
    assert set(answer.violations) == {"title", "description", "destination", f"metadata[{SEVERITY!r}]"}
    assert SECRET not in str(answer)


@pytest.mark.parametrize(
    ("destination", "metadata"),
    [("ROCKET/Bug", {}), ("rocket/bug", {}), ("10000", {"issuetype": BUG}), ("ROCKET", {"issuetype": "Bug"})],
)
def test_a_project_and_a_type_may_be_named_in_words(site: Site, destination: str, metadata: dict[str, str]) -> None:
    assert create(site, destination, **site.fake.issue_metadata, **metadata).message.key == "ROCKET-251"


@pytest.mark.parametrize(
    ("destination", "metadata", "field"),
    [
        ("", {}, "destination"),
        ("../issue", {}, "destination"),
        ("ROCKET/..", {}, "destination"),
        ("ROCKET/a/b", {}, "destination"),
        ("RO CKET", {}, "destination"),
        ("ROCKET", {}, "metadata['issuetype']"),
        ("ROCKET/Epic", {}, "destination"),
        ("ROCKET", {"issuetype": "Epic"}, "metadata['issuetype']"),
        ("ROCKET", {"issuetype": "../myself"}, "metadata['issuetype']"),
    ],
)
def test_a_destination_that_is_none(site: Site, destination: str, metadata: dict[str, str], field: str) -> None:
    request = pb.CreateExternalIssueRequest(title="x", destination=destination, metadata=metadata)
    answer = site.call("CreateExternalIssue", request)
    assert (answer.status, list(answer.violations)) == (Status.INVALID_ARGUMENT, [field])


def test_a_project_that_is_not_there_is_not_found(site: Site) -> None:
    assert create(site, "NOWHERE/Bug").status is Status.NOT_FOUND


def test_a_title_is_as_long_as_jira_takes(site: Site) -> None:
    request = pb.CreateExternalIssueRequest(
        title="x" * 256, destination=site.fake.destination, metadata=dict(site.fake.issue_metadata)
    )
    assert list(site.call("CreateExternalIssue", request).violations) == ["title"]
    request.title, request.description = request.title[1:], "x" * 32768
    assert list(site.call("CreateExternalIssue", request).violations) == ["description"]
    request.description = request.description[1:]
    assert site.call("CreateExternalIssue", request).status is Status.OK


def test_a_type_without_a_description_gets_no_mark_and_says_so_afterwards(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "SETTLE", timedelta(0))
    fake = fake_of(site)
    fields, route = fake._fields, fake._route
    fake._fields = lambda kind: {name: field for name, field in fields(kind).items() if name != "description"}  # type: ignore[method-assign]
    request = pb.CreateExternalIssueRequest(
        title="Once", destination=fake.destination, metadata=dict(fake.issue_metadata), request_id="once"
    )

    def lose(asked: Request) -> Reply:
        if asked.path.endswith("/issue"):
            raise requests.ConnectionError("Connection reset by peer")
        return route(asked)

    fake.forced = lose
    assert site.call("CreateExternalIssue", request).status is Status.UNAVAILABLE
    fake.forced = None
    answer = site.call("CreateExternalIssue", request)
    assert (answer.status, answer.reason) == (Status.FAILED_PRECONDITION, "OUTCOME_UNKNOWN")
    request.request_id = "another"
    assert site.call("CreateExternalIssue", request).message.key == fake.issue_key(MANY + 1)


# ---- markup

MARKDOWN = """# It breaks

Steps:

1. open **the** `door`
2. wait
   - or not

> as *they* said

```python
raise SystemExit
```

See [the docs](https://example.com/a_b) or https://example.com/x."""


def test_a_description_is_written_from_markdown_and_read_as_markdown(site: Site) -> None:
    made = create(site, description=MARKDOWN).message
    assert made.description.split() == MARKDOWN.split()
    found = site.call("GetExternalIssue", pb.GetExternalIssueRequest(external_issue_id=made.id)).message
    assert found.description == made.description
    sent = fake_of(site).written[MANY + 1]
    if isinstance(sent, str):
        assert sent.startswith("h1. It breaks")
        assert "{code:python}\nraise SystemExit\n{code}" in sent
    else:
        kinds = [node["type"] for node in sent["content"]]
        assert kinds == ["heading", "paragraph", "orderedList", "blockquote", "codeBlock", "paragraph"]


# ---- searches


@pytest.mark.parametrize(
    "title",
    [
        'a "quoted" title',
        "back\\slash and C:\\temp",
        "(a) && [b] || {c} ! ^d ~e *f ?g :h /i -j +k",
        "x AND y OR NOT z",
        "project = OTHER",
        "100% ünï 文件",
    ],
)
def test_a_title_is_found_by_itself(site: Site, title: str) -> None:
    site.fake.world.issues[7].title = title
    for destination in ("", site.fake.destination, "ROCKET", "10000"):
        request = pb.SearchIssuesRequest(query=title, destination=destination)
        (found,) = site.call("SearchIssues", request).message.issues
        assert (found.key, found.title) == ("ROCKET-7", title)


def test_an_issue_is_found_by_its_key_first(site: Site) -> None:
    site.fake.world.issues[9].title = "Like rocket-7, but later"
    found = site.call("SearchIssues", pb.SearchIssuesRequest(query="rocket-7")).message.issues
    assert [issue.key for issue in found] == ["ROCKET-7", "ROCKET-9"]
    other = pb.SearchIssuesRequest(query="ROCKET-7", destination=f"10000/{TASK}")
    assert "ROCKET-7" not in {issue.key for issue in site.call("SearchIssues", other).message.issues}
    assert site.call("SearchIssues", pb.SearchIssuesRequest(query="ROCKET-9999")).status is Status.OK


def test_a_key_leads_to_no_other_address(site: Site) -> None:
    for key in ("../myself", "ROCKET-7/transitions", "ROCKET-7?fields=x", "ROCKET", "7", "ROCKET-7\n"):
        answer = site.call("LinkExternalIssue", pb.LinkExternalIssueRequest(group_id=site.rows.group().id, key=key))
        assert answer.status in (Status.NOT_FOUND, Status.INVALID_ARGUMENT), key
    assert not site.fake.calls


# ---- the status


def push(site: Site, *, resolved: bool) -> CallResult:
    group_id, issue_id = site.linked()
    if resolved:
        site.resolve(group_of(site, group_id))
    request = pb.SyncIssueStatusRequest(
        group_id=group_id, external_issue_id=issue_id, direction=pb.SYNC_DIRECTION_GROUP_TO_TRACKER
    )
    return site.call("SyncIssueStatus", request)


def group_of(site: Site, id: int) -> Any:
    return type(site.rows.group()).objects.get(id=id)


def taken(site: Site) -> list[Any]:
    return [call.data for call in site.fake.calls if call.method == "POST" and call.path.endswith("/transitions")]


def test_an_issue_is_closed_with_the_resolution_that_its_transition_wants(site: Site) -> None:
    assert push(site, resolved=True).status is Status.OK
    assert site.fake.world.issues[7].closed
    assert taken(site) == [{"transition": {"id": "31"}, "fields": {"resolution": {"id": "10101"}}}]
    # It is closed already.
    assert push(site, resolved=True).status is Status.OK
    assert len(taken(site)) == 1


def test_an_issue_is_opened_again_and_one_in_progress_stays_so(site: Site) -> None:
    fake = fake_of(site)
    fake.world.issues[7].closed = True
    assert push(site, resolved=False).status is Status.OK
    assert (fake.world.issues[7].closed, taken(site)) == (False, [{"transition": {"id": "11"}}])
    fake.statuses[7] = PROGRESS
    cache.clear()
    assert push(site, resolved=False).status is Status.OK
    assert len(taken(site)) == 1


@pytest.mark.parametrize("only_by_hand", [True, False])
def test_a_workflow_that_leads_nowhere_is_said_to(site: Site, only_by_hand: bool) -> None:
    fake = fake_of(site)
    wanted = fake._field("customfield_5", "Root cause", "string", required=True)
    fake.transitions = {"31": (FINISHED, {"customfield_5": wanted})} if only_by_hand else {"21": fake.transitions["21"]}
    answer = push(site, resolved=True)
    assert (answer.status, answer.reason) == (Status.FAILED_PRECONDITION, "ISSUE_STATE_UNREACHABLE")
    assert ("only a person can fill in" in answer.text) == only_by_hand
    assert not taken(site)


def test_a_status_of_no_category_is_neither_open_nor_closed(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(jira.STATUSES, "10000", ("Odd", "undefined"))
    monkeypatch.setitem(jira.CATEGORY_IDS, "undefined", 1)
    found = site.call("GetExternalIssue", pb.GetExternalIssueRequest(external_issue_id=site.linked()[1])).message
    assert found.state == pb.ISSUE_STATE_UNSPECIFIED
    group_id, issue_id = site.linked()
    pull = pb.SyncIssueStatusRequest(
        group_id=group_id, external_issue_id=issue_id, direction=pb.SYNC_DIRECTION_TRACKER_TO_GROUP
    )
    assert site.call("SyncIssueStatus", pull).status is Status.FAILED_PRECONDITION


def test_an_issue_that_moved_is_found_under_its_new_key(site: Site) -> None:
    route = site.fake._route

    def moved(asked: Request) -> Reply:
        found = route(asked)
        if "/issue/ROCKET-7" in asked.path:
            found.body["key"] = "P00-3"
        return found

    site.fake.forced = moved
    request = pb.LinkExternalIssueRequest(group_id=site.rows.group().id, key="ROCKET-7")
    linked = site.call("LinkExternalIssue", request).message
    assert (linked.key, linked.web_url) == ("P00-3", f"{site.fake.web}/browse/P00-3")


# ---- what goes wrong


@pytest.mark.parametrize(
    ("reply", "status", "reason"),
    [
        (Reply({"errorMessages": [SECRET]}, 400), Status.INVALID_ARGUMENT, "VENDOR_INVALID"),
        (Reply({"message": SECRET}, 401), Status.FAILED_PRECONDITION, "INTEGRATION_UNAUTHORIZED"),
        (Reply({"message": SECRET}, 403), Status.PERMISSION_DENIED, "VENDOR_FORBIDDEN"),
        (
            Reply({"issues": []}, 200, UNKNOWN),
            None,
            "INTEGRATION_UNAUTHORIZED",
        ),
        (
            Reply({"issues": []}, 200, LOCKED),
            None,
            "INTEGRATION_UNAUTHORIZED",
        ),
        (Reply({"errorMessages": ["x"]}, 429, {"Retry-After": "7"}), Status.RESOURCE_EXHAUSTED, "VENDOR_RATE_LIMITED"),
        (Reply(SECRET.encode(), 502, {"Content-Type": "text/html"}), Status.UNAVAILABLE, "PROVIDER_UNAVAILABLE"),
        (Reply(SECRET.encode(), 200, {"Content-Type": "text/html"}), Status.UNAVAILABLE, "BAD_VENDOR_RESPONSE"),
        (Reply(b"", 302, {"Location": "/jira/login.jsp?os_destination=x"}), None, "INTEGRATION_UNAUTHORIZED"),
        (Reply(b"", 302, {"Location": "https://id.atlassian.com/login"}), None, "INTEGRATION_UNAUTHORIZED"),
        (Reply(b"", 302, {"Location": "https://elsewhere.example.com/"}), Status.UNAVAILABLE, "BAD_VENDOR_RESPONSE"),
        (Reply(None), Status.UNAVAILABLE, "BAD_VENDOR_RESPONSE"),
        (Reply({}), Status.UNAVAILABLE, "BAD_VENDOR_RESPONSE"),
        (Reply({"issues": None}), Status.UNAVAILABLE, "BAD_VENDOR_RESPONSE"),
        (Reply({"issues": [{"key": "ROCKET-1"}]}), Status.UNAVAILABLE, "BAD_VENDOR_RESPONSE"),
        (Reply({"issues": [{"key": "ROCKET-1", "fields": []}]}), Status.UNAVAILABLE, "BAD_VENDOR_RESPONSE"),
        (requests.ConnectionError(SECRET), Status.UNAVAILABLE, "PROVIDER_UNAVAILABLE"),
        (requests.ReadTimeout(SECRET), Status.UNAVAILABLE, "PROVIDER_TIMEOUT"),
    ],
    ids=lambda value: f"{type(value).__name__}{getattr(value, 'status', '')}" if not isinstance(value, str) else value,
)
def test_what_goes_wrong_has_a_status(
    site: Site, reply: Any, status: Status | None, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if isinstance(reply, requests.Timeout):
        monkeypatch.setattr(http, "CALL_SECONDS", 0.3)
    site.fake.forced = lambda asked: reply
    answer = site.call("SearchIssues", pb.SearchIssuesRequest(query="breaks"))
    assert (answer.status, answer.reason) == (status or Status.FAILED_PRECONDITION, reason)
    assert SECRET not in str(answer)


def test_an_issue_whose_description_is_no_description_is_no_bug_of_ours(site: Site) -> None:
    route = site.fake._route
    for description in (7, [], {"type": "doc", "content": 7}, {"type": "doc", "content": [7]}, deep(200)):
        cache.clear()

        def odd(asked: Request, description: Any = description) -> Reply:
            found = route(asked)
            found.body["fields"]["description"] = description
            return found

        site.fake.forced = odd
        answer = site.call("GetExternalIssue", pb.GetExternalIssueRequest(external_issue_id=site.linked()[1]))
        assert (answer.status, answer.reason) == (Status.UNAVAILABLE, "BAD_VENDOR_RESPONSE"), description


def deep(levels: int) -> Any:
    node: Any = {"type": "text", "text": "x"}
    for _ in range(levels):
        node = {"type": "panel", "content": [node]}
    return {"type": "doc", "version": 1, "content": [node]}


def test_half_of_a_pair_of_surrogates_is_no_bug_of_ours(site: Site) -> None:
    cut = b'"cut \\ud83d"'
    route = site.fake._route

    def odd(asked: Request) -> Reply:
        found = json.dumps(route(asked).body).encode().replace(b'"Issue 7: it breaks"', cut)
        return Reply(found, 200, {"Content-Type": "application/json"})

    site.fake.forced = odd
    found = site.call("GetExternalIssue", pb.GetExternalIssueRequest(external_issue_id=site.linked()[1])).message
    assert found.title == "cut \ufffd"


def test_a_list_that_never_ends_does(site: Site) -> None:
    route = site.fake._route

    def endless(asked: Request) -> Reply:
        found = route(asked)
        if asked.path.endswith("/issuetypes"):
            found.body.update(total=10**9, isLast=False)
            name = next(name for name in ("issueTypes", "values") if name in found.body)
            found.body[name] = [{"id": "1", "name": "Bug"}]
        return found

    site.fake.forced = endless
    answer = create(site)
    assert (answer.status, answer.reason) == (Status.UNAVAILABLE, "BAD_VENDOR_RESPONSE")
    assert len(site.fake.calls) < 50
