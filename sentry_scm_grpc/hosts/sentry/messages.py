"""Sentry's rows as messages of the contract."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sentry_scm_grpc.hosts.sentry import compat
from sentry_scm_grpc.hosts.sentry.rows import CommitRow
from sentry_scm_grpc.hosts.values import set_texts, set_timestamp, text, text_map
from sentry_scm_grpc.providers.registry import adapters
from sentry_scm_grpc.v1 import scm_pb2 as pb

INTEGRATION_PREFIX = "integrations:"

# The keys of a repository's config that are shown. Others are left out, because a plugin or a fork may store a secret
# there.
SHOWN_CONFIG = ("name", "path", "instance", "project", "project_id", "repo", "webhook_id", "default_branch")

_REPOSITORY_STATUS = {
    compat.ACTIVE: pb.REPOSITORY_STATUS_ACTIVE,
    compat.HIDDEN: pb.REPOSITORY_STATUS_HIDDEN,
    compat.PENDING_DELETION: pb.REPOSITORY_STATUS_PENDING_DELETION,
    compat.DELETION_IN_PROGRESS: pb.REPOSITORY_STATUS_DELETION_IN_PROGRESS,
}
_INTEGRATION_STATUS = {
    compat.ACTIVE: pb.INTEGRATION_STATUS_ACTIVE,
    compat.HIDDEN: pb.INTEGRATION_STATUS_DISABLED,
    compat.PENDING_DELETION: pb.INTEGRATION_STATUS_PENDING_DELETION,
    compat.DELETION_IN_PROGRESS: pb.INTEGRATION_STATUS_DELETION_IN_PROGRESS,
}
_CHANGE_KIND = {
    "A": pb.FILE_CHANGE_KIND_ADDED,
    "M": pb.FILE_CHANGE_KIND_MODIFIED,
    "D": pb.FILE_CHANGE_KIND_DELETED,
}


def provider_of(key: str) -> pb.Provider.ValueType:
    """The enum value of a provider key. Unspecified if the enum does not have it."""
    adapter = adapters().get(key)
    return pb.PROVIDER_UNSPECIFIED if adapter is None else adapter.provider


def provider_keys(provider: pb.Provider.ValueType, key: str) -> tuple[str, ...]:
    """The provider keys that a request selects by enum and by key. Empty if it selects all."""
    of_enum = tuple(name for name, adapter in adapters().items() if adapter.provider == provider) if provider else ()
    if provider and key:
        return (key,) if key in of_enum else ("",)
    return (key,) if key else of_enum or (("",) if provider else ())


def provider_key(repository: Any) -> str:
    """The key of a repository row's provider. Empty if the row has none."""
    return (repository.provider or "").removeprefix(INTEGRATION_PREFIX)


def config_of(repository: Any) -> dict[str, Any]:
    """The config of a repository row, whatever the column contains."""
    return repository.config if isinstance(repository.config, dict) else {}


def repository(row: Any, make: Callable[..., pb.Repository] = pb.Repository) -> pb.Repository:
    """``make`` may be the ``add`` of a list, which spares a copy."""
    config = config_of(row)
    key = provider_key(row)
    message = make(
        id=row.id,
        organization_id=row.organization_id,
        # A row whose deletion is scheduled has a generated name.
        name=text(config.get("pending_deletion_name")) or row.name,
        url=row.url or "",
        provider=provider_of(key),
        external_id=row.external_id or "",
        status=_REPOSITORY_STATUS.get(row.status, pb.REPOSITORY_STATUS_HIDDEN),
        default_branch=text(config.get("default_branch")),
        integration_id=row.integration_id or 0,
        provider_key=key,
    )
    set_timestamp(message.date_added, row.date_added)
    set_texts(message.config, {name: config[name] for name in SHOWN_CONFIG if config.get(name) is not None})
    return message


def integration(context: compat.Context, organization_id: int) -> pb.Integration:
    found = context.integration
    metadata = found.metadata if isinstance(found.metadata, dict) else {}
    status = found.status if found.status != compat.ACTIVE else context.organization_integration.status
    domain = text(metadata.get("domain_name")) or text(metadata.get("base_url"))
    return pb.Integration(
        id=found.id,
        organization_id=organization_id,
        provider=provider_of(found.provider),
        provider_key=found.provider,
        name=found.name,
        domain=domain.partition("://")[2].rstrip("/") if "://" in domain else domain,
        status=_INTEGRATION_STATUS.get(status, pb.INTEGRATION_STATUS_DISABLED),
    )


def commit(row: CommitRow, make: Callable[..., pb.Commit] = pb.Commit) -> pb.Commit:
    message = make(id=str(row.id), repository_id=row.repository_id, key=row.key, message=row.message or "")
    if (author := row.author) is not None:
        # Also where all is empty: there is an author.
        message.author.SetInParent()
        message.author.name, message.author.email = author.name or "", _shown_email(author.email)
        message.author.external_id = author.external_id or ""
    set_timestamp(message.date_added, row.date_added)
    return message


def _shown_email(email: str | None) -> str:
    # Sentry generates an address for authors without one.
    return "" if email is None or email.endswith("@localhost") else email


def file_change(row: Any) -> pb.FileChange:
    return pb.FileChange(path=row.filename, kind=_CHANGE_KIND.get(row.type, pb.FILE_CHANGE_KIND_UNSPECIFIED))


def code_mapping(row: Any) -> pb.CodeMapping:
    return pb.CodeMapping(
        id=row.id,
        organization_id=row.organization_id,
        project_id=row.project_id,
        repository_id=row.repository_id,
        stack_root=row.stack_root,
        source_root=row.source_root,
        default_branch=row.default_branch or "",
    )


def external_issue(row: Any, web_url: str) -> pb.ExternalIssue:
    return pb.ExternalIssue(
        id=row.id,
        organization_id=row.organization_id,
        integration_id=row.integration_id,
        key=row.key,
        title=row.title or "",
        description=row.description or "",
        web_url=web_url,
        metadata=text_map(row.metadata),
    )
