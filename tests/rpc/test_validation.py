"""Texts of the contract's formats: which are taken, and that refusing one costs no more than reading it."""

from __future__ import annotations

import pytest

from sentry_scm_grpc.errors import InvalidArgument
from sentry_scm_grpc.rpc import validation
from sentry_scm_grpc.v1 import refs_pb2
from sentry_scm_grpc.v1 import scm_pb2 as pb


def taken(url: str) -> bool:
    try:
        validation.validate(pb.ResolveSourceUrlRequest(organization_id=1, url=url))
    except InvalidArgument:
        return False
    return True


@pytest.mark.parametrize("rest", ["a", "a:8080", "[::1]", "a/", "a/b%20c", "a?b", "a#b", "ä.example/ö"])
def test_a_url(rest: str) -> None:
    assert taken(f"https://{rest}")


@pytest.mark.parametrize(
    "url",
    [
        "a",
        "ftp://a",
        "https://",
        "https:///a",
        "https://?a",
        "https://a b",
        "https://a/b\n",
        "https://[half/",
        "https://a\u2100b/",
    ],
)
def test_no_url(url: str) -> None:
    assert not taken(url)


def test_a_long_text_that_is_none_is_refused_at_once() -> None:
    # A pattern that tries every place for the end of the host takes many minutes for this.
    assert not validation._URL.match("https://" + "a" * 1_000_000 + " ")


@pytest.mark.parametrize(
    ("ref", "said"),
    [
        ("HEAD~1", "must not contain '~'"),
        ("main:src", "must not contain ':'"),
        ("a..b", "must not contain '..'"),
        ("a\\b", "must not contain '\\'"),
        ("a b", "spaces"),
        ("@", "HEAD"),
        ("x.lock", "'.lock'"),
    ],
)
def test_what_is_wrong_with_a_ref_is_said(ref: str, said: str) -> None:
    assert said in validation.ref_problem(ref)


@pytest.mark.parametrize("ref", ["main", "feature/x", "a@b", "é", "refs/tags/v1.0", "0123abc"])
def test_a_ref(ref: str) -> None:
    assert validation.ref_problem(ref) == ""


def test_a_line_break_in_a_path_is_refused_with_the_spelling_that_is_taken() -> None:
    assert r"\x0a finds a line break" in validation.path_problem("line\nbreak")


def test_a_choice_that_is_missing_is_listed() -> None:
    actions = [refs_pb2.CommitAction(path="a")]
    with pytest.raises(InvalidArgument, match=r"kind: is required: one of COMMIT_ACTION_KIND_WRITE, COMMIT_"):
        validation.validate(refs_pb2.CreateCommitRequest(repository_id=1, actions=actions))
