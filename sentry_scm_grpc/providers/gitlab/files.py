"""Files: https://docs.gitlab.com/api/repository_files/"""

from __future__ import annotations

from dataclasses import dataclass

from sentry_scm_grpc.errors import InvalidArgument
from sentry_scm_grpc.providers.gitlab.api import GitLabApi
from sentry_scm_grpc.providers.vendor.absence import Absent
from sentry_scm_grpc.providers.vendor.contents import FileContents, RawFile
from sentry_scm_grpc.providers.vendor.errors import not_a_file
from sentry_scm_grpc.providers.vendor.pages import is_full_sha
from sentry_scm_grpc.providers.vendor.reading import bad_answer

#: The object id of an empty file, by SHA-1 and by SHA-256. A submodule also has size 0, but another id.
EMPTY_BLOBS = (
    "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
    "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
)


@dataclass(frozen=True)
class _File:
    """The headers of a HEAD for a file. ``size`` is in bytes."""

    commit: str
    blob: str
    size: int
    #: The commit that last changed the file. Empty if GitLab does not tell.
    last_commit: str = ""
    #: None before GitLab 14.8, which does not tell.
    executable: bool | None = None


class GitLabFiles(GitLabApi, FileContents):
    def has_path(self, path: str, ref: str) -> bool:
        return self._at_path(path, ref) is not None or self._is_directory(path, ref)

    def locate(self, path: str, ref: str) -> RawFile:
        file = self._at_path(path, ref)
        if file is None:
            self._is_directory(path, ref)
            raise not_a_file(path)
        if not file.size and file.blob not in EMPTY_BLOBS:
            raise not_a_file(path)
        return RawFile(f"{self._file_path(path)}/raw", {"ref": file.commit}, file.commit, file.blob, file.size)

    def _at_path(self, path: str, ref: str) -> _File | None:
        address = self._file_path(path)
        try:
            told = self.http.head(address, {"ref": ref or "HEAD"}, immutable=is_full_sha(ref))
        except (Absent, InvalidArgument):  # 400: GitLab does not accept the path as that of a file.
            return None
        commit, blob, size = (told.get(f"X-Gitlab-{name}", "") for name in ("Commit-Id", "Blob-Id", "Size"))
        if not is_full_sha(commit) or not size.isdecimal():
            raise bad_answer()
        mode = {"true": True, "false": False}.get(told.get("X-Gitlab-Execute-Filemode", ""))
        return _File(commit, blob, int(size), told.get("X-Gitlab-Last-Commit-Id", ""), mode)
