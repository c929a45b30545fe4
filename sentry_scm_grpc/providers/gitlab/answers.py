"""What GitLab's answers say, as messages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from sentry_scm_grpc.providers.vendor.http import Answer
from sentry_scm_grpc.providers.vendor.reading import bad_answer, moment, person, string, text, value
from sentry_scm_grpc.v1 import scm_pb2 as pb

PAGED_BY = ("page", "page_token", "cursor", "id_after")
ENTRY_KINDS = {
    "100755": pb.TREE_ENTRY_KIND_EXECUTABLE,
    "120000": pb.TREE_ENTRY_KIND_SYMLINK,
    "160000": pb.TREE_ENTRY_KIND_SUBMODULE,
}

_ISSUE = re.compile(r"(?P<project>.+?)(?:/-)?/(?:issues|work_items)/\d+")


def following(answer: Answer) -> dict[str, str] | None:
    """What the next page is asked by: its number or a key, as GitLab says in that page's address.

    https://docs.gitlab.com/api/rest/#pagination
    """
    if answer.next_url:
        asked = dict(parse_qsl(urlsplit(answer.next_url).query))
        return {name: asked[name] for name in PAGED_BY if name in asked} or None
    page = answer.headers.get("X-Next-Page", "")
    return {"page": page} if page.isdecimal() else None


def commit_of(found: Any, web: str) -> pb.Commit:
    """A commit; ``web`` is the address of the repository's pages, for a GitLab before 12.9, which tells none."""
    sha = string(found, "id")
    parents = found.get("parent_ids")
    return pb.Commit(
        key=sha,
        message=text(found, "message") or text(found, "title"),
        author=person_of(found, "author"),
        committer=person_of(found, "committer"),
        date_added=moment(found, "committed_date") or moment(found, "created_at"),
        web_url=text(found, "web_url") or f"{web}/commit/{sha}",
        parent_keys=[sha for sha in parents if isinstance(sha, str)] if isinstance(parents, list) else [],
    )


def person_of(found: Any, role: str) -> pb.CommitAuthor | None:
    return person(text(found, f"{role}_name"), text(found, f"{role}_email"))


def issue_name(found: Any, project: str, base: str) -> str:
    """An issue's full name, "group/project#7". A GitLab before 12.6 tells it in the issue's address alone, which is
    below the instance's, ``base``; ``project`` is where the issue was looked for.
    """
    if name := text(found, "references", "full"):
        return name
    address, start = urlsplit(text(found, "web_url")), urlsplit(f"{base.rstrip('/')}/")
    if address.netloc == start.netloc and address.path.startswith(start.path):
        match = _ISSUE.fullmatch(address.path[len(start.path) :])
        project = unquote(match["project"]) if match else project
    return f"{project}#{string(found, 'iid')}"


def lines_of(found: Mapping[str, Any]) -> list[Any]:
    """The lines of one commit in a blame."""
    lines = value(found, "lines")
    if not isinstance(lines, list):
        raise bad_answer()
    return lines


def entry_of(found: Mapping[str, Any]) -> pb.TreeEntry:
    kind = ENTRY_KINDS.get(text(found, "mode"), pb.TREE_ENTRY_KIND_FILE)
    return pb.TreeEntry(path=string(found, "path"), kind=kind, sha=string(found, "id"))
