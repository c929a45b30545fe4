from types import SimpleNamespace
from typing import Any

from sentry.models import Organization


class _Service:
    def get_organization_by_id(self, *, id: int, user_id: int | None = None, **_: Any) -> Any:
        """Everybody is a member of every organization."""
        found = Organization.objects.filter(id=id).first()
        return None if found is None else SimpleNamespace(organization=found, member=SimpleNamespace(user_id=user_id))


organization_service = _Service()
