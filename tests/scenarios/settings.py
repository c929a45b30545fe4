"""The embedded host's settings, with the scenario service and pages of listed origins (SCM_GRPC_CORS_ORIGINS)."""

from sentry_scm_grpc.hosts.embedded.settings import *  # noqa: F403

INSTALLED_APPS = [*INSTALLED_APPS, "tests.scenarios"]  # noqa: F405
ROOT_URLCONF = "tests.scenarios.urls"
