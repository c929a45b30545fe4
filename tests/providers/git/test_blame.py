"""Blame: who last changed a line, across renames, for one line or many, and the errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import grpc
import pytest

from tests.providers.git.work_tree import WorkTree

Ask = Callable[..., Any]

TEXT = "".join(f"line {number}\n" for number in range(1, 11))


def three_commits(tree: WorkTree) -> dict[str, str]:
    """A file that Ada wrote, Eve changed in line 3, and Ada renamed, which the last commit did."""
    made = {"ada": tree.commit("Written\n\nWith care.\n", {"old name.txt": TEXT})}
    made["eve"] = tree.commit("Third", {"old name.txt": TEXT.replace("line 3", "LINE 3")}, GIT_AUTHOR_NAME="Eve")
    tree.git("mv", "old name.txt", "new.txt")
    made["rename"] = tree.commit("Renamed")
    return made


@pytest.fixture
def shas(tree: WorkTree) -> dict[str, str]:
    return tree.with_commits(three_commits)


def test_a_line_and_who_last_changed_it(ask: Ask, shas: dict[str, str]) -> None:
    found = ask("GetCommitContext", commit_sha="main", filepath="new.txt", line_number=3).message
    assert found.commit_id == shas["rename"]
    assert (found.filename, found.line_number, found.code_snippet) == ("new.txt", 3, "LINE 3")
    assert (found.blame_commit_id, found.blame_author.name, found.message) == (shas["eve"], "Eve", "Third\n")
    assert found.committed_at.seconds == WorkTree.start + 60


def test_blame_follows_a_rename(ask: Ask, shas: dict[str, str]) -> None:
    found = ask("GetCommitContext", commit_sha="main", filepath="new.txt", line_number=10).message
    assert (found.blame_commit_id, found.blame_filename) == (shas["ada"], "old name.txt")
    assert found.message == "Written\n\nWith care.\n"


def test_blame_starts_at_the_ref(ask: Ask, shas: dict[str, str]) -> None:
    asked = {"filepath": "old name.txt", "line_number": 3}
    found = ask("GetCommitContext", commit_sha=shas["ada"][:12], **asked).message
    assert (found.commit_id, found.blame_commit_id, found.code_snippet) == (shas["ada"], shas["ada"], "line 3")


@pytest.mark.parametrize(
    ("asked", "status", "reason"),
    [
        ({"line_number": 11}, grpc.StatusCode.INVALID_ARGUMENT, "LINE_OUT_OF_RANGE"),
        ({"line_number": 2**31 - 1}, grpc.StatusCode.INVALID_ARGUMENT, "LINE_OUT_OF_RANGE"),
        ({"filepath": "old name.txt"}, grpc.StatusCode.NOT_FOUND, "PATH_NOT_FOUND"),
        ({"filepath": "--contents"}, grpc.StatusCode.NOT_FOUND, "PATH_NOT_FOUND"),
        ({"commit_sha": "nowhere"}, grpc.StatusCode.NOT_FOUND, "REF_NOT_FOUND"),
        ({"filepath": "."}, grpc.StatusCode.FAILED_PRECONDITION, "NOT_A_FILE"),
    ],
)
def test_errors_of_a_line(
    ask: Ask, shas: dict[str, str], asked: dict[str, Any], status: grpc.StatusCode, reason: str
) -> None:
    answer = ask("GetCommitContext", **{"commit_sha": "main", "filepath": "new.txt", "line_number": 1} | asked)
    assert (answer.status, answer.reason) == (status, reason)
    assert "fatal" not in answer.text


def test_a_batch_answers_each_line_in_the_order_asked(ask: Ask, shas: dict[str, str]) -> None:
    def line(filepath: str, line_number: int, commit_sha: str = "main") -> dict[str, Any]:
        return {"commit_sha": commit_sha, "filepath": filepath, "line_number": line_number}

    lines = [
        line("new.txt", 3),
        line("new.txt", 99),
        line("nowhere", 1),
        line("new.txt", 1),
        line("old name.txt", 3, shas["ada"]),
        line("new.txt", 3, "nowhere"),
        line("new.txt", 3),
    ]
    results = ask("BatchGetCommitContext", lines=lines).message.results
    assert [result.context.blame_commit_id or (result.error.code, result.error.reason) for result in results] == [
        shas["eve"],
        (grpc.StatusCode.INVALID_ARGUMENT.value[0], "LINE_OUT_OF_RANGE"),
        (grpc.StatusCode.NOT_FOUND.value[0], "PATH_NOT_FOUND"),
        shas["ada"],
        shas["ada"],
        (grpc.StatusCode.NOT_FOUND.value[0], "REF_NOT_FOUND"),
        shas["eve"],
    ]
    alone = ask("GetCommitContext", **lines[0]).message
    assert results[0].context == alone


def test_a_batch_of_a_thousand_lines(ask: Ask, tree: WorkTree) -> None:
    files = {f"file{number}": TEXT for number in range(10)}
    sha = tree.commit("Many", files)
    lines = [
        {"commit_sha": "main", "filepath": name, "line_number": line} for name in files for line in range(1, 11)
    ] * 10
    results = ask("BatchGetCommitContext", lines=lines).message.results
    assert len(results) == 1000
    assert {result.context.blame_commit_id for result in results} == {sha}
    assert [result.context.code_snippet for result in results[:10]] == TEXT.splitlines()


def test_the_mail_map_does_not_change_people(ask: Ask, tree: WorkTree) -> None:
    tree.commit("Mapped", {"a": "1\n", ".mailmap": "Somebody Else <else@example.com> <ada@example.com>\n"})
    found = ask("GetCommitContext", commit_sha="main", filepath="a", line_number=1).message
    assert found.blame_author == ask("GetCommit", commit_sha="main").message.author
    assert found.blame_author.name == "Ada Lovelace"


@pytest.mark.parametrize(
    ("content", "line", "text"),
    [
        (b"one\r\ntwo\r\n", 2, "two"),
        (b"one\ntwo", 2, "two"),
        (b"\ttab\n", 1, "\ttab"),
        (b"\xff\xfe\n", 1, "\\xff\\xfe"),
        ("grüße\n".encode(), 1, "grüße"),
        (b"\n\n", 2, ""),
        (b"filename x\nauthor y\n", 2, "author y"),
        (b"x\rstill x\n", 1, "x\rstill x"),
        (b"x" * 3000, 1, "x" * 1024),
    ],
)
def test_the_text_of_a_line(ask: Ask, tree: WorkTree, content: bytes, line: int, text: str) -> None:
    tree.commit("Text", {"file": content})
    assert ask("GetCommitContext", commit_sha="main", filepath="file", line_number=line).message.code_snippet == text


@pytest.mark.parametrize("content", ["", "one\n"])
def test_a_line_beyond_the_end(ask: Ask, tree: WorkTree, content: str) -> None:
    tree.commit("Text", {"file": content})
    asked = {"commit_sha": "main", "filepath": "file", "line_number": content.count("\n") + 1}
    assert ask("GetCommitContext", **asked).reason == "LINE_OUT_OF_RANGE"


def test_a_batch_with_several_names_of_one_commit_and_one_file(ask: Ask, tree: WorkTree) -> None:
    sha = tree.commit("Both", {"a": "one\ntwo\nthree\n", b"bad\xff": "one\ntwo\n"})
    tree.git("tag", "light")
    tree.git("tag", "-a", "-m", "Annotated", "v1")
    tree.git("tag", "-a", "-m", "Tag of a tag", "v1.1", "v1")
    refs = ["main", "v1", "light", "v1.1", "HEAD", sha, sha[:9], sha.upper(), "refs/heads/main", "refs/tags/v1", "main"]
    lines: list[dict[str, Any]] = [
        {"commit_sha": ref, "filepath": path, "line_number": 1 + number % 3}
        for number, ref in enumerate(refs)
        for path in ("a", "./a")
    ]
    lines += [{"commit_sha": ref, "filepath": "bad\\xff", "line_number": 2} for ref in refs]
    results = ask("BatchGetCommitContext", lines=lines).message.results
    assert [result.context.code_snippet for result in results] == [
        ["one", "two", "three"][line["line_number"] - 1] for line in lines
    ]
    assert {result.context.blame_commit_id for result in results} == {sha}
    assert [result.context.filename for result in results] == [line["filepath"] for line in lines]


def test_a_batch_keeps_files_apart_whose_names_look_alike(ask: Ask, tree: WorkTree) -> None:
    """Composed and decomposed letters, and upper and lower case, are different names to git."""
    names = ["\u00e9", "e\u0301", "\u00c9", "E\u0301"]
    tree.commit("Names", {name: f"{name!a}\n" for name in names})
    lines = [{"commit_sha": ref, "filepath": name, "line_number": 1} for name in names for ref in ("main", "HEAD")]
    results = ask("BatchGetCommitContext", lines=lines).message.results
    assert [result.context.code_snippet for result in results] == [ascii(line["filepath"]) for line in lines]
