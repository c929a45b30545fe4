"""A vendor that is ill, on a real socket: whatever it does to the connection, the caller gets a status, in time."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import Any

import grpc
import pytest
from django.core.cache import cache

from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.standalone.network import Network
from tests.standalone.site import TOKEN, Rows, StandaloneSite
from tests.vendors.bitbucket_server import Fake
from tests.vendors.ill import (
    IllVendor,
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
from tests.vendors.site import OpenSite

pytestmark = pytest.mark.django_db

Status = grpc.StatusCode
#: The vendors below go on for longer than this, in seconds: a call that ends earlier was cut off.
LONGEST = 40


@pytest.mark.parametrize(
    ("does", "status"),
    [
        (silent, Status.DEADLINE_EXCEEDED),
        (drip, Status.DEADLINE_EXCEEDED),
        (drip_a_head, Status.DEADLINE_EXCEEDED),
        (drip_an_error, Status.DEADLINE_EXCEEDED),
        (never_begin, Status.DEADLINE_EXCEEDED),
        (reset_at_once, Status.UNAVAILABLE),
        (reset_in_the_middle, Status.UNAVAILABLE),
        (end_in_the_middle, Status.UNAVAILABLE),
        (garbage, Status.UNAVAILABLE),
        (overloaded, Status.UNAVAILABLE),
        (redirect_to_itself, Status.UNAVAILABLE),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_connection_that_goes_wrong(does: Callable[[socket.socket], None], status: Status) -> None:
    cache.clear()
    vendor = IllVendor(does)
    try:
        site = StandaloneSite(Fake(), Rows(Fake(), base_url=f"http://127.0.0.1:{vendor.port}"))
        # What the first call of a process imports is not the vendor's.
        assert site.call("GetRepository", pb.GetRepositoryRequest()).status is Status.OK
        began = time.monotonic()
        timeout = "2S" if status is Status.DEADLINE_EXCEEDED else "30S"
        answer = site.call("ListCommits", pb.ListCommitsRequest(), **{"grpc-timeout": timeout})
        took = time.monotonic() - began
    finally:
        vendor.close()
    assert answer.status is status, (answer.reason, answer.text)
    assert vendor.connections > 0, "the vendor was not asked"
    assert took < LONGEST
    assert TOKEN not in str(answer)


def test_a_certificate_of_an_authority_that_nobody_trusts(open_site: OpenSite, settings: Any) -> None:
    settings.VENDOR_CA_BUNDLE = ""
    with open_site(Fake()) as site:
        answer = site.call("ListCommits", pb.ListCommitsRequest())
        assert (answer.status, answer.reason) == (Status.UNAVAILABLE, "PROVIDER_UNAVAILABLE")
        assert not site.fake.calls


def test_a_redirect_never_takes_the_credential_to_another_site(network: Network, open_site: OpenSite) -> None:
    from tests.vendors.fake import Reply

    other = IllVendor(overloaded)
    try:
        for address in (f"http://127.0.0.1:{other.port}/", "http://stash.example.com/", "https://example.com/"):
            with open_site(Fake()) as site:
                site.fake.forced = lambda request, address=address: Reply(b"", 302, {"Location": address})
                answer = site.call("ListCommits", pb.ListCommitsRequest())
            assert (answer.status, answer.reason) == (Status.UNAVAILABLE, "BAD_VENDOR_RESPONSE"), address
            assert len(site.fake.calls) == 1
    finally:
        other.close()
    assert not other.connections
