"""What the vendors' fakes tell of: one repository with its history and files, its account and its tracker, in no
vendor's form.

Sizes are such that every list has at least three pages of a vendor. Paths, branches and texts are as odd as git lets
them be.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property
from itertools import dropwhile

from tests.vendors.pulls import TOPIC, Comment, PullRequest, Thread, pull_requests, remarks, threads

OLDEST = datetime(2024, 1, 1, 12, 0, tzinfo=UTC)
#: How many there are of everything that comes in pages.
MANY = 250

#: A path is one of these, or plain.
ODD_PATHS = (
    "docs/a b.md",
    "docs/50% #1?.md",
    "docs/ünï/文件.txt",
    "docs/quo'te\"d.md",
    "docs/a+b&c=d;e@f.md",
    "docs/[id]/(group)/{x}.ts",
    "docs/-option.md",
    "docs/back\\slash.md",
)
#: A branch is one of these, or main.
ODD_BRANCHES = ("feature/x#1", "50%", "ünï", "a+b&c=d")
NEEDLE = "find me"
#: The log of a job. It has several pieces, and bytes that are not UTF-8.
LOG = b"\x1b[32m$ make test\x1b[0m token=***\n\xff" + b"ok 1 - \xc3\xbcn\xc3\xaf\n" * 20_000
#: The address of a run of CI.
RUN = "https://ci.example.com/runs/1"


@dataclass(frozen=True)
class Person:
    name: str
    email: str


ADA = Person("Ada Lovelace", "ada@example.com")
BOB = Person("Bob Übel", "bob@example.com")


@dataclass(frozen=True)
class Change:
    """``kind`` is added, modified, deleted or renamed."""

    path: str
    kind: str
    additions: int = 0
    deletions: int = 0
    previous: str = ""


@dataclass(frozen=True)
class Commit:
    sha: str
    message: str
    author: Person
    committer: Person
    date: datetime
    parents: tuple[str, ...]
    changes: tuple[Change, ...]

    @property
    def title(self) -> str:
        return self.message.partition("\n")[0]


@dataclass(frozen=True)
class Tag:
    """``message`` is None for a tag that is not annotated. An annotated one is made by Ada."""

    sha: str
    message: str | None
    date: datetime


@dataclass
class Issue:
    number: int
    title: str
    body: str = ""
    closed: bool = False
    created: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass(frozen=True)
class Match:
    path: str
    line: int
    text: str


@dataclass
class Status:
    """What a system reported on a commit. ``state`` is a word of STATES. It is the latest of its key."""

    key: str
    state: str
    summary: str = ""
    url: str = ""
    title: str = ""
    ref: str = ""
    date: datetime = OLDEST
    number: int = 0


@dataclass
class Run:
    """A check run or report. ``annotations`` are in the vendor's own form. ``mark`` is what its maker gave it."""

    number: int
    name: str
    state: str
    title: str = ""
    summary: str = ""
    url: str = ""
    mark: str = ""
    annotations: list[dict[str, object]] = field(default_factory=list)
    date: datetime = OLDEST


@dataclass
class Job:
    """A job of the vendor's CI. ``log`` is None if it has none yet."""

    number: int
    name: str
    state: str
    log: bytes | None


@dataclass
class CiRun:
    """A run of the vendor's CI. ``state`` is one of STATES."""

    number: int
    state: str
    sha: str
    ref: str = "main"
    jobs: list[Job] = field(default_factory=list)
    date: datetime = OLDEST


#: The states of statuses, the worst first, as a commit with several shows them.
STATES = ("failure", "error", "running", "pending", "cancelled", "success", "neutral", "skipped")


def sha_of(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def blob_sha(content: bytes) -> str:
    """The SHA that git gives to the contents of a file."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


@cache
def _commit(number: int) -> Commit:
    changes: tuple[Change, ...] = (
        Change("src/app.py", "modified", 3, 1),
        Change("docs/new name.md", "renamed", 1, 1, previous="docs/old name.md"),
        Change(f"src/added{number}.py", "added", 7),
        Change(f"src/gone{number}.py", "deleted", 0, 5),
    )
    if number == MANY // 2:
        changes = tuple(Change(f"src/many/{index:04}.py", "modified", 1, 1) for index in range(MANY))
    return Commit(
        sha=sha_of(f"commit {number}"),
        message=f"Commit {number}\n\nWhy: “because”.\nCloses #{number}",
        author=(ADA, BOB)[number % 2],
        committer=BOB,
        date=OLDEST + timedelta(hours=number),
        parents=(sha_of(f"commit {number - 1}"),) if number else (),
        changes=changes,
    )


#: The branch "topic" left main so many commits before its head, and has so many of its own.
BEHIND, AHEAD = 5, 230


@cache
def _topic_commit(number: int) -> Commit:
    added = Change(f"topic/file{number:03}.py", "added", 3)
    renamed = Change("topic/new name.md", "renamed", 1, 1, previous="docs/topic.md")
    other = {0: renamed, 1: Change("src/old.py", "deleted", 0, 4)}.get(number, Change("src/app.py", "modified", 2, 1))
    parent = sha_of(f"topic {number - 1}") if number else _commit(MANY - 1 - BEHIND).sha
    return Commit(
        sha=sha_of(f"topic {number}"),
        message=f"Topic {number}",
        author=ADA,
        committer=BOB,
        date=OLDEST + timedelta(hours=MANY + number),
        parents=(parent,),
        changes=(added, other),
    )


def _undone(change: Change) -> Change:
    """The change that takes another one back."""
    kind = {"added": "deleted", "deleted": "added"}.get(change.kind, change.kind)
    path, previous = (change.previous, change.path) if change.previous else (change.path, "")
    return Change(path, kind, change.deletions, change.additions, previous)


def sides_of(change: Change) -> tuple[bytes | None, bytes | None]:
    """A changed file before and after, of which one is None if it does not exist."""
    added, deleted = b"new\n" * change.additions, b"gone\n" * change.deletions
    if change.kind in ("added", "deleted"):
        return (None, added) if change.kind == "added" else (deleted, None)
    return b"kept\n" + deleted, b"kept\n" + added


def hunks_of(change: Change) -> str:
    """The change as hunks."""
    lines = ["-gone\n"] * change.deletions + ["+new\n"] * change.additions
    if change.kind == "added":
        return "".join([f"@@ -0,0 +1,{change.additions} @@\n", *lines])
    if change.kind == "deleted":
        return "".join([f"@@ -1,{change.deletions} +0,0 @@\n", *lines])
    spans = [f"1,{count + 1}" if count else "1" for count in (change.deletions, change.additions)]
    return "".join([f"@@ -{spans[0]} +{spans[1]} @@\n", " kept\n", *lines])


def patch_of(change: Change) -> str:
    """The change as git writes it."""
    before, after = change.previous or change.path, change.path
    old, new = (f"{side}/{name}\t" if " " in name else f"{side}/{name}" for side, name in (("a", before), ("b", after)))
    lines = [f"diff --git a/{before} b/{after}"]
    lines += {
        "added": ["new file mode 100644", "index 0000000..1111111"],
        "deleted": ["deleted file mode 100644", "index 1111111..0000000"],
        "renamed": [
            "similarity index 90%",
            f"rename from {before}",
            f"rename to {after}",
            "index 1111111..2222222 100644",
        ],
    }.get(change.kind, ["index 1111111..2222222 100644"])
    lines += ["--- /dev/null" if change.kind == "added" else f"--- {old}"]
    lines += ["+++ /dev/null" if change.kind == "deleted" else f"+++ {new}"]
    return "\n".join(lines) + "\n" + hunks_of(change)


@cache
def _files() -> dict[str, bytes]:
    files = {f"src/module{number:03}.py": _source(number) for number in range(MANY)}
    files |= {path: f"# {path}\n{NEEDLE}\n".encode() for path in ODD_PATHS}
    files["src/app.py"] = "".join(f"line {number}\n" for number in range(1, 101)).encode()
    files["assets/logo.png"] = bytes(range(256))
    files["assets/page.html"] = b"<!doctype html><title>A file, no log-in page</title>\n"
    files["assets/data.json"] = b'{"cut": '
    files["assets/large.bin"] = b"x" * 2_000_000
    files["CODEOWNERS"] = b"* @acme/all\n/docs/ @ada\n"
    return dict(sorted(files.items(), key=lambda item: item[0].encode()))


def _source(number: int) -> bytes:
    return f"def module{number}():\n    return {number}  # {NEEDLE}\n".encode()


@dataclass
class World:
    """Commits newest first; files by path in byte order; each branch with the commit it stands at."""

    commits: list[Commit] = field(default_factory=lambda: [_commit(number) for number in reversed(range(MANY))])
    files: dict[str, bytes] = field(default_factory=lambda: dict(_files()))
    issues: dict[int, Issue] = field(
        default_factory=lambda: {n: Issue(n, f"Issue {n}: it breaks", "Steps:\n1. …") for n in range(1, MANY + 1)}
    )
    #: Names of the account's repositories, beside the one called rocket.
    repositories: list[str] = field(default_factory=lambda: [f"repo-{number:03}" for number in range(MANY)])

    #: The commits of the branch "topic" alone, newest first.
    topic: list[Commit] = field(default_factory=lambda: [_topic_commit(number) for number in reversed(range(AHEAD))])

    def __post_init__(self) -> None:
        #: The commits that were written, by SHA, and what they do to files, whose content is None if they are deleted.
        self.made: dict[str, Commit] = {}
        self.writes: dict[str, dict[str, bytes | None]] = {}
        self.branches = {"main": self.commits[0].sha, **dict.fromkeys(ODD_BRANCHES, self.commits[1].sha)}
        self.branches |= {f"release/{n:03}": commit.sha for n, commit in enumerate(reversed(self.commits))}
        self.branches["topic"] = self.topic[0].sha
        #: The reviews of pull requests that were written, where a vendor keeps each: id, author, state and text.
        self.reviews: dict[int, list[tuple[int, str, str, str]]] = {}
        #: How pull requests may be merged: merge, squash, rebase.
        self.merge_methods = {"merge", "squash", "rebase"}

    # ---- made when they are first asked for, because most tests ask for few

    @cached_property
    def statuses(self) -> dict[str, list[Status]]:
        """By the SHA of the commit. Those of the commit before the head come in pages, and the last has failed."""
        known = [
            Status(f"ci/{n}", "success" if n < MANY - 1 else "failure", url=RUN, number=n + 2) for n in range(MANY)
        ]
        return {
            self.commits[0].sha: [Status("ci/build", "success", "All is well.", RUN)],
            self.commits[1].sha: known,
        }

    @cached_property
    def remarks(self) -> dict[int, list[Comment]]:
        """The conversations of pull requests, by number."""
        return {TOPIC: remarks()}

    @cached_property
    def threads(self) -> dict[int, list[Thread]]:
        """The threads of pull requests, by number."""
        return {TOPIC: threads()}

    @cached_property
    def pull_requests(self) -> dict[int, PullRequest]:
        return pull_requests(lambda number: _commit(number).sha, self.topic[0].sha)

    @cached_property
    def ci(self) -> list[CiRun]:
        """Runs of the vendor's CI, newest first. One is of the branch "topic"."""
        runs = [
            CiRun(number, "success" if number % 2 else "failure", self.commits[number % 3].sha)
            for number in range(MANY, 0, -1)
        ]
        runs[5].ref, runs[5].sha = "topic", self.topic[0].sha
        runs[0].jobs = [Job(1, "build", "success", LOG), Job(2, "test", "failure", b"no\n")]
        runs[0].jobs.append(Job(3, "deploy", "running", None))
        return runs

    @cached_property
    def runs(self) -> dict[str, list[Run]]:
        """The check runs of commits by SHA."""
        return {
            self.commits[0].sha: [Run(1, "lint", "success", "Lint", "No findings.", RUN)],
            self.commits[1].sha: [Run(number, f"run{number}", "success") for number in range(2, MANY + 2)],
        }

    @cached_property
    def tags(self) -> dict[str, Tag]:
        return {
            f"v{n:03}": Tag(commit.sha, None if n % 10 else f"Version {n}\n", commit.date)
            for n, commit in enumerate(reversed(self.commits))
        }

    @property
    def head(self) -> str:
        return main if (main := self.branches["main"]) in self.made else self.commits[0].sha

    def make(self, parents: list[str], message: str, author: Person, files: dict[str, bytes | None]) -> Commit:
        """A commit that no branch has yet."""
        changes = []
        for path, content in files.items():
            kind = "deleted" if content is None else "modified" if path in self.files else "added"
            changes.append(Change(path, kind, 0 if content is None else 1, 1 if content is None else 0))
        sha, date = sha_of(f"made {parents} {message} {len(self.made)}"), datetime.now(UTC).replace(microsecond=0)
        commit = Commit(sha, message, author, BOB, date, tuple(parents), tuple(changes))
        self.made[sha], self.writes[sha] = commit, files
        return commit

    def move(self, branch: str, sha: str) -> None:
        """Moves a branch. The first time that a branch gets a commit, its files change."""
        self.branches[branch] = sha
        for path, content in self.writes.pop(sha, {}).items():
            self.files.pop(path, None)
            if content is not None:
                self.files[path] = content
        self.files = dict(sorted(self.files.items(), key=lambda item: item[0].encode()))

    def report(self, sha: str, status: Status) -> Status:
        """Adds a status, or replaces the one with the same key."""
        known = self.statuses.setdefault(sha, [])
        status.number = 1 + sum(map(len, self.statuses.values()))
        at = next((index for index, other in enumerate(known) if other.key == status.key), len(known))
        known[at : at + 1] = [status]
        return status

    def run(self, number: int) -> tuple[str, Run] | None:
        """The check run with a number, and its commit."""
        return next(((sha, run) for sha, runs in self.runs.items() for run in runs if run.number == number), None)

    def ci_run(self, number: int) -> CiRun | None:
        return next((run for run in self.ci if run.number == number), None)

    def ci_of(self, branch: str, sha: str) -> list[CiRun]:
        """The runs of a branch and a commit. Empty means any."""
        return [run for run in self.ci if branch in ("", run.ref) and sha in ("", run.sha)]

    def job(self, number: int) -> Job | None:
        return next((job for run in self.ci for job in run.jobs if job.number == number), None)

    def rollup(self, sha: str) -> str:
        """The worst state of a commit's statuses. Empty if there are none."""
        states = {status.state for status in self.statuses.get(sha, ())}
        return next((state for state in STATES if state in states), "")

    def resolve(self, ref: str) -> str | None:
        """The full SHA of a branch, a SHA or a prefix of one; empty and HEAD are the default branch."""
        if ref in ("", "HEAD"):
            return self.head
        if ref in self.branches:
            return self.branches[ref]
        if ref in self.tags:
            return self.tags[ref].sha
        known = [commit.sha for commit in (*self.commits, *self.topic, *self.made.values())]
        # Fakes ask thousands of times, nearly always for a whole one.
        if ref in known:
            return ref
        fitting = [sha for sha in known if sha.startswith(ref)] if len(ref) >= 4 else []
        return fitting[0] if len(fitting) == 1 else None

    def commit(self, ref: str) -> Commit | None:
        sha = self.resolve(ref)
        return next((commit for commit in (*self.commits, *self.topic, *self.made.values()) if commit.sha == sha), None)

    def log(self, ref: str, path: str = "") -> list[Commit]:
        """The commits from a ref backwards, those of a file or directory alone where a path is given."""
        sha, commits = self.resolve(ref), self.commits
        made = []
        while sha in self.made:
            made.append(self.made[sha])
            sha = made[-1].parents[0]
        own = list(dropwhile(lambda commit: commit.sha != sha, self.topic))
        start = own[-1].parents[0] if own else sha
        return [
            commit
            for commit in (*made, *own, *dropwhile(lambda commit: commit.sha != start, commits))
            if not path or any(f"{change.path}/".startswith(f"{path}/") for change in commit.changes)
        ]

    def pulls(self, *, updated: bool = False) -> list[PullRequest]:
        """Newest first, or those that changed last."""
        return sorted(self.pull_requests.values(), key=lambda one: one.updated if updated else one.created)[::-1]

    def pulls_of(self, sha: str) -> list[PullRequest]:
        """Those that propose a commit, and those whose merge made it."""
        topic = {commit.sha for commit in self.topic}
        return [
            one
            for one in self.pulls()
            if sha in (one.head_sha, one.merge_sha) or (one.head == "topic" and sha in topic)
        ]

    def proposed(self, one: PullRequest) -> list[Commit]:
        """The commits of a pull request, newest first. One that is merged, or older than its base, has its head."""
        base, head = self.ends(one)
        return self.between(base, head)

    def ends(self, one: PullRequest) -> tuple[str, str]:
        """The commits between which a pull request lies: the merge base, or the parent of the head, and the head."""
        head = self.commit(one.head_sha)
        assert head is not None
        return (self.merge_base(one.base_sha, head.sha) if one.head == "topic" else head.parents[0]), head.sha

    def changed(self, one: PullRequest) -> list[Change]:
        return self.compared(*self.ends(one), from_merge_base=False)

    def between(self, base: str, head: str) -> list[Commit]:
        """The commits that the head has and the base lacks, newest first."""
        known = {commit.sha for commit in self.log(base)}
        return [commit for commit in self.log(head) if commit.sha not in known]

    def merge_base(self, one: str, other: str) -> str:
        known = {commit.sha for commit in self.log(one)}
        return next(commit.sha for commit in self.log(other) if commit.sha in known)

    def compared(self, base: str, head: str, *, from_merge_base: bool = True) -> list[Change]:
        """The changes between two commits by path, the last one of each path."""
        changes = {change.path: change for commit in reversed(self.between(base, head)) for change in commit.changes}
        if not from_merge_base:
            for commit in self.between(head, base):
                for change in map(_undone, commit.changes):
                    changes.setdefault(change.path, change)
        return sorted(changes.values(), key=lambda change: change.path.encode())

    def is_directory(self, path: str) -> bool:
        return path not in self.files and any(name.startswith(path.rstrip("/") + "/") for name in self.files)

    def children(self, path: str) -> dict[str, bool]:
        """The names in a directory, and whether each is a directory."""
        parent = f"{path}/" if path else ""
        below = [name.removeprefix(parent) for name in self.files if name.startswith(parent)]
        return {name.partition("/")[0]: "/" in name for name in below}

    def lines(self, path: str) -> list[str]:
        return self.files[path].decode().splitlines()

    def blame(self, line: int) -> Commit:
        """Who last changed a line, in whichever file: each line has another commit, none of the newest two."""
        return self.commits[2 + line % 48]

    def versions(self, path: str, sha: str) -> list[Commit]:
        """The commits that changed a file, from one backwards, so that ``blame`` is true."""
        shas = {self.blame(line).sha for line in range(1, len(self.lines(path)) + 1)}
        return [commit for commit in self.log(sha) if commit.sha in {*shas, self.commits[-1].sha}]

    def file_at(self, path: str, sha: str) -> bytes:
        """A file as a commit left it: a line that changed later had another text."""
        newer = {commit.sha for commit in self.commits} - {commit.sha for commit in self.log(sha)}
        lines = self.files[path].splitlines(keepends=True)
        changed = [self.blame(number).sha in newer for number in range(1, len(lines) + 1)]
        if not any(changed):
            return self.files[path]
        return b"".join(
            b"before it was line %d\n" % number if later else line
            for number, (line, later) in enumerate(zip(lines, changed, strict=True), start=1)
        )

    def matches(self, text: str) -> list[Match]:
        """Where a text is, whatever its case."""
        found = []
        for path, content in self.files.items():
            for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), start=1):
                if text.casefold() in line.casefold():
                    found.append(Match(path, number, line))
        return found

    def search_issues(self, text: str) -> list[Issue]:
        return [issue for issue in self.issues.values() if text.casefold() in issue.title.casefold()]
