"""What a site reports to a Sentry, with each generation of sentry-sdk: one transaction a call, and no credential."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
NEWEST = "newest"
# The last one with hubs; scopes without get_current_scope at top level, to the last of those; with it; today's.
VERSIONS = ["1.45.1", "2.0.1", "2.11.0", "2.12.0", NEWEST]
#: Calls that end well, or with an error that is no bug.
EXPECTED = {"ok": "grpc-status:0", "stream": "grpc-status:0", "refused": "status:16", "two credentials": "status:16"}


def installed(version: str) -> Path:
    """The directory of a version of the SDK, installed where it is missing. The newest is looked for every time."""
    directory = ROOT / ".venv-sdks" / version
    if version == NEWEST or not (directory / "sentry_sdk").is_dir():
        wanted = ["--upgrade", "sentry-sdk"] if version == NEWEST else [f"sentry-sdk=={version}"]
        options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--target", str(directory)]
        subprocess.run([sys.executable, "-m", "pip", "install", *options, *wanted], check=True)
    return directory


def reports(version: str, mode: str) -> dict[str, Any]:
    """What the site of ``site.py`` sent with a version, call by call."""
    environment = {**os.environ, "PYTHONPATH": str(installed(version))}
    command = [sys.executable, "-W", "ignore", "-m", "tests.sentry_sdks.site", mode]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-4000:]
    found: dict[str, Any] = json.loads(done.stdout)
    assert version in (found["version"], NEWEST)
    return found


@pytest.fixture(scope="module", params=VERSIONS)
def reported(request: pytest.FixtureRequest) -> dict[str, Any]:
    return reports(request.param, "guarded")


def items(call: dict[str, Any]) -> list[dict[str, Any]]:
    return [item for sent in call["sent"] for item in sent["items"]]


def transactions(call: dict[str, Any]) -> list[dict[str, Any]]:
    return [item for item in items(call) if item.get("type") == "transaction"]


def errors(call: dict[str, Any]) -> list[dict[str, Any]]:
    return [item for item in items(call) if "exception" in item]


def leaks(found: dict[str, Any]) -> set[tuple[str, str]]:
    """Call and credential, where what was sent has a credential in it, or half of one."""
    return {
        (name, secret)
        for name, call in found["calls"].items()
        for secret, value in found["secrets"].items()
        for sent in call["sent"]
        if value[: max(8, len(value) // 2)] in sent["bytes"]
    }


def test_no_credential_is_in_what_is_sent(reported: dict[str, Any]) -> None:
    assert leaks(reported) == set()


def test_each_call_is_one_transaction(reported: dict[str, Any]) -> None:
    for name, call in reported["calls"].items():
        assert len(transactions(call)) == (2 if name == "native" else 1), name
        assert EXPECTED.get(name, "") in call["answer"], name
    for name in reported["calls"].keys() - {"crash of the transport", "crash of telemetry"}:
        for transaction in transactions(reported["calls"][name]):
            assert transaction["transaction"].startswith("/sentry.integrations.scm.v1.ScmService/"), name
            assert transaction["contexts"]["trace"]["op"] == "rpc.server", name


def test_each_bug_is_one_error_that_names_it(reported: dict[str, Any]) -> None:
    for name, call in reported["calls"].items():
        found = errors(call)
        assert len(found) == (0 if name in EXPECTED else 2 if name == "native" else 1), name
        for error in found:
            assert error["exception"]["values"][-1]["type"] == "RuntimeError", name
            # What is left is still of use.
            assert error["exception"]["values"][-1]["stacktrace"]["frames"], name
    for name in reported["calls"].keys() - {*EXPECTED, "crash of the transport"}:
        assert all(error["tags"]["request_id"] for error in errors(reported["calls"][name])), name


def test_telemetry_never_fails_by_itself(reported: dict[str, Any]) -> None:
    for name in reported["calls"].keys() - {"crash of telemetry"}:
        assert [line for line in reported["calls"][name]["logged"] if "telemetry" in line] == [], name


def test_nothing_of_one_call_is_in_the_report_of_another(reported: dict[str, Any]) -> None:
    first, second = (json.dumps(error) for error in errors(reported["calls"]["native"]))
    assert "mark-0" in first
    assert "mark-1" in second
    assert "mark-0" not in second


def test_without_the_guard_there_would_be_credentials() -> None:
    found = leaks(reports(NEWEST, "unguarded"))
    assert {name for _, name in found} >= {"key", "bearer", "basic", "signature", "cookie", "vendor", "body"}


def test_an_sdk_that_the_app_cannot_guard_sends_nothing_of_a_call() -> None:
    found = reports(NEWEST, "unknown")
    assert all(errors(call) == [] for call in found["calls"].values())
    # A second fault at the same time, before the call is known, leaves the SDK's own transaction of the HTTP request.
    assert {name for name, _ in leaks(found)} <= {"crash of the transport", "crash of telemetry"}
