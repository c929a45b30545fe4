"""Branches, tags and comparisons: https://learn.microsoft.com/en-us/rest/api/azure/devops/git/refs/list and
.../git/diffs/get

Azure DevOps has no API for patches, so a diff is worked out from both versions of each file, within a budget of calls.
The counts of commits are known only if they are below 101.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Any

from sentry_scm_grpc.errors import FailedPrecondition
from sentry_scm_grpc.providers.azure_devops.api import PER_PAGE
from sentry_scm_grpc.providers.azure_devops.blame import AzureDevOpsBlame
from sentry_scm_grpc.providers.azure_devops.changes import AzureDevOpsChanges, changes_of
from sentry_scm_grpc.providers.azure_devops.commits import AzureDevOpsCommits
from sentry_scm_grpc.providers.vendor.absence import Absent
from sentry_scm_grpc.providers.vendor.errors import no_merge_base
from sentry_scm_grpc.providers.vendor.http import AT_ONCE
from sentry_scm_grpc.providers.vendor.pages import VENDOR_LIMIT, Page
from sentry_scm_grpc.providers.vendor.reading import bad_answer, rows, string, text
from sentry_scm_grpc.providers.vendor.refs import HEADS, TAGS, Comparison, DiffPage, Refs, Span
from sentry_scm_grpc.source.patches import counted, unified
from sentry_scm_grpc.v1 import refs_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb

#: How many files of a request are read to work out their diffs: two calls for each.
FILES_PER_RPC = 250
DERIVED_DIFF = (
    "The provider has no patches, so a diff is worked out from both versions of a file. This takes two calls for each"
    f" file. After {FILES_PER_RPC} files, and for files above 1 MiB, `truncated` is set instead."
)


class AzureDevOpsRefs(AzureDevOpsCommits, AzureDevOpsChanges, AzureDevOpsBlame, Refs):
    def fetch_branches(self, prefix: str, position: Any) -> Page[refs_pb2.Branch]:
        found, after = self._page_of_refs("heads/", prefix, position)
        named = [(string(ref, "name").removeprefix(HEADS), string(ref, "objectId")) for ref in found]
        return Page([refs_pb2.Branch(name=name, commit_sha=sha) for name, sha in named], after)

    def fetch_tags(self, prefix: str, position: Any) -> Page[refs_pb2.Tag]:
        found, after = self._page_of_refs("tags/", prefix, position)
        return Page([tag_of(ref) for ref in found], after)

    def fetch_ref(self, full_name: str) -> str:
        kind, name = "branch", full_name.removeprefix(HEADS)
        if full_name.startswith(TAGS):
            kind, name = "tag", full_name.removeprefix(TAGS)
        asked = {"searchCriteria.itemVersion.version": name, "searchCriteria.itemVersion.versionType": kind}
        found = rows(self._history({"searchCriteria.$top": 1}, asked), "value")
        return string(found[0], "commitId") if found else ""

    def fetch_comparison(self, base: str, head: str) -> Comparison:
        ahead, behind = self.http.gather(
            [partial(self._commits_between, one, other, 0) for one, other in ((base, head), (head, base))]
        )
        counts = [len(found) if len(found) < PER_PAGE else None for found in (ahead, behind)]
        return Comparison(base, head, self.fetch_merge_base([base, head]), *counts)

    def fetch_between(self, compared: Comparison, position: Any) -> Page[pb.Commit]:
        start = position or 0
        found = self._commits_between(compared.base, compared.head, start)
        commits = self.http.gather([partial(self._listed_commit, row) for row in found])
        if commits and not start and commits[0].key != compared.head:
            # No commit comes before the head that leads to all of them.
            raise bad_answer()
        return Page(commits, start + PER_PAGE if len(found) >= PER_PAGE else None)

    def fetch_merge_base(self, shas: Sequence[str]) -> str:
        return text(self._compared(Span(shas[0], shas[1]), 0, 1), "commonCommit")

    def fetch_compared_files(self, span: Span, position: Any) -> Page[pb.FileChange]:
        return self._changes_between(span, position)[1]

    def fetch_diffs(self, span: Span, wanted: Callable[[pb.FileChange], bool], position: Any) -> DiffPage:
        inner, read, before = position or [None, 0, ""]
        if span.base:
            start, page = self._changes_between(span, inner)
        else:
            start = before or next(iter(self.fetch_commit(span.head)[0].parent_keys), "")
            page = self.fetch_file_changes(span.head, inner)
        changes = [change for change in page.items if wanted(change)]
        after = None if page.next is None else [page.next, read + len(changes), start]
        return DiffPage(self._diffs(start, span.head, changes, FILES_PER_RPC - read), after, page.incomplete)

    def _changes_between(self, span: Span, position: Any) -> tuple[str, Page[pb.FileChange]]:
        """The commit at which the comparison begins, and a page of changes."""
        start = position or 0
        answer = self._compared(span, start, PER_PAGE)
        begin = text(answer, "commonCommit") if span.from_merge_base else span.base
        if not begin:
            raise no_merge_base()
        found = rows(answer, "changes")
        after = start + PER_PAGE if len(found) >= PER_PAGE else None
        cut = after is None and answer.get("allChangesIncluded") is False
        return begin, Page(changes_of(found), after, incomplete=VENDOR_LIMIT if cut else "")

    def _compared(self, span: Span, start: int, count: int) -> Any:
        asked = {
            "baseVersion": span.base,
            "baseVersionType": "commit",
            "targetVersion": span.head,
            "targetVersionType": "commit",
            "diffCommonCommit": "true" if span.from_merge_base else "false",
            "$top": count,
            "$skip": start,
        }
        return self.http.get(f"{self.path}/diffs/commits", asked, immutable=True)

    def _diffs(self, start: str, head: str, changes: Sequence[pb.FileChange], left: int) -> Iterator[refs_pb2.FileDiff]:
        waiting = iter(changes[: max(left, 0)])
        while group := list(islice(waiting, AT_ONCE)):
            yield from self.http.gather([partial(self._diff, start, head, change) for change in group])
        for change in changes[max(left, 0) :]:
            yield refs_pb2.FileDiff(change=change, truncated=True)

    def _diff(self, start: str, head: str, change: pb.FileChange) -> refs_pb2.FileDiff:
        diff = refs_pb2.FileDiff(change=change)
        added, deleted = change.kind == pb.FILE_CHANGE_KIND_ADDED, change.kind == pb.FILE_CHANGE_KIND_DELETED
        try:
            before = b"" if added or not start else self.fetch_text(change.previous_path or change.path, start)
            after = b"" if deleted else self.fetch_text(change.path, head)
        except (Absent, FailedPrecondition) as error:
            # A submodule has no text, and a large file is not read.
            if isinstance(error, FailedPrecondition) and error.reason != "FILE_TOO_LARGE":
                raise
            diff.truncated = True
            return diff
        # As git does, which looks at the first 8,000 bytes.
        if b"\0" in before[:8000] or b"\0" in after[:8000]:
            diff.change.binary = True
            return diff
        hunks = unified(before, after)
        diff.truncated, diff.hunks = hunks is None, hunks or b""
        diff.change.additions, diff.change.deletions = counted(diff.hunks)
        return diff

    def _commits_between(self, base: str, head: str, start: int) -> list[Mapping[str, Any]]:
        """``compareVersion`` is where the list begins, and ``itemVersion`` what it leaves out."""
        asked: dict[str, str] = {}
        for name, sha in (("itemVersion", base), ("compareVersion", head)):
            asked |= {f"searchCriteria.{name}.version": sha, f"searchCriteria.{name}.versionType": "commit"}
        paging = {"searchCriteria.$skip": start, "searchCriteria.$top": PER_PAGE}
        return rows(self._history(paging, asked), "value")

    def _page_of_refs(self, space: str, prefix: str, position: Any) -> tuple[list[Mapping[str, Any]], str | None]:
        params = {"filter": space + prefix, "peelTags": "true", "$top": PER_PAGE}
        answer = self.http.fetch(
            f"{self.path}/refs", {**params, **({"continuationToken": position} if position else {})}
        )
        return rows(answer.data, "value"), answer.headers.get("X-MS-ContinuationToken") or None


def tag_of(found: Mapping[str, Any]) -> refs_pb2.Tag:
    """Only an annotated tag has a peeled id. Its message would take a call of its own."""
    peeled = text(found, "peeledObjectId")
    tag = refs_pb2.Tag(name=string(found, "name").removeprefix(TAGS), commit_sha=peeled or string(found, "objectId"))
    if peeled:
        tag.annotated = True
    return tag
