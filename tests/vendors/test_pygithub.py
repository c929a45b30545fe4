"""PyGithub and our adapters read the same of GitHub."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
from github import Auth, Github, UnknownObjectException
from github.Installation import Installation
from github.Repository import Repository

from sentry_scm_grpc.errors import NotFound
from sentry_scm_grpc.v1 import files_pb2, refs_pb2
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.vendors import told
from tests.vendors.archive import files_in
from tests.vendors.installation import Ours
from tests.vendors.pulls import BLOCKED, CONFLICTS, LOST_FORK, TOPIC
from tests.vendors.serving import Served
from tests.vendors.world import MANY, NEEDLE, ODD_PATHS
from tests.vendors.written import CHANGED, CONTENT, NEW, ON_LINES, read_back, review_everything, write_everything

VENDORS = ("github", "github_enterprise")


@pytest.fixture
def client(server: Served) -> Iterator[Github]:
    base: Any = server.fake
    client = Github(auth=Auth.Token("t"), base_url=base.rest, per_page=100, retry=None, seconds_between_requests=None)
    yield client
    client.close()


@pytest.fixture
def rocket(client: Github) -> Repository:
    return client.get_repo("acme/rocket")


def their_commit(commit: Any) -> told.Commit:
    author = commit.commit.author
    time = int(commit.commit.committer.date.timestamp())
    parents = tuple(parent.sha for parent in commit.parents)
    return told.Commit(commit.sha, commit.commit.message, author.name, author.email, time, parents)


def their_change(file: Any) -> told.Change:
    kind = {"removed": "deleted"}.get(file.status, file.status)
    return told.Change(file.filename, kind, file.previous_filename or "", file.additions, file.deletions)


def their_issue(issue: Any) -> told.Issue:
    return told.Issue(issue.number, issue.title, issue.body or "", issue.state == "closed", issue.html_url)


@pytest.mark.evidence("client", "CheckRepositoryAccess", "CreateRepository", "SyncRepository")
@pytest.mark.evidence("client", "SearchRepositories", "ListIssueDestinations")
def test_repositories(ours: Ours, client: Github, rocket: Repository) -> None:
    assert ours.ask("CheckRepositoryAccess", pb.CheckRepositoryAccessRequest()).accessible
    account = Installation(client.requester, {}, {"id": 1}).get_repos()
    theirs = [(found.full_name, found.html_url, found.default_branch, str(found.id)) for found in account]
    found = ours.pages("SearchRepositories", pb.SearchRepositoriesRequest(), "repositories")
    assert [(one.name, one.url, one.default_branch, one.external_id) for one in found] == theirs
    assert len(theirs) == MANY + 1
    assert (rocket.full_name, rocket.html_url, rocket.default_branch, str(rocket.id)) == theirs[0]
    added = ours.repository()
    assert (added.name, added.url, added.default_branch, added.external_id) == theirs[0]
    places = ours.pages("ListIssueDestinations", pb.ListIssueDestinationsRequest(), "destinations")
    assert [place.id for place in places] == [one.full_name for one in account if one.has_issues and not one.archived]


@pytest.mark.evidence("client", "GetCommit", "ListFileChanges")
def test_a_commit_with_its_files(ours: Ours, rocket: Repository, server: Served) -> None:
    # The last two have no page, and three pages, of files.
    for sha in (server.fake.world.head, server.fake.world.commits[MANY // 2 - 1].sha):
        theirs = rocket.get_commit(sha)
        commit = ours.ask("GetCommit", pb.GetCommitRequest(commit_sha=sha))
        assert (told.our_commit(commit), commit.web_url) == (their_commit(theirs), theirs.html_url)
        login = theirs.author.login if theirs.author else ""
        assert commit.author.external_id == (login and f"{server.fake.key}:{login}")
        changes = ours.pages("ListFileChanges", pb.ListFileChangesRequest(commit_sha=sha), "file_changes")
        assert [told.our_change(change) for change in changes] == [their_change(file) for file in theirs.files]


@pytest.mark.evidence("client", "ListCommits")
def test_lists_of_commits(ours: Ours, rocket: Repository) -> None:
    since, until = datetime(2024, 1, 3, tzinfo=UTC), datetime(2024, 1, 9, tzinfo=UTC)
    asked = pb.ListCommitsRequest(ref="main", path="src/many")
    dated = pb.ListCommitsRequest(ref="main")
    dated.since.FromDatetime(since)
    dated.until.FromDatetime(until)
    for request, theirs in (
        (pb.ListCommitsRequest(ref="main"), rocket.get_commits(sha="main")),
        (pb.ListCommitsRequest(ref="feature/x#1"), rocket.get_commits(sha="feature/x#1")),
        (asked, rocket.get_commits(sha="main", path="src/many")),
        (dated, rocket.get_commits(sha="main", since=since, until=until)),
    ):
        found = [told.our_commit(commit) for commit in ours.pages("ListCommits", request, "commits")]
        assert found == [their_commit(commit) for commit in theirs]
        assert found


@pytest.mark.evidence("client", "ListTree", "GetFile", "CheckFile", "StreamFile", "BatchGetFiles", "FindFiles")
def test_a_tree_and_its_files(ours: Ours, rocket: Repository) -> None:
    theirs = {entry.path: entry for entry in rocket.get_git_tree("main", recursive=True).tree if entry.type != "tree"}
    entries = ours.pages("ListTree", pb.ListTreeRequest(ref="main"), "entries")
    assert ours.pages("FindFiles", files_pb2.FindFilesRequest(globs=["*"], ref="main"), "entries") == entries
    assert [(entry.path, entry.sha, entry.size_bytes) for entry in entries] == [
        (path, entry.sha, entry.size) for path, entry in theirs.items()
    ]
    for path in (*ODD_PATHS, "src/app.py", "assets/logo.png", "assets/large.bin"):
        blob = rocket.get_git_blob(theirs[path].sha)
        content = base64.b64decode(blob.content)
        request = pb.GetFileRequest(path=path, ref="main", max_bytes=3_000_000)
        assert ours.ask("GetFile", request).content == content
        assert (told.streamed(ours, path), told.of_batch(ours, path)) == (content, content)
        assert ours.ask("CheckFile", pb.CheckFileRequest(path=path, ref="main")).exists


@pytest.mark.evidence("client", "ListDirectory")
def test_directories(ours: Ours, rocket: Repository) -> None:
    for path in ("", "src", "docs/ünï"):
        found = ours.pages("ListDirectory", files_pb2.ListDirectoryRequest(path=path, ref="main"), "entries")
        sha, parent = "main", ""
        for name in filter(None, path.split("/")):
            sha = next(entry.sha for entry in rocket.get_git_tree(sha).tree if entry.path == name)
            parent += f"{name}/"
        theirs = [
            (parent + one.path, one.type == "tree", one.sha, one.size or 0) for one in rocket.get_git_tree(sha).tree
        ]
        kind = pb.TREE_ENTRY_KIND_DIRECTORY
        assert [(one.path, one.kind == kind, one.sha, one.size_bytes) for one in found] == theirs


@pytest.mark.evidence("client", "StreamArchive")
def test_archives(ours: Ours, rocket: Repository) -> None:
    for format, kind, form in (
        (files_pb2.ARCHIVE_FORMAT_TAR_GZ, "tar.gz", "tarball"),
        (files_pb2.ARCHIVE_FORMAT_ZIP, "zip", "zipball"),
    ):
        link = rocket.get_archive_link(form, rocket.get_commit("main").sha)
        theirs = requests.get(link, timeout=30).content
        assert files_in(ours.archive(format=format, ref="main"), kind) == files_in(theirs, kind)


@pytest.mark.evidence("client", "SearchCommits")
def test_commits_by_their_messages(ours: Ours, client: Github) -> None:
    theirs = client.search_commits('"because" repo:acme/rocket', sort="committer-date", order="desc")
    found = ours.pages("SearchCommits", files_pb2.SearchCommitsRequest(message="because"), "commits")
    assert [told.our_commit(commit) for commit in found] == [their_commit(commit) for commit in theirs]
    assert found


@pytest.mark.evidence("client", "SearchCode")
def test_code_search(ours: Ours, client: Github) -> None:
    theirs = client.search_code(f'"{NEEDLE}" repo:acme/rocket fork:true')
    found = ours.pages("SearchCode", pb.SearchCodeRequest(query=NEEDLE), "matches")
    assert [(match.path, match.url) for match in found] == [(match.path, match.html_url) for match in theirs]
    assert found


@pytest.mark.evidence("client", "GetExternalIssue", "LinkExternalIssue", "SyncIssueStatus", "SearchIssues")
def test_issues(ours: Ours, client: Github, rocket: Repository) -> None:
    theirs = client.search_issues('"breaks" repo:acme/rocket type:issue')
    request = pb.SearchIssuesRequest(query="breaks", destination="acme/rocket")
    found = [told.our_issue(issue) for issue in ours.pages("SearchIssues", request, "issues")]
    assert found == [their_issue(issue) for issue in theirs]
    for made in (rocket.create_issue("Another", "One more."), rocket.create_issue("Bare")):
        assert ours.issue(f"acme/rocket#{made.number}") == their_issue(made)
    ours.close(f"acme/rocket#{made.number}")
    assert rocket.get_issue(made.number).state == "closed"
    made.edit(state="open")
    assert not ours.issue(f"acme/rocket#{made.number}").closed


def test_what_is_not_there(ours: Ours, client: Github, rocket: Repository) -> None:
    for theirs, request in (
        (lambda: rocket.get_issue(999_999), None),
        (lambda: client.get_repo("acme/none"), None),
        (lambda: rocket.get_git_tree("none"), pb.ListTreeRequest(ref="none")),
    ):
        with pytest.raises(UnknownObjectException):
            theirs()
        if request is not None:
            with pytest.raises(NotFound):
                ours.ask("ListTree", request)


@pytest.mark.evidence("client", "ListBranches", "ListTags", "GetRef")
def test_refs(ours: Ours, rocket: Repository) -> None:
    branches = ours.pages("ListBranches", refs_pb2.ListBranchesRequest(), "branches")
    assert [(one.name, one.commit_sha, one.is_protected) for one in branches] == [
        (one.name, one.commit.sha, one.protected) for one in rocket.get_branches()
    ]
    tags = ours.pages("ListTags", refs_pb2.ListTagsRequest(), "tags")
    assert [(one.name, one.commit_sha) for one in tags] == [(one.name, one.commit.sha) for one in rocket.get_tags()]
    annotated = next(tag for tag in tags if tag.annotated)
    theirs = rocket.get_git_tag(rocket.get_git_ref(f"tags/{annotated.name}").object.sha)
    assert (annotated.message, annotated.tagger.name) == (theirs.message, theirs.tagger.name)
    found = ours.ask("GetRef", refs_pb2.GetRefRequest(ref="topic"))
    assert found.commit_sha == rocket.get_git_ref("heads/topic").object.sha


@pytest.mark.evidence("client", "CompareCommits", "GetMergeBase", "ListComparedFiles", "StreamDiff")
def test_a_comparison(ours: Ours, rocket: Repository) -> None:
    theirs = rocket.compare("main", "topic")
    request = refs_pb2.CompareCommitsRequest(base="main", head="topic")
    first = ours.ask("CompareCommits", request)
    assert (first.ahead_by, first.behind_by) == (theirs.ahead_by, theirs.behind_by)
    assert first.merge_base_sha == theirs.merge_base_commit.sha
    assert ours.ask("GetMergeBase", refs_pb2.GetMergeBaseRequest(refs=["main", "topic"])).commit_sha == (
        theirs.merge_base_commit.sha
    )
    commits = ours.pages("CompareCommits", request, "commits")
    assert [told.our_commit(commit) for commit in commits] == [*map(their_commit, theirs.commits)][::-1]
    between = refs_pb2.ListComparedFilesRequest(base="main", head="topic")
    changes = ours.pages("ListComparedFiles", between, "file_changes")
    assert [told.our_change(change) for change in changes] == [their_change(file) for file in theirs.files]
    diffs = ours.ask("StreamDiff", refs_pb2.StreamDiffRequest(base="main", head="topic"))
    assert [(diff.change.path, diff.hunks.decode()) for diff in diffs] == [
        (file.filename, f"{file.patch}\n") for file in theirs.files
    ]


def their_pull(pull: Any) -> told.Pull:
    state = "merged" if pull.merged_at else pull.state
    head = pull.head
    return told.Pull(
        pull.number, pull.title, pull.body or "", state, pull.user.login, head.ref, pull.base.ref, head.sha, pull.draft
    )


@pytest.mark.evidence("client", "GetPullRequest", "ListPullRequests")
def test_pull_requests(ours: Ours, rocket: Repository, server: Served) -> None:
    # GitHub tells null for a fork that was deleted, which its own schema does not allow.
    del server.fake.world.pull_requests[LOST_FORK]
    found = ours.pages("ListPullRequests", pulls.ListPullRequestsRequest(), "pull_requests")
    theirs = list(rocket.get_pulls(state="all"))
    assert [told.our_pull(pull) for pull in found] == [their_pull(pull) for pull in theirs]
    assert [list(pull.labels) for pull in found] == [[label.name for label in pull.labels] for pull in theirs]
    for number in (1, 5, TOPIC, CONFLICTS, BLOCKED):
        ours_ = ours.ask("GetPullRequest", pulls.GetPullRequestRequest(number=number))
        one = rocket.get_pull(number)
        assert told.our_pull(ours_) == their_pull(one)
        assert ours_.merge_commit_sha == (one.merge_commit_sha if one.merged else "")
        assert (ours_.mergeability == pulls.MERGEABILITY_CONFLICTS) == (one.mergeable is False)
    sha = server.fake.world.topic[3].sha
    of_commit = ours.pages("ListPullRequests", pulls.ListPullRequestsRequest(commit_sha=sha), "pull_requests")
    assert [pull.number for pull in of_commit] == [pull.number for pull in rocket.get_commit(sha).get_pulls()]
    asked = pulls.ListPullRequestsRequest(head="feature/x#1", state=pulls.PULL_REQUEST_STATE_OPEN)
    by_head = ours.pages("ListPullRequests", asked, "pull_requests")
    assert [pull.number for pull in by_head] == [pull.number for pull in rocket.get_pulls(head="acme:feature/x#1")]


@pytest.mark.evidence("client", "ListPullRequestCommits", "ListPullRequestFiles", "StreamPullRequestDiff")
def test_the_changes_of_a_pull_request(ours: Ours, rocket: Repository) -> None:
    theirs, of_one = rocket.get_pull(TOPIC), {"number": TOPIC}
    commits = ours.pages("ListPullRequestCommits", pulls.ListPullRequestCommitsRequest(**of_one), "commits")
    assert [told.our_commit(commit) for commit in commits] == [*map(their_commit, theirs.get_commits())][::-1]
    changes = ours.pages("ListPullRequestFiles", pulls.ListPullRequestFilesRequest(**of_one), "file_changes")
    files = list(theirs.get_files())
    assert [told.our_change(change) for change in changes] == [their_change(file) for file in files]
    diffs = ours.ask("StreamPullRequestDiff", pulls.StreamPullRequestDiffRequest(**of_one))
    assert [(diff.change.path, diff.hunks.decode()) for diff in diffs] == [
        (file.filename, f"{file.patch}\n") for file in files
    ]


@pytest.mark.evidence("client", "CreateBranch", "UpdateBranch", "DeleteBranch", "CreateCommit")
def test_it_reads_what_was_written(ours: Ours, rocket: Repository, server: Served) -> None:
    written = write_everything(ours, server)
    names = {branch.name: branch.commit.sha for branch in rocket.get_branches()}
    assert names[written.branch] == written.commit.key
    assert written.deleted not in names
    theirs = rocket.get_commit(written.commit.key)
    assert their_commit(theirs) == told.our_commit(written.commit)
    tree = {entry.path: entry for entry in rocket.get_git_tree(written.branch, recursive=True).tree}
    assert base64.b64decode(rocket.get_git_blob(tree[NEW].sha).content) == CONTENT
    assert "moved.json" in tree
    assert not {"assets/page.html", "assets/data.json"} & set(tree)


@pytest.mark.evidence("client", "ListPullRequestComments", "ListReviews")
def test_comments_and_reviews(ours: Ours, rocket: Repository) -> None:
    theirs = rocket.get_pull(TOPIC)
    found = ours.pages("ListPullRequestComments", pulls.ListPullRequestCommentsRequest(number=TOPIC), "comments")
    assert [(one.id, one.body, one.author.login) for one in found] == [
        (str(one.id), one.body, one.user.login) for one in theirs.get_issue_comments()
    ]
    reviews = ours.pages("ListReviews", pulls.ListReviewsRequest(number=TOPIC), "reviews")
    assert [(one.id, one.detail, one.body, one.commit_sha, one.author.login) for one in reviews] == [
        (str(one.id), one.state, one.body, one.commit_id, one.user.login) for one in theirs.get_reviews()
    ]


@pytest.mark.evidence(
    "client", "CreateReview", "CreatePullRequestComment", "UpdatePullRequestComment", "DeletePullRequestComment"
)
def test_it_reads_reviews_and_comments_that_were_written(ours: Ours, rocket: Repository, server: Served) -> None:
    review_everything(ours, server)
    theirs = rocket.get_pull(TOPIC)
    assert [one.body for one in theirs.get_issue_comments()] == [CHANGED]
    assert [one.state for one in theirs.get_reviews()] == ["APPROVED"]
    found = {one.id: one for one in theirs.get_review_comments()}
    heads = [one for one in found.values() if not one.in_reply_to_id]
    answers = {one.in_reply_to_id: one.body for one in found.values() if one.in_reply_to_id}
    told_threads = [
        (one.path, one.line, [one.body, *([answers[one.id]] if one.id in answers else [])]) for one in heads
    ]
    assert told_threads == ON_LINES
    assert [(one.side, one.start_line) for one in heads] == [("RIGHT", 1), ("LEFT", None)]


@pytest.mark.evidence("client", "ListReviewThreads")
def test_what_it_wrote_is_read(ours: Ours, rocket: Repository, server: Served) -> None:
    server.fake.world.remarks[TOPIC], server.fake.world.threads[TOPIC] = [], []
    theirs = rocket.get_pull(TOPIC)
    commit = rocket.get_commit(theirs.head.sha)
    theirs.create_issue_comment(CHANGED)
    made = theirs.create_review_comment("On a line", commit, "src/app.py", line=3, side="RIGHT")
    theirs.create_review_comment_reply(made.id, "An answer")
    theirs.create_review(commit, "Good", "APPROVE", [{"path": "src/app.py", "line": 2, "side": "LEFT", "body": "Base"}])
    assert read_back(ours) == (
        [CHANGED],
        [("src/app.py", 3, ["On a line", "An answer"]), ("src/app.py", 2, ["Base"])],
    )
