"""The source of a call: the address by which failures are counted and logged."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from sentry_scm_grpc.conf import conf

if TYPE_CHECKING:
    from sentry_scm_grpc.auth.authenticators import Metadata

FORWARDED = "x-forwarded-for"
# An address as some proxies write it: with a port or in brackets.
_WITH_PORT = re.compile(r"(?:\[([^\]]+)\]|([0-9.]+))(?::[0-9]+)?\Z")


def source_of(peer: str, metadata: Metadata) -> str:
    """The caller's address. For IPv6 it is the first half, which identifies one network.

    ``peer`` has gRPC's form: "ipv4:192.0.2.1:50123", "ipv6:[::1]:50123", "unix:". Behind TRUSTED_PROXIES proxies the
    source is the address that the outermost proxy wrote into x-forwarded-for. The caller may have made up everything to
    the left of it.
    """
    proxies = conf().TRUSTED_PROXIES
    forwarded = metadata.get(FORWARDED, "") if proxies else ""
    if isinstance(forwarded, str) and forwarded:
        addresses = forwarded.split(",")
        if len(addresses) >= proxies and (found := _network(addresses[-proxies].strip())):
            return found
    return _of_peer(peer)


def peer_of(environ: Mapping[str, Any]) -> str:
    """The other end of the connection in gRPC's form, such as "ipv4:192.0.2.1:50123"."""
    address = environ.get("REMOTE_ADDR") or ""
    port = environ.get("REMOTE_PORT") or "0"
    if not address:
        return "unix:"
    return f"ipv6:[{address}]:{port}" if ":" in address else f"ipv4:{address}:{port}"


@lru_cache(maxsize=4096)
def _of_peer(peer: str) -> str:
    family, _, rest = peer.partition(":")
    if family not in ("ipv4", "ipv6"):
        return family or "unknown"
    return _network(unquote(rest).rpartition(":")[0].strip("[]")) or "unknown"


def _network(text: str) -> str:
    """An address, or the network that counts as one address. Empty if the text is neither."""
    if found := _WITH_PORT.match(text):
        text = found[1] or found[2]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return f"{IPv6Address(int(address) >> 64 << 64)}/64"
    return str(address)
