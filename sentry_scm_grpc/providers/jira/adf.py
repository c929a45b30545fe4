"""The Atlassian Document Format, in which Jira Cloud has descriptions: JSON that is a tree of nodes.

https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sentry_scm_grpc.providers.jira.markdown import Block, Code, Heading, List, Paragraph, Quote, Rule, Span, parse
from sentry_scm_grpc.providers.vendor.reading import bad_answer, text
from sentry_scm_grpc.rpc import budget

#: Jira's own editor makes nothing deeper.
MAX_DEPTH = 60

# ---- written ---------------------------------------------------------------------------------------------------------


def document(markdown: str, mark: str = "") -> dict[str, Any]:
    """A description as a document. ``mark`` becomes its last paragraph."""
    nodes = _nodes(parse(markdown))
    if mark:
        nodes.append(_paragraph([Span(mark)]))
    return {"version": 1, "type": "doc", "content": nodes}


def _nodes(blocks: Sequence[Block]) -> list[dict[str, Any]]:
    return [node for block in blocks for node in _node(block)]


def _node(block: Block) -> list[dict[str, Any]]:
    match block:
        case Paragraph(spans):
            return [_paragraph(spans)]
        case Heading(level, spans):
            return [{"type": "heading", "attrs": {"level": level}, "content": _inline(spans)}]
        case Code(language, code):
            attrs = {"attrs": {"language": language}} if language else {}
            return [{"type": "codeBlock", **attrs, "content": [{"type": "text", "text": code}] if code else []}]
        case Quote(blocks):
            inner = _nodes(list(_plain(blocks)))
            return [{"type": "blockquote", "content": inner or [_paragraph([])]}]
        case List(start, items):
            made = [{"type": "listItem", "content": _item(item)} for item in items]
            if start is None:
                return [{"type": "bulletList", "content": made}]
            return [{"type": "orderedList", "attrs": {"order": start}, "content": made}]
        case Rule():
            return [{"type": "rule"}]


def _item(blocks: Sequence[Block]) -> list[dict[str, Any]]:
    nodes = _nodes(list(_plain(blocks)))
    # It must begin with a paragraph or code.
    return nodes if nodes and nodes[0]["type"] in ("paragraph", "codeBlock") else [_paragraph([]), *nodes]


def _plain(blocks: Sequence[Block]) -> Iterator[Block]:
    """Blocks as a list or a quote may have them: the format allows no headings, rules and quotes in them."""
    for block in blocks:
        match block:
            case Heading(_, spans):
                yield Paragraph(spans)
            case Rule():
                yield Paragraph([Span("---")])
            case Quote(inner):
                yield from _plain(inner)
            case _:
                yield block


def _paragraph(spans: Sequence[Span]) -> dict[str, Any]:
    return {"type": "paragraph", "content": _inline(spans)}


def _inline(spans: Sequence[Span]) -> list[dict[str, Any]]:
    return [{"type": "hardBreak"} if span.text == "\n" else _text(span) for span in spans]


def _text(span: Span) -> dict[str, Any]:
    # Code may be a link, and nothing else.
    names = ["code"] if span.code else [name for name in ("strong", "em", "strike") if getattr(span, name)]
    marks: list[dict[str, Any]] = [{"type": name} for name in names]
    if span.href:
        marks.append({"type": "link", "attrs": {"href": span.href}})
    return {"type": "text", "text": span.text, **({"marks": marks} if marks else {})}


# ---- read ------------------------------------------------------------------------------------------------------------


def as_text(node: Any) -> str:
    """A document as Markdown. Empty for no document. Raises Unavailable (BAD_VENDOR_RESPONSE)."""
    if node is None:
        return ""
    if isinstance(node, str):  # As the version 2 of the API has it.
        return node
    if not isinstance(node, Mapping):
        raise bad_answer()
    return _blocks_text(node, 0)


def _children(node: Any, depth: int) -> list[Mapping[str, Any]]:
    if depth > MAX_DEPTH:
        raise bad_answer()
    budget.current().check()
    content = node.get("content")
    if content is None:
        return []
    if not isinstance(content, list) or not all(isinstance(child, Mapping) for child in content):
        raise bad_answer()
    return content


def _blocks_text(node: Mapping[str, Any], depth: int, between: str = "\n\n") -> str:
    found = (_block_text(child, depth + 1) for child in _children(node, depth))
    return between.join(part for part in found if part)


def _block_text(node: Mapping[str, Any], depth: int) -> str:
    kind = text(node, "type")
    if make := _BLOCKS.get(kind):
        return make(node, depth)
    if kind in _INLINES or kind == "text":
        return _inline_text(node, depth)
    # A node of a kind that is not known here: panels, layouts, columns, and what Atlassian adds.
    return _blocks_text(node, depth)


def _line(node: Mapping[str, Any], depth: int) -> str:
    return "".join(_inline_text(child, depth + 1) for child in _children(node, depth))


def _heading(node: Mapping[str, Any], depth: int) -> str:
    level = _attr(node, "level")
    return f"{'#' * (level if isinstance(level, int) and 1 <= level <= 6 else 1)} {_line(node, depth)}".rstrip()


def _code(node: Mapping[str, Any], depth: int) -> str:
    code = _line(node, depth)
    fence = "```"
    while fence in code:
        fence += "`"
    return f"{fence}{_told(node, 'language')}\n{code}\n{fence}"


def _quote(node: Mapping[str, Any], depth: int) -> str:
    return "\n".join(f"> {line}".rstrip() for line in _blocks_text(node, depth).split("\n"))


def _bullets(node: Mapping[str, Any], depth: int) -> str:
    return "\n".join(_listed("- ", item, depth) for item in _children(node, depth))


def _numbers(node: Mapping[str, Any], depth: int) -> str:
    first = _attr(node, "order")
    start = first if isinstance(first, int) else 1
    return "\n".join(_listed(f"{start + n}. ", item, depth) for n, item in enumerate(_children(node, depth)))


def _tasks(node: Mapping[str, Any], depth: int) -> str:
    lines = []
    for item in _children(node, depth):
        marker = "- [x] " if _told(item, "state") == "DONE" else "- [ ] "
        is_task = text(item, "type") == "taskItem"
        lines.append(_listed(marker, item, depth) if is_task else _tasks(item, depth + 1))
    return "\n".join(lines)


def _listed(marker: str, item: Mapping[str, Any], depth: int) -> str:
    parts: list[str] = []
    after_inline = False
    for child in _children(item, depth + 1):
        inline = text(child, "type") in _INLINES or text(child, "type") == "text"
        part = _block_text(child, depth + 2)
        if inline and after_inline:
            parts[-1] += part
        else:
            parts.append(part)
        after_inline = inline
    indent = " " * len(marker)
    lines = "\n".join(part for part in parts if part).split("\n")
    return "\n".join([f"{marker}{lines[0]}".rstrip(), *(f"{indent}{line}".rstrip() for line in lines[1:])])


def _table(node: Mapping[str, Any], depth: int) -> str:
    lines = []
    for row in _children(node, depth):
        cells = [_blocks_text(cell, depth + 2, " ").replace("\n", " ") for cell in _children(row, depth + 1)]
        lines.append(f"| {' | '.join(cells)} |")
        if len(lines) == 1:
            lines.append("|" + " --- |" * len(cells))
    return "\n".join(lines)


def _expand(node: Mapping[str, Any], depth: int) -> str:
    return "\n\n".join(part for part in (_told(node, "title"), _blocks_text(node, depth)) if part)


_BLOCKS: dict[str, Callable[[Mapping[str, Any], int], str]] = {
    "paragraph": _line,
    "heading": _heading,
    "codeBlock": _code,
    "blockquote": _quote,
    "bulletList": _bullets,
    "orderedList": _numbers,
    "taskList": _tasks,
    "decisionList": _bullets,
    "table": _table,
    "expand": _expand,
    "nestedExpand": _expand,
    "rule": lambda node, depth: "---",
}


def _inline_text(node: Mapping[str, Any], depth: int) -> str:
    kind = text(node, "type")
    if kind == "text":
        return _marked(node)
    if make := _INLINES.get(kind):
        return make(node)
    return _line(node, depth) or _told(node, "text")


def _marked(node: Mapping[str, Any]) -> str:
    found = text(node, "text")
    marks = node.get("marks")
    of = {text(mark, "type"): mark for mark in marks if isinstance(mark, Mapping)} if isinstance(marks, list) else {}
    inner = found.strip()
    if not inner:
        return found
    before, after = found[: len(found) - len(found.lstrip())], found[len(found.rstrip()) :]
    made = inner
    if "code" in of:
        made = f"``{made}``" if "`" in made else f"`{made}`"
    for name, mark in (("strike", "~~"), ("em", "*"), ("strong", "**")):
        if name in of:
            made = f"{mark}{made}{mark}"
    if "link" in of and (href := _told(of["link"], "href")) and href != inner:
        made = f"[{made}]({href})"
    return f"{before}{made}{after}"


def _attr(node: Mapping[str, Any], name: str) -> Any:
    attrs = node.get("attrs")
    return attrs.get(name) if isinstance(attrs, Mapping) else None


def _told(node: Mapping[str, Any], name: str) -> str:
    found = _attr(node, name)
    return found if isinstance(found, str) else ""


def _date(node: Mapping[str, Any]) -> str:
    told = _attr(node, "timestamp")
    try:
        return datetime.fromtimestamp(int(str(told)) / 1000, UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        return ""


def _card(node: Mapping[str, Any]) -> str:
    return _told(node, "url")


_INLINES: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "hardBreak": lambda node: "\n",
    "mention": lambda node: _told(node, "text") or f"@{_told(node, 'id')}",
    "emoji": lambda node: _told(node, "text") or _told(node, "shortName"),
    "status": lambda node: _told(node, "text"),
    "date": _date,
    "inlineCard": _card,
    "blockCard": _card,
    "embedCard": _card,
    "media": lambda node: _told(node, "alt"),
    "mediaInline": lambda node: _told(node, "alt"),
}
