"""Bytes of a repository as text of the contract, and back: each byte that is not UTF-8 appears as ``\\xNN``."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from functools import lru_cache

_ESCAPED = re.compile(rb"\\x([0-9a-fA-F]{2})")


# How much is decoded in one piece: the interpreter waits for it, 0.3 microseconds for each byte that is escaped.
_PIECE = 64 * 1024


def decode(raw: bytes, encoding: str = "utf-8", errors: str = "backslashreplace") -> str:
    """Raises UnicodeError where ``errors`` is "strict", LookupError for an encoding that is not known."""
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
    """What a request's path can stand for: the text itself, what ``decode`` shows so, and any bytes written so."""
    raw = "/".join(part for part in path.split("/") if part not in ("", ".")).encode()
    spellings = [raw, _unescaped(raw, 0x80), _unescaped(raw, 1)]
    yield from dict.fromkeys(spellings)


def _unescaped(raw: bytes, lowest: int) -> bytes:
    """The bytes with each ``\\xNN`` read as a byte that is not below ``lowest``; none makes another directory."""

    def byte(found: re.Match[bytes]) -> bytes:
        value = int(found[1], 16)
        return bytes([value]) if value >= lowest and value not in b"./" else found[0]

    return _ESCAPED.sub(byte, raw)


def fold_case(text: str) -> str:
    """Letters as their lower case, one for one, as git compares them where case does not count.

    Unicode's simple case folding: "ß" is no "ss", and neither the dotted nor the dotless i of Turkish is an "i".
    """
    return text.lower() if text.isascii() else "".join(map(_fold_letter, text))


@lru_cache(4096)
def _fold_letter(letter: str) -> str:
    return next((folded for folded in (letter.casefold(), letter.lower()) if len(folded) == 1), letter)
