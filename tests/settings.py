"""Django settings of the tests: the embedded host, every RPC on, SQLite in memory or SCM_GRPC_DATABASE_URL."""

import os
import tempfile

os.environ.setdefault("SCM_GRPC_DATA", tempfile.mkdtemp(prefix="scm-grpc-tests-"))

from sentry_scm_grpc.hosts.embedded.settings import *  # noqa: F403

SECRET_KEY = "not a secret"
# What works in the background would come between tests. tests/providers/git/test_graphs.py has it on.
GIT_GRAPHS = None
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
SCM_GRPC = {"RPCS": ["*"], "AUTHENTICATORS": ["api_key"], "CREDENTIAL_CACHE_SECONDS": 0}
