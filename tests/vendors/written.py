"""What our adapters write on a vendor's fake, for clients that others wrote to read back."""

from __future__ import annotations

from dataclasses import dataclass

from sentry_scm_grpc.providers.registry import adapters
from sentry_scm_grpc.v1 import refs_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.vendors.installation import Ours
from tests.vendors.serving import Served

NEW = "made/a b+ü.txt"
CONTENT = "ünï\n“text”\r\n".encode()


@dataclass(frozen=True)
class Written:
    """The branch that has the commit, the commit, and a branch that was created, moved if possible, and deleted."""

    branch: str
    commit: pb.Commit
    deleted: str


def write_everything(ours: Ours, server: Served) -> Written:
    world, key = server.fake.world, server.fake.key
    older = world.commits[1].sha
    for name in ("made", "gone"):
        ours.ask("CreateBranch", refs_pb2.CreateBranchRequest(name=name, ref=older))
    if adapters()[key].supports("update_branch"):
        ours.ask("UpdateBranch", refs_pb2.UpdateBranchRequest(name="gone", ref="main"))
    ours.ask("DeleteBranch", refs_pb2.DeleteBranchRequest(name="gone"))
    actions = [refs_pb2.CommitAction(kind=refs_pb2.COMMIT_ACTION_KIND_WRITE, path=NEW, content=CONTENT)]
    request = refs_pb2.CreateCommitRequest(branch="made", expected_head_sha=older, message="Write\n\nAll.\n")
    if key != "bitbucket_server":
        request.author.name, request.author.email = "Ada Ü", "ada@example.com"
        actions += [
            refs_pb2.CommitAction(kind=refs_pb2.COMMIT_ACTION_KIND_WRITE, path="assets/logo.png", content=b"\0\xff"),
            refs_pb2.CommitAction(kind=refs_pb2.COMMIT_ACTION_KIND_DELETE, path="assets/page.html"),
            refs_pb2.CommitAction(
                kind=refs_pb2.COMMIT_ACTION_KIND_MOVE, path="moved.json", previous_path="assets/data.json"
            ),
        ]
    request.actions.extend(actions)
    return Written("made", ours.ask("CreateCommit", request), "gone")
