"""What Bitbucket Cloud's answers say, as messages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sentry_scm_grpc.providers.vendor.absence import Lack, lack_by_status
from sentry_scm_grpc.providers.vendor.reading import bad_answer, moment, number, person, rows, string, text, told_rows
from sentry_scm_grpc.v1 import scm_pb2 as pb

CHANGE_KINDS = {
    "added": pb.FILE_CHANGE_KIND_ADDED,
    "removed": pb.FILE_CHANGE_KIND_DELETED,
    "renamed": pb.FILE_CHANGE_KIND_RENAMED,
    "modified": pb.FILE_CHANGE_KIND_MODIFIED,
    # Kinds of conflicts are told of pull requests alone.
}
ENTRY_KINDS = {
    "link": pb.TREE_ENTRY_KIND_SYMLINK,
    "subrepository": pb.TREE_ENTRY_KIND_SUBMODULE,
    "executable": pb.TREE_ENTRY_KIND_EXECUTABLE,
}

# How the messages of its refusals begin. Only a 404 says that a ref or a path is missing.
_LOST = re.compile(
    r"Repository (\S+ )?(not found|does not exist|is gone|has been deleted|has moved)|(There is )?No workspace\b"
    r"|You may not have access to this repository|The requested repository either does not exist",
    re.IGNORECASE,
)
_NO_REF = re.compile(
    r"(Commit|Changeset|Branch|Tag|Ref|Reference|Revision)\b.{0,300}\b(not found|does not exist)"
    r"|No such (commit|changeset|branch|tag|ref|revision)\b|Unknown (commit|changeset|revision)\b",
    re.IGNORECASE | re.DOTALL,
)
_NO_PATH = re.compile(r"No such file or directory", re.IGNORECASE)


def lack_of(status: int, told: Any) -> Lack | None:
    """A lost repository answers 404, 403 or 410; the message tells what is missing."""
    message = text(told, "error", "message").strip()
    if status in (403, 404, 410) and _LOST.match(message):
        return Lack.REPOSITORY
    if status != 404:
        return None
    if _NO_PATH.match(message):
        return Lack.PATH
    shas = told.get("data") if isinstance(told, Mapping) else None
    if _NO_REF.match(message) or (isinstance(shas, Mapping) and "shas" in shas):
        return Lack.REF
    return lack_by_status(status, told)


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
        parent_keys=[string(parent, "hash") for parent in told_rows(found, "parents")],
    )


def person_of(found: Any, role: str) -> pb.CommitAuthor | None:
    """From the form in git, "Name <address>", by no rule of mail: a name may hold commas and brackets."""
    raw = text(found, role, "raw").strip()
    name, bracket, email = raw.removesuffix(">").rpartition("<")
    if not bracket or not raw.endswith(">") or ">" in email:
        name, email = raw, ""
    name = name.strip()
    return person(name or text(found, role, "user", "display_name"), email)


def change_of(found: Mapping[str, Any]) -> pb.FileChange:
    kind = CHANGE_KINDS.get(text(found, "status"), pb.FILE_CHANGE_KIND_UNSPECIFIED)
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


def hides_matches(found: Mapping[str, Any]) -> bool:
    """Whether a file has more matches than the answer shows."""
    lines = [line for block in told_rows(found, "content_matches") for line in rows(block, "lines")]
    shown = sum(segment.get("match") is True for line in lines for segment in rows(line, "segments"))
    return number(found, "content_match_count") > shown
