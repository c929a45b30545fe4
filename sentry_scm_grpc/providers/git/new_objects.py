"""Writes objects of a repository: files, the directories that lead to them, and a commit.

Entries that do not change are copied byte by byte, so that a tree of an old tool keeps its odd modes. Nothing refers to
the new objects until a ref does, so they do no harm if the write fails afterwards.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pygit2
from pygit2.enums import FileMode, ObjectType, Option

from sentry_scm_grpc.providers.commit_actions import DELETE, MOVE, SET_EXECUTABLE, WRITE
from sentry_scm_grpc.providers.git.objects import Entry
from sentry_scm_grpc.providers.git.repository import Commit, GitRepository
from sentry_scm_grpc.v1 import refs_pb2

#: The committer of every commit, and the author where the request names none.
IDENTITY = ("sentry-scm-grpc", "sentry-scm-grpc@localhost")

# As git does: a commit that was answered must survive a power failure.
pygit2.option(Option.ENABLE_FSYNC_GITDIR, True)

_MODES = {True: b"100755", False: b"100644"}


@dataclass
class _Directory:
    """What changes in a directory: entries by name, where None deletes one, and directories with changes."""

    entries: dict[bytes, tuple[bytes, bytes] | None] = field(default_factory=dict)
    below: dict[bytes, _Directory] = field(default_factory=dict)

    def put(self, path: bytes, entry: tuple[bytes, bytes] | None) -> None:
        directory = self
        *parents, name = path.split(b"/")
        for parent in parents:
            directory = directory.below.setdefault(parent, _Directory())
        directory.entries[name] = entry


def store(repository: GitRepository, type: ObjectType, data: bytes) -> pygit2.Oid:
    """Raises OSError."""
    try:
        return repository.libgit2.odb.write(type, data)
    except pygit2.GitError as error:
        raise OSError(str(error)) from None


def new_tree(
    repository: GitRepository,
    parent: Commit | None,
    actions: Sequence[refs_pb2.CommitAction],
    spellings: Mapping[str, bytes],
) -> pygit2.Oid:
    """The tree of a commit with the actions, which fit. ``spellings`` are the exact paths of what is there."""
    changes = _Directory()
    for action in actions:
        repository.git.budget.check()
        path = spellings.get(action.path, action.path.encode())
        if action.kind == DELETE:
            changes.put(path, None)
        elif action.kind == WRITE:
            there = _entry(repository, parent, action.path)
            executable = action.executable if action.HasField("executable") else _is_executable(there)
            changes.put(path, (_MODES[executable], store(repository, ObjectType.BLOB, action.content).raw))
        elif action.kind == SET_EXECUTABLE:
            there = _entry(repository, parent, action.path)
            assert there is not None
            changes.put(path, (_MODES[action.executable], there.id.raw))
        elif action.kind == MOVE:
            there = _entry(repository, parent, action.previous_path)
            assert there is not None
            changes.put(spellings[action.previous_path], None)
            mode = b"120000" if there.mode == FileMode.LINK else _MODES[_is_executable(there)]
            changes.put(path, (mode, there.id.raw))
    tree = _changed(repository, None if parent is None else parent.tree_id, changes)
    return store(repository, ObjectType.TREE, b"") if tree is None else tree


def _entry(repository: GitRepository, parent: Commit | None, path: str) -> Entry | None:
    found = None if parent is None else repository.entry(parent, path)
    return None if found is None else found[1]


def _is_executable(entry: Entry | None) -> bool:
    return entry is not None and entry.mode == FileMode.BLOB_EXECUTABLE


def _changed(repository: GitRepository, tree: pygit2.Oid | None, changes: _Directory) -> pygit2.Oid | None:
    """The directory with its changes. None if nothing is left in it."""
    kept: dict[bytes, tuple[bytes, bytes]] = {}
    for mode, name, id in repository.objects.raw_entries(tree):
        repository.git.budget.check()
        kept[name] = mode, id
    for name, entry in changes.entries.items():
        kept.pop(name, None)
        if entry is not None:
            kept[name] = entry
    for name, below in changes.below.items():
        repository.git.budget.check()
        there = kept.pop(name, None)
        tree_below = pygit2.Oid(raw=there[1]) if there is not None and _is_tree(there[0]) else None
        made = _changed(repository, tree_below, below)
        if made is not None:
            kept[name] = b"40000", made.raw
    if not kept:
        return None
    ordered = sorted(kept.items(), key=lambda item: item[0] + (b"/" if _is_tree(item[1][0]) else b""))
    return store(repository, ObjectType.TREE, b"".join(b"%s %s\0%s" % (mode, name, id) for name, (mode, id) in ordered))


def _is_tree(mode: bytes) -> bool:
    return int(mode, 8) & 0o170000 == FileMode.TREE


def commit_object(tree: pygit2.Oid, parent: Commit | None, request: refs_pb2.CreateCommitRequest) -> bytes:
    """The bytes of a commit (git-cat-file(1))."""
    name, email = (request.author.name, request.author.email) if request.HasField("author") else IDENTITY
    now = f"{int(time.time())} +0000"
    lines = [f"tree {tree}", *([f"parent {parent.sha}"] if parent is not None else [])]
    lines += [f"author {name.strip()} <{email.strip()}> {now}", f"committer {IDENTITY[0]} <{IDENTITY[1]}> {now}"]
    message = request.message if request.message.endswith("\n") else f"{request.message}\n"
    return "\n".join([*lines, "", message]).encode()
