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


#: The scenarios that a Sentry's own clients, sessions and errors may decide, so each of their texts is asked in one.
WITH_EVERY_TEXT = ("account", "every_cell", "failures", "interrupted_issues", "syncs")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves the other scenarios one text for each vendor: how an adapter reads them does not depend on the host, and
    the embedded host, where a test takes a tenth of the time, is asked all of them."""
    asked: set[tuple[str, str, object]] = set()
    kept, left_out = [], []
    for item in items:
        scenario = _scenario(item)
        repeats = scenario is not None and scenario in asked
        if scenario is not None:
            asked.add(scenario)
        (left_out if repeats else kept).append(item)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = kept


def _scenario(item: pytest.Item) -> tuple[str, str, object] | None:
    """What names a scenario that is to be asked once: its module, its function, and the vendor if it has several."""
    if not isinstance(item, pytest.Function):
        return None
    where = item.function.__module__
    if not where.startswith("tests.vendors.scenarios.") or where.rpartition(".")[2] in WITH_EVERY_TEXT:
        return None
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    return where, item.function.__qualname__, parameters.get("vendor")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    from tests.vendors.site import parametrize

    # GitHub Enterprise has the adapter of GitHub. Every cell is asked of both here. The rest is asked of both on the
    # embedded host alone, where a test takes a tenth of the time.
    of_both = metafunc.module.__name__.rpartition(".")[2] in ("test_every_cell", "test_account", "test_failures")
    parametrize(metafunc, without=() if of_both else ("github_enterprise",))
