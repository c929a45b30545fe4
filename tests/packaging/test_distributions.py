"""The wheel and the sdist hold all that users need, and the wheel works in a fresh environment.

Needs the package index: these are run by `make test-packaging`, not by `make test`.
"""

from __future__ import annotations

import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.packaging.conftest import ROOT, fresh_python, pip, run

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
    "sentry_scm_grpc/contract/openapi.json",
    "sentry_scm_grpc/explorer/static/index.html",
    "sentry_scm_grpc/explorer/static/highlighter.js",
    "sentry_scm_grpc/explorer/static/library.js",
    "sentry_scm_grpc/explorer/static/library-licences.txt",
}
NEEDED_IN_SDIST = {"LICENSE", "README.md", "CHANGELOG.md", "protos/buf.yaml", "protos/sentry_scm_grpc/v1/scm.proto"}


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


@pytest.fixture(scope="module")
def installed(distributions: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment with the wheel, what its embedded host needs, and a compiler of contracts."""
    (wheel,) = distributions.glob("*.whl")
    return fresh_python(tmp_path_factory.mktemp("installed"), f"{wheel}[embedded]", "grpcio-tools")


def test_the_installed_wheel_imports_and_its_command_runs(installed: Path, tmp_path: Path) -> None:
    where = run(installed, "-c", "import sentry_scm_grpc.v1.scm_pb2 as pb; print(pb.__file__)", cwd=tmp_path)
    assert str(ROOT) not in where
    assert "demo" in run(installed.with_name("sentry-scm-grpc"), "--help", cwd=tmp_path)
    assert "No broken requirements" in pip(installed, "check")


def test_the_contract_compiles_against_the_installed_wheel(installed: Path, tmp_path: Path) -> None:
    """The .proto files lie beside the generated code: site-packages is the include path that other protos need."""
    site = run(installed, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
    (tmp_path / "mine.proto").write_text(
        'syntax = "proto3"; import "sentry_scm_grpc/v1/scm.proto";'
        "message Mine { sentry.integrations.scm.v1.Repository repository = 1; }"
    )
    run(installed, "-m", "grpc_tools.protoc", "-I", site, "-I", tmp_path, f"--python_out={tmp_path}", "mine.proto")
    assert (tmp_path / "mine_pb2.py").exists()
