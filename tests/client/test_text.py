"""Text for a terminal: others' text drives nothing, and lines fit."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

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


ADA = {"id": "1", "login": "ada"}
HEAD = {"branch": "fix", "repository": "zoe/rocket", "is_fork": True}
ANSWERS: list[tuple[dict[str, Any], str]] = [
    (
        {
            "pull_requests": [
                {
                    **{"number": "7", "title": "Fix\x1b it", "state": "PULL_REQUEST_STATE_OPEN", "draft": True},
                    **{"author": ADA, "head": HEAD, "reviewers": [ADA]},
                },
                {"number": "8", "state": "PULL_REQUEST_STATE_MERGED", "base": {"branch": "main"}},
            ]
        },
        "NUMBER  STATE   TITLE       AUTHOR  BRANCHES           UPDATED\n"
        "7       draft   Fix\\x1b it  ada     zoe/rocket:fix -> \n"
        "8       merged                      -> main\n",
    ),
    (
        {
            "threads": [
                {
                    "id": "t",
                    "resolved": False,
                    "outdated": True,
                    "position": {"path": "a b", "side": "DIFF_SIDE_HEAD", "start_line": 1, "line": 3},
                    "comments": [{"author": ADA, "body": "x\ny"}],
                },
                {"id": "u", "position": {"path": "a"}},
            ]
        },
        "ID  STATE          PLACE         AUTHOR  COMMENTS  BODY\n"
        "t   open outdated  a b:1-3 head  ada     1         x y\n"
        "u                  a                     0\n",
    ),
    (
        {"reviews": [{"group": "Team", "state": "REVIEW_STATE_CHANGES_REQUESTED"}]},
        "AUTHOR  STATE              SUBMITTED  BODY\nTeam    changes requested\n",
    ),
    (
        {"statuses": [{"key": "ci", "state": "CHECK_STATE_SUCCESS"}]},
        "STATE    KEY  SUMMARY  UPDATED  URL\nsuccess  ci\n",
    ),
]


@pytest.mark.parametrize(("answer", "shown"), ANSWERS)
def test_a_table_has_the_columns_that_a_person_wants(
    answer: dict[str, Any], shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    print_message(answer)
    assert capsys.readouterr().out.replace(" \n", "\n") == shown.replace(" \n", "\n")
