"""Azure Pipelines: https://learn.microsoft.com/en-us/rest/api/azure/devops/build/builds and .../timeline

A pipeline is a build, and its jobs are records of the build's timeline. The id of a job here has that of its build
before it, because Azure DevOps asks for both. Builds are not filtered by commit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from sentry_scm_grpc.providers.azure_devops.api import API_VERSION, PER_PAGE
from sentry_scm_grpc.providers.azure_devops.commits import AzureDevOpsCommits
from sentry_scm_grpc.providers.vendor.absence import Absent, Lack
from sentry_scm_grpc.providers.vendor.commit_statuses import StateWords, short_name
from sentry_scm_grpc.providers.vendor.http import quoted
from sentry_scm_grpc.providers.vendor.pages import Page
from sentry_scm_grpc.providers.vendor.pipelines import LogAddress, Pipelines
from sentry_scm_grpc.providers.vendor.reading import moment, number, rows, string, text
from sentry_scm_grpc.v1 import checks_pb2 as checks

_BUILD = re.compile(r"[0-9]{1,10}")
_JOB = re.compile(r"([0-9]{1,10})/([0-9a-fA-F-]{36})")


class AzureDevOpsPipelines(AzureDevOpsCommits, Pipelines):
    # The result if there is one, otherwise the status or state.
    pipeline_words = StateWords(
        read={
            "notStarted": checks.CHECK_STATE_PENDING,
            "postponed": checks.CHECK_STATE_PENDING,
            "pending": checks.CHECK_STATE_PENDING,
            "inProgress": checks.CHECK_STATE_RUNNING,
            "succeeded": checks.CHECK_STATE_SUCCESS,
            "failed": checks.CHECK_STATE_FAILURE,
            "canceled": checks.CHECK_STATE_CANCELLED,
            "skipped": checks.CHECK_STATE_SKIPPED,
        },
        # One that still runs, those that passed with warnings, and one whose agent was lost.
        derived={
            "cancelling": checks.CHECK_STATE_RUNNING,
            "partiallySucceeded": checks.CHECK_STATE_NEUTRAL,
            "succeededWithIssues": checks.CHECK_STATE_SUCCESS,
            "abandoned": checks.CHECK_STATE_ERROR,
        },
        written={},
    )

    @cached_property
    def _builds(self) -> str:
        project = self.fetch_repository(self.installation.identifier()).config["project"]
        return f"{self.instance}{quoted(project)}/_apis/build/builds"

    def fetch_pipelines(self, branch: str, sha: str, position: Any) -> Page[checks.Pipeline]:
        asked: dict[str, Any] = {"repositoryId": self.installation.identifier(), "repositoryType": "TfsGit"}
        asked |= {"$top": PER_PAGE, "queryOrder": "queueTimeDescending"}
        if branch:
            asked["branchName"] = f"refs/heads/{branch}"
        if position:
            asked["continuationToken"] = position
        answer = self.http.fetch(self._builds, asked)
        found = rows(answer.data, "value")
        after = answer.headers.get("X-MS-ContinuationToken") or None
        return Page([self._pipeline(build) for build in found], after)

    def fetch_jobs(self, pipeline_id: str, position: Any) -> Page[checks.PipelineJob]:
        found = [record for record in self._timeline(pipeline_id) if text(record, "type") == "Job"]
        return Page([self._job(pipeline_id, job) for job in found])

    def log_address(self, job_id: str) -> LogAddress:
        form = _JOB.fullmatch(job_id)
        if form is None:
            raise Absent(Lack.REF)
        for record in self._timeline(form[1]):
            if text(record, "id").lower() == form[2].lower() and (log := number(record, "log", "id")):
                path = f"{self._builds}/{form[1]}/logs/{log}"
                # Sentry's client asks for JSON in the header, whatever is asked for here.
                return LogAddress(path, {"$format": "text", "api-version": API_VERSION}, {"Accept": "text/plain"})
        raise Absent(Lack.REF)

    def _timeline(self, build: str) -> list[Mapping[str, Any]]:
        """The records of a build of this repository. The API knows those of others too."""
        if not _BUILD.fullmatch(build):
            raise Absent(Lack.REF)
        known = self.http.get(f"{self._builds}/{build}")
        if text(known, "repository", "id").lower() != self.installation.identifier().lower():
            raise Absent(Lack.REF)
        return rows(self.http.get(f"{self._builds}/{build}/timeline"), "records")

    def _pipeline(self, found: Mapping[str, Any]) -> checks.Pipeline:
        ended = text(found, "status") == "completed"
        return checks.Pipeline(
            id=string(found, "id"),
            name=text(found, "definition", "name"),
            ref=short_name(text(found, "sourceBranch")),
            commit_sha=text(found, "sourceVersion"),
            event=text(found, "reason"),
            web_url=text(found, "_links", "web", "href"),
            created_at=moment(found, "queueTime"),
            started_at=moment(found, "startTime"),
            finished_at=moment(found, "finishTime"),
            **self.pipeline_state(text(found, "result" if ended else "status")),
        )

    def _job(self, build: str, found: Mapping[str, Any]) -> checks.PipelineJob:
        ended = text(found, "state") == "completed"
        return checks.PipelineJob(
            id=f"{build}/{string(found, 'id')}",
            name=text(found, "name"),
            started_at=moment(found, "startTime"),
            finished_at=moment(found, "finishTime"),
            **self.pipeline_state(text(found, "result" if ended else "state")),
        )
