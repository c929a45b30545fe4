"""The layer between adapters and a vendor's API, on a real HTTP server: cache, bounds, redirects, deadlines, batches,
quotas.
"""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from contextvars import ContextVar
from typing import Any

import pytest
import requests
from django.db import transaction
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from sentry_scm_grpc.errors import (
    DeadlineExceeded,
    FailedPrecondition,
    InvalidArgument,
    NotFound,
    PermissionDenied,
    ResourceExhausted,
    Unavailable,
)
from sentry_scm_grpc.providers.vendor.http import quoted, quoted_path
from tests.providers.vendor.on_a_socket import Vendor, http, within

# ---- cache -----------------------------------------------------------------------------------------------------------


def test_an_immutable_response_is_requested_once(vendor: Vendor) -> None:
    vendor.says(b'{"sha": "1"}')
    for _ in range(3):
        assert http(vendor).get("/commit", immutable=True) == {"sha": "1"}
    assert len(vendor.asked) == 1


def test_integrations_do_not_share_the_cache(vendor: Vendor) -> None:
    vendor.says(b'{"sha": "1"}')
    http(vendor, integration=1).get("/commit", immutable=True)
    vendor.says(b"{}", 404)
    with pytest.raises(NotFound):
        http(vendor, integration=2).get("/commit", immutable=True)


def test_other_responses_are_revalidated_by_their_etag(vendor: Vendor) -> None:
    vendor.says(b'{"n": 1}', ETag='W/"a"', Link='<http://x/?page=2>; rel="next"')
    first = http(vendor).fetch("/list")
    vendor.says(b"", 304, ETag='W/"a"')
    again = http(vendor).fetch("/list")
    assert vendor.asked[-1][1]["If-None-Match"] == 'W/"a"'
    assert again.data == first.data == {"n": 1}
    assert again.next_url == first.next_url == "http://x/?page=2"
    vendor.says(b'{"n": 2}', ETag='W/"b"')
    assert http(vendor).get("/list") == {"n": 2}


def test_no_store_is_not_kept(vendor: Vendor) -> None:
    vendor.says(b"{}", ETag='"a"', Cache_Control="private, no-store")
    http(vendor).get("/list")
    http(vendor).get("/list")
    assert "If-None-Match" not in vendor.asked[-1][1]


def test_immutable_headers_of_a_head_are_kept_for_any_content_length(vendor: Vendor) -> None:
    vendor.says(b"", Content_Length=str(10**9), X_Gitlab_Size="7")
    for immutable in (False, False, True, True):
        assert http(vendor).head("/file", immutable=immutable)["x-gitlab-size"] == "7"
    assert len(vendor.asked) == 3
    vendor.says(b"", 404)
    with pytest.raises(NotFound):
        http(vendor).head("/file")
    # A GET of the same address is another matter.
    vendor.says(b"[1]")
    assert http(vendor).get("/file", immutable=True) == [1]


def test_bytes_and_json_of_one_address_are_kept_apart(vendor: Vendor) -> None:
    vendor.says(b"[1]")
    assert http(vendor).get("/file", immutable=True) == [1]
    vendor.says(b"<html>")
    assert http(vendor).get_bytes("/file", max_bytes=100, immutable=True) == b"<html>"


def test_a_setting_turns_the_cache_off(vendor: Vendor, settings: Any) -> None:
    settings.SCM_GRPC = {**settings.SCM_GRPC, "VENDOR_CACHE_SECONDS": 0}
    vendor.says(b"{}", ETag='"a"')
    for _ in range(2):
        http(vendor).get("/commit", immutable=True)
    assert ["If-None-Match" in headers for _, headers in vendor.asked] == [False, False]


# ---- bounds and redirects --------------------------------------------------------------------------------------------


def test_a_file_that_is_too_large_is_not_read(vendor: Vendor) -> None:
    vendor.says(b"x" * 1000)
    with pytest.raises(FailedPrecondition) as known:
        http(vendor).get_bytes("/file", max_bytes=999)
    assert known.value.metadata == {"size_bytes": "1000"}
    assert http(vendor).get_bytes("/file", max_bytes=1000) == b"x" * 1000


def test_an_endless_body_is_cut_off(vendor: Vendor) -> None:
    def endless(handler: Any) -> None:
        handler.send_response(200)
        handler.end_headers()
        while True:
            try:
                handler.wfile.write(b"x" * 65536)
            except OSError:
                return

    vendor.answer = endless
    with pytest.raises(FailedPrecondition) as endless_body:
        http(vendor).get_bytes("/file", max_bytes=1_000_000)
    assert endless_body.value.reason == "FILE_TOO_LARGE"


def test_redirects_are_followed_on_the_same_site_only(vendor: Vendor) -> None:
    def moved(handler: Any) -> None:
        if handler.path == "/old":
            handler.send_response(301)
            handler.send_header("Location", "/new")
            handler.end_headers()
        else:
            handler.send_response(200)
            handler.end_headers()
            handler.wfile.write(b'{"at": "new"}')

    vendor.answer = moved
    assert http(vendor).get("/old") == {"at": "new"}
    vendor.says(b"", 302, Location="http://localhost:1/elsewhere")
    with pytest.raises(Unavailable) as elsewhere:
        http(vendor).get("/old2")
    assert elsewhere.value.reason == "BAD_VENDOR_RESPONSE"


def test_the_body_of_a_redirect_is_not_read_without_end(vendor: Vendor) -> None:
    sent = 0

    def endless(handler: Any) -> None:
        nonlocal sent
        handler.send_response(301)
        handler.send_header("Location", "/new")
        handler.end_headers()
        with suppress(OSError):
            for _ in range(80):  # 80 MiB, and no announcement of that.
                handler.wfile.write(b"x" * 1024 * 1024)
                sent += 1

    vendor.answer = endless
    with pytest.raises(FailedPrecondition) as large:
        http(vendor).get("/old")
    assert large.value.reason == "FILE_TOO_LARGE"
    assert sent < 80


@pytest.mark.parametrize("status", [301, 307, 308])
def test_a_redirected_write_is_an_error(vendor: Vendor, status: int) -> None:
    vendor.says(b"", status, Location="/new")
    with pytest.raises(FailedPrecondition) as moved:
        http(vendor).patch("/old", {"state": "closed"})
    assert moved.value.reason == "VENDOR_MOVED"
    assert [path for path, _ in vendor.asked] == ["/old"]
    # As the page for signing in is.
    vendor.says(b"", 302, Location="/login")
    with pytest.raises(FailedPrecondition) as refused:
        http(vendor).patch("/old", {"state": "closed"})
    assert refused.value.reason == "INTEGRATION_UNAUTHORIZED"


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"cut": ', b"null", b"3", b'"text"', b"\xff\xfe"])
def test_anything_but_a_json_object_or_list_is_refused(vendor: Vendor, body: bytes) -> None:
    vendor.says(body)
    with pytest.raises(Unavailable) as bad:
        http(vendor).get("/list")
    assert bad.value.reason == "BAD_VENDOR_RESPONSE"


# ---- deadlines -------------------------------------------------------------------------------------------------------


def test_no_call_is_made_after_the_deadline(vendor: Vendor) -> None:
    with pytest.raises(DeadlineExceeded):
        http(vendor, seconds_left=lambda: -0.1).get("/list")
    assert not vendor.asked


def test_a_body_that_trickles_in_does_not_outlast_the_deadline(vendor: Vendor) -> None:
    def trickle(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        for _ in range(200):
            try:
                handler.wfile.write(b"1\r\n \r\n")
            except OSError:
                return
            time.sleep(0.05)

    vendor.answer = trickle
    with pytest.raises(DeadlineExceeded):
        http(vendor, seconds_left=within(0.3)).get("/list")


# ---- batches ---------------------------------------------------------------------------------------------------------

inherited: ContextVar[str] = ContextVar("inherited", default="")


@pytest.mark.django_db(transaction=True)
def test_calls_of_a_batch_run_in_parallel_and_keep_their_order(vendor: Vendor) -> None:
    inherited.set("from the caller")
    # The first runs alone; four others wait for each other: they must be under way at the same time.
    meeting = threading.Barrier(4, timeout=10)

    def call(number: int) -> tuple[int, str]:
        if number:
            meeting.wait()
        return number, inherited.get()

    found = http(vendor).gather([lambda number=number: call(number) for number in range(5)])  # type: ignore[misc]
    assert found == [(number, "from the caller") for number in range(5)]


@pytest.mark.django_db(transaction=True)
def test_the_first_error_of_a_batch_ends_it(vendor: Vendor) -> None:
    def fail() -> None:
        raise NotFound("gone")

    with pytest.raises(NotFound):
        http(vendor).gather([lambda: None, fail, *[lambda: time.sleep(0.01)] * 50])


@pytest.mark.django_db(transaction=True)
def test_in_a_transaction_a_batch_stays_in_its_thread(vendor: Vendor) -> None:
    with transaction.atomic():
        assert set(http(vendor).gather([threading.get_ident] * 5)) == {threading.get_ident()}


# ---- quotas ----------------------------------------------------------------------------------------------------------


def test_integrations_do_not_share_a_limit(vendor: Vendor) -> None:
    vendor.says(b"{}", 429, Retry_After="50")
    with pytest.raises(ResourceExhausted) as used_up:
        http(vendor, integration=1).get("/list")
    assert used_up.value.retry_after == 50
    vendor.says(b"{}")
    assert http(vendor, integration=2).get("/list") == {}
    with pytest.raises(ResourceExhausted) as known:
        http(vendor, integration=1).get("/list")
    assert known.value.reason == "VENDOR_QUOTA_LOW"


def test_retry_after_may_be_a_date(vendor: Vendor) -> None:
    vendor.says(b"{}", 429, Retry_After=time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 90)))
    with pytest.raises(ResourceExhausted) as used_up:
        http(vendor).get("/list")
    assert used_up.value.retry_after is not None
    assert 80 < used_up.value.retry_after <= 90


@pytest.mark.parametrize(
    ("status", "body", "headers"),
    [
        (403, b'{"message": "You have exceeded a secondary rate limit. Please wait."}', {}),
        (403, b'{"message": "Wait.", "documentation_url": "https://docs.github.com/rest#abuse-rate-limits"}', {}),
        (200, b'{"errors": [{"type": "RATE_LIMITED"}]}', {"X-RateLimit-Remaining": "0"}),
        (200, b'{"errors": [{"type": "RATE_LIMIT", "code": "graphql_rate_limit"}]}', {"X-RateLimit-Remaining": "0"}),
        (200, b'{"errors": [{"message": "You have exceeded a secondary rate limit."}]}', {"Retry-After": "60"}),
    ],
)
def test_all_forms_of_githubs_rate_limit(vendor: Vendor, status: int, body: bytes, headers: dict[str, str]) -> None:
    vendor.says(body, status, **headers)
    with pytest.raises(ResourceExhausted) as used_up:
        http(vendor).get("/list")
    assert (used_up.value.reason, used_up.value.retry_after) == ("VENDOR_RATE_LIMITED", 60)


@pytest.mark.parametrize(
    ("status", "body"), [(200, b'{"message": "Mind the secondary rate limit"}'), (403, b'{"message": "Must be admin"}')]
)
def test_a_response_that_only_looks_like_a_rate_limit(vendor: Vendor, status: int, body: bytes) -> None:
    vendor.says(body, status, **{"X-RateLimit-Limit": "60", "X-RateLimit-Remaining": "50"})
    if status == 200:
        assert http(vendor).get("/list")
        return
    with pytest.raises(PermissionDenied):
        http(vendor).get("/list")


@pytest.mark.parametrize("status", [410, 451])
def test_gone_and_legally_blocked_are_not_to_be_retried(vendor: Vendor, status: int) -> None:
    vendor.says(b"{}", status)
    with pytest.raises((FailedPrecondition, PermissionDenied)):
        http(vendor).get("/list")


def test_a_limit_of_zero_means_no_limit(vendor: Vendor) -> None:
    vendor.says(b"{}", **{"X-RateLimit-Limit": "0", "X-RateLimit-Remaining": "0"})
    for _ in range(2):
        assert http(vendor).get("/list") == {}


@pytest.mark.parametrize("said", ["", "soon", "0", "-1", "nan", "inf", "9" * 30])
def test_senseless_headers_are_ignored(vendor: Vendor, said: str) -> None:
    vendor.says(b"{}", **{"X-RateLimit-Limit": said, "X-RateLimit-Remaining": said, "X-RateLimit-Reset": said})
    for _ in range(2):
        assert http(vendor).get("/list") == {}
    vendor.says(b"{}", 429, Retry_After=said)
    with pytest.raises(ResourceExhausted) as used_up:
        http(vendor).get("/other")
    assert used_up.value.retry_after is not None
    assert 1 <= used_up.value.retry_after <= 86400


# ---- paths -----------------------------------------------------------------------------------------------------------


@examples(deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), min_size=1))
def test_a_quoted_path_arrives_unchanged(parts: list[str]) -> None:
    parts = [part.replace("/", "%2F") for part in parts]
    if {".", ".."} & set(parts):
        with pytest.raises(InvalidArgument):
            quoted_path("/".join(parts))
        return
    sent = requests.Request("GET", f"https://example.com/{quoted_path('/'.join(parts))}").prepare().path_url
    assert [requests.utils.unquote(part) for part in sent[1:].split("/")] == parts


def test_a_slash_in_a_segment_is_quoted() -> None:
    assert quoted("feature/x#1 ü") == "feature%2Fx%231%20%C3%BC"
    for text in ("", ".", ".."):
        with pytest.raises(InvalidArgument):
            quoted(text)
