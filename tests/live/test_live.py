"""A run against a "real" vendor, which is a second fake on a socket of its own with another world."""

from __future__ import annotations

import itertools
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from sentry_scm_grpc.hosts.embedded.credentials import Place
from sentry_scm_grpc.providers.registry import adapters
from sentry_scm_grpc.providers.vendor.credentials import Permission
from sentry_scm_grpc.providers.vendor.issues import Tracker
from sentry_scm_grpc.rpc.policy import RPCS
from tests.live.cells import NOT_TRIED, OK, SET_UP, SKIPPED
from tests.live.report import Report
from tests.live.run import FakeSide, ask_fake, run
from tests.live.site import Target, fake_target, writes_at_vendor
from tests.standalone.test_credentials import KINDS, key_of
from tests.standalone.test_leaks import FAILURES, Watch, forms_of, watch
from tests.vendors import FAKES
from tests.vendors.fake import FakeVendor, Reply, Request
from tests.vendors.github_account import App
from tests.vendors.scenarios.every_cell import REQUESTS

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

__all__ = ["watch"]  # A fixture.
#: In every text of the vendor's.
WORD = "tellnobody"


#: The fakes' answers, by key and whether they were written to: the same in every test.
_SIDES: dict[tuple[str, bool], FakeSide] = {}


@dataclass
class Vendor:
    fake: FakeVendor
    target: Target

    def run(self, *, writes: bool = False, patience: float = 0) -> Report:
        which = (self.fake.key, writes)
        side = _SIDES[which] = _SIDES.get(which) or ask_fake(*which)
        return run(self.target, writes, patience, "given", side)


@contextmanager
def vendor_of(key: str) -> Iterator[Vendor]:
    """Another world than the fake's, so that a request which names things of the fake's world finds nothing."""
    with fake_target(key) as (fake, target):
        fake.world.files[f"{WORD}/start.py"] = fake.world.files.pop("src/app.py")
        del fake.world.issues[7]
        for number, issue in fake.world.issues.items():
            fake.world.issues[number] = replace(issue, title=f"An error: {WORD}", body=WORD)
        fake.world.commits = [replace(commit, message=f"{WORD} {commit.message}") for commit in fake.world.commits]
        yield Vendor(fake, target)


@pytest.fixture(params=FAKES)
def vendor(request: pytest.FixtureRequest) -> Iterator[Vendor]:
    with vendor_of(request.param) as found:
        yield found


@pytest.fixture
def github() -> Iterator[Vendor]:
    with vendor_of("github") as found:
        yield found


def texts(report: Report) -> str:
    return json.dumps(report.as_json()) + report.as_markdown()


def statuses(report: Report) -> dict[str, str]:
    return {cell.rpc: f"{cell.status} {cell.why}".strip() for cell in report.cells}


def test_every_cell_of_a_vendor_is_asked_and_nothing_is_written(vendor: Vendor) -> None:
    report = vendor.run()
    key = vendor.fake.key
    served = [name for name in REQUESTS if adapters()[key].supports(RPCS[name].needs)]
    found = statuses(report)
    assert [name for name in found if name not in SET_UP] == served
    writing = {name for name in served if writes_at_vendor(key, name)}
    assert {name for name, told in found.items() if told.startswith(SKIPPED)} == writing
    # Nobody has said anything about the newest pull request.
    silent = {"ListPullRequestComments", "ListReviewThreads", "ListReviews"}
    good = {name: {OK, f"{OK} empty"} if name in silent else {OK} for name in found}
    assert {name: told for name, told in found.items() if told not in good[name] and name not in writing} == {}
    assert list(report.differing()) == []
    assert report.unknown() == []
    # A log is passed on as it comes, so its answer is not recorded.
    assert {cell.rpc for cell in report.cells if not cell.asked and cell.rpc not in writing} <= {"StreamJobLog"}
    # Nothing but searches is sent.
    sent = [call.path for call in vendor.fake.calls if call.method not in ("GET", "HEAD")]
    assert all(re.search(r"/graphql|search|wiql|jql", path) for path in sent), sent


def test_the_credential_and_what_the_vendor_has_are_not_in_a_report(vendor: Vendor) -> None:
    report = texts(vendor.run())
    assert WORD in str(vendor.fake.world.commits)
    for word in (WORD, "a-token-of-nobody", "rocket", "ROCKET", "acme", "Ada", "ada@", "def module", "repo-001"):
        assert word not in report, word
    for commit in vendor.fake.world.commits:
        assert commit.sha not in report


@pytest.mark.parametrize("name", sorted(set(FAILURES) - {"reset", "timeout"}))
def test_the_credential_is_in_no_report_of_a_vendor_that_fails(github: Vendor, name: str) -> None:
    """Many of these vendors send back what they got."""
    secret = f"{WORD}-secret"
    github.target = replace(github.target, credential=replace(github.target.credential, secret=secret))
    asked = 0

    def fails(request: Request) -> Any:
        nonlocal asked
        asked += 1
        # After it was set up, every answer is bad.
        return github.fake._route(request) if asked <= 3 else FAILURES[name](request)

    github.fake.forced = fails
    report = github.run()
    assert statuses(report)["repository"] == OK
    assert report.failed
    assert "tellnobody" not in texts(report)


def fails_after_set_up(fake: FakeVendor) -> None:
    """Each answer but the first few sends back what was sent."""
    asked = itertools.count()
    fake.forced = lambda request: fake._route(request) if next(asked) < 3 else FAILURES["json"](request)


@pytest.mark.parametrize("kind", KINDS)
def test_no_form_of_a_credential_is_in_a_report_or_a_log(kind: str, watch: Watch, capsys: Any) -> None:
    place, credential, sent = KINDS[kind]
    with vendor_of(Place.read(place).key) as vendor:
        vendor.target = replace(vendor.target, credential=credential)
        vendor.fake.accepted = {sent}
        fails_after_set_up(vendor.fake)
        report = vendor.run()
        assert report.failed, statuses(report)
        shown = [texts(report), *watch.lines, *capsys.readouterr()]
    assert watch.lines
    assert not [form for form in forms_of(credential) if form in "".join(shown)]


def test_the_key_of_an_app_and_its_tokens_are_in_no_report_or_log(github: Vendor, watch: Watch, capsys: Any) -> None:
    app = github.fake.app = App({"contents": "read"})
    github.fake.accepted = {"nothing but tokens of the app"}
    github.target = replace(github.target, credential=key_of(app))
    fails_after_set_up(github.fake)
    report = github.run()
    assert report.failed
    assert app.tokens
    shown = "".join([texts(report), *watch.lines, *capsys.readouterr()])
    for form in {*forms_of(github.target.credential), *app.tokens, "eyJhbGciOi"}:
        assert form not in shown


def change(fake: FakeVendor, path: str, make: Callable[[Any], Any]) -> None:
    """Has the answers at a path be others."""

    def answer(request: Request) -> Reply:
        reply = fake._route(request)
        return replace(reply, body=make(reply.body)) if re.search(path, request.path) else reply

    fake.forced = answer


def test_a_shape_that_differs_is_told(github: Vendor) -> None:
    def make(commits: Any) -> Any:
        assert isinstance(commits, list)
        return [
            {**{name: value for name, value in commit.items() if name != "node_id"}, "url": None, "verified": {WORD: 1}}
            for commit in commits
        ]

    change(github.fake, r"/repos/[^/]+/[^/]+/commits\Z", make)
    report = github.run()
    ((route, found),) = report.as_json()["differences"].items()
    assert route == "list_commits 200"
    kinds = {(one["kind"], one["place"]) for one in found}
    assert kinds == {("missing", "[].node_id"), ("type", "[].url"), ("new", "[].verified")}
    told = report.as_markdown()
    assert "missing, at least once: `[].node_id` (string in the fake)" in told
    assert "another type: `[].url` is null, and string in the fake" in told
    assert "not in the fake: `[].verified`" in told
    cells = {cell["rpc"]: cell["differing"] for cell in report.as_json()["cells"]}
    assert cells["ListCommits"] == cells["StreamCommits"] == ["list_commits 200"]
    assert cells["GetFile"] == []


def test_an_answer_that_the_fake_never_gave_is_told(github: Vendor) -> None:
    route = github.fake._route
    github.fake.forced = lambda asked: Reply({"message": WORD}, 451) if "/search/code" in asked.path else route(asked)
    report = github.run()
    assert statuses(report)["SearchCode"] == "PERMISSION_DENIED VENDOR_FORBIDDEN"
    assert report.as_json()["unknown_routes"] == ["search_code 451"]
    assert [cell.rpc for cell in report.failed] == ["SearchCode"]


def test_a_wrong_credential_is_told_and_nothing_more_is_asked(vendor: Vendor) -> None:
    vendor.fake.accepted = {"another"}
    report = vendor.run()
    assert statuses(report) == {"integration": "FAILED_PRECONDITION INTEGRATION_UNAUTHORIZED"}
    assert "| integration | FAILED_PRECONDITION | INTEGRATION_UNAUTHORIZED |" in report.as_markdown()
    assert len(vendor.fake.calls) <= 2


def limit(fake: FakeVendor, after: int, seconds: int, times: int) -> None:
    """After some calls, so many are refused for the rate limit's sake."""
    count = 0

    def answer(request: Request) -> Reply:
        nonlocal count
        count += 1
        if after < count <= after + times:
            return Reply({"message": "rate limit"}, 429, {"Retry-After": str(seconds)})
        return fake._route(request)

    fake.forced = answer


def test_a_rate_limit_is_told_and_the_vendor_is_left_alone(vendor: Vendor) -> None:
    limit(vendor.fake, 4, 3600, 10**6)
    report = vendor.run(patience=2)
    assert vendor.fake.calls[4:]
    limited = [cell for cell in report.cells if cell.status == "RESOURCE_EXHAUSTED"]
    assert len(limited) >= 3
    # Each of a vendor's limits is met once.
    assert len(vendor.fake.calls) <= 4 + 5
    assert not any(cell.status == OK for cell in report.cells[-3:])


def test_a_rate_limit_that_soon_ends_is_waited_for(github: Vendor) -> None:
    limit(github.fake, 4, 1, 1)
    report = github.run(patience=5)
    assert report.failed == []


def test_a_request_that_would_write_is_not_sent(github: Vendor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even if the statement of what an operation needs were wrong."""
    monkeypatch.setattr(Tracker, "permissions", dict.fromkeys(Tracker.permissions, Permission.READ_ISSUES))
    found = statuses(github.run())
    assert found["CreateExternalIssue"] == "FAILED_PRECONDITION LIVE_WRITE_REFUSED"
    assert {call.path for call in github.fake.calls if call.method not in ("GET", "HEAD")} == {"/graphql"}


def test_what_writes_is_run_where_it_is_asked_for(vendor: Vendor) -> None:
    before = len(vendor.fake.world.issues)
    report = vendor.run(writes=True)
    assert report.failed == []
    if adapters()[vendor.fake.key].supports("create_issue"):
        assert len(vendor.fake.world.issues) == before + 2
        assert vendor.fake.world.issues[max(vendor.fake.world.issues)].closed
        assert statuses(report)["SyncIssueStatus to the tracker"] == OK


def test_nothing_is_written_elsewhere_than_in_the_repository_that_was_named(github: Vendor) -> None:
    """The list of an account may be cut, or not have it."""
    change(github.fake, r"/orgs/acme/repos\Z", lambda listed: [one for one in listed if one["name"] != "rocket"])
    before = len(github.fake.world.issues)
    found = statuses(github.run(writes=True))
    assert found["CreateExternalIssue"] == f"{NOT_TRIED} no destination of issues with the name of the repository"
    assert found["SyncIssueStatus to the tracker"].startswith(NOT_TRIED)
    assert len(github.fake.world.issues) == before


def test_a_repository_without_issues_leaves_out_what_needs_one(github: Vendor) -> None:
    github.fake.world.issues.clear()
    found = statuses(github.run())
    assert found["GetExternalIssue"] == f"{NOT_TRIED} no issue"
    assert found["GetFile"] == OK


def live(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.live.run", *arguments]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SCM_GRPC", "DJANGO"))}
    return subprocess.run(command, capture_output=True, text=True, env=environment | variables, timeout=120)


def test_the_command_writes_both_reports(github: Vendor, tmp_path: Path) -> None:
    github.fake.accepted = {f"Bearer {WORD}-token"}
    options = ("--vendor", "github", "--repository", "acme/rocket", "--url", github.target.place.address)
    # Settings of a server that is installed here are nothing to it.
    elsewhere = {"SCM_GRPC_DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "SCM_GRPC_RPCS": "GetCommit"}
    done = live(*options, "--out", str(tmp_path), GITHUB_TOKEN=f"{WORD}-token", **elsewhere)
    assert done.returncode == 0, done.stderr
    assert " cells, 0 failed, 0 routes differ." in done.stdout
    written = [file.read_text() for file in sorted(tmp_path.iterdir())]
    assert [file.name for file in sorted(tmp_path.iterdir())] == ["github.json", "github.md"]
    assert all("acme" not in text and WORD not in text for text in (*written, done.stdout, done.stderr))
    assert json.loads(written[0])["about"]["repository"] == "given"


@pytest.mark.parametrize(
    ("arguments", "variables", "told"),
    [
        (["--vendor", "github"], {}, "Set GITHUB_TOKEN"),
        (["--vendor", "github", "--write"], {"GITHUB_TOKEN": "x"}, "Name a scratch repository"),
        (["--vendor", "azure_devops"], {"AZURE_DEVOPS_EXT_PAT": "x"}, "Name one: REPOSITORY="),
        (["--vendor", "nobody"], {}, "is not a provider"),
    ],
)
def test_options_that_lead_nowhere_are_explained(arguments: list[str], variables: dict[str, str], told: str) -> None:
    done = live(*arguments, **variables)
    assert (done.returncode, told in done.stderr) == (2, True), done.stderr
