"""contrib/docker: what its files name exists, and its servers listen where the containers publish their ports."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from sentry_scm_grpc.hosts.embedded import cli

ROOT = Path(__file__).parents[2]
DOCKER = ROOT / "contrib/docker"
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load((DOCKER / "compose.yaml").read_text())["services"]


@pytest.mark.parametrize("name", SERVICES)
def test_a_server_listens_at_the_port_that_its_container_publishes(name: str) -> None:
    service = SERVICES[name]
    given = cli.make_parser().parse_args(service["command"])
    (published,) = service["ports"]
    address, _, port = published.rpartition(":")
    assert address.startswith("127.0.0.1:")
    assert given.bind == f"0.0.0.0:{port}"
    assert f"data:{given.data}" in service["volumes"]


def test_the_image_starts_as_the_compose_file_starts_it() -> None:
    text = (DOCKER / "Dockerfile").read_text()
    command = re.search(r"^CMD \[(.+)\]$", text, re.MULTILINE)
    assert command
    assert re.findall(r'"([^"]+)"', command[1]) == SERVICES["web"]["command"]


def test_what_the_build_takes_exists() -> None:
    taken = [line[1:] for line in (DOCKER / "Dockerfile.dockerignore").read_text().splitlines() if line.startswith("!")]
    assert [path for path in taken if not (ROOT / path).exists()] == []
    assert "sentry_scm_grpc" in taken
