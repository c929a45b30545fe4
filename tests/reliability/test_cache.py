"""The cache goes away, hangs and comes back: reads go on, and nothing needs a restart."""

from __future__ import annotations

import time

import pytest

from sentry_scm_grpc.client import ScmError
from tests.reliability.place import Place
from tests.reliability.services import frozen, redis


def test_reads_go_on_without_the_cache(place: Place) -> None:
    with place.server() as server, place.client(server.url) as client:
        for _ in range(5):
            client.get_repository(repository_id=place.site.repository_id)
            client.get_commit(repository_id=place.site.repository_id, commit_sha="HEAD")
        with redis(place.cache_port, place.directory):
            client.get_repository(repository_id=place.site.repository_id)
        client.get_repository(repository_id=place.site.repository_id)


def test_a_cache_that_hangs_holds_no_call_for_long(place: Place) -> None:
    limits = {"SCM_GRPC_RATE_LIMITS": "*=100000/m"}
    with (
        redis(place.cache_port, place.directory) as cache,
        place.server(**limits) as server,
        place.client(server.url) as client,
    ):
        client.get_repository(repository_id=place.site.repository_id)
        with frozen(cache):
            began = time.monotonic()
            for _ in range(20):
                client.get_repository(repository_id=place.site.repository_id)
            # Every call of 20 would wait for the cache's timeout of half a second, were the cache asked each time.
            assert time.monotonic() - began < 8
            with pytest.raises(ScmError) as raised:
                client.delete_repository(repository_id=2**40)
            assert raised.value.reason == "RATE_LIMITER_UNAVAILABLE"
        client.get_repository(repository_id=place.site.repository_id)
