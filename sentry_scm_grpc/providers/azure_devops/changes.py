"""What Azure DevOps's answers about a repository say, as messages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sentry_scm_grpc.providers.vendor.absence import Lack, lack_by_status
from sentry_scm_grpc.providers.vendor.pages import VENDOR_LIMIT, incomplete_error
from sentry_scm_grpc.providers.vendor.reading import moment, person, string, text, told_rows, value
from sentry_scm_grpc.providers.vendor.statuses import error_of_status
from sentry_scm_grpc.v1 import scm_pb2 as pb

# What a "changeType" can hold, apart by commas, and the first that counts.
# https://learn.microsoft.com/en-us/rest/api/azure/devops/git/commits/get-changes#versioncontrolchangetype
CHANGE_KINDS = {
    "rename": pb.FILE_CHANGE_KIND_RENAMED,
    "targetrename": pb.FILE_CHANGE_KIND_RENAMED,
    "branch": pb.FILE_CHANGE_KIND_COPIED,
    "add": pb.FILE_CHANGE_KIND_ADDED,
    "undelete": pb.FILE_CHANGE_KIND_ADDED,
    "delete": pb.FILE_CHANGE_KIND_DELETED,
    **dict.fromkeys(("edit", "encoding", "merge", "lock", "rollback", "property", "all"), pb.FILE_CHANGE_KIND_MODIFIED),
    # "none".
}
WITH_PREVIOUS = (pb.FILE_CHANGE_KIND_RENAMED, pb.FILE_CHANGE_KIND_COPIED)


# By the class of the exception, and by the code with which its message begins in every language.
_LACKS = {
    "GitRepositoryNotFoundException": Lack.REPOSITORY,
    "ProjectDoesNotExistException": Lack.REPOSITORY,
    "ProjectDoesNotExistWithNameException": Lack.REPOSITORY,
    "TF401019": Lack.REPOSITORY,
    "TF200016": Lack.REPOSITORY,
    "VS800075": Lack.REPOSITORY,
    "GitUnresolvableToCommitException": Lack.REF,
    "GitCommitDoesNotExistException": Lack.REF,
    "GitObjectDoesNotExistException": Lack.REF,
    "GitNoBranchesException": Lack.REF,
    "TF401175": Lack.REF,
    "TF401029": Lack.REF,
    "TF401035": Lack.REF,
    "VS403403": Lack.REF,
    "GitItemNotFoundException": Lack.PATH,
    "TF401174": Lack.PATH,
}
_CODE = re.compile(r"(TF|VS)\d{5,7}(?=:)")


def lack_of(status: int, told: Any) -> Lack | None:
    kinds = (text(told, "typeKey"), text(told, "typeName").partition(",")[0].rpartition(".")[2])
    if "GitRepositoryDisabledException" in kinds:
        raise error_of_status(410)
    code = _CODE.match(text(told, "message"))
    for known in (*kinds, code[0] if code else ""):
        if known in _LACKS and 400 <= status < 500:
            return _LACKS[known]
    if code and code[0] == "VS402337":  # More work items than a query may find.
        raise incomplete_error(VENDOR_LIMIT)
    return lack_by_status(status, told)


def commit_of(found: Any) -> pb.Commit:
    parents = found.get("parents") if isinstance(found, Mapping) else None
    return pb.Commit(
        key=string(found, "commitId"),
        message=text(found, "comment"),
        author=person_of(found, "author"),
        committer=person_of(found, "committer"),
        date_added=moment(found, "committer", "date") or moment(found, "author", "date"),
        web_url=text(found, "remoteUrl"),
        parent_keys=[sha for sha in parents if isinstance(sha, str)] if isinstance(parents, list) else [],
    )


def person_of(found: Any, role: str) -> pb.CommitAuthor | None:
    return person(text(found, role, "name"), text(found, role, "email"))


def changes_of(found: list[Mapping[str, Any]]) -> list[pb.FileChange]:
    changes = []
    for change in found:
        kinds = [kind.strip() for kind in text(change, "changeType").lower().split(",")]
        # A folder, or the old name in a rename, which is told with the new one.
        if value(change, "item", "path") and (is_folder(change["item"]) or "sourcerename" in kinds):
            continue
        kind = next((CHANGE_KINDS[kind] for kind in CHANGE_KINDS if kind in kinds), pb.FILE_CHANGE_KIND_UNSPECIFIED)
        previous = text(change, "sourceServerItem").removeprefix("/") if kind in WITH_PREVIOUS else ""
        path = string(change, "item", "path").removeprefix("/")
        changes.append(pb.FileChange(path=path, kind=kind, previous_path=previous))
    return changes


def is_folder(item: Any) -> bool:
    return isinstance(item, Mapping) and (item.get("isFolder") is True or text(item, "gitObjectType") == "tree")


def is_on(match: Mapping[str, Any], branch: str) -> bool:
    """Whether a match of a search is on a branch, which may be one of several that are searched."""
    names = [text(version, "branchName").removeprefix("refs/heads/") for version in told_rows(match, "versions")]
    return not names or not branch or branch in names


def is_of(match: Mapping[str, Any], repository: pb.RemoteRepository) -> bool:
    """Whether a match of a search is in a repository, of which there are several by its name."""
    found = text(match, "repository", "id") or text(match, "repository", "name")
    return found.lower() in (repository.identifier.lower(), repository.name.lower())


def entry_of(item: Mapping[str, Any]) -> pb.TreeEntry:
    kind = pb.TREE_ENTRY_KIND_SYMLINK if item.get("isSymLink") else pb.TREE_ENTRY_KIND_FILE
    if text(item, "gitObjectType") == "commit":
        kind = pb.TREE_ENTRY_KIND_SUBMODULE
    return pb.TreeEntry(path=string(item, "path").removeprefix("/"), kind=kind, sha=string(item, "objectId"))


def moment_text(when: datetime | None) -> str:
    """ISO 8601 in whole seconds, as dates in git are."""
    return f"{when.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z" if when else ""
