"""Shows that a call through the wrapper ends as a request does for Sentry's own caches."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import RequestFactory
from sentry.models import OrganizationOption

from sentry_scm_grpc.v1 import scm_pb2 as pb
from sentry_scm_grpc.wsgi import wrap
from tests.sentry_host.rows import Rows

pytestmark = pytest.mark.django_db
PATH = "/sentry.integrations.scm.v1.ScmService/ListRepositories"


@pytest.fixture
def rows() -> Rows:
    return Rows()


def test_a_calls_end_clears_option_caches(rows: Rows) -> None:
    def site(environ: Any, start_response: Any) -> list[bytes]:
        raise AssertionError("not an RPC")

    message = pb.ListRepositoriesRequest(organization_id=rows.organization.id).SerializeToString()
    body = b"\0" + len(message).to_bytes(4, "big") + message
    request = RequestFactory().post(PATH, body, "application/grpc-web+proto")
    request.environ["HTTP_X_API_KEY"] = rows.as_key("org:read")["x-api-key"]
    OrganizationOption.objects.get_value(rows.organization, "sentry:anything")
    assert OrganizationOption.objects._option_cache
    # The connection of the test is in its transaction.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        answer = wrap(site)(request.environ, lambda *_: lambda _: None)
        assert b"grpc-status:0" in b"".join(answer)
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)
    assert not OrganizationOption.objects._option_cache
