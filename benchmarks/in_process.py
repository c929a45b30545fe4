"""What measurements in this process share: an embedded host, calls of its server without HTTP, variants in turn."""

from __future__ import annotations

import argparse
import io
import os
import random
import time
from collections.abc import Callable, Mapping
from typing import Any

#: A call, and the settings that it is made with.
Variant = tuple[Callable[[], None], Mapping[str, Any]]


def arguments(description: str | None) -> argparse.Namespace:
    """``rounds`` and ``calls``, the calls of a variant in each round."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--calls", type=int, default=100)
    return parser.parse_args()


def set_up(data: str, caches: Mapping[str, Any]) -> None:
    """The embedded host, new, in the directory ``data``."""
    os.environ.update(SCM_GRPC_DATA=data, SCM_GRPC_LOG_LEVEL="WARNING", SCM_GRPC_RPCS="read")
    os.environ["DJANGO_SETTINGS_MODULE"] = "sentry_scm_grpc.hosts.embedded.settings"
    from sentry_scm_grpc.hosts.embedded import settings

    settings.CACHES |= caches
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)


def caller(without: type | None = None) -> Callable[[], None]:
    """Lists the one repository of an organization, on a server without that interceptor."""
    from sentry_scm_grpc.server.site import add_servicers, interceptors
    from sentry_scm_grpc.server.web import ScmGrpcWSGI
    from sentry_scm_grpc.testing import factories
    from sentry_scm_grpc.v1 import scm_pb2 as pb

    server = ScmGrpcWSGI(interceptors=[found for found in interceptors() if type(found) is not without])
    add_servicers(server)
    organization = factories.OrganizationFactory()
    factories.RepositoryFactory(organization=organization)
    message = pb.ListRepositoriesRequest(organization_id=organization.id).SerializeToString()
    body = b"\0" + len(message).to_bytes(4, "big") + message
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/sentry.integrations.scm.v1.ScmService/ListRepositories",
        "CONTENT_TYPE": "application/grpc-web+proto",
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_X_API_KEY": factories.ApiKeyFactory(organization=organization).plain,
    }

    def call() -> None:
        answer = server.handle({**environ, "wsgi.input": io.BytesIO(body)})
        assert answer is not None
        assert b"grpc-status:0" in b"".join(answer.body)

    return call


def measure(rounds: int, calls: int, variants: Mapping[str, Variant]) -> dict[str, float]:
    """Variant -> seconds for one call, of the best round: what else the machine does only ever makes one longer. They
    take turns, in another order each round."""
    from django.test import override_settings

    times: dict[str, list[float]] = {name: [] for name in variants}
    for _ in range(rounds):
        for name in random.sample(list(variants), len(variants)):
            call, given = variants[name]
            with override_settings(SCM_GRPC={"AUTHENTICATORS": ["api_key"], "RPCS": ["read"], **given}):
                call()
                started = time.perf_counter()
                for _ in range(calls):
                    call()
                times[name].append((time.perf_counter() - started) / calls)
    return {name: min(found) for name, found in times.items()}
