"""The pages of the admin, as the staff sees them: lists, forms, new keys, revoked keys, what is read only."""

from __future__ import annotations

import re
import time
from types import SimpleNamespace
from typing import Any

import grpc
import pytest
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sentry_scm_grpc.auth.brute_force import OF_CREDENTIAL_AND_SOURCE
from sentry_scm_grpc.hosts.embedded import models
from sentry_scm_grpc.rpc import limits
from sentry_scm_grpc.rpc.policy import RPCS
from sentry_scm_grpc.testing import factories
from sentry_scm_grpc.testing.web_call import web_call
from sentry_scm_grpc.v1 import scm_pb2 as pb

MADE_BY = {
    "apikey": factories.ApiKeyFactory,
    "codemapping": factories.CodeMappingFactory,
    "externalissue": factories.ExternalIssueFactory,
    "group": factories.GroupFactory,
    "grouplink": factories.GroupLinkFactory,
    "integration": factories.IntegrationFactory,
    "organization": factories.OrganizationFactory,
    "project": factories.ProjectFactory,
    "repository": factories.RepositoryFactory,
    "trackerissue": factories.TrackerIssueFactory,
    "vendoraccess": factories.VendorAccessFactory,
}


def page(model: str, name: str, *args: Any) -> str:
    return reverse(f"admin:scm_embedded_{model}_{name}", args=args)


@pytest.fixture
def staff(db: None) -> Client:
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("ada"))
    return client


@pytest.mark.parametrize("model", MADE_BY)
@pytest.mark.django_db
def test_who_is_not_logged_in_is_sent_to_the_login(model: str) -> None:
    answer = Client().get(page(model, "changelist"))
    assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/admin/login/")


@pytest.mark.parametrize("model", MADE_BY)
def test_a_list_and_its_search_cost_the_same_queries_for_every_length(staff: Client, model: str) -> None:
    # The second organization makes the filter by organization show from the start.
    rows = [MADE_BY[model](), MADE_BY[model]()]
    url = page(model, "changelist")

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            answer = staff.get(url)
        assert answer.content.count(b'<th class="field-id">') == len(rows)
        assert all(page(model, "change", row.pk) in answer.content.decode() for row in rows)
        return len(seen)

    staff.get(url)
    few = queries()
    rows += [MADE_BY[model]() for _ in range(8)]
    assert queries() == few
    assert staff.get(url, {"q": "nothing has this"}).content.count(b'<th class="field-id">') == 0


@pytest.mark.parametrize("model", MADE_BY)
def test_every_row_has_a_page(staff: Client, model: str) -> None:
    assert staff.get(page(model, "change", MADE_BY[model]().pk)).status_code == 200


def test_a_status_is_filtered_in_words(staff: Client) -> None:
    kept = factories.RepositoryFactory(status=pb.REPOSITORY_STATUS_DISABLED)
    other = factories.RepositoryFactory()
    text = staff.get(page("repository", "changelist"), {"status": pb.REPOSITORY_STATUS_DISABLED}).content.decode()
    assert kept.name in text
    assert other.name not in text
    assert "pending deletion" in text


def test_a_new_key_is_shown_once_and_works(staff: Client) -> None:
    organization = factories.OrganizationFactory()
    given = {"label": "ci", "organization": organization.id, "scopes": ["org:read"], "expires_0": "", "expires_1": ""}
    answer = staff.post(page("apikey", "add"), given)
    found = re.search(r"scm_[0-9a-f]{12}_[A-Za-z0-9_-]{43}", answer.content.decode())
    assert found is not None
    plain = found[0]
    assert "no-store" in answer["Cache-Control"]

    request = RPCS["ListRepositories"].request_class(organization_id=organization.id)
    assert web_call("ListRepositories", request, {"x-api-key": plain}).status is grpc.StatusCode.OK
    row = models.ApiKey.objects.get()
    assert (row.label, row.scopes, row.active) == ("ci", ["org:read"], True)

    # Neither kept for a later page, nor shown there; nor its hash.
    secret = plain.split("_", 2)[2]
    kept = str(staff.cookies) + "".join(str(session.get_decoded()) for session in Session.objects.all())
    later = [staff.get(page("apikey", "changelist")), staff.get(page("apikey", "change", row.id)), staff.get("/admin/")]
    text = kept + "".join(shown.content.decode() for shown in later)
    assert secret not in text
    assert row.hash not in text


def test_a_key_needs_a_scope_that_exists(staff: Client) -> None:
    given = {"organization": factories.OrganizationFactory().id, "scopes": ["org:rule"]}
    answer = staff.post(page("apikey", "add"), given)
    assert "org:rule is not one of the available choices" in answer.content.decode()
    assert not models.ApiKey.objects.exists()


def test_a_revoked_key_lets_nobody_in_and_stays_on_record(staff: Client) -> None:
    row = factories.ApiKeyFactory()
    answer = staff.post(page("apikey", "changelist"), {"action": "revoke", "_selected_action": [row.id]}, follow=True)
    assert "Keys revoked: 1." in answer.content.decode()
    request = RPCS["ListRepositories"].request_class(organization_id=row.organization_id)
    assert web_call("ListRepositories", request, {"x-api-key": row.plain}).reason == "API_KEY_REVOKED"
    assert staff.post(page("apikey", "delete", row.id), {"post": "yes"}).status_code == 403
    assert "Revoked." in staff.get(page("apikey", "history", row.id)).content.decode()


def test_of_a_key_the_label_changes_and_nothing_else(staff: Client) -> None:
    row = factories.ApiKeyFactory(scopes=["org:read"], active=False)
    other = factories.OrganizationFactory()
    given = {"label": "new", "organization": other.id, "scopes": ["org:write"], "active": "on", "prefix": "0" * 12}
    assert staff.post(page("apikey", "change", row.id), given).status_code == 302
    now = models.ApiKey.objects.get(id=row.id)
    assert now.label == "new"
    assert (now.organization_id, now.scopes, now.active) == (row.organization_id, ["org:read"], False)
    assert (now.prefix, now.hash) == (row.prefix, row.hash)


def test_of_a_repository_only_the_status_is_the_operators(staff: Client) -> None:
    row = factories.RepositoryFactory()
    given = {"status": pb.REPOSITORY_STATUS_DISABLED, "name": "other", "external_id": "other", "url": "https://other"}
    assert staff.post(page("repository", "change", row.id), given).status_code == 302
    now = models.Repository.objects.get(id=row.id)
    assert now.status == pb.REPOSITORY_STATUS_DISABLED
    assert (now.name, now.external_id, now.url) == (row.name, row.external_id, row.url)


def test_an_integration_keeps_its_provider_and_the_prefix_of_its_issues(staff: Client) -> None:
    row = factories.IntegrationFactory()
    given = {"status": pb.INTEGRATION_STATUS_DISABLED, "name": "new", "provider_key": "gitlab", "tracker_key": "NEW"}
    assert staff.post(page("integration", "change", row.id), given).status_code == 302
    now = models.Integration.objects.get(id=row.id)
    assert (now.name, now.status) == ("new", pb.INTEGRATION_STATUS_DISABLED)
    assert (now.provider_key, now.tracker_key) == ("git", "DEMO")


def test_what_a_provider_makes_is_not_made_here(staff: Client) -> None:
    for model in ("repository", "externalissue", "trackerissue"):
        assert staff.get(page(model, "add")).status_code == 403
    for model in ("externalissue", "trackerissue"):
        row = MADE_BY[model]()
        assert staff.post(page(model, "change", row.pk), {"title": "other"}).status_code == 403


def test_a_code_mapping_stays_in_its_organization(staff: Client) -> None:
    project = factories.ProjectFactory()
    mine, foreign = factories.RepositoryFactory(organization=project.organization), factories.RepositoryFactory()
    given = {"project": project.id, "repository": foreign.id, "stack_root": "app/", "source_root": "src/"}
    refused = staff.post(page("codemapping", "add"), given)
    assert "of another organization than the project" in refused.content.decode()

    assert staff.post(page("codemapping", "add"), {**given, "repository": mine.id}).status_code == 302
    row = models.CodeMapping.objects.get()
    assert (row.organization_id, row.repository_id) == (project.organization_id, mine.id)

    refused = staff.post(page("codemapping", "change", row.id), given)
    assert "of another organization than the project" in refused.content.decode()
    assert staff.post(page("codemapping", "change", row.id), {"repository": mine.id}).status_code == 302
    again = staff.post(page("codemapping", "add"), {**given, "repository": mine.id, "stack_root": ""})
    assert "already exists" in again.content.decode()


def test_a_link_stays_in_its_organization(staff: Client) -> None:
    issue = factories.ExternalIssueFactory()
    mine, foreign = factories.GroupFactory(organization=issue.organization), factories.GroupFactory()
    refused = staff.post(page("grouplink", "add"), {"group": foreign.id, "external_issue": issue.id})
    assert "of another organization than the group" in refused.content.decode()
    answer = staff.post(page("grouplink", "add"), {"group": mine.id, "external_issue": issue.id})
    assert answer.status_code == 302
    row = models.GroupLink.objects.get()
    assert staff.post(page("grouplink", "delete", row.id), {"post": "yes"}).status_code == 302
    assert not models.GroupLink.objects.exists()


def log_in(name: str, password: str, source: str = "192.0.2.1") -> HttpResponse:
    data = {"username": name, "password": password, "next": "/admin/"}
    return Client().post("/admin/login/", data, REMOTE_ADDR=source)


@pytest.fixture
def minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """The minute in which failures are counted does not end, and nothing was counted in it before."""
    caches["default"].clear()
    now = time.time()
    monkeypatch.setattr(limits, "time", SimpleNamespace(time=lambda: now, monotonic=time.monotonic))


@pytest.mark.usefixtures("db", "minute")
def test_who_guesses_passwords_is_slowed_down_and_nobody_else(caplog: pytest.LogCaptureFixture) -> None:
    get_user_model().objects.create_superuser("ada", password="difference engine")
    assert log_in("ada", "difference engine", source="198.51.100.7").status_code == 302
    for _ in range(OF_CREDENTIAL_AND_SOURCE):
        assert "Please enter the correct username" in log_in("ada", "analytical engine").content.decode()
    # The good one is not looked at either, so a guess that comes to it is not known for one.
    assert "Too many logins have failed" in log_in("ada", "difference engine").content.decode()
    assert log_in("ada", "difference engine", source="198.51.100.7").status_code == 302
    assert "from 192.0.2.1: wrong name or password" in caplog.text
    assert "ada" not in caplog.text
    assert "engine" not in caplog.text


@pytest.mark.usefixtures("db", "minute")
def test_a_login_that_says_nothing_is_no_guess() -> None:
    get_user_model().objects.create_superuser("ada", password="difference engine")
    for _ in range(OF_CREDENTIAL_AND_SOURCE + 1):
        log_in("ada", "")
    assert log_in("ada", "difference engine").status_code == 302


def test_the_pages_bring_their_styles_and_nothing_outside_their_directory(db: None) -> None:
    assert Client().get("/static/admin/css/base.css")["Content-Type"] == "text/css"
    for path in ("../models.py", "%2e%2e/models.py", "/etc/passwd"):
        assert Client().get(f"/static/{path}").status_code in (400, 404)
    assert Client().get("/static/admin/").status_code == 404


def test_no_page_shows_a_credential(staff: Client) -> None:
    access = factories.VendorAccessFactory(secret="tell-nobody", user="ada")
    pages = [page("vendoraccess", "changelist"), page("vendoraccess", "change", access.pk)]
    pages.append(page("integration", "change", access.integration_id))
    shown = "".join(staff.get(address).content.decode() for address in pages)
    assert "https://github.com" in shown
    assert "tell-nobody" not in shown
    assert access.sealed not in shown
    assert staff.get(page("vendoraccess", "add")).status_code == 403
