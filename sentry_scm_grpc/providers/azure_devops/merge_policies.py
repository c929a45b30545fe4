"""Which policies stand against a merge: https://learn.microsoft.com/en-us/rest/api/azure/devops/policy/evaluations/list

A refusal only says that there are some. The kinds of policies have the same ids everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sentry_scm_grpc.errors import FailedPrecondition, ScmError
from sentry_scm_grpc.providers.azure_devops.api import PER_PAGE, AzureDevOpsApi
from sentry_scm_grpc.providers.vendor.http import quoted
from sentry_scm_grpc.providers.vendor.pull_request_merges import APPROVALS_MISSING, CHECKS_MISSING, MERGE_BLOCKED, unmet
from sentry_scm_grpc.providers.vendor.reading import rows, string, text

_KINDS = {
    "0609b952-1397-4640-95ec-e00a01b2c241": CHECKS_MISSING,  # Build
    "cbdc66da-9728-4af8-aada-9a5a32e4a226": CHECKS_MISSING,  # Status
    "fa4e907d-c16b-4a4c-9dfa-4906e5d171dd": APPROVALS_MISSING,  # Minimum number of reviewers
    "fd2167ab-b0be-447a-8ec8-39368250530e": APPROVALS_MISSING,  # Required reviewers
}
_UNMET = ("queued", "running", "rejected", "broken")


class AzureDevOpsMergePolicies(AzureDevOpsApi):
    def unmet_rules(self, number: int) -> FailedPrecondition | None:
        """The error with the names of the policies. None if Azure DevOps tells of none."""
        try:
            found = self.http.get(f"{self.path}/pullrequests/{number}")
            project = string(found, "repository", "project", "id")
            asked = {"artifactId": f"vstfs:///CodeReview/CodeReviewId/{project}/{number}", "$top": PER_PAGE}
            path = f"{self.instance}{quoted(project)}/_apis/policy/evaluations"
            policies = [one for one in rows(self.http.get(path, asked, api_preview=True), "value") if _is_unmet(one)]
        except ScmError:  # The refusal itself says more than that this failed.
            return None
        kinds = {_KINDS.get(text(one, "configuration", "type", "id").lower(), MERGE_BLOCKED) for one in policies}
        names = sorted({name for one in policies if (name := _name_of(one))})
        if not policies:
            return None
        return unmet(next(kind for kind in (CHECKS_MISSING, APPROVALS_MISSING, MERGE_BLOCKED) if kind in kinds), names)


def _is_unmet(found: Mapping[str, Any]) -> bool:
    known = found.get("configuration")
    blocks = isinstance(known, Mapping) and known.get("isBlocking") is True and known.get("isEnabled") is not False
    return blocks and text(found, "status") in _UNMET


def _name_of(found: Mapping[str, Any]) -> str:
    """The name that people gave a policy, or else that of its kind."""
    known = found["configuration"]
    return text(known, "settings", "displayName") or text(known, "type", "displayName")
