"""A further service is a proto file and a line: everything else reads the descriptors."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from sentry_scm_grpc.rpc import policy
from sentry_scm_grpc.v1 import scm_pb2

ROOT = Path(__file__).parents[2]


def test_every_part_of_a_site_knows_a_further_service() -> None:
    command = [sys.executable, "-m", "tests.rpc.probe.site"]
    made = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=120).stdout
    package = "sentry.integrations.scm.v1"
    assert json.loads(made.splitlines()[-1]) == {
        "services": sorted([f"{package}.ProbeService", *policy.SERVICES]),
        "off": "UNIMPLEMENTED",
        "on": "OK",
        "other service": "UNIMPLEMENTED",
        "no credentials": "UNAUTHENTICATED",
        "settings": True,
        "explorer": ["ProbeRepository"],
        "client": True,
    }


def test_two_services_may_not_name_an_rpc_alike() -> None:
    with pytest.raises(ValueError, match="have the same name"):
        policy.add_services(SimpleNamespace(DESCRIPTOR=scm_pb2.DESCRIPTOR))  # type: ignore[arg-type]
