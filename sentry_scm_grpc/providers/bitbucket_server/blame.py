"""Blame, and the messages of the blamed commits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from sentry_scm_grpc.errors import FailedPrecondition, ScmError
from sentry_scm_grpc.providers.bitbucket_server.api import BitbucketServerApi, at_ref
from sentry_scm_grpc.providers.bitbucket_server.commits import person_of
from sentry_scm_grpc.providers.vendor.absence import Absent
from sentry_scm_grpc.providers.vendor.blame import Blame, BlamedFile, LineBlame, tried
from sentry_scm_grpc.providers.vendor.errors import not_a_file
from sentry_scm_grpc.providers.vendor.http import quoted_path
from sentry_scm_grpc.providers.vendor.hunks import Hunks, LineRange
from sentry_scm_grpc.providers.vendor.pages import is_full_sha
from sentry_scm_grpc.providers.vendor.reading import moment, number, rows, string, text
from sentry_scm_grpc.source.blame import summary_of
from sentry_scm_grpc.v1 import files_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb

#: The server's limit on lines in one response, unless its administrator changed it.
BLAMED_LINES = 5000
#: How many pages of a file's history are read for the summaries of commits.
HISTORY_PAGES = 10


class BitbucketServerBlame(BitbucketServerApi, Hunks):
    def fetch_hunks(self, lines: LineRange) -> Iterator[files_pb2.BlameHunk]:
        """One call for the blame, and some for the history of the file, which has the messages."""
        sha = self.sha_of(lines.ref)
        spans, told, path = self._spans(lines.path, sha, min(lines.end, BLAMED_LINES))
        titles = self._titles(lines.path, sha, {_sha_of(span) for span in spans}) if spans else {}
        for span in spans:
            start = number(span, "lineNumber")
            yield files_pb2.BlameHunk(
                start_line=start,
                line_count=number(span, "spannedLines"),
                original_path=text(span, "fileName"),
                commit=files_pb2.BlameCommit(
                    sha=_sha_of(span),
                    author=person_of(span, "author"),
                    authored_at=moment(span, "authorTimestamp"),
                    committed_at=moment(span, "committerTimestamp"),
                    summary=titles.get(_sha_of(span), ""),
                ),
            )
        if lines.end > told and told and self._has_line(path, told + 1, sha):
            raise _too_long(told)

    def _titles(self, path: str, sha: str, wanted: set[str]) -> dict[str, str]:
        """The summaries of commits that changed a file, as far as some pages of its history tell them."""
        found: dict[str, str] = {}
        position = None
        for _ in range(HISTORY_PAGES):
            params = {"until": sha, "path": path, "followRenames": "true"}
            listed, position = self._page(f"{self.path}/commits", params, position, immutable=True)
            told = {string(commit, "id"): summary_of(text(commit, "message")) for commit in listed}
            found |= {known: told[known] for known in wanted & told.keys()}
            if position is None or len(found) == len(wanted):
                break
        return found

    def blame(self, file: BlamedFile) -> LineBlame:
        (found,) = self.blame_all([file])
        if isinstance(found, ScmError):
            raise found
        return found

    def blame_all(self, files: Sequence[BlamedFile]) -> list[LineBlame | ScmError]:
        """One call for each file, and one for each commit: a blame does not contain messages."""
        blames = self.http.gather([partial(tried, partial(self._blame, file)) for file in files])
        shas = {
            context.blame_commit_id for blame in blames if not isinstance(blame, ScmError) for context in blame.values()
        }
        told = self.http.gather([partial(tried, partial(self._message, sha)) for sha in shas])
        messages = dict(zip(shas, told, strict=True))
        return [blame if isinstance(blame, ScmError) else _with_messages(blame, messages) for blame in blames]

    def _message(self, sha: str) -> str:
        try:
            return self.fetch_commit(sha)[0].message
        except Absent:  # The blame is still right.
            return ""

    def _blame(self, file: BlamedFile) -> Blame:
        spans, told, path = self._spans(file.path, file.ref, min(file.lines[-1], BLAMED_LINES))
        blame = {}
        for span in spans:
            start = number(span, "lineNumber")
            end = start + number(span, "spannedLines")
            for line in file.lines:
                if start <= line < end:
                    blame[line] = pb.CommitContext(
                        blame_commit_id=_sha_of(span),
                        blame_author=person_of(span, "author"),
                        committed_at=moment(span, "committerTimestamp") or moment(span, "authorTimestamp"),
                        blame_filename=text(span, "fileName"),
                    )
        if file.lines[-1] > told and self._has_line(path, told + 1, file.ref):
            raise _too_long(told)
        return blame

    def _spans(self, path: str, ref: str, limit: int) -> tuple[list[Mapping[str, Any]], int, str]:
        """The groups of lines of a blame, the last line in it, and the address of the file."""
        params = {**at_ref(ref), "blame": "true", "noContent": "true", "limit": limit}
        address = f"{self.path}/browse/{quoted_path(path)}"
        found = self.http.get(address, params, immutable=is_full_sha(ref))
        if not isinstance(found, list):
            raise not_a_file(path)
        spans = rows({"spans": found}, "spans")
        ends = [number(span, "lineNumber") + number(span, "spannedLines") - 1 for span in spans]
        return spans, max(ends, default=0), address

    def _has_line(self, path: str, line: int, ref: str) -> bool:
        found = self.http.get(path, {**at_ref(ref), "start": line - 1, "limit": 1}, immutable=is_full_sha(ref))
        return bool(rows(found, "lines"))


def _sha_of(span: Mapping[str, Any]) -> str:
    return text(span, "commitHash") or string(span, "commitId")


def _too_long(told: int) -> FailedPrecondition:
    return FailedPrecondition(
        f"This Bitbucket Server blames only the first {told} lines of a file. Ask for no line beyond.",
        reason="BLAME_UNAVAILABLE",
    )


def _with_messages(blame: Blame, messages: Mapping[str, str | ScmError]) -> LineBlame:
    """A blame with the messages of its commits. If a commit could not be read, its lines have the error."""
    found: dict[int, pb.CommitContext | ScmError] = {}
    for line, context in blame.items():
        message = messages[context.blame_commit_id]
        if isinstance(message, ScmError):
            found[line] = message
        else:
            context.message = message
            found[line] = context
    return found
