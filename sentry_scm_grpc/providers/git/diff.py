"""The differences between two trees as patches, one file at a time, in constant memory.

Two processes of git-diff-tree(1) run side by side: one writes the changed files as records, which are safe to read
whatever the names are, the other the patches. Both write the same files in the same order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BufferedReader

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
# Renames are looked for, as git diff does. To look for copies too would take git many times as long.
_OPTIONS = tuple(option for option in DIFF_OPTIONS if option != "-C")
# git treats larger files as binary.
_BIG_FILE = 16 * 1024 * 1024
_SETTINGS = ("-c", f"core.bigFileThreshold={_BIG_FILE}")
_PIECE = 64 * 1024
_RAW = re.compile(rb":(\d+) (\d+) ([0-9a-f]+) ([0-9a-f]+) ([A-Z])\d*\Z")
_START = b"diff --git "
_NEXT = b"\n" + _START
_BINARY = b"Binary files "
_BODY = re.compile(rb"^(?:@@|Binary files |GIT binary patch)", re.MULTILINE)
#: How much of one file's patch is kept: hunks, and the lines before them.
_MOST = MAX_HUNKS + 64 * 1024
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
    arguments: tuple[str | bytes, ...] = (*_OPTIONS, "--full-index", *trees, "--", *paths)
    how = ("-p", f"-U{context}", *(["--binary"] if request.binary_patches else []))
    git = repository.git
    with (
        git.start(*_SETTINGS, "diff-tree", "--raw", "-z", *arguments) as lister,
        git.start(*_SETTINGS, "diff-tree", *how, *arguments) as differ,
    ):
        patches = iter(_Patches(differ.output, git.budget))
        for record in _records(lister.output, git.budget):
            for file in record.files():
                patch = next(patches, None)
                if patch is None or patch.last:
                    # If git has failed, the patch may be cut.
                    differ.finish()
                found = _file_diff(file, patch)
                if found.change.binary:
                    found.truncated |= _is_big(repository, file)
                yield found
        lister.finish()
        if next(patches, None) is not None:
            raise unreadable()
        differ.finish()


def _records(output: BufferedReader, budget: Budget) -> Iterator[_Record]:
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


def _fields(output: BufferedReader, budget: Budget) -> Iterator[bytes]:
    """The parts of git's output between NULs."""
    # A name may be many pieces long, so they are joined once, at its end.
    rest: list[bytes] = []
    while piece := output.read1(_PIECE):
        budget.check()
        first, *more = piece.split(b"\0")
        rest.append(first)
        if more:
            yield b"".join(rest)
            yield from more[:-1]
            rest = [more[-1]]


@dataclass
class _Patch:
    """One file's part of the output: its first MAX_HUNKS bytes or so, and the counts of all its lines."""

    text: bytes
    additions: int
    deletions: int
    whole: bool
    #: Whether git's output ends with it.
    last: bool


class _Patches:
    """git's output, file by file. Only a header has a line that begins with "diff"."""

    def __init__(self, output: BufferedReader, budget: Budget) -> None:
        self._output = output
        self._budget = budget
        self._buffer = b""
        self._at = 0

    def __iter__(self) -> Iterator[_Patch]:
        while self._more() or self._at < len(self._buffer):
            if not self._buffer.startswith(_START, self._at):
                raise unreadable()
            yield self._patch()

    def _patch(self) -> _Patch:
        searched, last = self._at, False
        while (end := self._buffer.find(_NEXT, searched)) < 0:
            self._budget.check()
            if len(self._buffer) - self._at > _MOST:
                return self._large()
            # The end of the buffer may be the start of what is looked for.
            searched = max(self._at, len(self._buffer) - len(_NEXT) + 1)
            before = self._at
            if not self._read():
                end, last = len(self._buffer) - 1, True
                break
            searched -= before
        text, self._at = self._buffer[self._at : end + 1], end + 1
        return _Patch(text, *_counted(text), whole=True, last=last)

    def _large(self) -> _Patch:
        """Drops the rest of a patch that is too long for one message."""
        text = self._buffer[self._at :]
        additions, deletions = _counted(text)
        tail, self._buffer, self._at = text[1 - len(_NEXT) :], b"", 0
        last = True
        while piece := self._output.read1(_PIECE):
            self._budget.check()
            window = tail + piece
            end = window.find(_NEXT)
            known, found = _counted(tail), _counted(window if end < 0 else window[:end])
            additions += max(found[0] - known[0], 0)
            deletions += max(found[1] - known[1], 0)
            if end >= 0:
                self._buffer, last = window[end + 1 :], False
                break
            tail = window[1 - len(_NEXT) :]
        return _Patch(text, additions, deletions, whole=False, last=last)

    def _more(self) -> bool:
        return self._at < len(self._buffer) or self._read()

    def _read(self) -> bool:
        """Adds a piece of the output to the unused rest. False at the end."""
        piece = self._output.read1(_PIECE)
        self._buffer, self._at = self._buffer[self._at :] + piece, 0
        return bool(piece)


def _counted(text: bytes) -> tuple[int, int]:
    return text.count(b"\n+"), text.count(b"\n-")


def _file_diff(record: _Record, patch: _Patch | None) -> refs_pb2.FileDiff:
    if patch is None:
        raise unreadable()
    diff = refs_pb2.FileDiff(
        change=pb.FileChange(
            path=decode(record.path),
            kind=KINDS.get(record.letter, pb.FILE_CHANGE_KIND_UNSPECIFIED),
            previous_path=decode(record.source),
        )
    )
    diff.old_mode, diff.new_mode = (mode.replace(_NO_MODE, "") for mode in (record.old_mode, record.new_mode))
    found = _BODY.search(patch.text)
    start = len(patch.text) if found is None else found.start()
    head, body = patch.text[:start], patch.text[start:]
    diff.header = head
    diff.change.binary = found is not None and found[0] != b"@@"
    if not diff.change.binary:
        # The last two lines of a header begin with "---" and "+++".
        before = _counted(head)
        diff.change.additions, diff.change.deletions = patch.additions - before[0], patch.deletions - before[1]
    if found is not None and found[0] != _BINARY:
        diff.hunks = body if len(body) <= MAX_HUNKS else body[: body.rfind(b"\n", 0, MAX_HUNKS) + 1]
        diff.truncated = not patch.whole or len(body) > MAX_HUNKS
    return diff
