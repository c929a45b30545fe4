"""Branches and commits: https://learn.microsoft.com/en-us/rest/api/azure/devops/git/refs/update-refs and
https://learn.microsoft.com/en-us/rest/api/azure/devops/git/pushes/create

Both compare the ref with an old object id.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from sentry_scm_grpc.errors import InvalidArgument, PermissionDenied, Unimplemented
from sentry_scm_grpc.providers.azure_devops.api import JSON
from sentry_scm_grpc.providers.azure_devops.commits import AzureDevOpsCommits, commit_of
from sentry_scm_grpc.providers.azure_devops.files import AzureDevOpsFiles
from sentry_scm_grpc.providers.commit_actions import DELETE, DIRECTORY, FILE, MOVE, SUBMODULE, Existing, Look
from sentry_scm_grpc.providers.ref_writes import Asking
from sentry_scm_grpc.providers.vendor.reading import bad_answer, rows, text
from sentry_scm_grpc.providers.vendor.ref_writes import NO_COMMIT, VendorMoves
from sentry_scm_grpc.providers.vendor.refs import HEADS
from sentry_scm_grpc.providers.vendor.statuses import error_of_status
from sentry_scm_grpc.v1 import refs_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb

_KINDS = {"blob": FILE, "tree": DIRECTORY, "commit": SUBMODULE}
# Why a ref was not changed: https://learn.microsoft.com/en-us/rest/api/azure/devops/git/refs/update-refs#gitrefupdatestatus
_FORBIDDEN = {
    "forcePushRequired",
    "writePermissionRequired",
    "createBranchPermissionRequired",
    "rejectedByPlugin",
    "rejectedByPolicy",
    "locked",
}


class AzureDevOpsRefWrites(AzureDevOpsCommits, AzureDevOpsFiles, VendorMoves):
    def send_branch(self, branch: str, sha: str) -> None:
        self._update(branch, NO_COMMIT, sha)

    def send_move(self, branch: str, before: str, after: str, *, force: bool) -> None:
        self._update(branch, before, after)

    def send_deletion(self, branch: str, before: str) -> None:
        self._update(branch, before, NO_COMMIT)

    def _update(self, branch: str, before: str, after: str) -> None:
        update = {"name": HEADS + branch, "oldObjectId": before, "newObjectId": after}
        answer = self.http.post(f"{self.path}/refs", [update], headers=JSON)
        found = rows(answer, "value")
        if not found:
            raise bad_answer()
        if found[0].get("success") is True:
            return
        status = text(found[0], "updateStatus")
        if status in _FORBIDDEN:
            raise PermissionDenied(
                "Azure DevOps does not allow this change of the branch: a policy, a lock or a permission forbids it.",
                reason="VENDOR_FORBIDDEN",
            )
        if status == "staleOldObjectId":
            raise error_of_status(409)
        raise InvalidArgument("Azure DevOps does not accept this change of the branch.", reason="VENDOR_INVALID")

    def fetch_existing(self, path: str, sha: str) -> Existing:
        item = self._item(path, sha)
        return Existing(_KINDS.get(text(item, "gitObjectType"), FILE), None, text(item, "objectId"))

    def check_commit(self, request: refs_pb2.CreateCommitRequest) -> None:
        if any(action.HasField("executable") for action in request.actions):
            raise Unimplemented("Azure DevOps' API cannot change the mode of a file. Leave `executable` out.")

    def send_commit(self, request: refs_pb2.CreateCommitRequest, look: Look, asking: Asking) -> pb.Commit:
        commit: dict[str, Any] = {
            "comment": request.message,
            "changes": [_change(action, look) for action in request.actions],
        }
        if request.HasField("author"):
            commit["author"] = {"name": request.author.name.strip(), "email": request.author.email.strip()}
        update = {"name": HEADS + request.branch, "oldObjectId": request.expected_head_sha or NO_COMMIT}
        with asking():
            found = self.http.post(f"{self.path}/pushes", {"refUpdates": [update], "commits": [commit]})
        pushed = rows(found, "commits")
        if not pushed:
            raise bad_answer()
        made = commit_of(pushed[-1])
        if not made.parent_keys and request.expected_head_sha:
            made.parent_keys.append(request.expected_head_sha)
        return made


def _change(action: refs_pb2.CommitAction, look: Look) -> Mapping[str, Any]:
    item = {"item": {"path": f"/{action.path}"}}
    if action.kind == DELETE:
        return {"changeType": "delete", **item}
    if action.kind == MOVE:
        return {"changeType": "rename", **item, "sourceServerItem": f"/{action.previous_path}"}
    content = {"content": base64.b64encode(action.content).decode(), "contentType": "base64encoded"}
    return {"changeType": "add" if look(action.path) is None else "edit", **item, "newContent": content}
