"""Run as a program: makes the same calls from several threads at once and prints, as JSON, how each was answered.

A process of its own, because SQLite in memory, which the other tests use, is one connection for all threads. The
database is that of SCM_GRPC_DATA or SCM_GRPC_DATABASE_URL.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

THREADS = 8


def main(path: Path) -> None:
    os.environ["SCM_GRPC_GIT_ROOTS"] = str(path)
    os.environ["SCM_GRPC_RPCS"] = "*"
    # Not those of the tests: what is shown is what is shipped, its cache in the database included.
    os.environ["DJANGO_SETTINGS_MODULE"] = "sentry_scm_grpc.hosts.embedded.settings"
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    print(json.dumps(races(str(path))))


def races(path: str) -> dict[str, Any]:
    from sentry_scm_grpc.hosts.embedded import models
    from sentry_scm_grpc.testing import factories
    from tests.hosts.embedded.conftest import Caller

    organization = factories.OrganizationFactory(slug=f"race-{os.getpid()}")
    integration = factories.IntegrationFactory(organization=organization)
    repository = factories.RepositoryFactory(organization=organization, integration=integration)
    mapping = {
        "project_id": factories.ProjectFactory(organization=organization).id,
        "repository_id": repository.id,
        "stack_root": "app/",
        "default_branch": "main",
    }
    group = factories.GroupFactory(project_id=mapping["project_id"], project=None)
    issue = factories.TrackerIssueFactory(integration=integration)
    link = {"group_id": group.id, "integration_id": integration.id, "key": issue.key}
    new = {"integration_id": integration.id, "title": "x"}
    call = Caller(organization)
    found = {
        "mapping": at_once(lambda n: call("CreateCodeMapping", **mapping)),
        "repository": at_once(lambda n: call("CreateRepository", integration_id=integration.id, identifier=path)),
        "link": at_once(lambda n: call("LinkExternalIssue", **link)),
        "issues": at_once(lambda n: call("CreateExternalIssue", **new)),
        "issues with request ids": at_once(lambda n: call("CreateExternalIssue", **new, request_id=f"of-{n}")),
        "one issue": at_once(lambda n: call("CreateExternalIssue", **new, request_id="once")),
        "last use": at_once(lambda n: call("ListRepositories")),
        "deletion": at_once(lambda n: call("DeleteRepository", repository_id=repository.id)),
    }
    rows = models.TrackerIssue.objects.filter(integration=integration)
    return {"answers": found, "tracker": sorted(rows.values_list("number", flat=True))}


def at_once(make: Callable[[int], Any]) -> list[dict[str, Any]]:
    """The status, reason and metadata of the same call from every thread; of a success, the id of its message."""
    from django.db import connections

    barrier = threading.Barrier(THREADS)
    answers: list[dict[str, Any]] = []

    def run(number: int) -> None:
        barrier.wait()
        answer = make(number)
        id = getattr(answer.messages[0], "id", 0) if answer.messages else 0
        answers.append({"status": answer.status.name, "reason": answer.reason, "metadata": answer.metadata, "id": id})
        connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


if __name__ == "__main__":
    main(Path(sys.argv[1]))
