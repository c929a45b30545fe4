"""The fixtures of the scenarios in tests/vendors/scenarios, on the embedded host without a Sentry."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from tests.standalone.network import Network
from tests.vendors import FAKES
from tests.vendors.site import MARK, OpenSite, Site, parametrize

pytest.register_assert_rewrite("tests.vendors.scenarios")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", MARK)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    parametrize(metafunc)


@pytest.fixture(scope="session")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    made = Network(tmp_path_factory.mktemp("network"))
    with made.reached():
        yield made
    made.shutdown()
    made.server_close()


@pytest.fixture
def open_site(network: Network, db: None, settings: Any) -> OpenSite:
    from tests.standalone.site import open_standalone

    settings.VENDOR_CA_BUNDLE = str(network.authority)
    return partial(open_standalone, network)


@pytest.fixture
def vendor(request: pytest.FixtureRequest, open_site: OpenSite) -> Iterator[Site]:
    with open_site(FAKES[request.param]()) as site:
        yield site
