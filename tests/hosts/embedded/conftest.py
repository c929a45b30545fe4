"""An organization of the embedded host, and somebody of it who calls."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from sentry_scm_grpc.hosts.embedded import models
from sentry_scm_grpc.rpc.policy import RPCS
from sentry_scm_grpc.testing import factories
from sentry_scm_grpc.testing.web_call import CallResult, web_call
from tests.once import copy_of
from tests.providers.git.work_tree import NO_MAINTENANCE


class Caller:
    """Calls RPCs over gRPC-Web with a key of one organization that has every scope."""

    def __init__(self, organization: models.Organization) -> None:
        self.organization = organization
        self.metadata: Mapping[str, str] = {"x-api-key": factories.ApiKeyFactory(organization=organization).plain}

    def __call__(self, rpc_name: str, **fields: Any) -> CallResult:
        """The answer; organization_id is filled in where the request takes one."""
        request_class = RPCS[rpc_name].request_class
        if "organization_id" in request_class.DESCRIPTOR.fields_by_name:
            fields.setdefault("organization_id", self.organization.id)
        return web_call(rpc_name, request_class(**fields), self.metadata)

    def pages(self, rpc_name: str, **fields: Any) -> Iterator[Any]:
        """The answers of a list, page by page."""
        token = ""
        while True:
            message = self(rpc_name, page_token=token, **fields).message
            yield message
            token = message.next_page_token
            if not token:
                return


@pytest.fixture
def organization(db: None) -> models.Organization:
    row: models.Organization = factories.OrganizationFactory()
    return row


@pytest.fixture
def call(organization: models.Organization) -> Caller:
    return Caller(organization)


@pytest.fixture
def integration(organization: models.Organization) -> models.Integration:
    row: models.Integration = factories.IntegrationFactory(organization=organization)
    return row


@pytest.fixture
def project(organization: models.Organization) -> models.Project:
    row: models.Project = factories.ProjectFactory(organization=organization)
    return row


@pytest.fixture
def git_repository(tmp_path: Path, settings: Any) -> Path:
    """A repository on disk with one commit, below a configured root."""
    settings.SCM_GRPC = {**settings.SCM_GRPC, "GIT_ROOTS": [str(tmp_path)]}
    return copy_of(_one_commit, to=tmp_path / "rocket")


def _one_commit(path: Path) -> None:
    (path / "src").mkdir()
    (path / "src" / "engine.py").write_text("thrust = 9.81\nburn = True\n")
    git(path, "init", "-q", "-b", "main", "--template=")
    git(path, "add", ".")
    git(path, "commit", "-q", "-m", "Lift off")


def git(path: Path, *arguments: str) -> str:
    """The output of a git command, whatever the machine's settings."""
    person = {f"GIT_{role}_{what}": "a@example.com" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environment = {
        "PATH": os.environ["PATH"],
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        **NO_MAINTENANCE,
        **person,
    }
    made = subprocess.run(["git", *arguments], cwd=path, env=environment, check=True, capture_output=True, text=True)
    return made.stdout.strip()
