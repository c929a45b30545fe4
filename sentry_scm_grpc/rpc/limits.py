"""The counters behind the limits: uses in a window of time, kept in the cache that all processes share, and calls under
way, kept in this process, whose threads they are.
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

# After a failure the cache is left alone for so long: where it hangs, only few calls wait for it.
CACHE_PAUSE_SECONDS = 1.0
# How long a call waits for what it can do without.
CACHE_SECONDS = 1.0


class CacheFailed(Exception):
    """The cache cannot count now."""


class UsesInWindow:
    """Counts the uses of names, such as a caller's budget, in windows of time that all processes agree on.

    Exact where the cache adds atomically, which Redis and memcached do (``counts_atomically``).
    """

    def __init__(self) -> None:
        self._paused_until = 0.0
        self._lock = threading.Lock()

    def count(self, name: str, seconds: int) -> tuple[int, float]:
        """Counts one use: how many that makes in this window of ``seconds``, and how long it lasts still.

        One operation of the cache, in a window's first use two. Raises CacheFailed.
        """
        key, left = self._window(name, seconds)
        with self._pausing():
            return self._increment(key, 2 * seconds + 60), left

    def so_far(self, names: Sequence[str], seconds: int) -> list[tuple[int, float]]:
        """What ``count`` has counted for each name, without counting, and how long its window lasts still.

        One operation of the cache. Raises CacheFailed."""
        windows = [self._window(name, seconds) for name in names]
        with self._pausing():
            found = caches[conf().CACHE].get_many([key for key, _ in windows])
            return [(int(found.get(key, 0)), left) for key, left in windows]

    def _window(self, name: str, seconds: int) -> tuple[str, float]:
        """The key of the window that a name is in, and how long it lasts still."""
        digest = blake2b(f"{seconds}\0{name}".encode(), digest_size=16).digest()
        # The windows of different names begin at different times, so that not all callers come back at once.
        shifted = time.time() + int.from_bytes(digest[:4], "big") / 2**32 * seconds
        window, past = divmod(shifted, seconds)
        # The window is in the name, so nobody counts on a key that is about to expire, and clocks may differ a little.
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
            # Of threads at least none is lost. Django's own incr() would shorten the key's life.
            with self._lock:
                used: int = cache.get(key, 0) + 1
                if used > 1:
                    cache.set(key, used, timeout)
                elif not cache.add(key, 1, timeout) and cache.get(key) is None:
                    # Django's cache in a database says nothing of a disk that is full.
                    raise CacheFailed("A key cannot be added.")
                return used
        for _ in range(2):
            try:
                # pymemcache answers False while it leaves a server alone that has failed.
                if used := int(cache.incr(key)):
                    return used
            except ValueError:
                if cache.add(key, 1, timeout):
                    return 1
                # Somebody else was first.
        raise CacheFailed("A key is not there and cannot be added, as with a cache that was told to ignore failures.")


#: One for the process, so that a cache that fails is left alone by all.
USES = UsesInWindow()


def counts_atomically(cache: BaseCache) -> bool:
    """Whether incr() of this cache loses no count: Django's fallback for caches that cannot reads, adds and writes."""
    return type(cache).incr is not BaseCache.incr


def spare(ask: Callable[[], T], otherwise: T) -> T:
    """What the cache answers, or ``otherwise`` where it fails or is slow. For what calls can do without."""
    try:
        with at_most(CACHE_SECONDS):
            return ask()
    except Exception as error:
        # Without a trace: each call would write one while the cache is gone.
        log.warning("The cache %r fails, and is done without: %s", conf().CACHE, type(error).__name__)
        return otherwise


class CallsUnderWay:
    """How many calls this process is answering, in all and for each caller."""

    def __init__(self) -> None:
        # A stream that was dropped unread leaves when the garbage collector finds it: in any thread, also in one that
        # is in here.
        self._lock = threading.RLock()
        self._by_caller: dict[str, int] = {}
        self._all = 0

    def enter(self, caller: str, most_of_caller: int, most: int) -> str:
        """Counts a call in, unless there are too many: "" then is "credential" or "process". 0 means no limit."""
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
