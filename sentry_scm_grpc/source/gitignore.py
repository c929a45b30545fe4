"""Which paths a list of globs finds, by the rules of gitignore(5), as git itself applies them (dir.c, wildmatch.c).

Paths and globs are bytes. A glob becomes a regular expression whose time is bounded: each star takes the fewest
characters and is never tried again, which is right because only the last one must reach the end.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from sentry_scm_grpc.errors import InvalidArgument

_SPECIAL = frozenset(b"*?[\\")
_CLASSES = {
    b"alnum": rb"0-9A-Za-z",
    b"alpha": rb"A-Za-z",
    b"blank": rb" \t",
    b"cntrl": rb"\x00-\x1f\x7f",
    b"digit": rb"0-9",
    b"graph": rb"!-~",
    b"lower": rb"a-z",
    b"print": rb" -~",
    b"punct": rb"!-/:-@\[-`{-~",
    b"space": rb"\t-\r ",
    b"upper": rb"A-Z",
    b"xdigit": rb"0-9A-Fa-f",
}
_NEVER = rb"(?!)"


@dataclass(frozen=True)
class _Glob:
    """``pattern`` is for the last name of a path if it ``is_name``, else for all of it."""

    pattern: re.Pattern[bytes]
    excludes: bool
    is_name: bool
    only_directories: bool
    #: The glob without its marks, and what comes before its first special character.
    text: bytes
    plain: bytes

    def fits(self, path: bytes, name: bytes, is_directory: bool) -> bool:
        if self.only_directories and not is_directory:
            return False
        return self.pattern.match(name if self.is_name else path) is not None


@dataclass(frozen=True)
class Globs:
    """Globs in their order. Of those that match a path, the last one decides."""

    globs: Sequence[_Glob]

    @classmethod
    def of(cls, lines: Sequence[bytes]) -> Globs:
        return cls([glob for line in lines if (glob := _parsed(line)) is not None])

    @classmethod
    def of_request(cls, globs: Sequence[str]) -> Globs:
        """Raises InvalidArgument for a glob with a line break or a NUL, and if all globs are empty or comments."""
        for index, glob in enumerate(globs):
            if "\n" in glob or "\0" in glob:
                raise InvalidArgument.of((f"globs[{index}]", "must be one line, without NUL"))
        made = cls.of([glob.encode() for glob in globs])
        if not made.globs:
            raise InvalidArgument.of(("globs", "has only comments and empty lines: name a glob such as *.py"))
        return made

    def verdict(self, path: bytes, is_directory: bool) -> bool:
        """Whether a path is found by itself, whatever the directories above it."""
        name = path.rpartition(b"/")[2]
        for glob in reversed(self.globs):
            if glob.fits(path, name, is_directory):
                return not glob.excludes
        return False

    def finds(self, path: bytes, is_directory: bool = False) -> bool:
        """Whether a path is found: by itself, or because a directory above it is."""
        end = path.find(b"/")
        while end >= 0:
            if self.verdict(path[:end], True):
                return True
            end = path.find(b"/", end + 1)
        return self.verdict(path, is_directory)

    @cached_property
    def file_names(self) -> re.Pattern[bytes] | None:
        """What the name of a file must match to be found by itself. None if names alone do not decide."""
        if all(glob.is_name and not glob.excludes for glob in self.globs):
            names = [glob.pattern.pattern for glob in self.globs if not glob.only_directories]
            return re.compile(b"|".join(b"(?:%s)" % name for name in names) or _NEVER, re.DOTALL)
        return None

    @cached_property
    def file_paths(self) -> re.Pattern[bytes] | None:
        """What the path of a file must match to be found by itself. None if globs exclude."""
        if any(glob.excludes for glob in self.globs):
            return None
        globs = [glob for glob in self.globs if not glob.only_directories]
        texts = [b"(?:%s%s)" % (rb"(?:.*/)?+" if glob.is_name else b"", glob.pattern.pattern) for glob in globs]
        return re.compile(b"|".join(texts) or _NEVER, re.DOTALL)

    @cached_property
    def names_before_nul(self) -> bytes:
        """A regular expression for ``file_names`` with a NUL behind them, within other bytes."""
        texts = [glob.text for glob in self.globs if not glob.only_directories]
        return b"|".join(map(_before_nul, texts)) or _NEVER

    def may_find_below(self, directory: bytes) -> bool:
        """Whether anything below a directory can be found. ``directory`` ends with a slash."""
        return self._has_names or any(
            plain.startswith(directory) or directory.startswith(plain) for plain in self._starts
        )

    @cached_property
    def _has_names(self) -> bool:
        return any(glob.is_name and not glob.excludes for glob in self.globs)

    @cached_property
    def _starts(self) -> list[bytes]:
        """What paths that are found begin with, unless they are found by name."""
        return [glob.plain for glob in self.globs if not glob.excludes]


def _before_nul(glob: bytes) -> bytes:
    if glob.startswith(b"*") and _SPECIAL.isdisjoint(glob[1:]):
        return rb"[^\0]*+(?<=%s)(?=\0)" % re.escape(glob[1:])
    return b"(?:%s)" % _Pattern(glob, in_path=False, any=rb"[^\0]", end=rb"(?=\0)").made()


def _parsed(line: bytes) -> _Glob | None:
    """None for a comment and an empty line."""
    if line.startswith(b"#"):
        return None
    glob = _without_spaces_at_end(line.removesuffix(b"\r"))
    excludes = glob.startswith(b"!")
    glob = glob[excludes:]
    only_directories = glob.endswith(b"/")
    glob = glob[: len(glob) - only_directories]
    if not glob:
        return None
    is_name = b"/" not in glob
    text = plain = glob
    if is_name:
        pattern = _Pattern(glob, in_path=False).made()
    else:
        glob = glob.removeprefix(b"/")
        # git compares what comes before the first special character by itself, and begins a new pattern behind it.
        at = next((at for at, byte in enumerate(glob) if byte in _SPECIAL), len(glob))
        plain = glob[:at]
        pattern = re.escape(plain) + _Pattern(glob[at:], in_path=True).made()
    return _Glob(re.compile(pattern, re.DOTALL), excludes, is_name, only_directories, text, plain)


def _without_spaces_at_end(line: bytes) -> bytes:
    kept = line.rstrip(b" ")
    spaces = len(line) - len(kept)
    # A backslash that is not itself escaped keeps the space behind it.
    escaped = (len(kept) - len(kept.rstrip(b"\\"))) % 2
    return kept + b" " if spaces and escaped else kept


@dataclass
class _Pattern:
    """A glob on its way to a regular expression. ``in_path`` says whether "*" stops at a slash, and "**" does not.

    ``any`` matches any byte, and ``end`` the end.
    """

    glob: bytes
    in_path: bool
    any: bytes = b"."
    end: bytes = rb"\Z"
    _at: int = 0
    #: The regular expressions up to the last "**", which crosses slashes, and that of this "**".
    _chunks: list[bytes] = field(default_factory=list)
    _across: bytes = b""
    #: What follows, where the part behind the last "*" begins in it, and the regular expression of that star.
    _made: list[bytes] = field(default_factory=list)
    _start: int = 0
    _star: bytes = b""

    def made(self) -> bytes:
        while self._at < len(self.glob):
            byte = self.glob[self._at : self._at + 1]
            self._at += 1
            if byte == b"\\":
                if self._at == len(self.glob):
                    return _NEVER
                self._made.append(re.escape(self.glob[self._at : self._at + 1]))
                self._at += 1
            elif byte == b"?":
                self._made.append(rb"[^/]" if self.in_path else self.any)
            elif byte == b"[":
                found = self._class()
                if found is None:
                    return _NEVER
                self._made.append(found)
            elif byte == b"*":
                self._stars()
            else:
                self._made.append(re.escape(byte))
        # What follows the last stars must reach the end, so they alone are tried again.
        end = b"".join(self._made[: self._start]) + self._star + b"".join(self._made[self._start :])
        return b"".join(self._chunks) + self._across + end + self.end

    def _stars(self) -> None:
        first = self._at - 1
        while self.glob[self._at : self._at + 1] == b"*":
            self._at += 1
        rest = self.glob[self._at :]
        after_slash = first == 0 or self.glob[first - 1 : first] == b"/"
        alone = after_slash and (not rest or rest.startswith((b"/", rb"\/")))
        if self._at - first > 1 and (alone or not self.in_path):
            if rest[:1] == b"/" and self.in_path:
                # "**/" is any number of directories, also none.
                self._at += 1
                self._cross(rb"(?:[^/]*/)*?")
            elif self.in_path:
                self._cross(rb".*?")
            else:
                self._take(self.any + b"*?")
        else:
            self._take(rb"[^/]*?" if self.in_path else self.any + b"*?")

    def _take(self, star: bytes) -> None:
        """Begins a "*". The first match of the part before it is kept."""
        part = b"".join(self._made[self._start :])
        self._made[self._start :] = [b"(?>%s%s)" % (self._star, part)]
        self._start, self._star = len(self._made), star

    def _cross(self, across: bytes) -> None:
        """Begins a "**". The first match of all that follows the "**" before it is kept."""
        self._take(b"")
        self._chunks.append(b"(?>%s%s)" % (self._across, b"".join(self._made)))
        self._made, self._start, self._across = [], 0, across

    def _class(self) -> bytes | None:
        """A character class, behind its "[". None if it has no end, or a name that does not exist."""
        glob, at = self.glob, self._at
        inverted = glob[at : at + 1] in (b"!", b"^")
        at += inverted
        parts: list[bytes] = []
        before = -1
        first = True
        while first or glob[at : at + 1] != b"]":
            first = False
            if at >= len(glob):
                return None
            byte, last = glob[at], -1
            if glob[at : at + 1] == b"\\":
                at += 1
                if at >= len(glob):
                    return None
                byte = last = glob[at]
                parts.append(_range(byte, byte))
            elif byte == ord("-") and before >= 0 and at + 1 < len(glob) and glob[at + 1 : at + 2] != b"]":
                at += 1
                if glob[at : at + 1] == b"\\":
                    at += 1
                    if at >= len(glob):
                        return None
                parts.append(_range(before, glob[at]))
            elif glob[at : at + 2] == b"[:":
                end = glob.find(b"]", at + 2)
                if end < 0:
                    return None
                if end == at + 2 or glob[end - 1 : end] != b":":
                    # Not a name: an ordinary "[".
                    last = byte
                    parts.append(_range(byte, byte))
                else:
                    named = _CLASSES.get(glob[at + 2 : end - 1])
                    if named is None:
                        return None
                    parts.append(named)
                    at = end
            else:
                last = byte
                parts.append(_range(byte, byte))
            before = last
            at += 1
        self._at = at + 1
        inside = b"".join(parts)
        nothing = self.any if inverted else _NEVER
        found = b"[%s%s]" % (b"^" if inverted else b"", inside) if inside else nothing
        return rb"(?!/)" + found if self.in_path else rb"(?=%s)%s" % (self.any, found)


def _range(first: int, last: int) -> bytes:
    return rb"\x%02x-\x%02x" % (first, last) if first <= last else b""
