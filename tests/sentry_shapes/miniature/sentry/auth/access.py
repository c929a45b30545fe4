from types import SimpleNamespace
from typing import Any


def from_request_org_and_scopes(*, request: Any, rpc_user_org_context: Any, scopes: Any) -> Any:
    return SimpleNamespace(scopes=frozenset(scopes), has_project_access=lambda project: True)
