"""A vendor that is ill, on a real socket: whatever it does to the connection, the caller gets a status, in time."""

from __future__ import annotations

import contextlib
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import grpc
import pytest
import requests
from django.core.cache import cache
from google.protobuf.message import Message
from sentry.net.http import SafeSession
from urllib3.util import Retry

from sentry_scm_grpc.rpc.deadline import within
from sentry_scm_grpc.testing.web_call import CallResult
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.vendors.ill import (
    IllVendor,
    busy_for_a_minute,
    drip,
    drip_a_head,
    drip_an_error,
    end_in_the_middle,
    garbage,
    never_begin,
    overloaded,
    redirect_to_itself,
    reset_at_once,
    reset_in_the_middle,
    silent,
)

pytestmark = pytest.mark.django_db

#: A deadline that is to pass, and one that is not, on a machine that is busy.
SHORT, AMPLE = "3S", "30S"
#: In seconds. The vendors below go on for longer than this, so a call that ends earlier was cut off, even on a machine
#: that is busy.
LONGEST = 40


@contextlib.contextmanager
def asked(
    vendor: IllVendor,
    scheme: str = "http",
    rpc: str = "ListCommits",
    request: Message | None = None,
    timeout: str = AMPLE,
    **metadata: object,
) -> Iterator[Callable[[], CallResult]]:
    """Asks a Bitbucket Server at the vendor's address, whose caller has so long."""
    from tests.sentry_host.providers.installed import rows_of
    from tests.sentry_host.providers.site import SentrySite
    from tests.vendors.bitbucket_server import Fake

    cache.clear()
    site = SentrySite(Fake(), rows_of(Fake()))
    integration = site.rows.integration
    integration.metadata = {**integration.metadata, "base_url": f"{scheme}://127.0.0.1:{vendor.port}", **metadata}
    integration.save()
    try:
        yield lambda: site.call(rpc, request or pb.ListCommitsRequest(), **{"grpc-timeout": timeout})
    finally:
        vendor.close()


def test_a_file_that_ends_in_the_middle_is_not_taken_for_whole() -> None:
    def half_a_file(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 1000\r\n\r\nhalf")

    with asked(IllVendor(half_a_file), rpc="GetFile", request=pb.GetFileRequest(path="a.txt", ref="main")) as ask:
        answer = ask()
    assert (answer.status, answer.reason) == (grpc.StatusCode.UNAVAILABLE, "PROVIDER_UNAVAILABLE")


@pytest.mark.parametrize(
    ("does", "statuses"),
    [
        (silent, {grpc.StatusCode.DEADLINE_EXCEEDED}),
        (drip, {grpc.StatusCode.DEADLINE_EXCEEDED}),
        (drip_a_head, {grpc.StatusCode.DEADLINE_EXCEEDED}),
        (never_begin, {grpc.StatusCode.DEADLINE_EXCEEDED}),
        (reset_at_once, {grpc.StatusCode.UNAVAILABLE}),
        (reset_in_the_middle, {grpc.StatusCode.UNAVAILABLE}),
        (end_in_the_middle, {grpc.StatusCode.UNAVAILABLE}),
        (garbage, {grpc.StatusCode.UNAVAILABLE}),
        (overloaded, {grpc.StatusCode.UNAVAILABLE}),
        (redirect_to_itself, {grpc.StatusCode.UNAVAILABLE}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_connection_that_goes_wrong(does: Callable[[socket.socket], None], statuses: set[grpc.StatusCode]) -> None:
    vendor = IllVendor(does)
    with asked(vendor, timeout=SHORT if grpc.StatusCode.DEADLINE_EXCEEDED in statuses else AMPLE) as ask:
        began = time.monotonic()
        answer = ask()
        took = time.monotonic() - began
    assert answer.status in statuses, (answer.status, answer.reason, answer.text)
    assert vendor.connections > 0, "the vendor was not asked"
    assert took < LONGEST


def unsigned(directory: Path) -> ssl.SSLContext:
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "1"]
    files = ["-keyout", str(directory / "key.pem"), "-out", str(directory / "certificate.pem")]
    subprocess.run([*command, *files], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / "certificate.pem", directory / "key.pem")
    return context


def test_a_certificate_that_nobody_signed(tmp_path: Path) -> None:
    with asked(IllVendor(overloaded, unsigned(tmp_path)), "https") as ask:
        answer = ask()
    assert (answer.status, answer.reason) == (grpc.StatusCode.UNAVAILABLE, "PROVIDER_UNAVAILABLE")


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
@pytest.mark.parametrize("does", [drip, drip_a_head], ids=lambda value: value.__name__)
def test_an_encrypted_answer_that_comes_byte_by_byte_ends_at_the_deadline(
    tmp_path: Path, does: Callable[[socket.socket], None]
) -> None:
    with asked(IllVendor(does, unsigned(tmp_path)), "https", timeout=SHORT, verify_ssl=False) as ask:
        began = time.monotonic()
        answer = ask()
        took = time.monotonic() - began
    assert answer.status is grpc.StatusCode.DEADLINE_EXCEEDED, (answer.reason, answer.text)
    assert took < LONGEST


def test_a_head_that_never_ends_is_given_up_though_the_caller_would_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sentry_scm_grpc.providers.vendor.http.CALL_SECONDS", 0.5)
    with asked(IllVendor(drip_a_head)) as ask:
        answer = ask()
    assert (answer.status, answer.reason) == (grpc.StatusCode.UNAVAILABLE, "PROVIDER_TIMEOUT")


def test_a_connection_serves_several_calls_and_no_thread_is_left() -> None:
    def answer_all(connection: socket.socket) -> None:
        while True:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
            if not connection.recv(65536):
                return

    vendor = IllVendor(answer_all)
    before = set(threading.enumerate())
    with requests.Session() as session, within(lambda: 5.0):
        for _ in range(3):
            assert session.get(f"http://127.0.0.1:{vendor.port}/").json() == {}
        assert vendor.connections == 1
    for thread in {*threading.enumerate()} - before:
        if isinstance(thread, threading.Timer):
            thread.join(2)
            assert not thread.is_alive()
    vendor.close()


def test_nobody_is_there() -> None:
    vendor = IllVendor(silent)
    vendor.close()
    with asked(vendor) as ask:
        answer = ask()
    assert (answer.status, answer.reason) == (grpc.StatusCode.UNAVAILABLE, "PROVIDER_UNAVAILABLE")


@pytest.fixture
def retries(monkeypatch: pytest.MonkeyPatch) -> Callable[[Retry], None]:
    """Has Sentry's sessions retry as those of 2024 do: three times, or as they do towards the control silo."""
    began = SafeSession.__init__

    def set_to(retry: Retry) -> None:
        def begin(self: SafeSession, *arguments: object, **options: object) -> None:
            began(self, *arguments, **options)
            for adapter in self.adapters.values():
                adapter.max_retries = retry

        monkeypatch.setattr(SafeSession, "__init__", begin)

    return set_to


def towards_the_control_silo(backoff: float) -> Retry:
    methods = ["PATCH", "HEAD", "PUT", "GET", "DELETE", "POST"]
    return Retry(total=5, backoff_factor=backoff, status_forcelist=[503], allowed_methods=methods)


@pytest.mark.parametrize(
    ("does", "retry", "status"),
    [
        (silent, Retry(3), grpc.StatusCode.DEADLINE_EXCEEDED),
        (drip, Retry(3), grpc.StatusCode.DEADLINE_EXCEEDED),
        (drip_a_head, Retry(3), grpc.StatusCode.DEADLINE_EXCEEDED),
        (drip_an_error, Retry(3), grpc.StatusCode.DEADLINE_EXCEEDED),
        (drip_an_error, towards_the_control_silo(0.1), grpc.StatusCode.DEADLINE_EXCEEDED),
        (reset_at_once, Retry(3), grpc.StatusCode.UNAVAILABLE),
        (garbage, Retry(3), grpc.StatusCode.UNAVAILABLE),
        (overloaded, towards_the_control_silo(0.01), grpc.StatusCode.UNAVAILABLE),
        (overloaded, towards_the_control_silo(30), grpc.StatusCode.UNAVAILABLE),
        (busy_for_a_minute, Retry(3), grpc.StatusCode.RESOURCE_EXHAUSTED),
        (busy_for_a_minute, towards_the_control_silo(0.1), grpc.StatusCode.RESOURCE_EXHAUSTED),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_all_attempts_of_a_session_that_retries_share_the_callers_time(
    does: Callable[[socket.socket], None], retry: Retry, status: grpc.StatusCode, retries: Callable[[Retry], None]
) -> None:
    retries(retry)
    vendor = IllVendor(does)
    with asked(vendor, timeout="8S" if status is grpc.StatusCode.DEADLINE_EXCEEDED else AMPLE) as ask:
        began = time.monotonic()
        answer = ask()
        took = time.monotonic() - began
    assert answer.status is status, (answer.reason, answer.text)
    assert vendor.connections > 0, "the vendor was not asked"
    assert answer.retry_after == (60 if does is busy_for_a_minute else 0)
    # Four attempts of eight seconds are 32.
    assert took < 24


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("retry", [Retry(0, read=False), Retry(3), towards_the_control_silo(0.1)], ids=repr)
def test_a_vendor_that_says_nothing_is_a_timeout_however_it_is_wrapped(
    scheme: str, retry: Retry, retries: Callable[[Retry], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    # By https the silence is that of the handshake.
    monkeypatch.setattr("sentry_scm_grpc.providers.vendor.http.CALL_SECONDS", 5.0)
    retries(retry)
    with asked(IllVendor(silent), scheme) as ask:
        began = time.monotonic()
        answer = ask()
        took = time.monotonic() - began
    assert (answer.status, answer.reason) == (grpc.StatusCode.UNAVAILABLE, "PROVIDER_TIMEOUT")
    # Four attempts of five seconds are twenty.
    assert took < 16


def test_a_vendor_that_is_not_there_is_no_timeout(retries: Callable[[Retry], None]) -> None:
    retries(Retry(3))
    vendor = IllVendor(silent)
    vendor.close()
    with asked(vendor) as ask:
        answer = ask()
    assert (answer.status, answer.reason) == (grpc.StatusCode.UNAVAILABLE, "PROVIDER_UNAVAILABLE")


def test_a_vendor_that_takes_no_connection_is_a_timeout(
    retries: Callable[[Retry], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sentry_scm_grpc.providers.vendor.http.CALL_SECONDS", 5.0)
    retries(Retry(3))
    with full_listener() as port:
        vendor = IllVendor(silent)
        vendor.close()
        vendor.port = port
        with asked(vendor) as ask:
            began = time.monotonic()
            answer = ask()
            took = time.monotonic() - began
    assert (answer.status, answer.reason) == (grpc.StatusCode.UNAVAILABLE, "PROVIDER_TIMEOUT")
    # Four attempts of five seconds are twenty.
    assert took < 16


@contextlib.contextmanager
def full_listener() -> Iterator[int]:
    """The port of a server that never accepts, and whose queue is full: the kernel lets further connections wait."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        while True:
            waiting = stack.enter_context(socket.socket())
            waiting.settimeout(0.5)
            try:
                waiting.connect(listener.getsockname())
            except TimeoutError:
                break
        yield listener.getsockname()[1]
