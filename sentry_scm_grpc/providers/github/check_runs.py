"""Check runs: https://docs.github.com/en/rest/checks/runs

Only a GitHub App may create and change them. A call takes 50 annotations, so more of them are added by further calls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

from sentry_scm_grpc.errors import InvalidArgument, PermissionDenied
from sentry_scm_grpc.providers.github.api import GitHubApi
from sentry_scm_grpc.providers.vendor.absence import Absent, Lack
from sentry_scm_grpc.providers.vendor.check_runs import CheckRuns, RunValues
from sentry_scm_grpc.providers.vendor.commit_statuses import StateWords
from sentry_scm_grpc.providers.vendor.pages import Page
from sentry_scm_grpc.providers.vendor.reading import MAX_INT32, count, moment, number, rows, string, text
from sentry_scm_grpc.v1 import checks_pb2 as checks

ANNOTATIONS_PER_CALL = 50
_LEVELS = {
    "notice": checks.CHECK_ANNOTATION_LEVEL_NOTICE,
    "warning": checks.CHECK_ANNOTATION_LEVEL_WARNING,
    "failure": checks.CHECK_ANNOTATION_LEVEL_FAILURE,
}
_WRITTEN_LEVELS = {level: word for word, level in _LEVELS.items()}
#: The words that are a status. The others are conclusions.
_STATUSES = ("queued", "in_progress")


class GitHubCheckRuns(GitHubApi, CheckRuns):
    run_words = StateWords(
        read={
            "queued": checks.CHECK_STATE_PENDING,
            "requested": checks.CHECK_STATE_PENDING,
            "waiting": checks.CHECK_STATE_PENDING,
            "pending": checks.CHECK_STATE_PENDING,
            "in_progress": checks.CHECK_STATE_RUNNING,
            "success": checks.CHECK_STATE_SUCCESS,
            "failure": checks.CHECK_STATE_FAILURE,
            "cancelled": checks.CHECK_STATE_CANCELLED,
            "skipped": checks.CHECK_STATE_SKIPPED,
            "neutral": checks.CHECK_STATE_NEUTRAL,
        },
        # GitHub's rollup counts all of these as failures.
        derived={
            "timed_out": checks.CHECK_STATE_ERROR,
            "startup_failure": checks.CHECK_STATE_ERROR,
            "stale": checks.CHECK_STATE_ERROR,
            "action_required": checks.CHECK_STATE_FAILURE,
        },
        written={
            checks.CHECK_STATE_PENDING: "queued",
            checks.CHECK_STATE_RUNNING: "in_progress",
            checks.CHECK_STATE_SUCCESS: "success",
            checks.CHECK_STATE_FAILURE: "failure",
            checks.CHECK_STATE_ERROR: "failure",
            checks.CHECK_STATE_CANCELLED: "cancelled",
            checks.CHECK_STATE_SKIPPED: "skipped",
            checks.CHECK_STATE_NEUTRAL: "neutral",
        },
    )

    def fetch_check_runs(self, sha: str, position: Any) -> Page[checks.CheckRun]:
        found, after = self._page(f"{self.path}/commits/{sha}/check-runs", {}, position)
        return Page([self._run(run) for run in rows(found, "check_runs")], after)

    def fetch_check_run(self, id: str) -> checks.CheckRun:
        return self._run(self.http.get(self._run_path(id)))

    def fetch_annotations(self, id: str, position: Any) -> Page[checks.CheckAnnotation]:
        found, after = self._page(f"{self._run_path(id)}/annotations", {}, position)
        return Page([annotation_of(annotation) for annotation in rows(found)], after)

    def create_run(self, sha: str, name: str, values: RunValues) -> checks.CheckRun:
        sent = {"name": name, "head_sha": sha, **({"external_id": values.marker} if values.marker else {})}
        first, *_ = _groups(values.annotations)
        with _apps_alone():
            run = self._run(self.http.post(f"{self.path}/check-runs", {**sent, **_sent(values, first)}))
        run.annotation_count = len(first)
        return run

    def complete_run(self, run: checks.CheckRun, values: RunValues) -> checks.CheckRun:
        for group in _groups(values.annotations[run.annotation_count :]):
            run = self._added(run.id, values, group) if group else run
        return run

    def find_made_run(self, sha: str, name: str, marker: str) -> checks.CheckRun | None:
        position = None
        while True:
            asked = {"check_name": name, "filter": "all"}
            found, position = self._page(f"{self.path}/commits/{sha}/check-runs", asked, position)
            for run in rows(found, "check_runs"):
                if text(run, "external_id") == marker:
                    return self._run(run)
            if position is None:
                return None

    def change_run(self, id: str, values: RunValues, added: Callable[[int], int]) -> checks.CheckRun:
        path = self._run_path(id)
        known = self.http.get(path)
        title, summary = text(known, "output", "title") or text(known, "name"), text(known, "output", "summary")
        rest = values.annotations[added(count(known, "output", "annotations_count") or 0) :]
        whole = RunValues(values.word, values.title or title, values.summary or summary, values.url, rest)
        first, *others = _groups(rest)
        with _apps_alone():
            run = self._run(self.http.patch(path, _sent(whole, first)))
        for group in others:
            run = self._added(id, whole, group)
        return run

    def _added(self, id: str, values: RunValues, annotations: Sequence[checks.CheckAnnotation]) -> checks.CheckRun:
        """The check run after annotations were added."""
        output = {**_output(values), "annotations": [_sent_annotation(one) for one in annotations]}
        return self._run(self.http.patch(self._run_path(id), {"output": output}))

    def _run_path(self, id: str) -> str:
        if not id.isdecimal() or len(id) > 18:
            raise Absent(Lack.REF)
        return f"{self.path}/check-runs/{id}"

    def _run(self, found: Mapping[str, Any]) -> checks.CheckRun:
        return checks.CheckRun(
            id=string(found, "id"),
            commit_sha=string(found, "head_sha"),
            name=string(found, "name"),
            title=text(found, "output", "title"),
            summary=text(found, "output", "summary"),
            url=text(found, "details_url") or text(found, "html_url"),
            reporter=text(found, "app", "name"),
            started_at=moment(found, "started_at"),
            completed_at=moment(found, "completed_at"),
            annotation_count=count(found, "output", "annotations_count", most=MAX_INT32),
            **self.run_state(text(found, "conclusion") or string(found, "status")),
        )


@contextmanager
def _apps_alone() -> Iterator[None]:
    """Says why GitHub refuses to store a check run."""
    try:
        yield
    except PermissionDenied:
        raise PermissionDenied(
            "GitHub lets only a GitHub App with the permission to write checks create and change check runs, and change"
            " only its own. Use the credentials of such an app, or report a status with CreateCommitStatus.",
            reason="VENDOR_FORBIDDEN",
        ) from None


def _groups(annotations: Sequence[checks.CheckAnnotation]) -> list[list[checks.CheckAnnotation]]:
    """The annotations of each call. The first may have none."""
    for index, annotation in enumerate(annotations):
        if not annotation.start_line:
            raise InvalidArgument.of((f"annotations[{index}].start_line", "is required at GitHub"))
    waiting = iter(annotations)
    groups = [list(islice(waiting, ANNOTATIONS_PER_CALL))]
    while group := list(islice(waiting, ANNOTATIONS_PER_CALL)):
        groups.append(group)
    return groups


def _sent(values: RunValues, annotations: Sequence[checks.CheckAnnotation]) -> dict[str, Any]:
    sent: dict[str, Any] = {
        "output": {**_output(values), "annotations": [_sent_annotation(one) for one in annotations]}
    }
    if values.word:
        is_status = values.word in _STATUSES
        sent |= {"status": values.word} if is_status else {"status": "completed", "conclusion": values.word}
    return {**sent, **({"details_url": values.url} if values.url else {})}


def _output(values: RunValues) -> dict[str, Any]:
    """GitHub wants both. The summary may be empty."""
    return {"title": values.title, "summary": values.summary}


def _sent_annotation(annotation: checks.CheckAnnotation) -> dict[str, Any]:
    return {
        "path": annotation.path,
        "start_line": annotation.start_line,
        "end_line": annotation.end_line or annotation.start_line,
        "annotation_level": _WRITTEN_LEVELS.get(annotation.level, "notice"),
        "message": annotation.message,
        **({"title": annotation.title} if annotation.title else {}),
    }


def annotation_of(found: Mapping[str, Any]) -> checks.CheckAnnotation:
    return checks.CheckAnnotation(
        path=string(found, "path"),
        start_line=number(found, "start_line"),
        end_line=number(found, "end_line"),
        level=_LEVELS.get(text(found, "annotation_level"), checks.CHECK_ANNOTATION_LEVEL_UNSPECIFIED),
        title=text(found, "title"),
        message=text(found, "message"),
    )
