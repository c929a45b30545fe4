"""What only Bitbucket Cloud and Server have: default branches, deep trees, bounds of blame, results of elsewhere,
people, limits by the second, repositories of persons and without commits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import grpc
import pytest
from django.core.cache import cache
from google.rpc import error_details_pb2

from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.vendors import FAKES
from tests.vendors.fake import Reply, Request
from tests.vendors.site import OpenSite, Site
from tests.vendors.world import NEEDLE

pytestmark = pytest.mark.django_db

Status = grpc.StatusCode


@pytest.fixture
def cloud(open_site: OpenSite) -> Iterator[Site]:
    with open_site(FAKES["bitbucket"]()) as site:
        yield site


@pytest.fixture
def server(open_site: OpenSite) -> Iterator[Site]:
    with open_site(FAKES["bitbucket_server"]()) as site:
        yield site


@pytest.fixture(params=["bitbucket", "bitbucket_server"])
def site(request: pytest.FixtureRequest, open_site: OpenSite) -> Iterator[Site]:
    with open_site(FAKES[request.param]()) as site:
        yield site


def test_a_default_branch_that_is_not_stored_is_asked_for(cloud: Site) -> None:
    cloud.update(cloud.repository, config={"name": "acme/rocket"})
    commits = cloud.call("ListCommits", pb.ListCommitsRequest()).message.commits
    assert commits[0].key == cloud.fake.world.head
    assert [call.params.get("include") for call in cloud.fake.calls] == [None, "main"]


def test_directories_deeper_than_one_answer_goes_are_listed_on_their_own(cloud: Site) -> None:
    deep = ["/".join("d" * depth) + "/file" for depth in (1, 9, 10, 11, 25)]
    cloud.fake.world.files = dict.fromkeys(["top", *deep], b"x")
    for page_size in (2, 100):
        entries = cloud.pages("ListTree", pb.ListTreeRequest(page_size=page_size), "entries")
        assert sorted(entry.path for entry in entries) == sorted(cloud.fake.world.files)


def test_a_list_of_recent_commits_does_not_read_all_of_history(site: Site) -> None:
    request = pb.ListCommitsRequest()
    request.since.FromDatetime(site.fake.world.commits[10].date)
    assert len(site.pages("ListCommits", request, "commits")) == 11
    # All of it is three pages.
    assert len(site.fake.calls) == 2


def test_what_is_found_elsewhere_is_dropped(site: Site) -> None:
    def elsewhere(request: Request) -> Reply:
        reply = site.fake._route(request)
        for item in (reply.body.get("code") or reply.body)["values"]:
            if "repository" in item:
                item["repository"]["project"]["key"] = "OTHER"
            else:
                item["file"]["links"]["self"]["href"] = item["file"]["links"]["self"]["href"].replace("rocket", "other")
        return reply

    assert site.pages("SearchCode", pb.SearchCodeRequest(query=NEEDLE), "matches")
    site.fake.forced = elsewhere
    assert not site.pages("SearchCode", pb.SearchCodeRequest(query=NEEDLE), "matches")


def test_a_match_has_its_line_and_column(site: Site) -> None:
    request = pb.SearchCodeRequest(query="# find", path="src/module007.py")
    (match,) = site.pages("SearchCode", request, "matches")
    assert (match.line_number, match.column, match.line) == (2, 15, "    return 7  # find me")


def test_no_blame_is_better_than_a_wrong_end_of_a_long_file(server: Site) -> None:
    world = server.fake.world
    world.files["src/long.py"] = b"x\n" * 6000
    request = pb.GetCommitContextRequest(commit_sha=world.head, filepath="src/long.py", line_number=5000)
    assert server.call("GetCommitContext", request).message.blame_commit_id == world.blame(5000).sha
    request.line_number = 5001
    answer = server.call("GetCommitContext", request)
    assert (answer.status, answer.reason) == (Status.FAILED_PRECONDITION, "BLAME_UNAVAILABLE")


# ---- people


@pytest.mark.parametrize(
    ("raw", "name", "email"),
    [
        ("Lovelace, Ada <ada@example.com>", "Lovelace, Ada", "ada@example.com"),
        ("Ada Lovelace (Acme) <ada@example.com>", "Ada Lovelace (Acme)", "ada@example.com"),
        ("dependabot[bot] <1+d[bot]@users.example.com>", "dependabot[bot]", "1+d[bot]@users.example.com"),
        ('J. "Ada" L <ada@example.com>', 'J. "Ada" L', "ada@example.com"),
        ("<ada@example.com>", "The user", "ada@example.com"),
        ("Ada", "Ada", ""),
        ("", "The user", ""),
    ],
)
def test_an_author_is_told_as_git_has_it(cloud: Site, raw: str, name: str, email: str) -> None:
    def answer(request: Request) -> Reply:
        reply = cloud.fake._route(request)
        if "/commit/" in request.path:
            reply.body["author"] = {"type": "author", "raw": raw, "user": {"display_name": "The user"}}
        return reply

    cloud.fake.forced = answer
    found = cloud.call("GetCommit", pb.GetCommitRequest(commit_sha=cloud.fake.world.head)).message.author
    assert (found.name, found.email) == (name, email)


def test_who_has_an_account_at_the_server_is_told_by_name_and_not_by_login(server: Site) -> None:
    known = {"name": "alovelace", "emailAddress": "ada@example.com", "id": 7, "displayName": "Ada L.", "slug": "al"}
    server.fake._person = lambda person: known
    head = server.fake.world.head
    found = server.call("GetCommit", pb.GetCommitRequest(commit_sha=head)).message
    assert (found.author.name, found.author.email) == ("Ada L.", "ada@example.com")
    request = pb.GetCommitContextRequest(commit_sha=head, filepath="src/app.py", line_number=1)
    assert server.call("GetCommitContext", request).message.blame_author.name == "Ada L."


# ---- repositories


def test_a_repository_without_commits(site: Site) -> None:
    """Nothing is found in it but itself; it has no main branch."""

    def empty(request: Request) -> Reply:
        if request.path.endswith("/rocket"):
            reply = site.fake._route(request)
            reply.body["mainbranch"] = None
            return reply
        return Reply(site.fake.not_found, 404)

    site.update(site.repository, config={**site.repository.config, "default_branch": ""})
    site.fake.forced = empty
    assert site.call("ListCommits", pb.ListCommitsRequest()).message == pb.ListCommitsResponse()
    assert not site.call("CheckFile", pb.CheckFileRequest(path="x")).message.exists
    for rpc_name, request in (
        ("ListCommits", pb.ListCommitsRequest(ref="main")),
        ("GetCommit", pb.GetCommitRequest(commit_sha="main")),
        ("ListTree", pb.ListTreeRequest()),
        ("ListTree", pb.ListTreeRequest(ref="main")),
        ("GetCodeOwners", pb.GetCodeOwnersRequest(ref="main")),
        ("GetCommitContext", pb.GetCommitContextRequest(commit_sha="main", filepath="x", line_number=1)),
    ):
        answer = site.call(rpc_name, request)
        assert (answer.status, answer.reason) == (Status.NOT_FOUND, "REF_NOT_FOUND"), (rpc_name, request)


def test_a_repository_that_is_gone_is_not_an_empty_one(site: Site) -> None:
    site.fake.forced = lambda request: Reply(site.fake.not_found, 404)
    assert site.call("ListCommits", pb.ListCommitsRequest()).status is Status.NOT_FOUND


def test_the_repository_of_a_person(server: Site) -> None:
    """https://confluence.atlassian.com/bitbucketserver/personal-repositories-776639848.html"""
    row = server.rows.repository("~ada/dot.files", config={"name": "~ada/dot.files"})
    server.fake.forced = lambda request: server.fake._route(
        replace(request, path=request.path.replace("/~ada/repos/dot.files", "/ACME/repos/rocket"))
    )
    request = pb.ListCommitsRequest(repository_id=row.id, page_size=1)
    commit = server.call("ListCommits", request).message.commits[0]
    assert commit.web_url == f"https://stash.example.com/projects/~ada/repos/dot.files/commits/{commit.key}"


# ---- files


def test_a_file_in_git_lfs_is_said_to_be_one(cloud: Site) -> None:
    """Bitbucket Cloud answers with a redirect to another site, and has no address for the pointer."""

    def answer(request: Request) -> Reply:
        if "/src/" in request.path and "format" not in request.params:
            return Reply(b"", 301, {"Location": "https://media.example.com/1"})
        reply = cloud.fake._route(request)
        reply.body["attributes"] = ["lfs"]
        return reply

    cloud.fake.forced = answer
    found = cloud.call("GetFile", pb.GetFileRequest(path="assets/large.bin", ref="main", max_bytes=3_000_000))
    assert (found.status, found.reason) == (Status.FAILED_PRECONDITION, "FILE_IN_LFS")


# ---- the tracker that is gone


@pytest.mark.rpcs("GetExternalIssue")
def test_bitbucket_cloud_has_no_tracker_any_more_and_says_why(cloud: Site) -> None:
    """Links that were made before stay, and are listed and removed without asking Bitbucket."""
    issue, group = cloud.rows.issue("acme/rocket#7"), cloud.rows.group()
    cloud.rows.link(group, issue)
    why = "Bitbucket Cloud removed its issue tracker in August 2026."
    for rpc_name, request in (
        ("CreateExternalIssue", pb.CreateExternalIssueRequest(title="x", destination="acme/rocket")),
        ("LinkExternalIssue", pb.LinkExternalIssueRequest(group_id=group.id, key="acme/rocket#7")),
        ("GetExternalIssue", pb.GetExternalIssueRequest(external_issue_id=issue.id)),
        ("ListIssueDestinations", pb.ListIssueDestinationsRequest()),
        ("SearchIssues", pb.SearchIssuesRequest(query="x", destination="acme/rocket")),
        (
            "SyncIssueStatus",
            pb.SyncIssueStatusRequest(
                group_id=group.id, external_issue_id=issue.id, direction=pb.SYNC_DIRECTION_TRACKER_TO_GROUP
            ),
        ),
    ):
        answer = cloud.call(rpc_name, request)
        assert (answer.status, answer.reason) == (Status.UNIMPLEMENTED, "PROVIDER_UNSUPPORTED"), rpc_name
        assert why in answer.text, rpc_name
    told = {
        found.rpc: found for found in cloud.call("GetCapabilities", pb.GetCapabilitiesRequest()).message.capabilities
    }
    assert (told["SearchIssues"].supported, told["SearchIssues"].message) == (False, why)
    listed = cloud.call("ListExternalIssues", pb.ListExternalIssuesRequest(group_id=group.id)).message.external_issues
    assert [found.key for found in listed] == ["acme/rocket#7"]
    unlink = pb.UnlinkExternalIssueRequest(group_id=group.id, external_issue_id=issue.id)
    assert cloud.call("UnlinkExternalIssue", unlink).status is Status.OK
    assert not cloud.fake.calls


# ---- the server's limits


def test_an_administrator_may_let_the_server_tell_fewer_lines(server: Site) -> None:
    """https://confluence.atlassian.com/bitbucketserver/configuration-properties-776640155.html page.max.source.lines"""

    def answer(request: Request) -> Reply:
        reply = server.fake._route(request)
        return Reply(reply.body[:50]) if "blame" in request.params else reply

    server.fake.forced = answer
    head = server.fake.world.head
    request = pb.GetCommitContextRequest(commit_sha=head, filepath="src/app.py", line_number=51)
    answer_ = server.call("GetCommitContext", request)
    assert (answer_.status, answer_.reason) == (Status.FAILED_PRECONDITION, "BLAME_UNAVAILABLE")
    request.line_number = 101
    server.fake.forced = None
    assert server.call("GetCommitContext", request).reason == "LINE_OUT_OF_RANGE"


def test_tokens_that_a_server_hands_out_by_the_second_are_soon_back(server: Site) -> None:
    """https://confluence.atlassian.com/bitbucketserver/improving-instance-stability-with-rate-limiting-976171954.html"""
    said = {
        "X-RateLimit-Limit": "60",
        "X-RateLimit-Remaining": "5",
        "X-RateLimit-Interval-Seconds": "1",
        "X-RateLimit-FillRate": "5",
        "Retry-After": "0",
    }

    def answer(request: Request) -> Reply:
        reply = server.fake._route(request)
        return Reply(reply.body, reply.status, {**reply.headers, **said})

    server.fake.forced = answer
    assert server.call("ListCommits", pb.ListCommitsRequest()).status is Status.OK
    found = server.call("ListCommits", pb.ListCommitsRequest())
    assert found.reason == "VENDOR_QUOTA_LOW"
    assert found._detail(error_details_pb2.RetryInfo).retry_delay.seconds <= 11
    cache.clear()
    # What is forbidden is no matter of limits, though each answer tells them.
    server.fake.forced = lambda request: Reply({"errors": []}, 403, said)
    assert server.call("ListCommits", pb.ListCommitsRequest()).reason == "VENDOR_FORBIDDEN"


def test_a_file_of_the_server_is_found_by_the_address_of_its_bytes(server: Site) -> None:
    url = "https://stash.example.com/projects/ACME/repos/rocket/raw/src/app.py?at=refs%2Fheads%2Fmain"
    row = server.repository
    found = server.call("ResolveSourceUrl", pb.ResolveSourceUrlRequest(url=url)).message
    assert (found.repository_id, found.path, found.ref) == (row.id, "src/app.py", "main")
