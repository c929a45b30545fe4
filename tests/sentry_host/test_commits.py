"""Commits inside Sentry: stored rows are answered first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import pytest
from sentry.models import Commit, CommitAuthor, CommitFileChange

from sentry_scm_grpc.testing.web_call import web_call
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.sentry_host.rows import Rows

pytestmark = pytest.mark.django_db

NOON = datetime(2024, 2, 29, 12, tzinfo=UTC)


class Stored(Rows):
    """An organization with a repository and commits, the newest first in ``commits``."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.row = self.repository()
        self.author = CommitAuthor.objects.create(
            organization_id=self.organization.id, name="Ada", email="ada@example.com", external_id="github:ada"
        )
        self.commits = [self.commit(f"{number:040x}", NOON - timedelta(minutes=number // 2)) for number in range(count)]

    def commit(self, key: str, moment: datetime, **values: Any) -> Any:
        return Commit.objects.create(
            organization_id=self.organization.id,
            repository_id=self.row.id,
            key=key,
            date_added=moment,
            **{"author": self.author, "message": f"Change {key[-2:]}", **values},
        )

    def changed(self, commit: Any, *changes: tuple[str, str]) -> None:
        for filename, kind in changes:
            CommitFileChange.objects.create(
                organization_id=self.organization.id, commit=commit, filename=filename, type=kind
            )

    def call(self, rpc: str, **fields: Any) -> Any:
        from sentry_scm_grpc.rpc.policy import RPCS

        request = RPCS[rpc].request_class(repository_id=self.row.id, **fields)
        return web_call(rpc, request, self.as_key("org:read"))


def test_stored_commits_are_listed_newest_first_and_none_is_lost_between_pages() -> None:
    rows = Stored(7)  # Two and two have one time: pages end between them.
    keys: list[str] = []
    token = ""
    while not keys or token:
        page = rows.call("ListCommits", page_size=2, page_token=token).message
        keys += [commit.key for commit in page.commits]
        token = page.next_page_token
    assert len(keys) == 7
    assert set(keys) == {commit.key for commit in rows.commits}
    assert keys == [c.key for c in sorted(rows.commits, key=lambda c: (c.date_added, c.id), reverse=True)]


def test_the_stream_has_them_all_in_the_same_order() -> None:
    rows = Stored(5)
    listed = [commit.key for commit in rows.call("ListCommits").message.commits]
    assert [commit.key for commit in rows.call("StreamCommits").messages] == listed


def test_stored_commits_are_filtered_by_author_and_time() -> None:
    rows = Stored(4)
    other = CommitAuthor.objects.create(organization_id=rows.organization.id, name="Bob", email="bob@example.com")
    late = rows.commit("f" * 40, NOON + timedelta(hours=1), author=other)
    assert [c.key for c in rows.call("ListCommits", author="BOB").message.commits] == [late.key]
    since = pb.ListCommitsRequest().since
    since.FromDatetime(NOON + timedelta(minutes=1))
    assert [c.key for c in rows.call("ListCommits", since=since).message.commits] == [late.key]


def test_a_stored_commit_comes_with_its_author_and_file_changes() -> None:
    rows = Stored(1)
    rows.changed(rows.commits[0], ("src/b.py", "M"), ("src/a.py", "A"), ("old.py", "D"))
    found = rows.call("GetCommit", commit_sha=rows.commits[0].key).message
    assert (found.id, found.key, found.message) == (str(rows.commits[0].id), rows.commits[0].key, "Change 00")
    assert (found.author.name, found.author.email, found.author.external_id) == ("Ada", "ada@example.com", "github:ada")
    assert [(change.path, change.kind) for change in found.file_changes] == [
        ("old.py", pb.FILE_CHANGE_KIND_DELETED),
        ("src/a.py", pb.FILE_CHANGE_KIND_ADDED),
        ("src/b.py", pb.FILE_CHANGE_KIND_MODIFIED),
    ]
    assert not found.file_changes_truncated


def test_a_commit_known_by_its_sha_alone_is_shown() -> None:
    rows = Stored(0)
    row = rows.commit("e" * 40, NOON, author=None, message=None)
    found = rows.call("GetCommit", commit_sha=row.key).message
    assert (found.message, found.HasField("author")) == ("", False)


def test_a_prefix_finds_a_commit_and_one_that_fits_several_is_refused() -> None:
    rows = Stored(0)
    first, _ = rows.commit("abcd1" + "0" * 35, NOON), rows.commit("abcd2" + "0" * 35, NOON)
    assert rows.call("GetCommit", commit_sha="ABCD1").message.id == str(first.id)
    answer = rows.call("GetCommit", commit_sha="abcd")
    assert (answer.status, answer.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "AMBIGUOUS_SHA")


def test_stored_file_changes_are_listed_page_by_page() -> None:
    rows = Stored(1)
    rows.changed(rows.commits[0], *((f"file{number}", "A") for number in range(5)))
    paths: list[str] = []
    token = ""
    while not paths or token:
        page = rows.call("ListFileChanges", commit_sha=rows.commits[0].key, page_size=2, page_token=token).message
        paths += [change.path for change in page.file_changes]
        token = page.next_page_token
    assert paths == [f"file{number}" for number in range(5)]


def test_a_plugins_repository_without_an_integration_answers_from_its_rows() -> None:
    rows = Stored(1)
    rows.row.update(provider="github", integration_id=None)
    assert rows.call("GetCommit", commit_sha=rows.commits[0].key).status is grpc.StatusCode.OK
    answer = rows.call("GetCommit", commit_sha="main")
    assert (answer.status, answer.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "NO_INTEGRATION")
