"""The native door in a Sentry without gRPC's health checks: the advice leaves Sentry's own packages as they are."""

from __future__ import annotations

from importlib.metadata import version
from importlib.util import find_spec

import pytest
from django.core.management import CommandError, call_command

from sentry_scm_grpc.checks import how_to_install


def test_the_native_door_says_how_to_install_what_it_lacks() -> None:
    assert find_spec("grpc_health") is None, "Sentry has none of its own"
    own = version("grpcio")
    with pytest.raises(CommandError) as caught:
        call_command("run_scm_grpc", bind="127.0.0.1:0")
    assert str(caught.value).endswith(
        f": pip install --no-deps 'grpcio-health-checking=={own}' 'grpcio-reflection=={own}'"
    )


def test_no_advice_lets_pip_change_what_a_sentry_has() -> None:
    assert how_to_install("prometheus-client>=0.20") == "pip install --no-deps 'prometheus-client>=0.20'"
