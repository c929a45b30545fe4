"""Commits as a client sees them: one by any of its names, lists by ref, path, author and date, streams, pages."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from tests.hosts.embedded.conftest import Caller
from tests.providers.git.work_tree import WorkTree

Ask = Callable[..., Any]


@pytest.fixture
def history(tree: WorkTree) -> dict[str, str]:
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
        sha = tree.git("commit-tree", tree_sha, "-m", f"Number {number}")
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
def test_a_commit_that_is_not_there(ask: Ask, history: dict[str, str], ref: str) -> None:
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


def test_a_list_of_a_ref_that_is_not_there(ask: Ask, history: dict[str, str]) -> None:
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


def test_a_commit_that_no_tool_of_today_makes(ask: Ask, tree: WorkTree) -> None:
    tree.commit("Root")
    raw = b"tree %s\nauthor Odd <<>\ncommitter <> 99999999999999999999 +0000\n\n\xff" % tree.sha("HEAD^{tree}").encode()
    sha = tree.git("hash-object", "-t", "commit", "--literally", "-w", "--stdin", input=raw)
    commit = ask("GetCommit", commit_sha=sha).message
    assert commit.message == "\\xff"
    assert (commit.author.name, commit.committer.name, commit.committer.email) == ("Odd", "", "")
    assert commit.date_added.ToDatetime().year == 9999


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
