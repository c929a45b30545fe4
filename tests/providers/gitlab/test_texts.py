"""Texts that GitLab's adapter parses: queries, which GitLab could read as filters, diffs, and lines that it obeys."""

from __future__ import annotations

import re
import subprocess
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sentry_scm_grpc.providers.gitlab.changes import change_of
from sentry_scm_grpc.providers.gitlab.quick_actions import as_sent, harmless
from sentry_scm_grpc.providers.gitlab.search import literal_part
from sentry_scm_grpc.providers.vendor.marks import HTML_COMMENT, marked, unmarked
from tests.vendors.gitlab_texts import obeyed

PIECES = st.sampled_from(
    ["find", "me", " ", "  ", "\t", "path:", "-filename:", "extension:py", "blob", ":", '"', "-", "x"]
)
LINES = st.lists(
    st.sampled_from(["", "a", "b", "-", "--", "-- a", "+", "++ b", "@@ -1 +1 @@", "\\ x", "\x0c", "\u2028"])
)


def what_gitlab_looks_for(search: str) -> str:
    """Words outside of quotes, but for its filters, with a space between them.

    https://docs.gitlab.com/user/search/advanced_search/#syntax
    """
    words = [word for word in re.split(r'\s(?=(?:[^"]|"[^"]*")*$)', search) if word]
    return " ".join(word for word in words if not re.match(r"-?(filename|path|extension|blob):.*[^:]", word))


@settings(deadline=None)
@given(st.lists(PIECES).map("".join))
def test_the_searched_part_is_literal(query: str) -> None:
    part = literal_part(query)
    assert part in query
    assert what_gitlab_looks_for(part) == part
    plain = not re.search(r'\s{2}|[^\S ]|"|:', query)
    assert not plain or part == query.strip()


@settings(max_examples=40, deadline=None)
@given(old=LINES, new=LINES, ends=st.booleans())
def test_lines_are_counted_as_git_counts_them(old: list[str], new: list[str], ends: bool) -> None:
    with TemporaryDirectory() as directory:
        for name, lines in (("old", old), ("new", new)):
            Path(directory, name).write_text("\n".join(lines) + ("\n" if ends and lines else ""), newline="")

        def diff(*options: str) -> str:
            command = ["git", "diff", "--no-index", "--text", *options, "old", "new"]
            return subprocess.run(command, cwd=directory, capture_output=True, check=False).stdout.decode()

        patch, counted = diff(), diff("--numstat")
    additions, deletions = map(int, counted.split("\t")[:2]) if counted else (0, 0)
    # GitLab's text of a diff has its hunks alone, and in older versions the two names before them.
    hunks = patch[patch.find("\n@@") + 1 :] if "\n@@" in patch else ""
    for text in (hunks, f"--- a/old\n+++ b/new\n{hunks}"):
        change = change_of({"new_path": "x", "old_path": "x", "diff": text})
        assert (change.additions, change.deletions, change.binary) == (additions, deletions, False)


COMMANDS = ["/close", "/merge now", "/Due\r", "\r/approve", "/clo\rse", " /cc", "\\/close", "//x", "/usr/x"]
FENCES = ["```", "```py", "``` ", " ```", "````", "~~~", "- ```", ">>>", "`a`", "`"]
OTHERS = ["", "a", "> a", "<b>", "</b>", "<!--", "-->", "---"]
TEXTS = st.lists(st.sampled_from(COMMANDS + FENCES + OTHERS), max_size=12).map("\n".join)


@settings(deadline=None)
@given(TEXTS)
@example("```\n```\n/a\n```\n/close\n```")
@example("<b>\n```\n</b>\n/close\n```")
@example("```\na\n```")
def test_gitlab_obeys_no_text(text: str) -> None:
    """And all of it can be read back, unless somebody wrote such backslashes before."""
    for sent in (text, marked(text, HTML_COMMENT, "scm-request-" + "0a" * 16)):
        written = harmless(sent)
        assert obeyed(written)[1] == []
        assert unmarked(as_sent(written)).rstrip() == text.rstrip() or r"\/close" in text


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("/close\nx\n/merge now", "\\/close\nx\n\\/merge now"),
        ("  /due today", "  \\/due today"),
        ("    /a = code", "    /a = code"),
        ("See /close", "See /close"),
        ("// comment\n/* x */\n/usr/bin/x y\n/", "// comment\n/* x */\n/usr/bin/x y\n/"),
        ("a `b`\n```suggestion\n/close\n```\n/close", "a `b`\n```suggestion\n/close\n```\n\\/close"),
        # Code of which a GitLab before 17 knows nothing.
        ("~~~\n/close\n~~~", "~~~\n\\/close\n~~~"),
        ("```\n/close", "```\n\\/close"),
    ],
)
def test_a_reader_sees_the_same(text: str, seen: str) -> None:
    written = harmless(text)
    assert written.removesuffix("\n\n<!-- scm-no-quick-actions -->") == seen
    assert as_sent(written) == text


@pytest.mark.parametrize("part", ["/", "`", "```\n", "/a\n", "\\/a\n", "\r", "~", "<"])
def test_a_text_of_one_sign_takes_no_time(part: str) -> None:
    before = time.process_time()
    as_sent(harmless(part * 60_000))
    assert time.process_time() - before < 2
