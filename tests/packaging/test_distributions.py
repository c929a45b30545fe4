"""The wheel and the sdist hold all that users need, and the wheel works in a fresh environment.

Needs the package index: these are run by `make test-packaging`, not by `make test`.
"""

from __future__ import annotations

import shutil
import subprocess
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# What must be in both, as paths from the root of the project.
NEEDED = {
    "sentry_scm_grpc/py.typed",
    "sentry_scm_grpc/v1/options.proto",
    "sentry_scm_grpc/v1/options_pb2.py",
    "sentry_scm_grpc/v1/options_pb2.pyi",
    "sentry_scm_grpc/v1/scm.proto",
    "sentry_scm_grpc/v1/scm_pb2.py",
    "sentry_scm_grpc/v1/scm_pb2.pyi",
    "sentry_scm_grpc/v1/scm_pb2_grpc.py",
    "sentry_scm_grpc/v1/scm_pb2_grpc.pyi",
    "sentry_scm_grpc/hosts/embedded/migrations/0001_initial.py",
    "sentry_scm_grpc/contract/contract.binpb",
    "sentry_scm_grpc/contract/contract.json",
    "sentry_scm_grpc/explorer/static/index.html",
    "sentry_scm_grpc/explorer/static/library.js",
    "sentry_scm_grpc/explorer/static/library-licences.txt",
}
NEEDED_IN_SDIST = {"LICENSE", "README.md", "CHANGELOG.md", "protos/buf.yaml", "protos/sentry_scm_grpc/v1/scm.proto"}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the files that git knows or would add: a build there leaves nothing here."""
    copy = tmp_path_factory.mktemp("source")
    listed = _run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT)
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).exists():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name, follow_symlinks=False)
    return copy


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a fresh environment that can build."""
    directory = tmp_path_factory.mktemp("environment")
    venv.create(directory, with_pip=True)
    interpreter = directory / "bin" / "python"
    _run(interpreter, "-m", "pip", "install", "-q", "build")
    return interpreter


@pytest.fixture(scope="module")
def distributions(source: Path, python: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of the sdist and of the wheel built from that sdist."""
    directory = tmp_path_factory.mktemp("dist")
    _run(python, "-m", "build", "--outdir", directory, source)
    return directory


def test_the_sdist_holds_contract_stubs_licence_and_tests(distributions: Path) -> None:
    (sdist,) = distributions.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        members = {member.name.split("/", 1)[-1]: member for member in archive.getmembers()}
    assert not (NEEDED | NEEDED_IN_SDIST) - set(members)
    assert members["sentry_scm_grpc/v1/scm.proto"].isfile()
    assert not [name for name in members if "node_modules" in name or name.endswith((".pyc", ".sqlite3"))]


def test_the_wheel_holds_contract_stubs_and_licence_and_nothing_else(distributions: Path) -> None:
    (wheel,) = distributions.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        contract = archive.read("sentry_scm_grpc/v1/scm.proto")
    assert not NEEDED - names
    assert any(name.endswith("LICENSE") for name in names)
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"sentry_scm_grpc"}
    assert contract == (ROOT / "protos/sentry_scm_grpc/v1/scm.proto").read_bytes()


def test_the_installed_wheel_imports_and_its_command_runs(distributions: Path, python: Path, tmp_path: Path) -> None:
    (wheel,) = distributions.glob("*.whl")
    _run(python, "-m", "pip", "install", "-q", f"{wheel}[embedded]")
    where = _run(python, "-c", "import sentry_scm_grpc.v1.scm_pb2 as pb; print(pb.__file__)", cwd=tmp_path)
    assert str(ROOT) not in where
    assert "demo" in _run(python.with_name("sentry-scm-grpc"), "--help", cwd=tmp_path)
    assert "No broken requirements" in _run(python, "-m", "pip", "check")


def test_the_contract_compiles_against_the_installed_wheel(python: Path, distributions: Path, tmp_path: Path) -> None:
    """The .proto files lie beside the generated code: site-packages is the include path that other protos need."""
    (wheel,) = distributions.glob("*.whl")
    site = tmp_path / "site"
    _run(python, "-m", "pip", "install", "-q", "--no-deps", "--target", site, wheel)
    _run(python, "-m", "pip", "install", "-q", "grpcio-tools")
    (tmp_path / "mine.proto").write_text(
        'syntax = "proto3"; import "sentry_scm_grpc/v1/scm.proto";'
        "message Mine { sentry.integrations.scm.v1.Repository repository = 1; }"
    )
    _run(python, "-m", "grpc_tools.protoc", "-I", site, "-I", tmp_path, f"--python_out={tmp_path}", "mine.proto")
    assert (tmp_path / "mine_pb2.py").exists()


def _run(*command: object, cwd: Path | None = None) -> str:
    done = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout
