"""Who guesses credentials is slowed down, and cannot lock out anybody else by it."""

from __future__ import annotations

import logging
import time
from typing import Any

import grpc
import pytest
from django.core.cache import caches

from sentry_scm_grpc.auth import brute_force
from sentry_scm_grpc.auth.brute_force import (
    OF_CREDENTIAL,
    OF_CREDENTIAL_AND_SOURCE,
    OF_KNOWN_CREDENTIAL,
    OF_SOURCE,
    WINDOW_SECONDS,
    BruteForce,
)
from sentry_scm_grpc.errors import ResourceExhausted
from sentry_scm_grpc.hosts.embedded.models import Organization
from sentry_scm_grpc.rpc import limits
from sentry_scm_grpc.testing import factories
from sentry_scm_grpc.testing.web_call import CallResult, web_call
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.auth import signed as by
from tests.auth.signed import signed

HERE, THERE = "192.0.2.1", "198.51.100.7"
KEY, OTHER_KEY = "hmac:reports", "hmac:builds"


class Clock:
    """The module ``time``, standing still but for what a test adds; the monotonic clock goes on."""

    def __init__(self) -> None:
        self.added = 0.0
        self._begin = time.time()

    def time(self) -> float:
        return self._begin + self.added

    def monotonic(self) -> float:
        return time.monotonic() + self.added


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Nothing was counted before."""
    caches["default"].clear()
    clock = Clock()
    for module in (brute_force, limits):
        monkeypatch.setattr(module, "time", clock)
    monkeypatch.setattr(limits, "USES", limits.UsesInWindow())
    return clock


def fails(guard: BruteForce, times: int, source: str = HERE, credential: str = KEY) -> None:
    for _ in range(times):
        guard.failed(source, credential, "the signature is wrong", forwarded=False)


def refused(guard: BruteForce, source: str = HERE, credential: str = KEY) -> bool:
    try:
        guard.check(source, credential)
    except ResourceExhausted as error:
        found = error
    else:
        return False
    assert found.reason == "TOO_MANY_BAD_CREDENTIALS"
    assert 0 < (found.retry_after or 0) <= WINDOW_SECONDS
    return True


class TestWhoIsRefused:
    def test_after_so_many_failures_a_credential_from_its_source_until_the_window_ends(self, clock: Clock) -> None:
        guard = BruteForce()
        fails(guard, OF_CREDENTIAL_AND_SOURCE - 1)
        assert not refused(guard)
        fails(guard, 1)
        assert refused(guard)
        assert not refused(guard, source=THERE)
        assert not refused(guard, credential=OTHER_KEY)
        clock.added += WINDOW_SECONDS
        assert not refused(guard)

    def test_every_process_knows(self) -> None:
        fails(BruteForce(), OF_CREDENTIAL_AND_SOURCE)
        assert refused(BruteForce())

    def test_after_more_failures_a_source_whatever_it_tries(self) -> None:
        guard = BruteForce()
        for number in range(OF_SOURCE):
            assert not refused(guard, credential=f"hmac:{number}")
            fails(guard, 1, credential=f"hmac:{number}")
        assert refused(guard, credential="hmac:another")
        assert not refused(guard, source=THERE)

    def test_but_not_a_credential_that_was_good_there(self) -> None:
        guard = BruteForce()
        guard.succeeded(HERE, KEY)
        for number in range(OF_SOURCE):
            fails(guard, 1, credential=f"hmac:{number}")
        assert not refused(guard)
        assert not refused(BruteForce())  # Nor by another process.
        fails(guard, OF_KNOWN_CREDENTIAL)
        assert refused(guard)

    def test_a_key_that_many_sources_attack_is_open_to_who_never_failed(self) -> None:
        guard = BruteForce()
        sources = [f"203.0.113.{number}" for number in range(OF_CREDENTIAL)]
        for source in sources:
            assert not refused(guard, source=source)
            fails(guard, 1, source=source)
        assert all(refused(guard, source=source) for source in sources)
        assert not refused(guard, source=HERE)
        fails(guard, 1, source=HERE)
        assert refused(guard, source=HERE)

    def test_what_is_remembered_is_bounded(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(brute_force, "MAX_REMEMBERED", 3)
        guard = BruteForce()
        for number in range(10):
            guard.check(HERE, f"hmac:{number}")
            guard.succeeded(HERE, f"hmac:{number}")
        assert len(guard._free_until) <= 3
        assert len(guard._noted_until) <= 3


def test_while_the_cache_is_gone_credentials_are_checked_uncounted(
    settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.memcached.PyMemcacheCache", "LOCATION": "127.0.0.1:1"}
    }
    guard = BruteForce()
    fails(guard, OF_CREDENTIAL_AND_SOURCE)
    guard.succeeded(HERE, KEY)
    assert not refused(guard)
    assert "Failures cannot be counted" in caplog.text


@pytest.mark.django_db
class TestCalls:
    @pytest.fixture
    def organization(self, settings: Any) -> Organization:
        made: Organization = factories.OrganizationFactory()
        settings.DEBUG = True  # One process: a cache of its own does.
        settings.SCM_GRPC = {
            **settings.SCM_GRPC,
            "AUTHENTICATORS": ["hmac", "api_key"],
            "HMAC_KEYS": {"reports": by.key([made.id])},
        }
        return made

    def list(self, organization: Organization, **changed: Any) -> CallResult:
        request = pb.ListRepositoriesRequest(organization_id=organization.id)
        metadata = signed("ListRepositories", request, organization.id, **changed)
        return web_call("ListRepositories", request, metadata)

    def with_key(self, organization: Organization, plain: str, **metadata: str) -> CallResult:
        request = pb.ListRepositoriesRequest(organization_id=organization.id)
        return web_call("ListRepositories", request, {"x-api-key": plain, **metadata})

    def test_a_guesser_of_signatures_is_refused_before_the_signature_is_looked_at(
        self, organization: Organization, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.WARNING, "sentry_scm_grpc.auth")
        for _ in range(OF_CREDENTIAL_AND_SOURCE):
            assert self.list(organization, secret="w" * 32).reason == "SIGNATURE_INVALID"
        logged = len(caplog.records)
        for secret in ("w" * 32, by.NEW):
            answer = self.list(organization, secret=secret)
            assert (answer.status.name, answer.reason) == ("RESOURCE_EXHAUSTED", "TOO_MANY_BAD_CREDENTIALS")
            assert 0 < answer.retry_after <= WINDOW_SECONDS
        # The log is not flooded either.
        assert len(caplog.records) == logged
        # Others at the same address go on.
        key = factories.ApiKeyFactory(organization=organization, scopes=["org:read"]).plain
        assert self.with_key(organization, key).status is grpc.StatusCode.OK

    def test_a_guesser_of_api_keys_is_too(self, organization: Organization) -> None:
        key: str = factories.ApiKeyFactory(organization=organization, scopes=["org:read"]).plain
        for _ in range(OF_CREDENTIAL_AND_SOURCE):
            assert self.with_key(organization, key[:-5] + "wrong").reason == "API_KEY_INVALID"
        assert self.with_key(organization, key).reason == "TOO_MANY_BAD_CREDENTIALS"

    def test_behind_a_proxy_the_callers_are_told_apart_once_the_setting_says_so(
        self, organization: Organization, settings: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        def guess(number: int, address: str) -> CallResult:
            return self.with_key(organization, f"scm_{number:012x}_{'x' * 43}", **{"x-forwarded-for": address})

        for number in range(OF_SOURCE):
            assert guess(number, HERE).reason == "API_KEY_INVALID"
        assert guess(999, THERE).reason == "TOO_MANY_BAD_CREDENTIALS"
        assert "set SCM_GRPC['TRUSTED_PROXIES']" in caplog.text
        settings.SCM_GRPC = {**settings.SCM_GRPC, "TRUSTED_PROXIES": 1}
        for number in range(OF_SOURCE):
            # What a caller makes up stands left of what the proxy adds.
            assert guess(number, f"{THERE}.{number}, {HERE}").reason == "API_KEY_INVALID"
        assert guess(999, f"{THERE}, {HERE}").reason == "TOO_MANY_BAD_CREDENTIALS"
        assert guess(999, THERE).reason == "API_KEY_INVALID"
