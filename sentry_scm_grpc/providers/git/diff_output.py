"""Reads the patches that git writes, one file at a time, in constant memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader

from sentry_scm_grpc.providers.git.process import unreadable
from sentry_scm_grpc.rpc.budget import Budget

#: The most bytes of a file's hunks in one message.
MAX_HUNKS = 1024 * 1024
_PIECE = 64 * 1024
_START = b"diff --git "
_NEXT = b"\n" + _START
# How much of one file's patch is kept: hunks, and the lines before them.
_MOST = MAX_HUNKS + 64 * 1024


@dataclass
class Patch:
    """One file's part of the output: its first MAX_HUNKS bytes or so, and the counts of all its lines."""

    text: bytes
    additions: int
    deletions: int
    whole: bool
    #: Whether git's output ends with it.
    last: bool


class Patches:
    """git's output, file by file. Only a header has a line that begins with "diff"."""

    def __init__(self, output: BufferedReader, budget: Budget) -> None:
        self._output = output
        self._budget = budget
        self._buffer = b""
        self._at = 0

    def __iter__(self) -> Iterator[Patch]:
        while self._more() or self._at < len(self._buffer):
            if not self._buffer.startswith(_START, self._at):
                raise unreadable()
            yield self._patch()

    def _patch(self) -> Patch:
        searched, last = self._at, False
        while (end := self._buffer.find(_NEXT, searched)) < 0:
            self._budget.check()
            if len(self._buffer) - self._at > _MOST:
                return self._large()
            # The marker may begin in this piece and end in the next.
            searched = max(self._at, len(self._buffer) - len(_NEXT) + 1)
            before = self._at
            if not self._read():
                end, last = len(self._buffer) - 1, True
                break
            searched -= before
        text, self._at = self._buffer[self._at : end + 1], end + 1
        return Patch(text, *counted(text), whole=True, last=last)

    def _large(self) -> Patch:
        """Drops the rest of a patch that is too long for one message."""
        text = self._buffer[self._at :]
        additions, deletions = counted(text)
        tail, self._buffer, self._at = text[1 - len(_NEXT) :], b"", 0
        last = True
        while piece := self._output.read1(_PIECE):
            self._budget.check()
            window = tail + piece
            end = window.find(_NEXT)
            known, found = counted(tail), counted(window if end < 0 else window[:end])
            additions += max(found[0] - known[0], 0)
            deletions += max(found[1] - known[1], 0)
            if end >= 0:
                self._buffer, last = window[end + 1 :], False
                break
            tail = window[1 - len(_NEXT) :]
        return Patch(text, additions, deletions, whole=False, last=last)

    def _more(self) -> bool:
        return self._at < len(self._buffer) or self._read()

    def _read(self) -> bool:
        """Adds a piece of the output to the unused rest. False at the end."""
        piece = self._output.read1(_PIECE)
        self._buffer, self._at = self._buffer[self._at :] + piece, 0
        return bool(piece)


def counted(text: bytes) -> tuple[int, int]:
    """How many lines begin with "+" and with "-"."""
    return text.count(b"\n+"), text.count(b"\n-")
