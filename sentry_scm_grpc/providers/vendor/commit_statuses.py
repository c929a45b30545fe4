"""Statuses of commits, and one state for all that is reported on a commit."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from sentry_scm_grpc.errors import FailedPrecondition, InvalidArgument
from sentry_scm_grpc.providers.vendor.absence import Absent, Lack
from sentry_scm_grpc.providers.vendor.commits import Commits
from sentry_scm_grpc.providers.vendor.credentials import Permission
from sentry_scm_grpc.providers.vendor.pages import (
    MAX_VENDOR_PAGES,
    VENDOR_LIMIT,
    Page,
    fill,
    is_full_sha,
    ref_of_page,
)
from sentry_scm_grpc.providers.vendor.statuses import error_of_status
from sentry_scm_grpc.rpc.budget import current
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.v1 import checks_pb2 as checks

if TYPE_CHECKING:
    State: TypeAlias = checks.CheckState.ValueType

#: Which state a derived rollup has: the first of these that anything has.
_FIRST = (
    checks.CHECK_STATE_FAILURE,
    checks.CHECK_STATE_ERROR,
    checks.CHECK_STATE_RUNNING,
    checks.CHECK_STATE_PENDING,
    checks.CHECK_STATE_CANCELLED,
    checks.CHECK_STATE_SUCCESS,
    checks.CHECK_STATE_NEUTRAL,
    checks.CHECK_STATE_SKIPPED,
)


@dataclass(frozen=True)
class StatusLimits:
    """The most characters of each text at a vendor. 0 means that the vendor tells no limit."""

    key: int = 0
    title: int = 0
    summary: int = 0
    url: int = 0


@dataclass(frozen=True)
class NewStatus:
    """A status to be stored: ``word`` is the vendor's for the state, and ``ref`` a branch or tag without "refs/"."""

    sha: str
    key: str
    word: str
    title: str
    summary: str
    url: str
    ref: str


@dataclass(frozen=True)
class StateWords:
    """The vendor's words for states: those that it tells, and those that it takes.

    ``read`` are its exact counterparts. ``derived`` are our reading. Any other word has no state.
    """

    read: Mapping[str, State]
    derived: Mapping[str, State]
    written: Mapping[State, str]

    def of(self, word: str) -> tuple[State, bool]:
        """The state of a word, and whether it is our reading."""
        if word in self.derived:
            return self.derived[word], True
        return self.read.get(word, checks.CHECK_STATE_UNSPECIFIED), False


class CommitStatuses(Commits):
    """ListCommitStatuses, CreateCommitStatus."""

    permissions = {
        "list_commit_statuses": Permission.READ_STATUSES,
        "create_commit_status": Permission.WRITE_STATUSES,
    }

    status_words: ClassVar[StateWords]
    status_limits: ClassVar[StatusLimits]
    #: Whether a status has a title beside its key.
    statuses_have_titles: ClassVar[bool] = False
    status_needs_url: ClassVar[bool] = False

    @abstractmethod
    def fetch_statuses(self, sha: str, position: Any) -> Page[checks.CommitStatus]:
        """The latest status of each key, made by ``status``. The SHA is full."""

    @abstractmethod
    def store_status(self, status: NewStatus) -> checks.CommitStatus:
        """Stores a status, and returns it as the vendor has it. May raise Absent."""

    def commit_of_status(self, ref: str) -> str:
        """The full SHA of a ref. A vendor that tells statuses of any commit looks it up."""
        try:
            return self.sha_of(ref)
        except Absent as absence:
            raise self.missing_ref(absence, ref) from None

    def fetch_rollup(self, sha: str, statuses: Callable[[], Iterable[Page[checks.CommitStatus]]]) -> checks.CheckRollup:
        """The state of a commit. A vendor that tells one asks for it."""
        return derived_rollup(statuses())

    def status(self, key: str, word: str, **fields: Any) -> checks.CommitStatus:
        """A status by the vendor's word for its state."""
        state, derived = self.status_words.of(word)
        return checks.CommitStatus(key=key, state=state, vendor_state=word, derived=derived, **fields)

    # ---- the RPCs

    def list_commit_statuses(
        self, call: Call, request: checks.ListCommitStatusesRequest
    ) -> checks.ListCommitStatusesResponse:
        sha = ref_of_page(call) if call.cursor else self.commit_of_status(request.commit_sha)
        pages: dict[str, Page[checks.CommitStatus]] = {}

        def fetch(ref: str, position: Any) -> Page[checks.CommitStatus]:
            known = json.dumps(position)
            if known not in pages:
                pages[known] = self._listed_statuses(sha, position)
            return pages[known]

        found = fill(call, sha, fetch)
        for status in found.items:
            status.commit_sha = sha
        response = checks.ListCommitStatusesResponse(statuses=found.items, commit_sha=sha, **found.fields)
        if not call.cursor:
            if not found.items and is_full_sha(request.commit_sha):
                # Vendors tell no statuses of a commit that they do not have.
                self.look_up(sha)
            response.rollup.CopyFrom(self.fetch_rollup(sha, lambda: _all_pages(fetch, sha)))
        return response

    def _listed_statuses(self, sha: str, position: Any) -> Page[checks.CommitStatus]:
        try:
            return self.fetch_statuses(sha, position)
        except Absent as absence:
            raise self.missing_ref(absence, sha) from None

    def create_commit_status(self, call: Call, request: checks.CreateCommitStatusRequest) -> checks.CommitStatus:
        word = self.status_words.written.get(request.state, "")
        limits = self.status_limits
        violations = []
        if not word:
            taken = ", ".join(checks.CheckState.Name(state) for state in self.status_words.written)
            violations.append(("state", f"does not exist at {self.name}. It takes {taken}"))
        for name, limit in (("key", limits.key), ("url", limits.url)):
            if limit and len(getattr(request, name)) > limit:
                violations.append((name, f"must have at most {limit} characters at {self.name}"))
        if self.status_needs_url and not request.url:
            violations.append(("url", f"is required at {self.name}"))
        if violations:
            raise InvalidArgument.of(*violations)
        titled = self.statuses_have_titles
        status = NewStatus(
            sha=self.commit_of_status(request.commit_sha),
            key=request.key,
            word=word,
            title=cut(request.title or request.key, limits.title) if titled else "",
            summary=cut(request.summary or ("" if titled else request.title), limits.summary),
            url=request.url,
            ref=short_name(request.ref),
        )
        try:
            made = self.store_status(status)
        except Absent as absence:
            if absence.lack is Lack.UNKNOWN:
                # Some vendors also answer so to those who may read, but not write.
                self.look_up(status.sha)
                raise error_of_status(403) from None
            raise self.missing_ref(absence, status.sha) from None
        made.commit_sha = status.sha
        return made


def unchangeable(vendor: str) -> FailedPrecondition:
    """The error for a status that cannot go from its present state to the requested one."""
    return FailedPrecondition(
        f"{vendor} does not let the status go from its present state to this one. ListCommitStatuses shows the present"
        " state. Report another key, or another state.",
        reason="STATUS_UNCHANGEABLE",
    )


def derived_rollup(pages: Iterable[Page[checks.CommitStatus]]) -> checks.CheckRollup:
    rollup, states = checks.CheckRollup(), set()
    for page in pages:
        current().check()
        states |= {status.state for status in page.items if not status.allowed_to_fail}
        rollup.incomplete_reason = rollup.incomplete_reason or page.incomplete
    rollup.incomplete = bool(rollup.incomplete_reason)
    rollup.state = next((state for state in _FIRST if state in states), checks.CHECK_STATE_UNSPECIFIED)
    rollup.derived = bool(rollup.state)
    return rollup


def _all_pages(fetch: Callable[[str, Any], Page[checks.CommitStatus]], sha: str) -> Iterator[Page[checks.CommitStatus]]:
    position = None
    for _ in range(MAX_VENDOR_PAGES):
        page = fetch(sha, position)
        yield page
        if page.next is None:
            return
        position = page.next
    yield Page([], incomplete=VENDOR_LIMIT)


def cut(text: str, limit: int) -> str:
    """A text of at most so many characters. One that was cut ends with "…"."""
    return text if not limit or len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


def short_name(ref: str) -> str:
    """The name of a branch or tag without "refs/heads/" or "refs/tags/"."""
    return ref.removeprefix("refs/heads/").removeprefix("refs/tags/")
