"""The explorer in headless Chromium, from a Sentry that has a policy of its own, logins and customers' domains.

What a person does is in explorer.mjs; what the page does on any site is in tests/clients/explorer.
"""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from sentry.testutils.factories import Factories

from tests.ports import free_port
from tests.sentry_host.providers.installed import repository_of, rows_of
from tests.sentry_host.serving import ROOT, gunicorn
from tests.vendors.gitlab import Fake
from tests.vendors.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("explorer")]

SCRIPT = Path(__file__).with_name("explorer.mjs")
SCENARIOS = re.findall(r'^  async "(.+)"\(', SCRIPT.read_text(), re.MULTILINE)
PASSWORD = "a password of the tests"


@pytest.fixture(scope="module")
def found(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> dict[str, Any]:
    """What the script found, in a Sentry with one organization of GitLab's."""
    fake = Fake()
    with django_db_blocker.unblock():
        rows = rows_of(fake)
        rows.owner.set_password(PASSWORD)
        rows.owner.save()
        stranger = Factories.create_organization()
        at = {
            "key": rows.as_key("org:read", "org:write", "project:read", "event:read")["x-api-key"],
            "keyOfAnother": Factories.create_api_key(stranger, scope_list=["org:read"]).key,
            "keyWithoutScopes": rows.as_key("team:read")["x-api-key"],
            "token": rows.as_owner("org:read")["authorization"].removeprefix("Bearer "),
            "username": rows.owner.username,
            "password": PASSWORD,
            "organizationId": rows.organization.id,
            "slug": rows.organization.slug,
            "repositoryId": repository_of(fake, rows).id,
            "projectId": rows.project.id,
            "message": World().commits[0].title,
        }
    if not (ROOT / "tests/clients/node/node_modules/playwright-core").exists():
        pytest.fail("Playwright is not installed. Run scripts/install-browser.")
    port = free_port()
    environment = {
        "SENTRY_TEST_PG_NAME": connection.settings_dict["NAME"],
        "SENTRY_TEST_EXPLORER": f"sentry.test:{port}",
    }
    log = tmp_path_factory.mktemp("server") / "log"
    with gunicorn("tests.sentry_host.with_gitlab:application", environment, port, log):
        at["url"] = f"http://127.0.0.1:{port}/grpc/"
        at["customersUrl"] = f"http://{rows.organization.slug}.sentry.test:{port}/grpc/"
        ran = subprocess.run(["node", SCRIPT, json.dumps(at)], stdout=subprocess.PIPE, check=True, timeout=240)
    read: dict[str, Any] = json.loads(ran.stdout)
    return read


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_person(found: dict[str, Any], scenario: str) -> None:
    assert found["results"][scenario] == ""


def test_nothing_is_asked_of_another_host_and_no_rule_of_the_policy_is_broken(found: dict[str, Any]) -> None:
    assert found["foreign"] == []
    assert found["violations"] == []
    assert found["errors"] == []
