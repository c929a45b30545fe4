"""Patterns of Ruby's fnmatch, which GitLab matches code owners by: Ruby itself judges ours."""

from __future__ import annotations

import json
import subprocess

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.source.test_globs import PATHS, PATTERNS, fits

_ASK = """
require "json"
flags = File::FNM_DOTMATCH | File::FNM_PATHNAME
print JSON.parse(STDIN.read).map { |pattern, path| File.fnmatch?(pattern, path, flags) }.to_json
"""


@settings(max_examples=15, deadline=None)
@given(cases=st.lists(st.tuples(PATTERNS, PATHS.map(lambda path: f"/{path}")), min_size=50, max_size=120))
def test_patterns_fit_as_ruby_answers(cases: list[tuple[str, str]]) -> None:
    asked = subprocess.run(["ruby", "-e", _ASK], input=json.dumps(cases), capture_output=True, text=True, check=True)
    for (pattern, path), told in zip(cases, json.loads(asked.stdout), strict=True):
        assert fits(pattern, path) is told, (pattern, path)
