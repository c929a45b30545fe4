"""Objects of a repository as git stores them, read through libgit2 without its own ideas of what is valid."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pygit2
from pygit2.enums import FileMode, ObjectType

from sentry_scm_grpc.providers.git.process import Git, unreadable

# One entry of a tree object: mode in octal, name, binary SHA.
_ENTRY = re.compile(rb"([0-7]+) ([^\0]+)\0(.{20})", re.DOTALL)
_TREE = re.compile(rb"(?:[0-7]+ [^\0]+\0.{20})*+\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a directory says of a file, a directory or a submodule: its object, and one of git's own modes."""

    id: pygit2.Oid
    mode: int

    @property
    def is_file(self) -> bool:
        """Whether it is a file or a symbolic link."""
        return self.mode not in (FileMode.TREE, FileMode.COMMIT)

    @classmethod
    def of(cls, mode: bytes, id: bytes) -> Entry:
        """Old tools wrote modes such as 100664, or with a zero in front: git reads them as those of today."""
        number = int(mode, 8)
        kind = number & 0o170000
        if kind == FileMode.BLOB & 0o170000:
            known = FileMode.BLOB_EXECUTABLE if number & 0o100 else FileMode.BLOB
        else:
            known = FileMode(kind) if kind in (FileMode.TREE, FileMode.LINK) else FileMode.COMMIT
        return cls(pygit2.Oid(raw=id), known)


class Objects:
    """Raises for an object that is not there FailedPrecondition (CONTENT_NOT_HERE) or Unavailable: ``Git.missing``."""

    def __init__(self, odb: pygit2.Odb, git: Git) -> None:
        self._odb = odb
        self._git = git

    def has(self, id: pygit2.Oid | str) -> bool:
        return (pygit2.Oid(hex=id) if isinstance(id, str) else id) in self._odb

    def header(self, id: pygit2.Oid | str) -> tuple[int, int]:
        """Type and size in bytes, without reading the object."""
        try:
            return self._odb.read_header(id)
        except KeyError:
            raise self._git.missing(str(id)) from None

    def read(self, id: pygit2.Oid | str) -> tuple[int, bytes]:
        """Type and bytes."""
        try:
            return self._odb.read(id)
        except KeyError:
            raise self._git.missing(str(id)) from None

    def blob(self, id: pygit2.Oid) -> bytes:
        type, data = self.read(id)
        if type != ObjectType.BLOB:
            raise unreadable()
        return data

    def raw_entries(self, tree: pygit2.Oid | None) -> list[tuple[bytes, bytes, bytes]]:
        """Mode, name and binary SHA of what is in a directory, as they are stored; none for None."""
        if tree is None:
            return []
        type, data = self.read(tree)
        if type != ObjectType.TREE or _TREE.match(data) is None:
            raise unreadable()
        return _ENTRY.findall(data)

    def entries(self, tree: pygit2.Oid) -> list[tuple[bytes, Entry]]:
        """What is in a directory, in the order of the full paths."""
        found = [(name, Entry.of(mode, id)) for mode, name, id in self.raw_entries(tree)]
        return sorted(found, key=lambda pair: pair[0] + b"/" if pair[1].mode == FileMode.TREE else pair[0])
