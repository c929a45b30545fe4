"""Incomplete clones: a missing object never looks like a missing file, and nothing is fetched."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import pytest

from tests.hosts.embedded.conftest import Caller
from tests.providers.git.work_tree import WorkTree

Ask = Callable[..., Any]

BLAME = {"commit_sha": "main", "filepath": "src/a.txt", "line_number": 1}
# What needs a file's contents, and what needs a directory.
NEED_FILES: list[tuple[str, dict[str, Any]]] = [
    ("SearchCode", {"query": "needle"}),
    ("SearchCode", {"query": "needle", "path": "src", "page_size": 1}),
    ("SearchCode", {"query": "no such text", "case_sensitive": True}),
    ("GetFile", {"path": "src/a.txt"}),
    ("GetCommit", {"commit_sha": "main"}),
    ("ListFileChanges", {"commit_sha": "main"}),
    ("GetCommitContext", BLAME),
    ("StreamBlame", {"path": "src/a.txt"}),
    ("StreamArchive", {}),
    ("StreamArchive", {"format": 2}),
    ("GetCodeOwners", {}),
]
NEED_TREES: list[tuple[str, dict[str, Any]]] = [
    ("ListTree", {}),
    ("StreamTree", {}),
    ("ListDirectory", {}),
    ("CheckFile", {"path": "src/a.txt"}),
    ("ListCommits", {"path": "src/a.txt"}),
    ("SearchCommits", {"path": "src/a.txt"}),
    ("StreamCommits", {"path": "src/a.txt"}),
]


@pytest.fixture
def origin(tree: WorkTree, tmp_path: Path) -> WorkTree:
    tree.commit("First", {"src/a.txt": "needle\n", "CODEOWNERS": "* @all\n"})
    tree.commit("Second", {"src/a.txt": "needle\nneedle\n", "b.txt": "needle\n"})
    tree.git("config", "uploadpack.allowFilter", "true")
    tree.git("config", "uploadpack.allowAnySHA1InWant", "true")
    return tree


@pytest.fixture
def clone(call: Caller, add: Callable[..., int], origin: WorkTree, root: Path) -> Callable[..., Ask]:
    """Clones the repository with options of git-clone(1); returns what calls an RPC on the clone."""

    def make(*options: str) -> Ask:
        origin.git("clone", "-q", "--bare", *options, f"file://{origin.path}", str(root / "clone.git"))
        id = add(root / "clone.git")
        return lambda rpc_name, **fields: call(rpc_name, repository_id=id, **fields)

    return make


def objects_of(path: Path) -> set[str]:
    return {str(file) for file in (path / "objects").rglob("*")}


@pytest.mark.parametrize("extension", [False, True])
def test_a_clone_without_files(clone: Callable[..., Ask], origin: WorkTree, root: Path, extension: bool) -> None:
    ask = clone("--filter=blob:none")
    if extension:
        origin.git("-C", str(root / "clone.git"), "config", "extensions.partialClone", "origin")
    before = objects_of(root / "clone.git")
    for rpc_name, fields in NEED_FILES:
        answer = ask(rpc_name, **fields)
        assert (answer.status, answer.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "CONTENT_NOT_HERE"), rpc_name
    (batch,) = ask("BatchGetCommitContext", lines=[BLAME]).message.results
    assert (batch.error.code, batch.error.reason) == (
        grpc.StatusCode.FAILED_PRECONDITION.value[0],
        "CONTENT_NOT_HERE",
    )
    # What is there is answered; of the sizes nothing is known.
    assert [(entry.path, entry.size_bytes) for entry in ask("ListTree").message.entries] == [
        ("CODEOWNERS", 0),
        ("b.txt", 0),
        ("src/a.txt", 0),
    ]
    entries = ask("ListDirectory").message.entries
    assert {entry.name: entry.HasField("size_bytes") for entry in entries} == {
        "CODEOWNERS": False,
        "b.txt": False,
        "src": False,
    }
    assert ask("CheckFile", path="b.txt").message.exists
    assert not ask("CheckFile", path="c.txt").message.exists
    assert len(ask("ListCommits", path="src/a.txt").message.commits) == 2
    assert not ask("SearchCode", query="needle", path="nowhere").message.matches
    assert objects_of(root / "clone.git") == before


def test_a_clone_without_directories(clone: Callable[..., Ask], root: Path) -> None:
    ask = clone("--filter=tree:0")
    before = objects_of(root / "clone.git")
    for rpc_name, fields in NEED_FILES + NEED_TREES:
        answer = ask(rpc_name, **fields)
        assert (answer.status, answer.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "CONTENT_NOT_HERE"), rpc_name
    assert len(ask("ListCommits").message.commits) == 2
    assert objects_of(root / "clone.git") == before


def test_a_clone_without_large_files_finds_what_comes_before_them(clone: Callable[..., Ask], origin: WorkTree) -> None:
    """A page that is full holds where all of it was read; one that needs what is not here does not."""
    origin.commit("Large", {"m.txt": "needle\n" + "x" * 10_000, "z.txt": "needle\n"})
    ask = clone("--filter=blob:limit=1k")
    assert [match.path for match in ask("SearchCode", query="needle", path="b.txt").message.matches] == ["b.txt"]
    assert ask("GetFile", path="z.txt").message.content == b"needle\n"
    for fields in ({}, {"path": "m.txt"}, {"page_size": 5}):
        assert ask("SearchCode", query="needle", **fields).reason == "CONTENT_NOT_HERE"


def test_a_shallow_clone(clone: Callable[..., Ask], origin: WorkTree) -> None:
    ask = clone("--depth=1")
    assert ask("SearchCode", query="needle").message.matches
    answer = ask("ListCommits").message
    assert [commit.key for commit in answer.commits] == [origin.sha()]
    assert (answer.incomplete, answer.incomplete_reason) == (True, "SHALLOW_CLONE")


@pytest.fixture
def cut(ask: Ask, tree: WorkTree) -> dict[str, str]:
    """Three commits, of which all objects are on disk; git is told that the history ends at the second."""
    shas = {name: tree.commit(name, {"a.txt": name + "\n", name: name}) for name in ("first", "second", "third")}
    (tree.path / ".git" / "shallow").write_text(f"{shas['second']}\n")
    return shas


def test_a_shallow_clone_ends_although_the_parent_is_on_disk(ask: Ask, tree: WorkTree, cut: dict[str, str]) -> None:
    commit = ask("GetCommit", commit_sha=cut["second"]).message
    assert not commit.parent_keys
    paths = ["a.txt", "first", "second"]
    assert [change.path for change in commit.file_changes] == paths
    assert tree.git("show", "--format=", "--name-only", cut["second"]).split() == paths
    changes = ask("ListFileChanges", commit_sha=cut["second"]).message.file_changes
    assert list(changes) == list(commit.file_changes)
    assert [(c.key, list(c.parent_keys)) for c in ask("ListCommits").message.commits] == [
        (cut["third"], [cut["second"]]),
        (cut["second"], []),
    ]
    blame = ask("GetCommitContext", commit_sha=cut["second"], filepath="first", line_number=1).message
    assert blame.blame_commit_id == cut["second"]
    # Nothing in git's rules forbids to ask for the parent by name.
    assert ask("GetCommit", commit_sha=cut["first"]).message.key == cut["first"]


def test_a_list_says_whether_it_ends_where_a_shallow_clone_does(ask: Ask, tree: WorkTree, cut: dict[str, str]) -> None:
    first = ask("ListCommits", page_size=1).message
    assert not first.incomplete
    last = ask("ListCommits", page_size=1, page_token=first.next_page_token).message
    assert (last.incomplete_reason, last.next_page_token) == ("SHALLOW_CLONE", "")
    assert ask("ListCommits", path="first", author="nobody").message.incomplete
    assert not ask("ListCommits", ref=cut["first"]).message.incomplete
    (tree.path / ".git" / "shallow").unlink()
    assert not ask("ListCommits").message.incomplete


@pytest.mark.parametrize("how", ["graft", "replace"])
def test_commits_are_as_they_are_stored(ask: Ask, tree: WorkTree, how: str) -> None:
    """Grafts and replaced objects are of no account, in what libgit2 reads and in what git reads."""
    shas = [tree.commit(str(number), {"a.txt": f"{number}\n"}) for number in range(3)]
    if how == "graft":
        (tree.path / ".git" / "info").mkdir(exist_ok=True)
        (tree.path / ".git" / "info" / "grafts").write_text(f"{shas[2]} {shas[0]}\n")
    else:
        tree.git("replace", "--graft", shas[2], shas[0])
    assert list(ask("GetCommit", commit_sha="main").message.parent_keys) == [shas[1]]
    assert [commit.key for commit in ask("ListCommits").message.commits] == shas[::-1]
    assert [commit.key for commit in ask("StreamCommits").messages] == shas[::-1]


def test_objects_borrowed_from_a_repository_that_no_longer_exists(
    call: Caller, add: Callable[..., int], origin: WorkTree, root: Path
) -> None:
    origin.git("clone", "-q", "--bare", "--shared", str(origin.path), str(root / "clone.git"))
    id = add(root / "clone.git")
    assert call("SearchCode", repository_id=id, query="needle").message.matches
    (origin.path / ".git" / "objects").rename(origin.path / ".git" / "moved")
    for rpc_name, fields in [
        *NEED_FILES,
        *NEED_TREES,
        ("ListCommits", {}),
        ("CheckFile", {"path": "x", "ref": "main"}),
    ]:
        answer = call(rpc_name, repository_id=id, **fields)
        assert answer.status is grpc.StatusCode.UNAVAILABLE, rpc_name


def test_a_sparse_work_tree_is_complete(ask: Ask, tree: WorkTree) -> None:
    tree.commit("Both", {"in/a.txt": "needle\n", "out/b.txt": "needle\n"})
    tree.git("sparse-checkout", "set", "in")
    assert not (tree.path / "out").exists()
    assert len(ask("SearchCode", query="needle").message.matches) == 2
    assert ask("GetFile", path="out/b.txt").message.content == b"needle\n"


LISTS: list[tuple[str, dict[str, Any]]] = [
    ("ListCommits", {}),
    ("ListCommits", {"author": "ada"}),
    ("ListTree", {}),
    ("ListDirectory", {}),
    ("ListFileChanges", {"commit_sha": "main"}),
    ("SearchCode", {"query": "needle"}),
]


@pytest.mark.parametrize(("rpc_name", "fields"), LISTS)
def test_a_later_page_after_its_commit_is_gone(ask: Ask, tree: WorkTree, rpc_name: str, fields: dict[str, Any]) -> None:
    root = tree.commit("Root")
    tree.commit("Gone", {"a": "needle\n", "b": "needle\n"})
    token = ask(rpc_name, page_size=1, **fields).message.next_page_token
    assert token
    tree.git("reset", "-q", "--hard", root)
    tree.commit("Forced", {"c": "needle\n"})
    tree.git("reflog", "expire", "--expire=now", "--all")
    tree.git("gc", "-q", "--prune=now")
    answer = ask(rpc_name, page_size=1, page_token=token, **fields)
    assert (answer.status, answer.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "PAGE_GONE")
