"""Detects renames and copies in small commits, as git does with ``-M -C`` (gitdiffcore(7)).

First it finds equal contents, then contents that are similar by half or more. A deleted file is the source of a rename,
and a changed file is the source of a copy.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pygit2
from pygit2.enums import FileMode

from sentry_scm_grpc.providers.git.objects import Entry

_SIMILAR = 0.5
# How many sources are kept for each added file.
_BEST = 4
# git compares files by pieces: lines, or 64 bytes of a longer line.
_PIECE = re.compile(rb"[^\n]{0,63}\n|[^\n]{1,64}")
_REGULAR = (FileMode.BLOB, FileMode.BLOB_EXECUTABLE)


@dataclass(slots=True)
class Difference:
    """A path whose file differs. A side is None if the file is new or deleted. ``source`` is its origin, if any."""

    path: bytes
    old: Entry | None
    new: Entry | None
    source: bytes = b""
    copied: bool = False


def find_renames(
    differences: Sequence[Difference], read: Callable[[pygit2.Oid], bytes], check: Callable[[], None]
) -> list[Difference]:
    """The differences in the order of their paths. Added files become renames or copies; sources of renames vanish.

    ``read`` returns the contents of a file. ``check`` is called for each pair of files, and may raise.
    """
    return _Search(differences, read, check).run()


class _Search:
    def __init__(
        self, differences: Sequence[Difference], read: Callable[[pygit2.Oid], bytes], check: Callable[[], None]
    ) -> None:
        self.differences = differences
        self.read = read
        self.check = check
        self.sources = [difference for difference in differences if difference.old is not None]
        self.added = [difference for difference in differences if difference.old is None]
        # How often a source is used. Its own file, if it stays, counts as one use.
        self.uses = Counter({source.path: 1 for source in self.sources if source.new is not None})
        self.found: dict[bytes, Difference] = {}
        self.pieces: dict[pygit2.Oid, tuple[int, Counter[bytes]]] = {}

    def run(self) -> list[Difference]:
        if self.added and self.sources:
            self._find_same()
            self._find_similar()
        kept = []
        for difference in self.differences:
            source = self.found.get(difference.path)
            if source is not None:
                # If a deleted file is the source of several files, the last is the rename.
                self.uses[source.path] -= 1
                difference.source, difference.copied = source.path, self.uses[source.path] > 0
                difference.old = source.old
        renamed = {d.source for d in self.differences if d.source and not d.copied}
        for difference in self.differences:
            if not (difference.new is None and difference.path in renamed):
                kept.append(difference)
        return kept

    def _use(self, added: Difference, source: Difference) -> None:
        self.found[added.path] = source
        self.uses[source.path] += 1

    def _find_same(self) -> None:
        for added in self.added:
            assert added.new is not None
            best, best_score = None, -1
            for source in self.sources:
                assert source.old is not None
                if source.old.id != added.new.id:
                    continue
                irregular = added.new.mode not in _REGULAR or source.old.mode not in _REGULAR
                if irregular and source.old.mode != added.new.mode:
                    continue
                score = (not self.uses[source.path]) + _same_name(source, added)
                if score > best_score:
                    best, best_score = source, score
            if best is not None:
                self._use(added, best)

    def _find_similar(self) -> None:
        pairs: list[tuple[float, bool, Difference, Difference]] = []
        for added in self.added:
            if added.path not in self.found:
                scored = [
                    (self._similarity(source, added), _same_name(source, added), source) for source in self.sources
                ]
                scored.sort(key=lambda pair: pair[:2], reverse=True)
                pairs += [(score, name, added, source) for score, name, source in scored[:_BEST] if score >= _SIMILAR]
        pairs.sort(key=lambda pair: pair[:2], reverse=True)
        for copies in (False, True):
            for _, _, added, source in pairs:
                if added.path not in self.found and (copies or not self.uses[source.path]):
                    self._use(added, source)

    def _similarity(self, source: Difference, added: Difference) -> float:
        """The part of the larger file that both have in common. 0 for anything but a regular file."""
        self.check()
        assert source.old is not None
        assert added.new is not None
        if source.old.mode not in _REGULAR or added.new.mode not in _REGULAR:
            return 0
        (old_size, before), (new_size, after) = self._pieces(source.old.id), self._pieces(added.new.id)
        small, large = sorted((old_size, new_size))
        if not small or small < large * _SIMILAR:
            return 0
        return sum(min(size, after[piece]) for piece, size in before.items()) / large

    def _pieces(self, id: pygit2.Oid) -> tuple[int, Counter[bytes]]:
        """The size of a file, and how many bytes each distinct piece of it makes up."""
        if id not in self.pieces:
            data = self.read(id)
            size = len(data)
            if b"\0" not in data[:8000]:
                data = data.replace(b"\r\n", b"\n")
            counter: Counter[bytes] = Counter()
            for piece in _PIECE.findall(data):
                counter[piece] += len(piece)
            self.pieces[id] = size, counter
        return self.pieces[id]


def _same_name(source: Difference, added: Difference) -> bool:
    return source.path.rpartition(b"/")[2] == added.path.rpartition(b"/")[2]
