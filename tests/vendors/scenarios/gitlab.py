"""What only GitLab has: manners of paging, whole trees, lines counted in diffs, a search that takes filters."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import grpc
import pytest
from django.core.cache import cache

from sentry_scm_grpc.providers.vendor import http
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.vendors.fake import Reply, Request
from tests.vendors.gitlab import Fake
from tests.vendors.site import OpenSite, Site
from tests.vendors.world import MANY, ODD_BRANCHES, ODD_PATHS

pytestmark = pytest.mark.django_db

Status = grpc.StatusCode


@pytest.fixture
def site(open_site: OpenSite) -> Iterator[Site]:
    with open_site(Fake()) as site:
        yield site


def paths(site: Site) -> list[tuple[str, str]]:
    return [(call.method, call.path.removeprefix("/projects/7/repository/")) for call in site.fake.calls]


def changed(site: Site, **fields: Any) -> None:
    """The first answer of GitLab's with other fields in its first item."""
    route = site.fake._route

    def answer(request: Request) -> Reply:
        reply = route(request)
        return Reply([{**reply.body[0], **fields}], reply.status, reply.headers)

    site.fake.forced = answer


# ---- projects


@pytest.mark.parametrize(
    ("query", "searched", "count"),
    [
        ("repo-01", "repo-01", 10),
        ("Acme / repo-01", "repo-01", 10),
        # Of less than three characters GitLab finds a whole name alone: all are read, and filtered here.
        ("01", None, 13),
        ("acme / re", None, 250),
    ],
)
def test_gitlab_searches_for_the_last_part_of_a_name(site: Site, query: str, searched: str | None, count: int) -> None:
    found = site.pages("SearchRepositories", pb.SearchRepositoriesRequest(query=query), "repositories")
    assert len(found) == count
    assert {call.params.get("search") for call in site.fake.calls} == {searched}


def test_an_installation_on_all_of_an_instance_lists_what_its_user_is_a_member_of(open_site: OpenSite) -> None:
    fake = Fake()
    project = {"id": 9, "name_with_namespace": "Other / thing", "path_with_namespace": "other/thing"}
    fake.forced = lambda request: Reply([project])
    with open_site(fake, group_id=None) as site:
        found = site.call("SearchRepositories", pb.SearchRepositoriesRequest()).message
    assert [(repository.identifier, repository.external_id) for repository in found.repositories] == [
        ("9", "gitlab.example.com:9")
    ]
    assert (fake.calls[0].path, fake.calls[0].params["membership"]) == ("/projects", "true")


# ---- commits


def test_counts_of_lines_are_those_of_the_diff(site: Site) -> None:
    expected = site.fake.world.commits[3]
    found = site.call("GetCommit", pb.GetCommitRequest(commit_sha=expected.sha)).message
    assert [(change.path, change.additions, change.deletions) for change in found.file_changes] == [
        (change.path, change.additions, change.deletions) for change in expected.changes
    ]
    assert len(site.fake.calls) == 2


def test_a_list_of_changes_that_gitlab_ends_early_is_told_from_a_whole_one(site: Site) -> None:
    large = site.fake.world.commits[MANY // 2 - 1]
    request = pb.GetCommitRequest(commit_sha=large.sha)
    found = site.call("GetCommit", request).message
    assert (len(found.file_changes), found.file_changes_truncated) == (MANY, False)
    cache.clear()
    route = site.fake._route

    def cut(asked: Request) -> Reply:
        reply = route(asked)
        return Reply(reply.body[:15]) if asked.path.endswith("/diff") else reply

    site.fake.forced = cut
    found = site.call("GetCommit", request).message
    assert (len(found.file_changes), found.file_changes_truncated) == (15, True)


def test_a_list_of_changes_without_an_end_is_given_up(site: Site) -> None:
    def endless(asked: Request) -> Reply:
        if not asked.path.endswith("/diff"):
            return site.fake._route(asked)
        assert len(site.fake.calls) < 50
        return Reply([], headers={"X-Next-Page": str(int(asked.params["page"]) + 1 if "page" in asked.params else 2)})

    site.fake.forced = endless
    found = site.call("GetCommit", pb.GetCommitRequest(commit_sha=site.fake.world.head)).message
    assert (len(found.file_changes), found.file_changes_truncated) == (0, True)


@pytest.mark.parametrize(
    ("diff", "counts"),
    [
        ("--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n--- a\n+++ b\n kept\u2028+kept\n", (1, 1, False)),
        ("Binary files a/x and b/x differ\n", (0, 0, True)),
        ("@@ -1 +1 @@\n-Binary files a and b differ\n+y\n", (1, 1, False)),
        # What is too large, GitLab leaves out.
        ("", (0, 0, False)),
        (None, (0, 0, False)),
    ],
)
def test_lines_of_a_diff(site: Site, diff: str | None, counts: tuple[int, int, bool]) -> None:
    changed(site, diff=diff)
    request = pb.ListFileChangesRequest(commit_sha=site.fake.world.head)
    (change,) = site.call("ListFileChanges", request).message.file_changes
    assert (change.additions, change.deletions, change.binary) == counts


def test_a_full_page_after_which_nothing_follows_is_the_last(site: Site) -> None:
    del site.fake.world.commits[200:]
    commits = site.pages("ListCommits", pb.ListCommitsRequest(page_size=100), "commits")
    assert [commit.key for commit in commits] == [commit.sha for commit in site.fake.world.commits]


def test_pages_are_found_without_the_address_of_the_next(site: Site) -> None:
    route = site.fake._route

    def answer(request: Request) -> Reply:
        reply = route(request)
        return Reply(reply.body, reply.status, {name: text for name, text in reply.headers.items() if name != "Link"})

    site.fake.forced = answer
    commits = site.pages("ListCommits", pb.ListCommitsRequest(page_size=100), "commits")
    assert len({commit.key for commit in commits}) == MANY


def test_head_is_the_default_branch(site: Site) -> None:
    world = site.fake.world
    assert site.call("GetCommit", pb.GetCommitRequest(commit_sha="HEAD")).message.key == world.head
    assert site.call("ListCommits", pb.ListCommitsRequest(ref="HEAD")).message.commits[0].key == world.head
    assert site.call("GetFile", pb.GetFileRequest(path="src/app.py", ref="HEAD")).message.commit_sha == world.head
    assert site.call("ListTree", pb.ListTreeRequest(ref="HEAD", path="src")).message.entries


def test_a_stored_default_branch_that_is_gone_does_no_harm(site: Site) -> None:
    site.update(site.repository, config={**site.repository.config, "default_branch": "master"})
    assert site.call("GetFile", pb.GetFileRequest(path="src/app.py")).status is Status.OK
    assert site.call("ListTree", pb.ListTreeRequest()).status is Status.OK
    assert site.call("ListCommits", pb.ListCommitsRequest()).status is Status.OK


def test_no_commits_that_fit_are_no_missing_ref(site: Site) -> None:
    request = pb.ListCommitsRequest(ref="main", path="no/such/file")
    assert site.call("ListCommits", request).message == pb.ListCommitsResponse()
    answer = site.call("ListCommits", pb.ListCommitsRequest(ref="f" * 40))
    assert (answer.status, answer.reason) == (Status.NOT_FOUND, "REF_NOT_FOUND")


def test_an_empty_repository(site: Site) -> None:
    def empty(request: Request) -> Reply:
        if request.path.endswith(("/commits", "/search")):
            return Reply([])
        return site.fake._route(request) if request.path == "/projects/7" else Reply(site.fake.not_found, 404)

    site.fake.forced = empty
    assert site.call("ListCommits", pb.ListCommitsRequest()).message == pb.ListCommitsResponse()
    assert site.call("SearchCode", pb.SearchCodeRequest(query="x")).message == pb.SearchCodeResponse()
    assert not site.call("CheckFile", pb.CheckFileRequest(path="x")).message.exists
    for rpc_name, request in (
        ("ListTree", pb.ListTreeRequest()),
        ("GetFile", pb.GetFileRequest(path="x")),
        ("GetCommit", pb.GetCommitRequest(commit_sha="HEAD")),
        ("GetCommitContext", pb.GetCommitContextRequest(commit_sha="main", filepath="x", line_number=1)),
    ):
        answer = site.call(rpc_name, request)
        assert (answer.status, answer.reason) == (Status.NOT_FOUND, "REF_NOT_FOUND"), rpc_name


# ---- blame


def test_a_call_for_each_file_from_the_first_wanted_line_to_the_last(site: Site) -> None:
    world = site.fake.world
    asked = [(path, line) for path in [f"src/module{n:03}.py" for n in range(20)] for line in (2, 1, 2, 1, 2)]
    lines = [pb.SourceLine(commit_sha=world.head, filepath=path, line_number=line) for path, line in asked]
    results = site.call("BatchGetCommitContext", pb.BatchGetCommitContextRequest(lines=lines)).message.results
    assert [(r.context.filename, r.context.line_number, r.context.code_snippet) for r in results] == [
        (path, line, world.lines(path)[line - 1]) for path, line in asked
    ]
    assert len(site.fake.calls) == 20
    assert {(call.params["range[start]"], call.params["range[end]"]) for call in site.fake.calls} == {("1", "2")}


def test_lines_that_one_commit_changed_are_told_apart(site: Site) -> None:
    world = site.fake.world
    world.blame = lambda line: world.commits[line // 10]  # type: ignore[method-assign]
    asked = (9, 10, 19, 100, 101)
    lines = [pb.SourceLine(commit_sha="main", filepath="src/app.py", line_number=line) for line in asked]
    results = site.call("BatchGetCommitContext", pb.BatchGetCommitContextRequest(lines=lines)).message.results
    assert [(result.context.code_snippet, result.context.blame_commit_id) for result in results[:4]] == [
        (f"line {line}", world.blame(line).sha) for line in asked[:4]
    ]
    assert {result.context.commit_id for result in results[:4]} == {world.head}
    assert results[4].error.reason == "LINE_OUT_OF_RANGE"
    assert len(site.fake.calls) == 1


def test_a_gitlab_that_knows_no_ranges_blames_all_lines(site: Site) -> None:
    route = site.fake._route

    def old(request: Request) -> Reply:
        if request.path.endswith("/blame"):
            request.params |= {"range[start]": "1", "range[end]": "1000000"}
        return route(request)

    site.fake.forced = old
    asked = pb.GetCommitContextRequest(commit_sha="main", filepath="src/app.py", line_number=42)
    found = site.call("GetCommitContext", asked).message
    assert (found.code_snippet, found.blame_commit_id) == ("line 42", site.fake.world.blame(42).sha)


def test_a_line_of_a_bundle_does_not_fill_the_answer(site: Site) -> None:
    def long(request: Request) -> Reply:
        reply = site.fake._route(request)
        if request.path.endswith("/blame"):
            reply.body[0]["lines"][0] = "x" * 5_000_000
        return reply

    site.fake.forced = long
    asked = pb.GetCommitContextRequest(commit_sha="main", filepath="src/app.py", line_number=1)
    assert site.call("GetCommitContext", asked).message.code_snippet == "x" * 1024


@pytest.mark.parametrize("ref", ODD_BRANCHES)
def test_blame_of_odd_paths_on_odd_branches(site: Site, ref: str) -> None:
    for path in ODD_PATHS:
        request = pb.GetCommitContextRequest(commit_sha=ref, filepath=path, line_number=1)
        assert site.call("GetCommitContext", request).message.code_snippet == f"# {path}"


@pytest.mark.parametrize(
    ("path", "ref", "code", "reason"),
    [
        ("src", "main", Status.FAILED_PRECONDITION, "NOT_A_FILE"),
        ("src/no-such.py", "main", Status.NOT_FOUND, "PATH_NOT_FOUND"),
        ("src/app.py", "no-such-branch", Status.NOT_FOUND, "REF_NOT_FOUND"),
        ("src/app.py", "f" * 40, Status.NOT_FOUND, "REF_NOT_FOUND"),
    ],
)
def test_why_there_is_no_file(site: Site, path: str, ref: str, code: Status, reason: str) -> None:
    blame = pb.GetCommitContextRequest(commit_sha=ref, filepath=path, line_number=1)
    for answer in (site.call("GetCommitContext", blame), site.call("GetFile", pb.GetFileRequest(path=path, ref=ref))):
        assert (answer.status, answer.reason) == (code, reason)


# ---- files


def test_a_file_costs_two_calls_and_at_a_full_sha_none_again(site: Site) -> None:
    request = pb.GetFileRequest(path="docs/a b.md", ref=site.fake.world.head)
    site.call("GetFile", request)
    assert paths(site) == [("HEAD", "files/docs%2Fa%20b.md"), ("GET", "files/docs%2Fa%20b.md/raw")]
    site.fake.forget_calls()
    assert site.call("GetFile", request).status is Status.OK
    assert site.call("CheckFile", pb.CheckFileRequest(path="docs/a b.md", ref=request.ref)).message.exists
    assert not site.fake.calls


def test_a_file_that_is_too_large_is_not_read(site: Site) -> None:
    answer = site.call("GetFile", pb.GetFileRequest(path="assets/large.bin"))
    assert answer.reason == "FILE_TOO_LARGE"
    assert "2000000 bytes" in answer.text
    assert [method for method, _ in paths(site)] == ["HEAD"]


def test_a_directory_exists_but_is_no_file_and_a_submodule_is_none_either(site: Site) -> None:
    site.fake.modes["src/app.py"] = "160000"
    assert site.call("CheckFile", pb.CheckFileRequest(path="src")).message.exists
    assert site.call("CheckFile", pb.CheckFileRequest(path="src/app.py")).message.exists
    assert site.call("GetFile", pb.GetFileRequest(path="src/app.py")).reason == "NOT_A_FILE"


def test_an_empty_file_is_one(site: Site) -> None:
    site.fake.world.files["src/app.py"] = b""
    found = site.call("GetFile", pb.GetFileRequest(path="src/app.py")).message
    assert (found.content, found.commit_sha) == (b"", site.fake.world.head)


@pytest.mark.parametrize("name", ["X-Gitlab-Commit-Id", "X-Gitlab-Size"])
@pytest.mark.parametrize("told", [None, "", "odd", "-1"])
def test_headers_that_are_missing_or_odd(site: Site, name: str, told: str | None) -> None:
    route = site.fake._route

    def answer(request: Request) -> Reply:
        reply = route(request)
        headers = {key: text for key, text in reply.headers.items() if key != name}
        return Reply(reply.body, reply.status, headers if told is None else {**headers, name: told})

    site.fake.forced = answer
    assert site.call("GetFile", pb.GetFileRequest(path="src/app.py")).reason == "BAD_VENDOR_RESPONSE"


def test_a_repository_without_code_owners_costs_two_calls_for_each_place(site: Site) -> None:
    del site.fake.world.files["CODEOWNERS"]
    site.call("GetCodeOwners", pb.GetCodeOwnersRequest(ref=site.fake.world.head))
    # And one for the commit, which is then known.
    assert len(site.fake.calls) == 7
    site.fake.world.files[".gitlab/CODEOWNERS"] = b"[Docs] @writers\n/docs/\n"
    found = site.call("GetCodeOwners", pb.GetCodeOwnersRequest(paths=["docs/a"])).message
    assert (found.path, list(found.path_owners[0].owners)) == (".gitlab/CODEOWNERS", ["@writers"])


@pytest.mark.parametrize(
    ("url", "path", "ref", "line"),
    [
        # As Sentry makes them.
        ("/blob/main/src/app.py", "src/app.py", "main", 0),
        ("/-/blame/main/src/app.py#L7-9", "src/app.py", "main", 7),
        ("/-/raw/main/docs/a%20b.md?inline=false", "docs/a b.md", "main", 0),
        ("/-/blob/release/1.0/a.py", "a.py", "release/1.0", 0),
        ("/-/blob/main/a.md?plain=1#L3", "a.md", "main", 3),
    ],
)
def test_addresses_of_a_file(site: Site, url: str, path: str, ref: str, line: int) -> None:
    site.update(site.repository, config={**site.repository.config, "default_branch": "release/1.0"})
    found = site.call("ResolveSourceUrl", pb.ResolveSourceUrlRequest(url=site.fake.web + url)).message
    assert (found.path, found.ref, found.line_number) == (path, ref, line)


def test_a_line_of_a_page_that_is_rendered_is_shown_as_text(site: Site) -> None:
    request = pb.GetSourceUrlRequest(path="docs/a b.md", ref="50%", line_number=2)
    url = site.call("GetSourceUrl", request).message.url
    assert url == f"{site.fake.web}/-/blob/50%25/docs/a%20b.md?plain=1#L2"


# ---- trees


def many_files(site: Site, count: int) -> pb.ListTreeRequest:
    site.fake.world.files = {f"src/{number:05}.py": b"" for number in range(count)}
    return pb.ListTreeRequest(ref=site.fake.world.head, page_size=1000)


def test_ten_thousand_files_are_one_call(site: Site) -> None:
    entries = site.pages("ListTree", many_files(site, 10_000), "entries")
    assert [entry.path for entry in entries] == list(site.fake.world.files)
    assert len(site.fake.calls) == 1


@pytest.mark.parametrize("keyed", [True, False])
def test_an_old_gitlab_lists_a_hundred_at_a_time(site: Site, keyed: bool) -> None:
    request = many_files(site, 2000)
    site.fake.whole_trees, site.fake.keyed_trees = False, keyed
    entries = site.pages("ListTree", request, "entries")
    assert [entry.path for entry in entries] == list(site.fake.world.files)
    # The one that is refused, and those for 2,000 files and their directory.
    assert len(site.fake.calls) == 1 + 21


def test_a_tree_larger_than_we_read_is_listed_page_by_page(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MAX_JSON_BYTES", 30_000)
    entries = site.pages("ListTree", pb.ListTreeRequest(page_size=70), "entries")
    assert sorted(entry.path for entry in entries) == sorted(site.fake.world.files)
    trees = [call.params["pagination"] for call in site.fake.calls if call.path.endswith("/tree")]
    assert trees.count("none") == 1
    assert len(list(site.call("StreamTree", pb.StreamTreeRequest()).messages)) == len(entries)


def test_files_are_in_byte_order_with_their_kinds(site: Site) -> None:
    site.fake.world.files = dict.fromkeys(("a/b", "a.b", "b", "é", "z/deep/er"), b"x")
    site.fake.modes = {"a.b": "120000", "a/b": "160000", "b": "100755"}
    entries = site.call("ListTree", pb.ListTreeRequest()).message.entries
    assert [(entry.path, entry.kind) for entry in entries] == [
        ("a.b", pb.TREE_ENTRY_KIND_SYMLINK),
        ("a/b", pb.TREE_ENTRY_KIND_SUBMODULE),
        ("b", pb.TREE_ENTRY_KIND_EXECUTABLE),
        ("z/deep/er", pb.TREE_ENTRY_KIND_FILE),
        ("é", pb.TREE_ENTRY_KIND_FILE),
    ]
    assert all(len(entry.sha) == 40 for entry in entries)


@pytest.mark.parametrize("path", ["src/app.py", "no/such/directory"])
def test_below_what_is_no_directory_are_no_files(site: Site, path: str) -> None:
    assert site.call("ListTree", pb.ListTreeRequest(path=path)).message == pb.ListTreeResponse()


# ---- search


@pytest.mark.parametrize(
    "query",
    ["path:docs", "see path:docs now", "-filename:x", "extension:py and more", "two  spaces", "a\ttab", 'a "quote" b'],
)
def test_text_that_gitlab_takes_for_something_else_is_found(site: Site, query: str) -> None:
    site.fake.world.files["src/odd.txt"] = f"one\ntwo\n  before {query} after\nfour\n".encode()
    (match,) = site.pages("SearchCode", pb.SearchCodeRequest(query=query), "matches")
    assert (match.path, match.line_number, match.column) == ("src/odd.txt", 3, 10)
    assert match.line == f"  before {query} after"
    assert match.url == f"{site.fake.web}/-/blob/HEAD/src/odd.txt#L3"


def test_text_of_nothing_that_gitlab_looks_for(site: Site) -> None:
    assert "query" in site.call("SearchCode", pb.SearchCodeRequest(query='""')).violations
    assert not site.fake.calls


def test_a_snippet_has_a_match_for_each_of_its_lines_and_a_files_name_is_none(site: Site) -> None:
    site.fake.world.files = {"src/zebra.py": b"nothing\n", "src/b.py": b"\n\nzebra\n\nno\nZebra zebra\n"}
    matches = site.pages("SearchCode", pb.SearchCodeRequest(query="zebra", page_size=1), "matches")
    assert [(match.path, match.line_number, match.column) for match in matches] == [
        ("src/b.py", 3, 1),
        ("src/b.py", 6, 1),
    ]
    exact = site.pages("SearchCode", pb.SearchCodeRequest(query="Zebra", case_sensitive=True), "matches")
    assert [match.line_number for match in exact] == [6]


def test_what_is_found_in_another_project_is_dropped(site: Site) -> None:
    assert site.call("SearchCode", pb.SearchCodeRequest(query="line 42")).message.matches
    changed(site, project_id=8)
    assert not site.call("SearchCode", pb.SearchCodeRequest(query="line 42")).message.matches


def test_another_ref_is_searched_and_one_that_is_not_there_is_named(site: Site) -> None:
    (match,) = site.call("SearchCode", pb.SearchCodeRequest(query="line 42", ref="50%")).message.matches
    assert match.url == f"{site.fake.web}/-/blob/50%25/src/app.py#L42"
    answer = site.call("SearchCode", pb.SearchCodeRequest(query="line 42", ref="no-such-branch"))
    assert (answer.status, answer.reason) == (Status.NOT_FOUND, "REF_NOT_FOUND")
    nothing = site.call("SearchCode", pb.SearchCodeRequest(query="zqxj", ref="50%"))
    assert nothing.message == pb.SearchCodeResponse()


def test_the_limit_of_searches_is_their_own(site: Site) -> None:
    site.fake.forced = lambda request: Reply({"message": "?"}, 429, {"Retry-After": "60"})
    assert site.call("SearchCode", pb.SearchCodeRequest(query="x")).reason == "VENDOR_RATE_LIMITED"
    site.fake.forced = None
    assert site.call("SearchCode", pb.SearchCodeRequest(query="x")).reason == "VENDOR_QUOTA_LOW"
    assert site.call("ListCommits", pb.ListCommitsRequest()).status is Status.OK


def test_the_limit_of_files_is_their_own_where_an_administrator_has_set_one(site: Site) -> None:
    told = {"RateLimit-Limit": "100", "RateLimit-Remaining": "3", "RateLimit-Reset": str(int(time.time()) + 60)}

    def limited(request: Request) -> Reply:
        reply = site.fake._route(request)
        return Reply(reply.body, reply.status, {**reply.headers, **told}) if "/files/" in request.path else reply

    site.fake.forced = limited
    asked = pb.CheckFileRequest(path="src/app.py")
    assert site.call("CheckFile", asked).status is Status.OK
    assert site.call("CheckFile", asked).reason == "VENDOR_QUOTA_LOW"
    assert site.call("ListCommits", pb.ListCommitsRequest()).status is Status.OK


# ---- issues


def test_projects_without_issues_are_no_destinations(site: Site) -> None:
    found = site.call("ListIssueDestinations", pb.ListIssueDestinationsRequest(query="rocket")).message.destinations
    assert [(place.id, place.name, place.kind) for place in found] == [("acme/rocket", "Acme / rocket", "project")]
    (call,) = site.fake.calls
    assert (call.params["with_issues_enabled"], call.params["archived"]) == ("true", "false")


def test_issues_are_searched_for_by_a_projects_number_too(site: Site) -> None:
    request = pb.SearchIssuesRequest(query="issue 7:", destination="7")
    (issue,) = site.call("SearchIssues", request).message.issues
    assert (issue.key, issue.metadata["display_name"]) == (site.fake.issue_key(7), "acme/rocket#7")


# ---- a GitLab that is not at the top of its site, and a project that is not at the top of its group


class BelowAPath(Fake):
    api = "https://example.com/gitlab/api/v4"
    web = "https://example.com/gitlab/acme/sub.group/rocket"
    project = "acme/sub.group/rocket"

    stored_repository: ClassVar[Mapping[str, Any]] = {
        "name": "Acme / Sub / rocket",
        "external_id": "example.com:7",
        "config": {"instance": "example.com", "path": project, "project_id": 7, "webhook_id": 1},
    }

    def _route(self, request: Request) -> Reply:
        request.path = request.path.replace("/projects/acme%2Fsub.group%2Frocket", "/projects/acme%2Frocket")
        return super()._route(request)

    def _issue(self, issue: Any) -> Any:
        return {**super()._issue(issue), "references": {"full": f"{self.project}#{issue.number}"}}


@pytest.fixture
def below(open_site: OpenSite) -> Iterator[Site]:
    own = {"instance": "example.com", "base_url": "https://example.com/gitlab", "domain_name": "example.com/acme"}
    with open_site(BelowAPath(), **own) as site:
        yield site


def test_a_project_of_a_subgroup_below_a_path_is_read_and_linked_to(below: Site) -> None:
    commits = below.pages("ListCommits", pb.ListCommitsRequest(page_size=100), "commits")
    assert len(commits) == MANY
    url = below.call("GetSourceUrl", pb.GetSourceUrlRequest(path="src/app.py", ref="main", line_number=7)).message.url
    assert url == "https://example.com/gitlab/acme/sub.group/rocket/-/blob/main/src/app.py#L7"
    found = below.call("ResolveSourceUrl", pb.ResolveSourceUrlRequest(url=url)).message
    assert (found.path, found.ref, found.line_number) == ("src/app.py", "main", 7)
    elsewhere = url.replace("/gitlab/", "/")
    assert below.call("ResolveSourceUrl", pb.ResolveSourceUrlRequest(url=elsewhere)).status is Status.NOT_FOUND


def test_issues_of_a_project_of_a_subgroup_below_a_path(below: Site) -> None:
    place = BelowAPath.project
    key = f"example.com/acme:{place}#7"
    linked = below.call("LinkExternalIssue", pb.LinkExternalIssueRequest(group_id=below.rows.group().id, key=key))
    assert linked.message.key == key
    (issue,) = below.call("SearchIssues", pb.SearchIssuesRequest(query="issue 7:", destination=place)).message.issues
    assert issue.key == key
