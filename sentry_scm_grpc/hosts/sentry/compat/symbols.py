"""The symbols that the app uses in Sentry's code: the places of each, and what does not work without it.

The doctor prints this list, and the host uses it to import.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from operator import attrgetter
from typing import Any


@cache
def first_of(*places: str) -> tuple[str, Any]:
    """The first of several "module:name" or modules that exists, and its value. An empty text and None if none
    exists."""
    for place in places:
        module, _, name = place.partition(":")
        try:
            found = import_module(module)
            return place, attrgetter(name)(found) if name else found
        except (ImportError, AttributeError):
            continue
    return "", None


@dataclass(frozen=True)
class Symbol:
    """A function, class or object of Sentry. ``places`` are the newest first."""

    name: str
    places: tuple[str, ...]
    #: What does not work if none of these places exists.
    without: str
    #: Whether everything may work without it.
    optional: bool

    def find(self) -> Any:
        """The value. None if this Sentry does not have it."""
        return first_of(*self.places)[1]

    @property
    def place(self) -> str:
        """The place where it was found. Empty if it was not."""
        return first_of(*self.places)[0]


_DECLARED: dict[str, Symbol] = {}


def symbol(name: str, *places: str, without: str, optional: bool = False) -> Symbol:
    """Declares a symbol. All uses of Sentry's code go through one."""
    return _DECLARED.setdefault(name, Symbol(name, places, without, optional))


def declared() -> Iterator[Symbol]:
    yield from _DECLARED.values()
