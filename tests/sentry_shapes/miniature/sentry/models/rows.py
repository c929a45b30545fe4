"""Rows that are the same in every shape."""

from typing import Any

from django.db import models
from django.utils import timezone


class Row(models.Model):
    class Meta:
        abstract = True

    def update(self, **values: Any) -> None:
        for name, value in values.items():
            setattr(self, name, value)
        type(self).objects.filter(pk=self.pk).update(**values)


class Organization(Row):
    slug = models.SlugField(unique=True)
    status = models.IntegerField(default=0)

    class Meta:
        app_label = "sentry"


class Project(Row):
    organization = models.ForeignKey(Organization, models.CASCADE)
    slug = models.SlugField()
    status = models.IntegerField(default=0)

    class Meta:
        app_label = "sentry"


class Integration(Row):
    provider = models.CharField(max_length=64)
    external_id = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    metadata = models.JSONField(default=dict)
    status = models.IntegerField(default=0)

    class Meta:
        app_label = "sentry"

    def get_provider(self) -> Any:
        from sentry.integrations.installations import Provider

        return Provider(self.provider)


class OrganizationIntegration(Row):
    organization_id = models.BigIntegerField()
    integration = models.ForeignKey(Integration, models.CASCADE)
    status = models.IntegerField(default=0)

    class Meta:
        app_label = "sentry"


class Repository(Row):
    organization_id = models.BigIntegerField(db_index=True)
    name = models.CharField(max_length=200)
    url = models.URLField(null=True)
    provider = models.CharField(max_length=64, null=True)
    external_id = models.CharField(max_length=64, null=True)
    config = models.JSONField(default=dict)
    status = models.IntegerField(default=0)
    date_added = models.DateTimeField(default=timezone.now)
    integration_id = models.BigIntegerField(null=True)

    class Meta:
        app_label = "sentry"
        unique_together = (("organization_id", "provider", "external_id"),)


class CommitAuthor(Row):
    organization_id = models.BigIntegerField()
    name = models.CharField(max_length=128, null=True)
    email = models.CharField(max_length=200)
    external_id = models.CharField(max_length=164, null=True)

    class Meta:
        app_label = "sentry"


class Commit(Row):
    organization_id = models.BigIntegerField()
    repository_id = models.BigIntegerField(db_index=True)
    key = models.CharField(max_length=64)
    date_added = models.DateTimeField(default=timezone.now)
    author = models.ForeignKey(CommitAuthor, models.SET_NULL, null=True)
    message = models.TextField(null=True)

    class Meta:
        app_label = "sentry"
        unique_together = (("repository_id", "key"),)


class CommitFileChange(Row):
    organization_id = models.BigIntegerField()
    commit = models.ForeignKey(Commit, models.CASCADE)
    filename = models.TextField()
    type = models.CharField(max_length=1)

    class Meta:
        app_label = "sentry"


class PullRequest(Row):
    organization_id = models.BigIntegerField()
    repository_id = models.BigIntegerField(db_index=True)
    key = models.CharField(max_length=64)

    class Meta:
        app_label = "sentry"
