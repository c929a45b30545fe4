from types import SimpleNamespace
from typing import Any

from sentry.deletions import delete_children
from sentry.models import Repository
from sentry.shapes import AFTER, SHAPE

if SHAPE == AFTER:
    raise ImportError("The task is gone.")


def _run(kwargs: dict[str, Any]) -> None:
    delete_children(Repository.objects.get(id=kwargs["repo_id"]))


#: Runs at once, not in a queue.
repository_cascade_delete_on_hide = SimpleNamespace(apply_async=_run)
