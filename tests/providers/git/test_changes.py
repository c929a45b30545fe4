"""File changes: every kind, merges and root commits, pages, and the same results as git for any commit."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sentry_scm_grpc.providers.git import changes
from sentry_scm_grpc.providers.git.places import Place
from sentry_scm_grpc.providers.git.process import Git
from sentry_scm_grpc.providers.git.repository import GitRepository
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.providers.git.work_tree import WorkTree

Ask = Callable[..., Any]

LONG = "".join(f"line {number}\n" for number in range(20))


def described(found: Any) -> list[tuple[Any, ...]]:
    letter = {1: "A", 2: "M", 3: "D", 4: "R", 5: "C"}
    return [(letter[c.kind], c.previous_path, c.path, c.additions, c.deletions, c.binary) for c in found]


def test_every_kind_of_change(ask: Ask, tree: WorkTree) -> None:
    tree.commit(
        "Before",
        {
            "changed": "1\n2\n3\n",
            "copied from": LONG,
            "gone": "1\n2",
            "moved": LONG * 2,
            "moved and changed": LONG * 3,
            "picture": b"\0old",
            "run": "#!/bin/sh\n",
        },
    )
    (tree.path / "sub").mkdir()
    tree.git("mv", "moved", "sub/moved")
    tree.git("mv", "moved and changed", "renamed")
    tree.git("rm", "-q", "gone")
    (tree.path / "run").chmod(0o755)
    tree.write({"renamed": LONG * 3 + "more\n", "copy": LONG + "own\n", "copied from": LONG + "x\n"})
    sha = tree.commit("After", {"changed": "1\ntwo\n3\n4\n", "new": "x\ny\nz", "empty": "", "picture": b"\0new"})
    expected = [
        ("M", "", "changed", 2, 1, False),
        ("M", "", "copied from", 1, 0, False),
        ("C", "copied from", "copy", 1, 0, False),
        ("A", "", "empty", 0, 0, False),
        ("D", "", "gone", 0, 2, False),
        ("A", "", "new", 3, 0, False),
        ("M", "", "picture", 0, 0, True),
        ("R", "moved and changed", "renamed", 1, 0, False),
        ("M", "", "run", 0, 0, False),
        ("R", "moved", "sub/moved", 0, 0, False),
    ]
    assert described(ask("GetCommit", commit_sha=sha).message.file_changes) == expected
    assert described(ask("ListFileChanges", commit_sha=sha).message.file_changes) == expected


def test_a_root_commit_adds_everything(ask: Ask, tree: WorkTree) -> None:
    tree.commit("Root", {"b/c": "1\n", "a": "1\n"})
    found = ask("ListFileChanges", commit_sha="main").message.file_changes
    assert described(found) == [("A", "", "a", 1, 0, False), ("A", "", "b/c", 1, 0, False)]


def test_a_merge_shows_what_it_brought_to_its_first_parent(ask: Ask, tree: WorkTree) -> None:
    tree.commit("Root", {"a": "1\n"})
    tree.git("checkout", "-q", "-b", "side")
    tree.commit("Side", {"side": "1\n"})
    tree.git("checkout", "-q", "main")
    tree.commit("Main", {"main": "1\n"})
    tree.git("merge", "-q", "--no-ff", "-m", "Merge", "side")
    assert described(ask("GetCommit", commit_sha="main").message.file_changes) == [("A", "", "side", 1, 0, False)]


def test_a_file_that_becomes_a_directory_or_a_link(ask: Ask, tree: WorkTree) -> None:
    tree.commit("Before", {"thing": "1\n", "link": "1\n2\n"})
    tree.git("rm", "-q", "thing", "link")
    (tree.path / "link").symlink_to("thing")
    tree.commit("After", {"thing/inside": "quite different\n"})
    assert described(ask("GetCommit", commit_sha="main").message.file_changes) == [
        ("M", "", "link", 1, 2, False),
        ("D", "", "thing", 0, 1, False),
        ("A", "", "thing/inside", 1, 0, False),
    ]


def test_a_large_commit_comes_in_pages(ask: Ask, tree: WorkTree) -> None:
    count = 1234
    tree.commit("Root", {"start": "1\n"})
    tree.commit("Large", {f"file{number:04}": f"{number}\n" for number in range(count)})
    commit = ask("GetCommit", commit_sha="main").message
    assert (len(commit.file_changes), commit.file_changes_truncated) == (1000, True)
    paths, token = [], ""
    while True:
        page = ask("ListFileChanges", commit_sha="main", page_size=500, page_token=token).message
        paths += [change.path for change in page.file_changes]
        token = page.next_page_token
        if not token:
            break
    assert paths == [f"file{number:04}" for number in range(count)]


def test_pages_stay_at_their_commit(ask: Ask, tree: WorkTree) -> None:
    tree.commit("Two", {"a": "1\n", "b": "1\n"})
    first = ask("ListFileChanges", commit_sha="main", page_size=1).message
    tree.commit("Other", {"z": "1\n"})
    second = ask("ListFileChanges", commit_sha="main", page_size=1, page_token=first.next_page_token).message
    assert [change.path for page in (first, second) for change in page.file_changes] == ["a", "b"]


@pytest.mark.parametrize("lines", [10, 400_000])
def test_a_large_file_is_counted_as_a_small_one(ask: Ask, tree: WorkTree, lines: int) -> None:
    tree.commit("Before", {"file": "".join(f"line {number}\n" for number in range(lines))})
    tree.commit("After", {"file": "".join(f"line {number}\n" for number in range(lines)) + "more\n"})
    assert described(ask("GetCommit", commit_sha="main").message.file_changes) == [("M", "", "file", 1, 0, False)]


_LINES = st.lists(st.sampled_from(["one", "two", "three\r", "four" * 30, "", "fünf"]), max_size=8).map(
    lambda lines: "\n".join(lines).encode()
)
# git before 2.44 forgets an unfinished last line when it looks for renames: what may be renamed ends with its line.
_CONTENTS = st.one_of(_LINES, st.binary(max_size=40)).map(lambda content: content and content + b"\n")
_TREES = st.dictionaries(st.sampled_from(["a", "b", "d/a", "d/e/b", "f g", "é"]), _CONTENTS, max_size=6)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(before=_TREES, after=_TREES)
def test_small_commits_are_described_as_git_describes_them(before: dict[str, bytes], after: dict[str, bytes]) -> None:
    """The comparison in this process and that of git itself give the same changes, renames and copies included."""
    with tempfile.TemporaryDirectory() as directory:
        tree = WorkTree(Path(directory) / "tree")
        tree.import_commits(before, after)
        path = tree.path / ".git"
        repository = GitRepository(Place("tree", tree.path, str(path), str(path)), Git(str(path)))
        commit = repository.commit("main")
        parent = repository.first_parent(commit)
        assert parent is not None
        here, _ = changes.file_changes(repository, commit, 0, 100)
        by_git = sorted(
            changes._read_git(repository, str(parent.tree_id), commit.tree_id), key=lambda change: change[0]
        )
        assert described(here) == described(change for _, change in by_git)


def test_kinds_are_those_of_the_contract() -> None:
    assert set(changes.KINDS.values()) == set(pb.FileChangeKind.values()) - {pb.FILE_CHANGE_KIND_UNSPECIFIED}


def raw_tree(tree: WorkTree, entries: list[tuple[bytes, bytes, str]]) -> str:
    """A tree as old tools wrote it: git itself would correct the modes."""
    data = b"".join(mode + b" " + name + b"\0" + bytes.fromhex(sha) for mode, name, sha in entries)
    return tree.git("hash-object", "-t", "tree", "--literally", "-w", "--stdin", input=data)


def test_modes_as_old_tools_wrote_them(ask: Ask, tree: WorkTree) -> None:
    """100664 is 100644, and a zero in front means nothing: writing a mode in another way changes nothing."""
    tree.commit("Root")
    blob = tree.git("hash-object", "-w", "--stdin", input=b"needle\n")
    shas = []
    for file, program, directory in ((b"100644", b"100755", b"40000"), (b"100664", b"0100775", b"040000")):
        below = raw_tree(tree, [(file, b"b", blob)])
        top = raw_tree(tree, [(file, b"a", blob), (directory, b"d", below), (program, b"run", blob)])
        shas.append(tree.git("commit-tree", top, "-m", "Modes", *(("-p", shas[0]) if shas else ())))
    assert not ask("GetCommit", commit_sha=shas[1]).message.file_changes
    kinds = [(e.path, e.kind) for e in ask("ListTree", ref=shas[0]).message.entries]
    assert [(e.path, e.kind) for e in ask("ListTree", ref=shas[1]).message.entries] == kinds
    assert ask("GetFile", path="d/b", ref=shas[1]).message.content == b"needle\n"
    assert len(ask("SearchCode", query="needle", ref=shas[1]).message.matches) == 3
    # A change of the mode alone is one, as in git.
    top = raw_tree(tree, [(b"100755", b"a", blob)])
    sha = tree.git("commit-tree", top, "-p", shas[1], "-m", "Executable")
    changes = {change.path: change.kind for change in ask("GetCommit", commit_sha=sha).message.file_changes}
    assert changes["a"] == pb.FILE_CHANGE_KIND_MODIFIED
