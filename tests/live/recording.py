"""What a vendor is asked and answers during a run: counts and shapes; and the guard against writes."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import Any
from urllib.parse import unquote, urlsplit

from sentry_scm_grpc.errors import FailedPrecondition
from sentry_scm_grpc.providers.vendor.response_reader import ResponseReader
from tests.live.shapes import MASK, Shape
from tests.vendors.fake import FakeVendor

#: The only POST that a run without WRITE=1 makes though it is no query: an app's token.
_TOKEN_OF_APP = re.compile(r".*/app/installations/\d+/access_tokens")


@dataclass(frozen=True)
class Route:
    """A route of the fake's, by the name of its method, and the status of the answer."""

    name: str
    status: int


class Routes:
    """Finds the fake's route for an address. ``api`` is the address of the API that is asked."""

    def __init__(self, fake: FakeVendor, api: str) -> None:
        names = _names(fake)
        self._routes = [
            (function.__name__, method, re.compile(names.sub("[^/]+", pattern.pattern)))
            for function, method, pattern in fake.routes()
        ]
        # GitHub Enterprise has GraphQL beside the API.
        self._starts = dict.fromkeys([urlsplit(api).path, "/api", ""])
        self._words = set(re.findall(r"\w+", " ".join(pattern.pattern for _, _, pattern in self._routes)))

    def name_of(self, method: str, url: str) -> str:
        path = urlsplit(url).path
        for start in self._starts:
            if start and not path.startswith(f"{start}/"):
                continue
            for name, wanted, pattern in self._routes:
                if re.fullmatch(wanted, method) and pattern.match(path[len(start) :]):
                    return name
        # No name of a repository or of a person, nothing but words of the vendor's API.
        return f"{method} {'/'.join(part if part in self._words else part and MASK for part in path.split('/'))}"


def _names(fake: FakeVendor) -> re.Pattern[str]:
    """What a fake's routes call its own account and repository, where a vendor's have others."""
    path = unquote(urlsplit(fake.web).path)
    # And the numbers of a group at GitLab and of an installation at GitHub.
    known = {*re.split("[/ ]", f"{fake.identifier}/{fake.destination}/{path}"), "1", "99"} - {""}
    name = "|".join(sorted(map(re.escape, known), key=len, reverse=True))
    return re.compile(rf"(?<=[/(|])(%7B)?({name})(%2F({name}))*(%7D)?(?=[/)|]|\\Z)")


@dataclass
class Recording:
    """The answers to one side: the vendor's, or its fake's. ``known`` is the fake's recording, if there is one."""

    routes: Routes
    writes: bool
    known: Recording | None = None
    #: The answers of each route: how many, and their shape.
    counts: dict[Route, int] = field(default_factory=dict)
    shapes: dict[Route, Shape] = field(default_factory=dict)
    #: The routes that were asked since ``begin``, in order.
    asked: list[Route] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self) -> None:
        self.asked.clear()

    def note(self, method: str, url: str, status: int, body: bytes) -> None:
        route = Route(self.routes.name_of(method, url), status)
        known = self.known.shapes.get(route, Shape()) if self.known else None
        try:
            shape = Shape.of(json.loads(body), known) if body else Shape()
        except ValueError:
            shape = Shape()  # A file, or a page.
        with self._lock:
            self.asked.append(route)
            self.counts[route] = self.counts.get(route, 0) + 1
            self.shapes.setdefault(route, Shape()).add(shape)

    def check(self, reader: ResponseReader, request: Any) -> None:
        """Raises FailedPrecondition for a request that may write, before it is sent."""
        # A query is a POST of which connections may be kept. Whatever writes has a connection of its own.
        only_reads = request.method in ("GET", "HEAD") or (request.method == "POST" and reader.owner is not None)
        if not (only_reads or self.writes or _TOKEN_OF_APP.fullmatch(urlsplit(request.url).path)):
            raise FailedPrecondition("A run without WRITE=1 writes nothing.", reason="LIVE_WRITE_REFUSED")

    @contextmanager
    def running(self) -> Iterator[None]:
        """Records every answer that the adapters get meanwhile, in this process."""
        prepare, take = ResponseReader.__call__, ResponseReader._take

        @wraps(prepare)
        def checked(reader: ResponseReader, request: Any) -> Any:
            self.check(reader, request)
            return prepare(reader, request)

        @wraps(take)
        def noted(reader: ResponseReader, response: Any, **options: Any) -> None:
            # A successful answer's body is kept in the reader, and an error's in the response.
            try:
                take(reader, response, **options)
            finally:
                received = reader.received.body if reader.received is not None else response._content
                self.note(response.request.method, response.url, response.status_code, received or b"")

        ResponseReader.__call__ = checked  # type: ignore[method-assign]
        ResponseReader._take = noted  # type: ignore[method-assign]
        try:
            yield
        finally:
            ResponseReader.__call__ = prepare  # type: ignore[method-assign]
            ResponseReader._take = take  # type: ignore[method-assign]
