"""Blame: https://docs.gitlab.com/api/repository_files/#get-file-blame-from-repository"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sentry_scm_grpc.providers.gitlab.api import GitLabApi
from sentry_scm_grpc.providers.gitlab.commits import person_of
from sentry_scm_grpc.providers.vendor.absence import Absent, Lack
from sentry_scm_grpc.providers.vendor.blame import Blame, BlamedFile
from sentry_scm_grpc.providers.vendor.errors import not_a_file
from sentry_scm_grpc.providers.vendor.http import VendorResponse
from sentry_scm_grpc.providers.vendor.hunks import Hunks, LineRange
from sentry_scm_grpc.providers.vendor.pages import is_full_sha
from sentry_scm_grpc.providers.vendor.reading import bad_answer, moment, rows, string, text, value
from sentry_scm_grpc.source.blame import summary_of
from sentry_scm_grpc.v1 import files_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb


class GitLabBlame(GitLabApi, Hunks):
    def fetch_hunks(self, lines: LineRange) -> Iterator[files_pb2.BlameHunk]:
        answer = self._blamed(lines.path, lines.ref, lines.start, lines.end)
        groups = [(value(group, "commit"), len(lines_of(group))) for group in rows(answer.data)]
        # A GitLab before 15.0 ignores the range and blames all lines.
        whole = lines.start > 1 and sum(count for _, count in groups) > lines.end - lines.start + 1
        start = 1 if whole else lines.start
        for commit, count in groups:
            yield files_pb2.BlameHunk(
                start_line=start,
                line_count=count,
                commit=files_pb2.BlameCommit(
                    sha=string(commit, "id"),
                    author=person_of(commit, "author"),
                    authored_at=moment(commit, "authored_date"),
                    committed_at=moment(commit, "committed_date"),
                    summary=summary_of(text(commit, "message")),
                ),
            )
            start += count

    def blame(self, file: BlamedFile) -> Blame:
        """One call for a file, from the first requested line to the last."""
        first, last = file.lines[0], file.lines[-1]
        answer = self._blamed(file.path, file.ref, first, last)
        groups = [(value(group, "commit"), lines_of(group)) for group in rows(answer.data)]
        # A GitLab before 15.0 ignores the range and blames all lines.
        whole = sum(len(lines) for _, lines in groups) > last - first + 1
        blame, wanted, line = {}, set(file.lines), 1 if whole else first
        for commit, lines in groups:
            context = pb.CommitContext(
                commit_id=answer.headers.get("X-Gitlab-Commit-Id", ""),
                blame_commit_id=string(commit, "id"),
                blame_author=person_of(commit, "author"),
                message=text(commit, "message"),
                committed_at=moment(commit, "committed_date"),
            )
            for snippet in lines:
                if line in wanted:
                    context.code_snippet = snippet if isinstance(snippet, str) else ""
                    blame[line] = pb.CommitContext()
                    blame[line].CopyFrom(context)
                line += 1
        return blame

    def _blamed(self, path: str, ref: str, first: int, last: int) -> VendorResponse:
        asked = {"ref": ref or "HEAD", "range[start]": first, "range[end]": last}
        try:
            return self.http.fetch(f"{self._file_path(path)}/blame", asked, immutable=is_full_sha(ref))
        except Absent as absence:
            if absence.lack is not Lack.REF and self._is_directory(path, ref):
                raise not_a_file(path) from None
            raise


def lines_of(found: Mapping[str, Any]) -> list[Any]:
    """The lines of one commit in a blame."""
    lines = value(found, "lines")
    if not isinstance(lines, list):
        raise bad_answer()
    return lines
