"""The embedded host as a user starts it, on a repository of two authors: what examples and clients are tried on."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.ports import free_ports

ENGINE = 'def thrust(fuel):\n    """In newtons."""\n    return 7607 / fuel\n'
CONTROL = "from engine import thrust\n\n\ndef start():\n    return thrust(0)\n"


def make_repository(path: Path) -> None:
    """Ada wrote the engine, Grace the control and the engine's last line."""
    (path / "src").mkdir(parents=True)
    subprocess.run(["git", "init", "-q", "-b", "main", str(path)], check=True)
    for author, file, text, message in [
        ("Ada", "src/engine.py", ENGINE.replace("7607 / fuel", "1"), "Add the engine"),
        ("Grace", "src/control.py", CONTROL, "Start it"),
        ("Grace", "src/engine.py", ENGINE, "Burn fuel"),
    ]:
        (path / file).write_text(text)
        git = ["git", "-C", str(path), "-c", f"user.name={author}", "-c", f"user.email={author.lower()}@example.com"]
        subprocess.run([*git, "add", "."], check=True)
        subprocess.run([*git, "commit", "-q", "-m", message], check=True)


@contextmanager
def serving(repository: Path | None, data: Path, *options: str, **settings: str) -> Iterator[dict[str, str]]:
    """The environment that the examples take. ``options`` are those of the command that serves, and ``settings`` are
    the server's own, as its environment has them."""
    (port,) = free_ports(1)
    environ = {key: value for key, value in os.environ.items() if not key.startswith(("SCM_GRPC_", "DJANGO_"))}
    command = [sys.executable, "-m", "sentry_scm_grpc", "serve", "--data", str(data)]
    server = subprocess.Popen(
        [*command, "--bind", f"127.0.0.1:{port}", *(["--repo", str(repository)] if repository else []), *options],
        env={**environ, **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert server.stdout is not None
    try:
        printed = ""
        while "Serving" not in printed:
            line = server.stdout.readline()
            assert line, f"the server does not start: {printed}"
            printed += line
        (key,) = re.findall(r"\bscm_\S+", printed)
        yield {**environ, "SCM_GRPC_URL": f"http://127.0.0.1:{port}", "SCM_GRPC_API_KEY": key}
    finally:
        server.terminate()
        server.wait(120)
        server.stdout.close()
