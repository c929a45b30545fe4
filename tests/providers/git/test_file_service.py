"""The operations of FileService on local git, held against git itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import grpc
import pytest

from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.providers.git.work_tree import WorkTree

Ask = Callable[..., Any]
Status = grpc.StatusCode

KINDS = {
    "040000": pb.TREE_ENTRY_KIND_DIRECTORY,
    "100644": pb.TREE_ENTRY_KIND_FILE,
    "100755": pb.TREE_ENTRY_KIND_EXECUTABLE,
    "120000": pb.TREE_ENTRY_KIND_SYMLINK,
}


@pytest.fixture
def sha(tree: WorkTree) -> str:
    return tree.with_commits(files)


def files(tree: WorkTree) -> str:
    tree.write({"run.sh": "#!/bin/sh\n", "a.txt": "one\n", "dir/b.txt": "b\n", "dir.txt": "c\n", "dir/sub/d": "d\n"})
    (tree.path / "run.sh").chmod(0o755)
    (tree.path / "link").symlink_to("dir/b.txt")
    return tree.commit("Files")


# ---- directories


@pytest.mark.parametrize(("path", "name"), [("", ""), ("dir", "dir"), ("./dir//sub/", "dir/sub"), (".", "")])
@pytest.mark.parametrize("page_size", [1, 2, 100])
def test_a_directory_is_what_git_ls_tree_lists(
    ask: Ask, tree: WorkTree, sha: str, path: str, name: str, page_size: int
) -> None:
    expected = []
    for line in tree.git("ls-tree", "-l", f"{sha}:{name}").splitlines():
        facts, _, entry = line.partition("\t")
        mode, _, id, size = facts.split()
        full = f"{name}/{entry}" if name else entry
        expected.append((entry, full, KINDS[mode], id, None if size == "-" else int(size)))
    found, token = [], ""
    while True:
        page = ask("ListDirectory", path=path, page_size=page_size, page_token=token).message
        assert len(page.entries) <= page_size
        for entry in page.entries:
            size = entry.size_bytes if entry.HasField("size_bytes") else None
            found.append((entry.name, entry.path, entry.kind, entry.sha, size))
        token = page.next_page_token
        if not token:
            break
    assert found == expected


@pytest.mark.parametrize(
    ("path", "ref", "status", "reason"),
    [
        ("a.txt", "", Status.FAILED_PRECONDITION, "NOT_A_DIRECTORY"),
        ("link", "", Status.FAILED_PRECONDITION, "NOT_A_DIRECTORY"),
        ("nowhere", "", Status.NOT_FOUND, "PATH_NOT_FOUND"),
        ("a.txt/b", "", Status.NOT_FOUND, "PATH_NOT_FOUND"),
        ("dir", "nowhere", Status.NOT_FOUND, "REF_NOT_FOUND"),
        ("../dir", "", Status.INVALID_ARGUMENT, "INVALID_FIELDS"),
    ],
)
def test_a_directory_that_cannot_be_listed(
    ask: Ask, sha: str, path: str, ref: str, status: Status, reason: str
) -> None:
    answer = ask("ListDirectory", path=path, ref=ref)
    assert (answer.status, answer.reason) == (status, reason)


def test_the_root_of_an_empty_repository_is_empty(ask: Ask) -> None:
    assert not ask("ListDirectory").message.entries
    assert ask("ListDirectory", path="dir").reason == "REPOSITORY_EMPTY"


def test_later_pages_show_the_first_pages_commit(ask: Ask, tree: WorkTree, sha: str) -> None:
    first = ask("ListDirectory", page_size=2).message
    tree.git("rm", "-q", "-r", "dir", "link")
    tree.commit("Gone")
    rest = ask("ListDirectory", page_size=100, page_token=first.next_page_token).message
    names = [entry.name for entry in (*first.entries, *rest.entries)]
    assert names == ["a.txt", "dir.txt", "dir", "link", "run.sh"]
