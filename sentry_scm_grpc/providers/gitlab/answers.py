"""What GitLab's answers say, as messages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from sentry_scm_grpc.providers.vendor.http import Answer
from sentry_scm_grpc.providers.vendor.reading import bad_answer, moment, string, text, value
from sentry_scm_grpc.v1 import scm_pb2 as pb

PAGED_BY = ("page", "page_token", "cursor", "id_after")
ENTRY_KINDS = {
    "100755": pb.TREE_ENTRY_KIND_EXECUTABLE,
    "120000": pb.TREE_ENTRY_KIND_SYMLINK,
    "160000": pb.TREE_ENTRY_KIND_SUBMODULE,
}


def following(answer: Answer) -> dict[str, str] | None:
    """What the next page is asked by: its number or a key, as GitLab says in that page's address.

    https://docs.gitlab.com/api/rest/#pagination
    """
    if answer.next_url:
        asked = dict(parse_qsl(urlsplit(answer.next_url).query))
        return {name: asked[name] for name in PAGED_BY if name in asked} or None
    page = answer.headers.get("X-Next-Page", "")
    return {"page": page} if page.isdecimal() else None


def commit_of(found: Any) -> pb.Commit:
    parents = value(found, "parent_ids")
    if not isinstance(parents, list):
        raise bad_answer()
    return pb.Commit(
        key=string(found, "id"),
        message=text(found, "message"),
        author=person_of(found, "author"),
        committer=person_of(found, "committer"),
        date_added=moment(found, "committed_date"),
        web_url=text(found, "web_url"),
        parent_keys=[sha for sha in parents if isinstance(sha, str)],
    )


def person_of(found: Any, role: str) -> pb.CommitAuthor:
    return pb.CommitAuthor(name=text(found, f"{role}_name"), email=text(found, f"{role}_email"))


def lines_of(found: Mapping[str, Any]) -> list[Any]:
    """The lines of one commit in a blame."""
    lines = value(found, "lines")
    if not isinstance(lines, list):
        raise bad_answer()
    return lines


def change_of(found: Mapping[str, Any]) -> pb.FileChange:
    kind = pb.FILE_CHANGE_KIND_MODIFIED
    if found.get("new_file"):
        kind = pb.FILE_CHANGE_KIND_ADDED
    elif found.get("deleted_file"):
        kind = pb.FILE_CHANGE_KIND_DELETED
    elif found.get("renamed_file"):
        kind = pb.FILE_CHANGE_KIND_RENAMED
    lines = text(found, "diff").split("\n")
    start = next((index for index, line in enumerate(lines) if line.startswith("@@")), len(lines))
    signs = Counter(line[:1] for line in lines[start:])
    return pb.FileChange(
        path=string(found, "new_path"),
        kind=kind,
        previous_path=string(found, "old_path") if kind == pb.FILE_CHANGE_KIND_RENAMED else "",
        additions=signs["+"],
        deletions=signs["-"],
        binary=start == len(lines) and lines[0].startswith("Binary files "),
    )


def entry_of(found: Mapping[str, Any]) -> pb.TreeEntry:
    kind = ENTRY_KINDS.get(text(found, "mode"), pb.TREE_ENTRY_KIND_FILE)
    return pb.TreeEntry(path=string(found, "path"), kind=kind, sha=string(found, "id"))
