"""Clients that others wrote, GitHub's own descriptions, and our adapters agree on pull requests that are written: ours
reads what they opened, and they read what ours opened, changed and merged.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest

from sentry_scm_grpc.errors import FailedPrecondition
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls
from tests.vendors.installation import Ours
from tests.vendors.pulls import ODD_BODY
from tests.vendors.serving import Served
from tests.vendors.world import ADA

GITHUB = ("github", "github_enterprise")
TITLE = "Fix `a < b` & “quotes” 🚀 #7"


def on(*keys: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("server", keys, indirect=True)


def branch(server: Served, name: str) -> str:
    world = server.fake.world
    made = world.make([world.branches["main"]], f"Work on {name}", ADA, {f"{name}.txt": b"1"})
    world.branches[name] = made.sha
    return name


def written(ours: Ours, server: Served, *, labels: bool = True) -> tuple[pulls.PullRequest, pulls.PullRequest]:
    """A pull request that ours has opened, as a draft, and changed, and one that it has merged."""
    fields: dict[str, Any] = {"title": "Work", "body": ODD_BODY, "draft": True}
    made = ours.ask("CreatePullRequest", pulls.CreatePullRequestRequest(head=branch(server, "ours"), **fields))
    request = pulls.UpdatePullRequestRequest(number=made.number, title=TITLE, base="release/001")
    request.update_mask.paths.extend(["title", "base", "draft"])
    if labels:
        request.labels.extend(["bug", "ünï: 50%"])
        request.update_mask.paths.append("labels")
    changed = ours.ask("UpdatePullRequest", request)
    asked = pulls.CreatePullRequestRequest(head=branch(server, "merged"), title="To be merged")
    merged = ours.ask("CreatePullRequest", asked)
    sha = merged.head.commit_sha
    asked = pulls.MergePullRequestRequest(
        number=merged.number, expected_head_sha=sha, commit_message="Merge it\n\nNow."
    )
    return changed, ours.ask("MergePullRequest", asked)


def read(ours: Ours, number: int) -> pulls.PullRequest:
    found: pulls.PullRequest = ours.ask("GetPullRequest", pulls.GetPullRequestRequest(number=number))
    return found


@on(*GITHUB)
@pytest.mark.evidence(
    "schema", "CreatePullRequest", "UpdatePullRequest", "MergePullRequest", vendors=("github", "github_enterprise")
)
@pytest.mark.evidence(
    "client", "CreatePullRequest", "UpdatePullRequest", "MergePullRequest", vendors=("github", "github_enterprise")
)
def test_github(ours: Ours, server: Served) -> None:
    from github import Auth, Github

    base: Any = server.fake
    client = Github(auth=Auth.Token("t"), base_url=base.rest, retry=None, seconds_between_requests=None)
    rocket = client.get_repo("acme/rocket")
    changed, merged = written(ours, server)
    theirs = rocket.get_pull(changed.number)
    assert (theirs.title, theirs.body, theirs.base.ref, theirs.draft) == (TITLE, ODD_BODY, "release/001", False)
    assert [label.name for label in theirs.labels] == list(changed.labels)
    theirs = rocket.get_pull(merged.number)
    assert (theirs.merged, theirs.merge_commit_sha) == (True, merged.merge_commit_sha)
    assert rocket.get_commit(merged.merge_commit_sha).commit.message == "Merge it\n\nNow."

    made = rocket.create_pull("main", branch(server, "theirs"), title=TITLE, body=ODD_BODY, draft=True)
    found = read(ours, made.number)
    assert (found.title, found.body, found.draft, found.head.branch) == (TITLE, ODD_BODY, True, "theirs")
    asked = pulls.UpdatePullRequestRequest(number=made.number, reviewers=["eve"], update_mask={"paths": ["reviewers"]})
    ours.ask("UpdatePullRequest", asked)
    assert [user.login for user in rocket.get_pull(made.number).requested_reviewers] == ["eve"]
    made.edit(title="Theirs", state="closed")
    assert (read(ours, made.number).title, read(ours, made.number).state) == ("Theirs", pulls.PULL_REQUEST_STATE_CLOSED)
    client.close()


@on("gitlab")
@pytest.mark.evidence("client", "CreatePullRequest", "UpdatePullRequest", "MergePullRequest", vendors=("gitlab",))
def test_gitlab(ours: Ours, server: Served) -> None:
    from gitlab import Gitlab

    requests = Gitlab(server.url, private_token="t").projects.get("acme/rocket").mergerequests
    changed, merged = written(ours, server)
    theirs = requests.get(changed.number)
    assert (theirs.title, theirs.description, theirs.target_branch) == (TITLE, ODD_BODY, "release/001")
    assert (theirs.labels, theirs.draft) == (list(changed.labels), False)
    theirs = requests.get(merged.number)
    assert (theirs.state, theirs.merge_commit_sha) == ("merged", merged.merge_commit_sha)

    given = {"source_branch": branch(server, "theirs"), "target_branch": "main", "description": ODD_BODY}
    made = requests.create({**given, "title": "Draft: Theirs", "reviewer_ids": [2]})
    found = read(ours, made.iid)
    assert (found.title, found.body, found.draft, found.reviewers[0].user.login) == (
        "Draft: Theirs",
        ODD_BODY,
        True,
        "bob",
    )
    made.title, made.labels = "Theirs", ["x"]
    made.save()
    made.merge()
    assert (read(ours, made.iid).state, list(read(ours, made.iid).labels)) == (pulls.PULL_REQUEST_STATE_MERGED, ["x"])


@on("bitbucket")
@pytest.mark.evidence("client", "CreatePullRequest", "UpdatePullRequest", "MergePullRequest", vendors=("bitbucket",))
def test_bitbucket(ours: Ours, server: Served) -> None:
    from atlassian.bitbucket import Cloud

    requests = Cloud(server.url, token="t").repositories.get("acme", "rocket").pullrequests
    changed, merged = written(ours, server, labels=False)
    theirs = requests.get(changed.number)
    assert (theirs.title, theirs.description, theirs.destination_branch) == (TITLE, ODD_BODY, "release/001")
    theirs = requests.get(merged.number)
    assert theirs.is_merged
    assert merged.merge_commit_sha.startswith(theirs.get_data("merge_commit")["hash"])

    made = requests.create("Theirs", branch(server, "theirs"), "main", ODD_BODY, False, ["{bob}"])
    found = read(ours, made.id)
    assert (found.title, found.body, found.head.branch) == ("Theirs", ODD_BODY, "theirs")
    assert [one.user.id for one in found.reviewers] == ["{bob}"]
    made.decline()
    assert read(ours, made.id).state == pulls.PULL_REQUEST_STATE_CLOSED


@on("bitbucket_server")
@pytest.mark.evidence(
    "client", "CreatePullRequest", "UpdatePullRequest", "MergePullRequest", vendors=("bitbucket_server",)
)
def test_bitbucket_server(ours: Ours, server: Served) -> None:
    from atlassian import Bitbucket

    client, rocket = Bitbucket(server.url, token="t"), ("ACME", "rocket")
    changed, merged = written(ours, server, labels=False)
    theirs = client.get_pull_request(*rocket, changed.number)
    assert (theirs["title"], theirs["description"], theirs["draft"]) == (TITLE, ODD_BODY, False)
    assert theirs["toRef"]["displayId"] == "release/001"
    theirs = client.get_pull_request(*rocket, merged.number)
    assert (theirs["state"], theirs["properties"]["mergeCommit"]["id"]) == ("MERGED", merged.merge_commit_sha)

    place = {"source_project": "ACME", "source_repo": "rocket", "dest_project": "ACME", "dest_repo": "rocket"}
    made = client.open_pull_request(
        **place,
        source_branch=branch(server, "theirs"),
        destination_branch="main",
        title="Theirs",
        description=ODD_BODY,
        reviewers=["bob"],
    )
    found = read(ours, made["id"])
    assert (found.title, found.body, found.reviewers[0].user.login) == ("Theirs", ODD_BODY, "bob")
    client.merge_pull_request(*rocket, made["id"], pr_version=made["version"], merge_message="Theirs")
    assert read(ours, made["id"]).state == pulls.PULL_REQUEST_STATE_MERGED


@on("vsts")
@pytest.mark.evidence("client", "CreatePullRequest", "UpdatePullRequest", "MergePullRequest", vendors=("vsts",))
def test_azure_devops(ours: Ours, server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    from azure.devops.v7_1.git import GitClient
    from azure.devops.v7_1.git.models import GitPullRequest, GitPullRequestCompletionOptions
    from azure.devops.v7_1.policy import PolicyClient
    from msrest.authentication import BasicAuthentication

    from tests.vendors.vsts import ID, PROJECT

    monkeypatch.setattr("azure.devops.client.OPTIONS_FILE_CACHE", defaultdict(lambda: None))
    git = GitClient(server.url, BasicAuthentication("", "t"))
    changed, merged = written(ours, server)
    theirs = git.get_pull_request(ID, changed.number, PROJECT)
    assert (theirs.title, theirs.description, theirs.is_draft) == (TITLE, ODD_BODY, False)
    assert (theirs.target_ref_name, [label.name for label in theirs.labels]) == (
        "refs/heads/release/001",
        list(changed.labels),
    )
    theirs = git.get_pull_request(ID, merged.number, PROJECT)
    assert (theirs.status, theirs.last_merge_commit.commit_id) == ("completed", merged.merge_commit_sha)

    names = {"source_ref_name": f"refs/heads/{branch(server, 'theirs')}", "target_ref_name": "refs/heads/main"}
    made = git.create_pull_request(GitPullRequest(**names, title="Theirs", description=ODD_BODY, is_draft=True), ID)
    found = read(ours, made.pull_request_id)
    assert (found.title, found.body, found.draft) == ("Theirs", ODD_BODY, True)
    git.update_pull_request(GitPullRequest(is_draft=False), ID, made.pull_request_id)
    completed = GitPullRequest(
        status="completed",
        last_merge_source_commit=made.last_merge_source_commit,
        completion_options=GitPullRequestCompletionOptions(merge_strategy="squash"),
    )
    git.update_pull_request(completed, ID, made.pull_request_id)
    assert read(ours, made.pull_request_id).state == pulls.PULL_REQUEST_STATE_MERGED

    blocked = ours.ask("CreatePullRequest", pulls.CreatePullRequestRequest(head=branch(server, "blocked"), title="No"))
    server.fake.world.pull_requests[blocked.number].merge = "blocked"
    server.fake.policies = [("Build", "Docs", "queued", True), ("Work item linking", "", "approved", True)]
    policies = PolicyClient(server.url, BasicAuthentication("", "t"))
    project = theirs.repository.project.id
    told = policies.get_policy_evaluations(project, f"vstfs:///CodeReview/CodeReviewId/{project}/{blocked.number}")
    unmet = [one.configuration.settings["displayName"] for one in told if one.status != "approved"]
    with pytest.raises(FailedPrecondition) as refused:
        ours.ask("MergePullRequest", pulls.MergePullRequestRequest(number=blocked.number))
    assert (refused.value.reason, refused.value.metadata["policies"]) == ("CHECKS_MISSING", *unmet)
