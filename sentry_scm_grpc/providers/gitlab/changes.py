"""The file changes of a commit, as GitLab reports them: the text of each file's diff, for as many files as its limits
allow.

GitLab cuts a long list and does not say so. It does count the added and deleted lines of the whole commit, so the lines
of the listed files must add up to that count. There are two exceptions: GitLab leaves out the text of a file that is
too large, and it counts a renamed file in another way. In those cases the list may have been cut only if it has
reached one of GitLab's limits.

https://docs.gitlab.com/administration/diff_limits/
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Any

from sentry_scm_grpc.providers.gitlab.api import GitLabApi
from sentry_scm_grpc.providers.vendor.http import quoted
from sentry_scm_grpc.providers.vendor.pages import VENDOR_LIMIT, Page, is_full_sha
from sentry_scm_grpc.providers.vendor.reading import string, text
from sentry_scm_grpc.v1 import scm_pb2 as pb

#: The lowest values of GitLab's limits on a list: files, lines and bytes.
LEAST_FILES = 1000
LEAST_LINES = 50_000
LEAST_BYTES = LEAST_FILES * 5 * 1024


@dataclass(frozen=True)
class Told:
    """What has been listed of a commit so far. ``counted`` says that its lines can be compared with GitLab's count."""

    files: int = 0
    lines: int = 0
    bytes: int = 0
    counted: bool = True

    @classmethod
    def of(cls, position: Any) -> Told:
        return cls(*position) if isinstance(position, list) and len(position) == 4 else cls()

    def and_(self, page: list[Mapping[str, Any]], changes: list[pb.FileChange]) -> Told:
        return Told(
            self.files + len(changes),
            self.lines + sum(change.additions + change.deletions for change in changes),
            self.bytes + sum(len(text(found, "diff")) for found in page),
            self.counted and all(map(_is_counted, page)),
        )

    def position(self) -> list[Any]:
        return list(astuple(self))

    def lacks(self, lines: int) -> bool:
        """Whether changes are missing from a commit of so many added and deleted lines."""
        return self.lines < lines and (self.counted or self.at_limit)

    @property
    def at_limit(self) -> bool:
        """Whether GitLab may have ended the list for its length."""
        return self.files >= LEAST_FILES or self.lines >= LEAST_LINES or self.bytes >= LEAST_BYTES


class GitLabChanges(GitLabApi):
    def fetch_file_changes(self, sha: str, position: Any) -> Page[pb.FileChange]:
        return self._commit_diffs(sha, position)[1]

    def _commit_diffs(self, sha: str, position: Any) -> tuple[list[Mapping[str, Any]], Page[pb.FileChange]]:
        """The diffs of a page, and what they change.

        The position also holds the counts so far. At the end they are compared with GitLab's count.
        """
        path, position = f"{self.path}/repository/commits/{quoted(sha)}/diff", dict(position or {})
        before = Told.of(position.pop("told", None))
        found, after = self._page(path, {}, position, immutable=is_full_sha(sha))
        changes = [change_of(change) for change in found]
        told = before.and_(found, changes)
        if after is not None:
            return found, Page(changes, {**after, "told": told.position()})
        if told.at_limit and sha not in self._lines:
            self.look_up(sha)
        return found, Page(changes, incomplete=VENDOR_LIMIT if told.lacks(self._lines.get(sha, 0)) else "")


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


def _is_counted(found: Mapping[str, Any]) -> bool:
    if found.get("renamed_file"):
        return False
    # A GitLab before 12.10 does not say why the text is missing: the file may be empty, or only its mode changed.
    return bool(text(found, "diff")) or (found.get("too_large") is False and not found.get("collapsed"))
