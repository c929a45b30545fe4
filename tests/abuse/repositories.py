"""The hostile repositories: small on disk, made in moments, and endless to whoever reads on."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.abuse.packs import FILE, PEOPLE, TREE, Bare

Calls = list[tuple[str, dict[str, Any]]]
MIB = 1024 * 1024


@dataclass
class Hostile:
    """What is called of a repository: each RPC that reads one, about these, and ``more``."""

    path: str = "a.txt"
    directory: str = ""
    query: str = "no such text"
    line: int = 1
    ref: str = "main"
    frame: str = "src/a.txt"
    more: Calls | None = None

    def calls(self) -> Calls:
        ref, path = {"ref": self.ref}, {"path": self.path}
        line = {"commit_sha": self.ref, "filepath": self.path, "line_number": self.line}
        every: Calls = [
            ("CheckRepositoryAccess", {}),
            ("GetCommit", {"commit_sha": self.ref}),
            ("ListFileChanges", {"commit_sha": self.ref, "page_size": 1000}),
            ("ListCommits", {**ref, "page_size": 1000}),
            ("ListCommits", {**ref, **path}),
            ("ListCommits", {**ref, "author": "nobody at all"}),
            ("StreamCommits", ref),
            ("GetCommitContext", line),
            ("BatchGetCommitContext", {"lines": [line] * 1000}),
            ("CheckFile", {**ref, **path}),
            ("GetFile", {**ref, **path, "max_bytes": 3 * MIB}),
            ("ListTree", {**ref, "path": self.directory, "page_size": 1000}),
            ("StreamTree", {**ref, "path": self.directory}),
            ("GetCodeOwners", {**ref, "paths": [self.path]}),
            ("GetStacktraceLink", {"filepath": self.frame, "default_branch": self.ref}),
            ("GetSourceUrl", {**ref, **path, "line_number": 1}),
            ("SearchCode", {**ref, "query": self.query}),
            ("SearchRepositories", {}),
            ("SyncRepository", {}),
            ("DeriveCodeMappings", {"stacktrace_paths": [self.frame]}),
        ]
        return every + (self.more or [])


#: What writes each repository, by what it is, in the order in which they are tried.
REPOSITORIES: dict[str, Callable[[Bare], Hostile]] = {}


def hostile(what: str) -> Callable[[Callable[[Bare], Hostile]], Callable[[Bare], Hostile]]:
    def note(write: Callable[[Bare], Hostile]) -> Callable[[Bare], Hostile]:
        REPOSITORIES[what] = write
        return write

    return note


def make(what: str, path: Path) -> Hostile:
    bare = Bare(path)
    found = REPOSITORIES[what](bare)
    bare.close()
    return found


def repeated(count: int, line: bytes = b"a") -> Iterator[bytes]:
    """So many bytes of this line, again and again, in pieces of a mebibyte or so."""
    piece = line * (MIB // len(line))
    for _ in range(count // len(piece)):
        yield piece


def large(bare: Bare, kind: str, head: bytes, count: int, line: bytes = b"a") -> str:
    """An object that goes on with the same line for ``count`` bytes."""
    body = sum(map(len, repeated(count, line)))

    def pieces() -> Iterator[bytes]:
        yield head
        yield from repeated(count, line)

    return bare.add_large(kind, len(head) + body, pieces())


def levels(bare: Bare, content: bytes, width: int, depth: int) -> str:
    """A directory with ``width`` entries, each the same directory, and so on: width ** depth paths."""
    mode, below = FILE, bare.add("blob", content)
    for _ in range(depth):
        below = bare.tree((mode, b"%04d" % number, below) for number in range(width))
        mode = TREE
    return below


# ---- trees


@hostile("a tree of 10^10 paths, ten levels of ten")
def tree_bomb(bare: Bare) -> Hostile:
    bare.refs["refs/heads/main"] = bare.commit(levels(bare, b"needle\n", 10, 10))
    path = "/".join(["0000"] * 10)
    return Hostile(path=path, frame=f"src/{path}", more=[("ListCommits", {"path": "0009"})])


@hostile("the same beside its parent, another of them")
def tree_bombs(bare: Bare) -> Hostile:
    first = bare.commit(levels(bare, b"one\n", 10, 10))
    bare.refs["refs/heads/main"] = bare.commit(levels(bare, b"two\n", 10, 10), first)
    return Hostile(path="/".join(["0000"] * 10))


@hostile("a directory of 500,000 entries")
def wide(bare: Bare) -> Hostile:
    blob = bare.add("blob", b"one\n")
    entries = [(FILE, b"%08d" % number, blob) for number in range(500_000)]
    parent = bare.commit(bare.tree(entries))
    entries[250_000] = FILE, b"%08d" % 250_000, bare.add("blob", b"two\n")
    bare.refs["refs/heads/main"] = bare.commit(bare.tree(entries), parent)
    return Hostile(path="00499999")


@hostile("1,000 levels of directories")
def deep(bare: Bare) -> Hostile:
    return _deep(bare, 1000)


@hostile("50,000 levels of directories")
def very_deep(bare: Bare) -> Hostile:
    return _deep(bare, 50_000)


def _deep(bare: Bare, depth: int) -> Hostile:
    mode, name, below = FILE, b"a.txt", bare.add("blob", b"one\n")
    for _ in range(depth):
        below = bare.tree([(mode, name, below)])
        mode, name = TREE, b"d"
    bare.refs["refs/heads/main"] = bare.commit(below)
    path = "d/" * min(depth - 1, 2000) + "a.txt"
    return Hostile(path=path, directory="", frame=f"src/{path}"[:4096])


# ---- changes


@hostile("50,000 files renamed, 2,000 of them changed")
def renames(bare: Bare) -> Hostile:
    def directories(top: bytes, contents: list[bytes]) -> Iterator[tuple[bytes, bytes, str]]:
        for number in range(100):
            part = contents[number * 500 : number * 500 + 500]
            files = ((FILE, b"%s%03d" % (top, index), bare.add("blob", data)) for index, data in enumerate(part))
            yield TREE, b"%s%03d" % (top, number), bare.tree(files)

    contents = [b"file %d\nis so long\nand no longer\n" % number for number in range(50_000)]
    parent = bare.commit(bare.tree(directories(b"old", contents)))
    for number in range(0, 50_000, 25):
        contents[number] += b"but now it is\n"
    bare.refs["refs/heads/main"] = bare.commit(bare.tree(directories(b"new", contents)), parent)
    return Hostile(path="new000/new000", frame="src/new000/new000")


@hostile("450 KB of lines of one letter, rewritten")
def short_lines(bare: Bare) -> Hostile:
    first = b"".join(b"%c\n" % (97 + number * number % 7) for number in range(225_000))
    second = b"".join(b"%c\n" % (97 + number * number % 5) for number in range(225_000))
    parent = bare.commit(bare.files({"a.txt": first}))
    bare.refs["refs/heads/main"] = bare.commit(bare.files({"a.txt": second}), parent)
    return Hostile(line=225_000)


@hostile("a file whose 3,000 lines are 3,000 commits")
def blame(bare: Bare) -> Hostile:
    lines = [b"line %d\n" % number for number in range(3000)]
    above: list[str] = []
    for number in range(3000):
        lines[number] = b"line %d is new\n" % number
        above = [bare.commit(bare.files({"a.txt": b"".join(lines)}), *above)]
    bare.refs["refs/heads/main"] = above[0]
    every = [{"commit_sha": "main", "filepath": "a.txt", "line_number": line} for line in range(1, 3000, 3)]
    return Hostile(more=[("BatchGetCommitContext", {"lines": every})])


@hostile("a history of 100,000 commits, each with a note of its own")
def history(bare: Bare) -> Hostile:
    tree, above = bare.files({"a.txt": b"one\n"}), list[str]()
    for number in range(100_000):
        above = [bare.commit(tree, *above, message=b"Commit %d\n" % number)]
    bare.refs["refs/heads/main"] = above[0]
    since = {"since": "1980-01-01T00:00:00Z", "until": "1981-01-01T00:00:00Z"}
    return Hostile(more=[("ListCommits", since), ("StreamCommits", {"path": "nothing", "allow_incomplete": True})])


# ---- objects


@hostile("a commit message of 200 MB")
def message(bare: Bare) -> Hostile:
    tree = bare.files({"a.txt": b"one\n"})
    head = f"tree {tree}\n".encode() + PEOPLE + b"\n"
    bare.refs["refs/heads/main"] = large(bare, "commit", head, 200 * MIB)
    return Hostile()


@hostile("a commit with 100,000 parents, an author of 100 MB, a tag of 100 MB")
def heads(bare: Bare) -> Hostile:
    tree = bare.files({"a.txt": b"one\n"})
    parent = bare.commit(tree)
    bare.refs["refs/heads/main"] = bare.commit(tree, *[parent] * 100_000)
    bare.refs["refs/heads/author"] = large(bare, "commit", f"tree {tree}\nauthor ".encode(), 100 * MIB)
    start = f"object {parent}\ntype commit\ntag t\ntagger A <a@example.com> 1 +0000\n\n".encode()
    bare.refs["refs/tags/large"] = large(bare, "tag", start, 100 * MIB)
    more: Calls = [("GetCommit", {"commit_sha": ref}) for ref in ("author", "large")]
    return Hostile(more=[*more, ("ListCommits", {"ref": "author"}), ("GetFile", {"ref": "large", "path": "a.txt"})])


@hostile("a chain of 100,000 tags")
def tags(bare: Bare) -> Hostile:
    sha, kind = bare.commit(bare.files({"a.txt": b"one\n"})), "commit"
    bare.refs["refs/heads/main"] = sha
    for number in range(100_000):
        text = f"object {sha}\ntype {kind}\ntag t{number}\ntagger A <a@example.com> 1 +0000\n\nT\n"
        sha, kind = bare.add("tag", text.encode()), "tag"
    bare.refs["refs/tags/chain"] = sha
    return Hostile(ref="chain")


@hostile("files of 250 MB: lines of 64 bytes, one line, NULs")
def large_files(bare: Bare) -> Hostile:
    line = b"a" * 63 + b"\n"
    entries = [(FILE, name, large(bare, "blob", b"", 250 * MIB, text)) for name, text in
               ((b"a.txt", line), (b"b.txt", b"a"), (b"c.txt", b"\0"))]  # fmt: skip
    parent = bare.commit(bare.tree(entries))
    entries[0] = FILE, b"a.txt", large(bare, "blob", b"new\n", 250 * MIB, line)
    bare.refs["refs/heads/main"] = bare.commit(bare.tree(entries), parent)
    more: Calls = [("SearchCode", {"query": text}) for text in ("a" * 200, "a\\E.*a", "A" * 1000 + "b")]
    more += [("SearchCode", {"query": "a", "case_sensitive": True, "path": "b.txt"}), ("GetFile", {"path": "c.txt"})]
    return Hostile(line=4_000_000, more=more)


@hostile("a file behind 10,000 deltas of a megabyte")
def deltas(bare: Bare) -> Hostile:
    sha = bare.add_deltas(b"line\n" * (MIB // 5), 10_000)
    owners = bare.add_deltas(b"*.py @a\n" * (MIB // 8), 10_000)
    bare.refs["refs/heads/main"] = bare.commit(bare.tree([(FILE, b"CODEOWNERS", owners), (FILE, b"a.txt", sha)]))
    return Hostile(query="line")


# ---- refs


@hostile("100,000 refs, and urls of 8 KB that may name any")
def refs(bare: Bare) -> Hostile:
    commit = bare.commit(bare.files({"a.txt": b"one\n"}))
    bare.refs |= {f"refs/heads/{'a/' * (number % 50)}b{number}": commit for number in range(50_000)}
    bare.refs |= {f"refs/tags/v{number}": commit for number in range(50_000)}
    bare.refs["refs/heads/main"] = commit
    base = "https://git.example.com/o/r"
    urls = [
        f"{base}/blob/" + "a/" * 4000,
        f"{base}/src/branch/" + "a/" * 3900 + "x.txt",
        f"{base}/tree/" + "%61/" * 1900,
    ]
    more: Calls = [("ResolveSourceUrl", {"url": url[:8192]}) for url in urls] * 3
    return Hostile(more=[*more, ("GetSourceUrl", {"path": "a.txt", "ref": "a/" * 100 + "x"})])


# ---- patterns


@hostile("code owners: a rule of 3 MB, rules with many stars, 100,000 rules")
def code_owners(bare: Bare) -> Hostile:
    stars = b"/" + b"*a" * 1000 + b"b @a\n"
    texts = {
        "main": b"/" + b"*a" * 1_500_000 + b" @a\n",
        "deep": b"/**/a" * 600_000 + b" @a\n",
        "stars": stars * 1000,
        "doubled": (b"/" + b"**/a*/" * 300 + b"b @a\n") * 1000,
        "many": b"".join(b"/dir%d/*.py @owner%d\n" % (number, number) for number in range(100_000)),
        "classes": (b"/" + b"[a-z]*" * 300 + b"0 @a\n") * 1000,
    }
    for branch, text in texts.items():
        bare.refs[f"refs/heads/{branch}"] = bare.commit(bare.files({"CODEOWNERS": text[: 3 * MIB]}))
    paths = ["a" * 2000, "a/" * 2000 + "a"] + [f"dir{number}/a.py" for number in range(900)]
    more: Calls = [("GetCodeOwners", {"ref": branch, "paths": paths}) for branch in texts]
    return Hostile(path="CODEOWNERS", more=more)


@hostile("texts and paths that patterns stumble over")
def patterns(bare: Bare) -> Hostile:
    files = {"a.txt": b"a" * (20 * MIB) + b"\n", "b.txt": b"a\n" * MIB, "*a*a*a*": b"one\n"}
    bare.refs["refs/heads/main"] = bare.commit(bare.files(files))
    queries = ["(a+)+$", "a" * 999 + "b", "a*" * 500 + "b", "\\E(a|a)*b", "\u0130" * 300]
    more: Calls = [("SearchCode", {"query": query}) for query in queries]
    glob = "*a" * 400
    more += [(rpc, {"path": glob}) for rpc in ("ListCommits", "CheckFile", "GetFile", "ListTree", "GetSourceUrl")]
    more += [("ListCommits", {"author": "(a+)+$" * 40}), ("SearchRepositories", {"query": "*a" * 100})]
    paths = ["a/" * 2000 + f"{number}.py" for number in range(100)]
    return Hostile(more=[*more, ("DeriveCodeMappings", {"stacktrace_paths": paths})])


# ---- what is no file


@hostile("FIFOs in the place of what git and libgit2 read")
def fifos(bare: Bare) -> Hostile:
    bare.refs["refs/heads/main"] = bare.commit(bare.files({"a.txt": b"one\n"}))
    for name in ("refs/heads/fifo", "shallow", "objects/info/alternates", "info/grafts", "objects/info/commit-graph"):
        path = bare.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        os.mkfifo(path)
    return Hostile(more=[("GetCommit", {"commit_sha": "fifo"}), ("GetSourceUrl", {"path": "a.txt", "ref": "fifo"})])


@hostile("a FIFO in the place of the configuration")
def fifo_configuration(bare: Bare) -> Hostile:
    found = fifos(bare)
    (bare.path / "config").unlink()
    os.mkfifo(bare.path / "config")
    return found
