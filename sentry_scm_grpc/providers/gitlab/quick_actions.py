"""Quick actions of GitLab: lines such as "/merge", which it carries out in descriptions and comments.

A text that a caller sends must stay text, whoever wrote it. A backslash before the slash does that, and Markdown does
not show it: https://docs.gitlab.com/user/project/quick_actions/

GitLab leaves code alone, where a backslash would be seen. Until version 16 it found code by the lines that are fences
and not by Markdown, so a fence only counts here if both agree on it. A mark tells reads that a text was changed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sentry_scm_grpc.providers.vendor.marks import HTML_COMMENT, before_mark, marked

_MARK = HTML_COMMENT.format("scm-no-quick-actions")
_BLANKS = "[ \ufeff]{0,3}"
_NAME = r"(?=[^\W\d][\w-]*(?:\s|\Z))"
_ACTION = re.compile(f"{_BLANKS}/{_NAME}")
_HARMLESS = re.compile(rf"{_BLANKS}\\/{_NAME}")

_OPENS = re.compile(r"```(?!`)[^`]*\Z")
_CLOSES = re.compile(r" {0,3}`{3,}[ \t]*\Z")
#: What may hold the characters of a fence without beginning one: HTML, quotes, formulas and other fences.
_DOUBTFUL = re.compile(r"\s*(?:<|>>>|\$\$)|.*(?:```|~~~)")
_FRONT_MATTER = re.compile(r"\ufeff?(?:---|\+\+\+|;;;)")


def harmless(text: str) -> str:
    """A text that reads the same, and of which GitLab carries out nothing. It has the mark if ``as_sent`` gives back
    what was sent, which is so unless the text had such backslashes before."""
    written = _changed(text, _ACTION, "/", "\\/")
    if written == text or _with_quick_actions(written) != text:
        return written
    return marked(written, "{}", _MARK)


def as_sent(text: str) -> str:
    """A text of GitLab as it was before ``harmless``. Others are as they are."""
    bare = text.rstrip()
    return _with_quick_actions(before_mark(bare.removesuffix(_MARK))) if bare.endswith(_MARK) else text


def _with_quick_actions(text: str) -> str:
    return _changed(text, _HARMLESS, "\\/", "/")


def _changed(text: str, form: re.Pattern[str], old: str, new: str) -> str:
    # GitLab takes out carriage returns before it looks, wherever they are.
    bare = text.replace("\r", "").split("\n")
    found = {number for number, line in enumerate(bare) if form.match(line)}
    found -= _code(bare) if found else set()
    return "\n".join(
        line.replace(old, new, 1) if number in found else line for number, line in enumerate(text.split("\n"))
    )


def _code(lines: Sequence[str]) -> set[int]:
    """The numbers of the lines that are code beyond doubt. After a doubtful line, nothing is."""
    code: set[int] = set()
    start = -1
    blank = True
    for number, line in enumerate(lines):
        if start >= 0:
            if line == "```" and (number > start + 1 or lines[start] != "```"):
                code.update(range(start + 1, number))
                start = -1
            elif _CLOSES.match(line):
                break
        elif _OPENS.match(line):
            start = number
        elif _DOUBTFUL.match(line) or (blank and _FRONT_MATTER.match(line)):
            break
        blank = blank and not line.strip()
    return code
