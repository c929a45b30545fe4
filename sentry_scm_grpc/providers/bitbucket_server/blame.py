"""Blame, and the messages of the blamed commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from sentry_scm_grpc.errors import FailedPrecondition, ScmError
from sentry_scm_grpc.providers.bitbucket_server.api import BitbucketServerApi, at_ref
from sentry_scm_grpc.providers.bitbucket_server.commits import person_of
from sentry_scm_grpc.providers.vendor.absence import Absent
from sentry_scm_grpc.providers.vendor.blame import Blame, BlamedFile, Blames, LineBlame, tried
from sentry_scm_grpc.providers.vendor.errors import not_a_file
from sentry_scm_grpc.providers.vendor.http import quoted_path
from sentry_scm_grpc.providers.vendor.pages import is_full_sha
from sentry_scm_grpc.providers.vendor.reading import moment, number, rows, string, text
from sentry_scm_grpc.v1 import scm_pb2 as pb

#: The server's limit on lines in one response, unless its administrator changed it.
BLAMED_LINES = 5000


class BitbucketServerBlame(BitbucketServerApi, Blames):
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
        params = {**at_ref(file.ref), "blame": "true", "noContent": "true", "limit": min(file.lines[-1], BLAMED_LINES)}
        path = f"{self.path}/browse/{quoted_path(file.path)}"
        found = self.http.get(path, params, immutable=is_full_sha(file.ref))
        if not isinstance(found, list):
            raise not_a_file(file.path)
        blame, told = {}, 0
        for span in rows({"spans": found}, "spans"):
            start = number(span, "lineNumber")
            end = start + number(span, "spannedLines")
            told = max(told, end - 1)
            for line in file.lines:
                if start <= line < end:
                    blame[line] = pb.CommitContext(
                        blame_commit_id=text(span, "commitHash") or string(span, "commitId"),
                        blame_author=person_of(span, "author"),
                        committed_at=moment(span, "committerTimestamp") or moment(span, "authorTimestamp"),
                        blame_filename=text(span, "fileName"),
                    )
        if file.lines[-1] > told and self._has_line(path, told + 1, file.ref):
            raise FailedPrecondition(
                f"This Bitbucket Server blames only the first {told} lines of a file. Ask for no line beyond.",
                reason="BLAME_UNAVAILABLE",
            )
        return blame

    def _has_line(self, path: str, line: int, ref: str) -> bool:
        found = self.http.get(path, {**at_ref(ref), "start": line - 1, "limit": 1}, immutable=is_full_sha(ref))
        return bool(rows(found, "lines"))


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
