"""The operations of FileService that blame files, archive trees and search commits."""

from __future__ import annotations

from collections.abc import Iterator

from sentry_scm_grpc.providers.git import archive, commit_search, compare, hunks, urls
from sentry_scm_grpc.providers.git.base import GitBase, first_or_pinned
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.source.blame import check_lines
from sentry_scm_grpc.v1 import files_pb2


class GitHistory(GitBase):
    def stream_blame(self, call: Call, request: files_pb2.StreamBlameRequest) -> Iterator[files_pb2.BlameHunk]:
        check_lines(request)
        with self._open(call, history=True) as repository:
            yield from hunks.hunks(repository, repository.commit(request.ref), request)

    def stream_archive(self, call: Call, request: files_pb2.StreamArchiveRequest) -> Iterator[files_pb2.ArchivePiece]:
        name = "" if self.repository is None else self.repository.name
        with self._open(call) as repository:
            yield from archive.pieces(repository, repository.commit(request.ref), name, request)

    def search_commits(self, call: Call, request: files_pb2.SearchCommitsRequest) -> files_pb2.SearchCommitsResponse:
        sha, start, skip = call.cursor or ("", 0, 0)
        response = files_pb2.SearchCommitsResponse()
        with self._open(call, history=bool(request.path)) as repository:
            commit = first_or_pinned(repository, sha, request.ref)
            if commit is None:
                return response
            place = start, skip
            found, after = commit_search.search(repository, self._id, commit.sha, request, place, call.page_size)
            for one in found:
                one.web_url = urls.commit_url(self._url, one.key)
                response.commits.append(one)
            if after is not None:
                response.next_page_token = call.next_page_token([commit.sha, *after])
            elif compare.is_cut_off(repository, commit.sha):
                response.incomplete, response.incomplete_reason = True, "SHALLOW_CLONE"
        return response
