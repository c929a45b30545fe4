"""Comments and reviews of pull requests that are written at a vendor, and then read back through the same adapter."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import grpc
import pytest
import requests

from sentry_scm_grpc.rpc import attempts
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.vendors import FAKES
from tests.vendors.fake import Reply, Request
from tests.vendors.pulls import ODD_BODY, TOPIC
from tests.vendors.reviews import ME, add_remark
from tests.vendors.site import OpenSite, Site
from tests.vendors.world import BOB

pytestmark = [pytest.mark.django_db, pytest.mark.rpcs("CreatePullRequestComment", "CreateReview")]
Status = grpc.StatusCode
BASE, HEAD = pulls.DIFF_SIDE_BASE, pulls.DIFF_SIDE_HEAD
APPROVED = pulls.REVIEW_STATE_APPROVED
CHANGES = pulls.REVIEW_STATE_CHANGES_REQUESTED
COMMENTED = pulls.REVIEW_STATE_COMMENTED
#: Path, side, first line of a range, line. Lines are added, removed and kept; files changed, new, renamed and deleted.
PLACES = [
    ("src/app.py", HEAD, 0, 2),
    ("src/app.py", HEAD, 1, 3),
    ("src/app.py", BASE, 0, 2),
    ("topic/new name.md", HEAD, 0, 1),
    ("topic/new name.md", BASE, 0, 2),
    ("topic/file000.py", HEAD, 2, 3),
    ("src/old.py", BASE, 1, 4),
    ("src/app.py", 0, 0, 0),
]
OUTSIDE = [("src/app.py", HEAD, 0, 50), ("src/none.py", HEAD, 0, 1)]


@pytest.fixture(autouse=True)
def no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "SETTLE", timedelta(0))


@pytest.fixture
def quiet(vendor: Site) -> Site:
    """A site whose pull request of "topic" has no comments yet, and is not the own one."""
    vendor.fake.world.remarks[TOPIC], vendor.fake.world.threads[TOPIC] = [], []
    vendor.fake.world.pull_requests[TOPIC].reviewers = {}
    return vendor


def failed(answer: Any) -> tuple[Any, str]:
    return answer.status, answer.reason


def at(place: tuple[str, int, int, int]) -> pulls.ReviewPosition:
    path, side, start, line = place
    return pulls.ReviewPosition(path=path, side=side, start_line=start, line=line)  # type: ignore[arg-type]


def comment(site: Site, body: str, place: Any = None, number: int = TOPIC, **fields: Any) -> Any:
    request = pulls.CreatePullRequestCommentRequest(number=number, body=body, **fields)
    if place:
        request.position.CopyFrom(at(place))
    return site.call("CreatePullRequestComment", request)


def review(site: Site, state: Any, body: str = "", *places: Any, **fields: Any) -> Any:
    comments = [pulls.ReviewComment(position=at(place), body=f"At {n}") for n, place in enumerate(places)]
    request = pulls.CreateReviewRequest(number=TOPIC, state=state, body=body, comments=comments, **fields)
    return site.call("CreateReview", request)


def threads(site: Site) -> list[Any]:
    found = site.pages("ListReviewThreads", pulls.ListReviewThreadsRequest(number=TOPIC), "threads")
    return found[::-1] if site.fake.key == "bitbucket_server" else found


def conversation(site: Site) -> list[Any]:
    request = pulls.ListPullRequestCommentsRequest(number=TOPIC)
    return site.pages("ListPullRequestComments", request, "comments")


def place_of(thread: pulls.ReviewThread) -> tuple[str, int, int, int]:
    position = thread.position
    return position.path, position.side, position.start_line, position.line


def test_a_comment_is_read_back_where_it_was_made(quiet: Site) -> None:
    """Both sides, ranges, whole files, and renamed, new and deleted ones."""
    made = [comment(quiet, f"On {place}", place) for place in PLACES]
    assert [answer.text for answer in made if answer.status is not Status.OK] == []
    found = threads(quiet)
    assert [place_of(thread) for thread in found] == PLACES
    assert [[one.body for one in thread.comments] for thread in found] == [[f"On {place}"] for place in PLACES]
    assert [answer.message.id for answer in made] == [thread.comments[0].id for thread in found]
    if not quiet.fake.key.startswith("github"):
        assert [answer.message.thread_id for answer in made] == [thread.id for thread in found]
    assert not conversation(quiet)


def test_who_comments_outside_of_the_diff_is_told(quiet: Site) -> None:
    """GitLab and Bitbucket Server take all lines of a file that changes. The others do not check them."""
    checks_lines, taken = quiet.fake.key.startswith("github"), 0
    for place in OUTSIDE:
        takes = quiet.fake.key == "bitbucket" or (place == OUTSIDE[0] and not checks_lines)
        for answer in (comment(quiet, "x", place), review(quiet, COMMENTED, "x", PLACES[0], place)):
            expected = (Status.OK, "") if takes else (Status.INVALID_ARGUMENT, "POSITION_INVALID")
            assert failed(answer) == expected, answer.text
        taken += 3 if takes else 0
    assert len(threads(quiet)) == taken
    quiet.fake.world.threads[TOPIC] = []
    kept = comment(quiet, "x", ("src/app.py", BASE, 0, 1))
    if quiet.fake.key == "gitlab":
        assert failed(kept) == (Status.INVALID_ARGUMENT, "POSITION_INVALID")
        assert "line 1" in kept.text
    else:
        assert place_of(threads(quiet)[0]) == ("src/app.py", BASE, 0, 1)


NO_POSITIONS = [
    (pulls.ReviewPosition(path="a", line=3), "position.side"),
    (pulls.ReviewPosition(path="a", side=HEAD), "position.side"),
    (pulls.ReviewPosition(path="a", side=HEAD, start_line=3), "position.side"),
    (pulls.ReviewPosition(path="a", side=HEAD, start_line=3, line=3), "position.start_line"),
    (pulls.ReviewPosition(path="a", side=HEAD, line=3, commit_sha="abcd"), "position.commit_sha"),
    (pulls.ReviewPosition(path="a", commit_sha="abcd"), "position.commit_sha"),
    (pulls.ReviewPosition(side=HEAD, line=3), "position.path"),
]


def test_a_position_that_is_none_is_refused_at_once(quiet: Site) -> None:
    quiet.fake.forget_calls()
    for position, field in NO_POSITIONS:
        answer = comment(quiet, "x", position=position)
        assert (answer.status, field in answer.text) == (Status.INVALID_ARGUMENT, True), answer.text
    assert not quiet.fake.calls


def test_odd_texts_are_written_changed_and_deleted(quiet: Site) -> None:
    large = "ü\r\n" * 16_000
    for n, (body, where) in enumerate(((ODD_BODY, None), (large, None), (ODD_BODY, PLACES[0]))):
        made = comment(quiet, body, where).message
        found = conversation(quiet) if where is None else list(threads(quiet)[0].comments)
        assert ([one.body for one in found], made.body) == ([body], body)
        change = pulls.UpdatePullRequestCommentRequest(number=TOPIC, comment_id=made.id, body=f"Edited {ODD_BODY}")
        for _ in range(2):
            assert quiet.call("UpdatePullRequestComment", change).message.body == f"Edited {ODD_BODY}"
        change.number = 5
        assert failed(quiet.call("UpdatePullRequestComment", change)) == (Status.NOT_FOUND, "COMMENT_NOT_FOUND")
        delete = pulls.DeletePullRequestCommentRequest(number=TOPIC, comment_id=made.id, request_id=f"gone-{n}")
        assert [quiet.call("DeletePullRequestComment", delete).status for _ in range(2)] == [Status.OK, Status.OK]
        assert not [*conversation(quiet), *threads(quiet)]
        delete.request_id = ""
        for id in (made.id, "1", "x/..", "99.9"):
            delete.comment_id = id
            assert failed(quiet.call("DeletePullRequestComment", delete)) == (Status.NOT_FOUND, "COMMENT_NOT_FOUND")
    # A number that is that of an issue: at GitHub the comments of issues have the same path.
    other = add_remark(quiet.fake.world, 9999, "On an issue")
    change.number, change.comment_id = 9999, str(other.id)
    delete.number, delete.comment_id = 9999, str(other.id)
    for answer in (quiet.call("UpdatePullRequestComment", change), quiet.call("DeletePullRequestComment", delete)):
        assert failed(answer) == (Status.NOT_FOUND, "PULL_REQUEST_NOT_FOUND")
    assert [one.body for one in quiet.fake.world.remarks[9999]] == ["On an issue"]
    missing = comment(quiet, "x", number=9999)
    assert failed(missing) == (Status.NOT_FOUND, "PULL_REQUEST_NOT_FOUND")
    assert failed(comment(quiet, "a\0b")) == (Status.INVALID_ARGUMENT, "INVALID_FIELDS")


def test_comments_are_answered(quiet: Site) -> None:
    first = comment(quiet, "First", PLACES[0]).message
    answer = comment(quiet, "Second", in_reply_to=first.id, request_id="answer").message
    assert (answer.in_reply_to, answer.body) == (first.id, "Second")
    (thread,) = threads(quiet)
    assert [(one.body, one.in_reply_to) for one in thread.comments] == [("First", ""), ("Second", first.id)]
    assert failed(comment(quiet, "x", in_reply_to="77")) == (Status.NOT_FOUND, "COMMENT_NOT_FOUND")
    both = comment(quiet, "x", PLACES[0], in_reply_to=first.id)
    assert failed(both) == (Status.INVALID_ARGUMENT, "INVALID_FIELDS")
    remark = comment(quiet, "Remark").message
    on_the_whole = comment(quiet, "Answer", in_reply_to=remark.id)
    if quiet.fake.key.startswith("github"):
        assert failed(on_the_whole) == (Status.UNIMPLEMENTED, "PROVIDER_UNSUPPORTED")
        return
    assert [(one.body, one.in_reply_to) for one in conversation(quiet)] == [("Remark", ""), ("Answer", remark.id)]
    if quiet.fake.key == "bitbucket_server":
        delete = pulls.DeletePullRequestCommentRequest(number=TOPIC, comment_id=remark.id)
        answered = quiet.call("DeletePullRequestComment", delete)
        assert failed(answered) == (Status.FAILED_PRECONDITION, "COMMENT_ANSWERED")


def test_threads_are_resolved_and_opened_again(quiet: Site) -> None:
    comment(quiet, "First", PLACES[0])
    (thread,) = threads(quiet)
    request = pulls.ResolveReviewThreadRequest(number=TOPIC, thread_id=thread.id)
    for unresolve in (False, False, True, True):
        request.unresolve = unresolve
        answer = quiet.call("ResolveReviewThread", request).message
        assert (answer.id, answer.resolved, place_of(answer)) == (thread.id, not unresolve, PLACES[0])
        assert [one.body for one in answer.comments] == ["First"]
        assert threads(quiet)[0].resolved is not unresolve
    request.number = 5
    assert failed(quiet.call("ResolveReviewThread", request)) == (Status.NOT_FOUND, "REVIEW_THREAD_NOT_FOUND")
    request.number = TOPIC
    for id in ("77", "x/../y"):
        request.thread_id = id
        assert failed(quiet.call("ResolveReviewThread", request)) == (Status.NOT_FOUND, "REVIEW_THREAD_NOT_FOUND")


def test_a_review_has_its_answer_its_text_and_its_comments(quiet: Site) -> None:
    world = quiet.fake.world
    for state in (APPROVED, CHANGES, COMMENTED):
        world.threads[TOPIC], world.remarks[TOPIC], world.reviews[TOPIC] = [], [], []
        world.pull_requests[TOPIC].reviewers = {}
        check_review(quiet, state)


def check_review(quiet: Site, state: Any) -> None:
    head = quiet.fake.world.pull_requests[TOPIC].head_sha
    answer = review(quiet, state, ODD_BODY, *PLACES[:3], expected_head_sha=head, request_id=f"r{state}")
    if quiet.fake.key == "gitlab" and state == CHANGES:
        assert failed(answer) == (Status.UNIMPLEMENTED, "PROVIDER_UNSUPPORTED")
        assert not [*threads(quiet), *conversation(quiet)]
        return
    made = answer.message
    assert (made.state, made.body, made.commit_sha) == (state, ODD_BODY, head)
    assert [(place_of(one), one.comments[0].body) for one in threads(quiet)] == [
        (place, f"At {n}") for n, place in enumerate(PLACES[:3])
    ]
    listed = quiet.pages("ListReviews", pulls.ListReviewsRequest(number=TOPIC), "reviews")
    mine = [(one.author.name or one.author.login).lower() for one in listed if one.state == state]
    if quiet.fake.key.startswith("github"):
        assert [(one.id, one.body, one.state) for one in listed] == [(made.id, ODD_BODY, state)]
    else:
        assert [one.body for one in conversation(quiet)] == [ODD_BODY]
        assert mine == ([] if state == COMMENTED else [ME])
    # The same answer again is no error.
    assert review(quiet, state, "Again", expected_head_sha=head).status is Status.OK


def test_a_review_that_cannot_be_is_refused_before_anything_is_written(quiet: Site) -> None:
    world = quiet.fake.world
    head = world.pull_requests[TOPIC].head_sha
    for fields in ({"expected_head_sha": "5" * 40}, {"comments": [at_old_head()]}):
        request = pulls.CreateReviewRequest(number=TOPIC, state=APPROVED, **fields)
        moved = quiet.call("CreateReview", request)
        assert (failed(moved), moved.metadata["sha"]) == ((Status.ABORTED, "HEAD_MOVED"), head)
    invalid = (Status.INVALID_ARGUMENT, "INVALID_FIELDS")
    assert failed(review(quiet, COMMENTED)) == invalid
    assert failed(review(quiet, pulls.REVIEW_STATE_DISMISSED, "x")) == invalid
    assert failed(review(quiet, APPROVED, expected_head_sha="abcd")) == invalid
    whole_file = review(quiet, APPROVED, "x", PLACES[-1])
    if quiet.fake.key.startswith("github"):
        assert failed(whole_file) == (Status.UNIMPLEMENTED, "PROVIDER_UNSUPPORTED")
        assert failed(review(quiet, CHANGES)) == invalid
    world.threads[TOPIC], world.remarks[TOPIC], world.pull_requests[TOPIC].reviewers = [], [], {}
    world.pull_requests[TOPIC].author = ME
    own = review(quiet, APPROVED, "", request_id="own")
    if quiet.fake.key not in ("bitbucket", "vsts"):  # They let the author answer.
        assert failed(own) == (Status.FAILED_PRECONDITION, "REVIEW_REFUSED")
        assert not world.pull_requests[TOPIC].reviewers


def at_old_head() -> pulls.ReviewComment:
    position = at(PLACES[0])
    position.commit_sha = "5" * 40
    return pulls.ReviewComment(position=position, body="x")


def losing(site: Site, count: int, *, made: bool, refusal: Reply | None = None) -> Callable[[Request], Reply]:
    """The write with this number, from 1, is carried out, or not, and then cut off, or refused."""
    writes = 0

    def answer(request: Request) -> Reply:
        nonlocal writes
        is_query = request.path.endswith("/graphql")
        if request.method not in ("POST", "PUT") or is_query:
            return site.fake._route(request)
        writes += 1
        if writes != count:
            return site.fake._route(request)
        if made:
            site.fake._route(request)
        if refusal is not None:
            return refusal
        raise requests.ConnectionError("Connection reset by peer")

    return answer


def test_what_an_interrupted_attempt_made_is_not_made_again(quiet: Site) -> None:
    """Two are made, and the answer is lost. The third is not made."""
    one = quiet.fake.world.pull_requests[TOPIC]
    head, position = one.head_sha, at(PLACES[0])
    position.commit_sha = head
    writes: list[tuple[Callable[[], Any], bool]] = [
        (lambda: comment(quiet, "Remark", request_id="remark"), True),
        (lambda: comment(quiet, "On a line", position=position, request_id="line"), True),
        (lambda: comment(quiet, "Second", PLACES[1], request_id="second"), False),
    ]
    for write, made in writes:
        quiet.fake.forced = losing(quiet, 1, made=made)
        assert write().status is Status.UNAVAILABLE
        quiet.fake.forced = None
        # Somebody pushes, and what was made before is still the answer.
        one.head_sha = quiet.fake.world.commits[3].sha if made else head
        answer = write()
        assert answer.status is Status.OK, answer.text
        assert write().message == answer.message
        one.head_sha = head
    assert [one.body for one in conversation(quiet)] == ["Remark"]
    assert [one.body for thread in threads(quiet) for one in thread.comments] == ["On a line", "Second"]


def test_a_review_that_was_interrupted_is_completed(quiet: Site) -> None:
    """GitHub makes it in one call. Elsewhere the second comment, the text and the answer are cut off in turn, and once
    the first comment, after which the second is refused."""
    steps = [1] if quiet.fake.key.startswith("github") else [2, 3, 4]
    one = quiet.fake.world.pull_requests[TOPIC]
    head = one.head_sha
    for step, made in [(steps[0], False), *((step, True) for step in steps), *([(1, True)] if len(steps) > 1 else [])]:
        world = quiet.fake.world
        world.threads[TOPIC], world.remarks[TOPIC], world.reviews[TOPIC] = [], [], []
        world.pull_requests[TOPIC].reviewers = {}

        def write(step: int = step, made: bool = made) -> Any:
            fields = {"expected_head_sha": head, "request_id": f"review-{step}-{made}"}
            return review(quiet, APPROVED, "Text", *PLACES[:2], **fields)

        quiet.fake.forced = losing(quiet, step, made=made)
        broken = write()
        assert broken.status is Status.UNAVAILABLE
        if len(steps) > 1:
            assert broken.metadata["comments_made"] == str(step - 1)
        if len(steps) > 1 and step == 1:
            quiet.fake.forced = losing(quiet, 1, made=False, refusal=Reply({"message": "Forbidden"}, 403))
            assert (write().status, write().status) == (Status.PERMISSION_DENIED, Status.OK)
        quiet.fake.forced = None
        if len(steps) == 1 and made:  # Nothing is missing, so it does not matter that somebody pushed.
            one.head_sha = quiet.fake.world.commits[3].sha
        answer = write()
        one.head_sha = head
        assert answer.status is Status.OK, answer.text
        assert [place_of(thread) for thread in threads(quiet)] == PLACES[:2]
        listed = quiet.pages("ListReviews", pulls.ListReviewsRequest(number=TOPIC), "reviews")
        assert [one.state for one in listed] == [APPROVED]
        if len(steps) > 1:
            assert [one.body for one in conversation(quiet)] == ["Text"]


ORDERS = "/close\n/merge\r\nSee `a`:\n```\n/usr/bin x\n/approve\n```\n/assign @eve\n/Label ~bug"


@pytest.mark.parametrize("body", ["/close", ORDERS])
def test_gitlab_does_not_obey_a_text_and_gives_it_back(open_site: OpenSite, body: str) -> None:
    with open_site(FAKES["gitlab"]()) as site:
        fake: Any = site.fake
        for once in ("", "once"):
            made = comment(site, body, request_id=once).message
            assert comment(site, body, request_id="answer" + once, in_reply_to=made.id).message.body == body
            assert comment(site, body, PLACES[0], request_id="line" + once).message.body == body
            assert review(site, COMMENTED, body, request_id="review" + once).message.body == body
        assert made.body == comment(site, body, request_id="once").message.body == body
        request = pulls.UpdatePullRequestCommentRequest(number=TOPIC, comment_id=made.id, body=f"/merge\n{body}")
        assert site.call("UpdatePullRequestComment", request).message.body == f"/merge\n{body}"
        new = pulls.UpdatePullRequestRequest(number=TOPIC, body=body)
        new.update_mask.paths.append("body")
        assert site.call("UpdatePullRequest", new).message.body == body
        writes = len([call for call in fake.calls if call.method == "PUT"])
        assert site.call("UpdatePullRequest", new).message.body == body
        assert len([call for call in fake.calls if call.method == "PUT"]) == writes
        opened = pulls.CreatePullRequestRequest(title="x", head="plain", body=body, request_id="pull")
        fake.world.branches["plain"] = fake.world.make([fake.world.branches["main"]], "x", BOB, {"x": b"1"}).sha
        assert site.call("CreatePullRequest", opened).message.body == body
        issue = pb.CreateExternalIssueRequest(title="x", description=body, destination="acme/rocket")
        made = site.call("CreateExternalIssue", issue).message
        assert made.description == body
        read = pb.GetExternalIssueRequest(external_issue_id=made.id)
        assert site.call("GetExternalIssue", read).message.description == body
        assert not fake.obeyed
        fake.kept(body)
        assert fake.obeyed


def test_bitbucket_takes_no_answer_to_a_closed_pull_request(open_site: OpenSite) -> None:
    with open_site(FAKES["bitbucket"]()) as site:
        site.fake.world.pull_requests[TOPIC].state = "closed"
        assert failed(review(site, APPROVED)) == (Status.FAILED_PRECONDITION, "REVIEW_REFUSED")
