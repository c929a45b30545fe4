"""The operations of RefService."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeVar

from sentry_scm_grpc.errors import InvalidArgument
from sentry_scm_grpc.providers.git import changes, compare, diff, refs, urls
from sentry_scm_grpc.providers.git.base import GitBase
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.v1 import refs_pb2

T = TypeVar("T")


class GitRefs(GitBase):
    def list_branches(self, call: Call, request: refs_pb2.ListBranchesRequest) -> refs_pb2.ListBranchesResponse:
        with self._open(call) as repository:
            found, token = _page(call, partial(refs.branches, repository, request.prefix))
            return refs_pb2.ListBranchesResponse(branches=found, next_page_token=token)

    def list_tags(self, call: Call, request: refs_pb2.ListTagsRequest) -> refs_pb2.ListTagsResponse:
        with self._open(call) as repository:
            found, token = _page(call, partial(refs.tags, repository, request.prefix))
            return refs_pb2.ListTagsResponse(tags=found, next_page_token=token)

    def get_ref(self, call: Call, request: refs_pb2.GetRefRequest) -> refs_pb2.Ref:
        with self._open(call) as repository:
            return refs.named(repository, request.ref)

    def compare_commits(self, call: Call, request: refs_pb2.CompareCommitsRequest) -> refs_pb2.CompareCommitsResponse:
        base_sha, head_sha, start = call.cursor or ("", "", 0)
        with self._open(call) as repository:
            base = repository.commit_of_page(base_sha) if base_sha else repository.commit(request.base, "base")
            head = repository.commit_of_page(head_sha) if head_sha else repository.commit(request.head, "head")
            response = refs_pb2.CompareCommitsResponse(base_sha=base.sha, head_sha=head.sha)
            response.merge_base_sha = compare.merge_base(repository, [base.sha, head.sha])
            ahead, behind = compare.counts(repository, base.sha, head.sha)
            if compare.is_cut_off(repository, base.sha, head.sha):
                response.incomplete, response.incomplete_reason = True, "SHALLOW_CLONE"
            if response.merge_base_sha or not response.incomplete:
                # Without a common ancestor, a shallow clone would count all of its commits.
                response.ahead_by, response.behind_by = ahead, behind
            for commit in compare.between(repository, self._id, base.sha, head.sha, start, call.page_size):
                commit.web_url = urls.commit_url(self._url, commit.key)
                response.commits.append(commit)
            if ahead > start + call.page_size:
                response.next_page_token = call.next_page_token([base.sha, head.sha, start + call.page_size])
        return response

    def get_merge_base(self, call: Call, request: refs_pb2.GetMergeBaseRequest) -> refs_pb2.MergeBase:
        if len(request.refs) < 2:
            raise InvalidArgument.of(("refs", "needs at least two refs"))
        with self._open(call) as repository:
            shas = [repository.commit(ref, f"refs[{index}]").sha for index, ref in enumerate(request.refs)]
            sha = compare.merge_base(repository, shas)
            if not sha:
                raise compare.no_merge_base(repository, *shas)
            return refs_pb2.MergeBase(commit_sha=sha)

    def list_compared_files(
        self, call: Call, request: refs_pb2.ListComparedFilesRequest
    ) -> refs_pb2.ListComparedFilesResponse:
        before_sha, after_sha, start = call.cursor or ("", "", 0)
        with self._open(call) as repository:
            if call.cursor:
                before, after = repository.commit_of_page(before_sha), repository.commit_of_page(after_sha)
            else:
                after = repository.commit(request.head, "head")
                found = compare.start_of(repository, repository.commit(request.base, "base"), after, request.start)
                assert found is not None
                before = found
            page, is_whole = changes.tree_changes(repository, before.tree_id, after.tree_id, start, call.page_size + 1)
            cursor = [before.sha, after.sha, start + call.page_size] if len(page) > call.page_size else None
            return refs_pb2.ListComparedFilesResponse(
                file_changes=page[: call.page_size],
                next_page_token=call.next_page_token(cursor),
                incomplete=not is_whole,
                incomplete_reason="" if is_whole else "COMMIT_TOO_LARGE",
            )

    def stream_diff(self, call: Call, request: refs_pb2.StreamDiffRequest) -> Iterator[refs_pb2.FileDiff]:
        with self._open(call) as repository:
            after = repository.commit(request.head, "head")
            base = repository.commit(request.base, "base") if request.base else None
            before = compare.start_of(repository, base, after, request.start)
            yield from diff.file_diffs(repository, before, after, request)


def _page(call: Call, listed: Callable[[bytes], Iterator[tuple[bytes, T]]]) -> tuple[list[T], str]:
    """A page of what is listed behind a full name, and the token of the next page."""
    # The cursor is JSON text. Latin-1 can represent any byte.
    last = (call.cursor or "").encode("latin-1")
    found: list[T] = []
    for name, item in listed(last):
        if len(found) == call.page_size:
            return found, call.next_page_token(last.decode("latin-1"))
        found.append(item)
        last = name
    return found, ""
