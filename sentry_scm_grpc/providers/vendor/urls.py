"""What vendors can do with a repository, one class for each capability: an adapter has those that it inherits.

Each class serves its RPCs from one or two methods that ask the vendor; these are abstract, and described at the top of
``providers.vendor``.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, ClassVar, TypeVar

from google.protobuf.timestamp_pb2 import Timestamp

from sentry_scm_grpc.errors import (
    DeadlineExceeded,
    FailedPrecondition,
    InvalidArgument,
    NotFound,
    ScmError,
    Unimplemented,
)
from sentry_scm_grpc.providers.vendor.absence import Absent, Lack
from sentry_scm_grpc.providers.vendor.base import Vendor
from sentry_scm_grpc.providers.vendor.http import too_large
from sentry_scm_grpc.providers.vendor.pages import MAX_VENDOR_PAGES, Page, each, fill, is_full_sha
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.source import codeowners
from sentry_scm_grpc.v1 import scm_pb2 as pb

T = TypeVar("T")

#: How many file changes GetCommit answers.
MAX_CHANGES = 1000
#: How many bytes GetFile answers where the request does not say, and at most.
DEFAULT_BYTES = 1024 * 1024
MAX_BYTES = 3 * 1024 * 1024
# https://docs.github.com/en/rest/commits/commits#list-commits
_FIRST_DATE, _LAST_DATE = datetime(1970, 1, 1, tzinfo=UTC), datetime(2099, 12, 31, 23, 59, 59, tzinfo=UTC)


@dataclass(frozen=True)
class CommitQuery:
    """Which commits are wanted; an empty ref is the default branch, an empty path means all."""

    ref: str
    path: str
    since: datetime | None
    until: datetime | None


@dataclass(frozen=True)
class BlamedFile:
    """Lines, from 1 and in order, of a file at a ref."""

    ref: str
    path: str
    lines: tuple[int, ...]


#: Who last changed each line; a line beyond the end is missing.
Blame = Mapping[int, pb.CommitContext]
#: The same, where some lines of a file may have none, and why.
LineBlame = Mapping[int, pb.CommitContext | ScmError]


class Commits(Vendor):
    """GetCommit, ListCommits, StreamCommits, ListFileChanges."""

    @abstractmethod
    def fetch_commit(self, ref: str) -> tuple[pb.Commit, Page[pb.FileChange] | None]: ...

    @abstractmethod
    def fetch_commits(self, query: CommitQuery, position: Any) -> Page[pb.Commit]: ...

    @abstractmethod
    def fetch_file_changes(self, sha: str, position: Any) -> Page[pb.FileChange]: ...

    def sha_of(self, ref: str) -> str:
        """The full SHA of a ref. Raises NotFound (REF_NOT_FOUND). A full SHA is not looked up."""
        return ref if is_full_sha(ref) else self.look_up(ref)[0].key

    @property
    def head(self) -> str:
        """The ref by which the vendor finds the default branch's last commit."""
        return self.default_ref

    def look_up(self, ref: str) -> tuple[pb.Commit, Page[pb.FileChange] | None]:
        """The commit of a ref. Raises NotFound (REF_NOT_FOUND)."""
        try:
            return self.fetch_commit(ref or self.head)
        except Absent as absence:
            raise self.missing_ref(absence, ref) from None

    def missing_ref(self, absence: Absent, ref: str) -> NotFound:
        """The error where a ref was looked up in vain. Raises NotFound (VENDOR_NOT_FOUND) for a lost repository."""
        if absence.lack is Lack.UNKNOWN:
            self.check_repository()
        return ref_not_found(ref)

    def confirm(self, absence: Absent, ref: str, *, may_be_empty: bool = False) -> None:
        """Returns where a path is what is not there. Raises NotFound where the ref or the repository is not.

        ``may_be_empty`` says that nothing is there on the default branch of a repository without commits either.
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
        return self._completed(commit)

    def list_commits(self, call: Call, request: pb.ListCommitsRequest) -> pb.ListCommitsResponse:
        found = fill(call, request.ref, partial(self._commits, request), self.sha_of)
        return pb.ListCommitsResponse(commits=found.items, **found.fields)

    def stream_commits(self, call: Call, request: pb.StreamCommitsRequest) -> Iterator[pb.Commit]:
        commits = partial(self._commits, request)
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

    def _commits(
        self, request: pb.ListCommitsRequest | pb.StreamCommitsRequest, ref: str, position: Any
    ) -> Page[pb.Commit]:
        query = CommitQuery(ref, request.path, _moment(request, "since"), _moment(request, "until"))
        try:
            page = self.fetch_commits(query, position)
        except Absent as absence:
            self.confirm(absence, ref, may_be_empty=True)
            if ref and not query.path:
                raise ref_not_found(ref) from None
            return Page([])
        # Without a filter the first commit is the one that the ref stands for.
        tip = page.items[0].key if page.items and position is None and not (query.path or query.until) else ""
        fitting = [self._completed(commit) for commit in page.items if _fits(commit, request)]
        return Page(fitting, page.next, page.ref or tip, page.incomplete)

    def _completed(self, commit: pb.Commit) -> pb.Commit:
        commit.id = commit.id or commit.key
        commit.repository_id = self.repository_id
        return commit


class Blames(Commits):
    """GetCommitContext, BatchGetCommitContext."""

    @abstractmethod
    def blame(self, file: BlamedFile) -> LineBlame: ...

    def blame_all(self, files: Sequence[BlamedFile]) -> Sequence[LineBlame | ScmError]:
        """The blame of each file, or why there is none; files side by side."""
        return self.http.gather([partial(tried, partial(self.blame, file)) for file in files])

    def get_commit_context(self, call: Call, request: pb.GetCommitContextRequest) -> pb.CommitContext:
        answer = self._contexts([request])[0]
        if isinstance(answer, ScmError):
            raise answer
        return answer

    def batch_get_commit_context(
        self, call: Call, request: pb.BatchGetCommitContextRequest
    ) -> pb.BatchGetCommitContextResponse:
        response = pb.BatchGetCommitContextResponse()
        for answer in self._contexts(request.lines):
            if isinstance(answer, ScmError):
                response.results.add().error.CopyFrom(
                    pb.LineError(code=answer.code.value[0], reason=answer.reason, message=answer.message)
                )
            else:
                response.results.add().context.CopyFrom(answer)
        return response

    def _contexts(
        self, asked: Sequence[pb.SourceLine] | Sequence[pb.GetCommitContextRequest]
    ) -> list[pb.CommitContext | ScmError]:
        wanted: dict[tuple[str, str], set[int]] = {}
        for line in asked:
            wanted.setdefault((line.commit_sha, line.filepath), set()).add(line.line_number)
        files = [BlamedFile(ref, path, tuple(sorted(lines))) for (ref, path), lines in wanted.items()]
        blamed = {
            place: self._explained(blame, *place) for place, blame in zip(wanted, self.blame_all(files), strict=True)
        }
        return [self._context(line, blamed[line.commit_sha, line.filepath]) for line in asked]

    def _explained(self, blame: LineBlame | ScmError, ref: str, path: str) -> LineBlame | ScmError:
        if not isinstance(blame, Absent):
            return blame
        refusal = tried(lambda: self.confirm(blame, ref))
        return refusal if isinstance(refusal, ScmError) else path_not_found(path, ref)

    def _context(
        self, line: pb.SourceLine | pb.GetCommitContextRequest, blame: LineBlame | ScmError
    ) -> pb.CommitContext | ScmError:
        if isinstance(blame, ScmError):
            return blame
        found = blame.get(line.line_number)
        if found is None:
            return InvalidArgument.of(
                ("line_number", f"is {line.line_number}, which is beyond the end of the file"),
                reason="LINE_OUT_OF_RANGE",
            )
        if isinstance(found, ScmError):
            return found
        context = pb.CommitContext(
            repository_id=self.repository_id,
            commit_id=line.commit_sha,
            filename=line.filepath,
            line_number=line.line_number,
        )
        context.MergeFrom(found)
        context.code_snippet = context.code_snippet[:1024]
        return context


class Files(Commits):
    """CheckFile, GetFile, GetSourceUrl, ResolveSourceUrl, and so GetStacktraceLink."""

    @abstractmethod
    def has_path(self, path: str, ref: str) -> bool: ...

    @abstractmethod
    def fetch_file(self, path: str, ref: str, max_bytes: int) -> pb.FileContent: ...

    @abstractmethod
    def url_of(self, path: str, ref: str, line: int) -> str: ...

    @abstractmethod
    def parse_source_url(self, url: str) -> pb.ResolvedSourceUrl | None: ...

    def check_file(self, call: Call, request: pb.CheckFileRequest) -> pb.CheckFileResponse:
        try:
            exists = self.has_path(request.path, request.ref)
        except Absent as absence:
            self.confirm(absence, request.ref, may_be_empty=True)
            exists = False
        url = self.url_of(request.path, request.ref, 0) if exists else ""
        return pb.CheckFileResponse(exists=exists, url=url)

    def get_file(self, call: Call, request: pb.GetFileRequest) -> pb.FileContent:
        limit = min(request.max_bytes or DEFAULT_BYTES, MAX_BYTES)
        found = self._found_file(request.path, request.ref, limit)
        if len(found.content) > limit:
            raise too_large(len(found.content), limit)
        found.path = request.path
        found.commit_sha = found.commit_sha or request.ref
        found.size_bytes = len(found.content)
        found.url = self.url_of(request.path, request.ref, 0)
        return found

    def _found_file(self, path: str, ref: str, max_bytes: int) -> pb.FileContent:
        try:
            return self.fetch_file(path, ref, max_bytes)
        except Absent as absence:
            self.confirm(absence, ref)
            raise path_not_found(path, ref) from None

    def get_source_url(self, call: Call, request: pb.GetSourceUrlRequest) -> pb.SourceUrl:
        return pb.SourceUrl(url=self.url_of(request.path, request.ref, request.line_number))


class CodeOwnersFile(Files):
    """GetCodeOwners."""

    #: Where the vendor looks for the file, in its order.
    code_owners_locations: ClassVar[Sequence[str]]
    #: How the vendor reads it.
    code_owners_rules: ClassVar[codeowners.Rules] = codeowners.GITHUB
    #: Whether the vendor takes no notice of a file that is too large to be read here.
    code_owners_limited: ClassVar[bool] = False

    def get_code_owners(self, call: Call, request: pb.GetCodeOwnersRequest) -> pb.CodeOwners:
        for path in self.code_owners_locations:
            try:
                found = self._found_file(path, request.ref, MAX_BYTES)
            except NotFound as error:
                if error.reason != "PATH_NOT_FOUND":
                    raise
                continue
            except FailedPrecondition as error:
                if error.reason == "FILE_TOO_LARGE" and self.code_owners_limited:
                    raise NotFound(
                        f"{path} is larger than 3 MB: {self.name} does not read it, so there are no code owners.",
                        reason="CODE_OWNERS_NOT_FOUND",
                    ) from error
                if error.reason != "NOT_A_FILE":
                    raise
                continue
            rules = codeowners.rules_for(path, self.code_owners_rules, found.content)
            url = self.url_of(path, request.ref, 0)
            return codeowners.answer(path, found.content, request.paths, rules, url=url)
        raise NotFound(
            f"The repository has no code owners file: {self.name} looks at {', '.join(self.code_owners_locations)}.",
            reason="CODE_OWNERS_NOT_FOUND",
        )


class Trees(Commits):
    """ListTree, StreamTree, and so DeriveCodeMappings."""

    @abstractmethod
    def fetch_tree(self, ref: str, path: str, position: Any) -> Page[pb.TreeEntry]: ...

    def list_tree(self, call: Call, request: pb.ListTreeRequest) -> pb.ListTreeResponse:
        found = fill(call, request.ref, self._tree_of(request.path), self.sha_of)
        return pb.ListTreeResponse(entries=found.items, **found.fields)

    def stream_tree(self, call: Call, request: pb.StreamTreeRequest) -> Iterator[pb.TreeEntry]:
        return each(request.ref, self._tree_of(request.path), self.sha_of)

    def list_paths(self, call: Call) -> Iterator[str]:
        """The paths of all files on the default branch."""
        return (entry.path for entry in each("", self._tree_of(""), self.sha_of))

    def _tree_of(self, path: str) -> Callable[[str, Any], Page[pb.TreeEntry]]:
        def fetch(ref: str, position: Any) -> Page[pb.TreeEntry]:
            try:
                return self.fetch_tree(ref, path, position)
            except Absent as absence:
                self.confirm(absence, ref)
                if not path:
                    raise ref_not_found(ref) from None
                return Page([])

        return fetch


class CodeSearch(Vendor):
    """SearchCode."""

    #: Whether the vendor tells the lines, so that upper and lower case can be told apart here.
    search_tells_lines: ClassVar[bool] = False
    #: Whether the vendor searches more than the default branch.
    search_takes_ref: ClassVar[bool] = False

    @abstractmethod
    def fetch_matches(self, query: str, path: str, ref: str, position: Any) -> Page[pb.CodeMatch]: ...

    def search_code(self, call: Call, request: pb.SearchCodeRequest) -> pb.SearchCodeResponse:
        if any(character in request.query for character in "\r\n"):
            raise InvalidArgument.of(("query", "must be in one line: matches are found line by line"))
        if request.case_sensitive and not self.search_tells_lines:
            raise self._cannot("tell upper from lower case", "case_sensitive")
        if request.ref and not self.search_takes_ref and request.ref != self.default_ref:
            raise self._cannot("search any but the default branch", "ref")

        def fetch(ref: str, position: Any) -> Page[pb.CodeMatch]:
            try:
                page = self.fetch_matches(request.query, request.path, ref, position)
            except Absent as absence:
                if absence.lack is Lack.REF:
                    raise ref_not_found(ref) from None
                self.check_repository()
                raise self._search_is_off() from None
            fitting = [match for match in page.items if _matches(match, request)]
            return Page(fitting, page.next, page.ref, page.incomplete)

        found = fill(call, request.ref, fetch)
        return pb.SearchCodeResponse(matches=found.items, **found.fields)

    def _search_is_off(self) -> FailedPrecondition:
        return FailedPrecondition(
            f"{self.name} has the repository, but no code search for it. Have it switched on or installed there.",
            reason="VENDOR_DISABLED",
        )

    def _cannot(self, what: str, field: str) -> Unimplemented:
        return Unimplemented(
            f"{self.name} cannot {what} in a search. Leave {field} unset.",
            metadata={"provider": self.key, "field": field},
        )


def ref_not_found(ref: str) -> NotFound:
    return NotFound(
        f"The repository has no branch, tag or commit {ref!r}." if ref else "The repository has no commits.",
        reason="REF_NOT_FOUND",
        metadata={"ref": ref},
    )


def path_not_found(path: str, ref: str) -> NotFound:
    where = f"at {ref!r}" if ref else "on the default branch"
    return NotFound(f"There is no {path!r} {where}.", reason="PATH_NOT_FOUND")


def tried(call: Callable[[], T]) -> T | ScmError:
    """What a call returns, or the error that it raises; that the deadline passed is raised."""
    try:
        return call()
    except DeadlineExceeded:
        raise
    except ScmError as error:
        return error


def _moment(request: Any, field: str) -> datetime | None:
    """A date of the request's that git, and so a vendor, can tell: it goes from 1970 to 2099."""
    stamp: Timestamp = getattr(request, field)
    if not request.HasField(field):
        return None
    return min(max(stamp.ToDatetime(UTC), _FIRST_DATE), _LAST_DATE)


def _fits(commit: pb.Commit, request: pb.ListCommitsRequest | pb.StreamCommitsRequest) -> bool:
    """Whether a commit passes the filters: vendors differ in what they mean by an author and by a date."""
    wanted = request.author.casefold()
    if wanted and not any(wanted in text.casefold() for text in (commit.author.name, commit.author.email)):
        return False
    date = commit.date_added.ToNanoseconds()
    if request.HasField("since") and date < request.since.ToNanoseconds():
        return False
    return not (request.HasField("until") and date > request.until.ToNanoseconds())


def _matches(match: pb.CodeMatch, request: pb.SearchCodeRequest) -> bool:
    if request.path and match.path != request.path and not match.path.startswith(request.path.rstrip("/") + "/"):
        return False
    return not request.case_sensitive or request.query in match.line
