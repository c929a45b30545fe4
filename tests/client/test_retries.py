"""Which calls are made again, when, and that no repetition does harm: the same request, within the deadline."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import grpc
import pytest
from grpc_health.v1 import health_pb2
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from sentry_scm_grpc import errors as server
from sentry_scm_grpc.client import ScmClient, errors
from sentry_scm_grpc.client.retry import LONGEST_PAUSE, LONGEST_WAIT, Attempts
from sentry_scm_grpc.rpc.policy import RPCS, Rpc
from sentry_scm_grpc.v1 import scm_pb2
from tests.client import raw_site
from tests.client.raw_site import cut, frame, hang_up, trailers, whole
from tests.client.site import Scm

NewClient = Callable[..., ScmClient]

UNAVAILABLE = server.Unavailable("The provider is down.")
READ = RPCS["GetRepository"]


@pytest.mark.parametrize(
    "failure",
    [
        pytest.param(UNAVAILABLE, id="unavailable"),
        pytest.param(server.Aborted("The first call still runs."), id="aborted"),
        pytest.param(server.ResourceExhausted("Too many calls.", retry_after=0.01), id="rate limit"),
    ],
)
def test_what_may_pass_is_tried_again(
    scm: Scm, client: ScmClient, caplog: pytest.LogCaptureFixture, failure: server.ScmError
) -> None:
    caplog.set_level("INFO", "sentry_scm_grpc.client")
    scm.failures = [failure, failure]
    assert client.get_repository(repository_id=7) == scm_pb2.Repository()
    assert len(scm.seen) == 3
    logged = [record.message for record in caplog.records if record.name == "sentry_scm_grpc.client"]
    assert len(logged) == 2
    assert logged[0].startswith("GetRepository is tried again in ")
    assert failure.message in logged[0]


@pytest.mark.parametrize(
    "failure",
    [
        server.NotFound("no such row"),
        server.InvalidArgument("bad"),
        server.Internal("a bug"),
        server.ResourceExhausted("The message is too large."),
        server.Unauthenticated("no"),
        server.Aborted("The branch is at another commit.", reason="HEAD_MOVED"),
    ],
    ids=lambda failure: failure.code.name,
)
def test_what_stays_is_not(scm: Scm, client: ScmClient, failure: server.ScmError) -> None:
    scm.failures = [failure]
    with pytest.raises(errors.ScmError):
        client.get_repository(repository_id=7)
    assert len(scm.seen) == 1


def test_a_write_is_repeated_under_the_same_request_id(scm: Scm, client: ScmClient) -> None:
    scm.failures = [UNAVAILABLE]
    client.create_external_issue(organization_id=1, integration_id=2, title="It fails")
    first, second = (call.request for call in scm.seen)
    assert first == second
    assert first.request_id


def test_the_last_error_is_raised_when_the_tries_are_used_up(scm: Scm, new_client: NewClient) -> None:
    scm.failures = [*[UNAVAILABLE] * 3, server.Unavailable("Still down."), UNAVAILABLE]
    with new_client(scm.url, retries=3) as client, pytest.raises(errors.Unavailable, match="Still down"):
        client.get_repository(repository_id=7)
    assert len(scm.seen) == 4


def test_a_client_may_do_without(scm: Scm, new_client: NewClient) -> None:
    scm.failures = [UNAVAILABLE]
    with new_client(scm.url, retries=0) as client, pytest.raises(errors.Unavailable):
        client.get_repository(repository_id=7)
    assert len(scm.seen) == 1


def test_no_pause_outlasts_the_deadline(scm: Scm, client: ScmClient) -> None:
    scm.failures = [server.ResourceExhausted("Too many calls.", retry_after=20)]
    with pytest.raises(errors.ResourceExhausted) as caught:
        client.get_repository(repository_id=7, timeout=10)
    assert caught.value.retry_after == 20
    assert len(scm.seen) == 1


def test_every_attempt_has_the_time_that_is_left(scm: Scm, client: ScmClient) -> None:
    scm.failures = [server.ResourceExhausted("Too many calls.", retry_after=0.2)]
    client.get_repository(repository_id=7, timeout=5)
    first, second = (call.time_remaining for call in scm.seen)
    assert second < first - 0.1


def test_a_stream_is_begun_anew_only_before_its_first_message(scm: Scm, client: ScmClient) -> None:
    def answer(request: object, context: grpc.ServicerContext) -> Iterator[scm_pb2.Commit]:
        yield scm_pb2.Commit(key="first")
        context.abort_with_status(UNAVAILABLE.to_rpc_status())

    scm.answers["StreamCommits"] = answer
    scm.failures = [UNAVAILABLE]
    commits = client.stream_commits(repository_id=7)
    assert next(commits).key == "first"
    assert len(scm.seen) == 2
    with pytest.raises(errors.Unavailable):
        next(commits)
    assert len(scm.seen) == 2


def test_a_page_is_asked_for_again(scm: Scm, client: ScmClient) -> None:
    scm.answers["ListRepositories"] = lambda request, context: scm_pb2.ListRepositoriesResponse(
        repositories=[scm_pb2.Repository(id=1)], next_page_token="" if request.page_token else "second"
    )
    found = client.iter_repositories(organization_id=1)
    next(found)
    scm.failures = [UNAVAILABLE]
    assert len(list(found)) == 1
    assert [call.request.page_token for call in scm.seen] == ["", "second", "second"]


def test_a_connection_that_breaks_is_no_end(new_client: NewClient) -> None:
    good = frame(scm_pb2.Repository(id=7))
    with raw_site.running() as site, new_client(site.url) as client:
        site.answers = [hang_up, cut(good), whole(b"<html>", 503, "text/html"), whole(good + trailers(0))]
        assert client.get_repository(repository_id=7).id == 7
        assert site.requests == 4


def test_a_call_that_twice_would_be_twice_is_made_once() -> None:
    check = Rpc(health_pb2.DESCRIPTOR.services_by_name["Health"].methods_by_name["Check"])
    assert Attempts(check, 30, retries=3).pause_after(errors.Unavailable("down")) is None
    assert Attempts(READ, 30, retries=3).pause_after(errors.Unavailable("down")) is not None


@examples(deadline=None)
@given(
    timeout=st.none() | st.floats(0.001, 1000),
    retries=st.integers(0, 12),
    wanted=st.none() | st.floats(0, 1000),
)
def test_pauses_are_bounded(timeout: float | None, retries: int, wanted: float | None) -> None:
    attempts = Attempts(READ, timeout, retries)
    error = errors.Unavailable("down", retry_after=wanted)
    pauses = []
    while (pause := attempts.pause_after(error)) is not None:
        pauses.append(pause)
    assert len(pauses) <= retries
    for pause in pauses:
        assert (wanted or 0) <= pause <= min(LONGEST_WAIT, (wanted or 0) + LONGEST_PAUSE, timeout or LONGEST_WAIT)
