"""What a fake has, as the contract of every provider's adapter asks for it."""

from __future__ import annotations

from sentry_scm_grpc.testing import Facts
from tests.vendors.fake import FakeVendor


def facts_of(fake: FakeVendor) -> Facts:
    return Facts(
        identifier=fake.identifier,
        branch="main",
        head=fake.world.head,
        path="src/app.py",
        content=fake.world.files["src/app.py"],
        directory="src",
        query="line 42",
        destination=fake.destination,
        issue_metadata=dict(fake.issue_metadata),
    )
