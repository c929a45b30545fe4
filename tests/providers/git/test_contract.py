"""The adapter of the embedded host passes the contract that every provider's adapter passes."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from sentry_scm_grpc.hosts.embedded.adapters import adapter_of_repository
from sentry_scm_grpc.hosts.embedded.tracker import GitWithTracker
from sentry_scm_grpc.providers.base import ProviderAdapter
from sentry_scm_grpc.rpc.policy import RPCS
from sentry_scm_grpc.testing import Facts, ProviderContract
from sentry_scm_grpc.testing.factories import IntegrationFactory, RepositoryFactory
from tests.once import copy_of

pytestmark = pytest.mark.django_db


def git(path: Path, *arguments: str) -> str:
    person = ("-c", "user.name=Ada Lovelace", "-c", "user.email=ada@example.com")
    return subprocess.run(["git", *person, *arguments], cwd=path, check=True, capture_output=True, text=True).stdout


def four_commits(path: Path) -> None:
    (path / "src").mkdir()
    git(path, "init", "-q", "-b", "main")
    for name in ("README.md", "src/engine.py", "src/tank.py", "CODEOWNERS"):
        (path / name).write_text(f"* @ada\n# {name} lifts off\n")
        git(path, "add", ".")
        git(path, "commit", "-q", "-m", f"Add {name}")


class TestGit(ProviderContract):
    adapter_class = GitWithTracker

    @pytest.fixture
    def facts(self, tmp_path: Path, settings: Any) -> Facts:
        settings.SCM_GRPC = {**settings.SCM_GRPC, "GIT_ROOTS": [str(tmp_path)], "GIT_WRITES": True}
        path = copy_of(four_commits, to=tmp_path / "rocket")
        return Facts(
            identifier=str(path),
            branch="main",
            head=git(path, "rev-parse", "HEAD").strip(),
            path="src/engine.py",
            content=b"* @ada\n# src/engine.py lifts off\n",
            directory="src",
            query="engine.py lifts",
            destination="DEMO",
        )

    @pytest.fixture
    def adapter(self, facts: Facts) -> ProviderAdapter:
        integration = IntegrationFactory(tracker_key="DEMO")
        row = RepositoryFactory(
            integration=integration,
            organization=integration.organization,
            path=facts.identifier,
            url="https://git.example.com/acme/rocket",
        )
        return adapter_of_repository(row)


def test_the_contract_asks_for_every_operation_that_an_adapter_can_have() -> None:
    tested = {
        operation
        for name in dir(ProviderContract)
        for operation in getattr(getattr(ProviderContract, name), "operations", ())
    }
    operations = {rpc.needs for rpc in RPCS.values() if rpc.needs} | {"find_made_issue"}
    assert not operations - tested
