"""Files: https://learn.microsoft.com/en-us/rest/api/azure/devops/git/items"""

from __future__ import annotations

from sentry_scm_grpc.providers.azure_devops.api import API_VERSION, AzureDevOpsApi
from sentry_scm_grpc.providers.vendor.contents import FileContents, RawFile
from sentry_scm_grpc.providers.vendor.errors import not_a_file
from sentry_scm_grpc.providers.vendor.http import quoted
from sentry_scm_grpc.providers.vendor.reading import string, text


class AzureDevOpsFiles(AzureDevOpsApi, FileContents):
    def has_path(self, path: str, ref: str) -> bool:
        self._item(path, ref)
        return True

    def locate(self, path: str, ref: str) -> RawFile:
        item = self._item(path, ref)
        if text(item, "gitObjectType") != "blob":
            raise not_a_file(path)
        sha = string(item, "objectId")
        params = {"$format": "octetStream", "api-version": API_VERSION}
        return RawFile(f"{self.path}/blobs/{quoted(sha)}", params, text(item, "commitId"), sha)
