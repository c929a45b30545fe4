"""Responses of all GitLab versions in use: long lists of changes, and fields that older versions lack."""

from __future__ import annotations

from typing import Any

import pytest

from sentry_scm_grpc.errors import ScmError
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.providers.vendor.fake_vendors import Vendor

SHA = "c" * 40
COMMIT, DIFF = ".*/repository/commits/c{40}", ".*/repository/commits/c{40}/diff"


def commit(lines: int = 0, **other: Any) -> dict[str, Any]:
    stats = {"additions": lines, "deletions": 0, "total": lines}
    return {"id": SHA, "parent_ids": [], "message": "x", "title": "x", "stats": stats, **other}


def change(name: str, lines: int = 0, **other: Any) -> dict[str, Any]:
    diff = f"@@ -0,0 +1,{lines} @@\n" + "+x\n" * lines if lines else ""
    flags = {"new_file": False, "renamed_file": False, "deleted_file": False, "too_large": False, "collapsed": False}
    return {"new_path": name, "old_path": name, "a_mode": "100644", "b_mode": "100644", "diff": diff, **flags, **other}


def listed(lines: int, *changes: dict[str, Any]) -> tuple[pb.Commit, Any]:
    """The results of GetCommit and ListFileChanges for a commit with this many lines."""
    vendor = Vendor("gitlab").on("GET", COMMIT, commit(lines)).on("GET", DIFF, list(changes))
    return (
        vendor.call("GetCommit", pb.GetCommitRequest(commit_sha=SHA)),
        vendor.call("ListFileChanges", pb.ListFileChangesRequest(commit_sha=SHA), 1000),
    )


UNTOLD = {
    "too large": {"too_large": True},
    "collapsed": {"collapsed": True},
    "of an older GitLab": {"too_large": None, "collapsed": None},
    "renamed": {"renamed_file": True, "old_path": "old.csv"},
    "new": {"too_large": True, "new_file": True},
    "generated": {"too_large": True, "generated_file": True},
}


@pytest.mark.parametrize("flags", UNTOLD.values(), ids=UNTOLD)
def test_a_file_without_a_diff_does_not_mean_a_cut_list(flags: dict[str, Any]) -> None:
    found, changes = listed(40_000, change("big.csv", **flags), change("a.py", 3))
    assert [(change.path, change.additions) for change in found.file_changes] == [("big.csv", 0), ("a.py", 3)]
    assert not found.file_changes_truncated
    assert not changes.incomplete


def test_missing_lines_mean_a_cut_list() -> None:
    found, _ = listed(9, change("a.py", 3), change("b.py", 5), change("mode.sh", b_mode="100755"), change("empty"))
    assert found.file_changes_truncated
    found, _ = listed(8, change("a.py", 3), change("b.py", 5), change("mode.sh", b_mode="100755"), change("empty"))
    assert not found.file_changes_truncated


def test_a_binary_file_has_no_lines() -> None:
    found, _ = listed(3, change("a.py", 3), change("x.png", diff="Binary files a/x.png and b/x.png differ\n"))
    assert not found.file_changes_truncated
    assert [change.binary for change in found.file_changes] == [False, True]


LIMITS = {
    "lines": [change("a.csv", 50_000), change("big.csv", too_large=True)],
    "bytes": [change("a.csv", 1, diff="@@ -0,0 +1 @@\n+" + "x" * 5_120_000), change("big.csv", too_large=True)],
}


@pytest.mark.parametrize("changes", LIMITS.values(), ids=LIMITS)
def test_a_list_at_a_limit_of_gitlab_may_have_been_cut(changes: list[dict[str, Any]]) -> None:
    found, listed_changes = listed(60_000, *changes)
    assert found.file_changes_truncated
    assert (listed_changes.incomplete, listed_changes.incomplete_reason) == (True, "VENDOR_LIMIT")


def test_a_list_of_a_thousand_files_that_was_cut_says_so_at_its_end() -> None:
    vendor = Vendor("gitlab").on("GET", COMMIT, commit(2000))
    for page in range(1, 11):
        following = {"X-Next-Page": str(page + 1) if page < 10 else ""}
        asked = {"page": str(page)} if page > 1 else {}
        vendor.on("GET", DIFF, [change(f"{page}/{n}.py", 1) for n in range(100)], headers=following, **asked)
    request, told, said = pb.ListFileChangesRequest(commit_sha=SHA), 0, []
    while not said or request.page_token:
        answer = vendor.call("ListFileChanges", request, 300)
        told, request.page_token = told + len(answer.file_changes), answer.next_page_token
        said.append(answer.incomplete)
    assert (told, said) == (1000, [False, False, False, True])


def test_a_small_list_of_changes_costs_one_call() -> None:
    vendor = Vendor("gitlab").on("GET", DIFF, [change("a.py", 3)])
    assert not vendor.call("ListFileChanges", pb.ListFileChangesRequest(commit_sha=SHA)).incomplete
    assert len(vendor.asked) == 1


# ---- what older ones lack


def test_a_commit_with_few_fields() -> None:
    """No committer, parents, address or message except the title. The date has its older name."""
    bare = {"id": SHA, "title": "Fix", "author_name": "Ada", "author_email": "", "created_at": "2016-01-04T15:31:46Z"}
    vendor = Vendor("gitlab", url="https://gitlab.example.com/acme/rocket").on("GET", COMMIT, bare).on("GET", DIFF, [])
    found = vendor.call("GetCommit", pb.GetCommitRequest(commit_sha=SHA))
    assert (found.author.name, found.HasField("committer")) == ("Ada", False)
    assert (found.message, list(found.parent_keys), found.date_added.seconds) == ("Fix", [], 1451921506)
    assert found.web_url == f"https://gitlab.example.com/acme/rocket/commit/{SHA}"


def test_a_blame_without_an_author_has_none() -> None:
    blame = [{"commit": {"id": SHA, "message": "x"}, "lines": ["a"]}]
    vendor = Vendor("gitlab").on("GET", ".*/blame", blame)
    found = vendor.call("GetCommitContext", pb.GetCommitContextRequest(commit_sha=SHA, filepath="a", line_number=1))
    assert (found.blame_commit_id, found.HasField("blame_author")) == (SHA, False)


def issue(web_url: Any, **other: Any) -> dict[str, Any]:
    return {"iid": 7, "id": 1234, "title": "Leak", "state": "opened", "web_url": web_url, **other}


ISSUES = {
    "an address": (issue("https://gitlab.example.com/g/sub/p/issues/7"), "g/sub/p#7"),
    "an address with a dash": (issue("https://gitlab.example.com/g/sub/p/-/issues/7"), "g/sub/p#7"),
    "a work item": (issue("https://gitlab.example.com/g/p/-/work_items/7"), "g/p#7"),
    "a project called issues": (issue("https://gitlab.example.com/g/issues/issues/7"), "g/issues#7"),
    "an address elsewhere": (issue("http://old.example.com/x/y/issues/7"), "acme/rocket#7"),
    "no address": (issue(None), "acme/rocket#7"),
    "references": (issue("", references={"full": "g/p#7"}), "g/p#7"),
    "null for references": (issue("https://gitlab.example.com/g/p/issues/7", references=None), "g/p#7"),
}


@pytest.mark.parametrize(("found", "name"), ISSUES.values(), ids=ISSUES)
def test_the_name_of_an_issue(found: dict[str, Any], name: str) -> None:
    vendor = Vendor("gitlab").on("GET", "/projects/.*/issues", [found])
    (answer,) = vendor.call("SearchIssues", pb.SearchIssuesRequest(query="leak", destination="acme/rocket")).issues
    assert answer.key == f"gitlab.example.com/acme:{name}"
    assert answer.metadata["display_name"] == name
    assert answer.web_url == (found["web_url"] or f"https://gitlab.example.com/{name.replace('#', '/issues/')}")


def test_the_name_of_an_issue_below_a_relative_url_root() -> None:
    vendor = Vendor("gitlab", metadata={"base_url": "https://gitlab.example.com/git/"})
    vendor.on("GET", "/projects/.*/issues", [issue("https://gitlab.example.com/git/g/p/-/issues/7")])
    (answer,) = vendor.call("SearchIssues", pb.SearchIssuesRequest(query="leak", destination="acme/rocket")).issues
    assert answer.metadata["display_name"] == "g/p#7"


def test_a_project_without_a_default_branch() -> None:
    project = {"id": 9, "path_with_namespace": "g/p", "default_branch": None}
    vendor = Vendor("gitlab").on("GET", "/groups/1/projects", [project])
    (found,) = vendor.call("SearchRepositories", pb.SearchRepositoriesRequest()).repositories
    assert (found.identifier, found.name, found.default_branch) == ("9", "g/p", "")


def test_pages_are_followed_by_their_address_alone() -> None:
    """Keyset pagination has no X-Next-Page: https://docs.gitlab.com/api/rest/#keyset-based-pagination"""
    vendor = Vendor("gitlab")
    address = "https://gitlab.example.com/api/v4/groups/1/projects?id_after=1&pagination=keyset"
    vendor.on(
        "GET",
        "/groups/1/projects",
        [{"id": 1, "path_with_namespace": "g/1"}],
        headers={"Link": f'<{address}>; rel="next"'},
    )
    vendor.on("GET", "/groups/1/projects", [{"id": 2, "path_with_namespace": "g/2"}], id_after="1")
    found = vendor.call("SearchRepositories", pb.SearchRepositoriesRequest()).repositories
    assert [repository.name for repository in found] == ["g/1", "g/2"]


def test_a_search_that_times_out_is_an_error() -> None:
    vendor = Vendor("gitlab").on("GET", ".*/search", {"error": "Request timed out"}, 408)
    found = vendor.call("SearchCode", pb.SearchCodeRequest(query="leak"))
    assert isinstance(found, ScmError)
    assert found.reason == "PROVIDER_TIMEOUT"
