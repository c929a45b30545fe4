"""Boots the Sentry under test, before pytest-django looks for Django's settings."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

os.environ["SENTRY_CONF"] = str(Path(__file__).parent / "sentry.conf.py")


#: The files whose tests start a Sentry each. They begin first, so that no process has them left when the others end.
FIRST = ("test_migrations.py", "test_bad_settings.py")


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        # Sentry is in its test mode where this names pytest, which it does not in a worker of pytest-xdist.
        sys.argv[0] = config.workerinput["mainargv"][0]
    # A Sentry of 2023 on libraries of today: what they warn of while it starts is no news of ours.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from sentry.runner import configure

        configure()
    # Sentry's own import hook alone can load that name; xdist's workers and child processes could not.
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.name not in FIRST)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The database of the tests, with the rows that most of them start from."""
    from tests.sentry_host.rows import make_standing_rows

    with django_db_blocker.unblock():
        make_standing_rows()


@pytest.fixture(autouse=True)
def _nothing_is_remembered() -> None:
    """Tests share rows, so each begins with empty caches."""
    from tests.sentry_host.rows import begin_test

    begin_test()


@pytest.fixture(autouse=True)
def _on_commit(request: pytest.FixtureRequest, _django_db_marker: None) -> Iterator[None]:
    """Sentry's saves wait for the end of a transaction, which in a test never comes: Sentry's own simulation of it."""
    from sentry.testutils.hybrid_cloud import simulate_on_commit

    with simulate_on_commit(request):
        yield
