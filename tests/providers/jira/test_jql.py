"""A caller's text in a query of Jira's is one string, and every character of it is only text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentry_scm_grpc.providers.jira import jql

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)


@given(st.text())
def test_a_text_is_one_string(text: str) -> None:
    for made in (jql.literal(text), jql.words(text)):
        assert _STRING.fullmatch(made)
        assert not re.search(r"[\x00-\x1f]", made)


@given(st.text())
def test_nothing_in_it_is_an_operator(text: str) -> None:
    inner = re.sub(r"\\(.)", r"\1", jql.words(text)[1:-1])
    bare = re.sub(r"\\.", "", inner)
    assert not set(bare) & set('+-&|!(){}[]^"~*?:\\/')
    assert not {"AND", "OR", "NOT"} & set(inner.split(" "))


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("it breaks", '"it breaks"'),
        ('say "it"', r'"say \\\"it\\\""'),
        ("C:\\x", r'"C\\:\\\\x"'),
        ("a AND  b", '"a and b"'),
        ("summary:x", r'"summary\\:x"'),
    ],
)
def test_words(text: str, made: str) -> None:
    assert jql.words(text) == made


def test_a_project_by_its_key_or_number() -> None:
    assert (jql.project("AND"), jql.project("10000")) == ('project = "AND"', "project = 10000")
