"""Files."""

from __future__ import annotations

from sentry_scm_grpc.providers.bitbucket_server.api import BitbucketServerApi, at_ref
from sentry_scm_grpc.providers.vendor.errors import not_a_file
from sentry_scm_grpc.providers.vendor.files import Files
from sentry_scm_grpc.providers.vendor.http import quoted_path
from sentry_scm_grpc.providers.vendor.pages import is_full_sha
from sentry_scm_grpc.providers.vendor.reading import string
from sentry_scm_grpc.v1 import scm_pb2 as pb


class BitbucketServerFiles(BitbucketServerApi, Files):
    def has_path(self, path: str, ref: str) -> bool:
        self._type(path, ref)
        return True

    def fetch_file(self, path: str, ref: str, max_bytes: int) -> pb.FileContent:
        quoted_path(path)  # Refuses a path that the vendor would read as another one.
        sha = self.sha_of(ref)
        if self._type(path, sha) != "FILE":
            raise not_a_file(path)
        content = self.http.get_bytes(
            f"{self.path}/raw/{quoted_path(path)}", {"at": sha}, max_bytes=max_bytes, immutable=True
        )
        return pb.FileContent(content=content, commit_sha=sha)

    def _type(self, path: str, ref: str) -> str:
        params = {**at_ref(ref), "type": "true"}
        found = self.http.get(f"{self.path}/browse/{quoted_path(path)}", params, immutable=is_full_sha(ref))
        return string(found, "type")
