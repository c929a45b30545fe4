"""Branches, tags, and comparisons of commits."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from functools import cached_property, partial
from typing import Any, ClassVar

from sentry_scm_grpc.errors import InvalidArgument, Unimplemented
from sentry_scm_grpc.providers.vendor.absence import Absent, Lack
from sentry_scm_grpc.providers.vendor.commits import Commits
from sentry_scm_grpc.providers.vendor.credentials import Permission
from sentry_scm_grpc.providers.vendor.errors import no_merge_base, ref_not_found
from sentry_scm_grpc.providers.vendor.pages import Page, fill, incomplete_error, is_full_sha, ref_of_page
from sentry_scm_grpc.providers.vendor.reading import bad_answer
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.source.patches import bounded, header_of
from sentry_scm_grpc.source.paths import normal
from sentry_scm_grpc.v1 import refs_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb

HEADS, TAGS = "refs/heads/", "refs/tags/"
_KINDS = {HEADS: refs_pb2.REF_KIND_BRANCH, TAGS: refs_pb2.REF_KIND_TAG}
_DIGITS = frozenset("0123456789abcdef")


@dataclass(frozen=True)
class Comparison:
    """What is known of two commits. SHAs are full. What the vendor does not tell is empty or None."""

    base: str
    head: str
    merge_base: str = ""
    ahead: int | None = None
    behind: int | None = None

    @property
    def text(self) -> str:
        """For page tokens."""
        return json.dumps(astuple(self))

    @classmethod
    def of(cls, text: str) -> Comparison:
        return cls(*json.loads(text))


@dataclass(frozen=True)
class Span:
    """Two commits whose files are compared. An empty base stands for the first parent of the head."""

    base: str
    head: str
    from_merge_base: bool = True


@dataclass(frozen=True)
class DiffPage:
    """As ``Page``, but its items may be read from the vendor one after the other."""

    items: Iterable[refs_pb2.FileDiff]
    next: Any = None
    incomplete: str = ""


class Refs(Commits):
    """The RPCs of RefService. An adapter also has ``Commits``. All SHAs that its methods get are full."""

    permissions = dict.fromkeys(
        (
            *("list_branches", "list_tags", "get_ref", "compare_commits", "get_merge_base", "list_compared_files"),
            "stream_diff",
        ),
        Permission.READ_CODE,
    )

    #: Whether the vendor finds the merge base of more than two commits.
    many_merge_bases: ClassVar[bool] = False

    @abstractmethod
    def fetch_branches(self, prefix: str, position: Any) -> Page[refs_pb2.Branch]:
        """Branches. They are filtered again here by the prefix, and ``is_default`` is set here if the vendor does not
        tell it with the list."""

    @abstractmethod
    def fetch_tags(self, prefix: str, position: Any) -> Page[refs_pb2.Tag]:
        """Tags. They are filtered again here by the prefix."""

    @abstractmethod
    def fetch_ref(self, full_name: str) -> str:
        """The SHA of the commit of a branch or tag, by its full name. Empty if the repository has no such ref."""

    @abstractmethod
    def fetch_comparison(self, base: str, head: str) -> Comparison: ...

    @abstractmethod
    def fetch_between(self, compared: Comparison, position: Any) -> Page[pb.Commit]:
        """The commits that the head has and the base lacks, newest first."""

    @abstractmethod
    def fetch_merge_base(self, shas: Sequence[str]) -> str:
        """A best common ancestor. Empty if there is none."""

    @abstractmethod
    def fetch_compared_files(self, span: Span, position: Any) -> Page[pb.FileChange]:
        """The files that differ. Raises ``no_merge_base``."""

    @abstractmethod
    def fetch_diffs(self, span: Span, wanted: Callable[[pb.FileChange], bool], position: Any) -> DiffPage:
        """The differences of files, filtered again by ``wanted``. Raises ``no_merge_base``.

        A header is made here if the adapter sets none.
        """

    # ---- branches and tags

    def list_branches(self, call: Call, request: refs_pb2.ListBranchesRequest) -> refs_pb2.ListBranchesResponse:
        found = fill(call, "", partial(self._listed, self.fetch_branches, request.prefix))
        for branch in found.items:
            if not branch.HasField("is_default") and self.named_default:
                branch.is_default = branch.name == self.named_default
        return refs_pb2.ListBranchesResponse(branches=found.items, next_page_token=found.next_page_token)

    def list_tags(self, call: Call, request: refs_pb2.ListTagsRequest) -> refs_pb2.ListTagsResponse:
        found = fill(call, "", partial(self._listed, self.fetch_tags, request.prefix))
        return refs_pb2.ListTagsResponse(tags=found.items, next_page_token=found.next_page_token)

    def _listed(self, fetch: Callable[[str, Any], Page[Any]], prefix: str, ref: str, position: Any) -> Page[Any]:
        try:
            page = fetch(prefix, position)
        except Absent as absence:
            if absence.lack is not Lack.REF:
                self.check_repository()
                raise bad_answer() from None
            # A repository without commits.
            return Page([])
        return Page([item for item in page.items if item.name.startswith(prefix)], page.next)

    @cached_property
    def named_default(self) -> str:
        """The name of the default branch at the vendor. Empty if there is none."""
        return self.fetch_repository(self.installation.identifier()).default_branch

    def get_ref(self, call: Call, request: refs_pb2.GetRefRequest) -> refs_pb2.Ref:
        return self.named(request.ref)

    def named(self, ref: str) -> refs_pb2.Ref:
        """What a text names. Raises NotFound."""
        text = ref
        if text in ("", "HEAD"):
            if not self.named_default:
                raise ref_not_found(text)
            text = HEADS + self.named_default
        if not is_full_sha(text):
            for full_name in _full_names(text):
                if sha := self._named(full_name):
                    space = next(space for space in _KINDS if full_name.startswith(space))
                    name = full_name.removeprefix(space)
                    return refs_pb2.Ref(kind=_KINDS[space], name=name, full_name=full_name, commit_sha=sha)
        if not (len(text) >= 4 and _DIGITS.issuperset(text.lower())):
            raise ref_not_found(ref)
        sha = self.look_up(text)[0].key
        if not sha.startswith(text.lower()):
            raise ref_not_found(ref)
        return refs_pb2.Ref(kind=refs_pb2.REF_KIND_COMMIT, name=sha, commit_sha=sha)

    def sha_of_ref(self, full_name: str) -> str:
        """The SHA of the commit of a branch or tag. Empty if there is no such ref."""
        return self._named(full_name)

    def get_ref_sha(self, ref: str) -> str:
        """The SHA of the commit of a text, as ``get_ref`` reads it. A full SHA is not looked up. Raises NotFound."""
        return ref if is_full_sha(ref) else self.named(ref).commit_sha

    def merge_base_of(self, one: str, other: str) -> str:
        """A best common ancestor of two commits. Empty if there is none."""
        with self._refs_at_fault(one, other):
            return self.fetch_merge_base([one, other])

    def _named(self, full_name: str) -> str:
        if not full_name.startswith((HEADS, TAGS)):
            raise Unimplemented(f"{self.name} is asked for branches, tags and commits only, and not for {full_name!r}.")
        try:
            return self.fetch_ref(full_name)
        except Absent as absence:
            if absence.lack is Lack.UNKNOWN:
                self.check_repository()
            return ""

    def _sha(self, ref: str) -> str:
        if ref.startswith("refs/"):
            if sha := self._named(ref):
                return sha
            raise ref_not_found(ref)
        try:
            return self.sha_of(ref)
        except Absent as absence:
            raise self.missing_ref(absence, ref) from None

    # ---- comparisons

    def compare_commits(self, call: Call, request: refs_pb2.CompareCommitsRequest) -> refs_pb2.CompareCommitsResponse:
        if call.cursor:
            compared = Comparison.of(ref_of_page(call))
        else:
            base, head = self._shas(request.base, request.head)
            with self._refs_at_fault(base, head):
                compared = self.fetch_comparison(base, head)

        def fetch(ref: str, position: Any) -> Page[pb.Commit]:
            if compared.ahead == 0:
                return Page([])
            with self._refs_at_fault(compared.base, compared.head):
                return self.fetch_between(compared, position)

        found = fill(call, compared.text, fetch)
        return refs_pb2.CompareCommitsResponse(
            commits=[self.completed(commit) for commit in found.items],
            base_sha=compared.base,
            head_sha=compared.head,
            merge_base_sha=compared.merge_base,
            ahead_by=compared.ahead,
            behind_by=compared.behind,
            **found.fields,
        )

    def get_merge_base(self, call: Call, request: refs_pb2.GetMergeBaseRequest) -> refs_pb2.MergeBase:
        if len(request.refs) < 2:
            raise InvalidArgument.of(("refs", "needs at least two refs"))
        shas = list(dict.fromkeys(self._shas(*request.refs)))
        if len(shas) == 1:
            return refs_pb2.MergeBase(commit_sha=self.look_up(shas[0])[0].key)
        if len(shas) > 2 and not self.many_merge_bases:
            raise Unimplemented(f"{self.name} finds the common ancestor of two commits only. Ask for two refs.")
        with self._refs_at_fault(*shas):
            sha = self.fetch_merge_base(shas)
        if not sha:
            raise no_merge_base()
        return refs_pb2.MergeBase(commit_sha=sha)

    def list_compared_files(
        self, call: Call, request: refs_pb2.ListComparedFilesRequest
    ) -> refs_pb2.ListComparedFilesResponse:
        between = ref_of_page(call) if call.cursor else " ".join(self._shas(request.base, request.head))
        from_merge_base = request.start != refs_pb2.COMPARISON_START_BASE

        def fetch(ref: str, position: Any) -> Page[pb.FileChange]:
            base, head = ref.split(" ")
            with self._refs_at_fault(base, head):
                return self.fetch_compared_files(Span(base, head, from_merge_base), position)

        found = fill(call, between, fetch)
        return refs_pb2.ListComparedFilesResponse(file_changes=found.items, **found.fields)

    def stream_diff(self, call: Call, request: refs_pb2.StreamDiffRequest) -> Iterator[refs_pb2.FileDiff]:
        base, head = self._shas(request.base, request.head) if request.base else ("", self._sha(request.head))
        from_merge_base = request.start != refs_pb2.COMPARISON_START_BASE
        wanted = below(request.paths)

        def fetch(position: Any) -> DiffPage:
            with self._refs_at_fault(*filter(None, (base, head))):
                return self.fetch_diffs(Span(base, head, from_merge_base), wanted, position)

        yield from streamed(call, fetch, wanted)

    def _shas(self, *refs: str) -> list[str]:
        return self.http.gather([partial(self._sha, ref) for ref in refs])

    @contextmanager
    def _refs_at_fault(self, *shas: str) -> Iterator[None]:
        """For a read that fails if one of the commits does not exist. A full SHA has not been looked up before."""
        try:
            yield
        except (Absent, InvalidArgument):
            for sha in shas:
                self.look_up(sha)
            raise


def streamed(
    call: Call, fetch: Callable[[Any], DiffPage], wanted: Callable[[pb.FileChange], bool]
) -> Iterator[refs_pb2.FileDiff]:
    """The wanted differences of all pages, with their headers."""
    position, incomplete = None, ""
    while True:
        page = fetch(position)
        for diff in page.items:
            call.budget.check()
            if wanted(diff.change):
                diff.header = diff.header or header_of(diff)
                yield bounded(diff)
        incomplete = incomplete or page.incomplete
        if page.next is None:
            break
        if page.next == position:
            # The page names itself as the next one.
            raise bad_answer()
        position = page.next
    if incomplete:
        raise incomplete_error(incomplete)


def below(paths: Iterable[str]) -> Callable[[pb.FileChange], bool]:
    """Whether a change is of one of the paths, or below one. Without paths, every change is."""
    return partial(_is_below, [normal(path) for path in paths])


def _full_names(text: str) -> list[str]:
    """The full names that a text may mean, in git's order (gitrevisions(7))."""
    if text.startswith("refs/"):
        return [text]
    whole = [f"refs/{text}"] if text.startswith(("heads/", "tags/")) else []
    return [*whole, TAGS + text, HEADS + text]


def _is_below(paths: Sequence[str], change: pb.FileChange) -> bool:
    """Whether a change is of one of the paths, or below one. Without paths, every change is."""
    names = [name for name in (change.path, change.previous_path) if name]
    return not paths or any(not path or f"{name}/".startswith(f"{path}/") for path in paths for name in names)
