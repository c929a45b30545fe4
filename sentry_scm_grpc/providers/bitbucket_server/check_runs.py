"""Reports of Code Insights: https://developer.atlassian.com/server/bitbucket/how-tos/code-insights/"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sentry_scm_grpc.providers.bitbucket.check_runs import annotation_key
from sentry_scm_grpc.providers.bitbucket_server.commits import BitbucketServerCommits
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
from sentry_scm_grpc.providers.vendor.reading import moment, number, rows, string, text
from sentry_scm_grpc.v1 import checks_pb2 as checks

#: The most characters of the texts of a report, and of its title.
MOST, HEADING = 2000, 450


class BitbucketServerCheckRuns(BitbucketServerCommits, CheckRuns):
    run_words = StateWords(
        read={"PASS": checks.CHECK_STATE_SUCCESS, "FAIL": checks.CHECK_STATE_FAILURE},
        derived={},
        written={
            checks.CHECK_STATE_SUCCESS: "PASS",
            checks.CHECK_STATE_FAILURE: "FAIL",
            checks.CHECK_STATE_ERROR: "FAIL",
        },
    )

    def fetch_check_runs(self, sha: str, position: Any) -> Page[checks.CheckRun]:
        found, after = self._page(self._reports(sha), {}, position)
        return Page([self._run(sha, run) for run in found], after)

    def fetch_check_run(self, id: str) -> checks.CheckRun:
        return self._run(report_of(id)[0], self.http.get(self._run_path(id)))

    def fetch_annotations(self, id: str, position: Any) -> Page[checks.CheckAnnotation]:
        """A report has at most 1,000 annotations, which come at once."""
        found = rows(self.http.get(f"{self._run_path(id)}/annotations"), "annotations")
        return Page([annotation_of(annotation) for annotation in found])

    def create_run(self, sha: str, name: str, values: RunValues) -> checks.CheckRun:
        return self._stored(report_id(sha, name), values, {})

    def change_run(self, id: str, values: RunValues, added: Callable[[int], int]) -> checks.CheckRun:
        known = self.http.get(self._run_path(id))
        names = ("title", "details", "result", "link", "reporter", "logoUrl", "data", "createdDate")
        return self._stored(id, values, {name: known[name] for name in names if known.get(name)})

    def _stored(self, id: str, values: RunValues, known: Mapping[str, Any]) -> checks.CheckRun:
        """The server replaces the whole report, but not its annotations."""
        told = {
            "title": cut(values.title, HEADING),
            "details": cut(values.summary, MOST),
            "result": values.word,
            "link": values.url,
        }
        path = self._run_path(id)
        sent = {**known, **{name: given for name, given in told.items() if given}}
        run = self._run(report_of(id)[0], self.http.put(path, sent))
        if values.annotations:
            annotations = [_sent_annotation(annotation) for annotation in values.annotations]
            self.http.post(f"{path}/annotations", {"annotations": annotations})
        return run

    def _reports(self, sha: str) -> str:
        return f"{self.path.replace('/rest/api/1.0/', '/rest/insights/1.0/', 1)}/commits/{sha}/reports"

    def _run_path(self, id: str) -> str:
        sha, key = report_of(id)
        return f"{self._reports(sha)}/{quoted(key)}"

    def _run(self, sha: str, found: Mapping[str, Any]) -> checks.CheckRun:
        name = string(found, "key")
        return checks.CheckRun(
            id=report_id(sha, name),
            commit_sha=sha,
            name=name,
            title=text(found, "title"),
            summary=text(found, "details"),
            url=text(found, "link"),
            reporter=text(found, "reporter"),
            started_at=moment(found, "createdDate"),
            **self.run_state(text(found, "result")),
        )


def _sent_annotation(annotation: checks.CheckAnnotation) -> dict[str, Any]:
    said = f"{annotation.title}: {annotation.message}" if annotation.title else annotation.message
    return {
        "externalId": annotation_key(annotation),
        "type": "BUG" if annotation.level == checks.CHECK_ANNOTATION_LEVEL_FAILURE else "CODE_SMELL",
        "severity": SEVERITIES.get(annotation.level, "LOW"),
        "path": annotation.path,
        "line": annotation.start_line,
        "message": cut(said, MOST),
    }


def annotation_of(found: Mapping[str, Any]) -> checks.CheckAnnotation:
    return checks.CheckAnnotation(
        path=text(found, "path"),
        start_line=number(found, "line"),
        level=LEVELS.get(text(found, "severity"), checks.CHECK_ANNOTATION_LEVEL_UNSPECIFIED),
        message=text(found, "message"),
    )
