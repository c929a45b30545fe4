"""CODEOWNERS: patterns as GitHub documents them, sections as GitLab does, and files that nobody meant well with."""

from __future__ import annotations

import pathlib
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentry_scm_grpc.errors import DeadlineExceeded, ResourceExhausted, Unimplemented
from sentry_scm_grpc.rpc.deadline import within
from sentry_scm_grpc.source import codeowners
from sentry_scm_grpc.source.codeowners import BITBUCKET, BITBUCKET_SERVER, GITEA, GITHUB, GITLAB, Rules, answer
from sentry_scm_grpc.source.globs import Watch

ALL = [GITHUB, GITLAB, BITBUCKET, BITBUCKET_SERVER]


def fits(pattern: str, path: str, rules: Rules = GITHUB) -> bool:
    glob = rules.glob(pattern)
    return glob is not None and glob.fits(path.split("/"), Watch())


def owners(text: str, path: str, rules: Rules = GITHUB) -> tuple[tuple[str, ...], int]:
    (found,) = answer("CODEOWNERS", text.encode(), [path], rules).path_owners
    return tuple(found.owners), found.line_number


def listed(text: str, rules: Rules = GITHUB) -> list[tuple[str, tuple[str, ...], int]]:
    found = answer("CODEOWNERS", text.encode(), [], rules)
    return [(rule.pattern, tuple(rule.owners), rule.line_number) for rule in found.rules]


def skipped(text: str, rules: Rules = GITHUB) -> list[tuple[int, str]]:
    found = answer("CODEOWNERS", text.encode(), [], rules)
    return [(line.line_number, line.reason) for line in found.skipped_lines]


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
        (r"\[ab\].txt", ["[ab].txt"], ["a.txt"]),
        (r"two\ words", ["two words", "x/two words"], ["two"]),
        (r"a\*b", ["a*b"], ["axb"]),
        ("/", [], ["a", "a/b"]),
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
def ignoring(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    path = tmp_path_factory.mktemp("ignoring")
    subprocess.run(["git", "init", "-q", str(path)], check=True)
    return path


@settings(max_examples=150, deadline=None)
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
    text = "* @all\n*.py @python @second\n/src/ person@example.com\n/src/free/\n"
    assert owners(text, "a.txt") == (("@all",), 1)
    assert owners(text, "a.py") == (("@python", "@second"), 2)
    assert owners(text, "./src//a.py") == (("person@example.com",), 3)
    assert owners(text, "src/free/a.py") == ((), 4)
    assert owners("/src/ @a", "b") == ((), 0)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("/docs/ docteam", "INVALID_OWNER"),
        ("/docs/ @docs nobody", "INVALID_OWNER"),
        ("/docs/ @docs, @more", "INVALID_OWNER"),
        ("/docs/ @a/b/c", "INVALID_OWNER"),
        ("/docs/ @", "INVALID_OWNER"),
        ("/docs/ @docs#comment", "INVALID_OWNER"),
        ("/docs/ user@", "INVALID_OWNER"),
        ("!/docs/ @docs", "INVALID_PATTERN"),
        ("/docs/[a-z]* @docs", "INVALID_PATTERN"),
        (r"\#docs @docs", "INVALID_PATTERN"),
        ("/ @docs", "INVALID_PATTERN"),
        ("/docs/ " + "@docs " * 1000, "LINE_TOO_LONG"),
    ],
)
def test_github_skips_a_line_that_it_does_not_understand(line: str, reason: str) -> None:
    text = f"* @all\n{line}\n"
    assert owners(text, "docs/a") == (("@all",), 1)
    assert skipped(text) == [(2, reason)]


@pytest.mark.parametrize(
    "owner",
    [
        "@ada",
        "@a-b-c",
        "@octo-org/team_name",
        "@ada_acme",
        "docs@example.com",
        "a.b+c@sub.example.co",
        "ünï@example.com",
    ],
)
def test_owners_that_github_knows(owner: str) -> None:
    assert owners(f"* {owner} # why not\n", "a") == ((owner,), 1)


def test_paths_of_github_tell_upper_from_lower_case() -> None:
    assert owners("/Docs/ @a\n", "docs/x") == ((), 0)


def test_what_is_no_rule() -> None:
    text = "\ufeff# comment\r\n\r\n  *.a\t@one  @two # three @four\r\n*.b @five  \n   \n"
    assert listed(text) == [("*.a", ("@one", "@two"), 3), ("*.b", ("@five",), 4)]
    assert skipped(text) == []


def test_only_white_space_of_ascii_parts_words_and_lines() -> None:
    text = "# harmless\u2028* @stranger\n/docs/a\u3000b.md @wide\n/c\xa0d\t@hard\n*.e\x85 @next\r*.f @mac\n"
    assert listed(text) == [
        ("/docs/a\u3000b.md", ("@wide",), 2),
        ("/c\xa0d", ("@hard",), 3),
        ("*.e\x85", ("@next",), 4),
        ("*.f", ("@mac",), 5),
    ]


def test_a_pattern_whose_bytes_are_no_text_fits_the_path_that_is_shown_for_them() -> None:
    found = answer("CODEOWNERS", b"/caf\xe9/ @latin\n", ["caf\\xe9/menu", "cafxe9/menu"], GITHUB)
    assert [list(owned.owners) for owned in found.path_owners] == [["@latin"], []]
    assert found.rules[0].pattern == "/caf\\xe9/"


GITLAB_FILE = r"""
* @default

[Docs] @docs @tech
docs/
/README.md @readme

^[Database][2] @dba
model/db/
docs/db.md @dbdocs
!model/db/generated/
model/db/generated/late.py @late

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
        ("model/db/generated/late.py", ("@default",), 11),
        # A section that goes on keeps its name, whatever the case, and has no owners here.
        ("config/docs.md", ("@default",), 15),
    ],
)
def test_sections_of_gitlab(path: str, names: tuple[str, ...], line: int) -> None:
    assert owners(GITLAB_FILE, path, GITLAB) == (names, line)


@pytest.mark.parametrize(
    ("text", "path", "names"),
    [
        # A path without a slash at its end is that of a file.
        ("[Docs] @docs\ndocs\n", "docs/a.md", ()),
        ("[Docs] @docs\ndocs\n", "x/docs", ("@docs",)),
        ("/docs/* @docs\n", "docs/a/b.md", ()),
        ("/docs/** @docs\n", "docs/a/b.md", ()),
        ("/docs/**/* @docs\n", "docs/a/b.md", ("@docs",)),
        ("/ @all\n", "a/b", ("@all",)),
        # Malformed owners are left out; defaults are for rules that name nobody at all.
        ("[Docs] @docs\ndocs/ nobody\n", "docs/a.md", ()),
        ("docs/ nobody @docs @a/b/c\n", "docs/a.md", ("@docs", "@a/b/c")),
        # Comments behind a rule are no comments.
        ("docs/ @docs # @tech\n", "docs/a.md", ("@docs", "@tech")),
        ("[Docs] @docs # @tech\ndocs/\n", "docs/a.md", ("@docs",)),
        (
            "docs/ @@developer @@Maintainers @@nobody a@example.com, @b,@c\n",
            "docs/a",
            ("@@developer", "@@Maintainers", "a@example.com", "@b", "@c"),
        ),
        (r"\#x/\ y @hash" + "\n", "#x/ y", ("@hash",)),
        ("a\\ b/ @space\n", "z/a b/c", ("@space",)),
        ("a b/ @space\n", "a", ("@space",)),
        ("[ab].txt @class\n", "a.txt", ()),
        ("/[ab].txt @class\n", "a.txt", ("@class",)),
        # A heading that does not end is a rule of the section before.
        ("[Docs] @docs\n[Section name\ndocs/\n", "docs/a", ("@docs",)),
        # Two sections of one owner name it once.
        ("* @a\n[X]\n* @a @b\n", "a", ("@a", "@b")),
        # In a section, the last rule decides.
        ("[X]\n*.md @a\nREADME.md @b\n", "x/README.md", ("@b",)),
    ],
)
def test_rules_of_gitlab(text: str, path: str, names: tuple[str, ...]) -> None:
    assert owners(text, path, GITLAB)[0] == names


def test_rules_of_bitbucket() -> None:
    text = "* a@example.com\n*.js @acme/front:all\n*.py @acme/back:random(2) @teams/x:least_busy\n/x nobody\n"
    assert owners(text, "x/a.js", BITBUCKET) == (("@acme/front:all",), 2)
    assert owners(text, "x/a.py", BITBUCKET) == (("@acme/back:random(2)", "@teams/x:least_busy"), 3)
    assert skipped(text, BITBUCKET) == [(4, "INVALID_OWNER")]


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("*", ["a", "a/b"], []),
        ("docs", ["docs", "x/docs"], ["docs/a"]),
        ("docs/", ["docs/a", "x/docs/a/b"], []),
        ("src/*.js", ["src/a.js", "x/src/a.js"], ["src/x/a.js"]),
        ("a/**/b", ["a/b", "a/x/y/b", "z/a/b"], ["ab", "a/b/c"]),
        ("/a", ["a"], ["x/a"]),
        ("?.?", ["1.1", "x/1.2"], ["10.1"]),
    ],
)
def test_patterns_of_bitbucket_data_center(pattern: str, yes: list[str], no: list[str]) -> None:
    assert [path for path in yes if not fits(pattern, path, BITBUCKET_SERVER)] == []
    assert [path for path in no if fits(pattern, path, BITBUCKET_SERVER)] == []


def test_regular_expressions_of_gitea_are_listed_and_not_matched() -> None:
    text = "docs/.*\\\\.md @ada @acme/team # why\n!x @bob\nalone\n"
    assert listed(text, GITEA) == [("docs/.*\\\\.md", ("@ada", "@acme/team"), 1), ("!x", ("@bob",), 2)]
    with pytest.raises(Unimplemented) as raised:
        owners(text, "docs/a.md", GITEA)
    assert raised.value.reason == "CODE_OWNERS_UNSUPPORTED"


@pytest.mark.parametrize(
    ("path", "url", "content", "rules"),
    [
        ("CODEOWNERS", "https://github.com/o/r", b"[Docs] @docs\n", GITHUB),
        ("CODEOWNERS", "https://gitlab.com/o/r", b"* @a\n", GITLAB),
        ("docs/CODEOWNERS", "https://gitlab.example.com/o/r", b"* @a\n", GITLAB),
        ("CODEOWNERS", "https://codeberg.org/o/r", b".* @a\n", GITEA),
        (".github/CODEOWNERS", "https://gitlab.com/o/r", b"* @a\n", GITHUB),
        (".gitlab/CODEOWNERS", "https://github.com/o/r", b"* @a\n", GITLAB),
        (".bitbucket/CODEOWNERS", "https://bitbucket.org/o/r", b"* @a\n", BITBUCKET),
        (".bitbucket/CODEOWNERS", "https://bitbucket.acme.com/o/r", b"* @a\n", BITBUCKET_SERVER),
        ("CODEOWNERS", "", b"* @a\n", GITHUB),
        ("CODEOWNERS", "", b"* @a\n\n ^[Docs][2] @docs\ndocs/\n", GITLAB),
        ("CODEOWNERS", "", b"[ab].txt @a\n", GITHUB),
    ],
)
def test_whose_rules_a_file_follows(path: str, url: str, content: bytes, rules: Rules) -> None:
    assert codeowners.rules_for(path, codeowners.rules_of(url), content) is rules


def test_the_message() -> None:
    found = answer("CODEOWNERS", b"*.py @python\n", ["./a.py", "b"], GITHUB, url="https://example.com")
    assert (found.path, found.url, found.raw) == ("CODEOWNERS", "https://example.com", "*.py @python\n")
    assert [(owned.path, list(owned.owners)) for owned in found.path_owners] == [("./a.py", ["@python"]), ("b", [])]


@pytest.mark.parametrize("rules", ALL, ids=lambda rules: rules.name)
@pytest.mark.parametrize(
    "pattern",
    [
        "/" + "*a" * 2000,
        "/**/a" * 800,
        "a*" * 500 + "/**/" + "*b" * 500,
        "*" * 4000,
        "?" * 4000,
        "/**/" + "*?" * 1900,
        "[!b]*" * 800,
        "**/" * 1300,
    ],
)
def test_a_malicious_pattern_is_answered(pattern: str, rules: Rules) -> None:
    """A regular expression would run until the end of days; here some looks at the clock are enough."""
    path = "a" * 2000 + "/a" * 1000 + "/d"
    looks = iter([1.0] * 400)
    with within(lambda: next(looks, 0.0)):
        owners(f"{pattern}/c @a", path, rules)


@pytest.mark.parametrize("rules", ALL, ids=lambda rules: rules.name)
def test_more_rules_than_there_is_time_for(rules: Rules) -> None:
    looks = iter([1.0, 1.0, 0.0])
    with within(lambda: next(looks)), pytest.raises(DeadlineExceeded):
        owners("/a*b @a\n" * 5000, "ac", rules)


def test_a_file_without_an_end_of_line_is_one_line() -> None:
    assert skipped("/*a" * 1_000_000) == [(1, "LINE_TOO_LONG")]


def test_more_owners_than_an_answer_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codeowners, "MAX_NAMES", 3)
    assert len(answer("CODEOWNERS", b"* @a\n", ["a"] * 3, GITHUB).path_owners) == 3
    with pytest.raises(ResourceExhausted) as raised:
        answer("CODEOWNERS", b"* @a\n", ["a"] * 4, GITHUB)
    assert raised.value.reason == "TOO_MANY_OWNERS"


@pytest.mark.parametrize("rules", [*ALL, GITEA], ids=lambda rules: rules.name)
@settings(max_examples=100, deadline=None)
@given(text=st.text(), path=_PATHS)
def test_any_text_can_be_read(text: str, path: str, rules: Rules) -> None:
    answer("CODEOWNERS", text.encode(), [path] if rules is not GITEA else [], rules)


_LINES = st.lists(
    st.tuples(_PATTERNS, st.lists(st.sampled_from(["@a", "@b", "@c"]), max_size=2)).map(
        lambda line: " ".join([line[0], *line[1]])
    ),
    max_size=8,
)


@settings(max_examples=150, deadline=None)
@given(lines=_LINES, paths=st.lists(_PATHS, min_size=1, max_size=6))
def test_the_order_in_which_rules_and_paths_are_tried_does_not_show(lines: list[str], paths: list[str]) -> None:
    """The same as trying every rule on every path, last rule first."""
    found = answer("CODEOWNERS", "\n".join(lines).encode(), paths, GITHUB)
    for path, owned in zip(paths, found.path_owners, strict=True):
        rule = next((rule for rule in reversed(found.rules) if fits(rule.pattern, path)), None)
        assert (owned.line_number, list(owned.owners)) == (
            (rule.line_number, list(dict.fromkeys(rule.owners))) if rule else (0, [])
        )
