"""Text for people in a terminal: others' text made harmless, colours, and lines that fit."""

from __future__ import annotations

import os
import re
import shutil
import sys
import textwrap
import unicodedata
from collections.abc import Iterator

# Control characters drive a terminal, and those of direction show a text in an order that it does not have. Tabs and
# line breaks stay.
_HARMFUL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
#: The codes of a terminal by what they are for.
_CODES = {"bold": "1", "soft": "2", "good": "32", "bad": "31", "waits": "33", "place": "36"}
#: Lines of prose are not longer than this, in columns.
_MAX_COLUMNS = 100


def harmless(text: str) -> str:
    """The text with each character that would drive the terminal as an escape that can be read, such as ``\\x1b``."""
    return _HARMFUL.sub(_escape, text.replace("\r\n", "\n"))


def harmless_json(text: str) -> str:
    """JSON with the same characters as escapes of JSON. It reads as before."""
    return _HARMFUL.sub(lambda found: found[0] if found[0] == "\n" else f"\\u{ord(found[0]):04x}", text)


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"


def columns(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(_columns_of(character) for character in text)


def _columns_of(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Cf", "Me", "Mn"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def cut(text: str, width: int) -> str:
    """The text in at most ``width`` columns. One that is cut ends with an ellipsis."""
    if columns(text) <= width:
        return text
    used, kept = 1, []
    for character in text:
        used += _columns_of(character)
        if used > width:
            break
        kept.append(character)
    return f"{''.join(kept)}…"


def pad(text: str, width: int) -> str:
    """The text, filled up with blanks to ``width`` columns."""
    return text + " " * (width - columns(text))


def edge() -> int | None:
    """The width of standard output in columns; None if it is not a terminal. Nothing is cut in a file or a pipe."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


class Writer:
    """Writes to standard output, with colours if that is a terminal and NO_COLOR is not set."""

    def __init__(self) -> None:
        self.edge = edge()
        self._colours = self.edge is not None and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"

    def style(self, kind: str, text: str) -> str:
        """``text``, which must be harmless, in the colour of a kind; "" is not one."""
        return f"\x1b[{_CODES[kind]}m{text}\x1b[0m" if self._colours and kind else text

    def line(self, *parts: str) -> None:
        """Prints the parts that are not empty, with a blank between them. They must be harmless."""
        print(" ".join(part for part in parts if part).rstrip())

    def prose(self, text: str, indent: int = 0) -> None:
        """Prints what somebody wrote, below an indent."""
        for line in self._lines(text, indent):
            self.line(" " * indent + line if line else "")

    def _lines(self, text: str, indent: int) -> Iterator[str]:
        for line in harmless(text).expandtabs(4).strip("\n").split("\n"):
            if self.edge is None or columns(line) <= self.edge - indent:
                yield line
            else:
                yield from textwrap.wrap(
                    line,
                    max(20, min(self.edge, _MAX_COLUMNS) - indent),
                    break_on_hyphens=False,
                    subsequent_indent=line[: len(line) - len(line.lstrip())],
                    drop_whitespace=True,
                ) or [""]
