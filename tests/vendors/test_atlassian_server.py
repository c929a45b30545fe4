"""atlassian-python-api and our adapter read the same of Bitbucket Server."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import quote

import pytest
from atlassian import Bitbucket
from requests import HTTPError

from sentry_scm_grpc.errors import NotFound
from sentry_scm_grpc.v1 import files_pb2, refs_pb2
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.vendors import told
from tests.vendors.archive import files_in
from tests.vendors.installation import Ours
from tests.vendors.pulls import BLOCKED, CONFLICTS, TOPIC
from tests.vendors.reviews import ME
from tests.vendors.serving import Served
from tests.vendors.world import MANY, ODD_PATHS
from tests.vendors.written import CHANGED, CONTENT, NEW, ON_LINES, read_back, review_everything, write_everything

VENDORS = ("bitbucket_server",)
ROCKET = ("ACME", "rocket")
KINDS = {"ADD": "added", "MODIFY": "modified", "DELETE": "deleted", "MOVE": "renamed", "COPY": "copied"}


@pytest.fixture
def client(server: Served) -> Bitbucket:
    return Bitbucket(server.url, token="t")


def their_commit(commit: Any) -> told.Commit:
    author, parents = commit["author"], tuple(parent["id"] for parent in commit["parents"])
    time = commit["committerTimestamp"] // 1000
    return told.Commit(commit["id"], commit["message"], author["name"], author["emailAddress"], time, parents)


def their_change(change: Any) -> told.Change:
    previous = change.get("srcPath", {}).get("toString", "")
    return told.Change(change["path"]["toString"], KINDS[change["type"]], previous)


@pytest.mark.evidence("client", "CheckRepositoryAccess", "CreateRepository", "SyncRepository")
@pytest.mark.evidence("client", "SearchRepositories")
def test_repositories(ours: Ours, client: Bitbucket) -> None:
    assert ours.ask("CheckRepositoryAccess", pb.CheckRepositoryAccessRequest()).accessible
    theirs = [
        (f"{one['project']['key']}/{one['slug']}", str(one["id"]), one["links"]["self"][0]["href"])
        for one in client.repo_list("ACME", limit=100)
    ]
    found = ours.pages("SearchRepositories", pb.SearchRepositoriesRequest(), "repositories")
    assert [(one.identifier, one.external_id, one.url) for one in found] == theirs
    assert len(theirs) == MANY + 1
    added, rocket = ours.repository(), client.get_repo(*ROCKET)
    assert (added.external_id, added.url) == (str(rocket["id"]), rocket["links"]["self"][0]["href"])


@pytest.mark.evidence("client", "GetCommit", "ListFileChanges")
def test_a_commit_with_its_files(ours: Ours, client: Bitbucket, server: Served) -> None:
    for sha in (server.fake.world.head, server.fake.world.commits[MANY // 2 - 1].sha):
        theirs = client.get_commit_info(*ROCKET, sha)
        commit = ours.ask("GetCommit", pb.GetCommitRequest(commit_sha=sha))
        assert told.our_commit(commit) == their_commit(theirs)
        changes = ours.pages("ListFileChanges", pb.ListFileChangesRequest(commit_sha=sha), "file_changes")
        # This client has no way to the later pages of this list.
        first = client.get_commit_changes(*ROCKET, commit_id=sha)
        found = [their_change(change) for change in first["values"]]
        assert [told.our_change(change) for change in changes][: len(found)] == found
        assert (len(found) == len(changes)) == first["isLastPage"]


@pytest.mark.evidence("client", "ListCommits")
def test_lists_of_commits(ours: Ours, client: Bitbucket) -> None:
    for request, asked in (
        (pb.ListCommitsRequest(ref="main"), {"until": "main"}),
        (pb.ListCommitsRequest(ref="feature/x#1"), {"until": "feature/x#1"}),
        (pb.ListCommitsRequest(ref="main", path="src/many"), {"until": "main", "path": "src/many"}),
    ):
        found = [told.our_commit(commit) for commit in ours.pages("ListCommits", request, "commits")]
        assert found == [their_commit(commit) for commit in client.get_commits(*ROCKET, limit=100, **asked)]
        assert found


@pytest.mark.evidence("client", "ListTree", "GetFile", "CheckFile", "StreamFile", "BatchGetFiles", "FindFiles")
def test_a_tree_and_its_files(ours: Ours, client: Bitbucket) -> None:
    theirs = list(client.get_file_list(*ROCKET, query="main", limit=1000))
    entries = ours.pages("ListTree", pb.ListTreeRequest(ref="main"), "entries")
    assert ours.pages("FindFiles", files_pb2.FindFilesRequest(globs=["*"], ref="main"), "entries") == entries
    assert [entry.path for entry in entries] == theirs
    assert theirs
    for path in (*ODD_PATHS, "src/app.py", "assets/logo.png", "assets/large.bin"):
        request = pb.GetFileRequest(path=path, ref="main", max_bytes=3_000_000)
        # This client does not quote paths.
        content = client.get_content_of_file(*ROCKET, quote(path), at="main")
        assert ours.ask("GetFile", request).content == content
        assert (told.streamed(ours, path), told.of_batch(ours, path)) == (content, content)
        assert ours.ask("CheckFile", pb.CheckFileRequest(path=path, ref="main")).exists


@pytest.mark.evidence("client", "StreamArchive", "SearchCommits")
def test_archives_and_messages(ours: Ours, client: Bitbucket, server: Served) -> None:
    for format, kind in ((files_pb2.ARCHIVE_FORMAT_TAR_GZ, "tar.gz"), (files_pb2.ARCHIVE_FORMAT_ZIP, "zip")):
        theirs = io.BytesIO()
        asked = {"at": server.fake.world.head, "path": "src", "prefix": "top/"}
        client.download_repo_archive(*ROCKET, theirs, format=kind, **asked)
        found = ours.archive(format=format, ref="main", path="src", prefix="top")
        assert files_in(found, kind) == files_in(theirs.getvalue(), kind)
    commits = ours.pages("SearchCommits", files_pb2.SearchCommitsRequest(message="COMMIT 24"), "commits")
    listed = client.get_commits(*ROCKET, limit=100, until="main")
    assert [one.key for one in commits] == [one["id"] for one in listed if "Commit 24" in one["message"]]
    assert commits


def test_what_is_not_there(ours: Ours, client: Bitbucket) -> None:
    for theirs in (
        lambda: client.get_repo("ACME", "none"),
        lambda: client.get_commit_info(*ROCKET, "f" * 40),
        lambda: list(client.get_file_list(*ROCKET, query="none")),
    ):
        with pytest.raises(HTTPError):
            theirs()
    with pytest.raises(NotFound):
        ours.ask("GetCommit", pb.GetCommitRequest(commit_sha="f" * 40))


@pytest.mark.evidence("client", "ListBranches", "ListTags")
def test_refs(ours: Ours, client: Bitbucket) -> None:
    branches = ours.pages("ListBranches", refs_pb2.ListBranchesRequest(), "branches")
    assert [(one.name, one.commit_sha, one.is_default) for one in branches] == [
        (one["displayId"], one["latestCommit"], one["isDefault"]) for one in client.get_branches(*ROCKET, limit=100)
    ]
    tags = ours.pages("ListTags", refs_pb2.ListTagsRequest(), "tags")
    assert [(one.name, one.commit_sha) for one in tags] == [
        (one["displayId"], one["latestCommit"]) for one in client.get_tags(*ROCKET, limit=100)
    ]


@pytest.mark.evidence("client", "CompareCommits")
def test_the_commits_between_two(ours: Ours, client: Bitbucket, server: Served) -> None:
    found = ours.pages("CompareCommits", refs_pb2.CompareCommitsRequest(base="main", head="topic"), "commits")
    theirs = client.get_commits(*ROCKET, since=server.fake.world.head, until="topic", limit=100)
    assert [told.our_commit(commit) for commit in found] == [their_commit(commit) for commit in theirs]


def their_pull(one: Any) -> told.Pull:
    state = {"OPEN": "open", "DECLINED": "closed", "MERGED": "merged"}[one["state"]]
    head, base = one["fromRef"], one["toRef"]
    author, body = one["author"]["user"]["name"], one.get("description", "")
    branches = (head["displayId"], base["displayId"], head["latestCommit"])
    return told.Pull(one["id"], one["title"], body, state, author, *branches, one["draft"])


@pytest.mark.evidence("client", "GetPullRequest", "ListPullRequests")
def test_pull_requests(ours: Ours, client: Bitbucket) -> None:
    found = ours.pages("ListPullRequests", pulls.ListPullRequestsRequest(), "pull_requests")
    theirs = list(client.get_pull_requests(*ROCKET, state="ALL"))
    assert [told.our_pull(pull) for pull in found] == [their_pull(one) for one in theirs]
    for number in (1, 5, 6, TOPIC, CONFLICTS, BLOCKED):
        ours_, one = (
            ours.ask("GetPullRequest", pulls.GetPullRequestRequest(number=number)),
            client.get_pull_request(*ROCKET, number),
        )
        assert told.our_pull(ours_) == their_pull(one)
        mergeable = one["open"] and client.is_pull_request_can_be_merged(*ROCKET, number)["canMerge"]
        assert (ours_.mergeability == pulls.MERGEABILITY_MERGEABLE) == mergeable
    into = pulls.ListPullRequestsRequest(base="release/001", state=pulls.PULL_REQUEST_STATE_OPEN)
    based = ours.pages("ListPullRequests", into, "pull_requests")
    listed = client.get_pull_requests(*ROCKET, state="OPEN", at="refs/heads/release/001")
    assert [pull.number for pull in based] == [one["id"] for one in listed]


@pytest.mark.evidence("client", "ListPullRequestCommits", "ListPullRequestFiles")
def test_the_changes_of_a_pull_request(ours: Ours, client: Bitbucket) -> None:
    of_one = {"number": TOPIC}
    commits = ours.pages("ListPullRequestCommits", pulls.ListPullRequestCommitsRequest(**of_one), "commits")
    theirs = client.get_pull_requests_commits(*ROCKET, TOPIC)
    assert [told.our_commit(commit) for commit in commits] == [their_commit(commit) for commit in theirs]
    changes = ours.pages("ListPullRequestFiles", pulls.ListPullRequestFilesRequest(**of_one), "file_changes")
    listed = client.get_pull_requests_changes(*ROCKET, TOPIC)
    assert [told.our_change(change) for change in changes] == [their_change(change) for change in listed]


@pytest.mark.evidence("client", "CreateBranch", "DeleteBranch", "CreateCommit")
def test_it_reads_what_was_written(ours: Ours, client: Bitbucket, server: Served) -> None:
    written = write_everything(ours, server)
    names = {one["displayId"]: one["latestCommit"] for one in client.get_branches(*ROCKET, limit=100)}
    assert names[written.branch] == written.commit.key
    assert written.deleted not in names
    theirs = next(iter(client.get_commits(*ROCKET, limit=1, until=written.branch)))
    assert their_commit(theirs) == told.our_commit(written.commit)
    assert client.get_content_of_file(*ROCKET, quote(NEW), at=written.branch) == CONTENT


@pytest.mark.evidence("client", "ListPullRequestComments", "ListReviewThreads", "ListReviews")
def test_comments_and_reviews(ours: Ours, client: Bitbucket) -> None:
    activities = list(client.get_pull_requests_activities(*ROCKET, TOPIC))
    comments = [one for one in activities if one["action"] == "COMMENTED"]
    found = ours.pages("ListPullRequestComments", pulls.ListPullRequestCommentsRequest(number=TOPIC), "comments")
    assert [(one.id, one.body) for one in found] == [
        (str(one["comment"]["id"]), one["comment"]["text"]) for one in comments if "commentAnchor" not in one
    ]
    threads = ours.pages("ListReviewThreads", pulls.ListReviewThreadsRequest(number=TOPIC), "threads")
    placed = [one for one in comments if "commentAnchor" in one]
    for thread, one in zip(threads, placed, strict=True):
        anchor = one["commentAnchor"]
        place = thread.original_position if anchor["orphaned"] else thread.position
        assert (place.path, place.line) == (anchor["path"], anchor.get("line", 0))
        assert (thread.id, thread.resolved) == (str(one["comment"]["id"]), one["comment"]["threadResolved"])
    reviews = ours.pages("ListReviews", pulls.ListReviewsRequest(number=TOPIC), "reviews")
    answered = [one for one in client.get_pull_request(*ROCKET, TOPIC)["reviewers"] if one["status"] != "UNAPPROVED"]
    assert [(one.author.login, one.detail) for one in reviews] == [
        (one["user"]["name"], one["status"]) for one in answered
    ]


@pytest.mark.evidence(
    "client", "CreateReview", "CreatePullRequestComment", "UpdatePullRequestComment", "DeletePullRequestComment"
)
@pytest.mark.evidence("client", "ResolveReviewThread")
def test_it_reads_reviews_and_comments_that_were_written(ours: Ours, client: Bitbucket, server: Served) -> None:
    review_everything(ours, server)
    activities = list(client.get_pull_requests_activities(*ROCKET, TOPIC))
    comments = [one for one in activities if one["action"] == "COMMENTED"]
    assert [one["comment"]["text"] for one in comments if "commentAnchor" not in one] == [CHANGED]
    placed = [one for one in comments if "commentAnchor" in one][::-1]
    assert [
        (
            one["commentAnchor"]["path"],
            one["commentAnchor"]["line"],
            [one["comment"]["text"], *(answer["text"] for answer in one["comment"]["comments"])],
        )
        for one in placed
    ] == ON_LINES
    assert [one["commentAnchor"]["fileType"] for one in placed] == ["TO", "FROM"]
    first = client.get_pull_request_comment(*ROCKET, TOPIC, placed[0]["comment"]["id"])
    assert (first["text"], first["threadResolved"]) == ("On a range", True)
    reviewers = client.get_pull_request(*ROCKET, TOPIC)["reviewers"]
    assert [(one["user"]["name"], one["status"]) for one in reviewers] == [(ME, "APPROVED")]


def test_what_it_wrote_is_read(ours: Ours, client: Bitbucket, server: Served) -> None:
    server.fake.world.remarks[TOPIC], server.fake.world.threads[TOPIC] = [], []
    made = client.add_pull_request_comment(*ROCKET, TOPIC, "Written")
    client.add_pull_request_comment(*ROCKET, TOPIC, "An answer", parent_id=made["id"])
    client.update_pull_request_comment(*ROCKET, TOPIC, made["id"], CHANGED, made["version"])
    gone = client.add_pull_request_comment(*ROCKET, TOPIC, "Gone")
    client.delete_pull_request_comment(*ROCKET, TOPIC, gone["id"], gone["version"])
    client.change_reviewed_status(*ROCKET, TOPIC, "NEEDS_WORK", ME)
    assert read_back(ours) == ([CHANGED, "An answer"], [])
    reviews = ours.pages("ListReviews", pulls.ListReviewsRequest(number=TOPIC), "reviews")
    assert (ME, "NEEDS_WORK") in [(one.author.login, one.detail) for one in reviews]
