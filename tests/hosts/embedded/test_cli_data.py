"""The command sentry-scm-grpc on its data directory: what makes one, what refuses one, and what a server sees of it."""

from __future__ import annotations

import json
import re
import subprocess
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
import yaml

from sentry_scm_grpc.hosts.embedded import cli
from sentry_scm_grpc.hosts.embedded.commands.servers import NATIVE_BIND
from tests.hosts.embedded.test_cli import COMMAND, ENVIRON, Served, repository, run, served, serving

# Each command is a process of its own.
pytestmark = pytest.mark.slow

__all__ = ["repository", "served"]  # Fixtures.


@pytest.mark.parametrize(
    "command",
    [
        ("keys", "list"),
        ("keys", "create"),
        ("keys", "revoke", "1"),
        ("repos", "list"),
        ("repos", "add", "REPO"),
        ("repos", "remove", "1"),
        ("repos", "sync"),
        ("doctor",),
    ],
    ids=" ".join,
)
def test_a_typo_in_data_makes_no_database(repository: Path, tmp_path: Path, command: tuple[str, ...]) -> None:
    words = [str(repository) if word == "REPO" else word for word in command]
    answer = run(*words, "--data", tmp_path / "smc")
    assert answer.returncode == 2
    assert f"{tmp_path / 'smc'} is not a data directory" in answer.stderr
    assert "sentry-scm-grpc init --data" in answer.stderr
    assert not (tmp_path / "smc").exists()


def test_init_makes_one_and_prints_the_key_once(tmp_path: Path) -> None:
    first = run("init", "--data", tmp_path / "scm")
    assert first.returncode == 0, first.stderr
    assert re.search(r"Organization 1 \(demo\)\. Its API key, shown only now: scm_\S+", first.stdout)
    again = run("init", "--data", tmp_path / "scm")
    assert again.returncode == 0
    assert "scm_" not in again.stdout.replace(str(tmp_path), "")
    assert run("keys", "list", "--data", tmp_path / "scm").stdout.count("scm_") == 1


def test_processes_that_start_at_once_make_one_database_and_one_key(tmp_path: Path) -> None:
    command = [*COMMAND, "init", "--data", str(tmp_path / "scm")]
    with ThreadPoolExecutor(3) as pool:
        start = partial(subprocess.run, command, capture_output=True, text=True, env=ENVIRON, timeout=120)
        ran = list(pool.map(lambda _: start(), range(3)))
    assert [(process.returncode, process.stderr) for process in ran] == [(0, "")] * 3
    assert sum("scm_" in process.stdout for process in ran) == 1


def test_a_running_server_sees_what_is_added_and_removed(served: Served, tmp_path: Path) -> None:
    late = tmp_path / "late"
    subprocess.run(["git", "init", "-q", "-b", "main", str(late)], check=True)
    (late / "file").write_text("here\n")
    git = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-C", str(late)]
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-q", "-m", "Late"], check=True)

    added = run("repos", "add", late, "--data", served.data)
    assert added.returncode == 0, added.stderr
    id = added.stdout.split()[0]
    seen = served.call("StreamTree", {"repository_id": id})
    assert [json.loads(line)["path"] for line in seen.stdout.splitlines()] == ["file"], seen.stderr

    assert "removed" in run("repos", "remove", id, "--data", served.data).stdout
    assert served.call("StreamTree", {"repository_id": id}).returncode == 105
    # Its directory is closed again too.
    identifier = {"integration_id": 1, "identifier": str(late)}
    assert served.call("CreateRepository", identifier).returncode in (103, 105)
    assert late.exists()
    assert run("repos", "remove", id, "--data", served.data).returncode == 2


def test_an_unknown_repository_is_named(served: Served) -> None:
    for command in ("sync", "remove"):
        answer = run("repos", command, "999", "--data", served.data)
        assert answer.returncode == 2
        assert "there is no repository 999" in answer.stderr


def test_doctor_reports_what_is_served_and_that_nothing_is(served: Served) -> None:
    good = run("doctor", "--data", served.data)
    assert good.returncode == 0, good.stdout + good.stderr
    assert "rocket (repository 1): reached" in good.stdout
    assert "Nothing to fix." in good.stdout
    bad = run("doctor", "--data", served.data, "--rpcs", "")
    assert bad.returncode == 1
    assert "No RPC is on" in bad.stdout


def test_the_explorer_is_on_where_the_flag_asks_for_it(tmp_path: Path) -> None:
    with serving(tmp_path, "--explorer") as (_, port):
        told = (tmp_path / "log").read_text()
        assert f"The API explorer: http://127.0.0.1:{port}/grpc/" in told
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/grpc/", timeout=30) as page:
            assert b"<html" in page.read()


def test_a_table_is_for_people(served: Served) -> None:
    answer = run("call", "ListRepositories", "-o", "table", "--url", served.url, "--api-key", served.key)
    head, row = answer.stdout.splitlines()
    assert head.split()[:3] == ["ID", "ORGANIZATION_ID", "NAME"]
    assert "rocket" in row
    one = run(
        "call", "GetRepository", '{"repository_id": 1}', "-o", "table", "--url", served.url, "--api-key", served.key
    )
    assert re.search(r"^default_branch +main$", one.stdout, re.MULTILINE)


def test_yaml_is_offered_besides(served: Served) -> None:
    site = ("--url", served.url, "--api-key", served.key)
    one = run("call", "GetCommit", '{"repository_id": 1, "commit_sha": "HEAD"}', "-o", "yaml", *site)
    assert one.returncode == 0, one.stderr
    assert "author:\n  name: Ada\n  email: ada@example.com\n" in one.stdout
    stream = run("call", "StreamTree", '{"repository_id": 1}', "-o", "yaml", *site)
    assert [entry["path"] for entry in yaml.safe_load_all(stream.stdout)] == ["README.md"]


def test_lists_have_the_same_forms(served: Served) -> None:
    for command in (("repos", "list"), ("keys", "list"), ("integrations", "list")):
        table, text, block = (run(*command, "--data", served.data, "-o", form) for form in ("table", "json", "yaml"))
        rows = json.loads(text.stdout)
        assert rows == yaml.safe_load(block.stdout)
        assert table.stdout.split()[: len(rows[0])] == [name.upper() for name in rows[0]]


def test_git_leaves_a_data_directory_alone(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    assert run("init", "--data", tmp_path / "scm").returncode == 0
    status = ["git", "-C", str(tmp_path), "status", "--porcelain"]
    assert subprocess.run(status, capture_output=True, text=True, check=True).stdout == ""
    # A directory that holds something already is somebody's.
    (tmp_path / "other").mkdir()
    (tmp_path / "other/file").touch()
    assert run("init", "--data", tmp_path / "other").returncode == 0
    assert not (tmp_path / "other/.gitignore").exists()


def test_a_version_and_descriptions() -> None:
    assert re.fullmatch(r"sentry-scm-grpc \d+\.\d+\.\d+\n", run("--version").stdout)
    assert "commit_sha (str, required" in run("describe", "GetCommit").stdout
    wrong = run("describe", "GetComit")
    assert wrong.returncode == 2
    assert "Did you mean GetCommit?" in wrong.stderr


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("ke",), ["keys"]),
        (("repos", ""), ["add", "list", "remove", "sync"]),
        (("call", "GetCom"), ["GetCommit", "GetCommitContext"]),
        (("call", "GetCommit", "-o", ""), ["json", "table", "yaml"]),
        (("call", "GetCommit", "--output=t"), ["--output=table"]),
        (("call", "GetCommit", "--output", "=", "t"), ["table"]),
        (("keys", "list", "-o", "y"), ["yaml"]),
        (("clients", "--language", "go"), ["go", "go-grpc"]),
        (("serve", "--expl"), ["--explorer"]),
    ],
    ids=str,
)
def test_what_a_shell_is_offered(words: tuple[str, ...], offered: list[str]) -> None:
    assert run("__complete", *words).stdout.split() == offered


def test_a_generator_leaves_the_client_of_another_language_alone(tmp_path: Path) -> None:
    out = tmp_path / "client"
    run("clients", "--language", "java", "--out", out)
    readme = (out / "README.md").read_text()
    refused = run("clients", "--language", "go-grpc", "--out", out)
    assert refused.returncode == 2
    assert "holds the client for java" in refused.stderr
    assert (out / "README.md").read_text() == readme


def test_native_examples_call_where_serve_native_listens() -> None:
    templates = Path(cli.__file__).parents[2] / "clients/templates"
    ports = {
        port
        for page in templates.glob("*/README.md")
        for port in re.findall(r'"(?:dns:///)?127\.0\.0\.1:(\d+)"', page.read_text())
    }
    assert ports == {NATIVE_BIND.rpartition(":")[2]}
