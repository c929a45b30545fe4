"""GitLab, hosted or self-managed: https://docs.gitlab.com/ee/api/rest/"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from urllib.parse import quote

from sentry_scm_grpc.errors import NotFound
from sentry_scm_grpc.providers.capabilities import Blame, BlamedFile, Blames, CommitQuery, Trees, ref_not_found
from sentry_scm_grpc.providers.http import quoted
from sentry_scm_grpc.providers.pages import Page, is_full_sha
from sentry_scm_grpc.providers.reading import bad_answer, moment, rows, string, text, value
from sentry_scm_grpc.providers.vendor import IssueSearch
from sentry_scm_grpc.v1 import scm_pb2 as pb

PER_PAGE = 100

ENTRY_KINDS = {
    "100755": pb.TREE_ENTRY_KIND_EXECUTABLE,
    "120000": pb.TREE_ENTRY_KIND_SYMLINK,
    "160000": pb.TREE_ENTRY_KIND_SUBMODULE,
}


class GitLabAdapter(Trees, Blames, IssueSearch):
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

    def fetch_repository(self, identifier: str) -> pb.RemoteRepository:
        found = self.http.get(f"/projects/{identifier}")
        instance = self.live.model.metadata["instance"]
        return pb.RemoteRepository(
            identifier=str(value(found, "id")),
            name=value(found, "name_with_namespace"),
            url=text(found, "web_url"),
            default_branch=text(found, "default_branch"),
            external_id=f"{instance}:{value(found, 'id')}",
            config={"path": value(found, "path_with_namespace")},
        )

    @property
    def path(self) -> str:
        return f"/projects/{quoted(self.installation.identifier())}/repository"

    # ---- commits

    def fetch_commit(self, ref: str) -> tuple[pb.Commit, Page[pb.FileChange] | None]:
        found = self.http.get(f"{self.path}/commits/{quoted(ref)}", immutable=is_full_sha(ref))
        return _commit(found), None

    def fetch_commits(self, query: CommitQuery, position: Any) -> Page[pb.Commit]:
        asked = {
            "ref_name": query.ref,
            "path": query.path,
            "since": _moment(query.since),
            "until": _moment(query.until),
        }
        try:
            found, after = self._page(f"{self.path}/commits", {n: v for n, v in asked.items() if v}, position)
        except NotFound:
            raise ref_not_found(query.ref) from None
        return Page([_commit(commit) for commit in found], after)

    def fetch_file_changes(self, sha: str, position: Any) -> Page[pb.FileChange]:
        try:
            found, after = self._page(f"{self.path}/commits/{quoted(sha)}/diff", {}, position)
        except NotFound:
            raise ref_not_found(sha) from None
        return Page([_change(change) for change in found], after)

    # ---- trees and blame

    def fetch_tree(self, ref: str, path: str, position: Any) -> Page[pb.TreeEntry]:
        asked = {"recursive": "true", "ref": ref or self.default_ref, "path": path}
        try:
            found, after = self._page(f"{self.path}/tree", {n: v for n, v in asked.items() if v}, position)
        except NotFound:
            self.sha_of(ref)
            if not path:
                raise ref_not_found(ref) from None
            return Page([])
        return Page([_entry(entry) for entry in found if entry.get("type") != "tree"], after)

    def blame(self, file: BlamedFile) -> Blame:
        """One call for all lines of a file, from the first wanted to the last."""
        first, last = file.lines[0], file.lines[-1]
        path = f"{self.path}/files/{quoted(file.path)}/blame"
        asked = {"ref": file.ref or self.default_ref, "range[start]": first, "range[end]": last}
        found: dict[int, pb.CommitContext] = {}
        for part in rows(self.http.get(path, asked, immutable=is_full_sha(file.ref))):
            lines = value(part, "lines")
            if not isinstance(lines, list):
                raise bad_answer()
            for line in lines:
                found[first + len(found)] = pb.CommitContext(
                    blame_commit_id=string(part, "commit", "id"),
                    blame_author=_person(value(part, "commit"), "author"),
                    message=text(part, "commit", "message"),
                    committed_at=moment(part, "commit", "committed_date"),
                    code_snippet=line if isinstance(line, str) else "",
                )
        return found

    # ---- issues

    def fetch_issues(self, query: str, destination: str, position: Any) -> Page[pb.TrackerIssue]:
        asked = {"scope": "all", "search": query}
        found, after = self._page(f"/projects/{quote(destination, safe='')}/issues", asked, position)
        return Page([self._issue(issue, string(issue, "references", "full")) for issue in found], after)

    def destination(self, place: str) -> str:
        return quote(place, safe="")

    def get_issue(self, key: str) -> pb.TrackerIssue:
        path, number = self.parts_of(key)
        found = self.http.get(f"/projects/{quote(path, safe='')}/issues/{number}")
        return self._issue(found, f"{path}#{number}")

    def _issue(self, found: Any, display_name: str) -> pb.TrackerIssue:
        return pb.TrackerIssue(
            key=self.live.make_external_key({"key": display_name}),
            title=string(found, "title"),
            description=text(found, "description"),
            web_url=text(found, "web_url"),
            state=pb.ISSUE_STATE_CLOSED if text(found, "state") == "closed" else pb.ISSUE_STATE_OPEN,
            metadata={"display_name": display_name},
        )

    def set_issue_state(self, key: str, state: pb.IssueState.ValueType) -> None:
        path, number = self.parts_of(key)
        event = "close" if state == pb.ISSUE_STATE_CLOSED else "reopen"
        self.http.put(f"/projects/{quote(path, safe='')}/issues/{number}", data={"state_event": event})

    def _page(self, path: str, params: dict[str, Any], position: Any) -> tuple[Any, int | None]:
        """A page, and the number of the next. A position is a page's number."""
        answer = self.http.fetch(path, {**params, "per_page": PER_PAGE, "page": position or 1})
        after = answer.headers.get("X-Next-Page", "")
        return rows(answer.data), int(after) if after.isdecimal() else None


def _commit(found: Any) -> pb.Commit:
    parents = value(found, "parent_ids")
    return pb.Commit(
        key=string(found, "id"),
        message=text(found, "message"),
        author=_person(found, "author"),
        committer=_person(found, "committer"),
        date_added=moment(found, "committed_date"),
        web_url=text(found, "web_url"),
        parent_keys=[sha for sha in parents if isinstance(sha, str)] if isinstance(parents, list) else [],
    )


def _person(found: Any, role: str) -> pb.CommitAuthor:
    return pb.CommitAuthor(name=text(found, f"{role}_name"), email=text(found, f"{role}_email"))


def _change(found: Any) -> pb.FileChange:
    kind = pb.FILE_CHANGE_KIND_MODIFIED
    if found.get("new_file"):
        kind = pb.FILE_CHANGE_KIND_ADDED
    elif found.get("deleted_file"):
        kind = pb.FILE_CHANGE_KIND_DELETED
    elif found.get("renamed_file"):
        kind = pb.FILE_CHANGE_KIND_RENAMED
    previous = string(found, "old_path") if kind == pb.FILE_CHANGE_KIND_RENAMED else ""
    return pb.FileChange(path=string(found, "new_path"), kind=kind, previous_path=previous)


def _entry(found: Any) -> pb.TreeEntry:
    kind = ENTRY_KINDS.get(text(found, "mode"), pb.TREE_ENTRY_KIND_FILE)
    return pb.TreeEntry(path=string(found, "path"), kind=kind, sha=string(found, "id"))


def _moment(when: datetime | None) -> str:
    return when.isoformat(timespec="seconds") if when else ""
