"""The interface of a host: the Django site the app lives in.

A host knows rows: who a credential belongs to, which row an id names, and the operations on rows. An operation is a method
named after its RPC in snake case, ``def list_repositories(self, call, request)``, that takes the call and the request and returns the
response message (a streaming RPC: an iterator of messages). The dispatcher looks for an operation on the host first and
then, for an RPC that the provider executes, on the adapter: so a host can answer from stored rows and fall back to the
adapter.

Operations that are the same on every host are in this base class.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import ClassVar

from sentry_scm_grpc.auth.authenticators import Authenticator
from sentry_scm_grpc.conf import conf
from sentry_scm_grpc.errors import ScmError
from sentry_scm_grpc.providers.base import ProviderAdapter
from sentry_scm_grpc.service.call import Call, Found


class Host(ABC):
    #: The name that the setting HOST takes.
    key: ClassVar[str]
    #: What the setting AUTHENTICATORS may name, beside dotted paths.
    authenticators: ClassVar[Mapping[str, Callable[[], Authenticator]]]

    @abstractmethod
    def find(self, resource: int, id: int, organization_id: int | None) -> Found | None:
        """The row of a resource by id, within an organization where one is given; None where there is none.

        At most one query (two for an integration). ``id`` is above zero. An integration always comes with its organization.
        """

    @abstractmethod
    def adapter(self, call: Call) -> ProviderAdapter:
        """The adapter for the repository, external issue or integration that the call names.

        Raises FailedPrecondition (reasons INTEGRATION_INACTIVE, REPOSITORY_INACTIVE, NO_INTEGRATION), NotFound, or
        Unimplemented where no adapter for the provider is installed.
        """

    def adapter_class(self, call: Call) -> type[ProviderAdapter] | None:
        """The adapter class of the integration that the call names, made or not; None where none is installed."""
        return type(self.adapter(call))

    def map_error(self, error: Exception) -> ScmError | None:
        """The status error for an exception of the site's own; None where it is unexpected."""
        return None

    def unsupported(self, rpc_name: str) -> str:
        """Why this host never serves an RPC, in words; empty where it does."""
        return ""

    def keys_may_act_as_users(self) -> bool:
        """Whether an organization's key may do what the contract wants a user for."""
        return conf().KEYS_MAY_ACT_AS_USERS
