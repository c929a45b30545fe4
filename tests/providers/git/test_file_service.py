"""The operations of FileService on local git, held against git itself."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from typing import Any

import grpc
import pytest

from sentry_scm_grpc.hosts.embedded import models
from sentry_scm_grpc.hosts.embedded.adapters import adapter_of_repository
from sentry_scm_grpc.providers.git.objects import IN_PROCESS_BYTES
from sentry_scm_grpc.testing.provider_facts import call_of
from sentry_scm_grpc.v1 import files_pb2
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


def test_pages_of_a_large_directory_begin_where_the_last_one_ends(ask: Ask, tree: WorkTree) -> None:
    """Its entries are not read one by one up to there. Directories and files are mixed in the order of their paths."""
    blob = tree.git("hash-object", "-w", "--stdin", input=b"x\n")
    inner = tree.git("mktree", input=f"100644 blob {blob}\tf\n".encode())
    kinds = [f"100644 blob {blob}\t{{}}", f"040000 tree {inner}\t{{}}", f"100644 blob {blob}\t{{}}.txt"]
    names = [kinds[number % 3].format(f"entry{number // 3:04}" + "-" * (number % 3)) for number in range(2400)]
    large = tree.git("mktree", input="".join(f"{name}\n" for name in names).encode())
    top = tree.git("mktree", input=f"040000 tree {large}\tlarge\n".encode())
    assert int(tree.git("cat-file", "-s", large)) > IN_PROCESS_BYTES
    tree.git("update-ref", "refs/heads/main", tree.git("commit-tree", "-m", "Large", top))
    listed = {
        "ListDirectory": tree.git("ls-tree", "--name-only", "main", "large/"),
        "ListTree": tree.git("ls-tree", "-r", "--name-only", "main"),
        "FindFiles": tree.git("ls-tree", "-r", "--name-only", "main"),
    }
    for rpc, fields in (
        ("ListDirectory", {"path": "large"}),
        ("ListTree", {}),
        ("FindFiles", {"globs": ["entry*", "f"]}),
    ):
        found, token = [], ""
        while True:
            page = ask(rpc, page_size=999, page_token=token, **fields).message
            found += [entry.path for entry in page.entries]
            if not (token := page.next_page_token):
                break
        assert found == listed[rpc].split("\n"), rpc


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


# ---- contents


@pytest.mark.parametrize("size", [0, 1, 64 * 1024, 64 * 1024 + 1, 3 * 1024 * 1024 + 7])
def test_a_file_as_a_stream(ask: Ask, tree: WorkTree, size: int) -> None:
    content = (b"\xff\x00data\r\n" * (size // 7 + 1))[:size]
    (tree.path / "file").write_bytes(content)
    sha = tree.commit("File")
    tree.git("gc", "-q")
    first, *rest = ask("StreamFile", path="file").messages
    assert (first.file.path, first.file.commit_sha, first.file.size_bytes) == ("file", sha, size)
    assert (first.file.sha, first.content) == (tree.git("rev-parse", "HEAD:file").strip(), b"")
    assert b"".join(piece.content for piece in rest) == content
    assert all(0 < len(piece.content) <= 256 * 1024 for piece in rest)


def test_a_large_file_takes_constant_memory(add: Callable[..., int], tree: WorkTree, settings: Any) -> None:
    """git may have less memory than the file has bytes, and this process never has more than a few pieces."""
    settings.SCM_GRPC = {**settings.SCM_GRPC, "MAX_PROCESS_BYTES": 32 * 1024 * 1024}
    with (tree.path / "file").open("wb") as file:
        for number in range(32):
            file.write(bytes([number]) * 1024 * 1024)
    tree.commit("Large")
    tree.git("gc", "-q")
    request = files_pb2.StreamFileRequest(repository_id=add(tree.path), path="file")
    adapter: Any = adapter_of_repository(models.Repository.objects.get(id=request.repository_id))
    total = 0
    tracemalloc.start()
    try:
        for piece in adapter.stream_file(call_of("StreamFile", request), request):
            total += len(piece.content)
        highest = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert total == 32 * 1024 * 1024
    assert highest < 4 * 1024 * 1024


def test_the_target_of_a_link_is_streamed_and_no_directory_is(ask: Ask, sha: str) -> None:
    assert [piece.content for piece in ask("StreamFile", path="link").messages] == [b"", b"dir/b.txt"]
    for path, reason in (("dir", "NOT_A_FILE"), ("nowhere", "PATH_NOT_FOUND")):
        answer = ask("StreamFile", path=path)
        assert (answer.messages, answer.reason) == ([], reason)
    assert ask("StreamFile", path="a.txt", ref="nowhere").reason == "REF_NOT_FOUND"


def test_many_files_with_their_bytes_or_their_errors(ask: Ask, tree: WorkTree, sha: str) -> None:
    paths = ["a.txt", "dir", "nowhere", "link", "./dir//b.txt", "a.txt"]
    results = ask("BatchGetFiles", paths=paths).message.results
    assert [(result.path, result.file.content, result.error.reason) for result in results] == [
        ("a.txt", b"one\n", ""),
        ("dir", b"", "NOT_A_FILE"),
        ("nowhere", b"", "PATH_NOT_FOUND"),
        ("link", b"dir/b.txt", ""),
        ("./dir//b.txt", b"b\n", ""),
        ("a.txt", b"one\n", ""),
    ]
    assert {(result.file.commit_sha, bool(result.file.sha)) for result in results if result.HasField("file")} == {
        (sha, True)
    }
    assert ask("BatchGetFiles", paths=["a.txt"] * 101).status is Status.INVALID_ARGUMENT
    assert ask("BatchGetFiles", paths=["a.txt"], ref="nowhere").reason == "REF_NOT_FOUND"


def test_files_that_no_longer_fit_are_left_out(ask: Ask, tree: WorkTree) -> None:
    tree.commit("Files", {"five": "12345", "six": "123456", "nine": "123456789", "one": "1"})
    results = ask("BatchGetFiles", paths=["nine", "five", "six", "one"], max_total_bytes=8).message.results
    assert [(result.path, result.error.reason, result.error.size_bytes) for result in results] == [
        ("nine", "FILE_TOO_LARGE", 9),
        ("five", "", 0),
        ("six", "BATCH_FULL", 6),
        ("one", "", 0),
    ]
    assert results[2].error.code == Status.RESOURCE_EXHAUSTED.value[0]


def test_a_hundred_files_of_three_megabytes_fit_in_a_message(ask: Ask, tree: WorkTree) -> None:
    size = 3 * 1024 * 1024 // 100
    tree.commit("Files", {f"{number:03}": "x" * size for number in range(100)})
    results = ask("BatchGetFiles", paths=[f"{number:03}" for number in range(100)]).message.results
    assert {len(result.file.content) for result in results} == {size}


# ---- globs


@pytest.mark.parametrize(
    "globs",
    [
        ["*.txt"],
        ["/*.txt"],
        ["dir/"],
        ["dir"],
        ["dir/*", "!*.txt"],
        ["**/d", "link"],
        ["*", "!*.sh"],
        ["\\xff*", "b\u00e4d/"],
    ],
)
@pytest.mark.parametrize("page_size", [1, 3, 100])
def test_globs_find_what_git_would_ignore(ask: Ask, tree: WorkTree, globs: list[str], page_size: int) -> None:
    tree.with_commits(many)
    (tree.path / ".git" / "globs").write_text("".join(f"{glob}\n" for glob in globs))
    expected = tree.git("ls-files", "-z", "-i", "-c", "-X", ".git/globs").split("\0")[:-1]
    found, token = [], ""
    while True:
        page = ask("FindFiles", globs=globs, page_size=page_size, page_token=token).message
        assert len(page.entries) <= page_size
        found += [entry.path for entry in page.entries]
        token = page.next_page_token
        if not token:
            break
    assert found == sorted(expected, key=str.encode)


def many(tree: WorkTree) -> str:
    files(tree)
    tree.write({"b\u00e4d/x.txt": "x\n", "dir/deep/er/d": "d\n", "dir-2/a.txt": "a\n", "zzz.txt": "z\n"})
    return tree.commit("More")


def test_what_a_found_file_tells(ask: Ask, tree: WorkTree, sha: str) -> None:
    listed = {entry.path: entry for entry in ask("ListTree").message.entries}
    assert {entry.path: entry for entry in ask("FindFiles", globs=["*"]).message.entries} == listed
    assert ask("FindFiles", globs=["*"], ref="nowhere").reason == "REF_NOT_FOUND"
    assert ask("FindFiles", globs=["#"]).status is Status.INVALID_ARGUMENT


def test_an_empty_repository_has_no_files(ask: Ask) -> None:
    assert not ask("FindFiles", globs=["*"]).message.entries
