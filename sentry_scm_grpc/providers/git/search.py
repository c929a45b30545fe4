"""Code search by git grep on a commit. Its output is read as it comes, and it is ended once the page is full."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import IO

from sentry_scm_grpc.errors import InvalidArgument, ResourceExhausted
from sentry_scm_grpc.providers.git.process import Git
from sentry_scm_grpc.providers.git.repository import Commit, GitRepository
from sentry_scm_grpc.providers.git.text import decode
from sentry_scm_grpc.rpc.budget import Budget
from sentry_scm_grpc.v1 import scm_pb2 as pb

#: Larger files are searched only if git has the memory for all of them.
MAX_SEARCHED_BYTES = 16 * 1024 * 1024
# How many files can be excluded by name.
_MAX_LEFT_OUT = 1000
_LINE_CHARACTERS = 1024
# How much of a line is kept. A match further to the right has no column.
_LINE_BYTES = 1024 * 1024
# The special characters of a basic regular expression, regex(7).
_SPECIAL = re.compile(r"[\\.*\[^$]")
# ASCII punctuation. In a Perl regular expression, a backslash before it always makes it literal, pcre2pattern(3).
_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
_OPTIONS = (
    *("-I", "-z", "-n", "--column", "--full-name", "--no-color", "--no-heading", "--no-break"),
    *("--no-textconv", "--no-recurse-submodules", "--no-show-function"),
)


def matches(
    repository: GitRepository, commit: Commit, request: pb.SearchCodeRequest, start: int, count: int
) -> tuple[list[tuple[bytes, pb.CodeMatch]], bool]:
    """Matches ``start`` to ``start + count`` with their exact paths, by path and line, and whether all files were
    searched. If git lacks the memory for all files, those larger than MAX_SEARCHED_BYTES are left out.

    Raises InvalidArgument, ResourceExhausted.
    """
    if any(character in request.query for character in "\n\r"):
        raise InvalidArgument.of(("query", "must be in one line: matches are found line by line"))
    path = b""
    if request.path:
        found = repository.entry(commit, request.path)
        if found is None:
            return [], True
        path = found[0]
    tree = str(commit.tree_id)
    literal = _literal(request.query, request.case_sensitive)
    options = (*_OPTIONS, *literal, *(() if request.case_sensitive else ("-i",)), tree, "--")
    try:
        return list(_grep(repository.git, options, [path] if path else [], start, count, len(tree) + 1)), True
    except ResourceExhausted:
        large = list(islice(_large_files(repository.git, tree, path), _MAX_LEFT_OUT + 1))
        if not 0 < len(large) <= _MAX_LEFT_OUT:
            raise
    paths = [*([b":(literal)" + path] if path else []), *(b":(exclude,literal)" + file for file in large)]
    return list(_grep(repository.git, options, paths, start, count, len(tree) + 1, magic=True)), False


def _grep(
    git: Git, options: Sequence[str], paths: Sequence[bytes], start: int, count: int, prefix: int, magic: bool = False
) -> Iterator[tuple[bytes, pb.CodeMatch]]:
    with git.start("grep", *options, *paths, magic=magic) as process:
        number = 0
        for record in islice(_records(process.output, git.budget), start, start + count):
            number += 1
            # git skips a file that it cannot read.
            process.check_errors()
            yield record[0][prefix:], _match(record, prefix)
        if number < count:
            # 1: nothing was found.
            process.finish(1)
            process.check_errors()


def _large_files(git: Git, tree: str, path: bytes) -> Iterator[bytes]:
    """The paths of files that are larger than MAX_SEARCHED_BYTES."""
    rest = b""
    with git.start("ls-tree", "-r", "-l", "-z", tree, "--", *([path] if path else [])) as process:
        while piece := process.output.read(_LINE_BYTES):
            *records, rest = (rest + piece).split(b"\0")
            for record in records:
                git.budget.check()
                facts, _, name = record.partition(b"\t")
                size = facts.rpartition(b" ")[2]
                if size.isdigit() and int(size) > MAX_SEARCHED_BYTES:
                    yield name
        process.finish()


def _literal(query: str, case_sensitive: bool) -> tuple[str, ...]:
    """The options to find a text literally.

    git quotes a fixed text from ``\\Q`` to ``\\E`` to make it a pattern. A text with ``\\E`` is quoted here instead.
    """
    if "\\E" in query:
        # The C library's patterns ignore case by other rules than -F: there "ı" matches "I".
        kind, special = ("-G", _SPECIAL) if case_sensitive else ("-P", _PUNCTUATION)
        return kind, "-e", special.sub(r"\\\g<0>", query)
    return "-F", "-e", query


def _records(output: IO[bytes], budget: Budget) -> Iterator[tuple[bytes, bytes, bytes, bytes]]:
    """Path, line number, column and line of each match. A path may contain line breaks, a line any other byte."""
    while record := output.readline(_LINE_BYTES):
        budget.check()
        while record.count(b"\0") < 3:
            more = output.readline(_LINE_BYTES)
            if not more:
                return
            budget.check()
            record += more
        rest = record
        while not rest.endswith(b"\n") and rest:
            budget.check()
            rest = output.readline(_LINE_BYTES)
        path, line, column, text = record.split(b"\0", 3)
        yield path, line, column, text


def _match(record: tuple[bytes, bytes, bytes, bytes], prefix: int) -> pb.CodeMatch:
    path, line, column, text = record
    before = int(column) - 1
    return pb.CodeMatch(
        path=decode(path[prefix:]),
        line_number=int(line),
        column=len(decode(text[:before])) + 1 if before < len(text) else 0,
        line=decode(text.removesuffix(b"\n").removesuffix(b"\r")[: _LINE_CHARACTERS * 4])[:_LINE_CHARACTERS],
    )
