"""Pages of Django's admin for the rows of the embedded host. Read only where a provider or the server owns a value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.html import format_html

from sentry_scm_grpc.conf import conf
from sentry_scm_grpc.errors import ScmError
from sentry_scm_grpc.hosts.embedded import credentials, keys, models
from sentry_scm_grpc.rpc.policy import RPCS
from sentry_scm_grpc.v1 import scm_pb2 as pb

if TYPE_CHECKING:
    # Django 3.2's classes take no type parameters.
    ModelAdmin = admin.ModelAdmin[Any]
    ModelForm = forms.ModelForm[Any]
    Rows = QuerySet[Any]
else:
    ModelAdmin, ModelForm, Rows = admin.ModelAdmin, forms.ModelForm, QuerySet

SCOPES = sorted(set().union(*(rpc.scopes for rpc in RPCS.values())))


def _names(enum: Any, prefix: str) -> list[tuple[int, str]]:
    """The values of an enum of the contract, in words; not the one for "unspecified"."""
    return [(number, name[len(prefix) :].lower().replace("_", " ")) for name, number in enum.items() if number]


INTEGRATION_STATUSES = _names(pb.IntegrationStatus, "INTEGRATION_STATUS_")
REPOSITORY_STATUSES = _names(pb.RepositoryStatus, "REPOSITORY_STATUS_")
ISSUE_STATES = _names(pb.IssueState, "ISSUE_STATE_")


class _NumberFilter(admin.SimpleListFilter):
    """Filters by a number of an enum, shown in words; a subclass has the field's name and its choices."""

    choices_: ClassVar[list[tuple[int, str]]]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        return list(self.choices_)

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        known = {str(number) for number, _ in self.choices_}
        value = self.value()
        return queryset.filter(**{str(self.parameter_name): value}) if value in known else queryset


class IntegrationStatusFilter(_NumberFilter):
    title = parameter_name = "status"
    choices_ = INTEGRATION_STATUSES


class RepositoryStatusFilter(_NumberFilter):
    title = parameter_name = "status"
    choices_ = REPOSITORY_STATUSES


class IssueStateFilter(_NumberFilter):
    title = parameter_name = "state"
    choices_ = ISSUE_STATES


class _Admin(ModelAdmin):
    #: Fields that are given when a row is made, and never changed.
    fixed_fields: ClassVar[tuple[str, ...]] = ()
    # Counting all rows beside those found costs a scan of the table.
    show_full_result_count = False
    list_per_page = 50

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        return (*self.readonly_fields, *(() if obj is None else self.fixed_fields))


class _OwnedElsewhere(_Admin):
    """Rows that a provider makes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(models.Organization)
class OrganizationAdmin(_Admin):
    list_display = ("id", "slug", "name")
    list_display_links = ("id", "slug")
    search_fields = ("slug", "name")
    ordering = ("slug",)


@admin.register(models.Project)
class ProjectAdmin(_Admin):
    list_display = ("id", "slug", "name", "organization")
    list_display_links = ("id", "slug")
    list_select_related = ("organization",)
    list_filter = ("organization",)
    search_fields = ("slug", "name", "organization__slug")
    autocomplete_fields = ("organization",)
    fixed_fields = ("organization",)
    ordering = ("slug", "id")


@admin.register(models.Group)
class GroupAdmin(_Admin):
    list_display = ("id", "title", "project", "status")
    list_display_links = ("id", "title")
    list_select_related = ("project",)
    list_filter = ("status", "project__organization")
    search_fields = ("title", "project__slug")
    autocomplete_fields = ("project",)
    fixed_fields = ("project",)
    ordering = ("-id",)


class IntegrationForm(ModelForm):
    status = forms.TypedChoiceField(coerce=int, choices=INTEGRATION_STATUSES, initial=pb.INTEGRATION_STATUS_ACTIVE)


@admin.register(models.Integration)
class IntegrationAdmin(_Admin):
    form = IntegrationForm
    list_display = ("id", "name", "provider_key", "organization", "status_name")
    list_display_links = ("id", "name")
    list_select_related = ("organization",)
    list_filter = (IntegrationStatusFilter, "provider_key", "organization")
    search_fields = ("name", "domain", "organization__slug")
    autocomplete_fields = ("organization",)
    readonly_fields = ("last_issue_number",)
    # Keys of issues are kept elsewhere, and repositories are of one provider.
    fixed_fields = ("organization", "provider_key", "tracker_key")
    ordering = ("id",)

    @admin.display(description="status", ordering="status")
    def status_name(self, row: models.Integration) -> str:
        return dict(INTEGRATION_STATUSES).get(row.status, str(row.status))


@admin.register(models.VendorAccess)
class VendorAccessAdmin(_OwnedElsewhere):
    """How vendors are reached. A credential is given to 'integrations add' and 'integrations rotate', never to a page,
    and no page shows it."""

    list_display = ("id", "integration", "address", "account", "kind", "user", "identity", "expires", "checked")
    list_select_related = ("integration",)
    list_filter = ("integration__provider_key", "kind")
    search_fields = ("address", "account", "integration__name")
    fields = (
        *("integration", "address", "account", "kind", "user", "changed"),
        *("checked", "identity", "permissions", "expires"),
    )
    ordering = ("integration",)
    actions = ("ask_vendor",)

    @admin.display(description="id", ordering="integration")
    def id(self, row: models.VendorAccess) -> int:
        return row.integration_id

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    @admin.action(description="Ask the vendor what selected credentials may do", permissions=["view"])
    def ask_vendor(self, request: HttpRequest, queryset: Rows) -> None:
        for row in queryset.select_related("integration"):
            try:
                credentials.check(row.integration)
            except ScmError as error:
                self.message_user(request, f"{row.integration}: {error.message}", messages.ERROR)
            else:
                self.message_user(request, f"{row.integration}: the vendor accepts the credential.", messages.SUCCESS)


class RepositoryForm(ModelForm):
    status = forms.TypedChoiceField(coerce=int, choices=REPOSITORY_STATUSES)


@admin.register(models.Repository)
class RepositoryAdmin(_OwnedElsewhere):
    """Only the status is the operator's. SyncRepository reads the rest from the provider."""

    form = RepositoryForm
    list_display = ("id", "name", "provider_key", "organization", "status_name", "date_added")
    list_display_links = ("id", "name")
    list_select_related = ("organization",)
    list_filter = (RepositoryStatusFilter, "provider_key", "organization")
    search_fields = ("name", "url", "external_id", "organization__slug")
    readonly_fields = (
        *("name", "organization", "integration", "provider_key", "external_id"),
        *("url", "default_branch", "config", "date_added"),
    )
    fields = ("status", *readonly_fields)
    ordering = ("-id",)

    @admin.display(description="status", ordering="status")
    def status_name(self, row: models.Repository) -> str:
        return dict(REPOSITORY_STATUSES).get(row.status, str(row.status))


class CodeMappingForm(ModelForm):
    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        # Of a mapping that is there, the project is fixed and not in the form.
        project = cleaned.get("project") or (self.instance.project if self.instance.pk else None)
        repository = cleaned.get("repository")
        if project and repository:
            if project.organization_id != repository.organization_id:
                raise ValidationError("The repository is of another organization than the project. Choose one of its.")
            # Before the model's own checks, which want it.
            self.instance.organization_id = project.organization_id
        return cleaned


@admin.register(models.CodeMapping)
class CodeMappingAdmin(_Admin):
    form = CodeMappingForm
    list_display = ("id", "stack_root", "source_root", "project", "repository", "default_branch")
    list_display_links = ("id", "stack_root")
    list_select_related = ("project", "repository")
    list_filter = ("organization",)
    search_fields = ("stack_root", "source_root", "project__slug", "repository__name")
    fields = ("project", "repository", "stack_root", "source_root", "default_branch")
    autocomplete_fields = ("project", "repository")
    fixed_fields = ("project",)
    ordering = ("-id",)


@admin.register(models.ExternalIssue)
class ExternalIssueAdmin(_OwnedElsewhere):
    """The tracker owns what they say; to delete one is to forget it and its links."""

    list_display = ("id", "key", "title", "integration", "organization", "date_added")
    list_display_links = ("id", "key")
    list_select_related = ("integration", "organization")
    list_filter = ("organization",)
    search_fields = ("key", "title", "organization__slug")
    ordering = ("-id",)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class GroupLinkForm(ModelForm):
    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        group, issue = cleaned.get("group"), cleaned.get("external_issue")
        if group and issue and group.project.organization_id != issue.organization_id:
            raise ValidationError("The external issue is of another organization than the group. Choose one of its.")
        return cleaned


@admin.register(models.GroupLink)
class GroupLinkAdmin(_Admin):
    """Made and deleted, never changed."""

    form = GroupLinkForm
    list_display = ("id", "group", "external_issue", "date_added")
    list_select_related = ("group", "external_issue")
    list_filter = ("external_issue__organization",)
    search_fields = ("group__title", "external_issue__key")
    autocomplete_fields = ("group", "external_issue")
    readonly_fields = ("date_added",)
    ordering = ("-id",)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(models.TrackerIssue)
class TrackerIssueAdmin(_OwnedElsewhere):
    list_display = ("id", "key", "title", "integration", "state_name")
    list_display_links = ("id", "key")
    list_select_related = ("integration",)
    list_filter = (IssueStateFilter, "integration")
    search_fields = ("=number", "title")
    fields = ("key", "title", "description", "state_name", "integration")
    ordering = ("-id",)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    @admin.display(description="state", ordering="state")
    def state_name(self, row: models.TrackerIssue) -> str:
        return dict(ISSUE_STATES).get(row.state, str(row.state))


class ApiKeyForm(ModelForm):
    scopes = forms.MultipleChoiceField(
        choices=[(scope, scope) for scope in SCOPES], widget=forms.CheckboxSelectMultiple
    )


@admin.register(models.ApiKey)
class ApiKeyAdmin(_Admin):
    """A key is shown once, in the answer to the form that makes it, and stored nowhere: not in a message either,
    which would be kept in a cookie. A key is revoked and stays on record."""

    form = ApiKeyForm
    list_display = ("id", "label", "prefix", "organization", "state", "last_used", "expires")
    list_display_links = ("id", "label", "prefix")
    list_select_related = ("organization",)
    list_filter = ("active", "organization")
    search_fields = ("label", "=prefix", "organization__slug")
    autocomplete_fields = ("organization",)
    fixed_fields = ("organization", "scopes", "expires")
    readonly_fields = ("prefix", "state", "created", "last_used")
    ordering = ("-id",)
    actions = ("revoke",)

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        given = ("label", "organization", "scopes", "expires")
        return given if obj is None else (*given, *self.readonly_fields)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: models.ApiKey, form: Any, change: bool) -> None:
        if not change:
            plain, obj.prefix, obj.hash = keys.new_secret()
            # For response_add, in this request.
            vars(obj)["plain"] = plain
            obj.scopes = sorted(obj.scopes)
        super().save_model(request, obj, form, change)

    def response_add(
        self, request: HttpRequest, obj: models.ApiKey, post_url_continue: str | None = None
    ) -> HttpResponse:
        content = format_html(
            '<p>This is the only time the key is shown. Copy it now.</p><p><code id="key">{}</code></p>'
            '<p><a href="../">Back to the keys</a></p>',
            vars(obj)["plain"],
        )
        context = {**self.admin_site.each_context(request), "title": f"The key {obj}", "content": content}
        return TemplateResponse(request, "admin/base_site.html", context)

    @admin.action(description="Revoke selected keys", permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: Rows) -> None:
        rows = list(queryset.filter(active=True))
        for row in rows:
            keys.revoke(row.id)
            self.log_change(request, row, "Revoked.")
        seconds = conf().CREDENTIAL_CACHE_SECONDS
        text = f"Keys revoked: {len(rows)}. No call gets in with them after {seconds} seconds."
        self.message_user(request, text, messages.SUCCESS)
