"""Which repositories a project has, and how each came to it."""

from typing import Any

from django.db import models

from sentry.models.rows import Project, Repository, Row
from sentry.shapes import BEFORE, SHAPE

if SHAPE == BEFORE:
    raise ImportError("This Sentry has no ProjectRepository.")


class ProjectRepositorySource(models.IntegerChoices):
    MANUAL = 0
    SCM_ONBOARDING = 1
    AUTO_EVENT = 2
    AUTO_NAME_MATCH = 3


class ProjectRepositoryManager(models.Manager["ProjectRepository"]):
    def get_or_create_with_source(
        self, project_id: int, repository_id: int, source: int
    ) -> "tuple[ProjectRepository, bool]":
        made: Any = self.get_or_create(
            project_id=project_id, repository_id=repository_id, defaults={"source": int(source)}
        )
        return made


class ProjectRepository(Row):
    project = models.ForeignKey(Project, models.CASCADE)
    repository = models.ForeignKey(Repository, models.CASCADE)
    source = models.SmallIntegerField(choices=ProjectRepositorySource.choices)

    objects = ProjectRepositoryManager()

    class Meta:
        app_label = "sentry"
        unique_together = (("project", "repository"),)
