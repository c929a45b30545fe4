"""GitLab with a personal, group or project access token: https://docs.gitlab.com/api/rest/authentication/"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from sentry_scm_grpc.errors import NotFound, PermissionDenied
from sentry_scm_grpc.providers.gitlab.issues import issue_name
from sentry_scm_grpc.providers.vendor.absence import Absent
from sentry_scm_grpc.providers.vendor.credentials import TOKEN, Permission, Standing
from sentry_scm_grpc.providers.vendor.http import quoted
from sentry_scm_grpc.providers.vendor.reading import string, text, whole
from sentry_scm_grpc.providers.vendor.standalone import Standalone
from sentry_scm_grpc.v1 import scm_pb2 as pb


class GitLabStandalone(Standalone):
    variables = {TOKEN: ("GITLAB_TOKEN", "")}
    default_address = "https://gitlab.com"
    account_word = "group"
    account_needed = False
    # https://docs.gitlab.com/user/profile/personal_access_tokens/#personal-access-token-scopes
    permissions = {
        Permission.READ_REPOSITORIES: ("api", "read_api"),
        Permission.READ_CODE: ("api", "read_api"),
        Permission.READ_FILES: ("api", "read_api", "read_repository"),
        Permission.READ_PULL_REQUESTS: ("api", "read_api"),
        Permission.WRITE_PULL_REQUESTS: ("api",),
        Permission.MERGE_PULL_REQUESTS: ("api",),
        Permission.WRITE_CODE: ("api",),
        Permission.READ_ISSUES: ("api", "read_api"),
        Permission.WRITE_ISSUES: ("api",),
        Permission.READ_STATUSES: ("api", "read_api"),
        Permission.WRITE_STATUSES: ("api",),
        Permission.READ_PIPELINES: ("api", "read_api"),
    }

    @property
    def api(self) -> str:
        return f"{self.web}/api/v4"

    def metadata(self) -> dict[str, Any]:
        account = self.access.account
        return {
            "base_url": self.web,
            "instance": self.host,
            "domain_name": f"{self.host}/{account}" if account else self.host,
            "include_subgroups": True,
            # Projects of other groups, which are shared with this one.
            "with_shared": False,
        }

    @classmethod
    def identifier_of(cls, repository: pb.Repository) -> str:
        return repository.external_id.rpartition(":")[2]

    def find_identifier(self, name: str) -> str:
        return name if name.isdecimal() else string(self.http.get(f"/projects/{quoted(name)}"), "id")

    # ---- issues

    def create_issue(self, data: dict[str, Any]) -> Mapping[str, Any]:
        """https://docs.gitlab.com/api/issues/#create-an-issue. The project is a path that is quoted already."""
        sent = {"title": data["title"], "description": data["description"]}
        made = self.http.post(f"/projects/{data['project']}/issues", sent)
        name = issue_name(made, unquote(data["project"]), self.web)
        return {
            "key": name,
            "title": string(made, "title"),
            "description": text(made, "description"),
            "url": text(made, "web_url"),
            "metadata": {"display_name": name},
        }

    def make_external_key(self, data: Mapping[str, Any]) -> str:
        """As in Sentry, the key begins with the integration's domain."""
        return f"{self.model.metadata['domain_name']}:{data['key']}"

    def get_issue_url(self, key: str) -> str:
        return f"{self.web}/{key.rpartition(':')[2].replace('#', '/-/issues/')}"

    # ---- the credential

    def examine(self) -> Standing:
        """https://docs.gitlab.com/api/personal_access_tokens/#self-inform. It knows group and project tokens too."""
        facts = self._find_group() if self.access.account else {}
        try:
            token = self.http.ask("/personal_access_tokens/self").data
        except (Absent, NotFound, PermissionDenied):  # A GitLab before 15.5, or an OAuth token.
            return Standing(string(self.http.ask("/user").data, "username"), facts)
        scopes, ends = token.get("scopes"), text(token, "expires_at")
        return Standing(
            f"the token {text(token, 'name')!r}",
            facts,
            tuple(scope for scope in scopes if isinstance(scope, str)) if isinstance(scopes, list) else None,
            _midnight(ends) if ends else None,
        )

    def _find_group(self) -> dict[str, Any]:
        group = self.access.account
        try:
            found = self.http.ask(f"/groups/{quoted(group)}", {"with_projects": "false"}).data
        except NotFound:
            raise NotFound(
                f"GitLab has no group {group!r}, or hides it from the token. Leave the group out to serve the projects"
                " of which the token's user is a member.",
                reason="VENDOR_NOT_FOUND",
            ) from None
        return {"group_id": whole(found, "id"), "group_path": string(found, "full_path")}

    @property
    def account_path(self) -> str:
        """The group may have been named by its number."""
        path: str = self.access.facts.get("group_path") or self.access.account
        return path


def _midnight(day: str) -> datetime | None:
    """A token ends at the start of its last day, in UTC."""
    try:
        return datetime.fromisoformat(day).replace(tzinfo=UTC)
    except ValueError:
        return None
