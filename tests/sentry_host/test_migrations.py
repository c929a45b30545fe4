"""A database made by Sentry's own migrations, as an operator makes it, with the app installed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

ROOT = Path(__file__).parents[2]
NAME = "scm_migrated"

# Runs in a process of its own, whose Sentry knows the new database from its start.
CALL = """
from sentry.runner import configure
configure()
from django.core.management import call_command
from django.db import connection
from sentry.models import ApiKey, Organization, Project, Repository
from sentry_scm_grpc.models import RequestId
from sentry_scm_grpc.testing.web_call import web_call
from sentry_scm_grpc.v1 import scm_pb2 as pb

organization = Organization.objects.create(name="acme", slug="acme")
Repository.objects.create(organization_id=organization.id, name="acme/rocket")
key = ApiKey.objects.create(organization_id=organization.id, scope_list=["org:read"]).key
# A write with a request id: in the app's own table.
project = Project.objects.create(organization=organization, name="web", slug="web")
derive = pb.DeriveCodeMappingsRequest(
    organization_id=organization.id, project_id=project.id, stacktrace_paths=["a.py"], request_id="once"
)
answers = [web_call("DeriveCodeMappings", derive, {"x-api-key": key}).message for _ in range(2)]
assert answers[0] == answers[1], answers
print("KEPT", RequestId.objects.count())
request = pb.ListRepositoriesRequest(organization_id=organization.id)
(found,) = web_call("ListRepositories", request, {"x-api-key": key}).message.repositories
print("FOUND", found.name)

call_command("migrate", "sentry_scm_grpc", "zero")
print("LEFT", [name for name in connection.introspection.table_names() if "scm_grpc" in name])
"""


@pytest.fixture
def environment() -> Iterator[dict[str, str]]:
    connection = psycopg2.connect(
        host="127.0.0.1", port=os.environ["SENTRY_TEST_PG_PORT"], user="postgres", dbname="postgres"
    )
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {NAME}")
        cursor.execute(f"CREATE DATABASE {NAME}")
        yield {**os.environ, "SENTRY_TEST_PG_NAME": NAME, "PYTHONWARNINGS": "ignore"}
        cursor.execute(f"DROP DATABASE {NAME}")
    connection.close()


def run(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=900
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def test_sentrys_own_upgrade_runs_and_the_app_answers_on_what_it_made(environment: dict[str, str]) -> None:
    run(environment, "-m", "sentry", "upgrade", "--noinput")
    answered = run(environment, "-c", CALL)
    assert "FOUND acme/rocket" in answered
    assert "KEPT 1" in answered
    # And it leaves nothing behind.
    assert "LEFT []" in answered
