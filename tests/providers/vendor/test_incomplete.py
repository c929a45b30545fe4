"""A part of a list that a vendor did not search or return never looks as if it did not exist."""

from __future__ import annotations

from typing import Any

import pytest

from sentry_scm_grpc.errors import ScmError, Unavailable
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.providers.vendor.fake_vendors import Vendor

SHA = "c" * 40
HUBS = ("github", "github_enterprise")


def code(n: int) -> dict[str, Any]:
    return {"path": f"src/{n}.py", "html_url": "", "repository": {"full_name": "acme/rocket"}}


def issue(n: int) -> dict[str, Any]:
    return {"number": n, "title": "Leak", "repository_url": "https://api.github.com/repos/acme/rocket"}


SEARCHES = [
    ("/search/code", code, "SearchCode", pb.SearchCodeRequest(query="leak"), "matches"),
    (
        "/search/issues",
        issue,
        "SearchIssues",
        pb.SearchIssuesRequest(query="leak", destination="acme/rocket"),
        "issues",
    ),
]


@pytest.mark.parametrize(("path", "item", "rpc", "request_", "field"), SEARCHES, ids=("code", "issues"))
@pytest.mark.parametrize("key", HUBS)
def test_a_search_that_timed_out_says_so_on_every_page(
    key: str, path: str, item: Any, rpc: str, request_: Any, field: str
) -> None:
    """GitHub's first page timed out and its second did not. The second continues where the first ended."""
    vendor = Vendor(key)
    following = {"Link": f'<https://api.github.com{path}?page=2>; rel="next"'}
    first = {"total_count": 150, "incomplete_results": True, "items": [item(n) for n in range(100)]}
    vendor.on("GET", path, first, headers=following, page="1")
    vendor.on("GET", path, {"total_count": 150, "items": [item(n) for n in range(100, 150)]}, page="2")
    request = type(request_).FromString(request_.SerializeToString())
    sizes = []
    while not sizes or request.page_token:
        page = vendor.call(rpc, request, page_size=60)
        assert (page.incomplete, page.incomplete_reason) == (True, "SEARCH_TIMED_OUT")
        sizes.append(len(getattr(page, field)))
        request.page_token = page.next_page_token
    assert sizes == [60, 60, 30]


@pytest.mark.parametrize(("path", "item", "rpc", "request_", "field"), SEARCHES, ids=("code", "issues"))
@pytest.mark.parametrize("key", HUBS)
def test_a_search_that_timed_out_before_it_found_anything_is_an_error(
    key: str, path: str, item: Any, rpc: str, request_: Any, field: str
) -> None:
    found = Vendor(key).on("GET", path, {"total_count": 3, "incomplete_results": True, "items": []}).call(rpc, request_)
    assert isinstance(found, Unavailable)
    assert found.reason == "SEARCH_TIMED_OUT"


@pytest.mark.parametrize(("path", "item", "rpc", "request_", "field"), SEARCHES, ids=("code", "issues"))
def test_github_returns_at_most_a_thousand_results(path: str, item: Any, rpc: str, request_: Any, field: str) -> None:
    vendor = Vendor("github")
    vendor.on("GET", path, {"total_count": 1001, "incomplete_results": False, "items": [item(1)]})
    page = vendor.call(rpc, request_)
    assert (page.incomplete, page.incomplete_reason) == (True, "VENDOR_LIMIT")
    vendor.on("GET", path, {"total_count": 1000, "incomplete_results": False, "items": [item(1)]})
    page = vendor.call(rpc, request_)
    assert (page.incomplete, page.incomplete_reason) == (False, "")


def test_a_complete_search_may_find_nothing() -> None:
    vendor = Vendor("github").on("GET", "/search/code", {"total_count": 0, "incomplete_results": False, "items": []})
    assert vendor.call("SearchCode", pb.SearchCodeRequest(query="leak")) == pb.SearchCodeResponse()


def commit(files: Any, lines: int = 0) -> dict[str, Any]:
    return {"sha": SHA, "commit": {}, "parents": [], "stats": {"total": lines}, "files": files}


def files(count: int) -> list[dict[str, Any]]:
    return [{"filename": f"{n}.py", "status": "modified", "additions": 1, "deletions": 0} for n in range(count)]


@pytest.mark.parametrize("key", HUBS)
def test_github_lists_at_most_three_thousand_files(key: str) -> None:
    vendor = Vendor(key)
    for page in range(1, 31):
        following = {"Link": f'<https://api.github.com/x?page={page + 1}>; rel="next"'} if page < 30 else {}
        vendor.on("GET", ".*/commits/.*", commit(files(100)), headers=following, page=str(page))
    request, told = pb.ListFileChangesRequest(commit_sha=SHA), 0
    while True:
        answer = vendor.call("ListFileChanges", request, page_size=1000)
        told += len(answer.file_changes)
        if not answer.next_page_token:
            break
        assert not answer.incomplete
        request.page_token = answer.next_page_token
    assert (told, answer.incomplete, answer.incomplete_reason) == (3000, True, "VENDOR_LIMIT")


def test_an_older_github_enterprise_lists_three_hundred_files_at_once() -> None:
    vendor = Vendor("github_enterprise").on("GET", ".*/commits/.*", commit(files(300)))
    assert vendor.call("GetCommit", pb.GetCommitRequest(commit_sha=SHA)).file_changes_truncated
    assert vendor.call("ListFileChanges", pb.ListFileChangesRequest(commit_sha=SHA), 1000).incomplete
    vendor = Vendor("github_enterprise").on("GET", ".*/commits/.*", commit(files(299)))
    assert not vendor.call("GetCommit", pb.GetCommitRequest(commit_sha=SHA)).file_changes_truncated


@pytest.mark.parametrize("missing", [True, False], ids=("left out", "null"))
def test_a_commit_without_a_list_of_files(missing: bool) -> None:
    answer = commit(None, lines=12)
    if missing:
        del answer["files"]
    vendor = Vendor("github").on("GET", ".*/commits/.*", answer)
    found = vendor.call("GetCommit", pb.GetCommitRequest(commit_sha=SHA))
    assert (list(found.file_changes), found.file_changes_truncated) == ([], True)
    refused = vendor.call("ListFileChanges", pb.ListFileChangesRequest(commit_sha=SHA))
    assert isinstance(refused, ScmError)
    assert refused.reason == "VENDOR_LIMIT"


def blobs(names: list[str], cut: bool) -> dict[str, Any]:
    tree = [{"path": name, "mode": "100644", "type": "blob", "sha": "d" * 40, "size": 1} for name in names]
    return {"sha": "e" * 40, "tree": tree, "truncated": cut}


@pytest.mark.parametrize("key", HUBS)
def test_a_directory_with_more_files_than_github_lists(key: str) -> None:
    vendor = Vendor(key).on("GET", ".*/git/trees/.*", blobs(["a", "b"], cut=True))
    answer = vendor.call("ListTree", pb.ListTreeRequest(ref=SHA))
    assert [entry.path for entry in answer.entries] == ["a", "b"]
    assert (answer.incomplete, answer.incomplete_reason) == (True, "VENDOR_LIMIT")
    stream = vendor.adapter.stream_tree(None, pb.StreamTreeRequest(ref=SHA))
    assert [next(stream).path, next(stream).path] == ["a", "b"]
    with pytest.raises(ScmError) as ended:
        next(stream)
    assert ended.value.reason == "VENDOR_LIMIT"
