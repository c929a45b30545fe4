"""Commits: git lists them, this module reads their raw form, and a stream needs constant memory."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Set
from dataclasses import dataclass
from itertools import islice
from tempfile import TemporaryFile
from typing import IO

from sentry_scm_grpc.providers.git.objects import START_BYTES
from sentry_scm_grpc.providers.git.process import bounded_lines, unreadable
from sentry_scm_grpc.providers.git.repository import GitRepository
from sentry_scm_grpc.providers.git.text import decode, fold_case, path_spellings
from sentry_scm_grpc.rpc.budget import Budget
from sentry_scm_grpc.v1 import files_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb

_SECONDS = re.compile(rb"-?\d+\Z")
# Encodings of Python that git does not have: escapes of Python, and host names, for which the time to decode grows with
# the square of the text's length.
_NO_ENCODINGS = ("idna", "punycode", "unicode-escape", "raw-unicode-escape")
# How many of the commits that pass a filter are read by one process.
_CHUNK = 1000
# The range of Timestamp: the years 1 to 9999.
_FIRST_SECOND, _LAST_SECOND = -62135596800, 253402300799


def read_commit(
    repository_id: int, sha: str, raw: bytes, shallow: Set[str] = frozenset(), cut: bool = False
) -> pb.Commit:
    """A commit from the bytes of its object (git-cat-file(1)), without file changes and web url.

    Commits in ``shallow`` have no parents. ``cut`` says that the bytes are only the start of the object.
    """
    head, _, message = raw.partition(b"\n\n")
    if cut and not message:
        # The last line may be incomplete.
        head = head.rpartition(b"\n")[0]
    commit = pb.Commit(id=sha, repository_id=repository_id, key=sha, truncated=cut)
    author = committer = b""
    encoding = ""
    for line in head.split(b"\n"):
        # Continuation lines, such as those of a signature, start with a space.
        name, _, value = line.partition(b" ")
        if name == b"parent" and sha not in shallow:
            commit.parent_keys.append(value.decode())
        elif name == b"author":
            author = author or value
        elif name == b"committer":
            committer = committer or value
        elif name == b"encoding":
            encoding = encoding or value.decode("ascii", "replace")
    commit.message = read_text(message, encoding)
    if author:
        read_person(commit.author, author, encoding)
    if committer:
        seconds = read_person(commit.committer, committer, encoding)
        if seconds is not None:
            commit.date_added.seconds = seconds
    return commit


def read_person(person: pb.CommitAuthor, raw: bytes, encoding: str) -> int | None:
    """Sets name and e-mail. Returns the seconds since 1970, within the range of Timestamp, or None without a date."""
    # "Name <email> seconds zone". Names and addresses may be empty. As in git, the address ends at the first ">", and
    # the date follows the last. Old tools left out the address, the date or both.
    name, _, rest = raw.partition(b"<")
    email, end, _ = rest.partition(b">")
    if end:
        date = raw.rpartition(b">")[2].split()[:1]
    else:
        email = b""
        name, *date = raw.rsplit(b" ", 2)
        if len(date) != 2 or not _SECONDS.match(date[0]):
            name, date = raw, []
    person.name = read_text(name.strip(), encoding)
    person.email = read_text(email.strip(), encoding)
    if not date or not _SECONDS.match(date[0]):
        return None
    return max(_FIRST_SECOND, min(int(date[0][:20]), _LAST_SECOND))


def read_text(raw: bytes, encoding: str) -> str:
    try:
        if codecs.lookup(encoding or "utf-8").name.replace("_", "-") in _NO_ENCODINGS:
            raise LookupError
        # Some encodings produce surrogates, which a proto string cannot contain.
        return decode(raw, encoding or "utf-8", "strict").encode().decode()
    except (LookupError, UnicodeError, ValueError):
        return decode(raw)


Filters = pb.ListCommitsRequest | pb.StreamCommitsRequest | files_pb2.SearchCommitsRequest


@dataclass(frozen=True)
class Dates:
    """A range of dates in nanoseconds since 1970, including both ends. None means no limit."""

    since: int | None
    until: int | None

    @classmethod
    def of(cls, request: Filters) -> Dates | None:
        """The dates of a request. None if it accepts any date."""
        if not request.HasField("since") and not request.HasField("until"):
            return None
        since = request.since.ToNanoseconds() if request.HasField("since") else None
        return cls(since, request.until.ToNanoseconds() if request.HasField("until") else None)

    def include(self, commit: pb.Commit) -> bool:
        """Whether a commit's date is in the range. A commit without a date is not."""
        return commit.HasField("date_added") and self._include(commit.date_added.ToNanoseconds())

    def may_include(self, seconds: int) -> bool:
        """The same for the date that git gives. It is 0 or very large if git cannot read the date."""
        return not 0 < seconds < _LAST_SECOND or self._include(seconds * 10**9)

    def _include(self, date: int) -> bool:
        return (self.since is None or self.since <= date) and (self.until is None or date <= self.until)


def log(
    repository: GitRepository,
    repository_id: int,
    sha: str,
    request: Filters,
    start: int = 0,
    count: int | None = None,
) -> Iterator[pb.Commit]:
    """Commits ``start`` to ``start + count`` of those that match, in git's order. None is kept in memory.

    One process, git-rev-list(1), finds the commits, and another one reads them. git filters by path. This function
    filters by author and dates: git would read an author as a pattern. It would also stop at the first commit before
    ``since``, although that commit can have younger ancestors.
    """
    # Both spellings, because an older commit may have the path in the other one.
    history: list[str | bytes] = [sha, "--", *(raw for raw in path_spellings(request.path) if raw)]
    dates = Dates.of(request)
    if dates is None and not request.author:
        limits = [f"--skip={start}", *([] if count is None else [f"--max-count={count}"])]
        yield from read_found(repository, repository_id, "rev-list", *limits, *history)
        return
    if dates is None:
        found = read_found(repository, repository_id, "rev-list", *history)
    else:
        dated = _read_dated(repository, repository_id, dates, "rev-list", "--timestamp", *history)
        found = filter(dates.include, dated)
    if author := fold_case(request.author):
        found = (commit for commit in found if is_by(commit, author))
    yield from islice(found, start, None if count is None else start + count)


def is_by(commit: pb.Commit, author: str) -> bool:
    return author in fold_case(commit.author.name) or author in fold_case(commit.author.email)


def read_found(repository: GitRepository, repository_id: int, *finder_arguments: str | bytes) -> Iterator[pb.Commit]:
    with repository.git.start(*finder_arguments) as finder:
        yield from read_listed(repository, repository_id, finder.output)
        finder.finish()


def _read_dated(
    repository: GitRepository, repository_id: int, dates: Dates, *finder_arguments: str | bytes
) -> Iterator[pb.Commit]:
    """Reads only commits whose dates may match. git knows the dates without reading the commits."""
    with repository.git.start(*finder_arguments) as finder:
        lines = (line.split() for line in bounded_lines(finder.output, repository.git.budget))
        shas = (sha for seconds, sha in lines if dates.may_include(int(seconds)))
        while some := list(islice(shas, _CHUNK)):
            with TemporaryFile() as asked:
                asked.writelines(b"%s\n" % sha for sha in some)
                asked.seek(0)
                yield from read_listed(repository, repository_id, asked)
        finder.finish()


def read_listed(repository: GitRepository, repository_id: int, shas: IO[bytes]) -> Iterator[pb.Commit]:
    git = repository.git
    with git.start("cat-file", "--batch", "--buffer", input=shas) as reader:
        output = reader.output
        while header := output.readline():
            sha, kind, *size = header.split()
            if kind == b"missing":
                raise git.missing(sha.decode())
            if kind != b"commit":
                raise unreadable()
            git.budget.check()
            length = int(size[0])
            raw = output.read(min(length, START_BYTES))
            skip(output, length + 1 - len(raw), git.budget)
            yield read_commit(repository_id, sha.decode(), raw, repository.shallow, length > len(raw))
        reader.finish()


def skip(output: IO[bytes], count: int, budget: Budget) -> None:
    """Skips a number of bytes."""
    while count > 0 and (piece := output.read(min(count, START_BYTES))):
        budget.check()
        count -= len(piece)
