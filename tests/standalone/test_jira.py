"""The scenarios of Jira, and odd forms of each answer, which would take minutes in a Sentry."""

from __future__ import annotations

from itertools import islice
from typing import Any

import pytest
from django.core.cache import cache

from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.vendors.fake import Reply, Request
from tests.vendors.odd_forms import odd_answers
from tests.vendors.scenarios.every_cell import REQUESTS
from tests.vendors.scenarios.jira import *  # noqa: F403
from tests.vendors.scenarios.jira import Status, fake_of, group_of
from tests.vendors.site import Site


@pytest.mark.parametrize("rpc_name", ["GetExternalIssue", "SearchIssues", "CreateExternalIssue", "SyncIssueStatus"])
def test_an_answer_that_is_not_as_documented_has_a_clear_status(site: Site, rpc_name: str) -> None:
    fake = fake_of(site)
    fake.world.issues = {7: fake.world.issues[7]}
    group_id, issue_id = site.linked()
    site.resolve(group_of(site, group_id))
    push_ = pb.SyncIssueStatusRequest(
        group_id=group_id, external_issue_id=issue_id, direction=pb.SYNC_DIRECTION_GROUP_TO_TRACKER
    )
    asked = push_ if rpc_name == "SyncIssueStatus" else REQUESTS[rpc_name](site)
    replies: list[Reply] = []

    def noted(sent: Request) -> Reply:
        replies.append(fake._route(sent))
        return replies[-1]

    fake.forced = noted
    assert site.call(rpc_name, asked).status is Status.OK
    assert replies
    # Both are read by the same code. Each gets a third of the forms: each value gets forms of several kinds.
    tried, turn = 0, int(fake.key == "jira_server")
    for number, known in enumerate(replies):
        for form in islice(odd_answers(known.body), turn, None, 3):

            def odd(sent: Request, form: Any = form, number: int = number) -> Reply:
                reply = fake._route(sent)
                return Reply(form, reply.status, reply.headers) if len(fake.calls) == number + 1 else reply

            cache.clear()
            fake.forget_calls()
            fake.world.issues = {7: fake.world.issues[7]}
            fake.world.issues[7].closed = False
            fake.forced = odd
            answer = site.call(rpc_name, asked)
            assert answer.status not in (Status.INTERNAL, Status.UNKNOWN), str(form)[:2000]
            tried += 1
    assert tried > 15
