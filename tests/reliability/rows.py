"""python -m tests.reliability.rows DIR fills a new data directory with a row of each resource, and prints what calls
need: for each RPC a request as JSON, and a key."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def main(data: Path) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.scenarios.settings"
    from sentry_scm_grpc.hosts.embedded.data import allow_root, set_up
    from tests.scenarios.seed import make_repository

    data.mkdir(parents=True, exist_ok=True)
    make_repository(data / "greeter")
    allow_root(data, data / "greeter")
    set_up(data, make=True)

    from google.protobuf import json_format

    from sentry_scm_grpc.hosts.embedded import models
    from sentry_scm_grpc.providers.git.adapter import GitAdapter
    from sentry_scm_grpc.rpc import call
    from sentry_scm_grpc.rpc.policy import RPCS
    from sentry_scm_grpc.testing import factories
    from sentry_scm_grpc.testing.every_rpc import sample_request
    from sentry_scm_grpc.v1 import scm_pb2 as pb
    from tests.sites import metadata_of, rows_of

    organization = factories.OrganizationFactory()
    ids = rows_of(organization)
    at = str(data / "greeter")
    models.Repository.objects.filter(id=ids[call.REPOSITORY]).update(config={"path": at}, external_id=at)
    factories.GroupLinkFactory(group_id=ids[call.GROUP], external_issue_id=ids[call.EXTERNAL_ISSUE])
    requests = {}
    for name, rpc in RPCS.items():
        request = sample_request(rpc, ids)
        if name == "CreateRepository":
            request.identifier = at
        if name == "UpdateRepository":
            request.repository.status = pb.REPOSITORY_STATUS_ACTIVE
        if name == "CreateCodeMapping":
            request.stack_root = "elsewhere/"
        if name == "BatchUpsertCodeMappings":
            request.project_id, request.mappings[0].repository_id = ids[call.PROJECT], ids[call.REPOSITORY]
        if name == "DeriveCodeMappings":
            request.stacktrace_paths[:] = ["app/src/app.py"]
        if name in ("CreateBranch", "UpdateBranch", "DeleteBranch"):
            request.name = "made"
        if name == "CreateCommit":
            request.branch = "made"
        if name == "LinkExternalIssue":
            request.external_issue_id = ids[call.EXTERNAL_ISSUE]
        requests[name] = json_format.MessageToDict(request)
    served = (name for name, rpc in RPCS.items() if rpc.writes and (not rpc.needs or GitAdapter.supports(rpc.needs)))
    writes = sorted(served)
    print(json.dumps({"key": metadata_of(organization)["x-api-key"], "requests": requests, "writes": writes}))


def seed(data: Path, environment: Mapping[str, str]) -> dict[str, Any]:
    """What main() prints, from a process of its own."""
    command = [sys.executable, "-m", "tests.reliability.rows", str(data)]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.PIPE, check=True, timeout=120
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]))
