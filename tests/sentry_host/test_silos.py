"""The control silo of a divided Sentry: UNIMPLEMENTED with a reason, never a crash."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from sentry.silo.base import SiloMode

from sentry_scm_grpc.testing.web_call import web_call
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.sentry_host.rows import Rows

pytestmark = pytest.mark.django_db


def test_the_control_silo_holds_no_repositories(settings: Any) -> None:
    rows = Rows()
    key, owner = rows.as_key("org:read"), rows.as_owner("org:read")
    request = pb.ListRepositoriesRequest(organization_id=rows.organization.id)
    settings.SILO_MODE = SiloMode.CONTROL
    for caller in (key, owner):
        answer = web_call("ListRepositories", request, caller)
        assert (answer.status, answer.reason) == (grpc.StatusCode.UNIMPLEMENTED, "SILO_UNSUPPORTED")
