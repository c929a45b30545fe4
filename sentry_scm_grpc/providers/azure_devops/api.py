"""How the API of Azure DevOps is asked: paths, versions, and the meaning of refusals."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, TypeVar

from sentry_scm_grpc.providers.vendor.absence import Absent, Lack, lack_by_status
from sentry_scm_grpc.providers.vendor.http import quoted, quoted_path
from sentry_scm_grpc.providers.vendor.pages import VENDOR_LIMIT, incomplete_error, is_full_sha
from sentry_scm_grpc.providers.vendor.reading import text
from sentry_scm_grpc.providers.vendor.repositories import Repositories
from sentry_scm_grpc.providers.vendor.statuses import error_of_status

T = TypeVar("T")

PER_PAGE = 100
#: The API version that a query must name for responses other than JSON.
API_VERSION = "4.1"
#: Sentry's client takes any PATCH, and any list, for a JSON Patch. Only work items take one.
JSON = {"Content-Type": "application/json"}
# By the class of the exception, or by the code at the start of its message, which is the same in every language.
_LACKS = {
    "GitRepositoryNotFoundException": Lack.REPOSITORY,
    "ProjectDoesNotExistException": Lack.REPOSITORY,
    "ProjectDoesNotExistWithNameException": Lack.REPOSITORY,
    "TF401019": Lack.REPOSITORY,
    "TF200016": Lack.REPOSITORY,
    "VS800075": Lack.REPOSITORY,
    "GitUnresolvableToCommitException": Lack.REF,
    "GitCommitDoesNotExistException": Lack.REF,
    "GitObjectDoesNotExistException": Lack.REF,
    "GitNoBranchesException": Lack.REF,
    "TF401175": Lack.REF,
    "TF401029": Lack.REF,
    "TF401035": Lack.REF,
    "VS403403": Lack.REF,
    "GitItemNotFoundException": Lack.PATH,
    "TF401174": Lack.PATH,
}
_CODE = re.compile(r"(TF|VS)\d{5,7}(?=:)")


class AzureDevOpsApi(Repositories):
    @property
    def instance(self) -> str:
        """The organization's address at the vendor. It ends with a slash."""
        address: str = self.live.instance  # type: ignore[attr-defined]
        return address

    @cached_property
    def path(self) -> str:
        return self._repository_path(self.installation.identifier())

    @property
    def _web(self) -> str:
        """The address of the repository's pages."""
        known = self.repository.url if self.repository else ""
        return known.rstrip("/") or f"{self.instance}_git/{quoted(self.installation.identifier())}"

    def _repository_path(self, identifier: str) -> str:
        return f"{self.instance}_apis/git/repositories/{quoted(identifier)}"

    def lack_of(self, status: int, told: Any) -> Lack | None:
        kinds = (text(told, "typeKey"), text(told, "typeName").partition(",")[0].rpartition(".")[2])
        if "GitRepositoryDisabledException" in kinds:
            raise error_of_status(410)
        code = _CODE.match(text(told, "message"))
        for known in (*kinds, code[0] if code else ""):
            if known in _LACKS and 400 <= status < 500:
                return _LACKS[known]
        if code and code[0] == "VS402337":  # A query found more work items than it may.
            raise incomplete_error(VENDOR_LIMIT)
        return lack_by_status(status, told)

    def _at(self, ref: str, prefix: str, read: Callable[[Mapping[str, str]], T]) -> T:
        """Reads at a ref: as a commit if it is a full SHA, else as a branch, else as a tag. Raises Absent."""
        if ref in ("", "HEAD"):
            return read({})
        for kind in ("commit",) if is_full_sha(ref) else ("branch", "tag"):
            try:
                return read({f"{prefix}.version": ref, f"{prefix}.versionType": kind})
            except Absent as absence:
                if absence.lack is Lack.PATH:
                    raise
                missing = absence
        raise missing

    def _history(self, params: Mapping[str, Any], version: Mapping[str, str]) -> Any:
        pinned = "commit" in version.values()
        return self.http.get(f"{self.path}/commits", {**params, **version}, immutable=pinned)

    def _item(self, path: str, ref: str) -> Any:
        quoted_path(path)  # Refuses a path that the vendor would read as another one.
        return self._items({"path": f"/{path}"}, ref)

    def _items(self, params: Mapping[str, str], ref: str) -> Any:
        def read(version: Mapping[str, str]) -> Any:
            return self.http.get(f"{self.path}/items", {**params, **version}, immutable=is_full_sha(ref))

        return self._at(ref, "versionDescriptor", read)


def is_folder(item: Any) -> bool:
    return isinstance(item, Mapping) and (item.get("isFolder") is True or text(item, "gitObjectType") == "tree")
