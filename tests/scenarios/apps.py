"""Registers the scenario service on every door of the site."""

from django.apps import AppConfig


class ScenariosConfig(AppConfig):
    name = "tests.scenarios"

    def ready(self) -> None:
        from sentry_scm_grpc.server.site import site_server
        from tests.scenarios.scenarios_pb2_grpc import add_ScenarioServiceServicer_to_server
        from tests.scenarios.servicer import ScenarioServicer

        add_ScenarioServiceServicer_to_server(ScenarioServicer(), site_server())
