"""Django's settings of the miniature: PostgreSQL, the Sentry host, every RPC on."""

import os

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "postgres",
        "USER": "postgres",
        "HOST": "127.0.0.1",
        "PORT": os.environ["SENTRY_TEST_PG_PORT"],
        # Three shapes have three test databases.
        "TEST": {"NAME": f"shape_{os.environ['SENTRY_SHAPE']}"},
    }
}
SECRET_KEY = "a secret of the tests alone"
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "sentry.apps.MiniatureConfig",
    "sentry_scm_grpc",
]
MIDDLEWARE = ["sentry_scm_grpc.middleware.GrpcWebMiddleware"]
ROOT_URLCONF = "sentry.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
SENTRY_DISALLOWED_IPS: tuple[str, ...] = ()
SCM_GRPC = {
    "RPCS": ["*"],
    "AUTHENTICATORS": ["api_key", "user_token"],
    "CREDENTIAL_CACHE_SECONDS": 0,
    "KEYS_MAY_ACT_AS_USERS": True,
    "VENDOR_CACHE_SECONDS": 0,
}
