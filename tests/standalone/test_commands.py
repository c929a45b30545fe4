"""The commands on a real vendor's fake: real processes, a server of its own, and the arguments that others can read."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from sentry_scm_grpc.providers.vendor.standalone import basic
from tests.forking import run_command
from tests.hosts.embedded.test_cli import COMMAND, ENVIRON, WITHOUT_SETTINGS
from tests.ports import free_ports
from tests.reliability.services import children
from tests.scenarios.running import running
from tests.vendors import FAKES
from tests.vendors.fake import FakeVendor, Reply, answer_some
from tests.vendors.serving import Served, served

# Each command is a process of its own.
pytestmark = pytest.mark.slow

TOKENS = {"github": "ghp_of-nobody-1", "gitlab": "glpat-of-nobody-2"}
VARIABLES = {"github": "GITHUB_TOKEN", "gitlab": "GITLAB_TOKEN"}


def run(*args: str | Path, input: str | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command with variables of the environment."""
    return run_command([*map(str, args)], {**ENVIRON, **environment}, input=input)


@contextmanager
def vendor(key: str) -> Iterator[tuple[Served, str]]:
    """A vendor's fake on a socket, which wants its token, and the place of its account."""
    fake: FakeVendor = FAKES[key]()
    fake.world.repositories = ["repo-000", "repo-001"]
    with served(fake) as server:
        fake.accepted = {f"Bearer {TOKENS[key]}"}
        yield server, f"{key}:acme@{server.url}"


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("src") / "rocket"
    git = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-C", str(path)]
    subprocess.run(["git", "init", "-q", "-b", "main", str(path)], check=True)
    (path / "README.md").write_text("# Rocket\n")
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-q", "-m", "Lift off"], check=True)
    return path


def test_one_worker_serves_a_git_a_github_and_a_gitlab_repository(repository: Path, tmp_path: Path) -> None:
    (port,) = free_ports(1)
    data, log = tmp_path / "scm", tmp_path / "log"
    with ExitStack() as stack:
        (github, at_github), (gitlab, at_gitlab) = (stack.enter_context(vendor(key)) for key in ("github", "gitlab"))
        command = [*COMMAND, "serve", "--data", str(data), "--bind", f"127.0.0.1:{port}", "--repo", str(repository)]
        command += ["--integration", at_github, "--integration", at_gitlab]
        environment = WITHOUT_SETTINGS | {VARIABLES[key]: token for key, token in TOKENS.items()}
        server = stack.enter_context(running(command, port, environment, log))
        told = re.search(r"shown only now: (\S+)", log.read_text())
        assert told, log.read_text()
        site = {"SCM_GRPC_URL": f"http://127.0.0.1:{port}", "SCM_GRPC_API_KEY": told[1]}

        def call(rpc: str, **request: object) -> dict[str, object]:
            done = run("call", rpc, json.dumps(request), **site)
            assert done.returncode == 0, done.stderr
            answer: dict[str, object] = json.loads(done.stdout)
            return answer

        listed = json.loads(run("call", "ListRepositories", "{}", **site).stdout)["repositories"]
        ids = {(found["provider_key"], found["name"]): found["id"] for found in listed}
        assert len(ids) == 1 + 3 + 3
        assert len({found["organization_id"] for found in listed}) == 1
        for key, name, path in (
            ("git", "rocket", "README.md"),
            ("github", "acme/rocket", "src/app.py"),
            ("gitlab", "Acme / rocket", "src/app.py"),
        ):
            assert call("CheckFile", repository_id=ids[key, name], path=path)["exists"], key
        # Who can list processes, or read the server's own, finds no token. Neither do the log and the files have one.
        workers = children(server.pid)
        assert len(workers) == 1
        for pid in (server.pid, *workers):
            for name in ("cmdline", "environ"):
                text = Path(f"/proc/{pid}/{name}").read_bytes().decode()
                assert not any(token in text for token in TOKENS.values()), name
        for file in (log, *data.iterdir()):
            assert not any(token.encode() in file.read_bytes() for token in TOKENS.values()), file
        # A token that is revoked while the server runs, and replaced.
        github.fake.accepted = {"Bearer the-new-one"}
        asked = json.dumps({"repository_id": ids["github", "acme/rocket"], "ref": "main"})
        assert "INTEGRATION_UNAUTHORIZED" in run("call", "ListCommits", asked, **site).stderr
        rotated = run("integrations", "rotate", "2", "--data", data, GITHUB_TOKEN="the-new-one")
        assert rotated.returncode == 0, rotated.stderr
        assert run("call", "ListCommits", asked, **site).returncode == 0
        assert not gitlab.failures


def test_a_typo_in_a_provider_makes_no_data_directory(tmp_path: Path) -> None:
    refused = run("serve", "--data", tmp_path / "scm", "--bind", "127.0.0.1:0", "--integration", "gihub:acme")
    assert refused.returncode != 0
    assert "Did you mean github?" in refused.stderr
    assert not (tmp_path / "scm").exists()


def test_two_servers_on_one_data_directory_share_a_rate_limit(tmp_path: Path) -> None:
    ports, data = free_ports(2), tmp_path / "scm"
    with ExitStack() as stack:
        github, place = stack.enter_context(vendor("github"))
        environment = WITHOUT_SETTINGS | {VARIABLES["github"]: TOKENS["github"]}
        logs = []
        for port in ports:
            # The second finds the integration, and a key of its own is not made.
            command = [*COMMAND, "serve", "--data", str(data), "--bind", f"127.0.0.1:{port}", "--integration", place]
            logs.append(tmp_path / f"log{port}")
            stack.enter_context(running(command, port, environment, logs[-1]))
        told = re.search(r"shown only now: (\S+)", logs[0].read_text())
        assert told, logs[0].read_text()
        sites = [{"SCM_GRPC_URL": f"http://127.0.0.1:{port}", "SCM_GRPC_API_KEY": told[1]} for port in ports]

        def call(server: int, ref: str) -> subprocess.CompletedProcess[str]:
            asked = json.dumps({"repository_id": 1, "ref": ref})
            return run("call", "ListCommits", asked, **sites[server])

        assert call(0, "main").returncode == call(1, "main").returncode == 0
        # One server learns of the limit.
        limit = Reply({"message": "API rate limit exceeded"}, 403, {"Retry-After": "600", "X-RateLimit-Remaining": "0"})
        github.fake.forced = lambda asked: limit
        assert "VENDOR_RATE_LIMITED" in call(0, "50%").stderr
        github.fake.forget_calls()
        # Neither asks the vendor before its end, though it would answer now.
        github.fake.forced = None
        for server in (1, 0):
            refused = call(server, "ünï")
            assert "VENDOR_QUOTA_LOW" in refused.stderr, refused.stderr + refused.stdout
        assert not github.fake.calls
        # The site's own rows need no vendor.
        assert run("call", "ListRepositories", "{}", **sites[1]).returncode == 0


def test_an_integration_is_added_listed_checked_and_removed(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path / "scm"))
    token = TOKENS["github"]
    file = tmp_path / "token"
    file.write_text(f"{token}\n")
    with vendor("github") as (server, place):
        early = run("integrations", "add", place, *data, GITHUB_TOKEN=token)
        assert (early.returncode, "is not a data directory" in early.stderr) == (2, True)
        assert run("init", *data).returncode == 0
        # Keys and a database are not for the repository of a clone.
        subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
        status = ["git", "-C", str(tmp_path), "status", "--porcelain", "--untracked-files=all"]
        assert subprocess.run(status, check=True, capture_output=True, text=True).stdout == "?? token\n"
        without = run("integrations", "add", place, *data)
        assert (without.returncode, "Set GITHUB_TOKEN" in without.stderr) == (2, True)
        wrong = run("integrations", "add", place, "--credential-file", "-", *data, input="a wrong one")
        assert (wrong.returncode, "wrong one" in wrong.stderr) == (2, False)
        refused = run("integrations", "add", place, "--credential-file", "-", *data, input="wrong")
        assert (refused.returncode, "does not accept the credential" in refused.stderr) == (2, True)
        added = run("integrations", "add", place, "--credential-file", file, *data)
        assert (added.returncode, "permissions: repo" in added.stdout) == (0, True), added.stderr
        assert "acts as ada" in added.stdout
        assert "'integrations rotate 2'" in run("integrations", "add", place, "--credential-file", file, *data).stderr
        assert run("repos", "add", "--integration", "2", "rocket", *data).stdout.split() == ["1", "acme/rocket"]
        missing = run("repos", "add", "--integration", "2", "rocket", "nothing", *data)
        assert (missing.returncode, "nothing: The provider has no such thing" in missing.stderr) == (2, True)
        assert "3 repositories" in run("repos", "add", "--integration", "2", "--all", *data).stdout
        assert "https://github.com/acme/rocket" in run("repos", "list", *data).stdout
        assert "unchanged" in run("repos", "sync", "1", *data).stdout
        assert run("repos", "add", "--all", *data).returncode == 2
        checked = run("integrations", "check", *data)
        # A user's token makes no check runs.
        lacking = re.findall(r"^  (\w+): ", checked.stdout, re.MULTILINE)
        assert lacking == ["CreateCheckRun", "UpdateCheckRun"], checked.stdout
        assert "integration     acme (integration 2): reached" in run("doctor", *data).stdout
        assert "Credentials encrypted with a new key: 1." in run("integrations", "rotate-key", *data).stdout
        server.fake.accepted = {"nothing"}
        failed = run("integrations", "check", "2", *data)
        assert (failed.returncode, "INTEGRATION_UNAUTHORIZED" in failed.stdout) == (1, True)
        server.fake.accepted = {f"Bearer {token}"}
        answer_some(server.fake, lambda asked: "acme" in asked.path, Reply(server.fake.not_found, 404))
        renamed = run("integrations", "check", "2", *data)
        assert (renamed.returncode, "VENDOR_NOT_FOUND" in renamed.stdout) == (1, True)
        assert f"'integrations add github:NEW-NAME@{server.url}'" in renamed.stdout
        server.fake.forced = None
        assert "acme" in run("integrations", "list", *data).stdout
        assert "with 3 repositories" in run("integrations", "remove", "2", *data).stdout
        assert "acme" not in run("integrations", "list", *data).stdout
        assert os.listdir(tmp_path / "scm")
        assert token not in "".join(done.stdout + done.stderr for done in (added, checked, failed, refused))


def test_a_tracker_is_added_by_its_user_and_served_without_repositories(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path / "scm"))
    fake = FAKES["jira"]()
    with served(fake) as server:
        fake.accepted = {basic("ada@example.com", "of-nobody-3")}
        place = f"jira@{server.url}"
        assert run("init", *data).returncode == 0
        nobody = run("integrations", "add", place, "--credential-file", "-", *data, input="of-nobody-3")
        assert (nobody.returncode, "--user ada@example.com" in nobody.stderr) == (2, True)
        given = ("--user", "ada@example.com", "--credential-file", "-")
        added = run("integrations", "add", place, *given, *data, input="of-nobody-3")
        assert (added.returncode, "acts as ada@example.com" in added.stdout) == (0, True), added.stderr
        assert "repos add" not in added.stdout
        checked = run("integrations", "check", *data)
        assert "CreateExternalIssue, LinkExternalIssue, GetExternalIssue" in checked.stdout
        assert "Jira is an issue tracker: it has no repositories" in checked.stdout
        for names in (("--all",), ("rocket",)):
            refused = run("repos", "add", "--integration", "2", *names, *data)
            assert (refused.returncode, "is an issue tracker" in refused.stderr) == (2, True), refused.stdout
        (port,) = free_ports(1)
        command = [*COMMAND, "serve", *data, "--bind", f"127.0.0.1:{port}", "--integration", place]
        environment = WITHOUT_SETTINGS | {"JIRA_API_TOKEN": "of-nobody-3", "JIRA_EMAIL": "ada@example.com"}
        for directory, told in ((data[1], ""), (str(tmp_path / "other"), "an issue tracker")):
            command[command.index("--data") + 1] = directory
            with running(command, port, environment, tmp_path / "log"):
                assert told in (tmp_path / "log").read_text()
        assert not server.failures
