"""``scm mcp`` as a host of language models uses it: the official SDK's client, over standard input and output."""

from __future__ import annotations

import base64
import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from sentry_scm_grpc.rpc.policy import RPCS
from tests.clients.conftest import INSTALL
from tests.clients.embedded import ENGINE, make_repository, serving
from tests.scenarios.running import ROOT

PYTHON = ROOT / ".venv-mcp/bin/python"
HERE = Path(__file__).with_name("mcp")
PICTURE = b"\x89PNG\xff"
#: For an answer on a busy machine.
SECONDS = 300
READS = [rpc.operation for rpc in RPCS.values() if not rpc.writes]


class Host:
    """Starts a server for each set of options that it gives to ``scm mcp``."""

    def __init__(self, repository: Path, environment: dict[str, str], log: Path) -> None:
        self.repository = repository
        self.key = environment["SCM_GRPC_API_KEY"]
        self._url = environment["SCM_GRPC_URL"]
        self._environment = {"SCM_GRPC_API_KEY": self.key, "PYTHONPATH": str(ROOT), "PATH": environment["PATH"]}
        self._log = log
        self._sessions: dict[tuple[str, ...], subprocess.Popen[str]] = {}

    def ask(self, *asked: Any, options: tuple[str, ...] = ()) -> list[Any]:
        """The answers. Neither they nor what the server logs holds the key."""
        if options not in self._sessions:
            self._sessions[options] = self._start(options)
        session = self._sessions[options]
        assert session.stdin is not None
        assert session.stdout is not None
        told = []
        # A session that hangs is ended, which ends the reading.
        hangs = threading.Timer(SECONDS, session.kill)
        hangs.start()
        try:
            for one in asked:
                session.stdin.write(f"{json.dumps(one)}\n")
                session.stdin.flush()
                told.append(session.stdout.readline())
                assert told[-1], self._log.read_text()
        finally:
            hangs.cancel()
        assert self.key not in "".join(told) + self._log.read_text()
        return [json.loads(line) for line in told]

    def _start(self, options: tuple[str, ...]) -> subprocess.Popen[str]:
        if not PYTHON.exists():
            pytest.fail(f"The SDK of the Model Context Protocol is not installed. {INSTALL}")
        command = [PYTHON, HERE / "session.py", "--url", self._url, *options]
        pipe = subprocess.PIPE
        with self._log.open("a") as log:
            return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=log, env=self._environment, text=True)

    def close(self) -> None:
        """Ends the sessions. Each ends by itself when it has nothing more to read."""
        for session in self._sessions.values():
            session.communicate(timeout=SECONDS)
            assert session.returncode == 0, self._log.read_text()
        assert self.key not in self._log.read_text()

    def commit(self, name: str, data: bytes) -> None:
        (self.repository / name).write_bytes(data)
        git = ["git", "-C", str(self.repository), "-c", "user.name=Ada", "-c", "user.email=ada@example.com"]
        subprocess.run([*git, "add", "."], check=True)
        subprocess.run([*git, "commit", "-q", "-m", f"Add {name}"], check=True)


@contextmanager
def hosting(directory: Path, **settings: str) -> Iterator[Host]:
    """A host of a site with these settings, which serves the repository "rocket"."""
    make_repository(directory / "rocket")
    with serving(directory / "rocket", directory / "data", **settings) as environment:
        host = Host(directory / "rocket", environment, directory / "log")
        try:
            yield host
        finally:
            host.close()


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """Its repository has the tag "begin", a picture after that, and what tests add."""
    with hosting(tmp_path_factory.mktemp("host")) as host:
        subprocess.run(["git", "-C", host.repository, "tag", "begin"], check=True)
        host.commit("logo.png", PICTURE)
        yield host


def test_each_read_is_a_tool_with_the_words_of_the_contract_and_the_schema_of_its_request(host: Host) -> None:
    (tools,) = host.ask(["tools"])
    assert sorted(tool["name"] for tool in tools) == sorted(READS)
    blame = next(tool for tool in tools if tool["name"] == "get_commit_context")
    assert blame["title"] == "GetCommitContext"
    assert blame["description"].startswith("Blames one line")
    schema = blame["inputSchema"]
    assert schema["required"] == ["repository_id", "commit_sha", "filepath", "line_number"]
    assert schema["properties"]["line_number"]["minimum"] == 1
    assert all(tool["annotations"]["readOnlyHint"] for tool in tools)


def test_writes_are_offered_only_if_they_are_asked_for(host: Host) -> None:
    deletion = ["delete_repository", {"repository_id": 1}]
    assert host.ask(deletion) == [{"code": -32602, "error": "There is no tool 'delete_repository'."}]
    tools, _ = host.ask(["tools"], ["sync_repository", {"repository_id": 1}], options=("--writes",))
    assert sorted(tool["name"] for tool in tools) == sorted(rpc.operation for rpc in RPCS.values())
    hints = {tool["name"]: tool["annotations"] for tool in tools}
    named = ("readOnlyHint", "destructiveHint", "idempotentHint")
    assert [hints["delete_repository"][name] for name in named] == [False, True, True]
    assert [hints["create_external_issue"][name] for name in named] == [False, False, False]


def test_what_the_site_has_off_is_no_tool(tmp_path: Path) -> None:
    with hosting(tmp_path, SCM_GRPC_RPCS="read,-SearchCode") as host:
        (tools,) = host.ask(["tools"], options=("--writes",))
    assert sorted(tool["name"] for tool in tools) == sorted(name for name in READS if name != "search_code")


def test_where_the_site_cannot_tell_a_call_says_that_it_is_off(tmp_path: Path) -> None:
    with hosting(tmp_path, SCM_GRPC_RPCS="GetCommit") as host:
        tools, answer = host.ask(["tools"], ["search_code", {"repository_id": 1, "query": "thrust"}])
    assert sorted(tool["name"] for tool in tools) == sorted(READS)
    assert answer["failed"]
    assert (answer["status"], answer["reason"]) == ("UNIMPLEMENTED", "RPC_DISABLED")


def test_a_call_answers_with_text_where_bytes_are_text(host: Host) -> None:
    file, image, repositories = host.ask(
        ["get_file", {"repository_id": "1", "path": "src/engine.py"}],
        ["get_file", {"repository_id": 1, "path": "logo.png"}],
        ["list_repositories", {}],
    )
    assert file["content_text"] == ENGINE
    assert base64.b64decode(image["content"]) == PICTURE
    assert [repository["name"] for repository in repositories["repositories"]] == ["rocket"]


def test_a_call_that_fails_says_why(host: Host) -> None:
    missing, unknown, unset = host.ask(
        ["get_commit", {"repository_id": 1, "commit_sha": "0" * 40}],
        ["get_commit", {"repository_id": 1, "sha": "main"}],
        ["get_commit", {"repository_id": 1}],
    )
    assert missing["failed"]
    assert (missing["status"], missing["reason"]) == ("NOT_FOUND", "REF_NOT_FOUND")
    assert unknown["failed"]
    assert "'sha'" in unknown["message"]
    assert unset["violations"] == [{"field": "commit_sha", "description": "is required"}]


def test_a_stream_is_read_in_pages(host: Host) -> None:
    first, second = host.ask(
        ["stream_tree", {"repository_id": 1, "ref": "begin", "page_size": 1}],
        ["stream_tree", {"repository_id": 1, "ref": "begin", "page_size": 1, "page_token": "1"}],
    )
    assert [entry["path"] for entry in first["messages"]] == ["src/control.py"]
    assert first["next_page_token"] == "1"
    assert [entry["path"] for entry in second["messages"]] == ["src/engine.py"]
    assert "next_page_token" not in second


def test_a_large_answer_is_cut_and_says_so(host: Host) -> None:
    host.commit("large.txt", b"x" * 100_000)
    for number in range(30):
        (host.repository / f"{number:02}.txt").write_text("")
    host.commit("last.txt", b"")
    limit = ("--max-characters", "2000")
    file, tree, stream = host.ask(
        ["get_file", {"repository_id": 1, "path": "large.txt"}],
        ["list_tree", {"repository_id": 1, "page_size": 30}],
        ["stream_tree", {"repository_id": 1}],
        options=limit,
    )
    for answer in (file, tree, stream):
        assert len(json.dumps(answer)) < 2100
    assert file["_cut"] == ["content_text: the first 1000 of 100000 characters"]
    assert tree["_cut"][0] == f"entries: the first {len(tree['entries'])} of 30 items"
    # A token would lead past what was cut.
    assert "next_page_token" not in tree
    assert stream["next_page_token"] == str(len(stream["messages"]))


def test_files_are_resources(host: Host) -> None:
    templates, text, image, missing, wrong = host.ask(
        ["templates"],
        ["read", "scm://repositories/1/files/HEAD/src/engine.py"],
        ["read", "scm://repositories/1/files/main/logo.png"],
        ["read", "scm://repositories/1/files/main/src/none.py"],
        ["read", "scm://repositories/1/commits/main"],
    )
    assert [template["uriTemplate"] for template in templates] == [
        "scm://repositories/{repository_id}/files/{ref}/{+path}"
    ]
    assert (text[0]["text"], text[0]["mimeType"]) == (ENGINE, "text/x-python")
    assert (base64.b64decode(image[0]["blob"]), image[0]["mimeType"]) == (PICTURE, "image/png")
    assert missing["error"].startswith("NOT_FOUND (PATH_NOT_FOUND)")
    assert "scm://repositories/" in wrong["error"]


def test_the_key_is_in_no_answer_even_if_a_file_holds_it(host: Host) -> None:
    host.commit("deploy.env", f"KEY={host.key}\n".encode())
    file, resource, found = host.ask(
        ["get_file", {"repository_id": 1, "path": "deploy.env"}],
        ["read", "scm://repositories/1/files/main/deploy.env"],
        ["get_file", {"repository_id": 1, "path": host.key}],
    )
    assert file["content_text"] == "KEY=[credential]\n"
    assert resource[0]["text"] == "KEY=[credential]\n"
    assert found["reason"] == "PATH_NOT_FOUND"


def test_the_types_hold_with_the_sdk_installed() -> None:
    modules = sorted((ROOT / "sentry_scm_grpc/client").glob("mcp_*.py"))
    done = subprocess.run(
        [PYTHON, "-m", "mypy", "--config-file", HERE / "mypy.ini", *modules], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout
