"""Commits: read from their raw form, listed by git, streamed in constant memory."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator, Set
from contextlib import ExitStack
from itertools import islice

from sentry_scm_grpc.providers.git.process import unreadable
from sentry_scm_grpc.providers.git.repository import GitRepository
from sentry_scm_grpc.providers.git.text import fold_case, path_spellings
from sentry_scm_grpc.v1 import scm_pb2 as pb

_SECONDS = re.compile(rb"-?\d+\Z")
# Encodings that take a time that grows with the square of the text.
_SLOW_ENCODINGS = ("idna", "punycode")
_LAST_SECOND = 253402300799  # of the year 9999, where Timestamp ends


def read_commit(repository_id: int, sha: str, raw: bytes, shallow: Set[str] = frozenset()) -> pb.Commit:
    """A commit from the bytes of its object (git-cat-file(1)); without file changes and web url.

    Commits in ``shallow`` have no parents.
    """
    head, _, message = raw.partition(b"\n\n")
    commit = pb.Commit(id=sha, repository_id=repository_id, key=sha)
    author = committer = b""
    encoding = "utf-8"
    for line in head.split(b"\n"):
        # Lines that go on from the one before, such as those of a signature, start with a space.
        name, _, value = line.partition(b" ")
        if name == b"parent" and sha not in shallow:
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
    """Fills name and e-mail; returns the seconds since 1970, within what a Timestamp holds; None without a date."""
    # "Name <email> seconds zone"; names and addresses may be empty. As git does, the address ends at the first ">", and
    # the date comes behind the last. Old tools left out the address, the date or both.
    name, _, rest = raw.partition(b"<")
    email, end, _ = rest.partition(b">")
    if end:
        date = raw.rpartition(b">")[2].split()[:1]
    else:
        email = b""
        name, *date = raw.rsplit(b" ", 2)
        if len(date) != 2 or not _SECONDS.match(date[0]):
            name, date = raw, []
    person.name = _text(name.strip(), encoding)
    person.email = _text(email.strip(), encoding)
    if not date or not _SECONDS.match(date[0]):
        return None
    return max(0, min(int(date[0][:20]), _LAST_SECOND))


def _text(raw: bytes, encoding: str) -> str:
    try:
        if codecs.lookup(encoding).name in _SLOW_ENCODINGS:
            raise LookupError
        # A surrogate, which some encodings let through, has no place in a proto string.
        return raw.decode(encoding).encode().decode()
    except (LookupError, UnicodeError, ValueError):
        return raw.decode("utf-8", "backslashreplace")


def log(
    repository: GitRepository,
    repository_id: int,
    sha: str,
    request: pb.ListCommitsRequest | pb.StreamCommitsRequest,
    start: int = 0,
    count: int | None = None,
) -> Iterator[pb.Commit]:
    """Commits ``start`` to ``start + count`` of those that fit, in git's order: none is kept here.

    One process, git-rev-list(1), finds them, another reads them. git filters by path. Author and dates are compared
    here: git would read an author as a pattern, and end at the first commit before ``since``, which can have younger
    ancestors.
    """
    fits = _filter(request)
    limits = []
    if fits is None:
        limits, start, count = _limits(start, count), 0, None
    # Both spellings: at another commit than the newest, the path may have been the other one.
    paths = [raw for raw in path_spellings(request.path) if raw]
    found = _read_all(repository, repository_id, "rev-list", *limits, sha, "--", *paths)
    yield from islice(found if fits is None else filter(fits, found), start, None if count is None else start + count)


def _limits(start: int, count: int | None) -> list[str]:
    return [f"--skip={start}"] + ([] if count is None else [f"--max-count={count}"])


def _filter(request: pb.ListCommitsRequest | pb.StreamCommitsRequest) -> Callable[[pb.Commit], bool] | None:
    """Whether a commit fits author and dates; None where all do. A commit without a date fits no date."""
    if not (request.author or request.HasField("since") or request.HasField("until")):
        return None
    author = fold_case(request.author)
    since, until = (
        getattr(request, name).ToNanoseconds() if request.HasField(name) else None for name in ("since", "until")
    )

    def fits(commit: pb.Commit) -> bool:
        if since is not None or until is not None:
            date = commit.date_added.ToNanoseconds()
            if not commit.HasField("date_added") or (since is not None and date < since):
                return False
            if until is not None and date > until:
                return False
        return author in fold_case(commit.author.name) or author in fold_case(commit.author.email)

    return fits


def _read_all(repository: GitRepository, repository_id: int, *finder_arguments: str | bytes) -> Iterator[pb.Commit]:
    git = repository.git
    with ExitStack() as processes:
        finder = processes.enter_context(git.start(*finder_arguments))
        reader = processes.enter_context(git.start("cat-file", "--batch", "--buffer", input=finder.output))
        output = reader.output
        while header := output.readline():
            sha, kind, *size = header.split()
            if kind == b"missing":
                raise git.missing(sha.decode())
            if kind != b"commit":
                raise unreadable()
            raw = output.read(int(size[0]) + 1)
            yield read_commit(repository_id, sha.decode(), raw[:-1], repository.shallow)
        finder.finish()
        reader.finish()


def is_cut_off(repository: GitRepository, sha: str) -> bool:
    """Whether the history of a commit ends where a shallow clone does."""
    if not repository.shallow:
        return False
    _, roots = repository.git.run("rev-list", "--max-parents=0", sha, "--")
    return not repository.shallow.isdisjoint(roots.decode().split())
