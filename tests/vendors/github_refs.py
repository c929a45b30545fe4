"""The routes of GitHub for branches, tags and comparisons: https://docs.github.com/en/rest"""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import quote

from tests.vendors.fake import NoSuchThing, Reply, Request, route
from tests.vendors.world import ADA, World, sha_of

REPOSITORY = r"/repos/acme/rocket"


class RefsOfGitHub:
    """A part of ``tests.vendors.github.Fake``, which has what is only declared here.

    Our adapter asks GraphQL for tags and single refs. Other clients ask the routes for them.
    """

    world: World
    rest: str
    web: ClassVar[str]
    commit_at: Any
    _page: Any
    _commit: Any
    _change: Any
    _graph_object: Any

    @route("GET", REPOSITORY + r"/branches")
    def list_branches(self, request: Request) -> Reply:
        items, reply = self._page(request, sorted(self.world.branches))
        reply.body = [self._branch(name) for name in items]
        return reply

    def _branch(self, name: str) -> Any:
        url, sha = f"{self.rest}/repos/acme/rocket", self.world.branches[name]
        return {
            "name": name,
            "commit": {"sha": sha, "url": f"{url}/commits/{sha}"},
            "protected": name == "main",
            "protection": {"enabled": False},
            "protection_url": f"{url}/branches/{quote(name)}/protection",
        }

    @route("GET", REPOSITORY + r"/tags")
    def list_tags(self, request: Request) -> Reply:
        items, reply = self._page(request, sorted(self.world.tags))
        reply.body = [self._listed_tag(name) for name in items]
        return reply

    def _listed_tag(self, name: str) -> Any:
        url, sha = f"{self.rest}/repos/acme/rocket", self.world.tags[name].sha
        return {
            "name": name,
            "commit": {"sha": sha, "url": f"{url}/commits/{sha}"},
            "zipball_url": f"{url}/zipball/refs/tags/{name}",
            "tarball_url": f"{url}/tarball/refs/tags/{name}",
            "node_id": "MDM6UmVm",
        }

    @route("GET", REPOSITORY + r"/git/ref/(?P<space>heads|tags)/(?P<name>.+)")
    def get_ref(self, request: Request, space: str, name: str) -> Any:
        known = self.world.branches if space == "heads" else self.world.tags
        if name not in known:
            raise NoSuchThing
        url, tag = f"{self.rest}/repos/acme/rocket/git", self.world.tags.get(name) if space == "tags" else None
        is_tag = tag is not None and tag.message is not None
        sha = sha_of("tag" + name) if is_tag else tag.sha if tag else self.world.branches[name]
        kind = "tag" if is_tag else "commit"
        return {
            "ref": f"refs/{space}/{name}",
            "node_id": "MDM6UmVm",
            "url": f"{url}/refs/{space}/{quote(name)}",
            "object": {"type": kind, "sha": sha, "url": f"{url}/{kind}s/{sha}"},
        }

    @route("GET", REPOSITORY + r"/git/tags/(?P<sha>\w+)")
    def get_tag(self, request: Request, sha: str) -> Any:
        for name, tag in self.world.tags.items():
            if tag.message is not None and sha_of("tag" + name) == sha:
                url = f"{self.rest}/repos/acme/rocket/git"
                return {
                    "node_id": "MDM6VGFn",
                    "tag": name,
                    "sha": sha,
                    "url": f"{url}/tags/{sha}",
                    "message": tag.message,
                    "tagger": {"name": ADA.name, "email": ADA.email, "date": tag.date.strftime("%Y-%m-%dT%H:%M:%SZ")},
                    "object": {"type": "commit", "sha": tag.sha, "url": f"{url}/commits/{tag.sha}"},
                }
        raise NoSuchThing

    @route("GET", REPOSITORY + r"/compare/(?P<base>[^/]+)\.\.\.(?P<head>[^/]+)")
    def compare(self, request: Request, base: str, head: str) -> Reply:
        """Commits come with the oldest first. Only the first page has the files, of which GitHub tells 300."""
        base_commit, head_commit = self.commit_at(base), self.commit_at(head)
        ahead, behind = self.world.between(base, head), self.world.between(head, base)
        merge_base = self.commit_at(self.world.merge_base(base, head))
        items, reply = self._page(request, ahead[::-1])
        files = self.world.compared(base, head)[:300] if request.params.get("page", "1") == "1" else []
        url = f"{self.rest}/repos/acme/rocket/compare/{base}...{head}"
        page = f"{self.web}/compare/{base}...{head}"
        status = "diverged" if ahead and behind else "ahead" if ahead else "behind" if behind else "identical"
        reply.body = {
            **{"url": url, "html_url": page, "permalink_url": page, "diff_url": f"{page}.diff"},
            "patch_url": f"{page}.patch",
            "base_commit": self._commit(base_commit),
            "merge_base_commit": self._commit(merge_base),
            "status": status,
            "ahead_by": len(ahead),
            "behind_by": len(behind),
            "total_commits": len(ahead),
            "commits": [self._commit(commit) for commit in items],
            "files": [self._change(change, head_commit) for change in files],
        }
        return reply

    def _graph_ref(self, full_name: str) -> Any:
        branch, tag = full_name.removeprefix("refs/heads/"), full_name.removeprefix("refs/tags/")
        if branch != full_name and branch in self.world.branches:
            return {"name": branch, "target": self._graph_object(self.world.branches[branch])}
        return self._graph_tag(tag) if tag != full_name and tag in self.world.tags else None

    def _graph_tags(self, refPrefix: str, first: int, orderBy: Any, query: str = "", after: str = "") -> Any:
        """``query`` is part of a name."""
        assert refPrefix == "refs/tags/"
        names = [name for name in sorted(self.world.tags) if (query or "") in name and name > (after or "")]
        found = names[:first]
        info = {"hasNextPage": len(names) > first, "endCursor": found[-1] if found else None}
        return {"nodes": [self._graph_tag(name) for name in found], "pageInfo": info}

    def _graph_tag(self, name: str) -> Any:
        tag = self.world.tags[name]
        target = self._graph_object(tag.sha)
        if tag.message is not None:
            tagger = {"name": ADA.name, "email": ADA.email, "date": tag.date.isoformat(), "user": None}
            sha = sha_of("tag" + name)
            target = {"__typename": "Tag", "oid": sha, "message": tag.message, "tagger": tagger, "target": target}
        return {"name": name, "target": target}
