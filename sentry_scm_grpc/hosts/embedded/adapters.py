"""From rows to provider adapters: whether the provider may be asked, and the class of its adapter."""

from __future__ import annotations

from typing import Any

from sentry_scm_grpc.errors import FailedPrecondition, Unimplemented
from sentry_scm_grpc.hosts.embedded import vendors
from sentry_scm_grpc.hosts.embedded.installation import Installation
from sentry_scm_grpc.hosts.embedded.messages import repository_message
from sentry_scm_grpc.hosts.embedded.rows import AnyIntegration, AnyRepository
from sentry_scm_grpc.hosts.refusals import inactive
from sentry_scm_grpc.providers.base import ProviderAdapter
from sentry_scm_grpc.providers.registry import adapters
from sentry_scm_grpc.providers.vendor.base import Vendor
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.v1 import scm_pb2 as pb


def adapter_of_integration(
    integration: AnyIntegration, repository: AnyRepository | None = None, call: Call | None = None
) -> ProviderAdapter:
    """Raises FailedPrecondition if the integration is not active, Unimplemented if no adapter is installed.

    ``call`` is None for requests of the operator.
    """
    if integration.status != pb.INTEGRATION_STATUS_ACTIVE:
        raise FailedPrecondition(
            f"The integration {integration.id} is not active, so its provider is not asked. Use another integration.",
            reason="INTEGRATION_INACTIVE",
            metadata={"integration_id": str(integration.id)},
        )
    adapter_class = adapters().get(integration.provider_key)
    if adapter_class is None:
        raise Unimplemented(
            f"No adapter for the provider {integration.provider_key!r} is installed on this site.",
            metadata={"provider": integration.provider_key},
        )
    message = None if repository is None else repository_message(repository)
    if issubclass(adapter_class, Vendor) and adapter_class.standalone is not None:
        connection = vendors.connection(adapter_class.standalone, integration, repository, call)
        return adapter_class(connection, message)
    return adapter_class(Installation.of(integration), message)


def check_active(repository: AnyRepository) -> None:
    """Raises FailedPrecondition if the repository is hidden or being deleted."""
    if repository.status != pb.REPOSITORY_STATUS_ACTIVE:
        raise inactive(repository.id)


def adapter_of_repository(repository: AnyRepository, call: Call | None = None) -> ProviderAdapter:
    """Raises FailedPrecondition if the repository or its integration is not active."""
    check_active(repository)
    return adapter_of_integration(integration_of(repository), repository, call)


def identifier_of(adapter: ProviderAdapter, repository: AnyRepository) -> str:
    """The provider's identifier of a repository, from its row."""
    if isinstance(adapter, Vendor) and adapter.standalone is not None:
        return adapter.installation.identifier()
    identifier: str = repository.config.get("path", repository.external_id)
    return identifier


def integration_of(repository: AnyRepository) -> AnyIntegration:
    """Raises FailedPrecondition if it has none."""
    if repository.integration is None:
        raise no_integration(repository.id)
    return repository.integration


def no_integration(repository_id: int) -> FailedPrecondition:
    return FailedPrecondition(
        f"The repository {repository_id} has no integration. Add it again through one with CreateRepository.",
        reason="NO_INTEGRATION",
        metadata={"repository_id": str(repository_id)},
    )


def offered(adapter: ProviderAdapter, operation: str) -> Any:
    """An operation of an adapter. Raises Unimplemented if the provider does not support it."""
    found = getattr(adapter, operation, None)
    if found is None:
        why = adapter.missing.get(operation) or f"{adapter.name} cannot do this."
        raise Unimplemented(why, metadata={"provider": adapter.key, "needs": operation})
    return found
