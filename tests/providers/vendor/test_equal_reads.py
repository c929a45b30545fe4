"""Equal reads under way at the same time ask the vendor once, on a real HTTP server and in real threads."""

from __future__ import annotations

import os
import threading
import time
import warnings
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest
from django.db import transaction

from sentry_scm_grpc.errors import DeadlineExceeded, NotFound, ResourceExhausted, ScmError, Unavailable
from sentry_scm_grpc.providers.vendor.http import _FLIGHTS
from sentry_scm_grpc.rpc.budget import Budget, spending
from tests.providers.vendor.in_threads import started, waiting
from tests.providers.vendor.on_a_socket import Vendor, http, reply, within
from tests.waiting import eventually


class Held:
    """An answer that waits until a test lets it go."""

    def __init__(self, vendor: Vendor, answer: Callable[[Any], None] = lambda handler: reply(handler, b'{"n": 1}')):
        self._answer = answer
        self.gate = threading.Event()
        vendor.answer = self

    def __call__(self, handler: Any) -> None:
        self.gate.wait(30)
        self._answer(handler)


def together(vendor: Vendor, *calls: Callable[[], Any]) -> list[Future[Any]]:
    """Starts calls of which the first asks, and the others wait until it has its answer."""
    futures = [started(calls[0])]
    eventually(lambda: vendor.asked, "the first call asks the vendor")
    futures += [started(call) for call in calls[1:]]
    eventually(lambda: waiting() == len(calls) - 1, "the other calls wait")
    return futures


@pytest.fixture(autouse=True)
def _nothing_remains() -> Any:
    yield
    eventually(lambda: len(_FLIGHTS) == 0, "all questions have been answered")


def test_the_vendor_is_asked_once(vendor: Vendor) -> None:
    held = Held(vendor)
    # Each caller has an object of its own, and callers of the same organization share.
    calls = [lambda n=n: http(vendor, caller=f"api-key:{n}").get("/commit", {"a": 1}) for n in range(20)]
    futures = together(vendor, *calls)
    held.gate.set()
    answers = [future.result(20) for future in futures]
    assert answers == [{"n": 1}] * 20
    assert len({id(answer) for answer in answers}) == 20
    assert len(vendor.asked) == 1
    # The next one is not at the same time.
    http(vendor).get("/commit", {"a": 1})
    assert len(vendor.asked) == 2


def test_queries_by_post_are_shared_and_writes_are_not(vendor: Vendor) -> None:
    held = Held(vendor)
    futures = together(vendor, *[lambda: http(vendor).query("/graphql", {"q": 1})] * 3)
    held.gate.set()
    assert [future.result(20) for future in futures] == [{"n": 1}] * 3
    assert len(vendor.asked) == 1
    held = Held(vendor)
    futures = [started(lambda: http(vendor).post("/issues", {"q": 1})) for _ in range(3)]
    eventually(lambda: len(vendor.asked) == 4, "each write is sent")
    held.gate.set()
    assert [future.result(20) for future in futures] == [{"n": 1}] * 3


@pytest.mark.parametrize(
    "other",
    [
        lambda vendor: http(vendor, integration=2).get("/commit"),
        lambda vendor: http(vendor, organization=2).get("/commit"),
        lambda vendor: http(vendor).get("/other"),
        lambda vendor: http(vendor).get("/commit", {"page": 2}),
        lambda vendor: http(vendor).get("/commit", headers={"Accept": "text/plain"}),
        lambda vendor: http(vendor).get("/commit", immutable=True),
        lambda vendor: http(vendor).get("/commit", stream=False),
        lambda vendor: http(vendor).get_bytes("/commit", max_bytes=10),
        lambda vendor: http(vendor).query("/commit", None),
    ],
)
def test_reads_that_differ_in_anything_are_not_equal(vendor: Vendor, other: Callable[[Vendor], Any]) -> None:
    held = Held(vendor)
    futures = [started(lambda: http(vendor).get("/commit")), started(lambda: other(vendor))]
    eventually(lambda: len(vendor.asked) == 2, "both ask the vendor")
    held.gate.set()
    for future in futures:
        future.result(20)


@pytest.mark.parametrize(("status", "kind"), [(404, NotFound), (429, ResourceExhausted), (500, Unavailable)])
def test_a_refusal_of_the_vendor_is_an_answer_for_all(vendor: Vendor, status: int, kind: type[ScmError]) -> None:
    held = Held(vendor, lambda handler: reply(handler, b"{}", status, Retry_After="50"))
    futures = together(vendor, *[lambda: http(vendor).get("/commit")] * 5)
    held.gate.set()
    errors = [future.exception(20) for future in futures]
    assert {type(error) for error in errors} <= {kind, *kind.__subclasses__()}
    assert len({str(error) for error in errors}) == 1
    # An exception holds the frames of the thread that raised it.
    assert len({id(error) for error in errors}) == 5
    assert len(vendor.asked) == 1


def test_a_connection_that_breaks_is_no_answer_and_one_of_the_others_asks_anew(vendor: Vendor) -> None:
    held = Held(vendor, lambda handler: None)
    futures = together(vendor, *[lambda: http(vendor).get("/commit")] * 4)
    again = Held(vendor)
    held.gate.set()
    with pytest.raises(Unavailable):
        futures[0].result(20)
    eventually(lambda: len(vendor.asked) == 2 and waiting() == 2, "one asks, and two wait for it")
    again.gate.set()
    assert [future.result(20) for future in futures[1:]] == [{"n": 1}] * 3
    assert len(vendor.asked) == 2


def test_a_vendor_that_hangs_fails_all_at_the_same_time(vendor: Vendor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sentry_scm_grpc.providers.vendor.http.CALL_SECONDS", 2.0)
    held = Held(vendor)
    futures = together(vendor, *[lambda: http(vendor).get("/commit")] * 4)
    assert {future.exception(20).reason for future in futures} == {"PROVIDER_TIMEOUT"}
    assert len(vendor.asked) == 1
    held.gate.set()


def test_a_call_whose_own_deadline_passes_does_not_fail_those_that_wait_for_it(vendor: Vendor) -> None:
    held = Held(vendor)
    first = lambda: http(vendor, seconds_left=within(1.5)).get("/commit")  # noqa: E731
    futures = together(vendor, first, *[lambda: http(vendor).get("/commit")] * 3)
    with pytest.raises(DeadlineExceeded):
        futures[0].result(20)
    eventually(lambda: len(vendor.asked) == 2 and waiting() == 2, "one asks, and two wait for it")
    held.gate.set()
    assert [future.result(20) for future in futures[1:]] == [{"n": 1}] * 3


def test_a_client_that_leaves_does_not_fail_those_that_wait_for_its_call(vendor: Vendor) -> None:
    def half(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "8")
        handler.end_headers()
        handler.wfile.write(b'{"n"')
        handler.wfile.flush()
        gone.wait(30)

    gone = threading.Event()
    vendor.answer = half
    budget = Budget()

    def leaves() -> Any:
        with spending(budget):
            return http(vendor, seconds_left=budget.seconds_left).get("/commit")

    first = started(leaves)
    eventually(lambda: len(vendor.asked) == 1, "the first call asks the vendor")
    others = [started(lambda: http(vendor).get("/commit")) for _ in range(3)]
    eventually(lambda: waiting() == 3, "the others wait")
    vendor.says(b'{"n": 1}')
    budget.leave()
    with pytest.raises(ScmError):
        first.result(20)
    gone.set()
    assert [other.result(20) for other in others] == [{"n": 1}] * 3


def test_those_that_wait_keep_their_own_deadline(vendor: Vendor) -> None:
    held = Held(vendor)
    hurried = lambda: http(vendor, seconds_left=within(1.5)).get("/commit")  # noqa: E731
    futures = together(vendor, lambda: http(vendor).get("/commit"), hurried)
    began = time.monotonic()
    with pytest.raises(DeadlineExceeded):
        futures[1].result(20)
    assert time.monotonic() - began < 15
    assert not futures[0].done()
    held.gate.set()
    assert futures[0].result(20) == {"n": 1}
    assert len(vendor.asked) == 1


def test_who_fails_again_and_again_is_not_followed_for_ever(vendor: Vendor) -> None:
    vendor.answer = lambda handler: time.sleep(0.01)
    futures = [started(lambda: http(vendor).get("/commit")) for _ in range(30)]
    for future in futures:
        with pytest.raises(Unavailable):
            future.result(30)


def test_a_read_after_a_write_does_not_get_an_answer_from_before_it(vendor: Vendor) -> None:
    held = Held(vendor, lambda handler: reply(handler, b'{"state": "open"}'))
    before = started(lambda: http(vendor).get("/issue"))
    eventually(lambda: len(vendor.asked) == 1, "the first call asks the vendor")
    vendor.says(b'{"state": "closed"}')
    http(vendor).patch("/issue", {"state": "closed"})
    assert http(vendor).get("/issue") == {"state": "closed"}
    held.gate.set()
    assert before.result(20) == {"state": "open"}


@pytest.mark.django_db(transaction=True)
def test_a_transaction_waits_for_nobody(vendor: Vendor) -> None:
    held = Held(vendor)
    other = started(lambda: http(vendor).get("/commit"))
    eventually(lambda: len(vendor.asked) == 1, "the first call asks the vendor")
    vendor.says(b'{"n": 2}')
    with transaction.atomic():
        assert http(vendor).get("/commit") == {"n": 2}
    held.gate.set()
    assert other.result(20) == {"n": 1}


def test_a_forked_process_does_not_wait_for_its_parents_threads(vendor: Vendor) -> None:
    held = Held(vendor)
    other = started(lambda: http(vendor).get("/commit"))
    eventually(lambda: len(vendor.asked) == 1, "the first call asks the vendor")
    vendor.says(b'{"n": 2}')
    with warnings.catch_warnings():
        # The child only reads, and ends at once.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if not child:
        code = 1
        try:
            code = 0 if http(vendor, seconds_left=within(10)).get("/commit") == {"n": 2} else 2
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    held.gate.set()
    assert other.result(20) == {"n": 1}
