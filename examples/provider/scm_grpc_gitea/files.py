"""Files, trees, and the addresses of files."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from scm_grpc_gitea.api import GiteaApi
from sentry_scm_grpc.providers.vendor.absence import Absent
from sentry_scm_grpc.providers.vendor.code_owners import CodeOwnersFile
from sentry_scm_grpc.providers.vendor.errors import not_a_file
from sentry_scm_grpc.providers.vendor.http import quoted_path
from sentry_scm_grpc.providers.vendor.pages import Page, is_full_sha
from sentry_scm_grpc.providers.vendor.reading import number, rows, string, text
from sentry_scm_grpc.providers.vendor.tree import Trees, kind_of_mode
from sentry_scm_grpc.v1 import scm_pb2 as pb

_LINE = re.compile(r"L(\d{1,9})\Z")


class GiteaFiles(GiteaApi, CodeOwnersFile, Trees):
    def has_path(self, path: str, ref: str) -> bool:
        self.http.get(f"{self.path}/contents/{quoted_path(path)}", _at(ref), immutable=is_full_sha(ref))
        return True

    def fetch_file(self, path: str, ref: str, max_bytes: int) -> pb.FileContent:
        immutable = is_full_sha(ref)
        found = f"{quoted_path(path)}"
        try:
            content = self.http.get_bytes(
                f"{self.path}/raw/{found}", _at(ref), max_bytes=max_bytes, immutable=immutable
            )
        except Absent:
            # Of a directory there are no bytes; its contents are a list.
            if isinstance(self.http.get(f"{self.path}/contents/{found}", _at(ref), immutable=immutable), list):
                raise not_a_file(path) from None
            raise
        return pb.FileContent(content=content, commit_sha=ref if immutable else "")

    def url_of(self, path: str, ref: str, line: int) -> str:
        ref = ref or self.default_ref
        kind = "commit" if is_full_sha(ref) else "branch"
        # Without "display" a Markdown file is shown as a page, whose lines cannot be linked to.
        end = f"?display=source#L{line}" if line else ""
        return f"{self._web}/src/{kind}/{quote(ref)}/{quote(path)}{end}"

    def parse_source_url(self, url: str) -> pb.ResolvedSourceUrl | None:
        start = f"{self._web}/src/"
        if not url.startswith(start):
            return None
        parts = urlsplit(url)
        kind, _, rest = parts.path[len(urlsplit(start).path) :].partition("/")
        # A branch may hold slashes, which its address does not tell from those of the path: the default branch may.
        default = quote(self.default_ref)
        ref = default if kind == "branch" and rest.startswith(f"{default}/") else rest.partition("/")[0]
        path = unquote(rest[len(ref) + 1 :])
        if kind not in ("branch", "commit", "tag") or not path:
            return None
        line = _LINE.match(parts.fragment)
        return pb.ResolvedSourceUrl(ref=unquote(ref), path=path, line_number=int(line[1]) if line else 0)

    @property
    def _web(self) -> str:
        return (self.repository.url if self.repository else "").rstrip("/")

    # ---- trees

    def fetch_tree(self, ref: str, path: str, position: Any) -> Page[pb.TreeEntry]:
        sha = self.sha_of(ref)
        page = position or 1
        found = self.http.get(
            f"{self.path}/git/trees/{sha}", {"recursive": "true", "per_page": 1000, "page": page}, immutable=True
        )
        entries = [
            pb.TreeEntry(
                path=string(entry, "path"),
                kind=kind_of_mode(text(entry, "mode")),
                size_bytes=number(entry, "size"),
                sha=text(entry, "sha"),
            )
            for entry in rows(found, "tree")
            if text(entry, "type") != "tree"
        ]
        below = [entry for entry in entries if not path or entry.path == path or entry.path.startswith(f"{path}/")]
        return Page(below, page + 1 if found.get("truncated") is True else None, sha)


def _at(ref: str) -> dict[str, str]:
    return {"ref": ref} if ref else {}
