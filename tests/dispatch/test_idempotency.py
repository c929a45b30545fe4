"""Request ids: what a repeated write answers, to whom, for how long, and what an attempt leaves to the next."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import grpc
import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sentry_scm_grpc.dispatch import idempotency
from sentry_scm_grpc.errors import Aborted, Unavailable
from sentry_scm_grpc.hosts.embedded.host import EmbeddedHost
from sentry_scm_grpc.hosts.embedded.models import ApiKey, CodeMapping, ExternalIssue, Repository, TrackerIssue
from sentry_scm_grpc.hosts.embedded.tracker import GitWithTracker
from sentry_scm_grpc.models import RequestId
from sentry_scm_grpc.rpc import attempts
from sentry_scm_grpc.testing import factories
from sentry_scm_grpc.testing.web_call import CallResult, web_call
from sentry_scm_grpc.v1 import scm_pb2 as pb
from tests.sites import metadata_of

pytestmark = pytest.mark.django_db
STATUS = grpc.StatusCode


@pytest.fixture
def organization():
    return factories.OrganizationFactory()


@pytest.fixture
def key(organization):
    return metadata_of(organization)


@pytest.fixture
def mapping(organization) -> pb.CreateCodeMappingRequest:
    """A write of rows alone."""
    project = factories.ProjectFactory(organization=organization)
    repository = factories.RepositoryFactory(organization=organization)
    return pb.CreateCodeMappingRequest(
        organization_id=organization.id,
        project_id=project.id,
        repository_id=repository.id,
        stack_root="app/",
        default_branch="main",
        request_id="one",
    )


@pytest.fixture
def issue(organization) -> pb.CreateExternalIssueRequest:
    """A write at a provider."""
    integration = factories.IntegrationFactory(organization=organization)
    return pb.CreateExternalIssueRequest(
        organization_id=organization.id, integration_id=integration.id, title="x", request_id="one"
    )


def pass_time(delta: timedelta) -> None:
    for row in RequestId.objects.all():
        row.created_at -= delta
        row.leased_until = row.leased_until and row.leased_until - delta
        row.save()


class TestRepeated:
    def test_it_answers_what_the_first_did(self, key, mapping):
        first = web_call("CreateCodeMapping", mapping, key).message
        assert web_call("CreateCodeMapping", mapping, key).message == first
        assert CodeMapping.objects.count() == 1

    def test_the_same_id_for_another_request_is_refused(self, key, mapping):
        web_call("CreateCodeMapping", mapping, key)
        mapping.stack_root = "other/"
        answer = web_call("CreateCodeMapping", mapping, key)
        assert (answer.status, answer.reason) == (STATUS.ALREADY_EXISTS, "REQUEST_ID_REUSED")

    def test_an_id_is_its_callers_own(self, organization, key, mapping):
        web_call("CreateCodeMapping", mapping, key)
        # Another key's call is a call of its own: it finds the mapping there.
        assert web_call("CreateCodeMapping", mapping, metadata_of(organization)).reason == "CODE_MAPPING_EXISTS"

    def test_an_id_is_one_rpcs_own(self, key, mapping):
        made = web_call("CreateCodeMapping", mapping, key).message
        delete = pb.DeleteCodeMappingRequest(code_mapping_id=made.id, request_id=mapping.request_id)
        assert web_call("DeleteCodeMapping", delete, key).status is STATUS.OK

    @pytest.mark.parametrize("which", ["mapping", "issue"])
    def test_a_refused_write_may_be_corrected(self, key, which, request):
        asked = request.getfixturevalue(which)
        rpc, field, bad, good = {
            "mapping": ("CreateCodeMapping", "stack_root", "white space", "app/"),
            "issue": ("CreateExternalIssue", "destination", "elsewhere", ""),
        }[which]
        setattr(asked, field, bad)
        assert web_call(rpc, asked, key).status is STATUS.INVALID_ARGUMENT
        setattr(asked, field, good)
        assert web_call(rpc, asked, key).message.id

    def test_what_is_gone_is_answered_as_it_was(self, key, mapping):
        first = web_call("CreateCodeMapping", mapping, key).message
        delete = pb.DeleteRepositoryRequest(repository_id=mapping.repository_id, request_id="gone")
        for _ in range(2):
            assert web_call("DeleteRepository", delete, key).status is STATUS.OK
        assert web_call("CreateCodeMapping", mapping, key).message == first
        assert not Repository.objects.exists()
        # Without the id, or for another request, there is nothing to answer.
        delete.request_id = ""
        assert web_call("DeleteRepository", delete, key).status is STATUS.NOT_FOUND

    def test_a_replica_that_is_behind_is_not_asked(self, key, mapping, issue, settings):
        class Replica:
            def db_for_read(self, model: Any, **_: Any) -> str | None:
                return "a replica" if model is RequestId else None

        settings.DATABASE_ROUTERS = [Replica()]
        for rpc, asked in (("CreateCodeMapping", mapping), ("CreateExternalIssue", issue)):
            first = web_call(rpc, asked, key).message
            assert web_call(rpc, asked, key).message == first


class TestWhoMayNot:
    """A credential that lost its scope is not told what it was told before, whether or not the rows are still there."""

    def test_without_the_scope(self, key, mapping):
        delete = pb.DeleteRepositoryRequest(repository_id=mapping.repository_id, request_id="gone")
        web_call("CreateCodeMapping", mapping, key)
        web_call("DeleteRepository", delete, key)
        ApiKey.objects.update(scopes=["event:read"])
        for rpc, request in (("CreateCodeMapping", mapping), ("DeleteRepository", delete)):
            answer = web_call(rpc, request, key)
            assert (answer.status, answer.reason) == (STATUS.PERMISSION_DENIED, "SCOPE_MISSING")
            assert not answer.messages

    def test_without_the_project(self, key, mapping, monkeypatch):
        from sentry_scm_grpc.rpc.principal import Principal

        web_call("CreateCodeMapping", mapping, key)
        Repository.objects.all().delete()
        # The embedded host's keys see every project; a user's token in a Sentry may not.
        monkeypatch.setattr(Principal, "may_see_project", lambda *_: False)
        answer = web_call("CreateCodeMapping", mapping, key)
        assert (answer.status, answer.reason) == (STATUS.PERMISSION_DENIED, "PROJECT_FORBIDDEN")


class TestForHowLong:
    def test_a_day(self, key, mapping):
        first = web_call("CreateCodeMapping", mapping, key).message
        pass_time(timedelta(hours=23, minutes=59))
        assert web_call("CreateCodeMapping", mapping, key).message == first
        pass_time(timedelta(minutes=2))
        # A new call with an id that is free again.
        mapping.stack_root = "other/"
        assert web_call("CreateCodeMapping", mapping, key).message.stack_root == "other/"
        assert RequestId.objects.count() == 1

    def test_old_ones_are_deleted_by_the_command(self, key, mapping, monkeypatch):
        for number in range(5):
            mapping.request_id, mapping.stack_root = f"id-{number}", f"app{number}/"
            web_call("CreateCodeMapping", mapping, key)
        pass_time(timedelta(hours=25))
        mapping.request_id, mapping.stack_root = "young", "young/"
        web_call("CreateCodeMapping", mapping, key)
        monkeypatch.setattr(idempotency.purge, "__defaults__", (2,))
        out = io.StringIO()
        call_command("scm_grpc", "purge", stdout=out)
        assert out.getvalue() == "Deleted 5 request ids.\n"
        assert RequestId.objects.count() == 1

    def test_old_ones_are_deleted_by_writes_now_and_then(self, key, mapping):
        first = RequestId.objects.create(
            key="f" * 64, digest="", organization_id=1, project_ids="[]", notes="{}", created_at=timezone.now()
        )
        pass_time(timedelta(hours=25))
        for number in range(1000):
            mapping.request_id, mapping.stack_root = f"id-{number}", f"app{number}/"
            web_call("CreateCodeMapping", mapping, key)
            if not RequestId.objects.filter(key=first.key).exists():
                break
        assert not RequestId.objects.filter(key=first.key).exists()


class TestOneAfterAnother:
    """What an attempt that does not come to its end leaves to the next."""

    def failing(self, monkeypatch: pytest.MonkeyPatch, error: BaseException, *, after: bool) -> None:
        """create_issue of the tracker fails, before or after it has made the issue."""
        real = GitWithTracker.create_issue

        def create(self: GitWithTracker, call: Any, request: Any) -> pb.TrackerIssue:
            if after:
                # A tracker of its own does not share a transaction with the note.
                attempt, call.attempt = call.attempt, None
                real(self, call, request)
                call.attempt = attempt
            raise error

        monkeypatch.setattr(GitWithTracker, "create_issue", create)

    def create(self, key, issue) -> CallResult:
        return web_call("CreateExternalIssue", issue, key)

    def test_while_the_first_runs_or_its_worker_is_dead_the_second_waits(self, key, issue, monkeypatch):
        self.failing(monkeypatch, Unavailable("reset"), after=False)
        monkeypatch.setattr(attempts.Attempt, "release", lambda self: None)  # As a killed worker does.
        assert self.create(key, issue).status is STATUS.UNAVAILABLE
        monkeypatch.undo()

        soon = self.create(key, issue)
        assert (soon.status, soon.reason, soon.retry_after) == (STATUS.ABORTED, "REQUEST_IN_PROGRESS", 1)
        pass_time(timedelta(seconds=15))
        late = self.create(key, issue)
        assert (late.status, late.reason) == (STATUS.ABORTED, "REQUEST_IN_PROGRESS")
        # Our client waits no longer than a minute.
        assert 35 < late.retry_after <= 40
        pass_time(timedelta(seconds=41))
        assert self.create(key, issue).message.key == "DEMO-1"

    def test_an_attempt_that_lost_its_lease_stores_nothing(self, key, issue, monkeypatch):
        real = GitWithTracker.create_issue

        def slow(self: GitWithTracker, call: Any, request: Any) -> pb.TrackerIssue:
            RequestId.objects.update(attempt=2, leased_until=timezone.now())  # Another call took over.
            return real(self, call, request)

        monkeypatch.setattr(GitWithTracker, "create_issue", slow)
        assert self.create(key, issue).reason == "REQUEST_IN_PROGRESS"
        assert not TrackerIssue.objects.exists()
        assert not ExternalIssue.objects.exists()

    def test_a_lease_that_was_renewed_at_the_last_moment_is_not_taken(self, key, issue, monkeypatch):
        with monkeypatch.context() as patch:
            patch.setattr(attempts.Attempt, "release", lambda self: None)
            self.failing(patch, Unavailable("reset"), after=False)
            self.create(key, issue)
        pass_time(timedelta(seconds=56))
        real = idempotency._again

        def late(call: Any, row: RequestId, *rest: Any) -> Any:
            # Between the look at the row and what is done about it, the first attempt goes on after all.
            attempts.Attempt(row.key, row.attempt, {}).note(asked=timezone.now().isoformat())
            return real(call, row, *rest)

        monkeypatch.setattr(idempotency, "_again", late)
        answer = self.create(key, issue)
        assert (answer.status, answer.reason) == (STATUS.ABORTED, "REQUEST_IN_PROGRESS")
        assert not TrackerIssue.objects.exists()

    def test_an_answer_that_was_stored_outlives_what_fails_after_it(self, organization, key, monkeypatch):
        issue = factories.ExternalIssueFactory(organization=organization)
        group = factories.GroupFactory(project__organization=organization)
        link = pb.LinkExternalIssueRequest(group_id=group.id, external_issue_id=issue.id, request_id="one")
        real = EmbeddedHost.link_external_issue

        def killed(self: EmbeddedHost, call: Any, request: Any) -> None:
            real(self, call, request)
            raise SystemExit  # As a worker does that its server tells to go, at any point.

        monkeypatch.setattr(EmbeddedHost, "link_external_issue", killed)
        with pytest.raises(SystemExit):
            web_call("LinkExternalIssue", link, key)
        monkeypatch.undo()
        assert web_call("LinkExternalIssue", link, key).message.id == issue.id

    @pytest.mark.parametrize("error", [Unavailable("reset"), OSError("reset"), Aborted("locked")])
    def test_what_cannot_be_found_again_is_not_made_again(self, key, issue, monkeypatch, error):
        monkeypatch.setattr(attempts, "SETTLE", timedelta(0))
        monkeypatch.setattr(
            GitWithTracker, "supports", classmethod(lambda cls, name: name != "find_made_issue" and hasattr(cls, name))
        )
        with monkeypatch.context() as patch:
            self.failing(patch, error, after=True)
            assert self.create(key, issue).status in (STATUS.UNAVAILABLE, STATUS.INTERNAL, STATUS.ABORTED)
        for _ in range(2):
            answer = self.create(key, issue)
            assert (answer.status, answer.reason) == (STATUS.FAILED_PRECONDITION, "OUTCOME_UNKNOWN")
        assert TrackerIssue.objects.count() == 1

    def test_a_vendor_that_was_given_up_gets_time_to_end_it(self, key, issue, monkeypatch):
        with monkeypatch.context() as patch:
            self.failing(patch, Unavailable("timed out"), after=False)
            self.create(key, issue)
        answer = self.create(key, issue)
        assert (answer.status, answer.reason) == (STATUS.ABORTED, "REQUEST_IN_PROGRESS")
        assert 5 < answer.retry_after <= 10


class TestCost:
    """Statements that a request id adds to a call."""

    def queries(self, rpc: str, request: Any, key: Any) -> int:
        ApiKey.objects.update(last_used=timezone.now())
        with CaptureQueriesContext(connection) as captured:
            web_call(rpc, request, key).message  # noqa: B018
        return len([query for query in captured if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))])

    def test_two_for_rows_alone(self, key, mapping):
        with_id = self.queries("CreateCodeMapping", mapping, key)
        mapping.request_id, mapping.stack_root = "", "other/"
        assert with_id == self.queries("CreateCodeMapping", mapping, key) + 2

    def test_four_for_an_issue_at_a_tracker(self, key, issue):
        with_id = self.queries("CreateExternalIssue", issue, key)
        issue.request_id = ""
        assert with_id == self.queries("CreateExternalIssue", issue, key) + 4
