"""A site whose worker kills itself at a given place of a call, as SIGKILL or a power cut would; run by gunicorn.

The file that TEST_SCM_GRPC_KILL names says where, for the next call alone: "before 3" or "after 3" is the third
statement of the database, "end" is when all is done and nothing is answered. ``python -m tests.dispatch.killed`` makes
the tables and some rows, and prints their ids as JSON.
"""

from __future__ import annotations

import json
import os
import signal
import urllib.request
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "sentry_scm_grpc.hosts.embedded.settings"

from django.db import connection

from sentry_scm_grpc.dispatch import idempotency
from sentry_scm_grpc.hosts.embedded.wsgi import application as site
from sentry_scm_grpc.providers.base import ProviderAdapter
from sentry_scm_grpc.providers.registry import adapters
from sentry_scm_grpc.rpc import attempts
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.v1 import scm_pb2 as pb

# What a client waits after a kill, so that the tests do not wait long.
attempts.LEASE = idempotency.LEASE = timedelta(seconds=0.15)


class HttpTracker(ProviderAdapter):
    """A tracker on the other side of a socket. It is told who calls, so that it can kill the caller."""

    key = "http-tracker"
    name = "HTTP tracker"

    def create_issue(self, call: Call, request: pb.CreateExternalIssueRequest) -> pb.TrackerIssue:
        marker = call.attempt.marker if call.attempt is not None else ""
        made = self._ask({"title": request.title, "description": marker, "pid": os.getpid()})
        return pb.TrackerIssue(key=made["key"], title=made["title"])

    def find_made_issue(
        self, call: Call, request: pb.CreateExternalIssueRequest, marker: str, asked: datetime
    ) -> pb.TrackerIssue | None:
        found = [issue for issue in self._ask() if issue["description"] == marker]
        return pb.TrackerIssue(key=found[0]["key"], title=found[0]["title"]) if found else None

    def get_issue(self, key: str) -> pb.TrackerIssue:
        (found,) = (issue for issue in self._ask() if issue["key"] == key)
        return pb.TrackerIssue(key=key, title=found["title"])

    def _ask(self, data: Any = None) -> Any:
        body = None if data is None else json.dumps(data).encode()
        with urllib.request.urlopen(os.environ["TEST_SCM_GRPC_TRACKER"], body, timeout=10) as answer:
            return json.load(answer)


adapters()[HttpTracker.key] = HttpTracker


class Killer:
    """Counts the statements of a call, and kills this process at one of them."""

    def __init__(self, plan: str) -> None:
        self.plan = plan
        self.count = 0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.count += 1
        self.reach(f"before {self.count}")
        result = execute(sql, params, many, context)
        self.reach(f"after {self.count}")
        return result

    def reach(self, place: str) -> None:
        if place == self.plan:
            os.kill(os.getpid(), signal.SIGKILL)


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    plan = Path(os.environ["TEST_SCM_GRPC_KILL"])
    killer = Killer(plan.read_text() if plan.exists() else "")
    plan.unlink(missing_ok=True)
    with connection.execute_wrapper(killer):
        answered = list(site(environ, start_response))
    killer.reach("end")
    return answered


def seed() -> dict[str, Any]:
    from django.core.management import call_command

    from sentry_scm_grpc.testing import factories

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    organization = factories.OrganizationFactory(slug=f"killed-{os.getpid()}")
    git, http = (
        factories.IntegrationFactory(organization=organization, provider_key=key) for key in ("git", HttpTracker.key)
    )
    project = factories.ProjectFactory(organization=organization)
    return {
        "key": factories.ApiKeyFactory(organization=organization).plain,
        "organization": organization.id,
        "git": git.id,
        "http": http.id,
        "project": project.id,
        "group": factories.GroupFactory(project=project).id,
        "repositories": [
            row.id for row in factories.RepositoryFactory.create_batch(40, organization=organization, integration=git)
        ],
    }


if __name__ == "__main__":
    print(json.dumps(seed()))
