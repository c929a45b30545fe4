"""Files: https://developer.atlassian.com/cloud/bitbucket/rest/api-group-source/"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sentry_scm_grpc.errors import FailedPrecondition
from sentry_scm_grpc.providers.bitbucket.api import BitbucketApi
from sentry_scm_grpc.providers.vendor.contents import FileContents, RawFile
from sentry_scm_grpc.providers.vendor.errors import not_a_file
from sentry_scm_grpc.providers.vendor.http import quoted, quoted_path
from sentry_scm_grpc.providers.vendor.reading import count, string, text


class BitbucketFiles(BitbucketApi, FileContents):
    def has_path(self, path: str, ref: str) -> bool:
        self._meta(path, ref)
        return True

    def locate(self, path: str, ref: str) -> RawFile:
        found = self._meta(path, ref)
        if text(found, "type") != "commit_file" or "subrepository" in attributes_of(found):
            raise not_a_file(path)
        if "lfs" in attributes_of(found):
            raise FailedPrecondition(
                f"{path!r} is in Git LFS. Bitbucket stores its content at another site and returns no pointer.",
                reason="FILE_IN_LFS",
            )
        sha = string(found, "commit", "hash")
        return RawFile(f"{self.path}/src/{quoted(sha)}/{quoted_path(path)}", commit=sha, size=count(found, "size"))


def attributes_of(found: Mapping[str, Any]) -> list[Any]:
    attributes = found.get("attributes")
    return attributes if isinstance(attributes, list) else []
