"""CODEOWNERS files: their rules, and who owns a path. Pure text; the last rule that fits a path decides.

By the rules of GitHub (https://docs.github.com/articles/about-code-owners) and, where the file has sections, of GitLab
(https://docs.gitlab.com/user/project/codeowners/reference/). Beside sections, the two differ in one thing: GitHub ties
a pattern with a slash inside to the top of the repository, GitLab only one that starts with a slash.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from sentry_scm_grpc.errors import DeadlineExceeded
from sentry_scm_grpc.rpc.deadline import seconds_left
from sentry_scm_grpc.v1 import scm_pb2 as pb

#: Where the file may be, in the order in which the places are looked at.
LOCATIONS = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")

# "[Name]", "^[Name]" (optional), "[Name][2]" (approvals), each with owners for the section's rules that name none.
_SECTION = re.compile(r"\^?\[(?P<name>[^\]]+)\](?:\[\d+\])?(?:\s+(?P<owners>.*))?\Z")
# Only these end a line and part words: a name may hold what Unicode has besides, such as wide spaces.
_LINE_END = re.compile(r"\r\n?|\n")
_SPACE = " \t\f\v"
# Words; a backslash keeps the white space or "#" behind it.
_WORD = re.compile(rf"(?:\\.|[^{_SPACE}])+")
# How many rules are tried between two looks at the clock.
_CLOCK = 1000
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\Z")


@dataclass(frozen=True)
class Rule:
    """One line: a pattern and its owners, none where it takes owners away. ``line_number`` counts from 1."""

    pattern: str
    owners: tuple[str, ...]
    line_number: int
    section: str = ""
    #: Whether a pattern without a leading slash fits at any depth, as in GitLab.
    floating: bool = False

    @property
    def excludes(self) -> bool:
        """Whether what fits belongs to nobody in this section, whatever its other rules say (GitLab's "!")."""
        return self.pattern.startswith("!")

    @cached_property
    def _regex(self) -> re.Pattern[str]:
        return re.compile(_translate(self.pattern.removeprefix("!"), self.floating), re.DOTALL)

    def fits(self, path: str) -> bool:
        """Whether the pattern fits a path, which is relative to the top of the repository."""
        return self._regex.match(path) is not None


@dataclass(frozen=True)
class Owners:
    """Who owns a path, and the line of the rule that decided, from 1; 0 where none fits."""

    names: tuple[str, ...]
    line_number: int


def parse(text: str) -> list[Rule]:
    """The rules of a file in its order. Lines that are no rule are left out, as the providers do."""
    lines = [line.strip(_SPACE) for line in _LINE_END.split(text.removeprefix("\ufeff"))]
    floating = any(_SECTION.match(line) for line in lines)
    rules = []
    section: str = ""
    defaults: tuple[str, ...] = ()
    for number, line in enumerate(lines, start=1):
        if not line or line.startswith("#"):
            continue
        if found := _SECTION.match(line):
            section, defaults = found["name"].casefold(), _owners(_WORD.findall(found["owners"] or ""))
            continue
        pattern, *words = _WORD.findall(line)
        owners = _owners(words) or defaults
        rules.append(Rule(pattern, owners, number, section, floating))
    return rules


def _owners(words: Iterable[str]) -> tuple[str, ...]:
    found = []
    for word in words:
        if word.startswith("#"):
            break
        if word.startswith("@") or _EMAIL.match(word):
            found.append(word)
    return tuple(found)


def owners_of(rules: Sequence[Rule], path: str) -> Owners:
    """The owners of a path: those of the last rule that fits, in each section; no section is the common case.

    Raises DeadlineExceeded: a file may have more rules than anybody reads.
    """
    names: list[str] = []
    line_number = 0
    decided: dict[str, Rule] = {}
    for index, rule in enumerate(rules):
        if index % _CLOCK == 0 and seconds_left() == 0:
            raise DeadlineExceeded("The deadline passed among the rules. Ask for fewer paths, or give more time.")
        earlier = decided.get(rule.section)
        if not (earlier is not None and earlier.excludes) and rule.fits(path):
            decided[rule.section] = rule
    for rule in decided.values():
        line_number = max(line_number, rule.line_number)
        if not rule.excludes:
            names += [owner for owner in rule.owners if owner not in names]
    return Owners(tuple(names), line_number)


def answer(path: str, raw: str, paths: Iterable[str], *, url: str = "") -> pb.CodeOwners:
    """The message for a file at ``path`` with the text ``raw``, and the owners of ``paths``."""
    rules = parse(raw)
    message = pb.CodeOwners(path=path, url=url, raw=raw)
    for rule in rules:
        message.rules.add(pattern=rule.pattern, owners=rule.owners, line_number=rule.line_number)
    for asked in paths:
        found = owners_of(rules, asked.removeprefix("./"))
        message.path_owners.add(path=asked, owners=found.names, line_number=found.line_number)
    return message


def _translate(pattern: str, floating: bool) -> str:
    """A regular expression for a pattern, in the way of gitignore(5), whose time does not explode.

    Anybody may have written the file: every wildcard but the last takes the shortest match and never tries another
    (atomic groups), which finds a match wherever there is one.
    """
    anchored = pattern.startswith("/") or (not floating and "/" in pattern.rstrip("/"))
    directory = pattern.endswith("/")
    parts = [part for part in pattern.strip("/").split("/") if part]
    segments = [part for part, before in zip(parts, ["", *parts], strict=False) if not part == before == "**"]
    if not segments:
        return r".*\Z" if directory else r"(?!)"
    if not anchored and segments[0] != "**":
        segments.insert(0, "**")
    # "docs/*" means the files in docs, not those further below, "/*" those at the top; "docs/**" means all.
    if segments[-1] == "**":
        inside = ".+/.+" if directory else ".+"
        tail, segments = f"/{inside}", segments[:-1]
        if not segments:
            return rf"{inside}\Z"
    elif directory:
        tail = "/.+"
    else:
        tail = "" if segments[-1] == "*" and "/" in pattern else "(?:/.*)?"
    blocks = list(_blocks(segments))
    regex = "/".join(blocks[0]) if blocks else ""
    for index, block in enumerate(blocks[1:], start=1):
        slash = "/" if regex else ""
        text = "/".join(block)
        if index == len(blocks) - 1:
            regex += rf"{slash}(?:[^/]+/)*?{text}"
        elif text:
            regex += rf"{slash}(?>(?:[^/]+/)*?{text}(?=/))"
    return rf"{regex}{tail}\Z"


def _blocks(segments: Sequence[str]) -> Iterator[list[str]]:
    """The regular expressions of the segments between one "**" and the next; the first block may be empty."""
    block: list[str] = []
    for segment in segments:
        if segment == "**":
            yield block
            block = []
        else:
            block.append(_segment(segment))
    yield block


def _segment(text: str) -> str:
    """One name: ``*`` any characters, ``?`` one, a backslash takes the next as it is, all else is literal."""
    pieces: list[str] = [""]
    characters = iter(text)
    for character in characters:
        if character == "*":
            if pieces[-1] or len(pieces) == 1:
                pieces.append("")
        elif character == "?":
            pieces[-1] += "[^/]"
        elif character == "\\":
            pieces[-1] += re.escape(next(characters, "\\"))
        else:
            pieces[-1] += re.escape(character)
    if len(pieces) == 1:
        return pieces[0]
    first, *middle, last = pieces
    return first + "".join(rf"(?>[^/]*?{piece})" for piece in middle) + rf"[^/]*{last}(?![^/])"
