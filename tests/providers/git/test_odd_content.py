"""Odd repositories: no commits, no branch, strange names, submodules, links, large files."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from typing import Any

import grpc
import pytest

from tests.providers.git import hostile
from tests.providers.git.work_tree import WorkTree

Ask = Callable[..., Any]


def test_an_empty_repository(ask: Ask, tree: WorkTree) -> None:
    assert ask("CheckRepositoryAccess").message.accessible
    assert not ask("ListCommits").message.commits
    assert not ask("ListCommits", ref="HEAD").message.commits
    assert not ask("StreamCommits").messages
    assert not ask("ListTree").message.entries
    assert not ask("StreamTree").messages
    assert not ask("SearchCode", query="a").message.matches
    assert not ask("CheckFile", path="a").message.exists
    for rpc_name, fields in (
        ("GetCommit", {"commit_sha": "HEAD"}),
        ("GetFile", {"path": "a"}),
        ("GetCodeOwners", {}),
        ("GetCommitContext", {"commit_sha": "HEAD", "filepath": "a", "line_number": 1}),
    ):
        answer = ask(rpc_name, **fields)
        assert (answer.status, answer.reason) == (grpc.StatusCode.NOT_FOUND, "REPOSITORY_EMPTY"), rpc_name
    assert ask("ListCommits", ref="main").status is grpc.StatusCode.NOT_FOUND


def test_a_default_branch_without_commits_beside_others(ask: Ask, tree: WorkTree) -> None:
    sha = tree.commit("Root", {"a": "a\n"})
    tree.git("branch", "-m", "main", "other")
    tree.git("symbolic-ref", "HEAD", "refs/heads/unborn")
    assert not ask("ListCommits").message.commits
    assert [commit.key for commit in ask("ListCommits", ref="other").message.commits] == [sha]


def test_a_detached_head(ask: Ask, tree: WorkTree) -> None:
    first = tree.commit("First", {"a": "1\n"})
    tree.commit("Second", {"a": "2\n"})
    tree.git("checkout", "-q", first)
    assert ask("GetCommit", commit_sha="HEAD").message.key == first
    # The row's default branch, where it is there, is what an empty ref means.
    assert ask("GetFile", path="a").message.content == b"2\n"
    tree.git("branch", "-D", "main")
    assert ask("GetFile", path="a").message.content == b"1\n"


NAMES = {
    b"two words": "two words",
    b'"quoted"': '"quoted"',
    b"back\\slash": "back\\slash",
    b"tab\there": "tab\there",
    "ümläut/日本.txt".encode(): "ümläut/日本.txt",
    b"-dash": "-dash",
    b"*.[ch]": "*.[ch]",
    b":(top)magic": ":(top)magic",
    b"bad\xffbyte/\xfe": "bad\\xffbyte/\\xfe",
    b"escaped\\xff": "escaped\\xff",
}


@pytest.mark.parametrize("raw", NAMES, ids=NAMES.values())
def test_a_name_from_a_response_is_accepted_in_a_request(ask: Ask, tree: WorkTree, raw: bytes) -> None:
    """A request may use the name of a file from a response."""
    path = NAMES[raw]
    sha = tree.commit("Odd", {raw: "needle\n"})
    (entry,) = ask("ListTree").message.entries
    assert entry.path == path
    assert entry.raw_path == (raw if "bad" in path else b"")
    (entry,) = ask("ListDirectory", path=path.rpartition("/")[0]).message.entries
    assert (entry.name, entry.path) == (path.rpartition("/")[2], path)
    assert entry.raw_path == (raw if "bad" in path else b"")
    assert [change.path for change in ask("GetCommit", commit_sha=sha).message.file_changes] == [path]
    assert [match.path for match in ask("SearchCode", query="needle", path=path).message.matches] == [path]
    assert ask("GetFile", path=path).message.content == b"needle\n"
    assert ask("CheckFile", path=path).message.exists
    assert [commit.key for commit in ask("ListCommits", path=path).message.commits] == [sha]
    blame = ask("GetCommitContext", commit_sha="main", filepath=path, line_number=1).message
    assert (blame.filename, blame.blame_filename, blame.code_snippet) == (path, path, "needle")


def test_a_name_with_a_line_break_is_listed_and_read_with_its_escape(ask: Ask, tree: WorkTree) -> None:
    sha = tree.commit("Odd", {"line\nbreak": "needle\n"})
    assert [entry.path for entry in ask("ListTree").message.entries] == ["line\nbreak"]
    assert [change.path for change in ask("GetCommit", commit_sha=sha).message.file_changes] == ["line\nbreak"]
    assert ask("GetFile", path="line\nbreak").status is grpc.StatusCode.INVALID_ARGUMENT
    assert ask("GetFile", path="line\\x0abreak").message.content == b"needle\n"
    blame = ask("GetCommitContext", commit_sha="main", filepath="line\\x0abreak", line_number=1).message
    assert blame.blame_filename == "line\nbreak"


def test_a_submodule(ask: Ask, tree: WorkTree, root: Any) -> None:
    inner = WorkTree(root / "inner")
    at = inner.commit("Root", {"a": "a\n"})
    tree.commit("Root", {"b": "b\n"})
    tree.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.path), "sub")
    sha = tree.commit("Submodule")
    entry = next(entry for entry in ask("ListTree").message.entries if entry.path == "sub")
    assert (entry.kind, entry.sha, entry.size_bytes) == (4, at, 0)
    entry = next(entry for entry in ask("ListDirectory").message.entries if entry.path == "sub")
    assert (entry.kind, entry.sha, entry.HasField("size_bytes")) == (4, at, False)
    assert ask("ListDirectory", path="sub").reason == "NOT_A_DIRECTORY"
    changes = {change.path: change for change in ask("GetCommit", commit_sha=sha).message.file_changes}
    assert (changes["sub"].kind, changes["sub"].additions) == (1, 1)
    assert ask("CheckFile", path="sub").message.exists
    assert ask("GetFile", path="sub").reason == "NOT_A_FILE"
    assert not ask("CheckFile", path="sub/a").message.exists


def test_a_symbolic_link_is_its_target_and_is_not_followed(ask: Ask, tree: WorkTree) -> None:
    (tree.path / "secret").symlink_to("/etc/passwd")
    (tree.path / "dir").symlink_to("/etc")
    tree.commit("Links")
    assert ask("GetFile", path="secret").message.content == b"/etc/passwd"
    assert not ask("CheckFile", path="dir/passwd").message.exists
    assert not ask("SearchCode", query="root:").message.matches
    blame = ask("GetCommitContext", commit_sha="main", filepath="secret", line_number=1).message
    assert blame.code_snippet == "/etc/passwd"


def test_a_file_of_fifty_megabytes(ask: Ask, tree: WorkTree) -> None:
    line = b"0123456789abcde\n"
    count = 50 * 1024 * 1024 // len(line)
    tree.commit("Before", {"small": "x\n"})
    sha = tree.commit("Large", {"large": line * (count - 1) + b"needle\n"})
    answer = ask("GetFile", path="large")
    assert (answer.reason, answer.metadata) == ("FILE_TOO_LARGE", {"size_bytes": str(len(line) * (count - 1) + 7)})
    (change,) = ask("GetCommit", commit_sha=sha).message.file_changes
    # Of files beyond 32 MiB lines are not counted.
    assert (change.path, change.additions, change.binary) == ("large", 0, True)
    (match,) = ask("SearchCode", query="needle", case_sensitive=True).message.matches
    assert (match.path, match.line_number) == ("large", count)
    asked = {"commit_sha": "main", "filepath": "large"}
    assert ask("GetCommitContext", line_number=count, **asked).message.code_snippet == "needle"
    assert ask("GetCommitContext", line_number=count + 1, **asked).reason == "LINE_OUT_OF_RANGE"
    # Nor is it read where its SHA is taken for that of a commit.
    blob = tree.sha("HEAD:large")
    tracemalloc.start()
    reasons = [ask("GetCommit", commit_sha=start).reason for start in (blob, blob[:12])]
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert reasons == ["REF_NOT_FOUND", "REF_NOT_FOUND"]
    assert most < 10 * 1024 * 1024


def test_a_directory_deeper_than_python_recurses(ask: Ask, tree: WorkTree) -> None:
    below = hostile.directory(tree, [(hostile.FILE, b"file", hostile.write_object(tree, "blob", [b"x"]))])
    for _ in range(1500):
        below = hostile.directory(tree, [(hostile.TREE, b"d", below)])
    hostile.commit(tree, below)
    (entry,) = ask("StreamTree").messages
    assert entry.path == "d/" * 1500 + "file"
    assert [change.path for change in ask("GetCommit", commit_sha="main").message.file_changes] == [entry.path]
