"""The migrations make what the models say, on whatever Django the tests run, and each after the first only adds."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

OURS = {"sentry_scm_grpc", "scm_embedded"}


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", "scm_embedded", "sentry_scm_grpc", check=True, dry_run=True)


def only_adds(operation: Operation) -> bool:
    """Whether a version back, which does not know of the change, can go on. An index may take time, no more."""
    if isinstance(operation, migrations.AddField):
        # The default is Django's: other code inserts rows without the column.
        return operation.field.null
    return isinstance(operation, migrations.CreateModel | migrations.AddIndex)


def test_ours_do() -> None:
    loader = MigrationLoader(None)
    found = {key: migration for key, migration in loader.disk_migrations.items() if key[0] in OURS}
    assert {app for app, _ in found} == OURS
    assert [
        (key, operation)
        for key, migration in found.items()
        if not migration.initial  # Before it there is no table.
        for operation in migration.operations
        if not only_adds(operation)
    ] == []


@pytest.mark.parametrize(
    "operation",
    [
        migrations.RemoveField("requestid", "notes"),
        migrations.RenameField("requestid", "notes", "remarks"),
        migrations.AlterField("requestid", "notes", models.CharField(max_length=10)),
        migrations.AddField("requestid", "place", models.TextField()),
        migrations.AddField("requestid", "place", models.TextField(default="")),
        migrations.DeleteModel("requestid"),
        migrations.RunSQL("drop table requests"),
    ],
    ids=lambda operation: operation.describe(),
)
def test_what_would_stop_a_version_back_is_seen(operation: Operation) -> None:
    assert not only_adds(operation)


def test_a_column_that_may_be_empty_is_no_harm() -> None:
    assert only_adds(migrations.AddField("requestid", "place", models.TextField(null=True)))
