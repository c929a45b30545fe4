"""Check runs, or reports, with annotations on lines."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from sentry_scm_grpc.errors import InvalidArgument, NotFound
from sentry_scm_grpc.providers.vendor.absence import Absent, Lack
from sentry_scm_grpc.providers.vendor.commit_statuses import StateWords
from sentry_scm_grpc.providers.vendor.commits import Commits
from sentry_scm_grpc.providers.vendor.credentials import Permission
from sentry_scm_grpc.providers.vendor.pages import Page, fill, is_full_sha, ref_of_page
from sentry_scm_grpc.providers.vendor.statuses import error_of_status
from sentry_scm_grpc.rpc.budget import current
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.v1 import checks_pb2 as checks

#: The most annotations that GetCheckRun returns.
MAX_ANNOTATIONS = 1000

#: The levels by the severities of Bitbucket and Bitbucket Server, and what is stored for each level.
LEVELS = {
    "LOW": checks.CHECK_ANNOTATION_LEVEL_NOTICE,
    "MEDIUM": checks.CHECK_ANNOTATION_LEVEL_WARNING,
    "HIGH": checks.CHECK_ANNOTATION_LEVEL_FAILURE,
    "CRITICAL": checks.CHECK_ANNOTATION_LEVEL_FAILURE,
}
SEVERITIES = {
    checks.CHECK_ANNOTATION_LEVEL_UNSPECIFIED: "LOW",
    checks.CHECK_ANNOTATION_LEVEL_NOTICE: "LOW",
    checks.CHECK_ANNOTATION_LEVEL_WARNING: "MEDIUM",
    checks.CHECK_ANNOTATION_LEVEL_FAILURE: "HIGH",
}


@dataclass(frozen=True)
class RunValues:
    """What is stored. ``word`` is the vendor's for the state. For an update, what is empty stays as it is.

    ``marker`` is a mark by which a run is found again that an interrupted call has created. Empty for none.
    """

    word: str
    title: str
    summary: str
    url: str
    annotations: Sequence[checks.CheckAnnotation]
    marker: str = ""


class CheckRuns(Commits):
    """ListCheckRuns, GetCheckRun, CreateCheckRun, UpdateCheckRun."""

    permissions = {
        "list_check_runs": Permission.READ_CHECKS,
        "get_check_run": Permission.READ_CHECKS,
        "create_check_run": Permission.WRITE_CHECKS,
        "update_check_run": Permission.WRITE_CHECKS,
    }

    run_words: ClassVar[StateWords]

    @abstractmethod
    def fetch_check_runs(self, sha: str, position: Any) -> Page[checks.CheckRun]:
        """The latest check runs of a commit, by its full SHA. ``commit_sha`` is set here."""

    @abstractmethod
    def fetch_check_run(self, id: str) -> checks.CheckRun:
        """A check run by its id. Raises Absent, also for an id of another form."""

    @abstractmethod
    def fetch_annotations(self, id: str, position: Any) -> Page[checks.CheckAnnotation]:
        """The annotations of a check run that exists."""

    @abstractmethod
    def create_run(self, sha: str, name: str, values: RunValues) -> checks.CheckRun:
        """Stores a new check run, or replaces the one with this name where the vendor has one for each name.

        A vendor that takes further calls for further annotations makes them in ``complete_run``.
        """

    def complete_run(self, run: checks.CheckRun, values: RunValues) -> checks.CheckRun:
        """Adds the annotations that a new check run still lacks."""
        return run

    @abstractmethod
    def change_run(self, id: str, values: RunValues, added: Callable[[int], int]) -> checks.CheckRun:
        """Changes a check run. ``added`` takes how many annotations it has, and returns how many of these an earlier
        attempt has added, for a vendor that would add them again."""

    def find_made_run(self, sha: str, name: str, marker: str) -> checks.CheckRun | None:
        """The check run with a mark. A vendor that replaces runs by their names needs none."""
        return None

    # ---- the RPCs

    def list_check_runs(self, call: Call, request: checks.ListCheckRunsRequest) -> checks.ListCheckRunsResponse:
        sha = ref_of_page(call) if call.cursor else self._commit_of_run(request.commit_sha)

        def fetch(ref: str, position: Any) -> Page[checks.CheckRun]:
            try:
                return self.fetch_check_runs(ref, position)
            except Absent as absence:
                raise self.missing_ref(absence, ref) from None

        found = fill(call, sha, fetch)
        if not found.items and is_full_sha(request.commit_sha):
            self.look_up(sha)
        for run in found.items:
            run.commit_sha = sha
        return checks.ListCheckRunsResponse(
            check_runs=found.items, next_page_token=found.next_page_token, commit_sha=sha
        )

    def get_check_run(self, call: Call, request: checks.GetCheckRunRequest) -> checks.CheckRun:
        try:
            run = self.fetch_check_run(request.check_run_id)
            position = None
            while True:
                current().check()
                page = self.fetch_annotations(request.check_run_id, position)
                room = MAX_ANNOTATIONS - len(run.annotations)
                run.annotations.extend(page.items[:room])
                if len(page.items) > room or page.next is None or page.next == position:
                    break
                position = page.next
        except Absent as absence:
            raise self._missing_run(absence, request.check_run_id) from None
        run.annotations_truncated = len(page.items) > room or bool(page.incomplete)
        return run

    def create_check_run(self, call: Call, request: checks.CreateCheckRunRequest) -> checks.CheckRun:
        values = self._values(request, request.title or request.name, call.attempt.marker if call.attempt else "")
        sha = self._commit_of_run(request.commit_sha)
        if values.marker and call.attempt is not None and "asked" in call.attempt.notes:
            made = self.find_made_run(sha, request.name, values.marker)
            if made is not None:
                return self.complete_run(made, values)
        try:
            with call.making():
                made = self.create_run(sha, request.name, values)
            # Not within ``making``: if this is refused, the check run was made nevertheless.
            return self.complete_run(made, values)
        except Absent as absence:
            if absence.lack is Lack.UNKNOWN:
                # Some vendors also answer so to those who may read, but not write.
                self.look_up(sha)
                raise error_of_status(403) from None
            raise self.missing_ref(absence, sha) from None

    def update_check_run(self, call: Call, request: checks.UpdateCheckRunRequest) -> checks.CheckRun:
        values = self._values(request, request.title)
        try:
            return self.change_run(request.check_run_id, values, partial(_added, call))
        except Absent as absence:
            raise self._missing_run(absence, request.check_run_id) from None

    def _values(
        self, request: checks.CreateCheckRunRequest | checks.UpdateCheckRunRequest, title: str, marker: str = ""
    ) -> RunValues:
        word = self.run_words.written.get(request.state, "")
        if request.state and not word:
            taken = ", ".join(checks.CheckState.Name(state) for state in self.run_words.written)
            raise InvalidArgument.of(("state", f"does not exist for check runs at {self.name}. It takes {taken}"))
        return RunValues(word, title, request.summary, request.url, request.annotations, marker)

    def run_state(self, word: str) -> dict[str, Any]:
        """The fields of a check run for the vendor's word."""
        state, derived = self.run_words.of(word)
        return {"state": state, "vendor_state": word, "derived": derived}

    def _commit_of_run(self, ref: str) -> str:
        try:
            return self.sha_of(ref)
        except Absent as absence:
            raise self.missing_ref(absence, ref) from None

    def _missing_run(self, absence: Absent, id: str) -> NotFound:
        if absence.lack is not Lack.REF:
            self.check_repository()
        return NotFound(
            f"The repository has no check run {id!r}. ListCheckRuns shows ids.",
            reason="CHECK_RUN_NOT_FOUND",
            metadata={"field": "check_run_id"},
        )


def _added(call: Call, there: int) -> int:
    if call.attempt is None:
        return 0
    if "annotations" not in call.attempt.notes:
        call.attempt.note(annotations=str(there))
    return max(0, there - int(call.attempt.notes["annotations"]))


def report_id(sha: str, key: str) -> str:
    return f"{sha}:{key}"


def report_of(id: str) -> tuple[str, str]:
    """The commit and the key of a report. Raises Absent for an id of another form."""
    sha, _, key = id.partition(":")
    if not is_full_sha(sha) or not key:
        raise Absent(Lack.REF)
    return sha, key
