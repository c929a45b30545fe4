"""BatchLookupRepositories, which is the same on every host: repositories by name, external id or clone url."""

from __future__ import annotations

import string
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, unquote, urlsplit

from grpc import StatusCode

from sentry_scm_grpc.errors import InvalidArgument
from sentry_scm_grpc.providers.git.urls import web_address
from sentry_scm_grpc.providers.registry import adapters
from sentry_scm_grpc.rpc.call import Call
from sentry_scm_grpc.source.web_urls import canonical
from sentry_scm_grpc.v1 import lookup_pb2 as lookup
from sentry_scm_grpc.v1 import scm_pb2 as pb

MAX_CANDIDATES = 10
NO_KEY = "must have one of name, external_id and clone_url"
_NOT_FOUND = StatusCode.NOT_FOUND.value[0]
_FAILED_PRECONDITION = StatusCode.FAILED_PRECONDITION.value[0]
_INVALID_ARGUMENT = StatusCode.INVALID_ARGUMENT.value[0]

# Databases agree only on the case of ASCII letters.
_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


@dataclass
class RepositoryFilter:
    """The rows that a lookup reads. Names and urls are in lower case, to be compared with columns in lower case."""

    ids: set[int] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    external_ids: set[str] = field(default_factory=set)
    urls: set[str] = field(default_factory=set)
    #: 0 means those of all integrations.
    integration_id: int = 0


@dataclass(frozen=True)
class _Wanted:
    """One entry. ``names`` and ``urls`` are in ASCII lower case; ``exact`` tells whether a row has the same case."""

    provider_key: str = ""
    id: int = 0
    name: str = ""
    external_id: str = ""
    urls: frozenset[str] = frozenset()
    exact: Callable[[pb.Repository], bool] = lambda repository: True

    def fits(self, repository: pb.Repository) -> bool:
        return not self.provider_key or self.provider_key == repository.provider_key

    @property
    def places(self) -> list[tuple[str, str | int]]:
        """Where its rows are in the index."""
        if self.id:
            return [("id", self.id)]
        if self.name:
            return [("name", self.name)]
        if self.external_id:
            return [("external_id", self.external_id)]
        return [("url", url) for url in self.urls]


class LookupOperations(ABC):
    @abstractmethod
    def repositories_like(self, call: Call, wanted: RepositoryFilter) -> Iterable[pb.Repository]:
        """The organization's repositories, whatever their status, that have one of the ids, names, external ids or
        urls, by id. One query."""

    def batch_lookup_repositories(
        self, call: Call, request: lookup.BatchLookupRepositoriesRequest
    ) -> lookup.BatchLookupRepositoriesResponse:
        missing = [
            (f"repositories[{index}]", NO_KEY) for index, key in enumerate(request.repositories) if not has_key(key)
        ]
        if missing:
            raise InvalidArgument.of(*missing)
        answer = lookup.BatchLookupRepositoriesResponse()
        for found in self.find_repositories(call, request.repositories, request.integration_id):
            if isinstance(found, pb.Repository):
                answer.results.add(repository=found)
            else:
                answer.results.add(error=found)
        return answer

    def find_repositories(
        self, call: Call, keys: Sequence[lookup.RepositoryKey | int], integration_id: int = 0
    ) -> list[pb.Repository | lookup.RepositoryLookupError]:
        """The repository or the error for each key or id. One query, whatever their number."""
        wanted: list[_Wanted] = []
        known = RepositoryFilter(integration_id=integration_id)
        for key in keys:
            call.budget.check()
            entry = _wanted(key)
            wanted.append(entry)
            if isinstance(key, int):
                known.ids.add(key)
            elif entry.name:
                known.names |= {entry.name, key.name.lower()}
            elif entry.external_id:
                known.external_ids.add(entry.external_id)
            known.urls |= entry.urls | {url.lower() for url in entry.urls}
        index = _Index()
        if known.ids or known.names or known.external_ids or known.urls:
            for repository in self.repositories_like(call, known):
                call.budget.check()
                index.add(repository)
        return [_chosen(key, entry, index.candidates(entry)) for key, entry in zip(keys, wanted, strict=True)]


class _Index:
    """The rows that were read, by what entries name."""

    def __init__(self) -> None:
        self._by: dict[tuple[str, str | int], list[pb.Repository]] = {}

    def add(self, repository: pb.Repository) -> None:
        for place in (
            ("id", repository.id),
            ("name", fold(repository.name)),
            ("external_id", repository.external_id),
            ("url", fold(repository.url)),
        ):
            self._by.setdefault(place, []).append(repository)

    def candidates(self, entry: _Wanted) -> list[pb.Repository]:
        found = {row.id: row for place in entry.places for row in self._by.get(place, ()) if entry.fits(row)}
        return [found[id] for id in sorted(found)]


def has_key(key: lookup.RepositoryKey) -> bool:
    return bool(getattr(key, key.WhichOneof("key") or "name"))


def _wanted(key: lookup.RepositoryKey | int) -> _Wanted:
    if isinstance(key, int):
        return _Wanted(id=key)
    if key.name:
        return _Wanted(key.provider_key, name=fold(key.name), exact=lambda row: row.name == key.name)
    if key.external_id:
        return _Wanted(key.provider_key, external_id=key.external_id)
    address = canonical(found) if (found := web_address(key.clone_url)) else ""
    path = _path(address)
    urls = frozenset(spellings(address)) if address else frozenset()
    return _Wanted(key.provider_key, urls=urls, exact=lambda row: _path(row.url) == path)


def spellings(address: str) -> Iterator[str]:
    """The forms, in ASCII lower case, in which a repository's row may have a web address."""
    for same in {address, *(same for adapter in adapters().values() for same in adapter.same_addresses(address))}:
        try:
            parts = urlsplit(same)
        except ValueError:
            continue
        plain = unquote(parts.path).rstrip("/").removesuffix(".git")
        if "\0" in plain:  # PostgreSQL refuses it, and no row has it.
            continue
        for path in {plain, quote(plain, safe="/~"), parts.path.rstrip("/").removesuffix(".git")}:
            for scheme in ("https", "http"):
                for end in ("", "/", ".git"):
                    yield fold(f"{scheme}://{parts.netloc}{path}{end}")


def fold(text: str) -> str:
    return text.translate(_LOWER)


def _path(url: str) -> str:
    """The path of an address as it is compared: unquoted, without a slash or ".git" at its end."""
    try:
        return unquote(urlsplit(url).path).rstrip("/").removesuffix(".git")
    except ValueError:
        return ""


def _chosen(
    key: lookup.RepositoryKey | int, entry: _Wanted, candidates: Collection[pb.Repository]
) -> pb.Repository | lookup.RepositoryLookupError:
    if not entry.places:
        return lookup.RepositoryLookupError(
            code=_INVALID_ARGUMENT,
            reason="CLONE_URL_UNKNOWN",
            message="The web page of this clone_url is not known. Give the address of the page, name or external_id.",
        )
    best = list(candidates)
    for better in (_is_active, entry.exact):
        best = [row for row in best if better(row)] or best
    if len(best) == 1:
        return best[0]
    kind = "id" if isinstance(key, int) else key.WhichOneof("key") or "name"
    named = f"the {kind} {key if isinstance(key, int) else getattr(key, kind)!r}"
    if not best:
        return lookup.RepositoryLookupError(
            code=_NOT_FOUND,
            reason="REPOSITORY_NOT_FOUND",
            message=f"There is no repository with {named} in your organization. ListRepositories shows what there is.",
        )
    return lookup.RepositoryLookupError(
        code=_FAILED_PRECONDITION,
        reason="REPOSITORY_AMBIGUOUS",
        message=f"{len(best)} repositories have {named}. Give provider_key or integration_id, or use an id.",
        candidate_ids=[row.id for row in best[:MAX_CANDIDATES]],
    )


def _is_active(repository: pb.Repository) -> bool:
    return repository.status == pb.REPOSITORY_STATUS_ACTIVE
