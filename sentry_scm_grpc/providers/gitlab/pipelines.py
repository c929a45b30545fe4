"""GitLab CI: https://docs.gitlab.com/api/pipelines/ and .../jobs/"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sentry_scm_grpc.providers.gitlab.api import GitLabApi
from sentry_scm_grpc.providers.gitlab.commit_statuses import GitLabCommitStatuses
from sentry_scm_grpc.providers.vendor.absence import Absent, Lack
from sentry_scm_grpc.providers.vendor.pages import Page
from sentry_scm_grpc.providers.vendor.pipelines import LogAddress, Pipelines
from sentry_scm_grpc.providers.vendor.reading import moment, number, string, text
from sentry_scm_grpc.v1 import checks_pb2 as checks


class GitLabPipelines(GitLabApi, Pipelines):
    pipeline_words = GitLabCommitStatuses.status_words

    def fetch_pipelines(self, branch: str, sha: str, position: Any) -> Page[checks.Pipeline]:
        asked = {name: given for name, given in (("ref", branch), ("sha", sha)) if given}
        found, after = self._page(f"{self.path}/pipelines", asked, position)
        return Page([self._pipeline(pipeline) for pipeline in found], after)

    def fetch_jobs(self, pipeline_id: str, position: Any) -> Page[checks.PipelineJob]:
        found, after = self._page(f"{self.path}/pipelines/{number_in(pipeline_id)}/jobs", {}, position)
        return Page([self._job(job) for job in found], after)

    def log_address(self, job_id: str) -> LogAddress:
        return LogAddress(f"{self.path}/jobs/{number_in(job_id)}/trace")

    def _pipeline(self, found: Mapping[str, Any]) -> checks.Pipeline:
        return checks.Pipeline(
            id=string(found, "id"),
            number=number(found, "iid"),
            name=text(found, "name"),
            ref=text(found, "ref"),
            commit_sha=string(found, "sha"),
            event=text(found, "source"),
            web_url=text(found, "web_url"),
            created_at=moment(found, "created_at"),
            **self.pipeline_state(string(found, "status")),
        )

    def _job(self, found: Mapping[str, Any]) -> checks.PipelineJob:
        allowed = found.get("allow_failure")
        return checks.PipelineJob(
            id=string(found, "id"),
            name=string(found, "name"),
            stage=text(found, "stage"),
            allowed_to_fail=allowed if isinstance(allowed, bool) else None,
            web_url=text(found, "web_url"),
            started_at=moment(found, "started_at"),
            finished_at=moment(found, "finished_at"),
            **self.pipeline_state(string(found, "status")),
        )


def number_in(id: str) -> str:
    """An id that is a number. Raises Absent for one of another form."""
    if not (id.isascii() and id.isdecimal() and len(id) <= 18):
        raise Absent(Lack.REF)
    return id
