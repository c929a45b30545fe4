"""Archives: https://learn.microsoft.com/en-us/rest/api/azure/devops/git/items/get, of a directory as zip"""

from __future__ import annotations

from sentry_scm_grpc.providers.azure_devops.api import API_VERSION, AzureDevOpsApi, is_folder
from sentry_scm_grpc.providers.vendor.archives import ZIP, Address, Archives, Wanted


class AzureDevOpsArchives(AzureDevOpsApi, Archives):
    archive_formats = (ZIP,)
    archive_takes_path = True

    def archive_address(self, wanted: Wanted) -> Address:
        return Address(
            f"{self.path}/items",
            {
                "path": f"/{wanted.path}",
                "versionDescriptor.version": wanted.sha,
                "versionDescriptor.versionType": "commit",
                "$format": "zip",
                "api-version": API_VERSION,
            },
            headers={"Accept": "application/zip"},
        )

    def is_archived_directory(self, path: str, sha: str) -> bool:
        return is_folder(self._item(path, sha))
