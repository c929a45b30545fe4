"""Where comments of a pull request go: the lines of its diff, by their numbers on both sides."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sentry_scm_grpc.errors import InvalidArgument
from sentry_scm_grpc.providers.vendor.pages import MAX_VENDOR_PAGES
from sentry_scm_grpc.providers.vendor.refs import DiffPage
from sentry_scm_grpc.rpc.budget import current
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls
from sentry_scm_grpc.v1 import refs_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb

BASE, HEAD = pulls.DIFF_SIDE_BASE, pulls.DIFF_SIDE_HEAD
POSITION_INVALID = "POSITION_INVALID"
_HUNK = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


@dataclass(frozen=True)
class Wanted:
    """A position of a request. ``name`` is that of the field."""

    name: str
    position: pulls.ReviewPosition

    def refused(self, why: str) -> InvalidArgument:
        """The error for a position at which the vendor takes no comment."""
        return InvalidArgument.of((self.name, why), reason=POSITION_INVALID)


@dataclass(frozen=True)
class Line:
    """A line of a file that changes: its numbers on both sides. 0 where it does not exist: it is added or removed.

    ``place`` has the numbers of both sides that a diff counts up to at this line, whether it exists there or not.
    """

    base: int
    head: int
    place: tuple[int, int]


@dataclass(frozen=True)
class DiffLines:
    """The lines in the hunks of a file."""

    lines: Sequence[Line]

    @classmethod
    def of(cls, hunks: bytes) -> DiffLines:
        return cls(list(_lines(hunks)))

    @cached_property
    def _by_number(self) -> Mapping[tuple[bool, int], Line]:
        """Each line by its number on a side, and whether that is the head."""
        heads = {(True, line.head): line for line in self.lines if line.head}
        return heads | {(False, line.base): line for line in self.lines if line.base}

    def at(self, side: pulls.DiffSide.ValueType, number: int) -> Line:
        """The line with a number on a side. One that is in no hunk is the same on both sides."""
        if known := self._by_number.get((side == HEAD, number)):
            return known
        shift = 0
        for line in self.lines:
            here, there = (line.head, line.base) if side == HEAD else (line.base, line.head)
            if line.place[side == HEAD] > number:
                break
            shift += bool(there) - bool(here)
        # What is added and removed before moves the lines between two hunks.
        base, head = (number + shift, number) if side == HEAD else (number, number + shift)
        return Line(base, head, (base, head))


def _lines(hunks: bytes) -> Iterator[Line]:
    base = head = base_left = head_left = 0
    for text in hunks.split(b"\n"):
        if not base_left and not head_left:
            if found := _HUNK.match(text):
                base, base_left, head, head_left = (int(part) if part else 1 for part in found.groups())
            continue
        kind = text[:1]
        if kind == b"\\":
            continue
        removed, added = kind == b"-", kind == b"+"
        yield Line(0 if added else base, 0 if removed else head, (base, head))
        base, base_left = (base, base_left) if added else (base + 1, base_left - 1)
        head, head_left = (head, head_left) if removed else (head + 1, head_left - 1)


@dataclass(frozen=True)
class DiffPlace:
    """A position in a file that changes. ``first`` and ``last`` are None for the whole file, and alike for one line."""

    position: pulls.ReviewPosition
    change: pb.FileChange
    first: Line | None = None
    last: Line | None = None


def check_positions(wanted: Iterable[Wanted]) -> None:
    """Raises InvalidArgument for positions that no vendor has."""
    violations = [(f"{one.name}.{name}", why) for one in wanted for name, why in _problems(one.position)]
    if violations:
        raise InvalidArgument.of(*violations)


def _problems(position: pulls.ReviewPosition) -> Iterator[tuple[str, str]]:
    if position.commit_sha and len(position.commit_sha) not in (40, 64):
        yield "commit_sha", "must be a full SHA"
    if not position.line:
        if position.side:
            yield "side", "must be unspecified for a comment on the whole file, which has no `line`"
        if position.start_line:
            yield "line", "is required: it is the last line of a range that begins at `start_line`"
        return
    if not position.side:
        yield "side", "is required for a line: DIFF_SIDE_HEAD, or DIFF_SIDE_BASE for a line that is removed"
    if position.start_line >= position.line:
        yield "start_line", "must be before `line`; leave it out for a single line"


def diff_places(
    wanted: Sequence[Wanted], fetch: Callable[[Callable[[pb.FileChange], bool], Any], DiffPage]
) -> list[DiffPlace]:
    """The places of positions. ``fetch`` returns a page of the pull request's differences."""
    paths = {one.position.path for one in wanted}
    diffs = _diffs_of(paths, fetch) if paths else {}
    # Many comments may be in one long file.
    lines = {path: DiffLines.of(diff.hunks) for path, diff in diffs.items()}
    return [_place_of(one, diffs.get(one.position.path), lines) for one in wanted]


def _diffs_of(
    paths: set[str], fetch: Callable[[Callable[[pb.FileChange], bool], Any], DiffPage]
) -> dict[str, refs_pb2.FileDiff]:
    found: dict[str, refs_pb2.FileDiff] = {}
    position = None
    for _ in range(MAX_VENDOR_PAGES):
        page = fetch(lambda change: change.path in paths, position)
        for diff in page.items:
            current().check()
            if diff.change.path in paths:
                found[diff.change.path] = diff
        position = page.next
        if position is None or len(found) == len(paths):
            break
    return found


def _place_of(wanted: Wanted, diff: refs_pb2.FileDiff | None, parsed: Mapping[str, DiffLines]) -> DiffPlace:
    current().check()
    position = wanted.position
    if diff is None:
        raise wanted.refused(f"is in {position.path!r}, which the pull request does not change")
    if not position.line:
        return DiffPlace(position, diff.change)
    if diff.change.binary or (diff.truncated and not diff.hunks):
        raise wanted.refused(f"is a line of {position.path!r}, of which the provider shows no lines")
    lines = parsed[position.path]
    last = lines.at(position.side, position.line)
    first = lines.at(position.side, position.start_line) if position.start_line else last
    for line in (first, last):
        new, gone = (diff.change.kind == kind for kind in (pb.FILE_CHANGE_KIND_ADDED, pb.FILE_CHANGE_KIND_DELETED))
        if min(line.base, line.head) < 0 or (new and line.base) or (gone and line.head):
            raise wanted.refused(f"is not a line of {position.path!r} on this side")
    return DiffPlace(position, diff.change, first, last)
