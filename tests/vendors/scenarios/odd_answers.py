"""Whatever a vendor leaves out of an answer, or puts in its place, is no bug of ours: the call has a clear status."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import grpc
import pytest
from django.core.cache import cache
from google.protobuf.message import Message

from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.vendors import FAKES
from tests.vendors.fake import Reply, Request
from tests.vendors.odd_forms import odd_answers
from tests.vendors.site import OpenSite, Site
from tests.vendors.world import NEEDLE

pytestmark = pytest.mark.django_db

Status = grpc.StatusCode

KEYS = ("github", "gitlab")
REQUESTS: dict[str, Callable[[Site], Message]] = {
    "CheckFile": lambda site: pb.CheckFileRequest(path="src/app.py", ref="main"),
    "CheckRepositoryAccess": lambda site: pb.CheckRepositoryAccessRequest(),
    "GetCodeOwners": lambda site: pb.GetCodeOwnersRequest(),
    "GetCommit": lambda site: pb.GetCommitRequest(commit_sha="main"),
    "GetCommitContext": lambda site: pb.GetCommitContextRequest(
        commit_sha="main", filepath="src/module001.py", line_number=1
    ),
    "GetExternalIssue": lambda site: pb.GetExternalIssueRequest(
        external_issue_id=site.rows.issue(site.fake.issue_key(1)).id
    ),
    "GetFile": lambda site: pb.GetFileRequest(path="src/app.py", ref="main"),
    "ListCommits": lambda site: pb.ListCommitsRequest(ref="main", page_size=2),
    "ListFileChanges": lambda site: pb.ListFileChangesRequest(commit_sha="main"),
    "ListIssueDestinations": lambda site: pb.ListIssueDestinationsRequest(),
    "ListTree": lambda site: pb.ListTreeRequest(path="src"),
    "SearchCode": lambda site: pb.SearchCodeRequest(query=NEEDLE),
    "SearchIssues": lambda site: pb.SearchIssuesRequest(query="it breaks", destination=site.fake.destination),
    "SearchRepositories": lambda site: pb.SearchRepositoriesRequest(),
}


@pytest.fixture(params=KEYS)
def site(request: pytest.FixtureRequest, open_site: OpenSite) -> Iterator[Site]:
    fake = FAKES[request.param]()
    world = fake.world
    world.files = {path: world.files[path] for path in ("CODEOWNERS", "src/app.py", "src/module001.py")}
    world.issues = {1: world.issues[1]}
    world.repositories = ["repo-001"]
    del world.commits[3:]
    world.blame = lambda line: world.commits[0]  # type: ignore[method-assign]
    with open_site(fake) as site:
        yield site


@pytest.mark.parametrize("rpc_name", REQUESTS)
def test_an_answer_that_is_not_as_documented_has_a_clear_status(site: Site, rpc_name: str) -> None:
    asked = REQUESTS[rpc_name](site)
    bodies: list[Any] = []

    def noted(sent: Request) -> Reply:
        reply = site.fake._route(sent)
        bodies.append(reply.body)
        return reply

    cache.clear()
    site.fake.forced = noted
    assert site.call(rpc_name, asked).status is Status.OK
    assert bodies
    for number, body in enumerate(bodies):
        for form in odd_answers(body):

            def odd(sent: Request, form: Any = form, number: int = number) -> Reply:
                reply = site.fake._route(sent)
                return Reply(form, reply.status, reply.headers) if len(site.fake.calls) == number + 1 else reply

            cache.clear()
            site.fake.forget_calls()
            site.fake.forced = odd
            answer = site.call(rpc_name, asked)
            assert answer.status not in (Status.INTERNAL, Status.UNKNOWN), str(form)[:2000]
