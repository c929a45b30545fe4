"""The OpenAPI document of the JSON door, judged by what others wrote: a validator, a tester, a generator of clients.

They are installed into an environment of their own; the site runs in this one, as its users run it.
"""

from __future__ import annotations

import json
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from sentry_scm_grpc.contract import OPENAPI
from sentry_scm_grpc.rpc.policy import RPCS
from tests.clients.conftest import INSTALL, Served
from tests.ports import free_ports
from tests.scenarios.running import ROOT, Site

BIN = ROOT / ".venv-openapi/bin"
HERE = Path(__file__).with_name("openapi")


def run(*command: object, cwd: Path = HERE) -> str:
    """The output of a command of the other environment, which must succeed."""
    if not BIN.exists():
        pytest.fail(f"The tools for OpenAPI are not installed. {INSTALL}")
    tool, *arguments = map(str, command)
    done = subprocess.run([BIN / tool, *arguments], cwd=cwd, capture_output=True, text=True, timeout=1200)
    assert done.returncode == 0, f"{done.stdout[-6000:]}\n{done.stderr[-3000:]}"
    return done.stdout


@pytest.fixture
def site(served: Served) -> tuple[str, str]:
    """URL and key of a site that the calls of a test do not change."""
    return f"http://127.0.0.1:{served.ports['gunicorn']}", served.site.api_key


@pytest.fixture
def own_site(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """URL and key of a site that the calls of a test may change."""
    made = Site.make(tmp_path / "data")
    (port,) = free_ports(1)
    with made.running(made.gunicorn(port), port, SCM_GRPC_EXPLORER="true"):
        yield f"http://127.0.0.1:{port}", made.api_key


def test_the_document_in_the_wheel_is_valid_and_has_every_rpc_that_does_not_stream() -> None:
    assert "OK" in run("python", "-m", "openapi_spec_validator", OPENAPI)
    paths = json.loads(OPENAPI.read_text())["paths"]
    assert set(paths) == {rpc.path for rpc in RPCS.values() if not rpc.streams}
    assert {path for path, item in paths.items() if "get" in item} == {
        rpc.path for rpc in RPCS.values() if not rpc.streams and not rpc.writes
    }


def test_the_document_of_a_site_is_valid(site: tuple[str, str], tmp_path: Path) -> None:
    url, _ = site
    with urllib.request.urlopen(f"{url}/grpc/openapi.json") as answer:
        (tmp_path / "served.json").write_bytes(answer.read())
    assert "OK" in run("python", "-m", "openapi_spec_validator", tmp_path / "served.json")


def test_answers_to_reads_are_what_the_document_says(site: tuple[str, str]) -> None:
    answered = set(run("python", "answers.py", *site).split())
    assert answered >= {
        "ListRepositories",
        "GetRepository",
        "GetCommit",
        "ListCommits",
        "GetCommitContext",
        "ListFileChanges",
        "GetFile",
        "ListTree",
        "SearchCode",
        "GetCapabilities",
    }


def test_schemathesis_finds_no_answer_that_the_document_does_not_have(
    own_site: tuple[str, str], tmp_path: Path
) -> None:
    url, key = own_site
    config = ("--config-file", HERE / "schemathesis.toml")
    out = run("schemathesis", *config, "run", f"{url}/grpc/openapi.json", "-H", f"X-Api-Key: {key}", cwd=tmp_path)
    assert "Rate limited" not in out, "calls were refused before they reached an RPC"
    print(out[out.rindex("= SUMMARY =") :])


def test_a_client_that_a_generator_made_has_types_and_calls(site: tuple[str, str], tmp_path: Path) -> None:
    url, key = site
    options = ("--output-path", tmp_path / "scm_client", "--meta", "none", "--config", HERE / "generator.yaml")
    made = run("openapi-python-client", "generate", "--path", OPENAPI, "--fail-on-warning", *options)
    assert "WARNING" not in made
    (tmp_path / "calling.py").write_text((HERE / "calling.py").read_text())
    assert "no issues found" in run("mypy", "--strict", "scm_client", "calling.py", cwd=tmp_path)
    repository, sha, reason = run("python", "calling.py", f"{url}/grpc", key, cwd=tmp_path).split()
    assert (repository, len(sha), reason) == ("greeter", 40, "REF_NOT_FOUND")
