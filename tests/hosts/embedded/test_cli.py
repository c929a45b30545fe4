"""The command sentry-scm-grpc as a newcomer uses it: real processes, a real repository, a real server."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.scenarios.running import free_ports, running

COMMAND = [sys.executable, "-m", "sentry_scm_grpc.hosts.embedded.cli"]
ENVIRON = {
    key: value
    for key, value in os.environ.items()
    if not key.startswith("SCM_GRPC_") and key != "DJANGO_SETTINGS_MODULE"
}


def run(*args: str | Path, cwd: Path | None = None, input: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *map(str, args)], capture_output=True, text=True, env=ENVIRON, timeout=120, cwd=cwd, input=input
    )


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
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
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
        ("GetRepository", "{", "", 2, "the request is no JSON"),
    ],
)
def test_what_fails_says_so_and_has_its_exit_code(served: Served, rpc, request_json, key, code, told) -> None:
    answer = served.call(rpc, request_json, key)
    assert answer.returncode == code, answer.stderr
    assert told in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_client_that_never_ends_its_request_does_not_keep_the_server_from_stopping(
    repository: Path, tmp_path: Path
) -> None:
    (port,) = free_ports(1)
    command = [*COMMAND, "serve", "--data", str(tmp_path / "scm"), "--bind", f"127.0.0.1:{port}"]
    environment = {**ENVIRON, "GRANIAN_WORKERS_KILL_TIMEOUT": "1"}
    with (
        running(command, port, environment, tmp_path / "log") as server,
        socket.create_connection(("127.0.0.1", port)) as client,
    ):
        client.sendall(b"POST /sentry.integrations.scm.v1.ScmService/GetCommit HTTP/1.1\r\nHost: x\r\n")
        client.sendall(b"Content-Type: application/grpc-web\r\nContent-Length: 100\r\n\r\nabc")
        server.terminate()
        assert server.wait(timeout=40) == 0


def test_a_demo_that_is_told_to_stop_takes_its_server_along(repository: Path, tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [*COMMAND, "demo", "--repo", str(repository), "--bind", f"127.0.0.1:{port}"]
    demo = subprocess.Popen(command, env=ENVIRON, cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    assert demo.stdout is not None
    with demo.stdout:
        assert any("The server goes on" in line for line in demo.stdout)
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
        (("serve", "--bind", "127.0.0.1:²"), "is no address"),
        (("serve-native", "--rpcs", "ListRepos"), "names 'ListRepos', which is neither"),
        (("keys", "create", "--days", "-1"), "is not between 1 and 36500"),
        (("keys", "create", "--days", "99999999999"), "is not between 1 and 36500"),
        (("repos", "sync", "999"), "there is no repository 999"),
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
