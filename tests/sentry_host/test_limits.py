"""Limits inside a Sentry: its credentials have budgets of their own, and its default cache cannot count."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import caches
from django.core.checks import run_checks
from sentry.conf import server

from sentry_scm_grpc.testing.web_call import web_call
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.sentry_host.rows import Rows


@pytest.mark.django_db
def test_a_key_and_a_persons_token_have_a_budget_each(settings: Any) -> None:
    caches["default"].clear()
    settings.SCM_GRPC = {**settings.SCM_GRPC, "RATE_LIMITS": {"read": "2/d"}}
    rows = Rows()
    request = pb.ListRepositoriesRequest(organization_id=rows.organization.id)
    for credentials in (rows.as_key("org:read"), rows.as_owner("org:read")):
        answers = [web_call("ListRepositories", request, credentials).reason for _ in range(3)]
        assert answers == ["", "", "RATE_LIMITED"]


def test_the_cache_that_a_sentry_has_without_settings_is_refused(settings: Any) -> None:
    settings.SCM_GRPC = {**settings.SCM_GRPC, "RATE_LIMITS": {"read": "2/d"}}
    settings.CACHES = server.CACHES
    assert "sentry_scm_grpc.E021" in {check.id for check in run_checks(tags=["sentry_scm_grpc"])}
