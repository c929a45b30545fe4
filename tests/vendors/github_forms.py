"""The rest of what GitHub tells of a thing, beside what the World knows: the fields that its OpenAPI description
requires, and no more.
"""

from __future__ import annotations

from typing import Any

from tests.vendors.world import sha_of

MOMENT = "2024-01-01T12:00:00Z"

_REPOSITORY_LINKS = {
    "archive": "/{archive_format}{/ref}",
    "assignees": "{/user}",
    "blobs": "/git/blobs{/sha}",
    "branches": "{/branch}",
    "collaborators": "{/collaborator}",
    "comments": "{/number}",
    "commits": "{/sha}",
    "compare": "/{base}...{head}",
    "contents": "/{+path}",
    "contributors": "",
    "deployments": "",
    "downloads": "",
    "events": "",
    "forks": "",
    "git_commits": "{/sha}",
    "git_refs": "{/sha}",
    "git_tags": "{/sha}",
    "hooks": "",
    "issue_comment": "{/number}",
    "issue_events": "{/number}",
    "issues": "{/number}",
    "keys": "{/key_id}",
    "labels": "{/name}",
    "languages": "",
    "merges": "",
    "milestones": "{/number}",
    "notifications": "{?since,all,participating}",
    "pulls": "{/number}",
    "releases": "{/id}",
    "stargazers": "",
    "statuses": "/{sha}",
    "subscribers": "",
    "subscription": "",
    "tags": "",
    "teams": "",
    "trees": "{/sha}",
}
_PERSON_LINKS = {
    "followers": "",
    "following": "{/other_user}",
    "gists": "{/gist_id}",
    "starred": "{/owner}{/repo}",
    "subscriptions": "",
    "organizations": "",
    "repos": "",
    "events": "{/privacy}",
    "received_events": "",
}


def _links(base: str, rests: dict[str, str]) -> dict[str, str]:
    return {f"{name}_url": f"{base}/{name}{rest}" for name, rest in rests.items()}


def account(api: str, login: str, kind: str = "User") -> Any:
    """A "simple user", as which organizations are told too."""
    url = f"{api}/users/{login}"
    return {
        "login": login,
        "id": {"bob": 2, "eve": 3, "zoe": 4}.get(login, 1),
        "node_id": "MDQ6VXNlcjE=",
        "avatar_url": f"https://avatars.githubusercontent.com/{login}",
        "gravatar_id": "",
        "url": url,
        "html_url": f"https://github.com/{login}",
        **_links(url, _PERSON_LINKS),
        "type": kind,
        "site_admin": False,
    }


def collaborator(api: str, login: str, role: str) -> Any:
    """A "collaborator"."""
    may = {"pull": role != "none", "push": role in ("admin", "maintain"), "admin": role == "admin"}
    return {**account(api, login), "permissions": may, "role_name": role}


def repository_in_brief(api: str, web: str, name: str) -> Any:
    """A "minimal repository"."""
    url = f"{api}/repos/acme/{name}"
    return {
        "id": 1296269 if name == "rocket" else int(sha_of(name)[:6], 16),
        "node_id": "MDEwOlJlcG9zaXRvcnkxMjk2MjY5",
        "name": name,
        "full_name": f"acme/{name}",
        "owner": account(api, "acme", "Organization"),
        "private": True,
        "html_url": web.replace("rocket", name),
        "description": None,
        "fork": False,
        "url": url,
        **_links(url, _REPOSITORY_LINKS),
    }


def repository(api: str, web: str, name: str) -> Any:
    """A "repository"; a "full repository" has ``counts`` more."""
    page = web.replace("rocket", name)
    return {
        **repository_in_brief(api, web, name),
        "git_url": page.replace("https:", "git:") + ".git",
        "ssh_url": f"git@github.com:acme/{name}.git",
        "clone_url": f"{page}.git",
        "svn_url": page,
        "mirror_url": None,
        "homepage": None,
        "language": "Python",
        "license": None,
        "size": 108,
        "default_branch": "main",
        **dict.fromkeys(("forks", "forks_count", "stargazers_count", "watchers", "watchers_count"), 0),
        **dict.fromkeys(("open_issues", "open_issues_count"), 0),
        **dict.fromkeys(("has_issues", "has_projects", "has_wiki", "has_downloads"), True),
        **dict.fromkeys(("has_pages", "has_discussions", "archived", "disabled"), False),
        **dict.fromkeys(("pushed_at", "created_at", "updated_at"), MOMENT),
    }


def counts() -> Any:
    return {"subscribers_count": 0, "network_count": 0}


def issue(api: str, number: int, *, closed: bool) -> Any:
    url = f"{api}/repos/acme/rocket"
    return {
        "id": number + 1000,
        "node_id": "MDU6SXNzdWUx",
        "url": f"{url}/issues/{number}",
        "repository_url": url,
        "labels_url": f"{url}/issues/{number}/labels{{/name}}",
        "comments_url": f"{url}/issues/{number}/comments",
        "events_url": f"{url}/issues/{number}/events",
        "user": account(api, "ada"),
        "labels": [],
        "assignee": None,
        "assignees": [],
        "milestone": None,
        "locked": False,
        "comments": 0,
        "closed_at": MOMENT if closed else None,
        "updated_at": MOMENT,
        "author_association": "MEMBER",
    }
