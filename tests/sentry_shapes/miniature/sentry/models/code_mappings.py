"""Code mappings: their own columns before, a ProjectRepository after, both in the transition."""

from typing import Any

from django.db import models

from sentry.models.rows import Project, Repository, Row
from sentry.shapes import AFTER, BEFORE, SHAPE

if SHAPE != BEFORE:
    from sentry.models.projectrepository import ProjectRepository


class Mapping(Row):
    organization_integration_id = models.BigIntegerField()
    organization_id = models.BigIntegerField(db_index=True)
    integration_id = models.BigIntegerField()
    stack_root = models.TextField()
    source_root = models.TextField()
    default_branch = models.TextField(null=True)
    automatically_generated = models.BooleanField(default=False)

    class Meta:
        abstract = True


class RepositoryProjectPathConfig(Mapping):
    if SHAPE != AFTER:
        repository = models.ForeignKey(Repository, models.CASCADE)
        project = models.ForeignKey(Project, models.CASCADE)
    if SHAPE != BEFORE:
        project_repository = models.ForeignKey(ProjectRepository, models.CASCADE)

    class Meta:
        app_label = "sentry"
        unique_together: Any = (
            (("project_repository", "stack_root", "source_root"),) if SHAPE == AFTER else (("project", "stack_root"),)
        )


class ProjectCodeOwners(Row):
    repository_project_path_config = models.OneToOneField(RepositoryProjectPathConfig, models.PROTECT)

    class Meta:
        app_label = "sentry"
