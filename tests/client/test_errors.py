"""Every way in which a call can fail is one exception that says what was wrong: by the server's word or without."""

from __future__ import annotations

import pickle
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler

import grpc
import pytest

from sentry_scm_grpc import errors as server
from sentry_scm_grpc.client import ScmClient, ScmError, Status, errors
from sentry_scm_grpc.v1 import scm_pb2
from tests.client import raw_site
from tests.client.raw_site import RawSite, cut, frame, hang_up, trailers, whole
from tests.client.site import Scm

NewClient = Callable[..., ScmClient]
Failure = Callable[..., ScmError]

REPOSITORY = scm_pb2.Repository(id=7, name="acme/rocket")


@pytest.fixture
def raw() -> Iterator[RawSite]:
    with raw_site.running() as site:
        yield site


@pytest.fixture
def failure(new_client: NewClient) -> Failure:
    """What a call raises, without repetitions."""

    def failure(site: RawSite, timeout: float = 10) -> ScmError:
        with new_client(site.url, api_key="scm_key", retries=0) as client, pytest.raises(ScmError) as caught:
            client.get_repository(repository_id=7, timeout=timeout)
        assert "scm_key" not in str(caught.value)
        return caught.value

    return failure


class TestTheServersWord:
    def test_the_details_of_an_error_are_attributes(self, scm: Scm, client: ScmClient) -> None:
        scm.failures = [
            server.InvalidArgument(
                "title: must not be empty",
                reason="INVALID_FIELDS",
                metadata={"provider": "github"},
                violations=[("title", "must not be empty")],
                retry_after=2.5,
            )
        ]
        with pytest.raises(errors.InvalidArgument) as caught:
            client.create_external_issue(organization_id=1)
        error = caught.value
        assert error.status is Status.INVALID_ARGUMENT
        assert error.message == "title: must not be empty"
        assert error.reason == "INVALID_FIELDS"
        assert error.metadata == {"provider": "github"}
        assert error.violations == [("title", "must not be empty")]
        assert error.violations[0].field == "title"
        assert error.retry_after == 2.5
        assert error.request_id == "request-1"
        assert str(error) == "INVALID_ARGUMENT (INVALID_FIELDS): title: must not be empty [request request-1]"

    def test_an_error_survives_the_way_between_processes(self) -> None:
        error = errors.NotFound("no such row", reason="NOT_FOUND", metadata={"a": "b"}, retry_after=1)
        copy = pickle.loads(pickle.dumps(error))
        assert (type(copy), vars(copy), str(copy)) == (errors.NotFound, vars(error), "NOT_FOUND: no such row")

    @pytest.mark.parametrize("code", [code for code in grpc.StatusCode if code is not grpc.StatusCode.OK])
    def test_each_status_has_its_class(self, raw: RawSite, code: grpc.StatusCode, failure: Failure) -> None:
        raw.answers = [whole(trailers(code.value[0], grpc_message="na%C3%AFve"))]
        error = failure(raw)
        assert error.status.name == code.name
        assert type(error).__name__ == code.name.title().replace("_", "")
        assert (error.message, error.reason, error.violations, error.retry_after) == ("naïve", "", [], None)

    def test_a_status_of_no_meaning_is_unknown(self, raw: RawSite, failure: Failure) -> None:
        raw.answers = [whole(trailers(99))]
        assert type(failure(raw)) is errors.Unknown

    def test_details_that_cannot_be_read_do_not_hide_the_status(self, raw: RawSite, failure: Failure) -> None:
        raw.answers = [whole(trailers(5, grpc_message="no such row", grpc_status_details_bin="AAAA#"))]
        error = failure(raw)
        assert type(error) is errors.NotFound
        assert error.message == "no such row"

    def test_a_status_in_the_headers_counts(self, raw: RawSite, failure: Failure) -> None:
        raw.answers = [whole(grpc_status="7", grpc_message="no")]
        assert type(failure(raw)) is errors.PermissionDenied

    def test_an_error_may_end_a_stream(self, scm: Scm, client: ScmClient) -> None:
        def answer(request: object, context: grpc.ServicerContext) -> Iterator[scm_pb2.Commit]:
            yield scm_pb2.Commit(key="first")
            context.abort_with_status(server.NotFound("The branch is gone.").to_rpc_status())

        scm.answers["StreamCommits"] = answer
        commits = client.stream_commits(repository_id=7)
        assert next(commits).key == "first"
        with pytest.raises(errors.NotFound, match="The branch is gone"):
            next(commits)


class TestNoGrpcWeb:
    @pytest.mark.parametrize(
        ("status", "expected"),
        [
            (200, errors.Unknown),
            (400, errors.Internal),
            (401, errors.Unauthenticated),
            (403, errors.PermissionDenied),
            (404, errors.Unimplemented),
            (502, errors.Unavailable),
        ],
    )
    def test_a_page_is_told_from_an_answer(
        self, raw: RawSite, status: int, expected: type[ScmError], failure: Failure
    ) -> None:
        raw.answers = [whole(b"<html>secret of the proxy</html>", status, "text/html; charset=utf-8")]
        error = failure(raw)
        assert type(error) is expected
        assert error.reason == "NOT_GRPC_WEB"
        assert error.message == (
            f"{raw.url} answered HTTP {status} (text/html), which is not gRPC-Web."
            " Is the URL right, and is sentry-scm-grpc running there?"
        )

    def test_the_credentials_do_not_follow_a_redirect(self, raw: RawSite, failure: Failure) -> None:
        raw.answers = [whole(b"", 307, "text/html", location=f"{raw.url}/login?next=secret"), whole(trailers(0))]
        error = failure(raw)
        assert raw.requests == 1
        assert f"HTTP 307 (text/html), a redirect to {raw.url}/login, which" in error.message

    def test_a_wrong_path_on_the_right_site(self, scm: Scm, new_client: NewClient) -> None:
        with new_client(scm.url + "/wrong") as client, pytest.raises(errors.Unimplemented):
            client.get_repository(repository_id=7)


class TestNoAnswer:
    def test_nobody_listens(self, new_client: NewClient) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            url = f"http://127.0.0.1:{free.getsockname()[1]}"
        with new_client(url, retries=0) as client, pytest.raises(errors.Unavailable) as caught:
            client.get_repository(repository_id=7)
        assert caught.value.reason == "CONNECTION_FAILED"
        assert caught.value.message.startswith(f"No connection to {url}: ")
        assert "refused" in caught.value.message

    def test_the_server_hangs_up(self, raw: RawSite, failure: Failure) -> None:
        raw.answers = [hang_up]
        error = failure(raw)
        assert (type(error), error.reason) == (errors.Unavailable, "CONNECTION_FAILED")

    def test_the_server_speaks_no_tls(self, raw: RawSite, failure: Failure) -> None:
        raw.url = raw.url.replace("http:", "https:")
        error = failure(raw)
        assert (type(error), error.reason) == (errors.Unavailable, "CONNECTION_FAILED")

    def test_the_server_is_silent(self, raw: RawSite, failure: Failure) -> None:
        over = threading.Event()

        def wait(handler: BaseHTTPRequestHandler) -> None:
            over.wait(10)
            hang_up(handler)

        raw.answers = [wait]
        error = failure(raw, timeout=0.2)
        over.set()
        assert (type(error), error.reason) == (errors.DeadlineExceeded, "DEADLINE_EXCEEDED")

    def test_no_time_is_left(self, scm: Scm, client: ScmClient) -> None:
        with pytest.raises(errors.DeadlineExceeded):
            client.get_repository(repository_id=7, timeout=0)
        assert scm.seen == []

    def test_a_stream_stops_at_its_deadline(self, scm: Scm, client: ScmClient) -> None:
        over = threading.Event()

        def answer(request: object, context: grpc.ServicerContext) -> Iterator[scm_pb2.Commit]:
            yield scm_pb2.Commit(key="first")
            over.wait(10)

        scm.answers["StreamCommits"] = answer
        commits = client.stream_commits(repository_id=7, timeout=2)
        assert next(commits).key == "first"
        with pytest.raises(errors.DeadlineExceeded):
            next(commits)
        over.set()


class TestHalfAnAnswer:
    @pytest.mark.parametrize(
        "answer",
        [
            pytest.param(whole(frame(REPOSITORY)), id="no trailers"),
            pytest.param(whole(frame(REPOSITORY)[:-3]), id="half a frame"),
            pytest.param(whole(frame(REPOSITORY)[:3]), id="half a frame's head"),
            pytest.param(cut(frame(REPOSITORY)), id="cut"),
        ],
    )
    def test_what_breaks_off_is_no_success(self, raw: RawSite, answer: object, failure: Failure) -> None:
        raw.answers = [answer]  # type: ignore[list-item]
        error = failure(raw)
        assert (type(error), error.reason) == (errors.Unavailable, "BROKEN_ANSWER")

    @pytest.mark.parametrize("answer", [whole, cut])
    def test_a_stream_gives_what_came_and_then_fails(self, raw: RawSite, answer: object, new_client: NewClient) -> None:
        commits = b"".join(frame(scm_pb2.Commit(key=key)) for key in "ab")
        raw.answers = [answer(commits)]  # type: ignore[operator]
        found: list[str] = []
        with new_client(raw.url) as client, pytest.raises(errors.Unavailable, match="broke off"):
            found.extend(commit.key for commit in client.stream_commits(repository_id=7))
        assert found == ["a", "b"]
        assert raw.requests == 1, "a stream is not begun anew under the caller's hands"

    @pytest.mark.parametrize(
        ("body", "said"),
        [
            pytest.param(frame(b"\xff\xff") + trailers(0), "unmarshal", id="no message"),
            pytest.param(trailers(0), "zero messages", id="success without a message"),
            pytest.param(frame(REPOSITORY) * 2 + trailers(0), "multiple messages", id="two messages"),
        ],
    )
    def test_what_cannot_be_read_is_named(self, raw: RawSite, body: bytes, said: str, failure: Failure) -> None:
        raw.answers = [whole(body)]
        error = failure(raw)
        assert (type(error), error.reason) == (errors.Internal, "BROKEN_ANSWER")
        assert said in error.message

    def test_a_message_that_is_too_large_is_not_taken_in(self, raw: RawSite, failure: Failure) -> None:
        raw.answers = [whole(b"\0\x7f\xff\xff\xff" + b"x" * 1000)]
        error = failure(raw)
        assert (type(error), error.reason) == (errors.ResourceExhausted, "MESSAGE_TOO_LARGE")
