"""Commits and their file changes."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from sentry_scm_grpc.errors import NotFound
from sentry_scm_grpc.providers.vendor.absence import Absent, Lack
from sentry_scm_grpc.providers.vendor.credentials import Permission
from sentry_scm_grpc.providers.vendor.errors import ref_not_found
from sentry_scm_grpc.providers.vendor.pages import MAX_VENDOR_PAGES, Page, each, fill, is_full_sha
from sentry_scm_grpc.providers.vendor.reading import moment_text
from sentry_scm_grpc.providers.vendor.repositories import Repositories
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.v1 import files_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb

#: The most file changes in a response of GetCommit.
MAX_CHANGES = 1000
# https://docs.github.com/en/rest/commits/commits#list-commits
_FIRST_DATE, _LAST_DATE = datetime(1970, 1, 1, tzinfo=UTC), datetime(2099, 12, 31, 23, 59, 59, tzinfo=UTC)

#: Requests that filter commits by author and dates.
Filters = pb.ListCommitsRequest | pb.StreamCommitsRequest | files_pb2.SearchCommitsRequest


@dataclass(frozen=True)
class CommitQuery:
    """The requested commits. An empty ref means the default branch, an empty path means all files."""

    ref: str
    path: str
    since: datetime | None
    until: datetime | None

    def params(self, ref_name: str) -> dict[str, str]:
        """The query as parameters of GitHub and GitLab, which name the ref differently. Empty ones are left out."""
        params = {
            ref_name: self.ref,
            "path": self.path,
            "since": moment_text(self.since),
            "until": moment_text(self.until),
        }
        return {name: given for name, given in params.items() if given}


class Commits(Repositories):
    """GetCommit, ListCommits, StreamCommits, ListFileChanges."""

    permissions = {
        "get_commit": Permission.READ_CODE,
        "list_commits": Permission.READ_CODE,
        "stream_commits": Permission.READ_CODE,
        "list_file_changes": Permission.READ_CODE,
    }

    @abstractmethod
    def fetch_commit(self, ref: str) -> tuple[pb.Commit, Page[pb.FileChange] | None]:
        """A commit, and its file changes if the same answer of the vendor contains them.

        The adapter sets key, message, author, committer, date_added, web_url and parent_keys. ``id`` and
        ``repository_id`` are set here.
        """

    @abstractmethod
    def fetch_commits(self, query: CommitQuery, position: Any) -> Page[pb.Commit]:
        """Commits, newest first. They are filtered again here by author and dates."""

    @abstractmethod
    def fetch_file_changes(self, sha: str, position: Any) -> Page[pb.FileChange]:
        """The changes of a commit, named by its full SHA, against its first parent."""

    def sha_of(self, ref: str) -> str:
        """The full SHA of a ref. Raises NotFound (REF_NOT_FOUND). A full SHA is not looked up."""
        return ref if is_full_sha(ref) else self.look_up(ref)[0].key

    @property
    def head(self) -> str:
        """The ref for the last commit of the default branch."""
        return self.default_ref

    def look_up(self, ref: str) -> tuple[pb.Commit, Page[pb.FileChange] | None]:
        """The commit of a ref. Raises NotFound (REF_NOT_FOUND)."""
        try:
            return self.fetch_commit(ref or self.head)
        except Absent as absence:
            raise self.missing_ref(absence, ref) from None

    def missing_ref(self, absence: Absent, ref: str) -> NotFound:
        """The error for a ref that was not found. Raises NotFound (VENDOR_NOT_FOUND) if the repository is lost."""
        if absence.lack is Lack.UNKNOWN:
            self.check_repository()
        return ref_not_found(ref)

    def confirm(self, absence: Absent, ref: str, *, may_be_empty: bool = False) -> None:
        """Returns if it is the path that is missing. Raises NotFound if the ref or the repository is missing.

        With ``may_be_empty``, a repository without commits is not an error if the ref is empty.
        """
        if absence.lack is Lack.PATH:
            return
        if ref or not may_be_empty:
            if absence.lack is Lack.REF:
                raise ref_not_found(ref)
            self.look_up(ref)
        elif absence.lack is Lack.UNKNOWN:
            self.check_repository()

    def get_commit(self, call: Call, request: pb.GetCommitRequest) -> pb.Commit:
        commit, page = self.look_up(request.commit_sha)
        page = page or self._listed_changes(commit.key, None)
        del commit.file_changes[:]
        for _ in range(MAX_VENDOR_PAGES):
            room = MAX_CHANGES - len(commit.file_changes)
            commit.file_changes.extend(page.items[:room])
            commit.file_changes_truncated = page.next is not None or len(page.items) > room or bool(page.incomplete)
            if page.next is None or len(page.items) >= room:
                break
            page = self._listed_changes(commit.key, page.next)
        return self.completed(commit)

    def list_commits(self, call: Call, request: pb.ListCommitsRequest) -> pb.ListCommitsResponse:
        found = fill(call, request.ref, partial(self.listed, request), self.sha_of)
        return pb.ListCommitsResponse(commits=found.items, **found.fields)

    def stream_commits(self, call: Call, request: pb.StreamCommitsRequest) -> Iterator[pb.Commit]:
        commits = partial(self.listed, request)
        return each(request.ref, commits, self.sha_of, may_lack=request.allow_incomplete)

    def list_file_changes(self, call: Call, request: pb.ListFileChangesRequest) -> pb.ListFileChangesResponse:
        sha = request.commit_sha if call.cursor else self.sha_of(request.commit_sha)
        found = fill(call, sha, self._listed_changes)
        return pb.ListFileChangesResponse(file_changes=found.items, **found.fields)

    def _listed_changes(self, sha: str, position: Any) -> Page[pb.FileChange]:
        try:
            return self.fetch_file_changes(sha, position)
        except Absent as absence:
            raise self.missing_ref(absence, sha) from None

    def listed(self, request: Filters, ref: str, position: Any) -> Page[pb.Commit]:
        """A page of the commits that fit a request."""
        query = CommitQuery(ref, request.path, moment_of(request, "since"), moment_of(request, "until"))
        try:
            page = self.fetch_commits(query, position)
        except Absent as absence:
            self.confirm(absence, ref, may_be_empty=True)
            if ref and not query.path:
                raise ref_not_found(ref) from None
            return Page([])
        # Without a filter, the first commit is the commit of the ref.
        tip = page.items[0].key if page.items and position is None and not (query.path or query.until) else ""
        fitting = [self.completed(commit) for commit in page.items if fits(commit, request)]
        return Page(fitting, page.next, page.ref or tip, page.incomplete)

    def completed(self, commit: pb.Commit) -> pb.Commit:
        commit.id = commit.id or commit.key
        commit.repository_id = self.repository_id
        return commit


def moment_of(request: Any, field: str) -> datetime | None:
    """A date of the request, limited to 1970 to 2099: vendors accept no others."""
    stamp: Timestamp = getattr(request, field)
    if not request.HasField(field):
        return None
    return min(max(stamp.ToDatetime(UTC), _FIRST_DATE), _LAST_DATE)


def fits(commit: pb.Commit, request: Filters) -> bool:
    """Whether a commit passes the filters. Vendors filter authors and dates in different ways."""
    wanted = request.author.casefold()
    if wanted and not any(wanted in text.casefold() for text in (commit.author.name, commit.author.email)):
        return False
    date = commit.date_added.ToNanoseconds()
    if request.HasField("since") and date < request.since.ToNanoseconds():
        return False
    return not (request.HasField("until") and date > request.until.ToNanoseconds())
