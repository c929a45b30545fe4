"""The Gitea adapter is found through its entry point, and passes the contract of adapters."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fake_gitea import COMMITS, FILES, gitea
from scm_grpc_gitea import GiteaAdapter

from sentry_scm_grpc.errors import FailedPrecondition
from sentry_scm_grpc.hosts.embedded.adapters import adapter_of_repository
from sentry_scm_grpc.providers.base import ProviderAdapter
from sentry_scm_grpc.testing import Facts, ProviderContract
from sentry_scm_grpc.testing.factories import IntegrationFactory, RepositoryFactory

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
