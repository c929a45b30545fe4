"""Pipelines of each vendor that has a CI of its own, as a client of the service sees them."""

from __future__ import annotations

from typing import Any

import grpc
import pytest

from sentry_scm_grpc.providers.vendor import pipelines as base
from sentry_scm_grpc.v1 import checks_pb2 as checks
from tests.vendors import FAKES
from tests.vendors.fake import Reply, answer_some
from tests.vendors.site import OpenSite, Site
from tests.vendors.world import LOG, MANY

pytestmark = pytest.mark.django_db

Grpc = grpc.StatusCode
RPCS = ("ListPipelines", "ListPipelineJobs", "StreamJobLog")


def jobs_of(site: Site) -> list[Any]:
    newest = site.call("ListPipelines", checks.ListPipelinesRequest(page_size=1)).message.pipelines[0]
    return site.pages("ListPipelineJobs", checks.ListPipelineJobsRequest(pipeline_id=newest.id), "jobs")


def log_of(site: Site, job_id: str) -> Any:
    return site.call("StreamJobLog", checks.StreamJobLogRequest(job_id=job_id))


@pytest.mark.rpcs(*RPCS)
def test_pipelines_page_by_page_of_a_branch_and_of_a_commit(vendor: Site) -> None:
    world = vendor.fake.world
    found = vendor.pages("ListPipelines", checks.ListPipelinesRequest(page_size=70), "pipelines")
    assert [(one.commit_sha, one.ref) for one in found] == [(run.sha, run.ref) for run in world.ci]
    assert len({one.id for one in found}) == MANY
    assert {one.state for one in found} == {checks.CHECK_STATE_SUCCESS, checks.CHECK_STATE_FAILURE}
    assert all(one.created_at.seconds and one.web_url and one.event for one in found)
    for branch in ("topic", "refs/heads/topic"):
        (topic,) = vendor.pages("ListPipelines", checks.ListPipelinesRequest(branch=branch), "pipelines")
        assert topic.commit_sha == world.topic[0].sha
    request = checks.ListPipelinesRequest(commit_sha=world.commits[1].sha, page_size=70)
    of_commit = vendor.pages("ListPipelines", request, "pipelines")
    assert [one.id for one in of_commit] == [one.id for one in found if one.commit_sha == world.commits[1].sha]
    none = vendor.call("ListPipelines", checks.ListPipelinesRequest(commit_sha="no-such"))
    assert (none.status, none.reason) == (Grpc.NOT_FOUND, "REF_NOT_FOUND")


@pytest.mark.rpcs(*RPCS)
def test_jobs_and_their_logs(vendor: Site) -> None:
    jobs = jobs_of(vendor)
    assert [(job.name, job.state) for job in jobs] == [
        ("build", checks.CHECK_STATE_SUCCESS),
        ("test", checks.CHECK_STATE_FAILURE),
        ("deploy", checks.CHECK_STATE_RUNNING),
    ]
    answer = log_of(vendor, jobs[0].id)
    assert answer.status is Grpc.OK, answer.text
    pieces = answer.messages
    assert b"".join(piece.data for piece in pieces) == LOG
    assert max(len(piece.data) for piece in pieces) <= 64 * 1024
    assert not any(piece.truncated for piece in pieces)
    for job_id in (jobs[2].id, "999999999", "no/such", ".."):
        answer = log_of(vendor, job_id)
        assert (answer.status, answer.reason) == (Grpc.NOT_FOUND, "JOB_LOG_NOT_FOUND"), job_id
    for pipeline_id in ("999999999", "{999999999}", "no/such", ".."):
        answer = vendor.call("ListPipelineJobs", checks.ListPipelineJobsRequest(pipeline_id=pipeline_id))
        assert (answer.status, answer.reason) == (Grpc.NOT_FOUND, "PIPELINE_NOT_FOUND"), pipeline_id


@pytest.mark.rpcs(*RPCS)
def test_a_log_without_end_is_cut_and_says_so(vendor: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "MAX_LOG_BYTES", 100_000)
    pieces = log_of(vendor, jobs_of(vendor)[0].id).messages
    assert b"".join(piece.data for piece in pieces) == LOG[:100_000]
    assert [piece.truncated for piece in pieces] == [False, True]


def test_a_log_that_github_has_deleted(open_site: OpenSite) -> None:
    with open_site(FAKES["github"]()) as site:
        job = jobs_of(site)[0]
        answer_some(site.fake, lambda asked: asked.path.endswith("/logs"), Reply({"message": "Gone"}, 410))
        answer = log_of(site, job.id)
        assert (answer.status, answer.reason) == (Grpc.FAILED_PRECONDITION, "JOB_LOG_DELETED")


@pytest.mark.parametrize("host", ["https://evil.example.com", "https://blob.core.windows.net.example.com"])
def test_a_log_is_followed_to_known_storage_alone(open_site: OpenSite, host: str) -> None:
    with open_site(FAKES["github"]()) as site:
        job = jobs_of(site)[0]
        reply = Reply(b"", 302, {"Location": f"{host}/logs/1?sig=once"})
        answer_some(site.fake, lambda asked: asked.path.endswith("/logs"), reply)
        answer = log_of(site, job.id)
        assert (answer.status, answer.reason) == (Grpc.UNAVAILABLE, "BAD_VENDOR_RESPONSE")
