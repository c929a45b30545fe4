"""Texts that git could read as patterns: a search finds exactly the text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sentry_scm_grpc.providers.git.text import fold_case
from tests.providers.git.work_tree import WorkTree

Ask = Callable[..., Any]

# Characters that differ in case alone (Unicode's simple folding, CaseFolding.txt with status C and S). The dotless and
# the dotted i of Turkish have no partner; nor does a letter have one that is two.
SAME = ["éÉ", "ßẞ", "iI", "kK\u212a", "sSſ", "σςΣ", "eE", "qQ", "nN", "cC"]
FOLDED = {character: group[0] for group in SAME for character in group}
PIECES = [*"\\EQeqinNcC.*+?[]^$(){}|-:/ ßẞéÉİıſK\u212aσςΣ\t'\"", "\\E", "\\Q", "\\e", "\\n", "(?i)", "[a-z]", ":(top)"]
TEXTS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=8).map("".join)


def fold(text: str) -> str:
    return "".join(
        FOLDED.get(character) or (character.lower() if character.isascii() else character) for character in text
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(TEXTS, min_size=1, max_size=12), query=TEXTS.filter(str.strip), exact=st.booleans())
def test_a_search_finds_what_python_finds(ask: Ask, tree: WorkTree, lines: list[str], query: str, exact: bool) -> None:
    lines = [*lines, f"before {query} behind", query.swapcase()]
    tree.import_commits({"file": "".join(f"{line}\n" for line in lines).encode()})
    found = ask("SearchCode", query=query, case_sensitive=exact).message.matches
    form: Callable[[str], str] = str if exact else fold
    assert [(match.line_number, match.column, match.line) for match in found] == [
        (number, form(line).index(form(query)) + 1, line)
        for number, line in enumerate(lines, start=1)
        if form(query) in form(line)
    ]


@pytest.mark.parametrize(
    "query",
    ["C:\\Engine", "\\E.*", "\\Q", "\\", "a\\", "\\E", "\\Q\\E", "a.b\\Ec*", "-\\E", "--", "[\\E]", "\\E$", "^\\E"],
)
@pytest.mark.parametrize("exact", [True, False])
def test_backslashes(ask: Ask, tree: WorkTree, query: str, exact: bool) -> None:
    tree.commit("Text", {"yes": f"x{query}y\r\n", "no": "C:xngine\nabc\n\tE\nQ\ngine\n"})
    (match,) = ask("SearchCode", query=query, case_sensitive=exact).message.matches
    assert (match.path, match.column, match.line) == ("yes", 2, f"x{query}y")


def test_a_backslash_and_letters_beyond_ascii(ask: Ask, tree: WorkTree) -> None:
    tree.commit("Text", {"file": "I\\e\nı\\e.*\nÉ\\e.*\n"})
    assert [match.line_number for match in ask("SearchCode", query="ı\\E").message.matches] == [2]
    assert [match.line_number for match in ask("SearchCode", query="I\\E").message.matches] == [1]
    assert [match.line_number for match in ask("SearchCode", query="é\\E.*").message.matches] == [3]


def test_text_that_is_not_utf8(ask: Ask, tree: WorkTree) -> None:
    """It is compared byte by byte; what surrounds it is found, whatever the case."""
    tree.commit("Latin-1", {"latin": b"caf\xe9 Needle \xfc\n", "utf8": "café needle ü\n", "nul": b"needle\0caf\xe9\n"})
    for query, found in (
        ("needle", ["latin", "utf8"]),
        ("CAFÉ", ["utf8"]),
        ("caf", ["latin", "utf8"]),
        ("Ü", ["utf8"]),
    ):
        assert [match.path for match in ask("SearchCode", query=query).message.matches] == found
    (match,) = ask("SearchCode", query="Needle", case_sensitive=True).message.matches
    assert (match.column, match.line) == (9, "caf\\xe9 Needle \\xfc")


def test_case_folds_as_in_git() -> None:
    assert {character: fold_case(character) for character in FOLDED} == FOLDED
    assert [fold_case(text) for text in ("İı", "Straße", "ABC")] == ["İı", "straße", "abc"]


NAMES = {
    "plain": "Ada Lovelace",
    "backslash": "AD\\Engine",
    "quote": "The\\Quote",
    "star": "A.*",
    "accent": "Éva",
    "sharp": "Straße",
    "turkish": "İstanbul",
}


@pytest.fixture
def authors(tree: WorkTree) -> None:
    tree.with_commits(one_commit_each)


def one_commit_each(tree: WorkTree) -> None:
    for key, name in NAMES.items():
        tree.commit(key, GIT_AUTHOR_NAME=name, GIT_AUTHOR_EMAIL=f"{key}@example.com")


@pytest.mark.parametrize(
    ("author", "found"),
    [
        ("\\Engine", ["backslash"]),
        ("ad\\e", ["backslash"]),
        ("\\E.*", []),
        ("\\E", ["backslash"]),
        ("\\", ["quote", "backslash"]),
        (".*", ["star"]),
        ("^A", []),
        ("[A]", []),
        ("éva", ["accent"]),
        ("ÉVA", ["accent"]),
        ("STRAẞE", ["sharp"]),
        ("strasse", []),
        ("İ", ["turkish"]),
        ("istanbul", []),
        ("Lovelace <plain", []),
        ("plain@EXAMPLE.com", ["plain"]),
        ("> ", []),
        ("-", []),
        ("1704067200", []),
    ],
)
def test_an_author(ask: Ask, authors: None, author: str, found: list[str]) -> None:
    """Name and e-mail are looked at one by one, and as the answer has them."""
    for rpc_name in ("ListCommits", "StreamCommits"):
        answer = ask(rpc_name, author=author)
        commits = answer.messages if rpc_name == "StreamCommits" else answer.message.commits
        assert [commit.message.strip() for commit in commits] == found


@pytest.mark.parametrize("path", ["*", "*.txt", "?", "[a]", ":(glob)**", ":!a", ":/a", ":^a", "(attr:x)", "\\a", "a\\"])
def test_a_path(ask: Ask, tree: WorkTree, path: str) -> None:
    tree.commit("Other", {"a": "needle\n", "b.txt": "needle\n"})
    assert not ask("ListCommits", path=path).message.commits
    assert not ask("SearchCode", query="needle", path=path).message.matches
    assert not ask("ListTree", path=path).message.entries
    sha = tree.commit("Named so", {path: "needle\n"})
    assert [commit.key for commit in ask("ListCommits", path=path).message.commits] == [sha]
    assert [match.path for match in ask("SearchCode", query="needle", path=path).message.matches] == [path]
    assert [entry.path for entry in ask("ListTree", path=path).message.entries] == [path]
