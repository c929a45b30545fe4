"""The command sentry-scm-grpc as a newcomer uses it: real processes, a real repository, a real server."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path

import pytest

from sentry_scm_grpc.conf import Conf
from sentry_scm_grpc.conf.environment import OTHERS
from sentry_scm_grpc.hosts.embedded import cli
from sentry_scm_grpc.hosts.embedded.serving import is_free
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.forking import run_command
from tests.ports import free_ports
from tests.providers.git import hostile
from tests.providers.git.work_tree import WorkTree
from tests.reliability.services import children
from tests.scenarios.running import running
from tests.waiting import eventually

# Each command is a process of its own.
pytestmark = pytest.mark.slow

COMMAND = [sys.executable, "-m", "sentry_scm_grpc"]
ENVIRON = {
    key: value
    for key, value in os.environ.items()
    if not key.startswith("SCM_GRPC_") and key != "DJANGO_SETTINGS_MODULE"
}
# For running(), which adds to the environment of the tests.
WITHOUT_SETTINGS: dict[str, str | None] = {
    **{name: None for name in os.environ if name.startswith("SCM_GRPC_")},
    "DJANGO_SETTINGS_MODULE": "sentry_scm_grpc.hosts.embedded.settings",
}

HEAD = b"POST /sentry.integrations.scm.v1.ScmService/GetCommit HTTP/1.1\r\nHost: x\r\n"


def run(
    *args: str | Path, cwd: Path | None = None, input: str | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """``environment`` is without the prefix: RPCS is SCM_GRPC_RPCS."""
    variables = {**ENVIRON, **{f"SCM_GRPC_{name}": value for name, value in environment.items()}}
    return run_command([*map(str, args)], variables, cwd, input)


@contextlib.contextmanager
def serving(directory: Path, *options: str | Path, **environment: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A server of its own, and its port. Its data is in ``directory``, and its output in the file log there."""
    (port,) = free_ports(1)
    command = [*COMMAND, "serve", *map(str, options)]
    given = {"DATA": str(directory / "scm"), "BIND": f"127.0.0.1:{port}", **environment}
    variables = {f"SCM_GRPC_{name}": value for name, value in given.items()}
    with running(command, port, WITHOUT_SETTINGS | variables, directory / "log") as server:
        yield server, port


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("src") / "rocket"
    git = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-C", str(path)]
    subprocess.run(["git", "init", "-q", "-b", "main", str(path)], check=True)
    (path / "README.md").write_text("# Rocket\n")
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-q", "-m", "Lift off"], check=True)
    return path


@dataclass
class Served:
    url: str
    key: str
    organization_id: int
    data: Path

    def call(self, rpc: str, request: dict[str, object] | str, key: str = "") -> subprocess.CompletedProcess[str]:
        text = request if isinstance(request, str) else json.dumps(request)
        return run("call", rpc, text, "--url", self.url, "--api-key", key or self.key)


@pytest.fixture(scope="module")
def served(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    data = tmp_path_factory.mktemp("data") / "scm"
    (port,) = free_ports(1)
    log = data.with_name("log")
    with log.open("w") as output:
        server = subprocess.Popen(
            [*COMMAND, "serve", "--data", str(data), "--bind", f"127.0.0.1:{port}", "--repo", str(repository)],
            env=ENVIRON, stdout=output, stderr=output,
        )  # fmt: skip
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                assert server.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.1)
        told = re.search(r"Organization (\d+) \(demo\)\. Its API key, shown only now: (\S+)", log.read_text())
        assert told, log.read_text()
        yield Served(f"http://127.0.0.1:{port}", told[2], int(told[1]), data)
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=40) == 0
    finally:
        server.kill()
        server.wait()


def test_a_call_answers_in_json(served: Served) -> None:
    answer = served.call("ListRepositories", {"organization_id": served.organization_id})
    assert answer.returncode == 0, answer.stderr
    (repository,) = json.loads(answer.stdout)["repositories"]
    assert repository["name"].endswith("rocket")
    assert repository["provider_key"] == "git"


def test_a_stream_prints_a_line_for_each_message(served: Served) -> None:
    answer = served.call("StreamTree", {"repository_id": 1})
    assert [json.loads(line)["path"] for line in answer.stdout.splitlines()] == ["README.md"]


def test_the_request_may_come_from_standard_input(served: Served) -> None:
    answer = run(
        "call", "GetRepository", "-", "--url", served.url, "--api-key", served.key, input='{"repositoryId": "1"}'
    )
    assert json.loads(answer.stdout)["default_branch"] == "main"


@pytest.mark.parametrize(
    ("rpc", "request_json", "key", "code", "told"),
    [
        (
            "GetRepository",
            {"repository_id": 999},
            "",
            105,
            "NOT_FOUND REPOSITORY_NOT_FOUND: There is no repository 999",
        ),
        ("GetRepository", {}, "", 103, "INVALID_ARGUMENT INVALID_FIELDS: repository_id: is required"),
        ("GetRepository", {"repository_id": 1}, "scm_wrong", 116, "UNAUTHENTICATED API_KEY_INVALID"),
        ("GetRepositorys", {}, "", 2, "GetRepository"),
        ("GetRepository", {"repo": 1}, "", 2, "repo"),
        ("GetRepository", "{", "", 2, "the request is not valid JSON"),
    ],
)
def test_what_fails_says_so_and_has_its_exit_code(served: Served, rpc, request_json, key, code, told) -> None:
    answer = served.call(rpc, request_json, key)
    assert answer.returncode == code, answer.stderr
    assert told in answer.stderr
    assert "Traceback" not in answer.stderr


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(HEAD + b"Content-Type: application/grpc-web\r\nContent-Length: 100\r\n\r\nabc", id="half a body"),
        pytest.param(HEAD + b"X-Half: ", id="half a header"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_a_client_that_never_ends_its_request_does_not_keep_the_server_from_stopping(
    tmp_path: Path, sent: bytes
) -> None:
    with (
        serving(tmp_path, "--grace", "1") as (server, port),
        socket.create_connection(("127.0.0.1", port)) as client,
    ):
        client.sendall(sent)
        server.terminate()
        assert server.wait(timeout=20) == 0


def test_a_stream_that_nobody_reads_ends_within_the_grace(tmp_path: Path) -> None:
    many = WorkTree(tmp_path / "many")
    empty = hostile.write_object(many, "blob", [])
    files = [(hostile.FILE, b"%05d-%s" % (number, b"x" * 200), empty) for number in range(40_000)]
    hostile.commit(many, hostile.directory(many, files))
    with serving(tmp_path, "--grace", "2", "--repo", many.path) as (server, port):
        told = re.search(r"shown only now: (\S+)", (tmp_path / "log").read_text())
        assert told
        body = pb.StreamTreeRequest(repository_id=1).SerializeToString()
        message = b"\0" + len(body).to_bytes(4, "big") + body
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.connect(("127.0.0.1", port))
            client.sendall(
                b"POST /sentry.integrations.scm.v1.ScmService/StreamTree HTTP/1.1\r\nHost: x\r\n"
                b"Content-Type: application/grpc-web+proto\r\n"
                + f"X-Api-Key: {told[1]}\r\nContent-Length: {len(message)}\r\n\r\n".encode()
                + message
            )
            assert client.recv(12) == b"HTTP/1.1 200"
            begun = time.monotonic()
            server.terminate()
            assert server.wait(timeout=30) == 0
            # The grace, and what a busy machine adds.
            assert time.monotonic() - begun < 12


def test_a_worker_that_is_killed_comes_back(tmp_path: Path) -> None:
    with serving(tmp_path, "--workers", "2") as (server, port):
        eventually(lambda: len(children(server.pid)) == 2, "two workers")
        killed = children(server.pid)[0]
        os.kill(killed, signal.SIGKILL)
        eventually(lambda: killed not in children(server.pid) and len(children(server.pid)) == 2, "the kill", 60)
        # The other one may have been loading the application when this one was killed.
        eventually(lambda: _answers(port), "the new worker's start", 60)
        server.terminate()
        assert server.wait(timeout=30) == 0


def test_workers_end_with_their_parent(tmp_path: Path) -> None:
    with serving(tmp_path, "--workers", "2") as (server, port):
        eventually(lambda: len(children(server.pid)) == 2, "two workers")
        workers = children(server.pid)
        # A worker asks for it when it begins to load the application, so wait until one answers.
        urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=30).close()
        server.kill()
        server.wait()
        eventually(lambda: not any(map(_runs, workers)), "the parent's end")
        eventually(lambda: is_free("127.0.0.1", port), "the end of the last worker")


def test_a_server_that_is_told_to_stop_while_its_workers_start_stops(tmp_path: Path) -> None:
    with serving(tmp_path, "--workers", "2") as (server, _):
        # It listens before its workers have loaded the application.
        eventually(lambda: children(server.pid), "the first worker")
        server.terminate()
        assert server.wait(timeout=8) == 0, "it waited for the grace"


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=30) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_demo_that_is_told_to_stop_takes_its_server_along(repository: Path, tmp_path: Path) -> None:
    (port,) = free_ports(1)
    command = [*COMMAND, "demo", "--repo", str(repository), "--bind", f"127.0.0.1:{port}"]
    demo = subprocess.Popen(command, env=ENVIRON, cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    assert demo.stdout is not None
    with demo.stdout:
        assert any("The server keeps running" in line for line in demo.stdout)
        demo.send_signal(signal.SIGTERM)
        assert demo.wait(timeout=40) == 128 + signal.SIGTERM
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port), timeout=1)


def test_a_port_that_is_taken_is_not_shared(served: Served, tmp_path: Path) -> None:
    bind = served.url.removeprefix("http://")
    answer = run("serve", "--data", tmp_path / "scm", "--bind", bind)
    assert answer.returncode == 2
    assert f"{bind} is taken" in answer.stderr
    assert not (tmp_path / "scm").exists()


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (("serve", "--bind", "no-such-host.invalid:8800"), "cannot listen at no-such-host.invalid, port 8800"),
        (("serve", "--bind", "127.0.0.1:²"), "is not an address"),
        (("serve-native", "--rpcs", "ListRepos"), "names 'ListRepos', which is neither"),
        (("keys", "create", "--days", "-1"), "is not between 1 and 36500"),
        (("keys", "create", "--days", "99999999999"), "is not between 1 and 36500"),
        (("keys", "list", "--data", __file__), __file__),
    ],
)
def test_a_command_that_cannot_be_followed(tmp_path: Path, command: tuple[str, ...], told: str) -> None:
    answer = run(*command, *(() if "--data" in command else ("--data", tmp_path)))
    assert answer.returncode == 2
    assert told in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_server_that_is_not_there(served: Served) -> None:
    answer = run(
        "call",
        "GetRepository",
        '{"repository_id": 1}',
        "--url",
        "http://127.0.0.1:9",
        "--api-key",
        "k",
        "--timeout",
        "2",
    )
    assert answer.returncode in (104, 114)
    assert "127.0.0.1:9" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_keys_are_made_listed_and_revoked(served: Served) -> None:
    made = run("keys", "create", "--data", served.data, "--label", "ci", "--scopes", "org:read")
    key = made.stdout.strip()
    assert served.call("GetRepository", {"repository_id": 1}, key).returncode == 0
    assert served.call("SyncRepository", {"repository_id": 1}, key).returncode == 107

    listed = run("keys", "list", "--data", served.data).stdout
    line = next(line for line in listed.splitlines() if " ci " in line)
    assert key not in listed
    assert "active" in line

    assert run("keys", "revoke", line.split()[0], "--data", served.data).returncode == 0
    assert "revoked" in run("keys", "list", "--data", served.data).stdout
    refused = run("keys", "create", "--data", served.data, "--scopes", "org:everything")
    assert refused.returncode == 2
    assert "org:read" in refused.stderr


def test_repositories_are_added_listed_and_refreshed(served: Served, repository: Path, tmp_path: Path) -> None:
    assert "rocket" in run("repos", "list", "--data", served.data).stdout
    assert "unchanged" in run("repos", "sync", "--data", served.data).stdout
    refused = run("repos", "add", tmp_path, "--data", served.data)
    assert refused.returncode == 2
    assert str(tmp_path) in refused.stderr
    again = run("repos", "add", repository, "--data", served.data)
    assert again.stdout.split()[0] == "1"


def test_the_demo_shows_every_call_and_its_answer(repository: Path, tmp_path: Path) -> None:
    shown = run("demo", "--once", "--repo", repository, cwd=tmp_path)
    assert shown.returncode == 0, shown.stdout + shown.stderr
    for rpc in (
        "ListRepositories", "ListCommits", "GetCommitContext", "SearchCode", "CreateExternalIssue", "LinkExternalIssue",
    ):  # fmt: skip
        assert rpc in shown.stdout
    assert "Lift off" in shown.stdout
    assert "DEMO-1" in shown.stdout


def test_the_last_lines_of_a_demo_that_ended_can_be_followed(repository: Path, tmp_path: Path) -> None:
    (port,) = free_ports(1)
    shown = run("demo", "--once", "--repo", repository, "--bind", f"127.0.0.1:{port}", cwd=tmp_path)
    told = shown.stdout.partition("The demo has ended")[2]
    options = re.search(r" serve (--data \S+ --bind \S+)$", told, re.MULTILINE)
    given = re.search(r"export SCM_GRPC_API_KEY=(\S+) SCM_GRPC_URL=(\S+)$", told, re.MULTILINE)
    assert options, shown.stdout
    assert given
    with running([*COMMAND, "serve", *options[1].split()], port, WITHOUT_SETTINGS, tmp_path / "log"):
        answer = run("call", "ListRepositories", API_KEY=given[1], URL=given[2])
    assert "rocket" in answer.stdout


class TestEnvironment:
    """A flag beats the environment, which beats the default."""

    def test_the_environment_says_what_is_served(self, repository: Path, tmp_path: Path) -> None:
        with serving(tmp_path, RPCS="read", REPO=str(repository)) as (_, port):
            told = re.search(r"Organization (\d+).*shown only now: (\S+)", (tmp_path / "log").read_text())
            assert told, "SCM_GRPC_DATA and SCM_GRPC_BIND were obeyed, or the server would not be here"
            url = {"URL": f"http://127.0.0.1:{port}", "API_KEY": told[2]}
            assert "rocket" in run("call", "GetRepository", '{"repository_id": 1}', **url).stdout
            refused = run("call", "DeleteRepository", '{"repository_id": 1}', **url)
            assert "RPC_DISABLED" in refused.stderr
            # A flag beats it.
            assert run("call", "GetRepository", '{"repository_id": 1}', "--api-key", "scm_x", **url).returncode == 116
            assert run("keys", "list", DATA=str(tmp_path / "scm")).stdout.count("scm_") == 1

    def test_a_flag_beats_it(self, tmp_path: Path) -> None:
        with serving(tmp_path, "--rpcs", "*", RPCS="read") as (_, port):
            told = re.search(r"shown only now: (\S+)", (tmp_path / "log").read_text())
            assert told
            url = ("--url", f"http://127.0.0.1:{port}", "--api-key", told[1])
            assert "NOT_FOUND" in run("call", "DeleteRepository", '{"repository_id": 9}', *url).stderr

    @pytest.mark.parametrize(
        ("command", "environment", "told"),
        [
            (("serve",), {"RPSC": "read"}, "SCM_GRPC_RPSC, which is not a setting. Did you mean 'SCM_GRPC_RPCS'?"),
            (("serve",), {"RPCS": "raed"}, "names 'raed'"),
            (("serve",), {"PAGE_SIZE": "abc"}, "SCM_GRPC_PAGE_SIZE is 'abc'; it must be a whole number"),
            (("serve-native",), {"EXPLORER": "maybe"}, "SCM_GRPC_EXPLORER is 'maybe'; it must be True or False"),
            (("demo", "--repo", "REPO"), {"EXPLORER": "maybe"}, "SCM_GRPC_EXPLORER is 'maybe'"),
            (("demo", "--repo", "REPO"), {"RPCS": "*,-SearchCode"}, "SCM_GRPC_RPCS turns off SearchCode"),
            (("demo", "--repo", "REPO"), {"AUTHENTICATORS": "hmac"}, "SCM_GRPC_AUTHENTICATORS has no 'api_key'"),
            (("serve",), {"WORKERS": "many"}, "SCM_GRPC_WORKERS is 'many'"),
            (("serve",), {"GRACE": "0"}, "SCM_GRPC_GRACE is '0'"),
            (("serve",), {"ADMIN": "maybe"}, "SCM_GRPC_ADMIN is 'maybe'; it must be true or false"),
            (("serve",), {"LOG_LEVEL": "loud"}, "SCM_GRPC_LOG_LEVEL is 'LOUD'; it must be one of DEBUG, INFO"),
            (("keys", "list"), {"DATA": ""}, "SCM_GRPC_DATA is empty"),
            (("keys", "list"), {"DATABASE_URL": "nosuch://u:s3cr3t@h/n"}, "SCM_GRPC_DATABASE_URL cannot be read"),
            (("keys", "create"), {"DAYS": "soon"}, "SCM_GRPC_DAYS is 'soon'"),
            (("call", "GetCommit"), {"TIMEOUT": "long"}, "SCM_GRPC_TIMEOUT is 'long'"),
            (("clients", "--out", "x"), {"LANGUAGE": "cobol"}, "SCM_GRPC_LANGUAGE is 'cobol'; it must be one of"),
            (("demo", "--repo", "REPO"), {"ONCE": "perhaps"}, "SCM_GRPC_ONCE is 'perhaps'"),
        ],
    )
    def test_what_cannot_be_read_is_said_in_a_line(
        self,
        repository: Path,
        tmp_path: Path,
        command: tuple[str, ...],
        environment: dict[str, str],
        told: str,
    ) -> None:
        (port,) = free_ports(1)
        given = {"BIND": f"127.0.0.1:{port}", "DATA": str(tmp_path / "scm"), **environment}
        answer = run(*(str(repository) if part == "REPO" else part for part in command), cwd=tmp_path, **given)
        assert answer.returncode == 2, answer.stdout
        (line,) = answer.stderr.splitlines()
        assert told in line
        assert "s3cr3t" not in line

    def test_every_name_that_is_read_is_known(self) -> None:
        """A new option or variable has to be in the list, or a server would refuse to start where it is set."""
        package = Path(cli.__file__).parents[2]
        texts = [path.read_text() for path in package.rglob("*.py")]
        read = {name for text in texts for name in re.findall(r'"SCM_GRPC_([A-Z_]+)"', text)}
        read |= {name for text in texts for name in re.findall(r'add_option\(\s*\w+,\s*"--([a-z-]+)"', text)}
        names = {name.upper().replace("-", "_") for name in read}
        settings = {field.name for field in fields(Conf)}
        assert names - settings <= OTHERS
        assert {"DATA", "BIND", "GRACE", "TLS_CERT", "OFFLINE", "ADMIN"} <= names
        assert names >= OTHERS
