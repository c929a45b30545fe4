"""A vendor's rate limit, shared: what is left of it is known to all processes, and no caller may use up the others'
part.

Vendors count per integration, callers share it. Each answer of a vendor says how much is left; that is kept in the
Django cache until the vendor's window ends, beside how much each caller has used in that window. Three rules, in this
order:

* below a tenth of the limit nobody calls: that is left to Sentry itself;
* in the last quarter only callers go on who have used less than their share: the usable part divided by the callers of
  the window and one more, who may still come;
* otherwise everybody goes on.

The counts are near enough, not exact: two processes that count at the same moment may lose one.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from functools import partial

from django.core.cache import caches

from sentry_scm_grpc.conf import conf
from sentry_scm_grpc.errors import ResourceExhausted
from sentry_scm_grpc.rpc.limits import spare

#: What is left to Sentry, and where sharing begins, as parts of the limit.
FLOOR = 0.1
RESERVED = 0.25
#: Seconds to wait where the vendor does not say.
RETRY_AFTER = 60.0
# The type of an error of GitHub's GraphQL: as documented, and as it is sent too; and what it says of a secondary limit.
_GRAPHQL_REFUSALS = (b'"RATE_LIMITED"', b'"RATE_LIMIT"', b"secondary rate limit")
# A window that ends later than this is no window: GitHub's, the longest, is an hour.
_LONGEST_WINDOW = 24 * 3600.0


@dataclass(frozen=True)
class Window:
    """What a vendor said last. ``reset`` is seconds since the epoch; ``callers`` are the principals seen in this
    window.
    """

    limit: int
    remaining: int
    reset: float
    callers: tuple[str, ...] = ()


class Quota:
    """One of a vendor's limits (``bucket``: a vendor may count searches apart) for one integration, as one caller sees
    it.
    """

    def __init__(self, integration_id: int, bucket: str, caller: str) -> None:
        self._cache = caches[conf().CACHE]
        self._key = f"sentry_scm_grpc:quota:{integration_id}:{bucket}"
        self.bucket = bucket
        self._caller = caller

    def check(self) -> None:
        """Raises ResourceExhausted (VENDOR_QUOTA_LOW, VENDOR_QUOTA_SHARE) where the caller must wait for the next
        window.
        """
        window: Window | None = spare(lambda: self._cache.get(self._key), None)
        now = time.time()
        # One that ends later than any does was noted before the clock was put back.
        if window is None or not 0 < window.reset - now <= _LONGEST_WINDOW:
            return
        floor = int(window.limit * FLOOR)
        if window.remaining <= floor:
            raise ResourceExhausted(
                "The provider's rate limit for this integration is nearly used up, and the rest is kept for Sentry."
                " Wait, then repeat"
                " the call.",
                reason="VENDOR_QUOTA_LOW",
                retry_after=window.reset - now,
            )
        if window.remaining > window.limit * RESERVED:
            return
        share = (window.limit - floor) / (len({*window.callers, self._caller}) + 1)
        if spare(lambda: self._cache.get(self._used_key(window), 0), 0) >= share:
            raise ResourceExhausted(
                "You have used your share of the provider's rate limit for this integration; the rest is for other"
                " callers. Wait, then"
                " repeat the call.",
                reason="VENDOR_QUOTA_SHARE",
                retry_after=window.reset - now,
            )

    def note(self, headers: Mapping[str, str], *, refused: bool) -> None:
        """Takes in what an answer says of the limit."""
        window = read_window(headers)
        if refused:
            window = Window(limit=window.limit if window else 0, remaining=0, reset=time.time() + wait_of(headers))
        if window is None:
            return
        left = min(window.reset - time.time(), _LONGEST_WINDOW)
        if left <= 0:
            return
        spare(partial(self._keep, window, left), None)

    def _keep(self, window: Window, left: float) -> None:
        before: Window | None = self._cache.get(self._key)
        callers = before.callers if before is not None and before.reset == window.reset else ()
        if self._caller not in callers:
            callers = (*callers, self._caller)
        self._cache.set(self._key, replace(window, callers=callers), left)
        used = self._used_key(window)
        if not self._cache.add(used, 1, left):
            try:
                self._cache.incr(used)
            except ValueError:  # It has expired since, or this cache keeps nothing.
                return

    def _used_key(self, window: Window) -> str:
        return f"{self._key}:{int(window.reset)}:{self._caller}"


def read_window(headers: Mapping[str, str]) -> Window | None:
    """What the headers say, in the names of GitHub, Azure DevOps, Bitbucket (``X-RateLimit-``) and GitLab
    (``RateLimit-``).
    """
    for prefix in ("X-RateLimit-", "RateLimit-"):
        limit, remaining = (_number(headers.get(prefix + name)) for name in ("Limit", "Remaining"))
        if limit and remaining is not None:  # A limit of 0 is how gateways say that there is none.
            reset = _number(headers.get(prefix + "Reset"))
            now = time.time()
            # Some say when, some say in how many seconds; Bitbucket Server says how fast it fills up.
            wait = RETRY_AFTER if reset is None else reset - now if reset > 10**9 else reset
            fill, every = (_number(headers.get(prefix + name)) for name in ("FillRate", "Interval-Seconds"))
            if reset is None and fill and every:
                wait = math.ceil((limit - remaining) / fill) * every
            return Window(int(limit), int(remaining), now + wait)
    return None


def is_refusal(status: int, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether an answer says that the limit is used up: 429, one of GitHub's forms of 403, or its GraphQL's 200.

    https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
    https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
    """
    if status == 429:
        return True
    # Bitbucket Server always tells when to come back: in 0 seconds, most times.
    told = headers.get("Retry-After", "0") != "0" or headers.get("X-RateLimit-Remaining") == "0"
    if status == 200:
        return told and any(mark in body[:4096] for mark in _GRAPHQL_REFUSALS)
    # The address of the documentation, which an answer may name, has a hyphen.
    said = body[:4096].lower().replace(b"-", b" ")
    return status == 403 and (told or b"rate limit" in said or b"abuse detection" in said)


def wait_of(headers: Mapping[str, str]) -> float:
    """How many seconds the vendor wants us to wait."""
    given = headers.get("Retry-After")
    seconds = _number(given)
    if seconds is None and given:
        try:
            seconds = parsedate_to_datetime(given).timestamp() - time.time()
        except (TypeError, ValueError):
            seconds = None
    if seconds is None:
        window = read_window(headers)
        seconds = window.reset - time.time() if window is not None and window.remaining <= 0 else RETRY_AFTER
    return min(max(seconds, 1.0), _LONGEST_WINDOW)


def _number(text: str | None) -> float | None:
    try:
        number = float(text) if text is not None else None
    except ValueError:
        return None
    return number if number is None or 0 <= number < 10**11 else None
