"""What the tests of distributions share: a copy of the source, and an environment that can build."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*command: object, cwd: Path | None = None, env: dict[str, str] | None = None) -> str:
    """The output of a command that succeeds. Unless ``env`` says so, it does not import what lies here."""
    variables = env or {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True, env=variables)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def pip(interpreter: Path, *arguments: object) -> str:
    """What pip prints that works on the environment of this interpreter. It is the pip of the tests' environment."""
    return run(sys.executable, "-m", "pip", "--python", interpreter, "--disable-pip-version-check", *arguments)


def fresh_python(directory: Path, *packages: object) -> Path:
    """The interpreter of a fresh environment with these packages, and nothing else.

    Modules are compiled when they are imported, and most never are.
    """
    venv.create(directory)
    interpreter = directory / "bin" / "python"
    pip(interpreter, "install", "-q", "--no-compile", *packages)
    return interpreter


def requirements(project: Path) -> list[str]:
    """What a project says that building it needs."""
    needed: list[str] = tomllib.loads((project / "pyproject.toml").read_text())["build-system"]["requires"]
    return needed


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
def builder(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment with `build`, and what both projects say that building them needs."""
    needed = {*requirements(source), *requirements(source / "clients/python")}
    return fresh_python(tmp_path_factory.mktemp("builder"), "build", *sorted(needed))


def build(builder: Path, directory: Path, project: Path, *options: str) -> Path:
    """Fills a directory with the sdist of a project, and the wheel built from that sdist."""
    run(builder, "-m", "build", "--no-isolation", *options, "--outdir", directory, project)
    return directory


def unpack(wheel: Path, directory: Path) -> set[str]:
    """Puts the files of a wheel where pip would put them, and returns their names."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(directory)
        return set(archive.namelist())


@pytest.fixture(scope="session")
def distributions(source: Path, builder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of the app's sdist and of the wheel built from that sdist."""
    return build(builder, tmp_path_factory.mktemp("dist"), source)


@pytest.fixture(scope="session")
def client_distributions(source: Path, builder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of the client's sdist and of the wheel built from that sdist."""
    return build(builder, tmp_path_factory.mktemp("client-dist"), source / "clients/python")
