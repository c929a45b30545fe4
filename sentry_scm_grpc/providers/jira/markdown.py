"""Reads the Markdown of descriptions into blocks, which ``adf`` and ``wiki`` write in Jira's markups.

It knows what people write in issues: paragraphs, headings, fenced code, lists, quotes and rules; bold, italic, struck
and code text; links and addresses. Everything else stays text. As in GitHub's issues, a line break stays one. The work
grows with the length of the text alone, whatever it contains.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from sentry_scm_grpc.rpc import budget

#: So many lists and quotes may be inside each other. Deeper ones stay text.
MAX_DEPTH = 8


@dataclass(frozen=True)
class Span:
    """Text of one form. A line break is the text "\\n"."""

    text: str
    strong: bool = False
    em: bool = False
    strike: bool = False
    code: bool = False
    href: str = ""


@dataclass(frozen=True)
class Paragraph:
    spans: Sequence[Span]


@dataclass(frozen=True)
class Heading:
    level: int
    spans: Sequence[Span]


@dataclass(frozen=True)
class Code:
    language: str
    text: str


@dataclass(frozen=True)
class Quote:
    blocks: Sequence[Block]


@dataclass(frozen=True)
class List:
    """``start`` is the first number of an ordered list, and None for bullets."""

    start: int | None
    items: Sequence[Sequence[Block]]


@dataclass(frozen=True)
class Rule:
    pass


Block = Paragraph | Heading | Code | Quote | List | Rule

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})([^`]*)\Z")
_ITEM = re.compile(r"( {0,3})([-*+]|\d{1,9}[.)])( +|\Z)")
_SPECIAL = re.compile(r"[\\`*_~\[!<\n]|https?://")
_LINK = re.compile(r"!?\[((?:[^\[\]\\]|\\.)*)\]\(((?:[^\s<>()]|\([^\s<>()]*\))*)(?: +\"[^\"\n]*\")?\)", re.DOTALL)
_AUTOLINK = re.compile(r"<(https?://[^\s<>]+|mailto:[^\s<>]+)>")
_BACKTICKS = re.compile(r"`+")
_ADDRESS = re.compile(r"https?://[^\s<>]+")
_ESCAPABLE = frozenset("\\`*_{}[]()#+-.!<>~|\"'&:/")
_MAY_LEAD = ("https://", "http://", "mailto:")


def parse(text: str) -> list[Block]:
    return _blocks(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 0)


def _blocks(lines: Sequence[str], depth: int) -> list[Block]:
    found: list[Block] = []
    waiting: list[str] = []
    check = budget.current().check

    def flush() -> None:
        if waiting:
            found.append(Paragraph(spans("\n".join(waiting))))
            waiting.clear()

    at = 0
    while at < len(lines):
        check()
        line = lines[at]
        stripped = line.strip()
        fence = _FENCE.match(line)
        item = _ITEM.match(line) if depth < MAX_DEPTH else None
        if fence:
            flush()
            block, at = _fenced(lines, at, fence[1], fence[2].strip())
            found.append(block)
        elif not stripped:
            flush()
            at += 1
        elif (level := _heading(stripped)) and not line.startswith("    "):
            flush()
            found.append(Heading(level, spans(stripped[level:].strip().rstrip("#").rstrip())))
            at += 1
        elif _is_rule(stripped):
            flush()
            found.append(Rule())
            at += 1
        elif stripped.startswith(">") and depth < MAX_DEPTH:
            flush()
            start = at
            while at < len(lines) and lines[at].lstrip().startswith(">"):
                at += 1
            inner = [quoted.lstrip()[1:].removeprefix(" ") for quoted in lines[start:at]]
            found.append(Quote(_blocks(inner, depth + 1)))
        elif item:
            flush()
            made, at = _list(lines, at, depth)
            found.append(made)
        else:
            waiting.append(stripped)
            at += 1
    flush()
    return found


def _fenced(lines: Sequence[str], at: int, fence: str, info: str) -> tuple[Code, int]:
    end = at + 1
    while end < len(lines):
        closing = lines[end].strip()
        if len(closing) >= len(fence) and not closing.strip(fence[0]):
            break
        end += 1
    return Code(info.split()[0] if info else "", "\n".join(lines[at + 1 : end])), end + 1


def _heading(stripped: str) -> int:
    level = len(stripped) - len(stripped.lstrip("#"))
    return level if 1 <= level <= 6 and stripped[level : level + 1] in (" ", "\t", "") else 0


def _is_rule(stripped: str) -> bool:
    marks = stripped.replace(" ", "")
    return len(marks) >= 3 and marks[0] in "-*_" and not marks.strip(marks[0])


def _list(lines: Sequence[str], at: int, depth: int) -> tuple[List, int]:
    """The list that starts at a line, and where the next block does."""
    items: list[list[Block]] = []
    start: int | None = None
    kind = ""
    while at < len(lines) and (item := _ITEM.match(lines[at])) and not _is_rule(lines[at].strip()):
        marker = item[2]
        if kind and marker[-1] != kind:
            break
        if not kind and marker[0].isdecimal():
            start = int(marker[:-1])
        kind = marker[-1]
        # What belongs to the item is indented as its text is.
        indent = len(item[1]) + len(marker) + (len(item[3]) if 0 < len(item[3]) <= 4 else 1)
        inner = [lines[at][indent:]]
        at += 1
        while at < len(lines) and (not lines[at].strip() or _indent(lines[at]) >= min(indent, 2 + len(item[1]))):
            inner.append(lines[at][min(indent, _indent(lines[at])) :])
            at += 1
        items.append(_blocks(inner, depth + 1))
    return List(start, items), at


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


# ---- text within a block ---------------------------------------------------------------------------------------------


@dataclass
class _Inline:
    text: str
    #: The spans so far. A mark that is open stands here as its own characters until it is closed.
    out: list[Span] = field(default_factory=list)
    #: Where each kind of mark was opened, by its characters.
    opened: dict[str, int] = field(default_factory=dict)
    #: The lengths of runs of backticks that are known to have no end.
    endless: set[int] = field(default_factory=set)

    def read(self) -> list[Span]:
        at, text, check = 0, self.text, budget.current().check
        while at < len(text):
            check()
            special = _SPECIAL.search(text, at)
            if special is None:
                self._add(text[at:])
                break
            self._add(text[at : special.start()])
            at = self._special(special.start())
        return _joined(self.out)

    def _add(self, text: str, href: str = "", code: bool = False) -> None:
        if text:
            self.out.append(Span(text, href=href, code=code))

    def _special(self, at: int) -> int:
        """Reads what starts at a special character, and returns where it ends."""
        text, character = self.text, self.text[at]
        if character == "\\" and text[at + 1 : at + 2] in _ESCAPABLE and at + 1 < len(text):
            self._add(text[at + 1])
            return at + 2
        if character == "`":
            return self._code(at)
        if character in "*_~":
            return self._mark(at)
        if character in "[!" and (link := _LINK.match(text, at)):
            self._link(link)
            return link.end()
        if character == "<" and (link := _AUTOLINK.match(text, at)):
            self._add(link[1].removeprefix("mailto:"), href=link[1])
            return link.end()
        if character == "h" and (link := _ADDRESS.match(text, at)):
            address = link[0].rstrip(".,;:!?'\"*_~`")
            if address.endswith(")") and address.count("(") < address.count(")"):
                address = address[: address.rindex(")")]
            self._add(address, href=address)
            return at + len(address)
        self._add(character)
        return at + 1

    def _link(self, link: re.Match[str]) -> None:
        address = link[2]
        if not address.lower().startswith(_MAY_LEAD):
            self._add(link[0])
            return
        inner = _Inline(link[1]).read() or [Span(address)]
        self.out += [replace(span, href=address) for span in inner]

    def _code(self, at: int) -> int:
        text = self.text
        end = at
        while end < len(text) and text[end] == "`":
            end += 1
        run = end - at
        closing = -1 if run in self.endless else _closing(text, end, run)
        if closing < 0:
            self.endless.add(run)
            self._add(text[at:end])
            return end
        inner = text[end:closing].replace("\n", " ")
        if inner.strip() and inner[0] == inner[-1] == " ":
            inner = inner[1:-1]
        self._add(inner, code=True)
        return closing + run

    def _mark(self, at: int) -> int:
        text, character = self.text, self.text[at]
        end = at
        while end < len(text) and text[end] == character:
            end += 1
        before, after = text[at - 1 : at], text[end : end + 1]
        opens, closes = bool(after.strip()), bool(before.strip())
        if character == "_":  # As in snake_case.
            opens, closes = opens and not before.isalnum(), closes and not after.isalnum()
        left = end - at
        if character == "~" and left != 2:
            opens = closes = False
        while left:
            mark = self._closable(character, left) if closes else ""
            if mark:
                self._close(mark)
            else:
                mark = self._openable(character, left) if opens else ""
                if not mark:
                    self._add(character * left)
                    break
                self.opened[mark] = len(self.out)
                self._add(mark)
            left -= len(mark)
        return end

    def _closable(self, character: str, most: int) -> str:
        """The mark that was opened last."""
        known = [mark for mark in self.opened if mark[0] == character and len(mark) <= most]
        # It must have something in it.
        known = [mark for mark in known if self.opened[mark] < len(self.out) - 1]
        return max(known, key=lambda mark: self.opened[mark], default="")

    def _openable(self, character: str, most: int) -> str:
        for mark in (character * 2, character):
            if len(mark) <= most and mark not in self.opened and mark != "~":
                return mark
        return ""

    def _close(self, mark: str) -> None:
        start = self.opened.pop(mark)
        for other in [other for other, place in self.opened.items() if place > start]:
            del self.opened[other]
        strike, strong = mark == "~~", mark in ("**", "__")
        inner = [
            replace(
                span,
                strike=span.strike or strike,
                strong=span.strong or strong,
                em=span.em or not (strike or strong),
            )
            for span in self.out[start + 1 :]
        ]
        self.out[start:] = [Span(""), *inner]


def _closing(text: str, start: int, run: int) -> int:
    """Where a run of exactly so many backticks is. -1 if there is none."""
    for found in _BACKTICKS.finditer(text, start):
        if len(found[0]) == run:
            return found.start()
    return -1


def _joined(spans: Iterable[Span]) -> list[Span]:
    """Spans without empty ones, and equal neighbours as one; a line break stays apart."""
    found: list[Span] = []
    for span in spans:
        for text in re.split(r"(\n)", span.text):
            if text == "\n":
                found.append(Span("\n"))
            elif text and found and _is_same(found[-1], span):
                found[-1] = replace(span, text=found[-1].text + text)
            elif text:
                found.append(replace(span, text=text))
    return found


def _is_same(before: Span, span: Span) -> bool:
    """Whether two spans look the same. Two links stay two."""
    return before.text != "\n" and not span.href and replace(before, text="") == replace(span, text="")


def spans(text: str) -> list[Span]:
    """The text of one block."""
    return _Inline(text).read()
