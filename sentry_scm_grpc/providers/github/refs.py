"""Branches, tags and comparisons: https://docs.github.com/en/rest/commits/commits#compare-two-commits

GraphQL tells of tags and single refs, because it follows annotated tags. A comparison lists commits with the oldest
first, in pages, and at most 300 files. It always begins at the merge base.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sentry_scm_grpc.errors import Unimplemented
from sentry_scm_grpc.providers.github.api import PER_PAGE
from sentry_scm_grpc.providers.github.changes import change_of, told_files
from sentry_scm_grpc.providers.github.commits import GitHubCommits
from sentry_scm_grpc.providers.vendor.pages import VENDOR_LIMIT, Page
from sentry_scm_grpc.providers.vendor.reading import (
    MAX_INT32,
    bad_answer,
    count,
    moment,
    person,
    rows,
    string,
    text,
    told_rows,
)
from sentry_scm_grpc.providers.vendor.refs import Comparison, DiffPage, Refs, Span
from sentry_scm_grpc.source.patches import counted
from sentry_scm_grpc.v1 import refs_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb

#: The most files of a comparison.
FILES_TOLD = 300
#: The object id of an empty file.
EMPTY_BLOB = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"


class GitHubRefs(GitHubCommits, Refs):
    def fetch_branches(self, prefix: str, position: Any) -> Page[refs_pb2.Branch]:
        found, after = self._page(f"{self.path}/branches", {}, position)
        return Page([branch_of(branch) for branch in rows(found)], after)

    def fetch_tags(self, prefix: str, position: Any) -> Page[refs_pb2.Tag]:
        found, after = self.graph.tags(prefix, position)
        return Page([self._tag(tag) for tag in found], after)

    def fetch_ref(self, full_name: str) -> str:
        return self.graph.commit_of_ref(full_name)

    def fetch_comparison(self, base: str, head: str) -> Comparison:
        found = self._compared(base, head, 1)
        ahead, behind = (count(found, name, most=MAX_INT32) for name in ("ahead_by", "behind_by"))
        return Comparison(base, head, string(found, "merge_base_commit", "sha"), ahead, behind)

    def fetch_between(self, compared: Comparison, position: Any) -> Page[pb.Commit]:
        if compared.ahead is None:
            raise bad_answer()
        page = position or -(-compared.ahead // PER_PAGE)
        found = rows(self._compared(compared.base, compared.head, page), "commits")
        expected = min(PER_PAGE, compared.ahead - PER_PAGE * (page - 1))
        commits = [self._commit(commit) for commit in reversed(found)]
        return Page(commits, page - 1 or None, incomplete=VENDOR_LIMIT if len(found) < expected else "")

    def fetch_merge_base(self, shas: Sequence[str]) -> str:
        return string(self._compared(shas[0], shas[1], 1), "merge_base_commit", "sha")

    def fetch_compared_files(self, span: Span, position: Any) -> Page[pb.FileChange]:
        page = self._compared_diffs(span)
        return Page([diff.change for diff in page.items], incomplete=page.incomplete)

    def fetch_diffs(self, span: Span, wanted: Callable[[pb.FileChange], bool], position: Any) -> DiffPage:
        if span.base:
            return self._compared_diffs(span)
        found, after = self._commit_page(span.head, position)
        listed = self._changes_page(found, position, after)
        return DiffPage(diffs_of(told_rows(found, "files")), after, incomplete=listed.incomplete)

    def _compared_diffs(self, span: Span) -> DiffPage:
        found = self._compared(span.base, span.head, 1)
        if not span.from_merge_base and string(found, "merge_base_commit", "sha") != span.base:
            raise Unimplemented(
                "GitHub compares commits from their merge base only. Leave `start` out, or compare with an ancestor."
            )
        files = told_rows(found, "files")
        cut = len(files) >= FILES_TOLD or not told_files(found)
        return DiffPage(diffs_of(files), incomplete=VENDOR_LIMIT if cut else "")

    def _compared(self, base: str, head: str, page: int) -> Any:
        """A page of commits. The first one also has the files."""
        params = {"per_page": PER_PAGE, "page": page}
        return self.http.get(f"{self.path}/compare/{base}...{head}", params, immutable=True)

    def _tag(self, found: Mapping[str, Any]) -> refs_pb2.Tag:
        target: Any = found.get("target")
        tag = refs_pb2.Tag(name=string(found, "name"), annotated=isinstance(target, Mapping) and "target" in target)
        if tag.annotated:
            tag.message = text(target, "message")
            tagger = person(text(target, "tagger", "name"), text(target, "tagger", "email"))
            if tagger:
                tag.tagger.CopyFrom(tagger)
            if at := moment(target, "tagger", "date"):
                tag.tagged_at.CopyFrom(at)
        tag.commit_sha = self.graph.commit_of(target)
        return tag


def branch_of(found: Mapping[str, Any]) -> refs_pb2.Branch:
    branch = refs_pb2.Branch(name=string(found, "name"), commit_sha=string(found, "commit", "sha"))
    if isinstance(found.get("protected"), bool):
        branch.is_protected = found["protected"]
    return branch


def diffs_of(files: Iterable[Mapping[str, Any]]) -> list[refs_pb2.FileDiff]:
    return [diff_of(file) for file in files]


def diff_of(found: Mapping[str, Any]) -> refs_pb2.FileDiff:
    """GitHub leaves out the patch of a binary file, of a large one, and of one whose lines did not change."""
    diff = refs_pb2.FileDiff(change=change_of(found))
    change, patch = diff.change, text(found, "patch")
    if patch:
        diff.hunks = patch.encode() + b"\n"
        diff.truncated = counted(diff.hunks) != (change.additions, change.deletions)
    elif change.additions or change.deletions:
        diff.truncated = True
    elif text(found, "status") in ("added", "removed", "modified") and text(found, "sha") != EMPTY_BLOB:
        change.binary = True
    return diff
