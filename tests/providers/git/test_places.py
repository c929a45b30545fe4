"""Repositories must be below the configured roots. No path, link or file of a repository changes that."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import pytest

from sentry_scm_grpc.hosts.embedded import models
from tests.hosts.embedded.conftest import Caller
from tests.providers.git.work_tree import WorkTree

Ask = Callable[..., Any]


@pytest.fixture
def outside(tmp_path: Path, root: Path) -> WorkTree:
    """A repository beside the root."""
    tree = WorkTree(tmp_path / "outside")
    tree.commit("Secret", {"secret": "secret\n"})
    return tree


def link_to_repository(root: Path, outside: WorkTree) -> Path:
    (root / "link").symlink_to(outside.path)
    return root / "link"


def link_in_the_way(root: Path, outside: WorkTree) -> Path:
    (root / "link").symlink_to(outside.path.parent)
    return root / "link" / "outside"


def up_and_out(root: Path, outside: WorkTree) -> Path:
    return root / ".." / "outside"


def file_that_points_out(root: Path, outside: WorkTree) -> Path:
    (root / "pointer").mkdir()
    (root / "pointer" / ".git").write_text(f"gitdir: {outside.path}/.git\n")
    return root / "pointer"


def link_to_data(root: Path, outside: WorkTree) -> Path:
    (root / "data").mkdir()
    (root / "data" / ".git").symlink_to(outside.path / ".git")
    return root / "data"


def common_directory_outside(root: Path, outside: WorkTree) -> Path:
    (root / "common" / ".git").mkdir(parents=True)
    shutil.copy(outside.path / ".git" / "HEAD", root / "common" / ".git" / "HEAD")
    (root / "common" / ".git" / "commondir").write_text(f"{outside.path}/.git\n")
    return root / "common"


def objects_outside(root: Path, outside: WorkTree) -> Path:
    tree = WorkTree(root / "objects")
    shutil.rmtree(tree.path / ".git" / "objects")
    (tree.path / ".git" / "objects").symlink_to(outside.path / ".git" / "objects")
    return tree.path


def borrowed_objects(root: Path, outside: WorkTree) -> Path:
    return _borrows(root, f"{outside.path}/.git/objects\n")


def borrowed_behind_much_text(root: Path, outside: WorkTree) -> Path:
    return _borrows(root, "# comment\n" * 10_000 + f"{outside.path}/.git/objects\n")


def borrowed_in_quotes(root: Path, outside: WorkTree) -> Path:
    # git reads C's escapes between quotes.
    return _borrows(root, f'"\\057{str(outside.path)[1:]}/.git/objects"\n')


def borrowed_from_where_the_server_runs(root: Path, outside: WorkTree) -> Path:
    # libgit2 takes a path without a dot in front as relative to the working directory.
    os.chdir(outside.path.parent)
    return _borrows(root, "outside/.git/objects\n")


def _borrows(root: Path, alternates: str) -> Path:
    tree = WorkTree(root / "borrows")
    (tree.path / ".git" / "objects" / "info" / "alternates").write_text(alternates)
    return tree.path


def linked_packs(root: Path, outside: WorkTree) -> Path:
    outside.git("gc", "-q")
    tree = WorkTree(root / "packs")
    (tree.path / ".git" / "objects" / "pack").rmdir()
    (tree.path / ".git" / "objects" / "pack").symlink_to(outside.path / ".git" / "objects" / "pack")
    return tree.path


def linked_directories_of_objects(root: Path, outside: WorkTree) -> Path:
    tree = WorkTree(root / "loose")
    for directory in (outside.path / ".git" / "objects").glob("??"):
        (tree.path / ".git" / "objects" / directory.name).symlink_to(directory)
    return tree.path


@pytest.mark.parametrize(
    "lead_out",
    [
        lambda root, outside: outside.path,
        up_and_out,
        link_to_repository,
        link_in_the_way,
        file_that_points_out,
        link_to_data,
        common_directory_outside,
        objects_outside,
        borrowed_objects,
        borrowed_behind_much_text,
        borrowed_in_quotes,
        borrowed_from_where_the_server_runs,
        linked_packs,
        linked_directories_of_objects,
        lambda root, outside: root / "nothing",
        lambda root, outside: root,
        lambda root, outside: Path("/"),
    ],
)
def test_no_path_leads_out_of_the_roots(
    call: Caller,
    integration: models.Integration,
    add: Callable[..., int],
    root: Path,
    outside: WorkTree,
    monkeypatch: pytest.MonkeyPatch,
    lead_out: Callable[[Path, WorkTree], Path],
) -> None:
    # Whoever changes the working directory has it changed back.
    monkeypatch.chdir(root)
    path = lead_out(root, outside)
    created = call("CreateRepository", integration_id=integration.id, identifier=str(path))
    assert (created.status, created.reason) == (grpc.StatusCode.NOT_FOUND, "REPOSITORY_NOT_SERVED")
    # Nor does it help that a row says so.
    repository_id = add(path)
    for rpc_name, fields in (
        ("ListCommits", {}),
        ("StreamTree", {}),
        ("GetFile", {"path": "secret", "ref": outside.sha()}),
        ("SearchCode", {"query": "secret"}),
    ):
        assert call(rpc_name, repository_id=repository_id, **fields).reason == "REPOSITORY_NOT_SERVED"
    access = call("CheckRepositoryAccess", repository_id=repository_id).message
    assert (access.accessible, access.reason) == (False, "NOT_FOUND")
    assert str(outside.path) not in access.message


def test_outside_and_missing_paths_have_the_same_error(
    call: Caller, integration: models.Integration, root: Path, outside: WorkTree
) -> None:
    def answer(path: str) -> tuple[Any, ...]:
        found = call("CreateRepository", integration_id=integration.id, identifier=path)
        return found.status, found.reason, found.text, found.metadata

    assert (
        answer(str(outside.path)) == answer(str(outside.path) + "-not") == answer("/etc/passwd") == answer("no/thing")
    )


def bare(root: Path) -> Path:
    tree = WorkTree(root / "work")
    tree.commit("Root", {"a": "a\n"})
    tree.git("clone", "-q", "--bare", ".", "../bare.git")
    return root / "bare.git"


def linked_work_tree(root: Path) -> Path:
    tree = WorkTree(root / "work")
    tree.commit("Root", {"a": "a\n"})
    tree.git("worktree", "add", "-q", "../linked", "-b", "linked")
    return root / "linked"


def shared_clone(root: Path) -> Path:
    tree = WorkTree(root / "work")
    tree.commit("Root", {"a": "a\n"})
    tree.git("clone", "-q", "--shared", ".", "../borrower")
    return root / "borrower"


def submodule(root: Path) -> Path:
    inner, outer = WorkTree(root / "inner"), WorkTree(root / "outer")
    inner.commit("Root", {"a": "a\n"})
    outer.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", "../inner", "sub")
    return root / "outer" / "sub"


def link_inside(root: Path) -> Path:
    WorkTree(root / "work").commit("Root", {"a": "a\n"})
    (root / "link").symlink_to("work")
    return root / "link"


def shallow_clone(root: Path) -> Path:
    tree = WorkTree(root / "work")
    tree.commit("Before", {"a": "b\n"})
    tree.commit("Root", {"a": "a\n"})
    tree.git("clone", "-q", "--depth=1", f"file://{tree.path}", "../shallow")
    return root / "shallow"


@pytest.mark.parametrize("make", [bare, linked_work_tree, shared_clone, submodule, link_inside, shallow_clone])
def test_every_shape_of_a_repository(
    call: Caller, add: Callable[..., int], root: Path, make: Callable[[Path], Path]
) -> None:
    repository_id = add(make(root))
    assert call("CheckRepositoryAccess", repository_id=repository_id).message.accessible
    (commit,) = call("ListCommits", repository_id=repository_id).message.commits
    commit = call("GetCommit", repository_id=repository_id, commit_sha=commit.key).message
    assert [change.path for change in commit.file_changes] == ["a"]
    assert call("GetFile", repository_id=repository_id, path="a").message.content == b"a\n"
    assert len(call("SearchCode", repository_id=repository_id, query="a").message.matches) == 1
    blame = {"commit_sha": "HEAD", "filepath": "a", "line_number": 1}
    assert call("GetCommitContext", repository_id=repository_id, **blame).message.message == "Root\n"


def test_a_repository_of_somebody_else(call: Caller, add: Callable[..., int], root: Path) -> None:
    path = bare(root)
    if os.getuid() == 0:
        os.chown(path, 12345, 12345)
    repository_id = add(path)
    assert len(call("StreamCommits", repository_id=repository_id).messages) == 1
    assert len(call("SearchCode", repository_id=repository_id, query="a").message.matches) == 1


def test_a_format_that_cannot_be_read(call: Caller, add: Callable[..., int], root: Path) -> None:
    tree = WorkTree(root / "sha256", "--object-format=sha256")
    tree.commit("Root")
    repository_id = add(tree.path)
    answer = call("ListCommits", repository_id=repository_id)
    assert (answer.status, answer.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "REPOSITORY_FORMAT_UNSUPPORTED")
    access = call("CheckRepositoryAccess", repository_id=repository_id).message
    assert (access.accessible, access.reason) == (False, "REPOSITORY_FORMAT_UNSUPPORTED")


def test_a_damaged_repository(ask: Ask, tree: WorkTree) -> None:
    sha = tree.commit("Root", {"a": "a\n"})
    shutil.rmtree(tree.path / ".git" / "objects" / tree.sha("HEAD:a")[:2])
    for rpc_name, fields in (("GetFile", {"path": "a"}), ("GetCommit", {"commit_sha": sha}), ("ListTree", {})):
        answer = ask(rpc_name, **fields)
        assert answer.status is grpc.StatusCode.UNAVAILABLE, rpc_name
        assert str(tree.path) not in answer.text


def test_adding_and_refreshing_a_repository(call: Caller, integration: models.Integration, tree: WorkTree) -> None:
    tree.commit("Root")
    tree.git("remote", "add", "origin", "https://user:hunter2@github.com/acme/rocket.git")
    row = call("CreateRepository", integration_id=integration.id, identifier="acme/rocket").message
    assert (row.name, row.default_branch, row.url) == ("acme/rocket", "main", "https://github.com/acme/rocket")
    assert row.config["path"] == str(tree.path)
    again = call("CreateRepository", integration_id=integration.id, identifier=str(tree.path))
    assert again.status is grpc.StatusCode.ALREADY_EXISTS
    tree.git("branch", "-m", "main", "trunk")
    changed = call("SyncRepository", repository_id=row.id).message
    assert [(change.field, change.old_value, change.new_value) for change in changed.changes] == [
        ("default_branch", "main", "trunk")
    ]


def test_repositories_are_found_below_the_roots(
    call: Caller, integration: models.Integration, add: Callable[..., int], root: Path, outside: WorkTree
) -> None:
    for name in ("acme/rocket", "acme/engine", "zoo"):
        WorkTree(root / name).commit("Root")
    WorkTree(root / "acme/rocket/vendored").commit("Inside another")
    (root / "link").symlink_to(outside.path)
    os.makedirs(os.fsencode(root) + b"/bad\xff/.git/objects")
    (root / os.fsdecode(b"bad\xff") / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    known = add(root / "acme/engine")
    found = call("SearchRepositories", integration_id=integration.id).message.repositories
    assert [(remote.name, remote.repository_id) for remote in found] == [
        ("acme/engine", known),
        ("acme/rocket", 0),
        ("zoo", 0),
    ]
    assert [remote.identifier for remote in found] == [str(root / remote.name) for remote in found]
    found = call("SearchRepositories", integration_id=integration.id, query="ROCK").message.repositories
    assert [remote.name for remote in found] == ["acme/rocket"]
    pages = list(call.pages("SearchRepositories", integration_id=integration.id, page_size=2))
    assert [[remote.name for remote in page.repositories] for page in pages] == [
        ["acme/engine", "acme/rocket"],
        ["zoo"],
    ]
