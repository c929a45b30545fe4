"""The files of a repository."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from sentry_scm_grpc.providers.vendor.absence import Absent
from sentry_scm_grpc.providers.vendor.commits import Commits
from sentry_scm_grpc.providers.vendor.credentials import Permission
from sentry_scm_grpc.providers.vendor.errors import ref_not_found
from sentry_scm_grpc.providers.vendor.pages import Page, each, fill
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.source.gitignore import Globs
from sentry_scm_grpc.v1 import files_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb

_KINDS = {
    "040000": pb.TREE_ENTRY_KIND_DIRECTORY,
    "100755": pb.TREE_ENTRY_KIND_EXECUTABLE,
    "120000": pb.TREE_ENTRY_KIND_SYMLINK,
    "160000": pb.TREE_ENTRY_KIND_SUBMODULE,
}


class Trees(Commits):
    """ListTree, StreamTree, FindFiles, and so DeriveCodeMappings."""

    permissions = {
        "list_tree": Permission.READ_CODE,
        "stream_tree": Permission.READ_CODE,
        "list_paths": Permission.READ_CODE,
        "find_files": Permission.READ_CODE,
    }

    @abstractmethod
    def fetch_tree(self, ref: str, path: str, position: Any) -> Page[pb.TreeEntry]:
        """The files below a path, ordered by path, without directories. An empty path means all files."""

    def list_tree(self, call: Call, request: pb.ListTreeRequest) -> pb.ListTreeResponse:
        found = fill(call, request.ref, self._tree_of(request.path), self.sha_of)
        return pb.ListTreeResponse(entries=found.items, **found.fields)

    def stream_tree(self, call: Call, request: pb.StreamTreeRequest) -> Iterator[pb.TreeEntry]:
        return each(request.ref, self._tree_of(request.path), self.sha_of)

    def find_files(self, call: Call, request: files_pb2.FindFilesRequest) -> files_pb2.FindFilesResponse:
        """Reads the tree as ListTree does, and keeps the files that the globs find."""
        globs, tree = Globs.of_request(request.globs), self._tree_of("")

        def fetch(ref: str, position: Any) -> Page[pb.TreeEntry]:
            page = tree(ref, position)
            return replace(page, items=[entry for entry in page.items if fits(entry)])

        def fits(entry: pb.TreeEntry) -> bool:
            call.budget.check()
            return globs.finds(entry.path.encode(), entry.kind == pb.TREE_ENTRY_KIND_SUBMODULE)

        found = fill(call, request.ref, fetch, self.sha_of)
        return files_pb2.FindFilesResponse(entries=found.items, **found.fields)

    def list_paths(self, call: Call) -> Iterator[str]:
        """The paths of all files on the default branch."""
        return (entry.path for entry in each("", self._tree_of(""), self.sha_of))

    def _tree_of(self, path: str) -> Callable[[str, Any], Page[pb.TreeEntry]]:
        def fetch(ref: str, position: Any) -> Page[pb.TreeEntry]:
            try:
                return self.fetch_tree(ref, path, position)
            except Absent as absence:
                self.confirm(absence, ref)
                if not path:
                    raise ref_not_found(ref) from None
                return Page([])

        return fetch


def kind_of_mode(mode: str) -> pb.TreeEntryKind.ValueType:
    """The kind of an entry by its mode in git."""
    return _KINDS.get(mode, pb.TREE_ENTRY_KIND_FILE)
