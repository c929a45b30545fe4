"""Metadata: from HTTP headers to what a servicer sees, and back to headers and trailers.

Sources: PROTOCOL-HTTP2.md (timeouts, custom metadata, percent-encoding, reserved names) of grpc/grpc. PEP 3333 for the
limits of WSGI: it joins repeated headers with a comma, and does not tell "_" and "-" in a name apart.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

import grpc

from sentry_scm_grpc.server.failure import RpcFailure, broken


class Metadatum(NamedTuple):
    key: str
    value: str | bytes


Metadata = tuple[Metadatum, ...]
Headers = list[tuple[str, str]]

# Headers of HTTP, gRPC-Web and browsers are not metadata of the call.
_NOT_METADATA = frozenset(
    f"HTTP_{name}"
    for name in """
    ACCEPT ACCEPT_CHARSET ACCEPT_ENCODING ACCEPT_LANGUAGE ACCESS_CONTROL_REQUEST_HEADERS ACCESS_CONTROL_REQUEST_METHOD
    CACHE_CONTROL CONNECTION CONTENT_ENCODING CONTENT_LENGTH CONTENT_TYPE DNT EXPECT GRPC_ACCEPT_ENCODING GRPC_ENCODING
    GRPC_TIMEOUT HOST HTTP2_SETTINGS KEEP_ALIVE ORIGIN PRAGMA PRIORITY PROXY PROXY_AUTHENTICATE PROXY_AUTHORIZATION
    PROXY_CONNECTION REFERER TE TRAILER TRANSFER_ENCODING UPGRADE UPGRADE_INSECURE_REQUESTS X_GRPC_WEB
    """.split()  # noqa: SIM905
)
# Headers that a servicer may not set: those of the transport, and those that would open the answer to other origins.
_RESERVED = frozenset(
    """
    connection content-encoding content-length content-type date host keep-alive proxy-authenticate proxy-authorization
    proxy-connection te trailer transfer-encoding upgrade vary
    """.split()  # noqa: SIM905
)
_RESERVED_PREFIXES = ("grpc-", "access-control-")
# Reserved names of gRPC that servicers may set.
_FOR_SERVICERS = frozenset(("grpc-status-details-bin", "grpc-retry-pushback-ms", "grpc-trace-bin", "grpc-tags-bin"))

# More metadata is refused. grpcio's own server accepts 16 KiB, but browsers also send cookies.
MAX_METADATA = 100
MAX_METADATA_BYTES = 32 * 1024

# Names that occurred in an environ, each with its metadata key or without one. The caches are limited, because callers
# choose names.
_keys: dict[str, str] = {}
_noise: set[str] = set()
_MOST_NAMES = 1000

_KEY = re.compile(r"[0-9a-z_.-]+\Z")
_VALUE = re.compile(r"[\x20-\x7e]*\Z")
_TIMEOUT = re.compile(r"([0-9]{1,8})([HMSmun])\Z")
_SECONDS = {"H": 3600.0, "M": 60.0, "S": 1.0, "m": 1e-3, "u": 1e-6, "n": 1e-9}
_PRINTABLE = "".join(chr(c) for c in range(0x20, 0x7F) if chr(c) != "%")


class InvalidMetadata(ValueError):
    """Metadata of a servicer that cannot be sent. The text names the key, but not the value."""


def read_metadata(environ: Mapping[str, Any]) -> Metadata:
    """The invocation metadata: the caller's own keys and user-agent.

    Raises RpcFailure if there is too much of it, or if a "-bin" value is not base64.
    """
    found: list[Metadatum] = []
    count = size = 0
    # Most names are known not to be metadata. granian adds all of os.environ.
    for name in [name for name in environ if name not in _noise]:
        key, value = _keys.get(name) or _key_of(name), environ[name]
        if not key:
            continue
        count += 1 + value.count(",") if key[-4:] == "-bin" else 1
        size += len(key) + len(value)
        if count > MAX_METADATA or size > MAX_METADATA_BYTES:
            raise RpcFailure(
                grpc.StatusCode.RESOURCE_EXHAUSTED,
                f"The call has more metadata than {MAX_METADATA} values or {MAX_METADATA_BYTES} bytes.",
            )
        if key[-4:] != "-bin":
            found.append(Metadatum(key, value))
        else:
            found.extend(Metadatum(key, _decode_binary(key, item)) for item in value.split(","))
    return tuple(found)


def _key_of(name: str) -> str:
    """The metadata key for a name of the environ. Empty if it is not metadata."""
    if name[:5] != "HTTP_" or name in _NOT_METADATA or name[:9] == "HTTP_SEC_":
        key = ""
    else:
        key = name[5:].lower().replace("_", "-")
    if len(_keys) < _MOST_NAMES and key:
        _keys[name] = key
    elif len(_noise) < _MOST_NAMES and not key:
        _noise.add(name)
    return key


def _decode_binary(key: str, value: str) -> bytes:
    text = value.strip().rstrip("=")
    try:
        return binascii.a2b_base64((text + "=" * (-len(text) % 4)).encode("ascii"), strict_mode=True)
    except (binascii.Error, UnicodeEncodeError):
        raise broken(f"The metadata {key!r} is not base64.") from None


def read_timeout(value: str) -> float:
    """The seconds of a grpc-timeout header. Raises RpcFailure."""
    found = _TIMEOUT.match(value)
    if found is None:
        raise broken("The header grpc-timeout must be 1 to 8 digits and one of H, M, S, m, u, n.")
    return int(found[1]) * _SECONDS[found[2]]


def sendable(metadata: Iterable[tuple[str, str | bytes]] | None) -> list[tuple[str, str | bytes]]:
    """Metadata of a servicer without reserved names: bytes for "-bin" keys, otherwise text. Raises InvalidMetadata."""
    found: list[tuple[str, str | bytes]] = []
    for item in metadata or ():
        try:
            key, value = item
        except (TypeError, ValueError):
            raise InvalidMetadata("Metadata are pairs of key and value.") from None
        if not isinstance(key, str) or not _KEY.match(key):
            raise InvalidMetadata(f"The key {key!r} must be lower-case letters, digits, '_', '-' and '.'.")
        if key in _RESERVED or (key.startswith(_RESERVED_PREFIXES) and key not in _FOR_SERVICERS):
            continue
        found.append((key, _sendable_value(key, value)))
    return found


def _sendable_value(key: str, value: str | bytes) -> str | bytes:
    if key.endswith("-bin"):
        if not isinstance(value, str | bytes):
            raise InvalidMetadata(f"The value of {key!r} must be bytes.")
        return value.encode() if isinstance(value, str) else value
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    if not isinstance(value, str) or not _VALUE.match(value):
        raise InvalidMetadata(f"The value of {key!r} must be printable ASCII; bytes need a key that ends in '-bin'.")
    return value


def write_metadata(metadata: Iterable[tuple[str, str | bytes]] | None) -> Headers:
    """The header lines for metadata of a servicer, without reserved names. Raises InvalidMetadata."""
    # Without padding, as the protocol recommends.
    return [
        (key, value if isinstance(value, str) else b64encode(value).rstrip(b"=").decode("ascii"))
        for key, value in sendable(metadata)
    ]


def write_trailers(code: int, details: str, lines: Headers) -> bytes:
    """The block of a trailers frame."""
    block = f"grpc-status:{code}\r\n"
    if details:
        block += f"grpc-message:{percent_encode(details)}\r\n"
    for key, value in lines:
        block += f"{key}:{value}\r\n"
    return block.encode("ascii")


def percent_encode(text: str) -> str:
    """Percent-encoding as in gRPC: only "%" and characters outside printable ASCII."""
    return quote(text.encode("utf-8", "replace"), safe=_PRINTABLE)
