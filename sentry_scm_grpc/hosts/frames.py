"""ResolveFrames, which is the same on every host: the frames of a stack trace in the organization's repositories.

All frames are looked for in rounds. A round asks each repository once, for the lines of all frames that it may have. A
frame whose file is not there goes on to its next place in the next round.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from grpc import StatusCode

from sentry_scm_grpc.errors import NotFound, ScmError
from sentry_scm_grpc.hosts.refusals import refusal
from sentry_scm_grpc.providers.base import ProviderAdapter
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.source.stack_frames import (
    LIBRARY,
    NO_CODE_MAPPING,
    NO_PATH,
    RUNTIME_CODE,
    Mappings,
    Place,
    places,
)
from sentry_scm_grpc.v1 import lookup_pb2 as lookup
from sentry_scm_grpc.v1 import scm_pb2 as pb

MAX_MAPPINGS = 1000
#: How many places of a frame are tried.
MAX_PLACES = 8
# Errors of a line that say that its file is not there.
_NO_FILE = {"PATH_NOT_FOUND", "NOT_A_FILE"}
_NO_REF = {"REF_NOT_FOUND", "REPOSITORY_EMPTY"}

_WORDS = {
    "NOT_IN_APP": "The frame is not of the application.",
    NO_PATH: "The frame names no file.",
    RUNTIME_CODE: "The frame is code of a runtime, a browser or a bundler, which is in no repository.",
    LIBRARY: "The path is one of a library. Set in_app if it is the application's own code.",
    NO_CODE_MAPPING: "No code mapping of the project has a stack root with which the path starts. DeriveCodeMappings"
    " finds one.",
    "FILE_NOT_FOUND": "The file exists neither at the version nor on the default branch. Check the code mapping.",
    "MAPPINGS_NOT_ALL_TRIED": f"The file is at none of the first {MAX_PLACES} places that code mappings say. Use longer"
    " stack roots.",
}


@dataclass
class _Search:
    """The search for one frame: its places that are left, each with a ref, and the one at which it is now."""

    frame: lookup.StackFrame
    answer: lookup.ResolvedFrame
    left: list[tuple[Place, str]] = field(default_factory=list)
    first: tuple[Place, str] | None = None
    cut: bool = False


class FrameOperations(ABC):
    @abstractmethod
    def project_mappings(self, call: Call, project_id: int, limit: int) -> Iterable[pb.CodeMapping]:
        """The code mappings of a project by id, at most ``limit``. One query."""

    @abstractmethod
    def adapters_of(self, call: Call, repository_ids: Collection[int]) -> Mapping[int, ProviderAdapter | ScmError]:
        """The adapter of each repository of the organization, or the reason why there is none. A fixed number of
        queries."""

    def resolve_frames(self, call: Call, request: lookup.ResolveFramesRequest) -> lookup.ResolveFramesResponse:
        found = list(self.project_mappings(call, request.project_id, MAX_MAPPINGS + 1))
        answer = lookup.ResolveFramesResponse(incomplete=len(found) > MAX_MAPPINGS)
        answer.incomplete_reason = "TOO_MANY_MAPPINGS" if answer.incomplete else ""
        mappings = Mappings(found[:MAX_MAPPINGS])
        planned = [
            (_Search(frame, answer.frames.add()), *_planned(frame, request.platform, mappings))
            for frame in request.frames
        ]
        ids = {place.mapping.repository_id for _, its_places, _ in planned for place in its_places}
        adapters = self.adapters_of(call, ids) if ids else {}
        searches = []
        for search, its_places, reason in planned:
            if reason:
                _refuse(search.answer, reason)
            else:
                refs = _refs(request.version, its_places, adapters)
                search.left, search.cut = refs[:MAX_PLACES], len(refs) > MAX_PLACES
                searches.append(search)
        self._search(call, searches, adapters)
        located = [search for search in searches if search.answer.code_mapping_id and not search.answer.reason]
        for search in located:
            call.budget.check()
            adapter = adapters[search.answer.repository_id]
            assert isinstance(adapter, ProviderAdapter)
            search.answer.url = self._url(call, adapter, search)
        self._fill_in_owners(call, located, adapters)
        order = answer.frames if request.newest_first else reversed(answer.frames)
        own = next((frame for frame in order if frame.path and not frame.reason), None)
        if own is not None:
            own.topmost_own = True
        return answer

    def _search(
        self, call: Call, searches: Sequence[_Search], adapters: Mapping[int, ProviderAdapter | ScmError]
    ) -> None:
        lost: set[tuple[int, str]] = set()
        while searches:
            call.budget.check()
            asked: dict[int, list[_Search]] = defaultdict(list)
            for search in searches:
                place = next(
                    (place for place in search.left if (place[0].mapping.repository_id, place[1]) not in lost), None
                )
                if place is None:
                    if search.first is not None:
                        _locate(search.answer, *search.first)
                    _refuse(search.answer, "MAPPINGS_NOT_ALL_TRIED" if search.cut else "FILE_NOT_FOUND")
                    search.answer.exists = False
                    continue
                del search.left[: search.left.index(place) + 1]
                search.first = search.first or place
                _locate(search.answer, *place)
                asked[place[0].mapping.repository_id].append(search)
            searches = []
            for repository_id, its_searches in asked.items():
                adapter = adapters[repository_id]
                if isinstance(adapter, ScmError):
                    for search in its_searches:
                        _refuse(search.answer, adapter.reason, adapter.message)
                else:
                    searches += self._round(call, adapter, its_searches, lost)

    def _round(
        self, call: Call, adapter: ProviderAdapter, searches: Sequence[_Search], lost: set[tuple[int, str]]
    ) -> list[_Search]:
        """Asks one repository. Returns the searches whose file is not there."""
        with_lines = []
        for search in searches:
            if search.frame.line_number:
                with_lines.append(search)
            else:
                _set(search.answer.blame_error, StatusCode.INVALID_ARGUMENT, "NO_LINE", "The frame has no line.")
        if not with_lines:
            return []
        results = self._blamed(call, adapter, with_lines)
        missing = []
        for search, result in zip(with_lines, results, strict=True):
            answer = search.answer
            if result.HasField("context"):
                answer.blame.CopyFrom(result.context)
                answer.exists = True
            elif result.error.reason in _NO_FILE | _NO_REF:
                if result.error.reason in _NO_REF:
                    lost.add((answer.repository_id, answer.ref))
                missing.append(search)
            else:
                answer.blame_error.CopyFrom(result.error)
                if result.error.reason == "LINE_OUT_OF_RANGE":
                    answer.exists = True
        return missing

    def _blamed(
        self, call: Call, adapter: ProviderAdapter, searches: Sequence[_Search]
    ) -> Sequence[pb.CommitContextResult]:
        operation: Any = getattr(adapter, "batch_get_commit_context", None)
        if operation is None:
            error = pb.LineError(reason="PROVIDER_UNSUPPORTED", message=f"{adapter.name} has no blame.")
            error.code = StatusCode.UNIMPLEMENTED.value[0]
            return [pb.CommitContextResult(error=error)] * len(searches)
        asked = pb.BatchGetCommitContextRequest(repository_id=searches[0].answer.repository_id)
        for search in searches:
            asked.lines.add(
                commit_sha=search.answer.ref, filepath=search.answer.path, line_number=search.frame.line_number
            )
        try:
            answer: pb.BatchGetCommitContextResponse = operation(call, asked)
        except Exception as error:
            return [pb.CommitContextResult(error=refusal(call, error))] * len(searches)
        return answer.results

    def _url(self, call: Call, adapter: ProviderAdapter, search: _Search) -> str:
        operation: Any = getattr(adapter, "get_source_url", None)
        if operation is None:
            return ""
        asked = pb.GetSourceUrlRequest(repository_id=search.answer.repository_id, path=search.answer.path)
        asked.ref, asked.line_number = search.answer.ref, search.frame.line_number
        try:
            return str(operation(call, asked).url)
        except Exception as error:
            refusal(call, error)
            return ""

    def _fill_in_owners(
        self, call: Call, searches: Sequence[_Search], adapters: Mapping[int, ProviderAdapter | ScmError]
    ) -> None:
        """One call for each repository and ref."""
        groups: dict[tuple[int, str], list[lookup.ResolvedFrame]] = defaultdict(list)
        for search in searches:
            groups[search.answer.repository_id, search.answer.ref].append(search.answer)
        for (repository_id, ref), frames in groups.items():
            call.budget.check()
            operation: Any = getattr(adapters[repository_id], "get_code_owners", None)
            if operation is None:
                for frame in frames:
                    reason = "PROVIDER_UNSUPPORTED"
                    _set(frame.owners_error, StatusCode.UNIMPLEMENTED, reason, "The provider has no code owners.")
                continue
            paths = list(dict.fromkeys(frame.path for frame in frames))
            asked = pb.GetCodeOwnersRequest(repository_id=repository_id, ref=ref, paths=paths)
            try:
                owners = {found.path: found for found in operation(call, asked).path_owners}
            except NotFound as error:
                if error.reason != "CODE_OWNERS_NOT_FOUND":
                    _fail(frames, refusal(call, error))
                    continue
                owners = {path: pb.PathOwners(path=path) for path in paths}
            except Exception as error:
                _fail(frames, refusal(call, error))
                continue
            for frame in frames:
                frame.owners.CopyFrom(owners[frame.path])


def _planned(frame: lookup.StackFrame, platform: str, mappings: Mappings) -> tuple[list[Place], str]:
    if frame.HasField("in_app") and not frame.in_app:
        return [], "NOT_IN_APP"
    return places(frame, platform, mappings)


def _refs(
    version: str, its_places: Iterable[Place], adapters: Mapping[int, ProviderAdapter | ScmError]
) -> list[tuple[Place, str]]:
    """The places, all at the version, and then all on their default branches."""
    at_version = [(place, version) for place in its_places if version]
    on_branch = []
    for place in its_places:
        repository = getattr(adapters[place.mapping.repository_id], "repository", None) or pb.Repository()
        on_branch.append((place, place.mapping.default_branch or repository.default_branch or "HEAD"))
    # The default branch may be the version.
    return list({(place.mapping.id, place.path, ref): (place, ref) for place, ref in at_version + on_branch}.values())


def _locate(answer: lookup.ResolvedFrame, place: Place, ref: str) -> None:
    answer.code_mapping_id, answer.repository_id = place.mapping.id, place.mapping.repository_id
    answer.path, answer.ref = place.path, ref


def _refuse(answer: lookup.ResolvedFrame, reason: str, message: str = "") -> None:
    answer.reason, answer.message = reason, message or _WORDS[reason]


def _set(error: pb.LineError, code: StatusCode, reason: str, message: str) -> None:
    error.code, error.reason, error.message = code.value[0], reason, message


def _fail(frames: Iterable[lookup.ResolvedFrame], error: pb.LineError) -> None:
    for frame in frames:
        frame.owners_error.CopyFrom(error)
