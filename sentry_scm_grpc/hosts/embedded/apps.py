"""The Django app of the embedded host."""

from django.apps import AppConfig


class EmbeddedHostConfig(AppConfig):
    name = "sentry_scm_grpc.hosts.embedded"
    label = "scm_embedded"
    verbose_name = "Embedded host of sentry-scm-grpc"
    default_auto_field = "django.db.models.BigAutoField"
