"""Clients that others wrote, GitHub's own descriptions, and our adapters agree on what is reported on a commit: ours
reads what they wrote, and they read what ours wrote.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest

from sentry_scm_grpc.v1 import checks_pb2 as checks
from tests.vendors.installation import Ours
from tests.vendors.serving import Served
from tests.vendors.world import LOG, MANY, RUN

GITHUB = ("github", "github_enterprise")


def on(*keys: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("server", keys, indirect=True)


def reported(ours: Ours, sha: str) -> list[tuple[str, str, str, str]]:
    """Key, the vendor's word for the state, summary and url of each status, as our adapter reads them."""
    request = checks.ListCommitStatusesRequest(commit_sha=sha)
    found = ours.pages("ListCommitStatuses", request, "statuses")
    return [(one.key, one.vendor_state, one.summary, one.url) for one in found]


def report(ours: Ours, sha: str, **fields: Any) -> checks.CommitStatus:
    given = {"key": "ci/ours", "state": checks.CHECK_STATE_FAILURE, "summary": "3 of 4 — ünï", "url": RUN, **fields}
    made: checks.CommitStatus = ours.ask(
        "CreateCommitStatus", checks.CreateCommitStatusRequest(commit_sha=sha, **given)
    )
    return made


@on(*GITHUB)
@pytest.mark.evidence("schema", "ListCommitStatuses", "CreateCommitStatus", vendors=("github", "github_enterprise"))
@pytest.mark.evidence("client", "ListCommitStatuses", "CreateCommitStatus", vendors=("github", "github_enterprise"))
def test_statuses_of_github(ours: Ours, server: Served) -> None:
    from github import Auth, Github

    base: Any = server.fake
    client = Github(auth=Auth.Token("t"), base_url=base.rest, per_page=100, retry=None, seconds_between_requests=None)
    many, sha = (server.fake.world.commits[number].sha for number in (1, 3))
    rocket = client.get_repo("acme/rocket")
    theirs = rocket.get_commit(many).get_combined_status()
    found = reported(ours, many)
    assert len(found) == theirs.total_count == MANY
    assert found[: len(theirs.statuses)] == [
        (one.context, one.state, one.description or "", one.target_url or "") for one in theirs.statuses
    ]
    rocket.get_commit(sha).create_status("pending", RUN, "Wait.", "ci/theirs")
    report(ours, sha)
    (theirs_of_ours,) = (
        one for one in rocket.get_commit(sha).get_combined_status().statuses if one.context == "ci/ours"
    )
    assert reported(ours, sha) == [
        ("ci/theirs", "pending", "Wait.", RUN),
        ("ci/ours", theirs_of_ours.state, theirs_of_ours.description, theirs_of_ours.target_url),
    ]
    client.close()


@on("gitlab")
@pytest.mark.evidence("client", "ListCommitStatuses", "CreateCommitStatus", vendors=("gitlab",))
def test_statuses_of_gitlab(ours: Ours, server: Served) -> None:
    from gitlab import Gitlab

    rocket = Gitlab(server.url, private_token="t", per_page=100).projects.get("acme/rocket")
    many, sha = (server.fake.world.commits[number].sha for number in (1, 3))
    theirs = rocket.commits.get(many).statuses.list(iterator=True)
    assert reported(ours, many) == [
        (one.name, one.status, one.description or "", one.target_url or "") for one in theirs
    ]
    asked = {"state": "running", "name": "ci/theirs", "description": "Wait.", "target_url": RUN}
    rocket.commits.get(sha).statuses.create(asked)
    made = report(ours, sha, ref="main")
    _, ours_of_theirs = rocket.commits.get(sha).statuses.list(get_all=True)
    assert (made.key, made.vendor_state, made.ref) == (ours_of_theirs.name, ours_of_theirs.status, ours_of_theirs.ref)
    assert made.reporter.name == ours_of_theirs.author["name"]
    assert reported(ours, sha)[0] == ("ci/theirs", "running", "Wait.", RUN)
    rollup = ours.ask("ListCommitStatuses", checks.ListCommitStatusesRequest(commit_sha=sha)).rollup
    assert rollup.vendor_state == rocket.commits.get(sha).status


@on("bitbucket")
@pytest.mark.evidence("client", "ListCommitStatuses", "CreateCommitStatus", vendors=("bitbucket",))
def test_statuses_of_bitbucket(ours: Ours, server: Served) -> None:
    from atlassian.bitbucket import Cloud

    rocket: Any = Cloud(server.url, token="t").repositories.get("acme", "rocket")
    many, sha = (server.fake.world.commits[number].sha for number in (1, 3))
    theirs = rocket.commits.get(many).builds()
    assert reported(ours, many) == [
        (one.key, one.get_data("state"), one.description, one.get_data("url")) for one in theirs
    ]
    rocket.commits.get(sha).add_build("theirs", RUN, "Wait.")
    made = report(ours, sha, key="ours", title="Ours")
    known = rocket.commits.get(sha).get_build("ours")
    assert (made.title, made.summary, made.external_id) == (known.name, known.description, known.get_data("uuid"))
    assert reported(ours, sha)[0] == ("theirs", "INPROGRESS", "Wait.", RUN)


@on("bitbucket_server")
@pytest.mark.evidence("client", "ListCommitStatuses", "CreateCommitStatus", vendors=("bitbucket_server",))
def test_statuses_of_bitbucket_server(ours: Ours, server: Served) -> None:
    from atlassian import Bitbucket

    client = Bitbucket(server.url, token="t")
    sha = server.fake.world.commits[3].sha
    report(ours, sha)
    report(ours, sha, key="two", state=checks.CHECK_STATE_CANCELLED)
    theirs = client.get_associated_build_statuses(sha)["values"]
    assert reported(ours, sha) == [(one["key"], one["state"], one["description"], one["url"]) for one in theirs]
    assert [one["state"] for one in theirs] == ["FAILED", "CANCELLED"]


@on("vsts")
@pytest.mark.evidence("client", "ListCommitStatuses", "CreateCommitStatus", vendors=("vsts",))
def test_statuses_of_azure_devops(ours: Ours, server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    from azure.devops.v7_1.git import GitClient
    from azure.devops.v7_1.git.models import GitStatus, GitStatusContext
    from msrest.authentication import BasicAuthentication

    from tests.vendors.vsts import ID, PROJECT

    monkeypatch.setattr("azure.devops.client.OPTIONS_FILE_CACHE", defaultdict(lambda: None))
    git = GitClient(server.url, BasicAuthentication("", "t"))
    many, sha = (server.fake.world.commits[number].sha for number in (1, 3))
    theirs = git.get_statuses(many, ID, PROJECT, latest_only=True)
    assert reported(ours, many) == [
        (f"{one.context.genre}/{one.context.name}", one.state, one.description, one.target_url) for one in theirs
    ]
    context = GitStatusContext(genre="ci", name="theirs")
    git.create_commit_status(
        GitStatus(context=context, state="pending", description="Wait.", target_url=RUN), sha, ID, PROJECT
    )
    made = report(ours, sha)
    known = git.get_statuses(sha, ID, PROJECT, latest_only=True)[1]
    assert (known.context.genre, known.context.name, known.state) == ("ci", "ours", "failed")
    assert (made.external_id, made.reporter.name) == (str(known.id), known.created_by.display_name)
    assert reported(ours, sha)[0] == ("ci/theirs", "pending", "Wait.", RUN)


# ---- check runs


def run_of(ours: Ours, sha: str, count: int) -> checks.CheckRun:
    """Ours with annotations, as our adapter reads it back."""
    annotations = [
        checks.CheckAnnotation(path="src/app.py", start_line=line, level=2, message=f"Line {line}")
        for line in range(1, count + 1)
    ]
    request = checks.CreateCheckRunRequest(
        commit_sha=sha, name="ours", state=4, title="Lint", summary="3 of 4", url=RUN, annotations=annotations
    )
    made = ours.ask("CreateCheckRun", request)
    ours.ask("UpdateCheckRun", checks.UpdateCheckRunRequest(check_run_id=made.id, summary="4 of 4"))
    found: checks.CheckRun = ours.ask("GetCheckRun", checks.GetCheckRunRequest(check_run_id=made.id))
    assert (found.summary, len(found.annotations)) == ("4 of 4", count)
    return found


@on(*GITHUB)
@pytest.mark.evidence(
    "schema",
    "ListCheckRuns",
    "GetCheckRun",
    "CreateCheckRun",
    "UpdateCheckRun",
    vendors=("github", "github_enterprise"),
)
@pytest.mark.evidence(
    "client",
    "ListCheckRuns",
    "GetCheckRun",
    "CreateCheckRun",
    "UpdateCheckRun",
    vendors=("github", "github_enterprise"),
)
def test_check_runs_of_github(ours: Ours, server: Served) -> None:
    from github import Auth, Github

    base: Any = server.fake
    client = Github(auth=Auth.Token("t"), base_url=base.rest, per_page=100, retry=None, seconds_between_requests=None)
    rocket = client.get_repo("acme/rocket")
    many, sha = (server.fake.world.commits[number].sha for number in (1, 3))
    found = ours.pages("ListCheckRuns", checks.ListCheckRunsRequest(commit_sha=many), "check_runs")
    assert [(one.id, one.name, one.vendor_state) for one in found] == [
        (str(one.id), one.name, one.conclusion) for one in rocket.get_commit(many).get_check_runs()
    ]
    run = run_of(ours, sha, 70)
    (theirs,) = rocket.get_commit(sha).get_check_runs()
    assert (run.name, run.title, run.vendor_state, run.url) == (
        theirs.name,
        theirs.output.title,
        theirs.conclusion,
        theirs.details_url,
    )
    assert [(one.path, one.start_line, one.message) for one in run.annotations] == [
        (one.path, one.start_line, one.message) for one in theirs.get_annotations()
    ]
    made = rocket.create_check_run("theirs", sha, status="in_progress", output={"title": "T", "summary": "S"})
    read = ours.ask("GetCheckRun", checks.GetCheckRunRequest(check_run_id=str(made.id)))
    assert (read.name, read.state, read.title) == ("theirs", checks.CHECK_STATE_RUNNING, "T")
    client.close()


@on("bitbucket_server")
@pytest.mark.evidence("client", "GetCheckRun", "CreateCheckRun", "UpdateCheckRun", vendors=("bitbucket_server",))
def test_reports_of_bitbucket_server(ours: Ours, server: Served) -> None:
    from atlassian import Bitbucket

    client = Bitbucket(server.url, token="t")
    sha = server.fake.world.commits[3].sha
    run = run_of(ours, sha, 3)
    theirs = client.get_code_insights_report("ACME", "rocket", sha, "ours")
    assert (run.name, run.title, run.vendor_state, run.url) == (
        theirs["key"],
        theirs["title"],
        theirs["result"],
        theirs["link"],
    )
    client.create_code_insights_report("ACME", "rocket", sha, "theirs", "Theirs", result="PASS")
    one = {"path": "a.py", "line": 1, "message": "M", "severity": "HIGH", "externalId": "1", "type": "BUG"}
    client.add_code_insights_annotations_to_report("ACME", "rocket", sha, "theirs", [one])
    read = ours.ask("GetCheckRun", checks.GetCheckRunRequest(check_run_id=f"{sha}:theirs"))
    assert (read.title, read.state, read.annotations[0].message) == ("Theirs", checks.CHECK_STATE_SUCCESS, "M")
    assert read.annotations[0].level == checks.CHECK_ANNOTATION_LEVEL_FAILURE


# ---- pipelines


def newest_of(ours: Ours, count: int = MANY) -> tuple[list[checks.Pipeline], list[checks.PipelineJob], bytes]:
    """All pipelines, the jobs of the newest, and the log of the first of these."""
    found = ours.pages("ListPipelines", checks.ListPipelinesRequest(), "pipelines")
    assert len(found) == count
    asked = checks.ListPipelineJobsRequest(pipeline_id=found[0].id)
    jobs = ours.pages("ListPipelineJobs", asked, "jobs")
    pieces = ours.ask("StreamJobLog", checks.StreamJobLogRequest(job_id=jobs[0].id))
    return found, jobs, b"".join(piece.data for piece in pieces)


@on(*GITHUB)
@pytest.mark.evidence("schema", "ListPipelines", "ListPipelineJobs", vendors=("github", "github_enterprise"))
@pytest.mark.evidence("client", "ListPipelines", "ListPipelineJobs", vendors=("github", "github_enterprise"))
def test_pipelines_of_github(ours: Ours, server: Served) -> None:
    from github import Auth, Github

    base: Any = server.fake
    client = Github(auth=Auth.Token("t"), base_url=base.rest, per_page=100, retry=None, seconds_between_requests=None)
    found, jobs, log = newest_of(ours)
    theirs = list(client.get_repo("acme/rocket").get_workflow_runs())
    assert [(one.id, one.number, one.vendor_state, one.ref, one.commit_sha) for one in found] == [
        (str(one.id), one.run_number, one.conclusion, one.head_branch, one.head_sha) for one in theirs
    ]
    assert [(one.id, one.name, one.vendor_state) for one in jobs] == [
        (str(one.id), one.name, one.conclusion or one.status) for one in theirs[0].jobs()
    ]
    assert log == LOG
    client.close()


@on("gitlab")
@pytest.mark.evidence("client", "ListPipelines", "ListPipelineJobs", "StreamJobLog", vendors=("gitlab",))
def test_pipelines_of_gitlab(ours: Ours, server: Served) -> None:
    from gitlab import Gitlab

    rocket = Gitlab(server.url, private_token="t", per_page=100).projects.get("acme/rocket")
    found, jobs, log = newest_of(ours)
    theirs = list(rocket.pipelines.list(iterator=True))
    assert [(one.id, one.vendor_state, one.ref, one.commit_sha, one.web_url) for one in found] == [
        (str(one.id), one.status, one.ref, one.sha, one.web_url) for one in theirs
    ]
    their_jobs = rocket.pipelines.get(theirs[0].id).jobs.list(get_all=True)
    assert [(one.id, one.name, one.stage, one.vendor_state) for one in jobs] == [
        (str(one.id), one.name, one.stage, one.status) for one in their_jobs
    ]
    assert log == rocket.jobs.get(their_jobs[0].id, lazy=True).trace()


@on("vsts")
@pytest.mark.evidence("client", "ListPipelines", "ListPipelineJobs", vendors=("vsts",))
def test_pipelines_of_azure_devops(ours: Ours, server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    from azure.devops.v7_1.build import BuildClient
    from msrest.authentication import BasicAuthentication

    from tests.vendors.vsts import ID, PROJECT

    monkeypatch.setattr("azure.devops.client.OPTIONS_FILE_CACHE", defaultdict(lambda: None))
    client = BuildClient(server.url, BasicAuthentication("", "t"))
    found, jobs, log = newest_of(ours)
    theirs = client.get_builds(PROJECT, repository_id=ID, repository_type="TfsGit", top=1000)
    assert [(one.id, one.vendor_state, one.commit_sha, one.event) for one in found] == [
        (str(one.id), one.result, one.source_version, one.reason) for one in theirs
    ]
    records = client.get_build_timeline(PROJECT, theirs[0].id).records
    assert [(one.id, one.name, one.vendor_state) for one in jobs] == [
        (f"{theirs[0].id}/{one.id}", one.name, one.result or one.state) for one in records if one.type == "Job"
    ]
    assert log == LOG
