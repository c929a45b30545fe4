"""The settings of a run: answers are never kept. The scenarios themselves are run elsewhere."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache

from tests.vendors.site import MARK


def pytest_configure(config: pytest.Config) -> None:
    # The requests come from a module of scenarios.
    config.addinivalue_line("markers", MARK)


@pytest.fixture(autouse=True)
def _nothing_is_kept(settings: Any) -> None:
    settings.SCM_GRPC = {**settings.SCM_GRPC, "VENDOR_CACHE_SECONDS": 0}
    cache.clear()
