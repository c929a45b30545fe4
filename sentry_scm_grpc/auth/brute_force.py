"""Slows down guessing: failures are counted in the shared cache, and further attempts are refused before any check.

The rules prevent an attacker from locking others out; docs/how-to/authentication.md explains them.
"""

from __future__ import annotations

import hashlib
import logging
import time
from math import ceil

from django.core.cache import caches

from sentry_scm_grpc.auth.source import FORWARDED
from sentry_scm_grpc.conf import conf
from sentry_scm_grpc.errors import ResourceExhausted
from sentry_scm_grpc.rpc import limits
from sentry_scm_grpc.rpc.budget import at_most

log = logging.getLogger("sentry_scm_grpc.auth")

#: The length in seconds of the windows in which failures are counted.
WINDOW_SECONDS = 60
#: Failures of one credential from one source, after which it is refused from there ...
OF_CREDENTIAL_AND_SOURCE = 10
#: ... the same if it was accepted from there before ...
OF_KNOWN_CREDENTIAL = 100
#: ... and the same if the credential has failed OF_CREDENTIAL times from all sources together. A credential that has
#: not failed from a source is still accepted there.
WHILE_CREDENTIAL_IS_ATTACKED = 1
OF_CREDENTIAL = 100
#: Failures of one source, after which only credentials that were accepted from there before are checked.
OF_SOURCE = 50
#: A credential is known at a source for so many seconds after it was accepted there.
KNOWN_SECONDS = 3600
# A process asks the cache about a credential and its source this often at most, unless it has failed.
ASK_EVERY_SECONDS = 1.0
NOTE_EVERY_SECONDS = 600.0
MAX_REMEMBERED = 10_000


class BruteForce:
    def __init__(self) -> None:
        # For each source and credential: until when (monotonic time) the cache need not be read or written.
        self._free_until: dict[tuple[str, str], float] = {}
        self._noted_until: dict[tuple[str, str], float] = {}

    def check(self, source: str, credential: str) -> None:
        """Raises ResourceExhausted if the credential may not be tried from this source now."""
        pair, now = (source, credential), time.monotonic()
        if self._free_until.get(pair, 0.0) > now:
            return
        try:
            found = limits.USES.so_far(_names(source, credential), WINDOW_SECONDS)
            (together, left), (of_source, source_left), (of_credential, _) = found
            known = (together or of_source >= OF_SOURCE) and caches[conf().CACHE].get(_known(source, credential))
        except Exception:
            # Without counting, the credential is still checked. All credentials are too long to guess.
            log.warning("Failures cannot be counted, the cache %r fails", conf().CACHE)
            return
        most = WHILE_CREDENTIAL_IS_ATTACKED if of_credential >= OF_CREDENTIAL else OF_CREDENTIAL_AND_SOURCE
        if together >= (OF_KNOWN_CREDENTIAL if known else most):
            raise _slowed_down(left)
        if of_source >= OF_SOURCE and not known:
            raise _slowed_down(source_left)
        _remember(self._free_until, pair, now + ASK_EVERY_SECONDS)

    def failed(self, source: str, credential: str, why: str, forwarded: bool) -> None:
        """Counts and logs a failure. ``forwarded`` tells whether the call says that it came through a proxy."""
        log.warning("Refused %s from %s: %s", credential, source, why)
        self._free_until.pop((source, credential), None)
        try:
            counts = [limits.USES.count(name, WINDOW_SECONDS)[0] for name in _names(source, credential)]
        except limits.CacheFailed:
            return
        if counts[1] == OF_SOURCE:
            hint = f". If that is a proxy of yours, set SCM_GRPC['TRUSTED_PROXIES']: the call has {FORWARDED}"
            log.warning(
                "%s has failed %d times in a minute: slowed down%s",
                source,
                OF_SOURCE,
                hint if forwarded and not conf().TRUSTED_PROXIES else "",
            )
        if counts[2] == OF_CREDENTIAL:
            log.warning("%s has failed %d times in a minute, from all sources: slowed down", credential, OF_CREDENTIAL)

    def succeeded(self, source: str, credential: str) -> None:
        """Notes that the credential is known at the source."""
        pair, now = (source, credential), time.monotonic()
        if self._noted_until.get(pair, 0.0) > now:
            return
        _remember(self._noted_until, pair, now + NOTE_EVERY_SECONDS)
        try:
            with at_most(limits.CACHE_SECONDS):
                caches[conf().CACHE].set(_known(source, credential), 1, KNOWN_SECONDS)
        except Exception:
            log.warning("A good credential cannot be noted, the cache %r fails", conf().CACHE)


def _names(source: str, credential: str) -> list[str]:
    """The three names under which failures are counted: credential and source, the source, the credential."""
    return [f"auth\0{source}\0{credential}", f"auth\0{source}", f"auth\0\0{credential}"]


def _known(source: str, credential: str) -> str:
    return "scm_grpc.known." + hashlib.sha256(f"{source}\0{credential}".encode()).hexdigest()


def _remember(memory: dict[tuple[str, str], float], pair: tuple[str, str], until: float) -> None:
    if len(memory) >= MAX_REMEMBERED:
        memory.clear()
    memory[pair] = until


def _slowed_down(seconds_left: float) -> ResourceExhausted:
    return ResourceExhausted(
        "Too many calls with bad credentials came from your address, or used your credential. Try again in"
        f" {ceil(seconds_left)} seconds.",
        reason="TOO_MANY_BAD_CREDENTIALS",
        retry_after=seconds_left,
    )
