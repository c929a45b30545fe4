"""``sentry-scm-grpc clients`` and scripts/generate_client.sh: what they make for Python and TypeScript calls a site.

For the other languages protoc really runs, and those plugins that Debian has (Ruby, PHP). The rest are stand-ins: they
show that buf takes the settings and asks the plugin, not what the plugin makes of it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sentry_scm_grpc.clients.generate import LANGUAGES
from tests.clients.conftest import NODE, Served
from tests.scenarios.running import ROOT

# Has grpcio-tools, and not the package, whose names the generated code has.
ELSEWHERE = ROOT / ".venv-oracle/bin/python"
COMMAND = (sys.executable, "-m", "sentry_scm_grpc.hosts.embedded.cli", "clients", "--language")
MADE = {"java": "*.java", "kotlin": "*.kt", "csharp": "*.cs", "ruby": "*_services_pb.rb", "php": "*Client.php"}


def generate(language: str, out: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [*COMMAND, language, "--out", str(out)]
    return subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True)


def first_call(out: Path, language: str, url: str, served: Served) -> str:
    """The example of the README, for this site."""
    code: str
    (code,) = re.findall(rf"```{language}\n(.*?)```", (out / "README.md").read_text(), re.DOTALL)
    for place in ("127.0.0.1:50051", "http://127.0.0.1:8800"):
        code = code.replace(place, url)
    return code.replace("scm_...", served.site.api_key)


@pytest.mark.parametrize("by", ["the command", "the script"])
def test_a_python_client_calls(served: Served, tmp_path: Path, by: str) -> None:
    out = tmp_path / "client"
    if by == "the command":
        done = generate("python", out, PYTHON=str(ELSEWHERE))
        assert done.returncode == 0, done.stderr
    else:
        script = [str(ROOT / "scripts/generate_client.sh"), "python", str(out)]
        subprocess.run(script, env={**os.environ, "PYTHON": str(ELSEWHERE)}, check=True)
    code = first_call(out, "python", f"127.0.0.1:{served.ports['native']}", served)
    code += "\nprint(*[repository.name for repository in answer.repositories])"
    ran = subprocess.run(
        [ELSEWHERE, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(out / "gen")},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    assert ran.stdout == "greeter\n"


def test_a_typescript_client_calls(served: Served, tmp_path: Path) -> None:
    done = generate("typescript", tmp_path, npm_config_prefer_offline="true")
    assert done.returncode == 0, done.stderr
    code = first_call(tmp_path, "js", served.url("gunicorn"), served)
    (tmp_path / "first.mjs").write_text(code + "\nconsole.log(repositories.map(({ name }) => name).join());")
    ran = subprocess.run(["node", "first.mjs"], cwd=tmp_path, stdout=subprocess.PIPE, text=True, check=True)
    assert ran.stdout == "greeter\n"


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """buf, and stand-ins for the plugins that are not installed: they take the request and generate nothing."""
    tools = tmp_path_factory.mktemp("tools")
    (tools / "buf").symlink_to(NODE / "node_modules/.bin/buf")
    templates = ROOT / "sentry_scm_grpc/clients/templates"
    plugins = {
        name for path in templates.glob("*/buf.gen.yaml") for name in re.findall(r"local: (\w\S+)", path.read_text())
    }
    for name in plugins - {"grpc_ruby_plugin", "grpc_php_plugin"}:
        (tools / name).write_text('#!/bin/sh\ncat > "$STAND_INS/$(basename "$0")"\n')
        (tools / name).chmod(0o755)
    return tools


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {"python", "typescript"}))
def test_the_settings_of_other_languages_are_good(tools: Path, tmp_path: Path, language: str) -> None:
    asked = tmp_path / "asked"
    asked.mkdir()
    done = generate(language, tmp_path / "out", PATH=f"{tools}:{os.environ['PATH']}", STAND_INS=str(asked))
    assert done.returncode == 0, done.stderr
    wanted = set(re.findall(r"local: (\S+)", (tmp_path / "out/buf.gen.yaml").read_text()))
    assert {path.name for path in asked.iterdir()} == wanted - {"grpc_ruby_plugin", "grpc_php_plugin"}
    assert all(b"sentry_scm_grpc/v1/scm.proto" in path.read_bytes() for path in asked.iterdir())
    if language in MADE:
        assert list((tmp_path / "out/gen").rglob(MADE[language]))


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    done = generate("go", tmp_path / "out", PATH="/usr/bin:/bin")
    assert done.returncode == 1
    assert "Not generated: protoc-gen-go protoc-gen-connect-go must be on the PATH" in done.stderr


def test_other_files_are_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine")
    done = generate("go", tmp_path)
    assert done.returncode == 2
    assert "holds other files" in done.stderr
    assert (tmp_path / "README.md").read_text() == "mine"
