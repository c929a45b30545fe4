"""GitLab, hosted or self-managed: https://docs.gitlab.com/api/rest/

GitLab filters commits by path and date, not by author in whatever case: that is done here. Counts of lines are taken
from the text of a diff, which GitLab leaves out of a file with very many. Code is searched by GitLab's basic search,
line by line in the files themselves, since what an administrator may have put beside it does not find literal text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from sentry_scm_grpc.errors import FailedPrecondition, InvalidArgument
from sentry_scm_grpc.providers.gitlab.answers import commit_of, entry_of, following, issue_name, lines_of, person_of
from sentry_scm_grpc.providers.gitlab.changes import Told, change_of
from sentry_scm_grpc.providers.vendor.absence import Absent, Lack
from sentry_scm_grpc.providers.vendor.base import IssueDestinations, IssueSearch
from sentry_scm_grpc.providers.vendor.capabilities import (
    Blame,
    BlamedFile,
    Blames,
    CodeOwnersFile,
    CodeSearch,
    CommitQuery,
    Trees,
)
from sentry_scm_grpc.providers.vendor.http import not_a_file, quoted, quoted_path, too_large
from sentry_scm_grpc.providers.vendor.issue_marks import unmarked
from sentry_scm_grpc.providers.vendor.pages import VENDOR_LIMIT, Page, is_full_sha
from sentry_scm_grpc.providers.vendor.reading import (
    bad_answer,
    moment,
    moment_text,
    number,
    rows,
    string,
    text,
    value,
)
from sentry_scm_grpc.providers.vendor.source_urls import address_of, parsed
from sentry_scm_grpc.providers.vendor.statuses import moved
from sentry_scm_grpc.source import codeowners
from sentry_scm_grpc.v1 import scm_pb2 as pb

PER_PAGE = 100
#: A shorter word is found by GitLab's search for projects only where it is the whole name.
SEARCHED_CHARACTERS = 3

#: The name of the empty file in git, by SHA-1 and by SHA-256. A submodule looks like one, but for its name.
EMPTY_BLOBS = (
    "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
    "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
)
ISSUE_STATES = {
    "opened": pb.ISSUE_STATE_OPEN,
    "reopened": pb.ISSUE_STATE_OPEN,  # Before 10.0.
    "closed": pb.ISSUE_STATE_CLOSED,
}
#: What GitLab names in a 404.
LACKS = {
    "404 project not found": Lack.REPOSITORY,
    "404 commit not found": Lack.REF,
    "404 file not found": Lack.PATH,
    "404 tree not found": Lack.REF_OR_PATH,
    "404 invalid revision or path not found": Lack.REF_OR_PATH,
}
# Where GitLab's search would take a text for something else: words that it filters files by, and white space of which
# it makes a single space.
_NOT_LITERAL = re.compile(r'(?<![^\s"])-?(?:filename|path|extension|blob)(?=:)|[^\S ]+|\s{2,}|"')


@dataclass(frozen=True)
class _File:
    """What a HEAD tells of a file. ``size`` is in bytes."""

    commit: str
    blob: str
    size: int


class GitLabAdapter(CodeOwnersFile, Trees, Blames, CodeSearch, IssueSearch, IssueDestinations):
    key = "gitlab"
    name = "GitLab"
    provider = pb.PROVIDER_GITLAB

    identifier_format = re.compile(r"\d{1,18}\Z")
    identifier_example = "278964"
    destination_format = re.compile(r"(\d{1,18}|[\w.-]+(/[\w.-]+)+)\Z")
    destination_example = "group/project"
    destination_field = "project"
    # Sentry puts the integration's domain before the vendor's own name for an issue.
    key_format = re.compile(r"(.+:)?(?P<place>[\w.-]+(/[\w.-]+)+)#(?P<number>\d{1,18})")
    code_owners_locations = ("CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
    code_owners_rules = codeowners.GITLAB
    search_tells_lines = True
    search_takes_ref = True

    @cached_property
    def _lines(self) -> dict[str, int]:
        """How many lines the commits that were fetched add and delete."""
        return {}

    @cached_property
    def path(self) -> str:
        return f"/projects/{quoted(self.installation.identifier())}"

    def rate_limit_of(self, path: str) -> str:
        """Files are counted apart where an administrator has set a limit for them.

        https://docs.gitlab.com/administration/settings/files_api_rate_limits/
        """
        return "files" if "/repository/files/" in path else "search" if path.endswith("/search") else "all"

    def lack_of(self, status: int, told: Any) -> Lack | None:
        """GitLab's 404 names what is missing, where it has a body: a HEAD's has none."""
        said = text(told, "message").lower()
        if status == 405 and "moved project" in said:
            raise moved()
        return LACKS.get(said, Lack.UNKNOWN) if status == 404 else None

    # ---- repositories

    def fetch_repository(self, identifier: str) -> pb.RemoteRepository:
        return self._repository(self.http.get(f"/projects/{identifier}"))

    def fetch_repositories(self, query: str, position: Any) -> Page[pb.RemoteRepository]:
        found, after = self._projects(query, position)
        return Page([self._repository(project) for project in found], after)

    def _projects(self, query: str, position: Any, **params: str) -> tuple[list[Mapping[str, Any]], Any]:
        """Those that Sentry offers: of the installation's group, or all that its user is a member of."""
        metadata = self.live.model.metadata
        if metadata.get("group_id"):
            path = f"/groups/{quoted(str(metadata['group_id']))}/projects"
            params["include_subgroups"] = "true" if metadata.get("include_subgroups") else "false"
        else:
            path, params["membership"] = "/projects", "true"
        # GitLab looks at a project's own name alone, which is the last part of what we call its name.
        word = query.rpartition("/")[2].strip()
        if len(word) >= SEARCHED_CHARACTERS:
            params["search"] = word
        return self._page(path, {**params, "simple": "true", "order_by": "id", "sort": "asc"}, position)

    def _repository(self, found: Any) -> pb.RemoteRepository:
        number = string(found, "id")
        return pb.RemoteRepository(
            identifier=number,
            name=text(found, "name_with_namespace") or string(found, "path_with_namespace"),
            url=text(found, "web_url"),
            default_branch=text(found, "default_branch"),
            external_id=f"{self.live.model.metadata['instance']}:{number}",
            config={"path": string(found, "path_with_namespace")},
        )

    # ---- commits

    def fetch_commit(self, ref: str) -> tuple[pb.Commit, None]:
        found = self.http.get(f"{self.path}/repository/commits/{quoted(ref)}", immutable=is_full_sha(ref))
        commit = commit_of(found, self._web)
        self._lines[commit.key] = number(found, "stats", "additions") + number(found, "stats", "deletions")
        return commit, None

    @property
    def head(self) -> str:
        return "HEAD"  # The default branch, whatever name is stored for it.

    def fetch_commits(self, query: CommitQuery, position: Any) -> Page[pb.Commit]:
        asked = {
            "ref_name": query.ref,
            "path": query.path,
            "since": moment_text(query.since),
            "until": moment_text(query.until),
        }
        params = {name: asked for name, asked in asked.items() if asked}
        immutable = is_full_sha(query.ref)
        try:
            found, after = self._page(f"{self.path}/repository/commits", params, position, immutable=immutable)
        except InvalidArgument:
            if query.ref:
                self.look_up(query.ref)
            raise
        if query.ref and not found and position is None:
            # What GitLab lists of a ref that is not there.
            self.look_up(query.ref)
        return Page([commit_of(commit, self._web) for commit in found], after)

    def fetch_file_changes(self, sha: str, position: Any) -> Page[pb.FileChange]:
        """A position holds what was told so far, too: at the end it is compared with what GitLab counts."""
        path, position = f"{self.path}/repository/commits/{quoted(sha)}/diff", dict(position or {})
        before = Told.of(position.pop("told", None))
        found, after = self._page(path, {}, position, immutable=is_full_sha(sha))
        changes = [change_of(change) for change in found]
        told = before.and_(found, changes)
        if after is not None:
            return Page(changes, {**after, "told": told.position()})
        if told.at_limit and sha not in self._lines:
            self.look_up(sha)
        return Page(changes, incomplete=VENDOR_LIMIT if told.lacks(self._lines.get(sha, 0)) else "")

    # ---- blame

    def blame(self, file: BlamedFile) -> Blame:
        """One call for all lines of a file, from the first wanted to the last."""
        first, last = file.lines[0], file.lines[-1]
        asked = {"ref": file.ref or "HEAD", "range[start]": first, "range[end]": last}
        try:
            answer = self.http.fetch(f"{self._file_path(file.path)}/blame", asked, immutable=is_full_sha(file.ref))
        except Absent as absence:
            if absence.lack is not Lack.REF and self._is_directory(file.path, file.ref):
                raise not_a_file(file.path) from None
            raise
        groups = [(value(group, "commit"), lines_of(group)) for group in rows(answer.data)]
        # A GitLab before 15.0 knows no ranges, and blames all lines.
        whole = sum(len(lines) for _, lines in groups) > last - first + 1
        blame, wanted, line = {}, set(file.lines), 1 if whole else first
        for commit, lines in groups:
            context = pb.CommitContext(
                commit_id=answer.headers.get("X-Gitlab-Commit-Id", ""),
                blame_commit_id=string(commit, "id"),
                blame_author=person_of(commit, "author"),
                message=text(commit, "message"),
                committed_at=moment(commit, "committed_date"),
            )
            for snippet in lines:
                if line in wanted:
                    context.code_snippet = snippet if isinstance(snippet, str) else ""
                    blame[line] = pb.CommitContext()
                    blame[line].CopyFrom(context)
                line += 1
        return blame

    # ---- files

    def has_path(self, path: str, ref: str) -> bool:
        return self._at_path(path, ref) is not None or self._is_directory(path, ref)

    def fetch_file(self, path: str, ref: str, max_bytes: int) -> pb.FileContent:
        file = self._at_path(path, ref)
        if file is None:
            self._is_directory(path, ref)
            raise not_a_file(path)
        if not file.size and file.blob not in EMPTY_BLOBS:
            raise not_a_file(path)
        if file.size > max_bytes:
            raise too_large(file.size, max_bytes)
        content = self.http.get_bytes(
            f"{self._file_path(path)}/raw", {"ref": file.commit}, max_bytes=max_bytes, immutable=True
        )
        return pb.FileContent(content=content, commit_sha=file.commit)

    def _at_path(self, path: str, ref: str) -> _File | None:
        address = self._file_path(path)
        try:
            told = self.http.head(address, {"ref": ref or "HEAD"}, immutable=is_full_sha(ref))
        except (Absent, InvalidArgument):  # 400: what GitLab takes for no path of a file.
            return None
        commit, blob, size = (told.get(f"X-Gitlab-{name}", "") for name in ("Commit-Id", "Blob-Id", "Size"))
        if not is_full_sha(commit) or not size.isdecimal():
            raise bad_answer()
        return _File(commit, blob, int(size))

    def _is_directory(self, path: str, ref: str) -> bool:
        """True, or Absent: GitLab lists nothing, or answers 404, where there is no such directory."""
        params = {"path": path, "ref": ref or "HEAD", "per_page": 1}
        if not rows(self.http.get(f"{self.path}/repository/tree", params, immutable=is_full_sha(ref))):
            raise Absent(Lack.REF_OR_PATH)
        return True

    def _file_path(self, path: str) -> str:
        """The path of a file's answers. Raises InvalidArgument."""
        return f"{self.path}/repository/files/{quoted_path(path).replace('/', '%2F')}"

    def url_of(self, path: str, ref: str, line: int) -> str:
        return address_of(f"{self._web}/-", ref or self.default_ref, path, line)

    def parse_source_url(self, url: str) -> pb.ResolvedSourceUrl | None:
        return parsed(url, self._web, self.repository)

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

    # ---- trees

    def fetch_tree(self, ref: str, path: str, position: Any) -> Page[pb.TreeEntry]:
        """All files in one answer, or, where GitLab does not do that, 100 files and directories at a time."""
        asked = {"recursive": "true", "ref": ref or "HEAD", "path": path.rstrip("/")}
        params = {name: asked for name, asked in asked.items() if asked}
        params["pagination"] = "none" if position is None else "keyset"
        try:
            found, after = self._page(f"{self.path}/repository/tree", params, position, immutable=is_full_sha(ref))
        except (InvalidArgument, FailedPrecondition) as error:
            # GitLab before 15.3, and a tree of more bytes than we read.
            if position is None and error.reason in ("VENDOR_INVALID", "FILE_TOO_LARGE"):
                return Page([], {"page": "1"})
            raise
        entries = [entry_of(entry) for entry in found if entry.get("type") != "tree"]
        return Page(sorted(entries, key=lambda entry: entry.path.encode()), after)

    # ---- search

    def fetch_matches(self, query: str, path: str, ref: str, position: Any) -> Page[pb.CodeMatch]:
        """Of the longest part that GitLab takes literally; lines without the text itself are dropped."""
        part = literal_part(query)
        if not part:
            raise InvalidArgument.of(("query", "must have more than quotes and white space at GitLab"))
        params = {"scope": "blobs", "search_type": "basic", "search": part, **({"ref": ref} if ref else {})}
        found, after = self._page(f"{self.path}/search", params, position)
        if ref and not found and position is None:
            self.look_up(ref)
        wanted = re.compile(re.escape(query), re.IGNORECASE)
        return Page([match for snippet in found for match in self._matches_in(snippet, wanted, ref)], after)

    def _matches_in(self, found: Mapping[str, Any], wanted: re.Pattern[str], ref: str) -> list[pb.CodeMatch]:
        if str(found.get("project_id")) != self.installation.identifier():
            return []
        path = text(found, "path") or string(found, "filename")
        start = number(found, "startline") or 1
        matches = []
        for at, line in enumerate(text(found, "data").split("\n"), start):
            if hit := wanted.search(line):
                url = self.url_of(path, ref, at)
                matches.append(
                    pb.CodeMatch(path=path, line_number=at, column=hit.start() + 1, line=line[:1024], url=url)
                )
        return matches

    # ---- issues

    def fetch_destinations(self, query: str, position: Any) -> Page[pb.IssueDestination]:
        found, after = self._projects(query, position, with_issues_enabled="true", archived="false")
        return Page(
            [
                pb.IssueDestination(
                    id=string(project, "path_with_namespace"),
                    name=string(project, "name_with_namespace"),
                    kind="project",
                )
                for project in found
            ],
            after,
        )

    def fetch_issues(self, query: str, destination: str, position: Any) -> Page[pb.TrackerIssue]:
        found, after = self._page(
            f"/projects/{quoted(destination)}/issues", {"scope": "all", "search": query}, position
        )
        return Page([self._issue(issue, issue_name(issue, destination, self._base)) for issue in found], after)

    def destination(self, place: str) -> str:
        return quoted(place)

    def get_issue(self, key: str) -> pb.TrackerIssue:
        path, iid = self.parts_of(key)
        return self._issue(self.http.get(f"/projects/{quoted(path)}/issues/{iid}"), f"{path}#{iid}")

    def set_issue_state(self, key: str, state: pb.IssueState.ValueType) -> None:
        path, iid = self.parts_of(key)
        event = "close" if state == pb.ISSUE_STATE_CLOSED else "reopen"
        self.http.put(f"/projects/{quoted(path)}/issues/{iid}", data={"state_event": event})

    def fetch_issues_since(
        self, place: str, title: str, since: datetime, position: Any
    ) -> Page[tuple[str, pb.TrackerIssue]]:
        params = {"scope": "all", "created_after": since.isoformat()}
        found, after = self._page(f"/projects/{place}/issues", params, position)
        issues = [self._issue(issue, issue_name(issue, unquote(place), self._base)) for issue in found]
        return Page(list(zip((text(issue, "description") for issue in found), issues, strict=True)), after)

    def _issue(self, found: Any, display_name: str) -> pb.TrackerIssue:
        return pb.TrackerIssue(
            key=self.live.make_external_key({"key": display_name}),
            title=string(found, "title"),
            description=unmarked(text(found, "description")),
            web_url=text(found, "web_url") or f"{self._base}/{display_name.replace('#', '/issues/')}",
            state=ISSUE_STATES.get(text(found, "state"), pb.ISSUE_STATE_UNSPECIFIED),
            metadata={"display_name": display_name},
        )

    # ---- pages

    def _page(
        self, path: str, params: Mapping[str, Any], position: Any, **options: Any
    ) -> tuple[list[Mapping[str, Any]], dict[str, str] | None]:
        """A page, and what the next is asked by, which is a position."""
        answer = self.http.fetch(path, {**params, "per_page": PER_PAGE, **(position or {})}, **options)
        return rows(answer.data), following(answer)


def literal_part(query: str) -> str:
    """The longest part of a text that GitLab's search takes as it stands; empty where there is none."""
    return max((part.strip() for part in _NOT_LITERAL.split(query)), key=len)
