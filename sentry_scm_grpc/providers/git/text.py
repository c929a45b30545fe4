"""Converts bytes of a repository to text of the contract, and back. A byte that is not UTF-8 appears as ``\\xNN``."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from functools import lru_cache

_ESCAPED = re.compile(rb"\\x([0-9a-fA-F]{2})")


# How much is decoded at once. This blocks the interpreter, for 0.3 microseconds for each escaped byte.
_PIECE = 64 * 1024


def decode(raw: bytes, encoding: str = "utf-8", errors: str = "backslashreplace") -> str:
    """Raises UnicodeError if ``errors`` is "strict", and LookupError for an unknown encoding."""
    if len(raw) <= _PIECE:
        return raw.decode(encoding, errors)
    pieces = (raw[start : start + _PIECE] for start in range(0, len(raw), _PIECE))
    return "".join(codecs.iterdecode(pieces, encoding, errors))


def is_exact(raw: bytes) -> bool:
    """Whether ``decode`` shows the bytes as they are."""
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def path_spellings(path: str) -> Iterator[bytes]:
    """The paths that a request's path may mean: the text itself, and the bytes that its escapes may stand for."""
    raw = "/".join(part for part in path.split("/") if part not in ("", ".")).encode()
    spellings = [raw, _unescaped(raw, 0x80), _unescaped(raw, 1)]
    yield from dict.fromkeys(spellings)


def _unescaped(raw: bytes, lowest: int) -> bytes:
    """The bytes with each ``\\xNN`` of at least ``lowest`` read as a byte. It never adds a directory to a path."""

    def byte(found: re.Match[bytes]) -> bytes:
        value = int(found[1], 16)
        return bytes([value]) if value >= lowest and value not in b"./" else found[0]

    return _ESCAPED.sub(byte, raw)


def fold_case(text: str) -> str:
    """Lower case, letter by letter, as git compares texts without regard to case.

    This is Unicode's simple case folding: "ß" does not match "ss", and the Turkish "İ" and "ı" do not match "i".
    """
    return text.lower() if text.isascii() else "".join(map(_fold_letter, text))


@lru_cache(4096)
def _fold_letter(letter: str) -> str:
    return next((folded for folded in (letter.casefold(), letter.lower()) if len(folded) == 1), letter)
