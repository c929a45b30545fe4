"""Patterns of Ruby's fnmatch: as Ruby itself answered, and answers where it is installed."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentry_scm_grpc.source.globs import Paths, Watch, fnmatch
from tests.source.ruby import FNMATCH

_ASK = """
require "json"
flags = File::FNM_DOTMATCH | File::FNM_PATHNAME
print JSON.parse(STDIN.read).map { |pattern, path| File.fnmatch?(pattern, path, flags) }.to_json
"""


def fits(pattern: str, path: str) -> bool:
    return fnmatch(pattern).fits(path.removeprefix("/").split("/"), Watch())


@pytest.mark.parametrize(("pattern", "yes", "no"), FNMATCH)
def test_patterns_fit_as_ruby_answered(pattern: str, yes: list[str], no: list[str]) -> None:
    assert [path for path in yes if not fits(pattern, path)] == []
    assert [path for path in no if fits(pattern, path)] == []


_PIECES = ["a", "b", ".", "-", "/", "**/", "*", "?", "[ab]", "[!a]", "[^b-]", "[a-c]", "[", "]", "\\", "[]a]", "[c-a]"]
_PATTERNS = st.lists(st.sampled_from(_PIECES), min_size=1, max_size=8).map(lambda pieces: "/" + "".join(pieces))
_PATHS = st.lists(st.text("ab.-]!", min_size=1, max_size=3), min_size=1, max_size=4).map(lambda names: "/".join(names))


@pytest.mark.skipif(shutil.which("ruby") is None, reason="Ruby is not installed")
@settings(max_examples=10, deadline=None)
@given(cases=st.lists(st.tuples(_PATTERNS, _PATHS.map(lambda path: f"/{path}")), min_size=200, max_size=500))
def test_patterns_fit_as_ruby_answers(cases: list[tuple[str, str]]) -> None:
    asked = subprocess.run(["ruby", "-e", _ASK], input=json.dumps(cases), capture_output=True, text=True, check=True)
    for (pattern, path), told in zip(cases, json.loads(asked.stdout), strict=True):
        assert fits(pattern, path) is told, (pattern, path)


@settings(max_examples=300, deadline=None)
@given(pattern=_PATTERNS, paths=st.lists(_PATHS, max_size=8))
def test_every_path_that_fits_is_among_the_likely_ones(pattern: str, paths: list[str]) -> None:
    glob = fnmatch(pattern)
    tried = Paths(path.split("/") for path in paths)
    likely = set(tried.likely(glob))
    for index, names in enumerate(tried.names):
        if glob.fits(names, Watch()):
            assert index in likely
