"""What only Bitbucket Cloud and Server have: default branches, deep trees, bounds of blame, results of elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

import grpc
import pytest
import responses
from django.core.cache import cache

from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.sentry_host.providers.fake import Reply, Request
from tests.sentry_host.providers.site import FAKES, Site
from tests.sentry_host.providers.world import NEEDLE

pytestmark = pytest.mark.django_db

Status = grpc.StatusCode


def site_of(key: str) -> Iterator[Site]:
    cache.clear()
    fake = FAKES[key]()
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mocked:
        fake.install(mocked)
        yield Site(fake, fake.rows())


@pytest.fixture
def cloud(db: None) -> Iterator[Site]:
    yield from site_of("bitbucket")


@pytest.fixture
def server(db: None) -> Iterator[Site]:
    yield from site_of("bitbucket_server")


@pytest.fixture(params=["bitbucket", "bitbucket_server"])
def site(request: pytest.FixtureRequest, db: None) -> Iterator[Site]:
    yield from site_of(request.param)


def test_a_default_branch_that_is_not_stored_is_asked_for(cloud: Site) -> None:
    cloud.repository.update(config={"name": "acme/rocket"})
    commits = cloud.call("ListCommits", pb.ListCommitsRequest()).message.commits
    assert commits[0].key == cloud.fake.world.head
    assert [call.params.get("include") for call in cloud.fake.calls] == [None, "main"]


def test_directories_deeper_than_one_answer_goes_are_listed_on_their_own(cloud: Site) -> None:
    deep = ["/".join("d" * depth) + "/file" for depth in (1, 9, 10, 11, 25)]
    cloud.fake.world.files = dict.fromkeys(["top", *deep], b"x")
    for page_size in (2, 100):
        entries = cloud.pages("ListTree", pb.ListTreeRequest(page_size=page_size), "entries")
        assert sorted(entry.path for entry in entries) == sorted(cloud.fake.world.files)


def test_a_list_of_recent_commits_does_not_read_all_of_history(site: Site) -> None:
    request = pb.ListCommitsRequest()
    request.since.FromDatetime(site.fake.world.commits[10].date)
    assert len(site.pages("ListCommits", request, "commits")) == 11
    # All of it is three pages.
    assert len(site.fake.calls) == 2


def test_what_is_found_elsewhere_is_dropped(site: Site) -> None:
    def elsewhere(request: Request) -> Reply:
        reply = site.fake._route(request)
        for item in (reply.body.get("code") or reply.body)["values"]:
            if "repository" in item:
                item["repository"]["project"]["key"] = "OTHER"
            else:
                item["file"]["links"]["self"]["href"] = item["file"]["links"]["self"]["href"].replace("rocket", "other")
        return reply

    assert site.pages("SearchCode", pb.SearchCodeRequest(query=NEEDLE), "matches")
    site.fake.forced = elsewhere
    assert not site.pages("SearchCode", pb.SearchCodeRequest(query=NEEDLE), "matches")


def test_a_match_has_its_line_and_column(site: Site) -> None:
    request = pb.SearchCodeRequest(query="# find", path="src/module007.py")
    (match,) = site.pages("SearchCode", request, "matches")
    assert (match.line_number, match.column, match.line) == (2, 15, "    return 7  # find me")


def test_no_blame_is_better_than_a_wrong_end_of_a_long_file(server: Site) -> None:
    world = server.fake.world
    world.files["src/long.py"] = b"x\n" * 6000
    request = pb.GetCommitContextRequest(commit_sha=world.head, filepath="src/long.py", line_number=5000)
    assert server.call("GetCommitContext", request).message.blame_commit_id == world.blame(5000).sha
    request.line_number = 5001
    answer = server.call("GetCommitContext", request)
    assert (answer.status, answer.reason) == (Status.FAILED_PRECONDITION, "BLAME_UNAVAILABLE")
