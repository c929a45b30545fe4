"""Branches and commits that are written at a vendor, and then read back through the same adapter."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import grpc
import pytest
import requests

from sentry_scm_grpc.providers.registry import adapters
from sentry_scm_grpc.rpc import attempts
from sentry_scm_grpc.v1 import refs_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.vendors.fake import Reply, Request
from tests.vendors.site import Site

pytestmark = [pytest.mark.django_db, pytest.mark.rpcs("CreateCommit")]
Status = grpc.StatusCode


@pytest.fixture(autouse=True)
def no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "SETTLE", timedelta(0))


def failed(answer: Any) -> tuple[Any, str]:
    return answer.status, answer.reason


def action(kind: str, path: str, content: bytes = b"", previous: str = "", **fields: Any) -> refs_pb2.CommitAction:
    number = refs_pb2.CommitActionKind.Value(f"COMMIT_ACTION_KIND_{kind}")
    return refs_pb2.CommitAction(kind=number, path=path, content=content, previous_path=previous, **fields)


def commit(site: Site, *actions: refs_pb2.CommitAction, branch: str = "main", head: str = "", **fields: Any) -> Any:
    expected = head or site.fake.world.branches[branch]
    fields = {"message": "Change it\n\nBecause.", **fields}
    request = refs_pb2.CreateCommitRequest(branch=branch, expected_head_sha=expected, actions=actions, **fields)
    return site.call("CreateCommit", request)


def serves(site: Site, operation: str) -> bool:
    return adapters()[site.fake.key].supports(operation)


def test_a_branch_is_created_moved_and_deleted(vendor: Site) -> None:
    world, name = vendor.fake.world, "new/ünï#1"
    older = world.commits[3].sha
    made = vendor.call("CreateBranch", refs_pb2.CreateBranchRequest(name=name, ref=older)).message
    assert (made.name, made.commit_sha, world.branches[name]) == (name, older, older)
    answer = vendor.call("CreateBranch", refs_pb2.CreateBranchRequest(name=name))
    assert (failed(answer), answer.metadata["sha"]) == ((Status.ALREADY_EXISTS, "BRANCH_EXISTS"), older)
    missing = vendor.call("CreateBranch", refs_pb2.CreateBranchRequest(name="x", ref="5" * 40))
    assert failed(missing) == (Status.NOT_FOUND, "REF_NOT_FOUND")

    at = older
    if serves(vendor, "update_branch"):
        moved = vendor.call("UpdateBranch", refs_pb2.UpdateBranchRequest(name=name, ref="main", expected_sha=older))
        assert (moved.message.commit_sha, world.branches[name]) == (world.head, world.head)
        at = world.head
        back = vendor.call("UpdateBranch", refs_pb2.UpdateBranchRequest(name=name, ref=older))
        assert (failed(back), back.metadata["sha"]) == ((Status.FAILED_PRECONDITION, "NOT_FAST_FORWARD"), at)
        stale = vendor.call(
            "UpdateBranch", refs_pb2.UpdateBranchRequest(name=name, ref=older, force=True, expected_sha=older)
        )
        assert (failed(stale), stale.metadata["sha"]) == ((Status.ABORTED, "HEAD_MOVED"), at)

    stale = vendor.call("DeleteBranch", refs_pb2.DeleteBranchRequest(name=name, expected_sha="5" * 40))
    assert (failed(stale), stale.metadata["sha"]) == ((Status.ABORTED, "HEAD_MOVED"), at)
    assert vendor.call("DeleteBranch", refs_pb2.DeleteBranchRequest(name=name, expected_sha=at)).status is Status.OK
    assert name not in world.branches
    again = vendor.call("DeleteBranch", refs_pb2.DeleteBranchRequest(name=name))
    assert failed(again) == (Status.NOT_FOUND, "REF_NOT_FOUND")
    default = vendor.call("DeleteBranch", refs_pb2.DeleteBranchRequest(name="main"))
    assert failed(default) == (Status.FAILED_PRECONDITION, "DEFAULT_BRANCH")
    world.branches["protected"] = older
    protected = vendor.call("DeleteBranch", refs_pb2.DeleteBranchRequest(name="protected"))
    assert failed(protected) == (Status.PERMISSION_DENIED, "VENDOR_FORBIDDEN")


def test_a_commit_has_what_its_actions_say(vendor: Site) -> None:
    world, head = vendor.fake.world, vendor.fake.world.head
    one_file = vendor.fake.key == "bitbucket_server"
    actions = [action("WRITE", "new/a b#ü.bin", b"\x00\r\n\xff--x")]
    fields: dict[str, Any] = {}
    if not one_file:
        actions += [
            action("WRITE", "CODEOWNERS", "* @ada “ü”\n".encode()),
            action("DELETE", "assets/page.html"),
            action("MOVE", "moved/data.json", previous="assets/data.json"),
        ]
        fields = {"author": pb.CommitAuthor(name="Ada Ü", email="ada@example.com")}
    answer = commit(vendor, *actions, **fields)
    made = answer.message
    assert (made.key, world.head, list(made.parent_keys)) == (world.head, world.head, [head])
    assert made.message == "Change it\n\nBecause."
    assert world.files["new/a b#ü.bin"] == b"\x00\r\n\xff--x"
    if not one_file:
        assert made.author.name == "Ada Ü"
        assert world.files["CODEOWNERS"] == "* @ada “ü”\n".encode()
        assert world.files["moved/data.json"] == b'{"cut": '
        assert not {"assets/page.html", "assets/data.json"} & set(world.files)
    read = vendor.call("GetCommit", pb.GetCommitRequest(commit_sha=made.key)).message
    assert (read.key, read.message, read.parent_keys) == (made.key, made.message, made.parent_keys)


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        (action("DELETE", "src/none.py"), "PATH_NOT_FOUND"),
        (action("MOVE", "CODEOWNERS", previous="src/app.py"), "PATH_EXISTS"),
        (action("WRITE", "src"), "NOT_A_FILE"),
        (action("WRITE", "CODEOWNERS/x"), "PATH_CONFLICT"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_action_that_does_not_fit_makes_no_commit(vendor: Site, wanted: refs_pb2.CommitAction, reason: str) -> None:
    head, made = vendor.fake.world.head, len(vendor.fake.world.made)
    answer = commit(vendor, wanted)
    expected = (Status.FAILED_PRECONDITION, reason)
    if vendor.fake.key == "bitbucket_server" and reason in ("PATH_NOT_FOUND", "PATH_EXISTS"):
        expected = (Status.UNIMPLEMENTED, "PROVIDER_UNSUPPORTED")
    assert failed(answer) == expected
    assert (vendor.fake.world.head, len(vendor.fake.world.made)) == (head, made)


def test_a_mode_is_set_where_the_vendor_can(vendor: Site) -> None:
    answer = commit(vendor, action("WRITE", "tool", b"#!\n", executable=True))
    if vendor.fake.key in ("bitbucket", "bitbucket_server", "vsts"):
        assert failed(answer) == (Status.UNIMPLEMENTED, "PROVIDER_UNSUPPORTED")
        return
    assert answer.status is Status.OK
    assert vendor.fake.modes["tool"] == "100755"  # type: ignore[attr-defined]
    assert commit(vendor, action("SET_EXECUTABLE", "tool", executable=False)).status is Status.OK
    assert vendor.fake.modes["tool"] == "100644"  # type: ignore[attr-defined]


def test_who_expects_another_head_or_is_overtaken_is_told_where_the_branch_is(vendor: Site) -> None:
    world, older = vendor.fake.world, vendor.fake.world.commits[1].sha
    stale = commit(vendor, action("WRITE", "x", b"1"), head=older)
    assert (failed(stale), stale.metadata["sha"]) == ((Status.ABORTED, "HEAD_MOVED"), world.head)
    gone = commit(vendor, action("WRITE", "x", b"1"), branch="none", head=older)
    assert failed(gone) == (Status.NOT_FOUND, "REF_NOT_FOUND")
    assert not world.made
    if vendor.fake.key in ("gitlab", "bitbucket_server"):
        return  # They cannot compare.
    rival = world.make([world.head], "Rival", world.commits[0].author, {"rival": b"1"})
    expected = world.head

    def overtake(request: Request) -> Reply:
        if request.path.endswith(("/src", "/pushes")) or "updateRefs" in str(request.data):
            world.move("main", rival.sha)
        return vendor.fake._route(request)

    vendor.fake.forced = overtake
    answer = commit(vendor, action("WRITE", "x", b"1"), head=expected)
    assert (failed(answer), answer.metadata["sha"]) == ((Status.ABORTED, "HEAD_MOVED"), rival.sha)
    assert "x" not in world.files


@pytest.mark.parametrize("made", [True, False], ids=["made", "not made"])
def test_a_write_whose_answer_was_lost_is_made_once(vendor: Site, made: bool) -> None:
    world, head = vendor.fake.world, vendor.fake.world.head

    def lose(request: Request) -> Reply:
        """The call that writes for good is carried out, or not, and then cut off."""
        paths = (
            "/src",
            "/pushes",
            "/repository/commits",
            "/refs/branches",
            "/repository/branches",
            "/branches",
            "/git/refs",
        )
        is_query = request.path.endswith("/graphql") and "updateRefs" not in str(request.data)
        last = (
            request.path.endswith(paths) or "/browse/" in request.path or request.path.endswith(("/graphql", "/refs"))
        )
        if request.method in ("GET", "HEAD") or is_query or not last:
            return vendor.fake._route(request)
        if made:
            vendor.fake._route(request)
        raise requests.ConnectionError("Connection reset by peer")

    def create_commit() -> Any:
        return commit(vendor, action("WRITE", "once", b"1"), head=head, request_id="once")

    def create_branch() -> Any:
        return vendor.call("CreateBranch", refs_pb2.CreateBranchRequest(name="once", ref=head, request_id="once"))

    for write in (create_commit, create_branch):
        vendor.fake.forced = lose
        assert write().status is Status.UNAVAILABLE
        vendor.fake.forced = None
        answer = write()
        assert answer.status is Status.OK, (answer.reason, answer.text)
        assert write().message == answer.message
    # A commit object that no branch has does no harm.
    assert [found.message for found in world.log("main")].count("Change it\n\nBecause.") == 1
    assert world.branches["once"] == head
