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
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.embedded import make_repository, serving
from tests.packaging.conftest import ROOT, fresh_python, pip, run, unpack

#: What connectrpc and protobuf bring along.
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
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """URL and API key of an embedded host that serves the repository "rocket"."""
    directory = tmp_path_factory.mktemp("site")
    make_repository(directory / "rocket")
    with serving(directory / "rocket", directory / "data") as environ:
        yield environ["SCM_GRPC_URL"], environ["SCM_GRPC_API_KEY"]


@pytest.fixture(scope="module")
def checkers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment with two type checkers, which read the packages of another environment."""
    return fresh_python(tmp_path_factory.mktemp("checkers"), "mypy", "pyright")


@pytest.fixture(scope="module")
def beside(
    distributions: Path, client_distributions: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, list[set[str]]]:
    """A directory with the app and the client, and the files of each."""
    directory = tmp_path_factory.mktemp("beside")
    wheels = (next(each.glob("*.whl")) for each in (distributions, client_distributions))
    return directory, [unpack(wheel, directory) for wheel in wheels]


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


def test_it_needs_connectrpc_and_protobuf_alone(alone: Path, tmp_path: Path) -> None:
    code = "from importlib.metadata import distributions; print(*(one.name for one in distributions()))"
    names = {name.lower().replace("_", "-") for name in run(alone, "-c", code, cwd=tmp_path).split()}
    assert "sentry-scm-client" in names
    assert names <= ALLOWED
    assert "No broken requirements" in pip(alone, "check")


@pytest.mark.parametrize("example", sorted((ROOT / "examples/python").glob("*.py")), ids=lambda path: path.stem)
def test_the_examples_start_where_only_the_client_is_installed(alone: Path, example: Path, tmp_path: Path) -> None:
    assert "usage: " in run(alone, example, "--help", cwd=tmp_path)


def test_the_command_works_where_only_the_client_is_installed(
    alone: Path,
    site: tuple[str, str],
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
    site: tuple[str, str],
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
    site: tuple[str, str],
) -> None:
    url, key = site
    page = (ROOT / "docs/how-to/client.md").read_text()
    found = re.search(r"^```python\n(.*?)^```\n```text\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert found
    code, printed = found.groups()
    assert "sentry_scm_client" in code
    environment = {"SCM_GRPC_API_KEY": key, "PATH": "/usr/bin:/bin"}
    assert run(alone, "-c", code.replace("http://127.0.0.1:8800", url), env=environment) == printed


def test_mypy_finds_what_is_wrong_with_nothing_else_installed(alone: Path, checkers: Path) -> None:
    command = [checkers, "-m", "mypy", "--strict", "--python-executable", alone, USER]
    done = subprocess.run(command, capture_output=True, text=True, cwd=checkers.parent)
    found = {int(number) for number in re.findall(r"user_of_the_client\.py:(\d+): error", done.stdout)}
    assert found == WRONG, done.stdout + done.stderr


def test_pyright_finds_the_same(alone: Path, checkers: Path) -> None:
    command = [checkers, "-m", "pyright", "--pythonpath", alone, USER]
    done = subprocess.run(command, capture_output=True, text=True, cwd=checkers.parent)
    found = {int(number) for number in re.findall(r"user_of_the_client\.py:(\d+):\d+ - error", done.stdout)}
    assert found == WRONG, done.stdout + done.stderr


@pytest.mark.parametrize("first", ["sentry_scm_grpc.client", "sentry_scm_client"])
def test_beside_the_app_both_have_one_set_of_messages(beside: tuple[Path, list[set[str]]], first: str) -> None:
    """Whichever is imported first. Neither distribution holds a file of the other."""
    directory, (app, client) = beside
    assert not app & client
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
    where = run(sys.executable, "-c", code, cwd=directory, env={"PYTHONPATH": str(directory)})
    assert all(path.startswith(str(directory)) for path in where.split())


def test_a_client_of_another_version_uses_the_messages_of_the_app(client_distributions: Path, tmp_path: Path) -> None:
    """protobuf refuses a second definition of a message: the client must not bring its own."""
    (client,) = client_distributions.glob("*.whl")
    unpack(client, tmp_path)
    older = tmp_path / "sentry_scm_client/v1/scm_pb2.py"
    changed = older.read_text().replace("source_root", "source_boot")
    assert changed != older.read_text()
    older.write_text(changed)
    code = "import sentry_scm_client.methods, sentry_scm_grpc.v1.scm_pb2, sentry_scm_client; print('good')"
    environment = {"PYTHONPATH": f"{tmp_path}:{ROOT}"}
    assert run(sys.executable, "-c", code, cwd=tmp_path, env=environment) == "good\n"
