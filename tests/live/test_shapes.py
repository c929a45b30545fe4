"""Shapes tell of keys and types alone, and what differs between two."""

from __future__ import annotations

from typing import Any

import pytest

from tests.live.shapes import Shape, differences

FAKE = Shape.of([{"id": 1, "name": "x", "author": {"login": "ada"}, "note": None, "System.Title": "t"}, {"id": 2}])


def found(value: Any, fake: Shape = FAKE) -> list[tuple[str, str]]:
    return [(one.kind, one.place) for one in differences(Shape.of(value, fake), fake)]


def test_equal_keys_and_types_differ_in_nothing() -> None:
    assert found([{"id": 7, "name": "another"}, {"id": 8, "author": {"login": ""}, "note": None}]) == []


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([{"id": "7"}], [("type", "[].id")]),
        ([{"id": None}], [("type", "[].id")]),
        ([{"id": 1, "note": "x"}], [("type", "[].note")]),
        ([{"name": "x"}], [("missing", "[].id")]),
        ([{"id": 1}, {}], [("missing", "[].id")]),
        ([{"id": 1, "author": {}}], [("missing", "[].author.login")]),
        ([{"id": 1, "System.Title": 7}], [("type", "[].System\\.Title")]),
        ([{"id": 1, "more": {"deep": 1}}], [("new", "[].more")]),
        ({"message": "no"}, [("type", ""), ("new", "message")]),
        ([], []),
    ],
)
def test_what_differs(value: Any, expected: list[tuple[str, str]]) -> None:
    assert found(value) == expected


def test_a_key_that_the_fake_gives_only_sometimes_may_be_missing() -> None:
    assert found([{"id": 1}]) == []


@pytest.mark.parametrize("key", ["src/app.py", "deadbeef" * 5, "a b", "12345678-9", "x" * 60, "ünï", ""])
def test_a_key_that_may_be_content_is_masked(key: str) -> None:
    shape = Shape.of({"files": {key: {"size": 1}}}, Shape())
    assert set(shape.types) == {"", "files", "files.*", "files.*.size"}


def test_the_keys_of_a_map_are_masked() -> None:
    shape = Shape.of({f"word{letter}x": 1 for letter in map(chr, range(0x4E00, 0x4E64))}, Shape())
    assert set(shape.types) == {"", "*"}
    assert set(Shape.of({f"key_{'a' * n}": 1 for n in range(1, 80)}, Shape()).types) == {"", "*"}


def test_a_key_of_the_fake_is_shown() -> None:
    fake = Shape.of({"a/b": 1})
    assert "a/b" in Shape.of({"a/b": 2}, fake).types
