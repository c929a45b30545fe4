"""Everything in which one Sentry differs from another, found by looking, never by version number.

Written for Sentry 23.7 to today's. Each difference is one function; the rest of the host uses what is the same in all.
Models need no branch: all have the app label "sentry", wherever their module moved. docs/sentry.md says what was run,
and what was only read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from operator import attrgetter
from typing import Any

from django.apps import apps
from django.db import router, transaction


def model(name: str) -> Any:
    """A model of Sentry's, such as "Repository"."""
    return apps.get_model("sentry", name)


def is_id_of(name: str, id: int) -> bool:
    """Whether a number can be the id of such a row: Sentry's fields refuse larger ones by an assertion."""
    largest: int = getattr(model(name)._meta.pk, "MAX_VALUE", 2**63 - 1)
    return 0 < id <= largest


@contextmanager
def atomic(model_class: Any) -> Iterator[None]:
    """A transaction on the database that holds a model: a self-hosted Sentry may have several."""
    with transaction.atomic(router.db_for_write(model_class)):
        yield


@cache
def first_of(*paths: str) -> Any:
    """The first of some "module:name" that there is; None where there is none of them."""
    for path in paths:
        module, _, name = path.partition(":")
        try:
            return attrgetter(name)(import_module(module))
        except (ImportError, AttributeError):
            continue
    return None


def integration_service() -> Any:
    return first_of(
        "sentry.integrations.services.integration:integration_service",
        "sentry.services.hybrid_cloud.integration:integration_service",
    )


def organization_service() -> Any:
    return first_of(
        "sentry.organizations.services.organization:organization_service",
        "sentry.services.hybrid_cloud.organization:organization_service",
    )


def user_token_authentication() -> Any:
    """The REST authenticator of users' tokens."""
    return first_of(
        "sentry.api.authentication:UserAuthTokenAuthentication", "sentry.api.authentication:TokenAuthentication"
    )


@dataclass(frozen=True)
class Context:
    """An integration with its place in one organization, as Sentry's integration service has them."""

    integration: Any
    organization_integration: Any

    @property
    def id(self) -> int:
        return int(self.integration.id)

    @property
    def active(self) -> bool:
        return bool(self.integration.status == ACTIVE and self.organization_integration.status == ACTIVE)


# Sentry's ObjectStatus: the same four numbers in every version; 1 is both "disabled" and "hidden".
ACTIVE, HIDDEN, PENDING_DELETION, DELETION_IN_PROGRESS = range(4)


def integration_context(organization_id: int, integration_id: int) -> Context | None:
    """An integration of an organization, whatever its status; None where the organization has no such."""
    if not is_id_of("Integration", integration_id):
        return None
    service = integration_service()
    integration = service.get_integration(integration_id=integration_id)
    if integration is None:
        return None
    link = service.get_organization_integration(integration_id=integration_id, organization_id=organization_id)
    return None if link is None else Context(integration, link)


def integration_contexts(organization_id: int, providers: Sequence[str]) -> list[Context]:
    """The integrations of an organization, by id; of these providers where there are any. Two queries."""
    service = integration_service()
    filters: dict[str, Any] = {"organization_id": organization_id}
    if providers:
        filters["providers"] = list(providers)
    integrations = {found.id: found for found in service.get_integrations(**filters)}
    links = service.get_organization_integrations(**filters)
    found = [Context(integrations[link.integration_id], link) for link in links if link.integration_id in integrations]
    return sorted(found, key=lambda context: context.id)


def installation(context: Context, organization_id: int) -> Any:
    """Sentry's live object for an integration."""
    return context.integration.get_provider().get_installation(context.integration, organization_id)


def mapped_state(context: Context, organization_id: int, project: str, resolved: bool) -> str:
    """The state that Sentry's own settings of an integration name for a project of the tracker; empty where none."""
    find = getattr(integration_service(), "get_integration_external_project", None)
    if find is not None:
        found = find(organization_id=organization_id, integration_id=context.id, external_id=project)
    else:  # Sentry 23.7 and some after it, which have no silos but in tests.
        link = context.organization_integration.id
        rows = model("IntegrationExternalProject").objects.filter(organization_integration_id=link)
        found = rows.filter(external_id=project).first()
    return "" if found is None else str(found.resolved_status if resolved else found.unresolved_status)


def repository_provider(provider_key: str) -> Any:
    """Sentry's repository provider of an integration; None where the integration has no repositories."""
    from sentry.plugins.base import bindings

    key = f"integrations:{provider_key}"
    provider_class = dict(bindings.get("integration-repository.provider").all()).get(key)
    return None if provider_class is None else provider_class(id=key)


def schedule_deletion(row: Any, *, hours: int, actor: Any) -> None:
    """Has a row deleted later, by Sentry's own clean-up task."""
    scheduled = first_of(
        "sentry.deletions.models.scheduleddeletion:CellScheduledDeletion",
        "sentry.deletions.models.scheduleddeletion:RegionScheduledDeletion",
        "sentry.models.scheduledeletion:RegionScheduledDeletion",
        "sentry.models:RegionScheduledDeletion",
        "sentry.models:ScheduledDeletion",
    )
    scheduled.schedule(row, days=0, hours=hours, actor=actor)


def repository_exists_error() -> Any:
    return first_of("sentry.plugins.providers.integration_repository:RepoExistsError")


def feature_on(name: str, organization: Any, actor: Any) -> bool:
    """Whether a feature is on; one that this Sentry does not know has become unconditional."""
    from sentry import features

    try:
        return bool(features.has(name, organization, actor=actor))
    except Exception as error:
        if type(error).__name__ == "FeatureNotRegistered":
            return True
        raise


def silo_mode() -> str:
    """MONOLITH, REGION (also called CELL) or CONTROL."""
    mode = first_of("sentry.silo.base:SiloMode", "sentry.silo:SiloMode")
    return str(mode.get_current_mode().value).upper() if mode is not None else "MONOLITH"


def user_of(principal: Any) -> Any:
    """The user for Sentry's signals and records: a token's, or nobody."""
    from django.contrib.auth.models import AnonymousUser

    return getattr(principal, "user", None) or AnonymousUser()


def repository_linked(repository: Any, user: Any, sender: Any) -> None:
    """Tells Sentry's receivers of a repository that was added."""
    from sentry.signals import repo_linked

    repo_linked.send_robust(repo=repository, user=user, sender=sender)


def cascade_delete_on_hide(repository_id: int) -> None:
    """Has Sentry delete the commits, pull requests and code mappings of a repository that was hidden."""
    from sentry.tasks.repository import repository_cascade_delete_on_hide

    repository_cascade_delete_on_hide.apply_async(kwargs={"repo_id": repository_id})


def tell_issue_created(call: Any, sender: Any) -> None:
    """Tells Sentry's receivers of an issue that was created."""
    from sentry.signals import integration_issue_created

    _tell(integration_issue_created, call, sender)


def tell_issue_linked(call: Any, sender: Any) -> None:
    """Tells Sentry's receivers of a tracker's issue that was linked for the first time."""
    from sentry.signals import integration_issue_linked

    _tell(integration_issue_linked, call, sender)


def _tell(signal: Any, call: Any, sender: Any) -> None:
    organization = model("Organization").objects.get(id=call.organization_id)
    context = integration_context(call.organization_id, call.adapter.installation.integration.id)
    signal.send_robust(
        integration=None if context is None else context.integration,
        organization=organization,
        user=user_of(call.principal),
        sender=sender,
    )


def store_issue_defaults(installation: Any, project: Any, user: Any, fields: Any) -> None:
    """Remembers the fields of an issue, for Sentry's own form."""
    # Some trackers remember a user's fields too; a key has no user to remember them for.
    if user.id is not None or not installation.get_persisted_user_default_config_fields():
        installation.store_issue_last_defaults(project, user, fields)


def record_issue_activity(group: Any, user: Any, data: Any) -> None:
    """The line in a group's history that says that an issue was created or linked."""
    activity_type = first_of("sentry.types.activity:ActivityType")
    model("Activity").objects.create(
        project=group.project, group=group, type=activity_type.CREATE_ISSUE.value, user_id=user.id, data=data
    )


def set_group_status(group: Any, resolve: bool) -> None:
    """Resolves a group, or opens it again, as Sentry does when a tracker tells it."""
    activity_type = first_of("sentry.types.activity:ActivityType")
    substatus = first_of("sentry.types.group:GroupSubStatus")
    group_status = first_of("sentry.models.group:GroupStatus")
    model("Group").objects.update_group_status(
        groups=[group],
        status=group_status.RESOLVED if resolve else group_status.UNRESOLVED,
        substatus=None if resolve else substatus.ONGOING,
        activity_type=activity_type.SET_RESOLVED if resolve else activity_type.SET_UNRESOLVED,
    )
