"""The fixtures of the scenarios in tests/vendors/scenarios, in a Sentry whose installation calls a vendor's fake.

Whatever imports Sentry is imported late: pytest loads this module before Sentry is configured.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from zlib import crc32

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


#: The scenarios that a Sentry's own clients, sessions and rows may decide for each vendor: all vendors are asked.
OF_EVERY_VENDOR = ("account", "every_cell", "interrupted_issues", "pull_request_writes", "review_writes", "syncs")
#: Those of which a Sentry is asked every text.
WITH_EVERY_TEXT = ("every_cell", "failures", "interrupted_issues", "syncs")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves the other scenarios one vendor, and one text: how an adapter reads an answer does not depend on the host,
    and the embedded host, where a test takes a tenth of the time, is asked all of them (tests/standalone). Which vendor
    it is differs from scenario to scenario, and is the same in each run."""
    scenarios: dict[tuple[str, ...], list[pytest.Function]] = {}
    for item in items:
        if isinstance(item, pytest.Function) and item.function.__module__.startswith("tests.vendors.scenarios."):
            scenarios.setdefault(_scenario(item), []).append(item)
    left_out = {item for alike in scenarios.values() for item in alike} - {
        min(alike, key=_turn) for alike in scenarios.values()
    }
    if left_out:
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [item for item in items if item not in left_out]


def _scenario(item: pytest.Function) -> tuple[str, ...]:
    """What names a scenario that is asked once: its module and its function, and the vendor and the text where each of
    them is asked."""
    name = item.function.__module__.rpartition(".")[2]
    vendor = _vendor(item)
    return (
        name,
        # A test's name is its function's with the vendor's key and a name of the text.
        item.name.replace(vendor, "", 1) if name in WITH_EVERY_TEXT else item.function.__qualname__,
        vendor if name in OF_EVERY_VENDOR else "",
    )


def _vendor(item: pytest.Function) -> str:
    return str(item.callspec.params.get("vendor", "")) if hasattr(item, "callspec") else ""


def _turn(item: pytest.Function) -> int:
    """A number for each scenario and vendor, by chance; the least is asked."""
    return crc32(" ".join((*_scenario(item), _vendor(item))).encode())


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    from tests.vendors.site import parametrize

    # GitHub Enterprise has the adapter of GitHub. Every cell is asked of both here. The rest is asked of both on the
    # embedded host alone, where a test takes a tenth of the time.
    of_both = metafunc.module.__name__.rpartition(".")[2] == "test_every_cell"
    parametrize(metafunc, without=() if of_both else ("github_enterprise",))
