"""Pull requests. Each vendor's module says what its words mean in the contract's."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

from sentry_scm_grpc.errors import InvalidArgument, NotFound, Unimplemented
from sentry_scm_grpc.providers.vendor.absence import Absent
from sentry_scm_grpc.providers.vendor.commits import Commits
from sentry_scm_grpc.providers.vendor.credentials import Permission
from sentry_scm_grpc.providers.vendor.marks import unmarked
from sentry_scm_grpc.providers.vendor.pages import Page, fill
from sentry_scm_grpc.providers.vendor.reading import bad_answer
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls

OPEN, CLOSED, MERGED = pulls.PULL_REQUEST_STATE_OPEN, pulls.PULL_REQUEST_STATE_CLOSED, pulls.PULL_REQUEST_STATE_MERGED


@dataclass(frozen=True)
class PullRequestQuery:
    """The requested pull requests. Empty and None mean any. ``commit`` is a full SHA."""

    state: pulls.PullRequestState.ValueType
    head: str
    base: str
    author: str
    commit: str
    since: datetime | None

    def fits(self, found: pulls.PullRequest) -> bool:
        """Whether a pull request is wanted."""
        names = {name.casefold() for name in (found.author.id, found.author.login) if name}
        return (
            self.state in (pulls.PULL_REQUEST_STATE_UNSPECIFIED, found.state)
            and (not self.head or (self.head == found.head.branch and not found.head.is_fork))
            and self.base in ("", found.base.branch)
            and (not self.author or self.author.casefold() in names)
            and (self.since is None or found.updated_at.ToDatetime(UTC) >= self.since)
        )

    def all_before(self, page: Iterable[pulls.PullRequest]) -> bool:
        """Whether all of a page changed before ``since``: the later pages of a list by the last change did too."""
        return self.since is not None and all(found.updated_at.ToDatetime(UTC) < self.since for found in page)


class PullRequests(Commits):
    """The RPCs of PullRequestService."""

    permissions = dict.fromkeys(("get_pull_request", "list_pull_requests"), Permission.READ_PULL_REQUESTS)

    #: Whether the vendor tells when a pull request last changed.
    tells_updates: ClassVar[bool] = True

    @abstractmethod
    def fetch_pull_request(self, number: int) -> pulls.PullRequest:
        """A pull request, with the mark in its body. ``repository_id`` is set here, and the mark is removed."""

    @abstractmethod
    def fetch_pull_requests(self, query: PullRequestQuery, position: Any) -> Page[pulls.PullRequest]:
        """Pull requests into the repository. They are filtered again here by the query, except by its commit."""

    def get_pull_request(self, call: Call, request: pulls.GetPullRequestRequest) -> pulls.PullRequest:
        with self.pull_request_at_fault(request.number):
            return self._of_repository(self.fetch_pull_request(request.number))

    def list_pull_requests(self, call: Call, request: pulls.ListPullRequestsRequest) -> pulls.ListPullRequestsResponse:
        since = request.updated_since.ToDatetime(UTC) if request.HasField("updated_since") else None
        if since is not None and not self.tells_updates:
            raise Unimplemented(
                f"{self.name} does not tell when a pull request changed. Leave `updated_since` out, and use the state."
            )
        commit = self._whole_sha(request.commit_sha)
        query = PullRequestQuery(request.state, request.head, request.base, request.author, commit, since)

        def fetch(_: str, position: Any) -> Page[pulls.PullRequest]:
            page = self._asked_pulls(query, position)
            return Page([self._of_repository(found) for found in page.items if query.fits(found)], page.next)

        found = fill(call, "", fetch)
        return pulls.ListPullRequestsResponse(pull_requests=found.items, next_page_token=found.next_page_token)

    def _whole_sha(self, ref: str) -> str:
        try:
            return self.sha_of(ref) if ref else ""
        except Absent as absence:
            raise self.missing_ref(absence, ref) from None

    @contextmanager
    def pull_request_at_fault(self, number: int) -> Iterator[None]:
        """For a read of something that every pull request has."""
        try:
            yield
        except Absent:
            self.check_repository()
            raise pull_request_not_found(number) from None

    def _asked_pulls(self, query: PullRequestQuery, position: Any) -> Page[pulls.PullRequest]:
        try:
            page = self.fetch_pull_requests(query, position)
        except (Absent, InvalidArgument) as error:
            if query.commit:
                self.look_up(query.commit)
            elif isinstance(error, Absent):
                self.check_repository()
            raise bad_answer() if isinstance(error, Absent) else error from None
        if query.commit and position is None and not page.items:
            # Some vendors list nothing for a commit that does not exist.
            self.look_up(query.commit)
        return page

    def _of_repository(self, found: pulls.PullRequest) -> pulls.PullRequest:
        found.repository_id = self.repository.id if self.repository else 0
        found.body = unmarked(found.body)
        return found


def pull_request_not_found(number: int) -> NotFound:
    return NotFound(
        f"The repository has no pull request {number}, or hides it from the integration.",
        reason="PULL_REQUEST_NOT_FOUND",
        metadata={"number": str(number)},
    )
