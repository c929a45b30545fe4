"""Whatever GitHub leaves out of an answer, or puts in its place, is no bug of ours: the call has a clear status."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import grpc
import pytest
import responses
from django.core.cache import cache
from google.protobuf.message import Message

from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.sentry_host.providers.fake import Reply, Request
from tests.sentry_host.providers.github import Fake
from tests.sentry_host.providers.site import Site
from tests.sentry_host.providers.world import NEEDLE

pytestmark = pytest.mark.django_db

#: What stands in the place of a value, one after the other.
ODD: tuple[Any, ...] = (None, [], {}, [None], 7, "odd", True)
REQUESTS: dict[str, Message] = {
    "CheckFile": pb.CheckFileRequest(path="src/app.py", ref="main"),
    "CheckRepositoryAccess": pb.CheckRepositoryAccessRequest(),
    "GetCodeOwners": pb.GetCodeOwnersRequest(),
    "GetCommit": pb.GetCommitRequest(commit_sha="main"),
    "GetCommitContext": pb.GetCommitContextRequest(commit_sha="main", filepath="src/module001.py", line_number=1),
    "GetFile": pb.GetFileRequest(path="src/app.py", ref="main"),
    "ListCommits": pb.ListCommitsRequest(ref="main", page_size=2),
    "ListFileChanges": pb.ListFileChangesRequest(commit_sha="main"),
    "ListIssueDestinations": pb.ListIssueDestinationsRequest(),
    "ListTree": pb.ListTreeRequest(),
    "SearchCode": pb.SearchCodeRequest(query=NEEDLE),
    "SearchIssues": pb.SearchIssuesRequest(query="it breaks", destination="acme/rocket"),
    "SearchRepositories": pb.SearchRepositoriesRequest(),
}


def odd_forms(body: Any) -> Iterator[Any]:
    """An answer with one value left out or replaced, each in turn; of a list only in the first item."""
    yield from ODD
    if isinstance(body, dict):
        for name, found in body.items():
            yield {key: kept for key, kept in body.items() if key != name}
            yield from ({**body, name: form} for form in odd_forms(found))
    elif isinstance(body, list) and body:
        yield from ([form, *body[1:]] for form in odd_forms(body[0]))


@pytest.fixture
def site(db: None) -> Iterator[Site]:
    fake = Fake()
    world = fake.world
    world.files = {path: world.files[path] for path in ("CODEOWNERS", "src/app.py", "src/module001.py")}
    world.issues = {1: world.issues[1]}
    world.repositories = ["repo-001"]
    del world.commits[3:]
    world.blame = lambda line: world.commits[0]  # type: ignore[method-assign]
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mocked:
        fake.install(mocked)
        yield Site(fake, fake.rows())


@pytest.mark.parametrize("rpc_name", REQUESTS)
def test_an_answer_that_is_not_as_documented_has_a_clear_status(site: Site, rpc_name: str) -> None:
    bodies: list[Any] = []

    def noted(sent: Request) -> Reply:
        reply = site.fake._route(sent)
        bodies.append(reply.body)
        return reply

    cache.clear()
    site.fake.forced = noted
    assert site.call(rpc_name, REQUESTS[rpc_name]).status is grpc.StatusCode.OK
    for number, body in enumerate(bodies):
        for form in odd_forms(body):

            def odd(sent: Request, form: Any = form, number: int = number) -> Reply:
                reply = site.fake._route(sent)
                return Reply(form, reply.status, reply.headers) if len(site.fake.calls) == number + 1 else reply

            cache.clear()
            site.fake.forget_calls()
            site.fake.forced = odd
            answer = site.call(rpc_name, REQUESTS[rpc_name])
            assert answer.status not in (grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN), str(form)[:2000]
