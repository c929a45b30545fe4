"""SyncRepositories: what the vendor lists, compared with what the organization has."""

from __future__ import annotations

import re
from typing import Any

import grpc
import pytest
from django.core.cache import cache

from sentry_scm_grpc.hosts import repository_syncs
from sentry_scm_grpc.v1 import lookup_pb2 as lookup
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.vendors.fake import Reply, Request
from tests.vendors.site import Site

pytestmark = [pytest.mark.django_db, pytest.mark.rpcs("SyncRepositories")]

Status = grpc.StatusCode


def sync(vendor: Site, **fields: Any) -> Any:
    cache.clear()
    return vendor.call("SyncRepositories", lookup.SyncRepositoriesRequest(**fields)).message


def with_webhooks(vendor: Site) -> None:
    """Answers what Sentry asks when it adds a repository, and the fakes do not know: webhooks, and old commits."""
    hooks = {"id": 1, "uuid": "{1}", "message": ""}

    def answer(asked: Request) -> Reply:
        is_hook = asked.method == "POST" and re.search(r"hooks|subscriptions", asked.path)
        if re.search(r"/repo-001/commits\Z", asked.path):
            return Reply([])
        return Reply(hooks, 201) if is_hook else vendor.fake._route(asked)

    vendor.fake.forced = answer


def test_what_changed_and_what_the_organization_lacks(vendor: Site) -> None:
    row = vendor.repository
    sync(vendor)
    same = sync(vendor)
    assert (same.unchanged, list(same.changed), list(same.gone), same.incomplete) == (1, [], [], False)
    assert len(same.added) == len(vendor.fake.world.repositories)
    assert {new.repository.repository_id for new in same.added} == {0}
    assert vendor.fake.identifier not in {new.repository.identifier for new in same.added}

    row.refresh_from_db()
    vendor.update(row, url="https://example.com/old")
    (changed,) = sync(vendor).changed
    assert changed.repository.id == row.id
    assert changed.repository.url == vendor.fake.web
    assert [(change.field, change.old_value) for change in changed.changes] == [("url", "https://example.com/old")]
    row.refresh_from_db()
    assert row.url == vendor.fake.web


def test_what_is_lacking_is_added_once_and_what_the_vendor_lost_is_gone(vendor: Site) -> None:
    world = vendor.fake.world
    world.repositories = ["repo-001"]
    with_webhooks(vendor)
    row = vendor.repository
    (new,) = sync(vendor, add=True).added
    assert not new.error.reason
    assert new.repository.repository_id not in (0, row.id)
    made = vendor.call("GetRepository", pb.GetRepositoryRequest(repository_id=new.repository.repository_id)).message
    assert made.status == pb.REPOSITORY_STATUS_ACTIVE
    again = sync(vendor, add=True)
    assert (list(again.added), list(again.gone)) == ([], [])

    world.repositories = []
    (gone,) = sync(vendor).gone
    assert (gone.repository.id, gone.reason) == (made.id, "NOT_FOUND")
    # It is only told.
    left = vendor.call("GetRepository", pb.GetRepositoryRequest(repository_id=made.id)).message
    assert left.status == pb.REPOSITORY_STATUS_ACTIVE


def test_a_list_that_is_cut_says_so(vendor: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    if len(vendor.fake.world.repositories) + 1 <= repository_syncs.PAGE_SIZE:
        pytest.fail("the list fits on a page")
    monkeypatch.setattr(repository_syncs, "MAX_LISTED", repository_syncs.PAGE_SIZE)
    assert vendor.repository
    answer = sync(vendor)
    assert (answer.incomplete, answer.incomplete_reason) == (True, "TOO_MANY_REPOSITORIES")
    # What was not listed was asked for, so nothing is gone.
    assert not answer.gone


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (401, (Status.FAILED_PRECONDITION, "INTEGRATION_UNAUTHORIZED")),
        (403, (Status.PERMISSION_DENIED, "VENDOR_FORBIDDEN")),
        (500, (Status.UNAVAILABLE, "PROVIDER_UNAVAILABLE")),
    ],
)
def test_a_vendor_that_lists_nothing_loses_nothing(vendor: Site, status: int, expected: Any) -> None:
    assert vendor.repository
    vendor.fake.forced = lambda asked: Reply({"message": "?"}, status)
    answer = vendor.call("SyncRepositories", lookup.SyncRepositoriesRequest())
    assert (answer.status, answer.reason) == expected
