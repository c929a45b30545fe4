"""GetCommitContext, BatchGetCommitContext and StreamBlame for vendors without an API for blame.

They are derived from the file's history (``source.line_history``), within a budget of calls, and marked as derived.
"""

from __future__ import annotations

import threading
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from functools import cached_property, partial
from itertools import groupby

from sentry_scm_grpc.errors import DeadlineExceeded, FailedPrecondition, ScmError
from sentry_scm_grpc.providers.vendor.absence import Absent
from sentry_scm_grpc.providers.vendor.blame import BlamedFile, LineBlame, tried
from sentry_scm_grpc.providers.vendor.files import Files
from sentry_scm_grpc.providers.vendor.hunks import Hunks, LineRange
from sentry_scm_grpc.providers.vendor.pages import Page
from sentry_scm_grpc.rpc.budget import current
from sentry_scm_grpc.source.blame import summary_of
from sentry_scm_grpc.source.line_history import Search, TooCostly, Version, lines_of
from sentry_scm_grpc.v1 import files_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb

#: The most calls to the vendor for a file, and for an RPC.
ASKED_PER_FILE = 40
ASKED_PER_RPC = 200
#: How many commits of a file's history are listed: more than the budget allows to read.
VERSIONS = 50
#: The largest file that is read, in bytes.
MAX_BYTES = 1024 * 1024


class DerivedBlames(Hunks, Files):
    derived = dict.fromkeys(
        ("get_commit_context", "batch_get_commit_context", "stream_blame"),
        "The provider has no blame, so it is derived from the file's history. This takes a call for each newer version "
        f"of the file and some more, at most {ASKED_PER_FILE} for a file and {ASKED_PER_RPC} for a request.",
    )

    @abstractmethod
    def fetch_text(self, path: str, sha: str) -> bytes:
        """The bytes of a file at a full SHA, at most MAX_BYTES, in one call. Raises Absent."""

    @abstractmethod
    def fetch_versions(self, path: str, sha: str) -> tuple[list[Version], bool]:
        """Up to VERSIONS commits that changed a file, newest first, and whether the list is complete, in one call."""

    @cached_property
    def _budget(self) -> Budget:
        return Budget(ASKED_PER_RPC)

    def blame_all(self, files: Sequence[BlamedFile]) -> Sequence[LineBlame | ScmError]:
        shas: dict[str, str | ScmError] = {}
        for file in files:
            if file.ref not in shas:
                shas[file.ref] = tried(lambda ref=file.ref: self.sha_of(ref))  # type: ignore[misc]
        return self.http.gather([partial(self._blame_at, shas[file.ref], file) for file in files])

    def blame(self, file: BlamedFile) -> LineBlame:
        (found,) = self.blame_all([file])
        if isinstance(found, ScmError):
            raise found
        return found

    def _blame_at(self, sha: str | ScmError, file: BlamedFile) -> LineBlame | ScmError:
        return sha if isinstance(sha, ScmError) else tried(lambda: self._blame(sha, file))

    def _blame(self, sha: str, file: BlamedFile) -> LineBlame:
        start = Version(sha, file.path)
        content = self.fetch_file(file.path, sha, MAX_BYTES).content
        texts = lines_of(content)
        source = _FromVendor(self, start, content, [Budget(ASKED_PER_FILE), self._budget])
        search = self._searched(source, start, [line for line in file.lines if line <= len(texts)])
        blame: dict[int, pb.CommitContext | ScmError] = {}
        for line, version in search.found.items():
            context = blame[line] = source.context(version)
            context.commit_id = sha
            context.code_snippet = texts[line - 1].decode("utf-8", "backslashreplace").rstrip("\r\n")
        return blame | {line: source.failure or self._unknown(source, *at) for line, at in search.places.items()}

    def fetch_hunks(self, lines: LineRange) -> Iterator[files_pb2.BlameHunk]:
        sha = self.sha_of(lines.ref)
        start = Version(sha, lines.path)
        content = self.fetch_file(lines.path, sha, MAX_BYTES).content
        last = min(len(lines_of(content)), lines.end)
        source = _FromVendor(self, start, content, [self._budget])
        search = self._searched(source, start, range(lines.start, last + 1))
        spans = groupby(range(lines.start, last + 1), key=partial(_origin_of, search))
        for (version, move), numbers in spans:
            current().check()
            first, *others = numbers
            hunk = files_pb2.BlameHunk(start_line=first, line_count=1 + len(others), derived=True)
            if first in search.found:
                hunk.original_start_line, hunk.original_path = first - move, version.path
                hunk.commit.CopyFrom(source.commit(version))
            else:
                error = source.failure or self._unknown(source, version, first - move)
                hunk.error.CopyFrom(pb.LineError(code=error.code.value[0], reason=error.reason, message=error.message))
            yield hunk

    def _searched(self, source: _FromVendor, start: Version, lines: Sequence[int]) -> Search:
        """A search that has ended. If it could not find everything, ``source`` has the reason."""
        search = Search(source)
        try:
            search.run(start, lines)
        except _Spent:
            source.whole = False
        except TooCostly:
            source.failure = FailedPrecondition(
                "Two versions of the file differ too much to be compared line by line. See the file's history at the "
                "provider.",
                reason="BLAME_UNAVAILABLE",
            )
        except DeadlineExceeded:
            raise
        except ScmError as error:
            source.failure = error
        return search

    def _unknown(self, source: _FromVendor, version: Version, line: int) -> ScmError:
        if source.whole:
            return FailedPrecondition(
                f"The file's history at {self.name} does not contain the change of this line. This happens after some "
                "merges. See the file's history at the provider.",
                reason="BLAME_UNAVAILABLE",
            )
        return FailedPrecondition(
            f"{self.name} has no blame, so it is derived from the file's history. The line is too old to be found with "
            f"{ASKED_PER_FILE} calls for a file and {ASKED_PER_RPC} for a request. Ask for commit_sha "
            f"{version.sha}, filepath {version.path!r}, line_number {line}: the search continues from there.",
            reason="BLAME_BUDGET_SPENT",
            metadata={"commit_sha": version.sha, "filepath": version.path, "line_number": str(line)},
        )


def _origin_of(search: Search, line: int) -> tuple[Version, int]:
    """Where a line comes from or was last seen, and how far it has moved since."""
    version, number = search.origins[line] if line in search.found else search.places[line]
    return version, line - number


class Budget:
    """How many calls are left, for all threads of an RPC."""

    def __init__(self, left: int) -> None:
        self._left = left
        self._lock = threading.Lock()

    def take(self) -> bool:
        with self._lock:
            self._left -= 1
            return self._left >= 0


class _Spent(Exception):
    """The budget does not allow another call."""


class _FromVendor:
    """The history of one file for the search. Raises _Spent, and the errors of the vendor's calls."""

    def __init__(self, adapter: DerivedBlames, start: Version, content: bytes, budgets: Sequence[Budget]) -> None:
        self._adapter = adapter
        self._start, self._content = start, content
        self._budgets = budgets
        self._commits: dict[str, tuple[pb.Commit, Page[pb.FileChange] | None]] = {}
        #: Whether the history was complete.
        self.whole = True
        #: The error that ended the search early.
        self.failure: ScmError | None = None

    def text(self, version: Version) -> bytes | None:
        if version == self._start:
            return self._content
        self._ask()
        try:
            return self._adapter.fetch_text(version.path, version.sha)
        except Absent as absence:
            self._adapter.confirm(absence, version.sha)
            return None

    def versions(self, version: Version) -> tuple[Sequence[Version], bool]:
        self._ask()
        found, whole = self._adapter.fetch_versions(version.path, version.sha)
        self.whole = self.whole and whole
        return found, whole

    def parents(self, sha: str) -> Sequence[str]:
        return self._commit(sha)[0].parent_keys

    def previous_path(self, version: Version) -> str:
        changes = self._commit(version.sha)[1]
        while True:
            if changes is None:
                self._ask()
                changes = self._adapter.fetch_file_changes(version.sha, None)
            for change in changes.items:
                if change.path == version.path:
                    return change.previous_path
            if changes.next is None:
                return ""
            self._ask()
            changes = self._adapter.fetch_file_changes(version.sha, changes.next)

    def context(self, version: Version) -> pb.CommitContext:
        commit = self._commit(version.sha)[0]
        return pb.CommitContext(
            blame_commit_id=commit.key,
            blame_author=commit.author,
            message=commit.message,
            committed_at=commit.date_added,
            blame_filename=version.path,
            derived=True,
        )

    def commit(self, version: Version) -> files_pb2.BlameCommit:
        """Lists of commits do not tell when they were written."""
        commit = self._commit(version.sha)[0]
        date = commit.date_added if commit.HasField("date_added") else None
        return files_pb2.BlameCommit(
            sha=commit.key,
            author=commit.author if commit.HasField("author") else None,
            committed_at=date,
            summary=summary_of(commit.message),
        )

    def _commit(self, sha: str) -> tuple[pb.Commit, Page[pb.FileChange] | None]:
        if sha not in self._commits:
            self._ask()
            self._commits[sha] = self._adapter.fetch_commit(sha)
        return self._commits[sha]

    def _ask(self) -> None:
        if not all(budget.take() for budget in self._budgets):
            raise _Spent
