"""Rate limits: whose calls count on which budget, what a caller sees, what a call costs, what a broken cache does."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import pytest
from django.core.cache import caches
from django.core.cache.backends.filebased import FileBasedCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from google.protobuf.message import Message
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from sentry_scm_grpc.conf import Rate, conf
from sentry_scm_grpc.rpc import limits
from sentry_scm_grpc.rpc.limits import UsesInWindow, counts_atomically
from sentry_scm_grpc.testing import factories
from sentry_scm_grpc.testing.web_call import CallResult, web_call
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.sites import metadata_of

OK = grpc.StatusCode.OK
EXHAUSTED = grpc.StatusCode.RESOURCE_EXHAUSTED

Limited = Callable[..., None]
Call = Callable[..., CallResult]


class Clock:
    """Stands still until it is told the time."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def time(self) -> float:
        return self.now

    monotonic = time


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(limits, "time", made)
    monkeypatch.setattr(limits, "USES", UsesInWindow())
    caches["default"].clear()
    return made


@pytest.fixture
def limited(settings: Any) -> Limited:
    """Sets RATE_LIMITS, and other settings by name."""

    def limit(rates: dict[str, str], **others: Any) -> None:
        settings.SCM_GRPC = {**settings.SCM_GRPC, "RATE_LIMITS": rates, **others}

    return limit


class Caller:
    """A credential, and what it can ask for without a provider."""

    def __init__(self) -> None:
        organization = factories.OrganizationFactory()
        self.credentials = metadata_of(organization)
        self.requests: dict[str, Message] = {
            "ListRepositories": pb.ListRepositoriesRequest(organization_id=organization.id),
            "ListIntegrations": pb.ListIntegrationsRequest(organization_id=organization.id),
            "DeleteCodeMapping": pb.DeleteCodeMappingRequest(code_mapping_id=2**40),
        }

    def call(self, name: str) -> CallResult:
        return web_call(name, self.requests[name], self.credentials)

    def calls(self, *names: str) -> list[str]:
        """Calls one after the other; the reason of each answer, empty for success."""
        return [self.call(name).reason for name in names]


@pytest.fixture
def caller(db: None) -> Caller:
    return Caller()


READ, READ_TOO, WRITE = "ListRepositories", "ListIntegrations", "DeleteCodeMapping"
# What the write answers when it is let through: there is no such mapping.
THROUGH = "CODE_MAPPING_NOT_FOUND"


class TestBudgets:
    def test_without_limits_nothing_is_counted(self, caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(UsesInWindow, "count", None)
        assert caller.calls(*[READ] * 5, WRITE) == [""] * 5 + [THROUGH]

    def test_reads_and_writes_have_budgets_of_their_own(self, caller: Caller, limited: Limited) -> None:
        limited({"read": "2/m", "write": "1/m"})
        answers = caller.calls(READ, READ_TOO, READ, WRITE, WRITE)
        assert answers == ["", "", "RATE_LIMITED", THROUGH, "RATE_LIMITED"]

    def test_an_rpc_with_its_own_budget_takes_nothing_from_its_group(self, caller: Caller, limited: Limited) -> None:
        limited({"read": "2/m", READ: "1/m"})
        answers = caller.calls(READ, READ, READ_TOO, READ_TOO, READ_TOO)
        assert answers == ["", "RATE_LIMITED", "", "", "RATE_LIMITED"]

    def test_the_star_is_one_budget_for_all_that_is_not_named(self, caller: Caller, limited: Limited) -> None:
        limited({"*": "2/m"})
        assert caller.calls(READ, WRITE, READ_TOO) == ["", THROUGH, "RATE_LIMITED"]

    def test_each_credential_has_its_own(self, caller: Caller, limited: Limited) -> None:
        limited({"read": "1/m"})
        assert caller.calls(READ, READ) == ["", "RATE_LIMITED"]
        assert Caller().calls(READ, READ) == ["", "RATE_LIMITED"]

    def test_nothing_is_let_through_at_zero(self, caller: Caller, limited: Limited) -> None:
        limited({"write": "0/d"})
        assert caller.calls(READ, WRITE) == ["", "RATE_LIMITED"]

    def test_strangers_use_up_nobodys_budget(self, caller: Caller, limited: Limited) -> None:
        limited({"*": "1/m"})
        for _ in range(3):
            assert web_call(READ, caller.requests[READ]).reason == "NO_CREDENTIALS"
        assert caller.calls(READ) == [""]

    def test_a_refused_call_does_not_lengthen_the_wait(self, caller: Caller, limited: Limited, clock: Clock) -> None:
        limited({"read": "1/m"})
        assert caller.calls(READ, *[READ] * 5) == [""] + ["RATE_LIMITED"] * 5
        clock.now += 60
        assert caller.calls(READ) == [""]


class TestWhatACallerSees:
    def test_the_budget_the_limit_and_when_to_come_back(self, caller: Caller, limited: Limited, clock: Clock) -> None:
        limited({"read": "1/h"})
        assert caller.call(READ).status is OK
        answer = caller.call(READ)
        assert (answer.status, answer.reason) == (EXHAUSTED, "RATE_LIMITED")
        assert answer.metadata == {"budget": "read", "limit": "1/h"}
        wait = answer.retry_after
        assert "'read', 1 per hour" in answer.text
        assert 0 < wait <= 3600
        clock.now += wait - 0.01
        assert caller.call(READ).status is EXHAUSTED
        clock.now += 0.02
        assert caller.call(READ).status is OK

    def test_the_json_door_says_it_in_http(self, caller: Caller, limited: Limited) -> None:
        limited({"read": "0/s"})
        response = Client().post(
            f"/grpc/sentry.integrations.scm.v1.ScmService/{READ}",
            "{}",
            content_type="application/json",
            HTTP_X_API_KEY=caller.credentials["x-api-key"],
        )
        assert (response.status_code, response["Retry-After"]) == (429, "1")
        assert response.json()["code"] == "resource_exhausted"

    def test_a_stream_is_one_call(self, caller: Caller, limited: Limited) -> None:
        limited({"read": "1/m"})
        request = pb.StreamTreeRequest(repository_id=2**40)
        answers = [web_call("StreamTree", request, caller.credentials).reason for _ in range(2)]
        assert answers == ["REPOSITORY_NOT_FOUND", "RATE_LIMITED"]


class Counting:
    """Notes what is asked of the site's cache; what only reads is how failed logins are watched for, once a second."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[str] = []
        for name in ("add", "set", "incr", "touch", "delete"):
            monkeypatch.setattr(LocMemCache, name, self._counted(name, getattr(LocMemCache, name)))

    def _counted(self, name: str, method: Any) -> Any:
        def counted(cache: Any, key: str, *args: Any, **kwargs: Any) -> Any:
            if "scm_grpc.uses" in key:
                self.asked.append(name)
            return method(cache, key, *args, **kwargs)

        return counted


def test_a_call_costs_one_operation_of_the_cache_and_the_first_of_a_window_two(
    caller: Caller, limited: Limited, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    limited({"read": "3/m"})
    counting = Counting(monkeypatch)
    for expected in (["incr", "add"], ["incr"], ["incr"], ["incr"]):
        counting.asked.clear()
        caller.call(READ)
        assert counting.asked == expected
    clock.now += 60
    counting.asked.clear()
    caller.call(READ)
    assert counting.asked == ["incr", "add"]


class Failing(LocMemCache):
    """A cache that is gone."""

    def __init__(self, *args: Any) -> None:
        super().__init__("gone", {})
        self.asked = 0

    def incr(self, *args: Any, **kwargs: Any) -> int:
        self.asked += 1
        raise ConnectionError("redis.example:6379 with a secret")


class Silent(Failing):
    """A cache that is gone and was told to ignore failures, as Sentry's memcached is."""

    def incr(self, *args: Any, **kwargs: Any) -> int:
        self.asked += 1
        raise ValueError

    def add(self, *args: Any, **kwargs: Any) -> bool:
        return False


class Avoiding(Silent):
    """A cache whose library does not ask a server that has just failed, as pymemcache does not."""

    def incr(self, *args: Any, **kwargs: Any) -> int:
        self.asked += 1
        return False


class TestABrokenCache:
    @pytest.fixture(params=[Failing, Silent, Avoiding])
    def cache(self, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Failing:
        made: Failing = request.param()
        monkeypatch.setattr(limits, "caches", {"default": made})
        return made

    @pytest.mark.parametrize(
        ("refused", "read", "write"),
        [
            (["write"], "", "RATE_LIMITER_UNAVAILABLE"),
            ([], "", THROUGH),
            (["read", "write"], "RATE_LIMITER_UNAVAILABLE", "RATE_LIMITER_UNAVAILABLE"),
        ],
    )
    def test_reads_pass_and_writes_are_refused_unless_settings_say_otherwise(
        self, caller: Caller, limited: Limited, cache: Failing, refused: list[str], read: str, write: str
    ) -> None:
        limited({"*": "1/m"}, **({} if refused == ["write"] else {"REFUSE_UNCOUNTED": refused}))
        assert caller.calls(READ, READ, WRITE) == [read, read, write]

    def test_who_is_refused_learns_no_more_than_that(self, caller: Caller, limited: Limited, cache: Failing) -> None:
        limited({"*": "1/m"})
        answer = caller.call(WRITE)
        assert answer.status is grpc.StatusCode.UNAVAILABLE
        assert "secret" not in answer.text
        assert answer.retry_after == 1

    def test_it_is_asked_once_a_second_so_that_calls_do_not_hang_with_it(
        self, caller: Caller, limited: Limited, cache: Failing, clock: Clock
    ) -> None:
        limited({"*": "1/m"})
        caller.calls(READ, READ, READ)
        once = cache.asked
        clock.now += 1
        caller.calls(READ, READ, READ)
        assert (once, cache.asked) == (1, 2) if type(cache) is Failing else (2, 4)


class TestWindows:
    @examples(deadline=None)
    @given(st.integers(1, 86400), st.text(), st.lists(st.floats(0, 200), min_size=1, max_size=60))
    def test_the_uses_of_a_window_are_counted_from_one_and_it_ends_when_it_says(
        self, seconds: int, name: str, pauses: list[float]
    ) -> None:
        clock = Clock()
        patch = pytest.MonkeyPatch()
        patch.setattr(limits, "time", clock)
        caches["default"].clear()
        try:
            uses, window = UsesInWindow(), None
            for pause in pauses:
                clock.now += pause
                used, left = uses.count(name, seconds)
                assert 0 < left <= seconds
                ends = clock.now + left
                same = window is not None and abs(window[1] - ends) < seconds / 2
                assert used == (window[0] + 1 if window is not None and same else 1)
                window = (used, ends)
        finally:
            patch.undo()

    def test_a_key_outlives_its_window_because_clocks_may_differ(self, monkeypatch: pytest.MonkeyPatch) -> None:
        kept: list[int] = []

        class Noting(LocMemCache):
            def add(self, key: str, value: Any, timeout: Any = None, version: Any = None) -> bool:
                kept.append(timeout)
                return super().add(key, value, timeout, version)

        monkeypatch.setattr(limits, "caches", {"default": Noting("noting", {})})
        UsesInWindow().count("a", 60)
        assert kept == [180]

    def test_two_that_begin_a_window_together_are_both_counted(self, monkeypatch: pytest.MonkeyPatch) -> None:
        class Contended(LocMemCache):
            def add(self, *args: Any, **kwargs: Any) -> bool:
                super().add(*args, **kwargs)  # Another process, which comes first.
                return super().add(*args, **kwargs)

        monkeypatch.setattr(limits, "caches", {"default": Contended("contended", {})})
        assert UsesInWindow().count("a", 60)[0] == 2

    def test_a_cache_that_adds_in_two_steps_counts_the_threads_of_a_process(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        cache = FileBasedCache(str(tmp_path), {})
        assert not counts_atomically(cache)
        monkeypatch.setattr(limits, "caches", {"default": cache})
        uses = UsesInWindow()
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda _: uses.count("a", 86400)[0], range(200)))
        assert sorted(found) == list(range(1, 201))


class TestSettings:
    @pytest.mark.parametrize("written", [{"read": "600/m", "SearchCode": "30/h"}, "read=600/m, SearchCode=30/h"])
    def test_rates_are_a_dict_or_a_string(self, settings: Any, written: Any) -> None:
        settings.SCM_GRPC = {"RATE_LIMITS": written}
        assert {"read": Rate(600, 60), "SearchCode": Rate(30, 3600)} == conf().RATE_LIMITS
        assert [str(rate) for rate in conf().RATE_LIMITS.values()] == ["600/m", "30/h"]

    @pytest.mark.parametrize("rate", ["600", "600/w", "-1/m", "many/m", "1.5/m", 600, "", "6/m/m", "٣/m"])
    def test_what_is_no_rate_is_refused(self, settings: Any, rate: Any) -> None:
        settings.SCM_GRPC = {"RATE_LIMITS": {"read": rate}}
        with pytest.raises(ImproperlyConfigured, match="calls per s, m, h or d"):
            conf()

    @pytest.mark.parametrize(
        ("given", "id", "told"),
        [
            ({"RATE_LIMITS": {"reads": "1/m"}}, "E020", "'read'"),
            ({"RATE_LIMITS": {"SearchCodes": "1/m"}}, "E020", "'SearchCode'"),
            ({"REFUSE_UNCOUNTED": ["writes"]}, "E020", "'write'"),
            ({"RATE_LIMITS": {"read": "1/m"}, "CACHE": "nowhere"}, "E021", "nowhere"),
            ({"RATE_LIMITS": {"read": "1/m"}, "CACHE": "dummy"}, "E021", "stores nothing"),
            ({"RATE_LIMITS": {"read": "1/m"}, "CACHE": "default"}, "W022", "to one process"),
            ({"RATE_LIMITS": {"read": "1/m"}, "CACHE": "database"}, "W022", "in two steps"),
        ],
    )
    def test_the_system_checks_name_what_cannot_work(self, settings: Any, given: Any, id: str, told: str) -> None:
        settings.CACHES = {
            **settings.CACHES,
            "dummy": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"},
            "database": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "a_table"},
        }
        settings.SCM_GRPC = {**settings.SCM_GRPC, **given}
        found = {check.id: check for check in run_checks(tags=["sentry_scm_grpc"])}
        check = found[f"sentry_scm_grpc.{id}"]
        assert told in f"{check.msg} {check.hint}"

    def test_memcached_is_nothing_to_complain_of(self, settings: Any) -> None:
        settings.SCM_GRPC = {**settings.SCM_GRPC, "RATE_LIMITS": {"read": "1/m"}}
        settings.CACHES = {
            "default": {
                "BACKEND": "django.core.cache.backends.memcached.PyMemcacheCache",
                "LOCATION": "127.0.0.1:11211",
            }
        }
        assert run_checks(tags=["sentry_scm_grpc"]) == []

    def test_a_site_that_others_reach_is_told_to_set_limits(self, settings: Any) -> None:
        def missing() -> list[str]:
            found = run_checks(tags=["sentry_scm_grpc"], include_deployment_checks=True)
            return [check.msg.split("'")[1] for check in found if check.id == "sentry_scm_grpc.W023"]

        settings.SCM_GRPC = {**settings.SCM_GRPC, "RATE_LIMITS": {}, "MAX_CALLS": 0}
        assert missing() == ["RATE_LIMITS", "MAX_CALLS"]
        settings.SCM_GRPC = {**settings.SCM_GRPC, "RATE_LIMITS": {"read": "1/m"}, "MAX_CALLS": 3}
        assert missing() == []
