"""Two organizations with the same vendor, the same repository's name and the same commits, but other contents: what one
process keeps of the answers to one never reaches the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest
from django.core.cache import cache
from google.protobuf.message import Message

from sentry_scm_grpc.errors import ScmError
from sentry_scm_grpc.rpc.policy import RPCS
from sentry_scm_grpc.testing.provider_facts import call_of
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.vendors import FAKES
from tests.vendors.fake import FakeVendor
from tests.vendors.installation import adapter_of
from tests.vendors.mutated import make_small, requests_of
from tests.vendors.serving import served

WORDS = ("ours6d1e", "theirsc0de")


class Tenant:
    """An organization's adapter of a vendor; all that its vendor tells holds its word."""

    def __init__(self, key: str, word: str, integration_id: int, stack: ExitStack) -> None:
        self.word = word
        self._fake = FAKES[key]()
        make_small(self._fake)
        _mark(self._fake, word)
        made: Any = adapter_of(stack.enter_context(served(self._fake)))
        connection = replace(made.installation, integration=pb.Integration(id=integration_id, provider_key=key))
        self._kind, self._connection, self._repository = type(made), connection, made.repository
        head = self._fake.world.head
        every = [
            *requests_of(self._fake).items(),
            # What a full SHA says of is kept without asking again.
            ("GetCommit", pb.GetCommitRequest(commit_sha=head)),
            ("ListFileChanges", pb.ListFileChangesRequest(commit_sha=head)),
            ("GetFile", pb.GetFileRequest(path="src/app.py", ref=head)),
            ("ListTree", pb.ListTreeRequest(ref=head)),
            ("GetCodeOwners", pb.GetCodeOwnersRequest(paths=["a.md"], ref=head)),
        ]
        self.requests = [(name, request) for name, request in every if made.supports(RPCS[name].operation)]

    def ask(self, rpc_name: str, request: Message) -> bytes:
        """All that is answered, an error included; an adapter is made for each call, as hosts do."""
        adapter = self._kind(self._connection, self._repository)
        call = call_of(rpc_name, request)
        try:
            found = getattr(adapter, call.rpc.operation)(call, call.request)
            messages = list(found) if hasattr(found, "__next__") else [found]
        except ScmError as error:
            return f"{error.message} {error.metadata}".encode()
        return b"".join(message.SerializeToString() for message in messages)


def _mark(fake: FakeVendor, word: str) -> None:
    world = fake.world
    world.commits = [replace(commit, message=f"{word} {commit.message}") for commit in world.commits]
    world.files = {path: content.replace(b"1", word.encode()) for path, content in world.files.items()}
    world.files["CODEOWNERS"] = f"* @{word}\n".encode()
    world.files[f"src/{word}.txt"] = b"find me\n"
    world.files = dict(sorted(world.files.items()))
    world.issues = {number: replace(issue, title=f"{issue.title} {word}") for number, issue in world.issues.items()}
    world.repositories = [f"{word}-{name}" for name in world.repositories]


@pytest.fixture(autouse=True)
def _caches_are_on(settings: Any) -> Iterator[None]:
    settings.SCM_GRPC = {**settings.SCM_GRPC, "VENDOR_CACHE_SECONDS": 3600}
    cache.clear()
    yield
    cache.clear()


def told(key: str, ids: tuple[int, int]) -> Iterator[tuple[str, str, bytes]]:
    """Three rounds of calls in turn: the RPC, the word of the caller, and what it was answered."""
    with ExitStack() as stack:
        tenants = [Tenant(key, word, id, stack) for word, id in zip(WORDS, ids, strict=True)]
        for turn in range(3):
            for number, (rpc_name, _) in enumerate(tenants[0].requests):
                for tenant in tenants[:: -1 if turn % 2 else 1]:
                    yield rpc_name, tenant.word, tenant.ask(*tenant.requests[number])


@pytest.mark.parametrize("key", FAKES)
def test_nothing_that_is_kept_of_one_reaches_the_other(key: str) -> None:
    seen = set()
    for rpc_name, word, answer in told(key, (1, 2)):
        (other,) = {*WORDS} - {word}
        assert other.encode() not in answer, rpc_name
        if word.encode() in answer:
            seen.add((rpc_name, word))
    asked = {rpc_name for rpc_name, _ in seen}
    # A tracker alone tells an organization's word in its issues.
    assert len(asked) >= (1 if key.startswith("jira") else 6), "a leak would not be seen"


@pytest.mark.parametrize("key", [key for key in FAKES if key not in ("vsts", "jira", "jira_server")])
def test_the_test_would_see_it(key: str) -> None:
    """With one integration for both, what is kept of one is answered to the other. Azure DevOps is asked by whole
    addresses, which differ here, and of Jira nothing is kept.
    """
    mixed = [rpc_name for rpc_name, word, answer in told(key, (1, 1)) if ({*WORDS} - {word}).pop().encode() in answer]
    assert mixed
