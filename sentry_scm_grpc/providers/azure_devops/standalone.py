"""Azure DevOps with a personal access token.

https://learn.microsoft.com/en-us/azure/devops/organizations/accounts/use-personal-access-tokens-to-authenticate

Azure DevOps does not tell a token what it may do, nor when it ends.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any

from sentry_scm_grpc.errors import InvalidArgument, NotFound
from sentry_scm_grpc.providers.azure_devops.search import search_address
from sentry_scm_grpc.providers.vendor.credentials import TOKEN, Permission, Standing
from sentry_scm_grpc.providers.vendor.http import quoted
from sentry_scm_grpc.providers.vendor.reading import rows, string, text, value
from sentry_scm_grpc.providers.vendor.standalone import Standalone, basic
from sentry_scm_grpc.v1 import scm_pb2 as pb

_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_ACCEPT = "application/json; api-version=4.1"
# Each includes the one before it: https://learn.microsoft.com/en-us/azure/devops/integrate/get-started/authentication/oauth
_WRITE_CODE = ("vso.code_write", "vso.code_manage", "vso.code_full")
_READ_CODE = ("vso.code", *_WRITE_CODE)
_WRITE_WORK = ("vso.work_write", "vso.work_full")
_READ_WORK = ("vso.work", *_WRITE_WORK)


class AzureDevOpsStandalone(Standalone):
    variables = {TOKEN: ("AZURE_DEVOPS_EXT_PAT", "")}
    default_address = "https://dev.azure.com"
    account_word = "organization or collection"
    # Of a personal access token they are not told. A Sentry's installation has those that Sentry asked for.
    permissions = {
        Permission.READ_REPOSITORIES: (),
        Permission.READ_CODE: _READ_CODE,
        Permission.READ_FILES: _READ_CODE,
        Permission.READ_PULL_REQUESTS: _READ_CODE,
        Permission.WRITE_PULL_REQUESTS: _WRITE_CODE,
        Permission.MERGE_PULL_REQUESTS: _WRITE_CODE,
        Permission.WRITE_CODE: _WRITE_CODE,
        Permission.READ_ISSUES: _READ_WORK,
        Permission.WRITE_ISSUES: _WRITE_WORK,
        Permission.MOVE_ISSUES: _WRITE_WORK,
        Permission.READ_STATUSES: (*_READ_CODE, "vso.code_status"),
        Permission.WRITE_STATUSES: (*_WRITE_CODE, "vso.code_status"),
        Permission.READ_PIPELINES: ("vso.build", "vso.build_execute"),
    }

    @property
    def instance(self) -> str:
        """The organization's address, for the adapter. It ends with a slash."""
        # An organization's old address has its name in the host.
        return f"{self.web}/" if self.host.endswith(".visualstudio.com") else f"{self.web}/{self.access.account}/"

    @property
    def api(self) -> str:
        return self.instance.rstrip("/")

    def sites(self) -> tuple[str, ...]:
        return (search_address(self.instance),)

    def metadata(self) -> dict[str, Any]:
        return {"domain_name": self.instance}

    def headers(self) -> dict[str, str]:
        return {"Accept": _ACCEPT}

    def preview(self) -> dict[str, str]:
        return {"Accept": f"{_ACCEPT}-preview.1"}

    def authorization(self, fresh: bool) -> str | None:
        return None if fresh else basic("", self.access.credential.secret)

    @classmethod
    def identifier_of(cls, repository: pb.Repository) -> str:
        return repository.external_id

    def find_identifier(self, name: str) -> str:
        """``name`` is the repository's id, "project/repository", or "repository" if the project has the same name."""
        if _ID.fullmatch(name):
            return name
        project, _, repository = name.rpartition("/")
        for found in rows(self.http.get(f"{self.instance}_apis/git/repositories"), "value"):
            wanted = (project or repository, repository)
            if (string(found, "project", "name").lower(), string(found, "name").lower()) == tuple(
                map(str.lower, wanted)
            ):
                return string(found, "id")
        raise NotFound(
            f"Azure DevOps has no repository {name!r}, or hides it from the token. Write it as project/repository.",
            reason="VENDOR_NOT_FOUND",
        )

    # ---- issues

    def create_issue(self, data: dict[str, Any]) -> Mapping[str, Any]:
        """https://learn.microsoft.com/en-us/rest/api/azure/devops/wit/work-items/create"""
        kind = data.get("work_item_type", "")
        if not kind:
            raise InvalidArgument.of(("metadata['work_item_type']", "is required"))
        fields = {"System.Title": data["title"], "System.Description": _as_html(data["description"])}
        sent = [{"op": "add", "path": f"/fields/{name}", "value": text} for name, text in fields.items() if text]
        path = f"{self.instance}{quoted(data['project'])}/_apis/wit/workitems/${quoted(kind)}"
        made = self.http.post(path, sent)
        key, told = string(made, "id"), value(made, "fields")
        return {
            "key": key,
            "title": string(told, "System.Title"),
            "description": text(told, "System.Description"),
            "metadata": {"display_name": f"{text(told, 'System.AreaPath') or data['project']}#{key}"},
        }

    def get_issue_url(self, key: str) -> str:
        return f"{self.instance}_workitems/edit/{key}"

    # ---- the credential

    def examine(self) -> Standing:
        found = self.http.ask(f"{self.instance}_apis/connectionData", api_preview=True).data
        return Standing(text(found, "authenticatedUser", "providerDisplayName"))


def _as_html(description: str) -> str:
    """A description is HTML at Azure DevOps: paragraphs and lines of the text, and nothing else of it is markup."""
    paragraphs = re.split(r"\n{2,}", html.escape(description.strip(), quote=False)) if description.strip() else []
    return "".join(f"<p>{paragraph.replace(chr(10), '<br>')}</p>" for paragraph in paragraphs)
