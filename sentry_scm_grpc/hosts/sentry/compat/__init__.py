"""All differences between versions of Sentry. They are found by looking for code, never by the version number.

Written for Sentry 23.7 to the newest. Each difference is one function; the rest of the host uses only what all versions
share. Models need no branch: all have the app label "sentry", wherever their module is. docs/how-to/sentry.md says
which versions were run, and which were only read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import router, transaction

from sentry_scm_grpc.hosts.sentry.compat.symbols import symbol

#: The models that the app uses, and what does not work without them.
MODELS = {
    "Organization": "every RPC",
    "Project": "code mappings, and a user's access to projects",
    "Repository": "every RPC of repositories",
    "Commit": "stored commits",
    "CommitFileChange": "stored commits",
    "PullRequest": "hiding a repository where Sentry has no task for it",
    "RepositoryProjectPathConfig": "code mappings",
    "ProjectRepository": "code mappings where they name it, since 26.5",
    "ExternalIssue": "external issues",
    "Group": "external issues of a group",
    "GroupLink": "external issues of a group",
    "Activity": "external issues of a group",
    "Integration": "every RPC that asks a provider",
    "ApiKey": "the command scm_grpc_key",
    "Identity": "nothing but the reason INTEGRATION_UNAUTHORIZED",
    "IntegrationExternalProject": "the states that Sentry's settings map to a tracker's",
    "OrganizationMember": "leaving organization_id out with a user's token",
    "SentryAppInstallation": "leaving organization_id out with an app's token",
}

#: Models without which everything may work.
OPTIONAL_MODELS = frozenset({"ProjectRepository", "OrganizationMember", "SentryAppInstallation"})


def model(name: str) -> Any:
    """A model of Sentry's, such as "Repository"."""
    assert name in MODELS, f"declare {name} in MODELS"
    return apps.get_model("sentry", name)


def is_id_of(name: str, id: int) -> bool:
    """Whether a number can be the id of such a row. Sentry's fields refuse larger numbers with an assertion."""
    largest: int = getattr(model(name)._meta.pk, "MAX_VALUE", 2**63 - 1)
    return 0 < id <= largest


@contextmanager
def atomic(model_class: Any) -> Iterator[None]:
    """A transaction on the database of a model: a self-hosted Sentry may have several."""
    with transaction.atomic(router.db_for_write(model_class)):
        yield


_INTEGRATION_SERVICE = symbol(
    "integration service",
    "sentry.integrations.services.integration:integration_service",
    "sentry.services.hybrid_cloud.integration:integration_service",
    without="no RPC that names an integration or asks a provider works",
)
_ORGANIZATION_SERVICE = symbol(
    "organization service",
    "sentry.organizations.services.organization:organization_service",
    "sentry.services.hybrid_cloud.organization:organization_service",
    without="users' tokens are refused",
)
_API_KEYS = symbol(
    "authenticator of API keys",
    "sentry.api.authentication:ApiKeyAuthentication",
    without="the authenticator api_key does not work",
)
_ORGANIZATION_TOKENS = symbol(
    "authenticator of organization tokens",
    "sentry.api.authentication:OrgAuthTokenAuthentication",
    without="the authenticator org_token does not work",
)
_USER_TOKENS = symbol(
    "authenticator of users' tokens",
    "sentry.api.authentication:UserAuthTokenAuthentication",
    "sentry.api.authentication:TokenAuthentication",
    without="the authenticator user_token does not work",
)
_ACCESS = symbol(
    "access of a user to an organization",
    "sentry.auth.access:from_request_org_and_scopes",
    without="the authenticator user_token does not work",
)
_SILO_MODE = symbol(
    "silo mode",
    "sentry.silo.base:SiloMode",
    "sentry.silo:SiloMode",
    without="a control silo is treated as a whole Sentry",
    optional=True,
)
_PROVIDERS = symbol(
    "repository providers",
    "sentry.plugins.base:bindings",
    without="CreateRepository and every RPC that asks a provider about a repository fail",
)
_SCHEDULED_DELETION = symbol(
    "scheduled deletion",
    "sentry.deletions.models.scheduleddeletion:CellScheduledDeletion",
    "sentry.deletions.models.scheduleddeletion:RegionScheduledDeletion",
    "sentry.models.scheduledeletion:RegionScheduledDeletion",
    "sentry.models:RegionScheduledDeletion",
    "sentry.models:ScheduledDeletion",
    without="DeleteRepository fails",
)
_REPOSITORY_EXISTS = symbol(
    "error for a repository that exists already",
    "sentry.plugins.providers.integration_repository:RepoExistsError",
    without="CreateRepository fails",
)
_FEATURES = symbol("features", "sentry.features:has", without="external issues cannot be created or linked")
_REPOSITORY_LINKED = symbol(
    "signal of an added repository", "sentry.signals:repo_linked", without="CreateRepository fails"
)
_ISSUE_CREATED = symbol(
    "signal of a created issue", "sentry.signals:integration_issue_created", without="CreateExternalIssue fails"
)
_ISSUE_LINKED = symbol(
    "signal of a linked issue", "sentry.signals:integration_issue_linked", without="LinkExternalIssue fails"
)
_METRICS = symbol("metrics", "sentry.utils.metrics", without="each call logs an error, and Sentry's metrics lack it")
_ACTIVITY_TYPE = symbol(
    "kinds of activity",
    "sentry.types.activity:ActivityType",
    without="external issues cannot be linked to groups, nor their status synchronized",
)
_SUBSTATUS = symbol("substatus of groups", "sentry.types.group:GroupSubStatus", without="SyncIssueStatus fails")
_GROUP_STATUS = symbol("status of groups", "sentry.models.group:GroupStatus", without="SyncIssueStatus fails")


def integration_service() -> Any:
    return _INTEGRATION_SERVICE.find()


def organization_service() -> Any:
    return _ORGANIZATION_SERVICE.find()


def api_key_authentication() -> Any:
    """The REST authenticator of organizations' API keys."""
    return _API_KEYS.find()()


def organization_token_authentication() -> Any:
    """The REST authenticator of organizations' tokens."""
    return _ORGANIZATION_TOKENS.find()()


def user_token_authentication() -> Any:
    """The REST authenticator of users' tokens."""
    return _USER_TOKENS.find()()


def rest_path() -> str:
    """A path for REST's authenticators.

    Since 24.12 they check to which endpoint a bound token is sent, and accept the list of organizations for all. The
    app checks the organization.
    """
    return "/api/0/organizations/"


def user_access(request: Any, context: Any, scopes: Any) -> Any:
    """What a user may do in an organization."""
    return _ACCESS.find()(request=request, rpc_user_org_context=context, scopes=scopes)


def organizations_of(user: Any, *, limit: int) -> list[int] | None:
    """The active organizations of a user, or those where an app is installed, by id; at most ``limit``. None if this
    Sentry cannot tell."""
    of_app = bool(getattr(user, "is_sentry_app", False))
    # A region does not store the installations of apps.
    if of_app and silo_mode() != "MONOLITH":
        return None
    try:
        rows = model("SentryAppInstallation" if of_app else "OrganizationMember").objects
    except LookupError:
        return None
    named = rows.filter(**{"sentry_app__proxy_user_id" if of_app else "user_id": user.id})
    ids = list(named.values_list("organization_id", flat=True))
    active = model("Organization").objects.filter(id__in=ids, status=ACTIVE)
    return list(active.order_by("id").values_list("id", flat=True)[:limit])


@dataclass(frozen=True)
class Context:
    """An integration with its place in one organization, as in Sentry's integration service."""

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
    """An integration of an organization, whatever its status. None if the organization does not have it."""
    if not is_id_of("Integration", integration_id):
        return None
    service = integration_service()
    integration = service.get_integration(integration_id=integration_id)
    if integration is None:
        return None
    link = service.get_organization_integration(integration_id=integration_id, organization_id=organization_id)
    return None if link is None else Context(integration, link)


def integration_contexts(organization_id: int, providers: Sequence[str]) -> list[Context]:
    """The integrations of an organization, by id; only those of the given providers, if any. Two queries."""
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
    """The state that Sentry's settings of an integration define for a project of the tracker. Empty if there is
    none."""
    find = getattr(integration_service(), "get_integration_external_project", None)
    if find is not None:
        found = find(organization_id=organization_id, integration_id=context.id, external_id=project)
    else:  # Sentry 23.7 and some after it, which have no silos but in tests.
        link = context.organization_integration.id
        rows = model("IntegrationExternalProject").objects.filter(organization_integration_id=link)
        found = rows.filter(external_id=project).first()
    return "" if found is None else str(found.resolved_status if resolved else found.unresolved_status)


_INTEGRATIONS = "integrations:"


def repository_provider(provider_key: str) -> Any:
    """Sentry's repository provider of an integration. None if the integration has no repositories."""
    key = f"{_INTEGRATIONS}{provider_key}"
    provider_class = _repository_providers().get(key)
    return None if provider_class is None else provider_class(id=key)


def source_code_providers() -> set[str]:
    """The keys of the providers with repositories in this Sentry, with or without an adapter here."""
    return {key.removeprefix(_INTEGRATIONS) for key in _repository_providers() if key.startswith(_INTEGRATIONS)}


def _repository_providers() -> dict[str, Any]:
    return dict(_PROVIDERS.find().get("integration-repository.provider").all())


def schedule_deletion(row: Any, *, hours: int, actor: Any) -> None:
    """Schedules the deletion of a row by Sentry's own clean-up task."""
    _SCHEDULED_DELETION.find().schedule(row, days=0, hours=hours, actor=actor)


def repository_exists_error() -> Any:
    return _REPOSITORY_EXISTS.find()


def feature_on(name: str, organization: Any, actor: Any) -> bool:
    """Whether a feature is on. A feature that this Sentry does not know is always on."""
    try:
        return bool(_FEATURES.find()(name, organization, actor=actor))
    except Exception as error:
        if type(error).__name__ == "FeatureNotRegistered":
            return True
        raise


def silo_mode() -> str:
    """MONOLITH, REGION (also called CELL) or CONTROL."""
    mode = _SILO_MODE.find()
    return str(mode.get_current_mode().value).upper() if mode is not None else "MONOLITH"


def metrics() -> Any:
    """Sentry's own metrics."""
    return _METRICS.find()


def user_of(principal: Any) -> Any:
    """The user for Sentry's signals and records: the token's, or an anonymous one."""
    from django.contrib.auth.models import AnonymousUser

    return getattr(principal, "user", None) or AnonymousUser()


def repository_linked(repository: Any, user: Any, sender: Any) -> None:
    """Notifies Sentry's receivers of an added repository."""
    _REPOSITORY_LINKED.find().send_robust(repo=repository, user=user, sender=sender)


def tell_issue_created(call: Any, sender: Any) -> None:
    """Notifies Sentry's receivers of a created issue."""
    _tell(_ISSUE_CREATED.find(), call, sender)


def tell_issue_linked(call: Any, sender: Any) -> None:
    """Notifies Sentry's receivers of an issue that was linked for the first time."""
    _tell(_ISSUE_LINKED.find(), call, sender)


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
    """Stores the fields of an issue as defaults of Sentry's own form."""
    # Some trackers also store defaults for each user. A key has no user.
    if user.id is not None or not installation.get_persisted_user_default_config_fields():
        installation.store_issue_last_defaults(project, user, fields)


def record_issue_activity(group: Any, user: Any, data: Any) -> None:
    """Adds the line to a group's history that an issue was created or linked."""
    kind = _ACTIVITY_TYPE.find().CREATE_ISSUE.value
    model("Activity").objects.create(project=group.project, group=group, type=kind, user_id=user.id, data=data)


def set_group_status(group: Any, resolve: bool) -> None:
    """Resolves or unresolves a group, as Sentry does when a tracker reports a change."""
    activity_type, group_status = _ACTIVITY_TYPE.find(), _GROUP_STATUS.find()
    model("Group").objects.update_group_status(
        groups=[group],
        status=group_status.RESOLVED if resolve else group_status.UNRESOLVED,
        substatus=None if resolve else _SUBSTATUS.find().ONGOING,
        activity_type=activity_type.SET_RESOLVED if resolve else activity_type.SET_UNRESOLVED,
    )
