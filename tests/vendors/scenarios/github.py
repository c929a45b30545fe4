"""What only GitHub has: blame and paths in GraphQL, trees that it cuts short, searches of words, its addresses."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import grpc
import pytest
import requests
from google.rpc import error_details_pb2

from sentry_scm_grpc.providers.github.enterprise import GitHubEnterpriseAdapter
from sentry_scm_grpc.rpc import attempts
from sentry_scm_grpc.v1 import refs_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.vendors import FAKES
from tests.vendors.fake import Reply, Request
from tests.vendors.site import OpenSite, Site
from tests.vendors.world import MANY, NEEDLE, Change, Commit, Issue

pytestmark = pytest.mark.django_db

Status = grpc.StatusCode

#: Where an issue is that was moved to another repository.
MOVED = {"github": "/repositories/42/issues/3", "github_enterprise": "/v3/repositories/42/issues/3"}


@pytest.fixture(params=["github", "github_enterprise"])
def site(request: pytest.FixtureRequest, open_site: OpenSite) -> Iterator[Site]:
    with open_site(FAKES[request.param]()) as site:
        yield site


def lines_of(site: Site, *files: tuple[str, int]) -> pb.BatchGetCommitContextRequest:
    head = site.fake.world.head
    return pb.BatchGetCommitContextRequest(
        lines=[pb.SourceLine(commit_sha=head, filepath=path, line_number=line) for path, line in files]
    )


# ---- blame


def test_blame_tells_the_line_the_account_and_the_commit_of_a_branch(site: Site) -> None:
    request = pb.GetCommitContextRequest(commit_sha="main", filepath="src/app.py", line_number=1)
    found = site.call("GetCommitContext", request).message
    assert found.code_snippet == "line 1"
    assert found.commit_id == site.fake.world.head
    assert {site.fake.world.blame(line).author.name for line in (1, 2)} == {"Ada Lovelace", "Bob Übel"}
    accounts = {
        result.context.blame_author.name: result.context.blame_author.external_id
        for result in site.call(
            "BatchGetCommitContext", lines_of(site, ("src/app.py", 1), ("src/app.py", 2))
        ).message.results
    }
    assert accounts == {"Ada Lovelace": f"{site.fake.key}:ada", "Bob Übel": ""}


def test_text_of_a_request_is_never_part_of_a_query(site: Site) -> None:
    odd = 'a") { ranges } x: blame(path: "b'
    result = site.call("BatchGetCommitContext", lines_of(site, (odd, 1))).message.results[0]
    assert result.error.reason == "PATH_NOT_FOUND"
    (sent,) = site.fake.calls
    assert "ranges }" not in sent.data["query"].replace("ranges { startingLine", "")
    assert sent.data["variables"]["path0"] == odd


def test_more_files_than_a_query_holds_are_blamed_by_several(site: Site) -> None:
    request = lines_of(site, *((f"src/module{number:03}.py", 1) for number in range(50)))
    results = site.call("BatchGetCommitContext", request).message.results
    assert [result.context.filename for result in results] == [line.filepath for line in request.lines]
    assert len(site.fake.calls) == 3


@pytest.mark.parametrize(
    ("path", "ref", "code", "reason"),
    [
        ("src", "main", Status.FAILED_PRECONDITION, "NOT_A_FILE"),
        ("src/no-such.py", "main", Status.NOT_FOUND, "PATH_NOT_FOUND"),
        ("src/app.py", "no-such-branch", Status.NOT_FOUND, "REF_NOT_FOUND"),
        ("src/app.py", "f" * 40, Status.NOT_FOUND, "REF_NOT_FOUND"),
    ],
)
def test_why_there_is_no_blame(site: Site, path: str, ref: str, code: Status, reason: str) -> None:
    answer = site.call("GetCommitContext", pb.GetCommitContextRequest(commit_sha=ref, filepath=path, line_number=1))
    assert (answer.status, answer.reason) == (code, reason)


def test_a_file_that_github_fails_to_blame_does_not_spoil_the_others(site: Site) -> None:
    blame = site.fake._graph_blame

    def fails(path: str) -> Any:
        return blame("no such file" if path == "src/app.py" else path)

    site.fake._graph_blame = fails
    request = lines_of(site, ("src/app.py", 1), ("src/module001.py", 1))
    failed, good = site.call("BatchGetCommitContext", request).message.results
    assert (failed.error.code, failed.error.reason) == (Status.UNAVAILABLE.value[0], "BLAME_UNAVAILABLE")
    assert good.context.blame_commit_id == site.fake.world.blame(1).sha


@pytest.mark.parametrize(
    "failure",
    [
        Reply(b"<html>502 Bad Gateway</html>", 502),
        Reply({"data": None, "errors": [{"message": "Something went wrong while executing your query."}]}),
        Reply({"data": {"repository": {"entry0": None}}, "errors": [{"message": "Timeout"}]}),
    ],
    ids=["502", "no data", "part of the data"],
)
def test_a_file_that_takes_github_too_long_does_not_spoil_a_whole_query(site: Site, failure: Reply) -> None:
    def too_long(request: Request) -> Reply:
        asked = request.data["variables"].values()
        return failure if "src/app.py" in asked else site.fake._route(request)

    site.fake.forced = too_long
    request = lines_of(site, ("src/module001.py", 1), ("src/app.py", 1), ("src/module002.py", 1))
    first, failed, last = site.call("BatchGetCommitContext", request).message.results
    assert failed.error.code == Status.UNAVAILABLE.value[0]
    assert first.context.blame_commit_id == last.context.blame_commit_id == site.fake.world.blame(1).sha
    assert len(site.fake.calls) == 1 + 3


def test_a_github_that_is_down_is_not_asked_for_file_by_file_without_end(site: Site) -> None:
    site.fake.forced = lambda request: Reply(b"", 502)
    request = lines_of(site, *((f"src/module{number:03}.py", 1) for number in range(100)))
    results = site.call("BatchGetCommitContext", request).message.results
    assert {result.error.code for result in results} == {Status.UNAVAILABLE.value[0]}
    assert len(site.fake.calls) == 5


def test_an_annotated_tag_stands_for_its_commit(site: Site) -> None:
    world = site.fake.world
    site.fake.tags = {"v1": world.commits[3].sha, "v1-signed-off": "v1"}
    for tag in site.fake.tags:
        found = site.call("GetFile", pb.GetFileRequest(path="src/app.py", ref=tag)).message
        assert (found.commit_sha, found.content) == (world.commits[3].sha, world.files["src/app.py"])


# ---- GraphQL's errors, which are answers with status 200


@pytest.mark.parametrize(
    ("answer", "code", "reason"),
    [
        ({"data": {"repository": None}, "errors": [{"type": "NOT_FOUND"}]}, Status.NOT_FOUND, "VENDOR_NOT_FOUND"),
        (
            {"data": {"repository": None}, "errors": [{"type": "FORBIDDEN"}]},
            Status.PERMISSION_DENIED,
            "VENDOR_FORBIDDEN",
        ),
        ({"errors": [{"type": "RATE_LIMITED"}]}, Status.RESOURCE_EXHAUSTED, "VENDOR_RATE_LIMITED"),
        ({"errors": [{"message": "Something went wrong"}]}, Status.UNAVAILABLE, "PROVIDER_UNAVAILABLE"),
        ({"data": {"repository": None}}, Status.UNAVAILABLE, "BAD_VENDOR_RESPONSE"),
        ({"data": None, "errors": None}, Status.UNAVAILABLE, "BAD_VENDOR_RESPONSE"),
        ({"data": {"repository": {"object": {"file": 1}}}}, Status.UNAVAILABLE, "BAD_VENDOR_RESPONSE"),
        ({"data": {"repository": {"object": {"oid": "a", "file": {}}}}}, Status.UNAVAILABLE, "BAD_VENDOR_RESPONSE"),
        ([], Status.UNAVAILABLE, "BAD_VENDOR_RESPONSE"),
    ],
)
def test_errors_of_graphql_have_a_status(site: Site, answer: Any, code: Status, reason: str) -> None:
    site.fake.forced = lambda request: Reply(answer)
    found = site.call("GetFile", pb.GetFileRequest(path="src/app.py"))
    assert (found.status, found.reason) == (code, reason)


FAILED = {"type": "RESOURCE_LIMITS_EXCEEDED", "message": "Resource limits for this query exceeded."}


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ({**FAILED, "path": ["repository", "object"]}, Status.UNAVAILABLE),
        ({**FAILED, "path": ["repository", "object", "file"]}, Status.UNAVAILABLE),
        ({"message": "Something went wrong while executing your query."}, Status.UNAVAILABLE),
        ({"type": "FORBIDDEN", "path": ["repository", "object"]}, Status.PERMISSION_DENIED),
        ({"type": "RATE_LIMIT", "code": "graphql_rate_limit"}, Status.RESOURCE_EXHAUSTED),
    ],
)
@pytest.mark.parametrize("found", [None, {"oid": "a" * 40, "file": None}])
def test_what_github_failed_to_tell_is_not_said_to_be_absent(site: Site, error: Any, code: Status, found: Any) -> None:
    site.fake.forced = lambda request: Reply({"data": {"repository": {"object": found}}, "errors": [error]})
    assert site.call("CheckFile", pb.CheckFileRequest(path="src/app.py")).status is code


def test_a_file_of_a_batch_that_github_failed_at_is_not_said_to_be_absent(site: Site) -> None:
    def partly(request: Request) -> Reply:
        reply = site.fake._route(request)
        reply.body["data"]["repository"]["entry0"] = None
        return Reply({**reply.body, "errors": [{**FAILED, "path": ["repository", "entry0"]}]})

    site.fake.forced = partly
    request = lines_of(site, ("src/app.py", 1), ("src/module001.py", 1))
    failed, good = site.call("BatchGetCommitContext", request).message.results
    assert (failed.error.code, failed.error.reason) == (Status.UNAVAILABLE.value[0], "PROVIDER_UNAVAILABLE")
    assert good.context.blame_commit_id == site.fake.world.blame(1).sha


def test_what_github_says_is_not_found_is_absent(site: Site) -> None:
    errors = [{"type": "NOT_FOUND", "path": ["repository", "object", "file"], "message": "Could not resolve file"}]
    found = {"oid": "a" * 40, "file": None}
    site.fake.forced = lambda request: Reply({"data": {"repository": {"object": found}}, "errors": errors})
    assert not site.call("CheckFile", pb.CheckFileRequest(path="src/app.py")).message.exists


def test_a_used_up_limit_of_graphql_says_when_to_come_back(site: Site) -> None:
    headers = {
        "X-RateLimit-Limit": "5000",
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": str(int(time.time()) + 1200),
    }
    site.fake.forced = lambda request: Reply({"errors": [{"type": "RATE_LIMITED", "message": "?"}]}, 200, headers)
    found = site.call("GetFile", pb.GetFileRequest(path="src/app.py"))
    assert (found.status, found.reason) == (Status.RESOURCE_EXHAUSTED, "VENDOR_RATE_LIMITED")
    assert found._detail(error_details_pb2.RetryInfo).retry_delay.seconds > 1100
    # The limit of REST is another.
    site.fake.forced = None
    assert site.call("GetCommit", pb.GetCommitRequest(commit_sha="main")).status is Status.OK


# ---- files


def test_a_file_is_told_from_a_link_and_from_a_submodule(site: Site) -> None:
    site.fake.world.files = {"a/link": b"../src/app.py", "a/run": b"#!/bin/sh\n", "lib": b"", "src/app.py": b"x\n"}
    site.fake.modes = {"a/link": "120000", "a/run": "100755", "lib": "160000"}
    entries = site.call("ListTree", pb.ListTreeRequest()).message.entries
    assert [(entry.path, entry.kind) for entry in entries] == [
        ("a/link", pb.TREE_ENTRY_KIND_SYMLINK),
        ("a/run", pb.TREE_ENTRY_KIND_EXECUTABLE),
        ("lib", pb.TREE_ENTRY_KIND_SUBMODULE),
        ("src/app.py", pb.TREE_ENTRY_KIND_FILE),
    ]
    assert site.call("GetFile", pb.GetFileRequest(path="a/link")).message.content == b"../src/app.py"
    assert site.call("GetFile", pb.GetFileRequest(path="lib")).reason == "NOT_A_FILE"


def test_a_file_too_large_is_not_even_fetched(site: Site) -> None:
    answer = site.call("GetFile", pb.GetFileRequest(path="assets/large.bin", max_bytes=1000))
    assert answer.reason == "FILE_TOO_LARGE"
    assert answer._detail(error_details_pb2.ErrorInfo).metadata["size_bytes"] == "2000000"
    assert [call.path for call in site.fake.calls] == ["/graphql"]


def test_the_same_contents_are_fetched_once(site: Site) -> None:
    request = pb.GetFileRequest(path="src/app.py", ref="main")
    first = site.call("GetFile", request).message
    site.fake.forget_calls()
    assert site.call("GetFile", request).message == first
    assert [call.path for call in site.fake.calls] == ["/graphql"]


# ---- trees


@pytest.mark.parametrize("page_size", [7, 100])
def test_a_tree_that_github_cuts_short_is_walked_in_order(site: Site, page_size: int) -> None:
    world = site.fake.world
    files = [f"{name}/{inner}/{n}.py" for name in ("a", "b-c", "b") for inner in ("x", "y") for n in range(4)]
    files += ["b.py", "b/z.py", "top.md"]
    world.files = dict.fromkeys(files, b"")
    site.fake.largest_tree = 8
    entries = site.pages("ListTree", pb.ListTreeRequest(page_size=page_size), "entries")
    assert [entry.path for entry in entries] == sorted(files)
    below = site.pages("ListTree", pb.ListTreeRequest(path="b/y", page_size=page_size), "entries")
    assert [entry.path for entry in below] == [f"b/y/{n}.py" for n in range(4)]
    streamed = site.call("StreamTree", pb.StreamTreeRequest()).messages
    assert [entry.path for entry in streamed] == sorted(files)


def test_files_of_a_directory_that_is_listed_on_its_own(site: Site) -> None:
    site.fake.largest_tree = 8
    site.fake.world.files = {f"{name}/{n}": b"" for name in ("one", "two") for n in range(5)}
    site.call("ListTree", pb.ListTreeRequest(path="two"))
    # The whole, its top, and the directory: the other is left alone.
    assert len([call for call in site.fake.calls if "/git/trees/" in call.path]) == 3


# ---- an empty repository


def empty(request: Request) -> Reply:
    if request.path == "/graphql":
        return Reply({"data": {"repository": {"object": None}}})
    return Reply({"message": "Git Repository is empty.", "documentation_url": "https://docs.github.com/rest"}, 409)


def test_an_empty_repository_has_no_commits_and_no_files(site: Site) -> None:
    site.fake.forced = empty
    answer = site.call("ListCommits", pb.ListCommitsRequest())
    assert answer.status is Status.OK
    assert not answer.message.commits
    for rpc, request in (
        ("ListCommits", pb.ListCommitsRequest(ref="main")),
        ("GetCommit", pb.GetCommitRequest(commit_sha="main")),
        ("ListTree", pb.ListTreeRequest()),
        ("GetFile", pb.GetFileRequest(path="README.md")),
        ("GetCodeOwners", pb.GetCodeOwnersRequest()),
    ):
        assert site.call(rpc, request).reason == "REF_NOT_FOUND", rpc


# ---- commits


def test_who_has_an_account_and_what_kinds_of_changes_there_are(site: Site) -> None:
    world = site.fake.world
    ada = next(commit for commit in world.commits if commit.author.name == "Ada Lovelace")
    kinds = {"copied": pb.FILE_CHANGE_KIND_COPIED, "changed": pb.FILE_CHANGE_KIND_MODIFIED}
    changes = tuple(Change(f"{kind}.py", kind, 1, 0, "from.py" if kind == "copied" else "") for kind in kinds)
    world.commits[0] = Commit(world.head, "x", ada.author, ada.committer, ada.date, world.commits[0].parents, changes)
    found = site.call("GetCommit", pb.GetCommitRequest(commit_sha=world.head)).message
    assert (found.author.external_id, found.committer.external_id) == (f"{site.fake.key}:ada", "")
    assert {change.path: change.kind for change in found.file_changes} == {
        f"{name}.py": kind for name, kind in kinds.items()
    }
    assert [change.previous_path for change in found.file_changes] == ["from.py", ""]


def test_dates_that_git_cannot_tell_are_not_asked_for(site: Site) -> None:
    request = pb.ListCommitsRequest(page_size=1)
    request.since.FromJsonString("0001-01-01T00:00:00Z")
    request.until.FromJsonString("9999-12-31T23:59:59Z")
    assert len(site.call("ListCommits", request).message.commits) == 1
    asked = site.fake.calls[0].params
    # https://docs.github.com/en/rest/commits/commits#list-commits has these bounds.
    assert (asked["since"], asked["until"]) == ("1970-01-01T00:00:00Z", "2099-12-31T23:59:59Z")


# ---- searches


@pytest.mark.parametrize("query", ['"', "->", "\\ \\", "*" * 200])
def test_a_search_for_punctuation_is_refused_as_github_would_ignore_it(site: Site, query: str) -> None:
    answer = site.call("SearchCode", pb.SearchCodeRequest(query=query))
    assert answer.status is Status.INVALID_ARGUMENT
    assert [violation.field for violation in answer._detail(error_details_pb2.BadRequest).field_violations] == ["query"]
    assert not site.fake.calls


def test_a_search_longer_than_github_takes_is_refused(site: Site) -> None:
    assert site.call("SearchCode", pb.SearchCodeRequest(query="x" * 257)).status is Status.INVALID_ARGUMENT
    assert site.call("SearchCode", pb.SearchCodeRequest(query="x" * 256)).status is Status.OK


def test_what_is_found_elsewhere_is_dropped(site: Site) -> None:
    def elsewhere(request: Request) -> Reply:
        reply = site.fake._route(request)
        for item in reply.body["items"][::2]:
            if "repository" in item:
                item["repository"]["full_name"] = "other/private"
            else:
                item["repository_url"] = "https://api.github.com/repos/other/acme/rocket-2"
        return reply

    matching = len({match.path for match in site.fake.world.matches(NEEDLE)})
    site.fake.forced = elsewhere
    found = site.pages("SearchCode", pb.SearchCodeRequest(query=NEEDLE), "matches")
    assert 0 < len(found) <= matching / 2
    request = pb.SearchIssuesRequest(query="it breaks", destination=site.fake.destination)
    assert len(site.pages("SearchIssues", request, "issues")) == MANY // 2


def test_a_search_ends_at_the_thousandth_result(site: Site) -> None:
    world = site.fake.world
    world.files = {f"{number:04}.py": NEEDLE.encode() for number in range(1100)}
    assert len(site.pages("SearchCode", pb.SearchCodeRequest(query=NEEDLE, page_size=1000), "matches")) == 1000


def test_a_search_where_the_app_may_not_look(site: Site) -> None:
    problem = {
        "message": "The listed users and repositories cannot be searched either because the resources do not exist or "
        "you do not have permission to view them.",
        "resource": "Search",
        "field": "q",
        "code": "invalid",
    }
    site.fake.forced = lambda request: Reply({"message": "Validation Failed", "errors": [problem]}, 422)
    answer = site.call("SearchCode", pb.SearchCodeRequest(query="x"))
    assert (answer.status, answer.reason) == (Status.NOT_FOUND, "VENDOR_NOT_FOUND")


def test_issues_are_created_where_there_are_issues(site: Site) -> None:
    repository = site.fake._repository

    def odd(name: str) -> Any:
        return {**repository(name), "archived": name == "repo-000", "has_issues": name != "repo-001"}

    site.fake._repository = odd
    found = site.pages("ListIssueDestinations", pb.ListIssueDestinationsRequest(query="repo-00"), "destinations")
    assert [place.id for place in found] == [f"acme/repo-{number:03}" for number in range(2, 10)]


def test_an_issue_that_has_moved_to_another_repository_is_linked_where_it_is(site: Site) -> None:
    moved = {
        "number": 3,
        "title": "Moved",
        "state": "open",
        "body": None,
        "repository_url": f"{site.fake.api}/repos/acme/other.repo",
    }

    def answer(request: Request) -> Reply:
        if request.path.removeprefix("/v3") == "/repos/acme/rocket/issues/7":
            return Reply({"message": "Moved Permanently"}, 301, {"Location": f"{site.fake.api}{MOVED[site.fake.key]}"})
        assert request.path.removeprefix("/v3") == "/repositories/42/issues/3"
        return Reply(moved)

    site.fake.forced = answer
    request = pb.LinkExternalIssueRequest(group_id=site.rows.group().id, key="acme/rocket#7")
    assert site.call("LinkExternalIssue", request).message.key == "acme/other.repo#3"


def test_a_pull_request_is_not_taken_for_the_issue_that_was_made(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "SETTLE", timedelta(0))
    title, world = "It's lost", site.fake.world
    request = pb.CreateExternalIssueRequest(title=title, destination=site.fake.destination, request_id="once")

    def lost(asked: Request) -> Reply:
        reply = site.fake._route(asked)
        if asked.method == "POST" and asked.path.endswith("/issues"):
            raise requests.ConnectionError("Connection reset by peer")
        return reply

    site.fake.forced = lost
    assert site.call("CreateExternalIssue", request).status is Status.UNAVAILABLE
    made = max(world.issues)
    # It quotes the issue that it is for, and GitHub lists it among the issues.
    world.issues[made + 1] = Issue(made + 1, "Mend it", world.issues[made].body)
    issue_of = site.fake._issue
    site.fake._issue = lambda issue: {
        **issue_of(issue),
        **({"pull_request": {"url": ""}} if issue.number == made + 1 else {}),
    }
    site.fake.forced = None
    found = site.call("CreateExternalIssue", request).message
    assert found.key == site.fake.issue_key(made)


# ---- addresses


@pytest.mark.parametrize(
    ("rest", "ref", "path", "line"),
    [
        ("blob/main/src/app.py#L7-L9", "main", "src/app.py", 7),
        ("blob/main/src/app.py#L7C3-L9C1", "main", "src/app.py", 7),
        ("blame/main/src/app.py", "main", "src/app.py", 0),
        ("raw/50%25/docs/a%20b.md?plain=1", "50%", "docs/a b.md", 0),
        ("blob/release/2024/src/app.py", "release/2024", "src/app.py", 0),
        ("blob/feature%2Fx/src/app.py", "feature/x", "src/app.py", 0),
        ("edit/main/a.py#top", "main", "a.py", 0),
        ("raw/refs/heads/main/src/app.py", "main", "src/app.py", 0),
        ("blob/refs/heads/release/2024/a.py", "release/2024", "a.py", 0),
        ("blob/refs/tags/v1/a.py", "v1", "a.py", 0),
        ("blob/refs/heads.py", "refs", "heads.py", 0),
    ],
)
def test_addresses_of_files_in_all_their_forms(site: Site, rest: str, ref: str, path: str, line: int) -> None:
    from sentry_scm_grpc.providers.registry import adapters

    repository = pb.Repository(id=7, url=site.fake.web, default_branch="release/2024")
    adapter: Any = adapters()[site.fake.key](SimpleNamespace(), repository)
    found = adapter.parse_source_url(f"{site.fake.web}/{rest}".replace("acme", "Acme"))
    assert (found.repository_id, found.ref, found.path, found.line_number) == (7, ref, path, line)


@pytest.mark.parametrize(
    "url",
    [
        "{web}/blob/main",
        "{web}/blob/main/",
        "{web}/tree/main/src",
        "{web}/issues/1/2",
        "{web}",
        "{web}-2/blob/main/src/app.py",
        "https://example.com/acme/rocket/blob/main/src/app.py",
    ],
)
def test_addresses_of_something_else(site: Site, url: str) -> None:
    assert site.repository
    request = pb.ResolveSourceUrlRequest(url=url.format(web=site.fake.web))
    assert site.call("ResolveSourceUrl", request).status is Status.NOT_FOUND


def test_the_address_of_a_line_of_a_page_shows_its_source(site: Site) -> None:
    request = pb.GetSourceUrlRequest(path="docs/a b.md", ref="feature/x#1", line_number=3)
    url = site.call("GetSourceUrl", request).message.url
    assert url == f"{site.fake.web}/blob/feature/x%231/docs/a%20b.md?plain=1#L3"


# ---- repositories


def test_a_repository_is_added(site: Site) -> None:
    found = site.call("CreateRepository", pb.CreateRepositoryRequest(identifier="acme/rocket")).message
    assert (found.name, found.url, found.external_id) == ("acme/rocket", site.fake.web, "1296269")


# ---- GitHub Enterprise


@pytest.mark.parametrize(
    ("base_url", "path"),
    [
        ("https://ghe.example.com/api/v3", "https://ghe.example.com/api/graphql"),
        # Newer clients of Sentry's add the prefix of each API themselves.
        ("https://ghe.example.com", "/graphql"),
    ],
)
def test_where_graphql_is_on_an_enterprise_server(base_url: str, path: str) -> None:
    client = SimpleNamespace(base_url=base_url)
    connection: Any = SimpleNamespace(installation=SimpleNamespace(get_client=lambda: client))
    assert GitHubEnterpriseAdapter(connection).graph_path == path


# ---- comparisons


@pytest.mark.parametrize("files", [{}, {"files": None}])
def test_a_comparison_without_files_is_not_one_of_equal_trees(site: Site, files: dict[str, None]) -> None:
    def without_files(request: Request) -> Reply:
        found = site.fake._route(request)
        if "/compare/" in request.path:
            found.body = {key: value for key, value in found.body.items() if key != "files"} | files
        return found

    site.fake.forced = without_files
    for rpc, asked in (
        ("ListComparedFiles", refs_pb2.ListComparedFilesRequest(base="main", head="topic")),
        ("StreamDiff", refs_pb2.StreamDiffRequest(base="main", head="topic")),
    ):
        answer = site.call(rpc, asked)
        assert (answer.status, answer.reason) == (Status.FAILED_PRECONDITION, "VENDOR_LIMIT"), rpc
