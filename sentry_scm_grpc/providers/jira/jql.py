"""Quotes texts for JQL, Jira's query language. A caller's text is only ever text.

https://support.atlassian.com/jira-software-cloud/docs/search-for-issues-using-the-text-field/
"""

from __future__ import annotations

import re

# What a search for words gives a meaning to, besides the words AND, OR and NOT.
_SPECIAL = re.compile(r'[-+&|!(){}\[\]^"~*?:\\/]')
_OPERATORS = ("AND", "OR", "NOT")
_NO_TEXT = re.compile(r"[\x00-\x20\x7f]+")


def literal(text: str) -> str:
    """A string of JQL."""
    return '"' + _NO_TEXT.sub(" ", text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def words(text: str) -> str:
    """The operand of ``~`` that finds what contains all words of a text."""
    found = (word.lower() if word in _OPERATORS else word for word in _NO_TEXT.sub(" ", text).split())
    return literal(" ".join(_SPECIAL.sub(r"\\\g<0>", word) for word in found))


def project(place: str) -> str:
    """A condition on the project, by its key or id."""
    return f"project = {place if place.isdecimal() else literal(place)}"
