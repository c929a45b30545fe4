"""Files."""

from __future__ import annotations

from sentry_scm_grpc.providers.bitbucket_server.api import BitbucketServerApi, at_ref
from sentry_scm_grpc.providers.vendor.contents import FileContents, RawFile
from sentry_scm_grpc.providers.vendor.errors import not_a_file
from sentry_scm_grpc.providers.vendor.http import quoted_path
from sentry_scm_grpc.providers.vendor.pages import is_full_sha
from sentry_scm_grpc.providers.vendor.reading import string


class BitbucketServerFiles(BitbucketServerApi, FileContents):
    def has_path(self, path: str, ref: str) -> bool:
        self._type(path, ref)
        return True

    def locate(self, path: str, ref: str) -> RawFile:
        quoted_path(path)  # Refuses a path that the vendor would read as another one.
        sha = self.sha_of(ref)
        if self._type(path, sha) != "FILE":
            raise not_a_file(path)
        return RawFile(f"{self.path}/raw/{quoted_path(path)}", {"at": sha}, sha)

    def _type(self, path: str, ref: str) -> str:
        params = {**at_ref(ref), "type": "true"}
        found = self.http.get(f"{self.path}/browse/{quoted_path(path)}", params, immutable=is_full_sha(ref))
        return string(found, "type")
