"""The settings of the app: one dict, ``SCM_GRPC``, whose every key can also come from the environment.

A key in the dict beats the environment variable ``SCM_GRPC_<KEY>``, which beats the default. docs/settings.md has the
table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any, NamedTuple

import environ
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed

from sentry_scm_grpc.conf.signing_keys import SigningKey, read_keys


class Rate(NamedTuple):
    """So many calls in a window of so many seconds."""

    calls: int
    seconds: int

    @classmethod
    def read(cls, text: str) -> Rate:
        """From "600/m"; the units are s, m, h and d. Raises ValueError."""
        calls, _, unit = text.partition("/")
        if unit not in _SECONDS or not (calls.isascii() and calls.isdigit()):
            raise ValueError(text)
        return cls(int(calls), _SECONDS[unit])

    def __str__(self) -> str:
        return f"{self.calls}/{next(unit for unit, seconds in _SECONDS.items() if seconds == self.seconds)}"


_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True)
class Conf:
    """The settings, read. Sizes in bytes, times in seconds."""

    #: RPCs to turn on: names, the groups "read", "write" and "*"; "-Name" turns one off. A name beats "read" and
    #: "write", which beat "*". As a list, a string with commas, or a dict of name to bool.
    RPCS: Mapping[str, bool] = field(default_factory=dict)
    #: How callers prove who they are: names that the host offers, or dotted paths of Authenticator classes.
    AUTHENTICATORS: tuple[str, ...] = ()
    #: Keys of services that sign their calls, for the authenticator "hmac": {"reports": {"secrets": [new, old],
    #: "scopes": ["org:read"], "organizations": [1] or "*", "expires": "2030-01-31"}}. A string is JSON.
    HMAC_KEYS: Mapping[str, SigningKey] = field(default_factory=dict)
    #: Proxies in front of the site that each add an address to x-forwarded-for: so many from its end is the caller's.
    TRUSTED_PROXIES: int = 0
    #: The host's key, "sentry" or "embedded"; empty means the one whose app is installed.
    HOST: str = ""
    #: RPC paths answer below this prefix and without it.
    PREFIX: str = "/grpc"
    #: Whether the prefix has a page from which people try the API. It shows the RPCs that are on, and no data.
    EXPLORER: bool = False
    #: The largest message that is accepted, before and after decompression.
    MAX_MESSAGE_BYTES: int = 1024 * 1024
    #: How many rows a page has when the request does not say, and at most.
    PAGE_SIZE: int = 100
    MAX_PAGE_SIZE: int = 1000
    #: Origins, such as "https://app.example.com", whose browser pages may call.
    CORS_ORIGINS: tuple[str, ...] = ()
    #: How long a credential that was found good is believed without looking again: so long does a revoked one live on.
    CREDENTIAL_CACHE_SECONDS: int = 10
    #: Whether an organization's key may do what Sentry's REST wants a user for: create, update and delete repositories.
    KEYS_MAY_ACT_AS_USERS: bool = False
    #: The Django cache of nonces, rate limits and reads of vendors. Must be shared by all processes.
    CACHE: str = "default"
    #: How long reads of a vendor are kept (0: not at all): so long can a commit that was read be read after the
    #: vendor's access is gone.
    VENDOR_CACHE_SECONDS: int = 3600
    #: The embedded host: directories below which repositories may lie. What is outside, or leads out, is refused.
    GIT_ROOTS: tuple[str, ...] = ()
    #: The native door: threads that answer calls, and calls under way beyond which new ones are refused (0: no limit).
    NATIVE_THREADS: int = 10
    NATIVE_MAX_CALLS: int = 0
    #: How often one credential may call, such as {"read": "600/m", "write": "60/m", "SearchCode": "30/m"}: a name beats
    #: "read" and "write", which beat "*", and only the one that wins is counted. Without an entry there is no limit.
    RATE_LIMITS: Mapping[str, Rate] = field(default_factory=dict)
    #: Calls that are refused while the cache cannot count them: "read", "write" or both.
    REFUSE_UNCOUNTED: tuple[str, ...] = ("write",)
    #: Calls that a process answers at a time, in all and for one credential (0: no limit). Streams count to their end.
    MAX_CALLS: int = 0
    MAX_CALLS_PER_CREDENTIAL: int = 25
    #: How long a call may last, even where its deadline is later or there is none. Streams have their own limit.
    MAX_CALL_SECONDS: int = 60
    #: What a call may read into memory from a repository, and how many items it may collect (0: no limit).
    MAX_CALL_BYTES: int = 256 * 1024 * 1024
    MAX_CALL_ITEMS: int = 1_000_000
    #: The memory of each process that a call starts. Files of a repository that it maps do not count.
    MAX_PROCESS_BYTES: int = 192 * 1024 * 1024
    #: How many calls of a server process have git processes at work at once, at most two each.
    MAX_GIT_CALLS: int = 8
    #: How long a stream may last (0: no limit).
    MAX_STREAM_SECONDS: int = 600
    #: Whoever sends this as a bearer token reads metrics, Prometheus' text at PREFIX/metrics. Empty: there are none.
    METRICS_TOKEN: str = field(default="", repr=False)

    def enabled(self, names: Iterable[str]) -> bool:
        """Whether an RPC is on. ``names`` are its own name and those of its groups (``Rpc.setting_names``): the first
        that the setting has decides."""
        return next((self.RPCS[name] for name in names if name in self.RPCS), False)

    def budget(self, names: Iterable[str]) -> tuple[str, Rate] | None:
        """The entry of RATE_LIMITS that counts calls of an RPC, and its name; None where there is no limit. ``names``
        as for ``enabled``."""
        for name in names if self.RATE_LIMITS else ():
            if name in self.RATE_LIMITS:
                return name, self.RATE_LIMITS[name]
        return None


@cache
def conf() -> Conf:
    """The settings of this process. Raises ImproperlyConfigured for a value that cannot be read."""
    given: Mapping[str, Any] = getattr(settings, "SCM_GRPC", {})
    if not isinstance(given, Mapping):
        raise ImproperlyConfigured("SCM_GRPC must be a dict, such as {'RPCS': ['read']}.")
    env = environ.Env()
    values: dict[str, Any] = {}
    for key in fields(Conf):
        variable = f"SCM_GRPC_{key.name}"
        if key.name in given:
            values[key.name] = _read(key.name, given[key.name])
        elif variable in env.ENVIRON:
            values[key.name] = _read(variable, env.str(variable))
    return Conf(**values)


def unknown_keys() -> list[str]:
    """Keys of the dict that mean nothing here."""
    return sorted(set(getattr(settings, "SCM_GRPC", {})) - {key.name for key in fields(Conf)})


def _read(name: str, value: Any) -> Any:
    key = name.removeprefix("SCM_GRPC_")
    if key == "HMAC_KEYS":
        try:
            return read_keys(value)
        except ValueError as error:
            # Its value, which holds secrets, is not shown.
            raise ImproperlyConfigured(f"{name} cannot be read: {error}.") from None
    default = next(f for f in fields(Conf) if f.name == key)
    try:
        if key == "RPCS":
            return _read_rpcs(value)
        if key == "RATE_LIMITS":
            return _read_rates(value)
        if default.type.startswith("tuple"):
            return tuple(_read_list(value))
        if default.type == "bool":
            return environ.Env.parse_value(value, bool) if isinstance(value, str) else _exactly(bool, value)
        if default.type == "int":
            number = int(value) if isinstance(value, str) else _exactly(int, value)
            if number < 0:
                raise ValueError
            return number
        return _exactly(str, value)
    except (TypeError, ValueError):
        kind = {"int": "a whole number, not negative", "bool": "True or False", "str": "a string"}
        wanted = kind.get(str(default.type), "a list of strings")
        if key == "RATE_LIMITS":
            wanted = 'calls per s, m, h or d for each name, such as {"read": "600/m", "write": "60/m"}'
        shown = "no string" if key == "METRICS_TOKEN" else repr(value)
        raise ImproperlyConfigured(f"{name} is {shown}; it must be {wanted}.") from None


def _exactly(kind: type, value: Any) -> Any:
    if type(value) is not kind:
        raise TypeError
    return value


def _read_list(value: Any) -> list[str]:
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return [_exactly(str, part) for part in value]


def _read_rpcs(value: Any) -> dict[str, bool]:
    if isinstance(value, Mapping):
        return {_exactly(str, name): _exactly(bool, on) for name, on in value.items()}
    names: Iterable[str] = _read_list(value)
    return {name.removeprefix("-"): not name.startswith("-") for name in names}


def _read_rates(value: Any) -> dict[str, Rate]:
    """A dict, or a string such as "read=600/m,write=60/m"."""
    pairs = value.items() if isinstance(value, Mapping) else (part.split("=", 1) for part in _read_list(value))
    return {_exactly(str, name): Rate.read(_exactly(str, rate)) for name, rate in pairs}


def _forget(*, setting: str, **_: Any) -> None:
    if setting == "SCM_GRPC":
        conf.cache_clear()


setting_changed.connect(_forget)
