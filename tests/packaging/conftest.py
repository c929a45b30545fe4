"""What the tests of distributions share: a copy of the source, and an environment that can build."""

from __future__ import annotations

import shutil
import subprocess
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*command: object, cwd: Path | None = None, env: dict[str, str] | None = None) -> str:
    """The output of a command that succeeds."""
    done = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True, env=env)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def fresh_python(directory: Path, *packages: object) -> Path:
    """The interpreter of a fresh environment with these packages."""
    venv.create(directory, with_pip=True)
    interpreter = directory / "bin" / "python"
    if packages:
        run(interpreter, "-m", "pip", "install", "-q", *packages)
    return interpreter


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the files that git knows or would add: a build there leaves nothing here."""
    copy = tmp_path_factory.mktemp("source")
    listed = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT)
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).exists():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name, follow_symlinks=False)
    return copy


@pytest.fixture(scope="session")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a fresh environment that can build."""
    return fresh_python(tmp_path_factory.mktemp("environment"), "build")


@pytest.fixture(scope="session")
def distributions(source: Path, python: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of the app's sdist and of the wheel built from that sdist."""
    directory = tmp_path_factory.mktemp("dist")
    run(python, "-m", "build", "--outdir", directory, source)
    return directory


@pytest.fixture(scope="session")
def client_distributions(source: Path, python: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of the client's sdist and of the wheel built from that sdist."""
    directory = tmp_path_factory.mktemp("client-dist")
    run(python, "-m", "build", "--outdir", directory, source / "clients/python")
    return directory
