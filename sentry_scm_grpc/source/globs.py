"""Patterns of paths. They are matched name by name, in time proportional to the lengths of pattern and path.

Anybody can write a pattern, so this uses no regular expressions: they can take exponential time and block the
interpreter meanwhile. Three functions read patterns by the rules of gitignore(5), of Ruby's ``File.fnmatch`` and of
Apache Ant.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sentry_scm_grpc.rpc import deadline

#: Any number of characters of a name; any single character.
STAR, ANY = "*", "?"
_SPECIAL = re.compile(r"[*?\[\\]")
# How many steps are made between two checks of the time: a few milliseconds.
_STEPS = 10_000


class Watch:
    """Counts the steps of a long piece of work, and checks the time now and then."""

    def __init__(self) -> None:
        self._steps = 0

    def spend(self, steps: int = 1) -> None:
        """Raises DeadlineExceeded."""
        self._steps += steps
        if self._steps >= _STEPS:
            self._steps = 0
            deadline.check()


@dataclass(frozen=True, slots=True)
class _Wildcard:
    """``*`` or ``?``, as opposed to the same characters taken literally."""

    kind: str


@dataclass(frozen=True, slots=True)
class _Class:
    """``[...]``: one character in these ranges, or outside all of them."""

    ranges: tuple[tuple[str, str], ...]
    inverted: bool = False

    def has(self, character: str) -> bool:
        return any(first <= character <= last for first, last in self.ranges) is not self.inverted


_Token = str | _Wildcard | _Class
_STAR, _ANY = _Wildcard(STAR), _Wildcard(ANY)


class _Wild:
    """A name with wildcards. The bits of one number are all its states, so nothing is tried twice."""

    __slots__ = ("_any", "_classes", "_end", "_ends", "_literals", "_loops")

    def __init__(self, tokens: Sequence[_Token]) -> None:
        self._literals: dict[str, int] = {}
        self._classes: list[tuple[int, _Class]] = []
        self._any = self._loops = 0
        bit = 1
        for token in tokens:
            if token == _STAR:
                self._loops |= bit
                continue
            if token == _ANY:
                self._any |= bit
            elif isinstance(token, _Class):
                self._classes.append((bit, token))
            else:
                assert isinstance(token, str)
                self._literals[token] = self._literals.get(token, 0) | bit
            bit <<= 1
        self._end = bit
        self._ends = _around_star(tokens)

    def fits(self, name: str, watch: Watch) -> bool:
        if self._ends is not None:
            start, end = self._ends
            return len(name) >= len(start) + len(end) and name.startswith(start) and name.endswith(end)
        states = 1
        for character in name:
            moves = self._literals.get(character, 0) | self._any
            for bit, characters in self._classes:
                watch.spend(len(characters.ranges))
                if states & bit and characters.has(character):
                    moves |= bit
            states = ((states & moves) << 1) | (states & self._loops)
            if not states:
                return False
        return bool(states & self._end)


def _around_star(tokens: Sequence[_Token]) -> tuple[str, str] | None:
    """The text before and after the star of "*.py" and the like. None for all other names."""
    if tokens.count(_STAR) != 1 or not all(token == _STAR or isinstance(token, str) for token in tokens):
        return None
    star = tokens.index(_STAR)
    return "".join(map(str, tokens[:star])), "".join(map(str, tokens[star + 1 :]))


#: A name without wildcards, one with them, or None for any number of names ("**").
_Segment = str | _Wild | None


@dataclass(frozen=True, slots=True)
class Glob:
    """Names to find in a row from the top, and how many more names a path must have and may have after them."""

    segments: tuple[_Segment, ...]
    least: int = 0
    #: None means any number.
    most: int | None = 0

    def fits(self, names: Sequence[str], watch: Watch) -> bool:
        """Whether the pattern matches a path, which is given as its names."""
        segments, count = self.segments, len(names)
        at = position = 0
        again_at = again = -1
        while True:
            watch.spend()
            if at == len(segments):
                left = count - position
                if self.least <= left and (self.most is None or left <= self.most):
                    return True
            else:
                segment = segments[at]
                if segment is None:
                    at += 1
                    again_at, again = at, position
                    continue
                if position < count and self._same(segment, names[position], watch):
                    at, position = at + 1, position + 1
                    continue
            # Only the last "**" must be tried again: those before it already took the fewest names.
            if again < 0 or again >= count:
                return False
            again += 1
            at, position = again_at, again

    @staticmethod
    def _same(segment: str | _Wild, name: str, watch: Watch) -> bool:
        if isinstance(segment, str):
            return segment == name
        watch.spend(len(name) // 4)
        return segment.fits(name, watch)


class Paths:
    """The paths on which globs are tried, in an order in which most of them can be skipped."""

    def __init__(self, paths: Iterable[Sequence[str]]) -> None:
        self.names = [tuple(names) for names in paths]
        self._order = sorted(range(len(self.names)), key=self.names.__getitem__)
        self._sorted = [self.names[index] for index in self._order]
        self._holding: dict[str, list[int]] = {}
        for index, names in enumerate(self.names):
            for name in set(names):
                self._holding.setdefault(name, []).append(index)

    def likely(self, glob: Glob) -> Iterable[int]:
        """The indexes of all paths that the glob may match."""
        segments = glob.segments
        head: list[str] = []
        for segment in segments:
            if not isinstance(segment, str):
                break
            head.append(segment)
        if head:
            start, end = tuple(head), (*head[:-1], head[-1] + "\0")
            return self._order[bisect_left(self._sorted, start) : bisect_left(self._sorted, end)]
        for segment in segments:
            if isinstance(segment, str):
                return self._holding.get(segment, ())
        return range(len(self.names))


def gitignore(pattern: str) -> Glob | None:
    """A pattern of gitignore(5), without its character classes. None for a pattern of slashes only, which matches
    nothing.

    It matches files, and everything below directories. As GitHub documents for CODEOWNERS, a single star at the end of
    a path matches the files in that directory, but nothing below its subdirectories.
    """
    anchored = pattern.startswith("/") or "/" in pattern.rstrip("/")
    directory = pattern.endswith("/")
    segments = list(_segments(pattern.strip("/"), trailing_skip=True))
    if not segments:
        return None
    if not anchored and segments[0] is not None:
        segments.insert(0, None)
    if segments[-1] is None:
        return Glob(tuple(segments[:-1]), 2 if directory else 1, None)
    if directory:
        return Glob(tuple(segments), 1, None)
    return Glob(tuple(segments), 0, 0 if "/" in pattern and pattern.endswith("/*") else None)


def fnmatch(pattern: str) -> Glob:
    """A pattern of Ruby's ``File.fnmatch`` with FNM_PATHNAME and FNM_DOTMATCH, from the top.

    "**/" means any number of directories; "**" anywhere else means "*". It matches a whole path and nothing below it.
    """
    return Glob(tuple(_segments(pattern.removeprefix("/"), classes=True, keep_empty=True)))


def ant(pattern: str) -> Glob | None:
    """A pattern of Apache Ant. Unless it starts with a slash, it need only match the end of a path."""
    segments = list(_segments(f"{pattern}**" if pattern.endswith("/") else pattern, trailing_skip=True))
    if not segments:
        return None
    if not pattern.startswith("/") and segments[0] is not None:
        segments.insert(0, None)
    if segments[-1] is None:
        return Glob(tuple(segments[:-1]), 0, None)
    return Glob(tuple(segments))


def _segments(
    pattern: str, *, classes: bool = False, trailing_skip: bool = False, keep_empty: bool = False
) -> Iterator[_Segment]:
    if not _SPECIAL.search(pattern):
        yield from (name for name in pattern.split("/") if name or keep_empty)
        return
    before: _Segment = ""
    for tokens, closed in _names(pattern, classes):
        if tokens == [_STAR, _STAR] and (trailing_skip or closed):
            if before is not None:
                yield None
            before = None
        elif tokens or keep_empty:
            before = _segment(tokens)
            yield before


def _segment(tokens: list[_Token]) -> str | _Wild:
    if all(isinstance(token, str) for token in tokens):
        return "".join(token for token in tokens if isinstance(token, str))
    return _Wild(tokens)


def _names(pattern: str, classes: bool) -> Iterator[tuple[list[_Token], bool]]:
    """The tokens of each name of a pattern, and whether an unescaped slash follows."""
    tokens: list[_Token] = []
    position = 0
    while position < len(pattern):
        character = pattern[position]
        position += 1
        escaped = character == "\\"
        if escaped:
            # A backslash at the end of a pattern has no meaning.
            character = pattern[position : position + 1]
            position += 1
            if character != "/":
                tokens += character
                continue
        elif character == "*":
            tokens.append(_STAR)
            continue
        elif character == "?":
            tokens.append(_ANY)
            continue
        elif character == "[" and classes:
            found, position = _class(pattern, position)
            tokens.append(found)
            continue
        if character == "/":
            yield tokens, not escaped
            tokens = []
        else:
            tokens.append(character)
    yield tokens, False


def _class(pattern: str, position: int) -> tuple[_Class, int]:
    """Reads a character class after its "[". Returns the class and where it ends. One without an end matches
    nothing."""
    never = _Class(()), len(pattern)
    inverted = pattern[position : position + 1] in ("!", "^")
    position += inverted
    ranges: list[tuple[str, str]] = []
    while position < len(pattern):
        if pattern[position] == "]":
            return _Class(tuple(ranges), inverted), position + 1
        first, position = _character(pattern, position)
        last = first
        if pattern[position : position + 1] == "-" and pattern[position + 1 : position + 2] not in ("]", ""):
            last, position = _character(pattern, position + 1)
            # Ruby also takes the two ends of a range that runs backwards.
            ranges.append((last, last))
            ranges.append((first, first))
        ranges.append((first, last))
    return never


def _character(pattern: str, position: int) -> tuple[str, int]:
    if pattern[position] == "\\" and position + 1 < len(pattern):
        position += 1
    return pattern[position], position + 1
