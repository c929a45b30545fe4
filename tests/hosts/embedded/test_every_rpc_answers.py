"""Every RPC of the contract answers on the embedded host, with data of a real repository."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from google.protobuf import json_format
from google.protobuf.message import Message

from sentry_scm_grpc.hosts.embedded import models
from sentry_scm_grpc.providers.git.adapter import GitAdapter
from sentry_scm_grpc.rpc import call as resources
from sentry_scm_grpc.rpc.policy import RPCS, Rpc
from sentry_scm_grpc.testing import factories
from sentry_scm_grpc.testing.every_rpc import EVERY_RPC, sample_request
from sentry_scm_grpc.testing.web_call import web_call
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.docs.answers import hold
from tests.docs.blocks import examples
from tests.hosts.embedded.conftest import Caller, git
from tests.sites import rows_of

PATH = "src/engine.py"
# What a request needs beside the ids of its rows, for an answer that has something in it.
FIELDS: dict[str, dict[str, Any]] = {
    "CheckFile": {"path": PATH},
    "CompareCommits": {"base": "v1.0"},
    "CreateBranch": {"name": "release/2.0"},
    "CreateCodeMapping": {"stack_root": "elsewhere/"},
    "CreateCommit": {"branch": "release/1.0"},
    "DeleteBranch": {"name": "release/1.0"},
    "DeriveCodeMappings": {"stacktrace_paths": ["app/src/engine.py"]},
    "GetCodeOwners": {"paths": [PATH]},
    "GetCommitContext": {"filepath": PATH},
    "GetFile": {"path": PATH},
    "GetMergeBase": {"refs": ["v1.0", "HEAD"]},
    "GetSourceUrl": {"path": PATH},
    "GetStacktraceLink": {"filepath": PATH},
    "ListComparedFiles": {"base": "v1.0"},
    "FindFiles": {"globs": ["*.py"]},
    "BatchGetFiles": {"paths": [PATH]},
    "StreamFile": {"path": PATH},
    "ResolveFrames": {"frames": [{"path": "/app/engine.py", "line_number": 1}]},
    "SearchCode": {"query": "thrust"},
    "SearchIssues": {"query": "broken"},
    "SearchCommits": {"message": "lift"},
    "StreamBlame": {"path": PATH},
    "UpdateCodeMapping": {"code_mapping": {"source_root": "lib/"}},
    "UpdateBranch": {"name": "release/1.0"},
    "UpdateRepository": {"repository": {"status": "REPOSITORY_STATUS_ACTIVE"}},
}
# That local git cannot serve.
UNSUPPORTED = {name for name, rpc in RPCS.items() if rpc.needs in GitAdapter.missing}
# Those whose answer has nothing to say.
EMPTY = {"DeleteRepository", "DeleteBranch", "DeleteCodeMapping", "UnlinkExternalIssue", "SyncIssueStatus"}


@pytest.fixture
def ids(organization: models.Organization, git_repository: Path, settings: Any) -> dict[int, int]:
    settings.SCM_GRPC = {**settings.SCM_GRPC, "GIT_WRITES": True}
    git(git_repository, "tag", "-a", "-m", "The first release", "v1.0")
    git(git_repository, "branch", "release/1.0")
    (git_repository / "CODEOWNERS").write_text("*.py @rockets\n")
    git(git_repository, "add", ".")
    git(git_repository, "commit", "-q", "-m", "Somebody owns it")
    ids = rows_of(organization)
    models.Repository.objects.filter(id=ids[resources.REPOSITORY]).update(
        config={"path": str(git_repository)}, external_id=str(git_repository), url="https://git.example.com/acme/rocket"
    )
    models.CodeMapping.objects.filter(id=ids[resources.CODE_MAPPING]).update(stack_root="/app/", source_root="src/")
    return ids


def request_of(rpc: Rpc, ids: dict[int, int], repository: Path) -> Any:
    request = sample_request(rpc, ids)
    json_format.ParseDict(FIELDS.get(rpc.name, {}), request)
    if rpc.name == "CreateRepository":
        request.identifier = str(repository)
    if rpc.name == "ResolveSourceUrl":
        request.url = f"https://git.example.com/acme/rocket/blob/main/{PATH}"
    if rpc.name == "BatchGetCommitContext":
        request.lines[0].filepath = PATH
    if rpc.name == "BatchUpsertCodeMappings":
        request.project_id, request.mappings[0].repository_id = ids[resources.PROJECT], ids[resources.REPOSITORY]
    if rpc.name == "BatchLookupRepositories":
        request.repositories[0].clone_url = "git@git.example.com:acme/rocket.git"
    if rpc.name == "CreateCommit":
        request.expected_head_sha = git(repository, "rev-parse", request.branch)
    return request


@EVERY_RPC
def test_it_answers(rpc: Rpc, ids: dict[int, int], call: Caller, git_repository: Path) -> None:
    if rpc.name == "CreateRepository":
        models.Repository.objects.all().delete()
    if rpc.name in ("UnlinkExternalIssue", "SyncIssueStatus", "ListExternalIssues"):
        factories.GroupLinkFactory(group_id=ids[resources.GROUP], external_issue_id=ids[resources.EXTERNAL_ISSUE])
    request = request_of(rpc, ids, git_repository)
    if rpc.name == "LinkExternalIssue":
        request.external_issue_id = ids[resources.EXTERNAL_ISSUE]

    answer = web_call(rpc.name, request, call.metadata)
    if rpc.name in UNSUPPORTED:
        assert answer.reason == "PROVIDER_UNSUPPORTED"
        return
    assert answer.status.name == "OK", (answer.reason, answer.text)
    assert answer.messages
    if rpc.name not in EMPTY:
        assert all(fields_set(message) for message in answer.messages), answer.messages


@EVERY_RPC
def test_it_answers_the_example_of_the_reference(
    rpc: Rpc, ids: dict[int, int], call: Caller, git_repository: Path
) -> None:
    (git_repository / PATH).write_text("".join(f"thrust = {line}\n" for line in range(1, 13)))
    git(git_repository, "commit", "-q", "-am", "As many lines as the examples ask for")
    if rpc.name in ("UnlinkExternalIssue", "SyncIssueStatus"):
        factories.GroupLinkFactory(group_id=ids[resources.GROUP], external_issue_id=ids[resources.EXTERNAL_ISSUE])
    request: Any = json_format.ParseDict(examples()[rpc.name], rpc.request_class())
    for field in rpc.resource_fields:
        if field.id_in(request):
            holder = getattr(request, field.name) if field.nested else request
            setattr(holder, "id" if field.nested else field.name, ids[field.resource])
    if rpc.name == "CreateRepository":  # At vendors it is a name, here a path.
        models.Repository.objects.all().delete()
        request.identifier = str(git_repository)
    if rpc.name == "CreateCommit":
        request.expected_head_sha = git(git_repository, "rev-parse", request.branch)
    answer = web_call(rpc.name, request, call.metadata)
    if rpc.name in UNSUPPORTED:
        assert answer.reason == "PROVIDER_UNSUPPORTED"
        return
    assert answer.status.name == "OK", (answer.reason, answer.text)
    hold(rpc.name, answer.messages, git_repository)


def fields_set(message: Message) -> list[str]:
    return [field.name for field, _ in message.ListFields()]


def test_the_capability_list_says_what_it_can_do(ids: dict[int, int], call: Caller) -> None:
    answer: pb.Capabilities = call("GetCapabilities", integration_id=ids[resources.INTEGRATION]).message
    assert [capability.rpc for capability in answer.capabilities] == list(RPCS)
    assert {capability.rpc for capability in answer.capabilities if not capability.supported} == UNSUPPORTED
