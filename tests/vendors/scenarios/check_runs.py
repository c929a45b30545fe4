"""Check runs and reports of each vendor that has them, as a client of the service sees them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import grpc
import pytest
import requests
from django.core.cache import cache

from sentry_scm_grpc.rpc import attempts
from sentry_scm_grpc.v1 import checks_pb2 as checks
from tests.vendors import FAKES
from tests.vendors.fake import Reply, Request
from tests.vendors.site import OpenSite, Site
from tests.vendors.world import MANY, RUN

pytestmark = pytest.mark.django_db

Grpc = grpc.StatusCode
RPCS = ("ListCheckRuns", "GetCheckRun", "CreateCheckRun", "UpdateCheckRun")
LEVELS = (
    checks.CHECK_ANNOTATION_LEVEL_NOTICE,
    checks.CHECK_ANNOTATION_LEVEL_WARNING,
    checks.CHECK_ANNOTATION_LEVEL_FAILURE,
)


def annotation(number: int) -> checks.CheckAnnotation:
    return checks.CheckAnnotation(
        path="src/app.py", start_line=number + 1, level=LEVELS[number % 3], message=f"Finding {number} — ünï"
    )


def shown(run: checks.CheckRun) -> list[tuple[str, int, int, str]]:
    return [(one.path, one.start_line, one.level, one.message) for one in run.annotations]


def new(sha: str, **fields: Any) -> checks.CreateCheckRunRequest:
    given = {"name": "lint", "state": checks.CHECK_STATE_SUCCESS, "summary": "All is well.", "url": RUN, **fields}
    return checks.CreateCheckRunRequest(commit_sha=sha, **given)


@pytest.mark.rpcs(*RPCS)
def test_all_check_runs_page_by_page(vendor: Site) -> None:
    world = vendor.fake.world
    request = checks.ListCheckRunsRequest(commit_sha=world.commits[1].sha, page_size=70)
    runs = vendor.pages("ListCheckRuns", request, "check_runs")
    assert [run.name for run in runs] == [f"run{number}" for number in range(2, MANY + 2)]
    assert {run.commit_sha for run in runs} == {world.commits[1].sha}
    (run,) = vendor.call("ListCheckRuns", checks.ListCheckRunsRequest(commit_sha="main")).message.check_runs
    assert (run.name, run.state, run.title, run.summary, run.url) == (
        "lint",
        checks.CHECK_STATE_SUCCESS,
        "Lint",
        "No findings.",
        RUN,
    )
    assert vendor.call("GetCheckRun", checks.GetCheckRunRequest(check_run_id=run.id)).message.id == run.id
    empty = vendor.call("ListCheckRuns", checks.ListCheckRunsRequest(commit_sha=world.commits[2].sha))
    assert empty.status is Grpc.OK
    for missing in ("f" * 40, "no-such"):
        answer = vendor.call("ListCheckRuns", checks.ListCheckRunsRequest(commit_sha=missing))
        assert (answer.status, answer.reason) == (Grpc.NOT_FOUND, "REF_NOT_FOUND"), missing


@pytest.mark.rpcs(*RPCS)
def test_annotations_are_read_as_they_were_written(vendor: Site) -> None:
    sha = vendor.fake.world.commits[3].sha
    written = [annotation(number) for number in range(120)]
    request = new(sha, state=checks.CHECK_STATE_FAILURE, annotations=written, request_id="a")
    made = vendor.call("CreateCheckRun", request).message
    vendor.fake.forget_calls()
    assert vendor.call("CreateCheckRun", request).message == made
    assert not vendor.fake.calls
    assert (made.commit_sha, made.name, made.state) == (sha, "lint", checks.CHECK_STATE_FAILURE)
    run = vendor.call("GetCheckRun", checks.GetCheckRunRequest(check_run_id=made.id)).message
    expected = [(one.path, one.start_line, one.level, one.message) for one in written]
    assert (shown(run), run.annotations_truncated) == (expected, False)
    # An update adds annotations, and leaves the rest as it is.
    update = checks.UpdateCheckRunRequest(
        check_run_id=made.id, state=checks.CHECK_STATE_SUCCESS, annotations=[annotation(500)]
    )
    assert vendor.call("UpdateCheckRun", update).message.state == checks.CHECK_STATE_SUCCESS
    cache.clear()
    run = vendor.call("GetCheckRun", checks.GetCheckRunRequest(check_run_id=made.id)).message
    assert len(run.annotations) == 121
    assert (run.summary, run.url, run.state) == ("All is well.", RUN, checks.CHECK_STATE_SUCCESS)


@pytest.mark.rpcs(*RPCS)
def test_what_cannot_be(vendor: Site) -> None:
    for missing in ("999999999", "f" * 40 + ":lint", f"{vendor.fake.world.head}:none", "..", "a b/../c"):
        for rpc, request in (
            ("GetCheckRun", checks.GetCheckRunRequest(check_run_id=missing)),
            ("UpdateCheckRun", checks.UpdateCheckRunRequest(check_run_id=missing, summary="?")),
        ):
            answer = vendor.call(rpc, request)
            assert (answer.status, answer.reason) == (Grpc.NOT_FOUND, "CHECK_RUN_NOT_FOUND"), (rpc, missing)
    answer = vendor.call("CreateCheckRun", new("f" * 40))
    assert (answer.status, answer.reason) == (Grpc.NOT_FOUND, "REF_NOT_FOUND")
    taken = vendor.call("CreateCheckRun", new("main", state=checks.CHECK_STATE_SKIPPED)).status
    assert taken is (Grpc.OK if vendor.fake.key.startswith("github") else Grpc.INVALID_ARGUMENT)


def test_github_lets_only_apps_write_check_runs(open_site: OpenSite) -> None:
    fake: Any = FAKES["github"]()
    fake.is_app = False
    with open_site(fake) as site:
        answer = site.call("CreateCheckRun", new("main"))
        assert (answer.status, answer.reason) == (Grpc.PERMISSION_DENIED, "VENDOR_FORBIDDEN")
        assert "GitHub App" in answer.text
        whole_file = new("main", annotations=[checks.CheckAnnotation(path="a", message="b")])
        assert site.call("CreateCheckRun", whole_file).status is Grpc.INVALID_ARGUMENT


def test_annotations_that_github_refused_are_added_by_a_repetition(
    open_site: OpenSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They take further calls. One of these may be refused, or its answer lost, and nothing is made twice."""
    monkeypatch.setattr(attempts, "SETTLE", timedelta(0))
    with open_site(FAKES["github"]()) as site:
        sha, written = site.fake.world.commits[3].sha, [annotation(number) for number in range(120)]
        request = new(sha, name="many", annotations=written, request_id="many")
        refusal, patches = Reply({"message": "Validation Failed", "documentation_url": ""}, 422), 0

        def fail(request: Request) -> Reply:
            nonlocal patches
            patches += request.method == "PATCH"
            return refusal if patches == 2 else site.fake._route(request)

        site.fake.forced = fail
        assert site.call("CreateCheckRun", request).status is Grpc.INVALID_ARGUMENT
        site.fake.forced = None
        made = site.call("CreateCheckRun", request).message
        assert [run.name for run in site.fake.world.runs[sha]].count("many") == 1
        expected = [(one.path, one.start_line, one.level, one.message) for one in written]
        read = checks.GetCheckRunRequest(check_run_id=made.id)
        assert shown(site.call("GetCheckRun", read).message) == expected

        def lose(request: Request) -> Reply:
            answer = site.fake._route(request)
            if request.method == "PATCH":
                raise requests.ConnectionError("Connection reset by peer")
            return answer

        update = checks.UpdateCheckRunRequest(check_run_id=made.id, annotations=written[:60], request_id="more")
        site.fake.forced = lose
        assert site.call("UpdateCheckRun", update).status is Grpc.UNAVAILABLE
        site.fake.forced = None
        assert site.call("UpdateCheckRun", update).status is Grpc.OK
        assert shown(site.call("GetCheckRun", read).message) == [*expected, *expected[:60]]
