"""The part of ``provider_contract`` about statuses of commits and check runs."""

from __future__ import annotations

from typing import Any

import pytest

from sentry_scm_grpc.errors import NotFound
from sentry_scm_grpc.testing.provider_calls import ContractCalls, claims
from sentry_scm_grpc.testing.provider_facts import Facts
from sentry_scm_grpc.v1 import checks_pb2 as checks

_NO_SUCH_COMMIT = "f" * 40
_URL = "https://ci.example.com/1"


class ChecksContract(ContractCalls):
    @claims("list_commit_statuses", "create_commit_status")
    def test_a_status_is_replaced_by_its_key(self, adapter: Any, facts: Facts) -> None:
        for state in (checks.CHECK_STATE_SUCCESS, checks.CHECK_STATE_FAILURE):
            request = checks.CreateCommitStatusRequest(
                commit_sha=facts.head, key="contract/test", state=state, url=_URL
            )
            made = self.call(adapter, "CreateCommitStatus", request)
            assert (made.key, made.state, made.commit_sha) == ("contract/test", state, facts.head)
        asked = checks.ListCommitStatusesRequest(commit_sha=facts.branch)
        found = list(self.pages(adapter, "ListCommitStatuses", asked, "statuses", 2))
        assert [one.state for one in found if one.key == "contract/test"] == [checks.CHECK_STATE_FAILURE]
        first = self.call(adapter, "ListCommitStatuses", checks.ListCommitStatusesRequest(commit_sha=facts.head))
        assert first.commit_sha == facts.head
        assert not first.HasField("rollup") or first.rollup.state != checks.CHECK_STATE_SUCCESS

    @claims("list_commit_statuses")
    def test_an_unknown_commit_has_no_statuses(self, adapter: Any) -> None:
        with pytest.raises(NotFound) as raised:
            self.call(adapter, "ListCommitStatuses", checks.ListCommitStatusesRequest(commit_sha=_NO_SUCH_COMMIT))
        assert raised.value.reason == "REF_NOT_FOUND"

    @claims("list_pipelines", "list_pipeline_jobs", "stream_job_log")
    def test_pipelines_have_jobs_and_logs(self, adapter: Any, facts: Facts) -> None:
        found = list(self.pages(adapter, "ListPipelines", checks.ListPipelinesRequest(), "pipelines", 2))
        assert len({one.id for one in found}) == len(found)
        of_commit = checks.ListPipelinesRequest(commit_sha=facts.head)
        for one in self.pages(adapter, "ListPipelines", of_commit, "pipelines", 100):
            assert one.commit_sha == facts.head
        for one in found[:1]:
            asked = checks.ListPipelineJobsRequest(pipeline_id=one.id)
            for job in list(self.pages(adapter, "ListPipelineJobs", asked, "jobs", 2))[:1]:
                request = checks.StreamJobLogRequest(job_id=job.id)
                assert all(len(piece.data) <= 64 * 1024 for piece in self.call(adapter, "StreamJobLog", request))
        with pytest.raises(NotFound) as raised:
            self.call(adapter, "ListPipelineJobs", checks.ListPipelineJobsRequest(pipeline_id="999999999"))
        assert raised.value.reason == "PIPELINE_NOT_FOUND"

    @claims("list_check_runs", "get_check_run", "create_check_run", "update_check_run")
    def test_a_check_run_keeps_its_annotations(self, adapter: Any, facts: Facts) -> None:
        annotation = checks.CheckAnnotation(path=facts.path, start_line=1, message="A finding.")
        request = checks.CreateCheckRunRequest(
            commit_sha=facts.head, name="contract", state=checks.CHECK_STATE_FAILURE, annotations=[annotation]
        )
        made = self.call(adapter, "CreateCheckRun", request)
        asked = checks.ListCheckRunsRequest(commit_sha=facts.head)
        assert made.id in [one.id for one in self.pages(adapter, "ListCheckRuns", asked, "check_runs", 2)]
        changed = checks.UpdateCheckRunRequest(check_run_id=made.id, state=checks.CHECK_STATE_SUCCESS)
        assert self.call(adapter, "UpdateCheckRun", changed).state == checks.CHECK_STATE_SUCCESS
        read = self.call(adapter, "GetCheckRun", checks.GetCheckRunRequest(check_run_id=made.id))
        assert (read.state, read.annotations[0].message) == (checks.CHECK_STATE_SUCCESS, "A finding.")
