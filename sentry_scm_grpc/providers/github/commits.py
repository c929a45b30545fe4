"""GitHub.com, as an app: https://docs.github.com/en/rest

What is at a path and blame are asked for in GraphQL (``github_graph``), everything else by REST, whose answers can be
cached. GitHub's own limits: a commit tells 3,000 file changes; a search 1,000 results, of words in the default branch,
of files below 384 KB; code can be searched 10 times a minute.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property, partial
from typing import Any

from sentry_scm_grpc.errors import InvalidArgument, ScmError, Unavailable
from sentry_scm_grpc.providers.github.answers import changes_of, issue_of, problems_of, told_files, tree_entry
from sentry_scm_grpc.providers.github.graph import FILES_PER_QUERY, Entry, Graph
from sentry_scm_grpc.providers.vendor.absence import Absent, Lack
from sentry_scm_grpc.providers.vendor.base import OWNER_AND_NAME, IssueDestinations, IssueSearch
from sentry_scm_grpc.providers.vendor.capabilities import (
    Blame,
    BlamedFile,
    Blames,
    CodeOwnersFile,
    CodeSearch,
    CommitQuery,
    Trees,
    path_not_found,
    ref_not_found,
    tried,
)
from sentry_scm_grpc.providers.vendor.http import not_a_file, quoted, quoted_path, too_large
from sentry_scm_grpc.providers.vendor.pages import SEARCH_TIMED_OUT, VENDOR_LIMIT, Page, is_full_sha
from sentry_scm_grpc.providers.vendor.reading import (
    bad_answer,
    moment,
    moment_text,
    number,
    person,
    rows,
    string,
    text,
    told_rows,
)
from sentry_scm_grpc.providers.vendor.source_urls import address_of, parsed
from sentry_scm_grpc.providers.vendor.statuses import error_of_status
from sentry_scm_grpc.v1 import scm_pb2 as pb

PER_PAGE = 100
#: A search finds so many, however many there are, and takes so many characters.
SEARCH_RESULTS = 1000
SEARCH_CHARACTERS = 256
#: So many files of a commit are told at most: in pages, or, by a GitHub Enterprise that does not know those, at once.
CHANGES_TOLD = (3000, 300)
#: After a query for many files has failed, at most so many are asked for again, each alone.
FILES_ALONE = 40


class GitHubAdapter(CodeOwnersFile, Trees, Blames, CodeSearch, IssueSearch, IssueDestinations):
    key = "github"
    name = "GitHub"
    provider = pb.PROVIDER_GITHUB

    identifier_format = destination_format = OWNER_AND_NAME
    identifier_example = destination_example = "owner/name"
    destination_field = "repo"
    issue_fields = {"assignee": False}
    key_format = re.compile(r"(?P<place>[\w.-]+/[\w.-]+)#(?P<number>\d{1,18})")
    code_owners_locations = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
    # https://docs.github.com/articles/about-code-owners#codeowners-file-size
    code_owners_limited = True

    #: Where the GraphQL API is.
    graph_path = "/graphql"

    @cached_property
    def full_name(self) -> str:
        """The repository's "owner/name"."""
        return self.installation.identifier()

    @property
    def path(self) -> str:
        return f"/repos/{quoted_path(self.full_name)}"

    @cached_property
    def graph(self) -> Graph:
        return Graph(self.http, self.graph_path, self.full_name, self.key, self.check_repository)

    def rate_limit_of(self, path: str) -> str:
        if path.endswith("/graphql"):
            return "graphql"
        return {"/search/code": "code_search"}.get(path, "search" if path.startswith("/search/") else "core")

    def lack_of(self, status: int, told: Any) -> Lack | None:
        """GitHub's 404 never says what is missing. Its 422 does, and its 409 where there are no commits."""
        said = text(told, "message").lower()
        if "generating this diff" in said or "diff is taking too long" in said:
            raise Unavailable(
                "GitHub could not make the diff of this commit, as happens with large ones. Repeat the call later.",
                reason="DIFF_UNAVAILABLE",
            )
        if status == 403 and "number of login attempts" in said:
            raise error_of_status(401)
        if status == 410 and "was deleted" in said:
            return Lack.UNKNOWN  # An issue. Where issues are switched off, 410 says that.
        if "no commit found" in said or (status == 409 and "empty" in said):
            return Lack.REF
        if status == 422 and any("cannot be searched" in problem.lower() for problem in problems_of(told)):
            return Lack.REPOSITORY
        return super().lack_of(status, told)

    # ---- repositories

    def fetch_repository(self, identifier: str) -> pb.RemoteRepository:
        return self._repository(self.http.get(f"/repos/{identifier}"))

    def fetch_repositories(self, query: str, position: Any) -> Page[pb.RemoteRepository]:
        """All that the app may see. GitHub's search would find words alone, and repositories that it may not."""
        found, after = self._account(position)
        return Page([self._repository(repository) for repository in found], after)

    def _account(self, position: Any) -> tuple[list[Mapping[str, Any]], int | None]:
        answer, after = self._page("/installation/repositories", {}, position)
        return rows(answer, "repositories"), after

    def _repository(self, found: Any) -> pb.RemoteRepository:
        full_name = string(found, "full_name")
        return pb.RemoteRepository(
            identifier=full_name,
            name=full_name,
            url=text(found, "html_url"),
            default_branch=text(found, "default_branch"),
            external_id=string(found, "id"),
            config={"name": full_name},
        )

    # ---- commits

    def fetch_commit(self, ref: str) -> tuple[pb.Commit, Page[pb.FileChange] | None]:
        found, after = self._commit_page(ref, None)
        return self._commit(found), self._changes_page(found, None, after)

    def fetch_file_changes(self, sha: str, position: Any) -> Page[pb.FileChange]:
        found, after = self._commit_page(sha, position)
        return self._changes_page(found, position, after)

    def _changes_page(self, found: Any, position: Any, after: int | None) -> Page[pb.FileChange]:
        changes = changes_of(found)
        told = ((position or 1) - 1) * PER_PAGE + len(changes)
        untold = not told_files(found) and number(found, "stats", "total") > 0
        cut = after is None and (told in CHANGES_TOLD or untold)
        return Page(changes, after, incomplete=VENDOR_LIMIT if cut else "")

    def _commit_page(self, ref: str, position: Any) -> tuple[Any, int | None]:
        return self._page(f"{self.path}/commits/{quoted(ref)}", {}, position, immutable=is_full_sha(ref))

    def fetch_commits(self, query: CommitQuery, position: Any) -> Page[pb.Commit]:
        asked = {
            "sha": query.ref,
            "path": query.path,
            "since": moment_text(query.since),
            "until": moment_text(query.until),
        }
        params = {name: asked for name, asked in asked.items() if asked}
        with self._ref_at_fault(query.ref):
            found, after = self._page(f"{self.path}/commits", params, position, immutable=is_full_sha(query.ref))
        return Page([self._commit(commit) for commit in rows(found)], after)

    def _commit(self, found: Any) -> pb.Commit:
        sha = string(found, "sha")
        return pb.Commit(
            key=sha,
            message=text(found, "commit", "message"),
            author=self._person(found, "author"),
            committer=self._person(found, "committer"),
            date_added=moment(found, "commit", "committer", "date") or moment(found, "commit", "author", "date"),
            web_url=text(found, "html_url") or f"{self._web}/commit/{sha}",
            parent_keys=[string(parent, "sha") for parent in told_rows(found, "parents")],
        )

    def _person(self, found: Any, role: str) -> pb.CommitAuthor | None:
        login = text(found, role, "login")
        name, email = (text(found, "commit", role, part) for part in ("name", "email"))
        return person(name, email, login and f"{self.key}:{login}")

    # ---- blame

    def blame(self, file: BlamedFile) -> Blame:
        (found,) = self.graph.blame([file])
        if isinstance(found, ScmError):
            raise found
        return found

    def blame_all(self, files: Sequence[BlamedFile]) -> list[Blame | ScmError]:
        blames = self._blame_in_parts(files, FILES_PER_QUERY)
        # A large file takes GitHub longer than it gives a query, and fails those beside it, which are good alone.
        failed = [n for n, blame in enumerate(blames) if isinstance(blame, Unavailable) and blame.retry_after is None]
        if len(files) > 1 and len(failed) <= FILES_ALONE:
            for n, blame in zip(failed, self._blame_in_parts([files[n] for n in failed], 1), strict=True):
                blames[n] = blame
        return blames

    def _blame_in_parts(self, files: Sequence[BlamedFile], size: int) -> list[Blame | ScmError]:
        parts = [files[start : start + size] for start in range(0, len(files), size)]
        answers = self.http.gather([partial(tried, partial(self.graph.blame, part)) for part in parts])
        return [
            blame
            for part, answer in zip(parts, answers, strict=True)
            for blame in ([answer] * len(part) if isinstance(answer, ScmError) else answer)
        ]

    # ---- files

    def has_path(self, path: str, ref: str) -> bool:
        return self._entry(path, ref) is not None

    def fetch_file(self, path: str, ref: str, max_bytes: int) -> pb.FileContent:
        entry = self._entry(path, ref)
        if entry is None:
            raise path_not_found(path, ref)
        if entry.kind != "blob":
            raise not_a_file(path)
        if entry.size > max_bytes:
            raise too_large(entry.size, max_bytes)
        return pb.FileContent(content=self._blob(entry), commit_sha=entry.commit)

    def _entry(self, path: str, ref: str) -> Entry | None:
        quoted_path(path)  # Refuses what GitHub would take for another path.
        return self.graph.entry(path, ref or "HEAD")

    def _blob(self, entry: Entry) -> bytes:
        found = self.http.get(f"{self.path}/git/blobs/{quoted(entry.sha)}", immutable=True)
        content = string(found, "content")
        if text(found, "encoding") == "utf-8":
            return content.encode()
        try:
            content_bytes = base64.b64decode(content)
        except ValueError:
            raise bad_answer() from None
        if len(content_bytes) != entry.size:  # As where GitHub says "none" for an encoding, and tells nothing.
            raise bad_answer()
        return content_bytes

    def url_of(self, path: str, ref: str, line: int) -> str:
        return address_of(self._web, ref or self.default_ref, path, line)

    def parse_source_url(self, url: str) -> pb.ResolvedSourceUrl | None:
        return parsed(url, self._web, self.repository)

    @property
    def _web(self) -> str:
        """The address of the repository's pages."""
        known = self.repository.url if self.repository else ""
        return known.rstrip("/") or f"https://{self.live.model.metadata['domain_name'].split('/')[0]}/{self.full_name}"

    # ---- trees

    def fetch_tree(self, ref: str, path: str, position: Any) -> Page[pb.TreeEntry]:
        """All files in one answer, or, of a repository too large for that, a part of them.

        A position is a stack of what is to be visited: for each tree its SHA, its path, and from which entry on it is
        to be listed; None stands for all below it at once.
        """
        stack: list[Any] = list(position or [[ref or "HEAD", "", None]])
        sha, parent, start = stack.pop()
        with self._ref_at_fault(ref):
            root, entries, cut = self._tree(sha, whole=start is None)
            if cut:
                sha, start = root, 0
                _, entries, cut = self._tree(sha, whole=False)
        pin = "" if position else root
        incomplete = VENDOR_LIMIT if cut else ""
        if start is None:
            fitting = [tree_entry(entry, parent) for entry in entries if entry.get("type") != "tree"]
            return Page([entry for entry in fitting if _below(entry.path, path)], stack or None, pin)
        files = []
        for index, entry in enumerate(entries[start:], start):
            listed = tree_entry(entry, parent)
            if entry.get("type") != "tree":
                files += [listed] if _below(listed.path, path) else []
            elif not path or _below(listed.path, path) or _below(path, listed.path):
                stack += [[sha, parent, index + 1], [listed.sha, f"{listed.path}/", None]]
                break
        return Page(files, stack or None, pin, incomplete)

    def _tree(self, sha: str, *, whole: bool) -> tuple[str, list[Mapping[str, Any]], bool]:
        """The SHA of a tree, its entries, and whether there are more; all below it, or those that it has itself."""
        params = {"recursive": 1} if whole else None
        found = self.http.get(f"{self.path}/git/trees/{quoted(sha)}", params, immutable=is_full_sha(sha))
        return string(found, "sha"), rows(found, "tree"), bool(found.get("truncated"))

    # ---- search

    def fetch_matches(self, query: str, path: str, ref: str, position: Any) -> Page[pb.CodeMatch]:
        # A fork is not looked at unless forks are asked for.
        found, after, incomplete = self._search("/search/code", query, self.full_name, "fork:true", position)
        return Page(
            [
                pb.CodeMatch(path=string(match, "path"), url=text(match, "html_url"))
                for match in found
                if text(match, "repository", "full_name").lower() == self.full_name.lower()
            ],
            after,
            incomplete=incomplete,
        )

    def fetch_issues(self, query: str, destination: str, position: Any) -> Page[pb.TrackerIssue]:
        found, after, incomplete = self._search(
            "/search/issues", query, destination, "type:issue", position, sort="created", order="desc"
        )
        ending = f"/repos/{destination}".lower()
        return Page(
            [
                issue_of(issue, destination)
                for issue in found
                if text(issue, "repository_url").lower().endswith(ending) and "pull_request" not in issue
            ],
            after,
            incomplete=incomplete,
        )

    def _search(
        self, path: str, query: str, place: str, qualifier: str, position: Any, **params: str
    ) -> tuple[list[Mapping[str, Any]], int | None, str]:
        """Searches for words in a row, whatever they are. GitHub does not see punctuation, so quotes are no loss.

        The last of what it returns is why results may be missing.
        https://docs.github.com/en/rest/search/search#timeouts-and-incomplete-results
        """
        words = re.sub(r'["\\]', " ", query)
        if not re.search(r"\w", words):
            raise InvalidArgument.of(("query", "must have a letter or a digit: GitHub does not search for punctuation"))
        if len(words) > SEARCH_CHARACTERS:
            raise InvalidArgument.of(("query", f"must have at most {SEARCH_CHARACTERS} characters at GitHub"))
        try:
            found, after = self._page(path, {"q": f'"{words}" repo:{place} {qualifier}', **params}, position)
        except InvalidArgument:
            # 422, which does not always say that it is the repository which GitHub does not know.
            self.check_repository(place)
            raise
        items, incomplete = rows(found, "items"), ""
        if found.get("incomplete_results"):
            incomplete = SEARCH_TIMED_OUT
        elif number(found, "total_count") > SEARCH_RESULTS:
            incomplete = VENDOR_LIMIT
        return items, after if after and after <= SEARCH_RESULTS // PER_PAGE else None, incomplete

    # ---- issues

    def fetch_destinations(self, query: str, position: Any) -> Page[pb.IssueDestination]:
        found, after = self._account(position)
        names = [
            string(repository, "full_name")
            for repository in found
            if repository.get("has_issues") is not False and not repository.get("archived")
        ]
        return Page([pb.IssueDestination(id=name, name=name, kind="repository") for name in names], after)

    def get_issue(self, key: str) -> pb.TrackerIssue:
        repository, number = self.parts_of(key)
        return issue_of(self.http.get(f"/repos/{repository}/issues/{number}"), repository)

    def set_issue_state(self, key: str, state: pb.IssueState.ValueType) -> None:
        repository, number = self.parts_of(key)
        wanted = "closed" if state == pb.ISSUE_STATE_CLOSED else "open"
        self.http.patch(f"/repos/{repository}/issues/{number}", data={"state": wanted})

    def fetch_issues_since(
        self, place: str, title: str, since: datetime, position: Any
    ) -> Page[tuple[str, pb.TrackerIssue]]:
        # GitHub counts from the last change, which is never before the making.
        params = {"state": "all", "sort": "created", "direction": "desc", "since": moment_text(since)}
        found, after = self._page(f"/repos/{place}/issues", params, position)
        # GitHub lists pull requests too.
        issues = [issue for issue in rows(found) if "pull_request" not in issue]
        return Page([(text(issue, "body"), issue_of(issue, place)) for issue in issues], after)

    # ---- pages

    @contextmanager
    def _ref_at_fault(self, ref: str) -> Iterator[None]:
        """Around what GitHub has at every ref: where it is absent, the ref or the repository is. Of a repository
        without commits an Absent says so.
        """
        try:
            yield
        except InvalidArgument:
            if ref:
                self.look_up(ref)
            raise
        except Absent as absence:
            if absence.lack is Lack.REF:
                raise
            self.confirm(absence, ref)
            raise ref_not_found(ref) from None

    def _page(self, path: str, params: Mapping[str, Any], position: Any, **options: Any) -> tuple[Any, int | None]:
        """A page, and the number of the next. A position is a page's number."""
        page = position or 1
        answer = self.http.fetch(path, {**params, "per_page": PER_PAGE, "page": page}, **options)
        return answer.data, page + 1 if answer.next_url else None


def _below(path: str, directory: str) -> bool:
    """Whether a path is a directory or file, or below it; all are below ""."""
    return not directory or f"{path}/".startswith(f"{directory.rstrip('/')}/")
