"""Runs the requests of ``every_cell`` on a site, one by one, and says what came of each."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import grpc
from google.protobuf.message import Message

from sentry_scm_grpc.errors import ScmError
from sentry_scm_grpc.providers.registry import adapters
from sentry_scm_grpc.rpc.policy import RPCS
from sentry_scm_grpc.testing.web_call import CallResult
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.live.recording import Recording, Route
from tests.live.site import LiveSite, LookupFailed, Target, Unknown, writes_at_vendor
from tests.vendors.fake import FakeVendor
from tests.vendors.scenarios.every_cell import REQUESTS, outcome

#: Seconds for one call.
CALL_SECONDS = 60
#: What is asked before any RPC.
SET_UP = ("integration", "repository")
OK, SKIPPED, NOT_TRIED = "OK", "SKIPPED", "NOT_TRIED"


@dataclass
class Cell:
    """``status`` is a gRPC status, SKIPPED for a write, or NOT_TRIED. ``why`` says more, without text of the vendor."""

    rpc: str
    status: str
    why: str = ""
    #: The calls of the vendor, with the routes and the statuses of the answers.
    asked: list[Route] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        return self.status not in (OK, SKIPPED, NOT_TRIED)


def run(fake: FakeVendor, target: Target, recording: Recording, patience: float) -> Iterator[Cell]:
    """``patience`` is how many seconds a rate limit is waited for."""
    with recording.running():
        try:
            site = LiveSite(fake, target)
            yield Cell("integration", OK, "", list(recording.asked))
        except ScmError as error:
            yield Cell("integration", error.code.name, error.reason, list(recording.asked))
            return
        if site.has_repositories:
            recording.begin()
            try:
                assert site.repository
                yield Cell("repository", OK, "", list(recording.asked))
            except ScmError as error:
                yield Cell("repository", error.code.name, error.reason, list(recording.asked))
                return
        for name in REQUESTS:
            if adapters()[fake.key].supports(RPCS[name].needs):
                yield _cell(site, name, recording, patience)
        if recording.writes and adapters()[fake.key].supports("set_issue_state"):
            yield _close(site, recording)


def _cell(site: LiveSite, name: str, recording: Recording, patience: float) -> Cell:
    if writes_at_vendor(site.fake.key, name) and not recording.writes:
        return Cell(name, SKIPPED, "it may write")
    try:
        request = REQUESTS[name](site)
    except Unknown as unknown:
        return Cell(name, NOT_TRIED, f"no {str(unknown).removeprefix('a ').removeprefix('an ')}")
    except LookupFailed as failed:
        return Cell(name, failed.status, failed.why)
    answer = _asked(site, name, request, recording)
    if answer.status is grpc.StatusCode.RESOURCE_EXHAUSTED and 0 < answer.retry_after <= patience:
        time.sleep(answer.retry_after)
        answer = _asked(site, name, request, recording)
    status, reason = outcome(answer)
    return Cell(name, status.name, reason or _remark(answer), list(recording.asked))


def _asked(site: LiveSite, name: str, request: Message, recording: Recording) -> CallResult:
    recording.begin()
    return site.call(name, request, **{"grpc-timeout": f"{CALL_SECONDS}S"})


def _remark(answer: CallResult) -> str:
    """What a good answer lacks."""
    messages = [message for message in answer.messages if message.ListFields()]
    if not messages:
        return "empty"
    if any(getattr(message, "incomplete", False) for message in messages):
        return "incomplete"
    return "not accessible" if getattr(messages[0], "accessible", True) is False else ""


def _close(site: LiveSite, recording: Recording) -> Cell:
    """Creates one more issue, for a group that is resolved, and closes it."""
    group = site.rows.group()
    try:
        make = REQUESTS["CreateExternalIssue"](site)
    except (Unknown, LookupFailed):
        return Cell("SyncIssueStatus to the tracker", NOT_TRIED, "no issue was created")
    assert isinstance(make, pb.CreateExternalIssueRequest)
    make.group_id = group.id
    made = site.call("CreateExternalIssue", make)
    if made.status is not grpc.StatusCode.OK:
        return Cell("SyncIssueStatus to the tracker", NOT_TRIED, "no issue was created")
    site.resolve(group)
    request = pb.SyncIssueStatusRequest(
        group_id=group.id, external_issue_id=made.message.id, direction=pb.SYNC_DIRECTION_GROUP_TO_TRACKER
    )
    answer = _asked(site, "SyncIssueStatus", request, recording)
    return Cell("SyncIssueStatus to the tracker", answer.status.name, answer.reason, list(recording.asked))
