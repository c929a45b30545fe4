"""What clients are tried on: one site on gunicorn, granian and native gRPC, and Envoy before that. Prints the table."""

from __future__ import annotations

import importlib.metadata
import json
import re
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.clients import envoy
from tests.clients.explorer.vendors import serving_vendors
from tests.docs.blocks import as_in_the_app
from tests.ports import free_ports
from tests.scenarios.running import ROOT, Site

pytest.register_assert_rewrite("tests.clients.python_scenarios")

NODE = Path(__file__).parent / "node"
SERVERS = ("gunicorn", "granian")
TYPESCRIPT = ROOT / "clients/typescript"
INSTALL = "Run scripts/install-client-test-tools."
# Their blocks of TypeScript are one program each.
PAGES = {"readme": ROOT / "README.md", "package": ROOT / "clients/typescript/README.md"}

Run = Callable[..., "subprocess.CompletedProcess[str]"]
RunNode = Callable[[str, dict[str, Any]], list[dict[str, Any]]]

# (client, where it ran) -> (passed, tried); filled by the tests, printed at the end.
table: dict[tuple[str, str], tuple[int, int]] = {}


@dataclass
class Served:
    """The running site. ``ports`` by server: gunicorn, granian, native, envoy."""

    site: Site
    ports: dict[str, int]
    signing: dict[str, str]

    def url(self, server: str) -> str:
        return f"http://127.0.0.1:{self.ports[server]}" + ("/grpc" if server in SERVERS else "")

    @property
    def ids(self) -> tuple[int, int]:
        """Organization and repository."""
        return self.site.organization_id, self.site.repository_id

    def config(self, server: str, **more: str) -> dict[str, Any]:
        """What the scripts in node/ take."""
        return {
            "url": self.url(server),
            "nativeUrl": self.url("native"),
            "apiKey": self.site.api_key,
            "organizationId": self.site.organization_id,
            "repositoryId": self.site.repository_id,
            **more,
        }


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    site = Site.make(tmp_path_factory.mktemp("site") / "data")
    ports = dict(zip((*SERVERS, "native", "envoy"), free_ports(4), strict=True))
    origins = ",".join(f"http://127.0.0.1:{ports[server]}" for server in SERVERS)
    signing = {"keyId": "reports", "secret": "s" * 40}
    key = {"secrets": [signing["secret"]], "scopes": ["org:read"], "organizations": [site.organization_id]}
    browser = {
        "SCM_GRPC_CORS_ORIGINS": origins,
        "SCENARIO_SCRIPT": str(NODE / "build/page.js"),
        # It serves the OpenAPI document.
        "SCM_GRPC_EXPLORER": "true",
        "SCM_GRPC_AUTHENTICATORS": "api_key,hmac",
        "SCM_GRPC_HMAC_KEYS": json.dumps({signing["keyId"]: key}),
    }
    with (
        site.running(site.gunicorn(ports["gunicorn"]), ports["gunicorn"], **browser),
        site.running(site.granian(ports["granian"]), ports["granian"], **browser),
        site.running(site.native(ports["native"]), ports["native"]),
        envoy.running_before(ports["envoy"], ports["native"], site.data),
    ):
        yield Served(site, ports, signing)


@pytest.fixture(scope="session")
def vendors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """A site with repositories of GitHub and GitLab: what ``tests.clients.explorer.vendors`` says of it."""
    with serving_vendors(tmp_path_factory.mktemp("vendors")) as site:
        yield site


@pytest.fixture(autouse=True)
def forgiven(request: pytest.FixtureRequest) -> None:
    """All clients call from one address, and each tries bad credentials: the site forgets those before each test."""
    if "served" in request.fixturenames:
        site: Site = request.getfixturevalue("served").site
        # What Django's cache.clear() does. A Django for it in each test would cost more than the test.
        with closing(sqlite3.connect(site.data / "db.sqlite3", timeout=60)) as database, database:
            database.execute("DELETE FROM scm_embedded_cache")


@pytest.fixture(scope="session")
def typescript_package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package in clients/typescript as npm packs it, which builds it."""
    if not (TYPESCRIPT / "node_modules/.package-lock.json").exists():
        pytest.fail(f"The TypeScript client's tools are not installed. {INSTALL}")
    out = tmp_path_factory.mktemp("package")
    subprocess.run(["npm", "pack", "--silent", "--pack-destination", out], cwd=TYPESCRIPT, check=True)
    (package,) = out.glob("*.tgz")
    return package


@pytest.fixture(scope="session")
def clean_project(typescript_package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that has installed the package, and the types of Node, and nothing else."""
    project = tmp_path_factory.mktemp("project")
    (project / "package.json").write_text('{"private": true, "type": "module"}')
    install = ["npm", "install", "--no-audit", "--no-fund", "--loglevel=error", "--prefer-offline"]
    subprocess.run([*install, typescript_package, "@types/node@20.19.25"], cwd=project, check=True)
    return project


@pytest.fixture(scope="session")
def built(clean_project: Path) -> Path:
    """The directory of the TypeScript examples, and of the programs of PAGES, as JavaScript."""
    examples = ROOT / "examples/typescript"
    for name in ("tsconfig.json", "src"):
        subprocess.run(["cp", "-R", examples / name, clean_project], check=True)
    for name, page in PAGES.items():
        code = "".join(re.findall(r"```ts\n(.*?)```", page.read_text(), re.DOTALL))
        code = code.replace('"http://127.0.0.1:8800"', "process.env.SCM_GRPC_URL!").replace(
            "README.md", "src/engine.py"
        )
        (clean_project / f"src/{name}.ts").write_text(code)
    subprocess.run([TYPESCRIPT / "node_modules/.bin/tsc", "-p", clean_project], check=True)
    return clean_project / "dist"


@pytest.fixture(params=["python", "typescript"])
def run(request: pytest.FixtureRequest, environment: dict[str, str]) -> Run:
    """Runs an example by the name of its Python file, in the module's ``environment``."""

    def run(name: str, *arguments: str, read: str = "") -> subprocess.CompletedProcess[str]:
        if request.param == "python":
            code = (ROOT / f"examples/python/{name}.py").read_text()
            command = [sys.executable, "-c", as_in_the_app(code)]
        else:
            command = ["node", str(request.getfixturevalue("built") / f"{name.replace('_', '-')}.js")]
        return subprocess.run([*command, *arguments], env=environment, input=read, capture_output=True, text=True)

    return run


@pytest.fixture(scope="session")
def node_scripts(typescript_package: Path) -> Path:
    """The directory of the Node clients, with what is generated from the protos and the bundle for the browser."""
    if not (NODE / "node_modules/.package-lock.json").exists():
        pytest.fail(f"The Node clients are not installed. {INSTALL}")
    import google.rpc

    protos = NODE / "build/protos"
    shutil.rmtree(NODE / "build", ignore_errors=True)
    for source, target in (
        (ROOT / "protos/sentry_scm_grpc/v1", "sentry_scm_grpc/v1"),
        (ROOT / "tests/scenarios", "tests/scenarios"),
        (Path(google.rpc.__path__[0]), "google/rpc"),
    ):
        names = (
            ("error_details.proto", "status.proto")
            if target == "google/rpc"
            else [p.name for p in source.glob("*.proto")]
        )
        (protos / target).mkdir(parents=True)
        for name in names:
            shutil.copy(source / name, protos / target / name)
    _tool("buf", "generate", "build/protos")
    ours = f"--alias:@sentry-scm/grpc-client={TYPESCRIPT / 'dist/index.js'}"
    _tool("esbuild", "page.mjs", "--bundle", "--format=iife", "--outfile=build/page.js", "--log-level=warning", ours)
    return NODE


def _tool(name: str, *arguments: str) -> None:
    subprocess.run([str(NODE / "node_modules/.bin" / name), *arguments], cwd=NODE, check=True)


@pytest.fixture(scope="session")
def run_node(node_scripts: Path) -> Iterator[RunNode]:
    """Tells what the clients of a place (node, chromium) report: client, scenario and error (None: passed)."""
    pipe = subprocess.PIPE
    with subprocess.Popen(["node", "run.mjs"], cwd=node_scripts, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None

        def run(place: str, config: dict[str, Any]) -> list[dict[str, Any]]:
            # Ends a process that hangs, which ends the reading.
            hangs = threading.Timer(900, process.kill)
            hangs.start()
            try:
                process.stdin.write(f"{json.dumps([place, config])}\n")
                process.stdin.flush()
                line = process.stdout.readline()
            finally:
                hangs.cancel()
            assert line, "node run.mjs ended; it says why on standard error"
            results: list[dict[str, Any]] = json.loads(line)
            return results

        yield run


def note(where: str, results: list[dict[str, Any]]) -> list[str]:
    """Puts results into the table; returns the failures, for people."""
    for result in results:
        passed, tried = table.get((result["client"], where), (0, 0))
        table[result["client"], where] = (passed + (result["error"] is None), tried + 1)
    return [f"{result['client']}: {result['scenario']}: {result['error']}" for result in results if result["error"]]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not table:
        return
    terminalreporter.section("scenarios passed")
    names = {client: f"{client} ({_version(client.partition(',')[0])})" for client, _ in table}
    width = max(map(len, names.values()))
    places = list(dict.fromkeys(where for _, where in table))
    for client, name in names.items():
        cells = [
            f"{where} {table[client, where][0]}/{table[client, where][1]}"
            for where in places
            if (client, where) in table
        ]
        terminalreporter.line(f"{name.ljust(width)}  {'  '.join(cells)}")


def _version(package: str) -> str:
    """Of a client, by the package that its name begins with."""
    if package == "curl":
        return subprocess.run(["curl", "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout.split()[1]
    installed = NODE / "node_modules"
    ours = TYPESCRIPT if package == "@sentry-scm/grpc-client" else installed / package
    for directory in (ours, installed / "@connectrpc" / package):
        if directory.exists():
            return str(json.loads((directory / "package.json").read_text())["version"])
    return importlib.metadata.version(package)
