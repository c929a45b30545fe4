"""Archives: https://docs.github.com/en/rest/repos/contents#download-a-repository-archive-tar

GitHub redirects to its host "codeload", with a token of a few minutes in the address.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from sentry_scm_grpc.providers.github.api import GitHubApi
from sentry_scm_grpc.providers.vendor.archives import TAR_GZ, Address, Archives, Wanted


class GitHubArchives(GitHubApi, Archives):
    def archive_address(self, wanted: Wanted) -> Address:
        kind = "tarball" if wanted.format == TAR_GZ else "zipball"
        web = urlsplit(self._web).hostname or ""
        # An Enterprise Server has the host only with isolated subdomains, else a path of its own.
        return Address(f"{self.path}/{kind}/{wanted.sha}", hosts=frozenset({web, f"codeload.{web}"}))
