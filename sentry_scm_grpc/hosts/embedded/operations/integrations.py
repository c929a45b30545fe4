"""Operations on integrations."""

from __future__ import annotations

from sentry_scm_grpc.hosts.embedded.messages import integration_message, provider_keys
from sentry_scm_grpc.hosts.embedded.models import Integration
from sentry_scm_grpc.hosts.embedded.paging import page_by_id
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.v1 import scm_pb2 as pb


class IntegrationOperations:
    def list_integrations(self, call: Call, request: pb.ListIntegrationsRequest) -> pb.ListIntegrationsResponse:
        rows = Integration.objects.filter(organization=call.organization_id)
        if request.provider:
            rows = rows.filter(provider_key__in=provider_keys(request.provider))
        if request.provider_key:
            rows = rows.filter(provider_key=request.provider_key)
        page, token = page_by_id(call, rows)
        return pb.ListIntegrationsResponse(integrations=map(integration_message, page), next_page_token=token)
