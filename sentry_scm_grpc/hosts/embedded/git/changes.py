"""The file changes of a commit against its first parent: a few in this process, many by git, which can be ended."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

import pygit2
from pygit2.enums import DeltaStatus, DiffFind, DiffOption, FileMode

from sentry_scm_grpc.hosts.embedded.git.repository import GitRepository
from sentry_scm_grpc.hosts.embedded.git.text import decode
from sentry_scm_grpc.v1 import scm_pb2 as pb

# Beyond one of these a commit is large: comparing holds the interpreter's lock and cannot be ended.
_SMALL_FILES = 200
_SMALL_BYTES = 4 * 1024 * 1024
# git's own limit for the search for renames.
_RENAME_LIMIT = 1000
# git knows this object without its being stored.
_EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"

_KINDS = {
    "A": pb.FILE_CHANGE_KIND_ADDED,
    "M": pb.FILE_CHANGE_KIND_MODIFIED,
    "T": pb.FILE_CHANGE_KIND_MODIFIED,
    "D": pb.FILE_CHANGE_KIND_DELETED,
    "R": pb.FILE_CHANGE_KIND_RENAMED,
    "C": pb.FILE_CHANGE_KIND_COPIED,
}
_STATUS_LETTERS = {
    DeltaStatus.ADDED: "A",
    DeltaStatus.MODIFIED: "M",
    DeltaStatus.TYPECHANGE: "T",
    DeltaStatus.DELETED: "D",
    DeltaStatus.RENAMED: "R",
    DeltaStatus.COPIED: "C",
}


def file_changes(repository: GitRepository, commit: pygit2.Commit, start: int, count: int) -> Iterator[pb.FileChange]:
    """Changes ``start`` to ``start + count`` in the byte order of their paths."""
    parent = _first_parent(repository, commit)
    diff = _diff(parent, commit)
    changes = _read_diff(diff) if _is_small(repository, diff) else _read_git(repository, parent, commit)
    ordered = sorted(changes, key=lambda change: change[0])
    return (change for _, change in islice(ordered, start, start + count))


def _first_parent(repository: GitRepository, commit: pygit2.Commit) -> pygit2.Commit | None:
    """None for a root commit, and where a shallow clone ends."""
    for oid in commit.parent_ids[:1]:
        found = repository.objects.get(oid)
        return found if isinstance(found, pygit2.Commit) else None
    return None


def _diff(parent: pygit2.Commit | None, commit: pygit2.Commit) -> pygit2.Diff:
    flags = DiffOption.INCLUDE_TYPECHANGE | DiffOption.SKIP_BINARY_CHECK
    if parent is None:
        return commit.tree.diff_to_tree(flags=flags, context_lines=0, swap=True)
    return parent.tree.diff_to_tree(commit.tree, flags=flags, context_lines=0)


def _is_small(repository: GitRepository, diff: pygit2.Diff) -> bool:
    if len(diff) > _SMALL_FILES:
        return False
    total = 0
    for delta in diff.deltas:
        for side in (delta.old_file, delta.new_file):
            if side.mode not in (0, FileMode.COMMIT):
                total += repository.objects.odb.read_header(side.id)[1]
        if total > _SMALL_BYTES:
            return False
    return True


def _read_diff(diff: pygit2.Diff) -> Iterator[tuple[bytes, pb.FileChange]]:
    diff.find_similar(DiffFind.FIND_RENAMES | DiffFind.FIND_COPIES, rename_limit=_RENAME_LIMIT)
    for index in range(len(diff)):
        patch = diff[index]
        assert patch is not None
        delta = patch.delta
        _, additions, deletions = patch.line_stats
        letter = _STATUS_LETTERS.get(delta.status, "")
        path = delta.old_file.raw_path if letter == "D" else delta.new_file.raw_path
        before = delta.old_file.raw_path if letter in ("R", "C") else b""
        yield path, _change(letter, path, before, additions, deletions, bool(delta.is_binary))


def _change(letter: str, path: bytes, before: bytes, additions: int, deletions: int, binary: bool) -> pb.FileChange:
    return pb.FileChange(
        path=decode(path),
        kind=_KINDS.get(letter, pb.FILE_CHANGE_KIND_UNSPECIFIED),
        previous_path=decode(before),
        additions=0 if binary else additions,
        deletions=0 if binary else deletions,
        binary=binary,
    )


_RAW = re.compile(rb":\d+ \d+ [0-9a-f]+ [0-9a-f]+ ([A-Z])\d*\0([^\0]*)\0")
_PATH = re.compile(rb"([^\0]*)\0")
_COUNTS = re.compile(rb"(\d+|-)\t(\d+|-)\t([^\0]*)\0")


def _read_git(
    repository: GitRepository, parent: pygit2.Commit | None, commit: pygit2.Commit
) -> Iterator[tuple[bytes, pb.FileChange]]:
    """By git-diff-tree(1): first a record for every change, then one with its line counts, in the same order."""
    trees = (_EMPTY_TREE if parent is None else str(parent.tree_id), str(commit.tree_id))
    _, output = repository.git.run(
        "diff-tree", "-r", "-z", "--raw", "--numstat", "-M", "-C", f"-l{_RENAME_LIMIT}", "-O/dev/null",
        "--no-ext-diff", "--no-textconv", "--no-color", *trees, "--",
    )  # fmt: skip
    position = 0
    found = []
    while (record := _RAW.match(output, position)) is not None:
        letter, path, before, position = record[1].decode(), record[2], b"", record.end()
        if letter in ("R", "C"):
            other = _PATH.match(output, position)
            assert other is not None
            before, path, position = path, other[1], other.end()
        found.append((letter, path, before))
    for letter, path, before in found:
        counts = _COUNTS.match(output, position)
        assert counts is not None
        position = counts.end()
        if not counts[3]:
            # Of a renamed file both paths follow.
            for _ in range(2):
                other = _PATH.match(output, position)
                assert other is not None
                position = other.end()
        binary = counts[1] == b"-"
        additions, deletions = (0, 0) if binary else (int(counts[1]), int(counts[2]))
        yield path, _change(letter, path, before, additions, deletions, binary)
