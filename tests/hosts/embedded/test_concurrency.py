"""Writes that meet: one wins, the others are told which row is there; nothing is lost or made twice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import quote

import django
import pytest
from django.db import connection

from tests.hosts.embedded.race import THREADS

ROOT = Path(__file__).parents[3]


@pytest.fixture
def raced(transactional_db: None, git_repository: Path, tmp_path: Path) -> dict[str, Any]:
    """What the program race.py found, on SQLite in a file or on the PostgreSQL database of the tests."""
    environment = {**os.environ, "SCM_GRPC_DATA": str(tmp_path / "data"), "SCM_GRPC_DATABASE_URL": _database_url()}
    command = [sys.executable, "-m", "tests.hosts.embedded.race", str(git_repository)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _database_url() -> str:
    if connection.vendor == "sqlite":
        return ""
    at = {
        key: quote(str(connection.settings_dict[key] or ""), safe="")
        for key in ("USER", "PASSWORD", "HOST", "PORT", "NAME")
    }
    return f"postgres://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"


def test_one_of_the_writers_wins(raced: dict[str, Any]) -> None:
    answers = raced["answers"]
    for race, key in (("mapping", "code_mapping_id"), ("repository", "repository_id"), ("link", "external_issue_id")):
        assert statuses(answers[race]) == {"OK": 1, "ALREADY_EXISTS": THREADS - 1}, (race, answers[race])
        (won,) = [answer for answer in answers[race] if answer["status"] == "OK"]
        told = {answer["metadata"][key] for answer in answers[race] if answer["status"] != "OK"}
        assert told == {str(won["id"])}

    assert statuses(answers["issues"]) == {"OK": THREADS}
    assert len({answer["id"] for answer in answers["issues"]}) == THREADS

    # SQLite before Django 5.1 refuses some of the writes at once; nothing is made for those.
    waits = connection.vendor != "sqlite" or django.VERSION >= (5, 1)
    with_ids = statuses(answers["issues with request ids"])
    assert set(with_ids) <= ({"OK"} if waits else {"OK", "ABORTED"})

    # Those that come while the first is under way are to come again.
    assert set(statuses(answers["one issue"])) <= {"OK", "ABORTED"}
    assert len({answer["id"] for answer in answers["one issue"] if answer["status"] == "OK"}) == 1
    assert {answer["reason"] for answer in answers["one issue"]} <= {"", "REQUEST_IN_PROGRESS"}
    assert raced["tracker"] == list(range(1, 1 + 1 + THREADS + with_ids["OK"] + 1))

    assert statuses(answers["last use"]) == {"OK": THREADS}

    assert set(statuses(answers["deletion"])) <= {"OK", "NOT_FOUND"}
    assert statuses(answers["deletion"])["OK"] >= 1


def statuses(answers: list[dict[str, Any]]) -> Counter[str]:
    return Counter(answer["status"] for answer in answers)
