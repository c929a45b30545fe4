"""The files of a commit that globs find. Directories are read as they are stored, as most entries are skipped."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pygit2

from sentry_scm_grpc.providers.git.objects import Entry, Objects, RawEntry
from sentry_scm_grpc.providers.git.repository import Commit, GitRepository
from sentry_scm_grpc.providers.git.tree import next_name
from sentry_scm_grpc.source.gitignore import Globs

# The next directory or submodule, the next file or link whose name fits, or the end. What does not fit is skipped
# here, in a tenth of the time of a loop, and only so much at once, because it blocks the interpreter.
_SKIPPING = rb"(?:1[02]0[0-7]{3} (?!%s)[^\0]++\0.{20}){0,10000}+(?:([0-7]+) ([^\0]++)\0(.{20})|\Z)"
_TREES = (b"40000", b"040000")
_SUBMODULE = b"160000"


def files(repository: GitRepository, commit: Commit, globs: Globs, after: bytes = b"") -> Iterator[tuple[bytes, Entry]]:
    """The files that come after ``after``, in the order of their paths in byte order."""
    fits = _Fits(repository.objects, globs)
    # A stack of directories, because a tree can be deeper than Python's call stack. It holds the length of each
    # directory's path, not the path: of 50,000 levels the paths alone take gigabytes.
    here = bytearray()
    stack = [(0, False, fits.entries(commit.tree_id, b"", False, after))]
    while stack:
        length, whole, entries = stack[-1]
        del here[length:]
        mode, name, id = next(entries, (b"", b"", b""))
        if not mode:
            stack.pop()
            continue
        repository.git.budget.check()
        path = bytes(here) + name
        if mode in _TREES:
            directory = path + b"/"
            if directory > after or after.startswith(directory):
                below = whole or globs.verdict(path, True)
                if below or globs.may_find_below(directory):
                    here += name + b"/"
                    stack.append((len(here), below, fits.entries(pygit2.Oid(raw=id), directory, below, after)))
        elif path > after:
            yield path, Entry.of(mode, id)


class _Fits:
    """The entries of directories that may be needed: directories, and files that are found."""

    def __init__(self, objects: Objects, globs: Globs) -> None:
        self._objects = objects
        self._globs = globs
        self._names = globs.file_names
        self._paths = globs.file_paths
        self._next = None if self._names is None else re.compile(_SKIPPING % globs.names_before_nul, re.DOTALL)

    def entries(self, tree: pygit2.Oid, directory: bytes, whole: bool, after: bytes) -> Iterator[RawEntry]:
        """In the order of paths. ``whole`` says whether all files below the directory are found.

        What comes before ``after``, a file that exists, may be left out.
        """
        found = self._entries(tree, directory, whole, next_name(after, directory))
        if self._objects.is_large(tree):
            return found
        # A tool may have written another order.
        return iter(sorted(found, key=lambda one: one[1] + b"/" if one[0] in _TREES else one[1]))

    def _entries(self, tree: pygit2.Oid, directory: bytes, whole: bool, start: bytes) -> Iterator[RawEntry]:
        if whole:
            return self._objects.raw_entries(tree, start)
        if self._names is not None and self._next is not None:
            by_name = self._names.match
            found = self._objects.entries_in(self._objects.directory(tree), self._next, start)
            return (one for one in found if one[0] in _TREES or by_name(one[1]) or self._is_submodule(one, directory))
        found = self._objects.raw_entries(tree, start)
        if self._paths is not None:
            by_path = self._paths.match
            return (
                one
                for one in found
                if one[0] in _TREES or by_path(directory + one[1]) or self._is_submodule(one, directory)
            )
        verdict = self._globs.verdict
        return (one for one in found if one[0] in _TREES or verdict(directory + one[1], one[0] == _SUBMODULE))

    def _is_submodule(self, entry: RawEntry, directory: bytes) -> bool:
        """Whether it is a submodule that is found, as a directory."""
        return entry[0] == _SUBMODULE and self._globs.verdict(directory + entry[1], True)
