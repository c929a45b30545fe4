"""ResolveFrames: a stack trace costs a vendor as many calls as blame and owners of the same lines."""

from __future__ import annotations

import grpc
import pytest
from django.core.cache import cache

from sentry_scm_grpc.v1 import lookup_pb2 as lookup
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.vendors.fake import Reply
from tests.vendors.site import Site

pytestmark = [pytest.mark.django_db, pytest.mark.rpcs("ResolveFrames")]

Status = grpc.StatusCode
# 20 files, 100 lines.
LINES = [(f"src/module{number:03}.py", line) for number in range(20) for line in (1, 2, 1, 2, 2)]


def mapped(vendor: Site) -> int:
    request = pb.CreateCodeMappingRequest(
        project_id=vendor.rows.project.id, stack_root="/srv/code/", source_root="", default_branch="main"
    )
    made: int = vendor.call("CreateCodeMapping", request).message.id
    return made


def request_of(vendor: Site, *frames: tuple[str, int], version: str = "") -> lookup.ResolveFramesRequest:
    return lookup.ResolveFramesRequest(
        project_id=vendor.rows.project.id,
        version=version,
        frames=[lookup.StackFrame(path=f"/srv/code/{path}", line_number=line) for path, line in frames],
    )


def calls_of(vendor: Site, rpc_name: str, request: object) -> list[tuple[str, str]]:
    """The vendor's calls for an RPC that is answered, with empty caches."""
    cache.clear()
    vendor.fake.forget_calls()
    answer = vendor.call(rpc_name, request)  # type: ignore[arg-type]
    assert answer.status is Status.OK, (rpc_name, answer.reason, answer.text)
    return sorted((call.method, call.path) for call in vendor.fake.calls)


def test_a_hundred_frames_cost_what_blame_and_owners_cost(vendor: Site) -> None:
    mapped(vendor)
    head = vendor.fake.world.head
    request = request_of(vendor, *LINES, version=head)
    frames = vendor.call("ResolveFrames", request).message.frames
    assert [(frame.path, frame.blame.line_number) for frame in frames] == LINES
    assert [frame.blame.blame_commit_id for frame in frames] == [vendor.fake.world.blame(n).sha for _, n in LINES]
    assert {frame.ref for frame in frames} == {head}
    assert all(frame.url.startswith("https://") for frame in frames)
    assert {tuple(frame.owners.owners) for frame in frames} <= {("@acme/all",), ()}
    assert [frame.topmost_own for frame in frames] == [False] * 99 + [True]

    blame = pb.BatchGetCommitContextRequest(
        lines=[pb.SourceLine(commit_sha=head, filepath=path, line_number=line) for path, line in LINES]
    )
    owners = pb.GetCodeOwnersRequest(ref=head, paths=dict.fromkeys(path for path, _ in LINES))
    apart = calls_of(vendor, "BatchGetCommitContext", blame) + calls_of(vendor, "GetCodeOwners", owners)
    together = calls_of(vendor, "ResolveFrames", request)
    assert len(together) <= len(apart), together


def test_a_file_that_is_not_there_and_a_version_that_nobody_knows(vendor: Site) -> None:
    mapped(vendor)
    good, missing = vendor.call(
        "ResolveFrames", request_of(vendor, ("src/app.py", 3), ("src/no-such.py", 1), version="no-such-version")
    ).message.frames
    assert (good.ref, good.exists, good.blame.blame_commit_id) == ("main", True, vendor.fake.world.blame(3).sha)
    assert (missing.reason, missing.exists, missing.path) == ("FILE_NOT_FOUND", False, "src/no-such.py")


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (401, "INTEGRATION_UNAUTHORIZED"),
        (403, "VENDOR_FORBIDDEN"),
        (429, "VENDOR_RATE_LIMITED"),
        (500, "PROVIDER_UNAVAILABLE"),
    ],
)
def test_what_the_vendor_refuses_is_said_and_no_file_is_called_missing(vendor: Site, status: int, reason: str) -> None:
    mapped(vendor)
    vendor.fake.forced = lambda asked: Reply({"message": "?"}, status)
    (frame,) = vendor.call("ResolveFrames", request_of(vendor, ("src/app.py", 3))).message.frames
    assert (frame.path, frame.reason, frame.HasField("exists")) == ("src/app.py", "", False)
    assert frame.blame_error.reason == reason
    # A vendor that has just refused because of its limit is not asked again.
    assert frame.owners_error.reason in (reason, "VENDOR_QUOTA_LOW")
    assert not frame.HasField("blame")
    assert not frame.HasField("owners")
