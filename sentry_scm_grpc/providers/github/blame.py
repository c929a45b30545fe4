"""Blame, by GraphQL: many files in one query."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from sentry_scm_grpc.errors import ScmError, Unavailable
from sentry_scm_grpc.providers.github.api import GitHubApi
from sentry_scm_grpc.providers.github.graph import FILES_PER_QUERY
from sentry_scm_grpc.providers.vendor.blame import Blame, BlamedFile, tried
from sentry_scm_grpc.providers.vendor.http import quoted_path
from sentry_scm_grpc.providers.vendor.hunks import Hunks, LineRange
from sentry_scm_grpc.v1 import files_pb2

#: How many files are queried again, each alone, after a query for several files failed.
FILES_ALONE = 40


class GitHubBlame(GitHubApi, Hunks):
    def fetch_hunks(self, lines: LineRange) -> Iterator[files_pb2.BlameHunk]:
        """GitHub blames whole files only."""
        quoted_path(lines.path)  # Refuses a path that GitHub would read as another one.
        yield from self.graph.hunks(lines.path, lines.ref or "HEAD")

    def blame(self, file: BlamedFile) -> Blame:
        (found,) = self.graph.blame([file])
        if isinstance(found, ScmError):
            raise found
        return found

    def blame_all(self, files: Sequence[BlamedFile]) -> list[Blame | ScmError]:
        blames = self._blame_in_parts(files, FILES_PER_QUERY)
        # A large file exceeds GitHub's time for a query, and the other files of the query fail with it.
        failed = [n for n, blame in enumerate(blames) if isinstance(blame, Unavailable) and blame.retry_after is None]
        if len(files) > 1 and len(failed) <= FILES_ALONE:
            for n, blame in zip(failed, self._blame_in_parts([files[n] for n in failed], 1), strict=True):
                blames[n] = blame
        return blames

    def _blame_in_parts(self, files: Sequence[BlamedFile], size: int) -> list[Blame | ScmError]:
        parts = [files[start : start + size] for start in range(0, len(files), size)]
        answers = self.http.gather([partial(tried, partial(self.graph.blame, part)) for part in parts])
        return [
            blame
            for part, answer in zip(parts, answers, strict=True)
            for blame in ([answer] * len(part) if isinstance(answer, ScmError) else answer)
        ]
