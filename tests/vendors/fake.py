"""The frame of a vendor's fake: the routes of its HTTP API, which answer from the World in the vendor's form.

A fake knows nothing of how it is reached. ``tests.vendors.serving`` puts one on a socket; the tests inside Sentry put
one behind ``responses`` (``tests.sentry_host.providers.installed``).

A vendor's module has one subclass of FakeVendor, called ``Fake``, with the constants below and one method for each
route. A route's path is a regular expression on the path *as it was sent*, still percent-encoded, without the query;
its groups arrive decoded.
A route returns JSON (200), bytes (200, sent as they are), or a Reply.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.vendors.world import Commit, World


@dataclass
class Request:
    """``params`` are those of the query, the last where one is given twice; ``data`` is the body's JSON; ``timeout`` is
    what the client was told, in seconds, where that is known."""

    method: str
    path: str
    params: dict[str, str]
    data: Any
    headers: Mapping[str, str]
    timeout: Any = None
    #: The query as it was sent.
    query: str = ""

    def all_of(self, name: str) -> list[str]:
        """All values of a parameter that may be given several times."""
        return [value for key, value in parse_qsl(self.query, keep_blank_values=True) if key == name]


@dataclass
class Reply:
    body: Any = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class NoSuchThing(Exception):
    """A route raises it for the vendor's 404."""


def route(method: str, path: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Marks the method of a FakeVendor that answers ``method``, a regular expression too, on a path."""

    def mark(function: Callable[..., Any]) -> Callable[..., Any]:
        function.route = (method, re.compile(path + r"\Z"))  # type: ignore[attr-defined]
        return function

    return mark


class FakeVendor:
    #: The provider's key, and the address of its API, to which routes are relative.
    key: ClassVar[str]
    api: str
    #: The address of the repository's web pages, as Sentry stores it.
    web: ClassVar[str]
    #: What Sentry stores of the integration, and of the repository "rocket": external_id, name and config.
    integration_metadata: ClassVar[Mapping[str, Any]]
    stored_repository: ClassVar[Mapping[str, Any]]
    #: How CreateRepository and SearchRepositories name the repository "rocket", and one of ``World.repositories``.
    identifier: ClassVar[str]
    #: A destination of issues, and the key of the issue with a number, as Sentry stores it.
    destination: ClassVar[str] = ""
    #: Whether a search for issues finds those that contain all words of the text, wherever they are.
    searches_words: ClassVar[bool] = False
    #: What CreateExternalIssue must have beside title and description.
    issue_metadata: ClassVar[Mapping[str, str]] = {}
    #: Calls that the vendor needs: for 100 lines in 20 files, and for the page of a tree of 10,000 files.
    blame_calls: ClassVar[int] = 0
    tree_calls: ClassVar[int] = 1
    #: The body of the vendor's errors, by what it documents.
    not_found: ClassVar[Any] = {"message": "Not Found"}
    unauthorized: ClassVar[Any] = {"message": "Bad credentials"}

    def __init__(self) -> None:
        self.world = World()
        #: The headers Authorization that are good. Empty if any is.
        self.accepted: set[str] = set()
        #: The calls so far.
        self.calls: list[Request] = []
        #: What answers instead of the routes, where a scenario sets it.
        self.forced: Callable[[Request], Reply] | None = None

    def issue_key(self, number: int) -> str:
        """The key of an issue in the tracker of "rocket", as ``make_external_key`` makes it."""
        raise NotImplementedError

    def commit_at(self, ref: str) -> Commit:
        """The commit that a ref stands for. Raises NoSuchThing."""
        commit = self.world.commit(ref)
        if commit is None:
            raise NoSuchThing
        return commit

    # ---- HTTP

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where the vendor's API is reached: ``api``, and what else it has."""
        return (self.api,)

    def forget_calls(self) -> None:
        self.calls.clear()

    def answer(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | str | None, timeout: Any = None
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of the answer to a request as it was sent."""
        parts = urlsplit(url)
        request = Request(
            method,
            parts.path.removeprefix(urlsplit(self.api).path),
            dict(parse_qsl(parts.query, keep_blank_values=True)),
            _data_of(headers, body),
            headers,
            timeout,
            parts.query,
        )
        self.calls.append(request)
        reply = self._answer(request)
        if isinstance(reply, Exception):
            raise reply
        sent = dict(reply.headers)
        if isinstance(reply.body, bytes):
            content = reply.body
            sent.setdefault("Content-Type", "application/octet-stream")
        else:
            content = json.dumps(reply.body).encode()
            sent.setdefault("Content-Type", "application/json; charset=utf-8")
        return reply.status, sent, content

    def _answer(self, request: Request) -> Reply:
        if not self.is_accepted(request):
            return Reply(self.unauthorized, 401)
        return self.forced(request) if self.forced is not None else self._route(request)

    def is_accepted(self, request: Request) -> bool:
        """Whether the credential of a request is good."""
        return not self.accepted or request.headers.get("Authorization") in self.accepted

    def _route(self, request: Request) -> Reply:
        for function, method, pattern in self.routes():
            if re.fullmatch(method, request.method) and (found := pattern.match(request.path)):
                try:
                    answer = function(request, **{key: unquote(text) for key, text in found.groupdict("").items()})
                except NoSuchThing:
                    return Reply(self.not_found, 404)
                return answer if isinstance(answer, Reply) else Reply(answer)
        raise AssertionError(f"{self.key} has no route for {request.method} {request.path}")

    def routes(self) -> Iterator[tuple[Callable[..., Any], str, re.Pattern[str]]]:
        """What answers, with the regular expressions of its method and its path."""
        for name, method, pattern in _routes_of(type(self)):
            yield getattr(self, name), method, pattern


@cache
def _routes_of(kind: type[FakeVendor]) -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    """The methods that answer, by name. Every request asks for them."""
    marked = ((name, getattr(getattr(kind, name), "route", (None, None))) for name in dir(kind))
    return tuple((name, method, pattern) for name, (method, pattern) in marked if method and pattern)


def _data_of(headers: Mapping[str, str], body: bytes | str | None) -> Any:
    """The JSON of a body. For a form with files, its fields: the name, the name of the file or None, and the bytes."""
    kind: Any = {name.lower(): text for name, text in headers.items()}.get("content-type", "")
    if isinstance(kind, bytes):  # As OAuth 1 leaves it.
        kind = kind.decode()
    if not body or not kind.startswith("multipart/form-data"):
        return json.loads(body) if body else None
    raw = body.encode() if isinstance(body, str) else body
    found = []
    for part in raw.split(f"--{kind.rpartition('boundary=')[2]}".encode())[1:-1]:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        names = dict(re.findall(r'; (name|filename)="([^"]*)"', head.decode()))
        quotes = {name: text.replace("%22", '"') for name, text in names.items()}
        found.append((quotes["name"], quotes.get("filename"), content.removesuffix(b"\r\n")))
    return found


def answer_some(fake: FakeVendor, chosen: Callable[[Request], bool], reply: Reply) -> None:
    """The vendor gives this reply to the chosen requests, and its own to the others."""
    fake.forced = lambda asked: reply if chosen(asked) else fake._route(asked)


def page_of(items: list[Any], number: int, size: int) -> tuple[list[Any], bool]:
    """Page ``number``, from 1, and whether another follows."""
    return page_from(items, (number - 1) * size, size)


def page_from(items: list[Any], start: int, size: int) -> tuple[list[Any], bool]:
    """A page that starts at an item, from 0, and whether another follows."""
    return items[start : start + size], start + size < len(items)
