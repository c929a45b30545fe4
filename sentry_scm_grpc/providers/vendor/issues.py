"""What the six vendors' adapters have in common, on top of Sentry's installation.

A vendor's module has constants, the reading of its answers, and the methods below. Which of the classes of
``providers.capabilities`` it inherits is what it can do; each asks for these methods. They call the vendor through
``self.http`` and leave deadlines, limits, errors, caching, filters and page tokens to the ground. Where the vendor
has no such thing they let pass the Absent that ``self.http`` raises for a 404: the ground finds out whether the
repository, the ref or the path is missing, and answers accordingly. They may raise ``ref_not_found`` or
``path_not_found`` where they know. A Page has a reason in ``incomplete`` where the vendor leaves out items. An empty
``ref`` is the default branch. A
``position`` is None for the first page, then what ``Page.next`` was: any JSON value. An answer about a full SHA
(``is_full_sha``) is read with ``immutable=True``.

Every adapter (``Vendor``):

    fetch_repository(identifier: str) -> pb.RemoteRepository
        the identifier has the right form
    fetch_repositories(query: str, position) -> Page[pb.RemoteRepository]
        by name, where the vendor can; filtered again here
    rate_limit_of(path: str) -> str
        where the vendor has several limits
    lack_of(status: int, told) -> Lack | None
        where the body of a refusal says what is missing

``Commits``: GetCommit, ListCommits, StreamCommits, ListFileChanges

    fetch_commit(ref: str) -> tuple[pb.Commit, Page[pb.FileChange] | None]
        the changes where the same answer holds them
    fetch_commits(query: CommitQuery, position) -> Page[pb.Commit]
        newest first; author and dates filtered again here
    fetch_file_changes(sha: str, position) -> Page[pb.FileChange]
        against the first parent; a full SHA
    (fill key, message, author, committer, date_added, web_url, parent_keys; id and repository_id are filled here)

``Files`` (is ``Commits`` too): CheckFile, GetFile, GetSourceUrl, ResolveSourceUrl, GetStacktraceLink

    has_path(path: str, ref: str) -> bool
        one call; False only where repository and ref are known to be there, otherwise Absent
    fetch_file(path: str, ref: str, max_bytes: int) -> pb.FileContent
        content, commit_sha; ``too_large``, ``not_a_file``
    url_of(path: str, ref: str, line: int) -> str
        no call; line 0 is none, no ref: self.default_ref
    parse_source_url(url: str) -> pb.ResolvedSourceUrl | None
        no call; None where it is not of this repository

``CodeOwnersFile`` (is ``Files``): GetCodeOwners; the constants ``code_owners_locations`` and ``code_owners_rules``

``Trees`` (is ``Commits`` too): ListTree, StreamTree, DeriveCodeMappings

    fetch_tree(ref: str, path: str, position) -> Page[pb.TreeEntry]
        files alone, by path; path "" is all of them

``Blames`` (is ``Commits`` too): GetCommitContext, BatchGetCommitContext

    blame(file: BlamedFile) -> Mapping[int, pb.CommitContext]
        by line; lines beyond the end are missing
    blame_all(files) -> list[Mapping[int, pb.CommitContext] | ScmError]
        only where one call takes many files
    (fill blame_commit_id, blame_author, message, committed_at, and what is known of commit_id, code_snippet,
    blame_filename)

``CodeSearch``: SearchCode; the constants ``search_tells_lines``, ``search_takes_ref``

    fetch_matches(query: str, path: str, ref: str, position) -> Page[pb.CodeMatch]
        literal text, quoted for the vendor

``Tracker``: CreateExternalIssue, GetExternalIssue, LinkExternalIssue, SyncIssueStatus: its constants, and

    get_issue(key: str) -> pb.TrackerIssue
    set_issue_state(key: str, state) -> None
    fetch_issues_since(place: str, title: str, since: datetime, position) -> Page[tuple[str, pb.TrackerIssue]]
        those of a place that were made then or later, with their descriptions as they are there; from the vendor's
        list, not from a search that lags behind; by the title where the vendor can narrow by it
    (descriptions that callers get are ``unmarked``)

``IssueSearch`` (is ``Tracker``): SearchIssues

    fetch_issues(query: str, destination: str, position) -> Page[pb.TrackerIssue]
        the destination has the right form, or is ""

``IssueDestinations`` (is ``Tracker``): ListIssueDestinations

    fetch_destinations(query: str, position) -> Page[pb.IssueDestination]
        id, name, kind; the fields are filled here
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, ClassVar

from sentry_scm_grpc.errors import InvalidArgument, NotFound, ScmError
from sentry_scm_grpc.providers.base import ProviderAdapter
from sentry_scm_grpc.providers.vendor.absence import Absent, Lack, lack_by_status, repository_lost
from sentry_scm_grpc.providers.vendor.http import Http
from sentry_scm_grpc.providers.vendor.installation import Client, Connection, Installation
from sentry_scm_grpc.providers.vendor.issue_marks import CLOCKS_DIFFER_MINUTES, marked, unmarked
from sentry_scm_grpc.providers.vendor.pages import MAX_VENDOR_PAGES, Page, fill
from sentry_scm_grpc.rpc.attempts import outcome_unknown
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.v1 import scm_pb2 as pb

OWNER_AND_NAME = re.compile(r"[\w.~-]+/[\w.-]+\Z")


class Vendor(ProviderAdapter):
    """An adapter on an installation of Sentry's."""

    #: What identifies a repository at the vendor, and an example of it.
    identifier_format: ClassVar[re.Pattern[str]]
    identifier_example: ClassVar[str]

    installation: Connection

    @property
    def live(self) -> Installation:
        return self.installation.installation

    @cached_property
    def client(self) -> Client:
        return self.live.get_client()

    @cached_property
    def http(self) -> Http:
        """The vendor's API."""
        return Http(self.installation, lambda: self.client, self.rate_limit_of, self.lack_of)

    def rate_limit_of(self, path: str) -> str:
        """The name of the rate limit by which the vendor counts a path, where it has several."""
        return "all"

    def lack_of(self, status: int, told: Any) -> Lack | None:
        """What a refusal of the vendor says is not there, by its status and its JSON; None where it is no such. May
        raise the error that the refusal means.
        """
        return lack_by_status(status, told)

    def check_repository(self, identifier: str = "") -> None:
        """Raises NotFound (VENDOR_NOT_FOUND) where the vendor has no such repository, or hides it: one call. Without an
        identifier it is that of the call.
        """
        try:
            self.fetch_repository(identifier or self.installation.identifier())
        except Absent:
            raise repository_lost() from None

    @abstractmethod
    def fetch_repository(self, identifier: str) -> pb.RemoteRepository:
        """Asks the vendor for a repository; the identifier has the right form."""

    def describe_repository(self, identifier: str) -> pb.RemoteRepository:
        if not has_form(self.identifier_format, identifier):
            raise InvalidArgument.of(("identifier", f"must be like {self.identifier_example!r} at {self.name}"))
        return self.fetch_repository(identifier)

    def check_repository_access(
        self, call: Call, request: pb.CheckRepositoryAccessRequest
    ) -> pb.CheckRepositoryAccessResponse:
        try:
            self.describe_repository(self.installation.identifier())
        except Exception as error:
            known = error if isinstance(error, ScmError) else call.host.map_error(error)
            if known is None or known.reason not in _NO_ACCESS:
                raise
            return pb.CheckRepositoryAccessResponse(reason=_NO_ACCESS[known.reason], message=known.message)
        return pb.CheckRepositoryAccessResponse(accessible=True)

    def search_repositories(self, call: Call, request: pb.SearchRepositoriesRequest) -> pb.SearchRepositoriesResponse:
        wanted = request.query.casefold()

        def fetch(_: str, position: Any) -> Page[pb.RemoteRepository]:
            page = self.fetch_repositories(request.query, position)
            # Some vendors cannot search, others match more than the name.
            fitting = [found for found in page.items if wanted in found.name.casefold()]
            return Page(fitting, page.next, incomplete=page.incomplete)

        found = fill(call, "", fetch)
        known = self.installation.known_repositories() if found.items else {}
        for repository in found.items:
            repository.repository_id = known.get(repository.identifier, 0)
        return pb.SearchRepositoriesResponse(repositories=found.items, **found.fields)

    def fetch_repositories(self, query: str, position: Any) -> Page[pb.RemoteRepository]:
        """The provider's repositories; by default what Sentry's installation lists, all at once."""
        listed = self.live.get_repositories(query or None)
        return Page(
            [
                pb.RemoteRepository(
                    identifier=str(found["identifier"]),
                    name=found["name"],
                    default_branch=found.get("default_branch") or "",
                    external_id=str(found.get("external_id") or ""),
                )
                for found in listed
            ]
        )

    @property
    def repository_id(self) -> int:
        return 0 if self.repository is None else self.repository.id

    @property
    def default_ref(self) -> str:
        """What stands for the default branch where the vendor wants a ref."""
        return (self.repository.default_branch if self.repository else "") or "HEAD"


class Tracker(Vendor):
    """An adapter whose vendor has an issue tracker."""

    #: The vendor's name for the place of an issue, and the form of its value.
    destination_field: ClassVar[str]
    destination_format: ClassVar[re.Pattern[str]]
    destination_example: ClassVar[str]
    #: What else a new issue may have, and whether it must.
    issue_fields: ClassVar[Mapping[str, bool]] = {}
    #: The vendor's own names for an issue: groups "place" and "number".
    key_format: ClassVar[re.Pattern[str]]
    #: How the description carries the mark of a request id. Most vendors' markup hides a comment.
    mark_format: ClassVar[str] = "<!-- {} -->"

    @abstractmethod
    def get_issue(self, key: str) -> pb.TrackerIssue:
        """Reads an issue by the key that Sentry stores."""

    def create_issue(self, call: Call, request: pb.CreateExternalIssueRequest) -> pb.TrackerIssue:
        data = self._issue_data(request)
        if call.attempt is not None:
            data["description"] = marked(request.description, self.mark_format, call.attempt.marker)
        made = self.live.create_issue(data)
        key = self.live.make_external_key(made)
        return pb.TrackerIssue(
            key=key,
            title=made.get("title") or request.title,
            description=unmarked(made.get("description") or ""),
            web_url=made.get("url") or self.live.get_issue_url(key),
            state=pb.ISSUE_STATE_OPEN,
            metadata=made.get("metadata") or {},
        )

    @abstractmethod
    def fetch_issues_since(
        self, place: str, title: str, since: datetime, position: Any
    ) -> Page[tuple[str, pb.TrackerIssue]]: ...

    def find_made_issue(
        self, call: Call, request: pb.CreateExternalIssueRequest, marker: str, asked: datetime
    ) -> pb.TrackerIssue | None:
        """The issue with this mark, which was asked for then; None where there is none.

        Raises FailedPrecondition (OUTCOME_UNKNOWN) where too many were made since.
        """
        place = self._issue_data(request)[self.destination_field]
        since, position = asked - timedelta(minutes=CLOCKS_DIFFER_MINUTES), None
        for _ in range(MAX_VENDOR_PAGES):
            page = self.fetch_issues_since(place, request.title, since, position)
            for description, issue in page.items:
                if marker in description:
                    return issue
            position = page.next
            if position is None:
                return None
        raise outcome_unknown("an issue")

    def _issue_data(self, request: pb.CreateExternalIssueRequest) -> dict[str, Any]:
        """What Sentry's installation takes. Raises InvalidArgument."""
        place = request.destination or request.metadata.get(self.destination_field, "")
        violations = []
        if not has_form(self.destination_format, place):
            violations.append(("destination", f"must be like {self.destination_example!r} at {self.name}"))
        allowed = {self.destination_field, *self.issue_fields}
        for name in request.metadata:
            if name not in allowed:
                violations.append((f"metadata[{name[:64]!r}]", f"is none of {', '.join(sorted(allowed))}"))
        for name, required in self.issue_fields.items():
            if required and not request.metadata.get(name):
                violations.append((f"metadata[{name!r}]", "is required"))
        if violations:
            raise InvalidArgument.of(*violations)
        data = {"title": request.title, "description": request.description, **request.metadata}
        data[self.destination_field] = self.destination(place)
        return data

    def destination(self, place: str) -> str:
        """A destination as the vendor's paths want it."""
        return place

    def parts_of(self, key: str) -> tuple[str, str]:
        """The place and the number in a key. Raises NotFound for one of another form."""
        found = self.key_format.fullmatch(key)
        if found is None or not has_form(self.key_format, key):
            raise NotFound(
                f"{self.name} has no issue with this key. SearchIssues and ListExternalIssues show keys.",
                reason="ISSUE_NOT_FOUND",
            )
        return found["place"], found["number"]


class IssueSearch(Tracker):
    """SearchIssues."""

    #: Whether the vendor searches in one place only.
    search_wants_destination: ClassVar[bool] = True

    @abstractmethod
    def fetch_issues(self, query: str, destination: str, position: Any) -> Page[pb.TrackerIssue]: ...

    def search_issues(self, call: Call, request: pb.SearchIssuesRequest) -> pb.SearchIssuesResponse:
        place = request.destination
        if not place and self.search_wants_destination:
            raise InvalidArgument.of(
                ("destination", f"is required: {self.name} searches in one place, such as {self.destination_example!r}")
            )
        if place and not has_form(self.destination_format, place):
            raise InvalidArgument.of(("destination", f"must be like {self.destination_example!r} at {self.name}"))

        def fetch(_: str, position: Any) -> Page[pb.TrackerIssue]:
            return self.fetch_issues(request.query, place, position)

        found = fill(call, "", fetch)
        return pb.SearchIssuesResponse(issues=found.items, **found.fields)


class IssueDestinations(Tracker):
    """ListIssueDestinations."""

    @abstractmethod
    def fetch_destinations(self, query: str, position: Any) -> Page[pb.IssueDestination]: ...

    def list_issue_destinations(
        self, call: Call, request: pb.ListIssueDestinationsRequest
    ) -> pb.ListIssueDestinationsResponse:
        wanted = request.query.casefold()

        def fetch(_: str, position: Any) -> Page[pb.IssueDestination]:
            page = self.fetch_destinations(request.query, position)
            return Page([found for found in page.items if wanted in found.name.casefold()], page.next)

        listed = fill(call, "", fetch)
        for destination in listed.items:
            named = {field.name for field in destination.fields}
            for name, required in self.issue_fields.items():
                if name not in named:
                    destination.fields.add(name=name, label=name.replace("_", " "), required=required)
        return pb.ListIssueDestinationsResponse(destinations=listed.items, next_page_token=listed.next_page_token)


# The reasons for which a repository counts as out of reach, and what CheckRepositoryAccess says; others are errors.
_NO_ACCESS = {
    "VENDOR_NOT_FOUND": "NOT_FOUND",
    "VENDOR_FORBIDDEN": "VENDOR_FORBIDDEN",
    "VENDOR_DISABLED": "VENDOR_DISABLED",
    "INTEGRATION_UNAUTHORIZED": "INTEGRATION_UNAUTHORIZED",
}


def has_form(form: re.Pattern[str], text: str) -> bool:
    """Whether a text that becomes part of a path has its form, and no segment that walks to another path."""
    return form.match(text) is not None and not {".", ".."} & set(text.replace("#", "/").split("/"))
