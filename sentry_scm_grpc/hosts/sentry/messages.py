"""Sentry's rows as messages of the contract."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db.models import TextField
from django.db.models.functions import Cast
from google.protobuf.timestamp_pb2 import Timestamp

from sentry_scm_grpc.hosts.sentry import compat
from sentry_scm_grpc.providers.registry import adapters
from sentry_scm_grpc.v1 import scm_pb2 as pb

INTEGRATION_PREFIX = "integrations:"

# What a repository's config may show. Others are left out: a plugin or a fork may keep a secret there.
SHOWN_CONFIG = ("name", "path", "instance", "project", "project_id", "repo", "webhook_id", "default_branch")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

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
    """The enum value of a provider key; unspecified for one outside it."""
    adapter = adapters().get(key)
    return pb.PROVIDER_UNSPECIFIED if adapter is None else adapter.provider


def provider_keys(provider: pb.Provider.ValueType, key: str) -> list[str]:
    """The provider keys that a request asks for by enum and by key; none where it asks for all."""
    of_enum = [name for name, adapter in adapters().items() if adapter.provider == provider] if provider else []
    if provider and key:
        return [key] if key in of_enum else [""]
    return [key] if key else of_enum or ([""] if provider else [])


def provider_key(repository: Any) -> str:
    """The key of a repository row's provider; empty where the row has none."""
    return (repository.provider or "").removeprefix(INTEGRATION_PREFIX)


def texts(values: Any) -> dict[str, str]:
    """A JSON object as a map of strings: what is no text is JSON."""
    if not isinstance(values, Mapping):
        return {}
    return {text(key): text(value) if isinstance(value, str) else json.dumps(value) for key, value in values.items()}


def text(value: Any) -> str:
    """A value of a JSON column that should be text; empty where it is none.

    JSON may hold half of a surrogate pair, a message may not: one such row would fail a whole list.
    """
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else ""


def config_of(repository: Any) -> dict[str, Any]:
    """A repository row's config, whatever is in the column."""
    return repository.config if isinstance(repository.config, dict) else {}


def timestamp(moment: datetime) -> Timestamp:
    since = moment - _EPOCH
    return Timestamp(seconds=since.days * 86400 + since.seconds, nanos=since.microseconds * 1000)


class RepositoryRow(NamedTuple):
    """What a page of repositories reads: a tuple costs a tenth of a model's object. ``config`` is read as text, because
    Sentry's own field traces every decoding."""

    id: int
    organization_id: int
    name: str
    url: str | None
    provider: str | None
    external_id: str | None
    status: int
    date_added: datetime
    integration_id: int | None
    config: Any

    @classmethod
    def page(cls, rows: Any) -> list[RepositoryRow]:
        columns = (*cls._fields[:-1], "config_text")
        read = rows.annotate(config_text=Cast("config", TextField())).values_list(*columns)
        return [cls._make((*values, _loaded(config))) for *values, config in read]


def _loaded(text: str | None) -> Any:
    try:
        return json.loads(text or "null")
    except ValueError:  # Of a row from before Sentry checked it.
        return None


def repository(row: Any) -> pb.Repository:
    config = config_of(row)
    key = provider_key(row)
    return pb.Repository(
        id=row.id,
        organization_id=row.organization_id,
        # A row that waits for its deletion has a made-up name.
        name=text(config.get("pending_deletion_name")) or row.name,
        url=row.url or "",
        provider=provider_of(key),
        external_id=row.external_id or "",
        status=_REPOSITORY_STATUS.get(row.status, pb.REPOSITORY_STATUS_HIDDEN),
        date_added=timestamp(row.date_added),
        config=texts({name: config[name] for name in SHOWN_CONFIG if config.get(name) is not None}),
        default_branch=text(config.get("default_branch")),
        integration_id=row.integration_id or 0,
        provider_key=key,
    )


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


class CommitRow(NamedTuple):
    """What a page of commits reads, for the same reason."""

    id: int
    repository_id: int
    key: str
    message: str | None
    date_added: datetime
    author: Author | None

    @classmethod
    def page(cls, rows: Any) -> list[CommitRow]:
        columns = (*cls._fields[:-1], "author_id", *(f"author__{name}" for name in Author._fields))
        return [
            cls(id, repository_id, key, message, date_added, None if author_id is None else Author(*author))
            for id, repository_id, key, message, date_added, author_id, *author in rows.values_list(*columns)
        ]


class Author(NamedTuple):
    name: str | None
    email: str | None
    external_id: str | None


def commit(row: Any) -> pb.Commit:
    author = row.author
    return pb.Commit(
        id=str(row.id),
        repository_id=row.repository_id,
        key=row.key,
        message=row.message or "",
        author=author
        and pb.CommitAuthor(
            name=author.name or "", email=_shown_email(author.email), external_id=author.external_id or ""
        ),
        date_added=timestamp(row.date_added),
    )


def _shown_email(email: str | None) -> str:
    # Sentry makes an address up for authors without one.
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
        metadata=texts(row.metadata),
    )
