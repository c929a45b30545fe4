"""Fills a new database of a Sentry and prints, as JSON, what there is to read. Run by run.py."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

REPOSITORIES = 100
COMMITS = 1000


class _NoMigrations(dict[str, Any]):
    """Tables from the models, as the tests make them: a second in place of a minute."""

    def __contains__(self, app: object) -> bool:
        return True

    def __getitem__(self, app: str) -> None:
        return None


def main() -> None:
    from sentry.runner import configure

    configure()
    from django.conf import settings
    from django.core.management import call_command
    from django.utils import timezone

    settings.MIGRATION_MODULES = _NoMigrations()
    call_command("migrate", run_syncdb=True, verbosity=0)
    from sentry.models import ApiKey, Commit, CommitAuthor, Integration, Organization, Repository

    organization = Organization.objects.create(name="acme", slug="acme")
    integration = Integration.objects.create(provider="github", external_id="1", name="acme")
    integration.add_organization(organization)
    rows = [
        Repository.objects.create(
            organization_id=organization.id,
            name=f"acme/repository-{number:03}",
            url=f"https://github.com/acme/repository-{number:03}",
            provider="integrations:github",
            external_id=str(number),
            config={"name": f"acme/repository-{number:03}"},
            # The first has the commits: with an integration, the provider would list them.
            integration_id=integration.id if number else None,
        )
        for number in range(REPOSITORIES)
    ]
    author = CommitAuthor.objects.create(organization_id=organization.id, name="Ada", email="ada@example.com")
    Commit.objects.bulk_create(
        Commit(
            organization_id=organization.id,
            repository_id=rows[0].id,
            key=f"{number:040x}",
            message=f"Change {number}",
            author=author,
            date_added=timezone.now() - timedelta(minutes=number),
        )
        for number in range(COMMITS)
    )
    key = ApiKey.objects.create(organization_id=organization.id, scope_list=["org:read"]).key
    print(json.dumps({"organization": organization.id, "slug": "acme", "repository": rows[0].id, "key": key}))


if __name__ == "__main__":
    main()
