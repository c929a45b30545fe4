"""Sentry's own authenticated client works in the threads of a batch, and leaves no database connection open there."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import connection

from sentry_scm_grpc.hosts.sentry import compat
from sentry_scm_grpc.hosts.sentry.host import make_adapter
from sentry_scm_grpc.providers.registry import adapters
from sentry_scm_grpc.providers.vendor.base import Vendor
from sentry_scm_grpc.testing.provider_facts import call_of
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.sentry_host.providers.site import SentrySite
from tests.vendors.fake import Reply, Request


def connections_open() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from pg_stat_activity where datname = current_database()")
        return int(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
@pytest.mark.rpcs("GetCommit")
def test_calls_of_a_batch_go_through_sentrys_client_side_by_side(vendor: SentrySite) -> None:
    row = vendor.repository
    context = compat.integration_context(vendor.rows.organization.id, vendor.rows.integration.id)
    assert context is not None
    call = call_of("GetCommit", pb.GetCommitRequest())
    call.organization_id = vendor.rows.organization.id
    adapter = make_adapter(adapters()[vendor.fake.key], context, call, row)
    assert isinstance(adapter, Vendor)
    # The first runs alone; four others must be under way at the same time.
    meeting = threading.Barrier(4, timeout=10)
    threads = set()

    def answer(request: Request) -> Reply:
        if vendor.fake.calls.index(request):
            meeting.wait()
        threads.add(threading.get_ident())
        return Reply({"asked": request.params["n"]})

    vendor.fake.forced = answer
    before = connections_open()
    path = f"{vendor.fake.api}/anything" if vendor.fake.key == "vsts" else "/anything"
    calls = [lambda n=n: adapter.http.get(path, {"n": n}) for n in range(5)]  # type: ignore[misc]
    assert adapter.http.gather(calls) == [{"asked": str(n)} for n in range(5)]
    assert len(threads) == 5
    # PostgreSQL notices a moment later.
    ends = time.monotonic() + 10
    while connections_open() != before and time.monotonic() < ends:
        time.sleep(0.05)
    assert connections_open() == before
