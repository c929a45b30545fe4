"""The interface of a host: the Django site in which the app runs.

A host knows rows: the owner of a credential, the row of an id, and the operations on rows. An operation is a method
with the name of its RPC in snake case, ``def list_repositories(self, call, request)``. It takes the call and the
request and returns the response message, or an iterator of messages for a streaming RPC. The dispatcher looks for an
operation on the host first. For an RPC that the provider executes, it then looks on the adapter. So a host can answer
from stored rows and fall back to the adapter.

Operations that are the same on every host are in this base class.
"""

from __future__ import annotations

import logging
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from sentry_scm_grpc.auth.authenticators import Authenticator
from sentry_scm_grpc.conf import conf
from sentry_scm_grpc.errors import (
    DeadlineExceeded,
    FailedPrecondition,
    Internal,
    InvalidArgument,
    NotFound,
    ScmError,
    Unimplemented,
)
from sentry_scm_grpc.hosts.callers import CallerOperations
from sentry_scm_grpc.hosts.frames import FrameOperations
from sentry_scm_grpc.hosts.mapping_upserts import MappingUpserts
from sentry_scm_grpc.hosts.repository_syncs import RepositorySyncs
from sentry_scm_grpc.providers.base import ProviderAdapter
from sentry_scm_grpc.providers.vendor.source_urls import page_of
from sentry_scm_grpc.rpc.call import CODE_MAPPING, Call, Found, needed
from sentry_scm_grpc.rpc.policy import RPCS, Rpc
from sentry_scm_grpc.rpc.storage import storage_error
from sentry_scm_grpc.rpc.validation import path_problem
from sentry_scm_grpc.source.frames import Frame, mapped, spellings
from sentry_scm_grpc.source.web_urls import canonical, leads_out
from sentry_scm_grpc.v1 import scm_pb2 as pb

if TYPE_CHECKING:
    from sentry_scm_grpc.telemetry.observer import Observer


log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Finding:
    """A line about the site in the doctor's report."""

    text: str
    to_fix: bool = False


_WRITTEN_BYTE = re.compile(r"\\x[0-9a-f]{2}")


class Host(CallerOperations, MappingUpserts, FrameOperations, RepositorySyncs, ABC):
    #: The value of the setting HOST for this host.
    key: ClassVar[str]
    #: The names that the setting AUTHENTICATORS can contain, beside dotted paths.
    authenticators: ClassVar[Mapping[str, Callable[[], Authenticator]]]

    #: RPCs of the provider that the host can serve from rows, without an adapter.
    from_rows: ClassVar[frozenset[str]] = frozenset()

    @abstractmethod
    def has_organization(self, organization_id: int) -> bool:
        """Whether the organization exists and calls can be made in it. One query."""

    @abstractmethod
    def find(self, resource: int, id: int, organization_id: int | None) -> Found | None:
        """The row of a resource by id, within an organization if one is given. None if there is no such row.

        At most one query (two for an integration). ``id`` is above zero. An integration always comes with its
        organization.
        """

    @abstractmethod
    def adapter(self, call: Call) -> ProviderAdapter:
        """The adapter for the repository, external issue or integration that the call names.

        Raises FailedPrecondition (reasons INTEGRATION_INACTIVE, REPOSITORY_INACTIVE, NO_INTEGRATION), NotFound, or
        Unimplemented if no adapter for the provider is installed.
        """

    def adapter_class(self, call: Call) -> type[ProviderAdapter] | None:
        """The adapter class for the integration that the call names. None if none is installed."""
        return type(self.adapter(call))

    @abstractmethod
    def adapters_for_url(self, call: Call, url: str) -> Iterator[ProviderAdapter]:
        """The adapters of the organization's active repositories to which an http(s) url may point, the most likely
        first.

        Raises FailedPrecondition after the last one, if the provider of another cannot be asked. A fixed number of
        queries. Only ResolveSourceUrl uses this.
        """

    def map_error(self, error: Exception) -> ScmError | None:
        """The status error for an exception of the site. None if it is unexpected."""
        return storage_error(error)

    def observers(self) -> Sequence[Observer]:
        """More observers of calls, such as for the site's own metrics."""
        return ()

    @abstractmethod
    def try_integrations(self) -> Iterator[tuple[str, Exception | None]]:
        """Makes a request to the provider of every integration, for the operator. Yields what was tried, and the error
        if it failed."""

    def examine(self, offline: bool) -> Iterator[Finding]:
        """Findings about the site for its operator. With ``offline`` it makes no requests, not even to name servers."""
        yield from ()

    def create_key(self, organization: str, label: str, scopes: Sequence[str]) -> tuple[int, str]:
        """Creates an API key for an organization, which is given by its slug. Returns the organization's id and the
        key.

        Raises NotFound if there is no such organization.
        """
        raise Unimplemented(f"The host {self.key!r} makes no API keys.")

    def lacks(self, call: Call) -> Mapping[str, tuple[str, str]]:
        """What the integration's credential may not do, if the vendor tells.

        For each such RPC: the reason SCOPE_MISSING, or an empty one if the RPC works in part, and the same in words.
        """
        return {}

    def unsupported(self, rpc_name: str) -> str:
        """Why this host never serves an RPC, in words. Empty if it does."""
        return ""

    def keys_may_act_as_users(self) -> bool:
        """Whether an organization's key may do what the contract requires a user for."""
        return conf().KEYS_MAY_ACT_AS_USERS

    # ---- operations that are the same on every host ---------------------------------------------------------------

    def get_capabilities(self, call: Call, request: pb.GetCapabilitiesRequest) -> pb.Capabilities:
        adapter, lacks = self.adapter_class(call), self.lacks(call)
        answer = pb.Capabilities(integration_id=request.integration_id)
        for rpc in RPCS.values():
            reason, message = self._why_not(rpc, adapter)
            if not reason and adapter is not None:
                reason, message = lacks.get(rpc.name, ("", adapter.derived.get(rpc.needs, "")))
            answer.capabilities.add(rpc=rpc.name, supported=not reason, reason=reason, message=message)
        return answer

    def _why_not(self, rpc: Rpc, adapter: type[ProviderAdapter] | None) -> tuple[str, str]:
        """The reason and the words for an RPC that does not work with an adapter. Empty if it does."""
        if not conf().enabled(rpc.setting_names):
            return "RPC_DISABLED", "It is switched off on this site."
        if message := self.unsupported(rpc.name):
            return "HOST_UNSUPPORTED", message
        if not rpc.by_provider and not hasattr(self, rpc.operation):
            return "HOST_UNSUPPORTED", f"The host {self.key!r} does not serve it."
        if not rpc.needs or rpc.name in self.from_rows:
            return "", ""
        if adapter is None:
            return "PROVIDER_UNSUPPORTED", "No adapter for the provider is installed on this site."
        if not adapter.supports(rpc.needs):
            return "PROVIDER_UNSUPPORTED", adapter.missing.get(rpc.needs) or f"{adapter.name} cannot do it."
        return "", ""

    def get_stacktrace_link(self, call: Call, request: pb.GetStacktraceLinkRequest) -> pb.StacktraceLink:
        path = _mapped(request.filepath, call.row(CODE_MAPPING))
        if problem := path_problem(path) if path else "names a directory, not a file":
            raise InvalidArgument.of(("filepath", problem))
        mapping = call.row(CODE_MAPPING)
        repository = call.adapter.repository or pb.Repository()
        fallback = request.default_branch or getattr(mapping, "default_branch", "") or repository.default_branch
        # Without a default branch, an empty ref asks the provider for its own.
        for ref in dict.fromkeys([request.version or fallback, fallback]):
            if link := _link(
                call, [*_as_written(request.filepath, mapping), *spellings(path)], ref, request.line_number
            ):
                return link
        raise NotFound(
            f"{path} is neither at the version nor on the default branch. Check the path and the code mapping.",
            reason="FILE_NOT_FOUND",
            metadata={"path": path},
        )

    def resolve_source_url(self, call: Call, request: pb.ResolveSourceUrlRequest) -> pb.ResolvedSourceUrl:
        failed: ScmError | None = None
        address = canonical(request.url)
        # The last one is for repositories whose stored address has a special form.
        urls = dict.fromkeys([address, page_of(address), request.url])
        for url, adapter in self._adapters_for_urls(call, urls):
            call.budget.check()
            try:
                found = _parsed(adapter, url)
            except DeadlineExceeded:
                raise
            except ScmError as error:
                # One that cannot be read must not keep the others from being found.
                failed = failed or error
                continue
            if found is not None and adapter.repository is not None and not leads_out(found.path):
                found.repository_id = adapter.repository.id
                return found
        if failed is not None:
            raise failed
        raise NotFound(
            "The url does not belong to a repository of your organization. ListRepositories shows their addresses.",
            reason="URL_NOT_KNOWN",
            metadata={"field": "url"},
        )

    def _adapters_for_urls(self, call: Call, urls: Iterable[str]) -> Iterator[tuple[str, ProviderAdapter]]:
        failed: FailedPrecondition | None = None
        for url in urls:
            try:
                for adapter in self.adapters_for_url(call, url):
                    yield url, adapter
            except FailedPrecondition as error:
                failed = failed or error
        if failed is not None:
            raise failed


def no_organization(slug: str, slugs: Iterable[str]) -> NotFound:
    """The error for an unknown slug. It names some existing ones."""
    some = ", ".join(sorted(slugs)[:10]) or "none"
    return NotFound(f"There is no organization {slug!r}. There are: {some}.")


def _parsed(adapter: ProviderAdapter, url: str) -> pb.ResolvedSourceUrl | None:
    parse = getattr(adapter, "parse_source_url", None)
    if parse is None:
        return None
    try:
        found: pb.ResolvedSourceUrl | None = parse(url)
    except (FailedPrecondition, NotFound):
        # One that cannot be read any more must not keep the others from being found.
        return None
    return found


def _mapped(path: str, mapping: Any) -> str:
    """The path in the repository for a path in a stack trace. Without a mapping it is the same path."""
    if path.endswith(("/", "\\")):
        raise InvalidArgument.of(("filepath", "names a directory, not a file"))
    if mapping is None:
        return Frame.of(path).path
    found = mapped(path, mapping.stack_root, mapping.source_root)
    if found is None:
        raise InvalidArgument.of(
            ("filepath", f"does not start with {mapping.stack_root!r}, the code mapping's stack_root"),
            reason="CODE_MAPPING_MISMATCH",
        )
    return found


def _as_written(path: str, mapping: Any) -> list[str]:
    """A path with bytes that answers show as ``\\xNN``, where no mapping says how to read it."""
    return [path] if mapping is None and _WRITTEN_BYTE.search(path) and not path_problem(path) else []


def _link(call: Call, paths: Sequence[str], ref: str, line: int) -> pb.StacktraceLink | None:
    """The link to the first of several paths that exists at a ref. None if the ref or all files are missing."""
    check = needed(call, "check_file")
    for spelling in paths:
        asked = pb.CheckFileRequest(repository_id=call.repository.id, path=spelling, ref=ref)
        try:
            found: pb.CheckFileResponse = check(call, asked)
        except NotFound as error:
            if error.reason not in ("REF_NOT_FOUND", "REPOSITORY_EMPTY"):  # As of a repository that is lost.
                raise
            return None
        if found.exists:
            return pb.StacktraceLink(url=_url_of_line(call, asked, found, line), ref=ref, path=spelling)
    return None


class SkippedRepositories:
    """The repositories that a call could not read while it read the others, each with the reason."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self.found: list[pb.SkippedRepository] = []

    def add(self, repository_id: int, error: Exception) -> None:
        """Raises the error if it is the call's own: its time is over, or it uses too much."""
        self._call.budget.check()
        known = error if isinstance(error, ScmError) else self._call.host.map_error(error)
        if isinstance(known, DeadlineExceeded) or (known is not None and known.reason == "CALL_TOO_LARGE"):
            raise known
        if known is None:
            log.error("Repository %s is skipped after an unexpected error", repository_id, exc_info=error)
            known = Internal("The service failed to read it. Its log says why.")
        else:
            log.warning("Repository %s is skipped: %s", repository_id, known.message)
        if all(skipped.repository_id != repository_id for skipped in self.found):
            self.found.append(
                pb.SkippedRepository(repository_id=repository_id, reason=known.reason, message=known.message)
            )

    def answer(self, mappings: Iterable[pb.CodeMapping], unmatched: Iterable[str]) -> pb.DeriveCodeMappingsResponse:
        """The mappings from the other repositories. No path is reported as unmatched, because a skipped repository may
        explain it."""
        return pb.DeriveCodeMappingsResponse(
            mappings=mappings,
            unmatched_paths=() if self.found else unmatched,
            incomplete=bool(self.found),
            incomplete_reason="REPOSITORIES_SKIPPED" if self.found else "",
            skipped_repositories=self.found,
        )


def _url_of_line(call: Call, file: pb.CheckFileRequest, found: pb.CheckFileResponse, line: int) -> str:
    if not line or not call.adapter.supports("get_source_url"):
        return found.url
    asked = pb.GetSourceUrlRequest(repository_id=file.repository_id, path=file.path, ref=file.ref, line_number=line)
    answer: pb.SourceUrl = needed(call, "get_source_url")(call, asked)
    return answer.url
