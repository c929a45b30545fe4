"""The scenarios of node/scenarios.mjs for clients in Python, and the clients: connectrpc's, sonora's, grpcio's."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import grpc
from google.protobuf.empty_pb2 import Empty
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2

from sentry_scm_grpc.v1 import scm_pb2
from tests.scenarios import scenarios_pb2 as pb

SCENARIOS = "scm.scenarios.v1.ScenarioService"
SCM = "sentry.integrations.scm.v1.ScmService"
UNICODE = "grüße, 世界, 🦀 and a line\nbreak, 100% of it"
BINARY = bytes([0, 1, 2, 253, 254, 255])
CODES = {code.value[0]: code for code in grpc.StatusCode}

Metadata = Mapping[str, str | bytes]


@dataclass
class Answer:
    """How a call ended. ``details`` are those of the error; bytes in metadata are decoded."""

    code: grpc.StatusCode
    message: str = ""
    messages: list[Any] = field(default_factory=list)
    initial: Metadata = field(default_factory=dict)
    trailing: Metadata = field(default_factory=dict)
    details: list[Message] = field(default_factory=list)


class Client(Protocol):
    """Makes one call. ``method`` is "service/Rpc"; ``kind`` the class of the answer."""

    def __call__(
        self,
        method: str,
        request: Message,
        kind: type[Message],
        *,
        streams: bool = False,
        timeout: float | None = None,
        metadata: Metadata | None = None,
    ) -> Answer: ...


Scenario = Callable[[Client, int, int], None]


def unary(call: Client, organization: int, repository: int) -> None:
    answer = call(f"{SCENARIOS}/Echo", pb.EchoRequest(text="hello"), pb.EchoResponse)
    assert (answer.code, answer.messages) == (grpc.StatusCode.OK, [pb.EchoResponse(text="hello")])


def empty_message(call: Client, organization: int, repository: int) -> None:
    answer = call(f"{SCENARIOS}/Nothing", Empty(), Empty)
    assert (answer.code, answer.messages) == (grpc.StatusCode.OK, [Empty()])


def unicode(call: Client, organization: int, repository: int) -> None:
    assert call(f"{SCENARIOS}/Echo", pb.EchoRequest(text=UNICODE), pb.EchoResponse).messages[0].text == UNICODE
    failed = call(f"{SCENARIOS}/Fail", pb.FailRequest(code=10, message=UNICODE), Empty)
    assert (failed.code, failed.message) == (grpc.StatusCode.ABORTED, UNICODE)


def large_message(call: Client, organization: int, repository: int) -> None:
    data = bytes(range(256)) * 4096
    assert call(f"{SCENARIOS}/Echo", pb.EchoRequest(data=data), pb.EchoResponse).messages[0].data == data
    answer = call(f"{SCENARIOS}/Echo", pb.EchoRequest(answer_bytes=3 << 20), pb.EchoResponse)
    assert len(answer.messages[0].data) == 3 << 20


def too_large_a_message(call: Client, organization: int, repository: int) -> None:
    request = pb.EchoRequest(data=bytes((4 << 20) + 1))
    assert call(f"{SCENARIOS}/Echo", request, pb.EchoResponse).code is grpc.StatusCode.RESOURCE_EXHAUSTED


def error_with_details(call: Client, organization: int, repository: int) -> None:
    failed = call(f"{SCENARIOS}/Fail", pb.FailRequest(with_details=True, message="is bad"), Empty)
    assert (failed.code, failed.message) == (grpc.StatusCode.INVALID_ARGUMENT, "text: is bad")
    info, violations = failed.details
    assert (info.reason, violations.field_violations[0].field) == ("SCENARIO", "text")  # type: ignore[attr-defined]


def unexpected_exception(call: Client, organization: int, repository: int) -> None:
    failed = call(f"{SCENARIOS}/Fail", pb.FailRequest(**{"raise": True, "message": "secret"}), Empty)
    assert failed.code is grpc.StatusCode.INTERNAL
    assert "secret" not in failed.message


def metadata_both_ways(call: Client, organization: int, repository: int) -> None:
    sent = {"x-echo": "ping", "x-echo-bin": BINARY}
    answer = call(f"{SCENARIOS}/Echo", pb.EchoRequest(), pb.EchoResponse, metadata=sent)
    assert (answer.initial["x-echo-initial"], answer.initial["x-echo-initial-bin"]) == ("ping", BINARY)
    assert (answer.trailing["x-echo-trailing"], answer.trailing["x-echo-trailing-bin"]) == ("ping", BINARY)


def deadline(call: Client, organization: int, repository: int) -> None:
    answer = call(f"{SCENARIOS}/Echo", pb.EchoRequest(), pb.EchoResponse, timeout=60)
    # grpcio rounds up.
    assert 30 < answer.messages[0].seconds_left < 61
    failed = call(f"{SCENARIOS}/Sleep", pb.SleepRequest(milliseconds=700), Empty, timeout=0.3)
    assert failed.code is grpc.StatusCode.DEADLINE_EXCEEDED


def unknown_method(call: Client, organization: int, repository: int) -> None:
    assert call(f"{SCENARIOS}/Missing", Empty(), Empty).code is grpc.StatusCode.UNIMPLEMENTED
    assert call("scm.scenarios.v1.NoService/Nowhere", Empty(), Empty).code is grpc.StatusCode.UNIMPLEMENTED


def no_credentials(call: Client, organization: int, repository: int) -> None:
    request = scm_pb2.ListRepositoriesRequest(organization_id=organization)
    failed = call(f"{SCM}/ListRepositories", request, scm_pb2.ListRepositoriesResponse, metadata={"x-api-key": ""})
    assert failed.code is grpc.StatusCode.UNAUTHENTICATED


def scm_rows(call: Client, organization: int, repository: int) -> None:
    request = scm_pb2.ListRepositoriesRequest(organization_id=organization)
    found = call(f"{SCM}/ListRepositories", request, scm_pb2.ListRepositoriesResponse).messages[0]
    assert [row.id for row in found.repositories] == [repository]


def scm_error(call: Client, organization: int, repository: int) -> None:
    failed = call(f"{SCM}/GetRepository", scm_pb2.GetRepositoryRequest(repository_id=999999), scm_pb2.Repository)
    assert failed.code is grpc.StatusCode.NOT_FOUND
    assert failed.details[0].reason == "REPOSITORY_NOT_FOUND"  # type: ignore[attr-defined]


def stream(call: Client, organization: int, repository: int) -> None:
    answer = call(f"{SCENARIOS}/Count", pb.CountRequest(to=100), pb.CountResponse, streams=True)
    assert answer.code is grpc.StatusCode.OK
    assert [message.number for message in answer.messages] == list(range(1, 101))
    assert call(f"{SCENARIOS}/Count", pb.CountRequest(), pb.CountResponse, streams=True).messages == []


def stream_that_fails(call: Client, organization: int, repository: int) -> None:
    request = pb.CountRequest(to=3, code=10, message=UNICODE)
    failed = call(f"{SCENARIOS}/Count", request, pb.CountResponse, streams=True)
    assert (failed.code, failed.message, len(failed.messages)) == (grpc.StatusCode.ABORTED, UNICODE, 3)


def stream_metadata_both_ways(call: Client, organization: int, repository: int) -> None:
    sent = {"x-echo": "ping", "x-echo-bin": BINARY}
    answer = call(f"{SCENARIOS}/Count", pb.CountRequest(to=2), pb.CountResponse, streams=True, metadata=sent)
    assert (answer.initial["x-echo-initial"], answer.initial["x-echo-initial-bin"]) == ("ping", BINARY)
    assert (answer.trailing["x-echo-trailing"], answer.trailing["x-echo-trailing-bin"]) == ("ping", BINARY)


def stream_deadline(call: Client, organization: int, repository: int) -> None:
    request = pb.CountRequest(to=2000, milliseconds_between=50)
    # A busy machine needs longer for the first message.
    for timeout in (0.5, 5, 50):
        failed = call(f"{SCENARIOS}/Count", request, pb.CountResponse, streams=True, timeout=timeout)
        assert failed.code is grpc.StatusCode.DEADLINE_EXCEEDED
        if failed.messages:
            return
    raise AssertionError("no message came before the deadline")


def stream_unknown_method(call: Client, organization: int, repository: int) -> None:
    failed = call("scm.scenarios.v1.NoService/Nowhere", Empty(), Empty, streams=True)
    assert failed.code is grpc.StatusCode.UNIMPLEMENTED


def scm_stream(call: Client, organization: int, repository: int) -> None:
    request = scm_pb2.StreamTreeRequest(repository_id=repository)
    answer = call(f"{SCM}/StreamTree", request, scm_pb2.TreeEntry, streams=True)
    assert {"README.md", "src/app.py"} <= {entry.path for entry in answer.messages}


UNARY: tuple[Scenario, ...] = (
    unary,
    empty_message,
    unicode,
    large_message,
    too_large_a_message,
    error_with_details,
    unexpected_exception,
    metadata_both_ways,
    deadline,
    unknown_method,
    no_credentials,
    scm_rows,
    scm_error,
)
STREAMING: tuple[Scenario, ...] = (
    stream,
    stream_that_fails,
    stream_metadata_both_ways,
    stream_deadline,
    stream_unknown_method,
    scm_stream,
)


def run(name: str, client: Client, scenarios: Iterable[Scenario], organization: int, repository: int) -> Iterator[Any]:
    """One result a scenario, as node/run.mjs gives them."""
    for scenario in scenarios:
        error = None
        try:
            scenario(client, organization, repository)
        except Exception as raised:
            error = f"{type(raised).__name__}: {raised}"
        yield {"client": name, "scenario": scenario.__name__.replace("_", " "), "error": error}


def details_of(packed: Iterable[Any]) -> list[Message]:
    """The details of an error whose classes are those of google.rpc."""
    found = []
    for item in packed:
        detail = getattr(error_details_pb2, item.type_url.rpartition(".")[2])()
        item.Unpack(detail)
        found.append(detail)
    return found


def details_in(trailing: Mapping[str, Any]) -> list[Message]:
    raw = trailing.get("grpc-status-details-bin", b"")
    return details_of(status_pb2.Status.FromString(raw).details)


def decoded(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Metadata with bytes for "-bin" keys, from a client that leaves them as base64."""
    return {
        key.lower(): base64.b64decode(value + "=" * (-len(value) % 4))
        if key.lower().endswith("-bin") and isinstance(value, str)
        else value
        for key, value in pairs
    }
