"""Commits inside Sentry: a commit is answered from its row, a list from the provider, or from rows as one that may lack
some."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import pytest
import responses
from sentry.models import Commit, CommitAuthor, CommitFileChange

from sentry_scm_grpc.testing.web_call import web_call
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.sentry_host.rows import Rows

pytestmark = pytest.mark.django_db

NOON = datetime(2024, 2, 29, 12, tzinfo=UTC)


class Stored(Rows):
    """An organization with a repository and commits, the newest first in ``commits``.

    As a plugin of old made it, without an integration: no provider can be asked.
    """

    def __init__(self, count: int, **repository: Any) -> None:
        super().__init__()
        self.row = self.repository(**{"integration_id": None, **repository})
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
    assert [commit.key for commit in rows.call("StreamCommits", allow_incomplete=True).messages] == listed


def test_a_list_of_rows_says_on_each_page_that_commits_may_be_missing() -> None:
    rows = Stored(3)
    first = rows.call("ListCommits", page_size=2).message
    rest = rows.call("ListCommits", page_size=2, page_token=first.next_page_token).message
    assert [(page.incomplete, page.incomplete_reason) for page in (first, rest)] == [(True, "COMMITS_FROM_ROWS")] * 2


def test_a_stream_that_may_lack_commits_is_refused_unless_it_may() -> None:
    answer = Stored(1).call("StreamCommits")
    assert (answer.status, answer.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "COMMITS_FROM_ROWS")


def integrated(count: int) -> Stored:
    """With an integration of GitHub."""
    rows = Stored(count)
    rows.row.update(integration_id=rows.integration.id)
    return rows


PERSON = {"name": "V", "email": "v@example.com", "date": "2024-01-01T00:00:00Z"}
VENDORS = {
    "sha": "c" * 40,
    "html_url": f"https://github.com/acme/rocket/commit/{'c' * 40}",
    "commit": {"message": "The vendor's", "author": PERSON, "committer": PERSON},
    "parents": [],
}
API = "https://api.github.com/repos/acme/rocket"


@responses.activate
@pytest.mark.parametrize("rpc", ["ListCommits", "StreamCommits"])
def test_commits_are_the_providers_although_some_are_stored(rpc: str) -> None:
    rows = integrated(2)
    responses.get(f"{API}/commits", json=[VENDORS])
    answer = rows.call(rpc)
    commits = answer.messages if rpc == "StreamCommits" else answer.message.commits
    assert [commit.key for commit in commits] == ["c" * 40]
    assert rpc == "StreamCommits" or not answer.message.incomplete


@responses.activate
def test_a_provider_that_fails_is_not_replaced_by_rows() -> None:
    responses.get(f"{API}/commits", status=500, json={})
    assert integrated(2).call("ListCommits").status is grpc.StatusCode.UNAVAILABLE


def test_an_integration_that_is_switched_off_leaves_the_rows() -> None:
    rows = integrated(2)
    rows.installed.update(status=1)
    page = rows.call("ListCommits").message
    assert (len(page.commits), page.incomplete) == (2, True)


@responses.activate
def test_the_start_of_a_sha_is_the_providers_to_find() -> None:
    rows = integrated(0)
    rows.commit("cc" + "0" * 38, NOON)
    responses.get(f"{API}/commits/cccc", json={**VENDORS, "files": []})
    assert rows.call("GetCommit", commit_sha="cccc").message.key == "c" * 40


@responses.activate
def test_changes_that_were_not_stored_are_the_providers() -> None:
    rows = integrated(0)
    row = rows.commit("c" * 40, NOON)
    responses.get(f"{API}/commits/{row.key}", json={**VENDORS, "files": [{"filename": "a", "status": "added"}]})
    found = rows.call("ListFileChanges", commit_sha=row.key).message
    assert ([change.path for change in found.file_changes], found.incomplete) == (["a"], False)
    assert rows.call("GetCommit", commit_sha=row.key).message.file_changes_truncated


def test_changes_that_nobody_has_are_not_told_as_none() -> None:
    rows = Stored(1)
    found = rows.call("ListFileChanges", commit_sha=rows.commits[0].key).message
    assert (found.incomplete, found.incomplete_reason) == (True, "FILE_CHANGES_NOT_STORED")


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
