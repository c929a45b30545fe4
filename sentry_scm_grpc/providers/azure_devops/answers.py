"""What Azure DevOps's answers about a repository say, as messages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sentry_scm_grpc.providers.vendor.reading import moment, string, text, value
from sentry_scm_grpc.v1 import scm_pb2 as pb

# What a "changeType" can hold, apart by commas, and the first that counts.
CHANGE_KINDS = {
    "rename": pb.FILE_CHANGE_KIND_RENAMED,
    "add": pb.FILE_CHANGE_KIND_ADDED,
    "undelete": pb.FILE_CHANGE_KIND_ADDED,
    "delete": pb.FILE_CHANGE_KIND_DELETED,
    # "edit", "encoding" and the like.
}


def commit_of(found: Any) -> pb.Commit:
    parents = found.get("parents") if isinstance(found, Mapping) else None
    return pb.Commit(
        key=string(found, "commitId"),
        message=text(found, "comment"),
        author=person_of(found, "author"),
        committer=person_of(found, "committer"),
        date_added=moment(found, "committer", "date"),
        web_url=text(found, "remoteUrl"),
        parent_keys=[sha for sha in parents if isinstance(sha, str)] if isinstance(parents, list) else [],
    )


def person_of(found: Any, role: str) -> pb.CommitAuthor:
    return pb.CommitAuthor(name=text(found, role, "name"), email=text(found, role, "email"))


def changes_of(found: list[Mapping[str, Any]]) -> list[pb.FileChange]:
    changes = []
    for change in found:
        kinds = text(change, "changeType").split(", ")
        # A folder, or the old name in a rename, which is told with the new one.
        if value(change, "item", "path") and (
            text(change, "item", "gitObjectType") == "tree" or "sourceRename" in kinds
        ):
            continue
        kind = next((CHANGE_KINDS[kind] for kind in CHANGE_KINDS if kind in kinds), pb.FILE_CHANGE_KIND_MODIFIED)
        renamed = kind == pb.FILE_CHANGE_KIND_RENAMED
        previous = text(change, "sourceServerItem").removeprefix("/") if renamed else ""
        path = string(change, "item", "path").removeprefix("/")
        changes.append(pb.FileChange(path=path, kind=kind, previous_path=previous))
    return changes


def entry_of(item: Mapping[str, Any]) -> pb.TreeEntry:
    kind = pb.TREE_ENTRY_KIND_SYMLINK if item.get("isSymLink") else pb.TREE_ENTRY_KIND_FILE
    if text(item, "gitObjectType") == "commit":
        kind = pb.TREE_ENTRY_KIND_SUBMODULE
    return pb.TreeEntry(path=string(item, "path").removeprefix("/"), kind=kind, sha=string(item, "objectId"))


def moment_text(when: datetime | None) -> str:
    """ISO 8601 in whole seconds, as dates in git are."""
    return f"{when.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z" if when else ""
