"""Shows the audit log: one line per write and per refusal, with who, what, where and how it ended, and no content."""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask

from sentry_scm_grpc.telemetry.logs import JsonFormatter
from sentry_scm_grpc.testing import factories
from sentry_scm_grpc.testing.web_call import web_call
from sentry_scm_grpc.v1 import scm_pb2 as pb

pytestmark = pytest.mark.django_db
Code = grpc.StatusCode


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Any:
    """What stands in the audit log since the test began."""
    caplog.set_level(logging.INFO, "sentry_scm_grpc.audit")
    return lambda: [json.loads(r.getMessage()) for r in caplog.records if r.name == "sentry_scm_grpc.audit"]


def key_of(organization: Any, **fields: Any) -> dict[str, str]:
    return {"x-api-key": factories.ApiKeyFactory(organization=organization, **fields).plain}


def test_a_write_is_a_line_and_a_read_is_none(lines: Any) -> None:
    repository = factories.RepositoryFactory()
    metadata = key_of(repository.organization)
    assert web_call("GetRepository", pb.GetRepositoryRequest(repository_id=repository.id), metadata).status is Code.OK
    assert lines() == []
    request = pb.UpdateRepositoryRequest(
        repository=pb.Repository(id=repository.id, name="a secret plan"), update_mask=FieldMask(paths=["name"])
    )
    assert web_call("UpdateRepository", request, {**metadata, "x-request-id": "mine-1"}).status is Code.OK
    (line,) = lines()
    page = (Path(__file__).parents[2] / "docs/how-to/observability.md").read_text()
    table = page.partition("## The audit log")[2].partition("\n## ")[0]
    assert list(line) == re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)
    duration = line.pop("duration_ms")
    assert 0 < duration < 60_000
    assert line == {
        "event": "write",
        "request_id": "mine-1",
        "principal": line["principal"],
        "rpc": "UpdateRepository",
        "organization_id": repository.organization_id,
        "targets": {"repository.id": repository.id},
        "status": "OK",
        "reason": "",
        "peer": "127.0.0.1",
        "result_id": repository.id,
    }
    assert line["principal"].startswith("api-key:")
    assert "secret plan" not in json.dumps(line)
    assert metadata["x-api-key"] not in json.dumps(line)


def test_a_write_that_fails_is_a_line_too(lines: Any) -> None:
    metadata = key_of(factories.OrganizationFactory())
    assert web_call("CreateCodeMapping", pb.CreateCodeMappingRequest(), metadata).status is Code.INVALID_ARGUMENT
    (line,) = lines()
    assert (line["event"], line["status"], line["reason"]) == ("write", "INVALID_ARGUMENT", "INVALID_FIELDS")


@pytest.mark.parametrize(
    ("case", "status", "reason", "known"),
    [
        ("no credentials", "UNAUTHENTICATED", "NO_CREDENTIALS", False),
        ("bad key", "UNAUTHENTICATED", None, False),
        ("no scope", "PERMISSION_DENIED", "SCOPE_MISSING", True),
        ("foreign row", "NOT_FOUND", "REPOSITORY_NOT_FOUND", True),
        ("switched off", "UNIMPLEMENTED", "RPC_DISABLED", False),
        ("too often", "RESOURCE_EXHAUSTED", "RATE_LIMITED", True),
    ],
)
def test_a_refusal_is_a_line(
    case: str, status: str, reason: str | None, known: bool, lines: Any, settings: Any
) -> None:
    mine, theirs = factories.RepositoryFactory.create_batch(2)
    metadata = key_of(mine.organization, **({"scopes": ["event:read"]} if case == "no scope" else {}))
    if case == "no credentials":
        metadata = {}
    elif case == "bad key":
        metadata = {"x-api-key": "scm_nobody_has_this"}
    elif case == "switched off":
        settings.SCM_GRPC = {**settings.SCM_GRPC, "RPCS": ["*", "-GetRepository"]}
    elif case == "too often":
        settings.SCM_GRPC = {**settings.SCM_GRPC, "RATE_LIMITS": {"read": "0/m"}}
    asked = theirs.id if case == "foreign row" else mine.id
    answer = web_call("GetRepository", pb.GetRepositoryRequest(repository_id=asked), metadata)
    assert answer.status.name == status
    (line,) = lines()
    assert line["event"] == "refusal"
    assert line["status"] == status
    assert line["reason"] == (reason or answer.reason)
    assert line["targets"] == {"repository_id": asked}
    assert line["request_id"] == answer.trailers["x-request-id"]
    assert (line["principal"] is not None) is known
    assert line["organization_id"] == (mine.organization_id if known else None)


def test_what_is_merely_not_there_at_the_vendor_is_no_refusal(lines: Any) -> None:
    repository = factories.RepositoryFactory()
    metadata = key_of(repository.organization)
    request = pb.GetCommitRequest(repository_id=repository.id, commit_sha="a" * 40)
    assert web_call("GetCommit", request, metadata).status is not Code.OK
    assert lines() == []


def test_no_value_begins_a_line_of_its_own(caplog: pytest.LogCaptureFixture, lines: Any) -> None:
    """Through a plain formatter and through ours."""
    forged = "id\n{}"
    web_call("GetRepository", pb.GetRepositoryRequest(repository_id=1), {"x-request-id": forged, "x-api-key": "x\r\ny"})
    record = next(r for r in caplog.records if r.name == "sentry_scm_grpc.audit")
    for formatter in (logging.Formatter("%(message)s"), JsonFormatter()):
        assert len(formatter.format(record).splitlines()) == 1
    assert lines()[0]["request_id"] != forged
