"""Files: GraphQL says what is at a path, REST returns the bytes."""

from __future__ import annotations

import base64

from sentry_scm_grpc.providers.github.api import GitHubApi
from sentry_scm_grpc.providers.github.graph import Entry
from sentry_scm_grpc.providers.vendor.errors import not_a_file, path_not_found, too_large
from sentry_scm_grpc.providers.vendor.files import Files
from sentry_scm_grpc.providers.vendor.http import quoted, quoted_path
from sentry_scm_grpc.providers.vendor.reading import bad_answer, string, text
from sentry_scm_grpc.v1 import scm_pb2 as pb


class GitHubFiles(GitHubApi, Files):
    def has_path(self, path: str, ref: str) -> bool:
        return self._entry(path, ref) is not None

    def fetch_file(self, path: str, ref: str, max_bytes: int) -> pb.FileContent:
        entry = self._entry(path, ref)
        if entry is None:
            raise path_not_found(path, ref)
        if entry.kind != "blob":
            raise not_a_file(path)
        if entry.size > max_bytes:
            raise too_large(entry.size, max_bytes)
        return pb.FileContent(content=self._blob(entry), commit_sha=entry.commit)

    def _entry(self, path: str, ref: str) -> Entry | None:
        quoted_path(path)  # Refuses a path that GitHub would read as another one.
        return self.graph.entry(path, ref or "HEAD")

    def _blob(self, entry: Entry) -> bytes:
        found = self.http.get(f"{self.path}/git/blobs/{quoted(entry.sha)}", immutable=True)
        content = string(found, "content")
        if text(found, "encoding") == "utf-8":
            return content.encode()
        try:
            content_bytes = base64.b64decode(content)
        except ValueError:
            raise bad_answer() from None
        if len(content_bytes) != entry.size:  # For example, GitHub returns the encoding "none" and no content.
            raise bad_answer()
        return content_bytes
