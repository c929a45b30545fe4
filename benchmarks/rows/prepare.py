"""Makes the rows, and writes the statement and the message of each RPC to a file, for the limit. Run by run.py."""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path
from typing import Any

import django


def main(plans: Path, rows: int) -> None:
    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from sentry_scm_grpc.hosts.embedded.models import Organization, Repository
    from sentry_scm_grpc.hosts.embedded.seed import demo_integration, ensure_demo_organization
    from sentry_scm_grpc.v1 import scm_pb2 as pb

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    key = ensure_demo_organization()
    organization = Organization.objects.get(slug="demo")
    other = Organization.objects.create(slug="other")
    integration = demo_integration()
    Repository.objects.bulk_create(
        Repository(
            organization=owner,
            integration=integration if owner == organization else None,
            name=f"{owner.slug}/repository-{number:04}",
            url=f"https://git.example.com/{owner.slug}/repository-{number:04}",
            provider_key="git",
            external_id=f"/srv/git/{owner.slug}/{number:04}",
            config={"path": f"/srv/git/{owner.slug}/{number:04}"},
            default_branch="main",
        )
        for owner, count in ((organization, rows), (other, 10 * rows))
        for number in range(count)
    )
    names = list(Repository.objects.filter(organization=organization).order_by("name").values_list("name", flat=True))
    first = Repository.objects.get(name=names[0])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    requests: dict[str, Any] = {
        "GetRepository": pb.GetRepositoryRequest(repository_id=first.id),
        "ListRepositories": pb.ListRepositoriesRequest(organization_id=organization.id, page_size=rows),
    }
    found = {
        f"/sentry.integrations.scm.v1.ScmService/{rpc}": plan(rpc, request, key) for rpc, request in requests.items()
    }
    plans.write_text(json.dumps(found))
    print(
        json.dumps(
            {
                "key": key,
                "names": names,
                "repository": first.id,
                "requests": {name: base64.b64encode(r.SerializeToString()).decode() for name, r in requests.items()},
                "json": {
                    "GetRepository": {"repositoryId": str(first.id)},
                    "ListRepositories": {"organizationId": str(organization.id), "pageSize": rows},
                },
            }
        )
    )


def plan(rpc: str, request: Any, key: str) -> dict[str, Any]:
    """The one statement that a call of ours makes once the credential is known, and the message of its answer."""
    from django.db import connection

    from sentry_scm_grpc.testing.web_call import web_call

    statements: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        statements.append((sql, params))
        return execute(sql, params, many, context)

    web_call(rpc, request, {"x-api-key": key})
    with connection.execute_wrapper(note):
        answer = web_call(rpc, request, {"x-api-key": key})
    ((sql, params),) = [found for found in statements if "scm_embedded_repository" in found[0]]
    if connection.vendor == "sqlite":
        sql = sql % (("?",) * len(params))
    message = base64.b64encode(answer.message.SerializeToString()).decode()
    return {"sql": sql, "params": list(params), "message": message}


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
