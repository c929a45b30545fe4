"""Branches and commits: the module branch-utils of the REST API, and its way to edit one file.

The server compares the file that is edited with its version at a commit, and not the head of the branch.
"""

from __future__ import annotations

from sentry_scm_grpc.errors import Unimplemented
from sentry_scm_grpc.providers.bitbucket_server.commits import BitbucketServerCommits
from sentry_scm_grpc.providers.bitbucket_server.files import BitbucketServerFiles
from sentry_scm_grpc.providers.commit_actions import DIRECTORY, FILE, SUBMODULE, WRITE, Existing, Look
from sentry_scm_grpc.providers.ref_writes import Asking
from sentry_scm_grpc.providers.vendor.form_data import form_data
from sentry_scm_grpc.providers.vendor.http import quoted, quoted_path
from sentry_scm_grpc.providers.vendor.ref_writes import VendorWrites
from sentry_scm_grpc.providers.vendor.refs import HEADS
from sentry_scm_grpc.v1 import refs_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb

_KINDS = {"FILE": FILE, "DIRECTORY": DIRECTORY, "SUBMODULE": SUBMODULE}


class BitbucketServerRefWrites(BitbucketServerCommits, BitbucketServerFiles, VendorWrites):
    @property
    def _branches(self) -> str:
        project, slug = self.place
        return f"/rest/branch-utils/1.0/projects/{quoted(project)}/repos/{quoted(slug)}/branches"

    def send_branch(self, branch: str, sha: str) -> None:
        self.http.post(self._branches, {"name": branch, "startPoint": sha})

    def send_deletion(self, branch: str, before: str) -> None:
        self.http.delete(self._branches, {"name": HEADS + branch, "dryRun": False, "endPoint": before})

    def fetch_existing(self, path: str, sha: str) -> Existing:
        return Existing(_KINDS.get(self._type(path, sha), FILE))

    def check_commit(self, request: refs_pb2.CreateCommitRequest) -> None:
        [action, *more] = request.actions
        if more or action.kind != WRITE or action.HasField("executable"):
            raise Unimplemented(
                "Bitbucket Server changes one file in a commit. Send a single action that writes, without a mode."
            )
        if request.HasField("author"):
            raise Unimplemented("Bitbucket Server makes the user of the credential the author. Leave `author` out.")

    def send_commit(self, request: refs_pb2.CreateCommitRequest, look: Look, asking: Asking) -> pb.Commit:
        [action] = request.actions
        fields = [("message", request.message), ("branch", request.branch)]
        if look(action.path) is not None:
            fields.append(("sourceCommitId", request.expected_head_sha))
        body, kind = form_data(fields, [("content", action.content)])
        path = f"{self.path}/browse/{quoted_path(action.path)}"
        with asking():
            answer = self.http.send("put", path, body, json=False, headers={"Content-Type": kind})
        return self._commit(answer.data)
