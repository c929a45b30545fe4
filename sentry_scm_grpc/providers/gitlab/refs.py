"""Branches, tags and comparisons: https://docs.gitlab.com/api/branches/, .../tags/ and .../repositories/

A list of commits takes a range of two commits. GitLab does not count them, so the counts are known only if they are
below 101. A comparison has the text of each file's diff, in one response that GitLab may cut without saying so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from sentry_scm_grpc.errors import NotFound
from sentry_scm_grpc.providers.gitlab.changes import GitLabChanges, Told, change_of
from sentry_scm_grpc.providers.gitlab.commits import commit_of
from sentry_scm_grpc.providers.vendor.errors import no_merge_base
from sentry_scm_grpc.providers.vendor.http import quoted
from sentry_scm_grpc.providers.vendor.pages import VENDOR_LIMIT, Page
from sentry_scm_grpc.providers.vendor.reading import moment, rows, string, text
from sentry_scm_grpc.providers.vendor.refs import HEADS, TAGS, Comparison, DiffPage, Refs, Span
from sentry_scm_grpc.v1 import refs_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb


class GitLabRefs(GitLabChanges, Refs):
    many_merge_bases = True

    def fetch_branches(self, prefix: str, position: Any) -> Page[refs_pb2.Branch]:
        found, after = self._page(f"{self.path}/repository/branches", _search(prefix), position)
        return Page([branch_of(branch) for branch in found], after)

    def fetch_tags(self, prefix: str, position: Any) -> Page[refs_pb2.Tag]:
        found, after = self._page(f"{self.path}/repository/tags", _search(prefix), position)
        return Page([tag_of(tag) for tag in found], after)

    def fetch_ref(self, full_name: str) -> str:
        kind, name = ("branches", full_name.removeprefix(HEADS))
        if full_name.startswith(TAGS):
            kind, name = "tags", full_name.removeprefix(TAGS)
        found = self.http.get(f"{self.path}/repository/{kind}/{quoted(name)}")
        return text(found, "commit", "id")

    def fetch_comparison(self, base: str, head: str) -> Comparison:
        ahead, behind = self.http.gather(
            [partial(self._commits_of, f"{one}..{other}", None) for one, other in ((base, head), (head, base))]
        )
        counts = [len(found) if after is None else None for found, after in (ahead, behind)]
        return Comparison(base, head, self.fetch_merge_base([base, head]), *counts)

    def fetch_between(self, compared: Comparison, position: Any) -> Page[pb.Commit]:
        found, after = self._commits_of(f"{compared.base}..{compared.head}", position)
        return Page([commit_of(commit, self._web) for commit in found], after)

    def fetch_merge_base(self, shas: Sequence[str]) -> str:
        try:
            found = self.http.get(f"{self.path}/repository/merge_base", {"refs[]": list(shas)}, immutable=True)
        except NotFound as error:
            if error.reason == "NO_MERGE_BASE":
                return ""
            raise
        return string(found, "id")

    def fetch_compared_files(self, span: Span, position: Any) -> Page[pb.FileChange]:
        page = self._compared(span)
        return Page([diff.change for diff in page.items], incomplete=page.incomplete)

    def fetch_diffs(self, span: Span, wanted: Callable[[pb.FileChange], bool], position: Any) -> DiffPage:
        if span.base:
            return self._compared(span)
        found, page = self._commit_diffs(span.head, position)
        return DiffPage([diff_of(diff) for diff in found], page.next, incomplete=page.incomplete)

    def _compared(self, span: Span) -> DiffPage:
        start = self.fetch_merge_base([span.base, span.head]) if span.from_merge_base else span.base
        if not start:
            raise no_merge_base()
        params = {"from": start, "to": span.head, "straight": "true"}
        answer = self.http.get(f"{self.path}/repository/compare", params, immutable=True)
        found = rows(answer, "diffs")
        diffs = [diff_of(diff) for diff in found]
        told = Told().and_(found, [diff.change for diff in diffs])
        cut = told.at_limit or answer.get("compare_timeout") is True
        return DiffPage(diffs, incomplete=VENDOR_LIMIT if cut else "")

    def _commits_of(self, span: str, position: Any) -> tuple[list[Mapping[str, Any]], Any]:
        return self._page(f"{self.path}/repository/commits", {"ref_name": span}, position, immutable=True)


def _search(prefix: str) -> dict[str, str]:
    """The prefix as GitLab's search, where it stands for itself. A "$" at the end would end the name."""
    return {"search": f"^{prefix}"} if prefix and not prefix.endswith("$") and "*" not in prefix else {}


def branch_of(found: Mapping[str, Any]) -> refs_pb2.Branch:
    branch = refs_pb2.Branch(name=string(found, "name"), commit_sha=string(found, "commit", "id"))
    if isinstance(found.get("default"), bool):
        branch.is_default = found["default"]
    if isinstance(found.get("protected"), bool):
        branch.is_protected = found["protected"]
    return branch


def tag_of(found: Mapping[str, Any]) -> refs_pb2.Tag:
    """GitLab does not name the tagger. It tells the date since version 16.11."""
    sha, target = text(found, "commit", "id"), text(found, "target")
    tag = refs_pb2.Tag(name=string(found, "name"), commit_sha=sha)
    if sha and target:
        tag.annotated = sha != target
    if tag.annotated:
        tag.message = text(found, "message")
        if at := moment(found, "created_at"):
            tag.tagged_at.CopyFrom(at)
    return tag


def diff_of(found: Mapping[str, Any]) -> refs_pb2.FileDiff:
    """GitLab leaves out the text of a large file, and before version 12.10 it does not say so."""
    diff = refs_pb2.FileDiff(change=change_of(found))
    old, new = text(found, "a_mode"), text(found, "b_mode")
    diff.old_mode, diff.new_mode = (mode if len(mode) == 6 else "" for mode in (old, new))
    told = text(found, "diff")
    # Old versions have lines before the hunks.
    start = 0 if told.startswith("@@") else told.find("\n@@") + 1
    if told.startswith("@@") or start:
        diff.hunks = told[start:].encode()
    explained = diff.change.binary or diff.change.previous_path or old != new or "too_large" in found
    cut = bool(found.get("too_large") or found.get("collapsed"))
    diff.truncated = cut or (not diff.hunks and not explained)
    return diff
