"""The differences between two trees as patches, one file at a time, in constant memory.

Two processes of git-diff-tree(1) run side by side: one writes the changed files as records, which are safe to read
whatever the names are, the other the patches. Both write the same files in the same order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO

from sentry_scm_grpc.providers.git.changes import DIFF_OPTIONS, EMPTY_TREE, KINDS
from sentry_scm_grpc.providers.git.process import unreadable
from sentry_scm_grpc.providers.git.repository import Commit, GitRepository
from sentry_scm_grpc.providers.git.text import decode, path_spellings
from sentry_scm_grpc.rpc.budget import Budget
from sentry_scm_grpc.v1 import refs_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb

#: The most bytes of a file's hunks in one message.
MAX_HUNKS = 1024 * 1024
MAX_CONTEXT = 100
_CONTEXT = 3
# git treats larger files as binary.
_BIG_FILE = 16 * 1024 * 1024
_SETTINGS = ("-c", f"core.bigFileThreshold={_BIG_FILE}")
_PIECE = 64 * 1024
_RAW = re.compile(rb":(\d+) (\d+) ([0-9a-f]+) ([0-9a-f]+) ([A-Z])\d*\Z")
_START = b"diff --git "
_BINARY = (b"Binary files ", b"GIT binary patch")
_NO_MODE = "000000"
_NO_ID = "0" * 40


@dataclass(frozen=True)
class _Record:
    letter: str
    path: bytes
    source: bytes
    old_mode: str
    new_mode: str
    old_id: str
    new_id: str

    def files(self) -> Sequence[_Record]:
        """The patches that git writes: a file that becomes a link or a submodule is deleted and added."""
        if self.letter != "T":
            return (self,)
        return (
            _Record("D", self.path, b"", self.old_mode, _NO_MODE, self.old_id, _NO_ID),
            _Record("A", self.path, b"", _NO_MODE, self.new_mode, _NO_ID, self.new_id),
        )


def file_diffs(
    repository: GitRepository, before: Commit | None, after: Commit, request: refs_pb2.StreamDiffRequest
) -> Iterator[refs_pb2.FileDiff]:
    context = min(request.context_lines, MAX_CONTEXT) if request.HasField("context_lines") else _CONTEXT
    trees = (EMPTY_TREE if before is None else str(before.tree_id), str(after.tree_id))
    paths = [raw for path in request.paths for raw in path_spellings(path)]
    if not all(paths):  # Such as ".", which is the whole tree.
        paths = []
    arguments: tuple[str | bytes, ...] = (*DIFF_OPTIONS, "--full-index", *trees, "--", *paths)
    how = ("-p", f"-U{context}", *(["--binary"] if request.binary_patches else []))
    git = repository.git
    with (
        git.start(*_SETTINGS, "diff-tree", "--raw", "-z", *arguments) as lister,
        git.start(*_SETTINGS, "diff-tree", *how, *arguments) as differ,
    ):
        lines = _Lines(differ.output, git.budget)
        if not lines.current:
            differ.finish()
        for record in _records(lister.output, git.budget):
            for file in record.files():
                found = _file_diff(file, lines)
                if not lines.current:
                    # If git has failed, the patch may be cut.
                    differ.finish()
                if found.change.binary:
                    found.truncated |= _is_big(repository, file)
                yield found
        lister.finish()
        if lines.current:
            raise unreadable()
        differ.finish()


def _records(output: IO[bytes], budget: Budget) -> Iterator[_Record]:
    fields = _fields(output, budget)
    for head in fields:
        found = _RAW.match(head)
        if found is None:
            raise unreadable()
        old_mode, new_mode, old_id, new_id, letter = (part.decode() for part in found.groups())
        path, source = next(fields, b""), b""
        if letter in ("R", "C"):
            path, source = next(fields, b""), path
        if not path:  # git has failed. ``finish`` tells why.
            return
        yield _Record(letter, path, source, old_mode, new_mode, old_id, new_id)


def _is_big(repository: GitRepository, file: _Record) -> bool:
    """Whether git treats the file as binary because of its size, whatever its content."""
    return any(id != _NO_ID and repository.objects.header(id)[1] > _BIG_FILE for id in (file.old_id, file.new_id))


def _fields(output: IO[bytes], budget: Budget) -> Iterator[bytes]:
    """The parts of git's output between NULs."""
    rest = b""
    while piece := output.read1(_PIECE):  # type: ignore[attr-defined]
        budget.check()
        *whole, rest = (rest + piece).split(b"\0")
        yield from whole


class _Lines:
    """git's patches, line by line. A long line comes in pieces."""

    def __init__(self, output: IO[bytes], budget: Budget) -> None:
        self._output = output
        self._budget = budget
        self._at_start = True
        #: The line to be read next; empty at the end.
        self.current = b""
        #: Whether ``current`` is the start of a line.
        self.starts = True
        self.advance()

    def advance(self) -> None:
        self._budget.check()
        self.starts = self._at_start
        self.current = self._output.readline(_PIECE)
        self._at_start = self.current.endswith(b"\n")


def _file_diff(record: _Record, lines: _Lines) -> refs_pb2.FileDiff:
    """Reads one file's patch. Only its header can have a line that begins with "diff"."""
    if not lines.current.startswith(_START):
        raise unreadable()
    change = pb.FileChange(
        path=decode(record.path),
        kind=KINDS.get(record.letter, pb.FILE_CHANGE_KIND_UNSPECIFIED),
        previous_path=decode(record.source),
    )
    diff = refs_pb2.FileDiff(change=change)
    diff.old_mode, diff.new_mode = (mode.replace(_NO_MODE, "") for mode in (record.old_mode, record.new_mode))
    header, hunks, kept, in_hunks = [], [], 0, False
    while True:
        line, starts = lines.current, lines.starts
        if starts and not in_hunks and line.startswith((b"@@", *_BINARY)):
            in_hunks = True
            change.binary = not line.startswith(b"@@")
        if not in_hunks:
            header.append(line)
        elif not (change.binary and line.startswith(_BINARY[0])):
            kept += len(line)
            if kept <= MAX_HUNKS:
                hunks.append(line)
            else:
                diff.truncated = True
            if starts and not change.binary:
                change.additions += line.startswith(b"+")
                change.deletions += line.startswith(b"-")
        lines.advance()
        if not lines.current or (lines.starts and lines.current.startswith(_START)):
            break
    diff.change.CopyFrom(change)
    diff.header, diff.hunks = b"".join(header), b"".join(hunks)
    return diff
