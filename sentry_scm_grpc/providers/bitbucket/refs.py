"""Branches, tags and comparisons: https://developer.atlassian.com/cloud/bitbucket/rest/api-group-refs/ and
.../api-group-commits/

Bitbucket does not count commits, so the counts are known only if they are below 101. It compares in the order that is
the opposite of git's: "head..base". A diff is asked for a few files at a time, so that it stays small.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import quote

from sentry_scm_grpc.errors import FailedPrecondition
from sentry_scm_grpc.providers.bitbucket.api import PER_PAGE, BitbucketApi
from sentry_scm_grpc.providers.bitbucket.changes import CHANGES_PER_PAGE, change_of
from sentry_scm_grpc.providers.bitbucket.commits import commit_of, person_of
from sentry_scm_grpc.providers.vendor.absence import Absent
from sentry_scm_grpc.providers.vendor.errors import no_merge_base
from sentry_scm_grpc.providers.vendor.http import quoted
from sentry_scm_grpc.providers.vendor.pages import Page
from sentry_scm_grpc.providers.vendor.reading import moment, string, text
from sentry_scm_grpc.providers.vendor.refs import HEADS, TAGS, Comparison, DiffPage, Refs, Span
from sentry_scm_grpc.source.patches import taken_apart
from sentry_scm_grpc.v1 import refs_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb

#: What one call for patches asks for at most: files, characters of their names, and bytes of the answer.
FILES_AT_ONCE, NAMES_AT_ONCE, BYTES_AT_ONCE = 20, 2000, 8 * 1024 * 1024


class BitbucketRefs(BitbucketApi, Refs):
    def fetch_branches(self, prefix: str, position: Any) -> Page[refs_pb2.Branch]:
        found, after = self._refs("branches", _contains(prefix), position)
        names = ((string(ref, "name"), string(ref, "target", "hash")) for ref in found)
        return Page([refs_pb2.Branch(name=name, commit_sha=sha) for name, sha in names], after)

    def fetch_tags(self, prefix: str, position: Any) -> Page[refs_pb2.Tag]:
        found, after = self._refs("tags", _contains(prefix), position)
        return Page([tag_of(tag) for tag in found], after)

    def fetch_ref(self, full_name: str) -> str:
        kind, name = "branches", full_name.removeprefix(HEADS)
        if full_name.startswith(TAGS):
            kind, name = "tags", full_name.removeprefix(TAGS)
        position = None
        while True:
            found, position = self._refs(kind, _contains(name), position)
            for ref in found:
                if string(ref, "name") == name:
                    return string(ref, "target", "hash")
            if position is None:
                return ""

    def fetch_comparison(self, base: str, head: str) -> Comparison:
        ahead, behind = self.http.gather(
            [partial(self._commits_between, one, other, None) for one, other in ((base, head), (head, base))]
        )
        counts = [len(found) if after is None else None for found, after in (ahead, behind)]
        return Comparison(base, head, self.fetch_merge_base([base, head]), *counts)

    def fetch_between(self, compared: Comparison, position: Any) -> Page[pb.Commit]:
        found, after = self._commits_between(compared.base, compared.head, position)
        return Page([commit_of(commit) for commit in found], after)

    def fetch_merge_base(self, shas: Sequence[str]) -> str:
        try:
            return string(self.http.get(f"{self.path}/merge-base/{quoted('..'.join(shas))}", immutable=True), "hash")
        except Absent:
            for sha in shas:
                self.look_up(sha)
            return ""

    def fetch_compared_files(self, span: Span, position: Any) -> Page[pb.FileChange]:
        if (
            span.base
            and span.from_merge_base
            and position is None
            and not self.fetch_merge_base([span.base, span.head])
        ):
            raise no_merge_base()
        spec, params = _asked(span)
        path = f"{self.path}/diffstat/{quoted(spec)}"
        found, after = self._page(path, {"pagelen": CHANGES_PER_PAGE}, position, params, immutable=True)
        return Page([change_of(change) for change in found], after)

    def fetch_diffs(self, span: Span, wanted: Callable[[pb.FileChange], bool], position: Any) -> DiffPage:
        page = self.fetch_compared_files(span, position)
        return DiffPage(self._patches(span, [change for change in page.items if wanted(change)]), page.next)

    def _patches(self, span: Span, changes: Sequence[pb.FileChange]) -> Iterator[refs_pb2.FileDiff]:
        group: list[pb.FileChange] = []
        size = 0
        for change in changes:
            length = len(quote(change.path)) + len(quote(change.previous_path))
            if group and (len(group) == FILES_AT_ONCE or size + length > NAMES_AT_ONCE):
                yield from self._patches_of(span, group)
                group, size = [], 0
            group.append(change)
            size += length
        if group:
            yield from self._patches_of(span, group)

    def _patches_of(self, span: Span, changes: Sequence[pb.FileChange]) -> Iterator[refs_pb2.FileDiff]:
        spec, params = _asked(span)
        # Without its old path, a renamed file would look new.
        paths = [path for change in changes for path in (change.previous_path, change.path) if path]
        try:
            patch = self.http.get_bytes(
                f"{self.path}/diff/{quoted(spec)}", {**params, "path": paths}, max_bytes=BYTES_AT_ONCE, immutable=True
            )
        except FailedPrecondition as error:
            if error.reason != "FILE_TOO_LARGE":
                raise
            if len(changes) == 1:
                yield refs_pb2.FileDiff(change=changes[0], truncated=True)
            else:
                for change in changes:
                    yield from self._patches_of(span, [change])
            return
        yield from differences_in(patch, changes)

    def _refs(self, kind: str, query: str, position: Any) -> tuple[list[Mapping[str, Any]], Any]:
        params = {"pagelen": PER_PAGE, **({"q": query} if query else {})}
        return self._page(f"{self.path}/refs/{kind}", params, position)

    def _commits_between(self, base: str, head: str, position: Any) -> tuple[list[Mapping[str, Any]], Any]:
        within = {"include": head, "exclude": base}
        return self._page(f"{self.path}/commits", {"pagelen": PER_PAGE}, position, within, immutable=True)


def _contains(text: str) -> str:
    """A query for names that contain a text: https://developer.atlassian.com/cloud/bitbucket/rest/intro/#filtering"""
    return f'name ~ "{text}"' if text and '"' not in text and "\\" not in text else ""


def _asked(span: Span) -> tuple[str, dict[str, str]]:
    """Two commits, or the one whose parent is compared, as Bitbucket names them."""
    if not span.base:
        return span.head, {}
    return f"{span.head}..{span.base}", {"topic": "true" if span.from_merge_base else "false"}


def tag_of(found: Mapping[str, Any]) -> refs_pb2.Tag:
    """Only an annotated tag has a tagger. Bitbucket may tell a message and a date of others too."""
    tag = refs_pb2.Tag(name=string(found, "name"), commit_sha=string(found, "target", "hash"))
    tagger = person_of(found, "tagger")
    if tagger is not None:
        tag.annotated, tag.message = True, text(found, "message")
        tag.tagger.CopyFrom(tagger)
        if at := moment(found, "date"):
            tag.tagged_at.CopyFrom(at)
    return tag


def differences_in(patch: bytes, changes: Sequence[pb.FileChange]) -> Iterator[refs_pb2.FileDiff]:
    """The differences of the changed files in a patch. Those that are not in it are truncated."""
    found = {diff.change.path: diff for diff in taken_apart(patch)}
    for change in changes:
        diff = found.get(change.path)
        if diff is None:
            yield refs_pb2.FileDiff(change=change, truncated=True)
            continue
        change.binary = diff.change.binary
        diff.change.CopyFrom(change)
        yield diff
