"""What Sentry's own installation asks of a vendor during a call has no more time than the caller gave."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
import requests
from django.core.cache import cache

from sentry_scm_grpc.rpc.deadline import within
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.sentry_host.providers.installed import mocked, rows_of
from tests.sentry_host.providers.site import SentrySite
from tests.vendors.fake import Reply
from tests.vendors.vsts import Fake

pytestmark = pytest.mark.django_db


@pytest.mark.rpcs("CreateExternalIssue")
def test_an_issue_is_made_with_the_callers_timeout(vendor: SentrySite) -> None:
    request = pb.CreateExternalIssueRequest(
        title="It breaks",
        description="Always",
        destination=vendor.fake.destination,
        group_id=vendor.rows.group().id,
        metadata=vendor.fake.issue_metadata,
    )
    assert vendor.call("CreateExternalIssue", request, **{"grpc-timeout": "9S"}).status is grpc.StatusCode.OK
    assert vendor.fake.calls
    assert all(0 < call.timeout <= 9 for call in vendor.fake.calls)


@pytest.mark.rpcs("CreateRepository")
def test_a_repository_is_added_with_the_callers_timeout(vendor: SentrySite) -> None:
    request = pb.CreateRepositoryRequest(identifier=vendor.fake.identifier)
    answer = vendor.call("CreateRepository", request, **{"grpc-timeout": "9S"})
    assert vendor.fake.calls, answer
    assert all(0 < call.timeout <= 9 for call in vendor.fake.calls)


class Silent:
    """A server that takes a connection and says nothing. Tells whether the client hung up before it did."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(None)  # Sentry gives every socket one of five seconds.
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/token"
        self.client_gave_up = False
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    def _serve(self) -> None:
        connection, _ = self.listener.accept()
        with connection:
            connection.settimeout(20)
            try:
                while connection.recv(65536):
                    pass
                self.client_gave_up = True
            except TimeoutError:
                pass

    def close(self) -> None:
        self.thread.join()
        self.listener.close()


@pytest.fixture
def silent() -> Iterator[Silent]:
    server = Silent()
    yield server
    server.close()


def test_a_token_is_renewed_within_the_callers_deadline(
    db: None, silent: Silent, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sentry.identity.vsts.provider import VSTSIdentityProvider
    from sentry.models import Identity

    monkeypatch.setattr(VSTSIdentityProvider, "oauth_access_token_url", silent.url)
    cache.clear()
    fake = Fake()
    with mocked(fake) as mock:
        mock.add_passthru(silent.url)
        site = SentrySite(fake, rows_of(fake))
        for identity in Identity.objects.all():
            identity.update(data={**identity.data, "expires": 1})
        answer = site.call("ListCommits", pb.ListCommitsRequest(), **{"grpc-timeout": "500m"})
    assert answer.status is grpc.StatusCode.DEADLINE_EXCEEDED
    assert not fake.calls
    silent.thread.join()
    assert silent.client_gave_up


@pytest.mark.rpcs("ListCommits")
def test_time_that_is_up_asks_nobody_and_other_calls_keep_their_own_timeout(vendor: SentrySite) -> None:
    vendor.call("ListCommits", pb.ListCommitsRequest())
    assert all(29 < call.timeout <= 30 for call in vendor.fake.calls)
    vendor.fake.forget_calls()

    def told(options: Any) -> None:
        requests.get(f"{vendor.fake.api}/anything", timeout=options)

    vendor.fake.forced = lambda request: Reply({})
    with within(lambda: 2.0):
        told(7)
        told(1)
        told(None)
        told((7, 1))
    told(7)
    assert [call.timeout for call in vendor.fake.calls] == [2, 1, 2, (2, 1), 7]
    with within(lambda: -1.0), pytest.raises(requests.Timeout):
        told(7)
