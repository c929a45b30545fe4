"""Finds who last changed lines of a file, from the versions of the file alone. For vendors without an API for blame.

Lines are followed from each version to the one before it. Lines that the older version lacks were changed between them.
If a history has branches, the order in which a vendor lists it proves nothing. So a commit is named only after its own
parents were checked: it has the line, and none of them does. If a parent has the line, the search continues from there.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import Match, SequenceMatcher
from typing import Any, Protocol

from sentry_scm_grpc.rpc.budget import current

#: The maximum work of comparing two versions: pairs of equal lines between the first and the last difference.
MAX_PAIRS = 2_000_000

_LINE = re.compile(rb"[^\n]*\n|[^\n]+")

Lines = Sequence[bytes]
#: The requested lines and their numbers in the current version; both from 1.
Places = Mapping[int, int]


@dataclass(frozen=True)
class Version:
    """A file as a commit left it."""

    sha: str
    path: str


class Source(Protocol):
    """The requests to a vendor. Each method may raise an error, which ends the search."""

    def text(self, version: Version) -> bytes | None:
        """The bytes of the file. None if the commit has no such file."""

    def versions(self, version: Version) -> tuple[Sequence[Version], bool]:
        """The commits that changed the file up to a commit, newest first, and whether the list is complete. It includes
        deletions, and follows older names of the file if the vendor does."""

    def parents(self, sha: str) -> Sequence[str]:
        """The parents of a commit, in order."""

    def previous_path(self, version: Version) -> str:
        """The name before a commit that renamed the file. Empty if it did not."""


class TooCostly(Exception):
    """Two versions are too different or too repetitive to be compared."""


@dataclass
class Search:
    """One search in one file. ``found`` has the version that last changed each line, and ``origins`` the same with the
    line's number there. ``places`` has, for the other lines, where they were last seen, so that an interrupted search
    can be continued there."""

    source: Source
    found: dict[int, Version] = field(default_factory=dict)
    origins: dict[int, tuple[Version, int]] = field(default_factory=dict)
    places: dict[int, tuple[Version, int]] = field(default_factory=dict)
    _texts: dict[Version, Lines | None] = field(default_factory=dict)

    def run(self, start: Version, numbers: Sequence[int]) -> None:
        """Looks for lines of a version that exists. Raises TooCostly, and what the source raises."""
        self._follow(start, {number: number for number in numbers})

    def _follow(self, start: Version, lines: Places) -> None:
        """Follows lines of a version, which need not have changed the file."""
        self._see(start, lines)
        versions, complete = self.source.versions(start)
        newer, owner = start, False
        strays: dict[int, int] = {}
        for version in versions:
            current().check()
            kept = carried(self._text(version), self._text(newer), lines)
            lost = {number: asked for number, asked in lines.items() if number not in kept}
            if owner:
                self._settle(newer, lost)
            else:
                strays = lost
            lines = {older: lines[number] for number, older in kept.items()}
            self._see(version, lines)
            newer, owner = version, True
            if not lines:
                break
        # In a merge, the newest change does not have all lines: the others came from another branch.
        for version in versions[1:]:
            if not strays:
                break
            kept = carried(self._text(version), self._text(start), strays)
            self._settle(version, {older: strays[number] for number, older in kept.items()})
            strays = {number: asked for number, asked in strays.items() if number not in kept}
        if lines and complete and owner:
            self._settle(newer, lines)

    def _settle(self, version: Version, lines: Places) -> None:
        """The lines that no parent has belong to this version."""
        parents = self.source.parents(version.sha) if lines else ()
        for sha in parents:
            parent = Version(sha, version.path)
            if self._text(parent) is None:
                parent = Version(sha, self.source.previous_path(version))
            if not parent.path:
                continue
            kept = carried(self._text(parent), self._text(version), lines)
            if kept:
                self._follow(parent, {older: lines[number] for number, older in kept.items()})
            lines = {number: asked for number, asked in lines.items() if number not in kept}
        for number, asked in lines.items():
            self.found[asked] = version
            self.origins[asked] = (version, number)
            self.places.pop(asked, None)

    def _see(self, version: Version, lines: Places) -> None:
        for number, asked in lines.items():
            self.places[asked] = (version, number)

    def _text(self, version: Version) -> Lines | None:
        if version not in self._texts:
            content = self.source.text(version)
            self._texts[version] = None if content is None else lines_of(content)
        return self._texts[version]


def lines_of(content: bytes) -> list[bytes]:
    """Lines as git counts them, each with its line break."""
    return _LINE.findall(content)


def carried(older: Lines | None, newer: Lines | None, lines: Places) -> dict[int, int]:
    """Which lines of a version were in an older one: a map from the numbers here to the numbers there. Raises
    TooCostly."""
    if not older or not newer or not lines:
        return {}
    start, shortest = 0, min(len(older), len(newer))
    while start < shortest and older[start] == newer[start]:
        start += 1
    end = 0
    while end < shortest - start and older[-1 - end] == newer[-1 - end]:
        end += 1
    kept = {number: number for number in lines if number <= start}
    last, shift = len(newer) - end, len(older) - len(newer)
    kept |= {number: number + shift for number in lines if number > last}
    if all(number in kept for number in lines):
        return kept
    for first, other, size in _equal_blocks(older[start : len(older) - end], newer[start:last]):
        move = first - other
        kept |= {number: number + move for number in lines if other < number - start <= other + size}
    return kept


class _Matcher(SequenceMatcher[bytes]):
    """Stops at the end of the call's time. If two versions share many lines, it searches for each block again."""

    def find_longest_match(self, *range: Any) -> Match:
        current().check()
        return super().find_longest_match(*range)


def _equal_blocks(older: Lines, newer: Lines) -> list[tuple[int, int, int]]:
    there, here = Counter(older), Counter(newer)
    if sum(count * there[line] for line, count in here.items()) > MAX_PAIRS:
        raise TooCostly
    matcher = _Matcher(None, older, newer, autojunk=False)
    return [(block.a, block.b, block.size) for block in matcher.get_matching_blocks()]
