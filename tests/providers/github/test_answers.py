"""GitHub's responses for unusual repositories and commits, and its errors."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from sentry_scm_grpc.errors import ScmError
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.providers.vendor.fake_vendors import Vendor

SHA = "c" * 40
HUBS = ("github", "github_enterprise")
REPOSITORY = {"id": 1, "full_name": "acme/rocket", "default_branch": "main"}


def refused(found: Any) -> str:
    assert isinstance(found, ScmError), found
    return found.reason


# ---- a repository that cannot be read

REFUSALS = {
    "DMCA": (451, {"message": "Repository access blocked", "block": {"reason": "dmca"}}, "VENDOR_FORBIDDEN"),
    "disabled": (403, {"message": "Repository access blocked", "block": {"reason": "tos"}}, "VENDOR_FORBIDDEN"),
    "suspended": (403, {"message": "This installation has been suspended"}, "VENDOR_FORBIDDEN"),
    "SAML": (403, {"message": "Resource protected by organization SAML enforcement."}, "VENDOR_FORBIDDEN"),
    "IP": (403, {"message": "the `acme` organization has an IP allow list enabled"}, "VENDOR_FORBIDDEN"),
    "secondary limit": (403, {"message": "You have exceeded a secondary rate limit."}, "VENDOR_RATE_LIMITED"),
    "abuse": (403, {"message": "You have triggered an abuse detection mechanism."}, "VENDOR_RATE_LIMITED"),
    "being moved": (409, {"message": "Repository is being migrated."}, "VENDOR_CONFLICT"),
}


@pytest.mark.parametrize(("status", "body", "reason"), REFUSALS.values(), ids=REFUSALS)
@pytest.mark.parametrize(
    ("rpc", "request_"),
    [
        ("ListCommits", pb.ListCommitsRequest()),
        ("ListCommits", pb.ListCommitsRequest(ref="main", path="a")),
        ("ListTree", pb.ListTreeRequest()),
        ("GetCommit", pb.GetCommitRequest(commit_sha="main")),
        ("ListFileChanges", pb.ListFileChangesRequest(commit_sha=SHA)),
        ("CheckFile", pb.CheckFileRequest(path="a")),
    ],
)
def test_the_reason_of_a_refusal(rpc: str, request_: Any, status: int, body: Any, reason: str) -> None:
    vendor = Vendor("github").on("GET", ".*", body, status).on("POST", "/graphql", body, status)
    assert refused(vendor.call(rpc, request_)) == reason


def test_a_moved_repository_is_followed() -> None:
    vendor = Vendor("github").on("GET", "/repositories/1/commits", [])
    to = {"Location": "https://api.github.com/repositories/1/commits"}
    vendor.on("GET", "/repos/acme/rocket/commits", {"message": "Moved Permanently"}, 301, headers=to)
    assert vendor.call("ListCommits", pb.ListCommitsRequest()) == pb.ListCommitsResponse()


def test_an_empty_repository_has_no_commits() -> None:
    vendor = Vendor("github").on("GET", ".*", {"message": "Git Repository is empty."}, 409)
    assert vendor.call("ListCommits", pb.ListCommitsRequest()) == pb.ListCommitsResponse()
    assert refused(vendor.call("ListCommits", pb.ListCommitsRequest(ref="main"))) == "REF_NOT_FOUND"
    assert refused(vendor.call("ListTree", pb.ListTreeRequest())) == "REF_NOT_FOUND"


GRAPH_ERRORS = {
    "NOT_FOUND": "VENDOR_NOT_FOUND",
    "FORBIDDEN": "VENDOR_FORBIDDEN",
    "INSUFFICIENT_SCOPES": "VENDOR_FORBIDDEN",
    "RATE_LIMITED": "VENDOR_RATE_LIMITED",
    "SERVICE_UNAVAILABLE": "PROVIDER_UNAVAILABLE",
    "": "PROVIDER_UNAVAILABLE",
}


@pytest.mark.parametrize("data", [None, {"repository": None}], ids=("no data", "no repository"))
@pytest.mark.parametrize(("kind", "reason"), GRAPH_ERRORS.items())
@pytest.mark.parametrize(
    ("rpc", "request_"),
    [
        ("CheckFile", pb.CheckFileRequest(path="a", ref="main")),
        ("GetFile", pb.GetFileRequest(path="a")),
        ("GetCodeOwners", pb.GetCodeOwnersRequest()),
        ("GetCommitContext", pb.GetCommitContextRequest(commit_sha=SHA, filepath="a", line_number=1)),
    ],
)
def test_the_errors_of_graphql(rpc: str, request_: Any, kind: str, reason: str, data: Any) -> None:
    error = {"message": "x", "path": ["repository"], **({"type": kind} if kind else {})}
    vendor = Vendor("github").on("POST", "/graphql", {"data": data, "errors": [error]})
    assert refused(vendor.call(rpc, request_)) == reason


def test_a_blocked_repository_in_graphql() -> None:
    answer = {"data": {"repository": None}, "errors": [{"message": "Repository access blocked"}]}
    vendor = Vendor("github").on("POST", "/graphql", answer)
    assert refused(vendor.call("CheckFile", pb.CheckFileRequest(path="a"))) == "VENDOR_FORBIDDEN"


def test_a_page_of_html_in_place_of_graphql() -> None:
    vendor = Vendor("github_enterprise").on(
        "POST", "/graphql", b"<html>Sign in</html>", headers={"Content-Type": "text/html"}
    )
    assert refused(vendor.call("CheckFile", pb.CheckFileRequest(path="a"))) == "BAD_VENDOR_RESPONSE"


@pytest.mark.parametrize("ref", ["", "main", SHA])
def test_a_site_without_graphql_is_a_bad_answer(ref: str) -> None:
    vendor = Vendor("github_enterprise").on("POST", "/graphql", {"message": "Not Found"}, 404)
    vendor.on("GET", "/repos/acme/rocket", REPOSITORY)
    assert refused(vendor.call("CheckFile", pb.CheckFileRequest(path="a", ref=ref))) == "BAD_VENDOR_RESPONSE"
    assert refused(vendor.call("GetFile", pb.GetFileRequest(path="a", ref=ref))) == "BAD_VENDOR_RESPONSE"
    vendor.on("GET", "/repos/acme/rocket", {"message": "Not Found"}, 404)
    assert refused(vendor.call("CheckFile", pb.CheckFileRequest(path="a", ref=ref))) == "VENDOR_NOT_FOUND"


# ---- refs


@pytest.mark.parametrize("ref", ["gone", "feature/gone", "abc1234"])
@pytest.mark.parametrize("key", HUBS)
def test_an_unknown_ref_of_an_existing_repository(key: str, ref: str) -> None:
    """GitHub's lists then answer 404, as for a lost repository. A single commit answers 422."""
    vendor = Vendor(key).on("GET", ".*", {"message": "Not Found"}, 404)
    vendor.on("GET", ".*/commits/.+", {"message": f"No commit found for SHA: {ref}"}, 422)
    for rpc, request in (
        ("ListCommits", pb.ListCommitsRequest(ref=ref)),
        ("ListCommits", pb.ListCommitsRequest(ref=ref, path="a")),
        ("ListTree", pb.ListTreeRequest(ref=ref, path="src")),
        ("GetCommit", pb.GetCommitRequest(commit_sha=ref)),
        ("ListFileChanges", pb.ListFileChangesRequest(commit_sha=ref)),
    ):
        assert refused(vendor.call(rpc, request)) == "REF_NOT_FOUND", rpc


def test_a_missing_path_needs_no_second_call() -> None:
    answer = {"data": {"repository": {"object": {"oid": SHA, "file": None}}}}
    vendor = Vendor("github").on("POST", "/graphql", answer)
    for ref in ("", "main", SHA):
        assert vendor.call("CheckFile", pb.CheckFileRequest(path="a", ref=ref)) == pb.CheckFileResponse()
    assert len(vendor.asked) == 3


def test_a_search_in_a_lost_repository() -> None:
    problem = {
        "message": "The listed users and repositories cannot be searched either because the resources do not exist or "
        "you do not have permission to view them.",
        "resource": "Search",
        "field": "q",
        "code": "invalid",
    }
    vendor = Vendor("github").on("GET", "/search/.*", {"message": "Validation Failed", "errors": [problem]}, 422)
    assert refused(vendor.call("SearchCode", pb.SearchCodeRequest(query="x"))) == "VENDOR_NOT_FOUND"
    other = {"message": "Validation Failed", "errors": [{"code": "invalid", "field": "q"}, "text"]}
    vendor.on("GET", "/search/.*", other, 422).on("GET", "/repos/acme/rocket", REPOSITORY)
    assert refused(vendor.call("SearchCode", pb.SearchCodeRequest(query="x"))) == "VENDOR_INVALID"
    vendor.on("GET", "/repos/acme/rocket", {"message": "Not Found"}, 404)
    assert refused(vendor.call("SearchCode", pb.SearchCodeRequest(query="x"))) == "VENDOR_NOT_FOUND"


@pytest.mark.parametrize(
    ("message", "status"),
    [
        ("Sorry, there was a problem generating this diff. The repository may be missing relevant data.", 422),
        ("Server Error: Sorry, this diff is taking too long to generate.", 500),
    ],
)
def test_a_commit_whose_diff_github_cannot_make_is_unavailable(message: str, status: int) -> None:
    vendor = Vendor("github").on("GET", ".*/commits/.+", {"message": message}, status)
    assert refused(vendor.call("GetCommit", pb.GetCommitRequest(commit_sha=SHA))) == "DIFF_UNAVAILABLE"
    assert refused(vendor.call("ListFileChanges", pb.ListFileChangesRequest(commit_sha=SHA))) == "DIFF_UNAVAILABLE"


# ---- commits, blame and files


@pytest.mark.parametrize("key", HUBS)
def test_a_commit_with_few_fields(key: str) -> None:
    person = {"name": "Ada", "email": "ada@example.com", "date": "2026-01-02T03:04:05Z"}
    bare = {"sha": SHA, "commit": {"message": "x", "author": person, "committer": None}, "parents": []}
    vendor = Vendor(key, url="https://code.example.com/acme/rocket")
    vendor.on(
        "GET", ".*/commits", [{**bare, "author": None, "committer": None}, {**bare, "author": {}, "committer": {}}]
    )
    for found in vendor.call("ListCommits", pb.ListCommitsRequest()).commits:
        assert (found.author.name, found.author.external_id, found.HasField("committer")) == ("Ada", "", False)
        assert (found.web_url, found.date_added.seconds) == (
            f"https://code.example.com/acme/rocket/commit/{SHA}",
            1767323045,
        )


def test_a_commit_without_an_author() -> None:
    vendor = Vendor("github").on("GET", ".*/commits", [{"sha": SHA, "commit": {"message": "x"}, "parents": []}])
    (found,) = vendor.call("ListCommits", pb.ListCommitsRequest()).commits
    assert not found.HasField("author")
    assert not found.HasField("committer")


def test_the_kinds_of_changes() -> None:
    kinds = ("added", "removed", "modified", "renamed", "copied", "changed", "unchanged")
    files = [{"filename": kind, "status": kind, "previous_filename": "old"} for kind in kinds]
    vendor = Vendor("github").on("GET", ".*/commits/.+", {"sha": SHA, "commit": {}, "parents": [], "files": files})
    found = vendor.call("ListFileChanges", pb.ListFileChangesRequest(commit_sha=SHA)).file_changes
    assert {change.path: change.previous_path for change in found if change.previous_path} == {
        "renamed": "old",
        "copied": "old",
    }
    assert [change.kind for change in found] == [
        pb.FILE_CHANGE_KIND_ADDED,
        pb.FILE_CHANGE_KIND_DELETED,
        pb.FILE_CHANGE_KIND_MODIFIED,
        pb.FILE_CHANGE_KIND_RENAMED,
        pb.FILE_CHANGE_KIND_COPIED,
        pb.FILE_CHANGE_KIND_MODIFIED,
        pb.FILE_CHANGE_KIND_UNSPECIFIED,
    ]


def test_a_blame_without_an_author_has_none() -> None:
    entry = {"oid": SHA, "file": {"type": "blob", "oid": "d" * 40, "object": {"byteSize": 2, "text": "a\n"}}}
    span = {"startingLine": 1, "endingLine": 1, "commit": {"oid": SHA, "message": "x", "author": None}}
    answer = {"entry0": entry, "blame0": {"blame": {"ranges": [span]}}}
    vendor = Vendor("github").on("POST", "/graphql", {"data": {"repository": answer}})
    found = vendor.call("GetCommitContext", pb.GetCommitContextRequest(commit_sha=SHA, filepath="a", line_number=1))
    assert (found.blame_commit_id, found.HasField("blame_author")) == (SHA, False)


BLOBS = {
    "base64": ({"encoding": "base64", "content": base64.encodebytes("grüße".encode()).decode()}, "grüße"),
    "text": ({"encoding": "utf-8", "content": "grüße"}, "grüße"),
    "left out": ({"encoding": "none", "content": ""}, None),
    "cut": ({"encoding": "base64", "content": "Z3I="}, None),
}


@pytest.mark.parametrize(("blob", "content"), BLOBS.values(), ids=BLOBS)
def test_the_content_of_a_file(blob: dict[str, str], content: str | None) -> None:
    entry = {"oid": SHA, "file": {"type": "blob", "oid": "d" * 40, "object": {"byteSize": len("grüße".encode())}}}
    vendor = Vendor("github").on("POST", "/graphql", {"data": {"repository": {"object": entry}}})
    vendor.on("GET", ".*/git/blobs/d+", blob)
    found = vendor.call("GetFile", pb.GetFileRequest(path="a"))
    if content is None:
        assert refused(found) == "BAD_VENDOR_RESPONSE"
    else:
        assert found.content.decode() == content
