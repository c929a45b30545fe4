"""Operations on integrations."""

from __future__ import annotations

from typing import Any

from sentry_scm_grpc.hosts.embedded.messages import integration_message, provider_keys
from sentry_scm_grpc.hosts.embedded.paging import page_by_id
from sentry_scm_grpc.hosts.embedded.rows import INTEGRATIONS
from sentry_scm_grpc.hosts.listed import Listed
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.v1 import scm_pb2 as pb

LISTED = Listed(
    INTEGRATIONS,
    pb.ListIntegrationsResponse,
    lambda row, answer: answer.integrations.append(integration_message(row)),
)


class IntegrationOperations:
    def list_integrations(self, call: Call, request: pb.ListIntegrationsRequest) -> pb.ListIntegrationsResponse:
        by: dict[str, Any] = {"organization_id": call.organization_id}
        if request.provider:
            by["provider_keys"] = provider_keys(request.provider)
        if request.provider_key:
            by["provider_key"] = request.provider_key
        return page_by_id(call, LISTED, **by)
