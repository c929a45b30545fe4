"""The table of request ids."""

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="RequestId",
            fields=[
                ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("digest", models.CharField(max_length=64)),
                ("organization_id", models.BigIntegerField()),
                ("project_ids", models.TextField()),
                ("attempt", models.PositiveIntegerField(default=1)),
                ("leased_until", models.DateTimeField(null=True)),
                ("notes", models.TextField()),
                ("answer", models.BinaryField(null=True)),
                ("created_at", models.DateTimeField(db_index=True)),
            ],
        ),
    ]
