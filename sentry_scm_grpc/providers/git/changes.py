"""The file changes of a commit against its first parent: a few in this process, many by git, which can be ended.

Trees are compared here and not by libgit2, which walks all files of a repository where only what differs needs a look.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

import pygit2
from pygit2.enums import FileMode

from sentry_scm_grpc.providers.git.objects import Entry
from sentry_scm_grpc.providers.git.renames import Difference, find_renames
from sentry_scm_grpc.providers.git.repository import Commit, GitRepository
from sentry_scm_grpc.providers.git.text import decode
from sentry_scm_grpc.v1 import scm_pb2 as pb

# Beyond one of these a commit is large: comparing files holds the interpreter's lock and cannot be ended.
_SMALL_FILES = 100
_SMALL_BYTES = 1024 * 1024
# git's own limit for the search for renames.
_RENAME_LIMIT = 1000
# git knows this object without its being stored.
_EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
# As far as git looks for a NUL, which makes a file binary.
_BINARY_BYTES = 8000

_KINDS = {
    "A": pb.FILE_CHANGE_KIND_ADDED,
    "M": pb.FILE_CHANGE_KIND_MODIFIED,
    "T": pb.FILE_CHANGE_KIND_MODIFIED,
    "D": pb.FILE_CHANGE_KIND_DELETED,
    "R": pb.FILE_CHANGE_KIND_RENAMED,
    "C": pb.FILE_CHANGE_KIND_COPIED,
}


def file_changes(repository: GitRepository, commit: Commit, start: int, count: int) -> Iterator[pb.FileChange]:
    """Changes ``start`` to ``start + count`` in the byte order of their paths."""
    parent = repository.first_parent(commit)
    before = None if parent is None else parent.tree_id
    differences = list(islice(_differences(repository, before, commit.tree_id), _SMALL_FILES + 1))
    if _is_small(repository, differences):
        changes = _compare(repository, differences)
    else:
        changes = _read_git(repository, _EMPTY_TREE if before is None else str(before), commit)
    ordered = sorted(changes, key=lambda change: change[0])
    return (change for _, change in islice(ordered, start, start + count))


def _differences(repository: GitRepository, before: pygit2.Oid | None, after: pygit2.Oid) -> Iterator[Difference]:
    """The files that two trees do not share, directory by directory; what is the same is not opened."""
    waiting: list[tuple[bytes, pygit2.Oid | None, pygit2.Oid | None]] = [(b"", before, after)]
    while waiting:
        prefix, old_tree, new_tree = waiting.pop()
        repository.git.check_deadline()
        old_entries, new_entries = (set(repository.objects.raw_entries(tree)) for tree in (old_tree, new_tree))
        old_by_name = {name: (mode, id) for mode, name, id in old_entries - new_entries}
        new_by_name = {name: (mode, id) for mode, name, id in new_entries - old_entries}
        for name in old_by_name.keys() | new_by_name.keys():
            old, new = _side(old_by_name.get(name)), _side(new_by_name.get(name))
            if old == new:
                # The same mode, written in another way.
                continue
            old_below, new_below = _directory(old), _directory(new)
            if old_below is not None or new_below is not None:
                waiting.append((prefix + name + b"/", old_below, new_below))
            old_file, new_file = (None if _directory(side) is not None else side for side in (old, new))
            if old_file is not None or new_file is not None:
                yield Difference(prefix + name, old_file, new_file)


def _directory(side: Entry | None) -> pygit2.Oid | None:
    return side.id if side is not None and side.mode == FileMode.TREE else None


def _side(entry: tuple[bytes, bytes] | None) -> Entry | None:
    return None if entry is None else Entry.of(*entry)


def _is_small(repository: GitRepository, differences: Sequence[Difference]) -> bool:
    if len(differences) > _SMALL_FILES:
        return False
    sides = (side for difference in differences for side in (difference.old, difference.new) if side is not None)
    return sum(repository.size(side) for side in sides if side.mode != FileMode.COMMIT) <= _SMALL_BYTES


def _compare(repository: GitRepository, differences: list[Difference]) -> Iterator[tuple[bytes, pb.FileChange]]:
    differences.sort(key=lambda difference: difference.path)
    for found in find_renames(differences, repository.objects.blob):
        old, new = (_content(repository, side) for side in (found.old, found.new))
        binary = any(b"\0" in data[:_BINARY_BYTES] for data in (old, new) if data is not None)
        additions, deletions = (0, 0) if binary else _count(old, new)
        yield found.path, _change(_letter(found), found.path, found.source, additions, deletions, binary)


def _letter(found: Difference) -> str:
    if found.source:
        return "C" if found.copied else "R"
    if found.old is None or found.new is None:
        return "A" if found.old is None else "D"
    return "M"


def _content(repository: GitRepository, side: Entry | None) -> bytes | None:
    if side is None:
        return None
    if side.mode == FileMode.COMMIT:
        # So git shows a submodule: as a file with one line.
        return b"Subproject commit %s\n" % str(side.id).encode()
    return repository.objects.blob(side.id)


def _count(old: bytes | None, new: bytes | None) -> tuple[int, int]:
    """Lines added and deleted."""
    if old is None or new is None:
        return _lines(new), _lines(old)
    if old == new:
        return 0, 0
    patch = pygit2.Patch.create_from(old, new, context_lines=0)
    _, additions, deletions = patch.line_stats
    return additions, deletions


def _lines(data: bytes | None) -> int:
    return 0 if not data else data.count(b"\n") + (not data.endswith(b"\n"))


def _change(letter: str, path: bytes, before: bytes, additions: int, deletions: int, binary: bool) -> pb.FileChange:
    return pb.FileChange(
        path=decode(path),
        kind=_KINDS.get(letter, pb.FILE_CHANGE_KIND_UNSPECIFIED),
        previous_path=decode(before),
        additions=additions,
        deletions=deletions,
        binary=binary,
    )


_RAW = re.compile(rb":\d+ \d+ [0-9a-f]+ [0-9a-f]+ ([A-Z])\d*\0([^\0]*)\0")
_PATH = re.compile(rb"([^\0]*)\0")
_COUNTS = re.compile(rb"(\d+|-)\t(\d+|-)\t(?:([^\0]+)\0|\0[^\0]*\0[^\0]*\0)")


def _read_git(repository: GitRepository, before: str, commit: Commit) -> Iterator[tuple[bytes, pb.FileChange]]:
    """By git-diff-tree(1): first a record for every change, then one with its line counts, in the same order."""
    _, output = repository.git.run(
        *("diff-tree", "-r", "-z", "--raw", "--numstat", "-M", "-C", f"-l{_RENAME_LIMIT}", "-O/dev/null"),
        *("--no-ext-diff", "--no-textconv", "--no-color", before, str(commit.tree_id), "--"),
    )
    position = 0
    found = []
    while (record := _RAW.match(output, position)) is not None:
        letter, path, source, position = record[1].decode(), record[2], b"", record.end()
        if letter in ("R", "C"):
            target = _PATH.match(output, position)
            assert target is not None
            source, path, position = path, target[1], target.end()
        found.append((letter, path, source))
    for letter, path, source in found:
        counts = _COUNTS.match(output, position)
        assert counts is not None
        position = counts.end()
        binary = counts[1] == b"-"
        additions, deletions = (0, 0) if binary else (int(counts[1]), int(counts[2]))
        yield path, _change(letter, path, source, additions, deletions, binary)
