"""The settings of the app: one dict, ``SCM_GRPC``. The environment can give every key, too.

A key in the dict overrides the environment variable ``SCM_GRPC_<KEY>``, which overrides the default.
docs/reference/settings.md lists all settings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from functools import cache
from typing import Any, NamedTuple

import environ
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed

from sentry_scm_grpc.conf.environment import OTHERS, PREFIX, read_bool, read_number, unknown_variables
from sentry_scm_grpc.conf.signing_keys import SigningKey, read_keys


class Rate(NamedTuple):
    """A number of calls in a window of so many seconds."""

    calls: int
    seconds: int

    @classmethod
    def read(cls, text: str) -> Rate:
        """Reads a text such as "600/m"; the units are s, m, h and d. Raises ValueError."""
        calls, _, unit = text.partition("/")
        if unit not in _SECONDS or not (calls.isascii() and calls.isdigit()):
            raise ValueError(text)
        return cls(int(calls), _SECONDS[unit])

    def __str__(self) -> str:
        return f"{self.calls}/{next(unit for unit, seconds in _SECONDS.items() if seconds == self.seconds)}"


_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True)
class Conf:
    """The settings after reading. Sizes are in bytes, times in seconds."""

    #: The RPCs that are on: names, the groups "read", "write" and "*"; "-Name" turns one off. A name overrides "read"
    #: and "write", which override "*". A list, a string with commas, or a dict of name to bool.
    RPCS: Mapping[str, bool] = field(default_factory=dict)
    #: How callers authenticate: names that the host offers, or dotted paths of Authenticator classes.
    AUTHENTICATORS: tuple[str, ...] = ()
    #: Keys of services that sign their calls, for the authenticator "hmac": {"reports": {"secrets": [new, old],
    #: "scopes": ["org:read"], "organizations": [1] or "*", "expires": "2030-01-31"}}. A string is JSON.
    HMAC_KEYS: Mapping[str, SigningKey] = field(default_factory=dict)
    #: The number of proxies that each add an address to x-forwarded-for. The caller's address is at this place from its
    #: end.
    TRUSTED_PROXIES: int = 0
    #: The key of the host, "sentry" or "embedded". Empty means the host whose app is installed.
    HOST: str = ""
    #: RPCs are served below this prefix and also without it.
    PREFIX: str = "/grpc"
    #: Whether the prefix serves the explorer, a page to try the API. It shows the RPCs that are on, and no data.
    EXPLORER: bool = False
    #: The largest message that is accepted, before and after decompression.
    MAX_MESSAGE_BYTES: int = 1024 * 1024
    #: The number of rows in a page: if the request gives none, and the maximum.
    PAGE_SIZE: int = 100
    MAX_PAGE_SIZE: int = 1000
    #: Origins, such as "https://app.example.com", from whose pages browsers may call.
    CORS_ORIGINS: tuple[str, ...] = ()
    #: How long an accepted credential is not checked again. A revoked credential is still accepted for this long.
    CREDENTIAL_CACHE_SECONDS: int = 10
    #: Whether an organization's key may create, update and delete repositories. Sentry's REST API requires a user for
    #: that.
    KEYS_MAY_ACT_AS_USERS: bool = False
    #: The Django cache for nonces, rate limits and reads of vendors. All processes must share it.
    CACHE: str = "default"
    #: How long reads of a vendor are kept; 0 means not at all. After the vendor withdraws access, a commit that was
    #: read before can still be read for this long.
    VENDOR_CACHE_SECONDS: int = 3600
    #: The embedded host: directories in which repositories may be. Paths outside, and links that lead outside, are
    #: refused.
    GIT_ROOTS: tuple[str, ...] = ()
    #: The embedded host: whether RPCs may write to these repositories, to branches that no work tree has checked out.
    GIT_WRITES: bool = False
    #: The native door: the number of threads, and the number of running calls above which new ones are refused (0: no
    #: limit).
    NATIVE_THREADS: int = 10
    NATIVE_MAX_CALLS: int = 0
    #: How often one credential may call, such as {"read": "600/m", "write": "60/m", "SearchCode": "30/m"}. A name
    #: overrides "read" and "write", which override "*"; only that entry counts the call. Without an entry there is no
    #: limit.
    RATE_LIMITS: Mapping[str, Rate] = field(default_factory=dict)
    #: Which calls are refused while the cache cannot count them: "read", "write" or both.
    REFUSE_UNCOUNTED: tuple[str, ...] = ("write",)
    #: How many calls a process answers at a time, in total and for one credential (0: no limit). Streams count until
    #: they end.
    MAX_CALLS: int = 0
    MAX_CALLS_PER_CREDENTIAL: int = 25
    #: How long a call may last, whatever its deadline. Streams have their own limit.
    MAX_CALL_SECONDS: int = 60
    #: What a call may read into memory from a repository, and how many items it may collect (0: no limit).
    MAX_CALL_BYTES: int = 256 * 1024 * 1024
    MAX_CALL_ITEMS: int = 1_000_000
    #: The memory of each process that a call starts, without files of a repository that it maps.
    MAX_PROCESS_BYTES: int = 192 * 1024 * 1024
    #: How many calls of a server process can run git processes at the same time; each call runs two at most.
    MAX_GIT_CALLS: int = 8
    #: How long a stream may last (0: no limit).
    MAX_STREAM_SECONDS: int = 600
    #: The bearer token with which metrics can be read, in Prometheus' format at PREFIX/metrics. Empty: no metrics.
    METRICS_TOKEN: str = field(default="", repr=False)

    def enabled(self, names: Iterable[str]) -> bool:
        """Whether an RPC is on. ``names`` are its own name and those of its groups (``Rpc.setting_names``). The first
        one in the setting decides."""
        return next((self.RPCS[name] for name in names if name in self.RPCS), False)

    def budget(self, names: Iterable[str]) -> tuple[str, Rate] | None:
        """The entry of RATE_LIMITS that counts calls of an RPC, and its name; None if there is no limit. ``names`` are
        as for ``enabled``."""
        for name in names if self.RATE_LIMITS else ():
            if name in self.RATE_LIMITS:
                return name, self.RATE_LIMITS[name]
        return None


class Fault(NamedTuple):
    """What is wrong with the settings, in one line and without a secret. ``id`` is that of its system check."""

    text: str
    hint: str
    id: str


@cache
def conf() -> Conf:
    """The settings of this process. Raises ImproperlyConfigured if there is a fault."""
    values, faults = _read_all()
    if faults:
        raise ImproperlyConfigured(" ".join(fault.text for fault in faults))
    return Conf(**values)


def faults() -> list[Fault]:
    """All reasons why ``conf`` cannot be read."""
    return _read_all()[1]


def why_off() -> str:
    """Why this process serves nothing. Empty if the settings can be read.

    A misspelt name is as serious as a wrong value: it could leave something on that somebody has turned off.
    """
    try:
        conf()
    except ImproperlyConfigured as error:
        return str(error)
    return ""


def _read_all() -> tuple[dict[str, Any], list[Fault]]:
    names = [key.name for key in fields(Conf)]
    found: list[Fault] = []
    given: Any = getattr(settings, "SCM_GRPC", {})
    if not isinstance(given, Mapping):
        text = "SCM_GRPC must be a dict, such as {'RPCS': ['read']}."
        return {}, [Fault(text, "docs/reference/settings.md lists every setting.", "E001")]
    for key in sorted(set(map(_short, given)).difference(names)):
        found.append(Fault(f"SCM_GRPC has no setting {key!r}.", _suggest(key, names), "E004"))
    known = [PREFIX + name for name in (*names, *OTHERS)]
    for variable in unknown_variables(names):
        text = f"The environment has {_short(variable)}, which is not a setting."
        found.append(Fault(text, _suggest(variable, known), "E004"))
    env = environ.Env()
    values: dict[str, Any] = {}
    for name in names:
        try:
            if name in given:
                values[name] = _read(name, given[name])
            elif PREFIX + name in env.ENVIRON:
                values[name] = _read(PREFIX + name, env.str(PREFIX + name))
        except ImproperlyConfigured as error:
            found.append(Fault(str(error), "docs/reference/settings.md lists every setting.", "E001"))
    return values, found


def _suggest(name: str, known: list[str]) -> str:
    close = get_close_matches(name, known, n=1, cutoff=0.5)
    return f"Did you mean {close[0]!r}?" if close else "docs/reference/settings.md lists the settings."


def _short(value: Any) -> str:
    """A name for a message. It is cut if it is so long that it may be a secret in the wrong place."""
    text = str(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:12]}..."


_LONGEST_SHOWN = 60
#: Settings for which 0 would make all calls fail.
_ABOVE_ZERO = ("MAX_MESSAGE_BYTES", "PAGE_SIZE", "MAX_PAGE_SIZE", "NATIVE_THREADS")


def _read(name: str, value: Any) -> Any:
    key = name.removeprefix(PREFIX)
    if key == "HMAC_KEYS":
        try:
            return read_keys(value)
        except ValueError as error:
            # The value contains secrets, so it is not shown.
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
            return read_bool(value) if isinstance(value, str) else _exactly(bool, value)
        if default.type == "int":
            number = read_number(value) if isinstance(value, str) else _exactly(int, value)
            if number < (key in _ABOVE_ZERO):
                raise ValueError
            return number
        if key == "CACHE" and not value:
            raise ValueError
        return _exactly(str, value)
    except (TypeError, ValueError):
        least = "above zero" if key in _ABOVE_ZERO else "not negative"
        kind = {"int": f"a whole number, {least}", "bool": "True or False", "str": "a string"}
        wanted = kind.get(str(default.type), "a list of strings")
        if key == "RATE_LIMITS":
            such = "read=600/m,write=60/m" if isinstance(value, str) else '{"read": "600/m", "write": "60/m"}'
            wanted = f"calls per s, m, h or d for each name, such as {such}"
        if key == "CACHE":
            wanted = "the name of a cache"
        shown = "no string" if key == "METRICS_TOKEN" else _short(repr(value))
        raise ImproperlyConfigured(f"{name} is {shown}; it must be {wanted}.") from None


def _exactly(kind: type, value: Any) -> Any:
    if type(value) is not kind:
        raise TypeError
    return value


def _read_list(value: Any) -> list[str]:
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    if not isinstance(value, list | tuple | set | frozenset):
        raise TypeError
    return [_exactly(str, part) for part in value]


def _read_rpcs(value: Any) -> dict[str, bool]:
    if isinstance(value, Mapping):
        return {_exactly(str, name): _exactly(bool, on) for name, on in value.items()}
    names: Iterable[str] = _read_list(value)
    return {name.removeprefix("-"): not name.startswith("-") for name in names}


def _read_rates(value: Any) -> dict[str, Rate]:
    """Reads a dict, or a string such as "read=600/m,write=60/m"."""
    pairs = value.items() if isinstance(value, Mapping) else (part.split("=", 1) for part in _read_list(value))
    return {_exactly(str, name): Rate.read(_exactly(str, rate)) for name, rate in pairs}


def _forget(*, setting: str, **_: Any) -> None:
    if setting == "SCM_GRPC":
        conf.cache_clear()


setting_changed.connect(_forget)
