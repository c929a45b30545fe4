"""The budget of a call: what ends it, by which limit, and that what was started for it ends with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextvars import copy_context
from threading import Event
from typing import Any

import pytest

from sentry_scm_grpc.errors import Cancelled, DeadlineExceeded, ResourceExhausted, ScmError
from sentry_scm_grpc.rpc import deadline
from sentry_scm_grpc.rpc.budget import Budget, current, spending


def refused(budget: Budget) -> ScmError:
    with pytest.raises(ScmError) as raised:
        budget.check()
    return raised.value


def test_without_a_deadline_a_call_ends_at_the_setting(settings: Any) -> None:
    settings.SCM_GRPC = {"MAX_CALL_SECONDS": 5}
    left = Budget(None).seconds_left()
    assert left is not None
    assert 4 < left <= 5


@pytest.mark.parametrize(("caller", "least", "most"), [(2.0, 1, 2), (100.0, 4, 5)])
def test_the_earlier_of_the_callers_deadline_and_the_setting_counts(
    settings: Any, caller: float, least: float, most: float
) -> None:
    settings.SCM_GRPC = {"MAX_CALL_SECONDS": 5}
    left = Budget(caller).seconds_left()
    assert left is not None
    assert least < left <= most


def test_the_error_names_what_ended_the_call(settings: Any) -> None:
    settings.SCM_GRPC = {"MAX_CALL_SECONDS": 5, "MAX_STREAM_SECONDS": 50}
    error = refused(Budget(0.0))
    assert (type(error), error.reason) == (DeadlineExceeded, "DEADLINE_EXCEEDED")
    for streams, code, reason, metadata in (
        (False, "DEADLINE_EXCEEDED", "CALL_TOO_LONG", {"limit": "MAX_CALL_SECONDS", "max": "5"}),
        (True, "ABORTED", "STREAM_TOO_LONG", {"max_seconds": "50"}),
    ):
        budget = Budget(None, streams=streams)
        budget._ends = 0.0
        error = refused(budget)
        assert (error.code.name, error.reason, error.metadata) == (code, reason, metadata)


def test_a_client_that_goes_ends_the_call_and_what_was_started_for_it() -> None:
    budget, ended = Budget(60.0), Event()
    with budget.ending(ended.set):
        assert not ended.is_set()
        budget.leave()
        assert ended.is_set()
    assert isinstance(refused(budget), Cancelled)
    late = Event()
    with budget.ending(late.set):
        assert late.wait(20), "what is started after the client has gone ends too"


def test_the_end_of_the_time_ends_what_was_started() -> None:
    ended = Event()
    with Budget(0.01).ending(ended.set):
        assert ended.wait(20)
    sooner = Event()
    with Budget(600.0).ending(sooner.set, 0.01):
        assert sooner.wait(20)


def test_what_ended_in_time_is_not_ended_again() -> None:
    budget, ended = Budget(60.0), Event()
    with budget.ending(ended.set):
        pass
    budget.leave()
    assert not ended.is_set()


@pytest.mark.parametrize(("spend", "limit"), [(Budget.read, "MAX_CALL_BYTES"), (Budget.keep, "MAX_CALL_ITEMS")])
def test_bytes_and_items_end(settings: Any, spend: Any, limit: str) -> None:
    settings.SCM_GRPC = {limit: 10}
    budget = Budget(None)
    spend(budget, 10)
    with pytest.raises(ResourceExhausted) as raised:
        spend(budget, 1)
    assert (raised.value.reason, raised.value.metadata) == ("CALL_TOO_LARGE", {"limit": limit, "max": "10"})


def test_a_stream_has_bytes_and_items_for_each_message(settings: Any) -> None:
    settings.SCM_GRPC = {"MAX_CALL_ITEMS": 10}
    budget = Budget(None, streams=True)

    def make() -> Iterator[int]:
        for number in range(5):
            current().keep(10)
            yield number
        current().keep(11)

    messages = budget.messages(make())
    assert [next(messages) for _ in range(5)] == [0, 1, 2, 3, 4]
    with pytest.raises(ResourceExhausted):
        next(messages)


def test_code_that_is_not_handed_the_call_finds_its_budget() -> None:
    assert current().seconds_left() is None
    assert deadline.seconds_left() is None
    budget = Budget(30.0)
    with spending(budget):
        assert current() is budget
        assert copy_context().run(current) is budget
        with deadline.within(lambda: 5.0):
            assert deadline.seconds_left() == 5.0
        with deadline.within(lambda: 500.0):
            left = deadline.seconds_left()
            assert left is not None
            assert left <= 30
    assert current() is not budget


def test_a_stream_that_is_left_is_closed() -> None:
    closed = []

    def make() -> Iterator[int]:
        try:
            while True:
                yield 1
        finally:
            closed.append(True)

    messages: Any = Budget(None, streams=True).messages(make())
    next(messages)
    messages.close()
    assert closed == [True]
