"""Signed calls through every door of real servers: gRPC-Web and JSON by gunicorn, and native gRPC. Each door lets in
what is signed, streams too, and refuses the same things in the same way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import grpc
import pytest
import requests
from google.protobuf import json_format
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2

from sentry_scm_grpc.auth.source import FORWARDED
from sentry_scm_grpc.client import HmacSigner, ScmClient
from sentry_scm_grpc.rpc.policy import RPCS
from sentry_scm_grpc.testing.web_call import parse_answer
from sentry_scm_grpc.v1 import scm_pb2 as pb
from sentry_scm_grpc.v1.scm_pb2_grpc import ScmServiceStub
from tests.auth import signed as by
from tests.ports import free_ports
from tests.scenarios.running import Site

SECRET = by.NEW
NONCE = "a-nonce-for-one-call"


class Outcome(NamedTuple):
    """``reason`` is empty where the call went well."""

    status: str
    reason: str = ""
    message: Any = None


class Door(NamedTuple):
    """``make`` sends bytes to an RPC, with metadata."""

    make: Callable[[str, bytes, list[tuple[str, str]]], Outcome]
    encoding: str = "proto"

    def encode(self, request: Message) -> bytes:
        return request.SerializeToString() if self.encoding == "proto" else json_format.MessageToJson(request).encode()


class Doors:
    """The running site, and the ways in. ``source`` is the address of the caller, as a proxy would tell it."""

    source = "192.0.2.0"

    def __init__(self, site: Site, web: int, native: int) -> None:
        self.site = site
        self.url = f"http://127.0.0.1:{web}"
        self.channel = grpc.insecure_channel(f"127.0.0.1:{native}")
        self.by_name = {
            "grpc-web": Door(self._grpc_web),
            "json": Door(self._json, "json"),
            "json-get": Door(self._json_get, "json"),
            "native": Door(self._native),
        }

    def _grpc_web(self, rpc: str, data: bytes, metadata: list[tuple[str, str]]) -> Outcome:
        frame = b"\0" + len(data).to_bytes(4, "big") + data
        headers = {"content-type": "application/grpc-web+proto", **self._headers(metadata)}
        reply = requests.post(f"{self.url}/grpc{RPCS[rpc].path}", frame, headers=headers, timeout=20)
        answer = parse_answer(reply.content, RPCS[rpc].response_class)
        return Outcome(answer.status.name, answer.reason, answer.messages[0] if answer.messages else None)

    def _json(self, rpc: str, data: bytes, metadata: list[tuple[str, str]]) -> Outcome:
        headers = {"content-type": "application/json", **self._headers(metadata)}
        return _json_outcome(requests.post(self.url + RPCS[rpc].path, data, headers=headers, timeout=20), rpc)

    def _json_get(self, rpc: str, data: bytes, metadata: list[tuple[str, str]]) -> Outcome:
        query = {"connect": "v1", "encoding": "json", "message": data.decode()}
        headers = self._headers(metadata)
        return _json_outcome(requests.get(self.url + RPCS[rpc].path, query, headers=headers, timeout=20), rpc)

    def _headers(self, metadata: list[tuple[str, str]]) -> dict[str, str]:
        """Joins a header that comes twice, as HTTP does."""
        found = {FORWARDED: self.source}
        for key, value in metadata:
            found[key] = f"{found[key]}, {value}" if key in found else value
        return found

    def _native(self, rpc: str, data: bytes, metadata: list[tuple[str, str]]) -> Outcome:
        call = self.channel.unary_unary(RPCS[rpc].path, response_deserializer=RPCS[rpc].response_class.FromString)
        try:
            metadata = [*metadata, (FORWARDED, self.source)]
            return Outcome("OK", message=call(data, metadata=metadata, timeout=20))
        except grpc.RpcError as error:
            details = dict(error.trailing_metadata()).get("grpc-status-details-bin", b"")  # type: ignore[attr-defined]
            packed = status_pb2.Status.FromString(details)
            info = error_details_pb2.ErrorInfo()
            assert any(detail.Unpack(info) for detail in packed.details)
            return Outcome(error.code().name, info.reason)  # type: ignore[attr-defined]


def _json_outcome(reply: requests.Response, rpc: str) -> Outcome:
    if reply.ok:
        return Outcome("OK", message=json_format.Parse(reply.content, RPCS[rpc].response_class()))
    error = reply.json()
    reason = next(d["debug"]["reason"] for d in error["details"] if d["type"] == "google.rpc.ErrorInfo")
    return Outcome(error["code"].upper(), reason)


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    site = Site.make(tmp_path_factory.mktemp("site") / "data")
    mine = [site.organization_id]
    keys = {
        "reports": by.key(mine),
        "elsewhere": by.key([site.organization_id + 1]),
        "past": by.key(mine, expires="2020-01-01T00:00:00Z"),
    }
    site.environment |= {"SCM_GRPC_AUTHENTICATORS": "hmac,api_key", "SCM_GRPC_HMAC_KEYS": json.dumps(keys)}
    site.environment["SCM_GRPC_TRUSTED_PROXIES"] = "1"
    web, native = free_ports(2)
    with ExitStack() as servers:
        servers.enter_context(site.running(site.gunicorn(web), web))
        servers.enter_context(site.running(site.native(native), native))
        made = Doors(site, web, native)
        with made.channel:
            yield made


@pytest.fixture(autouse=True)
def source(doors: Doors) -> None:
    """Gives each test an address of its own, so that the failures of one do not count against the next."""
    network, _, last = doors.source.rpartition(".")
    doors.source = f"{network}.{int(last) + 1}"


@pytest.fixture(params=["grpc-web", "json", "json-get", "native"])
def door(request: pytest.FixtureRequest, doors: Doors) -> Door:
    return doors.by_name[request.param]


def get_repository(doors: Doors, door: Door, **changed: Any) -> Outcome:
    """GetRepository, signed; ``changed`` as signed.header takes it."""
    data = door.encode(pb.GetRepositoryRequest(repository_id=doors.site.repository_id))
    path = RPCS["GetRepository"].path
    header = by.header(path, data, doors.site.organization_id, encoding=door.encoding, **changed)
    return door.make("GetRepository", data, [("x-signature", header)])


def test_what_is_signed_is_let_in(doors: Doors, door: Door) -> None:
    outcome = get_repository(doors, door)
    assert (outcome.status, outcome.message.name) == ("OK", "greeter")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        pytest.param({"secret": "x" * 32}, "SIGNATURE_INVALID", id="wrong secret"),
        pytest.param({"key_id": "nobody"}, "SIGNATURE_INVALID", id="unknown key"),
        pytest.param({"key_id": "past"}, "SIGNATURE_INVALID", id="expired key"),
        pytest.param({"key_id": "elsewhere"}, "SIGNATURE_INVALID", id="a key of another organization"),
        pytest.param({"key_id": "no key"}, "SIGNATURE_MALFORMED", id="not the form"),
        pytest.param({"at": 1_000_000_000}, "SIGNATURE_OUTSIDE_WINDOW", id="long ago"),
    ],
)
def test_what_is_wrong_is_refused(doors: Doors, door: Door, changed: dict[str, Any], reason: str) -> None:
    assert get_repository(doors, door, **changed)[:2] == ("UNAUTHENTICATED", reason)


def test_a_call_is_good_once_and_only_as_it_was_signed(doors: Doors, door: Door) -> None:
    request = pb.GetRepositoryRequest(repository_id=doors.site.repository_id)
    data, other = door.encode(request), door.encode(pb.GetRepositoryRequest(repository_id=999))
    path = RPCS["GetRepository"].path
    header = by.header(path, data, doors.site.organization_id, encoding=door.encoding)
    metadata = [("x-signature", header)]
    organization = f"organization={doors.site.organization_id}"
    elsewhere = [("x-signature", header.replace(organization, "organization=999"))]
    refused = ("UNAUTHENTICATED", "SIGNATURE_INVALID")
    assert door.make("GetRepository", other, metadata)[:2] == refused
    assert door.make("CheckRepositoryAccess", data, metadata)[:2] == refused
    assert door.make("GetRepository", data, elsewhere)[:2] == refused
    assert door.make("GetRepository", data, metadata).status == "OK"
    assert door.make("GetRepository", data, metadata)[:2] == refused


def test_bytes_are_not_read_in_another_encoding_than_was_signed(doors: Doors, door: Door) -> None:
    data = door.encode(pb.GetRepositoryRequest(repository_id=doors.site.repository_id))
    other = {"proto": "json", "json": "proto"}[door.encoding]
    header = by.header(RPCS["GetRepository"].path, data, doors.site.organization_id, encoding=other)
    assert door.make("GetRepository", data, [("x-signature", header)]).reason == "SIGNATURE_INVALID"


def test_two_credentials_are_refused_though_both_are_good(doors: Doors, door: Door) -> None:
    data = door.encode(pb.GetRepositoryRequest(repository_id=doors.site.repository_id))
    header = by.header(RPCS["GetRepository"].path, data, doors.site.organization_id, encoding=door.encoding)
    both = [("x-signature", header), ("x-api-key", doors.site.api_key)]
    assert door.make("GetRepository", data, both)[:2] == ("UNAUTHENTICATED", "TWO_CREDENTIALS")
    assert door.make("GetRepository", data, both[1:]).status == "OK"
    # The signature was not looked at.
    assert door.make("GetRepository", data, both[:1]).status == "OK"


def test_a_header_that_comes_twice_is_no_signature(doors: Doors, door: Door) -> None:
    data = door.encode(pb.GetRepositoryRequest(repository_id=doors.site.repository_id))
    header = by.header(RPCS["GetRepository"].path, data, doors.site.organization_id, encoding=door.encoding)
    assert door.make("GetRepository", data, [("x-signature", header)] * 2).reason == "SIGNATURE_MALFORMED"


def test_a_compressed_message_is_signed_as_it_was_before(doors: Doors) -> None:
    request = pb.GetRepositoryRequest(repository_id=doors.site.repository_id)
    header = by.header(RPCS["GetRepository"].path, request.SerializeToString(), doors.site.organization_id)
    found = ScmServiceStub(doors.channel).GetRepository(
        request, metadata=[("x-signature", header)], compression=grpc.Compression.Gzip
    )
    assert found.name == "greeter"


def test_a_stream_is_signed_by_its_request(doors: Doors) -> None:
    request = pb.StreamTreeRequest(repository_id=doors.site.repository_id)
    metadata = [("x-signature", by.signed("StreamTree", request, doors.site.organization_id)["x-signature"])]
    stub = ScmServiceStub(doors.channel)
    assert {entry.path for entry in stub.StreamTree(request, metadata=metadata)} == {"README.md", "src/app.py"}
    with pytest.raises(grpc.RpcError) as raised:
        list(stub.StreamTree(request, metadata=metadata))
    assert raised.value.code() is grpc.StatusCode.UNAUTHENTICATED  # type: ignore[attr-defined]


def test_the_python_client_signs_calls_and_streams(doors: Doors) -> None:
    signer = HmacSigner("reports", by.OLD, doors.site.organization_id)
    with ScmClient(doors.url, signer=signer) as client:
        assert client.get_repository(repository_id=doors.site.repository_id).name == "greeter"
        paths = {entry.path for entry in client.stream_tree(repository_id=doors.site.repository_id)}
    assert paths == {"README.md", "src/app.py"}


def test_the_log_has_the_reason_the_key_and_the_source_and_no_secret(doors: Doors, tmp_path: Path) -> None:
    get_repository(doors, doors.by_name["grpc-web"], key_id="past", nonce=NONCE)
    get_repository(doors, doors.by_name["native"], key_id="past", nonce=NONCE)
    end = time.monotonic() + 5
    while time.monotonic() < end:
        logs = [log.read_text() for log in doors.site.data.glob("*.log")]
        if all(f"Refused hmac:past from {doors.source}: the key has expired" in log for log in logs):
            break
        time.sleep(0.05)
    else:
        raise AssertionError(logs)
    for secret in (by.NEW, by.OLD, NONCE):
        assert not any(secret in log for log in logs)


def test_the_command_line_signs(doors: Doors) -> None:
    organization_id = doors.site.organization_id
    call = [
        *(sys.executable, "-m", "sentry_scm_grpc", "call", "ListRepositories"),
        *(json.dumps({"organizationId": organization_id}), "--url", doors.url),
    ]
    # An argument beats what the environment has.
    environ = {**os.environ, "SCM_GRPC_HMAC_SECRET": SECRET, "SCM_GRPC_API_KEY": "scm_wrong"}
    made = subprocess.run(
        [*call, "--sign", f"reports:{organization_id}"], env=environ, capture_output=True, text=True, check=True
    )
    assert json.loads(made.stdout)["repositories"][0]["name"] == "greeter"
    wrong = subprocess.run([*call, "--sign", "reports"], env=environ, capture_output=True, text=True, check=False)
    assert wrong.returncode == 2
    assert "--sign is KEY:ORGANIZATION" in wrong.stderr
