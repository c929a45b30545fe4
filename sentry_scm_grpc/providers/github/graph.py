"""What only GraphQL offers: the entry at a path, blame, annotated tags, the states of pull requests, moves of branches.

Each method is one question; ``graph_query`` asks it. https://docs.github.com/en/graphql
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sentry_scm_grpc.errors import ScmError, Unavailable, Unimplemented
from sentry_scm_grpc.providers.github.graph_query import refusal_of, unknown_refusal
from sentry_scm_grpc.providers.github.graph_threads import ThreadsOfGraph
from sentry_scm_grpc.providers.vendor.absence import Absent, Lack
from sentry_scm_grpc.providers.vendor.blame import Blame, BlamedFile
from sentry_scm_grpc.providers.vendor.errors import not_a_file, path_not_found
from sentry_scm_grpc.providers.vendor.reading import (
    bad_answer,
    moment,
    number,
    person,
    rows,
    string,
    text,
    value,
)
from sentry_scm_grpc.providers.vendor.statuses import error_of_status
from sentry_scm_grpc.source.blame import summary_of
from sentry_scm_grpc.v1 import files_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb

#: Files in one query. GitHub ends a query after 10 seconds, and blame is slow.
FILES_PER_QUERY = 20

# An annotated tag is a tag object, whose target is the commit or another tag.
_COMMIT = (
    "object(expression: $ref%(n)s) { ...%(part)s%(n)s ... on Tag { target { ...%(part)s%(n)s"
    " ... on Tag { target { ...%(part)s%(n)s } } } } }"
)
_ENTRY = (
    "fragment entry%(n)s on Commit { oid file(path: $path%(n)s) {"
    " type oid object { ... on Blob { byteSize %(text)s } } } }"
)
_BLAME = (
    "fragment blame%(n)s on Commit { blame(path: $path%(n)s) { ranges { startingLine endingLine"
    " commit { oid message authoredDate committedDate author { name email user { login } } } } } }"
)


#: Tags in one query.
TAGS_PER_QUERY = 100
_OID = "... on Commit { oid }"
_PEELED = f"{_OID} ... on Tag {{ target {{ {_OID} ... on Tag {{ target {{ {_OID} }} }} }} }}"
_TARGET = f"{_OID} ... on Tag {{ message tagger {{ name email date }} target {{ {_PEELED} }} }}"


_PULL = (
    "number state isDraft headRefOid mergeable mergeStateStatus reviewDecision"
    " commits(last: 1) { nodes { commit { statusCheckRollup { state } } } }"
)


@dataclass(frozen=True)
class Entry:
    """What is at a path. ``kind`` is git's: "blob", "tree" or "commit". ``sha`` is that of the blob, and ``commit`` the
    full SHA of the ref's commit. ``size`` is in bytes. ``text`` is empty if not requested, or for a binary file.
    """

    commit: str
    kind: str
    sha: str
    size: int
    text: str
    #: Whether GitHub says that ``text`` is the whole content. Only known of several entries.
    is_text: bool = False


#: A file, and who last changed its lines.
_Ranges = tuple[Entry, Sequence[Mapping[str, Any]]]


class Graph(ThreadsOfGraph):
    """What adapters ask of a repository."""

    def entry(self, path: str, ref: str) -> Entry | None:
        """What is at a path, or None. Raises Absent (Lack.REF), and the errors of ``http.query``."""
        names = {"n": "", "part": "entry", "text": ""}
        found = self._ask_for(
            "object",
            "query($owner: String!, $name: String!, $ref: String!, $path: String!)",
            _COMMIT % names,
            _ENTRY % names,
            {"ref": ref, "path": path},
        )
        return _entry_of(found)

    def files(self, paths: Sequence[str], ref: str) -> list[Entry | None]:
        """What is at each path, in one call. Raises Absent (Lack.REF), and the errors of ``http.query``."""
        commit = self._files(paths, ref, "byteSize isBinary isTruncated")
        return [_entry_at(commit, commit.get(f"f{n}")) for n in range(len(paths))]

    def texts(self, paths: Sequence[str], ref: str) -> list[str]:
        """The text of each file, in one call. Empty if there is none."""
        commit = self._files(paths, ref, "text")
        return [text(commit, f"f{n}", "object", "text") for n in range(len(paths))]

    def _files(self, paths: Sequence[str], ref: str, asked: str) -> Mapping[str, Any]:
        """A commit with the entries at paths as ``f0``, ``f1`` and so on, and some fields of their blobs."""
        names = {"n": "", "part": "files"}
        files = " ".join(
            f"f{n}: file(path: $path{n}) {{ type oid object {{ ... on Blob {{ {asked} }} }} }}"
            for n in range(len(paths))
        )
        declared = "".join(f", $path{n}: String!" for n in range(len(paths)))
        found = self._ask_for(
            "object",
            f"query($owner: String!, $name: String!, $ref: String!{declared})",
            _COMMIT % names,
            f"fragment files on Commit {{ oid {files} }}",
            {"ref": ref, **{f"path{n}": path for n, path in enumerate(paths)}},
        )
        commit = _peeled(found)
        if commit is None:
            raise Absent(Lack.REF)
        return commit

    def blame(self, files: Sequence[BlamedFile]) -> list[Blame | ScmError]:
        """The blame of each file, or the error, in one call."""
        found = self._ranges(files, "text isTruncated")
        return [
            blamed if isinstance(blamed, ScmError) else self._lines(file, *blamed)
            for file, blamed in zip(files, found, strict=True)
        ]

    def hunks(self, path: str, ref: str) -> list[files_pb2.BlameHunk]:
        """The blame of a whole file, in one call."""
        (found,) = self._ranges([BlamedFile(ref, path, ())], "")
        if isinstance(found, ScmError):
            raise found
        return [self._hunk(span) for span in found[1]]

    def _ranges(self, files: Sequence[BlamedFile], content: str) -> list[_Ranges | ScmError]:
        declared, asked, parts = [], [], []
        values: dict[str, str] = {}
        for n, file in enumerate(files):
            # The entry is queried separately: if blame fails, the commit that contains it is null.
            declared.append(f"$ref{n}: String!, $path{n}: String!")
            for part, fragment in (("entry", _ENTRY), ("blame", _BLAME)):
                names = {"n": n, "part": part, "text": content}
                asked.append(f"{part}{n}: " + _COMMIT % names)
                parts.append(fragment % names)
            values |= {f"ref{n}": file.ref, f"path{n}": file.path}
        head = f"query($owner: String!, $name: String!, {', '.join(declared)})"
        answer, failed = self._ask(head, " ".join(asked), " ".join(parts), values)
        return [
            failed.get(f"entry{n}")
            or failed.get("")
            or self._ranges_of(file, answer.get(f"entry{n}"), answer.get(f"blame{n}"))
            for n, file in enumerate(files)
        ]

    def tags(self, prefix: str, after: str | None) -> tuple[list[Mapping[str, Any]], str | None]:
        """A page of tags by name, of those whose names contain the prefix, and the position of the next page."""
        found = self._ask_for(
            "refs",
            "query($owner: String!, $name: String!, $query: String, $after: String)",
            f'refs(refPrefix: "refs/tags/", first: {TAGS_PER_QUERY}, after: $after, query: $query,'
            " orderBy: {field: ALPHABETICAL, direction: ASC})"
            f" {{ nodes {{ name target {{ {_TARGET} }} }} pageInfo {{ hasNextPage endCursor }} }}",
            "",
            {"query": prefix or None, "after": after},
        )
        more = isinstance(found, Mapping) and bool(value(found, "pageInfo").get("hasNextPage"))
        return rows(found, "nodes"), string(found, "pageInfo", "endCursor") if more else None

    def commit_of_ref(self, full_name: str) -> str:
        """The SHA of the commit of a ref. Empty if the ref does not exist, or is that of something else."""
        found = self._ask_for(
            "ref",
            "query($owner: String!, $name: String!, $ref: String!)",
            f"ref(qualifiedName: $ref) {{ target {{ {_PEELED} }} }}",
            "",
            {"ref": full_name},
        )
        return self.commit_of(found.get("target")) if isinstance(found, Mapping) else ""

    def rollup(self, sha: str) -> str:
        """The state of all statuses and check runs of a commit, as a StatusState. Empty if there are none."""
        found = self._ask_for(
            "object",
            "query($owner: String!, $name: String!, $ref: String!)",
            "object(expression: $ref) { ... on Commit { statusCheckRollup { state } } }",
            "",
            {"ref": sha},
        )
        return text(found, "statusCheckRollup", "state")

    def entries(self, paths: Sequence[str], sha: str) -> dict[str, tuple[str, int, str] | None]:
        """What is at paths of a commit: type, mode and object id, or None."""
        declared = "".join(f", $path{n}: String!" for n in range(len(paths)))
        asked = " ".join(f"file{n}: file(path: $path{n}) {{ type mode oid }}" for n in range(len(paths)))
        commit = self._ask_for(
            "object",
            f"query($owner: String!, $name: String!, $ref: String!{declared})",
            f"object(expression: $ref) {{ ... on Commit {{ {asked} }} }}",
            "",
            {"ref": sha, **{f"path{n}": path for n, path in enumerate(paths)}},
        )
        if not isinstance(commit, Mapping):
            raise bad_answer()
        found: dict[str, tuple[str, int, str] | None] = {}
        for n, path in enumerate(paths):
            entry = commit.get(f"file{n}")
            told = None if entry is None else (string(entry, "type"), number(entry, "mode"), string(entry, "oid"))
            found[path] = told
        return found

    def update_ref(self, full_name: str, before: str, after: str, *, force: bool) -> None:
        """Moves a ref, if it is at ``before``. NO_COMMIT as ``after`` deletes it.

        Raises Aborted (VENDOR_CONFLICT) if GitHub refuses, for whatever reason it does not name.
        https://docs.github.com/en/graphql/reference/git#mutation-updaterefs
        """
        answer, failed = self._ask("query($owner: String!, $name: String!)", "id", "", {})
        if error := failed.get(""):
            raise error
        update = {"name": full_name, "beforeOid": before, "afterOid": after, "force": force}
        sent = {"repositoryId": string(answer, "id"), "refUpdates": [update]}
        errors = self._mutate("updateRefs", sent)
        if any(text(error, "extensions", "code") == "undefinedField" for error in errors):
            raise Unimplemented("This GitHub has no updateRefs in its GraphQL API, which moves and deletes branches.")
        if errors:
            raise refusal_of(errors) or error_of_status(409)

    def set_draft(self, number: int, draft: bool) -> None:
        """Makes a pull request a draft, or ready for review.

        https://docs.github.com/en/graphql/reference/pulls#mutation-convertpullrequesttodraft
        """
        found = self._ask_for(
            "pullRequest",
            "query($owner: String!, $name: String!, $number: Int!)",
            "pullRequest(number: $number) { id }",
            "",
            {"number": number},
        )
        name = "convertPullRequestToDraft" if draft else "markPullRequestReadyForReview"
        if errors := self._mutate(name, {"pullRequestId": string(found, "id")}):
            raise refusal_of(errors) or unknown_refusal(errors, 422)

    def pull_requests(self, numbers: Sequence[int]) -> tuple[list[Any], list[ScmError | None]]:
        """How pull requests stand, in one call: what is told of each, and the error if something failed."""
        asked = " ".join(f"pull{n}: pullRequest(number: $number{n}) {{ {_PULL} }}" for n in range(len(numbers)))
        declared = "".join(f", $number{n}: Int!" for n in range(len(numbers)))
        answer, failed = self._ask(
            f"query($owner: String!, $name: String!{declared})",
            asked,
            "",
            {f"number{n}": number for n, number in enumerate(numbers)},
        )
        if error := failed.get(""):
            raise error
        names = [f"pull{n}" for n in range(len(numbers))]
        return [answer.get(name) for name in names], [failed.get(name) for name in names]

    def commit_of(self, target: Any) -> str:
        """The SHA of the commit that a ref's target is or leads to. Empty if it is something else."""
        return text(_peeled(target), "oid")

    def _ranges_of(self, file: BlamedFile, entry: Any, blame: Any) -> _Ranges | ScmError:
        try:
            found = _entry_of(entry)
            if found is None:
                return path_not_found(file.path, file.ref)
            if found.kind != "blob":
                return not_a_file(file.path)
            commit = _peeled(blame)
            if commit is None:
                return Unavailable(
                    "GitHub could not blame this file, which may be too large. Repeat the call later.",
                    reason="BLAME_UNAVAILABLE",
                )
            return found, rows(commit, "blame", "ranges")
        except ScmError as error:
            return error

    def _lines(self, file: BlamedFile, entry: Entry, ranges: Sequence[Mapping[str, Any]]) -> Blame:
        texts = entry.text.split("\n")
        found: dict[int, pb.CommitContext] = {}
        for span in ranges:
            commit = span.get("commit")
            for line in file.lines:
                if not number(span, "startingLine") <= line <= number(span, "endingLine"):
                    continue
                found[line] = pb.CommitContext(
                    commit_id=entry.commit,
                    blame_commit_id=string(commit, "oid"),
                    blame_author=self._author(commit),
                    message=text(commit, "message"),
                    committed_at=moment(commit, "committedDate"),
                    code_snippet=texts[line - 1].removesuffix("\r") if line <= len(texts) else "",
                )
        return found

    def _hunk(self, span: Mapping[str, Any]) -> files_pb2.BlameHunk:
        commit, start = value(span, "commit"), number(span, "startingLine")
        return files_pb2.BlameHunk(
            start_line=start,
            line_count=number(span, "endingLine") - start + 1,
            commit=files_pb2.BlameCommit(
                sha=string(commit, "oid"),
                author=self._author(commit),
                authored_at=moment(commit, "authoredDate"),
                committed_at=moment(commit, "committedDate"),
                summary=summary_of(text(commit, "message")),
            ),
        )

    def _author(self, commit: Any) -> pb.CommitAuthor | None:
        login = text(commit, "author", "user", "login")
        name, email = (text(commit, "author", part) for part in ("name", "email"))
        return person(name, email, login and f"{self._key}:{login}")


def _peeled(found: Any) -> Mapping[str, Any] | None:
    """The commit that a tag, or a chain of tags, points to. None if there is none."""
    while isinstance(found, Mapping) and "target" in found:
        found = found["target"]
    return found if isinstance(found, Mapping) and found else None


def _entry_of(found: Any) -> Entry | None:
    commit = _peeled(found)
    if commit is None:
        raise Absent(Lack.REF)
    return _entry_at(commit, commit.get("file"))


def _entry_at(commit: Mapping[str, Any], entry: Any) -> Entry | None:
    if entry is None:
        return None
    kind = string(entry, "type")
    blob = entry.get("object")
    cut = isinstance(blob, Mapping) and blob.get("isTruncated")
    return Entry(
        commit=string(commit, "oid"),
        kind=kind,
        sha=string(entry, "oid"),
        size=number(blob, "byteSize"),
        text="" if cut else text(blob, "text"),
        is_text=isinstance(blob, Mapping) and blob.get("isBinary") is False and blob.get("isTruncated") is False,
    )
