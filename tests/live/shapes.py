"""The shape of JSON: which keys it has and of which types, never values."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

#: The types of JSON, as reports name them.
_TYPES = {
    str: "string",
    bool: "boolean",
    int: "number",
    float: "number",
    type(None): "null",
    dict: "object",
    list: "list",
}
#: In place of a key that may be content, such as a path or a SHA.
MASK = "*"
_PLAIN_KEY = re.compile(r"[@$_]?[A-Za-z][\w.$-]{0,40}")
_LONG_NUMBER = re.compile(r"[0-9a-fA-F]{7,}|\d{4,}")
#: An object with more keys than this, which the fake does not know, is a map: its keys are content.
_MOST_KEYS = 60


@dataclass
class Shape:
    """What some answers have in common. Places are written as ``commits[].author.name``."""

    #: At each place, how many values there were of each type.
    types: dict[str, Counter[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, value: Any, known: Shape | None = None) -> Shape:
        """``known`` is the fake's, whose keys are no content."""
        made = cls()
        made._add("", value, known)
        return made

    def add(self, other: Shape) -> None:
        for place, types in other.types.items():
            self.types.setdefault(place, Counter()).update(types)

    def keys_at(self, place: str) -> list[str]:
        """The keys of the objects at a place, as places."""
        start = f"{place}." if place else ""
        keys = (known for known in self.types if known.startswith(start) and known != place)
        return [key for key in keys if not re.search(r"\.|\[\]", _unescaped(key[len(start) :]))]

    def _add(self, place: str, value: Any, known: Shape | None) -> None:
        self.types.setdefault(place, Counter())[_TYPES[type(value)]] += 1
        if isinstance(value, list):
            for item in value:
                self._add(f"{place}[]", item, known)
        elif isinstance(value, Mapping):
            start = f"{place}." if place else ""
            names = {key: escaped(key) for key in value}
            strange = [key for key, name in names.items() if known is None or start + name not in known.types]
            for key, item in value.items():
                masked = key in strange and known is not None and (len(strange) > _MOST_KEYS or not _is_plain(key))
                self._add(start + (MASK if masked else names[key]), item, known)


def escaped(key: str) -> str:
    """A key such as "System.Title" as a part of a place."""
    return key.replace(".", "\\.").replace("[", "\\[")


def _unescaped(place: str) -> str:
    return re.sub(r"\\.", "", place)


def _is_plain(key: str) -> bool:
    return _PLAIN_KEY.fullmatch(key) is not None and _LONG_NUMBER.search(key) is None


@dataclass(frozen=True)
class Difference:
    """``kind`` is "type", for a type that the fake never gives; "missing", for a key that the fake always gives; or
    "new", for a key that the fake never gives."""

    kind: str
    place: str
    vendor: tuple[str, ...]
    fake: tuple[str, ...]


def differences(vendor: Shape, fake: Shape) -> Iterator[Difference]:
    """In what the vendor's answers differ from the fake's, where both have an object, a list or a value."""
    for place, types in sorted(vendor.types.items()):
        known = fake.types.get(place)
        if known is None:
            if _parent(place) in fake.types:
                yield Difference("new", place, tuple(sorted(types)), ())
            continue
        if set(types) - set(known):
            yield Difference("type", place, tuple(sorted(types)), tuple(sorted(known)))
        for key in fake.keys_at(place):
            always = sum(fake.types[key].values()) >= known["object"]
            if always and sum(vendor.types.get(key, Counter()).values()) < types["object"]:
                yield Difference(
                    "missing", key, tuple(sorted(vendor.types.get(key, ()))), tuple(sorted(fake.types[key]))
                )


def _parent(place: str) -> str:
    """The object or the list that a place is in."""
    if place.endswith("[]"):
        return place[:-2]
    found = re.search(r"(?<!\\)\.(?=(?:[^.\\]|\\.)*\Z)", place)
    return place[: found.start()] if found else ""
