"""A tracker that makes an issue and does not live to say so: the same request id finds it, whatever the tracker."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import grpc
import pytest
import requests

from sentry_scm_grpc.rpc import attempts
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.vendors.fake import Reply, Request
from tests.vendors.site import Site

pytestmark = [pytest.mark.django_db, pytest.mark.rpcs("CreateExternalIssue")]


@pytest.fixture(autouse=True)
def no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "SETTLE", timedelta(0))


def create(site: Site, **fields: Any) -> Any:
    values = {"title": "It's lost", "description": "Twice?", "request_id": "once", **fields}
    return site.call(
        "CreateExternalIssue",
        pb.CreateExternalIssueRequest(
            destination=site.fake.destination, metadata=dict(site.fake.issue_metadata), **values
        ),
    )


def lose_the_answer(site: Site, *, made: bool) -> None:
    """The next call that makes an issue is carried out, or not, and then cut off."""

    def answer(request: Request) -> Reply:
        makes = (request.method == "POST" and request.path.endswith(("/issues", "/issue"))) or "$Bug" in request.path
        if not makes:
            return site.fake._route(request)
        if made:
            site.fake._route(request)
        raise requests.ConnectionError("Connection reset by peer")

    site.fake.forced = answer


def named(site: Site, title: str) -> list[Any]:
    return [issue for issue in site.fake.world.issues.values() if issue.title == title]


@pytest.mark.parametrize("made", [True, False], ids=["made", "not made"])
def test_one_issue_whether_the_answer_was_lost_or_the_question(vendor: Site, made: bool) -> None:
    lose_the_answer(vendor, made=made)
    assert create(vendor).status is grpc.StatusCode.UNAVAILABLE
    assert len(named(vendor, "It's lost")) == made
    vendor.fake.forced = None
    # Others of the same title are not it.
    create(vendor, request_id="another")

    found = create(vendor).message
    assert len(named(vendor, "It's lost")) == 2
    assert create(vendor).message == found
    row = vendor.stored_issue(found.id)
    # Nobody but the tracker sees the mark.
    for text in (found.description, row.description, read(vendor, found.id).description):
        assert "Twice?" in text
        assert "scm-request" not in text


def test_a_refusal_leaves_nothing_to_look_for(vendor: Site) -> None:
    vendor.fake.forced = lambda request: Reply({"message": "no"}, 403)
    assert create(vendor).status is grpc.StatusCode.PERMISSION_DENIED
    vendor.fake.forced = None
    vendor.fake.forget_calls()
    create(vendor).message  # noqa: B018
    assert not [call for call in vendor.fake.calls if call.method == "GET" and call.path.endswith("/issues")]
    assert len(named(vendor, "It's lost")) == 1


def read(site: Site, id: int) -> pb.ExternalIssue:
    message: pb.ExternalIssue = site.call("GetExternalIssue", pb.GetExternalIssueRequest(external_issue_id=id)).message
    return message
