"""Attacks a server with hostile repositories and messages, and measures what it costs those who call beside.

    python -m tests.abuse.run [--only TEXT] [--calls]

The server runs as ``sentry-scm-grpc serve`` starts it, one worker of eight threads. Two attackers call every RPC that
reads the repository, each call with a deadline of a second, while another caller reads a row without a pause. What the
times may be is multiplied by how slow the machine is meanwhile, which a small piece of work of its own measures. A row
that does not hold is tried again, and fails if it does not hold then either.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from sentry_scm_grpc.rpc.policy import RPCS
from tests.abuse import messages
from tests.abuse.measuring import Memory, Repeated, Slowness, gits, seconds_until
from tests.abuse.place import DEADLINE, MAX_CALL_SECONDS, Outcome, Place, Server, Target, a_place

#: What a row may take: seconds after the deadline, seconds of another caller's wait, bytes of memory, seconds until no
#: git of the server is left.
MAX_LATE = 0.5
MAX_WAIT = 1.0
MAX_GROWTH = 256 * 1024 * 1024
MAX_LEFT = 1.0
#: The most by which a busy machine multiplies the times. A fault takes many seconds.
MAX_SLOWNESS = 4.0
ATTACKERS = 2
#: What no row may answer; gRPC's own servers answer INTERNAL to what is no message.
BUGS = ("INTERNAL", "UNKNOWN", "broken", "HTTP")

# Makes one call, and says which.
Call = tuple[str, Callable[[], Outcome]]
Door = Callable[[Server, Target, str, bytes], Callable[[], Outcome]]


@dataclass
class Row:
    name: str
    late: float = 0.0
    latest: str = ""
    wait: float = 0.0
    slowness: float = 1.0
    growth: int = 0
    left: float = 0.0
    statuses: Counter[str] = field(default_factory=Counter)
    outcomes: list[tuple[str, Outcome]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def problems(self) -> list[str]:
        slowness = min(self.slowness, MAX_SLOWNESS)
        found = list(self.failures)
        if self.late > MAX_LATE * slowness:
            found.append(f"{self.latest} came {self.late:.1f} s after its deadline")
        if self.wait > MAX_WAIT * slowness:
            found.append(f"another caller waited {self.wait:.1f} s")
        if self.growth > MAX_GROWTH:
            found.append(f"memory grew by {self.growth >> 20} MiB")
        if self.left > MAX_LEFT * slowness:
            found.append("git processes are left")
        bugs = BUGS[1:] if self.name in messages.NO_MESSAGES else BUGS
        return [*found, *(f"{status} was answered" for status in self.statuses if status.startswith(bugs))]

    def __str__(self) -> str:
        times = " ".join(f"{seconds:6.2f}" for seconds in (self.late, self.wait, self.left, self.slowness))
        verdict = "FAILS" if self.problems() else "holds"
        return f"{self.name:<74} {sum(self.statuses.values()):>5} {times} {self.growth >> 20:>5}  {verdict}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", metavar="TEXT", help="rows with this text in their name")
    parser.add_argument("--calls", action="store_true", help="show the status and time of each call")
    options = parser.parse_args()
    started = time.monotonic()
    with (
        TemporaryDirectory(prefix="scm-grpc-abuse-", ignore_cleanup_errors=True) as directory,
        a_place(Path(directory), options.only) as place,
    ):
        print(f"{len(place.targets)} repositories made in {time.monotonic() - started:.0f} s")
        print(f"{'row':<74} {'calls':>5} {'late':>6} {'other':>6} {'left':>6} {'slow':>6} {'MiB':>5}", flush=True)
        failed = [row for row in rows_of(place, options.only, options.calls) if row.problems()]
    print(f"late, other, left: seconds; slow: a factor; {time.monotonic() - started:.0f} s in all")
    for row in failed:
        print(f"FAILS: {row.name}: {'; '.join(row.problems())}", file=sys.stderr)
    return int(bool(failed))


def rows_of(place: Place, only: str, shows_calls: bool) -> Iterator[Row]:
    attacks = [*repository_attacks(place), *message_attacks(place)]
    # The first calls of a server import and open what all others use.
    measured(place, Row("warm-up"), [*calls_about(place, place.bystander), *one_of_each(attacks)])
    for name, calls in attacks:
        if only in name:
            row = measured(place, Row(name), calls)
            if row.problems():
                print(f"{row}: {'; '.join(row.problems())}; again")
                row = measured(place, Row(name), calls)
            print(row, flush=True)
            if shows_calls:
                for what, outcome in sorted(row.outcomes, key=lambda pair: -pair[1].seconds):
                    print(f"    {outcome.seconds:6.2f} {outcome.status:<20} {what[:120]}")
            yield row
    for name, (rpc, fields) in LEAVING.items():
        target = next(iter(place.targets.values()), None)
        if target is not None and only in name:
            row = left_alone(place, target, Row(name), rpc, fields)
            print(row, flush=True)
            yield row


def one_of_each(attacks: Sequence[tuple[str, list[Call]]]) -> list[Call]:
    return [calls[0] for _, calls in attacks if calls]


def repository_attacks(place: Place) -> Iterator[tuple[str, list[Call]]]:
    for name, target in place.targets.items():
        yield name, calls_about(place, target)


def calls_about(place: Place, target: Target) -> list[Call]:
    found = []
    for rpc, fields in target.hostile.calls():
        body = target.request(rpc, fields).SerializeToString()
        found.append((f"{rpc} {fields}", web(place.server, target, rpc, body)))
    return found


def message_attacks(place: Place) -> Iterator[tuple[str, list[Call]]]:
    for forms, door in ((messages.WEB, web), (messages.JSON, json)):
        for name, make in forms.items():
            if name in place.receivers:
                yield name, list(calls_with(place, place.receivers[name], make, door))


def calls_with(place: Place, target: Target, make: messages.Make, door: Door) -> Iterator[Call]:
    for rpc in RPCS.values():
        # The JSON door has no streams.
        if door is web or not rpc.streams:
            body = make(rpc.name, target.request(rpc.name, {}))
            yield rpc.name, door(place.server, target, rpc.name, body)


def web(server: Server, target: Target, rpc: str, body: bytes) -> Callable[[], Outcome]:
    return lambda: server.web(target, rpc, body)


def json(server: Server, target: Target, rpc: str, body: bytes) -> Callable[[], Outcome]:
    return lambda: server.json(target, rpc, body)


def measured(place: Place, row: Row, calls: Sequence[Call]) -> Row:
    with ExitStack() as stack:
        memory = stack.enter_context(Memory(place.server.pid))
        slowness = stack.enter_context(Slowness())
        other = stack.enter_context(another_caller(place))
        with ThreadPoolExecutor(ATTACKERS) as pool:
            outcomes = list(pool.map(lambda call: (call[0], call[1]()), calls))
        row.left = seconds_until(lambda: not gits(place.server.pid), 10)
    for what, outcome in outcomes:
        row.statuses[outcome.status] += 1
        if outcome.seconds - DEADLINE > row.late:
            row.late, row.latest = outcome.seconds - DEADLINE, what[:60]
    row.outcomes = outcomes
    row.wait, row.slowness, row.failures = other.longest, slowness.factor, other.failures[:1]
    row.growth = memory.most - memory.first
    return row


def another_caller(place: Place) -> Repeated:
    body = place.bystander.request("GetRepository", {}).SerializeToString()

    def read() -> None:
        outcome = place.server.web(place.bystander, "GetRepository", body, 20.0)
        assert outcome.status == "OK", f"another caller was answered {outcome.status}"

    return Repeated(read)


#: Calls without a deadline, whose clients leave.
LEAVING = {
    "clients that leave a search, without a deadline": ("SearchCode", {"query": "no such text"}),
    "clients that leave a stream, without a deadline": ("StreamTree", {}),
    "clients that leave a commit, without a deadline": ("ListCommits", {"path": "0009"}),
}


def left_alone(place: Place, target: Target, row: Row, rpc: str, fields: dict[str, str]) -> Row:
    """Four clients go when their calls are under way; ``left`` is how long git goes on."""
    server = place.server
    with ExitStack() as stack:
        memory = stack.enter_context(Memory(server.pid))
        slowness = stack.enter_context(Slowness())
        other = stack.enter_context(another_caller(place))
        with ExitStack() as clients:
            for _ in range(4):
                clients.enter_context(server.left(target, rpc, fields))
            seconds_until(lambda: len(gits(server.pid)) >= 2, 0.5)
        left = seconds_until(lambda: not gits(server.pid), MAX_CALL_SECONDS + 10)
    row.statuses["gone"] = 4
    # WSGI tells a server of a client that has gone when it writes to it: until then the call's own limit holds.
    row.late = max(left - MAX_CALL_SECONDS, 0.0)
    row.latest = rpc
    row.wait, row.slowness, row.failures = other.longest, slowness.factor, other.failures[:1]
    row.growth = memory.most - memory.first
    return row


if __name__ == "__main__":
    sys.exit(main())
