"""A site whose contract has a further service. As a program it prints, as JSON, what each part makes of it."""
# ruff: noqa: E402  (the service is added before anything reads the contract)

from __future__ import annotations

import json
import os

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

from sentry_scm_grpc.rpc import policy
from tests.rpc.probe import probe_pb2

policy.add_services(probe_pb2)

import django

django.setup()

from django.core.management import call_command
from django.test import override_settings

from sentry_scm_grpc.checks import setting_names
from sentry_scm_grpc.client import ScmClient
from sentry_scm_grpc.explorer.pages import _site
from sentry_scm_grpc.hosts.embedded.host import EmbeddedHost
from sentry_scm_grpc.server.site import site_server
from sentry_scm_grpc.testing import factories
from sentry_scm_grpc.testing.web_call import web_call
from sentry_scm_grpc.v1 import scm_pb2 as pb

call_command("migrate", verbosity=0)
# The one thing that a host adds for an RPC of rows.
EmbeddedHost.probe_repository = EmbeddedHost.get_repository  # type: ignore[attr-defined]

row = factories.RepositoryFactory()
key = factories.ApiKeyFactory(organization=row.organization).plain


def status_of(rpc: str, on: list[str], metadata: dict[str, str] | None = None) -> str:
    with override_settings(SCM_GRPC={"RPCS": on, "AUTHENTICATORS": ["api_key"]}):
        request = pb.GetRepositoryRequest(repository_id=row.id)
        return web_call(rpc, request, {"x-api-key": key} if metadata is None else metadata).status.name


with override_settings(SCM_GRPC={"RPCS": ["ProbeService.*"], "AUTHENTICATORS": ["api_key"]}):
    shown = json.loads(_site())["rpcs"]
print(
    json.dumps(
        {
            "services": sorted(name for name in site_server().service_names() if name.startswith("sentry.")),
            "off": status_of("ProbeRepository", ["ScmService.*"]),
            "on": status_of("ProbeRepository", ["ProbeService.*"]),
            "other service": status_of("GetRepository", ["ProbeService.*"]),
            "no credentials": status_of("ProbeRepository", ["*"], {}),
            "settings": "ProbeService.*" in setting_names(),
            "explorer": shown,
            "client": hasattr(ScmClient, "probe_repository"),
        }
    )
)
