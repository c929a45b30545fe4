"""Decodes many megabytes of JSON in pieces. ``json.loads`` would hold the interpreter's lock for seconds.

Python's decoder reads values that fit into a window. This module walks through containers that do not fit.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from json import decoder
from typing import Any

from sentry_scm_grpc.rpc.budget import current

#: The most values in a response. Each takes some 50 bytes, so 32 MiB of "[]," would take 700 MiB.
MAX_VALUES = 2_000_000
# How many characters are decoded at a time.
_WINDOW = 64 * 1024
_SPACE = re.compile(r"[ \t\n\r]*")
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
# An escape: a pair of surrogates, half of a pair, or anything else.
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)"
)
_NUMBER = re.compile(r"[-+0-9.eE]*")
# Parts of Python's decoder. Both take a text and a position, and return the value and its end.
_decode_at: Callable[[str, int], tuple[Any, int]] = json.JSONDecoder().scan_once  # type: ignore[attr-defined]
_string_at: Callable[[str, int, bool], tuple[str, int]] = decoder.scanstring  # type: ignore[attr-defined]


class TooManyValues(ValueError):
    """The text has more values than MAX_VALUES."""


def loads(body: bytes) -> Any:
    """As ``json.loads``, but half of a pair of surrogates becomes U+FFFD. It occurs where a vendor has cut a text.

    Raises ValueError, also for JSON that is nested too deeply, and the errors of the call's budget.
    """
    try:
        if sum(map(body.count, (b",", b"[", b"{"))) > MAX_VALUES:
            raise TooManyValues("There are too many values.")
        text = body.decode(json.detect_encoding(body))
        if _SURROGATE.search(text):
            text = _ESCAPE.sub(_whole_character, text)
        return json.loads(text) if len(text) <= _WINDOW else _Reader(text).whole()
    except RecursionError:
        raise ValueError("It is nested too deeply.") from None


def _whole_character(found: re.Match[str]) -> str:
    return r"\ufffd" if found["half"] else found[0]


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._budget = current()
        self._start, self._window = 0, text[:_WINDOW]

    def whole(self) -> Any:
        found, end = self._value(self._after_space(0))
        if self._after_space(end) != len(self._text):
            raise ValueError("There is more behind the value.")
        return found

    def _value(self, position: int) -> tuple[Any, int]:
        """The value at a position, and its end. The caller has skipped the white space before it."""
        self._budget.check()
        if not self._start <= position < self._start + _WINDOW // 2:
            self._move(position)
        found = self._in_window(position)
        if found is None and position != self._start:
            self._move(position)
            found = self._in_window(position)
        if found is not None:
            return found
        first = self._text[position : position + 1]
        if first == "[":
            return self._list(position + 1)
        if first == "{":
            return self._object(position + 1)
        if first == '"':
            return _string_at(self._text, position + 1, True)
        try:
            return _decode_at(self._text, position)
        except StopIteration:
            raise ValueError("There is no value.") from None

    def _move(self, position: int) -> None:
        self._start, self._window = position, self._text[position : position + _WINDOW]

    def _in_window(self, position: int) -> tuple[Any, int] | None:
        """None if the value does not end within the window, or is invalid."""
        try:
            found, end = _decode_at(self._window, position - self._start)
        except (StopIteration, ValueError):
            return None
        # A number at the end of the window may continue behind it.
        rest = _NUMBER.match(self._window, end)
        is_last = self._start + len(self._window) == len(self._text)
        if rest is not None and rest.end() == len(self._window) and not is_last:
            return None
        return found, self._start + end

    def _list(self, position: int) -> tuple[list[Any], int]:
        found: list[Any] = []
        position = self._after_space(position)
        if self._text[position : position + 1] == "]":
            return found, position + 1
        while True:
            value, position = self._value(position)
            found.append(value)
            position, ended = self._after_value(position, "]")
            if ended:
                return found, position

    def _object(self, position: int) -> tuple[dict[str, Any], int]:
        found: dict[str, Any] = {}
        position = self._after_space(position)
        if self._text[position : position + 1] == "}":
            return found, position + 1
        while True:
            if self._text[position : position + 1] != '"':
                raise ValueError("A name must be a string.")
            name, position = _string_at(self._text, position + 1, True)
            position = self._after_space(position)
            if self._text[position : position + 1] != ":":
                raise ValueError("There is no colon behind a name.")
            found[name], position = self._value(self._after_space(position + 1))
            position, ended = self._after_value(position, "}")
            if ended:
                return found, position

    def _after_value(self, position: int, end: str) -> tuple[int, bool]:
        """The position behind a value and its separator, and whether the container has ended."""
        position = self._after_space(position)
        mark = self._text[position : position + 1]
        if mark == end:
            return position + 1, True
        if mark != ",":
            raise ValueError("There is no comma between values.")
        return self._after_space(position + 1), False

    def _after_space(self, position: int) -> int:
        found = _SPACE.match(self._text, position)
        assert found is not None
        return found.end()
