from django.conf import settings
from django.db import models

from sentry.models.rows import Row


class ApiKey(Row):
    key = models.CharField(max_length=32, unique=True)
    organization_id = models.BigIntegerField()
    scope_list = models.JSONField(default=list)

    class Meta:
        app_label = "sentry"


class ApiToken(Row):
    """Since 24.12 a token may be bound to one organization."""

    token = models.CharField(max_length=71, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    scope_list = models.JSONField(default=list)
    scoping_organization_id = models.BigIntegerField(null=True)

    class Meta:
        app_label = "sentry"


class Identity(Row):
    external_id = models.CharField(max_length=64)

    class Meta:
        app_label = "sentry"
