"""The client's own distribution: what it holds and needs, what it does alone, and what beside the app.

Needs the package index: these are run by `make test-packaging`, not by `make test`.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.client.test_docs import repository, site  # noqa: F401  (fixtures)
from tests.packaging.conftest import ROOT, fresh_python, run

#: What connectrpc and protobuf bring along, and what each environment has.
ALLOWED = {"connectrpc", "protobuf", "protobuf-py", "protobuf-py-ext", "protobuf-py-pure", "pyqwest"}
ALLOWED |= {"opentelemetry-api", "typing-extensions", "importlib-metadata", "zipp", "sentry-scm-client"}
USER = Path(__file__).with_name("user_of_the_client.py")
WRONG = {number for number, line in enumerate(USER.read_text().splitlines(), 1) if line.endswith("# WRONG")}

HELD = {
    "py.typed",
    "methods.pyi",
    "command.py",
    "v1/scm_pb2.py",
    "v1/scm_pb2.pyi",
    "contract/contract.json",
    "contract/openapi.json",
}


@pytest.fixture(scope="module")
def alone(client_distributions: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment that has the client's wheel and nothing else."""
    (wheel,) = client_distributions.glob("*.whl")
    return fresh_python(tmp_path_factory.mktemp("alone"), wheel)


@pytest.fixture(scope="module")
def checked(client_distributions: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment with the client and two type checkers."""
    (wheel,) = client_distributions.glob("*.whl")
    return fresh_python(tmp_path_factory.mktemp("checked"), wheel, "mypy", "pyright")


def test_sdist_and_wheel_hold_the_package(client_distributions: Path) -> None:
    (sdist,) = client_distributions.glob("*.tar.gz")
    (wheel,) = client_distributions.glob("*.whl")
    with tarfile.open(sdist) as archive:
        names = {name.split("/", 1)[-1] for name in archive.getnames()}
    assert {f"src/sentry_scm_client/{name}" for name in HELD} | {"LICENSE", "README.md"} <= names
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert {f"sentry_scm_client/{name}" for name in HELD} <= names
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"sentry_scm_client"}


def test_it_needs_connectrpc_and_protobuf_alone(alone: Path) -> None:
    installed = run(alone, "-m", "pip", "freeze", "--all").splitlines()
    names = {re.split(r"==| @ ", line)[0].lower().replace("_", "-") for line in installed}
    assert names - {"pip", "setuptools"} <= ALLOWED
    assert "No broken requirements" in run(alone, "-m", "pip", "check")


def test_the_command_works_where_only_the_client_is_installed(
    alone: Path,
    site: tuple[str, str],  # noqa: F811
    tmp_path: Path,
) -> None:
    url, key = site
    scm = alone.with_name("scm")
    environment = {"SCM_GRPC_URL": url, "SCM_GRPC_API_KEY": key, "PATH": "/usr/bin:/bin"}
    assert "ListRepositories" in run(scm, "describe", cwd=tmp_path)
    table = run(scm, "call", "ListRepositories", "-o", "table", env=environment, cwd=tmp_path).splitlines()
    assert table[0].split()[:3] == ["ID", "ORGANIZATION_ID", "NAME"]
    assert "rocket" in table[1]
    refused = subprocess.run(
        [scm, "call", "GetRepository", '{"repository_id": 9}'], env=environment, capture_output=True, text=True
    )
    assert refused.returncode == 105
    assert refused.stderr.startswith("NOT_FOUND REPOSITORY_NOT_FOUND: ")
    lacks = subprocess.run(
        [scm, "call", "GetRepository", "-o", "yaml"], env=environment, capture_output=True, text=True
    )
    assert (lacks.returncode, lacks.stderr) == (2, "scm: -o yaml needs PyYAML. Run: pip install 'pyyaml>=6'\n")


def test_tools_for_language_models_and_yaml_come_with_extras(
    client_distributions: Path,
    site: tuple[str, str],  # noqa: F811
    tmp_path: Path,
) -> None:
    url, key = site
    (wheel,) = client_distributions.glob("*.whl")
    python = fresh_python(tmp_path / "environment", f"{wheel}[mcp,yaml]")
    asked = "".join(json.dumps(each) + "\n" for each in (["tools"], ["list_repositories", {}]))
    environment = {"SCM_GRPC_API_KEY": key, "SCM_COMMAND": "sentry_scm_client.command", "PATH": "/usr/bin:/bin"}
    command = [python, ROOT / "tests/clients/mcp/session.py", "--url", url]
    done = subprocess.run(command, input=asked, env=environment, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    tools, repositories = map(json.loads, done.stdout.splitlines())
    assert "get_commit_context" in {tool["name"] for tool in tools}
    assert [each["name"] for each in repositories["repositories"]] == ["rocket"]
    call = (python.with_name("scm"), "call", "ListRepositories", "--url", url, "-o", "yaml")
    assert "  name: rocket\n" in run(*call, cwd=tmp_path, env=environment)


def test_the_first_example_of_the_guide_works_as_written(
    alone: Path,
    site: tuple[str, str],  # noqa: F811
) -> None:
    url, key = site
    page = (ROOT / "docs/how-to/client.md").read_text()
    found = re.search(r"^```python\n(.*?)^```\n```text\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert found
    code, printed = found.groups()
    assert "sentry_scm_client" in code
    environment = {"SCM_GRPC_API_KEY": key, "PATH": "/usr/bin:/bin"}
    assert run(alone, "-c", code.replace("http://127.0.0.1:8800", url), env=environment) == printed


def test_mypy_finds_what_is_wrong_with_nothing_else_installed(checked: Path) -> None:
    done = subprocess.run([checked, "-m", "mypy", "--strict", USER], capture_output=True, text=True, cwd=checked.parent)
    found = {int(number) for number in re.findall(r"user_of_the_client\.py:(\d+): error", done.stdout)}
    assert found == WRONG, done.stdout + done.stderr


def test_pyright_finds_the_same(checked: Path) -> None:
    done = subprocess.run(
        [checked, "-m", "pyright", "--pythonpath", checked, USER], capture_output=True, text=True, cwd=checked.parent
    )
    found = {int(number) for number in re.findall(r"user_of_the_client\.py:(\d+):\d+ - error", done.stdout)}
    assert found == WRONG, done.stdout + done.stderr


@pytest.mark.parametrize("first", ["sentry_scm_grpc.client", "sentry_scm_client"])
def test_beside_the_app_both_have_one_set_of_messages(
    distributions: Path, client_distributions: Path, tmp_path: Path, first: str
) -> None:
    """Whichever is imported first. Neither distribution holds a file of the other."""
    (app,), (client,) = distributions.glob("*.whl"), client_distributions.glob("*.whl")
    with zipfile.ZipFile(app) as one, zipfile.ZipFile(client) as other:
        assert not set(one.namelist()) & set(other.namelist())
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", tmp_path]
    run(*pip, app, client)
    code = f"""
import {first}
import sentry_scm_client, sentry_scm_grpc.client
from sentry_scm_client.v1 import scm_pb2 as mine
from sentry_scm_grpc.v1 import scm_pb2 as theirs
import sentry_scm_client.v1.scm_pb2
assert mine.Repository is theirs.Repository
assert sentry_scm_client.v1.scm_pb2.Repository is theirs.Repository
for package in (sentry_scm_client, sentry_scm_grpc.client):
    package.ScmClient("http://127.0.0.1:1").close()
print(sentry_scm_client.__file__, sentry_scm_grpc.client.__file__)
"""
    where = run(sys.executable, "-c", code, cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)})
    assert all(path.startswith(str(tmp_path)) for path in where.split())


def test_a_client_of_another_version_uses_the_messages_of_the_app(client_distributions: Path, tmp_path: Path) -> None:
    """protobuf refuses a second definition of a message: the client must not bring its own."""
    (client,) = client_distributions.glob("*.whl")
    with zipfile.ZipFile(client) as archive:
        archive.extractall(tmp_path)
    older = tmp_path / "sentry_scm_client/v1/scm_pb2.py"
    changed = older.read_text().replace("source_root", "source_boot")
    assert changed != older.read_text()
    older.write_text(changed)
    code = "import sentry_scm_client.methods, sentry_scm_grpc.v1.scm_pb2, sentry_scm_client; print('good')"
    environment = {"PYTHONPATH": f"{tmp_path}:{ROOT}"}
    assert run(sys.executable, "-c", code, cwd=tmp_path, env=environment) == "good\n"
