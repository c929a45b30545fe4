"""CODEOWNERS: patterns as GitHub documents them, sections as GitLab does, and files that nobody meant well with."""

from __future__ import annotations

import pathlib
import subprocess
import tempfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentry_scm_grpc.errors import DeadlineExceeded
from sentry_scm_grpc.rpc.deadline import within
from sentry_scm_grpc.source.codeowners import Owners, answer, owners_of, parse


def fits(pattern: str, path: str) -> bool:
    (rule,) = parse(f"{pattern} @owner")
    return rule.fits(path)


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("*", ["a", "a/b/c"], []),
        ("*.js", ["a.js", "x/y/a.js"], ["a.jsx", "js"]),
        ("/*.js", ["a.js"], ["x/a.js"]),
        ("/build/logs/", ["build/logs/a", "build/logs/x/a"], ["build/logs", "x/build/logs/a"]),
        ("docs/*", ["docs/a.md"], ["docs/sub/a.md", "x/docs/a.md", "docs"]),
        ("/*", ["a", ".a"], ["a/b", "a/b/c"]),
        ("apps/", ["apps/a", "x/apps/y/z"], ["apps", "apps2/a"]),
        ("/docs/", ["docs/a", "docs/x/y"], ["x/docs/a"]),
        ("/docs", ["docs", "docs/a"], ["docs2", "x/docs"]),
        ("**/logs", ["logs", "logs/a", "x/logs/y", "x/y/logs"], ["logs2", "mylogs"]),
        ("/apps/**", ["apps/a", "apps/x/y"], ["apps", "x/apps/a"]),
        ("a/**/b", ["a/b", "a/x/b", "a/x/y/b", "a/b/c"], ["a", "x/a/b", "ab"]),
        ("**", ["a", "a/b"], []),
        ("/**/a", ["a", "x/a"], ["b"]),
        ("file?.txt", ["file1.txt", "x/file2.txt"], ["file.txt", "file/.txt", "file12.txt"]),
        ("/a*c/d", ["abc/d", "ac/d"], ["ab/c/d"]),
        ("a.b", ["a.b"], ["axb"]),
        ("[ab].txt", ["[ab].txt"], ["a.txt"]),
        (r"two\ words", ["two words", "x/two words"], ["two"]),
        (r"\#hash", ["#hash"], ["hash"]),
        (r"a\*b", ["a*b"], ["axb"]),
        ("/", ["a", "a/b"], []),
        ("README", ["README", "x/README", "README/x"], ["readme", "README.md"]),
    ],
)
def test_patterns(pattern: str, yes: list[str], no: list[str]) -> None:
    assert [path for path in yes if not fits(pattern, path)] == []
    assert [path for path in no if fits(pattern, path)] == []


_NAMES = st.text("ab.", min_size=1, max_size=3).filter(lambda name: name.strip("."))
_PATHS = st.lists(_NAMES, min_size=1, max_size=4).map("/".join)
_PARTS = st.one_of(st.just("**"), st.text("ab.*?", min_size=1, max_size=4).filter(lambda part: "**" not in part))
_PATTERNS = st.builds(
    lambda start, parts, end: start + "/".join(parts) + end,
    st.sampled_from(["", "/"]),
    st.lists(_PARTS, min_size=1, max_size=4),
    st.sampled_from(["", "/"]),
)


@pytest.fixture(scope="module")
def ignoring() -> pathlib.Path:
    path = pathlib.Path(tempfile.mkdtemp())
    subprocess.run(["git", "init", "-q", str(path)], check=True)
    return path


@settings(max_examples=300, deadline=None)
@given(pattern=_PATTERNS, paths=st.lists(_PATHS, min_size=1, max_size=8, unique=True))
def test_patterns_fit_as_in_gitignore(ignoring: pathlib.Path, pattern: str, paths: list[str]) -> None:
    """git check-ignore is the judge, but for a single star at the end, where CODEOWNERS differ on purpose."""
    if pattern.endswith(("/*", "/*/")) or pattern.strip("/") in ("", ".", ".."):
        return
    (ignoring / ".gitignore").write_text(f"{pattern}\n")
    told = subprocess.run(
        ["git", "-C", str(ignoring), "check-ignore", "--no-index", "-z", "--stdin"],
        input="\0".join(paths),
        capture_output=True,
        text=True,
    ).stdout.split("\0")
    assert [path for path in paths if fits(pattern, path)] == [path for path in paths if path in told]


def test_the_last_rule_that_fits_decides() -> None:
    rules = parse("* @all\n*.py @python @second\n/src/ person@example.com\n/src/free/\n")
    assert owners_of(rules, "a.txt") == Owners(("@all",), 1)
    assert owners_of(rules, "a.py") == Owners(("@python", "@second"), 2)
    assert owners_of(rules, "src/a.py") == Owners(("person@example.com",), 3)
    assert owners_of(rules, "src/free/a.py") == Owners((), 4)
    assert owners_of(parse("/src/ @a"), "b") == Owners((), 0)


def test_what_is_no_rule() -> None:
    rules = parse("\ufeff# comment\r\n\r\n  *.a\t@one  @two # three @four\r\n*.b nobody @five\n   \n")
    assert [(rule.pattern, rule.owners, rule.line_number) for rule in rules] == [
        ("*.a", ("@one", "@two"), 3),
        ("*.b", ("@five",), 4),
    ]


def test_only_white_space_of_ascii_parts_words_and_lines() -> None:
    rules = parse("# harmless\u2028* @stranger\n/docs/a\u3000b.md @wide\n/c\xa0d\t@hard\n*.e\x85 @next\r*.f @mac\n")
    assert [(rule.pattern, rule.owners, rule.line_number) for rule in rules] == [
        ("/docs/a\u3000b.md", ("@wide",), 2),
        ("/c\xa0d", ("@hard",), 3),
        ("*.e\x85", ("@next",), 4),
        ("*.f", ("@mac",), 5),
    ]


def test_more_rules_than_there_is_time_for() -> None:
    asked = iter([1.0, 1.0, 0.0])
    with within(lambda: next(asked)), pytest.raises(DeadlineExceeded):
        answer("CODEOWNERS", "/a @a\n" * 5000, ["b"])


GITLAB = r"""
* @default

[Docs] @docs @tech
docs/
/README.md @readme

^[Database][2] @dba
model/db/
docs/db.md @dbdocs
!model/db/generated/

[docs]
config/docs.md
"""


@pytest.mark.parametrize(
    ("path", "names", "line"),
    [
        ("a.py", ("@default",), 2),
        ("README.md", ("@default", "@readme"), 6),
        # Every section has its say; its owners stand in for a rule's own; patterns without a slash in front float.
        ("x/docs/a.md", ("@default", "@docs", "@tech"), 5),
        ("docs/db.md", ("@default", "@docs", "@tech", "@dbdocs"), 10),
        ("x/model/db/a.py", ("@default", "@dba"), 9),
        # Excluded from its section for good.
        ("model/db/generated/a.py", ("@default",), 11),
        # A section that goes on keeps its name, whatever the case, and has no owners here.
        ("config/docs.md", ("@default",), 14),
    ],
)
def test_sections(path: str, names: tuple[str, ...], line: int) -> None:
    assert owners_of(parse(GITLAB), path) == Owners(names, line)


def test_the_message() -> None:
    found = answer("CODEOWNERS", "*.py @python\n", ["./a.py", "b"], url="https://example.com")
    assert (found.path, found.url, found.raw) == ("CODEOWNERS", "https://example.com", "*.py @python\n")
    assert [(owned.path, list(owned.owners)) for owned in found.path_owners] == [("./a.py", ["@python"]), ("b", [])]


@pytest.mark.parametrize(
    "pattern", ["*a" * 200, "**/a/" * 200, "a*" * 100 + "/**/" + "*b" * 100, "*" * 1000, "?" * 999]
)
def test_a_malicious_pattern_is_answered(pattern: str) -> None:
    """Without atomic groups this would run until the end of days."""
    assert not fits(pattern + "c", "a" * 300 + "/a" * 300 + "/d")


@settings(max_examples=200, deadline=None)
@given(text=st.text(), path=_PATHS)
def test_any_text_can_be_read(text: str, path: str) -> None:
    owners_of(parse(text), path)
