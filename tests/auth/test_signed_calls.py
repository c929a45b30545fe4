"""Signed calls into a Django site: what a key opens, rotation, the window, the nonces, and what the cache has to do."""

from __future__ import annotations

import json
import logging
import time
from typing import Any

import grpc
import pytest
from django.core.cache import caches
from django.core.checks import run_checks

from sentry_scm_grpc.auth.nonces import FEWEST_ENTRIES
from sentry_scm_grpc.conf import Conf, conf
from sentry_scm_grpc.hosts.embedded.models import Organization
from sentry_scm_grpc.rpc import limits
from sentry_scm_grpc.rpc.signature import WINDOW_SECONDS
from sentry_scm_grpc.testing import factories
from sentry_scm_grpc.testing.web_call import CallResult, web_call
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.auth import signed as by
from tests.auth.signed import signed

pytestmark = pytest.mark.django_db

OK = grpc.StatusCode.OK
LOCAL = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
DATABASE = {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "scm_embedded_cache"}


@pytest.fixture
def organization() -> Organization:
    made: Organization = factories.OrganizationFactory()
    return made


@pytest.fixture(autouse=True)
def _keys(settings: Any, organization: Organization) -> None:
    caches["default"].clear()
    settings.DEBUG = True  # One process: a cache of its own does.
    settings.SCM_GRPC = {
        **settings.SCM_GRPC,
        "AUTHENTICATORS": ["hmac", "api_key"],
        "HMAC_KEYS": {
            "reports": by.key([organization.id]),
            "all": by.key(),
            "reader": by.key([organization.id], scopes=["org:read"]),
            "past": by.key(expires="2020-01-01"),
        },
    }


def listing(organization: Organization, **changed: Any) -> CallResult:
    """ListRepositories, signed; ``changed`` as signed.header takes it."""
    request = pb.ListRepositoriesRequest(organization_id=organization.id)
    return web_call("ListRepositories", request, signed("ListRepositories", request, organization.id, **changed))


class TestKeys:
    def test_old_and_new_secret_do_during_a_rotation(self, organization: Organization, settings: Any) -> None:
        assert listing(organization, secret=by.OLD).status is OK
        assert listing(organization, secret=by.NEW).status is OK
        settings.SCM_GRPC = {**settings.SCM_GRPC, "HMAC_KEYS": {"reports": by.key(secrets=[by.NEW])}}
        assert listing(organization, secret=by.OLD).reason == "SIGNATURE_INVALID"
        assert listing(organization, secret=by.NEW).status is OK

    def test_a_key_has_its_scopes_and_no_more(self, organization: Organization) -> None:
        repository = factories.RepositoryFactory(organization=organization)
        request = pb.DeleteRepositoryRequest(repository_id=repository.id)
        answer = web_call(
            "DeleteRepository", request, signed("DeleteRepository", request, organization.id, key_id="reader")
        )
        assert (answer.status, answer.reason) == (grpc.StatusCode.PERMISSION_DENIED, "SCOPE_MISSING")

    def test_the_organization_that_is_signed_is_the_one_that_the_call_reaches(self, organization: Organization) -> None:
        other = factories.OrganizationFactory()
        repository = factories.RepositoryFactory(organization=other)
        request = pb.GetRepositoryRequest(repository_id=repository.id)

        def get(signed_for: Organization) -> CallResult:
            return web_call("GetRepository", request, signed("GetRepository", request, signed_for.id, key_id="all"))

        assert get(other).status is OK
        assert get(organization).status is grpc.StatusCode.NOT_FOUND
        # One that the site does not have opens nothing, not even for a key of all organizations.
        nowhere = pb.ListRepositoriesRequest(organization_id=10**9)
        answer = web_call(
            "ListRepositories", nowhere, signed("ListRepositories", nowhere, nowhere.organization_id, key_id="all")
        )
        assert answer.status is grpc.StatusCode.NOT_FOUND

    def test_refusals_look_alike_from_outside_and_differ_in_the_log(
        self, organization: Organization, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.WARNING, "sentry_scm_grpc.auth")
        other = factories.OrganizationFactory()
        used = "a-nonce-that-is-used"
        assert listing(organization, nonce=used).status is OK
        answers = [
            listing(organization, key_id="nobody"),
            listing(organization, secret="w" * 32),
            listing(organization, key_id="past"),
            listing(other),
            listing(organization, nonce=used),
        ]
        assert len({(answer.status, answer.reason, answer.text) for answer in answers}) == 1
        assert [record.getMessage() for record in caplog.records] == [
            "Refused hmac:nobody from 127.0.0.1: key 'nobody' is unknown",
            "Refused hmac:reports from 127.0.0.1: the signature is wrong",
            "Refused hmac:past from 127.0.0.1: the key has expired",
            f"Refused hmac:reports from 127.0.0.1: the key is not for organization {other.id}",
            "Refused hmac:reports from 127.0.0.1: the nonce was used before",
        ]

    def test_streamed_requests_cannot_be_signed(self, settings: Any) -> None:
        from sentry_scm_grpc.auth.authenticators import BadCredentials, IncomingCall
        from sentry_scm_grpc.auth.signed_calls import HmacAuthenticator

        call = IncomingCall("/a.B/C", {"x-signature": by.header("/a.B/C", b"", 1)}, "192.0.2.1", None, "")
        with pytest.raises(BadCredentials) as raised:
            HmacAuthenticator().authenticate(call)
        assert raised.value.reason == "SIGNATURE_UNSUPPORTED"


class TestWindow:
    @pytest.mark.parametrize("off", [-WINDOW_SECONDS + 20, WINDOW_SECONDS - 20])
    def test_a_clock_may_differ_by_five_minutes(self, organization: Organization, off: int) -> None:
        assert listing(organization, at=time.time() + off).status is OK

    @pytest.mark.parametrize(("off", "words"), [(-400, "behind"), (400, "ahead of")])
    def test_beyond_that_the_caller_is_told(self, organization: Organization, off: int, words: str) -> None:
        answer = listing(organization, at=time.time() + off)
        assert (answer.status.name, answer.reason) == ("UNAUTHENTICATED", "SIGNATURE_OUTSIDE_WINDOW")
        assert f"seconds {words} the service's clock" in answer.text
        assert abs(int(answer.metadata["seconds_ahead"]) - off) <= 5

    def test_but_only_one_who_knows_the_secret(self, organization: Organization) -> None:
        assert listing(organization, at=1_000_000_000, secret="w" * 32).reason == "SIGNATURE_INVALID"


class TestNonces:
    def test_a_nonce_is_the_keys_own(self, organization: Organization) -> None:
        nonce = "the-same-for-two-keys"
        assert listing(organization, nonce=nonce).status is OK
        assert listing(organization, nonce=nonce, key_id="all").status is OK
        assert listing(organization, nonce=nonce).reason == "SIGNATURE_INVALID"

    def test_nobody_without_the_secret_uses_one_up(self, organization: Organization) -> None:
        nonce = "seen-on-its-way-here"
        assert listing(organization, nonce=nonce, secret="w" * 32).reason == "SIGNATURE_INVALID"
        assert listing(organization, nonce=nonce, at=1_000_000_000).reason == "SIGNATURE_OUTSIDE_WINDOW"
        assert listing(organization, nonce=nonce).status is OK

    def test_a_nonce_outlasts_its_signature(self, organization: Organization, monkeypatch: pytest.MonkeyPatch) -> None:
        """Of a caller whose clock is ahead, a signature is good for twice the window."""
        now = time.time()
        sent = {"nonce": "of-a-clock-that-is-ahead", "at": now + WINDOW_SECONDS - 5}
        assert listing(organization, **sent).status is OK
        monkeypatch.setattr(time, "time", lambda: now + 2 * WINDOW_SECONDS - 10)
        assert listing(organization, **sent).reason == "SIGNATURE_INVALID"
        monkeypatch.setattr(time, "time", lambda: now + 2 * WINDOW_SECONDS)
        assert listing(organization, **sent).reason == "SIGNATURE_OUTSIDE_WINDOW"


class TestCache:
    @pytest.fixture(autouse=True)
    def _uses(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A cache that failed is left alone for a moment: not by the tests that follow."""
        monkeypatch.setattr(limits, "USES", limits.UsesInWindow())

    @pytest.mark.parametrize(
        "cache",
        [
            pytest.param({**DATABASE, "LOCATION": "no_such_table"}, id="fails"),
            pytest.param({"BACKEND": "tests.auth.caches.ForgetfulCache"}, id="was told to ignore its failures"),
        ],
    )
    @pytest.mark.django_db(transaction=True)
    def test_without_it_no_signed_call_is_let_in(
        self, organization: Organization, settings: Any, cache: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        settings.CACHES = {"default": {**cache, "OPTIONS": {"MAX_ENTRIES": FEWEST_ENTRIES}}}
        answer = listing(organization)
        assert (answer.status, answer.reason) == (grpc.StatusCode.UNAVAILABLE, "NONCES_UNAVAILABLE")
        assert answer.retry_after == 1
        assert "all signed calls are refused" in caplog.text
        key = factories.ApiKeyFactory(organization=organization, scopes=["org:read"]).plain
        request = pb.ListRepositoriesRequest(organization_id=organization.id)
        assert web_call("ListRepositories", request, {"x-api-key": key}).status is OK

    @pytest.mark.parametrize(
        ("cache", "problem"),
        [
            ({"BACKEND": "django.core.cache.backends.dummy.DummyCache"}, "stores nothing"),
            ({"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": "/tmp/x"}, "two steps"),
            (LOCAL, "to one process"),
            (DATABASE, "drops entries beyond 300"),
            ({**DATABASE, "OPTIONS": {"MAX_ENTRIES": FEWEST_ENTRIES}}, ""),
            ({"BACKEND": "django.core.cache.backends.memcached.PyMemcacheCache", "LOCATION": "127.0.0.1:1"}, ""),
        ],
    )
    def test_one_that_cannot_keep_nonces_is_found_by_the_check_and_lets_nobody_in(
        self, organization: Organization, settings: Any, cache: Any, problem: str
    ) -> None:
        settings.DEBUG = False
        settings.CACHES = {"default": cache}
        found = [error for error in run_checks(tags=["sentry_scm_grpc"]) if error.id == "sentry_scm_grpc.E027"]
        assert [problem in error.msg for error in found] == [True] * bool(problem)
        if problem:
            settings.SCM_GRPC = {**settings.SCM_GRPC}
            answer = listing(organization)
            assert (answer.status.name, answer.reason) == ("FAILED_PRECONDITION", "NOT_CONFIGURED")


class TestSetting:
    def test_it_comes_from_the_environment_as_json(
        self, organization: Organization, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SCM_GRPC_HMAC_KEYS", json.dumps({"reports": by.key()}))
        settings.SCM_GRPC = {key: value for key, value in settings.SCM_GRPC.items() if key != "HMAC_KEYS"}
        assert listing(organization).status is OK

    @pytest.mark.parametrize(
        ("keys", "words"),
        [
            ("{", "it is not valid JSON"),
            ("[]", "a dict of key id to key"),
            ({"a b": by.key()}, "the key id 'a b'"),
            ({"k": by.NEW}, "'k' must be a dict"),
            ({"k": by.key(secrets=by.NEW)}, "'secrets' of 'k'"),
            ({"k": by.key(secrets=[])}, "'secrets' of 'k'"),
            ({"k": by.key(secrets=[by.NEW, "short"])}, "32 characters or more"),
            ({"k": by.key(scopes=[])}, "'scopes' of 'k'"),
            ({"k": by.key(scopes="org:read")}, "'scopes' of 'k'"),
            ({"k": by.key([])}, "'organizations' of 'k'"),
            ({"k": by.key(["*"])}, "'organizations' of 'k'"),
            ({"k": by.key([True])}, "'organizations' of 'k'"),
            ({"k": by.key([0])}, "'organizations' of 'k'"),
            ({"k": by.key(expires="soon")}, "'expires' of 'k'"),
            ({"k": by.key(scope=["org:read"])}, "'k' has the unknown 'scope'"),
            ({"k": {by.NEW: ["org:read"]}}, "too long to be shown"),
            ({f"{by.NEW}:": by.key()}, "too long to be shown"),
        ],
    )
    def test_a_bad_value_is_named_and_no_secret_shown(self, settings: Any, keys: Any, words: str) -> None:
        settings.SCM_GRPC = {**settings.SCM_GRPC, "HMAC_KEYS": keys}
        (error,) = (e for e in run_checks(tags=["sentry_scm_grpc"]) if e.id == "sentry_scm_grpc.E001")
        assert words in error.msg
        assert by.NEW not in error.msg
        assert "short" not in error.msg.replace("characters", "")

    @pytest.mark.parametrize(
        ("changed", "id", "words"),
        [
            ({"AUTHENTICATORS": ["api_key"]}, "W024", "'hmac' is off"),
            ({"HMAC_KEYS": {}}, "W024", "has no keys"),
            ({"HMAC_KEYS": {"k": by.key(scopes=["org:reed"])}}, "E025", "'org:reed'"),
            ({"HMAC_KEYS": {"k": by.key(expires="2020-01-01")}}, "W026", "'k'"),
        ],
    )
    def test_the_checks_find_what_makes_no_sense(self, settings: Any, changed: Any, id: str, words: str) -> None:
        good = {**settings.SCM_GRPC, "HMAC_KEYS": {"k": by.key(expires="2999-01-01")}}
        settings.SCM_GRPC = good
        assert run_checks(tags=["sentry_scm_grpc"]) == []
        settings.SCM_GRPC = good | changed
        (found,) = run_checks(tags=["sentry_scm_grpc"])
        assert found.id == f"sentry_scm_grpc.{id}"
        assert words in found.msg

    def test_secrets_are_not_shown_with_the_settings(self) -> None:
        assert by.NEW not in repr(conf())
        assert "reports" in repr(conf())
        assert Conf().HMAC_KEYS == {}
