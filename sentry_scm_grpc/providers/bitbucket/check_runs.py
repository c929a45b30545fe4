"""Reports of Code Insights: https://developer.atlassian.com/cloud/bitbucket/rest/api-group-reports/"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from sentry_scm_grpc.providers.bitbucket.api import PER_PAGE, BitbucketApi
from sentry_scm_grpc.providers.vendor.check_runs import (
    LEVELS,
    SEVERITIES,
    CheckRuns,
    RunValues,
    report_id,
    report_of,
)
from sentry_scm_grpc.providers.vendor.commit_statuses import StateWords, cut
from sentry_scm_grpc.providers.vendor.http import quoted
from sentry_scm_grpc.providers.vendor.pages import Page
from sentry_scm_grpc.providers.vendor.reading import moment, number, string, text
from sentry_scm_grpc.v1 import checks_pb2 as checks

#: The most characters of the texts of a report, and of the heading of an annotation.
MOST, HEADING = 2000, 450
ANNOTATIONS_PER_CALL = 100


class BitbucketCheckRuns(BitbucketApi, CheckRuns):
    run_words = StateWords(
        read={
            "PENDING": checks.CHECK_STATE_PENDING,
            "PASSED": checks.CHECK_STATE_SUCCESS,
            "FAILED": checks.CHECK_STATE_FAILURE,
        },
        derived={},
        written={
            checks.CHECK_STATE_PENDING: "PENDING",
            checks.CHECK_STATE_RUNNING: "PENDING",
            checks.CHECK_STATE_SUCCESS: "PASSED",
            checks.CHECK_STATE_FAILURE: "FAILED",
            checks.CHECK_STATE_ERROR: "FAILED",
        },
    )

    def fetch_check_runs(self, sha: str, position: Any) -> Page[checks.CheckRun]:
        found, after = self._page(f"{self.path}/commit/{sha}/reports", {"pagelen": PER_PAGE}, position)
        return Page([self._run(sha, run) for run in found], after)

    def fetch_check_run(self, id: str) -> checks.CheckRun:
        return self._run(report_of(id)[0], self.http.get(self._run_path(id)))

    def fetch_annotations(self, id: str, position: Any) -> Page[checks.CheckAnnotation]:
        found, after = self._page(f"{self._run_path(id)}/annotations", {"pagelen": PER_PAGE}, position)
        return Page([annotation_of(annotation) for annotation in found], after)

    def create_run(self, sha: str, name: str, values: RunValues) -> checks.CheckRun:
        return self._stored(report_id(sha, name), values, {"report_type": "TEST"})

    def change_run(self, id: str, values: RunValues, added: Callable[[int], int]) -> checks.CheckRun:
        known = self.http.get(self._run_path(id))
        names = ("title", "details", "result", "link", "report_type", "reporter", "logo_url", "data")
        return self._stored(id, values, {name: known[name] for name in names if known.get(name)})

    def _stored(self, id: str, values: RunValues, known: Mapping[str, Any]) -> checks.CheckRun:
        """Bitbucket replaces the whole report, and wants a text."""
        sha, key = report_of(id)
        told = {
            "title": cut(values.title, HEADING),
            "details": cut(values.summary, MOST),
            "result": values.word,
            "link": values.url,
        }
        sent = {**known, **{name: given for name, given in told.items() if given}, "external_id": key}
        sent.setdefault("details", sent["title"])
        path = self._run_path(id)
        run = self._run(sha, self.http.put(path, sent))
        for start in range(0, len(values.annotations), ANNOTATIONS_PER_CALL):
            group = values.annotations[start : start + ANNOTATIONS_PER_CALL]
            self.http.post(f"{path}/annotations", [_sent_annotation(one) for one in group])
        return run

    def _run_path(self, id: str) -> str:
        sha, key = report_of(id)
        return f"{self.path}/commit/{sha}/reports/{quoted(key)}"

    def _run(self, sha: str, found: Mapping[str, Any]) -> checks.CheckRun:
        name = text(found, "external_id") or string(found, "uuid")
        return checks.CheckRun(
            id=report_id(sha, name),
            commit_sha=sha,
            name=name,
            title=text(found, "title"),
            summary=text(found, "details"),
            url=text(found, "link"),
            reporter=text(found, "reporter"),
            started_at=moment(found, "created_on"),
            **self.run_state(text(found, "result")),
        )


def annotation_key(annotation: checks.CheckAnnotation) -> str:
    """The same for the same annotation, so that it is stored once."""
    digest = hashlib.sha256(annotation.SerializeToString(deterministic=True)).hexdigest()
    return f"scm-{digest[:32]}"


def _sent_annotation(annotation: checks.CheckAnnotation) -> dict[str, Any]:
    heading = annotation.title or annotation.message
    sent: dict[str, Any] = {
        "external_id": annotation_key(annotation),
        "annotation_type": "BUG" if annotation.level == checks.CHECK_ANNOTATION_LEVEL_FAILURE else "CODE_SMELL",
        "severity": SEVERITIES.get(annotation.level, "LOW"),
        "path": annotation.path,
        "summary": cut(heading, HEADING),
    }
    if annotation.title or len(heading) > HEADING:
        sent["details"] = cut(annotation.message, MOST)
    return {**sent, **({"line": annotation.start_line} if annotation.start_line else {})}


def annotation_of(found: Mapping[str, Any]) -> checks.CheckAnnotation:
    summary, details = text(found, "summary"), text(found, "details")
    return checks.CheckAnnotation(
        path=text(found, "path"),
        start_line=number(found, "line"),
        level=LEVELS.get(text(found, "severity"), checks.CHECK_ANNOTATION_LEVEL_UNSPECIFIED),
        title=summary if details else "",
        message=details or summary,
    )
