"""The differences between two trees as patches, one file at a time, in constant memory.

Two processes of git-diff-tree(1) run side by side: one writes the changed files as records, which are safe to read
whatever the names are, the other the patches. Both write the same files in the same order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from io import BufferedReader
from tempfile import NamedTemporaryFile

from sentry_scm_grpc.errors import ResourceExhausted
from sentry_scm_grpc.providers.git.changes import DIFF_OPTIONS, EMPTY_TREE, KINDS
from sentry_scm_grpc.providers.git.diff_output import MAX_HUNKS, Patch, Patches, counted
from sentry_scm_grpc.providers.git.process import Git, unreadable
from sentry_scm_grpc.providers.git.repository import Commit, GitRepository
from sentry_scm_grpc.providers.git.text import decode, path_spellings
from sentry_scm_grpc.rpc.budget import Budget
from sentry_scm_grpc.v1 import refs_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb

MAX_CONTEXT = 100
_CONTEXT = 3
# Renames are looked for, as git diff does. To look for copies too would take git many times as long.
_OPTIONS = tuple(option for option in DIFF_OPTIONS if option != "-C")
# git treats larger files as binary.
_BIG_FILE = 16 * 1024 * 1024
_SETTINGS = ("-c", f"core.bigFileThreshold={_BIG_FILE}")
# Text of gitattributes(5) that makes git treat all files as binary.
_ALL_BINARY = b"* -diff\n"
# git ignores lines of attributes above 2048 bytes, and a byte of a name may take eight.
_MAX_NAME = 250
_PIECE = 64 * 1024
_RAW = re.compile(rb":(\d+) (\d+) ([0-9a-f]+) ([0-9a-f]+) ([A-Z])\d*\Z")
_BINARY = b"Binary files "
_BODY = re.compile(rb"^(?:@@|Binary files |GIT binary patch)", re.MULTILINE)
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
    arguments: tuple[str | bytes, ...] = ("--full-index", *trees, "--", *paths)
    how = ("-p", f"-U{context}", *(["--binary"] if request.binary_patches else []))
    git = repository.git
    with (
        git.start(*_SETTINGS, "diff-tree", "--raw", "-z", *_OPTIONS, *arguments) as lister,
        closing(_Differ(git, (*how, *_OPTIONS), arguments)) as differ,
    ):
        for record in _records(lister.output, git.budget):
            files = record.files()
            patches, has_hunks = differ.patches(record, len(files))
            for file, patch in zip(files, patches, strict=True):
                found = _file_diff(file, patch)
                if found.change.binary:
                    found.truncated |= not has_hunks or _is_big(repository, file)
                yield found
        lister.finish()
        differ.finish()


class _Differ:
    """The patches of git diff-tree, which takes some 43 bytes of memory for each line of both sides of a file.

    If git lacks the memory for a file, it shows that file as binary. For this it is started again, at this file.
    """

    def __init__(self, git: Git, options: Sequence[str], arguments: Sequence[str | bytes]) -> None:
        self._git = git
        self._options = options
        self._arguments = arguments
        self._running = ExitStack()
        self._start()

    def patches(self, record: _Record, count: int) -> tuple[list[Patch], bool]:
        """The patches of the next record, and whether git had the memory to compare its contents.

        Raises ResourceExhausted (CALL_TOO_LARGE).
        """
        if not self._is_for_all:
            self._start(record.path)
        found = self._next_if_memory_lasts(count)
        names = [name for name in (record.path, record.source) if name]
        if found is None and max(map(len, names)) <= _MAX_NAME:
            # git may have failed at a later file, before it wrote all of this one. It is asked for this one alone.
            patterns = [b"%s !diff\n" % attribute_pattern(name) for name in names]
            self._start(record.path, _ALL_BINARY + b"".join(patterns))
            found = self._next_if_memory_lasts(count)
        if found is not None:
            return found, True
        self._start(record.path, _ALL_BINARY)
        return self._next(count), False

    def _next_if_memory_lasts(self, count: int) -> list[Patch] | None:
        try:
            return self._next(count)
        except ResourceExhausted as error:
            if error.metadata.get("limit") != "MAX_PROCESS_BYTES":
                raise
            return None

    def finish(self) -> None:
        """Checks that git has written all."""
        if self._is_for_all:
            if next(self._found, None) is not None:
                raise unreadable()
            self._process.finish()

    def close(self) -> None:
        self._running.close()

    def _start(self, path: bytes = b"", attributes: bytes = b"") -> None:
        """Starts git at a path. ``attributes`` is text of gitattributes(5)."""
        self._running.close()
        settings = list(_SETTINGS)
        if attributes:
            file = self._running.enter_context(NamedTemporaryFile())  # noqa: SIM115  (the stack closes it)
            file.write(attributes)
            file.flush()
            settings += ["-c", f"core.attributesFile={file.name}"]
        skipped = (b"--skip-to=" + path,) if path else ()
        self._process = self._running.enter_context(
            self._git.start(*settings, "diff-tree", *self._options, *skipped, *self._arguments)
        )
        self._found = iter(Patches(self._process.output, self._git.budget))
        self._is_for_all = not attributes

    def _next(self, count: int) -> list[Patch]:
        found = []
        for _ in range(count):
            patch = next(self._found, None)
            if patch is None or patch.last:
                # If git has failed, the patch may be cut.
                self._process.finish()
            if patch is None:
                raise unreadable()
            found.append(patch)
        return found


def attribute_pattern(path: bytes) -> bytes:
    """The pattern of gitattributes(5) that only this path fits: in quotes, with each special byte in octal."""
    escaped = re.sub(rb"[*?\[\\]", rb"\\\g<0>", path)
    return b'"/%s"' % re.sub(rb"[^0-9A-Za-z_/.-]", lambda found: b"\\%03o" % found[0][0], escaped)


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


def _file_diff(record: _Record, patch: Patch) -> refs_pb2.FileDiff:
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
    if record.old_id != record.new_id and f"{record.old_id}..{record.new_id}".encode() not in head:
        raise unreadable()
    diff.header = head
    diff.change.binary = found is not None and found[0] != b"@@"
    if not diff.change.binary:
        # The last two lines of a header begin with "---" and "+++".
        before = counted(head)
        diff.change.additions, diff.change.deletions = patch.additions - before[0], patch.deletions - before[1]
    if found is not None and found[0] != _BINARY:
        diff.hunks = body if len(body) <= MAX_HUNKS else body[: body.rfind(b"\n", 0, MAX_HUNKS) + 1]
        diff.truncated = not patch.whole or len(body) > MAX_HUNKS
    return diff
