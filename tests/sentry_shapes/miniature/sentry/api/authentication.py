"""REST's authenticators. There is none of organization tokens."""

import base64
from types import SimpleNamespace
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import resolve
from rest_framework.exceptions import AuthenticationFailed

from sentry.models import ApiKey, ApiToken, Organization


def _credential(row: Any, organization_id: int | None, user_id: int | None) -> SimpleNamespace:
    scopes = list(row.scope_list)
    return SimpleNamespace(
        entity_id=row.id, organization_id=organization_id, user_id=user_id, kind="", get_scopes=lambda: scopes
    )


class ApiKeyAuthentication:
    def authenticate(self, request: HttpRequest) -> tuple[Any, Any]:
        key = base64.b64decode(request.META["HTTP_AUTHORIZATION"].split()[1]).decode().rstrip(":")
        row = ApiKey.objects.filter(key=key).first()
        if row is None:
            raise AuthenticationFailed
        return AnonymousUser(), _credential(row, row.organization_id, None)


class UserAuthTokenAuthentication:
    """A token that is bound to an organization is good at addresses of that organization, and at the list of all."""

    def authenticate(self, request: HttpRequest) -> tuple[Any, Any]:
        row = ApiToken.objects.filter(token=request.META["HTTP_AUTHORIZATION"].split()[1]).first()
        if row is None or not row.user.is_active:
            raise AuthenticationFailed
        if row.scoping_organization_id:
            slug = Organization.objects.get(id=row.scoping_organization_id).slug
            found = resolve(request.path_info)
            named = found.kwargs.get("organization_id_or_slug")
            if named not in (None, slug) or (named is None and found.url_name != "sentry-api-0-organizations"):
                raise AuthenticationFailed
        return row.user, _credential(row, row.scoping_organization_id, row.user_id)
