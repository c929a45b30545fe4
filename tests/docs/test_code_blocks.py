"""Every block of code in README, CONTRIBUTING, SECURITY and docs/ can be read, names what exists, runs where it can."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from google.protobuf import json_format

from sentry_scm_grpc.rpc.policy import RPCS
from sentry_scm_grpc.rpc.validation import validate
from tests.client.test_docs import repository, site  # noqa: F401  (fixtures)
from tests.docs.blocks import PAGES, ROOT, Block, as_in_the_app, blocks, blocks_of, commands_of, examples, problem
from tests.ports import free_port

URL_OF_THE_PAGES = "http://127.0.0.1:8800"
# Pages whose Python runs, in its order, against an embedded host; docs/how-to/client.md does in tests/client.
GUIDES = [
    "docs/tutorials/getting-started.md",
    "docs/how-to/errors.md",
    "docs/how-to/paging-and-streaming.md",
    "docs/how-to/reading-files.md",
]
# Those whose commands run too.
SHELL_GUIDES = {"docs/how-to/reading-files.md"}
# Read by others: nginx by tests/reliability, TypeScript is compiled and run by make test-clients. Docker is not here.
ELSEWHERE = {"dockerfile", "nginx", "text", "ts"}


def every(*languages: str) -> pytest.MarkDecorator:
    found = [block for block in blocks() if block.language in languages]
    assert found, f"no block in {languages}"
    return pytest.mark.parametrize("block", found, ids=str)


def test_a_language_that_nobody_checks_is_not_used() -> None:
    known = {"python", "sh", "json", "yaml", "toml"} | ELSEWHERE
    assert [str(block) for block in blocks() if block.language not in known] == []


@every("python")
def test_python_compiles(block: Block) -> None:
    compile(block.text, str(block), "exec")


@every("sh")
def test_shell_parses(block: Block) -> None:
    done = subprocess.run(["bash", "-n"], input=block.text, text=True, capture_output=True)
    assert done.returncode == 0, done.stderr


@every("json", "yaml", "toml")
def test_data_parses(block: Block) -> None:
    {"json": json.loads, "yaml": yaml.safe_load, "toml": tomllib.loads}[block.language](block.text)


@pytest.mark.parametrize("page", PAGES)
def test_commands_and_their_options_exist(page: str) -> None:
    assert {line: said for line in commands_of(page) if (said := problem(line))} == {}


def test_a_command_that_does_not_exist_is_found() -> None:
    assert problem("sentry-scm-grpc served --data x") == "sentry-scm-grpc has no command 'served'"
    assert "--dato" in problem("sentry-scm-grpc serve --dato x")
    assert "--offlin" in problem("sentry django scm_grpc doctor --offlin")
    assert problem("manage.py scm_grpcs") == "manage.py has no command 'scm_grpcs'"


@every("sh")
def test_requests_in_commands_are_good_ones(block: Block) -> None:
    text = block.text.replace("\\\n", " ")
    calls = re.findall(r"(?:sentry-scm-grpc|scm) call ([A-Z]\w+)(?: '([^']*)')?", text)
    calls += re.findall(r"ScmService/(\w+) [^\n]*-d '([^']*)'", text)
    assert len(calls) == len(re.findall(r"(?:grpc|scm) call [A-Z]|ScmService/[A-Z]\w+ ", text))
    for name, request in calls:
        validate(json_format.Parse(request or "{}", RPCS[name].request_class()))


def test_each_rpc_of_the_reference_has_an_example() -> None:
    """That each is answered, tests/hosts/embedded shows."""
    assert examples().keys() == RPCS.keys()


def test_the_reference_is_what_the_contract_and_the_adapters_make(tmp_path: Path) -> None:
    environ = {key: value for key, value in os.environ.items() if not key.startswith(("SCM_GRPC_", "DJANGO_"))}
    subprocess.run([sys.executable, ROOT / "scripts/generate-reference", tmp_path], check=True, env=environ)
    made = {page.name: page.read_text() for page in tmp_path.iterdir()}
    kept = {page.name: page.read_text() for page in (ROOT / "docs/reference/api").iterdir()}
    assert made == kept, "run scripts/generate-reference"


@pytest.mark.parametrize("page", GUIDES)
def test_the_python_of_a_guide_runs_and_prints_what_the_page_says(
    page: str,
    site: tuple[str, str],  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url, key = site
    monkeypatch.setenv("SCM_GRPC_API_KEY", key)
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    examples = [block for block in blocks_of(page) if block.language == "python"]
    assert examples
    for block in examples:
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            exec(compile(as_in_the_app(block.text).replace(URL_OF_THE_PAGES, url), str(block), "exec"), names)
        assert printed.getvalue() == block.prints, str(block)
    if page in SHELL_GUIDES:
        environ = {**os.environ, "SCM_GRPC_URL": url, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
        for block in blocks_of(page):
            if block.language == "sh":
                command = ["bash", "-euo", "pipefail", "-c", block.text]
                done = subprocess.run(command, env=environ, capture_output=True, text=True)
                assert done.returncode == 0, done.stderr
                assert "src/engine.py" in done.stdout


def test_the_readme_works_as_written(repository: Path, tmp_path: Path) -> None:  # noqa: F811
    """Serve, call, Python and curl, in one shell session of a newcomer; only the port is another where 8800 is taken.

    That ``pip install`` gives the command is shown by make test-packaging; ``make demo`` is a step of its own.
    """
    text = (ROOT / "README.md").read_text()
    serve, calls, python, curl = (_block_with(text, mark) for mark in ("--repo", " call ", "ScmClient(", "curl -s"))
    home = tmp_path / "home"
    (home / "src").mkdir(parents=True)
    shutil.move(repository, home / "src/rocket")
    port = free_port()
    serve, python, curl = (code.replace("8800", str(port)) for code in (serve, python, curl))
    calls = re.sub(r"^(sentry-scm-grpc call .*)$", rf"\1 --url http://127.0.0.1:{port}", calls, flags=re.MULTILINE)
    serve = re.sub(r"^pip install .*$", "", serve, flags=re.MULTILINE)
    environ = {key: value for key, value in os.environ.items() if not key.startswith(("SCM_GRPC_", "DJANGO_"))}
    environ |= {"HOME": str(home), "PATH": f"{Path(sys.executable).parent}:{environ['PATH']}", "PYTHONUNBUFFERED": "1"}
    shell: dict[str, Any] = {"cwd": home, "env": environ, "text": True}
    server = subprocess.Popen(["bash", "-ec", f"exec {serve.strip()}"], stdout=subprocess.PIPE, **shell)
    try:
        key = _key_that_it_prints(server)
        for code in (calls.replace("scm_...", key) + curl,):
            done = subprocess.run(["bash", "-euo", "pipefail", "-c", code], capture_output=True, timeout=60, **shell)
            assert done.returncode == 0, done.stdout + done.stderr
            assert done.stdout.count('"name":') >= 2, done.stdout
            assert '"Ada"' in done.stdout
        # The terminal in which the key was set.
        environ["SCM_GRPC_API_KEY"] = key
        code = as_in_the_app(python)
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60, **shell)
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("1 rocket\nAda "), done.stdout
    finally:
        server.terminate()
        server.wait(40)
        assert server.stdout is not None
        server.stdout.close()


def _block_with(text: str, mark: str) -> str:
    """The first block of the page that holds the mark."""
    return next(code for code in re.findall(r"^```(?:sh|python)\n(.*?)^```", text, re.M | re.S) if mark in code)


def _key_that_it_prints(server: subprocess.Popen[str]) -> str:
    assert server.stdout is not None
    printed = ""
    while "Serving" not in printed:
        line = server.stdout.readline()
        assert line, f"the server does not start: {printed}"
        printed += line
    return str(re.findall(r"\bscm_\S+", printed)[0])
