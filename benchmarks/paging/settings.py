"""Django settings of the benchmark: the embedded host with reads on."""

from sentry_scm_grpc.hosts.embedded.settings import *  # noqa: F403

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
SCM_GRPC = {"RPCS": ["read"], "AUTHENTICATORS": ["api_key"]}
LOGGING = {"version": 1, "loggers": {"sentry_scm_grpc": {"level": "WARNING"}}}
