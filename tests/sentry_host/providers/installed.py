"""A vendor's fake inside Sentry: the rows of its integration, and its addresses behind ``responses``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import responses

from tests.sentry_host.rows import Rows
from tests.vendors.fake import FakeVendor

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD")


def rows_of(fake: FakeVendor) -> Rows:
    """An organization with the vendor's integration, whose credentials are good."""
    return Rows(fake.key)


def repository_of(fake: FakeVendor, rows: Rows) -> Any:
    """The row of the repository "rocket", as Sentry adds it."""
    return rows.repository(url=fake.web, **fake.stored_repository)


@contextmanager
def mocked(fake: FakeVendor) -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        install(fake, mock)
        yield mock


def install(fake: FakeVendor, mock: responses.RequestsMock) -> None:
    def answer(sent: Any) -> tuple[int, dict[str, str], bytes]:
        return fake.answer(sent.method, sent.url, sent.headers, sent.body, sent.req_kwargs["timeout"])

    for address in fake.addresses:
        for method in METHODS:
            mock.add_callback(method, re.compile(re.escape(address) + r"(/|\?|\Z)"), callback=answer)
