"""What only Azure DevOps has: kinds of versions, lists that cut messages, work items, search at another address."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import grpc
import pytest
import requests
from django.core.cache import cache

from sentry_scm_grpc.providers.azure_devops import AzureDevOpsAdapter
from sentry_scm_grpc.providers.azure_devops.search import search_address
from sentry_scm_grpc.rpc import attempts
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.vendors.fake import Reply, Request
from tests.vendors.site import OpenSite, Site
from tests.vendors.vsts import ID, PROJECT, Fake
from tests.vendors.world import MANY, NEEDLE

pytestmark = pytest.mark.django_db

Status = grpc.StatusCode


@pytest.fixture
def site(open_site: OpenSite) -> Iterator[Site]:
    with open_site(Fake()) as site:
        yield site


# ---- commits, files and trees


@pytest.mark.parametrize("ref", ["main", ""])
def test_a_long_message_is_whole_though_lists_cut_it(site: Site, ref: str) -> None:
    world = site.fake.world
    message = "Why\n\n" + "because " * 100
    world.commits[0] = replace(world.commits[0], message=message)
    found = site.call("ListCommits", pb.ListCommitsRequest(ref=ref, page_size=2)).message.commits
    assert [commit.message for commit in found] == [message, world.commits[1].message]
    # The list, and the one commit whose message it cut.
    assert len(site.fake.calls) == 2
    assert site.call("GetCommit", pb.GetCommitRequest(commit_sha="main")).message.message == message


def test_a_tag_is_a_ref_too(site: Site) -> None:
    sha = site.fake.tags["v1.0/ü#1"] = site.fake.world.commits[5].sha
    assert site.call("GetCommit", pb.GetCommitRequest(commit_sha="v1.0/ü#1")).message.key == sha
    found = site.call("GetFile", pb.GetFileRequest(path="src/app.py", ref="v1.0/ü#1")).message
    assert found.commit_sha == sha
    entries = site.pages("ListTree", pb.ListTreeRequest(ref="v1.0/ü#1", page_size=60), "entries")
    assert len(entries) == len(site.fake.world.files)


def test_a_commit_by_its_sha_is_one_call_and_by_a_branch_two(site: Site) -> None:
    sha = site.call("GetCommit", pb.GetCommitRequest(commit_sha="main")).message.key
    assert len(site.fake.calls) == 2
    cache.clear()
    site.fake.forget_calls()
    assert site.call("GetCommit", pb.GetCommitRequest(commit_sha=sha)).message.file_changes
    assert len(site.fake.calls) == 1


def test_a_file_is_had_in_two_calls_and_at_a_full_sha_once(site: Site) -> None:
    request = pb.GetFileRequest(path="src/app.py", ref=site.fake.world.head)
    first = site.call("GetFile", request).message
    assert len(site.fake.calls) == 2
    assert site.call("GetFile", request).message == first
    assert len(site.fake.calls) == 2


def test_commits_of_a_path_that_the_vendor_does_not_know_are_none(site: Site) -> None:
    def strict(sent: Request) -> Reply:
        unknown = sent.params.get("searchCriteria.itemPath") == "/no/such.py"
        return Reply(site.fake.not_found, 404) if unknown else site.fake._route(sent)

    site.fake.forced = strict
    for ref in ("main", ""):
        answer = site.call("ListCommits", pb.ListCommitsRequest(ref=ref, path="no/such.py"))
        assert (answer.status, list(answer.message.commits)) == (Status.OK, [])
    answer = site.call("ListCommits", pb.ListCommitsRequest(ref="no-such", path="no/such.py"))
    assert (answer.status, answer.reason) == (Status.NOT_FOUND, "REF_NOT_FOUND")


def test_links_and_submodules_in_a_tree(site: Site) -> None:
    site.fake.links, site.fake.submodules = ["assets/data.json"], ["assets/logo.png"]
    entries = site.call("ListTree", pb.ListTreeRequest(path="assets")).message.entries
    kinds = {entry.path: entry.kind for entry in entries}
    assert kinds["assets/data.json"] == pb.TREE_ENTRY_KIND_SYMLINK
    assert kinds["assets/logo.png"] == pb.TREE_ENTRY_KIND_SUBMODULE
    answer = site.call("GetFile", pb.GetFileRequest(path="assets/logo.png"))
    assert (answer.status, answer.reason) == (Status.FAILED_PRECONDITION, "NOT_A_FILE")


def test_a_directory_that_does_not_exist_holds_nothing(site: Site) -> None:
    answer = site.call("ListTree", pb.ListTreeRequest(path="no/such", ref="main"))
    assert (answer.status, list(answer.message.entries)) == (Status.OK, [])


def test_a_repository_without_commits(site: Site) -> None:
    def empty(sent: Request) -> Reply:
        found = sent.path.endswith(ID)
        return site.fake._route(sent) if found else Reply(site.fake.not_found, 404)

    site.fake.forced = empty
    assert site.call("ListCommits", pb.ListCommitsRequest()).message == pb.ListCommitsResponse()
    assert not site.call("CheckFile", pb.CheckFileRequest(path="x")).message.exists
    for rpc_name, request in (
        ("ListCommits", pb.ListCommitsRequest(ref="main")),
        ("GetCommit", pb.GetCommitRequest(commit_sha="main")),
        ("ListTree", pb.ListTreeRequest()),
        ("ListTree", pb.ListTreeRequest(ref="main")),
        ("GetCommitContext", pb.GetCommitContextRequest(commit_sha="main", filepath="x", line_number=1)),
    ):
        answer = site.call(rpc_name, request)
        assert (answer.status, answer.reason) == (Status.NOT_FOUND, "REF_NOT_FOUND"), (rpc_name, request)
    site.fake.forced = lambda sent: Reply(site.fake.not_found, 404)
    assert site.call("ListCommits", pb.ListCommitsRequest()).status is Status.NOT_FOUND


# ---- searches


def test_code_is_searched_in_this_repository_alone(site: Site) -> None:
    found = site.pages("SearchCode", pb.SearchCodeRequest(query=NEEDLE, page_size=100), "matches")
    assert "elsewhere.py" not in {match.path for match in found}
    assert {match.url.partition("?")[0] for match in found} == {site.fake.web}
    answer = site.call("SearchCode", pb.SearchCodeRequest(query='"*?'))
    assert answer.status is Status.INVALID_ARGUMENT


@pytest.mark.parametrize(
    ("instance", "address"),
    [
        ("https://acme.visualstudio.com/", "https://acme.almsearch.visualstudio.com/"),
        ("https://dev.azure.com/acme/", "https://almsearch.dev.azure.com/acme/"),
        ("https://tfs.example.com/Collection/", "https://tfs.example.com/Collection/"),
    ],
)
def test_where_an_organization_is_searched(instance: str, address: str) -> None:
    assert search_address(instance) == address


# ---- work items


def test_a_title_with_a_quote_is_found(site: Site) -> None:
    site.fake.world.issues[7].title = "It's [broken] OR 'not'"
    request = pb.SearchIssuesRequest(query="it's [BROKEN] or 'not'", destination=PROJECT)
    (found,) = site.call("SearchIssues", request).message.issues
    assert (found.key, found.metadata["display_name"]) == ("7", f"{PROJECT}#7")


def test_closed_work_items_are_told_from_open_ones(site: Site) -> None:
    site.fake.world.issues[7].closed = True
    request = pb.SearchIssuesRequest(query="breaks", destination=PROJECT, page_size=1000)
    found = site.pages("SearchIssues", request, "issues")
    assert {issue.key for issue in found if issue.state == pb.ISSUE_STATE_CLOSED} == {"7"}
    assert len(found) == MANY


@pytest.mark.parametrize("kind", ["Bug?x=1", "../../workitems/1", "..", "a/b", "#"])
def test_a_kind_of_work_item_never_leads_to_another_address(site: Site, kind: str) -> None:
    request = pb.CreateExternalIssueRequest(title="It breaks", destination=PROJECT, group_id=site.rows.group().id)
    request.metadata["work_item_type"] = kind
    assert site.call("CreateExternalIssue", request).status is Status.INVALID_ARGUMENT
    assert not site.fake.calls


def test_a_process_without_a_closed_state_is_said_to_have_none(site: Site) -> None:
    route = site.fake._route

    def open_only(sent: Request) -> Reply:
        states = [{"name": "Active", "category": "InProgress"}]
        return Reply({"count": 1, "value": states}) if sent.path.endswith("/states") else route(sent)

    site.fake.forced = open_only
    issue, group = site.rows.issue("7"), site.rows.group()
    site.rows.link(group, issue)
    site.resolve(group)
    request = pb.SyncIssueStatusRequest(
        group_id=group.id, external_issue_id=issue.id, direction=pb.SYNC_DIRECTION_GROUP_TO_TRACKER
    )
    answer = site.call("SyncIssueStatus", request)
    assert (answer.status, answer.reason) == (Status.FAILED_PRECONDITION, "ISSUE_STATE_UNKNOWN")


@pytest.mark.parametrize("days", [-1, 0, 1])
def test_a_made_work_item_is_found_whatever_the_time_zone_of_the_integrations_user(
    site: Site, days: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """WIQL's dates are days of the zone in the profile of who asks: there it may be another day."""
    monkeypatch.setattr(attempts, "SETTLE", timedelta(0))
    route, made = site.fake._route, []

    def answer(sent: Request) -> Reply:
        if "$Bug" in sent.path:
            made.append(route(sent))
            raise requests.ConnectionError("Connection reset by peer")
        if sent.path.endswith("/wiql"):
            for issue in site.fake.world.issues.values():
                # The fake compares the days of these.
                issue.created = datetime.now(UTC) + timedelta(days=days)
        return route(sent)

    site.fake.forced = answer
    request = pb.CreateExternalIssueRequest(
        title="Once", destination=PROJECT, request_id="once", metadata={"work_item_type": "Bug"}
    )
    assert site.call("CreateExternalIssue", request).status is Status.UNAVAILABLE
    answer_ = site.call("CreateExternalIssue", request)
    assert (answer_.status, len(made)) == (Status.OK, 1)


def test_projects_are_where_work_items_go(site: Site) -> None:
    found = site.pages("ListIssueDestinations", pb.ListIssueDestinationsRequest(query="project 24"), "destinations")
    assert [(place.id, place.kind) for place in found] == [(f"Project {n}", "project") for n in range(240, 250)]


# ---- addresses and repositories


@pytest.mark.parametrize(
    ("query", "ref", "path", "line"),
    [
        ("path=/src/app.py&version=GBfeature/x%231&line=7&lineEnd=9&_a=contents", "feature/x#1", "src/app.py", 7),
        ("path=%2Fdocs%2Fa%20b.md&version=GTv1.0", "v1.0", "docs/a b.md", 0),
        ("path=/src/app.py", "release/2024", "src/app.py", 0),
        ("path=/src/app.py&line=x", "release/2024", "src/app.py", 0),
    ],
)
def test_addresses_of_files_in_all_their_forms(query: str, ref: str, path: str, line: int) -> None:
    repository = pb.Repository(id=7, url=Fake.web, default_branch="release/2024")
    adapter = AzureDevOpsAdapter(SimpleNamespace(), repository)
    found: Any = adapter.parse_source_url(f"{Fake.web.replace('acme', 'Acme')}?{query}")
    assert (found.repository_id, found.ref, found.path, found.line_number) == (7, ref, path, line)


NEW = "https://dev.azure.com/acme/Moon%20Base/_git/rocket"
OLD = "https://acme.visualstudio.com/Moon%20Base/_git/rocket"


@pytest.mark.parametrize(
    "stored", [NEW, OLD, "https://acme.visualstudio.com/DefaultCollection/Moon%20Base/_git/rocket"]
)
@pytest.mark.parametrize(
    "given",
    [
        NEW,
        OLD,
        "https://acme@dev.azure.com/acme/Moon%20Base/_git/rocket",
        "https://acme.visualstudio.com/DefaultCollection/Moon%20Base/_git/rocket",
        "https://ACME.visualstudio.com/moon%20base/_git/Rocket",
    ],
)
def test_an_organization_has_an_old_address_and_a_new_one(stored: str, given: str) -> None:
    """https://learn.microsoft.com/en-us/azure/devops/extend/develop/work-with-urls"""
    adapter = AzureDevOpsAdapter(SimpleNamespace(), pb.Repository(id=7, url=stored, default_branch="main"))
    found: Any = adapter.parse_source_url(f"{given}?path=/src/app.py&version=GBmain")
    assert (found.ref, found.path) == ("main", "src/app.py")
    for other in (
        "https://dev.azure.com/other/Moon%20Base/_git/rocket",
        "https://acme.example.com/Moon%20Base/_git/rocket",
    ):
        assert adapter.parse_source_url(f"{other}?path=/src/app.py") is None


def test_a_repository_with_its_projects_name_has_a_short_address(site: Site) -> None:
    adapter = AzureDevOpsAdapter(
        SimpleNamespace(), pb.Repository(id=7, url="https://dev.azure.com/acme/_git/Rocket", default_branch="main")
    )
    assert adapter.parse_source_url("https://dev.azure.com/acme/Rocket/_git/Rocket?path=/a.py") is not None
    assert adapter.parse_source_url("https://dev.azure.com/acme/Moon/_git/Rocket?path=/a.py") is None


@pytest.mark.parametrize(
    "url",
    [
        "{web}",
        "{web}?path=/",
        "{web}?path=/a.py&version=XX",
        "{web}/commit/1?path=/a.py",
        "{web}-2?path=/src/app.py",
        "https://example.com/_git/rocket?path=/src/app.py",
    ],
)
def test_addresses_of_something_else(site: Site, url: str) -> None:
    assert site.repository
    request = pb.ResolveSourceUrlRequest(url=url.format(web=site.fake.web))
    assert site.call("ResolveSourceUrl", request).status is Status.NOT_FOUND


def test_a_repository_is_added(site: Site) -> None:
    found = site.call("CreateRepository", pb.CreateRepositoryRequest(identifier=ID)).message
    assert (found.name, found.url, found.external_id) == ("rocket", site.fake.web, ID)


# ---- addresses


def test_a_repository_is_found_by_the_organizations_old_and_new_address(site: Site) -> None:
    stored = site.repository.url
    assert stored.startswith("https://acme.visualstudio.com/")
    path = stored.removeprefix("https://acme.visualstudio.com/")
    for home in ("https://dev.azure.com/acme", "https://acme.visualstudio.com/DefaultCollection"):
        url = f"{home}/{path}?path=%2Fsrc%2Fapp.py&version=GBmain&line=3"
        found = site.call("ResolveSourceUrl", pb.ResolveSourceUrlRequest(url=url)).message
        assert (found.repository_id, found.path, found.line_number) == (site.repository.id, "src/app.py", 3)
