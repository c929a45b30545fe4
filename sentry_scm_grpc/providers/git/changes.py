"""The file changes of a commit against its first parent. Small commits are compared in this process, large ones by git,
because its process can be ended.

Trees are compared here. libgit2 would walk all files of the repository instead of those that differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import pygit2
from pygit2.enums import FileMode

from sentry_scm_grpc.errors import ResourceExhausted
from sentry_scm_grpc.providers.git.objects import IN_PROCESS_BYTES, Entry
from sentry_scm_grpc.providers.git.renames import Difference, find_renames
from sentry_scm_grpc.providers.git.repository import Commit, GitRepository
from sentry_scm_grpc.providers.git.text import decode
from sentry_scm_grpc.v1 import scm_pb2 as pb

# Beyond one of these limits a commit is large. Comparing files holds the interpreter's lock and cannot be interrupted.
_SMALL_FILES = 100
_SMALL_BYTES = 512 * 1024
#: The most files of a commit that git compares.
MAX_COMPARED = 20_000
# Makes git treat larger files as binary. It always does so beyond 32 MiB.
_LESS_MEMORY = ("-c", "core.bigFileThreshold=1m")
#: Options of git-diff-tree(1). Renames are looked for among at most 1000 files.
DIFF_OPTIONS = ("-r", "-M", "-C", "-l1000", "-O/dev/null", "--no-ext-diff", "--no-textconv", "--no-color")
#: git knows this object even if it is not stored.
EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
# git looks for a NUL, which makes a file binary, in this many bytes.
_BINARY_BYTES = 8000

KINDS = {
    "A": pb.FILE_CHANGE_KIND_ADDED,
    "M": pb.FILE_CHANGE_KIND_MODIFIED,
    "T": pb.FILE_CHANGE_KIND_MODIFIED,
    "D": pb.FILE_CHANGE_KIND_DELETED,
    "R": pb.FILE_CHANGE_KIND_RENAMED,
    "C": pb.FILE_CHANGE_KIND_COPIED,
}


def file_changes(repository: GitRepository, commit: Commit, start: int, count: int) -> tuple[list[pb.FileChange], bool]:
    """Changes ``start`` to ``start + count`` in the byte order of their paths, and whether they are complete.

    For a commit with more than MAX_COMPARED files, renames are not detected and lines are not counted.
    """
    parent = repository.first_parent(commit)
    return tree_changes(repository, None if parent is None else parent.tree_id, commit.tree_id, start, count)


def tree_changes(
    repository: GitRepository, before: pygit2.Oid | None, after: pygit2.Oid, start: int, count: int
) -> tuple[list[pb.FileChange], bool]:
    """As ``file_changes``, between any two trees. ``before`` is None for the empty tree."""
    differences = list(islice(_differences(repository, before, after), _SMALL_FILES + 1))
    changes: Iterable[tuple[bytes, pb.FileChange]]
    is_whole = True
    if _is_small(repository, differences):
        changes = _compare(repository, differences)
    elif _count_differences(repository, before, after) <= MAX_COMPARED:
        tree = EMPTY_TREE if before is None else str(before)
        try:
            changes = list(_read_git(repository, tree, after))
        except ResourceExhausted:
            # git lacks the memory for some file. Then the lines of large files are not counted.
            is_whole = False
            changes = _read_git(repository, tree, after, *_LESS_MEMORY)
    else:
        found = islice(_differences(repository, before, after), start, start + count)
        return [_change(_letter(difference), difference.path, b"", 0, 0, False) for difference in found], False
    ordered = sorted(changes, key=lambda change: change[0])
    return [change for _, change in ordered[start : start + count]], is_whole


def _count_differences(repository: GitRepository, before: pygit2.Oid | None, after: pygit2.Oid) -> int:
    """How many files differ, at most MAX_COMPARED + 1."""
    return sum(1 for _ in islice(_differences(repository, before, after), MAX_COMPARED + 1))


def _differences(repository: GitRepository, before: pygit2.Oid | None, after: pygit2.Oid) -> Iterator[Difference]:
    """The files that differ between two trees, by path. Directories that are equal are not opened."""
    # A stack of directories, because a tree can be deeper than Python's call stack. It holds the length of each
    # directory's path, not the path: of 50,000 levels the paths alone take gigabytes.
    path = bytearray()
    stack = [(0, _unlike(repository, before, after))]
    while stack:
        repository.git.budget.check()
        length, unlike = stack[-1]
        del path[length:]
        pair = next(unlike, None)
        if pair is None:
            stack.pop()
            continue
        name, old, new = pair
        if name.endswith(b"/"):
            sides = (None if side is None else side.id for side in (old, new))
            path += name
            stack.append((len(path), _unlike(repository, *sides)))
        else:
            yield Difference(bytes(path) + name, old, new)


def _unlike(
    repository: GitRepository, before: pygit2.Oid | None, after: pygit2.Oid | None
) -> Iterator[tuple[bytes, Entry | None, Entry | None]]:
    """The entries that differ between two directories, in the order of the full paths: the name, which ends with "/"
    for a directory, and both sides."""
    objects = repository.objects
    if objects.is_large(before) or objects.is_large(after):
        yield from _merged(objects.entries(before), objects.entries(after))
        return
    old_entries, new_entries = set(objects.raw_entries(before)), set(objects.raw_entries(after))
    old, new = (
        {name + b"/" if entry.mode == FileMode.TREE else name: entry for name, entry in sides}
        for sides in (
            [(name, Entry.of(mode, id)) for mode, name, id in old_entries - new_entries],
            [(name, Entry.of(mode, id)) for mode, name, id in new_entries - old_entries],
        )
    )
    for name in sorted(old.keys() | new.keys()):
        # The same mode may be spelled in another way.
        if old.get(name) != new.get(name):
            yield name, old.get(name), new.get(name)


def _merged(
    before: Iterator[tuple[bytes, Entry]], after: Iterator[tuple[bytes, Entry]]
) -> Iterator[tuple[bytes, Entry | None, Entry | None]]:
    """As ``_unlike``, for sides that are too large for memory."""
    old, new = next(before, None), next(after, None)
    while old is not None or new is not None:
        if new is None or (old is not None and old[0] < new[0]):
            assert old is not None
            yield old[0], old[1], None
            old = next(before, None)
        elif old is None or new[0] < old[0]:
            yield new[0], None, new[1]
            new = next(after, None)
        else:
            if old[1] != new[1]:
                yield old[0], old[1], new[1]
            old, new = next(before, None), next(after, None)


def _is_small(repository: GitRepository, differences: Sequence[Difference]) -> bool:
    if len(differences) > _SMALL_FILES:
        return False
    sides = (side for difference in differences for side in (difference.old, difference.new) if side is not None)
    sizes = [repository.size(side) for side in sides if side.mode != FileMode.COMMIT]
    return sum(sizes) <= _SMALL_BYTES and max(sizes, default=0) <= IN_PROCESS_BYTES


def _compare(repository: GitRepository, differences: list[Difference]) -> Iterator[tuple[bytes, pb.FileChange]]:
    differences.sort(key=lambda difference: difference.path)
    for found in find_renames(differences, repository.objects.blob, repository.git.budget.check):
        repository.git.budget.check()
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
        # git shows a submodule as a file with one line.
        return b"Subproject commit %s\n" % str(side.id).encode()
    return repository.objects.blob(side.id)


def _count(old: bytes | None, new: bytes | None) -> tuple[int, int]:
    """The numbers of added and deleted lines."""
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
        kind=KINDS.get(letter, pb.FILE_CHANGE_KIND_UNSPECIFIED),
        previous_path=decode(before),
        additions=additions,
        deletions=deletions,
        binary=binary,
    )


_RAW = re.compile(rb":\d+ \d+ [0-9a-f]+ [0-9a-f]+ ([A-Z])\d*\0([^\0]*)\0")
_PATH = re.compile(rb"([^\0]*)\0")
_COUNTS = re.compile(rb"(\d+|-)\t(\d+|-)\t(?:([^\0]+)\0|\0[^\0]*\0[^\0]*\0)")


def _read_git(
    repository: GitRepository, before: str, after: pygit2.Oid, *settings: str
) -> Iterator[tuple[bytes, pb.FileChange]]:
    """By git-diff-tree(1). It writes a record for each change, then one with its line counts, in the same order."""
    _, output = repository.git.run(
        *settings,
        *("diff-tree", "-z", "--raw", "--numstat", *DIFF_OPTIONS, before, str(after), "--"),
    )
    position = 0
    found = []
    while (record := _RAW.match(output, position)) is not None:
        repository.git.budget.check()
        letter, path, source, position = record[1].decode(), record[2], b"", record.end()
        if letter in ("R", "C"):
            target = _PATH.match(output, position)
            assert target is not None
            source, path, position = path, target[1], target.end()
        found.append((letter, path, source))
    for letter, path, source in found:
        repository.git.budget.check()
        counts = _COUNTS.match(output, position)
        assert counts is not None
        position = counts.end()
        binary = counts[1] == b"-"
        additions, deletions = (0, 0) if binary else (int(counts[1]), int(counts[2]))
        yield path, _change(letter, path, source, additions, deletions, binary)
