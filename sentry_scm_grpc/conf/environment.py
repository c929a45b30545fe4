"""The environment: the variables that the app knows, and options of commands that can be given there."""

from __future__ import annotations

import os
import re
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ImproperlyConfigured

PREFIX = "SCM_GRPC_"

#: Names that are not settings of the app: those of the embedded host and of the commands, and credentials of callers.
OTHERS = frozenset(
    """
    ADMIN ADMIN_ORIGIN ALLOWED_HOSTS CACHE_URL CREDENTIAL_KEYS DATA DATABASE_URL LOG_LEVEL SECRET_KEY
    VENDOR_CA_BUNDLE
    BIND CLIENT_CA CREDENTIAL_FILE DAYS GRACE INTEGRATION LABEL LANGUAGE OFFLINE ONCE ORGANIZATION OUT REPO SCOPES SIGN
    THREADS TIMEOUT TLS_CERT TLS_KEY URL WORKERS
    API_KEY HMAC_SECRET TOKEN
    """.split()  # noqa: SIM905
)
# Variables that Kubernetes sets in every container if a service's name begins with "scm-grpc".
_OF_KUBERNETES = re.compile(
    r"(\w+_)?SERVICE_(HOST|PORT(_\w+)?)|(\w+_)?PORT(_\d+_(TCP|UDP|SCTP)(_(ADDR|PORT|PROTO))?)?", re.ASCII
)
_BOOLEANS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


def unknown_variables(settings: Iterable[str]) -> list[str]:
    """Variables with the prefix that nothing reads. ``settings`` are the names of the app's settings."""
    known = OTHERS.union(settings)
    names = (name.removeprefix(PREFIX) for name in os.environ if name.startswith(PREFIX))
    return sorted(PREFIX + name for name in names if name not in known and not _OF_KUBERNETES.fullmatch(name))


def read_bool(text: str) -> bool:
    """Raises ValueError."""
    if text.strip().lower() not in _BOOLEANS:
        raise ValueError(text)
    return _BOOLEANS[text.strip().lower()]


def read_number(text: str) -> int:
    """A whole number that is not negative. Raises ValueError."""
    if not (text.strip().isascii() and text.strip().isdigit()):
        raise ValueError(text)
    return int(text)


def above_zero(text: str) -> int:
    """The type of an option whose value is a whole number above zero."""
    try:
        if number := read_number(text):
            return number
    except ValueError:
        pass
    raise ArgumentTypeError(f"{text!r} is not a whole number above zero")


@dataclass(frozen=True)
class _Option:
    name: str
    variable: str
    kind: Callable[[str], Any]
    choices: tuple[str, ...]
    #: What separates several values. Empty if there is one.
    separator: str
    default: Any

    def read(self) -> Any:
        """The value in the environment, otherwise the default."""
        text = os.environ.get(self.variable)
        if text is None:
            return self.default
        if not text and self.kind is not str:
            raise ImproperlyConfigured(f"{self.variable} is empty; give it a value or unset it.")
        if self.separator:
            return [self.kind(part) for part in text.split(self.separator) if part]
        try:
            value = self.kind(text)
        except (ValueError, ArgumentTypeError) as error:
            told = {
                read_bool: "it must be true or false",
                int: "it must be a whole number",
                float: "it must be a number",
            }
            why = told.get(self.kind, str(error))
            raise ImproperlyConfigured(f"{self.variable} is {text!r}; {why}.") from None
        if self.choices and value not in self.choices:
            raise ImproperlyConfigured(f"{self.variable} is {text!r}; it must be one of {', '.join(self.choices)}.")
        return value


def add_option(
    parser: ArgumentParser,
    flag: str,
    kind: Callable[[str], Any] = str,
    *,
    default: Any = None,
    required: bool = False,
    separator: str = os.pathsep,
    **more: Any,
) -> None:
    """Adds an option that the environment can also give: ``--tls-cert`` is SCM_GRPC_TLS_CERT.

    ``kind`` is argparse's ``type``; with ``bool`` the flag takes no value. ``settle`` fills in options that are not on
    the command line.
    """
    name = flag.removeprefix("--").replace("-", "_")
    variable = PREFIX + name.upper()
    if kind is bool:
        kind, more = read_bool, {**more, "action": "store_true"}
    else:
        more = {**more, "type": kind}
    separator = separator if more.get("action") == "append" else ""
    option = _Option(name, variable, kind, tuple(more.get("choices", ())), separator, default)
    parser.add_argument(flag, default=None, required=required and variable not in os.environ, **more)
    parser.set_defaults(options=(*(parser.get_default("options") or ()), option))


def settle(given: Namespace) -> Namespace:
    """Returns the arguments, and fills in those that were not given. Raises ImproperlyConfigured."""
    for option in getattr(given, "options", ()):
        if getattr(given, option.name) is None:
            setattr(given, option.name, option.read())
    return given
