"""The doctor's section on the Sentry it runs in."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from sentry.shapes import AFTER, BEFORE, SHAPE

from tests.sentry_shapes.conftest import Vendor
from tests.sentry_shapes.rows import Rows


def section(*options: str) -> list[str]:
    """The lines below the title."""
    out = io.StringIO()
    try:
        call_command("scm_grpc", "doctor", *options, stdout=out)
    except CommandError as error:
        out.write(f"error: {error}")
    lines = iter(out.getvalue().splitlines())
    assert "this Sentry" in lines
    found = []
    for line in lines:
        if not line:
            break
        found.append(line.strip())
    return found


def line_of(lines: list[str], name: str) -> str:
    (found,) = [line for line in lines if name in line]
    return found


def test_what_was_found_is_named_with_its_place(rows: Rows) -> None:
    assert line_of(section("--offline"), "integration service") == (
        "found    integration service (sentry.integrations.services.integration:integration_service)"
    )


def test_what_is_missing_is_named_with_what_does_not_work(rows: Rows) -> None:
    lines = section("--offline")
    tokens = line_of(lines, "authenticator of organization tokens")
    assert tokens == "missing  authenticator of organization tokens: the authenticator org_token does not work"
    assert "found    model Repository" in lines
    assert line_of(lines, "model Activity").startswith("missing  model Activity: what does not work: external issues")


def test_the_shape_of_this_sentry_is_told(rows: Rows) -> None:
    lines = section("--offline")
    places = {BEFORE: "columns of their own", AFTER: "a ProjectRepository"}
    kept = places.get(SHAPE, "columns of their own and a ProjectRepository")
    assert f"as here  code mappings have project and repository in {kept}" in lines
    task = line_of(lines, "task that deletes the data of a hidden repository")
    assert task.startswith("missing" if SHAPE == AFTER else "found")
    assert line_of(lines, "REST's form of a repository").startswith("missing" if SHAPE == AFTER else "found")
    assert line_of(lines, "deletions (").startswith("found")


def test_every_line_says_one_of_four_things(rows: Rows) -> None:
    assert {line.split()[0] for line in section("--offline")} <= {"found", "missing", "as", "blocked"}


@pytest.mark.parametrize("options", [(), ("--offline",)])
def test_a_vendor_that_sentry_does_not_call_is_named(rows: Rows, settings: Any, options: tuple[str, ...]) -> None:
    settings.SENTRY_DISALLOWED_IPS = ("127.0.0.0/8",)
    line = line_of(section(*options), "blocked")
    assert f"gitlab 'acme' of {rows.organization.slug} (integration {rows.integration.id})" in line
    assert "because 127.0.0.1 is in SENTRY_DISALLOWED_IPS" in line
    assert line.endswith("remove its network from SENTRY_DISALLOWED_IPS.")
    settings.SENTRY_ALLOWED_IPS = ("10.0.0.0/8",)
    assert line_of(section(*options), "blocked").endswith("name the address in SENTRY_ALLOWED_IPS.")
    settings.SENTRY_ALLOWED_IPS = ("127.0.0.1/32",)
    assert not [line for line in section(*options) if "blocked" in line]


def test_a_vendor_by_a_name_is_looked_up_unless_offline(rows: Rows, settings: Any) -> None:
    settings.SENTRY_DISALLOWED_IPS = ("127.0.0.0/8", "::1/128")
    rows.integration.update(metadata={"base_url": "http://localhost:1", "instance": "localhost"})
    assert "Sentry does not call localhost:1, because" in "\n".join(section())
    assert not [line for line in section("--offline") if "blocked" in line]


def test_a_call_to_such_a_vendor_says_why_it_was_not_made(rows: Rows, vendor: Vendor, settings: Any) -> None:
    settings.SENTRY_DISALLOWED_IPS = ("127.0.0.0/8",)
    answer = rows.call("ListCommits", repository_id=rows.repository().id)
    assert (answer.status.name, answer.reason) == ("FAILED_PRECONDITION", "VENDOR_ADDRESS_BLOCKED")
    assert not vendor.asked
