"""``scm mcp`` as the protocol's own tools judge it: the inspector on the command line, and the conformance suite."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.clients.conftest import INSTALL
from tests.clients.embedded import ENGINE, make_repository, serving
from tests.clients.test_mcp import HERE, PYTHON, READS
from tests.ports import free_ports
from tests.scenarios.running import ROOT, running

TOOLS = HERE / "node_modules/.bin"

#: Scenarios of the suite that any server can meet.
MET = {
    "server-initialize",
    "ping",
    "tools-list",
    "resources-list",
    "server-sse-multiple-streams",
    "dns-rebinding-protection",
}
#: It counts a server that does not ask clients to poll, and checks nothing more.
UNCHECKED = {"server-sse-polling"}
#: These call tools, prompts and resources of the suite's own, such as test_simple_text, ...
OF_THE_SUITE = {
    *("tools-call-simple-text", "tools-call-image", "tools-call-audio", "tools-call-embedded-resource"),
    *("tools-call-mixed-content", "tools-call-with-logging", "tools-call-error", "tools-call-with-progress"),
    *("tools-call-sampling", "tools-call-elicitation", "json-schema-2020-12", "elicitation-sep1034-defaults"),
    *("elicitation-sep1330-enums", "resources-read-text", "resources-read-binary", "resources-templates-read"),
    *("prompts-get-simple", "prompts-get-with-args", "prompts-get-embedded-resource", "prompts-get-with-image"),
}
#: ... and these parts of the protocol that a server may leave out.
LEFT_OUT = {"logging-set-level", "completion-complete", "resources-subscribe", "resources-unsubscribe", "prompts-list"}


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    for tool in (PYTHON, TOOLS / "mcp-inspector", TOOLS / "conformance"):
        if not tool.exists():
            pytest.fail(f"{tool.name} of tests/clients/mcp is not installed. {INSTALL}")
    directory = tmp_path_factory.mktemp("mcp")
    make_repository(directory / "rocket")
    with serving(directory / "rocket", directory / "data") as served:
        yield served


def inspect(environment: dict[str, str], method: str, *arguments: str) -> Any:
    """What the inspector prints of one request to a server that it starts."""
    variables = {"SCM_GRPC_API_KEY": environment["SCM_GRPC_API_KEY"], "PYTHONPATH": str(ROOT)}
    given = [word for name, value in variables.items() for word in ("-e", f"{name}={value}")]
    server = [str(PYTHON), "-m", "sentry_scm_grpc.client.command", "mcp", "--url", environment["SCM_GRPC_URL"]]
    command = [str(TOOLS / "mcp-inspector"), "--cli", *given, *server, "--method", method, *arguments]
    done = subprocess.run(command, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def test_the_inspector_lists_and_calls_tools_and_reads_a_file(environment: dict[str, str]) -> None:
    assert sorted(tool["name"] for tool in inspect(environment, "tools/list")["tools"]) == sorted(READS)
    called = inspect(
        environment, "tools/call", "--tool-name", "get_file", "--tool-arg", "repository_id=1", "path=src/engine.py"
    )
    assert called["structuredContent"]["content_text"] == ENGINE
    read = inspect(environment, "resources/read", "--uri", "scm://repositories/1/files/HEAD/src/engine.py")
    assert read["contents"][0]["text"] == ENGINE


def test_the_conformance_suite_finds_what_it_may(environment: dict[str, str], tmp_path: Path) -> None:
    (port,) = free_ports(1)
    command = [str(PYTHON), str(HERE / "over_http.py"), environment["SCM_GRPC_URL"], str(port)]
    variables = {"SCM_GRPC_API_KEY": environment["SCM_GRPC_API_KEY"], "PYTHONPATH": str(ROOT)}
    with running(command, port, variables, tmp_path / "log"):
        suite = [str(TOOLS / "conformance"), "server", "--url", f"http://127.0.0.1:{port}/mcp", "--suite", "all"]
        told = subprocess.run(suite, cwd=tmp_path, capture_output=True, text=True, timeout=1200).stdout
    counts = re.findall(r"^[✓✗] (\S+): (\d+) passed, (\d+) failed", told, re.MULTILINE)
    good = {name for name, passed, failed in counts if int(passed) and not int(failed)}
    bad = {name for name, _, failed in counts if int(failed)}
    assert good == MET, told
    assert bad == OF_THE_SUITE | LEFT_OUT, told
    assert {name for name, *_ in counts} == good | bad | UNCHECKED
