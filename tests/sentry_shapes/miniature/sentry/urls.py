from django.http import HttpRequest, HttpResponse
from django.urls import path


def page(request: HttpRequest, **kwargs: str) -> HttpResponse:
    return HttpResponse()


urlpatterns = [
    path("", page, name="sentry"),
    path("api/0/organizations/", page, name="sentry-api-0-organizations"),
    path("api/0/organizations/<organization_id_or_slug>/repos/", page, name="sentry-api-0-organization-repositories"),
]
