"""A request in JSON is refused where protobuf's Python would read it as another one."""

from __future__ import annotations

import json
from typing import Any

import grpc
import pytest

from sentry_scm_grpc.server.connect import JSON, RpcFailure, decode
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls
from sentry_scm_grpc.v1 import refs_pb2 as refs
from sentry_scm_grpc.v1 import scm_pb2 as scm

STATES = "PULL_REQUEST_STATE_OPEN, PULL_REQUEST_STATE_CLOSED, PULL_REQUEST_STATE_MERGED"


@pytest.mark.parametrize(
    ("request_class", "request_json", "why"),
    [
        (pulls.ListPullRequestsRequest, {"state": "merged"}, f"state is 'merged', but must be one of {STATES}"),
        (refs.CreateCommitRequest, {"actions": [{}, {"kind": "WRITE"}]}, "kind is 'WRITE', but must be one of "),
        (refs.CreateCommitRequest, {"actions": [{"content": "hello world!"}]}, "content must be Base64"),
    ],
)
def test_what_names_nothing_is_refused(request_class: Any, request_json: Any, why: str) -> None:
    with pytest.raises(RpcFailure, match=why) as failure:
        decode(JSON, json.dumps(request_json).encode(), request_class)
    assert failure.value.code is grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize("state", ["PULL_REQUEST_STATE_MERGED", 3, "3"])
def test_the_names_and_numbers_of_an_enum_are_read(state: Any) -> None:
    request = decode(
        JSON, json.dumps({"state": state, "of_a_newer_client": "x"}).encode(), pulls.ListPullRequestsRequest
    )
    assert request == pulls.ListPullRequestsRequest(state=pulls.PULL_REQUEST_STATE_MERGED)


def test_maps_and_timestamps_are_left_to_protobuf() -> None:
    sent = {"metadata": {"kind": "any text", "value": "x"}, "title": "t"}
    request = decode(JSON, json.dumps(sent).encode(), scm.CreateExternalIssueRequest)
    assert dict(request.metadata) == sent["metadata"]
    assert decode(JSON, b'{"since": "2024-01-01T00:00:00Z"}', scm.ListCommitsRequest).since.seconds
