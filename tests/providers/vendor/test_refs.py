"""What vendors leave out of comparisons and diffs is said, and commits without a common ancestor are told apart."""

from __future__ import annotations

from typing import Any

import grpc
import pytest

from sentry_scm_grpc.errors import ScmError
from sentry_scm_grpc.v1 import refs_pb2
from tests.providers.vendor.fake_vendors import Vendor

BASE, HEAD, PARENT = "b" * 40, "c" * 40, "a" * 40
BETWEEN = refs_pb2.ListComparedFilesRequest(base=BASE, head=HEAD)
DIFF = refs_pb2.StreamDiffRequest(base=BASE, head=HEAD)
STASH = "/rest/api/1.0/projects/ACME/repos/rocket"
AZURE = "/acme/_apis/git/repositories/[^/]+"


def file_of_github(name: str, **other: Any) -> dict[str, Any]:
    told = {"sha": HEAD, "filename": name, "status": "modified", "additions": 0, "deletions": 0}
    return {**told, **other}


def compared(*files: dict[str, Any], **other: Any) -> dict[str, Any]:
    told = {"merge_base_commit": {"sha": BASE}, "ahead_by": 1, "behind_by": 0, "commits": [], "files": list(files)}
    return {**told, **other}


def github(answer: Any, status: int = 200) -> Vendor:
    vendor = Vendor("github").on("GET", f"/repos/acme/rocket/compare/{BASE}...{HEAD}", answer, status)
    return vendor.on("GET", "/repos/acme/rocket/commits/.*", {"sha": HEAD, "files": []})


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (file_of_github("a", additions=1, patch="@@ -0,0 +1 @@\n+x"), (b"@@ -0,0 +1 @@\n+x\n", False, False)),
        # GitHub leaves out a large patch, and that of a binary file.
        (file_of_github("a", additions=9000), (b"", True, False)),
        (file_of_github("a", additions=2, patch="@@ -0,0 +1,2 @@\n+x"), (b"@@ -0,0 +1,2 @@\n+x\n", True, False)),
        (file_of_github("a"), (b"", False, True)),
        (file_of_github("a", status="added", sha="e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"), (b"", False, False)),
        (file_of_github("a", status="renamed", previous_filename="b"), (b"", False, False)),
        (file_of_github("a", status="changed"), (b"", False, False)),
    ],
)
def test_a_patch_that_github_leaves_out(file: dict[str, Any], expected: Any) -> None:
    (diff,) = github(compared(file)).call("StreamDiff", DIFF)
    assert (diff.hunks, diff.truncated, diff.change.binary) == expected


def test_a_comparison_that_github_cuts_at_300_files() -> None:
    vendor = github(compared(*(file_of_github(f"file{n}") for n in range(300))))
    page = vendor.call("ListComparedFiles", BETWEEN, page_size=1000)
    assert (len(page.file_changes), page.incomplete, page.incomplete_reason) == (300, True, "VENDOR_LIMIT")
    error = vendor.call("StreamDiff", DIFF)
    assert isinstance(error, ScmError)
    assert error.reason == "VENDOR_LIMIT"


def test_commits_that_github_leaves_out() -> None:
    page = github(compared(ahead_by=3, commits=[{"sha": HEAD}])).call(
        "CompareCommits", refs_pb2.CompareCommitsRequest(base=BASE, head=HEAD)
    )
    assert (len(page.commits), page.ahead_by, page.incomplete) == (1, 3, True)


def test_github_compares_from_the_merge_base_alone() -> None:
    vendor = github(compared(file_of_github("a"), merge_base_commit={"sha": PARENT}))
    start = refs_pb2.COMPARISON_START_BASE
    error = vendor.call("ListComparedFiles", refs_pb2.ListComparedFilesRequest(base=BASE, head=HEAD, start=start))
    assert (error.code, error.reason) == (grpc.StatusCode.UNIMPLEMENTED, "PROVIDER_UNSUPPORTED")
    assert len(vendor.call("ListComparedFiles", BETWEEN).file_changes) == 1


def without_ancestor(key: str) -> Vendor:
    vendor = Vendor(key)
    if key == "github":
        return github({"message": f"No common ancestor between {BASE} and {HEAD}."}, 404)
    if key == "gitlab":
        return vendor.on("GET", ".*/repository/merge_base", {"message": "404 Merge Base Not Found"}, 404)
    if key == "bitbucket":
        vendor.on("GET", ".*/commit/.*", {"hash": HEAD, "date": "2024-01-01T00:00:00+00:00"})
        return vendor.on("GET", ".*/merge-base/.*", {"type": "error", "error": {"message": "?"}}, 404)
    if key == "bitbucket_server":
        return vendor.on("GET", f"{STASH}/commits/{BASE}/merge-base", b"", 204)
    return vendor.on("GET", f"{AZURE}/diffs/commits", {"changes": [], "allChangesIncluded": True})


@pytest.mark.parametrize("key", ["github", "gitlab", "bitbucket", "bitbucket_server", "vsts"])
def test_commits_without_a_common_ancestor(key: str) -> None:
    """An empty list would say that nothing differs."""
    for rpc, request in (
        ("GetMergeBase", refs_pb2.GetMergeBaseRequest(refs=[BASE, HEAD])),
        ("ListComparedFiles", BETWEEN),
        ("StreamDiff", DIFF),
    ):
        error = without_ancestor(key).call(rpc, request)
        assert isinstance(error, ScmError), rpc
        assert (error.code, error.reason) == (grpc.StatusCode.NOT_FOUND, "NO_MERGE_BASE"), rpc


@pytest.mark.parametrize(
    ("told", "truncated"),
    [
        ({"too_large": True}, True),
        ({"collapsed": True}, True),
        ({"too_large": False, "collapsed": False}, False),
        ({"b_mode": "100755"}, False),
        # A GitLab before 12.10 does not say why there is no text.
        ({}, True),
    ],
)
def test_a_diff_that_gitlab_leaves_out(told: dict[str, Any], truncated: bool) -> None:
    flags = {"new_file": False, "renamed_file": False, "deleted_file": False, "a_mode": "100644", "b_mode": "100644"}
    change = {"new_path": "a", "old_path": "a", "diff": "", **flags, **told}
    vendor = Vendor("gitlab").on("GET", ".*/repository/merge_base", {"id": BASE})
    vendor.on("GET", ".*/repository/compare", {"diffs": [change]}, straight="true", **{"from": BASE})
    (diff,) = vendor.call("StreamDiff", DIFF)
    assert diff.truncated is truncated
    assert (diff.old_mode, diff.new_mode) == ("100644", told.get("b_mode", "100644"))


def test_a_comparison_that_gitlab_may_have_cut() -> None:
    change = {"old_path": "a", "diff": "", "too_large": False, "a_mode": "100644", "b_mode": "100644"}
    changes = [{**change, "new_path": f"file{n}"} for n in range(1000)]
    vendor = Vendor("gitlab").on("GET", ".*/repository/merge_base", {"id": BASE})
    vendor.on("GET", ".*/repository/compare", {"diffs": changes})
    page = vendor.call("ListComparedFiles", BETWEEN, page_size=1000)
    assert (len(page.file_changes), page.incomplete_reason) == (1000, "VENDOR_LIMIT")


def test_a_file_whose_patch_bitbucket_cannot_give() -> None:
    """The patch of two files is too large, so each is asked for. One is still too large; another has no patch."""
    stats = [
        {"status": "modified", "lines_added": 1, "lines_removed": 0, "old": {"path": name}, "new": {"path": name}}
        for name in ("large", "lost", "small")
    ]
    vendor = Vendor("bitbucket").on("GET", ".*/merge-base/.*", {"hash": BASE})
    vendor.on("GET", ".*/diffstat/.*", {"values": stats})
    small = b"diff --git a/small b/small\nindex 1..2 100644\n--- a/small\n+++ b/small\n@@ -1 +1,2 @@\n 1\n+2\n"
    vendor.on("GET", ".*/diff/.*", b"", of_path="lost").on("GET", ".*/diff/.*", b"x" * 9_000_000, of_path="large")
    # The last of several paths is what this fake knows.
    vendor.on("GET", ".*/diff/.*", lambda query: small if len(vendor.asked) > 5 else b"x" * 9_000_000, of_path="small")
    large, lost, good = vendor.call("StreamDiff", DIFF)
    assert (large.change.path, large.truncated, large.hunks) == ("large", True, b"")
    assert (lost.change.path, lost.truncated) == ("lost", True)
    assert (good.hunks, good.truncated, good.new_mode) == (b"@@ -1 +1,2 @@\n 1\n+2\n", False, "100644")


def test_a_bitbucket_server_that_does_not_tell_merge_bases() -> None:
    vendor = Vendor("bitbucket_server").on("GET", f"{STASH}/commits/{BASE}/merge-base", {"message": "?"}, 404)
    vendor.on("GET", f"{STASH}/commits/[bc]+", {"id": HEAD})
    vendor.on("GET", f"{STASH}/commits", {"values": [{"id": HEAD}], "isLastPage": True})
    error = vendor.call("ListComparedFiles", BETWEEN)
    assert (error.code, "COMPARISON_START_BASE" in error.message) == (grpc.StatusCode.UNIMPLEMENTED, True)
    page = vendor.call("CompareCommits", refs_pb2.CompareCommitsRequest(base=BASE, head=HEAD))
    assert ([commit.key for commit in page.commits], page.merge_base_sha) == ([HEAD], "")


def test_the_default_branch_of_an_old_bitbucket_server() -> None:
    vendor = Vendor("bitbucket_server").on("GET", f"{STASH}/default-branch", {}, 404)
    vendor.on("GET", STASH, {"id": 1, "slug": "rocket", "project": {"key": "ACME"}})
    vendor.on("GET", f"{STASH}/branches/default", {"displayId": "main", "latestCommit": HEAD})
    vendor.on("GET", f"{STASH}/commits", {"values": []}, until="refs/tags/refs/heads/main")
    vendor.on("GET", f"{STASH}/commits", {"values": [{"id": HEAD}], "isLastPage": True}, until="refs/heads/main")
    assert vendor.call("GetRef", refs_pb2.GetRefRequest()).name == "main"


def test_files_of_azure_that_are_not_compared() -> None:
    """A binary file, a submodule, and one that is too large."""
    names = ("image", "submodule", "large", "text")
    changes = [{"item": {"path": f"/{name}", "gitObjectType": "blob"}, "changeType": "edit"} for name in names]
    answer = {"commonCommit": BASE, "changes": changes, "allChangesIncluded": True}
    vendor = Vendor("vsts").on("GET", f"{AZURE}/diffs/commits", answer)
    vendor.on("GET", f"{AZURE}/items", b"\0\1", of_path="/image")
    vendor.on("GET", f"{AZURE}/items", {"typeKey": "GitItemNotFoundException"}, 404, of_path="/submodule")
    vendor.on("GET", f"{AZURE}/items", b"x" * 1_100_000, of_path="/large")
    for sha, text in ((BASE, b"one\ntwo"), (HEAD, b"one\ntwo\n")):
        vendor.on("GET", f"{AZURE}/items", text, of_path="/text", **{"versionDescriptor.version": sha})
    image, submodule, large, text = vendor.call("StreamDiff", DIFF)
    assert (image.change.binary, image.truncated) == (True, False)
    assert (submodule.truncated, large.truncated) == (True, True)
    assert text.hunks == b"@@ -1,2 +1,2 @@\n one\n-two\n\\ No newline at end of file\n+two\n"
    assert (text.change.additions, text.change.deletions) == (1, 1)


def test_changes_that_azure_leaves_out() -> None:
    change = {"item": {"path": "/a", "gitObjectType": "blob"}, "changeType": "edit"}
    answer = {"commonCommit": BASE, "changes": [change], "allChangesIncluded": False}
    page = Vendor("vsts").on("GET", f"{AZURE}/diffs/commits", answer).call("ListComparedFiles", BETWEEN)
    assert (page.incomplete, page.incomplete_reason) == (True, "VENDOR_LIMIT")


@pytest.mark.parametrize("key", ["gitlab", "bitbucket_server"])
def test_a_lost_repository_is_not_a_missing_ref(key: str) -> None:
    vendor = Vendor(key).on("GET", ".*", {"message": "404 Project Not Found"}, 404)
    for rpc, request in (
        ("GetRef", refs_pb2.GetRefRequest(ref="main")),
        ("ListBranches", refs_pb2.ListBranchesRequest()),
        ("ListTags", refs_pb2.ListTagsRequest()),
        ("CompareCommits", refs_pb2.CompareCommitsRequest(base="main", head=HEAD)),
        ("StreamDiff", refs_pb2.StreamDiffRequest(head=HEAD)),
    ):
        error = vendor.call(rpc, request)
        assert isinstance(error, ScmError), rpc
        assert (error.code, error.reason) == (grpc.StatusCode.NOT_FOUND, "VENDOR_NOT_FOUND"), rpc


def test_refs_that_vendors_are_not_asked_for() -> None:
    error = Vendor("gitlab").call("GetRef", refs_pb2.GetRefRequest(ref="refs/pull/1/head"))
    assert error.code is grpc.StatusCode.UNIMPLEMENTED


def test_a_repository_without_commits_has_no_branches() -> None:
    vendor = Vendor("github").on("GET", ".*/branches", {"message": "Git Repository is empty."}, 409)
    assert list(vendor.call("ListBranches", refs_pb2.ListBranchesRequest()).branches) == []
