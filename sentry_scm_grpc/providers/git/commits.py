"""Commits: read from their raw form, listed by git, streamed in constant memory."""

from __future__ import annotations

import codecs
import math
import re
from collections.abc import Iterator
from contextlib import ExitStack

from google.protobuf.timestamp_pb2 import Timestamp

from sentry_scm_grpc.providers.git.process import Git, unreadable
from sentry_scm_grpc.providers.git.text import path_spellings
from sentry_scm_grpc.v1 import scm_pb2 as pb

# What comes behind the address: " seconds zone"; old tools left it out.
_DATE = re.compile(rb" (-?\d+)")
# Encodings that take a time that grows with the square of the text.
_SLOW_ENCODINGS = ("idna", "punycode")
_LAST_SECOND = 253402300799  # of the year 9999, where Timestamp ends


def read_commit(repository_id: int, sha: str, raw: bytes) -> pb.Commit:
    """A commit from the bytes of its object (git-cat-file(1)); without file changes and web url."""
    head, _, message = raw.partition(b"\n\n")
    commit = pb.Commit(id=sha, repository_id=repository_id, key=sha)
    author = committer = b""
    encoding = "utf-8"
    for line in head.split(b"\n"):
        # Lines that go on from the one before, such as those of a signature, start with a space.
        name, _, value = line.partition(b" ")
        if name == b"parent":
            commit.parent_keys.append(value.decode())
        elif name == b"author":
            author = author or value
        elif name == b"committer":
            committer = committer or value
        elif name == b"encoding":
            encoding = value.decode("ascii", "replace")
    commit.message = _text(message, encoding)
    _read_person(commit.author, author, encoding)
    seconds = _read_person(commit.committer, committer, encoding)
    if seconds is not None:
        commit.date_added.seconds = seconds
    return commit


def _read_person(person: pb.CommitAuthor, raw: bytes, encoding: str) -> int | None:
    """Fills name and e-mail; returns the seconds since 1970, within what a Timestamp holds."""
    # "Name <email> seconds zone"; names and addresses may be empty.
    name, _, rest = raw.partition(b"<")
    email, end, rest = rest.partition(b">")
    if not end:
        person.name = _text(raw, encoding)
        return None
    person.name = _text(name.removesuffix(b" "), encoding)
    person.email = _text(email, encoding)
    date = _DATE.match(rest)
    return None if date is None else max(0, min(int(date[1][:20]), _LAST_SECOND))


def _text(raw: bytes, encoding: str) -> str:
    try:
        if codecs.lookup(encoding).name in _SLOW_ENCODINGS:
            raise LookupError
        # A surrogate, which some encodings let through, has no place in a proto string.
        return raw.decode(encoding).encode().decode()
    except (LookupError, UnicodeError, ValueError):
        return raw.decode("utf-8", "backslashreplace")


def log_arguments(sha: str, request: pb.ListCommitsRequest | pb.StreamCommitsRequest) -> list[str | bytes]:
    """The arguments of git-rev-list(1) for the filters of a request, all literal."""
    arguments: list[str | bytes] = ["rev-list"]
    if request.author:
        arguments += ["--fixed-strings", "--regexp-ignore-case", f"--author={request.author}"]
    if request.HasField("since"):
        arguments.append(f"--max-age={max(0, _ceil(request.since))}")
    if request.HasField("until"):
        arguments.append(f"--min-age={max(0, request.until.seconds)}")
    arguments.append(sha)
    arguments.append("--")
    # Both spellings: at another commit than the newest, the path may have been the other one.
    arguments += [raw for raw in path_spellings(request.path) if raw]
    return arguments


def is_impossible(request: pb.ListCommitsRequest | pb.StreamCommitsRequest) -> bool:
    """Whether no commit can pass the filters: git would read several lines as alternatives, and dates start at 1970."""
    return "\n" in request.author or (request.HasField("until") and request.until.seconds < 0)


def _ceil(time: Timestamp) -> int:
    return time.seconds + math.ceil(time.nanos / 1e9)


def log(git: Git, repository_id: int, arguments: list[str | bytes], *limits: str) -> Iterator[pb.Commit]:
    """The commits of git-rev-list, newest first: one process finds them, another reads them, none is kept here."""
    command, *rest = arguments
    with ExitStack() as processes:
        finder = processes.enter_context(git.start(command, *limits, *rest))
        reader = processes.enter_context(git.start("cat-file", "--batch", "--buffer", input=finder.output))
        output = reader.output
        while header := output.readline():
            sha, kind, *size = header.split()
            if kind != b"commit":
                raise unreadable()
            raw = output.read(int(size[0]) + 1)
            yield read_commit(repository_id, sha.decode(), raw[:-1])
        finder.finish()
        reader.finish()
