"""What the embedded host says of failures of its database."""

from __future__ import annotations

import pytest
from django.db import OperationalError

from sentry_scm_grpc.errors import Aborted
from sentry_scm_grpc.hosts.embedded.host import EmbeddedHost


@pytest.mark.parametrize(
    "text", ["database is locked", "database table is locked: scm", "deadlock detected\nDETAIL: x"]
)
def test_a_lost_race_is_aborted_and_may_be_repeated(text: str) -> None:
    error = EmbeddedHost().map_error(OperationalError(text))
    assert isinstance(error, Aborted)
    assert error.retry_after
    assert text not in error.message


@pytest.mark.parametrize("error", [OperationalError("disk I/O error"), RuntimeError("database is locked")])
def test_anything_else_is_unexpected(error: Exception) -> None:
    assert EmbeddedHost().map_error(error) is None
