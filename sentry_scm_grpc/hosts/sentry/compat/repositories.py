"""What Sentry's own endpoints do with a repository, and in which versions they do it differently."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sentry_scm_grpc.errors import Unavailable, Unimplemented
from sentry_scm_grpc.hosts.sentry import compat
from sentry_scm_grpc.hosts.sentry.compat import code_mappings
from sentry_scm_grpc.hosts.sentry.compat.symbols import symbol

_CASCADE = symbol(
    "task that deletes the data of a hidden repository",
    "sentry.tasks.repository:repository_cascade_delete_on_hide",
    without="the app deletes it itself, within the call",
    optional=True,  # Gone since 26.6.
)
_DELETIONS = symbol(
    "deletions",
    "sentry.deletions:get_manager",
    "sentry.deletions:default_manager",
    without="a repository cannot be hidden without that task",
)
_REST = symbol(
    "REST's form of a repository",
    "sentry.integrations.api.endpoints.organization_repository_details:RepositorySerializer",
    "sentry.api.endpoints.organization_repository_details:RepositorySerializer",
    without="UpdateRepository gives no repository another integration, as this Sentry's REST API does not",
    optional=True,  # Gone since 26.6.
)
_SERVICE = symbol(
    "repository service",
    "sentry.integrations.services.repository:repository_service",
    "sentry.services.hybrid_cloud.repository:repository_service",
    without="a webhook that a vendor refused cannot be made later by calling CreateRepository again",
)
# The vendors for which Sentry creates a webhook for each repository.
WITH_WEBHOOKS = ("gitlab", "bitbucket", "bitbucket_server")


def may_move() -> bool:
    """Whether a repository may get another integration. Since 26.4 Sentry's REST API refuses this."""
    form = _REST.find()
    field = None if form is None else form().fields.get("integrationId")
    return field is not None and not field.read_only


def lacks_webhook(provider_key: str, config: Mapping[str, Any], provider: Any) -> bool:
    """Whether a stored repository still needs a webhook that Sentry can create. Since 26.4 Sentry stores the row
    first."""
    return (
        provider_key in WITH_WEBHOOKS
        and not config.get("webhook_id")
        and getattr(provider, "on_create_repository", None) is not None
    )


def make_webhook(provider: Any, organization: Any, repository_id: int) -> None:
    """Makes Sentry create the webhook of a stored repository."""
    stored = _SERVICE.find().get_repository(organization_id=organization.id, id=repository_id)
    provider.on_create_repository(stored, organization)


def deleter_on_hide(check_time: Callable[[], None]) -> tuple[Callable[[int], None], bool]:
    """The function that deletes the commits, pull requests and code mappings of a hidden repository, and whether it
    works at once, in the transaction that hides it. Raises Unimplemented."""
    task = _CASCADE.find()
    if task is not None:
        return lambda id: _queue(task, id), False
    found = _DELETIONS.find()
    manager = found() if callable(found) else found
    if manager is None:
        raise Unimplemented(
            "This Sentry cannot delete the data of a hidden repository from here. Hide it in Sentry.",
            reason="HOST_UNSUPPORTED",
        )
    return lambda id: _delete_children(manager, id, check_time), True


def _queue(task: Any, id: int) -> None:
    try:
        task.apply_async(kwargs={"repo_id": id})
    # The brokers of Celery and its successors have no common error class.
    except Exception as error:
        raise Unavailable(
            "The repository is hidden, but Sentry's queue did not take the deletion of its commits, pull requests and"
            " code mappings. Hide it again to repeat the deletion.",
            reason="DELETION_NOT_QUEUED",
            metadata={"repository_id": str(id)},
        ) from error


def _delete_children(manager: Any, id: int, check_time: Callable[[], None]) -> None:
    mappings = code_mappings.rows().filter(repository_id=id).values_list("id", flat=True)
    children = (
        ("Commit", {"repository_id": id}),
        ("PullRequest", {"repository_id": id}),
        ("RepositoryProjectPathConfig", {"id__in": list(mappings)}),
    )
    for name, query in children:
        _run(manager.get(model=compat.model(name), query=query), check_time)
    repository = compat.model("Repository")
    row = repository.objects.get(id=id)
    # Receivers that other parts of this Sentry have registered.
    for relation_of in manager.dependencies[repository]:
        relation = relation_of(row)
        _run(manager.get(task=relation.task, **relation.params), check_time)


def _run(task: Any, check_time: Callable[[], None]) -> None:
    check_time()
    while task.chunk():
        check_time()
