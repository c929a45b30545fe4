"""Shares a vendor's rate limit: among all processes, with Sentry, and fairly among callers.

A vendor counts calls for each integration. Each response says how many calls are left. The Django cache keeps that
number until the vendor's window ends, and how many calls each caller has made in the window. The rules, in this order:

* In the last tenth of the limit no caller may call: it is reserved for Sentry.
* In the last quarter, only callers below their share may call. A share is the usable part, divided by the number of
  callers in the window plus one more.
* Otherwise every caller may call.

The counts are not exact: if two processes count at the same moment, one call may be lost.
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

#: The part of the limit that is reserved for Sentry, and the part in which callers share.
FLOOR = 0.1
RESERVED = 0.25
#: The reason for a caller who has used up its share.
SHARE_USED = "VENDOR_QUOTA_SHARE"
#: Seconds to wait if the vendor does not say.
RETRY_AFTER = 60.0
# Types of errors of GitHub's GraphQL, as documented and as sent, and the message of a secondary limit.
_GRAPHQL_REFUSALS = (b'"RATE_LIMITED"', b'"RATE_LIMIT"', b"secondary rate limit")
# A window that ends later than this is invalid. The longest window is GitHub's, an hour.
_LONGEST_WINDOW = 24 * 3600.0


@dataclass(frozen=True)
class Window:
    """What the vendor said last. ``reset`` is in seconds since the epoch. ``callers`` are the window's principals."""

    limit: int
    remaining: int
    reset: float
    callers: tuple[str, ...] = ()


class Quota:
    """A vendor's rate limit for one integration, for one caller. ``bucket`` names it if the vendor has several."""

    def __init__(self, integration_id: int, bucket: str, caller: str) -> None:
        self._cache = caches[conf().CACHE]
        self._key = f"sentry_scm_grpc:quota:{integration_id}:{bucket}"
        self.bucket = bucket
        self._caller = caller

    def check(self) -> None:
        """Raises ResourceExhausted (VENDOR_QUOTA_LOW, SHARE_USED) if the caller must wait."""
        window: Window | None = spare(lambda: self._cache.get(self._key), None)
        now = time.time()
        # A window that ends too late was stored before the clock was set back.
        if window is None or not 0 < window.reset - now <= _LONGEST_WINDOW:
            return
        floor = int(window.limit * FLOOR)
        if window.remaining <= floor:
            raise ResourceExhausted(
                "The provider's rate limit for this integration is nearly used up, and the rest is kept for others."
                " Wait, then repeat the call.",
                reason="VENDOR_QUOTA_LOW",
                retry_after=window.reset - now,
            )
        if window.remaining > window.limit * RESERVED:
            return
        share = (window.limit - floor) / (len({*window.callers, self._caller}) + 1)
        if spare(lambda: self._cache.get(self._used_key(window), 0), 0) >= share:
            raise ResourceExhausted(
                "You have used your share of the provider's rate limit for this integration; the rest is for other"
                " callers. Wait, then repeat the call.",
                reason=SHARE_USED,
                retry_after=window.reset - now,
            )

    def note(self, headers: Mapping[str, str], *, refused: bool) -> None:
        """Stores what a response says about the limit."""
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
            except ValueError:  # The entry has expired, or this cache keeps nothing.
                return

    def _used_key(self, window: Window) -> str:
        return f"{self._key}:{int(window.reset)}:{self._caller}"


def read_window(headers: Mapping[str, str]) -> Window | None:
    """The window in the headers of GitHub, Azure DevOps, Bitbucket (``X-RateLimit-``) or GitLab (``RateLimit-``)."""
    for prefix in ("X-RateLimit-", "RateLimit-"):
        limit, remaining = (_number(headers.get(prefix + name)) for name in ("Limit", "Remaining"))
        if limit and remaining is not None:  # Some gateways send a limit of 0 for no limit.
            reset = _number(headers.get(prefix + "Reset"))
            now = time.time()
            # Reset is a time at some vendors, and a number of seconds at others. Bitbucket Server gives a fill rate.
            wait = RETRY_AFTER if reset is None else reset - now if reset > 10**9 else reset
            fill, every = (_number(headers.get(prefix + name)) for name in ("FillRate", "Interval-Seconds"))
            if reset is None and fill and every:
                wait = math.ceil((limit - remaining) / fill) * every
            return Window(int(limit), int(remaining), now + wait)
    return None


def is_refusal(status: int, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether a response says that the limit is used up: 429, a 403 of GitHub, or a 200 of GitHub's GraphQL.

    https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
    https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
    """
    if status == 429:
        return True
    # Bitbucket Server always sends Retry-After, and usually it is 0.
    told = headers.get("Retry-After", "0") != "0" or headers.get("X-RateLimit-Remaining") == "0"
    if status == 200:
        return told and any(mark in body[:4096] for mark in _GRAPHQL_REFUSALS)
    # The response may contain the address of the documentation, which has hyphens.
    said = body[:4096].lower().replace(b"-", b" ")
    return status == 403 and (told or b"rate limit" in said or b"abuse detection" in said)


def wait_of(headers: Mapping[str, str]) -> float:
    """How many seconds the vendor asks us to wait."""
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
