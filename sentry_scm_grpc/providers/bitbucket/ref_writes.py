"""Branches and commits: https://developer.atlassian.com/cloud/bitbucket/rest/api-group-refs/ and
https://developer.atlassian.com/cloud/bitbucket/rest/api-group-source/

A commit is a form with its files. Bitbucket makes it only if its parent is the head of the branch. To move a file, the
form writes it and deletes it.
"""

from __future__ import annotations

from sentry_scm_grpc.errors import Unimplemented
from sentry_scm_grpc.providers.bitbucket.files import BitbucketFiles, attributes_of
from sentry_scm_grpc.providers.commit_actions import (
    DIRECTORY,
    FILE,
    LINK,
    MOVE,
    SET_EXECUTABLE,
    SUBMODULE,
    WRITE,
    Existing,
    Look,
)
from sentry_scm_grpc.providers.ref_writes import Asking
from sentry_scm_grpc.providers.vendor.form_data import form_data
from sentry_scm_grpc.providers.vendor.http import quoted
from sentry_scm_grpc.providers.vendor.reading import bad_answer, text
from sentry_scm_grpc.providers.vendor.ref_writes import VendorWrites, content_at
from sentry_scm_grpc.v1 import refs_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb


class BitbucketRefWrites(BitbucketFiles, VendorWrites):
    def send_branch(self, branch: str, sha: str) -> None:
        self.http.post(f"{self.path}/refs/branches", {"name": branch, "target": {"hash": sha}})

    def send_deletion(self, branch: str, before: str) -> None:
        self.http.delete(f"{self.path}/refs/branches/{quoted(branch)}")

    def fetch_existing(self, path: str, sha: str) -> Existing:
        found = self._meta(path, sha)
        if text(found, "type") != "commit_file":
            return Existing(DIRECTORY)
        attributes = attributes_of(found)
        kind = LINK if "link" in attributes else SUBMODULE if "subrepository" in attributes else FILE
        return Existing(kind, "executable" in attributes)

    def check_commit(self, request: refs_pb2.CreateCommitRequest) -> None:
        if any(action.kind == SET_EXECUTABLE or action.executable for action in request.actions):
            raise Unimplemented("Bitbucket's API does not document how a form makes a file executable.")

    def send_commit(self, request: refs_pb2.CreateCommitRequest, look: Look, asking: Asking) -> pb.Commit:
        head = request.expected_head_sha
        fields = [("message", request.message), ("branch", request.branch)]
        if head:
            fields.append(("parents", head))
        if request.HasField("author"):
            fields.append(("author", f"{request.author.name.strip()} <{request.author.email.strip()}>"))
        files = []
        for action in request.actions:
            if action.kind == WRITE:
                files.append((action.path, action.content))
                continue
            fields.append(("files", action.previous_path or action.path))
            if action.kind == MOVE:
                found = look(action.previous_path)
                if found is None or found.kind != FILE or found.executable:
                    raise Unimplemented("Bitbucket cannot move a file that is executable or a symbolic link.")
                files.append((action.path, content_at(self, action.previous_path, head)))
        body, kind = form_data(fields, files)
        with asking():
            answer = self.http.send("post", f"{self.path}/src", body, json=False, headers={"Content-Type": kind})
        sha = (answer.headers.get("Location") or "").rstrip("/").rpartition("/")[2]
        if not sha:
            raise bad_answer()
        return self.look_up(sha)[0]
