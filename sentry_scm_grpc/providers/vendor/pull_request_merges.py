"""Pull requests that are merged."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

from sentry_scm_grpc.errors import FailedPrecondition, InvalidArgument, PermissionDenied, ScmError
from sentry_scm_grpc.providers.ref_writes import asking_of, full_sha, head_moved, notes_of_asked
from sentry_scm_grpc.providers.vendor.absence import Absent, Lack
from sentry_scm_grpc.providers.vendor.credentials import Permission
from sentry_scm_grpc.providers.vendor.pull_request_writes import REFUSED, not_open
from sentry_scm_grpc.providers.vendor.pull_requests import MERGED, OPEN, PullRequests
from sentry_scm_grpc.providers.vendor.statuses import error_of_status
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls

MERGE, SQUASH, REBASE = pulls.MERGE_METHOD_MERGE, pulls.MERGE_METHOD_SQUASH, pulls.MERGE_METHOD_REBASE

CHECKS_MISSING, APPROVALS_MISSING, MERGE_BLOCKED = "CHECKS_MISSING", "APPROVALS_MISSING", "MERGE_BLOCKED"
#: The most names of rules in an error, and the most characters of each.
MAX_NAMES, MAX_NAME = 10, 100
#: The reason for a rule that stands against a merge, by words in a vendor's message or in its own word for the rule.
_RULES = (
    (CHECKS_MISSING, ("status check", "status_checks", "build", "pipeline", "ci_must_pass", "ci_still_running")),
    (APPROVALS_MISSING, ("approv", "review is required", "requested_changes", "changes_requested")),
)
_MESSAGES = {
    CHECKS_MISSING: "A check that the repository requires is missing or has failed. ListCommitStatuses shows them.",
    APPROVALS_MISSING: "An approval that the repository requires is missing. ListReviews shows the answers.",
    MERGE_BLOCKED: "A rule of the repository at the provider stands against the merge.",
}


class PullRequestMerges(PullRequests):
    """MergePullRequest."""

    permissions = {"merge_pull_request": Permission.MERGE_PULL_REQUESTS}

    #: The vendor's words for the methods.
    merge_words: ClassVar[Mapping[pulls.MergeMethod.ValueType, str]]

    #: Whether the vendor is being asked for a merge. ``lack_of`` then asks ``merge_refusal``.
    _merges = False

    @abstractmethod
    def send_merge(self, pull: pulls.PullRequest, request: pulls.MergePullRequestRequest) -> Any:
        """Merges a pull request, if its head is still that of ``pull`` and the vendor can compare. Returns it after, or
        what ``read_merged`` needs."""

    def read_merged(self, pull: pulls.PullRequest, told: Any) -> pulls.PullRequest:
        """The pull request after a merge. If this fails, it is merged nevertheless."""
        merged: pulls.PullRequest = told
        return merged

    def check_method(self, pull: pulls.PullRequest, method: pulls.MergeMethod.ValueType) -> None:
        """Raises ``method_forbidden``, if the vendor tells which methods the repository allows. Not called without a
        method."""

    def check_word(self, method: pulls.MergeMethod.ValueType, allowed: Collection[str]) -> None:
        """Raises ``method_forbidden`` if the vendor's word for a method is not among those that it allows."""
        if self.merge_words[method] not in allowed:
            raise method_forbidden(one for one, word in self.merge_words.items() if word in allowed)

    def merge_refusal(self, status: int, told: Any) -> ScmError | None:
        """The error for a refusal of a merge, by the status and the JSON of the response. None if they do not tell."""
        return None

    def unmet_rules(self, number: int) -> FailedPrecondition | None:
        """The ``unmet`` rules of a pull request, if the vendor tells them in calls of their own. Raises nothing."""
        return None

    def lack_of(self, status: int, told: Any) -> Lack | None:
        if self._merges and (refusal := self.merge_refusal(status, told)):
            raise refusal
        return super().lack_of(status, told)

    def merge_pull_request(self, call: Call, request: pulls.MergePullRequestRequest) -> pulls.PullRequest:
        request.expected_head_sha = full_sha("expected_head_sha", request.expected_head_sha)
        if request.method == REBASE and request.commit_message:
            raise InvalidArgument.of(("commit_message", "must be empty: a rebase keeps the messages of the commits"))
        notes = notes_of_asked(call)
        with self.pull_request_at_fault(request.number):
            pull = self._of_repository(self.fetch_pull_request(request.number))
        expected = request.expected_head_sha or notes.get("sha", "")
        if pull.state == MERGED and expected and _is_head(pull, expected):
            return pull
        _check_open(pull)
        if expected and not _is_head(pull, expected):
            raise head_moved(pull.head.branch, pull.head.commit_sha)
        if pull.draft:
            raise FailedPrecondition(
                f"The pull request {pull.number} is a draft. Make it ready for review with UpdatePullRequest.",
                reason="PULL_REQUEST_DRAFT",
            )
        if pull.mergeability == pulls.MERGEABILITY_CONFLICTS:
            raise conflict(pull.mergeability_detail)
        if request.method:
            self.check_method(pull, request.method)
        with asking_of(call)(sha=pull.head.commit_sha), self._why_not_merged(pull):
            told = self.send_merge(pull, request)
        return self._of_repository(self.read_merged(pull, told))

    @contextmanager
    def _why_not_merged(self, pull: pulls.PullRequest) -> Iterator[None]:
        self._merges = True
        try:
            yield
        except REFUSED as error:
            self._merges = False
            try:
                now = self.fetch_pull_request(pull.number)
            except ScmError:
                raise error from None
            if now.state == OPEN and not _is_head(now, pull.head.commit_sha):
                raise head_moved(now.head.branch, now.head.commit_sha) from None
            _check_open(now)
            if now.mergeability == pulls.MERGEABILITY_CONFLICTS:
                raise conflict(now.mergeability_detail) from None
            if isinstance(error, Absent):
                # Some vendors also answer so to those who may read, but not write.
                raise error_of_status(403) from None
            if now.mergeability == pulls.MERGEABILITY_BLOCKED and error.reason in (MERGE_BLOCKED, "VENDOR_INVALID"):
                error = blocked(now.mergeability_detail, now.mergeability_detail)
            raise (error.reason == MERGE_BLOCKED and self.unmet_rules(pull.number)) or error from None
        finally:
            self._merges = False


def _is_head(pull: pulls.PullRequest, sha: str) -> bool:
    """Whether the head is at a full SHA. The SHA of a head whose fork was deleted may be cut."""
    head = pull.head.commit_sha
    return len(head) >= 12 and sha.startswith(head)


def _check_open(pull: pulls.PullRequest) -> None:
    if pull.state != OPEN:
        raise not_open(pull)


def conflict(detail: str = "") -> FailedPrecondition:
    return FailedPrecondition(
        "The branches have conflicts. Merge the base into the head, resolve them, and push.",
        reason="MERGE_CONFLICT",
        metadata={"detail": detail} if detail else {},
    )


def method_forbidden(allowed: Iterable[pulls.MergeMethod.ValueType] = ()) -> FailedPrecondition:
    """``allowed`` are the methods that the repository allows, if they are known."""
    names = ", ".join(map(pulls.MergeMethod.Name, allowed))
    hint = f" It allows {names}." if names else " Use another method."
    return FailedPrecondition(
        f"The repository does not allow this way to merge at the provider.{hint}",
        reason="MERGE_METHOD_FORBIDDEN",
        metadata={"allowed": names} if names else {},
    )


def blocked(said: str, detail: str = "") -> FailedPrecondition:
    """The error for a rule that stands against a merge, by what the vendor says. Only ``detail`` is shown: the vendor's
    word for the rule."""
    lower = said.lower()
    reason = next((reason for reason, words in _RULES if any(word in lower for word in words)), MERGE_BLOCKED)
    return FailedPrecondition(_MESSAGES[reason], reason=reason, metadata={"detail": detail} if detail else {})


def unmet(reason: str, names: Sequence[str]) -> FailedPrecondition:
    """The error for rules that stand against a merge, with their names at the vendor."""
    shown = ", ".join(name[:MAX_NAME] for name in names[:MAX_NAMES])
    return FailedPrecondition(_MESSAGES[reason], reason=reason, metadata={"policies": shown} if shown else {})


def may_not_merge() -> PermissionDenied:
    return PermissionDenied(
        "The provider does not allow the integration to merge this pull request.", reason="VENDOR_FORBIDDEN"
    )
