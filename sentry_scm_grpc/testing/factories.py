"""Factories for the rows of the embedded host, by factory-boy.

    repository = RepositoryFactory(name="acme/rocket")
    mapping = CodeMappingFactory(repository=repository, stack_root="app/", source_root="src/")

Rows that are made together belong together: a code mapping's project is of its repository's organization.
"""

from __future__ import annotations

from typing import Any

import factory
from factory.django import DjangoModelFactory

from sentry_scm_grpc.hosts.embedded import keys, models, sealing
from sentry_scm_grpc.rpc.policy import RPCS
from sentry_scm_grpc.v1 import scm_pb2 as pb

#: Every scope that any RPC accepts.
ALL_SCOPES = tuple(sorted(set().union(*(rpc.scopes for rpc in RPCS.values()))))


class OrganizationFactory(DjangoModelFactory):
    class Meta:
        model = models.Organization

    slug = factory.Sequence(lambda n: f"org-{n}")
    name = factory.LazyAttribute(lambda o: o.slug.title())


class ProjectFactory(DjangoModelFactory):
    class Meta:
        model = models.Project

    organization = factory.SubFactory(OrganizationFactory)
    slug = factory.Sequence(lambda n: f"project-{n}")
    name = factory.LazyAttribute(lambda o: o.slug.title())


class GroupFactory(DjangoModelFactory):
    class Meta:
        model = models.Group

    class Params:
        organization = factory.SubFactory(OrganizationFactory)

    project = factory.SubFactory(ProjectFactory, organization=factory.SelfAttribute("..organization"))
    title = factory.Sequence(lambda n: f"ZeroDivisionError {n}")


class IntegrationFactory(DjangoModelFactory):
    class Meta:
        model = models.Integration

    organization = factory.SubFactory(OrganizationFactory)
    provider_key = "git"
    name = factory.Sequence(lambda n: f"git-{n}")
    tracker_key = "DEMO"


class VendorAccessFactory(DjangoModelFactory):
    """An integration with GitHub. Give ``secret`` for its token."""

    class Meta:
        model = models.VendorAccess

    class Params:
        secret = "a-token-of-nobody"  # noqa: S105

    integration = factory.SubFactory(IntegrationFactory, provider_key="github")
    address = "https://github.com"
    account = "acme"
    kind = "token"
    sealed = factory.LazyAttribute(lambda o: sealing.seal(o.secret))
    facts = factory.LazyFunction(lambda: {"repositories_path": "/orgs/acme/repos", "repositories_params": {}})


class RepositoryFactory(DjangoModelFactory):
    """Give ``path`` for a repository that exists on disk."""

    class Meta:
        model = models.Repository

    class Params:
        path = factory.Sequence(lambda n: f"/nowhere/repository-{n:04}.git")

    organization = factory.SubFactory(OrganizationFactory)
    integration = factory.SubFactory(IntegrationFactory, organization=factory.SelfAttribute("..organization"))
    name = factory.Sequence(lambda n: f"acme/repository-{n:04}")
    provider_key = "git"
    external_id = factory.LazyAttribute(lambda o: str(o.path))
    config = factory.LazyAttribute(lambda o: {"path": str(o.path)})
    default_branch = "main"


class CodeMappingFactory(DjangoModelFactory):
    class Meta:
        model = models.CodeMapping

    repository = factory.SubFactory(RepositoryFactory)
    organization = factory.SelfAttribute("repository.organization")
    project = factory.SubFactory(ProjectFactory, organization=factory.SelfAttribute("..organization"))
    stack_root = factory.Sequence(lambda n: f"app{n}/")
    source_root = "src/"
    default_branch = "main"


def _next_number(integration: models.Integration) -> int:
    integration.last_issue_number += 1
    integration.save(update_fields=["last_issue_number"])
    return integration.last_issue_number


class TrackerIssueFactory(DjangoModelFactory):
    """It is numbered as by the tracker; ``issue.key`` is its key."""

    class Meta:
        model = models.TrackerIssue

    integration = factory.SubFactory(IntegrationFactory)
    title = factory.Sequence(lambda n: f"It is broken, {n}")
    state = pb.ISSUE_STATE_OPEN
    number = factory.LazyAttribute(lambda o: _next_number(o.integration))


class ExternalIssueFactory(DjangoModelFactory):
    """An issue that the tracker has too, unless ``key`` is given."""

    class Meta:
        model = models.ExternalIssue

    class Params:
        tracker_issue = factory.SubFactory(
            TrackerIssueFactory,
            integration=factory.SelfAttribute("..integration"),
            title=factory.SelfAttribute("..title"),
        )

    integration = factory.SubFactory(IntegrationFactory)
    organization = factory.SelfAttribute("integration.organization")
    title = factory.Sequence(lambda n: f"It is broken, {n}")
    key = factory.LazyAttribute(lambda o: o.tracker_issue.key)


class GroupLinkFactory(DjangoModelFactory):
    class Meta:
        model = models.GroupLink

    external_issue = factory.SubFactory(ExternalIssueFactory)
    group = factory.SubFactory(GroupFactory, organization=factory.SelfAttribute("..external_issue.organization"))


class ApiKeyFactory(DjangoModelFactory):
    """A key. ``row.plain`` is its secret form, which callers send in x-api-key. It has all scopes unless some are
    given."""

    class Meta:
        model = models.ApiKey

    organization = factory.SubFactory(OrganizationFactory)
    label = factory.Sequence(lambda n: f"key {n}")
    scopes = factory.LazyFunction(lambda: list(ALL_SCOPES))

    @classmethod
    def _create(cls, model_class: type[models.ApiKey], *args: Any, **kwargs: Any) -> models.ApiKey:
        plain, prefix, digest = keys.new_secret()
        row: models.ApiKey = super()._create(model_class, *args, prefix=prefix, hash=digest, **kwargs)
        row.plain = plain  # type: ignore[attr-defined]
        return row
