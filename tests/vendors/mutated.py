"""A vendor's fake whose answers are changed on their way, and the calls of our adapter that ask for them."""

from __future__ import annotations

import copy
import random
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from types import TracebackType
from typing import Any

from django.core.cache import cache
from google.protobuf.message import Message

from sentry_scm_grpc.errors import ScmError
from sentry_scm_grpc.rpc.budget import Budget, spending
from sentry_scm_grpc.rpc.policy import RPCS
from sentry_scm_grpc.testing.provider_facts import call_of
from sentry_scm_grpc.v1 import checks_pb2, files_pb2, refs_pb2
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.vendors import FAKES, jira
from tests.vendors.fake import FakeVendor
from tests.vendors.installation import adapter_of
from tests.vendors.mutations import Change, Sent
from tests.vendors.pulls import TOPIC
from tests.vendors.serving import Served, _Handler
from tests.vendors.site import KnownOfFake
from tests.vendors.world import NEEDLE, RUN

Call = Callable[[float], str]
UPDATED, MERGED = TOPIC + 1000, TOPIC + 2000


class _Changed(_Handler):
    server: _Server

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, headers, content = self.server.answer(self.command, self.path, dict(self.headers), body)
        sent = self.server.changed(Sent(status, headers, content, self.path))
        with suppress(OSError):
            self._send(sent)

    def _send(self, sent: Sent) -> None:
        self.server.wait(sent.pause)
        self.send_response(sent.status)
        for name, value in sent.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(sent.body)))
        self.end_headers()
        if self.command == "HEAD" or sent.status in (204, 304):
            return
        if not sent.pause:
            self.wfile.write(sent.body)
            return
        for position in range(len(sent.body)):
            self.wfile.write(sent.body[position : position + 1])
            self.wfile.flush()
            if self.server.wait(sent.pause):
                return

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _serve


class _Server(Served):
    def __init__(self, fake: FakeVendor) -> None:
        super().__init__(fake)
        self.RequestHandlerClass = _Changed
        self.change: tuple[int | None, Change | None, int] = (None, None, 0)
        self._until = 0.0

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is part of it."""

    def begin(self, seconds: float) -> None:
        self.fake.forget_calls()
        self.exchanges.clear()
        self.failures.clear()
        self._until = time.monotonic() + seconds + 1

    def wait(self, seconds: float) -> bool:
        """Waits; True where nobody can be listening any more."""
        if seconds:
            time.sleep(max(min(seconds, self._until - time.monotonic()), 0))
        return time.monotonic() >= self._until

    def changed(self, sent: Sent) -> Sent:
        index, change, state = self.change
        if change is None or index not in (None, len(self.exchanges) - 1):
            return sent
        return change(sent, random.Random(state))


class Cells:
    """The calls of one vendor: each RPC that asks it, and what hosts ask for beside."""

    def __init__(self, key: str) -> None:
        self._fake = FAKES[key]()
        make_small(self._fake)
        self._pulls, self._branches = copy.deepcopy(self._fake.world.pull_requests), dict(self._fake.world.branches)
        self._server = _Server(self._fake)
        made: Any = adapter_of(self._server)
        self._made = made
        self.calls: dict[str, Call] = {}
        for rpc_name, request in requests_of(self._fake).items():
            # This host has no credential of its own, as a Sentry.
            if made.supports(RPCS[rpc_name].operation) and RPCS[rpc_name].needs not in made.only_standalone:
                self.calls[rpc_name] = self._of_rpc(rpc_name, request)
        self._add_operations()

    def _add_operations(self) -> None:
        issue = self._fake.issue_key(1) if self._made.supports("get_issue") else ""
        others: dict[str, Callable[[Any, Any], object]] = {
            "describe_repository": lambda adapter, call: adapter.describe_repository(self._fake.identifier),
            "list_paths": lambda adapter, call: list(adapter.list_paths(call)),
            "get_issue": lambda adapter, call: adapter.get_issue(issue),
            "set_issue_state": lambda adapter, call: adapter.set_issue_state(issue, pb.ISSUE_STATE_CLOSED),
        }
        rpcs: dict[str, tuple[str, Message]] = {"list_paths": ("DeriveCodeMappings", pb.DeriveCodeMappingsRequest())}
        for name, operation in others.items():
            if self._made.supports(name):
                rpc_name, request = rpcs.get(name, ("GetCommit", pb.GetCommitRequest()))
                self.calls[name] = self._of_operation(operation, rpc_name, request)

    def __enter__(self) -> Cells:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def change(self, index: int | None, change: Change | None, state: int) -> None:
        self._server.change = index, change, state

    def exchanges(self) -> int:
        return len(self._server.exchanges)

    def run(self, call: Call, seconds: float) -> tuple[str, float]:
        """The status, or what is a bug, and how long it took."""
        cache.clear()
        world = self._fake.world
        world.pull_requests, world.branches = copy.deepcopy(self._pulls), dict(self._branches)
        self._server.begin(seconds)
        started = time.monotonic()
        try:
            status = call(seconds)
        except ScmError as error:
            status = error.code.name
        except Exception as error:
            status = f"bug: {type(error).__name__}: {str(error)[:200]} ({_place(error)})"
        return status, time.monotonic() - started

    def _of_rpc(self, rpc_name: str, request: Message) -> Call:
        def operate(adapter: Any, call: Any) -> None:
            found = getattr(adapter, call.rpc.operation)(call, call.request)
            for message in found if hasattr(found, "__next__") else [found]:
                message.SerializeToString()

        return self._of_operation(operate, rpc_name, request)

    def _of_operation(self, operate: Callable[[Any, Any], object], rpc_name: str, request: Message) -> Call:
        def run(seconds: float) -> str:
            budget = Budget(seconds)
            connection = replace(self._made.installation, seconds_left=budget.seconds_left)
            adapter = type(self._made)(connection, self._made.repository)
            call = call_of(rpc_name, request)
            call.__dict__["budget"] = budget
            with spending(budget):
                operate(adapter, call)
            return "OK"

        return run


def _place(error: BaseException) -> str:
    trace, last = error.__traceback__, ""
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if "sentry_scm_grpc" in name:
            last = f"{name.rpartition('sentry_scm_grpc/')[2]}:{trace.tb_lineno}"
        trace = trace.tb_next
    return last


def make_small(fake: FakeVendor) -> None:
    """Little of everything: what is sought are odd answers, not many."""
    world = fake.world
    world.files = {
        path: text for path, text in world.files.items() if path in ("CODEOWNERS", "src/app.py", "src/module001.py")
    }
    world.issues = {1: world.issues[1]}
    world.repositories = world.repositories[:2]
    if isinstance(fake, jira.Fake):
        del fake.projects[2:]
    # The branch "topic" parted from the sixth.
    del world.commits[7:], world.topic[:-3]
    known = {commit.sha for commit in (*world.commits, *world.topic)}
    world.branches = {name: sha for name, sha in world.branches.items() if sha in known}
    world.branches["topic"] = world.topic[0].sha
    world.branches["new"] = world.make([world.branches["main"]], "New", world.commits[0].author, {"new.txt": b"1"}).sha
    topic = world.pull_requests[TOPIC]
    # One for each write: a call that was given up may still arrive.
    world.pull_requests = {number: replace(topic, number=number) for number in (TOPIC, UPDATED, MERGED)}
    world.tags = {name: tag for name, tag in world.tags.items() if tag.sha in known}
    world.blame = lambda line: world.commits[0]  # type: ignore[method-assign]


def requests_of(fake: FakeVendor) -> dict[str, Message]:
    """A good request for each RPC that an adapter serves."""
    head = fake.world.head
    line = {"commit_sha": head, "filepath": "src/app.py", "line_number": 1}
    return {
        "CheckRepositoryAccess": pb.CheckRepositoryAccessRequest(),
        "GetCommit": pb.GetCommitRequest(commit_sha="main"),
        "ListCommits": pb.ListCommitsRequest(),
        "StreamCommits": pb.StreamCommitsRequest(),
        "ListFileChanges": pb.ListFileChangesRequest(commit_sha="main"),
        "GetCommitContext": pb.GetCommitContextRequest(**line),
        "BatchGetCommitContext": pb.BatchGetCommitContextRequest(lines=[pb.SourceLine(**line)]),
        "CheckFile": pb.CheckFileRequest(path="src/app.py"),
        "GetFile": pb.GetFileRequest(path="src/app.py"),
        "ListTree": pb.ListTreeRequest(),
        "StreamTree": pb.StreamTreeRequest(),
        "ListDirectory": files_pb2.ListDirectoryRequest(path="src"),
        "FindFiles": files_pb2.FindFilesRequest(globs=["*.py"]),
        "BatchGetFiles": files_pb2.BatchGetFilesRequest(paths=["src/app.py", "docs/a.md"]),
        "StreamFile": files_pb2.StreamFileRequest(path="src/app.py"),
        "GetCodeOwners": pb.GetCodeOwnersRequest(paths=["docs/a.md"]),
        "SearchRepositories": pb.SearchRepositoriesRequest(),
        "SearchCode": pb.SearchCodeRequest(query=NEEDLE),
        "SearchIssues": pb.SearchIssuesRequest(query="it breaks", destination=fake.destination),
        "ListIssueDestinations": pb.ListIssueDestinationsRequest(),
        "ListBranches": refs_pb2.ListBranchesRequest(),
        "ListTags": refs_pb2.ListTagsRequest(prefix="v"),
        "GetRef": refs_pb2.GetRefRequest(ref="main"),
        "CompareCommits": refs_pb2.CompareCommitsRequest(base="topic", head="main"),
        "GetMergeBase": refs_pb2.GetMergeBaseRequest(refs=["topic", "main"]),
        "ListComparedFiles": refs_pb2.ListComparedFilesRequest(base="topic", head="main"),
        "StreamBlame": files_pb2.StreamBlameRequest(path="src/app.py"),
        "StreamArchive": files_pb2.StreamArchiveRequest(),
        "SearchCommits": files_pb2.SearchCommitsRequest(message="because"),
        "StreamDiff": refs_pb2.StreamDiffRequest(base="topic", head="main"),
        "ListCommitStatuses": checks_pb2.ListCommitStatusesRequest(commit_sha=head),
        "ListCheckRuns": checks_pb2.ListCheckRunsRequest(commit_sha=head),
        "GetCheckRun": checks_pb2.GetCheckRunRequest(check_run_id="1" if "github" in fake.key else f"{head}:lint"),
        "ListPipelines": checks_pb2.ListPipelinesRequest(),
        "ListPipelineJobs": checks_pb2.ListPipelineJobsRequest(pipeline_id=KnownOfFake(fake).pipeline),
        "StreamJobLog": checks_pb2.StreamJobLogRequest(job_id=KnownOfFake(fake).job),
        "CreatePullRequest": pulls.CreatePullRequestRequest(title="x", body="y", head="new"),
        "UpdatePullRequest": pulls.UpdatePullRequestRequest(
            number=UPDATED, title="x", draft=True, update_mask={"paths": ["title", "draft"]}
        ),
        "MergePullRequest": pulls.MergePullRequestRequest(number=MERGED),
        "CreatePullRequestComment": pulls.CreatePullRequestCommentRequest(number=TOPIC, body="x"),
        "CreateReview": pulls.CreateReviewRequest(number=TOPIC, state=pulls.REVIEW_STATE_COMMENTED, body="x"),
        "CreateCommitStatus": checks_pb2.CreateCommitStatusRequest(commit_sha=head, key="a", state=3, url=RUN),
    }
