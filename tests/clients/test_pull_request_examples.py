"""examples/ that need a provider: each program, in Python and in TypeScript, on a server whose providers are fakes."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from sentry_scm_grpc.client import ScmClient
from tests.clients.conftest import Run
from tests.clients.embedded import serving
from tests.vendors import FAKES
from tests.vendors.fake import FakeVendor, Reply, Request, answer_some
from tests.vendors.pulls import TOPIC, PullRequest
from tests.vendors.serving import served
from tests.vendors.world import RUN, CiRun, Job, Status, World
from tests.vendors.world import Run as CheckRun

TOKENS = {"GITHUB_TOKEN": "ghp_of-nobody-1", "GITLAB_TOKEN": "glpat-of-nobody-2"}
LOG = "".join(f"\x1b[32mok {number}\x1b[0m\n" for number in range(1, 5000)) + "not ok: ünï\n"


@dataclass
class Vendor:
    """A fake, and the id of its repository on the server."""

    fake: FakeVendor
    id: str

    @property
    def world(self) -> World:
        return self.fake.world


@pytest.fixture(scope="module")
def fakes() -> Iterator[dict[str, FakeVendor]]:
    """By address: of GitHub, of GitLab, and of a GitLab that a test makes refuse calls."""
    with ExitStack() as stack:
        servers = [stack.enter_context(served(FAKES[key]())) for key in ("github", "gitlab", "gitlab")]
        for server in servers:
            server.fake.world.repositories = []
        yield {server.url: server.fake for server in servers}


@pytest.fixture(scope="module")
def environment(fakes: dict[str, FakeVendor], tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    places = [f"--integration={fake.key}:acme@{address}" for address, fake in fakes.items()]
    with serving(None, tmp_path_factory.mktemp("pulls") / "data", *places, **TOKENS) as environment:
        yield environment


@pytest.fixture(scope="module")
def vendors(fakes: dict[str, FakeVendor], environment: dict[str, str]) -> list[Vendor]:
    """In the order of ``fakes``, each with the only repository of its integration."""
    with ScmClient(environment["SCM_GRPC_URL"], api_key=environment["SCM_GRPC_API_KEY"]) as scm:
        found = sorted(scm.iter_repositories(), key=lambda repository: repository.integration_id)
    return [Vendor(fake, str(repository.id)) for fake, repository in zip(fakes.values(), found, strict=True)]


@pytest.fixture
def github(vendors: list[Vendor]) -> Iterator[Vendor]:
    yield vendors[0]
    vendors[0].fake.forced = None


def test_the_gate_opens_for_a_commit_and_for_a_pull_request(run: Run, github: Vendor) -> None:
    world = github.world
    done = run("gate", github.id, "main", "--require", "ci/build", "--require", "lint")
    assert (done.returncode, done.stdout) == (0, f"{world.head[:8]}: success\n"), done.stderr
    world.report(world.topic[0].sha, Status("ci/build", "success"))
    done = run("gate", github.id, "--pull-request", str(TOPIC))
    assert (done.returncode, done.stdout) == (0, f"{world.topic[0].sha[:8]}: success\n"), done.stderr
    assert run("gate", github.id, "--pull-request", "99999").returncode == 1


def test_the_gate_waits_until_the_checks_have_ended(run: Run, github: Vendor) -> None:
    sha, asked = github.world.commits[20].sha, []

    def answer(request: Request) -> Reply:
        asked.append(request)
        if len(asked) == 6:
            github.world.report(sha, Status("ci/build", "success"))
        return github.fake._route(request)

    github.world.statuses.pop(sha, None)
    github.world.report(sha, Status("ci/build", "pending"))
    github.fake.forced = answer
    done = run("gate", github.id, sha, "--pause", "0.01")
    assert (done.returncode, done.stdout) == (0, f"{sha[:8]}: success\n"), done.stderr
    assert done.stderr.startswith(f"{sha[:8]}: pending\n")


@pytest.mark.parametrize("index", [0, 1], ids=["github", "gitlab"])
def test_the_gate_says_what_failed_with_the_end_of_the_log(run: Run, vendors: list[Vendor], index: int) -> None:
    """GitLab has no check runs."""
    vendor = vendors[index]
    sha = vendor.world.commits[30].sha
    vendor.world.statuses[sha] = []
    vendor.world.report(sha, Status("ci/test", "failure", "1 failed", "https://ci.example.com/7"))
    vendor.world.report(sha, Status("ci/build", "success"))
    vendor.world.runs[sha] = [CheckRun(901, "lint", "failure", "2 findings", url=RUN)]
    vendor.world.ci.insert(0, CiRun(1001, "failure", sha, jobs=[Job(90, "unit", "failure", LOG.encode())]))
    done = run("gate", vendor.id, sha)
    expected = [f"{sha[:8]}: failure", "- ci/test: failure 1 failed https://ci.example.com/7"]
    expected += [f"- lint: failure 2 findings {RUN}"] if index == 0 else []
    expected += ["", "The job unit ends with:", *(f"  ok {n}" for n in range(4981, 5000)), "  not ok: ünï"]
    assert (done.returncode, done.stdout.splitlines()) == (1, expected), done.stderr


def test_the_gate_gives_up_after_its_time(run: Run, github: Vendor) -> None:
    sha = github.world.commits[21].sha
    done = run("gate", github.id, sha, "--timeout", "0.2", "--pause", "0.1")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"{sha[:8]}: unspecified\n")
    assert done.stderr.endswith("The time is up.\n")
    done = run("gate", github.id, "main", "--require", "deploy", "--timeout", "0")
    assert (done.returncode, "not reported yet: deploy" in done.stderr) == (2, True), done.stderr


def test_the_gate_does_not_ask_before_the_provider_wants_it(run: Run, vendors: list[Vendor]) -> None:
    """The provider wants a pause that is longer than the gate's own time."""
    limited = vendors[2]
    limited.fake.forced = lambda asked: Reply({"message": "429 Too Many Requests"}, 429, {"Retry-After": "3600"})
    limited.fake.forget_calls()
    done = run("gate", limited.id, "main", "--timeout", "600", "--pause", "0.01")
    assert (done.returncode, done.stderr.endswith("The time is up.\n")) == (2, True), done.stderr
    assert len(limited.fake.calls) <= 2


def test_the_gate_stays_shut_if_not_all_checks_can_be_read(run: Run, github: Vendor) -> None:
    def answer(request: Request) -> Reply:
        if request.path.endswith("/graphql"):
            path = ["repository", "object", "statusCheckRollup"]
            errors = [{"type": "FORBIDDEN", "path": path, "message": "Resource not accessible by integration"}]
            return Reply({"data": {"repository": {"object": {"statusCheckRollup": None}}}, "errors": errors})
        return github.fake._route(request)

    github.fake.forced = answer
    done = run("gate", github.id, "main")
    assert (done.returncode, "CHECKS_FORBIDDEN" in done.stderr) == (1, True), done.stderr


# ---- autofix


def proposals(vendor: Vendor, title: str) -> list[PullRequest]:
    return [pull for pull in vendor.world.pull_requests.values() if pull.title == title]


@pytest.fixture
def autofix(run: Run, tmp_path: Path) -> Run:
    """Runs the example on a working directory in which one file was changed and one was deleted."""

    def run_it(vendor: Vendor, title: str, content: str) -> subprocess.CompletedProcess[str]:
        vendor.world.files = dict(World().files)  # A fake has the same files on all branches.
        (tmp_path / "src").mkdir(exist_ok=True)
        (tmp_path / "src/app.py").write_text(content)
        (tmp_path / "CODEOWNERS").write_bytes(vendor.world.files["CODEOWNERS"])
        paths = ["src/app.py", "src/module000.py", "CODEOWNERS", "no/such/file"]
        return run("autofix", vendor.id, title, *paths, "--root", str(tmp_path))

    return run_it


@pytest.mark.parametrize("index", [0, 1], ids=["github", "gitlab"])
def test_the_autofix_proposes_the_same_changes_once(autofix: Run, vendors: list[Vendor], index: int) -> None:
    """In either language: the second finds what the first has proposed."""
    vendor = vendors[index]
    done = [autofix(vendor, "Format the code", "formatted = 1\n") for _ in range(2)]
    assert [one.returncode for one in done] == [0, 0], [one.stderr for one in done]
    (pull,) = proposals(vendor, "Format the code")
    for one in done:
        assert one.stdout.startswith(f"#{pull.number} Format the code (open): autofix http"), one.stderr
    assert pull.head.startswith("autofix-")
    assert (pull.base, pull.labels) == ("main", ["autofix"])
    (commit,) = vendor.world.between(pull.base_sha, vendor.world.branches[pull.head])
    assert commit.message.rstrip() == "Format the code"
    assert {(change.path, change.kind) for change in commit.changes} == {
        ("src/app.py", "modified"),
        ("src/module000.py", "deleted"),
    }


def test_the_autofix_goes_on_where_it_was_interrupted(
    autofix: Run, github: Vendor, request: pytest.FixtureRequest
) -> None:
    title = f"Fix {request.node.name}"
    answer_some(github.fake, lambda asked: (asked.method, asked.path[-6:]) == ("POST", "/pulls"), Reply({}, 403))
    failed = autofix(github, title, title)
    assert (failed.returncode, proposals(github, title)) == (1, []), failed.stdout
    made = len(github.world.made)
    github.fake.forced = None
    done = autofix(github, title, title)
    assert done.returncode == 0, done.stderr
    (pull,) = proposals(github, title)
    assert (len(github.world.made), pull.labels) == (made, ["autofix"])
    # Somebody does not want it: it is not proposed again.
    pull.state = "closed"
    again = autofix(github, title, title)
    assert again.stdout.startswith(f"#{pull.number} {title} (closed)"), again.stderr
    assert len(proposals(github, title)) == 1


def test_the_autofix_has_nothing_to_do(run: Run, github: Vendor, tmp_path: Path) -> None:
    (tmp_path / "CODEOWNERS").write_bytes(github.world.files["CODEOWNERS"])
    done = run("autofix", github.id, "Nothing", "CODEOWNERS", "--root", str(tmp_path))
    assert (done.returncode, done.stdout) == (0, "There is nothing to fix.\n"), done.stderr


# ---- review bot


def marked(path: str, code: str, message: str, times: int = 1) -> str:
    """The end of the comment on a finding: the same in each language."""
    return f"(finding {hashlib.sha256(chr(0).join([path, code, message, str(times)]).encode()).hexdigest()[:12]})"


@pytest.mark.parametrize("index", [0, 1], ids=["github", "gitlab"])
def test_the_review_bot_comments_on_added_lines_once(
    run: Run, vendors: list[Vendor], index: int, request: pytest.FixtureRequest
) -> None:
    vendor = vendors[index]
    vendor.world.threads[TOPIC], vendor.world.remarks[TOPIC] = [], []
    # The server would not carry out the review of the other language again.
    long, unused = f"E501 Line too long {request.node.name}", "F401 `x` <b>unused</b> 🚀"
    # The first line of app.py is not added, and CODEOWNERS is not changed.
    lines = [f"src/app.py:1:1: {long}", f"src/app.py:2:5: {unused}", "CODEOWNERS:1: no", "Found 5 errors."]
    lines += [f"./topic/file003.py:2:1: {long}", f"topic/file003.py:3: {long}"]
    done = run("review_bot", vendor.id, str(TOPIC), read="\n".join(lines))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        f"src/app.py:2: {unused}",
        f"topic/file003.py:2: {long}",
        f"topic/file003.py:3: {long}",
        "3 of 3 new findings are commented on",
    ]
    found = {(one.path, one.side, one.line): one.comments[0].body for one in vendor.world.threads[TOPIC]}
    expected = {
        ("src/app.py", "head", 2): f"{unused}\n\n{marked('src/app.py', 'new', unused)}",
        ("topic/file003.py", "head", 2): f"{long}\n\n{marked('topic/file003.py', 'new', long)}",
        ("topic/file003.py", "head", 3): f"{long}\n\n{marked('topic/file003.py', 'new', long, 2)}",
    }
    assert found.keys() == expected.keys()
    assert all(found[place].startswith(body) for place, body in expected.items())
    again = run("review_bot", vendor.id, str(TOPIC), read="\n".join(lines))
    assert again.stdout == "0 of 0 new findings are commented on\n", again.stderr
    more = run("review_bot", vendor.id, str(TOPIC), read="\n".join([*lines, f"topic/file004.py:1: {long}"]))
    assert more.stdout == f"topic/file004.py:1: {long}\n1 of 1 new findings are commented on\n", more.stderr
    assert len(vendor.world.threads[TOPIC]) == 4


def test_the_review_bot_says_nothing_about_a_head_that_moved(run: Run, github: Vendor) -> None:
    pull = github.world.pull_requests[TOPIC]
    head, github.world.threads[TOPIC] = pull.head_sha, []

    def answer(request: Request) -> Reply:
        reply = github.fake._route(request)
        if request.path.endswith("/files"):
            pull.head_sha = github.world.topic[1].sha
        return reply

    github.fake.forced = answer
    done = run("review_bot", github.id, str(TOPIC), read="topic/file003.py:1: W291 Space\n")
    pull.head_sha = head
    assert (done.returncode, done.stdout, github.world.threads[TOPIC]) == (1, "", [])
    assert "head" in done.stderr
