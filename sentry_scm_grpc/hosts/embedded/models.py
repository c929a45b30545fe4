"""The rows of the embedded host. Statuses are the numbers of the contract's enums.

Every index here serves a look-up or an order that an RPC uses; the lists page along them.
"""

from __future__ import annotations

from datetime import datetime
from math import inf

from django.db import models
from django.utils import timezone

from sentry_scm_grpc.v1 import scm_pb2 as pb


class Organization(models.Model):
    slug = models.SlugField(max_length=64, unique=True)
    name = models.CharField(max_length=128, blank=True)

    def __str__(self) -> str:
        return self.slug


class Project(models.Model):
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="projects", db_index=False)
    slug = models.SlugField(max_length=64, db_index=False)
    name = models.CharField(max_length=128, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "slug"], name="scm_project_slug")]

    def __str__(self) -> str:
        return self.slug


class Group(models.Model):
    """What Sentry's pages call an issue: events with one cause."""

    class Status(models.TextChoices):
        UNRESOLVED = "unresolved"
        RESOLVED = "resolved"

    project = models.ForeignKey(Project, models.CASCADE, related_name="groups")
    title = models.CharField(max_length=255)
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.UNRESOLVED)

    def __str__(self) -> str:
        return self.title


class Integration(models.Model):
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="integrations", db_index=False)
    #: The entry point of the adapter, such as "git".
    provider_key = models.CharField(max_length=64, default="git")
    name = models.CharField(max_length=255)
    domain = models.CharField(max_length=255, blank=True)
    status = models.PositiveSmallIntegerField(default=pb.INTEGRATION_STATUS_ACTIVE)
    #: How keys in its tracker begin: "DEMO" makes "DEMO-12". Never changed, as keys are kept elsewhere.
    tracker_key = models.CharField(max_length=16, default="ISSUE")
    last_issue_number = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["organization", "id"], name="scm_integration_page")]

    def __str__(self) -> str:
        return self.name


class Repository(models.Model):
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="repositories", db_index=False)
    integration = models.ForeignKey(
        Integration, models.SET_NULL, related_name="repositories", null=True, blank=True, db_index=False
    )
    name = models.CharField(max_length=512)
    url = models.CharField(max_length=2048, blank=True)
    provider_key = models.CharField(max_length=64, blank=True)
    #: The provider's own id for it: unique in its integration, as it means nothing outside.
    external_id = models.CharField(max_length=512)
    status = models.PositiveSmallIntegerField(default=pb.REPOSITORY_STATUS_ACTIVE)
    date_added = models.DateTimeField(default=timezone.now)
    config = models.JSONField(default=dict, blank=True)
    default_branch = models.CharField(max_length=255, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["integration", "external_id"], name="scm_repository_external_id")
        ]
        indexes = [
            models.Index(fields=["organization", "status", "name", "id"], name="scm_repository_page"),
            models.Index(fields=["integration", "status", "name", "id"], name="scm_repository_integration"),
        ]

    def __str__(self) -> str:
        return self.name


class CodeMapping(models.Model):
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="code_mappings", db_index=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="code_mappings", db_index=False)
    repository = models.ForeignKey(Repository, models.CASCADE, related_name="code_mappings", db_index=False)
    stack_root = models.CharField(max_length=2048, blank=True)
    source_root = models.CharField(max_length=2048, blank=True)
    default_branch = models.CharField(max_length=255, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "stack_root"], name="scm_code_mapping_stack_root")]
        indexes = [
            models.Index(fields=["organization", "id"], name="scm_code_mapping_page"),
            models.Index(fields=["project", "id"], name="scm_code_mapping_project"),
            models.Index(fields=["repository", "id"], name="scm_code_mapping_repository"),
        ]

    def __str__(self) -> str:
        return f"{self.stack_root} -> {self.source_root}"


class ExternalIssue(models.Model):
    """An issue of a tracker that the organization knows: created or linked here."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="external_issues", db_index=False)
    integration = models.ForeignKey(Integration, models.CASCADE, related_name="external_issues")
    key = models.CharField(max_length=256)
    title = models.TextField(blank=True)
    description = models.TextField(blank=True)
    web_url = models.CharField(max_length=2048, blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    date_added = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "integration", "key"], name="scm_external_issue_key")
        ]

    def __str__(self) -> str:
        return self.key


class GroupLink(models.Model):
    group = models.ForeignKey(Group, models.CASCADE, related_name="links", db_index=False)
    external_issue = models.ForeignKey(ExternalIssue, models.CASCADE, related_name="links")
    date_added = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "external_issue"], name="scm_group_link")]

    def __str__(self) -> str:
        return f"{self.group_id} -> {self.external_issue_id}"


class TrackerIssue(models.Model):
    """An issue of the tracker that every integration of the embedded host has."""

    integration = models.ForeignKey(Integration, models.CASCADE, related_name="tracker_issues", db_index=False)
    number = models.PositiveIntegerField()
    title = models.TextField()
    description = models.TextField(blank=True)
    state = models.PositiveSmallIntegerField(default=pb.ISSUE_STATE_OPEN)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["integration", "number"], name="scm_tracker_issue_number")]

    def __str__(self) -> str:
        return f"{self.number}: {self.title}"

    @property
    def key(self) -> str:
        return f"{self.integration.tracker_key}-{self.number}"


class ApiKey(models.Model):
    """A key of an organization. keys.py makes, checks and revokes them."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="api_keys")
    label = models.CharField(max_length=128, blank=True)
    #: A list of scope names, such as "org:read".
    scopes = models.JSONField(default=list)
    created = models.DateTimeField(default=timezone.now)
    expires = models.DateTimeField(null=True, blank=True)
    #: Exact to a minute.
    last_used = models.DateTimeField(null=True, blank=True)
    active = models.BooleanField(default=True)
    #: The public part of the key, by which it is found.
    prefix = models.CharField(max_length=12, unique=True)
    hash = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.label or self.prefix

    def state(self) -> str:
        return state_of_key(self.active, self.expires)


def state_of_key(active: bool, expires: datetime | None) -> str:
    """active, expired or revoked."""
    if not active:
        return "revoked"
    return "active" if seconds_until(expires) > 0 else "expired"


def seconds_until(moment: datetime | None) -> float:
    """Infinite where there is none."""
    return inf if moment is None else (moment - timezone.now()).total_seconds()


class VendorAccess(models.Model):
    """How the vendor of an integration is reached without a Sentry: where, as whom, and with what."""

    integration = models.OneToOneField(Integration, models.CASCADE, related_name="access", primary_key=True)
    #: The address of the vendor's web pages, such as https://github.com. The operator's alone.
    address = models.CharField(max_length=512)
    #: The vendor's organization, user, group or workspace.
    account = models.CharField(max_length=255, blank=True)
    #: The kind of the credential, and its user name or app id, which is not secret.
    kind = models.CharField(max_length=16)
    user = models.CharField(max_length=255, blank=True)
    #: The credential, encrypted (sealing.py).
    sealed = models.TextField()
    #: When the credential was given.
    changed = models.DateTimeField(default=timezone.now)
    #: What the vendor told when it was asked last: who the credential acts as, facts of the account, the permissions
    #: (null if it does not tell), and when the credential ends.
    checked = models.DateTimeField(null=True, blank=True)
    identity = models.CharField(max_length=255, blank=True)
    facts = models.JSONField(default=dict, blank=True)
    permissions = models.JSONField(null=True, blank=True)
    expires = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.integration_id}: {self.address} {self.account}".rstrip()
