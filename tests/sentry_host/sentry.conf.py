# A Sentry with PostgreSQL and Redis alone: no Kafka, Snuba, ClickHouse, Relay or Symbolicator.
# ruff: noqa: F403, F405
# The last paragraph is what docs/how-to/sentry.md tells operators to add.
import os

from sentry.conf.server import *

DATABASES = {
    "default": {
        "ENGINE": "sentry.db.postgres",
        "NAME": os.environ.get("SENTRY_TEST_PG_NAME", "postgres"),
        "USER": "postgres",
        "HOST": "127.0.0.1",
        "PORT": os.environ["SENTRY_TEST_PG_PORT"],
        "AUTOCOMMIT": True,
        "ATOMIC_REQUESTS": False,
        "CONN_MAX_AGE": int(os.environ.get("SENTRY_TEST_CONN_MAX_AGE", "0")),
    }
}

DEBUG = False
SENTRY_SINGLE_ORGANIZATION = False
SENTRY_BEACON = False
SENTRY_PROJECT = None
ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# The REST endpoints' own limits would make a benchmark against them unfair.
ENFORCE_CONCURRENT_RATE_LIMITS = False
SENTRY_SELF_HOSTED = True

SENTRY_CACHE = "sentry.cache.redis.RedisCache"
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "nodedata": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}
SENTRY_NODESTORE = "sentry.nodestore.django.DjangoNodeStorage"
SENTRY_RATELIMITER = "sentry.ratelimits.redis.RedisRateLimiter"
SENTRY_TSDB = "sentry.tsdb.dummy.DummyTSDB"
SENTRY_EVENTSTREAM = "sentry.eventstream.base.EventStream"
# The stock one reads bytes through a client that decodes them, which only an old hiredis lets pass.
SENTRY_RELAY_PROJECTCONFIG_CACHE = "tests.sentry_host.relay.NullProjectConfigCache"

BROKER_URL = "memory://"
CELERY_ALWAYS_EAGER = True

# Redis has a database for each worker of pytest-xdist, as PostgreSQL has: the tests empty it.
redis_host = {
    "host": "127.0.0.1",
    "port": int(os.environ["SENTRY_TEST_REDIS_PORT"]),
    "db": int(os.environ.get("PYTEST_XDIST_WORKER", "gw-1").removeprefix("gw")) + 1,
}

SENTRY_OPTIONS.update(
    {
        "system.secret-key": "a secret of the tests alone, and of nothing else",
        "system.url-prefix": "http://127.0.0.1:9000",
        "system.admin-email": "admin@example.com",
        "redis.clusters": {"default": {"hosts": {0: redis_host}}},
        "filestore.backend": "filesystem",
        "filestore.options": {"location": os.environ["SENTRY_TEST_FILES"]},
        "mail.backend": "dummy",
        "mail.from": "root@localhost",
        "github-app.id": 1,
        "github-app.name": "sentry-test-app",
        "github-app.client-id": "client-id",
        "github-app.client-secret": "client-secret",
        "github-app.webhook-secret": "webhook-secret",
        "github-app.private-key": "no key",
    }
)

# The Sentry from which a browser opens the explorer: with what could come between, and customers' domains here.
explorer_host = os.environ.get("SENTRY_TEST_EXPLORER", "")
if explorer_host:
    MIDDLEWARE = ("csp.middleware.CSPMiddleware", *MIDDLEWARE)
    CSP_REPORT_ONLY = False
    SENTRY_OPTIONS["system.base-hostname"] = explorer_host
    SENTRY_FEATURES["organizations:customer-domains"] = True

INSTALLED_APPS = (*INSTALLED_APPS, "sentry_scm_grpc")
# Without the middleware, the WSGI application is wrapped: tests/sentry_host/wrapped.py.
if os.environ.get("SENTRY_TEST_MIDDLEWARE", "1") == "1":
    MIDDLEWARE = ("sentry_scm_grpc.middleware.GrpcWebMiddleware", *MIDDLEWARE)
SCM_GRPC = {"RPCS": ["*"], "AUTHENTICATORS": ["api_key", "org_token", "user_token"], "EXPLORER": bool(explorer_host)}
