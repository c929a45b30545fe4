from django.apps import AppConfig


class MiniatureConfig(AppConfig):
    name = "sentry"
    label = "sentry"
    default_auto_field = "django.db.models.BigAutoField"
