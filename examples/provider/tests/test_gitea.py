"""The Gitea adapter is found through its entry point, and passes the contract of adapters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fake_gitea import COMMITS, DIFF, FILES, STATUSES, gitea
from scm_grpc_gitea import GiteaAdapter

from sentry_scm_grpc.errors import FailedPrecondition, NotFound
from sentry_scm_grpc.hosts.embedded.adapters import adapter_of_repository
from sentry_scm_grpc.providers.base import ProviderAdapter
from sentry_scm_grpc.testing import Facts, ProviderContract
from sentry_scm_grpc.testing.factories import IntegrationFactory, RepositoryFactory
from sentry_scm_grpc.v1 import checks_pb2 as checks
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with gitea() as url:
        monkeypatch.setenv("GITEA_URL", url)
        monkeypatch.setenv("GITEA_TOKEN", "secret")
        yield


class TestGitea(ProviderContract):
    adapter_class = GiteaAdapter

    @pytest.fixture
    def facts(self) -> Facts:
        return Facts(
            identifier="acme/rocket",
            branch="main",
            head=COMMITS[0],
            path="src/engine.py",
            content=FILES["src/engine.py"],
            directory="src",
            query="thrust",
        )

    @pytest.fixture
    def adapter(self) -> ProviderAdapter:
        integration = IntegrationFactory(provider_key="gitea")
        row = RepositoryFactory(
            integration=integration,
            organization=integration.organization,
            provider_key="gitea",
            name="acme/rocket",
            config={"name": "acme/rocket"},
            url="https://gitea.example.com/acme/rocket",
        )
        return adapter_of_repository(row)

    def test_a_token_that_gitea_refuses(self, adapter: ProviderAdapter, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("GITEA_TOKEN", "revoked")
        assert isinstance(adapter, GiteaAdapter)
        with pytest.raises(FailedPrecondition) as refused:
            adapter.describe_repository("acme/rocket")
        assert refused.value.reason == "INTEGRATION_UNAUTHORIZED"

    def test_a_pull_request_as_gitea_has_it(self, adapter: ProviderAdapter) -> None:
        read = self.call(adapter, "GetPullRequest", pulls.GetPullRequestRequest(number=3))
        assert (read.title, read.author.login, list(read.labels)) == ("Pull 3", "ada", ["bug"])
        assert (read.head.branch, read.head.is_fork, read.head.repository) == ("fix", True, "")
        assert (read.base.branch, read.base.is_fork, read.mergeability) == ("main", False, pulls.MERGEABILITY_MERGEABLE)
        # Eve's approval was dismissed, and she was asked again.
        answers = [(one.user.login, pulls.ReviewState.Name(one.state)) for one in read.reviewers]
        assert answers == [("eve", "REVIEW_STATE_PENDING"), ("bob", "REVIEW_STATE_APPROVED")]
        merged = self.call(adapter, "GetPullRequest", pulls.GetPullRequestRequest(number=1))
        assert (merged.state, merged.merge_commit_sha) == (pulls.PULL_REQUEST_STATE_MERGED, COMMITS[0])
        draft = self.call(adapter, "GetPullRequest", pulls.GetPullRequestRequest(number=4))
        assert (draft.draft, draft.mergeability) == (True, pulls.MERGEABILITY_UNSPECIFIED)

    @pytest.mark.parametrize(
        ("asked", "numbers"),
        [
            ({"head": "topic-2"}, [2]),
            ({"head": "fix"}, []),  # A branch of a fork.
            ({"base": "main", "author": "ADA"}, [4, 3, 2, 1]),
            ({"commit_sha": "main"}, [1]),
            ({"commit_sha": COMMITS[2]}, []),
            ({"updated_since": "2024-03-03T00:00:00Z"}, [4, 3]),
        ],
    )
    def test_a_filter_selects_pull_requests(self, adapter: ProviderAdapter, asked: Any, numbers: list[int]) -> None:
        request = pulls.ListPullRequestsRequest()
        if "updated_since" in asked:
            request.updated_since.FromJsonString(asked.pop("updated_since"))
        request.MergeFrom(pulls.ListPullRequestsRequest(**asked))
        found = self.pages(adapter, "ListPullRequests", request, "pull_requests", 100)
        assert [one.number for one in found] == numbers

    def test_the_diff_is_the_one_of_gitea(self, adapter: ProviderAdapter) -> None:
        request = pulls.StreamPullRequestDiffRequest(number=3)
        assert (
            b"".join(one.header + one.hunks for one in self.call(adapter, "StreamPullRequestDiff", request))
            == DIFF.encode()
        )

    def test_comments_at_one_place_are_a_thread(self, adapter: ProviderAdapter) -> None:
        request = pulls.ListReviewThreadsRequest(number=3)
        added, removed = self.pages(adapter, "ListReviewThreads", request, "threads", 100)
        place = added.position
        assert (place.path, place.side, place.line) == ("src/tank.py", pulls.DIFF_SIDE_HEAD, 2)
        assert [(one.id, one.in_reply_to, one.author.login) for one in added.comments] == [
            ("11", "", "bob"),
            ("13", "11", "ada"),
        ]
        assert (removed.position.side, removed.position.line) == (pulls.DIFF_SIDE_BASE, 1)
        assert (added.resolved, removed.resolved) == (True, False)

    def test_a_warning_is_neutral_and_the_rollup_is_of_all_pages(self, adapter: ProviderAdapter) -> None:
        STATUSES.clear()
        for number, state in enumerate(["ERROR", "SUCCESS", "SUCCESS"]):
            request = checks.CreateCommitStatusRequest(
                commit_sha=COMMITS[0], key=f"ci/{number}", state=f"CHECK_STATE_{state}"
            )
            self.call(adapter, "CreateCommitStatus", request)
        STATUSES[1][1]["status"] = "warning"
        answer = self.call(adapter, "ListCommitStatuses", checks.ListCommitStatusesRequest(commit_sha="main"))
        states = [checks.CheckState.Name(one.state) for one in answer.statuses]
        assert states == ["CHECK_STATE_ERROR", "CHECK_STATE_NEUTRAL", "CHECK_STATE_SUCCESS"]
        assert (answer.rollup.state, answer.rollup.derived) == (checks.CHECK_STATE_ERROR, True)
        request = pulls.BatchGetPullRequestStatusRequest(numbers=[4, 3])
        one, other = self.call(adapter, "BatchGetPullRequestStatus", request).statuses
        assert (one.checks.state, one.reviews) == (checks.CHECK_STATE_ERROR, pulls.REVIEW_STATE_PENDING)
        assert (other.checks.state, other.reviews) == (checks.CHECK_STATE_UNSPECIFIED, pulls.REVIEW_STATE_APPROVED)

    def test_an_issue_is_no_pull_request(self, adapter: ProviderAdapter) -> None:
        request = pulls.ListPullRequestCommentsRequest(number=99)
        with pytest.raises(NotFound) as raised:
            self.call(adapter, "ListPullRequestComments", request)
        assert raised.value.reason == "PULL_REQUEST_NOT_FOUND"
