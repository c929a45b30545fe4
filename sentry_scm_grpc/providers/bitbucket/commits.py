"""Bitbucket Cloud: https://developer.atlassian.com/cloud/bitbucket/rest/

Bitbucket Cloud has no API for blame: it is derived from a file's history. It cannot filter commits by author or date:
all are read, and filtered here. A ref with a "/" cannot be part of a path: it costs a call to find its SHA. Lists name
the next page by an address, whose query is our position.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from sentry_scm_grpc.errors import FailedPrecondition, InvalidArgument, Unavailable
from sentry_scm_grpc.providers.bitbucket.answers import (
    attributes_of,
    change_of,
    commit_of,
    entry_of,
    hides_matches,
    lack_of,
    repository_of,
)
from sentry_scm_grpc.providers.vendor.absence import Lack
from sentry_scm_grpc.providers.vendor.base import OWNER_AND_NAME
from sentry_scm_grpc.providers.vendor.capabilities import CodeOwnersFile, CodeSearch, CommitQuery, Trees, ref_not_found
from sentry_scm_grpc.providers.vendor.derived_blame import MAX_BYTES, VERSIONS, DerivedBlames
from sentry_scm_grpc.providers.vendor.http import not_a_file, quoted, quoted_path, too_large
from sentry_scm_grpc.providers.vendor.pages import VENDOR_LIMIT, Page, is_full_sha
from sentry_scm_grpc.providers.vendor.reading import bad_answer, number, rows, string, text, told_rows
from sentry_scm_grpc.providers.vendor.source_urls import same_host
from sentry_scm_grpc.source import codeowners
from sentry_scm_grpc.source.line_history import Version
from sentry_scm_grpc.v1 import scm_pb2 as pb

PER_PAGE = 100
CHANGES_PER_PAGE = 500
#: How far down a tree one answer goes; what is deeper is asked for on its own.
TREE_DEPTH = 10

TRACKER_REMOVED = "Bitbucket Cloud removed its issue tracker in August 2026."

# The first line in "#lines-3,7:9"; older addresses have "#cl-3" and "#app.py-3".
_LINE = re.compile(r"(lines|cl)-(\d{1,9})(?!\d)")


class BitbucketAdapter(CodeOwnersFile, Trees, DerivedBlames, CodeSearch):
    key = "bitbucket"
    name = "Bitbucket"
    provider = pb.PROVIDER_BITBUCKET

    identifier_format = OWNER_AND_NAME
    identifier_example = "workspace/slug"
    # https://developer.atlassian.com/cloud/bitbucket/changelog/
    missing = dict.fromkeys(
        ("create_issue", "get_issue", "set_issue_state", "list_issue_destinations", "search_issues"), TRACKER_REMOVED
    )
    code_owners_locations = (".bitbucket/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
    code_owners_rules = codeowners.BITBUCKET
    search_tells_lines = True

    @cached_property
    def full_name(self) -> str:
        """The repository's "workspace/slug"."""
        return self.installation.identifier()

    @property
    def path(self) -> str:
        return f"/2.0/repositories/{quoted_path(self.full_name)}"

    @cached_property
    def main_branch(self) -> str:
        """The default branch: without a ref, Bitbucket lists the commits of all branches. Empty where there is none."""
        known = self.repository.default_branch if self.repository else ""
        return known or self.fetch_repository(self.full_name).default_branch

    def lack_of(self, status: int, told: Any) -> Lack | None:
        return lack_of(status, told)

    # ---- repositories

    def fetch_repository(self, identifier: str) -> pb.RemoteRepository:
        return repository_of(self.http.get(f"/2.0/repositories/{identifier}"))

    def fetch_repositories(self, query: str, position: Any) -> Page[pb.RemoteRepository]:
        """Those of the workspace, which Sentry knows by its UUID, or by the integration's name."""
        workspace = self.live.model.metadata.get("uuid") or self.live.model.name
        found, after = self._page(f"/2.0/repositories/{quoted(workspace)}", {"pagelen": PER_PAGE}, position)
        return Page([repository_of(repository) for repository in found], after)

    # ---- commits

    def fetch_commit(self, ref: str) -> tuple[pb.Commit, None]:
        if is_full_sha(ref):
            return commit_of(self.http.get(f"{self.path}/commit/{ref}", immutable=True)), None
        found, _ = self._page(f"{self.path}/commits", {"include": self._ref(ref), "pagelen": 1}, None)
        if not found:
            raise ref_not_found(ref)
        return commit_of(found[0]), None

    def fetch_commits(self, query: CommitQuery, position: Any) -> Page[pb.Commit]:
        """Ends at a page of which all commits are older than what is wanted."""
        if not query.ref and not self.main_branch:
            return Page([])
        params = {"pagelen": PER_PAGE, **({"path": query.path} if query.path else {})}
        # The ref of the first page is in the address of the next, but it may have moved since.
        within = {"include": self._ref(query.ref)}
        found, after = self._page(f"{self.path}/commits", params, position, within, immutable=is_full_sha(query.ref))
        commits = [commit_of(commit) for commit in found]
        since = query.since.timestamp() if query.since else None
        if since is not None and all(commit.date_added.seconds < since for commit in commits):
            after = None
        return Page(commits, after)

    def fetch_file_changes(self, sha: str, position: Any) -> Page[pb.FileChange]:
        params = {"pagelen": CHANGES_PER_PAGE}
        found, after = self._page(f"{self.path}/diffstat/{quoted(sha)}", params, position, immutable=is_full_sha(sha))
        return Page([change_of(change) for change in found], after)

    def _ref(self, ref: str) -> str:
        branch = self.main_branch if ref in ("", "HEAD") else ref
        if not branch:
            raise ref_not_found(ref)
        return branch

    # ---- blame

    def fetch_versions(self, path: str, sha: str) -> tuple[list[Version], bool]:
        """Renames are followed there: a version has the file's name at the time."""
        found, after = self._page(
            f"{self.path}/filehistory/{quoted(sha)}/{quoted_path(path)}", {"pagelen": VERSIONS}, None, immutable=True
        )
        return [Version(string(one, "commit", "hash"), string(one, "path")) for one in found], after is None

    def fetch_text(self, path: str, sha: str) -> bytes:
        return self.http.get_bytes(self._src(path, sha), max_bytes=MAX_BYTES, immutable=True)

    # ---- files

    def has_path(self, path: str, ref: str) -> bool:
        self._meta(path, ref)
        return True

    def fetch_file(self, path: str, ref: str, max_bytes: int) -> pb.FileContent:
        found = self._meta(path, ref)
        if text(found, "type") != "commit_file" or "subrepository" in attributes_of(found):
            raise not_a_file(path)
        if "lfs" in attributes_of(found):
            raise FailedPrecondition(
                f"{path!r} is in Git LFS: Bitbucket redirects to its bytes at another site, and tells no pointer.",
                reason="FILE_IN_LFS",
            )
        if number(found, "size") > max_bytes:
            raise too_large(number(found, "size"), max_bytes)
        sha = string(found, "commit", "hash")
        content = self.http.get_bytes(
            f"{self.path}/src/{quoted(sha)}/{quoted_path(path)}", max_bytes=max_bytes, immutable=True
        )
        return pb.FileContent(content=content, commit_sha=sha)

    def _meta(self, path: str, ref: str) -> Any:
        return self.http.get(self._src(path, ref), {"format": "meta"}, immutable=is_full_sha(ref))

    def _src(self, path: str, ref: str) -> str:
        at = ref or self.default_ref
        at = self.sha_of(at) if "/" in at else at
        return f"{self.path}/src/{quoted(at)}/{quoted_path(path) if path else ''}"

    def url_of(self, path: str, ref: str, line: int) -> str:
        at = quote(ref or self.default_ref, safe="")
        return f"{self._web}/src/{at}/{quote(path)}" + (f"#lines-{line}" if line else "")

    def parse_source_url(self, url: str) -> pb.ResolvedSourceUrl | None:
        found, web = urlsplit(url), urlsplit(f"{self._web}/")
        if not same_host(found, web) or not found.path.lower().startswith(web.path.lower()):
            return None
        kind, *parts = (unquote(part) for part in found.path[len(web.path) :].split("/"))
        # In an address, the "/" of a branch is quoted; where it is not, the default branch is known.
        branch = self.repository.default_branch.split("/") if self.repository else []
        length = len(branch) if branch and parts[: len(branch)] == branch else 1
        ref, path = "/".join(parts[:length]), "/".join(filter(None, parts[length:]))
        if kind not in ("src", "raw", "annotate") or not ref or not path:
            return None
        anchor = unquote(found.fragment)
        line = _LINE.match(f"lines{anchor.removeprefix(parts[-1])}" if anchor.startswith(f"{parts[-1]}-") else anchor)
        return pb.ResolvedSourceUrl(
            repository_id=self.repository_id, ref=ref, path=path, line_number=int(line[2]) if line else 0
        )

    @property
    def _web(self) -> str:
        """The address of the repository's pages."""
        known = self.repository.url if self.repository else ""
        return known.rstrip("/") or f"https://bitbucket.org/{self.full_name}"

    # ---- trees

    def fetch_tree(self, ref: str, path: str, position: Any) -> Page[pb.TreeEntry]:
        """A position holds the directories still to be listed, the place in the first, and how deep they are listed."""
        if position is None and path:
            found = self._meta(path, ref)
            if text(found, "type") == "commit_file":
                return Page([entry_of(found)])
        (parent, *waiting), place, depth = position or ([path], None, TREE_DEPTH)
        params = {"pagelen": PER_PAGE, "max_depth": depth}
        try:
            entries, after = self._page(self._src(parent, ref), params, place, immutable=is_full_sha(ref))
        except Unavailable as error:
            if error.reason != "PROVIDER_TIMEOUT" or place or depth == 1:
                raise
            # So deep a list takes Bitbucket too long.
            return Page([], [[parent, *waiting], None, 1])
        base = parent.count("/") + 1 if parent else 0
        deeper = [
            string(entry, "path").rstrip("/")
            for entry in entries
            if text(entry, "type") == "commit_directory"
            and string(entry, "path").rstrip("/").count("/") + 1 == base + depth
        ]
        waiting += deeper
        following = [[parent, *waiting], after, depth] if after else [waiting, None, depth] if waiting else None
        files = [entry_of(entry) for entry in entries if text(entry, "type") != "commit_directory"]
        return Page(files, following, text(entries[0], "commit", "hash") if entries else "")

    # ---- search

    def fetch_matches(self, query: str, path: str, ref: str, position: Any) -> Page[pb.CodeMatch]:
        """Of words in a row, whatever punctuation is between them; lines without the text itself are dropped."""
        phrase = re.sub(r'["\\]', " ", query)
        if not re.search(r"\w", phrase):
            raise InvalidArgument.of(("query", "must have a letter or a digit at Bitbucket"))
        workspace, _, slug = self.full_name.partition("/")
        found, after = self._page(
            f"/2.0/workspaces/{quoted(workspace)}/search/code",
            {"search_query": f'"{phrase}" repo:{slug}', "pagelen": PER_PAGE},
            position,
        )
        matches = [match for file in found for match in self._matches_in(file, literal(query))]
        return Page(matches, after, incomplete=VENDOR_LIMIT if any(map(hides_matches, found)) else "")

    def _matches_in(self, found: Mapping[str, Any], wanted: re.Pattern[str]) -> list[pb.CodeMatch]:
        home = f"/2.0/repositories/{self.full_name}/src/".lower()
        if not urlsplit(string(found, "file", "links", "self", "href")).path.lower().startswith(home):
            return []
        path = string(found, "file", "path")
        matches = []
        for block in told_rows(found, "content_matches"):
            for line in rows(block, "lines"):
                shown = "".join(text(segment, "text") for segment in rows(line, "segments"))
                if place := wanted.search(shown):
                    at = number(line, "line")
                    url = self.url_of(path, "", at)
                    match = pb.CodeMatch(
                        path=path, line_number=at, column=place.start() + 1, line=shown[:1024], url=url
                    )
                    matches.append(match)
        return matches

    # ---- pages

    def _page(
        self,
        path: str,
        params: Mapping[str, Any],
        position: Any,
        within: Mapping[str, str] | None = None,
        **options: Any,
    ) -> tuple[list[Mapping[str, Any]], dict[str, str] | None]:
        """A page, and the query of the next; ``within`` holds what every page is asked with."""
        answer = self.http.get(path, {**(position or params), **(within or {})}, **options)
        try:
            following = dict(parse_qsl(urlsplit(text(answer, "next")).query))
        except ValueError:
            raise bad_answer() from None
        return rows(answer, "values"), following or None


def literal(query: str) -> re.Pattern[str]:
    """A searcher's text, in whatever case: the vendor finds its words, with whatever is between them."""
    return re.compile(re.escape(query), re.IGNORECASE)
