"""A repository that is gone or hidden is never told as an absent file, an empty list or an unknown ref; and an unknown
commit is told the same way by every vendor and RPC.
"""

from __future__ import annotations

from typing import Any

import pytest

from sentry_scm_grpc.errors import FailedPrecondition, ScmError
from sentry_scm_grpc.rpc import paging
from sentry_scm_grpc.rpc.policy import RPCS
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.providers.vendor.fake_vendors import VENDORS, Vendor
from tests.providers.vendor.lost import LOST, LOST_GRAPH

SHA = "c" * 40
HUBS = ("github", "github_enterprise")

READS: list[tuple[str, Any]] = [
    ("CheckFile", pb.CheckFileRequest(path="src/a.py")),
    ("CheckFile", pb.CheckFileRequest(path="src/a.py", ref="main")),
    ("CheckFile", pb.CheckFileRequest(path="src/a.py", ref=SHA)),
    ("GetFile", pb.GetFileRequest(path="src/a.py")),
    ("GetFile", pb.GetFileRequest(path="src/a.py", ref="v1")),
    ("GetFile", pb.GetFileRequest(path="src/a.py", ref=SHA)),
    ("GetCodeOwners", pb.GetCodeOwnersRequest()),
    ("GetCodeOwners", pb.GetCodeOwnersRequest(ref="main")),
    ("GetCodeOwners", pb.GetCodeOwnersRequest(ref=SHA)),
    ("ListTree", pb.ListTreeRequest()),
    ("ListTree", pb.ListTreeRequest(ref="main", path="src")),
    ("ListTree", pb.ListTreeRequest(path="src")),
    ("ListTree", pb.ListTreeRequest(ref=SHA)),
    ("StreamTree", pb.StreamTreeRequest()),
    ("StreamTree", pb.StreamTreeRequest(ref=SHA, path="src")),
    ("GetCommit", pb.GetCommitRequest(commit_sha="main")),
    ("GetCommit", pb.GetCommitRequest(commit_sha=SHA)),
    ("ListCommits", pb.ListCommitsRequest()),
    ("ListCommits", pb.ListCommitsRequest(ref="main")),
    ("ListCommits", pb.ListCommitsRequest(path="src/a.py")),
    ("ListCommits", pb.ListCommitsRequest(ref=SHA, path="src/a.py")),
    ("StreamCommits", pb.StreamCommitsRequest(ref=SHA)),
    ("ListFileChanges", pb.ListFileChangesRequest(commit_sha="main")),
    ("ListFileChanges", pb.ListFileChangesRequest(commit_sha=SHA)),
    ("GetCommitContext", pb.GetCommitContextRequest(commit_sha="main", filepath="src/a.py", line_number=3)),
    ("GetCommitContext", pb.GetCommitContextRequest(commit_sha=SHA, filepath="src/a.py", line_number=3)),
    ("SearchCode", pb.SearchCodeRequest(query="needle")),
]
#: Those that name a full SHA.
AT_SHA = [read for read in READS if SHA in str(read[1])]


def of_ref(read: tuple[str, Any]) -> str:
    return f"{read[0]}({' '.join(str(read[1]).split())})".replace(SHA, "SHA")


def says(vendor: Vendor, body: Any, status: int = 404) -> None:
    """Makes a vendor send the same response to every request. The response to a HEAD has no body."""
    for method in ("GET", "POST", "HEAD"):
        vendor.on(method, "/.*", body, status)


@pytest.mark.parametrize("read", READS, ids=of_ref)
@pytest.mark.parametrize("key", VENDORS)
def test_a_lost_repository_is_reported(key: str, read: tuple[str, Any]) -> None:
    vendor = Vendor(key, default_branch="main", url="https://code.example.com/acme/rocket")
    says(vendor, LOST[key])
    if key in HUBS:
        vendor.on("POST", "/graphql", LOST_GRAPH)
    found = vendor.call(*read)
    assert isinstance(found, ScmError), found
    assert found.reason == "VENDOR_NOT_FOUND"


@pytest.mark.parametrize("read", READS, ids=of_ref)
@pytest.mark.parametrize("key", VENDORS)
def test_a_lost_repository_is_reported_without_a_useful_body(key: str, read: tuple[str, Any]) -> None:
    """For example the body of a proxy in front of the vendor."""
    vendor = Vendor(key, default_branch="main", url="https://code.example.com/acme/rocket")
    says(vendor, b"<html>404</html>")
    if key in HUBS:
        vendor.on("POST", "/graphql", LOST_GRAPH)
    found = vendor.call(*read)
    assert isinstance(found, ScmError), found
    assert found.reason == "VENDOR_NOT_FOUND"


def without_commit(key: str) -> Vendor:
    """A vendor with the repository but without the commit."""
    vendor = Vendor(key, default_branch="main", url="https://code.example.com/acme/rocket")
    if key in HUBS:
        says(vendor, LOST[key])
        vendor.on("GET", "/repos/acme/rocket", {"id": 1, "full_name": "acme/rocket"})
        vendor.on("GET", ".*/commits/.*", {"message": f"No commit found for SHA: {SHA}", "status": "422"}, 422)
        vendor.on("POST", "/graphql", {"data": {"repository": {"object": None, "entry0": None, "blame0": None}}})
    elif key == "gitlab":
        says(vendor, {"message": "404 Commit Not Found"})
        vendor.on("GET", ".*/repository/tree", {"message": "404 invalid revision or path Not Found"}, 404)
        vendor.on("GET", ".*/repository/commits", [])  # Yes: with 200.
    elif key == "bitbucket":
        says(vendor, {"type": "error", "error": {"message": "Commit not found", "data": {"shas": [SHA]}}})
        vendor.on("GET", "/2.0/repositories/acme/rocket", {"full_name": "acme/rocket", "uuid": "{1}"})
    elif key == "bitbucket_server":
        name = "com.atlassian.bitbucket.commit.NoSuchCommitException"
        message = f"Commit '{SHA}' does not exist in repository 'rocket'."
        says(vendor, {"errors": [{"context": None, "message": message, "exceptionName": name}]})
        vendor.on(
            "GET", "/rest/api/1.0/projects/ACME/repos/rocket", {"id": 1, "slug": "rocket", "project": {"key": "ACME"}}
        )
    else:
        message = f"TF401175:The version descriptor <Commit: {SHA} > could not be resolved to a version."
        says(vendor, {"$id": "1", "message": message, "typeKey": "GitUnresolvableToCommitException"})
        found = {"id": vendor.identifier, "name": "rocket", "project": {"name": "acme"}}
        vendor.on("GET", f"/acme/_apis/git/repositories/{vendor.identifier}", found)
    return vendor


@pytest.mark.parametrize("read", AT_SHA, ids=of_ref)
@pytest.mark.parametrize("key", VENDORS)
def test_an_unknown_sha_has_one_reason(key: str, read: tuple[str, Any]) -> None:
    found = without_commit(key).call(*read)
    assert isinstance(found, ScmError), found
    assert found.reason == "REF_NOT_FOUND"


@pytest.mark.parametrize("key", VENDORS)
def test_an_unknown_sha_among_the_lines_of_a_batch(key: str) -> None:
    line = pb.SourceLine(commit_sha=SHA, filepath="src/a.py", line_number=1)
    answer = without_commit(key).call("BatchGetCommitContext", pb.BatchGetCommitContextRequest(lines=[line]))
    assert [result.error.reason for result in answer.results] == ["REF_NOT_FOUND"]


LISTS: list[tuple[str, Any]] = [
    ("ListCommits", pb.ListCommitsRequest()),
    ("ListTree", pb.ListTreeRequest()),
    ("ListFileChanges", pb.ListFileChangesRequest(commit_sha="main")),
]


@pytest.mark.parametrize(("rpc", "request_"), LISTS, ids=[rpc for rpc, _ in LISTS])
@pytest.mark.parametrize("key", VENDORS)
def test_a_later_page_after_its_commit_is_gone(key: str, rpc: str, request_: Any) -> None:
    """It happens after a forced push, once the vendor has removed the commit. The error is the same everywhere."""
    request = type(request_).FromString(request_.SerializeToString())
    request.page_token = paging.sign(RPCS[rpc], 1, request, [SHA, None, 1])
    found = without_commit(key).call(rpc, request)
    assert isinstance(found, FailedPrecondition), found
    assert found.reason == "PAGE_GONE"
