"""What Bitbucket Cloud's answers say, as messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sentry_scm_grpc.providers.vendor.reading import bad_answer, moment, number, rows, string, text
from sentry_scm_grpc.v1 import scm_pb2 as pb

CHANGE_KINDS = {
    "added": pb.FILE_CHANGE_KIND_ADDED,
    "removed": pb.FILE_CHANGE_KIND_DELETED,
    "renamed": pb.FILE_CHANGE_KIND_RENAMED,
    # "modified", and kinds of conflicts.
}
ENTRY_KINDS = {
    "link": pb.TREE_ENTRY_KIND_SYMLINK,
    "subrepository": pb.TREE_ENTRY_KIND_SUBMODULE,
    "executable": pb.TREE_ENTRY_KIND_EXECUTABLE,
}


def repository_of(found: Any) -> pb.RemoteRepository:
    full_name = string(found, "full_name")
    return pb.RemoteRepository(
        identifier=full_name,
        name=full_name,
        url=text(found, "links", "html", "href") or f"https://bitbucket.org/{full_name}",
        default_branch=text(found, "mainbranch", "name"),
        external_id=string(found, "uuid"),
        config={"name": full_name},
    )


def commit_of(found: Any) -> pb.Commit:
    return pb.Commit(
        key=string(found, "hash"),
        message=text(found, "message"),
        author=person_of(found, "author"),
        committer=person_of(found, "committer"),
        date_added=moment(found, "date"),
        web_url=text(found, "links", "html", "href"),
        parent_keys=[string(parent, "hash") for parent in rows(found, "parents")],
    )


def person_of(found: Any, role: str) -> pb.CommitAuthor:
    """From the form in git, "Name <address>", by no rule of mail: a name may hold commas and brackets."""
    raw = text(found, role, "raw").strip()
    name, bracket, email = raw.removesuffix(">").rpartition("<")
    if not bracket or not raw.endswith(">") or ">" in email:
        name, email = raw, ""
    name = name.strip()
    return pb.CommitAuthor(name=name or text(found, role, "user", "display_name"), email=email)


def change_of(found: Mapping[str, Any]) -> pb.FileChange:
    kind = CHANGE_KINDS.get(text(found, "status"), pb.FILE_CHANGE_KIND_MODIFIED)
    before, after = text(found, "old", "path"), text(found, "new", "path")
    if not before and not after:
        raise bad_answer()
    return pb.FileChange(
        path=after or before,
        kind=kind,
        previous_path=before if kind == pb.FILE_CHANGE_KIND_RENAMED else "",
        additions=number(found, "lines_added"),
        deletions=number(found, "lines_removed"),
    )


def attributes_of(found: Mapping[str, Any]) -> list[Any]:
    attributes = found.get("attributes")
    return attributes if isinstance(attributes, list) else []


def entry_of(found: Mapping[str, Any]) -> pb.TreeEntry:
    kinds = [kind for name, kind in ENTRY_KINDS.items() if name in attributes_of(found)]
    return pb.TreeEntry(
        path=string(found, "path"),
        kind=kinds[0] if kinds else pb.TREE_ENTRY_KIND_FILE,
        size_bytes=number(found, "size"),
    )
