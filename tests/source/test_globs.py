"""Patterns of Ruby's fnmatch, as Ruby itself answered; tests/clients/test_ruby_globs.py asks it live."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentry_scm_grpc.source.globs import Paths, Watch, fnmatch
from tests.source.ruby import FNMATCH


def fits(pattern: str, path: str) -> bool:
    return fnmatch(pattern).fits(path.removeprefix("/").split("/"), Watch())


@pytest.mark.parametrize(("pattern", "yes", "no"), FNMATCH)
def test_patterns_fit_as_ruby_answered(pattern: str, yes: list[str], no: list[str]) -> None:
    assert [path for path in yes if not fits(pattern, path)] == []
    assert [path for path in no if fits(pattern, path)] == []


PIECES = ["a", "b", ".", "-", "/", "**/", "*", "?", "[ab]", "[!a]", "[^b-]", "[a-c]", "[", "]", "\\", "[]a]", "[c-a]"]
PATTERNS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=8).map(lambda pieces: "/" + "".join(pieces))
PATHS = st.lists(st.text("ab.-]!", min_size=1, max_size=3), min_size=1, max_size=4).map(lambda names: "/".join(names))


@settings(max_examples=150, deadline=None)
@given(pattern=PATTERNS, paths=st.lists(PATHS, max_size=8))
def test_every_path_that_fits_is_among_the_likely_ones(pattern: str, paths: list[str]) -> None:
    glob = fnmatch(pattern)
    tried = Paths(path.split("/") for path in paths)
    likely = set(tried.likely(glob))
    for index, names in enumerate(tried.names):
        if glob.fits(names, Watch()):
            assert index in likely
