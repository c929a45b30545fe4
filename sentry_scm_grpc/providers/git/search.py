"""Code search: git grep on a commit, read as it comes and ended as soon as the page is full."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import IO

from sentry_scm_grpc.errors import InvalidArgument
from sentry_scm_grpc.providers.git.repository import Commit, GitRepository
from sentry_scm_grpc.providers.git.text import decode
from sentry_scm_grpc.v1 import scm_pb2 as pb

_LINE_CHARACTERS = 1024
# What is kept of a line; a match further to the right has no column.
_LINE_BYTES = 1024 * 1024
# What means something in a basic regular expression, re_format(7).
_SPECIAL = re.compile(r"[\\.*\[^$]")
_OPTIONS = (
    *("-I", "-z", "-n", "--column", "--full-name", "--no-color", "--no-heading", "--no-break"),
    *("--no-textconv", "--no-recurse-submodules", "--no-show-function"),
)


def matches(
    repository: GitRepository, commit: Commit, request: pb.SearchCodeRequest, start: int, count: int
) -> Iterator[tuple[bytes, pb.CodeMatch]]:
    """Matches ``start`` to ``start + count`` with their exact paths, by path and line. Raises InvalidArgument."""
    if any(character in request.query for character in "\n\r"):
        raise InvalidArgument.of(("query", "must be in one line: matches are found line by line"))
    paths = []
    if request.path:
        found = repository.entry(commit, request.path)
        if found is None:
            return
        paths = [found[0]] if found[0] else []
    options = (*_OPTIONS, *_literal(request.query), *(() if request.case_sensitive else ("-i",)))
    tree = str(commit.tree_id)
    with repository.git.start("grep", *options, tree, "--", *paths) as process:
        prefix = len(tree) + 1
        number = 0
        for record in islice(_records(process.output), start, start + count):
            number += 1
            # git goes on behind a file that it cannot read.
            process.check_errors()
            yield record[0][prefix:], _match(record, prefix)
        if number < count:
            # 1: nothing was found.
            process.finish(1)
            process.check_errors()


def _literal(query: str) -> tuple[str, ...]:
    """The options for a text that is to be found as it is.

    git makes a pattern of a fixed text by quoting it from ``\\Q`` to ``\\E``: a text with ``\\E`` in it is quoted here.
    """
    if "\\E" in query:
        return "-G", "-e", _SPECIAL.sub(r"\\\g<0>", query)
    return "-F", "-e", query


def _records(output: IO[bytes]) -> Iterator[tuple[bytes, bytes, bytes, bytes]]:
    """Path, line number, column and line of each match; a path may hold line breaks, a line anything else."""
    while record := output.readline(_LINE_BYTES):
        while record.count(b"\0") < 3:
            more = output.readline(_LINE_BYTES)
            if not more:
                return
            record += more
        rest = record
        while not rest.endswith(b"\n") and rest:
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
