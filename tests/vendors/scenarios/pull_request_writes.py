"""Pull requests that are opened, changed and merged at a vendor, and then read back through the same adapter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import grpc
import pytest
import requests

from sentry_scm_grpc.providers.azure_devops import pull_request_writes as azure
from sentry_scm_grpc.providers.registry import adapters
from sentry_scm_grpc.rpc import attempts
from sentry_scm_grpc.v1 import pull_requests_pb2 as pulls
from tests.vendors import FAKES
from tests.vendors.fake import Reply, Request
from tests.vendors.pulls import ODD_BODY, PullRequest
from tests.vendors.site import OpenSite, Site
from tests.vendors.world import ADA

pytestmark = [pytest.mark.django_db, pytest.mark.rpcs("CreatePullRequest")]
Status = grpc.StatusCode
OPEN, CLOSED = pulls.PULL_REQUEST_STATE_OPEN, pulls.PULL_REQUEST_STATE_CLOSED
NO_LABELS = ("bitbucket", "bitbucket_server")
TITLE = "Fix `a < b` & “quotes” 🚀 #7"


@pytest.fixture(autouse=True)
def no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "SETTLE", timedelta(0))
    monkeypatch.setattr(azure, "LOOKS", (0.0, 0.0))


def failed(answer: Any) -> tuple[Any, str]:
    return answer.status, answer.reason


def branch(site: Site, name: str = "work") -> str:
    """A branch with a commit of its own."""
    world = site.fake.world
    made = world.make([world.branches["main"]], f"Work on {name}", ADA, {f"{name}.txt": b"1"})
    world.branches[name] = made.sha
    return name


def reviewer(site: Site, login: str) -> str:
    """A user as the vendor takes a reviewer."""
    fake: Any = site.fake
    names: dict[str, Callable[[], str]] = {
        "bitbucket": lambda: f"{{{login}}}" if login == "bob" else f"1:{login}",
        "vsts": lambda: fake._identity(login)["id"],
    }
    return names.get(fake.key, lambda: login)()


def create(site: Site, head: str = "work", **fields: Any) -> Any:
    return site.call("CreatePullRequest", pulls.CreatePullRequestRequest(**{"title": "Work", "head": head, **fields}))


def update(site: Site, number: int, *also: str, **fields: Any) -> Any:
    request = pulls.UpdatePullRequestRequest(number=number, **fields)
    request.update_mask.paths.extend([*fields, *also])
    return site.call("UpdatePullRequest", request)


def merge(site: Site, number: int, method: str = "UNSPECIFIED", **fields: Any) -> Any:
    kind = pulls.MergeMethod.Value(f"MERGE_METHOD_{method}")
    return site.call("MergePullRequest", pulls.MergePullRequestRequest(number=number, method=kind, **fields))


def get(site: Site, number: int) -> pulls.PullRequest:
    found: pulls.PullRequest = site.call("GetPullRequest", pulls.GetPullRequestRequest(number=number)).message
    return found


def new(site: Site, **fields: Any) -> PullRequest:
    """The world's pull request of a new branch."""
    name = branch(site, f"work{len(site.fake.world.made)}")
    return site.fake.world.pull_requests[create(site, name, **fields).message.number]


def longest(site: Site) -> str:
    """An odd description of as many characters as the vendor takes, and of at most 64 KiB, which the contract takes."""
    limit: int = adapters()[site.fake.key].text_limits.body  # type: ignore[attr-defined]
    text = (ODD_BODY + "\r\né🚀" * 20_000).encode()[:65_536].decode(errors="ignore")
    return text[: limit - 60] if limit else text


def test_one_is_opened_with_all_that_it_has(vendor: Site) -> None:
    world, key = vendor.fake.world, vendor.fake.key
    branch(vendor)
    body = longest(vendor)
    fields: dict[str, Any] = {"title": TITLE, "body": body, "draft": True, "request_id": "r1"}
    fields["reviewers"] = [reviewer(vendor, "bob"), reviewer(vendor, "eve")]
    labels = [] if key in NO_LABELS else ["bug", "ünï: 50%"]
    made = create(vendor, **fields, labels=labels).message
    prefix = "Draft: " if key == "gitlab" else ""
    assert (made.title, made.body, made.state, made.draft) == (prefix + TITLE, body, OPEN, True)
    assert (made.head.branch, made.head.commit_sha, made.base.branch) == ("work", world.branches["work"], "main")
    assert list(made.labels) == labels
    assert {one.user.name.lower() or one.user.login for one in made.reviewers} == {"bob", "eve"}
    assert get(vendor, made.number) == made
    # Nobody but the vendor sees the mark.
    assert "scm-request-" in world.pull_requests[made.number].body
    listed = vendor.call("ListPullRequests", pulls.ListPullRequestsRequest(head="work")).message.pull_requests[0]
    assert "scm-request" not in listed.body
    assert body.startswith(listed.body)
    assert create(vendor, **fields, labels=labels).message == made
    again = create(vendor)
    assert (failed(again), again.metadata["number"]) == (
        (Status.ALREADY_EXISTS, "PULL_REQUEST_EXISTS"),
        str(made.number),
    )


def test_what_cannot_be_opened_is_refused_before(vendor: Site) -> None:
    key, world = vendor.fake.key, vendor.fake.world
    branch(vendor)
    before = len(world.pull_requests)
    wrong: list[tuple[dict[str, Any], tuple[Status, str]]] = [
        ({"head": "main"}, (Status.INVALID_ARGUMENT, "INVALID_FIELDS")),
        ({"head": "refs/heads/work"}, (Status.INVALID_ARGUMENT, "INVALID_FIELDS")),
        ({"head": "none"}, (Status.NOT_FOUND, "REF_NOT_FOUND")),
        ({"base": "none"}, (Status.NOT_FOUND, "REF_NOT_FOUND")),
        ({"title": "x" * 401}, (Status.INVALID_ARGUMENT, "INVALID_FIELDS")),
        ({"head_repository": "a b"}, (Status.INVALID_ARGUMENT, "INVALID_FIELDS")),
    ]
    if key in NO_LABELS:
        wrong.append(({"labels": ["bug"]}, (Status.UNIMPLEMENTED, "PROVIDER_UNSUPPORTED")))
    if key in ("github", "github_enterprise", "gitlab", "vsts"):
        wrong.append(({"reviewers": ["no-one"]}, (Status.INVALID_ARGUMENT, "INVALID_FIELDS")))
    if key == "gitlab":
        wrong.append(({"labels": ["a,b"]}, (Status.INVALID_ARGUMENT, "INVALID_FIELDS")))
    if adapters()[key].text_limits.body:  # type: ignore[attr-defined]
        limit = min(adapters()[key].text_limits.body, 65_536)  # type: ignore[attr-defined]
        wrong.append(({"body": "x" * limit + "yy"}, (Status.INVALID_ARGUMENT, "INVALID_FIELDS")))
    for fields, expected in wrong:
        vendor.fake.forget_calls()
        assert failed(create(vendor, **fields)) == expected, fields
        assert not [call for call in vendor.fake.calls if call.method == "POST" and "graphql" not in call.path], fields
    if key not in ("gitlab", "vsts"):
        world.branches["same"] = world.branches["main"]
        assert failed(create(vendor, "same")) == (Status.FAILED_PRECONDITION, "NOTHING_TO_MERGE")
    assert len(world.pull_requests) == before


def test_a_head_in_a_fork(vendor: Site) -> None:
    branch(vendor)
    fork = {"bitbucket_server": "~zoe/rocket", "vsts": "Zoe/rocket"}.get(vendor.fake.key, "zoe/rocket")
    made = create(vendor, head_repository=fork, request_id="fork").message
    assert (made.head.branch, made.head.is_fork, made.base.is_fork) == ("work", True, False)
    again = create(vendor, head_repository=fork)
    assert failed(again) == (Status.ALREADY_EXISTS, "PULL_REQUEST_EXISTS")
    # The same branch of the repository itself is another head, and so is that of another fork.
    own = create(vendor, head_repository=made.base.repository).message
    assert (own.number != made.number, own.head.is_fork) == (True, False)
    vendor.fake.world.pull_requests[made.number].fork = "yan/rocket"
    if vendor.fake.key not in ("bitbucket_server", "vsts"):  # Their fakes know one fork.
        assert create(vendor, head_repository=fork).message.number != made.number


def test_each_field_is_changed(vendor: Site) -> None:
    key, one = vendor.fake.key, new(vendor, reviewers=[reviewer(vendor, "bob")], request_id="r")
    made = get(vendor, one.number)
    vendor.fake.forget_calls()
    assert update(vendor, one.number, title=made.title, body=made.body, draft=False).message == made
    assert {call.method for call in vendor.fake.calls} == {"GET"}, "nothing to change, so nothing is sent"

    changed = update(vendor, one.number, title=TITLE, body=ODD_BODY, base="release/001", draft=True).message
    assert (changed.title.removeprefix("Draft: "), changed.body, changed.draft) == (TITLE, ODD_BODY, True)
    assert (changed.base.branch, changed.head) == ("release/001", made.head)
    assert changed.reviewers == made.reviewers
    again = update(vendor, one.number, title="Still a draft").message
    assert (again.title.removeprefix("Draft: "), again.body, again.draft) == ("Still a draft", ODD_BODY, True)
    ready = update(vendor, one.number, "body", draft=False).message
    assert (ready.title, ready.body, ready.draft) == ("Still a draft", "", False)
    others = update(vendor, one.number, reviewers=[reviewer(vendor, "eve")]).message
    assert {user.user.name.lower() or user.user.login for user in others.reviewers} == {"eve"}
    assert not update(vendor, one.number, "reviewers").message.reviewers
    if key not in NO_LABELS:
        assert list(update(vendor, one.number, labels=["a", "b c"]).message.labels) == ["a", "b c"]
        assert list(update(vendor, one.number, labels=["b c"]).message.labels) == ["b c"]
        capitals = update(vendor, one.number, labels=["B C"]).message.labels
        assert [label.lower() for label in capitals] == ["b c"]
        assert not update(vendor, one.number, "labels").message.labels


def test_what_cannot_be_changed_is_refused(vendor: Site) -> None:
    one = new(vendor)
    vendor.fake.forget_calls()
    for fields in ({"title": ""}, {"base": ""}, {"state": 3}, {"state": 0}, {"base": "HEAD"}):
        assert failed(update(vendor, one.number, **fields)) == (Status.INVALID_ARGUMENT, "INVALID_FIELDS"), fields
    assert failed(update(vendor, one.number, "author")) == (Status.INVALID_ARGUMENT, "INVALID_FIELDS")
    assert not vendor.fake.calls
    assert failed(update(vendor, one.number, base="none")) == (Status.NOT_FOUND, "REF_NOT_FOUND")
    assert failed(update(vendor, 999, title="x")) == (Status.NOT_FOUND, "PULL_REQUEST_NOT_FOUND")
    if vendor.fake.key in NO_LABELS:
        assert failed(update(vendor, one.number, "labels"))[0] is Status.UNIMPLEMENTED
    merged = next(one for one in vendor.fake.world.pulls() if one.state == "merged")
    assert failed(update(vendor, merged.number, state=CLOSED)) == (Status.FAILED_PRECONDITION, "PULL_REQUEST_MERGED")

    assert update(vendor, one.number, state=CLOSED, body="Not now").message.state == CLOSED
    assert (one.state, one.body) == ("closed", "Not now")
    assert failed(merge(vendor, one.number)) == (Status.FAILED_PRECONDITION, "PULL_REQUEST_CLOSED")
    again = update(vendor, one.number, state=OPEN)
    if vendor.fake.key == "bitbucket":
        assert failed(again) == (Status.UNIMPLEMENTED, "PROVIDER_UNSUPPORTED")
    else:
        assert again.message.state == OPEN


def test_one_is_merged(vendor: Site) -> None:
    world = vendor.fake.world
    for method in ("UNSPECIFIED", "MERGE", "SQUASH", "REBASE"):
        one, before = new(vendor), world.branches["main"]
        if method == "REBASE":
            world.merge_methods = {"rebase", "squash"}
        fields = {} if method == "REBASE" else {"commit_message": "Merge it 🚀\n\nBecause."}
        merged = merge(vendor, one.number, method, expected_head_sha=one.head_sha, **fields).message
        assert (merged.state, merged.merge_commit_sha) == (pulls.PULL_REQUEST_STATE_MERGED, world.branches["main"])
        commit = world.made[world.branches["main"]]
        assert commit.parents[0] == before
        if method not in ("UNSPECIFIED", "REBASE"):
            assert (len(commit.parents), commit.message) == (2 if method == "MERGE" else 1, fields["commit_message"])
    # What is merged by this head is answered again, and nothing more is merged.
    assert merge(vendor, one.number, method, expected_head_sha=one.head_sha).message == get(vendor, one.number)
    assert world.branches["main"] == commit.sha
    for fields in ({}, {"expected_head_sha": "5" * 40}):
        again = merge(vendor, one.number, method, **fields)
        assert failed(again) == (Status.FAILED_PRECONDITION, "PULL_REQUEST_MERGED")


#: Why one is blocked, where the vendor tells it.
BLOCKED = {
    "github": "CHECKS_MISSING",
    "github_enterprise": "CHECKS_MISSING",
    "gitlab": "APPROVALS_MISSING",
    "bitbucket": "APPROVALS_MISSING",
    "bitbucket_server": "CHECKS_MISSING",
    "vsts": "CHECKS_MISSING",
}


def test_why_one_is_not_merged(vendor: Site) -> None:
    world, one = vendor.fake.world, new(vendor)
    head = world.branches["main"]
    stale = merge(vendor, one.number, expected_head_sha="5" * 40)
    assert (failed(stale), stale.metadata["sha"]) == ((Status.ABORTED, "HEAD_MOVED"), one.head_sha)
    assert failed(merge(vendor, 999)) == (Status.NOT_FOUND, "PULL_REQUEST_NOT_FOUND")
    for short in ("5" * 12, "x"):
        assert merge(vendor, one.number, expected_head_sha=short).status is Status.INVALID_ARGUMENT
    assert merge(vendor, one.number, "REBASE", commit_message="x").status is Status.INVALID_ARGUMENT
    one.merge = "conflicts"
    assert failed(merge(vendor, one.number)) == (Status.FAILED_PRECONDITION, "MERGE_CONFLICT")
    one.merge = "blocked"
    assert failed(merge(vendor, one.number)) == (Status.FAILED_PRECONDITION, BLOCKED[vendor.fake.key])
    one.merge, one.draft = "clean", True
    assert failed(merge(vendor, one.number)) == (Status.FAILED_PRECONDITION, "PULL_REQUEST_DRAFT")
    one.draft, world.merge_methods = False, {"squash"}
    if vendor.fake.key != "vsts":  # Its rules about methods are rules like others.
        refused = merge(vendor, one.number, "MERGE")
        assert failed(refused) == (Status.FAILED_PRECONDITION, "MERGE_METHOD_FORBIDDEN")
        assert refused.metadata.get("allowed", "MERGE_METHOD_SQUASH") == "MERGE_METHOD_SQUASH"
    assert (one.state, world.branches["main"]) == ("open", head)


def opens(request: Request) -> bool:
    return request.method == "POST" and request.path.lower().endswith(("/pulls", "requests"))


def is_merge(request: Request) -> bool:
    completes = request.method == "PATCH" and (request.data or {}).get("status") == "completed"
    return completes or (request.method in ("POST", "PUT") and request.path.endswith("/merge"))


def test_what_happens_meanwhile(vendor: Site) -> None:
    """A head moves, or another call opens the pull request. Bitbucket cannot compare the former, and would change the
    latter."""
    one = new(vendor)
    branch(vendor)
    expected, rival = one.head_sha, vendor.fake.world.commits[3].sha

    def overtake(request: Request) -> Reply:
        if is_merge(request):
            one.head_sha, one.version = rival, one.version + 1
        if opens(request):
            vendor.fake.forced = None
            vendor.fake._route(replace(request))
        return vendor.fake._route(request)

    vendor.fake.forced = overtake
    answer = merge(vendor, one.number, expected_head_sha=expected)
    if vendor.fake.key == "bitbucket":
        assert answer.status is Status.OK
        return
    assert (failed(answer), answer.metadata["sha"]) == ((Status.ABORTED, "HEAD_MOVED"), rival)
    assert one.state == "open"
    assert failed(create(vendor)) == (Status.ALREADY_EXISTS, "PULL_REQUEST_EXISTS")


def test_a_write_whose_answer_was_lost_is_made_once(vendor: Site) -> None:
    world = vendor.fake.world
    for made in (True, False):
        name, before = branch(vendor, f"work{made}"), len(world.pull_requests)

        def lose(request: Request, made: bool = made) -> Reply:
            if not (opens(request) or is_merge(request)):
                return vendor.fake._route(request)
            if made:
                vendor.fake._route(request)
            raise requests.ConnectionError("Connection reset by peer")

        def once(write: Callable[[], Any], lose: Callable[[Request], Reply] = lose) -> Any:
            vendor.fake.forced = lose
            assert write().status is Status.UNAVAILABLE
            vendor.fake.forced = None
            found = write().message
            assert write().message == found
            return found

        found = once(partial(create, vendor, name, request_id=name))
        assert (found.title, found.body, len(world.pull_requests)) == ("Work", "", before + 1)
        merged = once(partial(merge, vendor, found.number, request_id=f"merge {name}".replace(" ", "-")))
        assert (merged.state, merged.merge_commit_sha) == (pulls.PULL_REQUEST_STATE_MERGED, world.branches["main"])
        messages = [commit.message for commit in world.log("main")]
        assert sum(f"Merge {name}" in message for message in messages) == 1


def test_a_merge_that_cannot_be_read_afterwards_was_made(vendor: Site) -> None:
    one = new(vendor)

    def hide(request: Request) -> Reply:
        hidden = one.state == "merged"
        return Reply({"message": "Forbidden"}, 403) if hidden else vendor.fake._route(request)

    vendor.fake.forced = hide
    first = merge(vendor, one.number, request_id="hidden")
    if vendor.fake.key == "vsts":
        assert failed(first) == (Status.UNAVAILABLE, "MERGE_PENDING")
    elif vendor.fake.key in ("github", "github_enterprise", "bitbucket"):  # The others tell it in the same answer.
        assert first.status is Status.PERMISSION_DENIED
    vendor.fake.forced = None
    assert merge(vendor, one.number, request_id="hidden").message.state == pulls.PULL_REQUEST_STATE_MERGED


def test_labels_and_reviewers_that_fail_after_it_was_opened(open_site: OpenSite) -> None:
    with open_site(FAKES["github"]()) as site:
        branch(site)
        asked = {"reviewers": ["bob"], "labels": ["bug"], "request_id": "half"}

        def fail(request: Request) -> Reply:
            fails = request.path.endswith("/requested_reviewers")
            return Reply({"message": "Validation Failed"}, 422) if fails else site.fake._route(request)

        site.fake.forced = fail
        half = create(site, **asked)
        number = int(half.metadata["number"])
        assert half.status is Status.INVALID_ARGUMENT
        assert "was opened" in half.text
        site.fake.forced = None
        whole = create(site, **asked).message
        assert (whole.number, list(whole.labels)) == (number, ["bug"])
        assert [one.user.login for one in whole.reviewers] == ["bob"]


def test_a_merge_that_azure_devops_has_only_queued(open_site: OpenSite) -> None:
    fake: Any = FAKES["vsts"]()
    fake.holds_merges = True
    with open_site(fake) as site:
        one = new(site)
        pending = merge(site, one.number, request_id="queued")
        assert failed(pending) == (Status.UNAVAILABLE, "MERGE_PENDING")
        fake.held()
        merged = merge(site, one.number, request_id="queued").message
        assert merged.merge_commit_sha == fake.world.branches["main"]


POLICIES: list[tuple[list[tuple[str, str, str, bool]], str, str]] = [
    ([("Build", "", "queued", True), ("Build", "Docs", "running", True)], "CHECKS_MISSING", "Build, Docs"),
    ([("Minimum number of reviewers", "", "rejected", True)], "APPROVALS_MISSING", "Minimum number of reviewers"),
    ([("Work item linking", "", "broken", True)], "MERGE_BLOCKED", "Work item linking"),
    ([("Build", "", "rejected", False), ("Build", "", "notApplicable", True)], "MERGE_BLOCKED", ""),
]


def test_which_policies_of_azure_devops_stand_against_a_merge(open_site: OpenSite) -> None:
    fake: Any = FAKES["vsts"]()
    with open_site(fake) as site:
        one = new(site)
        one.merge = "blocked"
        for fake.policies, reason, names in POLICIES:
            answer = merge(site, one.number)
            assert (failed(answer), answer.metadata.get("policies", "")) == (
                (Status.FAILED_PRECONDITION, reason),
                names,
            )
        route = fake._route
        fake.forced = lambda request: Reply({"message": "No"}, 403) if "/policy/" in request.path else route(request)
        assert merge(site, one.number).reason == "MERGE_BLOCKED"


def test_reviewers_that_gitlab_leaves_out_are_told(open_site: OpenSite) -> None:
    """5 is a user who must not read the project, and nobody is 99."""
    with open_site(FAKES["gitlab"]()) as site:
        branch(site)
        for unknown in ("99", "9" * 30):
            assert failed(create(site, reviewers=[unknown])) == (Status.INVALID_ARGUMENT, "INVALID_FIELDS")
        refused = create(site, reviewers=["5", "bob"], request_id="left-out")
        assert failed(refused) == (Status.FAILED_PRECONDITION, "REVIEWERS_NOT_TAKEN")
        number = int(refused.metadata["number"])
        again = create(site, reviewers=["5", "bob"], request_id="left-out")
        assert again.metadata["number"] == refused.metadata["number"]
        assert [one.user.login for one in get(site, number).reviewers] == ["bob"]
        for unknown in ("99", "guest"):
            expected = Status.INVALID_ARGUMENT if unknown == "99" else Status.FAILED_PRECONDITION
            assert update(site, number, title=f"To {unknown}", reviewers=[unknown]).status is expected
        assert get(site, number).title == "To guest"


def test_an_old_bitbucket_server_has_no_drafts(open_site: OpenSite) -> None:
    fake: Any = FAKES["bitbucket_server"]()
    fake.version = "8.17.2"
    with open_site(fake) as site:
        branch(site)
        assert failed(create(site, draft=True)) == (Status.UNIMPLEMENTED, "PROVIDER_UNSUPPORTED")
        assert create(site).status is Status.OK


def test_what_bitbucket_server_says_no_to(open_site: OpenSite) -> None:
    with open_site(FAKES["bitbucket_server"]()) as site:
        unknown = (Status.INVALID_ARGUMENT, "INVALID_FIELDS")
        assert failed(create(site, branch(site), reviewers=["no-one"])) == unknown
        one = new(site)
        assert failed(update(site, one.number, reviewers=["bob", "no-one"])) == unknown

        def change(request: Request) -> Reply:
            """Somebody else changes it after it was read."""
            if request.path.endswith("/merge"):
                one.title, one.base, one.version = "Theirs", "release/001", one.version + 1
            return site.fake._route(request)

        site.fake.forced = change
        changed = update(site, one.number, body="Ours").message
        assert (changed.title, changed.body, changed.base.branch) == ("Theirs", "Ours", "release/001")
