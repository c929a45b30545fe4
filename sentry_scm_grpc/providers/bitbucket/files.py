"""Files: https://developer.atlassian.com/cloud/bitbucket/rest/api-group-source/"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sentry_scm_grpc.errors import FailedPrecondition
from sentry_scm_grpc.providers.bitbucket.api import BitbucketApi
from sentry_scm_grpc.providers.vendor.errors import not_a_file, too_large
from sentry_scm_grpc.providers.vendor.files import Files
from sentry_scm_grpc.providers.vendor.http import quoted, quoted_path
from sentry_scm_grpc.providers.vendor.reading import number, string, text
from sentry_scm_grpc.v1 import scm_pb2 as pb


class BitbucketFiles(BitbucketApi, Files):
    def has_path(self, path: str, ref: str) -> bool:
        self._meta(path, ref)
        return True

    def fetch_file(self, path: str, ref: str, max_bytes: int) -> pb.FileContent:
        found = self._meta(path, ref)
        if text(found, "type") != "commit_file" or "subrepository" in attributes_of(found):
            raise not_a_file(path)
        if "lfs" in attributes_of(found):
            raise FailedPrecondition(
                f"{path!r} is in Git LFS. Bitbucket stores its content at another site and returns no pointer.",
                reason="FILE_IN_LFS",
            )
        if number(found, "size") > max_bytes:
            raise too_large(number(found, "size"), max_bytes)
        sha = string(found, "commit", "hash")
        content = self.http.get_bytes(
            f"{self.path}/src/{quoted(sha)}/{quoted_path(path)}", max_bytes=max_bytes, immutable=True
        )
        return pb.FileContent(content=content, commit_sha=sha)


def attributes_of(found: Mapping[str, Any]) -> list[Any]:
    attributes = found.get("attributes")
    return attributes if isinstance(attributes, list) else []
