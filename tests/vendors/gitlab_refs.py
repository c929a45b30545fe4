"""The routes of GitLab for branches, tags and comparisons: https://docs.gitlab.com/api/rest/"""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import quote

from tests.vendors.fake import Reply, Request, route
from tests.vendors.world import World, sha_of

REPOSITORY = r"/projects/7/repository"


class RefsOfGitLab:
    """A part of ``tests.vendors.gitlab.Fake``, which has what is only declared here."""

    world: World
    web: ClassVar[str]
    _page: Any
    _commit: Any
    _diff: Any
    _at: Any
    _date: Any

    @route("GET", REPOSITORY + r"/compare")
    def compare(self, request: Request) -> Any:
        asked = request.params
        base, head = self._at(asked["from"]), self._at(asked["to"])
        straight = asked.get("straight") == "true"
        between = self.world.between(base.sha, head.sha)[::-1]
        changes = self.world.compared(base.sha, head.sha, from_merge_base=not straight)
        return {
            "commit": self._commit(between[-1]) if between else None,
            "commits": [self._commit(commit) for commit in between],
            "diffs": [self._diff(change) for change in changes],
            "compare_timeout": False,
            "compare_same_ref": base == head,
            "web_url": f"{self.web}/-/compare/{base.sha}...{head.sha}",
        }

    @route("GET", REPOSITORY + r"/merge_base")
    def get_merge_base(self, request: Request) -> Any:
        refs = request.all_of("refs[]") or [request.params[f"refs[{n}]"] for n in range(2)]
        for ref in refs:
            if self.world.commit(ref) is None:
                return Reply({"message": f"400 Bad request - Could not find ref: {ref}"}, 400)
        sha = self._at(refs[0]).sha
        for ref in refs[1:]:
            sha = self.world.merge_base(sha, self._at(ref).sha)
        return self._commit(self._at(sha))

    @route("GET", REPOSITORY + r"/branches")
    def list_branches(self, request: Request) -> Reply:
        return self._page(request, [self._branch(name) for name in self._searched(request, self.world.branches)])

    @route("GET", REPOSITORY + r"/branches/(?P<name>[^/]+)")
    def get_branch(self, request: Request, name: str) -> Any:
        return self._branch(name) if name in self.world.branches else Reply({"message": "404 Branch Not Found"}, 404)

    @route("GET", REPOSITORY + r"/tags")
    def list_tags(self, request: Request) -> Reply:
        return self._page(request, [self._tag(name) for name in self._searched(request, self.world.tags)])

    @route("GET", REPOSITORY + r"/tags/(?P<name>[^/]+)")
    def get_tag(self, request: Request, name: str) -> Any:
        return self._tag(name) if name in self.world.tags else Reply({"message": "404 Tag Not Found"}, 404)

    def _searched(self, request: Request, names: Any) -> list[str]:
        """A "^" stands for the beginning of a name. Case does not matter."""
        wanted = request.params.get("search", "").casefold()
        if wanted.startswith("^"):
            return sorted(name for name in names if name.casefold().startswith(wanted[1:]))
        return sorted(name for name in names if wanted in name.casefold())

    def _branch(self, name: str) -> Any:
        return {
            "name": name,
            "commit": self._commit(self._at(self.world.branches[name])),
            "merged": False,
            "protected": name == "main",
            "developers_can_push": False,
            "developers_can_merge": False,
            "can_push": True,
            "default": name == "main",
            "web_url": f"{self.web}/-/tree/{quote(name)}",
        }

    def _tag(self, name: str) -> Any:
        tag = self.world.tags[name]
        commit = self._at(tag.sha)
        annotated = tag.message is not None
        return {
            "name": name,
            "message": tag.message or "",
            "target": sha_of("tag" + name) if annotated else tag.sha,
            "commit": self._commit(commit),
            "release": None,
            "protected": False,
            "created_at": self._date(commit) if annotated else None,
        }
