"""Every answer of GitHub's fakes is one that GitHub's own descriptions allow, and the judge refuses others."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
import requests

from sentry_scm_grpc.errors import ScmError
from sentry_scm_grpc.v1 import files_pb2, refs_pb2
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.vendors import FAKES
from tests.vendors.github_account import APP_ID, App
from tests.vendors.installation import Ours
from tests.vendors.pulls import BLOCKED, CONFLICTS, FORK, TOPIC
from tests.vendors.schemas import DESCRIPTIONS, graph_mistakes, judged
from tests.vendors.serving import Exchange, Served
from tests.vendors.world import MANY, NEEDLE, sha_of
from tests.vendors.written import review_everything, write_everything

VENDORS = ("github", "github_enterprise")
ROCKET = "/repos/acme/rocket"
#: A SHA, a path and a number that are nowhere.
NOWHERE = "f" * 40

TOPIC_HEAD = sha_of("topic 229")
#: A comment on the whole and one on a line, and what is done with each.
REMARK, LINE_COMMENT = 3, 10010
EDITS: list[tuple[str, Any]] = [("GET", None), ("PATCH", {"body": "Changed."}), ("DELETE", None)]
ON_A_LINE = {"path": "src/app.py", "line": 2, "side": "RIGHT", "body": "Here."}

SEARCHED = '/search/commits?q="because" repo:acme/rocket&sort=committer-date&order=desc&per_page=100'

# Of each route each kind of answer that it has: the name of its method, and what is asked for.
ASKED: list[tuple[str, str, str, Any]] = [
    ("get_repository", "GET", ROCKET, None),
    ("get_repository", "GET", "/repos/acme/none", None),
    ("list_hooks", "GET", f"{ROCKET}/hooks", None),
    ("get_permission", "GET", f"{ROCKET}/collaborators/bob/permission", None),
    ("get_permission", "GET", f"{ROCKET}/collaborators/zoe/permission", None),
    ("get_permission", "GET", f"{ROCKET}/collaborators/nobody/permission", None),
    ("list_repositories", "GET", "/installation/repositories?per_page=100&page=3", None),
    ("list_commits", "GET", f"{ROCKET}/commits?sha=main&per_page=100&since=2024-01-02T00:00:00Z", None),
    ("list_commits", "GET", f"{ROCKET}/commits?sha=none", None),
    ("get_commit", "GET", f"{ROCKET}/commits/{sha_of(f'commit {MANY // 2}')}?per_page=100&page=3", None),
    ("get_commit", "GET", f"{ROCKET}/commits/{NOWHERE}", None),
    ("combined_status", "GET", f"{ROCKET}/commits/{sha_of('commit 248')}/status?per_page=100&page=3", None),
    ("combined_status", "GET", f"{ROCKET}/commits/{NOWHERE}/status", None),
    (
        "create_status",
        "POST",
        f"{ROCKET}/statuses/{sha_of('commit 249')}",
        {"state": "error", "context": "ci", "description": None, "target_url": None},
    ),
    ("list_workflow_runs", "GET", f"{ROCKET}/actions/runs?per_page=100&page=3", None),
    ("list_jobs", "GET", f"{ROCKET}/actions/runs/{MANY}/jobs", None),
    ("find_log", "GET", f"{ROCKET}/actions/jobs/1/logs", None),
    ("check_runs_of_commit", "GET", f"{ROCKET}/commits/main/check-runs?per_page=100", None),
    ("get_check_run", "GET", f"{ROCKET}/check-runs/1", None),
    ("list_annotations", "GET", f"{ROCKET}/check-runs/1/annotations", None),
    ("create_check_run", "POST", f"{ROCKET}/check-runs", {"name": "n", "head_sha": sha_of("commit 249")}),
    ("update_check_run", "PATCH", f"{ROCKET}/check-runs/1", {"status": "in_progress"}),
    ("list_tags", "GET", f"{ROCKET}/tags?per_page=100", None),
    ("get_ref", "GET", f"{ROCKET}/git/ref/tags/v010", None),
    ("get_ref", "GET", f"{ROCKET}/git/ref/heads/none", None),
    ("get_tag", "GET", f"{ROCKET}/git/tags/{sha_of('tagv010')}", None),
    ("list_branches", "GET", f"{ROCKET}/branches?per_page=100", None),
    ("compare", "GET", f"{ROCKET}/compare/{sha_of('topic 229')}...{sha_of('commit 249')}?per_page=100&page=1", None),
    ("compare", "GET", f"{ROCKET}/compare/main...{NOWHERE}", None),
    ("list_pulls", "GET", f"{ROCKET}/pulls?state=all&per_page=100", None),
    ("list_remarks", "GET", f"{ROCKET}/issues/{TOPIC}/comments?per_page=100&page=3", None),
    ("list_reviews", "GET", f"{ROCKET}/pulls/{TOPIC}/reviews?per_page=100", None),
    ("list_commits_of_pull", "GET", f"{ROCKET}/pulls/{TOPIC}/commits?per_page=100&page=3", None),
    ("list_files_of_pull", "GET", f"{ROCKET}/pulls/{TOPIC}/files?per_page=100&page=2", None),
    ("list_pulls_of_commit", "GET", f"{ROCKET}/commits/{sha_of('topic 3')}/pulls", None),
    *(("get_pull", "GET", f"{ROCKET}/pulls/{number}", None) for number in (1, 5, 6, FORK, 999)),
    *(
        ("create_pull", "POST", f"{ROCKET}/pulls", {"title": "New", "head": head, "base": base, "body": "Here."})
        for head, base in (("topic", "release/001"), ("topic", "main"), ("feature/x#1", "main"), ("zoe:topic", "main"))
    ),
    ("update_pull", "PATCH", f"{ROCKET}/pulls/{TOPIC}", {"title": "Changed", "state": "closed"}),
    ("set_labels", "PUT", f"{ROCKET}/issues/{TOPIC}/labels", {"labels": ["bug", "ünï: 50%"]}),
    ("request_reviewers", "POST", f"{ROCKET}/pulls/{TOPIC}/requested_reviewers", {"reviewers": ["eve"]}),
    ("request_reviewers", "POST", f"{ROCKET}/pulls/{TOPIC}/requested_reviewers", {"reviewers": ["ada"]}),
    ("remove_reviewers", "DELETE", f"{ROCKET}/pulls/{TOPIC}/requested_reviewers", {"reviewers": ["zoe"]}),
    ("merge_pull", "PUT", f"{ROCKET}/pulls/{TOPIC}/merge", {"merge_method": "squash"}),
    ("merge_pull", "PUT", f"{ROCKET}/pulls/{TOPIC}/merge", {"sha": NOWHERE}),
    *(("merge_pull", "PUT", f"{ROCKET}/pulls/{number}/merge", None) for number in (CONFLICTS, BLOCKED)),
    ("create_remark", "POST", f"{ROCKET}/issues/{TOPIC}/comments", {"body": "Hello."}),
    ("create_remark", "POST", f"{ROCKET}/issues/{TOPIC}/comments", {"body": "x" * 70_000}),
    *(("one_remark", method, f"{ROCKET}/issues/comments/{REMARK}", data) for method, data in EDITS),
    ("one_remark", "GET", f"{ROCKET}/issues/comments/999999", None),
    ("create_line_comment", "POST", f"{ROCKET}/pulls/{TOPIC}/comments", {**ON_A_LINE, "commit_id": TOPIC_HEAD}),
    ("create_line_comment", "POST", f"{ROCKET}/pulls/{TOPIC}/comments", {**ON_A_LINE, "line": 50}),
    ("list_line_comments", "GET", f"{ROCKET}/pulls/{TOPIC}/comments?per_page=100", None),
    ("create_reply", "POST", f"{ROCKET}/pulls/{TOPIC}/comments/{LINE_COMMENT}/replies", {"body": "Yes."}),
    *(("one_line_comment", method, f"{ROCKET}/pulls/comments/{LINE_COMMENT}", data) for method, data in EDITS),
    ("one_line_comment", "GET", f"{ROCKET}/pulls/comments/999999", None),
    (
        "create_review",
        "POST",
        f"{ROCKET}/pulls/{TOPIC}/reviews",
        {"commit_id": TOPIC_HEAD, "event": "COMMENT", "body": "Nearly.", "comments": [ON_A_LINE]},
    ),
    (
        "create_review",
        "POST",
        f"{ROCKET}/pulls/{TOPIC}/reviews",
        {"commit_id": TOPIC_HEAD, "event": "APPROVE", "comments": [{**ON_A_LINE, "line": 50}]},
    ),
    ("create_ref", "POST", f"{ROCKET}/git/refs", {"ref": "refs/heads/new", "sha": sha_of("commit 249")}),
    ("create_ref", "POST", f"{ROCKET}/git/refs", {"ref": "refs/heads/main", "sha": sha_of("commit 249")}),
    ("create_blob", "POST", f"{ROCKET}/git/blobs", {"content": "AAE=", "encoding": "base64"}),
    (
        "create_tree",
        "POST",
        f"{ROCKET}/git/trees",
        {
            "base_tree": sha_of("tree" + sha_of("commit 249")),
            "tree": [
                {"path": "new", "mode": "100644", "type": "blob", "content": "text"},
                {"path": "src/app.py", "mode": "100644", "type": "blob", "sha": None},
            ],
        },
    ),
    ("get_git_commit", "GET", f"{ROCKET}/git/commits/{sha_of('commit 249')}", None),
    ("get_git_commit", "GET", f"{ROCKET}/git/commits/{NOWHERE}", None),
    ("get_blob", "GET", f"{ROCKET}/git/blobs/{sha_of('blobsrc/app.py')}", None),
    ("get_blob", "GET", f"{ROCKET}/git/blobs/{NOWHERE}", None),
    ("get_tree", "GET", f"{ROCKET}/git/trees/main?recursive=1", None),
    ("get_tree", "GET", f"{ROCKET}/git/trees/main", None),
    ("get_tree", "GET", f"{ROCKET}/git/trees/{NOWHERE}", None),
    ("search_code", "GET", f'/search/code?q="{NEEDLE}" repo:acme/rocket fork:true&per_page=100', None),
    ("search_commits", "GET", SEARCHED, None),
    ("find_archive", "GET", f"{ROCKET}/tarball/main", None),
    ("search_issues", "GET", '/search/issues?q="breaks" repo:acme/rocket type:issue&per_page=100', None),
    ("get_issue", "GET", f"{ROCKET}/issues/1", None),
    ("get_issue", "GET", f"{ROCKET}/issues/999999", None),
    ("list_issues", "GET", f"{ROCKET}/issues?state=all&since=2024-01-01T00:00:00Z", None),
    ("update_issue", "PATCH", f"{ROCKET}/issues/1", {"state": "closed"}),
    ("create_issue", "POST", f"{ROCKET}/issues", {"title": "One more", "body": "Here."}),
    ("get_me", "GET", "/user", None),
    ("get_account", "GET", "/users/acme", None),
    ("get_account", "GET", "/users/none", None),
    ("list_repositories_of_organization", "GET", "/orgs/acme/repos?per_page=100", None),
    ("get_installation", "GET", "/orgs/acme/installation", None),
    ("get_installation_of_user", "GET", "/users/ada/installation", None),
    ("create_token", "POST", "/app/installations/99/access_tokens", None),
    ("create_git_commit", "POST", f"{ROCKET}/git/commits", {}),
    ("graphql", "POST", "/graphql", {"query": "query { viewer { login } }", "variables": {}}),
]
#: Asked by an app with its own signature.
AS_APP = {"get_installation", "get_installation_of_user", "create_token"}
#: Judged by the queries that our adapter sends, below.
BY_ADAPTER = {"graphql", "create_git_commit"}
#: Where a redirect leads: no part of the API.
NO_API = {"get_archive", "get_log"}


def routes_of(key: str) -> set[str]:
    return {name for name in dir(FAKES[key]) if hasattr(getattr(FAKES[key], name), "route")}


@pytest.mark.parametrize("key", DESCRIPTIONS)
def test_every_route_is_judged(key: str) -> None:
    assert {name for name, *_ in ASKED} == routes_of(key) - NO_API


@pytest.mark.parametrize(("name", "method", "path", "data"), [row for row in ASKED if row[0] not in BY_ADAPTER])
def test_an_answer_of_rest(server: Served, name: str, method: str, path: str, data: Any) -> None:
    headers = as_app(server, "ada" if path.startswith("/users/") else "acme") if name in AS_APP else {}
    base = server.fake.rest  # type: ignore[attr-defined]
    requests.request(method, base + path, json=data, headers=headers, timeout=30, allow_redirects=False)
    assert len(server.exchanges) == 1


def as_app(server: Served, account: str) -> dict[str, str]:
    """Makes the fake know a GitHub App. Returns what its requests are signed with."""
    app = server.fake.app = App({"contents": "read", "metadata": "read"}, account)  # type: ignore[attr-defined]
    now = int(time.time())
    signed = jwt.encode({"iss": APP_ID, "iat": now - 60, "exp": now + 300}, app.key, algorithm="RS256")
    return {"Authorization": f"Bearer {signed}"}


def tagged(server: Served) -> None:
    server.fake.tags["v1"] = server.fake.world.head  # type: ignore[attr-defined]


def with_submodule(server: Served) -> None:
    server.fake.modes["src/app.py"] = "160000"  # type: ignore[attr-defined]


# What is asked for, and what must be told apart: the file, its kind, the ref, the tag, the repository.
GRAPHS: list[tuple[Callable[[Served], None], Any]] = [
    (lambda server: None, pb.CheckFileRequest(path="src/app.py", ref="main")),
    (lambda server: None, pb.CheckFileRequest(path="src", ref="main")),
    (lambda server: None, pb.CheckFileRequest(path="none", ref="main")),
    (lambda server: None, pb.CheckFileRequest(path="assets/logo.png", ref="main")),
    (with_submodule, pb.CheckFileRequest(path="src/app.py", ref="main")),
    (tagged, pb.CheckFileRequest(path="src/app.py", ref="v1")),
    (lambda server: None, pb.GetCommitContextRequest(commit_sha="main", filepath="src/app.py", line_number=1)),
    (tagged, pb.GetCommitContextRequest(commit_sha="v1", filepath="assets/large.bin", line_number=1)),
]


@pytest.mark.parametrize(("prepare", "request_message"), GRAPHS, ids=lambda value: "")
def test_a_query_and_its_answer(
    server: Served, ours: Ours, prepare: Callable[[Served], None], request_message: Any
) -> None:
    prepare(server)
    ours.ask(type(request_message).__name__.removesuffix("Request"), request_message)
    assert any(exchange.request.path == "/graphql" for exchange in server.exchanges)


def test_queries_for_what_is_not_there(server: Served, ours: Ours) -> None:
    for request in (
        pb.GetCommitContextRequest(commit_sha="none", filepath="src/app.py", line_number=1),
        pb.GetCommitContextRequest(commit_sha="main", filepath="none", line_number=1),
        pb.GetCommitContextRequest(commit_sha="main", filepath="src", line_number=1),
    ):
        with pytest.raises(ScmError):
            ours.ask("GetCommitContext", request)
    assert len(server.exchanges) >= 3


@pytest.mark.evidence("schema", "CheckRepositoryAccess", "CreateRepository", "SyncRepository", "SearchRepositories")
@pytest.mark.evidence("schema", "GetCommit", "ListCommits", "ListFileChanges", "GetCommitContext")
@pytest.mark.evidence("schema", "CheckFile", "GetFile", "ListTree", "SearchCode", "SearchIssues")
@pytest.mark.evidence("schema", "ListBranches", "ListTags", "GetRef", "CompareCommits", "GetMergeBase")
@pytest.mark.evidence(
    "schema", "ListComparedFiles", "StreamDiff", "ListDirectory", "GetPullRequest", "ListPullRequests"
)
@pytest.mark.evidence("schema", "BatchGetFiles", "StreamFile", "FindFiles")
@pytest.mark.evidence("schema", "StreamBlame", "StreamArchive", "SearchCommits")
@pytest.mark.evidence("schema", "ListPullRequestCommits", "ListPullRequestFiles", "StreamPullRequestDiff")
@pytest.mark.evidence("schema", "ListPullRequestComments", "ListReviewThreads", "ListReviews")
@pytest.mark.evidence("schema", "BatchGetPullRequestStatus")
@pytest.mark.evidence("schema", "GetExternalIssue", "SyncIssueStatus", "ListIssueDestinations")
@pytest.mark.evidence("schema", "CreateBranch", "UpdateBranch", "DeleteBranch", "CreateCommit")
@pytest.mark.evidence("schema", "CreateReview", "CreatePullRequestComment", "ResolveReviewThread")
@pytest.mark.evidence("schema", "UpdatePullRequestComment", "DeletePullRequestComment")
def test_what_the_adapter_asks_is_described_and_so_are_the_answers(server: Served, ours: Ours) -> None:
    context = {"commit_sha": "main", "filepath": "src/app.py", "line_number": 1}
    for request in (
        pb.CheckRepositoryAccessRequest(),
        pb.SearchRepositoriesRequest(),
        pb.GetCommitRequest(commit_sha="main"),
        pb.ListCommitsRequest(ref="main"),
        pb.ListFileChangesRequest(commit_sha=server.fake.world.head),
        pb.GetCommitContextRequest(**context),
        pb.CheckFileRequest(path="src/app.py", ref="main"),
        pb.GetFileRequest(path="src/app.py", ref="main"),
        pb.ListTreeRequest(ref="main"),
        files_pb2.ListDirectoryRequest(path="src", ref="main"),
        files_pb2.FindFilesRequest(globs=["*.py"], ref="main"),
        files_pb2.BatchGetFilesRequest(paths=["src/app.py", "assets/logo.png", "none"], ref="main"),
        pb.SearchCodeRequest(query=NEEDLE),
        pb.SearchIssuesRequest(query="breaks", destination="acme/rocket"),
        pb.ListIssueDestinationsRequest(),
        refs_pb2.ListBranchesRequest(),
        refs_pb2.ListTagsRequest(prefix="v0"),
        refs_pb2.GetRefRequest(ref="v010"),
        refs_pb2.CompareCommitsRequest(base="main", head="topic"),
        refs_pb2.GetMergeBaseRequest(refs=["main", "topic"]),
        refs_pb2.ListComparedFilesRequest(base="main", head="topic"),
        pulls.GetPullRequestRequest(number=TOPIC),
        pulls.ListPullRequestsRequest(head="topic", base="main"),
        pulls.ListPullRequestsRequest(commit_sha=sha_of("topic 3")),
        pulls.ListPullRequestCommitsRequest(number=TOPIC),
        pulls.ListPullRequestFilesRequest(number=TOPIC),
        pulls.ListPullRequestCommentsRequest(number=TOPIC),
        pulls.ListReviewThreadsRequest(number=TOPIC),
        pulls.ListReviewsRequest(number=TOPIC),
        pulls.BatchGetPullRequestStatusRequest(numbers=[TOPIC, 5]),
    ):
        ours.ask(type(request).__name__.removesuffix("Request"), request)
    ours.ask("SearchCommits", files_pb2.SearchCommitsRequest(message="because"))
    assert list(ours.ask("StreamBlame", files_pb2.StreamBlameRequest(path="src/app.py", ref="main")))
    assert list(ours.ask("StreamArchive", files_pb2.StreamArchiveRequest()))
    assert list(ours.ask("StreamFile", files_pb2.StreamFileRequest(path="src/app.py", ref="main")))
    assert list(ours.ask("StreamDiff", refs_pb2.StreamDiffRequest(head="main")))
    assert list(ours.ask("StreamPullRequestDiff", pulls.StreamPullRequestDiffRequest(number=TOPIC)))
    write_everything(ours, server)
    review_everything(ours, server)
    ours.repository()
    ours.close("acme/rocket#1")
    assert ours.issue("acme/rocket#1").closed


# ---- the judge itself


def changed(exchange: Exchange, change: Callable[[Any], Any]) -> Exchange:
    body = json.loads(exchange.body)
    change(body)
    return dataclasses.replace(exchange, body=json.dumps(body).encode())


WRONG: dict[str, Callable[[Any], Any]] = {
    "another type": lambda body: body.update(number="1"),
    "a field left out": lambda body: body.pop("title"),
    "a field that GitHub does not have": lambda body: body.update(titel="?"),
    "null where there is always something": lambda body: body.update(html_url=None),
    "a moment without a zone": lambda body: body.update(created_at="2024-01-01T00:00:00"),
    "a path for an address": lambda body: body.update(html_url="/acme/rocket/issues/1"),
    "wrong inside": lambda body: body["user"].update(id="1"),
}


@pytest.mark.parametrize("how", WRONG)
def test_a_wrong_field_is_found(server: Served, how: str) -> None:
    requests.get(f"{server.fake.rest}{ROCKET}/issues/1", timeout=30)  # type: ignore[attr-defined]
    (exchange,) = server.exchanges
    with pytest.raises(AssertionError):
        judged(server.fake.key, changed(exchange, WRONG[how]))


@pytest.mark.parametrize("server", ["github"], indirect=True)
def test_a_wrong_status_path_or_media_type_is_found(server: Served) -> None:
    requests.get(f"{server.fake.rest}{ROCKET}/issues/1", timeout=30)  # type: ignore[attr-defined]
    (exchange,) = server.exchanges
    elsewhere = dataclasses.replace(exchange.request, path="/repository/acme/rocket")
    for wrong in (
        dataclasses.replace(exchange, status=418),
        dataclasses.replace(exchange, request=elsewhere),
        dataclasses.replace(exchange, headers={"Content-Type": "text/plain"}),
    ):
        with pytest.raises(AssertionError):
            judged("github", wrong)


@pytest.mark.parametrize("server", ["github"], indirect=True)
def test_a_wrong_query_or_answer_of_graphql_is_found(server: Served) -> None:
    Ours(server).ask("CheckFile", pb.CheckFileRequest(path="src/app.py", ref="main"))
    (exchange,) = server.exchanges
    assert not graph_mistakes(exchange)
    for change in (
        lambda body: body["data"]["repository"]["object"].update(oid=None),
        lambda body: body["data"]["repository"]["object"]["file"].update(type=None),
        lambda body: body["data"]["repository"]["object"].pop("oid"),
        lambda body: body["data"]["repository"].update(extra=1),
    ):
        assert graph_mistakes(changed(exchange, change)), change
    asked = {**exchange.request.data, "query": exchange.request.data["query"].replace("oid", "sha")}
    assert graph_mistakes(dataclasses.replace(exchange, request=dataclasses.replace(exchange.request, data=asked)))
