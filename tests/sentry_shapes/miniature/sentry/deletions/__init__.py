"""Deletions in chunks, by the model or by a task of its own."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from sentry.shapes import AFTER, SHAPE


class Task:
    SIZE = 2

    def __init__(self, manager: Any, model: Any, query: dict[str, Any]) -> None:
        self.manager, self.rows = manager, model.objects.filter(**query)

    def chunk(self) -> bool:
        """Deletes some rows; whether there may be more."""
        found = list(self.rows[: self.SIZE])
        for row in found:
            row.delete()
        return bool(found)


class Manager:
    def __init__(self) -> None:
        self.dependencies: dict[Any, set[Callable[[Any], Any]]] = defaultdict(set)

    def get(self, task: Any = None, **params: Any) -> Any:
        return (task or Task)(manager=self, **params)


_manager = Manager()
if SHAPE == AFTER:

    def get_manager() -> Manager:
        return _manager

else:
    default_manager = _manager

    def delete_children(repository: Any) -> None:
        """What belongs to a repository, for the task that hides one."""
        from sentry.models import Commit, PullRequest, RepositoryProjectPathConfig

        for model in (Commit, PullRequest, RepositoryProjectPathConfig):
            model.objects.filter(repository_id=repository.id).delete()
