"""The fixture ``vendor``: one of the six vendors, faked at the HTTP level, in Sentry; a scenario runs for each.

Whatever imports Sentry is imported late: pytest loads this module before Sentry is configured.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest


def pytest_configure(config: pytest.Config) -> None:
    from tests.vendors.evidence import MARK

    config.addinivalue_line("markers", MARK)
    config.addinivalue_line("markers", "rpcs(*names): the scenario runs for the vendors that can serve all of these")


@pytest.fixture
def vendor(request: pytest.FixtureRequest, db: None) -> Iterator[Any]:
    from django.core.cache import cache

    from tests.sentry_host.providers.installed import mocked, rows_of
    from tests.sentry_host.providers.site import Site
    from tests.vendors import FAKES

    cache.clear()
    fake = FAKES[request.param]()
    with mocked(fake):
        yield Site(fake, rows_of(fake))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "vendor" not in metafunc.fixturenames:
        return
    from tests.sentry_host.providers.site import keys_that_serve

    mark = metafunc.definition.get_closest_marker("rpcs")
    metafunc.parametrize("vendor", keys_that_serve(mark.args if mark else ()), indirect=True)
