"""Branches and commits: https://docs.gitlab.com/api/branches/ and
https://docs.gitlab.com/api/commits/#create-a-commit-with-multiple-files-and-actions

GitLab compares a file with its last known commit, and not the head of the branch with the expected one.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from sentry_scm_grpc.providers.commit_actions import DELETE, DIRECTORY, FILE, MOVE, SUBMODULE, WRITE, Existing, Look
from sentry_scm_grpc.providers.gitlab.commits import commit_of
from sentry_scm_grpc.providers.gitlab.files import EMPTY_BLOBS, GitLabFiles
from sentry_scm_grpc.providers.ref_writes import Asking
from sentry_scm_grpc.providers.vendor.http import quoted
from sentry_scm_grpc.providers.vendor.ref_writes import VendorWrites
from sentry_scm_grpc.v1 import refs_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb


class GitLabRefWrites(GitLabFiles, VendorWrites):
    def send_branch(self, branch: str, sha: str) -> None:
        self.http.post(f"{self.path}/repository/branches", {"branch": branch, "ref": sha})

    def send_deletion(self, branch: str, before: str) -> None:
        self.http.delete(f"{self.path}/repository/branches/{quoted(branch)}")

    def fetch_existing(self, path: str, sha: str) -> Existing:
        found = self._at_path(path, sha)
        if found is None:
            self._is_directory(path, sha)
            return Existing(DIRECTORY)
        if not found.size and found.blob not in EMPTY_BLOBS:
            return Existing(SUBMODULE)
        self._changed_in[path] = found.last_commit
        return Existing(FILE, found.executable, found.blob)

    @cached_property
    def _changed_in(self) -> dict[str, str]:
        """The commit that last changed a file, by its path, of the files that were looked at."""
        return {}

    def send_commit(self, request: refs_pb2.CreateCommitRequest, look: Look, asking: Asking) -> pb.Commit:
        sent: dict[str, Any] = {
            "branch": request.branch,
            "commit_message": request.message,
            "actions": [told for action in request.actions for told in self._actions(action, look)],
        }
        if request.HasField("author"):
            sent |= {"author_name": request.author.name.strip(), "author_email": request.author.email.strip()}
        with asking():
            found = self.http.post(f"{self.path}/repository/commits", sent)
        return commit_of(found, self._web)

    def _actions(self, action: refs_pb2.CommitAction, look: Look) -> Iterator[Mapping[str, Any]]:
        path = {"file_path": action.path}
        known = self._changed_in.get(action.previous_path or action.path, "")
        at = {"last_commit_id": known} if known else {}
        if action.kind == DELETE:
            yield {"action": "delete", **path, **at}
        elif action.kind == MOVE:
            yield {"action": "move", **path, "previous_path": action.previous_path, **at}
        elif action.kind == WRITE:
            content = {"content": base64.b64encode(action.content).decode(), "encoding": "base64"}
            yield {"action": "create" if look(action.path) is None else "update", **path, **content, **at}
        if action.HasField("executable"):
            yield {"action": "chmod", **path, "execute_filemode": action.executable}
