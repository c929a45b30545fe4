"""Rare but documented responses of the vendors: errors, redirects, kinds of changes, states of issues."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from sentry_scm_grpc.errors import ScmError
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.providers.vendor.fake_vendors import VENDORS, Vendor
from tests.providers.vendor.test_atlassian_and_azure import azure_error, server_error
from tests.providers.vendor.test_lost import SHA, says

LIST = pb.ListCommitsRequest(ref=SHA)


def vendor_of(key: str, **repository: Any) -> Vendor:
    return Vendor(key, **{"default_branch": "main", "url": "https://code.example.com/acme/rocket", **repository})


def reason(ask: Callable[[], Any]) -> str:
    try:
        found = ask()
    except ScmError as error:
        return error.reason
    assert isinstance(found, ScmError), found
    return found.reason


# ---- refusals

STATUSES = {
    402: "VENDOR_FORBIDDEN",
    405: "BAD_VENDOR_RESPONSE",
    406: "BAD_VENDOR_RESPONSE",
    413: "VENDOR_INVALID",
    414: "VENDOR_INVALID",
    423: "VENDOR_FORBIDDEN",
    500: "PROVIDER_UNAVAILABLE",
    502: "PROVIDER_UNAVAILABLE",
    503: "PROVIDER_UNAVAILABLE",
    504: "PROVIDER_TIMEOUT",
    522: "PROVIDER_TIMEOUT",
    524: "PROVIDER_TIMEOUT",
    555: "PROVIDER_TIMEOUT",
}


@pytest.mark.parametrize(("status", "expected"), STATUSES.items())
@pytest.mark.parametrize("key", VENDORS)
def test_an_error_page_of_a_proxy(key: str, status: int, expected: str) -> None:
    vendor = vendor_of(key)
    says(vendor, b"<html><h1>Maintenance</h1></html>", status)
    assert reason(lambda: vendor.call("ListCommits", LIST)) == expected


CAPTCHA = server_error("bitbucket.auth.CaptchaRequiredAuthenticationException")
DISABLED = azure_error("TF401019: The Git repository rocket is disabled.", "GitRepositoryDisabledException")


@pytest.mark.parametrize(
    ("key", "status", "body", "expected"),
    [
        ("github", 403, {"message": "Maximum number of login attempts exceeded."}, "INTEGRATION_UNAUTHORIZED"),
        ("github", 403, {"message": "This installation has been suspended"}, "VENDOR_FORBIDDEN"),
        ("gitlab", 403, {"message": "403 Forbidden - Your account has been blocked."}, "VENDOR_FORBIDDEN"),
        ("gitlab", 401, {"error": "invalid_token", "error_description": "Revoked."}, "INTEGRATION_UNAUTHORIZED"),
        ("bitbucket_server", 401, CAPTCHA, "INTEGRATION_UNAUTHORIZED"),
        ("bitbucket_server", 403, CAPTCHA, "INTEGRATION_UNAUTHORIZED"),
        ("vsts", 403, DISABLED, "VENDOR_DISABLED"),
        ("vsts", 404, DISABLED, "VENDOR_DISABLED"),
        ("vsts", 403, azure_error("TF401027: You need the Git 'GenericRead' permission."), "VENDOR_FORBIDDEN"),
    ],
)
def test_the_body_of_an_error_says_more_than_its_status(key: str, status: int, body: Any, expected: str) -> None:
    vendor = vendor_of(key)
    says(vendor, body, status)
    assert reason(lambda: vendor.call("ListCommits", LIST)) == expected


def test_a_disabled_repository_is_not_accessible() -> None:
    vendor = vendor_of("vsts").on("GET", ".*", DISABLED, 403)
    found = vendor.call("CheckRepositoryAccess", pb.CheckRepositoryAccessRequest())
    assert (found.accessible, found.reason) == (False, "VENDOR_DISABLED")


def test_a_deleted_issue_is_not_found() -> None:
    vendor = Vendor("github").on("GET", ".*/issues/7", {"message": "This issue was deleted"}, 410)
    assert reason(lambda: vendor.adapter.get_issue("acme/rocket#7")) == "VENDOR_NOT_FOUND"
    vendor.on("GET", ".*/issues/7", {"message": "Issues are disabled for this repo"}, 410)
    assert reason(lambda: vendor.adapter.get_issue("acme/rocket#7")) == "VENDOR_DISABLED"


def test_an_issue_of_a_moved_project_is_not_written() -> None:
    body = {"message": "Non GET methods are not allowed for moved projects"}
    vendor = Vendor("gitlab").on("PUT", "/projects/.*", body, 405)
    assert reason(lambda: vendor.adapter.set_issue_state("acme/rocket#7", pb.ISSUE_STATE_CLOSED)) == "VENDOR_MOVED"


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ({"message": "You have exceeded a secondary rate limit. Please wait a few minutes."}, "VENDOR_RATE_LIMITED"),
        ({"message": "Something went wrong. This may be the result of a timeout."}, "PROVIDER_UNAVAILABLE"),
        ({"message": "Field 'x' doesn't exist", "extensions": {"code": "undefinedField"}}, "BAD_VENDOR_RESPONSE"),
    ],
)
def test_an_error_of_graphql_without_a_type(error: Any, expected: str) -> None:
    vendor = Vendor("github").on("POST", "/graphql", {"data": None, "errors": [error]})
    assert reason(lambda: vendor.call("CheckFile", pb.CheckFileRequest(path="a"))) == expected


def test_a_github_repository_without_commits_has_no_files() -> None:
    vendor = Vendor("github").on("POST", "/graphql", {"data": {"repository": {"object": None}}})
    assert vendor.call("CheckFile", pb.CheckFileRequest(path="a")) == pb.CheckFileResponse()
    found = vendor.call("GetFile", pb.GetFileRequest(path="a"))
    assert (found.reason, found.message) == ("REF_NOT_FOUND", "The repository has no commits.")
    assert reason(lambda: vendor.call("CheckFile", pb.CheckFileRequest(path="a", ref="x"))) == "REF_NOT_FOUND"


# ---- redirects


@pytest.mark.parametrize("start", ["https://API.github.com:443", "", "//api.github.com"])
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_the_same_site_by_another_spelling(status: int, start: str) -> None:
    moved = {"Location": f"{start}/repositories/1"}
    vendor = Vendor("github").on("GET", "/repos/acme/rocket", {}, status, headers=moved)
    vendor.on("GET", "/repositories/1", {"full_name": "acme/new", "id": 1})
    assert vendor.adapter.describe_repository("acme/rocket").name == "acme/new"


@pytest.mark.parametrize(
    "location",
    ["http://api.github.com/x", "https://api.github.com:8443/x", "https://api.github.com:port/x", "http://["],
)
def test_another_site_of_the_same_name(location: str) -> None:
    vendor = Vendor("github").on("GET", "/repos/acme/rocket", {}, 301, headers={"Location": location})
    assert reason(lambda: vendor.adapter.describe_repository("acme/rocket")) == "BAD_VENDOR_RESPONSE"


# ---- texts, people and parents


BARE: dict[str, Callable[[str], Any]] = {
    "github": lambda message: [{"sha": SHA, "commit": {"message": message}}],
    "github_enterprise": lambda message: [{"sha": SHA, "commit": {"message": message}, "parents": None}],
    "gitlab": lambda message: [{"id": SHA, "message": message}],
    "bitbucket": lambda message: {"values": [{"hash": SHA, "message": message}]},
    "bitbucket_server": lambda message: {"values": [{"id": SHA, "message": message}], "isLastPage": True},
    "vsts": lambda message: {"value": [{"commitId": SHA, "comment": message}]},
}


@pytest.mark.parametrize("key", VENDORS)
def test_a_text_cut_in_the_middle_of_a_character(key: str) -> None:
    vendor = vendor_of(key)
    says(vendor, json.dumps(BARE[key]("cut \ud83d")).encode(), 200)
    (found,) = vendor.call("ListCommits", LIST).commits
    assert (found.key, found.message, list(found.parent_keys)) == (SHA, "cut \ufffd", [])


# ---- kinds of changes

SERVER_KINDS = {
    "ADD": pb.FILE_CHANGE_KIND_ADDED,
    "COPY": pb.FILE_CHANGE_KIND_COPIED,
    "DELETE": pb.FILE_CHANGE_KIND_DELETED,
    "MODIFY": pb.FILE_CHANGE_KIND_MODIFIED,
    "MOVE": pb.FILE_CHANGE_KIND_RENAMED,
    "UNKNOWN": pb.FILE_CHANGE_KIND_UNSPECIFIED,
}
AZURE_KINDS = {
    "add": pb.FILE_CHANGE_KIND_ADDED,
    "edit": pb.FILE_CHANGE_KIND_MODIFIED,
    "edit, encoding": pb.FILE_CHANGE_KIND_MODIFIED,
    "rename": pb.FILE_CHANGE_KIND_RENAMED,
    "edit, rename": pb.FILE_CHANGE_KIND_RENAMED,
    "rename,edit": pb.FILE_CHANGE_KIND_RENAMED,
    "edit, targetRename": pb.FILE_CHANGE_KIND_RENAMED,
    "delete": pb.FILE_CHANGE_KIND_DELETED,
    "undelete": pb.FILE_CHANGE_KIND_ADDED,
    "branch": pb.FILE_CHANGE_KIND_COPIED,
    "edit, merge": pb.FILE_CHANGE_KIND_MODIFIED,
    "none": pb.FILE_CHANGE_KIND_UNSPECIFIED,
    "delete, sourceRename": None,
    "sourceRename": None,
}
CLOUD_KINDS = {
    "added": pb.FILE_CHANGE_KIND_ADDED,
    "removed": pb.FILE_CHANGE_KIND_DELETED,
    "modified": pb.FILE_CHANGE_KIND_MODIFIED,
    "renamed": pb.FILE_CHANGE_KIND_RENAMED,
    "merge conflict": pb.FILE_CHANGE_KIND_UNSPECIFIED,
}


def azure_change(kind: str) -> Any:
    return {"changeType": kind, "sourceServerItem": "/old", "item": {"gitObjectType": "blob", "path": f"/{kind}"}}


@pytest.mark.parametrize(
    ("key", "kinds", "answer"),
    [
        (
            "bitbucket_server",
            SERVER_KINDS,
            lambda kind: {"type": kind, "path": {"toString": kind}, "srcPath": {"toString": "old"}},
        ),
        ("vsts", AZURE_KINDS, azure_change),
        ("bitbucket", CLOUD_KINDS, lambda kind: {"status": kind, "old": {"path": "old"}, "new": {"path": kind}}),
    ],
)
def test_every_kind_of_change(key: str, kinds: dict[str, Any], answer: Callable[[str], Any]) -> None:
    vendor, listed = vendor_of(key), list(map(answer, kinds))
    vendor.on("GET", ".*(/changes|/diffstat/.*)", {"values": listed, "changes": listed, "isLastPage": True})
    found = vendor.call("ListFileChanges", pb.ListFileChangesRequest(commit_sha=SHA)).file_changes
    assert {change.path: change.kind for change in found} == {
        path: kind for path, kind in kinds.items() if kind is not None
    }
    assert {change.path for change in found if change.previous_path} == {
        path for path, kind in kinds.items() if kind in (pb.FILE_CHANGE_KIND_RENAMED, pb.FILE_CHANGE_KIND_COPIED)
    }


# ---- states of issues


@pytest.mark.parametrize(
    ("key", "states"),
    [
        ("github", {"open": pb.ISSUE_STATE_OPEN, "closed": pb.ISSUE_STATE_CLOSED, "": 0}),
        ("gitlab", {"opened": pb.ISSUE_STATE_OPEN, "reopened": pb.ISSUE_STATE_OPEN, "closed": 2, "locked": 0}),
    ],
)
def test_the_state_of_an_issue(key: str, states: dict[str, int]) -> None:
    for state, expected in states.items():
        issue = {"number": 7, "iid": 7, "title": "Leak", "state": state}
        assert Vendor(key).on("GET", ".*/7", issue).adapter.get_issue("acme/rocket#7").state == expected


@pytest.mark.parametrize(
    ("category", "expected"),
    [("Proposed", 1), ("InProgress", 1), ("Resolved", 2), ("Completed", 2), ("Removed", 2), (None, 0), ("Another", 0)],
)
def test_the_state_of_a_work_item_is_that_of_its_category(category: str | None, expected: int) -> None:
    fields = {"Title": "Leak", "State": "Waiting", "TeamProject": "P", "WorkItemType": "Epic"}
    item = {"id": 7, "fields": {f"System.{name}": text for name, text in fields.items()}}
    states = [{"name": "Done", "category": "Completed"}, {"name": "Waiting", "category": category}]
    vendor = Vendor("vsts").on("GET", ".*/workitems/7", item).on("GET", ".*/states", {"value": states})
    assert vendor.adapter.get_issue("7").state == expected
    vendor.on("GET", ".*/states", {"value": states[:1]})
    del vendor.adapter._known_states
    assert vendor.adapter.get_issue("7").state == pb.ISSUE_STATE_UNSPECIFIED


# ---- search


def test_a_match_of_an_older_gitlab_has_its_path_under_another_name() -> None:
    match = {"basename": "a", "filename": "src/a.py", "data": "a leak\n", "startline": 3, "project_id": 7}
    vendor = Vendor("gitlab").on("GET", ".*/search", [match])
    (found,) = vendor.call("SearchCode", pb.SearchCodeRequest(query="leak")).matches
    assert (found.path, found.line_number, found.column) == ("src/a.py", 3, 3)


CLOUD_LINK = {"self": {"href": f"https://api.bitbucket.org/2.0/repositories/acme/rocket/src/{SHA}/a.py"}}


def test_a_match_of_bitbucket_only_in_the_path_is_dropped() -> None:
    file = {"path": "leak.py", "links": CLOUD_LINK}
    vendor = vendor_of("bitbucket").on(
        "GET", ".*/search/code", {"values": [{"content_match_count": 0, "path_matches": [], "file": file}]}
    )
    assert vendor.call("SearchCode", pb.SearchCodeRequest(query="leak")) == pb.SearchCodeResponse()


def test_a_match_of_bitbucket_must_name_its_repository() -> None:
    vendor = vendor_of("bitbucket").on(
        "GET", ".*/search/code", {"values": [{"content_match_count": 0, "file": {"path": "leak.py"}}]}
    )
    assert reason(lambda: vendor.call("SearchCode", pb.SearchCodeRequest(query="leak"))) == "BAD_VENDOR_RESPONSE"


AZURE_REPOSITORY = {"name": "rocket", "project": {"name": "P"}, "defaultBranch": "refs/heads/main"}


def azure_matches(*matches: Any, code: int = 0) -> Any:
    vendor = vendor_of("vsts")
    vendor.on("GET", ".*/repositories/.*", {"id": vendor.identifier, **AZURE_REPOSITORY})
    vendor.on("POST", ".*/codesearchresults", {"count": len(matches), "results": list(matches), "infoCode": code})
    return vendor.call("SearchCode", pb.SearchCodeRequest(query="leak"))


def test_matches_of_other_branches_and_repositories_are_dropped() -> None:
    def match(path: str, repository: Any, *branches: str) -> Any:
        return {"path": path, "repository": repository, "versions": [{"branchName": name} for name in branches]}

    here, other = {"name": "rocket", "id": "278d5cd2-584d-4b63-824a-2ba458937249"}, {"name": "rocket", "id": "x"}
    found = azure_matches(
        match("/a", here, "main"),
        match("/b", here, "dev"),
        match("/c", here, "dev", "refs/heads/main"),
        match("/d", here),
        match("/e", other, "main"),
        match("/f", {"name": "Rocket"}, "main"),
    )
    assert [match.path for match in found.matches] == ["a", "c", "d", "f"]


def test_pull_requests_are_not_found_as_issues() -> None:
    issue = {
        "number": 7,
        "title": "Leak",
        "state": "open",
        "repository_url": "https://api.github.com/repos/acme/rocket",
    }
    pull = {**issue, "number": 8, "pull_request": {"url": "https://api.github.com/repos/acme/rocket/pulls/8"}}
    vendor = Vendor("github").on("GET", "/search/issues", {"total_count": 2, "items": [issue, pull]})
    found = vendor.call("SearchIssues", pb.SearchIssuesRequest(query="leak", destination="acme/rocket")).issues
    assert [issue.key for issue in found] == ["acme/rocket#7"]


def test_a_work_item_whose_type_was_removed_has_no_state() -> None:
    fields = {"Title": "Leak", "State": "Waiting", "TeamProject": "P", "WorkItemType": "Epic"}
    item = {"id": 7, "fields": {f"System.{name}": text for name, text in fields.items()}}
    vendor = Vendor("vsts").on("GET", ".*/workitems/7", item).on("GET", ".*/states", azure_error("?"), 404)
    assert vendor.adapter.get_issue("7").state == pb.ISSUE_STATE_UNSPECIFIED


# ---- trees and paths


def test_a_tree_that_times_out_is_read_directory_by_directory() -> None:
    def entry(path: str, kind: str) -> Any:
        return {"path": path, "type": kind, "attributes": [], "commit": {"hash": SHA}}

    vendor = vendor_of("bitbucket")
    vendor.on("GET", ".*/src/c+/.*", {"type": "error", "error": {"message": "Timeout"}}, 555)
    for directory, entries in {
        "": [entry("src", "commit_directory"), entry("a", "commit_file")],
        "src": [entry("src/deep", "commit_directory"), entry("src/b", "commit_file")],
        "src/deep": [entry("src/deep/c", "commit_file")],
    }.items():
        vendor.on("GET", f".*/src/c+/{directory}", {"values": entries}, max_depth="1")
    for rpc, request in (("ListTree", pb.ListTreeRequest(ref=SHA)), ("StreamTree", pb.StreamTreeRequest(ref=SHA))):
        found = vendor.call(rpc, request)
        assert [file.path for file in getattr(found, "entries", found)] == ["a", "src/b", "src/deep/c"]
    vendor = vendor_of("bitbucket").on("GET", ".*", {}, 555)
    assert reason(lambda: vendor.call("ListTree", pb.ListTreeRequest(ref=SHA))) == "PROVIDER_TIMEOUT"


@pytest.mark.parametrize("mark", [{"isFolder": True}, {"gitObjectType": "tree"}])
def test_both_marks_of_a_folder(mark: Any) -> None:
    folder, file = {"path": "/src", "objectId": "1", **mark}, {"path": "/a", "objectId": "2", "gitObjectType": "blob"}
    vendor = vendor_of("vsts").on("GET", ".*/items", {"value": [folder, file]})
    assert [entry.path for entry in vendor.call("ListTree", pb.ListTreeRequest(ref=SHA)).entries] == ["a"]
    changes = [{"changeType": "add", "item": item} for item in (folder, file)]
    vendor.on("GET", ".*/changes", {"changes": changes})
    found = vendor.call("ListFileChanges", pb.ListFileChangesRequest(commit_sha=SHA)).file_changes
    assert [change.path for change in found] == ["a"]


def test_a_path_of_bitbucket_server_in_parts() -> None:
    def parts(*names: str) -> Any:
        return {"components": list(names), "name": names[-1]}

    change = {"type": "MOVE", "path": parts("src", "a.py"), "srcPath": parts("lib", "a.py")}
    vendor = Vendor("bitbucket_server").on("GET", ".*/changes", {"values": [change], "isLastPage": True})
    (found,) = vendor.call("ListFileChanges", pb.ListFileChangesRequest(commit_sha=SHA)).file_changes
    assert (found.path, found.previous_path) == ("src/a.py", "lib/a.py")
    vendor.on("GET", ".*/changes", {"values": [{"type": "ADD", "path": {}}], "isLastPage": True})
    refused = reason(lambda: vendor.call("ListFileChanges", pb.ListFileChangesRequest(commit_sha="d" * 40)))
    assert refused == "BAD_VENDOR_RESPONSE"


# ---- addresses

HOMES = {
    "github": "https://github.com/acme/rocket",
    "gitlab": "https://gitlab.example.com/acme/rocket",
    "bitbucket": "https://bitbucket.org/acme/rocket",
    "bitbucket_server": "",
    "vsts": "https://dev.azure.com/acme/P/_git/rocket",
}


@pytest.mark.parametrize(
    ("key", "url"),
    [
        ("github", "https://ada@github.com:443/acme/rocket/blob/main/src//a.py"),
        ("gitlab", "https://gitlab.example.com:443/acme/rocket/-/blob/main//src/a.py"),
        ("bitbucket", "https://ada@bitbucket.org:443/acme/rocket/src/main/src/a.py"),
        ("bitbucket", "https://bitbucket.org/acme/rocket/src/main//src/a.py/"),
        ("bitbucket_server", "https://ada@stash.example.com:443/projects/ACME/repos/rocket/browse/src//a.py"),
        ("vsts", "https://ada@dev.azure.com:443/acme/P/_git/rocket?path=//src/a.py&version=GBmain"),
        ("vsts", "https://dev.azure.com/acme/P/_git/rocket?path=/src/a.py&version=GBrefs/heads/main"),
    ],
)
def test_the_same_file_by_another_spelling(key: str, url: str) -> None:
    found = Vendor(key, default_branch="main", url=HOMES[key]).adapter.parse_source_url(url)
    assert found == pb.ResolvedSourceUrl(repository_id=7, ref="main", path="src/a.py")


# ---- pages


@pytest.mark.parametrize(
    ("said", "whole"),
    [
        ({"isLastPage": True, "nextPageStart": None}, True),
        ({"isLastPage": True, "nextPageStart": 1}, True),
        ({"isLastPage": False, "nextPageStart": 1}, False),
        ({"isLastPage": False}, False),
        ({"nextPageStart": 1}, False),
        ({}, True),
    ],
)
def test_the_last_page_of_bitbucket_server(said: Any, whole: bool) -> None:
    vendor = Vendor("bitbucket_server")
    vendor.on("GET", ".*/commits", {"values": [{"id": SHA}], "start": 0, **said}, start="0")
    vendor.on("GET", ".*/commits", {"values": [{"id": "d" * 40}], "start": 1, "isLastPage": True}, start="1")
    assert len(vendor.call("ListCommits", pb.ListCommitsRequest()).commits) == (1 if whole else 2)


# ---- blame


def test_an_unreadable_commit_fails_only_its_own_lines() -> None:
    shas = ["a" * 40, "b" * 40, "e" * 40]
    spans = [{"author": {"name": "Ada"}, "commitHash": sha, "spannedLines": 1} for sha in shas]
    vendor = Vendor("bitbucket_server")
    vendor.on("GET", ".*/browse/.*", [{**span, "lineNumber": line} for line, span in enumerate(spans, 1)])
    vendor.on("GET", ".*/commits/a+", {"id": "a" * 40, "message": "Fix"})
    vendor.on("GET", ".*/commits/b+", {"errors": []}, 500)
    vendor.on("GET", ".*/commits/e+", server_error("bitbucket.commit.NoSuchCommitException"), 404)
    lines = [pb.SourceLine(commit_sha=SHA, filepath="a.py", line_number=line) for line in (1, 2, 3)]
    found = vendor.call("BatchGetCommitContext", pb.BatchGetCommitContextRequest(lines=lines)).results
    assert [(line.context.message, line.error.reason) for line in found] == [
        ("Fix", ""),
        ("", "PROVIDER_UNAVAILABLE"),
        ("", ""),
    ]
    assert found[2].context.blame_commit_id == "e" * 40
