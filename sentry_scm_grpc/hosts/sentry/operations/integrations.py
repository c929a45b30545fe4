"""Integrations, as Sentry's integration service has them."""

from __future__ import annotations

from sentry_scm_grpc.hosts.sentry import compat, messages
from sentry_scm_grpc.providers.registry import adapters
from sentry_scm_grpc.service.call import Call
from sentry_scm_grpc.v1 import scm_pb2 as pb


class IntegrationOperations:
    def list_integrations(self, call: Call, request: pb.ListIntegrationsRequest) -> pb.ListIntegrationsResponse:
        # Providers with an adapter: a Sentry's chat and incident integrations are no part of this service.
        keys = messages.provider_keys(request.provider, request.provider_key) or list(adapters())
        after = call.cursor or 0
        # An organization has few integrations, and Sentry's service does not page them by id.
        found = [context for context in compat.integration_contexts(call.organization_id, keys) if context.id > after]
        page, more = found[: call.page_size], len(found) > call.page_size
        return pb.ListIntegrationsResponse(
            integrations=[messages.integration(context, call.organization_id) for context in page],
            next_page_token=call.next_page_token(page[-1].id if more else None),
        )
