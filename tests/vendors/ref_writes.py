"""The routes by which branches and commits are written: a part of each vendor's ``Fake``.

A commit changes the files of the world at once, whatever its branch: the fakes have one tree.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any, ClassVar

from graphql import GraphQLError

from tests.vendors.fake import NoSuchThing, Reply, Request, route
from tests.vendors.world import BOB, Commit, Person, World, blob_sha, sha_of

NO_COMMIT = "0" * 40


def person_of(told: Mapping[str, str] | None) -> Person:
    return Person(told["name"], told["email"]) if told else BOB


class WritesOfGitHub:
    world: World
    rest: str
    web: ClassVar[str]
    modes: dict[str, str]
    get_ref: Any
    commit_at: Any
    _commit: Any
    _blob_sha: Any
    _person: Any

    @property
    def _objects(self) -> dict[str, Any]:
        """New blobs (bytes) and trees (the content or None by path, and the modes), by their ids."""
        return self.__dict__.setdefault("_new_objects", {})

    @route("POST", r"/repos/acme/rocket/git/refs")
    def create_ref(self, request: Request) -> Reply:
        name = request.data["ref"].removeprefix("refs/heads/")
        if name in self.world.branches:
            return Reply({"message": "Reference already exists", "documentation_url": ""}, 422)
        self.world.branches[name] = self.commit_at(request.data["sha"]).sha
        return Reply(self.get_ref(request, "heads", name), 201)

    @route("POST", r"/repos/acme/rocket/git/blobs")
    def create_blob(self, request: Request) -> Reply:
        sha = sha_of("new blob" + request.data["content"])
        self._objects[sha] = base64.b64decode(request.data["content"])
        return Reply({"sha": sha, "url": f"{self.rest}/repos/acme/rocket/git/blobs/{sha}"}, 201)

    @route("POST", r"/repos/acme/rocket/git/trees")
    def create_tree(self, request: Request) -> Reply:
        files: dict[str, bytes | None] = {}
        modes = {}
        by_id = {blob_sha(content): content for content in self.world.files.values()}
        for entry in request.data["tree"]:
            modes[entry["path"]] = entry["mode"]
            if "content" in entry:
                files[entry["path"]] = entry["content"].encode()
            else:
                sha = entry["sha"]
                files[entry["path"]] = (
                    None if sha is None else self._objects[sha] if sha in self._objects else by_id[sha]
                )
        sha = sha_of("new tree" + json.dumps(request.data, sort_keys=True))
        self._objects[sha] = files, modes
        url = f"{self.rest}/repos/acme/rocket/git/trees/{sha}"
        return Reply({"sha": sha, "url": url, "tree": [], "truncated": False}, 201)

    @route("POST", r"/repos/acme/rocket/git/commits")
    def create_git_commit(self, request: Request) -> Reply:
        files, modes = self._objects[request.data["tree"]]
        self.modes.update(modes)
        author = person_of(request.data.get("author"))
        commit = self.world.make(request.data["parents"], request.data["message"], author, files)
        return Reply(self._git_commit(commit), 201)

    @route("GET", r"/repos/acme/rocket/git/commits/(?P<sha>\w+)")
    def get_git_commit(self, request: Request, sha: str) -> Any:
        return self._git_commit(self.commit_at(sha))

    def _git_commit(self, commit: Commit) -> Any:
        told = self._commit(commit)
        inner = told["commit"]
        reason = {"verified": False, "reason": "unsigned", "signature": None, "payload": None, "verified_at": None}
        return {
            **{name: told[name] for name in ("sha", "node_id", "html_url", "parents")},
            **{name: inner[name] for name in ("author", "committer", "message", "tree")},
            "url": f"{self.rest}/repos/acme/rocket/git/commits/{commit.sha}",
            "verification": reason,
        }

    def _graph_update_refs(self, info: Any, input: Any) -> Any:
        for update in input["refUpdates"]:
            name = update["name"].removeprefix("refs/heads/")
            if self.world.branches.get(name, NO_COMMIT) != update["beforeOid"]:
                raise GraphQLError("The ref is not at beforeOid.", extensions={"type": "STALE_DATA"})
            if name.startswith("protected"):
                raise GraphQLError("Repository rule violations found", extensions={"type": "UNPROCESSABLE"})
            if update["afterOid"] == NO_COMMIT:
                del self.world.branches[name]
            else:
                self.world.move(name, update["afterOid"])
        return {"clientMutationId": None}


class WritesOfGitLab:
    world: World
    modes: dict[str, str]
    _branch: Any
    _commit: Any
    _at: Any

    @route("POST", r"/projects/7/repository/branches")
    def create_branch(self, request: Request) -> Reply:
        name = request.data["branch"]
        if name in self.world.branches:
            return Reply({"message": "Branch already exists"}, 400)
        self.world.branches[name] = self._at(request.data["ref"]).sha
        return Reply(self._branch(name), 201)

    @route("DELETE", r"/projects/7/repository/branches/(?P<name>[^/]+)")
    def delete_branch(self, request: Request, name: str) -> Reply:
        if name not in self.world.branches:
            return Reply({"message": "404 Branch Not Found"}, 404)
        if name.startswith("protected"):
            return Reply({"message": "403 Forbidden"}, 403)
        del self.world.branches[name]
        return Reply(b"", 204)

    @route("POST", r"/projects/7/repository/commits")
    def create_commit(self, request: Request) -> Reply:
        told, files = request.data, {}
        for action in told["actions"]:
            path, kind = action["file_path"], action["action"]
            there = path in self.world.files or files.get(path) is not None
            if kind == "create" and there:
                return Reply({"message": "A file with this name already exists"}, 400)
            if kind in ("update", "delete", "chmod") and not there:
                return Reply({"message": "A file with this name doesn't exist"}, 400)
            if kind == "chmod":
                self.modes[path] = "100755" if action["execute_filemode"] else "100644"
            elif kind == "move":
                files[path], files[action["previous_path"]] = self.world.files[action["previous_path"]], None
            else:
                files[path] = None if kind == "delete" else base64.b64decode(action["content"])
        author = Person(told["author_name"], told["author_email"]) if "author_name" in told else BOB
        parent = self.world.branches[told["branch"]]
        commit = self.world.make([parent], told["commit_message"], author, files)
        self.world.move(told["branch"], commit.sha)
        return Reply(self._commit(commit), 201)


class WritesOfBitbucket:
    world: World
    api: str
    commit_at: Any
    _ref: Any

    @route("POST", r"/2\.0/repositories/acme/rocket/refs/branches")
    def create_branch(self, request: Request) -> Reply:
        name = request.data["name"]
        if name in self.world.branches:
            error = {"message": f'Branch "{name}" already exists.', "data": {"key": "BRANCH_ALREADY_EXISTS"}}
            return Reply({"type": "error", "error": error}, 400)
        self.world.branches[name] = self.commit_at(request.data["target"]["hash"]).sha
        return Reply(self._ref("branch", name, self.world.branches[name]), 201)

    @route("DELETE", r"/2\.0/repositories/acme/rocket/refs/branches/(?P<name>[^/]+)")
    def delete_branch(self, request: Request, name: str) -> Reply:
        if name not in self.world.branches:
            raise NoSuchThing
        if name.startswith("protected"):
            return Reply({"type": "error", "error": {"message": "This branch is restricted."}}, 403)
        del self.world.branches[name]
        return Reply(b"", 204)

    @route("POST", r"/2\.0/repositories/acme/rocket/src")
    def create_commit(self, request: Request) -> Reply:
        texts = {name: content.decode() for name, filename, content in request.data if filename is None}
        branch = texts["branch"]
        if texts["parents"] != self.world.branches[branch]:
            return Reply({"type": "error", "error": {"message": "parents is not the head of the branch"}}, 409)
        files: dict[str, bytes | None] = {
            content.decode(): None for name, filename, content in request.data if (name, filename) == ("files", None)
        }
        files |= {name: content for name, filename, content in request.data if filename is not None}
        name, _, email = texts.get("author", f"{BOB.name} <{BOB.email}>").removesuffix(">").partition(" <")
        commit = self.world.make([texts["parents"]], texts["message"], Person(name, email), files)
        self.world.move(branch, commit.sha)
        return Reply(b"", 201, {"Location": f"{self.api}/2.0/repositories/acme/rocket/commit/{commit.sha}"})


class WritesOfBitbucketServer:
    world: World
    commit_at: Any
    _branch: Any
    _commit: Any

    @route("POST", r"/rest/branch-utils/1\.0/projects/ACME/repos/rocket/branches")
    def create_branch(self, request: Request) -> Reply:
        name = request.data["name"]
        if name in self.world.branches:
            return _exception("DuplicateRefException", 409)
        self.world.branches[name] = self.commit_at(request.data["startPoint"]).sha
        return Reply(self._branch(name), 201)

    @route("DELETE", r"/rest/branch-utils/1\.0/projects/ACME/repos/rocket/branches")
    def delete_branch(self, request: Request) -> Reply:
        name = request.data["name"].removeprefix("refs/heads/")
        if name.startswith("protected"):
            return _exception("BranchPermissionException", 403)
        if request.data.get("endPoint", self.world.branches.get(name)) != self.world.branches.get(name):
            return _exception("IncorrectRefPositionException", 400)
        self.world.branches.pop(name, None)
        return Reply(b"", 204)

    @route("PUT", r"/rest/api/1\.0/projects/ACME/repos/rocket/browse/(?P<path>.+)")
    def edit_file(self, request: Request, path: str) -> Reply:
        given = {name: content for name, _, content in request.data}
        if path in self.world.files and "sourceCommitId" not in given:
            return _exception("FileAlreadyExistsException", 409)
        if self.world.files.get(path) == given["content"]:
            return _exception("FileContentUnmodifiedException", 409)
        branch = given["branch"].decode()
        message = given["message"].decode()
        commit = self.world.make([self.world.branches[branch]], message, BOB, {path: given["content"]})
        self.world.move(branch, commit.sha)
        return Reply(self._commit(commit))


def _exception(name: str, status: int) -> Reply:
    kind = f"com.atlassian.bitbucket.repository.{name}"
    return Reply({"errors": [{"context": None, "message": "No.", "exceptionName": kind}]}, status)


class WritesOfAzureDevOps:
    world: World
    _commit: Any
    _list: Any

    @route("POST", r"/_apis/git/repositories/[^/]+/refs")
    def update_refs(self, request: Request) -> Any:
        assert request.headers.get("Content-Type", "").startswith("application/json")
        assert "patch" not in request.headers.get("Content-Type", "")
        return self._list([self._updated(update) for update in request.data])

    def _updated(self, update: Mapping[str, str]) -> Any:
        name = update["name"].removeprefix("refs/heads/")
        status = "succeeded"
        if self.world.branches.get(name, NO_COMMIT) != update["oldObjectId"]:
            status = "staleOldObjectId"
        elif name.startswith("protected"):
            status = "rejectedByPolicy"
        elif update["newObjectId"] == NO_COMMIT:
            del self.world.branches[name]
        else:
            self.world.move(name, update["newObjectId"])
        return {**update, "updateStatus": status, "success": status == "succeeded"}

    @route("POST", r"/_apis/git/repositories/[^/]+/pushes")
    def push(self, request: Request) -> Reply:
        [update], [commit] = request.data["refUpdates"], request.data["commits"]
        name = update["name"].removeprefix("refs/heads/")
        if self.world.branches.get(name) != update["oldObjectId"]:
            stale = {"typeKey": "GitReferenceStaleException", "message": "TF401028: The reference has been updated."}
            return Reply(stale, 409)
        files: dict[str, bytes | None] = {}
        for change in commit["changes"]:
            path = change["item"]["path"].removeprefix("/")
            assert (change["changeType"] == "add") == (path not in self.world.files) or change["changeType"] == "rename"
            if change["changeType"] == "delete":
                files[path] = None
            elif change["changeType"] == "rename":
                previous = change["sourceServerItem"].removeprefix("/")
                files[path], files[previous] = self.world.files[previous], None
            else:
                assert change["newContent"]["contentType"] == "base64encoded"
                files[path] = base64.b64decode(change["newContent"]["content"])
        author = person_of(commit.get("author"))
        made = self.world.make([update["oldObjectId"]], commit["comment"], author, files)
        self.world.move(name, made.sha)
        pushed = {**self._commit(made), "treeId": sha_of("tree" + made.sha), "parents": list(made.parents)}
        updates = [{**update, "newObjectId": made.sha}]
        return Reply({"commits": [pushed], "refUpdates": updates, "pushId": 1}, 201)
