"""Jira with a credential of the site's own.

Cloud: the API token of a user, with the e-mail address. Data Center: a personal access token.

https://support.atlassian.com/atlassian-account/docs/manage-api-tokens-for-your-atlassian-account/
https://confluence.atlassian.com/enterprise/using-personal-access-tokens-1026032365.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from sentry_scm_grpc.providers.vendor.credentials import TOKEN, USER_TOKEN, Permission, Standing
from sentry_scm_grpc.providers.vendor.reading import bad_answer, text
from sentry_scm_grpc.providers.vendor.standalone import Standalone

#: The permissions that are asked for. A credential has one if it has it in any project.
BROWSE, CREATE, TRANSITION = PERMISSIONS = ("BROWSE_PROJECTS", "CREATE_ISSUES", "TRANSITION_ISSUES")


class JiraStandalone(Standalone):
    variables = {USER_TOKEN: ("JIRA_API_TOKEN", "JIRA_EMAIL")}
    account_word = ""
    account_needed = False
    rest: ClassVar[str] = "/rest/api/3"
    permissions = {
        Permission.READ_ISSUES: (BROWSE,),
        Permission.WRITE_ISSUES: (CREATE,),
        Permission.MOVE_ISSUES: (TRANSITION,),
    }

    @property
    def api(self) -> str:
        return self.web

    def metadata(self) -> dict[str, Any]:
        return {"base_url": self.web, "domain_name": self.host}

    def get_issue_url(self, key: str) -> str:
        return f"{self.web}/browse/{key}"

    def examine(self) -> Standing:
        me = self.http.ask(f"{self.rest}/myself").data
        told = self.http.ask(f"{self.rest}/mypermissions", {"permissions": ",".join(PERMISSIONS)}).data
        known = told.get("permissions")
        if not isinstance(known, Mapping):
            raise bad_answer()
        has = [
            name for name in PERMISSIONS if isinstance(known.get(name), Mapping) and known[name].get("havePermission")
        ]
        return Standing(text(me, "emailAddress") or text(me, "displayName"), {}, tuple(has))


class JiraServerStandalone(JiraStandalone):
    variables = {TOKEN: ("JIRA_SERVER_TOKEN", "")}
    rest = "/rest/api/2"
