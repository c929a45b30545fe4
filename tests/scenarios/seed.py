"""Fills a new data directory: python -m tests.scenarios.seed DIR prints, as JSON, what calls need."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

FILES = {"README.md": "# Café\n", "src/app.py": "def main():\n    return 1 / 0\n"}


def make_repository(path: Path) -> None:
    path.mkdir()
    git = ["git", "-C", str(path), "-c", "user.name=Zoë", "-c", "user.email=zoe@example.com"]
    subprocess.run([*git, "init", "-q", "-b", "main"], check=True)
    for name, text in FILES.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(text)
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-q", "-m", "Begin"], check=True)


def main(data: Path) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.scenarios.settings"
    from sentry_scm_grpc.hosts.embedded.data import allow_root, set_up

    data.mkdir(parents=True, exist_ok=True)
    repository_path = data / "greeter"
    make_repository(repository_path)
    allow_root(data, repository_path)
    set_up(data, make=True)

    from sentry_scm_grpc.hosts.embedded import seed

    key = seed.ensure_demo_organization()
    repository = seed.add_repository(seed.demo_integration(), repository_path)
    found = {"apiKey": key, "organizationId": seed.organization("demo").id, "repositoryId": repository.id}
    print(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
