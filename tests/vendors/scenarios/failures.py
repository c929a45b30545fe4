"""Whatever goes wrong at a vendor has a clear status, and never the vendor's text; limits are kept to before they are
reached.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import grpc
import pytest
import requests
from google.rpc import error_details_pb2

from sentry_scm_grpc.providers.vendor import http
from sentry_scm_grpc.testing.web_call import CallResult
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.vendors.fake import Reply, Request
from tests.vendors.site import Site

pytestmark = [pytest.mark.django_db, pytest.mark.rpcs("ListCommits")]

SECRET = "token-in-the-page-of-the-vendor"
PAGE = f"<!DOCTYPE html><html><title>{SECRET}</title></html>".encode()

Status = grpc.StatusCode


def ask(site: Site, **metadata: str) -> CallResult:
    return site.call("ListCommits", pb.ListCommitsRequest(), **metadata)


def forced(site: Site, reply: Reply | Exception) -> None:
    site.fake.forced = lambda request: reply  # type: ignore[assignment,return-value]


@pytest.mark.parametrize(
    ("reply", "status", "reason"),
    [
        (Reply({"message": SECRET}, 400), Status.INVALID_ARGUMENT, "VENDOR_INVALID"),
        (Reply({"message": SECRET}, 401), Status.FAILED_PRECONDITION, "INTEGRATION_UNAUTHORIZED"),
        (
            Reply(PAGE, 203, {"Content-Type": "text/html; charset=utf-8"}),
            Status.FAILED_PRECONDITION,
            "INTEGRATION_UNAUTHORIZED",
        ),
        (Reply({"message": SECRET}, 403), Status.PERMISSION_DENIED, "VENDOR_FORBIDDEN"),
        (Reply({"message": SECRET}, 404), Status.NOT_FOUND, None),
        (Reply({"message": SECRET}, 410), Status.FAILED_PRECONDITION, "VENDOR_DISABLED"),
        (Reply({"message": SECRET}, 500), Status.UNAVAILABLE, "PROVIDER_UNAVAILABLE"),
        (Reply(PAGE, 502, {"Content-Type": "text/html"}), Status.UNAVAILABLE, "PROVIDER_UNAVAILABLE"),
        (Reply(PAGE, 200, {"Content-Type": "text/html"}), Status.UNAVAILABLE, "BAD_VENDOR_RESPONSE"),
        (Reply(b'[{"sha": "cut', 200, {"Content-Type": "application/json"}), Status.UNAVAILABLE, "BAD_VENDOR_RESPONSE"),
        (Reply(b"", 200), Status.UNAVAILABLE, "BAD_VENDOR_RESPONSE"),
        (Reply(None), Status.UNAVAILABLE, "BAD_VENDOR_RESPONSE"),
        (Reply("text"), Status.UNAVAILABLE, "BAD_VENDOR_RESPONSE"),
        (Reply(b"", 302, {"Location": "https://login.example.com/"}), Status.UNAVAILABLE, "BAD_VENDOR_RESPONSE"),
        (Reply(b"[" + b" " * 40_000_000 + b"]"), Status.FAILED_PRECONDITION, "FILE_TOO_LARGE"),
        (requests.ConnectionError(SECRET), Status.UNAVAILABLE, "PROVIDER_UNAVAILABLE"),
        (requests.ReadTimeout(SECRET), Status.UNAVAILABLE, "PROVIDER_TIMEOUT"),
        (requests.exceptions.ChunkedEncodingError(SECRET), Status.UNAVAILABLE, "PROVIDER_UNAVAILABLE"),
    ],
    ids=lambda value: f"{type(value).__name__}{getattr(value, 'status', '')}" if not isinstance(value, str) else value,
)
def test_what_a_vendor_answers_has_a_status(
    vendor: Site, reply: Any, status: Status, reason: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if isinstance(reply, requests.Timeout):
        monkeypatch.setattr(http, "CALL_SECONDS", 0.3)
    forced(vendor, reply)
    answer = ask(vendor)
    assert answer.status is status
    assert reason is None or answer.reason == reason
    assert SECRET not in str(answer)


@pytest.mark.parametrize(
    "body", [{}, [], {"values": None}, {"value": [None]}, [None], [[]], [{"sha": 1}], {"message": "?"}]
)
def test_json_of_another_shape_is_no_bug_of_ours(vendor: Site, body: Any) -> None:
    forced(vendor, Reply(body))
    answer = ask(vendor)
    assert answer.status is Status.OK or answer.reason == "BAD_VENDOR_RESPONSE"


# ---- rate limits -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (429, {"Retry-After": "17"}, (16, 17)),
        (429, {}, (60, 60)),
        (403, {"Retry-After": "30"}, (29, 30)),
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Limit": "5000", "X-RateLimit-Reset": "IN 40"}, (38, 40)),
        (429, {"RateLimit-Remaining": "0", "RateLimit-Limit": "600", "RateLimit-Reset": "IN 40"}, (38, 40)),
    ],
)
def test_the_vendors_limit_tells_when_to_come_back(
    vendor: Site, status: int, headers: dict[str, str], seconds: tuple[int, int]
) -> None:
    sent = {
        name: str(int(time.time()) + int(text[3:])) if text.startswith("IN ") else text
        for name, text in headers.items()
    }
    forced(vendor, Reply({"message": "?"}, status, sent))
    answer = ask(vendor)
    assert (answer.status, answer.reason) == (Status.RESOURCE_EXHAUSTED, "VENDOR_RATE_LIMITED")
    wait = answer._detail(error_details_pb2.RetryInfo).retry_delay.seconds
    assert seconds[0] <= wait <= seconds[1]
    # Until then nobody bothers the vendor again.
    vendor.fake.forget_calls()
    assert ask(vendor).reason == "VENDOR_QUOTA_LOW"
    assert not vendor.fake.calls


def limited(site: Site, remaining: Callable[[], int], limit: int = 100) -> None:
    """The vendor answers as ever, and says how much of its limit is left."""
    reset = str(int(time.time()) + 600)
    route = site.fake._route

    def answer(request: Request) -> Reply:
        reply = route(request)
        said = {"X-RateLimit-Limit": str(limit), "X-RateLimit-Remaining": str(remaining()), "X-RateLimit-Reset": reset}
        return Reply(reply.body, reply.status, {**reply.headers, **said})

    site.fake.forced = answer


def test_the_last_tenth_of_a_vendors_limit_is_left_to_sentry(vendor: Site) -> None:
    limited(vendor, lambda: 10)
    assert ask(vendor).status is Status.OK
    answer = ask(vendor)
    assert (answer.status, answer.reason) == (Status.RESOURCE_EXHAUSTED, "VENDOR_QUOTA_LOW")
    assert answer._detail(error_details_pb2.RetryInfo).retry_delay.seconds > 500


def test_one_caller_cannot_use_up_the_limit_of_the_others(vendor: Site) -> None:
    limit = left = 40

    def remaining() -> int:
        nonlocal left
        left -= 1
        return left

    limited(vendor, remaining, limit)
    greedy = vendor.rows.as_key("org:read")
    request = pb.ListCommitsRequest(repository_id=vendor.repository.id, page_size=1)
    from sentry_scm_grpc.testing.web_call import web_call

    for _ in range(limit):
        answer = web_call("ListCommits", request, greedy)
        if answer.status is not Status.OK:
            break
    assert answer.reason == "VENDOR_QUOTA_SHARE"
    assert left > 0.15 * limit
    assert web_call("ListCommits", request, vendor.rows.as_key("org:read")).status is Status.OK


# ---- deadlines -------------------------------------------------------------------------------------------------------


def test_the_callers_deadline_is_the_vendors_timeout(vendor: Site) -> None:
    def hang(request: Request) -> Reply:
        time.sleep(0.3)
        raise requests.ReadTimeout

    vendor.fake.forced = hang
    answer = ask(vendor, **{"grpc-timeout": "200m"})
    assert answer.status is Status.DEADLINE_EXCEEDED


def test_many_calls_share_one_deadline(vendor: Site) -> None:
    route = vendor.fake._route

    def slow(request: Request) -> Reply:
        time.sleep(0.2)
        return route(request)

    vendor.fake.forced = slow
    answer = vendor.call("ListCommits", pb.ListCommitsRequest(page_size=1000), **{"grpc-timeout": "300m"})
    assert answer.status is Status.DEADLINE_EXCEEDED
    assert len(vendor.fake.calls) <= 2
