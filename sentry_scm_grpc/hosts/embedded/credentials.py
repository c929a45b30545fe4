"""Integrations with vendors, without a Sentry: their credentials are added, checked, replaced and removed here."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from difflib import get_close_matches
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.utils import timezone

from sentry_scm_grpc.errors import FailedPrecondition, InvalidArgument, NotFound
from sentry_scm_grpc.hosts.embedded import sealing, vendors
from sentry_scm_grpc.hosts.embedded.models import CodeMapping, Integration, Organization, Repository, VendorAccess
from sentry_scm_grpc.hosts.embedded.rows import AnyIntegration
from sentry_scm_grpc.hosts.permissions import lacking
from sentry_scm_grpc.providers.registry import ALIASES, adapters
from sentry_scm_grpc.providers.vendor.base import Vendor
from sentry_scm_grpc.providers.vendor.credentials import Credential, Standing
from sentry_scm_grpc.providers.vendor.repositories import Repositories
from sentry_scm_grpc.providers.vendor.standalone import Standalone
from sentry_scm_grpc.rpc.policy import RPCS
from sentry_scm_grpc.v1 import scm_pb2 as pb

#: So long before its end a credential is something to fix.
SOON = timedelta(days=7)
_PLACE = re.compile(r"(?P<key>[a-z_]+)(:(?P<account>[^@\s{}]+))?(@(?P<address>https?://[^\s@?#]+))?")


@dataclass(frozen=True)
class Place:
    """A vendor and an account there: ``github:acme``, ``gitlab:group/sub@https://gitlab.example.com``."""

    key: str
    account: str
    address: str

    @property
    def standalone(self) -> type[Standalone]:
        return standalone_of(self.key)

    @classmethod
    def read(cls, text: str) -> Place:
        """Raises InvalidArgument."""
        found = _PLACE.fullmatch(text)
        if found is None:
            raise _wrong(f"{text!r} is not like KEY:ACCOUNT or KEY:ACCOUNT@https://HOST, such as github:acme.")
        known = found["key"]
        key = ALIASES.get(known, known)
        standalone = standalone_of(key)
        account, address = found["account"] or "", (found["address"] or standalone.default_address).rstrip("/")
        if not address:
            raise _wrong(f"{text!r} names no address. Write it after an @, such as {text}@https://scm.example.com.")
        if standalone.account_needed and not account:
            raise _wrong(f"{text!r} names no {standalone.account_word}. Write it after a colon, such as {known}:acme.")
        if account and not standalone.account_word:
            raise _wrong(f"{text!r} names an account, and this provider has none. Leave out ':{account}'.")
        return cls(key, account, address)

    @property
    def host(self) -> str:
        return urlsplit(self.address).netloc


def vendor_class(key: str) -> type[Vendor]:
    """Raises InvalidArgument for a provider that cannot be reached by a credential."""
    found = adapters().get(key)
    if found is None or not issubclass(found, Vendor) or found.standalone is None:
        names = {key: name for name, key in ALIASES.items()}
        known = sorted(
            names.get(key, key)
            for key, adapter in adapters().items()
            if issubclass(adapter, Vendor) and adapter.standalone is not None
        )
        near = get_close_matches(key, known, n=1)
        hint = f"Did you mean {near[0]}? " if near else ""
        raise _wrong(f"{key!r} is not a provider that takes a credential. {hint}There are {', '.join(known)}.")
    return found


def standalone_of(key: str) -> type[Standalone]:
    """How a provider is reached with a credential. Raises InvalidArgument."""
    found = vendor_class(key).standalone
    assert found is not None, "vendor_class has seen to it"
    return found


def has_repositories(integration: Integration) -> bool:
    """Whether the provider has repositories, and not only issues."""
    return issubclass(vendor_class(integration.provider_key), Repositories)


def vendor_adapter(integration: Integration) -> Vendor:
    """The adapter of a vendor's integration, for the operator."""
    connection = vendors.connection(standalone_of(integration.provider_key), integration, None, None)
    return vendor_class(integration.provider_key)(connection)


def find(organization: Organization, place: Place) -> Integration | None:
    """The integration with an account at a vendor."""
    rows = Integration.objects.filter(organization=organization, provider_key=place.key)
    return rows.filter(access__address=place.address, access__account=place.account).first()


def add(organization: Organization, place: Place, credential: Credential, name: str = "") -> Integration:
    """Asks the vendor about the credential, then stores both. Raises FailedPrecondition and the vendor's errors."""
    if found := find(organization, place):
        raise FailedPrecondition(
            f"The integration {found.id} is with the same account. 'integrations rotate {found.id}' replaces its"
            " credential.",
            reason="INTEGRATION_EXISTS",
        )
    integration = Integration(
        organization=organization,
        provider_key=place.key,
        name=name or place.account or place.host,
        domain="/".join(part for part in (place.host, place.account) if part),
    )
    access = VendorAccess(address=place.address, account=place.account)
    _take(access, credential)
    standing = _ask(integration, access)
    with transaction.atomic():
        integration.save()
        access.integration = integration
        _keep(access, credential, standing)
    return integration


def check(integration: Integration) -> VendorAccess:
    """Asks the vendor about the credential, and stores what it tells. Raises the vendor's errors."""
    access = access_of(integration)
    told = _told(_ask(integration, access))
    # Not what it tells of a credential that was replaced meanwhile.
    VendorAccess.objects.filter(pk=access.pk, changed=access.changed).update(**told)
    return access_of(integration)


def rotate(integration: Integration, credential: Credential) -> VendorAccess:
    """Replaces the credential, if the vendor accepts the new one. Raises the vendor's errors."""
    access = access_of(integration)
    _take(access, credential)
    _keep(access, credential, _ask(integration, access))
    return access


def is_same(integration: Integration, credential: Credential) -> bool:
    """Whether it is the integration's credential already."""
    access = access_of(integration)
    known = (access.kind, access.user) == (credential.kind, credential.user)
    return known and hmac.compare_digest(sealing.unseal(access.sealed), credential.secret)


def rpcs_report(integration: Integration) -> Iterator[str]:
    """Which of the RPCs that ask the vendor work with the credential, as far as it is known."""
    adapter, missing = vendor_class(integration.provider_key), lacks(integration)
    asking = [rpc for rpc in RPCS.values() if rpc.needs]
    working = [rpc.name for rpc in asking if adapter.supports(rpc.needs) and not missing.get(rpc.name, ("", ""))[0]]
    yield f"{len(working)} of {len(asking)} RPCs: {', '.join(working)}"
    for name, (_, message) in sorted(missing.items()):
        yield f"{name}: {message}"
    for message in sorted({adapter.missing.get(rpc.needs, "") for rpc in asking if not adapter.supports(rpc.needs)}):
        if message:
            yield message


def report() -> Iterator[tuple[str, bool]]:
    """A line about each credential, and whether the operator has to do something, from what the vendors told last."""
    for access in VendorAccess.objects.select_related("integration").order_by("integration"):
        text = (
            f"integration {access.integration_id} ({access.integration.provider_key}): {access.kind.replace('_', ' ')}"
        )
        if access.expires is not None and access.expires < timezone.now() + SOON:
            how = f"'integrations rotate {access.integration_id}' takes a new one"
            yield f"{text} ends on {access.expires:%Y-%m-%d}; {how}", True
            continue
        missing = sorted(name for name, (reason, _) in lacks(access.integration).items() if reason)
        ends = f", until {access.expires:%Y-%m-%d}" if access.expires else ""
        yield f"{text}{ends}{'; it lacks permissions for ' + ', '.join(missing) if missing else ''}", False


def remove(integration: Integration) -> int:
    """Removes an integration with its credential, its repositories and their code mappings. Returns how many
    repositories there were."""
    with transaction.atomic():
        # The mappings first, and by name: a transaction of SQLite that begins with a read may be refused.
        CodeMapping.objects.filter(repository__integration=integration).delete()
        repositories = Repository.objects.filter(integration=integration)
        count = repositories.count()
        repositories.delete()
        integration.delete()
    return count


def new_key() -> int:
    """Makes a new key, encrypts every credential with it, and drops the old keys. Returns how many credentials.

    Where the environment has the keys, its first is the new one, and it keeps the others.
    """
    sealing.add_key()
    count = 0
    for access in VendorAccess.objects.all():
        sealed = sealing.seal(sealing.unseal(access.sealed))
        # A credential that was replaced meanwhile is under the new key already.
        VendorAccess.objects.filter(pk=access.pk, sealed=access.sealed).update(sealed=sealed)
        count += 1
    sealing.drop_old_keys()
    return count


def access_of(integration: Integration) -> VendorAccess:
    """Raises FailedPrecondition if the integration has no credential."""
    found = VendorAccess.objects.filter(integration=integration).first()
    if found is None:
        raise FailedPrecondition(
            f"The integration {integration.id} is with repositories on disk. It has no credential.",
            reason="NO_CREDENTIAL",
        )
    return found


def lacks(integration: AnyIntegration) -> Mapping[str, tuple[str, str]]:
    """For ``Host.lacks``."""
    access = VendorAccess.objects.filter(integration_id=integration.id).first()
    adapter = adapters().get(integration.provider_key)
    if access is None or access.permissions is None or adapter is None or not issubclass(adapter, Vendor):
        return {}
    when = f"When it was checked on {access.checked:%Y-%m-%d}, the credential" if access.checked else "The credential"
    return dict(lacking(adapter, access.permissions, when))


def _take(access: VendorAccess, credential: Credential) -> None:
    access.kind, access.user = credential.kind, credential.user
    access.sealed, access.changed = sealing.seal(credential.secret), timezone.now()
    access.facts = {}


def _ask(integration: Integration, access: VendorAccess) -> Standing:
    standalone = standalone_of(integration.provider_key)(vendors.access_of(integration, access))
    vendors.connect(standalone, integration)
    return standalone.examine()


def _keep(access: VendorAccess, credential: Credential, standing: Standing) -> None:
    for name, value in _told(standing).items():
        setattr(access, name, value)
    # Anew, because the key may have been replaced while the vendor was asked.
    access.sealed = sealing.seal(credential.secret)
    access.save()


def _told(standing: Standing) -> dict[str, Any]:
    """The columns for what the vendor told."""
    return {
        "checked": timezone.now(),
        "identity": standing.identity[:255],
        "facts": dict(standing.facts),
        "permissions": None if standing.permissions is None else list(standing.permissions),
        "expires": standing.expires,
    }


def integration_by_id(id: int) -> Integration:
    """Raises NotFound."""
    found = Integration.objects.filter(id=id).first()
    if found is None:
        raise NotFound(f"There is no integration {id}. 'integrations list' shows them.")
    return found


def _wrong(text: str) -> InvalidArgument:
    return InvalidArgument(text)


def provider_status(status: int) -> str:
    return pb.IntegrationStatus.Name(status).removeprefix("INTEGRATION_STATUS_").lower()  # type: ignore[arg-type]
