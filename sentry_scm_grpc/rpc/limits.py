"""The counters behind the limits.

Uses in a window of time are counted in the cache, which all processes share. Running calls are counted in this process,
because they use its threads.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from typing import Any, TypeVar

from django.core.cache import caches
from django.core.cache.backends.base import BaseCache

from sentry_scm_grpc.conf import conf
from sentry_scm_grpc.rpc.budget import at_most

T = TypeVar("T")

log = logging.getLogger("sentry_scm_grpc")

# After an error the cache is not used for this long. If it hangs, only a few calls wait for it.
CACHE_PAUSE_SECONDS = 1.0
# How long a call waits for the cache when it can go on without it.
CACHE_SECONDS = 1.0


class CacheFailed(Exception):
    """The cache cannot count at the moment."""


class UsesInWindow:
    """Counts the uses of names, such as a caller's budget, in windows of time. All processes have the same windows.

    The count is exact if the cache adds atomically, as Redis and memcached do (``counts_atomically``).
    """

    def __init__(self) -> None:
        self._paused_until = 0.0
        self._lock = threading.Lock()

    def count(self, name: str, seconds: int) -> tuple[int, float]:
        """Counts one use. Returns the number of uses in this window of ``seconds``, and the seconds until the window
        ends.

        This takes one operation of the cache, and two at the first use in a window. Raises CacheFailed.
        """
        key, left = self._window(name, seconds)
        with self._pausing():
            return self._increment(key, 2 * seconds + 60), left

    def so_far(self, names: Sequence[str], seconds: int) -> list[tuple[int, float]]:
        """Returns for each name what ``count`` would return, without counting a use.

        This takes one operation of the cache. Raises CacheFailed.
        """
        windows = [self._window(name, seconds) for name in names]
        with self._pausing():
            found = caches[conf().CACHE].get_many([key for key, _ in windows])
            return [(int(found.get(key, 0)), left) for key, left in windows]

    def _window(self, name: str, seconds: int) -> tuple[str, float]:
        """The key of a name's current window, and the seconds until the window ends."""
        digest = blake2b(f"{seconds}\0{name}".encode(), digest_size=16).digest()
        # The windows of different names begin at different times, so that not all callers return at the same moment.
        shifted = time.time() + int.from_bytes(digest[:4], "big") / 2**32 * seconds
        window, past = divmod(shifted, seconds)
        # The key contains the window, so no count is lost to an expiring key, and clocks may differ a little.
        return f"scm_grpc.uses.{digest.hex()}.{window:.0f}", seconds - past

    @contextmanager
    def _pausing(self) -> Iterator[None]:
        if time.monotonic() < self._paused_until:
            raise CacheFailed
        try:
            # A cache in the database may be locked.
            with at_most(CACHE_SECONDS):
                yield
        except Exception as error:
            self._paused_until = time.monotonic() + CACHE_PAUSE_SECONDS
            raise CacheFailed from error

    def _increment(self, key: str, timeout: int) -> int:
        cache: Any = caches[conf().CACHE]
        if not counts_atomically(cache):
            # At least the threads of this process lose no count. Django's own incr() would shorten the key's life.
            with self._lock:
                used: int = cache.get(key, 0) + 1
                if used > 1:
                    cache.set(key, used, timeout)
                elif not cache.add(key, 1, timeout) and cache.get(key) is None:
                    # Django's database cache reports no error if the disk is full.
                    raise CacheFailed("A key cannot be added.")
                return used
        for _ in range(2):
            try:
                # pymemcache returns False while it avoids a server that has failed.
                if used := int(cache.incr(key)):
                    return used
            except ValueError:
                if cache.add(key, 1, timeout):
                    return 1
                # Another call has added it.
        raise CacheFailed("A key does not exist and cannot be added. The cache may be set to ignore failures.")


#: One object for the process, so that all calls avoid a cache that fails.
USES = UsesInWindow()


def counts_atomically(cache: BaseCache) -> bool:
    """Whether incr() of this cache loses no count. Django's fallback does: it reads, adds and writes."""
    return type(cache).incr is not BaseCache.incr


def spare(ask: Callable[[], T], otherwise: T) -> T:
    """Returns what ``ask`` returns, or ``otherwise`` if the cache fails or is slow. For caches that calls can do
    without."""
    try:
        with at_most(CACHE_SECONDS):
            return ask()
    except Exception as error:
        # No traceback: every call would write one while the cache is down.
        log.warning("The cache %r fails, so calls go on without it: %s", conf().CACHE, type(error).__name__)
        return otherwise


class CallsUnderWay:
    """How many calls this process is answering, in total and for each caller."""

    def __init__(self) -> None:
        # The garbage collector may end an unread stream in any thread, also in one that holds this lock.
        self._lock = threading.RLock()
        self._by_caller: dict[str, int] = {}
        self._all = 0

    def enter(self, caller: str, most_of_caller: int, most: int) -> str:
        """Counts a call and returns "". If there are too many, returns whose limit it is: "credential" or "process". 0
        means no limit."""
        with self._lock:
            if most and self._all >= most:
                return "process"
            count = self._by_caller.get(caller, 0)
            if most_of_caller and count >= most_of_caller:
                return "credential"
            self._all += 1
            self._by_caller[caller] = count + 1
            return ""

    def leave(self, caller: str) -> None:
        with self._lock:
            self._all -= 1
            if count := self._by_caller[caller] - 1:
                self._by_caller[caller] = count
            else:
                del self._by_caller[caller]

    def leaving(self, caller: str) -> Callable[[], None]:
        return lambda: self.leave(caller)

    def __len__(self) -> int:
        return self._all
