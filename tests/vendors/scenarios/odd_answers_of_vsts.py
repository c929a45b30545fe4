"""No odd answer of Azure DevOps is a bug of ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from django.core.cache import cache
from google.protobuf.message import Message

from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.vendors.fake import Reply, Request
from tests.vendors.odd_forms import odd_forms
from tests.vendors.site import OpenSite, Site
from tests.vendors.vsts import PROJECT, Fake
from tests.vendors.world import NEEDLE

pytestmark = pytest.mark.django_db

Status = grpc.StatusCode


@pytest.fixture
def site(open_site: OpenSite) -> Iterator[Site]:
    with open_site(Fake()) as site:
        yield site


REQUESTS: dict[str, Message] = {
    "CheckRepositoryAccess": pb.CheckRepositoryAccessRequest(),
    "GetCommit": pb.GetCommitRequest(commit_sha="main"),
    "GetFile": pb.GetFileRequest(path="src/app.py", ref="main"),
    "ListCommits": pb.ListCommitsRequest(ref="main", page_size=2),
    "ListIssueDestinations": pb.ListIssueDestinationsRequest(),
    "ListTree": pb.ListTreeRequest(),
    "SearchCode": pb.SearchCodeRequest(query=NEEDLE),
    "SearchIssues": pb.SearchIssuesRequest(query="it breaks", destination=PROJECT),
    "SearchRepositories": pb.SearchRepositoriesRequest(),
}


@pytest.mark.parametrize("rpc_name", REQUESTS)
def test_an_answer_that_is_not_as_documented_has_a_clear_status(site: Site, rpc_name: str) -> None:
    world = site.fake.world
    world.files = {path: world.files[path] for path in ("src/app.py", "src/module001.py")}
    world.issues = {1: world.issues[1]}
    world.repositories = ["repo-001"]
    del world.commits[3:]
    bodies: list[Any] = []

    def noted(sent: Request) -> Reply:
        reply = site.fake._route(sent)
        bodies.append(reply.body)
        return reply

    site.fake.forced = noted
    assert site.call(rpc_name, REQUESTS[rpc_name]).status is Status.OK
    for number, body in enumerate(bodies):
        for form in odd_forms(body):

            def odd(sent: Request, form: Any = form, number: int = number) -> Reply:
                reply = site.fake._route(sent)
                return Reply(form, reply.status, reply.headers) if len(site.fake.calls) == number + 1 else reply

            cache.clear()
            site.fake.forget_calls()
            site.fake.forced = odd
            answer = site.call(rpc_name, REQUESTS[rpc_name])
            assert answer.status not in (Status.INTERNAL, Status.UNKNOWN), str(form)[:2000]
