"""What GitHub's answers say, as messages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sentry_scm_grpc.providers.vendor.issue_marks import unmarked
from sentry_scm_grpc.providers.vendor.reading import number, rows, string, text
from sentry_scm_grpc.v1 import scm_pb2 as pb

CHANGE_KINDS = {
    "added": pb.FILE_CHANGE_KIND_ADDED,
    "removed": pb.FILE_CHANGE_KIND_DELETED,
    "renamed": pb.FILE_CHANGE_KIND_RENAMED,
    "copied": pb.FILE_CHANGE_KIND_COPIED,
    "modified": pb.FILE_CHANGE_KIND_MODIFIED,
    "changed": pb.FILE_CHANGE_KIND_MODIFIED,  # Its mode or type.
    # "unchanged" is none of these.
}
ISSUE_STATES = {"open": pb.ISSUE_STATE_OPEN, "closed": pb.ISSUE_STATE_CLOSED}
WITH_PREVIOUS = ("renamed", "copied")
ENTRY_KINDS = {
    "100755": pb.TREE_ENTRY_KIND_EXECUTABLE,
    "120000": pb.TREE_ENTRY_KIND_SYMLINK,
    "160000": pb.TREE_ENTRY_KIND_SUBMODULE,
}
_REPOSITORY = re.compile(r"/repos/([\w.-]+/[\w.-]+)\Z")


def problems_of(found: Any) -> list[str]:
    """What GitHub says is wrong with a request.

    https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api#validation-failed
    """
    problems = found.get("errors") if isinstance(found, Mapping) else None
    return [text(problem, "message") for problem in problems] if isinstance(problems, list) else []


def told_files(found: Any) -> bool:
    """Whether a commit tells its files. It does not where its diff takes GitHub too long."""
    return not isinstance(found, Mapping) or found.get("files") is not None


def changes_of(found: Any) -> list[pb.FileChange]:
    return [
        pb.FileChange(
            path=string(change, "filename"),
            kind=CHANGE_KINDS.get(text(change, "status"), pb.FILE_CHANGE_KIND_UNSPECIFIED),
            previous_path=text(change, "previous_filename") if text(change, "status") in WITH_PREVIOUS else "",
            additions=number(change, "additions"),
            deletions=number(change, "deletions"),
        )
        for change in (rows(found, "files") if told_files(found) else ())
    ]


def tree_entry(entry: Mapping[str, Any], parent: str) -> pb.TreeEntry:
    return pb.TreeEntry(
        path=parent + string(entry, "path"),
        kind=ENTRY_KINDS.get(text(entry, "mode"), pb.TREE_ENTRY_KIND_FILE),
        size_bytes=number(entry, "size"),
        sha=string(entry, "sha"),
    )


def issue_of(found: Any, repository: str) -> pb.TrackerIssue:
    """An issue that was asked for in a repository; it may have been moved to another, under another number."""
    where = _REPOSITORY.search(text(found, "repository_url"))
    if where and where[1].lower() != repository.lower():
        repository = where[1]
    return pb.TrackerIssue(
        key=f"{repository}#{string(found, 'number')}",
        title=string(found, "title"),
        description=unmarked(text(found, "body")),
        web_url=text(found, "html_url"),
        state=ISSUE_STATES.get(text(found, "state"), pb.ISSUE_STATE_UNSPECIFIED),
    )
