"""What tools for language models are made of, and what the command says where their SDK is missing.

tests/clients/test_mcp.py runs the server itself.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from sentry_scm_grpc.client import command
from sentry_scm_grpc.client.mcp_answers import CUT, bounded, readable, size_of
from sentry_scm_grpc.client.mcp_schemas import request_schema
from sentry_scm_grpc.rpc.policy import RPCS, Rpc, field_rules
from sentry_scm_grpc.v1 import scm_pb2 as pb


@pytest.mark.parametrize("rpc", RPCS.values(), ids=lambda rpc: rpc.name)
def test_the_schema_of_a_request_is_whole_and_has_the_names_of_the_contract(rpc: Rpc) -> None:
    schema = request_schema(rpc)
    fields = rpc.request_class.DESCRIPTOR.fields
    assert list(schema["properties"]) == [field.name for field in fields]
    assert schema.get("required", []) == [field.name for field in fields if field_rules(field).required]
    assert all(described["description"] for described in schema["properties"].values())
    assert "$ref" not in json.dumps(schema)


def test_messages_in_a_request_are_described_where_they_stand() -> None:
    lines = request_schema(RPCS["BatchGetCommitContext"])["properties"]["lines"]
    assert lines["items"]["required"] == ["commit_sha", "filepath", "line_number"]
    status = request_schema(RPCS["UpdateRepository"])["properties"]["repository"]["properties"]["status"]
    assert "REPOSITORY_STATUS_ACTIVE" in status["enum"]


@pytest.mark.parametrize(
    ("data", "shown"), [(b"gr\xc3\xbcn", {"content_text": "grün"}), (b"\xff", {"content": "/w=="})]
)
def test_bytes_that_are_text_are_shown_as_text(data: bytes, shown: dict[str, str]) -> None:
    assert readable(pb.FileContent(path="a", content=data)) == {"path": "a", **shown}


def test_an_answer_that_fits_is_left_alone() -> None:
    answer = {"commits": [{"message": "x" * 900}], "next_page_token": "t"}
    assert bounded(RPCS["ListCommits"], answer, 1000) is answer


@pytest.mark.parametrize("limit", [1000, 5000, 60_000])
@pytest.mark.parametrize(
    "answer",
    [
        {"commits": [{"message": "x" * 200} for _ in range(1000)], "next_page_token": "t"},
        {"commits": [{"message": "x" * 90_000} for _ in range(3)], "next_page_token": "t"},
        {"message": "x" * 200_000},
        {"metadata": {f"key {number}": "x" * 100 for number in range(2000)}},
    ],
    ids=["a long list", "long texts", "a text", "a large map"],
)
def test_a_larger_one_is_cut_to_the_limit_and_says_what_was_cut(answer: dict[str, Any], limit: int) -> None:
    made = bounded(RPCS["ListCommits"], answer, limit)
    assert size_of(made) <= limit
    assert made[CUT]
    if len(made.get("commits", ())) < len(answer.get("commits", ())):
        assert "next_page_token" not in made


def test_without_the_sdk_the_command_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "find_spec", lambda name: None)
    with pytest.raises(SystemExit) as ended:
        command.main(["mcp"])
    assert ended.value.code == 2
    assert "pip install 'mcp>=2.3,<3'" in capsys.readouterr().err
