"""Branches, tags and comparisons.

The server does not count commits, so the counts are known only if they are below 101. Its diffs are JSON, which does
not tell modes, nor whether the last line of a file has an end. It cuts a diff of many lines. What is cut there is asked
for file by file.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from typing import Any

from sentry_scm_grpc.errors import Unimplemented
from sentry_scm_grpc.providers.bitbucket_server.changes import BitbucketServerChanges, path_of
from sentry_scm_grpc.providers.bitbucket_server.commits import BitbucketServerCommits
from sentry_scm_grpc.providers.vendor.absence import Absent, Lack
from sentry_scm_grpc.providers.vendor.errors import no_merge_base
from sentry_scm_grpc.providers.vendor.http import quoted, quoted_path
from sentry_scm_grpc.providers.vendor.pages import Page
from sentry_scm_grpc.providers.vendor.reading import bad_answer, number, rows, string, text, told_rows
from sentry_scm_grpc.providers.vendor.refs import Comparison, DiffPage, Refs, Span
from sentry_scm_grpc.source.patches import counted
from sentry_scm_grpc.v1 import refs_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb

_SIGNS = {"ADDED": "+", "REMOVED": "-", "CONTEXT": " "}
#: The most bytes of an answer about one commit or branch.
_SMALL = 1024 * 1024


class BitbucketServerRefs(BitbucketServerCommits, BitbucketServerChanges, Refs):
    def fetch_branches(self, prefix: str, position: Any) -> Page[refs_pb2.Branch]:
        found, after = self._page(f"{self.path}/branches", _filter(prefix), position)
        return Page([branch_of(branch) for branch in found], after)

    def fetch_tags(self, prefix: str, position: Any) -> Page[refs_pb2.Tag]:
        found, after = self._page(f"{self.path}/tags", _filter(prefix), position)
        return Page([tag_of(tag) for tag in found], after)

    @cached_property
    def named_default(self) -> str:
        """Before version 7.5 the server has the second path only."""
        for path in ("default-branch", "branches/default"):
            try:
                found = self._told(f"{self.path}/{path}")
            except Absent as absence:
                if absence.lack is Lack.REF:
                    return ""
                self.check_repository()
            else:
                return string(found, "displayId") if found else ""
        return ""

    def fetch_ref(self, full_name: str) -> str:
        found, _ = self._page(f"{self.path}/commits", {"until": full_name, "limit": 1}, None)
        return string(found[0], "id") if found else ""

    def fetch_comparison(self, base: str, head: str) -> Comparison:
        ahead, behind = self.http.gather(
            [partial(self._commits_between, one, other, None) for one, other in ((base, head), (head, base))]
        )
        counts = [len(found) if after is None else None for found, after in (ahead, behind)]
        try:
            merge_base = self.fetch_merge_base([base, head])
        except Unimplemented:
            merge_base = ""
        return Comparison(base, head, merge_base, *counts)

    def fetch_between(self, compared: Comparison, position: Any) -> Page[pb.Commit]:
        found, after = self._commits_between(compared.base, compared.head, position)
        return Page([self._commit(commit) for commit in found], after)

    def fetch_merge_base(self, shas: Sequence[str]) -> str:
        try:
            found = self._told(f"{self.path}/commits/{shas[0]}/merge-base", {"otherCommitId": shas[1]}, immutable=True)
        except Absent:
            for sha in shas:
                self.look_up(sha)
            raise Unimplemented(
                "This Bitbucket Server does not tell the common ancestor of commits; Bitbucket Data Center 8 does."
                " Compare files from `base` itself, with COMPARISON_START_BASE."
            ) from None
        return string(found, "id") if found else ""

    def fetch_compared_files(self, span: Span, position: Any) -> Page[pb.FileChange]:
        start, inner = position or [self._start(span), None]
        page = self._listed_since(span.head, start, inner)
        return Page(page.items, None if page.next is None else [start, page.next], incomplete=page.incomplete)

    def fetch_diffs(self, span: Span, wanted: Callable[[pb.FileChange], bool], position: Any) -> DiffPage:
        start, inner = position or [self._start(span), None]
        page = self._listed_since(span.head, start, inner)
        diffs = self._diffs(span.head, start, [change for change in page.items if wanted(change)])
        return DiffPage(diffs, None if page.next is None else [start, page.next], page.incomplete)

    def _start(self, span: Span) -> str:
        """The commit at which the comparison begins. Empty for the first parent."""
        if not span.base or not span.from_merge_base:
            return span.base
        if sha := self.fetch_merge_base([span.base, span.head]):
            return sha
        raise no_merge_base()

    def _diffs(self, head: str, start: str, changes: Sequence[pb.FileChange]) -> Iterator[refs_pb2.FileDiff]:
        if not changes:
            return
        key = (head, start)
        if key not in self._whole_diffs:
            self._whole_diffs[key] = self._diff(head, start, "", "")
        whole = self._whole_diffs[key]
        for change in changes:
            found = whole.get(change.path)
            if found is None or found.truncated:
                found = self._diff(head, start, change.path, change.previous_path).get(change.path)
            diff = found or refs_pb2.FileDiff(truncated=True)
            change.binary = diff.change.binary
            change.additions, change.deletions = counted(diff.hunks)
            diff.change.CopyFrom(change)
            yield diff

    @cached_property
    def _whole_diffs(self) -> dict[tuple[str, str], dict[str, refs_pb2.FileDiff]]:
        return {}

    def _diff(self, head: str, start: str, path: str, previous: str) -> dict[str, refs_pb2.FileDiff]:
        """The diffs by path: of all files, as far as the server tells them, or of one."""
        asked = {"since": start, "srcPath": previous, "contextLines": "3", "withComments": "false"}
        params = {name: value for name, value in asked.items() if value}
        below = f"/{quoted_path(path)}" if path else ""
        return diffs_by_path(self.http.get(f"{self.path}/commits/{quoted(head)}/diff{below}", params, immutable=True))

    def _commits_between(self, base: str, head: str, position: Any) -> tuple[list[Mapping[str, Any]], Any]:
        return self._page(f"{self.path}/commits", {"since": base, "until": head}, position, immutable=True)

    def _told(self, path: str, params: Mapping[str, str] | None = None, *, immutable: bool = False) -> Any:
        """A JSON answer, or None for an empty one (204)."""
        body = self.http.get_bytes(path, params, max_bytes=_SMALL, immutable=immutable)
        try:
            return json.loads(body) if body.strip() else None
        except ValueError:
            raise bad_answer() from None


def _filter(prefix: str) -> dict[str, str]:
    return {"orderBy": "ALPHABETICAL", **({"filterText": prefix} if prefix else {})}


def branch_of(found: Mapping[str, Any]) -> refs_pb2.Branch:
    branch = refs_pb2.Branch(name=string(found, "displayId"), commit_sha=string(found, "latestCommit"))
    if isinstance(found.get("isDefault"), bool):
        branch.is_default = found["isDefault"]
    return branch


def tag_of(found: Mapping[str, Any]) -> refs_pb2.Tag:
    """``hash`` is that of an annotated tag's object, and null for others. The server tells no more of it."""
    tag = refs_pb2.Tag(name=string(found, "displayId"), commit_sha=string(found, "latestCommit"))
    if "hash" in found:
        tag.annotated = bool(text(found, "hash"))
    return tag


def diffs_by_path(answer: Any) -> dict[str, refs_pb2.FileDiff]:
    return {name: diff_of(found) for found in rows(answer, "diffs") if (name := _name_of(found))}


def _name_of(found: Mapping[str, Any]) -> str:
    return path_of(found, "destination") or path_of(found, "source")


def diff_of(found: Mapping[str, Any]) -> refs_pb2.FileDiff:
    diff = refs_pb2.FileDiff(truncated=found.get("truncated") is True)
    diff.change.binary = found.get("binary") is True
    lines: list[str] = []
    for hunk in told_rows(found, "hunks"):
        lines.append(f"@@ -{_range(hunk, 'source')} +{_range(hunk, 'destination')} @@")
        for segment in told_rows(hunk, "segments"):
            sign = _SIGNS.get(text(segment, "type"))
            if sign is None:
                raise bad_answer()
            for line in told_rows(segment, "lines"):
                lines.append(sign + text(line, "line"))
                diff.truncated |= line.get("truncated") is True
            diff.truncated |= segment.get("truncated") is True
        diff.truncated |= hunk.get("truncated") is True
    diff.hunks = "".join(f"{line}\n" for line in lines).encode()
    return diff


def _range(hunk: Mapping[str, Any], side: str) -> str:
    """A range in git's form, which leaves out a length of 1."""
    start, span = number(hunk, f"{side}Line"), number(hunk, f"{side}Span")
    return str(start) if span == 1 else f"{start},{span}"
