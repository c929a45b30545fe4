"""The vendors' HTTP APIs as fakes, and what judges them: see docs/reference/vendor-sources.md."""

from __future__ import annotations

from tests.vendors import bitbucket, bitbucket_server, github, github_enterprise, gitlab, jira, jira_server, vsts
from tests.vendors.fake import FakeVendor

#: By the provider's key.
FAKES: dict[str, type[FakeVendor]] = {
    module.Fake.key: module.Fake
    for module in (bitbucket, bitbucket_server, github, github_enterprise, gitlab, vsts, jira, jira_server)
}
