"""GitHub Actions: https://docs.github.com/en/rest/actions/workflow-runs and .../workflow-jobs

A log is in rented storage, to which GitHub redirects for a minute.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from sentry_scm_grpc.providers.github.api import GitHubApi
from sentry_scm_grpc.providers.github.check_runs import GitHubCheckRuns
from sentry_scm_grpc.providers.vendor.absence import Absent, Lack
from sentry_scm_grpc.providers.vendor.pages import VENDOR_LIMIT, Page
from sentry_scm_grpc.providers.vendor.pipelines import STORAGE, LogAddress, Pipelines
from sentry_scm_grpc.providers.vendor.reading import moment, number, rows, string, text
from sentry_scm_grpc.v1 import checks_pb2 as checks

#: How many runs GitHub returns at most if they are filtered.
MOST_RUNS = 1000


class GitHubPipelines(GitHubApi, Pipelines):
    # A job is also a check run.
    pipeline_words = GitHubCheckRuns.run_words

    def fetch_pipelines(self, branch: str, sha: str, position: Any) -> Page[checks.Pipeline]:
        asked = {name: given for name, given in (("branch", branch), ("head_sha", sha)) if given}
        found, after = self._page(f"{self.path}/actions/runs", asked, position)
        cut = VENDOR_LIMIT if asked and after is None and number(found, "total_count") > MOST_RUNS else ""
        return Page([self._pipeline(run) for run in rows(found, "workflow_runs")], after, incomplete=cut)

    def fetch_jobs(self, pipeline_id: str, position: Any) -> Page[checks.PipelineJob]:
        path = f"{self.path}/actions/runs/{number_in(pipeline_id)}/jobs"
        found, after = self._page(path, {"filter": "latest"}, position)
        return Page([self._job(job) for job in rows(found, "jobs")], after)

    def log_address(self, job_id: str) -> LogAddress:
        web = urlsplit(self._web).hostname or ""
        hosts = STORAGE | {".actions.githubusercontent.com", web}
        return LogAddress(f"{self.path}/actions/jobs/{number_in(job_id)}/logs", hosts=hosts)

    def _pipeline(self, found: Mapping[str, Any]) -> checks.Pipeline:
        word = text(found, "conclusion") or text(found, "status")
        return checks.Pipeline(
            id=string(found, "id"),
            number=number(found, "run_number"),
            name=text(found, "name") or text(found, "display_title"),
            ref=text(found, "head_branch"),
            commit_sha=string(found, "head_sha"),
            event=text(found, "event"),
            web_url=text(found, "html_url"),
            created_at=moment(found, "created_at"),
            started_at=moment(found, "run_started_at"),
            finished_at=moment(found, "updated_at") if text(found, "conclusion") else None,
            **self.pipeline_state(word),
        )

    def _job(self, found: Mapping[str, Any]) -> checks.PipelineJob:
        return checks.PipelineJob(
            id=string(found, "id"),
            name=string(found, "name"),
            web_url=text(found, "html_url"),
            started_at=moment(found, "started_at"),
            finished_at=moment(found, "completed_at"),
            **self.pipeline_state(text(found, "conclusion") or text(found, "status")),
        )


def number_in(id: str) -> str:
    """An id that is a number. Raises Absent for one of another form."""
    if not (id.isascii() and id.isdecimal() and len(id) <= 18):
        raise Absent(Lack.REF)
    return id
