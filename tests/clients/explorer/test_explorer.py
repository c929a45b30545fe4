"""The explorer in headless Chromium, on the demo as `sentry-scm-grpc demo` starts it; the code it offers is executed.

SCREENSHOTS=1 keeps a picture of each page that axe-core judges, in build/screenshots.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sentry_scm_grpc import contract
from tests.client.site import await_port
from tests.clients.conftest import INSTALL, NODE, TYPESCRIPT
from tests.docs.blocks import as_in_the_app
from tests.ports import free_ports
from tests.scenarios.running import ROOT

HERE = Path(__file__).parent
SCREENSHOTS = ROOT / "build/screenshots"
# Each is a scenario of one of these.
SCRIPTS = ("scenarios.mjs", "browse.mjs", "pulls.mjs", "comfort.mjs", "access.mjs")
SCENARIOS = re.findall(r'^  async "(.+)"\(', "\n".join((HERE / name).read_text() for name in SCRIPTS), re.MULTILINE)
NAME = "<img src=x onerror=globalThis.xss=1>"
LAST = "<script>globalThis.xss=1</script> & <b>markup</b>"
RENAME = "Say what it does"
FILLER = 1500
# Directory, name and text of files whose addresses must not break.
ODD = [
    ("docs", "50% #1?.md", "find me"),
    ("docs/ü ñ", "a&b=c+d;.txt", "odd & plain"),
    ("docs", "%2F%23", "looks encoded"),
]
LONG = 5000
OLD_TAG = "v0.1"
# A branch that left main at the tag: a file that both changed, a binary one, one above what a diff takes, a long one.
TOPIC = "topic/other"
SIGNING = {"keyId": "reports", "secret": "a secret that only this test knows"}
# Off at a second server of the same rows.
OFF = ("GetRepository", "SearchCode")
CLI = [sys.executable, "-m", "sentry_scm_grpc"]
CONTRACT = json.loads(contract.JSON.read_text())
# A terminal's environment: without the settings of these tests.
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith(("DJANGO_", "SCM_GRPC_"))}


def make_repository(path: Path) -> int:
    """Two authors, a rename, messages and a name with markup, many files; returns how many."""
    (path / "many").mkdir(parents=True)

    def git(*arguments: str, author: str = "Ada", year: int = 2024) -> None:
        date = f"{year}-05-06T07:08:09Z"
        who = {"NAME": author, "EMAIL": f"{author.lower()}@example.com", "DATE": date}
        roles = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in who.items()}
        subprocess.run(["git", "-C", path, *arguments], env={**os.environ, **roles}, check=True)

    git("init", "-q", "-b", "main")
    (path / "old.py").write_text("def main():\n    return 1\n\n# the end\n")
    git("add", ".")
    git("commit", "-q", "-m", "Begin", year=2021)
    git("tag", OLD_TAG)
    (path / "src").mkdir()
    git("mv", "old.py", "src/new.py")
    (path / "src/new.py").write_text("def main():\n    return compute()\n\n# the end\n")
    git("add", ".")
    git("commit", "-q", "-m", f"{RENAME}\n\nThe old name said nothing.", author="Bea", year=2023)
    for number in range(FILLER):
        (path / f"many/a-file-with-a-long-enough-name-{number:04}.txt").write_text(f"{number}\n")
    for directory, name, text in ODD:
        (path / directory).mkdir(parents=True, exist_ok=True)
        (path / directory / name).write_text(f"{text}\n")
    (path / "new\nline.txt").write_text("cannot be asked for\n")
    (path / "docs/long.txt").write_text("".join(f"line {number}\n" for number in range(1, LONG + 1)))
    (path / "docs/markup.html").write_text(f"<p>{NAME}</p>\n{LAST}\n")
    git("add", ".")
    git("commit", "-q", "-m", "Many files")
    git("commit", "-q", "--allow-empty", "-m", LAST)
    git("switch", "-q", "-c", TOPIC, OLD_TAG)
    (path / "old.py").write_text("def main():\n    return other()\n\n# the end\n")
    (path / "logo.bin").write_bytes(b"\0\1\2" * 100)
    (path / "big.txt").write_text("".join(f"line {number} of very many\n" for number in range(60_000)))
    (path / "long.txt").write_text("".join(f"line {number}\n" for number in range(1, LONG + 1)))
    (path / "run.sh").write_text("#!/bin/sh\necho run\n")
    git("add", ".")
    git("commit", "-q", "-m", "Go another way", author="Bea", year=2022)
    git("update-index", "--chmod=+x", "run.sh")
    git("commit", "-q", "-m", "Let it be run", author="Bea", year=2022)
    git("reset", "-q", "--hard")
    git("switch", "-q", "main")
    return FILLER + len(ODD) + len(["src/new.py", "new\nline.txt", "docs/long.txt", "docs/markup.html"])


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    directory = tmp_path_factory.mktemp("demo")
    files = make_repository(directory / NAME)
    log = directory / "log"
    bind = f"127.0.0.1:{free_ports(1)[0]}"
    command = [*CLI, "demo", "--repo", str(directory / NAME)]
    signer = {"secrets": [SIGNING["secret"]], "scopes": ["org:read"], "organizations": [1]}
    signing = {
        "SCM_GRPC_AUTHENTICATORS": "api_key,hmac",
        "SCM_GRPC_HMAC_KEYS": json.dumps({SIGNING["keyId"]: signer}),
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--bind", bind],
            cwd=directory,
            env=CLEAN | signing,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        text = _wait_for(process, log)
        page = re.search(r"in a browser: (\S+)", text)
        key = re.search(r"SCM_GRPC_API_KEY=(\S+)", text)
        assert page is not None, text
        assert key is not None, text
        yield {
            "data": str(directory / ".demo"),
            "url": page[1],
            "rpcs": len(CONTRACT["rpcs"]),
            "groups": _headings(),
            "streams": [rpc["name"] for rpc in CONTRACT["rpcs"] if rpc["streams"]],
            "ofScmService": [rpc["name"] for rpc in CONTRACT["rpcs"] if rpc["service"].endswith(".ScmService")],
            "apiKey": key[1],
            "organizationId": 1,
            "repositoryId": 1,
            "repositoryName": NAME,
            "lastMessage": LAST,
            "renameMessage": RENAME,
            "renameCommit": _commit_of(directory / NAME, RENAME),
            "files": files,
            "odd": ODD,
            "oldTag": OLD_TAG,
            "topic": TOPIC,
            "signing": SIGNING,
            "screenshots": str(SCREENSHOTS) if "SCREENSHOTS" in os.environ else "",
        }
    finally:
        # The demo ends its server when it is interrupted, as by Ctrl-C.
        os.killpg(process.pid, signal.SIGINT)
        process.wait(timeout=120)


def _headings() -> list[str]:
    """Of the list of RPCs: each service, and below it its groups, in the contract's order."""
    groups: dict[str, dict[str, None]] = {}
    for rpc in CONTRACT["rpcs"]:
        groups.setdefault(rpc["service"].rpartition(".")[2], {})[rpc["group"]] = None
    return [name for service, names in groups.items() for name in (service, *names)]


def _commit_of(repository: Path, message: str) -> str:
    command = ["git", "-C", repository, "log", "--format=%H", f"--grep={message}"]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


def _wait_for(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline and process.poll() is None:
        text = log.read_text()
        if "The server keeps running" in text:
            return text
        time.sleep(0.1)
    raise RuntimeError(f"the demo did not start:\n{log.read_text()}")


@pytest.fixture(scope="module")
def limited(demo: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A server of the demo's data where some RPCs are off, and a key with the scope of a few."""
    data = ["--data", str(demo["data"])]
    create = [*CLI, "keys", "create", *data, "--scopes", "project:read"]
    made = subprocess.run(create, env=CLEAN, stdout=subprocess.PIPE, text=True, check=True)
    key = re.search(r"\bscm_\S+", made.stdout)
    assert key is not None, made.stdout
    (port,) = free_ports(1)
    rpcs = ",".join(["*", *(f"-{name}" for name in OFF)])
    serve = [*CLI, "serve", *data, "--bind", f"127.0.0.1:{port}", "--rpcs", rpcs, "--explorer"]
    server = subprocess.Popen(serve, env=CLEAN, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        await_port(port)
        yield {"limitedUrl": f"http://127.0.0.1:{port}/grpc/", "keyOfProjects": key[0]}
    finally:
        server.terminate()
        server.wait(timeout=120)


@pytest.fixture(scope="module")
def found(demo: dict[str, Any], limited: dict[str, Any], vendors: dict[str, Any]) -> dict[str, Any]:
    if not (NODE / "node_modules/playwright-core").exists():
        pytest.fail(f"Playwright is not installed. {INSTALL}")
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    command = ["node", str(HERE / "run.mjs"), json.dumps(demo | limited | {"vendors": vendors})]
    ran = subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=3000)
    read: dict[str, Any] = json.loads(ran.stdout)
    return read


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_person(found: dict[str, Any], scenario: str) -> None:
    assert found["results"][scenario] == ""


def test_nothing_is_asked_of_another_host_and_no_rule_of_the_policy_is_broken(found: dict[str, Any]) -> None:
    assert found["foreign"] == []
    assert found["violations"] == []
    assert found["errors"] == []


@pytest.fixture(scope="module")
def environment(demo: dict[str, Any]) -> dict[str, str]:
    return {**CLEAN, "SCM_GRPC_API_KEY": demo["apiKey"], "SCM_GRPC_HMAC_SECRET": SIGNING["secret"]}


def test_the_curl_line_works_when_pasted(found: dict[str, Any], environment: dict[str, str]) -> None:
    def answer(name: str) -> str:
        command = ["sh", "-c", found["samples"][f"{name} curl"]]
        return subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout

    for name in ("page", "signed"):
        page = json.loads(answer(name))
        assert [commit["message"].strip() for commit in page["commits"]] == [LAST]
    assert json.loads(answer("filter")) == {}
    assert json.loads(answer("enum")) == {}
    assert json.loads(answer("mask"))["defaultBranch"] == "main"
    # Frames in base64: no JSON, but the stream and not an error.
    assert len(answer("stream")) > 200
    assert len(answer("signed stream")) > 200


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("page", "Ada"),
        ("filter", ""),
        ("enum", ""),
        ("stream", "Say what it does"),
        ("mask", "default_branch"),
        ("signed", "Ada"),
    ],
)
def test_the_python_code_runs(found: dict[str, Any], environment: dict[str, str], name: str, wanted: str) -> None:
    command = [sys.executable, "-c", as_in_the_app(found["samples"][f"{name} Python"])]
    assert wanted in subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout


def test_the_typescript_code_fits_the_package_and_runs(
    found: dict[str, Any], environment: dict[str, str], clean_project: Path
) -> None:
    wanted = {"page": "ListCommitsResponse", "filter": "", "enum": "", "stream": RENAME, "mask": "defaultBranch"}
    wanted["signed"] = "ListCommitsResponse"
    for name in wanted:
        (clean_project / f"{name}.mts").write_text(found["samples"][f"{name} TypeScript"])
    compiler = [
        str(TYPESCRIPT / "node_modules/.bin/tsc"),
        "--strict",
        "--skipLibCheck",
        "--module",
        "nodenext",
        "--target",
        "es2022",
    ]
    subprocess.run([*compiler, "--types", "node", *(f"{name}.mts" for name in wanted)], cwd=clean_project, check=True)
    for name, text in wanted.items():
        command = ["node", f"{name}.mjs"]
        ran = subprocess.run(command, cwd=clean_project, env=environment, stdout=subprocess.PIPE, text=True, check=True)
        assert text in ran.stdout


def test_the_library_is_what_its_script_builds(tmp_path: Path) -> None:
    subprocess.run([ROOT / "scripts/build-explorer-library", tmp_path], check=True)
    for made in tmp_path.iterdir():
        kept = ROOT / "sentry_scm_grpc/explorer/static" / made.name
        assert made.read_bytes() == kept.read_bytes(), "run scripts/build-explorer-library"
