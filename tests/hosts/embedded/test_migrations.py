"""The migrations make what the models say, on whatever Django the tests run."""

from __future__ import annotations

import pytest
from django.core.management import call_command


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", "scm_embedded", "sentry_scm_grpc", check=True, dry_run=True)
