"""python-gitlab and our adapter read the same of GitLab."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from gitlab import Gitlab, GitlabGetError

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
from tests.vendors.world import MANY, NEEDLE, ODD_PATHS
from tests.vendors.written import CHANGED, CONTENT, NEW, ON_LINES, read_back, review_everything, write_everything

VENDORS = ("gitlab",)


@pytest.fixture
def client(server: Served) -> Gitlab:
    return Gitlab(server.url, private_token="t", per_page=100)


@pytest.fixture
def rocket(client: Gitlab) -> Any:
    return client.projects.get("acme/rocket")


def their_commit(commit: Any) -> told.Commit:
    time = int(datetime.fromisoformat(commit.committed_date).timestamp())
    return told.Commit(
        commit.id, commit.message, commit.author_name, commit.author_email, time, tuple(commit.parent_ids)
    )


def their_change(diff: Any) -> tuple[str, str, str]:
    kinds = {"added": diff["new_file"], "deleted": diff["deleted_file"], "renamed": diff["renamed_file"]}
    kind = next((kind for kind, so in kinds.items() if so), "modified")
    return diff["new_path"], kind, diff["old_path"] if kind == "renamed" else ""


def their_issue(issue: Any) -> told.Issue:
    return told.Issue(issue.iid, issue.title, issue.description or "", issue.state == "closed", issue.web_url)


@pytest.mark.evidence("client", "CheckRepositoryAccess", "CreateRepository", "SyncRepository")
@pytest.mark.evidence("client", "SearchRepositories", "ListIssueDestinations")
def test_repositories(ours: Ours, client: Gitlab, rocket: Any) -> None:
    assert ours.ask("CheckRepositoryAccess", pb.CheckRepositoryAccessRequest()).accessible
    group = client.groups.get(1, lazy=True)
    theirs = [
        (str(one.id), one.path_with_namespace, one.web_url, one.default_branch)
        for one in group.projects.list(iterator=True, order_by="id", sort="asc", simple=True)
    ]
    found = ours.pages("SearchRepositories", pb.SearchRepositoriesRequest(), "repositories")
    assert [(one.identifier, one.config["path"], one.url, one.default_branch) for one in found] == theirs
    assert len(theirs) == MANY + 1
    places = ours.pages("ListIssueDestinations", pb.ListIssueDestinationsRequest(), "destinations")
    assert [place.id for place in places] == [path for _, path, *_ in theirs]
    added = ours.repository()
    assert (added.identifier, added.url, added.default_branch) == (str(rocket.id), rocket.web_url, "main")
    assert rocket.default_branch == "main"


@pytest.mark.evidence("client", "GetCommit", "ListFileChanges")
def test_a_commit_with_its_files(ours: Ours, rocket: Any, server: Served) -> None:
    for sha in (server.fake.world.head, server.fake.world.commits[MANY // 2 - 1].sha):
        theirs = rocket.commits.get(sha)
        commit = ours.ask("GetCommit", pb.GetCommitRequest(commit_sha=sha))
        assert (told.our_commit(commit), commit.web_url) == (their_commit(theirs), theirs.web_url)
        changes = ours.pages("ListFileChanges", pb.ListFileChangesRequest(commit_sha=sha), "file_changes")
        found = [told.our_change(change)[:3] for change in changes]
        assert found == [their_change(diff) for diff in theirs.diff(get_all=True)]
        assert sum(change.additions for change in changes) == theirs.stats["additions"]


@pytest.mark.evidence("client", "ListCommits", "StreamCommits")
def test_lists_of_commits(ours: Ours, rocket: Any) -> None:
    since, until = datetime(2024, 1, 3, tzinfo=UTC), datetime(2024, 1, 9, tzinfo=UTC)
    dated = pb.ListCommitsRequest(ref="main")
    dated.since.FromDatetime(since)
    dated.until.FromDatetime(until)
    below = {"path": "src/many"}
    for request, asked in (
        (pb.ListCommitsRequest(ref="main"), {"ref_name": "main"}),
        (pb.ListCommitsRequest(ref="feature/x#1"), {"ref_name": "feature/x#1"}),
        (
            pb.ListCommitsRequest(ref="main", path="src/many"),
            {"ref_name": "main", "query_parameters": below},
        ),
        (dated, {"ref_name": "main", "since": since.isoformat(), "until": until.isoformat()}),
    ):
        found = [told.our_commit(commit) for commit in ours.pages("ListCommits", request, "commits")]
        assert found == [their_commit(commit) for commit in rocket.commits.list(iterator=True, **asked)]
        assert found
    streamed = ours.ask("StreamCommits", pb.StreamCommitsRequest(ref="main"))
    theirs = rocket.commits.list(iterator=True, ref_name="main")
    assert [told.our_commit(commit) for commit in streamed] == [their_commit(commit) for commit in theirs]


@pytest.mark.evidence("client", "ListTree", "GetFile", "CheckFile", "StreamFile", "BatchGetFiles", "FindFiles")
@pytest.mark.evidence("client", "GetCommitContext")
def test_a_tree_its_files_and_blame(ours: Ours, rocket: Any) -> None:
    # Keyset pagination, as python-gitlab wants it for this list.
    listed = rocket.repository_tree(ref="main", recursive=True, pagination="keyset", order_by="id", iterator=True)
    theirs = {entry["path"]: entry["id"] for entry in listed if entry["type"] != "tree"}
    entries = ours.pages("ListTree", pb.ListTreeRequest(ref="main"), "entries")
    assert ours.pages("FindFiles", files_pb2.FindFilesRequest(globs=["*"], ref="main"), "entries") == entries
    assert {entry.path: entry.sha for entry in entries} == theirs
    for path in (*ODD_PATHS, "src/app.py", "assets/logo.png", "assets/large.bin"):
        request = pb.GetFileRequest(path=path, ref="main", max_bytes=3_000_000)
        content = rocket.files.raw(path, ref="main")
        assert ours.ask("GetFile", request).content == content
        assert (told.streamed(ours, path), told.of_batch(ours, path)) == (content, content)
        assert ours.ask("CheckFile", pb.CheckFileRequest(path=path, ref="main")).exists
    asked = {"range[start]": 42, "range[end]": 42}
    (line,) = rocket.files.blame("src/app.py", ref="main", query_parameters=asked)
    context = pb.GetCommitContextRequest(commit_sha="main", filepath="src/app.py", line_number=42)
    found = ours.ask("GetCommitContext", context)
    assert (found.blame_commit_id, found.blame_author.email, found.code_snippet) == (
        line["commit"]["id"],
        line["commit"]["author_email"],
        line["lines"][0],
    )


@pytest.mark.evidence("client", "ListDirectory")
def test_directories(ours: Ours, rocket: Any) -> None:
    for path in ("", "src", "docs/ünï"):
        found = ours.pages("ListDirectory", files_pb2.ListDirectoryRequest(path=path, ref="main"), "entries")
        theirs = rocket.repository_tree(
            path=path, ref="main", pagination="keyset", order_by="id", per_page=100, iterator=True
        )
        assert [(one.name, one.path, one.sha) for one in found] == [
            (one["name"], one["path"], one["id"]) for one in theirs
        ]


@pytest.mark.evidence("client", "StreamBlame", "StreamArchive", "SearchCommits")
def test_whole_files_archives_and_messages(ours: Ours, rocket: Any, server: Served) -> None:
    asked = {"range[start]": 1, "range[end]": 1000}
    theirs = [
        (group["commit"]["id"], len(group["lines"]))
        for group in rocket.files.blame("src/app.py", ref="main", query_parameters=asked)
    ]
    hunks = list(ours.ask("StreamBlame", files_pb2.StreamBlameRequest(path="src/app.py", ref="main")))
    assert [(hunk.commit.sha, hunk.line_count) for hunk in hunks] == theirs
    for format, kind in ((files_pb2.ARCHIVE_FORMAT_TAR_GZ, "tar.gz"), (files_pb2.ARCHIVE_FORMAT_ZIP, "zip")):
        for path in ("", "src"):
            archive = rocket.repository_archive(sha=server.fake.world.head, format=kind, path=path or None)
            found = ours.archive(format=format, ref="main", path=path)
            assert files_in(found, kind) == files_in(archive, kind)
    found = ours.pages("SearchCommits", files_pb2.SearchCommitsRequest(message="Closes #24"), "commits")
    listed = rocket.search("commits", "Closes #24", search_type="basic", iterator=True)
    assert [commit.key for commit in found] == [one["id"] for one in listed]
    assert found


@pytest.mark.evidence("client", "SearchCode")
def test_code_search(ours: Ours, rocket: Any) -> None:
    theirs = rocket.search("blobs", NEEDLE, search_type="basic", iterator=True)
    lines = set()
    for snippet in theirs:
        for number, text in enumerate(snippet["data"].split("\n"), start=snippet["startline"]):
            lines |= {(snippet["path"], number, text)} if NEEDLE in text else set()
    found = ours.pages("SearchCode", pb.SearchCodeRequest(query=NEEDLE), "matches")
    assert {(match.path, match.line_number, match.line) for match in found} == lines
    assert lines


@pytest.mark.evidence("client", "GetExternalIssue", "LinkExternalIssue", "SyncIssueStatus")
@pytest.mark.evidence("client", "SearchIssues")
def test_issues(ours: Ours, rocket: Any) -> None:
    request = pb.SearchIssuesRequest(query="breaks", destination="acme/rocket")
    found = [told.our_issue(issue) for issue in ours.pages("SearchIssues", request, "issues")]
    theirs = rocket.issues.list(iterator=True, search="breaks", scope="all", order_by="created_at", sort="asc")
    assert sorted(found) == sorted(their_issue(issue) for issue in theirs)
    for made in (
        rocket.issues.create({"title": "Another", "description": "One more."}),
        rocket.issues.create({"title": "Bare"}),
    ):
        assert ours.issue(f"gitlab.example.com/acme:acme/rocket#{made.iid}") == their_issue(made)
    ours.close(f"gitlab.example.com/acme:acme/rocket#{made.iid}")
    assert rocket.issues.get(made.iid).state == "closed"
    made.state_event = "reopen"
    made.save()
    assert not ours.issue(f"gitlab.example.com/acme:acme/rocket#{made.iid}").closed


def test_what_is_not_there(ours: Ours, client: Gitlab, rocket: Any) -> None:
    for theirs in (
        lambda: rocket.issues.get(999_999),
        lambda: client.projects.get("acme/none"),
        lambda: rocket.commits.get("none"),
    ):
        with pytest.raises(GitlabGetError):
            theirs()
    with pytest.raises(NotFound):
        ours.ask("GetCommit", pb.GetCommitRequest(commit_sha="none"))


@pytest.mark.evidence("client", "ListBranches", "ListTags", "GetRef")
def test_refs(ours: Ours, rocket: Any) -> None:
    branches = ours.pages("ListBranches", refs_pb2.ListBranchesRequest(), "branches")
    assert [(one.name, one.commit_sha, one.is_default, one.is_protected) for one in branches] == [
        (one.name, one.commit["id"], one.default, one.protected) for one in rocket.branches.list(iterator=True)
    ]
    tags = ours.pages("ListTags", refs_pb2.ListTagsRequest(), "tags")
    assert [(one.name, one.commit_sha, one.message, one.annotated) for one in tags] == [
        (one.name, one.commit["id"], one.message, one.target != one.commit["id"])
        for one in rocket.tags.list(iterator=True)
    ]
    found = ours.ask("GetRef", refs_pb2.GetRefRequest(ref="topic"))
    assert found.commit_sha == rocket.branches.get("topic").commit["id"]
    found = ours.ask("GetRef", refs_pb2.GetRefRequest(ref="v010"))
    assert found.commit_sha == rocket.tags.get("v010").commit["id"]


@pytest.mark.evidence("client", "CompareCommits", "GetMergeBase", "ListComparedFiles", "StreamDiff")
def test_a_comparison(ours: Ours, rocket: Any) -> None:
    theirs = rocket.repository_compare("main", "topic")
    commits = ours.pages("CompareCommits", refs_pb2.CompareCommitsRequest(base="main", head="topic"), "commits")
    assert [commit.key for commit in commits] == [commit["id"] for commit in theirs["commits"]][::-1]
    found = ours.ask("GetMergeBase", refs_pb2.GetMergeBaseRequest(refs=["main", "topic"]))
    assert found.commit_sha == rocket.repository_merge_base(["main", "topic"])["id"]
    request = refs_pb2.ListComparedFilesRequest(base="main", head="topic")
    changes = ours.pages("ListComparedFiles", request, "file_changes")
    assert [told.our_change(change)[:3] for change in changes] == [their_change(diff) for diff in theirs["diffs"]]
    diffs = ours.ask("StreamDiff", refs_pb2.StreamDiffRequest(base="main", head="topic"))
    assert [diff.hunks.decode() for diff in diffs] == [diff["diff"] for diff in theirs["diffs"]]


def their_pull(one: Any) -> told.Pull:
    state = {"opened": "open"}.get(one.state, one.state)
    author, branches = one.author["username"], (one.source_branch, one.target_branch)
    return told.Pull(one.iid, one.title, one.description or "", state, author, *branches, one.sha, one.draft)


@pytest.mark.evidence("client", "GetPullRequest", "ListPullRequests")
def test_merge_requests(ours: Ours, rocket: Any, server: Served) -> None:
    found = ours.pages("ListPullRequests", pulls.ListPullRequestsRequest(), "pull_requests")
    theirs = list(rocket.mergerequests.list(iterator=True))
    assert [told.our_pull(pull) for pull in found] == [their_pull(one) for one in theirs]
    assert [list(pull.labels) for pull in found] == [one.labels for one in theirs]
    for number in (1, 5, TOPIC, CONFLICTS, BLOCKED):
        ours_, one = (
            ours.ask("GetPullRequest", pulls.GetPullRequestRequest(number=number)),
            rocket.mergerequests.get(number),
        )
        assert told.our_pull(ours_) == their_pull(one)
        assert ours_.merge_commit_sha == (one.merge_commit_sha or "")
        assert (ours_.mergeability == pulls.MERGEABILITY_CONFLICTS) == one.has_conflicts
        assert [one.user.login for one in ours_.reviewers] == [user["username"] for user in one.reviewers]
    sha = server.fake.world.topic[3].sha
    of_commit = ours.pages("ListPullRequests", pulls.ListPullRequestsRequest(commit_sha=sha), "pull_requests")
    assert [pull.number for pull in of_commit] == [one["iid"] for one in rocket.commits.get(sha).merge_requests()]
    asked = pulls.ListPullRequestsRequest(author="bob", state=pulls.PULL_REQUEST_STATE_MERGED)
    by_author = ours.pages("ListPullRequests", asked, "pull_requests")
    listed = rocket.mergerequests.list(author_username="bob", state="merged", iterator=True)
    assert [pull.number for pull in by_author] == [one.iid for one in listed]


@pytest.mark.evidence("client", "ListPullRequestCommits")
def test_the_commits_of_a_merge_request(ours: Ours, rocket: Any) -> None:
    request = pulls.ListPullRequestCommitsRequest(number=TOPIC)
    commits = ours.pages("ListPullRequestCommits", request, "commits")
    theirs = rocket.mergerequests.get(TOPIC).commits()
    assert [told.our_commit(commit) for commit in commits] == [their_commit(commit) for commit in theirs]


@pytest.mark.evidence("client", "CreateBranch", "DeleteBranch", "CreateCommit")
def test_it_reads_what_was_written(ours: Ours, rocket: Any, server: Served) -> None:
    written = write_everything(ours, server)
    names = {branch.name: branch.commit["id"] for branch in rocket.branches.list(iterator=True)}
    assert names[written.branch] == written.commit.key
    assert written.deleted not in names
    assert their_commit(rocket.commits.get(written.commit.key)) == told.our_commit(written.commit)
    assert rocket.files.raw(NEW, ref=written.branch) == CONTENT
    assert rocket.files.raw("moved.json", ref=written.branch) == b'{"cut": '


@pytest.mark.evidence("client", "ListPullRequestComments", "ListReviewThreads", "ListReviews")
def test_discussions_and_approvals(ours: Ours, rocket: Any) -> None:
    theirs = rocket.mergerequests.get(TOPIC)
    discussions = [one.attributes for one in theirs.discussions.list(iterator=True)]
    noted = [one["notes"] for one in discussions if "position" not in one["notes"][0] and not one["notes"][0]["system"]]
    found = ours.pages("ListPullRequestComments", pulls.ListPullRequestCommentsRequest(number=TOPIC), "comments")
    assert [(one.id, one.body) for one in found] == [(str(note["id"]), note["body"]) for (note,) in noted]
    threads = ours.pages("ListReviewThreads", pulls.ListReviewThreadsRequest(number=TOPIC), "threads")
    placed = [one for one in discussions if "position" in one["notes"][0]]
    for thread, one in zip(threads, placed, strict=True):
        place = one["notes"][0]["position"]
        assert (thread.id, thread.resolved) == (one["id"], one["notes"][0]["resolved"])
        assert (thread.position.path, thread.position.line) == (
            place["new_path"],
            place["new_line"] or place["old_line"] or 0,
        )
        assert [comment.body for comment in thread.comments] == [note["body"] for note in one["notes"]]
    reviews = ours.pages("ListReviews", pulls.ListReviewsRequest(number=TOPIC), "reviews")
    approvals = theirs.approvals.get().approved_by
    assert [one.author.login for one in reviews] == [one["user"]["username"] for one in approvals]


@pytest.mark.evidence(
    "client", "CreateReview", "CreatePullRequestComment", "UpdatePullRequestComment", "DeletePullRequestComment"
)
@pytest.mark.evidence("client", "ResolveReviewThread")
def test_it_reads_reviews_and_comments_that_were_written(ours: Ours, rocket: Any, server: Served) -> None:
    review_everything(ours, server)
    theirs = rocket.mergerequests.get(TOPIC)
    found = [one.attributes["notes"] for one in theirs.discussions.list(iterator=True)]
    assert [note["body"] for notes in found for note in notes if not note["system"] and "position" not in note] == [
        CHANGED
    ]
    placed = [notes for notes in found if "position" in notes[0]]
    lines = [(notes[0]["position"]["new_line"], notes[0]["position"]["old_line"]) for notes in placed]
    assert lines == [(3, None), (None, 2)]
    assert [[note["body"] for note in notes] for notes in placed] == [bodies for _, _, bodies in ON_LINES]
    assert [notes[0]["resolved"] for notes in placed] == [True, False]
    assert [one["user"]["username"] for one in theirs.approvals.get().approved_by] == [ME]


def test_what_it_wrote_is_read(ours: Ours, rocket: Any, server: Served) -> None:
    server.fake.world.remarks[TOPIC], server.fake.world.threads[TOPIC] = [], []
    server.fake.world.pull_requests[TOPIC].reviewers = {}
    theirs = rocket.mergerequests.get(TOPIC)
    theirs.notes.create({"body": CHANGED})
    paths = {"position_type": "text", "new_path": "src/app.py", "old_path": "src/app.py"}
    discussion = theirs.discussions.create(
        {"body": "On a line", "position": {**theirs.diff_refs, **paths, "new_line": 3}}
    )
    discussion.notes.create({"body": "An answer"})
    theirs.approve(sha=theirs.sha)
    assert read_back(ours) == ([CHANGED], [("src/app.py", 3, ["On a line", "An answer"])])
    reviews = ours.pages("ListReviews", pulls.ListReviewsRequest(number=TOPIC), "reviews")
    assert [one.author.login for one in reviews] == [ME]
