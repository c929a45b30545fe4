"""The address that failures are counted for: the peer's, or what trusted proxies say."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from sentry_scm_grpc.auth.source import source_of


@pytest.mark.parametrize(
    ("peer", "source"),
    [
        ("ipv4:192.0.2.1:50123", "192.0.2.1"),
        ("ipv6:[2001:db8:1:2:3:4:5:6]:50123", "2001:db8:1:2::/64"),
        ("ipv6:%5B2001:db8:1:2:3:4:5:6%5D:50123", "2001:db8:1:2::/64"),
        ("ipv6:[::ffff:192.0.2.1]:50123", "192.0.2.1"),
        ("ipv6:[fe80::1%25eth0]:50123", "fe80::/64"),
        ("unix:", "unix"),
        ("unix:/run/scm.sock", "unix"),
        ("ipv4:localhost:1", "unknown"),
        ("", "unknown"),
    ],
)
def test_the_peer(peer: str, source: str) -> None:
    assert source_of(peer, {}) == source


@pytest.mark.parametrize(
    ("proxies", "forwarded", "source"),
    [
        (0, "192.0.2.7", "127.0.0.1"),
        (1, "192.0.2.7", "192.0.2.7"),
        (1, "198.51.100.1, 192.0.2.7", "192.0.2.7"),
        (2, "198.51.100.1,192.0.2.7, 10.0.0.1", "192.0.2.7"),
        (2, "192.0.2.7", "127.0.0.1"),
        (1, "2001:db8::1", "2001:db8::/64"),
        # Some proxies write the port too.
        (1, "192.0.2.7:50123", "192.0.2.7"),
        (1, "[2001:db8::1]:50123", "2001:db8::/64"),
        (1, "[2001:db8::1]", "2001:db8::/64"),
        (1, "unknown", "127.0.0.1"),
        (1, "", "127.0.0.1"),
        (1, b"192.0.2.7", "127.0.0.1"),
    ],
)
def test_behind_proxies(settings: Any, proxies: int, forwarded: Any, source: str) -> None:
    settings.SCM_GRPC = {**settings.SCM_GRPC, "TRUSTED_PROXIES": proxies}
    assert source_of("ipv4:127.0.0.1:80", {"x-forwarded-for": forwarded}) == source


@examples(deadline=None)
@given(st.text())
def test_no_text_fails(text: str) -> None:
    for peer in (text, f"ipv4:{text}", f"ipv6:[{text}]:1"):
        assert source_of(peer, {})
