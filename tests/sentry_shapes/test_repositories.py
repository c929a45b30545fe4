"""Repositories: hidden with and without Sentry's task, moved or not, their webhooks made before the row or after it."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import grpc
import pytest
from sentry import deletions
from sentry.models import (
    Commit,
    ProjectCodeOwners,
    PullRequest,
    Repository,
    RepositoryProjectPathConfig,
)
from sentry.shapes import AFTER, BEFORE, SHAPE

from sentry_scm_grpc.hosts.sentry.compat import repositories
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.sentry_shapes.conftest import Vendor
from tests.sentry_shapes.rows import Rows

HIDDEN = pb.REPOSITORY_STATUS_HIDDEN


def update(rows: Rows, paths: list[str], **values: Any) -> Any:
    return rows.call("UpdateRepository", repository=values, update_mask={"paths": paths})


def children(repository: Repository) -> list[int]:
    """How many commits, pull requests and code mappings there are of a repository."""
    mapping = "project_repository__repository_id" if SHAPE == AFTER else "repository_id"
    return [
        Commit.objects.filter(repository_id=repository.id).count(),
        PullRequest.objects.filter(repository_id=repository.id).count(),
        RepositoryProjectPathConfig.objects.filter(**{mapping: repository.id}).count(),
    ]


def with_children(rows: Rows, name: str = "acme/rocket") -> Repository:
    repository = rows.repository(name)
    for number in range(5):
        rows.commit(repository, number)
    PullRequest.objects.create(organization_id=rows.organization.id, repository_id=repository.id, key="1")
    rows.mapping(repository, stack_root=f"{name}/")
    return repository


# ---- hiding ----------------------------------------------------------------------------------------------------------


def test_hiding_deletes_what_belongs_to_the_repository_and_nothing_else(rows: Rows) -> None:
    repository, other = with_children(rows), with_children(rows, "acme/other")
    assert update(rows, ["status"], id=repository.id, status=HIDDEN).message.status == HIDDEN
    assert (children(repository), children(other)) == ([0, 0, 0], [5, 1, 1])


def test_other_parts_of_sentry_that_hang_on_a_repository_are_deleted_too(rows: Rows, monkeypatch: Any) -> None:
    if SHAPE != AFTER:
        pytest.skip("here Sentry's own task does it")
    deleted: list[int] = []

    class Task:
        def __init__(self, manager: Any, repository_id: int) -> None:
            self.repository_id = repository_id

        def chunk(self) -> bool:
            deleted.append(self.repository_id)
            return False

    def relation(repository: Repository) -> Any:
        return SimpleNamespace(task=Task, params={"repository_id": repository.id})

    monkeypatch.setitem(deletions.get_manager().dependencies, Repository, {relation})
    repository = rows.repository()
    assert update(rows, ["status"], id=repository.id, status=HIDDEN).message
    assert deleted == [repository.id]


@pytest.mark.skipif(SHAPE != AFTER, reason="Sentry's own task deletes later")
def test_a_repository_whose_code_mapping_is_in_use_is_not_half_hidden(rows: Rows) -> None:
    repository = with_children(rows)
    ProjectCodeOwners.objects.create(repository_project_path_config=RepositoryProjectPathConfig.objects.get())
    answer = update(rows, ["status"], id=repository.id, status=HIDDEN)
    assert (answer.status, answer.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "CODE_MAPPING_IN_USE")
    repository.refresh_from_db()
    assert (repository.status, children(repository)) == (0, [5, 1, 1])


@pytest.mark.skipif(SHAPE != AFTER, reason="Sentry's own task deletes later")
def test_a_deletion_that_fails_leaves_the_repository_as_it_was(rows: Rows, monkeypatch: Any) -> None:
    repository = with_children(rows)

    class Broken(deletions.Task):
        def chunk(self) -> bool:
            if self.rows.model is PullRequest:
                raise RuntimeError("the database is gone")
            return super().chunk()

    monkeypatch.setattr(deletions, "Task", Broken)
    assert update(rows, ["status"], id=repository.id, status=HIDDEN).status is grpc.StatusCode.INTERNAL
    repository.refresh_from_db()
    assert (repository.status, children(repository)) == (0, [5, 1, 1])


@pytest.fixture
def without_deletions(monkeypatch: Any) -> Iterator[None]:
    lost = SimpleNamespace(find=lambda: None)
    monkeypatch.setattr(repositories, "_DELETIONS", lost)
    monkeypatch.setattr(repositories, "_CASCADE", lost)
    return


@pytest.mark.usefixtures("without_deletions")
def test_where_nothing_can_delete_nothing_is_written(rows: Rows) -> None:
    repository = with_children(rows)
    answer = update(rows, ["status"], id=repository.id, status=HIDDEN)
    assert (answer.status, answer.reason) == (grpc.StatusCode.UNIMPLEMENTED, "HOST_UNSUPPORTED")
    repository.refresh_from_db()
    assert (repository.status, children(repository)) == (0, [5, 1, 1])


@pytest.mark.skipif(SHAPE == AFTER, reason="there is no queue to fail")
def test_what_the_queue_did_not_take_is_made_good_by_hiding_again(rows: Rows, monkeypatch: Any) -> None:
    from sentry.tasks import repository as task

    repository = with_children(rows)

    def refuse(kwargs: Any) -> None:
        raise ConnectionError("no broker")

    with monkeypatch.context() as broken:
        broken.setattr(task.repository_cascade_delete_on_hide, "apply_async", refuse)
        answer = update(rows, ["status"], id=repository.id, status=HIDDEN)
    assert (answer.status, answer.reason) == (grpc.StatusCode.UNAVAILABLE, "DELETION_NOT_QUEUED")
    assert update(rows, ["status"], id=repository.id, status=HIDDEN).message.status == HIDDEN
    assert children(repository) == [0, 0, 0]


# ---- another integration ---------------------------------------------------------------------------------------------


def test_a_repository_moves_only_where_rest_lets_it(rows: Rows, vendor: Vendor) -> None:
    repository, other = rows.repository(), rows.integrate("gitlab", vendor.address)
    answer = update(rows, ["integration_id"], id=repository.id, integration_id=other.id)
    repository.refresh_from_db()
    if SHAPE == BEFORE:
        assert (answer.message.integration_id, repository.integration_id) == (other.id, other.id)
    else:
        assert (answer.status, answer.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "REPOSITORY_CANNOT_MOVE")
        assert repository.integration_id == rows.integration.id


def test_the_same_integration_is_no_move(rows: Rows) -> None:
    repository = rows.repository()
    answer = update(rows, ["integration_id"], id=repository.id, integration_id=rows.integration.id)
    assert answer.message.integration_id == rows.integration.id


# ---- webhooks --------------------------------------------------------------------------------------------------------

PROJECT = {
    "id": 7,
    "path_with_namespace": "acme/rocket",
    "name_with_namespace": "Acme / Rocket",
    "web_url": "https://gitlab.example.com/acme/rocket",
    "default_branch": "main",
}
# Vendor -> identifier, the path of the repository, what the vendor says of it, the path of its webhooks.
VENDORS = {
    "gitlab": ("7", "/api/v4/projects/7", PROJECT, "/api/v4/projects/7/hooks"),
    "bitbucket": (
        "acme/rocket",
        "/2.0/repositories/acme/rocket",
        {"uuid": "{1}", "full_name": "acme/rocket"},
        "/2.0/repositories/acme/rocket/hooks",
    ),
    "bitbucket_server": (
        "ACME/rocket",
        "/rest/api/1.0/projects/ACME/repos/rocket",
        {"id": 3, "slug": "rocket", "project": {"key": "ACME"}},
        "/rest/api/1.0/projects/ACME/repos/rocket/webhooks",
    ),
}


class Creating:
    def __init__(self, provider: str, vendor: Vendor) -> None:
        self.vendor, self.rows = vendor, Rows(vendor.address, provider)
        self.identifier, path, answer, self.hooks = VENDORS[provider]
        vendor.knows(path, answer)

    def webhooks(self, status: int) -> None:
        self.vendor.knows(self.hooks, {"id": 99}, method="POST", status=status)

    def create(self, **values: Any) -> Any:
        return self.rows.call(
            "CreateRepository",
            organization_id=self.rows.organization.id,
            integration_id=self.rows.integration.id,
            identifier=self.identifier,
            **values,
        )

    @property
    def made(self) -> int:
        """How many webhooks were asked for."""
        return self.vendor.asked.count(("POST", self.hooks))


@pytest.fixture(params=VENDORS)
def creating(request: Any, db: None, vendor: Vendor) -> Creating:
    return Creating(request.param, vendor)


def test_a_repository_is_created_with_one_webhook(creating: Creating) -> None:
    creating.webhooks(200)
    made = creating.create().message
    again = creating.create()
    assert (again.status, again.metadata) == (grpc.StatusCode.ALREADY_EXISTS, {"repository_id": str(made.id)})
    assert (Repository.objects.get().config["webhook_id"], creating.made) == (99, 1)


@pytest.mark.parametrize(
    ("status", "code", "cause"),
    [
        (403, grpc.StatusCode.PERMISSION_DENIED, "VENDOR_FORBIDDEN"),
        (500, grpc.StatusCode.UNAVAILABLE, "PROVIDER_UNAVAILABLE"),
    ],
)
@pytest.mark.parametrize("request_id", ["", "6a2b5c9e-0f1d-4c3b-8a7e-123456789abc"])
def test_a_webhook_that_failed_is_made_by_the_next_call(
    creating: Creating, status: int, code: grpc.StatusCode, cause: str, request_id: str
) -> None:
    creating.webhooks(status)
    failed = creating.create(request_id=request_id)
    assert failed.status is code
    if SHAPE == BEFORE:
        assert (failed.reason, Repository.objects.count()) == (cause, 0)
        return
    row = Repository.objects.get()
    assert failed.reason == "WEBHOOK_NOT_MADE"
    assert failed.metadata == {"repository_id": str(row.id), "cause": cause}
    assert "webhook_id" not in row.config
    creating.webhooks(200)
    from sentry_scm_grpc.models import RequestId

    # The time that a vendor may still be making what the failed attempt asked for is over.
    RequestId.objects.update(leased_until=None)
    assert creating.create(request_id=request_id).message.id == row.id
    row.refresh_from_db()
    assert (row.config["webhook_id"], creating.made) == (99, 2)
    assert creating.create().status is grpc.StatusCode.ALREADY_EXISTS


@pytest.mark.skipif(SHAPE == BEFORE, reason="no row is there without its webhook")
def test_a_webhook_that_goes_on_failing_says_so_each_time(creating: Creating) -> None:
    creating.webhooks(403)
    for _ in range(2):
        assert creating.create().reason == "WEBHOOK_NOT_MADE"
    assert Repository.objects.count() == 1


def test_a_row_without_a_webhook_is_there_where_sentry_cannot_make_one_later(db: None, vendor: Vendor) -> None:
    if SHAPE != BEFORE:
        pytest.skip("here it can")
    creating = Creating("gitlab", vendor)
    row = creating.rows.repository(external_id="gitlab.example.com:7", config={"project_id": 7, "path": "acme/rocket"})
    again = creating.create()
    assert (again.status, again.metadata) == (grpc.StatusCode.ALREADY_EXISTS, {"repository_id": str(row.id)})
    assert creating.made == 0


def test_a_repository_without_an_integration_gets_one_and_keeps_its_id(creating: Creating) -> None:
    creating.webhooks(200)
    made = creating.create().message
    Repository.objects.update(integration_id=None)
    again = creating.create().message
    assert (again.id, again.integration_id) == (made.id, creating.rows.integration.id)
    assert creating.create().status is grpc.StatusCode.ALREADY_EXISTS
