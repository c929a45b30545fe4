"""Blame, derived from a file's history."""

from __future__ import annotations

from sentry_scm_grpc.providers.azure_devops.api import API_VERSION, AzureDevOpsApi
from sentry_scm_grpc.providers.vendor.derived_blame import MAX_BYTES, VERSIONS, DerivedBlames
from sentry_scm_grpc.providers.vendor.http import quoted_path
from sentry_scm_grpc.providers.vendor.reading import rows, string
from sentry_scm_grpc.source.line_history import Version


class AzureDevOpsBlame(AzureDevOpsApi, DerivedBlames):
    def fetch_versions(self, path: str, sha: str) -> tuple[list[Version], bool]:
        """The list ends at a rename. The changes of its last commit then name the previous path."""
        params = {"searchCriteria.itemPath": f"/{path}", "searchCriteria.$top": VERSIONS}
        answer = self._at(sha, "searchCriteria.itemVersion", lambda at: self._history(params, at))
        found = [Version(string(commit, "commitId"), path) for commit in rows(answer, "value")]
        return found, len(found) < VERSIONS

    def fetch_text(self, path: str, sha: str) -> bytes:
        quoted_path(path)  # Refuses a path that the vendor would read as another one.
        params = {"path": f"/{path}", "versionDescriptor.version": sha, "versionDescriptor.versionType": "commit"}
        return self.http.get_bytes(
            f"{self.path}/items",
            {**params, "$format": "octetStream", "api-version": API_VERSION},
            max_bytes=MAX_BYTES,
            immutable=True,
        )
