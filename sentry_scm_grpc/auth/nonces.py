"""Used nonces, in the cache that all processes share: a signature is valid for one call."""

from __future__ import annotations

import hashlib
import logging

from django.conf import settings
from django.core.cache import InvalidCacheBackendError, caches
from django.core.cache.backends.db import DatabaseCache
from django.core.cache.backends.dummy import DummyCache
from django.core.cache.backends.filebased import FileBasedCache
from django.core.cache.backends.locmem import LocMemCache

from sentry_scm_grpc.conf import conf
from sentry_scm_grpc.errors import Unavailable
from sentry_scm_grpc.rpc.signature import WINDOW_SECONDS

log = logging.getLogger("sentry_scm_grpc.auth")

# A signature whose time is ahead of the clock is valid on both sides of the window. Clocks of servers may differ.
KEEP_SECONDS = 2 * WINDOW_SECONDS + 60
#: The number of entries that a database cache must hold: with more entries, it drops some that have not expired.
#: Guesses from many networks make entries too, three each for some minutes. This is more than they can make a server
#: write in that time.
FEWEST_ENTRIES = 500_000


def cache_problem() -> str:
    """Why the cache cannot keep nonces, so that a signature could be used twice. Empty if it can."""
    name = conf().CACHE
    try:
        cache = caches[name]
    except (InvalidCacheBackendError, ImportError) as error:
        return f"SCM_GRPC['CACHE'] is {name!r}: {error}"
    if isinstance(cache, DummyCache):
        return f"The cache {name!r} stores nothing, so a signed call could be sent twice."
    if isinstance(cache, FileBasedCache):
        return f"The cache {name!r} adds in two steps, so a signed call could be sent twice."
    if isinstance(cache, DatabaseCache) and cache._max_entries < FEWEST_ENTRIES:
        return (
            f"The cache {name!r} drops entries beyond {cache._max_entries}, so a signed call could be sent twice: set"
            f" OPTIONS['MAX_ENTRIES'] in CACHES to {FEWEST_ENTRIES} or more."
        )
    if isinstance(cache, LocMemCache) and not settings.DEBUG:
        return f"The cache {name!r} belongs to one process, so a signed call could be sent to each process once."
    return ""


def use(key_id: str, nonce: str) -> bool:
    """Stores a nonce of a key. Returns False if it was used before. Raises Unavailable if that cannot be known."""
    name = "scm_grpc.nonce." + hashlib.sha256(f"{key_id}\0{nonce}".encode()).hexdigest()
    cache = caches[conf().CACHE]
    try:
        if cache.add(name, 1, KEEP_SECONDS):
            return True
        if cache.get(name) is not None:
            return False
        log.error("The cache %r does not store nonces, so all signed calls are refused", conf().CACHE)
    except Exception as error:
        # No traceback: every call would write one while the cache is down.
        log.error("The cache %r fails, so all signed calls are refused: %s", conf().CACHE, type(error).__name__)
    raise Unavailable(
        "The service cannot check signed calls now. Sign the call again and repeat it.",
        reason="NONCES_UNAVAILABLE",
        retry_after=1,
    )
