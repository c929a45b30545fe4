"""Bitbucket Server and Data Center, which have no issue tracker: https://developer.atlassian.com/server/bitbucket/rest/

Commits cannot be filtered by author or date: all are read, and filtered here. Trees tell names alone, changes no counts
of lines, blame no messages: each blamed commit costs a call, once. Code search is that of the server's own search page,
which Atlassian does not document.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, partial
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

from sentry_scm_grpc.errors import FailedPrecondition, InvalidArgument, ScmError
from sentry_scm_grpc.providers.bitbucket import literal
from sentry_scm_grpc.providers.bitbucket_server.answers import change_of, lack_of, person_of
from sentry_scm_grpc.providers.vendor.absence import Absent, Lack
from sentry_scm_grpc.providers.vendor.base import OWNER_AND_NAME
from sentry_scm_grpc.providers.vendor.capabilities import (
    Blame,
    BlamedFile,
    Blames,
    CodeOwnersFile,
    CodeSearch,
    CommitQuery,
    LineBlame,
    Trees,
    ref_not_found,
    tried,
)
from sentry_scm_grpc.providers.vendor.http import not_a_file, quoted, quoted_path
from sentry_scm_grpc.providers.vendor.pages import VENDOR_LIMIT, Page, is_full_sha
from sentry_scm_grpc.providers.vendor.reading import bad_answer, moment, number, rows, string, text, told_rows, value
from sentry_scm_grpc.providers.vendor.source_urls import same_host
from sentry_scm_grpc.source import codeowners
from sentry_scm_grpc.v1 import scm_pb2 as pb

PER_PAGE = 100
PATHS_PER_PAGE = 1000
MATCHES_PER_PAGE = 25
#: The server's own limit of changes of a commit (page.max.changes): pages end there.
MAX_CHANGES = 1000
#: The server's own limit of lines in one answer, unless its administrator changed it.
BLAMED_LINES = 5000

# The files of a repository, which may be a person's own.
_FILE = re.compile(
    r"/(projects/(?P<project>[^/]+)|users/(?P<user>[^/]+))/repos/(?P<slug>[^/]+)/(browse|raw|annotate)/(?P<path>.+)",
    re.DOTALL,
)
#: The first of a list of lines and ranges.
_LINE = re.compile(r"(\d{1,9})(?!\d)")


class BitbucketServerAdapter(CodeOwnersFile, Trees, Blames, CodeSearch):
    key = "bitbucket_server"
    name = "Bitbucket Server"
    provider = pb.PROVIDER_BITBUCKET_SERVER

    identifier_format = OWNER_AND_NAME
    identifier_example = "KEY/slug"
    code_owners_locations = (".bitbucket/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
    code_owners_rules = codeowners.BITBUCKET_SERVER
    search_tells_lines = True

    @cached_property
    def place(self) -> tuple[str, str]:
        """The repository's project key and slug."""
        project, _, slug = self.installation.identifier().partition("/")
        return project, slug

    @property
    def path(self) -> str:
        project, slug = self.place
        return f"/rest/api/1.0/projects/{quoted(project)}/repos/{quoted(slug)}"

    def lack_of(self, status: int, told: Any) -> Lack | None:
        return lack_of(status, told)

    @classmethod
    def same_addresses(cls, url: str) -> Iterator[str]:
        yield url
        known = re.sub(r"/users/([^/]+)/repos/", r"/projects/~\1/repos/", url, count=1)
        yield re.sub(r"(/repos/[^/]+)/(raw|annotate)/", r"\1/browse/", known, count=1)

    # ---- repositories

    def fetch_repository(self, identifier: str) -> pb.RemoteRepository:
        project, _, slug = identifier.partition("/")
        return self._repository(self.http.get(f"/rest/api/1.0/projects/{project}/repos/{slug}"))

    def fetch_repositories(self, query: str, position: Any) -> Page[pb.RemoteRepository]:
        """Those to which a webhook can be added, as Sentry does."""
        found, after = self._page("/rest/api/1.0/repos", {"permission": "REPO_ADMIN"}, position)
        return Page([self._repository(repository) for repository in found], after)

    def _repository(self, found: Any) -> pb.RemoteRepository:
        project, slug = string(found, "project", "key"), string(found, "slug")
        return pb.RemoteRepository(
            identifier=f"{project}/{slug}",
            name=f"{project}/{slug}",
            url=f"{self._base}/projects/{project}/repos/{slug}/browse",
            external_id=string(found, "id"),
            config={"name": f"{project}/{slug}", "project": project},
        )

    @property
    def _base(self) -> str:
        address: str = self.live.model.metadata["base_url"]
        return address.rstrip("/")

    # ---- commits

    def fetch_commit(self, ref: str) -> tuple[pb.Commit, None]:
        if is_full_sha(ref):
            return self._commit(self.http.get(f"{self.path}/commits/{ref}", immutable=True)), None
        found, _ = self._page(f"{self.path}/commits", {**_until(ref), "limit": 1}, None)
        if not found:
            raise ref_not_found(ref)
        return self._commit(found[0]), None

    def fetch_commits(self, query: CommitQuery, position: Any) -> Page[pb.Commit]:
        """Ends at a page of which all commits are older than what is wanted."""
        params = {**_until(query.ref), **({"path": query.path} if query.path else {})}
        found, after = self._page(f"{self.path}/commits", params, position, immutable=is_full_sha(query.ref))
        commits = [self._commit(commit) for commit in found]
        since = query.since.timestamp() if query.since else None
        if since is not None and all(commit.date_added.seconds < since for commit in commits):
            after = None
        return Page(commits, after)

    def fetch_file_changes(self, sha: str, position: Any) -> Page[pb.FileChange]:
        path = f"{self.path}/commits/{quoted(sha)}/changes"
        found, after = self._page(path, {}, position, immutable=is_full_sha(sha))
        told = (position or 0) + len(found)
        cut = after is None and told >= MAX_CHANGES
        return Page([change_of(change) for change in found], after, incomplete=VENDOR_LIMIT if cut else "")

    def _commit(self, found: Any) -> pb.Commit:
        sha, (project, slug) = string(found, "id"), self.place
        return pb.Commit(
            key=sha,
            message=text(found, "message"),
            author=person_of(found, "author"),
            committer=person_of(found, "committer"),
            date_added=moment(found, "committerTimestamp") or moment(found, "authorTimestamp"),
            web_url=f"{self._base}/projects/{quote(project)}/repos/{quote(slug)}/commits/{sha}",
            parent_keys=[string(parent, "id") for parent in told_rows(found, "parents")],
        )

    # ---- blame

    def blame(self, file: BlamedFile) -> LineBlame:
        (found,) = self.blame_all([file])
        if isinstance(found, ScmError):
            raise found
        return found

    def blame_all(self, files: Sequence[BlamedFile]) -> list[LineBlame | ScmError]:
        """A call for each file, and one for each commit, whose message a blame does not tell."""
        blames = self.http.gather([partial(tried, partial(self._blame, file)) for file in files])
        shas = {
            context.blame_commit_id for blame in blames if not isinstance(blame, ScmError) for context in blame.values()
        }
        told = self.http.gather([partial(tried, partial(self._message, sha)) for sha in shas])
        messages = dict(zip(shas, told, strict=True))
        return [blame if isinstance(blame, ScmError) else _with_messages(blame, messages) for blame in blames]

    def _message(self, sha: str) -> str:
        try:
            return self.fetch_commit(sha)[0].message
        except Absent:  # The blame is right all the same.
            return ""

    def _blame(self, file: BlamedFile) -> Blame:
        params = {**_at(file.ref), "blame": "true", "noContent": "true", "limit": min(file.lines[-1], BLAMED_LINES)}
        path = f"{self.path}/browse/{quoted_path(file.path)}"
        found = self.http.get(path, params, immutable=is_full_sha(file.ref))
        if not isinstance(found, list):
            raise not_a_file(file.path)
        blame, told = {}, 0
        for span in rows({"spans": found}, "spans"):
            start = number(span, "lineNumber")
            end = start + number(span, "spannedLines")
            told = max(told, end - 1)
            for line in file.lines:
                if start <= line < end:
                    blame[line] = pb.CommitContext(
                        blame_commit_id=text(span, "commitHash") or string(span, "commitId"),
                        blame_author=person_of(span, "author"),
                        committed_at=moment(span, "committerTimestamp") or moment(span, "authorTimestamp"),
                        blame_filename=text(span, "fileName"),
                    )
        if file.lines[-1] > told and self._has_line(path, told + 1, file.ref):
            raise FailedPrecondition(
                f"This Bitbucket Server tells who changed the first {told} lines of a file. Ask for none beyond.",
                reason="BLAME_UNAVAILABLE",
            )
        return blame

    def _has_line(self, path: str, line: int, ref: str) -> bool:
        found = self.http.get(path, {**_at(ref), "start": line - 1, "limit": 1}, immutable=is_full_sha(ref))
        return bool(rows(found, "lines"))

    # ---- files

    def has_path(self, path: str, ref: str) -> bool:
        self._type(path, ref)
        return True

    def fetch_file(self, path: str, ref: str, max_bytes: int) -> pb.FileContent:
        quoted_path(path)  # Refuses what the vendor would take for another path.
        sha = self.sha_of(ref)
        if self._type(path, sha) != "FILE":
            raise not_a_file(path)
        content = self.http.get_bytes(
            f"{self.path}/raw/{quoted_path(path)}", {"at": sha}, max_bytes=max_bytes, immutable=True
        )
        return pb.FileContent(content=content, commit_sha=sha)

    def _type(self, path: str, ref: str) -> str:
        params = {**_at(ref), "type": "true"}
        found = self.http.get(f"{self.path}/browse/{quoted_path(path)}", params, immutable=is_full_sha(ref))
        return string(found, "type")

    def url_of(self, path: str, ref: str, line: int) -> str:
        at = f"?at={quote(ref, safe='')}" if ref else ""
        return f"{self._web}/{quote(path)}{at}" + (f"#{line}" if line else "")

    def parse_source_url(self, url: str) -> pb.ResolvedSourceUrl | None:
        found, base = urlsplit(url), urlsplit(self._base)
        path = unquote(found.path)
        if not same_host(found, base) or not path.lower().startswith(base.path.lower()):
            return None
        file = _FILE.fullmatch(path[len(base.path) :])
        if file is None:
            return None
        place = (file["project"] or f"~{file['user']}", file["slug"])
        if tuple(map(str.lower, place)) != tuple(map(str.lower, self.place)):
            return None
        try:
            at = parse_qs(found.query).get("at", [""])[0]
        except ValueError:  # More fields than a query may have.
            return None
        line = _LINE.match(found.fragment)
        return pb.ResolvedSourceUrl(
            repository_id=self.repository_id,
            ref=re.sub(r"\Arefs/(heads|tags)/", "", at) or (self.repository.default_branch if self.repository else ""),
            path="/".join(filter(None, file["path"].split("/"))),
            line_number=int(line[1]) if line else 0,
        )

    @property
    def _web(self) -> str:
        """The address below which the repository's files are."""
        project, slug = self.place
        return f"{self._base}/projects/{quote(project)}/repos/{quote(slug)}/browse"

    # ---- trees

    def fetch_tree(self, ref: str, path: str, position: Any) -> Page[pb.TreeEntry]:
        params = {**_at(ref), "limit": PATHS_PER_PAGE, "start": position or 0}
        below = f"/{quoted_path(path)}" if path else ""
        answer = self.http.get(f"{self.path}/files{below}", params, immutable=is_full_sha(ref))
        names = value(answer, "values")
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise bad_answer()
        parent = f"{path.rstrip('/')}/" if path else ""
        files = [pb.TreeEntry(path=parent + name, kind=pb.TREE_ENTRY_KIND_FILE) for name in names]
        return Page(files, _following(answer))

    # ---- search

    def fetch_matches(self, query: str, path: str, ref: str, position: Any) -> Page[pb.CodeMatch]:
        """Of words in a row, whatever punctuation is between them; lines without the text itself are dropped."""
        phrase = re.sub(r'["\\]', " ", query)
        if not re.search(r"\w", phrase):
            raise InvalidArgument.of(("query", "must have a letter or a digit at Bitbucket Server"))
        project, slug = self.place
        asked = {
            "query": f'"{phrase}" project:{project} repo:{slug}',
            "entities": {"code": {"start": position or 0, "limit": MATCHES_PER_PAGE}},
        }
        answer = value(self.http.post("/rest/search/latest/search", asked), "code")
        files = rows(answer, "values")
        matches = [match for file in files for match in self._matches_in(file, literal(query))]
        return Page(
            matches,
            _following(answer, "nextStart"),
            incomplete=VENDOR_LIMIT if any(map(_hides_hits, files)) else "",
        )

    def _matches_in(self, found: Mapping[str, Any], wanted: re.Pattern[str]) -> list[pb.CodeMatch]:
        place = (text(found, "repository", "project", "key"), text(found, "repository", "slug"))
        if tuple(map(str.lower, place)) != tuple(map(str.lower, self.place)):
            return []
        path, blocks = string(found, "file"), value(found, "hitContexts")
        matches = []
        for block in blocks if isinstance(blocks, list) else []:
            for line in rows({"lines": block}, "lines"):
                shown = html.unescape(re.sub(r"</?em>", "", text(line, "text")))
                if hit := wanted.search(shown):
                    at = number(line, "line")
                    url = self.url_of(path, "", at)
                    match = pb.CodeMatch(path=path, line_number=at, column=hit.start() + 1, line=shown[:1024], url=url)
                    matches.append(match)
        return matches

    # ---- pages

    def _page(
        self, path: str, params: Mapping[str, Any], position: Any, **options: Any
    ) -> tuple[list[Mapping[str, Any]], int | None]:
        """A page, and where the next starts, which is a position."""
        answer = self.http.get(path, {"limit": PER_PAGE, **params, "start": position or 0}, **options)
        return rows(answer, "values"), _following(answer)


def _with_messages(blame: Blame, messages: Mapping[str, str | ScmError]) -> LineBlame:
    """A blame with the messages of its commits; a line has the error where its commit could not be read."""
    found: dict[int, pb.CommitContext | ScmError] = {}
    for line, context in blame.items():
        message = messages[context.blame_commit_id]
        if isinstance(message, ScmError):
            found[line] = message
        else:
            context.message = message
            found[line] = context
    return found


def _following(answer: Any, name: str = "nextPageStart") -> int | None:
    """Where the next page starts; by the items of this one where the server does not say. A page that does not say
    whether it is the last is, unless it says where the next starts.
    """
    found, last, after = answer.get("values"), answer.get("isLastPage"), number(answer, name)
    if last is True or (last is None and not after) or not isinstance(found, list) or not found:
        return None
    return after or number(answer, "start") + len(found)


def _hides_hits(found: Mapping[str, Any]) -> bool:
    """Whether a file has more hits than the server shows."""
    blocks = found.get("hitContexts")
    lines = [line for block in blocks for line in rows({"lines": block}, "lines")] if isinstance(blocks, list) else []
    return number(found, "hitCount") > sum(text(line, "text").count("<em>") for line in lines)


def _until(ref: str) -> dict[str, str]:
    return {} if ref in ("", "HEAD") else {"until": ref}


def _at(ref: str) -> dict[str, str]:
    return {} if ref in ("", "HEAD") else {"at": ref}
