"""A divided Sentry: what the control silo does not serve, and a silo that cannot be reached, never a crash."""

from __future__ import annotations

import gc
from types import SimpleNamespace
from typing import Any

import grpc
import pytest
from sentry.silo.base import SiloMode

from sentry_scm_grpc.hosts.reads import Read
from sentry_scm_grpc.hosts.sentry import compat
from sentry_scm_grpc.hosts.sentry.auth import ApiKeyAuthenticator, OrgTokenAuthenticator, UserTokenAuthenticator
from sentry_scm_grpc.testing.web_call import web_call
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.sentry_host.rows import Rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def compiled_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forgets compiled reads: a process belongs to one silo from its start, and compiles them there."""
    for read in gc.get_objects():
        if type(read) is Read:  # isinstance() would evaluate lazy objects.
            monkeypatch.setattr(read, "_statements", {})


@pytest.mark.usefixtures("compiled_anew")
def test_the_control_silo_holds_no_repositories(settings: Any) -> None:
    rows = Rows()
    key, owner = rows.as_key("org:read"), rows.as_owner("org:read")
    request = pb.ListRepositoriesRequest(organization_id=rows.organization.id)
    settings.SILO_MODE = SiloMode.CONTROL
    for caller in (key, owner):
        answer = web_call("ListRepositories", request, caller)
        assert (answer.status, answer.reason) == (grpc.StatusCode.UNIMPLEMENTED, "SILO_UNSUPPORTED")


def unreachable(*_: Any, **__: Any) -> Any:
    """What a silo's service does in newer Sentrys where the other silo does not answer."""
    # This Sentry calls no other silo yet, and has not the class.
    lost = type("RpcRemoteException", (Exception,), {"__module__": "sentry.hybridcloud.rpc.service"})
    raise lost("organization.get_organization_by_id: RPC Connection failed")


def test_a_region_that_cannot_be_reached_is_unavailable_to_a_users_token(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = Rows()
    owner = rows.as_owner("org:read")
    monkeypatch.setattr(compat, "organization_service", lambda: SimpleNamespace(get_organization_by_id=unreachable))
    settings.SILO_MODE = SiloMode.CONTROL
    answer = web_call("ListRepositories", pb.ListRepositoriesRequest(organization_id=rows.organization.id), owner)
    assert (answer.status, answer.reason) == (grpc.StatusCode.UNAVAILABLE, "SILO_UNREACHABLE")


@pytest.mark.parametrize("authenticator", [ApiKeyAuthenticator, OrgTokenAuthenticator, UserTokenAuthenticator])
def test_so_is_one_that_is_asked_for_a_credential(monkeypatch: pytest.MonkeyPatch, authenticator: Any) -> None:
    monkeypatch.setattr(authenticator, "rest_authenticator", lambda self: SimpleNamespace(authenticate=unreachable))
    metadata = {
        ApiKeyAuthenticator: {"x-api-key": "0123456789abcdef"},
        OrgTokenAuthenticator: {"authorization": "Bearer sntrys_0123456789"},
        UserTokenAuthenticator: {"authorization": "Bearer 0123456789"},
    }[authenticator]
    answer = web_call("ListRepositories", pb.ListRepositoriesRequest(organization_id=1), metadata)
    assert (answer.status, answer.reason) == (grpc.StatusCode.UNAVAILABLE, "SILO_UNREACHABLE")


@pytest.mark.parametrize(
    ("rpc", "fields"),
    [
        ("GetCapabilities", ("organization_id", "integration_id")),
        ("ListIntegrations", ("organization_id",)),
        ("SearchRepositories", ("organization_id", "integration_id")),
        ("GetFile", ("repository_id",)),
        ("ResolveSourceUrl", ("organization_id",)),
    ],
)
def test_so_is_one_that_has_the_integrations(
    monkeypatch: pytest.MonkeyPatch, rpc: str, fields: tuple[str, ...]
) -> None:
    rows = Rows()
    ids = {
        "organization_id": rows.organization.id,
        "integration_id": rows.integration.id,
        "repository_id": rows.repository().id,
    }
    key = rows.as_key("org:read", "org:admin", "org:integrations")
    names = ("get_integration", "get_integrations", "get_organization_integration", "get_organization_integrations")
    service = SimpleNamespace(**dict.fromkeys(names, unreachable))
    monkeypatch.setattr(compat, "integration_service", lambda: service)
    more = {"GetFile": {"path": "a.py", "ref": "main"}, "ResolveSourceUrl": {"url": "https://github.test/a/b/c.py"}}
    request = getattr(pb, f"{rpc}Request")(**{name: ids[name] for name in fields}, **more.get(rpc, {}))
    answer = web_call(rpc, request, key)
    assert (answer.status, answer.reason) == (grpc.StatusCode.UNAVAILABLE, "SILO_UNREACHABLE")
