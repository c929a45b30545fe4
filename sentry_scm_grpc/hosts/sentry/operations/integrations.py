"""Integrations, as Sentry's integration service has them."""

from __future__ import annotations

from collections.abc import Iterator

from sentry_scm_grpc.errors import FailedPrecondition
from sentry_scm_grpc.hosts.sentry import compat, messages
from sentry_scm_grpc.providers.registry import adapters
from sentry_scm_grpc.providers.vendor.base import Vendor
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.v1 import scm_pb2 as pb


class IntegrationOperations:
    def list_integrations(self, call: Call, request: pb.ListIntegrationsRequest) -> pb.ListIntegrationsResponse:
        # Providers of source code belong to this service, with or without an adapter. A Sentry's chat and incident
        # integrations do not.
        keys = messages.provider_keys(request.provider, request.provider_key) or sorted(
            {*adapters(), *compat.source_code_providers()}
        )
        after = call.cursor or 0
        # An organization has few integrations, and Sentry's service has no pages by id.
        found = [context for context in compat.integration_contexts(call.organization_id, keys) if context.id > after]
        page, more = found[: call.page_size], len(found) > call.page_size
        return pb.ListIntegrationsResponse(
            integrations=[messages.integration(context, call.organization_id) for context in page],
            next_page_token=call.next_page_token(page[-1].id if more else None),
        )

    def try_integrations(self) -> Iterator[tuple[str, Exception | None]]:
        organizations = compat.model("Organization").objects.filter(status=compat.ACTIVE).order_by("id")
        for organization_id, slug in organizations.values_list("id", "slug"):
            for context in compat.integration_contexts(organization_id, list(adapters())):
                name = f"{context.integration.provider} {context.integration.name!r} of {slug}"
                yield f"{name} (integration {context.id})", _try(context, organization_id)


def _try(context: compat.Context, organization_id: int) -> Exception | None:
    if not context.active:
        return FailedPrecondition("It is off or being removed.", reason="INTEGRATION_INACTIVE")
    try:
        installation = compat.installation(context, organization_id)
        adapter = adapters().get(context.integration.provider)
        if adapter is not None and issubclass(adapter, Vendor):
            adapter.try_installation(installation)
        else:
            installation.get_repositories()
    # Sentry's installations raise all kinds of exceptions. The host's map_error knows their meaning.
    except Exception as error:
        return error
    return None
