"""Made by scripts/generate-message-stubs from the contract; not to be edited."""

from collections.abc import Iterable, Mapping, MutableMapping, MutableSequence
from typing import Any, NewType, TypeVar

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FileDescriptor
from google.protobuf.empty_pb2 import Empty
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.timestamp_pb2 import Timestamp

_T = TypeVar("_T")
_M = TypeVar("_M", bound="_Message")

DESCRIPTOR: FileDescriptor

class _Message:
    """What every message has."""

    DESCRIPTOR: Descriptor
    @classmethod
    def FromString(cls: type[_M], s: bytes) -> _M: ...
    def SerializeToString(self, *, deterministic: bool = ...) -> bytes: ...
    def ParseFromString(self, serialized: bytes) -> int: ...
    def MergeFromString(self, serialized: bytes) -> int: ...
    def CopyFrom(self: _M, other: _M) -> None: ...
    def MergeFrom(self: _M, other: _M) -> None: ...
    def Clear(self) -> None: ...
    def ByteSize(self) -> int: ...
    def ListFields(self) -> list[tuple[Any, Any]]: ...
    def HasField(self, field_name: str) -> bool: ...
    def ClearField(self, field_name: str) -> None: ...
    def WhichOneof(self, oneof_group: str) -> str | None: ...

class _Repeated(MutableSequence[_T]):
    """A list of messages."""

    def add(self, **fields: Any) -> _T: ...

class _Enum:
    """What every enum has."""

    DESCRIPTOR: EnumDescriptor
    @staticmethod
    def Name(number: int) -> str: ...
    @staticmethod
    def Value(name: str) -> int: ...
    @staticmethod
    def keys() -> list[str]: ...
    @staticmethod
    def values() -> list[int]: ...
    @staticmethod
    def items() -> list[tuple[str, int]]: ...

_ProviderValue = NewType("_ProviderValue", int)

class Provider(_Enum):
    """The providers that Sentry ships. A provider outside this list appears as PROVIDER_UNSPECIFIED with a `provider_key`."""

    ValueType = _ProviderValue
    PROVIDER_UNSPECIFIED: _ProviderValue
    PROVIDER_GITHUB: _ProviderValue
    PROVIDER_GITLAB: _ProviderValue
    PROVIDER_BITBUCKET: _ProviderValue
    PROVIDER_BITBUCKET_SERVER: _ProviderValue
    PROVIDER_AZURE_DEVOPS: _ProviderValue
    PROVIDER_GITHUB_ENTERPRISE: _ProviderValue

PROVIDER_UNSPECIFIED: _ProviderValue
PROVIDER_GITHUB: _ProviderValue
PROVIDER_GITLAB: _ProviderValue
PROVIDER_BITBUCKET: _ProviderValue
PROVIDER_BITBUCKET_SERVER: _ProviderValue
PROVIDER_AZURE_DEVOPS: _ProviderValue
PROVIDER_GITHUB_ENTERPRISE: _ProviderValue

_IntegrationStatusValue = NewType("_IntegrationStatusValue", int)

class IntegrationStatus(_Enum):
    """The state of an integration in its organization."""

    ValueType = _IntegrationStatusValue
    INTEGRATION_STATUS_UNSPECIFIED: _IntegrationStatusValue
    INTEGRATION_STATUS_ACTIVE: _IntegrationStatusValue
    INTEGRATION_STATUS_DISABLED: _IntegrationStatusValue
    INTEGRATION_STATUS_PENDING_DELETION: _IntegrationStatusValue
    INTEGRATION_STATUS_DELETION_IN_PROGRESS: _IntegrationStatusValue

INTEGRATION_STATUS_UNSPECIFIED: _IntegrationStatusValue
INTEGRATION_STATUS_ACTIVE: _IntegrationStatusValue
INTEGRATION_STATUS_DISABLED: _IntegrationStatusValue
INTEGRATION_STATUS_PENDING_DELETION: _IntegrationStatusValue
INTEGRATION_STATUS_DELETION_IN_PROGRESS: _IntegrationStatusValue

_RepositoryStatusValue = NewType("_RepositoryStatusValue", int)

class RepositoryStatus(_Enum):
    """The state of a repository. Sentry stores "disabled" and "hidden" as one value."""

    ValueType = _RepositoryStatusValue
    REPOSITORY_STATUS_UNSPECIFIED: _RepositoryStatusValue
    REPOSITORY_STATUS_ACTIVE: _RepositoryStatusValue
    REPOSITORY_STATUS_DISABLED: _RepositoryStatusValue
    REPOSITORY_STATUS_HIDDEN: _RepositoryStatusValue
    REPOSITORY_STATUS_PENDING_DELETION: _RepositoryStatusValue
    REPOSITORY_STATUS_DELETION_IN_PROGRESS: _RepositoryStatusValue

REPOSITORY_STATUS_UNSPECIFIED: _RepositoryStatusValue
REPOSITORY_STATUS_ACTIVE: _RepositoryStatusValue
REPOSITORY_STATUS_DISABLED: _RepositoryStatusValue
REPOSITORY_STATUS_HIDDEN: _RepositoryStatusValue
REPOSITORY_STATUS_PENDING_DELETION: _RepositoryStatusValue
REPOSITORY_STATUS_DELETION_IN_PROGRESS: _RepositoryStatusValue

_FileChangeKindValue = NewType("_FileChangeKindValue", int)

class FileChangeKind(_Enum):
    """What happened to a file."""

    ValueType = _FileChangeKindValue
    FILE_CHANGE_KIND_UNSPECIFIED: _FileChangeKindValue
    FILE_CHANGE_KIND_ADDED: _FileChangeKindValue
    FILE_CHANGE_KIND_MODIFIED: _FileChangeKindValue
    FILE_CHANGE_KIND_DELETED: _FileChangeKindValue
    FILE_CHANGE_KIND_RENAMED: _FileChangeKindValue
    FILE_CHANGE_KIND_COPIED: _FileChangeKindValue

FILE_CHANGE_KIND_UNSPECIFIED: _FileChangeKindValue
FILE_CHANGE_KIND_ADDED: _FileChangeKindValue
FILE_CHANGE_KIND_MODIFIED: _FileChangeKindValue
FILE_CHANGE_KIND_DELETED: _FileChangeKindValue
FILE_CHANGE_KIND_RENAMED: _FileChangeKindValue
FILE_CHANGE_KIND_COPIED: _FileChangeKindValue

_TreeEntryKindValue = NewType("_TreeEntryKindValue", int)

class TreeEntryKind(_Enum):
    """The kind of an entry of a tree."""

    ValueType = _TreeEntryKindValue
    TREE_ENTRY_KIND_UNSPECIFIED: _TreeEntryKindValue
    TREE_ENTRY_KIND_FILE: _TreeEntryKindValue
    TREE_ENTRY_KIND_EXECUTABLE: _TreeEntryKindValue
    TREE_ENTRY_KIND_SYMLINK: _TreeEntryKindValue
    TREE_ENTRY_KIND_SUBMODULE: _TreeEntryKindValue
    TREE_ENTRY_KIND_DIRECTORY: _TreeEntryKindValue

TREE_ENTRY_KIND_UNSPECIFIED: _TreeEntryKindValue
TREE_ENTRY_KIND_FILE: _TreeEntryKindValue
TREE_ENTRY_KIND_EXECUTABLE: _TreeEntryKindValue
TREE_ENTRY_KIND_SYMLINK: _TreeEntryKindValue
TREE_ENTRY_KIND_SUBMODULE: _TreeEntryKindValue
TREE_ENTRY_KIND_DIRECTORY: _TreeEntryKindValue

_IssueStateValue = NewType("_IssueStateValue", int)

class IssueState(_Enum):
    """Whether an issue is open."""

    ValueType = _IssueStateValue
    ISSUE_STATE_UNSPECIFIED: _IssueStateValue
    ISSUE_STATE_OPEN: _IssueStateValue
    ISSUE_STATE_CLOSED: _IssueStateValue

ISSUE_STATE_UNSPECIFIED: _IssueStateValue
ISSUE_STATE_OPEN: _IssueStateValue
ISSUE_STATE_CLOSED: _IssueStateValue

_SyncDirectionValue = NewType("_SyncDirectionValue", int)

class SyncDirection(_Enum):
    """The direction in which a status is copied."""

    ValueType = _SyncDirectionValue
    SYNC_DIRECTION_UNSPECIFIED: _SyncDirectionValue
    SYNC_DIRECTION_GROUP_TO_TRACKER: _SyncDirectionValue
    SYNC_DIRECTION_TRACKER_TO_GROUP: _SyncDirectionValue

SYNC_DIRECTION_UNSPECIFIED: _SyncDirectionValue
SYNC_DIRECTION_GROUP_TO_TRACKER: _SyncDirectionValue
SYNC_DIRECTION_TRACKER_TO_GROUP: _SyncDirectionValue

_CheckStateValue = NewType("_CheckStateValue", int)

class CheckState(_Enum):
    """How far a check is, or how it ended."""

    ValueType = _CheckStateValue
    CHECK_STATE_UNSPECIFIED: _CheckStateValue
    CHECK_STATE_PENDING: _CheckStateValue
    CHECK_STATE_RUNNING: _CheckStateValue
    CHECK_STATE_SUCCESS: _CheckStateValue
    CHECK_STATE_FAILURE: _CheckStateValue
    CHECK_STATE_ERROR: _CheckStateValue
    CHECK_STATE_CANCELLED: _CheckStateValue
    CHECK_STATE_SKIPPED: _CheckStateValue
    CHECK_STATE_NEUTRAL: _CheckStateValue

CHECK_STATE_UNSPECIFIED: _CheckStateValue
CHECK_STATE_PENDING: _CheckStateValue
CHECK_STATE_RUNNING: _CheckStateValue
CHECK_STATE_SUCCESS: _CheckStateValue
CHECK_STATE_FAILURE: _CheckStateValue
CHECK_STATE_ERROR: _CheckStateValue
CHECK_STATE_CANCELLED: _CheckStateValue
CHECK_STATE_SKIPPED: _CheckStateValue
CHECK_STATE_NEUTRAL: _CheckStateValue

_CheckAnnotationLevelValue = NewType("_CheckAnnotationLevelValue", int)

class CheckAnnotationLevel(_Enum):
    """How serious an annotation is."""

    ValueType = _CheckAnnotationLevelValue
    CHECK_ANNOTATION_LEVEL_UNSPECIFIED: _CheckAnnotationLevelValue
    CHECK_ANNOTATION_LEVEL_NOTICE: _CheckAnnotationLevelValue
    CHECK_ANNOTATION_LEVEL_WARNING: _CheckAnnotationLevelValue
    CHECK_ANNOTATION_LEVEL_FAILURE: _CheckAnnotationLevelValue

CHECK_ANNOTATION_LEVEL_UNSPECIFIED: _CheckAnnotationLevelValue
CHECK_ANNOTATION_LEVEL_NOTICE: _CheckAnnotationLevelValue
CHECK_ANNOTATION_LEVEL_WARNING: _CheckAnnotationLevelValue
CHECK_ANNOTATION_LEVEL_FAILURE: _CheckAnnotationLevelValue

_ArchiveFormatValue = NewType("_ArchiveFormatValue", int)

class ArchiveFormat(_Enum):
    """Formats of archives."""

    ValueType = _ArchiveFormatValue
    ARCHIVE_FORMAT_UNSPECIFIED: _ArchiveFormatValue
    ARCHIVE_FORMAT_TAR_GZ: _ArchiveFormatValue
    ARCHIVE_FORMAT_ZIP: _ArchiveFormatValue

ARCHIVE_FORMAT_UNSPECIFIED: _ArchiveFormatValue
ARCHIVE_FORMAT_TAR_GZ: _ArchiveFormatValue
ARCHIVE_FORMAT_ZIP: _ArchiveFormatValue

_CodeMappingOutcomeValue = NewType("_CodeMappingOutcomeValue", int)

class CodeMappingOutcome(_Enum):
    """What a call did with a code mapping."""

    ValueType = _CodeMappingOutcomeValue
    CODE_MAPPING_OUTCOME_UNSPECIFIED: _CodeMappingOutcomeValue
    CODE_MAPPING_OUTCOME_CREATED: _CodeMappingOutcomeValue
    CODE_MAPPING_OUTCOME_UPDATED: _CodeMappingOutcomeValue
    CODE_MAPPING_OUTCOME_UNCHANGED: _CodeMappingOutcomeValue
    CODE_MAPPING_OUTCOME_FAILED: _CodeMappingOutcomeValue

CODE_MAPPING_OUTCOME_UNSPECIFIED: _CodeMappingOutcomeValue
CODE_MAPPING_OUTCOME_CREATED: _CodeMappingOutcomeValue
CODE_MAPPING_OUTCOME_UPDATED: _CodeMappingOutcomeValue
CODE_MAPPING_OUTCOME_UNCHANGED: _CodeMappingOutcomeValue
CODE_MAPPING_OUTCOME_FAILED: _CodeMappingOutcomeValue

_RepositoryAccessLevelValue = NewType("_RepositoryAccessLevelValue", int)

class RepositoryAccessLevel(_Enum):
    """What a user may do in a repository. Each value includes those before it."""

    ValueType = _RepositoryAccessLevelValue
    REPOSITORY_ACCESS_LEVEL_UNSPECIFIED: _RepositoryAccessLevelValue
    REPOSITORY_ACCESS_LEVEL_NONE: _RepositoryAccessLevelValue
    REPOSITORY_ACCESS_LEVEL_READ: _RepositoryAccessLevelValue
    REPOSITORY_ACCESS_LEVEL_TRIAGE: _RepositoryAccessLevelValue
    REPOSITORY_ACCESS_LEVEL_WRITE: _RepositoryAccessLevelValue
    REPOSITORY_ACCESS_LEVEL_MAINTAIN: _RepositoryAccessLevelValue
    REPOSITORY_ACCESS_LEVEL_ADMIN: _RepositoryAccessLevelValue

REPOSITORY_ACCESS_LEVEL_UNSPECIFIED: _RepositoryAccessLevelValue
REPOSITORY_ACCESS_LEVEL_NONE: _RepositoryAccessLevelValue
REPOSITORY_ACCESS_LEVEL_READ: _RepositoryAccessLevelValue
REPOSITORY_ACCESS_LEVEL_TRIAGE: _RepositoryAccessLevelValue
REPOSITORY_ACCESS_LEVEL_WRITE: _RepositoryAccessLevelValue
REPOSITORY_ACCESS_LEVEL_MAINTAIN: _RepositoryAccessLevelValue
REPOSITORY_ACCESS_LEVEL_ADMIN: _RepositoryAccessLevelValue

_RefKindValue = NewType("_RefKindValue", int)

class RefKind(_Enum):
    """What a text can name."""

    ValueType = _RefKindValue
    REF_KIND_UNSPECIFIED: _RefKindValue
    REF_KIND_BRANCH: _RefKindValue
    REF_KIND_TAG: _RefKindValue
    REF_KIND_COMMIT: _RefKindValue

REF_KIND_UNSPECIFIED: _RefKindValue
REF_KIND_BRANCH: _RefKindValue
REF_KIND_TAG: _RefKindValue
REF_KIND_COMMIT: _RefKindValue

_ComparisonStartValue = NewType("_ComparisonStartValue", int)

class ComparisonStart(_Enum):
    """Where a comparison of files begins."""

    ValueType = _ComparisonStartValue
    COMPARISON_START_UNSPECIFIED: _ComparisonStartValue
    COMPARISON_START_MERGE_BASE: _ComparisonStartValue
    COMPARISON_START_BASE: _ComparisonStartValue

COMPARISON_START_UNSPECIFIED: _ComparisonStartValue
COMPARISON_START_MERGE_BASE: _ComparisonStartValue
COMPARISON_START_BASE: _ComparisonStartValue

_CommitActionKindValue = NewType("_CommitActionKindValue", int)

class CommitActionKind(_Enum):
    """What happens to a file."""

    ValueType = _CommitActionKindValue
    COMMIT_ACTION_KIND_UNSPECIFIED: _CommitActionKindValue
    COMMIT_ACTION_KIND_WRITE: _CommitActionKindValue
    COMMIT_ACTION_KIND_DELETE: _CommitActionKindValue
    COMMIT_ACTION_KIND_MOVE: _CommitActionKindValue
    COMMIT_ACTION_KIND_SET_EXECUTABLE: _CommitActionKindValue

COMMIT_ACTION_KIND_UNSPECIFIED: _CommitActionKindValue
COMMIT_ACTION_KIND_WRITE: _CommitActionKindValue
COMMIT_ACTION_KIND_DELETE: _CommitActionKindValue
COMMIT_ACTION_KIND_MOVE: _CommitActionKindValue
COMMIT_ACTION_KIND_SET_EXECUTABLE: _CommitActionKindValue

_PullRequestStateValue = NewType("_PullRequestStateValue", int)

class PullRequestState(_Enum):
    """The state of a pull request. A draft is open."""

    ValueType = _PullRequestStateValue
    PULL_REQUEST_STATE_UNSPECIFIED: _PullRequestStateValue
    PULL_REQUEST_STATE_OPEN: _PullRequestStateValue
    PULL_REQUEST_STATE_CLOSED: _PullRequestStateValue
    PULL_REQUEST_STATE_MERGED: _PullRequestStateValue

PULL_REQUEST_STATE_UNSPECIFIED: _PullRequestStateValue
PULL_REQUEST_STATE_OPEN: _PullRequestStateValue
PULL_REQUEST_STATE_CLOSED: _PullRequestStateValue
PULL_REQUEST_STATE_MERGED: _PullRequestStateValue

_MergeabilityValue = NewType("_MergeabilityValue", int)

class Mergeability(_Enum):
    """Whether a pull request can be merged."""

    ValueType = _MergeabilityValue
    MERGEABILITY_UNSPECIFIED: _MergeabilityValue
    MERGEABILITY_MERGEABLE: _MergeabilityValue
    MERGEABILITY_CONFLICTS: _MergeabilityValue
    MERGEABILITY_BLOCKED: _MergeabilityValue

MERGEABILITY_UNSPECIFIED: _MergeabilityValue
MERGEABILITY_MERGEABLE: _MergeabilityValue
MERGEABILITY_CONFLICTS: _MergeabilityValue
MERGEABILITY_BLOCKED: _MergeabilityValue

_ReviewStateValue = NewType("_ReviewStateValue", int)

class ReviewState(_Enum):
    """The answer of a reviewer to the whole pull request."""

    ValueType = _ReviewStateValue
    REVIEW_STATE_UNSPECIFIED: _ReviewStateValue
    REVIEW_STATE_PENDING: _ReviewStateValue
    REVIEW_STATE_COMMENTED: _ReviewStateValue
    REVIEW_STATE_APPROVED: _ReviewStateValue
    REVIEW_STATE_CHANGES_REQUESTED: _ReviewStateValue
    REVIEW_STATE_DISMISSED: _ReviewStateValue

REVIEW_STATE_UNSPECIFIED: _ReviewStateValue
REVIEW_STATE_PENDING: _ReviewStateValue
REVIEW_STATE_COMMENTED: _ReviewStateValue
REVIEW_STATE_APPROVED: _ReviewStateValue
REVIEW_STATE_CHANGES_REQUESTED: _ReviewStateValue
REVIEW_STATE_DISMISSED: _ReviewStateValue

_MergeMethodValue = NewType("_MergeMethodValue", int)

class MergeMethod(_Enum):
    """How a pull request is merged. Whether a method is allowed is a setting of the repository at the provider."""

    ValueType = _MergeMethodValue
    MERGE_METHOD_UNSPECIFIED: _MergeMethodValue
    MERGE_METHOD_MERGE: _MergeMethodValue
    MERGE_METHOD_SQUASH: _MergeMethodValue
    MERGE_METHOD_REBASE: _MergeMethodValue

MERGE_METHOD_UNSPECIFIED: _MergeMethodValue
MERGE_METHOD_MERGE: _MergeMethodValue
MERGE_METHOD_SQUASH: _MergeMethodValue
MERGE_METHOD_REBASE: _MergeMethodValue

_DiffSideValue = NewType("_DiffSideValue", int)

class DiffSide(_Enum):
    """The side of a diff."""

    ValueType = _DiffSideValue
    DIFF_SIDE_UNSPECIFIED: _DiffSideValue
    DIFF_SIDE_BASE: _DiffSideValue
    DIFF_SIDE_HEAD: _DiffSideValue

DIFF_SIDE_UNSPECIFIED: _DiffSideValue
DIFF_SIDE_BASE: _DiffSideValue
DIFF_SIDE_HEAD: _DiffSideValue

class Integration(_Message):
    """One installed provider of one organization."""

    id: int
    """The integration's id, unique in the site."""
    organization_id: int
    """The organization that uses it."""
    provider: Provider.ValueType
    """The provider, if the enum has it."""
    provider_key: str
    """The provider's key, such as "github", "git" or a third party's."""
    name: str
    """Its display name: the name of the account or group at the provider."""
    domain: str
    """Host and account without the scheme, such as "github.com/acme". Empty if the provider has none."""
    status: IntegrationStatus.ValueType
    """Its state."""
    def __init__(
        self,
        *,
        id: int | None = ...,
        organization_id: int | None = ...,
        provider: Provider.ValueType | str | None = ...,
        provider_key: str | None = ...,
        name: str | None = ...,
        domain: str | None = ...,
        status: IntegrationStatus.ValueType | str | None = ...,
    ) -> None: ...

class ListIntegrationsRequest(_Message):
    """Asks for the integrations of an organization."""

    organization_id: int
    """The organization. May be left out if the credentials belong to exactly one."""
    provider: Provider.ValueType
    """Only those of this provider; unspecified means all."""
    provider_key: str
    """Only those of this provider key; empty means all."""
    page_size: int
    """The maximum number of integrations in a page. 0 means 100; values above 1000 mean 1000."""
    page_token: str
    """The next_page_token of the previous page. Empty for the first page."""
    def __init__(
        self,
        *,
        organization_id: int | None = ...,
        provider: Provider.ValueType | str | None = ...,
        provider_key: str | None = ...,
        page_size: int | None = ...,
        page_token: str | None = ...,
    ) -> None: ...

class ListIntegrationsResponse(_Message):
    """A page of integrations."""

    @property
    def integrations(self) -> _Repeated[Integration]:
        """The integrations, by id."""
    next_page_token: str
    """The page_token of the next page. Empty on the last page."""
    def __init__(
        self,
        *,
        integrations: Iterable[Integration | Mapping[str, Any]] | None = ...,
        next_page_token: str | None = ...,
    ) -> None: ...

class GetCapabilitiesRequest(_Message):
    """Asks what works with an integration."""

    organization_id: int
    """The organization. May be left out if the credentials belong to exactly one."""
    integration_id: int
    """The integration."""
    def __init__(
        self,
        *,
        organization_id: int | None = ...,
        integration_id: int | None = ...,
    ) -> None: ...

class Capabilities(_Message):
    """What works with an integration."""

    integration_id: int
    """The integration asked about."""
    @property
    def capabilities(self) -> _Repeated[Capability]:
        """Every RPC of the service, in the order of the contract."""
    def __init__(
        self,
        *,
        integration_id: int | None = ...,
        capabilities: Iterable[Capability | Mapping[str, Any]] | None = ...,
    ) -> None: ...

class Capability(_Message):
    """Whether one RPC works."""

    rpc: str
    """The RPC's name, such as "SearchCode"."""
    supported: bool
    """Whether it works with this integration and these settings."""
    reason: str
    """Why it does not: RPC_DISABLED, PROVIDER_UNSUPPORTED or HOST_UNSUPPORTED; SCOPE_MISSING if the vendor told that the credential lacks a permission. Empty if it works."""
    message: str
    """The same in words. If the RPC works, but the answer is derived because the provider's API has no such call: what that costs. If it works only in part because the credential lacks a permission: in which part. Otherwise empty."""
    def __init__(
        self,
        *,
        rpc: str | None = ...,
        supported: bool | None = ...,
        reason: str | None = ...,
        message: str | None = ...,
    ) -> None: ...

class Repository(_Message):
    """A repository known to the organization."""

    id: int
    """The repository's id, unique in the site."""
    organization_id: int
    """The organization it belongs to."""
    name: str
    """Its name, such as "acme/rocket"."""
    url: str
    """Its web address. Empty if it has none."""
    provider: Provider.ValueType
    """The provider, if the enum has it."""
    external_id: str
    """The provider's own id for it. Empty if unknown."""
    status: RepositoryStatus.ValueType
    """Its state."""
    @property
    def date_added(self) -> Timestamp:
        """When it was added."""
    @property
    def config(self) -> MutableMapping[str, str]:
        """What the provider stores with it, such as "name" or "project_id"; never a secret. Values that are not text are written as JSON."""
    default_branch: str
    """The branch that a clone checks out. Empty if unknown."""
    integration_id: int
    """The integration through which it was added; 0 if none."""
    provider_key: str
    """The provider's key, such as "github", "git" or a third party's. Empty if unknown."""
    def __init__(
        self,
        *,
        id: int | None = ...,
        organization_id: int | None = ...,
        name: str | None = ...,
        url: str | None = ...,
        provider: Provider.ValueType | str | None = ...,
        external_id: str | None = ...,
        status: RepositoryStatus.ValueType | str | None = ...,
        date_added: Timestamp | Mapping[str, Any] | None = ...,
        config: Mapping[str, str] | None = ...,
        default_branch: str | None = ...,
        integration_id: int | None = ...,
        provider_key: str | None = ...,
    ) -> None: ...

class ListRepositoriesRequest(_Message):
    """Asks for the repositories of an organization."""

    organization_id: int
    """The organization. May be left out if the credentials belong to exactly one."""
    provider: Provider.ValueType
    """Only those of this provider; unspecified means all."""
    query: str
    """Only those whose name contains this; case is ignored. Empty means all."""
    page_size: int
    """The maximum number of repositories in a page. 0 means 100; values above 1000 mean 1000."""
    page_token: str
    """The next_page_token of the previous page. Empty for the first page."""
    integration_id: int
    """Only those of this integration; 0 means all."""
    provider_key: str
    """Only those of this provider key; empty means all."""
    def __init__(
        self,
        *,
        organization_id: int | None = ...,
        provider: Provider.ValueType | str | None = ...,
        query: str | None = ...,
        page_size: int | None = ...,
        page_token: str | None = ...,
        integration_id: int | None = ...,
        provider_key: str | None = ...,
    ) -> None: ...

class ListRepositoriesResponse(_Message):
    """A page of repositories."""

    @property
    def repositories(self) -> _Repeated[Repository]:
        """The repositories, by name."""
    next_page_token: str
    """The page_token of the next page. Empty on the last page."""
    def __init__(
        self,
        *,
        repositories: Iterable[Repository | Mapping[str, Any]] | None = ...,
        next_page_token: str | None = ...,
    ) -> None: ...

class GetRepositoryRequest(_Message):
    """Asks for one repository."""

    repository_id: int
    """The repository."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
    ) -> None: ...

class CreateRepositoryRequest(_Message):
    """Adds a repository of a provider to an organization."""

    organization_id: int
    """The organization. May be left out if the credentials belong to exactly one."""
    integration_id: int
    """The integration through which the repository is reached."""
    identifier: str
    """The provider's identifier, as SearchRepositories returns it: "owner/name" at GitHub, a project id at GitLab, "workspace/slug" at Bitbucket, "KEY/slug" at Bitbucket Server, a GUID at Azure DevOps, a path below a configured root on the embedded host."""
    request_id: str
    """Makes the call safe to repeat."""
    def __init__(
        self,
        *,
        organization_id: int | None = ...,
        integration_id: int | None = ...,
        identifier: str | None = ...,
        request_id: str | None = ...,
    ) -> None: ...

class UpdateRepositoryRequest(_Message):
    """Changes a repository."""

    @property
    def repository(self) -> Repository:
        """The repository, named by its id, with the new values."""
    @property
    def update_mask(self) -> FieldMask:
        """Which fields to change; at least one."""
    request_id: str
    """Makes the call safe to repeat."""
    def __init__(
        self,
        *,
        repository: Repository | Mapping[str, Any] | None = ...,
        update_mask: FieldMask | Mapping[str, Any] | None = ...,
        request_id: str | None = ...,
    ) -> None: ...

class DeleteRepositoryRequest(_Message):
    """Deletes a repository."""

    repository_id: int
    """The repository."""
    request_id: str
    """Makes the call safe to repeat."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        request_id: str | None = ...,
    ) -> None: ...

class SyncRepositoryRequest(_Message):
    """Refreshes a repository from its provider."""

    repository_id: int
    """The repository."""
    request_id: str
    """Makes the call safe to repeat."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        request_id: str | None = ...,
    ) -> None: ...

class SyncRepositoryResponse(_Message):
    """What a refresh found."""

    @property
    def repository(self) -> Repository:
        """The repository as it is now."""
    @property
    def changes(self) -> _Repeated[RepositoryChange]:
        """What changed. Empty if nothing changed."""
    def __init__(
        self,
        *,
        repository: Repository | Mapping[str, Any] | None = ...,
        changes: Iterable[RepositoryChange | Mapping[str, Any]] | None = ...,
    ) -> None: ...

class RepositoryChange(_Message):
    """One field that a refresh changed."""

    field: str
    """The field's name, such as "default_branch" or "config.path"."""
    old_value: str
    """What was stored before."""
    new_value: str
    """What is stored now."""
    def __init__(
        self,
        *,
        field: str | None = ...,
        old_value: str | None = ...,
        new_value: str | None = ...,
    ) -> None: ...

class CheckRepositoryAccessRequest(_Message):
    """Asks whether a repository can be reached."""

    repository_id: int
    """The repository."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
    ) -> None: ...

class CheckRepositoryAccessResponse(_Message):
    """Whether a repository can be reached."""

    accessible: bool
    """Whether the integration can read it."""
    reason: str
    """Why it cannot, as a stable name such as NOT_FOUND, VENDOR_FORBIDDEN or INTEGRATION_UNAUTHORIZED."""
    message: str
    """The same in words."""
    def __init__(
        self,
        *,
        accessible: bool | None = ...,
        reason: str | None = ...,
        message: str | None = ...,
    ) -> None: ...

class SearchRepositoriesRequest(_Message):
    """Asks a provider for its repositories."""

    organization_id: int
    """The organization. May be left out if the credentials belong to exactly one."""
    integration_id: int
    """The integration to search through."""
    query: str
    """Only those whose name contains this. Empty means all that the provider lists."""
    page_size: int
    """The maximum number of repositories in a page. 0 means 100; values above 1000 mean 1000."""
    page_token: str
    """The next_page_token of the previous page. Empty for the first page."""
    def __init__(
        self,
        *,
        organization_id: int | None = ...,
        integration_id: int | None = ...,
        query: str | None = ...,
        page_size: int | None = ...,
        page_token: str | None = ...,
    ) -> None: ...

class SearchRepositoriesResponse(_Message):
    """A page of the provider's repositories."""

    @property
    def repositories(self) -> _Repeated[RemoteRepository]:
        """The repositories, in the provider's order."""
    next_page_token: str
    """The page_token of the next page. Empty on the last page."""
    incomplete: bool
    """True if the provider did not search everything. An empty list then does not mean "none". Set on each page to which it applies."""
    incomplete_reason: str
    """Why, as a stable reason in UPPER_SNAKE. Empty if `incomplete` is false. SEARCH_TIMED_OUT: the provider's search ran out of time. NOT_INDEXED: the provider has not indexed everything that it should search. VENDOR_LIMIT: the provider returns only a part of the list. If a search was cut short and found nothing, the call fails with the same reason."""
    def __init__(
        self,
        *,
        repositories: Iterable[RemoteRepository | Mapping[str, Any]] | None = ...,
        next_page_token: str | None = ...,
        incomplete: bool | None = ...,
        incomplete_reason: str | None = ...,
    ) -> None: ...

class RemoteRepository(_Message):
    """A repository as its provider describes it."""

    identifier: str
    """The value of `identifier` in CreateRepository."""
    name: str
    """Its name at the provider."""
    url: str
    """Its web address. Empty if unknown."""
    default_branch: str
    """Its default branch. Empty if unknown."""
    external_id: str
    """The provider's own id for it. Empty if unknown."""
    repository_id: int
    """The organization's repository for it; 0 if it has not been added."""
    @property
    def config(self) -> MutableMapping[str, str]:
        """What will be stored with it when it is added, such as "path"."""
    def __init__(
        self,
        *,
        identifier: str | None = ...,
        name: str | None = ...,
        url: str | None = ...,
        default_branch: str | None = ...,
        external_id: str | None = ...,
        repository_id: int | None = ...,
        config: Mapping[str, str] | None = ...,
    ) -> None: ...

class Commit(_Message):
    """A commit."""

    id: str
    """The id of the stored row if a Sentry has stored the commit; otherwise the SHA."""
    repository_id: int
    """The repository."""
    key: str
    """The full SHA."""
    message: str
    """The whole message."""
    @property
    def author(self) -> CommitAuthor:
        """Who wrote the change."""
    @property
    def date_added(self) -> Timestamp:
        """When it was committed. For a commit that a Sentry has stored: the date that it stored."""
    @property
    def file_changes(self) -> _Repeated[FileChange]:
        """What changed against the first parent: the first 1000 files. Only GetCommit fills it."""
    web_url: str
    """The commit's web page. Empty if the provider has none."""
    @property
    def committer(self) -> CommitAuthor:
        """Who committed it; unset if unknown."""
    @property
    def parent_keys(self) -> MutableSequence[str]:
        """The full SHAs of its parents. Empty for a root commit, and if they are unknown."""
    file_changes_truncated: bool
    """True if file_changes lacks some of the changes. Either there are more than 1000 (ListFileChanges returns the others), or the commit was stored without its changes, or the provider does not return all changes of a large commit."""
    truncated: bool
    """True if the commit is larger than 3 MiB, which is as much as is read: parents, people or message are cut or missing."""
    def __init__(
        self,
        *,
        id: str | None = ...,
        repository_id: int | None = ...,
        key: str | None = ...,
        message: str | None = ...,
        author: CommitAuthor | Mapping[str, Any] | None = ...,
        date_added: Timestamp | Mapping[str, Any] | None = ...,
        file_changes: Iterable[FileChange | Mapping[str, Any]] | None = ...,
        web_url: str | None = ...,
        committer: CommitAuthor | Mapping[str, Any] | None = ...,
        parent_keys: Iterable[str] | None = ...,
        file_changes_truncated: bool | None = ...,
        truncated: bool | None = ...,
    ) -> None: ...

class CommitAuthor(_Message):
    """A person in a commit."""

    name: str
    """The name."""
    email: str
    """The e-mail address."""
    external_id: str
    """The provider's id of the person, such as "github:octocat". Empty if unknown."""
    def __init__(
        self,
        *,
        name: str | None = ...,
        email: str | None = ...,
        external_id: str | None = ...,
    ) -> None: ...

class FileChange(_Message):
    """One file in a commit."""

    path: str
    """The file's path; for a deleted file, its last path."""
    kind: FileChangeKind.ValueType
    """What happened."""
    previous_path: str
    """The path from which the file was renamed or copied; otherwise empty."""
    additions: int
    """Lines added; 0 for a binary file, and if unknown."""
    deletions: int
    """Lines deleted; 0 for a binary file, and if unknown."""
    binary: bool
    """Whether git treats the contents as binary."""
    def __init__(
        self,
        *,
        path: str | None = ...,
        kind: FileChangeKind.ValueType | str | None = ...,
        previous_path: str | None = ...,
        additions: int | None = ...,
        deletions: int | None = ...,
        binary: bool | None = ...,
    ) -> None: ...

class GetCommitRequest(_Message):
    """Asks for one commit."""

    repository_id: int
    """The repository."""
    commit_sha: str
    """The SHA or a prefix of it, or a ref name."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        commit_sha: str | None = ...,
    ) -> None: ...

class ListCommitsRequest(_Message):
    """Asks for commits."""

    repository_id: int
    """The repository."""
    ref: str
    """The branch, tag or SHA at which the list begins. Empty means the default branch."""
    path: str
    """Only commits that changed this file or directory; empty means all."""
    author: str
    """Only commits whose author's name or e-mail contains this; case is ignored. Empty means all."""
    @property
    def since(self) -> Timestamp:
        """Only commits committed at or after this; unset means no limit."""
    @property
    def until(self) -> Timestamp:
        """Only commits committed at or before this; unset means no limit."""
    page_size: int
    """The maximum number of commits in a page. 0 means 100; values above 1000 mean 1000."""
    page_token: str
    """The next_page_token of the previous page. Empty for the first page."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        ref: str | None = ...,
        path: str | None = ...,
        author: str | None = ...,
        since: Timestamp | Mapping[str, Any] | None = ...,
        until: Timestamp | Mapping[str, Any] | None = ...,
        page_size: int | None = ...,
        page_token: str | None = ...,
    ) -> None: ...

class ListCommitsResponse(_Message):
    """A page of commits."""

    @property
    def commits(self) -> _Repeated[Commit]:
        """The commits, newest first."""
    next_page_token: str
    """The page_token of the next page. Empty on the last page."""
    incomplete: bool
    """True if commits may be missing from the list. An empty list then does not mean "none". Set on each page to which it applies."""
    incomplete_reason: str
    """Why, as a stable reason in UPPER_SNAKE. Empty if `incomplete` is false. VENDOR_LIMIT: the provider returns only a part of the list. If that part is empty, the call fails with the same reason."""
    def __init__(
        self,
        *,
        commits: Iterable[Commit | Mapping[str, Any]] | None = ...,
        next_page_token: str | None = ...,
        incomplete: bool | None = ...,
        incomplete_reason: str | None = ...,
    ) -> None: ...

class StreamCommitsRequest(_Message):
    """Asks for a stream of commits. The fields are those of ListCommitsRequest."""

    repository_id: int
    """The repository."""
    ref: str
    """The branch, tag or SHA at which the list begins. Empty means the default branch."""
    path: str
    """Only commits that changed this file or directory; empty means all."""
    author: str
    """Only commits whose author's name or e-mail contains this; case is ignored. Empty means all."""
    @property
    def since(self) -> Timestamp:
        """Only commits committed at or after this; unset means no limit."""
    @property
    def until(self) -> Timestamp:
        """Only commits committed at or before this; unset means no limit."""
    allow_incomplete: bool
    """Whether commits may be missing from the stream. If not set, the call fails when some may be missing."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        ref: str | None = ...,
        path: str | None = ...,
        author: str | None = ...,
        since: Timestamp | Mapping[str, Any] | None = ...,
        until: Timestamp | Mapping[str, Any] | None = ...,
        allow_incomplete: bool | None = ...,
    ) -> None: ...

class ListFileChangesRequest(_Message):
    """Asks for the file changes of a commit."""

    repository_id: int
    """The repository."""
    commit_sha: str
    """The SHA or a prefix of it, or a ref name."""
    page_size: int
    """The maximum number of changes in a page. 0 means 100; values above 1000 mean 1000."""
    page_token: str
    """The next_page_token of the previous page. Empty for the first page."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        commit_sha: str | None = ...,
        page_size: int | None = ...,
        page_token: str | None = ...,
    ) -> None: ...

class ListFileChangesResponse(_Message):
    """A page of file changes."""

    @property
    def file_changes(self) -> _Repeated[FileChange]:
        """The changes, by path."""
    next_page_token: str
    """The page_token of the next page. Empty on the last page."""
    incomplete: bool
    """True if the provider leaves out changes of the commit. An empty list then does not mean "none". Set on each page to which it applies."""
    incomplete_reason: str
    """Why, as a stable reason in UPPER_SNAKE. Empty if `incomplete` is false. VENDOR_LIMIT: the provider returns only a part of the list. If that part is empty, the call fails with the same reason."""
    def __init__(
        self,
        *,
        file_changes: Iterable[FileChange | Mapping[str, Any]] | None = ...,
        next_page_token: str | None = ...,
        incomplete: bool | None = ...,
        incomplete_reason: str | None = ...,
    ) -> None: ...

class GetCommitContextRequest(_Message):
    """Asks who last changed a line."""

    repository_id: int
    """The repository."""
    commit_sha: str
    """The ref or SHA of the version of the file."""
    filepath: str
    """The file's path at that ref."""
    line_number: int
    """The line, from 1."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        commit_sha: str | None = ...,
        filepath: str | None = ...,
        line_number: int | None = ...,
    ) -> None: ...

class CommitContext(_Message):
    """Who last changed a line."""

    repository_id: int
    """The repository."""
    commit_id: str
    """The full SHA of the request's ref. If the provider does not tell it, the ref itself."""
    filename: str
    """The file asked about."""
    line_number: int
    """The line asked about, from 1."""
    blame_commit_id: str
    """The full SHA of the commit that last changed the line."""
    @property
    def blame_author(self) -> CommitAuthor:
        """Who wrote that commit."""
    code_snippet: str
    """The line's text without its line break, cut at 1024 characters. Empty if the provider does not tell."""
    message: str
    """The message of the commit that last changed the line."""
    @property
    def committed_at(self) -> Timestamp:
        """When that commit was committed."""
    blame_filename: str
    """The file's path in that commit; it differs if the file was renamed since. Empty if the provider does not tell."""
    derived: bool
    """True if the site derived this from the file's history, because the provider has no blame. The commit has the line, and none of its parents does. If two branches made the same change, the commit may be from either."""
    truncated: bool
    """True if the commit is larger than 3 MiB, which is as much as is read: author or message are cut or missing."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        commit_id: str | None = ...,
        filename: str | None = ...,
        line_number: int | None = ...,
        blame_commit_id: str | None = ...,
        blame_author: CommitAuthor | Mapping[str, Any] | None = ...,
        code_snippet: str | None = ...,
        message: str | None = ...,
        committed_at: Timestamp | Mapping[str, Any] | None = ...,
        blame_filename: str | None = ...,
        derived: bool | None = ...,
        truncated: bool | None = ...,
    ) -> None: ...

class BatchGetCommitContextRequest(_Message):
    """Asks who last changed each of many lines."""

    repository_id: int
    """The repository."""
    @property
    def lines(self) -> _Repeated[SourceLine]:
        """The lines, at most 1000."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        lines: Iterable[SourceLine | Mapping[str, Any]] | None = ...,
    ) -> None: ...

class SourceLine(_Message):
    """A line of a file at a ref."""

    commit_sha: str
    """The ref or SHA of the version of the file."""
    filepath: str
    """The file's path at that ref."""
    line_number: int
    """The line, from 1."""
    def __init__(
        self,
        *,
        commit_sha: str | None = ...,
        filepath: str | None = ...,
        line_number: int | None = ...,
    ) -> None: ...

class BatchGetCommitContextResponse(_Message):
    """The answers, one for each line of the request, in the same order."""

    @property
    def results(self) -> _Repeated[CommitContextResult]:
        """The answers."""
    def __init__(
        self,
        *,
        results: Iterable[CommitContextResult | Mapping[str, Any]] | None = ...,
    ) -> None: ...

class CommitContextResult(_Message):
    """The answer for one line."""

    @property
    def context(self) -> CommitContext:
        """Who last changed the line."""
    @property
    def error(self) -> LineError:
        """Why that is not known."""
    def __init__(
        self,
        *,
        context: CommitContext | Mapping[str, Any] | None = ...,
        error: LineError | Mapping[str, Any] | None = ...,
    ) -> None: ...

class LineError(_Message):
    """Why a line has no answer."""

    code: int
    """The gRPC status code, such as 5 for NOT_FOUND."""
    reason: str
    """The stable reason, as in google.rpc.ErrorInfo."""
    message: str
    """The same in words."""
    def __init__(
        self,
        *,
        code: int | None = ...,
        reason: str | None = ...,
        message: str | None = ...,
    ) -> None: ...

class CheckFileRequest(_Message):
    """Asks whether a path exists."""

    repository_id: int
    """The repository."""
    path: str
    """The path of a file or directory."""
    ref: str
    """The branch, tag or SHA; empty means the default branch."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        path: str | None = ...,
        ref: str | None = ...,
    ) -> None: ...

class CheckFileResponse(_Message):
    """Whether a path exists."""

    exists: bool
    """Whether it does."""
    url: str
    """Its web url. Empty if the path does not exist, and if the provider has no web pages."""
    def __init__(
        self,
        *,
        exists: bool | None = ...,
        url: str | None = ...,
    ) -> None: ...

class GetFileRequest(_Message):
    """Asks for a file."""

    repository_id: int
    """The repository."""
    path: str
    """The file's path."""
    ref: str
    """The branch, tag or SHA; empty means the default branch."""
    max_bytes: int
    """The maximum size of the file. 0 means 1 MiB; values above 3 MiB mean 3 MiB."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        path: str | None = ...,
        ref: str | None = ...,
        max_bytes: int | None = ...,
    ) -> None: ...

class FileContent(_Message):
    """A file."""

    path: str
    """The path asked for."""
    commit_sha: str
    """The full SHA of the commit at the ref. If the provider does not tell it, the ref itself."""
    content: bytes
    """The bytes, as they are in the repository."""
    size_bytes: int
    """The number of bytes."""
    url: str
    """Its web url. Empty if the provider has none."""
    sha: str
    """The SHA of its contents. Empty if the provider does not tell."""
    def __init__(
        self,
        *,
        path: str | None = ...,
        commit_sha: str | None = ...,
        content: bytes | None = ...,
        size_bytes: int | None = ...,
        url: str | None = ...,
        sha: str | None = ...,
    ) -> None: ...

class TreeEntry(_Message):
    """A file of a tree."""

    path: str
    """Its path. Bytes that are not valid UTF-8 appear as `\\xNN`."""
    kind: TreeEntryKind.ValueType
    """What it is."""
    size_bytes: int
    """Its size in bytes; 0 for a submodule, and if unknown."""
    sha: str
    """The SHA of its contents. Empty if the provider does not tell."""
    raw_path: bytes
    """Its exact path. Only set if `path` cannot represent it."""
    def __init__(
        self,
        *,
        path: str | None = ...,
        kind: TreeEntryKind.ValueType | str | None = ...,
        size_bytes: int | None = ...,
        sha: str | None = ...,
        raw_path: bytes | None = ...,
    ) -> None: ...

class ListTreeRequest(_Message):
    """Asks for the files of a repository."""

    repository_id: int
    """The repository."""
    ref: str
    """The branch, tag or SHA; empty means the default branch."""
    path: str
    """Only files in this directory and below; empty means all."""
    page_size: int
    """The maximum number of files in a page. 0 means 100; values above 1000 mean 1000."""
    page_token: str
    """The next_page_token of the previous page. Empty for the first page. All pages show the commit of the first page."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        ref: str | None = ...,
        path: str | None = ...,
        page_size: int | None = ...,
        page_token: str | None = ...,
    ) -> None: ...

class ListTreeResponse(_Message):
    """A page of files."""

    @property
    def entries(self) -> _Repeated[TreeEntry]:
        """The files, by path in byte order."""
    next_page_token: str
    """The page_token of the next page. Empty on the last page."""
    incomplete: bool
    """True if the provider leaves out files of the tree. An empty list then does not mean "none". Set on each page to which it applies."""
    incomplete_reason: str
    """Why, as a stable reason in UPPER_SNAKE. Empty if `incomplete` is false. VENDOR_LIMIT: the provider returns only a part of the list. If that part is empty, the call fails with the same reason."""
    def __init__(
        self,
        *,
        entries: Iterable[TreeEntry | Mapping[str, Any]] | None = ...,
        next_page_token: str | None = ...,
        incomplete: bool | None = ...,
        incomplete_reason: str | None = ...,
    ) -> None: ...

class StreamTreeRequest(_Message):
    """Asks for a stream of the files of a repository."""

    repository_id: int
    """The repository."""
    ref: str
    """The branch, tag or SHA; empty means the default branch."""
    path: str
    """Only files in this directory and below; empty means all."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        ref: str | None = ...,
        path: str | None = ...,
    ) -> None: ...

class GetCodeOwnersRequest(_Message):
    """Asks for the code owners of a repository."""

    repository_id: int
    """The repository."""
    ref: str
    """The branch, tag or SHA; empty means the default branch."""
    @property
    def paths(self) -> MutableSequence[str]:
        """The paths whose owners to return; at most 1000."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        ref: str | None = ...,
        paths: Iterable[str] | None = ...,
    ) -> None: ...

class CodeOwners(_Message):
    """A CODEOWNERS file and what it says."""

    path: str
    """Where it was found, such as ".github/CODEOWNERS"."""
    url: str
    """Its web url. Empty if the provider has none."""
    raw: str
    """Its text."""
    @property
    def rules(self) -> _Repeated[CodeOwnersRule]:
        """Its rules, in the order of the file. The last rule that matches a path decides; in GitLab's files, the last one of each section."""
    @property
    def path_owners(self) -> _Repeated[PathOwners]:
        """The owners of the requested paths, in the same order."""
    @property
    def skipped_lines(self) -> _Repeated[SkippedCodeOwnersLine]:
        """The lines that are not valid rules, each with the reason. They have no effect."""
    def __init__(
        self,
        *,
        path: str | None = ...,
        url: str | None = ...,
        raw: str | None = ...,
        rules: Iterable[CodeOwnersRule | Mapping[str, Any]] | None = ...,
        path_owners: Iterable[PathOwners | Mapping[str, Any]] | None = ...,
        skipped_lines: Iterable[SkippedCodeOwnersLine | Mapping[str, Any]] | None = ...,
    ) -> None: ...

class SkippedCodeOwnersLine(_Message):
    """A line of a CODEOWNERS file that is skipped."""

    line_number: int
    """The line in the file, from 1."""
    reason: str
    """The stable reason: INVALID_OWNER, INVALID_PATTERN, or LINE_TOO_LONG for more than 4096 characters."""
    def __init__(
        self,
        *,
        line_number: int | None = ...,
        reason: str | None = ...,
    ) -> None: ...

class CodeOwnersRule(_Message):
    """One rule of a CODEOWNERS file."""

    pattern: str
    """The pattern."""
    @property
    def owners(self) -> MutableSequence[str]:
        """The owners as the file writes them: "@user", "@org/team" or an e-mail address. They include the default owners of the section. Empty if the rule removes the owners of its paths."""
    line_number: int
    """The rule's line in the file, from 1."""
    def __init__(
        self,
        *,
        pattern: str | None = ...,
        owners: Iterable[str] | None = ...,
        line_number: int | None = ...,
    ) -> None: ...

class PathOwners(_Message):
    """The owners of a path."""

    path: str
    """The path."""
    @property
    def owners(self) -> MutableSequence[str]:
        """Its owners. Empty if it has none."""
    line_number: int
    """The line of the rule that decided, from 1; 0 if no rule matches. If rules of several sections decided, the last one."""
    def __init__(
        self,
        *,
        path: str | None = ...,
        owners: Iterable[str] | None = ...,
        line_number: int | None = ...,
    ) -> None: ...

class GetStacktraceLinkRequest(_Message):
    """Asks for the web url of a stack trace's file."""

    repository_id: int
    """The repository."""
    filepath: str
    """The file: a path in the repository or, with code_mapping_id, a path in a stack trace. Backslashes are read as slashes."""
    version: str
    """The version that was running, as a branch, tag or SHA. It is tried first. Empty means: try only the default branch."""
    default_branch: str
    """The branch to try second. Empty means the code mapping's branch or, without one, the repository's default branch."""
    code_mapping_id: int
    """The code mapping that maps the path to the repository; 0 means that filepath is a path in the repository already."""
    line_number: int
    """The line to point to, from 1; 0 means none."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        filepath: str | None = ...,
        version: str | None = ...,
        default_branch: str | None = ...,
        code_mapping_id: int | None = ...,
        line_number: int | None = ...,
    ) -> None: ...

class StacktraceLink(_Message):
    """Where a file of a stack trace is."""

    url: str
    """Its web url. Empty if the provider has none."""
    ref: str
    """The ref at which it was found: the version or the default branch."""
    path: str
    """Its path in the repository."""
    def __init__(
        self,
        *,
        url: str | None = ...,
        ref: str | None = ...,
        path: str | None = ...,
    ) -> None: ...

class GetSourceUrlRequest(_Message):
    """Asks for a web url."""

    repository_id: int
    """The repository."""
    path: str
    """The path."""
    ref: str
    """The branch, tag or SHA; empty means the default branch."""
    line_number: int
    """The line to point to, from 1; 0 means none."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        path: str | None = ...,
        ref: str | None = ...,
        line_number: int | None = ...,
    ) -> None: ...

class SourceUrl(_Message):
    """A web url."""

    url: str
    """The url."""
    def __init__(
        self,
        *,
        url: str | None = ...,
    ) -> None: ...

class ResolveSourceUrlRequest(_Message):
    """Asks which file a web url shows."""

    organization_id: int
    """The organization. May be left out if the credentials belong to exactly one."""
    url: str
    """The url of a file."""
    def __init__(
        self,
        *,
        organization_id: int | None = ...,
        url: str | None = ...,
    ) -> None: ...

class ResolvedSourceUrl(_Message):
    """The file that a web url shows."""

    repository_id: int
    """The repository."""
    ref: str
    """The branch, tag or SHA."""
    path: str
    """The path."""
    line_number: int
    """The line to which it points, from 1; 0 if none."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        ref: str | None = ...,
        path: str | None = ...,
        line_number: int | None = ...,
    ) -> None: ...

class CodeMapping(_Message):
    """A rule that maps paths in a project's stack traces to paths in a repository: it replaces stack_root by source_root."""

    id: int
    """The mapping's id; 0 if the mapping was derived but not stored."""
    organization_id: int
    """The organization."""
    project_id: int
    """The project to whose stack traces it applies."""
    repository_id: int
    """The repository."""
    stack_root: str
    """The start of the paths in a stack trace. Unique in the project."""
    source_root: str
    """What replaces it to make a path in the repository."""
    default_branch: str
    """The branch to use if the version is unknown."""
    def __init__(
        self,
        *,
        id: int | None = ...,
        organization_id: int | None = ...,
        project_id: int | None = ...,
        repository_id: int | None = ...,
        stack_root: str | None = ...,
        source_root: str | None = ...,
        default_branch: str | None = ...,
    ) -> None: ...

class GetCodeMappingRequest(_Message):
    """Asks for one code mapping."""

    code_mapping_id: int
    """The code mapping."""
    def __init__(
        self,
        *,
        code_mapping_id: int | None = ...,
    ) -> None: ...

class ListCodeMappingsRequest(_Message):
    """Asks for code mappings."""

    organization_id: int
    """The organization. May be left out if the credentials belong to exactly one."""
    project_id: int
    """Only those of this project; 0 means all."""
    repository_id: int
    """Only those of this repository; 0 means all."""
    page_size: int
    """The maximum number of mappings in a page. 0 means 100; values above 1000 mean 1000."""
    page_token: str
    """The next_page_token of the previous page. Empty for the first page."""
    def __init__(
        self,
        *,
        organization_id: int | None = ...,
        project_id: int | None = ...,
        repository_id: int | None = ...,
        page_size: int | None = ...,
        page_token: str | None = ...,
    ) -> None: ...

class ListCodeMappingsResponse(_Message):
    """A page of code mappings."""

    @property
    def code_mappings(self) -> _Repeated[CodeMapping]:
        """The mappings, by id."""
    next_page_token: str
    """The page_token of the next page. Empty on the last page."""
    def __init__(
        self,
        *,
        code_mappings: Iterable[CodeMapping | Mapping[str, Any]] | None = ...,
        next_page_token: str | None = ...,
    ) -> None: ...

class CreateCodeMappingRequest(_Message):
    """Makes a code mapping."""

    organization_id: int
    """The organization. May be left out if the credentials belong to exactly one."""
    project_id: int
    """The project to whose stack traces it applies."""
    repository_id: int
    """The repository."""
    stack_root: str
    """The start of the paths in a stack trace. May be empty."""
    source_root: str
    """What replaces it to make a path in the repository. May be empty."""
    default_branch: str
    """The branch to use if the version is unknown."""
    request_id: str
    """Makes the call safe to repeat."""
    def __init__(
        self,
        *,
        organization_id: int | None = ...,
        project_id: int | None = ...,
        repository_id: int | None = ...,
        stack_root: str | None = ...,
        source_root: str | None = ...,
        default_branch: str | None = ...,
        request_id: str | None = ...,
    ) -> None: ...

class UpdateCodeMappingRequest(_Message):
    """Changes a code mapping."""

    @property
    def code_mapping(self) -> CodeMapping:
        """The code mapping, named by its id, with the new values."""
    @property
    def update_mask(self) -> FieldMask:
        """Which fields to change; at least one."""
    request_id: str
    """Makes the call safe to repeat."""
    def __init__(
        self,
        *,
        code_mapping: CodeMapping | Mapping[str, Any] | None = ...,
        update_mask: FieldMask | Mapping[str, Any] | None = ...,
        request_id: str | None = ...,
    ) -> None: ...

class DeleteCodeMappingRequest(_Message):
    """Deletes a code mapping."""

    code_mapping_id: int
    """The code mapping."""
    request_id: str
    """Makes the call safe to repeat."""
    def __init__(
        self,
        *,
        code_mapping_id: int | None = ...,
        request_id: str | None = ...,
    ) -> None: ...

class DeriveCodeMappingsRequest(_Message):
    """Asks for the code mappings that explain a stack trace."""

    organization_id: int
    """The organization. May be left out if the credentials belong to exactly one."""
    project_id: int
    """The project from which the stack trace comes."""
    @property
    def stacktrace_paths(self) -> MutableSequence[str]:
        """The paths in the stack trace, at most 100."""
    store: bool
    """Whether to store the mappings that were found."""
    request_id: str
    """Makes the call safe to repeat."""
    def __init__(
        self,
        *,
        organization_id: int | None = ...,
        project_id: int | None = ...,
        stacktrace_paths: Iterable[str] | None = ...,
        store: bool | None = ...,
        request_id: str | None = ...,
    ) -> None: ...

class DeriveCodeMappingsResponse(_Message):
    """The code mappings found."""

    @property
    def mappings(self) -> _Repeated[CodeMapping]:
        """The mappings. Those that are stored have an id."""
    @property
    def unmatched_paths(self) -> MutableSequence[str]:
        """The paths that no repository or more than one repository explains, and the paths of libraries. Empty if `incomplete` is set, because a skipped repository may explain them."""
    incomplete: bool
    """True if some repositories could not be read. An empty list then does not mean "none"."""
    incomplete_reason: str
    """Why, as a stable reason in UPPER_SNAKE. Empty if `incomplete` is false."""
    @property
    def skipped_repositories(self) -> _Repeated[SkippedRepository]:
        """The repositories that could not be read, each with the reason. All others were read."""
    def __init__(
        self,
        *,
        mappings: Iterable[CodeMapping | Mapping[str, Any]] | None = ...,
        unmatched_paths: Iterable[str] | None = ...,
        incomplete: bool | None = ...,
        incomplete_reason: str | None = ...,
        skipped_repositories: Iterable[SkippedRepository | Mapping[str, Any]] | None = ...,
    ) -> None: ...

class SkippedRepository(_Message):
    """A repository that could not be read."""

    repository_id: int
    """The repository."""
    reason: str
    """The stable reason, as in google.rpc.ErrorInfo."""
    message: str
    """The same in words."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        reason: str | None = ...,
        message: str | None = ...,
    ) -> None: ...

class ExternalIssue(_Message):
    """An issue of a provider's tracker that the organization knows."""

    id: int
    """The issue's id, unique in the site."""
    organization_id: int
    """The organization."""
    integration_id: int
    """The integration of the tracker that has the issue."""
    key: str
    """The tracker's own identifier, such as "JIRA-123" or "acme/rocket#12"."""
    title: str
    """Its title."""
    description: str
    """Its description."""
    web_url: str
    """Its web page. Empty if the tracker has none."""
    @property
    def metadata(self) -> MutableMapping[str, str]:
        """What is stored with it. Values that are not text are written as JSON."""
    state: IssueState.ValueType
    """Whether it is open. Set if the call asked the tracker."""
    def __init__(
        self,
        *,
        id: int | None = ...,
        organization_id: int | None = ...,
        integration_id: int | None = ...,
        key: str | None = ...,
        title: str | None = ...,
        description: str | None = ...,
        web_url: str | None = ...,
        metadata: Mapping[str, str] | None = ...,
        state: IssueState.ValueType | str | None = ...,
    ) -> None: ...

class CreateExternalIssueRequest(_Message):
    """Creates an issue in a tracker."""

    organization_id: int
    """The organization. May be left out if the credentials belong to exactly one."""
    integration_id: int
    """The integration of the tracker."""
    title: str
    """The title."""
    description: str
    """The description; may be empty. It stays text at GitLab, too: see CreatePullRequestRequest.body."""
    @property
    def metadata(self) -> MutableMapping[str, str]:
        """More fields of the new issue, as ListIssueDestinations names them."""
    group_id: int
    """The group to link it to; 0 means none."""
    request_id: str
    """Makes the call safe to repeat."""
    destination: str
    """Where to create it: the id of a destination of ListIssueDestinations. Empty if the tracker has only one."""
    def __init__(
        self,
        *,
        organization_id: int | None = ...,
        integration_id: int | None = ...,
        title: str | None = ...,
        description: str | None = ...,
        metadata: Mapping[str, str] | None = ...,
        group_id: int | None = ...,
        request_id: str | None = ...,
        destination: str | None = ...,
    ) -> None: ...

class LinkExternalIssueRequest(_Message):
    """Links a group to an issue. It has either external_issue_id, or integration_id and key."""

    group_id: int
    """The group."""
    external_issue_id: int
    """The id of an issue that the site knows; 0 if key is given."""
    integration_id: int
    """The integration of the tracker to which the key belongs."""
    key: str
    """The tracker's own identifier of the issue, as SearchIssues returns it."""
    request_id: str
    """Makes the call safe to repeat."""
    def __init__(
        self,
        *,
        group_id: int | None = ...,
        external_issue_id: int | None = ...,
        integration_id: int | None = ...,
        key: str | None = ...,
        request_id: str | None = ...,
    ) -> None: ...

class UnlinkExternalIssueRequest(_Message):
    """Removes a link."""

    group_id: int
    """The group."""
    external_issue_id: int
    """The issue."""
    request_id: str
    """Makes the call safe to repeat."""
    def __init__(
        self,
        *,
        group_id: int | None = ...,
        external_issue_id: int | None = ...,
        request_id: str | None = ...,
    ) -> None: ...

class GetExternalIssueRequest(_Message):
    """Asks for an issue."""

    external_issue_id: int
    """The issue."""
    def __init__(
        self,
        *,
        external_issue_id: int | None = ...,
    ) -> None: ...

class ListExternalIssuesRequest(_Message):
    """Asks for the issues of a group."""

    group_id: int
    """The group."""
    page_size: int
    """The maximum number of issues in a page. 0 means 100; values above 1000 mean 1000."""
    page_token: str
    """The next_page_token of the previous page. Empty for the first page."""
    def __init__(
        self,
        *,
        group_id: int | None = ...,
        page_size: int | None = ...,
        page_token: str | None = ...,
    ) -> None: ...

class ListExternalIssuesResponse(_Message):
    """A page of issues."""

    @property
    def external_issues(self) -> _Repeated[ExternalIssue]:
        """The issues, by id."""
    next_page_token: str
    """The page_token of the next page. Empty on the last page."""
    def __init__(
        self,
        *,
        external_issues: Iterable[ExternalIssue | Mapping[str, Any]] | None = ...,
        next_page_token: str | None = ...,
    ) -> None: ...

class SyncIssueStatusRequest(_Message):
    """Copies the status from a group to a linked issue, or from the issue to the group."""

    group_id: int
    """The group."""
    external_issue_id: int
    """The issue it is linked to."""
    direction: SyncDirection.ValueType
    """The direction."""
    request_id: str
    """Makes the call safe to repeat."""
    def __init__(
        self,
        *,
        group_id: int | None = ...,
        external_issue_id: int | None = ...,
        direction: SyncDirection.ValueType | str | None = ...,
        request_id: str | None = ...,
    ) -> None: ...

class ListIssueDestinationsRequest(_Message):
    """Asks where issues can be created."""

    organization_id: int
    """The organization. May be left out if the credentials belong to exactly one."""
    integration_id: int
    """The integration of the tracker."""
    query: str
    """Only destinations whose name contains this; empty means all."""
    page_size: int
    """The maximum number of destinations in a page. 0 means 100; values above 1000 mean 1000."""
    page_token: str
    """The next_page_token of the previous page. Empty for the first page."""
    def __init__(
        self,
        *,
        organization_id: int | None = ...,
        integration_id: int | None = ...,
        query: str | None = ...,
        page_size: int | None = ...,
        page_token: str | None = ...,
    ) -> None: ...

class ListIssueDestinationsResponse(_Message):
    """A page of destinations."""

    @property
    def destinations(self) -> _Repeated[IssueDestination]:
        """The destinations, in the provider's order."""
    next_page_token: str
    """The page_token of the next page. Empty on the last page."""
    def __init__(
        self,
        *,
        destinations: Iterable[IssueDestination | Mapping[str, Any]] | None = ...,
        next_page_token: str | None = ...,
    ) -> None: ...

class IssueDestination(_Message):
    """A place in a tracker where issues can be created."""

    id: str
    """The value of `destination` in CreateExternalIssue."""
    name: str
    """Its name."""
    kind: str
    """Its kind: "repository", "project" or "tracker"."""
    @property
    def fields(self) -> _Repeated[IssueField]:
        """The fields that CreateExternalIssue accepts in `metadata` for this destination."""
    def __init__(
        self,
        *,
        id: str | None = ...,
        name: str | None = ...,
        kind: str | None = ...,
        fields: Iterable[IssueField | Mapping[str, Any]] | None = ...,
    ) -> None: ...

class IssueField(_Message):
    """A field of a new issue."""

    name: str
    """The key in `metadata`."""
    label: str
    """Its display name."""
    required: bool
    """Whether it must be given."""
    @property
    def choices(self) -> MutableSequence[str]:
        """The allowed values. Empty means any value."""
    default_value: str
    """The value that is used if none is given."""
    def __init__(
        self,
        *,
        name: str | None = ...,
        label: str | None = ...,
        required: bool | None = ...,
        choices: Iterable[str] | None = ...,
        default_value: str | None = ...,
    ) -> None: ...

class SearchCodeRequest(_Message):
    """Searches the contents of a repository."""

    repository_id: int
    """The repository."""
    query: str
    """The literal text to find."""
    case_sensitive: bool
    """Whether upper and lower case differ. UNIMPLEMENTED if the provider's search cannot tell them apart."""
    path: str
    """Search only in this file or directory. Empty means everywhere."""
    ref: str
    """The branch, tag or SHA; empty means the default branch."""
    page_size: int
    """The maximum number of matches in a page. 0 means 100; values above 1000 mean 1000."""
    page_token: str
    """The next_page_token of the previous page. Empty for the first page."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        query: str | None = ...,
        case_sensitive: bool | None = ...,
        path: str | None = ...,
        ref: str | None = ...,
        page_size: int | None = ...,
        page_token: str | None = ...,
    ) -> None: ...

class SearchCodeResponse(_Message):
    """A page of matches."""

    @property
    def matches(self) -> _Repeated[CodeMatch]:
        """The matches, by path and line."""
    next_page_token: str
    """The page_token of the next page. Empty on the last page."""
    incomplete: bool
    """True if the provider did not search everything. An empty list then does not mean "none". Set on each page to which it applies."""
    incomplete_reason: str
    """Why, as a stable reason in UPPER_SNAKE. Empty if `incomplete` is false. SEARCH_TIMED_OUT: the provider's search ran out of time. NOT_INDEXED: the provider has not indexed everything that it should search. VENDOR_LIMIT: the provider returns only a part of the list. If a search was cut short and found nothing, the call fails with the same reason."""
    def __init__(
        self,
        *,
        matches: Iterable[CodeMatch | Mapping[str, Any]] | None = ...,
        next_page_token: str | None = ...,
        incomplete: bool | None = ...,
        incomplete_reason: str | None = ...,
    ) -> None: ...

class CodeMatch(_Message):
    """A line in which the text was found."""

    path: str
    """The file."""
    line_number: int
    """The number of the line, from 1; 0 if the provider does not tell."""
    column: int
    """The position of the first match in the line, in Unicode code points from 1; 0 if the provider does not tell."""
    line: str
    """The line's text, cut at 1024 characters. Empty if the provider does not tell."""
    url: str
    """The web url of the line. Empty if the provider has none."""
    def __init__(
        self,
        *,
        path: str | None = ...,
        line_number: int | None = ...,
        column: int | None = ...,
        line: str | None = ...,
        url: str | None = ...,
    ) -> None: ...

class SearchIssuesRequest(_Message):
    """Searches a tracker."""

    organization_id: int
    """The organization. May be left out if the credentials belong to exactly one."""
    integration_id: int
    """The integration of the tracker."""
    query: str
    """The text to find."""
    destination: str
    """Search only in this destination: the id of a destination of ListIssueDestinations. Most providers need it."""
    page_size: int
    """The maximum number of issues in a page. 0 means 100; values above 1000 mean 1000."""
    page_token: str
    """The next_page_token of the previous page. Empty for the first page."""
    def __init__(
        self,
        *,
        organization_id: int | None = ...,
        integration_id: int | None = ...,
        query: str | None = ...,
        destination: str | None = ...,
        page_size: int | None = ...,
        page_token: str | None = ...,
    ) -> None: ...

class SearchIssuesResponse(_Message):
    """A page of a tracker's issues."""

    @property
    def issues(self) -> _Repeated[TrackerIssue]:
        """The issues, in the tracker's order."""
    next_page_token: str
    """The page_token of the next page. Empty on the last page."""
    incomplete: bool
    """True if the provider did not search everything. An empty list then does not mean "none". Set on each page to which it applies."""
    incomplete_reason: str
    """Why, as a stable reason in UPPER_SNAKE. Empty if `incomplete` is false. SEARCH_TIMED_OUT: the provider's search ran out of time. NOT_INDEXED: the provider has not indexed everything that it should search. VENDOR_LIMIT: the provider returns only a part of the list. If a search was cut short and found nothing, the call fails with the same reason."""
    def __init__(
        self,
        *,
        issues: Iterable[TrackerIssue | Mapping[str, Any]] | None = ...,
        next_page_token: str | None = ...,
        incomplete: bool | None = ...,
        incomplete_reason: str | None = ...,
    ) -> None: ...

class TrackerIssue(_Message):
    """An issue as its tracker describes it."""

    key: str
    """The tracker's own identifier: the value of `key` in LinkExternalIssue."""
    title: str
    """Its title."""
    description: str
    """Its description. The provider may cut it."""
    web_url: str
    """Its web page. Empty if the tracker has none."""
    state: IssueState.ValueType
    """Whether it is open."""
    @property
    def metadata(self) -> MutableMapping[str, str]:
        """What will be stored with it when it is linked, such as "display_name"."""
    def __init__(
        self,
        *,
        key: str | None = ...,
        title: str | None = ...,
        description: str | None = ...,
        web_url: str | None = ...,
        state: IssueState.ValueType | str | None = ...,
        metadata: Mapping[str, str] | None = ...,
    ) -> None: ...

class CheckRollup(_Message):
    """One state for everything that is reported on a commit."""

    state: CheckState.ValueType
    """The state. Unspecified if nothing has been reported on the commit, or nothing whose state is known."""
    vendor_state: str
    """The provider's own word for the state, such as "FAILURE" or "running". Empty if the provider has no rollup."""
    derived: bool
    """True if the state is worked out here, because the provider tells none: FAILURE if anything failed, otherwise the first of ERROR, RUNNING, PENDING, CANCELLED, SUCCESS, NEUTRAL and SKIPPED that anything has. What is allowed to fail is left out."""
    incomplete: bool
    """True if something that counts on the provider's pages was not read. Do not take such a SUCCESS for one."""
    incomplete_reason: str
    """Why, as a stable reason in UPPER_SNAKE. Empty if `incomplete` is false. CHECKS_FORBIDDEN: the integration may not read GitHub's check runs. VENDOR_LIMIT: there are more than 2,000 statuses."""
    def __init__(
        self,
        *,
        state: CheckState.ValueType | str | None = ...,
        vendor_state: str | None = ...,
        derived: bool | None = ...,
        incomplete: bool | None = ...,
        incomplete_reason: str | None = ...,
    ) -> None: ...

class ListCommitStatusesRequest(_Message):
    """Asks for the statuses of a commit."""

    repository_id: int
    """The repository."""
    commit_sha: str
    """The commit: a SHA, a branch or a tag."""
    page_size: int
    """The maximum number of statuses in a page. 0 means 100; values above 1000 mean 1000."""
    page_token: str
    """The next_page_token of the previous page. Empty for the first page."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        commit_sha: str | None = ...,
        page_size: int | None = ...,
        page_token: str | None = ...,
    ) -> None: ...

class ListCommitStatusesResponse(_Message):
    """A page of statuses."""

    @property
    def statuses(self) -> _Repeated[CommitStatus]:
        """The statuses. The order is the provider's."""
    next_page_token: str
    """The page_token of the next page. Empty on the last page."""
    commit_sha: str
    """The full SHA of the commit."""
    @property
    def rollup(self) -> CheckRollup:
        """One state for all pages of the list. Set on the first page only."""
    incomplete: bool
    """True if the provider leaves out statuses. An empty list then does not mean "none"."""
    incomplete_reason: str
    """Why, as a stable reason in UPPER_SNAKE. Empty if `incomplete` is false. VENDOR_LIMIT: the provider returns only a part of the list."""
    def __init__(
        self,
        *,
        statuses: Iterable[CommitStatus | Mapping[str, Any]] | None = ...,
        next_page_token: str | None = ...,
        commit_sha: str | None = ...,
        rollup: CheckRollup | Mapping[str, Any] | None = ...,
        incomplete: bool | None = ...,
        incomplete_reason: str | None = ...,
    ) -> None: ...

class CommitStatus(_Message):
    """What a system reports on a commit."""

    commit_sha: str
    """The full SHA of the commit."""
    key: str
    """What distinguishes it from other statuses of the commit: the context at GitHub, the name at GitLab, the key at Bitbucket, "genre/name" at Azure DevOps."""
    state: CheckState.ValueType
    """The state."""
    vendor_state: str
    """The provider's own word for the state, such as "INPROGRESS"."""
    derived: bool
    """True if the provider's word has no exact counterpart here, so that `state` is our reading of it."""
    title: str
    """The name for people. Only Bitbucket and Bitbucket Server have one; elsewhere it is empty."""
    summary: str
    """What it says about the state. Empty if nothing."""
    url: str
    """Where to read more. Empty if it names no place."""
    ref: str
    """The branch or tag for which it was reported. Empty if the provider does not tell."""
    allowed_to_fail: bool
    """Whether the commit passes even if this fails. Unset if the provider does not tell; GitLab does."""
    external_id: str
    """The provider's id. Empty if it has none. At GitLab it is the id of a job if the status is one of a pipeline."""
    @property
    def reporter(self) -> CommitAuthor:
        """Who reported it; unset if unknown. GitLab and Azure DevOps tell."""
    @property
    def created_at(self) -> Timestamp:
        """When it was first reported; unset if unknown."""
    @property
    def updated_at(self) -> Timestamp:
        """When it was last changed; unset if unknown."""
    def __init__(
        self,
        *,
        commit_sha: str | None = ...,
        key: str | None = ...,
        state: CheckState.ValueType | str | None = ...,
        vendor_state: str | None = ...,
        derived: bool | None = ...,
        title: str | None = ...,
        summary: str | None = ...,
        url: str | None = ...,
        ref: str | None = ...,
        allowed_to_fail: bool | None = ...,
        external_id: str | None = ...,
        reporter: CommitAuthor | Mapping[str, Any] | None = ...,
        created_at: Timestamp | Mapping[str, Any] | None = ...,
        updated_at: Timestamp | Mapping[str, Any] | None = ...,
    ) -> None: ...

class CreateCommitStatusRequest(_Message):
    """Reports a status of a commit."""

    repository_id: int
    """The repository."""
    commit_sha: str
    """The commit: a SHA, a branch or a tag."""
    key: str
    """What distinguishes it from other statuses of the commit. Bitbucket allows 40 characters, GitLab and Bitbucket Server 255. Azure DevOps takes what is before the last "/" for the genre."""
    state: CheckState.ValueType
    """The state. Where a provider lacks it, it stores the nearest one, which the response names: PENDING for RUNNING, RUNNING for PENDING, FAILURE for ERROR, ERROR for CANCELLED. SKIPPED and NEUTRAL are INVALID_ARGUMENT where the provider lacks them."""
    title: str
    """The name for people, at Bitbucket and Bitbucket Server. Empty means the key. At the other providers, which have none, it is stored as the summary if there is no other."""
    summary: str
    """What to say about the state. A text that is longer than the provider allows is cut, and then ends with "…": 140 characters at GitHub, 255 at GitLab and Bitbucket Server."""
    url: str
    """Where to read more. Bitbucket Server needs one. GitLab limits its length to 255 characters, Bitbucket and Bitbucket Server to 450."""
    ref: str
    """The branch for which it is reported. GitLab and Bitbucket show the status with the pull requests of this branch. GitHub and Azure DevOps have no use for it."""
    request_id: str
    """Makes the call safe to repeat (AIP-155)."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        commit_sha: str | None = ...,
        key: str | None = ...,
        state: CheckState.ValueType | str | None = ...,
        title: str | None = ...,
        summary: str | None = ...,
        url: str | None = ...,
        ref: str | None = ...,
        request_id: str | None = ...,
    ) -> None: ...

class CheckAnnotation(_Message):
    """What a check run says about lines of a file."""

    path: str
    """The file."""
    start_line: int
    """The first line, from 1. 0 if it is about the whole file, which GitHub does not take."""
    end_line: int
    """The last line. 0 means the same as the first. Bitbucket and Bitbucket Server have no last line."""
    level: CheckAnnotationLevel.ValueType
    """How serious it is."""
    title: str
    """A heading. May be empty. Bitbucket Server has none: it is stored before the message."""
    message: str
    """The text of the annotation. Bitbucket and Bitbucket Server take 2,000 characters: a longer text is cut and ends with "…"."""
    def __init__(
        self,
        *,
        path: str | None = ...,
        start_line: int | None = ...,
        end_line: int | None = ...,
        level: CheckAnnotationLevel.ValueType | str | None = ...,
        title: str | None = ...,
        message: str | None = ...,
    ) -> None: ...

class CheckRun(_Message):
    """What a tool found out about a commit."""

    id: str
    """The id, for GetCheckRun and UpdateCheckRun: a number at GitHub, "SHA:NAME" at Bitbucket and Bitbucket Server."""
    commit_sha: str
    """The full SHA of the commit."""
    name: str
    """The name: that of the check at GitHub, the external id or key of the report at Bitbucket and Bitbucket Server."""
    state: CheckState.ValueType
    """The state."""
    vendor_state: str
    """The provider's own word: GitHub's conclusion, or its status before that; Bitbucket's result."""
    derived: bool
    """True if the provider's word has no exact counterpart here, so that `state` is our reading of it."""
    title: str
    """A heading. Empty if it has none."""
    summary: str
    """What was found, in Markdown at GitHub."""
    url: str
    """Where to read more. Empty if it names no place."""
    reporter: str
    """Which app or tool reported it. Empty if the provider does not tell."""
    @property
    def started_at(self) -> Timestamp:
        """When it began; unset if unknown."""
    @property
    def completed_at(self) -> Timestamp:
        """When it ended; unset if it has not, or if unknown."""
    annotation_count: int
    """How many annotations it has. Unset if the provider does not tell."""
    @property
    def annotations(self) -> _Repeated[CheckAnnotation]:
        """The annotations. Only GetCheckRun returns them."""
    annotations_truncated: bool
    """True if there are more annotations than `annotations` has."""
    def __init__(
        self,
        *,
        id: str | None = ...,
        commit_sha: str | None = ...,
        name: str | None = ...,
        state: CheckState.ValueType | str | None = ...,
        vendor_state: str | None = ...,
        derived: bool | None = ...,
        title: str | None = ...,
        summary: str | None = ...,
        url: str | None = ...,
        reporter: str | None = ...,
        started_at: Timestamp | Mapping[str, Any] | None = ...,
        completed_at: Timestamp | Mapping[str, Any] | None = ...,
        annotation_count: int | None = ...,
        annotations: Iterable[CheckAnnotation | Mapping[str, Any]] | None = ...,
        annotations_truncated: bool | None = ...,
    ) -> None: ...

class ListCheckRunsRequest(_Message):
    """Asks for the check runs of a commit."""

    repository_id: int
    """The repository."""
    commit_sha: str
    """The commit: a SHA, a branch or a tag."""
    page_size: int
    """The maximum number of check runs in a page. 0 means 100; values above 1000 mean 1000."""
    page_token: str
    """The next_page_token of the previous page. Empty for the first page."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        commit_sha: str | None = ...,
        page_size: int | None = ...,
        page_token: str | None = ...,
    ) -> None: ...

class ListCheckRunsResponse(_Message):
    """A page of check runs."""

    @property
    def check_runs(self) -> _Repeated[CheckRun]:
        """The check runs. The order is the provider's."""
    next_page_token: str
    """The page_token of the next page. Empty on the last page."""
    commit_sha: str
    """The full SHA of the commit."""
    def __init__(
        self,
        *,
        check_runs: Iterable[CheckRun | Mapping[str, Any]] | None = ...,
        next_page_token: str | None = ...,
        commit_sha: str | None = ...,
    ) -> None: ...

class GetCheckRunRequest(_Message):
    """Asks for a check run."""

    repository_id: int
    """The repository."""
    check_run_id: str
    """The id of the check run."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        check_run_id: str | None = ...,
    ) -> None: ...

class CreateCheckRunRequest(_Message):
    """Creates a check run."""

    repository_id: int
    """The repository."""
    commit_sha: str
    """The commit: a SHA, a branch or a tag."""
    name: str
    """The name, such as "lint"."""
    state: CheckState.ValueType
    """The state. GitHub stores FAILURE for ERROR. Bitbucket has PENDING (also for RUNNING), SUCCESS and FAILURE (also for ERROR), and Bitbucket Server has the last two."""
    title: str
    """A heading. Empty means the name."""
    summary: str
    """What was found. Markdown at GitHub. Bitbucket and Bitbucket Server allow 2,000 characters; a longer text is cut, and then ends with "…"."""
    url: str
    """Where to read more."""
    @property
    def annotations(self) -> _Repeated[CheckAnnotation]:
        """What is said about lines, at most 500. GitHub takes 50 in a call, so more of them take more calls."""
    request_id: str
    """Makes the call safe to repeat (AIP-155)."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        commit_sha: str | None = ...,
        name: str | None = ...,
        state: CheckState.ValueType | str | None = ...,
        title: str | None = ...,
        summary: str | None = ...,
        url: str | None = ...,
        annotations: Iterable[CheckAnnotation | Mapping[str, Any]] | None = ...,
        request_id: str | None = ...,
    ) -> None: ...

class UpdateCheckRunRequest(_Message):
    """Changes a check run."""

    repository_id: int
    """The repository."""
    check_run_id: str
    """The id of the check run."""
    state: CheckState.ValueType
    """The state, as in CreateCheckRun. Unspecified leaves it as it is."""
    title: str
    """A heading. Empty leaves it as it is."""
    summary: str
    """What was found. Empty leaves it as it is."""
    url: str
    """Where to read more. Empty leaves it as it is."""
    @property
    def annotations(self) -> _Repeated[CheckAnnotation]:
        """Annotations that are added, at most 500."""
    request_id: str
    """Makes the call safe to repeat (AIP-155)."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        check_run_id: str | None = ...,
        state: CheckState.ValueType | str | None = ...,
        title: str | None = ...,
        summary: str | None = ...,
        url: str | None = ...,
        annotations: Iterable[CheckAnnotation | Mapping[str, Any]] | None = ...,
        request_id: str | None = ...,
    ) -> None: ...

class Pipeline(_Message):
    """A run of the provider's own CI."""

    id: str
    """The id, for ListPipelineJobs."""
    number: int
    """The number that people see. 0 if it has none."""
    name: str
    """The name, such as that of the workflow. Empty if it has none."""
    state: CheckState.ValueType
    """The state."""
    vendor_state: str
    """The provider's own word for it."""
    derived: bool
    """True if the provider's word has no exact counterpart here, so that `state` is our reading of it."""
    ref: str
    """The branch or tag. Empty if the provider does not tell."""
    commit_sha: str
    """The full SHA of the commit. Empty if the provider does not tell."""
    event: str
    """What started it, in the provider's words, such as "push". Empty if the provider does not tell."""
    web_url: str
    """Its page. Empty if the provider does not tell."""
    @property
    def created_at(self) -> Timestamp:
        """When it was created; unset if unknown."""
    @property
    def started_at(self) -> Timestamp:
        """When it began; unset if it has not, or if unknown."""
    @property
    def finished_at(self) -> Timestamp:
        """When it ended; unset if it has not, or if unknown."""
    def __init__(
        self,
        *,
        id: str | None = ...,
        number: int | None = ...,
        name: str | None = ...,
        state: CheckState.ValueType | str | None = ...,
        vendor_state: str | None = ...,
        derived: bool | None = ...,
        ref: str | None = ...,
        commit_sha: str | None = ...,
        event: str | None = ...,
        web_url: str | None = ...,
        created_at: Timestamp | Mapping[str, Any] | None = ...,
        started_at: Timestamp | Mapping[str, Any] | None = ...,
        finished_at: Timestamp | Mapping[str, Any] | None = ...,
    ) -> None: ...

class PipelineJob(_Message):
    """A part of a pipeline that has a log."""

    id: str
    """The id, for StreamJobLog."""
    pipeline_id: str
    """The pipeline."""
    name: str
    """The name."""
    stage: str
    """The stage to which it belongs. Only GitLab has stages; elsewhere it is empty."""
    state: CheckState.ValueType
    """The state."""
    vendor_state: str
    """The provider's own word for it."""
    derived: bool
    """True if the provider's word has no exact counterpart here, so that `state` is our reading of it."""
    allowed_to_fail: bool
    """Whether the pipeline passes even if this fails. Unset if the provider does not tell; GitLab does."""
    web_url: str
    """Its page. Empty if the provider does not tell."""
    @property
    def started_at(self) -> Timestamp:
        """When it began; unset if it has not, or if unknown."""
    @property
    def finished_at(self) -> Timestamp:
        """When it ended; unset if it has not, or if unknown."""
    def __init__(
        self,
        *,
        id: str | None = ...,
        pipeline_id: str | None = ...,
        name: str | None = ...,
        stage: str | None = ...,
        state: CheckState.ValueType | str | None = ...,
        vendor_state: str | None = ...,
        derived: bool | None = ...,
        allowed_to_fail: bool | None = ...,
        web_url: str | None = ...,
        started_at: Timestamp | Mapping[str, Any] | None = ...,
        finished_at: Timestamp | Mapping[str, Any] | None = ...,
    ) -> None: ...

class ListPipelinesRequest(_Message):
    """Asks for pipelines."""

    repository_id: int
    """The repository."""
    branch: str
    """Only those of this branch. Empty means any."""
    commit_sha: str
    """Only those of this commit: a SHA, a branch or a tag. Empty means any. Azure DevOps does not filter by commits, so all pipelines are read and filtered."""
    page_size: int
    """The maximum number of pipelines in a page. 0 means 100; values above 1000 mean 1000."""
    page_token: str
    """The next_page_token of the previous page. Empty for the first page."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        branch: str | None = ...,
        commit_sha: str | None = ...,
        page_size: int | None = ...,
        page_token: str | None = ...,
    ) -> None: ...

class ListPipelinesResponse(_Message):
    """A page of pipelines."""

    @property
    def pipelines(self) -> _Repeated[Pipeline]:
        """The pipelines, newest first."""
    next_page_token: str
    """The page_token of the next page. Empty on the last page."""
    incomplete: bool
    """True if the provider leaves out pipelines. An empty list then does not mean "none"."""
    incomplete_reason: str
    """Why, as a stable reason in UPPER_SNAKE. Empty if `incomplete` is false. VENDOR_LIMIT: GitHub returns at most 1,000 runs of a branch or commit."""
    def __init__(
        self,
        *,
        pipelines: Iterable[Pipeline | Mapping[str, Any]] | None = ...,
        next_page_token: str | None = ...,
        incomplete: bool | None = ...,
        incomplete_reason: str | None = ...,
    ) -> None: ...

class ListPipelineJobsRequest(_Message):
    """Asks for the jobs of a pipeline."""

    repository_id: int
    """The repository."""
    pipeline_id: str
    """The id of the pipeline."""
    page_size: int
    """The maximum number of jobs in a page. 0 means 100; values above 1000 mean 1000."""
    page_token: str
    """The next_page_token of the previous page. Empty for the first page."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        pipeline_id: str | None = ...,
        page_size: int | None = ...,
        page_token: str | None = ...,
    ) -> None: ...

class ListPipelineJobsResponse(_Message):
    """A page of jobs."""

    @property
    def jobs(self) -> _Repeated[PipelineJob]:
        """The jobs."""
    next_page_token: str
    """The page_token of the next page. Empty on the last page."""
    def __init__(
        self,
        *,
        jobs: Iterable[PipelineJob | Mapping[str, Any]] | None = ...,
        next_page_token: str | None = ...,
    ) -> None: ...

class StreamJobLogRequest(_Message):
    """Asks for the log of a job."""

    repository_id: int
    """The repository."""
    job_id: str
    """The id of the job."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        job_id: str | None = ...,
    ) -> None: ...

class JobLogPiece(_Message):
    """A piece of a log."""

    data: bytes
    """The next bytes, at most 64 KiB. Usually UTF-8 with the codes of a terminal; a piece may end within a character."""
    truncated: bool
    """True in the last piece if the log goes on."""
    def __init__(
        self,
        *,
        data: bytes | None = ...,
        truncated: bool | None = ...,
    ) -> None: ...

class ListDirectoryRequest(_Message):
    """Asks for the entries of a directory."""

    repository_id: int
    """The repository."""
    ref: str
    """The branch, tag or SHA; empty means the default branch."""
    path: str
    """The directory's path. Empty means the root."""
    page_size: int
    """The maximum number of entries in a page. 0 means 100; values above 1000 mean 1000."""
    page_token: str
    """The next_page_token of the previous page. Empty for the first page. All pages show the commit of the first page."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        ref: str | None = ...,
        path: str | None = ...,
        page_size: int | None = ...,
        page_token: str | None = ...,
    ) -> None: ...

class ListDirectoryResponse(_Message):
    """A page of a directory's entries."""

    @property
    def entries(self) -> _Repeated[DirectoryEntry]:
        """The entries. The order is the provider's: git's is by name in byte order, as if the names of directories ended in "/". Some list directories first."""
    next_page_token: str
    """The page_token of the next page. Empty on the last page."""
    incomplete: bool
    """True if the provider leaves out entries. Set on each page to which it applies."""
    incomplete_reason: str
    """Why, as a stable reason in UPPER_SNAKE. Empty if `incomplete` is false. VENDOR_LIMIT: the provider returns only a part of the list."""
    def __init__(
        self,
        *,
        entries: Iterable[DirectoryEntry | Mapping[str, Any]] | None = ...,
        next_page_token: str | None = ...,
        incomplete: bool | None = ...,
        incomplete_reason: str | None = ...,
    ) -> None: ...

class DirectoryEntry(_Message):
    """An entry of a directory."""

    name: str
    """Its name: the last part of its path. Bytes that are not valid UTF-8 appear as `\\xNN`."""
    path: str
    """Its path from the root of the repository, as in TreeEntry."""
    kind: TreeEntryKind.ValueType
    """What it is. A provider that tells neither executable files nor symbolic links lists them as files."""
    size_bytes: int
    """The size of a file in bytes. For a symbolic link, that of its target's path. Unset for a directory and a submodule, and if the provider does not tell."""
    sha: str
    """The SHA of its object: a file's contents, a directory's tree, or the commit to which a submodule points. Empty if the provider does not tell."""
    raw_path: bytes
    """Its exact path. Only set if `path` cannot represent it."""
    def __init__(
        self,
        *,
        name: str | None = ...,
        path: str | None = ...,
        kind: TreeEntryKind.ValueType | str | None = ...,
        size_bytes: int | None = ...,
        sha: str | None = ...,
        raw_path: bytes | None = ...,
    ) -> None: ...

class FindFilesRequest(_Message):
    """Asks for files by globs."""

    repository_id: int
    """The repository."""
    ref: str
    """The branch, tag or SHA; empty means the default branch."""
    @property
    def globs(self) -> MutableSequence[str]:
        """Globs, each as a line of a .gitignore file, at most 100. The last one that fits a path decides, and one that begins with "!" leaves the path out. One without a slash before its end fits names in every directory. One with a slash there fits paths from the root. "*" and "?" do not fit slashes; "**/" fits any number of directories. One that ends in a slash fits directories only. All files below a directory that fits are found, whatever the globs behind it. A line that begins with "#" is a comment."""
    page_size: int
    """The maximum number of files in a page. 0 means 100; values above 1000 mean 1000."""
    page_token: str
    """The next_page_token of the previous page. Empty for the first page. All pages show the commit of the first page."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        ref: str | None = ...,
        globs: Iterable[str] | None = ...,
        page_size: int | None = ...,
        page_token: str | None = ...,
    ) -> None: ...

class FindFilesResponse(_Message):
    """A page of files. At a vendor, a page may have fewer files than requested, or none, and still name a next page."""

    @property
    def entries(self) -> _Repeated[TreeEntry]:
        """The files. On local git they are ordered by path in byte order."""
    next_page_token: str
    """The page_token of the next page. Empty on the last page."""
    incomplete: bool
    """True if the provider leaves out files of the tree. An empty list then does not mean "none". Set on each page to which it applies."""
    incomplete_reason: str
    """Why, as a stable reason in UPPER_SNAKE. Empty if `incomplete` is false. VENDOR_LIMIT: the provider returns only a part of the tree."""
    def __init__(
        self,
        *,
        entries: Iterable[TreeEntry | Mapping[str, Any]] | None = ...,
        next_page_token: str | None = ...,
        incomplete: bool | None = ...,
        incomplete_reason: str | None = ...,
    ) -> None: ...

class BatchGetFilesRequest(_Message):
    """Asks for many files of one commit."""

    repository_id: int
    """The repository."""
    ref: str
    """The branch, tag or SHA; empty means the default branch. All files are those of its commit."""
    @property
    def paths(self) -> MutableSequence[str]:
        """The paths of the files, at most 100."""
    max_total_bytes: int
    """The maximum size of all files together, in bytes. 0 means 3 MiB; values above 3 MiB mean 3 MiB."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        ref: str | None = ...,
        paths: Iterable[str] | None = ...,
        max_total_bytes: int | None = ...,
    ) -> None: ...

class BatchGetFilesResponse(_Message):
    """The files, one result for each path of the request, in the same order."""

    @property
    def results(self) -> _Repeated[FileResult]:
        """The results. A path that the request has twice has two equal results, and its size counts once."""
    def __init__(
        self,
        *,
        results: Iterable[FileResult | Mapping[str, Any]] | None = ...,
    ) -> None: ...

class FileResult(_Message):
    """A file, or why there is none."""

    path: str
    """The path asked for."""
    @property
    def file(self) -> FileContent:
        """The file."""
    @property
    def error(self) -> FileError:
        """Why it is missing."""
    def __init__(
        self,
        *,
        path: str | None = ...,
        file: FileContent | Mapping[str, Any] | None = ...,
        error: FileError | Mapping[str, Any] | None = ...,
    ) -> None: ...

class FileError(_Message):
    """Why a file is missing."""

    code: int
    """The gRPC status code, such as 5 for NOT_FOUND."""
    reason: str
    """The stable reason, as in google.rpc.ErrorInfo."""
    message: str
    """The same in words."""
    size_bytes: int
    """The size of a file that is too large or was left out, in bytes. Unset if it is not known."""
    def __init__(
        self,
        *,
        code: int | None = ...,
        reason: str | None = ...,
        message: str | None = ...,
        size_bytes: int | None = ...,
    ) -> None: ...

class StreamFileRequest(_Message):
    """Asks for a file as a stream."""

    repository_id: int
    """The repository."""
    path: str
    """The file's path."""
    ref: str
    """The branch, tag or SHA; empty means the default branch."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        path: str | None = ...,
        ref: str | None = ...,
    ) -> None: ...

class FilePiece(_Message):
    """A part of a file."""

    @property
    def file(self) -> FileDescription:
        """The description of the file. Set in the first message only, which has no content."""
    content: bytes
    """The next bytes, at most 256 KiB. An empty file has no message with content."""
    def __init__(
        self,
        *,
        file: FileDescription | Mapping[str, Any] | None = ...,
        content: bytes | None = ...,
    ) -> None: ...

class FileDescription(_Message):
    """The description of a file, which comes before its bytes."""

    path: str
    """The path asked for."""
    commit_sha: str
    """The full SHA of the commit at the ref. If the provider does not tell it, the ref itself."""
    sha: str
    """The SHA of its contents. Empty if the provider does not tell."""
    size_bytes: int
    """Its size in bytes. Unset if the provider does not tell."""
    url: str
    """Its web url. Empty if the provider has none."""
    def __init__(
        self,
        *,
        path: str | None = ...,
        commit_sha: str | None = ...,
        sha: str | None = ...,
        size_bytes: int | None = ...,
        url: str | None = ...,
    ) -> None: ...

class StreamBlameRequest(_Message):
    """Asks who last changed the lines of a file."""

    repository_id: int
    """The repository."""
    path: str
    """The file's path."""
    ref: str
    """The branch, tag or SHA; empty means the default branch."""
    start_line: int
    """The first line, from 1. 0 means 1."""
    end_line: int
    """The last line, included. 0, or a line beyond the end, means the last line of the file."""
    @property
    def ignore_revs(self) -> MutableSequence[str]:
        """SHAs of commits to ignore, as git blame --ignore-rev does: a line that such a commit changed belongs to the commit that changed it before. NOT_FOUND (reason REF_NOT_FOUND) if one does not exist. Only local git can."""
    use_ignore_revs_file: bool
    """Whether to ignore the commits that the file .git-blame-ignore-revs in the root of the repository lists, at the same ref, as git blame --ignore-revs-file does. Without such a file, none are ignored. FAILED_PRECONDITION (reason IGNORE_REVS_INVALID) if a line of it is not a full SHA. Only local git can."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        path: str | None = ...,
        ref: str | None = ...,
        start_line: int | None = ...,
        end_line: int | None = ...,
        ignore_revs: Iterable[str] | None = ...,
        use_ignore_revs_file: bool | None = ...,
    ) -> None: ...

class BlameHunk(_Message):
    """A group of lines that one commit last changed."""

    start_line: int
    """The first line, from 1, in the requested version of the file."""
    line_count: int
    """How many lines it has."""
    original_start_line: int
    """The first line in the file as the commit left it. Unset if the provider does not tell."""
    original_path: str
    """The file's path in the commit. Empty if the provider does not tell."""
    @property
    def commit(self) -> BlameCommit:
        """The commit that last changed the lines. Unset if `error` is set."""
    previous_commit_sha: str
    """The parent of the commit in which the file was before, and its path there. Empty if the commit added the file, and if the provider does not tell."""
    previous_path: str
    """The path there."""
    boundary: bool
    """True if the history ends at this commit because the server has a shallow clone: the lines may be older."""
    derived: bool
    """True if the provider has no blame, so that it was derived from the file's history."""
    @property
    def error(self) -> LineError:
        """Why nobody knows who changed the lines, as in BatchGetCommitContext. Only derived blame has errors."""
    def __init__(
        self,
        *,
        start_line: int | None = ...,
        line_count: int | None = ...,
        original_start_line: int | None = ...,
        original_path: str | None = ...,
        commit: BlameCommit | Mapping[str, Any] | None = ...,
        previous_commit_sha: str | None = ...,
        previous_path: str | None = ...,
        boundary: bool | None = ...,
        derived: bool | None = ...,
        error: LineError | Mapping[str, Any] | None = ...,
    ) -> None: ...

class BlameCommit(_Message):
    """The commit of a hunk."""

    sha: str
    """The full SHA."""
    @property
    def author(self) -> CommitAuthor:
        """Who wrote it; unset if unknown."""
    @property
    def authored_at(self) -> Timestamp:
        """When it was written. Unset if the provider does not tell."""
    @property
    def committed_at(self) -> Timestamp:
        """When it was committed. Unset if the provider does not tell."""
    summary: str
    """The first line of its message, cut at 1024 characters."""
    def __init__(
        self,
        *,
        sha: str | None = ...,
        author: CommitAuthor | Mapping[str, Any] | None = ...,
        authored_at: Timestamp | Mapping[str, Any] | None = ...,
        committed_at: Timestamp | Mapping[str, Any] | None = ...,
        summary: str | None = ...,
    ) -> None: ...

class StreamArchiveRequest(_Message):
    """Asks for an archive."""

    repository_id: int
    """The repository."""
    ref: str
    """The branch, tag or SHA; empty means the default branch."""
    format: ArchiveFormat.ValueType
    """The format. Azure DevOps has only zip."""
    path: str
    """The directory to archive. Empty means the whole tree. The entries keep their whole paths, except at Azure DevOps, where they begin with the directory's own name. GitHub and Bitbucket have no such archives."""
    prefix: str
    """The directory in which everything in the archive is. Unset means the provider's own: on local git the name of the repository and the start of the SHA, and none at Bitbucket Server and Azure DevOps. Empty means none. Only local git and Bitbucket Server take it."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        ref: str | None = ...,
        format: ArchiveFormat.ValueType | str | None = ...,
        path: str | None = ...,
        prefix: str | None = ...,
    ) -> None: ...

class ArchivePiece(_Message):
    """A piece of an archive."""

    @property
    def info(self) -> ArchiveInfo:
        """What the archive is. Set in the first message, and in no other."""
    data: bytes
    """The next bytes, at most 64 KiB. Empty in the first message."""
    def __init__(
        self,
        *,
        info: ArchiveInfo | Mapping[str, Any] | None = ...,
        data: bytes | None = ...,
    ) -> None: ...

class ArchiveInfo(_Message):
    """The description of an archive, which comes before its bytes."""

    format: ArchiveFormat.ValueType
    """The format."""
    commit_sha: str
    """The full SHA of the commit."""
    filename: str
    """A name for the file, such as "rocket-0123456789ab.tar.gz". It has no directory."""
    size_bytes: int
    """The size of the archive in bytes. Unset if it is not known before the end, which is usual."""
    def __init__(
        self,
        *,
        format: ArchiveFormat.ValueType | str | None = ...,
        commit_sha: str | None = ...,
        filename: str | None = ...,
        size_bytes: int | None = ...,
    ) -> None: ...

class SearchCommitsRequest(_Message):
    """Asks for commits that match."""

    repository_id: int
    """The repository."""
    ref: str
    """The branch, tag or SHA from which the search goes back; empty means the default branch."""
    message: str
    """A text in the message, without regard to case. All characters are literal. Empty means any message. On the default branch of a repository that is not a fork, GitHub is asked to search, and finds whole words only."""
    author: str
    """A text in the author's name or e-mail address, without regard to case. Empty means any author."""
    path: str
    """Only commits that changed this file, or a file in this directory. Empty means all."""
    @property
    def since(self) -> Timestamp:
        """Only commits that were committed at this time or later."""
    @property
    def until(self) -> Timestamp:
        """Only commits that were committed at this time or earlier."""
    page_size: int
    """The maximum number of commits in a page. 0 means 100; values above 1000 mean 1000."""
    page_token: str
    """The next_page_token of the previous page. Empty for the first page."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        ref: str | None = ...,
        message: str | None = ...,
        author: str | None = ...,
        path: str | None = ...,
        since: Timestamp | Mapping[str, Any] | None = ...,
        until: Timestamp | Mapping[str, Any] | None = ...,
        page_size: int | None = ...,
        page_token: str | None = ...,
    ) -> None: ...

class SearchCommitsResponse(_Message):
    """A page of commits that match."""

    @property
    def commits(self) -> _Repeated[Commit]:
        """The commits, newest first, without file changes."""
    next_page_token: str
    """The page_token of the next page. Empty on the last page."""
    incomplete: bool
    """True if commits may be missing from the list. An empty list then does not mean "none"."""
    incomplete_reason: str
    """Why, as a stable reason in UPPER_SNAKE. Empty if `incomplete` is false. SEARCH_TIMED_OUT: the provider's search ran out of time. VENDOR_LIMIT: the provider returns only a part of the list. SHALLOW_CLONE: the server's clone lacks the older commits."""
    def __init__(
        self,
        *,
        commits: Iterable[Commit | Mapping[str, Any]] | None = ...,
        next_page_token: str | None = ...,
        incomplete: bool | None = ...,
        incomplete_reason: str | None = ...,
    ) -> None: ...

class GetCallerRequest(_Message):
    """Asks who the credential is."""

    organization_id: int
    """Only about this organization. Left out, the answer is about all organizations of the credential."""
    def __init__(
        self,
        *,
        organization_id: int | None = ...,
    ) -> None: ...

class Caller(_Message):
    """The owner of a credential, and what the credential may do."""

    kind: str
    """The kind of the credential: "api-key", "org-token", "user-token" or "hmac" (a signing key); an authenticator that the site adds may have a kind of its own."""
    credential: str
    """The name of the credential in the site's logs, such as "api-key:12". It is not secret."""
    @property
    def user(self) -> CallerUser:
        """The user of the token. Unset for the credential of an organization."""
    @property
    def organizations(self) -> _Repeated[CallerOrganization]:
        """The organizations of the credential, by id. Empty if its organization is being deleted."""
    incomplete: bool
    """True if some organizations or projects are left out."""
    incomplete_reason: str
    """Why, as a stable reason in UPPER_SNAKE. Empty if `incomplete` is false. TOO_MANY_ORGANIZATIONS: only 50 are returned. TOO_MANY_PROJECTS: only 1000 projects are returned; name an organization to see those of that one. ORGANIZATIONS_UNKNOWN: this part of a Sentry does not know the organizations of an app's token; name one."""
    def __init__(
        self,
        *,
        kind: str | None = ...,
        credential: str | None = ...,
        user: CallerUser | Mapping[str, Any] | None = ...,
        organizations: Iterable[CallerOrganization | Mapping[str, Any]] | None = ...,
        incomplete: bool | None = ...,
        incomplete_reason: str | None = ...,
    ) -> None: ...

class CallerUser(_Message):
    """The user of a token."""

    id: int
    """The user's id."""
    username: str
    """The user's name for signing in."""
    name: str
    """The user's name for people. Empty if there is none."""
    is_app: bool
    """True if this is the user of a Sentry app, not of a person."""
    def __init__(
        self,
        *,
        id: int | None = ...,
        username: str | None = ...,
        name: str | None = ...,
        is_app: bool | None = ...,
    ) -> None: ...

class CallerOrganization(_Message):
    """What a caller may do in one organization."""

    id: int
    """The organization."""
    slug: str
    """Its slug, such as "acme"."""
    name: str
    """Its name for people. Empty if there is none."""
    @property
    def scopes(self) -> MutableSequence[str]:
        """The scopes of the credential in this organization, sorted."""
    @property
    def rpcs(self) -> MutableSequence[str]:
        """The RPCs that are on at this site and that the scopes permit, in the order of the contract. Whether a provider supports them, GetCapabilities says."""
    @property
    def projects(self) -> _Repeated[CallerProject]:
        """The active projects that the credential reaches, by slug."""
    def __init__(
        self,
        *,
        id: int | None = ...,
        slug: str | None = ...,
        name: str | None = ...,
        scopes: Iterable[str] | None = ...,
        rpcs: Iterable[str] | None = ...,
        projects: Iterable[CallerProject | Mapping[str, Any]] | None = ...,
    ) -> None: ...

class CallerProject(_Message):
    """A project that a caller reaches."""

    id: int
    """The project."""
    slug: str
    """Its slug, such as "backend"."""
    name: str
    """Its name for people. Empty if there is none."""
    def __init__(
        self,
        *,
        id: int | None = ...,
        slug: str | None = ...,
        name: str | None = ...,
    ) -> None: ...

class BatchLookupRepositoriesRequest(_Message):
    """Asks for repositories by what a caller knows of them."""

    organization_id: int
    """The organization. May be left out if the credentials belong to exactly one."""
    @property
    def repositories(self) -> _Repeated[RepositoryKey]:
        """What is known of each repository, at most 100."""
    integration_id: int
    """Only repositories of this integration; 0 means all."""
    def __init__(
        self,
        *,
        organization_id: int | None = ...,
        repositories: Iterable[RepositoryKey | Mapping[str, Any]] | None = ...,
        integration_id: int | None = ...,
    ) -> None: ...

class RepositoryKey(_Message):
    """What a caller knows of a repository. An active repository wins over others. If several are equal, the entry is ambiguous."""

    name: str
    """Its name, such as "acme/rocket". The case of ASCII letters is ignored, but a name with the same case wins."""
    external_id: str
    """The provider's own id for it. Give `provider_key` too, because providers number alike."""
    clone_url: str
    """The address that a clone uses, or that of its web page: https://host/path, ssh://user@host:port/path or user@host:path, with or without ".git". User, port of SSH and the case of the host are ignored, and so is the case of ASCII letters in the path unless several repositories differ only in it."""
    provider_key: str
    """Only repositories of this provider key, such as "github"; empty means all."""
    def __init__(
        self,
        *,
        name: str | None = ...,
        external_id: str | None = ...,
        clone_url: str | None = ...,
        provider_key: str | None = ...,
    ) -> None: ...

class BatchLookupRepositoriesResponse(_Message):
    """The answers, one for each entry of the request, in the same order."""

    @property
    def results(self) -> _Repeated[RepositoryLookup]:
        """The answers."""
    def __init__(
        self,
        *,
        results: Iterable[RepositoryLookup | Mapping[str, Any]] | None = ...,
    ) -> None: ...

class RepositoryLookup(_Message):
    """The answer for one entry."""

    @property
    def repository(self) -> Repository:
        """The repository."""
    @property
    def error(self) -> RepositoryLookupError:
        """Why there is none."""
    def __init__(
        self,
        *,
        repository: Repository | Mapping[str, Any] | None = ...,
        error: RepositoryLookupError | Mapping[str, Any] | None = ...,
    ) -> None: ...

class RepositoryLookupError(_Message):
    """Why an entry has no repository."""

    code: int
    """The gRPC status code, such as 5 for NOT_FOUND."""
    reason: str
    """The stable reason: REPOSITORY_NOT_FOUND, REPOSITORY_AMBIGUOUS, or CLONE_URL_UNKNOWN for an address whose web page is not known, such as a path on a disk, or SSH to an IP address."""
    message: str
    """The same in words."""
    @property
    def candidate_ids(self) -> MutableSequence[int]:
        """For REPOSITORY_AMBIGUOUS: the ids of the candidates, sorted, at most 10."""
    def __init__(
        self,
        *,
        code: int | None = ...,
        reason: str | None = ...,
        message: str | None = ...,
        candidate_ids: Iterable[int] | None = ...,
    ) -> None: ...

class BatchUpsertCodeMappingsRequest(_Message):
    """Creates or changes code mappings of a project."""

    organization_id: int
    """The organization. May be left out if the credentials belong to exactly one."""
    project_id: int
    """The project to whose stack traces the mappings apply. Give this or `project_slug`."""
    project_slug: str
    """The slug of the project, in place of `project_id`."""
    @property
    def mappings(self) -> _Repeated[CodeMappingEntry]:
        """The mappings, at most 300."""
    request_id: str
    """Makes the call safe to repeat."""
    def __init__(
        self,
        *,
        organization_id: int | None = ...,
        project_id: int | None = ...,
        project_slug: str | None = ...,
        mappings: Iterable[CodeMappingEntry | Mapping[str, Any]] | None = ...,
        request_id: str | None = ...,
    ) -> None: ...

class CodeMappingEntry(_Message):
    """A code mapping as a caller wants it."""

    repository_id: int
    """The repository. Give this or `repository`."""
    @property
    def repository(self) -> RepositoryKey:
        """What is known of the repository, in place of `repository_id`."""
    stack_root: str
    """The start of the paths in a stack trace. It names the mapping within the project. May be empty."""
    source_root: str
    """What replaces it to make a path in the repository. May be empty."""
    default_branch: str
    """The branch to use if the version is unknown. If it is empty, a mapping that exists keeps its branch, and a new one gets the repository's default branch."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        repository: RepositoryKey | Mapping[str, Any] | None = ...,
        stack_root: str | None = ...,
        source_root: str | None = ...,
        default_branch: str | None = ...,
    ) -> None: ...

class BatchUpsertCodeMappingsResponse(_Message):
    """What became of the mappings, one for each entry of the request, in the same order."""

    @property
    def results(self) -> _Repeated[CodeMappingResult]:
        """The outcomes."""
    def __init__(
        self,
        *,
        results: Iterable[CodeMappingResult | Mapping[str, Any]] | None = ...,
    ) -> None: ...

class CodeMappingResult(_Message):
    """What became of one mapping."""

    outcome: CodeMappingOutcome.ValueType
    """What the call did."""
    @property
    def code_mapping(self) -> CodeMapping:
        """The mapping as it is now. Unset if it failed."""
    @property
    def error(self) -> CodeMappingError:
        """Why it failed. Unset if it did not."""
    def __init__(
        self,
        *,
        outcome: CodeMappingOutcome.ValueType | str | None = ...,
        code_mapping: CodeMapping | Mapping[str, Any] | None = ...,
        error: CodeMappingError | Mapping[str, Any] | None = ...,
    ) -> None: ...

class CodeMappingError(_Message):
    """Why a mapping was not stored."""

    code: int
    """The gRPC status code, such as 5 for NOT_FOUND."""
    reason: str
    """The stable reason: those of CreateCodeMapping and BatchLookupRepositories; IDS_DO_NOT_MATCH if the mapping exists and its repository belongs to another integration; DEFAULT_BRANCH_UNKNOWN if no branch is given and the repository has none."""
    message: str
    """The same in words."""
    def __init__(
        self,
        *,
        code: int | None = ...,
        reason: str | None = ...,
        message: str | None = ...,
    ) -> None: ...

class ResolveFramesRequest(_Message):
    """Asks where the frames of a stack trace are."""

    organization_id: int
    """The organization. May be left out if the credentials belong to exactly one."""
    project_id: int
    """The project from which the stack trace comes."""
    version: str
    """The version that was running, as a branch, tag or SHA. It is tried first. Empty means: only the default branch."""
    platform: str
    """The platform, as Sentry's events have it: "java", "javascript", "node", "python", "go", "csharp", "ruby", "php", "native" and so on. Empty means: by the form of each frame."""
    @property
    def frames(self) -> _Repeated[StackFrame]:
        """The frames, at most 100, in the order of Sentry's events: the one that failed is the last."""
    newest_first: bool
    """True if the frames are in the other order: the one that failed is the first."""
    def __init__(
        self,
        *,
        organization_id: int | None = ...,
        project_id: int | None = ...,
        version: str | None = ...,
        platform: str | None = ...,
        frames: Iterable[StackFrame | Mapping[str, Any]] | None = ...,
        newest_first: bool | None = ...,
    ) -> None: ...

class StackFrame(_Message):
    """A frame of a stack trace, with the fields of Sentry's events. Backslashes are read as slashes."""

    path: str
    """The path as the runtime writes it, such as "src/app.py", "webpack:///./src/app.js" or "Cart.java"."""
    abs_path: str
    """The absolute path or the url, if it is known."""
    module: str
    """The module: the class of a JVM, such as "com.acme.Cart$Item", the package of Go, the module of Python."""
    function: str
    """The function. It is for people, and is not used."""
    line_number: int
    """The line, from 1; 0 if it is unknown."""
    in_app: bool
    """Whether the frame is of the application itself. If it is false, the frame is not resolved. If it is unset, the paths of libraries are recognized."""
    def __init__(
        self,
        *,
        path: str | None = ...,
        abs_path: str | None = ...,
        module: str | None = ...,
        function: str | None = ...,
        line_number: int | None = ...,
        in_app: bool | None = ...,
    ) -> None: ...

class ResolveFramesResponse(_Message):
    """The resolved frames."""

    @property
    def frames(self) -> _Repeated[ResolvedFrame]:
        """One for each frame of the request, in the same order."""
    incomplete: bool
    """True if not all code mappings of the project were tried. "No code mapping" then does not mean that there is none."""
    incomplete_reason: str
    """Why, as a stable reason in UPPER_SNAKE. Empty if `incomplete` is false. TOO_MANY_MAPPINGS: only the first 1000 of the project were tried."""
    def __init__(
        self,
        *,
        frames: Iterable[ResolvedFrame | Mapping[str, Any]] | None = ...,
        incomplete: bool | None = ...,
        incomplete_reason: str | None = ...,
    ) -> None: ...

class ResolvedFrame(_Message):
    """Where a frame is, or why that is not known."""

    code_mapping_id: int
    """The code mapping that was applied; 0 if none."""
    repository_id: int
    """The repository; 0 if none."""
    path: str
    """The path in the repository."""
    ref: str
    """The ref at which the file was looked for: the version or the default branch."""
    url: str
    """The web url of the line. Empty if the provider has none."""
    exists: bool
    """Whether the file exists at the ref. Unset if that was not found out, as for a frame without a line."""
    @property
    def blame(self) -> CommitContext:
        """Who last changed the line. Unset if that is not known."""
    @property
    def blame_error(self) -> LineError:
        """Why `blame` is unset. Unset if `blame` is set."""
    @property
    def owners(self) -> PathOwners:
        """The owners of the path; without owners if nobody owns it, or if the repository has no file of code owners. Unset if that is not known."""
    @property
    def owners_error(self) -> LineError:
        """Why the owners are not known. Unset if they are."""
    topmost_own: bool
    """True for one frame: the one nearest to the failure among those that are in the organization's own code."""
    reason: str
    """Why the frame is not resolved, as a stable reason. Empty if it is. NOT_IN_APP; NO_PATH: it names no file; RUNTIME_CODE: it never comes from a repository; LIBRARY; NO_CODE_MAPPING: no stack root is the start of the path; FILE_NOT_FOUND: the file exists neither at the version nor on the default branch, and the fields above name the first place that was tried; MAPPINGS_NOT_ALL_TRIED: the same, but more than 8 places fit. Or the reason why the repository cannot be read, such as REPOSITORY_INACTIVE."""
    message: str
    """The same in words."""
    def __init__(
        self,
        *,
        code_mapping_id: int | None = ...,
        repository_id: int | None = ...,
        path: str | None = ...,
        ref: str | None = ...,
        url: str | None = ...,
        exists: bool | None = ...,
        blame: CommitContext | Mapping[str, Any] | None = ...,
        blame_error: LineError | Mapping[str, Any] | None = ...,
        owners: PathOwners | Mapping[str, Any] | None = ...,
        owners_error: LineError | Mapping[str, Any] | None = ...,
        topmost_own: bool | None = ...,
        reason: str | None = ...,
        message: str | None = ...,
    ) -> None: ...

class SyncRepositoriesRequest(_Message):
    """Refreshes all repositories of an integration."""

    organization_id: int
    """The organization. May be left out if the credentials belong to exactly one."""
    integration_id: int
    """The integration."""
    add: bool
    """Whether to add the repositories that the organization lacks. In a Sentry this makes their webhooks too, and wants a user as CreateRepository does."""
    request_id: str
    """Makes the call safe to repeat."""
    def __init__(
        self,
        *,
        organization_id: int | None = ...,
        integration_id: int | None = ...,
        add: bool | None = ...,
        request_id: str | None = ...,
    ) -> None: ...

class SyncRepositoriesResponse(_Message):
    """What a refresh of all repositories found."""

    @property
    def changed(self) -> _Repeated[SyncRepositoryResponse]:
        """The repositories that changed, each with what changed."""
    @property
    def added(self) -> _Repeated[NewRepository]:
        """The repositories that the provider lists and the organization lacked."""
    @property
    def gone(self) -> _Repeated[LostRepository]:
        """The active repositories that the provider does not list, and that it does not return when it is asked for them."""
    unchanged: int
    """How many active repositories are as before."""
    incomplete: bool
    """True if not everything was compared."""
    incomplete_reason: str
    """Why, as a stable reason in UPPER_SNAKE. Empty if `incomplete` is false. TOO_MANY_REPOSITORIES: only the first 10000 of the provider's list were read. TOO_MANY_TO_CHECK: more than 100 were not listed, and only 100 of them were asked for. REPOSITORIES_SKIPPED: the provider could not tell whether it has some of them. VENDOR_LIMIT and the other reasons of SearchRepositories: the provider returned only a part of its list."""
    def __init__(
        self,
        *,
        changed: Iterable[SyncRepositoryResponse | Mapping[str, Any]] | None = ...,
        added: Iterable[NewRepository | Mapping[str, Any]] | None = ...,
        gone: Iterable[LostRepository | Mapping[str, Any]] | None = ...,
        unchanged: int | None = ...,
        incomplete: bool | None = ...,
        incomplete_reason: str | None = ...,
    ) -> None: ...

class NewRepository(_Message):
    """A repository that the organization lacked."""

    @property
    def repository(self) -> RemoteRepository:
        """The repository, as its provider describes it. Its `repository_id` is 0 if it was not added."""
    @property
    def error(self) -> LineError:
        """Why it was not added. Unset if it was, or if the request did not ask for that."""
    def __init__(
        self,
        *,
        repository: RemoteRepository | Mapping[str, Any] | None = ...,
        error: LineError | Mapping[str, Any] | None = ...,
    ) -> None: ...

class LostRepository(_Message):
    """A repository that the provider does not have any more."""

    @property
    def repository(self) -> Repository:
        """The repository."""
    reason: str
    """Why it cannot be read, as in CheckRepositoryAccessResponse."""
    message: str
    """The same in words."""
    def __init__(
        self,
        *,
        repository: Repository | Mapping[str, Any] | None = ...,
        reason: str | None = ...,
        message: str | None = ...,
    ) -> None: ...

class GetRepositoryPermissionRequest(_Message):
    """Asks what a user may do in a repository."""

    repository_id: int
    """The repository."""
    user: str
    """The user at the provider: the login at GitHub, the user name or the id at GitLab, the account id or the UUID at Bitbucket, the user name at Bitbucket Server."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        user: str | None = ...,
    ) -> None: ...

class RepositoryPermission(_Message):
    """What a user may do in a repository, and how the provider says it."""

    repository_id: int
    """The repository."""
    user: str
    """The user as the request names it."""
    level: RepositoryAccessLevel.ValueType
    """The level. Unspecified if it is not known: `unknown_reason` says why."""
    role: str
    """The provider's own word, such as "maintain", "Developer" or "REPO_WRITE". Empty if it has none."""
    at_least: bool
    """True if the user may do more than `level` says, because the provider does not tell what the user's groups may do."""
    unknown_reason: str
    """Why the level is not known, as a stable reason in UPPER_SNAKE. Empty if it is known. GROUPS_NOT_TOLD: the user has no permission of its own, and the provider does not tell which groups it belongs to. CUSTOM_ROLE: the provider has a role that this list does not know. VISIBILITY_NOT_TOLD: the user is not a member, or a guest, and the provider does not tell whether others may read the code."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        user: str | None = ...,
        level: RepositoryAccessLevel.ValueType | str | None = ...,
        role: str | None = ...,
        at_least: bool | None = ...,
        unknown_reason: str | None = ...,
    ) -> None: ...

class ListBranchesRequest(_Message):
    """Asks for branches."""

    repository_id: int
    """The repository."""
    prefix: str
    """Only branches whose name begins with this; case matters. Empty means all."""
    page_size: int
    """The maximum number of branches in a page. 0 means 100; values above 1000 mean 1000."""
    page_token: str
    """The next_page_token of the previous page. Empty for the first page."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        prefix: str | None = ...,
        page_size: int | None = ...,
        page_token: str | None = ...,
    ) -> None: ...

class ListBranchesResponse(_Message):
    """A page of branches."""

    @property
    def branches(self) -> _Repeated[Branch]:
        """The branches."""
    next_page_token: str
    """The page_token of the next page. Empty on the last page."""
    def __init__(
        self,
        *,
        branches: Iterable[Branch | Mapping[str, Any]] | None = ...,
        next_page_token: str | None = ...,
    ) -> None: ...

class Branch(_Message):
    """A branch."""

    name: str
    """The name, without "refs/heads/"."""
    commit_sha: str
    """The full SHA of its last commit."""
    is_default: bool
    """Whether it is the repository's default branch. Unset if the provider does not tell."""
    is_protected: bool
    """Whether the provider protects it from some changes. Unset if the provider does not tell."""
    def __init__(
        self,
        *,
        name: str | None = ...,
        commit_sha: str | None = ...,
        is_default: bool | None = ...,
        is_protected: bool | None = ...,
    ) -> None: ...

class ListTagsRequest(_Message):
    """Asks for tags."""

    repository_id: int
    """The repository."""
    prefix: str
    """Only tags whose name begins with this; case matters. Empty means all."""
    page_size: int
    """The maximum number of tags in a page. 0 means 100; values above 1000 mean 1000."""
    page_token: str
    """The next_page_token of the previous page. Empty for the first page."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        prefix: str | None = ...,
        page_size: int | None = ...,
        page_token: str | None = ...,
    ) -> None: ...

class ListTagsResponse(_Message):
    """A page of tags."""

    @property
    def tags(self) -> _Repeated[Tag]:
        """The tags."""
    next_page_token: str
    """The page_token of the next page. Empty on the last page."""
    def __init__(
        self,
        *,
        tags: Iterable[Tag | Mapping[str, Any]] | None = ...,
        next_page_token: str | None = ...,
    ) -> None: ...

class Tag(_Message):
    """A tag."""

    name: str
    """The name, without "refs/tags/"."""
    commit_sha: str
    """The full SHA of the commit that it names. Empty if it names something else, such as a file, and if local git cannot read it."""
    annotated: bool
    """Whether it is an annotated tag, which has a message, a tagger and a date of its own. Unset if the provider does not tell, and if local git lacks the tag's object."""
    message: str
    """The message of an annotated tag, cut at 64 KiB. Empty if there is none, or if the provider does not tell."""
    @property
    def tagger(self) -> CommitAuthor:
        """Who made an annotated tag; unset if unknown."""
    @property
    def tagged_at(self) -> Timestamp:
        """When an annotated tag was made; unset if unknown."""
    def __init__(
        self,
        *,
        name: str | None = ...,
        commit_sha: str | None = ...,
        annotated: bool | None = ...,
        message: str | None = ...,
        tagger: CommitAuthor | Mapping[str, Any] | None = ...,
        tagged_at: Timestamp | Mapping[str, Any] | None = ...,
    ) -> None: ...

class GetRefRequest(_Message):
    """Asks what a text names."""

    repository_id: int
    """The repository."""
    ref: str
    """A branch, a tag, a full name such as "refs/heads/main", a SHA, or the start of one where the provider takes it. Empty means the default branch."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        ref: str | None = ...,
    ) -> None: ...

class Ref(_Message):
    """A ref, or a commit."""

    kind: RefKind.ValueType
    """What it is."""
    name: str
    """The short name, such as "main". The full SHA for a commit."""
    full_name: str
    """The full name, such as "refs/heads/main". Empty for a commit."""
    commit_sha: str
    """The full SHA of the commit."""
    def __init__(
        self,
        *,
        kind: RefKind.ValueType | str | None = ...,
        name: str | None = ...,
        full_name: str | None = ...,
        commit_sha: str | None = ...,
    ) -> None: ...

class CompareCommitsRequest(_Message):
    """Asks for the commits between two commits."""

    repository_id: int
    """The repository."""
    base: str
    """The branch, tag or SHA that is compared with."""
    head: str
    """The branch, tag or SHA whose commits are listed."""
    page_size: int
    """The maximum number of commits in a page. 0 means 100; values above 1000 mean 1000."""
    page_token: str
    """The next_page_token of the previous page. Empty for the first page."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        base: str | None = ...,
        head: str | None = ...,
        page_size: int | None = ...,
        page_token: str | None = ...,
    ) -> None: ...

class CompareCommitsResponse(_Message):
    """The commits between two commits."""

    @property
    def commits(self) -> _Repeated[Commit]:
        """The commits that `head` has and `base` lacks, newest first, without file changes."""
    next_page_token: str
    """The page_token of the next page. Empty on the last page."""
    base_sha: str
    """The full SHA of the base. Empty if the provider does not tell it."""
    head_sha: str
    """The full SHA of the head. Empty if the provider does not tell it."""
    merge_base_sha: str
    """The full SHA of the best common ancestor. Empty if there is none, if the provider does not tell it, or if a shallow clone lacks it."""
    ahead_by: int
    """How many commits `head` has and `base` lacks. Unset if the provider does not tell, and if a shallow clone lacks the common ancestor."""
    behind_by: int
    """How many commits `base` has and `head` lacks. Unset in the same cases."""
    incomplete: bool
    """True if commits may be missing from the list. An empty list then does not mean "none"."""
    incomplete_reason: str
    """Why, as a stable reason in UPPER_SNAKE. Empty if `incomplete` is false. VENDOR_LIMIT: the provider returns only a part of the list. SHALLOW_CLONE: the server's clone lacks the older commits."""
    def __init__(
        self,
        *,
        commits: Iterable[Commit | Mapping[str, Any]] | None = ...,
        next_page_token: str | None = ...,
        base_sha: str | None = ...,
        head_sha: str | None = ...,
        merge_base_sha: str | None = ...,
        ahead_by: int | None = ...,
        behind_by: int | None = ...,
        incomplete: bool | None = ...,
        incomplete_reason: str | None = ...,
    ) -> None: ...

class GetMergeBaseRequest(_Message):
    """Asks for the common ancestor of commits."""

    repository_id: int
    """The repository."""
    @property
    def refs(self) -> MutableSequence[str]:
        """Two to 20 branches, tags or SHAs. Some providers take only two."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        refs: Iterable[str] | None = ...,
    ) -> None: ...

class MergeBase(_Message):
    """A common ancestor."""

    commit_sha: str
    """The full SHA."""
    def __init__(
        self,
        *,
        commit_sha: str | None = ...,
    ) -> None: ...

class ListComparedFilesRequest(_Message):
    """Asks for the files that differ between two commits."""

    repository_id: int
    """The repository."""
    base: str
    """The branch, tag or SHA that is compared with."""
    head: str
    """The branch, tag or SHA whose changes are listed."""
    start: ComparisonStart.ValueType
    """Where the comparison begins. Unspecified means the merge base."""
    page_size: int
    """The maximum number of files in a page. 0 means 100; values above 1000 mean 1000."""
    page_token: str
    """The next_page_token of the previous page. Empty for the first page."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        base: str | None = ...,
        head: str | None = ...,
        start: ComparisonStart.ValueType | str | None = ...,
        page_size: int | None = ...,
        page_token: str | None = ...,
    ) -> None: ...

class ListComparedFilesResponse(_Message):
    """A page of files that differ."""

    @property
    def file_changes(self) -> _Repeated[FileChange]:
        """The files."""
    next_page_token: str
    """The page_token of the next page. Empty on the last page."""
    incomplete: bool
    """True if the provider leaves out files or what it knows about them. An empty list then does not mean "none". Set on each page to which it applies."""
    incomplete_reason: str
    """Why, as a stable reason in UPPER_SNAKE. Empty if `incomplete` is false. VENDOR_LIMIT: the provider returns only a part of the list. If that part is empty, the call fails with the same reason. COMMIT_TOO_LARGE: local git lists all files, but neither detects renames nor counts lines among so many."""
    def __init__(
        self,
        *,
        file_changes: Iterable[FileChange | Mapping[str, Any]] | None = ...,
        next_page_token: str | None = ...,
        incomplete: bool | None = ...,
        incomplete_reason: str | None = ...,
    ) -> None: ...

class StreamDiffRequest(_Message):
    """Asks for differences."""

    repository_id: int
    """The repository."""
    base: str
    """The branch, tag or SHA that is compared with. Empty means the first parent of `head`: the diff of one commit."""
    head: str
    """The branch, tag or SHA whose changes are returned."""
    start: ComparisonStart.ValueType
    """Where the comparison begins. Unspecified means the merge base. Without a base it has no meaning."""
    @property
    def paths(self) -> MutableSequence[str]:
        """Only these files, or files in these directories; empty means all."""
    context_lines: int
    """Lines of context around each change. Unset means 3; values above 100 mean 100. Only local git takes it; vendors return the context that they have. A patch without context needs the option --unidiff-zero of git apply."""
    binary_patches: bool
    """Whether binary files get git's binary patch as their hunks, which git apply takes. Only local git has it."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        base: str | None = ...,
        head: str | None = ...,
        start: ComparisonStart.ValueType | str | None = ...,
        paths: Iterable[str] | None = ...,
        context_lines: int | None = ...,
        binary_patches: bool | None = ...,
    ) -> None: ...

class FileDiff(_Message):
    """The differences of one file."""

    @property
    def change(self) -> FileChange:
        """What happened to the file."""
    old_mode: str
    """The mode before, as git writes it in octal, such as "100644". Empty for a new file, and if the provider does not tell."""
    new_mode: str
    """The mode after. Empty for a deleted file, and if the provider does not tell."""
    header: bytes
    """The lines that git writes before the hunks of a file, from "diff --git" on. The header and the hunks of all messages, one after the other, are a patch that git apply takes, unless a file is binary or `truncated` is set. Where a provider has no header, it is made from the change. It then names the mode 100644 for a new or deleted file."""
    hunks: bytes
    """The hunks as unified diff text, from the first line that begins with "@@". Empty for a change of the mode or the name alone, for a binary file, and if `truncated` is set and the provider returns no part. Local git leaves bytes that are not UTF-8 as they are; vendors replace them."""
    truncated: bool
    """True if hunks are missing or cut, because the file is too large for the provider or for one message (1 MiB). Local git treats a file above 16 MiB as binary, whatever its content, and so a file of more lines than it has memory for."""
    def __init__(
        self,
        *,
        change: FileChange | Mapping[str, Any] | None = ...,
        old_mode: str | None = ...,
        new_mode: str | None = ...,
        header: bytes | None = ...,
        hunks: bytes | None = ...,
        truncated: bool | None = ...,
    ) -> None: ...

class CreateBranchRequest(_Message):
    """Creates a branch."""

    repository_id: int
    """The repository."""
    name: str
    """The name, without "refs/heads/"."""
    ref: str
    """The branch, tag or SHA at whose commit it begins. Empty means the default branch."""
    request_id: str
    """Makes the call safe to repeat."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        name: str | None = ...,
        ref: str | None = ...,
        request_id: str | None = ...,
    ) -> None: ...

class UpdateBranchRequest(_Message):
    """Moves a branch."""

    repository_id: int
    """The repository."""
    name: str
    """The name, without "refs/heads/"."""
    ref: str
    """The branch, tag or SHA to whose commit it moves."""
    expected_sha: str
    """The full SHA of the commit at which the branch must be. Empty means any."""
    force: bool
    """Whether the branch may lose commits. Otherwise it only moves forward."""
    request_id: str
    """Makes the call safe to repeat."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        name: str | None = ...,
        ref: str | None = ...,
        expected_sha: str | None = ...,
        force: bool | None = ...,
        request_id: str | None = ...,
    ) -> None: ...

class DeleteBranchRequest(_Message):
    """Deletes a branch."""

    repository_id: int
    """The repository."""
    name: str
    """The name, without "refs/heads/"."""
    expected_sha: str
    """The full SHA of the commit at which the branch must be. Empty means any."""
    request_id: str
    """Makes the call safe to repeat."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        name: str | None = ...,
        expected_sha: str | None = ...,
        request_id: str | None = ...,
    ) -> None: ...

class CommitAction(_Message):
    """One change of a commit. Directories appear and disappear with their files."""

    kind: CommitActionKind.ValueType
    """What happens."""
    path: str
    """The path of the file; after a move, the new one. Case matters. No part of it may be empty, ".", or a form of ".git" that some file system takes for ".git"."""
    content: bytes
    """The content of a file that is written; may be empty."""
    previous_path: str
    """The path of a file before it moves."""
    executable: bool
    """Whether the file is executable, for a file that is written or set. Unset keeps the mode of a file that is written, and a new one is not executable. Only local git, GitHub and GitLab can set it."""
    def __init__(
        self,
        *,
        kind: CommitActionKind.ValueType | str | None = ...,
        path: str | None = ...,
        content: bytes | None = ...,
        previous_path: str | None = ...,
        executable: bool | None = ...,
    ) -> None: ...

class CreateCommitRequest(_Message):
    """Makes a commit."""

    repository_id: int
    """The repository."""
    branch: str
    """The branch, without "refs/heads/". It must exist, except for the first commit of a repository."""
    expected_head_sha: str
    """The full SHA of the last commit of the branch, on which this one is made. Empty only for the first commit of a repository."""
    message: str
    """The message."""
    @property
    def author(self) -> CommitAuthor:
        """The author, with name and email; `external_id` is ignored. Unset means whom the provider takes: the user or app of the integration, or this service on local git. The provider decides who the committer is. Bitbucket Server takes no author."""
    @property
    def actions(self) -> _Repeated[CommitAction]:
        """What changes. Each path may be in one action only. Bitbucket Server takes a single action, which writes a file."""
    request_id: str
    """Makes the call safe to repeat."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        branch: str | None = ...,
        expected_head_sha: str | None = ...,
        message: str | None = ...,
        author: CommitAuthor | Mapping[str, Any] | None = ...,
        actions: Iterable[CommitAction | Mapping[str, Any]] | None = ...,
        request_id: str | None = ...,
    ) -> None: ...

class GetPullRequestRequest(_Message):
    """Asks for a pull request."""

    repository_id: int
    """The repository into which the pull request merges."""
    number: int
    """The number within the repository, as the provider shows it. At GitLab this is the iid."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        number: int | None = ...,
    ) -> None: ...

class ListPullRequestsRequest(_Message):
    """Asks for pull requests."""

    repository_id: int
    """The repository into which the pull requests merge."""
    state: PullRequestState.ValueType
    """Only those in this state. Unspecified means all."""
    head: str
    """Only those of this head branch of the repository itself, without "refs/heads/". Branches of forks are not found by it. Empty means any."""
    base: str
    """Only those into this branch, without "refs/heads/". Empty means any."""
    author: str
    """Only those of this author, named by the `id` or the `login` of the PullRequestUser; case does not matter. Empty means any."""
    commit_sha: str
    """Only those that the provider relates to this commit: it was proposed in them, or they brought it. How far back the provider knows this differs. A branch or tag stands for its commit. Empty means any."""
    @property
    def updated_since(self) -> Timestamp:
        """Only those that changed at this time or later. Unset means any."""
    page_size: int
    """The maximum number of pull requests in a page. 0 means 100; values above 1000 mean 1000."""
    page_token: str
    """The next_page_token of the previous page. Empty for the first page."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        state: PullRequestState.ValueType | str | None = ...,
        head: str | None = ...,
        base: str | None = ...,
        author: str | None = ...,
        commit_sha: str | None = ...,
        updated_since: Timestamp | Mapping[str, Any] | None = ...,
        page_size: int | None = ...,
        page_token: str | None = ...,
    ) -> None: ...

class ListPullRequestsResponse(_Message):
    """A page of pull requests."""

    @property
    def pull_requests(self) -> _Repeated[PullRequest]:
        """The pull requests. A list may tell less of each than GetPullRequest: the fields say so."""
    next_page_token: str
    """The page_token of the next page. Empty on the last page."""
    def __init__(
        self,
        *,
        pull_requests: Iterable[PullRequest | Mapping[str, Any]] | None = ...,
        next_page_token: str | None = ...,
    ) -> None: ...

class PullRequestUser(_Message):
    """A user of the provider."""

    id: str
    """The provider's id, as text. At Bitbucket the UUID."""
    login: str
    """The name with which the user signs in or is mentioned, if the provider tells it: the login at GitHub, the user name at GitLab and Bitbucket Server, the account id at Bitbucket, the unique name (often an e-mail address) at Azure DevOps."""
    name: str
    """The name for people. Empty if the provider does not tell it."""
    def __init__(
        self,
        *,
        id: str | None = ...,
        login: str | None = ...,
        name: str | None = ...,
    ) -> None: ...

class PullRequestBranch(_Message):
    """One of the two branches of a pull request."""

    branch: str
    """The name of the branch without "refs/heads/". It may have been deleted since."""
    commit_sha: str
    """The SHA of its last commit, as the pull request knows it. In a list of Bitbucket these are the first 12 digits; GetPullRequest tells all. Empty if the provider does not tell it. A list of GitLab does not tell that of the base."""
    repository: str
    """The provider's name of the repository, such as "acme/rocket". Empty if the provider does not tell it, and if the fork was deleted."""
    is_fork: bool
    """Whether it is a branch of another repository than the one into which the pull request merges. Unset if unknown."""
    def __init__(
        self,
        *,
        branch: str | None = ...,
        commit_sha: str | None = ...,
        repository: str | None = ...,
        is_fork: bool | None = ...,
    ) -> None: ...

class PullRequestReviewer(_Message):
    """Who was asked for a review."""

    @property
    def user(self) -> PullRequestUser:
        """The user; unset for a group."""
    group: str
    """The name of a group, such as a team. Empty for a user."""
    state: ReviewState.ValueType
    """The answer."""
    required: bool
    """Whether the provider's rules want this reviewer's approval. Unset if the provider does not tell."""
    detail: str
    """The provider's own word for the answer, such as "NEEDS_WORK", or the number of a vote. Empty if it has none."""
    def __init__(
        self,
        *,
        user: PullRequestUser | Mapping[str, Any] | None = ...,
        group: str | None = ...,
        state: ReviewState.ValueType | str | None = ...,
        required: bool | None = ...,
        detail: str | None = ...,
    ) -> None: ...

class PullRequest(_Message):
    """A pull request."""

    repository_id: int
    """The repository into which it merges."""
    number: int
    """The number within the repository."""
    title: str
    """The title."""
    body: str
    """The description, as its author wrote it."""
    body_truncated: bool
    """Whether the provider cut the body, as a list of Azure DevOps does after 400 characters. GetPullRequest has all of it."""
    @property
    def author(self) -> PullRequestUser:
        """Who opened it; unset if unknown, for example because the account was deleted."""
    state: PullRequestState.ValueType
    """The state."""
    draft: bool
    """Whether it is a draft. Unset if the provider does not tell, as Bitbucket Server before 8.18."""
    @property
    def head(self) -> PullRequestBranch:
        """The branch whose commits are proposed."""
    @property
    def base(self) -> PullRequestBranch:
        """The branch into which they merge."""
    merge_commit_sha: str
    """The SHA of the commit on the base branch that the merge made. Empty if it is not merged, and if the provider does not tell it, for example after a fast-forward. In a list of Bitbucket these are the first 12 digits."""
    mergeability: Mergeability.ValueType
    """Whether it can be merged. Bitbucket does not tell. Lists of GitHub and of Bitbucket Server do not tell either."""
    mergeability_detail: str
    """The provider's own word for it, such as "dirty" or "not_approved". Empty if it has none."""
    @property
    def labels(self) -> MutableSequence[str]:
        """The names of its labels. Bitbucket and Bitbucket Server have no labels."""
    @property
    def reviewers(self) -> _Repeated[PullRequestReviewer]:
        """Who was asked for a review. GitHub lists those who have not answered; GitLab lists all and does not tell their answers here. A list of Bitbucket does not tell them."""
    @property
    def created_at(self) -> Timestamp:
        """When it was opened."""
    @property
    def updated_at(self) -> Timestamp:
        """When it last changed. Unset at Azure DevOps, which does not tell it."""
    @property
    def closed_at(self) -> Timestamp:
        """When it was closed or merged. Unset while it is open. Bitbucket does not tell it."""
    @property
    def merged_at(self) -> Timestamp:
        """When it was merged. Unset if it is not merged. Bitbucket does not tell it."""
    web_url: str
    """Its web page."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        number: int | None = ...,
        title: str | None = ...,
        body: str | None = ...,
        body_truncated: bool | None = ...,
        author: PullRequestUser | Mapping[str, Any] | None = ...,
        state: PullRequestState.ValueType | str | None = ...,
        draft: bool | None = ...,
        head: PullRequestBranch | Mapping[str, Any] | None = ...,
        base: PullRequestBranch | Mapping[str, Any] | None = ...,
        merge_commit_sha: str | None = ...,
        mergeability: Mergeability.ValueType | str | None = ...,
        mergeability_detail: str | None = ...,
        labels: Iterable[str] | None = ...,
        reviewers: Iterable[PullRequestReviewer | Mapping[str, Any]] | None = ...,
        created_at: Timestamp | Mapping[str, Any] | None = ...,
        updated_at: Timestamp | Mapping[str, Any] | None = ...,
        closed_at: Timestamp | Mapping[str, Any] | None = ...,
        merged_at: Timestamp | Mapping[str, Any] | None = ...,
        web_url: str | None = ...,
    ) -> None: ...

class CreatePullRequestRequest(_Message):
    """Opens a pull request."""

    repository_id: int
    """The repository into which it merges."""
    title: str
    """The title. At most 255 characters at GitLab, Bitbucket and Bitbucket Server, 256 at GitHub and 400 at Azure DevOps. At GitLab a draft is one whose title begins with "Draft: ", which is added."""
    body: str
    """The description, in the provider's Markdown. At most 4,000 characters at Azure DevOps, and 32,768 at Bitbucket Server. It stays text at GitLab, too: a line such as "/merge", which GitLab would carry out, gets a backslash before its slash. GitLab's pages do not show the backslash, and responses leave it out."""
    head: str
    """The branch whose commits are proposed, without "refs/heads/"."""
    head_repository: str
    """The fork that has the head, as PullRequestBranch.repository names it, such as "zoe/rocket"; at GitLab also its id. Empty means the repository itself."""
    base: str
    """The branch into which it merges, without "refs/heads/". Empty means the default branch."""
    draft: bool
    """Whether it is a draft."""
    @property
    def reviewers(self) -> MutableSequence[str]:
        """The users who are asked for a review: the login at GitHub, the user name or id at GitLab, the UUID or account id at Bitbucket, the user name at Bitbucket Server, the id at Azure DevOps. GitLab without a paid plan keeps only one."""
    @property
    def labels(self) -> MutableSequence[str]:
        """The names of its labels. GitHub, GitLab and Azure DevOps create those that do not exist."""
    request_id: str
    """Makes the call safe to repeat."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        title: str | None = ...,
        body: str | None = ...,
        head: str | None = ...,
        head_repository: str | None = ...,
        base: str | None = ...,
        draft: bool | None = ...,
        reviewers: Iterable[str] | None = ...,
        labels: Iterable[str] | None = ...,
        request_id: str | None = ...,
    ) -> None: ...

class UpdatePullRequestRequest(_Message):
    """Changes a pull request."""

    repository_id: int
    """The repository into which it merges."""
    number: int
    """The number of the pull request."""
    @property
    def update_mask(self) -> FieldMask:
        """Which fields to change, at least one of: title, body, base, state, draft, reviewers, labels."""
    title: str
    """The new title. The limits are those of CreatePullRequest."""
    body: str
    """The new description. May be empty. It stays text, as in CreatePullRequest."""
    base: str
    """The branch into which it merges from now on, without "refs/heads/"."""
    state: PullRequestState.ValueType
    """OPEN opens a closed one again, and CLOSED closes it without a merge. MergePullRequest merges."""
    draft: bool
    """Whether it is a draft."""
    @property
    def reviewers(self) -> MutableSequence[str]:
        """All users who are asked for a review, named as in CreatePullRequest. Those who are left out are not asked any more. At GitHub, who has answered is not asked and stays as it is. Groups stay as they are."""
    @property
    def labels(self) -> MutableSequence[str]:
        """The names of all labels. Those that are left out are taken off."""
    request_id: str
    """Makes the call safe to repeat."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        number: int | None = ...,
        update_mask: FieldMask | Mapping[str, Any] | None = ...,
        title: str | None = ...,
        body: str | None = ...,
        base: str | None = ...,
        state: PullRequestState.ValueType | str | None = ...,
        draft: bool | None = ...,
        reviewers: Iterable[str] | None = ...,
        labels: Iterable[str] | None = ...,
        request_id: str | None = ...,
    ) -> None: ...

class MergePullRequestRequest(_Message):
    """Merges a pull request."""

    repository_id: int
    """The repository into which it merges."""
    number: int
    """The number of the pull request."""
    expected_head_sha: str
    """The full SHA that the head must have. Empty means any: commits that were pushed a moment ago are merged too."""
    method: MergeMethod.ValueType
    """How it is merged."""
    commit_message: str
    """The message of the commit that the merge makes. Empty means the provider's own. INVALID_ARGUMENT with MERGE_METHOD_REBASE, which keeps the messages of the commits."""
    request_id: str
    """Makes the call safe to repeat."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        number: int | None = ...,
        expected_head_sha: str | None = ...,
        method: MergeMethod.ValueType | str | None = ...,
        commit_message: str | None = ...,
        request_id: str | None = ...,
    ) -> None: ...

class ListPullRequestCommitsRequest(_Message):
    """Asks for the commits of a pull request."""

    repository_id: int
    """The repository into which the pull request merges."""
    number: int
    """The number of the pull request."""
    page_size: int
    """The maximum number of commits in a page. 0 means 100; values above 1000 mean 1000."""
    page_token: str
    """The next_page_token of the previous page. Empty for the first page."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        number: int | None = ...,
        page_size: int | None = ...,
        page_token: str | None = ...,
    ) -> None: ...

class ListPullRequestCommitsResponse(_Message):
    """A page of the commits of a pull request."""

    @property
    def commits(self) -> _Repeated[Commit]:
        """The commits."""
    next_page_token: str
    """The page_token of the next page. Empty on the last page."""
    incomplete: bool
    """True if commits may be missing from the list."""
    incomplete_reason: str
    """Why, as a stable reason in UPPER_SNAKE. Empty if `incomplete` is false. VENDOR_LIMIT: the provider returns only a part of the list. At GitHub these are the 250 oldest commits."""
    def __init__(
        self,
        *,
        commits: Iterable[Commit | Mapping[str, Any]] | None = ...,
        next_page_token: str | None = ...,
        incomplete: bool | None = ...,
        incomplete_reason: str | None = ...,
    ) -> None: ...

class ListPullRequestFilesRequest(_Message):
    """Asks for the files that a pull request changes."""

    repository_id: int
    """The repository into which the pull request merges."""
    number: int
    """The number of the pull request."""
    page_size: int
    """The maximum number of files in a page. 0 means 100; values above 1000 mean 1000."""
    page_token: str
    """The next_page_token of the previous page. Empty for the first page."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        number: int | None = ...,
        page_size: int | None = ...,
        page_token: str | None = ...,
    ) -> None: ...

class ListPullRequestFilesResponse(_Message):
    """A page of the files that a pull request changes."""

    @property
    def file_changes(self) -> _Repeated[FileChange]:
        """The files."""
    next_page_token: str
    """The page_token of the next page. Empty on the last page."""
    incomplete: bool
    """True if the provider leaves out files. An empty list then does not mean "none"."""
    incomplete_reason: str
    """Why, as a stable reason in UPPER_SNAKE. Empty if `incomplete` is false. VENDOR_LIMIT: the provider returns only a part of the list. If that part is empty, the call fails with the same reason."""
    def __init__(
        self,
        *,
        file_changes: Iterable[FileChange | Mapping[str, Any]] | None = ...,
        next_page_token: str | None = ...,
        incomplete: bool | None = ...,
        incomplete_reason: str | None = ...,
    ) -> None: ...

class StreamPullRequestDiffRequest(_Message):
    """Asks for the differences of a pull request."""

    repository_id: int
    """The repository into which the pull request merges."""
    number: int
    """The number of the pull request."""
    @property
    def paths(self) -> MutableSequence[str]:
        """Only these files, or files in these directories; empty means all."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        number: int | None = ...,
        paths: Iterable[str] | None = ...,
    ) -> None: ...

class ListPullRequestCommentsRequest(_Message):
    """Asks for the comments on the whole of a pull request."""

    repository_id: int
    """The repository into which the pull request merges."""
    number: int
    """The number of the pull request."""
    page_size: int
    """The maximum number of comments in a page. 0 means 100; values above 1000 mean 1000."""
    page_token: str
    """The next_page_token of the previous page. Empty for the first page."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        number: int | None = ...,
        page_size: int | None = ...,
        page_token: str | None = ...,
    ) -> None: ...

class ListPullRequestCommentsResponse(_Message):
    """A page of the comments on the whole."""

    @property
    def comments(self) -> _Repeated[PullRequestComment]:
        """The comments."""
    next_page_token: str
    """The page_token of the next page. Empty on the last page."""
    def __init__(
        self,
        *,
        comments: Iterable[PullRequestComment | Mapping[str, Any]] | None = ...,
        next_page_token: str | None = ...,
    ) -> None: ...

class ListReviewThreadsRequest(_Message):
    """Asks for the threads on files and lines of a pull request."""

    repository_id: int
    """The repository into which the pull request merges."""
    number: int
    """The number of the pull request."""
    page_size: int
    """The maximum number of threads in a page. 0 means 100; values above 1000 mean 1000."""
    page_token: str
    """The next_page_token of the previous page. Empty for the first page."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        number: int | None = ...,
        page_size: int | None = ...,
        page_token: str | None = ...,
    ) -> None: ...

class ListReviewThreadsResponse(_Message):
    """A page of the threads on files and lines."""

    @property
    def threads(self) -> _Repeated[ReviewThread]:
        """The threads."""
    next_page_token: str
    """The page_token of the next page. Empty on the last page."""
    def __init__(
        self,
        *,
        threads: Iterable[ReviewThread | Mapping[str, Any]] | None = ...,
        next_page_token: str | None = ...,
    ) -> None: ...

class ListReviewsRequest(_Message):
    """Asks for the reviews of a pull request."""

    repository_id: int
    """The repository into which the pull request merges."""
    number: int
    """The number of the pull request."""
    page_size: int
    """The maximum number of reviews in a page. 0 means 100; values above 1000 mean 1000."""
    page_token: str
    """The next_page_token of the previous page. Empty for the first page."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        number: int | None = ...,
        page_size: int | None = ...,
        page_token: str | None = ...,
    ) -> None: ...

class ListReviewsResponse(_Message):
    """A page of the reviews."""

    @property
    def reviews(self) -> _Repeated[Review]:
        """The reviews."""
    next_page_token: str
    """The page_token of the next page. Empty on the last page."""
    def __init__(
        self,
        *,
        reviews: Iterable[Review | Mapping[str, Any]] | None = ...,
        next_page_token: str | None = ...,
    ) -> None: ...

class PullRequestComment(_Message):
    """A comment of a pull request."""

    id: str
    """The provider's id, unique within the pull request."""
    in_reply_to: str
    """The comment to which this one answers, if the provider tells it."""
    @property
    def author(self) -> PullRequestUser:
        """Who wrote it; unset if unknown."""
    body: str
    """The text, as its author wrote it."""
    @property
    def created_at(self) -> Timestamp:
        """When it was written."""
    @property
    def updated_at(self) -> Timestamp:
        """When it was last edited. Unset if the provider does not tell."""
    web_url: str
    """Its web page. Empty if the provider does not tell it."""
    thread_id: str
    """The thread to which it belongs. Set in the answer of CreatePullRequestComment, for a comment on a file or a line, if the provider tells it. GitHub does not: ListReviewThreads shows the thread."""
    def __init__(
        self,
        *,
        id: str | None = ...,
        in_reply_to: str | None = ...,
        author: PullRequestUser | Mapping[str, Any] | None = ...,
        body: str | None = ...,
        created_at: Timestamp | Mapping[str, Any] | None = ...,
        updated_at: Timestamp | Mapping[str, Any] | None = ...,
        web_url: str | None = ...,
        thread_id: str | None = ...,
    ) -> None: ...

class ReviewPosition(_Message):
    """A place in the files of a pull request, by the numbers of lines in a file, never by an offset in a diff."""

    path: str
    """The path of the file. If it was renamed, the new path, whichever the side."""
    side: DiffSide.ValueType
    """The side whose lines are counted. Unspecified for a comment on the whole file."""
    start_line: int
    """The first line of a range, on the same side. 0 for a single line."""
    line: int
    """The line, or the last line of a range. 0 for a comment on the whole file."""
    commit_sha: str
    """The commit in which the lines are counted. Empty if the provider does not tell it. In a request it must be the full SHA of the head of the pull request, whichever the side; empty means the head."""
    def __init__(
        self,
        *,
        path: str | None = ...,
        side: DiffSide.ValueType | str | None = ...,
        start_line: int | None = ...,
        line: int | None = ...,
        commit_sha: str | None = ...,
    ) -> None: ...

class ReviewThread(_Message):
    """Comments on one place."""

    id: str
    """The provider's id."""
    @property
    def position(self) -> ReviewPosition:
        """Where it is now. Unset if it is outdated and has no place in the current diff."""
    @property
    def original_position(self) -> ReviewPosition:
        """Where it was when it began. Unset if the provider does not tell."""
    outdated: bool
    """Whether the lines have changed since. Unset if the provider does not tell."""
    resolved: bool
    """Whether somebody resolved it. Unset if the provider does not tell."""
    @property
    def comments(self) -> _Repeated[PullRequestComment]:
        """The comments, the oldest first."""
    comments_truncated: bool
    """Whether the provider has more comments of this thread than are listed."""
    def __init__(
        self,
        *,
        id: str | None = ...,
        position: ReviewPosition | Mapping[str, Any] | None = ...,
        original_position: ReviewPosition | Mapping[str, Any] | None = ...,
        outdated: bool | None = ...,
        resolved: bool | None = ...,
        comments: Iterable[PullRequestComment | Mapping[str, Any]] | None = ...,
        comments_truncated: bool | None = ...,
    ) -> None: ...

class Review(_Message):
    """An answer of a reviewer."""

    id: str
    """The provider's id. Empty where the provider keeps only the last answer of each reviewer."""
    @property
    def author(self) -> PullRequestUser:
        """Who answered; unset if unknown."""
    group: str
    """A group that answered, such as a team. Empty for a user."""
    state: ReviewState.ValueType
    """The answer."""
    detail: str
    """The provider's own word for it, or the number of a vote. Empty if it has none."""
    body: str
    """The text of the review. Empty if it has none."""
    commit_sha: str
    """The head commit that was reviewed. Empty if the provider does not tell it."""
    @property
    def submitted_at(self) -> Timestamp:
        """When it was given. Unset if the provider does not tell."""
    web_url: str
    """Its web page. Empty if the provider does not tell it."""
    def __init__(
        self,
        *,
        id: str | None = ...,
        author: PullRequestUser | Mapping[str, Any] | None = ...,
        group: str | None = ...,
        state: ReviewState.ValueType | str | None = ...,
        detail: str | None = ...,
        body: str | None = ...,
        commit_sha: str | None = ...,
        submitted_at: Timestamp | Mapping[str, Any] | None = ...,
        web_url: str | None = ...,
    ) -> None: ...

class BatchGetPullRequestStatusRequest(_Message):
    """Asks how pull requests stand."""

    repository_id: int
    """The repository into which the pull requests merge."""
    @property
    def numbers(self) -> MutableSequence[int]:
        """The numbers of 1 to 50 pull requests."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        numbers: Iterable[int] | None = ...,
    ) -> None: ...

class BatchGetPullRequestStatusResponse(_Message):
    """How pull requests stand."""

    @property
    def statuses(self) -> _Repeated[PullRequestStatus]:
        """One entry for each number of the request, in the same order."""
    def __init__(
        self,
        *,
        statuses: Iterable[PullRequestStatus | Mapping[str, Any]] | None = ...,
    ) -> None: ...

class PullRequestStatus(_Message):
    """How a pull request stands."""

    number: int
    """The number."""
    @property
    def error(self) -> LineError:
        """Set if the provider could not answer for this number. All other fields are then unset."""
    state: PullRequestState.ValueType
    """The state."""
    draft: bool
    """Whether it is a draft. Unset if the provider does not tell."""
    head_sha: str
    """The SHA of the head."""
    mergeability: Mergeability.ValueType
    """Whether it can be merged."""
    mergeability_detail: str
    """The provider's own word for it. Empty if it has none."""
    @property
    def checks(self) -> CheckRollup:
        """One state for everything that is reported on the head. Unset if the provider does not have the head, which may be a commit of a fork."""
    reviews: ReviewState.ValueType
    """One state for all reviews: CHANGES_REQUESTED, APPROVED, PENDING if an answer or an approval is missing, or UNSPECIFIED if no review was asked for or the provider does not tell."""
    reviews_derived: bool
    """True if `reviews` is worked out here from the answers of the reviewers, because the provider tells no such state. It then does not know how many approvals the provider's rules want."""
    def __init__(
        self,
        *,
        number: int | None = ...,
        error: LineError | Mapping[str, Any] | None = ...,
        state: PullRequestState.ValueType | str | None = ...,
        draft: bool | None = ...,
        head_sha: str | None = ...,
        mergeability: Mergeability.ValueType | str | None = ...,
        mergeability_detail: str | None = ...,
        checks: CheckRollup | Mapping[str, Any] | None = ...,
        reviews: ReviewState.ValueType | str | None = ...,
        reviews_derived: bool | None = ...,
    ) -> None: ...

class CreateReviewRequest(_Message):
    """Answers to a pull request."""

    repository_id: int
    """The repository into which the pull request merges."""
    number: int
    """The number of the pull request."""
    state: ReviewState.ValueType
    """The answer: REVIEW_STATE_APPROVED, REVIEW_STATE_CHANGES_REQUESTED or REVIEW_STATE_COMMENTED."""
    body: str
    """The text. At providers other than GitHub it becomes a comment on the whole. GitHub wants one to request changes. A COMMENTED review needs a text or comments. It stays text, as in CreatePullRequestComment."""
    @property
    def comments(self) -> _Repeated[ReviewComment]:
        """Comments on files and lines. GitHub's reviews take none on a whole file: UNIMPLEMENTED."""
    expected_head_sha: str
    """The full SHA that the head must have. Empty means any."""
    request_id: str
    """Makes the call safe to repeat. The texts then carry a mark of it, which markup hides and reads leave out."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        number: int | None = ...,
        state: ReviewState.ValueType | str | None = ...,
        body: str | None = ...,
        comments: Iterable[ReviewComment | Mapping[str, Any]] | None = ...,
        expected_head_sha: str | None = ...,
        request_id: str | None = ...,
    ) -> None: ...

class ReviewComment(_Message):
    """A comment that is made with a review."""

    @property
    def position(self) -> ReviewPosition:
        """Where."""
    body: str
    """The text. It stays text, as in CreatePullRequestComment."""
    def __init__(
        self,
        *,
        position: ReviewPosition | Mapping[str, Any] | None = ...,
        body: str | None = ...,
    ) -> None: ...

class ResolveReviewThreadRequest(_Message):
    """Resolves a thread."""

    repository_id: int
    """The repository into which the pull request merges."""
    number: int
    """The number of the pull request."""
    thread_id: str
    """The thread, as ListReviewThreads names it."""
    unresolve: bool
    """Opens the thread again."""
    request_id: str
    """Makes the call safe to repeat."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        number: int | None = ...,
        thread_id: str | None = ...,
        unresolve: bool | None = ...,
        request_id: str | None = ...,
    ) -> None: ...

class CreatePullRequestCommentRequest(_Message):
    """Writes a comment."""

    repository_id: int
    """The repository into which the pull request merges."""
    number: int
    """The number of the pull request."""
    body: str
    """The text, in the provider's markup. GitHub takes 65,536 characters, of which a request_id takes 60. It stays text at GitLab, too: a line such as "/close", which GitLab would carry out, gets a backslash, as in CreatePullRequest."""
    @property
    def position(self) -> ReviewPosition:
        """Where. Unset for a comment on the whole, and for an answer."""
    in_reply_to: str
    """The comment to which this one answers, on the whole or in a thread."""
    request_id: str
    """Makes the call safe to repeat. The text then carries a mark of it, which markup hides and reads leave out."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        number: int | None = ...,
        body: str | None = ...,
        position: ReviewPosition | Mapping[str, Any] | None = ...,
        in_reply_to: str | None = ...,
        request_id: str | None = ...,
    ) -> None: ...

class UpdatePullRequestCommentRequest(_Message):
    """Replaces the text of a comment."""

    repository_id: int
    """The repository into which the pull request merges."""
    number: int
    """The number of the pull request."""
    comment_id: str
    """The comment, as the lists name it."""
    body: str
    """The new text. It stays text, as in CreatePullRequestComment."""
    request_id: str
    """Makes the call safe to repeat."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        number: int | None = ...,
        comment_id: str | None = ...,
        body: str | None = ...,
        request_id: str | None = ...,
    ) -> None: ...

class DeletePullRequestCommentRequest(_Message):
    """Deletes a comment."""

    repository_id: int
    """The repository into which the pull request merges."""
    number: int
    """The number of the pull request."""
    comment_id: str
    """The comment, as the lists name it."""
    request_id: str
    """Makes the call safe to repeat."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        number: int | None = ...,
        comment_id: str | None = ...,
        request_id: str | None = ...,
    ) -> None: ...
