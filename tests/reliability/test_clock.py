"""A clock that jumps by hours, forwards and backwards, under a server: calls go on, and a used signature
stays used.
"""

from __future__ import annotations

import contextlib
import json
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from sentry_scm_grpc.rpc.policy import RPCS
from tests.auth.signed import header, key
from tests.ports import free_ports
from tests.reliability.calls import Answer, Caller
from tests.reliability.place import Place
from tests.reliability.services import redis

HOUR = 3600


@dataclass
class Clock:
    """Of the server; see skewed.py."""

    file: Path
    ahead: int = 0

    def jump_to(self, ahead: int) -> None:
        """So many seconds ahead of this machine's clock."""
        self.ahead = ahead
        new = self.file.with_suffix(".new")
        new.write_text(f"{ahead:+d}")
        new.replace(self.file)

    def time(self) -> float:
        return time.time() + self.ahead


@dataclass
class Site:
    caller: Caller
    clock: Clock
    cache: Redis
    place: Place

    def signed(self, **request: Any) -> tuple[bytes, dict[str, str]]:
        """A body and its signature, good for one call."""
        asked = {"organization_id": self.place.site.organization_id, **request}
        body = json.dumps(asked).encode()
        path, at = RPCS["ListRepositories"].path, self.clock.time()
        return body, {"x-signature": header(path, body, asked["organization_id"], encoding="json", at=at)}

    def send(self, signed: tuple[bytes, dict[str, str]]) -> Answer:
        return self.caller.send("ListRepositories", 20, *signed)

    def forget_nonces(self) -> None:
        """As Redis does where its own clock jumps."""
        names: Any = self.cache.keys("*scm_grpc.nonce*")
        assert names
        self.cache.delete(*names)


@pytest.fixture
def site(place: Place, tmp_path: Path) -> Iterator[Site]:
    clock = Clock(tmp_path / "clock")
    clock.jump_to(0)
    settings = {
        "SCM_GRPC_AUTHENTICATORS": "api_key,hmac",
        "SCM_GRPC_HMAC_KEYS": json.dumps({"reports": key()}),
        "SCM_GRPC_RATE_LIMITS": "*=1000/m",
    }
    with contextlib.ExitStack() as running:
        running.enter_context(redis(place.cache_port, place.directory))
        (port,) = free_ports(1)
        bind = ["--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--threads", "8"]
        command = [sys.executable, "-m", "gunicorn", *bind, "tests.reliability.skewed:application"]
        running.enter_context(place.site.running(command, port, **settings, TEST_CLOCK=str(clock.file)))
        cache = running.enter_context(contextlib.closing(Redis(port=place.cache_port)))
        yield Site(Caller(f"http://127.0.0.1:{port}", place.site.api_key), clock, cache, place)


def test_a_clock_that_goes_back_revives_no_signature(site: Site) -> None:
    used = site.signed()
    assert site.send(used).code == "ok"
    assert site.send(used).code == "unauthenticated"

    site.clock.jump_to(2 * HOUR)
    site.forget_nonces()
    assert site.send(used).reason == "SIGNATURE_OUTSIDE_WINDOW"
    used_ahead = site.signed()
    assert site.send(used_ahead).code == "ok"

    site.forget_nonces()
    site.clock.jump_to(0)
    for signed in (used, used_ahead):
        assert site.send(signed).code == "unauthenticated"
    # A clock that shows a time that it has not shown before takes signatures again, at once.
    site.clock.jump_to(-5 * HOUR)
    assert site.send(site.signed()).code == "ok"


@pytest.mark.parametrize("hours", [5, -5])
def test_calls_go_on_when_the_clock_jumps(site: Site, hours: int) -> None:
    named = {"repository_id": site.place.site.repository_id}
    first = site.caller.call("ListCommits", 20, **named, page_size=1)
    request_id = str(uuid.uuid4())
    mine = {"organization_id": site.place.site.organization_id, "page_size": 1}
    synced = site.caller.call("SyncRepository", 20, **named, request_id=request_id)
    assert (first.code, synced.code) == ("ok", "ok")

    site.clock.jump_to(hours * HOUR)
    for rpc, request in (("GetRepository", named), ("ListRepositories", mine), ("SyncRepository", named)):
        assert site.caller.call(rpc, 20, **request).code == "ok", rpc
    # A request id is kept for a day, and a page token has no age.
    assert site.caller.call("SyncRepository", 20, **named, request_id=request_id).message == synced.message
    if token := first.message.get("nextPageToken"):
        assert site.caller.call("ListCommits", 20, **named, page_size=1, page_token=token).code == "ok"
    assert site.send(site.signed()).code == "ok"
