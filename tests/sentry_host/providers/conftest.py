"""The fixtures of the scenarios in tests/vendors/scenarios, in a Sentry whose installation calls a vendor's fake.

Whatever imports Sentry is imported late: pytest loads this module before Sentry is configured.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

pytest.register_assert_rewrite("tests.vendors.scenarios")


def pytest_configure(config: pytest.Config) -> None:
    from tests.vendors.evidence import MARK as EVIDENCE
    from tests.vendors.site import MARK

    config.addinivalue_line("markers", EVIDENCE)
    config.addinivalue_line("markers", MARK)


@pytest.fixture
def open_site(db: None) -> Any:
    from tests.sentry_host.providers.site import open_sentry

    return open_sentry


@pytest.fixture
def vendor(request: pytest.FixtureRequest, open_site: Any) -> Iterator[Any]:
    from tests.vendors import FAKES

    with open_site(FAKES[request.param]()) as site:
        yield site


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    from tests.vendors.site import parametrize

    # GitHub Enterprise has the adapter of GitHub. Every cell is asked of both here. The rest is asked of both on the
    # embedded host alone, where a test takes a tenth of the time.
    of_both = metafunc.module.__name__.rpartition(".")[2] in ("test_every_cell", "test_account", "test_failures")
    parametrize(metafunc, without=() if of_both else ("github_enterprise",))
