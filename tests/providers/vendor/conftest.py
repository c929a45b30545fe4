"""Fixtures: a vendor on a socket."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache

from tests.providers.vendor.on_a_socket import Vendor, serving


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    """A vendor that closes its connections after each answer."""
    cache.clear()
    vendor = Vendor()
    with serving(vendor, "HTTP/1.0"):
        yield vendor


@pytest.fixture
def keeping() -> Iterator[Vendor]:
    """A vendor that keeps its connections open."""
    cache.clear()
    vendor = Vendor()
    with serving(vendor, "HTTP/1.1"):
        yield vendor
