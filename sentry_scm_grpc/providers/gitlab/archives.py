"""Archives: https://docs.gitlab.com/api/repositories/#get-file-archive"""

from __future__ import annotations

from sentry_scm_grpc.errors import InvalidArgument
from sentry_scm_grpc.providers.gitlab.api import GitLabApi
from sentry_scm_grpc.providers.vendor.absence import Absent
from sentry_scm_grpc.providers.vendor.archives import TAR_GZ, Address, Archives, Wanted


class GitLabArchives(GitLabApi, Archives):
    archive_takes_path = True

    def archive_address(self, wanted: Wanted) -> Address:
        kind = "tar.gz" if wanted.format == TAR_GZ else "zip"
        path = {"path": wanted.path} if wanted.path else {}
        return Address(f"{self.path}/repository/archive.{kind}", {"sha": wanted.sha, **path})

    def is_archived_directory(self, path: str, sha: str) -> bool:
        try:
            return self._is_directory(path, sha)
        except Absent:
            try:
                self.http.head(self._file_path(path), {"ref": sha}, immutable=True)
            except InvalidArgument:  # GitLab does not accept the path as that of a file.
                raise Absent from None
            return False
