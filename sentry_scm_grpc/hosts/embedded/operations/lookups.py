"""The rows that lookups read."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from django.db.models import Q
from django.db.models.functions import Lower

from sentry_scm_grpc.errors import ScmError
from sentry_scm_grpc.hosts.embedded.adapters import adapter_of_repository
from sentry_scm_grpc.hosts.embedded.messages import code_mapping_message, repository_message
from sentry_scm_grpc.hosts.embedded.models import Organization, Project, Repository
from sentry_scm_grpc.hosts.embedded.rows import CODE_MAPPINGS
from sentry_scm_grpc.hosts.lookups import RepositoryFilter
from sentry_scm_grpc.providers.base import ProviderAdapter
from sentry_scm_grpc.rpc.call import REPOSITORY, Call, not_found
from sentry_scm_grpc.v1 import lookup_pb2 as lookup
from sentry_scm_grpc.v1 import scm_pb2 as pb


class LookupRows:
    def caller_organizations(self, ids: Sequence[int]) -> Iterator[lookup.CallerOrganization]:
        rows = Organization.objects.filter(id__in=ids).order_by("id")
        for id, slug, name in rows.values_list("id", "slug", "name"):
            yield lookup.CallerOrganization(id=id, slug=slug, name=name)

    def caller_projects(self, call: Call, organization_id: int) -> Iterator[lookup.CallerProject]:
        rows = Project.objects.filter(organization=organization_id).order_by("slug")
        for id, slug, name in rows.values_list("id", "slug", "name").iterator():
            yield lookup.CallerProject(id=id, slug=slug, name=name)

    def project_mappings(self, call: Call, project_id: int, limit: int) -> Iterator[pb.CodeMapping]:
        yield from map(code_mapping_message, CODE_MAPPINGS(limit, project_id=project_id))

    def adapters_of(self, call: Call, repository_ids: Collection[int]) -> Mapping[int, ProviderAdapter | ScmError]:
        rows = Repository.objects.filter(organization=call.organization_id, id__in=repository_ids)
        found: dict[int, ProviderAdapter | ScmError] = {
            id: not_found(REPOSITORY, id, "repository_id") for id in repository_ids
        }
        for row in rows.select_related("integration"):
            try:
                found[row.id] = adapter_of_repository(row, call)
            except ScmError as error:
                found[row.id] = error
        return found

    def repositories_like(self, call: Call, wanted: RepositoryFilter) -> Iterator[pb.Repository]:
        rows = Repository.objects.filter(organization=call.organization_id)
        if wanted.integration_id:
            rows = rows.filter(integration=wanted.integration_id)
        rows = rows.annotate(lower_name=Lower("name"), lower_url=Lower("url")).filter(
            Q(id__in=wanted.ids)
            | Q(lower_name__in=wanted.names)
            | Q(lower_url__in=wanted.urls)
            | Q(external_id__in=wanted.external_ids)
        )
        yield from map(repository_message, rows.order_by("id").iterator())
