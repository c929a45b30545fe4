"""Tests of every RPC of the contract that each host must pass: who is refused, and with which error.

Subclass ``EveryRpc`` in a test module and give it a fixture ``site`` that returns a ``Site``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import grpc
import pytest
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from sentry_scm_grpc.rpc.policy import RPCS, ResourceField, Rpc, field_rules
from sentry_scm_grpc.testing.web_call import web_call
from sentry_scm_grpc.v1 import options_pb2 as options

EVERY_RPC = pytest.mark.parametrize("rpc", RPCS.values(), ids=RPCS)
WITH_ORGANIZATION = pytest.mark.parametrize(
    "rpc",
    [
        pytest.param(rpc, id=name)
        for name, rpc in RPCS.items()
        if rpc.resource_fields[0].resource == options.RESOURCE_ORGANIZATION
    ],
)

# A value for each form of text; a field without a form takes "value".
_TEXTS = {
    options.FORMAT_SHA: "HEAD",
    options.FORMAT_REF: "HEAD",
    options.FORMAT_PATH: "README.md",
    options.FORMAT_BRANCH: "main",
    options.FORMAT_URL: "https://git.example.com/acme/rocket/blob/main/README.md",
    options.FORMAT_REQUEST_ID: "",
}
# The fields in the masks of updates.
_MASKS = {"UpdateRepository": "status", "UpdateCodeMapping": "source_root", "UpdatePullRequest": "body"}


@dataclass
class Site:
    """Two organizations with one row of each resource, and a way to call as any caller."""

    ids: Mapping[int, int]  # Resource -> id of the caller's organization.
    foreign_ids: Mapping[int, int]  # Resource -> id of the other.
    credentials: Callable[
        [set[str]], Mapping[str, str]
    ]  # Metadata of a caller with these scopes, a person where it matters.


def sample_request(rpc: Rpc, ids: Mapping[int, int]) -> Any:
    """A request whose required fields are set, with these ids. Optional ids are set too."""
    request = rpc.request_class()
    for field in rpc.method.input_type.fields:
        _fill(rpc, request, field, ids)
    return request


def _fill(rpc: Rpc, message: Any, field: FieldDescriptor, ids: Mapping[int, int]) -> None:
    rules = field_rules(field)
    if rules.resource:
        if field.message_type is not None:
            getattr(message, field.name).id = ids[rules.resource]
        elif rules.required or rules.resource == options.RESOURCE_ORGANIZATION:
            setattr(message, field.name, ids[rules.resource])
    elif not rules.required:
        return
    elif field.name == "update_mask":
        message.update_mask.paths.append(_MASKS[rpc.name])
    elif field.message_type is not None:
        item = getattr(message, field.name).add()
        for inner in field.message_type.fields:
            _fill(rpc, item, inner, ids)
    elif field.enum_type is not None:
        setattr(message, field.name, 1)
    elif field.cpp_type == FieldDescriptor.CPPTYPE_STRING:
        value = _TEXTS.get(rules.format, "value")
        if isinstance(getattr(message, field.name), str):
            setattr(message, field.name, value)
        else:
            getattr(message, field.name).append(value)
    elif isinstance(getattr(message, field.name), int):
        setattr(message, field.name, 1)
    else:
        getattr(message, field.name).append(1)


def _with_foreign(rpc: Rpc, named: ResourceField, site: Site) -> Any:
    """The sample request with one id of the other organization."""
    request = sample_request(rpc, site.ids)
    foreign = site.foreign_ids[named.resource]
    if named.nested:
        getattr(request, named.name).id = foreign
    else:
        setattr(request, named.name, foreign)
    return request


class EveryRpc:
    """Needs the fixtures ``site`` (a ``Site``) and pytest-django's ``settings``."""

    @EVERY_RPC
    def test_nobody_comes_in_without_credentials(self, rpc: Rpc, site: Site) -> None:
        answer = web_call(rpc.name, sample_request(rpc, site.ids))
        assert (answer.status, answer.reason) == (grpc.StatusCode.UNAUTHENTICATED, "NO_CREDENTIALS")
        assert not answer.messages

    @EVERY_RPC
    def test_ids_of_another_organization_do_not_exist(self, rpc: Rpc, site: Site) -> None:
        assert rpc.resource_fields
        for named in rpc.resource_fields:
            answer = web_call(rpc.name, _with_foreign(rpc, named, site), site.credentials(set(rpc.scopes)))
            assert answer.status is grpc.StatusCode.NOT_FOUND, (named.path, answer)
            assert answer.metadata == {"field": named.path}
            assert not answer.messages

    @EVERY_RPC
    def test_a_foreign_id_and_one_that_nobody_has_look_alike(self, rpc: Rpc, site: Site) -> None:
        named = rpc.resource_fields[-1]
        answers = []
        for id in (site.foreign_ids[named.resource], 2**40):
            nobody = Site(site.ids, {**site.foreign_ids, named.resource: id}, site.credentials)
            answer = web_call(rpc.name, _with_foreign(rpc, named, nobody), site.credentials(set(rpc.scopes)))
            answers.append((answer.status, answer.reason, answer.text.replace(str(id), "ID"), answer.metadata))
        assert answers[0] == answers[1]

    @EVERY_RPC
    def test_a_scope_of_another_kind_does_not_help(self, rpc: Rpc, site: Site) -> None:
        answer = web_call(rpc.name, sample_request(rpc, site.ids), site.credentials({"member:read"}))
        if rpc.any_credential:
            assert answer.status is grpc.StatusCode.OK, (answer.reason, answer.text)
            return
        assert (answer.status, answer.reason) == (grpc.StatusCode.PERMISSION_DENIED, "SCOPE_MISSING")
        assert set(answer.metadata["scopes"].split(", ")) == rpc.scopes

    @EVERY_RPC
    def test_what_is_switched_off_is_unimplemented_even_for_strangers(
        self, rpc: Rpc, site: Site, settings: Any
    ) -> None:
        settings.SCM_GRPC = {**settings.SCM_GRPC, "RPCS": ["*", f"-{rpc.name}"]}
        answer = web_call(rpc.name, sample_request(rpc, site.ids))
        assert (answer.status, answer.reason) == (grpc.StatusCode.UNIMPLEMENTED, "RPC_DISABLED")

    @EVERY_RPC
    def test_each_required_field_that_is_missing_is_named(self, rpc: Rpc, site: Site) -> None:
        empty: Message = rpc.request_class()
        answer = web_call(rpc.name, empty, site.credentials(set(rpc.scopes)))
        required = {f.name for f in rpc.method.input_type.fields if field_rules(f).required}
        assert set(answer.violations) == required
        assert (answer.status is grpc.StatusCode.INVALID_ARGUMENT) == bool(required)

    @WITH_ORGANIZATION
    def test_the_organization_that_is_left_out_is_that_of_the_credentials(self, rpc: Rpc, site: Site) -> None:
        for named in rpc.resource_fields:
            # Each id is looked up in the caller's organization, so a row of another one is not found.
            request = _with_foreign(rpc, named, site)
            request.organization_id = 0
            answer = web_call(rpc.name, request, site.credentials(set(rpc.scopes)))
            if named.resource == options.RESOURCE_ORGANIZATION:
                assert "organization_id" not in answer.violations
                assert answer.reason != "ORGANIZATION_NOT_FOUND"
            else:
                assert answer.status is grpc.StatusCode.NOT_FOUND, (named.path, answer)
                assert answer.metadata == {"field": named.path}
