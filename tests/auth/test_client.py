"""The Python client with a signer: every attempt is signed anew, and one credential is all it takes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sentry_scm_grpc import errors as server
from sentry_scm_grpc.client import HmacSigner, ScmClient
from sentry_scm_grpc.rpc import signature
from sentry_scm_grpc.rpc.policy import RPCS
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.client.site import Scm, running

SECRET = "s" * 32


@pytest.fixture
def scm() -> Iterator[Scm]:
    with running(Scm()) as scm:  # type: ignore[abstract]
        yield scm


@pytest.fixture
def client(scm: Scm) -> Iterator[ScmClient]:
    with ScmClient(scm.url, signer=HmacSigner("reports", SECRET, 7)) as client:
        yield client


def checked(header: str, rpc: str, message: bytes) -> signature.Signature:
    given = signature.read(header)
    assert given is not None
    string = signature.string_to_sign(given.head, RPCS[rpc].path, "proto", message)
    assert signature.sign(SECRET.encode(), string) == given.hmac
    return given


def test_every_attempt_is_signed_anew(scm: Scm, client: ScmClient) -> None:
    scm.failures = [server.Unavailable("The provider is down.")] * 2
    client.get_repository(repository_id=7)
    headers = [str(seen.metadata["x-signature"]) for seen in scm.seen]
    message = pb.GetRepositoryRequest(repository_id=7).SerializeToString()
    signed = [checked(header, "GetRepository", message) for header in headers]
    assert len({given.nonce for given in signed}) == 3
    assert {(given.key_id, given.organization_id) for given in signed} == {("reports", 7)}
    assert all("authorization" not in seen.metadata and "x-api-key" not in seen.metadata for seen in scm.seen)


def test_streams_and_pages_are_signed(scm: Scm, client: ScmClient) -> None:
    scm.answers["ListRepositories"] = lambda request, context: pb.ListRepositoriesResponse(
        next_page_token="" if request.page_token else "next"
    )
    list(client.stream_commits(repository_id=7))
    list(client.iter_repositories(organization_id=7))
    for seen in scm.seen:
        checked(str(seen.metadata["x-signature"]), seen.rpc, seen.request.SerializeToString())
    assert [seen.rpc for seen in scm.seen] == ["StreamCommits", "ListRepositories", "ListRepositories"]


def test_two_credentials_are_a_mistake_that_is_told_at_once() -> None:
    signer = HmacSigner("reports", SECRET, 7)
    for given in ({"api_key": "k", "signer": signer}, {"token": "t", "signer": signer}, {"api_key": "k", "token": "t"}):
        with pytest.raises(ValueError, match="Give one of api_key, token and signer"):
            ScmClient("http://127.0.0.1:1", **given)  # type: ignore[arg-type]
