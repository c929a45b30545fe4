"""What a reader sees of the client: the words of the contract in ``help``, and errors that are short."""

from __future__ import annotations

import subprocess
import sys

import pytest

from sentry_scm_grpc.client import AsyncScmClient, ScmClient
from sentry_scm_grpc.client.described import contract, describe
from sentry_scm_grpc.rpc.policy import RPCS, Rpc


def printed(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("kind", [ScmClient, AsyncScmClient])
@pytest.mark.parametrize("rpc", RPCS.values(), ids=RPCS)
def test_every_method_has_the_words_and_fields_of_the_contract(kind: type, rpc: Rpc) -> None:
    told = getattr(kind, rpc.operation).__doc__
    (found,) = [each for each in contract()["rpcs"] if each["name"] == rpc.name]
    words = " ".join(told.split())
    assert " ".join(found["comment"].split()) in words
    for field in contract()["messages"][found["request"]]["fields"]:
        assert f"{field['name']} (" in words
        assert " ".join(field["comment"].split()) in words
    for error in found["errors"]:
        assert error["reason"] in words


def test_help_shows_which_keywords_are_required() -> None:
    shown = printed("from sentry_scm_grpc.client import ScmClient; help(ScmClient.get_commit)").stdout
    assert "get_commit(self, request=None, /, *, repository_id, commit_sha, timeout=Ellipsis)" in shown
    assert "commit_sha (str, required" in shown
    assert "InvalidArgument (reason AMBIGUOUS_SHA)" in shown


@pytest.mark.parametrize(
    "code",
    [
        "from sentry_scm_grpc.client import ScmClient\n"
        "ScmClient('http://127.0.0.1:1', retries=0).get_repository(repository_id=1)",
        "import asyncio\nfrom sentry_scm_grpc.client import AsyncScmClient\n"
        "async def main():\n"
        "    await AsyncScmClient('http://127.0.0.1:1', retries=0).get_repository(repository_id=1)\n"
        "asyncio.run(main())",
    ],
    ids=["sync", "asyncio"],
)
def test_an_error_is_a_line_and_its_cause(code: str) -> None:
    lines = printed(code).stderr.splitlines()
    assert lines[-1].startswith("sentry_scm_grpc.client.errors.Unavailable: UNAVAILABLE (CONNECTION_FAILED): ")
    assert lines[0].startswith("ConnectionError: ")
    # The library below does not appear, nor do the client's own steps.
    assert not [line for line in lines if "connectrpc" in line or "/client/client.py" in line or "wire.py" in line]
    # With asyncio, most of them are asyncio.run's.
    assert len(lines) < 25


def test_a_message_an_enum_and_a_wrong_name_are_described() -> None:
    assert "default_branch (str)" in describe("Repository")
    assert "PROVIDER_GITHUB: " in describe("Provider")
    with pytest.raises(ValueError, match="Did you mean GetCommit"):
        describe("getcommit")
