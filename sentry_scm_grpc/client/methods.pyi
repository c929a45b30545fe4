"""Made by scripts/generate-client-stubs from the contract; not to be edited."""

from collections.abc import AsyncGenerator, AsyncIterator, Coroutine, Generator, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, overload

from google.protobuf.empty_pb2 import Empty
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.timestamp_pb2 import Timestamp

from sentry_scm_grpc.client.downloads import Downloaded, Progress, Target
from sentry_scm_grpc.rpc.policy import Rpc
from sentry_scm_grpc.v1 import checks_pb2, files_pb2, lookup_pb2, pull_requests_pb2, refs_pb2, scm_pb2

DOWNLOADS: str

def iterator_name(rpc: Rpc) -> str: ...

class RpcMethods:
    def list_repositories(
        self,
        request: scm_pb2.ListRepositoriesRequest | None = None,
        /,
        *,
        organization_id: int = ...,
        provider: scm_pb2.Provider.ValueType | str = ...,
        query: str = ...,
        page_size: int = ...,
        page_token: str = ...,
        integration_id: int = ...,
        provider_key: str = ...,
        timeout: float | None = ...,
    ) -> scm_pb2.ListRepositoriesResponse:
        """Lists the organization's active repositories by name. The answer comes from the site's database.

        organization_id: The organization. May be left out if the credentials belong to exactly one.
        provider: Only those of this provider; unspecified means all.
        query: Only those whose name contains this; case is ignored. Empty means all.
        page_size: The maximum number of repositories in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        integration_id: Only those of this integration; 0 means all.
        provider_key: Only those of this provider key; empty means all.
        """

    def iter_repositories(
        self,
        request: scm_pb2.ListRepositoriesRequest | None = None,
        /,
        *,
        organization_id: int = ...,
        provider: scm_pb2.Provider.ValueType | str = ...,
        query: str = ...,
        page_size: int = ...,
        page_token: str = ...,
        integration_id: int = ...,
        provider_key: str = ...,
        timeout: float | None = ...,
    ) -> Iterator[scm_pb2.Repository]:
        """Lists the organization's active repositories by name. The answer comes from the site's database. All pages,
        item by item.

        organization_id: The organization. May be left out if the credentials belong to exactly one.
        provider: Only those of this provider; unspecified means all.
        query: Only those whose name contains this; case is ignored. Empty means all.
        page_size: The maximum number of repositories in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        integration_id: Only those of this integration; 0 means all.
        provider_key: Only those of this provider key; empty means all.
        """

    @overload
    def get_repository(
        self,
        *,
        repository_id: int,
        timeout: float | None = ...,
    ) -> scm_pb2.Repository:
        """Returns one repository, whatever its status. NOT_FOUND if the organization has no repository with this id.

        repository_id: The repository.
        """

    @overload
    def get_repository(
        self, request: scm_pb2.GetRepositoryRequest, /, *, timeout: float | None = ...
    ) -> scm_pb2.Repository: ...

    @overload
    def create_repository(
        self,
        *,
        organization_id: int = ...,
        integration_id: int,
        identifier: str,
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> scm_pb2.Repository:
        """Adds a repository of the provider to the organization, and creates its webhook if the provider uses one. A
        hidden repository becomes active again. A repository without an integration gets the integration of the request.
        ALREADY_EXISTS if the organization has the repository already (metadata `repository_id`). NOT_FOUND if the
        provider does not have it. Reason WEBHOOK_NOT_MADE if a Sentry added the repository but the provider refused the
        webhook: the metadata has `repository_id` and, as `cause`, the provider's reason. Repeat the call to create the
        webhook.

        organization_id: The organization. May be left out if the credentials belong to exactly one.
        integration_id: The integration through which the repository is reached.
        identifier: The provider's identifier, as SearchRepositories returns it: "owner/name" at GitHub, a project id at
            GitLab, "workspace/slug" at Bitbucket, "KEY/slug" at Bitbucket Server, a GUID at Azure DevOps, a path below
            a configured root on the embedded host.
        request_id: Makes the call safe to repeat.
        """

    @overload
    def create_repository(
        self, request: scm_pb2.CreateRepositoryRequest, /, *, timeout: float | None = ...
    ) -> scm_pb2.Repository: ...

    @overload
    def update_repository(
        self,
        *,
        repository: scm_pb2.Repository | Mapping[str, Any] | None,
        update_mask: FieldMask | Iterable[str] | None,
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> scm_pb2.Repository:
        """Changes the fields that the mask names: in a Sentry `status` and `integration_id`; on the embedded host
        `status`, `name`, `url` and `default_branch`. Other fields in the mask are INVALID_ARGUMENT. In a Sentry,
        setting `status` to HIDDEN or DISABLED deletes the repository's commits, pull requests and code mappings, and
        setting it to ACTIVE cancels a scheduled deletion. FAILED_PRECONDITION while the deletion is running
        (DELETION_IN_PROGRESS); on the embedded host also while it is scheduled (PENDING_DELETION). FAILED_PRECONDITION
        (reason REPOSITORY_CANNOT_MOVE) for another `integration_id` in a Sentry whose REST API refuses that too.

        repository: The repository, named by its id, with the new values.
        update_mask: Which fields to change; at least one.
        request_id: Makes the call safe to repeat.
        """

    @overload
    def update_repository(
        self, request: scm_pb2.UpdateRepositoryRequest, /, *, timeout: float | None = ...
    ) -> scm_pb2.Repository: ...

    @overload
    def delete_repository(
        self,
        *,
        repository_id: int,
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> Empty:
        """Deletes a repository. In a Sentry this schedules the deletion, as Sentry's own pages do. A call for a
        repository whose deletion is scheduled already succeeds too.

        repository_id: The repository.
        request_id: Makes the call safe to repeat.
        """

    @overload
    def delete_repository(
        self, request: scm_pb2.DeleteRepositoryRequest, /, *, timeout: float | None = ...
    ) -> Empty: ...

    @overload
    def sync_repository(
        self,
        *,
        repository_id: int,
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> scm_pb2.SyncRepositoryResponse:
        """Reads name, url and default branch from the provider again, stores them, and returns what changed. It never
        creates a webhook.

        repository_id: The repository.
        request_id: Makes the call safe to repeat.
        """

    @overload
    def sync_repository(
        self, request: scm_pb2.SyncRepositoryRequest, /, *, timeout: float | None = ...
    ) -> scm_pb2.SyncRepositoryResponse: ...

    @overload
    def check_repository_access(
        self,
        *,
        repository_id: int,
        timeout: float | None = ...,
    ) -> scm_pb2.CheckRepositoryAccessResponse:
        """Tells whether the integration can still reach the repository. If it cannot, the call succeeds and tells why.

        repository_id: The repository.
        """

    @overload
    def check_repository_access(
        self, request: scm_pb2.CheckRepositoryAccessRequest, /, *, timeout: float | None = ...
    ) -> scm_pb2.CheckRepositoryAccessResponse: ...

    @overload
    def get_commit(
        self,
        *,
        repository_id: int,
        commit_sha: str,
        timeout: float | None = ...,
    ) -> scm_pb2.Commit:
        """Returns one commit with its first 1000 file changes. NOT_FOUND if the repository has no such commit.
        INVALID_ARGUMENT (reason AMBIGUOUS_SHA) if several commits begin with the given prefix.

        repository_id: The repository.
        commit_sha: The SHA or a prefix of it, or a ref name.
        """

    @overload
    def get_commit(
        self, request: scm_pb2.GetCommitRequest, /, *, timeout: float | None = ...
    ) -> scm_pb2.Commit: ...

    @overload
    def list_commits(
        self,
        *,
        repository_id: int,
        ref: str = ...,
        path: str = ...,
        author: str = ...,
        since: Timestamp | datetime | None = ...,
        until: Timestamp | datetime | None = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> scm_pb2.ListCommitsResponse:
        """Lists commits, newest first, without their file changes. The list of an empty repository is empty. NOT_FOUND
        if the ref does not exist. If the provider cannot list commits, a Sentry returns the commits that it has stored.
        Some may be missing there, so `incomplete` is set (reason COMMITS_FROM_ROWS).

        repository_id: The repository.
        ref: The branch, tag or SHA at which the list begins. Empty means the default branch.
        path: Only commits that changed this file or directory; empty means all.
        author: Only commits whose author's name or e-mail contains this; case is ignored. Empty means all.
        since: Only commits committed at or after this; unset means no limit.
        until: Only commits committed at or before this; unset means no limit.
        page_size: The maximum number of commits in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def list_commits(
        self, request: scm_pb2.ListCommitsRequest, /, *, timeout: float | None = ...
    ) -> scm_pb2.ListCommitsResponse: ...

    @overload
    def iter_commits(
        self,
        *,
        repository_id: int,
        ref: str = ...,
        path: str = ...,
        author: str = ...,
        since: Timestamp | datetime | None = ...,
        until: Timestamp | datetime | None = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> Iterator[scm_pb2.Commit]:
        """Lists commits, newest first, without their file changes. The list of an empty repository is empty. NOT_FOUND
        if the ref does not exist. If the provider cannot list commits, a Sentry returns the commits that it has stored.
        Some may be missing there, so `incomplete` is set (reason COMMITS_FROM_ROWS). All pages, item by item.

        repository_id: The repository.
        ref: The branch, tag or SHA at which the list begins. Empty means the default branch.
        path: Only commits that changed this file or directory; empty means all.
        author: Only commits whose author's name or e-mail contains this; case is ignored. Empty means all.
        since: Only commits committed at or after this; unset means no limit.
        until: Only commits committed at or before this; unset means no limit.
        page_size: The maximum number of commits in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def iter_commits(
        self, request: scm_pb2.ListCommitsRequest, /, *, timeout: float | None = ...
    ) -> Iterator[scm_pb2.Commit]: ...

    @overload
    def stream_commits(
        self,
        *,
        repository_id: int,
        ref: str = ...,
        path: str = ...,
        author: str = ...,
        since: Timestamp | datetime | None = ...,
        until: Timestamp | datetime | None = ...,
        allow_incomplete: bool = ...,
        timeout: float | None = ...,
    ) -> Generator[scm_pb2.Commit, None, None]:
        """Lists commits as a stream, one message for each commit, in constant memory. If only the commits that a Sentry
        has stored are available, some may be missing: FAILED_PRECONDITION (reason COMMITS_FROM_ROWS) unless
        `allow_incomplete` is set.

        repository_id: The repository.
        ref: The branch, tag or SHA at which the list begins. Empty means the default branch.
        path: Only commits that changed this file or directory; empty means all.
        author: Only commits whose author's name or e-mail contains this; case is ignored. Empty means all.
        since: Only commits committed at or after this; unset means no limit.
        until: Only commits committed at or before this; unset means no limit.
        allow_incomplete: Whether commits may be missing from the stream. If not set, the call fails when some may be
            missing.
        """

    @overload
    def stream_commits(
        self, request: scm_pb2.StreamCommitsRequest, /, *, timeout: float | None = ...
    ) -> Generator[scm_pb2.Commit, None, None]: ...

    @overload
    def list_file_changes(
        self,
        *,
        repository_id: int,
        commit_sha: str,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> scm_pb2.ListFileChangesResponse:
        """Lists the file changes of a commit against its first parent. In a root commit every file is an addition. If a
        Sentry stored the commit without its changes and the provider cannot return them, the list is empty and
        `incomplete` is set (reason FILE_CHANGES_NOT_STORED).

        repository_id: The repository.
        commit_sha: The SHA or a prefix of it, or a ref name.
        page_size: The maximum number of changes in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def list_file_changes(
        self, request: scm_pb2.ListFileChangesRequest, /, *, timeout: float | None = ...
    ) -> scm_pb2.ListFileChangesResponse: ...

    @overload
    def iter_file_changes(
        self,
        *,
        repository_id: int,
        commit_sha: str,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> Iterator[scm_pb2.FileChange]:
        """Lists the file changes of a commit against its first parent. In a root commit every file is an addition. If a
        Sentry stored the commit without its changes and the provider cannot return them, the list is empty and
        `incomplete` is set (reason FILE_CHANGES_NOT_STORED). All pages, item by item.

        repository_id: The repository.
        commit_sha: The SHA or a prefix of it, or a ref name.
        page_size: The maximum number of changes in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def iter_file_changes(
        self, request: scm_pb2.ListFileChangesRequest, /, *, timeout: float | None = ...
    ) -> Iterator[scm_pb2.FileChange]: ...

    @overload
    def get_commit_context(
        self,
        *,
        repository_id: int,
        commit_sha: str,
        filepath: str,
        line_number: int,
        timeout: float | None = ...,
    ) -> scm_pb2.CommitContext:
        """Blames one line: returns the commit that last changed it, and follows renames. NOT_FOUND if the ref or the
        file does not exist. INVALID_ARGUMENT if the file has fewer lines. FAILED_PRECONDITION (reason
        BLAME_UNAVAILABLE) if the provider cannot tell. If a provider has no blame, the answer is derived from the
        file's history (`derived`). If that takes more calls of the provider than the site allows, the call is
        FAILED_PRECONDITION (reason BLAME_BUDGET_SPENT). To go on from there, repeat it with the `commit_sha`,
        `filepath` and `line_number` of the error's metadata.

        repository_id: The repository.
        commit_sha: The ref or SHA of the version of the file.
        filepath: The file's path at that ref.
        line_number: The line, from 1.
        """

    @overload
    def get_commit_context(
        self, request: scm_pb2.GetCommitContextRequest, /, *, timeout: float | None = ...
    ) -> scm_pb2.CommitContext: ...

    @overload
    def batch_get_commit_context(
        self,
        *,
        repository_id: int,
        lines: Iterable[scm_pb2.SourceLine | Mapping[str, Any]],
        timeout: float | None = ...,
    ) -> scm_pb2.BatchGetCommitContextResponse:
        """Blames many lines of many files of one repository, with as few calls of the provider as possible. The answer
        has one result or one error for each line, in the order of the request.

        repository_id: The repository.
        lines: The lines, at most 1000.
        """

    @overload
    def batch_get_commit_context(
        self, request: scm_pb2.BatchGetCommitContextRequest, /, *, timeout: float | None = ...
    ) -> scm_pb2.BatchGetCommitContextResponse: ...

    @overload
    def check_file(
        self,
        *,
        repository_id: int,
        path: str,
        ref: str = ...,
        timeout: float | None = ...,
    ) -> scm_pb2.CheckFileResponse:
        """Tells whether a path exists at a ref, and its url. If the path does not exist, the call succeeds and says so.
        NOT_FOUND if the ref does not exist.

        repository_id: The repository.
        path: The path of a file or directory.
        ref: The branch, tag or SHA; empty means the default branch.
        """

    @overload
    def check_file(
        self, request: scm_pb2.CheckFileRequest, /, *, timeout: float | None = ...
    ) -> scm_pb2.CheckFileResponse: ...

    @overload
    def get_file(
        self,
        *,
        repository_id: int,
        path: str,
        ref: str = ...,
        max_bytes: int = ...,
        timeout: float | None = ...,
    ) -> scm_pb2.FileContent:
        """Returns the bytes of a file. For a symbolic link they are the path of its target. NOT_FOUND if the ref or the
        path does not exist. FAILED_PRECONDITION (reason FILE_TOO_LARGE, metadata `size_bytes`) if the file is larger
        than max_bytes. FAILED_PRECONDITION (reason NOT_A_FILE) for a directory or a submodule.

        repository_id: The repository.
        path: The file's path.
        ref: The branch, tag or SHA; empty means the default branch.
        max_bytes: The maximum size of the file. 0 means 1 MiB; values above 3 MiB mean 3 MiB.
        """

    @overload
    def get_file(
        self, request: scm_pb2.GetFileRequest, /, *, timeout: float | None = ...
    ) -> scm_pb2.FileContent: ...

    @overload
    def list_tree(
        self,
        *,
        repository_id: int,
        ref: str = ...,
        path: str = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> scm_pb2.ListTreeResponse:
        """Lists the files of a repository at a ref, in all its directories, by path.

        repository_id: The repository.
        ref: The branch, tag or SHA; empty means the default branch.
        path: Only files in this directory and below; empty means all.
        page_size: The maximum number of files in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page. All pages show the commit of the
            first page.
        """

    @overload
    def list_tree(
        self, request: scm_pb2.ListTreeRequest, /, *, timeout: float | None = ...
    ) -> scm_pb2.ListTreeResponse: ...

    @overload
    def iter_tree(
        self,
        *,
        repository_id: int,
        ref: str = ...,
        path: str = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> Iterator[scm_pb2.TreeEntry]:
        """Lists the files of a repository at a ref, in all its directories, by path. All pages, item by item.

        repository_id: The repository.
        ref: The branch, tag or SHA; empty means the default branch.
        path: Only files in this directory and below; empty means all.
        page_size: The maximum number of files in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page. All pages show the commit of the
            first page.
        """

    @overload
    def iter_tree(
        self, request: scm_pb2.ListTreeRequest, /, *, timeout: float | None = ...
    ) -> Iterator[scm_pb2.TreeEntry]: ...

    @overload
    def stream_tree(
        self,
        *,
        repository_id: int,
        ref: str = ...,
        path: str = ...,
        timeout: float | None = ...,
    ) -> Generator[scm_pb2.TreeEntry, None, None]:
        """Lists files as a stream, one message for each file, in constant memory. If the provider leaves out files, the
        stream ends with an error (reason VENDOR_LIMIT).

        repository_id: The repository.
        ref: The branch, tag or SHA; empty means the default branch.
        path: Only files in this directory and below; empty means all.
        """

    @overload
    def stream_tree(
        self, request: scm_pb2.StreamTreeRequest, /, *, timeout: float | None = ...
    ) -> Generator[scm_pb2.TreeEntry, None, None]: ...

    @overload
    def get_code_owners(
        self,
        *,
        repository_id: int,
        ref: str = ...,
        paths: Iterable[str] = ...,
        timeout: float | None = ...,
    ) -> scm_pb2.CodeOwners:
        """Returns the CODEOWNERS file and the owners of the requested paths, by the rules of the repository's provider.
        NOT_FOUND if the repository has no such file.

        repository_id: The repository.
        ref: The branch, tag or SHA; empty means the default branch.
        paths: The paths whose owners to return; at most 1000.
        """

    @overload
    def get_code_owners(
        self, request: scm_pb2.GetCodeOwnersRequest, /, *, timeout: float | None = ...
    ) -> scm_pb2.CodeOwners: ...

    @overload
    def get_stacktrace_link(
        self,
        *,
        repository_id: int,
        filepath: str,
        version: str = ...,
        default_branch: str = ...,
        code_mapping_id: int = ...,
        line_number: int = ...,
        timeout: float | None = ...,
    ) -> scm_pb2.StacktraceLink:
        """Returns the web url of a file of a stack trace. It looks for the file at the given version, then at the
        default branch. NOT_FOUND if neither has the file.

        repository_id: The repository.
        filepath: The file: a path in the repository or, with code_mapping_id, a path in a stack trace. Backslashes are
            read as slashes.
        version: The version that was running, as a branch, tag or SHA. It is tried first. Empty means: try only the
            default branch.
        default_branch: The branch to try second. Empty means the code mapping's branch or, without one, the
            repository's default branch.
        code_mapping_id: The code mapping that maps the path to the repository; 0 means that filepath is a path in the
            repository already.
        line_number: The line to point to, from 1; 0 means none.
        """

    @overload
    def get_stacktrace_link(
        self, request: scm_pb2.GetStacktraceLinkRequest, /, *, timeout: float | None = ...
    ) -> scm_pb2.StacktraceLink: ...

    @overload
    def get_source_url(
        self,
        *,
        repository_id: int,
        path: str,
        ref: str = ...,
        line_number: int = ...,
        timeout: float | None = ...,
    ) -> scm_pb2.SourceUrl:
        """Returns the web url of a path at a ref, without asking the provider whether it exists.

        repository_id: The repository.
        path: The path.
        ref: The branch, tag or SHA; empty means the default branch.
        line_number: The line to point to, from 1; 0 means none.
        """

    @overload
    def get_source_url(
        self, request: scm_pb2.GetSourceUrlRequest, /, *, timeout: float | None = ...
    ) -> scm_pb2.SourceUrl: ...

    @overload
    def resolve_source_url(
        self,
        *,
        organization_id: int = ...,
        url: str,
        timeout: float | None = ...,
    ) -> scm_pb2.ResolvedSourceUrl:
        """Returns the repository, ref and path of a web url. NOT_FOUND if the url belongs to none of the organization's
        repositories.

        organization_id: The organization. May be left out if the credentials belong to exactly one.
        url: The url of a file.
        """

    @overload
    def resolve_source_url(
        self, request: scm_pb2.ResolveSourceUrlRequest, /, *, timeout: float | None = ...
    ) -> scm_pb2.ResolvedSourceUrl: ...

    @overload
    def get_code_mapping(
        self,
        *,
        code_mapping_id: int,
        timeout: float | None = ...,
    ) -> scm_pb2.CodeMapping:
        """Returns one code mapping.

        code_mapping_id: The code mapping.
        """

    @overload
    def get_code_mapping(
        self, request: scm_pb2.GetCodeMappingRequest, /, *, timeout: float | None = ...
    ) -> scm_pb2.CodeMapping: ...

    def list_code_mappings(
        self,
        request: scm_pb2.ListCodeMappingsRequest | None = None,
        /,
        *,
        organization_id: int = ...,
        project_id: int = ...,
        repository_id: int = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> scm_pb2.ListCodeMappingsResponse:
        """Lists code mappings by id.

        organization_id: The organization. May be left out if the credentials belong to exactly one.
        project_id: Only those of this project; 0 means all.
        repository_id: Only those of this repository; 0 means all.
        page_size: The maximum number of mappings in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    def iter_code_mappings(
        self,
        request: scm_pb2.ListCodeMappingsRequest | None = None,
        /,
        *,
        organization_id: int = ...,
        project_id: int = ...,
        repository_id: int = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> Iterator[scm_pb2.CodeMapping]:
        """Lists code mappings by id. All pages, item by item.

        organization_id: The organization. May be left out if the credentials belong to exactly one.
        project_id: Only those of this project; 0 means all.
        repository_id: Only those of this repository; 0 means all.
        page_size: The maximum number of mappings in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def create_code_mapping(
        self,
        *,
        organization_id: int = ...,
        project_id: int,
        repository_id: int,
        stack_root: str = ...,
        source_root: str = ...,
        default_branch: str,
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> scm_pb2.CodeMapping:
        """Maps a stack root of a project to a source root of a repository. ALREADY_EXISTS if the project has a mapping
        for this stack root already (metadata `code_mapping_id`). FAILED_PRECONDITION if the repository has no
        integration (reason NO_INTEGRATION), or is hidden or being deleted (REPOSITORY_INACTIVE).

        organization_id: The organization. May be left out if the credentials belong to exactly one.
        project_id: The project to whose stack traces it applies.
        repository_id: The repository.
        stack_root: The start of the paths in a stack trace. May be empty.
        source_root: What replaces it to make a path in the repository. May be empty.
        default_branch: The branch to use if the version is unknown.
        request_id: Makes the call safe to repeat.
        """

    @overload
    def create_code_mapping(
        self, request: scm_pb2.CreateCodeMappingRequest, /, *, timeout: float | None = ...
    ) -> scm_pb2.CodeMapping: ...

    @overload
    def update_code_mapping(
        self,
        *,
        code_mapping: scm_pb2.CodeMapping | Mapping[str, Any] | None,
        update_mask: FieldMask | Iterable[str] | None,
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> scm_pb2.CodeMapping:
        """Changes the fields that the mask names: project_id, repository_id, stack_root, source_root, default_branch.
        ALREADY_EXISTS as for CreateCodeMapping. INVALID_ARGUMENT if the new repository belongs to another integration.
        FAILED_PRECONDITION (reason REPOSITORY_INACTIVE) if it is hidden or being deleted.

        code_mapping: The code mapping, named by its id, with the new values.
        update_mask: Which fields to change; at least one.
        request_id: Makes the call safe to repeat.
        """

    @overload
    def update_code_mapping(
        self, request: scm_pb2.UpdateCodeMappingRequest, /, *, timeout: float | None = ...
    ) -> scm_pb2.CodeMapping: ...

    @overload
    def delete_code_mapping(
        self,
        *,
        code_mapping_id: int,
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> Empty:
        """Deletes a code mapping. FAILED_PRECONDITION (reason CODE_MAPPING_IN_USE) while code owners use it.

        code_mapping_id: The code mapping.
        request_id: Makes the call safe to repeat.
        """

    @overload
    def delete_code_mapping(
        self, request: scm_pb2.DeleteCodeMappingRequest, /, *, timeout: float | None = ...
    ) -> Empty: ...

    @overload
    def derive_code_mappings(
        self,
        *,
        organization_id: int = ...,
        project_id: int,
        stacktrace_paths: Iterable[str],
        store: bool = ...,
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> scm_pb2.DeriveCodeMappingsResponse:
        """Finds the code mappings that explain the paths of a stack trace. It compares them with the file lists of the
        organization's repositories, and stores the mappings only if `store` is set. Repositories that cannot be read
        are skipped and named in the answer: they might explain a path too. The call is slow if there are many
        repositories, so give it a deadline.

        organization_id: The organization. May be left out if the credentials belong to exactly one.
        project_id: The project from which the stack trace comes.
        stacktrace_paths: The paths in the stack trace, at most 100.
        store: Whether to store the mappings that were found.
        request_id: Makes the call safe to repeat.
        """

    @overload
    def derive_code_mappings(
        self, request: scm_pb2.DeriveCodeMappingsRequest, /, *, timeout: float | None = ...
    ) -> scm_pb2.DeriveCodeMappingsResponse: ...

    @overload
    def create_external_issue(
        self,
        *,
        organization_id: int = ...,
        integration_id: int,
        title: str,
        description: str = ...,
        metadata: Mapping[str, str] = ...,
        group_id: int = ...,
        request_id: str = ...,
        destination: str = ...,
        timeout: float | None = ...,
    ) -> scm_pb2.ExternalIssue:
        """Creates an issue in the provider's tracker. If a group is given, links the issue to it. If the tracker
        created the issue but the site could not store it, the error has `key` and `web_url` in its metadata. Repeat the
        call with the same request_id: it links that issue and does not create another.

        organization_id: The organization. May be left out if the credentials belong to exactly one.
        integration_id: The integration of the tracker.
        title: The title.
        description: The description; may be empty. It stays text at GitLab, too: see CreatePullRequestRequest.body.
        metadata: More fields of the new issue, as ListIssueDestinations names them.
        group_id: The group to link it to; 0 means none.
        request_id: Makes the call safe to repeat.
        destination: Where to create it: the id of a destination of ListIssueDestinations. Empty if the tracker has only
            one.
        """

    @overload
    def create_external_issue(
        self, request: scm_pb2.CreateExternalIssueRequest, /, *, timeout: float | None = ...
    ) -> scm_pb2.ExternalIssue: ...

    @overload
    def link_external_issue(
        self,
        *,
        group_id: int,
        external_issue_id: int = ...,
        integration_id: int = ...,
        key: str = ...,
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> scm_pb2.ExternalIssue:
        """Links a group to an issue. The request names the issue by its id, or by integration and key. ALREADY_EXISTS
        if they are linked already (metadata `external_issue_id`).

        group_id: The group.
        external_issue_id: The id of an issue that the site knows; 0 if key is given.
        integration_id: The integration of the tracker to which the key belongs.
        key: The tracker's own identifier of the issue, as SearchIssues returns it.
        request_id: Makes the call safe to repeat.
        """

    @overload
    def link_external_issue(
        self, request: scm_pb2.LinkExternalIssueRequest, /, *, timeout: float | None = ...
    ) -> scm_pb2.ExternalIssue: ...

    @overload
    def unlink_external_issue(
        self,
        *,
        group_id: int,
        external_issue_id: int,
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> Empty:
        """Removes the link between a group and an issue. The tracker keeps the issue. NOT_FOUND if there is no such
        link.

        group_id: The group.
        external_issue_id: The issue.
        request_id: Makes the call safe to repeat.
        """

    @overload
    def unlink_external_issue(
        self, request: scm_pb2.UnlinkExternalIssueRequest, /, *, timeout: float | None = ...
    ) -> Empty: ...

    @overload
    def get_external_issue(
        self,
        *,
        external_issue_id: int,
        timeout: float | None = ...,
    ) -> scm_pb2.ExternalIssue:
        """Returns an issue that the site knows. Title, description and state are read from the tracker during the call.

        external_issue_id: The issue.
        """

    @overload
    def get_external_issue(
        self, request: scm_pb2.GetExternalIssueRequest, /, *, timeout: float | None = ...
    ) -> scm_pb2.ExternalIssue: ...

    @overload
    def list_external_issues(
        self,
        *,
        group_id: int,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> scm_pb2.ListExternalIssuesResponse:
        """Lists the issues that a group is linked to, by id. The answer comes from the site's database: `state` is not
        set.

        group_id: The group.
        page_size: The maximum number of issues in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def list_external_issues(
        self, request: scm_pb2.ListExternalIssuesRequest, /, *, timeout: float | None = ...
    ) -> scm_pb2.ListExternalIssuesResponse: ...

    @overload
    def iter_external_issues(
        self,
        *,
        group_id: int,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> Iterator[scm_pb2.ExternalIssue]:
        """Lists the issues that a group is linked to, by id. The answer comes from the site's database: `state` is not
        set. All pages, item by item.

        group_id: The group.
        page_size: The maximum number of issues in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def iter_external_issues(
        self, request: scm_pb2.ListExternalIssuesRequest, /, *, timeout: float | None = ...
    ) -> Iterator[scm_pb2.ExternalIssue]: ...

    @overload
    def sync_issue_status(
        self,
        *,
        group_id: int,
        external_issue_id: int,
        direction: scm_pb2.SyncDirection.ValueType | str,
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> Empty:
        """Copies the status of a group to a linked issue, or the other way: the request names the direction. NOT_FOUND
        if group and issue are not linked.

        group_id: The group.
        external_issue_id: The issue it is linked to.
        direction: The direction.
        request_id: Makes the call safe to repeat.
        """

    @overload
    def sync_issue_status(
        self, request: scm_pb2.SyncIssueStatusRequest, /, *, timeout: float | None = ...
    ) -> Empty: ...

    @overload
    def list_issue_destinations(
        self,
        *,
        organization_id: int = ...,
        integration_id: int,
        query: str = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> scm_pb2.ListIssueDestinationsResponse:
        """Lists the places where an issue can be created, each with the fields of a new issue.

        organization_id: The organization. May be left out if the credentials belong to exactly one.
        integration_id: The integration of the tracker.
        query: Only destinations whose name contains this; empty means all.
        page_size: The maximum number of destinations in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def list_issue_destinations(
        self, request: scm_pb2.ListIssueDestinationsRequest, /, *, timeout: float | None = ...
    ) -> scm_pb2.ListIssueDestinationsResponse: ...

    @overload
    def iter_issue_destinations(
        self,
        *,
        organization_id: int = ...,
        integration_id: int,
        query: str = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> Iterator[scm_pb2.IssueDestination]:
        """Lists the places where an issue can be created, each with the fields of a new issue. All pages, item by item.

        organization_id: The organization. May be left out if the credentials belong to exactly one.
        integration_id: The integration of the tracker.
        query: Only destinations whose name contains this; empty means all.
        page_size: The maximum number of destinations in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def iter_issue_destinations(
        self, request: scm_pb2.ListIssueDestinationsRequest, /, *, timeout: float | None = ...
    ) -> Iterator[scm_pb2.IssueDestination]: ...

    @overload
    def search_repositories(
        self,
        *,
        organization_id: int = ...,
        integration_id: int,
        query: str = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> scm_pb2.SearchRepositoriesResponse:
        """Searches the provider for repositories that the integration can see. They need not be added to the
        organization.

        organization_id: The organization. May be left out if the credentials belong to exactly one.
        integration_id: The integration to search through.
        query: Only those whose name contains this. Empty means all that the provider lists.
        page_size: The maximum number of repositories in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def search_repositories(
        self, request: scm_pb2.SearchRepositoriesRequest, /, *, timeout: float | None = ...
    ) -> scm_pb2.SearchRepositoriesResponse: ...

    @overload
    def iter_search_repositories(
        self,
        *,
        organization_id: int = ...,
        integration_id: int,
        query: str = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> Iterator[scm_pb2.RemoteRepository]:
        """Searches the provider for repositories that the integration can see. They need not be added to the
        organization. All pages, item by item.

        organization_id: The organization. May be left out if the credentials belong to exactly one.
        integration_id: The integration to search through.
        query: Only those whose name contains this. Empty means all that the provider lists.
        page_size: The maximum number of repositories in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def iter_search_repositories(
        self, request: scm_pb2.SearchRepositoriesRequest, /, *, timeout: float | None = ...
    ) -> Iterator[scm_pb2.RemoteRepository]: ...

    @overload
    def search_code(
        self,
        *,
        repository_id: int,
        query: str,
        case_sensitive: bool = ...,
        path: str = ...,
        ref: str = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> scm_pb2.SearchCodeResponse:
        """Searches the contents of one repository for literal text.

        repository_id: The repository.
        query: The literal text to find.
        case_sensitive: Whether upper and lower case differ. UNIMPLEMENTED if the provider's search cannot tell them
            apart.
        path: Search only in this file or directory. Empty means everywhere.
        ref: The branch, tag or SHA; empty means the default branch.
        page_size: The maximum number of matches in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def search_code(
        self, request: scm_pb2.SearchCodeRequest, /, *, timeout: float | None = ...
    ) -> scm_pb2.SearchCodeResponse: ...

    @overload
    def iter_search_code(
        self,
        *,
        repository_id: int,
        query: str,
        case_sensitive: bool = ...,
        path: str = ...,
        ref: str = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> Iterator[scm_pb2.CodeMatch]:
        """Searches the contents of one repository for literal text. All pages, item by item.

        repository_id: The repository.
        query: The literal text to find.
        case_sensitive: Whether upper and lower case differ. UNIMPLEMENTED if the provider's search cannot tell them
            apart.
        path: Search only in this file or directory. Empty means everywhere.
        ref: The branch, tag or SHA; empty means the default branch.
        page_size: The maximum number of matches in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def iter_search_code(
        self, request: scm_pb2.SearchCodeRequest, /, *, timeout: float | None = ...
    ) -> Iterator[scm_pb2.CodeMatch]: ...

    @overload
    def search_issues(
        self,
        *,
        organization_id: int = ...,
        integration_id: int,
        query: str,
        destination: str = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> scm_pb2.SearchIssuesResponse:
        """Searches the provider's tracker for issues by text.

        organization_id: The organization. May be left out if the credentials belong to exactly one.
        integration_id: The integration of the tracker.
        query: The text to find.
        destination: Search only in this destination: the id of a destination of ListIssueDestinations. Most providers
            need it.
        page_size: The maximum number of issues in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def search_issues(
        self, request: scm_pb2.SearchIssuesRequest, /, *, timeout: float | None = ...
    ) -> scm_pb2.SearchIssuesResponse: ...

    @overload
    def iter_search_issues(
        self,
        *,
        organization_id: int = ...,
        integration_id: int,
        query: str,
        destination: str = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> Iterator[scm_pb2.TrackerIssue]:
        """Searches the provider's tracker for issues by text. All pages, item by item.

        organization_id: The organization. May be left out if the credentials belong to exactly one.
        integration_id: The integration of the tracker.
        query: The text to find.
        destination: Search only in this destination: the id of a destination of ListIssueDestinations. Most providers
            need it.
        page_size: The maximum number of issues in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def iter_search_issues(
        self, request: scm_pb2.SearchIssuesRequest, /, *, timeout: float | None = ...
    ) -> Iterator[scm_pb2.TrackerIssue]: ...

    def list_integrations(
        self,
        request: scm_pb2.ListIntegrationsRequest | None = None,
        /,
        *,
        organization_id: int = ...,
        provider: scm_pb2.Provider.ValueType | str = ...,
        provider_key: str = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> scm_pb2.ListIntegrationsResponse:
        """Lists the installed providers of an organization by id. Their metadata is never returned, because it holds
        secrets.

        organization_id: The organization. May be left out if the credentials belong to exactly one.
        provider: Only those of this provider; unspecified means all.
        provider_key: Only those of this provider key; empty means all.
        page_size: The maximum number of integrations in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    def iter_integrations(
        self,
        request: scm_pb2.ListIntegrationsRequest | None = None,
        /,
        *,
        organization_id: int = ...,
        provider: scm_pb2.Provider.ValueType | str = ...,
        provider_key: str = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> Iterator[scm_pb2.Integration]:
        """Lists the installed providers of an organization by id. Their metadata is never returned, because it holds
        secrets. All pages, item by item.

        organization_id: The organization. May be left out if the credentials belong to exactly one.
        provider: Only those of this provider; unspecified means all.
        provider_key: Only those of this provider key; empty means all.
        page_size: The maximum number of integrations in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def get_capabilities(
        self,
        *,
        organization_id: int = ...,
        integration_id: int,
        timeout: float | None = ...,
    ) -> scm_pb2.Capabilities:
        """Tells for every RPC whether it works with an integration, and if not, why.

        organization_id: The organization. May be left out if the credentials belong to exactly one.
        integration_id: The integration.
        """

    @overload
    def get_capabilities(
        self, request: scm_pb2.GetCapabilitiesRequest, /, *, timeout: float | None = ...
    ) -> scm_pb2.Capabilities: ...

    def get_caller(
        self,
        request: lookup_pb2.GetCallerRequest | None = None,
        /,
        *,
        organization_id: int = ...,
        timeout: float | None = ...,
    ) -> lookup_pb2.Caller:
        """Returns who the credential is, and for each of its organizations the scopes, the projects and the RPCs that
        it may call. Every credential may call this, whatever its scopes. With `organization_id`, the answer is about
        that organization alone. The credential itself is never returned.

        organization_id: Only about this organization. Left out, the answer is about all organizations of the
            credential.
        """

    @overload
    def batch_lookup_repositories(
        self,
        *,
        organization_id: int = ...,
        repositories: Iterable[lookup_pb2.RepositoryKey | Mapping[str, Any]],
        integration_id: int = ...,
        timeout: float | None = ...,
    ) -> lookup_pb2.BatchLookupRepositoriesResponse:
        """Finds up to 100 repositories of the organization by name, by the provider's id or by clone url. The answer
        has one repository or one error for each, in the order of the request. INVALID_ARGUMENT for an entry without a
        key. It takes the same number of queries for 1 as for 100.

        organization_id: The organization. May be left out if the credentials belong to exactly one.
        repositories: What is known of each repository, at most 100.
        integration_id: Only repositories of this integration; 0 means all.
        """

    @overload
    def batch_lookup_repositories(
        self, request: lookup_pb2.BatchLookupRepositoriesRequest, /, *, timeout: float | None = ...
    ) -> lookup_pb2.BatchLookupRepositoriesResponse: ...

    @overload
    def batch_upsert_code_mappings(
        self,
        *,
        organization_id: int = ...,
        project_id: int = ...,
        project_slug: str = ...,
        mappings: Iterable[lookup_pb2.CodeMappingEntry | Mapping[str, Any]],
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> lookup_pb2.BatchUpsertCodeMappingsResponse:
        """Creates or changes up to 300 code mappings of a project, which are named by their stack roots. Project and
        repositories may be named by slug, name or clone url, as a build knows them. The answer has an outcome for each,
        in the order of the request. One that fails changes nothing and does not keep the others from being stored. If
        the same call is repeated, each stored entry has the outcome UNCHANGED. NOT_FOUND if the project does not exist.
        INVALID_ARGUMENT if two entries have the same stack root. An organization token with the scope `org:ci` may call
        this, as Sentry's own command line does.

        organization_id: The organization. May be left out if the credentials belong to exactly one.
        project_id: The project to whose stack traces the mappings apply. Give this or `project_slug`.
        project_slug: The slug of the project, in place of `project_id`.
        mappings: The mappings, at most 300.
        request_id: Makes the call safe to repeat.
        """

    @overload
    def batch_upsert_code_mappings(
        self, request: lookup_pb2.BatchUpsertCodeMappingsRequest, /, *, timeout: float | None = ...
    ) -> lookup_pb2.BatchUpsertCodeMappingsResponse: ...

    @overload
    def resolve_frames(
        self,
        *,
        organization_id: int = ...,
        project_id: int,
        version: str = ...,
        platform: str = ...,
        frames: Iterable[lookup_pb2.StackFrame | Mapping[str, Any]],
        newest_first: bool = ...,
        timeout: float | None = ...,
    ) -> lookup_pb2.ResolveFramesResponse:
        """Resolves the frames of a stack trace: for each the code mapping, the path in the repository, its web url, who
        last changed the line, and its owners; or the reason why not. The file is looked for at the version, then on the
        default branch. It takes no more calls of a provider than BatchGetCommitContext and GetCodeOwners take for the
        same lines, for each version and each further code mapping that must be tried. The call succeeds even if no
        frame can be resolved.

        organization_id: The organization. May be left out if the credentials belong to exactly one.
        project_id: The project from which the stack trace comes.
        version: The version that was running, as a branch, tag or SHA. It is tried first. Empty means: only the default
            branch.
        platform: The platform, as Sentry's events have it: "java", "javascript", "node", "python", "go", "csharp",
            "ruby", "php", "native" and so on. Empty means: by the form of each frame.
        frames: The frames, at most 100, in the order of Sentry's events: the one that failed is the last.
        newest_first: True if the frames are in the other order: the one that failed is the first.
        """

    @overload
    def resolve_frames(
        self, request: lookup_pb2.ResolveFramesRequest, /, *, timeout: float | None = ...
    ) -> lookup_pb2.ResolveFramesResponse: ...

    @overload
    def sync_repositories(
        self,
        *,
        organization_id: int = ...,
        integration_id: int,
        add: bool = ...,
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> lookup_pb2.SyncRepositoriesResponse:
        """Compares all repositories of an integration with what its provider lists: stores new names, urls and default
        branches, and returns what changed, what the provider has besides, and what it does not have any more. Nothing
        is hidden or deleted. With `add`, the repositories that the organization lacks are added, as by
        CreateRepository. If the call ends before its time, repeat it: what is done stays done.

        organization_id: The organization. May be left out if the credentials belong to exactly one.
        integration_id: The integration.
        add: Whether to add the repositories that the organization lacks. In a Sentry this makes their webhooks too, and
            wants a user as CreateRepository does.
        request_id: Makes the call safe to repeat.
        """

    @overload
    def sync_repositories(
        self, request: lookup_pb2.SyncRepositoriesRequest, /, *, timeout: float | None = ...
    ) -> lookup_pb2.SyncRepositoriesResponse: ...

    @overload
    def get_repository_permission(
        self,
        *,
        repository_id: int,
        user: str,
        timeout: float | None = ...,
    ) -> lookup_pb2.RepositoryPermission:
        """Tells what a user of the provider may do in a repository, by the provider's own rules. NOT_FOUND (reason
        USER_NOT_FOUND) if the provider has no such user.

        repository_id: The repository.
        user: The user at the provider: the login at GitHub, the user name or the id at GitLab, the account id or the
            UUID at Bitbucket, the user name at Bitbucket Server.
        """

    @overload
    def get_repository_permission(
        self, request: lookup_pb2.GetRepositoryPermissionRequest, /, *, timeout: float | None = ...
    ) -> lookup_pb2.RepositoryPermission: ...

    @overload
    def list_branches(
        self,
        *,
        repository_id: int,
        prefix: str = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> refs_pb2.ListBranchesResponse:
        """Lists the branches by name. The list of a repository without branches is empty. A damaged branch of local git
        is left out.

        repository_id: The repository.
        prefix: Only branches whose name begins with this; case matters. Empty means all.
        page_size: The maximum number of branches in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def list_branches(
        self, request: refs_pb2.ListBranchesRequest, /, *, timeout: float | None = ...
    ) -> refs_pb2.ListBranchesResponse: ...

    @overload
    def iter_branches(
        self,
        *,
        repository_id: int,
        prefix: str = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> Iterator[refs_pb2.Branch]:
        """Lists the branches by name. The list of a repository without branches is empty. A damaged branch of local git
        is left out. All pages, item by item.

        repository_id: The repository.
        prefix: Only branches whose name begins with this; case matters. Empty means all.
        page_size: The maximum number of branches in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def iter_branches(
        self, request: refs_pb2.ListBranchesRequest, /, *, timeout: float | None = ...
    ) -> Iterator[refs_pb2.Branch]: ...

    @overload
    def list_tags(
        self,
        *,
        repository_id: int,
        prefix: str = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> refs_pb2.ListTagsResponse:
        """Lists the tags. The order is the provider's: some list them by name, others by date.

        repository_id: The repository.
        prefix: Only tags whose name begins with this; case matters. Empty means all.
        page_size: The maximum number of tags in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def list_tags(
        self, request: refs_pb2.ListTagsRequest, /, *, timeout: float | None = ...
    ) -> refs_pb2.ListTagsResponse: ...

    @overload
    def iter_tags(
        self,
        *,
        repository_id: int,
        prefix: str = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> Iterator[refs_pb2.Tag]:
        """Lists the tags. The order is the provider's: some list them by name, others by date. All pages, item by item.

        repository_id: The repository.
        prefix: Only tags whose name begins with this; case matters. Empty means all.
        page_size: The maximum number of tags in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def iter_tags(
        self, request: refs_pb2.ListTagsRequest, /, *, timeout: float | None = ...
    ) -> Iterator[refs_pb2.Tag]: ...

    @overload
    def get_ref(
        self,
        *,
        repository_id: int,
        ref: str = ...,
        timeout: float | None = ...,
    ) -> refs_pb2.Ref:
        """Tells what a text names: a branch, a tag or a commit. NOT_FOUND (reason REF_NOT_FOUND) if it names no commit.
        A tag is looked for before a branch, and both before the start of a SHA, as git does. A full SHA always names a
        commit. A symbolic ref is followed: the response is about the ref to which it points. UNIMPLEMENTED (reason
        PROVIDER_UNSUPPORTED) for a full name outside of refs/heads/ and refs/tags/, which vendors are not asked for.

        repository_id: The repository.
        ref: A branch, a tag, a full name such as "refs/heads/main", a SHA, or the start of one where the provider takes
            it. Empty means the default branch.
        """

    @overload
    def get_ref(
        self, request: refs_pb2.GetRefRequest, /, *, timeout: float | None = ...
    ) -> refs_pb2.Ref: ...

    @overload
    def compare_commits(
        self,
        *,
        repository_id: int,
        base: str,
        head: str,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> refs_pb2.CompareCommitsResponse:
        """Lists the commits that `head` has and `base` lacks, newest first, as git log base..head does, and counts
        them. NOT_FOUND (reason REF_NOT_FOUND) if one of the two does not exist. NOT_FOUND (reason NO_MERGE_BASE) if
        they have no common ancestor and the provider does not compare such commits.

        repository_id: The repository.
        base: The branch, tag or SHA that is compared with.
        head: The branch, tag or SHA whose commits are listed.
        page_size: The maximum number of commits in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def compare_commits(
        self, request: refs_pb2.CompareCommitsRequest, /, *, timeout: float | None = ...
    ) -> refs_pb2.CompareCommitsResponse: ...

    @overload
    def iter_compare_commits(
        self,
        *,
        repository_id: int,
        base: str,
        head: str,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> Iterator[scm_pb2.Commit]:
        """Lists the commits that `head` has and `base` lacks, newest first, as git log base..head does, and counts
        them. NOT_FOUND (reason REF_NOT_FOUND) if one of the two does not exist. NOT_FOUND (reason NO_MERGE_BASE) if
        they have no common ancestor and the provider does not compare such commits. All pages, item by item.

        repository_id: The repository.
        base: The branch, tag or SHA that is compared with.
        head: The branch, tag or SHA whose commits are listed.
        page_size: The maximum number of commits in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def iter_compare_commits(
        self, request: refs_pb2.CompareCommitsRequest, /, *, timeout: float | None = ...
    ) -> Iterator[scm_pb2.Commit]: ...

    @overload
    def get_merge_base(
        self,
        *,
        repository_id: int,
        refs: Iterable[str],
        timeout: float | None = ...,
    ) -> refs_pb2.MergeBase:
        """Returns the best common ancestor of the commits, as git merge-base --octopus does. NOT_FOUND (reason
        NO_MERGE_BASE) if they have none. UNIMPLEMENTED (reason PROVIDER_UNSUPPORTED) for more than two commits, if the
        provider takes two only. FAILED_PRECONDITION (reason SHALLOW_CLONE) if none is found and the server's clone
        lacks older commits.

        repository_id: The repository.
        refs: Two to 20 branches, tags or SHAs. Some providers take only two.
        """

    @overload
    def get_merge_base(
        self, request: refs_pb2.GetMergeBaseRequest, /, *, timeout: float | None = ...
    ) -> refs_pb2.MergeBase: ...

    @overload
    def list_compared_files(
        self,
        *,
        repository_id: int,
        base: str,
        head: str,
        start: refs_pb2.ComparisonStart.ValueType | str = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> refs_pb2.ListComparedFilesResponse:
        """Lists the files that differ between two commits. NOT_FOUND (reason REF_NOT_FOUND) if one of the two does not
        exist. If the comparison begins at the merge base and none is found, the errors are those of GetMergeBase.
        UNIMPLEMENTED (reason PROVIDER_UNSUPPORTED) if the provider cannot compare from the requested start.

        repository_id: The repository.
        base: The branch, tag or SHA that is compared with.
        head: The branch, tag or SHA whose changes are listed.
        start: Where the comparison begins. Unspecified means the merge base.
        page_size: The maximum number of files in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def list_compared_files(
        self, request: refs_pb2.ListComparedFilesRequest, /, *, timeout: float | None = ...
    ) -> refs_pb2.ListComparedFilesResponse: ...

    @overload
    def iter_compared_files(
        self,
        *,
        repository_id: int,
        base: str,
        head: str,
        start: refs_pb2.ComparisonStart.ValueType | str = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> Iterator[scm_pb2.FileChange]:
        """Lists the files that differ between two commits. NOT_FOUND (reason REF_NOT_FOUND) if one of the two does not
        exist. If the comparison begins at the merge base and none is found, the errors are those of GetMergeBase.
        UNIMPLEMENTED (reason PROVIDER_UNSUPPORTED) if the provider cannot compare from the requested start. All pages,
        item by item.

        repository_id: The repository.
        base: The branch, tag or SHA that is compared with.
        head: The branch, tag or SHA whose changes are listed.
        start: Where the comparison begins. Unspecified means the merge base.
        page_size: The maximum number of files in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def iter_compared_files(
        self, request: refs_pb2.ListComparedFilesRequest, /, *, timeout: float | None = ...
    ) -> Iterator[scm_pb2.FileChange]: ...

    @overload
    def stream_diff(
        self,
        *,
        repository_id: int,
        base: str = ...,
        head: str,
        start: refs_pb2.ComparisonStart.ValueType | str = ...,
        paths: Iterable[str] = ...,
        context_lines: int = ...,
        binary_patches: bool = ...,
        timeout: float | None = ...,
    ) -> Generator[refs_pb2.FileDiff, None, None]:
        """Returns the differences between two commits, or of one commit against its first parent, as a stream with one
        message for each file, in constant memory. Local git looks for renames, but not for copies: a copied file is
        new. Where a file becomes a link or a submodule, it writes two messages, as in its patches: one deletes the
        file, the other adds it. The errors are those of ListComparedFiles.

        repository_id: The repository.
        base: The branch, tag or SHA that is compared with. Empty means the first parent of `head`: the diff of one
            commit.
        head: The branch, tag or SHA whose changes are returned.
        start: Where the comparison begins. Unspecified means the merge base. Without a base it has no meaning.
        paths: Only these files, or files in these directories; empty means all.
        context_lines: Lines of context around each change. Unset means 3; values above 100 mean 100. Only local git
            takes it; vendors return the context that they have. A patch without context needs the option --unidiff-zero
            of git apply.
        binary_patches: Whether binary files get git's binary patch as their hunks, which git apply takes. Only local
            git has it.
        """

    @overload
    def stream_diff(
        self, request: refs_pb2.StreamDiffRequest, /, *, timeout: float | None = ...
    ) -> Generator[refs_pb2.FileDiff, None, None]: ...

    @overload
    def create_branch(
        self,
        *,
        repository_id: int,
        name: str,
        ref: str = ...,
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> refs_pb2.Branch:
        """Creates a branch at a commit that exists. ALREADY_EXISTS (reason BRANCH_EXISTS, metadata `sha`) if there is a
        branch of this name. FAILED_PRECONDITION (reason BRANCH_CONFLICT) if local git has a branch above or below it,
        such as "a" for "a/b". NOT_FOUND (reason REF_NOT_FOUND) if `ref` names no commit.

        repository_id: The repository.
        name: The name, without "refs/heads/".
        ref: The branch, tag or SHA at whose commit it begins. Empty means the default branch.
        request_id: Makes the call safe to repeat.
        """

    @overload
    def create_branch(
        self, request: refs_pb2.CreateBranchRequest, /, *, timeout: float | None = ...
    ) -> refs_pb2.Branch: ...

    @overload
    def update_branch(
        self,
        *,
        repository_id: int,
        name: str,
        ref: str,
        expected_sha: str = ...,
        force: bool = ...,
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> refs_pb2.Branch:
        """Moves a branch to another commit that exists. NOT_FOUND (reason REF_NOT_FOUND) if the branch or the commit
        does not exist. ABORTED (reason HEAD_MOVED, metadata `sha`: where the branch is) if the branch is not at
        `expected_sha`, or moved during the call. FAILED_PRECONDITION (reason NOT_FAST_FORWARD, metadata `sha`) if the
        move would drop commits and `force` is not set. FAILED_PRECONDITION (reason BRANCH_CHECKED_OUT) if a work tree
        of local git has it checked out. UNIMPLEMENTED (reason PROVIDER_UNSUPPORTED) if the provider cannot move
        branches.

        repository_id: The repository.
        name: The name, without "refs/heads/".
        ref: The branch, tag or SHA to whose commit it moves.
        expected_sha: The full SHA of the commit at which the branch must be. Empty means any.
        force: Whether the branch may lose commits. Otherwise it only moves forward.
        request_id: Makes the call safe to repeat.
        """

    @overload
    def update_branch(
        self, request: refs_pb2.UpdateBranchRequest, /, *, timeout: float | None = ...
    ) -> refs_pb2.Branch: ...

    @overload
    def delete_branch(
        self,
        *,
        repository_id: int,
        name: str,
        expected_sha: str = ...,
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> Empty:
        """Deletes a branch, but never the default branch: FAILED_PRECONDITION (reason DEFAULT_BRANCH). NOT_FOUND
        (reason REF_NOT_FOUND) if there is no such branch. ABORTED (reason HEAD_MOVED, metadata `sha`) if it is not at
        `expected_sha`, or moved during the call. GitLab and Bitbucket cannot make the deletion depend on a commit, so
        it is compared just before. FAILED_PRECONDITION (reason BRANCH_CHECKED_OUT) if a work tree of local git has it
        checked out.

        repository_id: The repository.
        name: The name, without "refs/heads/".
        expected_sha: The full SHA of the commit at which the branch must be. Empty means any.
        request_id: Makes the call safe to repeat.
        """

    @overload
    def delete_branch(
        self, request: refs_pb2.DeleteBranchRequest, /, *, timeout: float | None = ...
    ) -> Empty: ...

    @overload
    def create_commit(
        self,
        *,
        repository_id: int,
        branch: str,
        expected_head_sha: str = ...,
        message: str,
        author: scm_pb2.CommitAuthor | Mapping[str, Any] | None = ...,
        actions: Iterable[refs_pb2.CommitAction | Mapping[str, Any]],
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> scm_pb2.Commit:
        """Makes a commit on a branch: all actions together, or nothing. Returns the commit, without file changes.
        ABORTED (reason HEAD_MOVED, metadata `sha`) if the branch is not at `expected_head_sha`. Of several such calls
        at the same time, one wins. GitLab and Bitbucket Server cannot make a commit depend on the head of the branch.
        There it is compared just before, and a changed file is refused if it was changed since; `parent_keys` of the
        answer says on which commit the new one was made. FAILED_PRECONDITION, with the metadata `path`, if an action
        does not fit the files that are there: reason PATH_NOT_FOUND, PATH_EXISTS, NOT_A_FILE (a directory, a submodule,
        or a symbolic link that would be written, which some providers do not tell from a file), or PATH_CONFLICT (a
        file would be inside of a file). FAILED_PRECONDITION (reason EMPTY_COMMIT) if nothing would change.
        RESOURCE_EXHAUSTED if the whole request has more than 1 MiB, which is the default of the site's setting
        MAX_MESSAGE_BYTES. UNIMPLEMENTED (reason PROVIDER_UNSUPPORTED) if the provider cannot do one of the actions, or
        set the author. FAILED_PRECONDITION (reason BRANCH_CHECKED_OUT) if a work tree of local git has the branch
        checked out.

        repository_id: The repository.
        branch: The branch, without "refs/heads/". It must exist, except for the first commit of a repository.
        expected_head_sha: The full SHA of the last commit of the branch, on which this one is made. Empty only for the
            first commit of a repository.
        message: The message.
        author: The author, with name and email; `external_id` is ignored. Unset means whom the provider takes: the user
            or app of the integration, or this service on local git. The provider decides who the committer is.
            Bitbucket Server takes no author.
        actions: What changes. Each path may be in one action only. Bitbucket Server takes a single action, which writes
            a file.
        request_id: Makes the call safe to repeat.
        """

    @overload
    def create_commit(
        self, request: refs_pb2.CreateCommitRequest, /, *, timeout: float | None = ...
    ) -> scm_pb2.Commit: ...

    @overload
    def list_directory(
        self,
        *,
        repository_id: int,
        ref: str = ...,
        path: str = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> files_pb2.ListDirectoryResponse:
        """Lists one level of a directory: files, directories, symbolic links and submodules. The root of a repository
        without commits is empty. NOT_FOUND if the ref or the path does not exist (reasons REF_NOT_FOUND,
        PATH_NOT_FOUND). FAILED_PRECONDITION (reason NOT_A_DIRECTORY) for the path of a file, a symbolic link or a
        submodule.

        repository_id: The repository.
        ref: The branch, tag or SHA; empty means the default branch.
        path: The directory's path. Empty means the root.
        page_size: The maximum number of entries in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page. All pages show the commit of the
            first page.
        """

    @overload
    def list_directory(
        self, request: files_pb2.ListDirectoryRequest, /, *, timeout: float | None = ...
    ) -> files_pb2.ListDirectoryResponse: ...

    @overload
    def iter_directory(
        self,
        *,
        repository_id: int,
        ref: str = ...,
        path: str = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> Iterator[files_pb2.DirectoryEntry]:
        """Lists one level of a directory: files, directories, symbolic links and submodules. The root of a repository
        without commits is empty. NOT_FOUND if the ref or the path does not exist (reasons REF_NOT_FOUND,
        PATH_NOT_FOUND). FAILED_PRECONDITION (reason NOT_A_DIRECTORY) for the path of a file, a symbolic link or a
        submodule. All pages, item by item.

        repository_id: The repository.
        ref: The branch, tag or SHA; empty means the default branch.
        path: The directory's path. Empty means the root.
        page_size: The maximum number of entries in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page. All pages show the commit of the
            first page.
        """

    @overload
    def iter_directory(
        self, request: files_pb2.ListDirectoryRequest, /, *, timeout: float | None = ...
    ) -> Iterator[files_pb2.DirectoryEntry]: ...

    @overload
    def find_files(
        self,
        *,
        repository_id: int,
        ref: str = ...,
        globs: Iterable[str],
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> files_pb2.FindFilesResponse:
        """Finds the files whose paths fit globs, by the rules of gitignore(5), in the whole tree of a commit. They are
        the files that a .gitignore in the root with these lines would ignore. A repository without commits has none.
        NOT_FOUND (reason REF_NOT_FOUND) if the ref does not exist. FAILED_PRECONDITION (reason VENDOR_LIMIT) if the
        provider returns only a part of the tree and no file of that part fits.

        repository_id: The repository.
        ref: The branch, tag or SHA; empty means the default branch.
        globs: Globs, each as a line of a .gitignore file, at most 100. The last one that fits a path decides, and one
            that begins with "!" leaves the path out. One without a slash before its end fits names in every directory.
            One with a slash there fits paths from the root. "*" and "?" do not fit slashes; "**/" fits any number of
            directories. One that ends in a slash fits directories only. All files below a directory that fits are
            found, whatever the globs behind it. A line that begins with "#" is a comment.
        page_size: The maximum number of files in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page. All pages show the commit of the
            first page.
        """

    @overload
    def find_files(
        self, request: files_pb2.FindFilesRequest, /, *, timeout: float | None = ...
    ) -> files_pb2.FindFilesResponse: ...

    @overload
    def iter_find_files(
        self,
        *,
        repository_id: int,
        ref: str = ...,
        globs: Iterable[str],
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> Iterator[scm_pb2.TreeEntry]:
        """Finds the files whose paths fit globs, by the rules of gitignore(5), in the whole tree of a commit. They are
        the files that a .gitignore in the root with these lines would ignore. A repository without commits has none.
        NOT_FOUND (reason REF_NOT_FOUND) if the ref does not exist. FAILED_PRECONDITION (reason VENDOR_LIMIT) if the
        provider returns only a part of the tree and no file of that part fits. All pages, item by item.

        repository_id: The repository.
        ref: The branch, tag or SHA; empty means the default branch.
        globs: Globs, each as a line of a .gitignore file, at most 100. The last one that fits a path decides, and one
            that begins with "!" leaves the path out. One without a slash before its end fits names in every directory.
            One with a slash there fits paths from the root. "*" and "?" do not fit slashes; "**/" fits any number of
            directories. One that ends in a slash fits directories only. All files below a directory that fits are
            found, whatever the globs behind it. A line that begins with "#" is a comment.
        page_size: The maximum number of files in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page. All pages show the commit of the
            first page.
        """

    @overload
    def iter_find_files(
        self, request: files_pb2.FindFilesRequest, /, *, timeout: float | None = ...
    ) -> Iterator[scm_pb2.TreeEntry]: ...

    @overload
    def batch_get_files(
        self,
        *,
        repository_id: int,
        ref: str = ...,
        paths: Iterable[str],
        max_total_bytes: int = ...,
        timeout: float | None = ...,
    ) -> files_pb2.BatchGetFilesResponse:
        """Returns up to 100 files of one commit, each with its bytes or its own error, in the order of the request. All
        files together have one size limit. A file that no longer fits is left out with the error RESOURCE_EXHAUSTED
        (reason BATCH_FULL): ask for it in another call. One that is larger than the limit has the error
        FAILED_PRECONDITION (reason FILE_TOO_LARGE). Other errors of a file are those of GetFile. The call fails with
        NOT_FOUND (reason REF_NOT_FOUND) if the ref does not exist.

        repository_id: The repository.
        ref: The branch, tag or SHA; empty means the default branch. All files are those of its commit.
        paths: The paths of the files, at most 100.
        max_total_bytes: The maximum size of all files together, in bytes. 0 means 3 MiB; values above 3 MiB mean 3 MiB.
        """

    @overload
    def batch_get_files(
        self, request: files_pb2.BatchGetFilesRequest, /, *, timeout: float | None = ...
    ) -> files_pb2.BatchGetFilesResponse: ...

    @overload
    def stream_file(
        self,
        *,
        repository_id: int,
        path: str,
        ref: str = ...,
        timeout: float | None = ...,
    ) -> Generator[files_pb2.FilePiece, None, None]:
        """Returns a file of any size as a stream, in constant memory. The first message describes the file; the others
        have its bytes in order. For a symbolic link they are the path of its target, and for a file in Git LFS those of
        its pointer. Errors of the path are those of GetFile. FAILED_PRECONDITION (reason FILE_TOO_LARGE) if the
        provider does not return files of this size: GitHub does up to 100 MiB. FAILED_PRECONDITION (reason FILE_IN_LFS)
        at Bitbucket Cloud for a file in Git LFS, whose pointer it does not return. UNAVAILABLE (reason FILE_CUT) if the
        provider sent only a part. RESOURCE_EXHAUSTED (reason CALL_TOO_LARGE) above 8 GiB at a vendor.

        repository_id: The repository.
        path: The file's path.
        ref: The branch, tag or SHA; empty means the default branch.
        """

    @overload
    def stream_file(
        self, request: files_pb2.StreamFileRequest, /, *, timeout: float | None = ...
    ) -> Generator[files_pb2.FilePiece, None, None]: ...

    @overload
    def download_file(
        self,
        target: Target,
        /,
        *,
        repository_id: int,
        path: str,
        ref: str = ...,
        progress: Progress | None = None,
        timeout: float | None = ...,
    ) -> Downloaded:
        """Writes what StreamFile returns to a file, which appears under its name when it is whole. ``target`` is a
        path, a directory or an open binary file. ``progress`` is told how many bytes are written, and how many there
        will be, or None. Returns a file of any size as a stream, in constant memory. The first message describes the
        file; the others have its bytes in order. For a symbolic link they are the path of its target, and for a file in
        Git LFS those of its pointer. Errors of the path are those of GetFile. FAILED_PRECONDITION (reason
        FILE_TOO_LARGE) if the provider does not return files of this size: GitHub does up to 100 MiB.
        FAILED_PRECONDITION (reason FILE_IN_LFS) at Bitbucket Cloud for a file in Git LFS, whose pointer it does not
        return. UNAVAILABLE (reason FILE_CUT) if the provider sent only a part. RESOURCE_EXHAUSTED (reason
        CALL_TOO_LARGE) above 8 GiB at a vendor.

        repository_id: The repository.
        path: The file's path.
        ref: The branch, tag or SHA; empty means the default branch.
        """

    @overload
    def download_file(
        self, target: Target, request: files_pb2.StreamFileRequest, /, *,
        progress: Progress | None = None, timeout: float | None = ...
    ) -> Downloaded: ...

    @overload
    def stream_blame(
        self,
        *,
        repository_id: int,
        path: str,
        ref: str = ...,
        start_line: int = ...,
        end_line: int = ...,
        ignore_revs: Iterable[str] = ...,
        use_ignore_revs_file: bool = ...,
        timeout: float | None = ...,
    ) -> Generator[files_pb2.BlameHunk, None, None]:
        """Returns who last changed the lines of a file, as a stream with one hunk a message, in the order of the lines.
        A hunk is a group of lines that one commit changed. The hunks cover all requested lines. A file without lines
        has none. NOT_FOUND if the ref or the path does not exist (reasons REF_NOT_FOUND, PATH_NOT_FOUND).
        FAILED_PRECONDITION (reason NOT_A_FILE) for a directory or a submodule. INVALID_ARGUMENT (reason
        LINE_OUT_OF_RANGE) if the file ends before `start_line`. UNIMPLEMENTED (reason PROVIDER_UNSUPPORTED) if commits
        are to be ignored and the provider cannot.

        repository_id: The repository.
        path: The file's path.
        ref: The branch, tag or SHA; empty means the default branch.
        start_line: The first line, from 1. 0 means 1.
        end_line: The last line, included. 0, or a line beyond the end, means the last line of the file.
        ignore_revs: SHAs of commits to ignore, as git blame --ignore-rev does: a line that such a commit changed
            belongs to the commit that changed it before. NOT_FOUND (reason REF_NOT_FOUND) if one does not exist. Only
            local git can.
        use_ignore_revs_file: Whether to ignore the commits that the file .git-blame-ignore-revs in the root of the
            repository lists, at the same ref, as git blame --ignore-revs-file does. Without such a file, none are
            ignored. FAILED_PRECONDITION (reason IGNORE_REVS_INVALID) if a line of it is not a full SHA. Only local git
            can.
        """

    @overload
    def stream_blame(
        self, request: files_pb2.StreamBlameRequest, /, *, timeout: float | None = ...
    ) -> Generator[files_pb2.BlameHunk, None, None]: ...

    @overload
    def stream_archive(
        self,
        *,
        repository_id: int,
        ref: str = ...,
        format: files_pb2.ArchiveFormat.ValueType | str = ...,
        path: str = ...,
        prefix: str = ...,
        timeout: float | None = ...,
    ) -> Generator[files_pb2.ArchivePiece, None, None]:
        """Returns the files of a repository at a commit as an archive, in pieces. The first message has `info` and no
        data. The archive is whole only if the stream ends without an error: check the status before you use the file.
        Local git obeys the attributes export-ignore and export-subst, as git archive does; a submodule is an empty
        directory. NOT_FOUND if the ref or the path does not exist (reasons REF_NOT_FOUND, PATH_NOT_FOUND), or if a
        repository of local git has no commit (reason REPOSITORY_EMPTY). FAILED_PRECONDITION (reason NOT_A_DIRECTORY) if
        the path is not a directory. UNIMPLEMENTED (reason PROVIDER_UNSUPPORTED) for a format, a path or a prefix that
        the provider does not offer. UNAVAILABLE (reason ARCHIVE_CUT) if the provider sent only a part.
        RESOURCE_EXHAUSTED (reason CALL_TOO_LARGE) above 8 GiB.

        repository_id: The repository.
        ref: The branch, tag or SHA; empty means the default branch.
        format: The format. Azure DevOps has only zip.
        path: The directory to archive. Empty means the whole tree. The entries keep their whole paths, except at Azure
            DevOps, where they begin with the directory's own name. GitHub and Bitbucket have no such archives.
        prefix: The directory in which everything in the archive is. Unset means the provider's own: on local git the
            name of the repository and the start of the SHA, and none at Bitbucket Server and Azure DevOps. Empty means
            none. Only local git and Bitbucket Server take it.
        """

    @overload
    def stream_archive(
        self, request: files_pb2.StreamArchiveRequest, /, *, timeout: float | None = ...
    ) -> Generator[files_pb2.ArchivePiece, None, None]: ...

    @overload
    def download_archive(
        self,
        target: Target,
        /,
        *,
        repository_id: int,
        ref: str = ...,
        format: files_pb2.ArchiveFormat.ValueType | str = ...,
        path: str = ...,
        prefix: str = ...,
        progress: Progress | None = None,
        timeout: float | None = ...,
    ) -> Downloaded:
        """Writes what StreamArchive returns to a file, which appears under its name when it is whole. ``target`` is a
        path, a directory or an open binary file. ``progress`` is told how many bytes are written, and how many there
        will be, or None. Returns the files of a repository at a commit as an archive, in pieces. The first message has
        `info` and no data. The archive is whole only if the stream ends without an error: check the status before you
        use the file. Local git obeys the attributes export-ignore and export-subst, as git archive does; a submodule is
        an empty directory. NOT_FOUND if the ref or the path does not exist (reasons REF_NOT_FOUND, PATH_NOT_FOUND), or
        if a repository of local git has no commit (reason REPOSITORY_EMPTY). FAILED_PRECONDITION (reason
        NOT_A_DIRECTORY) if the path is not a directory. UNIMPLEMENTED (reason PROVIDER_UNSUPPORTED) for a format, a
        path or a prefix that the provider does not offer. UNAVAILABLE (reason ARCHIVE_CUT) if the provider sent only a
        part. RESOURCE_EXHAUSTED (reason CALL_TOO_LARGE) above 8 GiB.

        repository_id: The repository.
        ref: The branch, tag or SHA; empty means the default branch.
        format: The format. Azure DevOps has only zip.
        path: The directory to archive. Empty means the whole tree. The entries keep their whole paths, except at Azure
            DevOps, where they begin with the directory's own name. GitHub and Bitbucket have no such archives.
        prefix: The directory in which everything in the archive is. Unset means the provider's own: on local git the
            name of the repository and the start of the SHA, and none at Bitbucket Server and Azure DevOps. Empty means
            none. Only local git and Bitbucket Server take it.
        """

    @overload
    def download_archive(
        self, target: Target, request: files_pb2.StreamArchiveRequest, /, *,
        progress: Progress | None = None, timeout: float | None = ...
    ) -> Downloaded: ...

    @overload
    def search_commits(
        self,
        *,
        repository_id: int,
        ref: str = ...,
        message: str = ...,
        author: str = ...,
        path: str = ...,
        since: Timestamp | datetime | None = ...,
        until: Timestamp | datetime | None = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> files_pb2.SearchCommitsResponse:
        """Searches commits by message, author, path and date, newest first. All given criteria must hold. A page may
        have fewer commits than requested, or none, and still name a next page: then the search has not reached the end
        of the history. So nothing is found only if the last page is empty too. NOT_FOUND (reason REF_NOT_FOUND) if the
        ref does not exist. UNAVAILABLE (reason SEARCH_TIMED_OUT) if the provider's search found nothing before its time
        was over.

        repository_id: The repository.
        ref: The branch, tag or SHA from which the search goes back; empty means the default branch.
        message: A text in the message, without regard to case. All characters are literal. Empty means any message. On
            the default branch of a repository that is not a fork, GitHub is asked to search, and finds whole words
            only.
        author: A text in the author's name or e-mail address, without regard to case. Empty means any author.
        path: Only commits that changed this file, or a file in this directory. Empty means all.
        since: Only commits that were committed at this time or later.
        until: Only commits that were committed at this time or earlier.
        page_size: The maximum number of commits in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def search_commits(
        self, request: files_pb2.SearchCommitsRequest, /, *, timeout: float | None = ...
    ) -> files_pb2.SearchCommitsResponse: ...

    @overload
    def iter_search_commits(
        self,
        *,
        repository_id: int,
        ref: str = ...,
        message: str = ...,
        author: str = ...,
        path: str = ...,
        since: Timestamp | datetime | None = ...,
        until: Timestamp | datetime | None = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> Iterator[scm_pb2.Commit]:
        """Searches commits by message, author, path and date, newest first. All given criteria must hold. A page may
        have fewer commits than requested, or none, and still name a next page: then the search has not reached the end
        of the history. So nothing is found only if the last page is empty too. NOT_FOUND (reason REF_NOT_FOUND) if the
        ref does not exist. UNAVAILABLE (reason SEARCH_TIMED_OUT) if the provider's search found nothing before its time
        was over. All pages, item by item.

        repository_id: The repository.
        ref: The branch, tag or SHA from which the search goes back; empty means the default branch.
        message: A text in the message, without regard to case. All characters are literal. Empty means any message. On
            the default branch of a repository that is not a fork, GitHub is asked to search, and finds whole words
            only.
        author: A text in the author's name or e-mail address, without regard to case. Empty means any author.
        path: Only commits that changed this file, or a file in this directory. Empty means all.
        since: Only commits that were committed at this time or later.
        until: Only commits that were committed at this time or earlier.
        page_size: The maximum number of commits in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def iter_search_commits(
        self, request: files_pb2.SearchCommitsRequest, /, *, timeout: float | None = ...
    ) -> Iterator[scm_pb2.Commit]: ...

    @overload
    def list_commit_statuses(
        self,
        *,
        repository_id: int,
        commit_sha: str,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> checks_pb2.ListCommitStatusesResponse:
        """Lists the statuses of a commit, the latest of each key, with one state for all in `rollup`. At GitHub, check
        runs are not in the list, but they count in the rollup, as on GitHub's own pages. At GitLab, the jobs of
        pipelines are in the list too. Bitbucket Server also lists statuses that were reported on the same commit in a
        fork. NOT_FOUND (reason REF_NOT_FOUND) if the repository has no such commit.

        repository_id: The repository.
        commit_sha: The commit: a SHA, a branch or a tag.
        page_size: The maximum number of statuses in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def list_commit_statuses(
        self, request: checks_pb2.ListCommitStatusesRequest, /, *, timeout: float | None = ...
    ) -> checks_pb2.ListCommitStatusesResponse: ...

    @overload
    def iter_commit_statuses(
        self,
        *,
        repository_id: int,
        commit_sha: str,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> Iterator[checks_pb2.CommitStatus]:
        """Lists the statuses of a commit, the latest of each key, with one state for all in `rollup`. At GitHub, check
        runs are not in the list, but they count in the rollup, as on GitHub's own pages. At GitLab, the jobs of
        pipelines are in the list too. Bitbucket Server also lists statuses that were reported on the same commit in a
        fork. NOT_FOUND (reason REF_NOT_FOUND) if the repository has no such commit. All pages, item by item.

        repository_id: The repository.
        commit_sha: The commit: a SHA, a branch or a tag.
        page_size: The maximum number of statuses in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def iter_commit_statuses(
        self, request: checks_pb2.ListCommitStatusesRequest, /, *, timeout: float | None = ...
    ) -> Iterator[checks_pb2.CommitStatus]: ...

    @overload
    def create_commit_status(
        self,
        *,
        repository_id: int,
        commit_sha: str,
        key: str,
        state: checks_pb2.CheckState.ValueType | str,
        title: str = ...,
        summary: str = ...,
        url: str = ...,
        ref: str = ...,
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> checks_pb2.CommitStatus:
        """Reports a status of a commit. A status with the same key is replaced. Returns the status as the provider has
        it. INVALID_ARGUMENT if the provider has no such state, or if the key or the url is longer than it allows.
        FAILED_PRECONDITION (reason STATUS_UNCHANGEABLE) if the provider does not let the status go from its present
        state to this one. NOT_FOUND (reason REF_NOT_FOUND) if the repository has no such commit.

        repository_id: The repository.
        commit_sha: The commit: a SHA, a branch or a tag.
        key: What distinguishes it from other statuses of the commit. Bitbucket allows 40 characters, GitLab and
            Bitbucket Server 255. Azure DevOps takes what is before the last "/" for the genre.
        state: The state. Where a provider lacks it, it stores the nearest one, which the response names: PENDING for
            RUNNING, RUNNING for PENDING, FAILURE for ERROR, ERROR for CANCELLED. SKIPPED and NEUTRAL are
            INVALID_ARGUMENT where the provider lacks them.
        title: The name for people, at Bitbucket and Bitbucket Server. Empty means the key. At the other providers,
            which have none, it is stored as the summary if there is no other.
        summary: What to say about the state. A text that is longer than the provider allows is cut, and then ends with
            "…": 140 characters at GitHub, 255 at GitLab and Bitbucket Server.
        url: Where to read more. Bitbucket Server needs one. GitLab limits its length to 255 characters, Bitbucket and
            Bitbucket Server to 450.
        ref: The branch for which it is reported. GitLab and Bitbucket show the status with the pull requests of this
            branch. GitHub and Azure DevOps have no use for it.
        request_id: Makes the call safe to repeat (AIP-155).
        """

    @overload
    def create_commit_status(
        self, request: checks_pb2.CreateCommitStatusRequest, /, *, timeout: float | None = ...
    ) -> checks_pb2.CommitStatus: ...

    @overload
    def list_check_runs(
        self,
        *,
        repository_id: int,
        commit_sha: str,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> checks_pb2.ListCheckRunsResponse:
        """Lists the check runs of a commit, without their annotations: GitHub's check runs, and the reports of Code
        Insights at Bitbucket and Bitbucket Server. At GitHub these are the latest of each name and app. NOT_FOUND
        (reason REF_NOT_FOUND) if the repository has no such commit.

        repository_id: The repository.
        commit_sha: The commit: a SHA, a branch or a tag.
        page_size: The maximum number of check runs in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def list_check_runs(
        self, request: checks_pb2.ListCheckRunsRequest, /, *, timeout: float | None = ...
    ) -> checks_pb2.ListCheckRunsResponse: ...

    @overload
    def iter_check_runs(
        self,
        *,
        repository_id: int,
        commit_sha: str,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> Iterator[checks_pb2.CheckRun]:
        """Lists the check runs of a commit, without their annotations: GitHub's check runs, and the reports of Code
        Insights at Bitbucket and Bitbucket Server. At GitHub these are the latest of each name and app. NOT_FOUND
        (reason REF_NOT_FOUND) if the repository has no such commit. All pages, item by item.

        repository_id: The repository.
        commit_sha: The commit: a SHA, a branch or a tag.
        page_size: The maximum number of check runs in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def iter_check_runs(
        self, request: checks_pb2.ListCheckRunsRequest, /, *, timeout: float | None = ...
    ) -> Iterator[checks_pb2.CheckRun]: ...

    @overload
    def get_check_run(
        self,
        *,
        repository_id: int,
        check_run_id: str,
        timeout: float | None = ...,
    ) -> checks_pb2.CheckRun:
        """Returns a check run with its annotations, at most 1,000. NOT_FOUND (reason CHECK_RUN_NOT_FOUND) if there is
        none with this id.

        repository_id: The repository.
        check_run_id: The id of the check run.
        """

    @overload
    def get_check_run(
        self, request: checks_pb2.GetCheckRunRequest, /, *, timeout: float | None = ...
    ) -> checks_pb2.CheckRun: ...

    @overload
    def create_check_run(
        self,
        *,
        repository_id: int,
        commit_sha: str,
        name: str,
        state: checks_pb2.CheckState.ValueType | str,
        title: str = ...,
        summary: str = ...,
        url: str = ...,
        annotations: Iterable[checks_pb2.CheckAnnotation | Mapping[str, Any]] = ...,
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> checks_pb2.CheckRun:
        """Creates a check run, with annotations on lines. At Bitbucket and Bitbucket Server it replaces the report with
        the same name. GitHub allows this to GitHub Apps only: any other credential is PERMISSION_DENIED (reason
        VENDOR_FORBIDDEN). INVALID_ARGUMENT if the provider has no such state. NOT_FOUND (reason REF_NOT_FOUND) if the
        repository has no such commit.

        repository_id: The repository.
        commit_sha: The commit: a SHA, a branch or a tag.
        name: The name, such as "lint".
        state: The state. GitHub stores FAILURE for ERROR. Bitbucket has PENDING (also for RUNNING), SUCCESS and FAILURE
            (also for ERROR), and Bitbucket Server has the last two.
        title: A heading. Empty means the name.
        summary: What was found. Markdown at GitHub. Bitbucket and Bitbucket Server allow 2,000 characters; a longer
            text is cut, and then ends with "…".
        url: Where to read more.
        annotations: What is said about lines, at most 500. GitHub takes 50 in a call, so more of them take more calls.
        request_id: Makes the call safe to repeat (AIP-155).
        """

    @overload
    def create_check_run(
        self, request: checks_pb2.CreateCheckRunRequest, /, *, timeout: float | None = ...
    ) -> checks_pb2.CheckRun: ...

    @overload
    def update_check_run(
        self,
        *,
        repository_id: int,
        check_run_id: str,
        state: checks_pb2.CheckState.ValueType | str = ...,
        title: str = ...,
        summary: str = ...,
        url: str = ...,
        annotations: Iterable[checks_pb2.CheckAnnotation | Mapping[str, Any]] = ...,
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> checks_pb2.CheckRun:
        """Changes a check run, and adds annotations to those that it has. What the request leaves out stays as it is.
        Its other errors are those of CreateCheckRun. NOT_FOUND (reason CHECK_RUN_NOT_FOUND) if there is none with this
        id.

        repository_id: The repository.
        check_run_id: The id of the check run.
        state: The state, as in CreateCheckRun. Unspecified leaves it as it is.
        title: A heading. Empty leaves it as it is.
        summary: What was found. Empty leaves it as it is.
        url: Where to read more. Empty leaves it as it is.
        annotations: Annotations that are added, at most 500.
        request_id: Makes the call safe to repeat (AIP-155).
        """

    @overload
    def update_check_run(
        self, request: checks_pb2.UpdateCheckRunRequest, /, *, timeout: float | None = ...
    ) -> checks_pb2.CheckRun: ...

    @overload
    def list_pipelines(
        self,
        *,
        repository_id: int,
        branch: str = ...,
        commit_sha: str = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> checks_pb2.ListPipelinesResponse:
        """Lists runs of the provider's own CI, newest first: workflow runs of GitHub Actions, and the pipelines of
        GitLab, Bitbucket and Azure DevOps. Bitbucket Server has none.

        repository_id: The repository.
        branch: Only those of this branch. Empty means any.
        commit_sha: Only those of this commit: a SHA, a branch or a tag. Empty means any. Azure DevOps does not filter
            by commits, so all pipelines are read and filtered.
        page_size: The maximum number of pipelines in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def list_pipelines(
        self, request: checks_pb2.ListPipelinesRequest, /, *, timeout: float | None = ...
    ) -> checks_pb2.ListPipelinesResponse: ...

    @overload
    def iter_pipelines(
        self,
        *,
        repository_id: int,
        branch: str = ...,
        commit_sha: str = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> Iterator[checks_pb2.Pipeline]:
        """Lists runs of the provider's own CI, newest first: workflow runs of GitHub Actions, and the pipelines of
        GitLab, Bitbucket and Azure DevOps. Bitbucket Server has none. All pages, item by item.

        repository_id: The repository.
        branch: Only those of this branch. Empty means any.
        commit_sha: Only those of this commit: a SHA, a branch or a tag. Empty means any. Azure DevOps does not filter
            by commits, so all pipelines are read and filtered.
        page_size: The maximum number of pipelines in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def iter_pipelines(
        self, request: checks_pb2.ListPipelinesRequest, /, *, timeout: float | None = ...
    ) -> Iterator[checks_pb2.Pipeline]: ...

    @overload
    def list_pipeline_jobs(
        self,
        *,
        repository_id: int,
        pipeline_id: str,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> checks_pb2.ListPipelineJobsResponse:
        """Lists the jobs of a pipeline, those of its last attempt: jobs at GitHub, GitLab and Azure DevOps, steps at
        Bitbucket. NOT_FOUND (reason PIPELINE_NOT_FOUND) if there is no such pipeline.

        repository_id: The repository.
        pipeline_id: The id of the pipeline.
        page_size: The maximum number of jobs in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def list_pipeline_jobs(
        self, request: checks_pb2.ListPipelineJobsRequest, /, *, timeout: float | None = ...
    ) -> checks_pb2.ListPipelineJobsResponse: ...

    @overload
    def iter_pipeline_jobs(
        self,
        *,
        repository_id: int,
        pipeline_id: str,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> Iterator[checks_pb2.PipelineJob]:
        """Lists the jobs of a pipeline, those of its last attempt: jobs at GitHub, GitLab and Azure DevOps, steps at
        Bitbucket. NOT_FOUND (reason PIPELINE_NOT_FOUND) if there is no such pipeline. All pages, item by item.

        repository_id: The repository.
        pipeline_id: The id of the pipeline.
        page_size: The maximum number of jobs in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def iter_pipeline_jobs(
        self, request: checks_pb2.ListPipelineJobsRequest, /, *, timeout: float | None = ...
    ) -> Iterator[checks_pb2.PipelineJob]: ...

    @overload
    def stream_job_log(
        self,
        *,
        repository_id: int,
        job_id: str,
        timeout: float | None = ...,
    ) -> Generator[checks_pb2.JobLogPiece, None, None]:
        """Returns the log of a job in pieces, as the provider has it: secrets are masked as far as the provider masks
        them. It ends after 64 MiB, and then says so. NOT_FOUND (reason JOB_LOG_NOT_FOUND) if there is no such job, or
        if it has no log yet: GitHub has one when a job has ended. FAILED_PRECONDITION (reason JOB_LOG_DELETED) if the
        provider has deleted it. UNAVAILABLE (reason LOG_CUT) if the provider sent only a part.

        repository_id: The repository.
        job_id: The id of the job.
        """

    @overload
    def stream_job_log(
        self, request: checks_pb2.StreamJobLogRequest, /, *, timeout: float | None = ...
    ) -> Generator[checks_pb2.JobLogPiece, None, None]: ...

    @overload
    def get_pull_request(
        self,
        *,
        repository_id: int,
        number: int,
        timeout: float | None = ...,
    ) -> pull_requests_pb2.PullRequest:
        """Reads a pull request. NOT_FOUND (reason PULL_REQUEST_NOT_FOUND) if the repository has none with this number.

        repository_id: The repository into which the pull request merges.
        number: The number within the repository, as the provider shows it. At GitLab this is the iid.
        """

    @overload
    def get_pull_request(
        self, request: pull_requests_pb2.GetPullRequestRequest, /, *, timeout: float | None = ...
    ) -> pull_requests_pb2.PullRequest: ...

    @overload
    def list_pull_requests(
        self,
        *,
        repository_id: int,
        state: pull_requests_pb2.PullRequestState.ValueType | str = ...,
        head: str = ...,
        base: str = ...,
        author: str = ...,
        commit_sha: str = ...,
        updated_since: Timestamp | datetime | None = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> pull_requests_pb2.ListPullRequestsResponse:
        """Lists the pull requests into this repository that fit all given filters. The order is the provider's: newest
        first, or with `updated_since` at some providers the last changed first. A filter that the provider lacks is
        applied while its pages are read: a page may then have few or no pull requests and still name a next one. A pull
        request that changes while its pages are read may be missing or listed twice. UNIMPLEMENTED (reason
        PROVIDER_UNSUPPORTED) for `updated_since` if the provider does not tell when a pull request changed. NOT_FOUND
        (reason REF_NOT_FOUND) if `commit_sha` does not exist.

        repository_id: The repository into which the pull requests merge.
        state: Only those in this state. Unspecified means all.
        head: Only those of this head branch of the repository itself, without "refs/heads/". Branches of forks are not
            found by it. Empty means any.
        base: Only those into this branch, without "refs/heads/". Empty means any.
        author: Only those of this author, named by the `id` or the `login` of the PullRequestUser; case does not
            matter. Empty means any.
        commit_sha: Only those that the provider relates to this commit: it was proposed in them, or they brought it.
            How far back the provider knows this differs. A branch or tag stands for its commit. Empty means any.
        updated_since: Only those that changed at this time or later. Unset means any.
        page_size: The maximum number of pull requests in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def list_pull_requests(
        self, request: pull_requests_pb2.ListPullRequestsRequest, /, *, timeout: float | None = ...
    ) -> pull_requests_pb2.ListPullRequestsResponse: ...

    @overload
    def iter_pull_requests(
        self,
        *,
        repository_id: int,
        state: pull_requests_pb2.PullRequestState.ValueType | str = ...,
        head: str = ...,
        base: str = ...,
        author: str = ...,
        commit_sha: str = ...,
        updated_since: Timestamp | datetime | None = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> Iterator[pull_requests_pb2.PullRequest]:
        """Lists the pull requests into this repository that fit all given filters. The order is the provider's: newest
        first, or with `updated_since` at some providers the last changed first. A filter that the provider lacks is
        applied while its pages are read: a page may then have few or no pull requests and still name a next one. A pull
        request that changes while its pages are read may be missing or listed twice. UNIMPLEMENTED (reason
        PROVIDER_UNSUPPORTED) for `updated_since` if the provider does not tell when a pull request changed. NOT_FOUND
        (reason REF_NOT_FOUND) if `commit_sha` does not exist. All pages, item by item.

        repository_id: The repository into which the pull requests merge.
        state: Only those in this state. Unspecified means all.
        head: Only those of this head branch of the repository itself, without "refs/heads/". Branches of forks are not
            found by it. Empty means any.
        base: Only those into this branch, without "refs/heads/". Empty means any.
        author: Only those of this author, named by the `id` or the `login` of the PullRequestUser; case does not
            matter. Empty means any.
        commit_sha: Only those that the provider relates to this commit: it was proposed in them, or they brought it.
            How far back the provider knows this differs. A branch or tag stands for its commit. Empty means any.
        updated_since: Only those that changed at this time or later. Unset means any.
        page_size: The maximum number of pull requests in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def iter_pull_requests(
        self, request: pull_requests_pb2.ListPullRequestsRequest, /, *, timeout: float | None = ...
    ) -> Iterator[pull_requests_pb2.PullRequest]: ...

    @overload
    def create_pull_request(
        self,
        *,
        repository_id: int,
        title: str,
        body: str = ...,
        head: str,
        head_repository: str = ...,
        base: str = ...,
        draft: bool = ...,
        reviewers: Iterable[str] = ...,
        labels: Iterable[str] = ...,
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> pull_requests_pb2.PullRequest:
        """Opens a pull request. A repetition with the same `request_id` returns the one that an interrupted call has
        opened: it is found by a mark in its description, which no response of this service shows. The mark takes up to
        64 characters of the provider's limit for the body. ALREADY_EXISTS (reason PULL_REQUEST_EXISTS, metadata
        `number`) if one is open from this head into this base. NOT_FOUND (reason REF_NOT_FOUND) if a branch of the
        repository does not exist. FAILED_PRECONDITION (reason NOTHING_TO_MERGE) if the base has all commits of the
        head, except at providers that open it nevertheless. INVALID_ARGUMENT if a text is longer than the provider
        takes, or if it does not know a reviewer. UNIMPLEMENTED (reason PROVIDER_UNSUPPORTED) if the provider has no
        drafts or no labels. All of this is checked before anything is opened, as far as the provider tells it. Labels
        and reviewers that are set by calls of their own, as at GitHub, may fail afterwards: the error then has the
        metadata `number`. A repetition with the same `request_id` then sets them. FAILED_PRECONDITION (reason
        REVIEWERS_NOT_TAKEN or LABELS_NOT_TAKEN, metadata `number`) if GitLab opened it and left some of them out.

        repository_id: The repository into which it merges.
        title: The title. At most 255 characters at GitLab, Bitbucket and Bitbucket Server, 256 at GitHub and 400 at
            Azure DevOps. At GitLab a draft is one whose title begins with "Draft: ", which is added.
        body: The description, in the provider's Markdown. At most 4,000 characters at Azure DevOps, and 32,768 at
            Bitbucket Server. It stays text at GitLab, too: a line such as "/merge", which GitLab would carry out, gets
            a backslash before its slash. GitLab's pages do not show the backslash, and responses leave it out.
        head: The branch whose commits are proposed, without "refs/heads/".
        head_repository: The fork that has the head, as PullRequestBranch.repository names it, such as "zoe/rocket"; at
            GitLab also its id. Empty means the repository itself.
        base: The branch into which it merges, without "refs/heads/". Empty means the default branch.
        draft: Whether it is a draft.
        reviewers: The users who are asked for a review: the login at GitHub, the user name or id at GitLab, the UUID or
            account id at Bitbucket, the user name at Bitbucket Server, the id at Azure DevOps. GitLab without a paid
            plan keeps only one.
        labels: The names of its labels. GitHub, GitLab and Azure DevOps create those that do not exist.
        request_id: Makes the call safe to repeat.
        """

    @overload
    def create_pull_request(
        self, request: pull_requests_pb2.CreatePullRequestRequest, /, *, timeout: float | None = ...
    ) -> pull_requests_pb2.PullRequest: ...

    @overload
    def update_pull_request(
        self,
        *,
        repository_id: int,
        number: int,
        update_mask: FieldMask | Iterable[str] | None,
        title: str = ...,
        body: str = ...,
        base: str = ...,
        state: pull_requests_pb2.PullRequestState.ValueType | str = ...,
        draft: bool = ...,
        reviewers: Iterable[str] = ...,
        labels: Iterable[str] = ...,
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> pull_requests_pb2.PullRequest:
        """Changes the fields of a pull request that `update_mask` names. What already has the wanted value is not sent
        to the provider. Some fields take a call of their own there: if one fails, those before it stay changed. A
        repetition changes the rest. NOT_FOUND (reason PULL_REQUEST_NOT_FOUND). FAILED_PRECONDITION (reason
        PULL_REQUEST_MERGED or PULL_REQUEST_CLOSED) if the provider does not change one in this state. NOT_FOUND (reason
        REF_NOT_FOUND) if the new base does not exist. UNIMPLEMENTED (reason PROVIDER_UNSUPPORTED) if the provider
        cannot change a field: Bitbucket cannot open a pull request again, and it and Bitbucket Server have no labels.
        FAILED_PRECONDITION (reason REVIEWERS_NOT_TAKEN or LABELS_NOT_TAKEN) if GitLab left some of them out; the rest
        is changed.

        repository_id: The repository into which it merges.
        number: The number of the pull request.
        update_mask: Which fields to change, at least one of: title, body, base, state, draft, reviewers, labels.
        title: The new title. The limits are those of CreatePullRequest.
        body: The new description. May be empty. It stays text, as in CreatePullRequest.
        base: The branch into which it merges from now on, without "refs/heads/".
        state: OPEN opens a closed one again, and CLOSED closes it without a merge. MergePullRequest merges.
        draft: Whether it is a draft.
        reviewers: All users who are asked for a review, named as in CreatePullRequest. Those who are left out are not
            asked any more. At GitHub, who has answered is not asked and stays as it is. Groups stay as they are.
        labels: The names of all labels. Those that are left out are taken off.
        request_id: Makes the call safe to repeat.
        """

    @overload
    def update_pull_request(
        self, request: pull_requests_pb2.UpdatePullRequestRequest, /, *, timeout: float | None = ...
    ) -> pull_requests_pb2.PullRequest: ...

    @overload
    def merge_pull_request(
        self,
        *,
        repository_id: int,
        number: int,
        expected_head_sha: str = ...,
        method: pull_requests_pb2.MergeMethod.ValueType | str = ...,
        commit_message: str = ...,
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> pull_requests_pb2.PullRequest:
        """Merges a pull request, and returns it merged. One that is already merged with the head `expected_head_sha` is
        returned as it is, also when a call with the same `request_id` was interrupted. ABORTED (reason HEAD_MOVED,
        metadata `sha`: the present head) if the head is not `expected_head_sha`, or moved during the call. GitHub,
        GitLab and Azure DevOps compare it themselves, and Bitbucket Server compares the version of the pull request. At
        Bitbucket it is compared just before. FAILED_PRECONDITION, each with a reason of its own, and nothing is merged:
        MERGE_CONFLICT; MERGE_METHOD_FORBIDDEN; CHECKS_MISSING (a required check is missing or has failed);
        APPROVALS_MISSING; MERGE_BLOCKED (another rule, or the provider does not tell which); PULL_REQUEST_DRAFT;
        PULL_REQUEST_CLOSED; PULL_REQUEST_MERGED. The metadata `detail` has the provider's own word, if there is one. At
        Azure DevOps the metadata `policies` names the policies that refuse it. UNAVAILABLE (reason MERGE_PENDING) if
        Azure DevOps has accepted the merge and not finished it in time: a repetition returns it when it has.

        repository_id: The repository into which it merges.
        number: The number of the pull request.
        expected_head_sha: The full SHA that the head must have. Empty means any: commits that were pushed a moment ago
            are merged too.
        method: How it is merged.
        commit_message: The message of the commit that the merge makes. Empty means the provider's own. INVALID_ARGUMENT
            with MERGE_METHOD_REBASE, which keeps the messages of the commits.
        request_id: Makes the call safe to repeat.
        """

    @overload
    def merge_pull_request(
        self, request: pull_requests_pb2.MergePullRequestRequest, /, *, timeout: float | None = ...
    ) -> pull_requests_pb2.PullRequest: ...

    @overload
    def list_pull_request_commits(
        self,
        *,
        repository_id: int,
        number: int,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> pull_requests_pb2.ListPullRequestCommitsResponse:
        """Lists the commits that a pull request proposes, newest first, without file changes. If commits are pushed
        while the pages are read, one may be missing or listed twice. NOT_FOUND (reason PULL_REQUEST_NOT_FOUND) if the
        repository has no such pull request.

        repository_id: The repository into which the pull request merges.
        number: The number of the pull request.
        page_size: The maximum number of commits in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def list_pull_request_commits(
        self, request: pull_requests_pb2.ListPullRequestCommitsRequest, /, *, timeout: float | None = ...
    ) -> pull_requests_pb2.ListPullRequestCommitsResponse: ...

    @overload
    def iter_pull_request_commits(
        self,
        *,
        repository_id: int,
        number: int,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> Iterator[scm_pb2.Commit]:
        """Lists the commits that a pull request proposes, newest first, without file changes. If commits are pushed
        while the pages are read, one may be missing or listed twice. NOT_FOUND (reason PULL_REQUEST_NOT_FOUND) if the
        repository has no such pull request. All pages, item by item.

        repository_id: The repository into which the pull request merges.
        number: The number of the pull request.
        page_size: The maximum number of commits in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def iter_pull_request_commits(
        self, request: pull_requests_pb2.ListPullRequestCommitsRequest, /, *, timeout: float | None = ...
    ) -> Iterator[scm_pb2.Commit]: ...

    @overload
    def list_pull_request_files(
        self,
        *,
        repository_id: int,
        number: int,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> pull_requests_pb2.ListPullRequestFilesResponse:
        """Lists the files that a pull request changes, against the merge base of its two branches. The errors are those
        of ListPullRequestCommits.

        repository_id: The repository into which the pull request merges.
        number: The number of the pull request.
        page_size: The maximum number of files in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def list_pull_request_files(
        self, request: pull_requests_pb2.ListPullRequestFilesRequest, /, *, timeout: float | None = ...
    ) -> pull_requests_pb2.ListPullRequestFilesResponse: ...

    @overload
    def iter_pull_request_files(
        self,
        *,
        repository_id: int,
        number: int,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> Iterator[scm_pb2.FileChange]:
        """Lists the files that a pull request changes, against the merge base of its two branches. The errors are those
        of ListPullRequestCommits. All pages, item by item.

        repository_id: The repository into which the pull request merges.
        number: The number of the pull request.
        page_size: The maximum number of files in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def iter_pull_request_files(
        self, request: pull_requests_pb2.ListPullRequestFilesRequest, /, *, timeout: float | None = ...
    ) -> Iterator[scm_pb2.FileChange]: ...

    @overload
    def stream_pull_request_diff(
        self,
        *,
        repository_id: int,
        number: int,
        paths: Iterable[str] = ...,
        timeout: float | None = ...,
    ) -> Generator[refs_pb2.FileDiff, None, None]:
        """Returns the differences of a pull request as StreamDiff does: a stream with one message for each file. A file
        whose hunks the provider leaves out has `truncated`. The errors are those of ListPullRequestCommits.

        repository_id: The repository into which the pull request merges.
        number: The number of the pull request.
        paths: Only these files, or files in these directories; empty means all.
        """

    @overload
    def stream_pull_request_diff(
        self, request: pull_requests_pb2.StreamPullRequestDiffRequest, /, *, timeout: float | None = ...
    ) -> Generator[refs_pb2.FileDiff, None, None]: ...

    @overload
    def list_pull_request_comments(
        self,
        *,
        repository_id: int,
        number: int,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> pull_requests_pb2.ListPullRequestCommentsResponse:
        """Lists the comments on a pull request as a whole, in the provider's order. Comments on files and lines are in
        ListReviewThreads. What the provider itself writes into the conversation is left out. The errors are those of
        ListPullRequestCommits.

        repository_id: The repository into which the pull request merges.
        number: The number of the pull request.
        page_size: The maximum number of comments in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def list_pull_request_comments(
        self, request: pull_requests_pb2.ListPullRequestCommentsRequest, /, *, timeout: float | None = ...
    ) -> pull_requests_pb2.ListPullRequestCommentsResponse: ...

    @overload
    def iter_pull_request_comments(
        self,
        *,
        repository_id: int,
        number: int,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> Iterator[pull_requests_pb2.PullRequestComment]:
        """Lists the comments on a pull request as a whole, in the provider's order. Comments on files and lines are in
        ListReviewThreads. What the provider itself writes into the conversation is left out. The errors are those of
        ListPullRequestCommits. All pages, item by item.

        repository_id: The repository into which the pull request merges.
        number: The number of the pull request.
        page_size: The maximum number of comments in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def iter_pull_request_comments(
        self, request: pull_requests_pb2.ListPullRequestCommentsRequest, /, *, timeout: float | None = ...
    ) -> Iterator[pull_requests_pb2.PullRequestComment]: ...

    @overload
    def list_review_threads(
        self,
        *,
        repository_id: int,
        number: int,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> pull_requests_pb2.ListReviewThreadsResponse:
        """Lists the threads of comments on files and lines, in the provider's order, each with its comments from the
        oldest on. The errors are those of ListPullRequestCommits.

        repository_id: The repository into which the pull request merges.
        number: The number of the pull request.
        page_size: The maximum number of threads in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def list_review_threads(
        self, request: pull_requests_pb2.ListReviewThreadsRequest, /, *, timeout: float | None = ...
    ) -> pull_requests_pb2.ListReviewThreadsResponse: ...

    @overload
    def iter_review_threads(
        self,
        *,
        repository_id: int,
        number: int,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> Iterator[pull_requests_pb2.ReviewThread]:
        """Lists the threads of comments on files and lines, in the provider's order, each with its comments from the
        oldest on. The errors are those of ListPullRequestCommits. All pages, item by item.

        repository_id: The repository into which the pull request merges.
        number: The number of the pull request.
        page_size: The maximum number of threads in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def iter_review_threads(
        self, request: pull_requests_pb2.ListReviewThreadsRequest, /, *, timeout: float | None = ...
    ) -> Iterator[pull_requests_pb2.ReviewThread]: ...

    @overload
    def list_reviews(
        self,
        *,
        repository_id: int,
        number: int,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> pull_requests_pb2.ListReviewsResponse:
        """Lists the answers of reviewers. GitHub keeps every review. The other providers keep the last answer of each
        reviewer, without a text, and only those who answered are listed. The errors are those of
        ListPullRequestCommits.

        repository_id: The repository into which the pull request merges.
        number: The number of the pull request.
        page_size: The maximum number of reviews in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def list_reviews(
        self, request: pull_requests_pb2.ListReviewsRequest, /, *, timeout: float | None = ...
    ) -> pull_requests_pb2.ListReviewsResponse: ...

    @overload
    def iter_reviews(
        self,
        *,
        repository_id: int,
        number: int,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> Iterator[pull_requests_pb2.Review]:
        """Lists the answers of reviewers. GitHub keeps every review. The other providers keep the last answer of each
        reviewer, without a text, and only those who answered are listed. The errors are those of
        ListPullRequestCommits. All pages, item by item.

        repository_id: The repository into which the pull request merges.
        number: The number of the pull request.
        page_size: The maximum number of reviews in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def iter_reviews(
        self, request: pull_requests_pb2.ListReviewsRequest, /, *, timeout: float | None = ...
    ) -> Iterator[pull_requests_pb2.Review]: ...

    @overload
    def create_review(
        self,
        *,
        repository_id: int,
        number: int,
        state: pull_requests_pb2.ReviewState.ValueType | str,
        body: str = ...,
        comments: Iterable[pull_requests_pb2.ReviewComment | Mapping[str, Any]] = ...,
        expected_head_sha: str = ...,
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> pull_requests_pb2.Review:
        """Answers to a pull request: approves it, wants changes, or comments. Comments on files and lines are made with
        it. GitHub makes the review and its comments in one call: all, or nothing. At the other providers each comment,
        the text and the answer are one call each, in this order. If one fails, those before it stay, and the error has
        their number in the metadata `comments_made`. A repetition with the same request_id makes only what is missing.
        ABORTED (reason HEAD_MOVED, metadata `sha`: the head) if the head is not `expected_head_sha`. GitHub binds the
        review to this commit, and GitLab an approval; elsewhere it is compared just before. UNIMPLEMENTED (reason
        PROVIDER_UNSUPPORTED) if the provider has no such answer: GitLab's API cannot request changes.
        FAILED_PRECONDITION (reason REVIEW_REFUSED) if the provider does not take this answer from this user, for
        example from the author. The errors of positions are those of CreatePullRequestComment.

        repository_id: The repository into which the pull request merges.
        number: The number of the pull request.
        state: The answer: REVIEW_STATE_APPROVED, REVIEW_STATE_CHANGES_REQUESTED or REVIEW_STATE_COMMENTED.
        body: The text. At providers other than GitHub it becomes a comment on the whole. GitHub wants one to request
            changes. A COMMENTED review needs a text or comments. It stays text, as in CreatePullRequestComment.
        comments: Comments on files and lines. GitHub's reviews take none on a whole file: UNIMPLEMENTED.
        expected_head_sha: The full SHA that the head must have. Empty means any.
        request_id: Makes the call safe to repeat. The texts then carry a mark of it, which markup hides and reads leave
            out.
        """

    @overload
    def create_review(
        self, request: pull_requests_pb2.CreateReviewRequest, /, *, timeout: float | None = ...
    ) -> pull_requests_pb2.Review: ...

    @overload
    def resolve_review_thread(
        self,
        *,
        repository_id: int,
        number: int,
        thread_id: str,
        unresolve: bool = ...,
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> pull_requests_pb2.ReviewThread:
        """Marks a thread on a file or a line as resolved, or opens it again. A thread that is so already stays as it
        is. NOT_FOUND (reason REVIEW_THREAD_NOT_FOUND) if the pull request has no such thread. UNIMPLEMENTED (reason
        PROVIDER_UNSUPPORTED) if the provider cannot do it, as Bitbucket Server before version 8. Bitbucket tells a
        thread without its answers: `comments_truncated` is then set.

        repository_id: The repository into which the pull request merges.
        number: The number of the pull request.
        thread_id: The thread, as ListReviewThreads names it.
        unresolve: Opens the thread again.
        request_id: Makes the call safe to repeat.
        """

    @overload
    def resolve_review_thread(
        self, request: pull_requests_pb2.ResolveReviewThreadRequest, /, *, timeout: float | None = ...
    ) -> pull_requests_pb2.ReviewThread: ...

    @overload
    def create_pull_request_comment(
        self,
        *,
        repository_id: int,
        number: int,
        body: str,
        position: pull_requests_pb2.ReviewPosition | Mapping[str, Any] | None = ...,
        in_reply_to: str = ...,
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> pull_requests_pb2.PullRequestComment:
        """Writes a comment: on the whole pull request, on a file or on lines (`position`), or as an answer to another
        comment (`in_reply_to`). ListReviewThreads returns it at the position that was given. INVALID_ARGUMENT (reason
        POSITION_INVALID) if the provider takes no comment there: the pull request does not change the file, or the
        lines are not in its diff. GitHub takes lines of the diff alone. GitLab takes all lines of a changed file, but
        lines that are the same on both sides on the head only. Azure DevOps and Bitbucket do not check the lines.
        ABORTED (reason HEAD_MOVED, metadata `sha`: the head) if `position.commit_sha` is not the head of the pull
        request, compared just before. NOT_FOUND (reason COMMENT_NOT_FOUND) if there is no comment `in_reply_to`.
        UNIMPLEMENTED (reason PROVIDER_UNSUPPORTED) if the provider has no answers there, as in GitHub's conversation.

        repository_id: The repository into which the pull request merges.
        number: The number of the pull request.
        body: The text, in the provider's markup. GitHub takes 65,536 characters, of which a request_id takes 60. It
            stays text at GitLab, too: a line such as "/close", which GitLab would carry out, gets a backslash, as in
            CreatePullRequest.
        position: Where. Unset for a comment on the whole, and for an answer.
        in_reply_to: The comment to which this one answers, on the whole or in a thread.
        request_id: Makes the call safe to repeat. The text then carries a mark of it, which markup hides and reads
            leave out.
        """

    @overload
    def create_pull_request_comment(
        self, request: pull_requests_pb2.CreatePullRequestCommentRequest, /, *, timeout: float | None = ...
    ) -> pull_requests_pb2.PullRequestComment: ...

    @overload
    def update_pull_request_comment(
        self,
        *,
        repository_id: int,
        number: int,
        comment_id: str,
        body: str,
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> pull_requests_pb2.PullRequestComment:
        """Replaces the text of a comment, on the whole or in a thread. The provider decides whose comments may be
        changed: PERMISSION_DENIED (reason VENDOR_FORBIDDEN). NOT_FOUND (reason COMMENT_NOT_FOUND) if the pull request
        has no such comment.

        repository_id: The repository into which the pull request merges.
        number: The number of the pull request.
        comment_id: The comment, as the lists name it.
        body: The new text. It stays text, as in CreatePullRequestComment.
        request_id: Makes the call safe to repeat.
        """

    @overload
    def update_pull_request_comment(
        self, request: pull_requests_pb2.UpdatePullRequestCommentRequest, /, *, timeout: float | None = ...
    ) -> pull_requests_pb2.PullRequestComment: ...

    @overload
    def delete_pull_request_comment(
        self,
        *,
        repository_id: int,
        number: int,
        comment_id: str,
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> Empty:
        """Deletes a comment, on the whole or in a thread. The errors are those of UpdatePullRequestComment.
        FAILED_PRECONDITION (reason COMMENT_ANSWERED) if the provider does not delete a comment that has answers, as
        Bitbucket Server.

        repository_id: The repository into which the pull request merges.
        number: The number of the pull request.
        comment_id: The comment, as the lists name it.
        request_id: Makes the call safe to repeat.
        """

    @overload
    def delete_pull_request_comment(
        self, request: pull_requests_pb2.DeletePullRequestCommentRequest, /, *, timeout: float | None = ...
    ) -> Empty: ...

    @overload
    def batch_get_pull_request_status(
        self,
        *,
        repository_id: int,
        numbers: Iterable[int],
        timeout: float | None = ...,
    ) -> pull_requests_pb2.BatchGetPullRequestStatusResponse:
        """Returns for up to 50 pull requests what a list of them shows: the state, the head, whether it can be merged,
        and one state for all checks and one for all reviews. GitHub answers all in one call; other providers are asked
        for each, a few at a time. A pull request that the repository does not have is an entry with an error (reason
        PULL_REQUEST_NOT_FOUND).

        repository_id: The repository into which the pull requests merge.
        numbers: The numbers of 1 to 50 pull requests.
        """

    @overload
    def batch_get_pull_request_status(
        self, request: pull_requests_pb2.BatchGetPullRequestStatusRequest, /, *, timeout: float | None = ...
    ) -> pull_requests_pb2.BatchGetPullRequestStatusResponse: ...

class AsyncRpcMethods:
    def list_repositories(
        self,
        request: scm_pb2.ListRepositoriesRequest | None = None,
        /,
        *,
        organization_id: int = ...,
        provider: scm_pb2.Provider.ValueType | str = ...,
        query: str = ...,
        page_size: int = ...,
        page_token: str = ...,
        integration_id: int = ...,
        provider_key: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, scm_pb2.ListRepositoriesResponse]:
        """Lists the organization's active repositories by name. The answer comes from the site's database.

        organization_id: The organization. May be left out if the credentials belong to exactly one.
        provider: Only those of this provider; unspecified means all.
        query: Only those whose name contains this; case is ignored. Empty means all.
        page_size: The maximum number of repositories in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        integration_id: Only those of this integration; 0 means all.
        provider_key: Only those of this provider key; empty means all.
        """

    def iter_repositories(
        self,
        request: scm_pb2.ListRepositoriesRequest | None = None,
        /,
        *,
        organization_id: int = ...,
        provider: scm_pb2.Provider.ValueType | str = ...,
        query: str = ...,
        page_size: int = ...,
        page_token: str = ...,
        integration_id: int = ...,
        provider_key: str = ...,
        timeout: float | None = ...,
    ) -> AsyncIterator[scm_pb2.Repository]:
        """Lists the organization's active repositories by name. The answer comes from the site's database. All pages,
        item by item.

        organization_id: The organization. May be left out if the credentials belong to exactly one.
        provider: Only those of this provider; unspecified means all.
        query: Only those whose name contains this; case is ignored. Empty means all.
        page_size: The maximum number of repositories in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        integration_id: Only those of this integration; 0 means all.
        provider_key: Only those of this provider key; empty means all.
        """

    @overload
    def get_repository(
        self,
        *,
        repository_id: int,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, scm_pb2.Repository]:
        """Returns one repository, whatever its status. NOT_FOUND if the organization has no repository with this id.

        repository_id: The repository.
        """

    @overload
    def get_repository(
        self, request: scm_pb2.GetRepositoryRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, scm_pb2.Repository]: ...

    @overload
    def create_repository(
        self,
        *,
        organization_id: int = ...,
        integration_id: int,
        identifier: str,
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, scm_pb2.Repository]:
        """Adds a repository of the provider to the organization, and creates its webhook if the provider uses one. A
        hidden repository becomes active again. A repository without an integration gets the integration of the request.
        ALREADY_EXISTS if the organization has the repository already (metadata `repository_id`). NOT_FOUND if the
        provider does not have it. Reason WEBHOOK_NOT_MADE if a Sentry added the repository but the provider refused the
        webhook: the metadata has `repository_id` and, as `cause`, the provider's reason. Repeat the call to create the
        webhook.

        organization_id: The organization. May be left out if the credentials belong to exactly one.
        integration_id: The integration through which the repository is reached.
        identifier: The provider's identifier, as SearchRepositories returns it: "owner/name" at GitHub, a project id at
            GitLab, "workspace/slug" at Bitbucket, "KEY/slug" at Bitbucket Server, a GUID at Azure DevOps, a path below
            a configured root on the embedded host.
        request_id: Makes the call safe to repeat.
        """

    @overload
    def create_repository(
        self, request: scm_pb2.CreateRepositoryRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, scm_pb2.Repository]: ...

    @overload
    def update_repository(
        self,
        *,
        repository: scm_pb2.Repository | Mapping[str, Any] | None,
        update_mask: FieldMask | Iterable[str] | None,
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, scm_pb2.Repository]:
        """Changes the fields that the mask names: in a Sentry `status` and `integration_id`; on the embedded host
        `status`, `name`, `url` and `default_branch`. Other fields in the mask are INVALID_ARGUMENT. In a Sentry,
        setting `status` to HIDDEN or DISABLED deletes the repository's commits, pull requests and code mappings, and
        setting it to ACTIVE cancels a scheduled deletion. FAILED_PRECONDITION while the deletion is running
        (DELETION_IN_PROGRESS); on the embedded host also while it is scheduled (PENDING_DELETION). FAILED_PRECONDITION
        (reason REPOSITORY_CANNOT_MOVE) for another `integration_id` in a Sentry whose REST API refuses that too.

        repository: The repository, named by its id, with the new values.
        update_mask: Which fields to change; at least one.
        request_id: Makes the call safe to repeat.
        """

    @overload
    def update_repository(
        self, request: scm_pb2.UpdateRepositoryRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, scm_pb2.Repository]: ...

    @overload
    def delete_repository(
        self,
        *,
        repository_id: int,
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, Empty]:
        """Deletes a repository. In a Sentry this schedules the deletion, as Sentry's own pages do. A call for a
        repository whose deletion is scheduled already succeeds too.

        repository_id: The repository.
        request_id: Makes the call safe to repeat.
        """

    @overload
    def delete_repository(
        self, request: scm_pb2.DeleteRepositoryRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, Empty]: ...

    @overload
    def sync_repository(
        self,
        *,
        repository_id: int,
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, scm_pb2.SyncRepositoryResponse]:
        """Reads name, url and default branch from the provider again, stores them, and returns what changed. It never
        creates a webhook.

        repository_id: The repository.
        request_id: Makes the call safe to repeat.
        """

    @overload
    def sync_repository(
        self, request: scm_pb2.SyncRepositoryRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, scm_pb2.SyncRepositoryResponse]: ...

    @overload
    def check_repository_access(
        self,
        *,
        repository_id: int,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, scm_pb2.CheckRepositoryAccessResponse]:
        """Tells whether the integration can still reach the repository. If it cannot, the call succeeds and tells why.

        repository_id: The repository.
        """

    @overload
    def check_repository_access(
        self, request: scm_pb2.CheckRepositoryAccessRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, scm_pb2.CheckRepositoryAccessResponse]: ...

    @overload
    def get_commit(
        self,
        *,
        repository_id: int,
        commit_sha: str,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, scm_pb2.Commit]:
        """Returns one commit with its first 1000 file changes. NOT_FOUND if the repository has no such commit.
        INVALID_ARGUMENT (reason AMBIGUOUS_SHA) if several commits begin with the given prefix.

        repository_id: The repository.
        commit_sha: The SHA or a prefix of it, or a ref name.
        """

    @overload
    def get_commit(
        self, request: scm_pb2.GetCommitRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, scm_pb2.Commit]: ...

    @overload
    def list_commits(
        self,
        *,
        repository_id: int,
        ref: str = ...,
        path: str = ...,
        author: str = ...,
        since: Timestamp | datetime | None = ...,
        until: Timestamp | datetime | None = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, scm_pb2.ListCommitsResponse]:
        """Lists commits, newest first, without their file changes. The list of an empty repository is empty. NOT_FOUND
        if the ref does not exist. If the provider cannot list commits, a Sentry returns the commits that it has stored.
        Some may be missing there, so `incomplete` is set (reason COMMITS_FROM_ROWS).

        repository_id: The repository.
        ref: The branch, tag or SHA at which the list begins. Empty means the default branch.
        path: Only commits that changed this file or directory; empty means all.
        author: Only commits whose author's name or e-mail contains this; case is ignored. Empty means all.
        since: Only commits committed at or after this; unset means no limit.
        until: Only commits committed at or before this; unset means no limit.
        page_size: The maximum number of commits in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def list_commits(
        self, request: scm_pb2.ListCommitsRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, scm_pb2.ListCommitsResponse]: ...

    @overload
    def iter_commits(
        self,
        *,
        repository_id: int,
        ref: str = ...,
        path: str = ...,
        author: str = ...,
        since: Timestamp | datetime | None = ...,
        until: Timestamp | datetime | None = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> AsyncIterator[scm_pb2.Commit]:
        """Lists commits, newest first, without their file changes. The list of an empty repository is empty. NOT_FOUND
        if the ref does not exist. If the provider cannot list commits, a Sentry returns the commits that it has stored.
        Some may be missing there, so `incomplete` is set (reason COMMITS_FROM_ROWS). All pages, item by item.

        repository_id: The repository.
        ref: The branch, tag or SHA at which the list begins. Empty means the default branch.
        path: Only commits that changed this file or directory; empty means all.
        author: Only commits whose author's name or e-mail contains this; case is ignored. Empty means all.
        since: Only commits committed at or after this; unset means no limit.
        until: Only commits committed at or before this; unset means no limit.
        page_size: The maximum number of commits in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def iter_commits(
        self, request: scm_pb2.ListCommitsRequest, /, *, timeout: float | None = ...
    ) -> AsyncIterator[scm_pb2.Commit]: ...

    @overload
    def stream_commits(
        self,
        *,
        repository_id: int,
        ref: str = ...,
        path: str = ...,
        author: str = ...,
        since: Timestamp | datetime | None = ...,
        until: Timestamp | datetime | None = ...,
        allow_incomplete: bool = ...,
        timeout: float | None = ...,
    ) -> AsyncGenerator[scm_pb2.Commit, None]:
        """Lists commits as a stream, one message for each commit, in constant memory. If only the commits that a Sentry
        has stored are available, some may be missing: FAILED_PRECONDITION (reason COMMITS_FROM_ROWS) unless
        `allow_incomplete` is set.

        repository_id: The repository.
        ref: The branch, tag or SHA at which the list begins. Empty means the default branch.
        path: Only commits that changed this file or directory; empty means all.
        author: Only commits whose author's name or e-mail contains this; case is ignored. Empty means all.
        since: Only commits committed at or after this; unset means no limit.
        until: Only commits committed at or before this; unset means no limit.
        allow_incomplete: Whether commits may be missing from the stream. If not set, the call fails when some may be
            missing.
        """

    @overload
    def stream_commits(
        self, request: scm_pb2.StreamCommitsRequest, /, *, timeout: float | None = ...
    ) -> AsyncGenerator[scm_pb2.Commit, None]: ...

    @overload
    def list_file_changes(
        self,
        *,
        repository_id: int,
        commit_sha: str,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, scm_pb2.ListFileChangesResponse]:
        """Lists the file changes of a commit against its first parent. In a root commit every file is an addition. If a
        Sentry stored the commit without its changes and the provider cannot return them, the list is empty and
        `incomplete` is set (reason FILE_CHANGES_NOT_STORED).

        repository_id: The repository.
        commit_sha: The SHA or a prefix of it, or a ref name.
        page_size: The maximum number of changes in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def list_file_changes(
        self, request: scm_pb2.ListFileChangesRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, scm_pb2.ListFileChangesResponse]: ...

    @overload
    def iter_file_changes(
        self,
        *,
        repository_id: int,
        commit_sha: str,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> AsyncIterator[scm_pb2.FileChange]:
        """Lists the file changes of a commit against its first parent. In a root commit every file is an addition. If a
        Sentry stored the commit without its changes and the provider cannot return them, the list is empty and
        `incomplete` is set (reason FILE_CHANGES_NOT_STORED). All pages, item by item.

        repository_id: The repository.
        commit_sha: The SHA or a prefix of it, or a ref name.
        page_size: The maximum number of changes in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def iter_file_changes(
        self, request: scm_pb2.ListFileChangesRequest, /, *, timeout: float | None = ...
    ) -> AsyncIterator[scm_pb2.FileChange]: ...

    @overload
    def get_commit_context(
        self,
        *,
        repository_id: int,
        commit_sha: str,
        filepath: str,
        line_number: int,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, scm_pb2.CommitContext]:
        """Blames one line: returns the commit that last changed it, and follows renames. NOT_FOUND if the ref or the
        file does not exist. INVALID_ARGUMENT if the file has fewer lines. FAILED_PRECONDITION (reason
        BLAME_UNAVAILABLE) if the provider cannot tell. If a provider has no blame, the answer is derived from the
        file's history (`derived`). If that takes more calls of the provider than the site allows, the call is
        FAILED_PRECONDITION (reason BLAME_BUDGET_SPENT). To go on from there, repeat it with the `commit_sha`,
        `filepath` and `line_number` of the error's metadata.

        repository_id: The repository.
        commit_sha: The ref or SHA of the version of the file.
        filepath: The file's path at that ref.
        line_number: The line, from 1.
        """

    @overload
    def get_commit_context(
        self, request: scm_pb2.GetCommitContextRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, scm_pb2.CommitContext]: ...

    @overload
    def batch_get_commit_context(
        self,
        *,
        repository_id: int,
        lines: Iterable[scm_pb2.SourceLine | Mapping[str, Any]],
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, scm_pb2.BatchGetCommitContextResponse]:
        """Blames many lines of many files of one repository, with as few calls of the provider as possible. The answer
        has one result or one error for each line, in the order of the request.

        repository_id: The repository.
        lines: The lines, at most 1000.
        """

    @overload
    def batch_get_commit_context(
        self, request: scm_pb2.BatchGetCommitContextRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, scm_pb2.BatchGetCommitContextResponse]: ...

    @overload
    def check_file(
        self,
        *,
        repository_id: int,
        path: str,
        ref: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, scm_pb2.CheckFileResponse]:
        """Tells whether a path exists at a ref, and its url. If the path does not exist, the call succeeds and says so.
        NOT_FOUND if the ref does not exist.

        repository_id: The repository.
        path: The path of a file or directory.
        ref: The branch, tag or SHA; empty means the default branch.
        """

    @overload
    def check_file(
        self, request: scm_pb2.CheckFileRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, scm_pb2.CheckFileResponse]: ...

    @overload
    def get_file(
        self,
        *,
        repository_id: int,
        path: str,
        ref: str = ...,
        max_bytes: int = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, scm_pb2.FileContent]:
        """Returns the bytes of a file. For a symbolic link they are the path of its target. NOT_FOUND if the ref or the
        path does not exist. FAILED_PRECONDITION (reason FILE_TOO_LARGE, metadata `size_bytes`) if the file is larger
        than max_bytes. FAILED_PRECONDITION (reason NOT_A_FILE) for a directory or a submodule.

        repository_id: The repository.
        path: The file's path.
        ref: The branch, tag or SHA; empty means the default branch.
        max_bytes: The maximum size of the file. 0 means 1 MiB; values above 3 MiB mean 3 MiB.
        """

    @overload
    def get_file(
        self, request: scm_pb2.GetFileRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, scm_pb2.FileContent]: ...

    @overload
    def list_tree(
        self,
        *,
        repository_id: int,
        ref: str = ...,
        path: str = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, scm_pb2.ListTreeResponse]:
        """Lists the files of a repository at a ref, in all its directories, by path.

        repository_id: The repository.
        ref: The branch, tag or SHA; empty means the default branch.
        path: Only files in this directory and below; empty means all.
        page_size: The maximum number of files in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page. All pages show the commit of the
            first page.
        """

    @overload
    def list_tree(
        self, request: scm_pb2.ListTreeRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, scm_pb2.ListTreeResponse]: ...

    @overload
    def iter_tree(
        self,
        *,
        repository_id: int,
        ref: str = ...,
        path: str = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> AsyncIterator[scm_pb2.TreeEntry]:
        """Lists the files of a repository at a ref, in all its directories, by path. All pages, item by item.

        repository_id: The repository.
        ref: The branch, tag or SHA; empty means the default branch.
        path: Only files in this directory and below; empty means all.
        page_size: The maximum number of files in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page. All pages show the commit of the
            first page.
        """

    @overload
    def iter_tree(
        self, request: scm_pb2.ListTreeRequest, /, *, timeout: float | None = ...
    ) -> AsyncIterator[scm_pb2.TreeEntry]: ...

    @overload
    def stream_tree(
        self,
        *,
        repository_id: int,
        ref: str = ...,
        path: str = ...,
        timeout: float | None = ...,
    ) -> AsyncGenerator[scm_pb2.TreeEntry, None]:
        """Lists files as a stream, one message for each file, in constant memory. If the provider leaves out files, the
        stream ends with an error (reason VENDOR_LIMIT).

        repository_id: The repository.
        ref: The branch, tag or SHA; empty means the default branch.
        path: Only files in this directory and below; empty means all.
        """

    @overload
    def stream_tree(
        self, request: scm_pb2.StreamTreeRequest, /, *, timeout: float | None = ...
    ) -> AsyncGenerator[scm_pb2.TreeEntry, None]: ...

    @overload
    def get_code_owners(
        self,
        *,
        repository_id: int,
        ref: str = ...,
        paths: Iterable[str] = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, scm_pb2.CodeOwners]:
        """Returns the CODEOWNERS file and the owners of the requested paths, by the rules of the repository's provider.
        NOT_FOUND if the repository has no such file.

        repository_id: The repository.
        ref: The branch, tag or SHA; empty means the default branch.
        paths: The paths whose owners to return; at most 1000.
        """

    @overload
    def get_code_owners(
        self, request: scm_pb2.GetCodeOwnersRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, scm_pb2.CodeOwners]: ...

    @overload
    def get_stacktrace_link(
        self,
        *,
        repository_id: int,
        filepath: str,
        version: str = ...,
        default_branch: str = ...,
        code_mapping_id: int = ...,
        line_number: int = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, scm_pb2.StacktraceLink]:
        """Returns the web url of a file of a stack trace. It looks for the file at the given version, then at the
        default branch. NOT_FOUND if neither has the file.

        repository_id: The repository.
        filepath: The file: a path in the repository or, with code_mapping_id, a path in a stack trace. Backslashes are
            read as slashes.
        version: The version that was running, as a branch, tag or SHA. It is tried first. Empty means: try only the
            default branch.
        default_branch: The branch to try second. Empty means the code mapping's branch or, without one, the
            repository's default branch.
        code_mapping_id: The code mapping that maps the path to the repository; 0 means that filepath is a path in the
            repository already.
        line_number: The line to point to, from 1; 0 means none.
        """

    @overload
    def get_stacktrace_link(
        self, request: scm_pb2.GetStacktraceLinkRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, scm_pb2.StacktraceLink]: ...

    @overload
    def get_source_url(
        self,
        *,
        repository_id: int,
        path: str,
        ref: str = ...,
        line_number: int = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, scm_pb2.SourceUrl]:
        """Returns the web url of a path at a ref, without asking the provider whether it exists.

        repository_id: The repository.
        path: The path.
        ref: The branch, tag or SHA; empty means the default branch.
        line_number: The line to point to, from 1; 0 means none.
        """

    @overload
    def get_source_url(
        self, request: scm_pb2.GetSourceUrlRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, scm_pb2.SourceUrl]: ...

    @overload
    def resolve_source_url(
        self,
        *,
        organization_id: int = ...,
        url: str,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, scm_pb2.ResolvedSourceUrl]:
        """Returns the repository, ref and path of a web url. NOT_FOUND if the url belongs to none of the organization's
        repositories.

        organization_id: The organization. May be left out if the credentials belong to exactly one.
        url: The url of a file.
        """

    @overload
    def resolve_source_url(
        self, request: scm_pb2.ResolveSourceUrlRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, scm_pb2.ResolvedSourceUrl]: ...

    @overload
    def get_code_mapping(
        self,
        *,
        code_mapping_id: int,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, scm_pb2.CodeMapping]:
        """Returns one code mapping.

        code_mapping_id: The code mapping.
        """

    @overload
    def get_code_mapping(
        self, request: scm_pb2.GetCodeMappingRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, scm_pb2.CodeMapping]: ...

    def list_code_mappings(
        self,
        request: scm_pb2.ListCodeMappingsRequest | None = None,
        /,
        *,
        organization_id: int = ...,
        project_id: int = ...,
        repository_id: int = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, scm_pb2.ListCodeMappingsResponse]:
        """Lists code mappings by id.

        organization_id: The organization. May be left out if the credentials belong to exactly one.
        project_id: Only those of this project; 0 means all.
        repository_id: Only those of this repository; 0 means all.
        page_size: The maximum number of mappings in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    def iter_code_mappings(
        self,
        request: scm_pb2.ListCodeMappingsRequest | None = None,
        /,
        *,
        organization_id: int = ...,
        project_id: int = ...,
        repository_id: int = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> AsyncIterator[scm_pb2.CodeMapping]:
        """Lists code mappings by id. All pages, item by item.

        organization_id: The organization. May be left out if the credentials belong to exactly one.
        project_id: Only those of this project; 0 means all.
        repository_id: Only those of this repository; 0 means all.
        page_size: The maximum number of mappings in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def create_code_mapping(
        self,
        *,
        organization_id: int = ...,
        project_id: int,
        repository_id: int,
        stack_root: str = ...,
        source_root: str = ...,
        default_branch: str,
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, scm_pb2.CodeMapping]:
        """Maps a stack root of a project to a source root of a repository. ALREADY_EXISTS if the project has a mapping
        for this stack root already (metadata `code_mapping_id`). FAILED_PRECONDITION if the repository has no
        integration (reason NO_INTEGRATION), or is hidden or being deleted (REPOSITORY_INACTIVE).

        organization_id: The organization. May be left out if the credentials belong to exactly one.
        project_id: The project to whose stack traces it applies.
        repository_id: The repository.
        stack_root: The start of the paths in a stack trace. May be empty.
        source_root: What replaces it to make a path in the repository. May be empty.
        default_branch: The branch to use if the version is unknown.
        request_id: Makes the call safe to repeat.
        """

    @overload
    def create_code_mapping(
        self, request: scm_pb2.CreateCodeMappingRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, scm_pb2.CodeMapping]: ...

    @overload
    def update_code_mapping(
        self,
        *,
        code_mapping: scm_pb2.CodeMapping | Mapping[str, Any] | None,
        update_mask: FieldMask | Iterable[str] | None,
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, scm_pb2.CodeMapping]:
        """Changes the fields that the mask names: project_id, repository_id, stack_root, source_root, default_branch.
        ALREADY_EXISTS as for CreateCodeMapping. INVALID_ARGUMENT if the new repository belongs to another integration.
        FAILED_PRECONDITION (reason REPOSITORY_INACTIVE) if it is hidden or being deleted.

        code_mapping: The code mapping, named by its id, with the new values.
        update_mask: Which fields to change; at least one.
        request_id: Makes the call safe to repeat.
        """

    @overload
    def update_code_mapping(
        self, request: scm_pb2.UpdateCodeMappingRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, scm_pb2.CodeMapping]: ...

    @overload
    def delete_code_mapping(
        self,
        *,
        code_mapping_id: int,
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, Empty]:
        """Deletes a code mapping. FAILED_PRECONDITION (reason CODE_MAPPING_IN_USE) while code owners use it.

        code_mapping_id: The code mapping.
        request_id: Makes the call safe to repeat.
        """

    @overload
    def delete_code_mapping(
        self, request: scm_pb2.DeleteCodeMappingRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, Empty]: ...

    @overload
    def derive_code_mappings(
        self,
        *,
        organization_id: int = ...,
        project_id: int,
        stacktrace_paths: Iterable[str],
        store: bool = ...,
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, scm_pb2.DeriveCodeMappingsResponse]:
        """Finds the code mappings that explain the paths of a stack trace. It compares them with the file lists of the
        organization's repositories, and stores the mappings only if `store` is set. Repositories that cannot be read
        are skipped and named in the answer: they might explain a path too. The call is slow if there are many
        repositories, so give it a deadline.

        organization_id: The organization. May be left out if the credentials belong to exactly one.
        project_id: The project from which the stack trace comes.
        stacktrace_paths: The paths in the stack trace, at most 100.
        store: Whether to store the mappings that were found.
        request_id: Makes the call safe to repeat.
        """

    @overload
    def derive_code_mappings(
        self, request: scm_pb2.DeriveCodeMappingsRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, scm_pb2.DeriveCodeMappingsResponse]: ...

    @overload
    def create_external_issue(
        self,
        *,
        organization_id: int = ...,
        integration_id: int,
        title: str,
        description: str = ...,
        metadata: Mapping[str, str] = ...,
        group_id: int = ...,
        request_id: str = ...,
        destination: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, scm_pb2.ExternalIssue]:
        """Creates an issue in the provider's tracker. If a group is given, links the issue to it. If the tracker
        created the issue but the site could not store it, the error has `key` and `web_url` in its metadata. Repeat the
        call with the same request_id: it links that issue and does not create another.

        organization_id: The organization. May be left out if the credentials belong to exactly one.
        integration_id: The integration of the tracker.
        title: The title.
        description: The description; may be empty. It stays text at GitLab, too: see CreatePullRequestRequest.body.
        metadata: More fields of the new issue, as ListIssueDestinations names them.
        group_id: The group to link it to; 0 means none.
        request_id: Makes the call safe to repeat.
        destination: Where to create it: the id of a destination of ListIssueDestinations. Empty if the tracker has only
            one.
        """

    @overload
    def create_external_issue(
        self, request: scm_pb2.CreateExternalIssueRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, scm_pb2.ExternalIssue]: ...

    @overload
    def link_external_issue(
        self,
        *,
        group_id: int,
        external_issue_id: int = ...,
        integration_id: int = ...,
        key: str = ...,
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, scm_pb2.ExternalIssue]:
        """Links a group to an issue. The request names the issue by its id, or by integration and key. ALREADY_EXISTS
        if they are linked already (metadata `external_issue_id`).

        group_id: The group.
        external_issue_id: The id of an issue that the site knows; 0 if key is given.
        integration_id: The integration of the tracker to which the key belongs.
        key: The tracker's own identifier of the issue, as SearchIssues returns it.
        request_id: Makes the call safe to repeat.
        """

    @overload
    def link_external_issue(
        self, request: scm_pb2.LinkExternalIssueRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, scm_pb2.ExternalIssue]: ...

    @overload
    def unlink_external_issue(
        self,
        *,
        group_id: int,
        external_issue_id: int,
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, Empty]:
        """Removes the link between a group and an issue. The tracker keeps the issue. NOT_FOUND if there is no such
        link.

        group_id: The group.
        external_issue_id: The issue.
        request_id: Makes the call safe to repeat.
        """

    @overload
    def unlink_external_issue(
        self, request: scm_pb2.UnlinkExternalIssueRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, Empty]: ...

    @overload
    def get_external_issue(
        self,
        *,
        external_issue_id: int,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, scm_pb2.ExternalIssue]:
        """Returns an issue that the site knows. Title, description and state are read from the tracker during the call.

        external_issue_id: The issue.
        """

    @overload
    def get_external_issue(
        self, request: scm_pb2.GetExternalIssueRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, scm_pb2.ExternalIssue]: ...

    @overload
    def list_external_issues(
        self,
        *,
        group_id: int,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, scm_pb2.ListExternalIssuesResponse]:
        """Lists the issues that a group is linked to, by id. The answer comes from the site's database: `state` is not
        set.

        group_id: The group.
        page_size: The maximum number of issues in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def list_external_issues(
        self, request: scm_pb2.ListExternalIssuesRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, scm_pb2.ListExternalIssuesResponse]: ...

    @overload
    def iter_external_issues(
        self,
        *,
        group_id: int,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> AsyncIterator[scm_pb2.ExternalIssue]:
        """Lists the issues that a group is linked to, by id. The answer comes from the site's database: `state` is not
        set. All pages, item by item.

        group_id: The group.
        page_size: The maximum number of issues in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def iter_external_issues(
        self, request: scm_pb2.ListExternalIssuesRequest, /, *, timeout: float | None = ...
    ) -> AsyncIterator[scm_pb2.ExternalIssue]: ...

    @overload
    def sync_issue_status(
        self,
        *,
        group_id: int,
        external_issue_id: int,
        direction: scm_pb2.SyncDirection.ValueType | str,
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, Empty]:
        """Copies the status of a group to a linked issue, or the other way: the request names the direction. NOT_FOUND
        if group and issue are not linked.

        group_id: The group.
        external_issue_id: The issue it is linked to.
        direction: The direction.
        request_id: Makes the call safe to repeat.
        """

    @overload
    def sync_issue_status(
        self, request: scm_pb2.SyncIssueStatusRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, Empty]: ...

    @overload
    def list_issue_destinations(
        self,
        *,
        organization_id: int = ...,
        integration_id: int,
        query: str = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, scm_pb2.ListIssueDestinationsResponse]:
        """Lists the places where an issue can be created, each with the fields of a new issue.

        organization_id: The organization. May be left out if the credentials belong to exactly one.
        integration_id: The integration of the tracker.
        query: Only destinations whose name contains this; empty means all.
        page_size: The maximum number of destinations in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def list_issue_destinations(
        self, request: scm_pb2.ListIssueDestinationsRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, scm_pb2.ListIssueDestinationsResponse]: ...

    @overload
    def iter_issue_destinations(
        self,
        *,
        organization_id: int = ...,
        integration_id: int,
        query: str = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> AsyncIterator[scm_pb2.IssueDestination]:
        """Lists the places where an issue can be created, each with the fields of a new issue. All pages, item by item.

        organization_id: The organization. May be left out if the credentials belong to exactly one.
        integration_id: The integration of the tracker.
        query: Only destinations whose name contains this; empty means all.
        page_size: The maximum number of destinations in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def iter_issue_destinations(
        self, request: scm_pb2.ListIssueDestinationsRequest, /, *, timeout: float | None = ...
    ) -> AsyncIterator[scm_pb2.IssueDestination]: ...

    @overload
    def search_repositories(
        self,
        *,
        organization_id: int = ...,
        integration_id: int,
        query: str = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, scm_pb2.SearchRepositoriesResponse]:
        """Searches the provider for repositories that the integration can see. They need not be added to the
        organization.

        organization_id: The organization. May be left out if the credentials belong to exactly one.
        integration_id: The integration to search through.
        query: Only those whose name contains this. Empty means all that the provider lists.
        page_size: The maximum number of repositories in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def search_repositories(
        self, request: scm_pb2.SearchRepositoriesRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, scm_pb2.SearchRepositoriesResponse]: ...

    @overload
    def iter_search_repositories(
        self,
        *,
        organization_id: int = ...,
        integration_id: int,
        query: str = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> AsyncIterator[scm_pb2.RemoteRepository]:
        """Searches the provider for repositories that the integration can see. They need not be added to the
        organization. All pages, item by item.

        organization_id: The organization. May be left out if the credentials belong to exactly one.
        integration_id: The integration to search through.
        query: Only those whose name contains this. Empty means all that the provider lists.
        page_size: The maximum number of repositories in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def iter_search_repositories(
        self, request: scm_pb2.SearchRepositoriesRequest, /, *, timeout: float | None = ...
    ) -> AsyncIterator[scm_pb2.RemoteRepository]: ...

    @overload
    def search_code(
        self,
        *,
        repository_id: int,
        query: str,
        case_sensitive: bool = ...,
        path: str = ...,
        ref: str = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, scm_pb2.SearchCodeResponse]:
        """Searches the contents of one repository for literal text.

        repository_id: The repository.
        query: The literal text to find.
        case_sensitive: Whether upper and lower case differ. UNIMPLEMENTED if the provider's search cannot tell them
            apart.
        path: Search only in this file or directory. Empty means everywhere.
        ref: The branch, tag or SHA; empty means the default branch.
        page_size: The maximum number of matches in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def search_code(
        self, request: scm_pb2.SearchCodeRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, scm_pb2.SearchCodeResponse]: ...

    @overload
    def iter_search_code(
        self,
        *,
        repository_id: int,
        query: str,
        case_sensitive: bool = ...,
        path: str = ...,
        ref: str = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> AsyncIterator[scm_pb2.CodeMatch]:
        """Searches the contents of one repository for literal text. All pages, item by item.

        repository_id: The repository.
        query: The literal text to find.
        case_sensitive: Whether upper and lower case differ. UNIMPLEMENTED if the provider's search cannot tell them
            apart.
        path: Search only in this file or directory. Empty means everywhere.
        ref: The branch, tag or SHA; empty means the default branch.
        page_size: The maximum number of matches in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def iter_search_code(
        self, request: scm_pb2.SearchCodeRequest, /, *, timeout: float | None = ...
    ) -> AsyncIterator[scm_pb2.CodeMatch]: ...

    @overload
    def search_issues(
        self,
        *,
        organization_id: int = ...,
        integration_id: int,
        query: str,
        destination: str = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, scm_pb2.SearchIssuesResponse]:
        """Searches the provider's tracker for issues by text.

        organization_id: The organization. May be left out if the credentials belong to exactly one.
        integration_id: The integration of the tracker.
        query: The text to find.
        destination: Search only in this destination: the id of a destination of ListIssueDestinations. Most providers
            need it.
        page_size: The maximum number of issues in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def search_issues(
        self, request: scm_pb2.SearchIssuesRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, scm_pb2.SearchIssuesResponse]: ...

    @overload
    def iter_search_issues(
        self,
        *,
        organization_id: int = ...,
        integration_id: int,
        query: str,
        destination: str = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> AsyncIterator[scm_pb2.TrackerIssue]:
        """Searches the provider's tracker for issues by text. All pages, item by item.

        organization_id: The organization. May be left out if the credentials belong to exactly one.
        integration_id: The integration of the tracker.
        query: The text to find.
        destination: Search only in this destination: the id of a destination of ListIssueDestinations. Most providers
            need it.
        page_size: The maximum number of issues in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def iter_search_issues(
        self, request: scm_pb2.SearchIssuesRequest, /, *, timeout: float | None = ...
    ) -> AsyncIterator[scm_pb2.TrackerIssue]: ...

    def list_integrations(
        self,
        request: scm_pb2.ListIntegrationsRequest | None = None,
        /,
        *,
        organization_id: int = ...,
        provider: scm_pb2.Provider.ValueType | str = ...,
        provider_key: str = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, scm_pb2.ListIntegrationsResponse]:
        """Lists the installed providers of an organization by id. Their metadata is never returned, because it holds
        secrets.

        organization_id: The organization. May be left out if the credentials belong to exactly one.
        provider: Only those of this provider; unspecified means all.
        provider_key: Only those of this provider key; empty means all.
        page_size: The maximum number of integrations in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    def iter_integrations(
        self,
        request: scm_pb2.ListIntegrationsRequest | None = None,
        /,
        *,
        organization_id: int = ...,
        provider: scm_pb2.Provider.ValueType | str = ...,
        provider_key: str = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> AsyncIterator[scm_pb2.Integration]:
        """Lists the installed providers of an organization by id. Their metadata is never returned, because it holds
        secrets. All pages, item by item.

        organization_id: The organization. May be left out if the credentials belong to exactly one.
        provider: Only those of this provider; unspecified means all.
        provider_key: Only those of this provider key; empty means all.
        page_size: The maximum number of integrations in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def get_capabilities(
        self,
        *,
        organization_id: int = ...,
        integration_id: int,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, scm_pb2.Capabilities]:
        """Tells for every RPC whether it works with an integration, and if not, why.

        organization_id: The organization. May be left out if the credentials belong to exactly one.
        integration_id: The integration.
        """

    @overload
    def get_capabilities(
        self, request: scm_pb2.GetCapabilitiesRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, scm_pb2.Capabilities]: ...

    def get_caller(
        self,
        request: lookup_pb2.GetCallerRequest | None = None,
        /,
        *,
        organization_id: int = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, lookup_pb2.Caller]:
        """Returns who the credential is, and for each of its organizations the scopes, the projects and the RPCs that
        it may call. Every credential may call this, whatever its scopes. With `organization_id`, the answer is about
        that organization alone. The credential itself is never returned.

        organization_id: Only about this organization. Left out, the answer is about all organizations of the
            credential.
        """

    @overload
    def batch_lookup_repositories(
        self,
        *,
        organization_id: int = ...,
        repositories: Iterable[lookup_pb2.RepositoryKey | Mapping[str, Any]],
        integration_id: int = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, lookup_pb2.BatchLookupRepositoriesResponse]:
        """Finds up to 100 repositories of the organization by name, by the provider's id or by clone url. The answer
        has one repository or one error for each, in the order of the request. INVALID_ARGUMENT for an entry without a
        key. It takes the same number of queries for 1 as for 100.

        organization_id: The organization. May be left out if the credentials belong to exactly one.
        repositories: What is known of each repository, at most 100.
        integration_id: Only repositories of this integration; 0 means all.
        """

    @overload
    def batch_lookup_repositories(
        self, request: lookup_pb2.BatchLookupRepositoriesRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, lookup_pb2.BatchLookupRepositoriesResponse]: ...

    @overload
    def batch_upsert_code_mappings(
        self,
        *,
        organization_id: int = ...,
        project_id: int = ...,
        project_slug: str = ...,
        mappings: Iterable[lookup_pb2.CodeMappingEntry | Mapping[str, Any]],
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, lookup_pb2.BatchUpsertCodeMappingsResponse]:
        """Creates or changes up to 300 code mappings of a project, which are named by their stack roots. Project and
        repositories may be named by slug, name or clone url, as a build knows them. The answer has an outcome for each,
        in the order of the request. One that fails changes nothing and does not keep the others from being stored. If
        the same call is repeated, each stored entry has the outcome UNCHANGED. NOT_FOUND if the project does not exist.
        INVALID_ARGUMENT if two entries have the same stack root. An organization token with the scope `org:ci` may call
        this, as Sentry's own command line does.

        organization_id: The organization. May be left out if the credentials belong to exactly one.
        project_id: The project to whose stack traces the mappings apply. Give this or `project_slug`.
        project_slug: The slug of the project, in place of `project_id`.
        mappings: The mappings, at most 300.
        request_id: Makes the call safe to repeat.
        """

    @overload
    def batch_upsert_code_mappings(
        self, request: lookup_pb2.BatchUpsertCodeMappingsRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, lookup_pb2.BatchUpsertCodeMappingsResponse]: ...

    @overload
    def resolve_frames(
        self,
        *,
        organization_id: int = ...,
        project_id: int,
        version: str = ...,
        platform: str = ...,
        frames: Iterable[lookup_pb2.StackFrame | Mapping[str, Any]],
        newest_first: bool = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, lookup_pb2.ResolveFramesResponse]:
        """Resolves the frames of a stack trace: for each the code mapping, the path in the repository, its web url, who
        last changed the line, and its owners; or the reason why not. The file is looked for at the version, then on the
        default branch. It takes no more calls of a provider than BatchGetCommitContext and GetCodeOwners take for the
        same lines, for each version and each further code mapping that must be tried. The call succeeds even if no
        frame can be resolved.

        organization_id: The organization. May be left out if the credentials belong to exactly one.
        project_id: The project from which the stack trace comes.
        version: The version that was running, as a branch, tag or SHA. It is tried first. Empty means: only the default
            branch.
        platform: The platform, as Sentry's events have it: "java", "javascript", "node", "python", "go", "csharp",
            "ruby", "php", "native" and so on. Empty means: by the form of each frame.
        frames: The frames, at most 100, in the order of Sentry's events: the one that failed is the last.
        newest_first: True if the frames are in the other order: the one that failed is the first.
        """

    @overload
    def resolve_frames(
        self, request: lookup_pb2.ResolveFramesRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, lookup_pb2.ResolveFramesResponse]: ...

    @overload
    def sync_repositories(
        self,
        *,
        organization_id: int = ...,
        integration_id: int,
        add: bool = ...,
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, lookup_pb2.SyncRepositoriesResponse]:
        """Compares all repositories of an integration with what its provider lists: stores new names, urls and default
        branches, and returns what changed, what the provider has besides, and what it does not have any more. Nothing
        is hidden or deleted. With `add`, the repositories that the organization lacks are added, as by
        CreateRepository. If the call ends before its time, repeat it: what is done stays done.

        organization_id: The organization. May be left out if the credentials belong to exactly one.
        integration_id: The integration.
        add: Whether to add the repositories that the organization lacks. In a Sentry this makes their webhooks too, and
            wants a user as CreateRepository does.
        request_id: Makes the call safe to repeat.
        """

    @overload
    def sync_repositories(
        self, request: lookup_pb2.SyncRepositoriesRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, lookup_pb2.SyncRepositoriesResponse]: ...

    @overload
    def get_repository_permission(
        self,
        *,
        repository_id: int,
        user: str,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, lookup_pb2.RepositoryPermission]:
        """Tells what a user of the provider may do in a repository, by the provider's own rules. NOT_FOUND (reason
        USER_NOT_FOUND) if the provider has no such user.

        repository_id: The repository.
        user: The user at the provider: the login at GitHub, the user name or the id at GitLab, the account id or the
            UUID at Bitbucket, the user name at Bitbucket Server.
        """

    @overload
    def get_repository_permission(
        self, request: lookup_pb2.GetRepositoryPermissionRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, lookup_pb2.RepositoryPermission]: ...

    @overload
    def list_branches(
        self,
        *,
        repository_id: int,
        prefix: str = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, refs_pb2.ListBranchesResponse]:
        """Lists the branches by name. The list of a repository without branches is empty. A damaged branch of local git
        is left out.

        repository_id: The repository.
        prefix: Only branches whose name begins with this; case matters. Empty means all.
        page_size: The maximum number of branches in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def list_branches(
        self, request: refs_pb2.ListBranchesRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, refs_pb2.ListBranchesResponse]: ...

    @overload
    def iter_branches(
        self,
        *,
        repository_id: int,
        prefix: str = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> AsyncIterator[refs_pb2.Branch]:
        """Lists the branches by name. The list of a repository without branches is empty. A damaged branch of local git
        is left out. All pages, item by item.

        repository_id: The repository.
        prefix: Only branches whose name begins with this; case matters. Empty means all.
        page_size: The maximum number of branches in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def iter_branches(
        self, request: refs_pb2.ListBranchesRequest, /, *, timeout: float | None = ...
    ) -> AsyncIterator[refs_pb2.Branch]: ...

    @overload
    def list_tags(
        self,
        *,
        repository_id: int,
        prefix: str = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, refs_pb2.ListTagsResponse]:
        """Lists the tags. The order is the provider's: some list them by name, others by date.

        repository_id: The repository.
        prefix: Only tags whose name begins with this; case matters. Empty means all.
        page_size: The maximum number of tags in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def list_tags(
        self, request: refs_pb2.ListTagsRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, refs_pb2.ListTagsResponse]: ...

    @overload
    def iter_tags(
        self,
        *,
        repository_id: int,
        prefix: str = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> AsyncIterator[refs_pb2.Tag]:
        """Lists the tags. The order is the provider's: some list them by name, others by date. All pages, item by item.

        repository_id: The repository.
        prefix: Only tags whose name begins with this; case matters. Empty means all.
        page_size: The maximum number of tags in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def iter_tags(
        self, request: refs_pb2.ListTagsRequest, /, *, timeout: float | None = ...
    ) -> AsyncIterator[refs_pb2.Tag]: ...

    @overload
    def get_ref(
        self,
        *,
        repository_id: int,
        ref: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, refs_pb2.Ref]:
        """Tells what a text names: a branch, a tag or a commit. NOT_FOUND (reason REF_NOT_FOUND) if it names no commit.
        A tag is looked for before a branch, and both before the start of a SHA, as git does. A full SHA always names a
        commit. A symbolic ref is followed: the response is about the ref to which it points. UNIMPLEMENTED (reason
        PROVIDER_UNSUPPORTED) for a full name outside of refs/heads/ and refs/tags/, which vendors are not asked for.

        repository_id: The repository.
        ref: A branch, a tag, a full name such as "refs/heads/main", a SHA, or the start of one where the provider takes
            it. Empty means the default branch.
        """

    @overload
    def get_ref(
        self, request: refs_pb2.GetRefRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, refs_pb2.Ref]: ...

    @overload
    def compare_commits(
        self,
        *,
        repository_id: int,
        base: str,
        head: str,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, refs_pb2.CompareCommitsResponse]:
        """Lists the commits that `head` has and `base` lacks, newest first, as git log base..head does, and counts
        them. NOT_FOUND (reason REF_NOT_FOUND) if one of the two does not exist. NOT_FOUND (reason NO_MERGE_BASE) if
        they have no common ancestor and the provider does not compare such commits.

        repository_id: The repository.
        base: The branch, tag or SHA that is compared with.
        head: The branch, tag or SHA whose commits are listed.
        page_size: The maximum number of commits in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def compare_commits(
        self, request: refs_pb2.CompareCommitsRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, refs_pb2.CompareCommitsResponse]: ...

    @overload
    def iter_compare_commits(
        self,
        *,
        repository_id: int,
        base: str,
        head: str,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> AsyncIterator[scm_pb2.Commit]:
        """Lists the commits that `head` has and `base` lacks, newest first, as git log base..head does, and counts
        them. NOT_FOUND (reason REF_NOT_FOUND) if one of the two does not exist. NOT_FOUND (reason NO_MERGE_BASE) if
        they have no common ancestor and the provider does not compare such commits. All pages, item by item.

        repository_id: The repository.
        base: The branch, tag or SHA that is compared with.
        head: The branch, tag or SHA whose commits are listed.
        page_size: The maximum number of commits in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def iter_compare_commits(
        self, request: refs_pb2.CompareCommitsRequest, /, *, timeout: float | None = ...
    ) -> AsyncIterator[scm_pb2.Commit]: ...

    @overload
    def get_merge_base(
        self,
        *,
        repository_id: int,
        refs: Iterable[str],
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, refs_pb2.MergeBase]:
        """Returns the best common ancestor of the commits, as git merge-base --octopus does. NOT_FOUND (reason
        NO_MERGE_BASE) if they have none. UNIMPLEMENTED (reason PROVIDER_UNSUPPORTED) for more than two commits, if the
        provider takes two only. FAILED_PRECONDITION (reason SHALLOW_CLONE) if none is found and the server's clone
        lacks older commits.

        repository_id: The repository.
        refs: Two to 20 branches, tags or SHAs. Some providers take only two.
        """

    @overload
    def get_merge_base(
        self, request: refs_pb2.GetMergeBaseRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, refs_pb2.MergeBase]: ...

    @overload
    def list_compared_files(
        self,
        *,
        repository_id: int,
        base: str,
        head: str,
        start: refs_pb2.ComparisonStart.ValueType | str = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, refs_pb2.ListComparedFilesResponse]:
        """Lists the files that differ between two commits. NOT_FOUND (reason REF_NOT_FOUND) if one of the two does not
        exist. If the comparison begins at the merge base and none is found, the errors are those of GetMergeBase.
        UNIMPLEMENTED (reason PROVIDER_UNSUPPORTED) if the provider cannot compare from the requested start.

        repository_id: The repository.
        base: The branch, tag or SHA that is compared with.
        head: The branch, tag or SHA whose changes are listed.
        start: Where the comparison begins. Unspecified means the merge base.
        page_size: The maximum number of files in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def list_compared_files(
        self, request: refs_pb2.ListComparedFilesRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, refs_pb2.ListComparedFilesResponse]: ...

    @overload
    def iter_compared_files(
        self,
        *,
        repository_id: int,
        base: str,
        head: str,
        start: refs_pb2.ComparisonStart.ValueType | str = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> AsyncIterator[scm_pb2.FileChange]:
        """Lists the files that differ between two commits. NOT_FOUND (reason REF_NOT_FOUND) if one of the two does not
        exist. If the comparison begins at the merge base and none is found, the errors are those of GetMergeBase.
        UNIMPLEMENTED (reason PROVIDER_UNSUPPORTED) if the provider cannot compare from the requested start. All pages,
        item by item.

        repository_id: The repository.
        base: The branch, tag or SHA that is compared with.
        head: The branch, tag or SHA whose changes are listed.
        start: Where the comparison begins. Unspecified means the merge base.
        page_size: The maximum number of files in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def iter_compared_files(
        self, request: refs_pb2.ListComparedFilesRequest, /, *, timeout: float | None = ...
    ) -> AsyncIterator[scm_pb2.FileChange]: ...

    @overload
    def stream_diff(
        self,
        *,
        repository_id: int,
        base: str = ...,
        head: str,
        start: refs_pb2.ComparisonStart.ValueType | str = ...,
        paths: Iterable[str] = ...,
        context_lines: int = ...,
        binary_patches: bool = ...,
        timeout: float | None = ...,
    ) -> AsyncGenerator[refs_pb2.FileDiff, None]:
        """Returns the differences between two commits, or of one commit against its first parent, as a stream with one
        message for each file, in constant memory. Local git looks for renames, but not for copies: a copied file is
        new. Where a file becomes a link or a submodule, it writes two messages, as in its patches: one deletes the
        file, the other adds it. The errors are those of ListComparedFiles.

        repository_id: The repository.
        base: The branch, tag or SHA that is compared with. Empty means the first parent of `head`: the diff of one
            commit.
        head: The branch, tag or SHA whose changes are returned.
        start: Where the comparison begins. Unspecified means the merge base. Without a base it has no meaning.
        paths: Only these files, or files in these directories; empty means all.
        context_lines: Lines of context around each change. Unset means 3; values above 100 mean 100. Only local git
            takes it; vendors return the context that they have. A patch without context needs the option --unidiff-zero
            of git apply.
        binary_patches: Whether binary files get git's binary patch as their hunks, which git apply takes. Only local
            git has it.
        """

    @overload
    def stream_diff(
        self, request: refs_pb2.StreamDiffRequest, /, *, timeout: float | None = ...
    ) -> AsyncGenerator[refs_pb2.FileDiff, None]: ...

    @overload
    def create_branch(
        self,
        *,
        repository_id: int,
        name: str,
        ref: str = ...,
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, refs_pb2.Branch]:
        """Creates a branch at a commit that exists. ALREADY_EXISTS (reason BRANCH_EXISTS, metadata `sha`) if there is a
        branch of this name. FAILED_PRECONDITION (reason BRANCH_CONFLICT) if local git has a branch above or below it,
        such as "a" for "a/b". NOT_FOUND (reason REF_NOT_FOUND) if `ref` names no commit.

        repository_id: The repository.
        name: The name, without "refs/heads/".
        ref: The branch, tag or SHA at whose commit it begins. Empty means the default branch.
        request_id: Makes the call safe to repeat.
        """

    @overload
    def create_branch(
        self, request: refs_pb2.CreateBranchRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, refs_pb2.Branch]: ...

    @overload
    def update_branch(
        self,
        *,
        repository_id: int,
        name: str,
        ref: str,
        expected_sha: str = ...,
        force: bool = ...,
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, refs_pb2.Branch]:
        """Moves a branch to another commit that exists. NOT_FOUND (reason REF_NOT_FOUND) if the branch or the commit
        does not exist. ABORTED (reason HEAD_MOVED, metadata `sha`: where the branch is) if the branch is not at
        `expected_sha`, or moved during the call. FAILED_PRECONDITION (reason NOT_FAST_FORWARD, metadata `sha`) if the
        move would drop commits and `force` is not set. FAILED_PRECONDITION (reason BRANCH_CHECKED_OUT) if a work tree
        of local git has it checked out. UNIMPLEMENTED (reason PROVIDER_UNSUPPORTED) if the provider cannot move
        branches.

        repository_id: The repository.
        name: The name, without "refs/heads/".
        ref: The branch, tag or SHA to whose commit it moves.
        expected_sha: The full SHA of the commit at which the branch must be. Empty means any.
        force: Whether the branch may lose commits. Otherwise it only moves forward.
        request_id: Makes the call safe to repeat.
        """

    @overload
    def update_branch(
        self, request: refs_pb2.UpdateBranchRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, refs_pb2.Branch]: ...

    @overload
    def delete_branch(
        self,
        *,
        repository_id: int,
        name: str,
        expected_sha: str = ...,
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, Empty]:
        """Deletes a branch, but never the default branch: FAILED_PRECONDITION (reason DEFAULT_BRANCH). NOT_FOUND
        (reason REF_NOT_FOUND) if there is no such branch. ABORTED (reason HEAD_MOVED, metadata `sha`) if it is not at
        `expected_sha`, or moved during the call. GitLab and Bitbucket cannot make the deletion depend on a commit, so
        it is compared just before. FAILED_PRECONDITION (reason BRANCH_CHECKED_OUT) if a work tree of local git has it
        checked out.

        repository_id: The repository.
        name: The name, without "refs/heads/".
        expected_sha: The full SHA of the commit at which the branch must be. Empty means any.
        request_id: Makes the call safe to repeat.
        """

    @overload
    def delete_branch(
        self, request: refs_pb2.DeleteBranchRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, Empty]: ...

    @overload
    def create_commit(
        self,
        *,
        repository_id: int,
        branch: str,
        expected_head_sha: str = ...,
        message: str,
        author: scm_pb2.CommitAuthor | Mapping[str, Any] | None = ...,
        actions: Iterable[refs_pb2.CommitAction | Mapping[str, Any]],
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, scm_pb2.Commit]:
        """Makes a commit on a branch: all actions together, or nothing. Returns the commit, without file changes.
        ABORTED (reason HEAD_MOVED, metadata `sha`) if the branch is not at `expected_head_sha`. Of several such calls
        at the same time, one wins. GitLab and Bitbucket Server cannot make a commit depend on the head of the branch.
        There it is compared just before, and a changed file is refused if it was changed since; `parent_keys` of the
        answer says on which commit the new one was made. FAILED_PRECONDITION, with the metadata `path`, if an action
        does not fit the files that are there: reason PATH_NOT_FOUND, PATH_EXISTS, NOT_A_FILE (a directory, a submodule,
        or a symbolic link that would be written, which some providers do not tell from a file), or PATH_CONFLICT (a
        file would be inside of a file). FAILED_PRECONDITION (reason EMPTY_COMMIT) if nothing would change.
        RESOURCE_EXHAUSTED if the whole request has more than 1 MiB, which is the default of the site's setting
        MAX_MESSAGE_BYTES. UNIMPLEMENTED (reason PROVIDER_UNSUPPORTED) if the provider cannot do one of the actions, or
        set the author. FAILED_PRECONDITION (reason BRANCH_CHECKED_OUT) if a work tree of local git has the branch
        checked out.

        repository_id: The repository.
        branch: The branch, without "refs/heads/". It must exist, except for the first commit of a repository.
        expected_head_sha: The full SHA of the last commit of the branch, on which this one is made. Empty only for the
            first commit of a repository.
        message: The message.
        author: The author, with name and email; `external_id` is ignored. Unset means whom the provider takes: the user
            or app of the integration, or this service on local git. The provider decides who the committer is.
            Bitbucket Server takes no author.
        actions: What changes. Each path may be in one action only. Bitbucket Server takes a single action, which writes
            a file.
        request_id: Makes the call safe to repeat.
        """

    @overload
    def create_commit(
        self, request: refs_pb2.CreateCommitRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, scm_pb2.Commit]: ...

    @overload
    def list_directory(
        self,
        *,
        repository_id: int,
        ref: str = ...,
        path: str = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, files_pb2.ListDirectoryResponse]:
        """Lists one level of a directory: files, directories, symbolic links and submodules. The root of a repository
        without commits is empty. NOT_FOUND if the ref or the path does not exist (reasons REF_NOT_FOUND,
        PATH_NOT_FOUND). FAILED_PRECONDITION (reason NOT_A_DIRECTORY) for the path of a file, a symbolic link or a
        submodule.

        repository_id: The repository.
        ref: The branch, tag or SHA; empty means the default branch.
        path: The directory's path. Empty means the root.
        page_size: The maximum number of entries in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page. All pages show the commit of the
            first page.
        """

    @overload
    def list_directory(
        self, request: files_pb2.ListDirectoryRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, files_pb2.ListDirectoryResponse]: ...

    @overload
    def iter_directory(
        self,
        *,
        repository_id: int,
        ref: str = ...,
        path: str = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> AsyncIterator[files_pb2.DirectoryEntry]:
        """Lists one level of a directory: files, directories, symbolic links and submodules. The root of a repository
        without commits is empty. NOT_FOUND if the ref or the path does not exist (reasons REF_NOT_FOUND,
        PATH_NOT_FOUND). FAILED_PRECONDITION (reason NOT_A_DIRECTORY) for the path of a file, a symbolic link or a
        submodule. All pages, item by item.

        repository_id: The repository.
        ref: The branch, tag or SHA; empty means the default branch.
        path: The directory's path. Empty means the root.
        page_size: The maximum number of entries in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page. All pages show the commit of the
            first page.
        """

    @overload
    def iter_directory(
        self, request: files_pb2.ListDirectoryRequest, /, *, timeout: float | None = ...
    ) -> AsyncIterator[files_pb2.DirectoryEntry]: ...

    @overload
    def find_files(
        self,
        *,
        repository_id: int,
        ref: str = ...,
        globs: Iterable[str],
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, files_pb2.FindFilesResponse]:
        """Finds the files whose paths fit globs, by the rules of gitignore(5), in the whole tree of a commit. They are
        the files that a .gitignore in the root with these lines would ignore. A repository without commits has none.
        NOT_FOUND (reason REF_NOT_FOUND) if the ref does not exist. FAILED_PRECONDITION (reason VENDOR_LIMIT) if the
        provider returns only a part of the tree and no file of that part fits.

        repository_id: The repository.
        ref: The branch, tag or SHA; empty means the default branch.
        globs: Globs, each as a line of a .gitignore file, at most 100. The last one that fits a path decides, and one
            that begins with "!" leaves the path out. One without a slash before its end fits names in every directory.
            One with a slash there fits paths from the root. "*" and "?" do not fit slashes; "**/" fits any number of
            directories. One that ends in a slash fits directories only. All files below a directory that fits are
            found, whatever the globs behind it. A line that begins with "#" is a comment.
        page_size: The maximum number of files in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page. All pages show the commit of the
            first page.
        """

    @overload
    def find_files(
        self, request: files_pb2.FindFilesRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, files_pb2.FindFilesResponse]: ...

    @overload
    def iter_find_files(
        self,
        *,
        repository_id: int,
        ref: str = ...,
        globs: Iterable[str],
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> AsyncIterator[scm_pb2.TreeEntry]:
        """Finds the files whose paths fit globs, by the rules of gitignore(5), in the whole tree of a commit. They are
        the files that a .gitignore in the root with these lines would ignore. A repository without commits has none.
        NOT_FOUND (reason REF_NOT_FOUND) if the ref does not exist. FAILED_PRECONDITION (reason VENDOR_LIMIT) if the
        provider returns only a part of the tree and no file of that part fits. All pages, item by item.

        repository_id: The repository.
        ref: The branch, tag or SHA; empty means the default branch.
        globs: Globs, each as a line of a .gitignore file, at most 100. The last one that fits a path decides, and one
            that begins with "!" leaves the path out. One without a slash before its end fits names in every directory.
            One with a slash there fits paths from the root. "*" and "?" do not fit slashes; "**/" fits any number of
            directories. One that ends in a slash fits directories only. All files below a directory that fits are
            found, whatever the globs behind it. A line that begins with "#" is a comment.
        page_size: The maximum number of files in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page. All pages show the commit of the
            first page.
        """

    @overload
    def iter_find_files(
        self, request: files_pb2.FindFilesRequest, /, *, timeout: float | None = ...
    ) -> AsyncIterator[scm_pb2.TreeEntry]: ...

    @overload
    def batch_get_files(
        self,
        *,
        repository_id: int,
        ref: str = ...,
        paths: Iterable[str],
        max_total_bytes: int = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, files_pb2.BatchGetFilesResponse]:
        """Returns up to 100 files of one commit, each with its bytes or its own error, in the order of the request. All
        files together have one size limit. A file that no longer fits is left out with the error RESOURCE_EXHAUSTED
        (reason BATCH_FULL): ask for it in another call. One that is larger than the limit has the error
        FAILED_PRECONDITION (reason FILE_TOO_LARGE). Other errors of a file are those of GetFile. The call fails with
        NOT_FOUND (reason REF_NOT_FOUND) if the ref does not exist.

        repository_id: The repository.
        ref: The branch, tag or SHA; empty means the default branch. All files are those of its commit.
        paths: The paths of the files, at most 100.
        max_total_bytes: The maximum size of all files together, in bytes. 0 means 3 MiB; values above 3 MiB mean 3 MiB.
        """

    @overload
    def batch_get_files(
        self, request: files_pb2.BatchGetFilesRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, files_pb2.BatchGetFilesResponse]: ...

    @overload
    def stream_file(
        self,
        *,
        repository_id: int,
        path: str,
        ref: str = ...,
        timeout: float | None = ...,
    ) -> AsyncGenerator[files_pb2.FilePiece, None]:
        """Returns a file of any size as a stream, in constant memory. The first message describes the file; the others
        have its bytes in order. For a symbolic link they are the path of its target, and for a file in Git LFS those of
        its pointer. Errors of the path are those of GetFile. FAILED_PRECONDITION (reason FILE_TOO_LARGE) if the
        provider does not return files of this size: GitHub does up to 100 MiB. FAILED_PRECONDITION (reason FILE_IN_LFS)
        at Bitbucket Cloud for a file in Git LFS, whose pointer it does not return. UNAVAILABLE (reason FILE_CUT) if the
        provider sent only a part. RESOURCE_EXHAUSTED (reason CALL_TOO_LARGE) above 8 GiB at a vendor.

        repository_id: The repository.
        path: The file's path.
        ref: The branch, tag or SHA; empty means the default branch.
        """

    @overload
    def stream_file(
        self, request: files_pb2.StreamFileRequest, /, *, timeout: float | None = ...
    ) -> AsyncGenerator[files_pb2.FilePiece, None]: ...

    @overload
    def download_file(
        self,
        target: Target,
        /,
        *,
        repository_id: int,
        path: str,
        ref: str = ...,
        progress: Progress | None = None,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, Downloaded]:
        """Writes what StreamFile returns to a file, which appears under its name when it is whole. ``target`` is a
        path, a directory or an open binary file. ``progress`` is told how many bytes are written, and how many there
        will be, or None. Returns a file of any size as a stream, in constant memory. The first message describes the
        file; the others have its bytes in order. For a symbolic link they are the path of its target, and for a file in
        Git LFS those of its pointer. Errors of the path are those of GetFile. FAILED_PRECONDITION (reason
        FILE_TOO_LARGE) if the provider does not return files of this size: GitHub does up to 100 MiB.
        FAILED_PRECONDITION (reason FILE_IN_LFS) at Bitbucket Cloud for a file in Git LFS, whose pointer it does not
        return. UNAVAILABLE (reason FILE_CUT) if the provider sent only a part. RESOURCE_EXHAUSTED (reason
        CALL_TOO_LARGE) above 8 GiB at a vendor.

        repository_id: The repository.
        path: The file's path.
        ref: The branch, tag or SHA; empty means the default branch.
        """

    @overload
    def download_file(
        self, target: Target, request: files_pb2.StreamFileRequest, /, *,
        progress: Progress | None = None, timeout: float | None = ...
    ) -> Coroutine[Any, Any, Downloaded]: ...

    @overload
    def stream_blame(
        self,
        *,
        repository_id: int,
        path: str,
        ref: str = ...,
        start_line: int = ...,
        end_line: int = ...,
        ignore_revs: Iterable[str] = ...,
        use_ignore_revs_file: bool = ...,
        timeout: float | None = ...,
    ) -> AsyncGenerator[files_pb2.BlameHunk, None]:
        """Returns who last changed the lines of a file, as a stream with one hunk a message, in the order of the lines.
        A hunk is a group of lines that one commit changed. The hunks cover all requested lines. A file without lines
        has none. NOT_FOUND if the ref or the path does not exist (reasons REF_NOT_FOUND, PATH_NOT_FOUND).
        FAILED_PRECONDITION (reason NOT_A_FILE) for a directory or a submodule. INVALID_ARGUMENT (reason
        LINE_OUT_OF_RANGE) if the file ends before `start_line`. UNIMPLEMENTED (reason PROVIDER_UNSUPPORTED) if commits
        are to be ignored and the provider cannot.

        repository_id: The repository.
        path: The file's path.
        ref: The branch, tag or SHA; empty means the default branch.
        start_line: The first line, from 1. 0 means 1.
        end_line: The last line, included. 0, or a line beyond the end, means the last line of the file.
        ignore_revs: SHAs of commits to ignore, as git blame --ignore-rev does: a line that such a commit changed
            belongs to the commit that changed it before. NOT_FOUND (reason REF_NOT_FOUND) if one does not exist. Only
            local git can.
        use_ignore_revs_file: Whether to ignore the commits that the file .git-blame-ignore-revs in the root of the
            repository lists, at the same ref, as git blame --ignore-revs-file does. Without such a file, none are
            ignored. FAILED_PRECONDITION (reason IGNORE_REVS_INVALID) if a line of it is not a full SHA. Only local git
            can.
        """

    @overload
    def stream_blame(
        self, request: files_pb2.StreamBlameRequest, /, *, timeout: float | None = ...
    ) -> AsyncGenerator[files_pb2.BlameHunk, None]: ...

    @overload
    def stream_archive(
        self,
        *,
        repository_id: int,
        ref: str = ...,
        format: files_pb2.ArchiveFormat.ValueType | str = ...,
        path: str = ...,
        prefix: str = ...,
        timeout: float | None = ...,
    ) -> AsyncGenerator[files_pb2.ArchivePiece, None]:
        """Returns the files of a repository at a commit as an archive, in pieces. The first message has `info` and no
        data. The archive is whole only if the stream ends without an error: check the status before you use the file.
        Local git obeys the attributes export-ignore and export-subst, as git archive does; a submodule is an empty
        directory. NOT_FOUND if the ref or the path does not exist (reasons REF_NOT_FOUND, PATH_NOT_FOUND), or if a
        repository of local git has no commit (reason REPOSITORY_EMPTY). FAILED_PRECONDITION (reason NOT_A_DIRECTORY) if
        the path is not a directory. UNIMPLEMENTED (reason PROVIDER_UNSUPPORTED) for a format, a path or a prefix that
        the provider does not offer. UNAVAILABLE (reason ARCHIVE_CUT) if the provider sent only a part.
        RESOURCE_EXHAUSTED (reason CALL_TOO_LARGE) above 8 GiB.

        repository_id: The repository.
        ref: The branch, tag or SHA; empty means the default branch.
        format: The format. Azure DevOps has only zip.
        path: The directory to archive. Empty means the whole tree. The entries keep their whole paths, except at Azure
            DevOps, where they begin with the directory's own name. GitHub and Bitbucket have no such archives.
        prefix: The directory in which everything in the archive is. Unset means the provider's own: on local git the
            name of the repository and the start of the SHA, and none at Bitbucket Server and Azure DevOps. Empty means
            none. Only local git and Bitbucket Server take it.
        """

    @overload
    def stream_archive(
        self, request: files_pb2.StreamArchiveRequest, /, *, timeout: float | None = ...
    ) -> AsyncGenerator[files_pb2.ArchivePiece, None]: ...

    @overload
    def download_archive(
        self,
        target: Target,
        /,
        *,
        repository_id: int,
        ref: str = ...,
        format: files_pb2.ArchiveFormat.ValueType | str = ...,
        path: str = ...,
        prefix: str = ...,
        progress: Progress | None = None,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, Downloaded]:
        """Writes what StreamArchive returns to a file, which appears under its name when it is whole. ``target`` is a
        path, a directory or an open binary file. ``progress`` is told how many bytes are written, and how many there
        will be, or None. Returns the files of a repository at a commit as an archive, in pieces. The first message has
        `info` and no data. The archive is whole only if the stream ends without an error: check the status before you
        use the file. Local git obeys the attributes export-ignore and export-subst, as git archive does; a submodule is
        an empty directory. NOT_FOUND if the ref or the path does not exist (reasons REF_NOT_FOUND, PATH_NOT_FOUND), or
        if a repository of local git has no commit (reason REPOSITORY_EMPTY). FAILED_PRECONDITION (reason
        NOT_A_DIRECTORY) if the path is not a directory. UNIMPLEMENTED (reason PROVIDER_UNSUPPORTED) for a format, a
        path or a prefix that the provider does not offer. UNAVAILABLE (reason ARCHIVE_CUT) if the provider sent only a
        part. RESOURCE_EXHAUSTED (reason CALL_TOO_LARGE) above 8 GiB.

        repository_id: The repository.
        ref: The branch, tag or SHA; empty means the default branch.
        format: The format. Azure DevOps has only zip.
        path: The directory to archive. Empty means the whole tree. The entries keep their whole paths, except at Azure
            DevOps, where they begin with the directory's own name. GitHub and Bitbucket have no such archives.
        prefix: The directory in which everything in the archive is. Unset means the provider's own: on local git the
            name of the repository and the start of the SHA, and none at Bitbucket Server and Azure DevOps. Empty means
            none. Only local git and Bitbucket Server take it.
        """

    @overload
    def download_archive(
        self, target: Target, request: files_pb2.StreamArchiveRequest, /, *,
        progress: Progress | None = None, timeout: float | None = ...
    ) -> Coroutine[Any, Any, Downloaded]: ...

    @overload
    def search_commits(
        self,
        *,
        repository_id: int,
        ref: str = ...,
        message: str = ...,
        author: str = ...,
        path: str = ...,
        since: Timestamp | datetime | None = ...,
        until: Timestamp | datetime | None = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, files_pb2.SearchCommitsResponse]:
        """Searches commits by message, author, path and date, newest first. All given criteria must hold. A page may
        have fewer commits than requested, or none, and still name a next page: then the search has not reached the end
        of the history. So nothing is found only if the last page is empty too. NOT_FOUND (reason REF_NOT_FOUND) if the
        ref does not exist. UNAVAILABLE (reason SEARCH_TIMED_OUT) if the provider's search found nothing before its time
        was over.

        repository_id: The repository.
        ref: The branch, tag or SHA from which the search goes back; empty means the default branch.
        message: A text in the message, without regard to case. All characters are literal. Empty means any message. On
            the default branch of a repository that is not a fork, GitHub is asked to search, and finds whole words
            only.
        author: A text in the author's name or e-mail address, without regard to case. Empty means any author.
        path: Only commits that changed this file, or a file in this directory. Empty means all.
        since: Only commits that were committed at this time or later.
        until: Only commits that were committed at this time or earlier.
        page_size: The maximum number of commits in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def search_commits(
        self, request: files_pb2.SearchCommitsRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, files_pb2.SearchCommitsResponse]: ...

    @overload
    def iter_search_commits(
        self,
        *,
        repository_id: int,
        ref: str = ...,
        message: str = ...,
        author: str = ...,
        path: str = ...,
        since: Timestamp | datetime | None = ...,
        until: Timestamp | datetime | None = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> AsyncIterator[scm_pb2.Commit]:
        """Searches commits by message, author, path and date, newest first. All given criteria must hold. A page may
        have fewer commits than requested, or none, and still name a next page: then the search has not reached the end
        of the history. So nothing is found only if the last page is empty too. NOT_FOUND (reason REF_NOT_FOUND) if the
        ref does not exist. UNAVAILABLE (reason SEARCH_TIMED_OUT) if the provider's search found nothing before its time
        was over. All pages, item by item.

        repository_id: The repository.
        ref: The branch, tag or SHA from which the search goes back; empty means the default branch.
        message: A text in the message, without regard to case. All characters are literal. Empty means any message. On
            the default branch of a repository that is not a fork, GitHub is asked to search, and finds whole words
            only.
        author: A text in the author's name or e-mail address, without regard to case. Empty means any author.
        path: Only commits that changed this file, or a file in this directory. Empty means all.
        since: Only commits that were committed at this time or later.
        until: Only commits that were committed at this time or earlier.
        page_size: The maximum number of commits in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def iter_search_commits(
        self, request: files_pb2.SearchCommitsRequest, /, *, timeout: float | None = ...
    ) -> AsyncIterator[scm_pb2.Commit]: ...

    @overload
    def list_commit_statuses(
        self,
        *,
        repository_id: int,
        commit_sha: str,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, checks_pb2.ListCommitStatusesResponse]:
        """Lists the statuses of a commit, the latest of each key, with one state for all in `rollup`. At GitHub, check
        runs are not in the list, but they count in the rollup, as on GitHub's own pages. At GitLab, the jobs of
        pipelines are in the list too. Bitbucket Server also lists statuses that were reported on the same commit in a
        fork. NOT_FOUND (reason REF_NOT_FOUND) if the repository has no such commit.

        repository_id: The repository.
        commit_sha: The commit: a SHA, a branch or a tag.
        page_size: The maximum number of statuses in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def list_commit_statuses(
        self, request: checks_pb2.ListCommitStatusesRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, checks_pb2.ListCommitStatusesResponse]: ...

    @overload
    def iter_commit_statuses(
        self,
        *,
        repository_id: int,
        commit_sha: str,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> AsyncIterator[checks_pb2.CommitStatus]:
        """Lists the statuses of a commit, the latest of each key, with one state for all in `rollup`. At GitHub, check
        runs are not in the list, but they count in the rollup, as on GitHub's own pages. At GitLab, the jobs of
        pipelines are in the list too. Bitbucket Server also lists statuses that were reported on the same commit in a
        fork. NOT_FOUND (reason REF_NOT_FOUND) if the repository has no such commit. All pages, item by item.

        repository_id: The repository.
        commit_sha: The commit: a SHA, a branch or a tag.
        page_size: The maximum number of statuses in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def iter_commit_statuses(
        self, request: checks_pb2.ListCommitStatusesRequest, /, *, timeout: float | None = ...
    ) -> AsyncIterator[checks_pb2.CommitStatus]: ...

    @overload
    def create_commit_status(
        self,
        *,
        repository_id: int,
        commit_sha: str,
        key: str,
        state: checks_pb2.CheckState.ValueType | str,
        title: str = ...,
        summary: str = ...,
        url: str = ...,
        ref: str = ...,
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, checks_pb2.CommitStatus]:
        """Reports a status of a commit. A status with the same key is replaced. Returns the status as the provider has
        it. INVALID_ARGUMENT if the provider has no such state, or if the key or the url is longer than it allows.
        FAILED_PRECONDITION (reason STATUS_UNCHANGEABLE) if the provider does not let the status go from its present
        state to this one. NOT_FOUND (reason REF_NOT_FOUND) if the repository has no such commit.

        repository_id: The repository.
        commit_sha: The commit: a SHA, a branch or a tag.
        key: What distinguishes it from other statuses of the commit. Bitbucket allows 40 characters, GitLab and
            Bitbucket Server 255. Azure DevOps takes what is before the last "/" for the genre.
        state: The state. Where a provider lacks it, it stores the nearest one, which the response names: PENDING for
            RUNNING, RUNNING for PENDING, FAILURE for ERROR, ERROR for CANCELLED. SKIPPED and NEUTRAL are
            INVALID_ARGUMENT where the provider lacks them.
        title: The name for people, at Bitbucket and Bitbucket Server. Empty means the key. At the other providers,
            which have none, it is stored as the summary if there is no other.
        summary: What to say about the state. A text that is longer than the provider allows is cut, and then ends with
            "…": 140 characters at GitHub, 255 at GitLab and Bitbucket Server.
        url: Where to read more. Bitbucket Server needs one. GitLab limits its length to 255 characters, Bitbucket and
            Bitbucket Server to 450.
        ref: The branch for which it is reported. GitLab and Bitbucket show the status with the pull requests of this
            branch. GitHub and Azure DevOps have no use for it.
        request_id: Makes the call safe to repeat (AIP-155).
        """

    @overload
    def create_commit_status(
        self, request: checks_pb2.CreateCommitStatusRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, checks_pb2.CommitStatus]: ...

    @overload
    def list_check_runs(
        self,
        *,
        repository_id: int,
        commit_sha: str,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, checks_pb2.ListCheckRunsResponse]:
        """Lists the check runs of a commit, without their annotations: GitHub's check runs, and the reports of Code
        Insights at Bitbucket and Bitbucket Server. At GitHub these are the latest of each name and app. NOT_FOUND
        (reason REF_NOT_FOUND) if the repository has no such commit.

        repository_id: The repository.
        commit_sha: The commit: a SHA, a branch or a tag.
        page_size: The maximum number of check runs in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def list_check_runs(
        self, request: checks_pb2.ListCheckRunsRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, checks_pb2.ListCheckRunsResponse]: ...

    @overload
    def iter_check_runs(
        self,
        *,
        repository_id: int,
        commit_sha: str,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> AsyncIterator[checks_pb2.CheckRun]:
        """Lists the check runs of a commit, without their annotations: GitHub's check runs, and the reports of Code
        Insights at Bitbucket and Bitbucket Server. At GitHub these are the latest of each name and app. NOT_FOUND
        (reason REF_NOT_FOUND) if the repository has no such commit. All pages, item by item.

        repository_id: The repository.
        commit_sha: The commit: a SHA, a branch or a tag.
        page_size: The maximum number of check runs in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def iter_check_runs(
        self, request: checks_pb2.ListCheckRunsRequest, /, *, timeout: float | None = ...
    ) -> AsyncIterator[checks_pb2.CheckRun]: ...

    @overload
    def get_check_run(
        self,
        *,
        repository_id: int,
        check_run_id: str,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, checks_pb2.CheckRun]:
        """Returns a check run with its annotations, at most 1,000. NOT_FOUND (reason CHECK_RUN_NOT_FOUND) if there is
        none with this id.

        repository_id: The repository.
        check_run_id: The id of the check run.
        """

    @overload
    def get_check_run(
        self, request: checks_pb2.GetCheckRunRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, checks_pb2.CheckRun]: ...

    @overload
    def create_check_run(
        self,
        *,
        repository_id: int,
        commit_sha: str,
        name: str,
        state: checks_pb2.CheckState.ValueType | str,
        title: str = ...,
        summary: str = ...,
        url: str = ...,
        annotations: Iterable[checks_pb2.CheckAnnotation | Mapping[str, Any]] = ...,
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, checks_pb2.CheckRun]:
        """Creates a check run, with annotations on lines. At Bitbucket and Bitbucket Server it replaces the report with
        the same name. GitHub allows this to GitHub Apps only: any other credential is PERMISSION_DENIED (reason
        VENDOR_FORBIDDEN). INVALID_ARGUMENT if the provider has no such state. NOT_FOUND (reason REF_NOT_FOUND) if the
        repository has no such commit.

        repository_id: The repository.
        commit_sha: The commit: a SHA, a branch or a tag.
        name: The name, such as "lint".
        state: The state. GitHub stores FAILURE for ERROR. Bitbucket has PENDING (also for RUNNING), SUCCESS and FAILURE
            (also for ERROR), and Bitbucket Server has the last two.
        title: A heading. Empty means the name.
        summary: What was found. Markdown at GitHub. Bitbucket and Bitbucket Server allow 2,000 characters; a longer
            text is cut, and then ends with "…".
        url: Where to read more.
        annotations: What is said about lines, at most 500. GitHub takes 50 in a call, so more of them take more calls.
        request_id: Makes the call safe to repeat (AIP-155).
        """

    @overload
    def create_check_run(
        self, request: checks_pb2.CreateCheckRunRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, checks_pb2.CheckRun]: ...

    @overload
    def update_check_run(
        self,
        *,
        repository_id: int,
        check_run_id: str,
        state: checks_pb2.CheckState.ValueType | str = ...,
        title: str = ...,
        summary: str = ...,
        url: str = ...,
        annotations: Iterable[checks_pb2.CheckAnnotation | Mapping[str, Any]] = ...,
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, checks_pb2.CheckRun]:
        """Changes a check run, and adds annotations to those that it has. What the request leaves out stays as it is.
        Its other errors are those of CreateCheckRun. NOT_FOUND (reason CHECK_RUN_NOT_FOUND) if there is none with this
        id.

        repository_id: The repository.
        check_run_id: The id of the check run.
        state: The state, as in CreateCheckRun. Unspecified leaves it as it is.
        title: A heading. Empty leaves it as it is.
        summary: What was found. Empty leaves it as it is.
        url: Where to read more. Empty leaves it as it is.
        annotations: Annotations that are added, at most 500.
        request_id: Makes the call safe to repeat (AIP-155).
        """

    @overload
    def update_check_run(
        self, request: checks_pb2.UpdateCheckRunRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, checks_pb2.CheckRun]: ...

    @overload
    def list_pipelines(
        self,
        *,
        repository_id: int,
        branch: str = ...,
        commit_sha: str = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, checks_pb2.ListPipelinesResponse]:
        """Lists runs of the provider's own CI, newest first: workflow runs of GitHub Actions, and the pipelines of
        GitLab, Bitbucket and Azure DevOps. Bitbucket Server has none.

        repository_id: The repository.
        branch: Only those of this branch. Empty means any.
        commit_sha: Only those of this commit: a SHA, a branch or a tag. Empty means any. Azure DevOps does not filter
            by commits, so all pipelines are read and filtered.
        page_size: The maximum number of pipelines in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def list_pipelines(
        self, request: checks_pb2.ListPipelinesRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, checks_pb2.ListPipelinesResponse]: ...

    @overload
    def iter_pipelines(
        self,
        *,
        repository_id: int,
        branch: str = ...,
        commit_sha: str = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> AsyncIterator[checks_pb2.Pipeline]:
        """Lists runs of the provider's own CI, newest first: workflow runs of GitHub Actions, and the pipelines of
        GitLab, Bitbucket and Azure DevOps. Bitbucket Server has none. All pages, item by item.

        repository_id: The repository.
        branch: Only those of this branch. Empty means any.
        commit_sha: Only those of this commit: a SHA, a branch or a tag. Empty means any. Azure DevOps does not filter
            by commits, so all pipelines are read and filtered.
        page_size: The maximum number of pipelines in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def iter_pipelines(
        self, request: checks_pb2.ListPipelinesRequest, /, *, timeout: float | None = ...
    ) -> AsyncIterator[checks_pb2.Pipeline]: ...

    @overload
    def list_pipeline_jobs(
        self,
        *,
        repository_id: int,
        pipeline_id: str,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, checks_pb2.ListPipelineJobsResponse]:
        """Lists the jobs of a pipeline, those of its last attempt: jobs at GitHub, GitLab and Azure DevOps, steps at
        Bitbucket. NOT_FOUND (reason PIPELINE_NOT_FOUND) if there is no such pipeline.

        repository_id: The repository.
        pipeline_id: The id of the pipeline.
        page_size: The maximum number of jobs in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def list_pipeline_jobs(
        self, request: checks_pb2.ListPipelineJobsRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, checks_pb2.ListPipelineJobsResponse]: ...

    @overload
    def iter_pipeline_jobs(
        self,
        *,
        repository_id: int,
        pipeline_id: str,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> AsyncIterator[checks_pb2.PipelineJob]:
        """Lists the jobs of a pipeline, those of its last attempt: jobs at GitHub, GitLab and Azure DevOps, steps at
        Bitbucket. NOT_FOUND (reason PIPELINE_NOT_FOUND) if there is no such pipeline. All pages, item by item.

        repository_id: The repository.
        pipeline_id: The id of the pipeline.
        page_size: The maximum number of jobs in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def iter_pipeline_jobs(
        self, request: checks_pb2.ListPipelineJobsRequest, /, *, timeout: float | None = ...
    ) -> AsyncIterator[checks_pb2.PipelineJob]: ...

    @overload
    def stream_job_log(
        self,
        *,
        repository_id: int,
        job_id: str,
        timeout: float | None = ...,
    ) -> AsyncGenerator[checks_pb2.JobLogPiece, None]:
        """Returns the log of a job in pieces, as the provider has it: secrets are masked as far as the provider masks
        them. It ends after 64 MiB, and then says so. NOT_FOUND (reason JOB_LOG_NOT_FOUND) if there is no such job, or
        if it has no log yet: GitHub has one when a job has ended. FAILED_PRECONDITION (reason JOB_LOG_DELETED) if the
        provider has deleted it. UNAVAILABLE (reason LOG_CUT) if the provider sent only a part.

        repository_id: The repository.
        job_id: The id of the job.
        """

    @overload
    def stream_job_log(
        self, request: checks_pb2.StreamJobLogRequest, /, *, timeout: float | None = ...
    ) -> AsyncGenerator[checks_pb2.JobLogPiece, None]: ...

    @overload
    def get_pull_request(
        self,
        *,
        repository_id: int,
        number: int,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, pull_requests_pb2.PullRequest]:
        """Reads a pull request. NOT_FOUND (reason PULL_REQUEST_NOT_FOUND) if the repository has none with this number.

        repository_id: The repository into which the pull request merges.
        number: The number within the repository, as the provider shows it. At GitLab this is the iid.
        """

    @overload
    def get_pull_request(
        self, request: pull_requests_pb2.GetPullRequestRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, pull_requests_pb2.PullRequest]: ...

    @overload
    def list_pull_requests(
        self,
        *,
        repository_id: int,
        state: pull_requests_pb2.PullRequestState.ValueType | str = ...,
        head: str = ...,
        base: str = ...,
        author: str = ...,
        commit_sha: str = ...,
        updated_since: Timestamp | datetime | None = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, pull_requests_pb2.ListPullRequestsResponse]:
        """Lists the pull requests into this repository that fit all given filters. The order is the provider's: newest
        first, or with `updated_since` at some providers the last changed first. A filter that the provider lacks is
        applied while its pages are read: a page may then have few or no pull requests and still name a next one. A pull
        request that changes while its pages are read may be missing or listed twice. UNIMPLEMENTED (reason
        PROVIDER_UNSUPPORTED) for `updated_since` if the provider does not tell when a pull request changed. NOT_FOUND
        (reason REF_NOT_FOUND) if `commit_sha` does not exist.

        repository_id: The repository into which the pull requests merge.
        state: Only those in this state. Unspecified means all.
        head: Only those of this head branch of the repository itself, without "refs/heads/". Branches of forks are not
            found by it. Empty means any.
        base: Only those into this branch, without "refs/heads/". Empty means any.
        author: Only those of this author, named by the `id` or the `login` of the PullRequestUser; case does not
            matter. Empty means any.
        commit_sha: Only those that the provider relates to this commit: it was proposed in them, or they brought it.
            How far back the provider knows this differs. A branch or tag stands for its commit. Empty means any.
        updated_since: Only those that changed at this time or later. Unset means any.
        page_size: The maximum number of pull requests in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def list_pull_requests(
        self, request: pull_requests_pb2.ListPullRequestsRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, pull_requests_pb2.ListPullRequestsResponse]: ...

    @overload
    def iter_pull_requests(
        self,
        *,
        repository_id: int,
        state: pull_requests_pb2.PullRequestState.ValueType | str = ...,
        head: str = ...,
        base: str = ...,
        author: str = ...,
        commit_sha: str = ...,
        updated_since: Timestamp | datetime | None = ...,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> AsyncIterator[pull_requests_pb2.PullRequest]:
        """Lists the pull requests into this repository that fit all given filters. The order is the provider's: newest
        first, or with `updated_since` at some providers the last changed first. A filter that the provider lacks is
        applied while its pages are read: a page may then have few or no pull requests and still name a next one. A pull
        request that changes while its pages are read may be missing or listed twice. UNIMPLEMENTED (reason
        PROVIDER_UNSUPPORTED) for `updated_since` if the provider does not tell when a pull request changed. NOT_FOUND
        (reason REF_NOT_FOUND) if `commit_sha` does not exist. All pages, item by item.

        repository_id: The repository into which the pull requests merge.
        state: Only those in this state. Unspecified means all.
        head: Only those of this head branch of the repository itself, without "refs/heads/". Branches of forks are not
            found by it. Empty means any.
        base: Only those into this branch, without "refs/heads/". Empty means any.
        author: Only those of this author, named by the `id` or the `login` of the PullRequestUser; case does not
            matter. Empty means any.
        commit_sha: Only those that the provider relates to this commit: it was proposed in them, or they brought it.
            How far back the provider knows this differs. A branch or tag stands for its commit. Empty means any.
        updated_since: Only those that changed at this time or later. Unset means any.
        page_size: The maximum number of pull requests in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def iter_pull_requests(
        self, request: pull_requests_pb2.ListPullRequestsRequest, /, *, timeout: float | None = ...
    ) -> AsyncIterator[pull_requests_pb2.PullRequest]: ...

    @overload
    def create_pull_request(
        self,
        *,
        repository_id: int,
        title: str,
        body: str = ...,
        head: str,
        head_repository: str = ...,
        base: str = ...,
        draft: bool = ...,
        reviewers: Iterable[str] = ...,
        labels: Iterable[str] = ...,
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, pull_requests_pb2.PullRequest]:
        """Opens a pull request. A repetition with the same `request_id` returns the one that an interrupted call has
        opened: it is found by a mark in its description, which no response of this service shows. The mark takes up to
        64 characters of the provider's limit for the body. ALREADY_EXISTS (reason PULL_REQUEST_EXISTS, metadata
        `number`) if one is open from this head into this base. NOT_FOUND (reason REF_NOT_FOUND) if a branch of the
        repository does not exist. FAILED_PRECONDITION (reason NOTHING_TO_MERGE) if the base has all commits of the
        head, except at providers that open it nevertheless. INVALID_ARGUMENT if a text is longer than the provider
        takes, or if it does not know a reviewer. UNIMPLEMENTED (reason PROVIDER_UNSUPPORTED) if the provider has no
        drafts or no labels. All of this is checked before anything is opened, as far as the provider tells it. Labels
        and reviewers that are set by calls of their own, as at GitHub, may fail afterwards: the error then has the
        metadata `number`. A repetition with the same `request_id` then sets them. FAILED_PRECONDITION (reason
        REVIEWERS_NOT_TAKEN or LABELS_NOT_TAKEN, metadata `number`) if GitLab opened it and left some of them out.

        repository_id: The repository into which it merges.
        title: The title. At most 255 characters at GitLab, Bitbucket and Bitbucket Server, 256 at GitHub and 400 at
            Azure DevOps. At GitLab a draft is one whose title begins with "Draft: ", which is added.
        body: The description, in the provider's Markdown. At most 4,000 characters at Azure DevOps, and 32,768 at
            Bitbucket Server. It stays text at GitLab, too: a line such as "/merge", which GitLab would carry out, gets
            a backslash before its slash. GitLab's pages do not show the backslash, and responses leave it out.
        head: The branch whose commits are proposed, without "refs/heads/".
        head_repository: The fork that has the head, as PullRequestBranch.repository names it, such as "zoe/rocket"; at
            GitLab also its id. Empty means the repository itself.
        base: The branch into which it merges, without "refs/heads/". Empty means the default branch.
        draft: Whether it is a draft.
        reviewers: The users who are asked for a review: the login at GitHub, the user name or id at GitLab, the UUID or
            account id at Bitbucket, the user name at Bitbucket Server, the id at Azure DevOps. GitLab without a paid
            plan keeps only one.
        labels: The names of its labels. GitHub, GitLab and Azure DevOps create those that do not exist.
        request_id: Makes the call safe to repeat.
        """

    @overload
    def create_pull_request(
        self, request: pull_requests_pb2.CreatePullRequestRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, pull_requests_pb2.PullRequest]: ...

    @overload
    def update_pull_request(
        self,
        *,
        repository_id: int,
        number: int,
        update_mask: FieldMask | Iterable[str] | None,
        title: str = ...,
        body: str = ...,
        base: str = ...,
        state: pull_requests_pb2.PullRequestState.ValueType | str = ...,
        draft: bool = ...,
        reviewers: Iterable[str] = ...,
        labels: Iterable[str] = ...,
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, pull_requests_pb2.PullRequest]:
        """Changes the fields of a pull request that `update_mask` names. What already has the wanted value is not sent
        to the provider. Some fields take a call of their own there: if one fails, those before it stay changed. A
        repetition changes the rest. NOT_FOUND (reason PULL_REQUEST_NOT_FOUND). FAILED_PRECONDITION (reason
        PULL_REQUEST_MERGED or PULL_REQUEST_CLOSED) if the provider does not change one in this state. NOT_FOUND (reason
        REF_NOT_FOUND) if the new base does not exist. UNIMPLEMENTED (reason PROVIDER_UNSUPPORTED) if the provider
        cannot change a field: Bitbucket cannot open a pull request again, and it and Bitbucket Server have no labels.
        FAILED_PRECONDITION (reason REVIEWERS_NOT_TAKEN or LABELS_NOT_TAKEN) if GitLab left some of them out; the rest
        is changed.

        repository_id: The repository into which it merges.
        number: The number of the pull request.
        update_mask: Which fields to change, at least one of: title, body, base, state, draft, reviewers, labels.
        title: The new title. The limits are those of CreatePullRequest.
        body: The new description. May be empty. It stays text, as in CreatePullRequest.
        base: The branch into which it merges from now on, without "refs/heads/".
        state: OPEN opens a closed one again, and CLOSED closes it without a merge. MergePullRequest merges.
        draft: Whether it is a draft.
        reviewers: All users who are asked for a review, named as in CreatePullRequest. Those who are left out are not
            asked any more. At GitHub, who has answered is not asked and stays as it is. Groups stay as they are.
        labels: The names of all labels. Those that are left out are taken off.
        request_id: Makes the call safe to repeat.
        """

    @overload
    def update_pull_request(
        self, request: pull_requests_pb2.UpdatePullRequestRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, pull_requests_pb2.PullRequest]: ...

    @overload
    def merge_pull_request(
        self,
        *,
        repository_id: int,
        number: int,
        expected_head_sha: str = ...,
        method: pull_requests_pb2.MergeMethod.ValueType | str = ...,
        commit_message: str = ...,
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, pull_requests_pb2.PullRequest]:
        """Merges a pull request, and returns it merged. One that is already merged with the head `expected_head_sha` is
        returned as it is, also when a call with the same `request_id` was interrupted. ABORTED (reason HEAD_MOVED,
        metadata `sha`: the present head) if the head is not `expected_head_sha`, or moved during the call. GitHub,
        GitLab and Azure DevOps compare it themselves, and Bitbucket Server compares the version of the pull request. At
        Bitbucket it is compared just before. FAILED_PRECONDITION, each with a reason of its own, and nothing is merged:
        MERGE_CONFLICT; MERGE_METHOD_FORBIDDEN; CHECKS_MISSING (a required check is missing or has failed);
        APPROVALS_MISSING; MERGE_BLOCKED (another rule, or the provider does not tell which); PULL_REQUEST_DRAFT;
        PULL_REQUEST_CLOSED; PULL_REQUEST_MERGED. The metadata `detail` has the provider's own word, if there is one. At
        Azure DevOps the metadata `policies` names the policies that refuse it. UNAVAILABLE (reason MERGE_PENDING) if
        Azure DevOps has accepted the merge and not finished it in time: a repetition returns it when it has.

        repository_id: The repository into which it merges.
        number: The number of the pull request.
        expected_head_sha: The full SHA that the head must have. Empty means any: commits that were pushed a moment ago
            are merged too.
        method: How it is merged.
        commit_message: The message of the commit that the merge makes. Empty means the provider's own. INVALID_ARGUMENT
            with MERGE_METHOD_REBASE, which keeps the messages of the commits.
        request_id: Makes the call safe to repeat.
        """

    @overload
    def merge_pull_request(
        self, request: pull_requests_pb2.MergePullRequestRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, pull_requests_pb2.PullRequest]: ...

    @overload
    def list_pull_request_commits(
        self,
        *,
        repository_id: int,
        number: int,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, pull_requests_pb2.ListPullRequestCommitsResponse]:
        """Lists the commits that a pull request proposes, newest first, without file changes. If commits are pushed
        while the pages are read, one may be missing or listed twice. NOT_FOUND (reason PULL_REQUEST_NOT_FOUND) if the
        repository has no such pull request.

        repository_id: The repository into which the pull request merges.
        number: The number of the pull request.
        page_size: The maximum number of commits in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def list_pull_request_commits(
        self, request: pull_requests_pb2.ListPullRequestCommitsRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, pull_requests_pb2.ListPullRequestCommitsResponse]: ...

    @overload
    def iter_pull_request_commits(
        self,
        *,
        repository_id: int,
        number: int,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> AsyncIterator[scm_pb2.Commit]:
        """Lists the commits that a pull request proposes, newest first, without file changes. If commits are pushed
        while the pages are read, one may be missing or listed twice. NOT_FOUND (reason PULL_REQUEST_NOT_FOUND) if the
        repository has no such pull request. All pages, item by item.

        repository_id: The repository into which the pull request merges.
        number: The number of the pull request.
        page_size: The maximum number of commits in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def iter_pull_request_commits(
        self, request: pull_requests_pb2.ListPullRequestCommitsRequest, /, *, timeout: float | None = ...
    ) -> AsyncIterator[scm_pb2.Commit]: ...

    @overload
    def list_pull_request_files(
        self,
        *,
        repository_id: int,
        number: int,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, pull_requests_pb2.ListPullRequestFilesResponse]:
        """Lists the files that a pull request changes, against the merge base of its two branches. The errors are those
        of ListPullRequestCommits.

        repository_id: The repository into which the pull request merges.
        number: The number of the pull request.
        page_size: The maximum number of files in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def list_pull_request_files(
        self, request: pull_requests_pb2.ListPullRequestFilesRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, pull_requests_pb2.ListPullRequestFilesResponse]: ...

    @overload
    def iter_pull_request_files(
        self,
        *,
        repository_id: int,
        number: int,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> AsyncIterator[scm_pb2.FileChange]:
        """Lists the files that a pull request changes, against the merge base of its two branches. The errors are those
        of ListPullRequestCommits. All pages, item by item.

        repository_id: The repository into which the pull request merges.
        number: The number of the pull request.
        page_size: The maximum number of files in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def iter_pull_request_files(
        self, request: pull_requests_pb2.ListPullRequestFilesRequest, /, *, timeout: float | None = ...
    ) -> AsyncIterator[scm_pb2.FileChange]: ...

    @overload
    def stream_pull_request_diff(
        self,
        *,
        repository_id: int,
        number: int,
        paths: Iterable[str] = ...,
        timeout: float | None = ...,
    ) -> AsyncGenerator[refs_pb2.FileDiff, None]:
        """Returns the differences of a pull request as StreamDiff does: a stream with one message for each file. A file
        whose hunks the provider leaves out has `truncated`. The errors are those of ListPullRequestCommits.

        repository_id: The repository into which the pull request merges.
        number: The number of the pull request.
        paths: Only these files, or files in these directories; empty means all.
        """

    @overload
    def stream_pull_request_diff(
        self, request: pull_requests_pb2.StreamPullRequestDiffRequest, /, *, timeout: float | None = ...
    ) -> AsyncGenerator[refs_pb2.FileDiff, None]: ...

    @overload
    def list_pull_request_comments(
        self,
        *,
        repository_id: int,
        number: int,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, pull_requests_pb2.ListPullRequestCommentsResponse]:
        """Lists the comments on a pull request as a whole, in the provider's order. Comments on files and lines are in
        ListReviewThreads. What the provider itself writes into the conversation is left out. The errors are those of
        ListPullRequestCommits.

        repository_id: The repository into which the pull request merges.
        number: The number of the pull request.
        page_size: The maximum number of comments in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def list_pull_request_comments(
        self, request: pull_requests_pb2.ListPullRequestCommentsRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, pull_requests_pb2.ListPullRequestCommentsResponse]: ...

    @overload
    def iter_pull_request_comments(
        self,
        *,
        repository_id: int,
        number: int,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> AsyncIterator[pull_requests_pb2.PullRequestComment]:
        """Lists the comments on a pull request as a whole, in the provider's order. Comments on files and lines are in
        ListReviewThreads. What the provider itself writes into the conversation is left out. The errors are those of
        ListPullRequestCommits. All pages, item by item.

        repository_id: The repository into which the pull request merges.
        number: The number of the pull request.
        page_size: The maximum number of comments in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def iter_pull_request_comments(
        self, request: pull_requests_pb2.ListPullRequestCommentsRequest, /, *, timeout: float | None = ...
    ) -> AsyncIterator[pull_requests_pb2.PullRequestComment]: ...

    @overload
    def list_review_threads(
        self,
        *,
        repository_id: int,
        number: int,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, pull_requests_pb2.ListReviewThreadsResponse]:
        """Lists the threads of comments on files and lines, in the provider's order, each with its comments from the
        oldest on. The errors are those of ListPullRequestCommits.

        repository_id: The repository into which the pull request merges.
        number: The number of the pull request.
        page_size: The maximum number of threads in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def list_review_threads(
        self, request: pull_requests_pb2.ListReviewThreadsRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, pull_requests_pb2.ListReviewThreadsResponse]: ...

    @overload
    def iter_review_threads(
        self,
        *,
        repository_id: int,
        number: int,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> AsyncIterator[pull_requests_pb2.ReviewThread]:
        """Lists the threads of comments on files and lines, in the provider's order, each with its comments from the
        oldest on. The errors are those of ListPullRequestCommits. All pages, item by item.

        repository_id: The repository into which the pull request merges.
        number: The number of the pull request.
        page_size: The maximum number of threads in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def iter_review_threads(
        self, request: pull_requests_pb2.ListReviewThreadsRequest, /, *, timeout: float | None = ...
    ) -> AsyncIterator[pull_requests_pb2.ReviewThread]: ...

    @overload
    def list_reviews(
        self,
        *,
        repository_id: int,
        number: int,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, pull_requests_pb2.ListReviewsResponse]:
        """Lists the answers of reviewers. GitHub keeps every review. The other providers keep the last answer of each
        reviewer, without a text, and only those who answered are listed. The errors are those of
        ListPullRequestCommits.

        repository_id: The repository into which the pull request merges.
        number: The number of the pull request.
        page_size: The maximum number of reviews in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def list_reviews(
        self, request: pull_requests_pb2.ListReviewsRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, pull_requests_pb2.ListReviewsResponse]: ...

    @overload
    def iter_reviews(
        self,
        *,
        repository_id: int,
        number: int,
        page_size: int = ...,
        page_token: str = ...,
        timeout: float | None = ...,
    ) -> AsyncIterator[pull_requests_pb2.Review]:
        """Lists the answers of reviewers. GitHub keeps every review. The other providers keep the last answer of each
        reviewer, without a text, and only those who answered are listed. The errors are those of
        ListPullRequestCommits. All pages, item by item.

        repository_id: The repository into which the pull request merges.
        number: The number of the pull request.
        page_size: The maximum number of reviews in a page. 0 means 100; values above 1000 mean 1000.
        page_token: The next_page_token of the previous page. Empty for the first page.
        """

    @overload
    def iter_reviews(
        self, request: pull_requests_pb2.ListReviewsRequest, /, *, timeout: float | None = ...
    ) -> AsyncIterator[pull_requests_pb2.Review]: ...

    @overload
    def create_review(
        self,
        *,
        repository_id: int,
        number: int,
        state: pull_requests_pb2.ReviewState.ValueType | str,
        body: str = ...,
        comments: Iterable[pull_requests_pb2.ReviewComment | Mapping[str, Any]] = ...,
        expected_head_sha: str = ...,
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, pull_requests_pb2.Review]:
        """Answers to a pull request: approves it, wants changes, or comments. Comments on files and lines are made with
        it. GitHub makes the review and its comments in one call: all, or nothing. At the other providers each comment,
        the text and the answer are one call each, in this order. If one fails, those before it stay, and the error has
        their number in the metadata `comments_made`. A repetition with the same request_id makes only what is missing.
        ABORTED (reason HEAD_MOVED, metadata `sha`: the head) if the head is not `expected_head_sha`. GitHub binds the
        review to this commit, and GitLab an approval; elsewhere it is compared just before. UNIMPLEMENTED (reason
        PROVIDER_UNSUPPORTED) if the provider has no such answer: GitLab's API cannot request changes.
        FAILED_PRECONDITION (reason REVIEW_REFUSED) if the provider does not take this answer from this user, for
        example from the author. The errors of positions are those of CreatePullRequestComment.

        repository_id: The repository into which the pull request merges.
        number: The number of the pull request.
        state: The answer: REVIEW_STATE_APPROVED, REVIEW_STATE_CHANGES_REQUESTED or REVIEW_STATE_COMMENTED.
        body: The text. At providers other than GitHub it becomes a comment on the whole. GitHub wants one to request
            changes. A COMMENTED review needs a text or comments. It stays text, as in CreatePullRequestComment.
        comments: Comments on files and lines. GitHub's reviews take none on a whole file: UNIMPLEMENTED.
        expected_head_sha: The full SHA that the head must have. Empty means any.
        request_id: Makes the call safe to repeat. The texts then carry a mark of it, which markup hides and reads leave
            out.
        """

    @overload
    def create_review(
        self, request: pull_requests_pb2.CreateReviewRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, pull_requests_pb2.Review]: ...

    @overload
    def resolve_review_thread(
        self,
        *,
        repository_id: int,
        number: int,
        thread_id: str,
        unresolve: bool = ...,
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, pull_requests_pb2.ReviewThread]:
        """Marks a thread on a file or a line as resolved, or opens it again. A thread that is so already stays as it
        is. NOT_FOUND (reason REVIEW_THREAD_NOT_FOUND) if the pull request has no such thread. UNIMPLEMENTED (reason
        PROVIDER_UNSUPPORTED) if the provider cannot do it, as Bitbucket Server before version 8. Bitbucket tells a
        thread without its answers: `comments_truncated` is then set.

        repository_id: The repository into which the pull request merges.
        number: The number of the pull request.
        thread_id: The thread, as ListReviewThreads names it.
        unresolve: Opens the thread again.
        request_id: Makes the call safe to repeat.
        """

    @overload
    def resolve_review_thread(
        self, request: pull_requests_pb2.ResolveReviewThreadRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, pull_requests_pb2.ReviewThread]: ...

    @overload
    def create_pull_request_comment(
        self,
        *,
        repository_id: int,
        number: int,
        body: str,
        position: pull_requests_pb2.ReviewPosition | Mapping[str, Any] | None = ...,
        in_reply_to: str = ...,
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, pull_requests_pb2.PullRequestComment]:
        """Writes a comment: on the whole pull request, on a file or on lines (`position`), or as an answer to another
        comment (`in_reply_to`). ListReviewThreads returns it at the position that was given. INVALID_ARGUMENT (reason
        POSITION_INVALID) if the provider takes no comment there: the pull request does not change the file, or the
        lines are not in its diff. GitHub takes lines of the diff alone. GitLab takes all lines of a changed file, but
        lines that are the same on both sides on the head only. Azure DevOps and Bitbucket do not check the lines.
        ABORTED (reason HEAD_MOVED, metadata `sha`: the head) if `position.commit_sha` is not the head of the pull
        request, compared just before. NOT_FOUND (reason COMMENT_NOT_FOUND) if there is no comment `in_reply_to`.
        UNIMPLEMENTED (reason PROVIDER_UNSUPPORTED) if the provider has no answers there, as in GitHub's conversation.

        repository_id: The repository into which the pull request merges.
        number: The number of the pull request.
        body: The text, in the provider's markup. GitHub takes 65,536 characters, of which a request_id takes 60. It
            stays text at GitLab, too: a line such as "/close", which GitLab would carry out, gets a backslash, as in
            CreatePullRequest.
        position: Where. Unset for a comment on the whole, and for an answer.
        in_reply_to: The comment to which this one answers, on the whole or in a thread.
        request_id: Makes the call safe to repeat. The text then carries a mark of it, which markup hides and reads
            leave out.
        """

    @overload
    def create_pull_request_comment(
        self, request: pull_requests_pb2.CreatePullRequestCommentRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, pull_requests_pb2.PullRequestComment]: ...

    @overload
    def update_pull_request_comment(
        self,
        *,
        repository_id: int,
        number: int,
        comment_id: str,
        body: str,
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, pull_requests_pb2.PullRequestComment]:
        """Replaces the text of a comment, on the whole or in a thread. The provider decides whose comments may be
        changed: PERMISSION_DENIED (reason VENDOR_FORBIDDEN). NOT_FOUND (reason COMMENT_NOT_FOUND) if the pull request
        has no such comment.

        repository_id: The repository into which the pull request merges.
        number: The number of the pull request.
        comment_id: The comment, as the lists name it.
        body: The new text. It stays text, as in CreatePullRequestComment.
        request_id: Makes the call safe to repeat.
        """

    @overload
    def update_pull_request_comment(
        self, request: pull_requests_pb2.UpdatePullRequestCommentRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, pull_requests_pb2.PullRequestComment]: ...

    @overload
    def delete_pull_request_comment(
        self,
        *,
        repository_id: int,
        number: int,
        comment_id: str,
        request_id: str = ...,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, Empty]:
        """Deletes a comment, on the whole or in a thread. The errors are those of UpdatePullRequestComment.
        FAILED_PRECONDITION (reason COMMENT_ANSWERED) if the provider does not delete a comment that has answers, as
        Bitbucket Server.

        repository_id: The repository into which the pull request merges.
        number: The number of the pull request.
        comment_id: The comment, as the lists name it.
        request_id: Makes the call safe to repeat.
        """

    @overload
    def delete_pull_request_comment(
        self, request: pull_requests_pb2.DeletePullRequestCommentRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, Empty]: ...

    @overload
    def batch_get_pull_request_status(
        self,
        *,
        repository_id: int,
        numbers: Iterable[int],
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, pull_requests_pb2.BatchGetPullRequestStatusResponse]:
        """Returns for up to 50 pull requests what a list of them shows: the state, the head, whether it can be merged,
        and one state for all checks and one for all reviews. GitHub answers all in one call; other providers are asked
        for each, a few at a time. A pull request that the repository does not have is an entry with an error (reason
        PULL_REQUEST_NOT_FOUND).

        repository_id: The repository into which the pull requests merge.
        numbers: The numbers of 1 to 50 pull requests.
        """

    @overload
    def batch_get_pull_request_status(
        self, request: pull_requests_pb2.BatchGetPullRequestStatusRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, pull_requests_pb2.BatchGetPullRequestStatusResponse]: ...
