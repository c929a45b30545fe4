from dataclasses import asdict, dataclass
from typing import Any

from sentry.models import Repository


@dataclass
class RpcRepository:
    id: int
    organization_id: int
    integration_id: int
    external_id: str
    config: dict[str, Any]
    status: int


def of_row(row: Repository) -> RpcRepository:
    return RpcRepository(
        id=row.id,
        organization_id=row.organization_id,
        integration_id=row.integration_id or 0,
        external_id=row.external_id or "",
        config=dict(row.config),
        status=row.status,
    )


class _Service:
    def get_repository(self, *, organization_id: int, id: int) -> RpcRepository | None:
        row = Repository.objects.filter(organization_id=organization_id, id=id).first()
        return None if row is None else of_row(row)

    def update_repository(self, *, organization_id: int, update: RpcRepository) -> None:
        values = asdict(update)
        Repository.objects.filter(organization_id=organization_id, id=values.pop("id")).update(**values)


repository_service = _Service()
