"""docs/how-to/authentication.md: its vector and numbers are right, and its authenticator works."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import grpc
import pytest
from django.core.cache import caches

from sentry_scm_grpc.auth import brute_force, nonces
from sentry_scm_grpc.conf import signing_keys
from sentry_scm_grpc.rpc import signature
from sentry_scm_grpc.testing import factories
from sentry_scm_grpc.testing.web_call import CallResult, web_call
from sentry_scm_grpc.v1 import scm_pb2 as pb

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/how-to/authentication.md").read_text()


def test_the_vector_is_the_first_of_the_file() -> None:
    vector = json.loads((ROOT / "examples/signing/vectors.json").read_text())["good"][0]
    assert f"```text\n{vector['string_to_sign']}\n```" in TEXT
    assert f"x-signature: {vector['header']}\n" in TEXT
    assert f"`{vector['secret']}`" in TEXT


def test_the_numbers_are_those_of_the_code() -> None:
    assert (signature.WINDOW_SECONDS, nonces.KEEP_SECONDS, brute_force.WINDOW_SECONDS) == (300, 660, 60)
    for words in (
        f"{signing_keys.SHORTEST_SECRET} characters or more",
        f"`MAX_ENTRIES` of\n{nonces.FEWEST_ENTRIES} or more",
        f"| {brute_force.OF_CREDENTIAL_AND_SOURCE} of one credential from one source |",
        f"| {brute_force.OF_SOURCE} from one source |",
        f"| {brute_force.OF_CREDENTIAL} of one credential from all sources |",
        f"after\n  {brute_force.OF_KNOWN_CREDENTIAL} failures a minute",
    ):
        assert " ".join(words.split()) in " ".join(TEXT.split())


@pytest.mark.django_db
def test_the_authenticator_works(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    caches["default"].clear()
    (code,) = (block for block in re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL) if "class " in block)
    (tmp_path / "scm_page_authenticator.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    settings.SCM_GRPC = {
        **settings.SCM_GRPC,
        "AUTHENTICATORS": ["scm_page_authenticator.CertificateAuthenticator", "api_key"],
    }
    organization = factories.OrganizationFactory(id=1)
    key = factories.ApiKeyFactory(organization=organization, scopes=["org:read"]).plain

    def call(**metadata: str) -> CallResult:
        given = {name.replace("_", "-"): value for name, value in metadata.items()}
        return web_call("ListRepositories", pb.ListRepositoriesRequest(organization_id=1), given)

    assert call(x_client_subject="CN=reports").status is grpc.StatusCode.OK
    assert call(x_client_subject="CN=reports", x_api_key=key).reason == "TWO_CREDENTIALS"
    answers = [call(x_client_subject="CN=other").reason for _ in range(brute_force.OF_CREDENTIAL_AND_SOURCE + 1)]
    assert answers == ["UNKNOWN_SUBJECT"] * brute_force.OF_CREDENTIAL_AND_SOURCE + ["TOO_MANY_BAD_CREDENTIALS"]
