"""Rows as messages of the contract."""

from __future__ import annotations

from collections.abc import Callable

from sentry_scm_grpc.hosts.embedded.rows import AnyCodeMapping, AnyExternalIssue, AnyIntegration, AnyRepository
from sentry_scm_grpc.hosts.values import set_texts, set_timestamp, text_map
from sentry_scm_grpc.providers.base import PROVIDERS
from sentry_scm_grpc.v1 import scm_pb2 as pb


def repository_message(row: AnyRepository, make: Callable[..., pb.Repository] = pb.Repository) -> pb.Repository:
    """``make`` may be the ``add`` of a list, which spares a copy."""
    message = make(
        id=row.id,
        organization_id=row.organization_id,
        name=row.name,
        url=row.url,
        provider=PROVIDERS.get(row.provider_key, pb.PROVIDER_UNSPECIFIED),
        external_id=row.external_id,
        status=row.status,
        default_branch=row.default_branch,
        integration_id=row.integration_id or 0,
        provider_key=row.provider_key,
    )
    set_timestamp(message.date_added, row.date_added)
    set_texts(message.config, row.config)
    return message


def provider_keys(provider: pb.Provider.ValueType) -> tuple[str, ...]:
    """The provider keys for an enum value of a request."""
    return tuple(key for key, value in PROVIDERS.items() if value == provider)


def integration_message(row: AnyIntegration) -> pb.Integration:
    return pb.Integration(
        id=row.id,
        organization_id=row.organization_id,
        provider=PROVIDERS.get(row.provider_key, pb.PROVIDER_UNSPECIFIED),
        provider_key=row.provider_key,
        name=row.name,
        domain=row.domain,
        status=row.status,  # type: ignore[arg-type]
    )


def code_mapping_message(row: AnyCodeMapping) -> pb.CodeMapping:
    return pb.CodeMapping(
        id=row.id or 0,
        organization_id=row.organization_id,
        project_id=row.project_id,
        repository_id=row.repository_id,
        stack_root=row.stack_root,
        source_root=row.source_root,
        default_branch=row.default_branch,
    )


def external_issue_message(row: AnyExternalIssue, live: pb.TrackerIssue | None = None) -> pb.ExternalIssue:
    """Title, description, address and state are those of the tracker, if it was asked."""
    message = pb.ExternalIssue(
        id=row.id,
        organization_id=row.organization_id,
        integration_id=row.integration_id,
        key=row.key,
        title=row.title,
        description=row.description,
        web_url=row.web_url,
        metadata=text_map(row.metadata),
    )
    if live is not None:
        message.title, message.description, message.state = live.title, live.description, live.state
        message.web_url = live.web_url or message.web_url
    return message
