"""Code search: literal text, case, paths, where a match is, pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import grpc
import pytest

from tests.providers.git.work_tree import WorkTree

Ask = Callable[..., Any]


@pytest.fixture
def sha(tree: WorkTree) -> str:
    return tree.with_commits(texts)


def texts(tree: WorkTree) -> str:
    return tree.commit(
        "Text",
        {
            "a.txt": "Nothing\nhere is a.b(c)* and Needle\r\n",
            "dir/b.txt": "grüße needle needle\n",
            "dir/with\nbreak": "needle\n",
            "dir2/c.txt": "NEEDLE\n",
            "dash": "-e needle --all\n",
            "upper.txt": "GRÜSSE ÄÖÜ\n",
            "binary": b"needle\0needle\n",
            b"bad\xff": b"x\xff needle\n",
        },
    )


def places(found: Any) -> list[tuple[str, int, int, str]]:
    return [(match.path, match.line_number, match.column, match.line) for match in found]


def test_each_match_has_its_place(ask: Ask, sha: str) -> None:
    found = ask("SearchCode", query="needle", case_sensitive=True).message
    assert places(found.matches) == [
        ("bad\\xff", 1, 7, "x\\xff needle"),
        ("dash", 1, 4, "-e needle --all"),
        ("dir/b.txt", 1, 7, "grüße needle needle"),
        ("dir/with\nbreak", 1, 1, "needle"),
    ]
    assert all(match.url for match in found.matches)


def test_case_does_not_matter_unless_asked(ask: Ask, sha: str) -> None:
    paths = [match.path for match in ask("SearchCode", query="Needle").message.matches]
    assert paths == ["a.txt", "bad\\xff", "dash", "dir/b.txt", "dir/with\nbreak", "dir2/c.txt"]
    assert [match.path for match in ask("SearchCode", query="äöü").message.matches] == ["upper.txt"]


@pytest.mark.parametrize("query", ["a.b(c)*", "--all", "-e needle", "is a.b"])
def test_text_is_literal(ask: Ask, sha: str, query: str) -> None:
    assert len(ask("SearchCode", query=query, case_sensitive=True).message.matches) == 1


@pytest.mark.parametrize("query", ["a.b.c", "needle|Nothing", "^Nothing", "N[o]thing", "no such text"])
def test_text_is_not_a_pattern(ask: Ask, sha: str, query: str) -> None:
    assert not ask("SearchCode", query=query).message.matches


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("dir", ["dir/b.txt", "dir/with\nbreak"]),
        ("dir/", ["dir/b.txt", "dir/with\nbreak"]),
        ("dir/b.txt", ["dir/b.txt"]),
        ("bad\\xff", ["bad\\xff"]),
        ("di", []),
        ("*.txt", []),
        (":(icase)DIR", []),
        ("--all", []),
    ],
)
def test_only_below_a_path(ask: Ask, sha: str, path: str, found: list[str]) -> None:
    matches = ask("SearchCode", query="needle", case_sensitive=True, path=path).message.matches
    assert [match.path for match in matches] == found


def test_at_a_ref(ask: Ask, tree: WorkTree, sha: str) -> None:
    tree.git("rm", "-rqf", ".")
    tree.commit("Gone")
    assert not ask("SearchCode", query="needle").message.matches
    assert ask("SearchCode", query="needle", ref=sha).message.matches
    assert ask("SearchCode", query="needle", ref="nowhere").status is grpc.StatusCode.NOT_FOUND


def test_a_query_is_one_line(ask: Ask, sha: str) -> None:
    answer = ask("SearchCode", query="needle\nNothing")
    assert (answer.status, list(answer.violations)) == (grpc.StatusCode.INVALID_ARGUMENT, ["query"])


def test_pages_stay_at_the_commit_of_the_first(ask: Ask, tree: WorkTree) -> None:
    tree.commit("Text", {f"file{number}": "needle\n\nneedle\n" for number in range(5)})
    matches, token = [], ""
    while True:
        page = ask("SearchCode", query="needle", page_size=3, page_token=token).message
        matches += [(match.path, match.line_number) for match in page.matches]
        token = page.next_page_token
        if not token:
            break
        tree.commit("Later", {"a first file": f"needle {token}\n"})
    assert matches == [(f"file{number}", line) for number in range(5) for line in (1, 3)]


def test_a_very_long_line(ask: Ask, tree: WorkTree) -> None:
    tree.commit(
        "Long", {"near": "x" * 5000 + "needle" + "y" * 100, "far": "x" * 3_000_000 + "needle\n", "next": "needle\n"}
    )
    found = ask("SearchCode", query="needle").message.matches
    assert [(match.path, match.column, len(match.line)) for match in found] == [
        ("far", 0, 1024),
        ("near", 5001, 1024),
        ("next", 1, 6),
    ]
