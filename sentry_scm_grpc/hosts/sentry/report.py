"""What the doctor reports about the Sentry in which the app runs."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings

from sentry_scm_grpc.hosts.base import Finding
from sentry_scm_grpc.hosts.sentry import compat, messages
from sentry_scm_grpc.hosts.sentry.compat import code_mappings, symbols
from sentry_scm_grpc.providers.registry import adapters

_ADDRESS_ALLOWED = symbols.symbol(
    "rule for addresses",
    "sentry.net.socket:is_ipaddress_allowed",
    without="the doctor cannot name vendors whose addresses Sentry does not call",
    optional=True,
)


def examine(offline: bool) -> Iterator[Finding]:
    """Each symbol and model that the app looks for, the differences of this Sentry from others, and the vendors that it
    does not call."""
    for symbol in symbols.declared():
        if symbol.place:
            yield Finding(f"found    {symbol.name} ({symbol.place})")
        else:
            yield _missing(symbol.name, symbol.without, symbol.optional)
    for name, used_for in compat.MODELS.items():
        if name.lower() in apps.all_models["sentry"]:
            yield Finding(f"found    model {name}")
        else:
            yield _missing(f"model {name}", f"what does not work: {used_for}", name in compat.OPTIONAL_MODELS)
    if "repositoryprojectpathconfig" in apps.all_models["sentry"]:
        yield Finding(f"as here  code mappings have {code_mappings.shape()}")
    yield from _blocked_vendors(offline)


def _missing(name: str, without: str, optional: bool) -> Finding:
    return Finding(f"missing  {name}: {without}", to_fix=not optional)


def _blocked_vendors(offline: bool) -> Iterator[Finding]:
    """The integrations whose vendor has an address in SENTRY_DISALLOWED_IPS."""
    allowed = _ADDRESS_ALLOWED.find()
    if allowed is None:
        return
    mend = (
        "name the address in SENTRY_ALLOWED_IPS"
        if hasattr(settings, "SENTRY_ALLOWED_IPS")
        else "remove its network from SENTRY_DISALLOWED_IPS"
    )
    organizations = compat.model("Organization").objects.filter(status=compat.ACTIVE).order_by("id")
    for organization_id, slug in organizations.values_list("id", "slug"):
        for context in compat.integration_contexts(organization_id, sorted(adapters())):
            integration = messages.integration(context, organization_id)
            metadata = context.integration.metadata or {}
            called = urlsplit(str(metadata.get("base_url") or "")).netloc.rpartition("@")[2]
            host = called or integration.domain.partition("/")[0]
            for address in _addresses(host, offline):
                if not allowed(address):
                    yield Finding(
                        f"blocked  {integration.provider_key} {integration.name!r} of {slug} (integration"
                        f" {integration.id}): Sentry does not call {host}, because {address} is in"
                        f" SENTRY_DISALLOWED_IPS. To allow it, {mend}.",
                        to_fix=True,
                    )


def _addresses(host: str, offline: bool) -> tuple[str, ...]:
    """The addresses of a host, which may include a port or be an address. Empty if they are not known."""
    name = host.removeprefix("[").partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    try:
        return (str(ipaddress.ip_address(name)),)
    except ValueError:
        pass
    if offline or not name:
        return ()
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        # The check of its provider reports that it cannot be reached.
        return ()
    return tuple(dict.fromkeys(str(address[0]).partition("%")[0] for *_, address in found))
