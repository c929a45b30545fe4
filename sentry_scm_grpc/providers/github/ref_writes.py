"""Branches and commits: https://docs.github.com/en/rest/git and https://docs.github.com/en/graphql/reference/git

A commit is made of blobs, a tree and a commit object, which nothing refers to until a ref does. Then ``updateRefs`` of
GraphQL moves the branch, if it is still at the expected commit. An empty repository takes no objects: its first commit
is made with one file.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sentry_scm_grpc.errors import Unimplemented
from sentry_scm_grpc.providers.commit_actions import (
    DELETE,
    DIRECTORY,
    FILE,
    LINK,
    MOVE,
    SUBMODULE,
    WRITE,
    Existing,
    Look,
    empty_commit,
    paths_of,
)
from sentry_scm_grpc.providers.github.api import GitHubApi
from sentry_scm_grpc.providers.ref_writes import Asking
from sentry_scm_grpc.providers.vendor.http import quoted_path
from sentry_scm_grpc.providers.vendor.reading import moment, person, string, text, told_rows
from sentry_scm_grpc.providers.vendor.ref_writes import NO_COMMIT, VendorMoves
from sentry_scm_grpc.providers.vendor.refs import HEADS
from sentry_scm_grpc.v1 import refs_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb

#: Paths of a query: GitHub limits its size.
PATHS_PER_QUERY = 100
_KINDS = {"120000": LINK, "160000": SUBMODULE, "040000": DIRECTORY, "40000": DIRECTORY}
_MODES = {True: "100755", False: "100644"}


class GitHubRefWrites(GitHubApi, VendorMoves):
    def send_branch(self, branch: str, sha: str) -> None:
        self.http.post(f"{self.path}/git/refs", {"ref": HEADS + branch, "sha": sha})

    def send_move(self, branch: str, before: str, after: str, *, force: bool) -> None:
        self.graph.update_ref(HEADS + branch, before, after, force=force)

    def send_deletion(self, branch: str, before: str) -> None:
        self.graph.update_ref(HEADS + branch, before, NO_COMMIT, force=True)

    def fetch_existing(self, path: str, sha: str) -> Existing:
        raise NotImplementedError("look_at asks for many paths at once")

    def look_at(self, request: refs_pb2.CreateCommitRequest) -> Look:
        known: dict[str, Existing | None] = {}
        paths = paths_of(request.actions) if request.expected_head_sha else []
        for start in range(0, len(paths), PATHS_PER_QUERY):
            some = paths[start : start + PATHS_PER_QUERY]
            for path, entry in self.graph.entries(some, request.expected_head_sha).items():
                known[path] = None if entry is None else _existing(entry)
        return known.get

    def send_commit(self, request: refs_pb2.CreateCommitRequest, look: Look, asking: Asking) -> pb.Commit:
        if not request.expected_head_sha:
            return self._first_commit(request, asking)
        parent = string(
            self.http.get(f"{self.path}/git/commits/{request.expected_head_sha}", immutable=True), "tree", "sha"
        )
        entries = [entry for action in request.actions for entry in self._entries(action, look)]
        tree = string(self.http.post(f"{self.path}/git/trees", {"base_tree": parent, "tree": entries}), "sha")
        if tree == parent:
            raise empty_commit()
        told = {"message": request.message, "tree": tree, "parents": [request.expected_head_sha]}
        found = self.http.post(f"{self.path}/git/commits", {**told, **_author(request)})
        commit = commit_of_git(found, self._web)
        with asking(sha=commit.key):
            self.send_move(request.branch, request.expected_head_sha, commit.key, force=False)
        return commit

    def _entries(self, action: refs_pb2.CommitAction, look: Look) -> Iterator[Mapping[str, Any]]:
        """The entries of a new tree. A null SHA deletes a file."""
        found = look(action.previous_path or action.path)
        if action.kind == DELETE:
            yield {"path": action.path, "mode": "100644", "type": "blob", "sha": None}
            return
        executable = bool(found and found.executable)
        if action.HasField("executable"):
            executable = action.executable
        mode = "120000" if found is not None and found.kind == LINK else _MODES[executable]
        entry = {"path": action.path, "mode": mode, "type": "blob"}
        if action.kind == WRITE:
            yield {**entry, **self._content(action.content)}
            return
        assert found is not None
        yield {**entry, "sha": found.blob}
        if action.kind == MOVE:
            yield {"path": action.previous_path, "mode": "100644", "type": "blob", "sha": None}

    def _content(self, content: bytes) -> Mapping[str, str]:
        """Text goes into the tree itself. Other bytes become a blob first."""
        try:
            if content and b"\0" not in content:
                return {"content": content.decode()}
        except UnicodeDecodeError:
            pass
        encoded = {"content": base64.b64encode(content).decode(), "encoding": "base64"}
        return {"sha": string(self.http.post(f"{self.path}/git/blobs", encoded), "sha")}

    def _first_commit(self, request: refs_pb2.CreateCommitRequest, asking: Asking) -> pb.Commit:
        """https://docs.github.com/en/rest/repos/contents#create-or-update-file-contents"""
        actions: Sequence[refs_pb2.CommitAction] = request.actions
        if len(actions) > 1 or actions[0].executable:
            raise Unimplemented(
                "GitHub makes the first commit of a repository with one file that is not executable. Write one file,"
                " and the others in a second commit."
            )
        sent = {
            "message": request.message,
            "content": base64.b64encode(actions[0].content).decode(),
            "branch": request.branch,
        }
        with asking():
            found = self.http.put(f"{self.path}/contents/{quoted_path(actions[0].path)}", {**sent, **_author(request)})
        return commit_of_git(found.get("commit"), self._web)


def commit_of_git(found: Any, web: str) -> pb.Commit:
    """A commit as the API of git's objects has it. ``web`` is the address of the repository's pages."""
    sha = string(found, "sha")
    return pb.Commit(
        key=sha,
        message=text(found, "message"),
        author=person(text(found, "author", "name"), text(found, "author", "email")),
        committer=person(text(found, "committer", "name"), text(found, "committer", "email")),
        date_added=moment(found, "committer", "date"),
        web_url=text(found, "html_url") or f"{web}/commit/{sha}",
        parent_keys=[string(parent, "sha") for parent in told_rows(found, "parents")],
    )


def _author(request: refs_pb2.CreateCommitRequest) -> Mapping[str, Any]:
    if not request.HasField("author"):
        return {}
    return {"author": {"name": request.author.name.strip(), "email": request.author.email.strip()}}


def _existing(entry: tuple[str, int, str]) -> Existing:
    """An entry by its type, its mode and its object id."""
    kind, mode, sha = entry
    known = _KINDS.get(f"{mode:06o}", FILE if kind == "blob" else DIRECTORY)
    return Existing(known, mode == 0o100755 if known == FILE else None, sha)
