"""The mark of a request id in a text that a vendor keeps: the description of an issue or a pull request, a comment. By
it, the thing is found if the server died before it got the response.

The mark is the last paragraph. It is hidden if the vendor's markup can hide one. Callers never see it.
"""

from __future__ import annotations

import re

#: How far the vendor's clock may be behind ours, in minutes.
CLOCKS_DIFFER_MINUTES = 10
#: The forms of a mark, with "{}" for the marker. Markdown hides an HTML comment where it allows HTML, and the
#: definition of a link everywhere.
HTML_COMMENT = "<!-- {} -->"
LINK_DEFINITION = "[//]: # ({})"

# A mark is looked for from its end: others write the texts, and a search for blanks before it would try each of many.
_NAME = "scm-request-"
_MARK = re.compile(_NAME + r"[0-9a-f]{32}(?: -->|</p>|\))?\s*\Z")
_OPENINGS = ("<!-- ", "<p>", "[//]: # (")


def marked(text: str, form: str, marker: str) -> str:
    """A text with the mark at its end. ``form`` is the vendor's form of a mark, with "{}" for the marker."""
    return "\n\n".join(part for part in (text, form.format(marker)) if part)


def unmarked(text: str) -> str:
    start = text.rfind(_NAME)
    if start < 0 or not _MARK.match(text, start):
        return text
    rest = text[:start]
    for opening in _OPENINGS:
        if rest.endswith(opening):
            rest = rest.removesuffix(opening)
            break
    return before_mark(rest)


def before_mark(rest: str) -> str:
    """A text without the line breaks that ``marked`` adds."""
    for _ in range(2):
        if not rest.endswith("\n"):
            break
        rest = rest.removesuffix("\n").removesuffix("\r").rstrip(" \t")
    return rest


def unmarked_start(text: str) -> str:
    """A text that the vendor cut, without the start of a mark with which it may end."""
    rest, found, last = text.rpartition("\n\n")
    start = HTML_COMMENT.format(_NAME)[: -len(" -->")]
    is_mark = bool(found and last) and (start.startswith(last) or last.startswith(start))
    return rest if is_mark else text
