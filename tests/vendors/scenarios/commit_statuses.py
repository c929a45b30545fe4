"""Statuses of commits of each vendor, as a client of the service sees them."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from django.core.cache import cache

from sentry_scm_grpc.v1 import checks_pb2 as checks
from tests.vendors import FAKES
from tests.vendors.fake import Reply, answer_some
from tests.vendors.site import OpenSite, Site
from tests.vendors.world import MANY, RUN, Status

pytestmark = pytest.mark.django_db

Grpc = grpc.StatusCode
#: What each vendor makes of the states that it lacks. None: it takes none of the kind. Those that it has are not here.
STORED: dict[str, dict[str, str | None]] = {
    "github": {"running": "pending", "cancelled": "error", "skipped": None, "neutral": None},
    "gitlab": {"error": "failure", "neutral": None},
    "bitbucket": {"pending": "running", "error": "failure", "skipped": None, "neutral": None},
    "vsts": {"running": "pending", "cancelled": "error", "neutral": None},
}
STORED["github_enterprise"], STORED["bitbucket_server"] = STORED["github"], STORED["bitbucket"]
STATES = ("pending", "running", "success", "failure", "error", "cancelled", "skipped", "neutral")
#: The vendors that tell a rollup.
TELL_ROLLUP = ("github", "github_enterprise", "gitlab")
#: Characters of a key, a summary and an url. 0: no limit is known.
LIMITS = {"github": (0, 140, 0), "gitlab": (255, 255, 255), "bitbucket": (40, 0, 450), "vsts": (0, 0, 0)}
LIMITS["github_enterprise"], LIMITS["bitbucket_server"] = LIMITS["github"], (255, 255, 450)


def state_of(name: str) -> checks.CheckState.ValueType:
    return checks.CheckState.Value(f"CHECK_STATE_{name.upper()}")


def new(sha: str, **fields: Any) -> checks.CreateCommitStatusRequest:
    given = {"key": "ci/test", "state": checks.CHECK_STATE_SUCCESS, "url": RUN, **fields}
    return checks.CreateCommitStatusRequest(commit_sha=sha, **given)


def listed(site: Site, sha: str, **fields: Any) -> Any:
    return site.call("ListCommitStatuses", checks.ListCommitStatusesRequest(commit_sha=sha, **fields))


@pytest.mark.rpcs("ListCommitStatuses")
def test_all_statuses_page_by_page_with_one_state_for_all(vendor: Site) -> None:
    world, page_size = vendor.fake.world, 70
    sha = world.commits[1].sha
    first = listed(vendor, sha, page_size=page_size).message
    request = checks.ListCommitStatusesRequest(commit_sha=sha, page_size=page_size, page_token=first.next_page_token)
    second = vendor.call("ListCommitStatuses", request).message
    assert not second.HasField("rollup")
    statuses = [*first.statuses, *vendor.pages("ListCommitStatuses", request, "statuses")]
    assert [status.key for status in statuses] == [f"ci/{number}" for number in range(MANY)]
    assert {status.commit_sha for status in statuses} == {sha} == {first.commit_sha}
    assert {status.url for status in statuses} == {RUN}
    assert all(status.created_at.seconds or status.updated_at.seconds for status in statuses)
    # The last status has failed, which is on no page but the last.
    assert statuses[-1].state == first.rollup.state == checks.CHECK_STATE_FAILURE
    assert first.rollup.derived is (vendor.fake.key not in TELL_ROLLUP)
    assert not first.rollup.incomplete


@pytest.mark.rpcs("ListCommitStatuses")
def test_a_branch_has_the_statuses_of_its_last_commit(vendor: Site) -> None:
    world = vendor.fake.world
    world.branches["feature/x#1"] = world.head
    for ref in ("main", "feature/x#1", world.head):
        found = listed(vendor, ref).message
        assert (found.commit_sha, found.rollup.state) == (world.head, checks.CHECK_STATE_SUCCESS), ref
        (status,) = found.statuses
        assert (status.key, status.state, status.summary, status.url) == (
            "ci/build",
            checks.CHECK_STATE_SUCCESS,
            "All is well.",
            RUN,
        )


@pytest.mark.rpcs("ListCommitStatuses")
def test_nothing_reported_is_no_missing_commit(vendor: Site) -> None:
    found = listed(vendor, vendor.fake.world.commits[2].sha).message
    assert not found.statuses
    assert found.HasField("rollup")
    assert (found.rollup.state, found.rollup.derived) == (checks.CHECK_STATE_UNSPECIFIED, False)
    for missing in ("f" * 40, "no-such"):
        answer = listed(vendor, missing)
        assert (answer.status, answer.reason) == (Grpc.NOT_FOUND, "REF_NOT_FOUND"), missing


@pytest.mark.rpcs("CreateCommitStatus", "ListCommitStatuses")
def test_each_state_is_read_as_it_was_stored(vendor: Site) -> None:
    sha = vendor.fake.world.commits[3].sha
    stored = STORED[vendor.fake.key]
    for state in STATES:
        expected = stored.get(state, state)
        answer = vendor.call("CreateCommitStatus", new(sha, key=f"is {state}", state=state_of(state)))
        if expected is None:
            assert answer.status is Grpc.INVALID_ARGUMENT, state
            assert "CHECK_STATE_SUCCESS" in answer.text
            continue
        assert answer.status is Grpc.OK, (state, answer.text)
        assert (answer.message.state, answer.message.commit_sha) == (state_of(expected), sha), state
        cache.clear()
        known = {status.key: status.state for status in listed(vendor, sha).message.statuses}
        assert known[f"is {state}"] == state_of(expected), state


@pytest.mark.rpcs("CreateCommitStatus", "ListCommitStatuses")
def test_a_status_is_replaced_by_its_key(vendor: Site) -> None:
    sha = vendor.fake.world.commits[4].sha
    texts = {"title": "Unit tests 🚀", "summary": "3 of 4\r\n**passed** — “ünï”"}
    for state, request_id in ((checks.CHECK_STATE_RUNNING, "a"), (checks.CHECK_STATE_FAILURE, "b")):
        request = new(sha, state=state, ref="refs/heads/main", request_id=request_id, **texts)
        made = vendor.call("CreateCommitStatus", request).message
        vendor.fake.forget_calls()
        # With the same id the answer is the same, and the vendor is not asked again.
        assert vendor.call("CreateCommitStatus", request).message == made
        assert not vendor.fake.calls
    cache.clear()
    (status,) = listed(vendor, sha).message.statuses
    assert (status.key, status.state, status.url) == ("ci/test", checks.CHECK_STATE_FAILURE, RUN)
    assert status.summary == texts["summary"]
    assert status.title in ("", texts["title"])


@pytest.mark.rpcs("CreateCommitStatus")
def test_texts_that_are_too_long(vendor: Site) -> None:
    sha = vendor.fake.world.commits[5].sha
    key, summary, url = LIMITS[vendor.fake.key]
    for name, most, text in (("key", key, "ü" * (key + 1)), ("url", url, RUN + "x" * url)):
        if most:
            vendor.fake.forget_calls()
            answer = vendor.call("CreateCommitStatus", new(sha, **{name: text}))
            assert answer.status is Grpc.INVALID_ARGUMENT, name
            assert f"{most} characters" in answer.text
            assert not vendor.fake.calls
    made = vendor.call("CreateCommitStatus", new(sha, key="k" * (key or 255), summary="é " * 500)).message
    assert made.summary == (("é " * 500)[: summary - 1].rstrip() + "…" if summary else "é " * 500)
    only_title = vendor.call("CreateCommitStatus", new(sha, key="titled", title="A title")).message
    assert "A title" in (only_title.title, only_title.summary)


@pytest.mark.rpcs("CreateCommitStatus")
def test_a_commit_that_does_not_exist_gets_no_status(vendor: Site) -> None:
    for missing in ("f" * 40, "no-such"):
        answer = vendor.call("CreateCommitStatus", new(missing))
        assert (answer.status, answer.reason) == (Grpc.NOT_FOUND, "REF_NOT_FOUND"), missing


@pytest.mark.rpcs("CreateCommitStatus")
def test_a_404_for_a_write_on_a_known_commit_is_a_missing_permission(vendor: Site) -> None:
    known = vendor.fake.world.head
    answer_some(vendor.fake, lambda asked: asked.method == "POST", Reply(vendor.fake.not_found, 404))
    answer = vendor.call("CreateCommitStatus", new(known))
    assert (answer.status, answer.reason) == (Grpc.PERMISSION_DENIED, "VENDOR_FORBIDDEN")


@pytest.mark.parametrize("key", ["github"])
def test_check_runs_that_may_not_be_read_make_the_rollup_incomplete(open_site: OpenSite, key: str) -> None:
    error = {"type": "FORBIDDEN", "path": ["repository", "object", "statusCheckRollup"], "message": "Resource not"}
    reply = Reply({"data": {"repository": {"object": {"statusCheckRollup": None}}}, "errors": [error]})
    with open_site(FAKES[key]()) as site:
        answer_some(site.fake, lambda asked: asked.path.endswith("/graphql"), reply)
        rollup = listed(site, "main").message.rollup
        assert (rollup.state, rollup.derived) == (checks.CHECK_STATE_SUCCESS, True)
        assert (rollup.incomplete, rollup.incomplete_reason) == (True, "CHECKS_FORBIDDEN")


@pytest.mark.parametrize("key", ["gitlab"])
def test_gitlab_takes_no_state_that_a_status_has_already(open_site: OpenSite, key: str) -> None:
    with open_site(FAKES[key]()) as site:
        sha = site.fake.world.head
        for state in (checks.CHECK_STATE_PENDING, checks.CHECK_STATE_PENDING, checks.CHECK_STATE_RUNNING):
            made = site.call("CreateCommitStatus", new(sha, state=state)).message
            assert made.state == state
        said = 'Cannot transition status via :enqueue from :running (Reason(s): Status cannot transition via "enqueue")'
        answer_some(site.fake, lambda asked: asked.method == "POST", Reply({"message": said}, 400))
        answer = site.call("CreateCommitStatus", new(sha, state=checks.CHECK_STATE_PENDING))
        assert (answer.status, answer.reason) == (Grpc.FAILED_PRECONDITION, "STATUS_UNCHANGEABLE")


def test_an_older_bitbucket_server_stores_it_too(open_site: OpenSite) -> None:
    fake: Any = FAKES["bitbucket_server"]()
    fake.has_builds = False
    with open_site(fake) as site:
        made = site.call("CreateCommitStatus", new("main", state=checks.CHECK_STATE_CANCELLED, ref="main")).message
        assert (made.state, made.ref) == (checks.CHECK_STATE_FAILURE, "")
        without_url = new("main")
        without_url.url = ""
        assert site.call("CreateCommitStatus", without_url).status is Grpc.INVALID_ARGUMENT


def test_states_of_azure_devops_that_need_a_reading(open_site: OpenSite) -> None:
    with open_site(FAKES["vsts"]()) as site:
        sha = site.fake.world.commits[6].sha
        site.fake.world.report(sha, Status("warned", "neutral"))
        found = listed(site, sha).message
        (status,) = found.statuses
        assert (status.state, status.derived, status.vendor_state) == (
            checks.CHECK_STATE_NEUTRAL,
            True,
            "partiallySucceeded",
        )
        assert found.rollup.state == checks.CHECK_STATE_NEUTRAL
