"""What the dispatcher does for every RPC alike: matching ids, page tokens, unexpected errors."""

from __future__ import annotations

import logging

import grpc
import pytest
from django.core import signing

from sentry_scm_grpc.hosts import current_host
from sentry_scm_grpc.rpc.policy import RPCS
from sentry_scm_grpc.testing import factories
from sentry_scm_grpc.testing.web_call import web_call
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.sites import metadata_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def organization():
    return factories.OrganizationFactory()


@pytest.fixture
def key(organization):
    return metadata_of(organization)


def test_every_method_is_made_from_the_descriptor():
    from sentry_scm_grpc.dispatch.dispatcher import servicers

    made = {type(servicer).__name__: type(servicer) for servicer, _ in servicers()}
    for name, rpc in RPCS.items():
        servicer = made[rpc.service.rpartition(".")[2] + "Servicer"]
        assert getattr(servicer, name) is not getattr(servicer.__base__, name)
        assert rpc.scopes or rpc.any_credential, name
        assert rpc.resource_fields, f"{name} names no row, so nothing says whose it is"


class TestIdsThatBelongTogether:
    def test_a_repository_of_another_integration(self, organization, key):
        repository = factories.RepositoryFactory(organization=organization)
        mapping = factories.CodeMappingFactory(repository__organization=organization)
        request = pb.GetStacktraceLinkRequest(repository_id=repository.id, code_mapping_id=mapping.id, filepath="a.py")
        answer = web_call("GetStacktraceLink", request, key)
        assert (answer.status, answer.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "IDS_DO_NOT_MATCH")
        assert "code_mapping_id" in answer.violations


class TestTheOrganizationThatIsLeftOut:
    def test_the_answer_is_that_of_the_call_that_names_it(self, organization, key):
        factories.RepositoryFactory.create_batch(3, organization=organization)
        factories.RepositoryFactory()
        named = web_call("ListRepositories", pb.ListRepositoriesRequest(organization_id=organization.id), key)
        left_out = web_call("ListRepositories", pb.ListRepositoriesRequest(), key)
        assert len(named.message.repositories) == 3
        assert left_out.message == named.message

    def test_a_page_token_is_good_with_it_and_without(self, organization, key):
        factories.RepositoryFactory.create_batch(3, organization=organization)
        first = web_call("ListRepositories", pb.ListRepositoriesRequest(page_size=2), key).message
        request = pb.ListRepositoriesRequest(organization_id=organization.id, page_token=first.next_page_token)
        assert len(web_call("ListRepositories", request, key).message.repositories) == 1

    def test_a_repeated_write_is_the_same_with_it_and_without(self, organization, key):
        repository = factories.RepositoryFactory(organization=organization)
        fields = {
            "project_id": factories.ProjectFactory(organization=organization).id,
            "repository_id": repository.id,
            "stack_root": "app/",
            "default_branch": "main",
            "request_id": "one",
        }
        first = web_call("CreateCodeMapping", pb.CreateCodeMappingRequest(**fields), key)
        again = web_call(
            "CreateCodeMapping", pb.CreateCodeMappingRequest(organization_id=organization.id, **fields), key
        )
        assert first.status is grpc.StatusCode.OK
        assert first.message.organization_id == organization.id
        assert again.message == first.message

    def test_another_organization_that_is_named_stays_closed(self, key):
        other = factories.OrganizationFactory()
        answer = web_call("ListRepositories", pb.ListRepositoriesRequest(organization_id=other.id), key)
        assert (answer.status, answer.reason) == (grpc.StatusCode.NOT_FOUND, "ORGANIZATION_NOT_FOUND")


class TestPageTokens:
    @pytest.fixture
    def repositories(self, organization):
        return factories.RepositoryFactory.create_batch(5, organization=organization)

    def list(self, key, organization, **fields):
        return web_call("ListRepositories", pb.ListRepositoriesRequest(organization_id=organization.id, **fields), key)

    def test_pages_follow_each_other_without_loss_or_doubles_while_rows_are_added(
        self, organization, key, repositories
    ):
        names, token = [], ""
        while True:
            page = self.list(key, organization, page_size=2, page_token=token).message
            names += [repository.name for repository in page.repositories]
            # A row before the place reached would shift pages that count rows.
            factories.RepositoryFactory(organization=organization, name=f"aaa/{len(names)}")
            token = page.next_page_token
            if not token:
                break
        assert names == sorted(repository.name for repository in repositories)

    def test_the_page_size_may_change_between_pages(self, organization, key, repositories):
        token = self.list(key, organization, page_size=2).message.next_page_token
        assert len(self.list(key, organization, page_size=10, page_token=token).message.repositories) == 3

    @pytest.mark.parametrize("change", [{"query": "acme"}, {"provider_key": "git"}])
    def test_a_token_is_good_for_its_own_filter_only(self, organization, key, repositories, change):
        token = self.list(key, organization, page_size=2).message.next_page_token
        answer = self.list(key, organization, page_size=2, page_token=token, **change)
        assert (answer.status, answer.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "PAGE_TOKEN_INVALID")
        assert "page_token" in answer.violations

    def test_a_token_is_good_for_its_own_rpc_and_organization_only(self, organization, key, repositories):
        token = self.list(key, organization, page_size=2).message.next_page_token
        other = factories.OrganizationFactory()
        for rpc, request, metadata in [
            ("ListIntegrations", pb.ListIntegrationsRequest(organization_id=organization.id, page_token=token), key),
            (
                "ListRepositories",
                pb.ListRepositoriesRequest(organization_id=other.id, page_token=token),
                metadata_of(other),
            ),
        ]:
            assert web_call(rpc, request, metadata).reason == "PAGE_TOKEN_INVALID"

    @pytest.mark.parametrize(
        "token",
        ["x", "a.b.c", "\N{SNOWMAN}", signing.dumps(["", "zzz"], salt="other")],
        ids=["too short", "in parts", "not ASCII", "signed for something else"],
    )
    def test_a_forged_token_is_refused(self, organization, key, token):
        assert self.list(key, organization, page_token=token).reason == "PAGE_TOKEN_INVALID"

    def test_sizes(self, organization, key, settings):
        settings.SCM_GRPC = {**settings.SCM_GRPC, "PAGE_SIZE": 2, "MAX_PAGE_SIZE": 3}
        factories.RepositoryFactory.create_batch(5, organization=organization)
        assert len(self.list(key, organization).message.repositories) == 2
        assert len(self.list(key, organization, page_size=1000).message.repositories) == 3
        assert "page_size" in self.list(key, organization, page_size=-1).violations


def test_an_unexpected_error_gives_the_caller_an_id_and_the_log_the_rest(organization, key, monkeypatch, caplog):
    def fail(call, request):
        raise RuntimeError("the password is hunter2")

    monkeypatch.setattr(current_host(), "list_repositories", fail, raising=False)
    with caplog.at_level(logging.ERROR, "sentry_scm_grpc"):
        answer = web_call("ListRepositories", pb.ListRepositoriesRequest(organization_id=organization.id), key)
    assert (answer.status, answer.reason) == (grpc.StatusCode.INTERNAL, "INTERNAL")
    assert "hunter2" not in str(answer)
    assert answer.request_id in caplog.text
    assert "hunter2" in caplog.text
