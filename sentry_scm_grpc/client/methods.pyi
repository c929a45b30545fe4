"""Made by scripts/generate-client-stubs from the contract; not to be edited."""

from collections.abc import AsyncGenerator, AsyncIterator, Coroutine, Generator, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, overload

from google.protobuf.empty_pb2 import Empty
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.timestamp_pb2 import Timestamp

from sentry_scm_grpc.rpc.policy import Rpc
from sentry_scm_grpc.v1 import scm_pb2

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
        """Lists the organization's repositories by name, active ones only. A read of rows.

        organization_id: The organization. It may be left out where the credentials belong to exactly one.
        provider: Only those of this provider; unspecified means all.
        query: Only those whose name contains this, whatever its case; empty means all.
        page_size: The most repositories in the answer; 0 means 100, at most 1000.
        page_token: The next_page_token of the page before; empty for the first page.
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
        """Lists the organization's repositories by name, active ones only. A read of rows. All pages, item by item.

        organization_id: The organization. It may be left out where the credentials belong to exactly one.
        provider: Only those of this provider; unspecified means all.
        query: Only those whose name contains this, whatever its case; empty means all.
        page_size: The most repositories in the answer; 0 means 100, at most 1000.
        page_token: The next_page_token of the page before; empty for the first page.
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
        """Returns one repository, whatever its status. NOT_FOUND where the organization has none with this id.

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
        """Adds a repository of the provider to the organization, with the webhook that the provider wants. A hidden one
        comes back, and one without an integration gets this one. ALREADY_EXISTS where it is there already (its id in
        the error's metadata `repository_id`); NOT_FOUND where the provider has none. Reason WEBHOOK_NOT_MADE, with
        `repository_id` and the provider's reason as `cause`, where a Sentry has added it and the provider refused the
        webhook: the same call again makes the webhook.

        organization_id: The organization. It may be left out where the credentials belong to exactly one.
        integration_id: The integration through which the repository is reached.
        identifier: What the provider calls it, as SearchRepositories returns it: "owner/name" at GitHub, a project id
            at GitLab, "workspace/slug" at Bitbucket, "KEY/slug" at Bitbucket Server, a GUID at Azure DevOps, a path
            below a configured root on the embedded host.
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
        """Changes the fields named by the mask. In a Sentry: `status` and `integration_id`; on the embedded host:
        `status`, `name`, `url` and `default_branch`. Setting status to HIDDEN or DISABLED in a Sentry deletes the
        repository's commits, pull requests and code mappings there. Other paths are INVALID_ARGUMENT; a row that is
        being deleted is FAILED_PRECONDITION, as is another `integration_id` where Sentry's REST API refuses it too
        (reason REPOSITORY_CANNOT_MOVE).

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
        """Deletes a repository. In a Sentry this schedules the deletion, as its pages do. Repeating it while the
        deletion is pending is fine.

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
        """Reads name, url and default branch afresh from the provider, stores what differs and says what changed. Never
        makes a webhook.

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
        """Says whether the integration can still reach the repository. If it cannot, that is an answer and not an
        error.

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
        """Returns one commit with its first 1000 file changes. NOT_FOUND where the repository has no such commit;
        INVALID_ARGUMENT (reason AMBIGUOUS_SHA) for a prefix that fits several.

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
        """Lists commits, newest first, without their file changes. An empty repository has none. NOT_FOUND where the
        ref does not exist. A Sentry whose provider cannot list them answers from the commits that it stored, which may
        not be all: `incomplete`, reason COMMITS_FROM_ROWS.

        repository_id: The repository.
        ref: From which branch, tag or SHA backwards; empty means the default branch.
        path: Only commits that changed this file or directory; empty means all.
        author: Only commits whose author's name or e-mail contains this, whatever its case; empty means all.
        since: Only commits committed at or after this; unset means no limit.
        until: Only commits committed at or before this; unset means no limit.
        page_size: The most commits in the answer; 0 means 100, at most 1000.
        page_token: The next_page_token of the page before; empty for the first page.
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
        """Lists commits, newest first, without their file changes. An empty repository has none. NOT_FOUND where the
        ref does not exist. A Sentry whose provider cannot list them answers from the commits that it stored, which may
        not be all: `incomplete`, reason COMMITS_FROM_ROWS. All pages, item by item.

        repository_id: The repository.
        ref: From which branch, tag or SHA backwards; empty means the default branch.
        path: Only commits that changed this file or directory; empty means all.
        author: Only commits whose author's name or e-mail contains this, whatever its case; empty means all.
        since: Only commits committed at or after this; unset means no limit.
        until: Only commits committed at or before this; unset means no limit.
        page_size: The most commits in the answer; 0 means 100, at most 1000.
        page_token: The next_page_token of the page before; empty for the first page.
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
        """ListCommits as a stream, one message a commit, in constant memory. FAILED_PRECONDITION (reason
        COMMITS_FROM_ROWS) where a Sentry has stored commits alone, which may not be all, and `allow_incomplete` is not
        set.

        repository_id: The repository.
        ref: From which branch, tag or SHA backwards; empty means the default branch.
        path: Only commits that changed this file or directory; empty means all.
        author: Only commits whose author's name or e-mail contains this, whatever its case; empty means all.
        since: Only commits committed at or after this; unset means no limit.
        until: Only commits committed at or before this; unset means no limit.
        allow_incomplete: Whether commits may be missing from the stream: without it, a stream that may lack some is
            refused.
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
        """Lists the file changes of a commit against its first parent; those of a root commit are all additions. If a
        Sentry stored the commit without its changes and its provider cannot return them, the list is empty:
        `incomplete`, reason FILE_CHANGES_NOT_STORED.

        repository_id: The repository.
        commit_sha: The SHA or a prefix of it, or a ref name.
        page_size: The most changes in the answer; 0 means 100, at most 1000.
        page_token: The next_page_token of the page before; empty for the first page.
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
        """Lists the file changes of a commit against its first parent; those of a root commit are all additions. If a
        Sentry stored the commit without its changes and its provider cannot return them, the list is empty:
        `incomplete`, reason FILE_CHANGES_NOT_STORED. All pages, item by item.

        repository_id: The repository.
        commit_sha: The SHA or a prefix of it, or a ref name.
        page_size: The most changes in the answer; 0 means 100, at most 1000.
        page_token: The next_page_token of the page before; empty for the first page.
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
        """Blames one line: which commit last changed it, following renames. NOT_FOUND where ref or file does not exist;
        INVALID_ARGUMENT where the file is shorter. Where it is derived from the file's history (`derived`):
        FAILED_PRECONDITION (reason BLAME_BUDGET_SPENT) where the line is older than a number of calls reaches; the
        metadata `commit_sha`, `filepath` and `line_number` say where to go on. FAILED_PRECONDITION (reason
        BLAME_UNAVAILABLE) where the provider cannot tell.

        repository_id: The repository.
        commit_sha: The ref or SHA at which the file is looked at.
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
        """Blames many lines of many files of one repository in as few calls of the provider as it allows. Each line has
        its own answer or its own error, in the order asked.

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
        """Says whether a path exists at a ref, with its url. If it does not, that is an answer and not an error. A ref
        that does not exist is NOT_FOUND.

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
        """Returns the bytes of a file. FAILED_PRECONDITION (reason FILE_TOO_LARGE, metadata `size_bytes`) where it is
        larger than max_bytes; NOT_FOUND where ref or path does not exist; FAILED_PRECONDITION (reason NOT_A_FILE) for a
        directory or a submodule. A symbolic link's bytes are its target.

        repository_id: The repository.
        path: The file's path.
        ref: The branch, tag or SHA; empty means the default branch.
        max_bytes: The most bytes wanted; 0 means 1 MiB, above 3 MiB is lowered to it.
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
        page_size: The most files in the answer; 0 means 100, at most 1000.
        page_token: The next_page_token of the page before; empty for the first page. It stays at the commit of the
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
        page_size: The most files in the answer; 0 means 100, at most 1000.
        page_token: The next_page_token of the page before; empty for the first page. It stays at the commit of the
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
        """ListTree as a stream, one message a file, in constant memory. Where the provider leaves out files, the stream
        ends with an error of that reason, VENDOR_LIMIT.

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
        """Returns the CODEOWNERS file and the owners of the paths asked, by the rules of the repository's provider.
        NOT_FOUND where the repository has no such file.

        repository_id: The repository.
        ref: The branch, tag or SHA; empty means the default branch.
        paths: Paths whose owners are wanted; at most 1000.
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
        """Turns a file of a stack trace into a web url: at the version first, then at the default branch. NOT_FOUND
        where neither has the file.

        repository_id: The repository.
        filepath: The file: a path in the repository, or with code_mapping_id a path in a stack trace. Backslashes are
            slashes.
        version: The version that ran, as a branch, tag or SHA; tried first. Empty means the default branch alone.
        default_branch: The branch tried second; empty means that of the code mapping, then the repository's own.
        code_mapping_id: A code mapping that turns the stack trace's path into one of the repository; 0 means the path
            is one already.
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
        """Turns a web url back into repository, ref and path. NOT_FOUND where it is the url of none of the
        organization's repositories.

        organization_id: The organization. It may be left out where the credentials belong to exactly one.
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

        organization_id: The organization. It may be left out where the credentials belong to exactly one.
        project_id: Only those of this project; 0 means all.
        repository_id: Only those of this repository; 0 means all.
        page_size: The most mappings in the answer; 0 means 100, at most 1000.
        page_token: The next_page_token of the page before; empty for the first page.
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

        organization_id: The organization. It may be left out where the credentials belong to exactly one.
        project_id: Only those of this project; 0 means all.
        repository_id: Only those of this repository; 0 means all.
        page_size: The most mappings in the answer; 0 means 100, at most 1000.
        page_token: The next_page_token of the page before; empty for the first page.
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
        """Maps a stack root of a project to a source root of a repository. ALREADY_EXISTS where the project has a
        mapping for this stack root (metadata `code_mapping_id`); FAILED_PRECONDITION where the repository has no
        integration.

        organization_id: The organization. It may be left out where the credentials belong to exactly one.
        project_id: The project whose stack traces it is for.
        repository_id: The repository.
        stack_root: The start of the path in a stack trace; may be empty.
        source_root: What the start becomes in the repository; may be empty.
        default_branch: The branch to look at when no version is known.
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
        """Changes the fields named by the mask: project_id, repository_id, stack_root, source_root, default_branch.
        ALREADY_EXISTS as for CreateCodeMapping; INVALID_ARGUMENT where the new repository is of another integration.

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
        """Finds the code mappings that explain the paths of a stack trace, by the file lists of the organization's
        repositories. Stores them only where `store` is set. A repository that cannot be read is skipped and named; a
        mapping is then one that the others have, and a skipped one may have another. Slow with many repositories: give
        it a deadline.

        organization_id: The organization. It may be left out where the credentials belong to exactly one.
        project_id: The project whose stack trace it is.
        stacktrace_paths: The paths in the stack trace, at most 100.
        store: Whether to store what was found; by default nothing is stored.
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
        """Creates an issue in the provider's tracker and, where a group is given, links it. When the tracker has the
        issue but the local write failed, the error carries `key` and `web_url` in its metadata, and a repetition with
        the same request_id links that issue instead of creating another.

        organization_id: The organization. It may be left out where the credentials belong to exactly one.
        integration_id: The integration in whose tracker.
        title: The title.
        description: The description; may be empty.
        metadata: Further fields of the destination, as ListIssueDestinations names them.
        group_id: The group to link it to; 0 means none.
        request_id: Makes the call safe to repeat.
        destination: Where to create it: the id of one of ListIssueDestinations. Empty where the tracker has only one
            place.
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
        """Links a group to an issue: one known by id, or one of the tracker by integration and key. ALREADY_EXISTS
        where the link is there (metadata `external_issue_id`).

        group_id: The group.
        external_issue_id: An issue known by id; 0 where key is given.
        integration_id: The integration in whose tracker the key is.
        key: The tracker's own name for the issue, as SearchIssues returns it.
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
        """Removes the link between a group and an issue; the tracker's issue stays. NOT_FOUND where there is no such
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
        """Returns a known issue, its title, description and state read live from the tracker.

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
        """Lists the issues that a group is linked to, by id. A read of rows: state is not filled.

        group_id: The group.
        page_size: The most issues in the answer; 0 means 100, at most 1000.
        page_token: The next_page_token of the page before; empty for the first page.
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
        """Lists the issues that a group is linked to, by id. A read of rows: state is not filled. All pages, item by
        item.

        group_id: The group.
        page_size: The most issues in the answer; 0 means 100, at most 1000.
        page_token: The next_page_token of the page before; empty for the first page.
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
        """Carries the status across a link, in the direction that the request names. NOT_FOUND where group and issue
        are not linked.

        group_id: The group.
        external_issue_id: The issue it is linked to.
        direction: Which way.
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
        """Lists where an issue can be created, and which fields it takes there.

        organization_id: The organization. It may be left out where the credentials belong to exactly one.
        integration_id: The integration in whose tracker.
        query: Only destinations whose name contains this; empty means all.
        page_size: The most destinations in the answer; 0 means 100, at most 1000.
        page_token: The next_page_token of the page before; empty for the first page.
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
        """Lists where an issue can be created, and which fields it takes there. All pages, item by item.

        organization_id: The organization. It may be left out where the credentials belong to exactly one.
        integration_id: The integration in whose tracker.
        query: Only destinations whose name contains this; empty means all.
        page_size: The most destinations in the answer; 0 means 100, at most 1000.
        page_token: The next_page_token of the page before; empty for the first page.
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
        """Searches the provider for repositories that the integration can see, added to the organization or not.

        organization_id: The organization. It may be left out where the credentials belong to exactly one.
        integration_id: The integration to search through.
        query: Only those whose name contains this; empty means all that the provider lists.
        page_size: The most repositories in the answer; 0 means 100, at most 1000.
        page_token: The next_page_token of the page before; empty for the first page.
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
        """Searches the provider for repositories that the integration can see, added to the organization or not. All
        pages, item by item.

        organization_id: The organization. It may be left out where the credentials belong to exactly one.
        integration_id: The integration to search through.
        query: Only those whose name contains this; empty means all that the provider lists.
        page_size: The most repositories in the answer; 0 means 100, at most 1000.
        page_token: The next_page_token of the page before; empty for the first page.
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
        query: The text to find, literally.
        case_sensitive: Whether upper and lower case differ; providers that cannot tell them apart answer UNIMPLEMENTED.
        path: Only in this file or directory; empty means everywhere.
        ref: The branch, tag or SHA; empty means the default branch.
        page_size: The most matches in the answer; 0 means 100, at most 1000.
        page_token: The next_page_token of the page before; empty for the first page.
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
        query: The text to find, literally.
        case_sensitive: Whether upper and lower case differ; providers that cannot tell them apart answer UNIMPLEMENTED.
        path: Only in this file or directory; empty means everywhere.
        ref: The branch, tag or SHA; empty means the default branch.
        page_size: The most matches in the answer; 0 means 100, at most 1000.
        page_token: The next_page_token of the page before; empty for the first page.
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

        organization_id: The organization. It may be left out where the credentials belong to exactly one.
        integration_id: The integration in whose tracker.
        query: The text to find.
        destination: Only in this destination, as ListIssueDestinations names it. Most providers need it.
        page_size: The most issues in the answer; 0 means 100, at most 1000.
        page_token: The next_page_token of the page before; empty for the first page.
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

        organization_id: The organization. It may be left out where the credentials belong to exactly one.
        integration_id: The integration in whose tracker.
        query: The text to find.
        destination: Only in this destination, as ListIssueDestinations names it. Most providers need it.
        page_size: The most issues in the answer; 0 means 100, at most 1000.
        page_token: The next_page_token of the page before; empty for the first page.
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
        """Lists the installed providers of an organization by id. Never their metadata, which holds secrets.

        organization_id: The organization. It may be left out where the credentials belong to exactly one.
        provider: Only those of this provider; unspecified means all.
        provider_key: Only those of this provider key; empty means all.
        page_size: The most integrations in the answer; 0 means 100, at most 1000.
        page_token: The next_page_token of the page before; empty for the first page.
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
        """Lists the installed providers of an organization by id. Never their metadata, which holds secrets. All pages,
        item by item.

        organization_id: The organization. It may be left out where the credentials belong to exactly one.
        provider: Only those of this provider; unspecified means all.
        provider_key: Only those of this provider key; empty means all.
        page_size: The most integrations in the answer; 0 means 100, at most 1000.
        page_token: The next_page_token of the page before; empty for the first page.
        """

    @overload
    def get_capabilities(
        self,
        *,
        organization_id: int = ...,
        integration_id: int,
        timeout: float | None = ...,
    ) -> scm_pb2.Capabilities:
        """Says of every RPC whether it works with an integration, and if not, why not.

        organization_id: The organization. It may be left out where the credentials belong to exactly one.
        integration_id: The integration.
        """

    @overload
    def get_capabilities(
        self, request: scm_pb2.GetCapabilitiesRequest, /, *, timeout: float | None = ...
    ) -> scm_pb2.Capabilities: ...

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
        """Lists the organization's repositories by name, active ones only. A read of rows.

        organization_id: The organization. It may be left out where the credentials belong to exactly one.
        provider: Only those of this provider; unspecified means all.
        query: Only those whose name contains this, whatever its case; empty means all.
        page_size: The most repositories in the answer; 0 means 100, at most 1000.
        page_token: The next_page_token of the page before; empty for the first page.
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
        """Lists the organization's repositories by name, active ones only. A read of rows. All pages, item by item.

        organization_id: The organization. It may be left out where the credentials belong to exactly one.
        provider: Only those of this provider; unspecified means all.
        query: Only those whose name contains this, whatever its case; empty means all.
        page_size: The most repositories in the answer; 0 means 100, at most 1000.
        page_token: The next_page_token of the page before; empty for the first page.
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
        """Returns one repository, whatever its status. NOT_FOUND where the organization has none with this id.

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
        """Adds a repository of the provider to the organization, with the webhook that the provider wants. A hidden one
        comes back, and one without an integration gets this one. ALREADY_EXISTS where it is there already (its id in
        the error's metadata `repository_id`); NOT_FOUND where the provider has none. Reason WEBHOOK_NOT_MADE, with
        `repository_id` and the provider's reason as `cause`, where a Sentry has added it and the provider refused the
        webhook: the same call again makes the webhook.

        organization_id: The organization. It may be left out where the credentials belong to exactly one.
        integration_id: The integration through which the repository is reached.
        identifier: What the provider calls it, as SearchRepositories returns it: "owner/name" at GitHub, a project id
            at GitLab, "workspace/slug" at Bitbucket, "KEY/slug" at Bitbucket Server, a GUID at Azure DevOps, a path
            below a configured root on the embedded host.
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
        """Changes the fields named by the mask. In a Sentry: `status` and `integration_id`; on the embedded host:
        `status`, `name`, `url` and `default_branch`. Setting status to HIDDEN or DISABLED in a Sentry deletes the
        repository's commits, pull requests and code mappings there. Other paths are INVALID_ARGUMENT; a row that is
        being deleted is FAILED_PRECONDITION, as is another `integration_id` where Sentry's REST API refuses it too
        (reason REPOSITORY_CANNOT_MOVE).

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
        """Deletes a repository. In a Sentry this schedules the deletion, as its pages do. Repeating it while the
        deletion is pending is fine.

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
        """Reads name, url and default branch afresh from the provider, stores what differs and says what changed. Never
        makes a webhook.

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
        """Says whether the integration can still reach the repository. If it cannot, that is an answer and not an
        error.

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
        """Returns one commit with its first 1000 file changes. NOT_FOUND where the repository has no such commit;
        INVALID_ARGUMENT (reason AMBIGUOUS_SHA) for a prefix that fits several.

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
        """Lists commits, newest first, without their file changes. An empty repository has none. NOT_FOUND where the
        ref does not exist. A Sentry whose provider cannot list them answers from the commits that it stored, which may
        not be all: `incomplete`, reason COMMITS_FROM_ROWS.

        repository_id: The repository.
        ref: From which branch, tag or SHA backwards; empty means the default branch.
        path: Only commits that changed this file or directory; empty means all.
        author: Only commits whose author's name or e-mail contains this, whatever its case; empty means all.
        since: Only commits committed at or after this; unset means no limit.
        until: Only commits committed at or before this; unset means no limit.
        page_size: The most commits in the answer; 0 means 100, at most 1000.
        page_token: The next_page_token of the page before; empty for the first page.
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
        """Lists commits, newest first, without their file changes. An empty repository has none. NOT_FOUND where the
        ref does not exist. A Sentry whose provider cannot list them answers from the commits that it stored, which may
        not be all: `incomplete`, reason COMMITS_FROM_ROWS. All pages, item by item.

        repository_id: The repository.
        ref: From which branch, tag or SHA backwards; empty means the default branch.
        path: Only commits that changed this file or directory; empty means all.
        author: Only commits whose author's name or e-mail contains this, whatever its case; empty means all.
        since: Only commits committed at or after this; unset means no limit.
        until: Only commits committed at or before this; unset means no limit.
        page_size: The most commits in the answer; 0 means 100, at most 1000.
        page_token: The next_page_token of the page before; empty for the first page.
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
        """ListCommits as a stream, one message a commit, in constant memory. FAILED_PRECONDITION (reason
        COMMITS_FROM_ROWS) where a Sentry has stored commits alone, which may not be all, and `allow_incomplete` is not
        set.

        repository_id: The repository.
        ref: From which branch, tag or SHA backwards; empty means the default branch.
        path: Only commits that changed this file or directory; empty means all.
        author: Only commits whose author's name or e-mail contains this, whatever its case; empty means all.
        since: Only commits committed at or after this; unset means no limit.
        until: Only commits committed at or before this; unset means no limit.
        allow_incomplete: Whether commits may be missing from the stream: without it, a stream that may lack some is
            refused.
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
        """Lists the file changes of a commit against its first parent; those of a root commit are all additions. If a
        Sentry stored the commit without its changes and its provider cannot return them, the list is empty:
        `incomplete`, reason FILE_CHANGES_NOT_STORED.

        repository_id: The repository.
        commit_sha: The SHA or a prefix of it, or a ref name.
        page_size: The most changes in the answer; 0 means 100, at most 1000.
        page_token: The next_page_token of the page before; empty for the first page.
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
        """Lists the file changes of a commit against its first parent; those of a root commit are all additions. If a
        Sentry stored the commit without its changes and its provider cannot return them, the list is empty:
        `incomplete`, reason FILE_CHANGES_NOT_STORED. All pages, item by item.

        repository_id: The repository.
        commit_sha: The SHA or a prefix of it, or a ref name.
        page_size: The most changes in the answer; 0 means 100, at most 1000.
        page_token: The next_page_token of the page before; empty for the first page.
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
        """Blames one line: which commit last changed it, following renames. NOT_FOUND where ref or file does not exist;
        INVALID_ARGUMENT where the file is shorter. Where it is derived from the file's history (`derived`):
        FAILED_PRECONDITION (reason BLAME_BUDGET_SPENT) where the line is older than a number of calls reaches; the
        metadata `commit_sha`, `filepath` and `line_number` say where to go on. FAILED_PRECONDITION (reason
        BLAME_UNAVAILABLE) where the provider cannot tell.

        repository_id: The repository.
        commit_sha: The ref or SHA at which the file is looked at.
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
        """Blames many lines of many files of one repository in as few calls of the provider as it allows. Each line has
        its own answer or its own error, in the order asked.

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
        """Says whether a path exists at a ref, with its url. If it does not, that is an answer and not an error. A ref
        that does not exist is NOT_FOUND.

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
        """Returns the bytes of a file. FAILED_PRECONDITION (reason FILE_TOO_LARGE, metadata `size_bytes`) where it is
        larger than max_bytes; NOT_FOUND where ref or path does not exist; FAILED_PRECONDITION (reason NOT_A_FILE) for a
        directory or a submodule. A symbolic link's bytes are its target.

        repository_id: The repository.
        path: The file's path.
        ref: The branch, tag or SHA; empty means the default branch.
        max_bytes: The most bytes wanted; 0 means 1 MiB, above 3 MiB is lowered to it.
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
        page_size: The most files in the answer; 0 means 100, at most 1000.
        page_token: The next_page_token of the page before; empty for the first page. It stays at the commit of the
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
        page_size: The most files in the answer; 0 means 100, at most 1000.
        page_token: The next_page_token of the page before; empty for the first page. It stays at the commit of the
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
        """ListTree as a stream, one message a file, in constant memory. Where the provider leaves out files, the stream
        ends with an error of that reason, VENDOR_LIMIT.

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
        """Returns the CODEOWNERS file and the owners of the paths asked, by the rules of the repository's provider.
        NOT_FOUND where the repository has no such file.

        repository_id: The repository.
        ref: The branch, tag or SHA; empty means the default branch.
        paths: Paths whose owners are wanted; at most 1000.
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
        """Turns a file of a stack trace into a web url: at the version first, then at the default branch. NOT_FOUND
        where neither has the file.

        repository_id: The repository.
        filepath: The file: a path in the repository, or with code_mapping_id a path in a stack trace. Backslashes are
            slashes.
        version: The version that ran, as a branch, tag or SHA; tried first. Empty means the default branch alone.
        default_branch: The branch tried second; empty means that of the code mapping, then the repository's own.
        code_mapping_id: A code mapping that turns the stack trace's path into one of the repository; 0 means the path
            is one already.
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
        """Turns a web url back into repository, ref and path. NOT_FOUND where it is the url of none of the
        organization's repositories.

        organization_id: The organization. It may be left out where the credentials belong to exactly one.
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

        organization_id: The organization. It may be left out where the credentials belong to exactly one.
        project_id: Only those of this project; 0 means all.
        repository_id: Only those of this repository; 0 means all.
        page_size: The most mappings in the answer; 0 means 100, at most 1000.
        page_token: The next_page_token of the page before; empty for the first page.
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

        organization_id: The organization. It may be left out where the credentials belong to exactly one.
        project_id: Only those of this project; 0 means all.
        repository_id: Only those of this repository; 0 means all.
        page_size: The most mappings in the answer; 0 means 100, at most 1000.
        page_token: The next_page_token of the page before; empty for the first page.
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
        """Maps a stack root of a project to a source root of a repository. ALREADY_EXISTS where the project has a
        mapping for this stack root (metadata `code_mapping_id`); FAILED_PRECONDITION where the repository has no
        integration.

        organization_id: The organization. It may be left out where the credentials belong to exactly one.
        project_id: The project whose stack traces it is for.
        repository_id: The repository.
        stack_root: The start of the path in a stack trace; may be empty.
        source_root: What the start becomes in the repository; may be empty.
        default_branch: The branch to look at when no version is known.
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
        """Changes the fields named by the mask: project_id, repository_id, stack_root, source_root, default_branch.
        ALREADY_EXISTS as for CreateCodeMapping; INVALID_ARGUMENT where the new repository is of another integration.

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
        """Finds the code mappings that explain the paths of a stack trace, by the file lists of the organization's
        repositories. Stores them only where `store` is set. A repository that cannot be read is skipped and named; a
        mapping is then one that the others have, and a skipped one may have another. Slow with many repositories: give
        it a deadline.

        organization_id: The organization. It may be left out where the credentials belong to exactly one.
        project_id: The project whose stack trace it is.
        stacktrace_paths: The paths in the stack trace, at most 100.
        store: Whether to store what was found; by default nothing is stored.
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
        """Creates an issue in the provider's tracker and, where a group is given, links it. When the tracker has the
        issue but the local write failed, the error carries `key` and `web_url` in its metadata, and a repetition with
        the same request_id links that issue instead of creating another.

        organization_id: The organization. It may be left out where the credentials belong to exactly one.
        integration_id: The integration in whose tracker.
        title: The title.
        description: The description; may be empty.
        metadata: Further fields of the destination, as ListIssueDestinations names them.
        group_id: The group to link it to; 0 means none.
        request_id: Makes the call safe to repeat.
        destination: Where to create it: the id of one of ListIssueDestinations. Empty where the tracker has only one
            place.
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
        """Links a group to an issue: one known by id, or one of the tracker by integration and key. ALREADY_EXISTS
        where the link is there (metadata `external_issue_id`).

        group_id: The group.
        external_issue_id: An issue known by id; 0 where key is given.
        integration_id: The integration in whose tracker the key is.
        key: The tracker's own name for the issue, as SearchIssues returns it.
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
        """Removes the link between a group and an issue; the tracker's issue stays. NOT_FOUND where there is no such
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
        """Returns a known issue, its title, description and state read live from the tracker.

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
        """Lists the issues that a group is linked to, by id. A read of rows: state is not filled.

        group_id: The group.
        page_size: The most issues in the answer; 0 means 100, at most 1000.
        page_token: The next_page_token of the page before; empty for the first page.
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
        """Lists the issues that a group is linked to, by id. A read of rows: state is not filled. All pages, item by
        item.

        group_id: The group.
        page_size: The most issues in the answer; 0 means 100, at most 1000.
        page_token: The next_page_token of the page before; empty for the first page.
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
        """Carries the status across a link, in the direction that the request names. NOT_FOUND where group and issue
        are not linked.

        group_id: The group.
        external_issue_id: The issue it is linked to.
        direction: Which way.
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
        """Lists where an issue can be created, and which fields it takes there.

        organization_id: The organization. It may be left out where the credentials belong to exactly one.
        integration_id: The integration in whose tracker.
        query: Only destinations whose name contains this; empty means all.
        page_size: The most destinations in the answer; 0 means 100, at most 1000.
        page_token: The next_page_token of the page before; empty for the first page.
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
        """Lists where an issue can be created, and which fields it takes there. All pages, item by item.

        organization_id: The organization. It may be left out where the credentials belong to exactly one.
        integration_id: The integration in whose tracker.
        query: Only destinations whose name contains this; empty means all.
        page_size: The most destinations in the answer; 0 means 100, at most 1000.
        page_token: The next_page_token of the page before; empty for the first page.
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
        """Searches the provider for repositories that the integration can see, added to the organization or not.

        organization_id: The organization. It may be left out where the credentials belong to exactly one.
        integration_id: The integration to search through.
        query: Only those whose name contains this; empty means all that the provider lists.
        page_size: The most repositories in the answer; 0 means 100, at most 1000.
        page_token: The next_page_token of the page before; empty for the first page.
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
        """Searches the provider for repositories that the integration can see, added to the organization or not. All
        pages, item by item.

        organization_id: The organization. It may be left out where the credentials belong to exactly one.
        integration_id: The integration to search through.
        query: Only those whose name contains this; empty means all that the provider lists.
        page_size: The most repositories in the answer; 0 means 100, at most 1000.
        page_token: The next_page_token of the page before; empty for the first page.
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
        query: The text to find, literally.
        case_sensitive: Whether upper and lower case differ; providers that cannot tell them apart answer UNIMPLEMENTED.
        path: Only in this file or directory; empty means everywhere.
        ref: The branch, tag or SHA; empty means the default branch.
        page_size: The most matches in the answer; 0 means 100, at most 1000.
        page_token: The next_page_token of the page before; empty for the first page.
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
        query: The text to find, literally.
        case_sensitive: Whether upper and lower case differ; providers that cannot tell them apart answer UNIMPLEMENTED.
        path: Only in this file or directory; empty means everywhere.
        ref: The branch, tag or SHA; empty means the default branch.
        page_size: The most matches in the answer; 0 means 100, at most 1000.
        page_token: The next_page_token of the page before; empty for the first page.
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

        organization_id: The organization. It may be left out where the credentials belong to exactly one.
        integration_id: The integration in whose tracker.
        query: The text to find.
        destination: Only in this destination, as ListIssueDestinations names it. Most providers need it.
        page_size: The most issues in the answer; 0 means 100, at most 1000.
        page_token: The next_page_token of the page before; empty for the first page.
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

        organization_id: The organization. It may be left out where the credentials belong to exactly one.
        integration_id: The integration in whose tracker.
        query: The text to find.
        destination: Only in this destination, as ListIssueDestinations names it. Most providers need it.
        page_size: The most issues in the answer; 0 means 100, at most 1000.
        page_token: The next_page_token of the page before; empty for the first page.
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
        """Lists the installed providers of an organization by id. Never their metadata, which holds secrets.

        organization_id: The organization. It may be left out where the credentials belong to exactly one.
        provider: Only those of this provider; unspecified means all.
        provider_key: Only those of this provider key; empty means all.
        page_size: The most integrations in the answer; 0 means 100, at most 1000.
        page_token: The next_page_token of the page before; empty for the first page.
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
        """Lists the installed providers of an organization by id. Never their metadata, which holds secrets. All pages,
        item by item.

        organization_id: The organization. It may be left out where the credentials belong to exactly one.
        provider: Only those of this provider; unspecified means all.
        provider_key: Only those of this provider key; empty means all.
        page_size: The most integrations in the answer; 0 means 100, at most 1000.
        page_token: The next_page_token of the page before; empty for the first page.
        """

    @overload
    def get_capabilities(
        self,
        *,
        organization_id: int = ...,
        integration_id: int,
        timeout: float | None = ...,
    ) -> Coroutine[Any, Any, scm_pb2.Capabilities]:
        """Says of every RPC whether it works with an integration, and if not, why not.

        organization_id: The organization. It may be left out where the credentials belong to exactly one.
        integration_id: The integration.
        """

    @overload
    def get_capabilities(
        self, request: scm_pb2.GetCapabilitiesRequest, /, *, timeout: float | None = ...
    ) -> Coroutine[Any, Any, scm_pb2.Capabilities]: ...
