"""The adapter of the provider "git". Each operation opens the repository, calls its module, and closes it again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from urllib.parse import urlsplit

from sentry_scm_grpc.errors import NotFound, ScmError
from sentry_scm_grpc.providers.azure_devops import addresses as azure_devops
from sentry_scm_grpc.providers.git import blame, changes, commits, compare, places, search, tree, urls
from sentry_scm_grpc.providers.git.base import first_or_pinned
from sentry_scm_grpc.providers.git.file_service import GitFiles
from sentry_scm_grpc.providers.git.history_service import GitHistory
from sentry_scm_grpc.providers.git.process import Git
from sentry_scm_grpc.providers.git.ref_service import GitRefs
from sentry_scm_grpc.providers.git.ref_writes import GitRefWrites
from sentry_scm_grpc.providers.git.repository import GitRepository, opened
from sentry_scm_grpc.providers.git.text import decode
from sentry_scm_grpc.rpc import budget
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.source import codeowners
from sentry_scm_grpc.v1 import scm_pb2 as pb

# The most file changes in a response of GetCommit.
MAX_CHANGES = 1000
MAX_CODEOWNERS_BYTES = 3 * 1024 * 1024

NO_PULL_REQUESTS = (
    "A git repository on disk has no pull requests. The vendor that hosts the repository has them: use its integration."
)


class GitAdapter(GitRefs, GitRefWrites, GitFiles, GitHistory):
    key = "git"
    name = "git"
    missing = {
        "get_repository_permission": "A git repository on disk has no users, so nobody has permissions in it.",
        **dict.fromkeys(
            (
                *("list_commit_statuses", "create_commit_status"),
                *("list_check_runs", "get_check_run", "create_check_run", "update_check_run"),
                *("list_pipelines", "list_pipeline_jobs", "stream_job_log"),
            ),
            "Git itself stores no statuses, checks and pipelines: a provider that hosts the repository does.",
        ),
        **dict.fromkeys(
            (
                *("get_pull_request", "list_pull_requests", "list_pull_request_commits", "list_pull_request_files"),
                *("stream_pull_request_diff", "list_pull_request_comments", "list_review_threads", "list_reviews"),
                *("batch_get_pull_request_status", "create_pull_request", "update_pull_request", "merge_pull_request"),
                *("create_review", "resolve_review_thread", "create_pull_request_comment"),
                *("update_pull_request_comment", "delete_pull_request_comment"),
            ),
            NO_PULL_REQUESTS,
        ),
    }

    # ---- repositories

    def check_repository_access(
        self, call: Call, request: pb.CheckRepositoryAccessRequest
    ) -> pb.CheckRepositoryAccessResponse:
        try:
            with self._open(call) as repository:
                repository.commit_if_any("")
        except ScmError as error:
            reason = "NOT_FOUND" if isinstance(error, NotFound) else error.reason
            return pb.CheckRepositoryAccessResponse(accessible=False, reason=reason, message=error.message)
        return pb.CheckRepositoryAccessResponse(accessible=True)

    def describe_repository(self, identifier: str) -> pb.RemoteRepository:
        place = places.locate(identifier, self.installation.roots)
        with opened(place, Git(place.common_dir, budget.current()), "") as repository:
            return _describe(place, repository)

    def search_repositories(self, call: Call, request: pb.SearchRepositoriesRequest) -> pb.SearchRepositoriesResponse:
        wanted = request.query.casefold()
        every = places.find(self.installation.roots, call.budget.check)
        found = (place for place in every if wanted in place.name.casefold())
        start = call.cursor or 0
        page = list(islice(found, start, start + call.page_size + 1))
        response = pb.SearchRepositoriesResponse()
        for place in page[: call.page_size]:
            response.repositories.append(self._describe_or_name(place))
        self._fill_repository_ids(response.repositories)
        if len(page) > call.page_size:
            response.next_page_token = call.next_page_token(start + call.page_size)
        return response

    def _describe_or_name(self, place: places.Place) -> pb.RemoteRepository:
        try:
            return self.describe_repository(str(place.path))
        except ScmError:
            # A repository that cannot be read is still listed. An attempt to add it says what is wrong.
            return pb.RemoteRepository(identifier=str(place.path), name=place.name, external_id=str(place.path))

    def _fill_repository_ids(self, found: Iterable[pb.RemoteRepository]) -> None:
        by_path = {remote.external_id: remote for remote in found}
        for path, id in self.installation.known_repositories(by_path).items():
            by_path[path].repository_id = id

    # ---- commits

    def get_commit(self, call: Call, request: pb.GetCommitRequest) -> pb.Commit:
        with self._open(call) as repository:
            found = repository.commit(request.commit_sha, "commit_sha")
            commit = commits.read_commit(self._id, found.sha, found.raw, repository.shallow, found.cut)
            commit.web_url = urls.commit_url(self._url, commit.key)
            changed, _ = changes.file_changes(repository, found, 0, MAX_CHANGES + 1)
            commit.file_changes.extend(changed[:MAX_CHANGES])
            commit.file_changes_truncated = len(changed) > MAX_CHANGES
            return commit

    def list_commits(self, call: Call, request: pb.ListCommitsRequest) -> pb.ListCommitsResponse:
        sha, start = call.cursor or ("", 0)
        response = pb.ListCommitsResponse()
        with self._open(call, history=bool(request.path)) as repository:
            commit = first_or_pinned(repository, sha, request.ref)
            if commit is None:
                return response
            for found in commits.log(repository, self._id, commit.sha, request, start, call.page_size + 1):
                if len(response.commits) == call.page_size:
                    response.next_page_token = call.next_page_token([commit.sha, start + call.page_size])
                    break
                found.web_url = urls.commit_url(self._url, found.key)
                response.commits.append(found)
            if not response.next_page_token and compare.is_cut_off(repository, commit.sha):
                response.incomplete, response.incomplete_reason = True, "SHALLOW_CLONE"
        return response

    def stream_commits(self, call: Call, request: pb.StreamCommitsRequest) -> Iterator[pb.Commit]:
        with self._open(call, history=bool(request.path)) as repository:
            start = repository.commit_if_any(request.ref)
            if start is not None:
                for commit in commits.log(repository, self._id, start.sha, request):
                    commit.web_url = urls.commit_url(self._url, commit.key)
                    yield commit

    def list_file_changes(self, call: Call, request: pb.ListFileChangesRequest) -> pb.ListFileChangesResponse:
        sha, start = call.cursor or ("", 0)
        with self._open(call) as repository:
            found = repository.commit_of_page(sha) if sha else repository.commit(request.commit_sha, "commit_sha")
            page, is_whole = changes.file_changes(repository, found, start, call.page_size + 1)
            cursor = [found.sha, start + call.page_size] if len(page) > call.page_size else None
            return pb.ListFileChangesResponse(
                file_changes=page[: call.page_size],
                next_page_token=call.next_page_token(cursor),
                incomplete=not is_whole,
                incomplete_reason="" if is_whole else "COMMIT_TOO_LARGE",
            )

    def get_commit_context(self, call: Call, request: pb.GetCommitContextRequest) -> pb.CommitContext:
        with self._open(call, history=True) as repository:
            return blame.context(repository, self._id, request)

    def batch_get_commit_context(
        self, call: Call, request: pb.BatchGetCommitContextRequest
    ) -> pb.BatchGetCommitContextResponse:
        with self._open(call, history=True) as repository:
            return pb.BatchGetCommitContextResponse(results=blame.contexts(repository, self._id, request.lines))

    # ---- files

    def check_file(self, call: Call, request: pb.CheckFileRequest) -> pb.CheckFileResponse:
        with self._open(call) as repository:
            commit = repository.commit_if_any(request.ref)
            found = None if commit is None else repository.entry(commit, request.path)
            if found is None:
                return pb.CheckFileResponse(exists=False)
            return pb.CheckFileResponse(exists=True, url=self._source_url(repository, found[0], request.ref))

    def get_file(self, call: Call, request: pb.GetFileRequest) -> pb.FileContent:
        with self._open(call) as repository:
            commit = repository.commit(request.ref)
            path, entry, content = tree.read(repository, commit, request.path, request.max_bytes)
            return pb.FileContent(
                path=request.path,
                commit_sha=commit.sha,
                content=content,
                size_bytes=len(content),
                sha=str(entry.id),
                url=self._source_url(repository, path, request.ref),
            )

    def list_tree(self, call: Call, request: pb.ListTreeRequest) -> pb.ListTreeResponse:
        sha, after = tree.position_of(call)
        response = pb.ListTreeResponse()
        with self._open(call) as repository:
            commit = first_or_pinned(repository, sha, request.ref)
            if commit is not None:
                found = tree.walk(repository, commit, request.path, after)
                tree.fill(call, response, repository, commit, found, tree.describe)
        return response

    def stream_tree(self, call: Call, request: pb.StreamTreeRequest) -> Iterator[pb.TreeEntry]:
        with self._open(call) as repository:
            commit = repository.commit_if_any(request.ref)
            if commit is not None:
                for path, entry in tree.walk(repository, commit, request.path):
                    yield tree.describe(repository, path, entry)

    def list_paths(self, call: Call) -> Iterator[str]:
        """The paths of the default branch's files, for DeriveCodeMappings. An empty repository has none."""
        with self._open(call) as repository:
            commit = repository.commit_if_any("")
            if commit is not None:
                yield from (decode(path) for path, _ in tree.walk(repository, commit, ""))

    def get_code_owners(self, call: Call, request: pb.GetCodeOwnersRequest) -> pb.CodeOwners:
        with self._open(call) as repository:
            commit = repository.commit(request.ref)
            own = codeowners.rules_of(self._url)
            looked_at = list(codeowners.locations(own))
            for path in looked_at:
                if not repository.has_regular_file(commit, path):
                    continue
                content = tree.read(repository, commit, path, MAX_CODEOWNERS_BYTES)[2]
                rules = codeowners.rules_for(path, own, content)
                url = self._source_url(repository, path.encode(), request.ref)
                return codeowners.answer(path, content, request.paths, rules, url=url)
        raise NotFound(
            f"The repository has no CODEOWNERS file: {', '.join(looked_at)} do not exist at this ref.",
            reason="CODE_OWNERS_NOT_FOUND",
        )

    def get_source_url(self, call: Call, request: pb.GetSourceUrlRequest) -> pb.SourceUrl:
        with self._open(call) as repository:
            path = repository.likely_path(request.path, request.ref)
            return pb.SourceUrl(url=self._source_url(repository, path, request.ref, request.line_number))

    @classmethod
    def same_addresses(cls, url: str) -> Iterable[str]:
        # Of the known sites, only Azure DevOps has several forms. The part that names the file is kept.
        parts = urlsplit(url)
        others = map(urlsplit, azure_devops.same_addresses(url))
        return dict.fromkeys(
            [url, *(parts._replace(netloc=other.netloc, path=other.path).geturl() for other in others)]
        )

    def parse_source_url(self, url: str) -> pb.ResolvedSourceUrl | None:
        assert self.repository is not None

        def longest_ref(names: Sequence[str], kinds: Sequence[str]) -> int:
            with self._open(None) as repository:
                return repository.longest_ref(names, kinds)

        path = self.repository.config["path"]
        parsed = (urls.parse(self._url, address, path, longest_ref) for address in self.same_addresses(url))
        found = next(filter(None, parsed), None)
        if found is not None:
            found.repository_id = self._id
            found.ref = found.ref or self.repository.default_branch
        return found

    # ---- search

    def search_code(self, call: Call, request: pb.SearchCodeRequest) -> pb.SearchCodeResponse:
        sha, start = call.cursor or ("", 0)
        response = pb.SearchCodeResponse()
        with self._open(call) as repository:
            commit = first_or_pinned(repository, sha, request.ref)
            if commit is None:
                return response
            found, is_whole = search.matches(repository, commit, request, start, call.page_size + 1)
            if not is_whole:
                response.incomplete, response.incomplete_reason = True, "FILES_TOO_LARGE"
            for path, match in found:
                if len(response.matches) == call.page_size:
                    response.next_page_token = call.next_page_token([commit.sha, start + call.page_size])
                    break
                match.url = self._source_url(repository, path, commit.sha, match.line_number)
                response.matches.append(match)
        return response


def _describe(place: places.Place, repository: GitRepository) -> pb.RemoteRepository:
    remotes = repository.libgit2.remotes
    remote = remotes["origin"].url or "" if "origin" in remotes.names() else ""
    branch = repository.default_branch()
    return pb.RemoteRepository(
        identifier=str(place.path),
        name=place.name,
        url=urls.web_address(remote),
        default_branch="" if branch == "HEAD" else branch,
        external_id=str(place.path),
    )
