"""The vendors' responses for a repository that is gone or hidden."""

from __future__ import annotations

from typing import Any

#: What a vendor's 404 says of a repository that is lost; GitHub's of anything.
LOST: dict[str, Any] = {
    "github": {"message": "Not Found", "documentation_url": "https://docs.github.com/rest", "status": "404"},
    "github_enterprise": {"message": "Not Found", "documentation_url": "https://docs.github.com/enterprise-server"},
    "gitlab": {"message": "404 Project Not Found"},
    "bitbucket": {"type": "error", "error": {"message": "Repository acme/rocket not found"}},
    "bitbucket_server": {
        "errors": [
            {
                "context": None,
                "message": "Repository ACME/rocket does not exist.",
                "exceptionName": "com.atlassian.bitbucket.repository.NoSuchRepositoryException",
            }
        ]
    },
    "vsts": {
        "$id": "1",
        "innerException": None,
        "message": "TF401019: The Git repository with name or identifier rocket does not exist or you do not have "
        "permissions for the operation you are attempting.",
        "typeKey": "GitRepositoryNotFoundException",
        "errorCode": 0,
        "eventId": 3000,
    },
}
LOST_GRAPH = {
    "data": {"repository": None},
    "errors": [
        {
            "type": "NOT_FOUND",
            "path": ["repository"],
            "locations": [{"line": 7, "column": 3}],
            "message": "Could not resolve to a Repository with the name 'acme/rocket'.",
        }
    ],
}
