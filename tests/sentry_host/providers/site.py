"""The Sentry in which a vendor's fake is installed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.cache import cache

from tests.sentry_host.providers.installed import mocked
from tests.sentry_host.rows import Rows
from tests.vendors.fake import FakeVendor
from tests.vendors.site import Site


class SentrySite(Site):
    def update(self, row: Any, **values: Any) -> None:
        row.update(**values)

    def resolve(self, group: Any) -> None:
        from sentry.models import GroupStatus

        group.update(status=GroupStatus.RESOLVED)

    def is_resolved(self, group: Any) -> bool:
        from sentry.models import GroupStatus

        group.refresh_from_db()
        return bool(group.status == GroupStatus.RESOLVED)

    def linked(self) -> tuple[int, int]:
        from sentry.models import ExternalIssue, GroupLink

        key = self.known.issue_key
        found = ExternalIssue.objects.filter(integration_id=self.rows.integration.id, key=key).first()
        if found is None or not GroupLink.objects.filter(linked_id=found.id).exists():
            found = found or self.rows.issue(key)
            self.rows.link(self.rows.group(), found)
        return GroupLink.objects.get(linked_id=found.id).group_id, found.id

    def stored_issue(self, id: int) -> Any:
        from sentry.models import ExternalIssue

        return ExternalIssue.objects.get(id=id)

    def stored_mappings(self) -> Any:
        from sentry.models import RepositoryProjectPathConfig

        return RepositoryProjectPathConfig.objects.filter(project_id=self.rows.project.id)


@contextmanager
def open_sentry(fake: FakeVendor, **metadata: Any) -> Iterator[Site]:
    cache.clear()
    with mocked(fake):
        yield SentrySite(fake, Rows(fake.key, metadata={**fake.integration_metadata, **metadata}))
