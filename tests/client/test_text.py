"""Text for a terminal: others' text drives nothing, and lines fit."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentry_scm_grpc.client.table import print_message, print_table
from sentry_scm_grpc.client.text import columns, cut, harmless, harmless_json, pad

texts = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("\x1b\x9b\r\u202e\u2028e\u0301文"))


@given(texts)
def test_no_text_drives_a_terminal(text: str) -> None:
    made = harmless(text)
    assert not [one for one in made if unicodedata.category(one) == "Cc" and one not in "\n\t"]
    assert not [
        one for one in made if unicodedata.bidirectional(one) in ("LRE", "RLE", "LRO", "RLO", "PDF", "RLI", "LRI")
    ]
    assert harmless(made) == made


@given(texts)
def test_json_reads_as_it_was(text: str) -> None:
    assert json.loads(harmless_json(json.dumps([text], ensure_ascii=False))) == [text]


@given(texts, st.integers(1, 30))
def test_a_cut_text_fits(text: str, width: int) -> None:
    made = cut(harmless(text), width)
    assert columns(made) <= width
    assert columns(pad(made, width)) == width


@pytest.mark.parametrize(
    ("message", "printed"),
    [
        ({"commits": [{"id": "a"}]}, "ID\na\n"),
        (
            {"commits": [{"id": "a"}], "incomplete": True, "next_page_token": "t"},
            "FIELD            VALUE\nincomplete       true\nnext_page_token  t\n\nID\na\n",
        ),
        ({"name": "rocket"}, "FIELD  VALUE\nname   rocket\n"),
        ({}, ""),
    ],
)
def test_a_table_leaves_no_field_of_an_answer_out(
    message: dict[str, object], printed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    print_message(message)
    assert capsys.readouterr().out == printed


def test_a_table_shows_what_would_drive_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    print_table([{"name": "a\x1b[2Jb"}, {"name": "文文"}])
    assert capsys.readouterr().out == "NAME\na\\x1b[2Jb\n文文\n"
