"""Files: https://learn.microsoft.com/en-us/rest/api/azure/devops/git/items"""

from __future__ import annotations

from sentry_scm_grpc.providers.azure_devops.api import API_VERSION, AzureDevOpsApi
from sentry_scm_grpc.providers.vendor.errors import not_a_file
from sentry_scm_grpc.providers.vendor.files import Files
from sentry_scm_grpc.providers.vendor.http import quoted
from sentry_scm_grpc.providers.vendor.reading import string, text
from sentry_scm_grpc.v1 import scm_pb2 as pb


class AzureDevOpsFiles(AzureDevOpsApi, Files):
    def has_path(self, path: str, ref: str) -> bool:
        self._item(path, ref)
        return True

    def fetch_file(self, path: str, ref: str, max_bytes: int) -> pb.FileContent:
        item = self._item(path, ref)
        if text(item, "gitObjectType") != "blob":
            raise not_a_file(path)
        content = self.http.get_bytes(
            f"{self.path}/blobs/{quoted(string(item, 'objectId'))}",
            {"$format": "octetStream", "api-version": API_VERSION},
            max_bytes=max_bytes,
            immutable=True,
        )
        return pb.FileContent(content=content, commit_sha=text(item, "commitId"))
