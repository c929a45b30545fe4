"""The wiki markup of Jira Data Center's descriptions.

https://jira.atlassian.com/secure/WikiRendererHelpAction.jspa?section=all
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sentry_scm_grpc.providers.jira.markdown import Block, Code, Heading, List, Paragraph, Quote, Rule, Span, parse
from sentry_scm_grpc.rpc import budget

#: The languages of {code}. Jira shows an error for another one.
_LANGUAGES = (
    "actionscript ada applescript bash c c# c++ cpp css erlang go groovy haskell html java javascript js json lua objc"
    " perl php python r ruby scala sh sql swift visualbasic xml yaml"
)
_ALIASES = {"py": "python", "rb": "ruby", "ts": "javascript", "shell": "bash", "yml": "yaml", "golang": "go"}

# ---- written ---------------------------------------------------------------------------------------------------------


def markup(markdown: str) -> str:
    """A description as wiki markup."""
    return _blocks(parse(markdown), "")


def _blocks(blocks: Sequence[Block], marker: str, between: str = "\n\n") -> str:
    return between.join(_block(block, marker) for block in blocks)


def _block(block: Block, marker: str) -> str:
    match block:
        case Paragraph(spans):
            return _text(spans)
        case Heading(level, spans):
            return f"h{level}. {_text(spans)}" if not marker else _text(spans)
        case Code(language, code):
            return _code(language, code)
        case Quote(inner):
            # A quote cannot be in a quote, nor in a list.
            return (
                f"{{quote}}\n{_blocks(_without_quotes(inner), '')}\n{{quote}}" if not marker else _lines(inner, marker)
            )
        case List(start, items):
            own = marker + ("*" if start is None else "#")
            return "\n".join(f"{own} {_item(item, own)}" for item in items)
        case Rule():
            return "----" if not marker else r"\----"


def _item(blocks: Sequence[Block], marker: str) -> str:
    begins_with_list = bool(blocks) and isinstance(blocks[0], List)
    return ("\n" if begins_with_list else "") + _lines(blocks, marker)


def _lines(blocks: Sequence[Block], marker: str) -> str:
    """Blocks within an item of a list, which an empty line would end."""
    return (
        re.sub(r"\n{2,}", "\n", _blocks(blocks, marker, "\n"))
        if not _has_code(blocks)
        else _blocks(blocks, marker, "\n")
    )


def _has_code(blocks: Sequence[Block]) -> bool:
    return any(isinstance(block, Code) for block in blocks)


def _without_quotes(blocks: Sequence[Block]) -> list[Block]:
    found: list[Block] = []
    for block in blocks:
        found += _without_quotes(block.blocks) if isinstance(block, Quote) else [block]
    return found


def _code(language: str, code: str) -> str:
    kind = "noformat" if "{code" in code else "code"
    # Nothing quotes the end of such a block.
    code = code.replace("{noformat", "{ noformat") if kind == "noformat" else code
    known = _ALIASES.get(language.lower(), language.lower())
    named = f":{known}" if kind == "code" and known in _LANGUAGES.split() else ""
    return f"{{{kind}{named}}}\n{code}\n{{{kind}}}"


def _text(spans: Sequence[Span]) -> str:
    made: list[str] = []
    at_start = True
    for span in spans:
        if span.text == "\n":
            made.append("\n")
            at_start = True
            continue
        made.append(_span(span, at_start))
        at_start = False
    return "".join(made)


def _span(span: Span, at_start: bool) -> str:
    inner = span.text.strip()
    if not inner:
        return span.text
    before, after = span.text[: len(span.text) - len(span.text.lstrip())], span.text[len(span.text.rstrip()) :]
    address = re.sub(r"[|\[\]{}]", lambda found: f"%{ord(found[0]):02X}", span.href).removeprefix("mailto:")
    if span.href and inner == span.href and not (span.code or span.strong or span.em or span.strike):
        return f"{before}[{address}]{after}" if address != span.href else f"{before}{inner}{after}"
    made = _escaped(inner, at_start and not before)
    if span.code:
        # The markup inside is still read, so it is escaped as well.
        made = f"{{{{{made}}}}}"
    for name, mark in (("strike", "-"), ("em", "_"), ("strong", "*")):
        if getattr(span, name) and not span.code:
            made = f"{mark}{made}{mark}"
    if span.href:
        target = span.href if span.href.startswith("mailto:") else address
        made = f"[{made.replace('|', '&#124;')}|{target}]"
    return f"{before}{made}{after}"


#: What always means something; what means something at the edge of a word; icons; what a line may begin with.
_ALWAYS = re.compile(r"[{}\[\]]")
_AT_EDGE = re.compile(r"(?<![^\W_])[*_+^~?!-](?=\S)|(?<=\S)[*_+^~?!-](?![^\W_])")
_ICON = re.compile(r"\((?=[xyni/!?+*-]\)|on\)|off\))|[:;](?=[)(PD])")
_LINE = re.compile(r"(?=[*#|-]+\s|-{2,}|\|)|(?=(?:h[1-6]|bq)\.)")
_ENTITY = re.compile(r"&(?=#?\w+;)")


def _escaped(text: str, at_start: bool) -> str:
    text = _ENTITY.sub("&#38;", text)
    text = text.replace("\\", "\0")
    starts = at_start and _LINE.match(text) is not None
    text = _ALWAYS.sub(r"\\\g<0>", text)
    text = _AT_EDGE.sub(r"\\\g<0>", text)
    text = _ICON.sub(r"\\\g<0>", text)
    if starts and not text.startswith("\\"):
        text = f"&#{ord(text[0])};{text[1:]}"
    return text.replace("\0", "&#92;")


# ---- read ------------------------------------------------------------------------------------------------------------

_OPENING = re.compile(r"(?<!\\)\{(code|noformat|quote)(?::([^{}\n]*))?\}")
_LIST = re.compile(r"([*#]+|-) +")
_TITLE = re.compile(r"h([1-6])\.(?: +|$)")
_CODE = re.compile(r"\{\{((?:\\.|[^\\{\n])+?)\}\}")
_NAMED_LINK = re.compile(r"(?<!\\)\[([^\[\]|\n]+)\|([^\[\]|\s]+)(?:\|[^\[\]\n]*)?\]")
_LINK = re.compile(r"(?<!\\)\[(https?://[^\[\]|\s]+|mailto:[^\[\]|\s]+)\]")
_PERSON = re.compile(r"(?<!\\)\[~([^\[\]|\s]+)\]")
_COLOR = re.compile(r"(?<!\\)\{color(?::[^{}\n]*)?\}")
_MARKS = (
    (re.compile(r"(?<![\w\\*])\*(?=[^\s*])([^*\n]*[^\s*\\])\*(?![\w*])"), r"**\1**"),
    (re.compile(r"(?<![\w\\_])_(?=[^\s_])([^_\n]*[^\s_\\])_(?![\w_])"), r"*\1*"),
    (re.compile(r"(?<![\w\\-])-(?=[^\s-])([^-\n]*[^\s\\-])-(?![\w-])"), r"~~\1~~"),
)
_ESCAPE = re.compile(r"\\([^\w\s\\])")
_NUMBERED = re.compile(r"&#(\d{1,7});")


def as_text(text: str) -> str:
    """Wiki markup as Markdown. What it does not know stays as it is."""
    return "\n".join(_read(text.replace("\r\n", "\n").replace("\r", "\n"))).strip("\n")


def _read(text: str) -> Iterator[str]:
    start, at, check = 0, 0, budget.current().check
    endless: set[str] = set()
    while True:
        check()
        opening = _OPENING.search(text, at)
        if opening is None:
            yield from _plain_lines(text[start:])
            return
        kind = opening[1]
        end = -1 if kind in endless else text.find(f"{{{kind}}}", opening.end())
        if end < 0:
            endless.add(kind)
            at = opening.end()
            continue
        if before := text[start : opening.start()]:
            yield from _plain_lines(before.removesuffix("\n"))
        inner = text[opening.end() : end].removeprefix("\n").removesuffix("\n")
        if kind == "quote":
            yield from (f"> {line}".rstrip() for line in as_text(inner).split("\n"))
        else:
            yield from _fenced(inner, opening[2] or "" if kind == "code" else "")
        start = at = end + len(kind) + 2
        if text.startswith("\n", at):
            start = at = at + 1


def _fenced(code: str, parameters: str) -> Iterator[str]:
    fence = "```"
    while fence in code:
        fence += "`"
    language = parameters.split("|")[0]
    yield fence + (language if "=" not in language else "")
    yield from code.split("\n")
    yield fence


def _plain_lines(text: str) -> Iterator[str]:
    check = budget.current().check
    indent = ""
    #: How many items each list has, by its marks.
    counts: dict[str, int] = {}
    for line in text.split("\n"):
        check()
        stripped = line.strip()
        if listed := _LIST.match(line.lstrip()):
            marks = listed[1]
            # A list that is inside another one begins anew in its next item.
            counts = {known: count for known, count in counts.items() if len(known) <= len(marks)}
            counts[marks] = counts.get(marks, 0) + 1
            marker = f"{counts[marks]}. " if marks[-1] == "#" else "- "
            outer = "".join("   " if mark == "#" else "  " for mark in marks[:-1])
            indent = outer + " " * len(marker)
            yield f"{outer}{marker}{_line_text(line.strip()[listed.end() :])}".rstrip()
            continue
        if not stripped:
            indent = ""
            counts.clear()
            yield ""
        elif title := _TITLE.match(stripped):
            yield f"{'#' * int(title[1])} {_line_text(stripped[title.end() :])}".rstrip()
        elif stripped.startswith("bq. "):
            yield f"> {_line_text(stripped[4:])}"
        elif len(stripped) >= 4 and not stripped.strip("-"):
            yield "---"
        elif stripped.startswith("||"):
            cells = [_line_text(cell.strip()) for cell in stripped.strip("|").split("||")]
            yield f"| {' | '.join(cells)} |"
            yield "|" + " --- |" * len(cells)
        else:
            yield f"{indent}{_line_text(line if not indent else stripped)}"


def _line_text(line: str) -> str:
    """A line whose code is taken as it is."""
    parts, at = [], 0
    for code in _CODE.finditer(line):
        parts += [_phrases(line[at : code.start()]), _as_code(_unescaped(code[1]))]
        at = code.end()
    return "".join([*parts, _phrases(line[at:])])


def _as_code(text: str) -> str:
    return f"``{text}``" if "`" in text else f"`{text}`"


def _phrases(text: str) -> str:
    text = _COLOR.sub("", text)
    for pattern, form in _MARKS:
        text = pattern.sub(form, text)
    text = _PERSON.sub(r"@\1", text)
    text = _NAMED_LINK.sub(r"[\1](\2)", text)
    text = _LINK.sub(lambda found: found[1].removeprefix("mailto:"), text)
    return _unescaped(text.replace("\\\\", "\n"))


def _unescaped(text: str) -> str:
    text = _ESCAPE.sub(r"\1", text)
    return _NUMBERED.sub(lambda found: _character(int(found[1]), found[0]), text)


def _character(number: int, written: str) -> str:
    # Not half of a pair of surrogates, and no control character.
    return chr(number) if 32 <= number < 0xD800 or 0xE000 <= number < 0x110000 else written
