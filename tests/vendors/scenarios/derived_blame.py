"""Blame that is worked out from a file's history: what it says, what it costs, and where it stops."""

from __future__ import annotations

from collections.abc import Iterator

import grpc
import pytest

from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.vendors import FAKES
from tests.vendors.fake import Reply, Request
from tests.vendors.site import OpenSite, Site

pytestmark = pytest.mark.django_db

Status = grpc.StatusCode


@pytest.fixture(params=["bitbucket", "vsts"])
def site(request: pytest.FixtureRequest, open_site: OpenSite) -> Iterator[Site]:
    with open_site(FAKES[request.param]()) as site:
        yield site


def asked(site: Site, line: int, path: str = "src/app.py", ref: str = "") -> pb.GetCommitContextRequest:
    return pb.GetCommitContextRequest(commit_sha=ref or site.fake.world.head, filepath=path, line_number=line)


def test_an_answer_is_marked_and_whole(site: Site) -> None:
    world = site.fake.world
    found = site.call("GetCommitContext", asked(site, 7, ref="main")).message
    assert found.derived
    assert (found.commit_id, found.blame_commit_id) == (world.head, world.blame(7).sha)
    assert (found.blame_filename, found.code_snippet) == ("src/app.py", "line 7")


@pytest.mark.parametrize(("line", "newer"), [(48, 0), (1, 1), (2, 2), (9, 9), (30, 30)])
def test_each_newer_version_is_one_call(site: Site, line: int, newer: int) -> None:
    found = site.call("GetCommitContext", asked(site, line)).message
    assert found.blame_commit_id == site.fake.world.blame(line).sha
    # The file is two, its history one; then each newer version, the one that is found and the one before; the commit,
    # and its parent where that is not the version before.
    assert len(site.fake.calls) <= 3 + newer + 2 + 2
    site.fake.forget_calls()
    assert site.call("GetCommitContext", asked(site, line)).message == found
    assert not site.fake.calls


def test_beyond_the_budget_the_answer_says_where_to_go_on(site: Site) -> None:
    answer = site.call("GetCommitContext", asked(site, 47))
    assert (answer.status, answer.reason) == (Status.FAILED_PRECONDITION, "BLAME_BUDGET_SPENT")
    assert len(site.fake.calls) <= 42
    place = answer.metadata
    assert (place["filepath"], place["line_number"]) == ("src/app.py", "47")
    assert place["commit_sha"] in answer.text
    answer = site.call("GetCommitContext", asked(site, int(place["line_number"]), ref=place["commit_sha"]))
    assert answer.message.blame_commit_id == site.fake.world.blame(47).sha


def test_a_batch_has_what_the_budget_reaches(site: Site) -> None:
    lines = [pb.SourceLine(commit_sha="main", filepath="src/app.py", line_number=line) for line in (47, 1)]
    old, new = site.call("BatchGetCommitContext", pb.BatchGetCommitContextRequest(lines=lines)).message.results
    assert new.context.blame_commit_id == site.fake.world.blame(1).sha
    assert old.error.reason == "BLAME_BUDGET_SPENT"


def test_all_files_of_a_request_share_a_budget(site: Site) -> None:
    world = site.fake.world
    lines = [
        pb.SourceLine(commit_sha=world.head, filepath=f"src/module{number:03}.py", line_number=line)
        for number in range(60)
        for line in (1, 2)
    ]
    results = site.call("BatchGetCommitContext", pb.BatchGetCommitContextRequest(lines=lines)).message.results
    assert len(site.fake.calls) <= 2 * 60 + 200
    assert {result.error.reason for result in results if result.HasField("error")} == {"BLAME_BUDGET_SPENT"}
    for line, result in zip(lines, results, strict=True):
        if result.HasField("context"):
            assert result.context.blame_commit_id == world.blame(line.line_number).sha


def test_a_directory_has_no_blame(site: Site) -> None:
    answer = site.call("GetCommitContext", asked(site, 1, path="src"))
    assert (answer.status, answer.reason) == (Status.FAILED_PRECONDITION, "NOT_A_FILE")


def test_capabilities_say_that_it_is_derived_and_what_it_costs(site: Site) -> None:
    told = {one.rpc: one for one in site.call("GetCapabilities", pb.GetCapabilitiesRequest()).message.capabilities}
    assert told["GetCommitContext"].supported
    assert not told["GetCommitContext"].reason
    assert "derived" in told["BatchGetCommitContext"].message
    assert not told["GetCommit"].message


def test_a_file_that_had_another_name(site: Site) -> None:
    """The commit that renamed it says so; the lines from before are found under the old name."""
    world = site.fake.world
    path, old = "docs/new name.md", "docs/old name.md"
    content = "".join(f"line {number}\n" for number in range(1, 11)).encode()
    renamed, earlier = world.commits[0], world.commits[3]
    route = site.fake._route

    def answer(sent: Request) -> Reply:
        name = old if "old" in sent.path + str(sent.params) else path
        if "filehistory" in sent.path or "searchCriteria.itemPath" in sent.params:
            versions = [(renamed, path)] if name == path else []
            if site.fake.key == "bitbucket" or name == old:
                versions.append((earlier, old))
            commits = [{"path": at, "commit": {"hash": commit.sha}, "commitId": commit.sha} for commit, at in versions]
            return Reply({"values": commits, "value": commits})
        return route(sent)

    def file_at(name: str, sha: str) -> bytes:
        return b"line 0\n" + content if name == path else content

    world.files[path] = world.files[old] = content
    world.file_at = file_at  # type: ignore[method-assign]
    missing = world.log(earlier.parents[0])

    def known(sent: Request) -> Reply:
        """Before the rename there is no new name, and before the first commit no file."""
        told = sent.path + str(sent.params)
        before = any(commit.sha in told for commit in world.commits[1:])
        gone = any(commit.sha in told for commit in missing)
        is_file = "/src/" in sent.path or sent.path.endswith("/items")
        if is_file and (gone or (before and "new" in told)):
            return Reply(site.fake.not_found, 404)
        return answer(sent)

    site.fake.forced = known
    found = site.call("GetCommitContext", asked(site, 5, path=path)).message
    assert (found.blame_commit_id, found.blame_filename) == (earlier.sha, old)
