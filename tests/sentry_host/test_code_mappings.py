"""Code mappings inside Sentry: what Sentry's serializer allows, and nothing else."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from sentry.constants import ObjectStatus
from sentry.models import RepositoryProjectPathConfig
from sentry.testutils.factories import Factories

from sentry_scm_grpc.testing.web_call import web_call
from sentry_scm_grpc.v1 import lookup_pb2 as lookup
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.sentry_host.rows import Rows, user_metadata

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows() -> Rows:
    return Rows()


def create(rows: Rows, repository: Any, metadata: Any = None, **values: Any) -> Any:
    fields = {"stack_root": "app/", "source_root": "src/", "default_branch": "main", **values}
    request = pb.CreateCodeMappingRequest(
        organization_id=rows.organization.id,
        **{"project_id": rows.project.id, "repository_id": repository.id, **fields},
    )
    return web_call("CreateCodeMapping", request, metadata or rows.as_key("org:read"))


def update(rows: Rows, paths: list[str], **values: Any) -> Any:
    request = pb.UpdateCodeMappingRequest(code_mapping=pb.CodeMapping(**values))
    request.update_mask.paths.extend(paths)
    return web_call("UpdateCodeMapping", request, rows.as_key("org:write"))


def test_a_mapping_is_created_as_sentrys_page_creates_it(rows: Rows) -> None:
    repository = rows.repository()
    made = create(rows, repository).message
    row = RepositoryProjectPathConfig.objects.get(id=made.id)
    assert (row.project_id, row.repository_id, row.stack_root) == (rows.project.id, repository.id, "app/")
    assert (row.organization_integration_id, row.integration_id) == (rows.installed.id, rows.integration.id)
    assert row.automatically_generated is False


def test_the_same_stack_root_again_says_which_mapping_has_it(rows: Rows) -> None:
    repository = rows.repository()
    first = create(rows, repository).message
    again = create(rows, repository, source_root="other/")
    assert (again.status, again.metadata) == (grpc.StatusCode.ALREADY_EXISTS, {"code_mapping_id": str(first.id)})


def test_a_repository_without_an_integration_cannot_be_mapped(rows: Rows) -> None:
    answer = create(rows, rows.repository(integration_id=None))
    assert (answer.status, answer.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "NO_INTEGRATION")


@pytest.mark.parametrize("status", [ObjectStatus.HIDDEN, ObjectStatus.PENDING_DELETION])
def test_nothing_is_mapped_to_a_repository_that_cannot_be_read(rows: Rows, status: int) -> None:
    hidden = rows.repository("acme/hidden", status=status)
    mapping = rows.mapping(rows.repository())
    answers = [create(rows, hidden), update(rows, ["repository_id"], id=mapping.id, repository_id=hidden.id)]
    assert [(answer.status, answer.reason) for answer in answers] == [
        (grpc.StatusCode.FAILED_PRECONDITION, "REPOSITORY_INACTIVE")
    ] * 2
    request = lookup.BatchUpsertCodeMappingsRequest(organization_id=rows.organization.id, project_id=rows.project.id)
    request.mappings.add(repository_id=hidden.id, stack_root="new/", default_branch="main")
    (result,) = web_call("BatchUpsertCodeMappings", request, rows.as_key("org:write")).message.results
    assert result.error.reason == "REPOSITORY_INACTIVE"
    assert RepositoryProjectPathConfig.objects.get().repository_id == mapping.repository_id


@pytest.mark.parametrize("field", ["stack_root", "source_root", "default_branch"])
def test_roots_and_branches_have_the_form_that_sentry_wants(rows: Rows, field: str) -> None:
    assert set(create(rows, rows.repository(), **{field: "a b"}).violations) == {field}


def test_the_mask_says_what_changes(rows: Rows) -> None:
    mapping = rows.mapping(rows.repository(), default_branch="main")
    found = update(rows, ["source_root"], id=mapping.id, source_root="lib/", stack_root="ignored/").message
    assert (found.source_root, found.stack_root, found.default_branch) == ("lib/", "app/", "main")


def test_a_mapping_moves_only_to_a_repository_of_its_integration(rows: Rows) -> None:
    mapping = rows.mapping(rows.repository())
    sibling = rows.repository("acme/sibling")
    stranger = rows.repository("acme/stranger", integration_id=None)
    moved = update(rows, ["repository_id"], id=mapping.id, repository_id=sibling.id).message
    assert moved.repository_id == sibling.id
    refused = update(rows, ["repository_id"], id=mapping.id, repository_id=stranger.id)
    assert set(refused.violations) == {"code_mapping.repository_id"}


@pytest.mark.parametrize("path", ["project_id", "repository_id"])
def test_a_mapping_does_not_move_to_another_organization(rows: Rows, path: str) -> None:
    other = Rows()
    foreign = {"project_id": other.project.id, "repository_id": other.repository().id}
    answer = update(rows, [path], id=rows.mapping(rows.repository()).id, **{path: foreign[path]})
    assert (answer.status, answer.metadata) == (grpc.StatusCode.NOT_FOUND, {"field": f"code_mapping.{path}"})


def test_an_update_does_not_take_anothers_stack_root(rows: Rows) -> None:
    repository = rows.repository()
    first, second = rows.mapping(repository), rows.mapping(repository, stack_root="lib/")
    answer = update(rows, ["stack_root"], id=second.id, stack_root="app/")
    assert (answer.status, answer.metadata) == (grpc.StatusCode.ALREADY_EXISTS, {"code_mapping_id": str(first.id)})


def test_a_mapping_that_code_owners_use_is_not_deleted(rows: Rows) -> None:
    mapping = rows.mapping(rows.repository())
    owners = Factories.create_codeowners(rows.project, mapping, raw="* @acme/team")
    request = pb.DeleteCodeMappingRequest(code_mapping_id=mapping.id)
    refused = web_call("DeleteCodeMapping", request, rows.as_key("org:integrations"))
    assert (refused.status, refused.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "CODE_MAPPING_IN_USE")
    owners.delete()
    assert web_call("DeleteCodeMapping", request, rows.as_key("org:integrations")).status is grpc.StatusCode.OK


def test_a_project_that_the_user_cannot_see_is_not_mapped(rows: Rows) -> None:
    rows.organization.update(flags=rows.organization.flags & ~1)  # No open membership.
    member = Factories.create_user()
    Factories.create_member(organization=rows.organization, user=member, role="member", teams=[])
    answer = create(rows, rows.repository(), user_metadata(member, {"org:read"}))
    assert (answer.status, answer.reason) == (grpc.StatusCode.PERMISSION_DENIED, "PROJECT_FORBIDDEN")


def test_mappings_are_listed_by_project_and_repository(rows: Rows) -> None:
    first, second = rows.repository(), rows.repository("acme/second")
    ids = [rows.mapping(first).id, rows.mapping(second, stack_root="b/").id, rows.mapping(second, stack_root="c/").id]
    request = pb.ListCodeMappingsRequest(organization_id=rows.organization.id, page_size=2)
    page = web_call("ListCodeMappings", request, rows.as_key("org:read")).message
    request.page_token = page.next_page_token
    rest = web_call("ListCodeMappings", request, rows.as_key("org:read")).message
    assert [m.id for m in (*page.code_mappings, *rest.code_mappings)] == ids
    of_second = pb.ListCodeMappingsRequest(organization_id=rows.organization.id, repository_id=second.id)
    found = web_call("ListCodeMappings", of_second, rows.as_key("org:read")).message.code_mappings
    assert [m.id for m in found] == ids[1:]
