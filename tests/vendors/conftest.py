"""The fixture ``server``: a vendor's fake on a socket, whose every answer is judged where there is a description."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest
from django.core.cache import cache

from tests.vendors import FAKES
from tests.vendors.schemas import DESCRIPTIONS, judged
from tests.vendors.serving import Served, served


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[Served]:
    """By the vendor's key: the test's parameter, or the module's KEY."""
    cache.clear()
    key = getattr(request, "param", None) or request.module.KEY
    with served(FAKES[key](), *([partial(judged, key)] if key in DESCRIPTIONS else [])) as server:
        yield server
