"""Files of a repository that are links out of the roots, or not regular files, are refused before they are opened."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import pytest

from sentry_scm_grpc.providers.git import links
from tests.providers.git.work_tree import WorkTree

Ask = Callable[..., Any]
REFUSED = (grpc.StatusCode.NOT_FOUND, "REPOSITORY_NOT_SERVED")


@pytest.fixture
def tree(tree: WorkTree) -> WorkTree:
    tree.with_commits(one_commit)
    return tree


def one_commit(tree: WorkTree) -> None:
    tree.commit("First", {"a.txt": "needle\n"})


def answer(ask: Ask) -> tuple[grpc.StatusCode, str]:
    found = ask("GetCommit", commit_sha="main")
    return found.status, found.reason


def loose(tree: WorkTree) -> Path:
    sha = tree.sha()
    return tree.path / ".git" / "objects" / sha[:2] / sha[2:]


@pytest.mark.parametrize(
    "name",
    ["loose", "HEAD", "config", "packed-refs", "shallow", "objects/info/commit-graph", "objects/pack/pack-1.idx"],
)
def test_a_link_out_of_the_roots_is_not_followed(ask: Ask, tree: WorkTree, tmp_path: Path, name: str) -> None:
    assert answer(ask)[0] is grpc.StatusCode.OK
    path = loose(tree) if name == "loose" else tree.path / ".git" / name
    outside = tmp_path / "outside"
    if path.exists():
        shutil.move(path, outside)
    else:
        outside.write_text("")
    path.symlink_to(outside)
    assert answer(ask) == REFUSED


def test_a_link_that_stays_inside_is_followed(ask: Ask, tree: WorkTree) -> None:
    path = loose(tree)
    shutil.move(path, tree.path / ".git" / "kept")
    path.symlink_to(tree.path / ".git" / "kept")
    assert answer(ask)[0] is grpc.StatusCode.OK


@pytest.mark.parametrize(
    "name",
    [
        "loose",
        "HEAD",
        "config",
        "config.worktree",
        "packed-refs",
        "shallow",
        "commondir",
        "info/grafts",
        "objects/info/alternates",
        "objects/info/commit-graph",
        "objects/pack/pack-1.pack",
    ],
)
def test_a_pipe_is_not_waited_for(ask: Ask, tree: WorkTree, name: str) -> None:
    path = loose(tree) if name == "loose" else tree.path / ".git" / name
    path.unlink(missing_ok=True)
    path.parent.mkdir(exist_ok=True)
    os.mkfifo(path)
    # A pipe that says where the main repository is says nothing: then there is no other.
    assert answer(ask) == REFUSED or (name == "commondir" and answer(ask)[0] is grpc.StatusCode.OK)


@pytest.mark.parametrize("ref", ["main", "refs/heads/main", "", "HEAD", "other"])
def test_a_ref_that_is_a_pipe_is_not_waited_for(ask: Ask, tree: WorkTree, ref: str) -> None:
    heads = tree.path / ".git" / "refs" / "heads"
    (heads / "other").write_text("ref: refs/heads/main\n")
    (heads / "main").unlink()
    os.mkfifo(heads / "main")
    found = ask("ListTree", ref=ref)
    assert found.status is grpc.StatusCode.UNAVAILABLE, found


def test_a_ref_outside_the_roots_is_not_read(ask: Ask, tree: WorkTree, tmp_path: Path) -> None:
    (tmp_path / "outside").write_text(f"{tree.sha()}\n")
    (tree.path / ".git" / "refs" / "heads" / "linked").symlink_to(tmp_path / "outside")
    assert ask("ListTree", ref="linked").status is grpc.StatusCode.UNAVAILABLE


@pytest.mark.parametrize("section", ["[include]\n", "[core] [Include]\n", '[includeIf "gitdir:/"]\n', "[ include ]\n"])
def test_a_configuration_that_includes_others_is_refused(
    ask: Ask, tree: WorkTree, tmp_path: Path, section: str
) -> None:
    os.mkfifo(tmp_path / "fifo")
    with (tree.path / ".git" / "config").open("a") as file:
        file.write(f"{section}\tpath = {tmp_path / 'fifo'}\n")
    assert answer(ask) == REFUSED


def test_a_configuration_without_end_is_refused(ask: Ask, tree: WorkTree) -> None:
    with (tree.path / ".git" / "config").open("a") as file:
        file.write("# comment\n" * (links.MAX_CONFIGURATION // 10))
    assert answer(ask) == REFUSED


def test_a_link_behind_a_link_that_stays_inside_is_seen(ask: Ask, tree: WorkTree, tmp_path: Path) -> None:
    path, kept = loose(tree), tree.path / ".git" / "kept"
    shutil.move(path, tmp_path / "outside")
    shutil.move(path.parent, kept)
    path.parent.symlink_to(kept)
    path.symlink_to(tmp_path / "outside")
    assert answer(ask) == REFUSED


def test_a_link_that_is_added_later_is_seen(ask: Ask, tree: WorkTree, tmp_path: Path) -> None:
    """What was looked at is remembered by the time of its change, which is not that of the test's clock."""
    path = loose(tree)
    state = os.stat(path.parent)
    assert answer(ask)[0] is grpc.StatusCode.OK
    links._without_links[str(path.parent)] = state.st_ino, state.st_ctime_ns
    shutil.move(path, tmp_path / "outside")
    path.symlink_to(tmp_path / "outside")
    os.utime(path.parent, ns=(state.st_mtime_ns, state.st_mtime_ns))
    assert answer(ask) == REFUSED
