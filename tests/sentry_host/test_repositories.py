"""Repositories inside Sentry: rows read and changed as Sentry's own endpoints do."""

from __future__ import annotations

import pytest

from sentry_scm_grpc.testing.web_call import web_call
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.sentry_host.rows import Rows

pytestmark = pytest.mark.django_db


def test_repositories_are_listed_by_name_page_by_page() -> None:
    rows = Rows()
    for name in ("acme/c", "acme/a", "acme/b"):
        rows.repository(name)
    request = pb.ListRepositoriesRequest(organization_id=rows.organization.id, page_size=2)
    first = web_call("ListRepositories", request, rows.as_key("org:read")).message
    request.page_token = first.next_page_token
    second = web_call("ListRepositories", request, rows.as_key("org:read")).message
    assert [r.name for r in first.repositories] == ["acme/a", "acme/b"]
    assert [r.name for r in second.repositories] == ["acme/c"]
    assert not second.next_page_token
