"""Search in commits: what a plain comparison of all commits finds, in pages and windows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from sentry_scm_grpc.providers.git import commit_search
from tests.providers.git.work_tree import WorkTree

Ask = Callable[..., Any]

MESSAGES = [
    "Fix the engine",
    "Lift off\n\nThe ENGINE burns.\nAll of it (50%).",
    "Über the moon",
    "a.c is a pattern, abc is not",
    "Two\nlines",
    "-i --all --grep=x",
    "",
    "back\\slash [brackets] ^start$",
    "Ends with a space \n\n\ttab",
]


def history(tree: WorkTree) -> list[str]:
    for number, message in enumerate(MESSAGES):
        author = ("Ada", "Bob Übel")[number % 2]
        tree.commit(
            message,
            {f"dir{number % 3}/file": f"{number}\n"},
            GIT_AUTHOR_NAME=author,
            GIT_AUTHOR_EMAIL=f"{author.split()[0].lower()}@example.com",
        ) if message else tree.git(
            "commit", "-q", "--allow-empty", "--allow-empty-message", "-m", "", GIT_AUTHOR_NAME=author
        )
    for encoding in (b"", b"encoding ISO-8859-1\n"):
        # Of the first, nobody knows the encoding.
        who = b"A <a@example.com> %d +0000\n" % tree.now
        head = f"tree {tree.sha('HEAD^{tree}')}\nparent {tree.sha()}\n".encode()
        raw = head + b"author " + who + b"committer " + who + encoding + "\nCaf\xe9 engine\n".encode("latin-1")
        sha = tree.git("hash-object", "-t", "commit", "-w", "--stdin", input=raw)
        tree.git("update-ref", "HEAD", sha)
    return tree.git("log", "--format=%H").split()


@pytest.fixture
def shas(tree: WorkTree) -> list[str]:
    return tree.with_commits(history)


def found(ask: Ask, **fields: Any) -> list[Any]:
    commits, token = [], ""
    while True:
        page = ask("SearchCommits", page_token=token, **fields).message
        commits += page.commits
        assert not page.incomplete
        token = page.next_page_token
        if not token:
            return commits


def all_of(ask: Ask) -> Iterator[Any]:
    return iter(ask("ListCommits").message.commits)


@pytest.mark.parametrize("window", [3])
def test_a_text_is_found_as_it_stands_whatever_its_case(
    ask: Ask, shas: list[str], monkeypatch: pytest.MonkeyPatch, window: int
) -> None:
    monkeypatch.setattr(commit_search, "WINDOW", window)
    every = list(all_of(ask))
    assert [commit.key for commit in every] == shas
    for text in (
        *("engine", "ENGINE", "über", "a.c", "(50%)", "two\nlines", "-i --all", "\\slash [", "^start$", "space \n"),
        *("caf\\xe9", "café", "é engine", "no such", ".*", "\ttab", "--grep=x"),
    ):
        expected = [commit.key for commit in every if text.lower() in commit.message.lower()]
        assert [commit.key for commit in found(ask, message=text, page_size=2)] == expected, text
        assert expected or text in ("no such", ".*", "space \n"), text


def test_criteria_are_combined(ask: Ask, tree: WorkTree, shas: list[str]) -> None:
    every = list(all_of(ask))
    for author in ("ada", "BOB", "übel", "@example.com", "Bob Übel <bob", "nobody"):
        expected = [c.key for c in every if author.lower() in c.author.name.lower() or author.lower() in c.author.email]
        assert [commit.key for commit in found(ask, author=author)] == expected, author
    one = found(ask, author="bob", path="dir1", message="e")
    assert {commit.author.email for commit in one} <= {"bob@example.com"}
    assert [commit.key for commit in one] == [
        sha for sha in tree.git("log", "--format=%H", "--", "dir1").split() if sha in {c.key for c in one}
    ]
    middle = every[5].date_added.seconds
    window = {"since": Timestamp(seconds=middle - 120), "until": Timestamp(seconds=middle + 120)}
    assert [commit.key for commit in found(ask, **window)] == [
        commit.key for commit in every if abs(commit.date_added.seconds - middle) <= 120
    ]
    assert found(ask, ref=shas[-1], message="fix")[0].key == shas[-1]
    assert found(ask)[0].web_url == every[0].web_url


def test_a_page_ends_in_time_and_says_that_it_is_not_the_last(
    ask: Ask, shas: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commit_search, "WINDOW", 2)
    monkeypatch.setattr(commit_search, "PAGE_SECONDS", 0.0)
    page = ask("SearchCommits", message="fix the engine").message
    assert (list(page.commits), page.incomplete) == ([], False)
    assert page.next_page_token
    assert [commit.key for commit in found(ask, message="fix the engine")] == [shas[-1]]


def test_later_pages_stay_with_the_first_when_the_branch_moves(ask: Ask, tree: WorkTree, shas: list[str]) -> None:
    first = ask("SearchCommits", message="engine", page_size=1).message
    tree.commit("A new engine")
    rest = ask("SearchCommits", message="engine", page_token=first.next_page_token).message
    assert "A new engine\n" not in {commit.message for commit in rest.commits}


def test_an_empty_repository_and_a_ref_that_is_not_there(ask: Ask) -> None:
    assert ask("SearchCommits", message="x").message.commits == []
    assert ask("SearchCommits", message="x", ref="nowhere").reason == "REF_NOT_FOUND"
    assert ask("SearchCommits", message=" ").violations.keys() == {"message"}


def test_a_shallow_clone_says_that_commits_may_be_missing(
    call: Any, add: Callable[..., int], tree: WorkTree, root: Path, shas: list[str]
) -> None:
    clone = root / "acme" / "clone"
    tree.git("clone", "-q", "--depth=2", f"file://{tree.path}", str(clone))
    page = call("SearchCommits", repository_id=add(clone), message="fix").message
    assert (list(page.commits), page.incomplete, page.incomplete_reason) == ([], True, "SHALLOW_CLONE")
