"""GetRepositoryPermission: what a user of the vendor may do in a repository."""

from __future__ import annotations

from typing import Any

import grpc
import pytest

from sentry_scm_grpc.v1 import lookup_pb2 as lookup
from tests.vendors import FAKES
from tests.vendors.fake import Reply
from tests.vendors.scenarios.every_cell import FAILURES
from tests.vendors.site import OpenSite, Site

pytestmark = [pytest.mark.django_db, pytest.mark.rpcs("GetRepositoryPermission")]

Status = grpc.StatusCode
# By vendor: the user, then the level, the vendor's word, whether it may be more, and why it is not known.
GITHUB = [
    ("ada", "ADMIN", "admin", False, ""),
    ("bob", "MAINTAIN", "maintain", False, ""),
    ("tim", "TRIAGE", "triage", False, ""),
    ("eve", "READ", "read", False, ""),
    ("zoe", "NONE", "none", False, ""),
    # A role of the organization's own, based on "write".
    ("rel", "WRITE", "releaser", False, ""),
]
TOLD: dict[str, list[tuple[str, str, str, bool, str]]] = {
    "github": GITHUB,
    "github_enterprise": GITHUB,
    "gitlab": [
        ("ada", "ADMIN", "Owner", False, ""),
        ("2", "MAINTAIN", "Maintainer", False, ""),
        ("eve", "READ", "Reporter", False, ""),
        ("zoe", "NONE", "", False, ""),
        ("guest", "NONE", "Guest", False, ""),
    ],
    "bitbucket": [
        ("1:ada", "ADMIN", "admin", False, ""),
        ("1:bob", "WRITE", "write", False, ""),
        ("{0e}", "READ", "read", False, ""),
        ("1:zoe", "NONE", "", False, ""),
    ],
    "bitbucket_server": [
        ("ada", "ADMIN", "REPO_ADMIN", False, ""),
        # The higher of two, and no other user whose name begins alike.
        ("Bob", "WRITE", "PROJECT_WRITE", True, ""),
        ("eve", "READ", "PROJECT_READ", True, ""),
        ("zoe", "UNSPECIFIED", "", False, "GROUPS_NOT_TOLD"),
    ],
}


def asked(site: Site, user: str) -> Any:
    return site.call("GetRepositoryPermission", lookup.GetRepositoryPermissionRequest(user=user))


def test_each_level_as_the_vendor_tells_it(vendor: Site) -> None:
    for user, level, role, at_least, unknown in TOLD[vendor.fake.key]:
        answer = asked(vendor, user).message
        assert (answer.repository_id, answer.user) == (vendor.repository.id, user)
        name = lookup.RepositoryAccessLevel.Name(answer.level).removeprefix("REPOSITORY_ACCESS_LEVEL_")
        assert (name, answer.role, answer.at_least, answer.unknown_reason) == (level, role, at_least, unknown), user


@pytest.mark.parametrize("key", ["github", "gitlab"])
def test_a_user_that_nobody_has_is_not_found(open_site: OpenSite, key: str) -> None:
    with open_site(FAKES[key]()) as site:
        answer = asked(site, "nobody")
        assert (answer.status, answer.reason) == (Status.NOT_FOUND, "USER_NOT_FOUND")


@pytest.mark.parametrize("key", ["gitlab", "bitbucket"])
def test_others_may_read_what_is_public(open_site: OpenSite, key: str) -> None:
    fake: Any = FAKES[key]()
    fake.visibility, fake.private = "public", False
    with open_site(fake) as site:
        answer = asked(site, {"gitlab": "zoe", "bitbucket": "1:zoe"}[key]).message
        assert answer.level == lookup.REPOSITORY_ACCESS_LEVEL_READ


@pytest.mark.parametrize("user", ['x" OR user.uuid!="', "a b", "..", "a/../../b"])
def test_a_users_text_leads_nowhere_else(vendor: Site, user: str) -> None:
    assert vendor.repository
    answer = asked(vendor, user)
    level = None if answer.status is not Status.OK else answer.message.level
    nothing = (lookup.REPOSITORY_ACCESS_LEVEL_UNSPECIFIED, lookup.REPOSITORY_ACCESS_LEVEL_NONE)
    assert level in nothing or answer.status in (Status.NOT_FOUND, Status.INVALID_ARGUMENT), answer


@pytest.mark.parametrize(("status", "expected"), FAILURES.items())
def test_what_the_vendor_refuses_is_an_error(vendor: Site, status: int, expected: Any) -> None:
    assert vendor.repository
    vendor.fake.forced = lambda request: Reply({"message": "?"}, status)
    answer = asked(vendor, TOLD[vendor.fake.key][0][0])
    assert (answer.status, answer.reason) == expected


def test_a_lost_repository_is_not_a_user_who_may_do_nothing(vendor: Site) -> None:
    assert vendor.repository
    vendor.fake.forced = lambda request: Reply(vendor.fake.not_found, 404)
    answer = asked(vendor, TOLD[vendor.fake.key][0][0])
    assert (answer.status, answer.reason) == (Status.NOT_FOUND, "VENDOR_NOT_FOUND")
