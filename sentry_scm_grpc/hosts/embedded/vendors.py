"""From the row of an integration to a connection with its vendor, for adapters."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from functools import partial
from weakref import WeakKeyDictionary

from django.conf import settings

from sentry_scm_grpc.errors import FailedPrecondition
from sentry_scm_grpc.hosts.embedded.messages import integration_message, repository_message
from sentry_scm_grpc.hosts.embedded.models import Repository, VendorAccess
from sentry_scm_grpc.hosts.embedded.rows import AnyIntegration, AnyRepository
from sentry_scm_grpc.hosts.embedded.sealing import SealedTokens, unseal
from sentry_scm_grpc.providers.vendor.credentials import Access, Credential
from sentry_scm_grpc.providers.vendor.installation import Connection
from sentry_scm_grpc.providers.vendor.standalone import Standalone, map_error
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.v1 import scm_pb2 as pb

#: The caller of what the operator asks a vendor for, among those that share its rate limit.
OPERATOR = "operator"

# A call may have an adapter for each of thousands of repositories. What it has read and decrypted once does for all.
_of_call: WeakKeyDictionary[Call, dict[int, Access]] = WeakKeyDictionary()


def connection(
    kind: type[Standalone], integration: AnyIntegration, repository: AnyRepository | None, call: Call | None
) -> Connection:
    """Raises FailedPrecondition (NO_CREDENTIAL, CREDENTIAL_UNREADABLE)."""
    known = {} if call is None else _of_call.setdefault(call, {})
    access = known.get(integration.id)
    if access is None:
        access = known[integration.id] = _access(integration)
    return connect(kind(access), integration, repository, call)


def _access(integration: AnyIntegration) -> Access:
    row = VendorAccess.objects.filter(integration_id=integration.id).first()
    if row is None:
        raise FailedPrecondition(
            f"The integration {integration.id} has no credential. The operator gives it one with"
            f" 'integrations rotate {integration.id}'.",
            reason="NO_CREDENTIAL",
            metadata={"integration_id": str(integration.id)},
        )
    return access_of(integration, row)


def connect(
    standalone: Standalone,
    integration: AnyIntegration,
    repository: AnyRepository | None = None,
    call: Call | None = None,
) -> Connection:
    message = integration_message(integration)
    # An integration that is not stored yet must not share a cache and a rate limit with another such.
    message.id = message.id or -secrets.randbelow(2**62) - 1

    def make(installation: Standalone) -> Connection:
        return Connection(
            installation=installation,
            integration=message,
            identifier=partial(_identifier, type(standalone), repository),
            known_repositories=partial(_known_repositories, type(standalone), integration),
            map_error=map_error,
            caller=OPERATOR if call is None else call.principal.key,
            seconds_left=(lambda: None) if call is None else call.seconds_left,
        )

    return standalone.connect(make)


def access_of(integration: AnyIntegration, row: VendorAccess) -> Access:
    """What an installation is made from. Raises FailedPrecondition (CREDENTIAL_UNREADABLE)."""
    return Access(
        integration_id=integration.id or 0,
        name=integration.name,
        address=row.address,
        account=row.account,
        credential=Credential(row.kind, unseal(row.sealed), row.user),
        tokens=SealedTokens(integration.id or 0, str(row.changed.timestamp())),
        facts=row.facts,
        ca_bundle=getattr(settings, "VENDOR_CA_BUNDLE", ""),
    )


def _identifier(kind: type[Standalone], repository: AnyRepository | None) -> str:
    return kind.identifier_of(repository_message(repository)) if repository is not None else ""


def _known_repositories(kind: type[Standalone], integration: AnyIntegration) -> Mapping[str, int]:
    rows = Repository.objects.filter(integration_id=integration.id, status=pb.REPOSITORY_STATUS_ACTIVE)
    return {_identifier(kind, row): row.id for row in rows}
