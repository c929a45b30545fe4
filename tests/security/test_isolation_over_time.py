"""Two organizations call one process in turn, with every cache on: nothing that it keeps of one reaches the other."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from itertools import permutations
from pathlib import Path
from typing import Any

import grpc
import pytest
from django.core.cache import cache

from sentry_scm_grpc.rpc.policy import RPCS, Rpc
from sentry_scm_grpc.testing.every_rpc import EVERY_RPC
from sentry_scm_grpc.testing.web_call import CallResult, web_call
from tests.hosts.embedded.test_every_rpc_answers import UNSUPPORTED
from tests.security.organizations import OURS, ROWS, THEIRS, Tenant
from tests.security.test_isolation import DECLARED, SHOWS_THE_ROOTS, _bytes, _set_id, request_from

pytestmark = pytest.mark.slow

Tenants = tuple[Tenant, Tenant]
# Calls of the long run: some eight of each RPC for each organization.
CALLS = 600
READS = [rpc for rpc in RPCS.values() if not rpc.writes and rpc.name not in {*SHOWS_THE_ROOTS, *UNSUPPORTED}]


@pytest.fixture
def tenants(two_organizations: Tenants, root: Path, db: None, settings: Any) -> Iterator[Tenants]:
    settings.SCM_GRPC = {
        **settings.SCM_GRPC,
        "GIT_ROOTS": [str(root)],
        "CREDENTIAL_CACHE_SECONDS": 3600,
        "VENDOR_CACHE_SECONDS": 3600,
        "RATE_LIMITS": {"*": "100000/d"},
    }
    cache.clear()
    yield two_organizations
    # Good credentials are kept there, of keys that are gone after the test.
    cache.clear()


def tells_of(answer: CallResult, word: str) -> bool:
    parts = (*answer.messages, answer.text, *answer.trailers.values())
    return any(word.encode() in _bytes(part) for part in parts)


@pytest.mark.parametrize("seed", [1, 2])
def test_calls_in_turn(tenants: Tenants, seed: int) -> None:
    """Reads and writes of both in any order, on the same numbers of rows and with the same request ids."""
    chance = random.Random(seed)
    told: Counter[str] = Counter()
    for number in range(CALLS):
        rpc, row = chance.choice(list(RPCS.values())), chance.randrange(ROWS)
        for tenant in chance.sample(tenants, 2):
            request = request_from(tenant, rpc, tenant.sets[row])
            if rpc.takes_request_id:
                request.request_id = f"same-{number % 20}"
            if rpc.pages:
                request.page_size = 1 + number % 3
            answer = web_call(rpc.name, request, tenant.metadata)
            other = THEIRS if tenant.word == OURS else OURS
            assert answer.status in (*DECLARED, grpc.StatusCode.ABORTED), (rpc.name, answer.status, answer.text)
            if rpc.name not in SHOWS_THE_ROOTS:
                assert not tells_of(answer, other), (rpc.name, answer)
            told[tenant.word] += tells_of(answer, tenant.word)
    assert all(told[word] > CALLS // 10 for word in (OURS, THEIRS)), "a leak would not be seen"


@pytest.mark.parametrize("rpc", READS, ids=lambda rpc: rpc.name)
def test_what_the_other_has_just_read_is_not_found(rpc: Rpc, tenants: Tenants) -> None:
    """Whatever is kept by the id of a row is kept for its organization alone."""
    for one, other in permutations(tenants):
        for own, foreign in zip(one.sets, other.sets, strict=True):
            theirs = request_from(other, rpc, foreign)
            assert web_call(rpc.name, theirs, other.metadata).status is grpc.StatusCode.OK
            assert web_call(rpc.name, theirs, other.metadata).status is grpc.StatusCode.OK
            for field in rpc.resource_fields:
                request = request_from(one, rpc, own)
                _set_id(request, field, foreign[field.resource])
                answer = web_call(rpc.name, request, one.metadata)
                assert answer.status is grpc.StatusCode.NOT_FOUND
                assert not tells_of(answer, other.word)


@pytest.mark.parametrize("rpc", [rpc for rpc in READS if rpc.pages], ids=lambda rpc: rpc.name)
def test_pages_in_turn(rpc: Rpc, tenants: Tenants) -> None:
    """Each goes through its own pages, a page at a time, and tries the other's token in between."""
    tokens, pages = ["", ""], 0
    for _ in range(12):
        for turn, tenant in enumerate(tenants):
            other = tenants[1 - turn]
            request = request_from(tenant, rpc, tenant.sets[0])
            request.page_size, request.page_token = 1, tokens[turn]
            answer = web_call(rpc.name, request, tenant.metadata)
            assert answer.status is grpc.StatusCode.OK, answer.text
            assert not tells_of(answer, other.word)
            tokens[turn] = answer.message.next_page_token
            pages += 1
            if tokens[1 - turn]:
                request.page_token = tokens[1 - turn]
                stolen = web_call(rpc.name, request, tenant.metadata)
                assert stolen.status is grpc.StatusCode.INVALID_ARGUMENT
                assert not tells_of(stolen, other.word)
        if not any(tokens):
            break
    assert pages >= 2


@EVERY_RPC
def test_a_kept_credential_is_that_of_its_organization(rpc: Rpc, tenants: Tenants) -> None:
    """Both are known by now; each is still who it is, whoever called last."""
    ours, theirs = tenants
    for tenant in (ours, theirs, ours, theirs):
        request = request_from(ours, rpc, ours.sets[2])
        answer = web_call(rpc.name, request, tenant.metadata)
        if tenant is theirs:
            assert answer.status is grpc.StatusCode.NOT_FOUND, (answer.status, answer.text)
            assert not tells_of(answer, OURS)
