"""The Sentry host: it uses Sentry's own rows, and reaches the provider through Sentry's installation."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from sentry_scm_grpc.errors import FailedPrecondition, ScmError, Unimplemented
from sentry_scm_grpc.hosts.base import Finding, Host, no_organization
from sentry_scm_grpc.hosts.permissions import lacking
from sentry_scm_grpc.hosts.sentry import auth, compat, errors, messages, report
from sentry_scm_grpc.hosts.sentry.operations.code_mappings import CodeMappingOperations
from sentry_scm_grpc.hosts.sentry.operations.commits import CommitOperations
from sentry_scm_grpc.hosts.sentry.operations.integrations import IntegrationOperations
from sentry_scm_grpc.hosts.sentry.operations.issues import IssueOperations
from sentry_scm_grpc.hosts.sentry.operations.lookups import LookupRows
from sentry_scm_grpc.hosts.sentry.operations.repositories import RepositoryOperations
from sentry_scm_grpc.hosts.sentry.permissions import granted
from sentry_scm_grpc.hosts.sentry.rows import RESOURCES, check_active
from sentry_scm_grpc.hosts.sentry.telemetry import SentryMetrics, SentryTelemetry
from sentry_scm_grpc.providers.base import ProviderAdapter
from sentry_scm_grpc.providers.registry import adapters
from sentry_scm_grpc.providers.vendor import sending
from sentry_scm_grpc.providers.vendor.base import Vendor
from sentry_scm_grpc.providers.vendor.installation import Connection
from sentry_scm_grpc.rpc.call import EXTERNAL_ISSUE, GROUP, INTEGRATION, REPOSITORY, Call, Found, not_found
from sentry_scm_grpc.rpc.policy import RPCS
from sentry_scm_grpc.telemetry.observer import Observer


class SentryHost(
    RepositoryOperations,
    CommitOperations,
    CodeMappingOperations,
    IssueOperations,
    IntegrationOperations,
    LookupRows,
    Host,
):
    key = "sentry"
    authenticators = {
        "api_key": auth.ApiKeyAuthenticator,
        "org_token": auth.OrgTokenAuthenticator,
        "user_token": auth.UserTokenAuthenticator,
    }

    def has_organization(self, organization_id: int) -> bool:
        return compat.is_id_of("Organization", organization_id) and auth.is_active(organization_id)

    def find(self, resource: int, id: int, organization_id: int | None) -> Found | None:
        if resource == INTEGRATION:
            return _find_integration(id, organization_id)
        name, read, relations = RESOURCES[resource]
        if not compat.is_id_of(name, id):
            return None
        row = read.first(id=id, organization_id=organization_id) if organization_id else read.first(id=id)
        if row is None:
            return None
        belongs_to = {other: value for other, field in relations.items() if (value := getattr(row, field))}
        owner = row.project.organization_id if resource == GROUP else row.organization_id
        return Found(row, row.id, owner, belongs_to)

    def adapter(self, call: Call) -> ProviderAdapter:
        context, repository = self._context_of(call)
        return _active_adapter(context, call, repository)

    def adapters_of(self, call: Call, repository_ids: Collection[int]) -> Mapping[int, ProviderAdapter | ScmError]:
        rows = compat.model("Repository").objects.filter(organization_id=call.organization_id, id__in=repository_ids)
        contexts = {found.id: found for found in compat.integration_contexts(call.organization_id, list(adapters()))}
        found: dict[int, ProviderAdapter | ScmError] = {
            id: not_found(REPOSITORY, id, "repository_id") for id in repository_ids
        }
        for row in rows:
            try:
                check_active(row)
                context = contexts.get(row.integration_id)
                if context is None:
                    raise _no_integration()
                found[row.id] = _active_adapter(context, call, row)
            except ScmError as error:
                found[row.id] = error
        return found

    def adapter_class(self, call: Call) -> type[ProviderAdapter] | None:
        context, _ = self._context_of(call)
        return adapters().get(context.integration.provider)

    def adapters_for_url(self, call: Call, url: str) -> Iterator[ProviderAdapter]:
        same = {same for adapter in adapters().values() for same in adapter.same_addresses(url)}
        starts = {start for address in same for start in _starts(address)}
        found = self._adapters(call, "parse_source_url", url__in=starts)
        for _, make in sorted(found, key=lambda pair: len(pair[0].url), reverse=True):
            yield make()

    def readable_repositories(self, call: Call) -> Iterator[tuple[Any, Callable[[], ProviderAdapter]]]:
        return self._adapters(call, "list_paths")

    def _adapters(
        self, call: Call, operation: str, **filters: Any
    ) -> Iterator[tuple[Any, Callable[[], ProviderAdapter]]]:
        """The organization's active repositories whose provider supports an operation, each with a function that makes
        its adapter."""
        able = {key: adapter for key, adapter in adapters().items() if adapter.supports(operation)}
        contexts = {found.id: found for found in compat.integration_contexts(call.organization_id, list(able))}
        rows = compat.model("Repository").objects.filter(
            organization_id=call.organization_id, status=compat.ACTIVE, integration_id__in=contexts, **filters
        )
        for row in rows.order_by("id"):
            context = contexts[row.integration_id]
            if context.active and context.integration.provider in able:
                yield row, partial(make_adapter, able[context.integration.provider], context, call, row)

    def examine(self, offline: bool) -> Iterator[Finding]:
        return report.examine(offline)

    def create_key(self, organization: str, label: str, scopes: Sequence[str]) -> tuple[int, str]:
        organizations = compat.model("Organization").objects
        owner = organizations.filter(slug=organization, status=compat.ACTIVE).first()
        if owner is None:
            raise no_organization(organization, organizations.values_list("slug", flat=True))
        made = compat.model("ApiKey").objects.create(organization_id=owner.id, label=label, scope_list=list(scopes))
        return owner.id, made.key

    def observers(self) -> Sequence[Observer]:
        return SentryTelemetry(), SentryMetrics()

    def map_error(self, error: Exception) -> ScmError | None:
        return super().map_error(error) or errors.map_error(error)

    def lacks(self, call: Call) -> Mapping[str, tuple[str, str]]:
        adapter = self.adapter_class(call)
        known = {} if adapter is None else adapter.only_standalone
        never = {rpc.name: ("PROVIDER_UNSUPPORTED", known[rpc.needs]) for rpc in RPCS.values() if rpc.needs in known}
        context, _ = self._context_of(call)
        permissions = granted(context.integration)
        if permissions is None or adapter is None or not issubclass(adapter, Vendor):
            return never
        return {**dict(lacking(adapter, permissions, "Sentry's installation")), **never}

    def unsupported(self, rpc_name: str) -> str:
        if compat.silo_mode() == "CONTROL":
            return "The control silo of a divided Sentry has no repositories. Call the silo of a region."
        return ""

    def _context_of(self, call: Call) -> tuple[compat.Context, Any]:
        """The integration of the call, and the repository row if the call names one."""
        repository = call.repository
        named: compat.Context | None = call.integration
        if repository is None and named is not None:
            return named, None
        owner = repository or call.row(EXTERNAL_ISSUE)
        if repository is not None:
            check_active(repository)
        id = None if owner is None else owner.integration_id
        context = compat.integration_context(call.organization_id, id) if id else None
        if context is None:
            raise _no_integration()
        return context, repository


def _no_integration() -> FailedPrecondition:
    return FailedPrecondition(
        "It was added without an integration, or its integration has been removed. Install one in Sentry, and"
        " add the repository again with CreateRepository: it keeps its id.",
        reason="NO_INTEGRATION",
    )


def _active_adapter(context: compat.Context, call: Call, repository: Any) -> ProviderAdapter:
    """The adapter of an integration. Raises FailedPrecondition and Unimplemented as ``Host.adapter``."""
    adapter_class = adapters().get(context.integration.provider)
    if adapter_class is None:
        raise Unimplemented(
            f"No adapter for the provider {context.integration.provider!r} is installed on this site.",
            metadata={"provider": context.integration.provider},
        )
    if not context.active:
        raise FailedPrecondition(
            "The integration is off or being removed. Turn it on in Sentry, or use another.",
            reason="INTEGRATION_INACTIVE",
            metadata={"integration_id": str(context.id)},
        )
    return make_adapter(adapter_class, context, call, repository)


# Of Repository.url, a URLField.
_MAX_REPOSITORY_URL = 200


def _starts(url: str) -> list[str]:
    """The addresses that a repository may have whose file has this url: none is longer than Sentry's column."""
    parts = urlsplit(url)
    found, start = [], f"{parts.scheme}://{parts.netloc}"
    for name in parts.path.strip("/").split("/"):
        start += f"/{name}"
        if len(start) > _MAX_REPOSITORY_URL:
            break
        found += [start, f"{start}/"]
    return found


def _find_integration(id: int, organization_id: int | None) -> Found | None:
    # Every request that names an integration also names its organization, or a row of it.
    context = compat.integration_context(organization_id, id) if organization_id else None
    return None if context is None or organization_id is None else Found(context, context.id, organization_id)


def make_adapter(
    adapter_class: type[ProviderAdapter], context: compat.Context, call: Call, repository: Any
) -> ProviderAdapter:
    """The adapter for an integration and, if given, a repository row of it."""
    message = None if repository is None else messages.repository(repository)
    return adapter_class(connection(context, call, repository), message)


def connection(context: compat.Context, call: Call, repository: Any) -> Connection:
    sending.hold()
    organization_id = call.organization_id
    provider = compat.repository_provider(context.integration.provider)

    def identifier_of(row: Any) -> str:
        return str(row.name if provider is None else provider.repository_external_slug(row))

    def known_repositories() -> Mapping[str, int]:
        rows = compat.model("Repository").objects.filter(
            organization_id=organization_id, integration_id=context.id, status=compat.ACTIVE
        )
        return {identifier_of(row): row.id for row in rows}

    return Connection(
        installation=compat.installation(context, organization_id),
        integration=messages.integration(context, organization_id),
        identifier=lambda: identifier_of(repository),
        known_repositories=known_repositories,
        map_error=errors.map_error,
        caller=call.principal.key,
        seconds_left=call.seconds_left,
        mapped_state=partial(compat.mapped_state, context, organization_id),
    )
