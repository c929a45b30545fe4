"""contrib/self-hosted/setup.sh, on a checkout with the layout of getsentry/self-hosted."""

from __future__ import annotations

import http.server
import os
import subprocess
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ports import free_ports
from tests.scenarios.running import running

SCRIPT = Path(__file__).parents[2] / "contrib/self-hosted/setup.sh"
WHEELS = ("sentry_scm_grpc-0.1.0-py3-none-any", "sonora-0.2.3-py3-none-any", "django_environ-0.12.0-py2.py3-none-any")
COMPOSE = """\
x-sentry-defaults: &sentry_defaults
  image: sentry-self-hosted-local
  build:
    context: ./sentry
    args:
      - SENTRY_IMAGE
"""
DOCKERFILE = """\
ARG SENTRY_IMAGE
FROM ${SENTRY_IMAGE}
COPY . /usr/src/sentry
RUN if [ -s /usr/src/sentry/enhance-image.sh ]; then /usr/src/sentry/enhance-image.sh; fi
"""
CONF = """\
from sentry.conf.server import *

INSTALLED_APPS = ("sentry",)
MIDDLEWARE = ("sentry.middleware.First",)
"""
NGINX = """\
{user}
events {{}}
pid {directory}/nginx.pid;
error_log {directory}/error.log;

http {{
	access_log off;
	client_body_temp_path {directory}/body;
	proxy_temp_path {directory}/proxy;
	fastcgi_temp_path {directory}/fastcgi;
	uwsgi_temp_path {directory}/uwsgi;
	scgi_temp_path {directory}/scgi;
	proxy_set_header Connection '';
	proxy_set_header Host $host;
	proxy_set_header X-Forwarded-For $remote_addr;
	proxy_set_header X-Request-Id $request_id;

	upstream sentry {{
		server 127.0.0.1:{upstream};
		keepalive 2;
	}}

	server {{
		listen 127.0.0.1:{port};

		location / {{
			return 404;
		}}
	}}
}}
"""


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    directory = tmp_path / "dist"
    directory.mkdir()
    for name in WHEELS:
        (directory / f"{name}.whl").write_bytes(name.encode())
    return directory


@pytest.fixture
def ports() -> list[int]:
    return free_ports(2)


@pytest.fixture
def checkout(tmp_path: Path, ports: list[int]) -> Path:
    root = tmp_path / "self-hosted"
    (root / "sentry").mkdir(parents=True)
    (root / ".env").write_text("COMPOSE_PROJECT_NAME=sentry\nSENTRY_IMAGE=ghcr.io/getsentry/sentry:24.7.0\n")
    (root / "docker-compose.yml").write_text(COMPOSE)
    (root / "sentry/Dockerfile").write_text(DOCKERFILE)
    (root / "sentry/sentry.conf.py").write_text(CONF)
    port, upstream = ports
    user = "user root;" if os.getuid() == 0 else ""  # Its workers write into the test's directory.
    (root / "nginx.conf").write_text(NGINX.format(user=user, directory=tmp_path, port=port, upstream=upstream))
    return root


def run(checkout: Path, wheels: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = ["bash", str(SCRIPT), *options, "--wheels", str(wheels), str(checkout)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def apply(checkout: Path, wheels: Path, *options: str) -> str:
    done = run(checkout, wheels, "--apply", *options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def files(root: Path) -> dict[str, tuple[bytes, int]]:
    """Content and mode of every file."""
    found = (path for path in root.rglob("*") if path.is_file())
    return {str(path.relative_to(root)): (path.read_bytes(), path.stat().st_mode) for path in found}


def test_it_shows_what_it_would_do_and_writes_nothing(checkout: Path, wheels: Path) -> None:
    before = files(checkout)
    shown = run(checkout, wheels)
    assert shown.returncode == 0, shown.stderr
    assert files(checkout) == before
    for line in ("+++ b/sentry/enhance-image.sh", "+++ b/sentry/sentry.conf.py", "+++ b/nginx.conf"):
        assert line in shown.stdout
    assert "copy   sentry/scm-grpc/sentry_scm_grpc-0.1.0-py3-none-any.whl" in shown.stdout
    assert "Run it again with --apply" in shown.stdout


def test_it_writes_once(checkout: Path, wheels: Path) -> None:
    apply(checkout, wheels)
    after = files(checkout)
    assert {f"sentry/scm-grpc/{name}.whl" for name in WHEELS} <= after.keys()
    assert os.access(checkout / "sentry/enhance-image.sh", os.X_OK)
    assert "Nothing to do" in apply(checkout, wheels)
    assert files(checkout) == after


@pytest.mark.parametrize("hook", [None, "#!/bin/bash\necho mine", "#!/bin/bash\nset -e\napt-get update\nexit 0\n"])
@pytest.mark.parametrize("end", ["", "\n", "\n\n\n"])
def test_removing_restores_every_byte(checkout: Path, wheels: Path, hook: str | None, end: str) -> None:
    (checkout / "sentry/sentry.conf.py").write_text(CONF.rstrip("\n") + end)
    if hook is not None:
        (checkout / "sentry/enhance-image.sh").write_text(hook)
        (checkout / "sentry/enhance-image.sh").chmod(0o755)
    before = files(checkout)
    apply(checkout, wheels)
    assert files(checkout) != before
    apply(checkout, wheels, "--remove")
    assert files(checkout) == before
    assert not (checkout / "sentry/scm-grpc").exists()


def test_lines_of_the_operator_stay(checkout: Path, wheels: Path) -> None:
    apply(checkout, wheels)
    conf = checkout / "sentry/sentry.conf.py"
    conf.write_text(conf.read_text() + 'SCM_GRPC = {"RPCS": ["read"]}\n')
    newer = wheels / "sentry_scm_grpc-0.2.0-py3-none-any.whl"
    (wheels / f"{WHEELS[0]}.whl").rename(newer)
    assert f"delete sentry/scm-grpc/{WHEELS[0]}.whl" in apply(checkout, wheels)
    assert (checkout / "sentry/scm-grpc" / newer.name).exists()
    assert not (checkout / f"sentry/scm-grpc/{WHEELS[0]}.whl").exists()
    apply(checkout, wheels, "--remove")
    assert conf.read_text() == CONF + 'SCM_GRPC = {"RPCS": ["read"]}\n'


def test_the_configuration_adds_the_app_where_the_image_has_it(checkout: Path, wheels: Path) -> None:
    apply(checkout, wheels)
    text = (checkout / "sentry/sentry.conf.py").read_text().replace("from sentry.conf.server import *\n", "")
    values: dict[str, object] = {}
    exec(compile(text, "sentry.conf.py", "exec"), values)
    assert values["INSTALLED_APPS"] == ("sentry", "sentry_scm_grpc")
    first = "sentry_scm_grpc.middleware.GrpcWebMiddleware"
    assert values["MIDDLEWARE"] == (first, "sentry.middleware.First")


@pytest.mark.parametrize("hook", [None, "#!/bin/bash\nexit 0\n"])
def test_the_image_installs_the_wheels(checkout: Path, wheels: Path, tmp_path: Path, hook: str | None) -> None:
    """Before the operator's own lines, one of which may end the script."""
    if hook is not None:
        (checkout / "sentry/enhance-image.sh").write_text(hook)
        (checkout / "sentry/enhance-image.sh").chmod(0o755)
    apply(checkout, wheels)
    program = tmp_path / "bin/python3"
    program.parent.mkdir()
    program.write_text(f'#!/bin/bash\n[ "$1" = -c ] || echo "$@" >> {tmp_path}/calls\n')
    program.chmod(0o755)
    path = f"{program.parent}:{os.environ['PATH']}"
    subprocess.run([checkout / "sentry/enhance-image.sh"], env={"PATH": path}, check=True)
    (call,) = (tmp_path / "calls").read_text().splitlines()
    assert call.startswith("-m pip install --no-deps --no-index ")
    assert all(f"/scm-grpc/{name}.whl" in call for name in WHEELS)


class Upstream(http.server.BaseHTTPRequestHandler):
    """Stands for Sentry: answers with the path and the headers that it got."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        told = "\n".join([self.path, *(f"{name.lower()}: {value}" for name, value in self.headers.items())]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.fixture
def upstream(ports: list[int]) -> Iterator[None]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", ports[1]), Upstream) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield
        server.shutdown()


@pytest.mark.usefixtures("upstream")
def test_a_call_goes_through_nginx(checkout: Path, wheels: Path, tmp_path: Path, ports: list[int]) -> None:
    apply(checkout, wheels)
    nginx = ["nginx", "-p", str(tmp_path), "-c", str(checkout / "nginx.conf")]
    checked = subprocess.run([*nginx, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    path = "/grpc/sentry.integrations.scm.v1.ScmService/GetCommit"
    with running([*nginx, "-g", "daemon off;"], ports[0], {}, tmp_path / "log"):
        request = urllib.request.Request(
            f"http://127.0.0.1:{ports[0]}{path}", b"x" * 1_500_000, {"X-Api-Key": "k", "X-Forwarded-For": "1.2.3.4"}
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            told = answer.read().decode().splitlines()
    assert told[0] == path
    assert {"x-api-key: k", "x-forwarded-for: 127.0.0.1"} <= set(told)
    assert any(line.startswith("x-request-id: ") for line in told)


REFUSALS = {
    "no checkout": (lambda root, wheels: (root / ".env").unlink(), "there is no file .env"),
    "another layout": (lambda root, wheels: (root / "docker-compose.yml").write_text("services: {}\n"), "./sentry"),
    "not installed yet": (lambda root, wheels: (root / "sentry/sentry.conf.py").unlink(), "./install.sh first"),
    "too old": (
        lambda root, wheels: (root / ".env").write_text("SENTRY_IMAGE=ghcr.io/getsentry/sentry:23.7.1\n"),
        "needs 24.3.0 or newer",
    ),
    "no wheel": (lambda root, wheels: (wheels / f"{WHEELS[1]}.whl").unlink(), "no wheel sonora-*.whl"),
    "two wheels": (
        lambda root, wheels: (wheels / "sonora-0.2.4-py3-none-any.whl").touch(),
        "several wheels of sonora",
    ),
    "a hook that cannot run": (
        lambda root, wheels: (root / "sentry/enhance-image.sh").write_text("#!/bin/bash\n"),
        "chmod +x",
    ),
    "a hook in Python": (
        lambda root, wheels: (
            (root / "sentry/enhance-image.sh").write_text("#!/usr/bin/env python3\n"),
            (root / "sentry/enhance-image.sh").chmod(0o755),
        ),
        "no shell script",
    ),
    "lines by hand": (
        lambda root, wheels: (root / "sentry/sentry.conf.py").write_text(CONF + "import sentry_scm_grpc\n"),
        "that this script did not write",
    ),
    "no place in nginx": (
        lambda root, wheels: (root / "nginx.conf").write_text("http { upstream sentry {\n} }\n"),
        "--skip-nginx",
    ),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_what_it_does_not_expect_is_refused_and_nothing_is_written(case: str, checkout: Path, wheels: Path) -> None:
    change, told = REFUSALS[case]
    change(checkout, wheels)
    before = files(checkout)
    done = run(checkout, wheels, "--apply")
    assert done.returncode == 1
    assert told in done.stderr
    assert files(checkout) == before


def test_a_damaged_block_is_refused(checkout: Path, wheels: Path) -> None:
    apply(checkout, wheels)
    conf = checkout / "sentry/sentry.conf.py"
    conf.write_text(conf.read_text().replace("# <<< sentry-scm-grpc", "#"))
    before = files(checkout)
    for options in ((), ("--remove",)):
        done = run(checkout, wheels, "--apply", *options)
        assert done.returncode == 1
        assert "damaged block" in done.stderr
    assert files(checkout) == before
