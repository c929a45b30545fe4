"""With Sentry's real migrations: they run with the app installed, which adds none, and the result serves RPCs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import psycopg2
import pytest
from django.conf import settings

NAME = "scm_grpc_migrated"
SENTRY = [sys.executable, "-W", "ignore", "-m", "sentry", "django"]


@pytest.fixture
def empty_database() -> Iterator[None]:
    host = settings.DATABASES["default"]
    connection = psycopg2.connect(host=host["HOST"], port=host["PORT"], user=host["USER"], dbname="postgres")
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {NAME}")
        yield
        cursor.execute(f"DROP DATABASE {NAME} WITH (FORCE)")
    connection.close()


def sentry(*arguments: str) -> str:
    ran = subprocess.run(
        [*SENTRY, *arguments],
        env={**os.environ, "SENTRY_TEST_PG_NAME": NAME},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_sentrys_migrations_run_and_the_app_adds_none(empty_database: None) -> None:
    sentry("migrate", "--noinput")
    assert "sentry_scm_grpc" not in sentry("showmigrations")
    report = sentry("scm_grpc", "doctor", "--offline")
    assert "host            sentry" in report
    assert report.endswith("Nothing to fix.\n")
