"""Globs are held against git itself: git ls-files lists what a .gitignore of the same lines ignores."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentry_scm_grpc.source.gitignore import Globs

PATHS = [
    b"a",
    b"a.py",
    b"b.py",
    b"ab",
    b"aab",
    b"!a",
    b"#a",
    b"a b",
    b"a ",
    b"[a]",
    b"a]",
    b"a-b",
    b"a\\b",
    b"*",
    b"A",
    b"\xff.py",
    b"x/a",
    b"x/a.py",
    b"x/b/a",
    b"x/b/a.py",
    b"x/ab/c/a.py",
    b"x/y/z/ab",
    b"xa/b",
    b"xa/x/a",
    b"ba/a/b/a.py",
    b"build/a",
    b"x/build/a",
    b"x/build.py",
]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository whose index has the paths. They are nowhere on disk."""
    directory = tmp_path_factory.mktemp("index")
    subprocess.run(["git", "init", "-q", "."], cwd=directory, check=True)
    lines = b"".join(b"100644 e69de29bb2d1d6434b8b29ae775ad8c2e48c5391 0\t%s\0" % path for path in PATHS)
    command = ["git", "update-index", "-z", "--add", "--index-info"]
    subprocess.run(command, cwd=directory, input=lines, check=True)
    return directory


def ignored(index: Path, lines: Sequence[bytes]) -> set[bytes]:
    (index / "globs").write_bytes(b"".join(line + b"\n" for line in lines))
    command = ["git", "ls-files", "-z", "-i", "-c", "--exclude-from", "globs"]
    return set(subprocess.run(command, cwd=index, check=True, capture_output=True).stdout.split(b"\0")) - {b""}


def found(lines: Sequence[bytes]) -> set[bytes]:
    globs = Globs.of(lines)
    return {path for path in PATHS if globs.finds(path)}


CASES: list[list[bytes]] = [
    [b"*.py"],
    [b"/*.py"],
    [b"x/*.py"],
    [b"x/"],
    [b"x", b"!x/a.py"],
    [b"*.py", b"!a.py"],
    [b"!a.py", b"*.py"],
    [b"**/a"],
    [b"**/b/*"],
    [b"x/**"],
    [b"x/**/a"],
    [b"x/**/a.py"],
    [b"**"],
    [b"*"],
    [b"*", b"!*/"],
    [b"*", b"!*/", b"!*.py"],
    [b"/x/b"],
    [b"b/a"],
    [b"build/"],
    [b"/build/"],
    [b"a\\ "],
    [b"a  "],
    [b"\\#a"],
    [b"#a"],
    [b"\\!a"],
    [b"[[:upper:]]"],
    [b"[!a-z]"],
    [b"[^/]a"],
    [b"x[/]a"],
    [b"[]a]"],
    [b"a[]]"],
    [b"[a"],
    [b"a\\"],
    [b"x**a"],
    [b"x**/a"],
    [b"x/***/a"],
    [b"**a"],
    [b"a**"],
    [b"?"],
    [b"x?a"],
    [b"\xff*"],
    [b"/"],
    [b"!"],
    [b""],
    [b"a\r"],
    [b"*a*b*"],
    [b"x/*/a"],
    [b"**/"],
    [b"x/**/"],
    [b"x/**/*.py"],
    [b"**/x/*/*.py"],
    [b"**/b/**/*a*"],
    [b"x/**/a*/**/*.py"],
]


@pytest.mark.parametrize("lines", CASES, ids=repr)
def test_globs_find_what_git_ignores(index: Path, lines: list[bytes]) -> None:
    assert found(lines) == ignored(index, lines)
    assert_shortcuts_agree(Globs.of(lines))


def assert_shortcuts_agree(globs: Globs) -> None:
    """What FindFiles asks for many paths at once decides as ``verdict``, which git's answers above check."""
    for path in PATHS:
        directory, slash, name = path.rpartition(b"/")
        alone = globs.verdict(path, False)
        if globs.file_paths is not None:
            assert (globs.file_paths.match(path) is not None) == alone
        if globs.file_names is not None:
            assert (globs.file_names.match(name) is not None) == alone
            inside = b"100644 %s\0%s" % (name, b"a.py\0b" * 3)
            assert (re.compile(globs.names_before_nul, re.DOTALL).match(inside, 7) is not None) == alone
        assert not alone or not slash or globs.may_find_below(directory + slash)


_TOKENS = st.sampled_from(
    [
        b"*",
        b"**",
        b"/",
        b"**/",
        b"/**",
        b"?",
        b"a",
        b"b",
        b"x",
        b".py",
        b"[ab]",
        b"[!a]",
        b"[a-x]",
        b"\\",
        b"!",
        b" ",
        b"build",
    ]
)
_LINES = st.lists(st.lists(_TOKENS, min_size=1, max_size=6).map(b"".join), min_size=1, max_size=4)


@settings(max_examples=60, deadline=None)
@given(lines=_LINES)
def test_generated_globs_find_what_git_ignores(index: Path, lines: list[bytes]) -> None:
    assert found(lines) == ignored(index, lines)
    assert_shortcuts_agree(Globs.of(lines))


def test_a_hostile_glob_takes_no_time() -> None:
    globs = Globs.of([b"*a" * 100 + b"b", b"**/a/" * 100 + b"b"])
    assert not globs.finds(b"a" * 4000)
    assert not globs.finds(b"a/" * 2000 + b"c")
