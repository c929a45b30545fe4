"""Runs of the vendor's own CI, their jobs, and the logs of these."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

from sentry_scm_grpc.errors import FailedPrecondition, NotFound
from sentry_scm_grpc.providers.vendor.absence import Absent
from sentry_scm_grpc.providers.vendor.commit_statuses import StateWords, short_name
from sentry_scm_grpc.providers.vendor.commits import Commits
from sentry_scm_grpc.providers.vendor.credentials import Permission
from sentry_scm_grpc.providers.vendor.pages import Page, fill, ref_of_page
from sentry_scm_grpc.providers.vendor.reading import bad_answer
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.v1 import checks_pb2 as checks

#: The most bytes of a log, and those of a piece.
MAX_LOG_BYTES, PIECE_BYTES = 64 * 1024 * 1024, 64 * 1024
#: Where vendors keep logs: storage that they rent, with a token in the address.
STORAGE = frozenset({".blob.core.windows.net", ".s3.amazonaws.com", "storage.googleapis.com"})


@dataclass(frozen=True)
class LogAddress:
    """Where the vendor has a log, and the hosts to which it may redirect."""

    path: str
    params: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    hosts: frozenset[str] = STORAGE


class Pipelines(Commits):
    """ListPipelines, ListPipelineJobs, StreamJobLog."""

    permissions = dict.fromkeys(("list_pipelines", "list_pipeline_jobs", "stream_job_log"), Permission.READ_PIPELINES)

    pipeline_words: ClassVar[StateWords]

    @abstractmethod
    def fetch_pipelines(self, branch: str, sha: str, position: Any) -> Page[checks.Pipeline]:
        """Pipelines, newest first. They are filtered again here by the SHA. Empty means any."""

    @abstractmethod
    def fetch_jobs(self, pipeline_id: str, position: Any) -> Page[checks.PipelineJob]:
        """The jobs of a pipeline. Raises Absent, also for an id of another form."""

    @abstractmethod
    def log_address(self, job_id: str) -> LogAddress:
        """Where the log of a job is. Raises Absent, also for an id of another form."""

    def pipeline_state(self, word: str) -> dict[str, Any]:
        """The fields of a pipeline or job for the vendor's word."""
        state, derived = self.pipeline_words.of(word)
        return {"state": state, "vendor_state": word, "derived": derived}

    # ---- the RPCs

    def list_pipelines(self, call: Call, request: checks.ListPipelinesRequest) -> checks.ListPipelinesResponse:
        branch = short_name(request.branch)
        wanted = ref_of_page(call) if call.cursor else ""
        if not call.cursor and request.commit_sha:
            try:
                wanted = self.sha_of(request.commit_sha)
            except Absent as absence:
                raise self.missing_ref(absence, request.commit_sha) from None

        def fetch(sha: str, position: Any) -> Page[checks.Pipeline]:
            try:
                page = self.fetch_pipelines(branch, sha, position)
            except Absent:
                self.check_repository()
                raise
            fitting = [pipeline for pipeline in page.items if sha in ("", pipeline.commit_sha)]
            return Page(fitting, page.next, incomplete=page.incomplete)

        found = fill(call, wanted, fetch)
        return checks.ListPipelinesResponse(pipelines=found.items, **found.fields)

    def list_pipeline_jobs(
        self, call: Call, request: checks.ListPipelineJobsRequest
    ) -> checks.ListPipelineJobsResponse:
        def fetch(_: str, position: Any) -> Page[checks.PipelineJob]:
            try:
                return self.fetch_jobs(request.pipeline_id, position)
            except Absent:
                self.check_repository()
                raise NotFound(
                    f"The repository has no pipeline {request.pipeline_id!r}. ListPipelines shows ids.",
                    reason="PIPELINE_NOT_FOUND",
                    metadata={"field": "pipeline_id"},
                ) from None

        found = fill(call, "", fetch)
        for job in found.items:
            job.pipeline_id = request.pipeline_id
        return checks.ListPipelineJobsResponse(jobs=found.items, next_page_token=found.next_page_token)

    def stream_job_log(self, call: Call, request: checks.StreamJobLogRequest) -> Iterator[checks.JobLogPiece]:
        try:
            at = self.log_address(request.job_id)
            download = self.http.download(at.path, at.params, headers=at.headers, hosts=at.hosts, what="log")
        except Absent:
            self.check_repository()
            raise NotFound(
                f"There is no job {request.job_id!r}, or it has no log yet. ListPipelineJobs shows ids and states.",
                reason="JOB_LOG_NOT_FOUND",
                metadata={"field": "job_id"},
            ) from None
        except FailedPrecondition as error:
            if error.reason != "VENDOR_DISABLED":
                raise
            raise FailedPrecondition("The provider has deleted this log.", reason="JOB_LOG_DELETED") from None
        if "application/json" in download.headers.get("Content-Type", ""):
            # Lines in another form, or an error.
            download.close()
            raise bad_answer()
        left = MAX_LOG_BYTES
        for piece in download.pieces(PIECE_BYTES):
            call.budget.check()
            if len(piece) > left:
                yield checks.JobLogPiece(data=piece[:left], truncated=True)
                return
            left -= len(piece)
            yield checks.JobLogPiece(data=piece)
