"""Commits, file changes and blame of each vendor, as a client of the service sees them."""

from __future__ import annotations

from datetime import UTC

import grpc
import pytest

from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.vendors.site import Site
from tests.vendors.world import MANY, ODD_BRANCHES, Commit

pytestmark = pytest.mark.django_db

KINDS = {
    "added": pb.FILE_CHANGE_KIND_ADDED,
    "modified": pb.FILE_CHANGE_KIND_MODIFIED,
    "deleted": pb.FILE_CHANGE_KIND_DELETED,
    "renamed": pb.FILE_CHANGE_KIND_RENAMED,
}


def check_commit(found: pb.Commit, expected: Commit, site: Site) -> None:
    assert found.key == expected.sha
    assert found.repository_id == site.repository.id
    assert found.message.rstrip("\n") == expected.message
    assert (found.author.name, found.author.email) == (expected.author.name, expected.author.email)
    assert found.date_added.ToDatetime(UTC) == expected.date
    assert expected.sha in found.web_url
    assert list(found.parent_keys) == list(expected.parents)


@pytest.mark.rpcs("GetCommit")
def test_a_commit_with_all_that_the_vendor_tells_in_at_most_two_calls(vendor: Site) -> None:
    expected = vendor.fake.world.commits[3]
    found = vendor.call("GetCommit", pb.GetCommitRequest(commit_sha=expected.sha)).message
    assert len(vendor.fake.calls) <= 2
    check_commit(found, expected, vendor)
    renamed = next(change for change in found.file_changes if change.kind == pb.FILE_CHANGE_KIND_RENAMED)
    assert (renamed.path, renamed.previous_path) == ("docs/new name.md", "docs/old name.md")
    assert {(change.path, change.kind) for change in found.file_changes} == {
        (change.path, KINDS[change.kind]) for change in expected.changes
    }
    assert not found.file_changes_truncated


@pytest.mark.rpcs("GetCommit")
def test_a_commit_at_a_full_sha_is_asked_for_once(vendor: Site) -> None:
    request = pb.GetCommitRequest(commit_sha=vendor.fake.world.head)
    first = vendor.call("GetCommit", request).message
    vendor.fake.forget_calls()
    assert vendor.call("GetCommit", request).message == first
    assert not vendor.fake.calls


@pytest.mark.rpcs("GetCommit")
@pytest.mark.parametrize("ref", ODD_BRANCHES)
def test_a_commit_by_the_name_of_an_odd_branch(vendor: Site, ref: str) -> None:
    found = vendor.call("GetCommit", pb.GetCommitRequest(commit_sha=ref)).message
    assert found.key == vendor.fake.world.branches[ref]


@pytest.mark.rpcs("GetCommit")
def test_a_commit_that_does_not_exist(vendor: Site) -> None:
    answer = vendor.call("GetCommit", pb.GetCommitRequest(commit_sha="f" * 40))
    assert (answer.status, answer.reason) == (grpc.StatusCode.NOT_FOUND, "REF_NOT_FOUND")


@pytest.mark.rpcs("ListCommits")
@pytest.mark.parametrize("page_size", [100, 70, 1000])
def test_all_commits_page_by_page_newest_first(vendor: Site, page_size: int) -> None:
    commits = vendor.pages("ListCommits", pb.ListCommitsRequest(page_size=page_size), "commits")
    assert [commit.key for commit in commits] == [commit.sha for commit in vendor.fake.world.commits]
    check_commit(commits[-1], vendor.fake.world.commits[-1], vendor)


@pytest.mark.rpcs("ListCommits")
def test_commits_that_arrive_between_two_pages_shift_nothing(vendor: Site) -> None:
    request = pb.ListCommitsRequest(page_size=100, ref="main")
    first = vendor.call("ListCommits", request).message
    world = vendor.fake.world
    before = [commit.sha for commit in world.commits]
    newer = Commit("a" * 40, "Newer", *(world.commits[0].author,) * 2, world.commits[0].date, (world.head,), ())
    world.commits.insert(0, newer)
    world.branches["main"] = newer.sha
    request.page_token = first.next_page_token
    rest = vendor.pages("ListCommits", request, "commits")
    assert [commit.key for commit in (*first.commits, *rest)] == before


@pytest.mark.rpcs("StreamCommits")
def test_commits_as_a_stream(vendor: Site) -> None:
    commits = vendor.call("StreamCommits", pb.StreamCommitsRequest()).messages
    assert [commit.key for commit in commits] == [commit.sha for commit in vendor.fake.world.commits]


@pytest.mark.rpcs("ListCommits")
def test_commits_of_a_path_of_an_author_and_of_some_time(vendor: Site) -> None:
    world = vendor.fake.world
    of_path = vendor.pages("ListCommits", pb.ListCommitsRequest(path="src/added7.py"), "commits")
    assert [commit.message.partition("\n")[0] for commit in of_path] == ["Commit 7"]
    of_author = vendor.pages("ListCommits", pb.ListCommitsRequest(author="LOVELACE"), "commits")
    assert len(of_author) == MANY // 2
    request = pb.ListCommitsRequest()
    request.since.FromDatetime(world.commits[20].date)
    request.until.FromDatetime(world.commits[10].date)
    assert [commit.key for commit in vendor.pages("ListCommits", request, "commits")] == [
        commit.sha for commit in world.commits[10:21]
    ]


@pytest.mark.rpcs("ListCommits")
def test_commits_of_a_ref_that_does_not_exist(vendor: Site) -> None:
    answer = vendor.call("ListCommits", pb.ListCommitsRequest(ref="no-such-branch"))
    assert answer.status is grpc.StatusCode.NOT_FOUND


@pytest.mark.rpcs("ListFileChanges")
def test_all_file_changes_of_a_large_commit(vendor: Site) -> None:
    expected = vendor.fake.world.commits[MANY // 2 - 1]
    assert len(expected.changes) == MANY
    request = pb.ListFileChangesRequest(commit_sha=expected.sha, page_size=60)
    changes = vendor.pages("ListFileChanges", request, "file_changes")
    assert [change.path for change in changes] == [change.path for change in expected.changes]


@pytest.mark.rpcs("GetCommitContext")
def test_who_changed_a_line(vendor: Site) -> None:
    world = vendor.fake.world
    request = pb.GetCommitContextRequest(commit_sha=world.head, filepath="src/app.py", line_number=7)
    found = vendor.call("GetCommitContext", request).message
    blamed = world.blame(7)
    assert found.blame_commit_id == blamed.sha
    assert (found.blame_author.name, found.blame_author.email) == (blamed.author.name, blamed.author.email)
    assert found.message.startswith(blamed.title)
    assert found.committed_at.ToDatetime(UTC) == blamed.date
    assert (found.filename, found.line_number) == ("src/app.py", 7)


@pytest.mark.rpcs("GetCommitContext")
def test_a_line_beyond_the_end_a_file_and_a_ref_that_do_not_exist(vendor: Site) -> None:
    head = vendor.fake.world.head
    for ref, path, line, status in (
        (head, "src/app.py", 101, grpc.StatusCode.INVALID_ARGUMENT),
        (head, "src/no-such.py", 1, grpc.StatusCode.NOT_FOUND),
        ("f" * 40, "src/app.py", 1, grpc.StatusCode.NOT_FOUND),
    ):
        request = pb.GetCommitContextRequest(commit_sha=ref, filepath=path, line_number=line)
        assert vendor.call("GetCommitContext", request).status is status, (path, line)


@pytest.mark.rpcs("BatchGetCommitContext")
def test_a_hundred_lines_of_twenty_files_in_few_calls(vendor: Site) -> None:
    world = vendor.fake.world
    lines = [(f"src/module{number:03}.py", line) for number in range(20) for line in (1, 2, 1, 2, 2)]
    request = pb.BatchGetCommitContextRequest(
        lines=[pb.SourceLine(commit_sha=world.head, filepath=path, line_number=line) for path, line in lines]
    )
    results = vendor.call("BatchGetCommitContext", request).message.results
    assert [(result.context.filename, result.context.line_number) for result in results] == lines
    assert [result.context.blame_commit_id for result in results] == [world.blame(line).sha for _, line in lines]
    assert len(vendor.fake.calls) <= vendor.fake.blame_calls


@pytest.mark.rpcs("BatchGetCommitContext")
def test_each_line_of_a_batch_has_its_own_error(vendor: Site) -> None:
    head = vendor.fake.world.head
    asked = (("src/app.py", 3), ("src/no-such.py", 1), ("src/app.py", 101))
    request = pb.BatchGetCommitContextRequest(
        lines=[pb.SourceLine(commit_sha=head, filepath=path, line_number=line) for path, line in asked]
    )
    good, missing, beyond = vendor.call("BatchGetCommitContext", request).message.results
    assert good.context.blame_commit_id == vendor.fake.world.blame(3).sha
    assert missing.error.code == grpc.StatusCode.NOT_FOUND.value[0]
    assert beyond.error.reason == "LINE_OUT_OF_RANGE"
