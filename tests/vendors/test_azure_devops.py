"""Microsoft's azure-devops and our adapter read the same of Azure DevOps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest
from azure.devops.client import Client
from azure.devops.exceptions import AzureDevOpsServiceError
from azure.devops.v7_1.core import CoreClient
from azure.devops.v7_1.git import GitClient
from azure.devops.v7_1.git.models import (
    GitBaseVersionDescriptor,
    GitPullRequestQuery,
    GitPullRequestQueryInput,
    GitPullRequestSearchCriteria,
    GitQueryCommitsCriteria,
    GitTargetVersionDescriptor,
    GitVersionDescriptor,
)
from azure.devops.v7_1.search import SearchClient
from azure.devops.v7_1.search.models import CodeSearchRequest
from azure.devops.v7_1.work_item_tracking import WorkItemTrackingClient
from azure.devops.v7_1.work_item_tracking.models import JsonPatchOperation, TeamContext, Wiql
from msrest.authentication import BasicAuthentication

from sentry_scm_grpc.errors import NotFound
from sentry_scm_grpc.v1 import files_pb2, refs_pb2
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.vendors import told
from tests.vendors.archive import files_in
from tests.vendors.installation import Ours
from tests.vendors.pulls import LONG, TOPIC
from tests.vendors.serving import Served
from tests.vendors.vsts import ID, PROJECT
from tests.vendors.world import MANY, NEEDLE, ODD_PATHS
from tests.vendors.written import CHANGED, ON_LINES, read_back, review_everything, write_everything

VENDORS = ("vsts",)
MAIN = GitVersionDescriptor(version="main", version_type="branch")
KINDS = {"add": "added", "edit": "modified", "delete": "deleted", "edit, rename": "renamed", "rename": "renamed"}


@pytest.fixture
def client(server: Served, monkeypatch: pytest.MonkeyPatch) -> Callable[[type[Client]], Any]:
    """Makes a client of one of the areas. Where its resources are it asks once and keeps in a file: not here."""
    monkeypatch.setattr("azure.devops.client.OPTIONS_FILE_CACHE", defaultdict(lambda: None))
    return lambda area: area(server.url, BasicAuthentication("", "t"))


@pytest.fixture
def git(client: Callable[[type[Client]], Any]) -> Any:
    return client(GitClient)


@pytest.fixture
def tracker(client: Callable[[type[Client]], Any]) -> Any:
    return client(WorkItemTrackingClient)


def their_commit(commit: Any) -> told.Commit:
    author = commit.author
    return told.Commit(
        commit.commit_id, commit.comment, author.name, author.email, int(commit.committer.date.timestamp())
    )


def without_parents(commit: pb.Commit) -> told.Commit:
    return told.our_commit(commit)._replace(parents=())


def their_changes(changes: list[Any]) -> list[told.Change]:
    """Files alone, and of a renamed one the new name."""
    return [
        told.Change(
            change["item"]["path"].removeprefix("/"),
            KINDS[change["changeType"]],
            change.get("sourceServerItem", "").removeprefix("/"),
        )
        for change in changes
        if not change["item"].get("isFolder") and "sourceRename" not in change["changeType"]
    ]


def their_issue(item: Any) -> told.Issue:
    state, fields = item.fields["System.State"], item.fields
    return told.Issue(item.id, fields["System.Title"], fields.get("System.Description", ""), state == "Closed")


def our_issue(issue: pb.TrackerIssue) -> told.Issue:
    # The address is Sentry's to say.
    return told.our_issue(issue, int(issue.key))._replace(web_url="")


@pytest.mark.evidence("client", "CheckRepositoryAccess", "CreateRepository", "SyncRepository")
@pytest.mark.evidence("client", "SearchRepositories", "ListIssueDestinations")
def test_repositories(ours: Ours, git: Any, client: Callable[[type[Client]], Any]) -> None:
    assert ours.ask("CheckRepositoryAccess", pb.CheckRepositoryAccessRequest()).accessible
    theirs = [(one.id, one.name, one.remote_url, one.default_branch) for one in git.get_repositories()]
    found = ours.pages("SearchRepositories", pb.SearchRepositoriesRequest(), "repositories")
    assert [(one.identifier, one.name, one.url, f"refs/heads/{one.default_branch}") for one in found] == theirs
    assert len(theirs) == MANY + 1
    rocket, added = git.get_repository(ID), ours.repository()
    assert (added.identifier, added.url, added.config["project"]) == (rocket.id, rocket.remote_url, rocket.project.name)
    core, projects = client(CoreClient), []
    while page := core.get_projects(state_filter="wellFormed", top=100, skip=len(projects)):
        projects += [project.name for project in page]
    places = ours.pages("ListIssueDestinations", pb.ListIssueDestinationsRequest(), "destinations")
    assert [place.name for place in places] == projects


@pytest.mark.evidence("client", "GetCommit", "ListFileChanges")
def test_a_commit_with_its_files(ours: Ours, git: Any, server: Served) -> None:
    for sha in (server.fake.world.head, server.fake.world.commits[MANY // 2 - 1].sha):
        theirs = git.get_commit(sha, ID)
        commit = ours.ask("GetCommit", pb.GetCommitRequest(commit_sha=sha))
        assert told.our_commit(commit) == their_commit(theirs)._replace(parents=tuple(theirs.parents))
        assert commit.web_url == theirs.remote_url
        listed: list[Any] = []
        while page := git.get_changes(sha, ID, top=100, skip=len(listed)).changes:
            listed += page
        changes = ours.pages("ListFileChanges", pb.ListFileChangesRequest(commit_sha=sha), "file_changes")
        assert [told.our_change(change) for change in changes] == their_changes(listed)


@pytest.mark.evidence("client", "ListCommits")
def test_lists_of_commits(ours: Ours, git: Any) -> None:
    since, until = datetime(2024, 1, 3, tzinfo=UTC), datetime(2024, 1, 9, tzinfo=UTC)
    dated = pb.ListCommitsRequest(ref="main")
    dated.since.FromDatetime(since)
    dated.until.FromDatetime(until)
    # This client does not quote what it puts into a query.
    branch = GitVersionDescriptor(version=quote("feature/x#1", safe=""), version_type="branch")
    form = "%Y-%m-%dT%H:%M:%SZ"
    for request, asked in (
        (pb.ListCommitsRequest(ref="main"), {"item_version": MAIN}),
        (pb.ListCommitsRequest(ref="feature/x#1"), {"item_version": branch}),
        (pb.ListCommitsRequest(ref="main", path="src/many"), {"item_version": MAIN, "item_path": "/src/many"}),
        (dated, {"item_version": MAIN, "from_date": since.strftime(form), "to_date": until.strftime(form)}),
    ):
        theirs: list[Any] = []
        while page := git.get_commits(ID, GitQueryCommitsCriteria(top=100, skip=len(theirs), **asked)):
            theirs += page
        found = [without_parents(commit) for commit in ours.pages("ListCommits", request, "commits")]
        assert found == [their_commit(commit) for commit in theirs]
        assert found


@pytest.mark.evidence("client", "ListTree", "GetFile", "CheckFile", "StreamFile", "BatchGetFiles", "FindFiles")
def test_a_tree_and_its_files(ours: Ours, git: Any) -> None:
    items = git.get_items(ID, scope_path="/", recursion_level="Full", version_descriptor=MAIN)
    theirs = {item.path.removeprefix("/"): item.object_id for item in items if not item.is_folder}
    entries = ours.pages("ListTree", pb.ListTreeRequest(ref="main"), "entries")
    assert ours.pages("FindFiles", files_pb2.FindFilesRequest(globs=["*"], ref="main"), "entries") == entries
    assert {entry.path: entry.sha for entry in entries} == theirs
    assert theirs
    for path in (*ODD_PATHS, "src/app.py", "assets/logo.png", "assets/large.bin"):
        request = pb.GetFileRequest(path=path, ref="main", max_bytes=3_000_000)
        content = b"".join(git.get_blob_content(ID, theirs[path]))
        assert ours.ask("GetFile", request).content == content
        assert (told.streamed(ours, path), told.of_batch(ours, path)) == (content, content)
        assert git.get_item(ID, f"/{path}", version_descriptor=MAIN).object_id == theirs[path]
        assert ours.ask("CheckFile", pb.CheckFileRequest(path=path, ref="main")).exists


@pytest.mark.evidence("client", "ListDirectory")
def test_directories(ours: Ours, git: Any) -> None:
    for path in ("", "src", "docs/ünï"):
        found = ours.pages("ListDirectory", files_pb2.ListDirectoryRequest(path=path, ref="main"), "entries")
        items = git.get_items(ID, scope_path=f"/{path}", recursion_level="OneLevel", version_descriptor=MAIN)
        theirs = {(item.path[1:], bool(item.is_folder), item.object_id) for item in items if item.path != f"/{path}"}
        kind = pb.TREE_ENTRY_KIND_DIRECTORY
        assert {(one.path, one.kind == kind, one.sha) for one in found} == theirs


@pytest.mark.evidence("client", "StreamArchive")
def test_archives(ours: Ours, git: Any) -> None:
    for path in ("", "src"):
        theirs = b"".join(git.get_item_zip(ID, f"/{path}", version_descriptor=MAIN))
        assert files_in(ours.archive(ref="main", path=path), "zip") == files_in(theirs, "zip")


@pytest.mark.evidence("client", "SearchCommits")
def test_commits_by_their_messages(ours: Ours, git: Any) -> None:
    theirs: list[Any] = []
    while page := git.get_commits(ID, GitQueryCommitsCriteria(top=100, skip=len(theirs), item_version=MAIN)):
        theirs += page
    found = ours.pages("SearchCommits", files_pb2.SearchCommitsRequest(message="COMMIT 24"), "commits")
    assert [commit.key for commit in found] == [one.commit_id for one in theirs if "Commit 24" in one.comment]
    assert found


@pytest.mark.evidence("client", "SearchCode")
def test_code_search(ours: Ours, client: Callable[[type[Client]], Any]) -> None:
    search = client(SearchClient)
    filters = {"Project": [PROJECT], "Repository": ["rocket"]}
    results: list[Any] = []
    while True:
        asked = CodeSearchRequest(search_text=f'"{NEEDLE}"', skip=len(results), top=100, filters=filters)
        answer = search.fetch_code_search_results(asked, project=PROJECT)
        results += answer.results
        if len(results) >= answer.count:
            break
    theirs = [match.path for match in results if match.repository.id == ID]
    found = ours.pages("SearchCode", pb.SearchCodeRequest(query=NEEDLE), "matches")
    assert [f"/{match.path}" for match in found] == theirs
    assert theirs


@pytest.mark.evidence("client", "GetExternalIssue", "LinkExternalIssue", "SyncIssueStatus")
@pytest.mark.evidence("client", "SearchIssues")
def test_work_items(ours: Ours, tracker: Any) -> None:
    wiql = (
        f"SELECT [System.Id] FROM WorkItems WHERE [System.TeamProject] = '{PROJECT}'"
        " AND [System.Title] CONTAINS 'breaks' ORDER BY [System.Id] DESC"
    )
    queried = tracker.query_by_wiql(Wiql(query=wiql), team_context=TeamContext(project=PROJECT), top=1000)
    numbers, theirs = [item.id for item in queried.work_items], []
    for start in range(0, len(numbers), 200):
        theirs += tracker.get_work_items(numbers[start : start + 200], error_policy="omit")
    request = pb.SearchIssuesRequest(query="breaks", destination=PROJECT)
    assert [our_issue(issue) for issue in ours.pages("SearchIssues", request, "issues")] == [
        their_issue(item) for item in theirs
    ]
    fields = {"System.Title": "Another", "System.Description": "One more."}
    patch = [JsonPatchOperation(op="add", path=f"/fields/{name}", value=value) for name, value in fields.items()]
    made = tracker.create_work_item(patch, PROJECT, "Bug")
    assert ours.issue(str(made.id), number=made.id)._replace(web_url="") == their_issue(made)
    ours.close(str(made.id))
    assert tracker.get_work_item(made.id).fields["System.State"] in ("Resolved", "Closed")


def test_what_is_not_there(ours: Ours, git: Any, tracker: Any) -> None:
    for theirs in (
        lambda: git.get_repository("ffffffff-ffff-ffff-ffff-ffffffffffff"),
        lambda: git.get_commit("f" * 40, ID),
        lambda: tracker.get_work_item(999_999),
    ):
        with pytest.raises(AzureDevOpsServiceError):
            theirs()
    with pytest.raises(NotFound):
        ours.ask("GetCommit", pb.GetCommitRequest(commit_sha="f" * 40))


@pytest.mark.evidence("client", "ListBranches", "ListTags")
def test_refs(ours: Ours, git: Any) -> None:
    branches = ours.pages("ListBranches", refs_pb2.ListBranchesRequest(), "branches")
    assert [(f"refs/heads/{one.name}", one.commit_sha) for one in branches] == [
        (one.name, one.object_id) for one in git.get_refs(ID, filter="heads/", top=1000)
    ]
    tags = ours.pages("ListTags", refs_pb2.ListTagsRequest(prefix="v0"), "tags")
    assert [(f"refs/tags/{one.name}", one.commit_sha) for one in tags] == [
        (one.name, one.peeled_object_id or one.object_id)
        for one in git.get_refs(ID, filter="tags/v0", peel_tags=True, top=1000)
    ]


@pytest.mark.evidence("client", "CompareCommits", "GetMergeBase", "ListComparedFiles")
def test_a_comparison(ours: Ours, git: Any, server: Served) -> None:
    main, topic = server.fake.world.head, server.fake.world.branches["topic"]
    theirs = git.get_commit_diffs(
        ID,
        diff_common_commit=True,
        top=1000,
        skip=0,
        base_version_descriptor=GitBaseVersionDescriptor(base_version=main, base_version_type="commit"),
        target_version_descriptor=GitTargetVersionDescriptor(target_version=topic, target_version_type="commit"),
    )
    found = ours.ask("GetMergeBase", refs_pb2.GetMergeBaseRequest(refs=["main", "topic"]))
    assert found.commit_sha == theirs.common_commit
    request = refs_pb2.ListComparedFilesRequest(base="main", head="topic")
    changes = ours.pages("ListComparedFiles", request, "file_changes")
    assert [told.our_change(change) for change in changes] == their_changes(theirs.changes)
    commits = ours.pages("CompareCommits", refs_pb2.CompareCommitsRequest(base="main", head="topic"), "commits")
    criteria = GitQueryCommitsCriteria(
        item_version=GitVersionDescriptor(version=main, version_type="commit"),
        compare_version=GitVersionDescriptor(version=topic, version_type="commit"),
        skip=0,
        top=1000,
    )
    assert [without_parents(commit) for commit in commits] == [
        their_commit(commit) for commit in git.get_commits(ID, criteria)
    ]
    assert len(commits) == theirs.ahead_count


def their_pull(one: Any) -> told.Pull:
    state = {"active": "open", "abandoned": "closed", "completed": "merged"}[one.status]
    branches = (one.source_ref_name.removeprefix("refs/heads/"), one.target_ref_name.removeprefix("refs/heads/"))
    body, author = one.description or "", one.created_by.unique_name
    sha = one.last_merge_source_commit.commit_id
    return told.Pull(one.pull_request_id, one.title, body, state, author, *branches, sha, one.is_draft)


@pytest.mark.evidence("client", "GetPullRequest", "ListPullRequests")
def test_pull_requests(ours: Ours, git: Any, server: Served) -> None:
    found = ours.pages("ListPullRequests", pulls.ListPullRequestsRequest(), "pull_requests")
    criteria = GitPullRequestSearchCriteria(status="all")
    theirs = [one for skip in (0, 100, 200) for one in git.get_pull_requests(ID, criteria, PROJECT, skip=skip, top=100)]
    assert [told.our_pull(pull) for pull in found] == [their_pull(one) for one in theirs]
    assert [list(pull.labels) for pull in found] == [[label.name for label in one.labels] for one in theirs]
    for number in (1, 5, TOPIC, LONG):
        ours_, one = (
            ours.ask("GetPullRequest", pulls.GetPullRequestRequest(number=number)),
            git.get_pull_request(ID, number, PROJECT),
        )
        assert told.our_pull(ours_) == their_pull(one)
        assert [reviewer.detail for reviewer in ours_.reviewers] == [str(reviewer.vote) for reviewer in one.reviewers]
    sha = server.fake.world.topic[3].sha
    query = GitPullRequestQuery(queries=[GitPullRequestQueryInput(items=[sha], type="commit")])
    related = git.get_pull_request_query(query, ID, PROJECT).results[0][sha]
    of_commit = ours.pages("ListPullRequests", pulls.ListPullRequestsRequest(commit_sha=sha), "pull_requests")
    assert [pull.number for pull in of_commit] == [one.pull_request_id for one in related]


@pytest.mark.evidence("client", "ListPullRequestCommits")
def test_the_commits_of_a_pull_request(ours: Ours, git: Any) -> None:
    request = pulls.ListPullRequestCommitsRequest(number=TOPIC)
    commits = ours.pages("ListPullRequestCommits", request, "commits")
    theirs = git.get_pull_request_commits(ID, TOPIC, PROJECT, top=1000)
    assert [without_parents(commit) for commit in commits] == [their_commit(commit) for commit in theirs]
    newest = git.get_pull_request_iterations(ID, TOPIC, PROJECT)[-1]
    assert newest.source_ref_commit.commit_id == commits[0].key


@pytest.mark.evidence("client", "CreateBranch", "UpdateBranch", "DeleteBranch", "CreateCommit")
def test_it_reads_what_was_written(ours: Ours, git: Any, server: Served) -> None:
    written = write_everything(ours, server)
    names = {ref.name: ref.object_id for ref in git.get_refs(ID, filter="heads/")}
    assert names[f"refs/heads/{written.branch}"] == written.commit.key
    assert f"refs/heads/{written.deleted}" not in names
    theirs = git.get_commit(written.commit.key, ID)
    assert told.our_commit(written.commit) == their_commit(theirs)._replace(parents=tuple(theirs.parents))


@pytest.mark.evidence("client", "ListPullRequestComments", "ListReviewThreads", "ListReviews")
def test_threads_and_votes(ours: Ours, git: Any) -> None:
    theirs = git.get_threads(ID, TOPIC, PROJECT)
    written = [one for one in theirs if one.comments[0].comment_type == "text"]
    found = ours.pages("ListPullRequestComments", pulls.ListPullRequestCommentsRequest(number=TOPIC), "comments")
    assert [one.body for one in found] == [
        comment.content for one in written if not one.thread_context for comment in one.comments
    ]
    threads = ours.pages("ListReviewThreads", pulls.ListReviewThreadsRequest(number=TOPIC), "threads")
    for thread, one in zip(threads, [one for one in written if one.thread_context], strict=True):
        place = one.thread_context
        end = place.right_file_end or place.left_file_end
        assert (thread.id, thread.resolved) == (str(one.id), one.status == "fixed")
        assert (f"/{thread.position.path}", thread.position.line) == (place.file_path, end.line if end else 0)
        assert [comment.body for comment in thread.comments] == [comment.content for comment in one.comments]
    reviews = ours.pages("ListReviews", pulls.ListReviewsRequest(number=TOPIC), "reviews")
    votes = [(one.unique_name, str(one.vote)) for one in git.get_pull_request(ID, TOPIC, PROJECT).reviewers if one.vote]
    assert [(one.author.login, one.detail) for one in reviews] == votes


@pytest.mark.evidence(
    "client", "CreateReview", "CreatePullRequestComment", "UpdatePullRequestComment", "DeletePullRequestComment"
)
@pytest.mark.evidence("client", "ResolveReviewThread")
def test_it_reads_reviews_and_comments_that_were_written(ours: Ours, git: Any, server: Served) -> None:
    review_everything(ours, server)
    written = [one for one in git.get_threads(ID, TOPIC, PROJECT) if one.comments[0].comment_type == "text"]
    assert [[comment.content for comment in one.comments] for one in written if not one.thread_context] == [[CHANGED]]
    placed = [one for one in written if one.thread_context]
    ends = [one.thread_context.right_file_end or one.thread_context.left_file_end for one in placed]
    assert [
        (one.thread_context.file_path.removeprefix("/"), end.line, [comment.content for comment in one.comments])
        for one, end in zip(placed, ends, strict=True)
    ] == ON_LINES
    assert placed[0].thread_context.right_file_start.line == 1
    assert [one.status for one in placed] == ["fixed", "active"]
    assert [one.vote for one in git.get_pull_request(ID, TOPIC, PROJECT).reviewers] == [10]


def test_what_it_wrote_is_read(ours: Ours, git: Any, server: Served) -> None:
    server.fake.world.remarks[TOPIC], server.fake.world.threads[TOPIC] = [], []
    git.create_thread(
        {"comments": [{"content": CHANGED, "commentType": "text"}], "status": "active"}, ID, TOPIC, PROJECT
    )
    ends = {"rightFileStart": {"line": 2, "offset": 1}, "rightFileEnd": {"line": 3, "offset": 1}}
    context = {"filePath": "/src/app.py", **ends}
    thread = git.create_thread({"comments": [{"content": "On a range"}], "threadContext": context}, ID, TOPIC, PROJECT)
    git.create_comment({"content": "An answer", "parentCommentId": 1}, ID, TOPIC, thread.id, PROJECT)
    assert read_back(ours) == ([CHANGED], [("src/app.py", 3, ["On a range", "An answer"])])
