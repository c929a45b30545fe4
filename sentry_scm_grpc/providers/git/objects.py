"""Objects of a repository as git stores them. They are read through libgit2, but without its checks of validity."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

import pygit2
from pygit2.enums import FileMode, ObjectType

from sentry_scm_grpc.providers.git.process import Git, unreadable

# An entry of a tree object: the mode in octal, the name, the binary SHA.
_ENTRY = re.compile(rb"([0-7]+) ([^\0]+)\0(.{20})", re.DOTALL)
# Entries of other names. Not too many at once, because this blocks the interpreter.
_OTHERS = rb"(?:[0-7]++ (?!%s\0)[^\0]++\0.{20}){0,10000}+"
RawEntry = tuple[bytes, bytes, bytes]
_TYPES: dict[int, str] = {
    ObjectType.COMMIT: "commit",
    ObjectType.TREE: "tree",
    ObjectType.BLOB: "blob",
    ObjectType.TAG: "tag",
}
#: Larger objects are read by git. libgit2 holds the interpreter's lock, and takes time for each delta of an object.
IN_PROCESS_BYTES = 64 * 1024
#: How many bytes of a commit or tag are read. The rest is cut off.
START_BYTES = 3 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a directory: the object of a file, a directory or a submodule, and one of git's modes."""

    id: pygit2.Oid
    mode: int

    @property
    def is_file(self) -> bool:
        """Whether it is a file or a symbolic link."""
        return self.mode not in (FileMode.TREE, FileMode.COMMIT)

    @classmethod
    def of(cls, mode: bytes, id: bytes) -> Entry:
        return cls(pygit2.Oid(raw=id), _known_mode(mode))


# A page has a thousand entries and a few modes, and pygit2's enumerations are slow.
@lru_cache(maxsize=256)
def _known_mode(mode: bytes) -> FileMode:
    """Old tools wrote modes such as 100664, or with a leading zero. git reads them as current modes."""
    number = int(mode, 8)
    kind = number & 0o170000
    if kind == FileMode.BLOB & 0o170000:
        return FileMode.BLOB_EXECUTABLE if number & 0o100 else FileMode.BLOB
    return FileMode(kind) if kind in (FileMode.TREE, FileMode.LINK) else FileMode.COMMIT


class Objects:
    """For a missing object it raises FailedPrecondition (CONTENT_NOT_HERE) or Unavailable: see ``Git.missing``."""

    def __init__(self, odb: pygit2.Odb, git: Git) -> None:
        self._odb = odb
        self._git = git

    def has(self, id: pygit2.Oid | str) -> bool:
        return (pygit2.Oid(hex=id) if isinstance(id, str) else id) in self._odb

    def header(self, id: pygit2.Oid | str) -> tuple[int, int]:
        """The type and the size in bytes, without reading the object."""
        try:
            return self._odb.read_header(id)
        except KeyError:
            raise self._git.missing(str(id)) from None

    def read(self, id: pygit2.Oid | str) -> tuple[int, bytes]:
        """The type and the bytes. Raises ResourceExhausted if the object is larger than the call may read."""
        type, size = self.header(id)
        self._git.budget.read(size)
        if size > IN_PROCESS_BYTES:
            return type, self._git.run("cat-file", _TYPES[type], str(id))[1]
        return type, self._odb.read(id)[1]

    def start(self, id: pygit2.Oid | str) -> tuple[int, bytes]:
        """The type and the first START_BYTES of a commit or tag, which may be very large."""
        type, size = self.header(id)
        if size <= IN_PROCESS_BYTES:
            return self.read(id)
        with self._git.start("cat-file", _TYPES[type], str(id)) as process:
            data = process.output.read(min(size, START_BYTES))
            if len(data) < min(size, START_BYTES):
                process.finish()
                raise unreadable()
        return type, data

    def blob(self, id: pygit2.Oid) -> bytes:
        type, data = self.read(id)
        if type != ObjectType.BLOB:
            raise unreadable()
        return data

    def raw_entries(self, tree: pygit2.Oid | None, start: bytes = b"") -> Iterator[RawEntry]:
        """Mode, name and binary SHA of a directory's entries, as they are stored. None has no entries.

        The entries before the one named ``start`` may be left out, if the directory has it.
        """
        if tree is None:
            return
        data = self.directory(tree)
        if len(data) <= IN_PROCESS_BYTES and (small := self._all_entries(data)) is not None:
            yield from small
            return
        # In several pieces: a directory may have a million entries, and findall() blocks the interpreter.
        yield from self.entries_in(data, _ENTRY, start)

    def entries_in(self, directory: bytes, pattern: re.Pattern[bytes], start: bytes = b"") -> Iterator[RawEntry]:
        """The entries that a pattern finds. Each of its matches must begin where the one before it ends."""
        position = self._position(directory, start) if start else 0
        for found in pattern.finditer(directory, position):
            self._git.budget.check()
            if found.start() != position:
                break
            position = found.end()
            mode, name, sha = found.groups()
            if mode is not None:
                yield mode, name, sha
        if position != len(directory):
            raise unreadable()

    def _position(self, directory: bytes, name: bytes) -> int:
        """Where the entry of this name begins; 0 if there is none."""
        others = re.compile(_OTHERS % re.escape(name), re.DOTALL)
        position = 0
        while (found := others.match(directory, position)) is not None and found.end() > position:
            self._git.budget.check()
            position = found.end()
        return position if position < len(directory) else 0

    def directory(self, tree: pygit2.Oid) -> bytes:
        """A directory as it is stored."""
        type, data = self.read(tree)
        if type != ObjectType.TREE:
            raise unreadable()
        return data

    def _all_entries(self, data: bytes) -> list[RawEntry] | None:
        """The entries of a small directory. None if there is anything else in it."""
        self._git.budget.check()
        found: list[RawEntry] = _ENTRY.findall(data)
        # Two separators in each entry. What is skipped between entries makes the sum smaller.
        return found if len(b"".join(chain.from_iterable(found))) + 2 * len(found) == len(data) else None

    def is_large(self, tree: pygit2.Oid | None) -> bool:
        """Whether a directory has too many entries to keep in memory."""
        return tree is not None and self.header(tree)[1] > IN_PROCESS_BYTES

    def entries(self, tree: pygit2.Oid | None, start: bytes = b"") -> Iterator[tuple[bytes, Entry]]:
        """A directory's entries, in the order of the full paths. The name of a directory ends with "/".

        The entries before the one named ``start`` may be left out, if the directory has it. A tool may have written
        another order. It is corrected, except in a large directory.
        """
        found = ((Entry.of(mode, id), name) for mode, name, id in self.raw_entries(tree, start))
        named = ((name + b"/" if entry.mode == FileMode.TREE else name, entry) for entry, name in found)
        if not self.is_large(tree):
            yield from sorted(named, key=lambda pair: pair[0])
            return
        last = b""
        for name, entry in named:
            if name < last:
                raise unreadable()
            last = name
            yield name, entry
