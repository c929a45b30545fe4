"""What our adapters write on a vendor's fake, for clients that others wrote to read back."""

from __future__ import annotations

from dataclasses import dataclass

from sentry_scm_grpc.providers.registry import adapters
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls
from sentry_scm_grpc.v1 import refs_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.vendors.installation import Ours
from tests.vendors.pulls import ODD_BODY, TOPIC
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


#: What ``review_everything`` writes: the text on the whole, and path, line and texts of each thread.
CHANGED = f"Changed: {ODD_BODY}"
ON_LINES = [("src/app.py", 3, ["On a range"]), ("src/app.py", 2, ["On the base", "An answer"])]


def review_everything(ours: Ours, server: Served) -> None:
    """An approval with a comment on a range, whose thread is resolved; one on the base, which is answered; and one on
    the whole, which was changed. One that was deleted is gone."""
    world = server.fake.world
    world.remarks[TOPIC], world.threads[TOPIC], world.pull_requests[TOPIC].reviewers = [], [], {}
    of_one = {"number": TOPIC}
    places = [
        pulls.ReviewPosition(path="src/app.py", side=pulls.DIFF_SIDE_HEAD, start_line=1, line=3),
        pulls.ReviewPosition(path="src/app.py", side=pulls.DIFF_SIDE_BASE, line=2),
    ]
    review = pulls.CreateReviewRequest(state=pulls.REVIEW_STATE_APPROVED, **of_one)
    review.comments.add(position=places[0], body="On a range")
    ours.ask("CreateReview", review)
    on_base = pulls.CreatePullRequestCommentRequest(body="On the base", position=places[1], **of_one)
    first = ours.ask("CreatePullRequestComment", on_base)
    answer = pulls.CreatePullRequestCommentRequest(body="An answer", in_reply_to=first.id, **of_one)
    ours.ask("CreatePullRequestComment", answer)
    remark = ours.ask("CreatePullRequestComment", pulls.CreatePullRequestCommentRequest(body="Written", **of_one))
    change = pulls.UpdatePullRequestCommentRequest(comment_id=remark.id, body=CHANGED, **of_one)
    ours.ask("UpdatePullRequestComment", change)
    gone = ours.ask("CreatePullRequestComment", pulls.CreatePullRequestCommentRequest(body="Gone", **of_one))
    ours.ask("DeletePullRequestComment", pulls.DeletePullRequestCommentRequest(comment_id=gone.id, **of_one))
    change = pulls.UpdatePullRequestCommentRequest(comment_id=first.id, body="On the base", **of_one)
    ours.ask("UpdatePullRequestComment", change)
    threads = ours.ask("ListReviewThreads", pulls.ListReviewThreadsRequest(**of_one)).threads
    ranged = next(thread for thread in threads if thread.comments[0].body == "On a range")
    ours.ask("ResolveReviewThread", pulls.ResolveReviewThreadRequest(thread_id=ranged.id, **of_one))


def read_back(ours: Ours) -> tuple[list[str], list[tuple[str, int, list[str]]]]:
    """What our adapter reads of what others wrote: the conversation, and the threads."""
    conversation = ours.ask("ListPullRequestComments", pulls.ListPullRequestCommentsRequest(number=TOPIC)).comments
    threads = ours.ask("ListReviewThreads", pulls.ListReviewThreadsRequest(number=TOPIC)).threads
    placed = [(one.position.path, one.position.line, [comment.body for comment in one.comments]) for one in threads]
    return [comment.body for comment in conversation], placed
