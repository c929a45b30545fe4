"""How GitLab's API is asked: paths, pages, and the meaning of refusals."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from sentry_scm_grpc.providers.vendor.absence import Absent, Lack
from sentry_scm_grpc.providers.vendor.commit_statuses import unchangeable
from sentry_scm_grpc.providers.vendor.commits import Commits
from sentry_scm_grpc.providers.vendor.errors import no_merge_base
from sentry_scm_grpc.providers.vendor.http import VendorResponse, quoted, quoted_path
from sentry_scm_grpc.providers.vendor.pages import is_full_sha
from sentry_scm_grpc.providers.vendor.reading import rows, text
from sentry_scm_grpc.providers.vendor.statuses import moved

PER_PAGE = 100
#: GitLab's search for projects finds a shorter word only if it is the whole name.
SEARCHED_CHARACTERS = 3
PAGED_BY = ("page", "page_token", "cursor", "id_after")
#: GitLab's messages in a 404.
LACKS = {
    "404 project not found": Lack.REPOSITORY,
    "404 commit not found": Lack.REF,
    "404 branch not found": Lack.REF,
    "404 tag not found": Lack.REF,
    # A status cannot be reported on a commit that no branch and no tag contains.
    "404 references for commit not found": Lack.REF,
    "404 file not found": Lack.PATH,
    "404 tree not found": Lack.REF_OR_PATH,
    "404 invalid revision or path not found": Lack.REF_OR_PATH,
}


class GitLabApi(Commits):
    @cached_property
    def path(self) -> str:
        return f"/projects/{quoted(self.installation.identifier())}"

    @property
    def _web(self) -> str:
        """The address of the repository's pages."""
        known = self.repository
        if known is not None and known.url:
            return known.url.rstrip("/")
        return f"{self._base}/{known.config['path'] if known else ''}"

    @property
    def _base(self) -> str:
        address: str = self.live.model.metadata["base_url"]
        return address.rstrip("/")

    @cached_property
    def _lines(self) -> dict[str, int]:
        """How many lines each fetched commit adds and deletes, by SHA."""
        return {}

    def rate_limit_of(self, path: str) -> str:
        """Files have a limit of their own if an administrator has set one.

        https://docs.gitlab.com/administration/settings/files_api_rate_limits/
        """
        return "files" if "/repository/files/" in path else "search" if path.endswith("/search") else "all"

    def lack_of(self, status: int, told: Any) -> Lack | None:
        """The body of a 404 says what is missing. The response to a HEAD has no body."""
        said = text(told, "message").lower()
        if status == 405 and "moved project" in said:
            raise moved()
        if status == 400 and "cannot transition status" in said:
            raise unchangeable("GitLab")
        if status == 404 and said == "404 merge base not found":
            raise no_merge_base()
        return LACKS.get(said, Lack.UNKNOWN) if status == 404 else None

    def _page(
        self, path: str, params: Mapping[str, Any], position: Any, **options: Any
    ) -> tuple[list[Mapping[str, Any]], dict[str, str] | None]:
        """A page, and the parameters of the next page, which are its position."""
        answer = self.http.fetch(path, {**params, "per_page": PER_PAGE, **(position or {})}, **options)
        return rows(answer.data), following(answer)

    def _projects(self, query: str, position: Any, **params: str) -> tuple[list[Mapping[str, Any]], Any]:
        """The projects that Sentry offers: those of the installation's group, or those of its user."""
        metadata = self.live.model.metadata
        if metadata.get("group_id"):
            path = f"/groups/{quoted(str(metadata['group_id']))}/projects"
            params["include_subgroups"] = "true" if metadata.get("include_subgroups") else "false"
            if metadata.get("with_shared") is False:
                params["with_shared"] = "false"
        else:
            path, params["membership"] = "/projects", "true"
        # GitLab searches the project's own name, which is the last part of the name with its namespace.
        word = query.rpartition("/")[2].strip()
        if len(word) >= SEARCHED_CHARACTERS:
            params["search"] = word
        return self._page(path, {**params, "simple": "true", "order_by": "id", "sort": "asc"}, position)

    def _is_directory(self, path: str, ref: str) -> bool:
        """Returns True, or raises Absent. For a missing directory GitLab answers 404 or an empty list."""
        params = {"path": path, "ref": ref or "HEAD", "per_page": 1}
        if not rows(self.http.get(f"{self.path}/repository/tree", params, immutable=is_full_sha(ref))):
            raise Absent(Lack.REF_OR_PATH)
        return True

    def _file_path(self, path: str) -> str:
        """The path of a file in the API. Raises InvalidArgument."""
        return f"{self.path}/repository/files/{quoted_path(path).replace('/', '%2F')}"


def following(answer: VendorResponse) -> dict[str, str] | None:
    """The parameters of the next page: its number or a key, from the address that GitLab gives.

    https://docs.gitlab.com/api/rest/#pagination
    """
    if answer.next_url:
        asked = dict(parse_qsl(urlsplit(answer.next_url).query))
        return {name: asked[name] for name in PAGED_BY if name in asked} or None
    page = answer.headers.get("X-Next-Page", "")
    return {"page": page} if page.isdecimal() else None
