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
    """What a name in a tree stands for."""

    ValueType = _TreeEntryKindValue
    TREE_ENTRY_KIND_UNSPECIFIED: _TreeEntryKindValue
    TREE_ENTRY_KIND_FILE: _TreeEntryKindValue
    TREE_ENTRY_KIND_EXECUTABLE: _TreeEntryKindValue
    TREE_ENTRY_KIND_SYMLINK: _TreeEntryKindValue
    TREE_ENTRY_KIND_SUBMODULE: _TreeEntryKindValue

TREE_ENTRY_KIND_UNSPECIFIED: _TreeEntryKindValue
TREE_ENTRY_KIND_FILE: _TreeEntryKindValue
TREE_ENTRY_KIND_EXECUTABLE: _TreeEntryKindValue
TREE_ENTRY_KIND_SYMLINK: _TreeEntryKindValue
TREE_ENTRY_KIND_SUBMODULE: _TreeEntryKindValue

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
    """Which side of a link is the model for the other."""

    ValueType = _SyncDirectionValue
    SYNC_DIRECTION_UNSPECIFIED: _SyncDirectionValue
    SYNC_DIRECTION_GROUP_TO_TRACKER: _SyncDirectionValue
    SYNC_DIRECTION_TRACKER_TO_GROUP: _SyncDirectionValue

SYNC_DIRECTION_UNSPECIFIED: _SyncDirectionValue
SYNC_DIRECTION_GROUP_TO_TRACKER: _SyncDirectionValue
SYNC_DIRECTION_TRACKER_TO_GROUP: _SyncDirectionValue

class Integration(_Message):
    """One installed provider of one organization."""

    id: int
    """The integration's id, unique in the site."""
    organization_id: int
    """The organization it is seen from."""
    provider: Provider.ValueType
    """The provider, where it is one of the enum."""
    provider_key: str
    """The provider's key, such as "github", "git" or a third party's."""
    name: str
    """What people call it: the name of the account or group at the provider."""
    domain: str
    """Host and account without scheme, such as "github.com/acme". Empty where the provider has none."""
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
    """The organization. It may be left out where the credentials belong to exactly one."""
    provider: Provider.ValueType
    """Only those of this provider; unspecified means all."""
    provider_key: str
    """Only those of this provider key; empty means all."""
    page_size: int
    """The most integrations in the answer; 0 means 100, at most 1000."""
    page_token: str
    """The next_page_token of the page before; empty for the first page."""
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
    """Asks for the next page; empty on the last."""
    def __init__(
        self,
        *,
        integrations: Iterable[Integration | Mapping[str, Any]] | None = ...,
        next_page_token: str | None = ...,
    ) -> None: ...

class GetCapabilitiesRequest(_Message):
    """Asks what works with an integration."""

    organization_id: int
    """The organization. It may be left out where the credentials belong to exactly one."""
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
    """Why it does not: RPC_DISABLED, PROVIDER_UNSUPPORTED, HOST_UNSUPPORTED; empty where it does."""
    message: str
    """The same in words. Where it works: what it costs if the provider's API has no such thing and it is worked out from others; else empty."""
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
    """Its web address; empty where it has none."""
    provider: Provider.ValueType
    """The provider, where it is one of the enum."""
    external_id: str
    """The provider's own id for it; empty where unknown."""
    status: RepositoryStatus.ValueType
    """Its state."""
    @property
    def date_added(self) -> Timestamp:
        """When it was added."""
    @property
    def config(self) -> MutableMapping[str, str]:
        """What the provider keeps with it, such as "name" or "project_id"; never a secret. Values that are no text are JSON."""
    default_branch: str
    """The branch that a clone checks out; empty where unknown."""
    integration_id: int
    """The integration it was added through; 0 where none."""
    provider_key: str
    """The provider's key, such as "github", "git" or a third party's; empty where unknown."""
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
    """The organization. It may be left out where the credentials belong to exactly one."""
    provider: Provider.ValueType
    """Only those of this provider; unspecified means all."""
    query: str
    """Only those whose name contains this, whatever its case; empty means all."""
    page_size: int
    """The most repositories in the answer; 0 means 100, at most 1000."""
    page_token: str
    """The next_page_token of the page before; empty for the first page."""
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
    """Asks for the next page; empty on the last."""
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
    """The organization. It may be left out where the credentials belong to exactly one."""
    integration_id: int
    """The integration through which the repository is reached."""
    identifier: str
    """What the provider calls it, as SearchRepositories returns it: "owner/name" at GitHub, a project id at GitLab, "workspace/slug" at Bitbucket, "KEY/slug" at Bitbucket Server, a GUID at Azure DevOps, a path below a configured root on the embedded host."""
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
        """What changed; empty where nothing did."""
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
    """The organization. It may be left out where the credentials belong to exactly one."""
    integration_id: int
    """The integration to search through."""
    query: str
    """Only those whose name contains this; empty means all that the provider lists."""
    page_size: int
    """The most repositories in the answer; 0 means 100, at most 1000."""
    page_token: str
    """The next_page_token of the page before; empty for the first page."""
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
    """Asks for the next page; empty on the last."""
    incomplete: bool
    """Whether the provider did not search everything. An empty list then does not mean "none". Set on each page that it applies to."""
    incomplete_reason: str
    """Why, as a stable reason in UPPER_SNAKE; empty where `incomplete` is false. SEARCH_TIMED_OUT: the provider's search ran out of time. NOT_INDEXED: the provider has not indexed all that it should search. VENDOR_LIMIT: the provider returns only a part of the list. Where nothing was found in a part, the call fails with the same reason instead."""
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
    """What CreateRepository takes."""
    name: str
    """Its name at the provider."""
    url: str
    """Its web address; empty where unknown."""
    default_branch: str
    """Its default branch; empty where unknown."""
    external_id: str
    """The provider's own id for it; empty where unknown."""
    repository_id: int
    """The organization's repository for it; 0 where it has not been added."""
    @property
    def config(self) -> MutableMapping[str, str]:
        """What is to be kept with it when it is added, such as "path"."""
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
    """The id of the stored row where a Sentry has stored the commit, otherwise the SHA."""
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
        """When it was committed; for a commit stored by a Sentry, the date it keeps."""
    @property
    def file_changes(self) -> _Repeated[FileChange]:
        """What changed against the first parent, the first 1000 files. Filled by GetCommit only."""
    web_url: str
    """The commit's web page; empty where the provider has none."""
    @property
    def committer(self) -> CommitAuthor:
        """Who committed it; unset where unknown."""
    @property
    def parent_keys(self) -> MutableSequence[str]:
        """The full SHAs of its parents; empty for a root commit, and where unknown."""
    file_changes_truncated: bool
    """True where file_changes lacks some: it was cut at 1000, or the commit was stored without its changes, and ListFileChanges has them all, or the provider ends the list of a large commit before its end."""
    truncated: bool
    """Whether the commit is larger than what is read of one (3 MiB): parents, people or message are cut or missing."""
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
    """The provider's id of the person, such as "github:octocat"; empty where unknown."""
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
    """The file's path; of a deleted file, what it was."""
    kind: FileChangeKind.ValueType
    """What happened."""
    previous_path: str
    """Where a renamed or copied file comes from; otherwise empty."""
    additions: int
    """Lines added; 0 for a binary file and where unknown."""
    deletions: int
    """Lines deleted; 0 for a binary file and where unknown."""
    binary: bool
    """Whether git sees the contents as binary."""
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
    """From which branch, tag or SHA backwards; empty means the default branch."""
    path: str
    """Only commits that changed this file or directory; empty means all."""
    author: str
    """Only commits whose author's name or e-mail contains this, whatever its case; empty means all."""
    @property
    def since(self) -> Timestamp:
        """Only commits committed at or after this; unset means no limit."""
    @property
    def until(self) -> Timestamp:
        """Only commits committed at or before this; unset means no limit."""
    page_size: int
    """The most commits in the answer; 0 means 100, at most 1000."""
    page_token: str
    """The next_page_token of the page before; empty for the first page."""
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
    """Asks for the next page; empty on the last."""
    incomplete: bool
    """Whether commits may be missing from the list. An empty list then does not mean "none". Set on each page that it applies to."""
    incomplete_reason: str
    """Why, as a stable reason in UPPER_SNAKE; empty where `incomplete` is false. VENDOR_LIMIT: the provider returns only a part of the list. Where that part is empty, the call fails with the same reason instead."""
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
    """From which branch, tag or SHA backwards; empty means the default branch."""
    path: str
    """Only commits that changed this file or directory; empty means all."""
    author: str
    """Only commits whose author's name or e-mail contains this, whatever its case; empty means all."""
    @property
    def since(self) -> Timestamp:
        """Only commits committed at or after this; unset means no limit."""
    @property
    def until(self) -> Timestamp:
        """Only commits committed at or before this; unset means no limit."""
    allow_incomplete: bool
    """Whether commits may be missing from the stream: without it, a stream that may lack some is refused."""
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
    """The most changes in the answer; 0 means 100, at most 1000."""
    page_token: str
    """The next_page_token of the page before; empty for the first page."""
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
    """Asks for the next page; empty on the last."""
    incomplete: bool
    """Whether the provider leaves out changes of the commit. An empty list then does not mean "none". Set on each page that it applies to."""
    incomplete_reason: str
    """Why, as a stable reason in UPPER_SNAKE; empty where `incomplete` is false. VENDOR_LIMIT: the provider returns only a part of the list. Where that part is empty, the call fails with the same reason instead."""
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
    """The ref or SHA at which the file is looked at."""
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
    """The full SHA that the request's ref stands for; where the provider does not tell, the ref itself."""
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
    """The line's text without its end of line, cut at 1024 characters; empty where the provider does not tell."""
    message: str
    """The message of the commit that last changed the line."""
    @property
    def committed_at(self) -> Timestamp:
        """When that commit was committed."""
    blame_filename: str
    """The file's path in that commit, which differs after a rename; empty where the provider does not tell."""
    derived: bool
    """Whether this was worked out here from the file's history, as the provider has no blame. It is a commit that has the line while none of its parents does; of two branches that made the same change it may be either."""
    truncated: bool
    """Whether the commit is larger than what is read of one (3 MiB): author or message are cut or missing."""
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
    """The ref or SHA at which the file is looked at."""
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
    """The answers, one for each line asked, in the same order."""

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
    """Its web url; empty where it does not exist or the provider has none."""
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
    """The most bytes wanted; 0 means 1 MiB, above 3 MiB is lowered to it."""
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
    """The full SHA of the commit that the ref stands for; where the provider does not tell, the ref itself."""
    content: bytes
    """The bytes, as they are in the repository."""
    size_bytes: int
    """How many bytes."""
    url: str
    """Its web url; empty where the provider has none."""
    def __init__(
        self,
        *,
        path: str | None = ...,
        commit_sha: str | None = ...,
        content: bytes | None = ...,
        size_bytes: int | None = ...,
        url: str | None = ...,
    ) -> None: ...

class TreeEntry(_Message):
    """A file of a tree."""

    path: str
    """Its path; bytes that are no UTF-8 appear as `\\xNN`."""
    kind: TreeEntryKind.ValueType
    """What it is."""
    size_bytes: int
    """Its size in bytes; 0 for a submodule and where unknown."""
    sha: str
    """The SHA of its contents; empty where the provider does not tell."""
    raw_path: bytes
    """Its exact path, filled only where `path` could not show it."""
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
    """The most files in the answer; 0 means 100, at most 1000."""
    page_token: str
    """The next_page_token of the page before; empty for the first page. It stays at the commit of the first page."""
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
    """Asks for the next page; empty on the last."""
    incomplete: bool
    """Whether the provider leaves out files of the tree. An empty list then does not mean "none". Set on each page that it applies to."""
    incomplete_reason: str
    """Why, as a stable reason in UPPER_SNAKE; empty where `incomplete` is false. VENDOR_LIMIT: the provider returns only a part of the list. Where that part is empty, the call fails with the same reason instead."""
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
        """Paths whose owners are wanted; at most 1000."""
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
    """Its web url; empty where the provider has none."""
    raw: str
    """Its text."""
    @property
    def rules(self) -> _Repeated[CodeOwnersRule]:
        """Its rules, in the order of the file; the last that fits a path decides, in a file of GitLab's in each section."""
    @property
    def path_owners(self) -> _Repeated[PathOwners]:
        """The owners of the paths asked, in the same order."""
    @property
    def skipped_lines(self) -> _Repeated[SkippedCodeOwnersLine]:
        """The lines that are no rules, each with the reason. They decide nothing."""
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
        """The owners as they are written: "@user", "@org/team" or an e-mail address, a section's default owners included; empty where the rule takes owners away."""
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
        """Its owners; empty where it has none."""
    line_number: int
    """The line of the rule that decided, from 1; 0 where none fits. The last of them where several sections decided."""
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
    """The file: a path in the repository, or with code_mapping_id a path in a stack trace. Backslashes are slashes."""
    version: str
    """The version that ran, as a branch, tag or SHA; tried first. Empty means the default branch alone."""
    default_branch: str
    """The branch tried second; empty means that of the code mapping, then the repository's own."""
    code_mapping_id: int
    """A code mapping that turns the stack trace's path into one of the repository; 0 means the path is one already."""
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
    """Its web url; empty where the provider has none."""
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
    """Asks what a web url stands for."""

    organization_id: int
    """The organization. It may be left out where the credentials belong to exactly one."""
    url: str
    """The url of a file."""
    def __init__(
        self,
        *,
        organization_id: int | None = ...,
        url: str | None = ...,
    ) -> None: ...

class ResolvedSourceUrl(_Message):
    """What a web url stands for."""

    repository_id: int
    """The repository."""
    ref: str
    """The branch, tag or SHA."""
    path: str
    """The path."""
    line_number: int
    """The line it points to, from 1; 0 where none."""
    def __init__(
        self,
        *,
        repository_id: int | None = ...,
        ref: str | None = ...,
        path: str | None = ...,
        line_number: int | None = ...,
    ) -> None: ...

class CodeMapping(_Message):
    """How paths in a project's stack traces become paths in a repository: stack_root is replaced by source_root."""

    id: int
    """The mapping's id; 0 for one derived but not stored."""
    organization_id: int
    """The organization."""
    project_id: int
    """The project whose stack traces it is for."""
    repository_id: int
    """The repository."""
    stack_root: str
    """The start of the path in a stack trace; unique in the project."""
    source_root: str
    """What the start becomes in the repository."""
    default_branch: str
    """The branch to look at when no version is known."""
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
    """The organization. It may be left out where the credentials belong to exactly one."""
    project_id: int
    """Only those of this project; 0 means all."""
    repository_id: int
    """Only those of this repository; 0 means all."""
    page_size: int
    """The most mappings in the answer; 0 means 100, at most 1000."""
    page_token: str
    """The next_page_token of the page before; empty for the first page."""
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
    """Asks for the next page; empty on the last."""
    def __init__(
        self,
        *,
        code_mappings: Iterable[CodeMapping | Mapping[str, Any]] | None = ...,
        next_page_token: str | None = ...,
    ) -> None: ...

class CreateCodeMappingRequest(_Message):
    """Makes a code mapping."""

    organization_id: int
    """The organization. It may be left out where the credentials belong to exactly one."""
    project_id: int
    """The project whose stack traces it is for."""
    repository_id: int
    """The repository."""
    stack_root: str
    """The start of the path in a stack trace; may be empty."""
    source_root: str
    """What the start becomes in the repository; may be empty."""
    default_branch: str
    """The branch to look at when no version is known."""
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
    """The organization. It may be left out where the credentials belong to exactly one."""
    project_id: int
    """The project whose stack trace it is."""
    @property
    def stacktrace_paths(self) -> MutableSequence[str]:
        """The paths in the stack trace, at most 100."""
    store: bool
    """Whether to store what was found; by default nothing is stored."""
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
        """The mappings, each with its id where it is stored."""
    @property
    def unmatched_paths(self) -> MutableSequence[str]:
        """The paths that no repository, or more than one, explains, and those of libraries. Empty where `incomplete` is set: a repository that was not read may explain them."""
    incomplete: bool
    """Whether some repositories could not be read. An empty list then does not mean "none". Set on each page that it applies to."""
    incomplete_reason: str
    """Why, as a stable reason in UPPER_SNAKE; empty where `incomplete` is false."""
    @property
    def skipped_repositories(self) -> _Repeated[SkippedRepository]:
        """The repositories that could not be read, each with the reason. The others were looked at."""
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
    """The integration whose tracker it is in."""
    key: str
    """The tracker's own name for it, such as "JIRA-123" or "acme/rocket#12"."""
    title: str
    """Its title."""
    description: str
    """Its description."""
    web_url: str
    """Its web page; empty where the tracker has none."""
    @property
    def metadata(self) -> MutableMapping[str, str]:
        """What is kept with it; values that are no text are JSON."""
    state: IssueState.ValueType
    """Whether it is open; filled where the tracker was asked."""
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
    """The organization. It may be left out where the credentials belong to exactly one."""
    integration_id: int
    """The integration in whose tracker."""
    title: str
    """The title."""
    description: str
    """The description; may be empty."""
    @property
    def metadata(self) -> MutableMapping[str, str]:
        """Further fields of the destination, as ListIssueDestinations names them."""
    group_id: int
    """The group to link it to; 0 means none."""
    request_id: str
    """Makes the call safe to repeat."""
    destination: str
    """Where to create it: the id of one of ListIssueDestinations. Empty where the tracker has only one place."""
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
    """Links a group to an issue. Either external_issue_id, or integration_id and key."""

    group_id: int
    """The group."""
    external_issue_id: int
    """An issue known by id; 0 where key is given."""
    integration_id: int
    """The integration in whose tracker the key is."""
    key: str
    """The tracker's own name for the issue, as SearchIssues returns it."""
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
    """The most issues in the answer; 0 means 100, at most 1000."""
    page_token: str
    """The next_page_token of the page before; empty for the first page."""
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
    """Asks for the next page; empty on the last."""
    def __init__(
        self,
        *,
        external_issues: Iterable[ExternalIssue | Mapping[str, Any]] | None = ...,
        next_page_token: str | None = ...,
    ) -> None: ...

class SyncIssueStatusRequest(_Message):
    """Carries the status across a link."""

    group_id: int
    """The group."""
    external_issue_id: int
    """The issue it is linked to."""
    direction: SyncDirection.ValueType
    """Which way."""
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
    """The organization. It may be left out where the credentials belong to exactly one."""
    integration_id: int
    """The integration in whose tracker."""
    query: str
    """Only destinations whose name contains this; empty means all."""
    page_size: int
    """The most destinations in the answer; 0 means 100, at most 1000."""
    page_token: str
    """The next_page_token of the page before; empty for the first page."""
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
    """Asks for the next page; empty on the last."""
    def __init__(
        self,
        *,
        destinations: Iterable[IssueDestination | Mapping[str, Any]] | None = ...,
        next_page_token: str | None = ...,
    ) -> None: ...

class IssueDestination(_Message):
    """A place in a tracker where issues can be created."""

    id: str
    """What CreateExternalIssue takes as `destination`."""
    name: str
    """Its name."""
    kind: str
    """What kind of place it is: "repository", "project" or "tracker"."""
    @property
    def fields(self) -> _Repeated[IssueField]:
        """The fields that CreateExternalIssue takes in `metadata` there."""
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
    """What people call it."""
    required: bool
    """Whether it must be given."""
    @property
    def choices(self) -> MutableSequence[str]:
        """The values it can take; empty means any."""
    default_value: str
    """The value it takes when it is not given."""
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
    """The text to find, literally."""
    case_sensitive: bool
    """Whether upper and lower case differ; providers that cannot tell them apart answer UNIMPLEMENTED."""
    path: str
    """Only in this file or directory; empty means everywhere."""
    ref: str
    """The branch, tag or SHA; empty means the default branch."""
    page_size: int
    """The most matches in the answer; 0 means 100, at most 1000."""
    page_token: str
    """The next_page_token of the page before; empty for the first page."""
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
    """Asks for the next page; empty on the last."""
    incomplete: bool
    """Whether the provider did not search everything. An empty list then does not mean "none". Set on each page that it applies to."""
    incomplete_reason: str
    """Why, as a stable reason in UPPER_SNAKE; empty where `incomplete` is false. SEARCH_TIMED_OUT: the provider's search ran out of time. NOT_INDEXED: the provider has not indexed all that it should search. VENDOR_LIMIT: the provider returns only a part of the list. Where nothing was found in a part, the call fails with the same reason instead."""
    def __init__(
        self,
        *,
        matches: Iterable[CodeMatch | Mapping[str, Any]] | None = ...,
        next_page_token: str | None = ...,
        incomplete: bool | None = ...,
        incomplete_reason: str | None = ...,
    ) -> None: ...

class CodeMatch(_Message):
    """A place where the text was found: the first in its line."""

    path: str
    """The file."""
    line_number: int
    """The line, from 1; 0 where the provider does not tell."""
    column: int
    """The first character of the match in the line, counted in Unicode code points from 1; 0 where the provider does not tell."""
    line: str
    """The line's text, cut at 1024 characters; empty where the provider does not tell."""
    url: str
    """The web url of the place; empty where the provider has none."""
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
    """The organization. It may be left out where the credentials belong to exactly one."""
    integration_id: int
    """The integration in whose tracker."""
    query: str
    """The text to find."""
    destination: str
    """Only in this destination, as ListIssueDestinations names it. Most providers need it."""
    page_size: int
    """The most issues in the answer; 0 means 100, at most 1000."""
    page_token: str
    """The next_page_token of the page before; empty for the first page."""
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
    """Asks for the next page; empty on the last."""
    incomplete: bool
    """Whether the provider did not search everything. An empty list then does not mean "none". Set on each page that it applies to."""
    incomplete_reason: str
    """Why, as a stable reason in UPPER_SNAKE; empty where `incomplete` is false. SEARCH_TIMED_OUT: the provider's search ran out of time. NOT_INDEXED: the provider has not indexed all that it should search. VENDOR_LIMIT: the provider returns only a part of the list. Where nothing was found in a part, the call fails with the same reason instead."""
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
    """The tracker's own name for it; what LinkExternalIssue takes."""
    title: str
    """Its title."""
    description: str
    """Its description; may be cut by the provider."""
    web_url: str
    """Its web page; empty where the tracker has none."""
    state: IssueState.ValueType
    """Whether it is open."""
    @property
    def metadata(self) -> MutableMapping[str, str]:
        """What is to be kept with it when it is linked, such as "display_name"."""
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
