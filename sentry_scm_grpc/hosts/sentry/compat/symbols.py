"""What the app looks for in Sentry's code: where each symbol has been, and what does not work without it.

The doctor prints this list; the host finds its way by the same list.
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
    """The first of some "module:name" or modules that there is, and what it is; an empty text and None for none."""
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
    """A function, class or object of Sentry's. ``places`` are the newest first."""

    name: str
    places: tuple[str, ...]
    #: What does not work where this Sentry has it in none of these places.
    without: str
    #: Whether a Sentry in which everything works may lack it.
    optional: bool

    def find(self) -> Any:
        """What was found; None where this Sentry does not have it."""
        return first_of(*self.places)[1]

    @property
    def place(self) -> str:
        """Where it was found; empty where it was not."""
        return first_of(*self.places)[0]


_DECLARED: dict[str, Symbol] = {}


def symbol(name: str, *places: str, without: str, optional: bool = False) -> Symbol:
    """Declares a symbol. Every look into Sentry's code goes through one."""
    return _DECLARED.setdefault(name, Symbol(name, places, without, optional))


def declared() -> Iterator[Symbol]:
    yield from _DECLARED.values()
