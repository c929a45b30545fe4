"""Branches and tags: every form in which git keeps them, pages at constant cost, and what a text names."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sentry_scm_grpc.providers.git import ref_names
from sentry_scm_grpc.rpc.budget import Budget
from sentry_scm_grpc.v1 import refs_pb2
from tests.providers.git import hostile
from tests.providers.git.work_tree import WorkTree

Ask = Callable[..., Any]

ODD_NAMES = ["a", "a-b", "a.b", "a/b", "a/b-c", "b/c/d", "feature/naïve", "main", "z@home", "ふ"]


def pages(ask: Ask, rpc: str, field: str, **fields: Any) -> Iterator[list[Any]]:
    token = ""
    while True:
        message = ask(rpc, page_token=token, **fields).message
        yield list(getattr(message, field))
        token = message.next_page_token
        if not token:
            return


def names_of(ask: Ask, rpc: str = "ListBranches", field: str = "branches", **fields: Any) -> list[str]:
    return [item.name for page in pages(ask, rpc, field, **fields) for item in page]


@pytest.fixture
def branches(tree: WorkTree) -> list[str]:
    """Some are packed, some loose, some both, and one of both has moved since."""
    tree.commit("First", {"file": "1\n"})
    names = [name for name in ODD_NAMES if name not in ("main", "a")]
    for name in names[:5]:
        tree.git("branch", name)
    tree.git("pack-refs", "--all")
    tree.commit("Second", {"file": "2\n"})
    tree.git("branch", "-f", names[0])
    for name in names[5:]:
        tree.git("branch", name)
    return tree.git("for-each-ref", "--format=%(refname:lstrip=2) %(objectname)", "refs/heads").splitlines()


@pytest.mark.parametrize("page_size", [1, 2, 3, 100])
def test_branches_are_those_of_git_in_its_order(ask: Ask, branches: list[str], page_size: int) -> None:
    found = [branch for page in pages(ask, "ListBranches", "branches", page_size=page_size) for branch in page]
    assert [f"{branch.name} {branch.commit_sha}" for branch in found] == branches
    assert [branch.name for branch in found if branch.is_default] == ["main"]
    assert not any(branch.HasField("is_protected") for branch in found)


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("a", ["a-b", "a.b", "a/b", "a/b-c"]),
        ("a/", ["a/b", "a/b-c"]),
        ("feature/na", ["feature/naïve"]),
        ("b/c/d", ["b/c/d"]),
        ("B", []),
        ("../", []),
        ("zz", []),
    ],
)
def test_a_prefix_selects(ask: Ask, branches: list[str], prefix: str, expected: list[str]) -> None:
    assert names_of(ask, prefix=prefix) == expected
    assert names_of(ask, prefix=prefix, page_size=1) == expected


def test_a_branch_that_is_added_between_two_pages_loses_and_doubles_none(ask: Ask, tree: WorkTree) -> None:
    tree.commit("First")
    for name in ("b", "d", "f"):
        tree.git("branch", name)
    listed = pages(ask, "ListBranches", "branches", page_size=2)
    first = [branch.name for branch in next(listed)]
    for name in ("a", "c", "e"):
        tree.git("branch", name)
    tree.git("pack-refs", "--all")
    assert first + [branch.name for page in listed for branch in page] == ["b", "d", "e", "f", "main"]


def test_a_repository_without_commits_has_no_branches(ask: Ask, tree: WorkTree) -> None:
    assert names_of(ask) == []
    assert ask("GetRef").reason == "REPOSITORY_EMPTY"


def test_what_is_no_ref_is_left_out(ask: Ask, tree: WorkTree) -> None:
    sha = tree.commit("First")
    heads = tree.path / ".git/refs/heads"
    (heads / "broken").write_text("no sha\n")
    (heads / "empty").write_text("")
    (heads / "held.lock").write_text(sha)
    (heads / "points").write_text("ref: refs/heads/main\n")
    (heads / "nowhere").write_text("ref: refs/heads/missing\n")
    os.symlink("/etc", heads / "outside")
    os.symlink("/etc/passwd", heads / "file-outside")
    os.mkfifo(heads / "pipe")
    (heads / "large").write_text(sha + "\n" * 5000)
    found = ask("ListBranches").message.branches
    assert [(branch.name, branch.commit_sha) for branch in found] == [("main", sha), ("points", sha)]


def test_tags_of_every_kind(ask: Ask, tree: WorkTree) -> None:
    sha = tree.commit("First", {"file": "1\n"})
    tree.git("tag", "light")
    tree.git("tag", "-a", "v1", "-m", "Version 1\n\nIt works.")
    tree.git("tag", "-a", "of-a-tag", "-m", "Again", "v1")
    tree.git("tag", "of-a-file", "HEAD:file")
    for packed in (False, True):
        if packed:
            tree.git("pack-refs", "--all")
        by_name = {tag.name: tag for page in pages(ask, "ListTags", "tags", page_size=3) for tag in page}
        assert {name: (tag.commit_sha, tag.annotated) for name, tag in by_name.items()} == {
            "light": (sha, False),
            "of-a-file": ("", False),
            "of-a-tag": (sha, True),
            "v1": (sha, True),
        }
        assert by_name["v1"].message == "Version 1\n\nIt works.\n"
        assert by_name["v1"].tagger.name == "Grace Hopper"
        assert by_name["v1"].tagged_at.seconds == tree.now
        assert not by_name["light"].HasField("tagger")


def test_a_name_that_is_not_utf_8_is_listed(ask: Ask, tree: WorkTree) -> None:
    sha = tree.commit("First")
    (tree.path / ".git/refs/heads" / os.fsdecode(b"b\xff")).write_text(sha)
    tree.git("update-ref", b"refs/heads/c\xfe/d", sha)
    tree.git("pack-refs", "--all")
    (tree.path / ".git/refs/heads" / os.fsdecode(b"b\xfe")).write_text(sha)
    assert names_of(ask, page_size=1) == ["b\\xfe", "b\\xff", "c\\xfe/d", "main"]


def test_directories_deeper_than_the_call_stack(ask: Ask, tree: WorkTree) -> None:
    sha = tree.commit("First")
    here, deep = os.open(".", os.O_RDONLY), tree.path / ".git/refs/heads/d"
    try:
        for name in [deep, *["d"] * 1500]:
            os.mkdir(name)
            os.chdir(name)
        os.chdir(deep)
        os.chdir("/".join("d" * 400))
        Path("found").write_text(sha)
        assert names_of(ask) == ["/".join(["d"] * 401) + "/found", "main"]
    finally:
        os.fchdir(here)
        os.close(here)
        subprocess.run(["rm", "-r", deep], check=True)  # pytest's own removal is recursive.


def test_damaged_tags_do_not_hide_the_others(ask: Ask, tree: WorkTree) -> None:
    sha = tree.commit("First")
    tree.git("tag", "whole")
    chain, kind = sha, "commit"
    for number in range(60):
        text = f"object {chain}\ntype {kind}\ntag t{number}\ntagger A <a@example.com> 1 +0000\n\nT\n"
        chain, kind = hostile.write_object(tree, "tag", [text.encode()]), "tag"
    gone = f"object {'2' * 40}\ntype commit\ntag of-gone\n\nMessage\n"
    for name, target in {
        "chain": chain,
        "garbage": hostile.write_object(tree, "tag", [b"no tag"]),
        "gone": "1" * 40,
        "of-gone": hostile.write_object(tree, "tag", [gone.encode()]),
    }.items():
        (tree.path / ".git/refs/tags" / name).write_text(target)
    found = ask("ListTags").message.tags
    assert [(tag.name, tag.commit_sha, tag.HasField("annotated"), tag.message) for tag in found] == [
        ("chain", "", True, "T\n"),
        ("garbage", "", True, ""),
        ("gone", "", False, ""),
        ("of-gone", "", True, "Message\n"),
        ("whole", sha, True, ""),
    ]
    assert ask("GetRef", ref="garbage").reason == "PROVIDER_UNAVAILABLE"


def test_a_page_of_many_packed_refs_reads_only_its_part(tree: WorkTree) -> None:
    sha = tree.commit("First")
    names = [f"refs/heads/b{number:06}" for number in range(100_000)]
    head = "# pack-refs with: peeled fully-peeled sorted \n"
    (tree.path / ".git/packed-refs").write_text(head + "".join(f"{sha} {name}\n" for name in names))
    steps = []

    class Counting(Budget):
        def check(self) -> None:
            steps.append(1)

    for place in (0, 50_000, 99_990):
        steps.clear()
        after = names[place].encode()
        found = ref_names.names(str(tree.path / ".git"), b"refs/heads/", b"b", after, Counting.unlimited())
        assert [next(found).decode() for _ in range(5)] == names[place + 1 : place + 6]
        # A scan from the start would take 50,000 steps.
        assert len(steps) < 500


def test_packed_refs_of_old_programs_are_read(ask: Ask, tree: WorkTree) -> None:
    sha = tree.commit("First")
    (tree.path / ".git/packed-refs").write_text(f"{sha} refs/heads/z\n{sha} refs/heads/b\n")
    assert names_of(ask, page_size=1) == ["b", "main", "z"]


@pytest.mark.parametrize("packed", [False, True])
def test_names_that_are_kept_in_memory_are_counted(ask: Ask, tree: WorkTree, settings: Any, packed: bool) -> None:
    sha = tree.commit("First")
    names = ["n" * 200 + str(number) for number in range(30)]
    if packed:  # Unsorted: a sorted file is not kept in memory.
        (tree.path / ".git/packed-refs").write_text("".join(f"{sha} refs/heads/{name}\n" for name in names))
    else:
        for name in names:
            (tree.path / ".git/refs/heads" / name).write_text(sha)
    assert len(names_of(ask)) == 31
    settings.SCM_GRPC = {**settings.SCM_GRPC, "MAX_CALL_BYTES": 5000}
    found = ask("ListBranches")
    assert (found.status.name, found.metadata["limit"]) == ("RESOURCE_EXHAUSTED", "MAX_CALL_BYTES")


@pytest.mark.parametrize(
    ("text", "kind", "name", "full_name"),
    [
        ("", refs_pb2.REF_KIND_BRANCH, "main", "refs/heads/main"),
        ("HEAD", refs_pb2.REF_KIND_BRANCH, "main", "refs/heads/main"),
        ("heads/main", refs_pb2.REF_KIND_BRANCH, "main", "refs/heads/main"),
        ("both", refs_pb2.REF_KIND_TAG, "both", "refs/tags/both"),
        ("refs/heads/both", refs_pb2.REF_KIND_BRANCH, "both", "refs/heads/both"),
        ("refs/notes/n", refs_pb2.REF_KIND_UNSPECIFIED, "refs/notes/n", "refs/notes/n"),
    ],
)
def test_what_a_text_names(ask: Ask, tree: WorkTree, text: str, kind: int, name: str, full_name: str) -> None:
    tree.commit("First")
    tree.git("tag", "-a", "both", "-m", "Tag")
    second = tree.commit("Second")
    tree.git("branch", "both")
    tree.git("update-ref", "refs/notes/n", "HEAD")
    found = ask("GetRef", ref=text).message
    assert (found.kind, found.name, found.full_name) == (kind, name, full_name)
    assert found.commit_sha == (tree.sha("tags/both^{commit}") if name == "both" and "heads" not in text else second)


def test_a_sha_names_a_commit(ask: Ask, tree: WorkTree) -> None:
    sha = tree.commit("First")
    for text in (sha, sha[:8], sha.upper()):
        found = ask("GetRef", ref=text).message
        assert (found.kind, found.name, found.full_name) == (refs_pb2.REF_KIND_COMMIT, sha, "")
    assert ask("GetRef", ref="f" * 40).reason == "REF_NOT_FOUND"
    assert ask("GetRef", ref="nothing").reason == "REF_NOT_FOUND"


def test_a_detached_head_is_a_commit(ask: Ask, tree: WorkTree) -> None:
    sha = tree.commit("First")
    tree.git("checkout", "-q", "--detach")
    found = ask("GetRef", ref="HEAD").message
    assert (found.kind, found.commit_sha) == (refs_pb2.REF_KIND_COMMIT, sha)
