"""What a caller writes, and what the server gets and the caller gets back: fields, pages, streams, deadlines, JSON."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import grpc
import pytest

from sentry_scm_grpc import __version__
from sentry_scm_grpc.client import ScmClient
from sentry_scm_grpc.client.methods import iterator_name
from sentry_scm_grpc.rpc.policy import RPCS, Rpc
from sentry_scm_grpc.v1 import scm_pb2
from tests.client.site import Scm

NewClient = Callable[..., ScmClient]

DAY = 24 * 60 * 60


@pytest.mark.parametrize("rpc", RPCS.values(), ids=list(RPCS))
def test_every_rpc_is_a_method(scm: Scm, client: ScmClient, rpc: Rpc) -> None:
    answer = getattr(client, rpc.operation)()
    assert list(answer) == [] if rpc.streams else answer == rpc.response_class()
    assert [call.rpc for call in scm.seen] == [rpc.name]


class TestRequests:
    def test_the_fields_are_keywords(self, scm: Scm, client: ScmClient) -> None:
        client.get_commit(repository_id=7, commit_sha="HEAD")
        assert scm.seen[0].request == scm_pb2.GetCommitRequest(repository_id=7, commit_sha="HEAD")

    def test_a_request_message_is_taken_too(self, scm: Scm, client: ScmClient) -> None:
        request = scm_pb2.DeleteRepositoryRequest(repository_id=7)
        client.delete_repository(request)
        assert scm.seen[0].request.repository_id == 7
        assert request.request_id == "", "the caller's message stays as it was"

    def test_values_may_be_what_python_has_for_them(self, scm: Scm, client: ScmClient) -> None:
        since = datetime(2024, 5, 1, 2, tzinfo=timezone(timedelta(hours=2)))
        client.list_commits(repository_id=7, since=since)
        client.update_repository(
            repository={"id": 7, "status": "REPOSITORY_STATUS_HIDDEN"}, update_mask=["status"], request_id="mine"
        )
        client.batch_get_commit_context(repository_id=7, lines=[{"filepath": "a.py", "line_number": 1}])
        client.list_repositories(organization_id=1, provider="PROVIDER_GITLAB")
        commits, update, lines, repositories = (call.request for call in scm.seen)
        assert commits.since.ToDatetime(UTC) == since
        assert update.repository == scm_pb2.Repository(id=7, status=scm_pb2.REPOSITORY_STATUS_HIDDEN)
        assert update.update_mask.paths == ["status"]
        assert lines.lines[0].filepath == "a.py"
        assert repositories.provider == scm_pb2.PROVIDER_GITLAB

    def test_a_mask_may_be_written_as_in_json(self, scm: Scm, client: ScmClient) -> None:
        client.update_repository(repository={"id": 7}, update_mask="status,name")
        assert scm.seen[0].request.update_mask.paths == ["status", "name"]

    def test_none_is_a_field_that_is_not_set(self, scm: Scm, client: ScmClient) -> None:
        client.list_commits(repository_id=7, since=None)
        client.update_repository(repository=None, update_mask=None, request_id="mine")
        assert [call.request for call in scm.seen] == [
            scm_pb2.ListCommitsRequest(repository_id=7),
            scm_pb2.UpdateRepositoryRequest(request_id="mine"),
        ]

    def test_what_cannot_be_a_request_is_no_call(self, scm: Scm, client: ScmClient) -> None:
        request: Any = scm_pb2.GetCommitRequest()
        with pytest.raises(TypeError, match="get_repository takes a GetRepositoryRequest, not a GetCommitRequest"):
            client.get_repository(request)
        with pytest.raises(TypeError, match="a request message or fields, not both"):
            client.get_commit(request, repository_id=7)
        with pytest.raises(ValueError, match="sha"):
            client.get_commit(repository_id=7, sha="HEAD")  # type: ignore[call-arg]
        with pytest.raises(ValueError, match="sha"):
            client.stream_commits(repository_id=7, sha="HEAD")  # type: ignore[call-arg]
        assert scm.seen == []

    def test_a_write_gets_a_request_id_unless_it_has_one(self, scm: Scm, client: ScmClient) -> None:
        client.delete_repository(repository_id=7)
        client.delete_repository(repository_id=7)
        client.delete_repository(repository_id=7, request_id="mine")
        made, other, mine = (call.request.request_id for call in scm.seen)
        assert uuid.UUID(made) != uuid.UUID(other)
        assert mine == "mine"

    def test_credentials_and_the_clients_name_travel_as_metadata(
        self, scm: Scm, client: ScmClient, new_client: NewClient
    ) -> None:
        client.get_repository(repository_id=7)
        with new_client(scm.url + "/grpc/", token="a-token") as other:
            other.get_repository(repository_id=7)
        key, token = (call.metadata for call in scm.seen)
        assert key["x-api-key"] == "scm_key"
        assert key["user-agent"] == f"sentry-scm-grpc-python/{__version__}"
        assert token["authorization"] == "Bearer a-token"
        assert "x-api-key" not in token

    @pytest.mark.parametrize("secret", ["scm_key\n", "scm_ké"])
    def test_a_credential_that_is_none_is_refused_and_not_shown(self, secret: str, new_client: NewClient) -> None:
        with pytest.raises(ValueError, match="line break") as caught:
            new_client("http://localhost", api_key=secret)
        assert "scm_k" not in str(caught.value)

    @pytest.mark.parametrize(
        "url", ["localhost:8800", "ftp://host", "http://", "https://u:secret@host", "http://h/?a=b"]
    )
    def test_a_url_that_is_none_is_refused(self, url: str, new_client: NewClient) -> None:
        with pytest.raises(ValueError, match="site") as caught:
            new_client(url)
        assert "secret" not in str(caught.value)

    def test_the_client_does_not_show_its_credentials(self, new_client: NewClient) -> None:
        assert repr(new_client("http://host/", api_key="secret")) == "ScmClient('http://host')"


class TestPages:
    def test_an_iterator_asks_for_a_page_when_it_is_needed(self, scm: Scm, client: ScmClient) -> None:
        pages = {"": ([1, 2], "second"), "second": ([], "third"), "third": ([3], "")}

        def answer(request: scm_pb2.ListRepositoriesRequest, _: Any) -> scm_pb2.ListRepositoriesResponse:
            ids, following = pages[request.page_token]
            repositories = [scm_pb2.Repository(id=id) for id in ids]
            return scm_pb2.ListRepositoriesResponse(repositories=repositories, next_page_token=following)

        scm.answers["ListRepositories"] = answer
        found = client.iter_repositories(organization_id=1, query="acme", page_size=2)
        assert [next(found).id, next(found).id] == [1, 2]
        assert len(scm.seen) == 1
        assert [repository.id for repository in found] == [3]
        assert [call.request.page_token for call in scm.seen] == ["", "second", "third"]
        assert {(call.request.query, call.request.page_size) for call in scm.seen} == {("acme", 2)}

    @pytest.mark.parametrize("rpc", [rpc for rpc in RPCS.values() if rpc.pages], ids=lambda rpc: rpc.name)
    def test_every_paged_rpc_has_an_iterator_over_its_items(self, scm: Scm, client: ScmClient, rpc: Rpc) -> None:
        response: Any = rpc.response_class()
        items = rpc.method.output_type.fields[0].name
        item = getattr(response, items).add()
        scm.answers[rpc.name] = lambda request, context: response
        assert list(getattr(client, iterator_name(rpc))()) == [item]


class TestStreams:
    def test_messages_come_as_the_server_sends_them(self, scm: Scm, client: ScmClient) -> None:
        asked = threading.Event()

        def answer(request: Any, context: Any) -> Iterator[scm_pb2.Commit]:
            yield scm_pb2.Commit(key="first")
            assert asked.wait(30), "the first message came only with the second"
            yield scm_pb2.Commit(key="second")

        scm.answers["StreamCommits"] = answer
        commits = client.stream_commits(repository_id=7)
        assert next(commits).key == "first"
        asked.set()
        assert [commit.key for commit in commits] == ["second"]

    def test_closing_the_iterator_ends_the_call(self, scm: Scm, client: ScmClient) -> None:
        ended = threading.Event()

        def answer(request: Any, context: grpc.ServicerContext) -> Iterator[scm_pb2.Commit]:
            try:
                # More than any buffer on the way holds.
                while True:
                    yield scm_pb2.Commit(message="x" * 100_000)
            finally:
                ended.set()

        scm.answers["StreamCommits"] = answer
        commits = client.stream_commits(repository_id=7)
        next(commits)
        assert not ended.is_set()
        commits.close()
        assert ended.wait(30)
        assert list(commits) == []

    def test_leaving_the_loop_ends_the_call(self, scm: Scm, client: ScmClient) -> None:
        ended = threading.Event()

        def answer(request: Any, context: grpc.ServicerContext) -> Iterator[scm_pb2.Commit]:
            try:
                while True:
                    yield scm_pb2.Commit(message="x" * 100_000)
            finally:
                ended.set()

        scm.answers["StreamCommits"] = answer
        for _ in client.stream_commits(repository_id=7):
            break
        assert ended.wait(30)


class TestDeadlines:
    def test_a_call_has_the_clients_timeout_unless_it_has_its_own(
        self, scm: Scm, client: ScmClient, new_client: NewClient
    ) -> None:
        client.get_repository(repository_id=7)
        client.get_repository(repository_id=7, timeout=2)
        client.get_repository(repository_id=7, timeout=None)
        with new_client(scm.url, timeout=5) as hasty:
            hasty.get_repository(repository_id=7)
            list(hasty.iter_repositories(organization_id=1))
        default, own, none, clients, page = (call.time_remaining for call in scm.seen)
        assert 20 < default <= 30
        assert 0 < own <= 2
        assert none > DAY
        assert 2 < clients <= 5
        assert 2 < page <= 5

    def test_a_stream_has_none_unless_it_is_given_one(self, scm: Scm, client: ScmClient) -> None:
        list(client.stream_commits(repository_id=7))
        list(client.stream_commits(repository_id=7, timeout=9))
        without, given = (call.time_remaining for call in scm.seen)
        assert without > DAY
        assert 5 < given <= 9


class TestJson:
    def test_any_rpc_takes_and_gives_json(self, scm: Scm, client: ScmClient) -> None:
        scm.answers["GetRepository"] = lambda request, context: scm_pb2.Repository(
            id=request.repository_id, default_branch="main", provider=scm_pb2.PROVIDER_GITHUB
        )
        expected = [{"id": "7", "default_branch": "main", "provider": "PROVIDER_GITHUB"}]
        assert list(client.call("GetRepository", '{"repository_id": 7}')) == expected
        assert list(client.call("GetRepository", {"repositoryId": "7"})) == expected

    def test_a_stream_is_one_dict_a_message(self, scm: Scm, client: ScmClient) -> None:
        scm.answers["StreamCommits"] = lambda request, context: (scm_pb2.Commit(key=key) for key in "ab")
        assert list(client.call("StreamCommits", {"repository_id": 7})) == [{"key": "a"}, {"key": "b"}]
        assert client.streams("StreamCommits")
        assert not client.streams("GetRepository")

    def test_a_write_gets_a_request_id(self, scm: Scm, client: ScmClient) -> None:
        list(client.call("DeleteRepository", {"repository_id": 7}))
        assert uuid.UUID(scm.seen[0].request.request_id)

    def test_the_mistakes_a_person_makes_are_named(self, client: ScmClient) -> None:
        with pytest.raises(ValueError, match=r"no RPC 'GetRepositry'\. Did you mean GetRepository"):
            client.call("GetRepositry")
        with pytest.raises(ValueError, match=r"no RPC 'x'\. There are: ListRepositories, "):
            client.call("x")
        commit = {"repository_id": 1, "branch": "main", "actions": [{"path": "a", "content": "hello world!"}]}
        with pytest.raises(ValueError, match="content must be Base64"):
            client.call("CreateCommit", commit)
        commit["actions"] = [{"path": "a", "kind": "WRITE"}]
        with pytest.raises(ValueError, match="kind is 'WRITE', but must be one of COMMIT_ACTION_KIND_WRITE, "):
            client.call("CreateCommit", commit)
        with pytest.raises(ValueError, match=r"no field 'repo' in GetRepositoryRequest\. Did you mean repository_id\?"):
            client.call("GetRepository", '{"repo": 1}')
        with pytest.raises(ValueError, match=r"no field 'path' in SourceLine\. Did you mean filepath\?"):
            client.call("BatchGetCommitContext", {"repositoryId": 1, "lines": [{"filepath": "a"}, {"path": "b"}]})
        with pytest.raises(ValueError, match="This is not a CreateExternalIssueRequest"):
            client.call("CreateExternalIssue", {"metadata": {"any": "key", "wrong": {}}})
        with pytest.raises(ValueError, match="This is not a GetRepositoryRequest"):
            client.call("GetRepository", "{")
        with pytest.raises(ValueError, match="This is not a GetRepositoryRequest"):
            client.call("GetRepository", "[1]")


def test_a_closed_client_says_so(client: ScmClient) -> None:
    client.get_repository(repository_id=7)
    client.close()
    with pytest.raises(RuntimeError, match="closed"):
        client.get_repository(repository_id=7)
