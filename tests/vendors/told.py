"""What a client reads of a thing, in one form for ours and for others'. Times are seconds since 1970."""

from __future__ import annotations

from typing import NamedTuple

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
