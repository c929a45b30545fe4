"""Django settings of the tests: the embedded host, every RPC on, SQLite in memory or SCM_GRPC_DATABASE_URL."""

import atexit
import os
import shutil
import tempfile

if "SCM_GRPC_DATA" not in os.environ:
    # Worker processes and servers that a test starts inherit it.
    os.environ["SCM_GRPC_DATA"] = tempfile.mkdtemp(prefix="scm-grpc-tests-")
    atexit.register(shutil.rmtree, os.environ["SCM_GRPC_DATA"], ignore_errors=True)

# Vendors are on this machine, so no proxy leads to them. For hosts that are named here, requests does not read the
# whole environment at each call.
os.environ["NO_PROXY"] = "127.0.0.1,localhost,.com,.net,.org"

from sentry_scm_grpc.hosts.embedded.settings import *  # noqa: F403

SECRET_KEY = "not a secret"
# What works in the background would come between tests. tests/providers/git/test_graphs.py has it on.
GIT_GRAPHS = None
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
SCM_GRPC = {"RPCS": ["*"], "AUTHENTICATORS": ["api_key"], "CREDENTIAL_CACHE_SECONDS": 0}
