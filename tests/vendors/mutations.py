"""Changes vendors' answers at the level of HTTP, for every RPC that asks one, and looks at what callers are told.

    python -m tests.vendors.mutations [--only TEXT] [--seed N] [--answers N]

Each vendor's fake answers on a socket. Of a call that works, one answer or each is changed: a value is left out,
doubled, huge or of another type; the body is cut, empty, deep or no JSON; the head says something else; pages have no
end, or lead to themselves; the answer comes a byte now and then. A call holds if it is answered, or ends with a status
that is no bug, within half a second of its deadline. A late one is asked again. The same seed makes the same changes.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from typing import Any

from tests.abuse.measuring import Slowness

#: Seconds that a call has, and that it may take beyond that, times how slow the machine is.
DEADLINE = 2.0
#: Of a call whose answers are as ever: the first of a process loads much.
PATIENCE = 60.0
SLOW_DEADLINE = 0.5
MAX_LATE = 0.5
MAX_SLOWNESS = 4.0
MAX_GROWTH = 256 * 1024 * 1024
#: With so many changed answers for each RPC or fewer, one of the two slow ones is enough: half a second of waiting.
FEW = 12


@dataclass
class Found:
    """What one vendor's calls brought."""

    key: str
    calls: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    late: float = 0.0
    slowness: float = 1.0
    growth: int = 0
    problems: list[str] = field(default_factory=list)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", metavar="TEXT", help="vendors or RPCs with this text in their name")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--answers", type=int, default=24, help="changed answers of each RPC of each vendor, beside the slow"
    )
    options = parser.parse_args()
    started, failed = time.monotonic(), False
    keys = ("bitbucket", "bitbucket_server", "github", "github_enterprise", "gitlab", "jira", "jira_server", "vsts")
    print(f"{'vendor':<20} {'calls':>6} {'late':>6} {'slow':>6} {'MiB':>5}  statuses", flush=True)
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        for found in pool.map(_try_vendor, [(key, options.only, options.seed, options.answers) for key in keys]):
            told = ", ".join(f"{status} {count}" for status, count in found.statuses.most_common())
            figures = f"{found.calls:>6} {found.late:>6.2f} {found.slowness:>6.2f} {found.growth >> 20:>5}"
            print(f"{found.key:<20} {figures}  {told}", flush=True)
            for problem in found.problems:
                print(f"FAILS: {problem}", file=sys.stderr)
            failed = failed or bool(found.problems)
    print(f"late: seconds; slow: a factor; {time.monotonic() - started:.0f} s in all")
    return int(failed)


def _try_vendor(arguments: tuple[str, str, int, int]) -> Found:
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    import logging

    logging.disable(logging.CRITICAL)
    from tests.vendors.mutated import Cells

    key, only, seed, answers = arguments
    found = Found(key)
    with Cells(key) as cells:
        for name, call in cells.calls.items():
            if only in f"{key} {name}":
                _try_cell(found, cells, name, call, random.Random(f"{seed} {key} {name}"), answers)
    return found


def _try_cell(
    found: Found, cells: Any, name: str, call: Callable[[float], str], chance: random.Random, count: int
) -> None:
    status, _ = cells.run(call, PATIENCE)
    exchanges = cells.exchanges()
    if status != "OK" or not exchanges:
        found.problems.append(f"{found.key} {name}: the call itself ends with {status}, after {exchanges} answers")
        return
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    changes = [(which, DEADLINE) for which in sample(chance, count)]
    changes += [(which, SLOW_DEADLINE) for which in (SLOW if count > FEW else [chance.choice(SLOW)])]
    with Slowness(pause=0.2) as slowness:
        for (what, change), deadline in changes:
            index = chance.choice([*range(min(exchanges, 6)), None])
            state = chance.getrandbits(32)
            cells.change(index, change, state)
            status, seconds = cells.run(call, deadline)
            found.calls += 1
            found.statuses[status] += 1
            which = f"{found.key} {name}: {what} in {'each answer' if index is None else f'answer {index}'} ({state})"
            if status.startswith(("INTERNAL", "UNKNOWN", "bug")):
                found.problems.append(f"{which}: {status}")
            late = max(seconds - deadline, 0.0)
            if late > MAX_LATE * min(slowness.factor, MAX_SLOWNESS):
                # Once may be the doing of a busy machine.
                cells.change(index, change, state)
                late = max(cells.run(call, deadline)[1] - deadline, 0.0)
            found.late = max(found.late, late)
            if late > MAX_LATE * min(slowness.factor, MAX_SLOWNESS):
                found.problems.append(f"{which}: {late:.1f} s after its deadline")
    cells.change(None, None, 0)
    found.slowness = max(found.slowness, slowness.factor)
    growth = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    found.growth = max(found.growth, growth)
    if growth > MAX_GROWTH:
        found.problems.append(f"{found.key} {name}: memory grew by {growth >> 20} MiB")


# ---- the changes


@dataclass
class Sent:
    """An answer on its way; ``pause`` are seconds before the head and between pieces of the body."""

    status: int
    headers: dict[str, str]
    body: bytes
    path: str
    pause: float = 0.0


Change = Callable[[Sent, random.Random], Sent]


def _json(change: Callable[[Any, random.Random], Any]) -> Change:
    """A change of the JSON of a body; what is none stays."""
    import json

    def changed(sent: Sent, chance: random.Random) -> Sent:
        with suppress(ValueError):
            sent = replace(sent, body=json.dumps(change(json.loads(sent.body), chance)).encode())
        return sent

    return changed


def _at(value: Any, chance: random.Random, change: Callable[[Any, Any, random.Random], None]) -> Any:
    """Changes one place in JSON: ``change`` is given the container and the key or index."""
    places = list(_places(value))
    if places:
        change(*chance.choice(places), chance)
    return value


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    keys: Iterable[Any] = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    # Of a list the first items alone: the others are like them.
    for key in list(keys)[: 3 if isinstance(value, list) else None]:
        yield value, key
        yield from _places(value[key])


def _deep(depth: int) -> Any:
    found: Any = 1
    for number in range(depth):
        found = [found] if number % 2 else {"value": found}
    return found


# fmt: off
_OTHERS: list[Any] = [
    None, [], {}, [None], [[]], [{}], 0, -1, 7, 1.5, 2**31, 2**63, 2**70, 1e308, float("nan"), float("inf"), True,
    False, "", "odd", "0", "-1", "null", "\0", "\ud800", "é" * 50_000, "a/" * 20_000, "../..", "https://elsewhere.example/",
    "javascript:1", "2024-13-45T99:99:99Z", "0000-00-00", "9999999999999", {"id": 1}, ["odd", 7], _deep(200),
    [7] * 20_000,
]
# fmt: on


def _dropped(holder: Any, key: Any, chance: random.Random) -> None:
    del holder[key]


def _replaced(holder: Any, key: Any, chance: random.Random) -> None:
    holder[key] = chance.choice(_OTHERS)


def _doubled(holder: Any, key: Any, chance: random.Random) -> None:
    value = holder[key]
    if isinstance(value, (list, str)):
        holder[key] = value + value
    elif isinstance(value, dict):
        holder[key] = [value, value]
    else:
        holder[key] = [value] * 2


def _huge(holder: Any, key: Any, chance: random.Random) -> None:
    value = holder[key]
    if isinstance(value, list):
        holder[key] = value * (20_000 // max(len(value), 1))
    elif isinstance(value, str):
        holder[key] = value * 5000 or "x" * 100_000
    else:
        holder[key] = {f"k{number}": value for number in range(2000)} if isinstance(value, dict) else 10**400


def _every(value: Any, chance: random.Random) -> Any:
    """All values of one name at once."""
    places = [(holder, key) for holder, key in _places(value) if isinstance(holder, dict)]
    if places:
        name, other = chance.choice(places)[1], chance.choice(_OTHERS)
        for holder, key in places:
            if key == name:
                holder[key] = other
    return value


def _body(make: Callable[[bytes, random.Random], bytes]) -> Change:
    return lambda sent, chance: replace(sent, body=make(sent.body, chance))


def _headers(**headers: str) -> Change:
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    def changed(sent: Sent, chance: random.Random) -> Sent:
        kept = {name: value for name, value in sent.headers.items() if name.lower() not in map(str.lower, named)}
        return replace(sent, headers=kept | named)

    return changed


def _status(status: int, **headers: str) -> Change:
    return lambda sent, chance: replace(_headers(**headers)(sent, chance), status=status)


def _next(sent: Sent, chance: random.Random) -> Sent:
    """Another page follows, which is this one."""
    page = f"http://127.0.0.1{sent.path}"
    told = {"Link": f'<{page}>; rel="next"', "X-Next-Page": "1", "x-ms-continuationtoken": "again"}
    with_header = _headers(**told)(sent, chance)

    def changed(value: Any, chance: random.Random) -> Any:
        if isinstance(value, dict):
            value |= {
                "next": page,
                "isLastPage": False,
                "nextPageStart": 0,
                "hasNextPage": True,
                "incomplete_results": False,
            }
            for holder, key in list(_places(value)):
                if key in ("hasNextPage", "has_next_page"):
                    holder[key] = True
        return value

    return _json(changed)(with_header, chance)


_HTML = b"<!DOCTYPE html><html><title>Sign in</title></html>"
CHANGES: dict[str, Change] = {
    "a value left out": _json(lambda value, chance: _at(value, chance, _dropped)),
    "a value of another type": _json(lambda value, chance: _at(value, chance, _replaced)),
    "one more value of another type": _json(lambda value, chance: _at(value, chance, _replaced)),
    "a value doubled": _json(lambda value, chance: _at(value, chance, _doubled)),
    "a huge value": _json(lambda value, chance: _at(value, chance, _huge)),
    "all values of a name": _json(_every),
    "another value for all": _json(lambda value, chance: chance.choice(_OTHERS)),
    "the answer in a list": _json(lambda value, chance: [value]),
    "the answer in an object": _json(lambda value, chance: {"data": value}),
    "a body that is cut": _body(lambda body, chance: body[: chance.randrange(len(body) + 1)]),
    "no body": _body(lambda body, chance: b""),
    "HTML": lambda sent, chance: replace(_headers(Content_Type="text/html")(sent, chance), body=_HTML),
    "HTML as JSON": _body(lambda body, chance: _HTML),
    "noise": _body(lambda body, chance: chance.randbytes(2000)),
    "no UTF-8": _body(lambda body, chance: body.replace(b'"', b'"\xff')),
    "a mark of the byte order": _body(lambda body, chance: b"\xef\xbb\xbf" + body),
    "lists in lists": _body(lambda body, chance: b"[" * 100_000),
    "a body of 40 MB": _body(lambda body, chance: b"[" + b"1," * 20_000_000 + b"1]"),
    "more behind the JSON": _body(lambda body, chance: body + body),
    "another type of content": _headers(Content_Type="application/octet-stream"),
    "no gzip": _headers(Content_Encoding="gzip"),
    "another charset": _headers(Content_Type="application/json; charset=utf-7"),
    "a header of 60 KB": _headers(X_Large="x" * 60_000),
    "a header of 70 KB": _headers(X_Large="x" * 70_000),
    "200 headers": lambda sent, chance: replace(sent, headers=sent.headers | {f"X-{n}": "x" for n in range(200)}),
    "odd limits": _headers(X_RateLimit_Remaining="many", X_RateLimit_Reset="soon", RateLimit_Remaining="-1"),
    "no calls left": _headers(X_RateLimit_Remaining="0", X_RateLimit_Reset="99999999999999999999"),
    "an odd link": _headers(Link='<:::>; rel="next", <>; rel=next, ;;;', X_Next_Page="?", X_Total="many"),
    "a link to elsewhere": _headers(Link='<https://elsewhere.example/>; rel="next"', X_Next_Page="99999999999999"),
    "pages without an end": _next,
    "204": _status(204),
    "206": _status(206),
    "a redirect to itself": lambda sent, chance: _status(302, Location=sent.path)(sent, chance),
    "a redirect to elsewhere": _status(301, Location="https://elsewhere.invalid/"),
    "a redirect to nowhere": _status(307),
    "304": _status(304),
    "400": _status(400),
    "401": _status(401),
    "403": _status(403),
    "404": _status(404),
    "409": _status(409),
    "410": _status(410),
    "418": _status(418),
    "422": _status(422),
    "429, for ever": _status(429, Retry_After="99999999999999999999"),
    "429, until a date": _status(429, Retry_After="Fri, 31 Dec 1999 23:59:59 GMT"),
    "451": _status(451),
    "500": _status(500),
    "503, for long": _status(503, Retry_After="nan"),
    "599": _status(599),
}  # fmt: skip
SLOW: list[tuple[str, Change]] = [
    ("a late head", lambda sent, chance: replace(sent, pause=5.0)),
    ("a body that comes slowly", lambda sent, chance: replace(sent, pause=0.1, body=sent.body or b"{}")),
]


def sample(chance: random.Random, count: int) -> list[tuple[str, Change]]:
    """So many changes: each once as far as they go, those of values more often."""
    of_values = list(CHANGES.items())[:6]
    rest = list(CHANGES.items())[6:]
    half = count // 2
    return [chance.choice(of_values) for _ in range(count - half)] + chance.sample(rest, min(half, len(rest)))


if __name__ == "__main__":
    sys.exit(main())
