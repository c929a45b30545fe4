"""Trees: the names of files."""

from __future__ import annotations

from typing import Any

from sentry_scm_grpc.providers.bitbucket_server.api import BitbucketServerApi, at_ref, following
from sentry_scm_grpc.providers.vendor.http import quoted_path
from sentry_scm_grpc.providers.vendor.pages import Page, is_full_sha
from sentry_scm_grpc.providers.vendor.reading import bad_answer, value
from sentry_scm_grpc.providers.vendor.tree import Trees
from sentry_scm_grpc.v1 import scm_pb2 as pb

PATHS_PER_PAGE = 1000


class BitbucketServerTree(BitbucketServerApi, Trees):
    def fetch_tree(self, ref: str, path: str, position: Any) -> Page[pb.TreeEntry]:
        params = {**at_ref(ref), "limit": PATHS_PER_PAGE, "start": position or 0}
        below = f"/{quoted_path(path)}" if path else ""
        answer = self.http.get(f"{self.path}/files{below}", params, immutable=is_full_sha(ref))
        names = value(answer, "values")
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise bad_answer()
        parent = f"{path.rstrip('/')}/" if path else ""
        files = [pb.TreeEntry(path=parent + name, kind=pb.TREE_ENTRY_KIND_FILE) for name in names]
        return Page(files, following(answer))
