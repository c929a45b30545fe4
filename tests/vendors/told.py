"""What a client reads of a thing, in one form for ours and for others'. Times are seconds since 1970."""

from __future__ import annotations

from typing import Any, NamedTuple

from sentry_scm_grpc.v1 import files_pb2
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls
from sentry_scm_grpc.v1 import scm_pb2 as pb


class Commit(NamedTuple):
    sha: str
    message: str
    author: str
    email: str
    time: int
    parents: tuple[str, ...] = ()


class Change(NamedTuple):
    path: str
    kind: str
    previous: str = ""
    additions: int = 0
    deletions: int = 0


class Issue(NamedTuple):
    number: int
    title: str
    description: str
    closed: bool
    web_url: str = ""


class Pull(NamedTuple):
    """``state`` is open, closed or merged. What a client does not tell is left out on both sides."""

    number: int
    title: str
    body: str
    state: str
    author: str
    head: str
    base: str
    head_sha: str = ""
    draft: bool = False


def our_commit(commit: pb.Commit) -> Commit:
    author = commit.author
    return Commit(
        commit.key,
        commit.message,
        author.name,
        author.email,
        commit.date_added.seconds,
        tuple(commit.parent_keys),
    )


def our_change(change: pb.FileChange) -> Change:
    kind = pb.FileChangeKind.Name(change.kind).removeprefix("FILE_CHANGE_KIND_").lower()
    return Change(change.path, kind, change.previous_path, change.additions, change.deletions)


def our_issue(issue: pb.TrackerIssue, number: int | None = None) -> Issue:
    """The number is the last part of the key."""
    if number is None:
        number = int(issue.key.rpartition("#")[2])
    return Issue(number, issue.title, issue.description, issue.state == pb.ISSUE_STATE_CLOSED, issue.web_url)


def our_pull(pull: pulls.PullRequest) -> Pull:
    state = pulls.PullRequestState.Name(pull.state).removeprefix("PULL_REQUEST_STATE_").lower()
    author, head = pull.author.login, pull.head
    return Pull(
        pull.number, pull.title, pull.body, state, author, head.branch, pull.base.branch, head.commit_sha, pull.draft
    )


def streamed(ours: Any, path: str) -> bytes:
    """The bytes of a file of main, as a stream has them."""
    pieces = ours.ask("StreamFile", files_pb2.StreamFileRequest(path=path, ref="main"))
    return b"".join(piece.content for piece in pieces)


def of_batch(ours: Any, path: str) -> bytes:
    """The bytes of a file of main, as a batch has them."""
    (result,) = ours.ask("BatchGetFiles", files_pb2.BatchGetFilesRequest(paths=[path], ref="main")).results
    return bytes(result.file.content)
