"""Files: GraphQL says what is at a path and has the text of many files, REST returns the bytes of one."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import partial

from sentry_scm_grpc.errors import InvalidArgument, ScmError
from sentry_scm_grpc.providers.github.api import GitHubApi
from sentry_scm_grpc.providers.github.graph import Entry
from sentry_scm_grpc.providers.vendor.absence import Absent
from sentry_scm_grpc.providers.vendor.blame import tried
from sentry_scm_grpc.providers.vendor.contents import FileContents, RawFile
from sentry_scm_grpc.providers.vendor.errors import not_a_file, path_not_found, too_large
from sentry_scm_grpc.providers.vendor.http import quoted, quoted_path
from sentry_scm_grpc.providers.vendor.reading import bad_answer, string, text
from sentry_scm_grpc.source.batches import Batch
from sentry_scm_grpc.v1 import scm_pb2 as pb

#: https://docs.github.com/en/rest/git/blobs#get-a-blob
MAX_BLOB_BYTES = 100 * 1024 * 1024
_RAW = "application/vnd.github.raw+json"


class GitHubFiles(GitHubApi, FileContents):
    def has_path(self, path: str, ref: str) -> bool:
        return self._entry(path, ref) is not None

    def locate(self, path: str, ref: str) -> RawFile:
        entry = self._entry(path, ref)
        if entry is None:
            raise path_not_found(path, ref)
        if entry.kind != "blob":
            raise not_a_file(path)
        if entry.size > MAX_BLOB_BYTES:
            raise too_large(entry.size, MAX_BLOB_BYTES)
        return RawFile(self._blob_path(entry.sha), {}, entry.commit, entry.sha, entry.size, _RAW)

    def _entry(self, path: str, ref: str) -> Entry | None:
        quoted_path(path)  # Refuses a path that GitHub would read as another one.
        return self.graph.entry(path, ref or "HEAD")

    def _blob_path(self, sha: str) -> str:
        return f"{self.path}/git/blobs/{quoted(sha)}"

    def read_bytes(self, file: RawFile, max_bytes: int) -> bytes:
        """As base64, whose length shows whether it is whole."""
        found = self.http.get(file.address, immutable=True)
        content = string(found, "content")
        if text(found, "encoding") == "utf-8":
            return content.encode()
        try:
            content_bytes = base64.b64decode(content)
        except ValueError:
            raise bad_answer() from None
        if len(content_bytes) != file.size:  # For example, GitHub returns the encoding "none" and no content.
            raise bad_answer()
        return content_bytes

    def fetch_files(self, paths: Sequence[str], ref: str, batch: Batch) -> None:
        """One call for what is at the paths, one for the texts that fit, and one for each file that GraphQL has not
        as it is: a binary one, a large one, or one that is not UTF-8."""
        asked = []
        for path in paths:
            try:
                quoted_path(path)
                asked.append(path)
            except InvalidArgument as error:
                batch.refuse(path, error)
        try:
            entries = self.graph.files(asked, ref or "HEAD") if asked else []
        except Absent as absence:
            raise self.missing_ref(absence, ref) from None
        files: dict[str, Entry] = {}
        for path, entry in zip(asked, entries, strict=True):
            if entry is None:
                batch.refuse(path, path_not_found(path, ref))
            elif entry.kind != "blob":
                batch.refuse(path, not_a_file(path))
            elif batch.reserve(path, entry.size):
                files[path] = entry
        others: dict[str, Entry] = {}
        texts = {path: entry for path, entry in files.items() if entry.is_text}
        known = self.graph.texts(list(texts), next(iter(texts.values())).commit) if texts else []
        whole = {path: content.encode() for path, content in zip(texts, known, strict=True)}
        for path, entry in files.items():
            content = whole.get(path, b"")
            if _blob_sha(content) == entry.sha:
                batch.put(path, pb.FileContent(content=content, commit_sha=entry.commit, sha=entry.sha))
            else:
                others[path] = entry
        reads = [partial(tried, partial(self._read, entry)) for entry in others.values()]
        for path, outcome in zip(others, self.http.gather(reads), strict=True):
            if isinstance(outcome, ScmError):
                batch.refuse(path, outcome)
            else:
                batch.put(path, outcome)

    def _read(self, entry: Entry) -> pb.FileContent:
        file = RawFile(self._blob_path(entry.sha), commit=entry.commit, sha=entry.sha, size=entry.size)
        return pb.FileContent(content=self.read_bytes(file, entry.size), commit_sha=entry.commit, sha=entry.sha)


def _blob_sha(content: bytes) -> str:
    """The SHA that git gives to the contents of a file."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
