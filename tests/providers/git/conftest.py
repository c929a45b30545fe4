"""A root directory of repositories, and a repository of the organization in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings

from sentry_scm_grpc.hosts.embedded import models
from sentry_scm_grpc.testing import factories
from tests.hosts.embedded.conftest import Caller, call, integration, organization
from tests.providers.git.work_tree import WorkTree

# The embedded host's fixtures, here as there.
__all__ = ["call", "integration", "organization"]


@pytest.fixture
def root(tmp_path: Path, settings: Any) -> Path:
    """The one directory of GIT_ROOTS."""
    settings.SCM_GRPC = {**django_settings.SCM_GRPC, "GIT_ROOTS": [str(tmp_path / "root")]}
    (tmp_path / "root").mkdir()
    return tmp_path / "root"


@pytest.fixture
def tree(root: Path) -> WorkTree:
    """A repository without commits."""
    return WorkTree(root / "acme" / "rocket")


@pytest.fixture
def add(integration: models.Integration) -> Callable[..., int]:
    """Makes the row of a repository on disk; returns its id."""

    def add_row(path: Path, **fields: Any) -> int:
        row = factories.RepositoryFactory(
            organization=integration.organization, integration=integration, path=path, **fields
        )
        return int(row.id)

    return add_row


@pytest.fixture
def ask(call: Caller, add: Callable[..., int], tree: WorkTree) -> Callable[..., Any]:
    """Calls an RPC on ``tree``'s repository; returns the answer as the client sees it."""
    repository_id = add(tree.path)

    def ask_repository(rpc_name: str, **fields: Any) -> Any:
        return call(rpc_name, repository_id=repository_id, **fields)

    return ask_repository
