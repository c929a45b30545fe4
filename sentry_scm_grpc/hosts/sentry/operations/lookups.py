"""The rows that lookups read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db.models import Q
from django.db.models.functions import Lower

from sentry_scm_grpc.hosts.lookups import RepositoryFilter
from sentry_scm_grpc.hosts.sentry import compat, messages
from sentry_scm_grpc.hosts.sentry.auth import UserPrincipal
from sentry_scm_grpc.hosts.sentry.rows import CODE_MAPPINGS
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.rpc.principal import Principal
from sentry_scm_grpc.v1 import lookup_pb2 as lookup
from sentry_scm_grpc.v1 import scm_pb2 as pb


class LookupRows:
    def caller_user(self, principal: Principal) -> lookup.CallerUser | None:
        if not isinstance(principal, UserPrincipal):
            return None
        user = principal.user
        return lookup.CallerUser(
            id=user.id,
            username=getattr(user, "username", "") or "",
            name=getattr(user, "name", "") or "",
            is_app=bool(getattr(user, "is_sentry_app", False)),
        )

    def caller_organizations(self, ids: Sequence[int]) -> Iterator[lookup.CallerOrganization]:
        rows = compat.model("Organization").objects.filter(id__in=ids, status=compat.ACTIVE).order_by("id")
        for id, slug, name in rows.values_list("id", "slug", "name"):
            yield lookup.CallerOrganization(id=id, slug=slug, name=name)

    def caller_projects(self, call: Call, organization_id: int) -> Iterator[lookup.CallerProject]:
        rows = compat.model("Project").objects.filter(organization_id=organization_id, status=compat.ACTIVE)
        principal = call.principal
        for row in rows.order_by("slug").iterator():
            call.budget.check()
            if not isinstance(principal, UserPrincipal) or principal.reaches(organization_id, row):
                yield lookup.CallerProject(id=row.id, slug=row.slug, name=row.name or "")

    def project_mappings(self, call: Call, project_id: int, limit: int) -> Iterator[pb.CodeMapping]:
        rows = CODE_MAPPINGS(limit, organization_id=call.organization_id, after_id=0, project_id=project_id)
        yield from map(messages.code_mapping, rows)

    def repositories_like(self, call: Call, wanted: RepositoryFilter) -> Iterator[pb.Repository]:
        rows = compat.model("Repository").objects.filter(organization_id=call.organization_id)
        if wanted.integration_id:
            rows = rows.filter(integration_id=wanted.integration_id)
        rows = rows.annotate(lower_name=Lower("name"), lower_url=Lower("url")).filter(
            Q(id__in=[id for id in wanted.ids if compat.is_id_of("Repository", id)])
            | Q(lower_name__in=wanted.names)
            | Q(lower_url__in=wanted.urls)
            | Q(external_id__in=wanted.external_ids)
        )
        yield from map(messages.repository, rows.order_by("id").iterator())
