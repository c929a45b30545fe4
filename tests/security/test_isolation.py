"""No organization sees or changes anything of another, whichever ids, names, tokens and filters it sends.

Every RPC is tried with every combination of its id fields naming rows of the other organization, and then with its own
ids and whatever else could lead across: page tokens, names, keys, URLs, paths and request ids of the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import grpc
import pytest
from django.db import transaction
from google.protobuf.message import Message

from sentry_scm_grpc.providers.ref_writes import OPERATIONS
from sentry_scm_grpc.rpc import call as resources
from sentry_scm_grpc.rpc.policy import RPCS, ResourceField, Rpc
from sentry_scm_grpc.testing.every_rpc import EVERY_RPC, sample_request
from sentry_scm_grpc.testing.web_call import CallResult, web_call
from tests.hosts.embedded.test_every_rpc_answers import UNSUPPORTED, request_of
from tests.security.organizations import THEIRS, Tenant, snapshot

Tenants = tuple[Tenant, Tenant]

# What the operator put below GIT_ROOTS is for every organization of the embedded host to find and to add.
SHOWS_THE_ROOTS = ("SearchRepositories", "SyncRepositories", "CreateRepository")
#: What comes back within compressed bytes, where a word cannot be looked for.
COMPRESSED = {("StreamArchive", "prefix")}


@pytest.fixture
def tenants(two_organizations: Tenants, root: Path, db: None, settings: Any) -> Tenants:
    settings.SCM_GRPC = {**settings.SCM_GRPC, "GIT_ROOTS": [str(root)]}
    return two_organizations


def swaps() -> Iterator[Any]:
    for rpc in RPCS.values():
        for count in range(1, len(rpc.resource_fields) + 1):
            for fields in combinations(rpc.resource_fields, count):
                yield pytest.param(rpc, fields, id=f"{rpc.name}-{'-'.join(field.path for field in fields)}")


@pytest.mark.parametrize(("rpc", "fields"), list(swaps()))
def test_ids_of_the_other_organization(rpc: Rpc, fields: tuple[ResourceField, ...], tenants: Tenants) -> None:
    ours, theirs = tenants
    before = snapshot(theirs)
    # Rows of ours next to theirs, and not only the first of each.
    for own, foreign in zip(ours.sets, reversed(theirs.sets), strict=True):
        request = request_from(ours, rpc, own)
        for field in fields:
            _set_id(request, field, foreign[field.resource])
        answer = web_call(rpc.name, request, ours.metadata)
        assert answer.status is grpc.StatusCode.NOT_FOUND, (answer.status, answer.text)
        assert not answer.messages
        assert_tells_nothing(answer)
    assert snapshot(theirs) == before


@EVERY_RPC
def test_own_ids_bring_own_rows(rpc: Rpc, tenants: Tenants) -> None:
    ours, theirs = tenants
    before = snapshot(theirs)
    for own in ours.sets:
        request = request_from(ours, rpc, own)
        if rpc.name == "LinkExternalIssue":
            request.external_issue_id = own[resources.EXTERNAL_ISSUE]
        answer = web_call(rpc.name, request, ours.metadata)
        if rpc.name in UNSUPPORTED:
            assert answer.status is grpc.StatusCode.UNIMPLEMENTED
            continue
        if rpc.needs in OPERATIONS:
            assert answer.reason == "GIT_WRITES_OFF"
            continue
        # What was deleted for one set may be missing for the next; what is there must be ours.
        assert answer.status in (grpc.StatusCode.OK, grpc.StatusCode.ALREADY_EXISTS), (answer.status, answer.text)
        if rpc.name not in SHOWS_THE_ROOTS:
            assert_tells_nothing(answer)
    assert snapshot(theirs) == before


@pytest.mark.parametrize(
    "rpc", [rpc for rpc in RPCS.values() if rpc.pages and rpc.name not in UNSUPPORTED], ids=lambda rpc: rpc.name
)
def test_lists_hold_own_rows_and_page_tokens_do_not_travel(rpc: Rpc, tenants: Tenants) -> None:
    ours, theirs = tenants
    for own, foreign in zip(ours.sets, theirs.sets, strict=True):
        request = request_from(ours, rpc, own)
        request.page_size = 1
        for _ in range(20):
            answer = web_call(rpc.name, request, ours.metadata)
            assert answer.status is grpc.StatusCode.OK, answer.text
            if rpc.name not in SHOWS_THE_ROOTS:
                assert_tells_nothing(answer)
            request.page_token = answer.message.next_page_token
            if not request.page_token:
                break
        # The token of their list, with our ids, with their ids and our credentials.
        request = request_from(theirs, rpc, foreign)
        request.page_size = 1
        token = web_call(rpc.name, request, theirs.metadata).message.next_page_token
        if token:
            for ids, status in ((own, grpc.StatusCode.INVALID_ARGUMENT), (foreign, grpc.StatusCode.NOT_FOUND)):
                request = request_from(ours, rpc, ids)
                request.page_size, request.page_token = 1, token
                answer = web_call(rpc.name, request, ours.metadata)
                assert answer.status is status
                assert_tells_nothing(answer)


@EVERY_RPC
def test_names_of_the_other_organization_and_names_that_nobody_has_look_alike(rpc: Rpc, tenants: Tenants) -> None:
    """Every text field, one after the other, filled with what the other organization has there."""
    ours, theirs = tenants
    before = snapshot(theirs)
    nobody = "nobody-5a1f"
    assert len(nobody) == len(THEIRS)
    words = {word: word.replace(THEIRS, nobody) for word in (THEIRS, f"{THEIRS}/1", f"{THEIRS}-1/", str(theirs.path))}
    words |= {theirs.sha: "5" * 40, f"{THEIRS} is broken 1": f"{nobody} is broken 1"}
    url = "https://git.example.com/{}/1/blob/main/src/engine.py"
    words |= {url.format(THEIRS): url.format(nobody), f"../{THEIRS}/src/engine.py": f"../{nobody}/src/engine.py"}
    for field in rpc.method.input_type.fields:
        if field.cpp_type != field.CPPTYPE_STRING or field.name in ("page_token", "request_id"):
            continue
        if (rpc.name, field.name) in COMPRESSED:
            continue
        for word, other in words.items():
            if rpc.name not in SHOWS_THE_ROOTS:
                told, expected = (_told(_filled(ours, rpc, field.name, text), ours) for text in (word, other))
                assert told.replace(word.encode(), other.encode()).replace(THEIRS.encode(), nobody.encode()) == expected
    assert snapshot(theirs) == before


def _filled(tenant: Tenant, rpc: Rpc, field: str, word: str) -> tuple[Rpc, Any]:
    request = request_from(tenant, rpc, tenant.sets[1])
    if isinstance(getattr(request, field), str):
        setattr(request, field, word)
    else:
        getattr(request, field).append(word)
    return rpc, request


def _told(call: tuple[Rpc, Any], caller: Tenant) -> bytes:
    """All that an answer says, what it did undone; of a row that a write has just made, the fact."""
    rpc, request = call
    with transaction.atomic():
        answer = web_call(rpc.name, request, caller.metadata)
        transaction.set_rollback(True)
    assert answer.status in DECLARED, (answer.status, answer.text)
    messages = b"" if rpc.writes else b"".join(map(_bytes, answer.messages))
    return f"{answer.status} {answer.reason} {answer.text} {answer.violations}".encode() + messages


@pytest.mark.parametrize("rpc", [rpc for rpc in RPCS.values() if rpc.takes_request_id], ids=lambda rpc: rpc.name)
def test_a_request_id_of_the_other_organization_repeats_nothing(rpc: Rpc, tenants: Tenants) -> None:
    ours, theirs = tenants
    request = request_from(theirs, rpc, theirs.sets[0])
    request.request_id = "the-same"
    web_call(rpc.name, request, theirs.metadata)
    before = snapshot(theirs)
    again = web_call(rpc.name, request, ours.metadata)
    assert again.status is grpc.StatusCode.NOT_FOUND
    assert_tells_nothing(again)
    own = request_from(ours, rpc, ours.sets[0])
    own.request_id = "the-same"
    answer = web_call(rpc.name, own, ours.metadata)
    if rpc.name not in SHOWS_THE_ROOTS:
        assert_tells_nothing(answer)
    assert snapshot(theirs) == before


def request_from(tenant: Tenant, rpc: Rpc, ids: dict[int, int]) -> Any:
    request = request_of(rpc, ids, tenant.path) if rpc.name != "CreateCommit" else sample_request(rpc, ids)
    if rpc.name == "ResolveSourceUrl":
        request.url = f"https://git.example.com/{tenant.word}/1/blob/main/src/engine.py"
    elif rpc.name == "GetRef":
        request.ref = f"{tenant.word}-stable"
    elif rpc.name == "CreateCommit":
        request.branch = "topic"
    elif rpc.needs in OPERATIONS:
        request.name = "topic"
    elif rpc.name == "ResolveFrames":
        request.frames[0].path = f"{tenant.word}-0/engine.py"
    elif rpc.name == "BatchLookupRepositories":
        request.repositories[0].CopyFrom(type(request.repositories[0])(name=f"{tenant.word}/1"))
    return request


DECLARED = (
    grpc.StatusCode.OK,
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.NOT_FOUND,
    grpc.StatusCode.ALREADY_EXISTS,
    grpc.StatusCode.FAILED_PRECONDITION,
    # What local git cannot do.
    grpc.StatusCode.UNIMPLEMENTED,
)


def _set_id(request: Any, field: ResourceField, id: int) -> None:
    if field.nested:
        getattr(request, field.name).id = id
    else:
        setattr(request, field.name, id)


def assert_tells_nothing(answer: CallResult) -> None:
    """Nothing of the other organization is in the answer."""
    whole = b"".join(_bytes(part) for part in (*answer.messages, answer.text, *answer.trailers.values()))
    assert THEIRS.encode() not in whole, answer


def _bytes(part: Message | str) -> bytes:
    return part.encode() if isinstance(part, str) else part.SerializeToString()


def test_the_test_would_see_it(tenants: Tenants) -> None:
    """The same requests with the other's own credentials do hold its name: an answer that leaked would be noticed."""
    _, theirs = tenants
    silent = []
    for rpc in RPCS.values():
        if rpc.writes or rpc.name in UNSUPPORTED:
            continue
        answer = web_call(rpc.name, request_from(theirs, rpc, theirs.sets[0]), theirs.metadata)
        assert answer.status is grpc.StatusCode.OK, (rpc.name, answer.text)
        if not any(THEIRS.encode() in _bytes(message) for message in answer.messages):
            silent.append(rpc.name)
    # These answer with ids, SHAs, yes or no, paths, and compressed bytes.
    assert silent == [
        "CheckRepositoryAccess",
        "ResolveSourceUrl",
        "GetCapabilities",
        "GetMergeBase",
        "FindFiles",
        "StreamArchive",
    ]
