"""Request ids inside Sentry: rows of the app's own, in one transaction with Sentry's; what a vendor was asked is not
asked twice.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import grpc
import pytest
import requests
import responses
from django.db import connection
from django.test.utils import CaptureQueriesContext
from sentry.constants import ObjectStatus
from sentry.models import ApiKey, Repository, RepositoryProjectPathConfig
from sentry.tasks.repository import repository_cascade_delete_on_hide

from sentry_scm_grpc.models import RequestId
from sentry_scm_grpc.rpc import attempts
from sentry_scm_grpc.testing.web_call import CallResult, web_call
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.sentry_host.rows import Rows

pytestmark = pytest.mark.django_db

GITHUB = {
    "id": 1296269,
    "full_name": "acme/rocket",
    "html_url": "https://github.com/acme/rocket",
    "default_branch": "main",
}
GITLAB = {
    "id": 7,
    "path_with_namespace": "acme/rocket",
    "name_with_namespace": "Acme / Rocket",
    "web_url": "https://gitlab.example.com/acme/rocket",
    "default_branch": "trunk",
}
STATUS = grpc.StatusCode


@pytest.fixture(autouse=True)
def _no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "SETTLE", timedelta(0))


def mapping(rows: Rows, **fields: Any) -> pb.CreateCodeMappingRequest:
    given = {"stack_root": "app/", "default_branch": "main", "request_id": "once", **fields}
    return pb.CreateCodeMappingRequest(
        organization_id=rows.organization.id, project_id=rows.project.id, repository_id=rows.repository().id, **given
    )


def create_repository(rows: Rows, caller: Any, identifier: str) -> CallResult:
    request = pb.CreateRepositoryRequest(
        organization_id=rows.organization.id,
        integration_id=rows.integration.id,
        identifier=identifier,
        request_id="once",
    )
    return web_call("CreateRepository", request, caller)


def test_a_repeated_write_answers_the_same_and_a_lost_scope_is_noticed(settings: Any) -> None:
    settings.SCM_GRPC = {**settings.SCM_GRPC, "CREDENTIAL_CACHE_SECONDS": 0}
    rows = Rows()
    caller, request = rows.as_key("org:write"), mapping(rows)
    first = web_call("CreateCodeMapping", request, caller).message
    assert web_call("CreateCodeMapping", request, caller).message == first
    assert RepositoryProjectPathConfig.objects.filter(organization_id=rows.organization.id).count() == 1
    key = ApiKey.objects.get(organization_id=rows.organization.id)
    key.scopes, key.scope_list = 0, []
    key.save()
    answer = web_call("CreateCodeMapping", request, caller)
    assert (answer.status, answer.reason) == (STATUS.PERMISSION_DENIED, "SCOPE_MISSING")


def test_a_request_id_adds_two_statements() -> None:
    rows = Rows()
    caller, request = rows.as_key("org:write"), mapping(rows)
    counts = []
    for id, root in (("", "warm/"), ("once", "a/"), ("", "b/")):
        request.request_id, request.stack_root = id, root
        with CaptureQueriesContext(connection) as captured:
            web_call("CreateCodeMapping", request, caller).message  # noqa: B018
        counts.append(len([q for q in captured if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))]))
    assert counts[1] == counts[2] + 2


@pytest.mark.django_db(transaction=True)
def test_what_sentry_deletes_with_a_hidden_repository_waits_for_the_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = Rows()
    repository = rows.repository()
    seen: list[int] = []

    def told(kwargs: dict[str, int]) -> None:
        assert not connection.in_atomic_block
        seen.append(Repository.objects.get(id=kwargs["repo_id"]).status)

    monkeypatch.setattr(repository_cascade_delete_on_hide, "apply_async", told)
    request = pb.UpdateRepositoryRequest(
        repository=pb.Repository(id=repository.id, status=pb.REPOSITORY_STATUS_HIDDEN),
        update_mask={"paths": ["status"]},
        request_id="once",
    )
    caller = rows.as_owner("org:write")
    for _ in range(2):
        assert web_call("UpdateRepository", request, caller).status is STATUS.OK
    assert seen == [ObjectStatus.HIDDEN]


@responses.activate
def test_a_repository_whose_row_was_made_is_answered_when_the_call_is_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = Rows()
    responses.get("https://api.github.com/repos/acme/rocket", json=GITHUB)
    responses.get("https://api.github.com/repos/acme/rocket/hooks", json=[])
    caller = rows.as_owner("org:read")

    def killed(*_: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        # After Sentry's provider has made its row, before ours has its answer.
        patch.setattr(attempts.Attempt, "keep", killed)
        with pytest.raises(SystemExit):
            create_repository(rows, caller, "acme/rocket")
    (row,) = Repository.objects.filter(organization_id=rows.organization.id)
    assert RequestId.objects.get().answer is None

    made = create_repository(rows, caller, "acme/rocket").message
    assert made.id == row.id
    assert create_repository(rows, caller, "acme/rocket").message == made


@responses.activate
def test_a_webhook_that_may_be_there_is_not_made_twice() -> None:
    rows = Rows("gitlab")
    responses.get("https://gitlab.example.com/api/v4/projects/7", json=GITLAB)
    hook = responses.post(
        "https://gitlab.example.com/api/v4/projects/7/hooks", body=requests.ConnectionError("Connection reset by peer")
    )
    caller = rows.as_owner("org:read")
    assert create_repository(rows, caller, "7").status is STATUS.UNAVAILABLE
    answer = create_repository(rows, caller, "7")
    assert (answer.status, answer.reason) == (STATUS.FAILED_PRECONDITION, "OUTCOME_UNKNOWN")
    assert hook.call_count == 1
