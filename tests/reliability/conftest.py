"""One site for all tests here, each of which leaves its database running. A missing server is a failure, not a skip."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.reliability.place import Place, a_place


@pytest.fixture(scope="session")
def place() -> Iterator[Place]:
    with a_place() as place:
        yield place
