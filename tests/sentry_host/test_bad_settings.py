"""A Sentry whose settings of this app cannot be read: it starts and answers, the app is off, and its check fails."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.ports import free_port
from tests.sentry_host.serving import ROOT, gunicorn

WAYS = {
    "middleware": ("sentry.wsgi:application", {}),
    "wrapper": ("tests.sentry_host.wrapped:application", {"SENTRY_TEST_MIDDLEWARE": "0"}),
}
MISTAKES = {
    "SCM_GRPC_RPSC": "read",
    "SCM_GRPC_MAX_CALL_SECONDS": "abc",
    "SCM_GRPC_KEYS_MAY_ACT_AS_USERS": "maybe",
}


@pytest.mark.parametrize("way", WAYS)
def test_the_sentry_starts_and_the_app_serves_nothing(way: str, tmp_path: Path) -> None:
    application, environment = WAYS[way]
    port = free_port()
    log = tmp_path / "log"
    with gunicorn(application, {**environment, "SCM_GRPC_RPSC": "read"}, port, log):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/_health/", timeout=300) as answer:
            assert answer.read() == b"ok"
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/grpc/sentry.integrations.scm.v1.ScmService/GetRepository",
            b"\0\0\0\0\0",
            {"Content-Type": "application/grpc-web"},
        )
        try:
            with urllib.request.urlopen(request, timeout=300) as answer:
                served = answer.headers["Content-Type"]
        except urllib.error.HTTPError as error:
            served = error.headers["Content-Type"]
        assert "grpc" not in (served or "")
    assert "SCM_GRPC_RPSC, which is not a setting" in log.read_text()


def test_its_check_fails_with_a_line_for_each_mistake() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "sentry", "django", "check"],
        cwd=ROOT,
        env={**os.environ, **MISTAKES},
        capture_output=True,
        text=True,
        timeout=300,
    )
    told = done.stdout + done.stderr
    assert done.returncode != 0, told
    for name in MISTAKES:
        assert len([line for line in told.splitlines() if name in line]) == 1, told
    assert "Traceback" not in told
