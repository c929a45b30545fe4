"""Archives: https://developer.atlassian.com/server/bitbucket/rest/v805/api-group-repository/ (archive)"""

from __future__ import annotations

from sentry_scm_grpc.providers.bitbucket_server.files import BitbucketServerFiles
from sentry_scm_grpc.providers.vendor.archives import TAR_GZ, Address, Archives, Wanted


class BitbucketServerArchives(BitbucketServerFiles, Archives):
    archive_takes_path = True
    archive_takes_prefix = True

    def archive_address(self, wanted: Wanted) -> Address:
        params = {"at": wanted.sha, "format": "tar.gz" if wanted.format == TAR_GZ else "zip"}
        if wanted.path:
            params["path"] = wanted.path
        if wanted.prefix:
            params["prefix"] = f"{wanted.prefix}/"
        return Address(f"{self.path}/archive", params, headers={"Accept": "*/*"})

    def is_archived_directory(self, path: str, sha: str) -> bool:
        return self._type(path, sha) == "DIRECTORY"
