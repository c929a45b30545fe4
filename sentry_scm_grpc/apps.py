"""The Django app: when Django is ready, the servicers are registered and the checks are known."""

from importlib.util import find_spec

from django.apps import AppConfig


class SentryScmGrpcConfig(AppConfig):
    name = "sentry_scm_grpc"
    verbose_name = "Sentry SCM over gRPC"

    def ready(self) -> None:
        from sentry_scm_grpc import checks  # noqa: F401  (registers the system checks)

        # Without sonora the site still starts; the check says what to install.
        if find_spec("sonora") is not None:
            from sentry_scm_grpc.server.site import add_servicers, site_server

            add_servicers(site_server())
