from collections.abc import Sequence
from typing import Any

from sentry.models import Integration, OrganizationIntegration


class _Service:
    def get_integration(self, *, integration_id: int, **_: Any) -> Any:
        return Integration.objects.filter(id=integration_id).first()

    def get_organization_integration(self, *, integration_id: int, organization_id: int) -> Any:
        return OrganizationIntegration.objects.filter(
            integration_id=integration_id, organization_id=organization_id
        ).first()

    def get_integrations(self, *, organization_id: int, providers: Sequence[str] = ()) -> Any:
        found = Integration.objects.filter(organizationintegration__organization_id=organization_id)
        return list(found.filter(provider__in=providers) if providers else found)

    def get_organization_integrations(self, *, organization_id: int, providers: Sequence[str] = ()) -> Any:
        found = OrganizationIntegration.objects.filter(organization_id=organization_id)
        return list(found.filter(integration__provider__in=providers) if providers else found)


integration_service = _Service()
