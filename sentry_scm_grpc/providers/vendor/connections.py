"""Connections to vendors are kept open for the next read of the same integration of the same organization.

Sentry's client makes a session for each request and closes it afterwards, and with it its connections. No version can
be told otherwise. So, for requests that are marked, the pool of connections of urllib3 is taken from here instead of
from the session. Such a pool is made by the session's own pool manager, which may check addresses, and is used again
only for sessions that would make the same one. Everything else that uses requests is left as it is.

Only reads are marked. A vendor may close a connection at the moment at which it is used again. A read is then repeated
on a new connection, and a write could not be.
"""

from __future__ import annotations

import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache, partial, wraps
from typing import Any

from sentry_scm_grpc.rpc import deadline

#: Idle connections of one pool, which has one vendor's address and one integration. As many as a batch uses at once.
MAX_IDLE = 8
#: The pools of this process. Of more, those that nobody has used for the longest time are closed.
MAX_POOLS = 32
#: How long a pool stays open that nobody uses, in seconds. Most servers close idle connections after 60 or more.
IDLE_SECONDS = 30.0

_MARK = "_sentry_scm_grpc_owner"


def mark(request: Any, owner: Hashable) -> None:
    """Has a ``requests.PreparedRequest`` use connections that are kept for an owner. None keeps none."""
    if owner is not None:
        setattr(request, _MARK, owner)


class Pool:
    """A connection pool of urllib3, which repeats a request if its connection was old and the vendor hung up."""

    def __init__(self, urllib3: Any) -> None:
        self.urllib3 = urllib3
        urllib3.urlopen = partial(self._urlopen, urllib3.urlopen)
        urllib3._get_conn = partial(self._get_conn, urllib3._get_conn)
        self._thread = threading.local()
        self.users = 0
        self.used = time.monotonic()

    def _get_conn(self, get: Callable[..., Any], *args: Any, **options: Any) -> Any:
        connection = get(*args, **options)
        # urllib3 hangs up where it sees that the vendor has: then there is no socket.
        self._thread.is_old = getattr(connection, "sock", None) is not None
        return connection

    def _urlopen(self, urlopen: Callable[..., Any], *args: Any, **options: Any) -> Any:
        # Where the vendor has hung up, each attempt uses up one of the idle connections.
        for _ in range(MAX_IDLE):
            self._thread.is_old = False
            try:
                return urlopen(*args, **options)
            except Exception as error:
                if not (self._thread.is_old and _is_hang_up(error)) or deadline.seconds_left() == 0:
                    raise
        return urlopen(*args, **options)

    def close(self) -> None:
        self.urllib3.close()


def _is_hang_up(error: Exception) -> bool:
    """Whether a connection ended before a response. A timeout is not that."""
    from urllib3.exceptions import MaxRetryError, ProtocolError, SSLError  # type: ignore[import-untyped, unused-ignore]

    if isinstance(error, MaxRetryError):
        error = error.reason or error
    return isinstance(error, (ProtocolError, SSLError))


class Pools:
    """The pools of this process, the least recently used first."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begins without pools, as in a forked process. The sockets that are open are those of its parent."""
        self._lock = threading.Lock()
        self._pools: OrderedDict[Hashable, Pool] = OrderedDict()
        self._is_watched = False

    def take(self, key: Hashable, make: Callable[[], Any]) -> Pool:
        """A pool for one request. ``give_back`` must follow."""
        with self._lock:
            pool = self._pools.get(key)
            if pool is None:
                pool = self._pools[key] = Pool(make())
            pool.users += 1
            self._pools.move_to_end(key)
            surplus = self._remove(list(self._pools)[:-MAX_POOLS])
            start = not self._is_watched
            self._is_watched = True
        for other in surplus:
            other.close()
        if start:
            threading.Thread(target=self._watch, daemon=True, name="scm-grpc-idle-connections").start()
        return pool

    def give_back(self, pool: Pool) -> None:
        with self._lock:
            pool.users -= 1
            pool.used = time.monotonic()

    def _remove(self, keys: list[Hashable]) -> list[Pool]:
        """Removes those of these pools that nobody uses. The caller has the lock."""
        return [self._pools.pop(key) for key in keys if not self._pools[key].users]

    def _watch(self) -> None:
        """Closes pools that nobody uses. It ends with the last of them."""
        while True:
            with self._lock:
                last = time.monotonic() - IDLE_SECONDS
                idle = self._remove([key for key, pool in self._pools.items() if pool.used <= last])
                self._is_watched = bool(self._pools)
                goes_on = self._is_watched
            for pool in idle:
                pool.close()
            if not goes_on:
                return
            time.sleep(IDLE_SECONDS / 4)

    def __len__(self) -> int:
        return len(self._pools)


POOLS = Pools()
os.register_at_fork(after_in_child=POOLS.forget)


@dataclass
class _Sending:
    """A marked request on its way. ``key`` has everything about the session that decides which pool it may use."""

    key: Hashable
    taken: list[Pool] = field(default_factory=list)


_sending: ContextVar[_Sending | None] = ContextVar("scm_grpc_sending", default=None)


@contextmanager
def kept_for(session: Any, request: Any, options: Mapping[str, Any]) -> Iterator[None]:
    """Gives a request of a session the connections of its owner, if it is marked."""
    owner = getattr(request, _MARK, None)
    if owner is None:
        yield
        return
    # Older versions of requests do not tell urllib3 how a certificate is checked until it has a pool.
    checks = [options.get(name, getattr(session, name)) for name in ("verify", "cert")]
    sending = _Sending((owner, repr(checks)))
    token = _sending.set(sending)
    try:
        yield
    finally:
        _sending.reset(token)
        for pool in sending.taken:
            POOLS.give_back(pool)


@cache
def hold() -> None:
    """Wraps, once, how urllib3 finds the pool of an address."""
    from urllib3.poolmanager import PoolManager  # type: ignore[import-untyped, unused-ignore]

    from_pool_key = PoolManager.connection_from_pool_key

    @wraps(from_pool_key)
    def found(self: Any, pool_key: Any, request_context: Any = None) -> Any:
        sending = _sending.get()
        classes = _classes(self, request_context)
        if sending is None or classes is None:
            return from_pool_key(self, pool_key, request_context)
        address = (request_context[name] for name in ("scheme", "host", "port"))
        make = partial(self._new_pool, *address, request_context={**request_context, "maxsize": MAX_IDLE})
        pool = POOLS.take((sending.key, classes, pool_key), make)
        sending.taken.append(pool)
        return pool.urllib3

    PoolManager.connection_from_pool_key = found


def _classes(manager: Any, request_context: Any) -> Hashable:
    """What a pool manager makes its pools with. None if two such managers cannot be compared."""
    if request_context is None:
        return None
    made = manager.pool_classes_by_scheme.get(request_context["scheme"])
    if isinstance(made, partial):
        # Newer versions of Sentry put the check of addresses here.
        made = made.func, made.args, tuple(sorted(made.keywords.items(), key=lambda item: item[0]))
    try:
        hash(made)
    except TypeError:
        return None
    return type(manager), made
