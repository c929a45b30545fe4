"""GetCaller and BatchLookupRepositories on the embedded host."""

from __future__ import annotations

import time
from typing import Any

import grpc
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sentry_scm_grpc.hosts import callers
from sentry_scm_grpc.hosts.embedded import models
from sentry_scm_grpc.rpc.policy import RPCS
from sentry_scm_grpc.testing import factories
from sentry_scm_grpc.testing.web_call import web_call
from sentry_scm_grpc.v1 import lookup_pb2 as lookup
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.auth.signed import key as signing_key
from tests.auth.signed import signed
from tests.hosts.embedded.conftest import Caller

STATUS = grpc.StatusCode


class TestGetCaller:
    def test_a_key_is_told_its_organization_scopes_projects_and_rpcs(
        self, organization: models.Organization, settings: Any
    ) -> None:
        settings.SCM_GRPC = {**settings.SCM_GRPC, "RPCS": ["*", "-ListCommits"]}
        key = factories.ApiKeyFactory(organization=organization, scopes=["org:ci", "event:read"])
        later = factories.ProjectFactory(organization=organization, slug="b")
        first = factories.ProjectFactory(organization=organization, slug="a")
        factories.ProjectFactory()
        answer = web_call("GetCaller", lookup.GetCallerRequest(), {"x-api-key": key.plain}).message
        assert answer.kind == "api-key"
        assert answer.credential == f"api-key:{key.id}"
        assert not answer.HasField("user")
        (mine,) = answer.organizations
        assert (mine.id, mine.slug, mine.name) == (organization.id, organization.slug, organization.name)
        assert list(mine.scopes) == ["event:read", "org:ci"]
        assert [(p.id, p.slug, p.name) for p in mine.projects] == [
            (first.id, "a", first.name),
            (later.id, "b", later.name),
        ]
        assert list(mine.rpcs) == [
            name for name, rpc in RPCS.items() if rpc.any_credential or rpc.scopes & {"org:ci", "event:read"}
        ]
        assert "GetCaller" in mine.rpcs
        assert not answer.incomplete
        assert key.plain not in str(answer)

    def test_an_rpc_is_listed_if_and_only_if_a_call_is_let_in(
        self, organization: models.Organization, settings: Any
    ) -> None:
        settings.SCM_GRPC = {**settings.SCM_GRPC, "RPCS": ["read", "DeleteRepository"]}
        metadata = {"x-api-key": factories.ApiKeyFactory(organization=organization, scopes=["org:read"]).plain}
        listed = set(web_call("GetCaller", lookup.GetCallerRequest(), metadata).message.organizations[0].rpcs)
        row = factories.CodeMappingFactory(repository__organization=organization)
        ids = {"repository_id": row.repository_id, "organization_id": organization.id, "code_mapping_id": row.id}
        for name in ("ListRepositories", "GetRepository", "GetCodeMapping", "DeleteRepository", "CreateCodeMapping"):
            request_class = RPCS[name].request_class
            fields = {field: id for field, id in ids.items() if field in request_class.DESCRIPTOR.fields_by_name}
            refused = web_call(name, request_class(**fields), metadata).status in (
                STATUS.PERMISSION_DENIED,
                STATUS.UNIMPLEMENTED,
            )
            assert refused == (name not in listed), name

    def test_another_organization_is_not_found(self, call: Caller) -> None:
        other = factories.OrganizationFactory()
        assert call("GetCaller", organization_id=other.id).status is STATUS.NOT_FOUND
        assert [found.id for found in call("GetCaller").message.organizations] == [call.organization.id]

    def test_more_projects_than_it_returns_are_said_to_be_left_out(
        self, call: Caller, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(callers, "MAX_PROJECTS", 2)
        factories.ProjectFactory.create_batch(2, organization=call.organization)
        assert not call("GetCaller").message.incomplete
        factories.ProjectFactory(organization=call.organization)
        answer = call("GetCaller").message
        assert len(answer.organizations[0].projects) == 2
        assert (answer.incomplete, answer.incomplete_reason) == (True, "TOO_MANY_PROJECTS")

    def test_a_signing_key_is_told_the_organization_of_its_signature(
        self, organization: models.Organization, settings: Any
    ) -> None:
        settings.DEBUG = True  # One process: a cache of its own does.
        settings.SCM_GRPC = {
            **settings.SCM_GRPC,
            "AUTHENTICATORS": ["hmac"],
            "HMAC_KEYS": {"reports": signing_key([organization.id], scopes=["org:read"])},
        }
        request = lookup.GetCallerRequest()
        answer = web_call("GetCaller", request, signed("GetCaller", request, organization.id)).message
        assert (answer.kind, answer.credential) == ("hmac", "hmac:reports")
        assert [(found.id, list(found.scopes)) for found in answer.organizations] == [(organization.id, ["org:read"])]


WEB = "https://git.example.com/Acme/Rocket"
CLONE_URLS = [
    "https://git.example.com/Acme/Rocket",
    "https://git.example.com/Acme/Rocket.git",
    "https://git.example.com/Acme/Rocket/",
    "http://git.example.com/Acme/Rocket.git",
    "https://ada:secret@GIT.example.com:443/acme/rocket.git",
    "ssh://git@git.example.com/Acme/Rocket.git",
    "ssh://git@git.example.com:2222/acme/rocket",
    "git+ssh://git@Git.Example.Com/Acme/Rocket.git",
    "git@git.example.com:Acme/Rocket.git",
    "git.example.com:acme/rocket",
]
# The address of the web page, and clone urls of the same repository.
VENDORS = [
    ("https://github.com/acme/rocket", ["git@github.com:acme/rocket.git", "ssh://git@ssh.github.com:443/acme/rocket"]),
    ("https://gitlab.com/acme/sub/rocket", ["git@gitlab.com:acme/sub/rocket.git"]),
    ("https://bitbucket.org/acme/rocket", ["https://ada@bitbucket.org/acme/rocket.git"]),
    (
        "https://bitbucket.example.com/projects/ACME/repos/rocket",
        ["ssh://git@bitbucket.example.com:7999/acme/rocket.git", "https://bitbucket.example.com/scm/acme/rocket.git"],
    ),
    (
        "https://bitbucket.example.com/projects/~ADA/repos/rocket/browse",  # As Sentry stores it.
        [
            "ssh://git@bitbucket.example.com:7999/~ada/rocket.git",
            "https://bitbucket.example.com/users/ada/repos/rocket",
        ],
    ),
    ("https://bitbucket.example.com/projects/A/repos/r", ["https://bitbucket.example.com/projects/A/repos/r/browse"]),
    (
        "https://dev.azure.com/acme/space/_git/rocket",
        [
            "git@ssh.dev.azure.com:v3/acme/space/rocket",
            "https://acme@dev.azure.com/acme/space/_git/rocket",
            "https://acme.visualstudio.com/DefaultCollection/space/_git/rocket",
        ],
    ),
]


class TestBatchLookupRepositories:
    def lookup(self, call: Caller, *keys: dict[str, Any], **fields: Any) -> list[Any]:
        message = call("BatchLookupRepositories", repositories=keys, **fields).message
        return [result.repository.id or result.error for result in message.results]

    @pytest.fixture
    def rocket(self, organization: models.Organization) -> models.Repository:
        row: models.Repository = factories.RepositoryFactory(
            organization=organization, name="Acme/Rocket", url=WEB, external_id="17"
        )
        return row

    def test_by_name_external_id_and_url_in_the_order_of_the_request(
        self, call: Caller, rocket: models.Repository
    ) -> None:
        other = factories.RepositoryFactory(organization=call.organization, name="acme/moon", external_id="18")
        keys = [
            {"name": "acme/MOON"},
            {"external_id": "17", "provider_key": "git"},
            {"name": "acme/sun"},
            {"clone_url": WEB},
            {"name": "acme/moon"},
        ]
        found = self.lookup(call, *keys)
        assert found[:2] + found[3:] == [other.id, rocket.id, rocket.id, other.id]
        assert (found[2].code, found[2].reason) == (STATUS.NOT_FOUND.value[0], "REPOSITORY_NOT_FOUND")
        message = call("BatchLookupRepositories", repositories=[{"name": "acme/rocket"}]).message
        assert message.results[0].repository == call("GetRepository", repository_id=rocket.id).message

    @pytest.mark.parametrize("url", CLONE_URLS)
    def test_by_every_form_of_a_clone_url(self, call: Caller, rocket: models.Repository, url: str) -> None:
        assert self.lookup(call, {"clone_url": url}) == [rocket.id]

    @pytest.mark.parametrize(("web", "urls"), VENDORS)
    def test_by_the_clone_urls_of_vendors(self, call: Caller, web: str, urls: list[str]) -> None:
        row = factories.RepositoryFactory(organization=call.organization, url=web)
        assert self.lookup(call, *({"clone_url": url} for url in [web, *urls])) == [row.id] * (len(urls) + 1)

    @pytest.mark.parametrize("stored", ["https://git.example.com/a%20b/c", "https://git.example.com/a b/c"])
    def test_a_path_is_compared_unquoted(self, call: Caller, stored: str) -> None:
        row = factories.RepositoryFactory(organization=call.organization, url=stored)
        keys = ({"clone_url": f"https://git.example.com/{path}/c.git"} for path in ("a%20b", "a b"))
        assert self.lookup(call, *keys) == [row.id] * 2

    @pytest.mark.parametrize("url", ["https://git.example.com/acme", "https://git.example.com/acme/rocket2", "x@y"])
    def test_another_address_is_not_found(self, call: Caller, rocket: models.Repository, url: str) -> None:
        (error,) = self.lookup(call, {"clone_url": url})
        assert error.reason == ("CLONE_URL_UNKNOWN" if url == "x@y" else "REPOSITORY_NOT_FOUND")

    def test_an_address_with_a_nul_is_not_asked_of_the_database(self, call: Caller) -> None:
        """PostgreSQL refuses it as a value."""
        with CaptureQueriesContext(connection) as captured:
            (error,) = self.lookup(call, {"clone_url": "https://git.example.com/a%00b"})
        assert error.reason == "CLONE_URL_UNKNOWN"
        assert not any("\0" in query["sql"] for query in captured.captured_queries)

    def test_long_addresses_do_not_outlast_the_deadline(self, call: Caller) -> None:
        call.metadata = {**call.metadata, "grpc-timeout": "300m"}
        url = "https://" + "ä." * 2700 + "com/x"
        started = time.monotonic()
        found = call("BatchLookupRepositories", repositories=[{"clone_url": url}] * 100)
        assert found.status in (STATUS.OK, STATUS.DEADLINE_EXCEEDED)
        assert time.monotonic() - started < 5

    def test_the_same_case_wins_and_otherwise_it_is_ambiguous(self, call: Caller) -> None:
        rows = [
            factories.RepositoryFactory(organization=call.organization, name=name, url=f"https://x.example.com/{name}")
            for name in ("acme/Rocket", "acme/rocket")
        ]
        ids = sorted(row.id for row in rows)
        *right, by_name, by_url = self.lookup(
            call,
            {"name": "acme/Rocket"},
            {"clone_url": "git@x.example.com:acme/rocket.git"},
            {"name": "ACME/ROCKET"},
            {"clone_url": "https://x.example.com/ACME/ROCKET"},
        )
        assert right == [rows[0].id, rows[1].id]
        for error in (by_name, by_url):
            assert (error.reason, list(error.candidate_ids)) == ("REPOSITORY_AMBIGUOUS", ids)

    def test_provider_key_and_integration_narrow(self, call: Caller) -> None:
        numbered = [
            factories.RepositoryFactory(
                organization=call.organization,
                integration__provider_key=key,
                integration__organization=call.organization,
                provider_key=key,
                external_id="7",
            )
            for key in ("github", "gitlab")
        ]
        (ambiguous,) = self.lookup(call, {"external_id": "7"})
        assert list(ambiguous.candidate_ids) == sorted(row.id for row in numbered)
        keys = ({"external_id": "7", "provider_key": key} for key in ("github", "gitlab"))
        assert self.lookup(call, *keys) == [row.id for row in numbered]
        one = self.lookup(call, {"external_id": "7"}, integration_id=numbered[1].integration_id)
        assert one == [numbered[1].id]

    def test_an_active_one_wins_and_a_hidden_one_is_found(self, call: Caller, rocket: models.Repository) -> None:
        models.Repository.objects.filter(id=rocket.id).update(status=pb.REPOSITORY_STATUS_HIDDEN)
        assert self.lookup(call, {"name": "Acme/Rocket"}) == [rocket.id]
        active = factories.RepositoryFactory(organization=call.organization, name="acme/rocket")
        assert self.lookup(call, {"name": "Acme/Rocket"}) == [active.id]

    def test_another_organizations_repository_is_not_found_and_not_a_candidate(self, call: Caller) -> None:
        values = {"name": "acme/rocket", "url": WEB, "external_id": "17"}
        factories.RepositoryFactory(**values)
        keys = [{"name": "acme/rocket"}, {"clone_url": WEB}, {"external_id": "17"}]
        assert [error.reason for error in self.lookup(call, *keys)] == ["REPOSITORY_NOT_FOUND"] * 3
        mine = factories.RepositoryFactory(organization=call.organization, **values)
        assert self.lookup(call, *keys) == [mine.id] * 3

    def test_an_entry_without_a_key_is_invalid(self, call: Caller) -> None:
        answer = call("BatchLookupRepositories", repositories=[{"name": "a"}, {"provider_key": "git"}, {"name": ""}])
        assert answer.status is STATUS.INVALID_ARGUMENT
        assert set(answer.violations) == {"repositories[1]", "repositories[2]"}
        too_many = call("BatchLookupRepositories", repositories=[{"name": "a"}] * 101)
        assert set(too_many.violations) == {"repositories"}

    @pytest.mark.parametrize("count", [1, 100])
    def test_a_hundred_cost_as_many_queries_as_one(self, call: Caller, count: int) -> None:
        rows = [
            factories.RepositoryFactory(organization=call.organization, url=f"https://dev.azure.com/a/b/_git/r{n}")
            for n in range(count)
        ]
        kinds = [lambda row: {"name": row.name.upper()}, lambda row: {"external_id": row.external_id}]
        kinds.append(lambda row: {"clone_url": f"git@ssh.dev.azure.com:v3/a/b/{row.url.rpartition('/')[2]}"})
        with CaptureQueriesContext(connection) as captured:
            found = self.lookup(call, *(kinds[n % 3](row) for n, row in enumerate(rows)))
        assert found == [row.id for row in rows]
        assert len(captured) == 2 + 1, captured.captured_queries  # The credential, then the rows.
