"""SyncRepositories on the embedded host, with git repositories on disk."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sentry_scm_grpc.hosts import repository_syncs
from sentry_scm_grpc.hosts.embedded import models
from sentry_scm_grpc.testing import factories
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.hosts.embedded.conftest import Caller, git


@pytest.fixture
def second(git_repository: Path) -> Path:
    path = git_repository.parent / "moon"
    git(git_repository.parent, "clone", "-q", str(git_repository), str(path))
    git(path, "remote", "set-url", "origin", "https://git.example.com/acme/moon.git")
    return path


class TestSyncRepositories:
    def sync(self, call: Caller, integration: models.Integration, **fields: Any) -> Any:
        return call("SyncRepositories", integration_id=integration.id, **fields).message

    def test_added_changed_and_gone(
        self, call: Caller, integration: models.Integration, git_repository: Path, second: Path
    ) -> None:
        told = self.sync(call, integration)
        assert sorted(new.repository.identifier for new in told.added) == sorted(map(str, (git_repository, second)))
        assert not models.Repository.objects.exists()

        added = self.sync(call, integration, add=True).added
        rows = {row.id: row for row in models.Repository.objects.all()}
        assert {new.repository.repository_id for new in added} == set(rows)
        assert self.sync(call, integration).unchanged == 2

        git(second, "remote", "set-url", "origin", "https://git.example.com/acme/sun.git")
        (changed,) = self.sync(call, integration).changed
        assert changed.repository.url == "https://git.example.com/acme/sun"
        assert changed.repository == call("GetRepository", repository_id=changed.repository.id).message

        shutil.rmtree(second)
        answer = self.sync(call, integration)
        assert [lost.repository.id for lost in answer.gone] == [changed.repository.id]
        assert all(lost.reason and lost.message for lost in answer.gone)
        assert answer.unchanged == 1

    def test_a_hidden_one_stays_hidden_and_is_not_added(
        self, call: Caller, integration: models.Integration, git_repository: Path
    ) -> None:
        self.sync(call, integration, add=True)
        models.Repository.objects.update(status=pb.REPOSITORY_STATUS_HIDDEN)
        answer = self.sync(call, integration, add=True)
        assert (list(answer.added), list(answer.changed), list(answer.gone), answer.unchanged) == ([], [], [], 0)
        assert models.Repository.objects.get().status == pb.REPOSITORY_STATUS_HIDDEN

    def test_others_integrations_are_left_alone(
        self, call: Caller, integration: models.Integration, git_repository: Path
    ) -> None:
        other = factories.RepositoryFactory(organization=call.organization, path=git_repository)
        answer = self.sync(call, integration, add=True)
        assert [new.repository.repository_id for new in answer.added] != [other.id]
        assert models.Repository.objects.count() == 2

    def test_more_lost_ones_than_are_asked_for_are_told(
        self, call: Caller, integration: models.Integration, git_repository: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(repository_syncs, "MAX_CHECKED", 2)
        factories.RepositoryFactory.create_batch(3, organization=call.organization, integration=integration)
        answer = self.sync(call, integration)
        assert len(answer.gone) == 2
        assert (answer.incomplete, answer.incomplete_reason) == (True, "TOO_MANY_TO_CHECK")

    def test_a_repetition_with_the_request_id_answers_what_the_first_call_did(
        self, call: Caller, integration: models.Integration, git_repository: Path
    ) -> None:
        first, again = (self.sync(call, integration, add=True, request_id="one") for _ in range(2))
        assert len(first.added) == 1
        assert first == again

    @pytest.mark.parametrize("count", [1, 20])
    def test_rows_that_are_as_before_cost_no_queries_of_their_own(
        self, call: Caller, integration: models.Integration, git_repository: Path, count: int
    ) -> None:
        for number in range(count - 1):
            git(git_repository.parent, "clone", "-q", str(git_repository), f"r{number}")
        self.sync(call, integration, add=True)
        models.ApiKey.objects.update(last_used=None)
        with CaptureQueriesContext(connection) as captured:
            assert self.sync(call, integration).unchanged == count
        # The credential, the integration, its repositories, and which of the page are known (the adapter and the host).
        assert len(captured) == 2 + 1 + 1 + 2, captured.captured_queries
