"""Bytes of a repository as text of the contract, and back: each byte that is not UTF-8 appears as ``\\xNN``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

_ESCAPED = re.compile(rb"\\x([0-9a-f]{2})")


def decode(raw: bytes) -> str:
    return raw.decode("utf-8", "backslashreplace")


def is_exact(raw: bytes) -> bool:
    """Whether ``decode`` shows the bytes as they are."""
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def path_spellings(path: str) -> Iterator[bytes]:
    """What a request's path can stand for: the text itself, then the one that ``decode`` showed in this way."""
    raw = "/".join(part for part in path.split("/") if part not in ("", ".")).encode()
    yield raw
    unescaped = _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), raw)
    if unescaped != raw and b"\0" not in unescaped:
        yield unescaped


def fold_case(text: str) -> str:
    """Letters as their lower case, one for one, as git compares them where case does not count.

    Unicode's simple case folding: "ß" is no "ss", and neither the dotted nor the dotless i of Turkish is an "i".
    """
    return text.lower() if text.isascii() else "".join(map(_fold_letter, text))


@lru_cache(4096)
def _fold_letter(letter: str) -> str:
    return next((folded for folded in (letter.casefold(), letter.lower()) if len(folded) == 1), letter)
