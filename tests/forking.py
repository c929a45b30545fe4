"""Runs the command ``sentry-scm-grpc`` in processes of its own that start fast.

Each is a fork of one process that has loaded the command's modules, which takes a new process a second. It has its own
arguments, environment, directory and files, and reads its settings as any other.
"""

from __future__ import annotations

import gc
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
#: Modules that need no settings.
PRELOADED = (
    "sentry_scm_grpc.hosts.embedded.cli",
    "django.core.mail",
    "django.core.management",
    "django.db.backends.sqlite3.base",
    "django.db.migrations.autodetector",
    "django.db.migrations.executor",
    "django.template.defaultfilters",
    "django.urls",
    "django.views.generic",
    "sentry_scm_grpc.rpc.policy",
    "sentry_scm_grpc.server.framing",
    "sentry_scm_grpc.server.json_form",
    "sentry_scm_grpc.server.exchange",
    "sentry_sdk",
)
SECONDS = 120


class _Origin:
    """The process that is forked."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.forking"],
            cwd=ROOT,
            env={name: value for name, value in os.environ.items() if not name.startswith(("SCM_GRPC_", "DJANGO_"))},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._lock = threading.Lock()

    def run(self, asked: Mapping[str, Any]) -> int:
        """The exit code of a fork; negative if a signal ended it."""
        assert self._process.stdin
        assert self._process.stdout
        with self._lock:
            self._process.stdin.write(json.dumps(asked) + "\n")
            self._process.stdin.flush()
            return int(self._process.stdout.readline())


# It ends when this process ends, because its input does.
_origin = cache(_Origin)


def run_command(
    arguments: list[str], environment: Mapping[str, str], cwd: Path | None = None, input: str | None = None
) -> subprocess.CompletedProcess[str]:
    """As subprocess.run does, with the output as text. A command that takes longer than SECONDS is killed."""
    with tempfile.TemporaryDirectory() as directory:
        files = {name: Path(directory, name) for name in ("stdin", "stdout", "stderr")}
        files["stdin"].write_text(input or "")
        asked = {
            "arguments": arguments,
            "environment": dict(environment),
            "cwd": str(cwd or Path.cwd()),
            "files": [str(file) for file in files.values()],
        }
        code = _origin().run(asked)
        return subprocess.CompletedProcess(arguments, code, files["stdout"].read_text(), files["stderr"].read_text())


def _become(asked: dict[str, Any]) -> None:
    signal.alarm(SECONDS)
    os.chdir(asked["cwd"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    for number, (file, flags) in enumerate(
        zip(asked["files"], (os.O_RDONLY, *[os.O_WRONLY | os.O_CREAT] * 2), strict=True)
    ):
        opened = os.open(file, flags, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    # The old one may have read ahead.
    sys.stdin = io.TextIOWrapper(io.FileIO(0, closefd=False))
    sys.argv = ["sentry-scm-grpc", *asked["arguments"]]
    from sentry_scm_grpc.__main__ import main

    main()


def _serve() -> None:
    # Nothing that a fork prints may come between the answers, and it does not hold them open.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for module in PRELOADED:
        import_module(module)
    gc.freeze()  # So that no fork looks through the modules when it ends.
    for line in sys.stdin:
        if (child := os.fork()) == 0:
            answers.close()
            return _become(json.loads(line))
        answers.write(f"{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n")
        answers.flush()


if __name__ == "__main__":
    _serve()
