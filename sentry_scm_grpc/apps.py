"""The Django app. When Django is ready, it protects error reports, registers the servicers and registers the checks."""

from importlib.util import find_spec

from django.apps import AppConfig


class SentryScmGrpcConfig(AppConfig):
    name = "sentry_scm_grpc"
    verbose_name = "Sentry SCM over gRPC"

    def ready(self) -> None:
        # First, before anything here can fail and be reported.
        if find_spec("sentry_sdk") is not None:
            from sentry_scm_grpc.telemetry.error_reports import guard

            guard()

        from sentry_scm_grpc.rpc import database

        database.hold()

        from sentry_scm_grpc import checks  # noqa: F401  (registers the system checks)
        from sentry_scm_grpc.conf import why_off

        # Without sonora or readable settings the site still starts, and the system check says what to do.
        if find_spec("sonora") is not None and not why_off():
            from sentry_scm_grpc.server.site import add_servicers, site_server

            add_servicers(site_server())
