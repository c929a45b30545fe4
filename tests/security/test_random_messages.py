"""Whatever message a caller sends to whatever RPC: a declared status, nothing of another organization, no crash.

More of it: make fuzz
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import grpc
import pytest
from django.db import transaction
from google.protobuf.message import Message
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sentry_scm_grpc.rpc.policy import Rpc
from sentry_scm_grpc.testing.every_rpc import EVERY_RPC
from sentry_scm_grpc.testing.web_call import web_call
from tests.security.messages import messages
from tests.security.organizations import Tenant, two_tenants
from tests.security.test_isolation import SHOWS_THE_ROOTS, assert_tells_nothing, request_from

# The statuses that the contract declares for a caller with every scope; INTERNAL and UNKNOWN are bugs.
DECLARED = (
    grpc.StatusCode.OK,
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.NOT_FOUND,
    grpc.StatusCode.ALREADY_EXISTS,
    grpc.StatusCode.FAILED_PRECONDITION,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
    grpc.StatusCode.UNIMPLEMENTED,
)


pytestmark = pytest.mark.slow

# Hypothesis' own default is 100.
MESSAGES = 30 if settings.default.max_examples <= 100 else settings.default.max_examples


@pytest.fixture
def tenants(db: None, tmp_path: Path, settings: Any) -> tuple[Tenant, Tenant]:
    settings.SCM_GRPC = {**settings.SCM_GRPC, "GIT_ROOTS": [str(tmp_path)]}
    return two_tenants(tmp_path)


@EVERY_RPC
@settings(max_examples=MESSAGES, suppress_health_check=list(HealthCheck), deadline=None, print_blob=True)
@given(data=st.data())
def test_random_messages(rpc: Rpc, tenants: tuple[Tenant, Tenant], data: st.DataObject) -> None:
    ours, theirs = tenants
    ids = {
        resource: [ours.sets[0][resource], ours.sets[1][resource], theirs.sets[0][resource]]
        for resource in ours.sets[0]
    }
    known = [
        ours.word,
        f"{ours.word}/0",
        f"{ours.word}-0/",
        f"{ours.word}-0/engine.py",
        "DEMO-1",
        "src/engine.py",
        "src",
    ]
    known += [
        ours.sha,
        theirs.sha,
        str(ours.path),
        "main",
        "thrust",
        f"https://git.example.com/{ours.word}/0/blob/main/src",
    ]
    request = request_from(ours, rpc, ours.sets[0])
    replace_some_fields(request, data.draw(messages(rpc.request_class, ids, known)), data)
    with transaction.atomic():
        answer = web_call(rpc.name, request, ours.metadata)
        transaction.set_rollback(True)
    assert answer.status in DECLARED, (answer.status, answer.reason, answer.text)
    if rpc.name not in SHOWS_THE_ROOTS:
        assert_tells_nothing(answer)


def replace_some_fields(request: Message, other: Message, data: st.DataObject) -> None:
    """A request that is right but for a few fields comes further than one that is all noise."""
    names = [field.name for field in request.DESCRIPTOR.fields]
    for name in data.draw(st.lists(st.sampled_from(names), unique=True, max_size=3) | st.just(names)):
        request.ClearField(name)
        part = type(request)()
        part.CopyFrom(other)
        for unwanted in names:
            if unwanted != name:
                part.ClearField(unwanted)
        request.MergeFrom(part)
