"""atlassian-python-api and our adapter read the same of Bitbucket Cloud."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

import pytest
from atlassian.bitbucket import Cloud
from atlassian.bitbucket.cloud.repositories.diffstat import DiffStat
from atlassian.bitbucket.cloud.repositories.refs import Branch, Tag
from requests import HTTPError

from sentry_scm_grpc.errors import NotFound
from sentry_scm_grpc.v1 import files_pb2, refs_pb2
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.vendors import told
from tests.vendors.installation import Ours
from tests.vendors.pulls import TOPIC
from tests.vendors.reviews import ME
from tests.vendors.serving import Served
from tests.vendors.world import MANY, ODD_PATHS
from tests.vendors.written import CHANGED, ON_LINES, read_back, review_everything, write_everything

VENDORS = ("bitbucket",)
PERSON = re.compile(r"(?P<name>.*) <(?P<email>.*)>")


@pytest.fixture
def client(server: Served) -> Cloud:
    # Its times are datetimes.
    return Cloud(server.url, token="t")


@pytest.fixture
def rocket(client: Cloud) -> Any:
    return client.repositories.get("acme", "rocket")


def their_commit(commit: Any) -> told.Commit:
    person = PERSON.fullmatch(commit.get_data("author")["raw"])
    assert person
    parents = tuple(parent["hash"] for parent in commit.get_data("parents"))
    time = int(commit.date.timestamp())
    return told.Commit(commit.hash, commit.message, person["name"], person["email"], time, parents)


def their_change(change: DiffStat) -> told.Change:
    kind = {"removed": "deleted"}.get(change.get_data("status"), change.get_data("status"))
    old, new = (change.get_data(side) and getattr(change, side).path for side in ("old", "new"))
    previous = old if kind == "renamed" else ""
    return told.Change(new or old, kind, previous, change.lines_added, change.lines_removed)


@pytest.mark.evidence("client", "CheckRepositoryAccess", "CreateRepository", "SyncRepository")
@pytest.mark.evidence("client", "SearchRepositories")
def test_repositories(ours: Ours, client: Cloud, rocket: Any) -> None:
    assert ours.ask("CheckRepositoryAccess", pb.CheckRepositoryAccessRequest()).accessible
    listed = client.workspaces.get("acme").repositories.each()
    theirs = [(one.get_data("full_name"), one.uuid, one.get_link("html")) for one in listed]
    found = ours.pages("SearchRepositories", pb.SearchRepositoriesRequest(), "repositories")
    assert [(one.identifier, one.external_id, one.url) for one in found] == theirs
    assert len(theirs) == MANY + 1
    added = ours.repository()
    assert (added.name, added.external_id, added.url) == (
        rocket.get_data("full_name"),
        rocket.uuid,
        rocket.get_link("html"),
    )
    assert added.default_branch == rocket.get_data("mainbranch")["name"]


@pytest.mark.evidence("client", "GetCommit", "ListFileChanges")
def test_a_commit_with_its_files(ours: Ours, rocket: Any, server: Served) -> None:
    for sha in (server.fake.world.head, server.fake.world.commits[MANY // 2 - 1].sha):
        theirs = rocket.commits.get(sha)
        commit = ours.ask("GetCommit", pb.GetCommitRequest(commit_sha=sha))
        assert (told.our_commit(commit), commit.web_url) == (their_commit(theirs), theirs.get_link("html"))
        changes = ours.pages("ListFileChanges", pb.ListFileChangesRequest(commit_sha=sha), "file_changes")
        # This client has the form of a change, and no method for those of a commit.
        listed = rocket._get_paged(f"diffstat/{sha}")
        found = [their_change(DiffStat(change, **rocket._new_session_args)) for change in listed]
        assert [told.our_change(change) for change in changes] == found


@pytest.mark.evidence("client", "ListCommits")
def test_lists_of_commits(ours: Ours, rocket: Any) -> None:
    for request, asked in (
        (pb.ListCommitsRequest(ref="main"), {"include": "main"}),
        (pb.ListCommitsRequest(ref="feature/x#1"), {"include": "feature/x#1"}),
        (pb.ListCommitsRequest(ref="main", path="src/many"), {"include": "main", "path": "src/many"}),
    ):
        found = [told.our_commit(commit) for commit in ours.pages("ListCommits", request, "commits")]
        assert found == [their_commit(commit) for commit in rocket.commits.each(**asked)]
        assert found


@pytest.mark.evidence("client", "SearchCommits")
def test_commits_by_their_messages(ours: Ours, rocket: Any) -> None:
    found = ours.pages("SearchCommits", files_pb2.SearchCommitsRequest(message="COMMIT 24"), "commits")
    listed = rocket._get_paged("commits", params={"include": "main", "pagelen": 100})
    assert [one.key for one in found] == [one["hash"] for one in listed if "Commit 24" in one["message"]]
    assert found


@pytest.mark.evidence("client", "ListDirectory")
def test_directories(ours: Ours, rocket: Any, server: Served) -> None:
    for path in ("", "src", "docs/ünï"):
        found = ours.pages("ListDirectory", files_pb2.ListDirectoryRequest(path=path, ref="main"), "entries")
        address = f"src/{server.fake.world.head}/{quote(path)}"
        theirs = list(rocket._get_paged(address, params={"pagelen": 100}, trailing=True))
        assert [(one.path, one.size_bytes) for one in found] == [(one["path"], one.get("size", 0)) for one in theirs]


@pytest.mark.evidence("client", "ListTree", "GetFile", "CheckFile", "StreamFile", "BatchGetFiles", "FindFiles")
def test_a_tree_and_its_files(ours: Ours, rocket: Any, server: Served) -> None:
    # Directory by directory, as this client lists them.
    theirs: dict[str, int] = {}
    directories = [""]
    while directories:
        listing = rocket._get_paged(
            f"src/{server.fake.world.head}/{directories.pop()}", params={"pagelen": 100}, trailing=True
        )
        for entry in listing:
            if entry["type"] == "commit_directory":
                directories.append(quote(entry["path"]))
            else:
                theirs[entry["path"]] = entry["size"]
    entries = ours.pages("ListTree", pb.ListTreeRequest(ref="main"), "entries")
    assert ours.pages("FindFiles", files_pb2.FindFilesRequest(globs=["*"], ref="main"), "entries") == entries
    assert {entry.path: entry.size_bytes for entry in entries} == theirs
    assert theirs
    for path in (*ODD_PATHS, "src/app.py", "assets/logo.png", "assets/large.bin"):
        request = pb.GetFileRequest(path=path, ref="main", max_bytes=3_000_000)
        content = rocket.get_source_file("main", path)
        assert ours.ask("GetFile", request).content == content
        assert (told.streamed(ours, path), told.of_batch(ours, path)) == (content, content)
        assert ours.ask("CheckFile", pb.CheckFileRequest(path=path, ref="main")).exists


def test_what_is_not_there(ours: Ours, client: Cloud, rocket: Any) -> None:
    for theirs in (
        lambda: client.repositories.get("acme", "none"),
        lambda: rocket.commits.get("f" * 40),
        lambda: rocket.get_source_file("main", "none"),
    ):
        with pytest.raises(HTTPError):
            theirs()
    with pytest.raises(NotFound):
        ours.ask("GetCommit", pb.GetCommitRequest(commit_sha="f" * 40))


@pytest.mark.evidence("client", "ListBranches", "ListTags")
def test_refs(ours: Ours, rocket: Any) -> None:
    # This client would read each ref of a list once more.
    for rpc, items, path, form in (
        ("ListBranches", "branches", "refs/branches", Branch),
        ("ListTags", "tags", "refs/tags", Tag),
    ):
        theirs = [form(data, **rocket._new_session_args) for data in rocket._get_paged(path)]
        request = getattr(refs_pb2, f"{rpc}Request")()
        found = ours.pages(rpc, request, items)
        assert [(one.name, one.commit_sha) for one in found] == [(one.name, one.hash) for one in theirs]


@pytest.mark.evidence("client", "CompareCommits", "ListComparedFiles")
def test_a_comparison(ours: Ours, rocket: Any, server: Served) -> None:
    commits = ours.pages("CompareCommits", refs_pb2.CompareCommitsRequest(base="main", head="topic"), "commits")
    assert [told.our_commit(commit) for commit in commits] == [
        their_commit(commit) for commit in rocket.commits.each(include="topic", exclude="main")
    ]
    spec = f"{server.fake.world.branches['topic']}..{server.fake.world.head}"
    request = refs_pb2.ListComparedFilesRequest(base="main", head="topic")
    changes = ours.pages("ListComparedFiles", request, "file_changes")
    listed = rocket._get_paged(f"diffstat/{spec}")
    theirs = [their_change(DiffStat(change, **rocket._new_session_args)) for change in listed]
    assert [told.our_change(change) for change in changes] == theirs


def their_pull(one: Any) -> told.Pull:
    state = "open" if one.is_open else "merged" if one.is_merged else "closed"
    branches = (one.source_branch, one.destination_branch)
    draft = one.get_data("draft")
    author = one.author.account_id
    return told.Pull(one.id, one.title, one.description, state, author, *branches, one.source_commit, draft)


@pytest.mark.evidence("client", "GetPullRequest", "ListPullRequests")
def test_pull_requests(ours: Ours, rocket: Any) -> None:
    """Their list has the open ones alone, whose commits are told by 12 digits."""
    asked = pulls.ListPullRequestsRequest(state=pulls.PULL_REQUEST_STATE_OPEN)
    found = ours.pages("ListPullRequests", asked, "pull_requests")
    theirs = list(rocket.pullrequests.each(sort="-created_on"))
    assert [told.our_pull(pull) for pull in found] == [their_pull(one) for one in theirs]
    for number in (1, 5, 6, TOPIC):
        ours_, one = (
            ours.ask("GetPullRequest", pulls.GetPullRequestRequest(number=number)),
            rocket.pullrequests.get(number),
        )
        full = told.our_pull(ours_)
        assert full._replace(head_sha=full.head_sha[:12]) == their_pull(one)
        assert ours_.created_at.seconds == int(one.created_on.timestamp())
        assert {reviewer.user.login for reviewer in ours_.reviewers} == {user.account_id for user in one.reviewers()}
    assert ours.ask("GetPullRequest", pulls.GetPullRequestRequest(number=TOPIC)).head.commit_sha == (
        next(rocket.pullrequests.get(TOPIC).commits).hash
    )


@pytest.mark.evidence("client", "ListPullRequestCommits", "ListPullRequestFiles", "StreamPullRequestDiff")
def test_the_changes_of_a_pull_request(ours: Ours, rocket: Any) -> None:
    theirs, of_one = rocket.pullrequests.get(TOPIC), {"number": TOPIC}
    commits = ours.pages("ListPullRequestCommits", pulls.ListPullRequestCommitsRequest(**of_one), "commits")
    assert [told.our_commit(commit) for commit in commits] == [their_commit(commit) for commit in theirs.commits]
    changes = ours.pages("ListPullRequestFiles", pulls.ListPullRequestFilesRequest(**of_one), "file_changes")
    assert [told.our_change(change) for change in changes] == [*map(their_change, theirs.diffstat())]
    diffs = ours.ask("StreamPullRequestDiff", pulls.StreamPullRequestDiffRequest(**of_one))
    assert "".join((diff.header + diff.hunks).decode() for diff in diffs) == theirs.diff()


@pytest.mark.evidence("client", "CreateBranch", "DeleteBranch", "CreateCommit")
def test_it_reads_what_was_written(ours: Ours, rocket: Any, server: Served) -> None:
    written = write_everything(ours, server)
    names = {data["name"]: data["target"]["hash"] for data in rocket._get_paged("refs/branches")}
    assert names[written.branch] == written.commit.key
    assert written.deleted not in names
    assert their_commit(rocket.commits.get(written.commit.key)) == told.our_commit(written.commit)


@pytest.mark.evidence("client", "ListPullRequestComments", "ListReviewThreads", "ListReviews")
def test_comments_and_reviews(ours: Ours, rocket: Any) -> None:
    theirs = rocket.pullrequests.get(TOPIC)
    comments = [one for one in theirs.comments() if not one.get_data("deleted")]
    found = ours.pages("ListPullRequestComments", pulls.ListPullRequestCommentsRequest(number=TOPIC), "comments")
    assert [(one.id, one.body) for one in found] == [
        (str(one.get_data("id")), one.raw) for one in comments if not one.get_data("inline")
    ]
    threads = ours.pages("ListReviewThreads", pulls.ListReviewThreadsRequest(number=TOPIC), "threads")
    listed = {comment.id: comment.body for thread in threads for comment in thread.comments}
    assert listed == {str(one.get_data("id")): one.raw for one in comments if one.get_data("inline")}
    reviews = ours.pages("ListReviews", pulls.ListReviewsRequest(number=TOPIC), "reviews")
    answered = [one for one in theirs.participants() if one.get_data("state")]
    assert [(one.author.login, one.detail) for one in reviews] == [
        (one.user.account_id, one.get_data("state")) for one in answered
    ]


@pytest.mark.evidence(
    "client", "CreateReview", "CreatePullRequestComment", "UpdatePullRequestComment", "DeletePullRequestComment"
)
@pytest.mark.evidence("client", "ResolveReviewThread")
def test_it_reads_reviews_and_comments_that_were_written(ours: Ours, rocket: Any, server: Served) -> None:
    review_everything(ours, server)
    theirs = rocket.pullrequests.get(TOPIC)
    comments = [one for one in theirs.comments() if not one.get_data("deleted")]
    assert [one.raw for one in comments if not one.get_data("inline")] == [CHANGED]
    heads = [one for one in comments if one.get_data("inline") and not one.get_data("parent")]
    places = [one.get_data("inline") for one in heads]
    assert [(one["path"], one["to"] or one["from"]) for one in places] == [one[:2] for one in ON_LINES]
    assert (places[0]["start_to"], places[1]["from"]) == (1, 2)
    assert [one.raw for one in comments if one.get_data("parent")] == ["An answer"]
    assert [bool(one.get_data("resolution")) for one in heads] == [True, False]
    assert [one.user.account_id for one in theirs.participants() if one.get_data("state") == "approved"] == [f"1:{ME}"]


def test_what_it_wrote_is_read(ours: Ours, rocket: Any, server: Served) -> None:
    server.fake.world.remarks[TOPIC], server.fake.world.threads[TOPIC] = [], []
    theirs = rocket.pullrequests.get(TOPIC)
    theirs.comment(CHANGED)
    theirs.request_changes()
    assert read_back(ours) == ([CHANGED], [])
    reviews = ours.pages("ListReviews", pulls.ListReviewsRequest(number=TOPIC), "reviews")
    assert (f"1:{ME}", "changes_requested") in [(one.author.login, one.detail) for one in reviews]
