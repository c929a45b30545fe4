"""Commits as a client sees them: a commit by any of its names, lists by ref, path, author and date, streams, pages."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from typing import Any

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from tests.hosts.embedded.conftest import Caller
from tests.providers.git import hostile
from tests.providers.git.work_tree import WorkTree

Ask = Callable[..., Any]


def four_commits(tree: WorkTree) -> dict[str, str]:
    """Four commits on main, one of them a merge, and what they are called."""
    shas = {"root": tree.commit("Root", {"a.txt": "one\n", "src/b.txt": "b\n"})}
    shas["by eve"] = tree.commit("By Eve", {"a.txt": "two\n"}, GIT_AUTHOR_NAME="Eve É", GIT_AUTHOR_EMAIL="Eve@x.org")
    tree.git("checkout", "-q", "-b", "feature/x")
    shas["side"] = tree.commit("Side", {"src/c.txt": "c\n"})
    tree.git("checkout", "-q", "main")
    shas["main"] = tree.commit("Main\n\nLong story.\n", {"d.txt": "d\n"})
    tree.git("merge", "-q", "--no-ff", "-m", "Merge", "feature/x")
    tree.now += 60
    shas["merge"] = tree.sha()
    tree.git("tag", "-a", "-m", "First", "v1", shas["by eve"])
    return shas


@pytest.fixture
def history(tree: WorkTree) -> dict[str, str]:
    return tree.with_commits(four_commits)


def test_a_commit_with_people_time_parents_and_the_whole_message(ask: Ask, history: dict[str, str]) -> None:
    commit = ask("GetCommit", commit_sha=history["main"]).message
    assert (commit.id, commit.key) == (history["main"], history["main"])
    assert commit.message == "Main\n\nLong story.\n"
    assert (commit.author.name, commit.author.email) == ("Ada Lovelace", "ada@example.com")
    assert (commit.committer.name, commit.committer.email) == ("Grace Hopper", "grace@example.com")
    assert commit.date_added.seconds == WorkTree.start + 180
    assert list(commit.parent_keys) == [history["by eve"]]
    assert [change.path for change in commit.file_changes] == ["d.txt"]


@pytest.mark.parametrize(
    ("ref", "found"),
    [("HEAD", "merge"), ("main", "merge"), ("feature/x", "side"), ("v1", "by eve"), ("refs/heads/feature/x", "side")],
)
def test_a_commit_by_the_name_of_a_ref(ask: Ask, history: dict[str, str], ref: str, found: str) -> None:
    assert ask("GetCommit", commit_sha=ref).message.key == history[found]


def test_a_commit_by_the_start_of_its_sha(ask: Ask, history: dict[str, str]) -> None:
    assert ask("GetCommit", commit_sha=history["side"][:10].upper()).message.key == history["side"]


def test_a_start_that_several_commits_share_is_refused(ask: Ask, tree: WorkTree) -> None:
    # Objects with the same first four digits are soon found among many.
    tree.commit("Root", {"a": "a"})
    seen: dict[str, str] = {}
    tree_sha, number = tree.sha("HEAD^{tree}"), 0
    while True:
        number += 1
        message = b"Number %d\n" % number
        sha = hostile.write_object(tree, "commit", [b"tree %s\n" % tree_sha.encode(), hostile.PEOPLE, b"\n", message])
        other = seen.setdefault(sha[:4], sha)
        if other != sha:
            break
    answer = ask("GetCommit", commit_sha=sha[:4])
    assert (answer.status, answer.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "AMBIGUOUS_SHA")
    assert "commit_sha" in answer.violations
    assert list(ask("ListCommits", ref=sha[:4]).violations) == ["ref"]
    longest = next(length for length in range(4, 41) if sha[:length] != other[:length])
    assert ask("GetCommit", commit_sha=sha[:longest]).message.key == sha


def test_a_start_that_a_commit_shares_with_a_file_means_the_commit(ask: Ask, tree: WorkTree) -> None:
    sha = tree.commit("Root", {"a": "a"})
    number = 0
    while not hashlib.sha1(b"blob %d\0%d" % (len(str(number)), number)).hexdigest().startswith(sha[:4]):
        number += 1
    assert tree.git("hash-object", "-w", "--stdin", input=b"%d" % number).startswith(sha[:4])
    assert ask("GetCommit", commit_sha=sha[:4]).message.key == sha


@pytest.mark.parametrize("ref", ["0" * 40, "abcd", "nowhere", "refs/heads/nowhere", "nowhere/at/all"])
def test_a_commit_that_does_not_exist(ask: Ask, history: dict[str, str], ref: str) -> None:
    answer = ask("GetCommit", commit_sha=ref)
    assert (answer.status, answer.reason) == (grpc.StatusCode.NOT_FOUND, "REF_NOT_FOUND")
    assert ref in answer.text


def test_a_tag_on_a_file_names_no_commit(ask: Ask, tree: WorkTree, history: dict[str, str]) -> None:
    tree.git("tag", "blob", "HEAD:a.txt")
    answer = ask("GetCommit", commit_sha="blob")
    assert (answer.status, answer.reason) == (grpc.StatusCode.NOT_FOUND, "REF_NOT_FOUND")


def test_lists_go_backwards_from_the_ref(ask: Ask, history: dict[str, str]) -> None:
    def listed(**filters: Any) -> list[str]:
        return [commit.message.split("\n")[0] for commit in ask("ListCommits", **filters).message.commits]

    assert listed() == ["Merge", "Main", "Side", "By Eve", "Root"]
    assert listed(ref="v1") == ["By Eve", "Root"]
    assert listed(ref=history["side"][:8]) == ["Side", "By Eve", "Root"]


def seconds(minutes: int, nanos: int = 0) -> Timestamp:
    return Timestamp(seconds=WorkTree.start + minutes * 60, nanos=nanos)


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"path": "a.txt"}, ["By Eve", "Root"]),
        ({"path": "src"}, ["Side", "Root"]),
        ({"path": "src/"}, ["Side", "Root"]),
        ({"path": "nowhere"}, []),
        ({"path": "*.txt"}, []),
        ({"path": ":(top)a.txt"}, []),
        ({"author": "eve"}, ["By Eve"]),
        ({"author": "EVE é"}, ["By Eve"]),
        ({"author": "eve@X"}, ["By Eve"]),
        ({"author": "E.e"}, []),
        ({"author": "--all"}, []),
        ({"author": "Eve\nAda"}, []),
        ({"since": seconds(2)}, ["Merge", "Main", "Side"]),
        ({"since": seconds(2, nanos=1)}, ["Merge", "Main"]),
        ({"until": seconds(1)}, ["By Eve", "Root"]),
        ({"since": seconds(1), "until": seconds(2, nanos=5)}, ["Side", "By Eve"]),
        ({"until": Timestamp(seconds=-1)}, []),
        ({"since": Timestamp(seconds=-1), "path": "d.txt"}, ["Main"]),
        ({"author": "ada", "path": "src", "since": seconds(1)}, ["Side"]),
    ],
)
def test_filters_of_a_list(ask: Ask, history: dict[str, str], filters: dict[str, Any], found: list[str]) -> None:
    commits = ask("ListCommits", **filters).message.commits
    assert [commit.message.split("\n")[0] for commit in commits] == found
    assert [commit.key for commit in ask("StreamCommits", **filters).messages] == [commit.key for commit in commits]


def test_a_list_of_a_ref_that_does_not_exist(ask: Ask, history: dict[str, str]) -> None:
    for rpc_name in ("ListCommits", "StreamCommits"):
        assert ask(rpc_name, ref="nowhere").status is grpc.StatusCode.NOT_FOUND


def test_pages_stay_at_the_commit_of_the_first(call: Caller, ask: Ask, tree: WorkTree, history: dict[str, str]) -> None:
    first = ask("ListCommits", page_size=2).message
    tree.commit("Later", {"later.txt": "later\n"})
    second = ask("ListCommits", page_size=2, page_token=first.next_page_token).message
    third = ask("ListCommits", page_size=2, page_token=second.next_page_token).message
    titles = [commit.message.split("\n")[0] for page in (first, second, third) for commit in page.commits]
    assert titles == ["Merge", "Main", "Side", "By Eve", "Root"]
    assert not third.next_page_token


def test_a_message_in_another_encoding(ask: Ask, tree: WorkTree) -> None:
    tree.git("config", "i18n.commitEncoding", "ISO-8859-1")
    tree.write({"message": "Grüße\n".encode("latin-1")})
    tree.git("add", "message")
    tree.git("commit", "-q", "-F", "message")
    assert ask("GetCommit", commit_sha="main").message.message == "Grüße\n"
    assert ask("ListCommits").message.commits[0].message == "Grüße\n"


def test_a_commit_in_the_form_of_old_tools(ask: Ask, tree: WorkTree) -> None:
    tree.commit("Root")
    raw = b"tree %s\nauthor Odd <<>\ncommitter <> 99999999999999999999 +0000\n\n\xff" % tree.sha("HEAD^{tree}").encode()
    sha = tree.git("hash-object", "-t", "commit", "--literally", "-w", "--stdin", input=raw)
    commit = ask("GetCommit", commit_sha=sha).message
    assert commit.message == "\\xff"
    assert (commit.author.name, commit.committer.name, commit.committer.email) == ("Odd", "", "")
    assert commit.date_added.ToDatetime().year == 9999


def test_a_commit_without_author_or_committer(ask: Ask, tree: WorkTree) -> None:
    """Who is not told is unset, and not somebody without a name."""
    tree.commit("Root", {"a": "a\n"})
    for missing in ("author", "committer"):
        people = "".join(f"{role} Ada <a@x> 1 +0000\n" for role in ("author", "committer") if role != missing)
        raw = f"tree {tree.sha('HEAD^{tree}')}\n{people}\nMessage\n".encode()
        sha = tree.git("hash-object", "-t", "commit", "--literally", "-w", "--stdin", input=raw)
        commit = ask("GetCommit", commit_sha=sha).message
        assert not commit.HasField(missing)
        assert commit.HasField("author") or commit.HasField("committer")
        (listed,) = ask("ListCommits", ref=sha).message.commits
        assert not listed.HasField(missing)
        blamed = ask("GetCommitContext", commit_sha=sha, filepath="a", line_number=1).message
        assert blamed.HasField("blame_author") is (missing != "author")


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        (b"encoding ISO-8859-1\nencoding UTF-8\n", "caf\u00e9 \\u0041"),
        (b"encoding unicode_escape\n", "caf\\xe9 \\u0041"),
        (b"encoding raw_unicode_escape\n", "caf\\xe9 \\u0041"),
        (b"encoding \n", "caf\\xe9 \\u0041"),
    ],
)
def test_encodings_are_those_of_git(ask: Ask, tree: WorkTree, headers: bytes, message: str) -> None:
    """The first that a commit names counts; what Python alone calls an encoding is none."""
    tree.commit("Root")
    head = f"tree {tree.sha('HEAD^{tree}')}\nauthor Ada <a@x> 1 +0000\ncommitter Ada <a@x> 1 +0000\n".encode()
    raw = head + headers + b"\ncaf\xe9 \\u0041"
    sha = tree.git("hash-object", "-t", "commit", "--literally", "-w", "--stdin", input=raw)
    assert ask("GetCommit", commit_sha=sha).message.message == message


def test_dates_before_1970_are_found_by_their_range(ask: Ask, tree: WorkTree) -> None:
    tree.commit("Root")
    raw = (
        f"tree {tree.sha('HEAD^{tree}')}\nauthor Ada <a@x> -100 +0000\ncommitter Ada <a@x> -100 +0000\n\nOld\n".encode()
    )
    sha = tree.git("hash-object", "-t", "commit", "--literally", "-w", "--stdin", input=raw)
    assert ask("GetCommit", commit_sha=sha).message.date_added.seconds == -100
    for since, until, found in ((-100, -100, [sha]), (-200, -101, []), (-99, 0, []), (-200, 0, [sha])):
        dates = {"since": Timestamp(seconds=since), "until": Timestamp(seconds=until)}
        assert [commit.key for commit in ask("ListCommits", ref=sha, **dates).message.commits] == found


@pytest.mark.parametrize("name", ["index", "config", "logs/HEAD", "description"])
def test_a_file_of_git_is_not_a_ref(ask: Ask, tree: WorkTree, name: str) -> None:
    """Nor does it stand in the way of a branch of its name."""
    first = tree.commit("Root", {f"a file with a long name, number {number}": "" for number in range(60)})
    (tree.path / ".git" / "description").write_text("Unnamed repository\n")
    (tree.path / ".git" / name).write_bytes((tree.path / ".git" / name).read_bytes().ljust(5000, b"\n"))
    answer = ask("GetCommit", commit_sha=name)
    assert (answer.status, answer.reason) == (grpc.StatusCode.NOT_FOUND, "REF_NOT_FOUND")
    tree.git("update-ref", f"refs/heads/{name}", first)
    assert ask("GetCommit", commit_sha=name).message.key == first
    assert ask("ListCommits", ref=name).message.commits[0].key == first


def test_a_commit_made_to_take_long(ask: Ask, tree: WorkTree) -> None:
    """What grows with the square of a line or of a message would take minutes here, deadline or not."""
    tree.commit("Root")
    head = b"tree %s\nauthor %s\ncommitter Odd <> 1 +0000\nencoding Punycode\n\n"
    raw = head % (tree.sha("HEAD^{tree}").encode(), b"<" * 400_000) + b"a" * 1_000_000 + b"-" + b"b" * 1_000_000
    sha = tree.git("hash-object", "-t", "commit", "--literally", "-w", "--stdin", input=raw)
    commit = ask("GetCommit", commit_sha=sha).message
    assert commit.author.name == "<" * 400_000
    assert commit.message == "a" * 1_000_000 + "-" + "b" * 1_000_000


def test_the_web_page_of_a_commit(call: Caller, add: Callable[..., int], tree: WorkTree) -> None:
    sha = tree.commit("Root")
    repository_id = add(tree.path, url="https://github.com/acme/rocket")
    commit = call("GetCommit", repository_id=repository_id, commit_sha="main").message
    assert commit.web_url == f"https://github.com/acme/rocket/commit/{sha}"


def clocks_disagree(tree: WorkTree) -> list[str]:
    """Commits whose clocks disagree: names tell the minute, newest commit first."""
    names = []
    for minute in (5, 1, 6, 0, 4, 2, 7, 3, 1):
        tree.now = WorkTree.start + minute * 60
        tree.commit(f"minute {minute}", {"a.txt": f"{len(names)}\n"})
        names.append(f"minute {minute}")
    return names[::-1]


@pytest.fixture
def skewed(tree: WorkTree) -> list[str]:
    return tree.with_commits(clocks_disagree)


@pytest.mark.parametrize(
    ("filters", "minutes"),
    [
        ({"since": seconds(4)}, [7, 4, 6, 5]),
        ({"since": seconds(4), "path": "a.txt"}, [7, 4, 6, 5]),
        ({"since": seconds(4), "until": seconds(5)}, [4, 5]),
        ({"until": seconds(1)}, [1, 0, 1]),
        ({"since": seconds(4, nanos=1)}, [7, 6, 5]),
        ({"since": seconds(8)}, []),
        ({"since": seconds(0)}, [1, 3, 7, 2, 4, 0, 6, 1, 5]),
    ],
)
def test_dates_filter_a_history_whose_clocks_disagree(
    ask: Ask, skewed: list[str], filters: dict[str, Any], minutes: list[int]
) -> None:
    expected = [f"minute {minute}" for minute in minutes]
    assert [commit.message.strip() for commit in ask("StreamCommits", **filters).messages] == expected
    found, token = [], ""
    while True:
        page = ask("ListCommits", page_size=2, page_token=token, **filters).message
        found += [commit.message.strip() for commit in page.commits]
        token = page.next_page_token
        if not token:
            break
        assert len(page.commits) == 2
    assert found == expected


ODD_PEOPLE: list[tuple[bytes, tuple[str, str], int | None]] = [
    (b"Ada <ada@x> 1700000000 +0000", ("Ada", "ada@x"), 1700000000),
    (b"Ada <ada@x>> 1700000000 +0000", ("Ada", "ada@x"), 1700000000),
    (b"Ada <a<da@x> 1700000000 +0000", ("Ada", "a<da@x"), 1700000000),
    (b"Ada <ada@x>1700000000 +0000", ("Ada", "ada@x"), 1700000000),
    (b"Ada <ada@x>", ("Ada", "ada@x"), None),
    (b"Ada <ada@x> ", ("Ada", "ada@x"), None),
    (b"Ada <ada@x> soon +0000", ("Ada", "ada@x"), None),
    (b"Ada <ada@x> 1700000000", ("Ada", "ada@x"), 1700000000),
    (b"Ada <ada@x> 1700000000 +99999999", ("Ada", "ada@x"), 1700000000),
    (b"Ada <ada@x> 1700000000 -7", ("Ada", "ada@x"), 1700000000),
    (b"Ada <ada@x> 99999999999999999999999 +0000", ("Ada", "ada@x"), 253402300799),
    (b"Ada <ada@x> -5 +0000", ("Ada", "ada@x"), -5),
    (b"Ada <ada@x> -99999999999999999999 +0000", ("Ada", "ada@x"), -62135596800),
    (b"Ada Lovelace 1700000000 +0000", ("Ada Lovelace", ""), 1700000000),
    (b"Ada Lovelace", ("Ada Lovelace", ""), None),
    (b"Ada <ada@x 1700000000 +0000", ("Ada <ada@x", ""), 1700000000),
    (b"<> 1700000000 +0000", ("", ""), 1700000000),
    (b"<ada@x> 1700000000 +0000", ("", "ada@x"), 1700000000),
    (b"", ("", ""), None),
    (b"J\xf6rg <j@x> 1700000000 +0000", ("J\\xf6rg", "j@x"), 1700000000),
]


@pytest.mark.parametrize(("line", "person", "date"), ODD_PEOPLE)
def test_people_as_old_tools_wrote_them(
    ask: Ask, tree: WorkTree, line: bytes, person: tuple[str, str], date: int | None
) -> None:
    tree.commit("Root")
    raw = b"tree %s\nauthor %s\ncommitter %s\n\nOdd\n" % (tree.sha("HEAD^{tree}").encode(), line, line)
    sha = tree.git("hash-object", "-t", "commit", "--literally", "-w", "--stdin", input=raw)
    (tree.path / ".git" / "refs" / "heads" / "odd").write_text(f"{sha}\n")
    commit = ask("GetCommit", commit_sha="odd").message
    for found in (commit.author, commit.committer):
        assert (found.name, found.email) == person
    assert (commit.date_added.seconds if commit.HasField("date_added") else None) == date
    (listed,) = ask("ListCommits", ref="odd").message.commits
    assert listed.author == commit.author
    # A commit without a date fits no limit of dates.
    fits = date is not None and date <= 1700000000
    assert len(ask("ListCommits", ref="odd", until=Timestamp(seconds=1700000000)).message.commits) == fits
    if person[0]:
        assert len(ask("ListCommits", ref="odd", author=person[0].upper()).message.commits) == 1


def test_names_in_another_encoding(ask: Ask, tree: WorkTree) -> None:
    tree.git("config", "i18n.commitEncoding", "ISO-8859-1")
    tree.commit("x", GIT_AUTHOR_NAME=os.fsdecode(b"J\xf6rg"))
    assert ask("GetCommit", commit_sha="main").message.author.name == "Jörg"
    assert ask("ListCommits", author="JÖRG").message.commits


def test_refs_with_odd_names(ask: Ask, tree: WorkTree) -> None:
    first = tree.commit("First")
    second = tree.commit("Second")
    for name in ("HEAD", "-x", "tags/v1"):
        tree.git("update-ref", f"refs/heads/{name}", first)
    assert ask("GetCommit", commit_sha="HEAD").message.key == second
    for ref in ("refs/heads/HEAD", "refs/heads/-x", "refs/heads/tags/v1", "heads/-x"):
        assert ask("GetCommit", commit_sha=ref).message.key == first
    tree.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/gone")
    tree.git("symbolic-ref", "refs/heads/circle", "refs/heads/circle2")
    tree.git("symbolic-ref", "refs/heads/circle2", "refs/heads/circle")
    tree.git("tag", "tree", "HEAD^{tree}")
    tree.git("tag", "-a", "-m", "A tree", "annotated", "HEAD^{tree}")
    for ref in ("origin", "circle", "tree", "annotated", "refs/heads/nowhere", "refs/heads"):
        assert ask("GetCommit", commit_sha=ref).reason == "REF_NOT_FOUND", ref
