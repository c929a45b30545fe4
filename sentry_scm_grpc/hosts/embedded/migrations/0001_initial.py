"""The tables of the embedded host."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Organization",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField(max_length=64, unique=True)),
                ("name", models.CharField(blank=True, max_length=128)),
            ],
        ),
        migrations.CreateModel(
            name="Integration",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("provider_key", models.CharField(default="git", max_length=64)),
                ("name", models.CharField(max_length=255)),
                ("domain", models.CharField(blank=True, max_length=255)),
                ("status", models.PositiveSmallIntegerField(default=1)),
                ("tracker_key", models.CharField(default="ISSUE", max_length=16)),
                ("last_issue_number", models.PositiveIntegerField(default=0)),
                (
                    "organization",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="integrations",
                        to="scm_embedded.organization",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ExternalIssue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=256)),
                ("title", models.TextField(blank=True)),
                ("description", models.TextField(blank=True)),
                ("web_url", models.CharField(blank=True, max_length=2048)),
                ("metadata", models.JSONField(blank=True, default=dict)),
                ("date_added", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "integration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="external_issues",
                        to="scm_embedded.integration",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="external_issues",
                        to="scm_embedded.organization",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ApiKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("label", models.CharField(blank=True, max_length=128)),
                ("scopes", models.JSONField(default=list)),
                ("created", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires", models.DateTimeField(blank=True, null=True)),
                ("last_used", models.DateTimeField(blank=True, null=True)),
                ("active", models.BooleanField(default=True)),
                ("prefix", models.CharField(max_length=12, unique=True)),
                ("hash", models.CharField(max_length=64)),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="api_keys",
                        to="scm_embedded.organization",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Project",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField(db_index=False, max_length=64)),
                ("name", models.CharField(blank=True, max_length=128)),
                (
                    "organization",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="projects",
                        to="scm_embedded.organization",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Group",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=255)),
                (
                    "status",
                    models.CharField(
                        choices=[("unresolved", "Unresolved"), ("resolved", "Resolved")],
                        default="unresolved",
                        max_length=16,
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="groups", to="scm_embedded.project"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Repository",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=512)),
                ("url", models.CharField(blank=True, max_length=2048)),
                ("provider_key", models.CharField(blank=True, max_length=64)),
                ("external_id", models.CharField(max_length=512)),
                ("status", models.PositiveSmallIntegerField(default=1)),
                ("date_added", models.DateTimeField(default=django.utils.timezone.now)),
                ("config", models.JSONField(blank=True, default=dict)),
                ("default_branch", models.CharField(blank=True, max_length=255)),
                (
                    "integration",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="repositories",
                        to="scm_embedded.integration",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="repositories",
                        to="scm_embedded.organization",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CodeMapping",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("stack_root", models.CharField(blank=True, max_length=2048)),
                ("source_root", models.CharField(blank=True, max_length=2048)),
                ("default_branch", models.CharField(blank=True, max_length=255)),
                (
                    "organization",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="code_mappings",
                        to="scm_embedded.organization",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="code_mappings",
                        to="scm_embedded.project",
                    ),
                ),
                (
                    "repository",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="code_mappings",
                        to="scm_embedded.repository",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TrackerIssue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("title", models.TextField()),
                ("description", models.TextField(blank=True)),
                ("state", models.PositiveSmallIntegerField(default=1)),
                (
                    "integration",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tracker_issues",
                        to="scm_embedded.integration",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="GroupLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("date_added", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "external_issue",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="links",
                        to="scm_embedded.externalissue",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="links",
                        to="scm_embedded.group",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("group", "external_issue"), name="scm_group_link")],
            },
        ),
        migrations.AddIndex(
            model_name="integration",
            index=models.Index(fields=["organization", "id"], name="scm_integration_page"),
        ),
        migrations.AddConstraint(
            model_name="externalissue",
            constraint=models.UniqueConstraint(
                fields=("organization", "integration", "key"), name="scm_external_issue_key"
            ),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.UniqueConstraint(fields=("organization", "slug"), name="scm_project_slug"),
        ),
        migrations.AddIndex(
            model_name="repository",
            index=models.Index(fields=["organization", "status", "name", "id"], name="scm_repository_page"),
        ),
        migrations.AddIndex(
            model_name="repository",
            index=models.Index(fields=["integration", "status", "name", "id"], name="scm_repository_integration"),
        ),
        migrations.AddConstraint(
            model_name="repository",
            constraint=models.UniqueConstraint(
                fields=("integration", "external_id"), name="scm_repository_external_id"
            ),
        ),
        migrations.AddIndex(
            model_name="codemapping",
            index=models.Index(fields=["organization", "id"], name="scm_code_mapping_page"),
        ),
        migrations.AddIndex(
            model_name="codemapping",
            index=models.Index(fields=["project", "id"], name="scm_code_mapping_project"),
        ),
        migrations.AddIndex(
            model_name="codemapping",
            index=models.Index(fields=["repository", "id"], name="scm_code_mapping_repository"),
        ),
        migrations.AddConstraint(
            model_name="codemapping",
            constraint=models.UniqueConstraint(fields=("project", "stack_root"), name="scm_code_mapping_stack_root"),
        ),
        migrations.AddConstraint(
            model_name="trackerissue",
            constraint=models.UniqueConstraint(fields=("integration", "number"), name="scm_tracker_issue_number"),
        ),
    ]
