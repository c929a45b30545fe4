"""Answers in the shape of ones that a vendor once sent, where no schema and no client that others wrote judges us.

The shapes are those that cdancy/bitbucket-rest and drone/go-scm recorded of Bitbucket Server, and the example of
Bitbucket Cloud's documentation; the values are ours.
"""

from __future__ import annotations

from typing import Any

import pytest

from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.providers.vendor.fake_vendors import Vendor

SHA, BLAMED = "a" * 40, "b" * 40
PERSON = {"name": "ada", "emailAddress": "ada@example.com"}
ROCKET = "/rest/api/1.0/projects/ACME/repos/rocket"
REPOSITORY: dict[str, Any] = {
    "slug": "rocket",
    "id": 101,
    "name": "rocket",
    "scmId": "git",
    "state": "AVAILABLE",
    "statusMessage": "Available",
    "forkable": True,
    "public": False,
    "project": {
        "key": "ACME",
        "id": 1,
        "name": "Acme",
        "description": "Rockets",
        "public": False,
        "type": "NORMAL",
        "links": {"self": [{"href": "https://stash.example.com/projects/ACME"}]},
    },
    "links": {"self": [{"href": "https://stash.example.com/projects/ACME/repos/rocket/browse"}]},
}


@pytest.mark.evidence("recording", "GetCommitContext", vendors=("bitbucket_server",))
def test_a_blame_of_bitbucket_server() -> None:
    span = {
        "author": PERSON,
        "authorTimestamp": 1497013186000,
        "commitHash": BLAMED,
        "displayCommitHash": BLAMED[:11],
        "commitId": BLAMED,
        "commitDisplayId": BLAMED[:11],
        "fileName": "old.txt",
        "lineNumber": 1,
        "spannedLines": 2,
    }
    commit = {
        "id": BLAMED,
        "displayId": BLAMED[:11],
        "author": {**PERSON, "displayName": "Ada"},
        "authorTimestamp": 1484800877151,
        "committer": {**PERSON, "displayName": "Ada"},
        "committerTimestamp": 1594900977151,
        "message": "WIP",
        "parents": [{"id": SHA, "displayId": SHA[:7]}],
        "properties": {"jira-key": ["ACME-1"]},
    }
    vendor = Vendor("bitbucket_server").on("GET", f"{ROCKET}/browse/new.txt", [span], blame="true")
    vendor.on("GET", f"{ROCKET}/commits/{BLAMED}", commit)
    vendor.on("GET", f"{ROCKET}/browse/new.txt", {"lines": [{"text": "second"}], "start": 1, "size": 1}, start="1")
    request = pb.GetCommitContextRequest(commit_sha=SHA, filepath="new.txt", line_number=2)
    found = vendor.call("GetCommitContext", request)
    assert (found.blame_commit_id, found.blame_filename, found.message) == (BLAMED, "old.txt", "WIP")
    assert (found.blame_author.email, found.committed_at.seconds) == ("ada@example.com", 1497013186)


@pytest.mark.evidence("recording", "SearchCode", vendors=("bitbucket_server",))
def test_a_search_of_bitbucket_server() -> None:
    lines = [
        {"line": 7, "text": " *&#x2F;"},
        {"line": 8, "text": "class <em>Rocket</em>&lt;T&gt;"},
        {"line": 9, "text": ""},
    ]
    code = {
        "category": "primary",
        "isLastPage": True,
        "count": 1,
        "start": 0,
        "nextStart": 25,
        "values": [{"repository": REPOSITORY, "file": "src/Rocket.java", "hitContexts": [lines], "hitCount": 1}],
    }
    answer = {"scope": {"type": "GLOBAL"}, "code": code, "query": {"substituted": False}}
    vendor = Vendor("bitbucket_server").on("POST", "/rest/search/latest/search", answer)
    (match,) = vendor.call("SearchCode", pb.SearchCodeRequest(query="Rocket")).matches
    assert (match.path, match.line_number, match.line) == ("src/Rocket.java", 8, "class Rocket<T>")


@pytest.mark.evidence("recording", "ListTree", "SearchRepositories", vendors=("bitbucket_server",))
def test_lists_of_bitbucket_server() -> None:
    first = {
        "size": 85,
        "limit": 25,
        "isLastPage": False,
        "values": ["a.go", "b/c.go"],
        "start": 0,
        "nextPageStart": 25,
    }
    last = {"values": ["z"], "isLastPage": True, "nextPageStart": None}
    vendor = Vendor("bitbucket_server").on("GET", f"{ROCKET}/files", first, start="0")
    vendor.on("GET", f"{ROCKET}/files", last, start="25")
    entries = vendor.call("ListTree", pb.ListTreeRequest(ref=SHA)).entries
    assert [entry.path for entry in entries] == ["a.go", "b/c.go", "z"]
    page = {"size": 1, "limit": 2, "start": 0, "isLastPage": True, "values": [REPOSITORY]}
    vendor.on("GET", "/rest/api/1.0/repos", page)
    (found,) = vendor.call("SearchRepositories", pb.SearchRepositoriesRequest()).repositories
    assert (found.identifier, found.external_id) == ("ACME/rocket", "101")
    assert found.url == "https://stash.example.com/projects/ACME/repos/rocket/browse"


@pytest.mark.evidence("recording", "SearchCode", vendors=("bitbucket",))
def test_a_search_of_bitbucket() -> None:
    lines = [
        {"line": 2, "segments": []},
        {"line": 3, "segments": [{"text": "def "}, {"text": "foo", "match": True}, {"text": "():"}]},
        {"line": 4, "segments": [{"text": "    pass"}]},
    ]
    href = f"https://api.bitbucket.org/2.0/repositories/acme/rocket/src/{SHA}/src/foo.py"
    result = {
        "type": "code_search_result",
        "content_match_count": 1,
        "content_matches": [{"lines": lines}],
        "path_matches": [],
        "file": {"path": "src/foo.py", "type": "commit_file", "links": {"self": {"href": href}}},
    }
    answer = {"size": 1, "page": 1, "pagelen": 10, "query_substituted": False, "values": [result]}
    vendor = Vendor("bitbucket").on("GET", "/2.0/workspaces/acme/search/code", answer)
    (match,) = vendor.call("SearchCode", pb.SearchCodeRequest(query="foo")).matches
    assert (match.path, match.line_number, match.column, match.line) == ("src/foo.py", 3, 5, "def foo():")
