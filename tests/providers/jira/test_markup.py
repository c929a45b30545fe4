"""Descriptions: from Markdown to Jira's two markups, and back as text, whatever they contain."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sentry_scm_grpc.errors import Unavailable
from sentry_scm_grpc.providers.jira import adf, markdown, wiki

#: What the format allows in each kind of node: https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/
INLINE = {"text", "hardBreak"}
BLOCKS = {"paragraph", "heading", "codeBlock", "blockquote", "bulletList", "orderedList", "rule"}
ALLOWED = {
    "doc": BLOCKS,
    "paragraph": INLINE,
    "heading": INLINE,
    "codeBlock": {"text"},
    "blockquote": {"paragraph", "bulletList", "orderedList", "codeBlock"},
    "bulletList": {"listItem"},
    "orderedList": {"listItem"},
    "listItem": {"paragraph", "bulletList", "orderedList", "codeBlock"},
}


def check(node: dict[str, Any]) -> None:
    """Fails for a document that Jira would refuse."""
    kind = node["type"]
    if kind == "text":
        marks = {mark["type"] for mark in node.get("marks", ())}
        assert node["text"]
        assert "\n" not in node["text"]
        assert marks <= {"code", "strong", "em", "strike", "link"}
        assert "code" not in marks or marks <= {"code", "link"}
        return
    children = node.get("content", [])
    assert {child["type"] for child in children} <= ALLOWED.get(kind, set()), kind
    if kind in ("bulletList", "orderedList", "listItem", "blockquote"):
        assert children
    if kind == "listItem":
        assert children[0]["type"] in ("paragraph", "codeBlock")
    for child in children:
        if kind == "codeBlock":
            assert child["text"]
            assert "marks" not in child
        else:
            check(child)


def both(text: str) -> Iterator[str]:
    document = adf.document(text)
    check(document)
    yield adf.as_text(document)
    yield wiki.as_text(wiki.markup(text))


#: Pieces that mean something in one of the markups, in every order.
PIECES = (
    *("word", "snake_case", "x", "1. ", "7) ", "- ", "* ", "# ", "### ", "> ", "```", "~~~", "```py", "`", "``", "**"),
    *("*", "_", "__", "~~", "~", "[", "]", "(", ")", "[a](https://b.example)", "![i](http://c)", "<https://d>", "---"),
    *("https://e.example/f_g", "\\", "\\*", "\n", "\n\n", "\n  ", "\n    ", " ", "\t", "{code}", "{", "}", "{{", "}}"),
    *(
        "{quote}",
        "{noformat}",
        "{color:red}",
        "h1. ",
        "bq. ",
        "|",
        "||",
        "----",
        "[~ada]",
        "!",
        "^",
        "+",
        "-",
        ":)",
        "&",
    ),
    *("&amp;", "&#92;", "(x)", "ü", "文件", "😀", "\r\n", "\0", "^M", "?"),
)
texts = st.one_of(st.text(max_size=200), st.lists(st.sampled_from(PIECES), max_size=40).map("".join))


@given(texts)
@example("h1.")
@example("http://{quote}{quote}")
def test_whatever_the_text_is_it_is_written_and_no_letter_is_lost(text: str) -> None:
    for back in both(text):
        rest = iter(_letters(back))
        assert all(letter in rest for letter in _letters(_without_markup(text))), back


def _letters(text: str) -> str:
    return "".join(re.findall(r"[^\W\d_]", text))


def _without_markup(text: str) -> str:
    """The language of code may be given up, and what follows it on the line."""
    return re.sub(r"(`{3,}|~{3,})[^\n]*", " ", text.replace("\r", "\n"))


@given(texts)
def test_wiki_markup_of_others_is_read_whatever_it_is(text: str) -> None:
    assert isinstance(wiki.as_text(text), str)


lines = st.lists(
    st.sampled_from(["one", "it's", "**two**", "`a_b`", "[x](https://e.example)", "f(x)", "5%", "*i*"]), min_size=1
)
line = lines.map(" ".join)
blocks = st.one_of(
    line.map("## {}".format),
    st.lists(line, min_size=1, max_size=3).map(lambda found: "\n".join(f"- {item}\n  - {item}" for item in found)),
    st.lists(line, min_size=1, max_size=3).map(
        lambda found: "\n".join(f"{n}. {t}" for n, t in enumerate(found, start=1))
    ),
    st.lists(line, min_size=1, max_size=3).map(lambda found: "\n".join(f"> {item}" for item in found)),
    st.lists(line, min_size=1, max_size=3).map(lambda found: "\n".join(["```sql", *found, "```"])),
    st.just("---"),
)


@given(st.lists(st.tuples(line, blocks), min_size=1, max_size=4))
def test_usual_markdown_comes_back_as_it_was(parts: list[tuple[str, str]]) -> None:
    text = "\n\n".join(block for part in parts for block in part)
    for back in both(text):
        assert back == text


EXAMPLES = {
    "paragraph": ("a\nb\n\nc", "a\nb\n\nc"),
    "title": ("## Two", "h2. Two"),
    "marks": ("**b** *i* ~~s~~ `c` ***bi***", "*b* _i_ -s- {{c}} *_bi_*"),
    "list": ("- a\n  - b\n- c", "* a\n** b\n* c"),
    "numbers": ("1. a\n2. b\n   - c", "# a\n# b\n#* c"),
    "code": ("```python\na\n\nb\n```", "{code:python}\na\n\nb\n{code}"),
    "code of no known language": ("```\n{x}\n```", "{code}\n{x}\n{code}"),
    "code about code": ("```\n{code}\n```", "{noformat}\n{code}\n{noformat}"),
    "quote": ("> a\n> b", "{quote}\na\nb\n{quote}"),
    "rule": ("a\n\n---", "a\n\n----"),
    "link": ("[a b](https://e.example/x)", "[a b|https://e.example/x]"),
    "address": ("https://e.example/x_y", "https://e.example/x_y"),
    "plain characters": ("a_b 2 * 3 {x} C:\\temp [y] -z (x) &amp; #1", None),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_form_there_and_back(name: str) -> None:
    text, written = EXAMPLES[name]
    if written is not None:
        assert wiki.markup(text) == written
    for back in both(text):
        assert back == text


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("||a||b||\n|c|d|", "| a | b |\n| --- | --- |\n|c|d|"),
        ("[~ada] and {color:red}red{color}", "@ada and red"),
        ("bq. said", "> said"),
        ("line\\\\next", "line\nnext"),
        ("[https://e.example]", "https://e.example"),
        ("{noformat}\n*x*\n{noformat}", "```\n*x*\n```"),
        ("{code:title=A.java|borderStyle=solid}\nx\n{code}", "```\nx\n```"),
        ("{code}never ends", "{code}never ends"),
        ("\\*not bold\\*", "*not bold*"),
        ("a - b - c", "a - b - c"),
    ],
)
def test_wiki_markup_that_people_write(written: str, text: str) -> None:
    assert wiki.as_text(written) == text


def node(kind: str, *content: Any, **attrs: Any) -> dict[str, Any]:
    return {"type": kind, "content": list(content), **({"attrs": attrs} if attrs else {})}


def words(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


@pytest.mark.parametrize(
    ("block", "text"),
    [
        (node("panel", node("paragraph", words("a")), panelType="info"), "a"),
        (node("expand", node("paragraph", words("b")), title="a"), "a\n\nb"),
        (
            node("paragraph", node("mention", id="1", text="@Ada"), words(" "), node("emoji", shortName=":x:")),
            "@Ada :x:",
        ),
        (node("paragraph", node("inlineCard", url="https://e.example")), "https://e.example"),
        (node("paragraph", node("date", timestamp="1700000000000")), "2023-11-14"),
        (node("paragraph", node("date", timestamp="soon"), node("status", text="DONE")), "DONE"),
        (node("mediaSingle", node("media", alt="a picture")), "a picture"),
        (
            node("taskList", node("taskItem", words("a"), state="DONE"), node("taskItem", words("b"))),
            "- [x] a\n- [ ] b",
        ),
        (
            node(
                "table",
                node("tableRow", node("tableHeader", node("paragraph", words("a"))), node("tableHeader")),
                node("tableRow", node("tableCell", node("paragraph", words("b"))), node("tableCell", words("c"))),
            ),
            "| a |  |\n| --- | --- |\n| b | c |",
        ),
        (node("something new", node("paragraph", words("a")), node("rule")), "a\n\n---"),
        (node("heading", words("a"), level=99), "# a"),
        (node("codeBlock", words("```")), "````\n```\n````"),
        (node("paragraph", {"type": "text", "text": "a", "marks": 7}, {"type": "text"}, {}), "a"),
    ],
)
def test_nodes_that_jiras_editor_makes(block: Any, text: str) -> None:
    assert adf.as_text({"type": "doc", "version": 1, "content": [block]}) == text


@pytest.mark.parametrize("document", [7, [], {"content": 7}, {"content": ["x"]}, {"content": [{"content": [None]}]}])
def test_a_document_that_is_none_is_refused(document: Any) -> None:
    with pytest.raises(Unavailable):
        adf.as_text(document)


def test_a_mark_is_the_last_paragraph() -> None:
    assert adf.as_text(adf.document("a", "scm-request-0")) == "a\n\nscm-request-0"
    assert adf.as_text(adf.document("", "scm-request-0")) == "scm-request-0"


@pytest.mark.parametrize("scheme", ["javascript:alert(1)", "data:text/html,x", "//e.example", "file:///etc/passwd"])
def test_a_link_leads_only_to_the_web(scheme: str) -> None:
    for written in (str(adf.document(f"[a]({scheme})")), wiki.markup(f"[a]({scheme})")):
        assert "'href'" not in written
        assert "[a|" not in written


#: As long as a description may be.
LENGTH = 32_768
HOSTILE = {
    "backticks": "".join("`" * n + " " for n in range(1, 255)),
    **{
        piece: piece * (LENGTH // len(piece))
        for piece in (
            *("*a ", "*a* ", "**a *b ", "[", "[a](", ">", "- ", "```\n", "{code:a}", "{{", "*a", "_", " ", "# ", "\\"),
            *(
                "https://a",
                "[a|",
                "{quote}",
                "||",
                "&",
                "~~a",
                "![",
                "<https://",
                "`a",
                "h1. ",
                "(x)",
                "\n",
                "-",
                "1. a\n",
            ),
        )
    },
    "groups": "[a](" + "(x)" * (LENGTH // 3),
    "spaces": " " * LENGTH + "x",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_a_text_that_is_made_to_take_long_takes_no_longer(name: str) -> None:
    """In the square of its length, each would take minutes."""
    text = HOSTILE[name]
    started = time.process_time()
    for _ in both(text):
        pass
    wiki.as_text(text)
    assert time.process_time() - started < 15


def test_lists_and_quotes_are_read_only_so_deep() -> None:
    deep = "".join("  " * level + "- x\n" for level in range(100))
    assert len(markdown.parse(deep)) == 1
    for back in both(deep):
        assert back.count("x") == 100
