"""Bitbucket Pipelines: https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pipelines/

A job is a step. Its id here has that of its pipeline before it, because Bitbucket asks for both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sentry_scm_grpc.providers.bitbucket.api import PER_PAGE, BitbucketApi
from sentry_scm_grpc.providers.vendor.absence import Absent, Lack
from sentry_scm_grpc.providers.vendor.commit_statuses import StateWords
from sentry_scm_grpc.providers.vendor.http import quoted
from sentry_scm_grpc.providers.vendor.pages import Page
from sentry_scm_grpc.providers.vendor.pipelines import LogAddress, Pipelines
from sentry_scm_grpc.providers.vendor.reading import moment, number, rows, string, text
from sentry_scm_grpc.v1 import checks_pb2 as checks

_ID = re.compile(r"\{[0-9A-Za-z-]{1,64}\}")


class BitbucketPipelines(BitbucketApi, Pipelines):
    # The name of the result if there is one, otherwise that of the stage or the state.
    pipeline_words = StateWords(
        read={
            "PENDING": checks.CHECK_STATE_PENDING,
            "READY": checks.CHECK_STATE_PENDING,
            "IN_PROGRESS": checks.CHECK_STATE_RUNNING,
            "RUNNING": checks.CHECK_STATE_RUNNING,
            "SUCCESSFUL": checks.CHECK_STATE_SUCCESS,
            "FAILED": checks.CHECK_STATE_FAILURE,
            "ERROR": checks.CHECK_STATE_ERROR,
            "STOPPED": checks.CHECK_STATE_CANCELLED,
            "NOT_RUN": checks.CHECK_STATE_SKIPPED,
        },
        # Waiting for a person, and out of time.
        derived={
            "PAUSED": checks.CHECK_STATE_PENDING,
            "HALTED": checks.CHECK_STATE_PENDING,
            "EXPIRED": checks.CHECK_STATE_ERROR,
        },
        written={},
    )

    def fetch_pipelines(self, branch: str, sha: str, position: Any) -> Page[checks.Pipeline]:
        asked = {name: given for name, given in (("target.branch", branch), ("target.commit.hash", sha)) if given}
        found, after = self._numbered(f"{self.path}/pipelines", {"sort": "-created_on", **asked}, position)
        return Page([self._pipeline(pipeline) for pipeline in found], after)

    def fetch_jobs(self, pipeline_id: str, position: Any) -> Page[checks.PipelineJob]:
        found, after = self._numbered(f"{self._pipeline_path(pipeline_id)}/steps", {}, position)
        return Page([self._job(pipeline_id, step) for step in found], after)

    def log_address(self, job_id: str) -> LogAddress:
        pipeline, _, step = job_id.partition("/")
        if not _ID.fullmatch(step):
            raise Absent(Lack.REF)
        # Its bytes are of no type that the client would ask for.
        return LogAddress(f"{self._pipeline_path(pipeline)}/steps/{quoted(step)}/log", headers={"Accept": "*/*"})

    def _numbered(
        self, path: str, params: Mapping[str, Any], position: Any
    ) -> tuple[list[Mapping[str, Any]], int | None]:
        """A page by its number. These lists may name no next page, but always how many items there are."""
        page = position or 1
        answer = self.http.get(path, {**params, "pagelen": PER_PAGE, "page": page})
        found = rows(answer, "values")
        more = bool(text(answer, "next")) or number(answer, "size") > page * (number(answer, "pagelen") or PER_PAGE)
        return found, page + 1 if more and found else None

    def _pipeline_path(self, id: str) -> str:
        if not _ID.fullmatch(id):
            raise Absent(Lack.REF)
        return f"{self.path}/pipelines/{quoted(id)}"

    def _pipeline(self, found: Mapping[str, Any]) -> checks.Pipeline:
        count = number(found, "build_number")
        return checks.Pipeline(
            id=string(found, "uuid"),
            number=count,
            ref=text(found, "target", "ref_name"),
            commit_sha=text(found, "target", "commit", "hash"),
            event=text(found, "trigger", "name"),
            web_url=f"https://bitbucket.org/{self.full_name}/pipelines/results/{count}" if count else "",
            created_at=moment(found, "created_on"),
            finished_at=moment(found, "completed_on"),
            **self.pipeline_state(word_of(found)),
        )

    def _job(self, pipeline_id: str, found: Mapping[str, Any]) -> checks.PipelineJob:
        return checks.PipelineJob(
            id=f"{pipeline_id}/{string(found, 'uuid')}",
            name=text(found, "name"),
            started_at=moment(found, "started_on"),
            finished_at=moment(found, "completed_on"),
            **self.pipeline_state(word_of(found)),
        )


def word_of(found: Mapping[str, Any]) -> str:
    told = (text(found, "state", part, "name") for part in ("result", "stage"))
    return next(filter(None, told), text(found, "state", "name"))
