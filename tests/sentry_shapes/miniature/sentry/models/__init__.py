from sentry.models.code_mappings import ProjectCodeOwners, RepositoryProjectPathConfig
from sentry.models.credentials import ApiKey, ApiToken, Identity
from sentry.models.rows import (
    Commit,
    CommitAuthor,
    CommitFileChange,
    Integration,
    Organization,
    OrganizationIntegration,
    Project,
    PullRequest,
    Repository,
)

__all__ = [
    "ApiKey",
    "ApiToken",
    "Commit",
    "CommitAuthor",
    "CommitFileChange",
    "Identity",
    "Integration",
    "Organization",
    "OrganizationIntegration",
    "Project",
    "ProjectCodeOwners",
    "PullRequest",
    "Repository",
    "RepositoryProjectPathConfig",
]
