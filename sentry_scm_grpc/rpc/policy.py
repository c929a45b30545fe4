"""The RPCs of the contract, read from its descriptors. This is the only module that reads the contract's options."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from types import ModuleType

from google.protobuf.descriptor import FieldDescriptor, MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from sentry_scm_grpc.v1 import checks_pb2, files_pb2, lookup_pb2, options_pb2, pull_requests_pb2, refs_pb2, scm_pb2

#: The generated modules of the contract's services. To add a service, add its proto file and its module here.
FILES: tuple[ModuleType, ...] = (scm_pb2, lookup_pb2, refs_pb2, files_pb2, checks_pb2, pull_requests_pb2)


def snake_case(name: str) -> str:
    """``GetCommitContext`` -> ``get_commit_context``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def field_rules(field: FieldDescriptor) -> options_pb2.FieldRules:
    return field.GetOptions().Extensions[options_pb2.rules]


@dataclass(frozen=True)
class ResourceField:
    """A request field that names a row: the field itself, or the field ``id`` of its message."""

    name: str
    resource: int
    nested: bool

    @property
    def path(self) -> str:
        return f"{self.name}.id" if self.nested else self.name

    def id_in(self, request: Message) -> int:
        value = getattr(request, self.name)
        return int(value.id if self.nested else value)


class Rpc:
    """One RPC with its policy."""

    def __init__(self, method: MethodDescriptor) -> None:
        options = method.GetOptions()
        policy = options.Extensions[options_pb2.policy]
        self.name: str = method.name
        self.method = method
        self.service: str = method.containing_service.full_name
        self.path = f"/{self.service}/{method.name}"
        self.operation = snake_case(method.name)
        self.writes: bool = policy.access == options_pb2.ACCESS_WRITE
        self.by_provider: bool = policy.executor == options_pb2.EXECUTOR_PROVIDER
        self.scopes: frozenset[str] = frozenset(policy.scopes)
        # The adapter operation that the RPC needs. Empty if it needs none.
        self.needs: str = policy.needs or (self.operation if self.by_provider else "")
        self.wants_user: bool = policy.wants_user
        self.any_credential: bool = policy.any_credential
        # This option is read from the proto: the descriptor's attributes differ between protobuf 4.25 and 7.
        self.streams: bool = _streams(method)
        self.request_class: type[Message] = GetMessageClass(method.input_type)
        self.response_class: type[Message] = GetMessageClass(method.output_type)
        fields = method.input_type.fields_by_name
        #: The names that settings can use for the RPC, the most specific first.
        self.setting_names = (
            self.name,
            f"{method.containing_service.name}.*",
            "write" if self.writes else "read",
            "*",
        )
        self.pages: bool = "page_token" in fields
        self.takes_request_id: bool = "request_id" in fields

    def admits(self, scopes: Collection[str]) -> bool:
        """Whether a caller with these scopes may call the RPC."""
        return self.any_credential or not self.scopes.isdisjoint(scopes)

    @cached_property
    def resource_fields(self) -> tuple[ResourceField, ...]:
        """The fields that name rows, in the order in which they are resolved."""
        found = [
            ResourceField(field.name, rules.resource, field.message_type is not None)
            for field in self.method.input_type.fields
            if (rules := field_rules(field)).resource
        ]
        return tuple(sorted(found, key=lambda f: RESOLUTION_ORDER.index(f.resource)))


# Rows that know their organization come before the integration, because it is looked up within one.
RESOLUTION_ORDER = (
    options_pb2.RESOURCE_ORGANIZATION,
    options_pb2.RESOURCE_PROJECT,
    options_pb2.RESOURCE_GROUP,
    options_pb2.RESOURCE_REPOSITORY,
    options_pb2.RESOURCE_CODE_MAPPING,
    options_pb2.RESOURCE_EXTERNAL_ISSUE,
    options_pb2.RESOURCE_INTEGRATION,
)


def _streams(method: MethodDescriptor) -> bool:
    from google.protobuf import descriptor_pb2

    proto = descriptor_pb2.MethodDescriptorProto()
    method.CopyToProto(proto)
    return bool(proto.server_streaming)


#: The services by full name, such as "sentry.integrations.scm.v1.ScmService", each with its module.
SERVICES: dict[str, ModuleType] = {}
#: The RPCs of all services by name, in the contract's order, and by path.
RPCS: dict[str, Rpc] = {}
BY_PATH: dict[str, Rpc] = {}


def add_services(file: ModuleType) -> None:
    """Adds the services of a generated module.

    Raises ValueError if another service has an RPC of the same name. Toggles, limits and clients name an RPC without
    its service.
    """
    services = file.DESCRIPTOR.services_by_name.values()
    rpcs = [Rpc(method) for service in services for method in service.methods]
    for rpc in rpcs:
        if rpc.name in RPCS:
            raise ValueError(f"{rpc.path} and {RPCS[rpc.name].path} have the same name.")
    SERVICES.update({service.full_name: file for service in services})
    RPCS.update({rpc.name: rpc for rpc in rpcs})
    BY_PATH.update({rpc.path: rpc for rpc in rpcs})


for _file in FILES:
    add_services(_file)


def setting_names() -> list[str]:
    """All names that settings can use for RPCs: their own, "ScmService.*" and the like, "read", "write" and "*"."""
    return list(dict.fromkeys(name for rpc in RPCS.values() for name in rpc.setting_names))
