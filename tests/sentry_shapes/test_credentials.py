"""Tokens of users, bound to one organization or to none."""

from __future__ import annotations

import grpc

from tests.sentry_shapes.conftest import Vendor
from tests.sentry_shapes.rows import Rows


def status(rows: Rows, metadata: object, organization: Rows) -> grpc.StatusCode:
    answer = rows.call("ListRepositories", metadata, organization_id=organization.organization.id)  # type: ignore[arg-type]
    return answer.status


def test_a_token_that_is_bound_to_an_organization_opens_that_one_alone(rows: Rows, vendor: Vendor) -> None:
    other = Rows(vendor.address)
    metadata = rows.token(bound_to=rows.organization)
    assert status(rows, metadata, rows) is grpc.StatusCode.OK
    assert status(rows, metadata, other) is grpc.StatusCode.NOT_FOUND


def test_a_row_of_another_organization_is_closed_to_a_bound_token(rows: Rows, vendor: Vendor) -> None:
    other = Rows(vendor.address)
    answer = rows.call("GetRepository", rows.token(bound_to=rows.organization), repository_id=other.repository().id)
    assert answer.status is grpc.StatusCode.NOT_FOUND


def test_a_token_that_is_bound_to_none_opens_what_the_user_may_see(rows: Rows, vendor: Vendor) -> None:
    metadata = rows.token()
    assert status(rows, metadata, rows) is status(rows, metadata, Rows(vendor.address)) is grpc.StatusCode.OK


def test_an_unknown_token_is_refused(rows: Rows) -> None:
    assert status(rows, {"authorization": "Bearer sntryu_0"}, rows) is grpc.StatusCode.UNAUTHENTICATED
