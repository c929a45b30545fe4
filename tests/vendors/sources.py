"""The endpoints that docs/reference/vendor-sources.md lists: a call of an adapter that is not there is found."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from tests.vendors.installation import AGENT
from tests.vendors.serving import Served

PAGE = Path(__file__).parents[2] / "docs/reference/vendor-sources.md"
SECTIONS = {
    "github": "GitHub and GitHub Enterprise",
    "github_enterprise": "GitHub and GitHub Enterprise",
    "gitlab": "GitLab",
    "bitbucket": "Bitbucket Cloud",
    "bitbucket_server": "Bitbucket Server",
    "vsts": "Azure DevOps",
    "jira": "Jira Cloud",
    "jira_server": "Jira Data Center",
}
_ROW = re.compile(r"^\| `([A-Z]+) (/\S*)` \|", re.MULTILINE)


@cache
def endpoints(key: str) -> tuple[re.Pattern[str], ...]:
    """A pattern of "METHOD path" for each endpoint of a vendor."""
    section = PAGE.read_text().split(f"\n## {SECTIONS[key]}\n")[1].split("\n## ")[0]
    found = []
    for method, template in _ROW.findall(section):
        # A path at the end has slashes; where it is empty, the directory's own slash is left.
        rest = re.sub(r"\\{path\\}\Z", ".*", re.escape(template))
        found.append(re.compile(f"{method} " + re.sub(r"\\{\w+\\}", "[^/]+", rest)))
    return tuple(found)


def not_listed(server: Served) -> set[str]:
    """What our adapter asked for that the page does not list."""
    asked = {
        f"{exchange.request.method} {exchange.request.path}"
        for exchange in server.exchanges
        if exchange.request.headers.get("User-Agent") == AGENT
    }
    return {one for one in asked if not any(endpoint.fullmatch(one) for endpoint in endpoints(server.fake.key))}
