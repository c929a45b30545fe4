"""Code mappings where they have columns of their own, where they name a ProjectRepository, and where they have both."""

from __future__ import annotations

from threading import Barrier, Thread
from typing import Any

import grpc
import pytest
from django.db import connection, connections
from sentry.models import ProjectCodeOwners, Repository, RepositoryProjectPathConfig
from sentry.shapes import AFTER, BEFORE, SHAPE

from tests.sentry_shapes.conftest import Vendor
from tests.sentry_shapes.rows import Rows


def create(rows: Rows, repository: Repository, **values: Any) -> Any:
    fields = {"stack_root": "app/", "source_root": "src/", "default_branch": "main", **values}
    return rows.call(
        "CreateCodeMapping",
        **{
            "organization_id": rows.organization.id,
            "project_id": rows.project.id,
            "repository_id": repository.id,
            **fields,
        },
    )


def update(rows: Rows, paths: list[str], **values: Any) -> Any:
    return rows.call("UpdateCodeMapping", code_mapping=values, update_mask={"paths": paths})


def kept(id: int) -> tuple[int, int]:
    """The project and the repository of a mapping, wherever this Sentry keeps them. All places must agree."""
    row = RepositoryProjectPathConfig.objects.get(id=id)
    places = set()
    if SHAPE != AFTER:
        places.add((row.project_id, row.repository_id))
    if SHAPE != BEFORE:
        places.add((row.project_repository.project_id, row.project_repository.repository_id))
    (found,) = places
    return found


def test_a_mapping_is_created_where_this_sentry_keeps_it(rows: Rows) -> None:
    repository = rows.repository()
    made = create(rows, repository).message
    assert (made.project_id, made.repository_id) == (rows.project.id, repository.id)
    assert kept(made.id) == (rows.project.id, repository.id)


@pytest.mark.skipif(SHAPE == BEFORE, reason="there are no links of projects and repositories yet")
def test_a_created_mapping_takes_the_link_that_is_there(rows: Rows) -> None:
    from sentry.models.projectrepository import ProjectRepository, ProjectRepositorySource

    repository = rows.repository()
    create(rows, repository)
    create(rows, repository, stack_root="lib/")
    link = ProjectRepository.objects.get(project=rows.project, repository=repository)
    assert link.source == ProjectRepositorySource.MANUAL


def test_a_mapping_is_read_and_found_by_project_and_repository(rows: Rows) -> None:
    first, second, other = rows.repository("a"), rows.repository("b"), rows.make_project("other")
    here, there = rows.mapping(first), rows.mapping(second, other)
    found = rows.call("GetCodeMapping", code_mapping_id=there.id).message
    assert (found.project_id, found.repository_id) == (other.id, second.id)
    organization = {"organization_id": rows.organization.id}
    listed = {
        (): [here.id, there.id],
        (("project_id", rows.project.id),): [here.id],
        (("repository_id", second.id),): [there.id],
        (("project_id", rows.project.id), ("repository_id", second.id)): [],
    }
    for filters, ids in listed.items():
        answer = rows.call("ListCodeMappings", **organization, **dict(filters)).message
        assert [mapping.id for mapping in answer.code_mappings] == ids


def test_mappings_are_listed_page_by_page(rows: Rows) -> None:
    repository = rows.repository()
    ids = [rows.mapping(repository, stack_root=f"{name}/").id for name in "abc"]
    request = {"organization_id": rows.organization.id, "page_size": 2}
    page = rows.call("ListCodeMappings", **request).message
    rest = rows.call("ListCodeMappings", **request, page_token=page.next_page_token).message
    assert [mapping.id for mapping in (*page.code_mappings, *rest.code_mappings)] == ids


def test_a_mapping_moves_to_another_project_and_repository(rows: Rows) -> None:
    mapping = rows.mapping(rows.repository())
    project, repository = rows.make_project("other"), rows.repository("acme/other")
    moved = update(rows, ["project_id"], id=mapping.id, project_id=project.id).message
    assert (moved.project_id, moved.source_root) == (project.id, "src/")
    moved = update(rows, ["repository_id"], id=mapping.id, repository_id=repository.id).message
    assert (moved.project_id, moved.repository_id) == (project.id, repository.id)
    assert kept(mapping.id) == (project.id, repository.id)


def test_a_change_of_the_roots_leaves_the_place(rows: Rows) -> None:
    repository = rows.repository()
    mapping = rows.mapping(repository)
    changed = update(rows, ["source_root"], id=mapping.id, source_root="lib/").message
    assert (changed.source_root, changed.stack_root) == ("lib/", "app/")
    assert kept(mapping.id) == (rows.project.id, repository.id)


@pytest.mark.parametrize("repository", ["the same", "another"])
def test_a_stack_root_is_mapped_once_in_a_project(rows: Rows, repository: str) -> None:
    """Although the constraint of the newest Sentry allows other source roots, and other repositories."""
    first = rows.repository()
    mapping = rows.mapping(first)
    second = first if repository == "the same" else rows.repository("acme/other")
    answer = create(rows, second, source_root="other/")
    assert (answer.status, answer.reason) == (grpc.StatusCode.ALREADY_EXISTS, "CODE_MAPPING_EXISTS")
    assert answer.metadata == {"code_mapping_id": str(mapping.id)}
    # In another project it is free.
    assert create(rows, second, project_id=rows.make_project("other").id).message.id


def test_an_update_takes_no_stack_root_that_is_taken(rows: Rows) -> None:
    repository, other = rows.repository(), rows.make_project("other")
    first, second = rows.mapping(repository), rows.mapping(repository, stack_root="lib/")
    elsewhere = rows.mapping(repository, other)
    taken = update(rows, ["stack_root"], id=second.id, stack_root="app/")
    assert (taken.reason, taken.metadata) == ("CODE_MAPPING_EXISTS", {"code_mapping_id": str(first.id)})
    moved = update(rows, ["project_id"], id=elsewhere.id, project_id=rows.project.id)
    assert (moved.reason, moved.metadata) == ("CODE_MAPPING_EXISTS", {"code_mapping_id": str(first.id)})
    assert update(rows, ["stack_root"], id=first.id, stack_root="app/").message.id == first.id


def test_what_the_database_refuses_for_another_reason_is_no_mapping_that_exists(rows: Rows) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE sentry_repositoryprojectpathconfig ADD CHECK (default_branch <> 'refused')")
    answer = create(rows, rows.repository(), default_branch="refused")
    assert (answer.status, answer.reason) == (grpc.StatusCode.INTERNAL, "INTERNAL")
    assert not RepositoryProjectPathConfig.objects.exists()


def test_a_mapping_is_deleted_unless_code_owners_use_it(rows: Rows) -> None:
    mapping = rows.mapping(rows.repository())
    owners = ProjectCodeOwners.objects.create(repository_project_path_config=mapping)
    refused = rows.call("DeleteCodeMapping", code_mapping_id=mapping.id)
    assert (refused.status, refused.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "CODE_MAPPING_IN_USE")
    owners.delete()
    assert rows.call("DeleteCodeMapping", code_mapping_id=mapping.id).status is grpc.StatusCode.OK
    assert not RepositoryProjectPathConfig.objects.exists()


def test_rows_that_do_not_belong_together_are_refused(rows: Rows) -> None:
    mapping, other = rows.mapping(rows.repository()), rows.repository("acme/other")
    answer = rows.call("GetStacktraceLink", code_mapping_id=mapping.id, repository_id=other.id, filepath="app/a.py")
    assert (answer.status, answer.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "IDS_DO_NOT_MATCH")


def test_another_organizations_mapping_is_not_found(rows: Rows, vendor: Vendor) -> None:
    other = Rows(vendor.address)
    answer = other.call("GetCodeMapping", code_mapping_id=rows.mapping(rows.repository()).id)
    assert answer.status is grpc.StatusCode.NOT_FOUND


def test_derived_mappings_are_stored_once(rows: Rows, vendor: Vendor) -> None:
    repository = rows.repository()
    project = "/api/v4/projects/7"
    found = {"id": 7, "default_branch": "main", "name_with_namespace": "a", "path_with_namespace": "a"}
    vendor.knows(project, {**found, "web_url": "https://gitlab.example.com/a"})
    entry = {"id": "1" * 40, "name": "rocket.py", "type": "blob", "path": "src/web/rocket.py", "mode": "100644"}
    vendor.knows(f"{project}/repository/tree", [entry])
    request = {
        "organization_id": rows.organization.id,
        "project_id": rows.project.id,
        "stacktrace_paths": ["app/web/rocket.py"],
    }
    wanted = rows.call("DeriveCodeMappings", **request).message.mappings
    stored = rows.call("DeriveCodeMappings", **request, store=True).message.mappings
    again = rows.call("DeriveCodeMappings", **request, store=True).message.mappings
    assert [(mapping.id, mapping.stack_root, mapping.source_root) for mapping in wanted] == [(0, "app/", "src/")]
    assert [mapping.id for mapping in stored] == [mapping.id for mapping in again]
    row = RepositoryProjectPathConfig.objects.get()
    assert kept(row.id) == (rows.project.id, repository.id)
    assert row.automatically_generated
    if SHAPE != BEFORE:
        from sentry.models.projectrepository import ProjectRepositorySource

        assert row.project_repository.source == ProjectRepositorySource.AUTO_EVENT


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(5))
def test_of_several_who_map_a_stack_root_at_once_one_does(vendor: Vendor, attempt: int) -> None:
    rows = Rows(vendor.address)
    repositories = [rows.repository(f"acme/{number}") for number in range(4)]
    barrier, answers = Barrier(len(repositories)), []

    def run(repository: Repository) -> None:
        try:
            barrier.wait()
            answers.append(create(rows, repository))
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=(repository,)) for repository in repositories]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status.name for answer in answers) == ["ALREADY_EXISTS"] * 3 + ["OK"]
    row = RepositoryProjectPathConfig.objects.get()
    assert {answer.metadata["code_mapping_id"] for answer in answers if answer.metadata} == {str(row.id)}
