"""Search in commits. git finds candidates, and this module compares them exactly.

The history is searched in windows of commits. A page ends when it is full or when its time is over, and the next page
begins in the window where it ended.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from tempfile import TemporaryFile
from time import monotonic
from typing import IO

from sentry_scm_grpc.providers.git.commits import Dates, is_by, read_listed
from sentry_scm_grpc.providers.git.process import bounded_lines
from sentry_scm_grpc.providers.git.repository import GitRepository
from sentry_scm_grpc.providers.git.text import fold_case, path_spellings
from sentry_scm_grpc.v1 import files_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb

#: How many commits git compares at a time.
WINDOW = 20_000
#: After so many seconds a page ends with the current window.
PAGE_SECONDS = 5.0

# What may stand for something else in the bytes of a message: the ends of lines, and escapes of bytes.
_PARTS = re.compile(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+|\\x[0-9a-fA-F]{2}")
#: Where a page begins: the commits before its first window, and the matches of that window that other pages have.
Place = tuple[int, int]


def search(
    repository: GitRepository,
    repository_id: int,
    sha: str,
    request: files_pb2.SearchCommitsRequest,
    place: Place,
    count: int,
) -> tuple[list[pb.Commit], Place | None]:
    """At most ``count`` commits from a place on, and the place of the next page. None if the history has ended."""
    start, skip = place
    found: list[pb.Commit] = []
    ends = monotonic() + PAGE_SECONDS
    paths = [raw for raw in path_spellings(request.path) if raw]
    with repository.git.start("rev-list", f"--skip={start}", sha, "--", *paths) as walker:
        walked = bounded_lines(walker.output, repository.git.budget)
        while True:
            with TemporaryFile() as window:
                size = _fill(window, walked)
                for number, commit in enumerate(_matches(repository, repository_id, window, request)):
                    if number < skip:
                        continue
                    if len(found) == count:
                        return found, (start, number)
                    found.append(commit)
            if size < WINDOW:
                walker.finish()
                return found, None
            start, skip = start + size, 0
            if len(found) == count or monotonic() >= ends:
                return found, (start, 0)


def _fill(window: IO[bytes], shas: Iterator[bytes]) -> int:
    """Writes up to WINDOW SHAs to a file, and returns how many."""
    size = 0
    while size < WINDOW and (sha := next(shas, None)) is not None:
        window.write(sha + b"\n")
        size += 1
    window.seek(0)
    return size


def _matches(
    repository: GitRepository, repository_id: int, window: IO[bytes], request: files_pb2.SearchCommitsRequest
) -> Iterator[pb.Commit]:
    message, author, dates = fold_case(request.message), fold_case(request.author), Dates.of(request)
    filters = _filters(request)
    with repository.git.start("rev-list", "--no-walk=unsorted", "--stdin", *filters, input=window) as finder:
        for commit in read_listed(repository, repository_id, finder.output):
            if author and not is_by(commit, author):
                continue
            if dates is not None and not dates.include(commit):
                continue
            if message in fold_case(commit.message):
                yield commit
        finder.finish()


def _filters(request: files_pb2.SearchCommitsRequest) -> Sequence[str]:
    """Options with which git leaves out most commits that do not match. It compares lines, in bytes.

    git compares an author as one line, "Name <e-mail>", so it finds more than the name and the e-mail.
    """
    options = []
    if part := max(_PARTS.split(request.message), key=len):
        options.append(f"--grep={part}")
    if request.author and request.author.isprintable():
        options.append(f"--author={request.author}")
    return ["--fixed-strings", "--regexp-ignore-case", *options] if options else []
