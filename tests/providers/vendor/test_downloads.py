"""Downloads from a vendor on a real socket: whole or an error, piece by piece, without the credential elsewhere."""

from __future__ import annotations

import gzip
import time
import tracemalloc
from typing import Any

import pytest

from sentry_scm_grpc.errors import (
    DeadlineExceeded,
    NotFound,
    PermissionDenied,
    ResourceExhausted,
    ScmError,
    Unavailable,
)
from sentry_scm_grpc.providers.vendor import downloads
from sentry_scm_grpc.rpc.budget import Budget, spending
from tests.providers.vendor.on_a_socket import Client, Vendor, http, reply, serving

PIECE = 64 * 1024
BODY = bytes(range(256)) * 4096


def downloaded(vendor: Vendor, **options: Any) -> bytes:
    return b"".join(http(vendor).download("/archive", **options).pieces(PIECE))


def chunked(handler: Any, *pieces: bytes, ends: bool) -> None:
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    for piece in (*pieces, *([b""] if ends else [])):
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
    handler.close_connection = True


def test_a_whole_body_however_it_is_framed(vendor: Vendor, keeping: Vendor) -> None:
    vendor.says(BODY)
    found = http(vendor).download("/archive")
    assert found.size == len(BODY)
    pieces = list(found.pieces(PIECE))
    assert b"".join(pieces) == BODY
    assert max(map(len, pieces)) <= PIECE
    assert vendor.asked[-1][1]["Accept-Encoding"] == "identity"
    keeping.answer = lambda handler: chunked(handler, BODY[:1000], BODY[1000:], ends=True)
    found = http(keeping).download("/archive")
    assert found.size is None
    assert b"".join(found.pieces(PIECE)) == BODY
    # It is never taken from a cache.
    assert downloaded(vendor) == downloaded(vendor) == BODY
    assert len(vendor.asked) == 3


def test_a_body_that_is_compressed_on_the_way(vendor: Vendor) -> None:
    vendor.says(gzip.compress(BODY), Content_Encoding="gzip")
    assert http(vendor).download("/archive").size is None
    assert downloaded(vendor) == BODY


def test_a_cut_body_is_an_error(vendor: Vendor, keeping: Vendor) -> None:
    vendor.says(BODY, Content_Length=str(len(BODY) + 1))
    keeping.answer = lambda handler: chunked(handler, BODY, ends=False)
    for cut in (vendor, keeping):
        with pytest.raises(Unavailable) as raised:
            downloaded(cut)
        assert raised.value.reason == "ARCHIVE_CUT"


def test_errors_are_those_of_other_reads(vendor: Vendor) -> None:
    for status, error in ((404, NotFound), (403, PermissionDenied), (429, ResourceExhausted), (500, Unavailable)):
        vendor.says(b"{}", status)
        with pytest.raises(error):
            http(vendor, integration=status).download("/archive")
    # A page in place of an archive, and an answer without one.
    for status, kind in ((200, "text/html"), (203, "text/html"), (204, "text/plain")):
        vendor.says(b"", status, Content_Type=kind)
        with pytest.raises(ScmError):
            http(vendor).download("/archive")


def test_more_bytes_than_a_download_may_have(vendor: Vendor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "MAX_DOWNLOAD_BYTES", len(BODY) - 1)
    vendor.says(BODY)
    with pytest.raises(ResourceExhausted) as raised:
        downloaded(vendor)
    assert raised.value.reason == "CALL_TOO_LARGE"
    vendor.answer = lambda handler: chunked(handler, BODY, ends=True)
    with pytest.raises(ResourceExhausted):
        downloaded(vendor)


def test_memory_does_not_grow_with_the_body(keeping: Vendor) -> None:
    keeping.answer = lambda handler: chunked(handler, *[bytes(PIECE)] * 320, ends=True)
    found = http(keeping).download("/archive")
    tracemalloc.start()
    assert sum(map(len, found.pieces(PIECE))) == 320 * PIECE
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * 1024 * 1024


def test_a_vendor_that_stalls_ends_with_the_call(vendor: Vendor) -> None:
    def stall(handler: Any) -> None:
        reply(handler, BODY, Content_Length=str(10**9))
        handler.wfile.flush()
        time.sleep(30)

    vendor.answer = stall
    with spending(Budget(0.5)), pytest.raises(DeadlineExceeded):
        downloaded(vendor)


# ---- redirects


class WithCredential(Client):
    def get(self, path: str, **options: Any) -> Any:
        headers = {"Authorization": "Bearer secret", **options.pop("headers", {})}
        return super().get(path, headers=headers, **options)


@pytest.fixture
def elsewhere() -> Any:
    """Another server, under another name of this machine."""
    other = Vendor()
    with serving(other, "HTTP/1.0"):
        other.url = other.url.replace("127.0.0.1", "localhost")
        yield other


def test_the_credential_stays_with_the_vendor(vendor: Vendor, elsewhere: Vendor) -> None:
    vendor.says(b"", 302, Location=f"{elsewhere.url}/archive?token=once")
    elsewhere.says(BODY)
    client: Any = WithCredential(vendor)
    made = http(vendor)
    made._client = lambda: client
    found = made.download("/archive", hosts=frozenset({"localhost"}))
    assert b"".join(found.pieces(PIECE)) == BODY
    assert vendor.asked[0][1]["Authorization"] == "Bearer secret"
    (path, headers) = elsewhere.asked[0]
    assert path == "/archive?token=once"
    assert "Authorization" not in headers


def test_a_redirect_to_a_host_that_is_not_the_vendors(vendor: Vendor, elsewhere: Vendor) -> None:
    vendor.says(b"", 302, Location=f"{elsewhere.url}/archive")
    for hosts in (frozenset[str](), frozenset({"codeload.example.com"})):
        with pytest.raises(Unavailable) as raised:
            http(vendor).download("/archive", hosts=hosts)
        assert raised.value.reason == "BAD_VENDOR_RESPONSE"
    # Nor may the other host lead on.
    third = f"http://127.0.0.2:{vendor.url.rpartition(':')[2]}/archive"
    elsewhere.says(b"", 302, Location=third)
    with pytest.raises(Unavailable):
        http(vendor).download("/archive", hosts=frozenset({"localhost"}))
    assert len(vendor.asked) == 3
