"""The embedded host: rows of organizations in its own tables, for a site without a Sentry.

The operations are in ``operations``. This module finds rows and reaches the provider.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import reduce
from operator import or_
from typing import ClassVar
from urllib.parse import urlsplit

from django.db.models import Q
from django.db.models.functions import Length

from sentry_scm_grpc.auth.authenticators import Authenticator
from sentry_scm_grpc.conf import conf
from sentry_scm_grpc.errors import FailedPrecondition
from sentry_scm_grpc.hosts.base import Finding, Host, no_organization
from sentry_scm_grpc.hosts.embedded import credentials, models
from sentry_scm_grpc.hosts.embedded.adapters import adapter_of_integration, adapter_of_repository, integration_of
from sentry_scm_grpc.hosts.embedded.authenticator import ApiKeyAuthenticator
from sentry_scm_grpc.hosts.embedded.keys import make_key
from sentry_scm_grpc.hosts.embedded.operations.code_mappings import CodeMappingOperations
from sentry_scm_grpc.hosts.embedded.operations.external_issues import ExternalIssueOperations
from sentry_scm_grpc.hosts.embedded.operations.integrations import IntegrationOperations
from sentry_scm_grpc.hosts.embedded.operations.lookups import LookupRows
from sentry_scm_grpc.hosts.embedded.operations.repositories import RepositoryOperations
from sentry_scm_grpc.hosts.embedded.rows import ORGANIZATION_ID, RESOURCES, AnyIntegration, ExternalIssueRow
from sentry_scm_grpc.providers.base import ProviderAdapter
from sentry_scm_grpc.providers.git.installation import WRITES_OFF
from sentry_scm_grpc.providers.ref_writes import OPERATIONS
from sentry_scm_grpc.providers.registry import adapters
from sentry_scm_grpc.rpc.call import EXTERNAL_ISSUE, Call, Found
from sentry_scm_grpc.rpc.policy import RPCS
from sentry_scm_grpc.v1 import scm_pb2 as pb


class EmbeddedHost(
    RepositoryOperations, CodeMappingOperations, ExternalIssueOperations, IntegrationOperations, LookupRows, Host
):
    key = "embedded"
    authenticators: ClassVar[Mapping[str, Callable[[], Authenticator]]] = {"api_key": ApiKeyAuthenticator}

    def has_organization(self, organization_id: int) -> bool:
        return ORGANIZATION_ID.first(id=organization_id) is not None

    def find(self, resource: int, id: int, organization_id: int | None) -> Found | None:
        read, owners = RESOURCES[resource]
        row = read.first(id=id) if organization_id is None else read.first(id=id, organization_id=organization_id)
        if row is None:
            return None
        belongs_to = {owner: value for owner, column in owners.items() if (value := getattr(row, column))}
        return Found(row, row.id, row.organization_id, belongs_to)

    def adapter(self, call: Call) -> ProviderAdapter:
        if call.repository is not None:
            return adapter_of_repository(call.repository, call)
        return adapter_of_integration(_integration(call), call=call)

    def adapter_class(self, call: Call) -> type[ProviderAdapter] | None:
        return adapters().get(_integration(call).provider_key)

    def examine(self, offline: bool) -> Iterator[Finding]:
        for text, to_fix in credentials.report():
            yield Finding(text, to_fix)

    def lacks(self, call: Call) -> Mapping[str, tuple[str, str]]:
        integration = _integration(call)
        if integration.provider_key == "git" and not conf().GIT_WRITES:
            writes = (rpc.name for rpc in RPCS.values() if rpc.needs in OPERATIONS)
            return dict.fromkeys(writes, ("GIT_WRITES_OFF", WRITES_OFF))
        return credentials.lacks(integration)

    def adapters_for_url(self, call: Call, url: str) -> Iterator[ProviderAdapter]:
        same = {same for adapter in adapters().values() for same in adapter.same_addresses(url)}
        starts = (Q(url__icontains=start) for start in sorted(set(map(_start, same))))
        rows = (
            models.Repository.objects.filter(
                organization=call.organization_id,
                status=pb.REPOSITORY_STATUS_ACTIVE,
                integration__status=pb.INTEGRATION_STATUS_ACTIVE,
            )
            .filter(reduce(or_, starts))
            .select_related("integration")
        )
        # The longest address first, so that a repository wins over one that it seems to be a directory of.
        unreadable: dict[int, FailedPrecondition] = {}
        for row in rows.order_by(Length("url").desc(), "id").iterator():
            integration = integration_of(row)
            if integration.provider_key not in adapters() or integration.id in unreadable:
                continue
            try:
                adapter = adapter_of_repository(row, call)
            except FailedPrecondition as error:  # Its credential. Other integrations still work.
                unreadable[integration.id] = error
                continue
            yield adapter
        # Nothing else has the address.
        for failed in unreadable.values():
            raise failed

    def create_key(self, organization: str, label: str, scopes: Sequence[str]) -> tuple[int, str]:
        owner = models.Organization.objects.filter(slug=organization).first()
        if owner is None:
            raise no_organization(organization, models.Organization.objects.values_list("slug", flat=True))
        return owner.id, make_key(owner, label, scopes)[1]

    def keys_may_act_as_users(self) -> bool:
        """There are no users here. The scopes of a key decide alone."""
        return True


def _start(url: str) -> str:
    """Site and owner, which the address of a file and that of its repository share, whatever the provider."""
    parts = urlsplit(url)
    return "/".join([parts.netloc.rpartition("@")[2], *parts.path.split("/")[1:2]])


def _integration(call: Call) -> AnyIntegration:
    if call.integration is not None:
        found: AnyIntegration = call.integration
        return found
    if call.repository is not None:
        return integration_of(call.repository)
    issue: ExternalIssueRow | None = call.row(EXTERNAL_ISSUE)
    if issue is None or issue.integration is None:
        raise FailedPrecondition("The request does not name anything that a provider has.", reason="NO_INTEGRATION")
    return issue.integration
