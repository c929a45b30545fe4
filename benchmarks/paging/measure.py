"""One database: fills it and measures. Prints a JSON list, one object for each list of rows and page size."""

from __future__ import annotations

import json
import os
import sys
import time
from statistics import median
from typing import Any

import django

WARM_UP = 20
PAGE_SIZES = (100, 1000)
# The columns that both databases fill alike, from a number n that counts from 1.
TABLES = {
    "scm_embedded_repository": {
        "id": "n",
        "organization_id": "{organization}",
        "integration_id": "{integration}",
        "name": "'acme/repository-' || {padded}",
        "url": "'https://git.example.com/acme/repository-' || {padded}",
        "provider_key": "'git'",
        "external_id": "'/srv/git/repository-' || {padded}",
        "status": "1",
        "date_added": "CURRENT_TIMESTAMP",
        "config": "{config}",
        "default_branch": "'main'",
    },
    "scm_embedded_codemapping": {
        "id": "n",
        "organization_id": "{organization}",
        "project_id": "{project}",
        "repository_id": "n",
        "stack_root": "'app-' || {padded} || '/'",
        "source_root": "'src/'",
        "default_branch": "'main'",
    },
}
DIALECTS = {
    "sqlite": {
        "numbers": "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {rows})",
        "source": "numbers",
        "padded": "printf('%%07d', n)",
        "config": "'{}'",
    },
    "postgresql": {
        "numbers": "",
        "source": "generate_series(1, {rows}) AS n",
        "padded": "lpad(n::text, 7, '0')",
        "config": "'{}'::jsonb",
    },
}


def main(rows: int, calls: int) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.paging.settings"
    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from sentry_scm_grpc.hosts.embedded import keys
    from sentry_scm_grpc.hosts.embedded.models import Integration, Organization, Project

    call_command("migrate", verbosity=0)
    organization = Organization.objects.create(slug="paging")
    owners = {
        "organization": organization.id,
        "project": Project.objects.create(organization=organization, slug="paging").id,
        "integration": Integration.objects.create(organization=organization, name="paging").id,
    }
    # One more than the largest page after them, so that every page has a next one.
    fill(rows + max(PAGE_SIZES) + 1, owners)
    _, key = keys.make_key(organization, scopes=["org:read"])
    deep_name = [f"acme/repository-{rows:07}", rows]
    lists: list[tuple[str, dict[str, int], Any]] = [
        ("ListRepositories", {}, deep_name),
        ("ListRepositories of an integration", {"integration_id": owners["integration"]}, deep_name),
        ("ListCodeMappings", {}, rows),
    ]
    results = []
    for name, fields, cursor in lists:
        for page_size in PAGE_SIZES:
            times = compare(
                name.split()[0], {"organization_id": organization.id, **fields}, cursor, page_size, key, calls
            )
            offset = by_offset(name, owners["organization"], rows, page_size)
            results.append({"database": connection.vendor, "list": name, "page": page_size, **times, "offset": offset})
    print(json.dumps(results))


def fill(rows: int, owners: dict[str, int]) -> None:
    from django.db import connection

    dialect = {key: value.replace("{rows}", str(rows)) for key, value in DIALECTS[connection.vendor].items()}
    with connection.cursor() as cursor:
        for table, columns in TABLES.items():
            values = ", ".join(columns.values())
            for name, value in {**owners, "padded": dialect["padded"], "config": dialect["config"]}.items():
                values = values.replace("{" + name + "}", str(value))
            cursor.execute(
                f"{dialect['numbers']} INSERT INTO {table} ({', '.join(columns)})"
                f" SELECT {values} FROM {dialect['source']}".replace("%%", "%")
            )
        cursor.execute("ANALYZE")


def compare(rpc: str, fields: dict[str, int], cursor: Any, page_size: int, key: str, calls: int) -> dict[str, float]:
    """The median milliseconds of the first page and of the page after ``cursor``, and their ratio."""
    from sentry_scm_grpc.rpc import paging
    from sentry_scm_grpc.rpc.policy import RPCS

    request_class = RPCS[rpc].request_class
    first = request_class(**fields, page_size=page_size)
    token = paging.sign(RPCS[rpc], fields["organization_id"], first, cursor)
    deep = request_class(**fields, page_size=page_size, page_token=token)
    times: dict[str, list[float]] = {"first": [], "deep": []}
    turns = [("first", first), ("deep", deep)]
    warm_up = min(WARM_UP, calls)
    for number in range(calls + warm_up):
        turns.reverse()
        for name, request in turns:
            took = timed(rpc, request, key, page_size)
            if number >= warm_up:
                times[name].append(took)
    medians = {name: median(values) for name, values in times.items()}
    return {**medians, "ratio": medians["deep"] / medians["first"]}


def timed(rpc: str, request: Any, key: str, page_size: int) -> float:
    from sentry_scm_grpc.testing.web_call import web_call

    start = time.perf_counter()
    answer = web_call(rpc, request, {"x-api-key": key})
    took = (time.perf_counter() - start) * 1000
    (rows,) = (values for name, values in answer.message.ListFields() if name.name != "next_page_token")
    assert len(rows) == page_size, len(rows)
    return took


def by_offset(name: str, organization_id: int, rows: int, page_size: int) -> float:
    """The median milliseconds of the deep page as a bare query with OFFSET."""
    from sentry_scm_grpc.hosts.embedded.models import CodeMapping, Repository

    found: Any
    if name == "ListCodeMappings":
        found = CodeMapping.objects.filter(organization=organization_id).order_by("id")
    else:
        found = Repository.objects.filter(organization=organization_id, status=1).order_by("name", "id")
    times = []
    for _ in range(5):
        start = time.perf_counter()
        assert len(list(found[rows : rows + page_size])) == page_size
        times.append((time.perf_counter() - start) * 1000)
    return median(times)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
