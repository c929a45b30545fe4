"""The contract keeps what it has promised: names, numbers and types never change, and every RPC states its policy."""

from __future__ import annotations

import re

import pytest
from google.protobuf import descriptor_pb2
from google.protobuf.descriptor import EnumDescriptor

from sentry_scm_grpc.rpc.policy import RPCS, Rpc, field_rules
from sentry_scm_grpc.v1 import options_pb2, scm_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb

PACKAGE = "sentry.integrations.scm.v1"

# RPC: request -> response. What clients already call.
FIXED_RPCS = {
    "ListRepositories": ("ListRepositoriesRequest", "ListRepositoriesResponse"),
    "GetRepository": ("GetRepositoryRequest", "Repository"),
    "CreateRepository": ("CreateRepositoryRequest", "Repository"),
    "UpdateRepository": ("UpdateRepositoryRequest", "Repository"),
    "DeleteRepository": ("DeleteRepositoryRequest", "Empty"),
    "GetCommit": ("GetCommitRequest", "Commit"),
    "ListCommits": ("ListCommitsRequest", "ListCommitsResponse"),
    "GetCommitContext": ("GetCommitContextRequest", "CommitContext"),
    "CreateCodeMapping": ("CreateCodeMappingRequest", "CodeMapping"),
    "UpdateCodeMapping": ("UpdateCodeMappingRequest", "CodeMapping"),
    "DeleteCodeMapping": ("DeleteCodeMappingRequest", "Empty"),
    "DeriveCodeMappings": ("DeriveCodeMappingsRequest", "DeriveCodeMappingsResponse"),
    "CreateExternalIssue": ("CreateExternalIssueRequest", "ExternalIssue"),
    "LinkExternalIssue": ("LinkExternalIssueRequest", "ExternalIssue"),
    "SyncIssueStatus": ("SyncIssueStatusRequest", "Empty"),
    "SearchRepositories": ("SearchRepositoriesRequest", "SearchRepositoriesResponse"),
    "SearchCode": ("SearchCodeRequest", "SearchCodeResponse"),
}

# Message: its fields as "number type name".
FIXED_MESSAGES = {
    "Repository": (
        "1 int64 id, 2 int64 organization_id, 3 string name, 4 string url, 5 Provider provider, 6 string external_id, "
        "7 RepositoryStatus status, 8 Timestamp date_added, 9 map<string,string> config"
    ),
    "Commit": (
        "1 string id, 2 int64 repository_id, 3 string key, 4 string message, 5 CommitAuthor author, "
        "6 Timestamp date_added, 7 repeated FileChange file_changes"
    ),
    "CommitAuthor": "1 string name, 2 string email, 3 string external_id",
    "CommitContext": (
        "1 int64 repository_id, 2 string commit_id, 3 string filename, 4 int32 line_number, 5 string blame_commit_id, "
        "6 CommitAuthor blame_author, 7 string code_snippet"
    ),
    "CodeMapping": (
        "1 int64 id, 2 int64 organization_id, 3 int64 project_id, 4 int64 repository_id, 5 string stack_root, "
        "6 string source_root, 7 string default_branch"
    ),
    "ExternalIssue": (
        "1 int64 id, 2 int64 organization_id, 3 int64 integration_id, 4 string key, 5 string title, "
        "6 string description, 7 string web_url, 8 map<string,string> metadata"
    ),
    "ListRepositoriesRequest": (
        "1 int64 organization_id, 2 Provider provider, 3 string query, 4 int32 page_size, 5 string page_token"
    ),
    "ListRepositoriesResponse": "1 repeated Repository repositories, 2 string next_page_token",
    "GetRepositoryRequest": "1 int64 repository_id",
    "GetCommitRequest": "1 int64 repository_id, 2 string commit_sha",
    "GetCommitContextRequest": "1 int64 repository_id, 2 string commit_sha, 3 string filepath, 4 int32 line_number",
    "CreateCodeMappingRequest": (
        "1 int64 organization_id, 2 int64 project_id, 3 int64 repository_id, 4 string stack_root, "
        "5 string source_root, 6 string default_branch"
    ),
    "DeriveCodeMappingsRequest": "1 int64 organization_id, 2 int64 project_id, 3 repeated string stacktrace_paths",
    "DeriveCodeMappingsResponse": "1 repeated CodeMapping mappings",
    "CreateExternalIssueRequest": (
        "1 int64 organization_id, 2 int64 integration_id, 3 string title, 4 string description, "
        "5 map<string,string> metadata"
    ),
    "LinkExternalIssueRequest": "1 int64 group_id, 2 int64 external_issue_id",
}

FIXED_ENUMS = {
    "Provider": {
        "PROVIDER_UNSPECIFIED": 0,
        "PROVIDER_GITHUB": 1,
        "PROVIDER_GITLAB": 2,
        "PROVIDER_BITBUCKET": 3,
        "PROVIDER_BITBUCKET_SERVER": 4,
        "PROVIDER_AZURE_DEVOPS": 5,
        "PROVIDER_GITHUB_ENTERPRISE": 6,
    },
    "RepositoryStatus": {
        "REPOSITORY_STATUS_UNSPECIFIED": 0,
        "REPOSITORY_STATUS_ACTIVE": 1,
        "REPOSITORY_STATUS_DISABLED": 2,
        "REPOSITORY_STATUS_HIDDEN": 3,
    },
}

# RPCs that were added to the fixed ones, and the new fields and values that clients ask for.
ADDED_RPCS = {
    "SyncRepository",
    "ListFileChanges",
    "GetCodeOwners",
    "SearchIssues",
    "GetExternalIssue",
    "ListExternalIssues",
    "UnlinkExternalIssue",
    "GetCodeMapping",
    "ListCodeMappings",
    "BatchGetCommitContext",
    "CheckFile",
    "GetFile",
    "ListTree",
    "StreamCommits",
    "StreamTree",
    "GetStacktraceLink",
    "GetSourceUrl",
    "ResolveSourceUrl",
    "CheckRepositoryAccess",
    "ListIntegrations",
    "ListIssueDestinations",
    "GetCapabilities",
    # LookupService
    "GetCaller",
    "BatchLookupRepositories",
    "BatchUpsertCodeMappings",
    "ResolveFrames",
    "SyncRepositories",
    "GetRepositoryPermission",
    # RefService
    "ListBranches",
    "ListTags",
    "GetRef",
    "CompareCommits",
    "GetMergeBase",
    "ListComparedFiles",
    "StreamDiff",
    "CreateBranch",
    "UpdateBranch",
    "DeleteBranch",
    "CreateCommit",
    # FileService
    "ListDirectory",
    "StreamBlame",
    "StreamArchive",
    "SearchCommits",
    # CheckService
    "ListCommitStatuses",
    "CreateCommitStatus",
    # PullRequestService
    "GetPullRequest",
    "ListPullRequests",
    "ListPullRequestCommits",
    "ListPullRequestFiles",
    "StreamPullRequestDiff",
    "ListCheckRuns",
    "GetCheckRun",
    "CreateCheckRun",
    "UpdateCheckRun",
    "BatchGetFiles",
    "StreamFile",
    "ListPullRequestComments",
    "ListReviewThreads",
    "BatchGetPullRequestStatus",
    "CreatePullRequest",
    "UpdatePullRequest",
    "MergePullRequest",
    "CreateReview",
    "ResolveReviewThread",
    "CreatePullRequestComment",
    "UpdatePullRequestComment",
    "DeletePullRequestComment",
    "ListReviews",
    "ListPipelines",
    "ListPipelineJobs",
    "StreamJobLog",
    "FindFiles",
}
ADDED_FIELDS = {
    "Repository": {"default_branch", "integration_id", "provider_key"},
    "Commit": {"web_url", "committer", "parent_keys"},
    "CommitContext": {"message", "committed_at", "blame_filename"},
    "FileChange": {"path", "kind", "previous_path", "additions", "deletions"},
    "SyncIssueStatusRequest": {"direction"},
}
ADDED_VALUES = {
    "RepositoryStatus": {"REPOSITORY_STATUS_PENDING_DELETION", "REPOSITORY_STATUS_DELETION_IN_PROGRESS"},
    "FileChangeKind": {f"FILE_CHANGE_KIND_{kind}" for kind in ("ADDED", "MODIFIED", "DELETED", "RENAMED", "COPIED")},
    "SyncDirection": {"SYNC_DIRECTION_GROUP_TO_TRACKER", "SYNC_DIRECTION_TRACKER_TO_GROUP"},
}

FILE = descriptor_pb2.FileDescriptorProto()
scm_pb2.DESCRIPTOR.CopyToProto(FILE)
MESSAGES = {message.name: message for message in FILE.message_type}


def test_the_package_and_the_paths_on_the_wire() -> None:
    assert FILE.package == PACKAGE
    assert FILE.syntax == "proto3"
    assert [service.name for service in FILE.service] == ["ScmService"]
    assert RPCS["ListRepositories"].path == f"/{PACKAGE}.ScmService/ListRepositories"


def test_the_service_has_the_fixed_rpcs_and_the_added_ones_and_no_others() -> None:
    assert set(RPCS) == set(FIXED_RPCS) | ADDED_RPCS


@pytest.mark.parametrize("rpc", FIXED_RPCS)
def test_fixed_rpcs_take_and_return_what_they_did(rpc: str) -> None:
    method = RPCS[rpc].method
    assert (method.input_type.name, method.output_type.name) == FIXED_RPCS[rpc]
    assert not RPCS[rpc].streams


@pytest.mark.parametrize("message", FIXED_MESSAGES)
def test_fixed_messages_keep_numbers_types_and_names(message: str) -> None:
    fields = sorted(MESSAGES[message].field, key=lambda field: field.number)
    kept = FIXED_MESSAGES[message].split(", ")
    assert [_written(message, field) for field in fields[: len(kept)]] == kept


@pytest.mark.parametrize("enum", FIXED_ENUMS)
def test_fixed_enums_keep_names_and_numbers(enum: str) -> None:
    found = _enum(enum).values_by_name
    assert {name: found[name].number for name in FIXED_ENUMS[enum]} == FIXED_ENUMS[enum]


def test_the_added_fields_and_values_are_there() -> None:
    missing = [
        f"{message}.{field}"
        for message, fields in ADDED_FIELDS.items()
        for field in fields - {found.name for found in MESSAGES[message].field}
    ]
    missing += [value for enum, values in ADDED_VALUES.items() for value in values - set(_enum(enum).values_by_name)]
    assert not missing


def test_server_streams_are_those_that_say_so() -> None:
    assert {rpc.name for rpc in RPCS.values() if rpc.streams} == {
        *("StreamCommits", "StreamTree", "StreamDiff", "StreamBlame", "StreamArchive", "StreamPullRequestDiff"),
        *("StreamFile", "StreamJobLog"),
    }


@pytest.mark.parametrize("rpc", RPCS.values(), ids=RPCS)
def test_every_rpc_states_its_whole_policy(rpc: Rpc) -> None:
    policy = rpc.method.GetOptions().Extensions[options_pb2.policy]
    level = rpc.method.GetOptions().idempotency_level
    levels = descriptor_pb2.MethodOptions
    assert policy.access != options_pb2.ACCESS_UNSPECIFIED
    assert policy.executor != options_pb2.EXECUTOR_UNSPECIFIED
    # Either some scopes or every credential.
    assert bool(policy.scopes) != policy.any_credential
    assert all(re.fullmatch(r"(org|project|event):[a-z]+", scope) for scope in policy.scopes)
    # What reads has no side effects; what writes has some, and says so when repeating it changes nothing more.
    assert (level == levels.NO_SIDE_EFFECTS) == (policy.access == options_pb2.ACCESS_READ)
    # A write takes a request id, which makes it safe to repeat.
    assert rpc.takes_request_id == rpc.writes


@pytest.mark.parametrize("rpc", RPCS.values(), ids=RPCS)
def test_every_request_names_a_row_that_leads_to_the_organization(rpc: Rpc) -> None:
    leading = {
        field.name
        for field in rpc.method.input_type.fields
        if (field_rules(field).required and field_rules(field).resource)
        # Left out, it is that of the credentials.
        or field_rules(field).resource == options_pb2.RESOURCE_ORGANIZATION
    }
    assert leading


@pytest.mark.parametrize("rpc", [rpc for rpc in RPCS.values() if rpc.pages], ids=lambda rpc: rpc.name)
def test_lists_page_as_aip_158_says(rpc: Rpc) -> None:
    request = rpc.method.input_type.fields_by_name
    response = rpc.method.output_type.fields_by_name
    assert field_rules(request["page_size"]).format == options_pb2.FORMAT_PAGE_SIZE
    assert "next_page_token" in response
    assert response["next_page_token"].number == 2


def test_fields_that_hold_ids_lines_refs_and_paths_have_their_rules() -> None:
    """A new request field of a known name cannot be forgotten by validation."""
    resources = {
        "organization_id": options_pb2.RESOURCE_ORGANIZATION,
        "project_id": options_pb2.RESOURCE_PROJECT,
        "integration_id": options_pb2.RESOURCE_INTEGRATION,
        "repository_id": options_pb2.RESOURCE_REPOSITORY,
        "code_mapping_id": options_pb2.RESOURCE_CODE_MAPPING,
        "external_issue_id": options_pb2.RESOURCE_EXTERNAL_ISSUE,
        "group_id": options_pb2.RESOURCE_GROUP,
    }
    formats = {
        "commit_sha": options_pb2.FORMAT_REF,
        "ref": options_pb2.FORMAT_REF,
        "path": options_pb2.FORMAT_PATH,
        "paths": options_pb2.FORMAT_PATH,
        "line_number": options_pb2.FORMAT_LINE,
        "title": options_pb2.FORMAT_TEXT,
        "request_id": options_pb2.FORMAT_REQUEST_ID,
    }
    for rpc in RPCS.values():
        for field in rpc.method.input_type.fields:
            rules = field_rules(field)
            assert rules.resource == resources.get(field.name, rules.resource), f"{rpc.name}: {field.name}"
            assert rules.format == formats.get(field.name, rules.format), f"{rpc.name}: {field.name}"


def test_an_integration_has_no_field_that_could_carry_a_secret() -> None:
    assert {field.name for field in MESSAGES["Integration"].field} == {
        "id",
        "organization_id",
        "provider",
        "provider_key",
        "name",
        "domain",
        "status",
    }


def _enum(name: str) -> EnumDescriptor:
    return pb.DESCRIPTOR.enum_types_by_name[name]


def _written(message: str, field: descriptor_pb2.FieldDescriptorProto) -> str:
    """A field as the tables above write it."""
    kind = field.type_name.rsplit(".", 1)[-1]
    if not kind:
        kind = descriptor_pb2.FieldDescriptorProto.Type.Name(field.type).removeprefix("TYPE_").lower()
    entry = next((nested for nested in MESSAGES[message].nested_type if nested.name == kind), None)
    if entry is not None:
        types = [descriptor_pb2.FieldDescriptorProto.Type.Name(part.type)[5:].lower() for part in entry.field]
        return f"{field.number} map<{','.join(types)}> {field.name}"
    repeated = "repeated " if field.label == descriptor_pb2.FieldDescriptorProto.LABEL_REPEATED else ""
    return f"{field.number} {repeated}{kind} {field.name}"
