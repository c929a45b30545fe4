"""Pull requests that are opened and changed. ``pull_request_merges`` merges them.

What is known to be impossible is refused before anything is written. If the vendor then refuses nevertheless, the pull
request or the branches are read again, to say why.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, ClassVar

from sentry_scm_grpc.errors import (
    Aborted,
    AlreadyExists,
    FailedPrecondition,
    InvalidArgument,
    NotFound,
    ScmError,
    Unimplemented,
)
from sentry_scm_grpc.providers.ref_writes import asking_of, check_branch, no_branch, notes_of_asked
from sentry_scm_grpc.providers.vendor.absence import Absent
from sentry_scm_grpc.providers.vendor.base import has_form
from sentry_scm_grpc.providers.vendor.credentials import Permission
from sentry_scm_grpc.providers.vendor.errors import ref_not_found
from sentry_scm_grpc.providers.vendor.marks import CLOCKS_DIFFER_MINUTES, HTML_COMMENT, marked
from sentry_scm_grpc.providers.vendor.pages import first_pages
from sentry_scm_grpc.providers.vendor.pull_requests import CLOSED, MERGED, OPEN, PullRequestQuery, PullRequests
from sentry_scm_grpc.providers.vendor.refs import HEADS, Refs
from sentry_scm_grpc.providers.vendor.statuses import error_of_status
from sentry_scm_grpc.rpc.budget import current
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.rpc.masks import masked_fields
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls

ANY = pulls.PULL_REQUEST_STATE_UNSPECIFIED
UPDATABLE = ("title", "body", "base", "state", "draft", "reviewers", "labels")
#: A vendor's refusal, for which a reason is looked for.
REFUSED = (Aborted, AlreadyExists, FailedPrecondition, InvalidArgument, NotFound)


@dataclass(frozen=True)
class TextLimits:
    """The most characters of each text at a vendor. 0 means that the vendor tells no limit."""

    title: int
    body: int = 0


@dataclass(frozen=True)
class NewPullRequest:
    """``fork`` is empty for a head in the repository itself. ``reviewers`` are those of ``find_reviewers``."""

    title: str
    body: str
    head: str
    fork: str
    base: str
    draft: bool
    labels: Sequence[str]
    reviewers: Sequence[Any] = ()


@dataclass(frozen=True)
class Changes:
    """The new values. None leaves a field as it is. ``reviewers`` are those of ``find_reviewers``."""

    title: str | None = None
    body: str | None = None
    base: str | None = None
    state: pulls.PullRequestState.ValueType | None = None
    draft: bool | None = None
    labels: Sequence[str] | None = None
    reviewers: Sequence[Any] | None = None

    def __bool__(self) -> bool:
        return any(getattr(self, field.name) is not None for field in fields(self))


class PullRequestWrites(Refs, PullRequests):
    """CreatePullRequest, UpdatePullRequest."""

    permissions = dict.fromkeys(("create_pull_request", "update_pull_request"), Permission.WRITE_PULL_REQUESTS)

    text_limits: ClassVar[TextLimits]
    #: The form of the mark of a request id in a description.
    body_mark: ClassVar[str] = HTML_COMMENT
    #: The form of the name of a fork.
    fork_form: ClassVar[re.Pattern[str]] = re.compile(r"[^/\s]+(/[^/\s]+)*\Z")
    #: Why labels cannot be set. Empty if they can.
    no_labels: ClassVar[str] = ""
    #: Whether only an open pull request can be changed.
    changes_open_ones_only: ClassVar[bool] = True

    # ---- what a vendor defines

    @abstractmethod
    def find_reviewers(self, names: Sequence[str]) -> Sequence[Any]:
        """The users, in the form that the vendor takes. Raises InvalidArgument."""

    @abstractmethod
    def send_pull_request(self, new: NewPullRequest) -> int:
        """Opens a pull request, and returns its number."""

    def complete_pull_request(self, number: int, new: NewPullRequest) -> None:
        """Sets what ``send_pull_request`` cannot. May be called again."""

    @abstractmethod
    def send_changes(self, pull: pulls.PullRequest, changes: Changes) -> None:
        """Changes a pull request. ``pull`` is what it was, with the mark in its body."""

    def check_new(self, new: NewPullRequest) -> None:
        """Raises Unimplemented or InvalidArgument for what the vendor cannot do."""

    def check_changes(self, pull: pulls.PullRequest, changes: Changes) -> None:
        """Raises Unimplemented or InvalidArgument for what the vendor cannot do."""

    def title_of(self, title: str, draft: bool) -> str:
        """The title as the vendor stores it."""
        return title

    # ---- the RPCs

    def create_pull_request(self, call: Call, request: pulls.CreatePullRequestRequest) -> pulls.PullRequest:
        mark = call.attempt.marker if call.attempt is not None else ""
        new = self._new(request, mark)
        notes = notes_of_asked(call)
        number = int(notes.get("key", 0))
        if notes and not number:
            number = self._made(new, mark, datetime.fromisoformat(notes["asked"]))
        new = replace(new, reviewers=self.find_reviewers(list(dict.fromkeys(request.reviewers))))
        if not number:
            self._check_branches(new)
            with asking_of(call)():
                number = self._open(new)
        if call.attempt is not None and notes.get("key") != str(number):
            call.attempt.note(key=str(number))
        try:
            self.complete_pull_request(number, new)
        except ScmError as error:
            error.message += f" The pull request {number} was opened. It may lack labels and reviewers: set them with"
            error.message += " UpdatePullRequest."
            error.metadata["number"] = str(number)
            raise
        return self.written(number)

    def update_pull_request(self, call: Call, request: pulls.UpdatePullRequestRequest) -> pulls.PullRequest:
        wanted = self._changes(request)
        with self.pull_request_at_fault(request.number):
            pull = self.fetch_pull_request(request.number)
        if wanted.draft is not None and not pull.HasField("draft"):
            raise Unimplemented(f"This version of {self.name} has no drafts. Leave `draft` out of the mask.")
        changes = _different(pull, wanted, self._of_repository(_copied(pull)).body)
        if not changes:
            return self.written(pull.number)
        stays_closed = self.changes_open_ones_only and changes.state != OPEN
        if (pull.state == MERGED and (stays_closed or changes.state or changes.base)) or (
            pull.state == CLOSED and stays_closed
        ):
            raise not_open(pull)
        if changes.title is not None or changes.draft is not None:
            draft = pull.draft if changes.draft is None else changes.draft
            title = self.title_of(pull.title if changes.title is None else changes.title, draft)
            changes = replace(changes, title=None if title == pull.title else title)
        self.check_changes(pull, changes)
        if changes.base is not None:
            self._sha_of_branch(changes.base)
        if "reviewers" in request.update_mask.paths or "*" in request.update_mask.paths:
            changes = replace(changes, reviewers=self.find_reviewers(list(dict.fromkeys(request.reviewers))))
        try:
            self.send_changes(pull, changes)
        except Absent:
            # Some vendors also answer so to those who may read, but not write.
            raise error_of_status(403) from None
        return self.written(pull.number)

    def written(self, number: int) -> pulls.PullRequest:
        """A pull request after a write, as GetPullRequest returns it."""
        with self.pull_request_at_fault(number):
            return self._of_repository(self.fetch_pull_request(number))

    # ---- what is checked before

    def _new(self, request: pulls.CreatePullRequestRequest, mark: str) -> NewPullRequest:
        check_branch("head", request.head)
        check_branch("base", request.base)
        if request.head_repository and not has_form(self.fork_form, request.head_repository):
            raise InvalidArgument.of(("head_repository", "must be the name of a repository, such as 'zoe/rocket'"))
        if request.labels and self.no_labels:
            raise Unimplemented(self.no_labels)
        base = request.base or self.named_default
        if not base:
            raise ref_not_found("")
        is_own = request.head_repository.casefold() in ("", self._own_name.casefold())
        if is_own and base == request.head:
            raise InvalidArgument.of(("head", "must be another branch than the base"))
        new = NewPullRequest(
            title=self.title_of(request.title, request.draft),
            body=marked(request.body, self.body_mark, mark) if mark else request.body,
            head=request.head,
            fork="" if is_own else request.head_repository,
            base=base,
            draft=request.draft,
            labels=list(dict.fromkeys(request.labels)),
        )
        self._check_texts(new.title, new.body)
        self.check_new(new)
        return new

    @property
    def _own_name(self) -> str:
        """The repository's name, as PullRequestBranch.repository has it. Empty if it is only known by an id."""
        return self.installation.identifier()

    def _changes(self, request: pulls.UpdatePullRequestRequest) -> Changes:
        names = masked_fields(request.update_mask, UPDATABLE)
        if "title" in names and not request.title.strip():
            raise InvalidArgument.of(("title", "is required"))
        if "base" in names:
            if not request.base:
                raise InvalidArgument.of(("base", "is required"))
            check_branch("base", request.base)
        if "state" in names and request.state not in (OPEN, CLOSED):
            raise InvalidArgument.of(("state", "must be OPEN or CLOSED: MergePullRequest merges a pull request"))
        if "labels" in names and self.no_labels:
            raise Unimplemented(self.no_labels)
        given = {name: getattr(request, name) for name in names - {"labels", "reviewers"}}
        if "labels" in names:
            given["labels"] = list(dict.fromkeys(request.labels))
        if "reviewers" in names:
            given["reviewers"] = list(request.reviewers)
        self._check_texts(given.get("title", ""), given.get("body", ""))
        return Changes(**given)

    def _check_texts(self, title: str, body: str) -> None:
        limits = {"title": (title, self.text_limits.title), "body": (body, self.text_limits.body)}
        violations = [
            (name, f"must have at most {most} characters at {self.name}, with the mark of a request_id")
            for name, (given, most) in limits.items()
            if most and len(given) > most
        ]
        if violations:
            raise InvalidArgument.of(*violations)

    def _sha_of_branch(self, branch: str) -> str:
        sha = self.sha_of_ref(HEADS + branch)
        if not sha:
            raise no_branch(branch)
        return sha

    def _check_branches(self, new: NewPullRequest, *, any_fork: bool = False) -> tuple[str, str]:
        """The SHAs of head and base. That of a head in a fork is empty. Raises if there is such a pull request.

        ``any_fork`` is for a vendor that has said so: then it may also be one of a fork that the vendor does not name.
        """
        open_one = partial(self._open_one, new, any_fork=any_fork)
        asked: list[Callable[[], Any]] = [partial(self._sha_of_branch, new.base), open_one]
        if not new.fork:
            asked.append(partial(self._sha_of_branch, new.head))
        base, there, *head = self.http.gather(asked)
        if there:
            raise AlreadyExists(
                f"The pull request {there} is open from this head into this base. UpdatePullRequest changes it.",
                reason="PULL_REQUEST_EXISTS",
                metadata={"number": str(there)},
            )
        return head[0] if head else "", base

    def _open_one(self, new: NewPullRequest, *, any_fork: bool) -> int:
        """The number of the open pull request of these branches. 0 if none is found."""
        for one in self._of_head(new, OPEN, new.base):
            fork = one.head.repository.casefold()
            # Branches of several forks often have the same name. GitLab does not name a fork.
            if not new.fork or fork == new.fork.casefold() or (any_fork and not fork):
                return one.number
        return 0

    def _of_head(
        self, new: NewPullRequest, state: pulls.PullRequestState.ValueType, base: str
    ) -> Iterator[pulls.PullRequest]:
        """The pull requests of a head, newest first, on at most MAX_VENDOR_PAGES pages. For a head in a fork also those
        of other forks."""
        query = PullRequestQuery(state, "" if new.fork else new.head, base, "", "", None)
        for page in first_pages(partial(self._asked_pulls, query)):
            current().check()
            for found in page.items:
                if query.fits(found) and found.head.branch == new.head and found.head.is_fork == bool(new.fork):
                    yield found

    def _made(self, new: NewPullRequest, mark: str, asked: datetime) -> int:
        """The number of the pull request with this mark that was opened since. 0 if there is none."""
        since = asked - timedelta(minutes=CLOCKS_DIFFER_MINUTES)
        for found in self._of_head(new, ANY, ""):
            if found.created_at.ToDatetime(UTC) < since:
                return 0
            # A list may cut the body.
            if mark in self.fetch_pull_request(found.number).body:
                return found.number
        return 0

    def _open(self, new: NewPullRequest) -> int:
        try:
            return self.send_pull_request(new)
        except REFUSED as error:
            raise self._why_not_opened(new, error) from None

    def _why_not_opened(self, new: NewPullRequest, error: ScmError) -> ScmError:
        try:
            head, base = self._check_branches(new, any_fork=isinstance(error, Aborted | AlreadyExists))
            if head and self.merge_base_of(head, base) == head:
                return FailedPrecondition(
                    "The base has all commits of the head, so there is nothing to merge. Push a commit to the head.",
                    reason="NOTHING_TO_MERGE",
                )
        except (AlreadyExists, NotFound) as found:
            return found
        except ScmError:
            return error
        # Some vendors also answer so to those who may read, but not write.
        return error_of_status(403) if isinstance(error, Absent) and not new.fork else error


def not_open(pull: pulls.PullRequest) -> FailedPrecondition:
    """The error for what needs an open pull request."""
    if pull.state == MERGED:
        return FailedPrecondition(
            f"The pull request {pull.number} is merged.",
            reason="PULL_REQUEST_MERGED",
            metadata={"merge_commit_sha": pull.merge_commit_sha},
        )
    return FailedPrecondition(
        f"The pull request {pull.number} is closed. Open it again with UpdatePullRequest, or open a new one.",
        reason="PULL_REQUEST_CLOSED",
    )


def _copied(pull: pulls.PullRequest) -> pulls.PullRequest:
    copied = pulls.PullRequest()
    copied.CopyFrom(pull)
    return copied


def _different(pull: pulls.PullRequest, wanted: Changes, body: str) -> Changes:
    """What has not the wanted value. ``body`` is that of the pull request without the mark."""
    there = {
        "title": pull.title,
        "body": body,
        "base": pull.base.branch,
        "state": pull.state,
        "draft": pull.draft,
    }
    kept = {name: None for name, value in there.items() if getattr(wanted, name) == value}
    if wanted.labels is not None and set(wanted.labels) == set(pull.labels):
        kept["labels"] = None
    return replace(wanted, **kept)
